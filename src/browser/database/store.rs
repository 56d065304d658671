//! [`crate::port::Store`] over the database.

use async_trait::async_trait;
use idb::{CursorDirection, KeyRange, Query};
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use super::commit::Stores;
use super::row::{self, DAY, HeadRow, KeptRow};
use super::{Database, broken};
use crate::model::{Account, AccountId, Collection, CollectionId, Fault, Head, Item, ItemId, Run, Settings};
use crate::port::{Commit, Kept, Store};

/// Runs to look back on.
const RUNS: u32 = 50;
/// How long kept texts can be had back.
const KEPT_DAYS: i64 = 90;
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

    async fn collections(&self, account: &AccountId) -> Result<Vec<Collection>, Fault> {
        self.all_by("collections", "account", &account.0).await
    }

    async fn save_collection(&self, collection: &Collection) -> Result<(), Fault> {
        self.put("collections", collection).await
    }

    async fn remove_collection(&self, collection: &CollectionId) -> Result<(), Fault> {
        self.writing(&Stores::ALL, async |transaction| Stores::of(transaction)?.remove_collection(&collection.0).await)
            .await
            .map_err(|fault| fault.during("remove_collection"))
    }

    async fn heads(&self, collection: &CollectionId) -> Result<Vec<Head>, Fault> {
        let rows: Vec<HeadRow> = self.all_by("heads", "collection", &collection.0).await?;
        Ok(rows.into_iter().map(|row| row.head).collect())
    }

    async fn todo(&self, collection: &CollectionId) -> Result<Vec<Head>, Fault> {
        let rows: Vec<HeadRow> = self.all_by("heads", "todo", &collection.0).await?;
        Ok(rows.into_iter().map(|row| row.head).collect())
    }

    async fn item(&self, id: &ItemId) -> Result<Option<Item>, Fault> {
        let transaction = self.reading(&["heads", "texts"]).await?;
        let key = JsValue::from(id.0.as_str());
        // Both are asked for before either is awaited: one state of the store.
        let heads = transaction.object_store("heads").map_err(broken)?;
        let head = heads.get(key.clone()).map_err(broken)?.into_future();
        let texts = transaction.object_store("texts").map_err(broken)?;
        let texts = texts.get(key).map_err(broken)?.into_future();
        let (head, texts) = (head.await.map_err(broken)?, texts.await.map_err(broken)?);
        head.map(|head| row::item(head, texts)).transpose()
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
        let too_old = JsValue::from((run.started - KEPT_DAYS * DAY) as f64);
        self.writing(&["runs", "kept"], async |transaction| {
            let runs = transaction.object_store("runs").map_err(broken)?;
            runs.put(&value, None).map_err(broken)?;
            // In order of their start; the one just put among them.
            let keys = runs.get_all_keys(None, None).map_err(broken)?.await.map_err(broken)?;
            for key in keys.iter().rev().skip(RUNS as usize) {
                runs.delete(key.clone()).map_err(broken)?;
            }
            let kept = transaction.object_store("kept").map_err(broken)?;
            let before = KeyRange::upper_bound(&too_old, Some(true)).map_err(broken)?;
            let old = kept.index("at").and_then(|index| index.get_all_keys(Some(Query::KeyRange(before)), None));
            for key in old.map_err(broken)?.await.map_err(broken)? {
                kept.delete(key).map_err(broken)?;
            }
            Ok(())
        })
        .await
        .map_err(|fault| fault.during("runs"))
    }

    async fn kept(&self, limit: usize) -> Result<Vec<Kept>, Fault> {
        let transaction = self.reading(&["kept"]).await?;
        let index = transaction.object_store("kept").and_then(|store| store.index("at")).map_err(broken)?;
        let mut all = Vec::new();
        if limit == 0 {
            return Ok(all);
        }
        let found = index.open_cursor(None, Some(CursorDirection::Prev)).map_err(broken)?.await.map_err(broken)?;
        let Some(cursor) = found else { return Ok(all) };
        let mut cursor = cursor.into_managed();
        while let Some(value) = cursor.value().map_err(broken)? {
            let about: KeptRow = row::read(row::member(&value, "kept").unwrap_or_default())?;
            all.push(Kept {
                at: about.at,
                collection: about.collection,
                item: about.item,
                title: about.title,
                run: about.run,
                text: row::member(&value, "text").as_ref().and_then(row::bytes).unwrap_or_default(),
            });
            if all.len() == limit {
                break;
            }
            cursor.next(None).await.map_err(broken)?;
        }
        Ok(all)
    }
}
