//! What every step of one run shares: the ports, the server, the report.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;

use crate::fault;
use crate::model::{
    Account, Collection, CollectionId, Fault, Head, Href, Index, Item, ItemId, Kept, Kind, LogLine, Millis, News,
    Progress, Saying, Settings, Trigger, Waiting, Why,
};
use crate::port::{Change, Ports, Race};
use crate::remote::Remote;
use crate::sync::flight::Flight;
use crate::text;

use super::Options;
use super::gate::Gate;
use super::index::index;
use super::verdict::{Verdict, verdict};

pub(super) const DAY: Millis = 24 * 3_600_000;

/// Longer texts, in bytes, are in a batch of their own kind ([`ItemId::LONG`]): Chromium makes
/// a file of each value of more than 64 KB, and sixteen texts may be in one.
const LONG: usize = 3 << 10;

pub(super) struct Session<'a> {
    pub ports: &'a Ports,
    pub options: &'a Options,
    pub remote: Remote,
    pub account: Account,
    /// Read while the homes are asked.
    pub settings: Settings,
    pub trigger: Trigger,
    /// The run's key in the history, found while the homes are asked: later than that of every
    /// run before, so it may be ahead of the clock.
    pub started: Millis,
    /// The time when the run began.
    pub now: Millis,
    pub log: RefCell<Vec<LogLine>>,
    /// Writes in a row that the server failed on (5xx).
    pub failures: Cell<u8>,
    /// Collections that the server failed on.
    pub doubts: Cell<u8>,
    /// Why nothing more is begun in this run.
    pub end: RefCell<Option<Fault>>,
    /// Writes under way, in all collections together.
    pub air: Cell<usize>,
    /// Readings under way.
    pub gate: Gate,
    /// How many writes may be under way in one collection.
    pub flight: RefCell<Flight>,
    /// What this run has sent.
    pub sent: RefCell<HashSet<ItemId>>,
    /// Of these, what the next run reads back.
    pub told_later: RefCell<HashSet<ItemId>>,
    /// Collections that this run found to be [`Collection::unnamed`].
    pub unnamed: RefCell<HashSet<CollectionId>>,
    /// What comes is named so, short texts and long ones, and the number of the next; `None`:
    /// a new batch is begun.
    pub batches: RefCell<[Option<(String, u32)>; 2]>,
    /// Everything at once was too much for the server: no other folder is asked for so.
    pub unbearable: Cell<bool>,
    /// When the last text went into history: no two go at the same time.
    pub kept_at: Cell<Option<Millis>>,
}

