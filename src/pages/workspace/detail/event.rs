//! An event or a task, laid out.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Ways;
use super::part::{self, fact, facts, section};
use crate::browser::api;
use crate::fault;
use crate::message::{Answer, Ask};
use crate::model::view::{Alarm, ChangedInstance, EventView, Instance, Person, Seek, Series, When};
use crate::model::{ItemId, Millis};
use crate::pages::moment;
use crate::pages::saying::{of_fault, say, say_of, sentence};
use crate::text::view::link;

/// `id` of what has times that can be asked for: an event, not a task.
pub fn laid(event: EventView, id: Option<ItemId>, ways: Ways) -> AnyView {
    let times = event.start.as_ref().map(|start| {
        view! {
            <div id="when" class="near">
                <p class="when" class:struck=event.cancelled>{part::span(start, event.end.as_ref())}</p>
                {part::zone(start, event.end.as_ref())}
            </div>
        }
    });
    let moment = |when: Option<&When>| when.map(|when| part::when(when).into_any());
    let series = event.series.clone();
    let color = event.color.clone().map(|color| {
        let hidden = say_of("view_color", &[&color]);
        view! { <p class="color"><span class="dot" style:background-color=color></span> <span class="hint">{hidden}</span></p> }
    });
    let call = event.call.clone().map(|href| {
        let host = href.split('/').nth(2).unwrap_or_default().to_owned();
        view! {
            <p class="row">
                <a id="call" class="button" href=href target="_blank" rel="noopener noreferrer">{say("view_join")}</a>
                <span class="hint">{host}</span>
            </p>
        }
    });
    let percent = event.percent.map(|percent| say_of("view_percent", &[&percent]).into_any());
    let alarms = event.alarms.iter().map(|each| alarm(each).into_any()).collect();
    let rows = vec![
        fact("view_due", moment(event.due.as_ref())),
        fact("view_completed", moment(event.completed.as_ref())),
        fact("view_done", percent),
        fact("workspace_place", part::text(&event.place)),
        part::said("view_geo", &event.geo),
        fact("view_url", event.url.clone().map(|url| part::linked(url.text, url.href))),
        fact("view_alarms", part::several(alarms)),
        fact("view_organizer", event.organizer.as_ref().map(|organizer| person(organizer, false))),
        fact("view_attachments", part::links(event.attachments.clone())),
    ];
    let people: Vec<AnyView> =
        event.attendees.iter().map(|each| view! { <li>{person(each, true)}</li> }.into_any()).collect();
    let count = people.len();
    let people = (count > 0).then(|| view! { <ul class="people">{people}</ul> }.into_any());
    view! {
        {part::marks(&event.marks, &event.categories)}
        {times}
        {series.as_ref().and_then(|series| chosen(series, ways))}
        {call}
        {facts(rows)}
        {color}
        {section("about", "workspace_description", part::text(&event.description))}
        {section("attendees", "view_attendees", people)}
        {series.map(|series| of_series(series, id, ways))}
    }
    .into_any()
}

fn alarm(alarm: &Alarm) -> String {
    let when = match &alarm.at {
        Some(at) => format!("{} {}", sentence(&alarm.when), part::when(at)),
        None => sentence(&alarm.when),
    };
    let said = say_of("view_alarm", &[&sentence(&alarm.action), &when]);
    match &alarm.repeat {
        Some(repeat) => format!("{said}, {}", sentence(repeat)),
        None => said,
    }
}

fn person(person: &Person, answers: bool) -> AnyView {
    let href = link::mail(&person.mail);
    let (name, mail) = match (person.name.is_empty(), person.mail.is_empty()) {
        (false, false) => (Some(person.name.clone()), Some(part::linked(person.mail.clone(), href))),
        (false, true) => (Some(person.name.clone()), None),
        _ => (None, Some(part::linked(person.mail.clone(), href))),
    };
    let what: Vec<String> =
        [&person.kind, &person.role].into_iter().flatten().chain(&person.delegated).map(sentence).collect();
    let what = (!what.is_empty()).then(|| view! { " " <span class="hint">{what.join(", ")}</span> });
    let answer = person.answer.as_ref().filter(|_| answers).map(|answer| {
        let class = match answer.key.as_str() {
            "answer_accepted" | "answer_completed" => "mark",
            "answer_declined" => "mark bad",
            "answer_tentative" => "mark warn",
            _ => "mark plain",
        };
        view! { " " <span class=class data-answer=answer.key.clone()>{sentence(answer)}</span> }
    });
    let name = name.map(|name| view! { <span class="name">{name}</span> " " });
    view! { {name} {mail} {what} {answer} }.into_any()
}

/// Which instance is shown, and the way to the whole.
fn chosen(series: &Series, ways: Ways) -> Option<AnyView> {
    series.of?;
    let moved = series.moved_from.as_ref().map(|from| {
        view! { <p id="moved">{say_of("view_moved_from", &[&part::when(from)])}</p> }
    });
    Some(
        view! {
            <div class="box near">
                <p>{say("view_instance")}</p>
                {moved}
                <p>
                    <button id="whole" type="button" class="link" on:click=move |_| ways.instance.run(None)>
                        {say("view_whole")}
                    </button>
                </p>
            </div>
        }
        .into_any(),
    )
}

