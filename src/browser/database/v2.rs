//! Version 2 of the schema: the history is asked by item and by run, and kept below
//! a size. Never changed once released: what comes after is another file.
//!
//! | store | new index |
//! | --- | --- |
//! | `kept` | `item`; `run`, only of those that a run replaced; `weight`: time, size |

use idb::{Error, ObjectStore};

use super::v1::index;

/// Adds the indexes; the rows stay.
pub(super) fn make(kept: &ObjectStore) -> Result<(), Error> {
    index(kept, "item", &["kept.item"])?;
    index(kept, "run", &["kept.run"])?;
    index(kept, "weight", &["kept.at", "kept.size"])
}
