//! Series that move, as a whole or in part, with all that hangs on them; instances that
//! are named in other ways than the series is.

use proptest::prelude::*;

use super::series::{all, change, change_at, event, of, sorted, text, utc};
use super::{NOW, calendar};
use crate::model::{Ends, EventFields, Fields, Reach, Recurrence};
use crate::text::moment::at;
use crate::text::series::{Refused, deleted, fields};

/// A series, and a changed instance of it.
pub(super) fn with(series: &str, changed: &str) -> String {
    let end = if changed.is_empty() { String::new() } else { format!("\nBEGIN:VEVENT\nUID:u\n{changed}\nEND:VEVENT") };
    calendar(&format!("BEGIN:VEVENT\nUID:u\nSUMMARY:A\n{series}\nEND:VEVENT{end}"))
}

/// Each start the series gives with when that is, `MM-DDTHH:MM`.
fn times(text: &str) -> Vec<(String, String)> {
    let shown = |seconds: i64| at(seconds).format("%m-%dT%H:%M").to_string();
    all(text.as_bytes()).into_iter().map(|i| (shown(i.0.unwrap()), shown(i.1))).collect()
}

pub(super) fn starts(text: &str) -> Vec<String> {
    times(text).into_iter().map(|(_, start)| start).collect()
}

/// The series after a change of all in the form of one instance.
pub(super) fn all_by(series: &str, at: &str, change: impl Fn(&mut EventFields)) -> String {
    let parts = change_at(series, of(at), Reach::All, change).unwrap();
    assert_eq!(parts.new, None);
    text(parts.item)
}

pub(super) fn to(start: &'static str, end: &'static str) -> impl Fn(&mut EventFields) {
    move |f| (f.start, f.end) = (start.into(), end.into())
}

#[test]
fn an_instance_that_is_named_as_a_date_or_in_another_zone_is_that_one() {
    let berlin = "DTSTART;TZID=Europe/Berlin:20260601T010000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4";
    let york = "DTSTART;TZID=America/New_York:20260601T220000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4";
    let days = "DTSTART;VALUE=DATE:20260601\nRRULE:FREQ=DAILY;COUNT=4";
    for (series, id, at, gone) in [
        (berlin, ";VALUE=DATE:20260603", "20260602T230000Z", "EXDATE;TZID=Europe/Berlin:20260603T010000"),
        (
            berlin,
            ";TZID=America/New_York:20260602T190000",
            "20260602T230000Z",
            "EXDATE;TZID=Europe/Berlin:20260603T010000",
        ),
        (berlin, ":20260603T010000", "20260602T230000Z", "EXDATE;TZID=Europe/Berlin:20260603T010000"),
        (york, ";VALUE=DATE:20260602", "20260603T020000Z", "EXDATE;TZID=America/New_York:20260602T220000"),
        (days, ";TZID=Europe/Berlin:20260602T000000", "20260602", "EXDATE;VALUE=DATE:20260602"),
        (days, ";TZID=America/New_York:20260602T000000", "20260602", "EXDATE;VALUE=DATE:20260602"),
    ] {
        for range in ["", ";RANGE=THISANDFUTURE"] {
            let text = with(series, &format!("SUMMARY:B\nRECURRENCE-ID{range}{id}\nDTSTART:20260605T120000Z"));
            let before = all(text.as_bytes());
            assert_eq!(before.iter().filter(|i| i.0 == Some(utc(at))).count(), 1, "{text}");
            assert_eq!(event(fields(text.as_bytes(), of(at))).title, "B");
            let one = super::series::text(change(&text, Reach::One(of(at)), |f| f.title = "C".into()).item);
            let mut expected = before.clone();
            expected.iter_mut().filter(|i| i.0 == Some(utc(at))).for_each(|i| i.3 = "C".into());
            assert_eq!(all(one.as_bytes()), expected, "{one}");
            let left = super::series::text(deleted(text.as_bytes(), Reach::One(of(at)), NOW).unwrap().item);
            assert!(left.contains(&format!("{gone}\r\n")), "{left}");
            expected.retain(|i| i.0 != Some(utc(at)));
            assert_eq!(all(left.as_bytes()), expected, "{left}");
        }
    }
}

