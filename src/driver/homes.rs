//! Where the collections are, and by what a home's listing tells that they changed.

use std::collections::HashSet;

use futures_util::future::join_all;

use super::account::rediscover;
use super::session::{DAY, Session};
use crate::fault;
use crate::model::{Account, Class, Fault, Href, Marker, Millis, Trigger};
use crate::port::Ports;
use crate::remote::Remote;
use crate::sync::flight::Flight;
use crate::sync::want::Seen;

/// So often the server is asked again where the homes are, and what its markers cost.
const LOOK_EVERY: Millis = 7 * DAY;
/// A home that is gone is looked for no sooner after the last look.
const LOOK_AGAIN: Millis = DAY / 24;
/// A listing that is told faster than this costs nobody anything.
const CHEAP: Millis = 100;

/// What each home answered.
type Answers = Vec<(Href, Result<Seen, Fault>)>;

impl Session<'_> {
    /// All calendars and address books, by one request for each home. Where the homes
    /// are is asked again when one is gone, and once a week.
    pub async fn homes(&mut self) -> Result<Seen, Fault> {
        if self.account.looked == 0 {
            self.account.looked = self.now;
        }
        let due = self.passed(self.account.looked, LOOK_EVERY);
        let mut left = if due { self.look_again().await? } else { Vec::new() };
        let mut answers = ask(&self.remote, each(&self.account)).await;
        let asked = matches!(self.trigger, Trigger::Person | Trigger::Audit | Trigger::Restore);
        let may = !due && (asked || self.passed(self.account.looked, LOOK_AGAIN));
        if may && answers.iter().any(|(_, answer)| is_gone(answer)) {
            left = self.look_again().await?;
            let mut new = each(&self.account);
            new.retain(|home| !answers.iter().any(|(asked, _)| asked.key() == home.key()));
            answers.extend(ask(&self.remote, new).await);
        }
        answers.retain(|(home, answer)| {
            let moved = is_gone(answer) && left.contains(home);
            if moved {
                for homes in [&mut self.account.calendar_homes, &mut self.account.addressbook_homes] {
                    homes.retain(|known| known.key() != home.key());
                }
            }
            !moved
        });
        let answered: Vec<Href> =
            answers.iter().filter(|(_, answer)| answer.is_ok()).map(|(home, _)| home.clone()).collect();
        let seen = seen(answers)?;
        if due {
            self.weigh_markers(&answered).await?;
        }
        Ok(seen)
    }

    /// Discovery once more. What it finds of another server or principal is another state
    /// (quirk 30), and what it does not find says nothing: a home that it does not name any
    /// more is asked still. Gives those of which it named others instead, which are given
    /// up if they say that they are gone.
    async fn look_again(&mut self) -> Result<Vec<Href>, Fault> {
        self.account.looked = self.now;
        if self.account.several == Some(false) {
            // It may have learnt to bear them since.
            self.flight.replace(Flight::new(None));
        }
        let Some(password) = self.ports.vault.open(&self.account.id).await? else { return Ok(Vec::new()) };
        let found = match rediscover(self.ports, &self.account, &password).await {
            Ok(found) => found,
            Err(fault) if fault.class == Class::SignIn => return Err(fault),
            Err(_) => return Ok(Vec::new()),
        };
        let principal = |account: &Account| account.principal.as_ref().map(Href::key);
        if found.server != self.account.server || principal(&found) != principal(&self.account) {
            return Ok(Vec::new());
        }
        let mut named = HashSet::new();
        for (known, found) in [
            (&mut self.account.calendar_homes, found.calendar_homes),
            (&mut self.account.addressbook_homes, found.addressbook_homes),
        ] {
            named.extend(if found.is_empty() { &*known } else { &found }.iter().map(Href::key));
            let before = std::mem::replace(known, found);
            for home in before {
                if !known.iter().any(|found| found.key() == home.key()) {
                    known.push(home);
                }
            }
        }
        self.account.default_calendar = found.default_calendar.or(self.account.default_calendar.take());
        self.account.way = found.way;
        let mut left = each(&self.account);
        left.retain(|home| !named.contains(&home.key()));
        Ok(left)
    }

    /// What the markers of these homes cost. That it could not be found out fails nothing.
    async fn weigh_markers(&self, homes: &[Href]) -> Result<(), Fault> {
        for home in homes {
            match self.weigh(home).await {
                Err(fault) if matches!(fault.class, Class::SignIn | Class::Retry { after: Some(_) }) => {
                    return Err(fault);
                }
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    /// Asks a home for its marker and for the other one. The other is taken from the next
    /// run on if all collections have it and it is told in clearly less time. Where it took
    /// both, it is seen from the next run on whether one does by now.
    async fn weigh(&self, home: &Href) -> Result<(), Fault> {
        let known = self.remote.marker(home);
        let other = match known {
            Marker::Ctag => Marker::Token,
            Marker::Token => Marker::Ctag,
            Marker::Both => {
                self.remote.ask_for(home, Marker::Ctag);
                return Ok(());
            }
        };
        let (_, cost) = self.timed(self.remote.has_marker(home, known)).await?;
        if cost < CHEAP {
            return Ok(());
        }
        let (there, its) = self.timed(self.remote.has_marker(home, other)).await?;
        if there && its * 10 < cost * 9 {
            self.remote.ask_for(home, other);
        }
        Ok(())
    }

    /// With the milliseconds it took.
    pub(super) async fn timed<T>(&self, asked: impl Future<Output = Result<T, Fault>>) -> Result<(T, Millis), Fault> {
        let begun = self.ports.clock.now();
        let told = asked.await?;
        Ok((told, self.ports.clock.now() - begun))
    }
}

/// All calendars and address books of the homes: one request for each home, all
/// asked at the same time.
///
/// # Errors
/// What all homes failed with, or one of them that is about more than that home.
pub(super) async fn homes(remote: &Remote, account: &Account) -> Result<Seen, Fault> {
    seen(ask(remote, each(account)).await)
}

async fn ask(remote: &Remote, homes: Vec<Href>) -> Answers {
    let asked = homes.into_iter().map(async |home| {
        let answer = remote.collections(&home).await;
        (home, answer)
    });
    join_all(asked).await
}

/// What the homes that answered tell, and which did not: these do not stop the others.
fn seen(answers: Answers) -> Result<Seen, Fault> {
    let mut seen = Seen::default();
    let faults = || answers.iter().filter_map(|(_, answer)| answer.as_ref().err());
    if let Some(fault) = faults().find(|fault| ends(fault)) {
        return Err(fault.clone());
    }
    let of_all = faults().count() == answers.len();
    for (home, answer) in answers {
        match answer {
            Ok(told) => seen.add(told),
            Err(fault) if of_all => return Err(fault),
            Err(fault) => seen.unseen.push((home, fault)),
        }
    }
    Ok(seen)
}

/// Whether it is about more than the one home: nobody can be asked, or the server said not
/// to go on.
fn ends(fault: &Fault) -> bool {
    match fault.class {
        Class::SignIn | Class::Retry { after: Some(_) } => true,
        _ => fault.text.key == "fault_offline" || fault.text == fault::busy(429, None).text,
    }
}

fn is_gone(answer: &Result<Seen, Fault>) -> bool {
    answer.as_ref().is_err_and(|fault| fault.text.key == "fault_collection_gone")
}

/// Each home once: many servers have one for calendars and address books.
fn each(account: &Account) -> Vec<Href> {
    let mut seen = HashSet::new();
    let homes = account.calendar_homes.iter().chain(&account.addressbook_homes);
    homes.filter(|home| seen.insert(home.key())).cloned().collect()
}

/// What a run found out goes to the account as it is stored now: the rest of it is the
/// person's to change, also while the run is under way.
pub(super) async fn learn(ports: &Ports, run: &Account) -> Result<(), Fault> {
    let learnt = |stored: &Account| {
        let run = run.clone();
        Account {
            server: run.server,
            principal: run.principal,
            calendar_homes: run.calendar_homes,
            addressbook_homes: run.addressbook_homes,
            preferred: run.preferred,
            default_calendar: run.default_calendar,
            stopped: run.stopped,
            not_before: run.not_before,
            markers: run.markers,
            looked: run.looked,
            several: run.several,
            way: run.way,
            failing: run.failing,
            ..stored.clone()
        }
    };
    let accounts = ports.store.accounts().await?;
    match accounts.iter().find(|account| account.id == run.id) {
        Some(stored) if learnt(stored) != *stored => {
            ports.store.change_account(&run.id, &|stored| *stored = learnt(stored)).await
        }
        _ => Ok(()),
    }
}
