//! The tables of zones say what chrono-tz and calcard say. Where those were updated:
//! `PIMENTO_WRITE=1 cargo test --all-features --lib known` writes the tables anew.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{Datelike, Offset, TimeZone};

use crate::text::moment::{at, seconds};
use crate::text::zone::Zone;
use crate::text::zone::known::{Change, FIRST, text, zone};
use crate::text::zone::packed::{LEAST, unpack};

const DAY: i64 = 86_400;
/// chrono-tz knows no further changes.
const HORIZON: i64 = 4_102_444_800; // 2100-01-01

fn offset(tz: chrono_tz::Tz, utc: i64) -> i64 {
    i64::from(tz.offset_from_utc_datetime(&at(utc)).fix().local_minus_utc())
}

/// When (seconds) which offset begins, found by looking twice a day.
fn changes(tz: chrono_tz::Tz) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    let (mut from, mut old) = (FIRST, offset(tz, FIRST));
    while from < HORIZON {
        let to = from + DAY / 2;
        let new = offset(tz, to);
        if new != old {
            let (mut low, mut high) = (from, to);
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if offset(tz, middle) == old { low = middle } else { high = middle }
            }
            found.push((high, new));
            old = new;
        }
        from = to;
    }
    found
}

/// Which change of a year it is, if its week counts from the month's beginning and if
/// from its end.
fn rules(onset: i64, before: i64, offset: i64) -> Vec<Change> {
    let local = at(onset + before);
    let (day, month) = (local.day(), local.month());
    let time = seconds(local).rem_euclid(DAY);
    let last = at(seconds(local) + 7 * DAY).month() != month;
    let weeks = [Some((day - 1) / 7 + 1).filter(|n| *n < 5), last.then_some(5)];
    let change = |week| Change { month, week, weekday: local.weekday(), time, offset };
    weeks.into_iter().flatten().map(change).collect()
}

/// The rule that all changes from some year on follow, with that year.
fn rule(first: i64, changes: &[(i64, i64)]) -> Option<(i32, [Change; 2])> {
    let with_before: Vec<(i64, i64, i64)> = std::iter::once(first)
        .chain(changes.iter().map(|c| c.1))
        .zip(changes)
        .map(|(before, (onset, new))| (*onset, before, *new))
        .collect();
    let year = |c: &(i64, i64, i64)| at(c.0 + c.1).year();
    let of = |y: i32| with_before.iter().filter(|c| year(c) == y).collect::<Vec<_>>();
    let last = of(2098);
    let [a, b] = last.as_slice() else { return None };
    let mut best = None;
    for one in rules(a.0, a.1, a.2) {
        for two in rules(b.0, b.1, b.2) {
            let follows = |y: i32| match of(y).as_slice() {
                [a, b] => rules(a.0, a.1, a.2).contains(&one) && rules(b.0, b.1, b.2).contains(&two),
                _ => false,
            };
            let from = (1900..=2098).rev().take_while(|y| follows(*y)).last();
            if let Some(from) = from.filter(|from| *from < 2090) {
                best = best.into_iter().chain([(from, [one, two])]).min_by_key(|(from, _)| *from);
            }
        }
    }
    best
}

fn base36(mut n: i64) -> String {
    let mut out = Vec::new();
    loop {
        out.push(char::from_digit(u32::try_from(n % 36).unwrap(), 36).unwrap());
        n /= 36;
        if n == 0 {
            return out.into_iter().rev().collect();
        }
    }
}

fn line(tz: chrono_tz::Tz) -> String {
    let first = offset(tz, FIRST);
    let mut changes = changes(tz);
    let rule = rule(first, &changes);
    if let Some((year, _)) = rule {
        let mut before = first;
        changes.retain(|(onset, new)| at(onset + std::mem::replace(&mut before, *new)).year() < year);
    }
    let mut offsets = vec![first];
    let later = rule.iter().flat_map(|(_, c)| c.map(|c| c.offset));
    for new in changes.iter().map(|c| c.1).chain(later) {
        if !offsets.contains(&new) {
            offsets.push(new);
        }
    }
    let capital = |offset: i64| {
        let n = offsets.iter().position(|o| *o == offset).unwrap();
        char::from(b'A' + u8::try_from(n).unwrap())
    };
    let mut last = FIRST;
    let told: String = changes
        .iter()
        .map(|(onset, new)| {
            let since = onset - std::mem::replace(&mut last, *onset);
            let since = if since % 900 == 0 { base36(since / 900) } else { format!(".{}", base36(since)) };
            format!("{since}{}", capital(*new))
        })
        .collect();
    let change = |c: Change| {
        let weekday = c.weekday.num_days_from_monday();
        format!("{}.{}.{weekday}.{}{}", c.month, c.week, c.time, capital(c.offset))
    };
    let ruled = rule.map(|(year, [a, b])| format!("{year}:{},{}", change(a), change(b))).unwrap_or_default();
    let offsets: Vec<String> = offsets.iter().map(i64::to_string).collect();
    format!("{}|{told}|{ruled}", offsets.join(" "))
}

/// What `known.packed` is made of, in its order.
const TEXTS: [&str; 3] = ["zones.txt", "names.txt", "displays.txt"];

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/text/zone").join(name)
}

