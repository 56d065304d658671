//! What each event of the browser leads to. The browser may end the worker between
//! any two lines: what must not be forgotten is in the store or an alarm.

use std::cell::Cell;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::driver::{Driver, Options};
use crate::fault;
use crate::message::{Answer, Ask, Reply, State};
use crate::model::{Fault, News, Outcome, Progress, Run, Saying, Settings, Trigger};
use crate::port::Ports;
use crate::schedule;

/// The lock that a run holds: one run at a time, across worker and pages.
const LOCK: &str = "pimento-run";
/// The alarm of the periodic run.
const PERIODIC: &str = "periodic";
/// The alarm that sees to it that an edit is sent even if the worker dies first.
const CHANGE: &str = "change";
/// How long after an edit that alarm rings; the least that browsers allow.
const SOON: i64 = 30_000;

/// What the browser tells the worker.
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

/// Cheap to clone; the clones are one worker.
#[derive(Clone)]
pub struct Worker {
    driver: Driver,
    /// What the run under way has told last.
    running: Rc<Cell<Option<Progress>>>,
    /// Asked for while a run was under way, which may have been too late for it.
    again: Rc<Cell<Option<Trigger>>>,
}

impl Worker {
    pub fn new(ports: Ports, options: Options) -> Worker {
        let running = Rc::new(Cell::new(None));
        let shell = Rc::new(Listening { shell: ports.shell.clone(), running: running.clone() });
        let driver = Driver::new(Ports { shell, ..ports }, options);
        Worker { driver, running, again: Rc::default() }
    }

    /// Answers the event, and says what run it leads to: the caller answers whoever
    /// asked, then calls [`Worker::run`].
    pub async fn handle(&self, event: Event) -> (Reply, Option<Trigger>) {
        match self.event(event).await {
            Ok((answer, trigger)) => (Ok(answer), trigger),
            Err(fault) => (Err(fault), None),
        }
    }

    async fn event(&self, event: Event) -> Result<(Answer, Option<Trigger>), Fault> {
        let store = &self.driver.ports.store;
        let set_up = self.driver.account().await?.is_some();
        let trigger = match event {
            Event::Ask(ask) => return self.ask(ask).await,
            Event::Installed { first } => {
                if first && !set_up {
                    self.driver.ports.shell.notice(&Saying::new("notice_set_up")).await;
                    self.driver.ports.shell.open_options(None).await;
                }
                None
            }
            Event::Startup => (set_up && store.settings().await?.at_start).then_some(Trigger::Start),
            Event::Alarm(name) if name == CHANGE => {
                // Rings once: again, should the run that follows not live to its end.
                let ports = &self.driver.ports;
                ports.shell.wake(CHANGE, set_up.then(|| ports.clock.now() + 2 * SOON)).await;
                set_up.then_some(Trigger::Change)
            }
            Event::Alarm(_) => set_up.then_some(Trigger::Interval),
        };
        match trigger {
            // The run sets the alarm when it ends; this one is for the case that it
            // does not live to do so.
            Some(_) => self.schedule_after(None).await?,
            None => self.schedule().await?,
        }
        Ok((Answer::Done, trigger))
    }

    async fn ask(&self, ask: Ask) -> Result<(Answer, Option<Trigger>), Fault> {
        let driver = &self.driver;
        let store = &driver.ports.store;
        let answer = match ask {
            Ask::Check(sign_in) => Answer::Found(driver.check(&sign_in).await?),
            Ask::Save { sign_in, insist } => {
                driver.save(&sign_in, insist).await?;
                self.news();
                self.schedule().await?;
                Answer::Done
            }
            Ask::Choose { role, collection } => {
                driver.choose(role, &collection).await?;
                driver.ports.shell.tell(&News::Changed);
                Answer::Done
            }
            Ask::SaveSettings(settings) => {
                if !Settings::MINUTES.contains(&settings.every_minutes) {
                    return Err(fault::field("field_minutes"));
                }
                store.save_settings(&settings).await?;
                self.schedule().await?;
                Answer::Done
            }
            Ask::Synchronize | Ask::Restore => {
                if driver.account().await?.is_none() {
                    return Err(fault::not_set_up());
                }
                let trigger = if ask == Ask::Restore { Trigger::Restore } else { Trigger::Person };
                return Ok((Answer::Done, Some(trigger)));
            }
            Ask::CountRestore => Answer::Count(driver.count_restore().await?),
            Ask::Open(id) => Answer::Fields(driver.open(&id).await?),
            Ask::Edit { id, fields } => {
                let id = driver.edit(id.as_ref(), &fields).await?;
                return Ok((Answer::Item(id), self.changed().await?));
            }
            Ask::Delete(id) => {
                driver.delete(&id).await?;
                return Ok((Answer::Done, self.changed().await?));
            }
            Ask::BringBack { at, item } => {
                let id = driver.bring_back(at, &item).await?;
                return Ok((Answer::Item(id), self.changed().await?));
            }
            Ask::State => Answer::State(self.state().await?),
            Ask::OpenOptions { from } => {
                driver.ports.shell.open_options(from.as_deref()).await;
                Answer::Done
            }
        };
        Ok((answer, None))
    }

