//! Series whose rules name days that are not as many days on when they move: they land
//! where an instance was put, with all that hangs on them, or stay.

use proptest::prelude::*;

use super::series::{all, change_at, of, text, utc};
use super::series_moved::{all_by, starts, to, with};
use crate::model::{Ends, EventFields, Frequency, MonthDay, Reach, Recurrence, Rule};
use crate::text::moment::at;

#[test]
fn a_series_lands_where_its_instance_was_put_or_stays() {
    let day = |at: &str| format!("{}-{}-{}", &at[..4], &at[4..6], &at[6..]);
    for (first, rule, at, to, lands) in [
        ("20240228", "FREQ=YEARLY", "20250228", "20250301", false),
        ("20240228", "FREQ=YEARLY", "20250228", "20250227", true),
        ("20260609", "FREQ=MONTHLY;BYDAY=2TU", "20260714", "20260715", false),
        ("20260609", "FREQ=MONTHLY;BYDAY=2TU", "20260714", "20260713", true),
        ("20260130", "FREQ=MONTHLY;BYMONTHDAY=30", "20260430", "20260502", false),
        ("20260120", "FREQ=MONTHLY", "20260420", "20260502", false),
        ("20260120", "FREQ=MONTHLY", "20260420", "20260425", true),
        // Days that not every month has; of a year every one but the 29th of February.
        ("20260130", "FREQ=MONTHLY", "20260130", "20260129", false),
        ("20251230", "FREQ=YEARLY", "20261230", "20261231", true),
        ("20251230", "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=30", "20261230", "20261231", true),
        ("20260530", "FREQ=MONTHLY;BYDAY=5SA", "20260530", "20260529", false),
        // Months that begin or end elsewhere.
        ("20260105", "FREQ=DAILY;BYMONTH=1", "20260105", "20260106", false),
        ("20260105", "FREQ=WEEKLY;BYMONTH=1", "20260105", "20260106", false),
        ("20260105", "FREQ=MONTHLY;INTERVAL=2;BYDAY=MO", "20260105", "20260106", false),
        ("20260105", "FREQ=YEARLY;BYMONTH=1;BYDAY=MO", "20260105", "20260106", false),
        ("20260105", "FREQ=MONTHLY;BYDAY=MO", "20260105", "20260106", true),
    ] {
        let series = with(&format!("DTSTART;VALUE=DATE:{first}\nRRULE:{rule}"), "");
        let new = change_at(&series, of(at), Reach::All, |f| (f.start, f.end) = (day(to), day(to)));
        assert_eq!(new.is_ok(), lands, "{rule} {at} {to}");
        if let Ok(new) = new {
            assert!(all(&new.item.unwrap()).iter().any(|i| i.1 == utc(to)), "{rule} {at} {to}");
        }
    }
}

fn rule_of(fields: &mut EventFields) -> &mut Rule {
    match &mut fields.recurrence {
        Recurrence::Rule(rule) => rule,
        other => panic!("{other:?}"),
    }
}

/// Each instance's start and length in minutes.
fn days(text: &str) -> Vec<(String, i64)> {
    all(text.as_bytes()).iter().map(|i| (at(i.1).format("%m-%dT%H:%M").to_string(), i.2 / 60)).collect()
}

fn on(days: &[&str], length: i64) -> Vec<(String, i64)> {
    days.iter().map(|day| ((*day).to_owned(), length)).collect()
}

