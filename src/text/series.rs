//! A series changed in part: one instance, one and those after it, all (RFC 5545,
//! 3.8.4.4 and 3.8.5). The instance is named by the start the series gives it.
//!
//! | reach | edited | deleted |
//! | --- | --- | --- |
//! | one | its component, which is made where there is none | EXDATE, and its component goes |
//! | following | the series ends before it, a new one with a UID of its own begins with it | the series ends before it |
//! | all | the series, and the instance's component | the item |
//!
//! A series moves as a whole, by as much as the instance it was moved by: by what of its
//! rule names days ([`follow`], its `rule`), its exceptions, and the changed instances
//! that were when the series gives them; others keep the time they were given. How much that
//! is, the series' clock says, in whatever zone any of them is written. To where
//! the rule cannot say it, or says it of the start and not of the instance it was moved by,
//! it does not move ([`Refused::Days`]).

use chrono::NaiveDateTime;

use crate::model::{EventFields, Fields, Millis, Reach};

use super::follow::{self, starts};
use super::instance::{EVER, NEAR, Series, component_at, like, ranged, repoint};
use super::lines::{Tree, fold};
use super::moment::Moment;
use super::occur::{instances, placed};
use super::recur::CLOCKS;
use super::shift::{beside, called, shift, turned};
use super::split::split;
use super::zone::Zones;
use super::{edit, form, form_event, form_rule, main};

/// What becomes of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// `None`: nothing is left of it.
    pub item: Option<Vec<u8>>,
    /// Another item beside it.
    pub new: Option<Vec<u8>>,
}

impl Parts {
    fn one(item: Vec<u8>) -> Parts {
        Parts { item: Some(item), new: None }
    }
}

/// Why nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such instance (any more).
    Gone,
    /// The rule has no way to say the days, or times, that the series would move to.
    Days,
}

/// As [`form::fields`], of that instance of a series. `None` also if there is no such
/// instance (any more).
pub fn fields(text: &[u8], of: Millis) -> Option<Fields> {
    let tree = Tree::parse(text);
    Series::read(&tree)?.fields(of.div_euclid(1000)).map(Fields::Event)
}

/// The item with what was changed in a form that was opened on `was` ([`form::fields`],
/// or [`fields`] of an instance). `uid` is the new series', should there be one.
///
/// # Errors
/// If that cannot be done to the series as it is.
pub fn edited(
    text: &[u8],
    reach: Reach,
    was: Option<&Fields>,
    typed: &Fields,
    uid: &str,
    now: Millis,
) -> Result<Parts, Refused> {
    let (was, typed) = match (was, typed) {
        (Some(Fields::Event(was)), Fields::Event(typed)) if was.of.is_some() || reach != Reach::All => (was, typed),
        _ => {
            let fields = match (was, form::fields(text)) {
                (Some(was), Some(shown)) => form::rebase(was, typed, &shown),
                _ => typed.clone(),
            };
            let tree = Tree::parse(text);
            if let (Some(c), Some(Fields::Event(old)), Fields::Event(new)) = (main(&tree), form::fields(text), &fields)
                && !follow::movable(&tree, c, &old, new)
            {
                return Err(Refused::Days);
            }
            return Ok(Parts::one(form::apply(text, &fields, now)));
        }
    };
    let of = match (reach, was.of) {
        (Reach::One(of) | Reach::Following(of), _) | (Reach::All, Some(of)) => of,
        (Reach::All, None) => return Err(Refused::Gone),
    };
    let tree = Tree::parse(text);
    let Some(series) = Series::read(&tree) else {
        let (o, shown) = alone(&tree, of).ok_or(Refused::Gone)?;
        return Ok(Parts::one(changed(&tree, o, &shown, &form::event(was, typed, &shown), now)));
    };
    let of = of.div_euclid(1000);
    let shown = series.fields(of).ok_or(Refused::Gone)?;
    let wanted = form::event(was, typed, &shown);
    if shown == wanted {
        return Ok(Parts::one(text.to_vec()));
    }
    match reach {
        Reach::All => all(text, of, &shown, &wanted, now).map(Parts::one),
        Reach::One(_) => one(&series, of, &shown, &wanted, now).map(Parts::one).ok_or(Refused::Gone),
        Reach::Following(_) => match split(&series, of, uid, now).ok_or(Refused::Gone)? {
            (None, _) => all(text, of, &shown, &wanted, now).map(Parts::one),
            (old, new) => Ok(Parts { item: old, new: Some(all(&new, of, &shown, &wanted, now)?) }),
        },
    }
}

