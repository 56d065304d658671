//! Laws of content lines and of edits, for texts and edits made at random.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "laws/edits.rs"]
mod edits;
#[path = "laws/parts.rs"]
mod parts;

use edits::{Edit, NAMES, hold};
use pimento::text::escape;
use pimento::text::lines::{Tree, fold};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// One line or a part of one, as items have them, right and wrong.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let bytes = |text: &'static str| Just(text.as_bytes().to_vec());
    prop_oneof![
        3 => prop_oneof![bytes("BEGIN:VCALENDAR"), bytes("BEGIN:VEVENT"), bytes("begin:valarm"), bytes("BEGIN:VCARD")],
        2 => prop_oneof![bytes("END:VCALENDAR"), bytes("END:VEVENT"), bytes("end:valarm"), bytes("END:VCARD")],
        2 => prop_oneof![bytes("VERSION:2.1"), bytes("VERSION:3.0"), bytes("VERSION:4.0")],
        1 => prop_oneof![bytes("AGENT:"), bytes(""), bytes(" "), bytes("no line of content"), bytes("\u{FEFF}BEGIN:VCARD")],
        3 => "(SUMMARY|note|item1[.]FN|X-P|UID|TEL|a[.]NOTE)(;(LANGUAGE=de|TYPE=\"a,b:c\"|X=\"open|HOME|CN=a\\^nb)){0,2}:\\PC{0,40}"
            .prop_map(String::into_bytes),
        2 => "(NOTE|X-P|ADR)(;CHARSET=(utf-8|iso-8859-1|Shift_JIS))?;(ENCODING=)?QUOTED-PRINTABLE:([a-z ]|=[0-9A-F]{2}|=\r\n){0,20}=?"
            .prop_map(String::into_bytes),
        1 => "(PHOTO|NOTE);(ENCODING=)?BASE64:(\r?\n? ?[A-Za-z0-9+/]{4,8}){0,4}={0,2}(\r\n)?".prop_map(String::into_bytes),
        1 => "(SUMMARY|DESCRIPTION|X-LONG):[a-zäß🎻€ ]{60,400}".prop_map(String::into_bytes),
        1 => "(SUMMARY|DTSTAMP|SEQUENCE|REV|LAST-MODIFIED):[0-9]{0,9}".prop_map(String::into_bytes),
        1 => "[A-Za-z.;:=\"\\\\ \t]{0,14}".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..14),
        1 => ("(SUMMARY|X-P|X-RAW)(;X=)?", proptest::collection::vec(128u8.., 1..90)).prop_map(|(head, value)| [head.as_bytes(), b":", &value].concat()),
    ]
}

/// Whole texts: any pieces with any endings and folds, some with a byte order mark.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let ending = prop_oneof![
        4 => Just(&b"\r\n"[..]),
        4 => Just(&b"\n"[..]),
        1 => Just(&b"\r\r\n"[..]),
        1 => Just(&b"\r\n "[..]),
        1 => Just(&b"\n\t"[..]),
        1 => Just(&b"\r"[..]),
        1 => Just(&b"=\n"[..]),
        1 => Just(&b""[..]),
    ];
    (any::<bool>(), proptest::collection::vec((piece(), ending), 0..16)).prop_map(|(bom, pieces)| {
        let mut text = if bom { b"\xEF\xBB\xBF".to_vec() } else { Vec::new() };
        text.extend(pieces.into_iter().flat_map(|(piece, ending)| [piece, ending.to_vec()].concat()));
        text
    })
}

/// What a person may type.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z ,;:\"\\\\=^]{1,20}".prop_map(|s| s),
        "[^\\p{C}]{1,120}(\n[^\\p{C}]{0,90}){0,2}".prop_map(|s| s),
        "[äß🎻€\u{301}]{1,120}".prop_map(|s| s),
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    let (component, name) = (|| 0usize..4, || 0..NAMES.len());
    // Values that are no TEXT are written as they are.
    let plain = || "[A-Za-z0-9:;,\"=+/ ]{0,120}[A-Za-z0-9]";
    prop_oneof![
        3 => (component(), name(), value()).prop_map(|(c, n, v)| Edit::SetText(c, n, v)),
        1 => (component(), name(), 0usize..3, value()).prop_map(|(c, n, nth, v)| Edit::SetLineText(c, n, nth, v)),
        1 => (component(), name(), plain()).prop_map(|(c, n, v)| Edit::SetValue(c, n, v)),
        1 => (component(), name(), plain()).prop_map(|(c, n, v)| Edit::SetLine(c, n, v)),
        1 => (component(), name(), plain()).prop_map(|(c, n, v)| Edit::Append(c, n, v)),
        1 => (component(), name()).prop_map(|(c, n)| Edit::Remove(c, n)),
        1 => (component(), any::<bool>()).prop_map(|(c, moved)| Edit::Stamp(c, moved)),
        1 => (component(), name(), 0usize..3).prop_map(|(c, n, nth)| Edit::SetHead(c, n, nth)),
        1 => (component(), name(), value()).prop_map(|(c, n, v)| Edit::SetList(c, n, v)),
        1 => (component(), name(), 0usize..2, value()).prop_map(|(c, n, part, v)| Edit::SetPart(c, n, part, v)),
    ]
}

