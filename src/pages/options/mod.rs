//! Servers and accounts, when to synchronize, and what is to be safe from it.

mod account;
mod accounts;
mod finding;
mod folders;
mod hand;
mod leave;
mod policy;
mod safety;
mod setting;
mod source;
mod timing;

use leptos::prelude::*;

use self::account::AccountForm;
use self::accounts::Accounts;
use self::folders::Folders;
use self::hand::ByHand;
use self::policy::PolicyChoice;
use self::safety::Safety;
use self::setting::Shared;
use self::source::{Called, called};
use self::timing::Timing;
use super::frame::{Top, ready, rounds, show};
use super::saying::say;
use super::shelf;
use super::standing::follow;
use crate::browser::news;
use crate::model::{Account, AccountId, Collection, News, Settings};

/// Shows the page.
pub fn options() {
    show(|| view! { <Options /> });
}

/// What the store has for this page: all accounts, also those that are not
/// synchronized, and their folders.
#[derive(Clone, Debug, Default, PartialEq)]
struct Stored {
    accounts: Vec<Account>,
    collections: Vec<Collection>,
    settings: Settings,
}

async fn stored() -> Stored {
    let accounts = shelf::accounts().await.unwrap_or_default();
    Stored {
        collections: shelf::collections_of(&accounts).await.unwrap_or_default(),
        settings: shelf::settings().await.unwrap_or_default(),
        accounts,
    }
}

/// Which account the form is about.
#[derive(Clone, Copy)]
struct Editing {
    /// `None`: one that is not here yet.
    id: RwSignal<Option<AccountId>>,
    /// The form is drawn anew when this changes: it then begins with that account.
    drawn: RwSignal<u32>,
}

impl Editing {
    /// Begins with this account.
    fn begin(self, id: Option<AccountId>) {
        self.id.set(id);
        self.drawn.update(|n| *n += 1);
    }
}

/// The account that the form begins with: the one that the page was called for,
/// else the first that is synchronized, else the first.
fn first_account(called: &Called, accounts: &[Account]) -> Option<AccountId> {
    let fits = |account: &&Account| called.server.as_ref().is_none_or(|server| *server == account.entered);
    let fitting: Vec<&Account> = accounts.iter().filter(fits).collect();
    let active = fitting.iter().find(|account| account.active);
    active.or(fitting.first()).map(|account| account.id.clone())
}

#[component]
fn Options() -> impl IntoView {
    // The form begins with what is stored, so it is shown once that is read.
    let first = RwSignal::new(None::<Stored>);
    let now = RwSignal::new(Stored::default());
    let called = StoredValue::new(called());
    let editing = Editing { id: RwSignal::new(None), drawn: RwSignal::new(0) };
    let read = rounds(move || async move {
        let found = stored().await;
        now.set(found.clone());
        if first.with_untracked(Option::is_none) {
            editing.id.set(called.with_value(|called| first_account(called, &found.accounts)));
            first.set(Some(found));
            ready();
        }
    });
    let standing = follow(read.clone());
    Effect::watch(move || standing.changes.get(), move |_, _, _| read(), false);
    let offered = RwSignal::new(called.with_value(|called| called.from.clone().into_iter().collect::<Vec<_>>()));
    news::listen(move |news| {
        if let News::Offered(server) = news {
            offered.update(|offered| {
                offered.retain(|known| *known != server);
                offered.insert(0, server);
            });
        }
    });
    let form = move || {
        let again = editing.drawn.get() > 0;
        let id = editing.id.get_untracked();
        let account = now.with_untracked(|now| now.accounts.iter().find(|a| Some(&a.id) == id.as_ref()).cloned());
        // How the page was called is only for what it begins with.
        let called = if again { Called::default() } else { called.get_value() };
        view! { <AccountForm account called offered now editing /> }
    };
    view! {
        <Top here="options.html" />
        <main>
            <h1>{say("page_options")}</h1>
            {move || first.get().map(|first| {
                let settings = Shared::new(first.settings.clone());
                view! {
                    <section class="sheet">
                        <div class="near">
                            <h2>{say("options_account")}</h2>
                            <p class="hint">{say("options_account_hint")}</p>
                        </div>
                        <Accounts now editing />
                        {form}
                        <Folders now editing />
                        <PolicyChoice now editing />
                    </section>
                    <section class="sheet">
                        <h2>{say("options_timing")}</h2>
                        <Timing settings />
                        <hr />
                        <ByHand standing />
                    </section>
                    <section class="sheet">
                        <h2>{say("options_safety")}</h2>
                        <Safety settings />
                    </section>
                }
            })}
        </main>
    }
}
