//! What the fake answers when all goes well.

use pimento::port::Request;

use super::folder::{Folder, Word};
use super::trouble::{Etags, Missing, Texts};
use super::xml::{self, Element};
use super::{By, Fake, split};

const CALDAV: &str = "urn:ietf:params:xml:ns:caldav";
const CARDDAV: &str = "urn:ietf:params:xml:ns:carddav";
/// The user's principal.
const PRINCIPAL: &str = "/alice/";
/// `alice:secret`
const SIGN_IN: &str = "Basic YWxpY2U6c2VjcmV0";

#[derive(Default)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
    /// What is stored is another now.
    pub effect: bool,
}

impl Answer {
    pub fn of(status: u16) -> Answer {
        Answer { status, ..Answer::default() }
    }

    pub fn with(mut self, body: Vec<u8>) -> Answer {
        self.body = body;
        self
    }

    fn header(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }

    fn effect(mut self) -> Answer {
        self.effect = true;
        self
    }
}

/// Where an etag is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Listed,
    WithText,
    OnPut,
}

impl Fake {
    /// Does what is asked. `leaves_out`: a multiget skips every other item.
    pub(super) fn answer(&self, request: &Request, body: Option<&Element>, leaves_out: bool) -> Answer {
        let path = request.url.path();
        let header = |name: &str| {
            request.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
        };
        if path.starts_with("/.well-known/") {
            return Answer::of(301).header("location", "/");
        }
        if header("Authorization") != Some(SIGN_IN) {
            return Answer::of(401).header("www-authenticate", "Basic realm=\"fake\"");
        }
        match (request.method, body) {
            ("PROPFIND", Some(body)) => self.propfind(path, header("Depth") == Some("1"), body),
            ("REPORT", Some(body)) if body.name == "sync-collection" => self.changes(path, body),
            ("REPORT", Some(body)) if body.name.ends_with("-query") => {
                self.query(path, header("Depth") == Some("1"), body)
            }
            ("REPORT", Some(body)) => self.multiget(path, body, leaves_out),
            ("GET", _) => self.get(path),
            ("PUT", _) => self.put(path, header("If-Match"), header("If-None-Match"), &request.body),
            ("DELETE", _) => self.delete(path, header("If-Match")),
            ("MKCALENDAR" | "MKCOL", Some(body)) => self.mkcol(path, body),
            _ => Answer::of(405),
        }
    }

    fn homes(&self) -> [&'static str; 2] {
        self.ways.flavour.facts().homes
    }

    fn etag(&self, folder: &Folder, name: &str, told: Told) -> Option<String> {
        let etag = folder.etag(name)?;
        let strong = format!("\"{etag:016x}\"");
        match self.ways.etags {
            Etags::Never => None,
            Etags::Unlisted if told == Told::Listed => None,
            _ if told == Told::OnPut && !self.ways.etag_on_put => None,
            Etags::Weak => Some(format!("W/{strong}")),
            _ => Some(strong),
        }
    }

    fn propfind(&self, path: &str, deep: bool, body: &Element) -> Answer {
        let mut asked: Vec<&str> = Vec::new();
        for prop in body.all("prop") {
            asked.extend(prop.children.iter().map(|child| child.name.as_str()));
        }
        let slash = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        if self.ways.etags == Etags::Drifting && deep {
            self.drift(&slash);
        }
        let mut folders = self.folders.borrow_mut();
        let mut responses = Vec::new();
        if let Some(folder) = folders.get_mut(&slash) {
            responses.push(xml::found(&slash, &self.folder_props(folder, &asked)));
            if deep {
                let names = folder.items.keys();
                responses.extend(names.map(|name| {
                    let etag = self.etag(folder, name, Told::Listed).map(|etag| format!("<getetag>{etag}</getetag>"));
                    xml::found(&format!("{slash}{name}"), &format!("<resourcetype/>{}", etag.unwrap_or_default()))
                }));
            }
        } else if slash == "/" || slash == PRINCIPAL || self.homes().contains(&slash.as_str()) {
            responses.push(xml::found(&slash, &self.place_props(&slash, &asked)));
            if deep {
                let below =
                    folders.iter_mut().filter(|(at, _)| self.homes().contains(&slash.as_str()) && above(at) == slash);
                responses.extend(below.map(|(at, folder)| xml::found(at, &self.folder_props(folder, &asked))));
            }
        } else if self.ways.flavour.facts().missing == 207 {
            responses.push(xml::status(&format!("http://fake.example{path}"), 404));
        } else {
            return Answer::of(404);
        }
        if self.ways.backwards {
            responses.reverse();
        }
        Answer::of(207).with(xml::multistatus(&responses.concat(), None))
    }

    fn drift(&self, path: &str) {
        let facts = self.ways.flavour.facts();
        if let Some(folder) = self.folders.borrow_mut().get_mut(path) {
            folder.restamp(false, &facts);
        }
    }

