use std::time::Duration;

use super::file::spent;
use super::{NOW, indexed};
use crate::model::{EventFields, Fields, Frequency, Kind, Recurrence, Rule};
use crate::text::lines::{Param, Tree, fold};
use crate::text::moment::at;
use crate::text::view::view;
use crate::text::{apply, as_copy, edit, escape, fields, with_uid};

fn same(text: &[u8]) {
    assert_eq!(Tree::parse(text).print(), text, "{}", String::from_utf8_lossy(text));
}

#[test]
fn prints_what_it_was_given() {
    for text in [
        &b""[..],
        b"\n",
        b"\r\n\r\r\n \n",
        b"BEGIN:VCARD",
        b"\xEF\xBB\xBFBEGIN:VCARD\nN:a\r\nEND:VCARD",
        b"END:VCARD\r\nBEGIN:A\r\nBEGIN:B\r\nEND:A\r\n",
        b" leading\r\nSUMMARY:a\r\n\tb\r\n\r\n c\n",
        b"SUMMARY:\xFF\xFE\r\n \x80\r\n",
        b"N;ENCODING=QUOTED-PRINTABLE:a=\r\nb=\r\n",
        b"\0\r\r;:=\"",
    ] {
        same(text);
    }
}

#[test]
fn reads_heads_values_and_folds() {
    let text = b"item1.TEL;TYPE=\"work,voice\";type=CELL,pref;X-A=a^n\"b;HOME:+1\r\n  2\r\n\t3\r\nATTENDEE;CN=\"A: B; C\":mailto:a\n";
    let tree = Tree::parse(text);
    let tel = &tree.lines()[0];
    assert_eq!((tel.group(), tel.name(), tel.value()), ("item1", "TEL", &b"+1 23"[..]));
    let param = |name: &str, values: &[&str]| Param {
        name: name.into(),
        values: values.iter().map(|v| (*v).to_owned()).collect(),
    };
    // A quote in the middle of a value that is not quoted leaves the rest open.
    assert_eq!(tel.params()[..2], [param("TYPE", &["work,voice"]), param("TYPE", &["CELL", "pref"])]);
    let attendee = &tree.lines()[1];
    assert_eq!(attendee.param("CN").as_deref(), Some("A: B; C"));
    assert_eq!(attendee.value(), b"mailto:a");
    assert_eq!(tree.eol(), b"\r\n");
}

#[test]
fn vcard_21_quoted_printable_and_charsets() {
    let text = b"BEGIN:VCARD\r\nVERSION:2.1\r\n\
        NOTE;CHARSET=ISO-8859-15;ENCODING=QUOTED-PRINTABLE:B=FCrger=\r\n\
        =A4 5=0D=0Anext\\n\r\n\
        FN;QUOTED-PRINTABLE;CHARSET=UTF-8:J=C3=B6rg=\r\n\
        END:VCARD\r\n";
    let tree = Tree::parse(text);
    assert_eq!(tree.print(), text);
    assert_eq!(tree.get(0, "NOTE").unwrap().decoded(), "Bürger€ 5\r\nnext\\n");
    assert_eq!(tree.text(0, "FN"), "Jörg=", "a soft break never swallows the END");
    assert!(tree.components()[0].closed);
    let latin = Tree::parse(b"BEGIN:VCARD\nFN:J\xF6rg\nN;CHARSET=windows-1251:\xC8\xE2\xE0\xED\nEND:VCARD");
    assert_eq!(latin.text(0, "FN"), "Jörg");
    assert_eq!(latin.text(0, "N"), "Иван");
}

