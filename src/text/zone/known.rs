//! The zones of the IANA database, and the names that Windows has for them.
//!
//! The tables of chrono-tz are large, in a worker that is read at each start. The same
//! is told here in a small part of it (ADR 8): changes of the clock one by one while they follow no
//! rule, then the rule. `text::tests::known` makes `zones.txt` from chrono-tz and holds
//! it to that, and `names.txt` to calcard, and packs them with `displays.txt`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Weekday};

use super::packed::unpack;
use crate::text::moment::{at, seconds};

/// Three texts, one behind the other: `zones.txt`, a zone a line (names, offsets, changes,
/// rule: see [`read`]); `names.txt`, `name=IANA name` a line; `displays.txt`, what the lists of
/// Windows show of zones today, where `names.txt` has not that wording: as it is.
const PACKED: &[u8] = include_bytes!("known.packed");

/// 1900-01-01, from which changes are told; what was before counts as it was then.
pub(crate) const FIRST: i64 = -2_208_988_800;
/// Nobody plans further: rules are written out so far.
const LAST: i32 = 2200;

/// A zone by its IANA name.
#[derive(Debug)]
pub struct Known {
    pub name: &'static str,
    /// From when (seconds) which offset (seconds east); sorted, never empty.
    pub onsets: Vec<(i64, i64)>,
    /// The two changes of each year from one on, where they follow a rule that does not end.
    pub rule: Option<(i32, [Change; 2])>,
}

/// A yearly change of the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub month: u32,
    /// Which of the month's, counted from 1; 5 is the last.
    pub week: u32,
    pub weekday: Weekday,
    /// Seconds of the day, in the local time before.
    pub time: i64,
    /// Seconds east, from then on.
    pub offset: i64,
}

impl Change {
    /// The local time before of the change in that year.
    pub fn local(&self, year: i32) -> Option<NaiveDateTime> {
        let day = match self.week {
            5 => (1..=5).rev().find_map(|n| self.day(year, n))?,
            n => self.day(year, n)?,
        };
        Some(at(seconds(day.and_hms_opt(0, 0, 0)?) + self.time))
    }

    fn day(&self, year: i32, n: u32) -> Option<NaiveDate> {
        NaiveDate::from_weekday_of_month_opt(year, self.month, self.weekday, u8::try_from(n).ok()?)
    }
}

/// The three texts.
pub(crate) fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| unpack(PACKED).unwrap_or_default())
}

/// The zone of that IANA name, as written there.
pub fn zone(name: &str) -> Option<Rc<Known>> {
    thread_local! {
        static READ: RefCell<HashMap<&'static str, Rc<Known>>> = RefCell::default();
    }
    static LINES: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    let lines = LINES.get_or_init(|| {
        let zones = text().lines().filter_map(|line| line.split_once('|'));
        zones.flat_map(|(names, rest)| names.split(',').map(move |name| (name, rest))).collect()
    });
    let (name, rest) = lines.get_key_value(name)?;
    READ.with_borrow_mut(|read| {
        if let Some(known) = read.get(name) {
            return Some(Rc::clone(known));
        }
        let known = Rc::new(self::read(name, rest)?);
        read.insert(name, Rc::clone(&known));
        Some(known)
    })
}

/// The IANA name behind another program's.
pub fn other_name(name: &str) -> Option<&'static str> {
    static OTHERS: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    let others = OTHERS.get_or_init(|| text().lines().filter_map(|line| line.rsplit_once('=')).collect());
    others.get(name).copied()
}

/// `OFFSETS|CHANGES|RULE`: offsets in seconds, the first of which holds in 1900; each
/// change the time since the one before in base 36, in quarters of an hour or, behind a
/// dot, in seconds, and a capital that says which offset; the rule `YEAR:CHANGE,CHANGE`,
/// each of month, week, weekday and time as in [`Change`].
fn read(name: &'static str, line: &str) -> Option<Known> {
    let mut parts = line.split('|');
    let offsets: Vec<i64> = parts.next()?.split(' ').map(str::parse).collect::<Result<_, _>>().ok()?;
    let offset = |capital: char| offsets.get(usize::try_from(u32::from(capital) - u32::from('A')).ok()?).copied();
    let mut onsets = vec![(i64::MIN, *offsets.first()?)];
    let mut last = FIRST;
    for change in parts.next()?.split_inclusive(char::is_uppercase) {
        let (since, capital) = change.split_at(change.len() - 1);
        let (digits, unit) = since.strip_prefix('.').map_or((since, 900), |digits| (digits, 1));
        last += i64::from_str_radix(digits, 36).ok()? * unit;
        onsets.push((last, offset(capital.chars().next()?)?));
    }
    let rule = match parts.next()? {
        "" => None,
        rule => {
            let (year, changes) = rule.split_once(':')?;
            let mut changes = changes.split(',').map(|change| {
                let (change, capital) = change.split_at(change.len() - 1);
                let mut numbers = change.split('.').map(|n| n.parse::<i64>().ok());
                let mut number = || numbers.next()?;
                Some(Change {
                    month: u32::try_from(number()?).ok()?,
                    week: u32::try_from(number()?).ok()?,
                    weekday: Weekday::try_from(u8::try_from(number()?).ok()?).ok()?,
                    time: number()?,
                    offset: offset(capital.chars().next()?)?,
                })
            });
            Some((year.parse().ok()?, [changes.next()??, changes.next()??]))
        }
    };
    if let Some((from, changes)) = rule {
        for (year, change) in (from..LAST).flat_map(|year| changes.map(|change| (year, change))) {
            let before = onsets.last()?.1;
            onsets.push((seconds(change.local(year)?) - before, change.offset));
        }
    }
    Some(Known { name, onsets, rule })
}

/// The year of a moment, for the definition.
pub(super) fn year(utc: i64) -> i32 {
    at(utc).year()
}
