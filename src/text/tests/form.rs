use super::{NOW, calendar, event, indexed, new_lines};
use crate::model::{ContactFields, Ends, EventFields, Fields, Kind, Recurrence};
use crate::text::{apply, fields};

const STAMPS: [&str; 2] = ["DTSTAMP:20261122T090000Z", "LAST-MODIFIED:20261122T090000Z"];

fn event_of(text: &str) -> EventFields {
    match fields(text.as_bytes()) {
        Some(Fields::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

/// Applies a change of the event's fields; the new text and its new lines without stamps.
fn changed(text: &str, change: impl Fn(&mut EventFields)) -> (String, Vec<String>) {
    let mut fields = event_of(text);
    change(&mut fields);
    let new = apply(text.as_bytes(), &Fields::Event(fields.clone()), NOW);
    let new = String::from_utf8(new).unwrap();
    let read = event_of(&new);
    // The rule may have moved along.
    let recurrence =
        if event_of(text).start == fields.start { fields.recurrence.clone() } else { read.recurrence.clone() };
    let recurs = read.recurs;
    assert_eq!(read, EventFields { recurs, recurrence, ..fields }, "what was set is read back\n{new}");
    let lines =
        new_lines(text.as_bytes(), new.as_bytes()).into_iter().filter(|l| !STAMPS.contains(&l.as_str())).collect();
    (new, lines)
}

const MEETING: &str = "SUMMARY:A\nDTSTART;TZID=Europe/Berlin:20260601T090000\nDTEND;TZID=Europe/Berlin:20260601T100000\nSEQUENCE:4\nX-KEEP:1";

#[test]
fn nothing_changed_nothing_written() {
    for text in [event(MEETING), event("DTSTART:x"), calendar("BEGIN:VTODO\nSUMMARY:x\nEND:VTODO"), "junk".to_owned()] {
        let fields = fields(text.as_bytes()).unwrap_or(Fields::Event(EventFields::default()));
        assert_eq!(apply(text.as_bytes(), &fields, NOW), text.as_bytes());
    }
}

#[test]
fn a_title_touches_the_title() {
    let (new, lines) = changed(&event(MEETING), |f| f.title = "B, c".into());
    assert_eq!(lines, ["SUMMARY:B\\, c"]);
    assert!(new.contains("SEQUENCE:4\r\n") && new.contains(STAMPS[0]) && new.contains(STAMPS[1]));
    let (new, lines) = changed(&event(MEETING), |f| f.title = String::new());
    assert!(lines.is_empty() && !new.contains("SUMMARY"));
}

#[test]
fn a_color_touches_the_color() {
    let (_, lines) = changed(&event(MEETING), |f| f.color = "teal".into());
    assert_eq!(lines, ["COLOR:teal"]);
    let colored = event(&format!("{MEETING}\nCOLOR;X-A=1:Tomato\nX-APPLE-CALENDAR-COLOR:#FF0000"));
    assert_eq!(event_of(&colored).color, "tomato");
    let (new, lines) = changed(&colored, |f| f.color = "navy".into());
    assert_eq!(lines, ["COLOR;X-A=1:navy"]);
    assert!(new.contains("SEQUENCE:4\r\n") && new.contains("X-APPLE-CALENDAR-COLOR:#FF0000\r\n"));
    let (new, lines) = changed(&colored, |f| f.color = String::new());
    assert!(lines.is_empty() && !new.contains("\r\nCOLOR"));
    let (_, lines) = changed(&colored, |f| f.title = "B".into());
    assert_eq!(lines, ["SUMMARY:B"]);
    // What is none stays as it is, and is not written.
    let odd = event(&format!("{MEETING}\nCOLOR:very red"));
    assert_eq!(changed(&odd, |f| f.title = "B".into()).1, ["SUMMARY:B"]);
    let typed = EventFields { color: "red\r\nX-B:1".into(), ..event_of(&colored) };
    let after = String::from_utf8(apply(colored.as_bytes(), &Fields::Event(typed), NOW)).unwrap();
    assert!(after.contains("COLOR;X-A=1:Tomato\r\n") && !after.contains("X-B"), "{after}");
}

#[test]
fn inputs_hold_one_line_and_change_nothing_by_it() {
    let text = event("SUMMARY: A\\nB\nLOCATION:Street 1\\n12345 Town\nDTSTART:20260601T090000Z\nDESCRIPTION:x\\ny");
    let f = event_of(&text);
    assert_eq!((f.title.as_str(), f.place.as_str(), f.description.as_str()), ("A B", "Street 1 12345 Town", "x\ny"));
    let (_, lines) = changed(&text, |f| f.description = "z".into());
    assert_eq!(lines, ["DESCRIPTION:z"]);
}

#[test]
fn times_keep_their_zone() {
    let f = event_of(&event(MEETING));
    assert_eq!(
        (f.start.as_str(), f.end.as_str(), f.zone.as_str()),
        ("2026-06-01T09:00", "2026-06-01T10:00", "Europe/Berlin")
    );
    let (_, lines) = changed(&event(MEETING), |f| f.start = "2026-06-01T08:30".into());
    assert_eq!(lines, ["DTSTART;TZID=Europe/Berlin:20260601T083000", "SEQUENCE:5"]);
    let (_, lines) = changed(&event(MEETING), |f| f.end = "2026-06-01T11:00".into());
    assert_eq!(lines, ["DTEND;TZID=Europe/Berlin:20260601T110000", "SEQUENCE:5"]);
    let private = event(MEETING).replace("Europe/Berlin", "Kontor");
    let (_, lines) = changed(&private, |f| f.start = "2026-06-01T08:30".into());
    assert_eq!(lines, ["DTSTART;TZID=Kontor:20260601T083000", "SEQUENCE:5"]);
    let utc = event("DTSTART:20260601T090000Z\nDTEND:20260601T100000Z");
    let (_, lines) = changed(&utc, |f| f.end = "2026-06-01T11:00".into());
    assert_eq!(lines, ["DTEND:20260601T110000Z", "SEQUENCE:1"]);
    let two = event("DTSTART;TZID=Europe/Berlin:20260601T090000\nDTEND;TZID=Europe/London:20260601T090000");
    assert_eq!(event_of(&two).end, "2026-06-01T10:00");
    let (_, lines) = changed(&two, |f| f.end = "2026-06-01T11:00".into());
    assert_eq!(lines, ["DTEND;TZID=Europe/Berlin:20260601T110000", "SEQUENCE:1"]);
}

#[test]
fn durations_stay_durations() {
    let text = event("DTSTART:20260601T090000\nDURATION:PT1H");
    let (_, lines) = changed(&text, |f| (f.start, f.end) = ("2026-06-02T09:00".into(), "2026-06-02T10:00".into()));
    assert_eq!(lines, ["DTSTART:20260602T090000", "SEQUENCE:1"]);
    let (_, lines) = changed(&text, |f| f.end = "2026-06-01T11:30".into());
    assert_eq!(lines, ["DURATION:PT2H30M", "SEQUENCE:1"]);
    let (_, lines) = changed(&event("DTSTART:20260601T090000"), |f| f.end = "2026-06-01T11:30".into());
    assert_eq!(lines, ["DTEND:20260601T113000", "SEQUENCE:1"]);
}

/// What the clocks show twice the form shows once, and it stays what it is.
#[test]
fn a_duration_across_a_clock_change_is_as_long_as_it_was() {
    type Change<'a> = &'a dyn Fn(&mut EventFields);
    let zone = |f: &mut EventFields| f.zone = "America/New_York".into();
    let start = |at: &'static str| move |f: &mut EventFields| f.start = at.into();
    let end = |at: &'static str| move |f: &mut EventFields| f.end = at.into();
    let both = |f: &mut EventFields| (f.start, f.end) = ("2026-10-24T02:30".into(), "2026-10-24T02:30".into());
    let cases: [(&str, &str, Change<'_>, &str); 14] = [
        // The clocks go back on 25 October, from 3 to 2.
        ("20261025T023000", "PT1H", &zone, "PT1H"),
        ("20261024T233000", "PT4H", &zone, "PT4H"),
        ("20261024T120000", "P1D", &zone, "P1D"),
        ("20261025T023000", "PT1H", &both, "PT1H"),
        ("20261024T233000", "PT4H", &start("2026-10-24T23:00"), "PT4H30M"),
        ("20261025T023000", "PT1H", &start("2026-10-25T01:30"), "PT2H"),
        ("20261025T023000", "PT1H", &end("2026-10-25T03:30"), "PT2H"),
        ("20261024T233000", "PT4H", &end("2026-10-25T04:30"), "PT6H"),
        // And forward on 29 March, from 2 to 3.
        ("20260329T013000", "PT1H", &zone, "PT1H"),
        ("20260328T233000", "PT4H", &zone, "PT4H"),
        ("20260328T120000", "P1D", &zone, "P1D"),
        ("20260329T013000", "PT1H", &start("2026-03-29T00:30"), "PT2H"),
        ("20260329T013000", "PT1H", &end("2026-03-29T04:30"), "PT2H"),
        ("20260328T233000", "PT4H", &end("2026-03-29T05:30"), "PT5H"),
    ];
    let berlin = crate::text::zone::definition("Europe/Berlin", 1_790_000_000, 1_790_000_000).unwrap().join("\n");
    for (from, before, change, after) in cases {
        let text = calendar(&format!(
            "{berlin}\nBEGIN:VEVENT\nUID:u\nDTSTART;TZID=Europe/Berlin:{from}\nDURATION:{before}\nEND:VEVENT"
        ));
        // And under a name that only the text knows.
        for text in [text.replace("Europe/Berlin", "Kontor"), text] {
            let mut fields = event_of(&text);
            change(&mut fields);
            let new = String::from_utf8(apply(text.as_bytes(), &Fields::Event(fields), NOW)).unwrap();
            assert!(new.contains(&format!("\r\nDURATION:{after}\r\n")), "{from} {before} {after}\n{new}");
        }
    }
}

#[test]
fn all_day_ends_are_inclusive_in_the_form() {
    let text = event("DTSTART;VALUE=DATE:20260601\nDTEND;VALUE=DATE:20260603");
    let f = event_of(&text);
    assert_eq!((f.all_day, f.start.as_str(), f.end.as_str(), f.zone.as_str()), (true, "2026-06-01", "2026-06-02", ""));
    let (_, lines) = changed(&text, |f| f.end = "2026-06-05".into());
    assert_eq!(lines, ["DTEND;VALUE=DATE:20260606", "SEQUENCE:1"]);
    assert_eq!(event_of(&event("DTSTART;VALUE=DATE:20260601")).end, "2026-06-01");
    let (_, lines) = changed(&event(MEETING), |f| {
        *f = EventFields {
            all_day: true,
            start: "2026-06-01".into(),
            end: "2026-06-01".into(),
            zone: String::new(),
            ..f.clone()
        };
    });
    assert_eq!(lines, ["DTSTART;VALUE=DATE:20260601", "DTEND;VALUE=DATE:20260602", "SEQUENCE:5"]);
}

#[test]
fn a_new_zone_is_defined() {
    let (new, lines) = changed(&event(MEETING), |f| f.zone = "America/New_York".into());
    assert!(lines.contains(&"DTSTART;TZID=America/New_York:20260601T090000".to_owned()), "{lines:?}");
    assert!(lines.contains(&"DTEND;TZID=America/New_York:20260601T100000".to_owned()));
    assert_eq!(new.matches("BEGIN:VTIMEZONE").count(), 1);
    assert!(new.find("END:VTIMEZONE") < new.find("BEGIN:VEVENT"));
    let (again, _) = changed(&new, |f| f.zone = "UTC".into());
    let (again, _) = changed(&again, |f| f.zone = "America/New_York".into());
    assert_eq!(again.matches("BEGIN:VTIMEZONE").count(), 1);
    assert_eq!(changed(&again, |f| f.zone = String::new()).1.first().unwrap(), "DTSTART:20260601T090000");
}

#[test]
fn exceptions_follow_a_moved_series() {
    let text = calendar(
        "BEGIN:VEVENT\nUID:u\nDTSTART;TZID=Europe/Berlin:20260302T090000\nDTEND;TZID=Europe/Berlin:20260302T100000
        RRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260406T070000Z\nEXDATE;TZID=Europe/Berlin:20260309T090000\nEXDATE:20260330T070000Z\nEND:VEVENT
        BEGIN:VEVENT\nUID:u\nRECURRENCE-ID;TZID=Europe/Berlin:20260316T090000\nDTSTART;TZID=Europe/Berlin:20260317T150000\nEND:VEVENT",
    );
    let starts = |t: &str| -> Vec<i64> {
        indexed(t, Kind::Calendar, "20260101", "20270101").occurrences().iter().map(|o| o.start).collect()
    };
    let before = starts(&text);
    let (later, _) = changed(&text, |f| (f.start, f.end) = ("2026-03-02T11:00".into(), "2026-03-02T12:00".into()));
    let moved = |i: usize, by: i64| if i == 1 { before[i] } else { before[i] + by };
    let expected = |by: i64| (0..before.len()).map(|i| moved(i, by)).collect::<Vec<_>>();
    assert_eq!(starts(&later), expected(2 * 3_600_000), "{later}");
    let (tuesday, lines) =
        changed(&text, |f| (f.start, f.end) = ("2026-03-03T09:00".into(), "2026-03-03T10:00".into()));
    assert_eq!(starts(&tuesday), expected(86_400_000), "{tuesday}");
    assert!(lines.contains(&"RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260407T070000Z".to_owned()), "{lines:?}");
}

#[test]
fn a_text_in_two_forms_is_one() {
    let text = event(
        "DTSTART:20260601T090000Z\nDESCRIPTION;ALTREP=\"data:text/html,x\":Plain\nX-ALT-DESC;FMTTYPE=text/html:<p>Plain\nSTYLED-DESCRIPTION;VALUE=TEXT;FMTTYPE=text/html:<b>Plain</b>",
    );
    let (new, lines) = changed(&text, |f| f.description = "Other".into());
    assert_eq!(lines, ["DESCRIPTION:Other"]);
    assert!(!new.contains("X-ALT-DESC") && !new.contains("STYLED"), "{new}");
    let (new, _) = changed(&text, |f| f.description.clear());
    assert!(!new.contains("Plain"), "{new}");
    let (new, _) = changed(&text, |f| f.title = "T".into());
    assert!(new.contains("ALTREP") && new.contains("X-ALT-DESC") && new.contains("STYLED"), "{new}");

    let html = event("DTSTART:20260601T090000Z\nX-ALT-DESC;FMTTYPE=text/html:<p>One</p><p>Two</p>");
    assert_eq!(event_of(&html).description, "One\nTwo");
    let (_, lines) = changed(&html, |f| f.title = "T".into());
    assert_eq!(lines, ["SUMMARY:T"]);
    let (new, lines) = changed(&html, |f| f.description.push('!'));
    assert_eq!(lines, ["DESCRIPTION:One\\nTwo!"]);
    assert!(!new.contains("X-ALT-DESC"), "{new}");

    let note = calendar("BEGIN:VJOURNAL\nUID:u\nDESCRIPTION:one\nDESCRIPTION:two\nX-ALT-DESC:<p>one\nEND:VJOURNAL");
    let Some(Fields::Note(mut f)) = fields(note.as_bytes()) else { panic!() };
    f.text.clear();
    let new = String::from_utf8(apply(note.as_bytes(), &Fields::Note(f), NOW)).unwrap();
    assert!(!new.contains("one") && new.contains("DESCRIPTION:two"), "{new}");
}

#[test]
fn a_rule_of_the_form_stands_alone() {
    let text = event("DTSTART:20260601T090000Z\nRRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY\nEXDATE:20260603T090000Z");
    let rule = crate::model::Rule { interval: 1, ..crate::model::Rule::default() };
    let (new, lines) = changed(&text, |f| f.recurrence = crate::model::Recurrence::Rule(rule.clone()));
    assert_eq!(lines, ["RRULE:FREQ=WEEKLY", "SEQUENCE:1"]);
    assert!(!new.contains("EXRULE"), "{new}");
}

/// The end of a rule stays as it is written where it is not what was changed.
#[test]
fn what_is_changed_of_a_rule_leaves_its_end() {
    for end in ["UNTIL=20260628T220000Z", "COUNT=04"] {
        let text = event(&format!("DTSTART;TZID=Europe/Berlin:20260601T090000\nRRULE:FREQ=WEEKLY;{end};BYDAY=MO"));
        let days = |f: &mut EventFields| {
            let Recurrence::Rule(rule) = &mut f.recurrence else { panic!("{f:?}") };
            rule.weekdays.push(2);
        };
        assert_eq!(changed(&text, days).1, [format!("RRULE:FREQ=WEEKLY;BYDAY=MO,WE;{end}"), "SEQUENCE:1".to_owned()]);
    }
}

/// What the form shows as the last day is one, on which the rule may give an instance.
#[test]
fn an_end_before_the_time_of_its_day_is_the_day_before() {
    for (start, until, day) in [
        (";TZID=Europe/Berlin:20260602T090000", "20260629T000000Z", "2026-06-28"),
        (";TZID=Europe/Berlin:20260602T090000", "20260628T220000Z", "2026-06-28"),
        (";TZID=Europe/Berlin:20260602T090000", "20260629T070000Z", "2026-06-29"),
        (";TZID=Europe/Berlin:20260602T090000", "20260629", "2026-06-29"),
        (":20260602T090000Z", "20260629T085959Z", "2026-06-28"),
        (";VALUE=DATE:20260602", "20260629T000000Z", "2026-06-29"),
    ] {
        let text = event(&format!("DTSTART{start}\nRRULE:FREQ=WEEKLY;UNTIL={until};BYDAY=TU"));
        let Some(Fields::Event(fields)) = fields(text.as_bytes()) else { panic!() };
        let Recurrence::Rule(rule) = fields.recurrence else { panic!() };
        assert_eq!(rule.ends, Ends::Until(day.into()), "{start} {until}");
    }
}

#[test]
fn an_end_is_written_as_what_it_is() {
    for (start, end, new, line) in [
        (";VALUE=DATE:20260601", ":20260602T000000Z", "2026-06-03", "DTEND;VALUE=DATE:20260604"),
        (
            ";VALUE=DATE:20260601",
            ";X-A=1;VALUE=DATE-TIME:20260602T000000Z",
            "2026-06-03",
            "DTEND;X-A=1;VALUE=DATE:20260604",
        ),
        (":20260601T100000Z", ";VALUE=DATE:20260602", "2026-06-01T11:00", "DTEND:20260601T110000Z"),
        (":20260601T100000", ":20260601T103000Z", "2026-06-01T11:00", "DTEND:20260601T110000"),
        (
            ":20260601T100000Z",
            ";X-A=1;VALUE=DATE-TIME:20260601T103000Z",
            "2026-06-01T11:00",
            "DTEND;X-A=1;VALUE=DATE-TIME:20260601T110000Z",
        ),
    ] {
        let text = event(&format!("DTSTART{start}\nDTEND{end}"));
        assert_eq!(changed(&text, |f| f.end = new.into()).1, [line, "SEQUENCE:1"]);
    }
}

/// In Latin-1, as old programs write them.
#[test]
fn zones_and_names_in_another_charset() {
    let latin = |text: &str| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<u8>>();
    let zone = "Mitteleuropäische Sonderzeit";
    let text = latin(&calendar(&format!(
        "BEGIN:VTIMEZONE\nTZID:{zone}\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\nEND:STANDARD\nEND:VTIMEZONE
        BEGIN:VTIMEZONE\nTZID:Other\nEND:VTIMEZONE
        BEGIN:VEVENT\nUID:u\nDTSTART;TZID={zone}:20260601T090000\nDTEND;TZID={zone}:20260601T100000\nRRULE:FREQ=DAILY;COUNT=5\nEXDATE;TZID={zone}:20260602T090000,20260603T090000\nATTENDEE;CN=Jörg:mailto:j@x\nEND:VEVENT"
    )));
    let crate::model::view::Detail::Event(shown) = crate::text::view::view(&text, None, NOW).detail else { panic!() };
    assert_eq!(shown.attendees[0].name, "Jörg");
    let start = shown.start.unwrap();
    assert_eq!((start.at.map(|at| start.wall - at), start.guessed), (Some(3 * 3_600_000), false));
    let Some(Fields::Event(f)) = fields(&text) else { panic!() };
    assert_eq!(f.zone, zone);
    let moved = EventFields { start: "2026-06-01T09:30".into(), end: "2026-06-01T10:30".into(), ..f };
    let new = apply(&text, &Fields::Event(moved.clone()), NOW);
    let has = |new: &[u8], line: &str| new.windows(latin(line).len()).any(|w| w == latin(line));
    for line in ["DTSTART;TZID={}:20260601T093000", "DTEND;TZID={}:20260601T103000"] {
        assert!(has(&new, &line.replace("{}", zone)), "{line}: {}", String::from_utf8_lossy(&new));
    }
    assert!(!new.windows(3).any(|w| w == "\u{FFFD}".as_bytes()));
    // Parts of a series likewise.
    let of =
        crate::text::moment::seconds(crate::text::moment::Moment::parse("20260604T060000Z").unwrap().local()) * 1000;
    let Some(was @ Fields::Event(one)) = &crate::text::series::fields(&text, of) else { panic!() };
    let typed = Fields::Event(EventFields { title: "T".into(), ..one.clone() });
    for reach in [crate::model::Reach::One(of), crate::model::Reach::Following(of)] {
        let parts = crate::text::series::edited(&text, reach, Some(was), &typed, "v", NOW).unwrap();
        for part in [parts.item, parts.new].into_iter().flatten() {
            assert!(!part.windows(3).any(|w| w == "\u{FFFD}".as_bytes()), "{}", String::from_utf8_lossy(&part));
        }
    }
}

/// So that a last day before all of them can be told from one that a moved instance is behind.
#[test]
fn an_instance_knows_when_its_series_begins() {
    let text = calendar(
        "BEGIN:VEVENT\nUID:u\nDTSTART:20260602T090000Z\nRRULE:FREQ=WEEKLY;UNTIL=20260630T090000Z\nEND:VEVENT
        BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260630T090000Z\nDTSTART:20260702T090000Z\nEND:VEVENT",
    );
    let moment = crate::text::moment::Moment::parse("20260630T090000Z").unwrap();
    let of = crate::text::moment::seconds(moment.local()) * 1000;
    let Some(Fields::Event(f)) = crate::text::series::fields(text.as_bytes(), of) else { panic!() };
    assert_eq!((f.start.as_str(), f.since.as_str()), ("2026-07-02T09:00", "2026-06-02"));
    assert_eq!(event_of(&text).since, "");
}

const CARD: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:u\nN;LANGUAGE=de:Berg;Anna;Maria;Dr.;\nFN:Dr. Anna Berg\nORG:Firm;Desk\nitem1.EMAIL;TYPE=INTERNET,pref:a@x\nitem1.X-ABLabel:Desk\nEMAIL:b@x\nTEL;TYPE=cell:1\nPHOTO;ENCODING=b:AAAA\nEND:VCARD\n";

fn card(text: &str, change: impl Fn(&mut ContactFields)) -> String {
    let Some(Fields::Contact(mut fields)) = fields(text.as_bytes()) else { panic!() };
    change(&mut fields);
    let new = apply(text.as_bytes(), &Fields::Contact(fields), NOW);
    String::from_utf8(new).unwrap()
}

#[test]
fn cards_change_where_they_are_changed() {
    let stamped = |text: &str| text.replace("END:", "REV:20261122T090000Z\nEND:");
    let new = card(CARD, |f| f.family = "Kant".into());
    assert_eq!(new, stamped(&CARD.replace("Berg", "Kant")), "what stands around the names stays");
    let new = card(CARD, |f| f.organization = "Firm, Ltd".into());
    assert_eq!(new, stamped(&CARD.replace("Firm;", "Firm\\, Ltd;")));
    let new = card(CARD, |f| f.mails[0].value = "c@x".into());
    assert_eq!(new, stamped(&CARD.replace("a@x", "c@x")));
    let new = card(CARD, |f| drop(f.mails.remove(0)));
    assert_eq!(new, stamped(&CARD.replace("item1.EMAIL;TYPE=INTERNET,pref:a@x\nitem1.X-ABLabel:Desk\n", "")));
    let new = card(CARD, |f| f.note = "n;\nm".into());
    assert_eq!(new, CARD.replace("END:", "NOTE:n\\;\\nm\nREV:20261122T090000Z\nEND:"));
    let own = CARD.replace("FN:Dr. Anna Berg", "FN:The boss");
    assert_eq!(card(&own, |f| f.phones[0].value = "2".into()), stamped(&own.replace("cell:1", "cell:2")));
    assert!(card(&own, |f| f.given = "Eva".into()).contains("\nFN:Eva Berg\n"));
    let firm = "BEGIN:VCARD\nVERSION:3.0\nFN:Firm\nN:;;;;\nORG:Firm\nEND:VCARD\n";
    assert!(card(firm, |f| f.organization = "Other".into()).contains("\nFN:Other\nN:;;;;\nORG:Other\n"));
    let bare = "BEGIN:VCARD\nVERSION:4.0\nFN:x y\nEND:VCARD\n";
    let new = card(bare, |f| (f.given, f.family) = ("x".into(), "z".into()));
    assert!(new.contains("\nN:z;x;;;\n") && new.contains("\nFN:x y\n"), "the name in one piece is there still: {new}");
    let new = card(bare, |f| (f.name, f.given, f.family) = (String::new(), "x".into(), "z".into()));
    assert!(new.contains("\nN:z;x;;;\n") && new.contains("\nFN:x z\n"), "{new}");
}

#[test]
fn what_was_typed_is_kept_and_the_rest_is_as_it_is_now() {
    use crate::model::NoteFields;
    use crate::text::rebase;
    let base = |change: fn(&mut EventFields)| {
        let mut f = super::event_fields("2026-06-01T09:00", "2026-06-01T10:00", "Europe/Berlin");
        change(&mut f);
        Fields::Event(f)
    };
    let was = base(|_| {});
    let now = base(|f| {
        (f.title, f.place, f.description) = ("T".into(), "P".into(), "D".into());
        (f.start, f.end, f.zone, f.recurs) = ("2026-07-01T09:00".into(), "2026-07-01T10:00".into(), "UTC".into(), true);
    });
    let changed = |f: fn(&mut EventFields)| match rebase(&was, &base(f), &now) {
        Fields::Event(f) => f,
        other => panic!("{other:?}"),
    };
    assert_eq!(Fields::Event(changed(|_| {})), now, "nothing typed");
    let f = changed(|f| f.title = "x".into());
    assert_eq!((f.title.as_str(), f.place.as_str(), f.description.as_str()), ("x", "P", "D"));
    assert_eq!((f.start.as_str(), f.zone.as_str(), f.recurs), ("2026-07-01T09:00", "UTC", true));
    let f = changed(|f| (f.place, f.description) = (String::new(), "y".into()));
    assert_eq!((f.title.as_str(), f.place.as_str(), f.description.as_str()), ("T", "", "y"), "emptied is typed");
    for touch in [
        |f: &mut EventFields| f.start = "2026-06-01T08:00".into(),
        |f: &mut EventFields| f.end = "2026-06-01T11:00".into(),
        |f: &mut EventFields| f.zone = "Europe/Rome".into(),
        |f: &mut EventFields| f.all_day = true,
    ] {
        let Fields::Event(typed) = base(touch) else { panic!() };
        let f = changed(touch);
        assert_eq!(
            (f.start, f.end, f.zone, f.all_day),
            (typed.start, typed.end, typed.zone, typed.all_day),
            "together"
        );
        assert_eq!((f.title.as_str(), f.recurs), ("T", true));
    }

    let contact = |c: &str, which: usize| {
        let at = |n| if which == n || which == 9 { c.to_owned() } else { "was".to_owned() };
        Fields::Contact(ContactFields {
            given: at(0),
            family: at(1),
            organization: at(2),
            birthday: at(3),
            job: at(4),
            note: at(5),
            ..ContactFields::default()
        })
    };
    for which in 0..6 {
        let Fields::Contact(f) = rebase(&contact("was", 9), &contact("typed", which), &contact("now", 9)) else {
            panic!()
        };
        let all = [f.given, f.family, f.organization, f.birthday, f.job, f.note];
        let want: [&str; 6] = std::array::from_fn(|n| if n == which { "typed" } else { "now" });
        assert_eq!(all, want);
    }
    let note = |title: &str, text: &str| {
        Fields::Note(NoteFields { title: title.into(), text: text.into(), ..NoteFields::default() })
    };
    assert_eq!(rebase(&note("a", "b"), &note("a", "x"), &note("c", "d")), note("c", "x"));
    assert_eq!(rebase(&note("a", "b"), &note("x", "b"), &note("c", "d")), note("x", "d"));
    assert_eq!(rebase(&note("a", "b"), &note("a", "b"), &was), note("a", "b"), "of different kinds");
}

/// A definition would be what the zone of the others is guessed by, or no longer the only one.
#[test]
fn an_instance_in_another_zone_leaves_the_guessed_zone_of_its_series() {
    use super::series::{all, change, of, text, utc};
    use crate::model::Reach;

    let series = |before: &str| {
        calendar(&format!(
            "{before}BEGIN:VEVENT\nUID:u\nDTSTART;TZID=Foo:20260601T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT"
        ))
    };
    let only = "BEGIN:VTIMEZONE\nTZID:Here\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0200\n\
        TZOFFSETTO:+0200\nEND:STANDARD\nEND:VTIMEZONE\n";
    for before in ["X-WR-TIMEZONE:Europe/Berlin\n", only] {
        let second = Reach::One(of("20260602T070000Z"));
        let new = text(change(&series(before), second, |f| f.zone = "America/New_York".into()).item);
        let starts: Vec<i64> = all(new.as_bytes()).into_iter().map(|(_, start, ..)| start).collect();
        assert_eq!(starts, ["20260601T070000Z", "20260602T130000Z", "20260603T070000Z"].map(utc), "{new}");
    }
}
