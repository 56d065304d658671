//! The accounts there are, which of them the form is about, and adding another.

use leptos::prelude::*;

use super::leave::Leave;
use super::{Editing, Stored};
use crate::model::{Account, AccountId, Collection, Role};
use crate::pages::saying::{of_account, of_role, say, say_of};

#[component]
pub fn Accounts(now: RwSignal<Stored>, editing: Editing) -> impl IntoView {
    // The one whose removal is being asked about.
    let leaving = RwSignal::new(None::<Account>);
    // Drawn anew only when they change, not whenever anything does.
    let rows = Memo::new(move |_| {
        now.with(|now| now.accounts.iter().map(|account| Shown::of(account, &now.collections)).collect::<Vec<_>>())
    });
    let none = move || rows.with(Vec::is_empty);
    let new = move || editing.id.get().is_none();
    let heading = move || say(if new() { "options_account_new" } else { "options_account_this" });
    view! {
        <div class="stack" hidden=none>
            <ul id="accounts">
                <For each=move || rows.get() key=|shown| format!("{shown:?}") let:shown>
                    <Row shown editing leaving />
                </For>
            </ul>
            <div class="row">
                <button id="add-account" type="button" disabled=new on:click=move |_| {
                    leaving.set(None);
                    editing.begin(None);
                }>{say("options_account_add")}</button>
                <button id="add-cancel" type="button" hidden=move || !new() on:click=move |_| {
                    let first = now.with_untracked(|now| now.accounts.first().map(|account| account.id.clone()));
                    editing.begin(first);
                }>{say("action_cancel")}</button>
            </div>
            {move || leaving.get().map(|account| view! { <Leave account leaving now editing /> })}
            <h3 id="form-heading" hidden=move || !new() && rows.with(Vec::len) < 2>{heading}</h3>
        </div>
    }
}

/// What the list shows of an account.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    account: Account,
    /// Role and folder, as a line.
    folders: String,
}

impl Shown {
    fn of(account: &Account, collections: &[Collection]) -> Shown {
        let own = |role: Role| collections.iter().find(|c| c.account == account.id && c.role == Some(role));
        let folders = Role::ALL.into_iter().filter_map(|role| {
            let (folder, role) = (own(role)?, of_role(role));
            Some(match folder.name == role {
                true => role,
                false => say_of("options_account_folder", &[&role, &folder.name]),
            })
        });
        // What changes with each run is nothing that is shown.
        let account = Account { not_before: None, ..account.clone() };
        Shown { account, folders: folders.collect::<Vec<String>>().join(", ") }
    }
}

#[component]
fn Row(shown: Shown, editing: Editing, leaving: RwSignal<Option<Account>>) -> impl IntoView {
    let Shown { account, folders } = shown;
    let name = of_account(&account);
    let id: AccountId = account.id.clone();
    let data = id.0.clone();
    let current = {
        let id = id.clone();
        move || editing.id.with(|editing| editing.as_ref() == Some(&id))
    };
    let is_current = {
        let current = current.clone();
        move || current().then_some("true")
    };
    let idle = (!account.active).then(|| view! { <span class="mark warn">{say("options_account_idle")}</span> });
    let stopped = (account.active && account.stopped)
        .then(|| view! { <span class="mark bad">{say("options_account_stopped")}</span> });
    let edit_label = say_of("options_account_edit_label", &[&name]);
    let remove_label = say_of("options_account_remove_label", &[&name]);
    view! {
        <li data-account=data aria-current=is_current>
            <div>
                <p><strong>{name}</strong> " " {idle} {stopped}</p>
                <p class="hint">{folders}</p>
            </div>
            <div class="row">
                <button class="edit" type="button" aria-label=edit_label hidden=current on:click=move |_| {
                    leaving.set(None);
                    editing.begin(Some(id.clone()));
                }>{say("options_account_edit")}</button>
                <button class="remove" type="button" aria-label=remove_label
                    on:click=move |_| leaving.set(Some(account.clone()))>{say("options_account_remove")}</button>
            </div>
        </li>
    }
}
