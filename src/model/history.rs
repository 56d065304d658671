//! What was replaced or removed, kept to be had back.

use serde::{Deserialize, Serialize};

use super::{CollectionId, ItemId, Millis};

/// A text that an item had. Kept when it goes, once, in the transaction in which
/// it goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// When it went. No two texts of one item went at the same time.
    pub at: Millis,
    pub collection: CollectionId,
    pub item: ItemId,
    /// Its title, for the list of kept texts.
    pub title: String,
    /// The start of the run that did it; `None` for the person's own edit.
    pub run: Option<Millis>,
    #[serde(default)]
    pub why: Why,
    pub text: Vec<u8>,
}

/// How a text came to be replaced or removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// By another edit made here, before it was sent.
    Edited,
    /// Here, by what the server had.
    #[default]
    Received,
    /// On the server, by what was sent.
    Sent,
    /// Here, because it was deleted on the server.
    Gone,
    /// On the server, because it was deleted here.
    Deleted,
    /// Made here, and changed on both sides: another text took its place.
    Conflict,
    /// Sent, but the server stored something else.
    Altered,
    /// By a restore, an undo, or an earlier version that was brought back.
    Restored,
}

impl Why {
    /// Key of the words for people.
    pub fn key(self) -> &'static str {
        match self {
            Why::Edited => "why_edited",
            Why::Received => "why_received",
            Why::Sent => "why_sent",
            Why::Gone => "why_gone",
            Why::Deleted => "why_deleted",
            Why::Conflict => "why_conflict",
            Why::Altered => "why_altered",
            Why::Restored => "why_restored",
        }
    }
}

/// Which kept texts are wanted; always the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Past {
    /// So many.
    Newest(usize),
    /// All of one item.
    Item(ItemId),
    /// All that one run replaced or removed, by its start.
    Run(Millis),
}

/// One property of an item in two versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// Where it stands: empty for the main component, else the instance
    /// (`2026-06-08 09:00 Europe/Berlin`) or component (`VALARM`); within one
    /// another separated by commas.
    pub place: String,
    /// In upper case; empty for a line that is no property.
    pub name: String,
    /// As people read it; `None`: it was not there.
    pub old: Option<String>,
    /// `None`: it is there no longer.
    pub new: Option<String>,
}
