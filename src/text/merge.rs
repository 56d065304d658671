//! One text of two that were made from a third: what both sides changed, where that
//! contradicts nothing.
//!
//! Components and properties are matched as `matching` says, and compared by
//! meaning (`sameness`). The result is the text of the server with our changes put
//! into it: lines we did not change keep their bytes and their place.
//!
//! | what happened | what follows |
//! | --- | --- |
//! | one side changed, added or removed something, the other did not | the change is in the result |
//! | both did the same | once |
//! | ours has the same in another order | the server's order stays |
//! | both changed it in different ways, or one removed what the other changed | clash |
//! | both removed the same entry of many (an ATTENDEE, a TEL, a VALARM without UID), and one added another | clash: it may stand for the one that is gone |
//! | DTSTAMP, LAST-MODIFIED, CREATED, REV differ everywhere | the later |
//! | PRODID differs everywhere | ours |
//! | both raised SEQUENCE | one more than the greater, where we changed anything else |
//! | both touched when it is (DTSTART, DTEND, DUE, DURATION, RRULE, RDATE, EXRULE, EXDATE) | clash, unless both came to the same, or both only added EXDATEs |
//! | both touched other things that belong together (see [`TOGETHER`]) | clash, unless both came to the same |
//! | one changed DTSTART, RRULE, RDATE or EXRULE of a series, the other an instance of it | clash |
//! | one cancelled an instance by EXDATE, the other changed that instance | clash |
//! | a VTIMEZONE under an IANA name | any is right, the server's stays |
//! | any other VTIMEZONE | is one thing, changed or not |
//! | ours uses a private TZID whose VTIMEZONE the result would lack | clash |
//! | UID differs anywhere; METHOD or VERSION differ between the two sides | clash |
//! | a component without END, an END without BEGIN, no component at all | clash |

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::carry::Carry;
use super::lines::{Line, Tree, fold};
use super::matching::{Cell, Id, Matching, Node, Row, Slot};
use super::patch::Patch;
use super::sameness::{Meaning, defined_elsewhere, is_stamp};
use super::uid::{carries, uid};

const WHEN: &[&str] = &["DTSTART", "DTEND", "DUE", "DURATION", "RRULE", "RDATE", "EXRULE", "EXDATE"];

/// What says one thing in several properties: when, where, how far done, what an
/// alarm does, what somebody is called, a description in text and in HTML.
const TOGETHER: [&[&str]; 6] = [
    WHEN,
    &["LOCATION", "GEO", "X-APPLE-STRUCTURED-LOCATION"],
    &["STATUS", "COMPLETED", "PERCENT-COMPLETE"],
    &["TRIGGER", "REPEAT", "DURATION"],
    &["N", "FN", "SORT-STRING"],
    &["DESCRIPTION", "X-ALT-DESC", "STYLED-DESCRIPTION"],
];

/// What decides which instances a series has: were it another, a changed instance
/// might point at nothing.
const INSTANCES: [&str; 4] = ["DTSTART", "RRULE", "RDATE", "EXRULE"];

/// Indexes of the three texts.
const BASE: usize = 0;
const OURS: usize = 1;
const THEIRS: usize = 2;

/// One text of `ours` and `theirs`, both made from `base`: a calendar object (RFC
/// 5545, 3.4) or a vCard (RFC 6350). It is `theirs` with what we changed since
/// `base`, every other line byte for byte. `None`: the two contradict each other, as
/// the table of the module says, or one of the three cannot be understood.
pub fn merge(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    let uids = [base, ours, theirs].map(uid);
    let trees = [base, ours, theirs].map(Tree::parse);
    let [base, ours, their] = &trees;
    let told = |name: &str, property: &str| told(ours, name, property) == told(their, name, property);
    let alike = told("VCALENDAR", "METHOD") && told("VCALENDAR", "VERSION") && told("VCARD", "VERSION");
    if !(trees.iter().all(whole) && alike && uids[BASE] == uids[OURS] && uids[BASE] == uids[THEIRS]) {
        return None;
    }
    let length: usize = their.lines().iter().map(|l| l.raw().len()).sum();
    let (bom, _) = theirs.split_at(theirs.len().saturating_sub(length));
    let patch = Patch::new(their);
    let mut merging = Merging { trees: [base, ours, their], patch, series: BTreeMap::new(), removed: BTreeMap::new() };
    merging.components()?;
    if merging.series.values().any(Series::contradictory) || merging.removed.values().any(Exchange::contradictory) {
        return None;
    }
    let merged = merging.patch.print(bom)?;
    zones_kept(&Tree::parse(&merged), ours, their).then_some(merged)
}

