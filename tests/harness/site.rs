//! A DAV server in memory, honest and small: one person's home with three folders.
//! A test makes it misbehave byte by byte, with a twist. It is asked through [`super::raw`] over
//! a socket, or directly.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use quick_xml::events::Event;

use super::http::Message;

pub const HOME: &str = "/u/";
pub const CALENDAR: &str = "/u/cal/";
pub const CONTACTS: &str = "/u/book/";
pub const NOTES: &str = "/u/notes/";

/// Given the request and the honest answer, which is made (and takes effect) only
/// if it is called for.
pub type Twist = Box<dyn FnMut(&Message, &mut dyn FnMut() -> Message) -> Message + Send>;

/// Cheap to clone: all clones are the same server.
#[derive(Clone, Default)]
pub struct Site(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    served: Served,
    twist: Option<Twist>,
    seen: Vec<Message>,
}

/// What it serves.
pub struct Served {
    pub folders: BTreeMap<String, Folder>,
    /// Counts the writes: makes etags.
    writes: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Folder {
    pub name: String,
    /// `calendar` or `addressbook`.
    pub kind: &'static str,
    pub components: &'static str,
    /// Etag and text by href.
    pub items: BTreeMap<String, (String, String)>,
    /// Each change since the beginning, by href; the token is how many there were.
    pub history: Vec<String>,
}

impl Default for Served {
    fn default() -> Served {
        let folder = |name: &str, kind, components| Folder { name: name.into(), kind, components, ..Folder::default() };
        let folders = [
            (CALENDAR, folder("Calendar", "calendar", "VEVENT")),
            (CONTACTS, folder("Contacts", "addressbook", "")),
            (NOTES, folder("Notes", "calendar", "VJOURNAL")),
        ];
        Served { folders: folders.map(|(href, folder)| (href.to_owned(), folder)).into(), writes: 0 }
    }
}

impl Site {
    /// Answers from now on go through `twist`.
    pub fn twist(&self, twist: impl FnMut(&Message, &mut dyn FnMut() -> Message) -> Message + Send + 'static) {
        self.state().twist = Some(Box::new(twist));
    }

    /// For each request for which `instead` has an answer, that is the answer.
    pub fn answer(&self, mut instead: impl FnMut(&Message) -> Option<Message> + Send + 'static) {
        self.twist(move |request, honest| instead(request).unwrap_or_else(honest));
    }

    /// Behaves again.
    pub fn behave(&self) {
        self.state().twist = None;
    }

    /// What was asked since the last call, oldest first.
    pub fn seen(&self) -> Vec<Message> {
        std::mem::take(&mut self.state().seen)
    }

    /// Method and path of what was asked since the last call.
    pub fn asked(&self) -> Vec<String> {
        self.seen().iter().map(|request| format!("{} {}", request.method(), request.path())).collect()
    }

    /// Somebody else writes an item.
    pub fn put(&self, href: &str, text: &str) {
        self.state().served.put(href, text);
    }

    /// Somebody else deletes an item.
    pub fn delete(&self, href: &str) {
        self.state().served.delete(href);
    }

    pub fn text(&self, href: &str) -> Option<String> {
        self.state().served.item(href).map(|(_, text)| text.clone())
    }

    /// The hrefs in a folder.
    pub fn hrefs(&self, folder: &str) -> Vec<String> {
        self.state().served.folders[folder].items.keys().cloned().collect()
    }

    /// Changes what is served in any way.
    pub fn served<T>(&self, change: impl FnOnce(&mut Served) -> T) -> T {
        change(&mut self.state().served)
    }

    /// The answer to a request.
    pub fn ask(&self, request: &Message) -> Message {
        let twist = {
            let mut state = self.state();
            state.seen.push(request.clone());
            state.twist.take()
        };
        // Unlocked meanwhile: a twist may look at the server, too.
        let mut honest = || self.state().served.answer(request);
        let Some(mut twist) = twist else { return honest() };
        let answer = twist(request, &mut honest);
        self.state().twist.get_or_insert(twist);
        answer
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }
}

impl Served {
    fn folder(&mut self, href: &str) -> Option<&mut Folder> {
        let end = href.rfind('/')? + 1;
        self.folders.get_mut(&href[..end])
    }

