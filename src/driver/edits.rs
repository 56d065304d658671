//! What the person does to items. An edit is stored, and sent by the next run.

use super::Driver;
use super::session::{index, kind_of, uuid};
use crate::fault;
use crate::model::{Collection, Edit, EntryKind, Fault, Fields, Head, Item, ItemId, Kind, Millis, Role};
use crate::port::{Change, Commit, Race};
use crate::text;

impl Driver {
    /// The fields of an item, for its form.
    ///
    /// # Errors
    /// If the item is not there any more, or cannot be read as a form.
    pub async fn open(&self, id: &ItemId) -> Result<Fields, Fault> {
        let item = self.item(id).await?;
        item.shown().and_then(text::form::fields).ok_or_else(|| fault::field("field_no_form"))
    }

    /// A new item in the default folder of its kind, or a changed one.
    ///
    /// # Errors
    /// If there is no such folder or item, or it cannot be written.
    pub async fn edit(&self, id: Option<&ItemId>, fields: &Fields) -> Result<ItemId, Fault> {
        let now = self.ports.clock.now();
        match id {
            None => self.create(fields, now).await,
            Some(id) => {
                let item = self.item(id).await?;
                self.writable(&item.head).await?;
                let shown = item.shown().unwrap_or_default();
                let text = text::form::apply(shown, fields, now);
                if text != shown {
                    self.change(item, Some(text)).await?;
                }
                Ok(id.clone())
            }
        }
    }

    /// # Errors
    /// If the item is not there any more, or its folder cannot be written.
    pub async fn delete(&self, id: &ItemId) -> Result<(), Fault> {
        let item = self.item(id).await?;
        self.writable(&item.head).await?;
        self.change(item, None).await
    }

    /// How many changes made here a restore would set aside.
    pub async fn count_restore(&self) -> Result<u32, Fault> {
        let Some(account) = self.account().await? else { return Ok(0) };
        let mut count = 0;
        for collection in self.ports.store.collections(&account.id).await? {
            let todo = self.ports.store.todo(&collection.id).await?;
            count += todo.iter().filter(|head| head.edit.is_some()).count();
        }
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Makes a kept text the item's again: as an edit of it where it still exists,
    /// else as a new item.
    ///
    /// # Errors
    /// If the text is not kept any more, or its folder is gone.
    pub async fn bring_back(&self, at: Millis, id: &ItemId) -> Result<ItemId, Fault> {
        let store = &self.ports.store;
        let kept = store.kept(usize::MAX).await?.into_iter().find(|kept| kept.at == at && kept.item == *id);
        let Some(kept) = kept else { return Err(fault::field("field_not_kept")) };
        if let Some(item) = store.item(id).await? {
            self.writable(&item.head).await?;
            self.change(item, Some(kept.text)).await?;
            return Ok(id.clone());
        }
        let Some(account) = self.account().await? else { return Err(fault::not_set_up()) };
        let collections = store.collections(&account.id).await?;
        let collection = collections.iter().find(|collection| collection.id == kept.collection);
        let Some(collection) = collection else { return Err(fault::collection_gone(&kept.title)) };
        self.insert(collection, id.clone(), &uuid(&self.ports), kept.text).await?;
        Ok(id.clone())
    }

    async fn create(&self, fields: &Fields, now: Millis) -> Result<ItemId, Fault> {
        let role = match fields.kind() {
            EntryKind::Event | EntryKind::Task => Role::Calendar,
            EntryKind::Contact => Role::Contacts,
            EntryKind::Note => Role::Notes,
        };
        let Some(account) = self.account().await? else { return Err(fault::not_set_up()) };
        let collections = self.ports.store.collections(&account.id).await?;
        let Some(collection) = collections.iter().find(|c| c.role == Some(role)) else {
            return Err(fault::no_folder(&self.options.names[role as usize]));
        };
        if !collection.writable {
            return Err(fault::read_only(&collection.name));
        }
        let uid = uuid(&self.ports);
        let id = ItemId(uuid(&self.ports));
        self.insert(collection, id.clone(), &uid, text::compose::new_item(fields, &uid, now)).await?;
        Ok(id)
    }

    async fn insert(&self, collection: &Collection, id: ItemId, name: &str, text: Vec<u8>) -> Result<(), Fault> {
        let href = collection.href.child(&format!("{name}{}", collection.kind.extension()));
        let mut head = Head::new(id, collection.id.clone(), href);
        head.edit = Some(Edit::Put);
        head.rev = 1;
        self.write(Item { head, base: None, edit: Some(text) }, None, collection.kind).await
    }

    /// The item with a new text, or deleted. One more edit: a run that began before
    /// sees by its number that it was too late.
    async fn change(&self, mut item: Item, text: Option<Vec<u8>>) -> Result<(), Fault> {
        let seen = item.head.rev;
        let kind = kind_of(&item.head);
        item.head.rev += 1;
        item.head.edit = Some(if text.is_some() { Edit::Put } else { Edit::Delete });
        item.edit = text;
        self.write(item, Some(seen), kind).await
    }

    async fn write(&self, item: Item, seen: Option<u64>, kind: Kind) -> Result<(), Fault> {
        let index = index(kind, &item, self.ports.clock.now());
        let change = Change::Put { item: Box::new(item), seen, index, race: Race::KeepBase };
        self.ports.store.commit(Commit { changes: vec![change], ..Commit::default() }).await
    }

    async fn item(&self, id: &ItemId) -> Result<Item, Fault> {
        self.ports.store.item(id).await?.ok_or_else(|| fault::field("field_item_gone"))
    }

    async fn writable(&self, head: &Head) -> Result<(), Fault> {
        let Some(account) = self.account().await? else { return Err(fault::not_set_up()) };
        let collections = self.ports.store.collections(&account.id).await?;
        match collections.iter().find(|collection| collection.id == head.collection) {
            Some(collection) if !collection.writable => Err(fault::read_only(&collection.name)),
            _ => Ok(()),
        }
    }
}