/// Every component has its end, and every end its component.
fn whole(tree: &Tree<'_>) -> bool {
    let ends = tree.lines().iter().filter(|l| l.is("END")).count();
    !tree.components().is_empty() && tree.components().iter().all(|c| c.closed) && ends == tree.components().len()
}

fn told(tree: &Tree<'_>, component: &str, property: &str) -> Vec<String> {
    let all = tree.named(component).flat_map(|c| tree.all(c, property));
    all.map(|line| line.plain().trim().to_ascii_uppercase()).collect()
}

/// No private zone went missing that the result needs, and ours or theirs had.
fn zones_kept(merged: &Tree<'_>, ours: &Tree<'_>, theirs: &Tree<'_>) -> bool {
    let defined = |tree: &Tree<'_>| -> HashSet<String> {
        let private = tree.named("VTIMEZONE").filter(|c| !defined_elsewhere(tree, *c));
        private.map(|c| tree.text(c, "TZID").trim().to_owned()).collect()
    };
    let used = |tree: &Tree<'_>| -> HashSet<String> { tree.lines().iter().filter_map(|l| l.param("TZID")).collect() };
    let (has, needs) = (defined(merged), used(merged));
    // What the server uses without a definition is its own affair.
    let known: HashSet<String> = &(&defined(ours) - &used(theirs)) | &defined(theirs);
    needs.iter().all(|zone| has.contains(zone.trim()) || !known.contains(zone.trim()))
}

/// What the sides did to one series and its instances, what both did alike left out.
#[derive(Default)]
struct Series {
    ruled: [bool; 3],
    changed: [BTreeSet<String>; 3],
    cancelled: [BTreeSet<String>; 3],
}

impl Series {
    fn contradictory(&self) -> bool {
        [(OURS, THEIRS), (THEIRS, OURS)].into_iter().any(|(one, other)| {
            let changed = &self.changed[other];
            self.ruled[one] && !changed.is_empty() || changed.iter().any(|i| self.cancelled[one].contains(i))
        })
    }
}

/// Whether an entry was removed by both sides, and any added by one alone.
#[derive(Default)]
struct Exchange {
    removed: bool,
    added: bool,
}

impl Exchange {
    fn contradictory(&self) -> bool {
        self.removed && self.added
    }

    fn see<T: PartialEq>(&mut self, [base, ours, theirs]: &[Option<T>; 3]) {
        self.removed |= base.is_some() && ours.is_none() && theirs.is_none();
        self.added |= base.is_none() && ours != theirs;
    }
}

struct Merging<'t, 'a> {
    trees: [&'t Tree<'a>; 3],
    patch: Patch<'t, 'a>,
    /// By name and UID.
    series: BTreeMap<(String, String), Series>,
    /// Components that are matched by content, by where they stand and their name.
    removed: BTreeMap<(usize, String), Exchange>,
}

impl Merging<'_, '_> {
    fn components(&mut self) -> Option<()> {
        let mut matching = Matching::new(self.trees);
        let slots = matching.slots();
        // Those that stay, go or come as a whole, and all within them.
        let mut settled = vec![false; slots.len()];
        for (i, slot) in slots.iter().enumerate() {
            settled[i] = slot.parent.is_some_and(|p| settled[p]);
            if settled[i] {
                continue;
            }
            let same = |a: usize, b: usize| self.same(slot, a, b);
            let changes = [false, !same(BASE, OURS), !same(BASE, THEIRS)];
            let alike = same(OURS, THEIRS);
            if let (Id::Content(_), Some(parent)) = (&slot.id, slot.parent) {
                self.removed
                    .entry((parent, slot.name.clone()))
                    .or_default()
                    .see(&slot.at.map(|node| node.map(|_| "the same")));
            }
            if !alike {
                self.note_component(slot, changes);
            }
            if let ([_, Some(_), Some(_)], true) = (slot.at, slot.name != "VTIMEZONE") {
                let rows = matching.rows(slot);
                self.note_rows(slot, &rows);
                self.properties(slot, rows)?;
                continue;
            }
            settled[i] = true;
            match changes {
                _ if alike => {}
                [_, true, true] => return None,
                [_, true, false] => self.take_component(&slots, slot),
                _ => {}
            }
        }
        Some(())
    }

