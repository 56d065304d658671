//! Instances that come without their series.

use proptest::prelude::*;

use super::super::update::{is_update, updated};
use super::properties::junk;
use super::{calendar, indexed};
use crate::model::Kind;
use crate::text::moment::at;

const ZONE: &str = "BEGIN:VTIMEZONE\nTZID:Here\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\n\
    TZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n";

fn series(more: &str) -> String {
    calendar(&format!(
        "BEGIN:VEVENT\nUID:u\nDTSTART;TZID=Europe/Berlin:20260701T100000\nRRULE:FREQ=DAILY;COUNT=5\nSUMMARY:Daily\nEND:VEVENT\n{more}"
    ))
}

fn instance(id: &str, start: &str, title: &str) -> String {
    format!("BEGIN:VEVENT\nUID:u\nRECURRENCE-ID{id}\nDTSTART{start}\nSUMMARY:{title}\nEND:VEVENT\n")
}

fn put(series: &str, update: &str) -> Option<String> {
    updated(series.as_bytes(), update.as_bytes()).map(|text| String::from_utf8(text).unwrap())
}

#[test]
fn an_instance_that_comes_alone_becomes_part_of_its_series() {
    let moved = instance(":20260702T080000Z", ":20260702T120000Z", "Moved");
    let update = calendar(&moved);
    assert!(is_update(update.as_bytes()) && !is_update(series(&moved).as_bytes()));
    assert_eq!(put(&series(""), &update), Some(series(&moved)), "behind the series");
    let other = instance(";TZID=Europe/Berlin:20260703T100000", ":20260703T120000Z", "Other");
    assert_eq!(put(&series(&other), &update), Some(series(&format!("{other}{moved}"))), "and behind the others");
    // In place of its own, however that is written.
    let own = instance(";TZID=Europe/Berlin:20260702T100000", ":20260702T130000Z", "Own");
    assert_eq!(put(&series(&format!("{own}{other}")), &update), Some(series(&format!("{moved}{other}"))));
    // Of a series that is not here as a whole.
    assert_eq!(put(&calendar(&other), &update), Some(calendar(&format!("{other}{moved}"))));
    assert_eq!(put(&series(""), &series("")), None, "what is a series is no update of one");
    assert_eq!(put("BEGIN:VCARD\r\nFN:x\r\nEND:VCARD\r\n", &update), None);
    assert_eq!(put(&series("").replace("END:VEVENT\r\n", ""), &update), None);
    let times = indexed(&put(&series(""), &update).unwrap(), Kind::Calendar, "20260701", "20260801").occurrences();
    assert_eq!(times.len(), 5);
}

/// What is for "this and following" is so still, from the next on that comes not with its own.
#[test]
fn an_instance_leaves_what_is_for_those_after_it() {
    let following = instance(";RANGE=THISANDFUTURE:20260702T080000Z", ":20260702T110000Z", "Noon");
    let update = |n: u8| instance(&format!(":2026070{n}T080000Z"), &format!(":2026070{n}T140000Z"), "Own");
    let times = |text: Option<String>| -> Vec<String> {
        let all = indexed(&text.unwrap(), Kind::Calendar, "20260701", "20260801").occurrences();
        all.iter().map(|o| format!("{} {}", at(o.start / 1000).format("%d %H"), o.title)).collect()
    };
    let one = put(&series(&following), &calendar(&update(2)));
    assert_eq!(times(one.clone()), ["01 08 Daily", "02 14 Own", "03 11 Noon", "04 11 Noon", "05 11 Noon"]);
    assert_eq!(put(&one.clone().unwrap(), &calendar(&update(2))), one, "once is enough");
    let three = put(&series(&following), &calendar(&(update(2) + &update(3) + &update(5))));
    assert_eq!(times(three), ["01 08 Daily", "02 14 Own", "03 14 Own", "04 11 Noon", "05 14 Own"]);
    let all = put(&series(&following), &calendar(&(2..=5).map(update).collect::<String>())).unwrap();
    assert!(!all.contains("RANGE"), "{all}");
    // What is for those after it too stands in its place.
    let later = following.replace("T110000Z", "T120000Z");
    assert_eq!(put(&series(&following), &calendar(&later)), Some(series(&later)));
    // What takes out all after it has no next.
    let none = following.replace("SUMMARY", "STATUS:CANCELLED\nSUMMARY");
    assert_eq!(put(&series(&none), &calendar(&update(2))), None);
}

