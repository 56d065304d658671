//! DATE, DATE-TIME and DURATION values (RFC 5545, 3.3.4 to 3.3.6), read as
//! leniently as they are written in the wild.

use std::fmt;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use super::zone::Zone;

/// A DATE, or a DATE-TIME in local time or UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    Date(NaiveDate),
    Local(NaiveDateTime),
    Utc(NaiveDateTime),
}

impl Moment {
    /// `20261122`, `20261122T0930[00][Z]`; also with the separators of ISO 8601.
    /// Years before 1 or after 9999 are none.
    pub fn parse(value: &str) -> Option<Moment> {
        let compact: String = value.trim().chars().filter(|c| !matches!(c, '-' | ':')).collect();
        let (rest, utc) = match compact.strip_suffix(['Z', 'z']) {
            Some(rest) => (rest, true),
            None => (compact.as_str(), false),
        };
        let (date, time) = match rest.split_once(['T', 't', ' ']) {
            Some((date, time)) => (date, Some(time)),
            None => (rest, None),
        };
        let date = parse_date(date)?;
        let Some(time) = time else { return Some(Moment::Date(date)) };
        let at = date.and_time(parse_time(time)?);
        Some(if utc { Moment::Utc(at) } else { Moment::Local(at) })
    }

    pub fn date(&self) -> NaiveDate {
        self.local().date()
    }

    /// The time as written, whatever its zone; midnight for a DATE.
    pub fn local(&self) -> NaiveDateTime {
        match self {
            Moment::Date(date) => date.and_time(NaiveTime::MIN),
            Moment::Local(at) | Moment::Utc(at) => *at,
        }
    }

    pub fn is_date(&self) -> bool {
        matches!(self, Moment::Date(_))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.local();
        write!(f, "{:04}{:02}{:02}", at.year(), at.month(), at.day())?;
        if !self.is_date() {
            write!(f, "T{:02}{:02}{:02}", at.hour(), at.minute(), at.second())?;
        }
        if let Moment::Utc(_) = self { f.write_str("Z") } else { Ok(()) }
    }
}

/// A day as forms have it, `2026-06-08`. Those of `chrono` take any pattern there is, and
/// are long.
pub fn typed_day(text: &str) -> Option<NaiveDate> {
    let mut numbers = text.splitn(3, '-').map(|number| number.parse::<u32>().ok());
    let year = numbers.next()??.try_into().ok()?;
    NaiveDate::from_ymd_opt(year, numbers.next()??, numbers.next()??)
}

/// A minute as forms have it, `2026-06-08T09:30`.
pub fn typed_minute(text: &str) -> Option<NaiveDateTime> {
    let (day, time) = text.split_once('T')?;
    let (hour, minute) = time.split_once(':')?;
    typed_day(day)?.and_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}

fn digits(text: &str) -> Option<u32> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn parse_date(text: &str) -> Option<NaiveDate> {
    if text.len() != 8 {
        return None;
    }
    let year = i32::try_from(digits(text.get(..4)?)?).ok().filter(|y| *y > 0)?;
    NaiveDate::from_ymd_opt(year, digits(text.get(4..6)?)?, digits(text.get(6..)?)?)
}

fn parse_time(text: &str) -> Option<NaiveTime> {
    // Fractions of a second are no part of RFC 5545, but are seen.
    let text = text.split('.').next()?;
    if text.len() != 4 && text.len() != 6 {
        return None;
    }
    let second = if text.len() == 6 { digits(text.get(4..)?)? } else { 0 };
    // A leap second (60) counts as the second before it.
    NaiveTime::from_hms_opt(digits(text.get(..2)?)?, digits(text.get(2..4)?)?, second.min(59))
}

/// A DURATION: days are calendar days (their length is the zone's affair), the
/// rest is exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    pub days: i64,
    pub seconds: i64,
}

impl Span {
    /// `P1W`, `PT1H30M`, `P1DT2H`; signs and weeks mixed with times too (quirk 24).
    /// More than a thousand years is none.
    pub fn parse(value: &str) -> Option<Span> {
        const DAYS: i64 = 366_000;
        let value = value.trim();
        let (value, sign) = match value.strip_prefix('-') {
            Some(rest) => (rest, -1),
            None => (value.strip_prefix('+').unwrap_or(value), 1),
        };
        let mut span = Span::default();
        let mut number = String::new();
        for c in value.strip_prefix(['P', 'p'])?.chars() {
            if c.is_ascii_digit() && number.len() < 11 {
                number.push(c);
                continue;
            }
            if matches!(c, 'T' | 't') && number.is_empty() {
                continue;
            }
            let n: i64 = number.parse().ok()?;
            number.clear();
            match c.to_ascii_uppercase() {
                'W' => span.days += n * 7,
                'D' => span.days += n,
                'H' => span.seconds += n * 3600,
                'M' => span.seconds += n * 60,
                'S' => span.seconds += n,
                _ => return None,
            }
            if span.days > DAYS || span.seconds > DAYS * 86_400 {
                return None;
            }
        }
        number.is_empty().then_some(Span { days: span.days * sign, seconds: span.seconds * sign })
    }

    pub fn is_negative(&self) -> bool {
        self.days * 86_400 + self.seconds < 0
    }

    /// So much after `start` (seconds), by the clocks of that zone.
    pub fn after(&self, start: i64, zone: &Zone) -> Option<i64> {
        // Of a time that the clocks show twice, local time may be the other one.
        let day = match self.days {
            0 => start,
            days => zone.to_utc(zone.to_local(start).checked_add_signed(TimeDelta::try_days(days)?)?),
        };
        day.checked_add(self.seconds)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let (days, seconds) = (self.days.abs(), self.seconds.abs());
        write!(f, "{sign}P")?;
        if days > 0 || seconds == 0 {
            write!(f, "{days}D")?;
        }
        if seconds > 0 {
            f.write_str("T")?;
        }
        for (unit, n) in [("H", seconds / 3600), ("M", seconds / 60 % 60), ("S", seconds % 60)] {
            if n > 0 {
                write!(f, "{n}{unit}")?;
            }
        }
        Ok(())
    }
}

/// Seconds since 1970 of a time taken as UTC.
pub fn seconds(at: NaiveDateTime) -> i64 {
    at.and_utc().timestamp()
}

/// The time of those seconds, kept within the years 1 to 9999.
pub fn at(seconds: i64) -> NaiveDateTime {
    const FIRST: i64 = -62_135_596_800;
    const LAST: i64 = 253_402_300_799;
    chrono::DateTime::from_timestamp(seconds.clamp(FIRST, LAST), 0).map(|t| t.naive_utc()).unwrap_or_default()
}

/// Now as a UTC DATE-TIME, for stamps.
pub fn stamp(now: crate::model::Millis) -> String {
    Moment::Utc(at(now.div_euclid(1000))).to_string()
}
