//! Every instance of a series can be reached, however many there are.

use super::{instances, view};
use crate::model::Millis;
use crate::model::view::{Detail, EventView, Instance, Seek, View};
use crate::text::moment::{Moment, seconds};

fn at(moment: &str) -> Millis {
    seconds(Moment::parse(moment).unwrap().local()) * 1000
}

fn calendar(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{}\r\nEND:VCALENDAR\r\n", lines.replace('\n', "\r\n"))
}

fn event(lines: &str) -> String {
    calendar(&format!("BEGIN:VEVENT\nUID:u\n{lines}\nEND:VEVENT"))
}

fn event_of(text: &str, of: Option<Millis>) -> (View, EventView) {
    let view = view(text.as_bytes(), of, at("20261122T090000Z"));
    match view.detail.clone() {
        Detail::Event(event) => (view, *event),
        other => panic!("{other:?}"),
    }
}

/// The days and hours on the wall.
fn days(found: &[Instance]) -> Vec<String> {
    let wall = |i: &Instance| crate::text::moment::at(i.start.wall / 1000).format("%y%m%dT%H").to_string();
    found.iter().map(wall).collect()
}

fn sought(text: &str, seek: Seek) -> Vec<String> {
    days(&instances(text.as_bytes(), seek))
}

#[test]
fn page_by_page_there_and_back() {
    for rule in ["FREQ=DAILY", "FREQ=MINUTELY;INTERVAL=7", "FREQ=YEARLY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=99"]
    {
        let text = event(&format!("DTSTART;TZID=Europe/Berlin:20200301T093000\nRRULE:{rule}"));
        let (mut there, mut from) = (Vec::new(), at("20200101T000000Z"));
        for _ in 0..5 {
            let page = instances(text.as_bytes(), Seek::After(from));
            assert_eq!(page.len(), 6, "{rule}");
            from = page[5].start.at.unwrap();
            there.extend(page);
        }
        let mut back = Vec::new();
        let mut to = from + 1_000;
        for _ in 0..5 {
            let page = instances(text.as_bytes(), Seek::Before(to));
            to = page[0].start.at.unwrap();
            back.splice(0..0, page);
        }
        assert_eq!(days(&there), days(&back), "{rule}");
        assert!(instances(text.as_bytes(), Seek::Before(to)).is_empty(), "{rule}: nothing is before the first");
        for instance in [&there[0], &there[29]] {
            let (_, event) = event_of(&text, Some(instance.of));
            assert_eq!(event.start.as_ref(), Some(&instance.start), "{rule}");
            assert!(event.series.unwrap().next.contains(instance), "{rule}: it is among those listed");
        }
    }
}

#[test]
fn more_at_the_same_time_than_a_page_has() {
    let mut lines = "BEGIN:VEVENT\nUID:u\nDTSTART:20200101T090000Z\nRRULE:FREQ=DAILY;COUNT=20\nEND:VEVENT".to_owned();
    for day in 5..13 {
        let id = format!("202001{day:02}T090000Z");
        lines.push_str(&format!("\nBEGIN:VEVENT\nUID:u\nRECURRENCE-ID:{id}\nDTSTART:20200108T120000Z\nEND:VEVENT"));
    }
    let text = calendar(&lines);
    let (mut there, mut from) = (Vec::new(), at("20200101T000000Z"));
    while let [.., last] = instances(text.as_bytes(), Seek::After(from)).as_slice() {
        there.extend(instances(text.as_bytes(), Seek::After(from)));
        from = last.start.at.unwrap();
    }
    let (mut back, mut to) = (Vec::new(), from + 1_000);
    while let [first, ..] = instances(text.as_bytes(), Seek::Before(to)).as_slice() {
        back.splice(0..0, instances(text.as_bytes(), Seek::Before(to)));
        to = first.start.at.unwrap();
    }
    assert_eq!((there.len(), &there), (20, &back));
}

#[test]
fn a_day_is_the_series_own() {
    let tokyo = event("DTSTART;TZID=Asia/Tokyo:20200101T003000\nRRULE:FREQ=DAILY");
    assert_eq!(sought(&tokyo, Seek::Day(at("20310707")))[..2], ["310707T00", "310708T00"]);
    let hawaii = event("DTSTART;TZID=Pacific/Honolulu:20200101T233000\nRRULE:FREQ=DAILY");
    assert_eq!(sought(&hawaii, Seek::Day(at("20310707")))[..2], ["310707T23", "310708T23"]);
    let days = event("DTSTART;VALUE=DATE:20200101\nRRULE:FREQ=DAILY");
    assert_eq!(sought(&days, Seek::Day(at("20310707")))[..2], ["310707T00", "310708T00"]);
    assert_eq!(sought(&days, Seek::Before(at("20310707")))[5], "310706T00");
    assert_eq!(sought(&days, Seek::Day(at("19500101"))).first().map(String::as_str), Some("200101T00"));
}

/// More of them than are counted at once lie between.
#[test]
fn the_last_of_a_series_long_over() {
    let text = event("DTSTART:19500101T090000Z\nRRULE:FREQ=DAILY;UNTIL=20100101T090000Z");
    assert_eq!(sought(&text, Seek::Before(at("20261122T090000Z")))[5], "100101T09");
    assert!(sought(&text, Seek::After(at("20261122T090000Z"))).is_empty());
    for junk in ["", "BEGIN:VCARD", "BEGIN:VEVENT\nDTSTART:x\nRRULE:FREQ=DAILY"] {
        for seek in [Seek::After(i64::MAX), Seek::Before(i64::MIN), Seek::Day(i64::MIN), Seek::Day(i64::MAX)] {
            assert!(sought(junk, seek).is_empty() && sought(&text, seek).len() <= 6);
        }
    }
}

#[test]
fn many_moved_instances_are_all_the_series_own() {
    let mut lines =
        "BEGIN:VEVENT\nUID:u\nSUMMARY:A\nDTSTART:20200106T090000Z\nRRULE:FREQ=WEEKLY\nEND:VEVENT".to_owned();
    for week in 0..250 {
        let was = at("20200106T090000Z") / 1000 + week * 7 * 86_400;
        let (was, now) = (Moment::Utc(crate::text::moment::at(was)), Moment::Utc(crate::text::moment::at(was + 3_600)));
        lines.push_str(&format!(
            "\nBEGIN:VEVENT\nUID:u\nSUMMARY:{week}\nRECURRENCE-ID:{was}\nDTSTART:{now}\nEND:VEVENT"
        ));
    }
    let text = calendar(&lines);
    let (view, event) = event_of(&text, None);
    let keys: Vec<&str> = view.missed.iter().map(|said| said.key.as_str()).collect();
    assert_eq!((keys, event.series.unwrap().changed.len()), (vec!["missed_changed"], 200));
    for week in [0, 199, 200, 249] {
        let (view, event) = event_of(&text, Some(at("20200106T090000Z") + week * 7 * 86_400_000));
        assert_eq!((view.title, event.start.unwrap().wall % 86_400_000), (week.to_string(), 10 * 3_600_000));
    }
}