#[test]
fn a_new_rule_begins_where_it_gives_a_day() {
    let mondays = with("DTSTART:20260601T090000Z\nDTEND:20260601T103000Z\nRRULE:FREQ=WEEKLY;COUNT=4;BYDAY=MO", "");
    let tuesdays = |f: &mut EventFields| rule_of(f).weekdays = vec![1];
    let both = |f: &mut EventFields| rule_of(f).weekdays = vec![0, 1];
    let last = |f: &mut EventFields| {
        let ends = Ends::Count(2);
        *rule_of(f) =
            Rule { frequency: Frequency::Monthly, interval: 1, day: MonthDay::Day(-1), ends, ..Rule::default() };
    };
    let new = change_at(&mondays, of("20260608T090000Z"), Reach::Following(of("20260608T090000Z")), tuesdays).unwrap();
    assert_eq!(days(&text(new.item)), on(&["06-01T09:00"], 90));
    assert_eq!(days(&text(new.new)), on(&["06-09T09:00", "06-16T09:00", "06-23T09:00"], 90));
    let all_of = |change: &dyn Fn(&mut EventFields)| days(&all_by(&mondays, "20260615T090000Z", change));
    assert_eq!(all_of(&tuesdays), on(&["06-02T09:00", "06-09T09:00", "06-16T09:00", "06-23T09:00"], 90));
    assert_eq!(all_of(&both), on(&["06-01T09:00", "06-02T09:00", "06-08T09:00", "06-09T09:00"], 90));
    assert_eq!(all_of(&last), on(&["06-30T09:00", "07-31T09:00"], 90));
    let days_on = with("DTSTART;VALUE=DATE:20260601\nDTEND;VALUE=DATE:20260604\nRRULE:FREQ=WEEKLY;COUNT=2", "");
    let new = all_by(&days_on, "20260601", tuesdays);
    assert!(new.contains("DTSTART;VALUE=DATE:20260602\r\n") && new.contains("DTEND;VALUE=DATE:20260605\r\n"), "{new}");
    // A rule that gives no day at all leaves the one there is.
    let ended = with("DTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=20260601T090000Z", "");
    assert_eq!(days(&all_by(&ended, "20260601T090000Z", tuesdays)), on(&["06-01T09:00"], 60));
}

#[test]
fn a_start_off_its_rule_stays_where_the_days_do() {
    let off = with("DTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=TU;COUNT=4", "");
    let new = all_by(&off, "20260602T090000Z", |f| rule_of(f).ends = Ends::Count(3));
    assert_eq!(days(&new), on(&["06-01T09:00", "06-02T09:00", "06-09T09:00"], 60));
    let new = all_by(&off, "20260602T090000Z", |f| rule_of(f).interval = 2);
    assert!(new.contains("DTSTART:20260601T090000Z"), "{new}");
}

/// Exceptions name days of the rule, which a start that moves onto it leaves where they are.
#[test]
fn exceptions_stay_where_a_start_moves_onto_its_rule() {
    let series = with(
        "DTSTART;TZID=Europe/Berlin:20260601T090000\nDTEND:20260601T080000Z\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU\n\
         EXDATE;TZID=Europe/Berlin:20260608T090000,20260609T090000",
        "SUMMARY:B\nRECURRENCE-ID;TZID=Europe/Berlin:20260616T090000\nDTSTART;TZID=Europe/Berlin:20260617T120000",
    );
    let new = all_by(&series, "20260601T070000Z", |f| rule_of(f).weekdays = vec![1]);
    for line in [
        "DTSTART;TZID=Europe/Berlin:20260602T090000",
        "DTEND:20260602T080000Z",
        "EXDATE;TZID=Europe/Berlin:20260609T090000",
        "RECURRENCE-ID;TZID=Europe/Berlin:20260616T090000\r\nDTSTART;TZID=Europe/Berlin:20260617T120000",
    ] {
        assert!(new.contains(&format!("\r\n{line}\r\n")), "{line}\n{new}");
    }
}

#[test]
fn days_of_the_month_move_with_what_is_left_out_and_named() {
    let named = "SUMMARY:B\nRECURRENCE-ID:20260714T090000Z\nDTSTART:20260714T090000Z\nDURATION:PT1H";
    let nth = with("DTSTART:20260609T090000Z\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=2TU;COUNT=3", named);
    let new = all_by(&nth, "20260609T090000Z", to("2026-06-10T10:00", "2026-06-10T11:30"));
    let lengths: Vec<i64> = all(new.as_bytes()).iter().map(|i| i.2).collect();
    assert_eq!(
        (starts(&new), lengths),
        (vec!["06-10T10:00".into(), "07-08T10:00".into(), "08-12T10:00".into()], vec![5_400; 3])
    );
    assert!(new.contains("RECURRENCE-ID:20260708T100000Z"), "{new}");

    let months = with("DTSTART;VALUE=DATE:20260115\nRRULE:FREQ=MONTHLY;COUNT=5\nEXDATE;VALUE=DATE:20260415", "");
    let new = all_by(&months, "20260115", to("2026-02-15", "2026-02-15"));
    assert!(new.contains("EXDATE;VALUE=DATE:20260515"), "{new}");
    let new = all_by(&months, "20260115", to("2026-02-03", "2026-02-03"));
    assert_eq!(starts(&new).len(), 4, "{new}");
    let years = with("DTSTART;VALUE=DATE:20240220\nRRULE:FREQ=YEARLY;COUNT=4\nEXDATE;VALUE=DATE:20250220", "");
    let new = all_by(&years, "20240220", to("2024-03-05", "2024-03-05"));
    assert!(new.contains("EXDATE;VALUE=DATE:20250305"), "{new}");
}

