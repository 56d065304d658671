//! What a run may cost, in requests: exact, over the fake server.
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
use fake::trouble::{Etags, Planned, Texts, Trouble, Ways};
use pimento::driver::Driver;
use pimento::model::Texts as PimentoTexts;
use pimento::model::{
    Account, Collection, Edit, Fault, Href, Index, Item, Marker, Millis, Outcome, Policy, Role, Trigger,
};
use pimento::port::{Change, Commit, Http, Ports, Race, Request, Response, Store};
use world::act::Act;
use world::ports::{Ticks, Turns, driven};
use world::text::Part;
use world::{World, law, now};

const DAY: Millis = 24 * 3_600_000;
/// The question for a home's collections.
const HOME: &str = "PROPFIND /alice/";

/// A server like Radicale, with four items in each folder and in step with it.
fn in_step() -> World {
    in_step_with(Ways::of(Flavour::Radicale))
}

fn in_step_with(ways: Ways) -> World {
    let world = World::new(ways);
    for _ in 0..4 {
        for role in Role::ALL {
            world.there_new(role);
        }
    }
    asked(&world);
    world
}

/// One run, which must go well; what it asked, in order.
fn asked(world: &World) -> Vec<String> {
    asked_by(world, world.ports())
}

fn asked_by(world: &World, ports: Ports) -> Vec<String> {
    world.fake.take_exchanges();
    let driver = Driver::new(ports, world.options.clone());
    let run = now(driver.run(world.account(), Trigger::Interval)).unwrap();
    assert_eq!(run.outcome, Outcome::Ok, "{:#?}", run.log);
    let short = |path: &str| if path.len() > 30 { "NEW".to_owned() } else { path.to_owned() };
    world.fake.take_exchanges().iter().map(|e| format!("{} {}", e.method, short(&e.path))).collect()
}

const NOTES: &str = "REPORT /alice/notes/";

/// So that a run finds two changed, one new and one gone in the notes.
fn change(world: &World) {
    let notes: Vec<String> = world.fake.texts().into_keys().filter(|path| path.contains("/notes/")).collect();
    for path in &notes[..2] {
        world.there_edit(path, Part::Title);
    }
    world.fake.erase(&notes[2]);
    world.there_new(Role::Notes);
}

fn later(world: &World, by: Millis) {
    world.clock.0.set(world.clock.0.get() + by);
}

#[test]
fn one_run_by_a_clock_that_was_ahead_costs_no_text_and_puts_nothing_off() {
    let world = in_step();
    later(&world, 400 * DAY);
    change(&world);
    asked(&world);
    later(&world, -400 * DAY);
    // What is replaced now is kept as of now, and stays.
    let path = world.fake.texts().into_keys().find(|path| path.contains("/notes/")).unwrap();
    world.there_edit(&path, Part::Title);
    let before = world.kept().len();
    let run = asked(&world);
    assert!(run.iter().any(|asked| asked.contains("/.well-known/")), "when it was looked is not known: {run:?}");
    assert_eq!(world.kept().len(), before + 1);
    let at = world.clock.0.get();
    assert!(world.account().looked <= at);
    for collection in world.collections() {
        assert!(collection.audited <= at, "audited in the future: never again");
        assert!(collection.indexed_until <= at + Index::AHEAD, "{}", collection.name);
    }
    let runs = now(world.memory.runs(2)).unwrap();
    assert!(runs[0].started > runs[1].started, "the key goes on");
    assert!(runs[0].ended.unwrap() <= at);
    later(&world, DAY);
    asked(&world);
    assert_eq!(world.kept().len(), before + 1);
    assert_eq!(asked(&world), [HOME]);
}

#[test]
fn an_item_that_cannot_be_read_here_does_not_stop_what_is_to_be_done() {
    let world = in_step();
    let notes = world.collections().into_iter().find(|c| c.role == Some(Role::Notes)).unwrap();
    let ids: Vec<_> = now(world.memory.heads(&notes.id)).unwrap().into_iter().map(|head| head.id).collect();
    let whole = world.memory.index(&ids[1]).unwrap();
    for id in &ids {
        let item = Box::new(now(world.memory.item(id)).unwrap().unwrap());
        let changes = vec![Change::Index { item, index: Index::default() }];
        now(world.memory.commit(Commit { changes, ..Commit::default() })).unwrap();
    }
    now(world.memory.save_collection(&Collection { indexed: 0, ..notes })).unwrap();
    *world.life.torn.borrow_mut() = Some(ids[0].clone());
    let run = now(world.worker().run(world.account(), Trigger::Interval)).unwrap();
    assert_eq!(run.outcome, Outcome::Ok, "{:#?}", run.log);
    assert_eq!(world.memory.index(&ids[1]), Some(whole), "the others are indexed anew");
}

