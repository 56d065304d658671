use super::{calendar, event};
use crate::text::same_meaning;

fn same(a: &str, b: &str) -> bool {
    let (there, back) = (same_meaning(a.as_bytes(), b.as_bytes()), same_meaning(b.as_bytes(), a.as_bytes()));
    assert_eq!(there, back);
    there
}

const A: &str = "SUMMARY;LANGUAGE=en;X-A=\"1\":Tea\\, \\ncake\nDTSTART:20260101T090000Z\nSEQUENCE:1\nATTENDEE;CN=\"A B\":mailto:a@x";

#[test]
fn what_means_nothing() {
    let a = event(A);
    let b = event("attendee;cn=A B:mailto:a@x\nDTSTART:20260101T090000Z\nLAST-MODIFIED:20260707T070707Z\nSEQUENCE:1\nSUMMARY;X-A=1;LANGUAGE=en:Tea\\, \\Ncake").replace("cake", "ca\r\n ke").replace("\r\n", "\n");
    assert!(same(&a, &b));
    assert!(same(&a, &a.replace("DTSTAMP:20260101T000000Z", "DTSTAMP:20260301T000000Z").replace("Other", "Another")));
    assert!(same(
        "BEGIN:VCARD\nVERSION:3.0\nFN:a\nTEL;TYPE=HOME,VOICE:1\nEND:VCARD",
        "BEGIN:VCARD\r\nTEL;TYPE=voice;TYPE=home:1\r\nFN:a\r\nVERSION:3.0\r\nREV:1\r\nEND:VCARD\r\n\r\n"
    ));
    let zone = calendar("BEGIN:VTIMEZONE\nTZID:Europe/Rome\nX-A:1\nEND:VTIMEZONE\nBEGIN:VEVENT\nEND:VEVENT");
    assert!(same(&zone, &zone.replace("X-A:1", "X-A:2")), "the name says it all");
}

#[test]
fn what_means_something() {
    let a = event(A);
    for (from, to) in [
        ("Tea", "tea"),
        ("\\,", ","),
        ("SEQUENCE:1", "SEQUENCE:2"),
        ("0900", "0901"),
        ("CN=\"A B\"", "CN=\"A C\""),
        ("LANGUAGE=en", "LANGUAGE=de"),
        ("mailto:a@x", "mailto:b@x"),
        ("SEQUENCE:1", "SEQUENCE:1\r\nX-NEW:1"),
        ("SEQUENCE:1", "SEQUENCE:1\r\nSEQUENCE:1"),
        ("BEGIN:VEVENT", "BEGIN:VTODO"),
        ("UID:u", "UID:v"),
    ] {
        assert!(a.contains(from));
        assert!(!same(&a, &a.replacen(from, to, 1)), "{from} and {to}");
    }
    let zone = calendar("BEGIN:VTIMEZONE\nTZID:Mine\nX-A:1\nEND:VTIMEZONE\nBEGIN:VEVENT\nEND:VEVENT");
    assert!(!same(&zone, &zone.replace("X-A:1", "X-A:2")));
    assert!(!same(&a, a.trim_end().trim_end_matches("END:VCALENDAR")), "cut off");
    assert!(!same("junk", "other junk"));
    assert!(!same("", &a));
    let nested = "BEGIN:VEVENT\nBEGIN:VALARM\nX:1\nEND:VALARM\nEND:VEVENT";
    assert!(!same(nested, "BEGIN:VEVENT\nX:1\nBEGIN:VALARM\nEND:VALARM\nEND:VEVENT"));
}

#[test]
fn any_depth_is_looked_into() {
    let deep = |inner: &str| format!("{}{inner}\n{}", "BEGIN:X\n".repeat(3_000), "END:X\n".repeat(3_000));
    assert!(same(&deep("A:1"), &(deep("A:1") + "\n")), "and no stack is used up");
    assert!(!same(&deep("A:1"), &deep("A:2")));
}
