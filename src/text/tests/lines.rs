use crate::text::edit;
use crate::text::lines::{Param, Tree, fold};
use crate::text::{escape, with_uid};

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
