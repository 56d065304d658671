//! The whole engine in a test: the driver over a store in memory, a clock that the
//! test sets, and the network it is given.

// Each test target compiles this module for itself and uses its own part of it.
#![allow(dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use pimento::driver::{Driver, Options, Scope};
use pimento::fault;
use pimento::memory::Memory;
use pimento::message::SignIn;
use pimento::model::{
    Account, AccountId, Collection, EventFields, Fault, Fields, Href, Item, LogLine, Millis, Outcome, Reach, Run,
    Trigger,
};
use pimento::native::machine::{GivenPassword, MachineRandom, NoShell};
use pimento::port::{Clock, Http, Ports, Request, Response, Store};

use super::harness::http::Message;
use super::harness::site::Site;

/// 2026-11-22T00:00:00Z.
const START: Millis = 1_795_305_600_000;
pub const DAY: Millis = 24 * 3_600_000;

pub struct Engine {
    pub driver: Driver,
    pub store: Rc<Memory>,
    clock: Rc<At>,
}

/// A clock that goes on by a millisecond each time somebody looks.
struct At(Cell<Millis>);

#[async_trait(?Send)]
impl Clock for At {
    fn now(&self) -> Millis {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }
    async fn sleep(&self, _: u32) {}
    fn offset_minutes(&self, _: Millis) -> i32 {
        0
    }
}

impl Engine {
    /// Without an account.
    pub fn new(http: Rc<dyn Http>) -> Engine {
        let store = Rc::new(Memory::default());
        let clock = Rc::new(At(Cell::new(START)));
        let ports = Ports {
            http,
            store: store.clone(),
            clock: clock.clone(),
            random: Rc::new(MachineRandom),
            vault: Rc::new(GivenPassword("secret".to_owned())),
            shell: Rc::new(NoShell),
        };
        let options = Options {
            scope: Scope::Roles,
            guard: true,
            copy_mark: || " (copy)".to_owned(),
            name: |role| format!("{role:?}"),
        };
        Engine { driver: Driver::new(ports, options), store, clock }
    }

    /// With an account on this server, as yet without a run.
    pub async fn with_account(http: Rc<dyn Http>, server: &str) -> Engine {
        let engine = Engine::new(http);
        engine.sign_in(server).await.unwrap();
        engine
    }

    /// Over the site, in step with it.
    pub async fn in_step_with(site: &Site) -> Engine {
        let engine = Engine::with_account(Rc::new(Direct(site.clone())), "http://h").await;
        engine.run_well().await;
        site.seen();
        engine
    }

    pub async fn sign_in(&self, server: &str) -> Result<AccountId, Fault> {
        let sign_in = SignIn {
            server: server.to_owned(),
            user: "u".to_owned(),
            password: "secret".to_owned(),
            secure: server.starts_with("https:"),
        };
        self.driver.save(&sign_in, false, None).await
    }

    /// The only one, or the first.
    pub async fn account(&self) -> Account {
        self.driver.accounts().await.unwrap().remove(0)
    }

    /// One run by the clock.
    pub async fn run(&self) -> Run {
        self.run_by(Trigger::Interval).await
    }

    pub async fn run_by(&self, trigger: Trigger) -> Run {
        self.driver.run(self.account().await, trigger).await.unwrap()
    }

    /// One run, which must go well.
    pub async fn run_well(&self) -> Run {
        let run = self.run().await;
        assert_eq!(run.outcome, Outcome::Ok, "{:#?}", run.log);
        run
    }

    /// One run, which must fail; why.
    pub async fn run_badly(&self) -> Fault {
        match self.run().await.outcome {
            Outcome::Failed(fault) => fault,
            other => panic!("{other:?}"),
        }
    }

    /// Time goes on.
    pub fn later(&self, by: Millis) {
        self.clock.0.set(self.clock.0.get() + by);
    }

    pub async fn collections(&self) -> Vec<Collection> {
        self.store.collections(&self.account().await.id).await.unwrap()
    }

    pub async fn collection(&self, href: &str) -> Collection {
        self.collections().await.into_iter().find(|c| c.href.as_str() == href).unwrap()
    }

    pub async fn items(&self) -> Vec<Item> {
        let mut items = Vec::new();
        for collection in self.collections().await {
            for head in self.store.heads(&collection.id).await.unwrap() {
                items.push(self.store.item(&head.id).await.unwrap().unwrap());
            }
        }
        items
    }