#[test]
fn nothing_is_indexed_for_a_store_that_keeps_no_index() {
    let world = in_step();
    world.life.blind.set(true);
    world.there_new(Role::Notes);
    now(world.worker().run(world.account(), Trigger::Interval)).unwrap();
    let known = |item: &&Item| world.memory.index(&item.head.id).is_some_and(|index| index.entry.is_some());
    let moment = world.moment();
    assert_eq!(moment.here.values().filter(known).count(), moment.here.len() - 1);
    later(&world, Index::AHEAD);
    assert!(
        !now(pimento::driver::renew(&*world.worker().ports.store, &world.account().id, world.clock.0.get())).unwrap()
    );
}

/// A server for which telling a marker takes its time.
struct Priced {
    fake: Rc<Fake>,
    clock: Rc<Ticks>,
    ctag: Millis,
    token: Millis,
}

#[async_trait(?Send)]
impl Http for Priced {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let costs = |name: &str, price: Millis| if body.contains(name) { price } else { 0 };
        if request.method == "PROPFIND" {
            self.clock.0.set(self.clock.0.get() + costs("getctag", self.ctag) + costs("sync-token", self.token));
        }
        self.fake.send(request).await
    }
}

#[test]
fn nothing_changed_costs_one_request_and_once_a_week_a_look_at_everything() {
    let world = in_step();
    for _ in 0..3 {
        assert_eq!(asked(&world), [HOME]);
        later(&world, DAY);
    }
    now(world.worker().run(world.account(), Trigger::Interval)).unwrap();
    assert_eq!(world.life.heads.get(), 0, "nor is all read that is here");
    later(&world, 5 * DAY);
    let weekly = asked(&world);
    assert!(weekly.iter().any(|asked| asked.contains("/.well-known/")), "{weekly:?}");
    assert!(weekly.len() > 6, "all etags are compared: {weekly:?}");
    assert_eq!(asked(&world), [HOME], "and not again before another week");
}

#[test]
fn however_many_collections_a_home_has_nothing_changed_costs_one_request() {
    let world = in_step();
    for n in 0..50 {
        world.fake.make(&format!("/alice/team-{n}/"), Folder::new(n % 2 == 0, "Team", "VEVENT"));
    }
    asked(&world);
    assert_eq!(asked(&world), [HOME]);
}

#[test]
fn what_only_the_weekly_look_finds_costs_no_complete_listing_afterwards() {
    let world = in_step();
    let notes = || world.collections().into_iter().find(|c| c.role == Some(Role::Notes)).unwrap();
    let head = now(world.memory.heads(&notes().id)).unwrap().remove(0);
    let mut item = now(world.memory.item(&head.id)).unwrap().unwrap();
    item.head.etag = Some(pimento::model::Etag("\"another\"".to_owned()));
    let item = Box::new(item);
    let change = Change::Put { item, seen: Some(head.rev), index: Index::default(), race: Race::KeepBase };
    now(world.memory.commit(Commit { changes: vec![change], ..Commit::default() })).unwrap();
    later(&world, 8 * DAY);
    asked(&world);
    assert!(notes().sync_token.is_some());
    world.there_new(Role::Notes);
    assert_eq!(asked(&world), [HOME, NOTES]);
    assert!(law::agree(&world).is_ok());
}

#[test]
fn the_cheaper_marker_is_found_out_and_only_that_is_asked_for() {
    for (ctag, token, best) in [
        (490, 700, Marker::Ctag),
        (490, 460, Marker::Ctag),
        (490, 430, Marker::Token),
        (490, 1, Marker::Token),
        (3, 1, Marker::Ctag),
    ] {
        let world = in_step();
        let http = Rc::new(Priced { fake: world.fake.clone(), clock: world.clock.clone(), ctag, token });
        let ports = || Ports { http: http.clone(), ..world.ports() };
        later(&world, 8 * DAY);
        asked_by(&world, ports());
        let known = world.account().markers.get("/alice").copied().unwrap_or_default();
        assert_eq!(known, best, "{ctag} ms against {token} ms");
        // What is known by another name now is looked at once.
        asked_by(&world, ports());
        assert_eq!(asked_by(&world, ports()), [HOME]);
        world.there_new(Role::Notes);
        assert!(asked_by(&world, ports()).len() > 1, "a change is seen by either");
    }
}

