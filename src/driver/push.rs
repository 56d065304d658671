//! From here to the server, for one collection.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use crate::fault;
use crate::model::{
    Collection, CollectionReport, Edit, Etag, Fault, Head, Item, ItemId, Saying, Trigger, Waiting, Why,
};
use crate::order;
use crate::port::{Change, Commit, Race};
use crate::sync::flight::MOST;
use crate::sync::want::{Fetch, Precondition, Written};
use crate::text::same_meaning;

use super::session::{DAY, Session};

/// So often in a run a refused precondition is resolved by reading.
const READINGS: usize = 2;
/// So many 5xx in a row are the server's trouble and not the items'.
const FAILURES: u8 = 3;
/// So many are asked for by name if a token is silent about them; for more, all etags
/// are compared.
const AHEAD: usize = 100;
/// What is locked (423) though nothing else is under way is tried again after these
/// pauses, in milliseconds; then it waits for the next run.
const PAUSES: [u32; 3] = [100, 400, 1600];
/// Items read back in one multiget.
const BATCH: usize = 200;

/// What one try at an item came to.
enum Tried {
    /// Nothing is left to do for it in this run, or not under this name.
    Settled,
    /// The server took it.
    Sent,
    /// 423: it may have been another write that was in its way.
    Locked(Fault),
    /// Something is known now that was not: try again. `compared` says that the
    /// server's version was read and is the base.
    Again { compared: bool },
}

