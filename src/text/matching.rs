//! Which component and which property of one text is which of another: what a
//! merge and a difference both stand on.
//!
//! | what | is the same as |
//! | --- | --- |
//! | VCALENDAR, and whatever else holds an item | the one in the same place |
//! | VEVENT, VTODO, VJOURNAL, VFREEBUSY, VCARD | that of the same UID and the same instant in RECURRENCE-ID, however written |
//! | VTIMEZONE | that of the same TZID |
//! | any other component (VALARM) | that of the same UID; without one, that which says the same |
//! | a property that may be there once | that of the same name |
//! | a property that may be there often, or is there twice in one of the texts | that of the same name and value: ATTENDEE by its address, TEL by its digits |
//! | a value of a list (EXDATE, CATEGORIES) | that value under the same name, on whichever line |
//! | lines under one group name in a vCard (RFC 6350, 3.3) | that group whose first property is the same, whatever the group is called |

use std::collections::{BTreeMap, HashMap};

use super::lines::{Line, Tree};
use super::occur::placed_as;
use super::sameness::{Meaning, Property, is_stamp, property, spelled};
use super::zone::Zones;
use super::{escape, uid};
use crate::order;

/// Properties that may be there often, whether or not they are.
const MANY: [&str; 24] = [
    "ADR",
    "ATTACH",
    "ATTENDEE",
    "COMMENT",
    "CONFERENCE",
    "CONTACT",
    "EMAIL",
    "IMAGE",
    "IMPP",
    "LABEL",
    "LANG",
    "LINK",
    "MEMBER",
    "RELATED",
    "RELATED-TO",
    "REQUEST-STATUS",
    "RESOURCES",
    "STYLED-DESCRIPTION",
    "TEL",
    "TZ",
    "X-ABDATE",
    "X-ABRELATEDNAMES",
    "X-SOCIALPROFILE",
    "XML",
];

/// Properties whose value is a list, each value being something of its own.
const LISTS: [&str; 6] = ["CATEGORIES", "EXDATE", "FREEBUSY", "NICKNAME", "RDATE", "RESOURCES"];

/// Alarms stand three deep. What is deeper than this is matched by its place: to
/// compare it by content at every level would take the square of its size.
const DEPTH: usize = 8;

/// Where properties stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// In the text, outside of any component.
    Text,
    Component(usize),
}

/// What tells a component from others of its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Id {
    Place,
    /// UID or TZID; for an item's components also which instance.
    Uid {
        uid: String,
        instance: Option<String>,
    },
    Content(Meaning),
}

/// A component in each of the texts that have it.
#[derive(Clone, Debug)]
pub(super) struct Slot<const N: usize> {
    /// In upper case; empty for the text itself.
    pub name: String,
    pub id: Id,
    /// The slot it stands in, which comes before it.
    pub parent: Option<usize>,
    pub at: [Option<Node>; N],
}

/// A property as one text has it: one line, one value of a list, or a group.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    /// The numbers of its lines.
    pub lines: Vec<usize>,
    /// Which value of the (single) line, for lists.
    pub part: Option<usize>,
    meaning: Vec<Property>,
}

impl PartialEq for Cell {
    fn eq(&self, other: &Cell) -> bool {
        self.meaning == other.meaning
    }
}

/// A property in each of the texts that have it.
#[derive(Clone, Debug)]
pub(super) struct Row<const N: usize> {
    /// In upper case; empty for a line that is no property.
    pub name: String,
    /// The value that identifies it; empty where the name does.
    pub id: String,
    pub cells: [Option<Cell>; N],
}

/// Texts side by side.
pub(super) struct Matching<'t, 'a, const N: usize> {
    trees: [&'t Tree<'a>; N],
    /// Resolved once for all components.
    zones: [Zones<'t, 'a>; N],
}

impl<'t, 'a, const N: usize> Matching<'t, 'a, N> {
    pub fn new(trees: [&'t Tree<'a>; N]) -> Self {
        Matching { trees, zones: trees.map(Zones::new) }
    }

