//! [`crate::port::Store`] over the database.

use std::collections::HashSet;

use async_trait::async_trait;
use idb::{CursorDirection, KeyRange, Query};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use super::commit::{Stores, heads_of};
use super::read::{entries_in, items};
use super::row;
use super::{Database, broken};
use crate::model::{
    Account, AccountId, Collection, CollectionId, Fault, Head, Item, ItemId, Kept, Millis, Occurrence, Past, Run,
    Settings,
};
use crate::order;
use crate::port::{Amend, Commit, Store, Wanted};

/// Runs to look back on.
const RUNS: u32 = 50;
/// Their only row's key.
const SETTINGS: &str = "settings";

impl Database {
    async fn put<T: serde::Serialize>(&self, store: &str, value: &T) -> Result<(), Fault> {
        let value = row::write(value)?;
        self.writing(&[store], async |transaction| {
            transaction.object_store(store).and_then(|s| s.put(&value, None)).map_err(broken)?;
            Ok(())
        })
        .await
        .map_err(|fault| fault.during(store))
    }

    /// All rows of a store whose index has exactly that value.
    async fn all_by<T: DeserializeOwned>(&self, store: &str, index: &str, value: &str) -> Result<Vec<T>, Fault> {
        let transaction = self.reading(&[store]).await?;
        let index = transaction.object_store(store).and_then(|s| s.index(index)).map_err(broken)?;
        let only = KeyRange::only(&value.into()).map_err(broken)?;
        let rows = index.get_all(Some(Query::KeyRange(only)), None).map_err(broken)?.await.map_err(broken)?;
        row::read_all(rows).map_err(|fault| fault.during(store))
    }
}

#[async_trait(?Send)]
impl Store for Database {
    async fn settings(&self) -> Result<Settings, Fault> {
        match self.get_beside("settings", SETTINGS).await? {
            Some(row) => row::read(row),
            None => Ok(Settings::default()),
        }
    }

    async fn save_settings(&self, settings: &Settings) -> Result<(), Fault> {
        self.put_beside("settings", SETTINGS, &row::write(settings)?).await
    }

    async fn accounts(&self) -> Result<Vec<Account>, Fault> {
        let transaction = self.reading(&["accounts"]).await?;
        let store = transaction.object_store("accounts").map_err(broken)?;
        row::read_all(store.get_all(None, None).map_err(broken)?.await.map_err(broken)?)
    }

    async fn save_account(&self, account: &Account) -> Result<(), Fault> {
        self.put("accounts", account).await
    }

    async fn change_account(&self, account: &AccountId, change: &Amend<'_>) -> Result<(), Fault> {
        self.writing(&["accounts"], async |transaction| {
            let accounts = transaction.object_store("accounts").map_err(broken)?;
            let stored = accounts.get(JsValue::from(account.0.as_str())).map_err(broken)?.await.map_err(broken)?;
            let Some(stored) = stored else { return Ok(()) };
            let mut account = row::read(stored)?;
            change(&mut account);
            accounts.put(&row::write(&account)?, None).map_err(broken)?;
            Ok(())
        })
        .await
        .map_err(|fault| fault.during("accounts"))
    }

    async fn remove_account(&self, account: &AccountId) -> Result<(), Fault> {
        let collections = self.collections(account).await?;
        let runs = self.runs(RUNS as usize).await?;
        let names: Vec<&str> = Stores::ALL.into_iter().chain(["accounts", "secrets", "runs"]).collect();
        self.writing(&names, async |transaction| {
            let stores = Stores::of(transaction)?;
            for collection in &collections {
                stores.remove_collection(&collection.id).await?;
            }
            stores.forget_kept_of(&collections).await?;
            let delete = |store: &str, key: JsValue| {
                transaction.object_store(store).and_then(|s| s.delete(key)).map(drop).map_err(broken)
            };
            for run in runs.iter().filter(|run| &run.account == account) {
                delete("runs", JsValue::from(run.started as f64))?;
            }
            delete("secrets", JsValue::from(account.0.as_str()))?;
            delete("accounts", JsValue::from(account.0.as_str()))
        })
        .await
        .map_err(|fault| fault.during("remove_account"))
    }

