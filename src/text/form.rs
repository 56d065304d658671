//! An item as the fields of a form, and the changed fields back into it. Only the
//! properties whose field changed are written (quirk 21).

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::model::{AddressRow, ContactFields, ContactRow, EventFields, Fields, Millis, NoteFields};

use super::lines::Tree;
use super::{form_contact, form_event, form_note, main};

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
        "VJOURNAL" => Some(Fields::Note(form_note::fields(tree, c))),
        "VCARD" => Some(Fields::Contact(form_contact::fields(tree, c))),
        _ => None,
    }
}

/// The text with the changed fields written into it, and stamped. Fields that are
/// what [`fields`] gives, or are of another kind, give the text itself. An event that
/// recurs changes as a whole; for parts of it there is [`super::series`].
pub fn apply(text: &[u8], fields: &Fields, now: Millis) -> Vec<u8> {
    let mut tree = Tree::parse(text);
    let (Some(c), Some(old)) = (main(&tree), of(&tree)) else { return text.to_vec() };
    match (&old, fields) {
        (old, new) if old == new => return text.to_vec(),
        (Fields::Event(old), Fields::Event(new)) => form_event::apply(&mut tree, c, old, new, now),
        (Fields::Note(old), Fields::Note(new)) => form_note::apply(&mut tree, c, old, new, now),
        (Fields::Contact(old), Fields::Contact(new)) => form_contact::apply(&mut tree, c, old, new, now),
        _ => return text.to_vec(),
    }
    tree.print()
}

/// The struct of these fields, each being what [`pick`] says.
macro_rules! picked {
    ($sort:ident, $was:ident, $typed:ident, $now:ident; $($field:ident),*; $($own:ident: $value:expr),*) => {
        $sort {
            $($field: pick(&$was.$field, &$typed.$field, &$now.$field).clone(),)*
            $($own: $value,)*
        }
    };
}

/// What to save of a form that was opened on `was` and holds `fields`, the item having
/// become `now` meanwhile: fields that the person changed as they are, the others as
/// they are now. When an event is is one thing: any of start, end, zone and all-day
/// changed, they all come from the form. Of lists each value and each row is for
/// itself. Of different kinds: `fields`.
pub fn rebase(was: &Fields, fields: &Fields, now: &Fields) -> Fields {
    match (was, fields, now) {
        (Fields::Event(was), Fields::Event(typed), Fields::Event(now)) => Fields::Event(event(was, typed, now)),
        (Fields::Contact(was), Fields::Contact(typed), Fields::Contact(now)) => {
            Fields::Contact(picked!(ContactFields, was, typed, now;
                name, prefix, given, additional, family, suffix, nickname, organization, department, job,
                birthday, anniversary, note, photo;
                phones: rows(&was.phones, &typed.phones, &now.phones),
                mails: rows(&was.mails, &typed.mails, &now.mails),
                urls: rows(&was.urls, &typed.urls, &now.urls),
                addresses: rows(&was.addresses, &typed.addresses, &now.addresses),
                categories: set(&was.categories, &typed.categories, &now.categories)))
        }
        (Fields::Note(was), Fields::Note(typed), Fields::Note(now)) => {
            Fields::Note(picked!(NoteFields, was, typed, now;
                title, text, date;
                categories: set(&was.categories, &typed.categories, &now.categories)))
        }
        _ => fields.clone(),
    }
}

pub(super) fn event(was: &EventFields, typed: &EventFields, now: &EventFields) -> EventFields {
    let when = |f: &EventFields| (f.all_day, f.start.clone(), f.end.clone(), f.zone.clone());
    let (all_day, start, end, zone) = pick(when(was), when(typed), when(now));
    picked!(EventFields, was, typed, now;
        title, place, description, recurs, of, since, recurrence, status, access, free, color, url;
        all_day: all_day, start: start, end: end, zone: zone,
        alarms: set(&was.alarms, &typed.alarms, &now.alarms),
        categories: set(&was.categories, &typed.categories, &now.categories))
}

/// What was typed, if anything was.
fn pick<T: PartialEq>(was: T, typed: T, now: T) -> T {
    if typed == was { now } else { typed }
}

/// What is there now without what was taken away, and with what was added.
fn set<T: Clone + Eq + Hash>(was: &[T], typed: &[T], now: &[T]) -> Vec<T> {
    let (before, kept): (HashSet<&T>, HashSet<&T>) = (was.iter().collect(), typed.iter().collect());
    let there: HashSet<&T> = now.iter().collect();
    let left = now.iter().filter(|value| !before.contains(value) || kept.contains(value));
    let added = typed.iter().filter(|value| !before.contains(value) && !there.contains(value));
    left.chain(added).cloned().collect()
}

/// A row, as whatever it is of.
trait Row: Clone + Eq + Hash {
    fn at(&self) -> Option<u32>;
    fn at_line(&self, at: Option<u32>) -> Self;
}

impl Row for ContactRow {
    fn at(&self) -> Option<u32> {
        self.at
    }

    fn at_line(&self, at: Option<u32>) -> ContactRow {
        ContactRow { at, ..self.clone() }
    }
}

impl Row for AddressRow {
    fn at(&self) -> Option<u32> {
        self.at
    }

    fn at_line(&self, at: Option<u32>) -> AddressRow {
        AddressRow { at, ..self.clone() }
    }
}

/// The rows that are there now with what was done to those that were: a row that was
/// changed here and is not there any more as it was is added.
fn rows<R: Row>(was: &[R], typed: &[R], now: &[R]) -> Vec<R> {
    if was == now || typed == was {
        return pick(was, typed, now).to_vec();
    }
    let here: HashMap<Option<u32>, &R> = typed.iter().map(|row| (row.at(), row)).collect();
    let same: HashMap<R, usize> = now.iter().enumerate().rev().map(|(i, row)| (row.at_line(None), i)).collect();
    let known: HashSet<Option<u32>> = was.iter().map(Row::at).collect();
    let mut left: Vec<Option<R>> = now.iter().cloned().map(Some).collect();
    let mut added = Vec::new();
    for before in was {
        match (here.get(&before.at()), same.get(&before.at_line(None))) {
            (Some(here), _) if *here == before => {}
            (Some(here), Some(same)) => left[*same] = Some(here.at_line(now[*same].at())),
            (Some(here), None) => added.push(here.at_line(None)),
            (None, Some(same)) => left[*same] = None,
            (None, None) => {}
        }
    }
    added.extend(typed.iter().filter(|row| !known.contains(&row.at())).map(|row| row.at_line(None)));
    left.into_iter().flatten().chain(added).collect()
}
