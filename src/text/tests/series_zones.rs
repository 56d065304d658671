//! Series whose exceptions and changed instances are written in another zone than they
//! are, or at other times of the day: they stay about the instances that they were about.

use proptest::prelude::*;

use super::NOW;
use super::series::{all, change_at, event, of, sorted, text, utc};
use super::series_moved::{all_by, starts, to, with};
use crate::model::{Ends, EventFields, Fields, Reach, Recurrence};
use crate::text::moment::at;
use crate::text::series::{Refused, deleted, fields};
use crate::text::zone::Zone;

/// The series after a change in its own form.
fn whole(series: &str, change: impl Fn(&mut EventFields)) -> String {
    let mut typed = event(crate::text::fields(series.as_bytes()));
    change(&mut typed);
    String::from_utf8(crate::text::apply(series.as_bytes(), &Fields::Event(typed), NOW)).unwrap()
}

fn day(f: &mut EventFields, day: &str) {
    (f.all_day, f.start, f.end, f.zone) = (true, day.into(), day.into(), String::new());
}

const NINE: &str = "DTSTART;TZID=Europe/Berlin:20260601T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3";
const NAMED: &str = "SUMMARY:B\nRECURRENCE-ID:20260602T070000Z\nDTSTART:20260602T070000Z\nDURATION:PT1H";

#[test]
fn an_instance_in_another_zone_follows_its_series_into_a_third() {
    let new = whole(&with(NINE, NAMED), |f| f.zone = "America/New_York".into());
    assert_eq!(starts(&new), ["06-01T13:00", "06-02T13:00", "06-03T13:00"], "{new}");
    assert!(new.contains("DTSTART;TZID=America/New_York:20260602T090000\r\n"), "{new}");
    // Into its own.
    let new = whole(&with(NINE, NAMED), |f| f.zone = "UTC".into());
    assert_eq!(starts(&new), ["06-01T09:00", "06-02T09:00", "06-03T09:00"], "{new}");
    assert!(new.contains("RECURRENCE-ID:20260602T090000Z\r\nDTSTART:20260602T090000Z\r\n"), "{new}");
}

#[test]
fn an_instance_in_another_zone_is_on_its_series_day() {
    let one = "DTSTART;TZID=Europe/Berlin:20260601T010000\nDTEND;TZID=Europe/Berlin:20260601T020000\nRRULE:FREQ=DAILY;COUNT=3";
    let named = "SUMMARY:B\nRECURRENCE-ID:20260601T230000Z\nDTSTART:20260601T230000Z\nDTEND:20260602T000000Z";
    let new = whole(&with(one, named), |f| day(f, "2026-06-01"));
    let days = ["RECURRENCE-ID;VALUE=DATE:20260602", "DTSTART;VALUE=DATE:20260602", "DTEND;VALUE=DATE:20260603"];
    assert!(days.iter().all(|line| new.contains(&format!("{line}\r\n"))), "{new}");
}

#[test]
fn all_from_an_instance_in_another_zone_moves_the_series_by_as_much() {
    let series = with(NINE, NAMED);
    // The same moment by another name.
    let new = all_by(&series, "20260602T070000Z", |f| {
        assert_eq!((f.start.as_str(), f.zone.as_str()), ("2026-06-02T07:00", "UTC"));
        (f.start, f.end, f.zone) = ("2026-06-02T08:00".into(), "2026-06-02T09:00".into(), "Europe/London".into());
    });
    assert_eq!(starts(&new), starts(&series), "{new}");
    assert!(new.contains("DTSTART;TZID=Europe/London:20260601T080000\r\n"), "{new}");
    // The zone that the series has already.
    let new = all_by(&series, "20260602T070000Z", |f| {
        (f.start, f.end, f.zone) = ("2026-06-02T10:00".into(), "2026-06-02T11:00".into(), "Europe/Berlin".into());
    });
    assert_eq!(starts(&new), ["06-01T08:00", "06-02T08:00", "06-03T08:00"], "{new}");
    let new = all_by(&series, "20260602T070000Z", to("2026-06-02T08:00", "2026-06-02T09:30"));
    assert_eq!(starts(&new), ["06-01T08:00", "06-02T08:00", "06-03T08:00"], "{new}");
    assert!(new.contains("DTSTART;TZID=Europe/Berlin:20260601T100000\r\n"), "{new}");
    assert!(all(new.as_bytes()).iter().all(|i| i.2 == 5_400), "{new}");
}

