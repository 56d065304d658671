//! Version 3 of the schema: items are found by what they call themselves, by the words
//! in them, and series by when they go. Never changed once released: what comes after
//! is another file.
//!
//! | store | key | row | indexes |
//! | --- | --- | --- | --- |
//! | `entries` | | | new: `uid`, only of those that have one |
//! | `series` | `item` | `{ item, from, until }`; of one without end `Infinity` | `from`; `until` |
//! | `words` | item id, beside the row | text: id, collection, kind, sort and words, a line each | |
//!
//! Items stored before have no rows in the new stores, and of their occurrences only
//! those that were near: their collections have no `indexed`, and the worker indexes
//! them anew at its next start or run.

use idb::{Database, Error, KeyPath, Transaction};

use super::v1::{index, keyed, plain};

/// Adds what is new; the rows stay.
pub(super) fn make(database: &Database, transaction: &Transaction) -> Result<(), Error> {
    index(&transaction.object_store("entries")?, "uid", &["uid"])?;
    series(database)?;
    plain(database, "words").map(drop)
}

pub(super) fn series(database: &Database) -> Result<(), Error> {
    let series = keyed(database, "series", KeyPath::new_single("item"))?;
    index(&series, "from", &["from"])?;
    index(&series, "until", &["until"])
}
