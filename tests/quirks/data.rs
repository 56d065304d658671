//! Data: quirks 24 to 27.

use super::*;
use pimento::model::Index;

/// What lists show of the item.
async fn index(engine: &Engine, href: &str) -> Index {
    engine.store.index(&engine.item(href).await.head.id).unwrap()
}

/// 24: `-P1WT15H`, control characters, bare LF, missing VERSION, BOM.
#[tokio::test]
async fn quirk_24_what_is_not_as_it_should_be_is_kept_as_it_is() {
    let (site, engine) = in_step().await;
    let event = event("odd", "odd");
    let alarm = "BEGIN:VALARM\r\nTRIGGER:-P1WT15H\r\nACTION:DISPLAY\r\nEND:VALARM\r\n";
    for (what, text) in [
        ("a duration of weeks and hours", event.replace("END:VEVENT", &format!("{alarm}END:VEVENT"))),
        ("control characters", event.replace("odd\r\nEND", "o\u{1}d\u{b}d\r\nEND")),
        ("bare LF", event.replace("\r\n", "\n")),
        ("no VERSION", event.replace("VERSION:2.0\r\n", "")),
        ("a BOM", format!("\u{feff}{event}")),
        ("no end", event.replace("END:VEVENT\r\nEND:VCALENDAR\r\n", "")),
        ("a line that is none", event.replace("DTEND", "this is no line\r\n\r\nDTEND")),
        ("a date that is none", event.replace("20261123T100000Z", "20261399T990000Z")),
    ] {
        site.put("/u/cal/odd.ics", &text);
        let run = engine.run_well().await;
        assert_eq!(run.total(|report| report.waiting), 0, "{what}");
        assert_eq!(engine.shown().await["/u/cal/odd.ics"], text, "{what}");
        let entry = index(&engine, "/u/cal/odd.ics").await.entry;
        assert!(entry.is_some_and(|entry| entry.title.starts_with('o')), "{what}: it is in the lists");
        // And it can be edited, unless a form could not show when it is.
        if what == "a date that is none" {
            continue;
        }
        engine.retitle("/u/cal/odd.ics", "mine").await;
        engine.run_well().await;
        assert!(site.text("/u/cal/odd.ics").unwrap().contains("SUMMARY:mine"), "{what}");
    }
}

/// 24: the wrong charset, alone and in the middle of a multiget.
#[tokio::test]
async fn quirk_24_bytes_of_another_charset_are_kept() {
    let (site, engine) = in_step().await;
    let latin = event("latin", "Gr@@e").into_bytes();
    let mut latin: Vec<u8> = latin;
    let at = latin.windows(2).position(|two| two == b"@@").unwrap();
    latin.splice(at..at + 2, [0xFC, 0xDF]);
    site.put("/u/cal/latin.ics", "stands for the bytes");
    site.put("/u/cal/1.ics", &event("uid-1", "after"));
    let bytes = latin.clone();
    site.twist(move |request, honest| {
        let mut answer = honest();
        let marker = b"stands for the bytes";
        if let Some(at) = answer.body.windows(marker.len()).position(|window| window == marker) {
            answer.body.splice(at..at + marker.len(), bytes.iter().copied());
        }
        let _ = request;
        answer
    });
    engine.run_well().await;
    assert_eq!(engine.item("/u/cal/latin.ics").await.base.unwrap(), latin);
    assert!(engine.shown().await["/u/cal/1.ics"].contains("after"), "the others come with it");
}

/// 2026-11-23T09:00:00Z, which is 10 o'clock in Berlin.
const TEN_IN_BERLIN: i64 = 1_795_424_400_000;

fn zoned(tzid: &str, more: &str) -> String {
    let start = format!("DTSTART;TZID={tzid}:20261123T100000");
    event("zoned", "zoned").replace("DTSTART:20261123T100000Z", &start).replace("DTEND:20261123T110000Z\r\n", more)
}

