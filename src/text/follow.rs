//! What hangs on a series' start and rule: UNTIL, exceptions, moved instances, further
//! dates. They follow the start, or they would point at nothing, and they go where a
//! new rule does not give them any more.

mod rule;

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use memchr::memchr;

use self::rule::{Days, Moved};
use super::instance::{like, ranged};
use super::lines::{Line, Tree, fold};
use super::moment::{Moment, at};
use super::occur::{Placed, instances, placed, placed_as};
use super::zone::Zones;
use super::{edit, form_event, form_rule};
use crate::model::EventFields;

/// TZID and VALUE of a line as they stand in its head: `;TZID=Europe/Berlin`.
pub(super) fn form_of(line: &Line<'_>) -> Vec<u8> {
    let mut head = line.head_without(|p| !matches!(p.name.as_str(), "TZID" | "VALUE"));
    let form = memchr(b';', &head).unwrap_or(head.len());
    head.split_off(form)
}

/// A line's head with the form of another.
pub(super) fn formed(line: &Line<'_>, form: &[u8]) -> Vec<u8> {
    let head = line.head_without(|p| matches!(p.name.as_str(), "TZID" | "VALUE"));
    [&head, form].concat()
}

/// How the series' moments move.
pub(super) struct Step<'a> {
    before: &'a Placed,
    after: Placed,
    /// Of local time.
    by: TimeDelta,
    /// Of the time of day alone.
    time: TimeDelta,
    /// Of the day alone.
    date: TimeDelta,
    /// The days are each one of its month, and become another's.
    days: Option<Days>,
    /// The start is of the same sort and in the same zone as before.
    keeps_form: bool,
}

impl Step<'_> {
    fn local(&self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        match self.days.as_ref().and_then(|days| days.moved(local.date())) {
            Some(day) => day.and_time(local.time()).checked_add_signed(self.time),
            None => local.checked_add_signed(self.by),
        }
    }

    /// As [`Step::local`], of an end of the rule, `below_day` of one that counts in less
    /// than days: it stays behind the last start that it leaves.
    fn end(&self, local: NaiveDateTime, below_day: bool) -> Option<NaiveDateTime> {
        let last = NaiveTime::from_hms_opt(23, 59, 59)?;
        let day = match self.days.as_ref().and_then(|days| days.last(local.date())) {
            Some((day, moved)) if day < local.date() => return Some(moved.and_time(last)),
            Some((_, moved)) => moved,
            None => local.date().checked_add_signed(self.date)?,
        };
        // The end of a day is that, whatever time the series has on it.
        match local.time() == last && !below_day {
            true => Some(day.and_time(last)),
            false => self.local(local),
        }
    }

    /// `exact`: a moment in UTC is one of the series' local times.
    fn moved(&self, placed: &Placed, exact: bool) -> Option<Moment> {
        self.moved_as(placed, exact, &|local| self.local(local))
    }

    fn moved_as(
        &self,
        placed: &Placed,
        exact: bool,
        moved: &dyn Fn(NaiveDateTime) -> Option<NaiveDateTime>,
    ) -> Option<Moment> {
        let start = self.before.moment;
        // Where the series has times, a date means its time on that day.
        let on = |day: NaiveDate| day.and_time(start.local().time());
        if self.keeps_form {
            return Some(match placed.moment {
                Moment::Date(day) => Moment::Date(moved(on(day))?.date()),
                Moment::Utc(_) if exact => {
                    let local = moved(self.before.zone.to_local(placed.utc()))?;
                    Moment::Utc(at(self.before.zone.to_utc(local)))
                }
                Moment::Utc(at) => Moment::Utc(moved(at)?),
                // Which of its month a day is, is told where the series is.
                Moment::Local(at) if exact && self.days.is_some() && !start.is_date() => {
                    let own = self.before.zone.to_local(placed.utc());
                    Moment::Local(at.checked_add_signed(moved(own)? - own)?)
                }
                Moment::Local(at) => Moment::Local(moved(at)?),
            });
        }
        let local = moved(match (placed.moment, start) {
            (Moment::Date(day), _) => on(day),
            (_, Moment::Date(_)) => placed.moment.local(),
            _ => self.before.zone.to_local(placed.utc()),
        })?;
        Some(match self.after.moment {
            Moment::Date(_) => Moment::Date(local.date()),
            Moment::Utc(_) => Moment::Utc(local),
            Moment::Local(_) => Moment::Local(local),
        })
    }

    fn until(&self, value: &str, below_day: bool) -> Option<Moment> {
        let moment = Moment::parse(value)?;
        let zone = match moment {
            Moment::Utc(_) => super::zone::Zone::Utc,
            _ => self.before.zone.clone(),
        };
        let end = |local| self.end(local, below_day);
        let moved = self.moved_as(&Placed { moment, zone, guessed: false }, true, &end)?;
        Some(match moved {
            Moment::Local(local) if !self.keeps_form => form_rule::until(local, &self.after),
            moved => moved,
        })
    }

    /// How much farther than the start the instance moves that the component is about.
    pub fn farther(&self, tree: &Tree<'_>, o: usize) -> Option<TimeDelta> {
        let id = placed(tree.get(o, "RECURRENCE-ID")?, &mut Zones::new(tree))?.beside(self.before);
        let local = like(self.before, id.of(self.before)).local();
        Some(self.local(local)? - local - (self.after.moment.local() - self.before.moment.local()))
    }
}

