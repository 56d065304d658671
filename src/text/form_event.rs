//! A VEVENT as the fields of a form (RFC 5545, 3.6.1). A change is for the whole
//! series; its moved instances stay where they were moved to.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

use crate::model::{EventFields, Millis};

use super::lines::{Line, Tree};
use super::moment::{Moment, Span, seconds};
use super::occur::{first_end, placed};
use super::zone::{self, Zone, Zones};
use super::{compose, edit, escape};

const DAY: &str = "%Y-%m-%d";
const MINUTE: &str = "%Y-%m-%dT%H:%M";

/// What the form shows of the event; `None` without a start that can be read.
pub(super) fn fields(tree: &Tree<'_>, c: usize) -> Option<EventFields> {
    let mut zones = Zones::new(tree);
    let line = tree.get(c, "DTSTART")?;
    let start = placed(line, &mut zones)?;
    let end = first_end(tree, c, &mut zones)?;
    let all_day = start.moment.is_date();
    let local = start.moment.local();
    let zone = match start.zone.name() {
        // A zone under a private name, or guessed: shown by that name, so that it stays.
        name if (name.is_empty() || start.guessed) && !all_day => line.param("TZID").unwrap_or_default(),
        name => name,
    };
    Some(EventFields {
        title: escape::one_line(&tree.text(c, "SUMMARY")),
        place: escape::one_line(&tree.text(c, "LOCATION")),
        all_day,
        start: local.format(if all_day { DAY } else { MINUTE }).to_string(),
        end: if all_day {
            let last = end.checked_sub_signed(TimeDelta::days(1)).unwrap_or(end).max(local);
            last.format(DAY).to_string()
        } else {
            end.format(MINUTE).to_string()
        },
        zone: if all_day { String::new() } else { zone },
        description: tree.text(c, "DESCRIPTION"),
        recurs: ["RRULE", "RDATE"].iter().any(|name| tree.find(c, name).is_some()),
    })
}

/// A form's start or end; `None` for what is no date or time.
pub(super) fn typed(value: &str, all_day: bool) -> Option<NaiveDateTime> {
    let value = value.trim();
    let day = |v: &str| NaiveDate::parse_from_str(v, DAY).ok().map(|d| d.and_time(NaiveTime::MIN));
    let at = if all_day {
        // A form that was switched to all-day may still have its times.
        day(value.get(..10).unwrap_or(value))
    } else {
        NaiveDateTime::parse_from_str(value.get(..16).unwrap_or(value), MINUTE).ok().or_else(|| day(value))
    }?;
    (1..=9999).contains(&at.year()).then_some(at)
}

/// Writes the fields that differ from `old`, which is what the event has.
pub(super) fn apply(tree: &mut Tree<'_>, c: usize, old: &EventFields, new: &EventFields, now: Millis) {
    let texts = [
        ("SUMMARY", &old.title, &new.title),
        ("LOCATION", &old.place, &new.place),
        ("DESCRIPTION", &old.description, &new.description),
    ];
    let mut changed = false;
    for (name, old, new) in texts {
        if old != new {
            edit::set_text(tree, c, name, new);
            changed = true;
        }
    }
    let moved = set_times(tree, c, old, new);
    if changed || moved {
        edit::stamp_change(tree, c, now, moved);
    }
}

/// True if the times changed.
fn set_times(tree: &mut Tree<'_>, c: usize, old: &EventFields, new: &EventFields) -> bool {
    let same_zone = new.all_day || old.zone == new.zone;
    let same_kind = old.all_day == new.all_day;
    if same_kind && same_zone && old.start == new.start && old.end == new.end {
        return false;
    }
    let (Some(start), Some(end)) = (typed(&new.start, new.all_day), typed(&new.end, new.all_day)) else {
        // Nothing that could be written; forms refuse it before it comes here.
        return false;
    };
    let end = end.max(start);
    let before = tree.get(c, "DTSTART").and_then(|l| Moment::parse(&l.plain()));
    let keeps_form = same_kind && same_zone;
    let written_end = if new.all_day { super::occur::next_day(end) } else { end };
    if !keeps_form || old.start != new.start {
        set_moment(tree, c, "DTSTART", start, new, keeps_form);
        if let (Some(before), true) = (before, keeps_form) {
            follow(tree, c, before.local(), start);
        }
    }
    set_end(tree, c, (start, written_end), old, new, keeps_form);
    if !keeps_form {
        zone_known(tree, &new.zone, start, new.all_day);
    }
    true
}

