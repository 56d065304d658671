//! When an event happens: DTSTART, RRULE, RDATE, EXDATE and the components that
//! move or cancel single instances (RFC 5545, 3.8.4.4 and 3.8.5), in any mix of
//! zones, within a window.

use std::collections::{HashMap, HashSet};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};

mod extent;

pub use extent::{Extent, extent};

use super::lines::{Line, Tree};
use super::moment::{Moment, Span, seconds};
use super::recur::{self, Budget, CLOCKS, Series};
use super::zone::{Zone, Zones};
use crate::order;

/// An item with more than this in the window is shown in part.
pub(super) const LIMIT: usize = 4_000;

/// RFC 5545 knows one RRULE; some write more, none so many.
const RULES: usize = 8;

/// One time the event happens, in seconds; local times count as UTC where
/// `all_day` or `floating`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    pub start: i64,
    pub end: i64,
    /// The VEVENT that describes it.
    pub component: usize,
    pub all_day: bool,
    pub floating: bool,
    /// The start that the series gives it, of what is part of one: what a
    /// RECURRENCE-ID names ([`Placed::of`]), wherever the instance was moved to. Of an
    /// instance without its series the moment that its RECURRENCE-ID says.
    pub of: Option<i64>,
    /// Its zone is one that nobody knows, and was guessed ([`Zones::guess`]).
    pub guessed: bool,
}

/// What was found, and whether something in it was not understood.
#[derive(Clone, Debug, Default)]
pub struct Instances {
    pub list: Vec<Instance>,
    pub partial: bool,
    /// There may be more than these: something was not counted to its end, or could
    /// not be. A zone that was guessed is not that.
    pub cut: bool,
}

impl Instances {
    fn cut(&mut self, cut: bool) {
        self.cut |= cut;
        self.partial |= cut;
    }
}

/// A property's moment with its zone.
#[derive(Clone, Debug)]
pub struct Placed {
    pub moment: Moment,
    pub zone: Zone,
    /// The TZID is one that nobody knows; `zone` is what it is taken for
    /// ([`Zones::guess`]): floating, where there is nothing to go by.
    pub guessed: bool,
}

impl Placed {
    /// Seconds; a DATE counts as midnight UTC.
    pub fn utc(&self) -> i64 {
        match self.moment {
            Moment::Utc(_) | Moment::Date(_) => seconds(self.moment.local()),
            Moment::Local(at) => self.zone.to_utc(at),
        }
    }

    pub fn floating(&self) -> bool {
        matches!((&self.moment, &self.zone), (Moment::Local(_), Zone::Floating))
    }

    /// Without a zone of its own a local time that belongs to an event (DTEND, EXDATE,
    /// RDATE, RECURRENCE-ID) is in that of its start.
    pub fn beside(self, start: &Placed) -> Placed {
        if self.floating() { Placed { zone: start.zone.clone(), ..self } } else { self }
    }

    /// The start (seconds) that it names of a series which begins with `first`: where
    /// either is a DATE, that of the day.
    pub fn of(&self, first: &Placed) -> i64 {
        let day = self.moment.date();
        match (first.moment, self.moment) {
            (Moment::Date(_), _) => seconds(Moment::Date(day).local()),
            (Moment::Utc(start) | Moment::Local(start), Moment::Date(_)) => {
                first.zone.to_utc(day.and_time(start.time()))
            }
            _ => self.utc(),
        }
    }
}

/// Reads the moment of DTSTART and its like; lists (EXDATE) by [`placed_all`].
pub fn placed(line: &Line<'_>, zones: &mut Zones<'_, '_>) -> Option<Placed> {
    placed_as(line, &line.plain(), zones)
}

/// As [`placed`], with that one of the line's values.
pub(super) fn placed_as(line: &Line<'_>, value: &str, zones: &mut Zones<'_, '_>) -> Option<Placed> {
    let moment = Moment::parse(value)?;
    let (zone, guessed) = zone_of(line, moment, zones);
    Some(Placed { moment, zone, guessed })
}

fn zone_of(line: &Line<'_>, moment: Moment, zones: &mut Zones<'_, '_>) -> (Zone, bool) {
    match (moment, line.param("TZID")) {
        (Moment::Utc(_), _) => (Zone::Utc, false),
        (Moment::Date(_), _) | (_, None) => (Zone::Floating, false),
        (Moment::Local(_), Some(tzid)) => match zones.resolve(&tzid) {
            Some(zone) => (zone, false),
            None => (zones.guess(&tzid).unwrap_or(Zone::Floating), true),
        },
    }
}

