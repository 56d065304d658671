//! Edits of a tree: each names a property of a component, and every line it does
//! not name keeps its bytes and its place.

use std::collections::HashSet;
use std::fmt::Display;

use super::lines::{Line, Param, Tree, fold};
use super::moment::stamp;
use super::{escape, group};
use crate::model::Millis;

/// Whether the component is a vCard 2.1, which escapes and folds in its own way.
pub(super) fn old_card(tree: &Tree<'_>, component: usize) -> bool {
    tree.components().get(component).is_some_and(|c| c.name == "VCARD")
        && tree.get(component, "VERSION").is_some_and(|l| l.plain().trim() == "2.1")
}

/// The line `head:value`, folded; in a vCard 2.1 with quoted-printable where the
/// value needs it.
fn text_line(head: &[u8], value: &str, escaped: &str, old: bool, eol: &[u8]) -> Vec<u8> {
    let plain = value.bytes().all(|b| matches!(b, b' '..=b'~'));
    if old && !(plain && head.len() + escaped.len() < 75) {
        let mut line = head.to_vec();
        if !value.is_ascii() {
            line.extend_from_slice(b";CHARSET=UTF-8");
        }
        line.extend_from_slice(b";ENCODING=QUOTED-PRINTABLE:");
        let quoted = escape::quote_printable(escaped, line.len(), eol);
        line.extend_from_slice(&quoted);
        return line;
    }
    fold(&[head, b":", escape::unbroken(escaped).as_bytes()].concat(), eol)
}

/// Sets the first property of that name to the TEXT `value`, its parameters kept
/// (but for those of the old value); adds it where there is none. An empty value removes
/// it; of what may stand once all of that name.
pub fn set_text(tree: &mut Tree<'_>, component: usize, name: &str, value: &str) {
    if value.is_empty() {
        match tree.find(component, name).filter(|_| several(tree, component, name)) {
            Some(at) => group::remove(tree, component, &[at]),
            None => remove(tree, component, name),
        }
        return;
    }
    match tree.find(component, name) {
        Some(at) => set_line_text(tree, component, at, value),
        None => tree.insert_each(new_text(tree, component, name, value).into_iter().collect()),
    }
}

/// A new property of that name, and the line before which it goes; `None` for an empty value.
pub(super) fn new_text(tree: &Tree<'_>, component: usize, name: &str, value: &str) -> Option<(usize, Vec<u8>)> {
    let at = place(tree, component).filter(|_| !value.is_empty())?;
    let old = old_card(tree, component);
    Some((at, text_line(name.as_bytes(), value, &escaped(value, old), old, tree.eol())))
}

/// Whether the component may have several of that name: texts of a card (RFC 6350, 6),
/// descriptions of a journal (RFC 5545, 3.6.3).
fn several(tree: &Tree<'_>, component: usize, name: &str) -> bool {
    match tree.components().get(component).map(|c| c.name.as_str()) {
        Some("VCARD") => true,
        Some("VJOURNAL") => name == "DESCRIPTION",
        _ => false,
    }
}

/// Sets line `at` of the component to the TEXT `value`.
pub fn set_line_text(tree: &mut Tree<'_>, component: usize, at: usize, value: &str) {
    let escaped = escaped_for(tree, component, value);
    set_line_escaped(tree, component, at, value, &escaped);
}

/// The TEXT `value` escaped as the component's version has it.
pub fn escaped_for(tree: &Tree<'_>, component: usize, value: &str) -> String {
    escaped(value, old_card(tree, component))
}

/// As [`set_line_text`], for structured values whose parts are escaped already;
/// `value` decides whether it needs an encoding.
pub fn set_line_escaped(tree: &mut Tree<'_>, component: usize, at: usize, value: &str, escaped: &str) {
    let old = old_card(tree, component);
    if let Some(line) = tree.lines().get(at) {
        let new = text_line(&head_for_text(line), value, escaped, old, tree.eol());
        tree.replace(at, new);
    }
}

/// Adds a property with a structured value.
pub fn add_escaped(tree: &mut Tree<'_>, component: usize, name: &str, value: &str, escaped: &str) {
    let old = old_card(tree, component);
    let line = text_line(name.as_bytes(), value, escaped, old, tree.eol());
    append(tree, component, line);
}

