//! What each event of the browser leads to. The browser may end the worker between
//! any two lines: what must not be forgotten is in the store or an alarm.

use std::cell::Cell;
use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::{join, join3};
use serde::{Deserialize, Serialize};

use crate::driver::{Driver, Options, between, renew};
use crate::fault;
use crate::message::{Answer, Ask, Drafted, Reply, State};
use crate::model::{
    Account, Fate, Fault, Guard, Head, History, Index, Millis, News, Outcome, Progress, Saying, Settings, Trigger,
};
use crate::port::Ports;
use crate::schedule::{self, Agenda};
use crate::state;

/// The lock that a run holds: one run at a time, across worker and pages.
const LOCK: &str = "pimento-run";
/// The alarm of the periodic run.
const PERIODIC: &str = "periodic";
/// The alarm of the run after the browser's start.
const START: &str = "start";
/// The alarm of the run after the machine slept.
const BACK: &str = "back";
/// The alarm that sees to it that an edit is sent even if the worker dies first.
const CHANGE: &str = "change";
/// How long after an edit that alarm rings; the least that browsers allow.
const SOON: i64 = 30_000;
/// Runs by which the next ones are planned, of all accounts.
const RUNS: usize = 50;

/// What the browser tells the worker. There is one at a time: its size does not matter.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Installed (`first`) or updated.
    Installed {
        first: bool,
    },
    /// The browser started.
    Startup,
    Alarm(String),
    Ask(Ask),
}

/// What is to be done when what was asked is done.
enum After {
    Nothing,
    /// The next run may be due at another time.
    Planning,
    /// Of edits that come in parts only the last leads to a run: should it never come, the
    /// alarm sees to the others.
    Edit {
        last: bool,
    },
    /// What the person decided is carried out by a run.
    Decision,
    Run(Trigger),
}

impl After {
    fn of(ask: &Ask) -> After {
        match ask {
            Ask::Save { .. } | Ask::RemoveAccount(_) | Ask::SaveSettings(_) => After::Planning,
            Ask::Create { .. } | Ask::Edit { .. } | Ask::Delete { .. } | Ask::BringBack { .. } | Ask::Undo(_) => {
                After::Edit { last: true }
            }
            Ask::Import { last, .. } => After::Edit { last: *last },
            Ask::Decide { .. } | Ask::Settle { .. } => After::Decision,
            Ask::Synchronize => After::Run(Trigger::Person),
            Ask::Restore => After::Run(Trigger::Restore),
            Ask::Audit => After::Run(Trigger::Audit),
            _ => After::Nothing,
        }
    }
}

/// Cheap to clone; the clones are one worker.
#[derive(Clone)]
pub struct Worker {
    driver: Driver,
    /// What the run under way has told last.
    running: Rc<Cell<Option<Progress>>>,
    /// Asked for while a run was under way, which may have been too late for it.
    again: Rc<Cell<Option<Trigger>>>,
    /// Asked for while the lock was held by what is no run.
    missed: Rc<Cell<Option<Trigger>>>,
}

impl Worker {
    pub fn new(ports: Ports, options: Options) -> Worker {
        let running = Rc::new(Cell::new(None));
        let shell = Rc::new(Listening { shell: ports.shell.clone(), running: running.clone() });
        let driver = Driver::new(Ports { shell, ..ports }, options);
        Worker { driver, running, again: Rc::default(), missed: Rc::default() }
    }

    /// Answers the event, and says what run it leads to: the caller answers whoever
    /// asked, then calls [`Worker::run`].
    pub async fn handle(&self, event: Event) -> (Reply, Option<Trigger>) {
        let renews = matches!(event, Event::Installed { first: false } | Event::Startup);
        let told = self.event(event).await;
        if renews {
            // The alarms are set by now, should the worker not live through it. What goes
            // wrong is not the event's trouble: the next run says it.
            let _ = self.renew().await;
        }
        let (reply, trigger) = match told {
            Ok((answer, trigger)) => (Ok(answer), trigger),
            Err(fault) => (Err(fault), None),
        };
        match self.missed.take() {
            Some(missed) => (reply, stronger(trigger, missed)),
            None => (reply, trigger),
        }
    }

