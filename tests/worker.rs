//! What each event of the browser leads to, over a store in memory, a shell that
//! takes notes, and a network that answers as each test wants.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use pimento::driver::{Options, Scope};
use pimento::fault;
use pimento::memory::Memory;
use pimento::message::{Answer, Ask, Differing, Imported, SignIn, Standing, Text};
use pimento::model::{
    Account, AccountId, Choice, Class, Collection, Fate, Fault, Fields, Head, Held, Href, Index, Item, ItemId, Kind,
    Millis, News, NoteFields, Outcome, Reach, Role, Run, Saying, Settings, Trigger, Vanished,
};
use pimento::native::machine::MachineRandom;
use pimento::port::{Change, Clock, Commit, Http, Ports, Race, Request, Response, Shell, Store, Vault};
use pimento::worker::{Event, Worker};

const NOW: Millis = 1_795_305_600_000;

/// Takes notes of all it is told.
#[derive(Default)]
struct Notes {
    notices: RefCell<Vec<String>>,
    options_opened: Cell<u32>,
    alarms: RefCell<BTreeMap<String, Millis>>,
    badge: RefCell<Option<(u32, bool)>>,
    locked: Rc<Cell<bool>>,
    saves: Cell<bool>,
    /// What happens at that point, once.
    meanwhile: RefCell<Option<(Point, Meanwhile)>>,
}

type Meanwhile = Box<dyn FnOnce() -> LocalBoxFuture<'static, ()>>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Point {
    /// The lock is held.
    Locked,
    /// The server is asked something.
    Asked,
    /// The alarm of an edit is about to be taken away.
    Cleared,
}

impl Notes {
    async fn reached(&self, point: Point) {
        if self.meanwhile.borrow().as_ref().is_some_and(|(at, _)| *at == point) {
            let (_, happens) = self.meanwhile.take().unwrap();
            happens().await;
        }
    }
}

struct HeldLock(Rc<Cell<bool>>);

impl Drop for HeldLock {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

#[async_trait(?Send)]
impl Shell for Notes {
    fn tell(&self, _: &News) {}
    fn badge(&self, waiting: u32, failed: bool) {
        *self.badge.borrow_mut() = Some((waiting, failed));
    }
    async fn notice(&self, text: &Saying) {
        self.notices.borrow_mut().push(text.key.clone());
    }
    async fn open_options(&self, _: Option<&str>) {
        self.options_opened.set(self.options_opened.get() + 1);
    }
    async fn wake(&self, name: &str, at: Option<Millis>) {
        if name == "change" && at.is_none() {
            self.reached(Point::Cleared).await;
        }
        match at {
            Some(at) => self.alarms.borrow_mut().insert(name.to_owned(), at),
            None => self.alarms.borrow_mut().remove(name),
        };
    }
    fn saves(&self) -> bool {
        self.saves.get()
    }
    async fn due(&self, name: &str) -> Option<Millis> {
        self.alarms.borrow().get(name).copied()
    }
    async fn lock(&self, _: &str) -> Option<Box<dyn Any>> {
        if self.locked.replace(true) {
            return None;
        }
        let held = HeldLock(self.locked.clone());
        self.reached(Point::Locked).await;
        Some(Box::new(held))
    }
}

/// Answers everything in the same way, and counts.
struct Network {
    shell: Rc<Notes>,
    answer: RefCell<Result<(u16, String), Fault>>,
    asked: Cell<u32>,
}

#[async_trait(?Send)]
impl Http for Network {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        self.asked.set(self.asked.get() + 1);
        self.shell.reached(Point::Asked).await;
        let (status, body) = self.answer.borrow().clone()?;
        Ok(Response { status, headers: Vec::new(), body: body.into_bytes(), url: request.url })
    }
}

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

struct Password(RefCell<String>);

#[async_trait(?Send)]
impl Vault for Password {
    async fn seal(&self, _: &AccountId, password: &str) -> Result<(), Fault> {
        password.clone_into(&mut self.0.borrow_mut());
        Ok(())
    }
    async fn open(&self, _: &AccountId) -> Result<Option<String>, Fault> {
        Ok(Some(self.0.borrow().clone()))
    }
}

struct Scene {
    worker: Worker,
    store: Rc<Memory>,
    shell: Rc<Notes>,
    network: Rc<Network>,
}

fn scene() -> Scene {
    let store = Rc::new(Memory::default());
    let shell = Rc::new(Notes::default());
    let network =
        Rc::new(Network { shell: shell.clone(), answer: RefCell::new(Err(fault::offline())), asked: Cell::new(0) });
    let ports = Ports {
        http: network.clone(),
        store: store.clone(),
        clock: Rc::new(At(Cell::new(NOW))),
        random: Rc::new(MachineRandom),
        vault: Rc::new(Password(RefCell::new("secret".to_owned()))),
        shell: shell.clone(),
    };
    let options = Options {
        scope: Scope::Roles,
        guard: true,
        copy_mark: || " (copy of $1)".to_owned(),
        name: |role| ["Calendar", "Contacts", "Notes"][role as usize].to_owned(),
    };
    Scene { worker: Worker::new(ports, options), store, shell, network }
}

