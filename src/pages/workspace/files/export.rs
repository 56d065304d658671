//! Handing over files: everything, a folder, or what is ticked in one.

use std::collections::HashSet;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Files, Head, Place, places};
use crate::model::{Entry, ItemId, Role};
use crate::pages::export::{self, Shape};
use crate::pages::frame::{Said, Telling};
use crate::pages::saying::{say, say_of};
use crate::pages::shelf;
use crate::text::words::{self, Sought};

/// So many rows are listed; the field above them finds the others.
const LISTED: usize = 200;

#[component]
pub fn Export(files: Files) -> impl IntoView {
    let all = RwSignal::new(Vec::<Place>::new());
    // Empty: everything.
    let chosen = RwSignal::new(String::new());
    let entries = RwSignal::new(Vec::<Entry>::new());
    let left_out = RwSignal::new(HashSet::<ItemId>::new());
    let sought = RwSignal::new(String::new());
    let shape = RwSignal::new(Shape::Whole);
    let busy = RwSignal::new(false);
    let said = RwSignal::new(Said::Nothing);
    spawn_local(async move {
        match places().await {
            Ok(found) => all.set(found),
            Err(fault) => said.set(Said::Failed(fault)),
        }
    });
    let place =
        Memo::new(move |_| all.with(|all| all.iter().find(|place| place.collection.id.0 == chosen.get()).cloned()));
    Effect::watch(
        move || place.get(),
        move |place, _, _| {
            said.set(Said::Nothing);
            entries.set(Vec::new());
            left_out.update(HashSet::clear);
            sought.set(String::new());
            shape.set(Shape::Whole);
            let Some(id) = place.as_ref().map(|place| place.collection.id.clone()) else { return };
            spawn_local(async move {
                match shelf::entries(&id).await {
                    // Another folder may have been chosen meanwhile.
                    Ok(found) if chosen.try_get_untracked() == Some(id.0) => entries.set(found),
                    Ok(_) => {}
                    Err(fault) => said.set(Said::Failed(fault)),
                }
            });
        },
        false,
    );
    let words = Memo::new(move |_| {
        let words = |entry: &Entry| words::of_text(&format!("{} {}", entry.title, entry.detail));
        entries.with(|entries| entries.iter().map(words).collect::<Vec<String>>())
    });
    let matching = Memo::new(move |_| {
        let sought = Sought::new(&sought.get());
        entries.with(|entries| {
            words.with(|words| {
                let found = entries.iter().zip(words).filter(|(_, words)| sought.is_empty() || sought.found_in(words));
                found.map(|(entry, _)| entry.clone()).collect::<Vec<Entry>>()
            })
        })
    });
    let count = Memo::new(move |_| left_out.with(|out| entries.with(Vec::len).saturating_sub(out.len())));
    let tick = move |on: bool| {
        let ids: Vec<ItemId> = matching.with_untracked(|rows| rows.iter().map(|entry| entry.id.clone()).collect());
        left_out.update(|out| {
            for id in ids {
                if on {
                    out.remove(&id)
                } else {
                    out.insert(id)
                };
            }
        });
    };
    let listed = move || {
        let rows = matching.get();
        let more = rows.len().saturating_sub(LISTED);
        let more = (more > 0).then(|| view! { <li class="quiet">{say_of("files_more_rows", &[&more])}</li> });
        let rows = rows.into_iter().take(LISTED).enumerate().map(|(number, entry)| {
            let id = format!("export-item-{number}");
            let title = if entry.title.is_empty() { say("popup_untitled") } else { entry.title };
            let item = entry.id;
            let own = item.clone();
            let wanted = move || left_out.with(|out| !out.contains(&own));
            let turn = move |event| {
                let (wanted, item) = (event_target_checked(&event), item.clone());
                left_out.update(|out| {
                    if wanted {
                        out.remove(&item)
                    } else {
                        out.insert(item)
                    };
                });
            };
            view! {
                <li class="tick">
                    <input id=id.clone() type="checkbox" prop:checked=wanted on:change=turn />
                    <label for=id>{title}</label>
                </li>
            }
        });
        view! { {rows.collect_view()} {more} }
    };
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        said.set(Said::Nothing);
        spawn_local(async move {
            let done = match place.get_untracked() {
                None => {
                    let all: Vec<_> = all.with_untracked(|all| all.iter().map(|p| p.collection.clone()).collect());
                    export::everything(&all).await
                }
                Some(place) => {
                    let out = left_out.get_untracked();
                    let ids = entries.with_untracked(|entries| {
                        entries.iter().map(|entry| entry.id.clone()).filter(|id| !out.contains(id)).collect()
                    });
                    // All of a folder is all of it, listed or not.
                    let only = (!out.is_empty()).then_some(&ids);
                    export::folder(&place.collection, only, shape.get_untracked()).await
                }
            };
            busy.set(false);
            said.set(match done {
                Ok(count) => Said::Done(say_of("files_saved", &[&count])),
                Err(fault) => Said::Failed(fault),
            });
        });
    };
    let options = move || {
        let places = all.get().into_iter();
        places.map(|place| view! { <option value=place.collection.id.0>{place.label}</option> }).collect_view()
    };
    let shapes = [(Shape::Whole, "whole", "files_as_calendar"), (Shape::Notes, "notes", "files_as_notes")];
    let shapes = shapes.map(|(of, id, key)| {
        let id = format!("export-{id}");
        view! {
            <div class="tick">
                <input type="radio" name="shape" id=id.clone() prop:checked=move || shape.get() == of
                    on:change=move |_| shape.set(of) />
                <label for=id>{say(key)}</label>
            </div>
        }
    });
    let is_notes = move || place.with(|p| p.as_ref().is_some_and(|p| p.collection.role == Some(Role::Notes)));
    let hint = move || if place.with(Option::is_none) { say("files_everything_hint") } else { String::new() };
    let action = move || match place.with(Option::is_none) {
        true => say("files_save_everything"),
        false => say_of("files_save_items", &[&count.get()]),
    };
    let nothing = move || busy.get() || (place.with(Option::is_some) && count.get() == 0) || all.with(Vec::is_empty);
    view! {
        <form id="export-panel" class="stack" on:submit=save>
            <Head title="files_export_title" />
            <div class="field">
                <label for="export-folder">{say("files_what")}</label>
                <select id="export-folder" on:change=move |event| chosen.set(event_target_value(&event))>
                    <option value="">{say("files_everything")}</option>
                    {options}
                </select>
                <p class="hint">{hint}</p>
            </div>
            <div class="stack" hidden=move || place.with(Option::is_none)>
                <input type="search" id="export-filter" aria-label=say("workspace_filter")
                    placeholder=say("workspace_filter") bind:value=sought />
                <div class="row">
                    <button id="export-all" type="button" class="link" on:click=move |_| tick(true)>
                        {say("files_tick_all")}
                    </button>
                    <button id="export-none" type="button" class="link" on:click=move |_| tick(false)>
                        {say("files_tick_none")}
                    </button>
                </div>
                <ul id="export-list" class="ticks">{listed}</ul>
                <fieldset hidden=move || !is_notes()>
                    <legend>{say("files_shape")}</legend>
                    {shapes.into_iter().collect_view()}
                </fieldset>
            </div>
            <Telling id="export-said" said />
            <div class="row">
                <button id="export-go" type="submit" class="main" disabled=nothing>{action}</button>
                <button id="export-close" type="button" on:click=move |_| files.panel.set(None)>
                    {say("action_close")}
                </button>
            </div>
        </form>
    }
}
