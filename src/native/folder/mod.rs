//! The store of `probe`: a folder of files. Each collection is a folder in it,
//! each item a file; what the person did to the files since the last run are the
//! edits. What is known of them stands beside, in `.pimento/`.
//!
//! A commit first writes the files, then the rows, in one transaction. Death in
//! between leaves files that look like edits and prove, when they are sent, to be
//! what the server already has (where a file is named as on the server; another is
//! sent as a second item). After a run that did not come to its end no missing file
//! is a deletion, and no empty one an edit: it may never have reached the disk.

mod rows;
mod store;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::{Duration, UNIX_EPOCH};

use serde::Serialize;

use crate::fault;
use crate::model::{Collection, Edit, Fault, Head, Item, ItemId, Kind};
use crate::port::{Change, settle};
use rows::{Row, Rows};

const STATE: &str = ".pimento";
/// In it: what runs there were.
const RUNS: &str = "runs.json";

/// A file as it was when last looked at: what tells an edit without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    size: i64,
    /// Nanoseconds since 1970.
    modified: i64,
}

/// The files of a folder; `None` where it is missing.
type Files = Option<HashMap<String, Stamp>>;

/// What is found in the folder of each collection.
type Looked = Result<Vec<(Collection, Files)>, Fault>;

/// See the module.
pub struct FolderStore {
    root: PathBuf,
    /// Locked as long as the store is open: two runs in one folder would write into
    /// each other's state.
    rows: Rows,
    /// The files of each collection, while they are looked at: see [`FolderStore::looked`].
    coming: Cell<Option<JoinHandle<Looked>>>,
    /// The last run did not come to its end, and what it left was not looked at yet.
    broken_off: Cell<bool>,
    /// They could not be: nothing can be said, or written, of what is in the folder.
    unread: RefCell<Option<Fault>>,
}

impl FolderStore {
    /// Opens the folder, makes it if it is not there, and begins to look what changed in
    /// it since the last run: that is taken as edits when it is first asked for, and what
    /// cannot be read of the files is told then, and from then on.
    ///
    /// # Errors
    /// `in_use`; or files cannot be written, or the state cannot be read.
    pub fn open(root: &Path) -> Result<FolderStore, Fault> {
        let dir = root.join(STATE);
        fs::create_dir_all(&dir).map_err(fault::store)?;
        let rows = Rows::open(&dir)?;
        let broken_off = Cell::new(rows.left_open()?);
        let folders = rows.collections()?;
        let folders = folders.into_iter().map(|(collection, folder)| (collection, root.join(folder)));
        let folders: Vec<_> = folders.collect();
        let look = move || {
            let files = folders.into_iter().map(|(collection, folder)| {
                let files = files_in(&folder, collection.kind)?;
                Ok((collection, files))
            });
            files.collect()
        };
        let coming = std::thread::Builder::new().spawn(look).map_err(fault::store)?;
        let (root, coming) = (root.to_owned(), Cell::new(Some(coming)));
        Ok(FolderStore { root, rows, coming, broken_off, unread: RefCell::default() })
    }

    /// The rows, with what the person did to the files: these are looked at by a thread of
    /// their own, while the server is asked whether anything changed there.
    fn looked(&self) -> Result<&Rows, Fault> {
        if let Some(coming) = self.coming.take() {
            let looked = coming.join().unwrap_or_else(|_| Err(fault::store("the folder could not be read")));
            let each = |files: Vec<_>| files.into_iter().try_for_each(|(c, files)| self.compare(&c, files));
            let taken = looked.and_then(each);
            self.broken_off.set(taken.is_err());
            self.unread.replace(taken.err());
        }
        self.unread.borrow().clone().map_or(Ok(&self.rows), Err)
    }

    /// Finds what the person did: files added, changed and deleted.
    fn compare(&self, collection: &Collection, files: Files) -> Result<(), Fault> {
        let rows = &self.rows;
        let Some(folder) = rows.folder(&collection.id)? else { return Ok(()) };
        let folder = self.root.join(folder);
        let files = match files {
            // It may have come back meanwhile.
            None => files_in(&folder, collection.kind)?,
            files => files,
        };
        let missing = files.is_none();
        if missing {
            fs::create_dir_all(&folder).map_err(fault::store)?;
        }
        let mut files = files.unwrap_or_default();
        let transaction = rows.begin()?;
        for (id, file, known) in rows.files(&collection.id)? {
            let stamp = files.remove(&file);
            let lost = missing || (self.broken_off.get() && stamp.is_none_or(|stamp| stamp.size == 0));
            if stamp == known && !missing {
                continue;
            }
            let Some(mut row) = rows.row(&id)? else { continue };
            let base = rows.base(&row)?;
            if let (true, Some(base)) = (lost, &base) {
                // The whole folder is gone: more likely a slip than a wish. Or only the file, or
                // what was in it, and that may never have been on the disk. Written anew.
                write_whole(&folder.join(&file), base)?;
                row.stamp = stamp_of(&folder.join(&file));
                row.head.edit = None;
                rows.put(&mut row)?;
                continue;
            }
            if stamp == known {
                continue;
            }
            row.head.edit = match stamp {
                None => Some(Edit::Delete),
                Some(_) => {
                    let text = fs::read(folder.join(&file)).map_err(fault::store)?;
                    (base.as_deref() != Some(&text)).then_some(Edit::Put)
                }
            };
            row.stamp = stamp;
            row.head.rev += 1;
            rows.put(&mut row)?;
        }
        for (file, stamp) in files {
            let id = ItemId(format!("{}-{}", collection.id.0, rows.next()?));
            let href = collection.href.child(&escaped(&file));
            let mut head = Head::new(id, collection.id.clone(), href);
            head.edit = Some(Edit::Put);
            head.rev = 1;
            rows.put(&mut Row::new(head, file, Some(stamp)))?;
        }
        transaction.commit().map_err(fault::store)
    }

