//! The inputs of an event.

use leptos::prelude::*;

use super::repeat::repeat;
use super::rows::Reminders;
use super::{Categories, Choice, Field, More, Text, Typed, line};
use crate::fault;
use crate::model::{Access, EventFields, Fault, Fields, Status};
use crate::pages::moment;
use crate::pages::saying::say;

pub fn inputs(event: EventFields) -> (AnyView, Callback<(), Typed>) {
    let title = RwSignal::new(event.title.clone());
    let place = RwSignal::new(event.place.clone());
    let all_day = RwSignal::new(event.all_day);
    let start = RwSignal::new(event.start.clone());
    let end = RwSignal::new(event.end.clone());
    // What is all day no more has times in the reader's zone, if nothing else is chosen.
    let own_zone = if event.all_day { moment::zone() } else { event.zone.clone() };
    let zone = RwSignal::new(own_zone.clone());
    let description = RwSignal::new(event.description.clone());
    let alarms = RwSignal::new(event.alarms.clone());
    let url = RwSignal::new(event.url.clone());
    let status = RwSignal::new(format!("{:?}", event.status));
    let access = RwSignal::new(format!("{:?}", event.access));
    let free = RwSignal::new(event.free);
    let color = RwSignal::new(event.color.clone());
    let categories = Categories::new(event.categories.clone());
    // A date field takes no time and the other way round. What the person had
    // before comes back when they change their mind.
    let times = RwSignal::new(match event.all_day {
        true => ("T09:00".to_owned(), "T10:00".to_owned()),
        false => (event.start.chars().skip(10).collect(), event.end.chars().skip(10).collect()),
    });
    Effect::watch(
        move || all_day.get(),
        move |whole, _, _| {
            let day = |of: RwSignal<String>| of.get_untracked().chars().take(10).collect::<String>();
            if *whole {
                let time = |of: RwSignal<String>| of.get_untracked().chars().skip(10).collect::<String>();
                times.set((time(start), time(end)));
                start.set(day(start));
                end.set(day(end));
            } else {
                let (from, until) = times.get_untracked();
                start.set(format!("{}{from}", day(start)));
                end.set(format!("{}{until}", day(end)));
            }
        },
        false,
    );
    let recurs = (event.recurs && event.of.is_none())
        .then(|| view! { <p id="recurs" class="box">{say("workspace_recurs")}</p> });
    let sort = move || if all_day.get() { "date" } else { "datetime-local" };
    let (repeats, recurrence) = repeat(&event, start);
    let statuses = [
        (Status::None, "workspace_status_none"),
        (Status::Tentative, "workspace_status_tentative"),
        (Status::Confirmed, "workspace_status_confirmed"),
        (Status::Cancelled, "workspace_status_cancelled"),
    ];
    let accesses = [
        (Access::Public, "workspace_access_public"),
        (Access::Private, "workspace_access_private"),
        (Access::Confidential, "workspace_access_confidential"),
    ];
    let more = !event.categories.is_empty()
        || !event.url.is_empty()
        || event.free
        || !event.color.is_empty()
        || event.access != Access::Public
        || matches!(event.status, Status::Tentative | Status::Cancelled);
    let named = categories.view().into_any();
    let view = view! {
        {recurs}
        <Field id="title" name=say("workspace_title") value=title />
        <Field id="place" name=say("workspace_place") value=place />
        <div class="tick">
            <input type="checkbox" id="all-day" bind:checked=all_day />
            <label for="all-day">{say("workspace_all_day")}</label>
        </div>
        <div class="stack">
            <div class="pair">
                <div class="field">
                    <label for="start">{say("workspace_start")}</label>
                    <input id="start" type=sort bind:value=start />
                </div>
                <div class="field">
                    <label for="end">{say("workspace_end")}</label>
                    <input id="end" type=sort bind:value=end />
                </div>
            </div>
            <div hidden=all_day>
                <Choice id="zone" name=say("workspace_zone_label") value=zone options=zones(&own_zone) />
            </div>
        </div>
        {repeats}
        <Reminders alarms />
        <Text id="description" name=say("workspace_description") value=description />
        <More open=more>
            <div class="pair">
                <Choice id="status" name=say("workspace_status") value=status
                    options=statuses.map(|(value, key)| (format!("{value:?}"), say(key))).to_vec() />
                <Choice id="access" name=say("workspace_access") value=access
                    options=accesses.map(|(value, key)| (format!("{value:?}"), say(key))).to_vec() />
            </div>
            <div class="tick">
                <input type="checkbox" id="free" bind:checked=free />
                <label for="free">{say("workspace_free")}</label>
            </div>
            <Choice id="color" name=say("workspace_color") value=color options=colors(&event.color) />
            <Field id="url" name=say("workspace_url") value=url kind="url" />
            {named}
        </More>
    };
    let typed = move |()| {
        let (start, end) = (start.get_untracked(), end.get_untracked());
        let whole = all_day.get_untracked();
        let start = exact(&start, whole)?;
        let status = status.get_untracked();
        let access = access.get_untracked();
        let fields = EventFields {
            title: line(title),
            place: line(place),
            all_day: whole,
            end: if end.is_empty() { start.clone() } else { exact(&end, whole)? },
            recurrence: recurrence.run(())?,
            start,
            zone: if whole { event.zone.clone() } else { zone.get_untracked() },
            description: description.get_untracked(),
            recurs: event.recurs,
            of: event.of,
            since: event.since.clone(),
            alarms: alarms.get_untracked(),
            categories: categories.typed(),
            status: statuses.iter().map(|(value, _)| *value).find(|v| format!("{v:?}") == status).unwrap_or_default(),
            access: accesses.iter().map(|(value, _)| *value).find(|v| format!("{v:?}") == access).unwrap_or_default(),
            free: free.get_untracked(),
            color: color.get_untracked(),
            url: line(url),
        };
        // Both are of one form, in which earlier is less.
        if fields.end < fields.start {
            return Err(fault::field("field_end_before_start"));
        }
        Ok(Fields::Event(fields))
    };
    (view.into_any(), Callback::new(typed))
}

