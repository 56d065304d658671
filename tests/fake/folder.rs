//! One collection of the fake: its items, and what it remembers of its past.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::flavour::Facts;

#[derive(Clone, Debug)]
pub struct Item {
    pub text: Vec<u8>,
    pub uid: String,
    /// Another one makes another etag of the same text.
    pub salt: u64,
}

/// Items by name, and versions by name: those of deleted items too, where the
/// server remembers them.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    pub contacts: bool,
    pub name: String,
    pub component: String,
    pub items: BTreeMap<String, Item>,
    /// Nobody may write, and it says so (`current-user-privilege-set`).
    pub read_only: bool,
    versions: BTreeMap<String, u64>,
    /// What each token that was given stands for.
    given: HashMap<String, BTreeMap<String, u64>>,
    /// Counts the changes.
    changes: u64,
    /// Counts the tokens told, for a server that has a new one at each poll.
    polls: u64,
}

/// What happened to an item since a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    There,
    Gone,
}

impl Folder {
    pub fn new(contacts: bool, name: &str, component: &str) -> Folder {
        Folder { contacts, name: name.into(), component: component.into(), ..Folder::default() }
    }

    /// Stores the text as it is. The etag is of the text, as both real servers have it.
    pub fn put(&mut self, name: &str, text: Vec<u8>, facts: &Facts) {
        let uid = uid(&text);
        let salt = self.items.get(name).map_or(0, |item| item.salt);
        self.items.insert(name.to_owned(), Item { text, uid, salt });
        self.changed(name, facts);
    }

    /// What a server does behind its own tokens' back (quirks 5 to 7): `None` deletes.
    pub fn slip(&mut self, name: &str, text: Option<Vec<u8>>) {
        match text {
            Some(text) => {
                let (uid, salt) = (uid(&text), 0);
                self.items.insert(name.to_owned(), Item { text, uid, salt });
            }
            None => drop(self.items.remove(name)),
        }
    }

    pub fn delete(&mut self, name: &str, facts: &Facts) -> Option<Item> {
        let item = self.items.remove(name)?;
        self.changes += 1;
        if facts.tombs {
            self.versions.insert(name.to_owned(), self.changes);
        } else {
            self.versions.remove(name);
        }
        Some(item)
    }

    /// Gives every item another etag, though nothing changed. `told`: as a change.
    pub fn restamp(&mut self, told: bool, facts: &Facts) {
        for name in self.items.keys().cloned().collect::<Vec<_>>() {
            self.items.get_mut(&name).unwrap().salt += 1;
            if told {
                self.changed(&name, facts);
            }
        }
    }

    fn changed(&mut self, name: &str, facts: &Facts) {
        self.changes += 1;
        // A hash of what is there is what git has; a count is what a log has.
        let version = if facts.remembers_detours { self.changes } else { self.etag(name).unwrap_or_default() };
        self.versions.insert(name.to_owned(), version);
    }

    /// What the etag of an item is made of.
    pub fn etag(&self, name: &str) -> Option<u64> {
        self.items.get(name).map(|item| hash(&(&item.text, item.salt)))
    }

    /// The change marker: another one whenever anything changed.
    pub fn state(&self) -> String {
        format!("{:016x}", hash(&self.versions))
    }

    /// A token for the present; `fresh`: another one each time it is told.
    pub fn token(&mut self, fresh: bool, facts: &Facts) -> String {
        self.polls += u64::from(fresh);
        let space = if facts.token_of_changes { "http://radicale.org/ns/sync" } else { "http://fake.example" };
        let token = format!("{space}/{}/{}", self.state(), self.polls);
        self.given.entry(token.clone()).or_insert_with(|| self.versions.clone());
        token
    }

    /// What happened since the token; `None` if it was never given. An empty one
    /// stands for the beginning of time.
    pub fn since(&self, token: &str) -> Option<Vec<(String, Word)>> {
        let nothing = BTreeMap::new();
        let then = if token.is_empty() { &nothing } else { self.given.get(token)? };
        let mut words: Vec<(String, Word)> = Vec::new();
        for (name, version) in &self.versions {
            if then.get(name) != Some(version) {
                let word = if self.items.contains_key(name) { Word::There } else { Word::Gone };
                words.push((name.clone(), word));
            }
        }
        let forgotten = then.keys().filter(|name| !self.versions.contains_key(*name));
        words.extend(forgotten.map(|name| (name.clone(), Word::Gone)));
        Some(words)
    }

    /// Forgets all tokens, as a server does after a while.
    pub fn forget_tokens(&mut self) {
        self.given.clear();
        self.polls += 1;
    }

    /// Where another item of this UID is.
    pub fn uid_at(&self, text: &[u8], but: &str) -> Option<&str> {
        let wanted = uid(text);
        self.items.iter().find(|(name, item)| *name != but && item.uid == wanted).map(|(name, _)| name.as_str())
    }
}

pub fn hash(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// The first UID of a text.
fn uid(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.lines().find_map(|line| line.strip_prefix("UID:")).unwrap_or_default().trim().to_owned()
}