/// The item without what was deleted. `None`: there is no such instance any more.
pub fn deleted(text: &[u8], reach: Reach, now: Millis) -> Option<Parts> {
    let tree = Tree::parse(text);
    let of = match reach {
        Reach::All => return Some(Parts { item: None, new: None }),
        Reach::One(of) | Reach::Following(of) => of,
    };
    let item = match Series::read(&tree) {
        None => {
            let (o, _) = alone(&tree, of)?;
            let mut tree = tree.clone();
            edit::remove_components(&mut tree, &[o]);
            tree.named("VEVENT").next().is_some().then(|| tree.print())
        }
        Some(series) => match reach {
            Reach::Following(_) => split(&series, of.div_euclid(1000), "", now)?.0,
            _ => without(&series, of.div_euclid(1000), now)?,
        },
    };
    Some(Parts { item, new: None })
}

/// The component about that instance, of a text that has no series with it (an
/// invitation to one instance), and what the form shows of it.
fn alone(tree: &Tree<'_>, of: Millis) -> Option<(usize, EventFields)> {
    let mut zones = Zones::new(tree);
    let o = tree.named("VEVENT").find(|o| {
        let id = tree.get(*o, "RECURRENCE-ID").and_then(|line| placed(line, &mut zones));
        id.is_some_and(|id| id.utc() == of.div_euclid(1000))
    })?;
    Some((o, EventFields { of: Some(of), ..form_event::fields(tree, o)? }))
}

/// The text with what was changed in one instance's own component.
fn changed(tree: &Tree<'_>, o: usize, shown: &EventFields, wanted: &EventFields, now: Millis) -> Vec<u8> {
    let mut tree = tree.clone();
    describe(&mut tree, o, shown, wanted, now);
    tree.print()
}

/// One instance edited. What is "this and following" is for those after it then.
fn one(series: &Series<'_, '_>, of: i64, shown: &EventFields, wanted: &EventFields, now: Millis) -> Option<Vec<u8>> {
    let own = series.own(of);
    if let Some(o) = own.filter(|o| !ranged(series.tree, *o)) {
        return Some(changed(series.tree, o, shown, wanted, now));
    }
    let (text, begin) = series.with_component(&series.instance(of)?, of)?;
    let mut tree = Tree::parse(&text);
    // The new component is behind all others: what becomes of them moves it at most.
    let lines = tree.lines().len();
    if let Some(o) = own
        && pass_on(series, o, of, &mut tree)?
    {
        edit::stamp_change(&mut tree, o, now, true);
    }
    let made = component_at(&tree, (begin + tree.lines().len()).checked_sub(lines)?)?;
    describe(&mut tree, made, shown, wanted, now);
    Some(tree.print())
}

/// What "this and following" says from that instance on, it says from the next on.
/// Without a next it goes (false). `None`: which is the next cannot be told.
pub(super) fn pass_on(series: &Series<'_, '_>, o: usize, of: i64, tree: &mut Tree<'_>) -> Option<bool> {
    let next = series.next(o, of.saturating_add(1))?;
    match next {
        Some(next) => repoint(series, tree, o, next),
        None => edit::remove_components(tree, &[o]),
    }
    Some(next.is_some())
}

