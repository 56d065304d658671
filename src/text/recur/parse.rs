//! A rule read from its text, as leniently as they are written.

use super::super::moment::Moment;
use super::days::{Days, Within};
use super::{Freq, Rule};
use crate::order;

/// What no rule reaches: more seconds than there are in ten thousand years.
const MOST: i64 = 400_000_000_000;

impl Rule {
    /// `None`: no FREQ, or a part that cannot be read. Parts without a value are as
    /// if they were not there, and so are those nobody knows.
    pub(super) fn parse(text: &str) -> Option<Rule> {
        let text: String = text.chars().filter(char::is_ascii_graphic).collect::<String>().to_ascii_uppercase();
        let mut freq = None;
        let mut rule = Rule {
            freq: Freq::Yearly,
            interval: 1,
            count: None,
            until: None,
            days: Days::all(),
            hours: None,
            minutes: None,
            seconds: None,
            positions: Vec::new(),
            strange: false,
        };
        for part in text.split(';') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            if value.is_empty() {
                continue;
            }
            let days = &mut rule.days;
            match name {
                "FREQ" => {
                    freq = Some(match value {
                        "YEARLY" => Freq::Yearly,
                        "MONTHLY" => Freq::Monthly,
                        "WEEKLY" => Freq::Weekly,
                        "DAILY" => Freq::Daily,
                        "HOURLY" => Freq::Hourly,
                        "MINUTELY" => Freq::Minutely,
                        "SECONDLY" => Freq::Secondly,
                        _ => return None,
                    });
                }
                // Zero is written, and means what is not written; ical.js reads it so too.
                "INTERVAL" => rule.interval = number(value)?.clamp(1, MOST),
                "COUNT" => rule.count = Some(number(value).filter(|n| *n >= 0)?.min(MOST)),
                "UNTIL" => rule.until = Some(Moment::parse(value)?),
                "WKST" => days.first_of_week = weekday(value)?,
                "BYMONTH" => days.months = Some(bits(&numbers(value, 1, 12)?) as u16),
                "BYMONTHDAY" => {
                    let (from_start, from_end) = signed(&numbers(value, -31, 31)?);
                    days.month_days = Some((from_start as u32, from_end as u32));
                }
                "BYWEEKNO" => days.weeks = Some(signed(&numbers(value, -53, 53)?)),
                "BYYEARDAY" => {
                    days.year_days = Some(numbers(value, -366, 366)?.into_iter().map(|n| n as i16).collect());
                }
                "BYDAY" => by_day(value, days)?,
                "BYHOUR" => rule.hours = Some(clock(value, 23)?),
                "BYMINUTE" => rule.minutes = Some(clock(value, 59)?),
                "BYSECOND" => {
                    // A leap second counts as the second before it (RFC 5545, 3.3.12).
                    let mut seconds: Vec<u8> = clock(value, 60)?.into_iter().map(|n| n.min(59)).collect();
                    seconds.dedup();
                    rule.seconds = Some(seconds);
                }
                "BYSETPOS" => {
                    let positions = numbers(value, -366, 366)?.into_iter().filter(|n| *n != 0);
                    rule.positions = positions.map(|n| n as i32).collect();
                }
                "RSCALE" => rule.strange |= value != "GREGORIAN",
                "SKIP" => rule.strange |= value != "OMIT",
                _ => {}
            }
        }
        rule.freq = freq?;
        Some(rule)
    }
}

/// A whole number; more than fits is the most that does.
fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let n = digits.parse().unwrap_or(MOST).min(MOST);
    Some(if text.starts_with('-') { -n } else { n })
}

/// The numbers of a list from `least` to `most`, sorted, each once.
fn numbers(list: &str, least: i64, most: i64) -> Option<Vec<i64>> {
    let all: Option<Vec<i64>> = list.split(',').filter(|n| !n.is_empty()).map(number).collect();
    let mut all = all?;
    all.retain(|n| (least..=most).contains(n));
    order::all(&mut all);
    all.dedup();
    Some(all)
}

fn clock(list: &str, most: i64) -> Option<Vec<u8>> {
    Some(numbers(list, 0, most)?.into_iter().map(|n| n as u8).collect())
}

fn bits(numbers: &[i64]) -> u64 {
    numbers.iter().fold(0, |bits, n| bits | 1 << n)
}

/// Those that count from the start, and those that count from the end.
fn signed(numbers: &[i64]) -> (u64, u64) {
    let (from_end, from_start): (Vec<i64>, Vec<i64>) = numbers.iter().filter(|n| **n != 0).partition(|n| **n < 0);
    (bits(&from_start), bits(&from_end.iter().map(|n| -n).collect::<Vec<_>>()))
}

fn weekday(text: &str) -> Option<u8> {
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].iter().position(|day| *day == text).map(|day| day as u8)
}

fn by_day(list: &str, days: &mut Days) -> Option<()> {
    for item in list.split(',').filter(|item| !item.is_empty()) {
        let (nth, day) = item.split_at_checked(item.len().checked_sub(2)?)?;
        let day = weekday(day)?;
        match if nth.is_empty() { 0 } else { number(nth)? } {
            0 => days.weekdays |= 1 << day,
            n @ -53..=53 => days.nth.push((day, n as i8)),
            // No month and no year has so many: a day that is none.
            _ => days.nth.push((day, 127)),
        }
    }
    order::all(&mut days.nth);
    days.nth.dedup();
    days.within = Within::Nothing;
    Some(())
}