/// Adds a property with a structured value right behind line `behind`, or where
/// [`append`] does; the number of its line.
pub fn add_behind(tree: &mut Tree<'_>, component: usize, behind: Option<usize>, head: &str, escaped: &str) -> usize {
    let line = text_line(head.as_bytes(), escaped, escaped, old_card(tree, component), tree.eol());
    match behind {
        Some(behind) if behind < tree.lines().len() && !dangling(tree, behind) => {
            tree.insert(behind + 1, line);
            behind + 1
        }
        _ => append(tree, component, line),
    }
}

/// Sets what stands before the colon of line `at`: group, name and parameters.
pub fn set_head(tree: &mut Tree<'_>, component: usize, at: usize, head: &[u8]) {
    let Some(line) = tree.lines().get(at) else { return };
    let new = if line.quoted_printable() {
        // Its soft breaks are counted anew.
        let value = line.decoded();
        let head = head_without(&Line::new([head, b":"].concat()), |_| false);
        text_line(&head, &value, &value, old_card(tree, component), tree.eol())
    } else {
        fold(&[head, b":", line.value()].concat(), tree.eol())
    };
    tree.replace(at, new);
}

/// vCard 2.1 escapes nothing but the semicolon, and has its line breaks in
/// quoted-printable; a backslash that would be read as an escape is one all the same.
fn escaped(value: &str, old: bool) -> String {
    if !old {
        return escape::escape(value);
    }
    let plain = value.replace(';', "\\;");
    if escape::unescape(&plain) == value { plain } else { value.replace('\\', "\\\\").replace(';', "\\;") }
}

/// The head for another value: without the encoding that the old one had, and without
/// what says the old one in other words (ALTREP, SORT-AS, the LABEL of an address).
fn head_for_text(line: &Line<'_>) -> Vec<u8> {
    let address = line.is("ADR");
    head_without(line, |p| matches!(p.name.as_str(), "ALTREP" | "SORT-AS") || (p.name == "LABEL" && address))
}

/// The head without its encoding and what else is to go, and its quotes closed: a quote in
/// the value would else be taken for theirs.
fn head_without(line: &Line<'_>, gone: impl Fn(&Param) -> bool) -> Vec<u8> {
    const ENCODINGS: [&str; 4] = ["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"];
    let encoding = |word: &String| ENCODINGS.iter().any(|e| e.eq_ignore_ascii_case(word));
    let mut head = line.head_without(|p| {
        gone(p) || p.name == "ENCODING" || p.name == "CHARSET" || (p.name.is_empty() && p.values.iter().any(encoding))
    });
    if head.iter().filter(|b| **b == b'"').count() % 2 == 1 {
        head.push(b'"');
    }
    head
}

/// Sets the property of that name to a whole line (`head:value`, neither folded
/// nor ended), in the place of the first; others of that name stay.
pub fn set_line(tree: &mut Tree<'_>, component: usize, name: &str, line: impl AsRef<[u8]>) {
    let line = fold(line.as_ref(), tree.eol());
    match tree.find(component, name) {
        Some(at) => tree.replace(at, line),
        None => {
            append(tree, component, line);
        }
    }
}

/// Sets the value of the property of that name, its parameters kept, but for the
/// encoding the old value had.
pub fn set_value(tree: &mut Tree<'_>, component: usize, name: &str, value: &str) {
    let head = match tree.get(component, name) {
        Some(line) => head_for_text(line),
        None => name.as_bytes().to_vec(),
    };
    set_line(tree, component, name, with_value(&head, value));
}

/// A line of that head, whose bytes stay what they are, with another value.
pub(super) fn with_value(head: &[u8], value: impl Display) -> Vec<u8> {
    [head, format!(":{value}").as_bytes()].concat()
}

/// Adds a line (folded, without ending) behind the component's own properties,
/// before the components in it; its number.
pub fn append(tree: &mut Tree<'_>, component: usize, line: Vec<u8>) -> usize {
    let Some(at) = place(tree, component) else { return 0 };
    tree.insert(at, line);
    at
}

