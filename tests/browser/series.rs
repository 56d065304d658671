//! A repeating event changed in the workspace: one of them, one and the following,
//! and one deleted.

use serde_json::json;

use crate::edit::{folder, server};
use crate::harness::browser::{Browser, Kind, SOON};
use crate::harness::dav::Dav;
use crate::harness::sample::CALENDAR;
use crate::harness::wait;
use crate::person::{after_change, delete, install, read_item, save, set_up, show, synchronize_well, wait_items};

/// The start in so many days, at ten in the morning UTC, as a calendar has it.
fn at(browser: &Browser, days: i64) -> String {
    let script = "const day = new Date(Date.now() + arguments[0] * 86400000);
        day.setUTCHours(10, 0, 0, 0); return day.toISOString().replace(/[-:]|[.]000/g, '')";
    browser.js(script, vec![json!(days)]).as_str().unwrap().to_owned()
}

/// Opens the form of the series' next instance but so many.
#[track_caller]
fn open_instance(browser: &Browser, title: &str, but: usize) {
    show(browser, "events");
    read_item(browser, title);
    browser.click(&format!("#next li:nth-child({}) button", but + 1));
    browser.wait_for("#whole");
    browser.click("#edit");
    browser.wait_for("#reach");
    assert_eq!(browser.count("#reach-one:checked"), 1, "one is meant, if nothing else is said");
}

pub fn one_event_then_the_following_then_one_less(kind: Kind) {
    let server = server();
    let dav = server.dav();
    let browser = install(kind);
    let starts: Vec<String> = (0..4).map(|week| at(&browser, 1 + 7 * week)).collect();
    dav.put(
        &format!("{}choir.ics", folder(CALENDAR)),
        &format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VEVENT\r\nUID:choir\r\n\
             DTSTAMP:20260101T000000Z\r\nSUMMARY:Choir\r\nDTSTART:{}\r\nDURATION:PT1H\r\n\
             RRULE:FREQ=WEEKLY;COUNT=9\r\nX-KEEP:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            starts[0]
        ),
    );
    set_up(&browser, &server.url, &dav);
    after_change(&browser, false);
    synchronize_well(&browser);

    // The second of them.
    open_instance(&browser, "Choir", 1);
    browser.fill("#title", "Candlelight");
    save(&browser);
    wait::until("it to be shown as it is now", SOON, || {
        (browser.text("#detail-title").as_deref() == Some("Candlelight")).then_some(())
    });
    synchronize_well(&browser);
    let one = |text: &str| {
        text.contains(&format!("RECURRENCE-ID:{}", starts[1]))
            && text.contains("SUMMARY:Choir\n")
            && text.contains("SUMMARY:Candlelight\n")
            && text.contains("X-KEEP:1\n")
    };
    wait_items(&dav, &folder(CALENDAR), &[&|text| one(text) && text.contains("COUNT=9")]);

    // The third and what follows.
    open_instance(&browser, "Choir", 2);
    browser.check("#reach-following", true);
    browser.fill("#title", "Church music");
    save(&browser);
    synchronize_well(&browser);
    let first = |text: &str| one(text) && text.contains(&format!("UNTIL={}", starts[1])) && !text.contains("Church");
    let second = |text: &str| {
        text.contains(&format!("DTSTART:{}", starts[2]))
            && text.contains("SUMMARY:Church music\n")
            && text.contains("COUNT=7")
            && text.contains("X-KEEP:1\n")
            && !text.contains("UID:choir\n")
            && !text.contains("Candlelight")
    };
    wait_items(&dav, &folder(CALENDAR), &[&first, &|text| second(text) && !text.contains("EXDATE")]);

    // The fourth goes.
    open_instance(&browser, "Church music", 1);
    delete(&browser);
    wait::until("nothing of it to be shown", SOON, || (browser.count("#whole") == 0).then_some(()));
    assert_eq!(browser.texts(".error").concat(), "");
    synchronize_well(&browser);
    wait_items(
        &dav,
        &folder(CALENDAR),
        &[&first, &|text| second(text) && text.contains(&format!("EXDATE:{}", starts[3]))],
    );

    past_and_far_ahead(&browser, &dav, &[&first, &|text| second(text)]);
}

/// Every instance of a series without end can be reached: one that is over is retitled, one
/// far ahead is deleted.
fn past_and_far_ahead(browser: &Browser, dav: &Dav, others: &[&dyn Fn(&str) -> bool]) {
    dav.put(
        &format!("{}run.ics", folder(CALENDAR)),
        &format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VEVENT\r\nUID:run\r\n\
             DTSTAMP:20260101T000000Z\r\nSUMMARY:Morning run\r\nDTSTART:{}\r\nDURATION:PT1H\r\n\
             RRULE:FREQ=DAILY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            at(browser, -30)
        ),
    );
    synchronize_well(browser);
    let listed = |n: &str| browser.text(&format!("#next li:{n} button")).unwrap_or_default();
    let open_listed = |n: &str| {
        browser.click(&format!("#next li:{n} button"));
        browser.wait_for("#whole");
        browser.click("#edit");
        browser.wait_for("#reach-one:checked");
    };
    let another = |before: &str| {
        wait::until("other times to be listed", SOON, || {
            let now = listed("first-child");
            (!now.is_empty() && now != before).then_some(())
        });
    };

    // The last one before those that come.
    show(browser, "events");
    read_item(browser, "Morning run");
    let next = listed("first-child");
    browser.click("#earlier");
    another(&next);
    assert_eq!(browser.count("#next li"), 6);
    open_listed("last-child");
    browser.fill("#title", "Long run");
    save(browser);
    synchronize_well(browser);
    // Before ten in the morning it was yesterday's.
    let over = [-1, 0].map(|day| format!("RECURRENCE-ID:{}", at(browser, day)));
    let retitled = |text: &str| over.iter().any(|id| text.contains(id)) && text.contains("SUMMARY:Long run\n");
    let all = |run: &dyn Fn(&str) -> bool| {
        let wanted: Vec<&dyn Fn(&str) -> bool> = others.iter().copied().chain([run]).collect();
        wait_items(dav, &folder(CALENDAR), &wanted);
    };
    all(&|text| retitled(text) && !text.contains("EXDATE"));

    // More than a year ahead.
    let far = at(browser, 400);
    show(browser, "events");
    read_item(browser, "Morning run");
    let next = listed("first-child");
    browser.choose("#from-day", &format!("{}-{}-{}", &far[..4], &far[4..6], &far[6..8]));
    another(&next);
    open_listed("first-child");
    delete(browser);
    synchronize_well(browser);
    all(&|text| retitled(text) && text.contains(&format!("EXDATE:{far}")));

    // Nothing is before the first, and that is said.
    show(browser, "events");
    read_item(browser, "Morning run");
    let next = listed("first-child");
    browser.choose("#from-day", "2000-01-01");
    another(&next);
    browser.click("#earlier");
    wait::until("that to be said", SOON, || {
        (!browser.text("#instances-said").unwrap_or_default().is_empty()).then_some(())
    });
    assert_eq!(browser.count("#next li"), 6, "what was listed stays");
    assert_eq!(browser.texts(".error").concat(), "");
}