/// The item without that instance: `Some(None)` if nothing is left of it.
#[allow(clippy::option_option)]
fn without(series: &Series<'_, '_>, of: i64, now: Millis) -> Option<Option<Vec<u8>>> {
    let own = series.own(of);
    if own.is_none() {
        series.instance(of)?;
    }
    let mut tree = series.tree.clone();
    let begin = tree.components()[series.c].begin;
    let mut at = begin;
    if let Some(o) = own {
        if ranged(&tree, o) {
            if pass_on(series, o, of, &mut tree)? {
                edit::stamp_change(&mut tree, o, now, true);
            }
        } else {
            edit::remove_components(&mut tree, &[o]);
        }
        if series.tree.components()[o].begin < begin {
            at = (begin + tree.lines().len()).checked_sub(series.tree.lines().len())?;
        }
    }
    let c = component_at(&tree, at)?;
    let eol = tree.eol();
    let lines: Vec<_> = replaced(series, own, of).into_iter().map(|of| fold(&series.line("EXDATE", of), eol)).collect();
    let behind =
        ["EXDATE", "RRULE", "RDATE"].into_iter().find_map(|n| tree.own(c).filter(|i| tree.lines()[*i].is(n)).last());
    match behind {
        Some(behind) => tree.insert_all(behind + 1, lines),
        None => {
            for line in lines {
                edit::append(&mut tree, c, line);
            }
        }
    }
    edit::stamp_change(&mut tree, c, now, true);
    Some(something(&tree, series.start.utc()))
}

/// The starts (seconds) for which the instance stands: a component of its own that names
/// a day is for all that the series has on it.
fn replaced(series: &Series<'_, '_>, own: Option<usize>, of: i64) -> Vec<i64> {
    let id = own.and_then(|o| placed(series.tree.get(o, "RECURRENCE-ID")?, &mut Zones::new(series.tree)));
    let mut all = vec![of];
    if let Some(Moment::Date(day)) = id.map(|id| id.moment)
        && !series.start.moment.is_date()
    {
        let (given, _) = starts(series.tree, series.c, (of.saturating_sub(CLOCKS), of.saturating_add(CLOCKS)), true);
        all.extend(given.into_iter().filter(|s| *s != of && series.start.zone.to_local(*s).date() == day));
    }
    all
}

/// The text, if any instance is left in it, of a series that began then.
pub(super) fn something(tree: &Tree<'_>, start: i64) -> Option<Vec<u8>> {
    let any = |from: i64, to: i64| {
        let left = instances(tree, from, to);
        left.cut || !left.list.is_empty()
    };
    (any(start, start.saturating_add(NEAR)) || any(EVER.0, EVER.1)).then(|| tree.print())
}

/// Applies to the whole series what was changed in the form of one instance: from
/// `shown` to `wanted`. Times move by as much as that instance's. The instance's own
/// component changes too, and so does what is for "this and following": it describes
/// instances as the series does.
fn all(text: &[u8], of: i64, shown: &EventFields, wanted: &EventFields, now: Millis) -> Result<Vec<u8>, Refused> {
    let mut tree = Tree::parse(text);
    let Some(series) = Series::read(&tree) else { return Ok(text.to_vec()) };
    let Some(old) = form_event::fields(&tree, series.c) else { return Ok(text.to_vec()) };
    let new = described(&tree, &old, shown, wanted, false);
    if !follow::movable(&tree, series.c, &old, &new) {
        return Err(Refused::Days);
    }
    let settled = |series: &Series<'_, '_>| -> Vec<usize> {
        let those = series.overrides.iter().filter(|(o, id)| *id == of || ranged(series.tree, *o));
        those.map(|(o, _)| *o).collect()
    };
    let first = |tree: &Tree<'_>| tree.named("VEVENT").next().unwrap_or_default();
    let (before, begin) = (settled(&series), first(&tree));
    let own = series.own(of);
    let when = |f: &EventFields| (f.all_day, f.zone.clone(), f.start.clone());
    // Where a new rule gives the instance, the rule says; what no rule gave lands nowhere.
    let moves =
        when(&old) != when(&new) && !form_rule::other_days(&old.recurrence, &new.recurrence) && gives(&series, of);
    let lands = if moves { given(&series, of, &old, shown, wanted) } else { None };
    // From the last on: components within one are no concern of those before it. A zone
    // that has to be defined comes before them all.
    for o in before.into_iter().rev() {
        let at = o + first(&tree) - begin;
        match form_event::fields(&tree, at).filter(|_| own != Some(o)) {
            Some(was) => {
                let now_so = along(&tree, &was, (&old, &new), (shown, wanted));
                form_event::apply(&mut tree, at, &was, &now_so, now);
            }
            None => describe(&mut tree, at, shown, wanted, now),
        }
    }
    let Some(series) = Series::read(&tree) else { return Ok(text.to_vec()) };
    let (c, settled) = (series.c, settled(&series));
    if let Some(at) = lands {
        // Where a rule ends then, and how often it is, says nothing of where it moves.
        let moved = EventFields { recurrence: old.recurrence.clone(), ..new.clone() };
        let mut tree = tree.clone();
        form_event::apply_beside(&mut tree, c, &old, &moved, &settled, now);
        if Series::read(&tree).is_some_and(|series| !gives(&series, series.at(at))) {
            return Err(Refused::Days);
        }
    }
    form_event::apply_beside(&mut tree, c, &old, &new, &settled, now);
    Ok(tree.print())
}

