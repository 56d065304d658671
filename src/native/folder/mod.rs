//! The store of `probe`: a folder of files. Each collection is a folder in it,
//! each item a file; what the person did to the files since the last run are the
//! edits. The state stands beside, in `.pimento/`.
//!
//! A commit first appends new bases to the pack, then writes the files, then one
//! line to the journal. Death in between leaves files that look like edits and
//! prove, when they are sent, to be what the server already has.

mod store;

use std::cell::{Cell, RefCell, RefMut};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use serde::{Deserialize, Serialize};

use super::pack::{Pack, Place};
use crate::fault;
use crate::model::{Account, Collection, CollectionId, Edit, Fault, Head, Item, ItemId, Kind};
use crate::port::{Change, settle};

const STATE: &str = ".pimento";

/// A file as it was when last looked at: what tells an edit without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    size: u64,
    /// Nanoseconds since 1970.
    modified: u128,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Row {
    head: Head,
    /// Name of the file in the collection's folder.
    file: String,
    base: Option<Place>,
    /// `None` while there is no file.
    stamp: Option<Stamp>,
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    /// Which rows belong to this state, and which journal goes on from it: a journal that
    /// a state has taken in is never read again.
    journal: u64,
    /// Which pack the rows refer to.
    pack: u64,
    accounts: Vec<Account>,
    collections: Vec<Collection>,
    /// The folder of each collection.
    folders: BTreeMap<String, String>,
    /// By id. They have a file of their own: [`rows_name`].
    #[serde(skip)]
    rows: HashMap<String, Row>,
}

/// A line of the journal.
#[derive(Serialize, Deserialize)]
enum Line {
    Account(Box<Account>),
    Collection { collection: Box<Collection>, folder: String },
    RemoveCollection(CollectionId),
    Commit { rows: Vec<Row>, removed: Vec<ItemId>, collection: Option<Box<Collection>> },
}

/// See the module.
pub struct FolderStore {
    root: PathBuf,
    /// Locked as long as the store is open: two runs in one folder would write into
    /// each other's state.
    _lock: fs::File,
    inner: RefCell<Inner>,
    /// Rows and files, while they are looked at: see [`FolderStore::whole`].
    coming: Cell<Option<JoinHandle<Result<Looked, Fault>>>>,
    /// They could not be: nothing can be said, or written, of what is in the folder.
    unread: RefCell<Option<Fault>>,
}

/// What is found in the folder.
struct Looked {
    rows: Vec<Row>,
    /// Of each collection; `None` where its folder is missing.
    files: Vec<(Collection, Option<HashMap<String, Stamp>>)>,
}

struct Inner {
    state: State,
    journal: fs::File,
    pack: Pack,
    /// Files met that have no name yet on the server get ids from here.
    next: u64,
}