fn texts() -> String {
    TEXTS.map(|name| std::fs::read_to_string(file(name)).unwrap()).concat()
}

/// As [`unpack`] reads it, in the fewest bytes.
fn pack(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    assert!(text.is_ascii());
    // At each place: how far back stands how much of what follows, each longer than the last.
    let mut before: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut repeats: Vec<Vec<(usize, usize)>> = vec![Vec::new(); bytes.len()];
    for at in 0..bytes.len().saturating_sub(LEAST - 1) {
        let same = before.entry(&bytes[at..at + LEAST]).or_default();
        for &there in same.iter().rev().take_while(|there| at - **there <= usize::from(u16::MAX)) {
            let long = bytes[at..].iter().zip(&bytes[there..]).take(LEAST + 127).take_while(|(a, b)| a == b).count();
            if repeats[at].last().is_none_or(|(longest, _)| long > *longest) {
                repeats[at].push((long, at - there));
            }
        }
        same.push(at);
    }
    // From the end: the fewest bytes for the rest, and the first step to them.
    let mut rest: Vec<(usize, Option<(usize, usize)>)> = vec![(0, None); bytes.len() + 1];
    for at in (0..bytes.len()).rev() {
        rest[at] = (rest[at + 1].0 + 1, None);
        for &(longest, back) in &repeats[at] {
            for long in LEAST..=longest {
                if rest[at + long].0 + 3 < rest[at].0 {
                    rest[at] = (rest[at + long].0 + 3, Some((long, back)));
                }
            }
        }
    }
    let (mut packed, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let Some((long, back)) = rest[at].1 else {
            packed.push(bytes[at]);
            at += 1;
            continue;
        };
        packed.push(u8::try_from(128 + long - LEAST).unwrap());
        packed.extend(u16::try_from(back).unwrap().to_le_bytes());
        at += long;
    }
    packed
}

#[test]
fn what_is_packed_is_what_the_tables_say() {
    let texts = texts();
    assert_eq!(text(), texts, "see the head of this file");
    for text in ["", "a", "aaaaaaaaaa", "abcdabcdabcdabcd, abcd", &"long ".repeat(100)] {
        let packed = pack(text);
        assert_eq!(unpack(&packed).as_deref(), Some(text));
        assert!(packed.len() <= text.len());
    }
    for broken in [&b"a\x80\x02\x00"[..], b"a\x80\x01", b"\x80\x00\x00", b"a\x80\x00\x00"] {
        assert_eq!(unpack(broken), None, "{broken:?}");
    }
}

/// Each zone of the tables by its names.
fn all_names() -> impl Iterator<Item = &'static str> {
    text().lines().filter_map(|line| line.split_once('|')).flat_map(|(names, _)| names.split(','))
}

/// The names of others, each with its IANA name, but for those in `displays.txt`.
pub fn other_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("../zone/names.txt").lines().filter_map(|line| line.rsplit_once('='))
}

/// The tables as they should be.
fn made() -> String {
    let mut zones: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for tz in chrono_tz::TZ_VARIANTS {
        zones.entry(line(tz)).or_default().push(tz.name());
    }
    let mut lines: Vec<String> =
        zones.into_iter().map(|(line, names)| format!("{}|{line}\n", names.join(","))).collect();
    lines.sort();
    lines.concat()
}

#[test]
fn zones_are_those_of_the_database() {
    if std::env::var_os("PIMENTO_WRITE").is_some() {
        std::fs::write(file("zones.txt"), made()).unwrap();
        std::fs::write(file("known.packed"), pack(&texts())).unwrap();
        return;
    }
    assert_eq!(all_names().count(), chrono_tz::TZ_VARIANTS.len());
    let mut compared = 0;
    for tz in chrono_tz::TZ_VARIANTS {
        let known = zone(tz.name()).unwrap_or_else(|| panic!("{} is missing", tz.name()));
        let ours = |utc: i64| {
            let after = known.onsets.partition_point(|(onset, _)| *onset <= utc);
            known.onsets[after - 1].1
        };
        // At each change, and every five days and some hours.
        let at_changes = known.onsets[1..].iter().flat_map(|(onset, _)| [onset - 1, *onset]);
        for utc in
            at_changes.chain((FIRST..HORIZON).step_by(450_001)).filter(|utc| (FIRST..HORIZON - 400 * DAY).contains(utc))
        {
            assert_eq!(ours(utc), offset(tz, utc), "{} at {}: see the head of this file", tz.name(), at(utc));
            compared += 1;
        }
    }
    assert!(compared > 7_000_000, "{compared}");
}

#[test]
fn names_mean_what_calcard_says() {
    let mut found = 0;
    for (name, iana) in other_names() {
        let theirs =
            calcard::common::timezone::Tz::from_str(name).ok().and_then(|tz| tz.name().map(|n| n.into_owned()));
        // The one that calcard does not know, and one that has two names.
        if !["South Sudan Standard Time", "Universal Coordinated Time"].contains(&name) {
            assert_eq!(theirs.as_deref(), Some(iana), "{name}");
        }
        assert!(matches!(Zone::by_name(name), Some(Zone::Named(_) | Zone::Utc)), "{name}");
        found += 1;
    }
    assert_eq!(found, 297);
}
