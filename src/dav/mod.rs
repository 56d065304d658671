//! CalDAV and CardDAV as values: one file per RFC, requests in, strict answers
//! out. No I/O; whoever sends the requests is `remote`.
//!
//! | file | RFC |
//! | --- | --- |
//! | [`xml`] | XML 1.0 with namespaces, written and read |
//! | [`pieces`] | a long document, as it comes in |
//! | [`webdav`] | 4918: PROPFIND, multistatus, preconditions; 5689: extended MKCOL |
//! | [`property`] | the properties that are read, whichever RFC defines them |
//! | [`sync_collection`] | 6578 |
//! | [`caldav`] | 4791, 6638 |
//! | [`carddav`] | 6352 |
//! | [`principal`] | 3744, 5397 |
//! | [`locate`] | 6764 |

pub mod caldav;
pub mod carddav;
pub mod locate;
pub mod pieces;
pub mod principal;
pub mod property;
pub mod sync_collection;
pub mod webdav;
pub mod xml;

pub use property::Props;

use crate::model::Href;

/// A request without the server it goes to and the sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub method: &'static str,
    pub href: Href,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// Without headers and body.
    pub fn new(method: &'static str, href: &Href) -> Request {
        Request { method, href: href.clone(), headers: Vec::new(), body: Vec::new() }
    }

    /// One more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Request {
        self.headers.push((name, value.into()));
        self
    }

    /// `Depth` (RFC 4918, 10.2).
    #[must_use]
    pub fn depth(self, depth: &str) -> Request {
        self.header("Depth", depth)
    }

    /// An XML body with its media type: some servers refuse it without (415).
    #[must_use]
    pub fn xml(mut self, body: Vec<u8>) -> Request {
        self.body = body;
        self.header("Content-Type", "application/xml; charset=utf-8")
    }
}
