//! What an event is one of: the rule in words, what was moved or cancelled, what comes
//! next, and the instance that was chosen.

use crate::model::view::{ChangedInstance, Instance, Seek, Series, When};
use crate::model::{Millis, Saying};
use crate::order;
use crate::text::escape;
use crate::text::lines::{Line, Tree};
use crate::text::occur::{self, LIMIT, Placed, instances, placed, placed_as};
use crate::text::zone::Zones;

use super::{MOST, cut, part, recurrence};

/// As many rules are said; RFC 5545 knows one.
const RULES: usize = 8;
/// As many instances are listed at once. They are looked for within an hour, then further
/// and further, to a century (seconds).
const NEXT: usize = 6;
const NEAR: i64 = 3_600;
const FURTHER: i64 = 16;
const FAR: i64 = NEAR * FURTHER.pow(5);

/// `None` for what does not recur.
pub fn read(
    tree: &Tree<'_>,
    main: usize,
    now: Millis,
    zones: &mut Zones<'_, '_>,
    missed: &mut Vec<Saying>,
) -> Option<Series> {
    let alone = tree.find(main, "RECURRENCE-ID").is_some();
    let recurs = ["RRULE", "RDATE"].iter().any(|name| tree.find(main, name).is_some());
    let overrides = overrides(tree, main);
    if !recurs && overrides.is_empty() && !alone {
        return None;
    }
    let start = tree.get(main, "DTSTART").and_then(|line| placed(line, zones));
    let mut words: Vec<Saying> = Vec::new();
    for line in tree.all(main, "RRULE").take(RULES) {
        words.push(recurrence::words(&line.plain(), start.as_ref()));
    }
    for line in tree.all(main, "EXRULE").take(RULES) {
        words.push(Saying::new("recur_except").with_saying(&recurrence::words(&line.plain(), start.as_ref())));
    }
    if alone {
        words.push(Saying::new("recur_alone"));
    }
    let title = tree.text(main, "SUMMARY");
    let first = start.as_ref().filter(|_| !alone);
    let changed = overrides.iter().filter_map(|c| changed(tree, *c, first, &title, zones));
    let mut changed: Vec<ChangedInstance> = changed.collect();
    order::by_key(&mut changed, |changed| changed.of);
    if changed.len() > MOST {
        missed.push(Saying::new("missed_changed").with(changed.len() - MOST));
        // Those around now.
        let begin = changed.partition_point(|changed| changed.of < now).saturating_sub(MOST / 2);
        let begin = begin.min(changed.len() - MOST);
        changed = changed.split_off(begin);
        changed.truncate(MOST);
    }
    Some(Series {
        words,
        added: dates(tree, main, "RDATE", first, zones),
        left_out: dates(tree, main, "EXDATE", first, zones),
        changed,
        next: page(tree, Seek::After(now.saturating_sub(1)), zones),
        of: None,
        moved_from: None,
    })
}

/// The components of the series that describe single instances.
fn overrides(tree: &Tree<'_>, main: usize) -> Vec<usize> {
    let (uid, name) = (tree.text(main, "UID"), tree.components()[main].name.clone());
    let others = tree.named(&name).filter(|c| *c != main);
    others.filter(|c| tree.find(*c, "RECURRENCE-ID").is_some() && tree.text(*c, "UID") == uid).collect()
}

/// What the RECURRENCE-ID of a component says, and the start (seconds) that it names of
/// the series, which begins with `first`.
fn named(tree: &Tree<'_>, c: usize, first: Option<&Placed>, zones: &mut Zones<'_, '_>) -> Option<(Placed, i64)> {
    let id = beside(placed(tree.get(c, "RECURRENCE-ID")?, zones)?, first);
    let of = first.map_or_else(|| id.utc(), |first| id.of(first));
    Some((id, of))
}

fn beside(placed: Placed, first: Option<&Placed>) -> Placed {
    match first {
        Some(first) => placed.beside(first),
        None => placed,
    }
}

