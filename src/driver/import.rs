//! The items of a file, on their way into a folder. Each is known by its UID: what is
//! here already is not added again, so that an import that was cut short is completed
//! by doing it once more. What goes in is an edit, and sent by the next run.

use std::collections::{HashMap, HashSet};

use super::Driver;
use super::edits::RACES;
use super::index::index;
use super::session::{kept, title, uuid};
use crate::fault;
use crate::message::{Compared, Differing, Imported, LARGEST, Standing, Text};
use crate::model::{Collection, CollectionId, Edit, Fault, Head, Item, ItemId, Kind, Millis, Why};
use crate::port::{Change, Commit};
use crate::text::file::{component, made, same_item};
use crate::text::update::{is_update, updated};
use crate::text::{as_copy, uid};

/// A text, and what is here of its UID.
struct Found<'a> {
    text: &'a [u8],
    uid: Option<String>,
    standing: Standing,
    /// The item it differs from; of what is new, one that was deleted here and is still
    /// on the server: it comes back.
    there: Option<Item>,
    /// What becomes of that item, if it is not the text alone: instances that come without
    /// their series are put into it.
    whole: Option<Vec<u8>>,
    elsewhere: Option<CollectionId>,
}

impl Found<'_> {
    fn written(&self) -> &[u8] {
        self.whole.as_deref().unwrap_or(self.text)
    }
}

impl Driver {
    /// What importing the texts into the folder would meet, one by one.
    ///
    /// # Errors
    /// If the folder is not there any more, or cannot be written.
    pub async fn compare(&self, folder: &CollectionId, texts: &[Text]) -> Result<Vec<Compared>, Fault> {
        let all = self.collections().await?;
        let collection = target(&all, folder)?;
        let texts: Vec<&[u8]> = texts.iter().map(Text::bytes).collect();
        let name = |id: CollectionId| all.iter().find(|c| c.id == id).map(|c| c.name.clone());
        let found = self.find(&all, collection, &texts, &HashMap::new()).await?;
        let compared = found.into_iter().map(|found| Compared {
            title: title(&self.head(collection), found.text),
            standing: found.standing,
            elsewhere: found.elsewhere.and_then(name),
        });
        Ok(compared.collect())
    }

    /// Puts the texts into the folder; done again, it finds them there.
    ///
    /// # Errors
    /// If the folder is not there any more, or cannot be written; or the store's. What
    /// was written before stays.
    pub async fn import(&self, folder: &CollectionId, texts: &[Text], differing: Differing) -> Result<Imported, Fault> {
        let all = self.collections().await?;
        let collection = target(&all, folder)?;
        let deleted = self.deleted(collection).await?;
        let mut imported = Imported::default();
        let mut rest: Vec<&[u8]> = texts.iter().map(Text::bytes).collect();
        while !rest.is_empty() {
            // Of a UID that comes twice, the second must find the first.
            let mut seen = HashSet::new();
            let now = rest.iter().take_while(|text| uid(text).is_none_or(|uid| seen.insert(uid))).count();
            let later = rest.split_off(now);
            imported += self.put(&all, collection, &rest, &deleted, differing).await?;
            rest = later;
        }
        Ok(imported)
    }

    /// Writes what becomes of the texts, in one transaction.
    async fn put(
        &self,
        all: &[Collection],
        collection: &Collection,
        texts: &[&[u8]],
        deleted: &HashMap<String, ItemId>,
        differing: Differing,
    ) -> Result<Imported, Fault> {
        let mut raced = None;
        for _ in 0..RACES {
            let now = self.ports.clock.now();
            let mut imported = Imported::default();
            let mut commit = Commit::default();
            let all_found = self.find(all, collection, texts, deleted).await?;
            // Of the same text the same copy: it is known the next time.
            let differs = all_found.iter().filter(|found| found.standing == Standing::Differs);
            let own: Vec<String> = match differing {
                Differing::Copy => differs.map(|found| made(found.written())).collect(),
                Differing::Leave | Differing::Replace => Vec::new(),
            };
            let copies = self.ports.store.by_uid(&own).await?.into_iter();
            let copies: HashSet<String> =
                copies.filter(|(_, _, of)| *of == collection.id).map(|(uid, _, _)| uid).collect();
            for found in all_found {
                match (found.standing, differing) {
                    (Standing::Same, _) => imported.same += 1,
                    (Standing::Unfit, _) => imported.unfit += 1,
                    (Standing::New, _) => {
                        imported.added += 1;
                        self.write_text(&mut commit, collection, found.there, found.text.to_vec(), now);
                    }
                    (Standing::Differs, Differing::Leave) => imported.left += 1,
                    (Standing::Differs, Differing::Replace) => {
                        imported.replaced += 1;
                        let text = found.written().to_vec();
                        self.write_text(&mut commit, collection, found.there, text, now);
                    }
                    (Standing::Differs, Differing::Copy) => {
                        let own = made(found.written());
                        if copies.contains(&own) {
                            imported.same += 1;
                        } else {
                            imported.copied += 1;
                            let copy = as_copy(found.written(), &own, &self.options.mark(now));
                            self.write_text(&mut commit, collection, None, copy, now);
                        }
                    }
                }
            }
            if commit.changes.is_empty() {
                return Ok(imported);
            }
            match self.ports.store.commit(commit).await {
                Ok(()) => return Ok(imported),
                Err(fault) if fault.text.key == "fault_raced" => raced = Some(fault),
                Err(fault) => return Err(fault),
            }
        }
        Err(raced.unwrap_or_else(fault::raced))
    }

