//! What holds of any edits of any text. Shared by the properties (`tests/laws.rs`) and
//! the fuzz target `edits`.

use std::collections::HashSet;

use pimento::text::edit;
use pimento::text::lines::{Line, Tree, fold};

/// The properties that the edits name, of one component each; every other line is to stay.
pub const NAMES: [&str; 4] = ["SUMMARY", "NOTE", "X-P", "FN"];
const STAMPS: [&str; 4] = ["DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "REV"];

/// Names are indexes in [`NAMES`], components numbers in the tree.
#[derive(Clone, Debug)]
pub enum Edit {
    SetText(usize, usize, String),
    /// Of the line of that name that comes so many after the first.
    SetLineText(usize, usize, usize, String),
    SetValue(usize, usize, String),
    SetLine(usize, usize, String),
    Append(usize, usize, String),
    Remove(usize, usize),
    Stamp(usize, bool),
    /// Of the line of that name that comes so many after the first: another TYPE.
    SetHead(usize, usize, usize),
    /// Puts a value into a list and takes its first out.
    SetList(usize, usize, String),
    /// The first part of the value, or the second.
    SetPart(usize, usize, usize, String),
}

impl Edit {
    /// Its component, and the names of what it may touch there.
    fn names(&self) -> (usize, &[&str]) {
        match self {
            Edit::SetText(c, name, _)
            | Edit::SetLineText(c, name, ..)
            | Edit::SetValue(c, name, _)
            | Edit::SetLine(c, name, _)
            | Edit::Append(c, name, _)
            | Edit::SetHead(c, name, _)
            | Edit::SetList(c, name, _)
            | Edit::SetPart(c, name, ..)
            | Edit::Remove(c, name) => (*c, &NAMES[*name..=*name]),
            Edit::Stamp(c, _) => (*c, &STAMPS),
        }
    }
}

/// The bytes of the lines that the edit does not name, those of that name in other
/// components among them. A text that ended within its last line may have got a break there.
fn unnamed(tree: &Tree<'_>, edit: &Edit) -> Vec<u8> {
    let (c, names) = edit.names();
    let named: HashSet<usize> = tree.own(c).filter(|at| names.iter().any(|name| tree.lines()[*at].is(name))).collect();
    let lines = tree.lines().iter().enumerate().filter(|(at, _)| !named.contains(at));
    lines.flat_map(|(_, line)| line.raw()).copied().collect::<Vec<u8>>().trim_ascii_end().to_vec()
}

/// Names, heads and values of what is a property.
fn said<'t>(tree: &'t Tree<'_>) -> Vec<(&'t [u8], &'t [u8])> {
    tree.lines().iter().filter(|line| !line.name().is_empty()).map(|line| (line.head(), line.value())).collect()
}

/// Whether the head says that the value is base64: such a value may go on in what
/// was junk behind a line that was removed.
fn base64(tree: &Tree<'_>) -> bool {
    tree.lines().iter().any(|line| {
        line.params()
            .iter()
            .any(|p| p.values.iter().any(|v| v.eq_ignore_ascii_case("BASE64") || v.eq_ignore_ascii_case("B")))
    })
}

/// New lines keep to 75 octets (RFC 5545, 3.1), or 76 in quoted-printable (RFC 2045,
/// 6.7), and split no character; what was longer before may be.
fn folded(line: &Line<'_>) {
    let Ok(raw) = std::str::from_utf8(line.raw()) else { return };
    let most = if line.quoted_printable() { 76 } else { 75 };
    // Quoted-printable has no way to break within the head.
    if line.quoted_printable() && line.head().len() > 60 {
        return;
    }
    let long = raw.split('\n').map(|line| line.trim_end_matches('\r').len()).max().unwrap_or(0);
    assert!(long <= most, "{long} octets: {raw}");
}

