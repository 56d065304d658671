//! A recurrence rule as the fields of a form (RFC 5545, 3.3.10), and back. Rules that
//! the form has no inputs for are shown as they stand, and stay.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::model::{Ends, Frequency, MonthDay, Recurrence, Rule};
use crate::order;

use super::lines::Tree;
use super::moment::{Moment, at, seconds, typed_day};
use super::occur::Placed;
use super::recur::{self, Budget, Series};

const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// How the event recurs; `start` is its DTSTART.
pub(super) fn recurrence(tree: &Tree<'_>, c: usize, start: &Placed) -> Recurrence {
    let rules: Vec<String> = tree.all(c, "RRULE").map(|line| line.plain().into_owned()).collect();
    match rules.as_slice() {
        [] => Recurrence::None,
        [rule] if tree.find(c, "EXRULE").is_none() => {
            read(rule, start).map_or_else(|| Recurrence::Other(rule.clone()), Recurrence::Rule)
        }
        rules => Recurrence::Other(rules.join("\n")),
    }
}

/// What was changed in the form of `was`, of what is `now`: of two rules of the same sort
/// the parts that were changed, else all.
pub(super) fn onto(was: &Recurrence, typed: &Recurrence, now: &Recurrence) -> Recurrence {
    fn pick<T: PartialEq + Clone>(was: &T, typed: &T, now: &T) -> T {
        if typed == was { now.clone() } else { typed.clone() }
    }
    match (was, typed, now) {
        (Recurrence::Rule(was), Recurrence::Rule(typed), Recurrence::Rule(now))
            if was.frequency == typed.frequency && was.frequency == now.frequency =>
        {
            Recurrence::Rule(Rule {
                frequency: now.frequency,
                interval: pick(&was.interval, &typed.interval, &now.interval),
                weekdays: pick(&was.weekdays, &typed.weekdays, &now.weekdays),
                day: pick(&was.day, &typed.day, &now.day),
                month: pick(&was.month, &typed.month, &now.month),
                ends: pick(&was.ends, &typed.ends, &now.ends),
            })
        }
        _ => pick(was, typed, now),
    }
}

/// Whether one says its days otherwise than the other, however often and until when.
pub(super) fn other_days(old: &Recurrence, new: &Recurrence) -> bool {
    match (old, new) {
        (Recurrence::Rule(old), Recurrence::Rule(new)) => {
            (old.frequency, &old.weekdays, old.day, old.month) != (new.frequency, &new.weekdays, new.day, new.month)
        }
        (old, new) => old != new,
    }
}

/// The first start (seconds) that the rule gives of an event that starts then, which a COUNT
/// counts though the rule does not give it.
pub(super) fn first(rule: &str, start: &Placed) -> Option<i64> {
    let series = Series { start: start.moment, zone: &start.zone };
    let rule = if count(rule).is_some() { ended(rule, None) } else { rule.to_owned() };
    let window = (seconds(start.moment.local()), i64::MAX);
    let found = recur::rule(&rule, series, window, 1, &mut Budget::new())?;
    found.starts.first().map(|local| series.utc_of(*local))
}

/// The parts of a rule, their names in upper case.
fn parts(rule: &str) -> impl Iterator<Item = (String, &str)> {
    rule.split(';').filter(|part| !part.trim().is_empty()).map(|part| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (name.trim().to_ascii_uppercase(), value.trim())
    })
}