#[test]
fn a_home_that_moved_is_found_again_and_nothing_else_is_given_up_for_it() {
    let world = in_step();
    let before = world.moment();
    let old = [Href::path("/alice/old-home/")];
    let account = Account { calendar_homes: old.to_vec(), addressbook_homes: old.to_vec(), ..world.account() };
    now(world.memory.save_account(&account)).unwrap();
    later(&world, DAY / 24);
    let found = asked(&world);
    assert_eq!((found[0].as_str(), found.last().unwrap().as_str()), ("PROPFIND /alice/old-home/", HOME), "{found:?}");
    assert_eq!(world.account().calendar_homes, [Href::path("/alice/")]);
    assert_eq!(world.moment(), before);
    assert_eq!(asked(&world), [HOME]);
}

#[test]
fn what_the_person_chooses_while_a_run_is_under_way_stays_chosen() {
    let world = in_step();
    later(&world, 8 * DAY);
    let other = world.clone();
    world.fake.meanwhile(2, move || {
        now(other.person.save_policy(&other.account().id, Policy::MineWins)).unwrap();
    });
    asked(&world);
    assert_eq!(world.account().policy, Policy::MineWins);
    assert!(world.account().looked > 0);
}

#[test]
fn what_changed_comes_with_the_report_that_tells_of_it_or_in_one_multiget() {
    for (texts, cost) in [(Texts::Given, 1), (Texts::Ignored, 2), (Texts::Some, 2)] {
        let world = in_step_with(Ways { texts, ..Ways::of(Flavour::Radicale) });
        change(&world);
        let mut expected = vec![HOME];
        expected.resize(1 + cost, NOTES);
        assert_eq!(asked(&world), expected, "{texts:?}");
        assert_eq!(asked(&world), [HOME], "{texts:?}");
        assert!(law::agree(&world).is_ok());
    }
}

#[test]
fn texts_that_were_refused_with_changes_are_not_asked_for_again() {
    let world = in_step_with(Ways { texts: Texts::Refused(0), ..Ways::of(Flavour::Radicale) });
    change(&world);
    // With depth 0, with depth 1 (quirk 7), without texts, and the texts by themselves.
    assert_eq!(asked(&world), [HOME, NOTES, NOTES, NOTES, NOTES]);
    for _ in 0..2 {
        world.there_new(Role::Notes);
        assert_eq!(asked(&world), [HOME, NOTES, NOTES]);
    }
    assert!(law::agree(&world).is_ok());
}

#[test]
fn a_refused_token_is_not_asked_from_again() {
    let ways = Ways { refuses_empty: true, ..Ways::of(Flavour::Radicale) };
    let world = in_step_with(ways);
    for mut collection in world.collections() {
        collection.sync_token = Some("http://fake.example/never-given".to_owned());
        now(world.memory.save_collection(&collection)).unwrap();
    }
    change(&world);
    asked(&world);
    let notes = world.collections().into_iter().find(|c| c.role == Some(Role::Notes)).unwrap();
    assert_eq!(notes.sync_token, None);
    assert!(law::agree(&world).is_ok());
}

/// A server that is far away: all that is asked at the same time is answered after one
/// round trip. With `alone`, what is written beside another write is refused by 423.
struct Far {
    fake: Rc<Fake>,
    turns: Turns,
    writing: Cell<usize>,
    alone: bool,
}

#[async_trait(?Send)]
impl Http for Far {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        if request.method != "PUT" {
            self.turns.wait().await;
            return self.fake.send(request).await;
        }
        let beside = self.writing.get() > 0;
        self.writing.set(self.writing.get() + 1);
        self.turns.wait().await;
        self.writing.set(self.writing.get() - 1);
        if self.alone && beside {
            return Ok(Response { status: 423, headers: Vec::new(), body: Vec::new(), url: request.url });
        }
        self.fake.send(request).await
    }
}

/// Ten new notes are sent; in how many round trips, and how many requests at most were
/// under way.
fn ten_sent(world: &World, alone: bool) -> (u32, usize) {
    for _ in 0..10 {
        world.here_new(Role::Notes);
    }
    sent(world, alone)
}

fn sent(world: &World, alone: bool) -> (u32, usize) {
    far_away(world, alone, 0)
}

