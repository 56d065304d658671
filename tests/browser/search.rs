//! Finding things in the workspace.

use thirtyfour::Key;

use crate::harness::browser::{Browser, Kind, SOON};
use crate::harness::sample::{CALENDAR, CONTACTS, NOTES};
use crate::harness::server::Radicale;
use crate::harness::wait;
use crate::notes::note;
use crate::person::{after_change, delete, install, open_item, save, set_up, show, synchronize_well, wait_rows};

const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//test//EN\r\nBEGIN:VEVENT\r\nUID:talk\r\n\
    DTSTAMP:20260101T000000Z\r\nSUMMARY:Talk\r\nLOCATION:Zürich\\, Rämistraße 7\r\nDTSTART:20190507T100000Z\r\n\
    DURATION:PT1H\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
const CONTACT: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:anna\r\nFN:Anna Berg\r\nN:Berg;Anna;;;\r\n\
    TEL;TYPE=HOME:+49 (0)30 1234-56\r\nEND:VCARD\r\n";

/// A server with one event, one contact and two notes.
fn server() -> Radicale {
    let server = Radicale::start();
    let dav = server.dav();
    let folder = |name: &str| format!("/alice/{name}");
    dav.make_calendar(&folder(CALENDAR), "Calendar", &["VEVENT"]);
    dav.make_addressbook(&folder(CONTACTS), "Contacts");
    dav.make_calendar(&folder(NOTES), "Notes", &["VJOURNAL"]);
    dav.put(&format!("{}talk.ics", folder(CALENDAR)), EVENT);
    dav.put(&format!("{}anna.vcf", folder(CONTACTS)), CONTACT);
    dav.put(&format!("{}seeds.ics", folder(NOTES)), &note("seeds", "Seeds", "Sorrel and chervil"));
    dav.put(&format!("{}zebra.ics", folder(NOTES)), &note("zebra", "Zebra crossing", "Anna called"));
    server
}

/// Types it and waits until exactly these are found, in this order.
#[track_caller]
fn find(browser: &Browser, typed: &str, wanted: &[&str]) {
    browser.fill("#filter", typed);
    found(browser, typed, wanted);
}

#[track_caller]
fn found(browser: &Browser, typed: &str, wanted: &[&str]) {
    let told = if wanted.is_empty() { format!("“{typed}”") } else { wanted.len().to_string() };
    wait::until_ok(&format!("what is found for {typed}"), SOON, || {
        let rows = browser.texts("#list li[data-item] .name");
        let said = browser.text("#found").unwrap_or_default();
        if rows == wanted && said.contains(&told) { Ok(()) } else { Err(format!("{rows:?} {said}")) }
    });
}

/// The title of the row in focus, or the id of what else is.
fn in_focus(browser: &Browser) -> String {
    let script = "const at = document.activeElement;
        return at.closest('li[data-item]')?.querySelector('.name').textContent ?? at.id";
    serde_json::from_value(browser.js(script, vec![])).unwrap()
}

pub fn what_is_typed_finds_events_contacts_and_notes(kind: Kind) {
    let server = server();
    let dav = server.dav();
    let browser = install(kind);
    set_up(&browser, &server.url, &dav);
    after_change(&browser, false);
    synchronize_well(&browser);

    show(&browser, "notes");
    wait_rows(&browser, 2);
    // An event of long ago by its place, a contact by its number, a note by its text.
    find(&browser, "zurich", &["Talk"]);
    find(&browser, "RAMISTR 7", &["Talk"]);
    for number in ["030 123", "+4930", "0049 30 1234", "030/12345", "anna 03012"] {
        find(&browser, number, &["Anna Berg"]);
    }
    find(&browser, "cherv", &["Seeds"]);
    find(&browser, "hervil", &[]);
    // The kind of the tab comes first, each kind says how many there are.
    find(&browser, "anna", &["Zebra crossing", "Anna Berg"]);
    assert_eq!(browser.texts("#list li.heading"), ["Notes: 1", "Contacts: 1"]);
    find(&browser, "z", &["Zebra crossing", "Talk"]);

    // By keys alone.
    browser.press("#filter", Key::Down);
    assert_eq!(in_focus(&browser), "Zebra crossing");
    let (first, last) = ("#list li[data-item] button", "#list li:last-child button");
    browser.press(first, Key::Down);
    assert_eq!(in_focus(&browser), "Talk");
    browser.press(last, Key::Up);
    assert_eq!(in_focus(&browser), "Zebra crossing");
    browser.press(first, Key::Up);
    assert_eq!(in_focus(&browser), "filter");
    browser.press("#filter", Key::Escape);
    wait_rows(&browser, 2);
    assert_eq!(browser.value("#filter").as_deref(), Some(""));

    // What is opened is under its own tab, and what was found stays.
    open_item(&browser, "Talk");
    browser.wait_for("#tab-events[aria-selected=true]");
    found(&browser, "Talk", &["Talk"]);
    browser.click("#tab-contacts");
    wait_rows(&browser, 1);
    assert_eq!(browser.value("#filter").as_deref(), Some(""));

    // Changed: found by what it says now. Deleted: not found any more.
    open_item(&browser, "Seeds");
    browser.fill("#text", "Sorrel and lovage");
    save(&browser);
    find(&browser, "lovage", &["Seeds"]);
    find(&browser, "chervil", &[]);
    open_item(&browser, "Seeds");
    delete(&browser);
    found(&browser, "Seeds", &[]);
}
