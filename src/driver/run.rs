//! One synchronization, from the homes' listing to the report.

use std::cell::{Cell, RefCell};

use futures_util::FutureExt;
use futures_util::future::join;

use super::Driver;
use super::account::{origin, rediscover};
use super::draft::Draft;
use super::folders::Sight;
use super::gate::Gate;
use super::homes::{homes, learn};
use super::index::renew;
use super::session::{DAY, Session};
use super::verdict::{Verdict, ends, verdict};
use crate::fault;
use crate::model::{
    Account, Class, Collection, CollectionReport, Fault, Held, LogLine, News, Outcome, Run, Saying, Settings, Trigger,
    Why,
};
use crate::port::{Change, Commit, Race};
use crate::remote::Remote;
use crate::sync::flight::Flight;
use crate::sync::want::Seen;

/// What a run knows of itself when it is noted.
struct Noted {
    report: Run,
    settings: Settings,
    /// What making anew what is known of items failed with.
    stale: Option<Fault>,
}

impl Driver {
    /// Runs once for the account, and keeps the report. Whoever calls holds the
    /// account's lock.
    ///
    /// # Errors
    /// Only the store's; what failed otherwise is in the report.
    pub async fn run(&self, account: Account, trigger: Trigger) -> Result<Run, Fault> {
        let password = self.ports.vault.open(&account.id).await;
        // A vault that does not open is told by `begin`.
        let signed_in = Some((account.entered.clone(), account.secure, password.clone().ok().flatten()));
        let (mut collections, mut learnt) = (Vec::new(), account.clone());
        let known = account.principal.is_some() && !account.stopped;
        let note = self.note(&learnt, trigger);
        let begin = self.begin(account, password, trigger);
        // What only asks a server that is known does not wait: a run that dies by then has
        // changed nothing.
        let (noted, begun) = if known {
            let (begun, noted) = join(begin, note).await;
            (noted?, begun)
        } else {
            (note.await?, begin.await)
        };
        let Noted { mut report, settings, stale } = noted;
        // Lists are not as they could be; what the run does is not the worse for it.
        report.log.extend(stale.map(|fault| self.line(true, fault.text)));
        let outcome = match begun {
            Err(fault) => Err(fault),
            Ok((mut session, seen)) => {
                (session.settings, session.started) = (settings, report.started);
                let outcome = match seen {
                    // Boxed, it is no part of what is compiled before the first request.
                    Ok(seen) => session.steps(seen, &mut collections).boxed_local().await,
                    Err(fault) => Err(fault),
                };
                report.log.append(&mut session.log.take());
                let outcome = outcome.and(session.tidy().await);
                let several = session.flight.borrow().known();
                learnt = Account { markers: session.remote.markers(), several, ..session.account };
                outcome
            }
        };
        if let Err(fault) = &outcome {
            report.log.push(self.line(true, fault.text.clone()));
        }
        // Saved anew since: what was learnt is of another sign-in, or was found out by then.
        if self.signed_in(&learnt).await? == signed_in {
            self.follow(learnt, outcome.as_ref().err()).await?;
        }
        if outcome.is_ok() {
            report.log.push(self.line(false, Saying::new("log_finished")));
        }
        report.ended = Some(self.ports.clock.now());
        report.collections = collections;
        report.outcome = outcome.map_or_else(Outcome::Failed, |()| Outcome::Ok);
        self.ports.store.save_run(&report).await?;
        Ok(report)
    }

    /// What the person typed to sign in, as it is stored now.
    async fn signed_in(&self, account: &Account) -> Result<Option<(String, bool, Option<String>)>, Fault> {
        let stored = self.ports.store.accounts().await?.into_iter().find(|stored| stored.id == account.id);
        // A vault that does not open is the session's to say.
        let password = self.ports.vault.open(&account.id).await.ok().flatten();
        Ok(stored.map(|stored| (stored.entered, stored.secure, password)))
    }

    /// What the run's end means for the account: stopped, or left alone for as long
    /// as the server asked; and what was learnt of the server.
    async fn follow(&self, mut learnt: Account, failed: Option<&Fault>) -> Result<(), Fault> {
        learnt.not_before = match failed.map(|fault| fault.class) {
            Some(Class::Retry { after: Some(seconds) }) => Some(self.ports.clock.now() + i64::from(seconds) * 1000),
            _ => None,
        };
        learnt.stopped |= failed.is_some_and(|fault| verdict(fault) == Verdict::StopAccount);
        learn(&self.ports, &learnt).await
    }