    async fn event(&self, event: Event) -> Result<(Answer, Option<Trigger>), Fault> {
        if let Event::Ask(ask) = event {
            // Boxed, it is no part of what is compiled when an alarm rings.
            return self.ask(ask).boxed_local().await;
        }
        // These alarms lead to a run however the last ones went. It looks itself whether there
        // is anything to do: whatever is done before its first request puts that off.
        let trigger = match &event {
            Event::Alarm(name) if name == START => Some(Trigger::Start),
            Event::Alarm(name) if name == CHANGE => Some(Trigger::Change),
            Event::Alarm(name) if name == BACK => Some(Trigger::Interval),
            _ => None,
        };
        if trigger.is_some() {
            return Ok((Answer::Done, trigger));
        }
        let ports = &self.driver.ports;
        let agenda = self.agenda().await?;
        let now = ports.clock.now();
        let set_up = !agenda.accounts.is_empty();
        match &event {
            Event::Alarm(_) if agenda.overdue(now) => return Ok(self.back(BACK, &agenda).await),
            Event::Alarm(_) => return Ok((Answer::Done, Some(Trigger::Interval))),
            Event::Startup if set_up && agenda.settings.at_start => return Ok(self.back(START, &agenda).await),
            Event::Installed { first: true } if !set_up => {
                ports.shell.notice(&Saying::new("notice_set_up")).await;
                ports.shell.open_options(None).await;
            }
            _ => {}
        }
        ports.shell.wake(PERIODIC, agenda.next(now, ports.random.bytes()[0])).await;
        Ok((Answer::Done, None))
    }

    async fn ask(&self, ask: Ask) -> Result<(Answer, Option<Trigger>), Fault> {
        if matches!(ask, Ask::Compare { .. } | Ask::Import { .. }) {
            // What is here is found by its row in the lists.
            self.renew().await?;
        }
        let after = After::of(&ask);
        let answer = self.answer(ask).await?;
        let trigger = match after {
            After::Nothing => None,
            After::Planning => {
                self.schedule().await?;
                None
            }
            After::Edit { last } => {
                self.driver.ports.shell.tell(&News::Changed);
                // It is sent now if the person wants that.
                let now = self.driver.ports.store.settings().await?.after_change;
                if now { Some(self.soon().await).filter(|_| last) } else { None }
            }
            After::Decision => Some(self.soon().await),
            After::Run(trigger) => Some(trigger),
        };
        Ok((answer, trigger))
    }

    async fn answer(&self, ask: Ask) -> Result<Answer, Fault> {
        let driver = &self.driver;
        let store = &driver.ports.store;
        Ok(match ask {
            Ask::Check(sign_in) => Answer::Found(driver.check(&sign_in).await?),
            Ask::Save { sign_in, insist, replaces } => {
                driver.save(&sign_in, insist, replaces.as_ref()).await?;
                self.news();
                Answer::Done
            }
            Ask::SavePolicy { account, policy } => {
                driver.save_policy(&account, policy).await?;
                Answer::Done
            }
            Ask::CountUnsent(account) => Answer::Count(driver.count_unsent(&account).await?),
            Ask::RemoveAccount(account) => {
                self.alone(async |store| store.remove_account(&account).await).await?;
                Answer::Done
            }
            Ask::Choose { role, collection } => {
                driver.choose(role, &collection).await?;
                driver.ports.shell.tell(&News::Changed);
                Answer::Done
            }
            Ask::SaveSettings(settings) => {
                if let Some(wrong) = refused(&settings) {
                    return Err(fault::field(wrong));
                }
                store.save_settings(&settings).await?;
                Answer::Done
            }
            Ask::Synchronize | Ask::Restore | Ask::Audit => {
                if driver.accounts().await?.is_empty() {
                    return Err(fault::not_set_up());
                }
                Answer::Done
            }
            Ask::Preview => {
                let mut drafted = Vec::new();
                for account in driver.accounts().await? {
                    let whole = Drafted::failed(&account);
                    match driver.preview(account).await {
                        Ok(plans) => drafted.extend(plans),
                        Err(fault) => drafted.push(Drafted { fault: Some(fault), ..whole }),
                    }
                }
                Answer::Drafted(drafted)
            }
            Ask::Held => Answer::Drafted(driver.held().await?),
            Ask::Decide { collection, choice } => {
                self.alone(async |_| driver.decide(&collection, choice).await).await?;
                Answer::Done
            }
            Ask::Settle { collection, fate } => {
                self.alone(async |_| driver.settle(&collection, fate).await).await?;
                Answer::Done
            }
            Ask::CountRestore => Answer::Count(driver.count_restore().await?),
            Ask::View { id, of } => Answer::View(Box::new(driver.view(&id, of).await?)),
            Ask::Instances { id, seek } => Answer::Instances(driver.instances(&id, seek).await?),
            Ask::Open { id, of } => Answer::Fields(driver.open(&id, of).await?),
            Ask::Create { folder, fields } => Answer::Item(driver.create(folder.as_ref(), &fields).await?),
            Ask::Edit { id, reach, was, fields } => {
                driver.edit(&id, reach, Some(&was), &fields).await?;
                Answer::Item(id)
            }
            Ask::Versions(id) => Answer::Versions(driver.versions(&id).await?),
            Ask::Delete { id, reach } => {
                driver.delete(&id, reach).await?;
                Answer::Done
            }
            Ask::BringBack { at, item } => Answer::Item(driver.bring_back(at, &item).await?),
            Ask::PreviewUndo(run) => Answer::Drafted(driver.preview_undo(run).await?),
            Ask::Undo(run) => Answer::Count(driver.undo(run).await?),
            Ask::Between { from, to } => Answer::Occurrences(between(&**store, from, to).await?),
            Ask::Compare { folder, texts } => Answer::Compared(driver.compare(&folder, &texts).await?),
            Ask::Import { folder, texts, differing, .. } => {
                Answer::Imported(driver.import(&folder, &texts, differing).await?)
            }
            Ask::State => Answer::State(self.state().await?),
            Ask::OpenOptions { from } => {
                driver.ports.shell.open_options(from.as_deref()).await;
                Answer::Done
            }
        })
    }

