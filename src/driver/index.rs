//! What is known of items without reading them: made when they are stored, made anew
//! when time has gone on or the way it is made is another; and what happens between
//! two times.

use std::collections::HashSet;

use super::session::{DAY, kind_of};
use crate::model::{AccountId, Collection, Fault, Index, Item, ItemId, Kind, Millis, Occurrence};
use crate::order;
use crate::port::{Change, Commit, Store};
use crate::text;

/// Items that are indexed anew in one transaction.
const BATCH: usize = 256;

/// What lists, the popup and a search know of the item as it is shown.
pub(super) fn index(kind: Kind, item: &Item, now: Millis) -> Index {
    item.shown().map_or_else(Index::default, |shown| {
        let Item { head, .. } = item;
        text::entry::index(&head.collection, &head.id, kind, shown, now - Index::BEHIND, now + Index::AHEAD)
    })
}

/// What happens between the two times (the second exclusive), by start, in all
/// that is in the store. Single events and short series come from the index, of
/// the long ones that may happen then the texts are read.
///
/// # Errors
/// The store's.
pub async fn between(store: &dyn Store, from: Millis, to: Millis) -> Result<Vec<Occurrence>, Fault> {
    let mut read = store.series(from, to).await?;
    for account in store.accounts().await? {
        let collections = store.collections(&account.id).await?;
        for collection in collections.iter().filter(|c| c.kind == Kind::Calendar && c.indexed < Index::VERSION) {
            // Indexed by an older version, that knew nothing of series.
            let ids: Vec<ItemId> = store.heads(&collection.id).await?.into_iter().map(|head| head.id).collect();
            read.extend(store.items(&ids).await?);
        }
    }
    let mut found = store.occurrences(from, to).await?;
    let mut of_series = HashSet::new();
    read.retain(|item| of_series.insert(item.head.id.clone()));
    found.retain(|occurrence| !of_series.contains(&occurrence.item));
    for item in &read {
        let shown = item.shown().unwrap_or_default();
        found.extend(text::entry::between(&item.head.collection, &item.head.id, shown, from, to));
    }
    order::by(&mut found, |a, b| (a.start, &a.item, a.end).cmp(&(b.start, &b.item, b.end)));
    Ok(found)
}

/// Indexes anew what an older version of this indexed, or so long ago that series come
/// to their end, and says whether there was any. Whoever calls holds the lock of a
/// run.
///
/// # Errors
/// The store's.
pub async fn renew(store: &dyn Store, account: &AccountId, now: Millis) -> Result<bool, Fault> {
    let mut renewed = false;
    if !store.indexes() {
        return Ok(renewed);
    }
    for collection in store.collections(account).await? {
        let old = collection.indexed < Index::VERSION;
        // Further ahead than it can be now: the clock was ahead.
        let near = collection.kind == Kind::Calendar
            && collection.indexed_until != 0
            && !(Index::AHEAD / 2 + 1..=Index::AHEAD).contains(&(collection.indexed_until - now));
        if !old && !near {
            continue;
        }
        reindex(store, &collection, now).await?;
        // That took a while: the person may have chosen something about it.
        let there = store.collections(account).await?;
        let Some(there) = there.into_iter().find(|there| there.id == collection.id) else { continue };
        let indexed = Collection { indexed: Index::VERSION, indexed_until: until(now), ..there };
        store.save_collection(&indexed).await?;
        renewed = true;
    }
    Ok(renewed)
}

/// Up to when series are expanded of what is stored now: a day is room for a run.
pub(super) fn until(now: Millis) -> Millis {
    now + Index::AHEAD - DAY
}

async fn reindex(store: &dyn Store, collection: &Collection, now: Millis) -> Result<(), Fault> {
    let heads = store.heads(&collection.id).await?;
    for heads in heads.chunks(BATCH) {
        let ids: Vec<ItemId> = heads.iter().map(|head| head.id.clone()).collect();
        let items = match store.items(&ids).await {
            Ok(items) => items,
            // What cannot be read is not to keep the others from it.
            Err(_) => {
                let mut items = Vec::new();
                for id in &ids {
                    items.extend(store.item(id).await.ok().flatten());
                }
                items
            }
        };
        let mut commit = Commit::default();
        for item in items {
            let index = index(kind_of(&item.head), &item, now);
            commit.changes.push(Change::Index { item: Box::new(item), index });
        }
        store.commit(commit).await?;
    }
    Ok(())
}
