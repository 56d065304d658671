//! In what the real servers differ from each other, as one table: the fake behaves
//! by it, and `tests/contract/server.rs` holds the fake and the real ones to it.

/// Which real server the fake is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    Radicale,
    Xandikos,
}

/// What one of them does.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// Calendars and address books of the user alice are made here.
    pub homes: [&'static str; 2],
    /// DELETE that did it.
    pub deleted: u16,
    /// PUT of a UID that another item of the collection has (`no-uid-conflict`).
    pub uid_taken: u16,
    /// Address books refuse a second UID, too.
    pub uids_in_books: bool,
    /// REPORT with a token that was never given (`valid-sync-token`).
    pub bad_token: u16,
    /// PROPFIND of a collection that is not there; 207: said inside.
    pub missing: u16,
    /// A first sync-collection names what was deleted long ago, by 404.
    pub tombs: bool,
    /// Texts are given inside sync-collection, where they are asked for.
    pub texts_of_changes: bool,
    /// Its markers are hashes, and no change leaves its token as it was, or makes it one that
    /// there was before: one told before all is read by a query hides nothing.
    pub token_of_changes: bool,
    /// A text that is changed and changed back is reported as changed.
    pub remembers_detours: bool,
}

impl Flavour {
    pub const ALL: [Flavour; 2] = [Flavour::Radicale, Flavour::Xandikos];

    pub fn facts(self) -> Facts {
        match self {
            Flavour::Radicale => Facts {
                homes: ["/alice/", "/alice/"],
                deleted: 200,
                uid_taken: 409,
                uids_in_books: true,
                bad_token: 403,
                missing: 404,
                tombs: true,
                texts_of_changes: true,
                token_of_changes: true,
                remembers_detours: true,
            },
            Flavour::Xandikos => Facts {
                homes: ["/alice/calendars/", "/alice/contacts/"],
                deleted: 204,
                uid_taken: 412,
                uids_in_books: false,
                bad_token: 412,
                missing: 207,
                tombs: false,
                texts_of_changes: false,
                token_of_changes: false,
                remembers_detours: false,
            },
        }
    }
}
