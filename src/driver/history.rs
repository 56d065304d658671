//! Having back what was replaced or removed: one text, or all that a run did. Both
//! are edits like any other, and sent by the next run.

use std::collections::HashSet;

use super::Driver;
use super::session::{title, uuid};
use crate::fault;
use crate::message::{Drafted, Step, Version};
use crate::model::{Collection, CollectionId, Fault, Item, ItemId, Millis, Past, Run, Why};
use crate::order;
use crate::sync::plan::Action;
use crate::text::difference::difference;
use crate::text::same_meaning;

/// What undoing a run does to one item.
struct Undone {
    item: ItemId,
    collection: CollectionId,
    title: String,
    action: Action,
    /// What it had before; `None`: it was not there.
    before: Option<Vec<u8>>,
    now: Option<Item>,
}

impl Driver {
    /// What the item was before, the newest first, each with what differs in the one
    /// after it.
    ///
    /// # Errors
    /// The store's.
    pub async fn versions(&self, id: &ItemId) -> Result<Vec<Version>, Fault> {
        let store = &self.ports.store;
        let mut after = store.item(id).await?.and_then(|item| item.shown().map(<[u8]>::to_vec));
        let mut versions = Vec::new();
        for kept in store.kept(Past::Item(id.clone())).await? {
            let changed = difference(&kept.text, after.as_deref().unwrap_or_default());
            versions.push(Version { at: kept.at, why: kept.why, changed });
            after = Some(kept.text);
        }
        Ok(versions)
    }

    /// Makes a kept text the item's again: as an edit of it where it still exists,
    /// else as a new item.
    ///
    /// # Errors
    /// If the text is not kept any more, or its folder is gone.
    pub async fn bring_back(&self, at: Millis, id: &ItemId) -> Result<ItemId, Fault> {
        let store = &self.ports.store;
        let kept = store.kept(Past::Item(id.clone())).await?.into_iter().find(|kept| kept.at == at);
        let Some(kept) = kept else { return Err(fault::field("field_not_kept")) };
        let now = store.item(id).await?;
        self.put_back(&kept.collection, id, now, Some(&kept.text)).await?;
        Ok(id.clone())
    }

    /// What undoing the run would do, now.
    ///
    /// # Errors
    /// The store's.
    pub async fn preview_undo(&self, run: Millis) -> Result<Vec<Drafted>, Fault> {
        let undone = self.undone(run).await?;
        let mut drafted = Vec::new();
        for collection in self.collections().await? {
            let steps: Vec<Step> = undone
                .iter()
                .filter(|undone| undone.collection == collection.id)
                .map(|undone| Step {
                    action: undone.action.word().to_owned(),
                    item: Some(undone.item.clone()),
                    title: undone.title.clone(),
                })
                .collect();
            if !steps.is_empty() {
                drafted.push(Drafted { resting: 0, ..Drafted::of(&collection, steps) });
            }
        }
        Ok(drafted)
    }

    /// Brings back what the run replaced or removed, and removes what it brought.
    ///
    /// # Errors
    /// The store's; a folder that cannot be written stays as it is.
    pub async fn undo(&self, run: Millis) -> Result<u32, Fault> {
        let mut count = 0;
        for undone in self.undone(run).await? {
            self.put_back(&undone.collection, &undone.item, undone.now, undone.before.as_deref()).await?;
            count += 1;
        }
        Ok(count)
    }

    /// The item as it was: an edit of what is there, or a new item.
    async fn put_back(
        &self,
        collection: &CollectionId,
        id: &ItemId,
        now: Option<Item>,
        text: Option<&[u8]>,
    ) -> Result<(), Fault> {
        match (now, text) {
            (Some(_), text) => self.change(id, Why::Restored, |_| text.map(<[u8]>::to_vec)).await,
            (None, Some(text)) => {
                let collections = self.collections().await?;
                let Some(collection) = collections.iter().find(|c| c.id == *collection) else {
                    return Err(fault::field("field_folder_gone"));
                };
                if !collection.writable {
                    return Err(fault::read_only(&collection.name));
                }
                self.insert(collection, id.clone(), &uuid(&self.ports), text.to_vec()).await
            }
            (None, None) => Ok(()),
        }
    }

    /// The items that the run touched, and are not as they were before it.
    async fn undone(&self, run: Millis) -> Result<Vec<Undone>, Fault> {
        let store = &self.ports.store;
        let runs: Vec<Run> = store.runs(usize::MAX).await?;
        let Some(account) = runs.into_iter().find(|r| r.started == run).map(|r| r.account) else {
            return Err(fault::field("field_not_kept"));
        };
        let collections = store.collections(&account).await?;
        let writable = |id: &CollectionId| collections.iter().any(|c: &Collection| c.id == *id && c.writable);
        let mut kept = store.kept(Past::Run(run)).await?;
        // Of an item changed on both sides both went: ours is what was shown. Else the
        // one that went first.
        order::by_key(&mut kept, |kept| (kept.why != Why::Conflict, kept.at));
        let mut seen = HashSet::new();
        let mut undone = Vec::new();
        for kept in kept {
            if !writable(&kept.collection) || !seen.insert(kept.item.clone()) {
                continue;
            }
            let now = store.item(&kept.item).await?;
            let shown = now.as_ref().and_then(Item::shown);
            if shown.is_some_and(|shown| same_meaning(shown, &kept.text)) {
                continue;
            }
            let action = if now.is_some() { Action::Push } else { Action::Create };
            undone.push(Undone {
                item: kept.item,
                collection: kept.collection,
                title: kept.title,
                action,
                before: Some(kept.text),
                now,
            });
        }
        for collection in collections.iter().filter(|collection| collection.writable) {
            for head in store.heads(&collection.id).await? {
                if head.arrived != Some(run) || !seen.insert(head.id.clone()) {
                    continue;
                }
                let Some(item) = store.item(&head.id).await? else { continue };
                let Some(shown) = item.shown() else { continue };
                undone.push(Undone {
                    title: title(&head, shown),
                    item: head.id,
                    collection: collection.id.clone(),
                    action: Action::Delete,
                    before: None,
                    now: Some(item),
                });
            }
        }
        Ok(undone)
    }
}
