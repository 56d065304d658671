//! Items as one file.

use std::collections::HashMap;

use super::end_line;
use super::scan::{Calendar, Object, Piece, scan};
use crate::order;
use crate::text::PRODID;
use crate::text::lines::lines;

/// Calendars in a row in which an item is looked for a place.
const TRIED: usize = 16;

/// A file, and what could not be put into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Joined {
    pub text: Vec<u8>,
    /// By their numbers, the items that are not whole: whatever stood behind them would
    /// be read as a part of them.
    pub left: Vec<usize>,
}

/// Calendar objects as one: each component byte for byte, each time zone once.
///
/// Where two items define a time zone of the same name differently, the second is in
/// another VCALENDAR of the same file (RFC 5545, 3.4), so that both keep their times
/// and their lines. This does not concern names that are `known` to everybody (those
/// of IANA): they say it all, and the longest definition is taken. What names a zone that
/// nobody defines is only with what has the same around it to guess the zone by.
pub fn calendar<T: AsRef<[u8]>>(items: &[T], known: &dyn Fn(&str) -> bool) -> Joined {
    let mut joined = Joined::default();
    let mut groups: Vec<Group> = Vec::new();
    let mut asked: HashMap<String, bool> = HashMap::new();
    for (number, item) in items.iter().enumerate() {
        let scanned = scan(item.as_ref());
        let whole = scanned.broken.is_empty() && !scanned.objects.is_empty();
        if !whole || scanned.objects.iter().any(|object| matches!(object, Object::Card(_))) {
            joined.left.push(number);
            continue;
        }
        for object in &scanned.objects {
            let Object::Calendar(calendar) = object else { continue };
            let new = Group::of(calendar, |name| match asked.get(name) {
                Some(known) => *known,
                None => *asked.entry(name.to_owned()).or_insert(known(name)),
            });
            let tried = groups.len().saturating_sub(TRIED);
            match groups[tried..].iter_mut().find(|group| group.has_room(&new)) {
                Some(group) => group.take(new),
                None => groups.push(new),
            }
        }
    }
    if groups.is_empty() {
        groups.push(Group::default());
    }
    groups.iter().for_each(|group| group.print(&mut joined.text));
    joined
}

/// vCards one after the other, byte for byte.
pub fn cards<T: AsRef<[u8]>>(items: &[T]) -> Joined {
    let mut joined = Joined::default();
    for (number, item) in items.iter().enumerate() {
        let scanned = scan(item.as_ref());
        let cards: Vec<&Piece<'_>> = scanned.objects.iter().filter_map(card).collect();
        if cards.is_empty() || cards.len() < scanned.objects.len() || !scanned.broken.is_empty() {
            joined.left.push(number);
            continue;
        }
        cards.iter().for_each(|card| end_line(&mut joined.text, card.bytes));
    }
    joined
}

fn card<'a>(object: &'a Object<'a>) -> Option<&'a Piece<'a>> {
    match object {
        Object::Card(card) => Some(card),
        Object::Calendar(_) => None,
    }
}

/// What becomes one VCALENDAR.
#[derive(Default)]
struct Group {
    /// VERSION and CALSCALE, where they are not what nearly all have.
    version: Option<Vec<u8>>,
    scale: Option<Vec<u8>>,
    /// X-WR-TIMEZONE and all VTIMEZONEs, where a zone is guessed by them (`Zones::guess`).
    guess: Option<Vec<u8>>,
    /// In the order of their coming.
    zones: Vec<Zone>,
    by_name: HashMap<String, usize>,
    body: Vec<u8>,
}

struct Zone {
    name: String,
    known: bool,
    definition: Vec<u8>,
    /// What it says, without what it says of itself.
    rules: Vec<Vec<u8>>,
}

