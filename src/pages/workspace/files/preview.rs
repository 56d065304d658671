//! What files would bring, before any of it goes in.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Place;
use super::desk::Desk;
use super::incoming::{Row, Sort};
use crate::message::{Differing, Standing};
use crate::model::CollectionId;
use crate::pages::saying::{say, say_of};
use crate::text::file::{Broken, Flaw};

/// So many rows of each standing are listed; the others are meant all the same.
const LISTED: usize = 200;

/// What would go in, what is here already, and what cannot be read.
#[component]
pub fn Preview(desk: Desk) -> impl IntoView {
    let folders = Sort::ALL.map(|sort| {
        let there = Memo::new(move |_| desk.incoming.with(|incoming| incoming.has(sort)));
        move || there.get().then(|| view! { <Target desk sort /> })
    });
    let groups = [
        (Standing::New, "new", "files_new"),
        (Standing::Differs, "differs", "files_differs"),
        (Standing::Same, "same", "files_same"),
        (Standing::Unfit, "unfit", "files_unfit"),
    ];
    let groups = groups.map(|(standing, id, key)| view! { <Group desk standing id key /> });
    let count = move |is: fn(&Row) -> bool| {
        Memo::new(move |_| desk.incoming.with(|incoming| incoming.rows.iter().filter(|row| is(row)).count()))
    };
    let (guests, recoded) = (count(invites), count(|row| row.part.recoded));
    let hint = |id: &'static str, key: &'static str, count: Memo<usize>| {
        view! { <p id=id class="hint" hidden=move || count.get() == 0>{move || say_of(key, &[&count.get()])}</p> }
    };
    view! {
        <div id="preview" class="stack" aria-live="polite">
            {folders.into_iter().collect_view()}
            {groups.into_iter().collect_view()}
            <BrokenOnes desk />
            {hint("import-guests", "files_guests", guests)}
            {hint("import-recoded", "files_recoded", recoded)}
        </div>
    }
}

/// Somebody is invited to it, and it would go in.
fn invites(row: &Row) -> bool {
    row.part.guests && matches!(row.standing(), Some(Standing::New | Standing::Differs))
}

/// Where the items of a sort go.
#[component]
fn Target(desk: Desk, sort: Sort) -> impl IntoView {
    let (id, label, none) = match sort {
        Sort::Event => ("import-events", "files_into_events", "files_no_events"),
        Sort::Task => ("import-tasks", "files_into_tasks", "files_no_tasks"),
        Sort::Note => ("import-notes", "files_into_notes", "files_no_notes"),
        Sort::Contact | Sort::Other => ("import-contacts", "files_into_contacts", "files_no_contacts"),
    };
    let fitting: Vec<Place> = desk.places.with_untracked(|all| all.iter().filter(|p| sort.fits(p)).cloned().collect());
    if fitting.is_empty() {
        return view! { <p id=id class="box warn">{say(none)}</p> }.into_any();
    }
    let chosen = desk.targets.with_untracked(|targets| targets.get(&sort).cloned());
    let options = fitting.into_iter().map(|place| {
        let is_chosen = chosen.as_ref() == Some(&place.collection.id);
        view! { <option value=place.collection.id.0 prop:selected=is_chosen>{place.label}</option> }
    });
    let choose = move |event| {
        desk.targets.update(|targets| {
            targets.insert(sort, CollectionId(event_target_value(&event)));
        });
        desk.begin();
        spawn_local(async move { desk.look(&[sort]).await });
    };
    view! {
        <div class="field">
            <label for=id>{say(label)}</label>
            <select id=id disabled=move || desk.busy.get().is_some() on:change=choose>{options.collect_view()}</select>
        </div>
    }
    .into_any()
}

