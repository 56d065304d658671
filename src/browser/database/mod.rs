//! What survives the worker, in IndexedDB. Pages open it too, and only read.
//!
//! Inside a transaction nothing is awaited but its own requests: the browser
//! ends a transaction that has none under way.

mod blocks;
mod commit;
mod key;
mod read;
mod row;
mod secret;
mod store;
mod v1;
mod v2;
mod v3;
mod v4;
mod v5;
mod v6;
mod v7;

pub use row::Words;
pub use secret::Secret;

use std::cell::RefCell;
use std::rc::Rc;

use idb::{Event as _, Factory, Request as _, Transaction, TransactionMode};
use wasm_bindgen::JsValue;

use crate::fault;
use crate::model::Fault;

const NAME: &str = "pimento";
const VERSION: u32 = 7;

/// The database; clones share one connection.
#[derive(Clone)]
pub struct Database {
    shared: Rc<Shared>,
}

struct Shared {
    name: String,
    /// `None` after another version of the extension asked for the database: the
    /// next use opens it again.
    connection: RefCell<Option<Rc<idb::Database>>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.borrow_mut().take() {
            connection.close();
        }
    }
}

impl Database {
    /// Opens it, making or upgrading it where needed. Waits for pages of an older
    /// version to let go of it, which they do at once.
    ///
    /// # Errors
    /// `fault_store`: no IndexedDB, no space, or a newer version made it.
    pub async fn open() -> Result<Database, Fault> {
        Database::open_as(NAME).await
    }