/// A run over a way of so many milliseconds.
fn far_away(world: &World, alone: bool, way: Millis) -> (u32, usize) {
    let far = Rc::new(Far { fake: world.fake.clone(), turns: Turns::default(), writing: Cell::default(), alone });
    let driver = Driver::new(Ports { http: far.clone(), ..world.ports() }, world.options.clone());
    let mut rounds = 0;
    let run = driven(driver.run(world.account(), Trigger::Interval), || {
        rounds += 1;
        later(world, way);
        far.turns.release(None)
    });
    let run = run.unwrap().unwrap();
    assert_eq!((run.outcome.clone(), run.total(|r| r.waiting)), (Outcome::Ok, 0));
    assert!(law::agree(world).is_ok());
    (rounds, far.turns.most.get())
}

#[test]
fn ten_pushes_take_fewer_than_four_round_trips() {
    let world = in_step();
    // The home, three for the ten, and one to read back what was sent.
    assert_eq!(ten_sent(&world, false), (1 + 3 + 1, 6), "two at first, to see what it bears");
    assert_eq!(world.account().several, Some(true));
    assert_eq!(asked(&world), [HOME, NOTES]);
    assert_eq!(ten_sent(&world, false), (1 + 2 + 1, 6));
}

#[test]
fn folders_are_written_to_at_the_same_time() {
    let world = in_step();
    let edit = || {
        for (role, count) in [(Role::Calendar, 6), (Role::Contacts, 3), (Role::Notes, 1)] {
            (0..count).for_each(|_| drop(world.here_new(role)));
        }
    };
    edit();
    // The home; the ten, at first two of a folder; and the last folder is read back.
    assert_eq!(sent(&world, false), (1 + 3 + 1, 2 + 2 + 1));
    asked(&world);
    edit();
    // Six of one folder leave the others one each.
    assert_eq!(sent(&world, false), (1 + 2 + 1, 6 + 1 + 1));
}

#[test]
fn where_writes_must_be_alone_all_arrive_and_it_is_remembered() {
    let world = in_step();
    let (rounds, most) = ten_sent(&world, true);
    assert_eq!((rounds, most), (1 + 10 + 1, 2), "the one that was refused went a round later");
    assert_eq!(world.account().several, Some(false));
    asked(&world);
    assert_eq!(ten_sent(&world, true), (1 + 10 + 1, 1));
    later(&world, 8 * DAY);
    asked(&world);
    assert_eq!(world.account().several, None, "it is tried again after a while");
}

/// A server that gives no texts along with changes, this long a way away, before the first run.
fn fresh(way: Millis) -> World {
    let world = World::new(Ways::of(Flavour::Xandikos));
    now(world.memory.save_account(&Account { way, ..world.account() })).unwrap();
    world
}

#[test]
fn folders_far_away_are_read_at_the_same_time_and_near_ones_one_after_the_other() {
    // The two homes at once; what there is in the first; its texts, beside what there is in the
    // two others; and their texts.
    for (way, cost) in [(50, (1 + 1 + 1 + 1, 3)), (5, (1 + 3 * 2, 2))] {
        let world = fresh(way);
        for role in Role::ALL {
            world.there_new(role);
        }
        assert_eq!(far_away(&world, false, way), cost, "{way} ms");
    }
}

#[test]
fn many_texts_come_in_several_answers_at_a_time_where_the_way_is_long() {
    for (way, cost) in [(50, (1 + 1 + 1 + 1, 3)), (5, (1 + 3 + 2, 2))] {
        let world = fresh(way);
        (0..500).for_each(|_| drop(world.there_new(Role::Notes)));
        assert_eq!(far_away(&world, false, way), cost, "{way} ms");
    }
}

#[test]
fn how_long_the_way_is_is_seen_when_the_homes_are_looked_for() {
    let world = in_step();
    assert_eq!(world.account().way, 0);
    later(&world, 8 * DAY);
    far_away(&world, false, 50);
    assert!((50..60).contains(&world.account().way), "{} ms", world.account().way);
}

/// A server whose trash bin holds the first name that something is sent to. Notes whether
/// each is noted here as ahead of the token.
struct Trash {
    world: World,
    noted: RefCell<Vec<bool>>,
}

#[async_trait(?Send)]
impl Http for Trash {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        if request.method != "PUT" {
            return self.world.fake.send(request).await;
        }
        let is_it = |href: &Href| href.as_str() == request.url.path();
        let noted = self.world.collections().iter().any(|collection| collection.ahead.iter().any(is_it));
        self.noted.borrow_mut().push(noted);
        if self.noted.borrow().len() > 1 {
            return self.world.fake.send(request).await;
        }
        let said = "<d:error xmlns:d='DAV:' xmlns:s='http://sabredav.org/ns'><s:message>Calendar object with uid \
                    already exists in this calendar collection.</s:message></d:error>";
        Ok(Response { status: 400, headers: Vec::new(), body: said.into(), url: request.url })
    }
}

