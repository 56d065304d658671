//! Version 3 of the schema: items are found by what they call themselves. Never
//! changed once released: what comes after is another file.
//!
//! | store | new index |
//! | --- | --- |
//! | `entries` | `uid`, only of those that have one |

use idb::{Error, Transaction};

use super::v1::index;

/// Adds what is new; the rows stay.
pub(super) fn make(transaction: &Transaction) -> Result<(), Error> {
    index(&transaction.object_store("entries")?, "uid", &["uid"])
}
