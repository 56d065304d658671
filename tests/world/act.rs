//! What the person and somebody else do.

use pimento::model::{Item, ItemId, Reach, Role};
use pimento::port::Store;

use super::text::{Essence, Part, compose, restamped, retyped, rewritten, typed};
use super::{World, now};

/// Each item is named by a number, taken modulo those there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    HereNew(Role),
    HereEdit(u8, Part),
    HereDelete(u8),
    /// The newest text that is kept of some item is brought back.
    HereBringBack(u8),
    ThereNew(Role),
    ThereEdit(u8, Part),
    /// Other words for the same.
    ThereTouch(u8),
    ThereDelete(u8),
    /// Another name for the same.
    ThereRename(u8),
    /// Deleted and made again under the same name, with another text.
    ThereReplace(u8),
    /// All etags are others; told as a change or not.
    ThereRestamp(bool),
    /// The person decides about what the guard stopped, if it stopped anything.
    Decide,
    /// Both sides change an item to the same.
    BothSame(u8, Part),
    /// Both sides change an item, differently.
    BothEdit(u8, Part, Part),
}

impl World {
    pub fn act(&self, act: Act) {
        self.ledger.borrow_mut().acts += 1;
        match act {
            Act::HereNew(role) => {
                // Before the first run there is no folder to put it in.
                if self.collections().iter().any(|collection| collection.role == Some(role)) {
                    self.here_new(role);
                }
            }
            Act::HereEdit(n, part) => {
                if let Some(item) = self.here(n) {
                    self.edit(&item.head.id, part);
                }
            }
            Act::HereDelete(n) => {
                if let Some(item) = self.here(n) {
                    now(self.person.delete(&item.head.id, Reach::All)).unwrap();
                }
            }
            Act::HereBringBack(n) => {
                let kept = self.kept();
                if let Some(kept) = kept.get(usize::from(n) % kept.len().max(1)) {
                    let made = now(self.person.bring_back(kept.at, &kept.item)).unwrap();
                    let mut ledger = self.ledger.borrow_mut();
                    ledger.made.insert(made);
                    ledger.again.insert(Essence::of(&kept.text));
                }
            }
            Act::ThereNew(role) => {
                self.there_new(role);
            }
            Act::ThereEdit(n, part) => {
                if let Some((path, _)) = self.there(n) {
                    self.there_edit(&path, part);
                }
            }
            Act::ThereTouch(n) => {
                if let Some((path, text)) = self.there(n) {
                    self.fake.write(&path, &restamped(&text, self.next()));
                }
            }
            Act::ThereDelete(n) => {
                if let Some((path, _)) = self.there(n) {
                    self.fake.erase(&path);
                }
            }
            Act::ThereRename(n) => {
                if let Some((path, _)) = self.there(n) {
                    let ending = &path[path.len() - 4..];
                    let folder = &path[..=path.rfind('/').unwrap()];
                    self.fake.rename(&path, &format!("{folder}renamed-{}{ending}", self.next()));
                }
            }
            Act::ThereReplace(n) => {
                if let Some((path, text)) = self.there(n) {
                    self.fake.erase(&path);
                    self.fake.write(&path, &rewritten(&text, Part::Title, self.next()));
                }
            }
            Act::ThereRestamp(told) => self.fake.restamp(told),
            Act::Decide => {
                self.decide();
            }
            Act::BothSame(n, part) => self.both(n, part, None),
            Act::BothEdit(n, ours, theirs) => self.both(n, ours, Some(theirs)),
        }
        self.observe(&self.moment());
    }

    /// The person types a new item; its text.
    pub fn here_new(&self, role: Role) -> Vec<u8> {
        let made = now(self.person.create(None, &typed(role, self.next()))).unwrap();
        let item = now(self.memory.item(&made)).unwrap().unwrap();
        self.ledger.borrow_mut().made.insert(made);
        item.edit.unwrap()
    }

    /// The person edits an item; its text.
    pub fn edit(&self, id: &ItemId, part: Part) -> Vec<u8> {
        let was = now(self.person.open(id, None)).unwrap();
        now(self.person.edit(id, Reach::All, Some(&was), &retyped(was.clone(), part, self.next()))).unwrap();
        now(self.memory.item(id)).unwrap().unwrap().edit.unwrap()
    }

    /// Somebody else makes an item; its text.
    pub fn there_new(&self, role: Role) -> Vec<u8> {
        let n = self.next();
        let text = compose(role, &format!("u{n}"), n);
        self.fake.write(&format!("{}other-{n}{}", self.path(role), role.kind().extension()), &text);
        text
    }

    /// Somebody else edits an item; its text.
    pub fn there_edit(&self, path: &str, part: Part) -> Vec<u8> {
        let text = rewritten(&self.fake.text(path).unwrap(), part, self.next());
        self.fake.write(path, &text);
        text
    }

    /// The n-th item that the person sees.
    pub fn here(&self, n: u8) -> Option<Item> {
        let items: Vec<Item> = self.moment().here.into_values().filter(|item| item.shown().is_some()).collect();
        (!items.is_empty()).then(|| items[usize::from(n) % items.len()].clone())
    }

    /// The n-th item on the server.
    fn there(&self, n: u8) -> Option<(String, Vec<u8>)> {
        let items = self.fake.texts();
        let at = usize::from(n) % items.len().max(1);
        items.into_iter().nth(at)
    }

    /// Both sides change one item, to the same or (`theirs`) differently.
    fn both(&self, n: u8, part: Part, theirs: Option<Part>) {
        let Some(item) = self.here(n) else { return };
        let path = item.head.href.as_str();
        let Some(text) = self.fake.text(path) else { return };
        let edited = self.edit(&item.head.id, part);
        match theirs {
            None => self.fake.write(path, &edited),
            Some(theirs) => self.fake.write(path, &rewritten(&text, theirs, self.next())),
        }
    }
}
