//! A rule whose series moves: what it says of days and times is said of those it moves to
//! (RFC 5545, 3.3.10).
//!
//! | the rule names | it names then |
//! | --- | --- |
//! | weekdays | those as many days on; WKST too, where weeks that are left out would be others |
//! | the n-th weekday of a month, no fifth | the weekday and number that the new start is |
//! | a day of the month, or none | the new start's, where each of its months has both |
//! | days of the month | those as many days on, where each month has them |
//! | months | the new start's, of a single one |
//! | hours, minutes, seconds | the new start's, or those as much on within the day |
//!
//! Anything else is not said by a rule of that sort, and the series does not move there: to
//! other days none that names days of the year or weeks, or months of which it names plain
//! weekdays or counts days or weeks, or that leaves out months or years of plain weekdays;
//! to another time none that counts in less than days and names any of them.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike, Weekday};

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A rule of a series that moved.
pub struct Moved {
    pub rule: String,
    /// `None`: its days are as many days on.
    pub days: Option<Days>,
    /// It counts in less than days.
    pub below_day: bool,
}

/// The days of a rule that is about one in a month, and about another now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Days {
    /// An n-th weekday, and which it becomes.
    Nth((i64, Weekday), (i64, Weekday)),
    /// A day of the month, so many months on, and which it becomes.
    Day(u32, i64, u32),
}

impl Days {
    /// The day that a day of the rule became; `None`: it is none.
    pub fn moved(&self, day: NaiveDate) -> Option<NaiveDate> {
        match *self {
            Days::Nth(was, (n, weekday)) => {
                let own = day.weekday() == was.1 && number(day, was.0 < 0) == was.0;
                own.then(|| day_of_month(day, n, weekday)).flatten()
            }
            Days::Day(was, months, now) => {
                let month = i64::from(day.year()) * 12 + i64::from(day.month0()) + months;
                let year = i32::try_from(month.div_euclid(12)).ok()?;
                let moved = NaiveDate::from_ymd_opt(year, month.rem_euclid(12) as u32 + 1, now);
                moved.filter(|_| day.day() == was)
            }
        }
    }

    /// The last day of the rule by that one, as if it left out no month, and what it became.
    pub fn last(&self, by: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        // Of three months one has each day that any has.
        by.iter_days().rev().take(93).find_map(|day| Some((day, self.moved(day)?)))
    }
}

/// Which of its weekday a day is in its month; from the end: -1.
fn number(day: NaiveDate, from_end: bool) -> i64 {
    let at = i64::from(day.day0());
    if from_end { -((length(day) - 1 - at) / 7 + 1) } else { at / 7 + 1 }
}

/// The n-th such weekday of that day's month.
fn day_of_month(day: NaiveDate, n: i64, weekday: Weekday) -> Option<NaiveDate> {
    let days = (1..=31).filter_map(|number| day.with_day(number));
    days.filter(|day| day.weekday() == weekday).find(|day| number(*day, n < 0) == n)
}

/// How many days its month has.
fn length(day: NaiveDate) -> i64 {
    i64::from((28..=31).rev().find(|number| day.with_day(*number).is_some()).unwrap_or(28))
}

