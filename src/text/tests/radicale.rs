#[test]
fn samples() {
    use super::{NOW, event_fields};
    use crate::model::*;
    let d = std::path::Path::new("/tmp/rad-src");
    std::fs::create_dir_all(d).unwrap();
    let w = |n: &str, b: Vec<u8>| std::fs::write(d.join(n), b).unwrap();
    for (i, z) in ["Europe/Berlin", "UTC", "", "America/New_York", "Asia/Kolkata"].iter().enumerate() {
        w(
            &format!("e{i}.ics"),
            crate::text::new_item(
                &Fields::Event(event_fields("2026-06-01T09:30", "2026-06-01T10:00", z)),
                &format!("e{i}"),
                NOW,
            ),
        );
    }
    w("day.ics", crate::text::new_item(&Fields::Event(event_fields("2026-06-01", "2026-06-03", "")), "day", NOW));
    w(
        "zero.ics",
        crate::text::new_item(
            &Fields::Event(event_fields("2026-06-01T09:30", "2026-06-01T09:30", "Europe/Rome")),
            "zero",
            NOW,
        ),
    );
    w(
        "note.ics",
        crate::text::new_item(
            &Fields::Note(NoteFields { title: "Räder, long".into(), text: "* a, b;\n* c\\d \u{1F3BB}\n".repeat(9) }),
            "note",
            NOW,
        ),
    );
    w(
        "card.vcf",
        crate::text::new_item(
            &Fields::Contact(ContactFields {
                given: "Anna, B.".into(),
                family: "de; Groot".into(),
                organization: "A; B, C".into(),
                mail: "a@example.org".into(),
                phone: "+49 30 1".into(),
                note: "x,\ny;z\\".into(),
            }),
            "card",
            NOW,
        ),
    );
    w(
        "firm.vcf",
        crate::text::new_item(
            &Fields::Contact(ContactFields { organization: "A; B, C".into(), ..Default::default() }),
            "firm",
            NOW,
        ),
    );
    w("empty.vcf", crate::text::new_item(&Fields::Contact(ContactFields::default()), "empty", NOW));
    let back = std::path::Path::new("/tmp/rad-dst");
    for f in std::fs::read_dir(d).unwrap() {
        let f = f.unwrap();
        if let Ok(b) = std::fs::read(back.join(f.file_name())) {
            let a = std::fs::read(f.path()).unwrap();
            println!("{:?} {}", f.file_name(), crate::text::same_meaning(&a, &b));
        }
    }
}