impl Scene {
    /// An account with a folder for notes.
    async fn set_up(&self) -> Collection {
        let id = AccountId("a".to_owned());
        let account = Account {
            id: id.clone(),
            entered: "dav.example".to_owned(),
            calendar_homes: vec![Href::path("/ann/")],
            addressbook_homes: vec![Href::path("/ann/")],
            ..Account::new("https://dav.example/", "ann", Some(Href::path("/ann/")))
        };
        let href = Href::path("/ann/notes/");
        let notes = Collection {
            name: "Notes".to_owned(),
            components: vec!["VJOURNAL".to_owned()],
            role: Some(Role::Notes),
            ..Collection::new(&id, href, Role::Notes.kind())
        };
        self.store.save_account(&account).await.unwrap();
        self.store.save_collection(&notes).await.unwrap();
        notes
    }
    async fn ask(&self, ask: Ask) -> (Result<Answer, Fault>, Option<Trigger>) {
        self.worker.handle(Event::Ask(ask)).await
    }
    async fn new_note(&self, title: &str) -> (ItemId, Option<Trigger>) {
        let fields = Fields::Note(NoteFields { title: title.to_owned(), text: String::new(), ..NoteFields::default() });
        match self.ask(Ask::Create { folder: None, fields }).await {
            (Ok(Answer::Item(id)), trigger) => (id, trigger),
            other => panic!("{other:?}"),
        }
    }
    async fn last(&self) -> Run {
        self.store.runs(1).await.unwrap().remove(0)
    }
    /// At that point the worker is told this.
    fn meanwhile<F: Future<Output = ()> + 'static>(&self, point: Point, happens: impl FnOnce(Worker) -> F + 'static) {
        let worker = self.worker.clone();
        *self.shell.meanwhile.borrow_mut() = Some((point, Box::new(move || happens(worker).boxed_local())));
    }
    fn answers(&self, status: u16, body: &str) {
        *self.network.answer.borrow_mut() = Ok((status, body.to_owned()));
    }
    /// A run whose first request is not answered.
    fn asking(&self, trigger: Trigger) -> LocalBoxFuture<'_, Result<(), Fault>> {
        self.meanwhile(Point::Asked, |_| std::future::pending());
        let before = self.network.asked.get();
        let mut run = self.worker.run(trigger).boxed_local();
        assert!(turns(&mut run, 1).is_none());
        assert_eq!(self.network.asked.get(), before + 1);
        run
    }

    fn alarm(&self, name: &str) -> Option<Millis> {
        self.shell.alarms.borrow().get(name).map(|at| (at - NOW) / 1000)
    }
}

#[tokio::test(flavor = "current_thread")]
async fn the_first_installation_says_what_to_do_and_opens_the_options() {
    let scene = scene();
    scene.worker.handle(Event::Installed { first: true }).await.0.unwrap();
    assert_eq!(*scene.shell.notices.borrow(), ["notice_set_up"]);
    assert_eq!(scene.shell.options_opened.get(), 1);
    scene.worker.handle(Event::Installed { first: false }).await.0.unwrap();
    assert_eq!(scene.shell.options_opened.get(), 1, "an update is no reason to disturb");
}

#[tokio::test(flavor = "current_thread")]
async fn a_browser_start_synchronizes_if_that_is_wanted_and_set_up() {
    let scene = scene();
    assert_eq!(scene.worker.handle(Event::Startup).await.1, None, "nothing is set up");
    scene.set_up().await;
    // Not in the same second as everybody whose machine started with this one.
    assert_eq!(scene.worker.handle(Event::Startup).await.1, None);
    let wait = scene.alarm("start").unwrap();
    assert!((30..=91).contains(&wait), "{wait} s");
    let periodic = scene.alarm("periodic").unwrap();
    assert!(periodic >= 15 * 60, "{periodic} s: after that run, not before it");
    assert_eq!(scene.worker.handle(Event::Alarm("start".to_owned())).await.1, Some(Trigger::Start));

    scene.shell.alarms.borrow_mut().clear();
    scene.ask(Ask::SaveSettings(Settings { at_start: false, ..Settings::default() })).await.0.unwrap();
    assert_eq!(scene.worker.handle(Event::Startup).await.1, None);
    assert_eq!(scene.alarm("start"), None);
}

/// A last run that ended well, so long ago, of that account.
async fn ran(scene: &Scene, account: &str, seconds_ago: Millis) {
    let ended = NOW - seconds_ago * 1000;
    let run = Run {
        started: ended - 1,
        ended: Some(ended),
        account: AccountId(account.to_owned()),
        trigger: Trigger::Interval,
        outcome: Outcome::Ok,
        collections: Vec::new(),
        log: Vec::new(),
    };
    scene.store.save_run(&run).await.unwrap();
}

#[tokio::test(flavor = "current_thread")]
async fn after_a_sleep_of_the_machine_the_run_waits_until_it_is_up() {
    let scene = scene();
    scene.set_up().await;
    ran(&scene, "a", 3_600).await;
    assert_eq!(scene.worker.handle(Event::Alarm("periodic".to_owned())).await.1, None);
    let wait = scene.alarm("back").unwrap();
    assert!((30..=91).contains(&wait), "{wait} s");
    assert!(scene.alarm("periodic").unwrap() >= 15 * 60, "it rings once");
    assert_eq!(scene.worker.handle(Event::Alarm("back".to_owned())).await.1, Some(Trigger::Interval));
}

