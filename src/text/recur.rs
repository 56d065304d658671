//! Recurrence rules (RFC 5545, 3.3.10), counted by calcard.
//!
//! Only its rule engine is used, on local times without a zone, and not its
//! expansion of whole objects, for that (0.3.14) compares a UTC `UNTIL` with local
//! times, drops instances at clock changes to the wrong moment, loses overrides
//! whose SEQUENCE differs from the series' and cannot begin late. What it gets
//! wrong is worked around here and in `occur`; the tests of both show it.

use calcard::common::PartialDateTime;
use calcard::common::timezone::Tz;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarFrequency, ICalendarProperty,
    ICalendarRecurrenceRule, ICalendarValue,
};
use chrono::{NaiveDateTime, NaiveTime, TimeDelta};

use super::moment::{Moment, at, seconds};

/// What a rule gives within a window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Starts {
    pub starts: Vec<NaiveDateTime>,
    /// There are more than were wanted, or the rule has parts that were left out.
    pub partial: bool,
}

/// The local starts that `rule` gives for a series that begins at `start`, those
/// from `window.0` to `window.1`, at most `limit`. `local` turns a UTC `UNTIL` into
/// the series' local time. `None`: not a rule.
pub fn rule(
    rule: &str,
    start: Moment,
    local: impl Fn(NaiveDateTime) -> NaiveDateTime,
    window: (NaiveDateTime, NaiveDateTime),
    limit: usize,
) -> Option<Starts> {
    let mut rule = parse(rule)?;
    // RFC 7529: other calendars and SKIP are not counted.
    let strange = rule.rscale.is_some() || rule.skip.is_some();
    let (from, to) = window;
    let mut first = start.local();
    let mut last = to;
    if let Some(until) = until(&rule, start, local) {
        last = last.min(until);
    }
    if last < first || rule.interval == Some(0) || impossible(&rule) {
        return Some(Starts { starts: Vec::new(), partial: strange });
    }
    if rule.count.is_none() {
        first = skip(&rule, first, from);
        if last < first {
            return Some(Starts { starts: Vec::new(), partial: strange });
        }
    }
    // calcard takes `UNTIL` as local: so it ends at the window's end, whatever the rule.
    rule.until = Some(partial(last));
    let wanted = match rule.count {
        // The count begins with the series: what is before the window is counted too.
        Some(count) => usize::try_from(count).unwrap_or(usize::MAX).min(COUNTED),
        None => limit.saturating_add(1),
    };
    let all = rule.count.is_some_and(|count| usize::try_from(count).is_ok_and(|count| count <= COUNTED));
    let mut starts = expand(rule, first, wanted)?;
    let more = starts.len() >= wanted && !all;
    starts.retain(|at| *at >= from && *at <= to);
    starts.truncate(limit);
    Some(Starts { starts, partial: strange || more })
}

/// When a rule gives its last start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// It is no rule.
    Never,
    /// None after this local time.
    By(NaiveDateTime),
    /// It has no end, or one that is not cheaply told.
    Unknown,
}

/// When the rule gives its last start; `local` as for [`rule`].
pub fn last(rule: &str, start: Moment, local: impl Fn(NaiveDateTime) -> NaiveDateTime) -> Last {
    match parse(rule) {
        None => Last::Never,
        Some(rule) => until(&rule, start, local).map_or(Last::Unknown, Last::By),
    }
}

/// The `UNTIL` of the rule in the series' local time.
fn until(
    rule: &ICalendarRecurrenceRule,
    start: Moment,
    local: impl Fn(NaiveDateTime) -> NaiveDateTime,
) -> Option<NaiveDateTime> {
    rule.until.as_ref().and_then(moment).map(|until| match until {
        _ if start.is_date() => until.date().and_time(NaiveTime::MIN),
        // A date where a time is asked for means the whole day.
        Moment::Date(date) => date.and_time(NaiveTime::MIN) + TimeDelta::seconds(86_399),
        Moment::Local(until) => until,
        Moment::Utc(until) => local(until),
    })
}

/// As many instances are counted to find those of a late window, not more.
const COUNTED: usize = 50_000;

/// Days that no such month has: calcard would look for them until the year 10000.
fn impossible(rule: &ICalendarRecurrenceRule) -> bool {
    let longest = |month: u8| match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let days = rule.bymonth.iter().map(|m| longest(m.month())).max().unwrap_or(31);
    !rule.bymonthday.is_empty() && rule.bymonthday.iter().all(|day| day.unsigned_abs() > days)
}

/// Moves the start of an endless series near `from`, by whole intervals, so that
/// the past is not counted through. Months and years are few enough to count.
fn skip(rule: &ICalendarRecurrenceRule, first: NaiveDateTime, from: NaiveDateTime) -> NaiveDateTime {
    let unit = match rule.freq {
        ICalendarFrequency::Secondly => 1,
        ICalendarFrequency::Minutely => 60,
        ICalendarFrequency::Hourly => 3_600,
        ICalendarFrequency::Daily => 86_400,
        ICalendarFrequency::Weekly => 7 * 86_400,
        ICalendarFrequency::Monthly | ICalendarFrequency::Yearly => return first,
    };
    let step = unit * i64::from(rule.interval.unwrap_or(1).max(1));
    // One step less: a week's BYDAY may lie before the day the series began on.
    let steps = (seconds(from) - seconds(first)).div_euclid(step) - 1;
    if steps > 0 { at(seconds(first) + steps * step) } else { first }
}

/// Lets calcard count.
fn expand(rule: ICalendarRecurrenceRule, first: NaiveDateTime, limit: usize) -> Option<Vec<NaiveDateTime>> {
    let mut event = ICalendarComponent::new(ICalendarComponentType::VEvent);
    event.entries.push(ICalendarEntry::new(ICalendarProperty::Dtstart).with_value(partial(first)));
    event.entries.push(ICalendarEntry::new(ICalendarProperty::Rrule).with_value(rule));
    let expanded = ICalendar { components: vec![event] }.expand_dates(Tz::Floating, limit);
    if !expanded.errors.is_empty() {
        return None;
    }
    Some(expanded.events.into_iter().map(|event| event.start.naive_local()).collect())
}

/// The rule as calcard reads it, its numbers checked where calcard trusts them.
fn parse(rule: &str) -> Option<ICalendarRecurrenceRule> {
    let rule: String = rule.chars().filter(|c| c.is_ascii_graphic()).collect();
    let text = format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nRRULE:{rule}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
    let calendar = ICalendar::parse(&text).ok()?;
    let event = calendar.components.iter().find(|c| c.component_type == ICalendarComponentType::VEvent)?;
    match event.property(&ICalendarProperty::Rrule)?.values.first()? {
        ICalendarValue::RecurrenceRule(rule) => Some((**rule).clone()),
        _ => None,
    }
}

fn moment(partial: &PartialDateTime) -> Option<Moment> {
    let read = partial.to_date_time()?;
    Some(match (partial.hour, read.offset) {
        (None, _) => Moment::Date(read.date_time.date()),
        (Some(_), Some(_)) => Moment::Utc(read.date_time),
        (Some(_), None) => Moment::Local(read.date_time),
    })
}

fn partial(at: NaiveDateTime) -> PartialDateTime {
    PartialDateTime::from_naive_timestamp(seconds(at))
}
