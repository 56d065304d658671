//! From period to period of a rule: the year, month, week, day, hour, minute or
//! second that FREQ names. Each is reckoned from the start alone, so that a walk can
//! begin anywhere; what COUNT has used up by then is reckoned where each period
//! gives as many, and counted through where not.

use std::ops::ControlFlow;

use chrono::{Datelike, NaiveDate};

use super::super::moment::{at, seconds};
use super::{Budget, DAY, Freq, Rule, Series};
use crate::order;

/// No day after this one (the last of 9999), counted from 1970.
const LAST_DAY: i64 = 2_932_896;

pub(super) struct Walk<'r> {
    rule: &'r Rule,
    series: Series<'r>,
    start: i64,
    from: i64,
    to: i64,
    /// The moment that is the last of a series in a zone.
    until: Option<i64>,
    limit: usize,
    /// What COUNT leaves.
    left: Option<i64>,
    steps: usize,
    pub starts: Vec<i64>,
    /// The last that was met, or nothing later than it.
    pub last: Option<i64>,
    /// It ended before its end.
    pub more: bool,
}

type Flow = ControlFlow<()>;

impl<'r> Walk<'r> {
    /// Of a rule that was given its start's parts.
    pub fn new(rule: &'r Rule, series: Series<'r>, (from, to): (i64, i64), limit: usize) -> Walk<'r> {
        let until = rule.until(series);
        let to = until.map_or(to, |(local, _)| to.min(local));
        Walk {
            rule,
            series,
            start: seconds(series.start.local()),
            from,
            to,
            until: until.and_then(|(_, exact)| exact),
            limit,
            left: rule.count,
            steps: 0,
            starts: Vec::new(),
            last: None,
            more: false,
        }
    }

    pub fn run(&mut self, budget: &mut Budget) {
        let most = budget.left.min(Budget::RULE);
        self.steps = most;
        if self.to >= self.start {
            if let Some(left) = &mut self.left
                && !Self::gives_start(self.rule, self.series)
            {
                *left -= 1;
            }
            if self.left.is_none_or(|left| left > 0) {
                let _ = if self.rule.freq < Freq::Hourly { self.periods() } else { self.clock() };
            }
        }
        budget.left -= most - self.steps;
    }

    /// Whether the start is one of those the rule gives.
    fn gives_start(rule: &Rule, series: Series<'_>) -> bool {
        let start = seconds(series.start.local());
        let mut walk = Walk::new(rule, series, (start, start), 1);
        (walk.left, walk.until, walk.to, walk.steps) = (None, None, start, 10_000);
        let (hours, minutes, seconds) = walk.times();
        let own = [start.rem_euclid(DAY) / 3_600, start.rem_euclid(3_600) / 60, start.rem_euclid(60)].map(|n| n as u8);
        let fits = rule.days.has(at(start).date())
            && [hours, minutes, seconds].iter().zip(&own).all(|(list, n)| list.binary_search(n).is_ok());
        if !fits || rule.positions.is_empty() {
            return fits;
        }
        let ([hour, minute, second], day) = (own, &[start.div_euclid(DAY)]);
        let _ = match rule.freq {
            Freq::Hourly => walk.set(day, &[hour], minutes, seconds),
            Freq::Minutely => walk.set(day, &[hour], &[minute], seconds),
            Freq::Secondly => walk.set(day, &[hour], &[minute], &[second]),
            _ => walk.period(0),
        };
        !walk.starts.is_empty()
    }

    fn step(&mut self, steps: usize) -> Flow {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Flow::Continue(())
            }
            None => {
                self.steps = 0;
                self.more = true;
                Flow::Break(())
            }
        }
    }

    /// The next start in order, if it is one.
    fn offer(&mut self, start: i64) -> Flow {
        self.step(1)?;
        if start > self.to {
            return Flow::Break(());
        }
        if start < self.start || self.until.is_some_and(|until| self.series.utc_of(start) > until) {
            return Flow::Continue(());
        }
        self.last = Some(start);
        if start >= self.from {
            if self.starts.len() >= self.limit {
                self.more = true;
                return Flow::Break(());
            }
            self.starts.push(start);
        }
        self.count(1)
    }

    /// Takes so many from what COUNT leaves.
    fn count(&mut self, n: i64) -> Flow {
        if let Some(left) = &mut self.left {
            *left -= n;
            if *left <= 0 {
                return Flow::Break(());
            }
        }
        Flow::Continue(())
    }

    /// The set of one period: those days with those times, of which BYSETPOS picks.
    fn set(&mut self, days: &[i64], hours: &[u8], minutes: &[u8], seconds: &[u8]) -> Flow {
        let per_hour = minutes.len() * seconds.len();
        let per_day = hours.len() * per_hour;
        let time = |i: usize| {
            let (hour, minute, second) =
                (hours[i / per_hour], minutes[i % per_hour / seconds.len()], seconds[i % seconds.len()]);
            i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second)
        };
        if self.rule.positions.is_empty() {
            for day in days {
                let begin = day * DAY;
                if begin > self.start && begin + DAY <= self.from && begin + DAY <= self.to {
                    // Between start and window: nothing to find, only to count.
                    self.step(1)?;
                    self.last = Some(begin + DAY - 1);
                    self.count(per_day as i64)?;
                    continue;
                }
                for i in 0..per_day {
                    self.offer(begin + time(i))?;
                }
            }
            return Flow::Continue(());
        }
        let all = days.len() * per_day;
        let place = |position: &i32| match usize::try_from(*position) {
            Ok(n) => n.checked_sub(1).filter(|i| *i < all),
            Err(_) => all.checked_sub(position.unsigned_abs() as usize),
        };
        let mut picked: Vec<usize> = self.rule.positions.iter().filter_map(place).collect();
        order::all(&mut picked);
        picked.dedup();
        self.step(self.rule.positions.len())?;
        for i in picked {
            self.offer(days[i / per_day] * DAY + time(i % per_day))?;
        }
        Flow::Continue(())
    }

    /// All periods of a day and longer.
    fn periods(&mut self) -> Flow {
        let rule = self.rule;
        let first = at(self.start).date();
        let near = at(self.from).date();
        let between = match rule.freq {
            Freq::Yearly => i64::from(near.year() - first.year()),
            Freq::Monthly => months(near) - months(first),
            Freq::Weekly => (near - first).num_days() / 7,
            _ => (near - first).num_days(),
        };
        // One less: a week of the rule may begin on any day.
        let mut next = (between / rule.interval - 1).max(0);
        if self.left.is_some() {
            next = match self.steady() {
                Some(each) if next > 0 => {
                    let given = self.given_first();
                    self.skip(next, given, each)?
                }
                _ => 0,
            };
        }
        loop {
            self.period(next)?;
            next += 1;
        }
    }

    /// Skips to period `next`, or to that in which COUNT ends.
    fn skip(&mut self, next: i64, given: i64, each: i64) -> ControlFlow<(), i64> {
        let Some(left) = self.left else { return ControlFlow::Continue(next) };
        if left <= given || each == 0 {
            return ControlFlow::Continue(0);
        }
        let next = next.min((left - given - 1) / each + 1);
        self.count(given + (next - 1) * each)?;
        ControlFlow::Continue(next)
    }

    /// How many starts each period but the first has, where all have as many.
    fn steady(&self) -> Option<i64> {
        let Rule { freq, days, positions, .. } = self.rule;
        let (hours, minutes, seconds) = self.times();
        let times = (hours.len() * minutes.len() * seconds.len()) as i64;
        if !positions.is_empty() || self.until.is_some() || days.year_days.is_some() || days.weeks.is_some() {
            return None;
        }
        // Days that every month has, counted from one end.
        let month_days = match days.month_days {
            None => Some(0),
            Some((from_start, 0)) if from_start >> 29 == 0 => Some(i64::from(from_start.count_ones())),
            Some((0, from_end)) if from_end >> 29 == 0 => Some(i64::from(from_end.count_ones())),
            Some(_) => None,
        }?;
        let one_end = |n: i8| (1..=4).contains(&n) || (-4..=-1).contains(&n);
        let nth = days.nth.iter().all(|(_, n)| one_end(*n) && (*n > 0) == (days.nth[0].1 > 0));
        let in_month = match (month_days, days.nth.len() as i64) {
            _ if days.weekdays != 0 => None,
            (n, 0) | (0, n) if nth => Some(n),
            _ => None,
        };
        match freq {
            Freq::Yearly => {
                let months = i64::from(days.months?.count_ones());
                Some(in_month? * months * times)
            }
            _ if days.months.is_some() => None,
            Freq::Monthly => Some(in_month? * times),
            _ if days.month_days.is_some() => None,
            Freq::Weekly => {
                let named = days.nth.iter().fold(days.weekdays, |bits, (day, _)| bits | 1 << day);
                Some(i64::from(named.count_ones()) * times)
            }
            _ if days.by_day() => None,
            Freq::Daily => Some(times),
            Freq::Hourly => (hours.len() == 24).then_some(times / 24),
            Freq::Minutely => (hours.len() == 24 && minutes.len() == 60).then_some(seconds.len() as i64),
            Freq::Secondly => (times == DAY).then_some(1),
        }
    }

    /// How many starts a rule without BYSETPOS gives in its first period.
    fn given_first(&self) -> i64 {
        let (hours, minutes, seconds) = self.times();
        let first = self.start.div_euclid(DAY);
        let days = self.days_of(0).map(|(_, days, _)| days).unwrap_or_default();
        let whole = days.iter().filter(|day| **day > first).count() * hours.len() * minutes.len() * seconds.len();
        let of_start =
            if days.contains(&first) { not_before(self.start.rem_euclid(DAY), hours, minutes, seconds) } else { 0 };
        (whole + of_start) as i64
    }

    fn times(&self) -> (&'r [u8], &'r [u8], &'r [u8]) {
        let list = |list: &'r Option<Vec<u8>>| list.as_deref().unwrap_or_default();
        (list(&self.rule.hours), list(&self.rule.minutes), list(&self.rule.seconds))
    }

    /// The days of the period so many intervals after that of the start: the first
    /// it could have, those that are the rule's, and how many were looked at.
    /// `None`: beyond all years.
    fn days_of(&self, n: i64) -> Option<(i64, Vec<i64>, usize)> {
        let Rule { freq, interval, days: named, .. } = self.rule;
        let first = at(self.start).date();
        let ahead = n.checked_mul(*interval).filter(|n| *n <= LAST_DAY)?;
        let mut days = Vec::new();
        let (month, of_them) = match freq {
            Freq::Yearly => ((i64::from(first.year()) + ahead) * 12, 12),
            Freq::Monthly => (months(first) + ahead, 1),
            Freq::Weekly | Freq::Daily | Freq::Hourly | Freq::Minutely | Freq::Secondly => {
                let (begin, of_them) = match freq {
                    Freq::Weekly => (number(first) - named.since_week_began(first) + 7 * ahead, 7),
                    _ => (number(first) + ahead, 1),
                };
                days.extend((begin..begin + of_them).filter(|n| date(*n).is_some_and(|day| named.has(day))));
                return (begin <= LAST_DAY).then_some((begin, days, of_them as usize));
            }
        };
        let year = i32::try_from(month / 12).ok().filter(|year| *year <= 9_999)?;
        let mut looked = 0;
        let begin = NaiveDate::from_ymd_opt(year, (month % 12 + 1) as u32, 1)?;
        for month in begin.month()..begin.month() + of_them {
            looked += named.of_month(year, month, |day| days.push(number(day)));
        }
        Some((number(begin), days, looked))
    }

    fn period(&mut self, n: i64) -> Flow {
        let Some((begin, days, looked)) = self.days_of(n) else { return Flow::Break(()) };
        self.step(looked)?;
        if begin * DAY > self.to {
            return Flow::Break(());
        }
        let (hours, minutes, seconds) = self.times();
        self.set(&days, hours, minutes, seconds)
    }

    /// The hours, minutes or seconds of the rule, day by day.
    fn clock(&mut self) -> Flow {
        let start = self.start.div_euclid(DAY);
        let near = at(self.from.max(self.start)).and_utc().timestamp().div_euclid(DAY);
        let mut day = near.max(start);
        if self.left.is_some() {
            day = match self.steady() {
                Some(each) if day > start && each > 0 => self.skip_days(day, each)?,
                _ => start,
            };
        }
        while day <= LAST_DAY && day * DAY <= self.to {
            self.step(1)?;
            // Where the interval is longer than a day, most have none.
            let next = self.next_unit(day * DAY).div_euclid(DAY);
            if next > day {
                day = next;
                continue;
            }
            if date(day).is_some_and(|day| self.rule.days.has(day)) {
                self.day(day)?;
            }
            day += 1;
        }
        Flow::Continue(())
    }

    /// Skips to that day, or to that on which COUNT ends.
    fn skip_days(&mut self, day: i64, each: i64) -> ControlFlow<(), i64> {
        let start = self.start.div_euclid(DAY);
        let unit = self.unit() * self.rule.interval;
        let first = self.start - self.start.rem_euclid(self.unit());
        // Of the first period only what is not before the start; a period is within a day.
        let (_, minutes, seconds) = self.times();
        let in_first = match self.rule.freq {
            Freq::Hourly => not_before(self.start - first, &[0], minutes, seconds),
            Freq::Minutely => not_before(self.start - first, &[0], &[0], seconds),
            _ => 1,
        } as i64;
        let left = self.left.unwrap_or(i64::MAX);
        if left <= in_first {
            return ControlFlow::Continue(start);
        }
        let ends = first.saturating_add(unit.saturating_mul((left - in_first - 1) / each + 1)).div_euclid(DAY);
        let day = day.min(ends);
        if day <= start {
            return ControlFlow::Continue(start);
        }
        // The first period on or after that day.
        let n = (self.next_unit(day * DAY) - first) / unit;
        self.count(in_first + (n - 1) * each)?;
        ControlFlow::Continue(day)
    }

    /// The length (seconds) of what FREQ names.
    fn unit(&self) -> i64 {
        match self.rule.freq {
            Freq::Hourly => 3_600,
            Freq::Minutely => 60,
            _ => 1,
        }
    }

    /// The beginning of the first period that is not before.
    fn next_unit(&self, time: i64) -> i64 {
        let first = self.start - self.start.rem_euclid(self.unit());
        let each = self.unit() * self.rule.interval;
        first.max(first.saturating_add(each.saturating_mul((time - first + each - 1).div_euclid(each))))
    }

    /// The periods within a day.
    fn day(&mut self, day: i64) -> Flow {
        let (hours, minutes, seconds) = self.times();
        for hour in hours {
            let begin = day * DAY + i64::from(*hour) * 3_600;
            self.step(1)?;
            let next = self.next_unit(begin);
            if next >= begin + 3_600 {
                continue;
            }
            if self.rule.freq == Freq::Hourly {
                self.set(&[day], &[*hour], minutes, seconds)?;
                continue;
            }
            for minute in minutes {
                let begin = begin + i64::from(*minute) * 60;
                self.step(1)?;
                let next = self.next_unit(begin);
                if next >= begin + 60 {
                    continue;
                }
                if self.rule.freq == Freq::Minutely {
                    self.set(&[day], &[*hour], &[*minute], seconds)?;
                    continue;
                }
                for second in seconds {
                    let time = begin + i64::from(*second);
                    self.step(1)?;
                    if self.next_unit(time) == time {
                        self.set(&[day], &[*hour], &[*minute], &[*second])?;
                    }
                }
            }
        }
        Flow::Continue(())
    }
}

/// How many of these times of a day are not before that one (seconds).
fn not_before(least: i64, hours: &[u8], minutes: &[u8], seconds: &[u8]) -> usize {
    let seconds_from = |least: i64| seconds.iter().filter(|n| i64::from(**n) >= least).count();
    let minutes_from = |least: i64| -> usize { minutes.iter().map(|n| seconds_from(least - i64::from(*n) * 60)).sum() };
    hours.iter().map(|n| minutes_from(least - i64::from(*n) * 3_600)).sum()
}

/// Months since the year 0.
fn months(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month0())
}

/// Days since 1970.
fn number(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce()) - 719_163
}

fn date(number: i64) -> Option<NaiveDate> {
    let days = i32::try_from(number.checked_add(719_163)?).ok()?;
    NaiveDate::from_num_days_from_ce_opt(days).filter(|day| (1..=9_999).contains(&day.year()))
}