#[test]
fn an_end_stays_behind_the_last_start() {
    for (first, rule, to_day, last) in [
        ("20240109", "FREQ=MONTHLY;BYDAY=2TU;UNTIL=20241010", "2024-01-01", "FREQ=MONTHLY;BYDAY=1MO;UNTIL=20241007"),
        ("20240101", "FREQ=MONTHLY;BYDAY=1MO;UNTIL=20241004", "2024-01-09", "FREQ=MONTHLY;BYDAY=2TU;UNTIL=20240910"),
        ("20240131", "FREQ=YEARLY;UNTIL=20260630", "2024-01-30", "FREQ=YEARLY;UNTIL=20260530"),
        ("20240115", "FREQ=MONTHLY;UNTIL=20240415", "2024-02-16", "FREQ=MONTHLY;UNTIL=20240516"),
    ] {
        let series = with(&format!("DTSTART;VALUE=DATE:{first}\nRRULE:{rule}"), "");
        let new = all_by(&series, first, |f| (f.start, f.end) = (to_day.into(), to_day.into()));
        assert!(new.contains(&format!("RRULE:{last}\r\n")), "{new}");
        assert_eq!(starts(&new).len(), starts(&series).len());
    }
    // The end of a day stays one, whatever the time.
    for zone in [";TZID=Europe/Berlin", ""] {
        let until = if zone.is_empty() { "20260630T235959" } else { "20260630T215959Z" };
        let series = with(&format!("DTSTART{zone}:20260601T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL={until}"), "");
        let at = if zone.is_empty() { "20260601T090000Z" } else { "20260601T070000Z" };
        let new = all_by(&series, at, to("2026-06-01T10:00", "2026-06-01T11:00"));
        assert!(new.contains(&format!("UNTIL={until}\r\n")), "{new}");
        assert_eq!(starts(&new).len(), 30);
    }
    let hours = with("DTSTART:20260601T090000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;UNTIL=20260601T235959Z", "");
    let new = all_by(&hours, "20260601T090000Z", to("2026-06-01T10:00", "2026-06-01T11:00"));
    assert_eq!(starts(&new).len(), starts(&hours).len());
}

