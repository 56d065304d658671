//! What hangs on a series' start and rule: UNTIL, exceptions, moved instances, further
//! dates. They follow the start, or they would point at nothing, and they go where a
//! new rule does not give them any more.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use super::lines::{Line, Tree, fold};
use super::moment::{Moment, at};
use super::occur::{Placed, instances, placed_as};
use super::zone::Zones;
use super::{edit, escape, form_event, form_rule};

/// TZID and VALUE of a line as they stand in a head: `;TZID=Europe/Berlin`.
pub(super) fn form_of(line: &Line<'_>) -> String {
    let value = |name: &str| line.param(name).map(|value| format!(";{name}={}", escape::param(&value)));
    [value("TZID"), value("VALUE")].into_iter().flatten().collect()
}

/// A line's head with the form of another.
pub(super) fn formed(line: &Line<'_>, form: &str) -> String {
    let head = line.head_without(|p| matches!(p.name.as_str(), "TZID" | "VALUE"));
    format!("{}{form}", String::from_utf8_lossy(&head))
}

/// How the series' moments move.
struct Step<'a> {
    before: &'a Placed,
    after: Placed,
    /// Of local time.
    by: TimeDelta,
    /// The start is of the same sort and in the same zone as before.
    keeps_form: bool,
}

impl Step<'_> {
    /// `exact`: a moment in UTC is one of the series' local times.
    fn moved(&self, placed: &Placed, exact: bool) -> Option<Moment> {
        if self.keeps_form {
            return Some(match placed.moment {
                Moment::Date(day) => Moment::Date(day.checked_add_signed(self.by)?),
                Moment::Utc(_) if exact => {
                    let local = self.before.zone.to_local(placed.utc()).checked_add_signed(self.by)?;
                    Moment::Utc(at(self.before.zone.to_utc(local)))
                }
                Moment::Utc(at) => Moment::Utc(at.checked_add_signed(self.by)?),
                Moment::Local(at) => Moment::Local(at.checked_add_signed(self.by)?),
            });
        }
        let local = match (placed.moment, self.before.moment) {
            (Moment::Date(day), Moment::Local(start) | Moment::Utc(start)) => day.and_time(start.time()),
            (Moment::Utc(_) | Moment::Local(_), Moment::Local(_)) => self.before.zone.to_local(placed.utc()),
            (moment, _) => moment.local(),
        };
        let local = local.checked_add_signed(self.by)?;
        Some(match self.after.moment {
            Moment::Date(_) => Moment::Date(local.date()),
            Moment::Utc(_) => Moment::Utc(local),
            Moment::Local(_) => Moment::Local(local),
        })
    }

    fn until(&self, value: &str) -> Option<Moment> {
        let moment = Moment::parse(value)?;
        let zone = match moment {
            Moment::Utc(_) => super::zone::Zone::Utc,
            _ => self.before.zone.clone(),
        };
        let moved = self.moved(&Placed { moment, zone, guessed: false }, true)?;
        Some(match moved {
            Moment::Local(local) if !self.keeps_form => form_rule::until(local, &self.after),
            moved => moved,
        })
    }
}

/// The series' exceptions follow its start, which was `before`: by the time of day, and
/// by days where the rule does not name the days itself.
pub(super) fn follow(tree: &mut Tree<'_>, c: usize, before: &Placed, keeps_form: bool) {
    let Some(after) = form_event::start(tree, c) else { return };
    let (from, to) = (before.moment.local(), after.moment.local());
    let rule = tree.get(c, "RRULE").map(|l| l.plain().into_owned());
    let moved = rule.as_deref().map(|rule| moved_rule(rule, from.date(), to.date()));
    let by = if matches!(moved, Some(None)) { to.time() - from.time() } else { to - from };
    if by.is_zero() && keeps_form {
        return;
    }
    let step = Step { before, after, by, keeps_form };
    if let Some(rule) = rule {
        let new = moved.flatten().unwrap_or_else(|| rule.clone());
        let until = |part: &str| {
            let (name, value) = part.split_once('=')?;
            let value = name.eq_ignore_ascii_case("UNTIL").then(|| step.until(value))??;
            Some(format!("{name}={value}"))
        };
        let new: Vec<String> = new.split(';').map(|part| until(part).unwrap_or_else(|| part.to_owned())).collect();
        let new = new.join(";");
        if new != rule {
            edit::set_value(tree, c, "RRULE", &new);
        }
    }
    let lines = moved_lines(tree, c, &step);
    let eol = tree.eol();
    for (at, line) in lines {
        tree.replace(at, fold(line.as_bytes(), eol));
    }
}

