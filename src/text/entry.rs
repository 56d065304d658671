//! The small rows that lists and the popup read, made of an item's text.

use crate::model::{CollectionId, Entry, EntryKind, Happening, Index, ItemId, Kind, Millis, Occurrence, Series};

use super::lines::Tree;
use super::moment::Moment;
use super::occur::{Extent, Instance, Instances, extent, instances, placed};
use super::zone::Zones;
use super::{escape, form_contact, main, words};

/// A series with at most so many times is indexed with all of them.
const FEW: usize = 100;

/// The row of an item, its words, and when it happens; long series from `from` to `to`.
/// Total: a text that cannot be understood gives a row that says so, with what could
/// be read.
pub fn index(collection: &CollectionId, id: &ItemId, kind: Kind, text: &[u8], from: Millis, to: Millis) -> Index {
    let tree = Tree::parse(text);
    let mut row = row(&tree, kind);
    let mut index = Index { words: words::of(&tree), ..Index::default() };
    if row.kind == EntryKind::Event {
        let (found, series) = times(&tree, from.div_euclid(1000), to.div_euclid(1000));
        row.partial |= found.partial;
        index.times = told(collection, id, &tree, found);
        index.series = series;
    }
    let Row { kind, title, detail, sort, partial, recurs, guessed } = row;
    let uid = super::uid::of(&tree).unwrap_or_default();
    let (id, collection) = (id.clone(), collection.clone());
    index.entry = Some(Entry { id, collection, kind, title, detail, sort, uid, partial, recurs, guessed });
    index
}

/// What lists call the text.
pub fn title(kind: Kind, text: &[u8]) -> String {
    row(&Tree::parse(text), kind).title
}

/// When an event happens between the two times (the second exclusive), by start.
pub fn between(collection: &CollectionId, id: &ItemId, text: &[u8], from: Millis, to: Millis) -> Vec<Occurrence> {
    let tree = Tree::parse(text);
    // Whole seconds, that are then looked at closely.
    let found = instances(&tree, from.div_euclid(1000), to.div_euclid(1000));
    let found = told(collection, id, &tree, found);
    found.iter().flat_map(|happening| happening.each(Occurrence::touches(from, to))).collect()
}

/// All instances, where they are few; else those of the window, and how long it goes.
/// With none late in the window the next behind it is told too, so that one that comes
/// is known until the window is another (`driver::renew`).
fn times(tree: &Tree<'_>, from: i64, to: i64) -> (Instances, Option<Series>) {
    let long = |start: i64, end: Option<i64>| {
        let mut found = instances(tree, from, to);
        let late = to.saturating_sub(Index::AHEAD / 2000);
        if found.list.last().is_none_or(|last| last.start < late) {
            found.list.extend(next(tree, to, start, end));
        }
        let until = end.map(|end| end.saturating_mul(1000));
        (found, Some(Series { from: start.saturating_mul(1000), until }))
    };
    match extent(tree) {
        Extent::Never => (instances(tree, from, to), None),
        Extent::Once { start, end } => (instances(tree, start, end), None),
        Extent::Between { start, end } => {
            let all = instances(tree, start, end);
            if all.list.len() <= FEW { (all, None) } else { long(start, Some(end)) }
        }
        Extent::Open { start } => long(start, None),
    }
}

/// The first instance that begins behind `after`, of a series from `start` to `end`; in
/// some centuries, if it is one at all.
fn next(tree: &Tree<'_>, after: i64, start: i64, end: Option<i64>) -> Option<Instance> {
    let from = after.max(start);
    let windows = (0..5).map(|n| from.saturating_add((Index::AHEAD / 1000) << (2 * n)));
    let within = |to: i64| instances(tree, from, to).list.into_iter().find(|instance| instance.start > after);
    if end.is_some_and(|end| end <= after) { None } else { windows.into_iter().find_map(within) }
}