#[test]
fn quirk_19_another_name_is_noted_before_anything_is_sent_there() {
    let world = in_step();
    world.here_new(Role::Notes);
    let trash = Rc::new(Trash { world: world.clone(), noted: RefCell::default() });
    let driver = Driver::new(Ports { http: trash.clone(), ..world.ports() }, world.options.clone());
    let run = now(driver.run(world.account(), Trigger::Interval)).unwrap();
    assert_eq!((run.outcome, *trash.noted.borrow() == [true, true]), (Outcome::Ok, true), "{:?}", trash.noted);
    assert!(law::agree(&world).is_ok());
}

/// A server that takes nothing.
struct Refusing(Rc<Fake>);

#[async_trait(?Send)]
impl Http for Refusing {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        if request.method == "PUT" {
            return Ok(Response { status: 403, headers: Vec::new(), body: Vec::new(), url: request.url });
        }
        self.0.send(request).await
    }
}

#[test]
fn what_is_refused_does_not_show_that_several_at_a_time_are_borne() {
    let world = in_step();
    (0..10).for_each(|_| drop(world.here_new(Role::Notes)));
    let driver =
        Driver::new(Ports { http: Rc::new(Refusing(world.fake.clone())), ..world.ports() }, world.options.clone());
    let run = now(driver.run(world.account(), Trigger::Interval)).unwrap();
    assert_eq!(run.total(|r| r.waiting), 10);
    assert_eq!(world.account().several, None);
}

#[test]
fn what_goes_is_deleted_first_and_what_was_edited_last_is_sent_first() {
    let world = in_step();
    for n in [0, 2, 1] {
        world.act(Act::HereEdit(n, Part::Title));
    }
    world.act(Act::HereDelete(3));
    let order = |world: &World| {
        let mut edited: Vec<_> = world.moment().here.into_values().filter(|i| i.head.edit == Some(Edit::Put)).collect();
        edited.sort_by_key(|item| std::cmp::Reverse(item.head.edited));
        edited.iter().map(|item| format!("PUT {}", item.head.href.as_str())).collect::<Vec<_>>()
    };
    let wanted = order(&world);
    let asked = asked(&world);
    let (deleted, put): (Vec<_>, Vec<_>) = asked
        .iter()
        .filter(|a| !a.contains("PROPFIND") && !a.contains("REPORT"))
        .partition(|a| a.starts_with("DELETE"));
    assert_eq!((deleted.len(), put.len()), (1, 3), "{asked:?}");
    // Folder by folder, as people look at them; in each the newest first.
    for folder in ["/calendar/", "/contacts/", "/notes/"] {
        let of = |list: &[String]| list.iter().filter(|a| a.contains(folder)).cloned().collect::<Vec<_>>();
        let put: Vec<String> = put.iter().map(|a| (*a).clone()).collect();
        assert_eq!(of(&put), of(&wanted));
    }
    assert!(world.moment().here.values().all(|item| item.head.edited.is_none()), "nothing is edited any more");
}

/// The first run of a world with these ways: what is asked of the notes.
fn first(ways: Ways) -> (World, Vec<String>) {
    let world = World::new(ways);
    for _ in 0..4 {
        world.there_new(Role::Notes);
    }
    let asked = asked(&world).into_iter().filter(|asked| asked.contains("/notes/")).collect();
    (world, asked)
}