/// `None`: it says what the form cannot.
fn read(rule: &str, start: &Placed) -> Option<Rule> {
    let mut out = Rule { interval: 1, ..Rule::default() };
    let mut frequency = None;
    let (mut weekdays, mut position, mut nth) = (Vec::new(), None, None);
    let mut seen = Vec::new();
    for (name, value) in parts(rule) {
        if seen.contains(&name) {
            return None;
        }
        match name.as_str() {
            "FREQ" => {
                frequency = Some(match value.to_ascii_uppercase().as_str() {
                    "DAILY" => Frequency::Daily,
                    "WEEKLY" => Frequency::Weekly,
                    "MONTHLY" => Frequency::Monthly,
                    "YEARLY" => Frequency::Yearly,
                    _ => return None,
                });
            }
            "INTERVAL" => out.interval = value.parse().ok().filter(|n| (1..=Rule::INTERVAL).contains(n))?,
            "COUNT" if out.ends == Ends::Never => {
                out.ends = Ends::Count(value.parse().ok().filter(|n| (1..=Rule::COUNT).contains(n))?);
            }
            "UNTIL" if out.ends == Ends::Never => {
                out.ends = Ends::Until(until_day(Moment::parse(value)?, start).to_string())
            }
            "BYMONTH" => out.month = Some(value.parse().ok().filter(|month| (1..=12).contains(month))?),
            "BYMONTHDAY" => {
                let day = value.parse().ok().filter(|day| *day == -1 || (1..=31).contains(day))?;
                out.day = MonthDay::Day(day);
            }
            "BYSETPOS" => position = Some(value.parse().ok().filter(|n| *n == -1 || (1..=5).contains(n))?),
            "BYDAY" => {
                for day in value.split(',') {
                    let day = day.trim().to_ascii_uppercase();
                    let at = day.len().checked_sub(2).filter(|at| day.is_char_boundary(*at))?;
                    let (number, name) = day.split_at(at);
                    let weekday = u8::try_from(DAYS.iter().position(|d| *d == name)?).ok()?;
                    if number.is_empty() {
                        weekdays.push(weekday);
                    } else {
                        let number: i8 = number.parse().ok().filter(|n| *n == -1 || (1..=5).contains(n))?;
                        if nth.replace((number, weekday)).is_some() {
                            return None;
                        }
                    }
                }
            }
            // On which day a week begins matters to the weeks that are left out; it stays.
            "WKST" => {}
            _ => return None,
        }
        seen.push(name);
    }
    out.frequency = frequency?;
    order::all(&mut weekdays);
    weekdays.dedup();
    match (weekdays.as_slice(), nth, position) {
        ([], None, None) => {}
        (_, None, None) if out.frequency == Frequency::Weekly => out.weekdays = weekdays,
        ([], Some((n, day)), None) if out.day == MonthDay::Start => out.day = MonthDay::Nth(n, day),
        ([day], None, Some(n)) if out.day == MonthDay::Start => out.day = MonthDay::Nth(n, *day),
        _ => return None,
    }
    let fits = match out.frequency {
        Frequency::Daily | Frequency::Weekly => out.day == MonthDay::Start && out.month.is_none(),
        Frequency::Monthly => out.month.is_none(),
        // The n-th of a year, not of a month, where none is named.
        Frequency::Yearly => out.month.is_some() || out.day == MonthDay::Start,
    };
    fits.then_some(out)
}

/// The last day a rule may give that is at the event's time of day, in its own time: the
/// day before one that ends earlier.
pub(super) fn until_day(until: Moment, start: &Placed) -> NaiveDate {
    let (local, early) = match (until, start.moment) {
        (Moment::Date(_), _) | (_, Moment::Date(_)) => return until.date(),
        (Moment::Utc(utc), Moment::Local(first)) => {
            let local = start.zone.to_local(seconds(utc));
            (local, start.zone.to_utc(local.date().and_time(first.time())) > seconds(utc))
        }
        (_, first) => (until.local(), until.local().time() < first.local().time()),
    };
    let before = local.date().pred_opt().filter(|_| early);
    before.unwrap_or(local.date())
}