    /// The text as an edit of the item that is there, or as a new one. Its name has
    /// nothing of the UID: servers disagree about all but letters, digits and hyphens
    /// (quirk 12), and an item of that name may be there with another UID.
    fn write_text(&self, commit: &mut Commit, collection: &Collection, was: Option<Item>, text: Vec<u8>, now: Millis) {
        let mut head = was.as_ref().map_or_else(|| self.head(collection), |was| was.head.clone());
        head.rev += 1;
        head.edit = Some(Edit::Put);
        head.edited = Some(now);
        // The base is in the store still; an edit that was not sent is nowhere else.
        if let Some((was, edit)) = was.as_ref().and_then(|was| Some((was, was.edit.clone()?))) {
            commit.kept.push(kept(was, edit, Why::Edited, now, None));
        }
        let base = was.as_ref().and_then(|was| was.base.clone());
        let item = Item { head, base, edit: Some(text) };
        let index = index(collection.kind, &item, now);
        commit.changes.push(Change::Edit { was: was.map(Box::new), item: Box::new(item), index });
    }

    /// Of an item that is not there yet.
    fn head(&self, collection: &Collection) -> Head {
        let name = format!("{}{}", uuid(&self.ports), collection.kind.extension());
        Head::new(ItemId(uuid(&self.ports)), collection.id.clone(), collection.href.child(&name))
    }

    /// What is here of the texts' UIDs. `deleted` names items by what they were.
    async fn find<'a>(
        &self,
        all: &[Collection],
        collection: &Collection,
        texts: &[&'a [u8]],
        deleted: &HashMap<String, ItemId>,
    ) -> Result<Vec<Found<'a>>, Fault> {
        let store = &self.ports.store;
        let uids: Vec<Option<String>> = texts.iter().map(|text| uid(text)).collect();
        let asked: Vec<String> = uids.iter().flatten().cloned().collect();
        let mut here: HashMap<String, Vec<(ItemId, CollectionId)>> = HashMap::new();
        for (uid, item, of) in store.by_uid(&asked).await? {
            here.entry(uid).or_default().push((item, of));
        }
        let mut found = Vec::with_capacity(texts.len());
        for (text, uid) in texts.iter().copied().zip(uids) {
            let mut one = Found { text, uid, standing: Standing::New, there: None, whole: None, elsewhere: None };
            if !fits(collection, text) {
                one.standing = Standing::Unfit;
                found.push(one);
                continue;
            }
            let namesakes = one.uid.as_ref().and_then(|uid| here.get(uid)).map_or(&[][..], Vec::as_slice);
            for (id, of) in namesakes {
                if *of != collection.id {
                    // Folders that were synchronized once are still in the store.
                    one.elsewhere = one.elsewhere.or_else(|| all.iter().any(|c| c.id == *of).then(|| of.clone()));
                    continue;
                }
                let Some(item) = store.item(id).await? else { continue };
                let Some(shown) = item.shown() else { continue };
                one.whole = is_update(text).then(|| updated(shown, text)).flatten();
                if same_item(shown, one.written()) {
                    (one.standing, one.there) = (Standing::Same, None);
                    break;
                }
                // In its place, what cannot be put into a series would end it.
                let loses = one.whole.is_none() && is_update(text);
                one.standing = if loses { Standing::Unfit } else { Standing::Differs };
                one.there = Some(item);
            }
            if one.standing == Standing::New
                && let Some(id) = one.uid.as_ref().and_then(|uid| deleted.get(uid))
            {
                one.there = store.item(id).await?.filter(|item| item.head.edit == Some(Edit::Delete));
            }
            found.push(one);
        }
        Ok(found)
    }

    /// What was deleted here and is still on the server, by its UID.
    async fn deleted(&self, collection: &Collection) -> Result<HashMap<String, ItemId>, Fault> {
        let store = &self.ports.store;
        let mut deleted = HashMap::new();
        for head in store.todo(&collection.id).await? {
            if head.edit != Some(Edit::Delete) {
                continue;
            }
            let base = store.item(&head.id).await?.and_then(|item| item.base);
            if let Some(uid) = base.as_deref().and_then(uid) {
                deleted.insert(uid, head.id);
            }
        }
        Ok(deleted)
    }
}

/// The folder, if it can be written.
fn target<'a>(all: &'a [Collection], folder: &CollectionId) -> Result<&'a Collection, Fault> {
    let Some(collection) = all.iter().find(|collection| collection.id == *folder) else {
        return Err(fault::field("field_folder_gone"));
    };
    if !collection.writable {
        return Err(fault::read_only(&collection.name));
    }
    if collection.vanished.is_some() {
        // Nothing of it is sent any more: what is new would be here alone.
        return Err(fault::collection_gone(&collection.name));
    }
    Ok(collection)
}

/// Whether the folder takes what the text is, which is no larger than an item. What is
/// neither event, note nor task (free/busy times, a program's own) has no place here,
/// whatever the server says.
fn fits(collection: &Collection, text: &[u8]) -> bool {
    if text.len() > LARGEST {
        return false;
    }
    let component = component(text).unwrap_or_default();
    match collection.kind {
        Kind::Contacts => component == "VCARD",
        Kind::Calendar => ["VEVENT", "VJOURNAL", "VTODO"].contains(&&*component) && collection.takes(&component),
    }
}
