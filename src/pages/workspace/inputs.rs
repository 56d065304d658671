//! The inputs of an item's form, and what was typed into them as fields.

use leptos::prelude::*;

use crate::fault;
use crate::model::{ContactFields, EventFields, Fault, Fields, NoteFields};
use crate::pages::saying::{say, say_of};

/// Turns what was typed into fields, or says what is wrong with it.
type Typed = Result<Fields, Fault>;

pub fn inputs(fields: Fields) -> (AnyView, Callback<(), Typed>) {
    match fields {
        Fields::Event(event) => event_inputs(event),
        Fields::Contact(contact) => contact_inputs(&contact),
        Fields::Note(note) => note_inputs(&note),
    }
}

fn event_inputs(event: EventFields) -> (AnyView, Callback<(), Typed>) {
    let title = RwSignal::new(event.title.clone());
    let place = RwSignal::new(event.place.clone());
    let all_day = RwSignal::new(event.all_day);
    let start = RwSignal::new(event.start.clone());
    let end = RwSignal::new(event.end.clone());
    let description = RwSignal::new(event.description.clone());
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
    let zone = match event.zone.as_str() {
        "" => say("workspace_zone_floating"),
        zone => say_of("workspace_zone", &[&zone]),
    };
    let recurs = event.recurs.then(|| view! { <p id="recurs" class="box">{say("workspace_recurs")}</p> });
    let sort = move || if all_day.get() { "date" } else { "datetime-local" };
    let view = view! {
        {recurs}
        <Field id="title" name=say("workspace_title") value=title />
        <Field id="place" name=say("workspace_place") value=place />
        <div class="tick">
            <input type="checkbox" id="all-day" bind:checked=all_day />
            <label for="all-day">{say("workspace_all_day")}</label>
        </div>
        <div class="near">
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
            <p class="hint" hidden=all_day>{zone}</p>
        </div>
        <Text id="description" name=say("workspace_description") value=description />
    };
    let typed = move |()| {
        let (start, end) = (start.get_untracked(), end.get_untracked());
        let whole = all_day.get_untracked();
        let fields = EventFields {
            title: title.get_untracked().trim().to_owned(),
            place: place.get_untracked().trim().to_owned(),
            all_day: whole,
            start: exact(&start, whole)?,
            end: exact(if end.is_empty() { &start } else { &end }, whole)?,
            zone: event.zone.clone(),
            description: description.get_untracked(),
            recurs: event.recurs,
        };
        // Both are of one form, in which earlier is less.
        if fields.end < fields.start {
            return Err(fault::field("field_end_before_start"));
        }
        Ok(Fields::Event(fields))
    };
    (view.into_any(), Callback::new(typed))
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

fn contact_inputs(contact: &ContactFields) -> (AnyView, Callback<(), Typed>) {
    let signal = |text: &String| RwSignal::new(text.clone());
    let (given, family) = (signal(&contact.given), signal(&contact.family));
    let (organization, mail) = (signal(&contact.organization), signal(&contact.mail));
    let (phone, note) = (signal(&contact.phone), signal(&contact.note));
    let view = view! {
        <div class="pair">
            <Field id="given" name=say("workspace_given") value=given />
            <Field id="family" name=say("workspace_family") value=family />
        </div>
        <Field id="organization" name=say("workspace_organization") value=organization />
        <div class="pair">
            <Field id="mail" name=say("workspace_mail") value=mail kind="email" />
            <Field id="phone" name=say("workspace_phone") value=phone kind="tel" />
        </div>
        <Text id="note" name=say("workspace_contact_note") value=note />
    };
    let typed = move |()| {
        let line = |of: RwSignal<String>| of.get_untracked().trim().to_owned();
        let fields = ContactFields {
            given: line(given),
            family: line(family),
            organization: line(organization),
            mail: line(mail),
            phone: line(phone),
            note: note.get_untracked(),
        };
        if [&fields.given, &fields.family, &fields.organization, &fields.mail].iter().all(|text| text.is_empty()) {
            return Err(fault::field("field_contact_empty"));
        }
        Ok(Fields::Contact(fields))
    };
    (view.into_any(), Callback::new(typed))
}

fn note_inputs(note: &NoteFields) -> (AnyView, Callback<(), Typed>) {
    let title = RwSignal::new(note.title.clone());
    let text = RwSignal::new(note.text.clone());
    let view = view! {
        <Field id="title" name=say("workspace_title") value=title />
        <Text id="text" name=say("workspace_text") value=text />
    };
    let typed = move |()| {
        let fields = NoteFields { title: title.get_untracked().trim().to_owned(), text: text.get_untracked() };
        if fields.title.is_empty() && fields.text.trim().is_empty() {
            return Err(fault::field("field_note_empty"));
        }
        Ok(Fields::Note(fields))
    };
    (view.into_any(), Callback::new(typed))
}

#[component]
fn Field(
    id: &'static str,
    name: String,
    value: RwSignal<String>,
    #[prop(default = "text")] kind: &'static str,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{name}</label>
            <input id=id type=kind autocomplete="off" bind:value=value />
        </div>
    }
}

#[component]
fn Text(id: &'static str, name: String, value: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{name}</label>
            <textarea id=id rows="5" bind:value=value></textarea>
        </div>
    }
}
