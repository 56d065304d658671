//! Rules and what is said of them, in English.

use super::*;
use crate::phrase::english;
use crate::text::zone::Zone;

/// A Thursday, half past nine in Berlin.
fn start() -> Placed {
    let moment = Moment::parse("20261224T093000").unwrap();
    Placed { moment, zone: Zone::by_name("Europe/Berlin").unwrap(), guessed: false }
}

fn said(rule: &str) -> String {
    english(&words(rule, Some(&start())))
}

#[test]
fn rules_in_words() {
    for (rule, text) in [
        // Days.
        ("FREQ=DAILY", "Every day"),
        ("FREQ=DAILY;INTERVAL=1", "Every day"),
        ("FREQ=DAILY;INTERVAL=3;COUNT=12", "Every 3 days, 12 times"),
        ("FREQ=DAILY;COUNT=1", "Every day, once"),
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "Every day from Monday to Friday"),
        ("FREQ=DAILY;INTERVAL=2;BYDAY=SU", "Every 2 days, only on Sunday"),
        ("FREQ=DAILY;BYMONTH=1", "Every day, only in January"),
        ("FREQ=DAILY;BYMONTHDAY=1,15", "Every day, only on day 1 and 15 of the month"),
        ("FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0", "Every day at 09:00 and 17:00"),
        ("FREQ=DAILY;BYHOUR=9,17", "Every day at 09:30 and 17:30"),
        // Weeks.
        ("FREQ=WEEKLY", "Every week on Thursday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20270503", "Every 2 weeks on Monday and Wednesday until 3 May 2027"),
        ("FREQ=WEEKLY;BYDAY=WE,MO,MO", "Every week on Monday and Wednesday"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;WKST=SU", "Every day from Monday to Friday"),
        ("FREQ=WEEKLY;BYDAY=SA,SU;COUNT=10", "Every week on Saturday and Sunday, 10 times"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU", "Every day"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,MO,TU,WE,TH", "Every 2 weeks from Monday to Friday"),
        ("FREQ=WEEKLY;BYDAY=TU;BYMONTH=6,7,8", "Every week on Tuesday, only in June, July and August"),
        ("FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=15", "Every week on Monday at 08:15"),
        // An end in UTC is a day of the series' own zone, on which it reaches the time of the start.
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20270503T073000Z", "Every week on Monday until 3 May 2027"),
        ("FREQ=WEEKLY;BYDAY=MO;UNTIL=20270502T230000Z", "Every week on Monday until 2 May 2027"),
        ("FREQ=DAILY;BYHOUR=0,17;BYMINUTE=0;UNTIL=20270502T230000Z", "Every day at 00:00 and 17:00 until 3 May 2027"),
        ("FREQ=MONTHLY;BYDAY=-2147483648MO", "By a rule of its own: FREQ=MONTHLY;BYDAY=-2147483648MO"),
        ("FREQ=YEARLY;BYYEARDAY=-2147483648", "By a rule of its own: FREQ=YEARLY;BYYEARDAY=-2147483648"),
        ("FREQ=WEEKLY;UNTIL=20270502T235959", "Every week on Thursday until 2 May 2027"),
        ("freq=weekly;byday=mo", "Every week on Monday"),
        (" FREQ=WEEKLY ; BYDAY=MO ;", "Every week on Monday"),
        // Months.
        ("FREQ=MONTHLY", "On day 24 of every month"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "On day 1 of every month"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "On the last day of every month"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", "On day 2 from the end of every month"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,1,-1", "On day 1 and 15 and the last day of every month"),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1,2,15", "On day 1, 2 and 15 of every 3 months"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "On the last Friday of every month"),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO", "On the first Monday and the third Monday of every month"),
        (
            "FREQ=MONTHLY;BYDAY=+2TU;UNTIL=20271231T120000Z",
            "On the second Tuesday of every month until 31 December 2027",
        ),
        ("FREQ=MONTHLY;BYDAY=SU", "On every Sunday of every month"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "On day 13 of every month, only on Friday"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "On the last day from Monday to Friday of every month"),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-2",
            "On the first day from Monday to Friday and the second last day from Monday to Friday of every month",
        ),
        ("FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1", "On the first of Saturday and Sunday of every month"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=3", "On the third Tuesday of every month"),
        ("FREQ=MONTHLY;BYDAY=SU,MO,TU,WE,TH,FR,SA;BYSETPOS=-1", "On the last day of every month"),
        ("FREQ=MONTHLY;BYDAY=1SU;BYMONTH=4,10", "On the first Sunday of every month, only in April and October"),
        ("FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=18;BYMINUTE=0;COUNT=5", "On the last Friday of every month at 18:00, 5 times"),
        // Years.
        ("FREQ=YEARLY", "Every year on 24 December"),
        ("FREQ=YEARLY;COUNT=10", "Every year on 24 December, 10 times"),
        ("FREQ=YEARLY;INTERVAL=4", "Every 4 years on 24 December"),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "Every year on 24 December"),
        ("FREQ=YEARLY;BYMONTH=3,6", "Every year on day 24 of March and June"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1", "Every year on the last day of February"),
        ("FREQ=YEARLY;BYMONTHDAY=1", "Every year on day 1 of each month"),
        ("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", "Every year on the last Sunday of March"),
        ("FREQ=YEARLY;BYDAY=TH;BYMONTH=11", "Every year on every Thursday of November"),
        ("FREQ=YEARLY;BYDAY=20MO", "Every year on Monday number 20 of the year"),
        ("FREQ=YEARLY;BYDAY=1MO", "Every year on the first Monday of the year"),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "Every year on Monday of week 20"),
        ("FREQ=YEARLY;BYWEEKNO=20,40", "Every year on Thursday of week 20 and 40"),
        ("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=FR", "Every year on Friday of the last week"),
        ("FREQ=YEARLY;BYYEARDAY=1,100,200;COUNT=10", "Every year on day 1, 100 and 200 of the year, 10 times"),
        ("FREQ=YEARLY;BYYEARDAY=-1", "Every year on the last day of the year"),
        (
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
            "Every 4 years on day 2, 3, 4, 5, 6, 7 and 8 of November, only on Tuesday",
        ),
        (
            "FREQ=YEARLY;BYMONTH=1,2,3,4,5,6,7,8,9,10;BYMONTHDAY=1",
            "Every year on day 1 of January, February, March, April, May, June, July, August, September and October",
        ),
        // Less than days.
        ("FREQ=HOURLY", "Every hour"),
        ("FREQ=HOURLY;INTERVAL=3;UNTIL=20261224T160000Z", "Every 3 hours until 24 December 2026"),
        ("FREQ=HOURLY;BYMINUTE=0,30", "Every hour at minute 0 and 30"),
        ("FREQ=MINUTELY;INTERVAL=15;COUNT=6", "Every 15 minutes, 6 times"),
        ("FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10", "Every 20 minutes, only in the hours 9 and 10"),
        ("FREQ=SECONDLY;INTERVAL=10;BYDAY=MO", "Every 10 seconds, only on Monday"),
        // What has no sentence is given as it stands.
        ("FREQ=DAILY;BYSETPOS=1;BYHOUR=1,2", "By a rule of its own: FREQ=DAILY;BYSETPOS=1;BYHOUR=1,2"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYMONTH=1", "By a rule of its own: FREQ=YEARLY;BYWEEKNO=1;BYMONTH=1"),
        ("FREQ=YEARLY;RSCALE=CHINESE", "By a rule of its own: FREQ=YEARLY;RSCALE=CHINESE"),
        ("FREQ=DAILY;BYSECOND=1,2", "By a rule of its own: FREQ=DAILY;BYSECOND=1,2"),
        ("FREQ=WEEKLY;INTERVAL=0", "By a rule of its own: FREQ=WEEKLY;INTERVAL=0"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "By a rule of its own: FREQ=MONTHLY;BYMONTHDAY=32"),
        ("FREQ=WEEKLY;BYDAY=XX", "By a rule of its own: FREQ=WEEKLY;BYDAY=XX"),
        ("FREQ=WEEKLY;BYDAY=é", "By a rule of its own: FREQ=WEEKLY;BYDAY=é"),
        ("nonsense", "By a rule of its own: nonsense"),
    ] {
        assert_eq!(said(rule), text, "{rule}");
    }
}

