//! One synchronization, from the homes' listing to the report.

use std::cell::{Cell, RefCell};

use super::account::{home, homes, origin, rediscover};
use super::session::{AHEAD, DAY, Session};
use super::{Driver, Scope};
use crate::fault;
use crate::model::{
    Account, AccountId, Class, Collection, CollectionReport, Fault, Kind, LogLine, Outcome, Role, Run, Saying, Trigger,
};
use crate::port::{Change, Commit, Race};
use crate::remote::Remote;
use crate::sync::roles;
use crate::sync::want::Described;

impl Driver {
    /// Runs once for the account, and keeps the report. Whoever calls holds the
    /// account's lock.
    ///
    /// # Errors
    /// Only the store's; what failed otherwise is in the report.
    pub async fn run(&self, account: Account, trigger: Trigger) -> Result<Run, Fault> {
        let id = account.id.clone();
        let mut report = self.begin(&account, trigger).await?;
        let mut collections = Vec::new();
        let outcome = match self.session(account, &report).await {
            Err(fault) => Err(fault),
            Ok(session) => {
                let outcome = session.steps(&mut collections).await;
                report.log = session.log.into_inner();
                outcome
            }
        };
        if let Err(fault) = &outcome {
            if fault.class == Class::SignIn {
                self.stop(&id).await?;
            }
            report.log.push(self.line(true, fault.text.clone()));
        }
        report.log.push(self.line(false, Saying::new("log_finished")));
        report.ended = Some(self.ports.clock.now());
        report.collections = collections;
        report.outcome = outcome.map_or_else(Outcome::Failed, |()| Outcome::Ok);
        self.ports.store.save_run(&report).await?;
        Ok(report)
    }

    /// Not one more try with a password that is refused, until the person acts
    /// (quirk 28).
    async fn stop(&self, id: &AccountId) -> Result<(), Fault> {
        let accounts = self.ports.store.accounts().await?;
        match accounts.into_iter().find(|account| account.id == *id && !account.stopped) {
            Some(account) => self.ports.store.save_account(&Account { stopped: true, ..account }).await,
            None => Ok(()),
        }
    }

    fn line(&self, problem: bool, text: Saying) -> LogLine {
        LogLine { at: self.ports.clock.now(), problem, text, items: Vec::new() }
    }

    /// Opens the report; if the worker died in the run before, says so.
    async fn begin(&self, account: &Account, trigger: Trigger) -> Result<Run, Fault> {
        let last = self.ports.store.runs(1).await?.into_iter().next();
        let after = last.as_ref().map_or(i64::MIN, |run| run.started + 1);
        let mut run = Run {
            started: self.ports.clock.now().max(after),
            ended: None,
            account: account.id.clone(),
            trigger,
            outcome: Outcome::Running,
            collections: Vec::new(),
            log: vec![self.line(false, Saying::new("log_started").with_saying(&Saying::new(cause(trigger))))],
        };
        if let Some(mut last) = last.filter(|last| last.outcome == Outcome::Running) {
            last.outcome = Outcome::Failed(fault::interrupted());
            self.ports.store.save_run(&last).await?;
            run.log.push(self.line(false, Saying::new("log_interrupted")));
        }
        self.ports.store.save_run(&run).await?;
        Ok(run)
    }

    async fn session(&self, mut account: Account, report: &Run) -> Result<Session<'_>, Fault> {
        let ports = &self.ports;
        let password = ports.vault.open(&account.id).await?.ok_or_else(fault::no_password)?;
        if account.principal.is_none() {
            account = rediscover(ports, &account, &password).await?;
            ports.store.save_account(&account).await?;
        } else if account.stopped {
            account.stopped = false;
            ports.store.save_account(&account).await?;
        }
        Ok(Session {
            ports,
            options: &self.options,
            remote: Remote::new(ports.http.clone(), origin(&account)?, &account.user, &password),
            account,
            trigger: report.trigger,
            started: report.started,
            log: RefCell::new(report.log.clone()),
            failures: Cell::new(0),
        })
    }
}

