//! What pages read of the store. They share one connection and never write.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use super::coming::Coming;
use super::saying::of_account;
use crate::browser::api;
use crate::browser::database::Database;
use crate::message::{Answer, Ask, State};
use crate::model::{
    Account, AccountId, Collection, CollectionId, Entry, EntryKind, Fault, ItemId, Kept, Millis, Occurrence, Past,
    Role, Run, Saying, Settings,
};
use crate::order;
use crate::port::Store;

/// As many as are kept of runs.
const RUNS: usize = 50;
/// Items whose texts are read in one transaction.
const BATCH: usize = 100;
/// As many set-aside texts as a list can still be read.
const KEPT: usize = 200;

thread_local! {
    static OPENED: RefCell<Option<Database>> = const { RefCell::new(None) };
}

pub(super) async fn database() -> Result<Database, Fault> {
    if let Some(database) = OPENED.with_borrow(Clone::clone) {
        return Ok(database);
    }
    let database = Database::open().await?;
    OPENED.with_borrow_mut(|opened| *opened = Some(database.clone()));
    Ok(database)
}

/// All accounts, also those that are not synchronized.
///
/// # Errors
/// All functions here: the database cannot be read (`fault_store`).
pub async fn accounts() -> Result<Vec<Account>, Fault> {
    database().await?.accounts().await
}

pub async fn settings() -> Result<Settings, Fault> {
    database().await?.settings().await
}

/// All folders of the accounts that are synchronized.
pub async fn collections() -> Result<Vec<Collection>, Fault> {
    let mut active = accounts().await?;
    active.retain(|account| account.active);
    collections_of(&active).await
}

/// All folders of these accounts.
pub async fn collections_of(accounts: &[Account]) -> Result<Vec<Collection>, Fault> {
    let database = database().await?;
    let mut all = Vec::new();
    for account in accounts {
        all.extend(database.collections(&account.id).await?);
    }
    Ok(all)
}

/// The names of the accounts that are synchronized, where there are several: with
/// one there is nothing to tell apart.
pub async fn names() -> Result<HashMap<AccountId, String>, Fault> {
    let mut active = accounts().await?;
    active.retain(|account| account.active);
    let several = active.len() > 1;
    let names = active.into_iter().filter(|_| several).map(|account| (account.id.clone(), of_account(&account)));
    Ok(names.collect())
}

