//! WebDAV (RFC 4918), what of it a client of calendars and address books needs,
//! and the extended MKCOL (RFC 5689).

use url::Url;

use super::property::Props;
use super::xml::{self, Ns, Reader, Tag, Writer};
use super::{Request, property};
use crate::fault;
use crate::model::{Etag, Fault, Href, address};

/// PROPFIND for named properties (9.1).
pub fn propfind(href: &Href, depth: &str, properties: &[Tag]) -> Request {
    let body = xml::document((Ns::Dav, "propfind"), |w| names(w, properties));
    Request::new("PROPFIND", href).depth(depth).xml(body)
}

/// A `DAV:prop` with these names.
pub fn names(writer: &mut Writer, properties: &[Tag]) {
    writer.element((Ns::Dav, "prop"), |w| properties.iter().for_each(|tag| w.empty(*tag)));
}

/// PROPFIND, Depth 1, for what [`read_members`] reads.
pub fn members(collection: &Href) -> Request {
    propfind(collection, "1", &property::OF_MEMBERS)
}

/// Extended MKCOL (RFC 5689, 3): a collection of these types with properties.
pub fn mkcol(href: &Href, types: &[Tag], properties: impl FnOnce(&mut Writer)) -> Request {
    let body = xml::document((Ns::Dav, "mkcol"), |w| {
        w.element((Ns::Dav, "set"), |w| {
            w.element((Ns::Dav, "prop"), |w| {
                w.element((Ns::Dav, "resourcetype"), |w| types.iter().for_each(|tag| w.empty(*tag)));
                properties(w);
            });
        });
    });
    Request::new("MKCOL", href).xml(body)
}

/// The headers that make a write depend on what is there (RFC 9110, 13.1).
#[derive(Clone, Copy, Debug)]
pub enum Condition<'a> {
    /// Nothing may be there.
    Absent,
    /// Just this version must be there. A weak etag says nothing in If-Match and
    /// is not sent.
    Is(&'a Etag),
    /// Whatever is there.
    None,
}

impl Request {
    /// Makes the request depend on what is there.
    #[must_use]
    pub fn only_if(self, condition: Condition<'_>) -> Request {
        match condition {
            Condition::Absent => self.header("If-None-Match", "*"),
            // As it came, quoted or not: that is what the server knows (quirk 18).
            Condition::Is(etag) if !etag.weak() => self.header("If-Match", etag.0.trim()),
            Condition::Is(_) | Condition::None => self,
        }
    }
}

/// `DAV:resourcetype`, as far as it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    pub collection: bool,
    pub principal: bool,
    pub calendar: bool,
    pub addressbook: bool,
    /// A scheduling inbox or outbox (RFC 6638): never a folder of the person.
    pub scheduling: bool,
}

impl Kinds {
    /// # Errors
    /// That the document is not well-formed.
    pub fn read(reader: &mut Reader<'_>) -> Result<Kinds, Fault> {
        let mut kinds = Kinds::default();
        reader.children(|_, name| {
            match (name.ns, name.local()) {
                (Ns::Dav, "collection") => kinds.collection = true,
                (Ns::Dav, "principal") => kinds.principal = true,
                (Ns::CalDav, "calendar") => kinds.calendar = true,
                (Ns::CardDav, "addressbook") => kinds.addressbook = true,
                (Ns::CalDav, "schedule-inbox" | "schedule-outbox") => kinds.scheduling = true,
                _ => {}
            }
            Ok(())
        })?;
        Ok(kinds)
    }
}

/// Whether `DAV:supported-report-set` (RFC 3253, 3.1.5) names `sync-collection`.
///
/// # Errors
/// That the document is not well-formed.
pub fn reports_changes(reader: &mut Reader<'_>) -> Result<bool, Fault> {
    let mut found = false;
    reader.children(|reader, _supported| {
        reader.children(|reader, _report| {
            reader.children(|_, name| {
                found |= name.is(Ns::Dav, "sync-collection");
                Ok(())
            })
        })
    })?;
    Ok(found)
}

/// One `DAV:response` of a multistatus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// As written. More than one only with a status.
    pub hrefs: Vec<String>,
    /// The status of the resource as a whole, where one is given.
    pub status: Option<u16>,
    /// What the 2xx propstats give (quirk 10).
    pub props: Props,
}

