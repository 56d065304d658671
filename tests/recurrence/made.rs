//! Rules made by chance from a fixed seed: every frequency and part, starts that do
//! and do not fit, zones around their changes, windows early, late and across.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, Timelike};
use pimento::text::lines::Tree;
use pimento::text::moment::seconds;
use pimento::text::occur::instances;

use super::{Case, differences, notes, reference};

/// So many rules.
const CASES: usize = 3_200;

#[test]
fn made_rules_agree_with_dateutil() {
    let cases = cases(CASES);
    let answers = reference(&cases);
    let different = differences(&cases, &answers);
    assert!(
        different.is_empty(),
        "{} of {CASES}\n{}",
        different.len(),
        different[..different.len().min(12)].join("\n")
    );
    // What is compared is worth it.
    let found: usize = answers.iter().map(|a| a.starts.len()).sum();
    let late = cases
        .iter()
        .zip(&answers)
        .filter(|(case, answer)| !answer.starts.is_empty() && case.from > seconds(moment(&case.start)) + 366 * 86_400);
    let late = late.count();
    assert!(found > 200_000 && late > 300, "{found} starts, {late} late");
    let expected = [
        ("BYSETPOS in the first week", 73),
        ("a start that the rule does not give", 1351),
        ("a week without a day", 24),
        ("nothing", 28),
        ("numbered and plain days", 30),
    ];
    assert_eq!(notes(&answers).into_iter().collect::<Vec<_>>(), expected);
}

/// A window's starts are those of a wider window that lie in it: nothing depends on
/// where counting begins.
#[test]
fn windows_agree_with_each_other() {
    let (mut late, mut too_many, mut cases) = (0, 0, cases(CASES));
    for case in &mut cases {
        // Of seconds and minutes there are more than are shown.
        let length = case.to - case.from;
        case.to = match &case.rule {
            rule if rule.starts_with("FREQ=SECONDLY") => case.from + length.min(1_800),
            rule if rule.starts_with("FREQ=MINUTELY") => case.from + length.min(86_400),
            _ => case.to,
        };
        let middle = case.from + (case.to - case.from) / 3;
        let text = case.text();
        if instances(&Tree::parse(text.as_bytes()), case.from, case.to).partial {
            too_many += 1;
            continue;
        }
        let whole = case.starts(case.from, case.to);
        let (mut apart, rest) = (case.starts(case.from, middle), case.starts(middle + 1, case.to));
        late += usize::from(!rest.is_empty());
        apart.extend(rest);
        assert_eq!(apart, whole, "{case:?}");
    }
    assert!(late > CASES / 4 && too_many < CASES / 20, "{late} late, {too_many} not whole");
}

/// Numbers by chance (SplitMix64), the same each time.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn from(&mut self, least: i64, most: i64) -> i64 {
        least + self.below((most - least + 1) as u64) as i64
    }

    /// Once in so many times.
    fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }
}

const FREQS: [&str; 7] = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"];
const DAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// Zones, each with days near a change of its clocks; São Paulo and Kathmandu with
/// what has been and is no more.
const ZONES: [(&str, &[&str]); 9] = [
    ("", &["20240215", "20261122"]),
    ("UTC", &["20240215", "20261122"]),
    ("Europe/Berlin", &["20260327", "20241025", "20200326"]),
    ("America/New_York", &["20260306", "20251031", "20060331"]),
    ("Australia/Lord_Howe", &["20260403", "20261002", "20190404"]),
    ("America/Sao_Paulo", &["20181102", "20180216", "20171013"]),
    ("Asia/Kathmandu", &["20200101", "19851230"]),
    ("Africa/Casablanca", &["20250221", "20250404"]),
    ("Pacific/Apia", &["20111228", "20120330"]),
];

fn moment(start: &str) -> NaiveDateTime {
    pimento::text::moment::Moment::parse(start).unwrap().local()
}

fn cases(n: usize) -> Vec<Case> {
    let mut chance = Chance(5545);
    (0..n).map(|i| case(&mut chance, FREQS[i % FREQS.len()])).collect()
}