#[test]
fn folds_at_75_octets_between_characters() {
    for line in ["x".repeat(75), "x".repeat(76), "ä".repeat(200), "🎻".repeat(80), format!("a{}", "€".repeat(99))]
    {
        let folded = fold(line.as_bytes(), b"\r\n");
        let folded = String::from_utf8(folded).unwrap();
        assert!(folded.split("\r\n").all(|l| l.len() <= 75 && l.len() + 4 > 3));
        assert_eq!(folded.replace("\r\n ", ""), line);
        assert_eq!(folded.contains("\r\n"), line.len() > 75);
    }
    // A CR of the text is never before a break.
    for crs in [1, 40, 200] {
        let line = format!("X:{}{}{}", "a".repeat(72), "\r".repeat(crs), "é".repeat(99));
        let folded = String::from_utf8(fold(line.as_bytes(), b"\n")).unwrap();
        assert!(!folded.contains("\r\n"), "{folded:?}");
        assert_eq!(folded.replace("\n ", ""), line);
    }
    let junk = fold(&[0x80; 300], b"\n");
    assert!(junk.split(|b| *b == b'\n').all(|l| l.len() <= 75));
}

#[test]
fn edits_touch_only_what_they_name() {
    let text = b"BEGIN:VCALENDAR\nX-A:1\r\nBEGIN:VEVENT\nSUMMARY;LANGUAGE=de:Al\n t\nX-LONG:aaa\n  bbb\nBEGIN:VALARM\nSUMMARY:no\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR";
    let mut tree = Tree::parse(text);
    edit::set_text(&mut tree, 1, "SUMMARY", "Neu, ganz\nneu");
    edit::set_text(&mut tree, 1, "LOCATION", "da");
    let expected = String::from_utf8_lossy(text)
        .replace("SUMMARY;LANGUAGE=de:Al\n t\n", "SUMMARY;LANGUAGE=de:Neu\\, ganz\\nneu\n")
        .replace("  bbb\n", "  bbb\nLOCATION:da\n");
    assert_eq!(String::from_utf8(tree.print()).unwrap(), expected);
    edit::remove(&mut tree, 1, "LOCATION");
    edit::set_text(&mut tree, 1, "SUMMARY", "");
    assert_eq!(tree.print(), String::from_utf8_lossy(text).replace("SUMMARY;LANGUAGE=de:Al\n t\n", "").as_bytes());
}

#[test]
fn unclosed_text_can_be_edited() {
    let mut tree = Tree::parse(b"BEGIN:VCARD\r\nFN:x");
    edit::set_text(&mut tree, 0, "NOTE", "y");
    assert_eq!(tree.print(), b"BEGIN:VCARD\r\nFN:x\r\nNOTE:y");
}

#[test]
fn vcard_21_is_edited_in_its_own_way() {
    let mut tree =
        Tree::parse(b"BEGIN:VCARD\r\nVERSION:2.1\r\nFN;ENCODING=QUOTED-PRINTABLE;X=1:a=20b\r\nEND:VCARD\r\n");
    edit::set_text(&mut tree, 0, "FN", "plain, c");
    edit::set_text(&mut tree, 0, "NOTE", &"ä = 1\n".repeat(20));
    let text = tree.print();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("\r\nFN;X=1:plain, c\r\n"), "{text}");
    assert!(text.lines().all(|l| l.len() <= 76), "{text}");
    assert_eq!(Tree::parse(text.as_bytes()).text(0, "NOTE").replace('\r', ""), "ä = 1\n".repeat(20));
}

#[test]
fn escapes_and_unescapes() {
    assert_eq!(escape::escape("a\\b;c,d\r\ne\rf\ng\u{7}\th"), "a\\\\b\\;c\\,d\\ne\\nf\\ng\th");
    assert_eq!(escape::unescape("a\\\\b\\;c\\,d\\ne\\N\\x\\"), "a\\b;c,d\ne\n\\x\\");
    assert_eq!(escape::parts("a\\;b;;c\\\\;d"), ["a\\;b", "", "c\\\\", "d"]);
    assert_eq!(escape::param("a \"b\": ^"), "\"a ^'b^': ^^\"");
    assert_eq!(escape::param_value(escape::param("a \"b\": ^").as_bytes()), "a \"b\": ^");
}

