//! Files taken apart, and put together again.

use std::time::Duration;

use proptest::prelude::*;

use super::files;
use crate::model::{CollectionId, Index, ItemId, Kind};
use crate::text::file::join::{calendar, cards};
use crate::text::file::note::note;
use crate::text::file::{Flaw, Part, Split, component, same_item, split};
use crate::text::lines::Tree;
use crate::text::zone::Zone;
use crate::text::{self, uid};

pub(super) const ZONE: &str = "BEGIN:VTIMEZONE\nTZID:Here\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\n\
    TZOFFSETTO:+0100\nTZNAME:H\nEND:STANDARD\nEND:VTIMEZONE\n";

pub(super) fn known(name: &str) -> bool {
    Zone::by_name(name).is_some()
}

pub(super) fn crlf(text: &str) -> Vec<u8> {
    text.replace('\n', "\r\n").into_bytes()
}

pub(super) fn texts(split: &Split) -> Vec<String> {
    split.items.iter().map(|part| String::from_utf8(part.text()).unwrap()).collect()
}

pub(super) fn event(uid: &str, lines: &str) -> String {
    format!("BEGIN:VEVENT\nUID:{uid}\n{lines}END:VEVENT\n")
}

fn index(text: &[u8]) -> Index {
    text::index(&CollectionId("c".into()), &ItemId("i".into()), Kind::Calendar, text, 0, 4_000_000_000_000)
}

/// The calendars of a file.
fn scan_calendars(file: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8(file.to_vec()).unwrap();
    text.split_inclusive("END:VCALENDAR\r\n").map(|one| one.as_bytes().to_vec()).collect()
}

