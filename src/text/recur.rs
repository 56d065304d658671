//! Recurrence rules (RFC 5545, 3.3.10): what one says, and which local starts it
//! gives. `days` knows which days are meant, `walk` goes from period to period.
//!
//! Counted here and by no library, because the past must not be counted through
//! and what was left out must be told. `tests/recurrence` compares with
//! python-dateutil and names each difference.

mod days;
mod parse;
mod walk;

use chrono::{Datelike, NaiveTime, Timelike};

use super::moment::{Moment, at, seconds};
use super::zone::Zone;
use days::{Days, Within};
use walk::Walk;

/// The frequencies, longest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Freq {
    Yearly,
    Monthly,
    Weekly,
    Daily,
    Hourly,
    Minutely,
    Secondly,
}

/// A rule as written. Numbers that nothing can have (`BYHOUR=25`) are left out, and
/// what is left of their part may be nothing: then there is no such time.
#[derive(Clone, Debug)]
struct Rule {
    freq: Freq,
    interval: i64,
    count: Option<i64>,
    until: Option<Moment>,
    days: Days,
    hours: Option<Vec<u8>>,
    minutes: Option<Vec<u8>>,
    seconds: Option<Vec<u8>>,
    /// BYSETPOS, sorted; empty without.
    positions: Vec<i32>,
    /// RFC 7529: another calendar, or SKIP. Counted as if they were not there, and told
    /// to be partial.
    strange: bool,
}

/// What a series is counted from: its start, in the zone of which its rule is local.
#[derive(Clone, Copy)]
pub struct Series<'z> {
    pub start: Moment,
    pub zone: &'z Zone,
}

impl Series<'_> {
    /// The moment (seconds) of one of its local times; dates and UTC are their own.
    pub fn utc_of(&self, local: i64) -> i64 {
        match self.start {
            Moment::Local(_) => self.zone.to_utc(at(local)),
            Moment::Utc(_) | Moment::Date(_) => local,
        }
    }

    /// The local time (seconds, as if it were UTC) of a moment (seconds).
    pub fn local_of(&self, utc: i64) -> i64 {
        match self.start {
            Moment::Local(_) => seconds(self.zone.to_local(utc)),
            Moment::Utc(_) | Moment::Date(_) => utc,
        }
    }

    /// The local times, first and last, that may be a moment from `from` to `to`:
    /// after the clocks changed, also those from before it.
    pub fn window(&self, from: i64, to: i64) -> (i64, i64) {
        let before = |utc: i64| self.local_of(utc.saturating_sub(CLOCKS)).saturating_add(CLOCKS);
        (self.local_of(from).min(before(from)), self.local_of(to).max(before(to)))
    }
}

/// More (seconds) than clocks are ever put forward or back: Samoa left out a day.
pub const CLOCKS: i64 = 26 * 3_600;

/// How much counting one text is worth, in steps: a step is a day or a time that is
/// looked at. Ends what is written to have no end.
#[derive(Clone, Debug)]
pub struct Budget {
    left: usize,
}

impl Budget {
    /// What one text may cost.
    const TEXT: usize = 2_000_000;
    /// What one rule of it may cost: a century of days, or a year of minutes.
    const RULE: usize = 600_000;

    pub fn new() -> Budget {
        Budget { left: Self::TEXT }
    }

    /// The steps that were taken.
    pub fn spent(&self) -> usize {
        Self::TEXT - self.left
    }
}

impl Default for Budget {
    fn default() -> Budget {
        Budget::new()
    }
}

/// What a rule gives within a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Starts {
    /// Local times, in seconds as if they were UTC; rising.
    pub starts: Vec<i64>,
    /// There are more than were wanted, or the rule has parts that were left out.
    pub partial: bool,
}

