//! What Radicale 3.9.0 gave back for items composed here: it writes them anew, and
//! they must still be known as ours.

use super::{NOW, event_fields};
use crate::model::{ContactFields, ContactRow, Fields, NoteFields};
use crate::text::{new_item, same_meaning};

fn known_again(fields: &Fields, uid: &str, back: &[u8]) {
    let sent = new_item(fields, uid, NOW);
    assert_ne!(sent, back, "it does write them anew");
    assert!(same_meaning(&sent, back), "{}\n{}", String::from_utf8_lossy(&sent), String::from_utf8_lossy(back));
    let other =
        String::from_utf8_lossy(back).replace("long", "short").replace("202606", "202607").replace("Groot", "Klein");
    assert!(!same_meaning(&sent, other.as_bytes()));
}

#[test]
fn an_event_with_its_zone() {
    let fields = event_fields("2026-06-01T09:30", "2026-06-01T10:00", "Europe/Berlin");
    known_again(&Fields::Event(fields), "e0", include_bytes!("radicale/event.ics"));
}

#[test]
fn days() {
    let fields = event_fields("2026-06-01", "2026-06-03", "");
    known_again(&Fields::Event(fields), "day", include_bytes!("radicale/day.ics"));
}

#[test]
fn a_note() {
    let note =
        NoteFields { title: "Räder, long".into(), text: "* a, b;\n* c\\d 🎻\n".repeat(9), ..NoteFields::default() };
    known_again(&Fields::Note(note), "note", include_bytes!("radicale/note.ics"));
}

#[test]
fn a_contact() {
    let contact = ContactFields {
        given: "Anna, B.".into(),
        family: "de; Groot".into(),
        organization: "A; B, C".into(),
        mails: vec![ContactRow { value: "a@example.org".into(), ..ContactRow::default() }],
        phones: vec![ContactRow { value: "+49 30 1".into(), ..ContactRow::default() }],
        note: "x,\ny;z\\".into(),
        ..ContactFields::default()
    };
    known_again(&Fields::Contact(contact), "card", include_bytes!("radicale/card.vcf"));
}
