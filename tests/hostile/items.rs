//! Items that would keep a careless reader busy for hours, or end its stack. An
//! invitation is enough to put one into a calendar. Each is kept byte for byte, can
//! be edited, and is compared when both sides changed it.

use super::*;

fn with(inner: &str) -> String {
    event("uid-1", "before").replace("SUMMARY", &format!("{inner}SUMMARY"))
}

#[tokio::test]
async fn items_that_are_much_to_read() {
    const MANY: usize = 20_000;
    let (begins, ends) = ("BEGIN:X-A\r\n".repeat(MANY), "END:X-A\r\n".repeat(MANY));
    let within = ["BEGIN:VEVENT\r\nDTSTART:20261124\r\n", "END:VEVENT\r\n"].map(|lines| lines.repeat(5_000)).concat();
    let dates = ["20261123T100000Z"; MANY].join(",");
    let changed =
        "BEGIN:VEVENT\r\nUID:uid-1\r\nRECURRENCE-ID:20261124T100000Z\r\nDTSTART:20261124T110000Z\r\nEND:VEVENT\r\n";
    let instances = changed.repeat(2_000);
    for (what, text) in [
        ("levels", with(&format!("{begins}{ends}"))),
        ("levels without end", with(&begins)),
        ("events within events", with(&within)),
        ("ends of nothing", with(&format!("{begins}{}", ends.replace("X-A", "X-B")))),
        ("alarms", with(&"BEGIN:VALARM\r\nEND:VALARM\r\n".repeat(MANY))),
        ("changed instances", event("uid-1", "before").replace("END:VCALENDAR", &format!("{instances}END:VCALENDAR"))),
        ("dates", with(&format!("RRULE:FREQ=SECONDLY\r\nRDATE:{dates}\r\nEXDATE:{dates}\r\n"))),
        ("a rule that never comes true", with("RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30\r\n")),
        ("parameters", with(&format!("X-B{}:x\r\n", ";A=1".repeat(MANY)))),
        ("folds", with(&format!("X-C:{}x\r\n", "\r\n ".repeat(MANY)))),
    ] {
        let world = World::new().await;
        world.site.put("/u/cal/1.ics", &text);
        let began = Instant::now();
        world.engine.run_well().await;
        assert_eq!(world.engine.shown().await["/u/cal/1.ics"], text, "{what}");
        world.engine.retitle("/u/cal/1.ics", "mine").await;
        world.site.put("/u/cal/1.ics", &text.replace("before", "theirs"));
        world.engine.run_well().await;
        assert!(world.site.text("/u/cal/1.ics").unwrap().contains("SUMMARY:theirs"), "{what}");
        assert_eq!(world.site.hrefs(CALENDAR).len(), 4, "{what}: kept twice");
        assert!(began.elapsed() < ENDLESS, "{what}: {:?}", began.elapsed());
        println!("{what}: {:?}", began.elapsed());
    }
}
