//! Version 5 of the schema: what items call themselves is found without an index, which
//! had an entry for each of them. Never changed once released: what comes after is another
//! file.
//!
//! | store | key, beside the row | row | indexes |
//! | --- | --- | --- | --- |
//! | `entries` | block | `{ collections, entries }`; those of before have their `uids` still | no `uid` any more |
//! | `uids` | block | bytes: of each UID in the block its hash (`row::hash`), four, the lowest first | |

use idb::{Database, Transaction};
use js_sys::Array;
use wasm_bindgen::JsCast;

use super::v1::plain;
use super::{broken, row};
use crate::model::Fault;

/// Makes the rows of `uids` for the rows of `entries` that are there.
pub(super) async fn make(database: &Database, transaction: &Transaction) -> Result<(), Fault> {
    let uids = plain(database, "uids").map_err(broken)?;
    let entries = transaction.object_store("entries").map_err(broken)?;
    entries.delete_index("uid").map_err(broken)?;
    for key in entries.get_all_keys(None, None).map_err(broken)?.await.map_err(broken)? {
        let entry = entries.get(key.clone()).map_err(broken)?.await.map_err(broken)?;
        let named = entry.and_then(|entry| row::member(&entry, "uids")?.dyn_into::<Array>().ok()).unwrap_or_default();
        if let Some(row) = row::of_uids(named.iter().filter_map(|uid| uid.as_string())) {
            uids.put(&row, Some(&key)).map_err(broken)?;
        }
    }
    Ok(())
}