#[test]
fn a_day_that_one_instance_stands_for_is_gone_with_it() {
    let series = "DTSTART;TZID=Europe/Berlin:20260601T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR=9,17;COUNT=6";
    let day = "RECURRENCE-ID;VALUE=DATE:20260602\nDTSTART;TZID=Europe/Berlin:20260602T120000";
    let text = with(series, day);
    assert_eq!(starts(&text), ["06-01T07:00", "06-01T15:00", "06-02T10:00", "06-03T07:00", "06-03T15:00"]);
    let left = deleted(text.as_bytes(), Reach::One(of("20260602T070000Z")), NOW).unwrap().item;
    assert_eq!(starts(&super::series::text(left)), ["06-01T07:00", "06-01T15:00", "06-03T07:00", "06-03T15:00"]);
}

#[test]
fn this_and_following_from_a_day_on_moves_by_the_time_of_that_day() {
    let series = "DTSTART;TZID=Europe/Berlin:20260301T090000\nRRULE:FREQ=MONTHLY;COUNT=4";
    let later = "RECURRENCE-ID;VALUE=DATE;RANGE=THISANDFUTURE:20260401\nDTSTART;TZID=Europe/Berlin:20260401T100000";
    assert_eq!(starts(&with(series, later)), ["03-01T08:00", "04-01T08:00", "05-01T08:00", "06-01T08:00"]);
}

#[test]
fn a_zone_that_is_defined_on_the_way_moves_no_other_component() {
    let series = "DTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4";
    for (count, last) in [("20260602T090000Z", false), ("20260604T090000Z", true)] {
        let text = with(
            series,
            &format!("SUMMARY:B\nRECURRENCE-ID;RANGE=THISANDFUTURE:{count}\nDTSTART:{}", count.replace("T09", "T10")),
        );
        let before = all(text.as_bytes());
        let one = super::series::text(change(&text, Reach::One(of(count)), |f| f.zone = "Europe/Berlin".into()).item);
        assert!(one.contains("BEGIN:DAYLIGHT") && one.contains("BEGIN:STANDARD"));
        let mut expected = before.clone();
        expected.iter_mut().filter(|i| i.0 == Some(utc(count))).for_each(|i| i.1 -= 7_200);
        expected.sort_by_key(|i| i.1);
        assert_eq!(all(one.as_bytes()), expected, "{one}");
        assert_eq!(one.contains("RANGE"), !last, "{one}");
    }
}

#[test]
fn what_is_an_instance_s_own_stays_its_own() {
    let series = "DTSTART;TZID=Europe/Berlin:20260601T090000\nDTEND;TZID=Europe/Berlin:20260601T100000\nRRULE:FREQ=DAILY;COUNT=3";
    // Its zone.
    let york = "RECURRENCE-ID;TZID=Europe/Berlin:20260602T090000\nDTSTART;TZID=America/New_York:20260602T100000\nDTEND;TZID=America/New_York:20260602T110000";
    let new = all_by(&with(series, york), "20260602T070000Z", to("2026-06-02T11:00", "2026-06-02T12:00"));
    let expected = [("06-01T08:00", "06-01T08:00"), ("06-02T08:00", "06-02T15:00"), ("06-03T08:00", "06-03T08:00")];
    assert_eq!(times(&new), expected.map(|(a, b)| (a.to_owned(), b.to_owned())), "{new}");
    // Its length.
    let long = "RECURRENCE-ID;TZID=Europe/Berlin:20260602T090000\nDTSTART;TZID=Europe/Berlin:20260602T090000\nDTEND;TZID=Europe/Berlin:20260602T110000";
    let new = all_by(&with(series, long), "20260602T070000Z", to("2026-06-02T10:00", "2026-06-02T12:00"));
    let lengths: Vec<i64> = all(new.as_bytes()).iter().map(|i| i.2 / 3_600).collect();
    assert_eq!(
        (starts(&new), lengths),
        (vec!["06-01T08:00".into(), "06-02T08:00".into(), "06-03T08:00".into()], vec![1, 2, 1])
    );
    let new = all_by(&with(series, long), "20260602T070000Z", to("2026-06-02T09:00", "2026-06-02T10:00"));
    assert!(all(new.as_bytes()).iter().all(|i| i.2 == 3_600), "as long as it was typed, not nothing: {new}");
    // That it is all day.
    let day = "RECURRENCE-ID;TZID=Europe/Berlin:20260602T090000\nDTSTART;VALUE=DATE:20260602";
    let old = with(series, day).replace("20260601T", "20200601T").replace("COUNT=3", "UNTIL=20260603T070000Z");
    let new = all_by(&old, "20260602T070000Z", to("2026-06-03", "2026-06-03"));
    assert_eq!(all(new.as_bytes()).len(), all(old.as_bytes()).len());
    assert!(
        new.contains("DTSTART;TZID=Europe/Berlin:20200602T090000\r\n") && new.contains("DTSTART;VALUE=DATE:20260603"),
        "{new}"
    );
}

