//! [`crate::port::Store`] over the folder.

use std::collections::HashSet;
use std::fs;

use async_trait::async_trait;

use super::{FolderStore, Line, Row, STATE, files_in, fit, write_whole};
use crate::fault;
use crate::model::{
    Account, AccountId, Collection, CollectionId, Fault, Head, Item, ItemId, Kept, Kind, Millis, Occurrence, Past, Run,
    Settings,
};
use crate::port::{Amend, Commit, Store};
use crate::text;

/// Runs that are remembered.
const RUNS: usize = 50;

#[async_trait(?Send)]
impl Store for FolderStore {
    async fn settings(&self) -> Result<Settings, Fault> {
        Ok(Settings::default())
    }

    async fn save_settings(&self, _: &Settings) -> Result<(), Fault> {
        Err(fault::internal("a folder has no settings"))
    }

    async fn accounts(&self) -> Result<Vec<Account>, Fault> {
        Ok(self.inner.borrow().state.accounts.clone())
    }

    async fn save_account(&self, account: &Account) -> Result<(), Fault> {
        let inner = &mut *self.inner.borrow_mut();
        Self::log(inner, &Line::Account(Box::new(account.clone())))?;
        inner.state.apply(Line::Account(Box::new(account.clone())));
        Ok(())
    }

    async fn change_account(&self, account: &AccountId, change: &Amend<'_>) -> Result<(), Fault> {
        let known = self.inner.borrow().state.accounts.iter().find(|known| known.id == *account).cloned();
        let Some(mut account) = known else { return Ok(()) };
        change(&mut account);
        self.save_account(&account).await
    }

    async fn remove_account(&self, _: &AccountId) -> Result<(), Fault> {
        Err(fault::internal("a folder is of one account: remove the folder"))
    }

    async fn collections(&self, account: &AccountId) -> Result<Vec<Collection>, Fault> {
        let inner = self.inner.borrow();
        Ok(inner.state.collections.iter().filter(|collection| collection.account == *account).cloned().collect())
    }

    /// A new collection gets its folder: named after it, made unique. Files that
    /// stand in a folder of that name already are taken for new items.
    async fn save_collection(&self, collection: &Collection) -> Result<(), Fault> {
        let known = self.inner.borrow().state.folders.get(&collection.id.0).cloned();
        let fresh = known.is_none();
        let folder = known.unwrap_or_else(|| {
            let inner = self.inner.borrow();
            let name = fit(&collection.name);
            (1..)
                .map(|n| if n == 1 { name.clone() } else { format!("{name} ({n})") })
                .find(|name| !inner.state.folders.values().any(|taken| taken == name))
                .unwrap_or(name)
        });
        // Made again it would be one that the person emptied: [`FolderStore::compare`] sees that
        // it is missing.
        if fresh {
            fs::create_dir_all(self.root.join(&folder)).map_err(fault::store)?;
        }
        {
            let inner = &mut *self.inner.borrow_mut();
            let line = || Line::Collection { collection: Box::new(collection.clone()), folder: folder.clone() };
            Self::log(inner, &line())?;
            inner.state.apply(line());
        }
        if !fresh {
            return Ok(());
        }
        let files = files_in(&self.root.join(&folder), collection.kind)?;
        self.compare(&mut *self.whole()?, collection, files)
    }

    async fn remove_collection(&self, collection: &CollectionId) -> Result<(), Fault> {
        let inner = &mut *self.whole()?;
        if let Some(folder) = inner.state.folders.get(&collection.0) {
            fs::remove_dir_all(self.root.join(folder)).map_err(fault::store)?;
        }
        Self::log(inner, &Line::RemoveCollection(collection.clone()))?;
        inner.state.apply(Line::RemoveCollection(collection.clone()));
        Ok(())
    }

    async fn heads(&self, collection: &CollectionId) -> Result<Vec<Head>, Fault> {
        self.heads_where(|head| head.collection == *collection)
    }

    async fn todo(&self, collection: &CollectionId) -> Result<Vec<Head>, Fault> {
        self.heads_where(|head| head.collection == *collection && head.todo())
    }

    async fn item(&self, id: &ItemId) -> Result<Option<Item>, Fault> {
        let inner = &mut *self.whole()?;
        let Some(row) = inner.state.rows.get(&id.0).cloned() else { return Ok(None) };
        self.load(inner, &row).map(Some)
    }

