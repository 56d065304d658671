//! Recurrence rules (RFC 5545, 3.3.10) in words. Only the rule is read here, not
//! counted: what is too odd to be said well is said by its own text.

use chrono::{Datelike, NaiveDate, Timelike};

use crate::model::Saying;
use crate::order;
use crate::text::form_rule::until_day;
use crate::text::moment::Moment;
use crate::text::occur::Placed;

use super::words::{date, list, month, numbers, time, weekday};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Freq {
    Secondly,
    Minutely,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A rule's parts, each with what it may hold.
#[derive(Debug)]
struct Rule {
    freq: Freq,
    interval: u32,
    count: Option<u32>,
    until: Option<Moment>,
    months: Vec<i32>,
    weeks: Vec<i32>,
    year_days: Vec<i32>,
    month_days: Vec<i32>,
    /// Which one (0: each) and the day, Monday being 0.
    days: Vec<(i32, usize)>,
    hours: Vec<i32>,
    minutes: Vec<i32>,
    seconds: Vec<i32>,
    positions: Vec<i32>,
}

/// What the rule says of a series that begins at `start`. A rule that cannot be said
/// in words, or is none, is given as it stands.
pub fn words(rule: &str, start: Option<&Placed>) -> Saying {
    const SHOWN: usize = 300;
    let said = read(rule).and_then(|rule| sentence(&rule, start));
    said.unwrap_or_else(|| {
        let shown: String = rule.trim().chars().filter(|c| !c.is_control()).take(SHOWN).collect();
        Saying::new("recur_own").with(shown)
    })
}

/// The parts; `None` for what is no rule, or has parts that are unknown here.
fn read(text: &str) -> Option<Rule> {
    let mut rule = Rule {
        freq: Freq::Daily,
        interval: 1,
        count: None,
        until: None,
        months: Vec::new(),
        weeks: Vec::new(),
        year_days: Vec::new(),
        month_days: Vec::new(),
        days: Vec::new(),
        hours: Vec::new(),
        minutes: Vec::new(),
        seconds: Vec::new(),
        positions: Vec::new(),
    };
    let mut freq = None;
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=')?;
        let value = value.trim();
        match name.trim().to_ascii_uppercase().as_str() {
            "FREQ" => freq = Some(frequency(value)?),
            "INTERVAL" => rule.interval = value.parse().ok().filter(|n| *n > 0)?,
            "COUNT" => rule.count = Some(value.parse().ok().filter(|n| *n > 0)?),
            "UNTIL" => rule.until = Some(Moment::parse(value)?),
            "BYMONTH" => rule.months = all(value, 1..=12, false)?,
            "BYWEEKNO" => rule.weeks = all(value, 1..=53, true)?,
            "BYYEARDAY" => rule.year_days = all(value, 1..=366, true)?,
            "BYMONTHDAY" => rule.month_days = all(value, 1..=31, true)?,
            "BYSETPOS" => rule.positions = all(value, 1..=366, true)?,
            "BYHOUR" => rule.hours = all(value, 0..=23, false)?,
            "BYMINUTE" => rule.minutes = all(value, 0..=59, false)?,
            "BYSECOND" => rule.seconds = all(value, 0..=60, false)?,
            "BYDAY" => {
                rule.days = value.split(',').map(day).collect::<Option<Vec<_>>>()?;
                if rule.days.len() > MOST {
                    return None;
                }
            }
            // On which day a week begins is seen in the dates.
            "WKST" => {}
            _ => return None,
        }
    }
    rule.freq = freq?;
    Some(rule)
}

/// A longer list is no sentence.
const MOST: usize = 31;

fn frequency(value: &str) -> Option<Freq> {
    Some(match value.to_ascii_uppercase().as_str() {
        "SECONDLY" => Freq::Secondly,
        "MINUTELY" => Freq::Minutely,
        "HOURLY" => Freq::Hourly,
        "DAILY" => Freq::Daily,
        "WEEKLY" => Freq::Weekly,
        "MONTHLY" => Freq::Monthly,
        "YEARLY" => Freq::Yearly,
        _ => return None,
    })
}

