//! What a search finds.

use proptest::prelude::*;

use super::super::words::{Sought, of_text, words};
use super::{calendar, event};

fn card(lines: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{}\r\nEND:VCARD\r\n", lines.trim().replace('\n', "\r\n"))
}

fn finds(text: &str, typed: &str) -> bool {
    let sought = Sought::new(typed);
    assert!(!sought.is_empty(), "{typed}");
    sought.found_in(&words(text.as_bytes()))
}

#[test]
fn every_word_typed_begins_a_word_of_the_item() {
    let note = event("SUMMARY:Choir rehearsal\nLOCATION:Old Mill\\, Upper Floor\nDESCRIPTION:Bring scores\\nand water");
    for typed in ["choir", "CHO", "reh choir", "upper mill", "floor.", "  and, ", "wat sco", "c"] {
        assert!(finds(&note, typed), "{typed}");
    }
    for typed in ["hoir", "choirs", "choir piano", "nand", "u", "20260101"] {
        assert_eq!(finds(&note, typed), typed == "u", "{typed}");
    }
}

#[test]
fn accents_and_case_do_not_matter() {
    for (written, typed) in [
        ("Zürich", "zurich"),
        ("Zürich", "ZÜRI"),
        ("Zurich", "zür"),
        ("Müller", "mueller"),
        ("Mueller", "müller"),
        ("Straße", "strasse"),
        ("STRASSE", "straße"),
        ("Łódź", "lodz"),
        ("Søren Ærø", "soren aero"),
        ("İstanbul Isparta", "istanbul ısparta"),
        ("Trần Đức", "tran duc"),
        ("Ångström", "angstrom"),
        ("Cafe\u{301} Rene\u{301}e", "café renée"),
        ("Mu\u{308}ller", "mueller"),
        ("Mueller", "mu\u{308}ller"),
        ("Noe\u{308}l", "noel"),
        ("Ἀθῆναι ΟΔΟΣ", "αθηναι οδος"),
        ("Москвѐ Ёлка", "москве елка"),
        ("مُحَمَّد أحمد", "محمد احمد"),
        ("שָׁלוֹם", "שלום"),
        ("Ｗｉｄｅ １２", "wide 12"),
        ("co\u{AD}operate", "coop"),
    ] {
        assert!(finds(&event(&format!("SUMMARY:{written}")), typed), "{typed} in {written}");
    }
    assert!(!finds(&event("SUMMARY:Zürich"), "zuerichs"));
}

#[test]
fn scripts_without_spaces_are_found_inside_a_run() {
    for (written, typed) in [
        ("東京都庁で会議", "会議"),
        ("東京都庁で会議", "東京"),
        ("ミーティング資料", "資料"),
        ("ประชุมทีมงาน", "ทีม"),
        ("김영수 회의", "기"),
        ("김영수 회의", "김영 회"),
        ("会議Zoom", "zoom"),
        ("会議Zoom", "会議zo"),
        ("会議 Zoom", "会議zoom"),
        ("東京Tower", "tower"),
        ("Tower東京", "京"),
        ("佐々木", "々木"),
        ("第12回", "12"),
    ] {
        assert!(finds(&event(&format!("SUMMARY:{written}")), typed), "{typed} in {written}");
    }
    assert!(!finds(&event("SUMMARY:東京都庁"), "京東"), "in the order it is written");
    let long = "字".repeat(100) + "東京" + &"文".repeat(100);
    assert!(finds(&event(&format!("SUMMARY:{long}")), "字東京文"));
    // A phrase of any length, wherever it stands in the run.
    let run: Vec<char> = ('一'..).take(200).collect();
    for (from, length) in (0..150).flat_map(|from| [1, 11, 12, 30, 45].map(|length| (from, length))) {
        let phrase: String = run[from..from + length].iter().collect();
        let all = event(&format!("SUMMARY:{}", run.iter().collect::<String>()));
        assert!(finds(&all, &phrase), "{length} from {from}");
    }
}