/// What is shown of an item, for a file.
pub struct Text {
    /// The last segment of its href, with the ending of its kind.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Everything in the folder as it is shown, also what was not sent yet; or those of
/// it that are in `only`.
pub async fn texts(collection: &Collection, only: Option<&HashSet<ItemId>>) -> Result<Vec<Text>, Fault> {
    let database = database().await?;
    let mut ids: Vec<ItemId> = database.heads(&collection.id).await?.into_iter().map(|head| head.id).collect();
    ids.retain(|id| only.is_none_or(|only| only.contains(id)));
    let mut texts = Vec::new();
    for ids in ids.chunks(BATCH) {
        for item in database.items(ids).await? {
            let Some(shown) = item.shown() else { continue };
            let (mut name, ending) = (item.head.href.name(), collection.kind.extension());
            if !name.to_lowercase().ends_with(ending) {
                name.push_str(ending);
            }
            texts.push(Text { name, bytes: shown.to_vec() });
        }
    }
    Ok(texts)
}

/// The row of one item, and the folder it is in; nothing if it is deleted.
pub async fn entry(id: &ItemId) -> Result<Option<(Entry, Collection)>, Fault> {
    let Some(entry) = database().await?.entries_of(std::slice::from_ref(id)).await?.pop() else { return Ok(None) };
    let folder = collections_of(&accounts().await?).await?.into_iter().find(|folder| folder.id == entry.collection);
    Ok(folder.map(|folder| (entry, folder)))
}

/// What is shown of one item; nothing if it is deleted.
pub async fn text(id: &ItemId) -> Result<Option<Vec<u8>>, Fault> {
    let item = database().await?.item(id).await?;
    Ok(item.and_then(|item| item.shown().map(<[u8]>::to_vec)))
}

/// The rows of everything in the folder, kind by kind, in their order.
pub async fn entries(collection: &CollectionId) -> Result<Vec<Entry>, Fault> {
    database().await?.entries(Some(collection)).await
}

/// Their default folders for the role.
async fn of_role(role: Role) -> Result<Vec<Collection>, Fault> {
    let mut found = collections().await?;
    found.retain(|collection| collection.role == Some(role));
    Ok(found)
}

pub async fn runs() -> Result<Vec<Run>, Fault> {
    database().await?.runs(RUNS).await
}

pub async fn kept() -> Result<Vec<Kept>, Fault> {
    database().await?.kept(Past::Newest(KEPT)).await
}

/// What happens in the person's calendars between the two times (the second
/// exclusive): other folders and accounts that were synchronized once are still in the
/// store. What is near is in the store; for the rest the worker, which can read
/// recurrence rules, is asked.
pub async fn occurrences(from: Millis, to: Millis) -> Result<Vec<Occurrence>, Fault> {
    let calendars = of_role(Role::Calendar).await?;
    let now = super::moment::now();
    let mut found = if calendars.iter().all(|calendar| calendar.has_expanded(from, to, now)) {
        database().await?.occurrences(from, to).await?
    } else {
        match api::ask(&Ask::Between { from, to }).await? {
            Answer::Occurrences(found) => found,
            _ => return Err(crate::fault::internal("no occurrences").during("Between")),
        }
    };
    found.retain(|occurrence| calendars.iter().any(|calendar| calendar.id == occurrence.collection));
    Ok(found)
}

/// How things stand, as far as the store knows: the worker is not waited for.
pub async fn state() -> Result<State, Fault> {
    crate::state::stored(&database().await?).await
}

/// How many items are in the folder, as shown.
pub async fn count(collection: &CollectionId) -> Result<usize, Fault> {
    let heads = database().await?.heads(collection).await?;
    Ok(heads.iter().filter(|head| head.edit != Some(crate::model::Edit::Delete)).count())
}

/// An item that is not in step, for the list of those that need attention.
#[derive(Clone, Debug, PartialEq)]
pub struct Unsettled {
    pub id: ItemId,
    pub title: String,
    pub folder: String,
    pub reason: Saying,
}

/// All items that wait with a reason.
pub async fn waiting() -> Result<Vec<Unsettled>, Fault> {
    let database = database().await?;
    let mut found = Vec::new();
    for collection in collections().await? {
        for head in database.todo(&collection.id).await? {
            if let Some(waiting) = head.waiting {
                // What cannot be read has no title: its name on the server will do.
                let (title, folder) = (head.href.name(), collection.name.clone());
                found.push(Unsettled { id: head.id, title, folder, reason: waiting.reason });
            }
        }
    }
    if !found.is_empty() {
        let titles = titles().await?;
        for item in &mut found {
            if let Some(title) = titles.get(&item.id).filter(|title| !title.is_empty()) {
                item.title.clone_from(title);
            }
        }
    }
    Ok(found)
}

/// The titles of all items that have one.
pub async fn titles() -> Result<HashMap<ItemId, String>, Fault> {
    let entries = database().await?.entries(None).await?;
    Ok(entries.into_iter().map(|entry| (entry.id, entry.title)).collect())
}

/// A folder that lists and forms speak of.
#[derive(Clone, Debug, PartialEq)]
pub struct Folder {
    pub id: CollectionId,
    pub name: String,
    /// The account's name, where there are several.
    pub account: Option<String>,
    pub writable: bool,
}

impl Folder {
    /// What tells it from other folders.
    pub fn label(&self) -> String {
        match &self.account {
            Some(account) => super::saying::say_of("folder_of_account", &[&self.name, account]),
            None => self.name.clone(),
        }
    }
}

/// The default folders for the role, of all accounts that are synchronized.
pub async fn folders(role: Role) -> Result<Vec<Folder>, Fault> {
    let names = names().await?;
    let folder = |collection: Collection| Folder {
        account: names.get(&collection.account).cloned(),
        id: collection.id,
        name: collection.name,
        writable: collection.writable,
    };
    Ok(of_role(role).await?.into_iter().map(folder).collect())
}

/// One row of a list in the workspace.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub entry: Entry,
    /// The account's name, where there are several.
    pub account: Option<String>,
    /// Why it is not in step.
    pub waits: Option<Saying>,
    /// There is an edit that the server does not have yet.
    pub unsent: bool,
    /// Its next time, for events that have one.
    pub next: Option<Occurrence>,
}

/// The rows of everything in the folders that have the role, whatever it is, in the
/// order of their entries. Events get their next time from `now` on, as far as they are
/// expanded.
pub async fn rows(role: Role, now: Millis) -> Result<Vec<Row>, Fault> {
    let database = database().await?;
    let folders = folders(role).await?;
    let mut entries = Vec::new();
    let mut marks: HashMap<ItemId, (Option<Saying>, bool)> = HashMap::new();
    for folder in &folders {
        entries.extend(self::entries(&folder.id).await?);
        for head in database.todo(&folder.id).await? {
            marks.insert(head.id, (head.waiting.map(|waiting| waiting.reason), head.edit.is_some()));
        }
    }
    // Each kind of each folder is in order.
    order::by(&mut entries, |a, b| a.sort.cmp(&b.sort));
    let mut coming = None;
    if entries.iter().any(|entry| entry.kind == EntryKind::Event) {
        coming = Some(Coming::read(now).await?);
    }
    let rows = entries.into_iter().map(|entry| {
        let (waits, unsent) = marks.remove(&entry.id).unwrap_or_default();
        let next = coming.as_ref().filter(|_| entry.kind == EntryKind::Event);
        let next = next.and_then(|coming| coming.of(&entry.id.0)).cloned();
        let folder = folders.iter().find(|folder| folder.id == entry.collection);
        Row { account: folder.and_then(|folder| folder.account.clone()), entry, waits, unsent, next }
    });
    Ok(rows.collect())
}

/// The items with these UIDs in folders that are synchronized, with their titles; of
/// several with one UID any.
pub async fn by_uid(uids: &[String]) -> Result<HashMap<String, (ItemId, String)>, Fault> {
    let here: Vec<CollectionId> = collections().await?.into_iter().map(|collection| collection.id).collect();
    let found = database().await?.by_uid(uids).await?;
    let titles = if found.is_empty() { HashMap::new() } else { titles().await? };
    let found = found.into_iter().filter(|(_, _, folder)| here.contains(folder));
    Ok(found.map(|(uid, id, _)| (uid, (id.clone(), titles.get(&id).cloned().unwrap_or_default()))).collect())
}