/// The lines that name moments of the series, each with what it is then.
fn moved_lines(tree: &Tree<'_>, c: usize, step: &Step<'_>) -> Vec<(usize, String)> {
    let Some(start) = tree.get(c, "DTSTART") else { return Vec::new() };
    let (start_zone, form) = (start.param("TZID"), form_of(start));
    let mut zones = Zones::new(tree);
    let mut out = Vec::new();
    let all = family(tree, c).into_iter().flat_map(|o| tree.own(o).collect::<Vec<_>>());
    for at in all {
        let line = &tree.lines()[at];
        if !["RECURRENCE-ID", "EXDATE", "RDATE"].iter().any(|name| line.is(name)) {
            continue;
        }
        // In another zone than the start's, the same step is as right in its own local
        // time, except across a clock change; UTC is the commonest of those.
        let exact = line.param("TZID") != start_zone;
        let value = line.plain();
        let moved: Option<Vec<String>> = value
            .split(',')
            .map(|part| Some(step.moved(&placed_as(line, part, &mut zones)?, exact)?.to_string()))
            .collect();
        // A period among them: it says of itself what it is, and stays.
        let Some(moved) = moved else { continue };
        let head = match step.keeps_form {
            true => String::from_utf8_lossy(line.head()).into_owned(),
            false => formed(line, &form),
        };
        out.push((at, format!("{head}:{}", moved.join(","))));
    }
    out
}

/// The VEVENTs of the same UID, the series itself among them.
pub(super) fn family(tree: &Tree<'_>, c: usize) -> Vec<usize> {
    let uid = tree.text(c, "UID");
    tree.named("VEVENT").filter(|o| *o == c || tree.text(*o, "UID") == uid).collect()
}

/// The changed instances of the series, each with what its RECURRENCE-ID names.
pub(super) fn overrides(tree: &Tree<'_>, c: usize) -> Vec<(usize, Placed)> {
    let mut zones = Zones::new(tree);
    let others = family(tree, c).into_iter().filter(|o| *o != c);
    others.filter_map(|o| Some((o, super::occur::placed(tree.get(o, "RECURRENCE-ID")?, &mut zones)?))).collect()
}

/// The starts (seconds) that the rules of the series give from `from` to `to`, and with
/// `dates` its RDATEs too, exceptions or not; true: these may not be all.
pub(super) fn starts(tree: &Tree<'_>, c: usize, (from, to): (i64, i64), dates: bool) -> (Vec<i64>, bool) {
    let raw = |i: usize| tree.lines()[i].raw();
    let mut bare: Vec<u8> = Vec::new();
    for zone in tree.named("VTIMEZONE") {
        let Some(zone) = tree.components().get(zone) else { continue };
        (zone.begin..=zone.end).filter(|i| *i < tree.lines().len()).for_each(|i| bare.extend_from_slice(raw(i)));
    }
    bare.extend_from_slice(b"BEGIN:VEVENT\r\n");
    for i in tree.own(c) {
        let line = &tree.lines()[i];
        if ["DTSTART", "RRULE"].iter().any(|name| line.is(name)) || dates && line.is("RDATE") {
            bare.extend_from_slice(line.raw());
            if line.ending().is_empty() {
                bare.extend_from_slice(b"\r\n");
            }
        }
    }
    bare.extend_from_slice(b"END:VEVENT\r\n");
    let found = instances(&Tree::parse(&bare), from, to);
    let mut starts: Vec<i64> = found.list.iter().map(|i| i.start).filter(|s| (from..=to).contains(s)).collect();
    starts.sort_unstable();
    starts.dedup();
    (starts, found.partial)
}

/// The values of a list of dates, each with what it names.
type Dates = Vec<(String, Option<Placed>)>;