    async fn collections(&self, account: &AccountId) -> Result<Vec<Collection>, Fault> {
        self.all_by("collections", "account", &account.0).await
    }

    async fn save_collection(&self, collection: &Collection) -> Result<(), Fault> {
        self.put("collections", collection).await
    }

    async fn remove_collection(&self, collection: &CollectionId) -> Result<(), Fault> {
        self.writing(&Stores::ALL, async |transaction| Stores::of(transaction)?.remove_collection(collection).await)
            .await
            .map_err(|fault| fault.during("remove_collection"))
    }

    async fn heads_where(&self, collection: &CollectionId, wanted: &Wanted<'_>) -> Result<Vec<Head>, Fault> {
        let transaction = self.reading(&["heads"]).await?;
        heads_of(&transaction.object_store("heads").map_err(broken)?, "collections", collection, wanted).await
    }

    async fn todo(&self, collection: &CollectionId) -> Result<Vec<Head>, Fault> {
        let transaction = self.reading(&["heads"]).await?;
        heads_of(&transaction.object_store("heads").map_err(broken)?, "todo", collection, &Head::todo).await
    }

    async fn item(&self, id: &ItemId) -> Result<Option<Item>, Fault> {
        Ok(self.items(std::slice::from_ref(id)).await?.pop())
    }

    async fn items(&self, ids: &[ItemId]) -> Result<Vec<Item>, Fault> {
        let transaction = self.reading(&["heads", "texts"]).await?;
        let store = |name| transaction.object_store(name).map_err(broken);
        items(&store("heads")?, &store("texts")?, ids).await
    }

    async fn by_uid(&self, uids: &[String]) -> Result<Vec<(String, ItemId, CollectionId)>, Fault> {
        let sought: HashSet<&str> = uids.iter().map(String::as_str).filter(|uid| !uid.is_empty()).collect();
        if sought.is_empty() {
            return Ok(Vec::new());
        }
        let transaction = self.reading(&["entries", "uids"]).await?;
        let store = |name| transaction.object_store(name).map_err(broken);
        let of_blocks = store("uids")?;
        // Both are asked for before either is awaited: the requests overlap.
        let keys = of_blocks.get_all_keys(None, None).map_err(broken)?.into_future();
        let rows = of_blocks.get_all(None, None).map_err(broken)?.into_future();
        let (keys, rows) = (keys.await.map_err(broken)?, rows.await.map_err(broken)?);
        let hashes: HashSet<u32> = sought.iter().map(|uid| row::hash(uid)).collect();
        let likely = |row: &JsValue| row::hashes(row).iter().any(|hash| hashes.contains(hash));
        let keys = keys.iter().zip(&rows).filter(|(_, row)| likely(row)).filter_map(|(key, _)| key.as_string());
        let mut found = Vec::new();
        // Two of them may have the same hash.
        for entry in entries_in(&store("entries")?, keys).await? {
            if sought.contains(entry.uid.as_str()) {
                found.push((entry.uid, entry.id, entry.collection));
            }
        }
        Ok(found)
    }

    async fn occurrences(&self, from: Millis, to: Millis) -> Result<Vec<Occurrence>, Fault> {
        self.read_occurrences(from, to).await
    }

    async fn series(&self, from: Millis, to: Millis) -> Result<Vec<Item>, Fault> {
        self.read_series(from, to).await
    }

    async fn commit(&self, commit: Commit) -> Result<(), Fault> {
        self.write_commit(commit).await
    }

    async fn runs(&self, limit: usize) -> Result<Vec<Run>, Fault> {
        let transaction = self.reading(&["runs"]).await?;
        let store = transaction.object_store("runs").map_err(broken)?;
        // There are never more than RUNS.
        let mut rows = store.get_all(None, None).map_err(broken)?.await.map_err(broken)?;
        rows.reverse();
        rows.truncate(limit);
        row::read_all(rows)
    }