fn case(chance: &mut Chance, freq: &str) -> Case {
    let (zone, near) = chance.of(&ZONES);
    let date = zone.is_empty() && chance.once_in(2) && FREQS[..4].contains(&freq);
    let day = if chance.once_in(2) {
        moment(chance.of(near)).date() + Days::new(chance.below(4))
    } else {
        NaiveDate::from_ymd_opt(chance.from(1995, 2024) as i32, 1, 1).unwrap() + Days::new(chance.below(365))
    };
    let time = chance.of(&[(0, 0, 0), (0, 30, 0), (1, 45, 0), (2, 0, 0), (2, 30, 15), (9, 0, 0), (23, 59, 59)]);
    let time = if date { (0, 0, 0) } else { time };
    let start = day.and_hms_opt(time.0, time.1, time.2).unwrap();
    let format = if date { "%Y%m%d" } else { "%Y%m%dT%H%M%S" };
    // About so long (seconds) as a few hundred instances take.
    let scale = match freq {
        "YEARLY" => 9 * 31_536_000,
        "MONTHLY" => 4 * 31_536_000,
        "WEEKLY" => 3 * 31_536_000,
        "DAILY" => 31_536_000,
        "HOURLY" => 40 * 86_400,
        "MINUTELY" => 86_400,
        _ => 3_600,
    };
    let mut rule = rule(chance, freq, start);
    match chance.below(3) {
        0 => rule += &format!(";COUNT={}", chance.from(1, 60)),
        1 => {
            let until = seconds(start) + chance.from(0, 3 * scale);
            let until = pimento::text::moment::at(until);
            rule += &match chance.below(3) {
                0 => until.format(";UNTIL=%Y%m%d").to_string(),
                1 if !zone.is_empty() => until.format(";UNTIL=%Y%m%dT%H%M%SZ").to_string(),
                _ if date => until.format(";UNTIL=%Y%m%d").to_string(),
                _ => until.format(";UNTIL=%Y%m%dT%H%M%S").to_string(),
            };
        }
        _ => {}
    }
    let from = seconds(start)
        + match chance.below(4) {
            0 => -86_400,
            1 => 0,
            2 => chance.from(0, scale),
            _ => chance.from(scale, 3 * scale),
        };
    let to = from + chance.from(86_400.min(scale), 2 * scale);
    Case { rule, start: start.format(format).to_string(), zone: zone.into(), from, to }
}

