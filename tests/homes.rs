//! What becomes of folders when the listing of a home does not come, or not whole: what
//! is not told is not taken for gone, and what is told goes on.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fake;
mod world;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use async_trait::async_trait;
use fake::Fake;
use fake::flavour::Flavour;
use fake::folder::Folder;
use fake::trouble::Ways;
use pimento::driver::Driver;
use pimento::fault;
use pimento::model::{Account, Collection, Fate, Fault, Href, Marker, Millis, Outcome, Role, Run, Trigger, Vanished};
use pimento::port::{Http, Ports, Request, Response, Store};
use world::{World, law, now};

const HOUR: Millis = 3_600_000;
const DAY: Millis = 24 * HOUR;

/// What is made of one request: `None`, what the server makes of it.
type Twist = dyn Fn(&Request, &Fake) -> Option<Result<Response, Fault>>;

/// The server, with some of its answers twisted.
struct Odd {
    fake: Rc<Fake>,
    twist: RefCell<Box<Twist>>,
    /// What was asked since it was looked last.
    asked: RefCell<Vec<String>>,
}

#[async_trait(?Send)]
impl Http for Odd {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        self.asked.borrow_mut().push(format!("{} {} {body}", request.method, request.url.path()));
        let twisted = (self.twist.borrow())(&request, &self.fake);
        match twisted {
            Some(answer) => answer,
            None => self.fake.send(request).await,
        }
    }
}

struct Desk {
    world: World,
    http: Rc<Odd>,
}

impl Desk {
    /// In step, with so many items in each folder.
    fn new(flavour: Flavour, items: usize) -> Desk {
        Desk::of(World::new(Ways::of(flavour)), items)
    }

    fn of(world: World, items: usize) -> Desk {
        for _ in 0..items {
            Role::ALL.into_iter().for_each(|role| drop(world.there_new(role)));
        }
        let http =
            Odd { fake: world.fake.clone(), twist: RefCell::new(Box::new(|_, _| None)), asked: RefCell::default() };
        let desk = Desk { world, http: Rc::new(http) };
        desk.well();
        desk
    }

    fn twist(&self, twist: impl Fn(&Request, &Fake) -> Option<Result<Response, Fault>> + 'static) {
        *self.http.twist.borrow_mut() = Box::new(twist);
    }

    fn honest(&self) {
        self.twist(|_, _| None);
    }

    fn run(&self, trigger: Trigger) -> Run {
        self.later(60_000);
        self.http.asked.take();
        let ports = Ports { http: self.http.clone(), ..self.world.ports() };
        now(Driver::new(ports, self.world.options.clone()).run(self.world.account(), trigger)).unwrap()
    }

    fn well(&self) {
        let run = self.run(Trigger::Interval);
        assert_eq!(run.outcome, Outcome::Ok, "{:#?}", run.log);
    }

    /// What the run failed for.
    fn badly(&self) -> String {
        match self.run(Trigger::Interval).outcome {
            Outcome::Failed(fault) => fault.text.key,
            other => panic!("{other:?}"),
        }
    }

    fn later(&self, by: Millis) {
        self.world.clock.0.set(self.world.clock.0.get() + by);
    }

    fn folder(&self, role: Role) -> Collection {
        self.world.collections().into_iter().find(|c| c.role == Some(role)).expect("a folder of the role")
    }

    /// Name, role and whether it is said to have vanished, of each folder.
    fn folders(&self) -> Vec<(String, Option<Role>, bool)> {
        self.world.collections().into_iter().map(|c| (c.name, c.role, c.vanished.is_some())).collect()
    }

    /// How many of these were asked.
    fn count(&self, what: &str) -> usize {
        self.http.asked.borrow().iter().filter(|asked| asked.contains(what)).count()
    }

    fn there(&self, folder: &str) -> usize {
        self.world.fake.texts().into_keys().filter(|path| path.contains(folder)).count()
    }

    fn family(&self) {
        self.world.fake.make("/alice/aaa/", Folder::new(false, "Family", "VEVENT"));
        self.well();
    }
}

fn status(request: &Request, status: u16) -> Result<Response, Fault> {
    Ok(Response { status, headers: Vec::new(), body: Vec::new(), url: request.url.clone() })
}

