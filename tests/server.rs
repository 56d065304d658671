//! Real servers and the fake of the engine's tests do the same.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "contract/server.rs"]
mod contract;
mod fake;
mod harness;

use std::rc::Rc;

use contract::Site;
use fake::Fake;
use fake::flavour::Flavour;
use fake::trouble::Ways;
use harness::server::{Radicale, Xandikos};
use pimento::native::NativeHttp;

fn fake(flavour: Flavour) -> Site {
    Site { http: Rc::new(Fake::new(Ways::of(flavour))), url: "http://fake.example/".to_owned(), flavour }
}

fn real(url: &str, flavour: Flavour) -> Site {
    Site { http: Rc::new(NativeHttp::new(None).unwrap()), url: format!("{url}/"), flavour }
}

macro_rules! said_by_all {
    ($($name:ident),* $(,)?) => {
        $(mod $name {
            use super::*;

            #[tokio::test]
            async fn by_the_fake() {
                for flavour in Flavour::ALL {
                    contract::$name(&fake(flavour)).await;
                }
            }

            #[tokio::test]
            async fn by_radicale() {
                let server = Radicale::start();
                contract::$name(&real(&server.url, Flavour::Radicale)).await;
            }

            #[tokio::test]
            async fn by_xandikos() {
                let server = Xandikos::start();
                contract::$name(&real(&server.url, Flavour::Xandikos)).await;
            }
        })*
    };
}

said_by_all!(
    the_root_names_the_principal_and_the_principal_its_homes,
    nobody_comes_in_without_a_password,
    a_home_describes_what_was_made_in_it,
    what_is_put_is_listed_with_the_etag_that_get_and_multiget_tell,
    conditions_hold,
    an_etag_is_of_the_text,
    changes_are_told_since_a_token,
    a_detour_is_a_change_or_none,
    a_token_never_given_is_refused_by_name,
    markers_move_with_every_change_and_only_then,
    texts_come_along_with_changes_or_are_left_out,
    a_token_told_before_hides_nothing_that_comes_after_it,
    a_query_for_all_tells_what_a_listing_does,
    a_uid_is_in_a_collection_once,
    what_is_not_there_is_said_to_be_missing,
);