impl Group {
    fn of(calendar: &Calendar<'_>, mut known: impl FnMut(&str) -> bool) -> Group {
        let mut group = Group::default();
        for line in calendar.head.iter().flat_map(|line| lines(line)) {
            let value = line.value().trim_ascii().to_vec();
            if line.is("VERSION") {
                group.version = Some(value).filter(|value| value != b"2.0");
            } else if line.is("CALSCALE") {
                group.scale = Some(value).filter(|value| !value.eq_ignore_ascii_case(b"GREGORIAN"));
            }
        }
        let (used, defined) = (calendar.used(), calendar.defined());
        if used.iter().any(|name| !defined.contains(name) && !known(name)) {
            let mut guess = Vec::new();
            let line = calendar.head.iter().find(|line| lines(line).any(|line| line.is("X-WR-TIMEZONE")));
            line.into_iter().for_each(|line| end_line(&mut guess, line));
            calendar.timezones().for_each(|(piece, _)| end_line(&mut guess, piece.bytes));
            group.guess = Some(guess);
        }
        for piece in &calendar.parts {
            match piece.zones.first().filter(|_| piece.name == "VTIMEZONE") {
                Some(name) if group.guess.is_none() && used.contains(&**name) && !group.by_name.contains_key(name) => {
                    let mut definition = Vec::with_capacity(piece.bytes.len());
                    end_line(&mut definition, piece.bytes);
                    let rules = rules(piece.bytes);
                    group.add(Zone { name: name.clone(), known: known(name), definition, rules });
                }
                None if piece.name != "VTIMEZONE" => end_line(&mut group.body, piece.bytes),
                _ => {}
            }
        }
        group
    }

    fn add(&mut self, zone: Zone) {
        self.by_name.insert(zone.name.clone(), self.zones.len());
        self.zones.push(zone);
    }

    fn zone(&self, name: &str) -> Option<&Zone> {
        self.by_name.get(name).and_then(|at| self.zones.get(*at))
    }

    fn has_room(&self, new: &Group) -> bool {
        let fits = |zone: &Zone| {
            zone.known
                || self
                    .zone(&zone.name)
                    .is_none_or(|there| there.definition == zone.definition || there.rules == zone.rules)
        };
        let alike = self.version == new.version && self.scale == new.scale && self.guess == new.guess;
        alike && new.zones.iter().all(fits)
    }

    fn take(&mut self, new: Group) {
        self.body.extend_from_slice(&new.body);
        for zone in new.zones {
            match self.by_name.get(&zone.name).copied().and_then(|at| self.zones.get_mut(at)) {
                None => self.add(zone),
                Some(there) if zone.known && zone.definition.len() > there.definition.len() => *there = zone,
                Some(_) => {}
            }
        }
    }

    fn print(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"BEGIN:VCALENDAR\r\nVERSION:");
        out.extend_from_slice(self.version.as_deref().unwrap_or(b"2.0"));
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&[PRODID.as_bytes(), b"\r\n"].concat());
        if let Some(scale) = &self.scale {
            out.extend_from_slice(&[b"CALSCALE:", &scale[..], b"\r\n"].concat());
        }
        out.extend_from_slice(self.guess.as_deref().unwrap_or_default());
        self.zones.iter().for_each(|zone| out.extend_from_slice(&zone.definition));
        out.extend_from_slice(&self.body);
        out.extend_from_slice(b"END:VCALENDAR\r\n");
    }
}

/// What a VTIMEZONE says of the time: its observances, without names and notes, in an
/// order of their own.
fn rules(definition: &[u8]) -> Vec<Vec<u8>> {
    let mut observances: Vec<Vec<Vec<u8>>> = Vec::new();
    for line in lines(definition) {
        let says = ["DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE", "EXDATE"];
        if line.is("BEGIN") {
            observances.push(vec![line.value().trim_ascii().to_ascii_uppercase()]);
        } else if let Some(observance) = observances.last_mut()
            && says.iter().any(|name| line.is(name))
        {
            observance.push(line.logical().trim_ascii().to_ascii_uppercase());
        }
    }
    let mut rules: Vec<Vec<u8>> = observances
        .into_iter()
        .map(|mut lines| {
            order::all(&mut lines);
            lines.join(&b'\n')
        })
        .collect();
    order::all(&mut rules);
    rules
}