impl Session<'_> {
    /// Sends the person's edits, deletions first (so that an item that got another
    /// name does not clash with itself), then reads back what was sent, now or in the
    /// next run: the server's text becomes the base (quirks 17, 23). Deletes only what
    /// the guard has seen: what the person deleted since waits for the next run.
    pub async fn push(
        &self,
        collection: &mut Collection,
        deletions: &[ItemId],
        report: &mut CollectionReport,
    ) -> Result<(), Fault> {
        let mut edits = self.ports.store.todo(&collection.id).await?;
        let seen = |head: &Head| head.edit != Some(Edit::Delete) || !head.based || deletions.contains(&head.id);
        // New and deleted again while its lost upload was being read: it may well be there.
        let unsure = |head: &Head| head.edit == Some(Edit::Delete) && !head.based && head.refetch;
        let wanted = |head: &Head| head.edit.is_some() && self.due(head) && seen(head) && !unsure(head);
        edits.retain(&wanted);
        self.push_all(collection, edits.clone(), deletions, report).await?;
        // Copies that were made on the way go at once, and what got another name.
        let mut copies = self.ports.store.todo(&collection.id).await?;
        let tried = |head: &Head| edits.iter().any(|edit| edit.id == head.id && edit.href == head.href);
        copies.retain(|head| wanted(head) && !tried(head));
        self.push_all(collection, copies, deletions, report).await?;
        self.going()?;
        self.read_back(collection, report).await
    }

    async fn push_all(
        &self,
        collection: &mut Collection,
        mut edits: Vec<Head>,
        deletions: &[ItemId],
        report: &mut CollectionReport,
    ) -> Result<(), Fault> {
        // What was refused before goes late, and what the sending broke off on goes last, the
        // latest at the end: it is not to keep the others from going. Of the rest, what the
        // person did last goes first.
        let group = |head: &Head| match &head.waiting {
            Some(waiting) if fault::breaking(&waiting.reason) => (2, waiting.since, true),
            waiting => (u8::from(waiting.is_some()), 0, head.edit == Some(Edit::Put)),
        };
        order::by_key(&mut edits, |head| (group(head), Reverse(head.edited), head.href.clone()));
        if !collection.writable {
            for head in &edits {
                self.refuse(collection, head, &fault::read_only(&collection.name)).await?;
            }
            return Ok(());
        }
        self.go_ahead(collection, &edits).await?;
        // The deletions are over before anything is written: what got another name does not
        // clash with itself.
        for heads in edits.chunk_by(|a, b| group(a) == group(b)) {
            self.push_group(collection, heads, deletions, report).await?;
        }
        Ok(())
    }

    /// Sends these, several at the same time where the server bears it: each is another
    /// item, and what is sent of one item goes one after the other. When one fails for
    /// more than its item, or the run ends, no other is begun, and those under way are
    /// waited for.
    async fn push_group(
        &self,
        collection: &Collection,
        heads: &[Head],
        deletions: &[ItemId],
        report: &mut CollectionReport,
    ) -> Result<(), Fault> {
        let mut queue: VecDeque<&Head> = heads.iter().collect();
        let mut pauses = PAUSES.into_iter();
        let mut flying = FuturesUnordered::new();
        let mut done = 0;
        let mut failed = None;
        loop {
            failed = failed.or(self.end.borrow().clone());
            while failed.is_none() && flying.len() < self.flight.borrow().now() {
                if !flying.is_empty() && self.air.get() >= MOST {
                    break;
                }
                let Some(head) = queue.pop_front() else { break };
                let beside = !flying.is_empty();
                self.air.set(self.air.get() + 1);
                flying.push(async move {
                    let mut part = CollectionReport::default();
                    let pushed = self.push_one(collection, &head.id, deletions, &mut part).await;
                    (head, beside, part, pushed)
                });
            }
            let Some((head, beside, part, pushed)) = flying.next().await else { break };
            self.air.set(self.air.get() - 1);
            add(report, &part);
            let beside = beside || !flying.is_empty();
            match pushed {
                Ok(Tried::Locked(fault)) if !beside => match pauses.next() {
                    Some(pause) => {
                        self.ports.clock.sleep(pause).await;
                        queue.push_front(head);
                    }
                    None => failed = self.refuse(collection, head, &fault).await.err().or(failed),
                },
                Ok(Tried::Locked(_)) => {
                    self.flight.borrow_mut().locked();
                    queue.push_front(head);
                }
                Ok(tried) => {
                    if beside && matches!(tried, Tried::Sent) {
                        self.flight.borrow_mut().bore();
                    }
                    done += 1;
                    self.progress(&collection.name, done, heads.len());
                }
                Err(fault) if fault::perhaps_items(&fault) => {
                    let noted = self.wait(collection, head, &fault).await;
                    failed = failed.or(noted.err()).or(Some(fault));
                }
                Err(fault) => failed = failed.or(Some(fault)),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Notes, before anything is sent, what will be ahead of the token. The marker goes
    /// too: should all be undone on the server it may well be the same again (where it
    /// is made of what is there, as Xandikos has it).
    async fn go_ahead(&self, collection: &mut Collection, edits: &[Head]) -> Result<(), Fault> {
        let before = collection.clone();
        for head in edits.iter().filter(|head| head.based || head.edit == Some(Edit::Put)) {
            collection.marker = None;
            if !collection.ahead.contains(&head.href) {
                collection.ahead.push(head.href.clone());
            }
        }
        if collection.ahead.len() > AHEAD {
            collection.ahead.clear();
            collection.sync_token = None;
        }
        if *collection == before {
            return Ok(());
        }
        self.keep_choice(collection).await?;
        self.ports.store.save_collection(collection).await
    }

    /// An edit that was refused is not sent again until it changes, the person
    /// asks, or a day has passed.
    pub fn due(&self, head: &Head) -> bool {
        match &head.waiting {
            Some(waiting) if waiting.rev == head.rev => {
                fault::passing(&waiting.reason)
                    || matches!(self.trigger, Trigger::Person | Trigger::Audit)
                    || self.passed(waiting.since, DAY)
            }
            _ => true,
        }
    }

    /// What could not be read is not asked for at every run in which nothing changed; sooner
    /// where it may have been the server's bad hour.
    pub fn to_be_read(&self, head: &Head) -> bool {
        let waited = |waiting: &Waiting| {
            let wait = if fault::breaking(&waiting.reason) { DAY / 24 } else { DAY };
            self.passed(waiting.since, wait) || matches!(self.trigger, Trigger::Person | Trigger::Audit)
        };
        head.refetch && head.waiting.as_ref().is_none_or(waited)
    }

    async fn push_one(
        &self,
        collection: &Collection,
        id: &ItemId,
        deletions: &[ItemId],
        report: &mut CollectionReport,
    ) -> Result<Tried, Fault> {
        let mut compared = false;
        let mut readings = 0;
        let mut href = None;
        loop {
            let Some(item) = self.ports.store.item(id).await? else { return Ok(Tried::Settled) };
            if href.get_or_insert_with(|| item.head.href.clone()) != &item.head.href {
                // Nothing is sent under a name that is not noted as ahead of the token.
                return Ok(Tried::Settled);
            }
            let tried = match item.head.edit {
                None => Tried::Settled,
                // Deleted since: the guard has not seen it.
                Some(Edit::Delete) if item.head.based && !deletions.contains(id) => Tried::Settled,
                Some(Edit::Delete) => self.push_deletion(collection, &item, compared, report).await?,
                Some(Edit::Put) => self.push_text(collection, &item, compared, report).await?,
            };
            match tried {
                Tried::Settled | Tried::Sent | Tried::Locked(_) => return Ok(tried),
                Tried::Again { .. } if readings == READINGS => {
                    // The last reading may have settled it: then nothing waits.
                    let left = self.ports.store.item(id).await?.is_some_and(|item| item.head.edit.is_some());
                    if left {
                        self.refuse(collection, &item.head, &fault::changed_meanwhile(412)).await?;
                    }
                    return Ok(Tried::Settled);
                }
                Tried::Again { compared: now } => {
                    readings += 1;
                    compared = now;
                }
            }
        }
    }

    async fn push_text(
        &self,
        collection: &Collection,
        item: &Item,
        compared: bool,
        report: &mut CollectionReport,
    ) -> Result<Tried, Fault> {
        let head = &item.head;
        let Some(text) = &item.edit else { return Ok(Tried::Settled) };
        let Some(precondition) = precondition(head, compared) else {
            return self.reread(collection, item, report).await;
        };
        match self.remote.put(collection.kind, &head.href, text, &precondition).await? {
            Written::Done { etag } => {
                report.sent += 1;
                self.failures.set(0);
                self.sent.borrow_mut().insert(head.id.clone());
                if head.based && !collection.unnamed && etag.as_ref().is_some_and(|etag| !etag.weak()) {
                    self.told_later.borrow_mut().insert(head.id.clone());
                }
                // Stored at once, to be read back: should the worker die now, the next
                // run does not take its own upload for somebody else's (quirk 16).
                let mut sent = self.based(head, etag, text.clone());
                sent.head.refetch = true;
                let change = self.put(collection.kind, sent, Some(head.rev), Race::NewBase);
                let replaced = item.base.iter().filter(|base| !same_meaning(base, text));
                let kept = replaced.map(|base| self.kept(item, base.clone(), Why::Sent)).collect();
                self.ports.store.commit(Commit { changes: vec![change], kept, collection: None }).await?;
                Ok(Tried::Sent)
            }
            Written::Changed | Written::Gone => self.reread(collection, item, report).await,
            Written::UidTaken { at: None } if !head.based && !head.refetch => {
                // A trash bin may still hold this name (quirk 19): under another it may go.
                let mut moved = item.clone();
                moved.head.href = self.new_href(collection).1;
                moved.head.refetch = true;
                let change = self.put(collection.kind, moved, Some(head.rev), Race::NewBase);
                self.ports.store.commit(Commit { changes: vec![change], ..Commit::default() }).await?;
                Ok(Tried::Again { compared: false })
            }
            // By what is to be deleted, and was not yet: it goes when that is gone.
            Written::UidTaken { .. } if self.deletion_waits(collection).await? => Ok(Tried::Settled),
            Written::UidTaken { .. } => {
                self.refuse(collection, head, &fault::uid_taken()).await?;
                Ok(Tried::Settled)
            }
            Written::Refused(fault) => self.refused(collection, head, fault).await,
        }
    }

    /// Whether sending a deletion broke off, so that others went before it.
    async fn deletion_waits(&self, collection: &Collection) -> Result<bool, Fault> {
        let todo = self.ports.store.todo(&collection.id).await?;
        let broke_off = |head: &Head| head.waiting.as_ref().is_some_and(|waiting| fault::breaking(&waiting.reason));
        Ok(todo.iter().any(|head| head.edit == Some(Edit::Delete) && broke_off(head)))
    }

    async fn push_deletion(
        &self,
        collection: &Collection,
        item: &Item,
        compared: bool,
        report: &mut CollectionReport,
    ) -> Result<Tried, Fault> {
        let head = &item.head;
        let mut commit = Commit::default();
        let mut tried = Tried::Settled;
        if head.based {
            let Some(precondition) = precondition(head, compared) else {
                return self.reread(collection, item, report).await;
            };
            match self.remote.delete(&head.href, &precondition).await? {
                Written::Done { .. } => {
                    report.deleted_there += 1;
                    tried = Tried::Sent;
                }
                Written::Gone => {}
                Written::Changed | Written::UidTaken { .. } => return self.reread(collection, item, report).await,
                Written::Refused(fault) => return self.refused(collection, head, fault).await,
            }
            if let Some(base) = &item.base {
                commit.kept.push(self.kept(item, base.clone(), Why::Deleted));
            }
        }
        commit.changes.push(Change::Remove { id: head.id.clone(), seen: head.rev });
        self.ports.store.commit(commit).await?;
        Ok(tried)
    }

    /// Reads what the server has for this item, and lets the sync table decide.
    async fn reread(
        &self,
        collection: &Collection,
        item: &Item,
        report: &mut CollectionReport,
    ) -> Result<Tried, Fault> {
        let head = &item.head;
        let fetched = self.remote.fetch(collection, std::slice::from_ref(&head.href)).await?;
        let refused = match fetched.first().map(|fetched| &fetched.result) {
            // Nothing is there, and yet a new item is refused: its UID is elsewhere.
            Some(Fetch::Gone) if !head.based => Some(fault::uid_taken()),
            Some(Fetch::Failed(fault)) => Some(fault.clone()),
            None => Some(fault::item_missing()),
            Some(Fetch::Gone | Fetch::Found { .. }) => None,
        };
        if let Some(fault) = refused {
            self.refuse(collection, head, &fault).await?;
            return Ok(Tried::Settled);
        }
        let known = HashMap::from([(head.href.key(), head)]);
        self.absorb(collection, &known, fetched, report).await?;
        Ok(Tried::Again { compared: true })
    }

    /// Reads back, in batches, what was sent and what else must be read again. Not what
    /// was there before and has a strong etag now: that etag names what the server made of
    /// it, and the next run is told of it by the same answer that tells of all changes.
    async fn read_back(&self, collection: &Collection, report: &mut CollectionReport) -> Result<(), Fault> {
        let mut heads = self.ports.store.todo(&collection.id).await?;
        let later = |head: &Head| head.edit.is_none() && self.told_later.borrow().contains(&head.id);
        heads.retain(|head| head.refetch && head.based && head.waiting.is_none() && !later(head));
        for heads in heads.chunks(BATCH) {
            let hrefs: Vec<_> = heads.iter().map(|head| head.href.clone()).collect();
            let mut fetched = self.remote.fetch(collection, &hrefs).await?;
            let known: HashMap<String, &Head> = heads.iter().map(|head| (head.href.key(), head)).collect();
            let mut missing = Vec::new();
            fetched.retain(|fetched| {
                let head = known.get(&fetched.href.key());
                let sent = head.filter(|head| head.edit.is_none() && self.sent.borrow().contains(&head.id));
                let is_missing = fetched.result == Fetch::Gone && sent.is_some();
                missing.extend(sent.filter(|_| is_missing).map(|head| head.id.clone()));
                !is_missing
            });
            self.absorb(collection, &known, fetched, report).await?;
            for id in missing {
                self.unsend(collection, &id).await?;
            }
        }
        Ok(())
    }

    /// Taken by the server, or by whatever answered in its place, and not there a
    /// moment later: it is here still, and to be sent.
    async fn unsend(&self, collection: &Collection, id: &ItemId) -> Result<(), Fault> {
        let Some(mut item) = self.ports.store.item(id).await? else { return Ok(()) };
        if item.head.edit.is_some() || !item.head.based {
            // Edited meanwhile: the next run looks at it, with the edit.
            return Ok(());
        }
        let fault = fault::not_stored();
        item.edit = item.base.take();
        item.head = Head { based: false, etag: None, edit: Some(Edit::Put), refetch: false, ..item.head };
        self.waiting(&mut item.head, &fault);
        self.problem(Saying::new("log_waiting").with(&collection.name).with_saying(&fault.text), vec![id.clone()]);
        let seen = Some(item.head.rev);
        let change = self.put(collection.kind, item, seen, Race::KeepBase);
        self.ports.store.commit(Commit { changes: vec![change], ..Commit::default() }).await
    }

    async fn refused(&self, collection: &Collection, tried: &Head, fault: Fault) -> Result<Tried, Fault> {
        if fault.text.key == fault::locked().text.key {
            return Ok(Tried::Locked(fault));
        }
        self.refuse(collection, tried, &fault).await?;
        Ok(Tried::Settled)
    }

    /// The item waits, with its reason; the others go on, unless the server seems to
    /// fail on everything: on item after item that it had not failed on before.
    /// `tried` is the item as it was sent.
    async fn refuse(&self, collection: &Collection, tried: &Head, fault: &Fault) -> Result<(), Fault> {
        let known = tried.waiting.as_ref().is_some_and(|waiting| waiting.reason == fault.text);
        match fault::servers(&fault.text) {
            true if known => {}
            true => self.failures.set(self.failures.get() + 1),
            false => self.failures.set(0),
        }
        self.wait(collection, tried, fault).await?;
        if self.failures.get() >= FAILURES {
            return Err(fault::busy(500, None).during(&fault.context));
        }
        Ok(())
    }

    /// The item waits, with its reason, unless it was edited since it was `tried`.
    async fn wait(&self, collection: &Collection, tried: &Head, fault: &Fault) -> Result<(), Fault> {
        self.problem(
            Saying::new("log_waiting").with(&collection.name).with_saying(&fault.text),
            vec![tried.id.clone()],
        );
        if let Some(mut item) = self.ports.store.item(&tried.id).await?.filter(|item| item.head.rev == tried.rev) {
            self.waiting(&mut item.head, fault);
            // There is nothing to read of what never was there: asking for it would start
            // the item anew, and send it again at each run.
            item.head.refetch &= item.head.based || fault::breaking(&fault.text);
            let seen = Some(item.head.rev);
            let change = self.put(collection.kind, item, seen, Race::KeepBase);
            self.ports.store.commit(Commit { changes: vec![change], ..Commit::default() }).await?;
        }
        Ok(())
    }
}

/// What was done for one item goes to the whole.
fn add(whole: &mut CollectionReport, part: &CollectionReport) {
    whole.received += part.received;
    whole.sent += part.sent;
    whole.deleted_here += part.deleted_here;
    whole.deleted_there += part.deleted_there;
    whole.conflicts += part.conflicts;
    whole.merged += part.merged;
}

/// What the write is based on; `None` if the server's version must be read first,
/// because no etag that If-Match takes is known (weak ones, RFC 9110, 13.1.1), or because
/// what the server made of an earlier edit was never read: nobody would have it any more.
fn precondition(head: &Head, compared: bool) -> Option<Precondition> {
    let strong = |etag: &&Etag| !etag.weak();
    match (&head.etag, head.based) {
        (_, false) => Some(Precondition::New),
        _ if head.refetch && !compared => None,
        (Some(etag), true) if strong(&etag) => Some(Precondition::Match(etag.clone())),
        _ if compared => Some(Precondition::Compared),
        _ => None,
    }
}