    /// All components of all texts; the first slot is the text itself.
    pub fn slots(&mut self) -> Vec<Slot<N>> {
        let mut slots = vec![Slot { name: String::new(), id: Id::Place, parent: None, at: [Some(Node::Text); N] }];
        let mut known: BTreeMap<(usize, String, Id, usize), usize> = BTreeMap::new();
        for (n, (tree, zones)) in self.trees.iter().zip(&mut self.zones).enumerate() {
            let mut slot_of: Vec<usize> = Vec::with_capacity(tree.components().len());
            let mut depths: Vec<usize> = Vec::with_capacity(tree.components().len());
            let mut seen: BTreeMap<(usize, String, Id), usize> = BTreeMap::new();
            for (c, component) in tree.components().iter().enumerate() {
                let parent = component.parent.and_then(|p| slot_of.get(p)).copied().unwrap_or(0);
                depths.push(component.parent.and_then(|p| depths.get(p)).map_or(0, |d| d + 1));
                let id = if depths[c] < DEPTH { id(tree, c, zones) } else { Id::Place };
                // Should two be the same, they are told apart by their order.
                let nth = seen.entry((parent, component.name.clone(), id.clone())).or_default();
                let key = (parent, component.name.clone(), id.clone(), *nth);
                *nth += 1;
                let slot = *known.entry(key).or_insert_with(|| {
                    slots.push(Slot { name: component.name.clone(), id, parent: Some(parent), at: [None; N] });
                    slots.len() - 1
                });
                slots[slot].at[n] = Some(Node::Component(c));
                slot_of.push(slot);
            }
        }
        slots
    }

    /// The properties of a component, in the order of the texts.
    pub fn rows(&mut self, slot: &Slot<N>) -> Vec<Row<N>> {
        let mut drafts: Vec<Vec<Draft>> = Vec::with_capacity(N);
        let mut often: HashMap<String, usize> = HashMap::new();
        for ((tree, zones), node) in self.trees.iter().zip(&mut self.zones).zip(slot.at) {
            let of_text = node.map(|node| of_node(tree, node, zones)).unwrap_or_default();
            let mut count: HashMap<&str, usize> = HashMap::new();
            for draft in &of_text {
                *count.entry(&draft.name).or_default() += 1;
            }
            for (name, n) in count {
                let most = often.entry(name.to_owned()).or_default();
                *most = n.max(*most);
            }
            drafts.push(of_text);
        }
        let by_name = |name: &str| {
            is_stamp(name)
                || !(name.is_empty()
                    || MANY.contains(&name)
                    || LISTS.contains(&name)
                    || often.get(name).is_some_and(|n| *n > 1))
        };
        let mut rows: Vec<Row<N>> = Vec::new();
        let mut known: HashMap<(String, String, usize), usize> = HashMap::new();
        for (n, of_text) in drafts.into_iter().enumerate() {
            let mut seen: HashMap<(String, String), usize> = HashMap::new();
            for Draft { name, id, cell } in of_text {
                let id = if by_name(&name) { String::new() } else { id };
                let nth = seen.entry((name.clone(), id.clone())).or_default();
                let row = *known.entry((name.clone(), id.clone(), *nth)).or_insert_with(|| {
                    rows.push(Row { name, id, cells: [const { None }; N] });
                    rows.len() - 1
                });
                *nth += 1;
                rows[row].cells[n] = Some(cell);
            }
        }
        rows
    }
}

fn id(tree: &Tree<'_>, c: usize, zones: &mut Zones<'_, '_>) -> Id {
    let name = tree.components()[c].name.as_str();
    let text = |name| tree.text(c, name).trim().to_owned();
    match name {
        "VCALENDAR" => Id::Place,
        _ if !uid::carries(name) && holds_item(tree, c) => Id::Place,
        "VTIMEZONE" => Id::Uid { uid: text("TZID"), instance: None },
        _ if uid::carries(name) => {
            let instance = tree.get(c, "RECURRENCE-ID").map(|line| {
                let range = line.param("RANGE").unwrap_or_default().to_ascii_uppercase();
                instant(line, &line.plain(), zones) + &range
            });
            Id::Uid { uid: text("UID"), instance }
        }
        _ => match text("UID") {
            uid if uid.is_empty() => Id::Content(Meaning::of(tree, Some(c))),
            uid => Id::Uid { uid, instance: None },
        },
    }
}

/// A container by another name than VCALENDAR.
fn holds_item(tree: &Tree<'_>, c: usize) -> bool {
    let end = tree.components()[c].end;
    tree.components()[c + 1..].iter().take_while(|inner| inner.begin < end).any(|inner| uid::carries(&inner.name))
}

/// A moment in one spelling: the same in any zone. Days, floating times and
/// moments are different things.
fn instant(line: &Line<'_>, value: &str, zones: &mut Zones<'_, '_>) -> String {
    match placed_as(line, value, zones) {
        Some(at) if at.moment.is_date() => format!("{} day", at.utc()),
        Some(at) if at.guessed => format!("{} in {}", at.moment, line.param("TZID").unwrap_or_default()),
        Some(at) if at.floating() => format!("{} floating", at.utc()),
        Some(at) => at.utc().to_string(),
        None => value.trim().to_ascii_uppercase(),
    }
}

