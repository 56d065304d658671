//! From the server to here, for one collection: the drafted plan carried out.

use std::collections::HashMap;

use futures_util::StreamExt;
use futures_util::future::join;
use futures_util::stream::FuturesOrdered;

use crate::model::{Collection, CollectionReport, Fault, Head, Held, Href, Item, ItemId, News, Saying, Texts};
use crate::port::{Commit, Race};
use crate::sync::batch;
use crate::sync::guard::Deletions;
use crate::sync::want::{Fetch, Fetched};

use super::draft::Draft;
use super::session::Session;

impl Session<'_> {
    /// Brings here what the server told. `marker` is what the home's listing said of
    /// the collection before that. The token is stored last. What is listed, but
    /// turns out to be gone when it is read, has to pass the guard too: `Some` is
    /// what it stopped.
    pub async fn pull(
        &self,
        collection: &mut Collection,
        marker: Option<String>,
        draft: Draft,
        report: &mut CollectionReport,
    ) -> Result<Option<Held>, Fault> {
        let mut deletions = draft.deletions();
        let Some(told) = draft.told else { return Ok(None) };
        let known: HashMap<String, &Head> = draft.heads.iter().map(|head| (head.href.key(), head)).collect();
        let (read, mut gone) = apart(told.fetched);
        let total = read.len() + told.fetch.len();
        let new = |read: &[Fetched]| {
            let new = |one: &Fetched| matches!(one.result, Fetch::Found { .. }) && !known.contains_key(&one.href.key());
            read.iter().any(new)
        };
        let mut adds_here = new(&read);
        let mut token = collection.sync_token.clone();
        if total + gone.len() + told.gone.len() > 0 {
            // What is here is from now on ahead of the token. What the server undoes of it
            // would never be told, should the worker die on the way or no new token come.
            self.forget_token(collection).await?;
            token = None;
        }
        let (mut left, mut size, mut done) = (told.fetch.as_slice(), batch::FIRST, read.len());
        let (reading, mut coming, mut read) = (&*collection, FuturesOrdered::new(), read);
        loop {
            if total > 0 {
                self.progress(&reading.name, done, total);
            }
            while coming.len() < self.gate.room() && !left.is_empty() {
                let (hrefs, rest) = left.split_at(size.min(left.len()));
                left = rest;
                coming.push_back(self.reading(self.remote.fetch_listed(reading, hrefs)));
            }
            // The next are on their way while these are stored: that costs no time then.
            let some = !read.is_empty();
            let (next, stored) = join(coming.next(), self.absorb(reading, &known, read, report)).await;
            stored?;
            if some {
                self.ports.shell.tell(&News::Changed);
            }
            let Some(next) = next else { break };
            let (fetched, took) = next?;
            self.going()?;
            done += fetched.len();
            let bytes = fetched.iter().map(length).sum();
            size = batch::next(fetched.len(), bytes, usize::try_from(took).unwrap_or_default());
            let absent;
            (read, absent) = apart(fetched);
            gone.extend(absent);
            adds_here |= new(&read);
        }
        drop(coming);
        // Once more, with what is known now: what was listed may be gone, and what was to
        // come may not have come.
        let late = gone.iter().filter_map(|fetched| known.get(&fetched.href.key()));
        let late = late.filter(|head| head.edit.is_none() && head.based && !deletions.here.contains(&head.id));
        let late: Vec<ItemId> = late.map(|head| head.id.clone()).collect();
        deletions.here.extend(late);
        deletions.adds_here = adds_here;
        let all = draft.all.unwrap_or_default();
        let unseen = Deletions { there: Vec::new(), ..deletions };
        if let Some(held) = self.stop(collection, unseen, all, marker.as_deref()) {
            return Ok(Some(held));
        }
        gone.extend(told.gone.into_iter().map(|href| Fetched { href, result: Fetch::Gone }));
        self.absorb(collection, &known, gone, report).await?;

        collection.sync_token = told.token.or(token.filter(|_| !told.refused));
        if told.textless {
            collection.texts = Texts::Never;
        }
        collection.ahead.clear();
        collection.unnamed = self.unnamed.borrow().contains(&collection.id) || collection.unnamed && !told.audited;
        if told.audited {
            collection.audited = self.now;
            if collection.texts == Texts::Never && !told.textless {
                // It may have been the server's bad hour.
                collection.texts = Texts::OfChanges;
            }
        }
        collection.marker = marker;
        self.keep_choice(collection).await?;
        self.ports.store.commit(Commit { collection: Some(collection.clone()), ..Commit::default() }).await?;
        Ok(None)
    }

    /// The next listing is to be a complete one, unless all goes well.
    pub async fn forget_token(&self, collection: &mut Collection) -> Result<(), Fault> {
        if collection.sync_token.take().is_none() & collection.marker.take().is_none() {
            return Ok(());
        }
        self.keep_choice(collection).await?;
        self.ports.store.save_collection(collection).await
    }

    /// Carries out the sync table for what was fetched, in one transaction.
    pub async fn absorb(
        &self,
        collection: &Collection,
        known: &HashMap<String, &Head>,
        fetched: Vec<Fetched>,
        report: &mut CollectionReport,
    ) -> Result<(), Fault> {
        // What could not be stored was not received.
        let mut told = report.clone();
        self.store(self.taken_in(collection, known, fetched, &mut told).await?).await?;
        *report = told;
        Ok(())
    }

    /// What the sync table makes of what was fetched; nothing is written.
    pub async fn taken_in(
        &self,
        collection: &Collection,
        known: &HashMap<String, &Head>,
        fetched: Vec<Fetched>,
        report: &mut CollectionReport,
    ) -> Result<Commit, Fault> {
        let mut commit = Commit::default();
        self.batches.take();
        let of = |fetched: &Fetched| known.get(&fetched.href.key()).copied();
        let ids: Vec<ItemId> = fetched.iter().filter_map(of).map(|head| head.id.clone()).collect();
        let items = if ids.is_empty() { Vec::new() } else { self.ports.store.items(&ids).await? };
        let mut items: HashMap<ItemId, Item> = items.into_iter().map(|item| (item.head.id.clone(), item)).collect();
        for fetched in fetched {
            let here = of(&fetched).map(|head| (head, items.remove(&head.id)));
            let Fetched { href, result } = fetched;
            match result {
                Fetch::Failed(fault) => self.unread(collection, &href, here, &fault, &mut commit),
                Fetch::Gone if here.is_none() => {}
                Fetch::Gone => self.outcome(collection, &href, here, None, &mut commit, report).await?,
                Fetch::Found { etag, text } => {
                    self.outcome(collection, &href, here, Some((etag, text)), &mut commit, report).await?;
                }
            }
        }
        Ok(commit)
    }

    /// Writes it, if there is anything to write.
    pub async fn store(&self, commit: Commit) -> Result<(), Fault> {
        if commit.changes.is_empty() { Ok(()) } else { self.ports.store.commit(commit).await }
    }

    /// Listed, but its text did not come: it waits, and is asked for again.
    fn unread(
        &self,
        collection: &Collection,
        href: &Href,
        here: Option<(&Head, Option<Item>)>,
        fault: &Fault,
        commit: &mut Commit,
    ) {
        let (known, item) = match here {
            // Gone meanwhile, or another answer told of it too: its text is not put back without it.
            Some((_, None)) => return,
            Some((head, item)) => (Some(head), item),
            None => (None, None),
        };
        let mut head = known.cloned().unwrap_or_else(|| self.head(&collection.id, href));
        self.waiting(&mut head, fault);
        head.refetch = true;
        self.problem(Saying::new("log_waiting").with(&collection.name).with_saying(&fault.text), vec![head.id.clone()]);
        let item = match item {
            Some(item) => Item { head, ..item },
            None => Item { head, base: None, edit: None },
        };
        commit.changes.push(self.put(collection.kind, item, known.map(|head| head.rev), Race::KeepBase));
    }
}

/// Bytes of text.
fn length(fetched: &Fetched) -> usize {
    if let Fetch::Found { text, .. } = &fetched.result { text.len() } else { 0 }
}

/// What was read, and what is gone.
fn apart(fetched: Vec<Fetched>) -> (Vec<Fetched>, Vec<Fetched>) {
    fetched.into_iter().partition(|fetched| fetched.result != Fetch::Gone)
}
