//! A new item's text.
//!
//! Written with our own lines: the builder of the `icalendar` crate adds
//! properties of its own choice, cannot write a VTIMEZONE, and does not know
//! vCards; what it would save is the escaping, which edits need anyway.

use chrono::NaiveDateTime;

use crate::model::{ContactFields, EventFields, Fields, Millis, NoteFields};

use super::escape::{self, escape as esc};
use super::form_contact::formatted;
use super::form_event::typed;
use super::lines::{Tree, fold};
use super::moment::{Moment, at, seconds, stamp};
use super::zone::{self, Zone};
use super::{PRODID, form_contact, form_event, form_note, main};

/// A new item with these fields: an iCalendar object (RFC 5545) or a vCard 3.0
/// (RFC 2426, which every server takes). A start that is no date or time is `now`.
pub fn new_item(fields: &Fields, uid: &str, now: Millis) -> Vec<u8> {
    let lines = match fields {
        Fields::Event(event) => self::event(event, uid, now),
        Fields::Note(_) => self::note(uid, now),
        Fields::Contact(contact) => self::contact(contact, uid, now),
    };
    let mut out = Vec::new();
    for line in lines {
        out.extend_from_slice(&fold(line.as_bytes(), b"\r\n"));
        out.extend_from_slice(b"\r\n");
    }
    // The rest as an edit of it would write it.
    let mut tree = Tree::parse(&out);
    let Some(c) = main(&tree) else { return out };
    match fields {
        Fields::Event(event) => form_event::fill(&mut tree, c, event),
        Fields::Note(note) => form_note::set(&mut tree, c, &NoteFields::default(), note),
        Fields::Contact(contact) => {
            form_contact::apply(&mut tree, c, &form_contact::fields(&Tree::parse(&out), c), contact, now);
        }
    }
    tree.print()
}

/// What follows the name, and any other parameters, of a form's time: a DATE when all-day,
/// UTC for "UTC", floating without a zone.
pub(super) fn moment(at: NaiveDateTime, all_day: bool, zone: &str) -> String {
    let zone = zone.trim();
    if all_day {
        return format!(";VALUE=DATE:{}", Moment::Date(at.date()));
    }
    match Zone::by_name(zone) {
        _ if zone.is_empty() => format!(":{}", Moment::Local(at)),
        Some(Zone::Utc) => format!(":{}", Moment::Utc(at)),
        _ => format!(";TZID={}:{}", escape::param(zone), Moment::Local(at)),
    }
}

fn event(fields: &EventFields, uid: &str, now: Millis) -> Vec<String> {
    let today = at(now.div_euclid(1000));
    let start = typed(&fields.start, fields.all_day).unwrap_or(today);
    let end = typed(&fields.end, fields.all_day).unwrap_or(start).max(start);
    let end = if fields.all_day { super::occur::next_day(end) } else { end };
    let mut out = begin_calendar();
    if !fields.all_day && !matches!(Zone::by_name(&fields.zone), None | Some(Zone::Utc | Zone::Floating)) {
        out.extend(zone::definition(fields.zone.trim(), seconds(start), seconds(end)).unwrap_or_default());
    }
    out.extend(begin("VEVENT", uid, now));
    out.push(format!("DTSTART{}", moment(start, fields.all_day, &fields.zone)));
    if end > start {
        out.push(format!("DTEND{}", moment(end, fields.all_day, &fields.zone)));
    }
    out.extend(["END:VEVENT".to_owned(), "END:VCALENDAR".to_owned()]);
    out
}

fn note(uid: &str, now: Millis) -> Vec<String> {
    let mut out = begin_calendar();
    out.extend(begin("VJOURNAL", uid, now));
    out.extend(["END:VJOURNAL".to_owned(), "END:VCALENDAR".to_owned()]);
    out
}

fn begin_calendar() -> Vec<String> {
    vec!["BEGIN:VCALENDAR".to_owned(), "VERSION:2.0".to_owned(), PRODID.to_owned()]
}

fn begin(component: &str, uid: &str, now: Millis) -> Vec<String> {
    let now = stamp(now);
    vec![
        format!("BEGIN:{component}"),
        format!("UID:{}", esc(uid)),
        format!("DTSTAMP:{now}"),
        format!("CREATED:{now}"),
        format!("LAST-MODIFIED:{now}"),
    ]
}

fn contact(fields: &ContactFields, uid: &str, now: Millis) -> Vec<String> {
    vec![
        "BEGIN:VCARD".to_owned(),
        "VERSION:3.0".to_owned(),
        PRODID.to_owned(),
        format!("UID:{}", esc(uid)),
        format!("FN:{}", esc(&formatted(fields))),
        "N:;;;;".to_owned(),
        format!("REV:{}", stamp(now)),
        "END:VCARD".to_owned(),
    ]
}