/// Series as they are and should not be: rules right and wrong, and exceptions and changed
/// instances that name theirs in any form, or none.
fn series() -> impl Strategy<Value = String> {
    let moment = "(:2026(0[1-3]|10)1[0-5]T0[0-3]3000Z?|;TZID=(Europe/Berlin|America/New_York|Nowhere|Office):2026(0[1-3]|10)1[0-5]T(0[0-3]|23)3000|;VALUE=DATE:2026(0[1-3]|10)1[0-5])";
    let rule = "RRULE:FREQ=(DAILY|WEEKLY|WEEKLY;BYDAY=MO,TH|MONTHLY|MONTHLY;BYDAY=(2TU|-1FR)|YEARLY|HOURLY|FORTNIGHTLY|DAILY;BYHOUR=1,2)(;INTERVAL=[0-3])?(;COUNT=[0-9]{1,2}|;UNTIL=2026[01][1-9]01(T000000Z)?)?\r\n";
    let dates = format!("(EXDATE|RDATE|EXDATE){moment}\r\n");
    let alarm = "(BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n)?";
    let length = |moment: &str| format!("(DTEND{moment}\r\n|DURATION:P1D\r\n|DURATION:PT1H\r\n|)");
    let master = format!(
        "BEGIN:VEVENT\r\nUID:u\r\n(STATUS:CANCELLED\r\n)?DTSTART{moment}\r\n{}({rule}){{1,2}}({dates}){{0,3}}{alarm}END:VEVENT\r\n",
        length(moment)
    );
    let changed = format!(
        "BEGIN:VEVENT\r\nUID:(u|u|u|v)\r\nSUMMARY:B\r\nRECURRENCE-ID(;RANGE=THISANDFUTURE)?{moment}\r\n(DTSTART{moment}\r\n{}|)(STATUS:CANCELLED\r\n)?{alarm}END:VEVENT\r\n",
        length(moment)
    );
    let zone = "(BEGIN:VTIMEZONE\r\nTZID:Office\r\nBEGIN:STANDARD\r\nDTSTART:20000101T000000\r\nTZOFFSETFROM:[+]0530\r\nTZOFFSETTO:[+]0530\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n)?";
    let text = format!("BEGIN:VCALENDAR\r\n{zone}({changed}){{0,1}}{master}({changed}){{0,3}}END:VCALENDAR\r\n");
    proptest::string::string_regex(&text).unwrap()
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: std::env::var("PIMENTO_CASES").map_or(600, |n| n.parse().expect("PIMENTO_CASES is a number")),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("proptest-regressions/laws.txt"))),
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn edits_keep_what_they_do_not_name(text in text(), edits in proptest::collection::vec(edit(), 0..8)) {
        hold(&text, &edits);
    }

    /// Every byte is in one line, and a line alone is read as it was among the others.
    #[test]
    fn lines_are_the_text(text in text()) {
        let tree = Tree::parse(&text);
        let all: Vec<u8> = tree.lines().iter().flat_map(|line| line.raw().to_vec()).collect();
        prop_assert_eq!(&all[..], text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&text));
        for line in tree.lines() {
            let alone = pimento::text::lines::Line::new(line.raw());
            prop_assert_eq!((alone.head(), alone.value(), alone.ending()), (line.head(), line.value(), line.ending()));
            prop_assert!(line.raw().ends_with(line.ending()) && !line.raw().is_empty());
        }
    }

    #[test]
    fn a_line_is_folded_and_unfolded(line in "X:[^\\p{C}]{0,400}", lf in any::<bool>()) {
        let folded = fold(line.as_bytes(), if lf { b"\n" } else { b"\r\n" });
        let physical = std::str::from_utf8(&folded).expect("no character is split").split('\n');
        prop_assert!(physical.map(|l| l.trim_end_matches('\r').len()).all(|len| len <= 75));
        let tree = Tree::parse(&folded);
        prop_assert_eq!(tree.lines().len(), 1);
        prop_assert_eq!([tree.lines()[0].head(), b":", tree.lines()[0].value()].concat(), line.into_bytes());
    }

    #[test]
    fn parameters_say_what_was_said(value in "[^\\p{C}]{0,40}(\n[^\\p{C}]{0,9})?") {
        let value = value.trim();
        let line = format!("X;P={}:v", escape::param(value));
        let tree = Tree::parse(line.as_bytes());
        prop_assert_eq!(tree.lines()[0].param("P"), Some(value.to_owned()));
    }
}

proptest! {
    // Each is counted many times over.
    #![proptest_config(ProptestConfig { cases: config().cases / 12, ..config() })]

    #[test]
    fn parts_of_any_series_are_changed_alone(text in series(), pick in 0usize..64, way in 0..parts::WAYS) {
        parts::hold(text.as_bytes(), pick, way);
    }
}
