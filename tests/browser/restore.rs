//! Restore from server.

use crate::harness::browser::{Kind, SOON};
use crate::harness::sample::NOTES;
use crate::harness::server::Radicale;
use crate::harness::wait;
use crate::person::{
    A_RUN, after_change, delete, install, open_item, save, set_up, show, synchronize_well, wait_items, wait_rows,
};

fn note(uid: &str, title: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//test//EN\r\nBEGIN:VJOURNAL\r\nUID:{uid}\r\n\
         DTSTAMP:20260101T000000Z\r\nSUMMARY:{title}\r\nDESCRIPTION:As the server has it\r\nEND:VJOURNAL\r\n\
         END:VCALENDAR\r\n"
    )
}

pub fn local_changes_are_counted_set_aside_and_can_be_had_back(kind: Kind) {
    let mut server = Radicale::start();
    let dav = server.dav();
    let folder = format!("/alice/{NOTES}");
    dav.make_calendar(&folder, "Notes", &["VJOURNAL"]);
    for (name, title) in [("a", "Alder"), ("b", "Beech")] {
        dav.put(&format!("{folder}{name}.ics"), &note(name, title));
    }
    let browser = install(kind);
    set_up(&browser, &server.url, &dav);
    after_change(&browser, false);
    synchronize_well(&browser);

    // The server is away: three changes that it does not get.
    server.stop();
    show(&browser, "notes");
    open_item(&browser, "Alder");
    browser.fill("#text", "As I want it");
    save(&browser);
    open_item(&browser, "Beech");
    delete(&browser);
    browser.fill("#filter", "");
    browser.click("#new");
    browser.fill("#title", "Cedar");
    browser.fill("#text", "Only here");
    save(&browser);
    wait_rows(&browser, 2);
    server.resume();
    let there = dav.items(&folder);
    assert_eq!(there.len(), 2);

    browser.open("options.html");
    browser.click("#restore");
    let count = wait::until("the count", SOON, || browser.text("#restore-count").filter(|text| !text.is_empty()));
    assert!(count.contains('3'), "{count}");
    // To think better of it changes nothing.
    browser.click("#restore-cancel");
    show(&browser, "notes");
    wait_rows(&browser, 2);
    browser.open("options.html");
    browser.click("#restore");
    browser.click("#restore-confirm");

    // Here is what is there.
    show(&browser, "notes");
    wait::until_ok("the server's state", A_RUN, || {
        let rows = browser.texts("#list li[data-item]").join("\n");
        let is = rows.contains("Alder") && rows.contains("Beech") && !rows.contains("Cedar");
        if is { Ok(()) } else { Err(rows) }
    });
    open_item(&browser, "Alder");
    assert_eq!(browser.value("#text").as_deref(), Some("As the server has it"));
    assert_eq!(dav.items(&folder), there, "a restore writes nothing there");

    // What was only here, and what was changed here, can be had back.
    for title in ["Cedar", "Alder"] {
        browser.open("status.html");
        let row = wait::until_ok("what was set aside", SOON, || {
            let kept = browser.texts("#kept > li");
            kept.iter().position(|row| row.contains(title)).ok_or(format!("{kept:?}"))
        });
        browser.click(&format!("#kept > li:nth-child({}) button", row + 1));
        browser.wait_for("#kept-said:not([hidden])");
    }
    synchronize_well(&browser);
    wait_items(
        &dav,
        &folder,
        &[
            &|text| text.contains("SUMMARY:Cedar") && text.contains("Only here"),
            &|text| text.contains("SUMMARY:Alder") && text.contains("As I want it"),
            &|text| text.contains("SUMMARY:Beech"),
        ],
    );
}
