//! The account of the runs that die, and what is changed in it. Each version of an
//! item says in its title, or as an organisation, what no other does.

use serde_json::{Value, json};

use super::sides::FOLDERS;
use crate::harness::dav::Dav;

/// Items in each folder at first.
const ITEMS: usize = 9;

/// Items that both sides change, each of which is there twice in the end.
pub const CONFLICTS: usize = FOLDERS.len();

/// Three folders full of items.
pub fn make(dav: &Dav) {
    let [calendar, contacts, notes] = FOLDERS;
    dav.make_calendar(calendar, "Calendar", &["VEVENT"]);
    dav.make_addressbook(contacts, "Contacts");
    dav.make_calendar(notes, "Notes", &["VJOURNAL"]);
    for folder in FOLDERS {
        for n in 0..ITEMS {
            put(dav, folder, &n.to_string(), "at first");
        }
    }
}

/// What the person does, by expressions of a page: in each folder something new,
/// changed and deleted; some of it in conflict with [`change_there`].
pub fn change_here(page: impl Fn(&str) -> Value) {
    let ask = |what: Value| page(&format!("ask({what})"));
    ask(json!({ "Create": { "folder": null, "fields": { "Event": {
        "title": "new here in calendar", "place": "", "all_day": false, "start": "2026-07-14T10:30",
        "end": "2026-07-14T12:00", "zone": "Europe/Berlin", "description": "", "recurs": false,
    } } } }));
    ask(json!({ "Create": { "folder": null, "fields": { "Contact": {
        "given": "Zoë", "family": "Quillfeather", "organization": "new here in contacts", "mail": "", "phone": "",
        "note": "",
    } } } }));
    ask(json!({ "Create": { "folder": null, "fields": { "Note": { "title": "new here in notes", "text": "" } } } }));
    for folder in FOLDERS {
        let field = if folder.contains("contacts") { "organization" } else { "title" };
        for n in ["1", "3", "4"] {
            let (href, text) = (json!(href(folder, n)), json!(title(folder, n, "changed here")));
            page(&format!("edit({href}, {field:?}, {text})"));
        }
        for n in ["2", "7"] {
            page(&format!("remove({})", json!(href(folder, n))));
        }
    }
}

/// What others do on the server meanwhile. 3 is changed on both sides, 4 changed here
/// and deleted there, 7 the other way about.
pub fn change_there(dav: &Dav) {
    for folder in FOLDERS {
        for n in ["3", "5", "7"] {
            put(dav, folder, n, "changed there");
        }
        for n in ["4", "6"] {
            dav.delete(&href(folder, n));
        }
        put(dav, folder, "new", "new there");
    }
}

fn href(folder: &str, name: &str) -> String {
    format!("{folder}{name}.{}", if folder.contains("contacts") { "vcf" } else { "ics" })
}

fn title(folder: &str, name: &str, what: &str) -> String {
    format!("{} {name} {what}", folder.split('/').nth(2).unwrap())
}

fn put(dav: &Dav, folder: &str, name: &str, what: &str) {
    let (uid, title) = (format!("{name}@example.org"), title(folder, name, what));
    let head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//test//EN\r\n";
    let text = if folder.contains("contacts") {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:Somebody {name}\r\nN:{name};Somebody;;;\r\nORG:{title}\r\n\
             END:VCARD\r\n"
        )
    } else if folder.contains("notes") {
        format!(
            "{head}BEGIN:VJOURNAL\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:{title}\r\nEND:VJOURNAL\r\n\
             END:VCALENDAR\r\n"
        )
    } else {
        format!(
            "{head}BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260102T100000Z\r\n\
             DTEND:20260102T110000Z\r\nSUMMARY:{title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    dav.put(&href(folder, name), &text);
}