    fn item(&mut self, href: &str) -> Option<&(String, String)> {
        self.folder(href)?.items.get(href)
    }

    pub fn put(&mut self, href: &str, text: &str) -> String {
        self.writes += 1;
        let etag = format!("\"{}\"", self.writes);
        let folder = self.folder(href).unwrap_or_else(|| panic!("no folder for {href}"));
        folder.items.insert(href.to_owned(), (etag.clone(), text.to_owned()));
        folder.history.push(href.to_owned());
        etag
    }

    pub fn delete(&mut self, href: &str) {
        let folder = self.folder(href).unwrap_or_else(|| panic!("no folder for {href}"));
        folder.items.remove(href).unwrap_or_else(|| panic!("nothing at {href}"));
        folder.history.push(href.to_owned());
    }

    /// The honest answer to a request.
    pub fn answer(&mut self, request: &Message) -> Message {
        let path = request.path();
        match request.method() {
            "PROPFIND" => self.propfind(path, request.header("depth") == Some("1")),
            "REPORT" if request.text().contains("sync-collection") => self.changes(path, request),
            "REPORT" => self.multiget(&texts(&request.text(), "href")),
            "GET" => match self.item(path) {
                Some((etag, text)) => answer(200, text).with("ETag", etag),
                None => answer(404, ""),
            },
            "PUT" | "DELETE" => self.write(request),
            "MKCALENDAR" | "MKCOL" if self.folders.contains_key(path) => answer(405, ""),
            method => panic!("{method} {path}: not foreseen"),
        }
    }

    fn propfind(&mut self, path: &str, members: bool) -> Message {
        if let Some(folder) = self.folders.get(path) {
            let items = folder.items.iter().filter(|_| members).map(|(href, (etag, _))| listed(href, etag));
            return multistatus(&[folder.props(path), items.collect()].concat());
        }
        let home = |tag: &str| format!("<{tag}><d:href>{HOME}</d:href></{tag}>");
        let account = ["d:current-user-principal", "c:calendar-home-set", "a:addressbook-home-set"].map(home).concat();
        let itself = props(path, &format!("<d:resourcetype><d:collection/></d:resourcetype>{account}"));
        let folders = self.folders.iter().filter(|_| members && path == HOME).map(|(href, f)| f.props(href));
        multistatus(&[itself, folders.collect()].concat())
    }

    fn changes(&mut self, path: &str, request: &Message) -> Message {
        let Some(folder) = self.folders.get(path) else { return answer(404, "") };
        let token = texts(&request.text(), "sync-token").concat();
        let token_now = format!("<d:sync-token>{}</d:sync-token>", folder.token());
        if token.is_empty() {
            let items: String = folder.items.iter().map(|(href, (etag, _))| listed(href, etag)).collect();
            return multistatus(&[items, token_now].concat());
        }
        let known = token.strip_prefix("token-").and_then(|n| n.parse::<usize>().ok());
        let Some(since) = known.and_then(|n| folder.history.get(n..)) else {
            return answer(403, "<d:error xmlns:d='DAV:'><d:valid-sync-token/></d:error>");
        };
        let mut changed: Vec<&String> = since.iter().collect();
        changed.sort();
        changed.dedup();
        let told = changed.into_iter().map(|href| match folder.items.get(href) {
            Some((etag, _)) => listed(href, etag),
            None => status(href, "404 Not Found"),
        });
        multistatus(&[told.collect(), token_now].concat())
    }

    fn multiget(&mut self, hrefs: &[String]) -> Message {
        let told = hrefs.iter().map(|href| match self.item(href) {
            Some((etag, text)) => found(href, etag, text),
            None => status(href, "404 Not Found"),
        });
        multistatus(&told.collect::<String>())
    }

