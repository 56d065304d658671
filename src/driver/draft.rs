//! What a run is about to do in one collection: listed, compared and planned, with
//! nothing written anywhere.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use crate::fault;
use crate::model::{
    Class, Collection, Etag, Fault, Head, Held, Href, Item, Millis, Past, Policy, Saying, Texts, Trigger, Why,
};
use crate::sync::diff::{Diff, diff};
use crate::sync::guard::{self, Deletions};
use crate::sync::plan::{Likeness, Plan, Remote, Step, There, plan};
use crate::sync::want::{Fetch, Fetched, Listed, Listing};
use crate::text::{self, same_meaning};

use super::session::{DAY, Session};

/// Items asked for in one multiget.
pub(super) const BATCH: usize = 200;
/// Tokens lie (quirks 5 to 7): so often all etags are compared.
const AUDIT_EVERY: Millis = 7 * DAY;

/// A plan, and what was learnt to make it.
pub(super) struct Draft {
    pub plan: Plan,
    /// The heads of what was told and of those with something to do; of all where all
    /// etags are compared.
    pub heads: Vec<Head>,
    /// How many items both sides once agreed on; `None` where the server was not asked.
    pub all: Option<usize>,
    /// What the server told; `None` where its marker said that nothing changed.
    pub told: Option<Told>,
    /// Hrefs (by [`Href::key`]) that no listing named, but that are asked for.
    asked: HashSet<String>,
}

impl Draft {
    /// Of a collection of which nothing was here, when all was told, and these are still
    /// to be read.
    pub fn first(token: String, fetch: Vec<Href>) -> Draft {
        let told = Told {
            token: Some(token),
            refused: false,
            textless: false,
            audited: true,
            hidden: 0,
            fetched: Vec::new(),
            fetch,
            gone: Vec::new(),
        };
        Draft { plan: Plan::default(), heads: Vec::new(), all: Some(0), told: Some(told), asked: HashSet::new() }
    }

    /// What the plan deletes. What is only asked for is not counted on to come.
    pub fn deletions(&self) -> Deletions {
        let comes = |step: &Step| step.item.is_none() && !self.asked.contains(&step.href.key());
        Deletions { adds_here: self.plan.steps.iter().any(comes), ..Deletions::of(&self.plan) }
    }
}

/// What a listing led to.
pub(super) struct Told {
    /// To go on from.
    pub token: Option<String>,
    /// The collection's token is refused: it is not asked from again.
    pub refused: bool,
    /// The server refuses to give texts along with changes.
    pub textless: bool,
    /// All etags were compared.
    pub audited: bool,
    /// What the audit found that the token had hidden.
    pub hidden: usize,
    /// Read to be compared.
    pub fetched: Vec<Fetched>,
    /// Still to be read.
    pub fetch: Vec<Href>,
    /// Proven absent.
    pub gone: Vec<Href>,
}

