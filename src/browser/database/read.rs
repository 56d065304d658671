//! What pages read: index rows by key range, never an item's text.

use idb::{KeyRange, Query};
use js_sys::Array;
use wasm_bindgen::JsValue;

use super::row::{self, DAY, OccurrenceRow};
use super::{Database, broken};
use crate::model::{CollectionId, Entry, EntryKind, Fault, Millis, Occurrence};

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

    /// What happens between the two times (the second exclusive), by start: also
    /// what began before and still goes on.
    ///
    /// # Errors
    /// `fault_store`.
    pub async fn occurrences(&self, from: Millis, to: Millis) -> Result<Vec<Occurrence>, Fault> {
        let transaction = self.reading(&["occurrences"]).await?;
        let store = transaction.object_store("occurrences").map_err(broken)?;
        // What is no longer than a day began at most a day before; an array is
        // before all longer ones that begin with it.
        let lower = Array::of1(&JsValue::from((from - DAY) as f64));
        let upper = Array::of1(&JsValue::from(to as f64));
        let near = KeyRange::bound(&lower, &upper, None, Some(true)).map_err(broken)?;
        let near = store.get_all(Some(Query::KeyRange(near)), None).map_err(broken)?.into_future();
        // The few that are longer are found by their end.
        let going_on = KeyRange::lower_bound(&JsValue::from(from as f64), Some(true)).map_err(broken)?;
        let long = store.index("until").and_then(|index| index.get_all(Some(Query::KeyRange(going_on)), None));
        let long = long.map_err(broken)?.into_future();

        let near: Vec<OccurrenceRow> = row::read_all(near.await.map_err(broken)?)?;
        let long: Vec<OccurrenceRow> = row::read_all(long.await.map_err(broken)?)?;
        let near = near.into_iter().map(|row| row.occurrence).filter(|o| o.start >= from || o.end > from);
        let long = long.into_iter().map(|row| row.occurrence).filter(|o| o.start < from - DAY);
        let mut all: Vec<Occurrence> = long.chain(near).collect();
        all.sort_by_key(|o| o.start);
        Ok(all)
    }
}

/// All keys that are arrays beginning with these: an empty array is behind every
/// number, date, text and binary key.
fn starting_with(first: &[JsValue]) -> Result<KeyRange, Fault> {
    let lower: Array = first.iter().collect();
    let upper: Array = first.iter().cloned().chain([Array::new().into()]).collect();
    KeyRange::bound(&lower, &upper, None, Some(true)).map_err(broken)
}
