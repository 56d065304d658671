//! What a run or an edit writes: one transaction over everything it touches.

use std::collections::HashMap;

use idb::{KeyRange, ObjectStore, Query, Transaction};
use wasm_bindgen::JsValue;

use super::row::{self, HeadRow, KeptRow, OccurrenceRow, Words};
use super::{Database, broken};
use crate::model::{Collection, Fault, Index, Item, ItemId, Kept};
use crate::port::{Change, Commit, settle};

/// What a commit may touch.
const STORES: [&str; 8] = ["heads", "texts", "entries", "occurrences", "series", "words", "kept", "collections"];

impl Database {
    pub(super) async fn write_commit(&self, commit: Commit) -> Result<(), Fault> {
        self.writing(&STORES, async |transaction| {
            let stores = Stores::of(transaction)?;
            stores.changes(commit.changes).await?;
            for kept in &commit.kept {
                stores.keep(kept)?;
            }
            // Last, so that a reader of the code sees it: the token covers what is above.
            if let Some(collection) = &commit.collection {
                stores.collections.put(&row::write(collection)?, None).map_err(broken)?;
            }
            Ok(())
        })
        .await
        .map_err(|fault| fault.during("commit"))
    }
}

/// The stores, in one transaction. Requests to write are not awaited: one that
/// fails aborts the transaction, and its end is awaited.
pub(super) struct Stores {
    heads: ObjectStore,
    texts: ObjectStore,
    entries: ObjectStore,
    occurrences: ObjectStore,
    series: ObjectStore,
    words: ObjectStore,
    kept: ObjectStore,
    collections: ObjectStore,
}

impl Stores {
    pub const ALL: [&str; 8] = STORES;

    pub fn of(transaction: &Transaction) -> Result<Stores, Fault> {
        let store = |name| transaction.object_store(name).map_err(broken);
        Ok(Stores {
            heads: store("heads")?,
            texts: store("texts")?,
            entries: store("entries")?,
            occurrences: store("occurrences")?,
            series: store("series")?,
            words: store("words")?,
            kept: store("kept")?,
            collections: store("collections")?,
        })
    }

    async fn changes(&self, changes: Vec<Change>) -> Result<(), Fault> {
        let mut there = self.stored(&changes).await?;
        for change in changes {
            let id = change.id().clone();
            // An item changed twice in one commit: the second sees what the first made.
            let Some(stored) = there.get_mut(&id) else { continue };
            let same = matches!(change, Change::Index { .. });
            match settle(stored.item.take(), change)? {
                None => {
                    self.remove_item(&id)?;
                    self.unlist(&id, &mut stored.occurrences)?;
                    stored.listed = false;
                }
                Some((item, index)) => {
                    if !same {
                        let key = JsValue::from(id.0.as_str());
                        self.heads.put(&row::write(&HeadRow::of(&item.head))?, None).map_err(broken)?;
                        self.texts.put(&row::texts(&item)?, Some(&key)).map_err(broken)?;
                    }
                    if let Some(index) = index {
                        if stored.listed {
                            self.unlist(&id, &mut stored.occurrences)?;
                        }
                        stored.listed = item.shown().is_some();
                        if stored.listed {
                            stored.occurrences = self.list(&index)?;
                        }
                    }
                    stored.item = Some(item);
                }
            }
        }
        Ok(())
    }

    /// What the store has of all items that are to change. Of new ones, as all are in a
    /// first run, there is nothing to ask but whether they are. Requests are made
    /// before any is awaited: they overlap.
    async fn stored(&self, changes: &[Change]) -> Result<HashMap<ItemId, Stored>, Fault> {
        let mut heads = Vec::with_capacity(changes.len());
        for change in changes {
            let key = JsValue::from(change.id().0.as_str());
            heads.push((change.id(), self.heads.get(key).map_err(broken)?.into_future()));
        }
        let item_index = self.occurrences.index("item").map_err(broken)?;
        let mut there = HashMap::with_capacity(heads.len());
        let mut asked = Vec::new();
        for (id, head) in heads {
            let Some(head) = head.await.map_err(broken)? else {
                there.insert(id.clone(), Stored { item: None, occurrences: Vec::new(), listed: false });
                continue;
            };
            let key = JsValue::from(id.0.as_str());
            let only = KeyRange::only(&key).map_err(broken)?;
            asked.push((
                id,
                head,
                self.texts.get(key).map_err(broken)?.into_future(),
                item_index.get_all_keys(Some(Query::KeyRange(only)), None).map_err(broken)?.into_future(),
            ));
        }
        for (id, head, texts, occurrences) in asked {
            let item = Some(row::item(head, texts.await.map_err(broken)?)?);
            let occurrences = occurrences.await.map_err(broken)?;
            there.insert(id.clone(), Stored { item, occurrences, listed: true });
        }
        Ok(there)
    }