impl FolderStore {
    /// Opens the folder, makes it if it is not there, and begins to look what changed in
    /// it since the last run: that is taken as edits when it is first asked for, and what
    /// cannot be read of rows and files is told then, and from then on.
    ///
    /// # Errors
    /// If files cannot be written, or the state or the journal cannot be read.
    pub fn open(root: &Path) -> Result<FolderStore, Fault> {
        let dir = root.join(STATE);
        fs::create_dir_all(&dir).map_err(fault::store)?;
        let lock = fs::File::create(dir.join("lock")).map_err(fault::store)?;
        if lock.try_lock().is_err() {
            return Err(fault::in_use(root.display()));
        }
        let mut state: State = match fs::read(dir.join("state.json")) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(fault::store)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => State::default(),
            Err(error) => return Err(fault::store(error)),
        };
        let mut rows = (state.journal > 0).then(|| dir.join(rows_name(state.journal)));
        let path = dir.join(journal_name(state.journal));
        let left = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            left => left.map_err(fault::store)?,
        };
        if !left.is_empty() {
            state.add(rows_in(rows.take())?);
        }
        // A last line that was cut off was never committed.
        for line in left.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
            state.apply(serde_json::from_slice(line).map_err(fault::store)?);
        }
        let journal = append_to(&path)?;
        let pack = Pack::open(&dir.join(pack_name(state.pack)))?;
        let folder = |collection: &Collection| Some(root.join(state.folders.get(&collection.id.0)?));
        let folders: Vec<_> = state.collections.iter().filter_map(|c| Some((c.clone(), folder(c)?))).collect();
        let store = FolderStore {
            root: root.to_owned(),
            _lock: lock,
            inner: RefCell::new(Inner { state, journal, pack, next: 0 }),
            coming: Cell::default(),
            unread: RefCell::default(),
        };
        // One clean beginning: what a run that died left in the journal is settled.
        store.compact()?;
        let look = move || {
            let files = folders.into_iter().map(|(collection, folder)| {
                let files = files_in(&folder, collection.kind)?;
                Ok((collection, files))
            });
            Ok(Looked { rows: rows_in(rows)?, files: files.collect::<Result<_, Fault>>()? })
        };
        store.coming.set(Some(std::thread::Builder::new().spawn(look).map_err(fault::store)?));
        Ok(store)
    }

    /// With the rows, and what the person did to the files: both are looked at by a thread
    /// of their own, while the server is asked whether anything changed there.
    fn whole(&self) -> Result<RefMut<'_, Inner>, Fault> {
        let mut inner = self.inner.borrow_mut();
        if let Some(coming) = self.coming.take() {
            let looked = coming.join().unwrap_or_else(|_| Err(fault::store("the folder could not be read")));
            self.unread.replace(looked.and_then(|looked| self.take(&mut inner, looked)).err());
        }
        self.unread.borrow().clone().map_or(Ok(inner), Err)
    }

    fn take(&self, inner: &mut Inner, looked: Looked) -> Result<(), Fault> {
        inner.state.add(looked.rows);
        inner.next = inner.state.rows.len() as u64;
        looked.files.into_iter().try_for_each(|(collection, files)| self.compare(inner, &collection, files))
    }

    /// Writes the state and its rows anew and drops what is not needed any more. Called at
    /// the end; without it the journal is read at the next start.
    ///
    /// # Errors
    /// If files cannot be written.
    pub fn compact(&self) -> Result<(), Fault> {
        let dir = self.root.join(STATE);
        if self.inner.borrow().journal.metadata().map_err(fault::store)?.len() == 0 {
            return Ok(());
        }
        let inner = &mut *self.whole()?;
        let (journal, pack) = (inner.state.journal, inner.state.pack);
        let live = inner.state.rows.values().filter_map(|row| row.base).map(Place::bytes).sum();
        if inner.pack.wasteful(live) {
            inner.state.pack += 1;
            let mut fresh = Pack::open(&dir.join(pack_name(inner.state.pack)))?;
            for row in inner.state.rows.values_mut() {
                if let Some(place) = row.base {
                    row.base = Some(fresh.append(&inner.pack.read(place)?)?);
                }
            }
            fresh.flush()?;
            inner.pack = fresh;
        }
        // The state names the rows, the journal and the pack that go with it, so that death
        // between any two of these lines leaves a state that fits.
        inner.state.journal += 1;
        inner.journal = append_to(&dir.join(journal_name(inner.state.journal)))?;
        let rows: Vec<&Row> = inner.state.rows.values().collect();
        let rows = serde_json::to_vec(&rows).map_err(fault::store)?;
        write_whole(&dir.join(rows_name(inner.state.journal)), &rows)?;
        write_whole(&dir.join("state.json"), &serde_json::to_vec(&inner.state).map_err(fault::store)?)?;
        fs::remove_file(dir.join(journal_name(journal))).map_err(fault::store)?;
        if journal > 0 {
            fs::remove_file(dir.join(rows_name(journal))).map_err(fault::store)?;
        }
        if pack != inner.state.pack {
            fs::remove_file(dir.join(pack_name(pack))).map_err(fault::store)?;
        }
        Ok(())
    }

    /// Finds what the person did: files added, changed and deleted.
    fn compare(
        &self,
        inner: &mut Inner,
        collection: &Collection,
        files: Option<HashMap<String, Stamp>>,
    ) -> Result<(), Fault> {
        let Some(folder) = inner.state.folders.get(&collection.id.0) else { return Ok(()) };
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
        for row in inner.state.rows.values_mut().filter(|row| row.head.collection == collection.id) {
            let stamp = files.remove(&row.file);
            if let (true, Some(place)) = (missing, row.base) {
                // The whole folder is gone: more likely a slip than a wish. Written anew.
                write_whole(&folder.join(&row.file), &inner.pack.read(place)?)?;
                row.stamp = stamp_of(&folder.join(&row.file));
                row.head.edit = None;
                continue;
            }
            if stamp == row.stamp {
                continue;
            }
            let edit = match stamp {
                None => Some(Edit::Delete),
                Some(_) => {
                    let text = fs::read(folder.join(&row.file)).map_err(fault::store)?;
                    let base = row.base.map(|place| inner.pack.read(place)).transpose()?;
                    (base.as_deref() != Some(&text)).then_some(Edit::Put)
                }
            };
            row.stamp = stamp;
            row.head.edit = edit;
            row.head.rev += 1;
        }
        for (file, stamp) in files {
            inner.next += 1;
            let id = ItemId(format!("{}-{}", collection.id.0, inner.next));
            let id = if inner.state.rows.contains_key(&id.0) { ItemId(format!("{}-{file}", id.0)) } else { id };
            let href = collection.href.child(&escaped(&file));
            let mut head = Head::new(id.clone(), collection.id.clone(), href);
            head.edit = Some(Edit::Put);
            head.rev = 1;
            inner.state.rows.insert(id.0, Row { head, file, base: None, stamp: Some(stamp) });
        }
        Ok(())
    }

    fn path(&self, inner: &Inner, row: &Row) -> PathBuf {
        let folder = inner.state.folders.get(&row.head.collection.0).map_or("", String::as_str);
        self.root.join(folder).join(&row.file)
    }

    fn load(&self, inner: &mut Inner, row: &Row) -> Result<Item, Fault> {
        let base = row.base.map(|place| inner.pack.read(place)).transpose()?;
        let edit = match row.head.edit {
            Some(Edit::Put) => Some(fs::read(self.path(inner, row)).map_err(fault::store)?),
            _ => None,
        };
        Ok(Item { head: row.head.clone(), base, edit })
    }

    fn apply_change(&self, inner: &mut Inner, change: Change, line: &mut (Vec<Row>, Vec<ItemId>)) -> Result<(), Fault> {
        let id = change.id().clone();
        let mut row = inner.state.rows.get(&id.0).cloned();
        if let Some(row) = &mut row {
            // Touched by the person while the run was waiting for the server.
            let now = stamp_of(&self.path(inner, row));
            if now != row.stamp {
                row.stamp = now;
                row.head.rev += 1;
                row.head.edit = Some(if now.is_some() { Edit::Put } else { Edit::Delete });
            }
        }
        let stored = row.as_ref().map(|row| self.load(inner, row)).transpose()?;
        match settle(stored.clone(), change)? {
            None => {
                if let Some(row) = row {
                    let path = self.path(inner, &row);
                    if row.stamp.is_some() {
                        fs::remove_file(&path).map_err(fault::store)?;
                    }
                    inner.state.rows.remove(&id.0);
                    line.1.push(id);
                }
            }
            Some((item, _)) => {
                let row = self.write(inner, row, stored, item)?;
                line.0.push(row.clone());
                inner.state.rows.insert(id.0, row);
            }
        }
        Ok(())
    }

    /// Brings file, pack and row to what the item is now.
    fn write(&self, inner: &mut Inner, row: Option<Row>, stored: Option<Item>, item: Item) -> Result<Row, Fault> {
        let mut row = match row {
            Some(row) => Row { head: item.head.clone(), ..row },
            None => {
                let file = self.free_name(inner, &item.head)?;
                Row { head: item.head.clone(), file, base: None, stamp: None }
            }
        };
        let before = stored.as_ref().and_then(|stored| stored.base.as_ref());
        row.base = match &item.base {
            Some(base) if before == Some(base) => row.base,
            Some(base) => Some(inner.pack.append(base)?),
            None => None,
        };
        if let Some(shown) = item.shown()
            && (row.stamp.is_none() || stored.as_ref().and_then(Item::shown) != Some(shown))
        {
            let path = self.path(inner, &row);
            write_whole(&path, shown)?;
            row.stamp = stamp_of(&path);
        }
        Ok(row)
    }

    /// A file name for the item: its name on the server, made fit for a file and
    /// unique in the folder.
    fn free_name(&self, inner: &Inner, head: &Head) -> Result<String, Fault> {
        let kind = inner
            .state
            .collections
            .iter()
            .find(|collection| collection.id == head.collection)
            .map(|collection| collection.kind)
            .ok_or_else(|| fault::store("no such collection"))?;
        let name = fit(&head.href.name());
        let stem = name.strip_suffix(kind.extension()).unwrap_or(&name).to_owned();
        let folder = inner.state.folders.get(&head.collection.0).map_or("", String::as_str);
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

    fn log(inner: &mut Inner, line: &Line) -> Result<(), Fault> {
        let mut bytes = serde_json::to_vec(line).map_err(fault::store)?;
        bytes.push(b'\n');
        let length = inner.journal.metadata().map_err(fault::store)?.len();
        inner.journal.write_all(&bytes).map_err(|error| {
            // Half a line with another behind it would be a damaged journal.
            let _ = inner.journal.set_len(length);
            fault::store(error)
        })
    }

    fn heads_where(&self, wanted: impl Fn(&Head) -> bool) -> Result<Vec<Head>, Fault> {
        let inner = self.whole()?;
        let mut heads: Vec<Head> =
            inner.state.rows.values().map(|row| &row.head).filter(|head| wanted(head)).cloned().collect();
        heads.sort_by(|a, b| a.href.cmp(&b.href));
        Ok(heads)
    }

    fn json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), Fault> {
        let bytes = serde_json::to_vec_pretty(value).map_err(fault::store)?;
        write_whole(&self.root.join(STATE).join(name), &bytes)
    }
}

