//! From the server to here, for one collection.

use std::collections::HashMap;

use crate::fault;
use crate::model::{Class, Collection, CollectionReport, Edit, Fault, Head, Href, Item, Saying, Trigger};
use crate::port::{Change, Commit, Race};
use crate::sync::diff::diff;
use crate::sync::plan::{Action, Here, There, plan};
use crate::sync::want::{Fetch, Fetched, Listing};
use crate::text;

use super::session::Session;

/// Items asked for in one multiget.
const BATCH: usize = 200;

impl Session<'_> {
    /// Brings what changed on the server here. `marker` is what the home's listing
    /// said of the collection just now. The token is stored last.
    pub async fn pull(
        &self,
        collection: &mut Collection,
        marker: Option<String>,
        report: &mut CollectionReport,
    ) -> Result<(), Fault> {
        let restore = self.trigger == Trigger::Restore;
        let listing = self.list(collection, restore).await?;
        let heads = self.ports.store.heads(&collection.id).await?;
        let diff = diff(&listing, &heads, restore);
        let known: HashMap<String, &Head> = heads.iter().map(|head| (head.href.key(), head)).collect();

        let drops = heads.iter().filter(|h| h.edit.is_none() && diff.gone.contains(&h.id)).count();
        let all = heads.iter().filter(|h| h.based).count();
        if !restore && self.options.guard.is_some_and(|guard| guard.stops(drops, all)) {
            return Err(fault::guard(&collection.name, drops, all, true));
        }

        let total = diff.fetch.len();
        for (n, hrefs) in diff.fetch.chunks(BATCH).enumerate() {
            self.progress(&collection.name, n * BATCH, total);
            let fetched = self.remote.fetch(collection, hrefs).await?;
            self.absorb(collection, &known, fetched, report).await?;
            self.ports.shell.tell(&crate::model::News::Changed);
        }
        let gone = heads.iter().filter(|head| diff.gone.contains(&head.id));
        let gone: Vec<Fetched> = gone.map(|head| Fetched { href: head.href.clone(), result: Fetch::Gone }).collect();
        self.absorb(collection, &known, gone, report).await?;

        if listing.token.is_some() {
            collection.sync_token = listing.token;
        }
        collection.marker = marker;
        self.keep_choice(collection).await?;
        self.ports.store.commit(Commit { collection: Some(collection.clone()), ..Commit::default() }).await
    }

    /// What changed, by the cheapest way that can be trusted.
    async fn list(&self, collection: &Collection, everything: bool) -> Result<Listing, Fault> {
        if !collection.reports_changes {
            return self.remote.listing(collection).await;
        }
        let token = collection.sync_token.as_deref().filter(|_| !everything);
        if token.is_some() {
            match self.remote.changes(collection, token).await {
                Err(fault) if fault.class == Class::Conflict => {
                    self.say(Saying::new("log_token_invalid").with(&collection.name));
                }
                other => return other,
            }
        }
        match self.remote.changes(collection, None).await {
            // Some servers refuse the empty token (quirk 7), or a report that large.
            Err(fault) if matches!(fault.class, Class::Conflict | Class::Bug | Class::Item) => {
                self.remote.listing(collection).await
            }
            other => other,
        }
    }

    /// Carries out the sync table for what was fetched, in one transaction.
    pub async fn absorb(
        &self,
        collection: &Collection,
        known: &HashMap<String, &Head>,
        fetched: Vec<Fetched>,
        report: &mut CollectionReport,
    ) -> Result<(), Fault> {
        let mut commit = Commit::default();
        for Fetched { href, result } in fetched {
            let head = known.get(&href.key()).copied();
            match result {
                Fetch::Failed(fault) => {
                    let mut head = head.cloned().unwrap_or_else(|| self.head(&collection.id, &href));
                    let seen = known.get(&href.key()).map(|head| head.rev);
                    self.waiting(&mut head, &fault);
                    head.refetch = true;
                    self.problem(
                        Saying::new("log_waiting").with(&collection.name).with_saying(&fault.text),
                        vec![head.id.clone()],
                    );
                    let item = self.ports.store.item(&head.id).await?;
                    let item = item.map_or_else(
                        || Item { head: head.clone(), base: None, edit: None },
                        |item| Item { head: head.clone(), ..item },
                    );
                    commit.changes.push(self.put(collection.kind, item, seen, Race::KeepBase));
                }
                Fetch::Gone => {
                    let Some(head) = head else { continue };
                    self.outcome(collection, &href, Some(head), None, &mut commit, report).await?;
                }
                Fetch::Found { etag, text } => {
                    self.outcome(collection, &href, head, Some((etag, text)), &mut commit, report).await?;
                }
            }
        }
        if commit.changes.is_empty() { Ok(()) } else { self.ports.store.commit(commit).await }
    }

    /// One row of the table.
    async fn outcome(
        &self,
        collection: &Collection,
        href: &Href,
        head: Option<&Head>,
        theirs: Option<(Option<crate::model::Etag>, Vec<u8>)>,
        commit: &mut Commit,
        report: &mut CollectionReport,
    ) -> Result<(), Fault> {
        let kind = collection.kind;
        let Some(head) = head else {
            if let Some((etag, text)) = theirs {
                let item = self.based(&self.head(&collection.id, href), etag, text);
                commit.changes.push(self.put(kind, item, None, Race::KeepBase));
                report.received += 1;
            }
            return Ok(());
        };
        let Some(item) = self.ports.store.item(&head.id).await? else { return Ok(()) };
        let seen = Some(head.rev);
        if item.head.rev != head.rev {
            // Edited since the heads were read: the next run decides, with the edit.
            commit.changes.push(self.put(kind, item, seen, Race::KeepBase));
            return Ok(());
        }
        let like = |ours: &Option<Vec<u8>>| match (ours, &theirs) {
            (Some(ours), Some((_, theirs))) => text::sameness::same_meaning(ours, theirs),
            _ => false,
        };
        let there = match &theirs {
            Some(_) => There::Text { like_edit: like(&item.edit), like_base: like(&item.base) },
            None => There::Gone,
        };
        let action = plan(Here { based: head.based, edit: head.edit }, there);
        let (etag, text) = theirs.unwrap_or_default();
        match action {
            Action::Take | Action::Settle => {
                // What was just sent and comes back as it went is nothing new.
                let news = item.base.as_ref().is_none_or(|base| *base != text);
                if action == Action::Take && news && !(head.refetch && there_is_like_base(there)) {
                    report.received += 1;
                }
                if let (Action::Take, true, None, Some(base)) = (action, head.refetch, head.edit, &item.base)
                    && !there_is_like_base(there)
                {
                    // Some servers take a text and store another (quirk 23, Radicale's
                    // photos): ours is kept, with the change that replaces it.
                    commit.kept.push(self.kept(&item, base.clone()));
                    self.line(true, Saying::new("log_altered").with(&collection.name), vec![head.id.clone()]);
                }
                if action == Action::Take && head.edit == Some(Edit::Delete) {
                    self.line(true, Saying::new("log_kept_changed").with(&collection.name), vec![head.id.clone()]);
                }
                commit.changes.push(self.put(kind, self.based(&item.head, etag, text), seen, Race::KeepBase));
            }
            Action::Rebase => {
                let mut item = item;
                item.head.etag = etag;
                item.head.refetch = false;
                item.head.waiting = None;
                item.base = Some(text);
                commit.changes.push(self.put(kind, item, seen, Race::NewBase));
            }
            Action::KeepBoth => {
                let (uid, copy_href) = self.new_href(collection);
                let mut copy = self.head(&collection.id, &copy_href);
                copy.edit = Some(Edit::Put);
                copy.rev = 1;
                let ours = item.edit.as_deref().unwrap_or_default();
                let ours = text::copy::as_copy(ours, &uid, &self.options.mark(self.started));
                self.line(
                    false,
                    Saying::new("log_kept_twice").with(&collection.name),
                    vec![head.id.clone(), copy.id.clone()],
                );
                let copy = Item { head: copy, base: None, edit: Some(ours) };
                // Ours first: a store of files writes them one after the other.
                commit.changes.push(self.put(kind, copy, None, Race::KeepBase));
                commit.changes.push(self.put(kind, self.based(&item.head, etag, text), seen, Race::KeepBase));
                report.received += 1;
                report.conflicts += 1;
            }
            Action::MoveAside => {
                let theirs = self.based(&self.head(&collection.id, href), etag, text);
                let mut ours = item;
                ours.head.href = self.new_href(collection).1;
                ours.head.refetch = false;
                commit.changes.push(self.put(kind, ours, seen, Race::NewBase));
                commit.changes.push(self.put(kind, theirs, None, Race::KeepBase));
                report.received += 1;
            }
            Action::Revive | Action::Create => {
                let mut item = item;
                item.head.based = false;
                item.head.etag = None;
                item.head.refetch = false;
                item.head.waiting = None;
                item.base = None;
                commit.changes.push(self.put(kind, item, seen, Race::NewBase));
            }
            Action::Drop | Action::Forget => {
                if let Some(base) = &item.base {
                    commit.kept.push(self.kept(&item, base.clone()));
                }
                if action == Action::Drop && head.based {
                    report.deleted_here += 1;
                }
                commit.changes.push(Change::Remove { id: head.id.clone(), seen: head.rev });
            }
            Action::Rest | Action::Push | Action::Delete => {}
        }
        Ok(())
    }
}

fn there_is_like_base(there: There) -> bool {
    matches!(there, There::Text { like_base: true, .. })
}