/// The honest answer with another text.
fn rewritten(request: &Request, fake: &Fake, change: impl Fn(String) -> String) -> Result<Response, Fault> {
    let mut answer = now(fake.send(request.clone()))?;
    answer.body = change(String::from_utf8_lossy(&answer.body).into_owned()).into_bytes();
    Ok(answer)
}

fn lists(request: &Request, home: &str) -> bool {
    request.method == "PROPFIND"
        && request.url.path() == home
        && request.headers.iter().any(|(name, value)| *name == "Depth" && value == "1")
}

/// From now on the listing says of the folder what `change` makes of its response.
fn says_of(desk: &Desk, folder: &'static str, change: impl Fn(&str) -> String + 'static) {
    desk.twist(move |request, fake| {
        let part = |part: &str| if part.contains(folder) { change(part) } else { part.to_owned() };
        let change = |text: String| text.split_inclusive("</response>").map(part).collect::<String>();
        lists(request, "/alice/").then(|| rewritten(request, fake, change))
    });
}

const CALENDAR: &str = "<href>/alice/calendar/</href>";

/// The response, with this instead of what it says.
fn only(part: &str, says: &str) -> String {
    format!("{}{says}</response>", &part[..part.find("<propstat>").unwrap()])
}

/// With the folder left out, if it is the folder's: what stood before the first of all
/// stays.
fn without(part: &str) -> String {
    part[..part.find("<response>").unwrap()].to_owned()
}

#[test]
fn a_folder_that_one_listing_does_not_describe_stays_what_it_is() {
    type Change = fn(&str) -> String;
    let odd: [(&str, Change, &str); 5] = [
        ("503", |part| only(part, "<status>HTTP/1.1 503 Service Unavailable</status>"), "fault_busy"),
        ("403", |part| only(part, "<status>HTTP/1.1 403 Forbidden</status>"), "fault_forbidden"),
        ("no type", |part| part.replace("resourcetype", "elsetype"), "fault_wrong_answer"),
        ("404", |part| only(part, "<status>HTTP/1.1 404 Not Found</status>"), "fault_collection_gone"),
        ("left out", without, "fault_collection_gone"),
    ];
    for (what, change, told) in odd {
        for items in [0, 2] {
            let desk = Desk::new(Flavour::Radicale, items);
            desk.family();
            let before = desk.folders();
            for role in [Role::Contacts, Role::Notes] {
                desk.world.here_new(role);
            }
            says_of(&desk, CALENDAR, change);
            assert_eq!(desk.badly(), told, "{what}");
            let gone = told == "fault_collection_gone";
            let calendar = desk.folder(Role::Calendar);
            assert_eq!((calendar.name.as_str(), calendar.vanished.is_some()), ("Calendar", gone), "{what}, {items}");
            assert_eq!([desk.there("/contacts/"), desk.there("/notes/")], [items + 1; 2], "{what}: the others go on");
            desk.honest();
            desk.well();
            assert_eq!(desk.folders(), before, "{what}, {items} in it");
        }
    }
}

#[test]
fn no_role_is_given_away_and_nothing_made_while_it_may_be_the_folder_of_it_that_is_not_told() {
    for family in [true, false] {
        let world = World::new(Ways::of(Flavour::Radicale));
        if family {
            world.fake.make("/alice/aaa/", Folder::new(false, "Family", "VEVENT"));
        }
        let fake = world.fake.clone();
        let http = Odd { fake, twist: RefCell::new(Box::new(|_, _| None)), asked: RefCell::default() };
        let desk = Desk { world, http: Rc::new(http) };
        says_of(&desk, CALENDAR, |part| only(part, "<status>HTTP/1.1 503 Service Unavailable</status>"));
        desk.run(Trigger::Person);
        assert_eq!(desk.count("MK"), 0);
        assert!(desk.world.collections().iter().all(|c| c.role != Some(Role::Calendar)), "{:?}", desk.folders());
        desk.honest();
        desk.well();
        assert_eq!(desk.folder(Role::Calendar).name, "Calendar");
    }
}

