//! What is there, and what changed.

use std::collections::HashMap;

use super::Remote;
use crate::dav::property::{self, Props};
use crate::dav::webdav::{self, Place, Scope};
use crate::dav::{self, sync_collection};
use crate::fault;
use crate::model::{Collection, Etag, Fault, Href, Kind, Marker};
use crate::port::Response;
use crate::sync::want::{Described, Listed, Listing, Seen};

/// As many answers may follow one another by 507 before we call it endless.
const PAGES: usize = 1000;

/// So many calendars and address books one home may list.
const COLLECTIONS: usize = 10_000;

/// What a REPORT sync-collection led to.
enum Report {
    Answer(sync_collection::Page),
    /// Refused, with the precondition about the token or in a way that may mean it.
    Refused {
        token: bool,
    },
    /// Too large with all the texts in it, or one of them breaks the XML (quirk 24).
    Spoilt,
}

impl Remote {
    /// The calendars and address books of a home (PROPFIND, Depth 1): no
    /// scheduling inbox or outbox, no plain collections. One request, and one more when
    /// some lack what was asked for as the marker: what is there is known from then on.
    /// Never both markers where one will do: each costs a server to tell.
    ///
    /// # Errors
    /// `collection_gone`, `wrong_answer`, and those of the network and the sign-in.
    pub async fn collections(&self, home: &Href) -> Result<Seen, Fault> {
        let mut some = false;
        loop {
            let marker = self.marker(home);
            let seen = self.described(home, marker).await?;
            let told = seen.described.iter().filter(|c| c.marker.is_some()).count();
            if told == seen.described.len() || marker == Marker::Both {
                return Ok(seen);
            }
            some |= told > 0;
            self.ask_for(home, if marker == Marker::Ctag { Marker::Token } else { Marker::Both });
            if marker == Marker::Token && !some {
                // Neither is there; should that change, it is seen.
                return Ok(seen);
            }
        }
    }

    /// Whether each collection of the home has this marker.
    ///
    /// # Errors
    /// As [`Remote::collections`].
    pub async fn has_marker(&self, home: &Href, marker: Marker) -> Result<bool, Fault> {
        let found = self.described(home, marker).await?.described;
        Ok(!found.is_empty() && found.iter().all(|c| c.marker.is_some()))
    }

    async fn described(&self, home: &Href, marker: Marker) -> Result<Seen, Fault> {
        let mut properties = property::OF_COLLECTIONS.to_vec();
        if marker != Marker::Token {
            properties.push(property::CTAG);
        }
        if marker != Marker::Ctag {
            properties.push(property::TOKEN);
        }
        let response = self.send(webdav::propfind(home, "1", &properties)).await?;
        let response = self.multistatus("PROPFIND", home, &home.name(), response)?;
        let scope = Scope::new(home, &response.url);
        let mut seen = Seen::default();
        let (mut ours, mut status) = (false, None);
        webdav::multistatus(&response.body, |entry| {
            for raw in &entry.hrefs {
                let href = match scope.place(raw) {
                    Place::Itself => {
                        ours = true;
                        status = entry.status;
                        home.clone()
                    }
                    Place::Member(href) => {
                        ours = true;
                        href
                    }
                    // A share may be listed where its owner has it.
                    Place::Elsewhere(href) => href,
                    Place::Nowhere => continue,
                };
                let href = href.as_collection();
                match (entry.status, entry.props.kinds) {
                    (None | Some(200..300), Some(kinds)) => seen.described.extend(described(href, kinds, &entry.props)),
                    (Some(404 | 410), _) => {}
                    // There, but not to be read just now: only an explicit word makes it gone.
                    (status, _) if seen.undescribed.len() < COLLECTIONS => {
                        let fault = self.told("PROPFIND", &href, &href.name(), status).err();
                        let fault = fault.unwrap_or_else(|| fault::wrong_answer("a folder without its type"));
                        seen.undescribed.push((href, fault));
                    }
                    _ => {}
                }
            }
            if seen.described.len() > COLLECTIONS { Err(fault::too_large(self.host())) } else { Ok(()) }
        })
        .map_err(|f| f.during(format!("PROPFIND {}", home.as_str())))?;
        self.told("PROPFIND", home, &home.name(), status)?;
        if ours { Ok(seen) } else { Err(webdav::elsewhere().during(format!("PROPFIND {}", home.as_str()))) }
    }