/// The local starts that `rule` gives for a series, those from `window.0` to
/// `window.1` (local, in seconds), at most `limit`. `None`: not a rule.
///
/// The start is among them only where the rule gives it; but a `COUNT` counts it in
/// any case ("always counts as the first occurrence").
pub fn rule(rule: &str, series: Series<'_>, window: (i64, i64), limit: usize, budget: &mut Budget) -> Option<Starts> {
    let rule = Rule::parse(rule)?.of(series.start);
    let mut walk = Walk::new(&rule, series, window, limit);
    walk.run(budget);
    let Walk { mut starts, more, .. } = walk;
    if series.start.is_date() {
        // Frequencies below a day have no meaning for days: each counts once.
        starts.iter_mut().for_each(|at| *at -= at.rem_euclid(DAY));
        starts.dedup();
    }
    Some(Starts { starts, partial: rule.strange || more })
}

/// When a rule gives its last start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// It is no rule, or gives nothing.
    Never,
    /// None after this local time (seconds, as if it were UTC).
    By(i64),
    /// It has no end, or one that is not cheaply told.
    Unknown,
}

/// When the rule gives its last start.
pub fn last(rule: &str, series: Series<'_>, budget: &mut Budget) -> Last {
    let Some(rule) = Rule::parse(rule) else { return Last::Never };
    let rule = rule.of(series.start);
    match (rule.until(series), rule.count) {
        (None, None) => Last::Unknown,
        (Some((local, _)), None) => Last::By(local),
        (until, Some(_)) => {
            let mut walk = Walk::new(&rule, series, (i64::MAX, i64::MAX), 0);
            walk.run(budget);
            match (walk.more, walk.last, until) {
                (false, None, _) => Last::Never,
                (false, Some(last), _) => Last::By(last),
                (true, _, Some((local, _))) => Last::By(local),
                (true, _, None) => Last::Unknown,
            }
        }
    }
}

const DAY: i64 = 86_400;

impl Rule {
    /// With what the start says where the rule says nothing.
    fn of(mut self, start: Moment) -> Rule {
        let local = start.local();
        if start.is_date() {
            // RFC 5545: these are ignored for dates.
            (self.hours, self.minutes, self.seconds) = (None, None, None);
        }
        let weekday = 1 << local.weekday().num_days_from_monday();
        let days = &mut self.days;
        match self.freq {
            Freq::Yearly if !days.named() => {
                days.months = days.months.or(Some(1 << local.month()));
                days.month_days = Some((1 << local.day(), 0));
            }
            // A week alone is no day; the start says which.
            Freq::Yearly if days.only_weeks() => days.weekdays = weekday,
            Freq::Monthly if !days.named() => days.month_days = Some((1 << local.day(), 0)),
            Freq::Weekly if !days.named() => days.weekdays = weekday,
            _ => {}
        }
        days.within = match self.freq {
            Freq::Monthly => Within::Month,
            Freq::Yearly if days.months.is_some() => Within::Month,
            Freq::Yearly => Within::Year,
            _ => Within::Nothing,
        };
        let time = local.time();
        let given = |list: Option<Vec<u8>>, below: Freq, of_start: u32, all: u8| {
            list.unwrap_or_else(|| if self.freq < below { vec![of_start as u8] } else { (0..all).collect() })
        };
        self.hours = Some(given(self.hours.take(), Freq::Hourly, time.hour(), 24));
        self.minutes = Some(given(self.minutes.take(), Freq::Minutely, time.minute(), 60));
        self.seconds = Some(given(self.seconds.take(), Freq::Secondly, time.second(), 60));
        self
    }

    /// The latest local time that `UNTIL` leaves, and, of one in UTC for a series
    /// in a zone, the moment itself: at clock changes local times do not tell.
    fn until(&self, series: Series<'_>) -> Option<(i64, Option<i64>)> {
        let date = |until: Moment| seconds(until.date().and_time(NaiveTime::MIN));
        self.until.map(|until| match (series.start, until) {
            (Moment::Date(_), _) => (date(until), None),
            // A date where a time is asked for means the whole day.
            (_, Moment::Date(_)) => (date(until) + DAY - 1, None),
            (Moment::Local(_), Moment::Utc(utc)) => {
                let local = series.window(seconds(utc), seconds(utc)).1;
                (local, Some(seconds(utc)))
            }
            (_, Moment::Local(at) | Moment::Utc(at)) => (seconds(at), None),
        })
    }
}
