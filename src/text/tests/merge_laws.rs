//! Laws of merging and of differences, for any text and for calendars made at random.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::calendar;
use super::properties::junk;
use crate::text::lines::Tree;
use crate::text::{difference, merge, same_meaning};

/// An event as choices: which value each of its properties has (0: none), or which
/// of several are there.
#[derive(Clone, Debug)]
struct Item {
    choices: [u8; 13],
    /// Lines stand the other way round.
    reversed: bool,
}

const KINDS: usize = 13;

impl Item {
    fn component(&self, of: &[usize], first: &str) -> String {
        let mut lines: Vec<String> = of.iter().flat_map(|kind| lines(*kind, self.choices[*kind])).collect();
        if self.reversed {
            lines.reverse();
        }
        lines.sort_by_key(|line| line.starts_with("BEGIN"));
        format!("BEGIN:VEVENT\nUID:u\n{first}{}END:VEVENT\n", lines.concat())
    }

    fn text(&self) -> String {
        let mut text = self.component(&[0, 1, 2, 3, 4, 5, 6, 7, 8], "");
        for (kind, id) in [(9, "RECURRENCE-ID:20260608T090000Z\n"), (10, "RECURRENCE-ID:20260615T090000Z\n")] {
            if self.choices[kind] > 0 {
                text.push_str(&self.component(&[kind, kind + 2], id));
            }
        }
        calendar(&text)
    }
}

/// The lines of one choice; several where its bits are of a set.
fn lines(kind: usize, choice: u8) -> Vec<String> {
    let one = |name: &str| if choice > 0 { vec![format!("{name}:{choice}\n")] } else { Vec::new() };
    let some = |names: [&str; 3]| -> Vec<String> {
        (0..3).filter(|bit| choice & (1 << bit) > 0).map(|bit| names[bit].to_owned()).collect()
    };
    let list = |name: &str, values: [&str; 3]| match some(values).join(",") {
        values if values.is_empty() => Vec::new(),
        values => vec![format!("{name}:{values}\n")],
    };
    match kind {
        0 | 9 | 10 => one("SUMMARY"),
        1 => one("LOCATION"),
        2 => vec![format!("DTSTART:2026060{}T090000Z\n", choice + 1)],
        3 => one("X-A"),
        4 => list("EXDATE", ["20260608T090000Z", "20260622T090000Z", "20260629T090000Z"]),
        5 => list("CATEGORIES", ["a", "b\\,b", "c"]),
        6 => some(["ATTENDEE:mailto:a@x\n", "ATTENDEE:mailto:b@x\n", "ATTENDEE;CN=c:mailto:c@x\n"]),
        7 => some(["1", "2", "3"]).iter().map(|at| format!("BEGIN:VALARM\nTRIGGER:-PT{at}H\nEND:VALARM\n")).collect(),
        8 => some(["X-M:1\n", "X-M:2\n", "X-M:3\n"]),
        _ => one("COMMENT"),
    }
}

/// A base, and what two sides made of it.
fn sides() -> impl Strategy<Value = [String; 3]> {
    let choices = || proptest::array::uniform13(0u8..8);
    // Often the same, else nearly all would clash.
    let changed = || proptest::array::uniform13(prop_oneof![4 => Just(false), 1 => Just(true)]);
    (choices(), choices(), changed(), choices(), changed(), any::<bool>()).prop_map(
        |(base, a, of_a, b, of_b, reversed)| {
            let side = |new: [u8; KINDS], changed: [bool; KINDS], reversed| {
                let choices = std::array::from_fn(|kind| if changed[kind] { new[kind] } else { base[kind] });
                Item { choices, reversed }.text()
            };
            [Item { choices: base, reversed: false }.text(), side(a, of_a, false), side(b, of_b, reversed)]
        },
    )
}

fn merged(sides: [&str; 3]) -> Option<String> {
    merge(sides[0].as_bytes(), sides[1].as_bytes(), sides[2].as_bytes()).map(|text| String::from_utf8(text).unwrap())
}

/// What a text says, thing by thing: each line, each value of a list, each alarm as a
/// whole, with the component it is said of. Read without anything that merging uses.
fn facts(text: &str) -> BTreeSet<String> {
    let mut facts = BTreeSet::new();
    for event in text.split("BEGIN:VEVENT").skip(1) {
        let (event, _) = event.split_once("END:VEVENT").unwrap();
        let id = event.lines().find(|l| l.starts_with("RECURRENCE-ID")).unwrap_or_default().to_owned();
        let mut parts = event.split("BEGIN:VALARM");
        let own = parts.next().unwrap();
        facts.extend(parts.map(|alarm| format!("{id} alarm {}", alarm.split("END").next().unwrap().trim())));
        for line in own.lines().filter(|l| !l.is_empty()) {
            let (name, value) = line.split_once(':').unwrap();
            if ["EXDATE", "CATEGORIES"].contains(&name) {
                let values = value.replace("\\,", "§");
                facts.extend(values.split(',').map(|v| format!("{id} {name} {v}")));
            } else {
                assert!(facts.insert(format!("{id} {line}")), "twice: {line}\n{text}");
            }
        }
    }
    facts
}