#[test]
fn a_long_series_is_not_taken_for_one_that_has_ended() {
    let series = "DTSTART:20120101T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY";
    let text = with(
        series,
        "SUMMARY:B\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260101T090000Z\nDTSTART:20260101T100000Z\nDURATION:PT1H",
    );
    let before = all(text.as_bytes());
    for at in ["20260101T090000Z", "20260102T090000Z"] {
        let gone = super::series::text(deleted(text.as_bytes(), Reach::One(of(at)), NOW).unwrap().item);
        assert_eq!(all(gone.as_bytes()), before.iter().filter(|i| i.0 != Some(utc(at))).cloned().collect::<Vec<_>>());
        let one = super::series::text(change(&text, Reach::One(of(at)), |f| f.title = "C".into()).item);
        assert_eq!(all(one.as_bytes()).iter().filter(|i| i.3 == "C").count(), 1);
        assert_eq!(all(one.as_bytes()).len(), before.len());
        let parts = change(&text, Reach::Following(of(at)), |f| f.place = "Hall".into());
        let mut both = all(&parts.item.unwrap());
        both.extend(all(&parts.new.unwrap()));
        assert_eq!(both, before);
    }
}

#[test]
fn days_that_a_rule_names_move_with_it() {
    let moved = |rule: &str, first: &str, at: &str, to: &str| {
        let text = with(&format!("DTSTART:{first}\nDURATION:PT1H\nRRULE:{rule}"), "");
        let day = |at: &str| format!("{}-{}-{}T{}:{}", &at[..4], &at[4..6], &at[6..8], &at[9..11], &at[11..13]);
        let end = utc(to) + 3_600;
        let end = crate::text::moment::at(end).format("%Y-%m-%dT%H:%M").to_string();
        let new = change_at(&text, of(at), Reach::All, |f| (f.start, f.end) = (day(to), end.clone()));
        new.map(|parts| super::series::text(parts.item)).map(|new| {
            let rule = new.lines().find_map(|line| line.strip_prefix("RRULE:")).unwrap().to_owned();
            let by = utc(to) - utc(at);
            let as_a_whole = all(text.as_bytes()).iter().map(|i| i.1 + by).eq(all(new.as_bytes()).iter().map(|i| i.1));
            (rule, as_a_whole)
        })
    };
    let monday = "20260601T090000Z";
    let (wednesday, thursday, saturday) = ("20260603T090000Z", "20260604T090000Z", "20260606T090000Z");
    for (rule, at, to, expected) in [
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=10", wednesday, thursday, "FREQ=WEEKLY;BYDAY=TU,TH,SA;COUNT=10"),
        ("FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=10", wednesday, "20260602T103000Z", "FREQ=WEEKLY;BYDAY=SU,TU,TH;COUNT=10"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=9", wednesday, thursday, "FREQ=DAILY;BYDAY=TU,WE,TH,FR,SA;COUNT=9"),
        // Weeks that are left out begin on another day then.
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;COUNT=9",
            wednesday,
            thursday,
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH;COUNT=9",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=9",
            monday,
            thursday,
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH,MO;COUNT=9;WKST=TH",
        ),
        (
            "FREQ=WEEKLY;WKST=SU;INTERVAL=2;BYDAY=MO,FR;COUNT=9",
            monday,
            saturday,
            "FREQ=WEEKLY;WKST=FR;INTERVAL=2;BYDAY=SA,WE;COUNT=9",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=9",
            monday,
            "20260608T090000Z",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=9",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=1,15;COUNT=5", monday, wednesday, "FREQ=MONTHLY;BYMONTHDAY=3,17;COUNT=5"),
        ("FREQ=DAILY;BYHOUR=9,17;COUNT=9", monday, "20260601T100000Z", "FREQ=DAILY;BYHOUR=10,18;COUNT=9"),
    ] {
        assert_eq!(moved(rule, monday, at, to), Ok((expected.to_owned(), true)), "{rule}");
    }
    // The n-th of a month: said where the new start can be said so. Not so many days on.
    let second = "20260609T090000Z";
    for (rule, to, expected) in [
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=5", "20260610T090000Z", "FREQ=MONTHLY;BYDAY=2WE;COUNT=5"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2;COUNT=5", "20260610T090000Z", "FREQ=MONTHLY;BYDAY=WE;BYSETPOS=2;COUNT=5"),
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=5", "20260618T090000Z", "FREQ=MONTHLY;BYDAY=3TH;COUNT=5"),
        ("FREQ=YEARLY;BYMONTH=6;BYDAY=2TU", "20260601T090000Z", "FREQ=YEARLY;BYMONTH=6;BYDAY=1MO"),
    ] {
        assert_eq!(moved(rule, second, second, to).unwrap().0, expected);
    }
    let last = moved("FREQ=MONTHLY;BYDAY=-1TU;COUNT=5", "20260630T090000Z", "20260630T090000Z", "20260629T090000Z");
    assert_eq!(last.unwrap().0, "FREQ=MONTHLY;BYDAY=-1MO;COUNT=5");
    let last = moved("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=5", "20260630T090000Z", "20260630T090000Z", "20260629T090000Z");
    assert_eq!(last, Ok(("FREQ=MONTHLY;BYMONTHDAY=-2;COUNT=5".to_owned(), true)));
    for (rule, at, to) in [
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=5", second, "20260629T090000Z"),
        ("FREQ=MONTHLY;BYDAY=2TU;COUNT=5", second, "20260701T090000Z"),
        ("FREQ=MONTHLY;BYDAY=2TU,4TU;COUNT=5", second, "20260610T090000Z"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=7;COUNT=5", second, "20260610T090000Z"),
        ("FREQ=YEARLY;BYYEARDAY=160;COUNT=5", second, "20260610T090000Z"),
        ("FREQ=MONTHLY;BYMONTHDAY=9,28;COUNT=5", second, "20260610T090000Z"),
    ] {
        assert_eq!(moved(rule, second, at, to), Err(Refused::Days), "{rule}");
    }
}

