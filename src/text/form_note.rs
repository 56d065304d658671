//! A VJOURNAL as the fields of a form (RFC 5545, 3.6.3).

use crate::model::{Millis, NoteFields};

use super::lines::Tree;
use super::moment::Moment;
use super::{edit, escape, follow, form_event};

pub(super) fn fields(tree: &Tree<'_>, c: usize) -> NoteFields {
    let date = tree.get(c, "DTSTART").and_then(|line| Moment::parse(&line.plain()));
    NoteFields {
        title: escape::one_line(&tree.text(c, "SUMMARY")),
        text: form_event::description(tree, c),
        date: date.map(|at| at.date().to_string()).unwrap_or_default(),
        categories: edit::list(tree, c, "CATEGORIES"),
    }
}

/// Writes the fields that differ from `old`, which is what the note has.
pub(super) fn apply(tree: &mut Tree<'_>, c: usize, old: &NoteFields, new: &NoteFields, now: Millis) {
    set(tree, c, old, new);
    edit::stamp_change(tree, c, now, false);
}

pub(super) fn set(tree: &mut Tree<'_>, c: usize, old: &NoteFields, new: &NoteFields) {
    if old.title != new.title {
        edit::set_text(tree, c, "SUMMARY", &new.title);
    }
    form_event::set_description(tree, c, &old.text, &new.text);
    if old.date != new.date {
        match (form_event::typed(&new.date, true), tree.get(c, "DTSTART")) {
            (Some(day), line) => {
                let head = line.map_or_else(|| b"DTSTART;VALUE=DATE".to_vec(), |l| follow::formed(l, b";VALUE=DATE"));
                edit::set_line(tree, c, "DTSTART", edit::with_value(&head, Moment::Date(day.date())));
            }
            (None, _) if new.date.trim().is_empty() => edit::remove(tree, c, "DTSTART"),
            // Nothing that could be written; forms refuse it before it comes here.
            _ => {}
        }
    }
    edit::set_list(tree, c, "CATEGORIES", &old.categories, &new.categories);
}