/// No component has two of what it may have once.
fn singles_are_single(text: &str) -> bool {
    let tree = Tree::parse(text.as_bytes());
    let single = ["UID", "SUMMARY", "LOCATION", "DTSTART", "X-A", "EXDATE", "CATEGORIES", "RECURRENCE-ID"];
    // Where both sides began a list there are two lines of it.
    let most = |name: &str| if matches!(name, "EXDATE" | "CATEGORIES") { 2 } else { 1 };
    tree.named("VEVENT").all(|c| single.iter().all(|name| tree.all(c, name).count() <= most(name)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn merging_never_panics(base in junk(), ours in junk(), theirs in junk(), same in 0u8..8) {
        let or_base = |bit: u8, text: &Vec<u8>| if same & bit > 0 { base.clone() } else { text.clone() };
        let (ours, theirs) = (or_base(1, &ours), or_base(2, &theirs));
        if let Some(merged) = merge(&base, &ours, &theirs) {
            prop_assert!(base != ours || merged == theirs);
        }
        let differs = difference(&ours, &theirs);
        prop_assert!(ours != theirs || differs.is_empty());
    }

    /// Near-items in a frame that merging accepts.
    #[test]
    fn junk_within_an_item(base in junk(), ours in junk(), theirs in junk()) {
        let frame = |junk: &[u8]| {
            let junk: Vec<u8> = Tree::parse(junk).lines().iter().filter(|l| !l.is("BEGIN") && !l.is("END")).flat_map(|l| l.raw().to_vec()).collect();
            [b"BEGIN:VCARD\nVERSION:3.0\nUID:u\n", &junk[..], b"\nEND:VCARD\n"].concat()
        };
        let (base, ours, theirs) = (frame(&base), frame(&ours), frame(&theirs));
        if let Some(all) = merge(&base, &base, &theirs) {
            prop_assert_eq!(all, theirs.clone());
        }
        if let Some(all) = merge(&base, &ours, &base) {
            let differs = difference(&all, &ours);
            prop_assert!(differs.iter().all(|c| c.name == "PRODID"), "{differs:?}\n{}", String::from_utf8_lossy(&all));
        }
        merge(&base, &ours, &theirs);
    }

    #[test]
    fn one_side_alone_is_taken_as_it_is([base, ours, theirs] in sides()) {
        prop_assert_eq!(merged([&base, &base, &theirs]), Some(theirs.clone()));
        prop_assert_eq!(merged([&base, &theirs, &theirs]), Some(theirs));
        let taken = merged([&base, &ours, &base]);
        prop_assert!(taken.as_ref().is_some_and(|text| same_meaning(text.as_bytes(), ours.as_bytes())), "{taken:?}\n{ours}");
    }

    /// Exactly what is left of theirs without what we removed and with what we added.
    #[test]
    fn everything_is_in_it_and_nothing_else([base, ours, theirs] in sides()) {
        if let Some(text) = merged([&base, &ours, &theirs]) {
            let (b, o, t) = (facts(&base), facts(&ours), facts(&theirs));
            let added: BTreeSet<String> = t.union(&(&o - &b)).cloned().collect();
            prop_assert_eq!(facts(&text), &added - &(&b - &o), "{}", text);
            prop_assert!(singles_are_single(&text), "{}", text);
        }
    }

    #[test]
    fn either_side_may_be_the_server([base, ours, theirs] in sides()) {
        let (there, back) = (merged([&base, &ours, &theirs]), merged([&base, &theirs, &ours]));
        prop_assert_eq!(there.as_deref().map(facts), back.as_deref().map(facts));
    }

    #[test]
    fn differences_are_what_is_not_the_same([a, b, _] in sides()) {
        prop_assert_eq!(difference(a.as_bytes(), a.as_bytes()), vec![]);
        let there = difference(a.as_bytes(), b.as_bytes());
        prop_assert_eq!(there.is_empty(), facts(&a) == facts(&b));
        // The same the other way round, but for the order.
        let back = difference(b.as_bytes(), a.as_bytes());
        let key = |place: &str, name: &str, old: &Option<String>, new: &Option<String>| format!("{place} {name} {old:?} {new:?}");
        let mut x: Vec<String> = there.iter().map(|c| key(&c.place, &c.name, &c.old, &c.new)).collect();
        let mut y: Vec<String> = back.iter().map(|c| key(&c.place, &c.name, &c.new, &c.old)).collect();
        x.sort();
        y.sort();
        prop_assert_eq!(x, y);
    }
}

/// The laws above say nothing of texts that clash: there must be enough of both.
#[test]
fn many_merge_and_many_clash() {
    let mut runner = TestRunner::deterministic();
    let sides: Vec<[String; 3]> = (0..300).map(|_| sides().new_tree(&mut runner).unwrap().current()).collect();
    let both = sides.iter().filter(|[b, o, t]| facts(b) != facts(o) && facts(b) != facts(t));
    let (merging, clashing): (Vec<_>, Vec<_>) = both.partition(|[b, o, t]| merged([b, o, t]).is_some());
    assert!(merging.len() > 60 && clashing.len() > 60, "{} merge, {} clash", merging.len(), clashing.len());
}
