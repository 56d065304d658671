//! A series made two: it ends before an instance, and another begins with it.

use crate::model::Millis;

use super::follow::{family, starts};
use super::form_rule::{count, ended};
use super::instance::{EVER, NEAR, Series, repoint};
use super::lines::{Tree, fold};
use super::moment::{Moment, at, stamp};
use super::occur::placed_as;
use super::series::something;
use super::zone::Zones;
use super::{edit, form_event, uid};

/// The series before the instance (`None`: there is nothing before it), and the item
/// that begins with it, under that UID. `None`: there is no such instance.
pub(super) fn split(
    series: &Series<'_, '_>,
    of: i64,
    new_uid: &str,
    now: Millis,
) -> Option<(Option<Vec<u8>>, Vec<u8>)> {
    if series.own(of).is_none() {
        series.instance(of)?;
    }
    // An endless rule is not counted to its end for its next start.
    let near = starts(series.tree, series.c, (of, of.saturating_add(NEAR)), false).0.first().copied();
    let first = near.or_else(|| starts(series.tree, series.c, (of, EVER.1), false).0.first().copied());
    let old = before(series, of, first.is_some(), now)?;
    let new = from(series, of, first, new_uid, now)?;
    Some((old, new))
}

/// What is left of the series; `ends`: its rule gives something from the instance on.
#[allow(clippy::option_option)]
fn before(series: &Series<'_, '_>, of: i64, ends: bool, now: Millis) -> Option<Option<Vec<u8>>> {
    let mut tree = series.tree.clone();
    let start = &series.start;
    keep_dates(&mut tree, series, |date| date < of);
    if start.utc() >= of {
        // Only dates are before it; the series' own start is none of them.
        edit::remove(&mut tree, series.c, "RRULE");
        let line = fold(&series.line("EXDATE", start.utc()), tree.eol());
        edit::append(&mut tree, series.c, line);
    } else if ends {
        let last = latest(series, of);
        let until = match start.moment {
            Moment::Date(_) => Moment::Date(at(last).date()),
            Moment::Local(_) if start.floating() => Moment::Local(at(last)),
            Moment::Utc(_) | Moment::Local(_) => Moment::Utc(at(last)),
        };
        set_rules(&mut tree, series.c, |rule| ended(rule, Some(format!("UNTIL={until}"))));
    }
    edit::stamp_change(&mut tree, series.c, now, true);
    let gone: Vec<usize> = series.overrides.iter().filter(|(_, id)| *id >= of).map(|(o, _)| *o).collect();
    edit::remove_components(&mut tree, &gone);
    Some(something(&tree, start.utc()))
}

/// The last start that the rule gives before that one. Where it would take long to find,
/// the second before: they differ only to who compares UNTIL with local times, where the
/// clock changes.
fn latest(series: &Series<'_, '_>, of: i64) -> i64 {
    let last = |from: i64| {
        let (found, cut) = starts(series.tree, series.c, (from, of - 1), false);
        found.last().copied().filter(|_| !cut)
    };
    let otherwise = if series.start.moment.is_date() { of - 86_400 } else { of - 1 };
    last(of.saturating_sub(NEAR)).or_else(|| last(EVER.0)).unwrap_or(otherwise)
}

/// The item that begins with the instance; `first`: what the rule gives first from it on.
fn from(series: &Series<'_, '_>, of: i64, first: Option<i64>, new_uid: &str, now: Millis) -> Option<Vec<u8>> {
    let mut tree = series.tree.clone();
    let c = series.c;
    let begins = first.unwrap_or(of);
    keep_dates(&mut tree, series, |date| date >= of);
    match first {
        None => edit::remove(&mut tree, c, "RRULE"),
        Some(first) => {
            let finite = series.tree.all(c, "RRULE").any(|line| count(&line.plain()).is_some());
            let left = finite.then(|| counted(series, first)).flatten();
            set_rules(&mut tree, c, |rule| match (count(rule), left) {
                (Some(_), Some(left)) => ended(rule, Some(format!("COUNT={left}"))),
                _ => rule.to_owned(),
            });
        }
    }
    form_event::begin(&mut tree, c, series.start.clone(), begins);
    // Its own history begins now.
    edit::remove(&mut tree, c, "SEQUENCE");
    if tree.find(c, "CREATED").is_some() {
        edit::set_value(&mut tree, c, "CREATED", &stamp(now));
    }
    edit::stamp_change(&mut tree, c, now, false);
    // An instance with a component of its own is that one's, and one that names the
    // instance itself governs from there on.
    let governing = series.governing(of).filter(|o| series.own(of) != Some(*o));
    let family = family(&tree, c);
    let mut gone: Vec<usize> = tree.named("VEVENT").filter(|o| family.binary_search(o).is_err()).collect();
    gone.extend(series.overrides.iter().filter(|(_, id)| *id < of).map(|(o, _)| *o));
    gone.retain(|o| Some(*o) != governing);
    if let Some(o) = governing {
        match series.next(o, of)? {
            Some(next) => {
                repoint(series, &mut tree, o, next);
                edit::stamp_change(&mut tree, o, now, false);
            }
            None => gone.push(o),
        }
    }
    edit::remove_components(&mut tree, &gone);
    uid::set_uid(&mut tree, new_uid);
    Some(tree.print())
}

/// How many starts the rule gives from that one on; `None`: it has no end.
fn counted(series: &Series<'_, '_>, first: i64) -> Option<usize> {
    // As many pieces as a count may have that `recur` counts.
    const PIECES: usize = 32;
    let (mut from, mut sum) = (first, 0);
    for _ in 0..PIECES {
        let (found, cut) = starts(series.tree, series.c, (from, EVER.1), false);
        sum += found.len();
        match found.last() {
            Some(last) if cut => from = last + 1,
            _ => return Some(sum),
        }
    }
    None
}

/// Rewrites the series' rules.
fn set_rules(tree: &mut Tree<'_>, c: usize, new: impl Fn(&str) -> String) {
    let lines: Vec<usize> = tree.own(c).filter(|i| tree.lines()[*i].is("RRULE")).collect();
    let eol = tree.eol();
    for at in lines {
        let line = &tree.lines()[at];
        let rule = line.plain().into_owned();
        let new = new(&rule);
        if new != rule {
            let new = fold(&edit::with_value(line.head(), new), eol);
            tree.replace(at, new);
        }
    }
}

/// Takes the dates from RDATE and EXDATE for which `keep` is false, given the start that
/// they name.
fn keep_dates(tree: &mut Tree<'_>, series: &Series<'_, '_>, keep: impl Fn(i64) -> bool) {
    let mut zones = Zones::new(series.tree);
    let eol = tree.eol();
    let mut empty = Vec::new();
    for at in series.tree.own(series.c) {
        let line = &series.tree.lines()[at];
        if !line.is("RDATE") && !line.is("EXDATE") {
            continue;
        }
        let value = line.plain().into_owned();
        let parts: Vec<&str> = value.split(',').collect();
        let mut kept = |part: &&&str| {
            let start = part.split('/').next().unwrap_or_default();
            placed_as(line, start, &mut zones).is_none_or(|date| keep(date.beside(&series.start).of(&series.start)))
        };
        let left: Vec<&str> = parts.iter().filter(&mut kept).copied().collect();
        if left.is_empty() {
            empty.push(at);
        } else if left.len() < parts.len() {
            tree.replace(at, fold(&edit::with_value(line.head(), left.join(",")), eol));
        }
    }
    tree.remove_all(&empty);
}