    /// What the person did is sent now, and the alarm sees to it should the worker not
    /// live so long.
    async fn soon(&self) -> Trigger {
        let ports = &self.driver.ports;
        ports.shell.wake(CHANGE, Some(ports.clock.now() + SOON)).await;
        Trigger::Change
    }

    /// Runs, unless a run is under way: then that one, when it is done, goes once
    /// more for what may have come too late for it.
    ///
    /// # Errors
    /// Only the store's: all else that goes wrong is in the run's report.
    pub async fn run(&self, trigger: Trigger) -> Result<(), Fault> {
        // Said first, then tried: a run that is just ending sees it, or the lock is free.
        self.again.set(stronger(self.again.get(), trigger));
        let Some(lock) = self.driver.ports.shell.lock(LOCK).await else {
            self.outlive(trigger).await;
            return Ok(());
        };
        let (mut went_well, mut failure) = (true, None);
        // What failed would fail again; what the person asked for is tried.
        while let Some(trigger) = self.again.take().filter(|again| went_well || by_person(*again)) {
            let done = self.run_locked(trigger).await;
            went_well = matches!(done, Ok(None | Some(true)));
            failure = done.err();
        }
        drop(lock);
        self.news();
        failure.map_or(Ok(()), Err)
    }

    /// Runs for each account that is due. `None`: for none.
    async fn run_locked(&self, trigger: Trigger) -> Result<Option<bool>, Fault> {
        let ports = &self.driver.ports;
        let begun = ports.clock.now();
        let due = self.due(trigger).await?;
        if due.is_empty() {
            if let Some(name) = alarm_of(trigger) {
                ports.shell.wake(name, None).await;
            }
            if trigger == Trigger::Change && !self.due(trigger).await?.is_empty() {
                self.soon().await;
            }
            self.schedule().await?;
            return Ok(None);
        }
        self.running.set(Some(Progress { name: String::new(), done: 0, total: 0 }));
        let mut done = Ok(true);
        for account in due {
            // One that fails does not stop the others.
            let (ran, ()) = join(self.driver.run(account, trigger), self.outlive(trigger)).await;
            match ran {
                Ok(run) => done = done.map(|well| well && run.outcome == Outcome::Ok),
                Err(fault) => done = Err(fault),
            }
        }
        self.running.set(None);
        let waiting = state::stored(&*ports.store).await.map_or(0, |state| state.waiting + state.undecided);
        let went_well = done.as_ref().is_ok_and(|well| *well);
        ports.shell.badge(waiting, !went_well);
        if self.again.get().is_none() {
            // It was for the case that the worker died. What failed is tried again by
            // the clock, ever later.
            ports.shell.wake(CHANGE, None).await;
            if self.edited_since(begun).await.unwrap_or(true) {
                self.soon().await;
            }
        }
        // One that could not be noted would be due again at once.
        let planned = self.plan(if done.is_ok() { Agenda::next } else { Agenda::after }).await;
        planned.and(done.map(Some))
    }

    /// Sets the alarms for the case that the run under way does not live to do so when it
    /// ends. Until here the alarm that led to it rings again by itself.
    async fn outlive(&self, trigger: Trigger) {
        let Some(name) = alarm_of(trigger) else { return };
        let ports = &self.driver.ports;
        let now = ports.clock.now();
        let soon = (trigger == Trigger::Change).then_some(now + 2 * SOON);
        let (settings, ()) = join(ports.store.settings(), ports.shell.wake(name, soon)).await;
        // Where they cannot be read, the run fails by that too.
        let settings = schedule::spared(settings.unwrap_or_default(), ports.shell.saves());
        let next = settings.periodic.then(|| schedule::periodic(&settings, now, ports.random.bytes()[0]));
        ports.shell.wake(PERIODIC, next).await;
    }

