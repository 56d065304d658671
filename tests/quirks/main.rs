//! What servers really do, row by row: each row of the list of quirks and each fact
//! and bullet of the list of servers that concerns a client has a test of its name,
//! with the whole engine over a site that answers so. Where a row is about one
//! parser only, a unit test of the same name stands beside that, too.
//!
//! | module | rows |
//! | --- | --- |
//! | `listing` | quirks 1 to 13: listing and tokens |
//! | `writing` | quirks 14 to 23 |
//! | `data` | quirks 24 to 27 |
//! | `people` | quirks 28 to 32: people and accounts |
//! | `kerio` | Kerio Connect 8.0, from captures |
//! | `table`, `table_items` | Radicale, Xandikos, WsgiDAV, Apache: the table of servers |
//! | `seen` | what was seen on other servers |
//!
//! Rows without a test, and why:
//!
//! - the table's "from", "start to first answer" and the times of its cost row are
//!   about installing and tuning servers, not about a client;
//! - "the first PUT after its start took 7.5 s": well within `port::Limits`;
//! - "never branch on a server's name": there is nothing to observe; no code reads
//!   the `Server` header but to show it;
//! - "sharing by calendar-proxy group, by BIND, by subscription": all three are
//!   collections that the home lists or that are entered by their URL, which
//!   `seen_sharing_at_the_owners_path` covers; proxy groups are not looked at;
//! - "CORS never on by default": an extension with host permission does not meet it,
//!   and a command has none.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

#[path = "../bench/mod.rs"]
mod bench;
#[path = "../harness/mod.rs"]
mod harness;

mod data;
mod kerio;
mod listing;
mod people;
mod seen;
mod table;
mod table_items;
mod writing;

use std::rc::Rc;

use bench::{DAY, Direct, Engine, card, event, text};
use harness::http::Message;
use harness::raw::Raw;
use harness::site::{CALENDAR, CONTACTS, HOME, NOTES, Site, answer, listed, multistatus, props, status, texts};
use pimento::model::{Class, Outcome, Past, Run, Trigger};
use pimento::native::NativeHttp;
use pimento::port::Store;

/// Three events and a card, on both sides.
async fn in_step() -> (Site, Engine) {
    let site = Site::default();
    for n in 1..=3 {
        site.put(&format!("{CALENDAR}{n}.ics"), &event(&format!("uid-{n}"), "before"));
    }
    site.put(&format!("{CONTACTS}c.vcf"), &card("c", "Before", ""));
    let engine = Engine::in_step_with(&site).await;
    (site, engine)
}

/// REPORT sync-collection.
fn is_changes(request: &Message) -> bool {
    request.method() == "REPORT" && request.text().contains("sync-collection")
}

fn is_multiget(request: &Message) -> bool {
    request.method() == "REPORT" && request.text().contains("multiget")
}

/// The listing of the calendar by PROPFIND.
fn is_listing(request: &Message) -> bool {
    request.method() == "PROPFIND" && request.path() == CALENDAR && request.header("depth") == Some("1")
}

fn is_home(request: &Message) -> bool {
    request.method() == "PROPFIND" && request.path() == HOME && request.header("depth") == Some("1")
}

/// PUT or DELETE.
fn is_write(request: &Message) -> bool {
    matches!(request.method(), "PUT" | "DELETE")
}

/// The connection breaks.
fn broken() -> Message {
    answer(0, "")
}

/// The answer with its body changed.
fn with_body(mut answer: Message, change: impl FnOnce(String) -> String) -> Message {
    answer.body = change(answer.text()).into_bytes();
    answer
}

/// Without these elements.
fn without(answer: Message, tag: &str) -> Message {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    with_body(answer, |mut body| {
        while let Some(at) = body.find(&open) {
            let end = body[at..].find(&close).unwrap() + at + close.len();
            body.replace_range(at..end, "");
        }
        body
    })
}

fn token(token: &str) -> String {
    format!("<d:sync-token>{token}</d:sync-token>")
}

/// The token a REPORT goes on from.
fn asked_from(request: &Message) -> String {
    texts(&request.text(), "sync-token").concat()
}

/// How many of what was asked are so.
fn count(seen: &[Message], what: impl Fn(&Message) -> bool) -> usize {
    seen.iter().filter(|request| what(request)).count()
}

fn said(run: &Run, key: &str) -> bool {
    run.log.iter().any(|line| line.text.key == key)
}

/// No row of the list of quirks is without a test.
#[test]
fn each_quirk_has_its_test() {
    let tests =
        [include_str!("listing.rs"), include_str!("writing.rs"), include_str!("data.rs"), include_str!("people.rs")]
            .concat();
    let missing: Vec<u32> = (1..=32).filter(|n| !tests.contains(&format!("async fn quirk_{n:02}_"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