fn all(value: &str, range: std::ops::RangeInclusive<i32>, back: bool) -> Option<Vec<i32>> {
    let fits = |n: &i32| range.contains(n) || (back && n.checked_neg().is_some_and(|n| range.contains(&n)));
    let numbers = value.split(',').map(|n| n.trim().parse().ok().filter(fits));
    let mut numbers = numbers.collect::<Option<Vec<i32>>>()?;
    // From the beginning on, then from the end; each once.
    order::by_key(&mut numbers, |n| (*n < 0, *n));
    numbers.dedup();
    (numbers.len() <= MOST).then_some(numbers)
}

fn day(text: &str) -> Option<(i32, usize)> {
    const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
    let text = text.trim();
    let (which, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = DAYS.iter().position(|day| day.eq_ignore_ascii_case(name))?;
    let which =
        if which.is_empty() { 0 } else { which.parse().ok().filter(|n: &i32| *n != 0 && n.unsigned_abs() <= 53)? };
    Some((which, day))
}

fn sentence(rule: &Rule, start: Option<&Placed>) -> Option<Saying> {
    let said = when(rule, start)?;
    let said = at_times(rule, start, said)?;
    Some(match (rule.until, rule.count) {
        (Some(until), _) => said_until(said, rule, until, start),
        (None, Some(count)) => Saying::new("recur_count").with_saying(&said).with(count),
        (None, None) => said,
    })
}

/// The last day, in the series' own zone.
fn said_until(said: Saying, rule: &Rule, until: Moment, start: Option<&Placed>) -> Saying {
    let daily = !matches!(rule.freq, Freq::Secondly | Freq::Minutely | Freq::Hourly);
    let once = daily && [&rule.hours, &rule.minutes, &rule.seconds].iter().all(|list| list.is_empty());
    let last = match (until, start) {
        (_, Some(start)) if once => until_day(until, start),
        (Moment::Utc(at), Some(start)) if !start.moment.is_date() => {
            start.zone.to_local(crate::text::moment::seconds(at)).date()
        }
        _ => until.date(),
    };
    Saying::new("recur_until").with_saying(&said).with_saying(&date(last))
}

/// On which days.
fn when(rule: &Rule, start: Option<&Placed>) -> Option<Saying> {
    let first = start.map(|start| start.moment.date());
    match rule.freq {
        Freq::Secondly | Freq::Minutely | Freq::Hourly => {
            let plain = rule.days.iter().all(|(which, _)| *which == 0);
            (plain && odd(rule, &[Part::MonthDays])).then(|| limited(rule, every(rule.freq, rule.interval), true))
        }
        Freq::Daily => {
            let plain = rule.days.iter().all(|(which, _)| *which == 0);
            if !plain || !odd(rule, &[Part::MonthDays]) {
                return None;
            }
            if rule.interval == 1 && !rule.days.is_empty() && rule.month_days.is_empty() {
                // Each day that is one of these: as if it were weekly.
                return Some(limited(rule, weekly(rule, first)?, false));
            }
            Some(limited(rule, every(rule.freq, rule.interval), true))
        }
        Freq::Weekly => odd(rule, &[]).then(|| Some(limited(rule, weekly(rule, first)?, false)))?,
        Freq::Monthly => monthly(rule, first),
        Freq::Yearly => yearly(rule, first),
    }
}

#[derive(PartialEq)]
enum Part {
    MonthDays,
    Positions,
    Weeks,
    YearDays,
}

/// False if it has parts, other than these, that no sentence here has room for.
fn odd(rule: &Rule, may: &[Part]) -> bool {
    let free = |part: Part, there: &[i32]| there.is_empty() || may.contains(&part);
    free(Part::MonthDays, &rule.month_days)
        && free(Part::Positions, &rule.positions)
        && free(Part::Weeks, &rule.weeks)
        && free(Part::YearDays, &rule.year_days)
}

/// "Every 2 weeks".
fn every(freq: Freq, interval: u32) -> Saying {
    let (one, many) = match freq {
        Freq::Secondly => ("recur_second", "recur_seconds"),
        Freq::Minutely => ("recur_minute", "recur_minutes"),
        Freq::Hourly => ("recur_hour", "recur_hours"),
        Freq::Daily => ("recur_day", "recur_days"),
        Freq::Weekly => ("recur_week", "recur_weeks"),
        Freq::Monthly => ("recur_month", "recur_months"),
        Freq::Yearly => ("recur_year", "recur_years"),
    };
    if interval == 1 { Saying::new(one) } else { Saying::new(many).with(interval) }
}

/// "On … of every 2 months".
fn of_every(rule: &Rule, what: &Saying) -> Saying {
    match rule.interval {
        1 => Saying::new("recur_of_month").with_saying(what),
        n => Saying::new("recur_of_months").with_saying(what).with(n),
    }
}

fn on(every: &Saying, what: &Saying) -> Saying {
    Saying::new("recur_on").with_saying(every).with_saying(what)
}

/// What only narrows: months, and days where `days` says so.
fn limited(rule: &Rule, mut said: Saying, days: bool) -> Saying {
    let only = |said: &Saying, what: &Saying| Saying::new("recur_only_on").with_saying(said).with_saying(what);
    if days && !rule.days.is_empty() {
        said = only(&said, &weekdays(rule));
    }
    if days && !rule.month_days.is_empty() {
        said = only(&said, &Saying::new("recur_of_its_month").with_saying(&month_days(&rule.month_days)));
    }
    if !rule.months.is_empty() {
        said = Saying::new("recur_only_in").with_saying(&said).with_saying(&months(rule));
    }
    said
}

fn months(rule: &Rule) -> Saying {
    list(rule.months.iter().map(|n| month(*n)).collect())
}

/// The days by name, each once and in the order of the week.
fn weekdays(rule: &Rule) -> Saying {
    let mut days: Vec<usize> = rule.days.iter().map(|(_, day)| *day).collect();
    order::all(&mut days);
    days.dedup();
    match days.as_slice() {
        [0, 1, 2, 3, 4] => Saying::new("recur_workdays"),
        days => list(days.iter().map(|day| weekday(*day)).collect()),
    }
}

fn weekly(rule: &Rule, first: Option<NaiveDate>) -> Option<Saying> {
    // A number before a day means nothing in a week.
    if rule.days.iter().any(|(which, _)| *which != 0) {
        return None;
    }
    let every = every(Freq::Weekly, rule.interval);
    let mut days: Vec<usize> = rule.days.iter().map(|(_, day)| *day).collect();
    order::all(&mut days);
    days.dedup();
    // Every week on each of these is every day.
    let through = |days: &Saying| Saying::new("recur_through_workdays").with_saying(days);
    match (days.as_slice(), rule.interval) {
        ([], _) => {}
        ([0, 1, 2, 3, 4], 1) => return Some(through(&Saying::new("recur_day"))),
        ([0, 1, 2, 3, 4], _) => return Some(through(&every)),
        ([_, _, _, _, _, _, _], 1) => return Some(Saying::new("recur_day")),
        _ => return Some(on(&every, &weekdays(rule))),
    }
    Some(match first {
        Some(first) => on(&every, &weekday(first.weekday().num_days_from_monday() as usize)),
        None => every,
    })
}

fn monthly(rule: &Rule, first: Option<NaiveDate>) -> Option<Saying> {
    if !odd(rule, &[Part::MonthDays, Part::Positions]) {
        return None;
    }
    let said = match (rule.days.as_slice(), rule.month_days.as_slice(), rule.positions.as_slice()) {
        ([], [], []) => match first {
            Some(first) => of_every(rule, &month_days(&[first.day() as i32])),
            None => every(rule.freq, rule.interval),
        },
        ([], days, []) => of_every(rule, &month_days(days)),
        (_, [], []) => of_every(rule, &numbered_days(&rule.days)?),
        (_, days, []) if rule.days.iter().all(|(which, _)| *which == 0) => {
            let said = of_every(rule, &month_days(days));
            Saying::new("recur_only_on").with_saying(&said).with_saying(&weekdays(rule))
        }
        (_, [], positions) => of_every(rule, &positioned(rule, positions)?),
        _ => return None,
    };
    Some(limited(rule, said, false))
}

fn yearly(rule: &Rule, first: Option<NaiveDate>) -> Option<Saying> {
    let every = every(rule.freq, rule.interval);
    let plain = rule.days.iter().all(|(which, _)| *which == 0);
    let parts = (!rule.weeks.is_empty(), !rule.year_days.is_empty(), !rule.months.is_empty());
    match parts {
        // Days of the year, alone.
        (false, true, false) if rule.days.is_empty() && odd(rule, &[Part::YearDays]) => {
            Some(on(&every, &Saying::new("recur_of_year").with_saying(&month_days(&rule.year_days))))
        }
        // Days in numbered weeks.
        (true, false, false) if plain && odd(rule, &[Part::Weeks]) => {
            let weeks = numbered(&rule.weeks, "recur_in_week", "recur_in_week_last")?;
            let days = match (rule.days.is_empty(), first) {
                (false, _) => weekdays(rule),
                (true, Some(first)) => weekday(first.weekday().num_days_from_monday() as usize),
                (true, None) => return None,
            };
            Some(on(&every, &Saying::new("recur_of").with_saying(&days).with_saying(&weeks)))
        }
        (false, false, in_months) if odd(rule, &[Part::MonthDays, Part::Positions]) => {
            let what = days_of_year(rule, first, in_months)?;
            Some(match what {
                Some(what) => on(&every, &what),
                None => every,
            })
        }
        _ => None,
    }
}

/// The days of a yearly rule that may name months.
fn days_of_year(rule: &Rule, first: Option<NaiveDate>, in_months: bool) -> Option<Option<Saying>> {
    let place = |what: Saying| match in_months {
        true => Saying::new("recur_of").with_saying(&what).with_saying(&months(rule)),
        false => Saying::new("recur_of_year").with_saying(&what),
    };
    let dates = |days: &[i32]| match (rule.months.as_slice(), days) {
        ([one], [day]) if *day > 0 => Saying::new("words_day_month").with(*day).with_saying(&month(*one)),
        _ => place(month_days(days)),
    };
    Some(match (rule.days.as_slice(), rule.month_days.as_slice(), rule.positions.as_slice()) {
        ([], [], []) => match (first, in_months) {
            (None, false) => None,
            (None, true) => Some(months(rule)),
            (Some(first), true) => Some(dates(&[first.day() as i32])),
            (Some(first), false) => {
                let month = month(first.month() as i32);
                Some(Saying::new("words_day_month").with(first.day()).with_saying(&month))
            }
        },
        ([], days, []) if in_months => Some(dates(days)),
        ([], days, []) => Some(Saying::new("recur_of_each_month").with_saying(&month_days(days))),
        (_, [], []) => Some(place(numbered_days(&rule.days)?)),
        (_, [], positions) => Some(place(positioned(rule, positions)?)),
        // "The Tuesday after a Monday" and its like: a day of the month that is that weekday.
        (_, days, []) if in_months && rule.days.iter().all(|(which, _)| *which == 0) => {
            Some(Saying::new("recur_only_on").with_saying(&place(month_days(days))).with_saying(&weekdays(rule)))
        }
        _ => return None,
    })
}

/// "day 1 and 15", "the last day", "the second last day".
fn month_days(days: &[i32]) -> Saying {
    let (forward, back): (Vec<i32>, Vec<i32>) = days.iter().partition(|n| **n > 0);
    let mut parts = Vec::new();
    if !forward.is_empty() {
        parts.push(Saying::new("recur_day_number").with_saying(&numbers(&forward)));
    }
    parts.extend(back.iter().take(6).map(|n| match n {
        -1 => Saying::new("recur_last_day"),
        n => Saying::new("recur_day_from_end").with(-n),
    }));
    list(parts)
}

/// "week 20", "the last week".
fn numbered(all: &[i32], number: &'static str, last: &'static str) -> Option<Saying> {
    let (forward, back): (Vec<i32>, Vec<i32>) = all.iter().partition(|n| **n > 0);
    match (forward.is_empty(), back.as_slice()) {
        (false, []) => Some(Saying::new(number).with_saying(&numbers(&forward))),
        (true, [-1]) => Some(Saying::new(last)),
        _ => None,
    }
}

/// "the first Monday", "the last Friday", "every Sunday".
fn numbered_days(days: &[(i32, usize)]) -> Option<Saying> {
    // All of a sort: each with the same number, or each with its own.
    let one = |(which, day): &(i32, usize)| match which {
        0 => Some(Saying::new("recur_each").with_saying(&weekday(*day))),
        n => ordinal(*n, &weekday(*day)),
    };
    (days.len() <= 8).then(|| days.iter().map(one).collect::<Option<Vec<_>>>()).flatten().map(list)
}

/// "the first Monday": of the first to the fifth, and the last three. What is named
/// by a greater number is "Monday number 20".
fn ordinal(n: i32, what: &Saying) -> Option<Saying> {
    let key = match n {
        1 => "nth_first",
        2 => "nth_second",
        3 => "nth_third",
        4 => "nth_fourth",
        5 => "nth_fifth",
        -1 => "nth_last",
        -2 => "nth_second_last",
        -3 => "nth_third_last",
        n if n > 5 => return Some(Saying::new("nth_number").with_saying(what).with(n)),
        _ => return None,
    };
    Some(Saying::new(key).with_saying(what))
}

/// BYSETPOS: "the last weekday", "the second of Saturday and Sunday".
fn positioned(rule: &Rule, positions: &[i32]) -> Option<Saying> {
    if rule.days.iter().any(|(which, _)| *which != 0) || positions.len() > 5 {
        return None;
    }
    let mut days: Vec<usize> = rule.days.iter().map(|(_, day)| *day).collect();
    order::all(&mut days);
    days.dedup();
    let what = match days.as_slice() {
        [0, 1, 2, 3, 4] => Saying::new("recur_workday"),
        [0, 1, 2, 3, 4, 5, 6] => Saying::new("recur_any_day"),
        [one] => weekday(*one),
        days => Saying::new("recur_of_these").with_saying(&list(days.iter().map(|day| weekday(*day)).collect())),
    };
    positions.iter().map(|n| ordinal(*n, &what)).collect::<Option<Vec<_>>>().map(list)
}

/// BYHOUR, BYMINUTE and BYSECOND: "at 09:00 and 17:00".
fn at_times(rule: &Rule, start: Option<&Placed>, said: Saying) -> Option<Saying> {
    const TIMES: usize = 12;
    if rule.seconds.iter().any(|second| *second != 0) {
        return None;
    }
    let (hours, minutes) = (&rule.hours, &rule.minutes);
    if hours.is_empty() && minutes.is_empty() {
        return Some(said);
    }
    let only_hours = |said: Saying| match hours.is_empty() {
        true => said,
        false => Saying::new("recur_only_hours").with_saying(&said).with_saying(&numbers(hours)),
    };
    let at_minutes = |said: Saying| match minutes.is_empty() {
        true => said,
        false => Saying::new("recur_at_minutes").with_saying(&said).with_saying(&numbers(minutes)),
    };
    match rule.freq {
        Freq::Secondly | Freq::Minutely | Freq::Hourly => Some(only_hours(at_minutes(said))),
        _ => {
            let local = start.map(|start| start.moment.local());
            let or = |these: &[i32], first: Option<u32>| match (these, first) {
                ([], Some(first)) => Some(vec![first as i32]),
                ([], None) => None,
                (these, _) => Some(these.to_vec()),
            };
            let hours = or(hours, local.map(|at| at.hour()))?;
            let minutes = or(minutes, local.map(|at| at.minute()))?;
            if hours.len() * minutes.len() > TIMES {
                return None;
            }
            let times: Vec<String> = hours.iter().flat_map(|h| minutes.iter().map(|m| time(*h, *m))).collect();
            Some(Saying::new("recur_at").with_saying(&said).with_saying(&super::words::texts(&times)))
        }
    }
}

#[cfg(test)]
#[path = "recurrence_tests.rs"]
mod tests;
