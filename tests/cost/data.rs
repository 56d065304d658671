//! What is synchronized while it is measured: events, contacts and notes of nobody,
//! the same for the same number, whatever the size of the whole.

use std::fmt::Write as _;

use base64::Engine as _;
use chrono::{DateTime, Days, TimeDelta};

use crate::harness::sample::Dice;
use crate::harness::sample::text::Lines;

const SEED: u64 = 20_261_122;
/// 2024-01-01T08:00:00Z, a Monday.
const FIRST: i64 = 1_704_096_000;
/// Days over which the events are spread: five years.
const DAYS: usize = 1826;

/// The three collections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    Event,
    Contact,
    Note,
}

impl Sort {
    pub const ALL: [Sort; 3] = [Sort::Event, Sort::Contact, Sort::Note];

    /// Of the collection, on the server.
    pub fn folder(self) -> &'static str {
        match self {
            Sort::Event => "calendar",
            Sort::Contact => "contacts",
            Sort::Note => "notes",
        }
    }

    /// The collection's display name.
    pub fn title(self) -> &'static str {
        match self {
            Sort::Event => "Calendar",
            Sort::Contact => "Contacts",
            Sort::Note => "Notes",
        }
    }
}

/// How much of it: 100 are 10,000 events, 5,000 contacts (every fifth with a photo)
/// and 1,000 notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub usize);

impl Size {
    pub fn count(self, sort: Sort) -> usize {
        match sort {
            Sort::Event => 100 * self.0,
            Sort::Contact => 50 * self.0,
            Sort::Note => 10 * self.0,
        }
    }

    pub fn total(self) -> usize {
        Sort::ALL.into_iter().map(|sort| self.count(sort)).sum()
    }
}

/// The name of an item in its collection.
pub fn name(sort: Sort, n: usize) -> String {
    let ending = if sort == Sort::Contact { "vcf" } else { "ics" };
    format!("{}.{ending}", uid(&mut dice(sort, n)))
}

/// An item as it was made (`revision` 0), or changed since.
pub fn text(sort: Sort, n: usize, revision: u32) -> String {
    let mut dice = dice(sort, n);
    let uid = uid(&mut dice);
    let changed = if revision == 0 { String::new() } else { format!(" (changed {revision})") };
    match sort {
        Sort::Event => event(&mut dice, &uid, &changed),
        Sort::Contact => contact(&mut dice, &uid, &changed, n.is_multiple_of(5)),
        Sort::Note => note(&mut dice, &uid, &changed),
    }
}

fn dice(sort: Sort, n: usize) -> Dice {
    let mut dice = Dice(SEED + 3 * n as u64 + sort as u64);
    // Neighbours have nothing in common.
    Dice(dice.next())
}

fn uid(dice: &mut Dice) -> String {
    format!("{:016x}{:016x}", dice.next(), dice.next())
}

const WORDS: [&str; 40] = [
    "plan",
    "review",
    "lunch",
    "train",
    "garden",
    "meeting",
    "draft",
    "budget",
    "call",
    "visit",
    "report",
    "school",
    "piano",
    "bakery",
    "harbour",
    "winter",
    "letter",
    "bicycle",
    "market",
    "doctor",
    "library",
    "evening",
    "project",
    "ticket",
    "kitchen",
    "travel",
    "summer",
    "choir",
    "photo",
    "window",
    "morning",
    "river",
    "paper",
    "office",
    "Überraschung",
    "café",
    "très",
    "søndag",
    "žádost",
    "ώρα",
];

fn words(dice: &mut Dice, count: usize) -> String {
    let mut text = String::new();
    for n in 0..count {
        let _ = write!(text, "{}{}", if n == 0 { "" } else { " " }, dice.one_of(&WORDS));
    }
    text
}

/// As many words as `least`, or up to `more` of them more.
fn some_words(dice: &mut Dice, least: usize, more: usize) -> String {
    let count = least + dice.below(more);
    words(dice, count)
}

fn object(lines: &mut Lines) -> &mut Lines {
    lines.raw("BEGIN:VCALENDAR").raw("VERSION:2.0").raw("PRODID:-//example.org//cost//EN")
}