/// Takes away the exceptions and changed instances that the series does not give; the
/// number of its component then.
pub(super) fn prune(tree: &mut Tree<'_>, c: usize, start: &Placed) -> usize {
    // Days, where either side is a date; as `occur` compares them.
    let key = |placed: &Placed| match start.moment.is_date() || placed.moment.is_date() {
        true => Err(placed.moment.date()),
        false => Ok(placed.utc()),
    };
    let mut zones = Zones::new(tree);
    let mut points: Vec<i64> = Vec::new();
    let mut lines: Vec<(usize, Dates)> = Vec::new();
    for at in tree.own(c).filter(|i| tree.lines()[*i].is("EXDATE")) {
        let line = &tree.lines()[at];
        let value = line.plain();
        let parts: Dates = value.split(',').map(|part| (part.to_owned(), placed_as(line, part, &mut zones))).collect();
        points.extend(parts.iter().filter_map(|(_, placed)| Some(placed.as_ref()?.utc())));
        lines.push((at, parts));
    }
    let overrides = overrides(tree, c);
    points.extend(overrides.iter().map(|(_, of)| of.utc()));
    let (Some(first), Some(last)) = (points.iter().min(), points.iter().max()) else { return c };
    const DAY: i64 = 86_400;
    let (given, partial) = starts(tree, c, (first.saturating_sub(DAY), last.saturating_add(DAY)), true);
    // What was not counted to its end may yet be given.
    let counted = if partial { given.last().copied().unwrap_or(i64::MIN) } else { i64::MAX };
    let days: HashSet<NaiveDate> = given.iter().map(|s| start.zone.to_local(*s).date()).collect();
    let moments: HashSet<i64> = given.into_iter().collect();
    let there = |placed: &Placed| {
        placed.utc() > counted
            || match key(placed) {
                Ok(moment) => moments.contains(&moment),
                Err(day) => days.contains(&day),
            }
    };
    let gone: Vec<usize> = overrides.iter().filter(|(_, of)| !there(of)).map(|(o, _)| *o).collect();
    let eol = tree.eol();
    let mut changed = Vec::new();
    let mut empty = Vec::new();
    for (at, parts) in lines {
        let left: Vec<&str> =
            parts.iter().filter(|(_, p)| p.as_ref().is_none_or(there)).map(|(part, _)| part.as_str()).collect();
        if left.is_empty() {
            empty.push(at);
        } else if left.len() < parts.len() {
            let head = String::from_utf8_lossy(tree.lines()[at].head()).into_owned();
            changed.push((at, fold(format!("{head}:{}", left.join(",")).as_bytes(), eol)));
        }
    }
    for (at, line) in changed {
        tree.replace(at, line);
    }
    let begin = tree.components()[c].begin;
    for o in gone {
        let other = &tree.components()[o];
        empty.extend(other.begin..if other.closed { other.end + 1 } else { other.end });
    }
    empty.sort_unstable();
    empty.dedup();
    let before = empty.iter().filter(|at| **at < begin).count();
    tree.remove_all(&empty);
    tree.components().iter().position(|o| o.begin == begin - before).unwrap_or(c)
}

/// The rule of a series that moved from one day to another: a weekly rule on the
/// old weekday alone, or a monthly one on the old day alone, moves along. `None`:
/// it names days in a way of its own, and stays.
fn moved_rule(rule: &str, from: NaiveDate, to: NaiveDate) -> Option<String> {
    if from == to {
        return Some(rule.to_owned());
    }
    let weekday = |day: Weekday| ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][day.num_days_from_monday() as usize];
    let mut out = Vec::new();
    for part in rule.split(';') {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let moved = match name.to_ascii_uppercase().as_str() {
            "BYDAY" if value.eq_ignore_ascii_case(weekday(from.weekday())) => weekday(to.weekday()).to_owned(),
            "BYMONTHDAY" if value == from.day().to_string() => to.day().to_string(),
            "BYMONTH" if value == from.month().to_string() => to.month().to_string(),
            name if name.starts_with("BY") && !matches!(name, "BYHOUR" | "BYMINUTE" | "BYSECOND") => return None,
            _ => {
                out.push(part.to_owned());
                continue;
            }
        };
        out.push(format!("{name}={moved}"));
    }
    Some(out.join(";"))
}
