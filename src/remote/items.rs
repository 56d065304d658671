//! Reading items.

use std::collections::{HashMap, HashSet};

use super::Remote;
use super::listing::is_whole;
use crate::dav::webdav::{self, Place, Scope};
use crate::dav::{self, caldav, carddav};
use crate::fault;
use crate::model::{Class, Collection, Etag, Fault, Href, Kind};
use crate::port::Response;
use crate::sync::batch::LEAST;
use crate::sync::want::{Fetch, Fetched};

/// So many items asked alone may fail by 5xx before anything came: then it is the server,
/// not the item.
const FAILURES: usize = 3;
/// So many multigets refused one after the other, each half as large as the one before,
/// are the server's way, and not that of one item among a thousand.
const REFUSALS: u8 = 12;
/// So many requests of a run may be too much for the server, each of which may have taken
/// a minute; after [`REFUSALS`] each item is asked for alone.
const OVERLOADS: u8 = 20;

impl Remote {
    /// The texts of these items, by one multiget. What is refused as a whole is asked for
    /// by halves, and what is too much for the server by quarters: one bad item spoils few
    /// others. What is left out, or given without text, is asked alone. Each href is in the
    /// result once, as it was asked for.
    ///
    /// # Errors
    /// `collection_gone`, `wrong_answer`, and those of the network and the sign-in. What
    /// goes wrong with one item is in its [`Fetch`].
    pub async fn fetch(&self, collection: &Collection, hrefs: &[Href]) -> Result<Vec<Fetched>, Fault> {
        self.read(collection, hrefs, true).await
    }

    /// As [`Remote::fetch`], of what a listing named a moment ago: what a multiget calls
    /// gone is asked for alone before that is believed.
    ///
    /// # Errors
    /// As [`Remote::fetch`].
    pub async fn fetch_listed(&self, collection: &Collection, hrefs: &[Href]) -> Result<Vec<Fetched>, Fault> {
        self.read(collection, hrefs, false).await
    }

    /// `believe`: gone is gone, at the first word of it.
    async fn read(&self, collection: &Collection, hrefs: &[Href], believe: bool) -> Result<Vec<Fetched>, Fault> {
        if hrefs.is_empty() {
            return Ok(Vec::new());
        }
        let mut answers = HashMap::new();
        let mut parts: Vec<&[Href]> = hrefs.chunks(self.most.get()).rev().collect();
        let mut is_there = false;
        while let Some(part) = parts.pop() {
            let refused = self.refusals.get() >= REFUSALS || self.overloads.get() >= REFUSALS;
            if refused || (part.len() == 1 && hrefs.len() > 1) {
                continue;
            }
            let (told, pieces) = match self.multiget(collection, part, &mut is_there).await {
                Err(fault) => {
                    self.bears_less(collection, fault).await?;
                    if part.len() > LEAST {
                        self.most.set(self.most.get().min(part.len() / 2).max(LEAST));
                    }
                    (None, 4)
                }
                told => (told?, 2),
            };
            match told {
                Some(told) => {
                    self.refusals.set(0);
                    self.overloads.set(self.overloads.get().saturating_sub(1));
                    answers.extend(told);
                }
                None => {
                    self.refusals.set(self.refusals.get() + u8::from(part.len() > 1));
                    let smaller = part.chunks(part.len().div_ceil(pieces)).rev();
                    parts.extend(smaller.filter(|smaller| smaller.len() < part.len()));
                }
            }
        }
        let mut fetched = Vec::with_capacity(hrefs.len());
        // Where nothing came yet it may be the server that fails, and not an item.
        let mut failures = answers.is_empty().then_some(0);
        for href in hrefs {
            let result = match answers.remove(&href.key()).filter(|answer| believe || *answer != Fetch::Gone) {
                Some(answer) => answer,
                None => self.alone(collection, href, &mut failures).await?,
            };
            fetched.push(Fetched { href: href.clone(), result });
        }
        Ok(fetched)
    }

    /// The clear words of one multiget, by [`Href::key`]; `None` if it was refused as a
    /// whole. `is_there`: the collection was seen to be there.
    async fn multiget(
        &self,
        collection: &Collection,
        hrefs: &[Href],
        is_there: &mut bool,
    ) -> Result<Option<HashMap<String, Fetch>>, Fault> {
        let request = match collection.kind {
            Kind::Calendar => caldav::multiget(&collection.href, hrefs),
            Kind::Contacts => carddav::multiget(&collection.href, hrefs),
        };
        let response = match self.send(request).await {
            // Cards with large photos may be too much together; fewer are not.
            Err(fault) if fault.text.key == "fault_too_large" => return Ok(None),
            other => other?,
        };
        match response.status {
            207 => self.answers(collection, hrefs, &response),
            404 | 410 => {
                // One missing item, or the collection? Only the first may be told as gone.
                if !*is_there {
                    self.is_there(collection).await?;
                    *is_there = true;
                }
                Ok(None)
            }
            // One bad item may spoil the whole; alone, it spoils itself.
            400..600 => Ok(None),
            _ => Err(self.refused("REPORT", &collection.href, &response)),
        }
    }