/// A third of them all-day, in UTC, in a zone; one in seven recurs, and of those a
/// third has an instance that was moved.
fn event(dice: &mut Dice, uid: &str, changed: &str) -> String {
    let start = DateTime::from_timestamp(FIRST, 0).unwrap() + Days::new(dice.below(DAYS) as u64);
    let start = start + TimeDelta::minutes(15 * dice.below(40) as i64);
    let end = start + TimeDelta::minutes(30 + 15 * dice.below(6) as i64);
    let stamp = |at: DateTime<chrono::Utc>| at.format("%Y%m%dT%H%M%S").to_string();
    let day = |at: DateTime<chrono::Utc>| at.format("%Y%m%d").to_string();
    let when = dice.below(3);
    let at = |name: &str, at: DateTime<chrono::Utc>| match when {
        0 => format!("{name};VALUE=DATE:{}", day(at)),
        1 => format!("{name}:{}Z", stamp(at)),
        _ => format!("{name};TZID=Europe/Berlin:{}", stamp(at)),
    };
    let recurs = dice.one_in(7);
    let moved = recurs && dice.one_in(3);
    let mut lines = Lines::default();
    object(&mut lines);
    if when == 2 {
        lines.raw("BEGIN:VTIMEZONE").raw("TZID:Europe/Berlin");
        for (part, begin, from, to, rule) in [
            ("DAYLIGHT", "19810329T020000", "+0100", "+0200", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
            ("STANDARD", "19961027T030000", "+0200", "+0100", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
        ] {
            lines.raw(&format!("BEGIN:{part}")).raw(&format!("DTSTART:{begin}"));
            lines.raw(&format!("TZOFFSETFROM:{from}")).raw(&format!("TZOFFSETTO:{to}"));
            lines.raw(&format!("RRULE:{rule}")).raw(&format!("END:{part}"));
        }
        lines.raw("END:VTIMEZONE");
    }
    let title = words(dice, 3);
    let mut one = |begin: DateTime<chrono::Utc>, end: DateTime<chrono::Utc>, instance: bool, about: &str| {
        lines.raw("BEGIN:VEVENT").raw(&format!("UID:{uid}")).raw("DTSTAMP:20240101T000000Z");
        let (begin, end) = if when == 0 { (begin, end + Days::new(1)) } else { (begin, end) };
        lines.raw(&at("DTSTART", begin)).raw(&at("DTEND", end));
        if instance {
            lines.raw(&at("RECURRENCE-ID", start + Days::new(7)));
        } else if recurs {
            lines.raw("RRULE:FREQ=WEEKLY;COUNT=20");
        }
        lines.text("SUMMARY", &format!("{title}{changed}")).text("LOCATION", "Room 204, second floor");
        lines.text("DESCRIPTION", about).raw("STATUS:CONFIRMED").raw("TRANSP:OPAQUE");
        lines.raw("BEGIN:VALARM").raw("ACTION:DISPLAY").raw("DESCRIPTION:Reminder").raw("TRIGGER:-PT15M");
        lines.raw("END:VALARM").raw("END:VEVENT");
    };
    let about = some_words(dice, 4, 40);
    one(start, end, false, &about);
    if moved {
        one(start + Days::new(8), end + Days::new(8), true, "moved by a day");
    }
    lines.raw("END:VCALENDAR").end()
}

fn contact(dice: &mut Dice, uid: &str, changed: &str, photo: bool) -> String {
    let mut lines = Lines::default();
    let (given, family) = (words(dice, 1), words(dice, 2));
    lines.raw("BEGIN:VCARD").raw("VERSION:3.0").raw(&format!("UID:{uid}"));
    lines.text("FN", &format!("{given} {family}{changed}")).raw(&format!("N:{family}{changed};{given};;;"));
    lines.text("ORG", &words(dice, 2)).text("TITLE", &words(dice, 1));
    for kind in ["HOME", "WORK", "CELL"] {
        lines.raw(&format!("TEL;TYPE={kind}:+44 20 7946 0{:03}", dice.below(1000)));
    }
    lines.raw(&format!("EMAIL;TYPE=INTERNET:{}@example.org", &uid[..12]));
    lines.raw(&format!("ADR;TYPE=HOME:;;{} Orchard Lane;Exampleton;;EX1 2MP;United Kingdom", dice.below(200)));
    lines.raw(&format!("BDAY:19{:02}-0{}-1{}", 40 + dice.below(60), 1 + dice.below(9), dice.below(10)));
    lines.text("NOTE", &some_words(dice, 3, 20));
    if photo {
        let bytes = jpeg(dice);
        let value = base64::engine::general_purpose::STANDARD.encode(bytes);
        lines.raw(&format!("PHOTO;ENCODING=b;TYPE=JPEG:{value}"));
    }
    lines.raw("END:VCARD").end()
}

/// 10 to 30 KB as incompressible as a photo's, between the marks of a JPEG file:
/// nobody on the way looks at the picture.
fn jpeg(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00".to_vec();
    for _ in 0..(1280 + dice.below(2560)) {
        bytes.extend(dice.next().to_be_bytes());
    }
    bytes.extend(b"\xff\xd9");
    bytes
}

fn note(dice: &mut Dice, uid: &str, changed: &str) -> String {
    let mut lines = Lines::default();
    object(&mut lines).raw("BEGIN:VJOURNAL").raw(&format!("UID:{uid}")).raw("DTSTAMP:20240101T000000Z");
    lines.text("SUMMARY", &format!("{}{changed}", words(dice, 3)));
    let paragraphs: Vec<String> = (0..1 + dice.below(4)).map(|_| some_words(dice, 10, 40)).collect();
    lines.text("DESCRIPTION", &paragraphs.join("\n\n")).raw("END:VJOURNAL").raw("END:VCALENDAR").end()
}
