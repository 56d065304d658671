//! What the person does to items. An edit is stored, and sent by the next run.

use super::Driver;
use super::index::index;
use super::session::{kept, kind_of, uuid};
use crate::fault;
use crate::model::view::{Instance, Seek};
use crate::model::{
    Collection, CollectionId, Edit, EntryKind, Fault, Fields, Head, Item, ItemId, Kept, Kind, Millis, Reach, Role,
    View, Why,
};
use crate::port::{Change, Commit};
use crate::text;
use crate::text::series::{Parts, Refused};

/// So often an edit is made anew on what a run has written meanwhile.
pub(super) const RACES: usize = 8;

impl Driver {
    /// What is in an item, to read. Of a series, `of` names the instance to show.
    ///
    /// # Errors
    /// If the item is not there any more.
    pub async fn view(&self, id: &ItemId, of: Option<Millis>) -> Result<View, Fault> {
        let item = self.item(id).await?;
        let shown = item.shown().ok_or_else(|| fault::field("field_item_gone"))?;
        Ok(text::view::view(shown, of, self.ports.clock.now()))
    }

    /// The instances of an item's series that are sought.
    ///
    /// # Errors
    /// If the item is not there any more.
    pub async fn instances(&self, id: &ItemId, seek: Seek) -> Result<Vec<Instance>, Fault> {
        let item = self.item(id).await?;
        let shown = item.shown().ok_or_else(|| fault::field("field_item_gone"))?;
        Ok(text::view::instances(shown, seek))
    }

    /// The fields of an item, for its form; of a series, those of that instance
    /// ([`crate::model::Occurrence::of`]).
    ///
    /// # Errors
    /// If the item or the instance is not there any more, or cannot be read as a form.
    pub async fn open(&self, id: &ItemId, of: Option<Millis>) -> Result<Fields, Fault> {
        let item = self.item(id).await?;
        let shown = item.shown().unwrap_or_default();
        match of {
            Some(of) => text::series::fields(shown, of).ok_or_else(|| fault::field("field_instance_gone")),
            None => text::form::fields(shown).ok_or_else(|| fault::field("field_no_form")),
        }
    }

    /// A new item, in the folder given or the default one of its kind.
    ///
    /// # Errors
    /// If there is no such folder, or it cannot be written.
    pub async fn create(&self, folder: Option<&CollectionId>, fields: &Fields) -> Result<ItemId, Fault> {
        let role = match fields.kind() {
            EntryKind::Event | EntryKind::Task => Role::Calendar,
            EntryKind::Contact => Role::Contacts,
            EntryKind::Note => Role::Notes,
        };
        let collections = self.collections().await?;
        let wanted = |c: &&Collection| folder.map_or(c.role == Some(role), |folder| c.id == *folder);
        let Some(collection) = collections.iter().find(wanted) else {
            return Err(if self.accounts().await?.is_empty() {
                fault::not_set_up()
            } else {
                fault::no_folder(&(self.options.name)(role))
            });
        };
        if !collection.writable {
            return Err(fault::read_only(&collection.name));
        }
        if collection.vanished.is_some() {
            // Nothing of it is sent any more: what is new would be here alone.
            return Err(fault::collection_gone(&collection.name));
        }
        let uid = uuid(&self.ports);
        let id = ItemId(uuid(&self.ports));
        let text = text::compose::new_item(fields, &uid, self.ports.clock.now());
        self.insert(collection, id.clone(), &uid, text).await?;
        Ok(id)
    }

    /// The item with what the person changed in its form; of a series as far as `reach`
    /// says. `was` is what the form showed when it was opened: what changed since in
    /// fields that the person left alone stays changed.
    ///
    /// # Errors
    /// If the item or the instance is not there any more, or cannot be written.
    pub async fn edit(&self, id: &ItemId, reach: Reach, was: Option<&Fields>, fields: &Fields) -> Result<(), Fault> {
        let uid = uuid(&self.ports);
        let now = self.ports.clock.now();
        let edited = |shown: &[u8]| text::series::edited(shown, reach, was, fields, &uid, now).map_err(refused);
        self.change_parts(id, Why::Edited, &uid, edited).await
    }

    /// Deletes the item; of a series as much as `reach` says.
    ///
    /// # Errors
    /// If the item or the instance is not there any more, or its folder cannot be written.
    pub async fn delete(&self, id: &ItemId, reach: Reach) -> Result<(), Fault> {
        let now = self.ports.clock.now();
        let deleted = |shown: &[u8]| text::series::deleted(shown, reach, now).ok_or_else(gone);
        self.change_parts(id, Why::Edited, "", deleted).await
    }

    /// How many changes made here a restore would set aside.
    pub async fn count_restore(&self) -> Result<u32, Fault> {
        let mut count = 0;
        for account in self.accounts().await? {
            count += self.count_unsent(&account.id).await?;
        }
        Ok(count)
    }