/// DTEND or DURATION, whichever the event has.
fn set_end(
    tree: &mut Tree<'_>,
    c: usize,
    (start, end): (NaiveDateTime, NaiveDateTime),
    old: &EventFields,
    new: &EventFields,
    keeps_form: bool,
) {
    if tree.find(c, "DURATION").is_some() && tree.find(c, "DTEND").is_none() {
        let length =
            |start: &str, end: &str, all_day| Some((typed(end, all_day)? - typed(start, all_day)?).num_seconds());
        if keeps_form && length(&old.start, &old.end, old.all_day) == length(&new.start, &new.end, new.all_day) {
            return;
        }
        let length = (end - start).num_seconds();
        let span = if new.all_day {
            Span { days: length / 86_400, seconds: 0 }
        } else {
            let zone = Zone::by_name(&new.zone).unwrap_or(Zone::Floating);
            Span { days: 0, seconds: (zone.to_utc(end) - zone.to_utc(start)).max(0) }
        };
        return edit::set_value(tree, c, "DURATION", &span.to_string());
    }
    let has_end = tree.find(c, "DTEND").is_some();
    if keeps_form && old.end == new.end && has_end {
        return;
    }
    // Without DTEND the event is as long as the form showed: a moment, or a day.
    let implied = if new.all_day { super::occur::next_day(start) } else { start };
    if !has_end && end == implied {
        return;
    }
    set_moment(tree, c, "DTEND", end, new, keeps_form);
}

/// Writes DTSTART or DTEND: in the form it has, or in the one the fields ask for.
fn set_moment(tree: &mut Tree<'_>, c: usize, name: &str, at: NaiveDateTime, new: &EventFields, keeps_form: bool) {
    let line = tree.get(c, name).or_else(|| tree.get(c, "DTSTART"));
    let start = tree.get(c, "DTSTART");
    let was = start.and_then(|l| Moment::parse(&l.plain()));
    // A DTEND may have been in a zone of its own: the form shows it in the start's.
    let zone_param = |l: &Line<'_>| l.param("TZID");
    let like_start = line.and_then(zone_param) == start.and_then(zone_param);
    let keep_head = keeps_form && like_start && tree.find(c, name).is_some();
    let others = |line: &Line<'_>| {
        let head = line.head_without(|p| matches!(p.name.as_str(), "TZID" | "VALUE"));
        let head = String::from_utf8_lossy(&head).into_owned();
        if line.is(name) { head } else { name.to_owned() }
    };
    let line = match (was, line) {
        (Some(was), Some(line)) if keep_head => {
            let moment = match was {
                Moment::Date(_) => Moment::Date(at.date()),
                Moment::Utc(_) => Moment::Utc(at),
                Moment::Local(_) => Moment::Local(at),
            };
            format!("{}:{moment}", String::from_utf8_lossy(line.head()))
        }
        (Some(_), Some(line)) if keeps_form => {
            let zone = start.and_then(zone_param).unwrap_or_else(|| new.zone.clone());
            compose::moment_line(&others(line), at, new.all_day, &zone)
        }
        (_, Some(line)) => compose::moment_line(&others(line), at, new.all_day, &new.zone),
        (_, None) => compose::moment_line(name, at, new.all_day, &new.zone),
    };
    match (tree.find(c, name), tree.find(c, "DTSTART")) {
        (None, Some(start)) => {
            let folded = super::lines::fold(line.as_bytes(), tree.eol());
            tree.insert(start + 1, folded);
        }
        _ => edit::set_line(tree, c, name, &line),
    }
}

