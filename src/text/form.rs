//! An item as the fields of a form, and the changed fields back into it. Only the
//! properties whose field changed are written (quirk 21).

use crate::model::{ContactFields, EventFields, Fields, Millis, NoteFields};

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

/// What to save of a form that was opened on `was` and holds `fields`, the item having
/// become `now` meanwhile: fields that the person changed as they are, the others as
/// they are now. When an event is is one thing: any of start, end, zone and all-day
/// changed, they all come from the form. Of different kinds: `fields`.
pub fn rebase(was: &Fields, fields: &Fields, now: &Fields) -> Fields {
    match (was, fields, now) {
        (Fields::Event(was), Fields::Event(typed), Fields::Event(now)) => {
            let when = |f: &EventFields| (f.all_day, f.start.clone(), f.end.clone(), f.zone.clone());
            let (all_day, start, end, zone) = pick(when(was), when(typed), when(now));
            Fields::Event(EventFields {
                title: pick(&was.title, &typed.title, &now.title).clone(),
                place: pick(&was.place, &typed.place, &now.place).clone(),
                all_day,
                start,
                end,
                zone,
                description: pick(&was.description, &typed.description, &now.description).clone(),
                recurs: pick(was.recurs, typed.recurs, now.recurs),
            })
        }
        (Fields::Contact(was), Fields::Contact(typed), Fields::Contact(now)) => Fields::Contact(ContactFields {
            given: pick(&was.given, &typed.given, &now.given).clone(),
            family: pick(&was.family, &typed.family, &now.family).clone(),
            organization: pick(&was.organization, &typed.organization, &now.organization).clone(),
            mail: pick(&was.mail, &typed.mail, &now.mail).clone(),
            phone: pick(&was.phone, &typed.phone, &now.phone).clone(),
            note: pick(&was.note, &typed.note, &now.note).clone(),
        }),
        (Fields::Note(was), Fields::Note(typed), Fields::Note(now)) => Fields::Note(NoteFields {
            title: pick(&was.title, &typed.title, &now.title).clone(),
            text: pick(&was.text, &typed.text, &now.text).clone(),
        }),
        _ => fields.clone(),
    }
}

/// What was typed, if anything was.
fn pick<T: PartialEq>(was: T, typed: T, now: T) -> T {
    if typed == was { now } else { typed }
}
