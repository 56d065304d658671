//! What the core asks of its surroundings. Clock and randomness are here too:
//! nothing above a port reads either.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use crate::fault;
use crate::model::{
    Account, AccountId, Collection, CollectionId, Fault, Head, Index, Item, ItemId, Kept, Millis, News, Occurrence,
    Past, Run, Saying, Settings,
};

/// All of them, as the driver is given them.
#[derive(Clone)]
pub struct Ports {
    pub http: Rc<dyn Http>,
    pub store: Rc<dyn Store>,
    pub clock: Rc<dyn Clock>,
    pub random: Rc<dyn Random>,
    pub vault: Rc<dyn Vault>,
    pub shell: Rc<dyn Shell>,
}

/// A request as a value.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: &'static str,
    pub url: Url,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// An answer, whole, whatever its status.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Where the answer came from in the end.
    pub url: Url,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// An answer with its body as it comes in.
pub struct Opened {
    /// Without a body.
    pub head: Response,
    pub body: Box<dyn Body>,
}

impl Opened {
    /// Read to its end.
    ///
    /// # Errors
    /// Those of [`Body::piece`]; `too_large` beyond `most` bytes, of that host.
    pub async fn whole(mut self, most: usize, host: &str) -> Result<Response, Fault> {
        while let Some(piece) = self.body.piece().await? {
            if self.head.body.len() + piece.len() > most {
                return Err(fault::too_large(host));
            }
            self.head.body.extend_from_slice(&piece);
        }
        Ok(self.head)
    }
}

/// What is still to come of an answer.
#[async_trait(?Send)]
pub trait Body {
    /// The next bytes, unpacked; `None` at the end.
    ///
    /// # Errors
    /// The network faults of [`crate::fault`]; `too_large` beyond [`Limits::streamed`].
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Fault>;
}

/// A body that is here already.
pub struct Whole(pub Option<Vec<u8>>);

#[async_trait(?Send)]
impl Body for Whole {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        Ok(self.0.take())
    }
}

/// How long an answer may take and how large it may be. Whoever is at the other
/// end, a run comes to its end, and the worker's memory has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// So long may nothing at all come: until the headers, and again between two
    /// pieces of the body.
    pub silence: Duration,
    /// Until the headers, instead of it, of an answer that is read as it comes in: there may be
    /// much in it, and some servers send nothing before they have made it all.
    pub making: Duration,
    /// An answer that never stops coming, drop by drop, must be whole by then.
    pub whole: Duration,
    /// Bytes of a body, unpacked: a listing of about a quarter of a million items.
    pub body: usize,
    /// Bytes of a body that is read as it comes in, and never is in memory as a whole.
    pub streamed: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            silence: Duration::from_secs(60),
            making: Duration::from_secs(300),
            whole: Duration::from_secs(600),
            body: 64 << 20,
            streamed: 2 << 30,
        }
    }
}

/// One exchange with the server. Sends no cookies and no credentials but the
/// headers given. A redirect is an answer like any other: `remote` decides whether
/// to follow it. An answer beyond the [`Limits`] is a fault and never a shorter one.
#[async_trait(?Send)]
pub trait Http {
    /// # Errors
    /// The network faults of [`crate::fault`]; a status is never an error here.
    async fn send(&self, request: Request) -> Result<Response, Fault>;

    /// The same, with the body as it comes in. Where there is a network, its beginning is
    /// waited for longer ([`Limits::making`]).
    ///
    /// # Errors
    /// As [`Http::send`].
    async fn open(&self, request: Request) -> Result<Opened, Fault> {
        let mut head = self.send(request).await?;
        let body = Box::new(Whole(Some(std::mem::take(&mut head.body))));
        Ok(Opened { head, body })
    }
}

/// What to write of one item, in a transaction.
#[derive(Clone, Debug)]
pub enum Change {
    /// Write the item as given, if its `rev` is still `seen` (`None`: it must not
    /// exist). A lost race keeps the person's edit: see [`settle`].
    Put { item: Box<Item>, seen: Option<u64>, index: Index, race: Race },
    /// Remove it, if its `rev` is still `seen`; a lost race keeps it, to be
    /// fetched again.
    Remove { id: ItemId, seen: u64 },
    /// What the person does: written if the item is in everything as it `was`
    /// (`None`: it must not exist). A lost race fails the whole commit with
    /// `fault::raced`: the edit began from a version that is not there any more.
    Edit { was: Option<Box<Item>>, item: Box<Item>, index: Index },
    /// Index it anew, if it is in everything still this item.
    Index { item: Box<Item>, index: Index },
}

