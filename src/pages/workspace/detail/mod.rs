//! What is in an item, to read: asked of the worker, laid out here.

mod contact;
mod event;
mod note;
mod part;
mod source;

use leptos::prelude::*;

use self::source::Source;
use super::files::SaveItem;
use super::{Shown, reach};
use crate::browser::api;
use crate::fault;
use crate::message::{Answer, Ask};
use crate::model::view::Detail as Read;
use crate::model::{Fault, Millis, View};
use crate::pages::frame::rounds;
use crate::pages::saying::{of_fault, say, say_of, sentence};
use crate::pages::shelf::Folder;

/// What the person may do from here.
#[derive(Clone, Copy)]
pub struct Ways {
    /// To the form of what is shown.
    pub edit: Callback<()>,
    /// To an instance of the series, or (`None`) to it as a whole.
    pub instance: Callback<Option<Millis>>,
    /// To another item.
    pub item: Callback<crate::model::ItemId>,
    /// Away from it: closed, or not there any more.
    pub close: Callback<()>,
}

/// Follows what changes: what is shown is as it is now.
#[component]
pub fn Detail(shown: Shown, folders: Vec<Folder>, changes: RwSignal<u32>, ways: Ways) -> impl IntoView {
    let found = RwSignal::new(None::<Result<View, Fault>>);
    let of = shown.of;
    let ask = Ask::View { id: shown.id.clone(), of };
    let read = rounds(move || {
        let ask = ask.clone();
        async move {
            let answer = match api::ask(&ask).await {
                // There is no such instance any more.
                Ok(Answer::View(view)) if of.is_some() && instance(&view).is_none() => return ways.instance.run(None),
                Ok(Answer::View(view)) => Ok(*view),
                Ok(_) => Err(fault::internal("no view").during("View")),
                Err(fault) if fault.text.key == "field_item_gone" => return ways.close.run(()),
                Err(fault) => Err(fault),
            };
            // What is the same is not drawn anew: the reader may be in the middle of it.
            if found.with_untracked(|found| found.as_ref() != Some(&answer)) {
                found.set(Some(answer));
            }
        }
    });
    read();
    Effect::watch(move || changes.get(), move |_, _, _| read(), false);
    // The keyboard goes on at the name of what was opened; a change does not call it back.
    let fresh = StoredValue::new(true);
    move || match found.get() {
        None => ().into_any(),
        Some(Err(fault)) => view! { <p class="error" role="alert">{of_fault(&fault)}</p> }.into_any(),
        Some(Ok(view)) => {
            let focus = fresh.get_value();
            fresh.set_value(false);
            let (shown, folders) = (shown.clone(), folders.clone());
            view! { <Laid view shown folders ways focus /> }.into_any()
        }
    }
}

/// Which instance of a series it is.
fn instance(view: &View) -> Option<Millis> {
    match &view.detail {
        Read::Event(event) | Read::Task(event) => event.series.as_ref()?.of,
        _ => None,
    }
}

#[component]
fn Laid(view: View, shown: Shown, folders: Vec<Folder>, ways: Ways, focus: bool) -> impl IntoView {
    let top = NodeRef::<leptos::html::H2>::new();
    top.on_load(move |heading| {
        if focus {
            reach(&heading);
        }
    });
    let own = folders.iter().find(|own| Some(&own.id) == shown.folder.as_ref()).cloned();
    let writable = own.as_ref().is_none_or(|own| own.writable);
    let fixed = own.as_ref().filter(|own| !own.writable).map(|own| {
        view! { <p id="fixed" class="box warn">{say_of("workspace_read_only", &[&own.label()])}</p> }
    });
    let place = (folders.len() > 1).then(|| own.map(|own| view! { <p class="hint">{own.label()}</p> }));
    let title = if view.title.is_empty() { say("popup_untitled") } else { view.title.clone() };
    let missed = (!view.missed.is_empty()).then(|| {
        let said: Vec<String> = view.missed.iter().map(sentence).collect();
        view! { <p id="missed" class="box warn">{said.join(" ")}</p> }
    });
    let has_form = matches!(view.detail, Read::Event(_) | Read::Contact(_) | Read::Note(_));
    let (kind, content) = match view.detail {
        Read::Event(event) => ("event", event::laid(*event, Some(shown.id.clone()), ways)),
        Read::Task(task) => ("task", event::laid(*task, None, ways)),
        Read::Contact(contact) => ("contact", contact::laid(*contact, ways)),
        Read::Note(note) => ("note", note::laid(*note)),
        Read::Unknown(lines) => ("unknown", part::lines(lines)),
    };
    let edit = (writable && has_form).then(|| {
        view! {
            <button id="edit" type="button" class="main" on:click=move |_| ways.edit.run(())>{say("view_edit")}</button>
        }
    });
    view! {
        <article id="detail" class="stack" data-kind=kind aria-labelledby="detail-title">
            <div class="near">
                <h2 id="detail-title" tabindex="-1" node_ref=top>{title}</h2>
                {place}
            </div>
            {missed}
            {fixed}
            {content}
            <div class="row">
                {edit}
                <button id="close-detail" type="button" on:click=move |_| ways.close.run(())>{say("action_close")}</button>
            </div>
            <SaveItem id=shown.id.clone() />
            <Source id=shown.id />
        </article>
    }
}