/// A property of one text, before it is known what it is matched by.
struct Draft {
    name: String,
    id: String,
    cell: Cell,
}

/// The lines that stand in the node itself.
pub(super) fn own(tree: &Tree<'_>, node: Node) -> Vec<usize> {
    match node {
        Node::Component(c) => tree.own(c).collect(),
        Node::Text => {
            let mut outside = vec![true; tree.lines().len()];
            for c in tree.components().iter().filter(|c| c.parent.is_none()) {
                let end = c.end.min(outside.len().saturating_sub(1));
                outside[c.begin..=end].fill(false);
            }
            (0..outside.len()).filter(|i| outside[*i]).collect()
        }
    }
}

fn of_node(tree: &Tree<'_>, node: Node, zones: &mut Zones<'_, '_>) -> Vec<Draft> {
    let mut units: Vec<Vec<usize>> = Vec::new();
    let mut groups: HashMap<String, usize> = HashMap::new();
    for i in own(tree, node) {
        let group = tree.lines()[i].group().to_ascii_lowercase();
        match groups.get(&group) {
            Some(unit) => units[*unit].push(i),
            None => {
                if !group.is_empty() {
                    groups.insert(group, units.len());
                }
                units.push(vec![i]);
            }
        }
    }
    units.into_iter().flat_map(|lines| of_unit(tree, lines, zones)).collect()
}

fn of_unit(tree: &Tree<'_>, lines: Vec<usize>, zones: &mut Zones<'_, '_>) -> Vec<Draft> {
    if let [i] = lines[..]
        && let Some(parts) = list(&tree.lines()[i])
        && let Some(whole) = property(&tree.lines()[i])
    {
        let line = &tree.lines()[i];
        let draft = |(n, part): (usize, &[u8])| {
            let value = spelled(&escape::charset(part.trim_ascii(), None));
            let id = identity(line, &whole.name, &value, zones);
            let cell = Cell { lines: vec![i], part: Some(n), meaning: vec![Property { value, ..whole.clone() }] };
            Draft { name: whole.name.clone(), id, cell }
        };
        return parts.into_iter().enumerate().map(draft).collect();
    }
    // A label is about the property it stands beside.
    let label = |i: &usize| tree.lines()[*i].name().get(..4).is_some_and(|n| n.eq_ignore_ascii_case("X-AB"));
    let Some(first) = lines.iter().copied().find(|i| !label(i)).or(lines.first().copied()) else { return Vec::new() };
    let mut meaning: Vec<Property> = lines.iter().filter_map(|i| property(&tree.lines()[*i])).collect();
    for property in meaning.iter_mut().filter(|p| !p.group.is_empty()) {
        // What the group is called says nothing.
        property.group = "item".to_owned();
    }
    order::all(&mut meaning);
    let Some(said) = property(&tree.lines()[first]) else { return Vec::new() };
    let id = identity(&tree.lines()[first], &said.name, &said.value, zones);
    vec![Draft { name: said.name, id, cell: Cell { lines, part: None, meaning } }]
}

/// The values of a line that is a list, as they stand; `None` if it is none, or one
/// that can only be taken as a whole.
pub(super) fn list<'l>(line: &'l Line<'_>) -> Option<Vec<&'l [u8]>> {
    let listed = LISTS.iter().any(|name| line.is(name)) && line.group().is_empty();
    if !listed || line.quoted_printable() || line.param("CHARSET").is_some() {
        return None;
    }
    let mut escaped = false;
    let parts = line.value().split(|b| {
        let separates = *b == b',' && !escaped;
        escaped = *b == b'\\' && !escaped;
        separates
    });
    Some(parts.collect())
}

/// What tells the property from others of its name.
fn identity(line: &Line<'_>, name: &str, value: &str, zones: &mut Zones<'_, '_>) -> String {
    let bare = |value: &str, scheme: &str| {
        let value = value.trim().to_lowercase();
        value.strip_prefix(scheme).map(str::to_owned).unwrap_or(value)
    };
    match name {
        "ATTENDEE" | "EMAIL" | "MEMBER" => bare(value, "mailto:"),
        "TEL" => bare(value, "tel:").chars().filter(|c| c.is_alphanumeric() || *c == '+').collect(),
        "EXDATE" | "RDATE" => instant(line, value, zones),
        _ => value.to_owned(),
    }
}