#[test]
fn exceptions_in_another_zone_move_across_a_clock_change() {
    let berlin = "DTSTART;TZID=Europe/Berlin:20260307T090000\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=5";
    let named = "SUMMARY:B\nRECURRENCE-ID:20260328T080000Z\nDTSTART:20260328T080000Z\nDURATION:PT1H";
    let new = whole(&with(berlin, named), to("2026-03-08T09:00", "2026-03-08T10:00"));
    assert!(new.contains("RECURRENCE-ID:20260329T070000Z\r\nDTSTART:20260329T070000Z\r\n"), "{new}");
    let own =
        "DTSTART:20260307T080000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=5\nEXDATE;TZID=Europe/Berlin:20260328T090000";
    let new = whole(&with(own, ""), to("2026-03-08T08:00", "2026-03-08T09:00"));
    assert!(new.contains("EXDATE;TZID=Europe/Berlin:20260329T100000\r\n"), "{new}");
    assert_eq!(starts(&new).len(), 4, "{new}");
}

#[test]
fn what_becomes_a_day_is_the_day_it_was_on() {
    let series = with(
        "DTSTART;TZID=Europe/Berlin:20260601T090000\nDURATION:PT1H\nRDATE;TZID=Europe/Berlin:20260610T080000,20260612T140000\nEXDATE;TZID=Europe/Berlin:20260612T140000",
        "SUMMARY:B\nRECURRENCE-ID;TZID=Europe/Berlin:20260610T080000\nDTSTART;TZID=Europe/Berlin:20260610T080000\nDURATION:PT1H",
    );
    let new = whole(&series, |f| day(f, "2026-06-02"));
    assert_eq!(starts(&new), ["06-02T00:00", "06-11T00:00"], "{new}");
    for line in
        ["RDATE;VALUE=DATE:20260611,20260613", "EXDATE;VALUE=DATE:20260613", "RECURRENCE-ID;VALUE=DATE:20260611"]
    {
        assert!(new.contains(&format!("{line}\r\n")), "{new}");
    }
    // An end before the time of its day leaves that day out, as before.
    let until = with("DTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20260604T080000Z", "");
    assert_eq!(starts(&whole(&until, |f| day(f, "2026-06-01"))).len(), starts(&until).len());
    // The other way round it is the time of that day, whatever time was written.
    let days = with("DTSTART;VALUE=DATE:20260601\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE:20260602T093000Z", "");
    let new = whole(&days, |f| {
        (f.all_day, f.zone) = (false, "UTC".into());
        (f.start, f.end) = ("2026-06-01T10:00".into(), "2026-06-01T11:00".into());
    });
    assert_eq!(starts(&new), ["06-01T10:00", "06-03T10:00"], "{new}");
}

#[test]
fn a_value_that_cannot_be_read_holds_back_no_other() {
    let series = "DTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=5\n";
    for (values, moved) in [
        ("EXDATE:20260602T090000Z,", "EXDATE:20260602T100000Z,"),
        ("EXDATE:soon,20260602T090000Z", "EXDATE:soon,20260602T100000Z"),
        ("RDATE:20260610T090000Z,20260611T090000Z/PT2H", "RDATE:20260610T100000Z,20260611T090000Z/PT2H"),
    ] {
        let new = whole(&with(&format!("{series}{values}"), ""), to("2026-06-01T10:00", "2026-06-01T11:00"));
        assert!(new.contains(&format!("{moved}\r\n")), "{new}");
    }
    // A period says its own zone.
    let period = "RDATE;VALUE=PERIOD:20260611T090000Z/PT2H";
    let new = whole(&with(&format!("{series}{period}"), ""), |f| f.zone = "Europe/Berlin".into());
    assert!(new.contains(&format!("{period}\r\n")), "{new}");
}