impl Change {
    /// The item it is about.
    pub fn id(&self) -> &ItemId {
        match self {
            Change::Put { item, .. } | Change::Edit { item, .. } | Change::Index { item, .. } => &item.head.id,
            Change::Remove { id, .. } => id,
        }
    }
}

/// What a lost race does with the base that was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Race {
    /// The edit began from the old base: keep that, and read the server's again.
    KeepBase,
    /// The edit began from what was just sent: the new base is its base.
    NewBase,
}

/// All that is written in one transaction, or not at all.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    pub changes: Vec<Change>,
    pub kept: Vec<Kept>,
    /// The collection with its new token and marker: only together with, or
    /// after, the items they cover.
    pub collection: Option<Collection>,
}

/// What becomes of an account.
pub type Amend<'a> = dyn Fn(&mut Account) + 'a;

/// Which heads.
pub type Wanted<'a> = dyn Fn(&Head) -> bool + 'a;

/// What survives the worker.
#[async_trait(?Send)]
pub trait Store {
    async fn settings(&self) -> Result<Settings, Fault>;
    async fn save_settings(&self, settings: &Settings) -> Result<(), Fault>;

    async fn accounts(&self) -> Result<Vec<Account>, Fault>;
    async fn save_account(&self, account: &Account) -> Result<(), Fault>;
    /// Changes the account as it is stored, if it is there. In one transaction: what is
    /// written of it at the same time stays.
    async fn change_account(&self, account: &AccountId, change: &Amend<'_>) -> Result<(), Fault>;
    /// Forgets the account with its password, its collections, all that is in them,
    /// its runs and its history. Only for what the person threw away.
    async fn remove_account(&self, account: &AccountId) -> Result<(), Fault>;

    async fn collections(&self, account: &AccountId) -> Result<Vec<Collection>, Fault>;
    async fn save_collection(&self, collection: &Collection) -> Result<(), Fault>;
    /// Forgets the collection and everything in it. Only for what the person
    /// threw away or what was never theirs.
    async fn remove_collection(&self, collection: &CollectionId) -> Result<(), Fault>;

    /// The heads of all items of the collection.
    async fn heads(&self, collection: &CollectionId) -> Result<Vec<Head>, Fault> {
        self.heads_where(collection, &|_| true).await
    }
    /// Those of them that are wanted: each is asked about once, and memory does not grow with
    /// the others.
    async fn heads_where(&self, collection: &CollectionId, wanted: &Wanted<'_>) -> Result<Vec<Head>, Fault>;
    /// The heads of those for which [`Head::todo`] is true.
    async fn todo(&self, collection: &CollectionId) -> Result<Vec<Head>, Fault>;
    async fn item(&self, id: &ItemId) -> Result<Option<Item>, Fault>;
    /// These items, in their order, without those that are not there.
    async fn items(&self, ids: &[ItemId]) -> Result<Vec<Item>, Fault> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(self.item(id).await?);
        }
        Ok(found)
    }
    /// Which items call themselves so, of all that are shown, in any collection and in
    /// no order: each with its UID. One UID may have several items, an empty one has none.
    async fn by_uid(&self, uids: &[String]) -> Result<Vec<(String, ItemId, CollectionId)>, Fault>;
    /// What is expanded of what happens between the two times (the second exclusive),
    /// by start; also what began before and still goes on.
    async fn occurrences(&self, from: Millis, to: Millis) -> Result<Vec<Occurrence>, Fault>;
    /// The items that may happen between the two times and of which
    /// [`Store::occurrences`] has not all: those with a [`crate::model::Series`], or
    /// whatever a store without an index cannot rule out.
    async fn series(&self, from: Millis, to: Millis) -> Result<Vec<Item>, Fault>;
    async fn commit(&self, commit: Commit) -> Result<(), Fault>;

    /// Whether it keeps what a [`Change`] says of an item's index. For one that does not,
    /// none is made.
    fn indexes(&self) -> bool {
        true
    }

