//! An item as the fields of a form, and the changed fields back into it. Only the
//! properties whose field changed are written (quirk 21).

use crate::model::{Fields, Millis, NoteFields};

use super::lines::Tree;
use super::{edit, escape, form_contact, form_event, main};

/// What the form shows of an item. `None`: there is nothing in it that the forms
/// know (a task, a text that is neither calendar nor card), or the event has no
/// start.
pub fn fields(text: &[u8]) -> Option<Fields> {
    of(&Tree::parse(text))
}

fn of(tree: &Tree<'_>) -> Option<Fields> {
    let c = main(tree)?;
    match tree.components()[c].name.as_str() {
        "VEVENT" => form_event::fields(tree, c).map(Fields::Event),
        "VJOURNAL" => Some(Fields::Note(NoteFields {
            title: escape::one_line(&tree.text(c, "SUMMARY")),
            text: tree.text(c, "DESCRIPTION"),
        })),
        "VCARD" => Some(Fields::Contact(form_contact::fields(tree, c))),
        _ => None,
    }
}

/// The text with the changed fields written into it, and stamped. Fields that are
/// what [`fields`] gives, or are of another kind, give the text itself.
pub fn apply(text: &[u8], fields: &Fields, now: Millis) -> Vec<u8> {
    let mut tree = Tree::parse(text);
    let (Some(c), Some(old)) = (main(&tree), of(&tree)) else { return text.to_vec() };
    match (&old, fields) {
        (old, new) if old == new => return text.to_vec(),
        (Fields::Event(old), Fields::Event(new)) => form_event::apply(&mut tree, c, old, new, now),
        (Fields::Note(old), Fields::Note(new)) => {
            for (name, old, new) in [("SUMMARY", &old.title, &new.title), ("DESCRIPTION", &old.text, &new.text)] {
                if old != new {
                    edit::set_text(&mut tree, c, name, new);
                }
            }
            edit::stamp_change(&mut tree, c, now, false);
        }
        (Fields::Contact(old), Fields::Contact(new)) => form_contact::apply(&mut tree, c, old, new, now),
        _ => return text.to_vec(),
    }
    tree.print()
}

/// Placeholder until it is there.
pub fn rebase(_was: &Fields, fields: &Fields, _now: &Fields) -> Fields {
    fields.clone()
}
