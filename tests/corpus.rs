//! Every public sample file, some broken on purpose: kept byte for byte, read
//! without panic, edited only where the edit says.

#![allow(clippy::unwrap_used)]

#[path = "corpus/files.rs"]
mod files;
#[path = "corpus/title.rs"]
mod title;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pimento::model::{CollectionId, EntryKind, Index, ItemId, Kind};
use pimento::text::lines::Tree;
use pimento::text::{apply, as_copy, fields, index, same_meaning, uid, with_uid};
use title::{Retitled, others, retitled, title};

/// 2026-11-22T09:00:00Z.
const NOW: i64 = 1_795_338_000_000;
const TITLE: &str = "Ein neuer Titel, mit Komma; und so weiter: länger als eine Zeile, damit gefaltet werden muss";

fn kind(path: &Path) -> Kind {
    if files::is_card(path) { Kind::Contacts } else { Kind::Calendar }
}

/// The row and the times from 1990 to 2040, and the next behind them of series that have none late in that.
fn indexed(kind: Kind, text: &[u8]) -> Index {
    let (from, to) = (631_152_000_000, 2_208_988_800_000);
    index(&CollectionId("c".into()), &ItemId("i".into()), kind, text, from, to)
}

/// Each file, and each of its components by itself.
fn texts() -> impl Iterator<Item = (PathBuf, Vec<u8>)> {
    files::all().into_iter().flat_map(|(path, text)| {
        let parts = files::entries(&text);
        std::iter::once(text).chain(parts).map(move |text| (path.clone(), text))
    })
}

#[test]
fn printed_back_byte_for_byte() {
    for (path, text) in texts() {
        assert_eq!(Tree::parse(&text).print(), text, "{}", path.display());
    }
}

#[test]
fn each_has_a_row() {
    let (mut rows, mut partial, mut times) = (0, 0, 0);
    for (path, text) in files::all() {
        let entry = indexed(kind(&path), &text).entry;
        assert!(entry.is_some(), "{}", path.display());
        for part in files::entries(&text) {
            let index = indexed(kind(&path), &part);
            let entry = index.entry.as_ref().unwrap();
            let by_content = match kind(&path) {
                Kind::Contacts => entry.kind == EntryKind::Contact,
                Kind::Calendar => entry.kind != EntryKind::Contact,
            };
            assert!(by_content, "{}", path.display());
            rows += 1;
            partial += usize::from(entry.partial);
            times += index.occurrences().len();
        }
    }
    // Pinned: a change of these numbers is a change of what people see.
    println!("{rows} items, {partial} read in part, {times} times");
    assert_eq!((rows, partial, times), PINNED);
}

const PINNED: (usize, usize, usize) = (307, 108, 19_704);

#[test]
fn a_new_title_touches_its_line_and_the_stamps() {
    let mut edited = BTreeMap::<&str, usize>::new();
    for (path, text) in texts() {
        if let Some(unchanged) = fields(&text) {
            assert_eq!(apply(&text, &unchanged, NOW), text, "{}", path.display());
        }
        let Some(Retitled { text: after, form }) = retitled(&text, TITLE, NOW) else {
            *edited.entry("nothing that could have a title").or_default() += 1;
            continue;
        };
        *edited.entry(if form.is_some() { "by its form" } else { "in its line" }).or_default() += 1;
        assert_eq!(fields(&after), form, "{}", path.display());
        assert_eq!(title(&after), TITLE, "{}", path.display());
        assert!(same_meaning(&text, &text) && !same_meaning(&text, &after), "{}", path.display());
        let trimmed = |text: &[u8]| others(text).trim_ascii_end().to_vec();
        assert_eq!(trimmed(&text), trimmed(&after), "{}", path.display());
        let long = |text: &[u8]| text.split(|b| *b == b'\n').filter(|l| l.trim_ascii_end().len() > 76).count();
        assert!(
            long(&after) <= long(&text),
            "new lines are folded: {}\n{}",
            path.display(),
            String::from_utf8_lossy(&after)
        );
    }
    println!("{edited:?}");
    assert_eq!(edited.into_iter().collect::<Vec<_>>(), EDITED, "pinned as above");
}

const EDITED: [(&str, usize); 3] = [("by its form", 390), ("in its line", 199), ("nothing that could have a title", 7)];

/// The lines that a copy has to keep: all but UID and title of what has a UID, and those
/// that invite people.
fn kept_by_copies(text: &[u8]) -> Vec<u8> {
    let tree = Tree::parse(text);
    let mut left: Vec<bool> = vec![true; tree.lines().len()];
    for (c, component) in tree.components().iter().enumerate() {
        if ["VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VCARD"].contains(&component.name.as_str()) {
            let invites = |at: &usize| tree.lines()[*at].is("ATTENDEE") || tree.lines()[*at].is("ORGANIZER");
            let named = ["UID", "SUMMARY", "FN"].into_iter().filter_map(|name| tree.find(c, name));
            named.chain(tree.own(c).filter(invites)).for_each(|at| left[at] = false);
        }
    }
    let kept = tree.lines().iter().zip(left).filter(|(_, left)| *left);
    kept.flat_map(|(line, _)| line.raw()).copied().collect::<Vec<u8>>().trim_ascii_end().to_vec()
}

#[test]
fn copies_differ_in_uid_and_title_only() {
    let (mut copied, mut uninvited) = (0, 0);
    for (path, text) in texts() {
        let copy = as_copy(&text, "another", " (copy)");
        if uid(&copy).is_some() {
            assert_eq!(uid(&copy).as_deref(), Some("another"), "{}", path.display());
            copied += 1;
        }
        assert_eq!(uid(&with_uid(&text, "x")).is_some(), uid(&copy).is_some(), "{}", path.display());
        assert_eq!(kept_by_copies(&copy), kept_by_copies(&text), "{}", path.display());
        // Of those who are invited nothing but that the server is not to write to them.
        let people = |text: &[u8]| -> Vec<Vec<u8>> {
            let tree = Tree::parse(text);
            let people = tree.lines().iter().filter(|line| line.is("ATTENDEE") || line.is("ORGANIZER"));
            people.map(|line| [&line.head_without(|p| p.name == "SCHEDULE-AGENT"), line.value()].concat()).collect()
        };
        assert_eq!(people(&copy), people(&text), "{}", path.display());
        uninvited += people(&copy).len();
    }
    assert_eq!((copied, uninvited), (531, 141), "pinned as above");
}