#[test]
fn a_parameter_says_what_rfc_6868_says() {
    for (written, meant) in [("a^nb", "a\nb"), ("a^^nb", "a^nb"), ("^^^n^'", "^\n\""), ("^", "^"), ("^x^N", "^x^N")] {
        assert_eq!(escape::param_value(written.as_bytes()), meant);
    }
    assert_eq!(escape::param("a\r\nb\rc^n"), "a^nb^nc^^n");
}

#[test]
fn a_block_of_base64_is_one_line_however_it_goes_on() {
    let block = "PHOTO;ENCODING=BASE64;TYPE=JPEG:\r\n/9j/4AAQ\r\nSkZJRg==\r\n\r\n";
    for photo in [
        block.to_owned(),
        block.replace("\r\n", "\n"),
        block.replace("ENCODING=BASE64", "BASE64"),
        block.replace(":\r\n", ":"),
        block.replace("\n/", "\n  /").replace("\nS", "\n\tS").replace("  /", " /"),
        block.replace("BASE64", "b").replace("\r\n\r\n", "\r\n"),
    ] {
        let text = format!("BEGIN:VCARD\r\nVERSION:2.1\r\n{photo}END:VCARD\r\n");
        let mut tree = Tree::parse(text.as_bytes());
        assert_eq!(tree.print(), text.as_bytes());
        assert_eq!(tree.get(0, "PHOTO").unwrap().value(), b"/9j/4AAQSkZJRg==", "{text}");
        assert_eq!(tree.lines().len(), 4, "{text}");
        // A line added behind it is not put into it, and the blank line that ends it stays its own.
        edit::set_text(&mut tree, 0, "FN", "x");
        let added = text.replace("END:VCARD", "FN:x\r\nEND:VCARD");
        assert_eq!(tree.print(), added.as_bytes());
        edit::remove(&mut tree, 0, "PHOTO");
        assert_eq!(tree.print(), added.replace(&photo, "").as_bytes());
    }
    let next = Tree::parse(b"PHOTO;ENCODING=b:AAAA\nFN:x\nNOTE;ENCODING=8BIT:AAAA\nAAAA\n");
    assert_eq!(next.lines().len(), 4, "a line with a colon is its own, and other values do not go on");
}

#[test]
fn a_head_may_be_folded() {
    let tree =
        Tree::parse(b"NOTE;ENCODING=QUOTED-\r\n PRINTABLE:a=\r\nb\r\nX;A=\"b: \r\n c:\";B=d:e\r\nY;A=\"b:c\r\n d\r\n");
    let [note, x, y] = tree.lines() else { panic!("{tree:?}") };
    assert_eq!((note.value(), note.quoted_printable()), (&b"ab"[..], true));
    assert_eq!((x.param("A").as_deref(), x.param("B").as_deref(), x.value()), (Some("b: c:"), Some("d"), &b"e"[..]));
    assert_eq!((y.name(), y.value()), ("Y", &b"cd"[..]), "a quote that never ends");
}

#[test]
fn files_put_together_keep_the_mark_of_each() {
    let text = b"\xEF\xBB\xBFBEGIN:VCARD\nFN:a\nEND:VCARD\n\xEF\xBB\xBFBEGIN:VCARD\nFN:b\nEND:VCARD\n";
    let tree = Tree::parse(text);
    assert_eq!((tree.print(), tree.named("VCARD").count()), (text.to_vec(), 2));
}

#[test]
fn a_card_within_a_card_keeps_its_place() {
    let text = "BEGIN:VCARD\r\nVERSION:2.1\r\nFN:a\r\nAGENT:\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nFN:b\r\nEND:VCARD\r\nEND:VCARD\r\n";
    let mut tree = Tree::parse(text.as_bytes());
    edit::set_text(&mut tree, 0, "TITLE", "x");
    edit::set_text(&mut tree, 0, "FN", "c");
    let expected = text.replace("AGENT:", "TITLE:x\r\nAGENT:").replace("FN:a", "FN:c");
    assert_eq!(String::from_utf8(tree.print()).unwrap(), expected);
}

