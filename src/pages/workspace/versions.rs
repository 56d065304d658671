//! What an item was before, and having it back.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Opened;
use crate::browser::api;
use crate::message::{Answer, Ask, Version};
use crate::model::{Changed, Fault, ItemId};
use crate::pages::frame::Said;
use crate::pages::moment;
use crate::pages::saying::{of_fault, say, say_of};

/// Read when they are looked at. `writable`: they can be brought back.
#[component]
pub fn Versions(
    id: ItemId,
    writable: bool,
    opened: RwSignal<Option<Opened>>,
    /// Of the page: the form is gone when one was brought back.
    said: RwSignal<Said>,
) -> impl IntoView {
    let found = RwSignal::new(None::<Result<Vec<Version>, Fault>>);
    let item = id.clone();
    let look = move |_| {
        if found.with_untracked(Option::is_some) {
            return;
        }
        let item = item.clone();
        spawn_local(async move {
            found.set(Some(match api::ask(&Ask::Versions(item)).await {
                Ok(Answer::Versions(versions)) => Ok(versions),
                Ok(_) => Err(crate::fault::internal("no versions").during("Versions")),
                Err(fault) => Err(fault),
            }));
        });
    };
    let bring_back = Callback::new(move |at| {
        let item = id.clone();
        spawn_local(async move {
            match api::ask(&Ask::BringBack { at, item }).await {
                Ok(_) => {
                    opened.set(None);
                    said.set(Said::Done(say("versions_brought_back")));
                }
                Err(fault) => found.set(Some(Err(fault))),
            }
        });
    });
    let shown = move || match found.get() {
        None => ().into_any(),
        Some(Err(fault)) => view! { <p class="error">{of_fault(&fault)}</p> }.into_any(),
        Some(Ok(versions)) if versions.is_empty() => view! { <p class="quiet">{say("versions_none")}</p> }.into_any(),
        Some(Ok(versions)) => {
            let rows = versions.into_iter().map(|version| view! { <Row version writable bring_back /> });
            view! { <ol id="version-list">{rows.collect_view()}</ol> }.into_any()
        }
    };
    view! {
        <details id="versions" on:toggle=look>
            <summary>{say("versions")}</summary>
            <div class="stack">{shown}</div>
        </details>
    }
}

#[component]
fn Row(version: Version, writable: bool, bring_back: Callback<crate::model::Millis>) -> impl IntoView {
    let at = version.at;
    let when = moment::date_time(at);
    let label = say_of("versions_bring_back_label", &[&when]);
    let changes = paired(version.changed).iter().map(change).collect_view();
    view! {
        <li>
            <div class="head">
                <p><strong>{when}</strong> " " <span class="hint">{say(version.why.key())}</span></p>
                <button class="bring-back" type="button" aria-label=label disabled=!writable
                    on:click=move |_| bring_back.run(at)>{say("status_bring_back")}</button>
            </div>
            <dl>{changes}</dl>
        </li>
    }
}

/// What went and what came in its place, as one: of several values of a property it
/// is not told which became which.
fn paired(changed: Vec<Changed>) -> Vec<Changed> {
    let mut pairs: Vec<Changed> = Vec::new();
    for change in changed {
        let fits = |last: &&mut Changed| {
            let same = (&last.place, &last.name) == (&change.place, &change.name);
            same && last.new.is_none() && change.old.is_none()
        };
        match pairs.last_mut().filter(|last| fits(last)) {
            Some(last) => last.new = change.new,
            None => pairs.push(change),
        }
    }
    pairs
}

/// What it said then, and what it says in the version after it.
fn change(changed: &Changed) -> impl IntoView + use<> {
    let name = match changed.place.as_str() {
        "" => named(&changed.name),
        place => say_of("versions_place", &[&place, &named(&changed.name)]),
    };
    let old = match &changed.old {
        Some(old) => view! { <del>{old.clone()}</del> }.into_any(),
        None => view! { <span class="quiet">{say("versions_nothing")}</span> }.into_any(),
    };
    let new = match &changed.new {
        Some(new) => view! { <ins>{new.clone()}</ins> }.into_any(),
        None => view! { <span class="quiet">{say("versions_nothing")}</span> }.into_any(),
    };
    view! { <div><dt>{name}</dt><dd>{old} " → " {new}</dd></div> }
}

/// What the form calls the property; others go by their own name.
fn named(property: &str) -> String {
    match property {
        "SUMMARY" => say("workspace_title"),
        "LOCATION" => say("workspace_place"),
        "DTSTART" => say("workspace_start"),
        "DTEND" => say("workspace_end"),
        "DURATION" => say("versions_duration"),
        "RRULE" => say("workspace_repeat"),
        "EXDATE" => say("view_left_out"),
        "RDATE" => say("view_added"),
        "STATUS" => say("workspace_status"),
        "CLASS" => say("workspace_access"),
        "TRANSP" => say("versions_transp"),
        "COLOR" => say("workspace_color"),
        "CATEGORIES" => say("workspace_categories"),
        "URL" => say("workspace_url"),
        "TRIGGER" => say("workspace_reminder"),
        "ATTENDEE" => say("view_attendees"),
        "ORGANIZER" => say("view_organizer"),
        "DESCRIPTION" => say("workspace_description"),
        "FN" | "N" => say("versions_name"),
        "ORG" => say("workspace_organization"),
        "EMAIL" => say("workspace_mail"),
        "TEL" => say("workspace_phone"),
        "NOTE" => say("workspace_contact_note"),
        "ADR" => say("workspace_address"),
        "BDAY" => say("workspace_birthday"),
        "ANNIVERSARY" => say("workspace_anniversary"),
        "TITLE" => say("workspace_job"),
        "NICKNAME" => say("workspace_nickname"),
        "PHOTO" => say("workspace_photo"),
        other => other.to_owned(),
    }
}
