//! The small rows that lists and the popup read: never a body.

use std::iter;

use serde::{Deserialize, Serialize};

use super::{CollectionId, ItemId, Millis};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EntryKind {
    #[default]
    Event,
    Contact,
    Note,
    Task,
}

/// One row in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub id: ItemId,
    pub collection: CollectionId,
    pub kind: EntryKind,
    /// Summary, name, or the first line of a note. May be empty.
    pub title: String,
    /// Place of an event, first mail address or phone of a contact, date of a note.
    pub detail: String,
    /// Orders a list: start time for events, folded name for the rest.
    pub sort: String,
    /// What the item calls itself in every collection; empty without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub uid: String,
    /// The text could not be wholly understood: what is shown may be partial.
    pub partial: bool,
    /// An event that is repeated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recurs: bool,
    /// An event in a zone that nobody knows; its times are those of a zone that was
    /// guessed, or floating.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
}

/// One time an event happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    pub item: ItemId,
    pub collection: CollectionId,
    pub title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// For all-day and floating events: as if the local time were UTC.
    pub start: Millis,
    pub end: Millis,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_day: bool,
    /// No zone: the times are the reader's local ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub floating: bool,
    /// Of a series: the start that the series gives this instance, which is what a
    /// RECURRENCE-ID names, wherever the instance was moved to. As `start`: UTC, or the
    /// local time as if it were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Millis>,
    /// The event names a zone that nobody knows; its times are those of a zone that was
    /// guessed, or floating.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
}

impl Occurrence {
    /// Whether what goes from start to end happens between the two times (the second
    /// exclusive), in part at least; what has no length, when it begins there. In no time
    /// nothing happens.
    pub fn touches(from: Millis, to: Millis) -> impl Fn(Millis, Millis) -> bool {
        move |start, end| from < to && start < to && (end > from || start >= from)
    }

    /// End and `of` of the one of its [`Happening`] that starts then. Wrapping there and back is
    /// exact, whatever a row may have in it.
    fn end_and_of(&self, start: Millis) -> (Millis, Option<Millis>) {
        let by = start.wrapping_sub(self.start);
        (self.end.wrapping_add(by), self.of.map(|of| of.wrapping_add(by)))
    }

    fn moved(&self, start: Millis) -> Occurrence {
        let (end, of) = self.end_and_of(start);
        Occurrence { start, end, of, ..self.clone() }
    }
}

/// Times of an event that follow each other and tell the same: the first, and the starts of
/// the others; each is as long as the first, and as far from its [`Occurrence::of`]. What is
/// of no series happens once. It is stored: another form is another schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happening(Occurrence, Vec<Millis>);

impl Happening {
    pub fn at(first: Occurrence) -> Happening {
        Happening(first, Vec::new())
    }

    pub fn item(&self) -> &ItemId {
        &self.0.item
    }

    /// Takes in another instance that the same component tells, if it is as long and as far
    /// from `of`; says whether it did.
    pub fn add(&mut self, start: Millis, end: Millis, of: Option<Millis>) -> bool {
        let same = of.is_some() && (end, of) == self.0.end_and_of(start);
        if same {
            self.1.push(start);
        }
        same
    }

    /// Each time whose start and end are `wanted`.
    pub fn each(&self, wanted: impl Fn(Millis, Millis) -> bool) -> impl Iterator<Item = Occurrence> {
        let starts = iter::once(self.0.start).chain(self.1.iter().copied());
        let wanted = starts.filter(move |start| wanted(*start, self.0.end_and_of(*start).0));
        wanted.map(|start| self.0.moved(start))
    }

    /// The times apart by what `key` makes of start and end, those together that follow
    /// each other.
    pub fn apart<K: PartialEq>(self, key: impl Fn(Millis, Millis) -> K) -> Vec<(K, Happening)> {
        let Happening(first, others) = self;
        let mut all: Vec<(K, Happening)> = Vec::new();
        for start in iter::once(first.start).chain(others) {
            let key = key(start, first.end_and_of(start).0);
            match all.last_mut() {
                Some((last, happening)) if *last == key => happening.1.push(start),
                _ => all.push((key, Happening::at(first.moved(start)))),
            }
        }
        all
    }
}

/// Which part of a series an edit is for. The instance is named by [`Occurrence::of`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    #[default]
    All,
    One(Millis),
    Following(Millis),
}

/// From when to when a series goes that is not expanded as a whole: never narrower
/// than it is. The times are those of its occurrences.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    pub from: Millis,
    /// `None`: without end, or with one that is not easily told.
    pub until: Option<Millis>,
}

impl Series {
    /// Whether it may happen between the two times.
    pub fn touches(&self, from: Millis, to: Millis) -> bool {
        self.from < to && self.until.is_none_or(|until| until >= from)
    }
}

/// What is known of an item's text without reading it: what lists and the popup show
/// and what a search looks through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    pub entry: Option<Entry>,
    /// All times it happens; if it is a long `series`, those that are near
    /// ([`Index::BEHIND`], [`Index::AHEAD`]), and the next behind those where none of them is late.
    pub times: Vec<Happening>,
    pub series: Option<Series>,
    /// The words it is found by, as `text::words` makes them.
    pub words: String,
}

impl Index {
    /// Which way an index is made. Items of a collection with a smaller number
    /// (`Collection::indexed`) are indexed anew.
    pub const VERSION: u32 = 5;
    /// Long series are expanded from so long ago …
    pub const BEHIND: Millis = 31 * DAY;
    /// … to so far ahead, from when the item was stored.
    pub const AHEAD: Millis = 400 * DAY;

    /// Each of its times.
    pub fn occurrences(&self) -> Vec<Occurrence> {
        self.times.iter().flat_map(|happening| happening.each(|_, _| true)).collect()
    }
}

const DAY: Millis = 24 * 3_600_000;