#[test]
fn charsets_of_east_and_west() {
    for (charset, bytes, text) in [
        ("Shift_JIS", &b"\x93\xFA\x96{\x8C\xEA\x83\\"[..], "日本語ソ"),
        ("ISO-2022-JP", b"\x1B$BF|K\\8l\x1B(B", "日本語"),
        ("EUC-JP", b"\xC6\xFC\xCB\xDC\xB8\xEC", "日本語"),
        ("GBK", b"\xD6\xD0\xB9\xFA", "中国"),
        ("gb2312", b"\xD6\xD0\xB9\xFA", "中国"),
        ("Big5", b"\xA4\xA4\xB0\xEA", "中國"),
        ("EUC-KR", b"\xC7\xD1\xB1\xB9", "한국"),
        ("KOI8-R", b"\xED\xC9\xD2", "Мир"),
        ("ISO-8859-2", b"\xA9koda", "Škoda"),
        ("UTF-16BE", b"\0a\0\xE4", "aä"),
        ("UTF-16", b"\xFF\xFEa\0\xE4\0", "aä"),
    ] {
        assert_eq!(escape::charset(bytes, Some(charset)), text, "{charset}");
        let quoted: String = bytes.iter().map(|b| format!("={b:02X}")).collect();
        let line = format!("FN;CHARSET={charset};ENCODING=QUOTED-PRINTABLE:{quoted}");
        assert_eq!(Tree::parse(line.as_bytes()).lines()[0].text(), text, "{charset}");
    }
}

#[test]
fn uid_is_set_in_every_component_but_alarms() {
    let text = super::calendar(
        "BEGIN:VEVENT\nUID:a\nBEGIN:VALARM\nUID:alarm\nEND:VALARM\nEND:VEVENT\nBEGIN:VEVENT\nUID:a\nRECURRENCE-ID:20260101T000000Z\nEND:VEVENT",
    );
    let new = String::from_utf8(with_uid(text.as_bytes(), "b")).unwrap();
    assert_eq!(new, text.replace("UID:a\r\n", "UID:b\r\n"));
    assert_eq!(crate::text::uid(new.as_bytes()).as_deref(), Some("b"));
    let card = with_uid(b"BEGIN:VCARD\nVERSION:4.0\nFN:x\nEND:VCARD\n", "n");
    assert_eq!(card, b"BEGIN:VCARD\nVERSION:4.0\nUID:n\nFN:x\nEND:VCARD\n");
    assert_eq!(crate::text::uid(b"BEGIN:VCARD\nUID: \nEND:VCARD"), None);
}

/// The event of the text with a rule that has other days.
fn monthly(text: &str) -> Vec<u8> {
    let Some(Fields::Event(event)) = fields(text.as_bytes()) else { panic!() };
    let rule = Rule { frequency: Frequency::Monthly, interval: 1, ..Rule::default() };
    apply(text.as_bytes(), &Fields::Event(EventFields { recurrence: Recurrence::Rule(rule), ..event }), NOW)
}