/// With line breaks of one sort.
fn broken(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn sorted(mut values: Vec<String>) -> Vec<String> {
    values.sort();
    values
}

/// One edit, and that it is read back as what was set.
fn edited(tree: &mut Tree<'_>, edit: &Edit) {
    let there = |tree: &Tree<'_>, c: usize| c < tree.components().len();
    match edit {
        Edit::SetText(c, name, value) => {
            edit::set_text(tree, *c, NAMES[*name], value);
            if there(tree, *c) {
                assert_eq!(tree.text(*c, NAMES[*name]), *value);
            }
        }
        Edit::SetLineText(c, name, nth, value) => {
            let at = tree.own(*c).filter(|at| tree.lines()[*at].is(NAMES[*name])).nth(*nth);
            if let Some(at) = at {
                edit::set_line_text(tree, *c, at, value);
                assert_eq!(tree.lines()[at].text(), *value);
            }
        }
        Edit::SetValue(c, name, value) => {
            edit::set_value(tree, *c, NAMES[*name], value);
            if let Some(line) = tree.get(*c, NAMES[*name]) {
                assert_eq!(line.value(), value.as_bytes());
            }
        }
        Edit::SetLine(c, name, value) => {
            edit::set_line(tree, *c, NAMES[*name], format!("{}:{value}", NAMES[*name]));
            if let Some(line) = tree.get(*c, NAMES[*name]) {
                assert_eq!(line.value(), value.as_bytes());
            }
        }
        Edit::Append(c, name, value) => {
            let line = fold(format!("{}:{value}", NAMES[*name]).as_bytes(), tree.eol());
            let before = tree.own(*c).filter(|at| tree.lines()[*at].is(NAMES[*name])).count();
            let exists = there(tree, *c);
            edit::append(tree, *c, line);
            let after = tree.own(*c).filter(|at| tree.lines()[*at].is(NAMES[*name])).count();
            assert_eq!(after, before + usize::from(exists));
        }
        Edit::Remove(c, name) => {
            edit::remove(tree, *c, NAMES[*name]);
            assert!(tree.find(*c, NAMES[*name]).is_none());
        }
        Edit::SetHead(c, name, nth) => {
            let at = tree.own(*c).filter(|at| tree.lines()[*at].is(NAMES[*name])).nth(*nth);
            if let Some(at) = at {
                let line = &tree.lines()[at];
                let head = [line.head_without(|p| p.name == "TYPE"), b";TYPE=home".to_vec()].concat();
                let said = broken(&line.text());
                edit::set_head(tree, *c, at, &head);
                assert_eq!(broken(&tree.lines()[at].text()), said);
            }
        }
        Edit::SetList(c, name, value) => {
            let before = edit::list(tree, *c, NAMES[*name]);
            let value = value.trim().replace(['\r', '\n'], " ");
            let mut wanted: Vec<String> = before.iter().skip(1).filter(|known| **known != value).cloned().collect();
            wanted.extend((!value.is_empty()).then_some(value));
            edit::set_list(tree, *c, NAMES[*name], &before, &wanted);
            if there(tree, *c) {
                assert_eq!(sorted(edit::list(tree, *c, NAMES[*name])), sorted(wanted));
            }
        }
        Edit::SetPart(c, name, part, value) => {
            let before = edit::part(tree, *c, NAMES[*name], 1 - part);
            edit::set_parts(tree, *c, NAMES[*name], &[(*part, value)], 2);
            if there(tree, *c) {
                assert_eq!(broken(&edit::part(tree, *c, NAMES[*name], *part)), broken(value));
                assert_eq!(broken(&edit::part(tree, *c, NAMES[*name], 1 - part)), broken(&before));
            }
        }
        Edit::Stamp(c, moved) => edit::stamp_change(tree, *c, 1_795_338_000_000, *moved),
    }
}

/// The laws, of these edits one after the other.
pub fn hold(text: &[u8], edits: &[Edit]) {
    let before = Tree::parse(text);
    assert_eq!(before.print(), text);
    let mut tree = before.clone();
    for edit in edits {
        let others = unnamed(&tree, edit);
        edited(&mut tree, edit);
        assert_eq!(unnamed(&tree, edit), others, "lines that were not named by {edit:?}");
    }
    let old: HashSet<&[u8]> = before.lines().iter().map(|line| line.raw().trim_ascii_end()).collect();
    for line in tree.lines().iter().filter(|line| !old.contains(line.raw().trim_ascii_end())) {
        folded(line);
    }
    let printed = tree.print();
    let again = Tree::parse(&printed);
    assert_eq!(again.print(), printed);
    if !base64(&tree) {
        assert_eq!(said(&again), said(&tree), "what is read again is what was written");
        assert_eq!(again.components(), tree.components());
    }
}