    async fn by_uid(&self, uids: &[String]) -> Result<Vec<(String, ItemId, CollectionId)>, Fault> {
        let wanted: HashSet<&str> = uids.iter().map(String::as_str).collect();
        let inner = &mut *self.whole()?;
        let rows: Vec<Row> = inner.state.rows.values().cloned().collect();
        let mut found = Vec::new();
        // There is no index: the files are the person's, and may be others by the next look.
        for row in rows {
            let item = self.load(inner, &row)?;
            let Some(uid) = item.shown().and_then(text::uid) else { continue };
            if wanted.contains(uid.as_str()) {
                found.push((uid, row.head.id, row.head.collection));
            }
        }
        Ok(found)
    }

    async fn occurrences(&self, _: Millis, _: Millis) -> Result<Vec<Occurrence>, Fault> {
        Ok(Vec::new())
    }

    /// There is no index: all of them may.
    async fn series(&self, _: Millis, _: Millis) -> Result<Vec<Item>, Fault> {
        let inner = &mut *self.whole()?;
        let of = |row: &Row| inner.state.collections.iter().find(|c| c.id == row.head.collection).map(|c| c.kind);
        let rows = inner.state.rows.values().filter(|row| of(row) == Some(Kind::Calendar));
        let rows: Vec<Row> = rows.cloned().collect();
        rows.iter().map(|row| self.load(inner, row)).collect()
    }

    /// Files are looked through by other means.
    fn indexes(&self) -> bool {
        false
    }

    async fn commit(&self, commit: Commit) -> Result<(), Fault> {
        for kept in &commit.kept {
            let dir = self.root.join(STATE).join("kept");
            fs::create_dir_all(&dir).map_err(fault::store)?;
            let file = self.whole()?.state.rows.get(&kept.item.0).map_or("item".to_owned(), |row| row.file.clone());
            let free = (1..).map(|n| dir.join(format!("{}-{n}-{file}", kept.at))).find(|path| !path.exists());
            write_whole(&free.unwrap_or_else(|| dir.join(&file)), &kept.text)?;
        }
        let inner = &mut *self.whole()?;
        let mut line = (Vec::new(), Vec::new());
        for change in commit.changes {
            self.apply_change(inner, change, &mut line)?;
        }
        let collection = commit.collection.map(Box::new);
        inner.pack.flush()?;
        let line = Line::Commit { rows: line.0, removed: line.1, collection };
        Self::log(inner, &line)?;
        if let Line::Commit { collection: Some(collection), .. } = line {
            inner.state.put(*collection);
        }
        Ok(())
    }

    async fn runs(&self, limit: usize) -> Result<Vec<Run>, Fault> {
        let bytes = fs::read(self.root.join(STATE).join("runs.json")).unwrap_or_default();
        let mut runs: Vec<Run> = serde_json::from_slice(&bytes).unwrap_or_default();
        runs.truncate(limit);
        Ok(runs)
    }

    async fn save_run(&self, run: &Run) -> Result<(), Fault> {
        let mut runs = self.runs(RUNS).await?;
        runs.retain(|known| known.started != run.started);
        runs.insert(0, run.clone());
        runs.sort_by_key(|run| std::cmp::Reverse(run.started));
        runs.truncate(RUNS);
        self.json("runs.json", &runs)
    }

    /// Kept texts are files in `.pimento/kept`, to be looked at and moved back by
    /// hand.
    async fn kept(&self, _: Past) -> Result<Vec<Kept>, Fault> {
        Ok(Vec::new())
    }

    async fn tidy(&self, oldest: Millis, recent: Millis, bytes: u64) -> Result<(), Fault> {
        let Ok(entries) = fs::read_dir(self.root.join(STATE).join("kept")) else { return Ok(()) };
        let mut files = Vec::new();
        for entry in entries {
            let entry = entry.map_err(fault::store)?;
            // The name begins with the time: `commit` gave it.
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(at) = name.split('-').next().and_then(|at| at.parse::<Millis>().ok()) else { continue };
            files.push((at, entry.metadata().map_err(fault::store)?.len(), entry.path()));
        }
        files.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        let mut total = 0;
        for (at, size, path) in files {
            total += size;
            if at < oldest || (total > bytes && at < recent) {
                fs::remove_file(path).map_err(fault::store)?;
            }
        }
        Ok(())
    }
}
