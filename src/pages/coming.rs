//! When events happen next, as far as that is stored.

use std::collections::HashMap;

use super::moment;
use super::shelf::database;
use crate::model::{Fault, ItemId, Millis, Occurrence};
use crate::port::Store;

/// As it was when it was read; by the ids of items. What is far is known by its start
/// alone: there may be thousands of times, and one of each item is shown.
pub struct Coming {
    /// What goes on, or begins within a day.
    near: HashMap<String, Occurrence>,
    far: HashMap<String, Millis>,
}

impl Coming {
    /// What is not over at that time.
    ///
    /// # Errors
    /// All functions here: the database cannot be read (`fault_store`).
    pub async fn read(now: Millis) -> Result<Coming, Fault> {
        let database = database().await?;
        let (wall, soon) = (moment::wall(now), now + moment::DAY);
        let mut near = HashMap::new();
        for occurrence in database.occurrences(now - 2 * moment::DAY, soon).await? {
            if !moment::over(&occurrence, wall) {
                near.entry(occurrence.item.0.clone()).or_insert(occurrence);
            }
        }
        Ok(Coming { near, far: database.next_starts(soon).await? })
    }

    /// When the item happens next.
    pub fn start(&self, id: &str) -> Option<Millis> {
        self.near.get(id).map(|occurrence| occurrence.start).or_else(|| self.far.get(id).copied())
    }

    /// The next time of each of these items that has one.
    pub async fn of(&self, ids: impl Iterator<Item = &ItemId>) -> Result<HashMap<ItemId, Occurrence>, Fault> {
        let (mut next, mut far) = (HashMap::new(), Vec::new());
        for id in ids {
            match (self.near.get(&id.0), self.far.get(&id.0)) {
                (Some(occurrence), _) => drop(next.insert(id.clone(), occurrence.clone())),
                (None, Some(start)) => far.push((id.clone(), *start)),
                (None, None) => {}
            }
        }
        let found = database().await?.occurrences_at(&far).await?;
        next.extend(found.into_iter().map(|occurrence| (occurrence.item.clone(), occurrence)));
        Ok(next)
    }
}
