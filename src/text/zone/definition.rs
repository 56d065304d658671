//! The VTIMEZONE of a zone that is known by name (RFC 5545, 3.6.5).

use super::Zone;
use super::known::{self, Change};
use crate::text::moment::{Moment, at, seconds};

/// The lines (neither folded nor ended) of a VTIMEZONE under that name, right from
/// a year before `from` on and beyond `to` (seconds): where the clock follows a rule
/// it stays open. `None` for a name nobody knows, and for UTC.
pub fn definition(tzid: &str, from: i64, to: i64) -> Option<Vec<String>> {
    const YEAR: i64 = 366 * 86_400;
    let Zone::Named(known) = Zone::by_name(tzid)? else { return None };
    let (from, to) = (from.saturating_sub(YEAR), to.max(from).saturating_add(2 * YEAR));
    let ruled = known.rule.map_or(i32::MAX, |(year, _)| year);
    let mut out = vec!["BEGIN:VTIMEZONE".to_owned(), format!("TZID:{tzid}")];
    let before = known.onsets.partition_point(|(onset, _)| *onset <= from).saturating_sub(1);
    let (onset, mut offset) = *known.onsets.get(before)?;
    // When what holds at `from` began, as far as that is known.
    let since = onset.max(known::FIRST);
    let mut ruled_from = known::year(since);
    if ruled_from < ruled {
        // Before it, and what comes until there is a rule, one by one.
        let earlier = before.checked_sub(1).and_then(|at| known.onsets.get(at));
        let held = earlier.map_or(offset, |(_, offset)| *offset);
        observance(&mut out, offset > held, since, (held, offset), None);
        for (onset, new) in known.onsets[before + 1..].iter().take_while(|(onset, _)| *onset <= to) {
            if known::year(*onset + offset) >= ruled {
                break;
            }
            observance(&mut out, *new > offset, *onset, (offset, *new), None);
            offset = *new;
        }
        ruled_from = ruled;
    }
    if let Some((_, changes)) = known.rule.filter(|_| known::year(to) >= ruled_from) {
        for (change, other) in [(changes[0], changes[1]), (changes[1], changes[0])] {
            let start = seconds(change.local(ruled_from)?) - other.offset;
            observance(&mut out, change.offset > other.offset, start, (other.offset, change.offset), Some(change));
        }
    }
    out.push("END:VTIMEZONE".to_owned());
    Some(out)
}

/// From `onset` on, by `change` again each year.
fn observance(out: &mut Vec<String>, daylight: bool, onset: i64, (from, to): (i64, i64), change: Option<Change>) {
    let sort = if daylight { "DAYLIGHT" } else { "STANDARD" };
    out.push(format!("BEGIN:{sort}"));
    out.push(format!("DTSTART:{}", Moment::Local(at(onset + from))));
    out.push(format!("TZOFFSETFROM:{}", offset(from)));
    out.push(format!("TZOFFSETTO:{}", offset(to)));
    if let Some(change) = change {
        let week = if change.week == 5 { -1 } else { i64::from(change.week) };
        let day = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][change.weekday.num_days_from_monday() as usize];
        out.push(format!("RRULE:FREQ=YEARLY;BYMONTH={};BYDAY={week}{day}", change.month));
    }
    out.push(format!("END:{sort}"));
}

/// A UTC-OFFSET (RFC 5545, 3.3.14), with seconds where it has some.
fn offset(seconds: i64) -> String {
    let (sign, s) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let rest = if s % 60 == 0 { String::new() } else { format!("{:02}", s % 60) };
    format!("{sign}{:02}{:02}{rest}", s / 3600, s / 60 % 60)
}