    /// What changed since the token, by sync-collection (RFC 6578). Without a
    /// token everything, as a complete listing with a token to go on from, or
    /// without one from a server that cannot do that (quirk 7). `texts` asks for the
    /// texts as well; what does not come with one is told without.
    ///
    /// # Errors
    /// `token_invalid`: ask again without one (quirk 8). `collection_gone`,
    /// `wrong_answer`, and those of the network and the sign-in.
    pub async fn changes(
        &self,
        collection: &Collection,
        token: Option<&str>,
        mut texts: bool,
    ) -> Result<Listing, Fault> {
        let mut told = Told::default();
        let mut next = token.map(str::to_owned);
        for _ in 0..PAGES {
            let page = match self.report(collection, next.as_deref(), texts).await? {
                Report::Answer(page) => page,
                // It may be the texts that were refused: once more without.
                refused @ (Report::Refused { token: false } | Report::Spoilt) if texts => {
                    told.textless = matches!(refused, Report::Refused { .. });
                    texts = false;
                    continue;
                }
                _ if token.is_some() => return Err(fault::token_invalid()),
                _ => return self.listing(collection).await,
            };
            let (truncated, known) = (page.truncated, next);
            next = page.token.clone();
            told.take(page);
            if told.words.len() > webdav::MOST {
                return Err(fault::too_large(self.host()).during(format!("REPORT {}", collection.href.as_str())));
            }
            match &next {
                Some(_) if !truncated => return Ok(told.listing(token.is_none(), next)),
                Some(_) if next != known => {}
                // Without a (new) token there is no going on.
                _ => break,
            }
        }
        if token.is_some() { Err(fault::token_invalid()) } else { self.listing(collection).await }
    }

    /// All items by PROPFIND, Depth 1 (RFC 4918, 9.1).
    ///
    /// # Errors
    /// `collection_gone`, `wrong_answer`, and those of the network and the sign-in.
    pub async fn listing(&self, collection: &Collection) -> Result<Listing, Fault> {
        let href = &collection.href;
        let response = self.send(webdav::members(href)).await?;
        let response = self.multistatus("PROPFIND", href, &collection.name, response)?;
        let members = webdav::read_members(&response.body, href, &response.url)
            .map_err(|f| f.during(format!("PROPFIND {}", href.as_str())))?;
        self.told("PROPFIND", href, &collection.name, members.status)?;
        Ok(Listing { complete: true, items: listed(members.items), gone: members.gone, ..Listing::default() })
    }

    async fn report(&self, collection: &Collection, token: Option<&str>, texts: bool) -> Result<Report, Fault> {
        let href = &collection.href;
        let data = texts.then(|| property::data(collection.kind));
        loop {
            let depth = self.report_depth.get();
            let response = match self.send(sync_collection::report(href, token, depth, data)).await {
                Err(fault) if texts && fault.text.key == "fault_too_large" => return Ok(Report::Spoilt),
                Err(fault) if texts && fault::too_much(&fault) => return Ok(Report::Refused { token: false }),
                other => other?,
            };
            match response.status {
                207 => {
                    let page = match sync_collection::read(&response.body, href, &response.url) {
                        Err(_) if texts && is_whole(&response.body) => return Ok(Report::Spoilt),
                        page => page.map_err(|f| f.during(format!("REPORT {}", href.as_str())))?,
                    };
                    self.told("REPORT", href, &collection.name, page.members.status)?;
                    return Ok(Report::Answer(page));
                }
                404 | 410 => return Err(self.gone("REPORT", href, &collection.name, response.status)),
                400 if depth == "0" && !sync_collection::token_refused(&response.body) => {
                    // A server that wants Depth 1 says so in no other way (quirk 7).
                    self.report_depth.set("1");
                }
                400..=499 | 501 | 507 => {
                    if response.status == 400 {
                        self.report_depth.set("0");
                    }
                    return Ok(Report::Refused { token: sync_collection::token_refused(&response.body) });
                }
                _ => return Err(self.refused("REPORT", href, &response)),
            }
        }
    }

    /// Passes a 207 on; 404 and 410 are that the collection is gone.
    pub(super) fn multistatus(
        &self,
        method: &str,
        href: &Href,
        name: &str,
        response: Response,
    ) -> Result<Response, Fault> {
        match response.status {
            207 => Ok(response),
            404 | 410 => Err(self.gone(method, href, name, response.status)),
            _ => Err(self.refused(method, href, &response)),
        }
    }