fn of_series(series: Series, id: Option<ItemId>, ways: Ways) -> AnyView {
    let words = series.words.iter().map(|words| view! { <p>{sentence(words)}</p> }).collect_view();
    let (listed, of) = (series.next.clone(), series.of);
    let next = id.map(|id| view! { <Instances id listed of ways /> }.into_any());
    let list = |all: &[When]| part::several(all.iter().map(|when| part::when(when).into_any()).collect());
    let changed: Vec<AnyView> = series.changed.iter().map(|each| changed(each, ways)).collect();
    let changed = (!changed.is_empty()).then(|| view! { <ul id="changed">{changed}</ul> }.into_any());
    let rows = vec![
        fact("view_next", next),
        fact("view_changed", changed),
        fact("view_added", list(&series.added)),
        fact("view_left_out", list(&series.left_out)),
    ];
    view! {
        <section id="series" class="near">
            <h3>{say("view_series")}</h3>
            <div id="recurrence">{words}</div>
            {facts(rows)}
        </section>
    }
    .into_any()
}

/// Some times of the series, and the ways to those before and after them, and to any day.
#[component]
fn Instances(id: ItemId, listed: Vec<Instance>, of: Option<Millis>, ways: Ways) -> impl IntoView {
    let moment = |instance: &Instance| instance.start.at.unwrap_or(instance.start.wall);
    // Where to go on from when nothing is listed: a series that is over has its last times before now.
    let edges = move |listed: &[Instance]| match listed {
        [first, .., last] => (moment(first), moment(last)),
        [only] => (moment(only), moment(only)),
        [] => (moment::now(), moment::now()),
    };
    let listed = RwSignal::new(listed);
    let (day, said) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    // The last that was asked for: answers may come in another order.
    let asked = StoredValue::new(0_u32);
    let seek = Callback::new(move |seek: Seek| {
        let ask = Ask::Instances { id: id.clone(), seek };
        asked.update_value(|n| *n = n.wrapping_add(1));
        let this = asked.get_value();
        spawn_local(async move {
            let answer = api::ask(&ask).await;
            if asked.try_get_value() != Some(this) {
                return;
            }
            match answer {
                Ok(Answer::Instances(found)) if found.is_empty() => said.set(say("view_no_more")),
                Ok(Answer::Instances(found)) => {
                    said.set(String::new());
                    listed.set(found);
                }
                Ok(_) => said.set(of_fault(&fault::internal("no instances").during("Instances"))),
                Err(fault) => said.set(of_fault(&fault)),
            }
        });
    });
    let rows = move || {
        let rows = listed.get().into_iter().map(|instance| {
            let own = instance.of;
            let current = (of == Some(own)).then_some("true");
            view! {
                <li>
                    <button type="button" class="link instance" aria-current=current
                        on:click=move |_| ways.instance.run(Some(own))>{part::when(&instance.start)}</button>
                </li>
            }
        });
        rows.collect_view()
    };
    let earlier = move |_| seek.run(Seek::Before(listed.with_untracked(|listed| edges(listed).0)));
    let later = move |_| seek.run(Seek::After(listed.with_untracked(|listed| edges(listed).1)));
    let go = move |_| {
        // A year that is being typed is 0002, then 0020, before it is 2026.
        let typed = day.with_untracked(|day| (!day.starts_with('0')).then(|| moment::row_date(day)).flatten());
        if let Some(day) = typed {
            seek.run(Seek::Day(day));
        }
    };
    view! {
        <div class="near">
            <ul id="next" aria-live="polite">{rows}</ul>
            <div class="row">
                <button id="earlier" type="button" on:click=earlier>{say("view_earlier")}</button>
                <button id="later" type="button" on:click=later>{say("view_later")}</button>
                <label for="from-day">{say("view_from_day")}</label>
                <input id="from-day" type="date" bind:value=day on:change=go />
            </div>
            <p id="instances-said" class="hint" role="status">{said}</p>
        </div>
    }
}

/// An instance that is not as the series has it: when it was to be, and what became of it.
fn changed(changed: &ChangedInstance, ways: Ways) -> AnyView {
    let of = changed.of;
    let was = part::when(&changed.was);
    let mut said = match (&changed.moved, changed.cancelled) {
        (_, true) => say("view_instance_cancelled"),
        (Some(now), false) => say_of("view_instance_moved", &[&part::when(now)]),
        (None, false) => say("view_instance_changed"),
    };
    if let Some(title) = &changed.title {
        said = format!("{said} · {title}");
    }
    if changed.following {
        said = format!("{said} · {}", say("view_instance_following"));
    }
    view! {
        <li>
            <button type="button" class="link instance" on:click=move |_| ways.instance.run(Some(of))>{was}</button>
            " " <span class="hint">{said}</span>
        </li>
    }
    .into_any()
}