impl Session<'_> {
    async fn steps(&self, reports: &mut Vec<CollectionReport>) -> Result<(), Fault> {
        let mut described = homes(&self.remote, &self.account).await?;
        if self.make_missing(&described).await? {
            described = homes(&self.remote, &self.account).await?;
        }
        let covered = self.covered(&described).await?;
        if self.trigger == Trigger::Restore {
            // All of it before anything else: a restore that is interrupted must not
            // leave edits that the next run sends.
            for (collection, _) in &covered {
                let aside = self.set_aside(collection).await?;
                self.say(Saying::new("log_restored").with(&collection.name).with(aside));
            }
        }
        let mut first = None;
        for (collection, described) in covered {
            let mut report = CollectionReport {
                id: Some(collection.id.clone()),
                name: collection.name.clone(),
                role: collection.role,
                ..CollectionReport::default()
            };
            let done = match described {
                Some(described) => self.collection(collection, described, &mut report).await,
                None => Err(fault::collection_gone(&collection.name)),
            };
            if let Some(id) = &report.id {
                let todo = self.ports.store.todo(id).await?;
                let waiting = todo.iter().filter(|head| head.waiting.is_some()).count();
                report.waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
            }
            if let Err(fault) = &done {
                let fault = fault.clone().during(&report.name);
                report.fault = Some(fault.clone());
                let on =
                    matches!(fault.class, Class::Guard | Class::Item | Class::Conflict | Class::Setup | Class::Bug);
                reports.push(report);
                if !on {
                    // Offline, overloaded, or signed out: the other folders fare no better.
                    return Err(fault);
                }
                first.get_or_insert(fault);
                continue;
            }
            reports.push(report);
        }
        first.map_or(Ok(()), Err)
    }

    /// One collection: from there to here, then from here to there.
    async fn collection(
        &self,
        mut collection: Collection,
        described: &Described,
        report: &mut CollectionReport,
    ) -> Result<(), Fault> {
        let store = &self.ports.store;
        let restore = self.trigger == Trigger::Restore;
        let todo = store.todo(&collection.id).await?;
        let unchanged = described.marker.is_some() && described.marker == collection.marker;
        if unchanged && !restore && !todo.iter().any(|head| head.refetch) {
            self.say(Saying::new("log_unchanged").with(&collection.name));
        } else {
            self.pull(&mut collection, described.marker.clone(), report).await?;
        }
        self.push(&collection, report).await?;
        self.extend_horizon(&mut collection).await?;
        for (key, n) in [
            ("log_received", report.received),
            ("log_sent", report.sent),
            ("log_deleted_here", report.deleted_here),
            ("log_deleted_there", report.deleted_there),
        ] {
            if n > 0 {
                self.say(Saying::new(key).with(&collection.name).with(n));
            }
        }
        Ok(())
    }

    /// Sets aside what the person changed since: the texts can be had back.
    async fn set_aside(&self, collection: &Collection) -> Result<usize, Fault> {
        let store = &self.ports.store;
        let mut aside = 0;
        for head in store.todo(&collection.id).await? {
            let (Some(_), Some(item)) = (head.edit, store.item(&head.id).await?) else { continue };
            aside += 1;
            let mut commit = Commit::default();
            if let Some(edit) = &item.edit {
                commit.kept.push(self.kept(&item, edit.clone()));
            }
            commit.changes.push(match &item.base {
                Some(base) => {
                    let mut item = self.based(&head, head.etag.clone(), base.clone());
                    item.head.refetch = true;
                    self.put(collection.kind, item, Some(head.rev), Race::KeepBase)
                }
                None => Change::Remove { id: head.id.clone(), seen: head.rev },
            });
            store.commit(commit).await?;
        }
        Ok(aside)
    }

    /// Expands occurrences anew when time has gone on.
    async fn extend_horizon(&self, collection: &mut Collection) -> Result<(), Fault> {
        if collection.kind != Kind::Calendar || collection.indexed_until - self.started > AHEAD / 2 {
            return Ok(());
        }
        let store = &self.ports.store;
        let fresh = collection.indexed_until == 0;
        // What was stored in this first run was expanded just now.
        let heads = if fresh { Vec::new() } else { store.heads(&collection.id).await? };
        for heads in heads.chunks(100) {
            let mut commit = Commit::default();
            for head in heads {
                let Some(item) = store.item(&head.id).await? else { continue };
                let seen = Some(item.head.rev);
                commit.changes.push(self.put(collection.kind, item, seen, Race::KeepBase));
            }
            store.commit(commit).await?;
        }
        collection.indexed_until = self.started + AHEAD - DAY;
        self.keep_choice(collection).await?;
        store.save_collection(collection).await
    }

    /// Before the run writes a collection: which role it has is the person's to
    /// change, also while the run is under way.
    pub async fn keep_choice(&self, collection: &mut Collection) -> Result<(), Fault> {
        let stored = self.ports.store.collections(&self.account.id).await?;
        if let Some(stored) = stored.into_iter().find(|stored| stored.id == collection.id) {
            collection.role = stored.role;
            collection.chosen = stored.chosen;
        }
        Ok(())
    }

    /// Chooses a folder for each role that has none, and makes those that do not
    /// exist. True if any was made.
    async fn make_missing(&self, described: &[Described]) -> Result<bool, Fault> {
        let stored = self.ports.store.collections(&self.account.id).await?;
        let mut made = false;
        // What could not be made once is not tried at every run.
        if !stored.is_empty() && self.trigger != Trigger::Person {
            return Ok(false);
        }
        for (role, name) in Role::ALL.into_iter().zip(&self.options.names) {
            if stored.iter().any(|c| c.role == Some(role)) || self.choice(role, described).is_some() {
                continue;
            }
            let Some(home) = home(role, &self.account) else {
                self.problem(Saying::new("log_no_home").with(name), Vec::new());
                continue;
            };
            let segment = format!("{role:?}").to_lowercase();
            let taken = described.iter().any(|d| d.href.key() == home.child(&segment).key());
            let segment = if taken { format!("pimento-{segment}") } else { segment };
            let href = home.child(&segment).as_collection();
            let done = match role {
                Role::Calendar => self.remote.make_calendar(&href, name, "VEVENT").await,
                Role::Notes => self.remote.make_calendar(&href, name, "VJOURNAL").await,
                Role::Contacts => self.remote.make_addressbook(&href, name).await,
            };
            match done {
                Ok(()) => {
                    made = true;
                    self.say(Saying::new("log_made").with(name));
                }
                Err(fault) if matches!(fault.class, Class::SignIn | Class::Retry { .. }) => return Err(fault),
                Err(_) => self.problem(fault::no_folder(name).text, Vec::new()),
            }
        }
        Ok(made)
    }

    fn choice<'d>(&self, role: Role, described: &'d [Described]) -> Option<&'d Described> {
        roles::choose(role, described, self.account.default_calendar.as_ref(), self.account.preferred.as_ref())
    }

    /// The collections of this run, as stored, each with what the server says of it
    /// now. Writes only what the server says differently.
    async fn covered<'d>(&self, described: &'d [Described]) -> Result<Vec<(Collection, Option<&'d Described>)>, Fault> {
        let store = &self.ports.store;
        let mut stored = store.collections(&self.account.id).await?;
        let mut missing: Vec<Role> =
            Role::ALL.into_iter().filter(|role| !stored.iter().any(|c| c.role == Some(*role))).collect();
        // A default that vanished while nothing of it is here makes room for another.
        for collection in &mut stored {
            let vanished = !described.iter().any(|d| d.href.key() == collection.href.key());
            if let Some(role) = collection.role
                && vanished
                && store.heads(&collection.id).await?.is_empty()
            {
                collection.role = None;
                store.save_collection(collection).await?;
                missing.push(role);
            }
        }
        let choices: Vec<(Role, String)> = missing
            .into_iter()
            .filter_map(|role| self.choice(role, described).map(|found| (role, found.href.key())))
            .collect();
        let mut covered = Vec::new();
        for described in described {
            let id = Collection::id_of(&self.account.id, &described.href);
            let known = stored.iter().find(|c| c.id == id);
            let chosen = choices.iter().find(|(_, key)| *key == described.href.key()).map(|(role, _)| *role);
            let now = updated(known, id, &self.account, described, chosen);
            if known != Some(&now) {
                store.save_collection(&now).await?;
            }
            if now.role.is_some() || self.options.scope == Scope::All {
                covered.push((now, Some(described)));
            }
        }
        for collection in stored {
            let vanished = !described.iter().any(|d| d.href.key() == collection.href.key());
            if vanished && (collection.role.is_some() || !store.todo(&collection.id).await?.is_empty()) {
                covered.push((collection, None));
            }
        }
        // Calendar, Contacts, Notes, then the rest: the order in which people look.
        covered.sort_by_key(|(c, _)| (c.role.is_none(), c.role, c.name.clone()));
        self.say(Saying::new("log_collections").with(described.len()));
        Ok(covered)
    }
}

fn updated(
    known: Option<&Collection>,
    id: crate::model::CollectionId,
    account: &Account,
    described: &Described,
    chosen: Option<Role>,
) -> Collection {
    let role = known.and_then(|known| known.role).or(chosen);
    Collection {
        id,
        account: account.id.clone(),
        href: described.href.as_collection(),
        kind: described.kind,
        name: described.name.clone(),
        components: described.components.clone(),
        writable: described.writable,
        role,
        chosen: known.is_some_and(|known| known.chosen),
        reports_changes: described.reports_changes,
        sync_token: known.and_then(|known| known.sync_token.clone()),
        marker: known.and_then(|known| known.marker.clone()),
        indexed_until: known.map_or(0, |known| known.indexed_until),
    }
}

/// Why the run is made, in words.
fn cause(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Start => "trigger_start",
        Trigger::Interval => "trigger_interval",
        Trigger::Change => "trigger_change",
        Trigger::Person => "trigger_person",
        Trigger::Restore => "trigger_restore",
    }
}
