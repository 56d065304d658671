//! The rules of the public sample files, each counted from its own DTSTART, with
//! its EXDATEs and RDATEs and across its zone.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use pimento::text::lines::Tree;
use pimento::text::moment::{Moment, seconds};
use pimento::text::zone::{Zone, Zones};

use super::{Case, files, notes, reference, starts};

/// How far from its start a rule is followed.
const YEARS: i64 = 12;

/// A component that recurs, by itself.
struct Sample {
    file: String,
    case: Case,
    /// As an event of a text with its time zones.
    text: String,
    added: BTreeSet<i64>,
    excluded: BTreeSet<i64>,
    days_out: Vec<NaiveDate>,
    zone: Zone,
}

#[test]
fn rules_of_the_samples_agree_with_dateutil() {
    let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
    let samples = samples(&mut skipped);
    let cases: Vec<Case> = samples.iter().map(|s| s.case.clone()).collect();
    let answers = reference(&cases);
    let mut different = Vec::new();
    for (sample, answer) in samples.iter().zip(&answers) {
        let mut expected: BTreeSet<i64> = answer.starts.iter().copied().collect();
        expected.extend(sample.added.range(sample.case.from..=answer.to));
        // An EXDATE that is a date takes the whole day out of a series with times.
        let out = |at: i64| sample.excluded.contains(&at) || sample.days_out.contains(&sample.zone.to_local(at).date());
        let expected: Vec<i64> = expected.into_iter().filter(|at| !out(*at)).collect();
        let ours = starts(&sample.text, sample.case.from, answer.to);
        if ours != expected {
            let at = ours.iter().zip(&expected).position(|(a, b)| a != b).unwrap_or(ours.len().min(expected.len()));
            let show = |list: &[i64]| list.get(at).map(|s| pimento::text::moment::at(*s).to_string());
            different.push(format!("{}: {:?}: {:?}, {:?}", sample.file, sample.case, show(&ours), show(&expected)));
        }
    }
    assert!(different.is_empty(), "{} of {}\n{}", different.len(), cases.len(), different.join("\n"));
    let not_compared =
        [("a rule that is none", 2), ("a zone without a name", 2), ("another calendar", 4), ("two rules", 2)];
    assert_eq!((cases.len(), skipped.into_iter().collect::<Vec<_>>()), (361, not_compared.to_vec()));
    assert_eq!(notes(&answers).into_iter().collect::<Vec<_>>(), [("a start that the rule does not give", 29)]);
}

fn samples(skipped: &mut BTreeMap<&str, usize>) -> Vec<Sample> {
    let mut samples = Vec::new();
    for (file, text) in files::all().into_iter().filter(|(path, _)| !files::is_card(path)) {
        let tree = Tree::parse(&text);
        for c in 0..tree.components().len() {
            match (tree.get(c, "RRULE"), tree.find(c, "RECURRENCE-ID")) {
                (Some(_), None) => match sample(&tree, c) {
                    Ok(sample) => samples.push(Sample { file: file.display().to_string(), ..sample }),
                    Err(why) => *skipped.entry(why).or_default() += 1,
                },
                _ => continue,
            }
        }
    }
    samples
}

/// The component as an event of its own, or why there is nothing to compare.
fn sample(tree: &Tree<'_>, c: usize) -> Result<Sample, &'static str> {
    let mut zones = Zones::new(tree);
    if tree.all(c, "RRULE").nth(1).is_some() {
        return Err("two rules");
    }
    let rule = tree.get(c, "RRULE").unwrap().plain().trim_end_matches(';').to_ascii_uppercase();
    if !["YEARLY", "MONTHLY", "WEEKLY", "DAILY"].iter().any(|freq| rule.contains(&format!("FREQ={freq}"))) {
        return Err("a rule that is none");
    }
    if rule.contains("RSCALE=") && !rule.contains("RSCALE=GREGORIAN") || rule.contains("SKIP=") {
        return Err("another calendar");
    }
    let start = tree.get(c, "DTSTART").ok_or("no start")?;
    let moment = Moment::parse(&start.plain()).ok_or("no start")?;
    let zone = match (moment, start.param("TZID")) {
        (Moment::Utc(_), _) => "UTC".to_owned(),
        (Moment::Date(_), _) | (_, None) => String::new(),
        (_, Some(tzid)) => {
            let zone = zones.resolve(&tzid).ok_or("a zone that nobody knows")?;
            if zone.name().is_empty() {
                return Err("a zone without a name");
            }
            zone.name()
        }
    };
    let dates = |name: &str| -> BTreeSet<i64> {
        let mut zones = Zones::new(tree);
        let lines = tree.all(c, name).collect::<Vec<_>>();
        lines
            .into_iter()
            .flat_map(|line| {
                let zone = line.param("TZID").and_then(|tzid| zones.resolve(&tzid));
                let value = line.plain().into_owned();
                value
                    .split(',')
                    .filter_map(|v| Moment::parse(v.split('/').next().unwrap()))
                    .map(|moment| match (&zone, moment) {
                        (Some(zone), Moment::Local(local)) => zone.to_utc(local),
                        _ => seconds(moment.local()),
                    })
                    .collect::<Vec<_>>()
            })
            .collect()
    };
    // Only what says when it happens, whatever sort of component it was.
    let mut text = String::from("BEGIN:VCALENDAR\r\n");
    for c in tree.named("VTIMEZONE") {
        let lines = &tree.lines()[tree.components()[c].begin..=tree.components()[c].end.min(tree.lines().len() - 1)];
        lines.iter().for_each(|line| text += &String::from_utf8_lossy(line.raw()));
    }
    text += "BEGIN:VEVENT\r\nUID:u\r\n";
    for i in tree.own(c) {
        let line = &tree.lines()[i];
        if ["DTSTART", "RRULE", "RDATE", "EXDATE"].iter().any(|name| line.is(name)) {
            text += &String::from_utf8_lossy(line.raw());
        }
    }
    text += "END:VEVENT\r\nEND:VCALENDAR\r\n";
    let by_name = Zone::by_name(&zone).unwrap_or(Zone::Floating);
    let from = by_name.to_utc(moment.local());
    let days_out = tree
        .all(c, "EXDATE")
        .flat_map(|line| line.plain().split(',').filter_map(Moment::parse).collect::<Vec<_>>())
        .filter(Moment::is_date)
        .map(|day| day.date())
        .collect();
    let case = Case { rule, start: moment.to_string(), zone, from, to: from + YEARS * 366 * 86_400 };
    Ok(Sample {
        file: String::new(),
        case,
        text,
        added: dates("RDATE"),
        excluded: dates("EXDATE"),
        days_out,
        zone: by_name,
    })
}
