//! Whether two texts say the same. Only what certainly means nothing is looked
//! away from; when in doubt they differ, and nothing is lost.

use std::collections::HashMap;

use super::lines::{Line, Tree};
use super::zone::Zone;

/// Stamps, and what servers add of their own: Radicale writes PRODID and
/// X-RADICALE-NAME anew.
const STAMPS: [&str; 6] = ["DTSTAMP", "LAST-MODIFIED", "CREATED", "REV", "PRODID", "X-RADICALE-NAME"];

/// True if the two differ at most in the order of properties, parameters and
/// components, in folding, line endings, the case of names, and in stamps. SEQUENCE
/// counts: it says whose time is the newer.
pub fn same_meaning(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    let (a, b) = (Tree::parse(a), Tree::parse(b));
    // Without any component there is nothing to compare by meaning.
    !a.components().is_empty() && !b.components().is_empty() && Meaning::of_text(&a) == Meaning::of_text(&b)
}

/// A component, its parts in an order of their own.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Meaning {
    name: String,
    /// One that was cut off is another than one that has its end.
    closed: bool,
    properties: Vec<Property>,
    components: Vec<Meaning>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Property {
    group: String,
    name: String,
    params: Vec<(String, Vec<String>)>,
    value: String,
}

impl Meaning {
    fn of_text(tree: &Tree<'_>) -> Meaning {
        // Looked up once: asking each component for its parent takes forever where there are many.
        let mut inner: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
        for (c, component) in tree.components().iter().enumerate() {
            if !defined_elsewhere(tree, c) {
                inner.entry(component.parent).or_default().push(c);
            }
        }
        Meaning::of(tree, None, &inner)
    }

    /// Of a component; of the whole text for `None`.
    fn of(tree: &Tree<'_>, component: Option<usize>, inner: &HashMap<Option<usize>, Vec<usize>>) -> Meaning {
        let name = component.map(|c| tree.components()[c].name.clone()).unwrap_or_default();
        let lines: Vec<usize> = component.map_or_else(|| tree.outside().collect(), |c| tree.own(c).collect());
        let mut properties: Vec<Property> = lines.into_iter().filter_map(|i| property(&tree.lines()[i])).collect();
        properties.sort();
        let components = inner.get(&component).into_iter().flatten();
        let mut components: Vec<Meaning> = components.map(|c| Meaning::of(tree, Some(*c), inner)).collect();
        components.sort();
        let closed = component.is_none_or(|c| tree.components()[c].closed);
        Meaning { name, closed, properties, components }
    }
}

/// A VTIMEZONE under an IANA (or Windows) name: the name says it all, and servers
/// write the observances anew.
fn defined_elsewhere(tree: &Tree<'_>, c: usize) -> bool {
    tree.components()[c].name == "VTIMEZONE" && Zone::by_name(&tree.text(c, "TZID")).is_some()
}

/// What a line says; `None` for stamps and blank lines.
fn property(line: &Line<'_>) -> Option<Property> {
    if line.name().is_empty() {
        let value = String::from_utf8_lossy(line.head()).trim().to_owned();
        let junk = Property { group: String::new(), name: String::new(), params: Vec::new(), value };
        return (!junk.value.is_empty()).then_some(junk);
    }
    let name = line.name().to_ascii_uppercase();
    if STAMPS.contains(&name.as_str()) {
        return None;
    }
    let mut params: Vec<(String, Vec<String>)> = Vec::new();
    for param in line.params() {
        // The bare words of vCard 2.1 are TYPEs, or encodings, by another spelling.
        let is_type = param.name == "TYPE" || param.name.is_empty();
        let mut values = param.values;
        if is_type {
            values.iter_mut().for_each(|v| *v = v.to_ascii_lowercase());
        }
        let name = if is_type { "TYPE".to_owned() } else { param.name };
        match params.iter_mut().find(|(n, _)| *n == name) {
            Some((_, known)) => known.extend(values),
            None => params.push((name, values)),
        }
    }
    for (name, values) in &mut params {
        if name == "TYPE" {
            values.sort();
            values.dedup();
        }
    }
    params.sort();
    Some(Property { group: line.group().to_ascii_lowercase(), value: value(line), name, params })
}

/// The value with its escapes in one spelling: `\N` is `\n`, and only what must be
/// escaped is. A comma that separates stays another thing than one that is escaped.
fn value(line: &Line<'_>) -> String {
    let raw = line.decoded();
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => out.push_str("\\n"),
            Some(':') => out.push(':'),
            Some(next) => out.extend(['\\', next]),
            None => out.push('\\'),
        }
    }
    out
}
