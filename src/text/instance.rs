//! One instance of a series: where it is, what describes it, and a component of its own
//! (RFC 5545, 3.8.4.4).

use std::collections::HashSet;

use crate::model::EventFields;

use super::follow::{self, form_of, overrides};
use super::lines::{Tree, fold};
use super::moment::{Moment, at};
use super::occur::{Instance, Placed, instances};
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
    /// Changed instances, with what their RECURRENCE-ID names.
    pub overrides: Vec<(usize, Placed)>,
}

impl<'t, 'a> Series<'t, 'a> {
    /// `None`: no event, or none with a start that can be read.
    pub fn read(tree: &'t Tree<'a>) -> Option<Series<'t, 'a>> {
        let c = main(tree)?;
        if tree.components()[c].name != "VEVENT" || tree.find(c, "RECURRENCE-ID").is_some() {
            return None;
        }
        Some(Series { tree, c, start: form_event::start(tree, c)?, overrides: overrides(tree, c) })
    }

    /// Whether both name the same instance: by the day where either is a date.
    pub fn names(&self, placed: &Placed, of: i64) -> bool {
        if self.start.moment.is_date() || placed.moment.is_date() {
            placed.moment.date() == self.start.zone.to_local(of).date()
        } else {
            placed.utc() == of
        }
    }

    /// The component that is about that instance alone.
    pub fn own(&self, of: i64) -> Option<usize> {
        self.overrides.iter().find(|(_, id)| self.names(id, of)).map(|(o, _)| *o)
    }

    /// The instance, and the component that describes it.
    pub fn instance(&self, of: i64) -> Option<Instance> {
        let mut zones = Zones::new(self.tree);
        // As far as a changed instance was moved, "this and following" may have moved this.
        let far = self.overrides.iter().filter_map(|(o, id)| {
            let start = super::occur::placed(self.tree.get(*o, "DTSTART")?, &mut zones)?;
            Some((start.utc() - id.utc()).abs())
        });
        let room = far.max().unwrap_or(0).min(EVER.1) + 86_400;
        let found = instances(self.tree, of.saturating_sub(room), of.saturating_add(room)).list;
        let uid = self.tree.text(self.c, "UID");
        found
            .into_iter()
            .find(|i| i.of == Some(of) && (i.component == self.c || self.tree.text(i.component, "UID") == uid))
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
        Some(EventFields { of: Some(of * 1000), recurs: series.recurs, recurrence: series.recurrence, ..fields })
    }

    /// That moment as the series' own are written.
    fn moment(&self, of: i64) -> Moment {
        like(&self.start, of)
    }

    /// A line of that name that names the instance.
    pub fn line(&self, name: &str, of: i64) -> String {
        let form = self.tree.get(self.c, "DTSTART").map(form_of).unwrap_or_default();
        match self.moment(of) {
            // The second of an hour that happens twice has no local name.
            Moment::Local(local) if self.start.zone.to_utc(local) != of => format!("{name}:{}", Moment::Utc(at(of))),
            moment => format!("{name}{form}:{moment}"),
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
        let start = super::occur::placed(tree.get(base, "DTSTART")?, &mut zones)?;
        let period = tree.all(self.c, "RDATE").any(|line| line.value().contains(&b'/'));
        let own: HashSet<usize> = tree.own(base).collect();
        let eol = tree.eol();
        let mut out: Vec<u8> = Vec::new();
        for i in range.begin..=range.end {
            let line = tree.lines().get(i)?;
            let is = |names: &[&str]| own.contains(&i) && names.iter().any(|name| line.is(name));
            let head = String::from_utf8_lossy(line.head());
            let new = if is(&["RRULE", "EXRULE", "RDATE", "EXDATE", "RECURRENCE-ID"]) {
                Vec::new()
            } else if is(&["DTSTART"]) {
                let mut new = vec![format!("{head}:{}", like(&start, instance.start)), self.line("RECURRENCE-ID", of)];
                if period {
                    new.push(format!("DTEND{}:{}", form_of(line), like(&start, instance.end)));
                }
                new
            } else if is(&["DTEND"]) {
                let end = super::occur::placed(line, &mut zones);
                // Without a zone of its own it is in the start's.
                let end = end.map(|end| if end.floating() { Placed { zone: start.zone.clone(), ..end } } else { end });
                let fits = |end: &Placed| !period && end.moment.is_date() == start.moment.is_date();
                end.filter(fits).map(|end| format!("{head}:{}", like(&end, instance.end))).into_iter().collect()
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
                out.extend_from_slice(&fold(line.as_bytes(), eol));
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

/// Makes a changed instance that of another of the series' starts, as far from it as it was.
pub(super) fn repoint(tree: &mut Tree<'_>, o: usize, to: i64) {
    let mut zones = Zones::new(tree);
    let Some(line) = tree.get(o, "RECURRENCE-ID") else { return };
    let Some(id) = super::occur::placed(line, &mut zones) else { return };
    let mut new = vec![("RECURRENCE-ID", format!("{}:{}", String::from_utf8_lossy(line.head()), like(&id, to)))];
    let by = like(&id, to).local() - id.moment.local();
    for name in ["DTSTART", "DTEND"] {
        let line = tree.get(o, name);
        if let Some((line, moment)) = line.and_then(|line| Some((line, super::occur::placed(line, &mut zones)?.moment)))
        {
            let Some(local) = moment.local().checked_add_signed(by) else { continue };
            let moment = match moment {
                Moment::Date(_) => Moment::Date(local.date()),
                Moment::Utc(_) => Moment::Utc(local),
                Moment::Local(_) => Moment::Local(local),
            };
            new.push((name, format!("{}:{moment}", String::from_utf8_lossy(line.head()))));
        }
    }
    for (name, line) in new {
        edit::set_line(tree, o, name, &line);
    }
}