/// Instances as lists show them; those together that tell the same.
fn told(collection: &CollectionId, id: &ItemId, tree: &Tree<'_>, found: Instances) -> Vec<Happening> {
    let text_of = |c: usize, name: &str| tree.text(c, name).trim().to_owned();
    let mut told: Vec<Happening> = Vec::new();
    let mut last = None;
    for i in found.list {
        let [start, end] = [i.start, i.end].map(|at| at.saturating_mul(1000));
        let of = i.of.map(|of| of.saturating_mul(1000));
        // What an instance says for itself is in a component of its own.
        let same = last == Some(i.component) && told.last_mut().is_some_and(|last| last.add(start, end, of));
        last = Some(i.component);
        if !same {
            told.push(Happening::at(Occurrence {
                item: id.clone(),
                collection: collection.clone(),
                title: text_of(i.component, "SUMMARY"),
                place: text_of(i.component, "LOCATION"),
                start,
                end,
                all_day: i.all_day,
                floating: i.floating,
                of,
                guessed: i.guessed,
            }));
        }
    }
    told
}

#[derive(Default)]
struct Row {
    kind: EntryKind,
    title: String,
    detail: String,
    sort: String,
    partial: bool,
    recurs: bool,
    guessed: bool,
}

fn row(tree: &Tree<'_>, kind: Kind) -> Row {
    let broken = tree.components().is_empty() || tree.components().iter().any(|c| !c.closed);
    let Some(c) = main(tree) else {
        // Nothing we know: some line may still say what it is about.
        let title = |name: &str| tree.lines().iter().find(|l| l.is(name)).map(|l| l.text().trim().to_owned());
        let title = title("SUMMARY").or_else(|| title("FN")).unwrap_or_default();
        let kind = match kind {
            Kind::Calendar => EntryKind::Event,
            Kind::Contacts => EntryKind::Contact,
        };
        return Row { kind, sort: escape::folded(&title), title, partial: true, ..Row::default() };
    };
    let mut row = match tree.components()[c].name.as_str() {
        "VEVENT" => event(tree, c),
        "VJOURNAL" => note(tree, c, EntryKind::Note),
        "VTODO" => note(tree, c, EntryKind::Task),
        _ => contact(tree, c),
    };
    row.partial |= broken;
    row
}

fn event(tree: &Tree<'_>, c: usize) -> Row {
    let title = tree.text(c, "SUMMARY").trim().to_owned();
    let start = tree.get(c, "DTSTART").and_then(|line| placed(line, &mut Zones::new(tree)));
    let sort = start.as_ref().map(|s| format!("{:?}", super::moment::at(s.utc())));
    Row {
        kind: EntryKind::Event,
        title,
        detail: tree.text(c, "LOCATION").trim().to_owned(),
        partial: start.is_none(),
        sort: sort.unwrap_or_default(),
        recurs: ["RRULE", "RDATE"].iter().any(|name| tree.find(c, name).is_some()),
        guessed: start.is_some_and(|start| start.guessed),
    }
}

fn note(tree: &Tree<'_>, c: usize, kind: EntryKind) -> Row {
    let mut title = tree.text(c, "SUMMARY").trim().to_owned();
    if title.is_empty() {
        let text = tree.text(c, "DESCRIPTION");
        title = text.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default().to_owned();
    }
    let date = ["DTSTART", "DUE", "LAST-MODIFIED", "CREATED", "DTSTAMP"]
        .into_iter()
        .find_map(|name| tree.get(c, name).and_then(|line| Moment::parse(&line.plain())));
    let detail = date.map(|d| d.date().to_string()).unwrap_or_default();
    Row { kind, sort: escape::folded(&title), title, detail, ..Row::default() }
}

fn contact(tree: &Tree<'_>, c: usize) -> Row {
    let first = |name: &str| {
        let mut texts = tree.all(c, name).map(|line| line.text().trim().to_owned());
        texts.find(|t| !t.is_empty())
    };
    // Nearly all have it: the rest of the card is not read for nothing.
    let nameless = || {
        let fields = form_contact::fields(tree, c);
        form_contact::full_name(&fields.given, &fields.family)
            .or_else(|| Some(fields.organization).filter(|name| !name.is_empty()))
            .or_else(|| first("EMAIL"))
    };
    let title = first("FN").or_else(nameless).unwrap_or_default();
    let detail = first("EMAIL").or_else(|| first("TEL")).unwrap_or_default();
    Row { kind: EntryKind::Contact, sort: escape::folded(&title), title, detail, ..Row::default() }
}
