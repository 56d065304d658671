//! What the server fails on, again and again, does not keep the rest from being in step.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fake;
mod world;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use async_trait::async_trait;
use fake::Fake;
use fake::flavour::Flavour;
use fake::trouble::{Texts, Ways};
use pimento::driver::Driver;
use pimento::fault;
use pimento::model::Texts as PimentoTexts;
use pimento::model::{
    Account, Class, Collection, Edit, Fault, Head, Href, Index, Item, ItemId, Outcome, Reach, Role, Run, Trigger,
};
use pimento::port::{Change, Commit, Http, Ports, Request, Response, Store};
use world::ports::{Turns, driven};
use world::text::Part;
use world::{World, law, now};

const HOUR: i64 = 3_600_000;

/// What comes instead of the server's answer.
enum Instead {
    Status(u16),
    Nothing(Fault),
    /// 409, with this.
    Conflict(String),
    /// The answer without what it says of these.
    Without(Vec<String>),
}

type Odd = dyn Fn(&Request, &str) -> Option<Instead>;

/// A server that is odd about some requests.
struct Oddly {
    fake: Rc<Fake>,
    odd: Box<Odd>,
    turns: Option<Turns>,
    /// So often it was.
    count: Cell<usize>,
    asked: RefCell<Vec<String>>,
}

#[async_trait(?Send)]
impl Http for Oddly {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        if let Some(turns) = &self.turns {
            turns.wait().await;
        }
        let body = String::from_utf8_lossy(&request.body).into_owned();
        self.asked.borrow_mut().push(format!("{} {} {body}", request.method, request.url.path()));
        let instead = (self.odd)(&request, &body);
        self.count.set(self.count.get() + usize::from(instead.is_some()));
        match instead {
            None => self.fake.send(request).await,
            Some(Instead::Nothing(fault)) => Err(fault),
            Some(Instead::Status(status)) => {
                Ok(Response { status, headers: Vec::new(), body: Vec::new(), url: request.url })
            }
            Some(Instead::Conflict(body)) => {
                Ok(Response { status: 409, headers: Vec::new(), body: body.into_bytes(), url: request.url })
            }
            Some(Instead::Without(paths)) => {
                let mut answer = self.fake.send(request).await?;
                let text = String::from_utf8_lossy(&answer.body).into_owned();
                let kept = text.split_inclusive("</response>").map(|part| {
                    let left_out = paths.iter().any(|path| part.contains(path.as_str()));
                    if left_out { part.split("<response>").next().unwrap_or_default() } else { part }
                });
                answer.body = kept.collect::<String>().into_bytes();
                Ok(answer)
            }
        }
    }
}

fn oddly(world: &World, odd: impl Fn(&Request, &str) -> Option<Instead> + 'static) -> Rc<Oddly> {
    let (fake, odd) = (world.fake.clone(), Box::new(odd));
    Rc::new(Oddly { fake, odd, turns: None, count: Cell::default(), asked: RefCell::default() })
}

/// A run, a minute after the one before.
fn run(world: &World, http: &Rc<Oddly>) -> Run {
    later(world, 60_000);
    let driver = Driver::new(Ports { http: http.clone(), ..world.ports() }, world.options.clone());
    http.asked.take();
    http.count.set(0);
    let run = driver.run(world.account(), Trigger::Interval);
    match &http.turns {
        None => now(run).unwrap(),
        Some(turns) => driven(run, || turns.release(None)).unwrap().unwrap(),
    }
}

fn later(world: &World, by: i64) {
    world.clock.0.set(world.clock.0.get() + by);
}

/// A server like Radicale, with two items in each folder and in step with it.
fn in_step() -> World {
    let world = World::new(Ways::of(Flavour::Radicale));
    for _ in 0..2 {
        for role in Role::ALL {
            world.there_new(role);
        }
    }
    assert_eq!(run(&world, &oddly(&world, |_, _| None)).outcome, Outcome::Ok);
    world
}

/// A server that gives no texts along with changes, before the first run.
fn fresh(items: usize) -> World {
    let world = World::new(Ways { texts: Texts::Ignored, ..Ways::of(Flavour::Radicale) });
    (0..items).for_each(|_| drop(world.there_new(Role::Calendar)));
    world
}

fn of(world: &World, role: Role) -> Collection {
    world.collections().into_iter().find(|collection| collection.role == Some(role)).unwrap()
}

