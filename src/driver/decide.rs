//! What the person decides: about what the guard stopped, and about a collection
//! that is not on the server any more.

use super::Driver;
use super::session::{kept, title};
use crate::fault;
use crate::message::{Drafted, Step};
use crate::model::{Account, Choice, Collection, CollectionId, Edit, Fate, Fault, Head, Item, ItemId, Trigger, Why};
use crate::sync::plan::Action;

impl Driver {
    /// The plan of the next run, without running it: reads here and there, writes
    /// nothing.
    ///
    /// # Errors
    /// What stops the whole run; what stops one collection is told with it.
    pub async fn preview(&self, account: Account) -> Result<Vec<Drafted>, Fault> {
        if account.principal.is_none() {
            return Err(fault::not_set_up());
        }
        // Whether it is stopped is not for a look to change.
        let password = self.ports.vault.open(&account.id).await?.ok_or_else(fault::no_password)?;
        let mut session = self.session(Account { stopped: false, ..account }, &password, Trigger::Person)?;
        session.settings = self.ports.store.settings().await?;
        let mut drafted = Vec::new();
        for (collection, draft) in session.drafts().await? {
            drafted.push(match draft {
                Err(fault) => Drafted { fault: Some(fault), ..Drafted::of(&collection, Vec::new()) },
                Ok((draft, held)) => {
                    let mut steps = Vec::with_capacity(draft.plan.steps.len());
                    for step in &draft.plan.steps {
                        let title = match &step.item {
                            Some(id) => self.title(id).await?,
                            None => step.href.name(),
                        };
                        steps.push(Step { action: step.action.word().to_owned(), item: step.item.clone(), title });
                    }
                    let fault = held.map(|held| super::draft::stopped(&collection, &held));
                    let resting = u32::try_from(draft.plan.resting).unwrap_or(u32::MAX);
                    Drafted { resting, fault, ..Drafted::of(&collection, steps) }
                }
            });
        }
        Ok(drafted)
    }

    /// What the guard holds back, to be shown to the person who decides.
    ///
    /// # Errors
    /// The store's.
    pub async fn held(&self) -> Result<Vec<Drafted>, Fault> {
        let mut all = Vec::new();
        for collection in self.collections().await? {
            let Some(held) = collection.held.as_ref().filter(|held| !held.agreed) else { continue };
            let mut steps = Vec::new();
            for (ids, action) in [(&held.here, Action::Drop), (&held.there, Action::Delete)] {
                for id in ids {
                    let title = self.title(id).await?;
                    steps.push(Step { action: action.word().to_owned(), item: Some(id.clone()), title });
                }
            }
            let fault = Some(super::draft::stopped(&collection, held));
            all.push(Drafted { fault, ..Drafted::of(&collection, steps) });
        }
        Ok(all)
    }

    /// Carries out what the person decides about what the guard stopped; the next
    /// run does the rest.
    ///
    /// # Errors
    /// The store's.
    pub async fn decide(&self, id: &CollectionId, choice: Choice) -> Result<(), Fault> {
        let Some(mut collection) = self.collection(id).await? else { return Ok(()) };
        let Some(mut held) = collection.held.take() else { return Ok(()) };
        match choice {
            Choice::Delete => held.agreed = true,
            Choice::BringBack if !collection.writable && !held.here.is_empty() => {
                return Err(fault::read_only(&collection.name));
            }
            Choice::BringBack => {
                for id in &held.here {
                    self.as_new(id).await?;
                }
                for id in &held.there {
                    self.undelete(id).await?;
                }
                // Still held, until a look finds nothing to hold: that look is a full
                // listing.
                held.marker = None;
            }
        }
        collection.held = Some(held);
        self.ports.store.save_collection(&collection).await
    }

    /// Carries out what the person decides about a collection that vanished.
    ///
    /// # Errors
    /// The store's.
    pub async fn settle(&self, id: &CollectionId, fate: Fate) -> Result<(), Fault> {
        let store = &self.ports.store;
        let Some(mut collection) = self.collection(id).await? else { return Ok(()) };
        let Some(vanished) = &mut collection.vanished else { return Ok(()) };
        vanished.fate = Some(fate);
        match fate {
            Fate::Keep => store.save_collection(&collection).await,
            Fate::Remove => store.remove_collection(id).await,
            Fate::Remake => {
                for head in store.heads(id).await? {
                    self.as_new(&head.id).await?;
                }
                collection.sync_token = None;
                collection.marker = None;
                collection.held = None;
                // What we make is ours to write.
                collection.writable = true;
                store.save_collection(&collection).await
            }
        }
    }

    /// The item as one that the server has not got: it goes there again.
    async fn as_new(&self, id: &ItemId) -> Result<(), Fault> {
        let Some(was) = self.ports.store.item(id).await? else { return Ok(()) };
        let Some(shown) = was.shown().map(<[u8]>::to_vec) else { return Ok(()) };
        let mut head = was.head.clone();
        head.rev += 1;
        head.edit = Some(Edit::Put);
        head = Head { based: false, etag: None, refetch: false, waiting: None, ..head };
        let now = self.ports.clock.now();
        // What an edit is based on is nowhere else.
        let base = was.base.iter().filter(|base| **base != shown);
        let replaced = base.map(|base| kept(&was, base.clone(), Why::Restored, now, None)).collect();
        self.write(Some(was), Item { head, base: None, edit: Some(shown) }, replaced).await
    }

    /// The item as if it had not been deleted here.
    async fn undelete(&self, id: &ItemId) -> Result<(), Fault> {
        let Some(was) = self.ports.store.item(id).await? else { return Ok(()) };
        if was.head.edit != Some(Edit::Delete) {
            return Ok(());
        }
        let mut item = was.clone();
        item.head.rev += 1;
        item.head.edit = None;
        // What it waited for went with the edit.
        item.head.waiting = None;
        self.write(Some(was), item, Vec::new()).await
    }

    async fn collection(&self, id: &CollectionId) -> Result<Option<Collection>, Fault> {
        Ok(self.collections().await?.into_iter().find(|collection| collection.id == *id))
    }

    /// What lists call the item; nothing, if it has no text.
    async fn title(&self, id: &ItemId) -> Result<String, Fault> {
        let item = self.ports.store.item(id).await?;
        Ok(item
            .and_then(|item| {
                let text = item.shown().or(item.base.as_deref())?;
                Some(title(&item.head, text))
            })
            .unwrap_or_default())
    }
}
