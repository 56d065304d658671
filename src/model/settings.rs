//! What the options page has that is the same for all accounts.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub at_start: bool,
    pub periodic: bool,
    /// 1 to 1440.
    pub every_minutes: u32,
    pub after_change: bool,
    /// Less often where the browser says that data is to be saved.
    pub spare: bool,
    pub guard: Guard,
    pub history: History,
}

impl Settings {
    pub const MINUTES: std::ops::RangeInclusive<u32> = 1..=1440;
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            at_start: true,
            periodic: true,
            every_minutes: 15,
            after_change: true,
            spare: true,
            guard: Guard::default(),
            history: History::default(),
        }
    }
}

/// When a run stops and asks, rather than delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Guard {
    /// Stops at this many deletions in a collection and more …
    pub at_least: u32,
    /// … if they are more than this share of it, in percent.
    pub percent: u32,
    /// No collection is emptied unasked, however few items it has.
    pub emptied: bool,
}

impl Guard {
    pub const AT_LEAST: std::ops::RangeInclusive<u32> = 1..=10_000;
    pub const PERCENT: std::ops::RangeInclusive<u32> = 0..=100;
}

impl Default for Guard {
    fn default() -> Guard {
        Guard { at_least: 10, percent: 20, emptied: true }
    }
}

/// How long replaced and removed texts can be had back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// 1 to 3650.
    pub days: u32,
    /// Of all texts together; the oldest go first, but none within a day: a run does not
    /// forget for its own sake what it has just put aside. 1 to 1000.
    pub megabytes: u32,
}

impl History {
    pub const DAYS: std::ops::RangeInclusive<u32> = 1..=3650;
    pub const MEGABYTES: std::ops::RangeInclusive<u32> = 1..=1000;
}

impl Default for History {
    fn default() -> History {
        History { days: 90, megabytes: 50 }
    }
}
