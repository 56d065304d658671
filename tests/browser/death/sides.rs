//! What is on either side, and how the two compare.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use super::extension::copy;
use crate::harness::dav::Dav;
use crate::harness::server::Radicale;

/// The folders of the account.
pub const FOLDERS: [&str; 3] = ["/alice/calendar/", "/alice/contacts/", "/alice/notes/"];

/// What the server has: texts by href.
#[derive(Debug, PartialEq, Eq)]
pub struct There(BTreeMap<String, String>);

impl There {
    pub fn read(dav: &Dav) -> There {
        There(FOLDERS.iter().flat_map(|folder| dav.items(folder)).collect())
    }

    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    /// All texts, without what differs each time: the UIDs of copies are random.
    pub fn essence(&self) -> Vec<String> {
        let without = |text: &str| text.split_inclusive('\n').filter(|line| !line.starts_with("UID:")).collect();
        let mut texts: Vec<String> = self.texts().map(without).collect();
        texts.sort();
        texts
    }

    /// How many items are marked as copies.
    pub fn copies(&self) -> usize {
        self.texts().filter(|text| text.contains("(copy of ")).count()
    }

    /// Whether what the text says is there, be it in a copy with a mark.
    pub fn has(&self, text: &str) -> bool {
        let token = token(text);
        self.texts().any(|there| there.contains(token))
    }
}

/// What is in IndexedDB.
#[derive(Debug, Deserialize)]
pub struct Here {
    items: Vec<Item>,
    /// The texts of the history.
    pub kept: Vec<String>,
    /// Newest first.
    pub runs: Vec<Value>,
}

#[derive(Debug, Deserialize)]
struct Item {
    href: String,
    base: Option<String>,
    changed: Option<String>,
    edit: Option<String>,
    #[serde(default)]
    refetch: bool,
    waiting: Option<Value>,
}

impl Here {
    /// Both sides have the same, to the byte, and nothing is left to be done.
    #[track_caller]
    pub fn agrees_with(&self, there: &There) {
        for item in &self.items {
            assert!(item.edit.is_none() && item.waiting.is_none() && !item.refetch, "{item:#?}");
        }
        let text = |item: &Item| (item.href.clone(), item.base.clone().unwrap());
        let here: BTreeMap<String, String> = self.items.iter().map(text).collect();
        assert_eq!(here.len(), self.items.len(), "one item for each href");
        assert_eq!(here, there.0);
    }

    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.items.iter().flat_map(|item| [&item.base, &item.changed]).flatten().map(String::as_str)
    }

    /// Whether the history has what the text says.
    pub fn has_kept(&self, text: &str) -> bool {
        let token = token(text);
        self.kept.iter().any(|kept| kept.contains(token))
    }
}

/// The line by which a version of an item is told from all others.
fn token(text: &str) -> &str {
    let tells = |line: &&str| line.starts_with("SUMMARY:") || line.starts_with("ORG:");
    text.lines().find(tells).unwrap_or_else(|| panic!("no token in {text}"))
}

/// The server's data at a moment.
pub struct Copy {
    folder: PathBuf,
    data: tempfile::TempDir,
}

impl Copy {
    pub fn of(server: &Radicale) -> Copy {
        let data = tempfile::tempdir().unwrap();
        copy(&server.folder, data.path());
        Copy { folder: server.folder.clone(), data }
    }

    /// Radicale keeps nothing but files: nobody may be asking it at that time.
    pub fn put_back(&self) {
        fs::remove_dir_all(&self.folder).unwrap();
        copy(self.data.path(), &self.folder);
    }
}
