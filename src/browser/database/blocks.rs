//! The rows that some items share: read at once, changed in memory, written at once.

use idb::ObjectStore;
use js_sys::{Object, Reflect};
use wasm_bindgen::JsValue;

use super::commit::Stores;
use super::row::{self, Listed, Words};
use super::{broken, key};
use crate::fault;
use crate::model::{Fault, Happening, Head, Index, Item, ItemId};
use crate::order;

/// The rows of some items, and of those they share them with.
pub(super) struct Blocks {
    /// By their keys, in order.
    blocks: Vec<(String, Block)>,
    texts: Vec<(String, Texts)>,
    /// What leaves and joins which row of `times`.
    moves: Vec<(key::Times, Move)>,
}

/// A row of `heads`, one of `entries` and of `uids`, and one of `words`.
#[derive(Default)]
struct Block {
    heads: Vec<Head>,
    listed: Vec<Listed>,
    words: Vec<String>,
    /// Heads are to be written.
    headed: bool,
    /// Entries, UIDs and words are.
    relisted: bool,
}

/// A row of `texts`.
#[derive(Default)]
struct Texts {
    row: Object,
    changed: bool,
}

enum Move {
    Out(ItemId),
    In(Happening),
}

impl Blocks {
    /// Reads the heads of these items, and the texts of those that are there. What is
    /// independent is asked for before any of it is awaited: the requests overlap.
    pub async fn read(
        heads: &ObjectStore,
        texts: &ObjectStore,
        ids: impl Iterator<Item = &ItemId> + Clone,
    ) -> Result<Blocks, Fault> {
        let mut read = Blocks { blocks: Vec::new(), texts: Vec::new(), moves: Vec::new() };
        let mut asked = Vec::new();
        for key in distinct(ids.clone().map(key::block)) {
            let row = heads.get(JsValue::from(key.as_str())).map_err(broken)?.into_future();
            asked.push((key, row));
        }
        for (key, row) in asked {
            let heads = row.await.map_err(broken)?.map_or(Ok(Vec::new()), |row| row::heads(&row))?;
            read.blocks.push((key, Block { heads, ..Block::default() }));
        }
        // Of what is not there, as all is that comes in a first run, nothing more.
        let there = ids.filter(|id| read.block(id).is_some_and(|block| !block.heads.is_empty()));
        let mut asked = Vec::new();
        for key in distinct(there.map(key::texts)) {
            let row = texts.get(JsValue::from(key.as_str())).map_err(broken)?.into_future();
            asked.push((key, row));
        }
        for (key, row) in asked {
            let row = row.await.map_err(broken)?.map_or_else(Object::new, Object::from);
            read.texts.push((key, Texts { row, changed: false }));
        }
        Ok(read)
    }

    /// Reads how these items are listed too: they are to be changed.
    pub async fn read_lists(&mut self, entries: &ObjectStore, words: &ObjectStore) -> Result<(), Fault> {
        let mut asked = Vec::new();
        for (key, block) in self.blocks.iter_mut().filter(|(_, block)| !block.heads.is_empty()) {
            let get = |store: &ObjectStore| store.get(JsValue::from(key.as_str())).map_err(broken);
            asked.push((block, get(entries)?.into_future(), get(words)?.into_future()));
        }
        for (block, entries, words) in asked {
            block.listed = entries.await.map_err(broken)?.map_or(Ok(Vec::new()), |row| row::listed(&row))?;
            block.words = words.await.map_err(broken)?.map_or(Ok(Vec::new()), |row| row::unpack(&row))?;
        }
        Ok(())
    }

    fn block(&self, id: &ItemId) -> Option<&Block> {
        let at = self.blocks.binary_search_by(|(key, _)| key.cmp(&key::block(id))).ok()?;
        Some(&self.blocks[at].1)
    }

    /// The item as it is here.
    ///
    /// # Errors
    /// Its rows contradict each other, which no commit makes.
    pub fn item(&self, id: &ItemId) -> Result<Option<Item>, Fault> {
        let head = self.block(id).and_then(|block| block.heads.iter().find(|head| head.id == *id));
        let Some(head) = head else { return Ok(None) };
        let key = key::texts(id);
        let row = self.texts.binary_search_by(|(there, _)| there.cmp(&key)).ok().map(|at| &self.texts[at].1.row);
        let of_item = row.and_then(|row| match key::slot(id) {
            Some(slot) => row::member(row, slot),
            None => Some(row.into()),
        });
        let text = |name| of_item.as_ref().and_then(|texts| row::member(texts, name)).as_ref().and_then(row::bytes);
        let item = Item { base: text("base"), edit: text("edit"), head: head.clone() };
        if item.base.is_some() != item.head.based {
            return Err(fault::store("an item without its text").during("texts"));
        }
        Ok(Some(item))
    }

    /// Writes head and texts.
    pub fn put(&mut self, item: &Item) -> Result<(), Fault> {
        let id = &item.head.id;
        let block = at(&mut self.blocks, key::block(id));
        block.headed = true;
        match block.heads.iter_mut().find(|head| head.id == *id) {
            Some(head) => *head = item.head.clone(),
            None => block.heads.push(item.head.clone()),
        }
        let texts = at(&mut self.texts, key::texts(id));
        texts.changed = true;
        let own = row::texts(item)?;
        match key::slot(id) {
            Some(slot) => drop(Reflect::set(&texts.row, &slot.into(), &own)),
            None => texts.row = own.into(),
        }
        Ok(())
    }

