//! One row of the sync table, carried out for one item.

use crate::model::{Collection, CollectionReport, Edit, Etag, Fault, Head, Href, Item, Past, Saying, Why};
use crate::port::{Change, Commit, Race};
use crate::sync::plan::{Action, Here, Likeness, There, action};
use crate::text;

use super::draft::{merged, stored_so};
use super::session::Session;

impl Session<'_> {
    /// What the server has for the item (`None`: proven absent) meets what is `here`: the
    /// head that was planned by, and the item (`None`: it is gone meanwhile). Every text
    /// that goes by it is kept.
    pub async fn outcome(
        &self,
        collection: &Collection,
        href: &Href,
        here: Option<(&Head, Option<Item>)>,
        theirs: Option<(Option<Etag>, Vec<u8>)>,
        commit: &mut Commit,
        report: &mut CollectionReport,
    ) -> Result<(), Fault> {
        let kind = collection.kind;
        let Some((head, item)) = here else {
            if let Some((etag, text)) = theirs {
                let item = self.arrived(collection, href, etag, text);
                commit.changes.push(self.put(kind, item, None, Race::KeepBase));
                report.received += 1;
            }
            return Ok(());
        };
        let Some(item) = item else { return Ok(()) };
        let seen = Some(head.rev);
        if item.head.rev != head.rev {
            // Edited since the heads were read: the next run decides, with the edit.
            commit.changes.push(self.put(kind, item, seen, Race::KeepBase));
            return Ok(());
        }
        let like = match &theirs {
            Some((etag, theirs)) => self.likeness(&item, etag.as_ref(), theirs).await?,
            None => Likeness::default(),
        };
        let there = if theirs.is_some() { There::Text(like) } else { There::Gone };
        let action = action(Here { based: head.based, edit: head.edit }, there, self.account.policy);
        let (etag, text) = theirs.unwrap_or_default();
        let name = &collection.name;
        let id = &head.id;
        match action {
            Action::Take | Action::Settle => {
                // What was sent and comes back as it went is nothing new.
                let sent = action == Action::Take && head.refetch && head.edit.is_none();
                let news = item.base.as_ref().is_none_or(|base| *base != text);
                let same = item.base.as_ref().is_some_and(|base| text::same_meaning(base, &text));
                if action == Action::Take && news && !(head.refetch && same) {
                    report.received += 1;
                }
                if !same {
                    let why = match action {
                        Action::Settle => Why::Sent,
                        _ if sent && self.altered(collection, &item, etag.as_ref(), &text).await? => Why::Altered,
                        _ => Why::Received,
                    };
                    self.keep_base(&item, why, commit);
                    if why == Why::Altered && item.base.is_some() {
                        self.problem(Saying::new("log_altered").with(name), vec![id.clone()]);
                    } else if sent {
                        self.say_of(Saying::new("log_changed_since").with(name), vec![id.clone()]);
                    }
                }
                if action == Action::Take && head.edit == Some(Edit::Delete) {
                    self.problem(Saying::new("log_kept_changed").with(name), vec![id.clone()]);
                }
                commit.changes.push(self.put(kind, self.based(&item.head, etag, text), seen, Race::KeepBase));
            }
            Action::Rebase => {
                let other = item.base.as_deref().is_some_and(|base| !text::same_meaning(base, &text));
                let altered = other && stored_so(head, etag.as_ref());
                if other {
                    // Else an upload of ours whose answer was lost had replaced it.
                    self.keep_base(&item, if altered { Why::Altered } else { Why::Sent }, commit);
                }
                let mut both = None;
                if altered {
                    self.problem(Saying::new("log_altered").with(name), vec![id.clone()]);
                    // The edit was made of what was sent: what the server added to it stays.
                    both = merged(&item, &text);
                }
                if both.is_some() {
                    self.keep_edit(&item, Why::Conflict, commit);
                }
                let race = if both.is_some() { Race::KeepBase } else { Race::NewBase };
                let mut item = self.rebased(item, etag, text);
                item.edit = both.or(item.edit);
                commit.changes.push(self.put(kind, item, seen, race));
            }
            Action::KeepBoth => {
                let copy = self.copy(collection, &item);
                self.say_of(Saying::new("log_kept_twice").with(name), vec![id.clone(), copy.head.id.clone()]);
                self.keep_base(&item, Why::Received, commit);
                self.keep_edit(&item, Why::Conflict, commit);
                // Ours first: a store of files writes them one after the other.
                commit.changes.push(self.put(kind, copy, None, Race::KeepBase));
                commit.changes.push(self.put(kind, self.based(&item.head, etag, text), seen, Race::KeepBase));
                report.received += 1;
                report.conflicts += 1;
            }
            Action::Merge => {
                let both = merged(&item, &text);
                self.keep_base(&item, Why::Received, commit);
                self.keep_edit(&item, Why::Conflict, commit);
                self.say_of(Saying::new("log_merged").with(name), vec![id.clone()]);
                let mut item = self.rebased(item, etag, text);
                item.edit = both.or(item.edit);
                commit.changes.push(self.put(kind, item, seen, Race::KeepBase));
                report.received += 1;
                report.merged += 1;
            }
            Action::Yield => {
                self.keep_base(&item, Why::Received, commit);
                self.keep_edit(&item, Why::Conflict, commit);
                self.say_of(Saying::new("log_yielded").with(name), vec![id.clone()]);
                commit.changes.push(self.put(kind, self.based(&item.head, etag, text), seen, Race::KeepBase));
                report.received += 1;
            }
            Action::Overrule => {
                // Theirs goes into history when ours replaces it on the server.
                self.keep_base(&item, Why::Received, commit);
                self.say_of(Saying::new("log_overruled").with(name), vec![id.clone()]);
                let item = self.rebased(item, etag, text);
                commit.changes.push(self.put(kind, item, seen, Race::KeepBase));
            }
            Action::MoveAside => {
                let theirs = self.arrived(collection, href, etag, text);
                let mut ours = item;
                ours.head.href = self.new_href(collection).1;
                ours.head.refetch = false;
                commit.changes.push(self.put(kind, ours, seen, Race::NewBase));
                commit.changes.push(self.put(kind, theirs, None, Race::KeepBase));
                report.received += 1;
            }
            Action::Revive | Action::Create => {
                self.keep_base(&item, Why::Gone, commit);
                let mut item = item;
                item.head.based = false;
                item.head.etag = None;
                item.head.refetch = false;
                item.head.waiting = None;
                item.base = None;
                commit.changes.push(self.put(kind, item, seen, Race::NewBase));
            }
            Action::Drop | Action::Forget => {
                self.keep_base(&item, if action == Action::Drop { Why::Gone } else { Why::Deleted }, commit);
                if action == Action::Drop && head.based {
                    report.deleted_here += 1;
                }
                commit.changes.push(Change::Remove { id: id.clone(), seen: head.rev });
            }
            Action::Rest | Action::Push | Action::Compare | Action::Delete | Action::Wait => {}
        }
        Ok(())
    }

    /// Whether it was the server that made another text of what was sent, as some do (quirk
    /// 23, Radicale's photos). By the next run, and under another etag, it may be somebody
    /// else's, unless nothing was stored at all.
    async fn altered(
        &self,
        collection: &Collection,
        item: &Item,
        etag: Option<&Etag>,
        theirs: &[u8],
    ) -> Result<bool, Fault> {
        if item.head.etag.as_ref().zip(etag).is_none_or(|(sent, now)| sent.same(now)) {
            return Ok(true);
        }
        self.unnamed.borrow_mut().insert(collection.id.clone());
        if self.sent.borrow().contains(&item.head.id) {
            return Ok(true);
        }
        let past = self.ports.store.kept(Past::Item(item.head.id.clone())).await?;
        let replaced = past.iter().find(|kept| kept.why == Why::Sent);
        Ok(replaced.is_some_and(|replaced| text::same_meaning(&replaced.text, theirs)))
    }

    /// An item that is new here, as the server has it.
    fn arrived(&self, collection: &Collection, href: &Href, etag: Option<Etag>, text: Vec<u8>) -> Item {
        let head = Head::new(self.id_in_batch(&text), collection.id.clone(), href.clone());
        let mut item = self.based(&head, etag, text);
        item.head.arrived = Some(self.started);
        item
    }

    /// The item on the server's version, its edit as it is.
    fn rebased(&self, mut item: Item, etag: Option<Etag>, text: Vec<u8>) -> Item {
        item.head.based = true;
        item.head.etag = etag;
        item.head.refetch = false;
        item.head.waiting = None;
        item.base = Some(text);
        item
    }

    /// Our edit as a new item, marked as the copy of this device.
    fn copy(&self, collection: &Collection, item: &Item) -> Item {
        let (uid, href) = self.new_href(collection);
        let mut head = self.head(&collection.id, &href);
        head.edit = Some(Edit::Put);
        head.rev = 1;
        head.arrived = Some(self.started);
        let ours = item.edit.as_deref().unwrap_or_default();
        let text = text::copy::as_copy(ours, &uid, &self.options.mark(self.now));
        Item { head, base: None, edit: Some(text) }
    }

    fn keep_base(&self, item: &Item, why: Why, commit: &mut Commit) {
        if let Some(base) = &item.base {
            commit.kept.push(self.kept(item, base.clone(), why));
        }
    }

    fn keep_edit(&self, item: &Item, why: Why, commit: &mut Commit) {
        if let Some(edit) = &item.edit {
            commit.kept.push(self.kept(item, edit.clone(), why));
        }
    }
}
