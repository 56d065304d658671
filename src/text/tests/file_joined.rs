//! Items put together as one file.

use super::file::{ZONE, crlf, event, known, texts};
use crate::text::file::join::{calendar, cards};
use crate::text::file::note::note;
use crate::text::file::{component, same_item, same_lines, split};
use crate::text::lines::Tree;
use crate::text::same_meaning;

#[test]
fn one_file_of_many_items() {
    let item = |zone: &str, lines: &str| {
        crlf(&format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:REQUEST\n{zone}{lines}END:VCALENDAR\n"))
    };
    let at = |uid: &str, zone: &str| event(uid, &format!("DTSTART;TZID={zone}:20260101T100000\n"));
    let same = ZONE.replace("TZNAME:H", "TZNAME:Other words\nX-NOTE:x");
    let other = ZONE.replace("+0100", "+0200");
    let items = [item(ZONE, &at("1", "Here")), item(&same, &at("2", "Here")), item(&other, &at("3", "Here"))];
    let joined = calendar(&items, &known);
    let head = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Pimento//Pimento//EN\n";
    let wanted = format!(
        "{head}{ZONE}{}{}END:VCALENDAR\n{head}{other}{}END:VCALENDAR\n",
        at("1", "Here"),
        at("2", "Here"),
        at("3", "Here")
    );
    assert_eq!(String::from_utf8(joined.text).unwrap(), wanted.replace('\n', "\r\n"));
    assert_eq!(joined.left, Vec::<usize>::new());

    // Everybody knows where Berlin is.
    let berlin = |zone: &str| zone.replace("Here", "Europe/Berlin");
    let items = [
        item(&berlin(ZONE), &at("1", "Europe/Berlin")),
        item(&berlin(&same), &at("2", "Europe/Berlin")),
        item(&berlin(&other), &at("3", "Europe/Berlin")),
    ];
    let joined = calendar(&items, &known);
    let wanted = format!(
        "{head}{}{}{}{}END:VCALENDAR\n",
        berlin(&same),
        at("1", "Europe/Berlin"),
        at("2", "Europe/Berlin"),
        at("3", "Europe/Berlin")
    );
    assert_eq!(String::from_utf8(joined.text).unwrap(), wanted.replace('\n', "\r\n"));

    // What is cut off would swallow what follows.
    let cut = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:4\r\n".to_vec();
    let card = b"BEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\n".to_vec();
    let joined = calendar(&[cut.clone(), items[0].clone(), card.clone()], &known);
    assert_eq!(joined.left, [0, 2]);
    let stack = cards(&[card.clone(), cut, b"BEGIN:VCARD\nFN:y\nEND:VCARD".to_vec()]);
    assert_eq!((stack.left, stack.text), (vec![1], [&card[..], b"BEGIN:VCARD\nFN:y\nEND:VCARD\r\n"].concat()));
    assert_eq!(Tree::parse(&calendar::<Vec<u8>>(&[], &known).text).components().len(), 1);
}

#[test]
fn lines_that_end_in_two_ways_do_so_again() {
    let a = event("a", "").replace('\n', "\r\n");
    let file = format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{a}{}END:VCALENDAR\n", event("b", ""));
    for text in texts(&split(file.as_bytes())) {
        assert_eq!(texts(&split(text.as_bytes())), [text]);
    }
}

#[test]
fn two_exports_of_an_item_have_the_same_lines() {
    let export = |program: &str, stamp: &str, title: &str| {
        let event = event("u", &format!("DTSTAMP:{stamp}\nDTSTART:20260101T100000Z\nSUMMARY:{title}\n"));
        crlf(&format!("BEGIN:VCALENDAR\nPRODID:{program}\nVERSION:2.0\n{event}END:VCALENDAR\n"))
    };
    let one = export("A", "20260101T000000Z", "Choir practice");
    assert!(same_lines(&one, &export("B", "20270101T000000Z", "Choir\n  practice")), "another stamp, and folded");
    assert!(!same_lines(&one, &export("A", "20260101T000000Z", "Choir")));
    assert!(!same_lines(&one, b"BEGIN:VCALENDAR\r\n"));
}

#[test]
fn the_same_item_in_another_calendar() {
    let bare = crlf(&format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{}END:VCALENDAR\n", event("1", "SUMMARY:S\n")));
    let around = crlf(&format!(
        "BEGIN:VCALENDAR\nMETHOD:PUBLISH\nX-WR-CALNAME:C\nVERSION:2.0\n{ZONE}{}END:VCALENDAR\n",
        event("1", "SUMMARY:S\nDTSTAMP:20260101T000000Z\n")
    ));
    assert!(same_item(&bare, &around) && !same_meaning(&bare, &around));
    let title = String::from_utf8(bare.clone()).unwrap().replace("SUMMARY:S", "SUMMARY:T").into_bytes();
    assert!(!same_item(&bare, &title));
    assert_eq!(component(&around).as_deref(), Some("VEVENT"));
    assert_eq!(component(b"BEGIN:VCARD\nEND:VCARD").as_deref(), Some("VCARD"));
    assert_eq!(component(b"BEGIN:VCARD\n"), None);
}

#[test]
fn a_note_as_text() {
    let journal =
        |lines: &str| crlf(&format!("BEGIN:VCALENDAR\nBEGIN:VJOURNAL\nUID:1\n{lines}END:VJOURNAL\nEND:VCALENDAR\n"));
    let plain = note(&journal("SUMMARY:Seeds\\, mostly\nDESCRIPTION:Sorrel\\nchervil\\;\\n\n")).unwrap();
    assert_eq!((&*plain.name, &*plain.markdown), ("Seeds, mostly", "# Seeds, mostly\n\nSorrel\nchervil;\n"));
    let dated =
        note(&journal("DTSTART;VALUE=DATE:20260704\nCATEGORIES:a\\,b,c \"d\"\nCATEGORIES:e\nDESCRIPTION:x\n")).unwrap();
    assert_eq!(dated.markdown, "---\ndate: 2026-07-04\ntags: [\"a,b\", \"c \\\"d\\\"\", \"e\"]\n---\n\nx\n");
    assert_eq!(note(b"BEGIN:VCARD\nFN:x\nEND:VCARD\n"), None);
    for (lines, name) in [
        ("SUMMARY: \nDESCRIPTION:\\n# First line \\nsecond\n", "First line"),
        ("DTSTART;VALUE=DATE:20260704\nDESCRIPTION:#\n", "2026-07-04"),
        ("DESCRIPTION: \n", ""),
    ] {
        assert_eq!(note(&journal(lines)).unwrap().name, name, "{lines}");
    }
    assert_eq!(note(&journal("")).unwrap().markdown, "");
}