    fn answers(
        &self,
        collection: &Collection,
        hrefs: &[Href],
        response: &Response,
    ) -> Result<Option<HashMap<String, Fetch>>, Fault> {
        let scope = Scope::new(&collection.href, &response.url);
        let asked: HashSet<String> = hrefs.iter().map(Href::key).collect();
        let mut answers = HashMap::new();
        let (mut ours, mut others) = (false, false);
        let read = webdav::multistatus(&response.body, |entry| {
            // Only a status can be for several hrefs, a text is for one.
            let mut data = entry.props.data;
            for raw in &entry.hrefs {
                let href = match scope.place(raw) {
                    Place::Member(href) => href,
                    // iCloud gives an empty href to what it would not find (quirk 12).
                    Place::Itself => continue,
                    Place::Nowhere if raw.trim().is_empty() => continue,
                    Place::Elsewhere(_) | Place::Nowhere => {
                        others = true;
                        continue;
                    }
                };
                ours = true;
                let fetch = match (entry.status, data.take()) {
                    (Some(404 | 410), _) => Fetch::Gone,
                    (None | Some(200..300), Some(text)) if !text.trim().is_empty() => {
                        Fetch::Found { etag: entry.props.etag.clone(), text: text.into_bytes() }
                    }
                    _ => continue,
                };
                // What nobody asked for is not kept in memory.
                let key = href.key();
                let found = matches!(answers.get(&key), Some(Fetch::Found { .. }));
                if asked.contains(&key) && !(found && fetch == Fetch::Gone) {
                    answers.insert(key, fetch);
                }
            }
            Ok(())
        });
        let context = |f: Fault| f.during(format!("REPORT {}", collection.href.as_str()));
        match read {
            Ok(_) if others && !ours => Err(context(webdav::elsewhere())),
            Ok(_) => Ok(Some(answers)),
            // Whole, but one item's characters break the XML or are not UTF-8
            // (quirk 24): alone, as bytes, each can be had.
            Err(_) if is_whole(&response.body) => Ok(None),
            Err(fault) => Err(context(fault)),
        }
    }

    async fn is_there(&self, collection: &Collection) -> Result<(), Fault> {
        match self.describe(&collection.href, &[(dav::xml::Ns::Dav, "resourcetype")]).await? {
            Some(_) => Ok(()),
            None => {
                Err(fault::collection_gone(&collection.name).during(format!("REPORT {}", collection.href.as_str())))
            }
        }
    }

    /// Goes on with less, if what was asked was too much and the server is still there.
    async fn bears_less(&self, collection: &Collection, fault: Fault) -> Result<(), Fault> {
        let too_much = fault::too_much(&fault) || fault.text.key == "fault_too_large";
        if !too_much || self.overloads.get() >= OVERLOADS {
            return Err(fault);
        }
        self.overloads.set(self.overloads.get() + 1);
        match self.is_there(collection).await {
            Err(other) if matches!(other.class, Class::SignIn | Class::Retry { after: Some(_) }) => Err(other),
            there => there.map_err(|_| fault),
        }
    }

    /// One item by GET. `failures`: of those before, until one went well.
    async fn alone(&self, collection: &Collection, href: &Href, failures: &mut Option<usize>) -> Result<Fetch, Fault> {
        let response = match self.send(dav::Request::new("GET", href)).await {
            Err(fault) => {
                self.bears_less(collection, fault.clone()).await?;
                return Ok(Fetch::Failed(fault));
            }
            Ok(response) => response,
        };
        let failed = |fault: Fault| Fetch::Failed(fault.during(format!("GET {} {}", href.as_str(), response.status)));
        if response.status >= 500 {
            *failures = failures.map(|failures| failures + 1);
            if failures.is_some_and(|failures| failures >= FAILURES) {
                return Err(self.refused("GET", href, &response));
            }
            return Ok(failed(fault::item_missing()));
        }
        *failures = None;
        Ok(match response.status {
            404 | 410 => Fetch::Gone,
            200 if is_item(&response) && !is_whole_item(&response.body) => failed(fault::item_missing()),
            200 if is_item(&response) => {
                Fetch::Found { etag: response.header("etag").map(|e| Etag(e.to_owned())), text: response.body }
            }
            200 => failed(fault::wrong_answer("something else than an item")),
            _ => failed(fault::item_missing()),
        })
    }
}

/// Ends with the `END` of what it begins with: a connection may close in the middle, and
/// not every server says how much there was to come. What never began has no end.
fn is_whole_item(body: &[u8]) -> bool {
    let text = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let mut lines = text.split(|b| matches!(b, b'\r' | b'\n')).map(|line| {
        let line = line.trim_ascii();
        line.split_at_checked(line.iter().position(|b| *b == b':').unwrap_or(0)).unwrap_or_default()
    });
    let spoken = |(name, value): &(&[u8], &[u8])| !name.is_empty() || value.iter().any(|b| *b != 0);
    let Some((begin, what)) = lines.find(spoken) else { return true };
    let end = lines.rfind(spoken);
    !begin.eq_ignore_ascii_case(b"BEGIN")
        || end.is_some_and(|(end, of)| end.eq_ignore_ascii_case(b"END") && of.eq_ignore_ascii_case(what))
}

/// Not a page to sign in on, and not nothing.
fn is_item(response: &Response) -> bool {
    let named = response.header("content-type").unwrap_or_default().trim().to_ascii_lowercase();
    let typed = ["text/calendar", "text/vcard", "text/x-vcard", "text/directory"].iter().any(|t| named.starts_with(t));
    let text = response.body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&response.body).trim_ascii_start();
    let begins = text.get(..6).is_some_and(|start| start.eq_ignore_ascii_case(b"BEGIN:"));
    begins || (typed && !text.is_empty() && !text.starts_with(b"<"))
}