fn changed(
    tree: &Tree<'_>,
    c: usize,
    first: Option<&Placed>,
    title: &str,
    zones: &mut Zones<'_, '_>,
) -> Option<ChangedInstance> {
    let (placed, of) = named(tree, c, first, zones)?;
    let id = tree.get(c, "RECURRENCE-ID")?;
    let was = part::when(&placed, id);
    let now = part::moment(tree, c, "DTSTART", zones);
    let own = tree.text(c, "SUMMARY");
    let same = |now: &When| match (now.at, was.at) {
        (Some(now), Some(was)) => now == was,
        _ => (now.wall, now.date) == (was.wall, was.date),
    };
    Some(ChangedInstance {
        of: of.saturating_mul(1000),
        moved: now.filter(|now| !same(now)),
        was,
        cancelled: cancelled(tree, c),
        title: (own != title && !own.trim().is_empty()).then(|| cut(&escape::one_line(&own), 300)),
        following: following(id),
    })
}

fn cancelled(tree: &Tree<'_>, c: usize) -> bool {
    tree.get(c, "STATUS").is_some_and(|line| line.plain().trim().eq_ignore_ascii_case("CANCELLED"))
}

fn following(id: &Line<'_>) -> bool {
    id.param("RANGE").is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"))
}

/// The dates of RDATE or EXDATE lines, in order.
fn dates(tree: &Tree<'_>, c: usize, name: &str, first: Option<&Placed>, zones: &mut Zones<'_, '_>) -> Vec<When> {
    let mut out = Vec::new();
    for line in tree.all(c, name).take(MOST) {
        let value = line.plain();
        for value in value.split(',').take(MOST) {
            // Of a PERIOD its start.
            let start = value.split('/').next().unwrap_or_default();
            out.extend(placed_as(line, start, zones).map(|date| part::when(&beside(date, first), line)));
        }
        if out.len() >= MOST {
            break;
        }
    }
    out.truncate(MOST);
    order::by_key(&mut out, |when| when.wall);
    out.dedup();
    out
}

/// The moment of an instance, in the zone of the component that describes it.
fn when_of(tree: &Tree<'_>, c: usize, utc: i64, zones: &mut Zones<'_, '_>) -> Option<When> {
    let line = tree.get(c, "DTSTART").or_else(|| tree.get(c, "RECURRENCE-ID"))?;
    let first = placed(line, zones)?;
    Some(part::like(&part::when(&first, line), &first, utc))
}

/// The instances that are sought, in order; [`NEXT`] at most, and those that begin at the same
/// moment as the outermost: it is from there that one goes on.
pub fn page(tree: &Tree<'_>, seek: Seek, zones: &mut Zones<'_, '_>) -> Vec<Instance> {
    const DAY: i64 = 86_400;
    let (at, back) = match seek {
        Seek::After(at) => (at.div_euclid(1000).saturating_add(1), false),
        Seek::Before(at) => (at.div_euclid(1000), true),
        // Whatever its zone is.
        Seek::Day(day) => (day.div_euclid(1000).saturating_sub(DAY), false),
    };
    let sought = |instance: &Instance| !matches!(seek, Seek::Day(day) if instance.start.wall < day);
    let mut reach = NEAR;
    loop {
        let (from, to) = if back { (at.saturating_sub(reach), at - 1) } else { (at, at.saturating_add(reach)) };
        let found = if back { last(tree, from, to) } else { instances(tree, from, to).list };
        let found = found.into_iter().filter(|i| (from..=to).contains(&i.start));
        let mut found: Vec<Instance> = found.filter_map(|i| shown(tree, &i, zones)).filter(sought).collect();
        if found.len() >= NEXT || reach >= FAR {
            let moment = |i: &Instance| i.start.at.unwrap_or(i.start.wall);
            if back {
                return found.split_off(outermost(&found, moment));
            }
            found.reverse();
            found = found.split_off(outermost(&found, moment));
            found.reverse();
            return found;
        }
        reach = reach.saturating_mul(FURTHER);
    }
}

