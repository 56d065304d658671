//! Edits of a tree: each names a property of a component, and every line it does
//! not name keeps its bytes and its place.

use super::escape;
use super::lines::{Line, Tree, fold};
use super::moment::stamp;
use crate::model::Millis;

/// Whether the component is a vCard 2.1, which escapes and folds in its own way.
fn old_card(tree: &Tree<'_>, component: usize) -> bool {
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
    fold(&[head, b":", escaped.as_bytes()].concat(), eol)
}

/// Sets the first property of that name to the TEXT `value`, its parameters kept
/// (but for the encoding the old value had); adds it where there is none. An empty
/// value removes all of that name.
pub fn set_text(tree: &mut Tree<'_>, component: usize, name: &str, value: &str) {
    if value.is_empty() {
        return remove(tree, component, name);
    }
    match tree.find(component, name) {
        Some(at) => set_line_text(tree, component, at, value),
        None => {
            let old = old_card(tree, component);
            let line = text_line(name.as_bytes(), value, &escaped(value, old), old, tree.eol());
            append(tree, component, line);
        }
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

/// vCard 2.1 escapes nothing but the semicolon, and has its line breaks in
/// quoted-printable; a backslash that would be read as an escape is one all the same.
fn escaped(value: &str, old: bool) -> String {
    if !old {
        return escape::escape(value);
    }
    let plain = value.replace(';', "\\;");
    if escape::unescape(&plain) == value { plain } else { value.replace('\\', "\\\\").replace(';', "\\;") }
}

/// The head without the encoding the old value had, and its quotes closed: a quote in
/// the new value would else be taken for theirs.
fn head_for_text(line: &Line<'_>) -> Vec<u8> {
    const ENCODINGS: [&str; 4] = ["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"];
    let encoding = |word: &String| ENCODINGS.iter().any(|e| e.eq_ignore_ascii_case(word));
    let mut head = line.head_without(|p| {
        p.name == "ENCODING" || p.name == "CHARSET" || (p.name.is_empty() && p.values.iter().any(encoding))
    });
    if head.iter().filter(|b| **b == b'"').count() % 2 == 1 {
        head.push(b'"');
    }
    head
}

/// Sets the property of that name to a whole line (`head:value`, neither folded
/// nor ended), in the place of the first; others of that name stay.
pub fn set_line(tree: &mut Tree<'_>, component: usize, name: &str, line: &str) {
    set_bytes(tree, component, name, line.as_bytes());
}

fn set_bytes(tree: &mut Tree<'_>, component: usize, name: &str, line: &[u8]) {
    let line = fold(line, tree.eol());
    match tree.find(component, name) {
        Some(at) => tree.replace(at, line),
        None => append(tree, component, line),
    }
}

/// Sets the value of the property of that name, its parameters kept, but for the
/// encoding the old value had.
pub fn set_value(tree: &mut Tree<'_>, component: usize, name: &str, value: &str) {
    let head = match tree.get(component, name) {
        Some(line) => head_for_text(line),
        None => name.as_bytes().to_vec(),
    };
    set_bytes(tree, component, name, &[&head, &b":"[..], value.as_bytes()].concat());
}

/// Adds a line (folded, without ending) behind the component's own properties,
/// before the components in it.
pub fn append(tree: &mut Tree<'_>, component: usize, line: Vec<u8>) {
    let Some(c) = tree.components().get(component) else { return };
    let begin = c.begin;
    let inner = tree.components().iter().find(|c| c.parent == Some(component)).map(|c| c.begin);
    let at = match inner {
        // An AGENT of vCard 2.1 is said to begin by a line of its own, which stays with it.
        Some(at) if at > begin + 1 && agent(&tree.lines()[at - 1]) => at - 1,
        Some(at) => at,
        // Blank lines and junk at the end stay behind it.
        None => tree.own(component).filter(|i| !tree.lines()[*i].name().is_empty()).last().unwrap_or(begin) + 1,
    };
    // Behind a soft break that nothing follows it would become part of that line.
    // A CR at the end of the text belongs to the break that it gets now.
    let dangling = |i: usize| {
        let line = &tree.lines()[i];
        line.quoted_printable() && line.value().iter().rev().find(|b| **b != b'\r') == Some(&b'=')
    };
    let at = (begin + 1..=at).rev().find(|at| !dangling(at - 1)).unwrap_or(at);
    tree.insert(at, line);
}

fn agent(line: &Line<'_>) -> bool {
    line.is("AGENT") && line.value().trim_ascii().is_empty()
}

/// Removes all of the component's own lines of that name.
pub fn remove(tree: &mut Tree<'_>, component: usize, name: &str) {
    let named: Vec<usize> = tree.own(component).filter(|at| tree.lines()[*at].is(name)).collect();
    if !named.is_empty() {
        tree.remove_all(&named);
    }
}

/// The stamps of a change: DTSTAMP and LAST-MODIFIED of a calendar component
/// (RFC 5545, 3.8.7), with `moved` also SEQUENCE; REV of a vCard (RFC 6350, 6.7.4).
pub fn stamp_change(tree: &mut Tree<'_>, component: usize, now: Millis, moved: bool) {
    let now = stamp(now);
    if tree.components().get(component).is_some_and(|c| c.name == "VCARD") {
        set_line(tree, component, "REV", &format!("REV:{now}"));
        return;
    }
    set_line(tree, component, "DTSTAMP", &format!("DTSTAMP:{now}"));
    set_line(tree, component, "LAST-MODIFIED", &format!("LAST-MODIFIED:{now}"));
    if moved {
        let sequence = tree.get(component, "SEQUENCE").and_then(|l| l.plain().trim().parse::<u32>().ok()).unwrap_or(0);
        set_line(tree, component, "SEQUENCE", &format!("SEQUENCE:{}", sequence.saturating_add(1)));
    }
}