#[test]
fn an_empty_default_that_is_missing_for_a_day_makes_room_unless_it_was_chosen() {
    for (chosen, then) in [(false, "Family"), (true, "Calendar")] {
        let desk = Desk::new(Flavour::Radicale, 0);
        desk.family();
        let id = desk.folder(Role::Calendar).id;
        now(desk.world.memory.save_collection(&Collection { chosen, ..desk.folder(Role::Calendar) })).unwrap();
        desk.world.fake.remake("/alice/calendar/", |_| None);
        assert_eq!(desk.badly(), "fault_collection_gone");
        desk.later(DAY - HOUR);
        desk.badly();
        assert_eq!(desk.folder(Role::Calendar).id, id, "not yet");
        desk.later(HOUR);
        let run = desk.run(Trigger::Interval);
        assert_eq!(desk.folder(Role::Calendar).name, then, "{:?}", desk.folders());
        assert_eq!(matches!(run.outcome, Outcome::Ok), !chosen);
        let vanished = desk.world.collections().iter().any(|c| c.vanished.is_some());
        assert_eq!(vanished, chosen, "there is nothing to decide any more");
    }
}

/// The home of contacts fails: in how many ways it does.
const WAYS: [&str; 5] = ["500", "404", "403", "503", "half"];
const BOOKS: &str = "/alice/contacts/";

fn fails(desk: &Desk, how: &'static str) {
    desk.twist(move |request, fake| {
        let half = |text: String| text[..text.len() * 2 / 3].to_owned();
        lists(request, BOOKS).then(|| match how.parse() {
            Ok(code) => status(request, code),
            Err(_) => rewritten(request, fake, half),
        })
    });
}

/// What must hold while the home of contacts fails.
fn nothing_given_up(desk: &Desk, before: &[Collection], run: &Run, how: &str) {
    assert!(matches!(run.outcome, Outcome::Failed(_)), "{how}: it is told");
    let contacts = run.collections.iter().filter(|report| report.role == Some(Role::Contacts) || report.id.is_none());
    let unseen: Vec<bool> = contacts.filter(|report| report.fault.is_some()).map(|report| report.unseen).collect();
    assert_eq!(unseen, [true], "{how}: {:#?}", run.collections);
    let kept = |all: &[Collection]| {
        let contacts = all.iter().filter(|c| c.href.as_str().starts_with(BOOKS)).cloned();
        contacts.collect::<Vec<_>>()
    };
    assert_eq!(kept(&desk.world.collections()), kept(before), "{how}: what is not seen stays as it is");
}

#[test]
fn a_home_that_fails_stops_only_what_is_in_it() {
    for how in WAYS {
        for items in [0, 2] {
            let desk = Desk::new(Flavour::Xandikos, items);
            let before = desk.world.collections();
            let gone = desk.world.here_new(Role::Contacts);
            for role in [Role::Calendar, Role::Notes] {
                desk.world.here_new(role);
                desk.world.there_new(role);
            }
            fails(&desk, how);
            let run = desk.run(Trigger::Interval);
            nothing_given_up(&desk, &before, &run, how);
            let heads = |role| now(desk.world.memory.heads(&desk.folder(role).id)).unwrap().len();
            for (role, path) in [(Role::Calendar, "/calendar/"), (Role::Notes, "/notes/")] {
                assert_eq!((desk.there(path), heads(role)), (items + 2, items + 2), "{how}: {:#?}", run.collections);
            }
            assert_eq!(heads(Role::Contacts), items + 1, "{how}");
            // What the plan shows is what a run would do.
            let ports = Ports { http: desk.http.clone(), ..desk.world.ports() };
            let driver = Driver::new(ports, desk.world.options.clone());
            let drafted = now(driver.preview(desk.world.account())).unwrap();
            let faults: Vec<_> = drafted.iter().filter(|d| d.fault.is_some()).map(|d| d.name.as_str()).collect();
            assert_eq!((drafted.len(), faults), (3, vec!["Contacts"]), "{how}");
            desk.honest();
            desk.well();
            assert!(desk.world.fake.texts().values().any(|there| pimento::text::same_meaning(there, &gone)));
            assert!(law::agree(&desk.world).is_ok());
        }
    }
}

#[test]
fn a_restore_sets_nothing_aside_in_a_home_that_fails() {
    for how in WAYS {
        let desk = Desk::new(Flavour::Xandikos, 2);
        let before = desk.world.collections();
        desk.world.here_new(Role::Contacts);
        desk.world.here_new(Role::Calendar);
        fails(&desk, how);
        let run = desk.run(Trigger::Restore);
        nothing_given_up(&desk, &before, &run, how);
        let heads = |role| now(desk.world.memory.heads(&desk.folder(role).id)).unwrap().len();
        assert_eq!((heads(Role::Contacts), heads(Role::Calendar)), (3, 2), "{how}");
    }
}

