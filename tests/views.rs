//! Every public sample file as a person reads it: no text is too strange, none takes
//! long, and how much of it is understood is pinned.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]

#[path = "corpus/files.rs"]
mod files;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use pimento::model::view::{ContactView, Detail, EventView};
use pimento::model::{Saying, View};
use pimento::phrase::english;
use pimento::text::view::markdown::blocks;
use pimento::text::view::source::source;
use pimento::text::view::view;

/// 2026-11-22T09:00:00Z.
const NOW: i64 = 1_795_338_000_000;
/// Generous: the machine may be busy. What is quadratic takes longer.
const LONG: Duration = Duration::from_secs(20);

/// All words that a page would say are sentences, and not keys.
fn words_of(view: &View) -> Vec<Saying> {
    let mut words = view.missed.clone();
    match &view.detail {
        Detail::Event(event) | Detail::Task(event) => {
            words.extend(event.marks.iter().cloned());
            words.extend(event.series.iter().flat_map(|series| series.words.clone()));
            words.extend(event.alarms.iter().flat_map(|alarm| [alarm.action.clone(), alarm.when.clone()]));
            let people = event.attendees.iter().flat_map(|p| [&p.kind, &p.role, &p.answer]);
            words.extend(people.flatten().cloned());
        }
        Detail::Contact(contact) => {
            let channels = [&contact.phones, &contact.mails, &contact.chats, &contact.links, &contact.related];
            words.extend(channels.into_iter().flatten().flat_map(|channel| channel.labels.clone()));
            words.extend(contact.dates.iter().flat_map(|date| [date.label.clone(), date.words.clone()]));
            words.extend(contact.picture.clone());
        }
        Detail::Note(note) => words.extend(note.marks.clone()),
        Detail::Unknown(_) => {}
    }
    words
}

fn of_event(event: &EventView) -> Vec<&'static str> {
    let series = event.series.as_ref();
    let own = |words: &Saying| words.key == "recur_own";
    [
        ("event with start", event.start.is_some()),
        ("zone guessed", event.start.as_ref().is_some_and(|start| start.guessed)),
        ("all day", event.start.as_ref().is_some_and(|start| start.date)),
        ("recurring", series.is_some()),
        ("rule in words", series.is_some_and(|s| !s.words.is_empty() && !s.words.iter().any(own))),
        ("rule as it is", series.is_some_and(|s| s.words.iter().any(own))),
        ("instances changed", series.is_some_and(|s| !s.changed.is_empty())),
        ("left out", series.is_some_and(|s| !s.left_out.is_empty())),
        ("alarms", !event.alarms.is_empty()),
        ("attendees", !event.attendees.is_empty()),
        ("organizer", event.organizer.is_some()),
        ("attachments", !event.attachments.is_empty()),
        ("call", event.call.is_some()),
        ("color", event.color.is_some()),
        ("categories", !event.categories.is_empty()),
        ("description", !event.description.is_empty()),
    ]
    .into_iter()
    .filter_map(|(name, there)| there.then_some(name))
    .collect()
}

fn of_contact(contact: &ContactView) -> Vec<&'static str> {
    [
        ("phones", !contact.phones.is_empty()),
        ("mails", !contact.mails.is_empty()),
        ("addresses", !contact.addresses.is_empty()),
        ("dates", !contact.dates.is_empty()),
        ("photo", contact.photo.is_some()),
        ("logo", contact.logo.is_some()),
        ("picture not shown", contact.picture.is_some()),
        ("group", contact.group),
        ("nicknames", !contact.nicknames.is_empty()),
        ("organization", !contact.organization.is_empty()),
        ("chats", !contact.chats.is_empty()),
        ("links", !contact.links.is_empty()),
        ("related", !contact.related.is_empty()),
        ("contact note", !contact.notes.is_empty()),
        ("keys", contact.keys > 0),
    ]
    .into_iter()
    .filter_map(|(name, there)| there.then_some(name))
    .collect()
}

