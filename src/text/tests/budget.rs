//! What counting costs, in steps and not by a clock.

use crate::text::moment::{Moment, seconds};
use crate::text::recur::{Budget, Last, Series, last, rule};
use crate::text::zone::Zone;

fn utc(at: &str) -> i64 {
    seconds(Moment::parse(at).unwrap().local())
}

/// How many starts in 2026, and the steps that took.
fn counted(rule_text: &str, start: &str) -> (usize, bool, usize) {
    let mut budget = Budget::new();
    let series = Series { start: Moment::parse(start).unwrap(), zone: &Zone::Utc };
    let found = rule(rule_text, series, (utc("20260601"), utc("20260630")), 4_000, &mut budget).unwrap();
    (found.starts.len(), found.partial, budget.spent())
}

#[test]
fn the_past_is_not_counted_through() {
    for rule in [
        "FREQ=DAILY",
        "FREQ=DAILY;COUNT=100000",
        "FREQ=WEEKLY;BYDAY=MO,TH;INTERVAL=2",
        "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=40000",
        "FREQ=MONTHLY;BYDAY=-1FR",
        "FREQ=MONTHLY;BYDAY=-1FR;COUNT=9000",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=6",
        "FREQ=YEARLY;BYMONTH=6;BYMONTHDAY=6;COUNT=400",
        "FREQ=HOURLY;INTERVAL=5",
        "FREQ=HOURLY;COUNT=4000000",
        "FREQ=MINUTELY;INTERVAL=1000;COUNT=4000000000",
    ] {
        let (_, partial, steps) = counted(rule, "19000101T000000Z");
        assert!(!partial && steps < 4_000, "{rule}: {steps}");
    }
    // Where it has to be counted, it is, within reason.
    let (found, partial, steps) = counted("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=50000", "19000101T000000Z");
    assert_eq!(found, 22);
    assert!(!partial && steps < 100_000, "{steps}");
}

#[test]
fn what_is_written_to_hurt_ends() {
    let many: Vec<String> = (1..=366).flat_map(|n| [n.to_string(), format!("-{n}")]).collect();
    let all = |most: usize| (0..=most).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let positions = format!(
        "FREQ=SECONDLY;BYSETPOS={};BYHOUR={};BYMINUTE={};BYSECOND={}",
        many.join(","),
        all(23),
        all(59),
        all(59)
    );
    let yearly = format!("FREQ=YEARLY;BYDAY=MO;BYSETPOS={};BYHOUR={};BYSECOND={}", many.join(","), all(23), all(59));
    for rule in [
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;COUNT=4000000000",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;BYDAY=MO;COUNT=99999999999999999999",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=SECONDLY;INTERVAL=99999999999999999999;COUNT=99999999999999999999",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYWEEKNO=54;COUNT=3",
        "FREQ=MINUTELY;BYHOUR=25",
        &positions,
        &yearly,
    ] {
        for start in ["00010101T000000Z", "19000101T000000Z", "20260601T000000Z", "99991231T235959Z"] {
            let (found, _, steps) = counted(rule, start);
            assert!(found <= 4_000 && steps <= 600_000, "{start} {rule}: {steps}");
            let mut budget = Budget::new();
            last(rule, Series { start: Moment::parse(start).unwrap(), zone: &Zone::Utc }, &mut budget);
            assert!(budget.spent() <= 600_000, "{start} {rule}");
        }
    }
    // All rules of a text together have their limit too.
    let mut budget = Budget::new();
    for _ in 0..20 {
        let series = Series { start: Moment::parse("19000101T000000Z").unwrap(), zone: &Zone::Utc };
        rule("FREQ=SECONDLY;BYDAY=MO;COUNT=999999999", series, (i64::MAX, i64::MAX), 1, &mut budget);
    }
    assert_eq!(budget.spent(), 2_000_000);
}

#[test]
fn the_last_of_a_count_is_reckoned() {
    for (rule, expected) in [
        ("FREQ=DAILY;COUNT=1000", "20280926T090000"),
        ("FREQ=WEEKLY;COUNT=3", "20260115T090000"),
        ("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "20260331T090000"),
        ("FREQ=HOURLY;COUNT=25", "20260102T090000"),
    ] {
        let mut budget = Budget::new();
        let series = Series { start: Moment::parse("20260101T090000Z").unwrap(), zone: &Zone::Utc };
        let Last::By(by) = last(rule, series, &mut budget) else { panic!("{rule}") };
        assert!((utc(expected)..utc(expected) + 86_400).contains(&by), "{rule}: {}", crate::text::moment::at(by));
    }
}
