//! What was changed of one component's times, done to another's; and times in another
//! zone.

use chrono::{NaiveDateTime, TimeDelta};

use super::form_event::{shown as written, typed};
use super::lines::Tree;
use super::zone::{Zone, Zones};
use crate::model::EventFields;

/// Start and end of `new` from those of `old`, moved as far as `wanted` is from `shown`:
/// by days alone where a time of day of the one says nothing of the other's. Zone and
/// all-day change as they do there.
pub(super) fn shift(old: &EventFields, shown: &EventFields, wanted: &EventFields, new: &mut EventFields) {
    let when = |f: &EventFields| (f.all_day, f.start.clone(), f.end.clone(), f.zone.clone());
    (new.all_day, new.start, new.end, new.zone) = when(old);
    let ends = |f: &EventFields| Some((typed(&f.start, f.all_day)?, typed(&f.end, f.all_day)?));
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
    (new.start, new.end) = (written(start, new.all_day), written(end, new.all_day));
}

/// What was changed from `shown` to `wanted` in the form of one component as it would have
/// been in that of another, which shows `old`: in its zone, where they are in two. Where a
/// day is asked for, it is the one that the form shows.
pub(super) fn beside(
    tree: &Tree<'_>,
    old: &EventFields,
    shown: &EventFields,
    wanted: &EventFields,
) -> (EventFields, EventFields) {
    let as_they_are = || (shown.clone(), wanted.clone());
    if shown.zone == old.zone || [old, shown, wanted].iter().any(|f| f.all_day) {
        return as_they_are();
    }
    let mut zones = Zones::new(tree);
    let zones = (called(&shown.zone, &mut zones), called(&old.zone, &mut zones));
    let (Some(from), Some(to)) = zones else { return as_they_are() };
    let there = |fields: &EventFields| turned(fields, &from, &to, &old.zone);
    (there(shown), if wanted.zone == shown.zone { there(wanted) } else { wanted.clone() })
}

/// The zone that the form shows by that name.
pub(super) fn called(name: &str, zones: &mut Zones<'_, '_>) -> Option<Zone> {
    zones.resolve(name).or_else(|| zones.guess(name)).filter(|_| !name.is_empty())
}

/// The times of `fields`, which are in the zone `from`, in that which is called `name`.
pub(super) fn turned(fields: &EventFields, from: &Zone, to: &Zone, name: &str) -> EventFields {
    let there = |at: NaiveDateTime| written(to.to_local(from.to_utc(at)), false);
    let times = typed(&fields.start, false).zip(typed(&fields.end, false));
    let Some((start, end)) = times.filter(|_| !fields.all_day) else { return fields.clone() };
    EventFields { start: there(start), end: there(end), zone: name.to_owned(), ..fields.clone() }
}

/// An event whose start the clocks skip in its zone is as much later, and so is its end.
pub(super) fn skipping(fields: &EventFields, zone: &Zone) -> EventFields {
    let start = typed(&fields.start, false).filter(|_| !fields.all_day);
    let by = start.map(|start| zone.to_local(zone.to_utc(start)) - start).filter(|by| !by.is_zero());
    let later = |value: &str, by| Some(written(typed(value, false)?.checked_add_signed(by)?, false));
    match by.and_then(|by| Some((later(&fields.start, by)?, later(&fields.end, by)?))) {
        Some((start, end)) => EventFields { start, end, ..fields.clone() },
        None => fields.clone(),
    }
}

/// An event that is to be as long, to the second, as another of the same zone.
pub(super) fn lasting(fields: &EventFields, zone: &Zone, other: &EventFields) -> EventFields {
    let utc = |value: &str| typed(value, false).map(|at| zone.to_utc(at));
    let end = || Some(utc(&fields.start)?.saturating_add((utc(&other.end)? - utc(&other.start)?).max(0)));
    end()
        .map_or_else(|| fields.clone(), |end| EventFields { end: written(zone.to_local(end), false), ..fields.clone() })
}
