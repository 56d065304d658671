//! Version 1 of the schema. Never changed once released: what comes after is
//! another file.
//!
//! | store | key | row | indexes |
//! | --- | --- | --- | --- |
//! | `accounts` | `id` | `Account` | |
//! | `collections` | `id` | `Collection` | `account` |
//! | `heads` | `head.id` | `{ head, todo? }` | `collection`; `todo`: the collection, only of those with something to do |
//! | `texts` | item id, beside the row | `{ base?, edit? }`, bytes | |
//! | `entries` | `id` | `Entry` | `kind`: kind, sort; `folder`: kind, collection, sort |
//! | `occurrences` | start, item, number | `{ occurrence, n, until? }` | `item`; `until`: the end, only of those longer than a day |
//! | `kept` | counted | `{ kept, text }` | `at` |
//! | `runs` | `started` | `Run` | |
//! | `settings` | a word, beside the row | `Settings` | |
//! | `secrets` | account id, beside the row | `{ iv, sealed }`, bytes | |
//! | `keys` | a word, beside the row | `CryptoKey`, not extractable | |

use idb::{Database, Error, KeyPath, ObjectStore, ObjectStoreParams};

/// Makes all stores, in a database that has none.
pub(super) fn make(database: &Database) -> Result<(), Error> {
    keyed(database, "accounts", KeyPath::new_single("id"))?;

    let collections = keyed(database, "collections", KeyPath::new_single("id"))?;
    index(&collections, "account", &["account"])?;

    let heads = keyed(database, "heads", KeyPath::new_single("head.id"))?;
    index(&heads, "collection", &["head.collection"])?;
    index(&heads, "todo", &["todo"])?;

    plain(database, "texts")?;

    let entries = keyed(database, "entries", KeyPath::new_single("id"))?;
    index(&entries, "kind", &["kind", "sort"])?;
    index(&entries, "folder", &["kind", "collection", "sort"])?;

    let occurrences = keyed(database, "occurrences", KeyPath::new_array(["occurrence.start", "occurrence.item", "n"]))?;
    index(&occurrences, "item", &["occurrence.item"])?;
    index(&occurrences, "until", &["until"])?;

    let mut counted = ObjectStoreParams::new();
    counted.auto_increment(true);
    let kept = database.create_object_store("kept", counted)?;
    index(&kept, "at", &["kept.at"])?;

    keyed(database, "runs", KeyPath::new_single("started"))?;
    plain(database, "settings")?;
    plain(database, "secrets")?;
    plain(database, "keys")?;
    Ok(())
}

pub(super) fn keyed(database: &Database, name: &str, path: KeyPath) -> Result<ObjectStore, Error> {
    let mut params = ObjectStoreParams::new();
    params.key_path(Some(path));
    database.create_object_store(name, params)
}

pub(super) fn plain(database: &Database, name: &str) -> Result<ObjectStore, Error> {
    database.create_object_store(name, ObjectStoreParams::new())
}

/// A row that lacks the property is not in the index.
pub(super) fn index(store: &ObjectStore, name: &str, path: &[&str]) -> Result<(), Error> {
    let path = match path {
        [single] => KeyPath::new_single(single),
        several => KeyPath::new_array(several.iter().copied()),
    };
    store.create_index(name, path, None).map(drop)
}