#[test]
fn exceptions_of_an_nth_day_follow_to_the_other() {
    // The second Tuesday of July is the 14th, the second Monday the 13th; of September the 8th and the 14th.
    let text = with(
        "DTSTART:20260609T090000Z\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=2TU;UNTIL=20260908T090000Z\nEXDATE:20260714T090000Z",
        "SUMMARY:B\nRECURRENCE-ID:20260908T090000Z\nDTSTART:20260909T090000Z",
    );
    let new = all_by(&text, "20260609T090000Z", to("2026-06-08T10:00", "2026-06-08T11:00"));
    let expected = [("06-08T10:00", "06-08T10:00"), ("08-10T10:00", "08-10T10:00"), ("09-14T10:00", "09-09T09:00")];
    let mut found = times(&new);
    found.sort();
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())), "{new}");
    // Directly, in the form of the series too.
    let mut typed = event(crate::text::fields(text.as_bytes()));
    let was = Fields::Event(typed.clone());
    (typed.start, typed.end) = ("2026-06-29T09:00".into(), "2026-06-29T10:00".into());
    let edited = |typed: &EventFields| {
        crate::text::series::edited(text.as_bytes(), Reach::All, Some(&was), &Fields::Event(typed.clone()), "new", NOW)
    };
    assert_eq!(edited(&typed), Err(Refused::Days));
    let Recurrence::Rule(rule) = &mut typed.recurrence else { panic!() };
    rule.day = crate::model::MonthDay::Nth(-1, 0);
    assert_eq!(starts(&super::series::text(edited(&typed).unwrap().item))[..2], ["06-29T09:00", "07-27T09:00"]);
}

