//! A series changed in part: one instance, one and those after it, all (RFC 5545,
//! 3.8.4.4 and 3.8.5). The instance is named by the start the series gives it.
//!
//! | reach | edited | deleted |
//! | --- | --- | --- |
//! | one | its component, which is made where there is none | EXDATE, and its component goes |
//! | following | the series ends before it, a new one with a UID of its own begins with it | the series ends before it |
//! | all | the series; its exceptions follow a moved start | the item |

use crate::model::{EventFields, Fields, Millis, Reach, Recurrence};

use super::follow;
use super::instance::{EVER, NEAR, Series, component_at, ranged, repoint};
use super::lines::{Tree, fold};
use super::occur::{instances, placed};
use super::split::split;
use super::zone::Zones;
use super::{edit, form, form_event, main};

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

/// As [`form::fields`], of that instance of a series. `None` also if there is no such
/// instance (any more).
pub fn fields(text: &[u8], of: Millis) -> Option<Fields> {
    let tree = Tree::parse(text);
    Series::read(&tree)?.fields(of.div_euclid(1000)).map(Fields::Event)
}

/// The item with what was changed in a form that was opened on `was` ([`form::fields`],
/// or [`fields`] of an instance). `uid` is the new series', should there be one. `None`:
/// there is no such instance any more.
pub fn edited(
    text: &[u8],
    reach: Reach,
    was: Option<&Fields>,
    typed: &Fields,
    uid: &str,
    now: Millis,
) -> Option<Parts> {
    let (was, typed) = match (was, typed) {
        (Some(Fields::Event(was)), Fields::Event(typed)) if was.of.is_some() || reach != Reach::All => (was, typed),
        _ => {
            let fields = match (was, form::fields(text)) {
                (Some(was), Some(shown)) => form::rebase(was, typed, &shown),
                _ => typed.clone(),
            };
            return Some(Parts::one(form::apply(text, &fields, now)));
        }
    };
    let of = match reach {
        Reach::One(of) | Reach::Following(of) => of,
        Reach::All => was.of?,
    };
    let tree = Tree::parse(text);
    let Some(series) = Series::read(&tree) else {
        let (o, shown) = alone(&tree, of)?;
        return Some(Parts::one(changed(&tree, o, &shown, &form::event(was, typed, &shown), now)));
    };
    let of = of.div_euclid(1000);
    let shown = series.fields(of)?;
    let wanted = form::event(was, typed, &shown);
    if shown == wanted {
        return Some(Parts::one(text.to_vec()));
    }
    Some(match reach {
        Reach::All => Parts::one(all(text, &shown, &wanted, now)),
        Reach::One(_) => Parts::one(one(&series, of, &shown, &wanted, now)?),
        Reach::Following(_) => {
            let (old, new) = split(&series, of, uid, now)?;
            match old {
                None => Parts::one(all(text, &shown, &wanted, now)),
                Some(old) => Parts { item: Some(old), new: Some(all(&new, &shown, &wanted, now)) },
            }
        }
    })
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
    if let Some(o) = series.own(of) {
        if !ranged(series.tree, o) {
            return Some(changed(series.tree, o, shown, wanted, now));
        }
        let instance =
            instances(series.tree, EVER.0, EVER.1).list.into_iter().find(|i| i.component == o && i.of == Some(of))?;
        let (text, begin) = series.with_component(&instance, of)?;
        let mut tree = Tree::parse(&text);
        let made = component_at(&tree, begin)?;
        describe(&mut tree, made, shown, wanted, now);
        // The order of components is as it was: ours came behind.
        pass_on(series, o, of, &mut tree);
        return Some(tree.print());
    }
    let (text, begin) = series.with_component(&series.instance(of)?, of)?;
    let mut tree = Tree::parse(&text);
    let made = component_at(&tree, begin)?;
    describe(&mut tree, made, shown, wanted, now);
    Some(tree.print())
}

