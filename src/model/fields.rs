//! What the forms of the workspace show and change.

use serde::{Deserialize, Serialize};

use super::EntryKind;

/// The fields of one item. Empty means: none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fields {
    Event(EventFields),
    Contact(ContactFields),
    Note(NoteFields),
}

impl Fields {
    pub fn kind(&self) -> EntryKind {
        match self {
            Fields::Event(_) => EntryKind::Event,
            Fields::Contact(_) => EntryKind::Contact,
            Fields::Note(_) => EntryKind::Note,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFields {
    pub title: String,
    pub place: String,
    pub all_day: bool,
    /// `YYYY-MM-DD` when all-day, else `YYYY-MM-DDTHH:MM`, in `zone`.
    pub start: String,
    /// Inclusive day when all-day, else the moment it ends.
    pub end: String,
    /// IANA name; empty: floating. For a new event the reader's zone.
    pub zone: String,
    pub description: String,
    /// The event recurs: the form says that a change is for all of it.
    pub recurs: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactFields {
    pub given: String,
    pub family: String,
    pub organization: String,
    /// The first of each; others stay as they are.
    pub mail: String,
    pub phone: String,
    pub note: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteFields {
    pub title: String,
    pub text: String,
}
