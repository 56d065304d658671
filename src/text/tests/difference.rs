//! What a person is shown of two versions.

use super::{calendar, event};
use crate::model::Changed;
use crate::text::difference;

/// `place/name: old > new`; `-` for what is not there.
fn told(old: &str, new: &str) -> Vec<String> {
    let side = |side: Option<String>| side.unwrap_or_else(|| "-".to_owned());
    difference(old.as_bytes(), new.as_bytes())
        .into_iter()
        .map(|Changed { place, name, old, new }| {
            let place = if place.is_empty() { place } else { place + "/" };
            format!("{place}{name}: {} > {}", side(old), side(new))
        })
        .collect()
}

#[test]
fn properties_as_people_read_them() {
    for (old, new, want) in [
        ("SUMMARY:a", "SUMMARY:a", vec![]),
        ("SUMMARY:a\nX-A:1", "x-a:1\nsummary:a", vec![]),
        ("SUMMARY:a", "SUMMARY:b\\, c\\nd", vec!["SUMMARY: a > b, c\nd"]),
        ("SUMMARY:a\nX-A:1\nX-B:1", "SUMMARY:b\nX-C:1\nX-B:1", vec!["SUMMARY: a > b", "X-A: 1 > -", "X-C: - > 1"]),
        ("X-A:1\nSUMMARY:a", "SUMMARY:b", vec!["X-A: 1 > -", "SUMMARY: a > b"]),
        (
            "DTSTART;TZID=Europe/Berlin:20260601T090000",
            "DTSTART:20260601T093015Z",
            vec!["DTSTART: 2026-06-01 09:00 Europe/Berlin > 2026-06-01 09:30:15 UTC"],
        ),
        ("DTSTART;VALUE=DATE:20260601", "DTSTART:20260601T090000", vec!["DTSTART: 2026-06-01 > 2026-06-01 09:00"]),
        ("DTSTART:soon", "DTSTART:later", vec!["DTSTART: soon > later"]),
        ("EXDATE:20260601", "EXDATE:20260601,20260608", vec!["EXDATE: - > 2026-06-08"]),
        ("CATEGORIES:a,b\\,c", "CATEGORIES:a\nCATEGORIES:d", vec!["CATEGORIES: b,c > -", "CATEGORIES: - > d"]),
        (
            "ATTENDEE;CN=A;PARTSTAT=NEEDS-ACTION:mailto:a@x",
            "ATTENDEE;CN=A;PARTSTAT=ACCEPTED:MAILTO:a@x\nATTENDEE:b@x",
            vec!["ATTENDEE: a@x (PARTSTAT=NEEDS-ACTION) > a@x (PARTSTAT=ACCEPTED)", "ATTENDEE: - > b@x"],
        ),
        ("ATTACH;ENCODING=BASE64;VALUE=BINARY:QUJD", "X-A:1", vec!["ATTACH: (3 B) > -", "X-A: - > 1"]),
        ("DTSTAMP:20260202T000000Z\nSUMMARY:a", "DTSTAMP:20260303T000000Z\nSUMMARY:b", vec!["SUMMARY: a > b"]),
        (
            "LAST-MODIFIED:20260202T000000Z\nSUMMARY:a",
            "LAST-MODIFIED:20260303T000000Z\nSUMMARY:a",
            vec!["LAST-MODIFIED: 2026-02-02 00:00 UTC > 2026-03-03 00:00 UTC"],
        ),
        ("SEQUENCE:1", "SEQUENCE:2", vec!["SEQUENCE: 1 > 2"]),
    ] {
        assert_eq!(told(&event(old), &event(new)), want, "{old}\n{new}");
    }
}

#[test]
fn cards() {
    let card = |lines: &str| format!("BEGIN:VCARD\nVERSION:3.0\nUID:u\n{lines}\nEND:VCARD\n");
    let photo = |n: usize| format!("PHOTO;ENCODING=b;TYPE=JPEG:{}", "QUJD".repeat(n));
    let data = |n: usize| format!("PHOTO:data:image/png;base64,{}", "QUJD".repeat(n));
    for (old, new, want) in [
        ("N:B;A;;;", "N:C;A;;Dr.;", vec!["N: B, A > C, A, Dr."]),
        ("N:B;;;;", "N:;B;;;", vec!["N: B;;;; > ;B;;;"]),
        (
            "ADR:;;Way 1;Town;;123;",
            "ADR:;;Way 2;Town;;123;",
            vec!["ADR: Way 1, Town, 123 > -", "ADR: - > Way 2, Town, 123"],
        ),
        ("TEL:1", "TEL;TYPE=HOME,CELL:1", vec!["TEL: 1 > 1 (TYPE=cell,home)"]),
        ("item1.TEL:1\nitem1.X-ABLabel:Home", "item2.TEL:1\nitem2.X-ABLabel:Boat", vec!["X-ABLABEL: Home > Boat"]),
        ("item1.TEL:1\nitem1.X-ABLabel:Home", "item2.TEL:1\nitem2.X-ABLabel:Home", vec![]),
        ("NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=utf-8:=C3=A4", "NOTE:b", vec!["NOTE: ä > b"]),
        ("NOTE:a", "junk", vec!["NOTE: a > -", ": - > junk"]),
        (photo(4096).leak(), photo(8192).leak(), vec!["PHOTO: (12 kB) > (24 kB)"]),
        (data(4096).leak(), "NOTE:a", vec!["PHOTO: (12 kB) > -", "NOTE: - > a"]),
    ] {
        assert_eq!(told(&card(old), &card(new)), want, "{old}\n{new}");
    }
}