/// The moments of a list of a series that begins with `first`, each with the end that a
/// PERIOD gives it (seconds long); true: there are some that cannot be read.
fn placed_all(line: &Line<'_>, first: &Placed, zones: &mut Zones<'_, '_>) -> (Vec<(Placed, Option<i64>)>, bool) {
    let mut out = Vec::new();
    let mut unread = false;
    let value = line.plain();
    for part in value.split(',').map(str::trim).filter(|p| !p.is_empty()) {
        let (start, end) = part.split_once('/').map_or((part, None), |(s, e)| (s, Some(e)));
        let Some(moment) = Moment::parse(start) else {
            unread = true;
            continue;
        };
        let (zone, guessed) = zone_of(line, moment, zones);
        let start = Placed { moment, zone, guessed }.beside(first);
        let length = end.and_then(|end| {
            let end = match Span::parse(end) {
                Some(span) => span.after(start.utc(), &start.zone),
                None => Moment::parse(end).map(|moment| Placed { moment, ..start.clone() }.utc()),
            };
            end.map(|end| (end - start.utc()).max(0))
        });
        out.push((start, length));
    }
    (out, unread)
}

/// The start (seconds) that an RDATE adds. A period begins when it says, if the series has
/// times at all.
fn added(date: &Placed, length: Option<i64>, first: &Placed) -> i64 {
    if length.is_some() && !first.moment.is_date() { date.utc() } else { date.of(first) }
}

/// One VEVENT's own times.
struct Times {
    component: usize,
    start: Placed,
    length: Length,
}

/// How long an instance is: by DTEND exactly as long as the first, by DURATION in
/// calendar days and exact hours (RFC 5545, 3.3.6 and 3.8.5.3).
#[derive(Clone, Copy)]
enum Length {
    Exact(i64),
    Nominal(Span),
}

impl Times {
    /// `id`: what it begins with where it does not say (RECURRENCE-ID).
    fn read(tree: &Tree<'_>, component: usize, id: Option<&Placed>, zones: &mut Zones<'_, '_>) -> Option<Times> {
        let start = match tree.get(component, "DTSTART") {
            Some(line) => placed(line, zones)?,
            None => id?.clone(),
        };
        let end = tree.get(component, "DTEND").and_then(|line| placed(line, zones));
        let span = tree.get(component, "DURATION").and_then(|line| Span::parse(&line.plain()));
        let length = match (end, span) {
            (Some(end), _) if end.moment.is_date() == start.moment.is_date() => {
                Length::Exact((end.beside(&start).utc() - start.utc()).max(0))
            }
            (_, Some(span)) if !span.is_negative() => Length::Nominal(span),
            _ => Length::Exact(0),
        };
        let length = match length {
            // An all-day event lasts at least its day (RFC 5545, 3.6.1).
            Length::Exact(0) if start.moment.is_date() => Length::Nominal(Span { days: 1, seconds: 0 }),
            length => length,
        };
        Some(Times { component, start, length })
    }

    fn end(&self, start: i64) -> i64 {
        match self.length {
            Length::Exact(length) => start.saturating_add(length),
            Length::Nominal(span) => span.after(start, &self.start.zone).unwrap_or(start).max(start),
        }
    }

    /// As what its rules are counted from.
    fn series(&self) -> Series<'_> {
        Series { start: self.start.moment, zone: &self.start.zone }
    }

    /// How far (seconds) from the start that its rule gives it an instance may
    /// reach: by its length, which is longer across a change of the clocks where it
    /// is reckoned in days, and by "this and following", which moves instances.
    fn room(&self, overrides: &[Override]) -> i64 {
        let first = self.start.utc();
        let moved = overrides.iter().filter(|o| o.following).filter_map(|o| {
            let new = o.times.as_ref()?;
            let start = new.start.utc();
            Some(CLOCKS + (start - o.id.of(&self.start)).abs() + new.end(start) - start)
        });
        let by_clocks = if let Length::Exact(_) = self.length { 0 } else { CLOCKS };
        by_clocks + self.end(first) - first + moved.max().unwrap_or(0)
    }

    fn instance(&self, start: i64, length: Option<i64>, of: Option<i64>) -> Instance {
        Instance {
            start,
            end: length.map_or_else(|| self.end(start), |length| start.saturating_add(length)),
            component: self.component,
            all_day: self.start.moment.is_date(),
            floating: self.start.floating(),
            of,
            guessed: self.start.guessed,
        }
    }
}

