//! What a person sees between two versions of an item. Components and properties
//! are matched as `matching` says.

use crate::model::Changed;
use crate::order;

use super::escape;
use super::lines::{Line, Tree};
use super::main;
use super::matching::{Cell, Matching, Node, Slot, list};
use super::moment::Moment;
use super::sameness::{defined_elsewhere, is_stamp, property};
use super::uid::carries;

/// A longer value is shown in part.
const LENGTH: usize = 200;

/// How much is shown before the first difference of two long values.
const CONTEXT: usize = 40;

/// What differs between two versions, in the order of the new one; what is gone is
/// where it stood. Stamps are left out, unless nothing else differs. Spelling,
/// folding, order, names of groups, and definitions of zones known by their name
/// are no differences.
pub fn difference(old: &[u8], new: &[u8]) -> Vec<Changed> {
    let (old, new) = (Tree::parse(old), Tree::parse(new));
    let trees = [&old, &new];
    let mut matching = Matching::new(trees);
    let slots = matching.slots();
    let places = Places { trees, mains: trees.map(main), slots: &slots };
    let mut out = Vec::new();
    for i in in_order(slots.iter().map(|s| s.at.map(begin))) {
        let slot = &slots[i];
        if places.defined_elsewhere(slot) {
            continue;
        }
        let mut rows = matching.rows(slot);
        let whole = slot.at.iter().any(Option::is_none);
        if whole && carries(&slot.name) && rows.len() > 2 {
            // What identifies a component says nothing of what is new in it.
            rows.retain(|row| !matches!(row.name.as_str(), "UID" | "RECURRENCE-ID"));
        }
        let place = places.name(i);
        let order = in_order(rows.iter().map(|r| r.cells.each_ref().map(|c| c.as_ref().map(position))));
        for row in order.into_iter().map(|row| &rows[row]) {
            let [before, after] = &row.cells;
            if before != after {
                out.extend(changes(trees, [before.as_ref(), after.as_ref()], &place));
            }
        }
    }
    let only_stamps = out.iter().all(|c| is_stamp(&c.name));
    out.retain(|c| only_stamps || !is_stamp(&c.name));
    out
}

fn begin(node: Option<Node>) -> Option<usize> {
    // The text itself comes before all that is in it.
    node.map(|node| if let Node::Component(c) = node { c + 1 } else { 0 })
}

fn position(cell: &Cell) -> (usize, usize) {
    (cell.lines.first().copied().unwrap_or_default(), cell.part.unwrap_or_default())
}

/// The numbers of things by their place in the new text; those that are only in the
/// old behind the one they stood behind.
fn in_order<P: Ord + Copy>(things: impl Iterator<Item = [Option<P>; 2]>) -> Vec<usize> {
    let things: Vec<[Option<P>; 2]> = things.collect();
    let mut by_old: Vec<usize> = (0..things.len()).filter(|i| things[*i][0].is_some()).collect();
    order::by_key(&mut by_old, |i| things[*i][0]);
    let mut last = None;
    // Nothing comes before what stood before all; then by what stood before it.
    let mut keyed: Vec<(Option<P>, bool, usize, usize)> = Vec::with_capacity(things.len());
    for (nth, i) in by_old.into_iter().enumerate() {
        match things[i][1] {
            Some(new) => last = Some(new),
            None => keyed.push((last, true, nth, i)),
        }
    }
    keyed.extend((0..things.len()).filter_map(|i| Some((Some(things[i][1]?), false, 0, i))));
    order::all(&mut keyed);
    keyed.into_iter().map(|(.., i)| i).collect()
}

struct Places<'s, 't, 'a> {
    trees: [&'t Tree<'a>; 2],
    mains: [Option<usize>; 2],
    slots: &'s [Slot<2>],
}