#[tokio::test(flavor = "current_thread")]
async fn a_connection_that_saves_data_is_used_less_often_if_that_is_wanted() {
    let scene = scene();
    scene.set_up().await;
    ran(&scene, "a", 5 * 60).await;
    for (saves, spare, minutes) in [(false, true, 10..=12), (true, false, 10..=12), (true, true, 55..=61)] {
        scene.shell.saves.set(saves);
        scene.ask(Ask::SaveSettings(Settings { spare, ..Settings::default() })).await.0.unwrap();
        let wait = scene.alarm("periodic").unwrap() / 60;
        assert!(minutes.contains(&wait), "{wait} min, saves {saves}, spare {spare}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn accounts_that_are_due_at_nearly_the_same_time_share_a_waking() {
    for (ago, went) in [(14 * 60, 2), (12 * 60, 1)] {
        let scene = scene();
        scene.set_up().await;
        let account = scene.store.accounts().await.unwrap().remove(0);
        scene.store.save_account(&Account { id: AccountId("b".to_owned()), ..account }).await.unwrap();
        ran(&scene, "a", 15 * 60).await;
        ran(&scene, "b", ago).await;
        scene.worker.run(Trigger::Interval).await.unwrap();
        let runs = scene.store.runs(50).await.unwrap();
        assert_eq!(runs.iter().filter(|run| run.started > NOW).count(), went, "the other ran {ago} s ago");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn after_an_update_the_items_are_indexed_anew_though_the_server_is_not_there() {
    for event in [Event::Installed { first: false }, Event::Startup] {
        let scene = scene();
        let notes = scene.set_up().await;
        let (id, _) = scene.new_note("Lemons").await;
        let old = Collection { indexed: 0, ..notes.clone() };
        scene.store.save_collection(&old).await.unwrap();
        let item = scene.store.item(&id).await.unwrap().unwrap();
        let without = Change::Index { item: Box::new(item), index: Index::default() };
        scene.store.commit(Commit { changes: vec![without], ..Commit::default() }).await.unwrap();
        // In the middle of a run it is the run's.
        scene.shell.locked.set(true);
        scene.worker.handle(event.clone()).await.0.unwrap();
        assert_eq!(scene.store.index(&id), Some(Index::default()), "{event:?}");
        scene.shell.locked.set(false);
        scene.worker.handle(event.clone()).await.0.unwrap();
        assert_eq!(scene.store.index(&id).unwrap().words, " lemons ", "{event:?}");
        assert!(!scene.shell.locked.get());
        assert_eq!(scene.store.collections(&notes.account).await.unwrap()[0].indexed, Index::VERSION);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn nothing_is_imported_while_what_is_here_is_indexed_anew() {
    let scene = scene();
    let notes = scene.set_up().await;
    let (id, _) = scene.new_note("Lemons").await;
    let item = scene.store.item(&id).await.unwrap().unwrap();
    let texts = vec![Text::from(item.edit.clone().unwrap())];
    let without = Change::Index { item: Box::new(item), index: Index::default() };
    scene.store.commit(Commit { changes: vec![without], ..Commit::default() }).await.unwrap();
    scene.store.save_collection(&Collection { indexed: 0, ..notes.clone() }).await.unwrap();
    let folder = notes.id;
    let compare = Ask::Compare { folder: folder.clone(), texts: texts.clone() };
    let import = Ask::Import { folder, texts, differing: Differing::Leave, last: true };
    let asks = [compare.clone(), import.clone()];
    scene.meanwhile(Point::Locked, move |worker| async move {
        for ask in asks {
            assert_eq!(worker.handle(Event::Ask(ask)).await.0.unwrap_err().text.key, "fault_in_run");
        }
    });
    scene.worker.handle(Event::Installed { first: false }).await.0.unwrap();
    // Whoever holds the lock now.
    scene.shell.locked.set(true);
    let Ok(Answer::Compared(compared)) = scene.ask(compare).await.0 else { panic!("not compared") };
    assert_eq!(compared[0].standing, Standing::Same);
    assert_eq!(scene.ask(import).await.0.unwrap(), Answer::Imported(Imported { same: 1, ..Imported::default() }));
}

#[tokio::test(flavor = "current_thread")]
async fn what_happens_between_two_times_is_answered_whenever_they_are() {
    let scene = scene();
    let notes = scene.set_up().await;
    let calendar = Collection {
        components: vec!["VEVENT".to_owned()],
        role: Some(Role::Calendar),
        ..Collection::new(&notes.account, Href::path("/ann/cal/"), Role::Calendar.kind())
    };
    scene.store.save_collection(&calendar).await.unwrap();
    let text = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nSUMMARY:Birthday\r\nDTSTART;VALUE=DATE:19900304\r\n\
        RRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let head = Head::new(ItemId("b".to_owned()), calendar.id.clone(), Href::path("/ann/cal/b.ics"));
    let item = Box::new(Item { head: Head { based: true, ..head }, base: Some(text.to_vec()), edit: None });
    let (from, to) = (NOW - Index::BEHIND, NOW + Index::AHEAD);
    let index = pimento::text::index(&calendar.id, &item.head.id, Kind::Calendar, text, from, to);
    let change = Change::Put { item, seen: None, index, race: Race::KeepBase };
    scene.store.commit(Commit { changes: vec![change], ..Commit::default() }).await.unwrap();
    // 2040-03-04.
    let day = 2_214_432_000_000;
    let between = async |from, to| match scene.ask(Ask::Between { from, to }).await {
        (Ok(Answer::Occurrences(found)), None) => found.into_iter().map(|o| (o.title, o.start)).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    assert_eq!(between(day, day + 1).await, [("Birthday".to_owned(), day)]);
    assert_eq!(between(day - 86_400_000, day).await, []);
}

#[tokio::test(flavor = "current_thread")]
async fn an_interval_out_of_bounds_is_refused_and_a_good_one_sets_the_alarm() {
    let scene = scene();
    scene.set_up().await;
    for every_minutes in [0, 1441] {
        let settings = Settings { every_minutes, ..Settings::default() };
        let fault = scene.ask(Ask::SaveSettings(settings)).await.0.unwrap_err();
        assert!(fault.text.key.starts_with("field_minutes"), "{}", fault.text.key);
    }
    assert_eq!(scene.store.settings().await.unwrap(), Settings::default(), "nothing of it was kept");
    scene.ask(Ask::SaveSettings(Settings { every_minutes: 5, ..Settings::default() })).await.0.unwrap();
    assert!(scene.alarm("periodic").is_some());
    scene.ask(Ask::SaveSettings(Settings { periodic: false, ..Settings::default() })).await.0.unwrap();
    assert_eq!(scene.alarm("periodic"), None);
}

#[tokio::test(flavor = "current_thread")]
async fn an_edit_is_stored_before_it_is_answered_and_an_alarm_sees_that_it_is_sent() {
    let scene = scene();
    let notes = scene.set_up().await;
    let (id, trigger) = scene.new_note("one").await;
    assert_eq!(trigger, Some(Trigger::Change));
    assert_eq!(scene.alarm("change"), Some(30));
    let todo = scene.store.todo(&notes.id).await.unwrap();
    assert_eq!(todo.iter().map(|head| &head.id).collect::<Vec<_>>(), [&id]);
    scene.ask(Ask::SaveSettings(Settings { after_change: false, ..Settings::default() })).await.0.unwrap();
    assert_eq!(scene.new_note("two").await.1, None, "only if the person wants it so");
}

#[tokio::test(flavor = "current_thread")]
async fn offline_keeps_the_edit_and_tries_again_in_a_minute() {
    let scene = scene();
    let notes = scene.set_up().await;
    scene.new_note("one").await;
    scene.worker.run(Trigger::Change).await.unwrap();
    let run = scene.last().await;
    assert!(matches!(&run.outcome, Outcome::Failed(fault) if fault.text.key == "fault_offline"), "{:?}", run.outcome);
    assert_eq!(scene.store.todo(&notes.id).await.unwrap().len(), 1);
    assert_eq!(*scene.shell.badge.borrow(), Some((0, true)));
    let wait = scene.alarm("periodic").unwrap();
    assert!((60..70).contains(&wait), "{wait} s");
}

#[tokio::test(flavor = "current_thread")]
async fn quirk_28_the_first_401_stops_the_account_until_the_person_acts() {
    let scene = scene();
    scene.set_up().await;
    scene.answers(401, "");
    scene.worker.run(Trigger::Interval).await.unwrap();
    assert!(matches!(scene.last().await.outcome, Outcome::Failed(fault) if fault.class == Class::SignIn));
    assert_eq!(scene.network.asked.get(), 1, "one try with one password");
    for trigger in [Trigger::Interval, Trigger::Change, Trigger::Start] {
        scene.worker.run(trigger).await.unwrap();
    }
    assert_eq!(scene.network.asked.get(), 1);
    assert_eq!(scene.alarm("periodic"), None, "and nothing is planned");
    scene.worker.run(Trigger::Person).await.unwrap();
    assert_eq!(scene.network.asked.get(), 2, "asked for, it tries");
}

#[tokio::test(flavor = "current_thread")]
async fn quirk_28_a_password_that_is_saved_while_the_old_one_is_refused_is_not_refused() {
    for (password, stopped) in [("new", false), ("secret", true)] {
        let scene = scene();
        scene.set_up().await;
        scene.answers(401, "");
        scene.meanwhile(Point::Asked, move |worker| async move {
            let sign_in = SignIn {
                server: "dav.example".to_owned(),
                user: "ann".to_owned(),
                password: password.to_owned(),
                secure: true,
            };
            worker.handle(Event::Ask(Ask::Save { sign_in, insist: true, replaces: None })).await.0.unwrap();
        });
        scene.worker.run(Trigger::Interval).await.unwrap();
        assert!(matches!(scene.last().await.outcome, Outcome::Failed(fault) if fault.class == Class::SignIn));
        let accounts = scene.store.accounts().await.unwrap();
        assert_eq!((accounts.len(), accounts[0].stopped), (1, stopped), "{password}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn one_run_at_a_time_and_what_came_too_late_is_run_after_it() {
    let scene = scene();
    scene.set_up().await;
    let lock = scene.shell.lock("x").await.unwrap();
    scene.worker.run(Trigger::Restore).await.unwrap();
    assert_eq!(scene.network.asked.get(), 0, "somebody else is at it");
    drop(lock);
    scene.worker.run(Trigger::Interval).await.unwrap();
    let runs: Vec<Trigger> = scene.store.runs(9).await.unwrap().iter().map(|run| run.trigger).collect();
    assert_eq!(runs, [Trigger::Restore], "the greater includes the lesser");
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_asked_for_in_the_middle_of_a_run_is_not_begun_beside_it() {
    // It fails, and then only what the person asks for is tried again.
    for (trigger, all) in [(Trigger::Person, 2), (Trigger::Interval, 1)] {
        let scene = scene();
        let account = scene.set_up().await.account;
        let (store, network) = (scene.store.clone(), scene.network.clone());
        scene.meanwhile(Point::Asked, move |worker| async move {
            for _ in 0..2 {
                worker.run(trigger).await.unwrap();
            }
            assert_eq!(network.asked.get(), 1, "{trigger:?}");
            let refused = worker.handle(Event::Ask(Ask::RemoveAccount(account))).await.0.unwrap_err();
            assert_eq!((&*refused.text.key, store.accounts().await.unwrap().len()), ("fault_in_run", 1));
        });
        scene.worker.run(Trigger::Interval).await.unwrap();
        assert_eq!(scene.store.runs(9).await.unwrap().len(), all, "{trigger:?}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_account_saved_again_without_a_check_keeps_its_state() {
    let scene = scene();
    scene.set_up().await;
    let sign_in =
        SignIn { server: "dav.example".to_owned(), user: "ann".to_owned(), password: "new".to_owned(), secure: true };
    let refused = scene.ask(Ask::Save { sign_in: sign_in.clone(), insist: false, replaces: None }).await.0.unwrap_err();
    assert_eq!(refused.text.key, "fault_offline", "nothing unchecked is saved");
    let before = scene.store.accounts().await.unwrap();
    scene.ask(Ask::Save { sign_in: sign_in.clone(), insist: true, replaces: None }).await.0.unwrap();
    assert_eq!(scene.store.accounts().await.unwrap(), before);
    let other = SignIn { server: "other.example".to_owned(), ..sign_in };
    scene.ask(Ask::Save { sign_in: other, insist: true, replaces: Some(before[0].id.clone()) }).await.0.unwrap();
    let accounts = scene.store.accounts().await.unwrap();
    let active: Vec<&str> = accounts.iter().filter(|a| a.active).map(|a| a.entered.as_str()).collect();
    assert_eq!((accounts.len(), active), (2, vec!["other.example"]), "another server is another state");
}

#[tokio::test(flavor = "current_thread")]
async fn a_run_that_the_browser_ended_is_seen_by_the_next() {
    let scene = scene();
    scene.set_up().await;
    scene.worker.run(Trigger::Interval).await.unwrap();
    let mut run = scene.last().await;
    run.outcome = Outcome::Running;
    run.ended = None;
    scene.store.save_run(&run).await.unwrap();
    scene.worker.run(Trigger::Start).await.unwrap();
    let runs = scene.store.runs(9).await.unwrap();
    assert!(matches!(&runs[1].outcome, Outcome::Failed(fault) if fault.text.key == "fault_interrupted"));
    assert!(runs[0].log.iter().any(|line| line.text.key == "log_interrupted"));
}

#[tokio::test(flavor = "current_thread")]
async fn a_folder_that_cannot_be_written_refuses_edits_at_once() {
    let scene = scene();
    let notes = scene.set_up().await;
    scene.store.save_collection(&Collection { writable: false, ..notes.clone() }).await.unwrap();
    let fields = Fields::Note(NoteFields { title: "no".to_owned(), text: String::new(), ..NoteFields::default() });
    let fault = scene.ask(Ask::Create { folder: None, fields }).await.0.unwrap_err();
    assert_eq!(fault.text.key, "fault_read_only");
    assert!(scene.store.heads(&notes.id).await.unwrap().is_empty());
}

#[tokio::test(flavor = "current_thread")]
async fn an_edit_while_a_run_is_under_way_is_another_edit() {
    let scene = scene();
    let notes = scene.set_up().await;
    let (id, _) = scene.new_note("one").await;
    let fields = Fields::Note(NoteFields { title: "two".to_owned(), text: String::new(), ..NoteFields::default() });
    let was = Fields::Note(NoteFields { title: "one".to_owned(), text: String::new(), ..NoteFields::default() });
    scene
        .ask(Ask::Edit { id: id.clone(), reach: Reach::All, was: was.clone(), fields: fields.clone() })
        .await
        .0
        .unwrap();
    assert_eq!(scene.store.todo(&notes.id).await.unwrap()[0].rev, 2);
    scene.ask(Ask::Edit { id: id.clone(), reach: Reach::All, was, fields }).await.0.unwrap();
    assert_eq!(scene.store.todo(&notes.id).await.unwrap()[0].rev, 2, "saving without a change is none");
    scene.ask(Ask::Delete { id, reach: Reach::All }).await.0.unwrap();
    assert_eq!(scene.store.todo(&notes.id).await.unwrap()[0].rev, 3);
    assert!(matches!(scene.ask(Ask::CountRestore).await.0, Ok(Answer::Count(1))));
}

#[tokio::test(flavor = "current_thread")]
async fn nothing_set_up_is_said_and_not_run() {
    let scene = scene();
    let fault = scene.ask(Ask::Synchronize).await.0.unwrap_err();
    assert_eq!(fault.text.key, "fault_not_set_up");
    scene.worker.run(Trigger::Person).await.unwrap();
    assert_eq!(scene.network.asked.get(), 0);
}

#[tokio::test(flavor = "current_thread")]
async fn an_alarm_leads_to_one_run_and_the_next_alarm_is_an_interval_away() {
    let scene = scene();
    scene.set_up().await;
    ran(&scene, "a", 17 * 60).await;
    let (_, trigger) = scene.worker.handle(Event::Alarm("periodic".to_owned())).await;
    assert_eq!(trigger, Some(Trigger::Interval));
    drop(scene.asking(Trigger::Interval));
    let wait = scene.alarm("periodic").unwrap();
    assert!((15 * 60..=17 * 60).contains(&wait), "{wait} s: it was due, and may die now");
}

/// That run sees to the alarms when it ends, if it lives so long.
#[tokio::test(flavor = "current_thread")]
async fn an_alarm_that_rings_in_a_run_rings_again_should_the_run_die() {
    for (settings, periodic) in [
        (Settings { every_minutes: 5, ..Settings::default() }, Some(5 * 60..=5 * 60 + 30)),
        (Settings { periodic: false, ..Settings::default() }, None),
    ] {
        let scene = scene();
        scene.set_up().await;
        scene.store.save_settings(&settings).await.unwrap();
        let run = scene.asking(Trigger::Person);
        for (name, trigger) in [("change", Trigger::Change), ("periodic", Trigger::Interval)] {
            scene.shell.alarms.borrow_mut().insert(name.to_owned(), NOW + 3_600_000);
            assert_eq!(scene.worker.handle(Event::Alarm(name.to_owned())).await.1, Some(trigger));
            scene.worker.run(trigger).await.unwrap();
        }
        drop(run);
        assert_eq!(scene.alarm("change"), Some(60));
        let wait = scene.alarm("periodic");
        assert!(periodic.as_ref().map_or(wait.is_none(), |wanted| wanted.contains(&wait.unwrap())), "{wait:?}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_edit_is_not_forgotten_for_the_interval() {
    for triggers in [[Trigger::Change, Trigger::Interval], [Trigger::Interval, Trigger::Change]] {
        let scene = scene();
        scene.set_up().await;
        scene.meanwhile(Point::Locked, move |worker| async move {
            for trigger in triggers {
                worker.run(trigger).await.unwrap();
            }
        });
        assert_eq!(scene.worker.handle(Event::Installed { first: false }).await.1, Some(Trigger::Change));
    }
}

/// An answer that is not what was asked is a fault with a name and changes nothing.
#[tokio::test(flavor = "current_thread")]
async fn a_wrong_answer_changes_nothing_in_the_store() {
    let ours = "<d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>/ann/notes/</d:href></d:response>";
    let other = "<d:multistatus xmlns:d=\"DAV:\"><d:response><d:href>/bob/</d:href><d:propstat><d:prop>\
                 <d:resourcetype><d:collection/></d:resourcetype></d:prop><d:status>HTTP/1.1 200 OK</d:status>\
                 </d:propstat></d:response></d:multistatus>";
    for (status, body) in [
        (200, "<!doctype html><form>sign in</form>"),
        (207, "<!doctype html><form>sign in</form>"),
        (207, ours),
        (207, other),
        (207, ""),
        (204, ""),
        (302, ""),
        (404, ""),
        (500, ""),
    ] {
        let scene = scene();
        let notes = scene.set_up().await;
        scene.new_note("mine").await;
        let before = scene.store.heads(&notes.id).await.unwrap();
        scene.answers(status, body);
        scene.worker.run(Trigger::Person).await.unwrap();
        let run = scene.last().await;
        assert!(
            matches!(&run.outcome, Outcome::Failed(fault) if fault.text.key.starts_with("fault_")),
            "{status} {body}"
        );
        assert_eq!(scene.store.heads(&notes.id).await.unwrap(), before, "{status} {body}");
        assert_eq!(scene.store.collections(&notes.account).await.unwrap(), [notes], "{status} {body}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_asked_for_while_the_lock_is_no_runs_is_run_after_it() {
    for event in [Event::Installed { first: false }, Event::Ask(Ask::RemoveAccount(AccountId("b".to_owned())))] {
        let scene = scene();
        scene.set_up().await;
        scene.meanwhile(Point::Locked, |worker| async move { worker.run(Trigger::Restore).await.unwrap() });
        assert_eq!(scene.worker.handle(event.clone()).await.1, Some(Trigger::Restore), "{event:?}");
        // Once: the next edit is sent, not set aside.
        scene.new_note("one").await;
        scene.worker.run(Trigger::Change).await.unwrap();
        assert_eq!(scene.last().await.trigger, Trigger::Change, "{event:?}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_worker_that_dies_while_it_indexes_has_set_its_alarms() {
    for (event, name) in [(Event::Startup, "start"), (Event::Installed { first: false }, "periodic")] {
        let scene = scene();
        scene.set_up().await;
        scene.meanwhile(Point::Locked, |_| std::future::pending());
        assert!(scene.worker.handle(event).now_or_never().is_none(), "it died");
        assert!(scene.alarm(name).is_some(), "{name}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_start_after_a_long_while_leads_to_one_run() {
    let names = |scene: &Scene| {
        let alarms = scene.shell.alarms.borrow();
        alarms.keys().filter(|name| *name != "periodic").cloned().collect::<Vec<_>>()
    };
    let late = Event::Alarm("periodic".to_owned());
    for (events, left) in [([Event::Startup, late.clone()], "back"), ([late, Event::Startup], "start")] {
        let scene = scene();
        scene.set_up().await;
        ran(&scene, "a", 3_600).await;
        for event in events {
            assert_eq!(scene.worker.handle(event).await.1, None);
        }
        assert_eq!(names(&scene), [left]);
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_edit_while_a_run_ends_keeps_its_alarm() {
    // One that finds nothing to do, one that fails.
    for trigger in [Trigger::Change, Trigger::Person] {
        let scene = scene();
        scene.set_up().await;
        scene.meanwhile(Point::Cleared, |worker| async move {
            let fields = Fields::Note(NoteFields { title: "one".to_owned(), ..NoteFields::default() });
            let ask = Ask::Create { folder: None, fields };
            // The worker dies before the run that this leads to.
            assert_eq!(worker.handle(Event::Ask(ask)).await.1, Some(Trigger::Change));
        });
        scene.worker.run(trigger).await.unwrap();
        assert!(scene.alarm("change").is_some(), "{trigger:?}");
        // What failed is tried again by the clock.
        scene.worker.run(Trigger::Change).await.unwrap();
        assert_eq!(scene.alarm("change"), None, "{trigger:?}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn what_is_imported_while_a_run_ends_keeps_its_alarm() {
    let scene = scene();
    let folder = scene.set_up().await.id;
    scene.meanwhile(Point::Cleared, |worker| async move {
        let text = "BEGIN:VCALENDAR\r\nBEGIN:VJOURNAL\r\nUID:u\r\nSUMMARY:one\r\nEND:VJOURNAL\r\nEND:VCALENDAR\r\n";
        let texts = vec![Text::Utf8(text.to_owned())];
        let ask = Ask::Import { folder, texts, differing: Differing::Leave, last: false };
        assert_eq!(worker.handle(Event::Ask(ask)).await.1, None, "more is to come, but the page is closed");
    });
    scene.worker.run(Trigger::Person).await.unwrap();
    assert!(scene.alarm("change").is_some());
}

#[tokio::test(flavor = "current_thread")]
async fn an_edit_of_a_clock_that_was_ahead_makes_no_run_every_half_minute() {
    let scene = scene();
    let notes = scene.set_up().await;
    let (id, _) = scene.new_note("one").await;
    let was = scene.store.item(&id).await.unwrap().unwrap();
    let mut item = was.clone();
    item.head.edited = Some(NOW + 86_400_000);
    let ahead = Change::Edit { was: Some(Box::new(was)), item: Box::new(item), index: Index::default() };
    scene.store.commit(Commit { changes: vec![ahead], ..Commit::default() }).await.unwrap();
    scene.worker.run(Trigger::Change).await.unwrap();
    assert_eq!(scene.store.todo(&notes.id).await.unwrap().len(), 1, "it failed");
    assert_eq!(scene.alarm("change"), None, "and is tried again by the clock, ever later");
}

#[tokio::test(flavor = "current_thread")]
async fn what_the_person_decided_has_an_alarm_until_a_run_has_seen_it() {
    for settles in [false, true] {
        let scene = scene();
        let notes = scene.set_up().await;
        let vanished = settles.then_some(Vanished { since: NOW, fate: None });
        let held = (!settles).then(|| Held {
            since: NOW,
            here: Vec::new(),
            there: Vec::new(),
            of: 0,
            marker: None,
            agreed: false,
        });
        scene.store.save_collection(&Collection { vanished, held, ..notes.clone() }).await.unwrap();
        let ask = if settles {
            Ask::Settle { collection: notes.id, fate: Fate::Remake }
        } else {
            Ask::Decide { collection: notes.id, choice: Choice::Delete }
        };
        assert_eq!(scene.ask(ask).await.1, Some(Trigger::Change), "settles: {settles}");
        assert_eq!(scene.alarm("change"), Some(30), "settles: {settles}");
        scene.worker.run(Trigger::Change).await.unwrap();
        assert_eq!(scene.network.asked.get(), 1, "settles: {settles}");
        assert_eq!(scene.alarm("change"), None, "settles: {settles}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn an_alarm_that_was_lost_is_set_when_somebody_looks() {
    let scene = scene();
    let state = async || match scene.ask(Ask::State).await {
        (Ok(Answer::State(state)), None) => state,
        other => panic!("{other:?}"),
    };
    assert_eq!(state().await.next, None, "nothing is set up");
    scene.set_up().await;
    assert_eq!(state().await.next, scene.shell.due("periodic").await);
    assert!(scene.alarm("periodic").is_some());
    let settings = Settings { periodic: false, ..Settings::default() };
    scene.ask(Ask::SaveSettings(settings)).await.0.unwrap();
    assert_eq!(state().await.next, None, "it is not wanted");
}

/// Alarms ring again after an hour, in case the worker does not start for them.
#[tokio::test(flavor = "current_thread")]
async fn an_alarm_that_led_to_its_run_does_not_ring_again() {
    for name in ["start", "back"] {
        let scene = scene();
        scene.set_up().await;
        scene.shell.alarms.borrow_mut().insert(name.to_owned(), NOW + 3_600_000);
        scene.shell.alarms.borrow_mut().remove("periodic");
        let trigger = scene.worker.handle(Event::Alarm(name.to_owned())).await.1.unwrap();
        assert!(scene.alarm(name).is_some(), "{name}: nothing was done yet");
        let asking = scene.asking(trigger);
        assert_eq!(scene.alarm(name), None, "{name}");
        assert!(scene.alarm("periodic").is_some(), "{name}: the worker may die now");
        drop(asking);
        let nobody = self::scene();
        nobody.shell.alarms.borrow_mut().insert(name.to_owned(), NOW + 3_600_000);
        nobody.worker.run(trigger).await.unwrap();
        assert_eq!(nobody.alarm(name), None, "{name}: there is no account");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn the_alarm_of_an_edit_rings_a_minute_after_a_run_that_died() {
    let scene = scene();
    scene.set_up().await;
    scene.new_note("one").await;
    let trigger = scene.worker.handle(Event::Alarm("change".to_owned())).await.1.unwrap();
    drop(scene.asking(trigger));
    assert_eq!(scene.alarm("change"), Some(60));
}

#[tokio::test(flavor = "current_thread")]
async fn an_edit_while_nothing_is_found_to_do_is_sent() {
    let scene = scene();
    scene.set_up().await;
    scene.meanwhile(Point::Cleared, |worker| async move {
        let fields = Fields::Note(NoteFields { title: "one".to_owned(), ..NoteFields::default() });
        let trigger = worker.handle(Event::Ask(Ask::Create { folder: None, fields })).await.1.unwrap();
        worker.run(trigger).await.unwrap();
    });
    scene.worker.run(Trigger::Change).await.unwrap();
    assert_eq!(scene.network.asked.get(), 1);
}

#[tokio::test(flavor = "current_thread")]
async fn an_interval_that_is_due_for_nobody_leaves_the_alarm_of_an_edit() {
    let scene = scene();
    scene.set_up().await;
    ran(&scene, "a", 60).await;
    scene.new_note("one").await;
    scene.worker.run(Trigger::Interval).await.unwrap();
    assert_eq!(scene.network.asked.get(), 0);
    assert!(scene.alarm("change").is_some());
}

#[tokio::test(flavor = "current_thread")]
async fn quirk_32_a_server_is_not_left_alone_for_longer_than_a_day() {
    let scene = scene();
    scene.set_up().await;
    let account = scene.store.accounts().await.unwrap().remove(0);
    let not_before = Some(NOW + 400 * 86_400_000);
    scene.store.save_account(&Account { not_before, ..account }).await.unwrap();
    ran(&scene, "a", 15 * 60).await;
    scene.ask(Ask::SaveSettings(Settings::default())).await.0.unwrap();
    assert!(scene.alarm("periodic").unwrap() < 3_600);
    scene.worker.run(Trigger::Interval).await.unwrap();
    assert_eq!(scene.network.asked.get(), 1);
}

/// Gives the future so many turns; what it comes to, if it does.
fn turns<T>(future: &mut LocalBoxFuture<'_, T>, count: usize) -> Option<T> {
    (0..count).find_map(|_| future.now_or_never())
}

#[tokio::test(flavor = "current_thread")]
async fn a_run_that_goes_on_or_has_just_ended_is_not_told_as_one_that_died() {
    const ALL: usize = 18;
    let mut ended = 0;
    for (before, looked, meanwhile) in
        (0..ALL).flat_map(|before| (1..4).flat_map(move |looked| (0..ALL).map(move |more| (before, looked, more))))
    {
        let scene = scene();
        scene.set_up().await;
        scene.store.slow.set(true);
        let mut run = scene.worker.run(Trigger::Person).boxed_local();
        let mut asked = scene.ask(Ask::State).boxed_local();
        let begun = turns(&mut run, before);
        let told = turns(&mut asked, looked);
        ended += u32::from(begun.is_some() || turns(&mut run, meanwhile).is_some());
        let (told, _) = told.or_else(|| turns(&mut asked, ALL)).expect("an answer");
        let Ok(Answer::State(state)) = told else { panic!("{told:?}") };
        let died = state.running.is_none() && state.last.is_some_and(|run| run.outcome == Outcome::Running);
        assert!(!died, "the run had {before} turns, the question {looked}, the run {meanwhile}");
    }
    assert!(ended > 100, "the run came to its end {ended} times only");
}

#[tokio::test(flavor = "current_thread")]
async fn from_an_alarm_to_the_first_request_the_store_is_waited_for_as_little_as_can_be() {
    // The interval is first looked at for whether the machine slept; an edit has to be there.
    for (name, waits) in [("start", 1), ("back", 1), ("periodic", 2), ("change", 2)] {
        let scene = scene();
        scene.set_up().await;
        ran(&scene, "a", 16 * 60).await;
        scene.new_note("one").await;
        scene.store.slow.set(true);
        let mut woken = async {
            let (_, trigger) = scene.worker.handle(Event::Alarm(name.to_owned())).await;
            scene.worker.run(trigger.unwrap()).await
        }
        .boxed_local();
        let mut waited = 0;
        while turns(&mut woken, 1).is_none() && scene.network.asked.get() == 0 {
            waited += 1;
        }
        assert_eq!((waited, scene.network.asked.get()), (waits, 1), "{name}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_run_is_noted_before_it_changes_anything() {
    let scene = scene();
    scene.set_up().await;
    let account = scene.store.accounts().await.unwrap().remove(0);
    scene.store.save_account(&Account { stopped: true, ..account }).await.unwrap();
    scene.store.slow.set(true);
    let store = scene.store.clone();
    let noted = Rc::new(Cell::new(0));
    let count = noted.clone();
    scene.meanwhile(Point::Asked, move |_| async move {
        assert!(!store.accounts().await.unwrap()[0].stopped, "the person tries it again");
        count.set(store.runs(9).await.unwrap().len());
    });
    scene.worker.run(Trigger::Person).await.unwrap();
    assert_eq!(noted.get(), 1);
}