    fn path(&self, row: &Row) -> Result<PathBuf, Fault> {
        let folder = self.rows.folder(&row.head.collection)?;
        Ok(self.root.join(folder.unwrap_or_default()).join(&row.file))
    }

    fn load(&self, row: &Row) -> Result<Item, Fault> {
        let edit = match row.head.edit {
            Some(Edit::Put) => Some(fs::read(self.path(row)?).map_err(fault::store)?),
            _ => None,
        };
        Ok(Item { head: row.head.clone(), base: self.rows.base(row)?, edit })
    }

    fn apply_change(&self, change: Change) -> Result<(), Fault> {
        let mut row = self.rows.row(change.id())?;
        if let Some(row) = &mut row {
            // Touched by the person while the run was waiting for the server.
            let now = stamp_of(&self.path(row)?);
            if now != row.stamp {
                row.stamp = now;
                row.head.rev += 1;
                row.head.edit = Some(if now.is_some() { Edit::Put } else { Edit::Delete });
            }
        }
        let stored = row.as_ref().map(|row| self.load(row)).transpose()?;
        match (settle(stored.clone(), change)?, row) {
            (None, None) => Ok(()),
            (None, Some(row)) => {
                if row.stamp.is_some() {
                    fs::remove_file(self.path(&row)?).map_err(fault::store)?;
                }
                self.rows.remove(&row)
            }
            (Some((item, _)), row) => self.write(row, stored, item),
        }
    }

    /// Brings file, row and base to what the item is now.
    fn write(&self, row: Option<Row>, stored: Option<Item>, item: Item) -> Result<(), Fault> {
        let mut row = match row {
            Some(row) => row,
            None => Row::new(item.head.clone(), self.free_name(&item.head)?, None),
        };
        row.head = item.head.clone();
        if let Some(shown) = item.shown()
            && (row.stamp.is_none() || stored.as_ref().and_then(Item::shown) != Some(shown))
        {
            let path = self.path(&row)?;
            write_whole(&path, shown)?;
            row.stamp = stamp_of(&path);
        }
        self.rows.put(&mut row)?;
        let before = stored.as_ref().and_then(|stored| stored.base.as_ref());
        if before == item.base.as_ref() { Ok(()) } else { self.rows.put_base(&row, item.base.as_deref()) }
    }

    /// A file name for the item: its name on the server, made fit for a file and
    /// unique in the folder.
    fn free_name(&self, head: &Head) -> Result<String, Fault> {
        let (kind, folder) = (self.rows.kind(&head.collection)?, self.rows.folder(&head.collection)?);
        let (kind, folder) = kind.zip(folder).ok_or_else(|| fault::store("no such collection"))?;
        let name = fit(&head.href.name());
        let stem = name.strip_suffix(kind.extension()).unwrap_or(&name).to_owned();
        let folder = self.root.join(folder);
        let mut n = 1;
        loop {
            let number = if n == 1 { String::new() } else { format!(" ({n})") };
            let file = format!("{stem}{number}{}", kind.extension());
            if !folder.join(&file).exists() {
                return Ok(file);
            }
            n += 1;
        }
    }

    fn json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Fault> {
        let bytes = serde_json::to_vec_pretty(value).map_err(fault::store)?;
        write_whole(&self.root.join(STATE).join(name), &bytes)
    }
}

impl Drop for FolderStore {
    fn drop(&mut self) {
        // If it cannot be said, the next run looks more carefully.
        let _ = if self.broken_off.get() { Ok(()) } else { self.rows.close() };
    }
}

/// The items' files in a folder, `None` without one; hidden files and other endings are
/// not items.
fn files_in(folder: &Path, kind: Kind) -> Result<Files, Fault> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        entries => entries.map_err(fault::store)?,
    };
    let mut files = HashMap::new();
    for entry in entries {
        let entry = entry.map_err(fault::store)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || !name.to_ascii_lowercase().ends_with(kind.extension()) {
            continue;
        }
        if let Some(stamp) = stamp_of(&entry.path()) {
            files.insert(name, stamp);
        }
    }
    Ok(Some(files))
}

fn stamp_of(path: &Path) -> Option<Stamp> {
    let data = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let size = i64::try_from(data.len()).unwrap_or(i64::MAX);
    let nanos = |time: Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
    // Whatever its time is, it is there.
    let modified = match data.modified().ok()?.duration_since(UNIX_EPOCH) {
        Ok(since) => nanos(since),
        Err(before) => -nanos(before.duration()),
    };
    Some(Stamp { size, modified })
}

/// Written whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let draft = path.with_file_name(format!(".{name}.part"));
    fs::write(&draft, bytes).map_err(fault::store)?;
    fs::rename(&draft, path).map_err(fault::store)
}

/// A name made fit for a file: no separators, control characters or leading dots.
fn fit(name: &str) -> String {
    let name: String =
        name.chars()
            .map(|c| {
                if c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                    '_'
                } else {
                    c
                }
            })
            .take(120)
            .collect();
    let name = name.trim().trim_start_matches('.').to_owned();
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

/// A file's name as the last segment of an href. Everything but the characters that
/// all servers agree on is escaped (quirk 12, Radicale on `'()!*`).
fn escaped(file: &str) -> String {
    file.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests;
