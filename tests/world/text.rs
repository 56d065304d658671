//! Tiny texts, each with a number of its own, and what makes two texts the same.

use pimento::model::{ContactFields, EventFields, Fields, NoteFields, Role};

/// Behind the title of what is kept twice.
pub const MARK: &str = " (copy)";

/// The two properties that are edited, so that two sides may touch different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Title,
    Body,
}

/// The text of an item as some other client writes it.
pub fn compose(role: Role, uid: &str, n: u32) -> Vec<u8> {
    let lines = match role {
        Role::Contacts => {
            format!("BEGIN:VCARD\nVERSION:3.0\nUID:{uid}\nFN:t{n}\nN:t{n};;;;\nNOTE:b{n}\\, c\nEND:VCARD\n")
        }
        Role::Calendar | Role::Notes => {
            let (component, start) = match role {
                Role::Calendar => ("VEVENT", "DTSTART:20261123T100000Z\n"),
                _ => ("VJOURNAL", ""),
            };
            format!(
                "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//other//EN\nBEGIN:{component}\nUID:{uid}\n\
                 DTSTAMP:20261101T120000Z\n{start}SUMMARY:t{n}\nDESCRIPTION:b{n}\\, c\nEND:{component}\nEND:VCALENDAR\n"
            )
        }
    };
    lines.replace('\n', "\r\n").into_bytes()
}

/// The text with another title or body, as some other client writes it.
pub fn rewritten(text: &[u8], part: Part, n: u32) -> Vec<u8> {
    let names = match part {
        Part::Title => ["SUMMARY:", "FN:"],
        Part::Body => ["DESCRIPTION:", "NOTE:"],
    };
    let text = String::from_utf8_lossy(text).replace("\r\n ", "");
    let mut out = String::new();
    for line in text.lines() {
        match (names.iter().find(|name| line.starts_with(**name)), part) {
            (Some(name), Part::Title) => out += &format!("{name}t{n}"),
            (Some(name), Part::Body) => out += &format!("{name}b{n}\\, c"),
            (None, _) => out += line,
        }
        out += "\r\n";
    }
    out.into_bytes()
}

/// The same in other words: another stamp.
pub fn restamped(text: &[u8], n: u32) -> Vec<u8> {
    let text = String::from_utf8_lossy(text).replace("\r\n ", "");
    let stamp = |line: &str| match line.starts_with("DTSTAMP:") {
        true => format!("DTSTAMP:202611{:02}T{:06}Z", n % 28 + 1, n),
        false => line.to_owned(),
    };
    text.lines().map(|line| stamp(line) + "\r\n").collect::<String>().into_bytes()
}

/// What a person types into an empty form.
pub fn typed(role: Role, n: u32) -> Fields {
    let (title, body) = (format!("t{n}"), format!("b{n}, c"));
    match role {
        Role::Calendar => Fields::Event(EventFields {
            title,
            description: body,
            start: "2026-11-23T10:00".to_owned(),
            end: "2026-11-23T11:00".to_owned(),
            zone: "UTC".to_owned(),
            ..EventFields::default()
        }),
        Role::Contacts => Fields::Contact(ContactFields { given: title, note: body, ..ContactFields::default() }),
        Role::Notes => Fields::Note(NoteFields { title, text: body, ..NoteFields::default() }),
    }
}

/// What a person types into the form of an item.
pub fn retyped(mut fields: Fields, part: Part, n: u32) -> Fields {
    let (title, body) = match &mut fields {
        Fields::Event(event) => (&mut event.title, &mut event.description),
        Fields::Contact(contact) => (&mut contact.given, &mut contact.note),
        Fields::Note(note) => (&mut note.title, &mut note.text),
    };
    match part {
        Part::Title => *title = format!("t{n}"),
        Part::Body => *body = format!("b{n}, c"),
    }
    fields
}

/// What a text says, away from the order of its lines, stamps, its UID, and the
/// mark of a copy: two texts of the same essence are the same work.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Essence(Vec<String>);

impl Essence {
    pub fn of(text: &[u8]) -> Essence {
        const STAMPS: [&str; 7] = ["UID", "DTSTAMP", "LAST-MODIFIED", "CREATED", "REV", "PRODID", "X-RADICALE-NAME"];
        let text = String::from_utf8_lossy(text).replace("\r\n ", "");
        let mut lines: Vec<String> = text
            .lines()
            .filter(|line| line.split([':', ';']).next().is_none_or(|name| !STAMPS.contains(&name)))
            .map(|line| {
                let title = line.starts_with("SUMMARY:") || line.starts_with("FN:");
                let line = if title { line.replace(MARK, "") } else { line.to_owned() };
                line.trim_end().to_owned()
            })
            .collect();
        lines.sort();
        Essence(lines)
    }
}