/// Some of the names of CSS, and the event's own where it is another.
fn colors(own: &str) -> Vec<(String, String)> {
    let known = [
        ("", "workspace_color_none"),
        ("red", "workspace_color_red"),
        ("orange", "workspace_color_orange"),
        ("gold", "workspace_color_gold"),
        ("green", "workspace_color_green"),
        ("teal", "workspace_color_teal"),
        ("turquoise", "workspace_color_turquoise"),
        ("blue", "workspace_color_blue"),
        ("navy", "workspace_color_navy"),
        ("purple", "workspace_color_purple"),
        ("violet", "workspace_color_violet"),
        ("pink", "workspace_color_pink"),
        ("brown", "workspace_color_brown"),
        ("gray", "workspace_color_gray"),
    ];
    let other = known.iter().all(|(name, _)| *name != own).then(|| (own.to_owned(), own.to_owned()));
    known.into_iter().map(|(name, key)| (name.to_owned(), say(key))).chain(other).collect()
}

/// The zones the browser knows, the event's own among them, and none.
fn zones(own: &str) -> Vec<(String, String)> {
    let mut names = moment::zones();
    for name in ["UTC", own] {
        if !name.is_empty() && !names.iter().any(|known| known == name) {
            names.insert(0, name.to_owned());
        }
    }
    let floating = (String::new(), say("workspace_zone_floating"));
    std::iter::once(floating).chain(names.into_iter().map(|name| (name.clone(), name))).collect()
}

/// A date, or date and time to the minute, as the field gives it.
fn exact(typed: &str, whole_day: bool) -> Result<String, Fault> {
    let length = if whole_day { 10 } else { 16 };
    match typed.get(..length) {
        _ if typed.is_empty() => Err(fault::field("field_start_empty")),
        Some(exact) => Ok(exact.to_owned()),
        None => Err(fault::field("field_time_invalid")),
    }
}
