//! Parts of a series changed: what is asked for, and nothing else.

use proptest::prelude::*;

use super::{NOW, calendar};
use crate::model::{Ends, EventFields, Fields, Frequency, Reach, Recurrence};
use crate::text::lines::Tree;
use crate::text::moment::{Moment, seconds};
use crate::text::occur::instances;
use crate::text::series::{Parts, Refused, deleted, edited, fields};

const WEEKS: &str = "BEGIN:VEVENT\nUID:u\nDTSTAMP:20260101T000000Z\nSEQUENCE:2\nSUMMARY:Choir\nDTSTART;TZID=Europe/Berlin:20260302T090000
    DTEND;TZID=Europe/Berlin:20260302T100000\nRRULE:FREQ=WEEKLY;COUNT=10\nEXDATE;TZID=Europe/Berlin:20260309T090000\nX-KEEP:1
    BEGIN:VALARM\nACTION:DISPLAY\nTRIGGER:-PT5M\nDESCRIPTION:x\nEND:VALARM\nEND:VEVENT";

pub(super) fn utc(at: &str) -> i64 {
    seconds(Moment::parse(at).unwrap().local())
}

pub(super) fn of(at: &str) -> i64 {
    utc(at) * 1000
}

pub(super) fn event(fields: Option<Fields>) -> EventFields {
    match fields {
        Some(Fields::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

/// Each instance by the start the series gives it: when it is, how long, its title.
pub(super) fn all(text: &[u8]) -> Vec<(Option<i64>, i64, i64, String)> {
    let tree = Tree::parse(text);
    let found = instances(&tree, utc("20200101T000000Z"), utc("20290101T000000Z"));
    let title = |c: usize| tree.text(c, "SUMMARY");
    found.list.iter().map(|i| (i.of, i.start, i.end - i.start, title(i.component))).collect()
}

pub(super) fn change(text: &str, reach: Reach, change: impl Fn(&mut EventFields)) -> Parts {
    let at = match reach {
        Reach::One(at) | Reach::Following(at) => at,
        Reach::All => panic!(),
    };
    change_at(text, at, reach, change).unwrap()
}

/// As [`change`], in the form of that instance, whatever it reaches.
pub(super) fn change_at(
    text: &str,
    at: i64,
    reach: Reach,
    change: impl Fn(&mut EventFields),
) -> Result<Parts, Refused> {
    let was = event(fields(text.as_bytes(), at));
    let mut typed = was.clone();
    change(&mut typed);
    edited(text.as_bytes(), reach, Some(&Fields::Event(was)), &Fields::Event(typed), "new", NOW)
}

pub(super) fn text(of: Option<Vec<u8>>) -> String {
    String::from_utf8(of.unwrap()).unwrap()
}

#[test]
fn one_instance_gets_a_component() {
    let series = calendar(WEEKS);
    let parts = change(&series, Reach::One(of("20260330T070000Z")), |f| {
        (f.title, f.start, f.end) = ("Solo".into(), "2026-03-31T15:00".into(), "2026-03-31T16:30".into());
    });
    assert_eq!(parts.new, None);
    let new = text(parts.item);
    let made = new.replacen("END:VEVENT\r\n", "\u{1}", 1);
    let (before, made) = made.split_once('\u{1}').unwrap();
    assert!(series.starts_with(before), "the series is as it was");
    assert_eq!(
        made,
        "BEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:20261122T090000Z\r\nSEQUENCE:3\r\nSUMMARY:Solo\r\n\
         DTSTART;TZID=Europe/Berlin:20260331T150000\r\nRECURRENCE-ID;TZID=Europe/Berlin:20260330T090000\r\n\
         DTEND;TZID=Europe/Berlin:20260331T163000\r\nX-KEEP:1\r\nLAST-MODIFIED:20261122T090000Z\r\n\
         BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:x\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let mut expected = all(series.as_bytes());
    let changed = expected.iter_mut().find(|i| i.0 == Some(utc("20260330T070000Z"))).unwrap();
    (changed.1, changed.2, changed.3) = (utc("20260331T130000Z"), 5_400, "Solo".into());
    assert_eq!(all(new.as_bytes()), expected);
    // Again: the component it has.
    let again = text(change(&new, Reach::One(of("20260330T070000Z")), |f| f.title = "Duo".into()).item);
    assert_eq!(again, new.replace("SUMMARY:Solo", "SUMMARY:Duo"));
    let shown = event(fields(again.as_bytes(), of("20260330T070000Z")));
    assert_eq!((shown.start.as_str(), shown.title.as_str(), shown.recurs), ("2026-03-31T15:00", "Duo", true));
    // Gone: with its component.
    let gone = text(deleted(again.as_bytes(), Reach::One(of("20260330T070000Z")), NOW).unwrap().item);
    let exception = "EXDATE;TZID=Europe/Berlin:20260309T090000\r\n";
    assert!(gone.contains(&format!("{exception}EXDATE;TZID=Europe/Berlin:20260330T090000\r\nX-KEEP")), "{gone}");
    assert!(!gone.contains("RECURRENCE-ID") && gone.contains("SEQUENCE:3"));
    expected.retain(|i| i.0 != Some(utc("20260330T070000Z")));
    assert_eq!(all(gone.as_bytes()), expected);
}

#[test]
fn following_makes_another_series() {
    let series = calendar(WEEKS);
    let parts = change(&series, Reach::Following(of("20260330T070000Z")), |f| {
        (f.title, f.start, f.end) = ("Band".into(), "2026-03-31T09:00".into(), "2026-03-31T10:00".into());
    });
    let (old, new) = (text(parts.item), text(parts.new));
    let expected = series
        .replace("SEQUENCE:2", "SEQUENCE:3")
        .replace("COUNT=10", "UNTIL=20260323T080000Z")
        .replace("DTSTAMP:20260101T000000Z", "DTSTAMP:20261122T090000Z")
        .replace("BEGIN:VALARM", "LAST-MODIFIED:20261122T090000Z\r\nBEGIN:VALARM");
    assert_eq!(old, expected);
    assert!(new.contains("RRULE:FREQ=WEEKLY;COUNT=6\r\n") && new.contains("UID:new\r\n"), "{new}");
    assert!(new.contains("DTSTART;TZID=Europe/Berlin:20260331T090000") && !new.contains("EXDATE"));
    let before: Vec<_> = all(series.as_bytes());
    let mut both = all(old.as_bytes());
    assert_eq!(both.len(), 3);
    both.extend(all(new.as_bytes()));
    let moved: Vec<_> = before
        .into_iter()
        .map(|(of, start, length, title)| match of < Some(utc("20260330T070000Z")) {
            true => (of, start, length, title),
            false => (of.map(|of| of + 86_400), start + 86_400, length, "Band".to_owned()),
        })
        .collect();
    assert_eq!(both, moved);
}

#[test]
fn from_the_first_on_is_all() {
    let series = calendar(WEEKS);
    let first = of("20260302T080000Z");
    let parts = change(&series, Reach::Following(first), |f| f.title = "Band".into());
    assert_eq!(parts.new, None);
    assert_eq!(all(&parts.item.unwrap()).len(), 9);
    assert_eq!(deleted(series.as_bytes(), Reach::Following(first), NOW), Some(Parts { item: None, new: None }));
    assert_eq!(deleted(series.as_bytes(), Reach::All, NOW), Some(Parts { item: None, new: None }));
    assert_eq!(deleted(series.as_bytes(), Reach::One(first + 1000), NOW), None, "there is none such");
    let single = series.replace("COUNT=10", "COUNT=2");
    assert_eq!(
        deleted(single.as_bytes(), Reach::One(first), NOW),
        Some(Parts { item: None, new: None }),
        "the last one"
    );
}

#[test]
fn all_from_one_moves_by_as_much() {
    let series = calendar(WEEKS);
    let was = event(fields(series.as_bytes(), of("20260330T070000Z")));
    let typed = EventFields { start: "2026-03-30T11:30".into(), end: "2026-03-30T12:00".into(), ..was.clone() };
    let (was, typed) = (Fields::Event(was), Fields::Event(typed));
    let parts = edited(series.as_bytes(), Reach::All, Some(&was), &typed, "new", NOW).unwrap();
    let moved: Vec<_> = all(series.as_bytes())
        .into_iter()
        .map(|(of, start, _, title)| (of.map(|of| of + 9_000), start + 9_000, 1_800, title))
        .collect();
    assert_eq!(all(&parts.item.unwrap()), moved);
}

#[test]
fn a_new_rule_takes_its_exceptions_along() {
    let series = calendar(&format!(
        "{WEEKS}\nBEGIN:VEVENT\nUID:u\nRECURRENCE-ID;TZID=Europe/Berlin:20260316T090000\nDTSTART;TZID=Europe/Berlin:20260316T110000\nEND:VEVENT
        BEGIN:VEVENT\nUID:u\nRECURRENCE-ID;TZID=Europe/Berlin:20260323T090000\nDTSTART;TZID=Europe/Berlin:20260323T120000\nEND:VEVENT"
    ));
    let mut typed = event(crate::text::fields(series.as_bytes()));
    let Recurrence::Rule(rule) = &mut typed.recurrence else { panic!("{typed:?}") };
    assert_eq!((rule.frequency, &rule.ends), (Frequency::Weekly, &Ends::Count(10)));
    rule.interval = 2;
    let new = crate::text::apply(series.as_bytes(), &Fields::Event(typed.clone()), NOW);
    let new = String::from_utf8(new).unwrap();
    assert!(new.contains("RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=10") && !new.contains("EXDATE"), "{new}");
    assert!(new.contains("20260316T110000") && !new.contains("20260323"), "what it gives still stays");
    typed.recurrence = Recurrence::None;
    let none = crate::text::apply(series.as_bytes(), &Fields::Event(typed), NOW);
    assert_eq!(all(&none).len(), 1);
}

#[test]
fn what_is_for_this_and_following_is_respected() {
    let series = calendar(&format!(
        "{WEEKS}\nBEGIN:VEVENT\nUID:u\nSUMMARY:Late\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260323T090000
        DTSTART;TZID=Europe/Berlin:20260323T110000\nDTEND;TZID=Europe/Berlin:20260323T113000\nEND:VEVENT"
    ));
    let shown = event(fields(series.as_bytes(), of("20260406T070000Z")));
    assert_eq!(
        (shown.title.as_str(), shown.start.as_str(), shown.end.as_str()),
        ("Late", "2026-04-06T11:00", "2026-04-06T11:30")
    );
    let before = all(series.as_bytes());
    for at in ["20260323T080000Z", "20260406T070000Z"] {
        let one = text(change(&series, Reach::One(of(at)), |f| f.title = "Solo".into()).item);
        let expected: Vec<_> = before
            .iter()
            .cloned()
            .map(|i| if i.0 == Some(utc(at)) { (i.0, i.1, i.2, "Solo".to_owned()) } else { i })
            .collect();
        assert_eq!(all(one.as_bytes()), expected, "{one}");
        let gone = text(deleted(series.as_bytes(), Reach::One(of(at)), NOW).unwrap().item);
        let expected: Vec<_> = before.iter().filter(|i| i.0 != Some(utc(at))).cloned().collect();
        assert_eq!(all(gone.as_bytes()), expected, "{gone}");
        let parts = change(&series, Reach::Following(of(at)), |f| f.place = "Hall".into());
        let mut both = all(&parts.item.unwrap());
        both.extend(all(&parts.new.unwrap()));
        assert_eq!(both, before);
    }
}

#[test]
fn an_instance_without_its_series_is_itself() {
    let alone = calendar(
        "BEGIN:VEVENT\nUID:u\nSUMMARY:A\nRECURRENCE-ID:20260316T090000Z\nDTSTART:20260316T110000Z\nDTEND:20260316T120000Z\nEND:VEVENT",
    );
    let at = of("20260316T090000Z");
    for reach in [Reach::One(at), Reach::Following(at)] {
        let was = crate::text::fields(alone.as_bytes()).unwrap();
        let Fields::Event(mut typed) = was.clone() else { panic!() };
        typed.title = "B".into();
        let parts = edited(alone.as_bytes(), reach, Some(&was), &Fields::Event(typed), "new", NOW).unwrap();
        assert!(text(parts.item).contains("SUMMARY:B"));
        assert_eq!(deleted(alone.as_bytes(), reach, NOW), Some(Parts { item: None, new: None }));
    }
}

/// A series of any of the forms there are.
fn series() -> impl Strategy<Value = String> {
    let start = prop_oneof![
        Just((";TZID=Europe/Berlin", "T023000", "")),
        Just((";TZID=America/New_York", "T090000", "")),
        Just(("", "T233000", "Z")),
        Just(("", "T090000", "")),
        Just((";VALUE=DATE", "", "")),
    ];
    let rule = "FREQ=(DAILY|WEEKLY|WEEKLY;BYDAY=MO,SU|MONTHLY|MONTHLY;BYDAY=-1SU|YEARLY);INTERVAL=[1-3](;COUNT=([1-9]|[1-4][0-9])|;UNTIL=2027(0[1-9]|1[0-2])01T000000Z|)";
    let exceptions = proptest::collection::vec((0usize..40, 0usize..3, 0usize..3), 0..4);
    (start, 1u32..29, 1u32..13, rule, exceptions, any::<bool>()).prop_map(|((form, time, z), day, month, rule, exceptions, dates)| {
        let rule = if form == ";VALUE=DATE" { rule.replace("T000000Z", "") } else { rule };
        let rule = if z.is_empty() && form.is_empty() { rule.replace("0Z", "0") } else { rule };
        let at = |day: u32| format!("2026{month:02}{day:02}{time}{z}");
        let bare = |more: &str| {
            calendar(&format!(
                "BEGIN:VEVENT\nUID:u\nDTSTAMP:20260101T000000Z\nSUMMARY:A\nDTSTART{form}:{}\nDURATION:P{}\nRRULE:{rule}\n{more}\nEND:VEVENT\n",
                at(day), if time.is_empty() { "1D" } else { "T1H" }
            ))
        };
        let dates = if dates { format!("RDATE{form}:{},{}", at(day % 28 + 1), at((day + 10) % 28 + 1).replace("2026", "2027")) } else { "X-NO:1".into() };
        let given = bare(&dates);
        let starts = all(given.as_bytes());
        let zone = form.strip_prefix(";TZID=").and_then(crate::text::zone::Zone::by_name).unwrap_or(crate::text::zone::Zone::Utc);
        let tokyo = crate::text::zone::Zone::by_name("Asia/Tokyo").unwrap();
        let written = |s: i64| match time {
            "" => Moment::Date(crate::text::moment::at(s).date()).to_string(),
            _ => format!("{}{z}", Moment::Local(zone.to_local(s))),
        };
        let (mut more, mut overrides) = (dates, String::new());
        let mut seen = Vec::new();
        // The same instance by its start, as a date, or by another zone's clock.
        let named = |start: i64, way: usize| match (way, time) {
            (0, _) => format!("{form}:{}", written(start)),
            (1, "") => format!(";TZID=Europe/Berlin:{}T000000", Moment::Date(crate::text::moment::at(start).date())),
            (1, _) => format!(";VALUE=DATE:{}", Moment::Date(zone.to_local(start).date())),
            (_, "") => format!(":{}T000000Z", Moment::Date(crate::text::moment::at(start).date())),
            _ if form.is_empty() && z.is_empty() => format!(":{}", written(start)),
            _ => format!(";TZID=Asia/Tokyo:{}", Moment::Local(tokyo.to_local(start))),
        };
        for (n, sort, way) in exceptions {
            let Some(start) = starts.get(n).map(|i| i.1).filter(|s| !seen.contains(s)) else { continue };
            seen.push(start);
            let to = start + 7_200 * i64::from(!time.is_empty());
            let id = named(start, way);
            match sort {
                0 => more.push_str(&format!("\nEXDATE{id}")),
                1 => overrides.push_str(&format!(
                    "BEGIN:VEVENT\nUID:u\nSUMMARY:M{n}\nRECURRENCE-ID{id}\nDTSTART{form}:{}\nDURATION:P1D\nEND:VEVENT\n",
                    written(to)
                )),
                _ => overrides.push_str(&format!(
                    "BEGIN:VEVENT\nUID:u\nSUMMARY:R{n}\nRECURRENCE-ID;RANGE=THISANDFUTURE{id}\nDTSTART{form}:{}\nDURATION:P1D\nEND:VEVENT\n",
                    written(to)
                )),
            }
        }
        let text = bare(&more);
        text.replace("END:VCALENDAR\r\n", &format!("{}END:VCALENDAR\r\n", overrides.replace('\n', "\r\n")))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_part_is_a_part(text in series(), n in 0usize..60) {
        let before = all(text.as_bytes());
        prop_assume!(!before.is_empty());
        let chosen = before[n % before.len()].clone();
        let at = chosen.0.unwrap();
        let shown = event(fields(text.as_bytes(), at * 1000));
        prop_assert_eq!(&shown.title, &chosen.3);
        let typed = EventFields { title: "Solo".into(), ..shown.clone() };
        let (was, typed) = (Fields::Event(shown), Fields::Event(typed));
        let edit = |reach| edited(text.as_bytes(), reach, Some(&was), &typed, "new", NOW).unwrap();

        let one = edit(Reach::One(at * 1000));
        prop_assert!(one.new.is_none());
        let expected: Vec<_> = before.iter().cloned().map(|i| if i.0 == Some(at) { (i.0, i.1, i.2, "Solo".to_owned()) } else { i }).collect();
        let item = one.item.unwrap();
        prop_assert_eq!(sorted(all(&item)), sorted(expected), "{}", String::from_utf8_lossy(&item));

        let following = edit(Reach::Following(at * 1000));
        let (item, new) = (following.item.unwrap(), following.new);
        let first = new.is_none();
        let mut both = all(&item);
        if let Some(new) = &new {
            let tree = Tree::parse(new);
            prop_assert!(tree.named("VEVENT").all(|c| tree.text(c, "UID") == "new"));
            prop_assert!(both.iter().all(|i| i.0 < Some(at)));
            both.extend(all(new));
        }
        // What has a component of its own says itself what it says, but for the one that was changed.
        let changed = |i: &(Option<i64>, i64, i64, String)| (first || i.0 >= Some(at)) && (!i.3.starts_with('M') || i.0 == Some(at));
        let expected: Vec<_> = before.iter().cloned().map(|i| if changed(&i) { (i.0, i.1, i.2, "Solo".to_owned()) } else { i }).collect();
        let shown = |list: Vec<(Option<i64>, i64, i64, String)>| sorted(list.into_iter().map(|i| (i.0.or(Some(i.1)), i.1, i.2, i.3)).collect());
        prop_assert_eq!(shown(both), shown(expected), "{}{}", String::from_utf8_lossy(&item), String::from_utf8_lossy(&new.unwrap_or_default()));

        let gone = deleted(text.as_bytes(), Reach::One(at * 1000), NOW).unwrap();
        let left: Vec<_> = before.iter().filter(|i| i.0 != Some(at)).cloned().collect();
        prop_assert_eq!(sorted(all(&gone.item.unwrap_or_default())), sorted(left));
        let gone = deleted(text.as_bytes(), Reach::Following(at * 1000), NOW).unwrap();
        let left: Vec<_> = before.iter().filter(|i| i.0 < Some(at)).cloned().collect();
        prop_assert_eq!(sorted(all(&gone.item.unwrap_or_default())), sorted(left));
    }
}

pub(super) fn sorted(mut list: Vec<(Option<i64>, i64, i64, String)>) -> Vec<(Option<i64>, i64, i64, String)> {
    list.sort();
    list
}
