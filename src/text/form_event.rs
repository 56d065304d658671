//! A VEVENT as the fields of a form (RFC 5545, 3.6.1). Which VEVENT of a series it is
//! that changes is [`super::series`]'s affair.

use std::mem::discriminant;

use chrono::{Datelike, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

use crate::model::{Access, EventFields, Millis, Recurrence, Status};

use super::instance::like;
use super::lines::{Line, Tree};
use super::moment::{Moment, Span, typed_day, typed_minute};
use super::occur::{Placed, first_end, placed};
use super::shift::{lasting, shift, skipping, turned};
use super::zone::{self, Zone, Zones};
use super::{compose, edit, escape, follow, form_alarm, form_rule, view};

/// What the form shows of the event; `None` without a start that can be read.
pub(super) fn fields(tree: &Tree<'_>, c: usize) -> Option<EventFields> {
    fields_in(tree, c, &mut Zones::new(tree))
}

pub(super) fn fields_in(tree: &Tree<'_>, c: usize, zones: &mut Zones<'_, '_>) -> Option<EventFields> {
    let line = tree.get(c, "DTSTART")?;
    let start = placed(line, zones)?;
    let end = start.zone.to_local(first_end(tree, c, zones)?);
    let all_day = start.moment.is_date();
    let local = start.moment.local();
    let zone = match start.zone.name() {
        // A zone under a private name, or guessed: shown by that name, so that it stays.
        name if (name.is_empty() || start.guessed) && !all_day => line.param("TZID").unwrap_or_default(),
        name => name,
    };
    let value = |name: &str| tree.get(c, name).map(|l| l.plain().to_ascii_uppercase()).unwrap_or_default();
    let status = match value("STATUS").as_str() {
        "TENTATIVE" => Status::Tentative,
        "CONFIRMED" => Status::Confirmed,
        "CANCELLED" => Status::Cancelled,
        _ => Status::None,
    };
    let access = match value("CLASS").as_str() {
        "" | "PUBLIC" => Access::Public,
        "CONFIDENTIAL" => Access::Confidential,
        _ => Access::Private,
    };
    Some(EventFields {
        title: escape::one_line(&tree.text(c, "SUMMARY")),
        place: escape::one_line(&tree.text(c, "LOCATION")),
        all_day,
        start: shown(local, all_day),
        end: if all_day {
            let last = end.checked_sub_signed(TimeDelta::days(1)).unwrap_or(end).max(local);
            shown(last, true)
        } else {
            shown(end, false)
        },
        zone: if all_day { String::new() } else { zone },
        description: description(tree, c),
        recurs: ["RRULE", "RDATE"].iter().any(|name| tree.find(c, name).is_some()),
        of: None,
        since: String::new(),
        recurrence: form_rule::recurrence(tree, c, &start),
        alarms: form_alarm::alarms(tree, c),
        categories: edit::list(tree, c, "CATEGORIES"),
        status,
        access,
        free: value("TRANSP") == "TRANSPARENT",
        color: tree.get(c, "COLOR").and_then(|line| view::css_color(&line.plain())).unwrap_or_default(),
        url: tree.get(c, "URL").map(edit::uri).unwrap_or_default(),
    })
}

/// A start or end as the form has it.
pub(super) fn shown(at: NaiveDateTime, all_day: bool) -> String {
    let day = at.date();
    if all_day { day.to_string() } else { format!("{day}T{:02}:{:02}", at.hour(), at.minute()) }
}

/// A form's start or end; `None` for what is no date or time.
pub(super) fn typed(value: &str, all_day: bool) -> Option<NaiveDateTime> {
    let value = value.trim();
    let day = |v: &str| typed_day(v).map(|d| d.and_time(NaiveTime::MIN));
    let at = if all_day {
        // A form that was switched to all-day may still have its times.
        day(value.get(..10).unwrap_or(value))
    } else {
        typed_minute(value.get(..16).unwrap_or(value)).or_else(|| day(value))
    }?;
    (1..=9999).contains(&at.year()).then_some(at)
}

/// DESCRIPTION, or what is said in its place in HTML, as the view shows it.
pub(super) fn description(tree: &Tree<'_>, c: usize) -> String {
    let said = tree.all(c, "DESCRIPTION").any(|line| !line.text().trim().is_empty());
    let styled = if said { None } else { view::styled(tree, c) };
    styled.unwrap_or_else(|| tree.text(c, "DESCRIPTION"))
}

/// True if it changed. What says the old text in HTML goes with it.
pub(super) fn set_description(tree: &mut Tree<'_>, c: usize, old: &str, new: &str) -> bool {
    if old == new {
        return false;
    }
    edit::set_text(tree, c, "DESCRIPTION", new);
    view::STYLED.iter().for_each(|name| edit::remove(tree, c, name));
    true
}

/// Writes the fields that differ from `old`, which is what the event has.
pub(super) fn apply(tree: &mut Tree<'_>, c: usize, old: &EventFields, new: &EventFields, now: Millis) {
    apply_beside(tree, c, old, new, &[], now);
}

/// As [`apply`], where the changed instances `settled` (rising) say their times themselves.
pub(super) fn apply_beside(
    tree: &mut Tree<'_>,
    c: usize,
    old: &EventFields,
    new: &EventFields,
    settled: &[usize],
    now: Millis,
) {
    // First: alarms are components, and change the numbers of others.
    let moved = set_times(tree, c, old, new, settled, now);
    let said = set_texts(tree, c, old, new);
    let (c, turned) = set_recurrence(tree, c, old, new);
    // SEQUENCE counts what those invited have to look at again (RFC 5546, 2.1.4).
    let counts = moved || turned || old.status != new.status;
    if said || counts {
        edit::stamp_change(tree, c, now, counts);
    }
    if moved && (old.all_day != new.all_day || old.zone != new.zone) {
        zone_known(tree, c, &new.zone, new.all_day);
    }
}

/// Writes what says nothing of time. True if anything changed.
pub(super) fn set_texts(tree: &mut Tree<'_>, c: usize, old: &EventFields, new: &EventFields) -> bool {
    let texts = [("SUMMARY", &old.title, &new.title), ("LOCATION", &old.place, &new.place)];
    let mut changed = set_description(tree, c, &old.description, &new.description);
    for (name, old, new) in texts {
        if old != new {
            edit::set_text(tree, c, name, new);
            changed = true;
        }
    }
    if old.url != new.url {
        edit::set_uri(tree, c, "URL", &new.url);
        changed = true;
    }
    if old.color != new.color {
        // What is no color is not written.
        if let Some(color) = view::css_color(&new.color) {
            edit::set_value(tree, c, "COLOR", &color);
            changed = true;
        } else if new.color.is_empty() {
            edit::remove(tree, c, "COLOR");
            changed = true;
        }
    }
    if old.categories != new.categories {
        edit::set_list(tree, c, "CATEGORIES", &old.categories, &new.categories);
        changed = true;
    }
    let status = match new.status {
        Status::None => None,
        Status::Tentative => Some("TENTATIVE"),
        Status::Confirmed => Some("CONFIRMED"),
        Status::Cancelled => Some("CANCELLED"),
    };
    let access = match new.access {
        Access::Public => "PUBLIC",
        Access::Private => "PRIVATE",
        Access::Confidential => "CONFIDENTIAL",
    };
    let words = [
        ("STATUS", old.status != new.status, status),
        ("CLASS", old.access != new.access, Some(access)),
        ("TRANSP", old.free != new.free, Some(if new.free { "TRANSPARENT" } else { "OPAQUE" })),
    ];
    for (name, another, word) in words.into_iter().filter(|(_, another, _)| *another) {
        match word {
            Some(word) => edit::set_value(tree, c, name, word),
            None => edit::remove(tree, c, name),
        }
        changed |= another;
    }
    if old.alarms != new.alarms {
        form_alarm::set(tree, c, &new.alarms);
        changed = true;
    }
    changed
}

/// Writes into a new event, which has its times, what else it is to say.
pub(super) fn fill(tree: &mut Tree<'_>, c: usize, new: &EventFields) {
    let old = EventFields::default();
    set_texts(tree, c, &old, new);
    set_recurrence(tree, c, &old, new);
}

/// Writes how the event recurs; the component's number then, and true if it changed.
/// The event begins on the first day that a new rule gives (RFC 5545, 3.8.5.3), and
/// exceptions that it does not give are none any more, and go.
fn set_recurrence(tree: &mut Tree<'_>, c: usize, old: &EventFields, new: &EventFields) -> (usize, bool) {
    if old.recurrence == new.recurrence {
        return (c, false);
    }
    let Some(start) = start(tree, c) else { return (c, false) };
    // What was not changed of the rule is as the start has moved it.
    let now = form_rule::recurrence(tree, c, &start);
    let wanted = form_rule::onto(&old.recurrence, &new.recurrence, &now);
    if wanted == now {
        return (c, true);
    }
    match &wanted {
        Recurrence::Rule(rule) => {
            let before = tree.get(c, "RRULE").map(|line| line.plain().into_owned());
            let before = before.filter(|_| matches!(old.recurrence, Recurrence::Rule(_)));
            let rule = form_rule::written(rule, before.as_deref(), &start);
            let others: Vec<usize> = tree.own(c).filter(|i| tree.lines()[*i].is("RRULE")).skip(1).collect();
            tree.remove_all(&others);
            edit::remove(tree, c, "EXRULE");
            edit::set_value(tree, c, "RRULE", &rule);
            let other = form_rule::other_days(&old.recurrence, &new.recurrence);
            let first = if other { form_rule::first(&rule, &start) } else { None };
            let start = match first.filter(|at| *at != start.utc()) {
                Some(at) => begin(tree, c, start, at),
                None => start,
            };
            (follow::prune(tree, c, &start), true)
        }
        Recurrence::None => {
            for name in ["RRULE", "EXRULE", "RDATE", "EXDATE"] {
                edit::remove(tree, c, name);
            }
            (follow::prune(tree, c, &start), true)
        }
        // What the form has no inputs for it cannot have made.
        Recurrence::Other(_) => (c, false),
    }
}

/// Begins the event at another of its starts (seconds), as long as it is; its DTSTART then.
pub(super) fn begin(tree: &mut Tree<'_>, c: usize, start: Placed, at: i64) -> Placed {
    let end = tree.get(c, "DTEND").and_then(|line| placed(line, &mut Zones::new(tree)));
    if let Some(end) = end.map(|end| end.beside(&start)) {
        let length = end.utc() - start.utc();
        edit::set_value(tree, c, "DTEND", &like(&end, at.saturating_add(length)).to_string());
    }
    let start = Placed { moment: like(&start, at), ..start };
    edit::set_value(tree, c, "DTSTART", &start.moment.to_string());
    start
}

/// The event's DTSTART.
pub(super) fn start(tree: &Tree<'_>, c: usize) -> Option<Placed> {
    placed(tree.get(c, "DTSTART")?, &mut Zones::new(tree))
}

/// True if the times changed. What hangs on them follows, but for `settled`.
fn set_times(
    tree: &mut Tree<'_>,
    c: usize,
    old: &EventFields,
    new: &EventFields,
    settled: &[usize],
    now: Millis,
) -> bool {
    let same_zone = new.all_day || old.zone == new.zone;
    let same_kind = old.all_day == new.all_day;
    if same_kind && same_zone && old.start == new.start && old.end == new.end {
        return false;
    }
    let (Some(start), Some(end)) = (typed(&new.start, new.all_day), typed(&new.end, new.all_day)) else {
        // Nothing that could be written; forms refuse it before it comes here.
        return false;
    };
    let end = end.max(start);
    let keeps_form = same_kind && same_zone;
    let begins = !keeps_form || old.start != new.start;
    let series = tree.find(c, "RECURRENCE-ID").is_none();
    let before = if series { self::start(tree, c) } else { None };
    let alike = before.iter().flat_map(|before| follow::alike(tree, c, before, old, begins)).collect::<Vec<_>>();
    // That of an end which was not touched, also where the clocks show it twice.
    let stays = keeps_form && old.end == new.end;
    let exact = if stays { first_end(tree, c, &mut Zones::new(tree)) } else { None };
    let written_end = if new.all_day { super::occur::next_day(end) } else { end };
    if begins {
        set_moment(tree, c, "DTSTART", start, new, keeps_form);
    }
    set_end(tree, c, (start, written_end, exact), old, new, keeps_form);
    let step = before.as_ref().and_then(|before| follow::step(tree, c, before, keeps_form));
    let after = if series { self::start(tree, c) } else { None };
    let last = typed(&new.end, new.all_day).unwrap_or(end);
    let mut zones = Zones::new(tree);
    let moved = alike.into_iter().filter(|alike| settled.binary_search(&alike.o).is_err()).map(|alike| {
        // Where the rule gives it then, which need not be as far as the start moved.
        let farther = step.as_ref().filter(|_| begins).and_then(|(step, _)| step.farther(tree, alike.o, &mut zones));
        let moved = |at: NaiveDateTime| at.checked_add_signed(farther.unwrap_or_default()).unwrap_or(at);
        let (start, end) = (shown(moved(start), new.all_day), shown(moved(last), new.all_day));
        let mut own = alike.here.clone();
        shift(&alike.here, old, &EventFields { start, end, ..new.clone() }, &mut own);
        if let Some(after) = after.as_ref() {
            own = skipping(&own, &after.zone);
            if alike.exact && !new.all_day {
                own = lasting(&own, &after.zone, new);
            }
            if keeps_form && own.zone != alike.was.zone {
                own = turned(&own, &after.zone, &alike.zone, &alike.was.zone);
            }
        }
        (alike.o, alike.was, own)
    });
    let mut moved: Vec<_> = moved.collect();
    moved.retain(|(o, was, own)| set_times(tree, *o, was, own, &[], now));
    edit::stamp_each(tree, &moved.iter().map(|(o, ..)| *o).collect::<Vec<_>>(), now, true);
    if let Some(before) = before.filter(|_| begins) {
        follow::follow(tree, c, &before, keeps_form);
    }
    true
}

/// DTEND or DURATION, whichever the event has. `exact`: the end (seconds), if it is known.
fn set_end(
    tree: &mut Tree<'_>,
    c: usize,
    (start, end, exact): (NaiveDateTime, NaiveDateTime, Option<i64>),
    old: &EventFields,
    new: &EventFields,
    keeps_form: bool,
) {
    if tree.find(c, "DURATION").is_some() && tree.find(c, "DTEND").is_none() {
        let length =
            |start: &str, end: &str, all_day| Some((typed(end, all_day)? - typed(start, all_day)?).num_seconds());
        // As long as it was, in whatever zone: across a change of the clocks what they show is
        // not how long it is.
        let same_kind = old.all_day == new.all_day;
        if same_kind && length(&old.start, &old.end, old.all_day) == length(&new.start, &new.end, new.all_day) {
            return;
        }
        let length = (end - start).num_seconds();
        let span = if new.all_day {
            Span { days: length / 86_400, seconds: 0 }
        } else {
            let zone = self::start(tree, c).map_or(Zone::Floating, |start| start.zone);
            let end = exact.unwrap_or_else(|| zone.to_utc(end));
            Span { days: 0, seconds: (end - zone.to_utc(start)).max(0) }
        };
        return edit::set_value(tree, c, "DURATION", &span.to_string());
    }
    let has_end = tree.find(c, "DTEND").is_some();
    if keeps_form && old.end == new.end && has_end {
        return;
    }
    // Without DTEND the event is as long as the form showed: a moment, or a day.
    let implied = if new.all_day { super::occur::next_day(start) } else { start };
    if !has_end && end == implied {
        return;
    }
    set_moment(tree, c, "DTEND", end, new, keeps_form);
}

/// Writes DTSTART or DTEND: in the form it has, or in the one the fields ask for.
fn set_moment(tree: &mut Tree<'_>, c: usize, name: &str, at: NaiveDateTime, new: &EventFields, keeps_form: bool) {
    let line = tree.get(c, name).or_else(|| tree.get(c, "DTSTART"));
    let start = tree.get(c, "DTSTART");
    let was = start.and_then(|l| Moment::parse(&l.plain()));
    // A DTEND may have been of a sort, or in a zone, of its own: the form shows it as the start.
    let zone_param = |l: &Line<'_>| l.param("TZID");
    let sort = |l: &Line<'_>| Some((discriminant(&Moment::parse(&l.plain())?), zone_param(l)));
    let like_start = was.is_some() && line.and_then(sort) == start.and_then(sort);
    let keep_head = keeps_form && like_start && tree.find(c, name).is_some();
    let head = match line.filter(|line| line.is(name)) {
        Some(line) if keep_head => line.head().to_vec(),
        Some(line) => line.head_without(|p| matches!(p.name.as_str(), "TZID" | "VALUE")),
        None => name.as_bytes().to_vec(),
    };
    let line = match was {
        Some(Moment::Date(_)) if keep_head => edit::with_value(&head, Moment::Date(at.date())),
        Some(Moment::Utc(_)) if keep_head => edit::with_value(&head, Moment::Utc(at)),
        Some(Moment::Local(_)) if keep_head => edit::with_value(&head, Moment::Local(at)),
        _ => {
            let own = start.filter(|_| keeps_form).and_then(zone_param);
            let zone = own.as_deref().unwrap_or(&new.zone);
            [head, compose::moment(at, new.all_day, zone).into_bytes()].concat()
        }
    };
    match (tree.find(c, name), tree.find(c, "DTSTART")) {
        (None, Some(start)) => {
            let folded = super::lines::fold(&line, tree.eol());
            tree.insert(start + 1, folded);
        }
        _ => edit::set_line(tree, c, name, line),
    }
}

/// A zone that the text does not define is defined, but where that would change what another
/// zone is guessed to be; its name says enough.
fn zone_known(tree: &mut Tree<'_>, c: usize, tzid: &str, all_day: bool) {
    let Some(start) = start(tree, c) else { return };
    let mut zones = Zones::new(tree);
    let named = matches!(Zone::by_name(tzid), Some(Zone::Named(_)));
    if all_day || !named || zones.defined(tzid).is_some() || zones.guesses() {
        return;
    }
    let Some(lines) = zone::definition(tzid, start.utc(), start.utc()) else { return };
    let Some(calendar) = tree.named("VCALENDAR").next() else { return };
    let inner = tree.components().iter().find(|c| c.parent == Some(calendar)).map(|c| c.begin);
    let at = inner.unwrap_or(tree.components()[calendar].begin + 1);
    let eol = tree.eol();
    let lines = lines.into_iter().map(|line| super::lines::fold(line.as_bytes(), eol)).collect();
    tree.insert_all(at, lines);
}
