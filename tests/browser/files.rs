//! Files brought in through the real field for files, and files handed over.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use crate::edit::{folder, server};
use crate::harness::browser::{Browser, Kind, SOON};
use crate::harness::sample::{CALENDAR, CONTACTS, NOTES};
use crate::harness::wait;
use crate::person::{after_change, install, open_item, save, set_up, show, synchronize_well, wait_items, wait_rows};

const ZONE: &str = "BEGIN:VTIMEZONE\r\nTZID:Observatory\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n\
    TZOFFSETFROM:+0130\r\nTZOFFSETTO:+0130\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n";

fn note(uid: &str, title: &str) -> String {
    format!("BEGIN:VJOURNAL\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:{title}\r\nEND:VJOURNAL\r\n")
}

/// A file as another program writes it, of all sorts, a part of it broken.
fn file(first: &str) -> String {
    let (one, two) = (note("n1@example.org", first), note("n2@example.org", "Beech"));
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nMETHOD:PUBLISH\r\nX-WR-CALNAME:All of it\r\n{ZONE}\
         BEGIN:VEVENT\r\nUID:e1@example.org\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Observatory:20260714T213000\r\n\
         SUMMARY:Star party\r\nEND:VEVENT\r\n{one}{two}BEGIN:VEVENT\r\nUID:e2\r\nSUMMARY:Cut short\r\nEND:VCALENDAR\r\n\
         BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c1@example.org\r\nFN:Ida Fern\r\nN:Fern;Ida;;;\r\nX-KEPT:as it was\r\n\
         END:VCARD\r\n"
    )
}

/// Chooses a file with that in it, and waits for what the panel says of it.
#[track_caller]
fn choose(browser: &Browser, place: &tempfile::TempDir, text: &[u8], wanted: &str) {
    let path = place.path().join("from another program.ics");
    std::fs::write(&path, text).unwrap();
    browser.upload("#file", &path);
    wait::until_ok(wanted, SOON, || {
        let shown = browser.texts("#import-panel .step > summary, #import-said").join(" | ");
        if shown.contains(wanted) { Ok(()) } else { Err(shown) }
    });
}

#[track_caller]
fn import(browser: &Browser, wanted: &str) {
    browser.click("#import-go");
    wait::until_ok(wanted, SOON, || {
        let said = browser.text("#import-said").unwrap_or_default();
        if said.contains(wanted) { Ok(()) } else { Err(said) }
    });
}

pub fn a_file_is_looked_at_and_goes_in_once(kind: Kind) {
    let server = server();
    let dav = server.dav();
    let browser = install(kind);
    set_up(&browser, &server.url, &dav);
    synchronize_well(&browser);
    after_change(&browser, true);
    let place = tempfile::tempdir().unwrap();

    show(&browser, "notes");
    browser.click("#import");
    choose(&browser, &place, b"", "The file is empty");
    choose(&browser, &place, b"<!doctype html><p>Sign in: here</p>", "not a calendar or address book file");
    assert_eq!(browser.count("#import-go:not([hidden])"), 0);

    choose(&browser, &place, file("Alder").as_bytes(), "4 new");
    assert_eq!(browser.texts("#import-new li"), ["Star party", "Alder", "Beech", "Ida Fern"]);
    let broken = browser.texts("#import-broken li");
    assert!(broken.len() == 1 && broken[0].contains("Cut short") && broken[0].contains("end is missing"), "{broken:?}");
    let chosen = "return ['events', 'notes', 'contacts'].map(id => {
        const list = document.getElementById('import-' + id); return list.options[list.selectedIndex].text })";
    let chosen: Vec<String> = serde_json::from_value(browser.js(chosen, vec![])).unwrap();
    assert_eq!(chosen, ["Calendar", "Notes", "Contacts"]);
    // One of them rather not.
    browser.check("#import-new li:nth-child(3) input", false);
    wait::until("a smaller number", SOON, || (browser.text("#import-go").as_deref() == Some("Import 3")).then_some(()));
    assert_eq!(dav.items(&folder(NOTES)).len(), 0, "looking changes nothing");
    import(&browser, "3 items were added");
    wait_items(&dav, &folder(NOTES), &[&|text| text.contains("SUMMARY:Alder") && !text.contains("METHOD")]);
    wait_items(
        &dav,
        &folder(CALENDAR),
        &[&|text| text.contains("SUMMARY:Star party") && text.contains("TZOFFSETTO:+0130")],
    );
    wait_items(&dav, &folder(CONTACTS), &[&|text| text.contains("FN:Ida Fern") && text.contains("X-KEPT:as it was")]);

    // The same once more: what is missing comes, and nothing twice.
    choose(&browser, &place, file("Alder").as_bytes(), "3 here already");
    assert_eq!(browser.texts("#import-new li"), ["Beech"]);
    import(&browser, "One item was added");
    wait_items(&dav, &folder(NOTES), &[&|text| text.contains("SUMMARY:Alder"), &|text| text.contains("SUMMARY:Beech")]);

    // From Windows, and one of them is another now: left as it is, if nothing else is said.
    let wide: Vec<u8> =
        format!("\u{feff}{}", file("Alder in bloom")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    choose(&browser, &place, &wide, "1 here already, and different");
    assert_eq!(browser.count("#import-go:disabled"), 1);
    browser.check("#differing-replace", true);
    import(&browser, "One was replaced");
    wait_items(
        &dav,
        &folder(NOTES),
        &[&|text| text.contains("SUMMARY:Alder in bloom"), &|text| text.contains("SUMMARY:Beech")],
    );
    browser.click("#import-close");
    wait_rows(&browser, 2);
}