    /// Takes away head and texts; [`Stores::unlist`] the rest.
    pub fn remove_item(&self, id: &ItemId) -> Result<(), Fault> {
        let key = JsValue::from(id.0.as_str());
        self.heads.delete(key.clone()).map_err(broken)?;
        self.texts.delete(key).map_err(broken)?;
        Ok(())
    }

    /// Takes the item's rows out of the lists.
    pub fn unlist(&self, id: &ItemId, occurrences: &mut Vec<JsValue>) -> Result<(), Fault> {
        for store in [&self.entries, &self.series, &self.words] {
            store.delete(JsValue::from(id.0.as_str())).map_err(broken)?;
        }
        for key in occurrences.drain(..) {
            self.occurrences.delete(key).map_err(broken)?;
        }
        Ok(())
    }

    /// Puts the item's rows into the lists; gives the keys of its occurrences.
    fn list(&self, index: &Index) -> Result<Vec<JsValue>, Fault> {
        if let Some(entry) = &index.entry {
            self.entries.put(&row::write(entry)?, None).map_err(broken)?;
            self.words.put(&Words::of(entry, &index.words), Some(&entry.id.0.as_str().into())).map_err(broken)?;
            if let Some(series) = index.series {
                self.series.put(&row::series(&entry.id, series)?, None).map_err(broken)?;
            }
        }
        let mut keys = Vec::with_capacity(index.occurrences.len());
        for (occurrence, n) in index.occurrences.iter().zip(0u32..) {
            self.occurrences.put(&row::write(&OccurrenceRow::of(occurrence, n))?, None).map_err(broken)?;
            let key: js_sys::Array =
                [JsValue::from(occurrence.start as f64), JsValue::from(occurrence.item.0.as_str()), JsValue::from(n)]
                    .into_iter()
                    .collect();
            keys.push(key.into());
        }
        Ok(keys)
    }

    fn keep(&self, kept: &Kept) -> Result<(), Fault> {
        let about = KeptRow {
            at: kept.at,
            collection: kept.collection.clone(),
            item: kept.item.clone(),
            title: kept.title.clone(),
            run: kept.run,
            why: kept.why,
            size: kept.text.len() as u64,
        };
        let row = row::object([("kept", Some(row::write(&about)?)), ("text", Some(row::from_bytes(&kept.text)))])?;
        self.kept.put(&row, None).map_err(broken)?;
        Ok(())
    }

    /// Forgets the history of these collections.
    pub async fn forget_kept_of(&self, collections: &[Collection]) -> Result<(), Fault> {
        let found = self.kept.open_cursor(None, None).map_err(broken)?.await.map_err(broken)?;
        let Some(cursor) = found else { return Ok(()) };
        let mut cursor = cursor.into_managed();
        while let Some(value) = cursor.value().map_err(broken)? {
            let of = row::kept(&value)?.collection;
            if collections.iter().any(|collection| collection.id == of) {
                cursor.delete().await.map_err(broken)?;
            }
            cursor.next(None).await.map_err(broken)?;
        }
        Ok(())
    }

    /// Forgets all of a collection, itself too.
    pub async fn remove_collection(&self, collection: &str) -> Result<(), Fault> {
        let key = JsValue::from(collection);
        let heads = self.heads.index("collection").map_err(broken)?;
        let only = KeyRange::only(&key).map_err(broken)?;
        let ids = heads.get_all_keys(Some(Query::KeyRange(only)), None).map_err(broken)?.await.map_err(broken)?;
        let item_index = self.occurrences.index("item").map_err(broken)?;
        let mut asked = Vec::with_capacity(ids.len());
        for id in ids {
            let only = KeyRange::only(&id).map_err(broken)?;
            let keys = item_index.get_all_keys(Some(Query::KeyRange(only)), None).map_err(broken)?.into_future();
            asked.push((ItemId(id.as_string().unwrap_or_default()), keys));
        }
        for (id, keys) in asked {
            let mut keys = keys.await.map_err(broken)?;
            self.remove_item(&id)?;
            self.unlist(&id, &mut keys)?;
        }
        self.collections.delete(key).map_err(broken)?;
        Ok(())
    }
}

struct Stored {
    item: Option<Item>,
    /// Keys of the rows in `occurrences`.
    occurrences: Vec<JsValue>,
    /// It may have rows in the lists.
    listed: bool,
}