/// A series by a rule of any kind, with instances that are left out, moved or named.
fn any_rule() -> impl Strategy<Value = String> {
    let rule = prop_oneof![
        "FREQ=(DAILY|WEEKLY|WEEKLY;BYDAY=MO,TH|DAILY;BYMONTH=1,2|DAILY;BYMONTHDAY=5,12|HOURLY);INTERVAL=[1-3](;COUNT=1?[1-9]|;UNTIL=20260[2-4][0-2][1-8])",
        "FREQ=MONTHLY(|;BYMONTHDAY=(5|12,20|-1|-5|30)|;BYDAY=(NTH|2TU|-1SU|FR|DAY;BYSETPOS=N)|;BYMONTHDAY=13;BYDAY=FR|;BYMONTH=1,3);INTERVAL=[1-3](;COUNT=[1-9]|;UNTIL=2027(0[1-9]|1[0-2])[0-2][1-8])",
        "FREQ=YEARLY(|;BYMONTH=1|;BYMONTHDAY=5|;BYMONTH=1;BYDAY=(NTH|2TU|MO)|;BYDAY=MO|;BYMONTH=1,6;BYMONTHDAY=12);INTERVAL=[12](;COUNT=[1-9]|;UNTIL=202[7-9](0[1-9]|1[0-2])[0-2][1-8])",
    ];
    (any::<bool>(), 1u32..32, rule, proptest::collection::vec((0usize..9, 0usize..3), 0..4)).prop_map(
        |(timed, day, rule, exceptions)| {
            let (form, time, length) = if timed { ("", "T230000Z", "PT1H") } else { (";VALUE=DATE", "", "P1D") };
            let end = if timed && rule.contains("UNTIL") { "T235959Z" } else { "" };
            // The first is a Thursday.
            let weekday = ["TH", "FR", "SA", "SU", "MO", "TU", "WE"][(day as usize - 1) % 7];
            let n = (day - 1) / 7 + 1;
            let rule = rule.replace("NTH", &format!("{n}{weekday}"));
            let rule = rule.replace("DAY;BYSETPOS=N", &format!("{weekday};BYSETPOS={n}"));
            let bare = format!("DTSTART{form}:202601{day:02}{time}\nDURATION:{length}\nRRULE:{rule}{end}");
            let given = ever(&with(&bare, ""));
            let (mut more, mut changed, mut seen) = (String::new(), Vec::new(), Vec::new());
            for (n, sort) in exceptions {
                let Some(start) = given.get(n).map(|i| i.1).filter(|start| !seen.contains(start)) else { continue };
                seen.push(start);
                let written =
                    |utc: i64| format!("{form}:{}", at(utc).format(if timed { "%Y%m%dT%H%M%SZ" } else { "%Y%m%d" }));
                let (id, to) = (written(start), written(start + 86_400));
                match sort {
                    0 => more.push_str(&format!("\nEXDATE{id}")),
                    1 => changed.push(format!("SUMMARY:Moved\nRECURRENCE-ID{id}\nDTSTART{to}\nDURATION:{length}")),
                    _ => changed.push(format!("SUMMARY:Named\nRECURRENCE-ID{id}\nDTSTART{id}\nDURATION:{length}")),
                }
            }
            with(&format!("{bare}{more}"), &changed.join("\nEND:VEVENT\nBEGIN:VEVENT\nUID:u\n"))
        },
    )
}

/// As [`all`], of any year.
fn ever(text: &str) -> Vec<(Option<i64>, i64, String)> {
    let tree = crate::text::lines::Tree::parse(text.as_bytes());
    let found = crate::text::occur::instances(&tree, utc("20200101T000000Z"), utc("20990101T000000Z"));
    found.list.iter().map(|i| (i.of, i.start, tree.text(i.component, "SUMMARY"))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn a_rule_that_moves_has_the_instances_it_had(series in any_rule(), pick in 0usize..12, days in -35i64..36, near in any::<bool>(), hours in -2i64..3) {
        let before = ever(&series);
        prop_assume!(!before.is_empty());
        let chosen = &before[pick % before.len()];
        let (given, timed) = (chosen.0.unwrap(), series.contains("PT1H"));
        let by = 86_400 * if near { days % 4 } else { days } + if timed { 3_600 * hours } else { 0 };
        let step = |f: &mut EventFields| {
            let form = if f.all_day { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M" };
            let moved = |value: &str| at(utc(value) + by).format(form).to_string();
            (f.start, f.end) = (moved(&f.start), moved(&f.end));
        };
        let Ok(parts) = change_at(&series, given * 1000, Reach::All, step) else { return Ok(()) };
        let new = text(parts.item);
        let after = ever(&new);
        prop_assert_eq!(after.len(), before.len(), "{}{}", series, new);
        let touched = after.iter().find(|i| i.0 == Some(given + by));
        prop_assert_eq!(touched.map(|i| (i.1, &i.2)), Some((chosen.1 + by, &chosen.2)), "{}{}", series, new);
        for title in ["Moved", "Named"] {
            let count = |list: &[(Option<i64>, i64, String)]| list.iter().filter(|i| i.2 == title).count();
            prop_assert_eq!(count(&after), count(&before), "{}{}", series, new);
        }
        prop_assert!(after.iter().all(|i| i.2 == "Moved" || i.0 == Some(i.1)), "{}{}", series, new);
        let bare: String = new.lines().filter(|line| !line.starts_with("EXDATE")).map(|line| format!("{line}\r\n")).collect();
        prop_assert_eq!(ever(&bare).len(), after.len() + series.matches("EXDATE").count(), "{}{}", series, new);
    }
}