/// Four times as many components within each other take about four times as long.
#[test]
fn components_within_each_other_are_read_in_proportion() {
    let nested = |lines: &'static str, end: &'static str| {
        move |n: usize| format!("BEGIN:VCALENDAR\r\n{}{}END:VCALENDAR\r\n", lines.repeat(n), end.repeat(n))
    };
    let index = |text: &str| drop(indexed(text, Kind::Calendar, "20260101", "20270101"));
    let copy = |text: &str| drop(as_copy(text.as_bytes(), "v", "(copy)"));
    let show = |text: &str| drop(view(text.as_bytes(), None, NOW));
    let change = |text: &str| drop(monthly(text));
    let zones = |n: usize| {
        let zone = |n: usize| format!("BEGIN:VTIMEZONE\r\nTZID:Z{n}\r\nEND:VTIMEZONE\r\n");
        let event = |n: usize| format!("BEGIN:VEVENT\r\nDTSTART;TZID=Z{n}:20260601T090000\r\nEND:VEVENT\r\n");
        let all: String = (0..n).map(|n| zone(n) + &event(n)).collect();
        format!("BEGIN:VCALENDAR\r\n{all}END:VCALENDAR\r\n")
    };
    let zones_within = |n: usize| {
        let event = "BEGIN:VEVENT\r\nUID:u\r\nDTSTART:20260601T090000Z\r\nRRULE:FREQ=DAILY\r\nEXDATE:20260602T090000Z\r\nEND:VEVENT\r\n";
        let (begin, end) = ("BEGIN:VTIMEZONE\r\nTZID:Z\r\n".repeat(n), "END:VTIMEZONE\r\n".repeat(n));
        format!("BEGIN:VCALENDAR\r\n{begin}{end}{event}END:VCALENDAR\r\n")
    };
    let event = "BEGIN:VEVENT\r\nDTSTART:20260601T090000Z\r\n";
    let instance = "BEGIN:VEVENT\r\nUID:u\r\nRECURRENCE-ID:20260601T090000Z\r\n";
    for (name, made, read) in [
        ("index", &nested(event, "END:VEVENT\r\n") as &dyn Fn(usize) -> String, &index as &dyn Fn(&str)),
        ("index without ends", &nested(event, ""), &index),
        ("view", &nested(instance, "END:VEVENT\r\n"), &show),
        ("zones", &zones, &index),
        ("another rule", &zones_within, &change),
        ("copy", &nested(event, "END:VEVENT\r\n"), &copy),
        ("copy one beside the other", &nested("BEGIN:VEVENT\r\nEND:VEVENT\r\n", ""), &copy),
        ("copy cards", &nested("BEGIN:VCARD\r\nVERSION:2.1\r\nNOTE:x\r\nEND:VCARD\r\n", ""), &copy),
    ] {
        let took = |n: usize| {
            let text = made(n);
            let times = (0..2).map(|_| {
                let before = spent();
                read(&text);
                spent() - before
            });
            times.min().unwrap()
        };
        let (few, many) = (took(500), took(2_000));
        assert!(many < few * 8 + Duration::from_millis(20), "{name}: {few:?}, then {many:?}");
    }
}

/// A zone that has to be reckoned from its VTIMEZONE is so once for all changed instances,
/// not for each.
#[test]
fn a_zone_is_reckoned_once_for_all_instances() {
    const COUNT: i64 = 600;
    let series = |zone: &str| {
        let described = "BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n\
            RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\n\
            TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\nEND:DAYLIGHT\r\n";
        let days = |n: i64| at(1_767_258_000 + n * 86_400).format("%Y%m%dT%H%M%S");
        let instance = |n: i64| {
            let at = format!(";TZID={zone}:{}", days(n));
            format!("BEGIN:VEVENT\r\nUID:u\r\nRECURRENCE-ID{at}\r\nDTSTART{at}\r\nSUMMARY:{n}\r\nEND:VEVENT\r\n")
        };
        let instances: String = (1..=COUNT).map(instance).collect();
        format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:{zone}\r\n{described}END:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:u\r\n\
             DTSTART;TZID={zone}:{}\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n{instances}END:VCALENDAR\r\n",
            days(0)
        )
    };
    let took = |zone: &str| {
        let text = series(zone);
        let Some(Fields::Event(event)) = fields(text.as_bytes()) else { panic!() };
        let later = Fields::Event(EventFields {
            start: event.start.replace("T09", "T10"),
            end: event.end.replace("T09", "T10"),
            ..event
        });
        let times = (0..2).map(|_| {
            let before = spent();
            let new = String::from_utf8(apply(text.as_bytes(), &later, NOW)).unwrap();
            assert_eq!(new.matches("T100000").count(), 2 * COUNT as usize + 1);
            spent() - before
        });
        times.min().unwrap()
    };
    let (known, private) = (took("Europe/Berlin"), took("Ours"));
    assert!(private < known * 4 + Duration::from_millis(150), "{known:?}, and {private:?} where it is reckoned");
}
