//! The store in memory, for tests: the same contract as the database of the
//! browser (`tests/contract/store.rs` holds both to it), and it counts.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashSet};
use std::future::poll_fn;
use std::task::Poll;

use async_trait::async_trait;

use crate::fault;
use crate::model::{
    Account, AccountId, Collection, CollectionId, Fault, Head, Index, Item, ItemId, Kept, Millis, Occurrence, Past,
    Run, Settings,
};
use crate::port::{Amend, Change, Commit, Store, Wanted, settle};

/// Runs to look back on.
const RUNS: usize = 50;

/// An empty store.
#[derive(Default)]
pub struct Memory {
    state: RefCell<State>,
    /// Commits that were written.
    pub commits: Cell<u32>,
    /// After so many commits every further one fails, as on a full disk.
    pub fail_after: Cell<Option<u32>>,
    /// What runs are planned and told by takes a turn to be read or written, as in a
    /// browser: others go on meanwhile.
    pub slow: Cell<bool>,
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

    /// What was done is told, if slow, when the others had their turn.
    async fn told<T>(&self, done: T) -> Result<T, Fault> {
        let mut waited = !self.slow.get();
        poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        Ok(done)
    }

    fn heads_of(&self, of: &CollectionId, wanted: &Wanted<'_>) -> Vec<Head> {
        let state = self.state.borrow();
        let heads = state.items.values().map(|item| &item.head);
        heads.filter(|head| &head.collection == of && wanted(head)).cloned().collect()
    }
}

