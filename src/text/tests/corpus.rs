//! Real files, merged.

use super::{NOW, files};
use crate::model::Fields;
use crate::text::lines::Tree;
use crate::text::{apply, difference, edit, fields, main, merge, same_meaning};

/// Whether every component has its end, and every end its component.
fn whole(text: &[u8]) -> bool {
    let tree = Tree::parse(text);
    let ends = tree.lines().iter().filter(|l| l.is("END")).count();
    !tree.components().is_empty() && tree.components().iter().all(|c| c.closed) && ends == tree.components().len()
}

/// The text with another title, and with another place or note: by its form, or, where it
/// has none, in its lines. `None`: there is nothing in it that could have them.
fn edited(text: &[u8], title: &str, other: &str) -> Option<Vec<u8>> {
    let Some(mut new) = fields(text) else {
        let mut tree = Tree::parse(text);
        let c = main(&tree)?;
        for (name, to) in [("SUMMARY", title), ("LOCATION", other)].into_iter().filter(|(_, to)| !to.is_empty()) {
            edit::set_text(&mut tree, c, name, to);
        }
        return Some(tree.print());
    };
    let set = |field: &mut String, to: &str| {
        if !to.is_empty() {
            *field = to.to_owned();
        }
    };
    match &mut new {
        Fields::Event(f) => (set(&mut f.title, title), set(&mut f.place, other)),
        Fields::Note(f) => (set(&mut f.title, title), set(&mut f.text, other)),
        Fields::Contact(f) => (set(&mut f.family, title), set(&mut f.note, other)),
    };
    // Each edit at a time of its own.
    let now = NOW + i64::try_from(title.len()).unwrap() * 60_000;
    Some(apply(text, &new, now))
}

/// The bytes of the lines that are not of those names.
fn without(text: &[u8], names: &[&str]) -> Vec<u8> {
    let tree = Tree::parse(text);
    let named = |name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    tree.lines().iter().filter(|l| !named(l.name())).flat_map(|l| l.raw().to_vec()).collect()
}

/// The bytes of the lines that an edit of the title leaves alone: those of other
/// components, and its own of other names.
fn others(text: &[u8]) -> Vec<u8> {
    let tree = Tree::parse(text);
    let Some(c) = main(&tree) else { return text.to_vec() };
    let named = |at: &usize| STAMPS.iter().chain(&TITLE).any(|name| tree.lines()[*at].is(name));
    let named: Vec<usize> = tree.own(c).filter(named).collect();
    let left = tree.lines().iter().enumerate().filter(|(at, _)| !named.contains(at));
    left.flat_map(|(_, line)| line.raw().to_vec()).collect()
}

const STAMPS: [&str; 3] = ["DTSTAMP", "LAST-MODIFIED", "REV"];
const TITLE: [&str; 3] = ["SUMMARY", "N", "FN"];

#[test]
fn edits_of_different_fields_become_one_text() {
    let (mut merged, mut broken, mut untitled) = (0, 0, 0);
    for (path, text) in files::all() {
        let name = path.display();
        let theirs = edited(&text, "", "Another, place").unwrap_or_else(|| text.clone());
        if !whole(&text) {
            assert_eq!(merge(&text, &text, &theirs), None, "{name}");
            broken += 1;
            continue;
        }
        assert_eq!(merge(&text, &text, &text).as_ref(), Some(&text), "{name}");
        let Some(ours) = edited(&text, "Ein neuer Titel, länger als eine Zeile, damit gefaltet werden muss: so!", "")
        else {
            untitled += 1;
            continue;
        };
        assert_eq!(merge(&text, &text, &theirs).as_ref(), Some(&theirs), "{name}");

        let alone = merge(&text, &ours, &text).unwrap_or_else(|| panic!("clash in {name}"));
        assert!(same_meaning(&alone, &ours), "{name}");
        assert_eq!(others(&alone), others(&text), "{name}");

        let both = merge(&text, &ours, &theirs).unwrap_or_else(|| panic!("clash in {name}"));
        let as_applied =
            edited(&theirs, "Ein neuer Titel, länger als eine Zeile, damit gefaltet werden muss: so!", "").unwrap();
        assert_eq!(fields(&both), fields(&as_applied), "{name}");
        assert!(same_meaning(&both, &as_applied), "{name}");
        assert_eq!(others(&both), others(&theirs), "{name}");

        let clash = edited(&text, "An entirely different title", "").unwrap();
        assert_eq!(merge(&text, &ours, &clash), None, "{name}");
        merged += 1;
    }
    println!("{merged} merged, {broken} broken, {untitled} about nothing that has a title");
    assert_eq!((merged, broken, untitled), PINNED, "a change of these numbers is a change of what is merged");
}

const PINNED: (usize, usize, usize) = (219, 9, 61);