/// The lines of the components that are items, byte for byte, in an order of their own.
fn bodies<T: AsRef<[u8]>>(texts: &[T]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for text in texts {
        let tree = Tree::parse(text.as_ref());
        for c in tree.inner(None).flat_map(|c| {
            let within: Vec<usize> = tree.inner(Some(c)).collect();
            if tree.components()[c].name == "VCALENDAR" { within } else { vec![c] }
        }) {
            let component = &tree.components()[c];
            if component.name != "VTIMEZONE" {
                let lines = &tree.lines()[component.begin..=component.end.min(tree.lines().len() - 1)];
                found.push(lines.iter().flat_map(|line| line.raw().to_vec()).collect());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn an_item_is_all_of_one_uid_with_the_zones_it_names() {
    let other = ZONE.replace("Here", "There");
    let file = crlf(&format!(
        "BEGIN:VCALENDAR\nPRODID:-//X//EN\nVERSION:2.0\nCALSCALE:GREGORIAN\nMETHOD:PUBLISH\nX-WR-CALNAME:Mine\n{}{ZONE}{other}{}{}\
         BEGIN:VJOURNAL\nUID:n\nSUMMARY:Note\nEND:VJOURNAL\nEND:VCALENDAR\n",
        event("a", "DTSTART;TZID=Here:20260101T100000\nRRULE:FREQ=DAILY\n"),
        event("b", "DTSTART:20260101T100000Z\nSUMMARY:B\n"),
        event("a", "RECURRENCE-ID;TZID=Here:20260102T100000\nDTSTART;TZID=\"There\":20260102T120000\n"),
    ));
    let split = split(&file);
    assert_eq!(split.broken, vec![]);
    let head = "BEGIN:VCALENDAR\nPRODID:-//X//EN\nVERSION:2.0\nCALSCALE:GREGORIAN\n";
    let series = format!(
        "{}{}",
        event("a", "DTSTART;TZID=Here:20260101T100000\nRRULE:FREQ=DAILY\n"),
        event("a", "RECURRENCE-ID;TZID=Here:20260102T100000\nDTSTART;TZID=\"There\":20260102T120000\n")
    );
    let wanted = [
        format!("{head}{ZONE}{other}{series}END:VCALENDAR\n"),
        format!("{head}{}END:VCALENDAR\n", event("b", "DTSTART:20260101T100000Z\nSUMMARY:B\n")),
        format!("{head}BEGIN:VJOURNAL\nUID:n\nSUMMARY:Note\nEND:VJOURNAL\nEND:VCALENDAR\n"),
    ];
    assert_eq!(texts(&split), wanted.map(|text| text.replace('\n', "\r\n")));
    let said: Vec<(&str, &str)> = split.items.iter().map(|p| (&*p.component, &*p.title)).collect();
    assert_eq!(said, [("VEVENT", ""), ("VEVENT", "B"), ("VJOURNAL", "Note")]);
}

#[test]
fn several_calendars_in_one_file_are_read_as_one() {
    // As programs write it that put one event after the other, each with all around it.
    let one = |lines: &str| format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:p\n{ZONE}{lines}END:VCALENDAR\n");
    let series = event("a", "DTSTART;TZID=Here:20260101T100000\nRRULE:FREQ=DAILY\n");
    let changed = event("a", "RECURRENCE-ID;TZID=Here:20260102T100000\nDTSTART;TZID=Here:20260102T110000\n");
    let both = split(format!("{}\u{feff}{}", one(&series), one(&changed)).as_bytes());
    assert_eq!(texts(&both), [one(&format!("{series}{changed}"))]);
    // Another zone of the same name is another zone.
    let moved = one(&changed).replace("+0100", "+0200");
    let apart = split(format!("{}{moved}", one(&series)).as_bytes());
    assert_eq!(texts(&apart), [one(&series), moved]);
    // The same once more is an item of its own, to be seen as here already.
    let twice = split(format!("{0}{0}", one(&series)).as_bytes());
    assert_eq!(texts(&twice), [one(&series), one(&series)]);
}

#[test]
fn a_zone_that_nobody_defines_is_guessed_as_in_the_file() {
    let at = |text: &[u8]| {
        let found = index(text).occurrences();
        (found[0].start, found[0].guessed)
    };
    let bureau = event("a", "DTSTART;TZID=Büro:20260701T120000\n");
    let named = crlf(&format!("BEGIN:VCALENDAR\nVERSION:2.0\nX-WR-TIMEZONE:Europe/Berlin\n{bureau}END:VCALENDAR\n"));
    let items = split(&named).items;
    assert_eq!((at(&named), at(&items[0].text())), ((1_782_900_000_000, true), (1_782_900_000_000, true)));
    assert_eq!(again(&split(&items[0].text())), [items[0].text()], "once more it is the same");
    // The only one that is defined; of two none is meant.
    let only = crlf(&format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\n{ZONE}{bureau}{}END:VCALENDAR\n",
        event("b", "DTSTART:20260701T120000Z\n")
    ));
    let items = split(&only).items;
    assert_eq!((at(&only), at(&items[0].text())), ((1_782_903_600_000, true), (1_782_903_600_000, true)));
    assert!(!texts(&split(&only))[1].contains("VTIMEZONE"), "what needs no guess has none of it");
    let there = ZONE.replace("Here", "There");
    let two = crlf(&format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\n{ZONE}{there}{}END:VCALENDAR\n",
        event("a", "DTSTART;TZID=Büro:20260701T120000\nRDATE;TZID=Here:20260702T120000\n")
    ));
    let item = split(&two).items[0].text();
    assert_eq!((at(&two), at(&item)), ((1_782_907_200_000, true), (1_782_907_200_000, true)));

    // Put together, no item gives another its zone.
    let one = |zone: &str, uid: &str| {
        let event = event(uid, "DTSTART;TZID=Here:20260701T120000\n");
        crlf(&format!("BEGIN:VCALENDAR\nVERSION:2.0\n{zone}{event}END:VCALENDAR\n"))
    };
    let berlin = "X-WR-TIMEZONE:Europe/Berlin\n";
    for zones in [[ZONE, "", berlin], ["", ZONE, berlin], [berlin, "", ZONE], ["", berlin, ZONE], [&there, "", berlin]]
    {
        let items: Vec<Vec<u8>> = zones.iter().zip(["1", "2", "3"]).map(|(zone, uid)| one(zone, uid)).collect();
        let back = split(&calendar(&items, &known).text).items;
        let times = |texts: &[Vec<u8>]| {
            texts.iter().map(|text| (uid(text), at(text))).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(times(&back.iter().map(Part::text).collect::<Vec<_>>()), times(&items), "{zones:?}");
    }
}

#[test]
fn what_only_tells_something_of_an_item_is_no_item() {
    let one = |method: &str, lines: &str| {
        format!("BEGIN:VCALENDAR\nVERSION:2.0\n{method}{}END:VCALENDAR\n", event("a", lines))
    };
    for (method, message) in [
        ("", false),
        ("METHOD:PUBLISH\n", false),
        ("METHOD:REQUEST\n", false),
        ("METHOD: cancel\n", true),
        ("method:REPLY\n", true),
    ] {
        let items = split(one(method, "SUMMARY:S\n").as_bytes()).items;
        assert_eq!((items.len(), items[0].message), (1, message), "{method}");
    }
    let series = one("METHOD:REQUEST\n", "DTSTART:20260101T100000Z\nRRULE:FREQ=DAILY\n");
    let cancelled = one("METHOD:CANCEL\n", "RECURRENCE-ID:20260102T100000Z\n");
    let items = split(format!("{series}{cancelled}").as_bytes()).items;
    assert_eq!(items.iter().map(|part| part.message).collect::<Vec<_>>(), [false, true], "and goes into none");
}

#[test]
fn what_has_no_uid_gets_the_same_one_each_time() {
    let file = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260101T100000Z\nEND:VEVENT\nBEGIN:VEVENT\nUID:\n\
                 DTSTART:20260102T100000Z\nEND:VEVENT\nEND:VCALENDAR\nBEGIN:VCARD\nVERSION:2.1\nFN:A\nEND:VCARD\n";
    let (first, again) = (split(file), split(file));
    assert_eq!(first, again);
    let uids: Vec<String> = first.items.iter().map(|part| uid(&part.text()).unwrap_or_default()).collect();
    assert!(uids.iter().all(|uid| uid.len() == 36) && uids[0] != uids[1], "{uids:?}");
    let card = String::from_utf8(first.items[2].text().clone()).unwrap();
    assert_eq!(card, format!("BEGIN:VCARD\nVERSION:2.1\nUID:{}\nFN:A\nEND:VCARD\n", uids[2]));
    assert!(texts(&first)[0].contains("VERSION:2.0\nPRODID:-//Pimento"), "{:?}", texts(&first));
}

#[test]
fn cards_are_taken_as_they_are() {
    let agent = "BEGIN:VCARD\r\nVERSION:2.1\r\nUID:1\r\nN:Boss\r\nAGENT:\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nUID:9\r\nN:Aide\r\n\
                 END:VCARD\r\nTEL;HOME:1\r\nEND:VCARD\r\n";
    let quoted = "BEGIN:VCARD\nVERSION:2.1\nUID:2\nNOTE;ENCODING=QUOTED-PRINTABLE:a=\nb=0D=0A=\nEND\nEND:VCARD\n";
    let plain = "begin:vcard\nVERSION:4.0\nuid:3\nFN:Zoë\n  Fold\nEND:vcard\n";
    let split = split(format!("{agent}{quoted}\n\n{plain}").as_bytes());
    assert_eq!(texts(&split), [agent, quoted, plain]);
    assert_eq!(split.broken, vec![]);
    assert_eq!(split.items[2].title, "Zoë Fold");
}

#[test]
fn what_is_broken_is_told_and_nothing_else_suffers() {
    let good = event("g", "SUMMARY:Good\n");
    let file = format!(
        "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:1\nSUMMARY:No end\nBEGIN:VALARM\n{good}BEGIN:VEVENT\nUID:2\n\
         SUMMARY:Within\nBEGIN:VALARM\nEND:VEVENT\n{}END:VCALENDAR\nstray\nmore of it\n\nBEGIN:VCARD\nFN:One\nBEGIN:VCARD\n\
         FN:Two\nEND:VCARD\nEND:VCARD\nBEGIN:VCALENDAR\nBEGIN:VTODO\nUID:3\nSUMMARY:Cut",
        event("h", "SUMMARY:Also good\n"),
    );
    let split = split(file.as_bytes());
    let titles: Vec<&str> = split.items.iter().map(|p| &*p.title).collect();
    assert_eq!(titles, ["Good", "Also good", "Two"]);
    let broken: Vec<(&str, &str, Flaw)> = split.broken.iter().map(|b| (&*b.component, &*b.title, b.flaw)).collect();
    assert_eq!(
        broken,
        [
            ("VEVENT", "No end", Flaw::CutOff),
            ("VEVENT", "Within", Flaw::Unbalanced),
            ("", "", Flaw::Stray),
            ("VCARD", "One", Flaw::CutOff),
            ("", "", Flaw::Stray),
            ("VTODO", "Cut", Flaw::CutOff),
        ]
    );
    for nothing in ["", "\n\n", "\u{feff}"] {
        assert_eq!(super::super::file::split(nothing.as_bytes()), Split::default());
    }
    let page = super::super::file::split(b"<!doctype html>\n<title>x: y</title>\n");
    assert_eq!((page.items.len(), page.broken.len()), (0, 1));
}

#[test]
fn lines_that_end_with_cr_alone_are_lines() {
    let text = format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{}END:VCALENDAR\n", event("1", "SUMMARY:Süd\n"));
    let old = text.replace('\n', "\r");
    let wide: Vec<u8> = [0xFEFF].into_iter().chain(old.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for file in [old.as_bytes(), &wide] {
        let read = split(file);
        assert_eq!((texts(&read), read.broken), (vec![text.clone()], vec![]));
    }
    // With one LF they are what they say.
    assert_eq!(split(b"BEGIN:VCARD\rFN:x\rEND:VCARD\r\n").items, vec![]);
}

#[test]
fn the_name_of_what_is_broken_is_short() {
    let file = format!("BEGIN:{}\nSUMMARY:{}\n", "X".repeat(10_000), "y".repeat(10_000));
    let broken = split(file.as_bytes()).broken;
    assert!(broken.len() == 1 && broken[0].component.len() == 200 && broken[0].title.len() == 200, "{broken:?}");
}

#[test]
fn other_charsets_become_utf8() {
    let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:ä\r\nSUMMARY:Süd €\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let wide = |little: bool, mark: bool| -> Vec<u8> {
        let units: Vec<u16> = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16()).collect();
        units.iter().flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() }).collect()
    };
    for (little, mark) in [(true, true), (false, true), (true, false), (false, false)] {
        assert_eq!(texts(&split(&wide(little, mark))), [text], "{little} {mark}");
    }
    assert_eq!(texts(&split(format!("\u{feff}{text}").as_bytes())), [text]);

    let latin: Vec<u8> =
        text.chars().map(|c| if c == '€' { 0x80 } else { u8::try_from(u32::from(c)).unwrap() }).collect();
    let read = split(&latin);
    assert_eq!(texts(&read), [text]);
    assert!(read.items[0].recoded);
    assert_eq!(uid(&read.items[0].text()).as_deref(), Some("ä"));

    // A fold within a character is UTF-8 all the same.
    let cut = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:S\u{1}üd\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let bytes: Vec<u8> = cut.replace('\u{1}', "").into_bytes();
    let at = bytes.windows(2).position(|w| w == "ü".as_bytes()).unwrap() + 1;
    let folded = [&bytes[..at], b"\r\n ", &bytes[at..]].concat();
    let read = split(&folded);
    assert_eq!(texts(&read), [cut.replace('\u{1}', "")]);
    assert!(!read.items[0].recoded);

    // What names its charset means it.
    let card = b"BEGIN:VCARD\r\nVERSION:2.1\r\nUID:1\r\nFN;CHARSET=ISO-8859-1:S\xFCd\r\nNOTE:S\xFCd\r\nEND:VCARD\r\n";
    let read = split(card);
    let wanted =
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nUID:1\r\nFN;CHARSET=ISO-8859-1:S\xFCd\r\nNOTE:S\xC3\xBCd\r\nEND:VCARD\r\n";
    assert_eq!(read.items[0].text(), wanted);
}

/// Bytes that quoted-printable should have quoted are; what it quotes in no UTF-8 stays.
#[test]
fn quoted_lines_stay_quoted() {
    let card = |note: &[u8]| -> Vec<u8> {
        let head = b"BEGIN:VCARD\r\nVERSION:2.1\r\nUID:1\r\nNOTE;ENCODING=QUOTED-PRINTABLE:";
        [&head[..], note, b"\r\nEND:VCARD\r\n"].concat()
    };
    for extra in 0..8 {
        let plain = "x".repeat(extra);
        let note = [b"Ca\xE9 ", plain.as_bytes(), &b"=C3=A4".repeat(30), b"=\r\n=C3=A4"].concat();
        let read = split(&card(&note));
        let text = read.items[0].text();
        let tree = Tree::parse(&text);
        assert!(text.is_ascii() && read.items[0].recoded && text.split(|b| *b == b'\n').all(|line| line.len() < 78));
        assert_eq!(tree.text(0, "NOTE"), format!("Ca\u{e9} {plain}{}", "\u{e4}".repeat(31)));
    }
    let latin = card(b"Ca\xE9 =E4");
    let read = split(&latin);
    assert_eq!((read.items[0].text(), read.items[0].recoded), (latin, false));
}

/// All public sample files: what goes in comes out.
#[test]
fn samples_are_taken_apart_without_loss() {
    let (mut there, mut items, mut broken) = (0, 0, 0);
    let (mut ics, mut vcf): (Vec<Part>, Vec<Part>) = (Vec::new(), Vec::new());
    for (path, file) in files::all() {
        let split = split(&file);
        // Counted another way: what begins at the top of a calendar, or of the file.
        let tree = Tree::parse(&file);
        let begun = tree.components().iter().filter(|c| {
            let above = c.parent.map(|p| &*tree.components()[p].name);
            !["VTIMEZONE", "VCALENDAR"].contains(&&*c.name) && above.is_none_or(|above| above == "VCALENDAR")
        });
        let begun = begun.count();
        let told = split.broken.iter().filter(|b| !b.component.is_empty() && b.component != "VTIMEZONE").count();
        let texts: Vec<Vec<u8>> = split.items.iter().map(Part::text).collect();
        let out = bodies(&texts).len();
        assert_eq!(out + told, begun, "{}", path.display());
        (there, items, broken) = (there + begun, items + out, broken + told);
        for part in split.items {
            assert_eq!(component(&part.text()).as_deref(), Some(&*part.component), "{}", path.display());
            let known = ["VEVENT", "VTODO", "VJOURNAL", "VCARD"].contains(&&*part.component);
            assert!(uid(&part.text()).as_ref() == Some(&part.uid) || !known, "{}", path.display());
            if part.component == "VCARD" { vcf.push(part) } else { ics.push(part) }
        }
    }
    println!("{there} components, {items} in {} items, {broken} broken", ics.len() + vcf.len());
    assert_eq!(
        (there, items, broken, ics.len(), vcf.len()),
        PINNED,
        "a change here is a change of what an import takes"
    );

    let together = cards(&vcf.iter().map(Part::text).collect::<Vec<_>>());
    assert_eq!(together.left, Vec::<usize>::new());
    assert_eq!(again(&split(&together.text)), again(&Split { items: vcf, broken: vec![] }));
    let texts: Vec<Vec<u8>> = ics.iter().map(Part::text).collect();
    let together = calendar(&texts, &known);
    assert_eq!(together.left, Vec::<usize>::new());
    let back = split(&together.text);
    assert_eq!(back.broken, vec![]);
    let slices = |parts: &[Part]| bodies(&parts.iter().map(Part::text).collect::<Vec<_>>());
    assert_eq!(slices(&back.items), slices(&ics));
}

const PINNED: (usize, usize, usize, usize, usize) = (332, 330, 2, 290, 35);

fn again(split: &Split) -> Vec<Vec<u8>> {
    split.items.iter().map(|part| part.text()).collect()
}

/// What this thread has had of a processor, whatever else the machine does.
pub(super) fn spent() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(told.split(' ').next().unwrap().parse().unwrap())
}

