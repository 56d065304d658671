//! The UID of an item (RFC 5545, 3.8.4.7; RFC 6350, 6.7.6).

use super::lines::{Tree, fold};
use super::{edit, escape, main};

/// Whether components of that name (in upper case) carry an item's UID. Alarms, for
/// one, have UIDs of their own.
pub(super) fn carries(name: &str) -> bool {
    matches!(name, "VEVENT" | "VTODO" | "VJOURNAL" | "VFREEBUSY" | "VCARD")
}

/// The components that carry an item's UID.
pub(super) fn carriers(tree: &Tree<'_>) -> Vec<usize> {
    (0..tree.components().len()).filter(|c| carries(&tree.components()[*c].name)).collect()
}

/// The UID of the main component; `None` without one, or when it is empty.
pub fn uid(text: &[u8]) -> Option<String> {
    of(&Tree::parse(text))
}

pub(super) fn of(tree: &Tree<'_>) -> Option<String> {
    let uid = tree.get(main(tree)?, "UID")?.text();
    let uid = uid.trim();
    (!uid.is_empty()).then(|| uid.to_owned())
}

/// The text with `new` as the UID of all its components; everything else byte for byte.
pub fn with_uid(text: &[u8], new: &str) -> Vec<u8> {
    let mut tree = Tree::parse(text);
    set_uid(&mut tree, new);
    tree.print()
}

pub(super) fn set_uid(tree: &mut Tree<'_>, new: &str) {
    let eol = tree.eol();
    let mut missing = Vec::new();
    for c in carriers(tree) {
        match tree.find(c, "UID") {
            Some(at) => edit::set_line_text(tree, c, at, new),
            None => {
                let at = tree.components()[c].begin + 1;
                // A vCard's VERSION stands first (RFC 6350, 6.7.9).
                let at = at + usize::from(tree.lines().get(at).is_some_and(|l| l.is("VERSION")));
                missing.push((at, fold(format!("UID:{}", escape::escape(new)).as_bytes(), eol)));
            }
        }
    }
    tree.insert_each(missing);
}