#[test]
fn an_instance_that_moves_along_is_stamped() {
    let stamps = "DTSTAMP:20260101T000000Z\nSEQUENCE:4\n";
    let series = with(
        NINE,
        &format!(
            "{stamps}{NAMED}\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260603T070000Z\nDTSTART:20260603T120000Z"
        ),
    );
    let new = whole(&series, to("2026-06-01T10:00", "2026-06-01T11:00"));
    let (_, changed) = new.split_once("END:VEVENT").unwrap();
    let (along, own) = changed.split_once("END:VEVENT").unwrap();
    for line in ["DTSTAMP:20261122T090000Z", "LAST-MODIFIED:20261122T090000Z", "SEQUENCE:5"] {
        assert!(along.contains(&format!("{line}\r\n")), "{new}");
    }
    assert!(
        own.contains("DTSTART:20260603T120000Z") && !own.contains("SEQUENCE"),
        "its own times are what they were: {new}"
    );
    // What is for "this and following" too, when it is for those after its first; also before its series.
    let ranged = NAMED.replace("RECURRENCE-ID", "RECURRENCE-ID;RANGE=THISANDFUTURE");
    let series = with(NINE, &format!("{stamps}{ranged}"));
    let (head, events) = series.split_once("BEGIN:VEVENT").unwrap();
    let (first, second) = events.split_once("BEGIN:VEVENT").unwrap();
    let (second, tail) = second.split_once("END:VCALENDAR").unwrap();
    let turned = format!("{head}BEGIN:VEVENT{second}BEGIN:VEVENT{first}END:VCALENDAR{tail}");
    for series in [series, turned] {
        let gone = text(deleted(series.as_bytes(), Reach::One(of("20260602T070000Z")), NOW).unwrap().item);
        assert!(gone.contains("SEQUENCE:5") && gone.contains("THISANDFUTURE:20260603T070000Z"), "{gone}");
        assert_eq!(starts(&gone), ["06-01T07:00", "06-03T07:00"]);
    }
}

#[test]
fn where_a_series_lands_is_looked_at_whatever_else_changes() {
    let series = with("DTSTART;VALUE=DATE:20260609\nRRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=10", "");
    let by = |to: &'static str, count: u32| {
        change_at(&series, of("20260714"), Reach::All, |f| {
            (f.start, f.end) = (to.into(), to.into());
            let Recurrence::Rule(rule) = &mut f.recurrence else { panic!() };
            rule.ends = Ends::Count(count);
        })
    };
    assert_eq!(by("2026-07-15", 12), Err(Refused::Days));
    assert!(text(by("2026-07-13", 12).unwrap().item).contains("BYDAY=2MO;COUNT=12"));
    assert!(by("2026-07-13", 1).is_ok(), "that it ends before is no reason");
}

#[test]
fn an_instance_that_no_rule_gives_holds_back_nothing() {
    let series = with(
        "DTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3",
        "SUMMARY:B\nRECURRENCE-ID:20260610T090000Z\nDTSTART:20260610T090000Z\nDURATION:PT1H",
    );
    let new = all_by(&series, "20260610T090000Z", to("2026-06-10T10:00", "2026-06-10T11:00"));
    assert_eq!(starts(&new), ["06-01T10:00", "06-02T10:00", "06-03T10:00", "06-10T10:00"], "{new}");
}

#[test]
fn what_would_be_after_the_last_year_stays() {
    let series = with("DTSTART;VALUE=DATE:20260601\nRRULE:FREQ=DAILY;UNTIL=99991231\nEXDATE;VALUE=DATE:99991231", "");
    let new = whole(&series, |f| day(f, "2026-06-02"));
    for line in ["DTSTART;VALUE=DATE:20260602", "RRULE:FREQ=DAILY;UNTIL=99991231", "EXDATE;VALUE=DATE:99991231"] {
        assert!(new.contains(&format!("{line}\r\n")), "{new}");
    }
    let until = with("DTSTART;TZID=America/New_York:20260601T090000\nRRULE:FREQ=DAILY;UNTIL=99991231T235959Z", "");
    let new = whole(&until, to("2026-06-02T09:00", "2026-06-02T09:00"));
    assert!(new.contains("UNTIL=99991231T235959Z\r\n"), "{new}");
}

#[test]
fn numbers_out_of_all_range_move_nowhere() {
    for rule in [
        "FREQ=YEARLY;BYMONTH=-9223372036854775808",
        "FREQ=MONTHLY;BYDAY=-9223372036854775808MO",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-9223372036854775808",
    ] {
        let series = with(&format!("DTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:{rule}"), "");
        whole(&series, to("2026-06-02T09:00", "2026-06-02T10:00"));
    }
}