    fn write(&mut self, request: &Message) -> Message {
        let path = request.path();
        let etag = self.item(path).map(|(etag, _)| etag.clone());
        let refused = match (request.header("if-match"), request.header("if-none-match")) {
            (Some(wanted), _) => etag.as_deref() != Some(wanted),
            (None, Some(_)) => etag.is_some(),
            (None, None) => false,
        };
        if refused {
            return answer(412, "");
        }
        if request.method() == "PUT" {
            return answer(201, "").with("ETag", &self.put(path, &request.text()));
        }
        if etag.is_none() {
            return answer(404, "");
        }
        self.delete(path);
        answer(204, "")
    }
}

impl Folder {
    pub fn token(&self) -> String {
        format!("token-{}", self.history.len())
    }

    /// As its home lists it.
    pub fn props(&self, href: &str) -> String {
        let prefix = if self.kind == "calendar" { "c" } else { "a" };
        let components = match self.components {
            "" => String::new(),
            name => format!(
                "<c:supported-calendar-component-set><c:comp name='{name}'/></c:supported-calendar-component-set>"
            ),
        };
        props(
            href,
            &format!(
                "<d:resourcetype><d:collection/><{prefix}:{}/></d:resourcetype><d:displayname>{}</d:displayname>\
                 <s:getctag>{}</s:getctag>{components}<d:supported-report-set><d:supported-report><d:report>\
                 <d:sync-collection/></d:report></d:supported-report></d:supported-report-set>",
                self.kind,
                self.name,
                self.history.len()
            ),
        )
    }
}

impl Message {
    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Message {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// An answer with this status and body.
pub fn answer(status: u16, body: impl AsRef<[u8]>) -> Message {
    Message { start: format!("HTTP/1.1 {status} X"), body: body.as_ref().to_vec(), headers: Vec::new() }
}

/// A 207 with these responses.
pub fn multistatus(inner: &str) -> Message {
    answer(207, format!("{OPEN}{inner}</d:multistatus>")).with("Content-Type", "application/xml; charset=utf-8")
}

/// The start of a multistatus.
pub const OPEN: &str = "<?xml version='1.0' encoding='utf-8'?><d:multistatus xmlns:d='DAV:' \
                        xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:a='urn:ietf:params:xml:ns:carddav' \
                        xmlns:s='http://calendarserver.org/ns/'>";

/// A response with properties.
pub fn props(href: &str, props: &str) -> String {
    let propstat = format!("<d:propstat><d:prop>{props}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>");
    format!("<d:response><d:href>{href}</d:href>{propstat}</d:response>")
}

/// A response that lists an item.
pub fn listed(href: &str, etag: &str) -> String {
    props(href, &format!("<d:getetag>{}</d:getetag>", escaped(etag)))
}

/// A response with an item's text.
pub fn found(href: &str, etag: &str, text: &str) -> String {
    let tag = if href.ends_with(".vcf") { "a:address-data" } else { "c:calendar-data" };
    props(href, &format!("<d:getetag>{}</d:getetag><{tag}>{}</{tag}>", escaped(etag), escaped(text)))
}

/// A response with a status alone.
pub fn status(href: &str, status: &str) -> String {
    format!("<d:response><d:href>{href}</d:href><d:status>HTTP/1.1 {status}</d:status></d:response>")
}

/// Text for XML, its CR kept from the parser.
pub fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).replace('\r', "&#13;")
}

/// The texts of the elements of that local name.
pub fn texts(xml: &str, name: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut found, mut inside) = (Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return found,
            Event::Start(start) if start.local_name().as_ref() == name => {
                inside = true;
                found.push(String::new());
            }
            Event::End(_) => inside = false,
            Event::Text(text) if inside => found.last_mut().unwrap().push_str(&text),
            Event::GeneralRef(name) if inside => {
                let text = quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default();
                found.last_mut().unwrap().push_str(text);
            }
            _ => {}
        }
    }
}
