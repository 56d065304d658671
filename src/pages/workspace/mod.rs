//! Lists, details and forms of events, contacts and notes.

mod detail;
mod files;
mod form;
mod inputs;
mod list;
mod versions;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlElement;

use self::detail::{Detail, Ways};
use self::files::{Files, FilesPanel, FilesRow};
use self::form::Form;
use self::list::List;
use super::frame::{Said, Telling, Top, ready, rounds, show};
use super::moment;
use super::saying::{say, say_of};
use super::shelf::{self, Folder, Row};
use super::standing::{StateLine, follow};
use crate::browser::api;
use crate::message::{Answer, Ask};
use crate::model::{CollectionId, ContactFields, EventFields, Fields, ItemId, Millis, NoteFields, Role};

/// Shows the page.
pub fn workspace() {
    show(|| view! { <Workspace /> });
}

/// What the form has in hand.
#[derive(Clone, PartialEq)]
struct Opened {
    /// `None` for an item that is being made.
    id: Option<ItemId>,
    /// Where it is; of a new one, where it is to be if nothing else is chosen.
    folder: Option<CollectionId>,
    fields: Fields,
}

/// What is read beside the list, while no form is in hand.
#[derive(Clone, PartialEq)]
struct Shown {
    id: ItemId,
    folder: Option<CollectionId>,
    /// Of a series: the instance that was chosen, by the start that the series gives
    /// it. `None`: the series as a whole, or what does not recur.
    of: Option<Millis>,
}

const TABS: [(Role, &str); 3] =
    [(Role::Calendar, "tab-events"), (Role::Contacts, "tab-contacts"), (Role::Notes, "tab-notes")];

