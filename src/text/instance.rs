//! One instance of a series: where it is, what describes it, and a component of its own
//! (RFC 5545, 3.8.4.4).

use std::collections::HashSet;

use chrono::{NaiveDateTime, NaiveTime};

use crate::model::EventFields;

use super::follow::{self, form_of, overrides};
use super::lines::{Tree, fold};
use super::moment::{Moment, at, seconds};
use super::occur::{Instance, Instances, Placed, instances, placed};
use super::recur::CLOCKS;
use super::zone::Zones;
use super::{edit, form_event, main};

/// Before any instance, and after any, in seconds, within the years there are.
pub(super) const EVER: (i64, i64) = (-62_000_000_000, 253_000_000_000);

/// Where most series have their next instance: looked at first, in seconds.
pub(super) const NEAR: i64 = 400 * 86_400;

/// A text's series with what is read of it.
pub(super) struct Series<'t, 'a> {
    pub tree: &'t Tree<'a>,
    /// Its own component.
    pub c: usize,
    pub start: Placed,
    /// Changed instances, each with the start that its RECURRENCE-ID names.
    pub overrides: Vec<(usize, i64)>,
}

impl<'t, 'a> Series<'t, 'a> {
    /// `None`: no event, or none with a start that can be read.
    pub fn read(tree: &'t Tree<'a>) -> Option<Series<'t, 'a>> {
        let c = main(tree)?;
        if tree.components()[c].name != "VEVENT" || tree.find(c, "RECURRENCE-ID").is_some() {
            return None;
        }
        let start = form_event::start(tree, c)?;
        let overrides = overrides(tree, c, &start).into_iter().map(|(o, id)| (o, id.of(&start))).collect();
        Some(Series { tree, c, start, overrides })
    }

    /// The component that names that instance: of several one that happens, and rather
    /// one that is about it alone.
    pub fn own(&self, of: i64) -> Option<usize> {
        let cancelled = |o| self.tree.text(o, "STATUS").trim().eq_ignore_ascii_case("CANCELLED");
        let those = self.overrides.iter().filter(|(_, id)| *id == of).map(|(o, _)| *o);
        those.min_by_key(|o| (cancelled(*o), ranged(self.tree, *o)))
    }

    /// The component whose "this and following" holds for that instance.
    pub fn governing(&self, of: i64) -> Option<usize> {
        let before = self.overrides.iter().filter(|(o, id)| *id <= of && ranged(self.tree, *o));
        before.max_by_key(|(_, id)| *id).map(|(o, _)| *o)
    }

    /// How far (seconds) a changed instance is from the start it names.
    fn moved(&self, o: usize) -> i64 {
        let of = self.overrides.iter().find(|(each, _)| *each == o).map(|(_, of)| *of);
        let start = self.tree.get(o, "DTSTART").and_then(|line| placed(line, &mut Zones::new(self.tree)));
        start.zip(of).map_or(0, |(start, of)| start.utc() - of)
    }

    /// The instance, and the component that describes it.
    pub fn instance(&self, of: i64) -> Option<Instance> {
        let own = self.own(of);
        // What is moved as others are is so far only by the clocks.
        let (at, room) = match own.or_else(|| self.governing(of)) {
            Some(o) => (of.saturating_add(self.moved(o)), CLOCKS),
            None => (of, 0),
        };
        let found = instances(self.tree, at.saturating_sub(room), at.saturating_add(room)).list;
        let uid = self.tree.text(self.c, "UID");
        let ours = |c: usize| c == self.c || self.tree.text(c, "UID") == uid;
        found.into_iter().find(|i| i.of == Some(of) && own.is_none_or(|o| i.component == o) && ours(i.component))
    }

    /// The start of the first instance from that one on which the component describes:
    /// `Some(None)` if there is none, `None` if that cannot be told.
    #[allow(clippy::option_option)]
    pub fn next(&self, o: usize, from: i64) -> Option<Option<i64>> {
        let begin = from.saturating_add(self.moved(o)).saturating_sub(CLOCKS);
        // An endless rule is not counted to its end for its next start.
        let near = instances(self.tree, begin, begin.saturating_add(NEAR));
        let next = |found: &Instances| {
            let described = found.list.iter().filter(|i| i.component == o).filter_map(|i| i.of);
            described.filter(|of| *of >= from).min()
        };
        next(&near).map(Some).or_else(|| {
            let all = instances(self.tree, begin, EVER.1);
            let next = next(&all);
            (next.is_some() || !all.cut).then_some(next)
        })
    }

    pub fn fields(&self, of: i64) -> Option<EventFields> {
        let series = form_event::fields(self.tree, self.c)?;
        let fields = match self.own(of) {
            Some(c) => form_event::fields(self.tree, c)?,
            None => {
                // Read as it would be written.
                let (text, begin) = self.with_component(&self.instance(of)?, of)?;
                let tree = Tree::parse(&text);
                form_event::fields(&tree, component_at(&tree, begin)?)?
            }
        };
        let since = series.start.get(..10).unwrap_or_default().to_owned();
        let of = Some(of * 1000);
        Some(EventFields { of, since, recurs: series.recurs, recurrence: series.recurrence, ..fields })
    }

    /// That moment as the series' own are written.
    fn moment(&self, of: i64) -> Moment {
        like(&self.start, of)
    }

    /// The seconds of a time of the series' sort and in its zone.
    pub fn at(&self, local: NaiveDateTime) -> i64 {
        match self.start.moment {
            Moment::Date(_) => seconds(local.date().and_time(NaiveTime::MIN)),
            Moment::Utc(_) => seconds(local),
            Moment::Local(_) => self.start.zone.to_utc(local),
        }
    }