/// What EXDATEs and RECURRENCE-IDs of a series point at: moments, or, where either
/// side is a DATE, whole days.
#[derive(Default)]
struct Points {
    moments: HashSet<i64>,
    days: HashSet<NaiveDate>,
}

impl Points {
    fn add(&mut self, placed: &Placed, series: &Placed) {
        if series.moment.is_date() || placed.moment.is_date() {
            self.days.insert(placed.moment.date());
        } else {
            self.moments.insert(placed.utc());
        }
    }

    fn have(&self, start: i64, series: &Placed) -> bool {
        self.moments.contains(&start)
            || (!self.days.is_empty() && self.days.contains(&series.zone.to_local(start).date()))
    }
}

/// A component that replaces an instance of its series.
struct Override {
    id: Placed,
    /// What that names of its series.
    of: i64,
    /// `None`: nothing can be told of its time.
    times: Option<Times>,
    cancelled: bool,
    /// RANGE=THISANDFUTURE.
    following: bool,
}

/// The VEVENTs of a text by what they are.
struct Events {
    /// Those that are no changed instance, with their UID; not the cancelled.
    masters: Vec<(String, Times)>,
    /// Changed instances by the UID of their series.
    overrides: HashMap<String, Vec<Override>>,
    /// Of something the time was not understood, or guessed.
    partial: bool,
    /// Of something the time cannot be told at all.
    cut: bool,
}

impl Events {
    fn read(tree: &Tree<'_>, zones: &mut Zones<'_, '_>) -> Events {
        let mut events = Events { masters: Vec::new(), overrides: HashMap::new(), partial: false, cut: false };
        let cancelled = |c: usize| tree.text(c, "STATUS").trim().eq_ignore_ascii_case("CANCELLED");
        let (changed, series): (Vec<usize>, Vec<usize>) =
            tree.named("VEVENT").partition(|c| tree.find(*c, "RECURRENCE-ID").is_some());
        let mut firsts: HashMap<String, Placed> = HashMap::new();
        for c in series {
            let Some(times) = Times::read(tree, c, None, zones) else {
                events.cut = true;
                continue;
            };
            events.partial |= times.start.guessed;
            let uid = tree.text(c, "UID");
            firsts.entry(uid.clone()).or_insert_with(|| times.start.clone());
            if !cancelled(c) {
                events.masters.push((uid, times));
            }
        }
        for c in changed {
            let uid = tree.text(c, "UID");
            let first = firsts.get(&uid);
            let line = tree.get(c, "RECURRENCE-ID");
            let id = line.and_then(|line| placed(line, zones)).map(|id| match first {
                Some(first) => id.beside(first),
                None => id,
            });
            let times = Times::read(tree, c, id.as_ref(), zones);
            events.cut |= times.is_none();
            events.partial |= id.is_none() || times.as_ref().is_some_and(|times| times.start.guessed);
            let following = line.and_then(|line| line.param("RANGE"));
            let following = following.is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"));
            if let Some(id) = id {
                let of = first.map_or_else(|| id.utc(), |first| id.of(first));
                let over = Override { id, of, times, cancelled: cancelled(c), following };
                events.overrides.entry(uid).or_default().push(over);
            }
        }
        events.partial |= events.cut;
        events
    }

    fn overrides_of(&self, uid: &str) -> &[Override] {
        self.overrides.get(uid).map_or(&[], Vec::as_slice)
    }

    /// The changed instances that happen, each as it was changed.
    fn moved(&self) -> impl Iterator<Item = &Times> {
        self.overrides.values().flatten().filter(|o| !o.cancelled).filter_map(|o| o.times.as_ref())
    }
}

