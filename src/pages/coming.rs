//! When events happen next, as far as that is stored.

use std::collections::HashMap;

use super::moment;
use super::shelf::database;
use crate::model::{Fault, Millis, Occurrence};
use crate::port::Store;

/// As it was when it was read; by the ids of items.
pub struct Coming(HashMap<String, Occurrence>);

impl Coming {
    /// What is not over at that time.
    ///
    /// # Errors
    /// The database cannot be read (`fault_store`).
    pub async fn read(now: Millis) -> Result<Coming, Fault> {
        let database = database().await?;
        let (wall, soon) = (moment::wall(now), now + moment::DAY);
        let mut next = database.next(soon).await?;
        // What goes on, or begins within a day, is before that.
        let mut near = database.occurrences(now - 2 * moment::DAY, soon).await?;
        near.reverse();
        near.retain(|occurrence| !moment::over(occurrence, wall));
        next.extend(near.into_iter().map(|occurrence| (occurrence.item.0.clone(), occurrence)));
        Ok(Coming(next))
    }

    /// The next time of the item.
    pub fn of(&self, id: &str) -> Option<&Occurrence> {
        self.0.get(id)
    }
}
