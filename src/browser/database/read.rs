//! What pages read: index rows by key range, never an item's text.

use std::collections::{HashMap, HashSet};

use idb::{KeyRange, ObjectStore, Query};
use js_sys::Array;
use wasm_bindgen::JsValue;

use super::row::{self, DAY, OccurrenceRow, Words};
use super::{Database, broken};
use crate::model::{CollectionId, Entry, EntryKind, Fault, Item, ItemId, Millis, Occurrence};

impl Database {
    /// The rows of a list in its order, of one collection or of all.
    ///
    /// # Errors
    /// `fault_store`.
    pub async fn entries(&self, kind: EntryKind, collection: Option<&CollectionId>) -> Result<Vec<Entry>, Fault> {
        let transaction = self.reading(&["entries"]).await?;
        let store = transaction.object_store("entries").map_err(broken)?;
        let mut first = vec![row::write(&kind)?];
        let index = match collection {
            None => store.index("kind"),
            Some(collection) => {
                first.push(collection.0.as_str().into());
                store.index("folder")
            }
        };
        let range = starting_with(&first)?;
        let rows = index.and_then(|index| index.get_all(Some(Query::KeyRange(range)), None)).map_err(broken)?;
        row::read_all(rows.await.map_err(broken)?)
    }

    /// The rows of these items, without those that have none.
    ///
    /// # Errors
    /// `fault_store`.
    pub async fn entries_of(&self, ids: &[ItemId]) -> Result<Vec<Entry>, Fault> {
        let transaction = self.reading(&["entries"]).await?;
        let store = transaction.object_store("entries").map_err(broken)?;
        let mut asked = Vec::with_capacity(ids.len());
        for id in ids {
            asked.push(store.get(JsValue::from(id.0.as_str())).map_err(broken)?.into_future());
        }
        let mut found = Vec::with_capacity(ids.len());
        for row in asked {
            found.extend(row.await.map_err(broken)?);
        }
        row::read_all(found)
    }

    /// These items, in their order, without those that are not there.
    ///
    /// # Errors
    /// `fault_store`.
    pub async fn items(&self, ids: &[ItemId]) -> Result<Vec<Item>, Fault> {
        let transaction = self.reading(&["heads", "texts"]).await?;
        let store = |name| transaction.object_store(name).map_err(broken);
        items(&store("heads")?, &store("texts")?, ids.iter().map(|id| id.0.clone())).await
    }

    /// What is searched of all items, in the order of their ids.
    ///
    /// # Errors
    /// `fault_store`.
    pub async fn words(&self) -> Result<Vec<Words>, Fault> {
        let transaction = self.reading(&["words"]).await?;
        let store = transaction.object_store("words").map_err(broken)?;
        let rows = store.get_all(None, None).map_err(broken)?.await.map_err(broken)?;
        rows.iter().map(Words::read).collect()
    }

    /// When items (by their ids) happen next, of those that begin from then on: by keys
    /// alone, so that those of many can be had at once.
    ///
    /// # Errors
    /// `fault_store`.
    pub async fn next_starts(&self, from: Millis) -> Result<HashMap<String, Millis>, Fault> {
        let transaction = self.reading(&["occurrences"]).await?;
        let store = transaction.object_store("occurrences").map_err(broken)?;
        let from = KeyRange::lower_bound(&Array::of1(&JsValue::from(from as f64)), None).map_err(broken)?;
        let keys = store.get_all_keys(Some(Query::KeyRange(from)), None).map_err(broken)?.await.map_err(broken)?;
        let mut next = HashMap::new();
        for key in keys {
            let key = Array::from(&key);
            if let (Some(start), Some(item)) = (key.get(0).as_f64(), key.get(1).as_string()) {
                next.entry(item).or_insert(start as Millis);
            }
        }
        Ok(next)
    }

    /// The occurrences of these items that begin then.
    ///
    /// # Errors
    /// `fault_store`.
    pub async fn occurrences_at(&self, starts: &[(ItemId, Millis)]) -> Result<Vec<Occurrence>, Fault> {
        let transaction = self.reading(&["occurrences"]).await?;
        let store = transaction.object_store("occurrences").map_err(broken)?;
        let mut asked = Vec::with_capacity(starts.len());
        for (item, start) in starts {
            let range = starting_with(&[JsValue::from(*start as f64), item.0.as_str().into()])?;
            asked.push(store.get_all(Some(Query::KeyRange(range)), Some(1)).map_err(broken)?.into_future());
        }
        let mut rows = Vec::with_capacity(asked.len());
        for row in asked {
            rows.extend(row.await.map_err(broken)?);
        }
        let rows: Vec<OccurrenceRow> = row::read_all(rows)?;
        Ok(rows.into_iter().map(|row| row.occurrence).collect())
    }