/// 25: Windows zone names, a trailing space in TZID, a VTIMEZONE under a private name.
#[tokio::test]
async fn quirk_25_zones_are_resolved_whatever_they_are_called() {
    let private = "BEGIN:VTIMEZONE\r\nTZID:My zone\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0200\r\n\
                   TZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT";
    for (tzid, text) in [
        ("IANA", zoned("Europe/Berlin", "")),
        ("Windows", zoned("W. Europe Standard Time", "")),
        ("space", zoned("Europe/Berlin ", "")),
        ("quoted", zoned("\"Europe/Berlin\"", "")),
        ("prefixed", zoned("/freeassociation.sourceforge.net/Europe/Berlin", "")),
        ("private", zoned("My zone", "").replace("BEGIN:VEVENT", private)),
    ] {
        let (site, engine) = in_step().await;
        site.put("/u/cal/z.ics", &text);
        engine.run_well().await;
        let index = index(&engine, "/u/cal/z.ics").await;
        assert_eq!(index.occurrences().iter().map(|o| o.start).collect::<Vec<_>>(), [TEN_IN_BERLIN], "{tzid}");
        assert!(!index.entry.unwrap().partial, "{tzid}");
    }
}

/// 25: say which events had to be guessed.
#[tokio::test]
async fn quirk_25_a_zone_that_nobody_knows_is_said_to_be_guessed() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/z.ics", &zoned("Nowhere at all", ""));
    engine.run_well().await;
    let index = index(&engine, "/u/cal/z.ics").await;
    assert!(index.occurrences().len() == 1 && index.entry.unwrap().partial);
}

/// 25: RECURRENCE-ID in another zone than DTSTART.
#[tokio::test]
async fn quirk_25_an_instance_named_in_another_zone_replaces_its_own() {
    let (site, engine) = in_step().await;
    let moved = "END:VEVENT\r\nBEGIN:VEVENT\r\nUID:zoned\r\nRECURRENCE-ID:20261124T090000Z\r\n\
                 DTSTART:20261124T150000Z\r\nSUMMARY:moved\r\nEND:VEVENT\r\nEND:VCALENDAR";
    let series = zoned("Europe/Berlin", "RRULE:FREQ=DAILY;COUNT=3\r\n");
    site.put("/u/cal/z.ics", &series.replace("END:VEVENT\r\nEND:VCALENDAR", moved));
    engine.run_well().await;
    let starts: Vec<_> = index(&engine, "/u/cal/z.ics").await.occurrences().iter().map(|o| o.start).collect();
    assert_eq!(starts, [TEN_IN_BERLIN, TEN_IN_BERLIN + DAY + 6 * 3_600_000, TEN_IN_BERLIN + 2 * DAY]);
}

/// 26: groups as CATEGORIES or as cards of KIND:group, X-ADDRESSBOOKSERVER-KIND.
#[tokio::test]
async fn quirk_26_groups_of_either_sort_are_kept_as_they_came() {
    let (site, engine) = in_step().await;
    for kind in [
        "CATEGORIES:Friends,Choir\r\n",
        "KIND:group\r\nMEMBER:urn:uuid:c\r\n",
        "X-ADDRESSBOOKSERVER-KIND:group\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:c\r\n",
    ] {
        site.put("/u/book/g.vcf", &card("g", "Group", kind));
        engine.run_well().await;
        assert!(index(&engine, "/u/book/g.vcf").await.entry.is_some(), "{kind}");
        engine.retitle("/u/book/g.vcf", "Renamed").await;
        engine.run_well().await;
        let text = site.text("/u/book/g.vcf").unwrap();
        assert!(text.contains("N:Renamed") && text.contains(kind), "{text}");
    }
}

/// 27: a UID twice in one collection, or the same UID in two.
#[tokio::test]
async fn quirk_27_identity_is_collection_and_href() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/twin.ics", &event("uid-1", "twin"));
    site.put("/u/notes/twin.ics", &event("uid-1", "elsewhere").replace("VEVENT", "VJOURNAL"));
    engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 6);
    engine.retitle("/u/cal/twin.ics", "mine").await;
    engine.delete("/u/cal/1.ics").await;
    engine.run_well().await;
    assert!(site.text("/u/cal/twin.ics").unwrap().contains("SUMMARY:mine"));
    assert!(site.text("/u/notes/twin.ics").unwrap().contains("SUMMARY:elsewhere"));
    assert_eq!(site.text("/u/cal/1.ics"), None);
}