#[test]
fn nothing_is_made_while_a_home_fails() {
    for how in WAYS {
        let desk = Desk::new(Flavour::Xandikos, 2);
        let contacts = desk.folder(Role::Contacts);
        let vanished = Some(Vanished { since: 0, fate: Some(Fate::Remake) });
        now(desk.world.memory.save_collection(&Collection { vanished, ..contacts })).unwrap();
        now(desk.world.memory.remove_collection(&desk.folder(Role::Notes).id)).unwrap();
        let before = desk.world.collections();
        fails(&desk, how);
        let run = desk.run(Trigger::Person);
        nothing_given_up(&desk, &before, &run, how);
        assert_eq!(desk.count("MK"), 0, "{how}");
    }
}

#[test]
fn a_first_run_takes_what_the_homes_that_answer_have() {
    for how in WAYS {
        let world = World::new(Ways::of(Flavour::Xandikos));
        now(world.memory.save_account(&Account { looked: world.clock.0.get(), ..world.account() })).unwrap();
        let fake = world.fake.clone();
        let http = Odd { fake, twist: RefCell::new(Box::new(|_, _| None)), asked: RefCell::default() };
        let desk = Desk { world, http: Rc::new(http) };
        desk.world.there_new(Role::Calendar);
        fails(&desk, how);
        let run = desk.run(Trigger::Person);
        nothing_given_up(&desk, &[], &run, how);
        assert_eq!(now(desk.world.memory.heads(&desk.folder(Role::Calendar).id)).unwrap().len(), 1, "{how}");
        desk.honest();
        desk.well();
        assert_eq!(desk.world.collections().iter().filter(|c| c.role.is_some()).count(), 3, "{how}");
        assert!(law::agree(&desk.world).is_ok());
    }
}

#[test]
fn who_asks_for_peace_or_another_password_is_asked_nothing_more() {
    for (code, header) in [(401, None), (429, None), (503, Some("600")), (500, Some("600"))] {
        for others_fail in [false, true] {
            let desk = Desk::new(Flavour::Xandikos, 1);
            desk.world.here_new(Role::Calendar);
            desk.twist(move |request, _| {
                let headers = header.iter().map(|after| ("retry-after".to_owned(), (*after).to_owned())).collect();
                let answer = Response { status: code, headers, body: Vec::new(), url: request.url.clone() };
                let other = (others_fail && request.method == "PROPFIND").then(|| status(request, 500));
                if lists(request, BOOKS) { Some(Ok(answer)) } else { other }
            });
            desk.badly();
            assert_eq!(desk.count("PUT"), 0, "{code}");
            assert_eq!(desk.world.account().stopped, code == 401);
            assert_eq!(desk.world.account().not_before.is_some(), header.is_some());
        }
    }
}

#[test]
fn a_home_that_is_gone_is_looked_for_once_an_hour_and_when_the_person_asks() {
    let desk = Desk::new(Flavour::Xandikos, 1);
    fails(&desk, "404");
    desk.later(HOUR);
    let looks = |trigger| {
        assert!(matches!(desk.run(trigger).outcome, Outcome::Failed(_)));
        desk.count("/.well-known/") > 0
    };
    assert!(looks(Trigger::Interval), "it may have moved");
    assert_eq!(desk.count("PROPFIND /alice/calendars/"), 1, "the others are not asked twice");
    assert!(!looks(Trigger::Interval));
    assert!(looks(Trigger::Person));
    desk.later(HOUR);
    assert!(looks(Trigger::Interval));
    assert_eq!(desk.world.account().addressbook_homes, [Href::path(BOOKS)]);
    assert_eq!(desk.folders().iter().filter(|(_, role, vanished)| role.is_some() && !vanished).count(), 3);
}