/// The instances of all VEVENTs that overlap `from` to `to` (seconds), sorted.
pub fn instances(tree: &Tree<'_>, from: i64, to: i64) -> Instances {
    let mut zones = Zones::new(tree);
    let mut budget = Budget::new();
    let events = Events::read(tree, &mut zones);
    let mut out = Instances { list: Vec::new(), partial: events.partial, cut: events.cut };
    for (uid, times) in &events.masters {
        series(tree, times, events.overrides_of(uid), (from, to), &mut zones, &mut budget, &mut out);
    }
    for over in events.overrides.values().flatten().filter(|o| !o.cancelled) {
        if let Some(times) = &over.times {
            out.list.push(times.instance(times.start.utc(), None, Some(over.of)));
        }
    }
    out.list.retain(|i| i.start <= to && (i.end > from || i.start >= from));
    order::by_key(&mut out.list, |i| (i.start, i.end, i.component));
    out.list.dedup();
    if out.list.len() > LIMIT {
        out.list.truncate(LIMIT);
        out.cut(true);
    }
    out
}

/// The instances of one series that no component of their own describes.
fn series(
    tree: &Tree<'_>,
    times: &Times,
    overrides: &[Override],
    (from, to): (i64, i64),
    zones: &mut Zones<'_, '_>,
    budget: &mut Budget,
    out: &mut Instances,
) {
    let start = &times.start;
    let recurs = ["RRULE", "RDATE"].iter().any(|name| tree.find(times.component, name).is_some());
    let first = start.utc();
    let room = times.room(overrides);
    let counted = times.series();
    let window = counted.window(from.saturating_sub(room), to.saturating_add(room));
    let mut starts: Vec<(i64, Option<i64>)> = vec![(first, None)];
    let mut excluded: Vec<i64> = Vec::new();
    for (name, into_starts) in [("RRULE", true), ("EXRULE", false)] {
        out.cut(tree.all(times.component, name).nth(RULES).is_some());
        for line in tree.all(times.component, name).take(RULES) {
            let Some(found) = recur::rule(&line.plain(), counted, window, 8 * LIMIT, budget) else {
                out.cut(true);
                continue;
            };
            out.cut(found.partial);
            let found = found.starts.into_iter().map(|local| counted.utc_of(local));
            if into_starts { starts.extend(found.map(|s| (s, None))) } else { excluded.extend(found) }
        }
    }
    for line in tree.all(times.component, "RDATE") {
        let (dates, unread) = placed_all(line, start, zones);
        out.cut(unread);
        out.partial |= dates.iter().any(|(date, _)| date.guessed);
        starts.extend(dates.into_iter().map(|(date, length)| (added(&date, length, start), length)));
    }
    let mut out_of_it = Points::default();
    overrides.iter().for_each(|o| out_of_it.add(&o.id, start));
    for line in tree.all(times.component, "EXDATE") {
        let (dates, unread) = placed_all(line, start, zones);
        out.partial |= unread || dates.iter().any(|(date, _)| date.guessed);
        dates.iter().for_each(|(date, _)| out_of_it.add(date, start));
    }
    starts.sort_unstable();
    starts.dedup_by_key(|(start, _)| *start);
    out_of_it.moments.extend(excluded);
    let mut following: Vec<(i64, &Override)> =
        overrides.iter().filter(|o| o.following).map(|o| (o.id.of(start), o)).collect();
    order::by_key(&mut following, |(of, _)| *of);
    for (start, length) in starts.into_iter().filter(|(start, _)| !out_of_it.have(*start, &times.start)) {
        // The latest change for "this and following" that begins before it.
        let before = following.partition_point(|(of, _)| *of <= start);
        match before.checked_sub(1).map(|i| following[i]) {
            Some((_, over)) if over.cancelled => {}
            Some((of, Override { times: Some(new), .. })) => {
                // Moved by as much local time as the changed instance was.
                let by = new.start.zone.to_local(new.start.utc()) - times.start.zone.to_local(of);
                let local = times.start.zone.to_local(start);
                let moved = local.checked_add_signed(by).unwrap_or(local);
                out.list.push(new.instance(new.start.zone.to_utc(moved), None, Some(start)));
            }
            _ => out.list.push(times.instance(start, length, recurs.then_some(start))),
        }
    }
}

/// The end (seconds) of the first instance: exclusive. Local time would not say which it
/// is where the clocks show it twice.
pub fn first_end(tree: &Tree<'_>, component: usize, zones: &mut Zones<'_, '_>) -> Option<i64> {
    let times = Times::read(tree, component, None, zones)?;
    Some(times.end(times.start.utc()))
}

/// One day on, for the exclusive ends of all-day events.
pub fn next_day(day: NaiveDateTime) -> NaiveDateTime {
    day.checked_add_signed(TimeDelta::days(1)).unwrap_or(day)
}