impl State {
    fn change(&mut self, change: Change) -> Result<(), Fault> {
        let id = change.id().clone();
        match settle(self.items.get(&id).cloned(), change)? {
            None => {
                self.items.remove(&id);
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
        Ok(())
    }

    fn remove_collection(&mut self, collection: &CollectionId) {
        self.collections.remove(collection);
        self.items.retain(|_, item| &item.head.collection != collection);
        self.indexes.retain(|id, _| self.items.contains_key(id));
    }
}

#[async_trait(?Send)]
impl Store for Memory {
    async fn settings(&self) -> Result<Settings, Fault> {
        let settings = self.state.borrow().settings.clone();
        self.told(settings).await
    }

    async fn save_settings(&self, settings: &Settings) -> Result<(), Fault> {
        self.state.borrow_mut().settings = settings.clone();
        Ok(())
    }

    async fn accounts(&self) -> Result<Vec<Account>, Fault> {
        let accounts = self.state.borrow().accounts.values().cloned().collect();
        self.told(accounts).await
    }

    async fn save_account(&self, account: &Account) -> Result<(), Fault> {
        self.state.borrow_mut().accounts.insert(account.id.clone(), account.clone());
        Ok(())
    }

    async fn change_account(&self, account: &AccountId, change: &Amend<'_>) -> Result<(), Fault> {
        if let Some(account) = self.state.borrow_mut().accounts.get_mut(account) {
            change(account);
        }
        Ok(())
    }

    async fn remove_account(&self, account: &AccountId) -> Result<(), Fault> {
        let mut state = self.state.borrow_mut();
        let of_account = |collection: &&Collection| &collection.account == account;
        let gone: Vec<CollectionId> = state.collections.values().filter(of_account).map(|c| c.id.clone()).collect();
        for collection in &gone {
            state.remove_collection(collection);
        }
        state.kept.retain(|kept| !gone.contains(&kept.collection));
        state.runs.retain(|_, run| &run.account != account);
        state.accounts.remove(account);
        Ok(())
    }

    async fn collections(&self, account: &AccountId) -> Result<Vec<Collection>, Fault> {
        let all = self.state.borrow().collections.clone();
        self.told(all.into_values().filter(|collection| &collection.account == account).collect()).await
    }

    async fn save_collection(&self, collection: &Collection) -> Result<(), Fault> {
        self.state.borrow_mut().collections.insert(collection.id.clone(), collection.clone());
        Ok(())
    }

    async fn remove_collection(&self, collection: &CollectionId) -> Result<(), Fault> {
        self.state.borrow_mut().remove_collection(collection);
        Ok(())
    }

    async fn heads_where(&self, collection: &CollectionId, wanted: &Wanted<'_>) -> Result<Vec<Head>, Fault> {
        Ok(self.heads_of(collection, wanted))
    }

    async fn todo(&self, collection: &CollectionId) -> Result<Vec<Head>, Fault> {
        Ok(self.heads_of(collection, &Head::todo))
    }

    async fn item(&self, id: &ItemId) -> Result<Option<Item>, Fault> {
        Ok(self.state.borrow().items.get(id).cloned())
    }

    async fn by_uid(&self, uids: &[String]) -> Result<Vec<(String, ItemId, CollectionId)>, Fault> {
        let state = self.state.borrow();
        let entries = state.indexes.values().filter_map(|index| index.entry.as_ref());
        let wanted: HashSet<&str> = uids.iter().map(String::as_str).filter(|uid| !uid.is_empty()).collect();
        let found = entries.filter(|entry| wanted.contains(entry.uid.as_str()));
        Ok(found.map(|entry| (entry.uid.clone(), entry.id.clone(), entry.collection.clone())).collect())
    }

    async fn occurrences(&self, from: Millis, to: Millis) -> Result<Vec<Occurrence>, Fault> {
        let state = self.state.borrow();
        let all = state.indexes.values().flat_map(|index| &index.times);
        let mut found: Vec<Occurrence> =
            all.flat_map(|happening| happening.each(Occurrence::touches(from, to))).collect();
        found.sort_by_key(|occurrence| occurrence.start);
        Ok(found)
    }

    async fn series(&self, from: Millis, to: Millis) -> Result<Vec<Item>, Fault> {
        let state = self.state.borrow();
        let of = |id| state.indexes.get(id).and_then(|index| index.series);
        let found = state.items.iter().filter(|(id, _)| of(id).is_some_and(|series| series.touches(from, to)));
        Ok(found.map(|(_, item)| item.clone()).collect())
    }

    async fn commit(&self, commit: Commit) -> Result<(), Fault> {
        if self.fail_after.get().is_some_and(|after| self.commits.get() >= after) {
            return Err(fault::store("full").during("commit"));
        }
        let mut state = self.state.borrow_mut();
        // One edit of the person's that lost a race, and nothing is written.
        let lost = |change: &Change| match change {
            Change::Edit { was, item, .. } => state.items.get(&item.head.id) != was.as_deref(),
            _ => false,
        };
        if commit.changes.iter().any(lost) {
            return Err(fault::raced());
        }
        for change in commit.changes {
            state.change(change)?;
        }
        state.kept.extend(commit.kept);
        if let Some(collection) = commit.collection {
            state.collections.insert(collection.id.clone(), collection);
        }
        self.commits.set(self.commits.get() + 1);
        Ok(())
    }

    async fn runs(&self, limit: usize) -> Result<Vec<Run>, Fault> {
        let runs = self.state.borrow().runs.values().rev().take(limit).cloned().collect();
        self.told(runs).await
    }

    async fn save_run(&self, run: &Run) -> Result<(), Fault> {
        {
            let runs = &mut self.state.borrow_mut().runs;
            runs.insert(run.started, run.clone());
            while runs.len() > RUNS {
                runs.pop_first();
            }
        }
        self.told(()).await
    }

    async fn kept(&self, which: Past) -> Result<Vec<Kept>, Fault> {
        let mut kept = self.state.borrow().kept.clone();
        // Of the same time, the one written last is the newest.
        kept.reverse();
        kept.sort_by_key(|kept| std::cmp::Reverse(kept.at));
        match which {
            Past::Newest(limit) => kept.truncate(limit),
            Past::Item(item) => kept.retain(|kept| kept.item == item),
            Past::Run(run) => kept.retain(|kept| kept.run == Some(run)),
        }
        Ok(kept)
    }

    async fn tidy(&self, oldest: Millis, recent: Millis, bytes: u64) -> Result<(), Fault> {
        let mut kept = self.kept(Past::Newest(usize::MAX)).await?;
        let mut total = 0;
        kept.retain(|kept| {
            total += kept.text.len() as u64;
            kept.at >= oldest && (total <= bytes || kept.at >= recent)
        });
        kept.reverse();
        self.state.borrow_mut().kept = kept;
        Ok(())
    }
}
