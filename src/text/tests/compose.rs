use super::{NOW, event_fields, indexed};
use crate::model::{ContactFields, ContactRow, Ends, EventFields, Fields, Kind, NoteFields, Recurrence, Rule};
use crate::text::{as_copy, fields, new_item, uid};

fn text(fields: &Fields) -> String {
    let bytes = new_item(fields, "uid-1", NOW);
    assert_eq!(uid(&bytes).as_deref(), Some("uid-1"));
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.ends_with("\r\n") && text.split("\r\n").all(|l| l.len() <= 75 && !l.contains('\n')));
    text
}

fn row(at: u32, value: &str) -> ContactRow {
    ContactRow { at: Some(at), value: value.into(), ..ContactRow::default() }
}

#[test]
fn what_is_written_is_read_back() {
    let all = [
        event_fields("2026-06-01T09:30", "2026-06-01T10:00", "Europe/Berlin"),
        event_fields("2026-06-01T09:30", "2026-06-01T09:30", "UTC"),
        event_fields("2026-06-01T23:30", "2026-06-02T00:15", ""),
        event_fields("2026-06-01T09:30", "2026-06-01T10:00", "Asia/Kolkata"),
        event_fields("2026-12-31", "2027-01-02", ""),
    ];
    for event in all {
        let fields = Fields::Event(event);
        assert_eq!(super::super::fields(text(&fields).as_bytes()), Some(fields));
    }
    let note =
        Fields::Note(NoteFields { title: "Räder".into(), text: "* a, b;\n* c\\d\n".into(), ..NoteFields::default() });
    assert_eq!(fields(text(&note).as_bytes()), Some(note));
    let contact = Fields::Contact(ContactFields {
        given: "Anna, B.".into(),
        family: "de; Groot".into(),
        organization: "A; B, C".into(),
        mails: vec![row(0, "a@example.org")],
        phones: vec![row(0, "+49 30 1")],
        note: "x,\ny".into(),
        ..ContactFields::default()
    });
    assert_eq!(fields(text(&contact).as_bytes()), Some(contact.clone()));
    assert!(text(&contact).contains("\r\nN:de\\; Groot;Anna\\, B.;;;\r\n"));
    let Fields::Contact(contact) = contact else { unreachable!() };
    let firm = Fields::Contact(ContactFields { given: String::new(), family: String::new(), ..contact });
    assert!(text(&firm).contains("\r\nFN:A\\; B\\, C\r\n"), "FN says something");
}

#[test]
fn the_zone_is_defined_rightly_by_itself() {
    // Under another name, so that only the definition can be what is read.
    for (zone, expected) in
        [("Europe/Berlin", 6), ("America/New_York", 6), ("Australia/Lord_Howe", 6), ("Asia/Kolkata", 1)]
    {
        let written = text(&Fields::Event(event_fields("2026-03-01T09:30", "2026-03-01T10:00", zone)));
        assert!(written.contains("BEGIN:VTIMEZONE\r\n"), "{zone}");
        let recurs = |t: &str| t.replace("\r\nSUMMARY", "\r\nRRULE:FREQ=DAILY;COUNT=900\r\nSUMMARY");
        let private = recurs(&written.replace(zone, "Private"));
        let starts = |t: &str| -> Vec<i64> {
            indexed(t, Kind::Calendar, "20260101", "20300101").occurrences().iter().map(|o| o.start).collect()
        };
        assert_eq!(starts(&private), starts(&recurs(&written)), "{zone}\n{written}");
        let mut of_day: Vec<i64> = starts(&private).iter().map(|s| s.rem_euclid(86_400_000)).collect();
        of_day.dedup();
        assert_eq!(of_day.len(), expected, "five clock changes in {zone} until August 2028");
    }
}

#[test]
fn forms_of_time() {
    let line = |start: &str, end: &str, zone: &str| {
        let text = text(&Fields::Event(event_fields(start, end, zone)));
        let line = |n: &str| {
            text.split("BEGIN:VEVENT").nth(1).unwrap().lines().find(|l| l.starts_with(n)).unwrap_or("").to_owned()
        };
        (line("DTSTART"), line("DTEND"), text.contains("VTIMEZONE"))
    };
    let parts = |a: &str, b: &str, z| (a.to_owned(), b.to_owned(), z);
    assert_eq!(
        line("2026-06-01", "2026-06-01", "Europe/Rome"),
        parts("DTSTART;VALUE=DATE:20260601", "DTEND;VALUE=DATE:20260602", false)
    );
    assert_eq!(
        line("2026-06-01T01:02", "2026-06-01T03:04", "UTC"),
        parts("DTSTART:20260601T010200Z", "DTEND:20260601T030400Z", false)
    );
    assert_eq!(line("2026-06-01T01:02", "2026-06-01T01:00", ""), parts("DTSTART:20260601T010200", "", false));
    assert_eq!(
        line("2026-06-01T01:02", "2026-06-01T03:04", "Asia/Tokyo"),
        parts("DTSTART;TZID=Asia/Tokyo:20260601T010200", "DTEND;TZID=Asia/Tokyo:20260601T030400", true)
    );
}

/// A rule of a new event too begins on a day that it gives.
#[test]
fn a_new_event_begins_on_a_day_of_its_rule() {
    let rule = Rule { interval: 1, weekdays: vec![1], ends: Ends::Count(2), ..Rule::default() };
    let fields = EventFields {
        recurrence: Recurrence::Rule(rule),
        ..event_fields("2026-06-01T09:00", "2026-06-01T10:00", "Europe/Berlin")
    };
    let new = text(&Fields::Event(fields));
    assert!(new.contains("DTSTART;TZID=Europe/Berlin:20260602T090000\r\n"), "{new}");
    assert!(new.contains("DTEND;TZID=Europe/Berlin:20260602T100000\r\n"), "{new}");
}

#[test]
fn a_copy_is_marked_and_invites_nobody() {
    let text = super::calendar(
        "BEGIN:VEVENT\nUID:u\nSUMMARY:Plan\nORGANIZER;CN=\"A, B\":mailto:a@x\nATTENDEE;SCHEDULE-AGENT=SERVER;RSVP=TRUE:mailto:b@x\nRRULE:FREQ=DAILY\nEND:VEVENT
        BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260101T000000Z\nATTENDEE:mailto:b@x\nEND:VEVENT",
    );
    let copy = String::from_utf8(as_copy(text.as_bytes(), "n", " (copy, 2026-11-22)")).unwrap();
    let expected = text
        .replace("UID:u", "UID:n")
        .replace("SUMMARY:Plan", "SUMMARY:Plan (copy\\, 2026-11-22)")
        .replace("B\":mailto", "B\";SCHEDULE-AGENT=CLIENT:mailto")
        .replace("ATTENDEE;SCHEDULE-AGENT=SERVER;RSVP=TRUE:", "ATTENDEE;RSVP=TRUE;SCHEDULE-AGENT=CLIENT:")
        .replace("ATTENDEE:", "ATTENDEE;SCHEDULE-AGENT=CLIENT:");
    assert_eq!(copy, expected);
    let card = as_copy(b"BEGIN:VCARD\nVERSION:3.0\nUID:u\nFN:Eva\nEND:VCARD\n", "n", " (copy)");
    assert_eq!(card, b"BEGIN:VCARD\nVERSION:3.0\nUID:n\nFN:Eva (copy)\nEND:VCARD\n");
}
