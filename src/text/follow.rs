//! What hangs on a series' start and rule: UNTIL, exceptions, moved instances, further
//! dates. They follow the start, or they would point at nothing, and they go where a
//! new rule does not give them any more.

mod rule;

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use memchr::memchr;

use self::rule::{Days, Moved};
use super::form_event::{shown, typed};
use super::instance::{like, ranged};
use super::lines::{Line, Tree, fold};
use super::moment::Moment;
use super::occur::{Placed, instances, placed, placed_as};
use super::zone::{Zone, Zones};
use super::{edit, form_event, form_rule};
use crate::model::EventFields;
use crate::order;

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

    fn moved(&self, placed: &Placed) -> Option<Moment> {
        let time = self.before.moment.local().time();
        let day = !self.keeps_form && self.after.moment.is_date();
        // What becomes a day is the day that it was on, at whatever time.
        self.moved_as(placed, &|local| self.local(if day { local.date().and_time(time) } else { local }))
            .filter(writable)
    }

    fn moved_as(&self, placed: &Placed, moved: &dyn Fn(NaiveDateTime) -> Option<NaiveDateTime>) -> Option<Moment> {
        // Where the series has times, a date means its time on that day.
        let own = || like(self.before, placed.of(self.before)).local();
        if !self.keeps_form {
            let local = moved(own())?;
            return Some(match self.after.moment {
                Moment::Date(_) => Moment::Date(local.date()),
                Moment::Utc(_) => Moment::Utc(local),
                Moment::Local(_) => Moment::Local(local),
            });
        }
        Some(match placed.moment {
            Moment::Date(_) => Moment::Date(moved(own())?.date()),
            // By the series' clock: others change on other days.
            _ if !self.before.moment.is_date() => like(placed, self.before.zone.to_utc(moved(own())?)),
            Moment::Utc(at) => Moment::Utc(moved(at)?),
            Moment::Local(at) => Moment::Local(moved(at)?),
        })
    }

    fn until(&self, value: &str, below_day: bool) -> Option<Moment> {
        let moment = Moment::parse(value)?;
        let zone = match moment {
            Moment::Utc(_) => Zone::Utc,
            _ => self.before.zone.clone(),
        };
        let end = |local| self.end(local, below_day);
        let moved = self.moved_as(&Placed { moment, zone, guessed: false }, &end)?;
        let moved = match moved {
            Moment::Local(local) if !self.keeps_form => form_rule::until(local, &self.after),
            moved => moved,
        };
        Some(moved).filter(writable)
    }

    /// A start that stays, as the series' are written then.
    fn named(&self, of: i64) -> Moment {
        match self.after.moment {
            Moment::Date(_) => Moment::Date(self.before.zone.to_local(of).date()),
            _ => like(&self.after, of),
        }
    }

    /// How much farther than the start the instance moves that the component is about.
    pub fn farther(&self, tree: &Tree<'_>, o: usize, zones: &mut Zones<'_, '_>) -> Option<TimeDelta> {
        let id = placed(tree.get(o, "RECURRENCE-ID")?, zones)?.beside(self.before);
        let local = like(self.before, id.of(self.before)).local();
        Some(self.local(local)? - local - (self.after.moment.local() - self.before.moment.local()))
    }
}

/// Whether its year has four digits: none else can be written.
fn writable(moment: &Moment) -> bool {
    (1..=9999).contains(&moment.local().year())
}

/// What of the series says on which days and at which times it is.
fn rules(tree: &Tree<'_>, c: usize) -> impl Iterator<Item = usize> {
    tree.own(c).filter(|i| ["RRULE", "EXRULE"].iter().any(|name| tree.lines()[*i].is(name)))
}

/// Whether a series whose form was changed so can move there: a rule says on which days
/// it is, and has to say it of the days it moves to (`rule`), or a new one says it.
pub(super) fn movable(tree: &Tree<'_>, c: usize, old: &EventFields, new: &EventFields) -> bool {
    let said = form_rule::other_days(&old.recurrence, &new.recurrence);
    let start = |fields: &EventFields| typed(&fields.start, fields.all_day);
    let (Some(from), Some(to)) = (start(old), start(new)) else { return true };
    let rules = rules(tree, c).map(|i| rule::moved(&tree.lines()[i].plain(), from, to, !new.all_day));
    said || rules.collect::<Option<Vec<_>>>().is_some_and(|rules| {
        // What is for "this and following" moves by days, and so do other rules' dates.
        let alone = || rules.len() == 1 && !family(tree, c).into_iter().any(|o| ranged(tree, o));
        rules.iter().all(|rule| rule.days.is_none()) || alone()
    })
}

/// A changed instance that is when the series gives it: its time is no change of its own.
pub(super) struct Alike {
    pub o: usize,
    pub was: EventFields,
    /// As it is in the series' zone.
    pub here: EventFields,
    /// Its own.
    pub zone: Zone,
    /// It is as long as the series to the second, which across a change of the clocks is
    /// not what they show.
    pub exact: bool,
}