#[test]
fn this_and_following_in_another_zone_moves_by_the_clock_of_its_series() {
    let series = with(
        "DTSTART;TZID=Europe/Berlin:20260301T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=100",
        "SUMMARY:B\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260511T070000Z\nDTSTART:20260511T090000Z\nDURATION:PT1H",
    );
    // Across the change of the clocks on 29 March.
    let new = all_by(&series, "20260326T080000Z", to("2026-03-30T09:00", "2026-03-30T10:00"));
    let line = "RECURRENCE-ID;RANGE=THISANDFUTURE:20260515T070000Z\r\nDTSTART:20260515T090000Z\r\n";
    assert!(new.contains(line), "{new}");
}

#[test]
fn what_names_a_period_stays_with_it() {
    let rule = "DTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=";
    let dates =
        "RDATE;VALUE=PERIOD:20260611T090000Z/PT2H,20260612T090000Z/PT3H\nEXDATE:20260602T090000Z,20260611T090000Z";
    let changed = "SUMMARY:B\nRECURRENCE-ID:20260612T090000Z\nDTSTART:20260612T090000Z\nDURATION:PT3H";
    let series = |count: u8| with(&format!("{rule}{count}\n{dates}"), changed);
    let new = whole(&series(3), to("2026-06-01T10:00", "2026-06-01T11:00"));
    assert_eq!(starts(&new), ["06-01T10:00", "06-03T10:00", "06-12T09:00"], "{new}");
    assert!(new.contains("EXDATE:20260602T100000Z,20260611T090000Z\r\n"), "{new}");
    // Where the rule gives it too, it is left out of both.
    let new = whole(&series(11), to("2026-06-01T10:00", "2026-06-01T11:00"));
    assert!(new.contains("EXDATE:20260602T100000Z,20260611T090000Z,20260611T100000Z\r\n"), "{new}");
    // In another zone.
    let new = whole(&series(3), |f| f.zone = "Europe/Berlin".into());
    assert_eq!(starts(&new), ["06-01T07:00", "06-03T07:00", "06-12T09:00"], "{new}");
}

#[test]
fn an_instance_across_a_clock_change_stays_as_long() {
    let series = with(
        "DTSTART;TZID=Europe/Berlin:20260321T220000\nDTEND;TZID=Europe/Berlin:20260322T060000\nRRULE:FREQ=WEEKLY;COUNT=3",
        "",
    );
    let named =
        change_at(&series, of("20260328T210000Z"), Reach::One(of("20260328T210000Z")), |f| f.title = "B".into());
    let named = text(named.unwrap().item);
    assert!(named.contains("DTEND;TZID=Europe/Berlin:20260329T070000\r\n"), "{named}");
    for (start, end) in [
        ("2026-03-20T22:00", "2026-03-21T06:00"),
        ("2026-03-21T23:00", "2026-03-22T07:00"),
        ("2026-03-22T22:00", "2026-03-23T06:00"),
    ] {
        let new = whole(&named, |f| (f.start, f.end) = (start.into(), end.into()));
        assert!(all(new.as_bytes()).iter().all(|i| i.2 == 8 * 3_600), "{new}");
    }
    let new = whole(&named, |f| f.end = "2026-03-22T07:00".into());
    assert!(all(new.as_bytes()).iter().all(|i| i.2 == 9 * 3_600), "{new}");
}

#[test]
fn an_instance_that_several_components_name_is_changed_as_it_is_seen() {
    let named = |more: &str, title: &str| {
        let id = format!("RECURRENCE-ID{more}:20260610T090000Z\nDTSTART:20260610T120000Z\nDURATION:PT1H");
        format!("SUMMARY:{title}\n{id}")
    };
    let (ranged, gone) = (";RANGE=THISANDFUTURE", "\nSTATUS:CANCELLED");
    for both in [
        [named(ranged, "B"), named("", "B")],
        [named(ranged, "B"), named(ranged, "B") + gone],
        [named("", "C") + gone, named(ranged, "B")],
    ] {
        // Which the rule does not give.
        let series = "DTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=3";
        let text = with(series, &both.join("\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\n"));
        let at = of("20260610T090000Z");
        assert_eq!(event(fields(text.as_bytes(), at)).title, "B", "{text}");
        let new = change_at(&text, at, Reach::One(at), |f| f.title = "D".into()).unwrap().item.unwrap();
        assert_eq!(event(fields(&new, at)).title, "D", "{}", String::from_utf8_lossy(&new));
    }
}