#[test]
fn all_of_an_event_a_contact_and_a_note_is_searched() {
    let event = calendar(
        "BEGIN:VEVENT\nUID:u\nSUMMARY:Board\nCATEGORIES:Work,Quarterly\nCONTACT:Front desk\nURL:https://example.org/agenda
        ORGANIZER;CN=Ines Okafor:mailto:ines@example.net\nATTENDEE;CN=\"Kant, Emil\";ROLE=CHAIR:MAILTO:emil.k@example.com\nEND:VEVENT
        BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260102T100000Z\nSUMMARY:Moved elsewhere\nEND:VEVENT",
    );
    for typed in
        ["board", "quarter", "desk", "agenda", "okafor ines", "ines@example.net", "kant", "emil.k", "elsewhere"]
    {
        assert!(finds(&event, typed), "{typed}");
    }
    assert!(!finds(&event, "chair") && !finds(&event, "mailto"), "what it is written with is not what it says");
    let contact = card(
        "N:Berg;Anna;Maria;Dr.;\nFN:Anna Berg\nNICKNAME:Anni\nORG:Nordwind;Research\nTITLE:Chemist\nROLE:Lead
EMAIL;TYPE=work:anna.berg@labs.example.org\nitem1.ADR;TYPE=home:;;12 Quay Street;Bergen;;5003;Norway\nNOTE:met at the fair
URL:https://anna.example\nTEL;TYPE=cell:+47 22 12 34 56\nUID:not-this",
    );
    for typed in [
        "maria",
        "dr berg",
        "anni",
        "nordw",
        "research",
        "chem",
        "lead",
        "anna.berg@labs.example.org",
        "berg@",
        "labs",
        "example.org",
        "quay 12",
        "5003 bergen",
        "fair",
        "https://anna",
        "2212",
    ] {
        assert!(finds(&contact, typed), "{typed}");
    }
    assert!(!finds(&contact, "work") && !finds(&contact, "cell") && !finds(&contact, "not"));
    let note = calendar(
        "BEGIN:VJOURNAL\nUID:n\nSUMMARY:Shopping\nDESCRIPTION:Lemons\\; 2 kg of flour\nCATEGORIES:Home\nEND:VJOURNAL",
    );
    for typed in ["shop", "lemon flour", "2 kg", "home"] {
        assert!(finds(&note, typed), "{typed}");
    }
}

#[test]
fn a_number_is_found_however_it_is_written() {
    let all = [
        "+49 (0)30 1234-56",
        "0049 30 123456",
        "030/123456",
        "+4930123456",
        "(030) 12 34 56",
        "tel:+49-30-123456;ext=7",
    ];
    for written in all {
        let contact = card(&format!("FN:Anna\nTEL:{written}"));
        for typed in all.iter().filter(|typed| !typed.starts_with("tel")).copied().chain([
            "30123",
            "030 123",
            "+4930",
            "0049 30 1",
            "+49 (0",
            "anna 030 12",
            "030 12 anna",
            "123456",
            "3456",
        ]) {
            // The country alone says nothing of a number that is written without.
            let told = typed != "+49 (0" || written.contains("49");
            assert_eq!(finds(&contact, typed), told, "{typed} for {written}");
        }
        for typed in ["040 123", "+4830", "+49 40", "99", "456 123"] {
            // Another country's, or one whose country is not told.
            let may_be = typed == "+4830" && !written.contains("49");
            assert_eq!(finds(&contact, typed), may_be, "{typed} for {written}");
        }
    }
    for (written, typed) in [
        ("(415) 555-0100", "+1 415 555"),
        ("+1 415 555 0100", "1 (415) 555-0100"),
        ("8 (495) 123-45-67", "+7 495 123"),
        ("+7 495 1234567", "8 495 123 45 67"),
        ("+39 06 1234567", "06 123"),
        ("+353 1 234 5678", "01 234"),
        ("1-800-555-0199 x12", "800 555"),
    ] {
        assert!(finds(&card(&format!("FN:A\nTEL:{written}")), typed), "{typed} for {written}");
    }
    // Digits of a text are words.
    assert!(finds(&event("SUMMARY:Room 030 123\nDESCRIPTION:30th floor"), "030 123 30th"));
    assert!(!finds(&event("SUMMARY:Room 30123"), "030123"));
}

#[test]
fn digits_with_letters_behind_are_no_number_whatever_divides_them() {
    for (written, typed) in [
        ("Open 9–11am", "9–11am"),
        ("10\u{A0}km run", "10\u{A0}km"),
        ("18\u{202F}h", "18\u{202F}h"),
        ("Room 030 30th", "030\u{2010}30th"),
    ] {
        assert!(finds(&event(&format!("SUMMARY:{written}")), typed), "{typed} in {written}");
    }
}

#[test]
fn a_title_behind_a_long_text_is_found() {
    let long: String = (0..3_000).map(|n| format!("word{n} ")).collect();
    for (component, text) in
        [("VEVENT", "DESCRIPTION"), ("VJOURNAL", "DESCRIPTION"), ("VTODO", "COMMENT"), ("X", "NOTE")]
    {
        let item =
            calendar(&format!("BEGIN:{component}\nUID:u\n{text}:{long}\nSUMMARY:Zebra\nLOCATION:Zoo\nEND:{component}"));
        assert!(finds(&item, "zebra zoo word12"), "{component}");
    }
    let contact = card(&format!("NOTE:{long}\nFN:Zoë Zander\nTEL:030 123456"));
    assert!(finds(&contact, "zoe zander") && finds(&contact, "030123"));
    // One word more is one too many, were it of a script without spaces too.
    let run: String = ('一'..).take(20_000).collect();
    assert!(finds(&event(&format!("DESCRIPTION:{run}\nCOMMENT:{long} {run}\nSUMMARY:龥")), "龥"));
}

