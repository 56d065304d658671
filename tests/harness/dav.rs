//! A small DAV client that shares nothing with the code under test: it prepares
//! servers, and reads from them what tests assert about them.

use std::collections::BTreeMap;

use base64::Engine as _;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

use super::http::{self, Message};

/// Signed in at a server on a loopback port. All paths are absolute.
#[derive(Clone, Debug)]
pub struct Dav {
    pub port: u16,
    pub user: String,
    pub password: String,
}

/// A collection, as its parent lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    pub href: String,
    pub name: String,
    /// Resource types other than `collection`.
    pub kinds: Vec<String>,
    pub components: Vec<String>,
}

impl Dav {
    /// Sends a request with these headers and hands out the answer, whatever it is.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Message {
        self.send(method, path, headers, body.as_bytes())
    }

    /// The same, with any bytes.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Message {
        let sign_in = base64::engine::general_purpose::STANDARD.encode(format!("{}:{}", self.user, self.password));
        let mut request = Message { start: format!("{method} {path} HTTP/1.1"), ..Message::default() };
        request.headers = vec![
            ("Host".into(), format!("127.0.0.1:{}", self.port)),
            ("Authorization".into(), format!("Basic {sign_in}")),
        ];
        request.headers.extend(headers.iter().map(|(n, v)| ((*n).into(), (*v).into())));
        request.body = body.to_vec();
        http::exchange(self.port, &request).unwrap_or_else(|why| panic!("{method} {path}: {why}"))
    }

    /// Writes an item. The media type goes by the name's ending.
    ///
    /// # Panics
    /// When the server does not take it.
    pub fn put(&self, path: &str, text: &str) {
        let kind = if path.ends_with(".vcf") { "text/vcard; charset=utf-8" } else { "text/calendar; charset=utf-8" };
        let answer = self.ask("PUT", path, &[("Content-Type", kind)], text);
        assert!(matches!(answer.status(), 200..=204), "PUT {path}: {} {}\n{text}", answer.start, answer.text());
    }

    /// The text there, if anything is.
    pub fn get(&self, path: &str) -> Option<String> {
        let answer = self.ask("GET", path, &[], "");
        match answer.status() {
            200 => Some(answer.text()),
            404 | 410 => None,
            _ => panic!("GET {path}: {}", answer.start),
        }
    }

    /// Removes what is there.
    ///
    /// # Panics
    /// When the server refuses, or nothing was there.
    pub fn delete(&self, path: &str) {
        let answer = self.ask("DELETE", path, &[], "");
        assert!(matches!(answer.status(), 200..=204), "DELETE {path}: {}", answer.start);
    }

    /// MKCALENDAR (RFC 4791, 5.3.1) for these components.
    pub fn make_calendar(&self, path: &str, name: &str, components: &[&str]) {
        let components: String = components.iter().map(|c| format!("<C:comp name=\"{c}\"/>")).collect();
        self.make(
            "MKCALENDAR",
            path,
            &format!(
                "<C:mkcalendar xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><D:set><D:prop>\
                 <D:displayname>{name}</D:displayname>\
                 <C:supported-calendar-component-set>{components}</C:supported-calendar-component-set>\
                 </D:prop></D:set></C:mkcalendar>"
            ),
        );
    }

    /// Extended MKCOL (RFC 5689, RFC 6352) of an address book.
    pub fn make_addressbook(&self, path: &str, name: &str) {
        self.make(
            "MKCOL",
            path,
            &format!(
                "<D:mkcol xmlns:D=\"DAV:\" xmlns:A=\"urn:ietf:params:xml:ns:carddav\"><D:set><D:prop>\
                 <D:resourcetype><D:collection/><A:addressbook/></D:resourcetype>\
                 <D:displayname>{name}</D:displayname></D:prop></D:set></D:mkcol>"
            ),
        );
    }

    fn make(&self, method: &str, path: &str, body: &str) {
        let answer = self.ask(method, path, &[("Content-Type", "application/xml; charset=utf-8")], body);
        assert_eq!(answer.status(), 201, "{method} {path}: {} {}", answer.start, answer.text());
    }

    /// The collections right below `path`, itself not among them.
    pub fn folders(&self, path: &str) -> Vec<Folder> {
        let mut folders: Vec<Folder> = self
            .list(path)
            .into_iter()
            .filter(|listed| listed.is("collection") && listed.href != path)
            .map(|listed| Folder {
                name: listed.value("displayname").unwrap_or_default(),
                kinds: ["calendar", "addressbook"].into_iter().filter(|k| listed.is(k)).map(Into::into).collect(),
                components: listed
                    .values
                    .iter()
                    .filter(|(n, _)| n == "comp")
                    .map(|(_, v)| v.trim().to_owned())
                    .collect(),
                href: listed.href,
            })
            .collect();
        folders.sort_by(|a, b| a.href.cmp(&b.href));
        folders
    }

    /// Everything in the collection, by href. What goes while it is being read is
    /// not there.
    pub fn items(&self, path: &str) -> BTreeMap<String, String> {
        self.list(path)
            .into_iter()
            .filter(|listed| !listed.is("collection") && listed.href != path)
            .filter_map(|listed| self.get(&listed.href).map(|text| (listed.href, text)))
            .collect()
    }

    fn list(&self, path: &str) -> Vec<Listed> {
        let answer = self.ask(
            "PROPFIND",
            path,
            &[("Depth", "1"), ("Content-Type", "application/xml; charset=utf-8")],
            "<D:propfind xmlns:D=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><D:prop>\
             <D:resourcetype/><D:displayname/><C:supported-calendar-component-set/></D:prop></D:propfind>",
        );
        assert_eq!(answer.status(), 207, "PROPFIND {path}: {} {}", answer.start, answer.text());
        parse(&answer.text())
    }
}

/// A `response` of a multistatus: the elements in it by local name, with their
/// text, or for `comp` the attribute `name`.
#[derive(Debug, Default)]
struct Listed {
    href: String,
    values: Vec<(String, String)>,
}

impl Listed {
    fn is(&self, kind: &str) -> bool {
        self.values.iter().any(|(name, _)| name == kind)
    }

    fn value(&self, of: &str) -> Option<String> {
        self.values.iter().find(|(name, _)| name == of).map(|(_, value)| value.trim().to_owned())
    }
}

fn parse(xml: &str) -> Vec<Listed> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut all: Vec<Listed> = Vec::new();
    let mut href = false;
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return all,
            Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                let attribute = start.try_get_attribute("name").unwrap().map(|a| a.value.into_owned());
                if name == "response" {
                    all.push(Listed::default());
                } else if let Some(last) = all.last_mut() {
                    // The first href of a response is its own; others are in properties.
                    href = name == "href" && last.href.is_empty();
                    last.values.push((name, attribute.unwrap_or_default()));
                }
            }
            Event::Text(text) => add(&mut all, href, &text),
            Event::GeneralRef(name) => {
                let char = name.resolve_char_ref().unwrap().map(String::from);
                let text = char.or_else(|| resolve_predefined_entity(&name).map(Into::into));
                add(&mut all, href, &text.unwrap_or_default());
            }
            Event::End(_) => href = false,
            _ => {}
        }
    }
}

fn add(all: &mut [Listed], href: bool, text: &str) {
    let Some(last) = all.last_mut() else { return };
    if href {
        last.href.push_str(text.trim());
    } else if let Some((_, value)) = last.values.last_mut() {
        value.push_str(text);
    }
}