impl Session<'_> {
    /// Whether anything more may be begun.
    ///
    /// # Errors
    /// What ended the run.
    pub fn going(&self) -> Result<(), Fault> {
        self.end.borrow().clone().map_or(Ok(()), Err)
    }

    /// What the fault of one collection means for the others.
    pub fn judge(&self, fault: &Fault) {
        let ends = match verdict(fault) {
            Verdict::Next => false,
            Verdict::Doubt => self.doubts.replace(self.doubts.get() + 1) > 0,
            Verdict::EndRun | Verdict::StopAccount => true,
        };
        if ends {
            self.end.borrow_mut().get_or_insert_with(|| fault.clone());
        }
    }

    /// Whether so long has passed since then. What is said to be still to come was noted by
    /// a clock that was ahead, and is long past.
    pub fn passed(&self, since: Millis, wait: Millis) -> bool {
        !(since..since.saturating_add(wait)).contains(&self.now)
    }

    pub fn say(&self, text: Saying) {
        self.line(false, text, Vec::new());
    }

    pub fn say_of(&self, text: Saying, items: Vec<ItemId>) {
        self.line(false, text, items);
    }

    pub fn problem(&self, text: Saying, items: Vec<ItemId>) {
        self.line(true, text, items);
    }

    pub fn line(&self, problem: bool, text: Saying, items: Vec<ItemId>) {
        let at = self.ports.clock.now();
        self.log.borrow_mut().push(LogLine { at, problem, text, items });
    }

    pub fn progress(&self, name: &str, done: usize, total: usize) {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.ports.shell.tell(&News::Progress(Progress {
            name: name.to_owned(),
            done: count(done),
            total: count(total),
        }));
    }

    pub fn new_id(&self) -> ItemId {
        ItemId(uuid(self.ports))
    }

    /// For an item that comes with others.
    pub fn id_in_batch(&self, text: &[u8]) -> ItemId {
        let long = text.len() > LONG;
        let mut batches = self.batches.borrow_mut();
        let (batch, next) = batches[usize::from(long)].get_or_insert_with(|| {
            let kind = if long { ItemId::LONG } else { "" };
            (format!("{kind}{}", uuid_in_time(self.ports.clock.now(), self.ports.random.bytes())), 0)
        });
        let id = ItemId::of_batch(batch, *next);
        *next += 1;
        id
    }

    /// A name for an item that no other has. Letters, digits and hyphens only:
    /// servers disagree about the rest (quirk 12).
    pub fn new_href(&self, collection: &Collection) -> (String, Href) {
        let uid = uuid(self.ports);
        let href = collection.href.child(&format!("{uid}{}", collection.kind.extension()));
        (uid, href)
    }

    /// The item as agreed with the server: its text is the server's, no edit is left.
    pub fn based(&self, head: &Head, etag: Option<crate::model::Etag>, text: Vec<u8>) -> Item {
        let mut head = head.clone();
        head.based = true;
        head.etag = etag;
        head.edit = None;
        head.edited = None;
        head.refetch = false;
        head.waiting = None;
        Item { head, base: Some(text), edit: None }
    }

    pub fn put(&self, kind: Kind, item: Item, seen: Option<u64>, race: Race) -> Change {
        let index = if self.ports.store.indexes() { index(kind, &item, self.now) } else { Index::default() };
        Change::Put { item: Box::new(item), seen, index, race }
    }

    /// A text of the item that this run replaces or removes.
    pub fn kept(&self, item: &Item, text: Vec<u8>, why: Why) -> Kept {
        let at = self.kept_at.get().map_or(i64::MIN, |last| last + 1).max(self.ports.clock.now());
        self.kept_at.set(Some(at));
        kept(item, text, why, at, Some(self.started))
    }

    /// The item waits, and says why.
    pub fn waiting(&self, head: &mut Head, fault: &Fault) {
        let since = match &head.waiting {
            // What breaks off the sending is noted anew, to go behind others like it.
            Some(before) if before.reason == fault.text && before.rev == head.rev && !fault::breaking(&fault.text) => {
                before.since
            }
            _ => self.now,
        };
        head.waiting = Some(Waiting { reason: fault.text.clone(), since, rev: head.rev });
    }

    pub fn head(&self, collection: &CollectionId, href: &Href) -> Head {
        Head::new(self.new_id(), collection.clone(), href.clone())
    }
}

/// The text, to be had back as one of the item's.
pub(super) fn kept(item: &Item, text: Vec<u8>, why: Why, at: Millis, run: Option<Millis>) -> Kept {
    Kept {
        at,
        collection: item.head.collection.clone(),
        item: item.head.id.clone(),
        title: title(&item.head, &text),
        run,
        why,
        text,
    }
}

/// What lists call a text.
pub(super) fn title(head: &Head, text: &[u8]) -> String {
    text::entry::title(kind_of(head), text)
}

/// A random UUID (RFC 9562, version 4) as text.
pub(super) fn uuid(ports: &Ports) -> String {
    uuid::Builder::from_random_bytes(ports.random.bytes()).into_uuid().to_string()
}

/// One that is, as a text, behind those of earlier milliseconds (RFC 9562, version 7). A
/// database whose keys grow goes on writing where it was, and need not sort in what comes later.
fn uuid_in_time(now: Millis, [_, _, _, _, _, _, random @ ..]: [u8; 16]) -> String {
    let now = u64::try_from(now).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(now, &random).into_uuid().to_string()
}

/// By the ending of the item's name: every name we or a server gave has one.
pub(super) fn kind_of(head: &Head) -> Kind {
    if head.href.key().to_ascii_lowercase().ends_with(Kind::Contacts.extension()) {
        Kind::Contacts
    } else {
        Kind::Calendar
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_later_is_named_later() {
        let (begun, later) = (1_700_000_000_000, 1_700_000_000_001);
        assert!(uuid_in_time(begun, [255; 16]) < uuid_in_time(later, [0; 16]));
        // Where there is no good source of chance it is the last bytes that differ.
        assert_ne!(uuid_in_time(begun, 1_u128.to_be_bytes()), uuid_in_time(begun, 2_u128.to_be_bytes()));
        let text = uuid_in_time(begun, [7; 16]);
        assert_eq!(uuid::Uuid::parse_str(&text).unwrap().get_version_num(), 7);
        // The number of an item is told from its batch by a dot.
        assert!(!text.contains('.'));
    }
}
