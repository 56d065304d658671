//! When to synchronize, as the options page has it.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub at_start: bool,
    pub periodic: bool,
    /// 1 to 1440.
    pub every_minutes: u32,
    pub after_change: bool,
}

impl Settings {
    pub const MINUTES: std::ops::RangeInclusive<u32> = 1..=1440;
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { at_start: true, periodic: true, every_minutes: 15, after_change: true }
    }
}
