//! What is in an item, as the person reads it: all of it, and nothing of it active.

use crate::harness::browser::{Browser, Kind, SOON};
use crate::harness::raw::Raw;
use crate::harness::site::{CALENDAR, CONTACTS, NOTES, Site};
use crate::harness::wait;
use crate::person::{after_change, check, install, read_item, show, synchronize_well, wait_rows};

/// A PNG of one point.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A server that takes whatever it is given, and a place that nobody should ask.
struct Place {
    site: Site,
    raw: Raw,
    elsewhere: Raw,
}

fn place() -> Place {
    let site = Site::default();
    let served = site.clone();
    let raw = Raw::start("127.0.0.1", move |request, stream| served.ask(request).write(stream));
    let elsewhere = Raw::start("127.0.0.1", |_, _| Ok(()));
    Place { site, raw, elsewhere }
}

/// Signed in, everything here.
fn signed_in(kind: Kind, place: &Place) -> Browser {
    let browser = install(kind);
    check(&browser, &place.raw.url, "u", "secret");
    let result = browser.wait_attribute("#check-result", "data-result", &["ok", "fault"], SOON);
    assert_eq!(result, "ok", "{:?}", browser.text("#check-result"));
    browser.click("#save");
    browser.wait_for("#saved:not([hidden])");
    after_change(&browser, false);
    synchronize_well(&browser);
    browser
}

fn calendar(lines: &str) -> String {
    let lines: Vec<&str> = lines.trim().lines().map(str::trim_start).collect();
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//test//EN\r\n{}\r\nEND:VCALENDAR\r\n",
        lines.join("\r\n")
    )
}

#[track_caller]
fn shows(browser: &Browser, css: &str, words: &[&str]) {
    wait::until_ok(&format!("{words:?} in {css}"), SOON, || {
        let text = browser.texts(css).join("\n");
        match words.iter().find(|word| !text.contains(**word)) {
            None => Ok(()),
            Some(word) => Err(format!("no {word:?} in {text:?}")),
        }
    });
}

pub fn an_event_with_all_that_is_in_it(kind: Kind) {
    let place = place();
    let meeting = calendar(
        "BEGIN:VEVENT
        UID:meeting
        DTSTAMP:20260101T000000Z
        SUMMARY:Choir board
        DTSTART;TZID=Europe/Berlin:20260105T193000
        DTEND;TZID=Europe/Berlin:20260105T210000
        RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO
        LOCATION:Old Mill\\, room 2
        DESCRIPTION:Agenda at https://example.org/agenda\\nor https://us02web.zoom.us/j/123
        ORGANIZER;CN=Ines:mailto:ines@example.org
        ATTENDEE;CN=Kofi;PARTSTAT=ACCEPTED:mailto:kofi@example.org
        ATTENDEE;CN=Mei;PARTSTAT=DECLINED:mailto:mei@example.org
        CATEGORIES:Choir
        BEGIN:VALARM
        ACTION:DISPLAY
        TRIGGER:-PT15M
        END:VALARM
        END:VEVENT
        BEGIN:VEVENT
        UID:meeting
        DTSTAMP:20260101T000000Z
        RECURRENCE-ID;TZID=Europe/Berlin:20260119T193000
        SUMMARY:Choir board with guests
        DTSTART;TZID=Europe/Berlin:20260120T200000
        DTEND;TZID=Europe/Berlin:20260120T220000
        END:VEVENT",
    );
    place.site.put(&format!("{CALENDAR}meeting.ics"), &meeting);
    let strange = "BEGIN:VEVENT\nUID:strange\nDTSTAMP:20260101T000000Z\nSUMMARY:Landing\nDTSTART;TZID=Mars/Base One:20300105T193000\nEND:VEVENT";
    place.site.put(&format!("{CALENDAR}strange.ics"), &calendar(strange));
    let browser = signed_in(kind, &place);
    show(&browser, "events");
    read_item(&browser, "Choir board");
    shows(&browser, "#detail h2", &["Choir board"]);
    let focused = browser.js("return document.activeElement.id", vec![]);
    assert_eq!(focused.as_str(), Some("detail-title"), "the keyboard goes on at the title");
    shows(&browser, "#recurrence", &["Every 2 weeks on Monday"]);
    shows(&browser, "#attendees", &["Kofi", "accepted", "Mei", "declined"]);
    shows(&browser, "#detail .facts", &["Old Mill, room 2", "15 minutes before the start", "Ines"]);
    assert_eq!(browser.attribute("#call", "href").as_deref(), Some("https://us02web.zoom.us/j/123"));
    assert_eq!(browser.attribute("#about a", "href").as_deref(), Some("https://example.org/agenda"));
    assert!(browser.count("#next button") > 2, "what comes next is listed");
    // An instance that was moved, and back.
    browser.click("#changed button");
    shows(&browser, "#detail h2", &["Choir board with guests"]);
    browser.wait_for("#moved");
    browser.click("#whole");
    wait::until("the event as a whole", SOON, || (browser.count("#moved") == 0).then_some(()));
    // The form comes after Edit.
    browser.click("#edit");
    browser.wait_for("#form");
    browser.click("#cancel");
    browser.wait_for("#detail");
    // A zone that nobody knows is said to be one.
    read_item(&browser, "Landing");
    shows(&browser, "#zone-guessed", &["Mars/Base One"]);
    browser.click("#close-detail");
    wait::until("nothing to be open", SOON, || (browser.count("#detail") == 0).then_some(()));
}

