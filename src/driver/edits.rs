//! What the person does to items. An edit is stored, and sent by the next run.

use super::Driver;
use super::session::{index, kept, kind_of, uuid};
use crate::fault;
use crate::model::{
    Collection, CollectionId, Edit, EntryKind, Fault, Fields, Head, Item, ItemId, Kind, Millis, Role, View, Why,
};
use crate::port::{Change, Commit};
use crate::text;

/// So often an edit is made anew on what a run has written meanwhile.
const RACES: usize = 8;

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

    /// The fields of an item, for its form.
    ///
    /// # Errors
    /// If the item is not there any more, or cannot be read as a form.
    pub async fn open(&self, id: &ItemId) -> Result<Fields, Fault> {
        let item = self.item(id).await?;
        item.shown().and_then(text::form::fields).ok_or_else(|| fault::field("field_no_form"))
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
                fault::no_folder(&self.options.names[role as usize])
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

    /// The item with what the person changed in its form. `was` is what the form
    /// showed when it was opened: what changed since in fields that the person left
    /// alone stays changed.
    ///
    /// # Errors
    /// If the item is not there any more, or cannot be written.
    pub async fn edit(&self, id: &ItemId, was: Option<&Fields>, fields: &Fields) -> Result<(), Fault> {
        self.change(id, Why::Edited, |shown| {
            let now = text::form::fields(shown);
            let fields = match (was, &now) {
                (Some(was), Some(now)) => text::form::rebase(was, fields, now),
                _ => fields.clone(),
            };
            Some(text::form::apply(shown, &fields, self.ports.clock.now()))
        })
        .await
    }

    /// # Errors
    /// If the item is not there any more, or its folder cannot be written.
    pub async fn delete(&self, id: &ItemId) -> Result<(), Fault> {
        self.change(id, Why::Edited, |_| None).await
    }

    /// How many changes made here a restore would set aside.
    pub async fn count_restore(&self) -> Result<u32, Fault> {
        let mut count = 0;
        for account in self.accounts().await? {
            count += self.count_unsent(&account.id).await?;
        }
        Ok(count)
    }

    /// Makes the item what `text` says of what is shown now (`None`: deleted). One
    /// more edit: a run that began before sees by its number that it was too late,
    /// and a run that was faster is seen here.
    pub(super) async fn change(
        &self,
        id: &ItemId,
        why: Why,
        text: impl Fn(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<(), Fault> {
        let mut raced = None;
        for _ in 0..RACES {
            let was = self.item(id).await?;
            self.writable(&was.head).await?;
            let new = text(was.shown().unwrap_or_default());
            if new.is_some() && new.as_deref() == was.shown() {
                return Ok(());
            }
            let mut item = was.clone();
            item.head.rev += 1;
            item.head.edit = Some(if new.is_some() { Edit::Put } else { Edit::Delete });
            item.edit = new;
            let now = self.ports.clock.now();
            item.head.edited = Some(now);
            // The base is in the store still; an edit that was not sent is nowhere else.
            let replaced = was.edit.iter().map(|edit| kept(&was, edit.clone(), why, now, None)).collect();
            match self.write(Some(was), item, replaced).await {
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
        let href = collection.href.child(&format!("{name}{}", collection.kind.extension()));
        let mut head = Head::new(id, collection.id.clone(), href);
        head.edit = Some(Edit::Put);
        head.rev = 1;
        head.edited = Some(self.ports.clock.now());
        self.write(None, Item { head, base: None, edit: Some(text) }, Vec::new()).await
    }

    /// Writes what the person did, if the item is still as it was.
    pub(super) async fn write(
        &self,
        was: Option<Item>,
        item: Item,
        kept: Vec<crate::model::Kept>,
    ) -> Result<(), Fault> {
        let kind: Kind = kind_of(&item.head);
        let index = index(kind, &item, self.ports.clock.now());
        let change = Change::Edit { was: was.map(Box::new), item: Box::new(item), index };
        self.ports.store.commit(Commit { changes: vec![change], kept, collection: None }).await
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

    async fn writable(&self, head: &Head) -> Result<(), Fault> {
        let collections = self.collections().await?;
        match collections.iter().find(|collection| collection.id == head.collection) {
            Some(collection) if !collection.writable => Err(fault::read_only(&collection.name)),
            Some(_) => Ok(()),
            None => Err(fault::not_set_up()),
        }
    }
}