/// Reads a multistatus (13), calling `each` for each response. What `each` made
/// counts only if this returns `Ok`. Gives the `DAV:sync-token` (RFC 6578, 6.4).
///
/// # Errors
/// `wrong_answer`, and what `each` returns.
pub fn multistatus(body: &[u8], mut each: impl FnMut(Entry) -> Result<(), Fault>) -> Result<Option<String>, Fault> {
    xml::read(body, |reader, root| {
        if !root.is(Ns::Dav, "multistatus") {
            let html = root.local().eq_ignore_ascii_case("html");
            return Err(fault::wrong_answer(if html { "an HTML page" } else { "XML that is no multistatus" }));
        }
        let mut token = None;
        reader.children(|reader, name| {
            if name.is(Ns::Dav, "response") {
                return each(response(reader)?);
            }
            if name.is(Ns::Dav, "sync-token") {
                token = Some(reader.text()?.trim().to_owned()).filter(|t| !t.is_empty());
            }
            Ok(())
        })?;
        Ok(token)
    })
}

fn response(reader: &mut Reader<'_>) -> Result<Entry, Fault> {
    let mut entry = Entry::default();
    reader.children(|reader, name| {
        match (name.ns, name.local()) {
            (Ns::Dav, "href") => entry.hrefs.push(reader.text()?),
            (Ns::Dav, "status") => entry.status = status(&reader.text()?),
            (Ns::Dav, "propstat") => {
                // The status follows the properties, so they wait for it.
                let mut props = Props::default();
                let mut told = None;
                reader.children(|reader, name| {
                    if name.is(Ns::Dav, "prop") {
                        reader.children(|reader, name| props.read(reader, name))?;
                    } else if name.is(Ns::Dav, "status") {
                        told = status(&reader.text()?);
                    }
                    Ok(())
                })?;
                if told.is_some_and(|s| (200..300).contains(&s)) {
                    entry.props.add(props);
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(entry)
}

/// The number in a status line; Kerio writes `404 NotFound` without a version.
fn status(line: &str) -> Option<u16> {
    line.split_ascii_whitespace().find(|word| word.len() == 3).and_then(|word| word.parse().ok())
}

/// An href of an answer that came from `url`. The path alone is ever used, so a
/// server that does not know by what scheme or port it is reached from outside
/// may name itself with another; another host is none of ours.
pub fn href(raw: &str, url: &Url) -> Option<Href> {
    Href::found(raw, url).or_else(|| {
        let named = address::written(raw.trim(), None)?;
        let same = matches!(named.scheme(), "http" | "https") && named.host_str() == url.host_str();
        let at = raw.find("//")? + 2;
        same.then(|| Href::path(raw[at..].trim_end().find('/').map_or("/", |slash| raw[at + slash..].trim_end())))
    })
}

/// Tells a collection, what is in it, and all else apart.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    url: &'a Url,
    keys: [String; 2],
}

/// Where an href stands to the collection asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The collection lists itself (quirk 11).
    Itself,
    Member(Href),
    /// On this server, but not in this collection.
    Elsewhere(Href),
    /// On another server, or nothing at all.
    Nowhere,
}

impl<'a> Scope<'a> {
    /// Of `collection`, whose answer came from `url`: after a redirect within the
    /// origin, hrefs are below that.
    pub fn new(collection: &Href, url: &'a Url) -> Scope<'a> {
        Scope { url, keys: [collection.key(), Href::path(url.path()).key()] }
    }

    pub fn place(&self, raw: &str) -> Place {
        let Some(href) = href(raw, self.url) else {
            return Place::Nowhere;
        };
        let key = href.key();
        if self.keys.contains(&key) {
            return Place::Itself;
        }
        let inside = |home: &String| {
            key.strip_prefix(home.as_str()).is_some_and(|rest| home.ends_with('/') || rest.starts_with('/'))
        };
        if self.keys.iter().any(inside) { Place::Member(href) } else { Place::Elsewhere(href) }
    }
}

/// So many items one folder may list: several times what any server copes with,
/// and still no burden for the worker's memory.
pub const MOST: usize = 250_000;

/// What a listing says of the members of one collection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    pub items: Vec<(Href, Option<Etag>)>,
    /// Named by 404, 410 or 418 (quirk 9).
    pub gone: Vec<Href>,
    /// The collection itself is in the answer.
    pub itself: bool,
    /// The status given to the collection itself, where one is.
    pub status: Option<u16>,
}

impl Members {
    /// Takes one response.
    ///
    /// # Errors
    /// `wrong_answer` for an href that is not in the collection asked: the answer
    /// is to another question, and what it lacks proves nothing. `too_large` for
    /// more than [`MOST`].
    pub fn take(&mut self, entry: Entry, scope: &Scope<'_>) -> Result<(), Fault> {
        for raw in &entry.hrefs {
            if self.items.len() + self.gone.len() >= MOST {
                return Err(fault::too_large(scope.url.host_str().unwrap_or_default()));
            }
            match scope.place(raw) {
                Place::Itself => {
                    self.itself = true;
                    self.status = entry.status.or(self.status);
                }
                Place::Member(href) => match entry.status {
                    Some(404 | 410 | 418) => self.gone.push(href),
                    _ if entry.props.kinds.is_some_and(|kinds| kinds.collection) => {}
                    // Any other status: there, but not to be read just now. Only
                    // an explicit word makes it gone.
                    _ => self.items.push((href, entry.props.etag.clone())),
                },
                Place::Elsewhere(_) | Place::Nowhere => return Err(elsewhere()),
            }
        }
        if entry.hrefs.is_empty() { Err(fault::wrong_answer("a response without an href")) } else { Ok(()) }
    }
}

/// The answer speaks of another collection than was asked.
pub fn elsewhere() -> Fault {
    fault::wrong_answer("a multistatus for another collection")
}

/// Reads the answer to [`members`], which came from `url`.
///
/// # Errors
/// `wrong_answer`, `too_large`.
pub fn read_members(body: &[u8], collection: &Href, url: &Url) -> Result<Members, Fault> {
    let scope = Scope::new(collection, url);
    let mut members = Members::default();
    multistatus(body, |entry| members.take(entry, &scope))?;
    // PROPFIND always describes the resource asked (9.1); without it, and with
    // nothing else, the answer is not a listing of an empty collection (quirk 3).
    if !members.itself && members.items.is_empty() {
        return Err(fault::wrong_answer("a multistatus without the collection asked"));
    }
    Ok(members)
}

/// What the body of a refusal says (16).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    conditions: Vec<(Ns, String)>,
    /// An href inside one of the conditions, as written.
    pub href: Option<String>,
    /// The sentence that sabre/dav adds.
    message: String,
}

impl Refusal {
    /// Reads what is there; a body that is no `DAV:error` says nothing.
    pub fn read(body: &[u8]) -> Refusal {
        xml::read(body, |reader, root| {
            let mut refusal = Refusal::default();
            if !root.is(Ns::Dav, "error") {
                return Ok(refusal);
            }
            reader.children(|reader, name| {
                if name.ns == Ns::Other {
                    if name.local() == "message" {
                        refusal.message = reader.text()?;
                    }
                    return Ok(());
                }
                refusal.conditions.push((name.ns, name.local().to_owned()));
                let href = reader.href()?;
                refusal.href = refusal.href.take().or(href);
                Ok(())
            })?;
            Ok(refusal)
        })
        .unwrap_or_default()
    }

    pub fn names(&self, ns: Ns, condition: &str) -> bool {
        self.conditions.iter().any(|(n, c)| *n == ns && c == condition)
    }

    /// A precondition that the item itself does not meet (RFC 4791, 5.3.2.1; RFC
    /// 6352, 6.3.2.1): `valid-calendar-data`, `supported-calendar-component`, ….
    pub fn about_the_item(&self) -> bool {
        self.conditions.iter().any(|(ns, _)| matches!(ns, Ns::CalDav | Ns::CardDav))
    }

    /// `no-uid-conflict` (RFC 4791, 5.3.2.1; RFC 6352, 6.3.2.1), or the words of
    /// Nextcloud for a UID that lies in its trash bin (quirk 19).
    pub fn uid_conflict(&self) -> bool {
        self.names(Ns::CalDav, "no-uid-conflict")
            || self.names(Ns::CardDav, "no-uid-conflict")
            || self.message.to_ascii_lowercase().contains("uid already exists")
    }
}

/// The fault for an answer that should have been a 207 and is another 2xx or
/// 3xx; never quotes it.
pub fn not_multistatus(status: u16, content_type: Option<&str>, body: &[u8]) -> Fault {
    let start = body.trim_ascii_start();
    let tag = |name: &[u8]| start.get(..name.len()).is_some_and(|s| s.eq_ignore_ascii_case(name));
    let html = content_type.is_some_and(|t| t.to_ascii_lowercase().contains("html"));
    let what = if html || tag(b"<!doctype html") || tag(b"<html") {
        "an HTML page"
    } else if start.is_empty() {
        "an empty body"
    } else {
        "something else"
    };
    fault::wrong_answer(&format!("{what} with status {status} instead of a multistatus"))
}

#[cfg(test)]
#[path = "webdav_tests.rs"]
mod tests;
