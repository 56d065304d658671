//! Laws that hold for any text.

use proptest::prelude::*;

use super::{NOW, indexed};
use crate::model::{CollectionId, Fields, ItemId, Kind, NoteFields};
use crate::text::lines::{Tree, fold};
use crate::text::{apply, as_copy, edit, escape, fields, index, same_meaning, uid, with_uid};

/// Bytes that look like items, and are broken in many ways.
pub(super) fn junk() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"BEGIN:VCALENDAR".to_vec()),
        Just(b"BEGIN:VEVENT".to_vec()),
        Just(b"BEGIN:VCARD\nVERSION:2.1".to_vec()),
        Just(b"BEGIN:VJOURNAL".to_vec()),
        Just(b"END:VEVENT".to_vec()),
        Just(b"END:VCARD".to_vec()),
        Just(b"DTSTART;TZID=Europe/Berlin:20260329T023000".to_vec()),
        Just(b"DURATION:-P1WT15H".to_vec()),
        Just(b"item1.N;ENCODING=QUOTED-PRINTABLE;CHARSET=utf-8:a=C3=A4=".to_vec()),
        Just(b"SUMMARY;X=\"a:\xC3\xA4".to_vec()),
        "RRULE:FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY|HOURLY)(;(BYDAY=[-+]?[0-9]{0,2}(MO|SU)|COUNT=[0-9]{1,3}|INTERVAL=[0-9]{1,6}|BYMONTH=[0-9]{1,3}|BYMONTHDAY=-?[0-9]{1,3}|BYSETPOS=-?[0-9]{1,3}|BYWEEKNO=-?[0-9]{1,2}|BYYEARDAY=-?[0-9]{1,3}|BYHOUR=[0-9]{1,2}|UNTIL=20[0-9]{6})){0,4}"
            .prop_map(String::into_bytes),
        "(DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE)(;VALUE=DATE)?:[0-9]{8}(T[0-9]{6}Z?)?".prop_map(String::into_bytes),
        "[A-Z.;:=\"\\\\ ]{0,12}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..12),
    ];
    let ending =
        prop_oneof![Just(&b"\r\n"[..]), Just(&b"\n"[..]), Just(&b"\r\n "[..]), Just(&b"=\n"[..]), Just(&b""[..])];
    proptest::collection::vec((piece, ending), 0..12)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(p, e)| [p, e.to_vec()]).flatten().collect())
}

proptest! {
    #[test]
    fn parse_and_print_are_inverse(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(Tree::parse(&text).print(), text);
    }

    #[test]
    fn parse_and_print_are_inverse_for_near_items(text in junk()) {
        prop_assert_eq!(Tree::parse(&text).print(), text);
    }

    #[test]
    fn nothing_panics(text in junk()) {
        for kind in [Kind::Calendar, Kind::Contacts] {
            let index = index(&CollectionId("c".into()), &ItemId("i".into()), kind, &text, 1_700_000_000_000, 1_800_000_000_000);
            prop_assert!(index.entry.is_some());
        }
        if let Some(old) = fields(&text) {
            prop_assert_eq!(apply(&text, &old, NOW), text.clone());
            let mut new = old;
            match &mut new {
                Fields::Event(f) => (f.title, f.start) = ("neu ä".into(), "2026-01-01T10:00".into()),
                Fields::Contact(f) => (f.family, f.mails) = ("neu ä".into(), Vec::new()),
                Fields::Note(f) => *f = NoteFields { title: "neu ä".into(), text: "a\nb".into(), ..NoteFields::default() },
            }
            apply(&text, &new, NOW);
        }
        as_copy(&text, "n", " (copy)");
        uid(&text);
        prop_assert!(same_meaning(&text, &text));
    }

    #[test]
    fn a_uid_that_is_set_is_read(text in junk(), new in "[a-z0-9@;,\\\\]{1,90}") {
        let with = with_uid(&text, &new);
        if crate::text::main(&Tree::parse(&text)).is_some() {
            prop_assert_eq!(uid(&with), Some(new));
        } else {
            prop_assert!(uid(&with).is_none());
        }
    }

    #[test]
    fn folded_lines_keep_their_limit_and_their_characters(line in "\\PC{0,300}", lf in any::<bool>()) {
        let eol: &[u8] = if lf { b"\n" } else { b"\r\n" };
        let folded = String::from_utf8(fold(line.as_bytes(), eol)).expect("no character is split");
        let eol = if lf { "\n" } else { "\r\n" };
        prop_assert!(folded.split(eol).all(|l| l.len() <= 75));
        prop_assert_eq!(folded.replace(&format!("{eol} "), ""), line);
    }

    #[test]
    fn text_survives_escaping(text in "[^\\p{Cc}]{0,40}(\n[^\\p{Cc}]{0,40}){0,3}") {
        prop_assert_eq!(escape::unescape(&escape::escape(&text)), text.clone());
        let folded: Vec<u8> = escape::quote_printable(&text, 30, b"\n").split(|b| *b == b'\n').flat_map(|l| l.strip_suffix(b"=").unwrap_or(l).to_vec()).collect();
        prop_assert_eq!(escape::unquote_printable(&folded), text.replace('\n', "\r\n").into_bytes());
    }

    /// Any sequence of edits: the lines it does not name are those there were, in order.
    #[test]
    fn unnamed_lines_keep_their_bytes(
        text in junk(),
        edits in proptest::collection::vec((0usize..3, prop_oneof![Just("SUMMARY"), Just("LOCATION"), Just("X-P")], "\\PC{0,90}"), 0..8),
    ) {
        let unnamed = |text: &[u8]| -> Vec<Vec<u8>> {
            let tree = Tree::parse(text);
            let named = |n: &str| ["SUMMARY", "LOCATION", "X-P"].iter().any(|e| e.eq_ignore_ascii_case(n));
            tree.lines().iter().filter(|l| !named(l.name())).map(|l| l.raw().to_vec()).collect()
        };
        let mut tree = Tree::parse(&text);
        for (component, name, value) in &edits {
            edit::set_text(&mut tree, *component, name, value);
        }
        let mut before = unnamed(&text);
        let mut after = unnamed(&tree.print());
        // A text that ended within its last line may have got a break there.
        for lines in [&mut before, &mut after] {
            if let Some(last) = lines.last_mut() {
                while matches!(last.last(), Some(b'\r' | b'\n')) {
                    last.pop();
                }
            }
        }
        prop_assert_eq!(before, after);
    }

    #[test]
    fn windows_agree(start in 0i64..700, days in 1i64..40, rule in "FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY);INTERVAL=[1-4](;BYDAY=(MO,WE|SU))?") {
        let text = super::event(&format!("DTSTART;TZID=Europe/Berlin:20250115T013000\nDURATION:PT26H\nRRULE:{rule}"));
        let whole = indexed(&text, Kind::Calendar, "20250101", "20280101").occurrences();
        let from = 1_735_689_600_000 + start * 86_400_000;
        let to = from + days * 86_400_000;
        let mut window = index(&CollectionId("c".into()), &ItemId("i".into()), Kind::Calendar, text.as_bytes(), from, to).occurrences();
        // The next behind it is told too.
        window.retain(|o| o.start <= to);
        let expected: Vec<_> = whole.into_iter().filter(|o| o.start <= to && o.end > from).collect();
        prop_assert_eq!(window, expected);
    }
}
