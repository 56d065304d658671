//! Tests of the text module, by what they show.

mod budget;
mod compose;
mod corpus;
mod difference;
mod extent;
mod file;
mod file_joined;
#[path = "../../../tests/corpus/files.rs"]
mod files;
mod form;
mod form_contact;
mod known;
mod lines;
mod merge;
mod merge_laws;
mod occur;
mod properties;
mod radicale;
mod sameness;
mod series;
mod series_days;
mod series_moved;
mod series_zones;
mod update;
mod words;
mod zones;

use crate::model::{CollectionId, EventFields, Happening, Index, ItemId, Kind, Occurrence};

/// 2026-11-22T09:00:00Z.
pub(super) const NOW: i64 = 1_795_338_000_000;

/// The index of a text over that many days from 2026-01-01 on.
pub(super) fn indexed(text: &str, kind: Kind, from: &str, to: &str) -> Index {
    let millis = |at: &str| super::moment::seconds(super::moment::Moment::parse(at).unwrap().local()) * 1000;
    let (collection, item) = (CollectionId("c".into()), ItemId("i".into()));
    let mut index = super::index(&collection, &item, kind, text.as_bytes(), millis(from), millis(to));
    // Also of what is indexed with all its times.
    let within =
        |happening: &Happening| happening.each(Occurrence::touches(millis(from), millis(to))).collect::<Vec<_>>();
    index.times = index.times.iter().flat_map(within).map(Happening::at).collect();
    index
}

/// The lines in a calendar, with CR LF.
pub(super) fn calendar(lines: &str) -> String {
    let lines = lines.trim().lines().map(str::trim_start).collect::<Vec<_>>().join("\r\n");
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\n{lines}\r\nEND:VCALENDAR\r\n")
}

/// An event with these lines.
pub(super) fn event(lines: &str) -> String {
    calendar(&format!("BEGIN:VEVENT\nUID:u\nDTSTAMP:20260101T000000Z\n{}\nEND:VEVENT", lines.trim()))
}

pub(super) fn event_fields(start: &str, end: &str, zone: &str) -> EventFields {
    EventFields {
        title: "Choir; rehearsal, second".into(),
        place: "Hall \\ Süd".into(),
        start: start.into(),
        end: end.into(),
        zone: zone.into(),
        all_day: !start.contains('T'),
        description: "One,\ntwo; three\n".into(),
        ..EventFields::default()
    }
}

/// The lines of `b` that are not in `a` at all, unfolded.
pub(super) fn new_lines(a: &[u8], b: &[u8]) -> Vec<String> {
    let lines = |text| -> Vec<String> {
        let tree = super::lines::Tree::parse(text);
        tree.lines().iter().map(|l| String::from_utf8_lossy(l.raw()).trim_end().to_owned()).collect()
    };
    let old = lines(a);
    lines(b).into_iter().filter(|l| !old.contains(l)).collect()
}