/// What of the series says on which days and at which times it is.
fn rules(tree: &Tree<'_>, c: usize) -> impl Iterator<Item = usize> {
    tree.own(c).filter(|i| ["RRULE", "EXRULE"].iter().any(|name| tree.lines()[*i].is(name)))
}

/// Whether a series whose form was changed so can move there: a rule says on which days
/// it is, and has to say it of the days it moves to (`rule`), or a new one says it.
pub(super) fn movable(tree: &Tree<'_>, c: usize, old: &EventFields, new: &EventFields) -> bool {
    let said = form_rule::other_days(&old.recurrence, &new.recurrence);
    let start = |fields: &EventFields| form_event::typed(&fields.start, fields.all_day);
    let (Some(from), Some(to)) = (start(old), start(new)) else { return true };
    let rules = rules(tree, c).map(|i| rule::moved(&tree.lines()[i].plain(), from, to, !new.all_day));
    said || rules.collect::<Option<Vec<_>>>().is_some_and(|rules| {
        // What is for "this and following" moves by days, and so do other rules' dates.
        let alone = || rules.len() == 1 && !family(tree, c).into_iter().any(|o| ranged(tree, o));
        rules.iter().all(|rule| rule.days.is_none()) || alone()
    })
}

/// The changed instances that are when the series gives them: at which time they are is
/// no change of theirs.
pub(super) fn unmoved(tree: &Tree<'_>, c: usize, start: &Placed) -> Vec<usize> {
    let mut zones = Zones::new(tree);
    let overrides = overrides(tree, c, start).into_iter();
    let there = |(o, id): (usize, Placed)| {
        let own = placed(tree.get(o, "DTSTART")?, &mut zones)?;
        let same = own.moment.is_date() == start.moment.is_date() && own.utc() == id.of(start);
        same.then_some(o)
    };
    overrides.filter_map(there).collect()
}

/// Start and end of `new` from those of `old`, moved as far as `wanted` is from `shown`:
/// by days alone where a time of day of the one says nothing of the other's. Zone and
/// all-day change as they do there.
pub(super) fn shift(old: &EventFields, shown: &EventFields, wanted: &EventFields, new: &mut EventFields) {
    let when = |f: &EventFields| (f.all_day, f.start.clone(), f.end.clone(), f.zone.clone());
    (new.all_day, new.start, new.end, new.zone) = when(old);
    let ends = |f: &EventFields| Some((form_event::typed(&f.start, f.all_day)?, form_event::typed(&f.end, f.all_day)?));
    let (Some(from), Some(to), Some(own)) = (ends(shown), ends(wanted), ends(old)) else { return };
    if shown.all_day != wanted.all_day {
        new.all_day = wanted.all_day;
    }
    if !new.all_day && !wanted.all_day && (old.all_day || !shown.all_day && shown.zone != wanted.zone) {
        new.zone = wanted.zone.clone();
    } else if new.all_day {
        new.zone = String::new();
    }
    let timed = !new.all_day && old.all_day == shown.all_day;
    let by = |from: NaiveDateTime, to: NaiveDateTime| if timed { to - from } else { to.date() - from.date() };
    let moved = |own: NaiveDateTime, by: TimeDelta| own.checked_add_signed(by).unwrap_or(own);
    let start = moved(own.0, by(from.0, to.0));
    let mut end = moved(own.1, by(from.1, to.1));
    // Shorter by as much it would be nothing: it is as long as what was typed.
    let least = if new.all_day { TimeDelta::zero() } else { TimeDelta::minutes(1) };
    if end - start < least && end - start != own.1 - own.0 {
        end = moved(start, by(to.0, to.1).max(TimeDelta::zero()));
    }
    (new.start, new.end) = (form_event::shown(start, new.all_day), form_event::shown(end, new.all_day));
}

/// How the series moves that began with `before`, and its rules then: by the time of day,
/// and by days where the rule does not name the days itself, or names them anew (`rule`).
#[allow(clippy::type_complexity)]
pub(super) fn step<'a>(
    tree: &Tree<'_>,
    c: usize,
    before: &'a Placed,
    keeps_form: bool,
) -> Option<(Step<'a>, Vec<(usize, Option<Moved>)>)> {
    let after = form_event::start(tree, c)?;
    let (from, to) = (before.moment.local(), after.moment.local());
    let timed = !before.moment.is_date() && !after.moment.is_date();
    let rules: Vec<(usize, Option<Moved>)> =
        rules(tree, c).map(|i| (i, rule::moved(&tree.lines()[i].plain(), from, to, timed))).collect();
    let stays = rules.iter().any(|(_, moved)| moved.is_none());
    let time = to.time() - from.time();
    let (by, date) = if stays { (time, TimeDelta::zero()) } else { (to - from, to.date() - from.date()) };
    let days = rules.iter().find_map(|(_, moved)| moved.as_ref()?.days).filter(|_| !stays);
    Some((Step { before, after, by, time, date, days, keeps_form }, rules))
}