impl Places<'_, '_, '_> {
    fn defined_elsewhere(&self, slot: &Slot<2>) -> bool {
        let mut at = Some(slot);
        // A zone and what is in it; nothing deeper is looked at.
        for _ in 0..2 {
            let Some(slot) = at else { return false };
            let mut here = self.components(slot).peekable();
            if here.peek().is_some() && here.all(|(tree, c)| defined_elsewhere(tree, c)) {
                return true;
            }
            at = slot.parent.map(|p| &self.slots[p]);
        }
        false
    }

    fn components<'p>(&'p self, slot: &'p Slot<2>) -> impl Iterator<Item = (&'p Tree<'p>, usize)> + 'p {
        self.trees.iter().zip(slot.at).filter_map(|(tree, node)| match node? {
            Node::Component(c) => Some((*tree, c)),
            Node::Text => None,
        })
    }

    /// Whether it is the main component; what is gone was that of the old text.
    fn is_main(&self, slot: &Slot<2>) -> bool {
        let is = |n: usize| slot.at[n].is_some() && slot.at[n] == self.mains[n].map(Node::Component);
        is(1) || is(0) && slot.at[1].is_none()
    }

    fn name(&self, slot: usize) -> String {
        const LEVELS: usize = 4;
        let mut names = Vec::new();
        let mut at = Some(slot);
        while let Some(slot) = at.map(|i| &self.slots[i]) {
            let container = slot.name == "VCALENDAR" && !names.is_empty();
            if self.is_main(slot) || slot.name.is_empty() || container || names.len() == LEVELS {
                break;
            }
            names.push(self.label(slot));
            at = slot.parent;
        }
        names.reverse();
        names.join(", ")
    }

    fn label(&self, slot: &Slot<2>) -> String {
        let line = |name| self.components(slot).filter_map(|(tree, c)| tree.get(c, name)).last();
        match line("RECURRENCE-ID") {
            Some(line) => moment(line, line.value()),
            None if slot.name == "VTIMEZONE" => {
                line("TZID").map_or(slot.name.clone(), |l| format!("VTIMEZONE {}", cut(&l.text(), 0)))
            }
            None => slot.name.clone(),
        }
    }
}