/// So many items are here with their texts.
fn here(world: &World, role: Role) -> usize {
    now(world.memory.heads(&of(world, role).id)).unwrap().iter().filter(|head| head.based).count()
}

/// What an item waits for, of all items.
fn waiting(world: &World) -> Vec<String> {
    let heads = world.collections().into_iter().flat_map(|c| now(world.memory.heads(&c.id)).unwrap());
    heads.filter_map(|head| head.waiting).map(|waiting| waiting.reason.key).collect()
}

/// The ways in which a request is too much for the server, or for what stands before it.
fn too_much() -> [fn() -> Instead; 5] {
    [
        || Instead::Status(502),
        || Instead::Status(504),
        || Instead::Nothing(fault::timeout("fake.example")),
        || Instead::Nothing(fault::cut_off("fake.example")),
        || Instead::Nothing(fault::unreachable("fake.example")),
    ]
}

/// Whether events are asked for along with what there is, or what changed.
fn with_texts(request: &Request, body: &str) -> bool {
    request.url.path() == "/alice/calendar/" && !body.contains("multiget") && body.contains("calendar-data")
}

#[test]
fn everything_in_one_answer_that_takes_too_long_is_asked_for_in_batches() {
    for instead in too_much() {
        let world = World::new(Ways::of(Flavour::Radicale));
        (0..30).for_each(|_| drop(world.there_new(Role::Calendar)));
        let http = oddly(&world, move |request, body| with_texts(request, body).then(instead));
        let first = run(&world, &http);
        assert_eq!((first.outcome, http.count.get()), (Outcome::Ok, 1), "{:#?}", first.log);
        assert_eq!(here(&world, Role::Calendar), 30);
        assert!(law::agree(&world).is_ok());
    }
    // Also when the token that comes before it is too much already.
    for instead in too_much() {
        let world = World::new(Ways::of(Flavour::Radicale));
        (0..30).for_each(|_| drop(world.there_new(Role::Calendar)));
        let http = oddly(&world, move |request, _| {
            (request.method == "PROPFIND" && request.url.path() == "/alice/calendar/").then(instead)
        });
        let first = run(&world, &http);
        assert_eq!((first.outcome, http.count.get()), (Outcome::Ok, 1), "{:#?}", first.log);
        assert!(law::agree(&world).is_ok());
    }
    // Also when it is still at work with that, and gives nothing else either.
    for instead in too_much() {
        let world = World::new(Ways::of(Flavour::Radicale));
        world.there_new(Role::Calendar);
        let busy = Rc::new(Cell::new(true));
        let still = busy.clone();
        let http = oddly(&world, move |request, body| {
            (with_texts(request, body) || (still.get() && request.method == "REPORT")).then(instead)
        });
        assert!(matches!(run(&world, &http).outcome, Outcome::Failed(_)));
        busy.set(false);
        let again = run(&world, &http);
        assert_eq!((again.outcome, http.count.get()), (Outcome::Ok, 0), "{:#?}", again.log);
        assert_eq!(here(&world, Role::Calendar), 1);
    }
    // A server that is away or overloaded is asked the same again.
    for away in [|| Instead::Status(503), || Instead::Nothing(fault::offline())] {
        let world = World::new(Ways::of(Flavour::Radicale));
        world.there_new(Role::Calendar);
        run(&world, &oddly(&world, move |request, body| with_texts(request, body).then(away)));
        assert_eq!(of(&world, Role::Calendar).texts, PimentoTexts::Asked);
    }
}

#[test]
fn changes_that_take_too_long_with_their_texts_are_asked_for_without() {
    for instead in too_much() {
        let world = in_step();
        let http = oddly(&world, move |request, body| with_texts(request, body).then(instead));
        for (odd, wait) in [(1, 0), (0, 8 * 24 * HOUR), (0, 0), (1, 0)] {
            world.there_new(Role::Calendar);
            let run = run(&world, &http);
            let why = "not tried again before all was compared";
            assert_eq!((run.outcome, http.count.get()), (Outcome::Ok, odd), "{why}: {:#?}", run.log);
            later(&world, wait);
        }
        assert!(law::agree(&world).is_ok());
    }
}