    fn folder_props(&self, folder: &mut Folder, asked: &[&str]) -> String {
        let kind = if folder.contacts { "<A:addressbook/>" } else { "<C:calendar/>" };
        let mut props = String::new();
        for name in asked {
            match *name {
                "resourcetype" => props += &format!("<resourcetype><collection/>{kind}</resourcetype>"),
                "displayname" => {
                    props += &format!("<displayname>{}</displayname>", xml::escaped(folder.name.as_bytes()))
                }
                "supported-calendar-component-set" if !folder.contacts => {
                    props += &format!(
                        "<C:supported-calendar-component-set><C:comp name=\"{}\"/></C:supported-calendar-component-set>",
                        folder.component
                    );
                }
                "supported-report-set" => {
                    let report = if self.ways.reports { "<sync-collection/>" } else { "<C:calendar-multiget/>" };
                    props += &format!(
                        "<supported-report-set><supported-report><report>{report}</report></supported-report></supported-report-set>"
                    );
                }
                "current-user-privilege-set" => {
                    let privilege = if folder.read_only { "<read/>" } else { "<write/>" };
                    props += &format!(
                        "<current-user-privilege-set><privilege>{privilege}</privilege></current-user-privilege-set>"
                    );
                }
                "getctag" if self.ways.ctag => {
                    let facts = self.ways.flavour.facts();
                    let state = match folder.state() {
                        _ if self.ways.fresh_tokens => folder.token(true, &facts),
                        state if facts.token_of_changes => format!("\"{state:0>64}\""),
                        state => state,
                    };
                    props += &format!("<S:getctag>{state}</S:getctag>");
                }
                "sync-token" if self.ways.sync_token && self.ways.reports => {
                    let token = folder.token(self.ways.fresh_tokens, &self.ways.flavour.facts());
                    props += &format!("<sync-token>{token}</sync-token>");
                }
                _ => {}
            }
        }
        props
    }

    fn place_props(&self, path: &str, asked: &[&str]) -> String {
        let href = |href: &str| format!("<href>{href}</href>");
        let principal = path == PRINCIPAL;
        let mut props = String::new();
        for name in asked {
            match *name {
                "resourcetype" if principal => props += "<resourcetype><principal/><collection/></resourcetype>",
                "resourcetype" => props += "<resourcetype><collection/></resourcetype>",
                "current-user-principal" => {
                    props += &format!("<current-user-principal>{}</current-user-principal>", href(PRINCIPAL));
                }
                "calendar-home-set" if principal => {
                    props += &format!("<C:calendar-home-set>{}</C:calendar-home-set>", href(self.homes()[0]));
                }
                "addressbook-home-set" if principal => {
                    props += &format!("<A:addressbook-home-set>{}</A:addressbook-home-set>", href(self.homes()[1]));
                }
                _ => {}
            }
        }
        props
    }

    fn changes(&self, path: &str, body: &Element) -> Answer {
        if self.ways.etags == Etags::Drifting {
            self.drift(path);
        }
        let mut folders = self.folders.borrow_mut();
        let Some(folder) = folders.get_mut(path) else { return Answer::of(404) };
        if !self.ways.reports {
            return Answer::of(403).with(xml::error("DAV:", "supported-report"));
        }
        let token = body.value("sync-token").unwrap_or_default();
        let refused = token.is_empty() && self.ways.refuses_empty;
        let Some(words) = folder.since(token).filter(|_| !refused) else {
            let (status, named) = self.ways.bad_token;
            let answer = Answer::of(status);
            return if named { answer.with(xml::error("DAV:", "valid-sync-token")) } else { answer };
        };
        let token = folder.token(self.ways.fresh_tokens, &self.ways.flavour.facts());
        self.told(path, folder, body, words, Some(&token))
    }

    /// All there is (`calendar-query`, `addressbook-query`).
    fn query(&self, path: &str, deep: bool, body: &Element) -> Answer {
        let folders = self.folders.borrow();
        let Some(folder) = folders.get(path) else { return Answer::of(404) };
        // Without a Depth of 1 it is asked of the collection itself, which is no item.
        let names = folder.items.keys().filter(|_| deep);
        self.told(path, folder, body, names.map(|name| (name.clone(), Word::There)).collect(), None)
    }

    /// What is told of these, with their texts where they are asked for.
    fn told(
        &self,
        path: &str,
        folder: &Folder,
        body: &Element,
        mut words: Vec<(String, Word)>,
        token: Option<&str>,
    ) -> Answer {
        if self.ways.backwards {
            words.reverse();
        }
        let data = if folder.contacts { "address-data" } else { "calendar-data" };
        let texts = body.find(data).is_some();
        if matches!(self.ways.texts, Texts::Refused(most) if texts && words.len() > most) {
            return Answer::of(400);
        }
        let data = if folder.contacts { "A:address-data" } else { "C:calendar-data" };
        let mut responses = String::new();
        for (n, (name, word)) in words.into_iter().enumerate() {
            let href = format!("{path}{name}");
            responses += &match word {
                Word::Gone => xml::status(&href, 404),
                Word::There => {
                    let given = match self.ways.texts {
                        Texts::Given | Texts::Refused(_) => texts,
                        Texts::Some => texts && n % 2 == 0,
                        Texts::Ignored => false,
                    };
                    let etag = self.etag(folder, &name, Told::Listed).map(|etag| format!("<getetag>{etag}</getetag>"));
                    let text = given.then(|| format!("<{data}>{}</{data}>", xml::escaped(&folder.items[&name].text)));
                    xml::found(&href, &[etag, text].map(Option::unwrap_or_default).concat())
                }
            };
        }
        Answer::of(207).with(xml::multistatus(&responses, token))
    }