    /// Newest first, at most `limit`.
    async fn runs(&self, limit: usize) -> Result<Vec<Run>, Fault>;
    /// Writes the run of that start, and forgets all but the newest 50.
    async fn save_run(&self, run: &Run) -> Result<(), Fault>;
    /// Newest first.
    async fn kept(&self, which: Past) -> Result<Vec<Kept>, Fault>;
    /// Forgets kept texts that went before `oldest`, and of the rest the oldest
    /// until their texts are at most `bytes` together, but none that went since `recent`.
    async fn tidy(&self, oldest: Millis, recent: Millis, bytes: u64) -> Result<(), Fault>;
}

/// What a change makes of the item the store has; `None`: nothing is to be
/// stored. Every store calls this inside its transaction, so that an edit made
/// while a run was waiting for the server is never overwritten, nor the server's
/// version by an edit that did not know it.
///
/// # Errors
/// `fault_raced`: nothing of the commit may be written.
pub fn settle(stored: Option<Item>, change: Change) -> Result<Option<(Item, Option<Index>)>, Fault> {
    Ok(match change {
        Change::Put { item, seen, index, race } => match stored {
            None if seen.is_none() => Some((*item, Some(index))),
            // Removed meanwhile, with its collection: it is not to come back.
            None => None,
            Some(stored) if Some(stored.head.rev) == seen => Some((*item, Some(index))),
            Some(mut stored) => {
                match race {
                    Race::KeepBase => stored.head.refetch = true,
                    Race::NewBase => {
                        stored.head.based = item.head.based;
                        stored.head.etag = item.head.etag;
                        stored.head.href = item.head.href;
                        stored.base = item.base;
                        // What was sent is still to be read back.
                        stored.head.refetch |= item.head.refetch;
                    }
                }
                Some((stored, None))
            }
        },
        Change::Remove { seen, .. } => match stored {
            Some(mut stored) if stored.head.rev != seen => {
                stored.head.refetch = true;
                Some((stored, None))
            }
            _ => None,
        },
        Change::Edit { was, item, index } => {
            if stored.as_ref() != was.as_deref() {
                return Err(fault::raced());
            }
            Some((*item, Some(index)))
        }
        Change::Index { item, index } => stored.map(|stored| {
            let index = (stored == *item).then_some(index);
            (stored, index)
        }),
    })
}

#[async_trait(?Send)]
pub trait Clock {
    fn now(&self) -> Millis;
    async fn sleep(&self, millis: u32);
    /// Minutes east of UTC of the reader's zone at that time.
    fn offset_minutes(&self, at: Millis) -> i32;
}

pub trait Random {
    fn bytes(&self) -> [u8; 16];
}

/// Keeps passwords; never hands them to a page.
#[async_trait(?Send)]
pub trait Vault {
    async fn seal(&self, account: &AccountId, password: &str) -> Result<(), Fault>;
    async fn open(&self, account: &AccountId) -> Result<Option<String>, Fault>;
}

/// What surrounds the worker: the toolbar, the pages that listen, the alarm
/// clock, the locks that worker and pages share.
#[async_trait(?Send)]
pub trait Shell {
    /// To the pages that listen. Also keeps the worker alive while a run goes on.
    fn tell(&self, news: &News);
    /// The toolbar's badge: so many items need attention, or the last run failed.
    fn badge(&self, waiting: u32, failed: bool);
    /// A notice of the system.
    async fn notice(&self, text: &Saying);
    /// Opens the options page (or brings it to front), offering the server of the
    /// tab it was called from.
    async fn open_options(&self, from: Option<&str>);
    /// Wakes the worker by the alarm `name` at that time, even if it died, and again and
    /// again, long after, until it is set anew, which replaces it, or `None` takes it back.
    async fn wake(&self, name: &str, at: Option<Millis>);
    /// Whether the connection is metered, or slow, or the person asked the browser to
    /// save data, as far as it tells.
    fn saves(&self) -> bool;
    /// When that alarm is due.
    async fn due(&self, name: &str) -> Option<Millis>;
    /// The lock of that name, if nobody has it; given back when dropped, or when
    /// its holder dies.
    async fn lock(&self, name: &str) -> Option<Box<dyn std::any::Any>>;
}
