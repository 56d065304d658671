//! Files: bringing in what other programs wrote, and handing over what is here.

mod desk;
mod export;
mod import;
mod incoming;
mod preview;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{File, HtmlElement};

use self::export::Export;
use self::import::Import;
use crate::browser::upload;
use crate::model::{Collection, Fault, ItemId};
use crate::pages::frame::{Said, Telling};
use crate::pages::saying::{say, say_of};
use crate::pages::{export as files, shelf};

/// What the side of the page shows of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    Import,
    Export,
}

/// Which panel is open, and the files that wait to be read.
#[derive(Clone, Copy)]
pub struct Files {
    pub panel: RwSignal<Option<Panel>>,
    chosen: StoredValue<Vec<File>, LocalStorage>,
    /// Counts the times that files were chosen.
    times: RwSignal<u32>,
}

impl Files {
    pub fn new() -> Files {
        let files =
            Files { panel: RwSignal::new(None), chosen: StoredValue::new_local(Vec::new()), times: RwSignal::new(0) };
        files.take_drops();
        files
    }

    /// Brings these files in, as far as a preview.
    fn choose(self, chosen: Vec<File>) {
        if !chosen.is_empty() {
            self.chosen.set_value(chosen);
            self.panel.set(Some(Panel::Import));
            self.times.update(|times| *times += 1);
        }
    }

    /// Files may be dropped anywhere on the page; else the browser would open them.
    fn take_drops(self) {
        let has_files = |event: &ev::DragEvent| {
            event.data_transfer().is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0))
        };
        let over = window_event_listener(ev::dragover, move |event| {
            if has_files(&event) {
                event.prevent_default();
            }
        });
        let dropped = window_event_listener(ev::drop, move |event| {
            if has_files(&event) {
                event.prevent_default();
                self.choose(upload::files(event.data_transfer().and_then(|transfer| transfer.files())));
            }
        });
        on_cleanup(move || {
            over.remove();
            dropped.remove();
        });
    }
}

/// The way to both panels.
#[component]
pub fn FilesRow(files: Files) -> impl IntoView {
    let open = move |panel| move |_| files.panel.set(Some(panel));
    let pressed = move |panel| move || if files.panel.get() == Some(panel) { "true" } else { "false" };
    view! {
        <div class="row">
            <button id="import" type="button" class="link" aria-expanded=pressed(Panel::Import)
                on:click=open(Panel::Import)>{say("files_import")}</button>
            <button id="export" type="button" class="link" aria-expanded=pressed(Panel::Export)
                on:click=open(Panel::Export)>{say("files_export")}</button>
        </div>
    }
}

/// The panel that is open, if one is.
#[component]
pub fn FilesPanel(files: Files) -> impl IntoView {
    move || match files.panel.get() {
        Some(Panel::Import) => view! { <Import files /> }.into_any(),
        Some(Panel::Export) => view! { <Export files /> }.into_any(),
        None => ().into_any(),
    }
}

/// The head of a panel, which the keyboard begins at.
#[component]
fn Head(title: &'static str) -> impl IntoView {
    let top = NodeRef::<leptos::html::H2>::new();
    top.on_load(|heading| {
        let heading: &HtmlElement = &heading;
        // What cannot take the focus leaves it where it is.
        let _ = heading.focus();
    });
    view! { <h2 tabindex="-1" node_ref=top>{say(title)}</h2> }
}

/// Saves one item as a file.
#[component]
pub fn SaveItem(id: ItemId) -> impl IntoView {
    let said = RwSignal::new(Said::Nothing);
    let save = move |_| {
        let id = id.clone();
        spawn_local(async move {
            said.set(match files::item(&id).await {
                Ok(()) => Said::Nothing,
                Err(fault) => Said::Failed(fault),
            });
        });
    };
    view! {
        <div class="near">
            <div class="row">
                <button id="save-file" type="button" class="link" on:click=save>{say("files_save_item")}</button>
            </div>
            <Telling id="save-file-said" said />
        </div>
    }
}

/// A folder that is synchronized, as it is called here.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    collection: Collection,
    label: String,
}

/// Where items can be, and go.
async fn places() -> Result<Vec<Place>, Fault> {
    let names = shelf::names().await?;
    let mut places: Vec<Place> = Vec::new();
    for collection in shelf::collections().await? {
        if collection.role.is_none() || collection.vanished.is_some() {
            continue;
        }
        let label = match names.get(&collection.account) {
            Some(account) => say_of("folder_of_account", &[&collection.name, account]),
            None => collection.name.clone(),
        };
        places.push(Place { collection, label });
    }
    places.sort_by_key(|place| place.collection.role);
    Ok(places)
}