#[test]
fn a_series_that_moves_and_ends_otherwise_at_once_keeps_its_exceptions() {
    let text = with(
        "DTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE:20260608T090000Z",
        "SUMMARY:B\nRECURRENCE-ID:20260615T090000Z\nDTSTART:20260616T150000Z",
    );
    let mut typed = event(crate::text::fields(text.as_bytes()));
    let was = typed.clone();
    (typed.start, typed.end) = ("2026-06-02T09:00".into(), "2026-06-02T10:00".into());
    let Recurrence::Rule(rule) = &mut typed.recurrence else { panic!() };
    rule.ends = Ends::Until("2026-06-30".into());
    let new = crate::text::apply(text.as_bytes(), &Fields::Event(typed.clone()), NOW);
    let new = String::from_utf8(new).unwrap();
    assert!(new.contains("RRULE:FREQ=WEEKLY;BYDAY=TU;UNTIL=20260630T235959Z\r\n"), "{new}");
    assert_eq!(starts(&new), ["06-02T09:00", "06-16T15:00", "06-23T09:00", "06-30T09:00"]);
    let one = all_by(&text, "20260622T090000Z", |f| {
        (f.start, f.end) = ("2026-06-23T09:00".into(), "2026-06-23T10:00".into());
        f.recurrence = typed.recurrence.clone();
    });
    assert_eq!(times(&one), times(&new));
    assert_eq!(one.matches("SEQUENCE:1").count(), 1, "counted once: {one}");
    // What was typed of the days is what they are.
    let Recurrence::Rule(rule) = &mut typed.recurrence else { panic!() };
    (rule.weekdays, rule.ends) = (vec![1, 3], Ends::Count(4));
    let new = crate::text::apply(
        text.as_bytes(),
        &Fields::Event(EventFields {
            recurrence: typed.recurrence,
            ..EventFields { start: typed.start, end: typed.end, ..was }
        }),
        NOW,
    );
    assert!(String::from_utf8(new).unwrap().contains("RRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4"));
}

#[test]
fn the_instance_that_was_changed_changes_with_all() {
    let series = "DTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4";
    let text = with(series, "SUMMARY:B\nRECURRENCE-ID:20260602T090000Z\nDTSTART:20260602T080000Z\nDURATION:PT1H");
    let titles = |text: &[u8]| all(text).into_iter().map(|i| i.3).collect::<Vec<_>>();
    let new = all_by(&text, "20260602T090000Z", |f| f.title = "C".into());
    assert_eq!(titles(new.as_bytes()), ["C"; 4]);
    let parts = change(&text, Reach::Following(of("20260602T090000Z")), |f| f.title = "C".into());
    assert_eq!(
        (titles(&parts.item.unwrap()), titles(&parts.new.unwrap())),
        (vec!["A".to_owned()], vec!["C".to_owned(); 3])
    );
    // Moved to where the series was: it stays there when that moves on.
    let new = all_by(&text, "20260602T090000Z", to("2026-06-02T09:00", "2026-06-02T10:00"));
    let expected = [
        ("06-01T10:00", "06-01T10:00"),
        ("06-02T10:00", "06-02T09:00"),
        ("06-03T10:00", "06-03T10:00"),
        ("06-04T10:00", "06-04T10:00"),
    ];
    assert_eq!(times(&new), expected.map(|(a, b)| (a.to_owned(), b.to_owned())), "{new}");
}