    fn multiget(&self, path: &str, body: &Element, leaves_out: bool) -> Answer {
        let folders = self.folders.borrow();
        let Some(folder) = folders.get(path) else { return Answer::of(404) };
        let data = if folder.contacts { "A:address-data" } else { "C:calendar-data" };
        let mut responses = Vec::new();
        for (n, href) in body.all("href").iter().enumerate() {
            let href = href.text.trim();
            let (at, name) = split(href);
            let item = folder.items.get(name).filter(|_| at == path);
            if leaves_out && n % 2 == 0 {
                continue;
            }
            match (item, self.ways.missing) {
                (Some(item), _) => {
                    let etag = self.etag(folder, name, Told::WithText).map(|etag| format!("<getetag>{etag}</getetag>"));
                    let text = xml::escaped(&item.text);
                    responses.push(xml::found(href, &format!("{}<{data}>{text}</{data}>", etag.unwrap_or_default())));
                }
                (None, Missing::Told) => responses.push(xml::status(href, 404)),
                (None, Missing::LeftOut) => {}
                (None, Missing::Refuses) => return Answer::of(404),
            }
        }
        if self.ways.backwards {
            responses.reverse();
        }
        Answer::of(207).with(xml::multistatus(&responses.concat(), None))
    }

    fn get(&self, path: &str) -> Answer {
        let (at, name) = split(path);
        let folders = self.folders.borrow();
        let Some((folder, item)) = folders.get(at).and_then(|f| f.items.get(name).map(|item| (f, item))) else {
            return Answer::of(404);
        };
        let answer = Answer::of(200).with(item.text.clone());
        let answer = answer.header("content-type", if folder.contacts { "text/vcard" } else { "text/calendar" });
        match self.etag(folder, name, Told::WithText) {
            Some(etag) => answer.header("etag", etag),
            None => answer,
        }
    }

    /// If-Match by the strong comparison (RFC 9110, 13.1.1): a weak one never holds.
    fn holds(&self, folder: &Folder, name: &str, if_match: Option<&str>) -> bool {
        match (if_match, folder.etag(name)) {
            (None, _) => true,
            (Some("*"), there) => there.is_some(),
            (Some(given), Some(etag)) => given == format!("\"{etag:016x}\""),
            (Some(_), None) => false,
        }
    }

    fn put(&self, path: &str, if_match: Option<&str>, if_none_match: Option<&str>, text: &[u8]) -> Answer {
        let facts = self.ways.flavour.facts();
        let (at, name) = split(path);
        let there = {
            let folders = self.folders.borrow();
            let Some(folder) = folders.get(at) else { return Answer::of(409) };
            let there = folder.items.contains_key(name);
            if if_none_match == Some("*") && there {
                return Answer::of(412);
            }
            if !self.holds(folder, name, if_match) {
                return Answer::of(412);
            }
            if folder.uid_at(text, name).is_some() && (facts.uids_in_books || !folder.contacts) {
                let namespace = if folder.contacts { CARDDAV } else { CALDAV };
                return Answer::of(facts.uid_taken).with(xml::error(namespace, "no-uid-conflict"));
            }
            there
        };
        self.store(path, text, By::Client);
        let answer = Answer::of(if there { 204 } else { 201 }).effect();
        match self.etag(&self.folders.borrow()[at], name, Told::OnPut) {
            Some(etag) => answer.header("etag", etag),
            None => answer,
        }
    }

    fn delete(&self, path: &str, if_match: Option<&str>) -> Answer {
        let facts = self.ways.flavour.facts();
        let (at, name) = split(path);
        {
            let folders = self.folders.borrow();
            let Some(folder) = folders.get(at) else { return Answer::of(404) };
            if !folder.items.contains_key(name) {
                return Answer::of(404);
            }
            if !self.holds(folder, name, if_match) {
                return Answer::of(412);
            }
        }
        self.remove(path, By::Client);
        Answer::of(facts.deleted).effect()
    }

    fn mkcol(&self, path: &str, body: &Element) -> Answer {
        let path = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
        if self.folders.borrow().contains_key(&path) {
            return Answer::of(405);
        }
        if !self.homes().contains(&above(&path)) {
            return Answer::of(409);
        }
        let name = body.value("displayname").unwrap_or_default();
        let component = body.find("comp").and_then(|comp| comp.attribute.clone()).unwrap_or_default();
        self.make(&path, Folder::new(body.find("addressbook").is_some(), name, &component));
        Answer::of(201).effect()
    }
}

/// The collection above a collection.
fn above(path: &str) -> &str {
    split(path.trim_end_matches('/')).0
}