/// The line before which [`append`] adds one.
fn place(tree: &Tree<'_>, component: usize) -> Option<usize> {
    let begin = tree.components().get(component)?.begin;
    let inner = tree.inner(Some(component)).next().map(|c| tree.components()[c].begin);
    let at = match inner {
        // An AGENT of vCard 2.1 is said to begin by a line of its own, which stays with it.
        Some(at) if at > begin + 1 && agent(&tree.lines()[at - 1]) => at - 1,
        Some(at) => at,
        // Blank lines and junk at the end stay behind it.
        None => tree.own(component).filter(|i| !tree.lines()[*i].name().is_empty()).last().unwrap_or(begin) + 1,
    };
    // Behind a soft break that nothing follows it would become part of that line.
    Some((begin + 1..=at).rev().find(|at| !dangling(tree, at - 1)).unwrap_or(at))
}

fn dangling(tree: &Tree<'_>, at: usize) -> bool {
    let line = &tree.lines()[at];
    // A CR at the end of the text belongs to the break that it gets with the next line.
    line.quoted_printable() && line.value().iter().rev().find(|b| **b != b'\r') == Some(&b'=')
}

fn agent(line: &Line<'_>) -> bool {
    line.is("AGENT") && line.value().trim_ascii().is_empty()
}

/// Removes all of the component's own lines of that name.
pub fn remove(tree: &mut Tree<'_>, component: usize, name: &str) {
    let all: Vec<usize> = tree.own(component).filter(|i| tree.lines()[*i].is(name)).collect();
    tree.remove_all(&all);
}

/// Removes the components with all that is in them.
pub fn remove_components(tree: &mut Tree<'_>, components: &[usize]) {
    let components = components.iter().filter_map(|c| tree.components().get(*c));
    // Without an end of its own, what ends it is another's.
    let lines: Vec<usize> = components.flat_map(|c| c.begin..if c.closed { c.end + 1 } else { c.end }).collect();
    tree.remove_all(&lines);
}

/// One part of the first structured value of that name (`N`, `ORG`); empty where it is missing.
pub fn part(tree: &Tree<'_>, component: usize, name: &str, part: usize) -> String {
    let value = tree.get(component, name).map(Line::decoded).unwrap_or_default();
    escape::parts(&value).get(part).map(|part| escape::unescape(part)).unwrap_or_default()
}

/// Sets some parts of that value, the others as written; a new one has at `least` so many.
pub fn set_parts(tree: &mut Tree<'_>, component: usize, name: &str, set: &[(usize, &str)], least: usize) {
    let at = tree.find(component, name);
    let value = with_parts(tree, component, at, set, least);
    match at {
        Some(at) => set_line_escaped(tree, component, at, &value, &value),
        None => add_escaped(tree, component, name, &value, &value),
    }
}

/// The structured value of line `at`, or a new one of at `least` so many parts, with some of
/// them set.
pub(super) fn with_parts(
    tree: &Tree<'_>,
    component: usize,
    at: Option<usize>,
    set: &[(usize, &str)],
    least: usize,
) -> String {
    let line = at.and_then(|at| tree.lines().get(at));
    let least = if line.is_some() { 0 } else { least };
    let value = line.map(Line::decoded).unwrap_or_default();
    let mut parts: Vec<String> = escape::parts(&value).into_iter().map(escape::closed).collect();
    let most = set.iter().map(|(i, _)| i + 1).max().unwrap_or(0);
    parts.resize(parts.len().max(least).max(most), String::new());
    for (i, text) in set {
        if let Some(part) = parts.get_mut(*i) {
            *part = escape::closed(&escaped_for(tree, component, text));
        }
    }
    parts.join(";")
}

/// The values of a property whose value is a list (CATEGORIES, NICKNAME), over all its
/// lines, each once.
pub fn list(tree: &Tree<'_>, component: usize, name: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let mut out = Vec::new();
    for line in tree.all(component, name) {
        out.extend(escape::values(&line.decoded()).into_iter().filter(|value| seen.insert(value.clone())));
    }
    out
}

fn list_value(part: &str) -> String {
    escape::one_line(&escape::unescape(part))
}