#[test]
fn an_instance_with_another_title_alone_moves_along() {
    let series = "DTSTART;TZID=Europe/Berlin:20260316T090000\nDTEND;TZID=Europe/Berlin:20260316T100000\nRRULE:FREQ=WEEKLY;COUNT=4";
    let named = "SUMMARY:B\nRECURRENCE-ID;TZID=Europe/Berlin:20260330T090000\nDTSTART;TZID=Europe/Berlin:20260330T090000\nDTEND;TZID=Europe/Berlin:20260330T100000";
    let text = with(series, named);
    let mut typed = event(crate::text::fields(text.as_bytes()));
    let apply = |typed: &EventFields| {
        String::from_utf8(crate::text::apply(text.as_bytes(), &Fields::Event(typed.clone()), NOW)).unwrap()
    };
    let was = typed.clone();
    let weeks = |time: &str, length: i64| -> Vec<(String, i64)> {
        ["03-16", "03-23", "03-30", "04-06"]
            .iter()
            .zip([1, 1, 2, 2])
            .map(|(day, summer)| {
                let hour: i64 = time.parse::<i64>().unwrap() - summer;
                (format!("{day}T{hour:02}:00"), length)
            })
            .collect()
    };
    let found = |text: &str| -> Vec<(String, i64)> {
        all(text.as_bytes()).iter().map(|i| (at(i.1).format("%m-%dT%H:%M").to_string(), i.2 / 60)).collect()
    };
    (typed.start, typed.end) = ("2026-03-16T10:00".into(), "2026-03-16T11:30".into());
    assert_eq!(found(&apply(&typed)), weeks("10", 90));
    (typed.start, typed.end) = ("2026-03-16T09:00".into(), "2026-03-16T11:00".into());
    assert_eq!(found(&apply(&typed)), weeks("9", 120), "longer");
    typed = EventFields { zone: "Europe/London".into(), ..was.clone() };
    let london = apply(&typed);
    assert_eq!(found(&london), weeks("10", 60), "{london}");
    typed =
        EventFields { zone: String::new(), all_day: true, start: "2026-03-16".into(), end: "2026-03-16".into(), ..was };
    let days = apply(&typed);
    let on = ["03-16", "03-23", "03-30", "04-06"].map(|day| (format!("{day}T00:00"), 24 * 60));
    assert_eq!(found(&days), on, "{days}");
}

#[test]
fn a_guessed_zone_leaves_nothing() {
    let text = with("DTSTART;TZID=Nowhere:20260601T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY", "");
    let first = of("20260601T090000Z");
    assert_eq!(deleted(text.as_bytes(), Reach::Following(first), NOW).unwrap().item, None);
    assert_eq!(change(&text, Reach::Following(first), |f| f.title = "B".into()).new, None);
    // Whatever the zone is taken for.
    let guessed = text.replace("BEGIN:VEVENT", "X-WR-TIMEZONE:Asia/Tokyo\r\nBEGIN:VEVENT");
    let third = of("20260615T000000Z");
    let left = super::series::text(deleted(guessed.as_bytes(), Reach::Following(third), NOW).unwrap().item);
    assert_eq!(starts(&left), ["06-01T00:00", "06-08T00:00"]);
    let parts = change(&guessed, Reach::Following(third), |f| f.title = "B".into());
    assert!(super::series::text(parts.new).contains("DTSTART;TZID=Nowhere:20260615T090000\r\n"));
}

#[test]
fn dates_without_a_zone_are_in_that_of_the_start() {
    let text = with(
        "DTSTART;TZID=Europe/Berlin:20260302T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20260309T090000\nRDATE:20260310T090000",
        "SUMMARY:B\nRECURRENCE-ID:20260316T090000\nDTSTART;TZID=Europe/Berlin:20260316T100000",
    );
    assert_eq!(starts(&text), ["03-02T08:00", "03-10T08:00", "03-16T09:00"]);
}

#[test]
fn a_date_among_times_is_the_time_of_that_day_and_a_time_among_days_the_day() {
    let timed = with("DTSTART;TZID=Europe/Berlin:20260302T090000\nDURATION:PT1H\nRDATE;VALUE=DATE:20260410", "");
    assert_eq!(starts(&timed), ["03-02T08:00", "04-10T07:00"]);
    let days = with("DTSTART;VALUE=DATE:20260302\nRDATE:20260410T093000Z", "");
    assert_eq!(starts(&days), ["03-02T00:00", "04-10T00:00"]);
    let one = change(&days, Reach::One(of("20260410")), |f| f.title = "B".into());
    assert_eq!(all(&one.item.unwrap())[1].3, "B");
}