#[test]
fn places() {
    let alarm = |at: &str| format!("BEGIN:VALARM\nTRIGGER:{at}\nEND:VALARM\n");
    let master = |rest: &str| format!("BEGIN:VEVENT\nUID:u\nSUMMARY:a\n{rest}END:VEVENT\n");
    let instance = |rest: &str| {
        format!("BEGIN:VEVENT\nUID:u\nRECURRENCE-ID;TZID=Europe/Berlin:20260608T090000\n{rest}END:VEVENT\n")
    };
    let zone = |id: &str, x: &str| {
        format!("BEGIN:VTIMEZONE\nTZID:{id}\nBEGIN:STANDARD\nX-A:{x}\nEND:STANDARD\nEND:VTIMEZONE\n")
    };
    for (why, old, new, want) in [
        ("an alarm", master(""), master(&alarm("-PT1H")), vec!["VALARM/TRIGGER: - > -PT1H"]),
        (
            "another alarm",
            master(&alarm("-PT1H")),
            master(&alarm("-PT2H")),
            vec!["VALARM/TRIGGER: -PT1H > -", "VALARM/TRIGGER: - > -PT2H"],
        ),
        (
            "an instance",
            master(""),
            master("") + &instance("SUMMARY:b\n"),
            vec!["2026-06-08 09:00 Europe/Berlin/SUMMARY: - > b"],
        ),
        (
            "written another way",
            instance("SUMMARY:b\n"),
            instance("SUMMARY:b\n").replace(";TZID=Europe/Berlin:20260608T090000", ":20260608T070000Z"),
            vec!["RECURRENCE-ID: 2026-06-08 09:00 Europe/Berlin > 2026-06-08 07:00 UTC"],
        ),
        (
            "what is in an instance",
            master("") + &instance(""),
            master("") + &instance(&alarm("-PT1H")),
            vec!["2026-06-08 09:00 Europe/Berlin, VALARM/TRIGGER: - > -PT1H"],
        ),
        (
            "gone, where it stood",
            instance("SUMMARY:b\n") + &master(""),
            master("X-A:1\n"),
            vec!["2026-06-08 09:00 Europe/Berlin/SUMMARY: b > -", "X-A: - > 1"],
        ),
        (
            "the calendar",
            "X-A:1\n".to_owned() + &master(""),
            "X-A:2\n".to_owned() + &master(""),
            vec!["VCALENDAR/X-A: 1 > 2"],
        ),
        ("a zone by its name", master(""), zone("Europe/Rome", "1") + &master(""), vec![]),
        (
            "a zone of one's own",
            zone("Mine", "1") + &master(""),
            zone("Mine", "2") + &master(""),
            vec!["VTIMEZONE Mine, STANDARD/X-A: 1 > -", "VTIMEZONE Mine, STANDARD/X-A: - > 2"],
        ),
    ] {
        assert_eq!(told(&calendar(&old), &calendar(&new)), want, "{why}");
    }
}

#[test]
fn long_values_are_cut_where_they_differ() {
    let text = |end: &str| format!("DESCRIPTION:{}{end}", "ä".repeat(300));
    let differs = difference(event(&text("x")).as_bytes(), event(&text("y")).as_bytes());
    let want = |end: &str| Some(format!("…{}{end}", "ä".repeat(40)));
    assert_eq!((&differs[0].old, &differs[0].new), (&want("x"), &want("y")));
    let added = difference(event("X-A:1").as_bytes(), event(&text("x")).as_bytes());
    assert_eq!(added[1].new, Some("ä".repeat(200) + "…"));
    let first = difference(event("DESCRIPTION:x").as_bytes(), event(&text("x")).as_bytes());
    assert_eq!((first[0].old.as_deref(), &first[0].new), (Some("x"), &Some("ä".repeat(200) + "…")));
}

#[test]
fn it_is_exchanged_as_json() {
    let changed = difference(event("SUMMARY:a").as_bytes(), event("X-A:1").as_bytes());
    assert_eq!(changed.len(), 2);
    let json = serde_json::to_string(&changed).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Changed>>(&json).unwrap(), changed);
}