/// Which is the next is known of an event's series alone.
#[test]
fn an_instance_is_put_in_where_no_next_is_known() {
    let following = instance(";RANGE=THISANDFUTURE:20260702T080000Z", ":20260702T110000Z", "Noon");
    let own = instance(":20260702T080000Z", ":20260702T140000Z", "Own");
    let put_in = Some(calendar(&format!("{following}{own}")));
    assert_eq!(put(&calendar(&following), &calendar(&own)), put_in, "a series that is not here");
    let task = |text: String| text.replace("VEVENT", "VTODO");
    let put_in = Some(task(series(&format!("{following}{own}"))));
    assert_eq!(put(&task(series(&following)), &task(calendar(&own))), put_in);
}

#[test]
fn another_sort_of_the_same_uid_is_no_update() {
    let task = calendar(&instance(":20260702T080000Z", ":20260702T120000Z", "Task").replace("VEVENT", "VTODO"));
    assert_eq!(put(&series(""), &task), None);
}

#[test]
fn days_are_named_by_days() {
    let days = |more: &str| {
        calendar(&format!(
            "BEGIN:VEVENT\nUID:u\nDTSTART;VALUE=DATE:20260701\nRRULE:FREQ=DAILY;COUNT=5\nEND:VEVENT\n{more}"
        ))
    };
    let own = instance(";VALUE=DATE:20260702", ";VALUE=DATE:20260709", "Own");
    let moved = instance(":20260702T000000", ";VALUE=DATE:20260710", "Moved");
    assert_eq!(put(&days(&own), &calendar(&moved)), Some(days(&moved)));
}

#[test]
fn an_instance_brings_the_zones_it_needs() {
    let moved = instance(":20260702T080000Z", ";TZID=Here:20260702T120000", "Moved");
    let with_zone = calendar(&format!("{ZONE}{moved}"));
    let whole = series(&moved).replace(
        "BEGIN:VEVENT\r\nUID:u\r\nDTSTART",
        &format!("{}BEGIN:VEVENT\r\nUID:u\r\nDTSTART", ZONE.replace('\n', "\r\n")),
    );
    assert_eq!(put(&series(""), &with_zone), Some(whole.clone()));
    assert_eq!(put(&whole, &with_zone), Some(whole.clone()), "once");
    // Another zone of that name, and one that nobody defines.
    assert_eq!(put(&whole, &with_zone.replace("+0100", "+0200")), None);
    assert_eq!(put(&series(""), &calendar(&moved)), None);
    let berlin = instance(":20260702T080000Z", ";TZID=Europe/Berlin:20260702T120000", "Moved");
    assert_eq!(put(&series(""), &calendar(&berlin)), Some(series(&berlin)));
}

/// A zone that would come along is what the series' own is guessed by.
#[test]
fn a_series_whose_zone_is_guessed_is_left() {
    let guessed = series("")
        .replace("Europe/Berlin", "Foo")
        .replace("BEGIN:VEVENT", "X-WR-TIMEZONE:Europe/Berlin\r\nBEGIN:VEVENT");
    let moved = instance(":20260702T080000Z", ";TZID=Here:20260702T120000", "Moved");
    assert_eq!(put(&guessed, &calendar(&format!("{ZONE}{moved}"))), None);
    assert_eq!(put(&guessed, &calendar(&instance(":20260702T080000Z", ":20260702T120000Z", "Moved"))), None);
}

#[test]
fn the_same_instance_is_named_in_many_ways() {
    let ids = [
        ";VALUE=DATE:20260702",
        ";TZID=Europe/Berlin:20260702T100000",
        ":20260702T100000",
        ":20260702T080000Z",
        ";TZID=America/New_York:20260702T040000",
    ];
    for (own, other) in ids.iter().flat_map(|own| ids.map(|other| (own, other))) {
        let own = instance(own, ":20260702T130000Z", "Own");
        let moved = instance(other, ":20260702T120000Z", "Moved");
        assert_eq!(put(&series(&own), &calendar(&moved)), Some(series(&moved)));
    }
}

proptest! {
    #[test]
    fn anything_may_come(a in junk(), b in junk()) {
        updated(&a, &b);
        is_update(&a);
    }
}