    /// What a 207 says of a collection: a missing one may be told so (Xandikos).
    fn told(&self, method: &str, href: &Href, name: &str, status: Option<u16>) -> Result<(), Fault> {
        let context = |fault: Fault, status| fault.during(format!("{method} {} 207 {status}", href.as_str()));
        match status {
            None | Some(200..300) => Ok(()),
            Some(status @ (404 | 410)) => Err(context(fault::collection_gone(name), status)),
            Some(status @ 403) => Err(context(fault::forbidden(self.host()), status)),
            Some(status @ 500..) => Err(context(fault::busy(status, None), status)),
            Some(status) => Err(context(fault::unexpected_status(status), status)),
        }
    }

    pub(super) fn gone(&self, method: &str, href: &Href, name: &str, status: u16) -> Fault {
        fault::collection_gone(name).during(format!("{method} {} {status}", href.as_str()))
    }

    /// The properties of one resource, and where they came from; `None` if there
    /// is no such thing or it is not told.
    pub(super) async fn describe(
        &self,
        href: &Href,
        properties: &[dav::xml::Tag],
    ) -> Result<Option<(Props, Response)>, Fault> {
        let response = self.send(webdav::propfind(href, "0", properties)).await?;
        if response.status != 207 {
            return Ok(None);
        }
        let mut found = None;
        webdav::multistatus(&response.body, |entry| {
            if entry.status.is_none_or(|s| (200..300).contains(&s)) && found.is_none() {
                found = Some(entry.props);
            }
            Ok(())
        })?;
        Ok(found.map(|props| (props, response)))
    }
}

/// The latest word on each href, in the order of the first.
#[derive(Default)]
struct Told {
    at: HashMap<String, usize>,
    words: Vec<(Href, Word)>,
    texts: HashMap<String, sync_collection::Text>,
    textless: bool,
}

enum Word {
    There(Option<Etag>),
    Gone,
}

impl Told {
    fn take(&mut self, page: sync_collection::Page) {
        // What an earlier page said of it is not true any more.
        let named = page.members.items.iter().map(|(href, _)| href).chain(&page.members.gone);
        named.for_each(|href| drop(self.texts.remove(&href.key())));
        self.texts.extend(page.texts);
        let there = page.members.items.into_iter().map(|(href, etag)| (href, Word::There(etag)));
        // What a page tells both ways is there: that only costs a look.
        let gone = page.members.gone.into_iter().map(|href| (href, Word::Gone));
        for (href, word) in gone.chain(there) {
            match self.at.get(&href.key()) {
                Some(at) => self.words[*at] = (href, word),
                None => {
                    self.at.insert(href.key(), self.words.len());
                    self.words.push((href, word));
                }
            }
        }
    }

    fn listing(self, complete: bool, token: Option<String>) -> Listing {
        let mut listing = Listing { complete, token, texts: self.texts, textless: self.textless, ..Listing::default() };
        for (href, word) in self.words {
            match word {
                Word::There(etag) => listing.items.push(Listed { href, etag }),
                Word::Gone => listing.gone.push(href),
            }
        }
        listing
    }
}

/// The answer came to its end, whatever is wrong inside it.
pub(super) fn is_whole(body: &[u8]) -> bool {
    body.trim_ascii_end().ends_with(b"multistatus>")
}

fn listed(items: Vec<(Href, Option<Etag>)>) -> Vec<Listed> {
    items.into_iter().map(|(href, etag)| Listed { href, etag }).collect()
}

fn described(href: Href, kinds: webdav::Kinds, props: &Props) -> Option<Described> {
    let kind = match kinds {
        _ if kinds.scheduling => return None,
        _ if kinds.calendar => Kind::Calendar,
        _ if kinds.addressbook => Kind::Contacts,
        _ => return None,
    };
    Some(Described {
        name: props.display_name.clone().unwrap_or_else(|| href.name()),
        kind,
        components: props.components.clone().unwrap_or_default(),
        writable: props.writable.unwrap_or(true),
        reports_changes: props.reports_changes.unwrap_or(false) || props.sync_token.is_some(),
        marker: props.ctag.clone().or_else(|| props.sync_token.clone()),
        href,
    })
}