    async fn save_run(&self, run: &Run) -> Result<(), Fault> {
        let value = row::write(run)?;
        self.writing(&["runs"], async |transaction| {
            let runs = transaction.object_store("runs").map_err(broken)?;
            runs.put(&value, None).map_err(broken)?;
            // In order of their start; the one just put among them.
            let keys = runs.get_all_keys(None, None).map_err(broken)?.await.map_err(broken)?;
            for key in keys.iter().rev().skip(RUNS as usize) {
                runs.delete(key.clone()).map_err(broken)?;
            }
            Ok(())
        })
        .await
        .map_err(|fault| fault.during("runs"))
    }

    async fn kept(&self, which: Past) -> Result<Vec<Kept>, Fault> {
        let transaction = self.reading(&["kept"]).await?;
        let store = transaction.object_store("kept").map_err(broken)?;
        let (index, key) = match &which {
            Past::Newest(limit) => return newest(&store, *limit).await,
            Past::Item(item) => ("item", JsValue::from(item.0.as_str())),
            Past::Run(run) => ("run", JsValue::from(*run as f64)),
        };
        let only = KeyRange::only(&key).map_err(broken)?;
        let rows = store.index(index).and_then(|index| index.get_all(Some(Query::KeyRange(only)), None));
        let rows = rows.map_err(broken)?.await.map_err(broken)?;
        let mut kept = rows.iter().map(row::kept).collect::<Result<Vec<_>, _>>()?;
        kept.reverse();
        order::by_key(&mut kept, |kept| std::cmp::Reverse(kept.at));
        Ok(kept)
    }

    async fn tidy(&self, oldest: Millis, recent: Millis, bytes: u64) -> Result<(), Fault> {
        self.writing(&["kept"], async |transaction| {
            let kept = transaction.object_store("kept").map_err(broken)?;
            // Rows of the schema's first version have no size: their age they have.
            let old = KeyRange::upper_bound(&JsValue::from(oldest as f64), Some(true)).map_err(broken)?;
            let by_age = kept.index("at").and_then(|index| index.get_all_keys(Some(Query::KeyRange(old)), None));
            for primary in by_age.map_err(broken)?.await.map_err(broken)? {
                kept.delete(primary).map_err(broken)?;
            }
            // Of the rest, keys of the index only: time and size, newest first; no text is read.
            let index = kept.index("weight").map_err(broken)?;
            let found = index.open_key_cursor(None, Some(CursorDirection::Prev));
            let Some(cursor) = found.map_err(broken)?.await.map_err(broken)? else { return Ok(()) };
            let mut cursor = cursor.into_managed();
            let mut total = 0.0;
            while let Some(key) = cursor.key().map_err(broken)? {
                let key = js_sys::Array::from(&key);
                let at = key.get(0).as_f64().unwrap_or_default();
                total += key.get(1).as_f64().unwrap_or_default();
                if total > bytes as f64 && at < recent as f64 {
                    let primary = cursor.primary_key().map_err(broken)?.unwrap_or_default();
                    kept.delete(primary).map_err(broken)?;
                }
                cursor.next(None).await.map_err(broken)?;
            }
            Ok(())
        })
        .await
        .map_err(|fault| fault.during("tidy"))
    }
}

async fn newest(store: &idb::ObjectStore, limit: usize) -> Result<Vec<Kept>, Fault> {
    let mut all = Vec::new();
    if limit == 0 {
        return Ok(all);
    }
    let cursor = store.index("at").and_then(|index| index.open_cursor(None, Some(CursorDirection::Prev)));
    let Some(cursor) = cursor.map_err(broken)?.await.map_err(broken)? else { return Ok(all) };
    let mut cursor = cursor.into_managed();
    while let Some(value) = cursor.value().map_err(broken)? {
        all.push(row::kept(&value)?);
        if all.len() == limit {
            break;
        }
        cursor.next(None).await.map_err(broken)?;
    }
    Ok(all)
}
