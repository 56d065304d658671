//! The async loop that runs everything over the ports. What it decides by is in
//! `sync`, what it says to the server in `remote`.
//!
//! | module | what it does |
//! | --- | --- |
//! | `account` | looks what is there, saves the account, chooses folders |
//! | `homes` | where the collections are, and by what their changes are told |
//! | `run` | one synchronization, from the home's listing to the report |
//! | `lane` | one collection's way through a run |
//! | `folders` | which collections a run covers, and the making of missing ones |
//! | `gate` | how many readings are under way at a time |
//! | `first` | the first reading of a collection |
//! | `draft` | what a run is about to do in one collection: a plan, and the guard |
//! | `pull` | from the server to here, for one collection |
//! | `outcome` | one row of the sync table, carried out |
//! | `push` | from here to the server, for one collection |
//! | `verdict` | what follows a fault |
//! | `edits` | what the person does to items |
//! | `index` | what lists, the popup and a search know; what happens between two times |
//! | `import` | the items of a file: what they would meet here, and putting them in |
//! | `history` | having back what was replaced or removed |
//! | `decide` | previews, and what the person decides about what was stopped |
//! | `watch` | how quickly the server answers |
//! | `session` | what the steps of one run share |

mod account;
mod decide;
mod draft;
mod edits;
mod first;
mod folders;
mod gate;
mod history;
mod homes;
mod import;
mod index;
mod lane;
mod outcome;
mod pull;
mod push;
mod run;
mod session;
mod verdict;
mod watch;

pub use index::{between, renew};

use crate::model::{Account, Fault, Millis, Role};
use crate::port::Ports;

/// Which collections a run covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The default Calendar, Contacts and Notes.
    Roles,
    /// Every calendar and address book of the homes.
    All,
}

#[derive(Clone, Debug)]
pub struct Options {
    pub scope: Scope,
    /// Stops before mass deletions, by the thresholds of the settings. Off:
    /// whatever is gone on one side goes on the other.
    pub guard: bool,
    /// Put behind the title of a copy; `$1` is the date. Asked for when there is one: most runs
    /// make none.
    pub copy_mark: fn() -> String,
    /// What a folder that has to be made is called.
    pub name: fn(Role) -> String,
}

impl Options {
    fn mark(&self, at: Millis) -> String {
        (self.copy_mark)().replace("$1", &date(at))
    }
}

/// The core, over its ports. Cheap to clone.
#[derive(Clone)]
pub struct Driver {
    pub ports: Ports,
    pub options: Options,
}

impl Driver {
    pub fn new(ports: Ports, options: Options) -> Driver {
        Driver { ports, options }
    }

    /// The accounts that are synchronized, in the order of their names.
    ///
    /// # Errors
    /// The store's.
    pub async fn accounts(&self) -> Result<Vec<Account>, Fault> {
        let mut accounts = self.ports.store.accounts().await?;
        accounts.retain(|account| account.active);
        Ok(accounts)
    }
}

/// The date (UTC) as `YYYY-MM-DD`, by Howard Hinnant's civil-from-days rule.
fn date(at: Millis) -> String {
    let days = at.div_euclid(session::DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn dates() {
        assert_eq!(super::date(0), "1970-01-01");
        assert_eq!(super::date(951_782_400_000), "2000-02-29");
        assert_eq!(super::date(1_795_305_600_000), "2026-11-22");
    }
}