    /// Whether the component says the same in both texts, or is in neither. A zone
    /// that the name says all of is no less there for want of a definition, but one
    /// that we defined anew is taken along.
    fn same(&self, slot: &Slot<3>, a: usize, b: usize) -> bool {
        match (slot.at[a], slot.at[b]) {
            (Some(Node::Component(x)), Some(Node::Component(y))) => {
                let raw = |n: usize, c: usize| {
                    let component = &self.trees[n].components()[c];
                    self.trees[n].lines()[component.begin..=component.end].iter().map(Line::raw)
                };
                let elsewhere = |n: usize, c: usize| defined_elsewhere(self.trees[n], c);
                raw(a, x).eq(raw(b, y))
                    || elsewhere(a, x) && elsewhere(b, y)
                    || Meaning::of(self.trees[a], Some(x)) == Meaning::of(self.trees[b], Some(y))
            }
            (Some(Node::Component(c)), None) if a == BASE => defined_elsewhere(self.trees[a], c),
            (x, y) => x == y,
        }
    }

    fn series(&mut self, slot: &Slot<3>) -> Option<(&mut Series, Option<String>)> {
        let Id::Uid { uid, instance } = &slot.id else { return None };
        let series = self.series.entry((slot.name.clone(), uid.clone())).or_default();
        carries(&slot.name).then_some((series, instance.clone()))
    }

    /// Instances that a side changed, and series that came or went as a whole.
    fn note_component(&mut self, slot: &Slot<3>, changes: [bool; 3]) {
        let Some((series, instance)) = self.series(slot) else { return };
        for side in [OURS, THEIRS].into_iter().filter(|side| changes[*side]) {
            match &instance {
                Some(instance) => _ = series.changed[side].insert(instance.clone()),
                None => series.ruled[side] |= slot.at[BASE].is_some() != slot.at[side].is_some(),
            }
        }
    }

    /// What each side did to the rule and the exceptions of a series.
    fn note_rows(&mut self, slot: &Slot<3>, rows: &[Row<3>]) {
        let Some((series, None)) = self.series(slot) else { return };
        for row in rows.iter().filter(|row| row.cells[OURS] != row.cells[THEIRS]) {
            for side in [OURS, THEIRS].into_iter().filter(|side| row.cells[BASE] != row.cells[*side]) {
                series.ruled[side] |= INSTANCES.contains(&row.name.as_str());
                if row.name == "EXDATE" && row.cells[BASE].is_none() {
                    series.cancelled[side].insert(row.id.clone());
                }
            }
        }
    }

