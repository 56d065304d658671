//! Changed instances that come without their series, as programs send them by mail
//! (RFC 5546, 3.2.2.1), put into the series that is here.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::Datelike;

use super::instance::{Series, ranged};
use super::lines::{BOM, Tree};
use super::occur::{Placed, placed};
use super::series::pass_on;
use super::zone::{Zone, Zones};
use super::{main, same_meaning};

/// Whether the text has nothing but changed instances of a series.
pub fn is_update(text: &[u8]) -> bool {
    let tree = Tree::parse(text);
    main(&tree).is_some_and(|c| tree.find(c, "RECURRENCE-ID").is_some())
}

/// The series, or what is here of it, with the instances of `update`: each in place of
/// the one it had or behind the others, and with the time zones that they need; every
/// other line is as it was, but for what is for "this and following" from such an instance
/// on: it is so from the next on. `None`: `update` is none, or none of that sort, or
/// something of either is not understood, or a zone of the series is guessed.
pub fn updated(series: &[u8], update: &[u8]) -> Option<Vec<u8>> {
    let (old, new) = (Tree::parse(series), Tree::parse(update));
    let closed = |tree: &Tree<'_>| tree.components().iter().all(|c| c.closed);
    let master = main(&old)?;
    let component = &old.components()[master];
    let same_sort = main(&new).is_some_and(|c| new.components()[c].name == component.name);
    if component.parent.is_none() || !same_sort || !closed(&old) || !closed(&new) || !is_update(update) {
        return None;
    }
    let mut known = Zones::new(&old);
    if known.guesses() {
        return None;
    }
    let start = old.get(master, "DTSTART").and_then(|line| placed(line, &mut known));
    let by_day = start.as_ref().is_some_and(|start| start.moment.is_date());
    let series_start = start.filter(|_| old.find(master, "RECURRENCE-ID").is_none());
    // An instance may be named in many ways: what counts is the start that the series gives it.
    let key = |id: Placed| match &series_start {
        Some(first) => (false, id.beside(first).of(first)),
        None if by_day || id.moment.is_date() => (true, i64::from(id.moment.date().num_days_from_ce())),
        None => (false, id.utc()),
    };
    let id_of = |tree: &Tree<'_>, c: usize, zones: &mut Zones<'_, '_>| placed(tree.get(c, "RECURRENCE-ID")?, zones);
    let (mut there, mut last) = (HashMap::new(), component.end);
    for c in old.named(&component.name) {
        last = last.max(old.components()[c].end);
        if let Some(id) = id_of(&old, c, &mut known) {
            there.insert((key(id), ranged(&old, c)), c);
        }
    }
    let mut zones = Zones::new(&new);
    let mut names = BTreeSet::new();
    let mut alone = HashSet::new();
    // By the line where it goes: how many lines it replaces, and what it is.
    let mut patches: BTreeMap<usize, (usize, Vec<u8>)> = BTreeMap::new();
    for c in new.named(&component.name) {
        let id = id_of(&new, c, &mut zones)?;
        let range = &new.components()[c];
        names.extend(new.lines()[range.begin..=range.end].iter().filter_map(|line| line.param("TZID")));
        let (id, following) = (key(id), ranged(&new, c));
        if !following {
            alone.insert(id);
        }
        let own = there.get(&(id, following)).or_else(|| there.get(&(id, false)));
        let (at, gone) = match own.map(|c| &old.components()[*c]) {
            Some(own) => (own.begin, own.end + 1 - own.begin),
            None => (last + 1, 0),
        };
        let patch = patches.entry(at).or_default();
        patch.0 = gone;
        patch.1.extend_from_slice(&bytes(&new, c, old.eol()));
    }
    let first = old.components().iter().filter(|c| c.name != "VCALENDAR").map(|c| c.begin).min()?;
    let mut definitions = Vec::new();
    for name in names {
        let named = Zone::by_name(&name).is_some();
        match (known.defined(&name), zones.defined(&name)) {
            (None, Some(c)) => definitions.extend_from_slice(&bytes(&new, c, old.eol())),
            (Some(a), Some(b)) if named || same_meaning(&bytes(&old, a, b"\n"), &bytes(&new, b, b"\n")) => {}
            _ if named => {}
            // Another zone of that name, or one that nobody knows.
            _ => return None,
        }
    }
    let mut out = Vec::with_capacity(series.len() + update.len());
    out.extend_from_slice(if series.starts_with(BOM) { BOM } else { b"" });
    let mut replaced = 0..0;
    for (at, line) in old.lines().iter().enumerate() {
        if at == first {
            out.extend_from_slice(&definitions);
        }
        if let Some((gone, patch)) = patches.get(&at) {
            out.extend_from_slice(patch);
            replaced = at..at + gone;
        }
        if !replaced.contains(&at) {
            out.extend_from_slice(line.raw());
        }
    }
    // Of an event's series alone it is known which is the next.
    let whole = series_start.is_some() && component.name == "VEVENT";
    if whole && there.keys().any(|(id, following)| *following && alone.contains(id)) {
        return passed_on(&out, |of| alone.contains(&(false, of)));
    }
    Some(out)
}

/// The series with what is for "this and following" from instances on that are `alone`
/// now so from the next on. `None`: which is the next cannot be told.
fn passed_on(text: &[u8], alone: impl Fn(i64) -> bool) -> Option<Vec<u8>> {
    // For the next of each the series is counted.
    const MOST: usize = 32;
    let old = Tree::parse(text);
    let series = Series::read(&old)?;
    let those = series.overrides.iter().filter(|(o, of)| alone(*of) && ranged(&old, *o));
    let mut tree = old.clone();
    for (n, (o, of)) in those.rev().enumerate() {
        // What takes out the instances has none that could be found.
        if n >= MOST || old.text(*o, "STATUS").trim().eq_ignore_ascii_case("CANCELLED") {
            return None;
        }
        pass_on(&series, *o, *of, &mut tree)?;
    }
    Some(tree.print())
}

/// The lines of a component, the last of them ended.
fn bytes(tree: &Tree<'_>, c: usize, eol: &[u8]) -> Vec<u8> {
    let range = &tree.components()[c];
    let mut out: Vec<u8> = tree.lines()[range.begin..=range.end].iter().flat_map(|line| line.raw().to_vec()).collect();
    if !out.ends_with(b"\n") {
        out.extend_from_slice(eol);
    }
    out
}
