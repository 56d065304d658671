//! Whether two texts say the same. Only what certainly means nothing is looked
//! away from; when in doubt they differ, and nothing is lost.

use super::lines::{Line, Tree};
use super::zone::Zone;
use crate::order;

/// Stamps, and what servers add of their own: Radicale writes PRODID and
/// X-RADICALE-NAME anew.
const STAMPS: [&str; 6] = ["DTSTAMP", "LAST-MODIFIED", "CREATED", "REV", "PRODID", "X-RADICALE-NAME"];

/// Components within components are looked into so far; what is deeper counts by
/// its bytes. Calendars need four levels, and a text of nothing but `BEGIN` must
/// not use up the stack.
const DEPTH: usize = 16;

/// Whether the property (its name in upper case) says only when and by whom a text
/// was written.
pub(super) fn is_stamp(name: &str) -> bool {
    STAMPS.contains(&name)
}

/// True if the two differ at most in the order of properties, parameters and
/// components, in folding, line endings, the case of names, and in stamps. SEQUENCE
/// counts: it says whose time is the newer.
pub fn same_meaning(a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    let (a, b) = (Tree::parse(a), Tree::parse(b));
    // Without any component there is nothing to compare by meaning.
    !a.components().is_empty() && !b.components().is_empty() && Meaning::of(&a, None) == Meaning::of(&b, None)
}

/// A component, its parts in an order of their own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Meaning {
    name: String,
    /// One that was cut off is another than one that has its end.
    closed: bool,
    properties: Vec<Property>,
    components: Vec<Meaning>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Property {
    pub(super) group: String,
    pub(super) name: String,
    pub(super) params: Vec<(String, Vec<String>)>,
    pub(super) value: String,
}

impl Meaning {
    /// Of a component; of the whole text for `None`.
    pub(super) fn of(tree: &Tree<'_>, component: Option<usize>) -> Meaning {
        Meaning::within(tree, component, DEPTH)
    }

    fn within(tree: &Tree<'_>, component: Option<usize>, depth: usize) -> Meaning {
        let name = component.map(|c| tree.components()[c].name.clone()).unwrap_or_default();
        let closed = component.is_none_or(|c| tree.components()[c].closed);
        if let (0, Some(c)) = (depth, component) {
            let range = tree.components()[c].begin..tree.components()[c].end;
            let bytes: Vec<u8> = tree.lines()[range].iter().flat_map(|l| l.raw().to_vec()).collect();
            let properties = vec![Property::junk(String::from_utf8_lossy(&bytes).into_owned())];
            return Meaning { name, closed, properties, components: Vec::new() };
        }
        let lines: Vec<usize> = component.map_or_else(|| tree.outside().collect(), |c| tree.own(c).collect());
        let said = |i: usize| property(&tree.lines()[i]).filter(|p| !is_stamp(&p.name));
        let mut properties: Vec<Property> = lines.into_iter().filter_map(said).collect();
        order::all(&mut properties);
        let inner = tree.inner(component).filter(|c| !defined_elsewhere(tree, *c));
        let mut components: Vec<Meaning> = inner.map(|c| Meaning::within(tree, Some(c), depth - 1)).collect();
        order::all(&mut components);
        Meaning { name, closed, properties, components }
    }
}

/// A VTIMEZONE under an IANA (or Windows) name: the name says it all, and servers
/// write the observances anew.
pub(super) fn defined_elsewhere(tree: &Tree<'_>, c: usize) -> bool {
    tree.components()[c].name == "VTIMEZONE" && Zone::by_name(&tree.text(c, "TZID")).is_some()
}

impl Property {
    fn junk(value: String) -> Property {
        Property { group: String::new(), name: String::new(), params: Vec::new(), value }
    }
}

/// What a line says; `None` for a blank line.
pub(super) fn property(line: &Line<'_>) -> Option<Property> {
    if line.name().is_empty() {
        let value = String::from_utf8_lossy(line.head()).trim().to_owned();
        return (!value.is_empty()).then(|| Property::junk(value));
    }
    let name = line.name().to_ascii_uppercase();
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
            order::all(values);
            values.dedup();
        }
    }
    order::all(&mut params);
    Some(Property { group: line.group().to_ascii_lowercase(), value: spelled(&line.decoded()), name, params })
}

/// A value with its escapes in one spelling: `\N` is `\n`, and only what must be
/// escaped is. A comma that separates stays another thing than one that is escaped.
pub(super) fn spelled(raw: &str) -> String {
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