    pub async fn item(&self, href: &str) -> Item {
        let key = Href::path(href).key();
        let items = self.items().await;
        let hrefs: Vec<_> = items.iter().map(|item| item.head.href.as_str().to_owned()).collect();
        items.into_iter().find(|item| item.head.href.key() == key).unwrap_or_else(|| panic!("{href}: {hrefs:?}"))
    }

    /// What the person sees, by href.
    pub async fn shown(&self) -> BTreeMap<String, String> {
        let items = self.items().await;
        let shown = items.iter().filter_map(|item| Some((item.head.href.as_str().to_owned(), text(item.shown()?))));
        shown.collect()
    }

    /// All that a failed run must leave as it was: the texts of both sides, and how
    /// far we are in step.
    pub async fn state(&self) -> State {
        let items = self.items().await;
        let texts = items.iter().map(|item| {
            let texts = [&item.base, &item.edit].map(|t| t.as_deref().map(text));
            (item.head.href.as_str().to_owned(), texts)
        });
        let marks = self.collections().await.into_iter().map(|c| (c.href.as_str().to_owned(), c.sync_token, c.marker));
        State { texts: texts.collect(), marks: marks.collect() }
    }

    /// The keys of the problems that the run tells.
    pub fn problems(run: &Run) -> Vec<&str> {
        let problem = |line: &&LogLine| line.problem;
        run.log.iter().filter(problem).map(|line| line.text.key.as_str()).collect()
    }

    /// Why the item waits, as a key.
    pub async fn waits(&self, href: &str) -> Option<String> {
        self.item(href).await.head.waiting.map(|waiting| waiting.reason.key)
    }

    /// The person gives an item another title.
    pub async fn retitle(&self, href: &str, title: &str) {
        let id = self.item(href).await.head.id;
        let was = self.driver.open(&id, None).await.unwrap();
        let mut fields = was.clone();
        match &mut fields {
            Fields::Event(event) => event.title = title.to_owned(),
            Fields::Contact(contact) => contact.family = title.to_owned(),
            Fields::Note(note) => note.title = title.to_owned(),
        }
        self.driver.edit(&id, Reach::All, Some(&was), &fields).await.unwrap();
    }

    /// The person makes a new event; its href.
    pub async fn create(&self, title: &str) -> String {
        let fields = Fields::Event(EventFields {
            title: title.to_owned(),
            start: "2026-11-23T10:00".to_owned(),
            end: "2026-11-23T11:00".to_owned(),
            ..EventFields::default()
        });
        let id = self.driver.create(None, &fields).await.unwrap();
        let item = self.store.item(&id).await.unwrap().unwrap();
        item.head.href.as_str().to_owned()
    }

    /// The person deletes an item.
    pub async fn delete(&self, href: &str) {
        let id = self.item(href).await.head.id;
        self.driver.delete(&id, Reach::All).await.unwrap();
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    texts: BTreeMap<String, [Option<String>; 2]>,
    marks: Vec<(String, Option<String>, Option<String>)>,
}

impl State {
    /// A run that failed left all texts as they were, and says of no collection that
    /// it is further in step than it was: a token may be forgotten, never advanced.
    #[track_caller]
    pub fn is_still(&self, before: &State, what: &str) {
        assert_eq!(self.texts, before.texts, "{what}");
        for (now, before) in self.marks.iter().zip(&before.marks) {
            let kept = |now: &Option<String>, before: &Option<String>| now.is_none() || now == before;
            assert!(kept(&now.1, &before.1) && kept(&now.2, &before.2), "{what}: {now:?}, before {before:?}");
        }
        assert_eq!(self.marks.len(), before.marks.len(), "{what}");
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The site without a network between. An answer with status 0 is a connection
/// that broke.
pub struct Direct(pub Site);

#[async_trait(?Send)]
impl Http for Direct {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        let path = &request.url[url::Position::BeforePath..];
        let headers = request.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let asked = Message {
            start: format!("{} {path} HTTP/1.1", request.method),
            headers: headers.chain([("Host".to_owned(), host.clone())]).collect(),
            body: request.body,
        };
        let answer = self.0.ask(&asked);
        if answer.status() == 0 {
            return Err(fault::unreachable(&host));
        }
        let headers = answer.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
        Ok(Response { status: answer.status(), headers, body: answer.body, url: request.url })
    }
}

/// An event with this title.
pub fn event(uid: &str, title: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//test//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:20260101T000000Z\r\nDTSTART:20261123T100000Z\r\nDTEND:20261123T110000Z\r\nSUMMARY:{title}\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

pub fn card(uid: &str, family: &str, more: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{family}\r\nN:{family};;;;\r\n{more}END:VCARD\r\n")
}