    /// Makes the item what `text` says of what is shown now (`None`: deleted).
    pub(super) async fn change(
        &self,
        id: &ItemId,
        why: Why,
        text: impl Fn(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<(), Fault> {
        self.change_parts(id, why, "", |shown| Ok(Parts { item: text(shown), new: None })).await
    }

    /// As [`Driver::change`], and another item, called by its UID, beside it: both or
    /// neither. One more edit: a run that began before sees by its number that it was too
    /// late, and a run that was faster is seen here.
    async fn change_parts(
        &self,
        id: &ItemId,
        why: Why,
        uid: &str,
        parts: impl Fn(&[u8]) -> Result<Parts, Fault>,
    ) -> Result<(), Fault> {
        let mut raced = None;
        for _ in 0..RACES {
            let was = self.item(id).await?;
            let collection = self.writable(&was.head).await?;
            let new = parts(was.shown().unwrap_or_default())?;
            if new.item.is_some() && new.item.as_deref() == was.shown() {
                return Ok(());
            }
            let mut item = was.clone();
            item.head.rev += 1;
            item.head.edit = Some(if new.item.is_some() { Edit::Put } else { Edit::Delete });
            item.edit = new.item;
            let now = self.ports.clock.now();
            // The base is in the store still; an edit that was not sent is nowhere else.
            let replaced = was.edit.iter().map(|edit| kept(&was, edit.clone(), why, now, None)).collect();
            let mut written = vec![(Some(was), item)];
            if let Some(text) = new.new {
                if collection.vanished.is_some() {
                    // As with all that is new: it would be here alone.
                    return Err(fault::collection_gone(&collection.name));
                }
                written.push((None, made(&collection, ItemId(uuid(&self.ports)), uid, text)));
            }
            match self.write_all(written, replaced).await {
                Err(fault) if fault.text.key == "fault_raced" => raced = Some(fault),
                other => return other,
            }
        }
        raced.map_or(Ok(()), Err)
    }

    pub(super) async fn insert(
        &self,
        collection: &Collection,
        id: ItemId,
        name: &str,
        text: Vec<u8>,
    ) -> Result<(), Fault> {
        self.write(None, made(collection, id, name, text), Vec::new()).await
    }

    /// Writes what the person did, if the item is still as it was.
    pub(super) async fn write(&self, was: Option<Item>, item: Item, kept: Vec<Kept>) -> Result<(), Fault> {
        self.write_all(vec![(was, item)], kept).await
    }

    /// All of it, or nothing.
    async fn write_all(&self, items: Vec<(Option<Item>, Item)>, kept: Vec<Kept>) -> Result<(), Fault> {
        let now = self.ports.clock.now();
        let change = |(was, mut item): (Option<Item>, Item)| {
            item.head.edited = item.head.edit.map(|_| now);
            let kind: Kind = kind_of(&item.head);
            let index = index(kind, &item, now);
            Change::Edit { was: was.map(Box::new), item: Box::new(item), index }
        };
        let changes = items.into_iter().map(change).collect();
        self.ports.store.commit(Commit { changes, kept, collection: None }).await
    }

    pub(super) async fn item(&self, id: &ItemId) -> Result<Item, Fault> {
        self.ports.store.item(id).await?.ok_or_else(|| fault::field("field_item_gone"))
    }

    /// The collections of all accounts that are synchronized.
    pub(super) async fn collections(&self) -> Result<Vec<Collection>, Fault> {
        let mut all = Vec::new();
        for account in self.accounts().await? {
            all.extend(self.ports.store.collections(&account.id).await?);
        }
        Ok(all)
    }

    /// The item's collection, which can be written.
    async fn writable(&self, head: &Head) -> Result<Collection, Fault> {
        let collections = self.collections().await?;
        match collections.into_iter().find(|collection| collection.id == head.collection) {
            Some(collection) if !collection.writable => Err(fault::read_only(&collection.name)),
            Some(collection) => Ok(collection),
            None => Err(fault::not_set_up()),
        }
    }
}

/// An item that was made here, to be called by that name.
fn made(collection: &Collection, id: ItemId, name: &str, text: Vec<u8>) -> Item {
    let href = collection.href.child(&format!("{name}{}", collection.kind.extension()));
    let mut head = Head::new(id, collection.id.clone(), href);
    head.edit = Some(Edit::Put);
    head.rev = 1;
    Item { head, base: None, edit: Some(text) }
}

fn gone() -> Fault {
    fault::field("field_instance_gone")
}

fn refused(why: Refused) -> Fault {
    match why {
        Refused::Gone => gone(),
        Refused::Days => fault::field("field_rule_days"),
    }
}
