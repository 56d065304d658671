//! What a person does in the workspace.

use crate::harness::browser::{Browser, Kind};
use crate::harness::sample::{CALENDAR, CONTACTS, NOTES};
use crate::harness::server::Radicale;
use crate::person::{
    after_change, delete, install, open_item, save, set_up, show, synchronize, synchronize_well, unfolded, wait_items,
    wait_rows,
};

/// A server with the three folders, nothing in them.
pub fn server() -> Radicale {
    let server = Radicale::start();
    let dav = server.dav();
    dav.make_calendar(&format!("/alice/{CALENDAR}"), "Calendar", &["VEVENT"]);
    dav.make_addressbook(&format!("/alice/{CONTACTS}"), "Contacts");
    dav.make_calendar(&format!("/alice/{NOTES}"), "Notes", &["VJOURNAL"]);
    server
}

pub fn folder(name: &str) -> String {
    format!("/alice/{name}")
}

fn new_event(browser: &Browser) {
    show(browser, "events");
    browser.click("#new");
    browser.fill("#title", "Lighthouse tour; bring a torch");
    browser.fill("#place", "Harbour, pier 2");
    browser.choose("#start", "2026-07-14T10:30");
    browser.choose("#end", "2026-07-14T12:00");
    browser.fill("#description", "Two hundred steps.");
    save(browser);
}

fn new_contact(browser: &Browser) {
    show(browser, "contacts");
    browser.click("#new");
    browser.fill("#given", "Zoë");
    browser.fill("#family", "Quillfeather");
    browser.fill("#organization", "Old Mill Theatre");
    browser.fill("#mail", "zoe@example.org");
    browser.fill("#phone", "+44 20 7946 0123");
    save(browser);
}

fn new_note(browser: &Browser) {
    show(browser, "notes");
    browser.click("#new");
    browser.fill("#title", "Seeds");
    browser.fill("#text", "Sorrel, chervil");
    save(browser);
}

pub fn what_is_done_here_arrives_there_without_pressing_anything(kind: Kind) {
    let server = server();
    let dav = server.dav();
    let browser = install(kind);
    set_up(&browser, &server.url, &dav);
    synchronize_well(&browser);
    after_change(&browser, true);

    new_event(&browser);
    let event = wait_items(
        &dav,
        &folder(CALENDAR),
        &[&|text| {
            text.contains("SUMMARY:Lighthouse tour\\; bring a torch")
                && text.contains("LOCATION:Harbour\\, pier 2")
                && text.contains("20260714T103000")
                && text.contains("20260714T120000")
                && text.contains("DESCRIPTION:Two hundred steps.")
        }],
    );
    new_contact(&browser);
    let contact = wait_items(
        &dav,
        &folder(CONTACTS),
        &[&|text| {
            text.contains("FN:Zoë Quillfeather")
                && text.contains("N:Quillfeather;Zoë;")
                && text.contains("ORG:Old Mill Theatre")
                && text.contains("zoe@example.org")
                && text.contains("+44 20 7946 0123")
        }],
    );
    new_note(&browser);
    let note = wait_items(
        &dav,
        &folder(NOTES),
        &[&|text| {
            text.contains("BEGIN:VJOURNAL") && text.contains("SUMMARY:Seeds") && text.contains("Sorrel\\, chervil")
        }],
    );

    // Changes: the same item, the rest of it as it was.
    show(&browser, "events");
    open_item(&browser, "Lighthouse");
    browser.fill("#title", "Lighthouse by night");
    save(&browser);
    let changed = wait_items(
        &dav,
        &folder(CALENDAR),
        &[&|text| text.contains("SUMMARY:Lighthouse by night") && text.contains("LOCATION:Harbour\\, pier 2")],
    );
    assert_eq!(changed, event);
    show(&browser, "contacts");
    open_item(&browser, "Quillfeather");
    browser.fill("#mail", "z.quillfeather@example.org");
    save(&browser);
    let changed = wait_items(
        &dav,
        &folder(CONTACTS),
        &[&|text| text.contains(":z.quillfeather@example.org") && text.contains("FN:Zoë Quillfeather")],
    );
    assert_eq!(changed, contact);
    show(&browser, "notes");
    open_item(&browser, "Seeds");
    browser.fill("#text", "Sorrel, chervil, lovage");
    save(&browser);
    let changed = wait_items(&dav, &folder(NOTES), &[&|text| text.contains("Sorrel\\, chervil\\, lovage")]);
    assert_eq!(changed, note);

    // Deletions; of the last item of a folder too, as this person wants it.
    browser.open("options.html");
    browser.check("#guard-emptied", false);
    browser.wait_for("#safety-saved:not([hidden])");
    for (list, name, text) in
        [("events", CALENDAR, "Lighthouse"), ("contacts", CONTACTS, "Quillfeather"), ("notes", NOTES, "Seeds")]
    {
        show(&browser, list);
        open_item(&browser, text);
        delete(&browser);
        wait_items(&dav, &folder(name), &[]);
        show(&browser, list);
        wait_rows(&browser, 0);
    }
}

pub fn what_both_sides_changed_is_kept_twice(kind: Kind) {
    let server = server();
    let dav = server.dav();
    let href = format!("{}card.vcf", folder(CONTACTS));
    let card = |phone: &str, mail: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:zoe@example.org\r\nFN:Zoë Quillfeather\r\nN:Quillfeather;Zoë;;;\r\n\
             EMAIL;TYPE=INTERNET:{mail}\r\nTEL;TYPE=CELL:{phone}\r\nX-KEPT:as it was\r\nEND:VCARD\r\n"
        )
    };
    dav.put(&href, &card("+44 20 7946 0100", "zoe@example.org"));
    let browser = install(kind);
    set_up(&browser, &server.url, &dav);
    after_change(&browser, false);
    synchronize_well(&browser);

    show(&browser, "contacts");
    open_item(&browser, "Quillfeather");
    browser.fill("#phone", "+44 20 7946 0111");
    save(&browser);
    assert!(dav.get(&href).unwrap().contains("0100"), "nothing is sent before it is asked for");
    dav.put(&href, &card("+44 20 7946 0122", "zoe@example.org"));
    let result = synchronize(&browser);
    assert!(["ok", "attention"].contains(&result.as_str()), "{result}");

    let there = wait_items(
        &dav,
        &folder(CONTACTS),
        &[&|text| text.contains("0122") && !text.contains("0111"), &|text| {
            text.contains("0111") && !text.contains("0122") && text.contains("X-KEPT:as it was")
        }],
    );
    assert_eq!(there[0], href, "the server's stays where it was");
    let uid =
        |href: &String| unfolded(&dav.get(href).unwrap()).lines().find(|l| l.starts_with("UID")).map(str::to_owned);
    assert_ne!(uid(&there[0]), uid(&there[1]), "two items, not one twice");
    show(&browser, "contacts");
    wait_rows(&browser, 2);
    // It ends there: the copies do not beget copies.
    synchronize(&browser);
    assert_eq!(dav.items(&folder(CONTACTS)).len(), 2);
}