/// Where the last [`NEXT`] begin, and those at the same moment as the first of them.
fn outermost<T>(found: &[T], moment: impl Fn(&T) -> i64) -> usize {
    let Some(first) = found.len().checked_sub(NEXT).filter(|first| *first > 0) else { return 0 };
    let at = moment(&found[first]);
    found[..first].iter().rposition(|each| moment(each) != at).map_or(0, |before| before + 1)
}

/// The last of the instances in the window; of a dense series the first would be given.
fn last(tree: &Tree<'_>, from: i64, to: i64) -> Vec<occur::Instance> {
    const ROUNDS: usize = 16;
    let mut found = instances(tree, from, to).list;
    for _ in 0..ROUNDS {
        let Some(next) = found.last().filter(|_| found.len() >= LIMIT).map(|last| last.start) else { break };
        let more = instances(tree, next, to).list;
        found = found.split_off(outermost(&found, |i| i.start));
        found.retain(|i| i.start < next);
        found.extend(more);
    }
    found
}

fn shown(tree: &Tree<'_>, instance: &occur::Instance, zones: &mut Zones<'_, '_>) -> Option<Instance> {
    let of = instance.of?.saturating_mul(1000);
    Some(Instance { of, start: when_of(tree, instance.component, instance.start, zones)? })
}

/// One instance, with the component that describes it.
pub struct Chosen {
    pub component: usize,
    pub start: When,
    pub end: Option<When>,
    pub moved_from: Option<When>,
}

/// The instance of that start, wherever it was moved to; a cancelled one too. `None`:
/// the series has none there.
pub fn instance(tree: &Tree<'_>, main: usize, of: Millis, zones: &mut Zones<'_, '_>) -> Option<Chosen> {
    let of = of.div_euclid(1000);
    let first = tree.get(main, "DTSTART").and_then(|line| placed(line, zones));
    let first = first.filter(|_| tree.find(main, "RECURRENCE-ID").is_none());
    let own = overrides(tree, main).into_iter().chain([main]).find_map(|c| {
        let (id, named) = named(tree, c, first.as_ref(), zones)?;
        (named == of).then_some((c, id))
    });
    let Some((c, was)) = own else { return counted(tree, of, of, None, zones) };
    let moved = tree.get(c, "DTSTART").and_then(|line| placed(line, zones));
    let start = moved.as_ref().unwrap_or(&was).utc();
    let id = tree.get(c, "RECURRENCE-ID")?;
    let from = part::when(&was, id);
    let moved_from = Some(from).filter(|_| start != of);
    counted(tree, start, of, moved_from.clone(), zones).or_else(|| {
        // Cancelled instances are not counted, and have their times all the same.
        Some(Chosen { component: c, start: when_of(tree, c, start, zones)?, end: None, moved_from })
    })
}

/// The instance that begins at `start`, as it is counted.
fn counted(
    tree: &Tree<'_>,
    start: i64,
    of: i64,
    moved_from: Option<When>,
    zones: &mut Zones<'_, '_>,
) -> Option<Chosen> {
    let found = instances(tree, start, start.saturating_add(1)).list.into_iter().find(|i| i.of == Some(of));
    // What "this and following" moved is elsewhere.
    let found = found.or_else(|| crate::text::instance::Series::read(tree)?.instance(of))?;
    let first = when_of(tree, found.component, found.start, zones)?;
    let end = when_of(tree, found.component, found.end, zones)
        .map(|end| if end.date { When { wall: part::last_day(end.wall, first.wall), ..end } } else { end });
    let end = end.filter(|_| first.date || found.end > found.start);
    Some(Chosen { component: found.component, start: first, end, moved_from })
}
