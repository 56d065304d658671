//! [`crate::port::Store`] over the folder.

use std::collections::HashSet;
use std::fs;

use async_trait::async_trait;

use super::{FolderStore, RUNS, STATE, files_in, fit, write_whole};
use crate::fault;
use crate::model::{
    Account, AccountId, Collection, CollectionId, Fault, Head, Item, ItemId, Kept, Kind, Millis, Occurrence, Past, Run,
    Settings,
};
use crate::port::{Amend, Commit, Store, Wanted};
use crate::text;

/// So many runs are remembered.
const REMEMBERED: usize = 50;

#[async_trait(?Send)]
impl Store for FolderStore {
    async fn settings(&self) -> Result<Settings, Fault> {
        Ok(Settings::default())
    }

    async fn save_settings(&self, _: &Settings) -> Result<(), Fault> {
        Err(fault::internal("a folder has no settings"))
    }

    async fn accounts(&self) -> Result<Vec<Account>, Fault> {
        self.rows.accounts()
    }

    async fn save_account(&self, account: &Account) -> Result<(), Fault> {
        self.rows.save_account(account)
    }

    async fn change_account(&self, account: &AccountId, change: &Amend<'_>) -> Result<(), Fault> {
        let known = self.rows.accounts()?.into_iter().find(|known| known.id == *account);
        let Some(mut account) = known else { return Ok(()) };
        change(&mut account);
        self.rows.save_account(&account)
    }

    async fn remove_account(&self, _: &AccountId) -> Result<(), Fault> {
        Err(fault::internal("a folder is of one account: remove the folder"))
    }

    async fn collections(&self, account: &AccountId) -> Result<Vec<Collection>, Fault> {
        let all = self.rows.collections()?.into_iter().map(|(collection, _)| collection);
        Ok(all.filter(|collection| collection.account == *account).collect())
    }

    /// A new collection gets its folder: named after it, made unique. Files that
    /// stand in a folder of that name already are taken for new items.
    async fn save_collection(&self, collection: &Collection) -> Result<(), Fault> {
        if let Some(folder) = self.rows.folder(&collection.id)? {
            // The folder is not made again where it is missing: it would be one that the person
            // emptied. [`FolderStore::compare`] sees that it is.
            return self.rows.save_collection(collection, &folder);
        }
        let (known, name) = (self.rows.collections()?, fit(&collection.name));
        let folder = (1..)
            .map(|n| if n == 1 { name.clone() } else { format!("{name} ({n})") })
            .find(|name| !known.iter().any(|(_, taken)| taken == name))
            .unwrap_or(name);
        fs::create_dir_all(self.root.join(&folder)).map_err(fault::store)?;
        self.rows.save_collection(collection, &folder)?;
        let files = files_in(&self.root.join(&folder), collection.kind)?;
        self.looked()?;
        self.compare(collection, files)
    }

    async fn remove_collection(&self, collection: &CollectionId) -> Result<(), Fault> {
        let rows = self.looked()?;
        if let Some(folder) = rows.folder(collection)? {
            fs::remove_dir_all(self.root.join(folder)).map_err(fault::store)?;
        }
        rows.remove_collection(collection)
    }

    async fn heads_where(&self, collection: &CollectionId, wanted: &Wanted<'_>) -> Result<Vec<Head>, Fault> {
        self.looked()?.heads(collection, false, wanted)
    }

    async fn todo(&self, collection: &CollectionId) -> Result<Vec<Head>, Fault> {
        self.looked()?.heads(collection, true, &|_| true)
    }

    async fn item(&self, id: &ItemId) -> Result<Option<Item>, Fault> {
        self.looked()?.row(id)?.map(|row| self.load(&row)).transpose()
    }

    /// There is no index: the files are the person's, and may be others by the next look.
    async fn by_uid(&self, uids: &[String]) -> Result<Vec<(String, ItemId, CollectionId)>, Fault> {
        let wanted: HashSet<&str> = uids.iter().map(String::as_str).collect();
        let mut found = Vec::new();
        for id in self.looked()?.ids(None)? {
            let Some(item) = self.item(&id).await? else { continue };
            let Some(uid) = item.shown().and_then(text::uid) else { continue };
            if wanted.contains(uid.as_str()) {
                found.push((uid, item.head.id, item.head.collection));
            }
        }
        Ok(found)
    }

    async fn occurrences(&self, _: Millis, _: Millis) -> Result<Vec<Occurrence>, Fault> {
        Ok(Vec::new())
    }

    /// There is no index: all of them may.
    async fn series(&self, _: Millis, _: Millis) -> Result<Vec<Item>, Fault> {
        let rows = self.looked()?;
        let mut found = Vec::new();
        for (collection, _) in rows.collections()?.into_iter().filter(|(c, _)| c.kind == Kind::Calendar) {
            for id in rows.ids(Some(&collection.id))? {
                found.extend(self.item(&id).await?);
            }
        }
        Ok(found)
    }

    /// Files are looked through by other means.
    fn indexes(&self) -> bool {
        false
    }

    async fn commit(&self, commit: Commit) -> Result<(), Fault> {
        let rows = self.looked()?;
        for kept in &commit.kept {
            let dir = self.root.join(STATE).join("kept");
            fs::create_dir_all(&dir).map_err(fault::store)?;
            let file = rows.row(&kept.item)?.map_or("item".to_owned(), |row| row.file);
            let free = (1..).map(|n| dir.join(format!("{}-{n}-{file}", kept.at))).find(|path| !path.exists());
            write_whole(&free.unwrap_or_else(|| dir.join(&file)), &kept.text)?;
        }
        let transaction = rows.begin()?;
        for change in commit.changes {
            self.apply_change(change)?;
        }
        if let Some(collection) = commit.collection {
            let folder = rows.folder(&collection.id)?.ok_or_else(|| fault::store("no such collection"))?;
            rows.save_collection(&collection, &folder)?;
        }
        transaction.commit().map_err(fault::store)
    }

    async fn runs(&self, limit: usize) -> Result<Vec<Run>, Fault> {
        let bytes = fs::read(self.root.join(STATE).join(RUNS)).unwrap_or_default();
        let mut runs: Vec<Run> = serde_json::from_slice(&bytes).unwrap_or_default();
        runs.truncate(limit);
        Ok(runs)
    }

    async fn save_run(&self, run: &Run) -> Result<(), Fault> {
        let mut runs = self.runs(REMEMBERED).await?;
        runs.retain(|known| known.started != run.started);
        runs.insert(0, run.clone());
        runs.sort_by_key(|run| std::cmp::Reverse(run.started));
        runs.truncate(REMEMBERED);
        self.json(RUNS, &runs)
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