/// What "this and following" says from that instance on, it says from the next on; in
/// `tree`, where the component has the line it had. Without a next it goes.
fn pass_on(series: &Series<'_, '_>, o: usize, of: i64, tree: &mut Tree<'_>) {
    let found = instances(series.tree, EVER.0, EVER.1).list;
    let next = found.into_iter().filter(|i| i.component == o).filter_map(|i| i.of).filter(|next| *next > of).min();
    let Some(uid) = series.tree.components().get(o).map(|_| o) else { return };
    match next {
        Some(next) => repoint(tree, uid, next),
        None => edit::remove_components(tree, &[uid]),
    }
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
            pass_on(series, o, of, &mut tree);
        } else {
            edit::remove_components(&mut tree, &[o]);
        }
        let gone = series.tree.lines().len() - tree.lines().len();
        if series.tree.components()[o].begin < begin {
            at -= gone;
        }
    }
    let c = component_at(&tree, at)?;
    let line = fold(series.line("EXDATE", of).as_bytes(), tree.eol());
    let behind =
        ["EXDATE", "RRULE", "RDATE"].into_iter().find_map(|n| tree.own(c).filter(|i| tree.lines()[*i].is(n)).last());
    match behind {
        Some(behind) => tree.insert(behind + 1, line),
        None => drop(edit::append(&mut tree, c, line)),
    }
    edit::stamp_change(&mut tree, c, now, true);
    Some(something(&tree, series.start.utc()))
}

/// The text, if any instance is left in it, of a series that began then.
pub(super) fn something(tree: &Tree<'_>, start: i64) -> Option<Vec<u8>> {
    let any = |from: i64, to: i64| {
        let left = instances(tree, from, to);
        left.partial || !left.list.is_empty()
    };
    (any(start, start.saturating_add(NEAR)) || any(EVER.0, EVER.1)).then(|| tree.print())
}

/// Applies to the whole series what was changed in the form of one instance: from
/// `shown` to `wanted`. Times move by as much as that instance's. A change for "this
/// and following" that the text has describes instances as the series does, and changes
/// with it.
fn all(text: &[u8], shown: &EventFields, wanted: &EventFields, now: Millis) -> Vec<u8> {
    let mut tree = Tree::parse(text);
    let Some(series) = main(&tree) else { return text.to_vec() };
    // What changes may move components, not their order.
    for n in 0..follow::family(&tree, series).len() {
        let Some(series) = main(&tree) else { break };
        let o = follow::family(&tree, series).get(n).copied();
        if let Some(o) = o.filter(|o| *o != series && ranged(&tree, *o)) {
            describe(&mut tree, o, shown, wanted, now);
        }
    }
    if let Some(series) = main(&tree) {
        describe(&mut tree, series, shown, wanted, now);
    }
    tree.print()
}

/// Applies to one component what was changed from `shown` to `wanted`.
fn describe(tree: &mut Tree<'_>, c: usize, shown: &EventFields, wanted: &EventFields, now: Millis) {
    let Some(old) = form_event::fields(tree, c) else { return };
    let mut new = form::event(shown, wanted, &old);
    (new.of, new.recurs) = (old.of, old.recurs);
    match (&mut new.recurrence, &shown.recurrence, &old.recurrence) {
        _ if tree.find(c, "RECURRENCE-ID").is_some() => new.recurrence = old.recurrence.clone(),
        // What is left of a count, where the count was let be.
        (Recurrence::Rule(new), Recurrence::Rule(shown), Recurrence::Rule(old)) if new.ends == shown.ends => {
            new.ends = old.ends.clone();
        }
        _ => {}
    }
    shift(&old, shown, wanted, &mut new);
    form_event::apply(tree, c, &old, &new, now);
}

/// Start and end of `new` from those of `old`, moved as far as `wanted` is from `shown`.
fn shift(old: &EventFields, shown: &EventFields, wanted: &EventFields, new: &mut EventFields) {
    let when = |f: &EventFields| (f.all_day, f.start.clone(), f.end.clone(), f.zone.clone());
    if when(shown) == when(wanted) {
        (new.all_day, new.start, new.end, new.zone) = when(old);
        return;
    }
    let moment = |value: &str, all_day: bool| form_event::typed(value, all_day);
    let (Some(from), Some(to), Some(end), Some(own)) = (
        moment(&shown.start, shown.all_day),
        moment(&wanted.start, wanted.all_day),
        moment(&wanted.end, wanted.all_day),
        moment(&old.start, old.all_day),
    ) else {
        return;
    };
    // What is all day now, or was, has its midnight for a time.
    let start = match old.all_day == shown.all_day {
        true => own.checked_add_signed(to - from).unwrap_or(own),
        false => to,
    };
    let end = start.checked_add_signed(end - to).unwrap_or(start);
    (new.start, new.end) = (form_event::shown(start, wanted.all_day), form_event::shown(end, wanted.all_day));
    (new.all_day, new.zone) = (wanted.all_day, wanted.zone.clone());
}
