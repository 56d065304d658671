//! What a run wants of the server, and what it is told. `remote` turns the one
//! into exchanges and their answers into the other.

use std::collections::HashMap;

use crate::model::{Etag, Fault, Href, Kind};

/// What a listing says. Only ever made from an answer that was read to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// All items of the collection are in `items`: what is not is gone. Otherwise
    /// only what changed since the token.
    pub complete: bool,
    /// The collection itself is never among them (quirk 11).
    pub items: Vec<Listed>,
    /// Named by 404, 410 or 418 (quirk 9). May name what was never known here.
    pub gone: Vec<Href>,
    /// To go on from (RFC 6578). `None` from a listing by PROPFIND.
    pub token: Option<String>,
    /// The token that was asked from is not to be asked from again.
    pub refused: bool,
    /// Texts that came along, by [`Href::key`], each with its etag.
    pub texts: HashMap<String, (Etag, Vec<u8>)>,
    /// The server refuses to give texts along.
    pub textless: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub href: Href,
    /// `None` where the server gives none: the item is fetched to be compared.
    pub etag: Option<Etag>,
}

/// What came of one href that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// As it was asked for.
    pub href: Href,
    pub result: Fetch,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetch {
    /// The text as bytes, never re-encoded.
    Found { etag: Option<Etag>, text: Vec<u8> },
    /// An explicit 404 or 410 for this href.
    Gone,
    /// Neither: the server leaves it out, or fails on it, also when asked alone.
    Failed(Fault),
}

/// What came of asking for everything at once, with the texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Everything {
    /// Read to its end: what came with its text was handed on, and these came without.
    Told { token: String, left: Vec<Href> },
    /// The server does not answer that.
    Refused,
    /// Not an answer to say from what all there is, nor what comes next.
    Doubtful,
}

/// What a write was based on (RFC 9110, 13.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Precondition {
    /// `If-None-Match: *`
    New,
    /// `If-Match`
    Match(Etag),
    /// The server never gave a (strong) etag: what it has was read and compared
    /// just before.
    Compared,
}

/// What came of a PUT or DELETE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Done; with the etag of a PUT's answer, where there is one.
    Done { etag: Option<Etag> },
    /// 404 or 410: there is nothing there to change or delete.
    Gone,
    /// 409 or 412 by the precondition: the server has another version.
    Changed,
    /// Another item of the collection has this UID (`no-uid-conflict`); its href
    /// where it is told.
    UidTaken { at: Option<Href> },
    /// This item is refused; the others may go on.
    Refused(Fault),
}

/// A collection as a home's listing describes it (PROPFIND, Depth 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Described {
    pub href: Href,
    pub kind: Kind,
    /// `DAV:displayname`, or the last segment of the href.
    pub name: String,
    /// `supported-calendar-component-set`; empty where it is not told.
    pub components: Vec<String>,
    /// By `current-user-privilege-set`; true where it is not told.
    pub writable: bool,
    /// `supported-report-set` has `sync-collection`, or a sync-token is given.
    pub reports_changes: bool,
    /// `getctag`, else `sync-token`, whichever was asked for: compared, and not sent but where
    /// it is a token of Radicale's (ADR 13).
    pub marker: Option<String>,
}

/// What the listings of homes tell of calendars and address books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub described: Vec<Described>,
    /// Named, and neither described nor said to be gone: there, though what it is could
    /// not be told just now.
    pub undescribed: Vec<(Href, Fault)>,
    /// Homes whose listing did not come: nothing is known of what is in them.
    pub unseen: Vec<(Href, Fault)>,
}

impl Seen {
    /// What another home lists. What two of them list is there once.
    pub fn add(&mut self, other: Seen) {
        for described in other.described {
            if !self.lists(&described.href) {
                self.described.push(described);
            }
        }
        self.undescribed.extend(other.undescribed);
        self.unseen.extend(other.unseen);
    }

    pub fn lists(&self, href: &Href) -> bool {
        self.described.iter().any(|described| described.href.key() == href.key())
    }

    /// Why nothing is known of a folder that is not described; `None`: all that could
    /// list it did not. Which of the `homes` of its kind it is in cannot be told from its
    /// name: a share may be listed by another than the one above it.
    pub fn unknown(&self, href: &Href, homes: &[Href]) -> Option<&Fault> {
        let key = href.key();
        let above = |home: &Href| key.starts_with(&format!("{}/", home.key().trim_end_matches('/')));
        let named = self.undescribed.iter().find(|(named, _)| named.key() == key);
        let of_kind = |home: &Href| homes.iter().any(|known| known.key() == home.key());
        let unseen = |which: &dyn Fn(&Href) -> bool| self.unseen.iter().find(|(home, _)| which(home));
        let home = || unseen(&above).or_else(|| unseen(&of_kind));
        named.or_else(home).map(|(_, fault)| fault)
    }
}

/// What discovery found (RFC 6764, 5397, 4791, 6352, 6638).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// The origin that answered, after redirects that were allowed.
    pub server: url::Url,
    /// What it says of itself: the `Server` header, or the `DAV` header's words.
    pub software: String,
    pub principal: Href,
    pub calendar_homes: Vec<Href>,
    pub addressbook_homes: Vec<Href>,
    /// `schedule-default-calendar-URL`.
    pub default_calendar: Option<Href>,
    /// The URL that was asked is itself a calendar or an address book.
    pub preferred: Option<Href>,
}
