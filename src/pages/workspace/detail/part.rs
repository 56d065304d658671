//! What views of all kinds are laid out of: facts with their names, times, links.

use leptos::prelude::*;

use crate::model::Saying;
use crate::model::view::{Channel, Link, When};
use crate::pages::moment;
use crate::pages::saying::{say, say_of, sentence};
use crate::text::view::link;

/// A name and what stands behind it; nothing where there is nothing.
pub fn fact(name: &'static str, content: Option<AnyView>) -> Option<AnyView> {
    let content = content?;
    Some(view! { <div><dt>{say(name)}</dt><dd>{content}</dd></div> }.into_any())
}

/// A text as a fact.
pub fn said(name: &'static str, text: &str) -> Option<AnyView> {
    fact(name, (!text.is_empty()).then(|| text.to_owned().into_any()))
}

/// Facts below each other; nothing without any.
pub fn facts(facts: Vec<Option<AnyView>>) -> Option<AnyView> {
    let facts: Vec<AnyView> = facts.into_iter().flatten().collect();
    (!facts.is_empty()).then(|| view! { <dl class="facts">{facts}</dl> }.into_any())
}

/// Several of one sort, each on its line.
pub fn several(all: Vec<AnyView>) -> Option<AnyView> {
    match all.len() {
        0 => None,
        1 => all.into_iter().next(),
        _ => {
            let rows = all.into_iter().map(|each| view! { <li>{each}</li> }).collect_view();
            Some(view! { <ul>{rows}</ul> }.into_any())
        }
    }
}

/// A part with a heading.
pub fn section(id: &'static str, name: &'static str, content: Option<AnyView>) -> Option<AnyView> {
    let content = content?;
    Some(view! { <section id=id class="near"><h3>{say(name)}</h3>{content}</section> }.into_any())
}

/// Small words in boxes: categories, marks.
pub fn marks(marks: &[Saying], categories: &[String]) -> Option<AnyView> {
    if marks.is_empty() && categories.is_empty() {
        return None;
    }
    let marks = marks.iter().map(|mark| {
        let class = if mark.key == "status_cancelled" { "mark bad" } else { "mark" };
        view! { <li class=class>{sentence(mark)}</li> }
    });
    let categories = categories.iter().map(|name| view! { <li class="mark category">{name.clone()}</li> });
    Some(view! { <ul class="row marks">{marks.collect_view()}{categories.collect_view()}</ul> }.into_any())
}

/// A link that leaves nothing of where it came from; a text where it may be none.
pub fn linked(text: String, href: Option<String>) -> AnyView {
    match href {
        Some(href) => view! { <a href=href target="_blank" rel="noopener noreferrer">{text}</a> }.into_any(),
        None => text.into_any(),
    }
}

pub fn links(links: Vec<Link>) -> Option<AnyView> {
    several(links.into_iter().map(|link| linked(link.text, link.href)).collect())
}

/// A plain text, its lines kept and its links links.
pub fn text(text: &str) -> Option<AnyView> {
    if text.trim().is_empty() {
        return None;
    }
    let pieces = link::pieces(text).into_iter().map(|piece| linked(piece.text, piece.href)).collect_view();
    Some(view! { <p class="text">{pieces}</p> }.into_any())
}

/// Phones, mails and the like, with what each is for.
pub fn channels(channels: Vec<Channel>) -> Option<AnyView> {
    let rows = channels.into_iter().map(|channel| {
        let labels = labels(&channel.labels, channel.preferred);
        view! { {linked(channel.text, channel.href)} {labels} }.into_any()
    });
    several(rows.collect())
}

/// "Work, Fax · preferred".
pub fn labels(labels: &[Saying], preferred: bool) -> Option<AnyView> {
    let mut words = labels.iter().map(sentence).collect::<Vec<_>>().join(", ");
    if preferred {
        if !words.is_empty() {
            words.push_str(" · ");
        }
        words.push_str(&say("view_preferred"));
    }
    (!words.is_empty()).then(|| view! { " " <span class="hint">{words}</span> }.into_any())
}

/// Date, and time if it has one, as it stands in its own zone.
pub fn when(when: &When) -> String {
    match when.date {
        true => moment::long(when.wall),
        false => say_of("view_date_time", &[&moment::long(when.wall), &moment::time(when.wall)]),
    }
}

/// From when to when: the date once if it is the same.
pub fn span(start: &When, end: Option<&When>) -> String {
    let first = when(start);
    let Some(end) = end.filter(|end| (end.wall, end.at, &end.zone) != (start.wall, start.at, &start.zone)) else {
        return if start.date { say_of("view_all_day", &[&first]) } else { first };
    };
    let same_day = moment::midnight(start.wall) == moment::midnight(end.wall);
    let last = if same_day && !end.date { moment::time(end.wall) } else { when(end) };
    say_of("view_from_to", &[&first, &last])
}

/// What there is to say of the zone: which, where it is not the reader's, and when it is
/// for the reader; that it is none, or had to be guessed.
pub fn zone(start: &When, end: Option<&When>) -> Option<AnyView> {
    if let Some(unknown) = [Some(start), end].into_iter().flatten().find(|when| when.guessed) {
        let said = match unknown.at {
            Some(_) => say_of("view_zone_taken", &[&unknown.zone]),
            None => say_of("view_zone_guessed", &[&unknown.zone]),
        };
        let yours = start.at.filter(|at| moment::wall(*at) != start.wall).map(|_| yours(start, end));
        return Some(view! { <p id="zone-guessed" class="box warn">{said} " " {yours}</p> }.into_any());
    }
    if start.date {
        return None;
    }
    let Some(at) = start.at else {
        return Some(view! { <p class="hint">{say("workspace_zone_floating")}</p> }.into_any());
    };
    let own_wall = moment::wall(at);
    let other_end = end.is_some_and(|end| end.zone != start.zone);
    if own_wall == start.wall && !other_end {
        return None;
    }
    let zones = match end.filter(|_| other_end) {
        Some(end) => say_of("view_zones", &[&start.zone, &end.zone]),
        None => say_of("view_zone_named", &[&start.zone]),
    };
    Some(view! { <p class="hint">{zones} " " {yours(start, end)}</p> }.into_any())
}

/// The same from when to when, in the reader's zone.
fn yours(start: &When, end: Option<&When>) -> String {
    let reader =
        |when: &When| When { wall: when.at.map_or(when.wall, moment::wall), zone: String::new(), ..when.clone() };
    say_of("view_yours", &[&span(&reader(start), end.map(reader).as_ref())])
}

/// The lines of what could not be understood.
pub fn lines(lines: Vec<(String, String)>) -> AnyView {
    let rows = lines.into_iter().map(|(name, text)| view! { <div><dt>{name}</dt><dd>{text}</dd></div> });
    view! { <dl class="facts">{rows.collect_view()}</dl> }.into_any()
}
