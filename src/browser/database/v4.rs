//! Version 4 of the schema: items that come together share rows. Never changed once
//! released: what comes after is another file.
//!
//! | store | key, beside the row | row | indexes |
//! | --- | --- | --- | --- |
//! | `heads` | block | `{ collections, todo, heads }`, `heads` a text: `[Head]` | `collections`; `todo`: the collections of those with something to do |
//! | `texts` | block and a quarter of it | `{ number: { base?, edit? } }`, bytes; without a number as it was | |
//! | `entries` | block | `{ collections, uids, entries }`, `entries` a text: `[{ entry, times }]` | `collections`; `uid` |
//! | `times` | span, batch | text: `[Occurrence]` | |
//! | `words` | block | text: `[text]`, each as it was | |
//!
//! `key` says what block, batch and span are. Items stored before are each in a block of
//! its own. They are listed anew, `series` too, by the worker at its next start or run:
//! `Index::VERSION` counts.

use idb::{Database, Error, IndexParams, KeyPath, ObjectStore, Transaction};

use super::v1::plain;
use super::v3;
use super::{broken, row};
use crate::model::{Fault, Head};

/// Heads of version 1 to 3 become rows of version 4; `old` is false for a database that
/// has none.
pub(super) async fn make(database: &Database, transaction: &Transaction, old: bool) -> Result<(), Fault> {
    let mut all: Vec<Head> = Vec::new();
    if old {
        let heads = transaction.object_store("heads").map_err(broken)?;
        for row in heads.get_all(None, None).map_err(broken)?.await.map_err(broken)? {
            all.push(row::read(row::member(&row, "head").unwrap_or_default())?);
        }
    }
    let heads = stores(database).map_err(broken)?;
    for head in all {
        let key = head.id.0.as_str().into();
        heads.put(&row::of_heads(&[head])?, Some(&key)).map_err(broken)?;
    }
    Ok(())
}

fn stores(database: &Database) -> Result<ObjectStore, Error> {
    for name in ["heads", "entries", "occurrences", "series", "words"] {
        database.delete_object_store(name)?;
    }
    v3::series(database)?;
    let entries = plain(database, "entries")?;
    each(&entries, "collections", "collections")?;
    each(&entries, "uid", "uids")?;
    plain(database, "times")?;
    plain(database, "words")?;
    let heads = plain(database, "heads")?;
    each(&heads, "collections", "collections")?;
    each(&heads, "todo", "todo")?;
    Ok(heads)
}

/// A row is in the index under each of the member's values.
fn each(store: &ObjectStore, name: &str, member: &str) -> Result<(), Error> {
    let mut params = IndexParams::new();
    params.multi_entry(true);
    store.create_index(name, KeyPath::new_single(member), Some(params)).map(drop)
}