    /// Removes the component from theirs, or adds it.
    fn take_component(&mut self, slots: &[Slot<3>], slot: &Slot<3>) {
        let [_, ours, theirs] = self.trees;
        let [_, mine, old] = slot.at;
        let lines = |tree: &Tree<'_>, node: Option<Node>| match node {
            Some(Node::Component(c)) => tree.components()[c].begin..tree.components()[c].end + 1,
            _ => 0..0,
        };
        let anchor = match old {
            Some(_) => Some(lines(theirs, old).start),
            None => slot.parent.and_then(|p| slots[p].at[THEIRS]).and_then(|parent| place(theirs, parent, &slot.name)),
        };
        for i in lines(theirs, old) {
            self.patch.remove(i);
        }
        for (line, anchor) in lines(ours, mine).filter_map(|i| Some((&ours.lines()[i], anchor?))) {
            self.patch.put_behind(anchor, line.raw());
        }
    }

    fn properties(&mut self, slot: &Slot<3>, mut rows: Vec<Row<3>>) -> Option<()> {
        let [_, ours, theirs] = self.trees;
        let (Some(mine), Some(node)) = (slot.at[OURS], slot.at[THEIRS]) else { return None };
        if !fit_together(&rows) {
            return None;
        }
        let position = |cell: &Option<Cell>| cell.as_ref().map(|cell| (cell.lines.first().copied(), cell.part));
        rows.sort_by_key(|row| position(&row.cells[OURS]));
        let mut carry = Carry::new((ours, mine), (theirs, node), &mut self.patch);
        let mut raised = None;
        let mut changed = false;
        for row in &rows {
            let [base, mine, their] = &row.cells;
            let stamp = is_stamp(&row.name);
            if row.name == "SEQUENCE" && base != mine && base != their {
                raised = Some(row);
            } else if mine != base && mine != their {
                let clash = base != their;
                if clash && !stamp {
                    return None;
                }
                changed |= !stamp;
                if !clash || carry.is_later(mine, their) {
                    carry.take(mine.as_ref(), their.as_ref())?;
                }
            }
            carry.pass(mine.as_ref(), their.as_ref());
        }
        carry.finish();
        raised.map_or(Some(()), |row| self.raise(row, changed))
    }

    /// Both changed SEQUENCE (RFC 5545, 3.8.7.4).
    fn raise(&mut self, row: &Row<3>, changed: bool) -> Option<()> {
        let line = |n: usize| Some((n, *row.cells[n].as_ref()?.lines.first()?));
        let number = |n: usize| match line(n) {
            Some((n, at)) => self.trees[n].lines()[at].plain().trim().parse::<u32>().ok(),
            None => Some(0),
        };
        let (base, ours, theirs) = (number(BASE)?, number(OURS)?, number(THEIRS)?);
        let both = changed && ours > base && theirs > base;
        let new = ours.max(theirs).saturating_add(u32::from(both));
        let (_, at) = line(THEIRS)?;
        if new != theirs {
            let head = self.trees[THEIRS].lines()[at].head();
            let new = fold(&[head, b":", new.to_string().as_bytes()].concat(), self.trees[THEIRS].eol());
            self.patch.remove(at);
            self.patch.put_behind(at, &new);
        }
        Some(())
    }
}

/// Whether no two changes contradict each other though they are of different
/// properties.
fn fit_together(rows: &[Row<3>]) -> bool {
    let mut exchanged: HashMap<&str, Exchange> = HashMap::new();
    for row in rows.iter().filter(|row| !row.id.is_empty()) {
        // The values of a list do not stand for each other.
        if row.cells.iter().flatten().all(|cell| cell.part.is_none()) {
            exchanged.entry(&row.name).or_default().see(&row.cells);
        }
    }
    let together = |group: &[&str]| {
        let touched = |side: usize, row: &Row<3>| row.cells[BASE] != row.cells[side];
        let of_group = || rows.iter().filter(|row| group.contains(&row.name.as_str()));
        let both = [OURS, THEIRS].into_iter().all(|side| of_group().any(|row| touched(side, row)));
        let same = || of_group().all(|row| row.cells[OURS] == row.cells[THEIRS]);
        let cancels = |row: &Row<3>| row.name == "EXDATE" && row.cells[BASE].is_none();
        let only_cancels = || of_group().all(|row| cancels(row) || !touched(OURS, row) && !touched(THEIRS, row));
        !both || same() || only_cancels()
    };
    !exchanged.values().any(Exchange::contradictory) && TOGETHER.iter().all(|group| together(group))
}

/// The line behind which a new component belongs: others of its name, or zones
/// before and all else behind what is there.
fn place(theirs: &Tree<'_>, parent: Node, name: &str) -> Option<usize> {
    let of_parent = match parent {
        Node::Text => None,
        Node::Component(c) => Some(c),
    };
    let inner = || theirs.components().iter().filter(|c| c.parent == of_parent);
    let end = of_parent.map_or(theirs.lines().len(), |c| theirs.components()[c].end).checked_sub(1);
    match (inner().rfind(|c| c.name == name), inner().next()) {
        (Some(last), _) => Some(last.end),
        (None, Some(first)) if name == "VTIMEZONE" => first.begin.checked_sub(1).or(end),
        _ => end,
    }
}