    /// A line of that name that names the instance.
    pub fn line(&self, name: &str, of: i64) -> Vec<u8> {
        let form = self.tree.get(self.c, "DTSTART").map(form_of).unwrap_or_default();
        match self.moment(of) {
            // The second of an hour that happens twice has no local name.
            Moment::Local(local) if self.start.zone.to_utc(local) != of => {
                edit::with_value(name.as_bytes(), Moment::Utc(at(of)))
            }
            moment => edit::with_value(&[name.as_bytes(), &form].concat(), moment),
        }
    }

    /// The text with a component for that instance, and the line where it begins: what
    /// described the instance so far, with its own times.
    pub fn with_component(&self, instance: &Instance, of: i64) -> Option<(Vec<u8>, usize)> {
        let (tree, base) = (self.tree, instance.component);
        let range = tree.components().get(base).filter(|c| c.closed)?;
        let last = follow::family(tree, self.c).into_iter().filter_map(|o| tree.components().get(o)).map(|c| c.end);
        let behind = last.max()? + 1;
        let mut zones = Zones::new(tree);
        let start = placed(tree.get(base, "DTSTART")?, &mut zones)?;
        let period = tree.all(self.c, "RDATE").any(|line| line.value().contains(&b'/'));
        let own: HashSet<usize> = tree.own(base).collect();
        let eol = tree.eol();
        let mut out: Vec<u8> = Vec::new();
        for i in range.begin..=range.end {
            let line = tree.lines().get(i)?;
            let is = |names: &[&str]| own.contains(&i) && names.iter().any(|name| line.is(name));
            let new = if is(&["RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID"]) {
                Vec::new()
            } else if is(&["DTSTART"]) {
                let mut new =
                    vec![edit::with_value(line.head(), like(&start, instance.start)), self.line("RECURRENCE-ID", of)];
                if period {
                    new.push(edit::with_value(&[&b"DTEND"[..], &form_of(line)].concat(), like(&start, instance.end)));
                }
                new
            } else if is(&["DTEND"]) {
                let end = placed(line, &mut zones).map(|end| end.beside(&start));
                let fits = |end: &Placed| !period && end.moment.is_date() == start.moment.is_date();
                end.filter(fits)
                    .map(|end| edit::with_value(line.head(), like(&end, instance.end)))
                    .into_iter()
                    .collect()
            } else if period && is(&["DURATION"]) {
                Vec::new()
            } else {
                out.extend_from_slice(line.raw());
                if line.ending().is_empty() {
                    out.extend_from_slice(eol);
                }
                continue;
            };
            for line in new {
                out.extend_from_slice(&fold(&line, eol));
                out.extend_from_slice(eol);
            }
        }
        let mut text = tree.print();
        let rest: usize = tree.lines().get(behind..)?.iter().map(|line| line.raw().len()).sum();
        let rest = text.split_off(text.len() - rest);
        if !text.ends_with(b"\n") {
            text.extend_from_slice(eol);
        }
        text.extend_from_slice(&out);
        text.extend_from_slice(&rest);
        Some((text, behind))
    }
}

/// The component that begins on that line.
pub(super) fn component_at(tree: &Tree<'_>, begin: usize) -> Option<usize> {
    tree.components().iter().position(|c| c.begin == begin)
}

/// Those seconds as a moment of the same sort and in the same zone.
pub(super) fn like(placed: &Placed, utc: i64) -> Moment {
    match placed.moment {
        Moment::Date(_) => Moment::Date(at(utc).date()),
        Moment::Utc(_) => Moment::Utc(at(utc)),
        Moment::Local(own) => {
            let local = placed.zone.to_local(utc);
            // A time that a clock change skips is written as it is meant.
            let meant = local.date().and_time(own.time());
            Moment::Local(if placed.zone.to_utc(meant) == utc { meant } else { local })
        }
    }
}

/// Whether the component is about "this and following" instances.
pub(super) fn ranged(tree: &Tree<'_>, c: usize) -> bool {
    let range = tree.get(c, "RECURRENCE-ID").and_then(|line| line.param("RANGE"));
    range.is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"))
}

/// Makes a changed instance that of another of the series' starts, as far from it (in
/// the series' time) as it was.
pub(super) fn repoint(series: &Series<'_, '_>, tree: &mut Tree<'_>, o: usize, to: i64) {
    let mut zones = Zones::new(tree);
    let start = &series.start;
    let Some(line) = tree.get(o, "RECURRENCE-ID") else { return };
    let Some(id) = placed(line, &mut zones).map(|id| id.beside(start)) else { return };
    let local = start.zone.to_local(to);
    let by = local - start.zone.to_local(id.of(start));
    let name = match (start.moment, id.moment) {
        (_, Moment::Date(_)) => Moment::Date(local.date()),
        (Moment::Date(_), Moment::Utc(own)) => Moment::Utc(local.date().and_time(own.time())),
        (Moment::Date(_), Moment::Local(own)) => Moment::Local(local.date().and_time(own.time())),
        _ => like(&id, to),
    };
    let mut new = vec![("RECURRENCE-ID", edit::with_value(line.head(), name))];
    for name in ["DTSTART", "DTEND"] {
        let line = tree.get(o, name);
        if let Some((line, moment)) = line.and_then(|line| Some((line, placed(line, &mut zones)?.moment))) {
            let Some(local) = moment.local().checked_add_signed(by) else { continue };
            let moment = match moment {
                Moment::Date(_) => Moment::Date(local.date()),
                Moment::Utc(_) => Moment::Utc(local),
                Moment::Local(_) => Moment::Local(local),
            };
            new.push((name, edit::with_value(line.head(), moment)));
        }
    }
    for (name, line) in new {
        edit::set_line(tree, o, name, line);
    }
}
