//! What is known of the files, in one database file beside them: SQLite, so that heads and
//! texts are read when they are asked for.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::Type;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Row as Found, Transaction, params};
use serde::de::DeserializeOwned;

use super::Stamp;
use crate::fault;
use crate::model::{Account, Collection, CollectionId, Fault, Head, ItemId, Kind};
use crate::port::Wanted;

/// Raised when what stands in a table is another thing.
const VERSION: i64 = 1;

/// Accounts, collections and heads stand in theirs as JSON; `todo` is [`Head::todo`]. Bases
/// are by themselves: who looks through the heads does not read the texts. In `left_open`
/// is something while a run is under way: see [`Rows::left_open`].
const TABLES: &str = "
    CREATE TABLE accounts (id TEXT PRIMARY KEY, account TEXT NOT NULL);
    CREATE TABLE collections (id TEXT PRIMARY KEY, folder TEXT NOT NULL, collection TEXT NOT NULL);
    CREATE TABLE items (
        n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, collection TEXT NOT NULL, todo INTEGER NOT NULL,
        file TEXT NOT NULL, size INTEGER, modified INTEGER, head TEXT NOT NULL);
    CREATE INDEX items_of ON items (collection, todo);
    CREATE TABLE bases (n INTEGER PRIMARY KEY, text BLOB NOT NULL);
    CREATE TABLE left_open (run INTEGER PRIMARY KEY);";

/// What a run leaves beside the database: of today, and of before there was one.
const RUNS_BESIDE: [&str; 2] = [super::RUNS, "state.json"];

/// An item as it is known.
pub(super) struct Row {
    /// 0: not in the table yet.
    n: i64,
    pub head: Head,
    /// Name of the file in the collection's folder.
    pub file: String,
    /// `None` while there is no file.
    pub stamp: Option<Stamp>,
}

impl Row {
    pub fn new(head: Head, file: String, stamp: Option<Stamp>) -> Row {
        Row { n: 0, head, file, stamp }
    }
}

pub(super) struct Rows(Connection);

