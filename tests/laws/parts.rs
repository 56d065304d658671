//! What holds of any part of any series, edited or deleted. Shared by the properties
//! (`tests/laws.rs`) and the fuzz target `edits`.

use pimento::model::{EventFields, Fields, Reach};
use pimento::text::lines::Tree;
use pimento::text::occur::instances;
use pimento::text::series;

const NOW: i64 = 1_795_305_600_000;
/// So many ways [`hold`] has.
pub const WAYS: usize = 9;

/// What a person may do to an event.
fn changed(shown: &EventFields, way: usize) -> EventFields {
    let other_day = |at: &str| at.replacen("-1", "-2", 1);
    match way % WAYS {
        0 | 1 => EventFields { title: "Another".into(), ..shown.clone() },
        2 => EventFields { start: other_day(&shown.start), end: other_day(&shown.end), ..shown.clone() },
        3 => EventFields { zone: "Europe/Berlin".into(), ..shown.clone() },
        4 => EventFields { zone: String::new(), end: other_day(&shown.end), ..shown.clone() },
        5 if shown.all_day => {
            let at = |day: &str, time: &str| format!("{day}T{time}");
            EventFields {
                all_day: false,
                start: at(&shown.start, "22:30"),
                end: at(&shown.end, "23:30"),
                zone: "America/New_York".into(),
                ..shown.clone()
            }
        }
        5 => {
            let day = |at: &str| at.get(..10).unwrap_or(at).to_owned();
            EventFields {
                all_day: true,
                start: day(&shown.start),
                end: day(&shown.end),
                zone: String::new(),
                ..shown.clone()
            }
        }
        6 => EventFields { recurrence: Default::default(), start: other_day(&shown.start), ..shown.clone() },
        7 => EventFields { start: shown.end.clone(), end: other_day(&shown.end), ..shown.clone() },
        _ => EventFields { place: "Elsewhere".into(), alarms: Vec::new(), ..shown.clone() },
    }
}

/// Takes one instance of the text, if it has any, and does to it, to those from it on,
/// and to all what `way` says.
pub fn hold(text: &[u8], pick: usize, way: usize) {
    let found = instances(&Tree::parse(text), 1_600_000_000, 1_900_000_000).list;
    let named: Vec<i64> = found.iter().filter_map(|i| i.of).collect();
    let Some(of) = named.get(pick % named.len().max(1)).map(|of| of * 1000) else { return };
    let Some(shown) = series::fields(text, of) else { return };
    let Fields::Event(event) = &shown else { panic!("an instance of something else: {shown:?}") };
    assert_eq!(event.of, Some(of));
    let typed = Fields::Event(changed(event, way));
    for reach in [Reach::One(of), Reach::Following(of), Reach::All] {
        let edited = |typed: &Fields| series::edited(text, reach, Some(&shown), typed, "new", NOW);
        let same = edited(&shown).expect("nothing was changed");
        assert_eq!((same.item.as_deref(), same.new), (Some(text), None));
        if let Ok(parts) = edited(&typed) {
            assert!(reach == Reach::All || parts.item.is_some());
            assert!(parts.new.is_none() || matches!(reach, Reach::Following(_)));
            for text in parts.item.iter().chain(&parts.new) {
                assert_eq!(&Tree::parse(text).print(), text);
            }
            // What was changed reads as that.
            if let (Some(item), Reach::One(_), 0) = (&parts.item, reach, way % WAYS) {
                let Some(Fields::Event(now)) = series::fields(item, of) else { panic!("it is gone") };
                assert_eq!((now.title.as_str(), &now.start, &now.end), ("Another", &event.start, &event.end));
            }
        }
        if let Some(item) = series::deleted(text, reach, NOW).and_then(|parts| parts.item) {
            assert_ne!(item, text);
        }
    }
}