pub fn a_contact_a_note_and_a_text_that_nobody_understands(kind: Kind) {
    let place = place();
    let away = &place.elsewhere.url;
    let card = format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:zoe\r\nFN:Zoë Quillfeather\r\nN:Quillfeather;Zoë;;;\r\nORG:Old Mill;Stage\r\n\
         item1.TEL;TYPE=pref:+44 20 7946 0100\r\nitem1.X-ABLabel:Boat\r\nEMAIL;TYPE=WORK:zoe@example.org\r\nBDAY:--0412\r\n\
         PHOTO;ENCODING=b;TYPE=PNG:{PNG}\r\nLOGO;VALUE=uri:{away}/logo.png\r\nURL:javascript:alert(1)\r\nEND:VCARD\r\n"
    );
    place.site.put(&format!("{CONTACTS}zoe.vcf"), &card);
    let group = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:group\r\nKIND:group\r\nFN:Board\r\nMEMBER:urn:uuid:zoe\r\n\
        MEMBER:mailto:kofi@example.org\r\nEND:VCARD\r\n";
    place.site.put(&format!("{CONTACTS}group.vcf"), group);
    let note = calendar(&format!(
        "BEGIN:VJOURNAL
        UID:note
        DTSTAMP:20260101T000000Z
        SUMMARY:Plans
        DESCRIPTION:# Spring\\n\\n- [x] **done**\\n- [ ] to do\\n\\n<script>window.hurt = 1</script>\\n<img src=x onerror=\"window.hurt = 2\">\\n\
        [bad](javascript:window.hurt=3) [good](https://example.org/) ![cat]({away}/cat.png)
        END:VJOURNAL"
    ));
    place.site.put(&format!("{NOTES}note.ics"), &note);
    place.site.put(&format!("{CALENDAR}broken.ics"), "SUMMARY:Half an event\r\nX-OTHER:<b>raw</b>\r\n");
    place.site.put(&format!("{NOTES}broken.ics"), "SUMMARY:Half a note\r\n");
    let task = "BEGIN:VTODO\nUID:task\nDTSTAMP:20260101T000000Z\nSUMMARY:Oil the gate\nDUE:20260412T160000Z\nEND:VTODO";
    place.site.put(&format!("{NOTES}task.ics"), &calendar(task));
    let browser = signed_in(kind, &place);

    show(&browser, "contacts");
    read_item(&browser, "Quillfeather");
    shows(&browser, "#detail", &["Old Mill, Stage", "+44 20 7946 0100", "Boat", "Work", "12 April"]);
    let drawn =
        "const photo = document.querySelector('#detail img.portrait'); return photo?.complete && photo.naturalWidth";
    wait::until_ok("the photo", SOON, || match browser.js(drawn, vec![]) {
        width if width == 1 => Ok(()),
        other => Err(other.to_string()),
    });
    assert_eq!(browser.count("#detail img"), 1, "the logo is elsewhere, and not fetched");
    assert_eq!(browser.count("#detail a[href^='javascript']"), 0);
    assert_eq!(browser.attribute("#detail a[href^=tel]", "href").as_deref(), Some("tel:+442079460100"));
    read_item(&browser, "Board");
    shows(&browser, "#members", &["Zoë Quillfeather", "kofi@example.org"]);
    browser.click("#members button");
    shows(&browser, "#detail h2", &["Zoë Quillfeather"]);

    // Whatever is in the folder is in its list, and is found.
    show(&browser, "notes");
    wait_rows(&browser, 3);
    assert_eq!(browser.texts("#list .name"), ["Half a note", "Plans", "Oil the gate"]);
    assert_eq!(browser.texts("#list li.heading"), ["Tasks"]);
    read_item(&browser, "Oil the gate");
    shows(&browser, "#detail[data-kind=task]", &["Oil the gate", "April 12, 2026"]);
    browser.fill("#filter", "gate");
    wait_rows(&browser, 1);
    browser.fill("#filter", "half");
    wait_rows(&browser, 2);
    browser.fill("#filter", "");
    wait_rows(&browser, 3);
    read_item(&browser, "Plans");
    shows(&browser, "#note-text", &["Spring", "done", "<script>window.hurt = 1</script>", "onerror", "cat"]);
    assert_eq!(browser.texts("#note-text strong"), ["done"]);
    assert_eq!(browser.count("#note-text input[type=checkbox]:disabled"), 2);
    assert_eq!(browser.count("#note-text script, #note-text img, #note-text [onerror]"), 0);
    assert_eq!(browser.count("#note-text a"), 1, "only the good link is one");
    assert!(browser.js("return window.hurt ?? null", vec![]).is_null());
    assert_eq!(place.elsewhere.seen().len(), 0, "nothing was fetched from elsewhere");

    // What nobody understands is listed among the events, with its text to look at.
    show(&browser, "events");
    read_item(&browser, "Half an event");
    shows(&browser, "#missed", &["could not be understood"]);
    assert_eq!(browser.count("#edit"), 0, "there is no form for it");
    browser.click("#source > summary");
    shows(&browser, "#source pre", &["SUMMARY:Half an event", "X-OTHER:<b>raw</b>"]);
    assert_eq!(browser.count("#source pre b"), 0);
}
