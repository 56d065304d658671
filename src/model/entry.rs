//! The small rows that lists and the popup read: never a body.

use serde::{Deserialize, Serialize};

use super::{CollectionId, ItemId, Millis};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EntryKind {
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
}

/// One time an event happens, within the horizon that was expanded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    pub item: ItemId,
    pub collection: CollectionId,
    pub title: String,
    pub place: String,
    /// For all-day and floating events: as if the local time were UTC.
    pub start: Millis,
    pub end: Millis,
    pub all_day: bool,
    /// No zone: the times are the reader's local ones.
    pub floating: bool,
    /// Of a series: the start that the series gives this instance, which is what a
    /// RECURRENCE-ID names, wherever the instance was moved to. As `start`: UTC, or the
    /// local time as if it were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<Millis>,
    /// The event names a zone that nobody knows; its times are taken as floating.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guessed: bool,
}

/// Which part of a series an edit is for. The instance is named by [`Occurrence::of`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reach {
    #[default]
    All,
    One(Millis),
    Following(Millis),
}

/// What lists and the popup show of an item's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Index {
    pub entry: Option<Entry>,
    pub occurrences: Vec<Occurrence>,
}