    /// Removes all of the item; says whether it was listed.
    pub fn remove(&mut self, id: &ItemId) -> bool {
        let listed = self.list(id, None);
        let block = at(&mut self.blocks, key::block(id));
        block.headed = true;
        block.heads.retain(|head| head.id != *id);
        let texts = at(&mut self.texts, key::texts(id));
        texts.changed = true;
        match key::slot(id) {
            Some(slot) => drop(Reflect::delete_property(&texts.row, &slot.into())),
            None => texts.row = Object::new(),
        }
        listed
    }

    /// Lists the item so, instead of as it was listed (`None`: not at all); says whether
    /// it was.
    pub fn list(&mut self, id: &ItemId, index: Option<Index>) -> bool {
        let block = at(&mut self.blocks, key::block(id));
        let batch = id.of_its_batch().0;
        let was = block.listed.iter().position(|listed| listed.entry.id == *id);
        if let Some(was) = was {
            for span in block.listed.remove(was).times {
                self.moves.push(((span, batch.to_owned()), Move::Out(id.clone())));
            }
            block.words.retain(|words| !Words::are_of(words, id));
            block.relisted = true;
        }
        let Some(Index { entry: Some(entry), times, words, .. }) = index else {
            return was.is_some();
        };
        let mut spans: Vec<i32> = Vec::new();
        for (span, happening) in times.into_iter().flat_map(|happening| happening.apart(key::span)) {
            if !spans.contains(&span) {
                spans.push(span);
            }
            self.moves.push(((span, batch.to_owned()), Move::In(happening)));
        }
        block.words.push(Words::of(&entry, &words));
        block.listed.push(Listed { entry, times: spans });
        block.relisted = true;
        was.is_some()
    }

    /// Writes what changed; of batches that are `new` (in order) no row is there. The requests
    /// are not awaited: one that fails aborts the transaction, and its end is awaited.
    pub async fn write(mut self, stores: &Stores, new: &[String]) -> Result<(), Fault> {
        for (key, block) in &self.blocks {
            if block.headed {
                put_or_delete(&stores.heads, key, block.heads.is_empty(), || row::of_heads(&block.heads))?;
            }
            if block.relisted {
                let none = block.listed.is_empty();
                put_or_delete(&stores.entries, key, none, || row::of_listed(&block.listed))?;
                put_or_delete(&stores.words, key, none, || row::pack(&block.words))?;
                let uids = block.listed.iter().map(|listed| listed.entry.uid.as_str()).filter(|uid| !uid.is_empty());
                match row::of_uids(uids) {
                    Some(row) => drop(stores.uids.put(&row, Some(&key.as_str().into())).map_err(broken)?),
                    None => drop(stores.uids.delete(JsValue::from(key.as_str())).map_err(broken)?),
                }
            }
        }
        for (key, texts) in self.texts.iter().filter(|(_, texts)| texts.changed) {
            let none = Object::keys(&texts.row).length() == 0;
            put_or_delete(&stores.texts, key, none, || Ok(texts.row.clone().into()))?;
        }
        order::by(&mut self.moves, |(a, _), (b, _)| a.cmp(b));
        let mut asked = Vec::new();
        for moves in self.moves.chunk_by(|(a, _), (b, _)| a == b) {
            let (of, _) = &moves[0];
            let key = key::times(of);
            let row = match new.binary_search(&of.1) {
                Ok(_) => None,
                Err(_) => Some(stores.times.get(key.clone()).map_err(broken)?.into_future()),
            };
            asked.push((row, key, moves));
        }
        for (row, key, moves) in asked {
            let row = match row {
                Some(row) => row.await.map_err(broken)?,
                None => None,
            };
            let there: Vec<Happening> = row.map_or(Ok(Vec::new()), |row| row::unpack(&row))?;
            let mut times: Vec<&Happening> = there.iter().collect();
            for (_, moved) in moves {
                match moved {
                    Move::Out(id) => times.retain(|happening| happening.item() != id),
                    Move::In(happening) => times.push(happening),
                }
            }
            if times.is_empty() {
                stores.times.delete(key).map_err(broken)?;
            } else {
                stores.times.put(&row::pack(&times)?, Some(&key)).map_err(broken)?;
            }
        }
        Ok(())
    }
}

fn put_or_delete(
    store: &ObjectStore,
    key: &str,
    delete: bool,
    row: impl FnOnce() -> Result<JsValue, Fault>,
) -> Result<(), Fault> {
    let key = JsValue::from(key);
    if delete {
        store.delete(key).map(drop).map_err(broken)
    } else {
        store.put(&row()?, Some(&key)).map(drop).map_err(broken)
    }
}

/// In order, each once.
pub(super) fn distinct(keys: impl Iterator<Item = String>) -> Vec<String> {
    let mut keys: Vec<String> = keys.collect();
    order::all(&mut keys);
    keys.dedup();
    keys
}

/// The row of that key, which may be new.
fn at<T: Default>(rows: &mut Vec<(String, T)>, key: String) -> &mut T {
    let place = rows.binary_search_by(|(there, _)| there.cmp(&key));
    let place = place.unwrap_or_else(|place| {
        rows.insert(place, (key, T::default()));
        place
    });
    &mut rows[place].1
}