#[test]
fn what_differs_is_what_was_edited() {
    let mut edits = 0;
    for (path, text) in files::all() {
        assert_eq!(difference(&text, &text), vec![], "{}", path.display());
        let Some(new) = edited(&text, "A new title", "") else { continue };
        let differs = difference(&text, &new);
        assert!(!differs.is_empty(), "{}", path.display());
        assert!(
            differs.iter().all(|c| TITLE.contains(&c.name.as_str()) && c.place.is_empty()),
            "{} {differs:?}",
            path.display()
        );
        edits += 1;
    }
    assert_eq!(edits, 224, "all files but those about nothing that has a title: zones, free time, alarms");
}

/// The properties that forms write, and what stands around those that are components.
const NAMED: [&str; 41] = [
    "ACTION",
    "ADR",
    "ANNIVERSARY",
    "BDAY",
    "BEGIN",
    "CATEGORIES",
    "CLASS",
    "DESCRIPTION",
    "DTEND",
    "DTSTAMP",
    "DTSTART",
    "DURATION",
    "EMAIL",
    "END",
    "FN",
    "LAST-MODIFIED",
    "LABEL",
    "LOCATION",
    "N",
    "NICKNAME",
    "NOTE",
    "ORG",
    "PHOTO",
    "REV",
    "RRULE",
    "SEQUENCE",
    "STATUS",
    "STYLED-DESCRIPTION",
    "SUMMARY",
    "TEL",
    "TITLE",
    "TRANSP",
    "TRIGGER",
    "URL",
    "X-ALT-DESC",
    "X-ANNIVERSARY",
    "X-BIRTHDAY",
    "X-EVOLUTION-ANNIVERSARY",
    "X-KADDRESSBOOK-X-ANNIVERSARY",
    "X-MS-ANNIVERSARY",
    "X-ABLABEL",
];

#[test]
fn every_field_is_read_as_it_was_written() {
    use crate::model::{Access, AddressRow, ContactRow, Label, Photo, Status};
    let mut edited = 0;
    for (path, text) in files::all() {
        let name = path.display();
        let Some(old) = fields(&text) else { continue };
        let mut new = old;
        match &mut new {
            Fields::Event(f) => {
                f.title = "Title, one; two".into();
                f.place = "Place".into();
                f.description = "A\nB".into();
                f.url = "https://example.org/a;b,c?d".into();
                f.status = Status::Tentative;
                f.access = Access::Confidential;
                f.free = !f.free;
                f.alarms = vec![7, 1_440];
                f.categories.retain(|category| category.len() % 2 == 0);
                f.categories.push("New, one".into());
            }
            Fields::Contact(f) => {
                // A name in one piece gives way to one in parts.
                f.name = String::new();
                (f.prefix, f.given, f.additional) = ("Dr.".into(), "Zoë; Q".into(), "M, N".into());
                (f.suffix, f.nickname, f.job) = ("jr".into(), "A, B".into(), "Job".into());
                (f.organization, f.department) = ("Firm, Ltd".into(), "Desk; one".into());
                (f.birthday, f.anniversary) = ("--02-29".into(), "1999-12-31".into());
                f.note = "A\nB".into();
                for rows in [&mut f.phones, &mut f.mails, &mut f.urls] {
                    rows.iter_mut().for_each(|row| row.value.push('7'));
                    rows.push(ContactRow { at: None, value: "77".into(), label: Label::Work });
                }
                f.addresses.iter_mut().for_each(|row| row.city = "City, new".into());
                f.addresses.push(AddressRow { street: "Street".into(), label: Label::Home, ..AddressRow::default() });
                f.categories.push("New, one".into());
                f.photo = Photo::New("data:image/png;base64,AAAA".into());
            }
            Fields::Note(f) => {
                (f.title, f.text, f.date) = ("Title".into(), "A\nB".into(), "2026-01-02".into());
                f.categories.push("New, one".into());
            }
        }
        let after = apply(&text, &new, NOW);
        let Some(mut read) = fields(&after) else { panic!("{name}") };
        for f in [&mut new, &mut read] {
            match f {
                Fields::Event(f) => f.alarms.sort_unstable(),
                Fields::Contact(f) => {
                    for rows in [&mut f.phones, &mut f.mails, &mut f.urls] {
                        rows.iter_mut().for_each(|row| row.at = None);
                    }
                    f.addresses.iter_mut().for_each(|row| row.at = None);
                    f.photo = Photo::Kept;
                }
                Fields::Note(_) => {}
            }
        }
        assert_eq!(read, new, "{name}\n{}", String::from_utf8_lossy(&after));
        // In vCard 2.1 an empty line ends a picture, and one that ended the text unbroken may be broken now.
        let unnamed = |text: &[u8]| -> Vec<Vec<u8>> {
            let lines = without(text, &NAMED);
            lines.split(|b| *b == b'\n').map(|l| l.trim_ascii_end().to_vec()).filter(|l| !l.is_empty()).collect()
        };
        assert_eq!(unnamed(&text), unnamed(&after), "{name}");
        edited += 1;
    }
    assert!(edited > 150, "{edited}");
}