#[test]
fn the_first_run_takes_everything_from_one_report_or_reads_the_rest_in_one_multiget() {
    let radicale = Ways::of(Flavour::Radicale);
    let xandikos = Ways::of(Flavour::Xandikos);
    for (ways, cost) in [
        (radicale, 1),
        (Ways { ctag: false, ..radicale }, 1),
        (Ways { texts: Texts::Given, ..xandikos }, 1),
        (xandikos, 2),
        (Ways { texts: Texts::Ignored, ..radicale }, 2),
        (Ways { texts: Texts::Some, ..radicale }, 2),
        (Ways { texts: Texts::Some, ..xandikos }, 2),
        (Ways { etags: Etags::Unlisted, ..radicale }, 2),
        // What is refused is asked for without the texts, and then the texts are.
        (Ways { texts: Texts::Refused(3), ..radicale }, 3),
        (Ways { texts: Texts::Refused(3), ..xandikos }, 3),
    ] {
        let (world, mut asked) = first(ways);
        // The token comes before all texts from Radicale, and with the marker where that is the
        // token.
        let before = ways.flavour.facts().token_of_changes && ways.ctag;
        assert_eq!(asked.first().is_some_and(|first| first.starts_with("PROPFIND")), before, "{ways:?}");
        asked.drain(..usize::from(before));
        let reports = |asked: &[String]| asked.iter().all(|a| a.starts_with("REPORT") && a.ends_with("/notes/"));
        assert!(asked.len() == cost && reports(&asked), "{ways:?}: {asked:?}");
        assert!(law::agree(&world).is_ok());
        let notes = world.collections().into_iter().find(|c| c.role == Some(Role::Notes)).unwrap();
        assert!(notes.sync_token.is_some() && notes.marker.is_some());
        assert_eq!(notes.texts == PimentoTexts::OfChanges, matches!(ways.texts, Texts::Refused(_)));
        if ways.etags == Etags::Strong {
            world.there_new(Role::Notes);
            let again = self::asked(&world);
            let (_, again) = again.split_at(if ways.flavour == Flavour::Xandikos { 2 } else { 1 });
            let cost = if ways.texts == Texts::Ignored { 2 } else { 1 };
            assert!(again.len() == cost && reports(again), "{ways:?}: what changed is little enough to come along");
        }
    }
}

/// A server, and the bodies of what it was asked.
struct Noted(Rc<Fake>, RefCell<Vec<Vec<u8>>>);

#[async_trait(?Send)]
impl Http for Noted {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        self.1.borrow_mut().push(request.body.clone());
        self.0.send(request).await
    }
}

#[test]
fn radicale_alone_is_asked_for_everything_by_queries() {
    let (radicale, xandikos) = (Ways::of(Flavour::Radicale), Ways::of(Flavour::Xandikos));
    for (ways, expected) in [
        (radicale, (3, 0)),
        (Ways { ctag: false, ..radicale }, (3, 0)),
        (xandikos, (0, 3)),
        (Ways { texts: Texts::Given, ctag: false, ..xandikos }, (0, 3)),
    ] {
        let world = World::new(ways);
        Role::ALL.iter().for_each(|role| drop(world.there_new(*role)));
        let http = Rc::new(Noted(world.fake.clone(), RefCell::default()));
        asked_by(&world, Ports { http: http.clone(), ..world.ports() });
        let bodies = http.1.take().into_iter().map(|body| String::from_utf8(body).unwrap()).collect::<Vec<_>>();
        let asked = |what| bodies.iter().filter(|body| body.contains(what)).count();
        assert_eq!((asked("-query "), asked("<D:sync-collection ")), expected, "{ways:?}: {bodies:#?}");
        law::agree(&world).unwrap();
    }
}

/// A server that fails (500) on some folders.
struct Failing {
    fake: Rc<Fake>,
    on: &'static [&'static str],
}

#[async_trait(?Send)]
impl Http for Failing {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        if self.on.iter().any(|folder| request.url.path().starts_with(folder)) {
            return Ok(Response { status: 500, headers: Vec::new(), body: Vec::new(), url: request.url });
        }
        self.fake.send(request).await
    }
}

#[test]
fn what_the_server_fails_on_in_one_folder_does_not_stop_the_others() {
    for (on, done) in [
        (&["/alice/calendar/"] as &[&str], [false, true, true]),
        (&["/alice/contacts/"], [true, false, true]),
        (&["/alice/calendar/", "/alice/contacts/"], [false, false, false]),
    ] {
        let world = in_step();
        for role in Role::ALL {
            world.there_new(role);
            world.here_new(role);
        }
        let http = Rc::new(Failing { fake: world.fake.clone(), on });
        let driver = Driver::new(Ports { http, ..world.ports() }, world.options.clone());
        let run = now(driver.run(world.account(), Trigger::Interval)).unwrap();
        assert!(matches!(&run.outcome, Outcome::Failed(fault) if fault.text.key == "fault_busy"), "{:?}", run.outcome);
        let fine = |role| run.collections.iter().any(|r| r.role == Some(role) && r.fault.is_none() && r.sent == 1);
        assert_eq!(Role::ALL.map(fine), done, "{on:?}: {:#?}", run.collections);
        let not_begun = run.log.iter().filter(|line| line.text.key == "log_not_begun").count();
        assert_eq!(not_begun, Role::ALL.len() - run.collections.len(), "what was not begun is told");
        asked(&world);
        assert!(law::agree(&world).is_ok());
    }
}