#[test]
fn without_a_start_only_the_rule_is_said() {
    for (rule, text) in [
        ("FREQ=WEEKLY", "Every week"),
        ("FREQ=MONTHLY", "Every month"),
        ("FREQ=YEARLY", "Every year"),
        ("FREQ=YEARLY;BYMONTH=3", "Every year on March"),
    ] {
        assert_eq!(english(&words(rule, None)), text);
    }
}

/// Sayings within sayings grow with their depth: it stays small, whatever the rule.
#[test]
fn a_rule_is_said_shortly() {
    let days = (1..=31).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    let each = |n: i32| ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].map(|d| format!("{n}{d}")).join(",");
    for rule in [
        format!("FREQ=MONTHLY;BYMONTHDAY={days};COUNT=5"),
        format!("FREQ=YEARLY;BYMONTHDAY={days};BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;UNTIL=20300101"),
        format!("FREQ=MONTHLY;BYDAY={};BYHOUR=1,2,3;BYMONTH=1,2,3,4,5,6,7,8,9,10,11,12;COUNT=3", each(1)),
        format!("FREQ=MONTHLY;BYDAY={},{};COUNT=3", each(1), each(2)),
        format!("FREQ=WEEKLY;BYDAY={}", "MO,".repeat(10_000)),
        "X".repeat(1_000_000),
    ] {
        let said = words(&rule, Some(&start()));
        let size = serde_json::to_string(&said).unwrap().len();
        assert!(size < 20_000, "{size}: {}", &rule[..80]);
        assert!(english(&said).len() < 1_000);
    }
}
