//! One calendar object, one card or one note, with what is known of it on both sides.

use serde::{Deserialize, Serialize};

use super::{CollectionId, Etag, Href, Millis, Saying};

/// Names an item here, for as long as it exists here. Never sent to a server:
/// there it is identified by collection and href (quirk 27). Items that come together
/// may be named in a row, as numbers of a batch: stores keep them side by side.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub String);

impl ItemId {
    /// Begins the name of a batch whose texts are long: each may be read for itself.
    pub const LONG: &str = "long-";

    /// The item of that number in a batch, which is named as an item could be.
    pub fn of_batch(batch: &str, number: u32) -> ItemId {
        ItemId(format!("{batch}.{number}"))
    }

    /// Its batch, and its number, also as it is written; an item without one is a batch
    /// of its own.
    pub fn of_its_batch(&self) -> (&str, Option<(u32, &str)>) {
        let parts = self.0.rsplit_once('.');
        let numbered = parts.and_then(|(batch, number)| Some((batch, (number.parse().ok()?, number))));
        numbered.map_or((&self.0, None), |(batch, number)| (batch, Some(number)))
    }
}

/// What the person did here since the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edit {
    /// New (without a base) or changed (with one).
    Put,
    Delete,
}

/// Why an item is not in step, and what to tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    pub reason: Saying,
    pub since: Millis,
    /// The edit (`Head::rev`) it was refused for: it is not sent again until
    /// this changes.
    pub rev: u64,
}

/// All of an item but its texts; small, so that a whole collection of them fits
/// in memory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub id: ItemId,
    pub collection: CollectionId,
    pub href: Href,
    /// Both sides were known to agree at some time: the store has the base's text.
    pub based: bool,
    /// The base's etag; `None` where the server gave none.
    pub etag: Option<Etag>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<Edit>,
    /// Counts the edits made here; a run that saw another number lost a race.
    pub rev: u64,
    /// The server's version must be read again, whatever tokens say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refetch: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// When the person last edited it; `None` without an edit of theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Millis>,
    /// The start of the run that brought it here; `None` for what was made here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<Millis>,
}

impl Head {
    /// An item that exists on neither side yet.
    pub fn new(id: ItemId, collection: CollectionId, href: Href) -> Head {
        Head {
            id,
            collection,
            href,
            based: false,
            etag: None,
            edit: None,
            rev: 0,
            refetch: false,
            waiting: None,
            edited: None,
            arrived: None,
        }
    }

    /// There is something a run has to look at even if the server changed nothing.
    pub fn todo(&self) -> bool {
        self.edit.is_some() || self.refetch || self.waiting.is_some()
    }
}

/// An item with its texts, as bytes: what the server sent is stored as sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub head: Head,
    /// Text of the base; `Some` exactly if `head.based`.
    pub base: Option<Vec<u8>>,
    /// Text of the edit; `Some` exactly if `head.edit` is `Put`.
    pub edit: Option<Vec<u8>>,
}

impl Item {
    /// What the person sees: their edit, else the base; nothing if deleted.
    pub fn shown(&self) -> Option<&[u8]> {
        match self.head.edit {
            Some(Edit::Delete) => None,
            Some(Edit::Put) => self.edit.as_deref(),
            None => self.base.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_of_a_batch_knows_its_number() {
        let id = |id: &str| ItemId(id.into());
        assert_eq!(ItemId::of_batch("b", 70).of_its_batch(), ("b", Some((70, "70"))));
        assert_eq!(ItemId::of_batch("b.c", 0).of_its_batch(), ("b.c", Some((0, "0"))));
        for alone in ["b", "", "b.", "b.c", "b.-1", "b.4294967296"] {
            assert_eq!(id(alone).of_its_batch(), (alone, None));
        }
    }
}
