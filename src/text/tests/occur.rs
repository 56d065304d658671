//! Expansion, checked by hand against RFC 5545; `tests/recurrence` compares it with
//! what python-dateutil gives.

use std::collections::HashSet;

use super::{NOW, calendar, event, indexed};
use crate::model::{CollectionId, EntryKind, ItemId, Kind, Occurrence};
use crate::text::moment::at;

/// The starts (UTC, or local for floating and all-day) in 2026, or what the window says.
fn starts_within(text: &str, from: &str, to: &str) -> Vec<String> {
    let index = indexed(text, Kind::Calendar, from, to);
    index.occurrences().iter().map(|o| at(o.start / 1000).format("%m-%dT%H:%M").to_string()).collect()
}

fn starts(text: &str) -> Vec<String> {
    starts_within(text, "20260101T000000", "20270101T000000")
}

#[test]
fn weekly_across_both_clock_changes() {
    let text = event(
        "DTSTART;TZID=Europe/Berlin:20260322T090000\nDTEND;TZID=Europe/Berlin:20260322T100000\nRRULE:FREQ=WEEKLY;COUNT=3",
    );
    assert_eq!(starts(&text), ["03-22T08:00", "03-29T07:00", "04-05T07:00"]);
    let text = event("DTSTART;TZID=America/New_York:20261025T090000\nRRULE:FREQ=WEEKLY;COUNT=2");
    assert_eq!(starts(&text), ["10-25T13:00", "11-01T14:00"]);
}

#[test]
fn times_that_do_not_exist_or_exist_twice() {
    // RFC 5545, 3.3.5: a skipped time has the offset before the gap, a doubled one is the first.
    let text = event("DTSTART;TZID=Europe/Berlin:20260328T023000\nRRULE:FREQ=DAILY;COUNT=3");
    assert_eq!(starts(&text), ["03-28T01:30", "03-29T01:30", "03-30T00:30"]);
    let text = event("DTSTART;TZID=Europe/Berlin:20261024T023000\nRRULE:FREQ=DAILY;COUNT=3");
    assert_eq!(starts(&text), ["10-24T00:30", "10-25T00:30", "10-26T01:30"]);
}

#[test]
fn until_in_utc_is_a_moment() {
    // 22:00 in Berlin is 20:00 UTC: the last day is within UNTIL.
    let text = event("DTSTART;TZID=Europe/Berlin:20260601T220000\nRRULE:FREQ=DAILY;UNTIL=20260603T200000Z");
    assert_eq!(starts(&text).last().unwrap(), "06-03T20:00");
    // A date: the whole day.
    let text = event("DTSTART:20260601T220000\nRRULE:FREQ=DAILY;UNTIL=20260602");
    assert_eq!(starts(&text), ["06-01T22:00", "06-02T22:00"]);
}

