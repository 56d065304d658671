//! Which folder on the server is which, chosen by hand.

use leptos::prelude::*;

use super::{Editing, Stored};
use crate::message::Ask;
use crate::model::{Collection, CollectionId, Kind, Role};
use crate::pages::frame::{Said, Telling, order};
use crate::pages::saying::{of_role, say, say_of};

#[component]
pub fn Folders(now: RwSignal<Stored>, editing: Editing) -> impl IntoView {
    let said = RwSignal::new(Said::Nothing);
    // Of the account that the form is about, if it is synchronized. Drawn anew only
    // when the folders change, not whenever anything does.
    let folders = Memo::new(move |_| {
        let id = editing.id.get();
        now.with(|now| {
            let account = now.accounts.iter().find(|account| account.active && Some(&account.id) == id.as_ref())?;
            let own = now.collections.iter().filter(|collection| collection.account == account.id);
            Some(own.cloned().collect::<Vec<Collection>>())
        })
    });
    Effect::watch(move || editing.id.get(), move |_, _, _| said.set(Said::Nothing), false);
    let known = move || folders.with(|folders| folders.as_ref().is_some_and(|folders| !folders.is_empty()));
    view! {
        <div class="stack" hidden=move || folders.with(Option::is_none)>
            <div class="near">
                <h3>{say("options_folders")}</h3>
                <p class="hint">
                    {move || say(if known() { "options_folders_hint" } else { "options_folders_later" })}
                </p>
            </div>
            <div class="trio" hidden=move || !known()>
                {Role::ALL.map(|role| view! { <Choice role folders said /> }).collect_view()}
            </div>
            <Telling id="folders-said" said />
        </div>
    }
}

/// Whether items of the role can be kept in the folder.
fn fits(role: Role, folder: &Collection) -> bool {
    match role {
        Role::Calendar => folder.takes("VEVENT"),
        Role::Contacts => folder.kind == Kind::Contacts,
        Role::Notes => folder.takes("VJOURNAL"),
    }
}

#[component]
fn Choice(role: Role, folders: Memo<Option<Vec<Collection>>>, said: RwSignal<Said>) -> impl IntoView {
    let id = match role {
        Role::Calendar => "role-calendar",
        Role::Contacts => "role-contacts",
        Role::Notes => "role-notes",
    };
    let choose = move |event| {
        let chosen = CollectionId(event_target_value(&event));
        let name = folders.with_untracked(|folders| {
            folders.iter().flatten().find(|folder| folder.id == chosen).map(|folder| folder.name.clone())
        });
        if let Some(name) = name {
            let done = say_of("options_folder_chosen", &[&of_role(role), &name]);
            order(Ask::Choose { role, collection: chosen }, said, |_| done);
        }
    };
    let options = move || {
        // One that is something else already is not offered: it would be missing there.
        let free = |folder: &Collection| folder.role.is_none_or(|is| is == role);
        let folders = folders.get().unwrap_or_default().into_iter();
        let folders: Vec<Collection> = folders.filter(|folder| fits(role, folder) && free(folder)).collect();
        let none = (!folders.iter().any(|folder| folder.role == Some(role)))
            .then(|| view! { <option value="" prop:selected=true>{say("options_folder_none")}</option> });
        let each = folders.into_iter().map(|folder| {
            let chosen = folder.role == Some(role);
            let name = if folder.writable { folder.name } else { say_of("folder_read_only", &[&folder.name]) };
            view! { <option value=folder.id.0 prop:selected=chosen>{name}</option> }
        });
        view! { {none} {each.collect_view()} }
    };
    view! {
        <div class="field">
            <label for=id>{of_role(role)}</label>
            <select id=id on:change=choose>{options}</select>
        </div>
    }
}