/// The start, of the series' sort and in its time, that an instance is to have which the
/// series gave `of`, after a change from `shown` to `wanted`.
fn given(
    series: &Series<'_, '_>,
    of: i64,
    old: &EventFields,
    shown: &EventFields,
    wanted: &EventFields,
) -> Option<NaiveDateTime> {
    let own = form_event::shown(like(&series.start, of).local(), old.all_day);
    let own = EventFields { start: own.clone(), end: own, ..old.clone() };
    let mut new = own.clone();
    let (shown, wanted) = beside(series.tree, old, shown, wanted);
    shift(&own, &shown, &wanted, &mut new);
    form_event::typed(&new.start, new.all_day)
}

/// Whether the series gives a start then (seconds), exceptions or not.
fn gives(series: &Series<'_, '_>, at: i64) -> bool {
    let (given, cut) = starts(series.tree, series.c, (at, at), true);
    cut || !given.is_empty()
}

/// What a component whose form has `old` says after a change from `shown` to `wanted` in
/// the form of another.
fn described(
    tree: &Tree<'_>,
    old: &EventFields,
    shown: &EventFields,
    wanted: &EventFields,
    instance: bool,
) -> EventFields {
    let mut new = form::event(shown, wanted, old);
    (new.of, new.since, new.recurs) = (old.of, old.since.clone(), old.recurs);
    new.recurrence = match instance {
        true => old.recurrence.clone(),
        // What is left of a count, where the count was let be.
        false => form_rule::onto(&shown.recurrence, &wanted.recurrence, &old.recurrence),
    };
    let (shown, wanted) = beside(tree, old, shown, wanted);
    shift(old, &shown, &wanted, &mut new);
    new
}

/// As [`described`], of another instance's component: in another zone than its series it
/// moves by the series' clock, as that one did (from, to).
fn along(
    tree: &Tree<'_>,
    was: &EventFields,
    (from, to): (&EventFields, &EventFields),
    (shown, wanted): (&EventFields, &EventFields),
) -> EventFields {
    let new = described(tree, was, shown, wanted, true);
    let mut zones = Zones::new(tree);
    let timed = [was, from, to, &new].iter().all(|f| !f.all_day);
    if was.zone == from.zone || !timed {
        return new;
    }
    let (Some(own), Some(series)) = (called(&was.zone, &mut zones), called(&from.zone, &mut zones)) else { return new };
    let here = turned(was, &own, &series, &from.zone);
    let mut there = here.clone();
    shift(&here, from, to, &mut there);
    if there.zone == from.zone {
        there = turned(&there, &series, &own, &was.zone);
    }
    EventFields { start: there.start, end: there.end, zone: there.zone, ..new }
}

/// Applies to one component what was changed from `shown` to `wanted`.
fn describe(tree: &mut Tree<'_>, c: usize, shown: &EventFields, wanted: &EventFields, now: Millis) {
    let Some(old) = form_event::fields(tree, c) else { return };
    let instance = tree.find(c, "RECURRENCE-ID").is_some();
    let new = described(tree, &old, shown, wanted, instance);
    form_event::apply(tree, c, &old, &new, now);
}
