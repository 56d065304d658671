//! What a run or an edit writes: one transaction over everything it touches.

use idb::{KeyRange, ObjectStore, Query, Transaction};
use wasm_bindgen::JsValue;

use super::blocks::{Blocks, distinct};
use super::row::{self, KeptRow};
use super::{Database, broken, key};
use crate::model::{Collection, CollectionId, Fault, Head, ItemId, Kept};
use crate::port::{Change, Commit, Wanted, settle};

/// What a commit may touch.
const STORES: [&str; 9] = ["heads", "texts", "entries", "uids", "times", "series", "words", "kept", "collections"];
/// Items that are removed at a time: their texts are in memory meanwhile.
const MANY: usize = 1024;

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
    pub heads: ObjectStore,
    pub texts: ObjectStore,
    pub entries: ObjectStore,
    pub uids: ObjectStore,
    pub times: ObjectStore,
    series: ObjectStore,
    pub words: ObjectStore,
    kept: ObjectStore,
    collections: ObjectStore,
}

impl Stores {
    pub const ALL: [&str; 9] = STORES;

    pub fn of(transaction: &Transaction) -> Result<Stores, Fault> {
        let store = |name| transaction.object_store(name).map_err(broken);
        Ok(Stores {
            heads: store("heads")?,
            texts: store("texts")?,
            entries: store("entries")?,
            uids: store("uids")?,
            times: store("times")?,
            series: store("series")?,
            words: store("words")?,
            kept: store("kept")?,
            collections: store("collections")?,
        })
    }

    /// These items, to be changed.
    async fn blocks(&self, ids: impl Iterator<Item = &ItemId> + Clone) -> Result<Blocks, Fault> {
        let mut blocks = Blocks::read(&self.heads, &self.texts, ids).await?;
        blocks.read_lists(&self.entries, &self.words).await?;
        Ok(blocks)
    }

    /// The batches of these that nothing is here of, as of all that comes in a first run: it
    /// need not be looked for in each of the rows that it will be in.
    async fn new_batches(&self, changes: &[Change]) -> Result<Vec<String>, Fault> {
        let new = changes.iter().filter(|change| matches!(change, Change::Put { seen: None, .. }));
        let numbered = new.map(|change| change.id().of_its_batch()).filter(|(_, number)| number.is_some());
        let mut asked = Vec::new();
        for batch in distinct(numbered.map(|(batch, _)| batch.to_owned())) {
            let (from, to) = key::of_batch(&batch);
            let rows = KeyRange::bound(&from.into(), &to.into(), None, None).map_err(broken)?;
            asked.push((self.heads.count(Some(Query::KeyRange(rows))).map_err(broken)?.into_future(), batch));
        }
        let mut batches = Vec::new();
        for (count, batch) in asked {
            batches.extend((count.await.map_err(broken)? == 0).then_some(batch));
        }
        Ok(batches)
    }

    async fn changes(&self, changes: Vec<Change>) -> Result<(), Fault> {
        let new = self.new_batches(&changes).await?;
        let here = |id: &&ItemId| new.binary_search_by(|batch| batch.as_str().cmp(id.of_its_batch().0)).is_err();
        let mut blocks = self.blocks(changes.iter().map(Change::id).filter(here)).await?;
        for change in changes {
            let id = change.id().clone();
            let same = matches!(change, Change::Index { .. });
            // An item changed twice in one commit: the second sees what the first made.
            match settle(blocks.item(&id)?, change)? {
                None => self.remove(&mut blocks, &id)?,
                Some((item, index)) => {
                    if !same {
                        blocks.put(&item)?;
                    }
                    if let Some(index) = index {
                        let index = item.shown().is_some().then_some(index);
                        let series = index.as_ref().and_then(|index| index.series);
                        if blocks.list(&id, index) {
                            self.end_series(&id)?;
                        }
                        if let Some(series) = series {
                            self.series.put(&row::series(&id, series)?, None).map_err(broken)?;
                        }
                    }
                }
            }
        }
        blocks.write(self, &new).await
    }

    fn remove(&self, blocks: &mut Blocks, id: &ItemId) -> Result<(), Fault> {
        if blocks.remove(id) { self.end_series(id) } else { Ok(()) }
    }

    fn end_series(&self, id: &ItemId) -> Result<(), Fault> {
        self.series.delete(JsValue::from(id.0.as_str())).map(drop).map_err(broken)
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
    pub async fn remove_collection(&self, collection: &CollectionId) -> Result<(), Fault> {
        let heads = heads_of(&self.heads, "collections", collection, &|_| true).await?;
        for heads in heads.chunks(MANY) {
            let mut blocks = self.blocks(heads.iter().map(|head| &head.id)).await?;
            for head in heads {
                self.remove(&mut blocks, &head.id)?;
            }
            blocks.write(self, &[]).await?;
        }
        self.collections.delete(JsValue::from(collection.0.as_str())).map(drop).map_err(broken)
    }
}

/// The heads of a collection, in rows that the index names with it.
pub(super) async fn heads_of(
    store: &ObjectStore,
    index: &str,
    collection: &CollectionId,
    wanted: &Wanted<'_>,
) -> Result<Vec<Head>, Fault> {
    let only = KeyRange::only(&collection.0.as_str().into()).map_err(broken)?;
    let rows = store.index(index).and_then(|index| index.get_all(Some(Query::KeyRange(only)), None));
    let mut all = Vec::new();
    for row in rows.map_err(broken)?.await.map_err(broken)? {
        all.extend(row::heads(&row)?.into_iter().filter(|head| head.collection == *collection && wanted(head)));
    }
    Ok(all)
}
