//! What a search finds among everything: the words of all items are read once and
//! looked through at each key, only what is shown is read then.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::rc::Rc;

use super::coming::Coming;
use super::moment;
use super::shelf::{Row, database, folders};
use crate::browser::database::Words;
use crate::model::{Fault, ItemId, Role, Saying};
use crate::order;
use crate::text::words::Sought;

/// So many of a role are shown.
const SHOWN: usize = 50;

/// What was found in the folders of one role.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    pub role: Role,
    /// How many there are.
    pub count: usize,
    /// The first of them: events by time, what comes next first and then the latest of
    /// what is over; others as in their list.
    pub rows: Vec<Row>,
}

/// All that is looked through, as it was when it was read; by the ids of folders and
/// items.
struct Held {
    words: Vec<Words>,
    /// The folders of the three roles, with the account's name where there are several.
    folders: HashMap<String, (Role, Option<String>)>,
    marks: HashMap<String, (Option<Saying>, bool)>,
    coming: Coming,
}

thread_local! {
    static HELD: RefCell<Option<Rc<Held>>> = const { RefCell::new(None) };
    /// How often it was forgotten: what began to be read before is old.
    static FORGOTTEN: Cell<u32> = const { Cell::new(0) };
}

/// Forgets what was read: something changed.
pub fn forget() {
    HELD.set(None);
    FORGOTTEN.set(FORGOTTEN.get() + 1);
}

/// Reads what is looked through, so that the first key finds it there.
///
/// # Errors
/// All functions here: the database cannot be read (`fault_store`).
pub async fn prepare() -> Result<(), Fault> {
    held().await.map(drop)
}

async fn held() -> Result<Rc<Held>, Fault> {
    if let Some(held) = HELD.with_borrow(Clone::clone) {
        return Ok(held);
    }
    let began = FORGOTTEN.get();
    let held = Rc::new(read().await?);
    if FORGOTTEN.get() == began {
        HELD.set(Some(held.clone()));
    }
    Ok(held)
}

async fn read() -> Result<Held, Fault> {
    let database = database().await?;
    let (mut of, mut marks) = (HashMap::new(), HashMap::new());
    for role in Role::ALL {
        for folder in folders(role).await? {
            for head in crate::port::Store::todo(&database, &folder.id).await? {
                marks.insert(head.id.0, (head.waiting.map(|waiting| waiting.reason), head.edit.is_some()));
            }
            of.insert(folder.id.0, (role, folder.account));
        }
    }
    let coming = Coming::read(moment::now()).await?;
    Ok(Held { words: database.words().await?, folders: of, marks, coming })
}

/// What has all that is sought, what is in folders of the role `first` first; roles of
/// which nothing is found are left out.
pub async fn search(sought: &Sought, first: Role) -> Result<Vec<Found>, Fault> {
    let held = held().await?;
    let mut hits: HashMap<Role, Vec<&Words>> = HashMap::new();
    for words in &held.words {
        let Some((role, _)) = held.folders.get(words.collection()) else { continue };
        if sought.found_in(words.words()) {
            hits.entry(*role).or_default().push(words);
        }
    }
    let mut found = Vec::new();
    for role in [first].into_iter().chain(Role::ALL.into_iter().filter(|role| *role != first)) {
        let Some(mut hits) = hits.remove(&role) else { continue };
        match role {
            Role::Calendar => {
                let timed = hits.into_iter().map(|hit| match held.coming.of(hit.id()) {
                    Some(next) => ((0, next.start, Reverse("")), hit),
                    None => ((1, 0, Reverse(hit.sort())), hit),
                });
                let mut timed: Vec<_> = timed.collect();
                order::by(&mut timed, |(a, _), (b, _)| a.cmp(b));
                hits = timed.into_iter().map(|(_, hit)| hit).collect();
            }
            Role::Contacts | Role::Notes => order::by(&mut hits, |a, b| a.sort().cmp(b.sort())),
        }
        let count = hits.len();
        hits.truncate(SHOWN);
        found.push(Found { role, count, rows: rows(&held, &hits).await? });
    }
    Ok(found)
}

/// The rows of these, in their order.
async fn rows(held: &Held, hits: &[&Words]) -> Result<Vec<Row>, Fault> {
    let database = database().await?;
    let ids: Vec<ItemId> = hits.iter().map(|hit| ItemId(hit.id().to_owned())).collect();
    let rows = database.entries_of(&ids).await?.into_iter().map(|entry| {
        let (waits, unsent) = held.marks.get(&entry.id.0).cloned().unwrap_or_default();
        let account = held.folders.get(&entry.collection.0).and_then(|(_, account)| account.clone());
        let next = held.coming.of(&entry.id.0).cloned();
        Row { entry, account, waits, unsent, next }
    });
    Ok(rows.collect())
}