impl State {
    fn add(&mut self, rows: Vec<Row>) {
        self.rows.reserve(rows.len());
        self.rows.extend(rows.into_iter().map(|row| (row.head.id.0.clone(), row)));
    }

    fn apply(&mut self, line: Line) {
        match line {
            Line::Account(account) => {
                self.accounts.retain(|known| known.id != account.id);
                self.accounts.push(*account);
            }
            Line::Collection { collection, folder } => {
                self.folders.insert(collection.id.0.clone(), folder);
                self.put(*collection);
            }
            Line::RemoveCollection(id) => {
                self.collections.retain(|collection| collection.id != id);
                self.folders.remove(&id.0);
                self.rows.retain(|_, row| row.head.collection != id);
            }
            Line::Commit { rows, removed, collection } => {
                for row in rows {
                    self.rows.insert(row.head.id.0.clone(), row);
                }
                for id in removed {
                    self.rows.remove(&id.0);
                }
                if let Some(collection) = collection {
                    self.put(*collection);
                }
            }
        }
    }

    fn put(&mut self, collection: Collection) {
        match self.collections.iter_mut().find(|known| known.id == collection.id) {
            Some(known) => *known = collection,
            None => self.collections.push(collection),
        }
    }
}

fn rows_name(generation: u64) -> String {
    format!("rows-{generation}.json")
}

fn journal_name(generation: u64) -> String {
    format!("journal-{generation}.jsonl")
}

fn pack_name(generation: u64) -> String {
    format!("base-{generation}")
}

fn append_to(path: &Path) -> Result<fs::File, Fault> {
    fs::OpenOptions::new().create(true).append(true).open(path).map_err(fault::store)
}

/// What is in the file, if there is to be one.
fn rows_in(path: Option<PathBuf>) -> Result<Vec<Row>, Fault> {
    let Some(path) = path else { return Ok(Vec::new()) };
    serde_json::from_slice(&fs::read(path).map_err(fault::store)?).map_err(fault::store)
}

/// The items' files in a folder, `None` without one; hidden files and other endings are
/// not items.
fn files_in(folder: &Path, kind: Kind) -> Result<Option<HashMap<String, Stamp>>, Fault> {
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
    let modified = data.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?.as_nanos();
    Some(Stamp { size: data.len(), modified })
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