/// A server that answers sync-collection without a token.
struct Tokenless(Rc<Fake>);

#[async_trait(?Send)]
impl Http for Tokenless {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        let reports = request.method == "REPORT";
        let mut answer = self.0.send(request).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        if let (true, Some(from), Some(to)) = (reports, text.find("<sync-token>"), text.find("</multistatus>")) {
            answer.body = [&text[..from], &text[to..]].concat().into_bytes();
        }
        Ok(answer)
    }
}

#[test]
fn an_empty_folder_without_a_token_costs_nothing_while_its_marker_stays() {
    let world = World::new(Ways::of(Flavour::Radicale));
    let ports = || Ports { http: Rc::new(Tokenless(world.fake.clone())), ..world.ports() };
    let first = asked_by(&world, ports());
    assert!(first.len() > 3, "{first:?}");
    assert_eq!(asked_by(&world, ports()), [HOME]);
    world.there_new(Role::Notes);
    let again = asked_by(&world, ports());
    assert!(again[1..].iter().all(|asked| asked.contains("/notes/")) && again.len() > 1, "{again:?}");
    assert_eq!(asked_by(&world, ports()), [HOME]);
    assert!(law::agree(&world).is_ok());
}

/// How often the first run waits for the server or the store, with so many items in a folder;
/// each time so many milliseconds.
fn waits(texts: Texts, role: Role, items: usize, millis: i64) -> usize {
    let world = World::new(Ways { texts, ..Ways::of(Flavour::Xandikos) });
    (0..items).for_each(|_| drop(world.there_new(role)));
    world.life.slow.set(true);
    let mut waited = 0;
    let run = driven(world.worker().run(world.account(), Trigger::Start), || {
        waited += 1;
        world.clock.0.set(world.clock.0.get() + millis);
        world.life.turns.release(None)
    });
    world.life.slow.set(false);
    assert_eq!(run.unwrap().unwrap().outcome, Outcome::Ok);
    assert!(law::agree(&world).is_ok());
    waited
}

#[test]
fn the_next_texts_are_on_their_way_while_the_last_are_stored() {
    // The way there and the way back; the last are stored meanwhile.
    let waits = |items| waits(Texts::Ignored, Role::Notes, items, 0);
    assert_eq!(waits(500), waits(200) + 2);
}

#[test]
fn what_was_ready_and_could_not_be_stored_was_not_received() {
    let world = World::new(Ways::of(Flavour::Radicale));
    (0..3).for_each(|_| drop(world.there_new(Role::Notes)));
    for (path, text) in world.fake.texts() {
        // Each is a part of the answer.
        let long = format!("X-LONG:{}\r\nEND:VJOURNAL", "x".repeat(2 << 20));
        let text = String::from_utf8(text).unwrap().replace("END:VJOURNAL", &long);
        world.fake.write(&path, text.as_bytes());
    }
    world.life.room.set(Some(1));
    let run = now(world.worker().run(world.account(), Trigger::Start)).unwrap();
    let told: Vec<u32> = run.collections.iter().map(|report| report.received).collect();
    assert_eq!((told, world.moment().here.len()), (vec![0, 0, 1], 1), "{:#?}", run.log);
    // What is missing comes when there is room again.
    world.life.room.set(None);
    world.run(Trigger::Person).unwrap().unwrap();
    assert!(law::agree(&world).is_ok());
}

#[test]
fn what_changed_there_is_read_from_the_store_together() {
    let world = in_step();
    for path in world.fake.texts().into_keys() {
        world.there_edit(&path, Part::Title);
    }
    let run = world.run(Trigger::Interval).unwrap().unwrap();
    let received: Vec<u32> = run.collections.iter().map(|report| report.received).collect();
    assert_eq!((received, world.life.items.get()), (vec![4, 4, 4], 0));
    assert!(law::agree(&world).is_ok());
}

#[test]
fn only_what_changed_is_held_in_memory() {
    let world = in_step();
    let paths: Vec<String> = world.fake.texts().into_keys().collect();
    world.there_edit(&paths[0], Part::Title);
    world.fake.erase(&paths[5]);
    let run = world.run(Trigger::Interval).unwrap().unwrap();
    let rest = run.collections.iter().flat_map(|report| &report.plan).filter(|(word, _)| word == "rest");
    let rest: Vec<u32> = rest.map(|(_, count)| *count).collect();
    assert_eq!(
        (rest, world.life.held.get()),
        (vec![3, 3], 2),
        "the others of the two folders are counted, and not more"
    );
    assert!(law::agree(&world).is_ok());
}