/// A series in UTC, floating or of days that moves as a whole, with exceptions by number:
/// left out, moved, or with another title alone; each named by its start or its day.
fn whole() -> impl Strategy<Value = (String, i64)> {
    let form = prop_oneof![
        Just(("", "T230000", "Z", 3_600)),
        Just(("", "T090000", "", 3_600)),
        Just((";VALUE=DATE", "", "", 86_400))
    ];
    let rule = "FREQ=(DAILY|WEEKLY|DAILY;BYDAY=MO,TU,WE,TH,FR|WEEKLY;BYDAY=MO,SU|WEEKLY;BYDAY=TU,WE,SA;WKST=SU);INTERVAL=[1-3](;COUNT=1[0-9]|;UNTIL=20260[3-6]01)";
    (form, 1u32..29, rule, proptest::collection::vec((0usize..12, 0usize..3, any::<bool>()), 0..4)).prop_map(
        |((form, time, z, length), day, rule, exceptions)| {
            let rule = if time.is_empty() || !rule.contains("UNTIL") { rule } else { format!("{rule}T235959{z}") };
            let bare = format!(
                "DTSTART{form}:202601{day:02}{time}{z}\nDURATION:{}\nRRULE:{rule}",
                if time.is_empty() { "P1D" } else { "PT1H" }
            );
            let given = all(with(&bare, "").as_bytes());
            let written = |utc: i64, day: bool| {
                let at = at(utc);
                if day || time.is_empty() {
                    at.format(";VALUE=DATE:%Y%m%d").to_string()
                } else {
                    format!("{form}:{}{z}", at.format("%Y%m%dT%H%M%S"))
                }
            };
            let (mut more, mut changed, mut seen) = (String::new(), Vec::new(), Vec::new());
            for (n, sort, day) in exceptions {
                let Some(start) = given.get(n).map(|i| i.1).filter(|start| !seen.contains(start)) else { continue };
                seen.push(start);
                let id = written(start, day);
                let to = |title: &str, by: i64| {
                    format!(
                        "SUMMARY:{title}\nRECURRENCE-ID{id}\nDTSTART{}\nDURATION:{}",
                        written(start + by, false),
                        if time.is_empty() { "P1D" } else { "PT1H" }
                    )
                };
                match sort {
                    0 => more.push_str(&format!("\nEXDATE{id}")),
                    1 => changed.push(to("Moved", length)),
                    _ => changed.push(to("Named", 0)),
                }
            }
            (with(&format!("{bare}{more}"), &changed.join("\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\n")), length)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_series_moves_as_a_whole((series, unit) in whole(), pick in 0usize..40, by in -9i64..10) {
        let before = all(series.as_bytes());
        let there: Vec<_> = before.iter().filter(|i| i.3 != "Moved").collect();
        prop_assume!(!there.is_empty());
        let chosen = there[pick % there.len()].0.unwrap();
        let by = by * unit;
        let step = |f: &mut EventFields| {
            let form = if f.all_day { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M" };
            let moved = |value: &str| at(utc(value) + by).format(form).to_string();
            (f.start, f.end) = (moved(&f.start), moved(&f.end));
        };
        let new = text(change_at(&series, chosen * 1000, Reach::All, step).unwrap().item);
        let moved = before.into_iter().map(|(of, start, length, title)| {
            let start = if title == "Moved" { start } else { start + by };
            (of.map(|of| of + by), start, length, title)
        });
        prop_assert_eq!(sorted(all(new.as_bytes())), sorted(moved.collect()), "{}{}", series, new);
    }

    #[test]
    fn a_series_in_another_zone_or_all_day_has_the_instances_it_had((series, _) in whole(), pick in 0usize..40, zone in "(Europe/Berlin|America/New_York|UTC|day)") {
        let before = all(series.as_bytes());
        prop_assume!(!before.is_empty());
        let chosen = before[pick % before.len()].0.unwrap();
        let other = |f: &mut EventFields| match (zone.as_str(), f.all_day) {
            ("day", false) => {
                let day = f.start[..10].to_owned();
                (f.all_day, f.start, f.end, f.zone) = (true, day.clone(), day, String::new());
            }
            ("day", true) => (f.all_day, f.start, f.end) = (false, format!("{}T10:00", f.start), format!("{}T11:00", f.end)),
            (zone, false) => f.zone = zone.to_owned(),
            (_, true) => {}
        };
        let new = text(change_at(&series, chosen * 1000, Reach::All, other).unwrap().item);
        let titles = |text: &str| {
            let mut list: Vec<_> = all(text.as_bytes()).into_iter().map(|i| (i.0, i.3)).collect();
            list.sort();
            list.into_iter().map(|(_, title)| title).collect::<Vec<_>>()
        };
        prop_assert_eq!(titles(&new), titles(&series), "{}{}", series, new);
    }
}
