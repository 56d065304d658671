//! Hrefs as servers really write them: the raw one for requests, a normalised
//! one to compare (quirk 12).

use serde::{Deserialize, Serialize};
use url::Url;

use super::address;

/// The path (and query) of a resource, exactly as the server wrote it but
/// without scheme and host. Equality is of the raw text; compare resources by
/// [`Href::key`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Href(String);

impl Href {
    /// Takes an href that was found in the answer to a request for `base`.
    /// `None` when it names another origin (never followed) or nothing at all.
    pub fn found(raw: &str, base: &Url) -> Option<Href> {
        let raw = raw.trim();
        if raw.is_empty() {
            return None;
        }
        if raw.starts_with('/') && !raw.starts_with("//") {
            return Some(Href(raw.to_owned()));
        }
        let url = address::written(raw, Some(base))?;
        if url.origin() != base.origin() {
            return None;
        }
        if raw.contains("://") || raw.starts_with("//") {
            // The path as written, not as `Url` would rewrite it.
            let rest = &raw[raw.find("//")? + 2..];
            return Some(Href(rest.find('/').map_or_else(|| "/".to_owned(), |at| rest[at..].to_owned())));
        }
        Some(Href(url[url::Position::BeforePath..].to_owned()))
    }

    /// An absolute path that we chose ourselves or stored before.
    pub fn path(path: impl Into<String>) -> Href {
        Href(path.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two hrefs of one resource have in common: escapes decoded once (but
    /// not `%2F`, which is not a slash), no doubled slash, no slash at the end.
    pub fn key(&self) -> String {
        let bytes = self.0.as_bytes();
        let mut out = Vec::with_capacity(bytes.len());
        let mut i = 0;
        while i < bytes.len() {
            let escaped = (bytes[i] == b'%')
                .then(|| self.0.get(i + 1..i + 3))
                .flatten()
                .and_then(|hex| u8::from_str_radix(hex, 16).ok());
            match escaped {
                Some(b'/') => {
                    out.extend_from_slice(b"%2F");
                    i += 3;
                }
                Some(byte) => {
                    out.push(byte);
                    i += 3;
                }
                None if bytes[i] == b'/' && out.last() == Some(&b'/') => i += 1,
                None => {
                    out.push(bytes[i]);
                    i += 1;
                }
            }
        }
        while out.len() > 1 && out.last() == Some(&b'/') {
            out.pop();
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    /// The last segment, decoded: a name for people and files.
    pub fn name(&self) -> String {
        let key = self.key();
        key.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// The href of `name` (already escaped) in this collection.
    pub fn child(&self, name: &str) -> Href {
        let slash = if self.0.ends_with('/') { "" } else { "/" };
        Href(format!("{}{slash}{name}", self.0))
    }

    /// With the slash at its end that a collection's URL has (RFC 4918, 5.2).
    pub fn as_collection(&self) -> Href {
        if self.0.ends_with('/') { self.clone() } else { Href(format!("{}/", self.0)) }
    }
}