#[test]
fn times_that_tell_the_same_are_told_together() {
    let series = "BEGIN:VEVENT\nUID:u\nSUMMARY:Yoga\nDTSTART:20260601T180000Z\nDURATION:PT1H
                  RRULE:FREQ=DAILY;COUNT=9\nEND:VEVENT";
    // Only called otherwise, or elsewhere; all day; without a zone.
    let others = [
        "SUMMARY:Yoga outside\nDTSTART:20260604T180000Z\nDURATION:PT1H",
        "SUMMARY:Yoga\nLOCATION:Hall\nDTSTART:20260604T180000Z\nDURATION:PT1H",
        "SUMMARY:Yoga\nDTSTART;VALUE=DATE:20260604",
        "SUMMARY:Yoga\nDTSTART:20260604T180000\nDURATION:PT1H",
    ];
    let together = |text: &str| {
        let (collection, item) = (CollectionId("c".into()), ItemId("i".into()));
        let index = crate::text::index(&collection, &item, Kind::Calendar, text.as_bytes(), NOW, NOW + 864_000_000);
        index.times.iter().map(|happening| happening.each(|_, _| true).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let counts = |times: &[Vec<Occurrence>]| times.iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(counts(&together(&calendar(series))), [9]);
    let mut told = HashSet::new();
    for other in others {
        let other = format!("BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260604T180000Z\n{other}\nEND:VEVENT");
        let apart = together(&calendar(&format!("{series}\n{other}")));
        assert_eq!(counts(&apart), [3, 1, 5], "{other}");
        let Occurrence { title, place, all_day, floating, .. } = apart[1][0].clone();
        told.insert((title, place, all_day, floating));
    }
    assert_eq!(told.len(), others.len(), "each says what it has of its own: {told:?}");
    // Also of a long one, of which the near ones are told.
    assert_eq!(counts(&together(&calendar(&series.replace(";COUNT=9", "")))), [10]);
}

#[test]
fn overrides_moves_and_cancellations() {
    let text = calendar(
        "BEGIN:VEVENT\nUID:u\nSUMMARY:Yoga\nSEQUENCE:1
        DTSTART;TZID=Europe/Berlin:20260601T180000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5
        EXDATE;TZID=Europe/Berlin:20260602T180000
        END:VEVENT
        BEGIN:VEVENT\nUID:u\nSUMMARY:Yoga, later\nSEQUENCE:3
        RECURRENCE-ID:20260603T160000Z
        DTSTART;TZID=America/New_York:20260603T140000\nDTEND;TZID=America/New_York:20260603T150000
        END:VEVENT
        BEGIN:VEVENT\nUID:u\nRECURRENCE-ID;TZID=Europe/Berlin:20260604T180000
        DTSTART;TZID=Europe/Berlin:20260604T180000\nSTATUS:CANCELLED
        END:VEVENT",
    );
    assert_eq!(starts(&text), ["06-01T16:00", "06-03T18:00", "06-05T16:00"]);
    let index = indexed(&text, Kind::Calendar, "20260603", "20260604");
    assert_eq!(index.occurrences()[0].title, "Yoga, later");
    assert_eq!(index.occurrences()[0].end - index.occurrences()[0].start, 3_600_000);
    assert!(!index.entry.unwrap().partial);
}

#[test]
fn this_and_following_moves_the_rest() {
    let text = calendar(
        "BEGIN:VEVENT\nUID:u\nDTSTART:20260601T090000Z\nDTEND:20260601T100000Z\nRRULE:FREQ=DAILY;COUNT=4\nEND:VEVENT
        BEGIN:VEVENT\nUID:u\nSUMMARY:new\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260603T090000Z
        DTSTART:20260603T113000Z\nDTEND:20260603T113500Z\nEND:VEVENT",
    );
    assert_eq!(starts(&text), ["06-01T09:00", "06-02T09:00", "06-03T11:30", "06-04T11:30"]);
    let index = indexed(&text, Kind::Calendar, "20260604", "20260605");
    assert_eq!((index.occurrences()[0].title.as_str(), index.occurrences().len()), ("new", 1));
}

#[test]
fn dates_added_periods_and_rules_taken_out() {
    let text = event(
        "DTSTART:20260601T090000Z\nDURATION:PT1H\nRDATE:20260701T090000Z,20260601T090000Z
        RDATE;VALUE=PERIOD:20260801T090000Z/PT3H,20260901T090000Z/20260901T093000Z
        RRULE:FREQ=DAILY;COUNT=3\nEXRULE:FREQ=DAILY;INTERVAL=2;COUNT=2\nEXDATE;VALUE=DATE:20260701",
    );
    assert_eq!(starts(&text), ["06-02T09:00", "08-01T09:00", "09-01T09:00"]);
    let index = indexed(&text, Kind::Calendar, "20260801", "20270101");
    let hours: Vec<_> = index.occurrences().iter().map(|o| (o.end - o.start) / 60_000).collect();
    assert_eq!(hours, [180, 30]);
}

#[test]
fn days_last_by_the_clock_and_hours_as_long_as_they_are() {
    // The clocks go back in the night to 25 October, from 3 to 2.
    for (start, duration, hours) in [
        ("20261025T023000", "PT1H", 1),
        ("20261024T120000", "P1D", 25),
        ("20261024T120000", "PT24H", 24),
        ("20261024T120000", "P1DT1H", 26),
    ] {
        for lines in [
            format!("DTSTART;TZID=Europe/Berlin:{start}\nDURATION:{duration}"),
            format!(
                "DTSTART;TZID=Europe/Berlin:20260601T120000\nRDATE;VALUE=PERIOD;TZID=Europe/Berlin:{start}/{duration}"
            ),
        ] {
            let found = indexed(&event(&lines), Kind::Calendar, "20261020", "20261101").occurrences();
            let long: Vec<_> = found.iter().map(|o| (o.end - o.start) / 3_600_000).collect();
            assert_eq!(long, [hours], "{lines}");
        }
    }
}

#[test]
fn all_day_and_floating() {
    let text = event("SUMMARY:Trip\nDTSTART;VALUE=DATE:20261122\nDTEND;VALUE=DATE:20261125");
    let index = indexed(&text, Kind::Calendar, "20261124", "20261130");
    let o = &index.occurrences()[0];
    assert!(o.all_day && !o.floating);
    assert_eq!((o.start, o.end - o.start), (1_795_305_600_000, 3 * 86_400_000));
    assert!(indexed(&text, Kind::Calendar, "20261125", "20261130").occurrences().is_empty(), "the end is exclusive");
    let text = event("DTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY");
    assert_eq!(starts_within(&text, "20240101", "20330101"), ["02-29T00:00"; 3]);
    let one = indexed(&text, Kind::Calendar, "20280229", "20280229T120000").occurrences();
    assert_eq!(one[0].end - one[0].start, 86_400_000, "without DTEND, the day");
    let text = event("DTSTART:20260601T090000");
    let index = indexed(&text, Kind::Calendar, "20260601", "20260602");
    assert!(index.occurrences()[0].floating && index.occurrences()[0].start == index.occurrences()[0].end);
    assert_eq!(starts(&text), ["06-01T09:00"]);
}

#[test]
fn zones_by_other_names() {
    for tzid in [
        "W. Europe Standard Time",
        "Europe/Berlin ",
        "/freeassociation.sourceforge.net/Europe/Berlin",
        "/mozilla.org/20070129_1/Europe/Berlin",
        "/citadel.org/20250101_1/Europe/Berlin",
        "\"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna\"",
    ] {
        let text = event(&format!("DTSTART;TZID={tzid}:20260701T120000"));
        assert_eq!(starts(&text), ["07-01T10:00"], "{tzid}");
    }
    let unknown = event("DTSTART;TZID=Nowhere/Atlantis:20260701T120000");
    let index = indexed(&unknown, Kind::Calendar, "20260101", "20270101");
    assert!(index.occurrences()[0].floating && index.entry.unwrap().partial);
}

#[test]
fn a_zone_under_a_private_name_is_read_from_its_observances() {
    let text = calendar(
        "BEGIN:VTIMEZONE\nTZID:Office
        BEGIN:STANDARD\nDTSTART:16011028T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nEND:STANDARD
        BEGIN:DAYLIGHT\nDTSTART:16010325T020000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nEND:DAYLIGHT
        END:VTIMEZONE
        BEGIN:VEVENT\nUID:u\nDTSTART;TZID=Office:20260328T090000\nRRULE:FREQ=DAILY;COUNT=2\nRDATE;TZID=Office:20261025T090000\nEND:VEVENT",
    );
    assert_eq!(starts(&text), ["03-28T08:00", "03-29T07:00", "10-25T08:00"]);
    assert!(!indexed(&text, Kind::Calendar, "2026-01-01", "2026-12-31").entry.unwrap().partial);
}

#[test]
fn rules_of_the_standard() {
    let rules = [
        (
            "FREQ=MONTHLY;BYDAY=-2MO;COUNT=3",
            "20260101T090000",
            // The start is no such Monday, but counts as the first (3.3.10, COUNT).
            vec!["01-01T09:00", "01-19T09:00", "02-16T09:00"],
        ),
        ("FREQ=MONTHLY;COUNT=3", "20260131T090000", vec!["01-31T09:00", "03-31T09:00", "05-31T09:00"]),
        (
            "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=TU,SU;COUNT=4",
            "20260106T090000",
            vec!["01-06T09:00", "01-18T09:00", "01-20T09:00", "02-01T09:00"],
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=TU,SU;COUNT=4",
            "20260106T090000",
            vec!["01-06T09:00", "01-11T09:00", "01-20T09:00", "01-25T09:00"],
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2",
            "20260130T090000",
            vec!["01-30T09:00", "02-27T09:00"],
        ),
        (
            "FREQ=DAILY;BYHOUR=9,12;BYMINUTE=30;COUNT=3",
            "20260101T093000",
            vec!["01-01T09:30", "01-01T12:30", "01-02T09:30"],
        ),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "20260511T090000", vec!["05-11T09:00"]),
    ];
    for (rule, start, expected) in rules {
        assert_eq!(starts(&event(&format!("DTSTART:{start}\nRRULE:{rule}"))), expected, "{rule}");
    }
}

#[test]
fn late_windows_of_long_series_agree_with_the_whole() {
    for rule in [
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;INTERVAL=3;BYDAY=SU,TU;WKST=WE",
        "FREQ=HOURLY;INTERVAL=7",
        "FREQ=DAILY;BYDAY=FR;BYMONTHDAY=13",
    ] {
        let text = event(&format!("DTSTART:20250214T090000Z\nRRULE:{rule}"));
        let whole = starts_within(&text, "20250101", "20260601");
        let late = starts_within(&text, "20260501", "20260601");
        assert!(whole.ends_with(&late) && (!late.is_empty() || rule.contains("BYMONTHDAY")), "{rule}");
    }
}

#[test]
fn endless_rules_end() {
    for rule in [
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;COUNT=4000000000",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY;BYHOUR=25",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=65535",
        "FREQ=MONTHLY;INTERVAL=65535",
        "FREQ=DAILY;BYSETPOS=-1",
    ] {
        for start in ["19000101T000000Z", "00010101T000000", "99991231T235959Z", "20260601T090000"] {
            let text = event(&format!("DTSTART:{start}\nRRULE:{rule}"));
            let index = indexed(&text, Kind::Calendar, "20260101", "20270101");
            assert!(index.occurrences().len() <= 4_000);
            if rule == "FREQ=SECONDLY" && start.starts_with("19") {
                assert!(index.entry.unwrap().partial, "not all of them: {start}");
            }
        }
    }
    let daily = event("DTSTART:19000101T090000Z\nRRULE:FREQ=DAILY");
    assert_eq!(starts(&daily).len(), 365);
}

#[test]
fn entries_by_content() {
    let entry = |text: &str, kind| indexed(text, kind, "20260101", "20270101").entry.unwrap();
    let e = entry(&event("SUMMARY:A\\, b\nLOCATION:Here\nDTSTART;TZID=Europe/Berlin:20260601T090000"), Kind::Calendar);
    assert_eq!((e.kind, e.title.as_str(), e.detail.as_str()), (EntryKind::Event, "A, b", "Here"));
    assert_eq!((e.sort.as_str(), e.partial), ("2026-06-01T07:00:00", false));
    let n = entry(
        &calendar("BEGIN:VJOURNAL\nDESCRIPTION:\\n Ärger\\nmore\nCREATED:20260203T000000Z\nEND:VJOURNAL"),
        Kind::Calendar,
    );
    assert_eq!(
        (n.kind, n.title.as_str(), n.detail.as_str(), n.sort.as_str()),
        (EntryKind::Note, "Ärger", "2026-02-03", "ärger")
    );
    let t = entry(&calendar("BEGIN:VTODO\nSUMMARY:Do\nDUE:20260203T000000Z\nEND:VTODO"), Kind::Calendar);
    assert_eq!((t.kind, t.detail.as_str()), (EntryKind::Task, "2026-02-03"));
    let c = entry(
        "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;Eva\nTEL;HOME:12\nEND:VCARD",
        Kind::Contacts,
    );
    assert_eq!((c.kind, c.title.as_str(), c.detail.as_str()), (EntryKind::Contact, "Eva Müller", "12"));
    let c = entry("BEGIN:VCARD\nFN: \nORG:Firm\\; Co;Dep\nitem1.EMAIL:a@b\nTEL:1\nEND:VCARD", Kind::Contacts);
    assert_eq!((c.title.as_str(), c.detail.as_str()), ("Firm; Co", "a@b"));
    for (text, title) in
        [("", ""), ("<html>", ""), ("SUMMARY:left over", "left over"), ("BEGIN:VEVENT\nSUMMARY:cut o", "cut o")]
    {
        let e = entry(text, Kind::Calendar);
        assert!(e.partial && e.title == title, "{text}");
    }
}

#[test]
fn a_zone_that_nobody_knows_is_guessed_and_says_so() {
    let zone = |tzid: &str| {
        format!(
            "BEGIN:VTIMEZONE\nTZID:{tzid}
            BEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0530\nTZOFFSETTO:+0530\nEND:STANDARD\nEND:VTIMEZONE\n"
        )
    };
    let lost = "BEGIN:VEVENT\nUID:u\nDTSTART;TZID=Nowhere/Atlantis:20260701T120000\nEND:VEVENT";
    let berlin = "X-WR-TIMEZONE:Europe/Berlin\n";
    for (before, start, floating) in [
        (String::new(), "07-01T12:00", true),
        ("X-WR-TIMEZONE:Nowhere either\n".to_owned(), "07-01T12:00", true),
        (berlin.to_owned(), "07-01T10:00", false),
        (zone("Office"), "07-01T06:30", false),
        (zone("America/New_York"), "07-01T16:00", false),
        // The text's own zone says more than the calendar's; two say nothing.
        (berlin.to_owned() + &zone("Office"), "07-01T06:30", false),
        (berlin.to_owned() + &zone("Office") + &zone("Home"), "07-01T10:00", false),
    ] {
        let text = calendar(&format!("{before}{lost}"));
        let index = indexed(&text, Kind::Calendar, "20260101", "20270101");
        assert_eq!(starts(&text), [start], "{before}");
        let o = &index.occurrences()[0];
        assert!(o.guessed && o.floating == floating && index.entry.unwrap().partial, "{before}");
    }
    let known = calendar("X-WR-TIMEZONE:Europe/Berlin\nBEGIN:VEVENT\nUID:u\nDTSTART:20260701T120000\nEND:VEVENT");
    let o = &indexed(&known, Kind::Calendar, "20260101", "20270101").occurrences()[0];
    assert!(o.floating && !o.guessed, "without a TZID a time is floating, whatever the calendar says");
}

#[test]
fn changed_instances_name_theirs_in_any_way() {
    let series = "BEGIN:VEVENT\nUID:u\nDTSTART;TZID=Europe/Berlin:20260601T010000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4\nEND:VEVENT\n";
    // 01:00 on June 3rd in Berlin is June 2nd elsewhere.
    for id in [
        "RECURRENCE-ID;TZID=Europe/Berlin:20260603T010000",
        "RECURRENCE-ID:20260602T230000Z",
        "RECURRENCE-ID;TZID=America/New_York:20260602T190000",
        "RECURRENCE-ID;VALUE=DATE:20260603",
    ] {
        let text = calendar(&format!("{series}BEGIN:VEVENT\nUID:u\n{id}\nDTSTART:20260610T000000Z\nEND:VEVENT"));
        let expected = ["05-31T23:00", "06-01T23:00", "06-03T23:00", "06-10T00:00"];
        assert_eq!(starts(&text), expected, "{id}");
    }
    let all_day = calendar(
        "BEGIN:VEVENT\nUID:u\nDTSTART;VALUE=DATE:20260601\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT
        BEGIN:VEVENT\nUID:u\nRECURRENCE-ID;TZID=Europe/Berlin:20260602T000000\nDTSTART;VALUE=DATE:20260609\nEND:VEVENT",
    );
    assert_eq!(starts(&all_day), ["06-01T00:00", "06-03T00:00", "06-09T00:00"]);
    let alone = calendar("BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260602T230000Z\nDTSTART:20260610T000000Z\nEND:VEVENT");
    assert_eq!(starts(&alone), ["06-10T00:00"], "of a series that is elsewhere");
    let two = calendar(&format!(
        "{series}BEGIN:VEVENT\nUID:u\nDTSTART:20260701T000000Z\nEND:VEVENT
        BEGIN:VEVENT\nUID:other\nDTSTART:20260702T000000Z\nEND:VEVENT"
    ));
    assert_eq!(starts(&two).len(), 6, "two masters of one UID are two events");
}

#[test]
fn this_and_following_more_than_once() {
    let series = "BEGIN:VEVENT\nUID:u\nDTSTART;TZID=Europe/Berlin:20260326T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=8\nEXDATE;TZID=Europe/Berlin:20260330T090000\nEND:VEVENT\n";
    // An hour later from the 28th on, across the change of the 29th; longer and earlier from the 31st; off from April 2nd.
    let text = calendar(&format!(
        "{series}BEGIN:VEVENT\nUID:u\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260328T090000\nDTSTART;TZID=Europe/Berlin:20260328T100000\nDURATION:PT1H\nEND:VEVENT
        BEGIN:VEVENT\nUID:u\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260331T070000Z\nDTSTART;TZID=Europe/Berlin:20260330T220000\nDURATION:PT3H\nEND:VEVENT
        BEGIN:VEVENT\nUID:u\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260402T090000\nDTSTART;TZID=Europe/Berlin:20260402T090000\nSTATUS:CANCELLED\nEND:VEVENT"
    ));
    assert_eq!(
        starts(&text),
        ["03-26T08:00", "03-27T08:00", "03-28T09:00", "03-29T08:00", "03-30T20:00", "03-31T20:00"]
    );
    let index = indexed(&text, Kind::Calendar, "20260330T120000", "20260401T120000");
    let hours: Vec<_> = index.occurrences().iter().map(|o| (o.end - o.start) / 3_600_000).collect();
    assert_eq!(hours, [3, 3]);
}

#[test]
fn exceptions_in_utc_and_rules_of_exception() {
    let text = event(
        "DTSTART;TZID=Europe/Berlin:20260327T090000\nRRULE:FREQ=DAILY;COUNT=6
        EXDATE:20260328T080000Z,20260330T070000Z\nEXRULE:FREQ=WEEKLY;BYDAY=TU",
    );
    assert_eq!(starts(&text), ["03-27T08:00", "03-29T07:00", "04-01T07:00"]);
}

#[test]
fn oddities_of_rules() {
    for (rule, start, expected) in [
        ("FREQ=DAILY;INTERVAL=0;COUNT=2", "20260101T090000", vec!["01-01T09:00", "01-02T09:00"]),
        ("freq=weekly; byday=mo ;count=2;X-WHAT=1", "20260105T090000", vec!["01-05T09:00", "01-12T09:00"]),
        ("FREQ=YEARLY;BYWEEKNO=20", "20260512T090000", vec!["05-12T09:00"]),
        (
            "FREQ=MONTHLY;BYDAY=MO,1TU;UNTIL=20260113",
            "20260105T090000",
            vec!["01-05T09:00", "01-06T09:00", "01-12T09:00"],
        ),
        ("FREQ=MINUTELY;BYHOUR=25", "20260105T090000", vec!["01-05T09:00"]),
        ("FREQ=DAILY;COUNT=0", "20260105T090000", vec!["01-05T09:00"]),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=OMIT;COUNT=2", "20260131T090000", vec!["01-31T09:00", "03-31T09:00"]),
    ] {
        let text = event(&format!("DTSTART:{start}\nRRULE:{rule}"));
        assert_eq!(starts(&text), expected, "{rule}");
        assert!(!indexed(&text, Kind::Calendar, "20260101", "20270101").entry.unwrap().partial, "{rule}");
    }
    for rule in
        ["FREQ=OFTEN", "INTERVAL=2", "FREQ=DAILY;COUNT=many", "FREQ=WEEKLY;BYDAY=XX", "RSCALE=HEBREW;FREQ=YEARLY"]
    {
        let text = event(&format!("DTSTART:20260105T090000\nRRULE:{rule}"));
        assert_eq!(starts(&text), ["01-05T09:00"], "{rule}");
        assert!(indexed(&text, Kind::Calendar, "20260101", "20270101").entry.unwrap().partial, "{rule}");
    }
}