#[component]
fn Workspace() -> impl IntoView {
    let role = RwSignal::new(Role::Calendar);
    // Which list the rows are of: another one's are never shown under a tab.
    let rows = RwSignal::new((Role::Calendar, Vec::<Row>::new()));
    let folders = RwSignal::new(Vec::<Folder>::new());
    let opened = RwSignal::new(None::<Opened>);
    let shown = RwSignal::new(None::<Shown>);
    let said = RwSignal::new(Said::Nothing);
    let files = Files::new();
    // What is opened takes the place of a panel.
    Effect::watch(
        move || opened.with(Option::is_some) || shown.with(Option::is_some),
        move |is, _, _| {
            if *is {
                files.panel.set(None)
            }
        },
        false,
    );
    let read = rounds(move || async move {
        let wanted = role.get_untracked();
        let found = shelf::rows(wanted, moment::now()).await;
        match found {
            Ok(found) => {
                let there = shelf::folders(wanted).await.unwrap_or_default();
                if folders.with_untracked(|folders| *folders != there) {
                    folders.set(there);
                }
                rows.set((wanted, found));
            }
            Err(fault) => said.set(Said::Failed(fault)),
        }
        ready();
    });
    let standing = follow(read.clone());
    Effect::watch(move || (standing.changes.get(), role.get()), move |_, _, _| read(), false);

    let choose = move |wanted: Role| {
        if role.get_untracked() != wanted {
            role.set(wanted);
            opened.set(None);
            shown.set(None);
            said.set(Said::Nothing);
        }
    };
    let open = Callback::new(move |id: ItemId| {
        said.set(Said::Nothing);
        opened.set(None);
        let row = |row: &&Row| row.entry.id == id;
        let folder = rows.with_untracked(|(_, rows)| rows.iter().find(row).map(|r| r.entry.collection.clone()));
        shown.set(Some(Shown { id, folder, of: None }));
    });
    let edit = Callback::new(move |()| {
        let Some(Shown { id, folder, of }) = shown.get_untracked() else { return };
        spawn_local(async move {
            match api::ask(&Ask::Open { id: id.clone(), of }).await {
                Ok(Answer::Fields(fields)) => opened.set(Some(Opened { id: Some(id), folder, fields })),
                Ok(_) => said.set(Said::Failed(crate::fault::internal("not fields").during("Open"))),
                Err(fault) => said.set(Said::Failed(fault)),
            }
        });
    });
    let instance = Callback::new(move |of| {
        shown.update(|shown| {
            if let Some(shown) = shown {
                shown.of = of;
            }
        });
    });
    let ways = Ways { edit, instance, item: open, close: Callback::new(move |()| shown.set(None)) };
    let current = Memo::new(move |_| {
        let formed = opened.with(|opened| opened.as_ref().map(|opened| opened.id.clone()));
        formed.unwrap_or_else(|| shown.with(|shown| shown.as_ref().map(|shown| shown.id.clone())))
    });
    let new = move |_| {
        said.set(Said::Nothing);
        let folder = folders.with_untracked(|folders| folders.iter().find(|f| f.writable).map(|f| f.id.clone()));
        shown.set(None);
        opened.set(Some(Opened { id: None, folder, fields: blank(role.get_untracked()) }));
    };
    let unset = move || standing.state.with(|state| state.as_ref().is_some_and(|state| !state.set_up));
    // Whose folders can all only be read; none there yet is another thing.
    let fixed = Memo::new(move |_| {
        folders.with(|folders| {
            let mut fixed: Vec<String> = folders.iter().filter(|f| !f.writable).map(Folder::label).collect();
            fixed.truncate(if folders.iter().any(|folder| folder.writable) { 0 } else { fixed.len() });
            fixed.join(", ")
        })
    });
    let no_new = move || unset() || fixed.with(|fixed| !fixed.is_empty());
    let new_name = move || match role.get() {
        Role::Calendar => say("workspace_new_event"),
        Role::Contacts => say("workspace_new_contact"),
        Role::Notes => say("workspace_new_note"),
    };
    let tabs = TABS.map(|(tab, id)| {
        let name = match tab {
            Role::Calendar => say("workspace_events"),
            Role::Contacts => say("workspace_contacts"),
            Role::Notes => say("workspace_notes"),
        };
        let selected = move || if role.get() == tab { "true" } else { "false" };
        view! {
            <button id=id role="tab" aria-controls="panel" aria-selected=selected on:click=move |_| choose(tab)>
                {name}
            </button>
        }
    });
    view! {
        <Top here="workspace.html" />
        <main>
            <h1 class="hidden-label">{say("page_workspace")}</h1>
            <section class="sheet">
                <div class="stack">
                    <StateLine standing />
                    <div class="tabs" role="tablist" aria-label=say("workspace_lists")>{tabs.collect_view()}</div>
                    <button id="new" class="main" disabled=no_new on:click=new>{new_name}</button>
                    <FilesRow files />
                    <p id="read-only" class="hint" hidden=move || fixed.with(String::is_empty)>
                        {move || say_of("workspace_read_only", &[&fixed.get()])}
                    </p>
                    <p class="box warn" hidden=move || !unset()>
                        {say("workspace_unset")} " " <a href="options.html">{say("popup_set_up")}</a>
                    </p>
                    <Telling id="said" said />
                </div>
                <div id="panel" role="tabpanel">
                    <List role rows folders current open />
                </div>
            </section>
            <section class="sheet side">
                <FilesPanel files />
                // A panel hides what is being typed, and does not end it.
                <div hidden=move || files.panel.get().is_some()>
                    {move || match (opened.get(), shown.get()) {
                        (Some(item), _) => view! { <Form item folders=folders.get_untracked() opened said /> }.into_any(),
                        (None, Some(shown)) => {
                            let (folders, changes) = (folders.get_untracked(), standing.changes);
                            view! { <Detail shown folders changes ways /> }.into_any()
                        }
                        (None, None) => view! { <p class="quiet">{say("workspace_pick")}</p> }.into_any(),
                    }}
                </div>
            </section>
        </main>
    }
}

/// The keyboard goes on there. What cannot take the focus leaves it where it is.
fn reach(element: &HtmlElement) {
    let _ = element.focus();
}

/// A new item. An event begins with the next full hour in the reader's zone.
fn blank(role: Role) -> Fields {
    match role {
        Role::Calendar => {
            let now = moment::wall(moment::now());
            let start = now - now.rem_euclid(moment::HOUR) + moment::HOUR;
            Fields::Event(EventFields {
                start: moment::field(start),
                end: moment::field(start + moment::HOUR),
                zone: moment::zone(),
                ..EventFields::default()
            })
        }
        Role::Contacts => Fields::Contact(ContactFields::default()),
        Role::Notes => Fields::Note(NoteFields::default()),
    }
}
