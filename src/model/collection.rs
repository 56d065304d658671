//! One calendar, address book or notes folder on the server.

use serde::{Deserialize, Serialize};

use super::{AccountId, Href, Index, ItemId, Millis};

/// A collection is identified by its account and the normalised href.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CollectionId(pub String);

/// What a collection's items are written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// iCalendar objects (RFC 4791).
    Calendar,
    /// vCards (RFC 6352).
    Contacts,
}

impl Kind {
    /// The media type of an item.
    pub fn media_type(self) -> &'static str {
        match self {
            Kind::Calendar => "text/calendar; charset=utf-8",
            Kind::Contacts => "text/vcard; charset=utf-8",
        }
    }

    /// The ending of an item's name, with its dot.
    pub fn extension(self) -> &'static str {
        match self {
            Kind::Calendar => ".ics",
            Kind::Contacts => ".vcf",
        }
    }
}

/// Which of the person's three folders a collection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Role {
    Calendar,
    Contacts,
    Notes,
}

impl Role {
    pub const ALL: [Role; 3] = [Role::Calendar, Role::Contacts, Role::Notes];

    /// Key of its name for people.
    pub fn key(self) -> &'static str {
        match self {
            Role::Calendar => "role_calendar",
            Role::Contacts => "role_contacts",
            Role::Notes => "role_notes",
        }
    }

    /// What its items are written in.
    pub fn kind(self) -> Kind {
        match self {
            Role::Calendar | Role::Notes => Kind::Calendar,
            Role::Contacts => Kind::Contacts,
        }
    }
}

/// A collection as the server last described it, and how far we are in step with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    pub id: CollectionId,
    pub account: AccountId,
    pub href: Href,
    pub kind: Kind,
    /// `DAV:displayname`, or the last segment of the href.
    pub name: String,
    /// `supported-calendar-component-set`; empty for address books and where the
    /// server does not say (then everything goes, RFC 4791, 5.2.3).
    pub components: Vec<String>,
    /// Whether `current-user-privilege-set` lets us write; true where it is not told.
    pub writable: bool,
    /// The default folder it is for this person, if any. Chosen by
    /// `sync::roles`, or by hand.
    pub role: Option<Role>,
    /// The choice of the role was made by hand and is not to be chosen again.
    pub chosen: bool,
    /// `sync-collection` (RFC 6578) is offered.
    pub reports_changes: bool,
    /// The token of the last REPORT whose items are all stored (RFC 6578), or one told
    /// before all was read by a query (ADR 13). Only ever written in the transaction that
    /// stores the last of them.
    pub sync_token: Option<String>,
    /// The change marker the home listing gave (`getctag` or `sync-token`) before
    /// the last complete run of this collection.
    pub marker: Option<String>,
    /// What was sent since the token. A server tells the difference between then and
    /// now: of what was sent and undone by somebody else since, it says nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ahead: Vec<Href>,
    /// Up to when occurrences of its long series are expanded, which are expanded anew
    /// when that comes near. 0 until its first run is done.
    pub indexed_until: Millis,
    /// Which way its items are indexed ([`Index::VERSION`]).
    #[serde(default)]
    pub indexed: u32,
    /// When all etags were last compared with a complete listing, whatever tokens
    /// said. 0 asks for it at the next run.
    #[serde(default)]
    pub audited: Millis,
    /// What was sent was another text under another etag when it was read back by the next
    /// run: the etag of a PUT does not name what the server stores, or others write at the
    /// same time. What is sent is read back at once, until all etags are compared again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unnamed: bool,
    /// How far the server gives texts inside a REPORT of changes.
    #[serde(default)]
    pub texts: Texts,
    /// The guard stopped it: nothing of it runs until the person decides.
    #[serde(default)]
    pub held: Option<Held>,
    /// It is not on the server any more: what is here stays until the person
    /// decides.
    #[serde(default)]
    pub vanished: Option<Vanished>,
}

/// How far texts are asked for inside a REPORT of changes. A server that does not give
/// them answers without; only one that refuses the whole REPORT for it is told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Texts {
    #[default]
    Asked,
    /// Not with everything at once: that was refused (Radicale 3.9, for more than 10,000
    /// events). With what changed since a token they may come.
    OfChanges,
    Never,
}

/// What the guard stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub since: Millis,
    /// Gone on the server, so would be deleted here.
    pub here: Vec<ItemId>,
    /// Deleted here, so would be deleted on the server.
    pub there: Vec<ItemId>,
    /// Of so many items.
    pub of: u32,
    /// The collection's marker then: while it stays, there is nothing to ask the
    /// server.
    pub marker: Option<String>,
    /// The person said that these deletions are meant.
    pub agreed: bool,
}

/// What the person decides about what the guard stopped. Deciding later is to say
/// nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Choice {
    /// Delete them.
    Delete,
    /// What is gone on the server goes there again, what was deleted here is back.
    BringBack,
}

/// A collection that the server does not list any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vanished {
    pub since: Millis,
    pub fate: Option<Fate>,
}

/// What the person decides about a collection that vanished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fate {
    /// It stays here, for this browser alone.
    Keep,
    /// It is made on the server again, with all that is in it here.
    Remake,
    /// It goes here too.
    Remove,
}

impl Collection {
    /// A collection of which nothing is known but where it is.
    pub fn new(account: &AccountId, href: Href, kind: Kind) -> Collection {
        Collection {
            id: Collection::id_of(account, &href),
            account: account.clone(),
            kind,
            name: href.name(),
            href,
            components: Vec::new(),
            writable: true,
            role: None,
            chosen: false,
            reports_changes: true,
            sync_token: None,
            marker: None,
            ahead: Vec::new(),
            indexed_until: 0,
            indexed: Index::VERSION,
            audited: 0,
            unnamed: false,
            texts: Texts::default(),
            held: None,
            vanished: None,
        }
    }

    /// The id of the collection at `href` in `account`.
    pub fn id_of(account: &AccountId, href: &Href) -> CollectionId {
        CollectionId(format!("{} {}", account.0, href.key()))
    }

    /// Whether all that happens in it between the two times is in the store, expanded.
    pub fn has_expanded(&self, from: Millis, to: Millis, now: Millis) -> bool {
        // Items were stored by now, each expanded from so long before that. Those of a
        // first run that is not done are as new as it is.
        let until = if self.indexed_until == 0 { now + Index::AHEAD / 2 } else { self.indexed_until };
        self.indexed >= Index::VERSION && from >= now - Index::BEHIND && to <= until
    }

    /// Whether it takes the component (`VEVENT`, `VJOURNAL`, …).
    pub fn takes(&self, component: &str) -> bool {
        self.kind == Kind::Calendar
            && (self.components.is_empty() || self.components.iter().any(|c| c.eq_ignore_ascii_case(component)))
    }
}
