//! The extent of an item is never narrower than what the item does.

use proptest::prelude::*;

use super::properties::junk;
use super::{NOW, calendar, event};
use crate::model::{CollectionId, Index, ItemId, Kind};
use crate::text::index;
use crate::text::lines::Tree;
use crate::text::moment::{Moment, seconds};
use crate::text::occur::{Extent, extent, instances};

fn utc(at: &str) -> i64 {
    seconds(Moment::parse(at).unwrap().local())
}

fn of(text: &str) -> Extent {
    extent(&Tree::parse(text.as_bytes()))
}

#[test]
fn what_happens_once_is_exact() {
    let text = event("DTSTART;TZID=Europe/Berlin:20260701T120000\nDURATION:PT90M");
    assert_eq!(of(&text), Extent::Once { start: utc("20260701T100000"), end: utc("20260701T113000") });
    let text = event("DTSTART;VALUE=DATE:20260701");
    assert_eq!(of(&text), Extent::Once { start: utc("20260701"), end: utc("20260702") });
    for nothing in ["DTSTART:soon", "DTSTART:20260701T120000Z\nSTATUS:CANCELLED", "SUMMARY:never"] {
        assert_eq!(of(&event(nothing)), Extent::Never, "{nothing}");
    }
    assert_eq!(of(&event("DTSTART:20260701T120000Z\nEXDATE:20260701T120000Z")), Extent::Never);
    assert_eq!(of("BEGIN:VCARD\r\nFN:A\r\nEND:VCARD\r\n"), Extent::Never);
    let two = calendar(
        "BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260601T090000Z\nDTSTART:20260602T090000Z\nEND:VEVENT
        BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260608T090000Z\nDTSTART:20260607T090000Z\nDURATION:PT1H\nEND:VEVENT",
    );
    assert_eq!(of(&two), Extent::Between { start: utc("20260602T090000"), end: utc("20260607T100000") });
}

#[test]
fn what_recurs_has_an_end_where_it_says_so() {
    let start = utc("20200101T090000");
    assert_eq!(of(&event("DTSTART:20200101T090000Z\nRRULE:FREQ=DAILY")), Extent::Open { start });
    let Extent::Between { start: first, end } =
        of(&event("DTSTART:20200101T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20200301T090000Z"))
    else {
        panic!("UNTIL ends it");
    };
    assert_eq!(first, start);
    assert!((utc("20200301T100000")..utc("20200304T000000")).contains(&end));
    let dates = event("DTSTART:20200101T090000Z\nRDATE;VALUE=PERIOD:20190101T090000Z/P3D\nRDATE:20210101T090000Z");
    assert!(matches!(of(&dates), Extent::Between { start, end }
        if start == utc("20190101T090000") && end >= utc("20210101T090000")));
}

#[test]
fn a_series_that_comes_is_indexed_with_a_time_that_says_when() {
    let day = 86_400_000;
    let coming = |now: i64, text: &str| -> Vec<i64> {
        let (collection, item) = (CollectionId("c".into()), ItemId("i".into()));
        let (from, to) = (now - Index::BEHIND, now + Index::AHEAD);
        let index = index(&collection, &item, Kind::Calendar, text.as_bytes(), from, to);
        assert!(index.series.is_some());
        index.occurrences().into_iter().map(|o| o.start).filter(|start| *start >= now).collect()
    };
    for (lines, next) in [
        ("DTSTART:20240310T100000Z\nRRULE:FREQ=YEARLY;INTERVAL=2", "20280310T100000"),
        ("DTSTART:20290101T100000Z\nRRULE:FREQ=WEEKLY", "20290101T100000"),
        ("DTSTART:20290101T100000Z\nRRULE:FREQ=WEEKLY;COUNT=500", "20290101T100000"),
        ("DTSTART:20010203T100000Z\nRRULE:FREQ=YEARLY;INTERVAL=100", "21010203T100000"),
    ] {
        assert_eq!(coming(NOW, &event(lines)), [utc(next) * 1000], "{lines}");
    }
    // What is near goes by until the window is another, and something still comes.
    let yearly = event("DTSTART:20200201T100000Z\nRRULE:FREQ=YEARLY");
    for indexed in (0..400).step_by(10).map(|days| NOW + days * day) {
        let found = coming(indexed, &yearly);
        assert!(found.iter().any(|start| *start >= indexed + Index::AHEAD / 2) && found.len() <= 2, "{found:?}");
    }
    for over in ["RRULE:FREQ=DAILY;COUNT=200", "RRULE:FREQ=DAILY;UNTIL=20210101T000000Z"] {
        assert_eq!(coming(NOW, &event(&format!("DTSTART:20200201T100000Z\n{over}"))), Vec::<i64>::new());
    }
    let weekly = event("DTSTART:20200201T100000Z\nRRULE:FREQ=WEEKLY");
    assert_eq!(coming(NOW, &weekly).len(), 57, "of what is often, the window");
}