/// The files of an archive, by name.
fn unpacked(archive: Vec<u8>) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
    let mut files = BTreeMap::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        files.insert(entry.name().to_owned(), text);
    }
    files
}

pub fn what_is_here_is_saved_as_files(kind: Kind) {
    let server = server();
    let dav = server.dav();
    for (name, title) in [("a", "Alder"), ("b", "Beech"), ("c", "Cedar")] {
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{}END:VCALENDAR\r\n", note(name, title));
        dav.put(&format!("{}{name}.ics", folder(NOTES)), &text);
    }
    dav.put(
        &format!("{}c.vcf", folder(CONTACTS)),
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c\r\nFN:Ida Fern\r\nN:Fern;Ida;;;\r\nEND:VCARD\r\n",
    );
    let browser = install(kind);
    set_up(&browser, &server.url, &dav);
    synchronize_well(&browser);
    after_change(&browser, false);
    // What the server does not have yet belongs to it.
    show(&browser, "notes");
    browser.click("#new");
    browser.fill("#title", "Unsent");
    browser.fill("#text", "Only here");
    save(&browser);
    wait_rows(&browser, 4);

    browser.click("#export");
    browser.wait_for("#export-go:enabled");
    let all = unpacked(browser.handed("#export-go"));
    let names: Vec<&str> = all.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "Calendar.ics",
            "Contacts.vcf",
            "Notes.ics",
            "Notes/Alder.md",
            "Notes/Beech.md",
            "Notes/Cedar.md",
            "Notes/Unsent.md"
        ]
    );
    assert_eq!(all["Contacts.vcf"], dav.get(&format!("{}c.vcf", folder(CONTACTS))).unwrap());
    assert_eq!(all["Notes/Unsent.md"], "# Unsent\n\nOnly here\n");
    assert_eq!(all["Notes.ics"].matches("BEGIN:VCALENDAR").count(), 1);
    for name in ["a", "b", "c"] {
        let there = dav.get(&format!("{}{name}.ics", folder(NOTES))).unwrap();
        let journal = &there[there.find("BEGIN:VJOURNAL").unwrap()..there.find("END:VCALENDAR").unwrap()];
        assert!(all["Notes.ics"].contains(journal), "byte for byte: {journal} in {}", all["Notes.ics"]);
    }

    // A selection: found, ticked.
    let value = "return [...document.querySelectorAll('#export-folder option')].find(o => o.text === 'Notes').value";
    let notes = browser.js(value, vec![]);
    browser.choose("#export-folder", notes.as_str().unwrap());
    wait::until("four rows", SOON, || (browser.count("#export-list input") == 4).then_some(()));
    browser.click("#export-none");
    browser.fill("#export-filter", "beech");
    wait::until("one row", SOON, || (browser.count("#export-list input") == 1).then_some(()));
    browser.check("#export-list input", true);
    wait::until("one ticked", SOON, || {
        (browser.text("#export-go").as_deref() == Some("Save 1 as a file")).then_some(())
    });
    let one = String::from_utf8(browser.handed("#export-go")).unwrap();
    assert!(one.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") && one.ends_with("END:VCALENDAR\r\n"), "{one}");
    assert!(one.contains("SUMMARY:Beech") && one.matches("BEGIN:VJOURNAL").count() == 1, "{one}");
    browser.check("#export-notes", true);
    let one = unpacked(browser.handed("#export-go"));
    assert_eq!(one.into_iter().collect::<Vec<_>>(), [("Notes/Beech.md".to_owned(), "# Beech\n\n".to_owned())]);

    // One item, from its form.
    browser.click("#export-close");
    open_item(&browser, "Cedar");
    let one = String::from_utf8(browser.handed("#save-file")).unwrap();
    assert_eq!(Some(one), dav.get(&format!("{}c.ics", folder(NOTES))));
}