/// A server that tells of the first item twice in each report.
struct Twice(Rc<Fake>, Rc<Cell<usize>>);

#[async_trait(?Send)]
impl Http for Twice {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        let reports = request.method == "REPORT";
        let mut answer = self.0.send(request).await?;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        let end = "</response>";
        if let (true, Some(from), Some(to)) = (reports, text.find("<response>"), text.find(end)) {
            let to = to + end.len();
            self.1.set(self.1.get() + 1);
            answer.body = [&text[..to], &text[from..to], &text[to..]].concat().into_bytes();
        }
        Ok(answer)
    }
}

#[test]
fn what_an_answer_tells_of_twice_is_one_item() {
    for texts in [Texts::Given, Texts::Ignored] {
        let world = World::new(Ways { texts, ..Ways::of(Flavour::Radicale) });
        let doubled = Rc::new(Cell::new(0));
        let ports = || Ports { http: Rc::new(Twice(world.fake.clone(), doubled.clone())), ..world.ports() };
        for times in 1..4 {
            for role in Role::ALL {
                world.there_new(role);
                world.there_edit(
                    &world.fake.texts().into_keys().find(|path| path.starts_with(&world.path(role))).unwrap(),
                    Part::Title,
                );
            }
            asked_by(&world, ports());
            assert_eq!(world.moment().here.len(), 3 * times, "{texts:?}");
            assert!(doubled.replace(0) >= 3, "{texts:?}");
            assert!(law::agree(&world).is_ok());
        }
    }
}

#[test]
fn the_next_folder_is_asked_for_while_the_texts_of_the_last_are_stored() {
    let more = |role, millis| waits(Texts::Given, role, 3, millis) - waits(Texts::Given, role, 0, millis);
    let roles = [Role::Calendar, Role::Contacts, Role::Notes];
    assert_eq!(roles.map(|role| more(role, 1_000)), [0, 0, 1]);
    assert_eq!(roles.map(|role| more(role, 0)), [1, 1, 1], "not of a server that is still at work with them");
}

/// Whatever goes wrong in the first run, the next one has it all.
#[test]
fn a_first_run_that_is_broken_off_loses_nothing() {
    let troubles = (1..100).map(Trouble::Cut).chain([Trouble::LostBefore, Trouble::Failed, Trouble::Page]);
    for trouble in troubles {
        // The home, the token of each folder and all that is in it.
        for after in 0..7 {
            let world = World::new(Ways::of(Flavour::Radicale));
            for _ in 0..4 {
                world.there_new(Role::Notes);
                world.there_new(Role::Calendar);
                world.there_new(Role::Contacts);
            }
            world.fake.misbehave(vec![Planned { after, trouble }]);
            world.run(Trigger::Start).unwrap();
            world.fake.behave();
            world.there_edit(&world.fake.texts().into_keys().next().unwrap(), Part::Title);
            law::all(&world).unwrap_or_else(|why| panic!("{trouble:?} after {after}: {why}"));
        }
    }
}

/// At whichever request of the first run something is new there, edited or gone: this run has
/// it, or the next is told.
#[test]
fn what_changes_there_during_the_first_run_is_not_missed() {
    let radicale = Ways::of(Flavour::Radicale);
    // So many requests the first run has at least.
    let servers = [(radicale, 7), (Ways { ctag: false, ..radicale }, 4), (Ways::of(Flavour::Xandikos), 8)];
    for ((ways, most), n, change) in
        servers.into_iter().flat_map(|s| (1..=14).flat_map(move |n| (0..3).map(move |c| (s, n, c))))
    {
        let world = World::new(ways);
        for role in Role::ALL {
            (0..3).for_each(|_| drop(world.there_new(role)));
        }
        let (there, done) = (world.clone(), Rc::new(Cell::new(false)));
        let told = done.clone();
        world.fake.meanwhile(n, move || {
            told.set(true);
            for role in Role::ALL {
                let at = there.path(role);
                let first = there.fake.texts().into_keys().find(|path| path.starts_with(&at)).unwrap();
                match change {
                    0 => drop(there.there_new(role)),
                    1 => drop(there.there_edit(&first, Part::Title)),
                    _ => there.fake.erase(&first),
                }
            }
        });
        world.run(Trigger::Start).unwrap();
        assert!(done.get() || n > most, "{ways:?}: {n}");
        world.fake.behave();
        world.run(Trigger::Interval).unwrap();
        law::agree(&world).unwrap_or_else(|why| panic!("{ways:?}, {change} before request {n}: {why}"));
    }
}