#[test]
fn the_weekly_look_believes_no_failure() {
    type Fails = fn(&Request) -> bool;
    let ways: [(&str, Fails); 3] = [
        ("discovery", |request| request.url.path().starts_with("/.well-known/") || request.url.path() == "/"),
        ("the principal", |request| request.url.path() == "/alice/"),
        ("the price", |_| false),
    ];
    for (what, fails) in ways {
        for code in [0, 500, 503, 200] {
            let desk = Desk::new(Flavour::Xandikos, 1);
            let (homes, before) = (desk.world.account(), desk.folders());
            desk.later(8 * DAY);
            desk.world.here_new(Role::Calendar);
            let (asked, clock) = (Cell::new(0), desk.world.clock.clone());
            desk.twist(move |request, _| {
                // The second time a listing is asked for, it is asked for its price.
                asked.set(asked.get() + u32::from(lists(request, BOOKS)));
                if lists(request, "/alice/calendars/") {
                    clock.0.set(clock.0.get() + 200);
                }
                let price = what == "the price" && lists(request, BOOKS) && asked.get() > 1;
                (price || fails(request)).then(|| match code {
                    0 => Err(fault::timeout("fake.example")),
                    _ => status(request, code),
                })
            });
            desk.well();
            let account = desk.world.account();
            assert_eq!(account.calendar_homes, homes.calendar_homes, "{what} {code}");
            assert_eq!(account.addressbook_homes, homes.addressbook_homes, "{what} {code}");
            assert_eq!(desk.folders(), before, "{what} {code}");
            assert_eq!(desk.there("/calendar/"), 2);
        }
    }
}

#[test]
fn a_home_that_is_not_named_any_more_is_kept_while_it_answers() {
    for gone in [false, true] {
        let desk = Desk::new(Flavour::Radicale, 2);
        let (old, before) = (Href::path("/alice/old/"), desk.world.moment());
        let mut homes = desk.world.account().calendar_homes;
        homes.push(old.clone());
        now(desk.world.memory.save_account(&Account { calendar_homes: homes, ..desk.world.account() })).unwrap();
        desk.twist(move |request, fake| {
            let empty = |text: String| {
                let home = text.find("</response>").unwrap() + "</response>".len();
                format!("{}</multistatus>", &text[..home]).replace("/alice/", "/alice/old/")
            };
            let home = Request { url: request.url.join("/alice/").unwrap(), ..request.clone() };
            (!gone && lists(request, "/alice/old/")).then(|| {
                let answer = rewritten(&home, fake, empty)?;
                Ok(Response { url: request.url.clone(), ..answer })
            })
        });
        desk.later(8 * DAY);
        desk.well();
        assert_eq!(desk.world.account().calendar_homes.contains(&old), !gone);
        assert_eq!(desk.world.moment(), before);
        assert!(desk.folders().iter().all(|(_, _, vanished)| !vanished));
    }
}

/// The listing, with a folder's ctag left out.
fn no_ctag(text: String) -> String {
    let part = |part: &str| match (part.contains(BOOKS), part.find("<S:getctag>"), part.find("</S:getctag>")) {
        (true, Some(from), Some(to)) => [&part[..from], &part[to + "</S:getctag>".len()..]].concat(),
        _ => part.to_owned(),
    };
    text.split_inclusive("</response>").map(part).collect()
}

#[test]
fn both_markers_are_asked_for_only_where_neither_will_do() {
    // A folder that lacks the ctag, once or always, and what is asked for from then on.
    for once in [true, false] {
        let desk = Desk::new(Flavour::Radicale, 2);
        let told = Cell::new(false);
        desk.twist(move |request, fake| {
            let odd = lists(request, "/alice/") && !(once && told.replace(true));
            odd.then(|| rewritten(request, fake, no_ctag))
        });
        for _ in 0..3 {
            desk.well();
        }
        assert_eq!(desk.world.account().markers.get("/alice"), Some(&Marker::Token), "{once}");
        assert_eq!((desk.count("getctag"), desk.count("sync-token")), (0, 1));
    }
}

#[test]
fn both_markers_are_not_asked_for_for_ever() {
    let desk = Desk::new(Flavour::Radicale, 2);
    let both = [("/alice".to_owned(), Marker::Both)].into();
    now(desk.world.memory.save_account(&Account { markers: both, ..desk.world.account() })).unwrap();
    desk.well();
    assert_eq!((desk.count("getctag"), desk.count("sync-token")), (1, 1));
    desk.later(8 * DAY);
    desk.well();
    desk.well();
    assert_eq!((desk.count("getctag"), desk.count("sync-token")), (1, 0), "one of them does by now");
}