/// Ten times the file takes about ten times as long, whatever is in it.
#[test]
fn the_time_it_takes_is_in_proportion() {
    let events = |n: usize| -> Vec<u8> {
        let body: String =
            (0..n).map(|n| event(&format!("u{n}"), "DTSTART;TZID=Here:20260101T100000\nSUMMARY:x\n")).collect();
        crlf(&format!("BEGIN:VCALENDAR\nVERSION:2.0\n{ZONE}{body}END:VCALENDAR\n"))
    };
    let same = |n: usize| -> Vec<u8> { crlf(&format!("BEGIN:VCALENDAR\n{}", event("u", "").repeat(n))) };
    let open = |n: usize| -> Vec<u8> { b"BEGIN:X\n".repeat(n) };
    let ends = |n: usize| -> Vec<u8> { [b"BEGIN:X\n".repeat(n), b"END:Y\n".repeat(n)].concat() };
    let zones = |n: usize| -> Vec<u8> {
        let line = |n: usize| format!("X-A;TZID=Z{n}:\n");
        let all: String = (0..n).map(line).collect();
        crlf(&format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", event("u", &all)))
    };
    let took = |file: &[u8]| -> Duration {
        (0..3)
            .map(|_| {
                let before = spent();
                std::hint::black_box(split(file));
                spent() - before
            })
            .min()
            .unwrap()
    };
    for (name, make) in [
        ("events", &events as &dyn Fn(usize) -> Vec<u8>),
        ("same", &same),
        ("open", &open),
        ("ends", &ends),
        ("zones", &zones),
    ] {
        let (few, many) = (took(&make(2_000)), took(&make(20_000)));
        assert!(many < few * 40 + Duration::from_millis(50), "{name}: {few:?}, then {many:?}");
    }
    // What all have in common is there once, however large it is.
    let wide = |n: usize| -> Vec<u8> {
        let zone = ZONE.replace("TZNAME:H", &"X-NOTE:x\n".repeat(n));
        let at = "DTSTART;TZID=Here:20260101T100000\n";
        let body: String = (0..n).map(|n| event(&format!("u{n}"), at)).collect();
        crlf(&format!("BEGIN:VCALENDAR\n{}{zone}{body}END:VCALENDAR\n", "PRODID:x\n".repeat(n)))
    };
    let (few, many) = (took(&wide(1_000)), took(&wide(10_000)));
    assert!(many < few * 40 + Duration::from_millis(50), "wide: {few:?}, then {many:?}");
    assert_eq!(split(&wide(2)).items[0].text().windows(6).filter(|w| w == b"PRODID").count(), 1);

    let file = events(20_000);
    assert_eq!(split(&file).items.len(), 20_000);
    let parts: Vec<Vec<u8>> = split(&file).items.into_iter().map(|part| part.text()).collect();
    let joined = calendar(&parts, &known);
    assert_eq!(split(&joined.text).items.len(), 20_000);
    assert!(joined.text.len() < file.len() + 200);
}

prop_compose! {
    fn lines()(picked in proptest::collection::vec(prop_oneof![
        Just("BEGIN:VCALENDAR"), Just("END:VCALENDAR"), Just("BEGIN:VEVENT"), Just("END:VEVENT"), Just("BEGIN:VALARM"),
        Just("END:VALARM"), Just("BEGIN:VCARD"), Just("END:VCARD"), Just("AGENT:"), Just("BEGIN:VTIMEZONE"),
        Just("END:VTIMEZONE"), Just("TZID:Here"), Just("UID:a"), Just("UID:b"), Just("DTSTART;TZID=Here:20260101T100000"),
        Just("X-WR-TIMEZONE:Europe/Berlin"), Just("X-WR-TIMEZONE:Asia/Tokyo"),
        Just("RECURRENCE-ID:20260101T100000Z"), Just("SUMMARY:S\u{fc}d"), Just(" folded"), Just("junk"), Just(""),
        Just("VERSION:2.0"), Just("VERSION:1.0"), Just("\u{feff}BEGIN:VCALENDAR"),
    ], 0..40), eol in prop_oneof![Just("\n"), Just("\r\n")], end in any::<bool>()) -> Vec<u8> {
        let mut text = picked.join(eol);
        if end { text.push_str(eol) }
        text.into_bytes()
    }
}

prop_compose! {
    /// Calendars whose events are in zones that are defined, known, or neither.
    fn zoned()(parts in proptest::collection::vec((
        proptest::collection::vec(prop_oneof![
            Just(ZONE.to_owned()), Just(ZONE.replace("+0100", "+0200")), Just(ZONE.replace("Here", "There")),
            Just("X-WR-TIMEZONE:Europe/Berlin\n".to_owned()), Just("X-WR-TIMEZONE:Asia/Tokyo\n".to_owned()),
            Just("X-WR-TIMEZONE:Nowhere\n".to_owned()),
        ], 0..3),
        proptest::collection::vec(prop::sample::select(vec!["Here", "There", "Nowhere", "America/Lima"]), 0..3),
    ), 0..5)) -> Vec<u8> {
        let mut file = String::new();
        for (n, (zones, events)) in parts.iter().enumerate() {
            let events = events.iter().enumerate().map(|(at, zone)| {
                event(&format!("{n}-{at}"), &format!("DTSTART;TZID={zone}:20260701T120000\n"))
            });
            let events: String = events.collect();
            file.push_str(&format!("BEGIN:VCALENDAR\n{}{events}END:VCALENDAR\n", zones.concat()));
        }
        crlf(&file)
    }
}

proptest! {
    /// Each event is when it was in its calendar.
    #[test]
    fn what_is_taken_apart_keeps_its_times(file in zoned()) {
        let times = |text: &[u8]| -> Vec<(i64, i64, bool, bool)> {
            index(text).occurrences().iter().map(|o| (o.start, o.end, o.floating, o.guessed)).collect()
        };
        let mut whole: Vec<_> = scan_calendars(&file).iter().flat_map(|one| times(one)).collect();
        let mut apart: Vec<_> = split(&file).items.iter().flat_map(|part| times(&part.text())).collect();
        whole.sort_unstable();
        apart.sort_unstable();
        prop_assert_eq!(apart, whole);
    }

    #[test]
    fn anything_is_taken_apart(file in proptest::collection::vec(any::<u8>(), 0..300)) {
        split(&file);
        calendar(&[file.clone(), file.clone()], &known);
        cards(std::slice::from_ref(&file));
        note(&file);
        same_item(&file, b"BEGIN:VCARD\nEND:VCARD");
    }

    /// Items are whole: taken apart again, each is itself.
    #[test]
    fn an_item_is_an_item(file in lines()) {
        for part in split(&file).items {
            let again = split(&part.text());
            prop_assert_eq!(&again.broken, &vec![]);
            prop_assert_eq!(again.items.len(), 1);
            prop_assert_eq!(again.items[0].text(), part.text());
        }
    }

    /// Put together and taken apart, each item says the same in the same lines.
    #[test]
    fn what_is_put_together_comes_apart(file in prop_oneof![lines(), zoned()]) {
        let parts = split(&file).items;
        let (vcf, ics): (Vec<Part>, Vec<Part>) = parts.into_iter().partition(|part| part.component == "VCARD");
        let stack = cards(&vcf.iter().map(Part::text).collect::<Vec<_>>());
        prop_assert_eq!(&stack.left, &Vec::<usize>::new());
        prop_assert_eq!(again(&split(&stack.text)), again(&Split { items: vcf, broken: vec![] }));

        // A UID twice in one file may come together again: one of each is the law.
        let mut seen = std::collections::HashSet::new();
        let ics: Vec<Part> = ics.into_iter().filter(|part| seen.insert((part.component.clone(), uid(&part.text())))).collect();
        let joined = calendar(&ics.iter().map(Part::text).collect::<Vec<_>>(), &known);
        prop_assert_eq!(&joined.left, &Vec::<usize>::new());
        let back = split(&joined.text);
        prop_assert_eq!(&back.broken, &vec![]);
        prop_assert_eq!(back.items.len(), ics.len());
        for part in &ics {
            let same = |other: &&Part| uid(&other.text()) == uid(&part.text()) && other.component == part.component;
            let found = back.items.iter().find(same).unwrap();
            prop_assert!(same_item(&found.text(), &part.text()));
            prop_assert_eq!(bodies(&[&found.text()]), bodies(&[&part.text()]));
            prop_assert_eq!(index(&found.text()).occurrences(), index(&part.text()).occurrences());
        }
    }
}

#[test]
fn what_is_taken_apart_is_not_another_when_it_is_taken_apart_again() {
    let event = "BEGIN:VEVENT\nUID:a\nDTSTART:20260601T100000\nEND:VEVENT\nEND:VCALENDAR\n";
    for (begin, head) in [
        ("\n", &b"X-WR-TIMEZONE:Europe/Berlin\r\nPRODID:p\nVERSION:2.0\r\n"[..]),
        ("\r\n", b"X-WR-TIMEZONE:Europe/Berlin\nPRODID:p\nVERSION:2.0\n"),
        // What is no UTF-8 is written anew.
        ("\n", b"PRODID:p\n \xffp\r\nVERSION:2.0\n"),
        ("\r\n", b"PRODID:p\r\n \xffp\nVERSION:2.0\r\n"),
    ] {
        let file = [format!("BEGIN:VCALENDAR{begin}").as_bytes(), head, event.as_bytes()].concat();
        let once = split(&file).items[0].text();
        let again = split(&once);
        assert_eq!(texts(&again), [String::from_utf8(once).unwrap()]);
    }
}
