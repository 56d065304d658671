//! Two changes of one text become one, or clash.

use super::{calendar, event};
use crate::text::lines::Tree;
use crate::text::{difference, merge};

/// What is expected of a merge.
enum Want {
    Clash,
    /// The lines of an item, without the stamps and what stands around it.
    Lines(&'static str),
}
use Want::{Clash, Lines};

/// The base and both sides, by the lines of an event.
type Case = (&'static str, &'static str, &'static str, &'static str, Want);

fn merged(base: &str, ours: &str, theirs: &str) -> Option<String> {
    merge(base.as_bytes(), ours.as_bytes(), theirs.as_bytes()).map(|text| String::from_utf8(text).unwrap())
}

fn check(cases: Vec<Case>, wrap: impl Fn(&str) -> String) {
    for (why, base, ours, theirs, want) in cases {
        let result = merged(&wrap(base), &wrap(ours), &wrap(theirs));
        match want {
            Clash => assert_eq!(result, None, "{why}"),
            Lines(lines) => assert_eq!(result, Some(wrap(lines)), "{why}"),
        }
        let back = merged(&wrap(base), &wrap(theirs), &wrap(ours));
        match (result, back) {
            (Some(there), Some(back)) => {
                assert!(
                    difference(there.as_bytes(), back.as_bytes()).is_empty(),
                    "{why}: either side may be the server\n{there}{back}"
                );
            }
            (there, back) => assert_eq!(there, back, "{why}: either side may be the server"),
        }
    }
}

#[test]
fn properties() {
    #[rustfmt::skip]
    check(
        vec![
            ("nothing happened", "SUMMARY:a", "SUMMARY:a", "SUMMARY:a", Lines("SUMMARY:a")),
            ("ours changed", "SUMMARY:a\nX-A:1", "SUMMARY:b\nX-A:1", "SUMMARY:a\nX-A:1", Lines("SUMMARY:b\nX-A:1")),
            ("two things", "SUMMARY:a\nLOCATION:x", "SUMMARY:b\nLOCATION:x", "SUMMARY:a\nLOCATION:y", Lines("SUMMARY:b\nLOCATION:y")),
            ("one thing", "SUMMARY:a", "SUMMARY:b", "SUMMARY:c", Clash),
            ("both added it", "X-A:1", "X-A:1\nSUMMARY:b", "X-A:1\nSUMMARY:c", Clash),
            ("both did the same", "SUMMARY:a", "SUMMARY:b", "SUMMARY:b", Lines("SUMMARY:b")),
            ("by meaning: theirs stays", "SUMMARY:a", "summary:b\\N", "SUMMARY:b\\n", Lines("SUMMARY:b\\n")),
            ("removed and added", "SUMMARY:a\nX-A:1", "SUMMARY:a", "SUMMARY:a\nX-A:1\nX-B:2", Lines("SUMMARY:a\nX-B:2")),
            ("both removed", "SUMMARY:a\nX-A:1", "SUMMARY:a", "SUMMARY:a", Lines("SUMMARY:a")),
            ("one removed what the other changed", "SUMMARY:a\nX-A:1", "SUMMARY:a", "SUMMARY:a\nX-A:2", Clash),
            ("a parameter is a change", "SUMMARY:a", "SUMMARY;LANGUAGE=de:a", "SUMMARY:b", Clash),
            ("new lines stand where they stood", "SUMMARY:a\nX-Z:1", "SUMMARY:a\nX-B:1\nX-C:1\nX-Z:1", "SUMMARY:a\nX-Z:1\nX-Y:1", Lines("SUMMARY:a\nX-B:1\nX-C:1\nX-Z:1\nX-Y:1")),
            ("the order of the server stays", "SUMMARY:a\nX-A:1\nX-B:1", "SUMMARY:b\nX-A:1\nX-B:1", "X-B:1\nX-A:1\nSUMMARY:a", Lines("X-B:1\nX-A:1\nSUMMARY:b")),
            ("unknown ones that are there twice go by value", "X-A:1\nX-A:2", "X-A:1\nX-A:3", "X-A:4\nX-A:2", Lines("X-A:3\nX-A:4")),
            ("and clash where both changed one", "X-A:1\nX-A:2", "X-A:1\nX-A:3", "X-A:1\nX-A:4", Clash),
        ],
        event,
    );
}

#[test]
fn many_of_a_name() {
    let (a, b, c) = ("ATTENDEE:mailto:a@x", "ATTENDEE:mailto:b@x", "ATTENDEE:mailto:c@x");
    let join = |lines: &[&str]| lines.join("\n").leak() as &'static str;
    let yes = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@x";
    let no = "ATTENDEE;PARTSTAT=DECLINED:MAILTO:A@x";
    #[rustfmt::skip]
    check(
        vec![
            ("both invited somebody", a, join(&[a, b]), join(&[a, c]), Lines(join(&[a, b, c]))),
            ("both invited the same", a, join(&[a, b]), join(&[a, b]), Lines(join(&[a, b]))),
            ("the first of all", "X-A:1", join(&["X-A:1", b]), join(&["X-A:1", c]), Lines(join(&["X-A:1", b, c]))),
            ("answered, and another invited", a, yes, join(&[a, c]), Lines(join(&[yes, c]))),
            ("one answered twice", a, yes, no, Clash),
            ("answered and invited no longer", join(&[a, b]), join(&[yes, b]), b, Clash),
            ("both replaced the same one", join(&[a, b]), join(&[a, c]), join(&[a, "ATTENDEE:mailto:d@x"]), Clash),
            ("one replaced what the other removed", join(&[a, b]), join(&[a, c]), a, Clash),
            ("tags", "CATEGORIES:a,b", "CATEGORIES:a,b,c", "CATEGORIES:b,d", Lines("CATEGORIES:b,c,d")),
            ("a comma within a tag", "CATEGORIES:a\\,b,c", "CATEGORIES:a\\,b", "CATEGORIES:a\\,b,c,d", Lines("CATEGORIES:a\\,b,d")),
            ("tags on lines of their own", "CATEGORIES:a\nCATEGORIES:b", "CATEGORIES:a", "CATEGORIES:a\nCATEGORIES:b\nCATEGORIES:c", Lines("CATEGORIES:a\nCATEGORIES:c")),
            ("no tag left", "CATEGORIES:a,b\nX-A:1", "CATEGORIES:b\nX-A:1", "CATEGORIES:a\nX-A:1", Lines("X-A:1")),
            ("no tag before", "X-A:1", "X-A:1\nCATEGORIES:a", "X-A:1\nCATEGORIES:b", Lines("X-A:1\nCATEGORIES:a\nCATEGORIES:b")),
        ],
        event,
    );
}

const AT9: &str = "DTSTART;TZID=Europe/Berlin:20260601T090000";

#[test]
fn what_says_when() {
    let e = |lines: &str| format!("{AT9}\n{lines}\nRRULE:FREQ=WEEKLY").leak() as &'static str;
    let ex8 = "EXDATE;TZID=Europe/Berlin:20260608T090000";
    let ex15 = "EXDATE;TZID=Europe/Berlin:20260615T090000";
    #[rustfmt::skip]
    check(
        vec![
            ("start here, end there", "DTSTART:20260601T090000\nDTEND:20260601T100000", "DTSTART:20260601T093000\nDTEND:20260601T100000", "DTSTART:20260601T090000\nDTEND:20260601T110000", Clash),
            ("both moved it to the same", "DTSTART:20260601T090000\nSUMMARY:a\nX-A:1", "DTSTART:20260602T090000\nSUMMARY:b\nX-A:1", "DTSTART:20260602T090000\nSUMMARY:a\nX-A:2", Lines("DTSTART:20260602T090000\nSUMMARY:b\nX-A:2")),
            ("one moved it, the other much more", "DTSTART:20260601T090000", "DTSTART:20260602T090000", "DTSTART:20260602T090000\nRRULE:FREQ=DAILY", Clash),
            ("a move and a title", "DTSTART:20260601T090000\nSUMMARY:a", "DTSTART:20260602T090000\nSUMMARY:a", "DTSTART:20260601T090000\nSUMMARY:b", Lines("DTSTART:20260602T090000\nSUMMARY:b")),
            ("both cancelled one", e("X-A:1"), e(&format!("X-A:1\n{ex8}")), e(&format!("X-A:1\n{ex15}")), Lines(e(&format!("X-A:1\n{ex8}\n{ex15}")))),
            ("on one line", e("EXDATE:20260608"), e("EXDATE:20260608,20260615"), e("EXDATE:20260608,20260622"), Lines(e("EXDATE:20260608,20260615,20260622"))),
            ("one cancelled, one brought back", e(ex8), e(&format!("{ex8}\n{ex15}")), e("X-A:1"), Clash),
            ("one cancelled, one added", e("X-A:1"), e(&format!("X-A:1\n{ex8}")), e("X-A:1\nRDATE:20270101"), Clash),
            ("one cancelled, one stopped the series", e("X-A:1"), e(&format!("X-A:1\n{ex8}")), format!("{AT9}\nX-A:1\nRRULE:FREQ=WEEKLY;COUNT=3").leak(), Clash),
        ],
        event,
    );
}

#[test]
fn what_belongs_together() {
    #[rustfmt::skip]
    check(
        vec![
            ("a place and its coordinates", "LOCATION:a\nGEO:1;1", "LOCATION:b\nGEO:1;1", "LOCATION:a\nGEO:2;2", Clash),
            ("a text and its HTML", "DESCRIPTION:a\nX-ALT-DESC:<p>a", "DESCRIPTION:b\nX-ALT-DESC:<p>a", "DESCRIPTION:a\nX-ALT-DESC:<p>c", Clash),
            ("done and half done", "STATUS:NEEDS-ACTION", "STATUS:COMPLETED", "STATUS:NEEDS-ACTION\nPERCENT-COMPLETE:50", Clash),
            ("done, and another title", "STATUS:NEEDS-ACTION\nSUMMARY:a", "STATUS:COMPLETED\nPERCENT-COMPLETE:100\nSUMMARY:a", "STATUS:NEEDS-ACTION\nSUMMARY:b", Lines("STATUS:COMPLETED\nPERCENT-COMPLETE:100\nSUMMARY:b")),
        ],
        |lines| event(lines).replace("VEVENT", "VTODO"),
    );
}

#[test]
fn stamps_and_sequence() {
    let e = |stamp: &str, prodid: &str, rest: &str| {
        event(&format!("LAST-MODIFIED:{stamp}\n{rest}")).replace("-//Other//EN", prodid)
    };
    let base = e("20260101T000000Z", "a", "SUMMARY:a\nLOCATION:a\nSEQUENCE:1");
    let ours = e("20260103T000000Z", "b", "SUMMARY:b\nLOCATION:a\nSEQUENCE:2");
    let theirs = e("20260102T000000Z", "c", "SUMMARY:a\nLOCATION:b\nSEQUENCE:4");
    let both = |stamp, sequence: &str| e(stamp, "b", &format!("SUMMARY:b\nLOCATION:b\nSEQUENCE:{sequence}"));
    assert_eq!(merged(&base, &ours, &theirs), Some(both("20260103T000000Z", "5")), "the later, and one more than both");
    let back = merged(&base, &theirs, &ours).unwrap();
    assert!(
        back.contains("LAST-MODIFIED:20260103T000000Z") && back.contains("SEQUENCE:5") && back.contains("PRODID:c")
    );
    let once = theirs.replace("SEQUENCE:4", "SEQUENCE:1");
    assert_eq!(merged(&base, &ours, &once), Some(both("20260103T000000Z", "2")), "raised by one alone");
    let equal = theirs.replace("SEQUENCE:4", "SEQUENCE:2");
    assert_eq!(merged(&base, &ours, &equal), Some(both("20260103T000000Z", "3")), "each for a change of its own");
    assert_eq!(merged(&base, &ours, &ours), Some(ours.clone()), "for the same change");
    let stamped = base.replace("20260101T000000Z", "20260202T000000Z");
    assert_eq!(
        merged(&base, &stamped, &theirs).map(|t| t.contains("PRODID:c")),
        Some(true),
        "stamps alone clash with nothing"
    );
    let twice = |stamp| base.replace("SUMMARY", &format!("LAST-MODIFIED:{stamp}T000000Z\r\nSUMMARY"));
    let result = merged(&twice("20260201"), &twice("20260203"), &twice("20260202"));
    assert_eq!(result, Some(twice("20260203")), "even if there are two of them");
    let odd = |n| base.replace("SEQUENCE:1", n);
    assert_eq!(merged(&base, &odd("SEQUENCE:x"), &odd("SEQUENCE:2")), None, "no number");
    assert_eq!(merged(&base, &odd("SEQUENCE:3"), &odd("X-A:2")), None, "one took it away");
}

fn series(master: &str, instances: &[(&str, &str)]) -> String {
    let mut text = format!("BEGIN:VEVENT\nUID:u\n{master}\nEND:VEVENT\n");
    for (id, lines) in instances {
        text.push_str(&format!("BEGIN:VEVENT\nUID:u\nRECURRENCE-ID{id}\n{lines}\nEND:VEVENT\n"));
    }
    calendar(&text)
}

#[test]
fn instances() {
    let master = &format!("{AT9}\nRRULE:FREQ=WEEKLY\nSUMMARY:a");
    let (i8, i8_utc, i15) =
        (";TZID=Europe/Berlin:20260608T090000", ":20260608T070000Z", ";TZID=Europe/Berlin:20260615T090000");
    let base = series(master, &[(i8, "SUMMARY:x\nLOCATION:x")]);
    let ours = series(master, &[(i8, "SUMMARY:y\nLOCATION:x")]);

    let theirs = series(&master.replace(":a", ":b"), &[(i8, "SUMMARY:x\nLOCATION:y")]);
    let both = series(&master.replace(":a", ":b"), &[(i8, "SUMMARY:y\nLOCATION:y")]);
    assert_eq!(merged(&base, &ours, &theirs), Some(both), "by component");

    let utc = series(master, &[(i8_utc, "SUMMARY:x\nLOCATION:y")]);
    assert_eq!(
        merged(&base, &ours, &utc),
        Some(series(master, &[(i8_utc, "SUMMARY:y\nLOCATION:y")])),
        "the same instant"
    );

    let none = series(master, &[]);
    let (one, other) = (series(master, &[(i8, "SUMMARY:8")]), series(master, &[(i15, "SUMMARY:15")]));
    assert_eq!(
        merged(&none, &other, &one),
        Some(series(master, &[(i8, "SUMMARY:8"), (i15, "SUMMARY:15")])),
        "both added one"
    );
    assert_eq!(merged(&none, &one, &series(master, &[(i8, "SUMMARY:9")])), None, "both added the same one");
    assert_eq!(merged(&base, &none, &base), Some(none.clone()), "removed");
    assert_eq!(merged(&base, &none, &ours), None, "removed and changed");
    assert_eq!(merged(&base, &ours, &none), None, "changed and removed");

    for moved in [("T090000", "T100000"), ("WEEKLY", "DAILY"), ("SUMMARY", "RDATE:20270101\nSUMMARY")] {
        let theirs = series(&master.replace(moved.0, moved.1), &[(i8, "SUMMARY:x\nLOCATION:x")]);
        assert_ne!(theirs, base);
        assert_eq!(merged(&base, &ours, &theirs), None, "the series moved under a changed instance: {moved:?}");
        assert_eq!(merged(&base, &theirs, &ours), None, "{moved:?}");
        assert_eq!(merged(&base, &theirs, &none), None, "the instance is as the others again: {moved:?}");
        assert!(merged(&base, &theirs, &base).is_some(), "{moved:?}");
    }
    let longer = series(&master.replace("RRULE", "DURATION:PT3H\nRRULE"), &[(i8, "SUMMARY:x\nLOCATION:x")]);
    assert!(merged(&base, &ours, &longer).is_some(), "which instances there are is as it was");

    let cancelled = |id: &str| series(&format!("{master}\nEXDATE{id}"), &[(i8, "SUMMARY:x\nLOCATION:x")]);
    assert_eq!(merged(&base, &ours, &cancelled(i8_utc)), None, "the very instance");
    assert_eq!(merged(&base, &cancelled(i8_utc), &ours), None, "the very instance");
    assert!(merged(&base, &cancelled(i15), &ours).is_some(), "another instance");

    // A series and its instances changed alike on both sides is no clash with itself.
    let alike = series(&master.replace("WEEKLY", "DAILY"), &[(i8, "SUMMARY:y\nLOCATION:x")]);
    let more = alike.replace("SUMMARY:a", "SUMMARY:b");
    assert_eq!(merged(&base, &alike, &more), Some(more));
}

#[test]
fn alarms() {
    let alarm = |lines: &str| format!("BEGIN:VALARM\n{lines}\nEND:VALARM\n");
    let e = |title: &str, alarms: &[&str]| {
        event(&format!("SUMMARY:{title}\n{}", alarms.iter().map(|a| alarm(a)).collect::<String>()))
    };
    let (a, b, c) = ("ACTION:DISPLAY\nTRIGGER:-PT1H", "TRIGGER:-PT2H\nACTION:DISPLAY", "ACTION:AUDIO\nTRIGGER:-PT3H");
    assert_eq!(merged(&e("a", &[a]), &e("a", &[a, b]), &e("b", &[a, c])), Some(e("b", &[a, c, b])), "both added one");
    assert_eq!(merged(&e("a", &[a]), &e("b", &[a]), &e("a", &[])), Some(e("b", &[])), "removed");
    assert_eq!(merged(&e("a", &[]), &e("a", &[a]), &e("b", &[])), Some(e("b", &[a])), "the first");
    assert_eq!(merged(&e("a", &[a, b]), &e("a", &[c, b]), &e("b", &[a, b])), Some(e("b", &[b, c])), "changed");
    assert_eq!(merged(&e("a", &[a]), &e("a", &[b]), &e("a", &[c])), None, "both changed it");
    assert_eq!(merged(&e("a", &[a]), &e("a", &[b]), &e("a", &[])), None, "changed and removed");
    let result = merged(&e("a", &[a, b]), &e("a", &[b, c]), &e("b", &[c, b]));
    assert_eq!(result, Some(e("b", &[c, b])), "both changed it alike");
    let same = "TRIGGER:-PT1H\nACTION:DISPLAY";
    assert_eq!(merged(&e("a", &[]), &e("a", &[a]), &e("a", &[same])), Some(e("a", &[same])), "the same alarm");
    let (u, v, w) = ("UID:1\nTRIGGER:-PT1H\nX-A:1", "UID:1\nTRIGGER:-PT2H\nX-A:1", "UID:1\nTRIGGER:-PT1H\nX-A:2");
    assert_eq!(
        merged(&e("a", &[u]), &e("a", &[v]), &e("a", &[w])),
        Some(e("a", &["UID:1\nTRIGGER:-PT2H\nX-A:2"])),
        "by UID"
    );
    assert_eq!(merged(&e("a", &[u]), &e("a", &[v]), &e("a", &["UID:1\nTRIGGER:-PT3H\nX-A:1"])), None);
}

#[test]
fn zones() {
    let with = |zones: &[(&str, &str)], lines: &str| {
        let zones: String =
            zones.iter().map(|(id, x)| format!("BEGIN:VTIMEZONE\nTZID:{id}\nX-A:{x}\nEND:VTIMEZONE\n")).collect();
        calendar(&format!("{zones}BEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT"))
    };
    let (mine, rome) = (("Mine", "1"), ("Europe/Rome", "1"));
    let merged = |b: &str, o: &str, t: &str| merged(b, o, t);
    let new = with(&[rome], "DTSTART;TZID=Europe/Rome:20260601T090000\nSUMMARY:a");
    let was = with(&[], "DTSTART:20260601T090000Z\nSUMMARY:a");
    let both = with(&[rome], "DTSTART;TZID=Europe/Rome:20260601T090000\nSUMMARY:b");
    assert_eq!(
        merged(&was, &new, &was.replace("SUMMARY:a", "SUMMARY:b")),
        Some(both),
        "a zone comes with the time in it"
    );

    let at = "DTSTART;TZID=Mine:20260601T090000\nSUMMARY:a";
    let base = with(&[mine], at);
    assert_eq!(
        merged(&base, &base.replace("X-A:1", "X-A:2"), &base.replace("X-A:1", "X-A:3")),
        None,
        "two zones of one name"
    );
    let rewritten = with(&[("Europe/Rome", "3")], "DTSTART;TZID=Europe/Rome:20260601T090000\nSUMMARY:b");
    assert_eq!(
        merged(&new, &new.replace("X-A:1", "X-A:2"), &rewritten),
        Some(rewritten.clone()),
        "the name says it all"
    );
    let undefined = with(&[], "DTSTART;TZID=Europe/Rome:20260601T090000\nSUMMARY:b");
    let rewritten = new.replace("X-A", "X-B");
    assert_eq!(merged(&new, &rewritten, &undefined), Some(undefined.clone()), "the server needs no definition");
    let kept = new.replace("SUMMARY:a", "SUMMARY:b");
    assert_eq!(merged(&new, &undefined, &rewritten), Some(kept.replace("X-A", "X-B")), "what the server has stays");

    let gone = with(&[], "DTSTART:20260601T070000Z\nSUMMARY:a");
    let used = base.replace("SUMMARY:a", "SUMMARY:a\r\nX-AT;TZID=Mine:20260601T090000");
    assert_eq!(merged(&base, &used, &gone), None, "ours needs the zone that theirs is rid of");
    assert!(merged(&base, &base.replace("SUMMARY:a", "SUMMARY:b"), &gone).is_some());
}

fn card(lines: &str) -> String {
    let lines = lines.trim().lines().map(|l| format!("{l}\n")).collect::<String>();
    format!("BEGIN:VCARD\nVERSION:3.0\nUID:u\n{lines}END:VCARD\n")
}

#[test]
fn cards() {
    #[rustfmt::skip]
    check(
        vec![
            ("a number each", "FN:a\nTEL:1", "FN:a\nTEL:1\nTEL:2", "FN:a\nTEL:1\nTEL:3", Lines("FN:a\nTEL:1\nTEL:2\nTEL:3")),
            ("a number for a number", "TEL:1\nTEL:2", "TEL:3\nTEL:2", "TEL:1\nTEL:2\nNOTE:x", Lines("TEL:3\nTEL:2\nNOTE:x")),
            ("two numbers for one", "TEL:1", "TEL:2", "TEL:3", Clash),
            ("a number by its digits", "TEL:+49 1", "TEL;TYPE=CELL:+49 1", "TEL:+49-1\nNOTE:x", Clash),
            ("one number, written twice", "FN:a", "FN:a\nTEL:+49 1", "FN:a\nTEL:+491", Clash),
            ("a mail and a number", "TEL:1\nEMAIL:a@x", "TEL:2\nEMAIL:a@x", "TEL:1\nEMAIL:b@x", Lines("TEL:2\nEMAIL:b@x")),
            ("two sorts of one number", "TEL:1\nTEL:2", "TEL;TYPE=HOME:1\nTEL:2", "TEL:1\nTEL;TYPE=WORK:2", Lines("TEL;TYPE=HOME:1\nTEL;TYPE=WORK:2")),
            ("the name and what it is shown as", "N:B;A;;;\nFN:A B", "N:C;A;;;\nFN:A B", "N:B;A;;;\nFN:Dr. A B", Clash),
            ("the name and a note", "N:B;A;;;\nFN:A B\nNOTE:x", "N:C;A;;;\nFN:A C\nNOTE:x", "N:B;A;;;\nFN:A B\nNOTE:y", Lines("N:C;A;;;\nFN:A C\nNOTE:y")),
            ("nicknames", "NICKNAME:a", "NICKNAME:a,b", "NICKNAME:a,c", Lines("NICKNAME:a,b,c")),
        ],
        card,
    );
}

#[test]
fn groups() {
    let home = "item1.TEL:1\nitem1.X-ABLabel:Home";
    #[rustfmt::skip]
    check(
        vec![
            ("a label changed, a note added", home, "item1.TEL:1\nitem1.X-ABLabel:Boat", "item1.TEL:1\nitem1.X-ABLabel:Home\nNOTE:x", Lines("item1.TEL:1\nitem1.X-ABLabel:Boat\nNOTE:x")),
            ("label and number are one thing", home, "item1.TEL:1\nitem1.X-ABLabel:Boat", "item1.TEL:2\nitem1.X-ABLabel:Home", Clash),
            ("the same group by another name", home, "item1.TEL:1\nitem1.X-ABLabel:Boat", "item5.TEL:1\nitem5.X-ABLabel:Home\nNOTE:x", Lines("item5.TEL:1\nitem5.X-ABLabel:Boat\nNOTE:x")),
            ("two labels", home, "item1.TEL:1\nitem1.X-ABLabel:Boat", "item1.TEL:1\nitem1.X-ABLabel:Car", Clash),
            ("both added a group of one name", "NOTE:x", "NOTE:x\nitem1.TEL:1\nitem1.X-ABLabel:Home", "NOTE:x\nitem1.URL:u\nitem1.X-ABLabel:Web", Lines("NOTE:x\nitem2.TEL:1\nitem2.X-ABLabel:Home\nitem1.URL:u\nitem1.X-ABLabel:Web")),
            ("a label given, its name taken by then", "TEL:1\nURL:u", "item1.TEL:1\nitem1.X-ABLabel:Home\nURL:u", "TEL:1\nitem1.URL:u\nitem1.X-ABLabel:Web", Lines("item2.TEL:1\nitem2.X-ABLabel:Home\nitem1.URL:u\nitem1.X-ABLabel:Web")),
            ("removed with its label", "item1.TEL:1\nitem1.X-ABLabel:Home\nNOTE:x", "NOTE:x", "item1.TEL:1\nitem1.X-ABLabel:Home\nNOTE:y", Lines("NOTE:y")),
        ],
        card,
    );
}

#[test]
fn what_is_not_merged() {
    let a = event("SUMMARY:a");
    assert!(merged(&a, &a, &a).is_some());
    for (why, from, to) in [
        ("no component", "BEGIN", "BEGAN"),
        ("no end", "END:VEVENT\r\n", ""),
        ("an end of nothing", "SUMMARY:a", "END:VTODO"),
        ("another UID", "UID:u", "UID:v"),
        ("no UID", "UID:u\r\n", ""),
        ("another version", "VERSION:2.0", "VERSION:3.0"),
        ("a method", "VERSION:2.0", "METHOD:REQUEST\r\nVERSION:2.0"),
    ] {
        let b = a.replace(from, to);
        assert_ne!(a, b);
        assert_eq!(merged(&a, &b, &a), None, "{why}");
        assert_eq!(merged(&a, &a, &b), None, "{why}");
    }
    let card = |version| format!("BEGIN:VCARD\nVERSION:{version}\nUID:u\nEND:VCARD\n");
    assert_eq!(merged(&card("3.0"), &card("3.0"), &card("4.0")), None);
    assert_eq!(merged("", "", ""), None);
    assert_eq!(merged(&a.replace("UID:u", "UID:v"), &a, &a), None, "another UID in the base");
}

#[test]
fn bytes_stay() {
    let theirs = "\u{feff}BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nSUMMARY:o\n ld\nX-ODD;X=\"\n a\":b\n\nDESCRIPTION:a\r\n b\nEND:VEVENT\nEND:VCALENDAR";
    let ours = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nSUMMARY:ne\r\n w\r\nX-ODD;X=\"a\":b\r\nDESCRIPTION:ab\r\nBEGIN:VALARM\r\nTRIGGER:\r\n -P1D\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let base = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nSUMMARY:old\nX-ODD;X=\"a\":b\nDESCRIPTION:ab\nEND:VEVENT\nEND:VCALENDAR\n";
    let want = theirs
        .replace("SUMMARY:o\n ld", "SUMMARY:ne\n w")
        .replace("END:VEVENT", "BEGIN:VALARM\nTRIGGER:\n -P1D\nEND:VALARM\nEND:VEVENT");
    assert_eq!(merged(base, ours, theirs), Some(want), "folds as they were, ends of lines as theirs");
    let after = merged(base, base, theirs);
    assert_eq!(after.as_deref(), Some(theirs));
}

#[test]
fn lines_do_not_run_into_each_other() {
    let card = |lines: &str| format!("BEGIN:VCARD\nVERSION:2.1\nUID:u\n{lines}END:VCARD\n");
    let note = "NOTE;ENCODING=QUOTED-PRINTABLE:a";
    let theirs = card(&format!("{note}=\n"));
    assert_eq!(Tree::parse(theirs.as_bytes()).lines().len(), 5, "a soft break that nothing follows");
    let result = merged(&card(&format!("{note}\n")), &card(&format!("{note}\nTEL:1\n")), &theirs);
    assert_eq!(result, None, "the number would become part of the note");

    let base = event("SUMMARY:a");
    let unended = event("SUMMARY:b").trim_end().to_owned();
    let result = merged(&base, &(base.clone() + "X-A:1\r\n"), &unended);
    assert_eq!(result, Some(unended + "\r\nX-A:1\r\n"), "behind a last line without an end");
}

#[test]
fn any_depth_is_merged() {
    let deep = |inner: &str| format!("{}{inner}\n{}", "BEGIN:X\n".repeat(2_000), "END:X\n".repeat(2_000));
    let (a, b) = (deep("A:1"), deep("A:1\nB:1"));
    assert_eq!(merged(&a, &a, &b).as_ref(), Some(&b));
    assert!(merged(&a, &b, &a).is_some_and(|text| difference(text.as_bytes(), b.as_bytes()).is_empty()));
    assert!(!difference(a.as_bytes(), b.as_bytes()).is_empty());
}
