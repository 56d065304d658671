//! From when to when an item happens at all, for whoever keeps items by time.

use super::super::lines::Tree;
use super::super::recur::{self, Budget, CLOCKS, Last};
use super::super::zone::Zones;
use super::{Events, Instance, RULES, Times, added, instances, placed_all};

/// From when to when an item happens at all, in seconds as [`Instance`] has them
/// (local times of floating and all-day instances count as UTC).
///
/// What it promises: every instance that [`instances`] gives, in whatever window,
/// has its start and its end within. It may be wider than need be for what recurs,
/// never narrower; what does not recur is exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Not at all: no event in it, cancelled, all of it excluded, or nothing that
    /// tells a time.
    Never,
    /// One time, exactly then.
    Once { start: i64, end: i64 },
    /// More than once, or not known to be once: nothing starts before, nothing ends after.
    Between { start: i64, end: i64 },
    /// A series without end, or one whose end is not cheaply told: nothing starts before.
    Open { start: i64 },
}

impl Extent {
    /// Whether [`instances`] may give something from `from` to `to` (seconds).
    pub fn touches(&self, from: i64, to: i64) -> bool {
        match *self {
            Extent::Never => false,
            Extent::Once { start, end } | Extent::Between { start, end } => start <= to && end >= from,
            Extent::Open { start } => start <= to,
        }
    }
}

/// The extent of all VEVENTs of the text. Costs no expansion, but for rules with a
/// COUNT that cannot be reckoned, and that is bounded.
pub fn extent(tree: &Tree<'_>) -> Extent {
    let mut zones = Zones::new(tree);
    let mut budget = Budget::new();
    let events = Events::read(tree, &mut zones);
    let recurs = |times: &Times| ["RRULE", "RDATE"].iter().any(|name| tree.find(times.component, name).is_some());
    if !events.masters.iter().any(|(_, times)| recurs(times)) {
        let list = instances(tree, i64::MIN, i64::MAX).list;
        let ends = list.iter().map(|i| i.end).max();
        return match (list.as_slice(), ends) {
            ([Instance { start, end, .. }], _) => Extent::Once { start: *start, end: *end },
            ([first, ..], Some(end)) => Extent::Between { start: first.start, end },
            _ => Extent::Never,
        };
    }
    let mut found: Option<(i64, Option<i64>)> = None;
    let mut add = |start: i64, end: Option<i64>| {
        let (first, last) = found.unwrap_or((start, end));
        found = Some((first.min(start), last.zip(end).map(|(a, b)| a.max(b))));
    };
    for (uid, times) in &events.masters {
        let overrides = events.overrides_of(uid);
        let room = times.room(overrides);
        let (start, end) = series(tree, times, &mut zones, &mut budget);
        // Only what "this and following" moves begins before the series does.
        let early = if overrides.iter().any(|o| o.following) { room } else { 0 };
        // A local time that the clocks leave out is later than those after it.
        add(start.saturating_sub(early), end.map(|end| end.saturating_add(room + CLOCKS)));
    }
    for times in events.moved() {
        let start = times.start.utc();
        add(start, Some(times.end(start)));
    }
    match found {
        None => Extent::Never,
        Some((start, Some(end))) => Extent::Between { start, end },
        Some((start, None)) => Extent::Open { start },
    }
}

/// The first start and the last end of a series as its rules and dates give them.
fn series(tree: &Tree<'_>, times: &Times, zones: &mut Zones<'_, '_>, budget: &mut Budget) -> (i64, Option<i64>) {
    let mut start = times.start.utc();
    let mut end = Some(times.end(start));
    let later = |end: Option<i64>, other: i64| end.map(|end| end.max(other));
    for line in tree.all(times.component, "RRULE").take(RULES) {
        match recur::last(&line.plain(), times.series(), budget) {
            Last::Never => {}
            Last::By(last) => end = later(end, times.end(times.series().utc_of(last))),
            Last::Unknown => end = None,
        }
    }
    for line in tree.all(times.component, "RDATE") {
        for (date, length) in placed_all(line, &times.start, zones).0 {
            let at = added(&date, length, &times.start);
            start = start.min(at);
            end = later(end, length.map_or_else(|| times.end(at), |length| at.saturating_add(length)));
        }
    }
    (start, end)
}
