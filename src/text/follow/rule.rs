//! A rule whose series moves: what it says of days and times is said of those it moves to
//! (RFC 5545, 3.3.10).
//!
//! | the rule names | it names then |
//! | --- | --- |
//! | weekdays | those as many days on; WKST too, where weeks that are left out would be others |
//! | the n-th weekday of a month | the weekday and number that the new start is, of no fifth but where it was one |
//! | days of the month | the new start's, or those as many days on where each month has them |
//! | months | the new start's |
//! | hours, minutes, seconds | the new start's, or those as much on within the day |
//!
//! Anything else is not said by a rule of that sort, and the series does not move there.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike, Weekday};

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// A rule of a series that moved.
pub struct Moved {
    pub rule: String,
    pub nth: Option<Nth>,
}

/// The days of a rule that was about one n-th weekday of a month, and is about another.
#[derive(Clone, Copy)]
pub struct Nth {
    was: (i64, Weekday),
    now: (i64, Weekday),
}

impl Nth {
    /// The day that a day of the rule became; `None`: it is none.
    pub fn moved(&self, day: NaiveDate) -> Option<NaiveDate> {
        let ((was, weekday), (n, new)) = (self.was, self.now);
        if day.weekday() != weekday || number(day, was < 0) != was {
            return None;
        }
        day_of_month(day, n, new)
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
    let monthly = matches!(of("FREQ").map(str::to_ascii_uppercase).as_deref(), Some("MONTHLY" | "YEARLY"));
    let numbered = of("BYDAY").is_some_and(|value| value.bytes().any(|b| b.is_ascii_digit()));
    let nth = match days != 0 && (numbered || monthly && of("BYSETPOS").is_some()) {
        true => Some(nth(&of, from.date(), to.date())?),
        false => None,
    };
    let wkst = if days == 0 || monthly { None } else { wkst(&of, from.date(), days) };
    let mut out = Vec::new();
    for part in rule.split(';') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let key = name.trim().to_ascii_uppercase();
        let new = match (key.as_str(), nth) {
            ("BYDAY" | "BYMONTHDAY" | "BYSETPOS" | "BYMONTH" | "BYYEARDAY" | "BYWEEKNO", _) if days == 0 => None,
            ("BYDAY", Some(Nth { now: (_, day), .. })) if !numbered => Some(name_of(day).to_owned()),
            ("BYDAY", Some(Nth { now: (n, day), .. })) => Some(format!("{n}{}", name_of(day))),
            ("BYDAY", None) => {
                let on: Option<Vec<&str>> = weekdays(value).map(|day| Some(rotated(day?, days))).collect();
                Some(on?.join(","))
            }
            ("BYSETPOS", Some(Nth { now: (n, _), .. })) => Some(n.to_string()),
            ("BYMONTHDAY", _) => Some(month_days(value, from.date(), to.date())?),
            ("BYMONTH", _) => Some(numbers(value, (1, 12), (from.month(), to.month()), false)?),
            ("BYYEARDAY" | "BYWEEKNO", _) => return None,
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
    Some(Moved { rule: out.join(";"), nth })
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

/// Which n-th weekday the rule is about, and is to be about.
fn nth<'v>(of: &impl Fn(&str) -> Option<&'v str>, from: NaiveDate, to: NaiveDate) -> Option<Nth> {
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
    let fits = new.abs() < 5 || new == n;
    let same_month = (from.year(), from.month()) == (to.year(), to.month());
    (month && !others && own && fits && same_month).then(|| Nth { was: (n, from.weekday()), now: (new, to.weekday()) })
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

/// As [`numbers`], of days of the month; every month has the first 28.
fn month_days(value: &str, from: NaiveDate, to: NaiveDate) -> Option<String> {
    let from_end = |day: NaiveDate| i64::from(day.day0()) - length(day);
    let same_month = (from.year(), from.month()) == (to.year(), to.month());
    if same_month && value == from_end(from).to_string() {
        return Some(from_end(to).to_string());
    }
    let days = (to - from).num_days();
    let list: Option<Vec<i64>> = value.split(',').map(|n| n.trim().parse::<i64>().ok().filter(|n| *n > 0)).collect();
    let list = list?;
    if list == [i64::from(from.day())] {
        return Some(to.day().to_string());
    }
    let every = |n: &i64| (1..=28).contains(n);
    let moved: Vec<i64> = list.iter().filter_map(|n| n.checked_add(days)).collect();
    let fits = list.iter().all(every) && moved.len() == list.len() && moved.iter().all(every);
    fits.then(|| moved.iter().map(i64::to_string).collect::<Vec<_>>().join(","))
}
