//! Time zones: IANA and Windows names by tables of our own (`known`), VTIMEZONEs
//! under private names by their own observances, and the VTIMEZONE of a new event.

mod definition;
pub(crate) mod known;
pub(crate) mod packed;

use std::collections::HashMap;
use std::rc::Rc;

use chrono::NaiveDateTime;

pub use self::definition::definition;
use self::known::Known;
use super::lines::Tree;
use super::moment::{Moment, at, seconds};
use super::recur;
use crate::order;

/// How local times relate to UTC.
#[derive(Clone, Debug)]
pub enum Zone {
    /// The reader's own; here as if it were UTC.
    Floating,
    Utc,
    Named(Rc<Known>),
    /// By the observances of a VTIMEZONE: from when (seconds) which offset
    /// (seconds east); sorted, never empty. The first holds before it too.
    Described(Vec<(i64, i64)>),
}

impl Zone {
    /// Seconds east of UTC at that moment.
    fn offset(&self, utc: i64) -> i64 {
        let onsets = match self {
            Zone::Floating | Zone::Utc => return 0,
            Zone::Named(known) => &known.onsets,
            Zone::Described(onsets) => onsets,
        };
        let after = onsets.partition_point(|(onset, _)| *onset <= utc);
        onsets.get(after.saturating_sub(1)).map_or(0, |(_, offset)| *offset)
    }

    /// The moment (seconds) of a local time. A time that happens twice is the
    /// first, one that is skipped is taken with the offset before the gap (RFC
    /// 5545, 3.3.5).
    pub fn to_utc(&self, local: NaiveDateTime) -> i64 {
        const DAY: i64 = 86_400;
        let local = seconds(local);
        if let Zone::Floating | Zone::Utc = self {
            return local;
        }
        let before = self.offset(local - DAY);
        let after = self.offset(local + DAY);
        let first = local - before;
        if before == after || self.offset(first) == before {
            return first;
        }
        let second = local - after;
        if self.offset(second) == after { second } else { first }
    }

    /// The local time of a moment (seconds).
    pub fn to_local(&self, utc: i64) -> NaiveDateTime {
        at(utc.saturating_add(self.offset(utc)))
    }

    /// The IANA name: empty for floating, and for what has none.
    pub fn name(&self) -> String {
        match self {
            Zone::Utc => "UTC".to_owned(),
            Zone::Named(known) => known.name.to_owned(),
            Zone::Floating | Zone::Described(_) => String::new(),
        }
    }

    /// By an IANA or Windows name, or what other programs put around one
    /// (`/freeassociation.sourceforge.net/Europe/Berlin`; quirk 25).
    pub fn by_name(name: &str) -> Option<Zone> {
        let name = name.trim().trim_matches('"');
        if name.is_empty() {
            return None;
        }
        if ["utc", "z", "gmt", "etc/utc"].contains(&name.to_ascii_lowercase().as_str()) {
            return Some(Zone::Utc);
        }
        // As Exchange writes names; `tzone://Microsoft/Custom` is none.
        let name = match name.get(..18) {
            Some(prefix) if prefix.eq_ignore_ascii_case("tzone://Microsoft/") => name[18..].trim(),
            _ => name,
        };
        if ["utc", "gmt"].contains(&name.to_ascii_lowercase().as_str()) {
            return Some(Zone::Utc);
        }
        // What others put before a name of the database, or behind it: Outlook's
        // `(UTC+01:00) Amsterdam, Berlin`, prefixes that are paths.
        let bare = name.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(_, bare)| bare.trim());
        let named = bare.unwrap_or(name);
        let steps: Vec<&str> = name.split('/').collect();
        let tails = (1..=3).rev().filter(|n| *n < steps.len()).map(|n| steps[steps.len() - n..].join("/"));
        let known = known::zone(named).or_else(|| known::zone(known::other_name(named)?));
        let known = known.or_else(|| tails.into_iter().find_map(|name| known::zone(&name)));
        known.map(|known| match known.name {
            "UTC" | "Etc/UTC" | "Etc/UCT" | "UCT" | "Zulu" | "Etc/Zulu" | "Universal" | "Etc/Universal" => Zone::Utc,
            _ => Zone::Named(known),
        })
    }
}

/// `(GMT+01:00) Somewhere`: the zone of the database that is so far from UTC, in winter and,
/// as nothing says otherwise, in summer.
fn whole_hours(name: &str) -> Option<Zone> {
    let offset = name.trim().trim_matches('"').strip_prefix('(')?.split_once(')')?.0.trim();
    let offset = offset.strip_prefix("UTC").or_else(|| offset.strip_prefix("GMT"))?.trim();
    // Its names have the sign the other way round.
    let (sign, digits) = match offset.split_at_checked(1)? {
        ("+", digits) => ('-', digits),
        ("-", digits) => ('+', digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "00"));
    let hours: u8 = hours.parse().ok()?;
    let name = Some(format!("Etc/GMT{sign}{hours}")).filter(|_| minutes == "00")?;
    known::zone(&name).map(Zone::Named)
}

/// The zones of one text, each resolved once.
pub struct Zones<'t, 'a> {
    tree: &'t Tree<'a>,
    known: HashMap<String, Option<Zone>>,
    /// The VTIMEZONEs by their TZID, once asked for.
    definitions: Option<HashMap<String, usize>>,
    /// Not asked for yet, nothing to go by, or the zone.
    guess: Option<Option<Zone>>,
    /// For the rules of all its VTIMEZONEs.
    budget: recur::Budget,
}

