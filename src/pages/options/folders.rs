//! Which folder on the server is which, chosen by hand.

use leptos::prelude::*;

use super::Stored;
use crate::message::Ask;
use crate::model::{Collection, CollectionId, Kind, Role};
use crate::pages::frame::{Said, Telling, order};
use crate::pages::saying::{of_role, say, say_of};

#[component]
pub fn Folders(now: RwSignal<Stored>) -> impl IntoView {
    let said = RwSignal::new(Said::Nothing);
    // Drawn anew only when the folders change, not whenever anything does.
    let folders = Memo::new(move |_| now.with(|now| now.collections.clone()));
    let set_up = move || now.with(|now| !now.accounts.is_empty());
    let known = move || folders.with(|folders| !folders.is_empty());
    view! {
        <div class="stack" hidden=move || !set_up()>
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
fn Choice(role: Role, folders: Memo<Vec<Collection>>, said: RwSignal<Said>) -> impl IntoView {
    let id = match role {
        Role::Calendar => "role-calendar",
        Role::Contacts => "role-contacts",
        Role::Notes => "role-notes",
    };
    let choose = move |event| {
        let chosen = CollectionId(event_target_value(&event));
        let name = folders.with_untracked(|folders| {
            folders.iter().find(|folder| folder.id == chosen).map(|folder| folder.name.clone())
        });
        if let Some(name) = name {
            let done = say_of("options_folder_chosen", &[&of_role(role), &name]);
            order(Ask::Choose { role, collection: chosen }, said, |_| done);
        }
    };
    let options = move || {
        let folders: Vec<Collection> = folders.get().into_iter().filter(|folder| fits(role, folder)).collect();
        let none = (!folders.iter().any(|folder| folder.role == Some(role)))
            .then(|| view! { <option value="" prop:selected=true>{say("options_folder_none")}</option> });
        let each = folders.into_iter().map(|folder| {
            let chosen = folder.role == Some(role);
            view! { <option value=folder.id.0 prop:selected=chosen>{folder.name}</option> }
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