#[test]
fn a_folder_that_is_away_does_not_keep_the_others_from_being_in_step() {
    let away: [(&[&str], usize, i64); 4] = [
        (&["/alice/calendar/"], 2, 0),
        (&["/alice/calendar/"], 2, 1_000),
        (&["/alice/contacts/"], 2, 1_000),
        (&["/alice/calendar/", "/alice/contacts/"], 3, 0),
    ];
    for status in [500, 502, 503, 504] {
        for (away, runs, way) in away {
            let world = in_step();
            now(world.memory.save_account(&Account { way, ..world.account() })).unwrap();
            for role in Role::ALL {
                world.there_new(role);
                world.here_new(role);
            }
            let mut http = oddly(&world, move |request, _| {
                let fails = request.method == "REPORT" && away.iter().any(|a| request.url.path().starts_with(a));
                fails.then_some(Instead::Status(status))
            });
            Rc::get_mut(&mut http).unwrap().turns = (way > 0).then(Turns::default);
            for _ in 0..runs {
                let run = run(&world, &http);
                let begun: BTreeSet<_> = run.collections.iter().map(|report| report.role).collect();
                let said = run.log.iter().filter(|line| line.text.key == "log_not_begun").count();
                assert_eq!(begun.len() + said, 3, "what was not begun is told: {:#?}", run.log);
            }
            for role in Role::ALL.into_iter().filter(|role| !away.contains(&world.path(*role).as_str())) {
                let name = world.path(role);
                let there = world.fake.texts().into_keys().filter(|path| path.starts_with(&name)).count();
                assert_eq!((here(&world, role), there), (4, 4), "{status} for {away:?}, {way} ms: {name}");
            }
            let http = oddly(&world, |_, _| None);
            run(&world, &http);
            assert_eq!(run(&world, &http).outcome, Outcome::Ok);
            assert!(law::agree(&world).is_ok());
        }
    }
}

#[test]
fn a_write_that_the_server_fails_on_does_not_keep_the_others_from_going() {
    let other_origin: fn() -> Instead = || Instead::Nothing(fault::other_origin("https://other.example/"));
    for instead in too_much().into_iter().chain([other_origin, || Instead::Status(503), || Instead::Status(304)]) {
        for several in [Some(false), None, Some(true)] {
            let world = in_step();
            now(world.memory.save_account(&Account { several, ..world.account() })).unwrap();
            for role in [Role::Contacts, Role::Calendar, Role::Calendar, Role::Calendar, Role::Calendar] {
                world.here_new(role);
                later(&world, 1_000);
            }
            // The newest two, which go first, and each of which is tried again.
            let heads = now(world.memory.heads(&of(&world, Role::Calendar).id)).unwrap();
            let mut edited: Vec<_> = heads.into_iter().filter(|head| head.edited.is_some()).collect();
            edited.sort_by_key(|head| head.edited);
            let bad: Vec<String> = edited.iter().rev().take(2).map(|head| head.href.as_str().to_owned()).collect();
            let failing = bad.clone();
            let http = oddly(&world, move |request, _| {
                (request.method == "PUT" && failing.iter().any(|bad| bad == request.url.path())).then(instead)
            });
            (0..3).for_each(|_| drop(run(&world, &http)));
            assert_eq!(world.fake.texts().len(), 6 + 3, "several {several:?}");
            assert_eq!(waiting(&world).len(), 2, "{:?}", waiting(&world));
            let mut tried = BTreeSet::new();
            for _ in 0..2 {
                run(&world, &http);
                tried.extend(
                    http.asked
                        .take()
                        .iter()
                        .filter_map(|asked| bad.iter().position(|bad| asked.starts_with(&format!("PUT {bad} ")))),
                );
            }
            assert_eq!(tried.len(), 2, "none keeps the other from being tried again");
            assert_eq!(run(&world, &oddly(&world, |_, _| None)).outcome, Outcome::Ok);
            assert_eq!(waiting(&world), [""; 0]);
            assert!(law::agree(&world).is_ok());
        }
    }
}