/// The rule's value. What stays the same in it stays as the `old` value has it.
pub(super) fn written(rule: &Rule, old: Option<&str>, start: &Placed) -> String {
    let before = old.and_then(|old| Some((old, read(old, start)?)));
    let ends = match &rule.ends {
        _ if before.as_ref().is_some_and(|(_, before)| before.ends == rule.ends) => {
            old.and_then(|old| old.split(';').find(|part| ends_it(part))).map(str::to_owned)
        }
        Ends::Never => None,
        Ends::Count(count) => Some(format!("COUNT={}", (*count).max(1))),
        Ends::Until(day) => typed_day(day).map(|day| format!("UNTIL={}", last(day, start))),
    };
    let mut out: Vec<String> = match before {
        Some((old, before)) if (Rule { ends: rule.ends.clone(), ..before.clone() }) == *rule => {
            old.split(';').filter(|part| !ends_it(part) && !part.trim().is_empty()).map(str::to_owned).collect()
        }
        _ => {
            let mut out = vec![format!("FREQ={}", name_of(rule.frequency))];
            if rule.interval > 1 {
                out.push(format!("INTERVAL={}", rule.interval));
            }
            out.extend(old.into_iter().flat_map(parts).filter(|(n, _)| n == "WKST").map(|(n, v)| format!("{n}={v}")));
            if let (Frequency::Yearly, Some(month)) = (rule.frequency, rule.month) {
                out.push(format!("BYMONTH={month}"));
            }
            out.extend(days(rule));
            out
        }
    };
    out.extend(ends);
    out.join(";")
}

fn days(rule: &Rule) -> Option<String> {
    let name = |day: u8| DAYS[usize::from(day) % 7];
    let on_month = match rule.frequency {
        Frequency::Daily => return None,
        Frequency::Weekly => {
            let days: Vec<&str> = rule.weekdays.iter().map(|day| name(*day)).collect();
            return (!days.is_empty()).then(|| format!("BYDAY={}", days.join(",")));
        }
        Frequency::Monthly => true,
        Frequency::Yearly => rule.month.is_some(),
    };
    match rule.day {
        MonthDay::Day(day) if on_month => Some(format!("BYMONTHDAY={day}")),
        MonthDay::Nth(n, day) if on_month => Some(format!("BYDAY={n}{}", name(day))),
        _ => None,
    }
}

fn name_of(frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::Daily => "DAILY",
        Frequency::Weekly => "WEEKLY",
        Frequency::Monthly => "MONTHLY",
        Frequency::Yearly => "YEARLY",
    }
}

fn ends_it(part: &str) -> bool {
    let name = part.split_once('=').map_or(part, |(name, _)| name).trim();
    name.eq_ignore_ascii_case("COUNT") || name.eq_ignore_ascii_case("UNTIL")
}

/// UNTIL for that last day: a DATE, a local time, or UTC, as the start asks for.
fn last(day: NaiveDate, start: &Placed) -> Moment {
    let end = day.and_time(NaiveTime::MIN).checked_add_signed(TimeDelta::seconds(86_399));
    until(end.unwrap_or(NaiveDateTime::MIN), start)
}

/// UNTIL for that last moment of the event's own time.
pub(super) fn until(local: NaiveDateTime, start: &Placed) -> Moment {
    match (start.moment, start.floating()) {
        (Moment::Date(_), _) => Moment::Date(local.date()),
        (Moment::Utc(_), _) => Moment::Utc(local),
        (Moment::Local(_), true) => Moment::Local(local),
        (Moment::Local(_), false) => Moment::Utc(at(start.zone.to_utc(local))),
    }
}

/// The rule without the end it has, and with another (`COUNT=2`, `UNTIL=…`).
pub(super) fn ended(rule: &str, end: Option<String>) -> String {
    let kept = rule.split(';').filter(|part| !ends_it(part) && !part.trim().is_empty()).map(str::to_owned);
    kept.chain(end).collect::<Vec<_>>().join(";")
}

/// The COUNT of a rule.
pub(super) fn count(rule: &str) -> Option<usize> {
    parts(rule).find(|(name, _)| name == "COUNT").and_then(|(_, value)| value.parse().ok())
}