/// Items of all sorts, written by their parts.
fn items() -> impl Strategy<Value = String> {
    let start = prop_oneof![
        Just("DTSTART:20260310T230000Z"),
        Just("DTSTART;TZID=Europe/Berlin:20260328T023000"),
        Just("DTSTART;TZID=America/New_York:20261031T013000"),
        Just("DTSTART;VALUE=DATE:20260227"),
        Just("DTSTART:20260601T090000"),
    ];
    let length = prop_oneof![Just(""), Just("DURATION:P1D"), Just("DURATION:PT30H"), Just("DTEND:20260801T000000Z")];
    let rule = prop_oneof![
        Just(""),
        Just("RRULE:FREQ=DAILY"),
        Just("RRULE:FREQ=WEEKLY;COUNT=9"),
        Just("RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=5"),
        Just("RRULE:FREQ=DAILY;INTERVAL=5;UNTIL=20260512T080000Z"),
        Just("RRULE:FREQ=YEARLY;UNTIL=20290228"),
        Just("RRULE:FREQ=WEEKLY;UNTIL=20250101"),
        Just("RRULE:nonsense"),
    ];
    let dates = prop_oneof![
        Just(""),
        Just("RDATE:20250101T000000Z,20280101T000000Z"),
        Just("RDATE;VALUE=PERIOD:20270101T000000Z/P9D"),
        Just("EXDATE;VALUE=DATE:20260310"),
    ];
    let over = prop_oneof![
        Just(""),
        Just("RECURRENCE-ID:20260317T230000Z\nDTSTART:20240101T000000Z\nDURATION:P2D"),
        Just("RECURRENCE-ID;RANGE=THISANDFUTURE:20260317T230000Z\nDTSTART:20260301T000000Z\nDURATION:P40D"),
        Just("RECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260401\nDTSTART:20260501T000000Z"),
        Just("RECURRENCE-ID;RANGE=THISANDFUTURE:20260317T230000Z\nSTATUS:CANCELLED"),
    ];
    (start, length, rule, dates, proptest::collection::vec(over, 0..3), any::<bool>()).prop_map(
        |(start, length, rule, dates, overs, cancelled)| {
            let status = if cancelled { "STATUS:CANCELLED" } else { "" };
            let mut lines = format!("BEGIN:VEVENT\nUID:u\n{start}\n{length}\n{rule}\n{dates}\n{status}\nEND:VEVENT\n");
            for over in overs.into_iter().filter(|o| !o.is_empty()) {
                lines += &format!("BEGIN:VEVENT\nUID:u\n{over}\nEND:VEVENT\n");
            }
            calendar(&lines)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn every_instance_lies_within(text in items(), from in 0_i64..2_500, days in 1_i64..1_500) {
        let from = utc("20240101") + from * 86_400;
        within(text.as_bytes(), from, from + days * 86_400)?;
    }

    #[test]
    fn every_instance_of_junk_lies_within(text in junk()) {
        within(&text, utc("20240101"), utc("20280101"))?;
        within(&text, i64::MIN, i64::MAX)?;
    }
}

fn within(text: &[u8], from: i64, to: i64) -> Result<(), TestCaseError> {
    let tree = Tree::parse(text);
    let extent = extent(&tree);
    for i in instances(&tree, from, to).list {
        prop_assert!(extent.touches(from, to));
        match extent {
            Extent::Never => prop_assert!(false, "{i:?}"),
            Extent::Once { start, end } => prop_assert_eq!((i.start, i.end), (start, end)),
            Extent::Between { start, end } => prop_assert!(start <= i.start && i.end <= end, "{i:?} {extent:?}"),
            Extent::Open { start } => prop_assert!(start <= i.start, "{i:?} {extent:?}"),
        }
    }
    Ok(())
}