/// The series' exceptions follow its start, which was `before` ([`step`]).
pub(super) fn follow(tree: &mut Tree<'_>, c: usize, before: &Placed, keeps_form: bool) {
    let Some((step, rules)) = step(tree, c, before, keeps_form) else { return };
    if step.by.is_zero() && keeps_form {
        return;
    }
    let eol = tree.eol();
    for (i, moved) in rules {
        let line = &tree.lines()[i];
        let old = line.plain().into_owned();
        let below_day = moved.as_ref().is_some_and(|moved| moved.below_day);
        let until = |part: &str| {
            let (name, value) = part.split_once('=')?;
            let value = name.eq_ignore_ascii_case("UNTIL").then(|| step.until(value, below_day))??;
            Some(format!("{name}={value}"))
        };
        let new = moved.map_or_else(|| old.clone(), |moved| moved.rule);
        let new: Vec<String> = new.split(';').map(|part| until(part).unwrap_or_else(|| part.to_owned())).collect();
        let new = new.join(";");
        if new != old {
            let new = fold(&edit::with_value(line.head(), new), eol);
            tree.replace(i, new);
        }
    }
    let lines = moved_lines(tree, c, &step);
    for (at, line) in lines {
        tree.replace(at, fold(&line, eol));
    }
}

/// The lines that name moments of the series, each with what it is then.
fn moved_lines(tree: &Tree<'_>, c: usize, step: &Step<'_>) -> Vec<(usize, Vec<u8>)> {
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
            .map(|part| Some(step.moved(&placed_as(line, part, &mut zones)?.beside(step.before), exact)?.to_string()))
            .collect();
        // A period among them: it says of itself what it is, and stays.
        let Some(moved) = moved else { continue };
        let head = match step.keeps_form {
            true => line.head().to_vec(),
            false => formed(line, &form),
        };
        out.push((at, edit::with_value(&head, moved.join(","))));
    }
    out
}

/// The VEVENTs of the same UID, the series itself among them.
pub(super) fn family(tree: &Tree<'_>, c: usize) -> Vec<usize> {
    let uid = tree.text(c, "UID");
    tree.named("VEVENT").filter(|o| *o == c || tree.text(*o, "UID") == uid).collect()
}

/// The changed instances of the series, which begins with `start`, each with its
/// RECURRENCE-ID.
pub(super) fn overrides(tree: &Tree<'_>, c: usize, start: &Placed) -> Vec<(usize, Placed)> {
    let mut zones = Zones::new(tree);
    let others = family(tree, c).into_iter().filter(|o| *o != c);
    others.filter_map(|o| Some((o, placed(tree.get(o, "RECURRENCE-ID")?, &mut zones)?.beside(start)))).collect()
}

/// The starts (seconds) that the rules of the series give from `from` to `to`, and with
/// `dates` its RDATEs too, exceptions or not; true: there may be more.
pub(super) fn starts(tree: &Tree<'_>, c: usize, (from, to): (i64, i64), dates: bool) -> (Vec<i64>, bool) {
    let raw = |i: usize| tree.lines()[i].raw();
    let mut bare: Vec<u8> = b"BEGIN:VCALENDAR\r\n".to_vec();
    // What a zone that nobody knows is guessed by.
    if let Some(line) = tree.named("VCALENDAR").next().and_then(|c| tree.get(c, "X-WR-TIMEZONE")) {
        bare.extend_from_slice(line.raw());
    }
    let mut end = 0;
    for zone in tree.named("VTIMEZONE") {
        let Some(zone) = tree.components().get(zone).filter(|zone| zone.begin >= end) else { continue };
        end = zone.end;
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
    bare.extend_from_slice(b"END:VEVENT\r\nEND:VCALENDAR\r\n");
    let found = instances(&Tree::parse(&bare), from, to);
    let mut starts: Vec<i64> = found.list.iter().map(|i| i.start).filter(|s| (from..=to).contains(s)).collect();
    starts.sort_unstable();
    starts.dedup();
    (starts, found.cut)
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
        let date = |part: &str| placed_as(line, part, &mut zones).map(|date| date.beside(start));
        let parts: Dates = value.split(',').map(str::to_owned).zip(value.split(',').map(date)).collect();
        points.extend(parts.iter().filter_map(|(_, placed)| Some(placed.as_ref()?.utc())));
        lines.push((at, parts));
    }
    let overrides = overrides(tree, c, start);
    points.extend(overrides.iter().map(|(_, of)| of.utc()));
    let (Some(first), Some(last)) = (points.iter().min(), points.iter().max()) else { return c };
    const DAY: i64 = 86_400;
    let (given, cut) = starts(tree, c, (first.saturating_sub(DAY), last.saturating_add(DAY)), true);
    // What was not counted to its end may yet be given.
    let counted = if cut { given.last().copied().unwrap_or(i64::MIN) } else { i64::MAX };
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
            changed.push((at, fold(&edit::with_value(tree.lines()[at].head(), left.join(",")), eol)));
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