impl Session<'_> {
    /// Plans the collection. `marker` is what the home's listing says of it now.
    pub async fn draft(&self, collection: &Collection, marker: Option<&str>) -> Result<Draft, Fault> {
        let store = &self.ports.store;
        // Then the collection has neither token nor marker by now: all there is is listed.
        let restore = self.trigger == Trigger::Restore;
        let audit =
            self.trigger == Trigger::Audit || collection.held.is_some() || self.passed(collection.audited, AUDIT_EVERY);
        let unchanged = marker.is_some() && marker == collection.marker.as_deref();
        let todo = store.todo(&collection.id).await?;
        if unchanged && !audit && !todo.iter().any(|head| self.to_be_read(head)) {
            let plan = self.plan(&todo, &Remote::new());
            return Ok(Draft { plan, heads: todo, all: None, told: None, asked: HashSet::new() });
        }
        let listed = if unchanged && audit { None } else { Some(self.reading(self.list(collection)).await?.0) };
        // Of what is as it was, only how much it is counts.
        let changes = listed.as_ref().filter(|listing| !listing.complete && !audit);
        let named = changes.map(|listing| {
            let told = listing.items.iter().map(|item| &item.href).chain(&listing.gone).chain(&collection.ahead);
            told.map(Href::key).collect::<HashSet<_>>()
        });
        let (all, resting) = (Cell::new(0), Cell::new(0));
        let wanted = |head: &Head| {
            all.set(all.get() + usize::from(head.based));
            let wanted = named.as_ref().is_none_or(|named| head.todo() || named.contains(&head.href.key()));
            resting.set(resting.get() + usize::from(!wanted));
            wanted
        };
        let heads = store.heads_where(&collection.id, &wanted).await?;
        let (mut listing, hidden) = match listed {
            Some(listing) if listing.complete || !audit => (listing, 0),
            Some(told) => self.audit(collection, &heads, Some(told)).await?,
            None => self.audit_unchanged(collection, &heads).await?,
        };
        let mut asked = HashSet::new();
        if !listing.complete {
            let told = listing.items.iter().map(|item| &item.href).chain(&listing.gone).map(Href::key);
            // An edit that is still here has its own condition when it is sent.
            let edited = heads.iter().filter(|head| head.edit.is_some()).map(|head| head.href.key());
            let known: HashSet<String> = told.chain(edited).collect();
            let silent = collection.ahead.iter().filter(|href| !known.contains(&href.key()));
            listing.items.extend(silent.clone().map(|href| Listed { href: href.clone(), etag: None }));
            asked.extend(silent.map(Href::key));
        }
        let diff = diff(&listing, &heads, restore);
        let gone_ids: HashSet<_> = diff.gone.iter().collect();
        let gone: Vec<Href> = heads.iter().filter(|h| gone_ids.contains(&h.id)).map(|h| h.href.clone()).collect();

        let edited: HashMap<String, &Head> =
            heads.iter().filter(|head| head.edit.is_some()).map(|head| (head.href.key(), head)).collect();
        // Sent, and read back now: nobody else need have changed it.
        let sent = |head: &&Head| head.edit.is_none() && head.refetch && !restore;
        let sent: HashMap<String, &Head> = heads.iter().filter(sent).map(|head| (head.href.key(), head)).collect();
        let mut etags: HashMap<String, Option<Etag>> = HashMap::new();
        if !sent.is_empty() {
            etags.extend(listing.items.iter().map(|item| (item.href.key(), item.etag.clone())));
        }
        // Some texts came along; the rest is asked for.
        let (mut fetched, mut missing) = (Vec::new(), Vec::new());
        for href in diff.fetch {
            match listing.texts.remove(&href.key()) {
                Some((etag, text)) => {
                    fetched.push(Fetched { href, result: Fetch::Found { etag: Some(etag), text } });
                }
                None => missing.push(href),
            }
        }
        let (compare, rest): (Vec<Href>, Vec<Href>) =
            missing.into_iter().partition(|href| edited.contains_key(&href.key()));
        // One request for all, where they are few.
        let (read, fetch) = match compare.len() + rest.len() {
            _ if compare.is_empty() => (Vec::new(), rest),
            1..=BATCH => (compare.into_iter().chain(rest).collect(), Vec::new()),
            _ => (compare, rest),
        };
        for hrefs in read.chunks(BATCH) {
            fetched.extend(self.reading(self.remote.fetch_listed(collection, hrefs)).await?.0);
        }
        let other = |href: &Href, etag: Option<&Etag>| {
            let ours = sent.get(&href.key()).is_some_and(|head| stored_so(head, etag));
            if ours { There::Same } else { There::Other }
        };
        let mut remote = Remote::new();
        for fetched in &fetched {
            let state = match (&fetched.result, edited.get(&fetched.href.key())) {
                (Fetch::Found { etag, text }, Some(head)) => match store.item(&head.id).await? {
                    Some(item) => There::Text(self.likeness(&item, etag.as_ref(), text).await?),
                    None => There::Other,
                },
                (Fetch::Gone, _) => There::Gone,
                (Fetch::Found { etag, .. }, None) => other(&fetched.href, etag.as_ref()),
                (Fetch::Failed(_), _) => There::Other,
            };
            remote.push((fetched.href.clone(), state));
        }
        let listed = |href: &Href| etags.get(&href.key()).and_then(Option::as_ref);
        remote.extend(fetch.iter().map(|href| (href.clone(), other(href, listed(href)))));
        remote.extend(gone.iter().map(|href| (href.clone(), There::Gone)));
        let mut plan = self.plan(&heads, &remote);
        plan.resting += resting.get();
        let audited = listing.complete;
        let Listing { token, refused, textless, .. } = listing;
        let told = Told { token, refused, textless, audited, hidden, fetched, fetch, gone };
        Ok(Draft { plan, heads, all: Some(all.get()), told: Some(told), asked })
    }

    fn plan(&self, heads: &[Head], remote: &Remote) -> Plan {
        plan(heads, remote, self.account.policy, |head| head.edit.is_some() && !self.due(head))
    }

    /// How the server's text compares to the item's.
    pub async fn likeness(&self, item: &Item, etag: Option<&Etag>, theirs: &[u8]) -> Result<Likeness, Fault> {
        let like = |ours: &Option<Vec<u8>>| ours.as_deref().is_some_and(|ours| same_meaning(ours, theirs));
        // What the server made of what was sent is nobody else's change.
        let (edit, mut base) = (like(&item.edit), like(&item.base) || stored_so(&item.head, etag));
        if item.head.edit.is_some() && !edit && !base {
            base = self.was_ours(item, theirs).await?;
        }
        let wanted = self.account.policy == Policy::Merge && !edit && !base;
        Ok(Likeness { edit, base, merges: wanted && merged(item, theirs).is_some() })
    }

    /// Whether the text is an edit that was made here before the present one: it was
    /// sent, and the answer was lost. What was made of it since is no conflict with it.
    async fn was_ours(&self, item: &Item, theirs: &[u8]) -> Result<bool, Fault> {
        let past = self.ports.store.kept(Past::Item(item.head.id.clone())).await?;
        // Newest first, and only as far back as the present base: what came before it was
        // sent, or given up.
        let mut since = past.iter().take_while(|kept| kept.why == Why::Edited);
        Ok(since.any(|kept| same_meaning(&kept.text, theirs)))
    }

    /// The guard reads what a draft deletes: what it stops, if it does.
    pub async fn guard(
        &self,
        collection: &Collection,
        draft: &Draft,
        marker: Option<&str>,
    ) -> Result<Option<Held>, Fault> {
        let deletions = draft.deletions();
        let all = match draft.all {
            Some(all) => all,
            // Nothing goes: there is nothing to count it against.
            None if deletions.is_empty() => return Ok(None),
            None => self.ports.store.heads(&collection.id).await?.iter().filter(|head| head.based).count(),
        };
        Ok(self.stop(collection, deletions, all, marker))
    }

    /// What the guard stops of these, in a collection of so many items.
    pub fn stop(
        &self,
        collection: &Collection,
        deletions: Deletions,
        all: usize,
        marker: Option<&str>,
    ) -> Option<Held> {
        // A restore takes the server's state, whatever it is: that is what the person
        // asked for, and the history has the rest.
        let off = !self.options.guard || self.trigger == Trigger::Restore;
        if off || deletions.agreed(collection.held.as_ref()) {
            return None;
        }
        if !guard::stops(&self.settings.guard, &deletions, all) {
            return None;
        }
        let Deletions { here, there, .. } = deletions;
        Some(Held {
            since: self.now,
            of: u32::try_from(all).unwrap_or(u32::MAX),
            marker: marker.map(str::to_owned),
            agreed: false,
            here,
            there,
        })
    }

    /// What changed, by the cheapest way that can be trusted.
    async fn list(&self, collection: &Collection) -> Result<Listing, Fault> {
        if !collection.reports_changes {
            return self.remote.listing(collection).await;
        }
        let token = collection.sync_token.as_deref();
        if token.is_some() {
            match self.remote.changes(collection, token, collection.texts != Texts::Never).await {
                Err(fault) if fault.class == Class::Conflict => {
                    self.say(Saying::new("log_token_invalid").with(&collection.name));
                }
                other => return other,
            }
        }
        // Most of what there is is here already, or it is more than fits into one answer.
        let listing = match self.remote.changes(collection, None, false).await {
            // Some servers refuse the empty token (quirk 7), or a report that large.
            Err(fault) if matches!(fault.class, Class::Conflict | Class::Bug | Class::Item) => {
                self.remote.listing(collection).await?
            }
            other => other?,
        };
        Ok(Listing { refused: token.is_some(), ..listing })
    }

    /// Compares all etags where nothing is said to have changed. If something did, what is
    /// taken goes beyond the token: a new one is asked for before what it is to cover is
    /// compared again.
    async fn audit_unchanged(&self, collection: &Collection, heads: &[Head]) -> Result<(Listing, usize), Fault> {
        let (full, hidden) = self.audit(collection, heads, None).await?;
        if collection.sync_token.is_none() || diff(&full, heads, false) == Diff::default() {
            return Ok((full, hidden));
        }
        let told = self.reading(self.list(collection)).await?.0;
        let listing = if told.complete { told } else { self.audit(collection, heads, Some(told)).await?.0 };
        Ok((listing, hidden))
    }

    /// Compares all etags. `told` is what the token led to: the rest had been hidden.
    async fn audit(
        &self,
        collection: &Collection,
        heads: &[Head],
        told: Option<Listing>,
    ) -> Result<(Listing, usize), Fault> {
        let (mut full, _) = self.reading(self.remote.listing(collection)).await?;
        // Told and not listed: one of the two is wrong, so it is asked for by name.
        let listed: HashSet<String> = full.items.iter().map(|item| item.href.key()).collect();
        let unlisted = told.iter().flat_map(|told| &told.items).filter(|item| !listed.contains(&item.href.key()));
        full.items.extend(unlisted.map(|item| Listed { href: item.href.clone(), etag: None }));
        let found = diff(&full, heads, false);
        let known: HashSet<String> = told
            .iter()
            .flat_map(|told| told.items.iter().map(|item| item.href.key()).chain(told.gone.iter().map(Href::key)))
            .collect();
        let by_id: HashMap<_, _> = heads.iter().map(|head| (&head.id, head)).collect();
        // What waits to be read anyway, or never has an etag, was not hidden by anyone.
        let unsure = heads.iter().filter(|head| head.refetch || !head.based || head.etag.is_none());
        let unsure: HashSet<String> = unsure.map(|head| head.href.key()).collect();
        let gone = found.gone.iter().filter_map(|id| by_id.get(id)).map(|head| head.href.key());
        let found = found.fetch.iter().map(Href::key).chain(gone);
        let hidden = found.filter(|key| !known.contains(key) && !unsure.contains(key)).count();
        if let Some(told) = told {
            Listing { token: full.token, refused: full.refused, texts: full.texts, textless: full.textless, .. } = told;
            // What is asked for by name is not what came along.
            full.texts.retain(|key, _| listed.contains(key));
        }
        Ok((full, hidden))
    }
}

/// Whether what the server has under this etag is what it made of the text that was sent,
/// and is the base until it is read back (docs/adr/0001). A weak etag names no one text.
pub(super) fn stored_so(head: &Head, etag: Option<&Etag>) -> bool {
    let same = |(sent, stored): (&Etag, &Etag)| !sent.weak() && !stored.weak() && sent.same(stored);
    head.refetch && head.based && head.etag.as_ref().zip(etag).is_some_and(same)
}

/// One text of our edit and theirs, where they touch different properties.
pub(super) fn merged(item: &Item, theirs: &[u8]) -> Option<Vec<u8>> {
    text::merge::merge(item.base.as_deref()?, item.edit.as_deref()?, theirs)
}

/// The fault that tells of a stop.
pub(super) fn stopped(collection: &Collection, held: &Held) -> Fault {
    let (gone, here) = if held.here.is_empty() { (&held.there, false) } else { (&held.here, true) };
    fault::guard(&collection.name, gone.len(), held.of as usize, here)
}