fn rule(chance: &mut Chance, freq: &str, start: NaiveDateTime) -> String {
    let mut rule = format!("FREQ={freq}");
    if chance.once_in(2) {
        let interval = if chance.once_in(8) { chance.from(5, 100) } else { chance.from(2, 4) };
        rule += &format!(";INTERVAL={}", if freq == "YEARLY" { interval.min(7) } else { interval });
    }
    let mut parts: Vec<String> = Vec::new();
    let mut add = |chance: &mut Chance, name: &str, most: u64, own: i64, any: &dyn Fn(&mut Chance) -> i64| {
        let mut list: Vec<i64> = (0..=chance.below(most)).map(|_| any(chance)).collect();
        if chance.once_in(2) {
            list.push(own);
        }
        let list: Vec<String> = list.iter().map(i64::to_string).collect();
        parts.push(format!("{name}={}", list.join(",")));
    };
    let month = |chance: &mut Chance| chance.from(1, 12);
    let month_day = |chance: &mut Chance| if chance.once_in(3) { -chance.from(1, 10) } else { chance.from(1, 31) };
    let year_day = |chance: &mut Chance| if chance.once_in(3) { -chance.from(1, 366) } else { chance.from(1, 366) };
    let week = |chance: &mut Chance| if chance.once_in(4) { -chance.from(1, 3) } else { chance.from(1, 53) };
    let own_month = i64::from(start.month());
    let own_day = i64::from(start.day());
    let mut days = 0;
    // Which days: parts that the standard allows with the frequency, and some it does not.
    let choice = chance.below(8);
    match (freq, choice) {
        ("YEARLY", 0) => add(chance, "BYMONTH", 3, own_month, &month),
        ("YEARLY", 1) => {
            add(chance, "BYMONTH", 3, own_month, &month);
            add(chance, "BYMONTHDAY", 3, own_day, &month_day);
        }
        ("YEARLY", 2) => add(chance, "BYYEARDAY", 4, i64::from(start.ordinal()), &year_day),
        ("YEARLY", 3) => {
            add(chance, "BYWEEKNO", 4, i64::from(start.iso_week().week()), &week);
            days = chance.below(3);
        }
        ("YEARLY", 4) => days = 1 + chance.below(3),
        ("YEARLY", 5) => {
            add(chance, "BYMONTH", 3, own_month, &month);
            days = 1 + chance.below(3);
        }
        ("YEARLY" | "MONTHLY", 6) => {
            add(chance, "BYMONTHDAY", 4, own_day, &month_day);
            days = chance.below(2);
        }
        ("MONTHLY", 0 | 1) => add(chance, "BYMONTHDAY", 4, own_day, &month_day),
        ("MONTHLY", 2..=4) => days = 1 + chance.below(3),
        ("MONTHLY", 5) => {
            add(chance, "BYMONTH", 4, own_month, &month);
            days = chance.below(3);
        }
        ("WEEKLY", 0..=3) => days = 1 + chance.below(4),
        ("WEEKLY", 4) => add(chance, "BYMONTH", 4, own_month, &month),
        (_, 0) if freq != "WEEKLY" => add(chance, "BYMONTH", 6, own_month, &month),
        (_, 1) => add(chance, "BYMONTHDAY", 8, own_day, &month_day),
        (_, 2 | 3) => days = 1 + chance.below(4),
        (_, 4) => add(chance, "BYYEARDAY", 40, i64::from(start.ordinal()), &year_day),
        _ => {}
    }
    for (name, own, most) in
        [("BYHOUR", start.hour(), 23), ("BYMINUTE", start.minute(), 59), ("BYSECOND", start.second(), 59)]
    {
        // dateutil tries each second of the hours between.
        let rarely = if freq == "SECONDLY" && name != "BYSECOND" { 40 } else { 5 };
        if chance.once_in(rarely) {
            add(chance, name, if own == start.hour() { 6 } else { 3 }, i64::from(own), &|chance| chance.from(0, most));
        }
    }
    if days > 0 {
        let numbered = match freq {
            "YEARLY" if !rule_has(&parts, "BYMONTH=") => 53,
            "YEARLY" | "MONTHLY" => 5,
            _ => 0,
        };
        let numbered = if rule_has(&parts, "BYWEEKNO") || rule_has(&parts, "BYMONTHDAY") { 0 } else { numbered };
        let plain = chance.once_in(3);
        let list: Vec<String> = (0..days)
            .map(|i| {
                let day = if i == 0 && chance.once_in(2) {
                    DAYS[start.weekday().num_days_from_monday() as usize]
                } else {
                    chance.of(&DAYS)
                };
                let number =
                    if chance.once_in(2) { -chance.from(1, numbered.max(1)) } else { chance.from(1, numbered.max(1)) };
                if numbered == 0 || (plain && !chance.once_in(6)) { day.to_owned() } else { format!("{number}{day}") }
            })
            .collect();
        parts.push(format!("BYDAY={}", list.join(",")));
    }
    if !parts.is_empty() && chance.once_in(4) {
        let list: Vec<String> = (0..=chance.below(2))
            .map(|_| if chance.once_in(2) { -chance.from(1, 4) } else { chance.from(1, 5) })
            .map(|n| n.to_string())
            .collect();
        parts.push(format!("BYSETPOS={}", list.join(",")));
    }
    if chance.once_in(3) {
        parts.push(format!("WKST={}", chance.of(&DAYS)));
    }
    parts.iter().fold(rule, |rule, part| rule + ";" + part)
}

fn rule_has(parts: &[String], name: &str) -> bool {
    parts.iter().any(|part| part.starts_with(name))
}