/// The items that stand so, to be looked at and left out.
#[component]
fn Group(desk: Desk, standing: Standing, id: &'static str, key: &'static str) -> impl IntoView {
    let numbers = Memo::new(move |_| desk.incoming.with(|incoming| incoming.standing(standing)));
    let goes = move || match standing {
        Standing::New => true,
        Standing::Differs => desk.differing.get() != Differing::Leave,
        Standing::Same | Standing::Unfit => false,
    };
    let listed = move || {
        let numbers = numbers.get();
        let more = numbers.len().saturating_sub(LISTED);
        let more = (more > 0).then(|| view! { <li class="quiet">{say_of("files_more", &[&more])}</li> });
        let rows = numbers.into_iter().take(LISTED).map(|at| view! { <Item desk at goes=Signal::derive(goes) /> });
        view! { {rows.collect_view()} {more} }
    };
    let choice = (standing == Standing::Differs).then(|| view! { <Choice desk /> });
    view! {
        <div id=format!("import-{id}") class="near" hidden=move || numbers.with(Vec::is_empty)>
            <details class="step" open=standing == Standing::New>
                <summary>{move || say_of(key, &[&numbers.with(Vec::len)])}</summary>
                <ul class="titles">{listed}</ul>
            </details>
            {choice}
        </div>
    }
}

#[component]
fn Item(desk: Desk, at: usize, goes: Signal<bool>) -> impl IntoView {
    let row = desk.incoming.with_untracked(|incoming| incoming.rows.get(at).cloned());
    let Some(row) = row else { return ().into_any() };
    let title = row.compared.as_ref().map(|compared| compared.title.clone()).filter(|title| !title.is_empty());
    let title = title.unwrap_or_else(|| row.part.title.clone());
    let title = if title.is_empty() { say("popup_untitled") } else { title };
    let refused = row.refused().map(|key| view! { <span class="mark warn">{say(key)}</span> });
    let elsewhere = row.compared.and_then(|compared| compared.elsewhere);
    let elsewhere =
        elsewhere.map(|name| view! { <span class="mark plain">{say_of("files_elsewhere", &[&name])}</span> });
    let id = format!("import-item-{at}");
    let wanted = move || desk.skipped.with(|skipped| !skipped.contains(&at));
    let turn = move |event| {
        let wanted = event_target_checked(&event);
        desk.skipped.update(|skipped| {
            if wanted {
                skipped.remove(&at)
            } else {
                skipped.insert(at)
            };
        });
    };
    view! {
        <li class="tick">
            <input id=id.clone() type="checkbox" hidden=move || !goes.get() prop:checked=wanted on:change=turn
                disabled=move || desk.busy.get().is_some() />
            <label for=id>{title} " " {elsewhere} {refused}</label>
        </li>
    }
    .into_any()
}

/// What becomes of what is here already and says something else.
#[component]
fn Choice(desk: Desk) -> impl IntoView {
    let choices = [
        (Differing::Leave, "leave", "files_leave"),
        (Differing::Replace, "replace", "files_replace"),
        (Differing::Copy, "copy", "files_copy"),
    ];
    let choices = choices.map(|(differing, id, key)| {
        let id = format!("differing-{id}");
        view! {
            <div class="tick">
                <input type="radio" name="differing" id=id.clone() prop:checked=move || desk.differing.get() == differing
                    disabled=move || desk.busy.get().is_some() on:change=move |_| desk.differing.set(differing) />
                <label for=id>{say(key)}</label>
            </div>
        }
    });
    view! {
        <fieldset>
            <legend class="hidden-label">{say("files_differing")}</legend>
            {choices.into_iter().collect_view()}
        </fieldset>
    }
}

/// What of the files is no item.
#[component]
fn BrokenOnes(desk: Desk) -> impl IntoView {
    let broken = Memo::new(move |_| desk.incoming.with(|incoming| incoming.broken.clone()));
    let listed = move || {
        let broken = broken.get();
        let more = broken.len().saturating_sub(LISTED);
        let more = (more > 0).then(|| view! { <li class="quiet">{say_of("files_more", &[&more])}</li> });
        let rows = broken.into_iter().take(LISTED).map(|Broken { component, title, flaw }| {
            let title = if title.is_empty() { component } else { title };
            let title = if title.is_empty() { say("files_lines") } else { title };
            let why = match flaw {
                Flaw::CutOff => say("files_cut_off"),
                Flaw::Unbalanced | Flaw::Deep => say("files_unbalanced"),
                Flaw::Stray => say("files_stray"),
            };
            view! { <li>{title} " " <span class="mark warn">{why}</span></li> }
        });
        view! { {rows.collect_view()} {more} }
    };
    view! {
        <details id="import-broken" class="step" open hidden=move || broken.with(Vec::is_empty)>
            <summary>{move || say_of("files_broken", &[&broken.with(Vec::len)])}</summary>
            <ul class="titles">{listed}</ul>
        </details>
    }
}