/// Makes the values of such a property those of `new`, of which `old` are there: what
/// goes is taken from its line, what comes is put behind the last line's.
pub fn set_list(tree: &mut Tree<'_>, component: usize, name: &str, old: &[String], new: &[String]) {
    let old: HashSet<String> = old.iter().cloned().collect();
    let mut wanted: Vec<String> = new.iter().map(|v| escape::one_line(v)).filter(|v| !v.is_empty()).collect();
    let keep: HashSet<String> = wanted.iter().cloned().collect();
    let gone: HashSet<&String> = old.difference(&keep).collect();
    wanted.retain(|value| !old.contains(value));
    let mut seen = HashSet::new();
    wanted.retain(|value| seen.insert(value.clone()));
    if wanted.is_empty() && gone.is_empty() {
        return;
    }
    let lines: Vec<usize> = tree.own(component).filter(|i| tree.lines()[*i].is(name)).collect();
    let mut empty = Vec::new();
    let mut added = false;
    for (n, at) in lines.iter().enumerate() {
        let value = tree.lines()[*at].decoded();
        let parts = escape::items(&value);
        let mut left: Vec<String> =
            parts.iter().filter(|part| !gone.contains(&list_value(part))).map(|part| escape::closed(part)).collect();
        let mut changed = left.len() != parts.len();
        if n + 1 == lines.len() && !wanted.is_empty() {
            left.retain(|part| !part.trim().is_empty());
            left.extend(wanted.iter().map(|value| escape::escape(value)));
            (changed, added) = (true, true);
        }
        if left.iter().all(|part| part.trim().is_empty()) && changed {
            empty.push(*at);
        } else if changed {
            let value = left.join(",");
            set_line_escaped(tree, component, *at, &value, &value);
        }
    }
    tree.remove_all(&empty);
    if !added && !wanted.is_empty() {
        let value = wanted.iter().map(|value| escape::escape(value)).collect::<Vec<_>>().join(",");
        add_escaped(tree, component, name, &value, &value);
    }
}

/// What a property whose value is a URI says (RFC 3986 has no escapes of ours, but
/// some write them).
pub fn uri(line: &Line<'_>) -> String {
    escape::one_line(&escape::unescape(&line.decoded()))
}

/// The URI as it stands in a value: as it is, but for what a value cannot hold.
pub fn uri_value(value: &str) -> String {
    let value: String = value.trim().chars().filter(|c| !c.is_control()).collect();
    value.replace('\\', "\\\\")
}

/// Sets the first property of that name to a URI, its parameters kept; an empty one
/// removes all of that name.
pub fn set_uri(tree: &mut Tree<'_>, component: usize, name: &str, value: &str) {
    if value.trim().is_empty() {
        return remove(tree, component, name);
    }
    let value = uri_value(value);
    match tree.find(component, name) {
        Some(at) => set_line_escaped(tree, component, at, &value, &value),
        None => add_escaped(tree, component, name, &value, &value),
    }
}

/// The stamps of a change: DTSTAMP and LAST-MODIFIED of a calendar component
/// (RFC 5545, 3.8.7), with `moved` also SEQUENCE; REV of a vCard (RFC 6350, 6.7.4).
pub fn stamp_change(tree: &mut Tree<'_>, component: usize, now: Millis, moved: bool) {
    stamp_each(tree, &[component], now, moved);
}

/// As [`stamp_change`], of several components (rising).
pub(super) fn stamp_each(tree: &mut Tree<'_>, components: &[usize], now: Millis, moved: bool) {
    let (now, eol) = (stamp(now), tree.eol());
    let mut added = Vec::new();
    for component in components.iter().copied() {
        let (Some(c), Some(place)) = (tree.components().get(component), place(tree, component)) else { continue };
        let names: &[&str] = match c.name == "VCARD" {
            true => &["REV"],
            false if moved => &["DTSTAMP", "LAST-MODIFIED", "SEQUENCE"],
            false => &["DTSTAMP", "LAST-MODIFIED"],
        };
        for name in names {
            let at = tree.find(component, name);
            let value = match *name {
                "SEQUENCE" => {
                    let count = at.and_then(|at| tree.lines()[at].plain().trim().parse::<u32>().ok());
                    count.unwrap_or(0).saturating_add(1).to_string()
                }
                _ => now.clone(),
            };
            let line = fold(format!("{name}:{value}").as_bytes(), eol);
            match at {
                Some(at) => tree.replace(at, line),
                None => added.push((place, line)),
            }
        }
    }
    tree.insert_each(added);
}
