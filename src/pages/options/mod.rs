//! Server and account, and when to synchronize.

mod account;
mod finding;
mod folders;
mod hand;
mod timing;

use leptos::prelude::*;

use self::account::AccountForm;
use self::folders::Folders;
use self::hand::ByHand;
use self::timing::Timing;
use super::frame::{Top, ready, rounds, show};
use super::saying::say;
use super::shelf;
use super::standing::follow;
use crate::model::{Account, Collection, Settings};

/// Shows the page.
pub fn options() {
    show(|| view! { <Options /> });
}

/// What the store has for this page.
#[derive(Clone, Debug, Default, PartialEq)]
struct Stored {
    accounts: Vec<Account>,
    collections: Vec<Collection>,
    settings: Settings,
}

async fn stored() -> Stored {
    Stored {
        accounts: shelf::accounts().await.unwrap_or_default(),
        collections: shelf::collections().await.unwrap_or_default(),
        settings: shelf::settings().await.unwrap_or_default(),
    }
}

#[component]
fn Options() -> impl IntoView {
    // The form begins with what is stored, so it is shown once that is read.
    let first = RwSignal::new(None::<Stored>);
    let now = RwSignal::new(Stored::default());
    let read = rounds(move || async move {
        let found = stored().await;
        now.set(found.clone());
        if first.with_untracked(Option::is_none) {
            first.set(Some(found));
            ready();
        }
    });
    let standing = follow(read.clone());
    Effect::watch(move || standing.changes.get(), move |_, _, _| read(), false);
    view! {
        <Top here="options.html" />
        <main>
            <h1>{say("page_options")}</h1>
            {move || first.get().map(|first| view! {
                <section class="sheet">
                    <div class="near">
                        <h2>{say("options_account")}</h2>
                        <p class="hint">{say("options_account_hint")}</p>
                    </div>
                    <AccountForm accounts=first.accounts.clone() now />
                    <Folders now />
                </section>
                <section class="sheet">
                    <h2>{say("options_timing")}</h2>
                    <Timing settings=first.settings.clone() />
                    <hr />
                    <ByHand standing />
                </section>
            })}
        </main>
    }
}
