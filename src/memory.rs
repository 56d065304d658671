//! The store in memory, for tests: the same contract as the database of the
//! browser (`tests/contract/store.rs` holds both to it), and it counts.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use async_trait::async_trait;

use crate::fault;
use crate::model::{
    Account, AccountId, Collection, CollectionId, Fault, Head, Index, Item, ItemId, Millis, Run, Settings,
};
use crate::port::{Change, Commit, Kept, Store, settle};

/// Runs to look back on.
const RUNS: usize = 50;
/// How long kept texts can be had back.
const KEPT_MILLIS: i64 = 90 * 24 * 60 * 60 * 1000;

/// An empty store.
#[derive(Default)]
pub struct Memory {
    state: RefCell<State>,
    /// Commits that were written.
    pub commits: Cell<u32>,
    /// After so many commits every further one fails, as on a full disk.
    pub fail_after: Cell<Option<u32>>,
}

#[derive(Clone, Default)]
struct State {
    settings: Settings,
    accounts: BTreeMap<AccountId, Account>,
    collections: BTreeMap<CollectionId, Collection>,
    items: BTreeMap<ItemId, Item>,
    indexes: BTreeMap<ItemId, Index>,
    runs: BTreeMap<Millis, Run>,
    kept: Vec<Kept>,
}

impl Memory {
    /// What lists show of the item.
    pub fn index(&self, id: &ItemId) -> Option<Index> {
        self.state.borrow().indexes.get(id).cloned()
    }

    fn heads_where(&self, of: &CollectionId, wanted: impl Fn(&Head) -> bool) -> Vec<Head> {
        let state = self.state.borrow();
        let heads = state.items.values().map(|item| &item.head);
        heads.filter(|head| &head.collection == of && wanted(head)).cloned().collect()
    }
}

impl State {
    fn change(&mut self, change: Change) {
        let id = match &change {
            Change::Put { item, .. } => item.head.id.clone(),
            Change::Remove { id, .. } => id.clone(),
        };
        match settle(self.items.remove(&id), change) {
            None => {
                self.indexes.remove(&id);
            }
            Some((item, index)) => {
                if let Some(index) = index {
                    self.indexes.remove(&id);
                    if item.shown().is_some() {
                        self.indexes.insert(id.clone(), index);
                    }
                }
                self.items.insert(id, item);
            }
        }
    }
}

#[async_trait(?Send)]
impl Store for Memory {
    async fn settings(&self) -> Result<Settings, Fault> {
        Ok(self.state.borrow().settings.clone())
    }

    async fn save_settings(&self, settings: &Settings) -> Result<(), Fault> {
        self.state.borrow_mut().settings = settings.clone();
        Ok(())
    }

    async fn accounts(&self) -> Result<Vec<Account>, Fault> {
        Ok(self.state.borrow().accounts.values().cloned().collect())
    }

    async fn save_account(&self, account: &Account) -> Result<(), Fault> {
        self.state.borrow_mut().accounts.insert(account.id.clone(), account.clone());
        Ok(())
    }

    async fn collections(&self, account: &AccountId) -> Result<Vec<Collection>, Fault> {
        let state = self.state.borrow();
        Ok(state.collections.values().filter(|collection| &collection.account == account).cloned().collect())
    }

    async fn save_collection(&self, collection: &Collection) -> Result<(), Fault> {
        self.state.borrow_mut().collections.insert(collection.id.clone(), collection.clone());
        Ok(())
    }

    async fn remove_collection(&self, collection: &CollectionId) -> Result<(), Fault> {
        let mut state = self.state.borrow_mut();
        let State { collections, items, indexes, .. } = &mut *state;
        collections.remove(collection);
        items.retain(|_, item| &item.head.collection != collection);
        indexes.retain(|id, _| items.contains_key(id));
        Ok(())
    }

    async fn heads(&self, collection: &CollectionId) -> Result<Vec<Head>, Fault> {
        Ok(self.heads_where(collection, |_| true))
    }

    async fn todo(&self, collection: &CollectionId) -> Result<Vec<Head>, Fault> {
        Ok(self.heads_where(collection, Head::todo))
    }

    async fn item(&self, id: &ItemId) -> Result<Option<Item>, Fault> {
        Ok(self.state.borrow().items.get(id).cloned())
    }

    async fn commit(&self, commit: Commit) -> Result<(), Fault> {
        if self.fail_after.get().is_some_and(|after| self.commits.get() >= after) {
            return Err(fault::store("full").during("commit"));
        }
        let mut state = self.state.borrow_mut();
        for change in commit.changes {
            state.change(change);
        }
        state.kept.extend(commit.kept);
        if let Some(collection) = commit.collection {
            state.collections.insert(collection.id.clone(), collection);
        }
        self.commits.set(self.commits.get() + 1);
        Ok(())
    }

    async fn runs(&self, limit: usize) -> Result<Vec<Run>, Fault> {
        Ok(self.state.borrow().runs.values().rev().take(limit).cloned().collect())
    }

    async fn save_run(&self, run: &Run) -> Result<(), Fault> {
        let mut state = self.state.borrow_mut();
        state.runs.insert(run.started, run.clone());
        while state.runs.len() > RUNS {
            state.runs.pop_first();
        }
        state.kept.retain(|kept| kept.at >= run.started - KEPT_MILLIS);
        Ok(())
    }

    async fn kept(&self, limit: usize) -> Result<Vec<Kept>, Fault> {
        let mut kept = self.state.borrow().kept.clone();
        // Of the same time, the one written last is the newest.
        kept.reverse();
        kept.sort_by_key(|kept| std::cmp::Reverse(kept.at));
        kept.truncate(limit);
        Ok(kept)
    }
}
