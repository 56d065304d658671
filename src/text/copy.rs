//! An item made a copy of itself, for what was changed on both sides and is kept
//! twice.

use super::lines::{Tree, fold};
use super::{edit, uid};

/// The text as another item: `new_uid` in all its components, `mark` behind its
/// title, and nobody invited by it: `SCHEDULE-AGENT=CLIENT` (RFC 6638, 7.1) keeps
/// the server from sending invitations for the copy (quirk 22). Everything else
/// byte for byte.
pub fn as_copy(text: &[u8], new_uid: &str, mark: &str) -> Vec<u8> {
    let mut tree = Tree::parse(text);
    uid::set_uid(&mut tree, new_uid);
    let mut missing = Vec::new();
    for c in uid::carriers(&tree) {
        let card = tree.components()[c].name == "VCARD";
        let title = if card { "FN" } else { "SUMMARY" };
        // A changed instance without a title of its own shows the series'.
        let inherits = tree.find(c, "RECURRENCE-ID").is_some();
        match tree.find(c, title) {
            Some(at) => {
                let marked = format!("{}{mark}", tree.lines()[at].text());
                edit::set_line_text(&mut tree, c, at, &marked);
            }
            None if inherits => {}
            None => missing.extend(edit::new_text(&tree, c, title, mark.trim())),
        }
        if !card {
            uninvite(&mut tree, c);
        }
    }
    tree.insert_each(missing);
    tree.print()
}

fn uninvite(tree: &mut Tree<'_>, c: usize) {
    let people: Vec<usize> =
        tree.own(c).filter(|i| tree.lines()[*i].is("ATTENDEE") || tree.lines()[*i].is("ORGANIZER")).collect();
    let eol = tree.eol();
    for at in people {
        let line = &tree.lines()[at];
        let head = line.head_without(|p| p.name == "SCHEDULE-AGENT");
        let new = [head.as_slice(), b";SCHEDULE-AGENT=CLIENT:", line.value()].concat();
        tree.replace(at, fold(&new, eol));
    }
}