/// The changed instances that are when the series gives them: those that are as long as
/// it, or, where its start moves (`begins`), all.
pub(super) fn alike(tree: &Tree<'_>, c: usize, start: &Placed, series: &EventFields, begins: bool) -> Vec<Alike> {
    let mut zones = Zones::new(tree);
    let length = |f: &EventFields| Some(typed(&f.end, f.all_day)? - typed(&f.start, f.all_day)?);
    let seconds = |f: &EventFields, zone: &Zone| {
        let (start, end) = (typed(&f.start, false)?, typed(&f.end, false)?);
        (!f.all_day).then(|| zone.to_utc(end) - zone.to_utc(start))
    };
    let own_seconds = seconds(series, &start.zone);
    let stays = periods(tree, c, start, &mut zones);
    let each = overrides(tree, c, start).into_iter().filter_map(|(o, id)| {
        let own = placed(tree.get(o, "DTSTART")?, &mut zones)?;
        let when = own.utc();
        if own.moment.is_date() != start.moment.is_date() || when != id.of(start) || stays.contains(&when) {
            return None;
        }
        let was = form_event::fields_in(tree, o, &mut zones)?;
        let mut here = was.clone();
        // A DURATION counts days as the calendar does.
        let by_end = own_seconds.is_some() && tree.find(o, "DURATION").is_none();
        let exact = by_end && seconds(&was, &own.zone) == own_seconds;
        if !was.all_day {
            // A time that a clock change skips is meant as the series says it.
            let begins = like(start, own.utc()).local();
            let ends = start.zone.to_local(own.zone.to_utc(typed(&was.end, false)?));
            let long = match length(series) {
                Some(length) if exact => length,
                _ => ends - start.zone.to_local(own.utc()),
            };
            let ends = begins.checked_add_signed(long)?;
            (here.start, here.end) = (shown(begins, false), shown(ends, false));
            here.zone.clone_from(&series.zone);
        }
        Some(Alike { o, was, here, zone: own.zone, exact })
    });
    each.filter(|alike| begins || length(&alike.here) == length(series)).collect()
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
    let form = form_of(start);
    let mut zones = Zones::new(tree);
    let mut out = Vec::new();
    let stays = periods(tree, c, step.before, &mut zones);
    // What the rule gives where they would be if they moved; an n-th day moves within its month.
    let room = step.by.num_seconds().abs().saturating_add(40 * 86_400);
    let given: HashSet<i64> = match (stays.iter().min(), stays.iter().max()) {
        (Some(first), Some(last)) => {
            let window = (first.saturating_sub(room), last.saturating_add(room));
            starts(tree, c, window, false).0.into_iter().collect()
        }
        _ => HashSet::new(),
    };
    let all = family(tree, c).into_iter().flat_map(|o| tree.own(o).collect::<Vec<_>>());
    for at in all {
        let line = &tree.lines()[at];
        if !["RECURRENCE-ID", "EXDATE", "RDATE"].iter().any(|name| line.is(name)) {
            continue;
        }
        let value = line.plain();
        // A period says of itself what it is, and stays.
        if !step.keeps_form && value.contains('/') {
            continue;
        }
        let mut moved = |part: &str| {
            let placed = placed_as(line, part, &mut zones)?.beside(step.before);
            let moved = step.moved(&placed)?;
            let of = placed.of(step.before);
            if line.is("RDATE") || !stays.contains(&of) {
                return Some(moved.to_string());
            }
            // What names a period stays about it, and an exception about what the rule gives too.
            let own = if step.keeps_form { part.to_owned() } else { step.named(of).to_string() };
            let now = Placed { moment: moved, ..if step.keeps_form { placed } else { step.after.clone() } }.utc();
            let both = line.is("EXDATE") && given.contains(&now);
            let new = if both { format!("{own},{moved}") } else { own };
            (!step.keeps_form || new != part).then_some(new)
        };
        let parts: Vec<(&str, Option<String>)> = value.split(',').map(|part| (part, moved(part))).collect();
        if parts.iter().all(|(_, moved)| moved.is_none()) {
            continue;
        }
        let parts: Vec<&str> = parts.iter().map(|(part, moved)| moved.as_deref().unwrap_or(part)).collect();
        let head = match step.keeps_form {
            true => line.head().to_vec(),
            false => formed(line, &form),
        };
        out.push((at, edit::with_value(&head, parts.join(","))));
    }
    out
}

/// The starts (seconds) of the series' periods, which say themselves when they are, and stay.
fn periods(tree: &Tree<'_>, c: usize, start: &Placed, zones: &mut Zones<'_, '_>) -> HashSet<i64> {
    let mut out = HashSet::new();
    for line in tree.all(c, "RDATE").filter(|_| !start.moment.is_date()) {
        let value = line.plain();
        let begins = value.split(',').filter_map(|part| part.split_once('/'));
        out.extend(begins.filter_map(|(begin, _)| Some(placed_as(line, begin, zones)?.beside(start).utc())));
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
    order::all(&mut starts);
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
    order::all(&mut empty);
    empty.dedup();
    let before = empty.iter().filter(|at| **at < begin).count();
    tree.remove_all(&empty);
    tree.components().iter().position(|o| o.begin == begin - before).unwrap_or(c)
}