/// The rule of a series that moves from one start to another; with `timed` both are
/// times. `None`: it cannot say those days.
pub fn moved(rule: &str, from: NaiveDateTime, to: NaiveDateTime, timed: bool) -> Option<Moved> {
    let parts: Vec<(String, &str)> = rule
        .split(';')
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (name.trim().to_ascii_uppercase(), value.trim()))
        .collect();
    let of = |name: &str| parts.iter().find(|(n, _)| n == name).map(|(_, value)| *value);
    let days = (to.date() - from.date()).num_days();
    let others = if days == 0 { None } else { self::days(&of, from.date(), to.date())? };
    if timed && from.time() != to.time() && below_day(&of) && parts.iter().any(|(name, _)| name.starts_with("BY")) {
        return None;
    }
    let wkst = if days == 0 { None } else { wkst(&of, from.date(), days) };
    let mut out = Vec::new();
    for part in rule.split(';') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let key = name.trim().to_ascii_uppercase();
        let new = match (key.as_str(), others) {
            ("BYDAY" | "BYMONTHDAY" | "BYSETPOS" | "BYMONTH", _) if days == 0 => None,
            ("BYDAY", Some(Days::Nth(_, (_, day)))) if of("BYSETPOS").is_some() => Some(name_of(day).to_owned()),
            ("BYDAY", Some(Days::Nth(_, (n, day)))) => Some(format!("{n}{}", name_of(day))),
            ("BYDAY", _) => {
                let on: Option<Vec<&str>> = weekdays(value).map(|day| Some(rotated(day?, days))).collect();
                Some(on?.join(","))
            }
            ("BYSETPOS", Some(Days::Nth(_, (n, _)))) => Some(n.to_string()),
            ("BYMONTHDAY", Some(Days::Day(_, _, day))) => Some(day.to_string()),
            ("BYMONTHDAY", _) => Some(month_days(value, from.date(), to.date())?),
            ("BYMONTH", _) => Some(numbers(value, (1, 12), (from.month(), to.month()), false)?),
            ("BYHOUR", _) if timed => {
                let whole = (from.minute(), from.second()) == (to.minute(), to.second());
                Some(numbers(value, (0, 23), (from.hour(), to.hour()), whole)?)
            }
            ("BYMINUTE", _) if timed => {
                let whole = from.second() == to.second();
                Some(numbers(value, (0, 59), (from.minute(), to.minute()), whole)?)
            }
            ("BYSECOND", _) if timed => Some(numbers(value, (0, 59), (from.second(), to.second()), true)?),
            ("WKST", _) => wkst.map(str::to_owned),
            _ => None,
        };
        out.push(new.map_or_else(|| part.to_owned(), |new| format!("{name}={new}")));
    }
    if let (Some(day), None) = (wkst, of("WKST")) {
        out.push(format!("WKST={day}"));
    }
    Some(Moved { rule: out.join(";"), days: others, below_day: below_day(&of) })
}

fn name_of(day: Weekday) -> &'static str {
    DAYS[day.num_days_from_monday() as usize]
}

/// The days of the week without a number that are in a list, 0 being Monday.
fn weekdays(value: &str) -> impl Iterator<Item = Option<usize>> + '_ {
    value.split(',').map(|day| DAYS.iter().position(|name| day.trim().eq_ignore_ascii_case(name)))
}

fn rotated(day: usize, days: i64) -> &'static str {
    DAYS[(day as i64 + days).rem_euclid(7) as usize]
}

/// The first day of the week where it has to be another: the same days together are a
/// week of the series before and after.
fn wkst<'v>(of: &impl Fn(&str) -> Option<&'v str>, start: NaiveDate, days: i64) -> Option<&'static str> {
    let weekly = of("FREQ").is_some_and(|value| value.eq_ignore_ascii_case("WEEKLY"));
    let skips = of("INTERVAL").is_some_and(|value| value != "1") || of("BYSETPOS").is_some();
    if !weekly || !skips {
        return None;
    }
    let first = weekdays(of("WKST").unwrap_or("MO")).next().flatten().unwrap_or(0) as i64;
    let week = |day: usize| ((day as i64 - first).rem_euclid(7) + days).div_euclid(7);
    let own = week(start.weekday().num_days_from_monday() as usize);
    let apart = weekdays(of("BYDAY").unwrap_or_default()).flatten().any(|day| week(day) != own);
    apart.then(|| rotated(first as usize, days))
}

/// Whether it counts in less than days.
fn below_day<'v>(of: &impl Fn(&str) -> Option<&'v str>) -> bool {
    let freq = of("FREQ").unwrap_or_default().to_ascii_uppercase();
    matches!(freq.as_str(), "HOURLY" | "MINUTELY" | "SECONDLY")
}

fn same_month(from: NaiveDate, to: NaiveDate) -> bool {
    (from.year(), from.month()) == (to.year(), to.month())
}

/// What becomes of the rule's days: `Some(None)`, they are as many days on; `None`, it
/// cannot say them.
#[allow(clippy::option_option)]
fn days<'v>(of: &impl Fn(&str) -> Option<&'v str>, from: NaiveDate, to: NaiveDate) -> Option<Option<Days>> {
    if ["BYYEARDAY", "BYWEEKNO", "RSCALE", "SKIP"].iter().any(|name| of(name).is_some()) {
        return None;
    }
    let numbered = of("BYDAY").is_some_and(|value| value.bytes().any(|b| b.is_ascii_digit()));
    let yearly = match of("FREQ").unwrap_or_default().to_ascii_uppercase().as_str() {
        "YEARLY" => true,
        "MONTHLY" => false,
        freq => {
            let weeks = freq == "WEEKLY" && of("BYMONTHDAY").is_some();
            return (of("BYMONTH").is_none() && !numbered && !weeks).then_some(None);
        }
    };
    if numbered || of("BYSETPOS").is_some() {
        return nth(of, from, to).map(Some);
    }
    let own = of("BYMONTHDAY").is_none_or(|value| value == from.day().to_string());
    match (of("BYDAY"), of("BYMONTHDAY")) {
        (Some(_), None) => (of("INTERVAL").unwrap_or("1") == "1" && of("BYMONTH").is_none()).then_some(None),
        (None, _) if own => day(of, yearly, from, to).map(Some),
        _ => same_month(from, to).then_some(None),
    }
}