/// A zone that the text does not define is defined.
fn zone_known(tree: &mut Tree<'_>, tzid: &str, start: NaiveDateTime, all_day: bool) {
    let defined = tree.named("VTIMEZONE").any(|c| tree.text(c, "TZID") == tzid);
    if all_day || defined || matches!(Zone::by_name(tzid), None | Some(Zone::Utc | Zone::Floating)) {
        return;
    }
    let Some(lines) = zone::definition(tzid, seconds(start), seconds(start)) else { return };
    let Some(calendar) = tree.named("VCALENDAR").next() else { return };
    let inner = tree.components().iter().find(|c| c.parent == Some(calendar)).map(|c| c.begin);
    let at = inner.unwrap_or(tree.components()[calendar].begin + 1);
    let eol = tree.eol();
    for (i, line) in lines.into_iter().enumerate() {
        tree.insert(at + i, super::lines::fold(line.as_bytes(), eol));
    }
}

/// The series' exceptions follow its start, or they would point at nothing: by the
/// time of day, and by days where the rule does not name the days itself.
fn follow(tree: &mut Tree<'_>, c: usize, from: NaiveDateTime, to: NaiveDateTime) {
    let rule = tree.get(c, "RRULE").map(|l| l.plain().into_owned());
    let moved = rule.as_deref().map(|rule| moved_rule(rule, from.date(), to.date()));
    let by = if matches!(moved, Some(None)) { to.time() - from.time() } else { to - from };
    if by.is_zero() {
        return;
    }
    if let Some(rule) = rule {
        let new = moved.flatten().unwrap_or_else(|| rule.clone());
        let until = |part: &str| {
            let (name, value) = part.split_once('=')?;
            let value = name.eq_ignore_ascii_case("UNTIL").then(|| shift(value, by, true, tree, c))??;
            Some(format!("{name}={value}"))
        };
        let new: Vec<String> = new.split(';').map(|part| until(part).unwrap_or_else(|| part.to_owned())).collect();
        let new = new.join(";");
        if new != rule {
            edit::set_value(tree, c, "RRULE", &new);
        }
    }
    let uid = tree.text(c, "UID");
    let start_zone = tree.get(c, "DTSTART").and_then(|l| l.param("TZID"));
    let same_uid: Vec<usize> = tree.named("VEVENT").filter(|o| tree.text(*o, "UID") == uid).collect();
    for (component, name) in same_uid.into_iter().flat_map(|o| [(o, "RECURRENCE-ID"), (o, "EXDATE"), (o, "RDATE")]) {
        let lines: Vec<usize> = tree.own(component).filter(|i| tree.lines()[*i].is(name)).collect();
        for at in lines {
            let line = &tree.lines()[at];
            // In another zone than the start's, the same step is as right in its own
            // local time, except across a clock change; UTC is the commonest of those.
            let value = line.plain().into_owned();
            let exact = line.param("TZID") != start_zone;
            let moved = shift(&value, by, exact, tree, c);
            if let Some(moved) = moved {
                let head = String::from_utf8_lossy(tree.lines()[at].head()).into_owned();
                let eol = tree.eol();
                tree.replace(at, super::lines::fold(format!("{head}:{moved}").as_bytes(), eol));
            }
        }
    }
}

/// A list of moments, each moved; `None` if one of them is no plain moment.
fn shift(value: &str, by: TimeDelta, exact: bool, tree: &Tree<'_>, c: usize) -> Option<String> {
    let mut zones = Zones::new(tree);
    let zone = tree.get(c, "DTSTART").and_then(|l| placed(l, &mut zones)).map(|p| p.zone);
    let parts = value.split(',').map(|part| {
        Some(match (Moment::parse(part)?, &zone) {
            (Moment::Date(day), _) => Moment::Date(day.checked_add_signed(by)?),
            (Moment::Utc(at), Some(zone)) if exact => {
                // The step is one of the series' local time.
                let local = zone.to_local(seconds(at)).checked_add_signed(by)?;
                Moment::Utc(super::moment::at(zone.to_utc(local)))
            }
            (Moment::Utc(at), _) => Moment::Utc(at.checked_add_signed(by)?),
            (Moment::Local(at), _) => Moment::Local(at.checked_add_signed(by)?),
        })
    });
    let parts: Option<Vec<String>> = parts.map(|p| p.map(|p: Moment| p.to_string())).collect();
    parts.map(|p| p.join(","))
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