impl Rows {
    /// Opens the database in this folder, or makes an empty one, and keeps others out of it.
    ///
    /// # Errors
    /// `in_use`; or it cannot be read, is of another version, or is gone.
    pub fn open(dir: &Path) -> Result<Rows, Fault> {
        let db = Connection::open(dir.join("state.sqlite")).map_err(fault::store)?;
        db.busy_timeout(Duration::ZERO).map_err(fault::store)?;
        let busy = |error: rusqlite::Error| match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy) => fault::in_use(dir.parent().unwrap_or(dir).display()),
            _ => fault::store(error),
        };
        // The lock is taken by the first who writes, and kept.
        db.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT;").map_err(busy)?;
        // Death of the process costs nothing that was committed, that of the machine perhaps
        // the last commits, never one before the one behind it.
        db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;").map_err(busy)?;
        match db.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(fault::store)? {
            // There was one already, by what stands beside: all files would be new.
            0 if RUNS_BESIDE.iter().any(|name| dir.join(name).exists()) => {
                return Err(fault::store("the folder's state is gone"));
            }
            0 => {
                let made = format!("BEGIN; {TABLES} PRAGMA user_version = {VERSION}; COMMIT;");
                db.execute_batch(&made).map_err(fault::store)?;
            }
            VERSION => {}
            other => return Err(fault::store(format!("the folder's state is of version {other}"))),
        }
        Ok(Rows(db))
    }

    /// Whether a run did not come to its end since the last one that did: rows may be ahead
    /// of the files. From now on it is so, until [`Rows::close`].
    pub fn left_open(&self) -> Result<bool, Fault> {
        let left = self.one("SELECT run FROM left_open", [], |row| row.get::<_, i64>(0))?.is_some();
        self.write("INSERT OR REPLACE INTO left_open VALUES (1)", [])?;
        Ok(left)
    }

    /// Files and rows are in step.
    pub fn close(&self) -> Result<(), Fault> {
        self.write("DELETE FROM left_open", [])
    }

    /// What is written until it is committed, or not at all.
    pub fn begin(&self) -> Result<Transaction<'_>, Fault> {
        self.0.unchecked_transaction().map_err(fault::store)
    }

    pub fn accounts(&self) -> Result<Vec<Account>, Fault> {
        self.all("SELECT account FROM accounts ORDER BY rowid", [], |row| json(row, 0))
    }

    pub fn save_account(&self, account: &Account) -> Result<(), Fault> {
        let text = serde_json::to_string(account).map_err(fault::store)?;
        self.write("INSERT OR REPLACE INTO accounts VALUES (?1, ?2)", params![account.id.0, text])
    }

    /// With the folder of each.
    pub fn collections(&self) -> Result<Vec<(Collection, String)>, Fault> {
        self.all("SELECT collection, folder FROM collections ORDER BY rowid", [], |row| {
            Ok((json(row, 0)?, row.get(1)?))
        })
    }

    pub fn kind(&self, collection: &CollectionId) -> Result<Option<Kind>, Fault> {
        let sql = "SELECT collection FROM collections WHERE id = ?1";
        Ok(self.one(sql, [&collection.0], |row| json::<Collection>(row, 0))?.map(|collection| collection.kind))
    }

    pub fn folder(&self, collection: &CollectionId) -> Result<Option<String>, Fault> {
        self.one("SELECT folder FROM collections WHERE id = ?1", [&collection.0], |row| row.get(0))
    }

    pub fn save_collection(&self, collection: &Collection, folder: &str) -> Result<(), Fault> {
        let text = serde_json::to_string(collection).map_err(fault::store)?;
        let sql =
            "INSERT INTO collections VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET folder = ?2, collection = ?3";
        self.write(sql, params![collection.id.0, folder, text])
    }

    pub fn remove_collection(&self, id: &CollectionId) -> Result<(), Fault> {
        let transaction = self.begin()?;
        self.write("DELETE FROM bases WHERE n IN (SELECT n FROM items WHERE collection = ?1)", [&id.0])?;
        self.write("DELETE FROM items WHERE collection = ?1", [&id.0])?;
        self.write("DELETE FROM collections WHERE id = ?1", [&id.0])?;
        transaction.commit().map_err(fault::store)
    }

    /// The heads of a collection that are wanted, by href; only of those with something to do,
    /// if `todo`.
    pub fn heads(&self, collection: &CollectionId, todo: bool, wanted: &Wanted<'_>) -> Result<Vec<Head>, Fault> {
        let sql = "SELECT head FROM items WHERE collection = ?1 AND todo >= ?2";
        let mut statement = self.0.prepare_cached(sql).map_err(fault::store)?;
        let mut rows = statement.query(params![collection.0, todo]).map_err(fault::store)?;
        let mut heads: Vec<Head> = Vec::new();
        while let Some(row) = rows.next().map_err(fault::store)? {
            heads.extend(Some(json(row, 0).map_err(fault::store)?).filter(wanted));
        }
        heads.sort_by(|a, b| a.href.cmp(&b.href));
        Ok(heads)
    }

    /// The items of a collection, or of all.
    pub fn ids(&self, collection: Option<&CollectionId>) -> Result<Vec<ItemId>, Fault> {
        let only = collection.map(|id| id.0.as_str());
        let sql = "SELECT id FROM items WHERE ?1 IS NULL OR collection = ?1 ORDER BY n";
        self.all(sql, [only], |row| row.get(0).map(ItemId))
    }

    /// The files that a collection is known to have, and whose they are.
    pub fn files(&self, collection: &CollectionId) -> Result<Vec<(ItemId, String, Option<Stamp>)>, Fault> {
        let sql = "SELECT id, file, size, modified FROM items WHERE collection = ?1";
        self.all(sql, [&collection.0], |row| Ok((ItemId(row.get(0)?), row.get(1)?, stamp(row, 2)?)))
    }

    pub fn row(&self, id: &ItemId) -> Result<Option<Row>, Fault> {
        let sql = "SELECT n, head, file, size, modified FROM items WHERE id = ?1";
        self.one(sql, [&id.0], |row| {
            Ok(Row { n: row.get(0)?, head: json(row, 1)?, file: row.get(2)?, stamp: stamp(row, 3)? })
        })
    }

    /// A number that no row has.
    pub fn next(&self) -> Result<i64, Fault> {
        let next = self.one("SELECT coalesce(max(n), 0) + 1 FROM items", [], |row| row.get(0))?;
        Ok(next.unwrap_or(1))
    }

    pub fn base(&self, row: &Row) -> Result<Option<Vec<u8>>, Fault> {
        self.one("SELECT text FROM bases WHERE n = ?1", [row.n], |row| row.get(0))
    }

    /// Writes the row; its base is another matter.
    pub fn put(&self, row: &mut Row) -> Result<(), Fault> {
        let head = serde_json::to_string(&row.head).map_err(fault::store)?;
        let (size, modified) = row.stamp.map(|stamp| (stamp.size, stamp.modified)).unzip();
        let sql = "INSERT INTO items VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (n) DO UPDATE
            SET id = ?2, collection = ?3, todo = ?4, file = ?5, size = ?6, modified = ?7, head = ?8";
        let n = Some(row.n).filter(|n| *n > 0);
        let (id, collection, todo) = (&row.head.id.0, &row.head.collection.0, row.head.todo());
        self.write(sql, params![n, id, collection, todo, row.file, size, modified, head])?;
        if n.is_none() {
            row.n = self.0.last_insert_rowid();
        }
        Ok(())
    }

    /// Of a row that was [`Rows::put`].
    pub fn put_base(&self, row: &Row, base: Option<&[u8]>) -> Result<(), Fault> {
        match base {
            Some(text) => self.write("INSERT OR REPLACE INTO bases VALUES (?1, ?2)", params![row.n, text]),
            None => self.write("DELETE FROM bases WHERE n = ?1", [row.n]),
        }
    }

    pub fn remove(&self, row: &Row) -> Result<(), Fault> {
        self.put_base(row, None)?;
        self.write("DELETE FROM items WHERE n = ?1", [row.n])
    }

    fn write(&self, sql: &str, values: impl rusqlite::Params) -> Result<(), Fault> {
        let mut statement = self.0.prepare_cached(sql).map_err(fault::store)?;
        statement.execute(values).map(drop).map_err(fault::store)
    }

    fn one<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl Fn(&Found<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Fault> {
        let mut statement = self.0.prepare_cached(sql).map_err(fault::store)?;
        statement.query_row(values, read).optional().map_err(fault::store)
    }

    fn all<T>(
        &self,
        sql: &str,
        values: impl rusqlite::Params,
        read: impl Fn(&Found<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Fault> {
        let mut statement = self.0.prepare_cached(sql).map_err(fault::store)?;
        let rows = statement.query_map(values, |row| read(row)).map_err(fault::store)?;
        rows.collect::<rusqlite::Result<_>>().map_err(fault::store)
    }
}

fn json<T: DeserializeOwned>(row: &Found<'_>, at: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(at)?.as_str()?;
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(at, Type::Text, Box::new(error)))
}

fn stamp(row: &Found<'_>, at: usize) -> rusqlite::Result<Option<Stamp>> {
    let (size, modified): (Option<i64>, Option<i64>) = (row.get(at)?, row.get(at + 1)?);
    Ok(size.zip(modified).map(|(size, modified)| Stamp { size, modified }))
}
