//! Where the collections are, and by what a home's listing tells that they changed.

use std::collections::HashSet;

use futures_util::future::join_all;

use super::account::rediscover;
use super::session::{DAY, Session};
use crate::model::{Account, Class, Fault, Href, Marker, Millis};
use crate::port::Ports;
use crate::remote::Remote;
use crate::sync::flight::Flight;
use crate::sync::want::Described;

/// So often the server is asked again where the homes are, and what its markers cost.
const LOOK_EVERY: Millis = 7 * DAY;
/// A listing that is told faster than this costs nobody anything.
const CHEAP: Millis = 100;

impl Session<'_> {
    /// All calendars and address books, by one request for each home. Where the homes
    /// are is asked again when one is gone, and once a week.
    pub async fn homes(&mut self) -> Result<Vec<Described>, Fault> {
        if self.account.looked == 0 {
            self.account.looked = self.now;
        }
        let due = self.passed(self.account.looked, LOOK_EVERY);
        if due {
            self.look_again().await?;
        }
        let described = match homes(&self.remote, &self.account).await {
            Err(fault) if !due && fault.text.key == "fault_collection_gone" => {
                if !self.look_again().await? {
                    return Err(fault);
                }
                homes(&self.remote, &self.account).await?
            }
            other => other?,
        };
        if due {
            self.weigh_markers().await?;
        }
        Ok(described)
    }

    /// Discovery once more; whether anything is elsewhere now. What it finds of another
    /// server or principal is another state (quirk 30), and what it does not find says
    /// nothing: all stays as it is then.
    async fn look_again(&mut self) -> Result<bool, Fault> {
        self.account.looked = self.now;
        if self.account.several == Some(false) {
            // It may have learnt to bear them since.
            self.flight.replace(Flight::new(None));
        }
        let Some(password) = self.ports.vault.open(&self.account.id).await? else { return Ok(false) };
        let found = match rediscover(self.ports, &self.account, &password).await {
            Ok(found) => found,
            Err(fault) if matches!(fault.class, Class::SignIn | Class::Retry { .. }) => return Err(fault),
            Err(_) => return Ok(false),
        };
        let principal = |account: &Account| account.principal.as_ref().map(Href::key);
        if found.server != self.account.server || principal(&found) != principal(&self.account) {
            return Ok(false);
        }
        let before = self.account.clone();
        for (known, found) in [
            (&mut self.account.calendar_homes, found.calendar_homes),
            (&mut self.account.addressbook_homes, found.addressbook_homes),
        ] {
            if !found.is_empty() {
                *known = found;
            }
        }
        self.account.default_calendar = found.default_calendar.or(self.account.default_calendar.take());
        let elsewhere = self.account != before;
        self.account.way = found.way;
        Ok(elsewhere)
    }

    /// Asks each home for its marker and for the other one. The other is taken from the
    /// next run on if all collections have it and it is told in less than half the time.
    async fn weigh_markers(&self) -> Result<(), Fault> {
        for home in each(&self.account) {
            let known = self.remote.marker(home);
            let other = match known {
                Marker::Ctag => Marker::Token,
                Marker::Token => Marker::Ctag,
                Marker::Both => continue,
            };
            let (_, cost) = self.timed(self.remote.has_marker(home, known)).await?;
            if cost < CHEAP {
                continue;
            }
            let (there, its) = self.timed(self.remote.has_marker(home, other)).await?;
            if there && its * 2 < cost {
                self.remote.ask_for(home, other);
            }
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
pub(super) async fn homes(remote: &Remote, account: &Account) -> Result<Vec<Described>, Fault> {
    let mut collections: Vec<Described> = Vec::new();
    for described in join_all(each(account).into_iter().map(|home| remote.collections(home))).await {
        for described in described? {
            if !collections.iter().any(|known| known.href.key() == described.href.key()) {
                collections.push(described);
            }
        }
    }
    Ok(collections)
}

/// Each home once: many servers have one for calendars and address books.
fn each(account: &Account) -> Vec<&Href> {
    let mut seen = HashSet::new();
    let homes = account.calendar_homes.iter().chain(&account.addressbook_homes);
    homes.filter(|home| seen.insert(home.key())).collect()
}

/// What a run found out goes to the account as it is stored now: the rest of it is the
/// person's to change, also while the run is under way.
pub(super) async fn learn(ports: &Ports, run: &Account) -> Result<(), Fault> {
    let accounts = ports.store.accounts().await?;
    let Some(stored) = accounts.into_iter().find(|account| account.id == run.id) else { return Ok(()) };
    let run = run.clone();
    let now = Account {
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
    };
    if now == stored { Ok(()) } else { ports.store.save_account(&now).await }
}