/// Which day of the month the rule is about, and is to be about, where each month it can
/// be in has both.
fn day<'v>(of: &impl Fn(&str) -> Option<&'v str>, yearly: bool, from: NaiveDate, to: NaiveDate) -> Option<Days> {
    let on = i64::from(to.year() - from.year()) * 12 + i64::from(to.month()) - i64::from(from.month());
    let months: Vec<i64> = match of("BYMONTH") {
        Some(value) => {
            let month = |n: &str| n.trim().parse().ok().filter(|month: &i64| (1..=12).contains(month));
            value.split(',').map(month).collect::<Option<_>>()?
        }
        None if yearly && of("BYMONTHDAY").is_none() => vec![i64::from(from.month())],
        None if yearly && on != 0 => return None,
        None => (1..=12).collect(),
    };
    let has = |month: i64, day: u32| {
        // Of no leap year.
        NaiveDate::from_ymd_opt(2001, (month - 1).rem_euclid(12) as u32 + 1, day).is_some()
    };
    let fits = months.into_iter().all(|month| has(month, from.day()) && has(month.saturating_add(on), to.day()));
    fits.then(|| Days::Day(from.day(), on, to.day()))
}

/// Which n-th weekday the rule is about, and is to be about.
fn nth<'v>(of: &impl Fn(&str) -> Option<&'v str>, from: NaiveDate, to: NaiveDate) -> Option<Days> {
    let month = match of("FREQ")?.to_ascii_uppercase().as_str() {
        "MONTHLY" => true,
        "YEARLY" => of("BYMONTH").is_some(),
        _ => false,
    };
    let day = of("BYDAY")?;
    let (n, name) = day.split_at_checked(day.len().checked_sub(2)?)?;
    let n: i64 = match (n, of("BYSETPOS")) {
        ("", Some(n)) => n.parse().ok()?,
        (n, None) => n.parse().ok()?,
        _ => return None,
    };
    let others = ["BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"].iter().any(|name| of(name).is_some());
    let own = from.weekday() == weekday(name)? && number(from, n < 0) == n;
    let new = number(to, n < 0);
    // Not every month has a fifth.
    let fits = n.unsigned_abs() < 5 && new.unsigned_abs() < 5;
    let said = month && !others && own && fits && same_month(from, to);
    said.then(|| Days::Nth((n, from.weekday()), (new, to.weekday())))
}

fn weekday(name: &str) -> Option<Weekday> {
    weekdays(name).next().flatten().and_then(|day| Weekday::try_from(day as u8).ok())
}

/// Numbers of a part: the one that was the start's is the new start's; all of them that
/// much more, with `whole`, where each is within the range.
fn numbers(value: &str, range: (i64, i64), (from, to): (u32, u32), whole: bool) -> Option<String> {
    if from == to {
        return Some(value.to_owned());
    }
    let (from, to) = (i64::from(from), i64::from(to));
    let list: Option<Vec<i64>> = value.split(',').map(|n| n.trim().parse().ok()).collect();
    let list = list?;
    if list == [from] {
        return Some(to.to_string());
    }
    let moved = list.iter().map(|n| n.saturating_add(to - from));
    let fits = whole && moved.clone().all(|n| (range.0..=range.1).contains(&n));
    fits.then(|| moved.map(|n| n.to_string()).collect::<Vec<_>>().join(","))
}

/// The days of the month that are as many days on; every month has the first 28, and the
/// last.
fn month_days(value: &str, from: NaiveDate, to: NaiveDate) -> Option<String> {
    let every = |n: &i64| (1..=28).contains(n);
    let from_end = |day: NaiveDate| length(day) - i64::from(day.day0());
    if same_month(from, to) && value == format!("-{}", from_end(from)) {
        let moved = from_end(to);
        return (every(&from_end(from)) && every(&moved)).then(|| format!("-{moved}"));
    }
    let days = (to - from).num_days();
    let list: Option<Vec<i64>> = value.split(',').map(|n| n.trim().parse().ok().filter(every)).collect();
    let moved: Option<Vec<i64>> = list?.iter().map(|n| n.checked_add(days).filter(every)).collect();
    Some(moved?.iter().map(i64::to_string).collect::<Vec<_>>().join(","))
}