#[test]
fn what_has_the_uid_of_what_could_not_be_deleted_yet_goes_after_it_without_a_word() {
    let world = in_step();
    let mut here = world.moment().here.into_values();
    let Item { head, base, .. } = here.find(|item| item.head.collection == of(&world, Role::Calendar).id).unwrap();
    now(world.person.delete(&head.id, Reach::All)).unwrap();
    let name = Href::path("/alice/calendar/other-name.ics");
    let other = Head::new(ItemId("other".to_owned()), head.collection, name);
    let other = Head { edit: Some(Edit::Put), edited: head.edited, rev: 1, ..other };
    let item = Box::new(Item { head: other, base: None, edit: base });
    let new = Change::Edit { was: None, item, index: Index::default() };
    now(world.memory.commit(Commit { changes: vec![new], ..Commit::default() })).unwrap();
    let (fake, at) = (world.fake.clone(), head.href.as_str().to_owned());
    let taken = format!(
        "<error xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><C:no-uid-conflict><href>{at}</href>\
         </C:no-uid-conflict></error>"
    );
    let away = Rc::new(Cell::new(true));
    let still = away.clone();
    let http = oddly(&world, move |request, _| match request.method {
        "PUT" => fake.text(&at).map(|_| Instead::Conflict(taken.clone())),
        "DELETE" => still.get().then_some(Instead::Status(502)),
        _ => None,
    });
    for sent in [false, true] {
        run(&world, &http);
        assert_eq!(waiting(&world), ["fault_busy"], "the deletion, and nothing else");
        let asked = http.asked.take();
        assert_eq!(asked.iter().any(|asked| asked.starts_with("PUT ")), sent, "what broke off goes last: {asked:?}");
    }
    away.set(false);
    for there in [5, 6] {
        let run = run(&world, &http);
        assert_eq!((run.outcome, waiting(&world).len()), (Outcome::Ok, 0), "{:#?}", run.log);
        assert_eq!(world.fake.texts().len(), there);
    }
    assert!(law::agree(&world).is_ok());
}

#[test]
fn a_server_that_is_away_is_no_matter_of_the_items() {
    for away in [|| Instead::Status(429), || Instead::Nothing(fault::offline())] {
        let world = in_step();
        world.here_new(Role::Calendar);
        run(&world, &oddly(&world, move |request, _| (request.method == "PUT").then(away)));
        assert_eq!(waiting(&world), [""; 0]);
    }
}

#[test]
fn a_few_items_that_cannot_be_read_do_not_keep_the_others_from_coming() {
    let world = fresh(50);
    let bad: Vec<String> = world.fake.texts().into_keys().step_by(13).collect();
    let http = oddly(&world, move |request, body| match request.method {
        "GET" => bad.iter().any(|bad| bad == request.url.path()).then_some(Instead::Status(500)),
        _ => body.contains("multiget").then(|| Instead::Without(bad.clone())),
    });
    let run = run(&world, &http);
    assert_eq!(run.outcome, Outcome::Ok, "{:#?}", run.log);
    assert_eq!((here(&world, Role::Calendar), run.total(|r| r.waiting)), (46, 4));
}

#[test]
fn items_that_are_too_much_to_be_read_wait_and_the_others_come() {
    let too_large: fn() -> Instead = || Instead::Nothing(fault::too_large("fake.example"));
    for instead in too_much().into_iter().chain([too_large]) {
        let world = fresh(250);
        world.there_new(Role::Notes);
        let bad: Vec<String> = world.fake.texts().into_keys().step_by(97).take(2).collect();
        let http = oddly(&world, move |request, body| {
            let named = bad.iter().any(|bad| bad == request.url.path() || body.contains(bad.as_str()));
            (named && (request.method == "GET" || body.contains("multiget"))).then(instead)
        });
        let first = run(&world, &http);
        assert_eq!(first.outcome, Outcome::Ok, "{:#?}", first.log);
        assert!(http.count.get() <= 16, "{} that may take a minute each", http.count.get());
        assert_eq!((here(&world, Role::Calendar), here(&world, Role::Notes)), (248, 1));
        assert_eq!(first.total(|r| r.waiting), 2);
        run(&world, &http);
        assert_eq!(http.count.get(), 0, "they are not asked for at every run");
    }
}

#[test]
fn more_than_the_server_can_read_at_once_is_read_in_smaller_parts() {
    for instead in too_much() {
        let world = fresh(300);
        let http = oddly(&world, move |_, body| {
            (body.contains("multiget") && body.matches("href>").count() > 2 * 20).then(instead)
        });
        let run = run(&world, &http);
        assert_eq!((run.outcome, here(&world, Role::Calendar)), (Outcome::Ok, 300));
        assert!(http.count.get() <= 24, "{}", http.count.get());
    }
}