impl<'t, 'a> Zones<'t, 'a> {
    pub fn new(tree: &'t Tree<'a>) -> Zones<'t, 'a> {
        Zones { tree, known: HashMap::new(), definitions: None, guess: None, budget: recur::Budget::new() }
    }

    /// The zone of a TZID: by its name, else by what the text's VTIMEZONE says of
    /// itself, else by its observances. `None`: nobody knows.
    pub fn resolve(&mut self, tzid: &str) -> Option<Zone> {
        if let Some(zone) = self.known.get(tzid) {
            return zone.clone();
        }
        let zone = Zone::by_name(tzid).or_else(|| {
            let c = self.defined(tzid)?;
            self.described(c)
        });
        self.known.insert(tzid.to_owned(), zone.clone());
        zone
    }

    /// The VTIMEZONE that defines a TZID, the first if there are several.
    pub(super) fn defined(&mut self, tzid: &str) -> Option<usize> {
        let tree = self.tree;
        let definitions = self.definitions.get_or_insert_with(|| {
            let mut definitions = HashMap::new();
            for c in tree.named("VTIMEZONE") {
                definitions.entry(tree.text(c, "TZID").trim().to_owned()).or_insert(c);
            }
            definitions
        });
        definitions.get(tzid.trim()).copied()
    }

    /// Whether the text names a zone that is guessed by what VTIMEZONEs it has: one more
    /// would be another guess.
    pub(super) fn guesses(&mut self) -> bool {
        let mut names = self.tree.lines().iter().filter_map(|line| line.param("TZID"));
        names.any(|tzid| whole_hours(&tzid).is_none() && self.resolve(&tzid).is_none())
    }

    /// The zone that a TZID which nobody knows is taken for: one as far from UTC as it says
    /// itself, else that of the text's only VTIMEZONE, else the one that X-WR-TIMEZONE gives
    /// the whole calendar. `None`: nothing to go by, the time is taken as floating.
    pub fn guess(&mut self, tzid: &str) -> Option<Zone> {
        if let Some(zone) = whole_hours(tzid) {
            return Some(zone);
        }
        if self.guess.is_none() {
            let tree = self.tree;
            let mut timezones = tree.named("VTIMEZONE");
            let only = timezones.next().filter(|_| timezones.next().is_none());
            let of_it = only.and_then(|c| Zone::by_name(&tree.text(c, "TZID")).or_else(|| self.described(c)));
            let of_calendar = || {
                let c = tree.named("VCALENDAR").next()?;
                Zone::by_name(&tree.text(c, "X-WR-TIMEZONE"))
            };
            self.guess = Some(of_it.or_else(of_calendar));
        }
        self.guess.clone().flatten()
    }

    fn described(&mut self, timezone: usize) -> Option<Zone> {
        let location = Zone::by_name(&self.tree.text(timezone, "X-LIC-LOCATION"));
        location.or_else(|| describe(self.tree, timezone, &mut self.budget))
    }
}

/// The observances of a VTIMEZONE (RFC 5545, 3.6.5) written out.
fn describe(tree: &Tree<'_>, timezone: usize, budget: &mut recur::Budget) -> Option<Zone> {
    // Nobody plans further; a rule without end has to end somewhere.
    const HORIZON: i64 = 7_258_118_400; // 2200-01-01
    const ONSETS: usize = 1_000;
    let mut onsets = Vec::new();
    let mut earliest: Option<(i64, i64)> = None;
    let observance = |c: &usize| matches!(tree.components()[*c].name.as_str(), "STANDARD" | "DAYLIGHT");
    for c in tree.inner(Some(timezone)).filter(observance) {
        let (Some(start), Some(to)) = (
            tree.get(c, "DTSTART").and_then(|l| Moment::parse(&l.plain())),
            tree.get(c, "TZOFFSETTO").and_then(|l| offset(&l.plain())),
        ) else {
            continue;
        };
        let from = tree.get(c, "TZOFFSETFROM").and_then(|l| offset(&l.plain())).unwrap_or(to);
        let mut locals = vec![seconds(start.local())];
        // An UNTIL in UTC is reckoned with the offset before.
        let zone = Zone::Described(vec![(0, from)]);
        for line in tree.all(c, "RRULE") {
            let series = recur::Series { start, zone: &zone };
            if let Some(found) = recur::rule(&line.plain(), series, (i64::MIN, HORIZON), ONSETS, budget) {
                locals.extend(found.starts);
            }
        }
        for line in tree.all(c, "RDATE") {
            locals.extend(line.plain().split(',').filter_map(Moment::parse).map(|m| seconds(m.local())));
        }
        onsets.extend(locals.into_iter().map(|local| (local - from, to)));
        let first = (seconds(start.local()) - from, from);
        earliest = Some(earliest.map_or(first, |e| e.min(first)));
    }
    let (first, before) = earliest?;
    onsets.push((first - 1, before));
    order::all(&mut onsets);
    onsets.dedup();
    Some(Zone::Described(onsets))
}

/// A UTC-OFFSET value in seconds: `+0100`, `-033000`.
fn offset(value: &str) -> Option<i64> {
    let value = value.trim();
    let (digits, sign) = match value.strip_prefix('-') {
        Some(rest) => (rest, -1),
        None => (value.strip_prefix('+').unwrap_or(value), 1),
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |d| d.parse::<i64>().ok());
    let total = part(0)? * 3600 + part(2)? * 60 + part(4)?;
    (total < 86_400).then_some(total * sign)
}