#[test]
fn every_sample_is_shown() {
    let mut counts = BTreeMap::<&str, usize>::new();
    for (path, text) in files::all() {
        let parts = files::entries(&text);
        for (whole, text) in std::iter::once((true, text)).chain(parts.into_iter().map(|part| (false, part))) {
            let begun = Instant::now();
            let seen = view(&text, None, NOW);
            // Each instance that is named can be asked for.
            if let Detail::Event(event) = &seen.detail
                && let Some(series) = &event.series
            {
                for of in series.next.iter().map(|next| next.of).chain(series.changed.iter().map(|c| c.of)).take(10) {
                    let one = view(&text, Some(of), NOW);
                    let Detail::Event(one) = one.detail else { panic!("{}", path.display()) };
                    assert_eq!(one.series.unwrap().of, Some(of), "{}: an instance that is not there", path.display());
                }
            }
            assert!(!source(&text).is_empty() || text.is_empty());
            for words in words_of(&seen) {
                let said = english(&words);
                assert!(!said.is_empty() && !said.starts_with(&words.key), "{}: {words:?}", path.display());
            }
            let size = serde_json::to_string(&seen).unwrap().len();
            assert!(size < 2 * text.len() + 20_000, "{}: {size} of {}", path.display(), text.len());
            assert!(begun.elapsed() < LONG, "{}: {:?}", path.display(), begun.elapsed());
            if whole {
                continue;
            }
            let mut count = |name| *counts.entry(name).or_default() += 1;
            let (kind, has) = match &seen.detail {
                Detail::Event(event) => ("events", of_event(event)),
                Detail::Task(task) => ("tasks", of_event(task).into_iter().filter(|name| *name == "alarms").collect()),
                Detail::Contact(contact) => ("contacts", of_contact(contact)),
                Detail::Note(note) => {
                    blocks(&note.text);
                    ("notes", Vec::new())
                }
                Detail::Unknown(_) => ("unknown", Vec::new()),
            };
            count(kind);
            has.into_iter().for_each(&mut count);
            if !seen.missed.is_empty() {
                count("shown in part");
            }
        }
    }
    let counts: Vec<(&str, usize)> = counts.into_iter().collect();
    // Pinned: a change of these numbers is a change of what people see.
    assert_eq!(counts, PINNED);
}

const PINNED: &[(&str, usize)] = &[
    ("addresses", 21),
    ("alarms", 31),
    ("all day", 24),
    ("attachments", 4),
    ("attendees", 17),
    ("call", 2),
    ("categories", 4),
    ("chats", 5),
    ("color", 1),
    ("contact note", 14),
    ("contacts", 35),
    ("dates", 17),
    ("description", 37),
    ("event with start", 176),
    ("events", 261),
    ("group", 1),
    ("keys", 6),
    ("left out", 11),
    ("links", 17),
    ("mails", 27),
    ("nicknames", 14),
    ("notes", 5),
    ("organization", 23),
    ("organizer", 23),
    ("phones", 26),
    ("photo", 6),
    ("picture not shown", 5),
    ("recurring", 66),
    ("related", 7),
    ("rule as it is", 5),
    ("rule in words", 38),
    ("shown in part", 86),
    ("tasks", 6),
    ("zone guessed", 8),
];

/// Cut anywhere, with bytes turned over: shown in part, and never a panic.
#[test]
fn broken_samples_are_shown_too() {
    for (_, text) in files::all() {
        let step = (text.len() / 12).max(1);
        for at in (0..text.len()).step_by(step) {
            view(&text[..at], None, NOW);
            let mut other = text.clone();
            other[at] ^= 0x15;
            let seen = view(&other, Some(NOW), NOW);
            if let Detail::Note(note) = &seen.detail {
                blocks(&note.text);
            }
            source(&other);
        }
    }
}
