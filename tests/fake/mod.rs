//! A DAV server in memory, behind [`Http`]: like Radicale or like Xandikos
//! (`tests/contract/server.rs` holds it to what they do), and misbehaving on
//! demand. It forgets no text that was ever stored.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`flavour`] | in what the real servers differ |
//! | [`trouble`] | how it may misbehave |
//! | [`folder`] | one collection, its tokens and its past |
//! | [`answer`] | a request's answer |
//! | [`rewrite`] | what a server makes of a text |
//! | [`xml`] | just enough XML |

// Each test target compiles this module for itself and uses its own part of it.
#![allow(dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod answer;
pub mod flavour;
pub mod folder;
pub mod rewrite;
pub mod trouble;
pub mod xml;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use async_trait::async_trait;
use pimento::fault;
use pimento::model::Fault;
use pimento::port::{Http, Request, Response};

use answer::Answer;
use folder::Folder;
use trouble::{Asked, Planned, Rewrites, Trouble, Ways};
use xml::Element;

/// Who changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The client under test, over [`Http`].
    Client,
    /// Somebody else's, by [`Fake::write`] and its like.
    Other,
}

/// A text that was stored once.
#[derive(Clone, Debug)]
pub struct Stored {
    pub path: String,
    pub text: Vec<u8>,
    pub by: By,
    /// Who replaced or removed it.
    pub ended: Option<By>,
}

/// One exchange: what was asked, and the status that was answered; 0: none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    pub method: &'static str,
    pub path: String,
    pub status: u16,
    /// It changed what is stored, whatever was answered.
    pub effect: bool,
}

type Meanwhile = Box<dyn FnOnce()>;

pub struct Fake {
    pub ways: Ways,
    folders: RefCell<BTreeMap<String, Folder>>,
    plan: RefCell<Vec<Planned>>,
    signed_out: Cell<bool>,
    /// What happens behind the client's back, before the n-th request from now.
    meanwhile: RefCell<Vec<(u8, Meanwhile)>>,
    /// All that was ever stored, oldest first.
    past: RefCell<Vec<Stored>>,
    exchanges: RefCell<Vec<Exchange>>,
    /// The bodies of PROPFIND are few, and reading them takes its time.
    read: RefCell<HashMap<Vec<u8>, Rc<Element>>>,
}

impl Fake {
    pub fn new(ways: Ways) -> Fake {
        Fake {
            ways,
            folders: RefCell::default(),
            plan: RefCell::default(),
            signed_out: Cell::new(false),
            meanwhile: RefCell::default(),
            past: RefCell::default(),
            exchanges: RefCell::default(),
            read: RefCell::default(),
        }
    }

    /// Makes a collection. `path` ends with a slash.
    pub fn make(&self, path: &str, folder: Folder) {
        self.folders.borrow_mut().insert(path.to_owned(), folder);
    }

    /// From now on these go wrong, one after the other.
    pub fn misbehave(&self, plan: Vec<Planned>) {
        *self.plan.borrow_mut() = plan;
    }

    /// Nothing goes wrong any more.
    pub fn behave(&self) {
        self.plan.borrow_mut().clear();
        self.meanwhile.borrow_mut().clear();
        self.signed_out.set(false);
    }

    /// Nothing is to go wrong, and nothing happens meanwhile.
    pub fn undisturbed(&self) -> bool {
        self.plan.borrow().is_empty() && self.meanwhile.borrow().is_empty() && !self.signed_out.get()
    }

    /// Does something before the n-th request from now.
    pub fn meanwhile(&self, requests: u8, what: impl FnOnce() + 'static) {
        self.meanwhile.borrow_mut().push((requests, Box::new(what)));
    }

    /// What was asked since the last call.
    pub fn take_exchanges(&self) -> Vec<Exchange> {
        self.exchanges.take()
    }

    /// All texts, by path.
    pub fn texts(&self) -> BTreeMap<String, Vec<u8>> {
        let folders = self.folders.borrow();
        let items = folders.iter().flat_map(|(path, folder)| {
            folder.items.iter().map(move |(name, item)| (format!("{path}{name}"), item.text.clone()))
        });
        items.collect()
    }

    pub fn text(&self, path: &str) -> Option<Vec<u8>> {
        let (folder, name) = split(path);
        self.folders.borrow().get(folder)?.items.get(name).map(|item| item.text.clone())
    }

    pub fn past(&self) -> Vec<Stored> {
        self.past.borrow().clone()
    }

    /// Somebody else stores a text there.
    pub fn write(&self, path: &str, text: &[u8]) {
        self.store(path, text, By::Other);
    }

    /// Something changes without being told by any token (`None`: it goes).
    pub fn slip(&self, path: &str, text: Option<&[u8]>) {
        let (folder, name) = split(path);
        self.folders.borrow_mut().get_mut(folder).expect("a folder").slip(name, text.map(<[u8]>::to_vec));
    }

    /// Changes a collection itself; `None` if it is gone.
    pub fn remake(&self, path: &str, change: impl FnOnce(Folder) -> Option<Folder>) {
        let folder = self.folders.borrow_mut().remove(path).expect("a folder");
        if let Some(folder) = change(folder) {
            self.make(path, folder);
        }
    }