/// One for each line of the property that differs; there are several in a group.
fn changes(trees: [&Tree<'_>; 2], cells: [Option<&Cell>; 2], place: &str) -> Vec<Changed> {
    let lines = |n: usize| -> Vec<&Line<'_>> {
        let numbers = cells[n].map(|cell| cell.lines.as_slice()).unwrap_or_default();
        numbers.iter().map(|i| &trees[n].lines()[*i]).collect()
    };
    let (old, mut new) = (lines(0), lines(1));
    let part = |n: usize| cells[n].and_then(|cell| cell.part);
    let mut pairs: Vec<[Option<&Line<'_>>; 2]> = Vec::new();
    for line in old {
        let like = new.iter().position(|other| other.name().eq_ignore_ascii_case(line.name()));
        pairs.push([Some(line), like.map(|at| new.remove(at))]);
    }
    pairs.extend(new.into_iter().map(|line| [None, Some(line)]));
    let said = |line: Option<&Line<'_>>| line.and_then(property).map(|p| (p.params, p.value));
    let grouped = pairs.len() > 1;
    pairs.retain(|[old, new]| !grouped || said(*old) != said(*new));
    pairs.into_iter().map(|pair| changed(pair, [part(0), part(1)], place)).collect()
}

fn changed([old, new]: [Option<&Line<'_>>; 2], parts: [Option<usize>; 2], place: &str) -> Changed {
    let name = new.or(old).map(|line| line.name().to_ascii_uppercase()).unwrap_or_default();
    let mut texts = [old.map(|line| shown(line, parts[0])), new.map(|line| shown(line, parts[1]))];
    if let ([Some(a), Some(b)], Some(old), Some(new)) = (&mut texts, old, new) {
        if a == b {
            let (x, y) = (with_params(old, new, a), with_params(new, old, b));
            (*a, *b) = (x, y);
        }
        if a == b {
            (*a, *b) = (old.decoded(), new.decoded());
        }
    }
    let [old, new] = &texts;
    let from = match (old, new) {
        (Some(old), Some(new)) => old.chars().zip(new.chars()).take_while(|(a, b)| a == b).count(),
        _ => 0,
    };
    Changed {
        place: place.to_owned(),
        name,
        old: old.as_ref().map(|t| cut(t, from)),
        new: new.as_ref().map(|t| cut(t, from)),
    }
}

/// At most so many characters, from where it begins to differ.
fn cut(text: &str, differs: usize) -> String {
    if text.chars().nth(LENGTH).is_none() {
        return text.to_owned();
    }
    let skipped = if differs + CONTEXT < LENGTH { 0 } else { differs - CONTEXT };
    let mut out = String::from(if skipped > 0 { "…" } else { "" });
    out.extend(text.chars().skip(skipped).take(LENGTH));
    if text.chars().nth(skipped + LENGTH).is_some() {
        out.push('…');
    }
    out
}

/// The text with those parameters that the other line has not.
fn with_params(line: &Line<'_>, other: &Line<'_>, text: &str) -> String {
    let params = |line| property(line).map(|p| p.params).unwrap_or_default();
    let others = params(other);
    let own: Vec<String> = params(line)
        .into_iter()
        .filter(|param| !others.contains(param))
        .map(|(name, values)| format!("{name}={}", values.join(",")))
        .collect();
    if own.is_empty() { text.to_owned() } else { format!("{text} ({})", own.join(", ")) }
}

/// A value, or one value of a list, as people read it.
fn shown(line: &Line<'_>, part: Option<usize>) -> String {
    if let Some(size) = binary(line) {
        return if size < 1024 { format!("({size} B)") } else { format!("({} kB)", size / 1024) };
    }
    if let Some(value) = part.and_then(|part| list(line)?.get(part).copied()) {
        let text = escape::unescape(&escape::charset(value.trim_ascii(), None));
        return if line.is("EXDATE") || line.is("RDATE") { moment(line, value) } else { text };
    }
    match line.name().to_ascii_uppercase().as_str() {
        "" => String::from_utf8_lossy(line.head()).trim().to_owned(),
        "DTSTART" | "DTEND" | "DUE" | "RECURRENCE-ID" | "COMPLETED" | "DTSTAMP" | "CREATED" | "LAST-MODIFIED"
        | "REV" | "ACKNOWLEDGED" | "BDAY" | "ANNIVERSARY" => moment(line, line.value()),
        "ATTENDEE" | "ORGANIZER" => {
            let address = line.plain().into_owned();
            let bare = address.get(..7).filter(|s| s.eq_ignore_ascii_case("mailto:")).and_then(|_| address.get(7..));
            bare.map(str::to_owned).unwrap_or(address)
        }
        "N" | "ADR" | "ORG" | "GENDER" => {
            let value = line.decoded();
            let parts = escape::parts(&value).into_iter().map(|p| escape::unescape(p).trim().to_owned());
            parts.filter(|p| !p.is_empty()).collect::<Vec<_>>().join(", ")
        }
        _ => line.text(),
    }
}

/// `2026-06-08`, `2026-06-08 09:00 Europe/Berlin`; what is no moment as it is written.
fn moment(line: &Line<'_>, value: &[u8]) -> String {
    let value = String::from_utf8_lossy(value.trim_ascii());
    let Some(moment) = Moment::parse(&value) else { return value.into_owned() };
    let at = moment.local().to_string();
    let at = at.strip_suffix(":00").unwrap_or(&at);
    match (moment, line.param("TZID")) {
        (Moment::Date(day), _) => day.to_string(),
        (Moment::Utc(_), _) => format!("{at} UTC"),
        (Moment::Local(_), Some(zone)) => format!("{at} {zone}"),
        (Moment::Local(_), None) => at.to_owned(),
    }
}

/// The size of what stands in a value as base64: inline (RFC 2426, 2.4.1; RFC 5545,
/// 3.8.1.1) or as a `data:` URI (RFC 2397).
fn binary(line: &Line<'_>) -> Option<usize> {
    let encoded = line.params().iter().any(|p| {
        let base64 = |v: &String| v.eq_ignore_ascii_case("B") || v.eq_ignore_ascii_case("BASE64");
        matches!(p.name.as_str(), "ENCODING" | "") && p.values.iter().any(base64)
    });
    let value = line.value();
    let data = || {
        let is_data = value.get(..5).is_some_and(|v| v.eq_ignore_ascii_case(b"data:"));
        let comma = value.iter().position(|b| *b == b',')?;
        is_data.then(|| &value[comma + 1..])
    };
    let content = if encoded { value } else { data()? };
    let digits = content.iter().filter(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/')).count();
    Some(digits / 4 * 3 + (digits % 4).saturating_sub(1))
}