    /// After an edit: it is sent now if the person wants that, and the alarm sees to
    /// it should the worker not live so long.
    async fn changed(&self) -> Result<Option<Trigger>, Fault> {
        let ports = &self.driver.ports;
        ports.shell.tell(&News::Changed);
        if !ports.store.settings().await?.after_change {
            return Ok(None);
        }
        ports.shell.wake(CHANGE, Some(ports.clock.now() + SOON)).await;
        Ok(Some(Trigger::Change))
    }

    /// Runs, unless a run is under way: then that one, when it is done, goes once
    /// more for what may have come too late for it.
    ///
    /// # Errors
    /// Only the store's: all else that goes wrong is in the run's report.
    pub async fn run(&self, trigger: Trigger) -> Result<(), Fault> {
        // Said first, then tried: a run that is just ending sees it, or the lock is free.
        self.again.set(stronger(self.again.get(), trigger));
        let Some(lock) = self.driver.ports.shell.lock(LOCK).await else { return Ok(()) };
        let (mut went_well, mut failure) = (true, None);
        // What failed would fail again; what the person asked for is tried.
        while let Some(trigger) = self.again.take().filter(|again| went_well || by_person(*again)) {
            let done = self.run_locked(trigger).await;
            went_well = matches!(&done, Ok(Some(run)) if run.outcome == Outcome::Ok);
            failure = done.err();
        }
        drop(lock);
        self.news();
        failure.map_or(Ok(()), Err)
    }

    async fn run_locked(&self, trigger: Trigger) -> Result<Option<Run>, Fault> {
        let ports = &self.driver.ports;
        let Some(account) = self.driver.account().await? else { return Ok(None) };
        if account.stopped && !by_person(trigger) {
            return Ok(None);
        }
        self.running.set(Some(Progress { name: String::new(), done: 0, total: 0 }));
        ports.shell.tell(&News::Run);
        let done = self.driver.run(account, trigger).await;
        self.running.set(None);
        let waiting = self.waiting().await.unwrap_or_default();
        let failed = !matches!(&done, Ok(run) if run.outcome == Outcome::Ok);
        ports.shell.badge(waiting, failed);
        if !failed && self.again.get().is_none() {
            ports.shell.wake(CHANGE, None).await;
        }
        self.schedule().await?;
        done.map(Some)
    }

    fn news(&self) {
        self.driver.ports.shell.tell(&News::Run);
        self.driver.ports.shell.tell(&News::Changed);
    }

    /// Sets the alarm of the next periodic run, by how the last ones went.
    async fn schedule(&self) -> Result<(), Fault> {
        let runs = self.driver.ports.store.runs(16).await?;
        self.schedule_after(Some(runs)).await
    }

    /// `None`: as if a run ended well now.
    async fn schedule_after(&self, runs: Option<Vec<Run>>) -> Result<(), Fault> {
        let ports = &self.driver.ports;
        let settings = ports.store.settings().await?;
        let now = ports.clock.now();
        let jitter = ports.random.bytes()[0];
        let at = match (self.driver.account().await?, runs) {
            (Some(account), _) if account.stopped => None,
            (Some(_), Some(runs)) => schedule::next(&settings, now, &runs, jitter),
            (Some(_), None) => settings.periodic.then(|| schedule::periodic(&settings, now, jitter)),
            (None, _) => None,
        };
        ports.shell.wake(PERIODIC, at).await;
        Ok(())
    }

    async fn waiting(&self) -> Result<u32, Fault> {
        let store = &self.driver.ports.store;
        let Some(account) = self.driver.account().await? else { return Ok(0) };
        let mut waiting = 0;
        for collection in store.collections(&account.id).await? {
            waiting += store.todo(&collection.id).await?.iter().filter(|head| head.waiting.is_some()).count();
        }
        Ok(u32::try_from(waiting).unwrap_or(u32::MAX))
    }

    async fn state(&self) -> Result<State, Fault> {
        let ports = &self.driver.ports;
        let running = self.running.take();
        self.running.set(running.clone());
        Ok(State {
            set_up: self.driver.account().await?.is_some(),
            running,
            last: ports.store.runs(1).await?.into_iter().next(),
            waiting: self.waiting().await?,
            next: ports.shell.due(PERIODIC).await,
        })
    }
}

fn by_person(trigger: Trigger) -> bool {
    matches!(trigger, Trigger::Person | Trigger::Restore)
}

/// Of two things asked for, the one that includes the other.
fn stronger(before: Option<Trigger>, now: Trigger) -> Option<Trigger> {
    let rank = |trigger| match trigger {
        Trigger::Restore => 2,
        Trigger::Person => 1,
        Trigger::Start | Trigger::Interval | Trigger::Change => 0,
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
    async fn due(&self, name: &str) -> Option<i64> {
        self.shell.due(name).await
    }
    async fn lock(&self, name: &str) -> Option<Box<dyn std::any::Any>> {
        self.shell.lock(name).await
    }
}