    /// The same under another name, for tests.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub async fn open_as(name: &str) -> Result<Database, Fault> {
        let database = Database { shared: Rc::new(Shared { name: name.to_owned(), connection: RefCell::new(None) }) };
        database.connection().await?;
        Ok(database)
    }

    /// An empty one as an older version of the extension made it, for tests.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub async fn make_old(name: &str, version: u32) -> Result<idb::Database, Fault> {
        let mut request = Factory::new().and_then(|factory| factory.open(name, Some(version))).map_err(broken)?;
        request.on_upgrade_needed(move |event| {
            if let Ok(request) = event.target() {
                wasm_bindgen_futures::spawn_local(async move { drop(upgrade(&request, 0, version).await) });
            }
        });
        request.await.map_err(broken)
    }

    async fn connection(&self) -> Result<Rc<idb::Database>, Fault> {
        if let Some(connection) = self.shared.connection.borrow().as_ref() {
            return Ok(Rc::clone(connection));
        }
        let mut request =
            Factory::new().and_then(|factory| factory.open(&self.shared.name, Some(VERSION))).map_err(broken)?;
        request.on_upgrade_needed(|event| {
            let Ok(request) = event.target() else { return };
            let old = event.old_version();
            // What it reads keeps the transaction open, and the opening waits for its end.
            wasm_bindgen_futures::spawn_local(async move {
                let made = match old {
                    Ok(old) => upgrade(&request, old, VERSION).await,
                    Err(error) => Err(broken(error)),
                };
                if made.is_err() {
                    // Half a schema is none.
                    if let Some(transaction) = request.transaction() {
                        let _ = transaction.abort();
                    }
                }
            });
        });
        let mut opened = request.await.map_err(broken)?;
        if let Some(connection) = self.shared.connection.borrow().as_ref() {
            // Somebody else was opening it too, and came first.
            opened.close();
            return Ok(Rc::clone(connection));
        }

        let shared = Rc::downgrade(&self.shared);
        let let_go = move || {
            if let Some(connection) = shared.upgrade().and_then(|shared| shared.connection.borrow_mut().take()) {
                connection.close();
                // Its event handlers are running right now.
                std::mem::forget(connection);
            }
        };
        let also = let_go.clone();
        opened.on_version_change(move |_| let_go());
        opened.on_close(move |_| also());

        let opened = Rc::new(opened);
        *self.shared.connection.borrow_mut() = Some(Rc::clone(&opened));
        Ok(opened)
    }

    /// A transaction over the stores. A connection that the browser closed (it
    /// throws `InvalidStateError` then) is opened again, once.
    async fn transaction(&self, stores: &[&str], mode: TransactionMode) -> Result<Transaction, Fault> {
        let connection = self.connection().await?;
        match connection.transaction(stores, mode) {
            Ok(transaction) => Ok(transaction),
            Err(idb::Error::TransactionOpenFailed(_)) => {
                self.shared.connection.borrow_mut().take();
                self.connection().await?.transaction(stores, mode).map_err(broken)
            }
            Err(error) => Err(broken(error)),
        }
    }

    /// A transaction that reads.
    async fn reading(&self, stores: &[&str]) -> Result<Transaction, Fault> {
        self.transaction(stores, TransactionMode::ReadOnly).await
    }

    /// Writes by `work`, all or nothing: what it fails with undoes what it did.
    async fn writing<F>(&self, stores: &[&str], work: F) -> Result<(), Fault>
    where
        F: AsyncFnOnce(&Transaction) -> Result<(), Fault>,
    {
        let transaction = self.transaction(stores, TransactionMode::ReadWrite).await?;
        match work(&transaction).await {
            Ok(()) => match transaction.await {
                Ok(result) if result.is_committed() => Ok(()),
                Ok(_) => Err(fault::store("transaction aborted")),
                Err(error) => Err(broken(error)),
            },
            Err(fault) => {
                // Gone already where the browser itself aborted it.
                if let Ok(aborted) = transaction.abort() {
                    let _ = aborted.await;
                }
                Err(fault)
            }
        }
    }

    async fn put_beside(&self, store: &str, key: &str, value: &JsValue) -> Result<(), Fault> {
        self.writing(&[store], async |transaction| {
            transaction.object_store(store).and_then(|s| s.put(value, Some(&key.into()))).map_err(broken)?;
            Ok(())
        })
        .await
    }

    async fn get_beside(&self, store: &str, key: &str) -> Result<Option<JsValue>, Fault> {
        let transaction = self.reading(&[store]).await?;
        let store = transaction.object_store(store).map_err(broken)?;
        store.get(JsValue::from(key)).map_err(broken)?.await.map_err(broken)
    }

    /// Adds the value under the key if there is none, and gives what is there then.
    async fn get_or_put_beside(&self, store: &str, key: &str, value: JsValue) -> Result<JsValue, Fault> {
        let there = Rc::new(RefCell::new(value));
        let result = Rc::clone(&there);
        self.writing(&[store], async move |transaction| {
            let store = transaction.object_store(store).map_err(broken)?;
            match store.get(JsValue::from(key)).map_err(broken)?.await.map_err(broken)? {
                Some(found) => *result.borrow_mut() = found,
                None => drop(store.put(&result.borrow(), Some(&key.into())).map_err(broken)?),
            }
            Ok(())
        })
        .await?;
        let value = there.borrow().clone();
        Ok(value)
    }
}

/// Brings the schema from version `old` to `new`, step by step.
async fn upgrade(request: &idb::request::OpenDatabaseRequest, old: u32, new: u32) -> Result<(), Fault> {
    let database = request.database().map_err(broken)?;
    if old < 1 {
        v1::make(&database).map_err(broken)?;
    }
    // Inside an upgrade there is one transaction, over everything.
    let transaction = request.transaction().ok_or(broken(idb::Error::TransactionNotFound))?;
    if old < 2 && new >= 2 {
        transaction.object_store("kept").and_then(|kept| v2::make(&kept)).map_err(broken)?;
    }
    if old < 3 && new >= 3 {
        v3::make(&database, &transaction).map_err(broken)?;
    }
    if old < 4 && new >= 4 {
        v4::make(&database, &transaction, old > 0).await?;
    }
    if old < 5 && new >= 5 {
        v5::make(&database, &transaction).await?;
    }
    // Version 6 did the same.
    if old < 7 && new >= 6 {
        transaction.object_store("times").and_then(|times| v7::make(&times)).map_err(broken)?;
    }
    Ok(())
}

fn broken(error: idb::Error) -> Fault {
    fault::store(error)
}