    fn line(&self, problem: bool, text: Saying) -> LogLine {
        LogLine { at: self.ports.clock.now(), problem, text, items: Vec::new() }
    }

    /// The report of a run that begins, after that one.
    fn report(&self, account: &Account, trigger: Trigger, last: Option<&Run>) -> Run {
        let after = last.map_or(i64::MIN, |run| run.started + 1);
        let started = Saying::new("log_started").with_saying(&Saying::new(cause(trigger)));
        let died = last.is_some_and(|last| last.outcome == Outcome::Running).then(|| Saying::new("log_interrupted"));
        Run {
            started: self.ports.clock.now().max(after),
            ended: None,
            account: account.id.clone(),
            trigger,
            outcome: Outcome::Running,
            collections: Vec::new(),
            log: [started].into_iter().chain(died).map(|text| self.line(false, text)).collect(),
        }
    }

    /// Stores that the run is under way, and of the last one that it died, if it did. Then
    /// what is known of items is made anew where it has to.
    async fn note(&self, account: &Account, trigger: Trigger) -> Result<Noted, Fault> {
        let store = &*self.ports.store;
        let (last, settings) = join(store.runs(1), store.settings()).await;
        let (last, settings) = (last?.pop(), settings?);
        let report = self.report(account, trigger, last.as_ref());
        if let Some(last) = last.filter(|last| last.outcome == Outcome::Running) {
            store.save_run(&Run { outcome: Outcome::Failed(fault::interrupted()), ..last }).await?;
        }
        store.save_run(&report).await?;
        self.ports.shell.tell(&News::Run);
        let stale = renew(store, &account.id, self.ports.clock.now()).await.err();
        Ok(Noted { report, settings, stale })
    }

    /// Signs in, and asks the homes.
    async fn begin(
        &self,
        mut account: Account,
        password: Result<Option<String>, Fault>,
        trigger: Trigger,
    ) -> Result<(Session<'_>, Result<Seen, Fault>), Fault> {
        let password = password?.ok_or_else(fault::no_password)?;
        if account.principal.is_none() {
            account = rediscover(&self.ports, &account, &password).await?;
            account.looked = self.ports.clock.now();
            learn(&self.ports, &account).await?;
        } else if account.stopped {
            account.stopped = false;
            learn(&self.ports, &account).await?;
        }
        let mut session = self.session(account, &password, trigger)?;
        let seen = session.homes().await;
        Ok((session, seen))
    }

    /// Its `settings` and `started` are not read yet: whoever plans or notes anything sets them.
    pub(super) fn session(&self, account: Account, password: &str, trigger: Trigger) -> Result<Session<'_>, Fault> {
        let ports = &self.ports;
        let now = ports.clock.now();
        Ok(Session {
            ports,
            options: &self.options,
            remote: Remote::new(ports.http.clone(), origin(&account)?, &account.user, password)
                .with_markers(account.markers.clone()),
            gate: Gate::new(account.way),
            flight: RefCell::new(Flight::new(account.several)),
            account,
            settings: Settings::default(),
            trigger,
            started: now,
            now,
            log: RefCell::default(),
            failures: Cell::new(0),
            doubts: Cell::new(0),
            end: RefCell::default(),
            air: Cell::new(0),
            sent: RefCell::default(),
            told_later: RefCell::default(),
            unnamed: RefCell::default(),
            batches: RefCell::default(),
            unbearable: Cell::new(false),
            kept_at: Cell::new(None),
        })
    }
}