/// A series about the days when the clocks change, with exceptions by number, each left out,
/// moved, or with another title alone, and each written in a zone of its own; the series'.
fn zoned() -> impl Strategy<Value = (String, &'static str)> {
    let zone = |name: &str| Zone::by_name(name).unwrap();
    let named = |name: &'static str| move |local| format!(";TZID={name}:{}", at(utc_of(local)).format("%Y%m%dT%H%M%S"));
    fn utc_of(local: chrono::NaiveDateTime) -> i64 {
        local.and_utc().timestamp()
    }
    let written = move |name: &'static str, moment: i64| match name {
        "UTC" => format!(":{}Z", at(moment).format("%Y%m%dT%H%M%S")),
        name => named(name)(zone(name).to_local(moment)),
    };
    let zones = || prop_oneof![Just("Europe/Berlin"), Just("America/New_York"), Just("UTC"), Just("Asia/Tokyo")];
    let exceptions = proptest::collection::vec((0usize..9, 0usize..3, zones()), 0..4);
    let rule = "FREQ=(DAILY|WEEKLY|DAILY;BYDAY=MO,TU,WE,TH,FR|WEEKLY;BYDAY=SA,SU);INTERVAL=[12](;COUNT=1[0-9]|;UNTIL=202604[01]5T215959Z)";
    (zones(), 1u32..29, "(00|02|09|23)30", rule, exceptions).prop_map(move |(own, day, time, rule, exceptions)| {
        let z = if own == "UTC" { "Z" } else { "" };
        let form = if own == "UTC" { String::new() } else { format!(";TZID={own}") };
        let bare = format!("DTSTART{form}:202603{day:02}T{time}00{z}\nDURATION:PT1H\nRRULE:{rule}");
        let given = all(with(&bare, "").as_bytes());
        let (mut more, mut changed, mut seen) = (String::new(), Vec::new(), Vec::new());
        for (n, sort, other) in exceptions {
            let Some(start) = given.get(n).map(|i| i.1).filter(|start| !seen.contains(start)) else { continue };
            seen.push(start);
            let id = written(other, start);
            let to = |title: &str, by: i64| {
                format!("SUMMARY:{title}\nRECURRENCE-ID{id}\nDTSTART{}\nDURATION:PT1H", written(other, start + by))
            };
            match sort {
                0 => more.push_str(&format!("\nEXDATE{id}")),
                1 => changed.push(to("Moved", 7_200)),
                _ => changed.push(to("Named", 0)),
            }
        }
        (with(&format!("{bare}{more}"), &changed.join("\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\n")), own)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn exceptions_follow_by_the_time_of_their_series((series, own) in zoned(), days in -9i64..10, hours in -3i64..4, other in "(Europe/Berlin|America/New_York|UTC|day|)") {
        let before = all(series.as_bytes());
        prop_assume!(!before.is_empty());
        let by = chrono::TimeDelta::hours(24 * days + hours);
        let zone = Zone::by_name(own).unwrap();
        let to = Zone::by_name(&other).unwrap_or(zone.clone());
        let first = at(utc(&event(crate::text::fields(series.as_bytes())).start));
        // What a person types that the clocks skip is theirs to mean.
        let there = |zone: &Zone, local| zone.to_local(zone.to_utc(local)) == local;
        prop_assume!(there(&zone, first) && there(&to, first + by));
        let new = whole(&series, |f| match other.as_str() {
            "day" => {
                let on = f.start[..10].to_owned();
                day(f, &on);
            }
            other => {
                let moved = |value: &str| (at(utc(value)) + by).format("%Y-%m-%dT%H:%M").to_string();
                (f.start, f.end) = (moved(&f.start), moved(&f.end));
                if !other.is_empty() {
                    f.zone = other.to_owned();
                }
            }
        });
        // As it is meant where a clock change skips it.
        let local = |s: i64| {
            let local = zone.to_local(s);
            let meant = local.date().and_time(first.time());
            if zone.to_utc(meant) == s { meant } else { local }
        };
        let moved = |s: i64| match other.as_str() {
            "day" => utc(&local(s).format("%Y%m%d").to_string()),
            _ => to.to_utc(local(s) + by),
        };
        let expected = before.into_iter().map(|(of, start, length, title)| match (title.as_str(), other.as_str()) {
            ("Moved", _) => (of.map(moved), start, length, title),
            (_, "day") => (of.map(moved), moved(start), 86_400, title),
            _ => (of.map(moved), moved(start), length, title),
        });
        prop_assert_eq!(sorted(all(new.as_bytes())), sorted(expected.collect()), "{}{}", series, new);
    }
}
