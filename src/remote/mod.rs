//! The server as a run sees it: what is wanted, as exchanges of [`crate::dav`]
//! over [`Http`], and what the answers mean for the run.
//!
//! | file | what it does |
//! | --- | --- |
//! | `discover` | finds the account from what a person typed |
//! | `listing` | collections of a home, items of a collection, what changed |
//! | `everything` | reads a whole collection as it comes in |
//! | `items` | reads items in batches |
//! | `write` | puts and deletes items, makes collections |
//! | `retry` | when to come back |

mod discover;
mod everything;
mod items;
mod listing;
mod retry;
mod write;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use crate::dav::{self, webdav};
use crate::fault;
use crate::model::{Fault, Href, Marker, address};
use crate::port::{Http, Opened, Request, Response};

/// Redirects that one request may lead to.
const REDIRECTS: usize = 5;

/// One server and one sign-in.
pub struct Remote {
    http: Rc<dyn Http>,
    server: Url,
    /// The value of the header; a secret.
    authorization: String,
    /// The `Depth` this server wants on sync-collection (quirk 7).
    report_depth: Cell<&'static str>,
    /// So many multigets were refused one after the other.
    refusals: Cell<u8>,
    /// So many requests for texts were too much for the server.
    overloads: Cell<u8>,
    /// It is asked for no more than so many at a time.
    most: Cell<usize>,
    /// What listings of homes are asked for: [`crate::model::Account::markers`].
    markers: RefCell<BTreeMap<String, Marker>>,
}

impl Remote {
    /// `server` is the origin all hrefs are resolved against; `user` and
    /// `password` go to it alone, by Basic in UTF-8 (RFC 7617).
    pub fn new(http: Rc<dyn Http>, server: Url, user: &str, password: &str) -> Remote {
        Remote {
            http,
            server,
            authorization: format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))),
            report_depth: Cell::new("0"),
            refusals: Cell::default(),
            overloads: Cell::default(),
            most: Cell::new(usize::MAX),
            markers: RefCell::default(),
        }
    }

    /// As an earlier run found out.
    #[must_use]
    pub fn with_markers(self, markers: BTreeMap<String, Marker>) -> Remote {
        self.markers.replace(markers);
        self
    }

    /// What was found out by now about the markers of homes.
    pub fn markers(&self) -> BTreeMap<String, Marker> {
        self.markers.borrow().clone()
    }

    /// What the home's listing is asked for.
    pub fn marker(&self, home: &Href) -> Marker {
        self.markers.borrow().get(&home.key()).copied().unwrap_or_default()
    }

    /// From now on the home's listing is asked for this one.
    pub fn ask_for(&self, home: &Href, marker: Marker) {
        self.markers.borrow_mut().insert(home.key(), marker);
    }

    fn host(&self) -> &str {
        self.server.host_str().unwrap_or_default()
    }

    /// The URL of an href: always in our origin, and the href as it was written
    /// but for what no request line can carry (quirk 12).
    fn url(&self, href: &Href) -> Url {
        let escaped = href.as_str().replace('\\', "%5C").replace('#', "%23");
        let (path, query) = match escaped.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (escaped.as_str(), None),
        };
        let mut url = self.server.clone();
        url.set_path(path);
        url.set_query(query);
        url.set_fragment(None);
        url
    }

    /// Sends a request. What means the same whatever was asked becomes a fault
    /// here: 401, and that the server wants to be left alone for a while.
    async fn send(&self, request: dav::Request) -> Result<Response, Fault> {
        let url = self.url(&request.href);
        self.send_to(url, request).await
    }

    async fn send_to(&self, url: Url, request: dav::Request) -> Result<Response, Fault> {
        self.ask(url, request, async |request| self.http.send(request).await, |response| response).await
    }

    /// As [`Remote::send`], with the body as it comes in.
    async fn open(&self, request: dav::Request) -> Result<Opened, Fault> {
        let url = self.url(&request.href);
        self.ask(url, request, async |request| self.http.open(request).await, |opened| &opened.head).await
    }

    async fn ask<T>(
        &self,
        url: Url,
        request: dav::Request,
        exchange: impl AsyncFn(Request) -> Result<T, Fault>,
        head: fn(&T) -> &Response,
    ) -> Result<T, Fault> {
        let context = format!("{} {}", request.method, url.path());
        let mut headers = request.headers;
        headers.push(("Authorization", self.authorization.clone()));
        let request = Request { method: request.method, url, headers, body: request.body };
        let answer = self.follow(request, exchange, head).await.map_err(|f| f.during(&context))?;
        let response = head(&answer);
        let fault = match response.status {
            401 => self.unauthorized(response),
            429 | 502 | 503 | 504 => fault::busy(response.status, retry::after(response)),
            _ => return Ok(answer),
        };
        Err(fault.during(format!("{context} {}", response.status)))
    }

    /// Follows redirects within the origin, asking the same again: a PROPFIND stays
    /// one (quirk 13), and the sign-in never goes to anybody else.
    async fn follow<T>(
        &self,
        mut request: Request,
        exchange: impl AsyncFn(Request) -> Result<T, Fault>,
        head: fn(&T) -> &Response,
    ) -> Result<T, Fault> {
        for _ in 0..=REDIRECTS {
            let answer = exchange(request.clone()).await?;
            let response = head(&answer);
            let target = match response.status {
                301 | 302 | 307 | 308 => {
                    response.header("location").and_then(|to| address::written(to, Some(&request.url)))
                }
                _ => None,
            };
            let Some(target) = target else { return Ok(answer) };
            if target.origin() != request.url.origin() {
                return Err(fault::other_origin(target.as_str()));
            }
            request.url = target;
        }
        Err(fault::wrong_answer("redirects without end"))
    }

    /// A 401: either the password, or there is no way to sign in that we speak.
    fn unauthorized(&self, response: &Response) -> Fault {
        let mut schemes = Vec::new();
        for (_, value) in response.headers.iter().filter(|(name, _)| name == "www-authenticate") {
            schemes.extend(challenges(value));
        }
        if schemes.is_empty() || schemes.iter().any(|s| s.eq_ignore_ascii_case("basic")) {
            fault::sign_in(self.host())
        } else {
            fault::sign_in_scheme(&schemes.join(", "))
        }
    }

    /// The fault for a status that has no other meaning where it came.
    fn refused(&self, method: &str, href: &Href, response: &Response) -> Fault {
        let status = response.status;
        let fault = match status {
            200..400 => webdav::not_multistatus(status, response.header("content-type"), &response.body),
            403 => fault::forbidden(self.host()),
            500.. => fault::busy(status, retry::after(response)),
            _ => fault::unexpected_status(status),
        };
        fault.during(format!("{method} {} {status}", href.as_str()))
    }
}

/// The names of the schemes in a WWW-Authenticate header (RFC 9110, 11.6.1):
/// what stands first in a part and is no `name=value`.
fn challenges(value: &str) -> Vec<String> {
    let mut quoted = false;
    let parts = value.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    let schemes = parts.filter_map(|part| part.split_ascii_whitespace().next()).filter(|word| !word.contains('='));
    schemes.map(str::to_owned).collect()
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod scripted;