    pub(super) async fn read_occurrences(&self, from: Millis, to: Millis) -> Result<Vec<Occurrence>, Fault> {
        let transaction = self.reading(&["occurrences"]).await?;
        let store = transaction.object_store("occurrences").map_err(broken)?;
        // What is no longer than a day began at most a day before; an array is
        // before all longer ones that begin with it.
        let before = from.saturating_sub(DAY);
        let lower = Array::of1(&JsValue::from(before as f64));
        let upper = Array::of1(&JsValue::from(to as f64));
        if from >= to {
            return Ok(Vec::new());
        }
        let near = KeyRange::bound(&lower, &upper, None, Some(true)).map_err(broken)?;
        let near = store.get_all(Some(Query::KeyRange(near)), None).map_err(broken)?.into_future();
        // Those that are longer are found by their end. Of a time long past that is all
        // that came later too: keys tell which began before.
        let going_on = KeyRange::lower_bound(&JsValue::from(from as f64), Some(true)).map_err(broken)?;
        let long = store.index("until").and_then(|index| index.get_all_keys(Some(Query::KeyRange(going_on)), None));
        let mut rows = near.await.map_err(broken)?;
        let mut asked = Vec::new();
        for key in long.map_err(broken)?.await.map_err(broken)? {
            if Array::from(&key).get(0).as_f64().is_some_and(|start| start < before as f64) {
                asked.push(store.get(key).map_err(broken)?.into_future());
            }
        }
        for row in asked {
            rows.extend(row.await.map_err(broken)?);
        }
        let rows: Vec<OccurrenceRow> = row::read_all(rows)?;
        let mut all: Vec<Occurrence> = rows.into_iter().map(|row| row.occurrence).collect();
        all.retain(|occurrence| occurrence.touches(from, to));
        all.sort_by_key(|o| o.start);
        Ok(all)
    }

    pub(super) async fn read_series(&self, from: Millis, to: Millis) -> Result<Vec<Item>, Fault> {
        let transaction = self.reading(&["series", "heads", "texts"]).await?;
        let store = |name| transaction.object_store(name).map_err(broken);
        let (series, heads, texts) = (store("series")?, store("heads")?, store("texts")?);
        let ended = KeyRange::lower_bound(&JsValue::from(from as f64), None).map_err(broken)?;
        let begun = KeyRange::upper_bound(&JsValue::from(to as f64), Some(true)).map_err(broken)?;
        let keys =
            |index: &str, range| series.index(index).and_then(|i| i.get_all_keys(Some(Query::KeyRange(range)), None));
        let until = keys("until", ended).map_err(broken)?.into_future();
        let begun = keys("from", begun).map_err(broken)?.into_future();
        let ids = |keys: Vec<JsValue>| keys.into_iter().filter_map(|key| key.as_string());
        let until: HashSet<String> = ids(until.await.map_err(broken)?).collect();
        let begun = begun.await.map_err(broken)?;
        items(&heads, &texts, ids(begun).filter(|id| until.contains(id))).await
    }
}

/// These items, without those that are not there.
async fn items(
    heads: &ObjectStore,
    texts: &ObjectStore,
    ids: impl Iterator<Item = String>,
) -> Result<Vec<Item>, Fault> {
    let mut asked = Vec::new();
    for id in ids {
        let key = JsValue::from(id);
        let head = heads.get(key.clone()).map_err(broken)?.into_future();
        asked.push((head, texts.get(key).map_err(broken)?.into_future()));
    }
    let mut found = Vec::with_capacity(asked.len());
    for (head, texts) in asked {
        let (head, texts) = (head.await.map_err(broken)?, texts.await.map_err(broken)?);
        found.extend(head.map(|head| row::item(head, texts)).transpose()?);
    }
    Ok(found)
}

/// All keys that are arrays beginning with these: an empty array is behind every
/// number, date, text and binary key.
fn starting_with(first: &[JsValue]) -> Result<KeyRange, Fault> {
    let lower: Array = first.iter().collect();
    let upper: Array = first.iter().cloned().chain([Array::new().into()]).collect();
    KeyRange::bound(&lower, &upper, None, Some(true)).map_err(broken)
}