impl Session<'_> {
    async fn steps(&mut self, mut seen: Seen, reports: &mut Vec<CollectionReport>) -> Result<(), Fault> {
        if self.make_missing(&seen).await? {
            seen = homes(&self.remote, &self.account).await?;
        }
        let mut covered = self.covered(&seen).await?;
        for collection in &covered.changed {
            self.ports.store.save_collection(collection).await?;
        }
        self.say(Saying::new("log_collections").with(seen.described.len()));
        if self.trigger == Trigger::Restore {
            // All of it before anything else: a restore that is interrupted must not
            // leave edits that the next run sends.
            // Of a collection that is not described there is nothing to be restored from:
            // what is here may be all there is.
            let there = |sight: &Sight| matches!(sight, Sight::Described(_));
            for (collection, _) in covered.all.iter_mut().filter(|(_, sight)| there(sight)) {
                let aside = self.set_aside(collection).await?;
                self.say(Saying::new("log_restored").with(&collection.name).with(aside));
            }
        }
        for (home, fault) in &seen.unseen {
            let told = |(_, sight): &(_, Sight)| matches!(sight, Sight::Unknown(told) if *told == fault);
            if !covered.all.iter().any(told) {
                // Nothing of it is here: it is told all the same.
                let fault = Some(fault.clone());
                reports.push(CollectionReport { name: home.name(), fault, unseen: true, ..Default::default() });
            }
        }
        let done = self.lanes(covered.all, reports).await;
        self.account.failing.retain(|id| !reports.iter().any(|report| report.id.as_ref() == Some(id)));
        let failed = reports.iter().filter(|report| report.fault.as_ref().is_some_and(ends));
        self.account.failing.extend(failed.filter_map(|report| report.id.clone()));
        done
    }

    /// Plans without doing anything.
    pub(super) async fn drafts(&self) -> Result<Vec<(Collection, Result<(Draft, Option<Held>), Fault>)>, Fault> {
        let seen = homes(&self.remote, &self.account).await?;
        let mut drafts = Vec::new();
        for (collection, sight) in self.covered(&seen).await?.all {
            let draft = match sight {
                Sight::Described(described) => self.draft(&collection, described.marker.as_deref()).await,
                Sight::Gone => Err(fault::collection_gone(&collection.name)),
                Sight::Unknown(fault) => {
                    drafts.push((collection, Err(fault.clone())));
                    continue;
                }
            };
            let draft = match draft {
                Ok(draft) => {
                    let stop = self.guard(&collection, &draft, None).await?;
                    Ok((draft, stop))
                }
                Err(fault) => {
                    self.judge(&fault);
                    self.going()?;
                    Err(fault)
                }
            };
            drafts.push((collection, draft));
        }
        Ok(drafts)
    }

    /// Sets aside what the person changed since: the texts can be had back. The next listing
    /// is a complete one, unless all goes well.
    async fn set_aside(&self, collection: &mut Collection) -> Result<usize, Fault> {
        // Some of it may be on the server, where the answer was lost. Should this run not come
        // so far as to read it, the next one looks at all there is, not at what a report tells.
        self.forget_token(collection).await?;
        let store = &self.ports.store;
        let mut aside = 0;
        for head in store.todo(&collection.id).await? {
            let (Some(_), Some(item)) = (head.edit, store.item(&head.id).await?) else { continue };
            aside += 1;
            let mut commit = Commit::default();
            if let Some(edit) = &item.edit {
                commit.kept.push(self.kept(&item, edit.clone(), Why::Restored));
            }
            commit.changes.push(match &item.base {
                Some(base) => {
                    let mut item = self.based(&head, head.etag.clone(), base.clone());
                    // Read again it is as all else is; that it was sent before is still so.
                    item.head.refetch = head.refetch;
                    self.put(collection.kind, item, Some(head.rev), Race::KeepBase)
                }
                None => Change::Remove { id: head.id.clone(), seen: head.rev },
            });
            store.commit(commit).await?;
        }
        Ok(aside)
    }

    /// The history loses what is too old and too much, when this run added to it or
    /// has been the first for a day.
    async fn tidy(&self) -> Result<(), Fault> {
        let before = self.ports.store.runs(2).await?.get(1).map_or(0, |run| run.ended.unwrap_or(run.started));
        if self.kept_at.get().is_none() && before.div_euclid(DAY) == self.now.div_euclid(DAY) {
            return Ok(());
        }
        let history = self.settings.history;
        let oldest = self.now - i64::from(history.days) * DAY;
        self.ports.store.tidy(oldest, self.now - DAY, u64::from(history.megabytes) * 1_000_000).await
    }
}

/// Why the run is made, in words.
fn cause(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Start => "trigger_start",
        Trigger::Interval => "trigger_interval",
        Trigger::Change => "trigger_change",
        Trigger::Person => "trigger_person",
        Trigger::Audit => "trigger_audit",
        Trigger::Restore => "trigger_restore",
    }
}
