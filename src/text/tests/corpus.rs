//! Real files, merged.

#[path = "../../../tests/corpus/files.rs"]
#[allow(dead_code)]
mod files;

use super::NOW;
use crate::model::Fields;
use crate::text::lines::Tree;
use crate::text::{apply, difference, fields, merge, same_meaning};

/// Whether every component has its end, and every end its component.
fn whole(text: &[u8]) -> bool {
    let tree = Tree::parse(text);
    let ends = tree.lines().iter().filter(|l| l.is("END")).count();
    !tree.components().is_empty() && tree.components().iter().all(|c| c.closed) && ends == tree.components().len()
}

/// The text with another title, and with another place or note.
fn edited(text: &[u8], title: &str, other: &str) -> Option<Vec<u8>> {
    let mut new = fields(text)?;
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

const STAMPS: [&str; 3] = ["DTSTAMP", "LAST-MODIFIED", "REV"];
const TITLE: [&str; 3] = ["SUMMARY", "N", "FN"];

#[test]
fn edits_of_different_fields_become_one_text() {
    let (mut merged, mut broken) = (0, 0);
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
            continue;
        };
        assert_eq!(merge(&text, &text, &theirs).as_ref(), Some(&theirs), "{name}");

        let alone = merge(&text, &ours, &text).unwrap_or_else(|| panic!("clash in {name}"));
        assert!(same_meaning(&alone, &ours), "{name}");
        let others = |text: &[u8]| without(text, &[STAMPS, TITLE].concat());
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
    println!("{merged} merged, {broken} broken");
    assert_eq!((merged, broken), PINNED, "a change of these numbers is a change of what is merged");
}

const PINNED: (usize, usize) = (173, 9);

#[test]
fn what_differs_is_what_was_edited() {
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
    }
}
