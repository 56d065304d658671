//! Every public sample file, some broken on purpose: kept byte for byte, read
//! without panic, edited only where the edit says.

#![allow(clippy::unwrap_used)]

#[path = "corpus/files.rs"]
mod files;

use std::path::Path;

use pimento::model::{CollectionId, EntryKind, Fields, Index, ItemId, Kind};
use pimento::text::lines::Tree;
use pimento::text::{apply, as_copy, fields, index, same_meaning, uid, with_uid};

/// 2026-11-22T09:00:00Z.
const NOW: i64 = 1_795_338_000_000;
const TITLE: &str = "Ein neuer Titel, mit Komma; und so weiter: länger als eine Zeile, damit gefaltet werden muss";

fn kind(path: &Path) -> Kind {
    if files::is_card(path) { Kind::Contacts } else { Kind::Calendar }
}

/// The row and the times from 1990 to 2040.
fn indexed(kind: Kind, text: &[u8]) -> Index {
    let (from, to) = (631_152_000_000, 2_208_988_800_000);
    index(&CollectionId("c".into()), &ItemId("i".into()), kind, text, from, to)
}

/// Each event, card, … of a file as a text of its own, with the zones it may need.
fn split(text: &[u8]) -> Vec<Vec<u8>> {
    let tree = Tree::parse(text);
    let bytes = |name: &str| -> Vec<Vec<u8>> {
        let lines = |c: usize| {
            let component = &tree.components()[c];
            let end = component.end.min(tree.lines().len() - 1);
            tree.lines()[component.begin..=end].iter().flat_map(|l| l.raw().to_vec()).collect()
        };
        tree.named(name).map(lines).collect()
    };
    let zones = bytes("VTIMEZONE").concat();
    let mut out = bytes("VCARD");
    for name in ["VEVENT", "VJOURNAL", "VTODO"] {
        for component in bytes(name) {
            out.push([b"BEGIN:VCALENDAR\r\n", &zones[..], &component, b"\r\nEND:VCALENDAR\r\n"].concat());
        }
    }
    out
}

#[test]
fn printed_back_byte_for_byte() {
    for (path, text) in files::all() {
        assert_eq!(Tree::parse(&text).print(), text, "{}", path.display());
        for part in split(&text) {
            assert_eq!(Tree::parse(&part).print(), part, "{}", path.display());
        }
    }
}

#[test]
fn each_has_a_row() {
    let (mut rows, mut partial, mut times) = (0, 0, 0);
    for (path, text) in files::all() {
        let entry = indexed(kind(&path), &text).entry;
        assert!(entry.is_some(), "{}", path.display());
        for part in split(&text) {
            let index = indexed(kind(&path), &part);
            let entry = index.entry.unwrap();
            let by_content = match kind(&path) {
                Kind::Contacts => entry.kind == EntryKind::Contact,
                Kind::Calendar => entry.kind != EntryKind::Contact,
            };
            assert!(by_content, "{}", path.display());
            rows += 1;
            partial += usize::from(entry.partial);
            times += index.occurrences.len();
        }
    }
    // Pinned: a change of these numbers is a change of what people see.
    println!("{rows} items, {partial} read in part, {times} times");
    assert_eq!((rows, partial, times), PINNED);
}

const PINNED: (usize, usize, usize) = (307, 108, 19_698);

#[test]
fn a_new_title_touches_its_line_and_the_stamps() {
    let stamps = ["DTSTAMP", "LAST-MODIFIED", "REV"];
    let mut edited = 0;
    for (path, text) in files::all().into_iter().flat_map(|(path, text)| {
        let parts = split(&text);
        std::iter::once(text).chain(parts).map(|text| (path.clone(), text)).collect::<Vec<_>>()
    }) {
        let Some(mut new) = fields(&text) else { continue };
        assert_eq!(apply(&text, &new, NOW), text, "{}", path.display());
        let names = match &mut new {
            Fields::Event(f) => {
                f.title = TITLE.into();
                vec!["SUMMARY"]
            }
            Fields::Note(f) => {
                f.title = TITLE.into();
                vec!["SUMMARY"]
            }
            Fields::Contact(f) => {
                f.family = TITLE.into();
                vec!["N", "FN"]
            }
        };
        let after = apply(&text, &new, NOW);
        assert_eq!(fields(&after), Some(new), "{}", path.display());
        assert!(same_meaning(&text, &text) && !same_meaning(&text, &after), "{}", path.display());
        // What is left without the lines the edit names is what was left of them before.
        let others = |text: &[u8]| -> Vec<u8> {
            let tree = Tree::parse(text);
            let named = |name: &str| names.iter().chain(&stamps).any(|n| n.eq_ignore_ascii_case(name));
            tree.lines().iter().filter(|l| !named(l.name())).flat_map(|l| l.raw().to_vec()).collect()
        };
        let trimmed = |text: &[u8]| others(text).trim_ascii_end().to_vec();
        assert_eq!(trimmed(&text), trimmed(&after), "{}", path.display());
        let long = |text: &[u8]| text.split(|b| *b == b'\n').filter(|l| l.trim_ascii_end().len() > 76).count();
        assert!(
            long(&after) <= long(&text),
            "new lines are folded: {}\n{}",
            path.display(),
            String::from_utf8_lossy(&after)
        );
        edited += 1;
    }
    println!("{edited} edited");
    assert_eq!(edited, 390, "pinned as above");
}

#[test]
fn copies_differ_in_uid_and_title_only() {
    for (path, text) in files::all() {
        let copy = as_copy(&text, "another", " (copy)");
        if uid(&copy).is_some() {
            assert_eq!(uid(&copy).as_deref(), Some("another"), "{}", path.display());
        }
        assert_eq!(uid(&with_uid(&text, "x")).is_some(), uid(&copy).is_some(), "{}", path.display());
        let lines = |text: &[u8]| Tree::parse(text).lines().len();
        assert!(lines(&copy) >= lines(&text), "{}", path.display());
    }
}