    /// Whether there is an edit that the run that began then may not have seen. One that
    /// is still to come is of a clock that was ahead.
    async fn edited_since(&self, begun: Millis) -> Result<bool, Fault> {
        let store = &self.driver.ports.store;
        let since = begun..=self.driver.ports.clock.now();
        for account in self.driver.accounts().await?.into_iter().filter(|account| !account.stopped) {
            for collection in store.collections(&account.id).await? {
                let todo = store.todo(&collection.id).await?;
                let new = |head: &Head| head.waiting.is_none() && head.edited.is_some_and(|at| since.contains(&at));
                if todo.iter().any(new) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// The accounts that a run is for. Only the person goes ahead with one that the clock
    /// leaves alone.
    async fn due(&self, trigger: Trigger) -> Result<Vec<Account>, Fault> {
        let now = self.driver.ports.clock.now();
        if trigger == Trigger::Interval {
            return Ok(self.agenda().await?.due(now));
        }
        let mut due = Vec::new();
        for account in self.driver.accounts().await? {
            let wanted = by_person(trigger) || schedule::free(&account, now);
            if wanted && (trigger != Trigger::Change || self.has_work(&account).await?) {
                due.push(account);
            }
        }
        Ok(due)
    }

    /// The person changed or decided something that the account's server is to know.
    async fn has_work(&self, account: &Account) -> Result<bool, Fault> {
        let store = &self.driver.ports.store;
        for collection in store.collections(&account.id).await? {
            let kept = collection.vanished.as_ref().is_some_and(|vanished| vanished.fate == Some(Fate::Keep));
            let decided = collection.held.is_some() || (collection.vanished.is_some() && !kept);
            if decided || store.todo(&collection.id).await?.iter().any(|head| head.edit.is_some()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Indexes anew what an older version of the extension indexed. If somebody else holds
    /// the lock, a run at work on just that perhaps, and it is not done yet: `in_run`.
    async fn renew(&self) -> Result<(), Fault> {
        let ports = &self.driver.ports;
        let Some(lock) = ports.shell.lock(LOCK).await else {
            return if self.listed().await? { Ok(()) } else { Err(fault::in_run()) };
        };
        let renewed = self.renew_all().await;
        self.give_back(lock);
        if renewed? {
            ports.shell.tell(&News::Changed);
        }
        Ok(())
    }

    async fn listed(&self) -> Result<bool, Fault> {
        let store = &self.driver.ports.store;
        for account in store.accounts().await? {
            if store.collections(&account.id).await?.iter().any(|collection| collection.indexed < Index::VERSION) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn renew_all(&self) -> Result<bool, Fault> {
        let ports = &self.driver.ports;
        let mut renewed = false;
        for account in ports.store.accounts().await? {
            renewed |= renew(&*ports.store, &account.id, ports.clock.now()).await?;
        }
        Ok(renewed)
    }

    /// Does what must not happen in the middle of a run.
    async fn alone<T>(&self, work: impl AsyncFnOnce(&dyn crate::port::Store) -> Result<T, Fault>) -> Result<T, Fault> {
        let Some(lock) = self.driver.ports.shell.lock(LOCK).await else { return Err(fault::in_run()) };
        let done = work(&*self.driver.ports.store).await;
        self.give_back(lock);
        self.news();
        done
    }

    /// What found the lock taken meanwhile counted on a run that holds it.
    fn give_back(&self, lock: Box<dyn std::any::Any>) {
        drop(lock);
        if let Some(again) = self.again.take() {
            self.missed.set(stronger(self.missed.get(), again));
        }
    }

    fn news(&self) {
        self.driver.ports.shell.tell(&News::Run);
        self.driver.ports.shell.tell(&News::Changed);
    }

    /// Sets the alarm of the next run by the clock.
    async fn schedule(&self) -> Result<(), Fault> {
        self.plan(Agenda::next).await
    }

    async fn plan(&self, next: fn(&Agenda, Millis, u8) -> Option<Millis>) -> Result<(), Fault> {
        let ports = &self.driver.ports;
        let next = next(&self.agenda().await?, ports.clock.now(), ports.random.bytes()[0]);
        ports.shell.wake(PERIODIC, next).await;
        Ok(())
    }

    /// What the next runs are planned by, read at the same time.
    async fn agenda(&self) -> Result<Agenda, Fault> {
        let ports = &self.driver.ports;
        let read = join3(self.driver.accounts(), ports.store.settings(), ports.store.runs(RUNS)).await;
        Ok(Agenda { accounts: read.0?, settings: schedule::spared(read.1?, ports.shell.saves()), runs: read.2? })
    }

    /// The browser was not there for a while: sets the alarm of the first run after it.
    async fn back(&self, name: &str, agenda: &Agenda) -> (Answer, Option<Trigger>) {
        let ports = &self.driver.ports;
        let (now, jitter) = (ports.clock.now(), ports.random.bytes()[0]);
        // One run is enough, where a start is also the first moment since long.
        for name in [START, BACK] {
            ports.shell.wake(name, None).await;
        }
        ports.shell.wake(name, Some(schedule::back(now, jitter))).await;
        // That run sets the next one; this is for the case that the alarm is lost.
        ports.shell.wake(PERIODIC, agenda.after(now, jitter)).await;
        (Answer::Done, None)
    }

    async fn state(&self) -> Result<State, Fault> {
        let ports = &self.driver.ports;
        let mut open = None;
        let mut state = loop {
            let mut state = state::stored(&*ports.store).await?;
            state.running = self.running.take();
            self.running.set(state.running.clone());
            let last = state.last.as_ref().filter(|run| run.outcome == Outcome::Running).map(|run| run.started);
            if state.running.is_some() || last == open {
                break state;
            }
            // It may have ended since it was read: its end is in the store then.
            open = last;
        };
        state.next = ports.shell.due(PERIODIC).await;
        if state.next.is_none() {
            // Lost, unless none is wanted: a worker that does not start sets no alarm.
            self.schedule().await?;
            state.next = ports.shell.due(PERIODIC).await;
        }
        Ok(state)
    }
}

/// Which field of the settings cannot be what it says.
fn refused(settings: &Settings) -> Option<&'static str> {
    let Settings { guard, history, .. } = settings;
    [
        (Settings::MINUTES.contains(&settings.every_minutes), "field_minutes"),
        (Guard::AT_LEAST.contains(&guard.at_least), "field_guard_items"),
        (Guard::PERCENT.contains(&guard.percent), "field_guard_percent"),
        (History::DAYS.contains(&history.days), "field_history_days"),
        (History::MEGABYTES.contains(&history.megabytes), "field_history_size"),
    ]
    .into_iter()
    .find_map(|(fits, field)| (!fits).then_some(field))
}

/// The alarm that leads to such a run; of those by the interval, the one that rings once.
fn alarm_of(trigger: Trigger) -> Option<&'static str> {
    match trigger {
        Trigger::Start => Some(START),
        Trigger::Interval => Some(BACK),
        Trigger::Change => Some(CHANGE),
        Trigger::Person | Trigger::Audit | Trigger::Restore => None,
    }
}

fn by_person(trigger: Trigger) -> bool {
    matches!(trigger, Trigger::Person | Trigger::Audit | Trigger::Restore)
}

/// Of two things asked for, the one that includes the other. The interval is planned anew at
/// the end of any run.
fn stronger(before: Option<Trigger>, now: Trigger) -> Option<Trigger> {
    let rank = |trigger| match trigger {
        Trigger::Restore => 5,
        Trigger::Audit => 4,
        Trigger::Person => 3,
        Trigger::Start => 2,
        Trigger::Change => 1,
        Trigger::Interval => 0,
    };
    before.into_iter().chain([now]).max_by_key(|trigger| rank(*trigger))
}

/// The shell, with an ear to the progress: a page that opens in the middle of a run
/// asks for it.
struct Listening {
    shell: Rc<dyn crate::port::Shell>,
    running: Rc<Cell<Option<Progress>>>,
}

#[async_trait::async_trait(?Send)]
impl crate::port::Shell for Listening {
    fn tell(&self, news: &News) {
        if let News::Progress(progress) = news {
            self.running.set(Some(progress.clone()));
        }
        self.shell.tell(news);
    }
    fn badge(&self, waiting: u32, failed: bool) {
        self.shell.badge(waiting, failed);
    }
    async fn notice(&self, text: &Saying) {
        self.shell.notice(text).await;
    }
    async fn open_options(&self, from: Option<&str>) {
        self.shell.open_options(from).await;
    }
    async fn wake(&self, name: &str, at: Option<i64>) {
        self.shell.wake(name, at).await;
    }
    fn saves(&self) -> bool {
        self.shell.saves()
    }
    async fn due(&self, name: &str) -> Option<i64> {
        self.shell.due(name).await
    }
    async fn lock(&self, name: &str) -> Option<Box<dyn std::any::Any>> {
        self.shell.lock(name).await
    }
}