    /// Somebody else deletes what is there.
    pub fn erase(&self, path: &str) {
        self.remove(path, By::Other);
    }

    /// Somebody else's client gives an item another name.
    pub fn rename(&self, path: &str, to: &str) {
        if let Some(text) = self.text(path) {
            self.erase(path);
            self.write(to, &text);
        }
    }

    /// All etags are others, though nothing changed.
    pub fn restamp(&self, told: bool) {
        let facts = self.ways.flavour.facts();
        self.folders.borrow_mut().values_mut().for_each(|folder| folder.restamp(told, &facts));
    }

    fn store(&self, path: &str, text: &[u8], by: By) {
        let text = match self.ways.rewrites {
            Rewrites::Nothing => text.to_vec(),
            Rewrites::Form => rewrite::form(text),
            Rewrites::Meaning => rewrite::meaning(&rewrite::form(text)),
        };
        self.end(path, by);
        self.past.borrow_mut().push(Stored { path: path.to_owned(), text: text.clone(), by, ended: None });
        let (folder, name) = split(path);
        let facts = self.ways.flavour.facts();
        self.folders.borrow_mut().get_mut(folder).expect("a folder").put(name, text, &facts);
    }

    fn remove(&self, path: &str, by: By) {
        self.end(path, by);
        let (folder, name) = split(path);
        let facts = self.ways.flavour.facts();
        self.folders.borrow_mut().get_mut(folder).and_then(|folder| folder.delete(name, &facts));
    }

    fn end(&self, path: &str, by: By) {
        let mut past = self.past.borrow_mut();
        if let Some(last) = past.iter_mut().rev().find(|stored| stored.path == path && stored.ended.is_none()) {
            last.ended = Some(by);
        }
    }

    /// Lets happen what is due before this request.
    fn turn(&self) {
        let mut due = Vec::new();
        self.meanwhile.borrow_mut().retain_mut(|(requests, what)| {
            *requests = requests.saturating_sub(1);
            if *requests == 0 {
                due.push(std::mem::replace(what, Box::new(|| {})));
            }
            *requests > 0
        });
        due.into_iter().for_each(|what| what());
    }

    fn read(&self, request: &Request) -> Rc<Element> {
        if request.method != "PROPFIND" {
            return Rc::new(Element::read(&request.body));
        }
        let mut read = self.read.borrow_mut();
        read.entry(request.body.clone()).or_insert_with(|| Rc::new(Element::read(&request.body))).clone()
    }

    /// One exchange, and whether it changed what is stored.
    fn exchange(&self, request: &Request) -> (Result<Response, Fault>, bool) {
        let body = (request.method != "PUT" && !request.body.is_empty()).then(|| self.read(request));
        let asked = match (request.method, &body) {
            ("PUT" | "DELETE" | "MKCOL" | "MKCALENDAR", _) => Asked::Write,
            ("REPORT", Some(body)) if !body.name.ends_with("-multiget") => Asked::Changes,
            ("REPORT", _) => Asked::Multiget,
            ("PROPFIND", _) => Asked::Listing,
            _ => Asked::Item,
        };
        let trouble = trouble::due(&mut self.plan.borrow_mut(), asked);
        let mut answer = match trouble {
            Some(Trouble::LostBefore) => return (Err(fault::unreachable("fake.example")), false),
            Some(Trouble::Failed) => Answer::of(500),
            Some(Trouble::Busy) => Answer::of(503),
            Some(Trouble::Locked) => Answer::of(423),
            Some(Trouble::Multiget404) => Answer::of(404),
            Some(Trouble::Page) => Answer::of(200).with("<!doctype html><p>Welcome".into()),
            _ => {
                match trouble {
                    Some(Trouble::SignedOut) => self.signed_out.set(true),
                    Some(Trouble::TokensForgotten) => {
                        self.folders.borrow_mut().values_mut().for_each(Folder::forget_tokens);
                    }
                    _ => {}
                }
                self.answer(request, body.as_deref(), trouble == Some(Trouble::LeavesOut))
            }
        };
        let effect = answer.effect;
        match trouble {
            Some(Trouble::LostAfter) => return (Err(fault::unreachable("fake.example")), effect),
            Some(Trouble::FailedAfter) => answer = Answer::of(500),
            Some(Trouble::Cut(percent)) => {
                let end = answer.body.len() * usize::from(percent.min(99)) / 100;
                answer.body.truncate(end);
            }
            _ => {}
        }
        let headers = answer.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let response = Response { status: answer.status, headers, body: answer.body, url: request.url.clone() };
        (Ok(response), effect)
    }
}

#[async_trait(?Send)]
impl Http for Fake {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        self.turn();
        let (answer, effect) = self.exchange(&request);
        let status = answer.as_ref().map_or(0, |answer| answer.status);
        let Request { method, url, .. } = request;
        self.exchanges.borrow_mut().push(Exchange { method, path: url.path().to_owned(), status, effect });
        answer
    }
}

/// A path as that of its folder and its name in there.
fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |slash| slash + 1))
}
