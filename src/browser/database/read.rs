//! What pages read: rows of lists, never an item's text.

use std::collections::{HashMap, HashSet};

use idb::{KeyRange, ObjectStore, Query};
use js_sys::Array;
use wasm_bindgen::JsValue;

use super::blocks::{Blocks, distinct};
use super::row::{self, Listed, Words};
use super::{Database, broken, key};
use crate::model::{CollectionId, Entry, Fault, Happening, Item, ItemId, Millis, Occurrence};
use crate::order;

impl Database {
    /// The rows of a list, of one collection or of all, kind by kind, each in its order.
    ///
    /// # Errors
    /// `fault_store`.
    pub async fn entries(&self, collection: Option<&CollectionId>) -> Result<Vec<Entry>, Fault> {
        let transaction = self.reading(&["entries"]).await?;
        let store = transaction.object_store("entries").map_err(broken)?;
        let rows = match collection {
            None => store.get_all(None, None).map_err(broken)?.await,
            Some(collection) => {
                let only = KeyRange::only(&collection.0.as_str().into()).map_err(broken)?;
                let index = store.index("collections").map_err(broken)?;
                index.get_all(Some(Query::KeyRange(only)), None).map_err(broken)?.await
            }
        };
        let mut entries = Vec::new();
        for row in rows.map_err(broken)? {
            let listed = row::listed(&row)?.into_iter().map(|listed| listed.entry);
            entries.extend(listed.filter(|entry| collection.is_none_or(|collection| entry.collection == *collection)));
        }
        order::by(&mut entries, |a: &Entry, b: &Entry| (a.kind, &a.sort, &a.id).cmp(&(b.kind, &b.sort, &b.id)));
        Ok(entries)
    }

    /// The rows of these items, in their order, without those that have none.
    ///
    /// # Errors
    /// `fault_store`.
    pub async fn entries_of(&self, ids: &[ItemId]) -> Result<Vec<Entry>, Fault> {
        let transaction = self.reading(&["entries"]).await?;
        let store = transaction.object_store("entries").map_err(broken)?;
        let found = entries_in(&store, distinct(ids.iter().map(key::block)).into_iter()).await?;
        Ok(ids.iter().filter_map(|id| found.iter().find(|entry| entry.id == *id).cloned()).collect())
    }

    /// What is searched of all items.
    ///
    /// # Errors
    /// `fault_store`.
    pub async fn words(&self) -> Result<Vec<Words>, Fault> {
        let transaction = self.reading(&["words"]).await?;
        let store = transaction.object_store("words").map_err(broken)?;
        let mut all = Vec::new();
        for row in store.get_all(None, None).map_err(broken)?.await.map_err(broken)? {
            all.extend(row::unpack(&row)?.into_iter().map(Words::read));
        }
        Ok(all)
    }

    /// The next time of each item (by its id), of those that begin from then on.
    ///
    /// # Errors
    /// `fault_store`.
    pub async fn next(&self, from: Millis) -> Result<HashMap<String, Occurrence>, Fault> {
        let mut next: HashMap<String, Occurrence> = HashMap::new();
        for occurrence in self.times(key::between(from, Millis::MAX), |start, _| start >= from).await? {
            let sooner = |there: &Occurrence| there.start <= occurrence.start;
            if !next.get(&occurrence.item.0).is_some_and(sooner) {
                next.insert(occurrence.item.0.clone(), occurrence);
            }
        }
        Ok(next)
    }

    pub(super) async fn read_occurrences(&self, from: Millis, to: Millis) -> Result<Vec<Occurrence>, Fault> {
        if from >= to {
            return Ok(Vec::new());
        }
        let mut all = self.times(key::between(from, to), Occurrence::touches(from, to)).await?;
        order::by_key(&mut all, |o| o.start);
        Ok(all)
    }

    /// Those in the rows of these spans (each range with its end) whose start and end are
    /// `wanted`.
    async fn times(
        &self,
        spans: [(i32, i32); 2],
        wanted: impl Fn(Millis, Millis) -> bool,
    ) -> Result<Vec<Occurrence>, Fault> {
        let transaction = self.reading(&["times"]).await?;
        let store = transaction.object_store("times").map_err(broken)?;
        let mut asked = Vec::new();
        for (first, last) in spans {
            // An array is before all longer ones that begin with it, and texts are before arrays.
            let (first, last) = (Array::of1(&first.into()), Array::of2(&last.into(), &Array::new()));
            let range = KeyRange::bound(&first, &last, None, None).map_err(broken)?;
            asked.push(store.get_all(Some(Query::KeyRange(range)), None).map_err(broken)?.into_future());
        }
        let mut all = Vec::new();
        for rows in asked {
            for row in rows.await.map_err(broken)? {
                let happenings: Vec<Happening> = row::unpack(&row)?;
                all.extend(happenings.iter().flat_map(|happening| happening.each(&wanted)));
            }
        }
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
        let begun = ids(begun.await.map_err(broken)?).filter(|id| until.contains(id)).map(ItemId);
        items(&heads, &texts, &begun.collect::<Vec<_>>()).await
    }
}

/// These items, in their order, without those that are not there.
pub(super) async fn items(heads: &ObjectStore, texts: &ObjectStore, ids: &[ItemId]) -> Result<Vec<Item>, Fault> {
    let blocks = Blocks::read(heads, texts, ids.iter()).await?;
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(blocks.item(id)?);
    }
    Ok(found)
}

/// All that these rows of `entries` list.
pub(super) async fn entries_in(store: &ObjectStore, keys: impl Iterator<Item = String>) -> Result<Vec<Entry>, Fault> {
    let mut asked = Vec::new();
    for key in keys {
        asked.push(store.get(JsValue::from(key)).map_err(broken)?.into_future());
    }
    let mut entries = Vec::new();
    for row in asked {
        let Some(row) = row.await.map_err(broken)? else { continue };
        entries.extend(row::listed(&row)?.into_iter().map(|listed: Listed| listed.entry));
    }
    Ok(entries)
}