#[test]
fn a_server_that_goes_away_while_texts_are_read_is_left_alone() {
    for instead in too_much() {
        let world = fresh(300);
        let gone = Cell::new(false);
        let http = oddly(&world, move |_, body| {
            gone.set(gone.get() || body.contains("multiget"));
            gone.get().then(instead)
        });
        assert!(matches!(run(&world, &http).outcome, Outcome::Failed(_)));
        assert_eq!(http.count.get(), 2, "once more, to see that it is away");
        assert_eq!(waiting(&world), [""; 0]);
    }
}

#[test]
fn a_sign_in_that_ends_while_texts_are_read_is_told_as_that() {
    let world = fresh(3);
    let too_much = Cell::new(false);
    let http = oddly(&world, move |_, body| match too_much.replace(too_much.get() || body.contains("multiget")) {
        true => Some(Instead::Status(401)),
        false => body.contains("multiget").then_some(Instead::Status(504)),
    });
    let run = run(&world, &http);
    assert!(matches!(&run.outcome, Outcome::Failed(fault) if fault.class == Class::SignIn), "{:?}", run.outcome);
}

#[test]
fn a_change_of_an_item_that_cannot_be_read_is_asked_for_with_the_next() {
    let world = in_step();
    let bad = world.fake.texts().into_keys().find(|path| path.contains("/calendar/")).unwrap();
    world.there_edit(&bad, Part::Title);
    let too_much = bad.clone();
    let http = oddly(&world, move |request, body| {
        let read = request.method == "GET" || body.contains("multiget") || with_texts(request, body);
        (read && (request.url.path() == too_much || !body.contains("multiget") || body.contains(&too_much)))
            .then_some(Instead::Status(502))
    });
    assert_eq!(run(&world, &http).total(|r| r.waiting), 1);
    world.there_edit(&bad, Part::Title);
    assert_eq!(run(&world, &oddly(&world, |_, _| None)).outcome, Outcome::Ok);
    assert!(law::agree(&world).is_ok());
}

#[test]
fn what_could_not_be_read_in_a_bad_hour_is_asked_for_in_the_next() {
    let world = in_step();
    let bad = world.fake.texts().into_keys().find(|path| path.contains("/calendar/")).unwrap();
    world.there_edit(&bad, Part::Title);
    let http = oddly(&world, |request, body| {
        let read = request.method == "GET" || body.contains("multiget") || with_texts(request, body);
        read.then_some(Instead::Status(504))
    });
    assert_eq!(run(&world, &http).total(|r| r.waiting), 1);
    let fine = oddly(&world, |_, _| None);
    assert_eq!(run(&world, &fine).total(|r| r.waiting), 1, "nothing changed since");
    later(&world, HOUR);
    assert_eq!(run(&world, &fine).total(|r| r.waiting), 0);
    assert!(law::agree(&world).is_ok());
}

#[test]
fn a_worker_that_does_not_outlive_a_first_answer_asks_for_it_in_batches() {
    let world = World::new(Ways::of(Flavour::Radicale));
    (0..3).for_each(|_| drop(world.there_new(Role::Calendar)));
    let http = Rc::new(Oddly {
        fake: world.fake.clone(),
        odd: Box::new(|_, _| None),
        turns: Some(Turns::default()),
        count: Cell::default(),
        asked: RefCell::default(),
    });
    let driver = Driver::new(Ports { http: http.clone(), ..world.ports() }, world.options.clone());
    // The home answers, and the token is told; what has all of the calendar does not come while
    // the worker lives.
    let mut answered = 0;
    let died = driven(driver.run(world.account(), Trigger::Interval), || {
        answered += 1;
        answered <= 2 && http.turns.as_ref().unwrap().release(None)
    });
    assert!(died.is_none());
    assert_eq!(of(&world, Role::Calendar).texts, PimentoTexts::OfChanges);
    let http = oddly(&world, |_, _| None);
    assert_eq!(run(&world, &http).outcome, Outcome::Ok);
    let at_once = |path: &str| {
        let all = |asked: &&String| asked.contains(path) && !asked.contains("multiget") && asked.contains("-data");
        http.asked.borrow().iter().filter(all).count()
    };
    assert_eq!((at_once("/calendar/"), at_once("/notes/")), (0, 1), "{:?}", http.asked.borrow());
    assert_eq!(here(&world, Role::Calendar), 3);
    law::agree(&world).unwrap();
}