#[test]
fn what_nobody_understands_is_found_by_what_it_says() {
    assert!(finds("SUMMARY:Half an event\r\nX-OTHER:<b>raw</b>\r\n", "half ev"));
    assert!(finds("BEGIN:VTHING\r\nDESCRIPTION:Orchard\r\nEND:VTHING\r\n", "orch"));
}

#[test]
fn what_a_person_wrote_is_found_in_the_same_way() {
    let found = |text: &str, typed: &str| Sought::new(typed).found_in(&of_text(text));
    assert!(found("Zürich, Bahnhof", "zurich") && found("Zürich, Bahnhof", "bahn ZÜ") && !found("Zürich", "rich"));
    assert!(found("Anna 030 123456", "anna 030 12"));
    assert_eq!(of_text(" — "), "");
}

#[test]
fn what_cannot_be_found_is_nothing_sought() {
    for typed in ["", "  ", "—", "()", "+", "\u{301}"] {
        assert!(Sought::new(typed).is_empty(), "{typed:?}");
    }
}

#[test]
fn a_book_in_a_note_costs_no_more_than_its_first_words() {
    let book: String = (0..200_000).map(|n| format!("word{n} ")).collect();
    let found = words(event(&format!("SUMMARY:{book}\nDESCRIPTION:{}", "x".repeat(1 << 20))).as_bytes());
    assert!(found.split(' ').count() <= 2_002 && found.len() < 100_000, "{}", found.len());
    assert!(found.contains(" word1999 "));
}

/// One number in the ways people write it.
fn ways(country: &str, area: &str, local: &str) -> Vec<String> {
    let half = local.len() / 2;
    let (a, b) = local.split_at(half);
    vec![
        format!("+{country} (0){area} {a}-{b}"),
        format!("00{country} {area} {local}"),
        format!("+{country}{area}{local}"),
        format!("+{country}-{area}-{a}.{b}"),
        format!("0{area}/{local}"),
        format!("(0{area}) {a} {b}"),
        format!("0{area}{local}"),
    ]
}

proptest! {
    #[test]
    fn each_way_to_write_a_number_finds_each_other(
        country in prop::sample::select(vec!["1", "7", "30", "44", "49", "91", "353", "420", "971"]),
        area in "[1-9][0-9]{1,3}", local in "[0-9]{5,8}",
        (stored, typed) in (0usize..7, 0usize..7), cut in 0usize..30,
    ) {
        let ways = ways(country, &area, &local);
        let contact = card(&format!("FN:A\nTEL:{}", ways[stored]));
        let typed = &ways[typed];
        // As far as it was typed: the area at least, and three digits.
        let least = typed.find(&area).unwrap_or(0).max(typed.rfind(&area).unwrap_or(0).min(9)) + area.len();
        let least = least.max(4);
        let cut = (typed.len().saturating_sub(cut)).max(least).min(typed.len());
        prop_assert!(finds(&contact, &typed[..cut]), "{} for {}", &typed[..cut], ways[stored]);
    }

    #[test]
    fn any_text_has_words_and_each_of_them_is_found(text in "\\PC{0,60}") {
        let event = event(&format!("SUMMARY:{}", text.replace('\\', " ")));
        let found = words(event.as_bytes());
        for word in found.split(' ').filter(|word| !word.is_empty()) {
            prop_assert!(Sought::new(word).is_empty() || Sought::new(word).found_in(&found), "{word:?} in {found:?}");
        }
    }

    #[test]
    fn what_is_written_is_found_by_itself(
        text in prop_oneof![
            "[0-9 \u{A0}\u{202F}–/()+a-z]{0,12}",
            "[a-cuöß0-9\u{308}会議東京ー々กข김 -]{0,60}",
            "\\PC{0,60}",
        ],
    ) {
        let text = text.replace('\\', " ");
        let sought = Sought::new(&text);
        let words = words(event(&format!("SUMMARY:{text}")).as_bytes());
        prop_assert!(sought.is_empty() || sought.found_in(&words), "{text:?} in {words:?}");
    }

    #[test]
    fn whatever_is_typed_is_looked_for(typed in ".*", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Sought::new(&typed).found_in(&words(&bytes));
    }
}
