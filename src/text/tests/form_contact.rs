//! Cards of all versions, each field changed in its own way.

use super::NOW;
use crate::model::{AddressRow, ContactFields, ContactRow, Fields, Label, Photo};
use crate::text::{apply, fields};

fn of(text: &str) -> ContactFields {
    match fields(text.as_bytes()) {
        Some(Fields::Contact(contact)) => contact,
        other => panic!("{other:?}"),
    }
}

const REV: &str = "REV:20261122T090000Z";

/// The lines that went and those that came, but for REV.
fn changed(text: &str, change: impl Fn(&mut ContactFields)) -> (Vec<String>, Vec<String>) {
    let mut new = of(text);
    change(&mut new);
    let after = String::from_utf8(apply(text.as_bytes(), &Fields::Contact(new.clone()), NOW)).unwrap();
    let mut read = of(&after);
    // Lines are counted anew, and a picture is the card's own then.
    let number = |fields: &mut ContactFields| {
        for rows in [&mut fields.phones, &mut fields.mails, &mut fields.urls] {
            rows.iter_mut().for_each(|row| row.at = None);
        }
        fields.addresses.iter_mut().for_each(|row| row.at = None);
        if let Photo::New(_) = fields.photo {
            fields.photo = Photo::Kept;
        }
    };
    number(&mut new);
    number(&mut read);
    assert_eq!(read, new, "{after}");
    let without = |a: &str, b: &str| -> Vec<String> {
        let other: Vec<&str> = b.lines().collect();
        a.lines().filter(|l| !other.contains(l) && *l != REV).map(str::to_owned).collect()
    };
    (without(text, &after), without(&after, text))
}

fn card(version: &str, lines: &str) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:{version}\r\nFN:Anna Berg\r\nN:Berg;Anna;;;\r\n{}\r\nEND:VCARD\r\n",
        lines.replace('\n', "\r\n")
    )
}

fn row(value: &str, label: Label) -> ContactRow {
    ContactRow { at: None, value: value.into(), label }
}

#[test]
fn the_second_phone_is_the_second_line() {
    let lines = "TEL;TYPE=home,voice;PREF=1:1\nitem2.TEL;TYPE=pref:2\nitem2.X-ABLabel:_$!<Mobile>!$_\nTEL;X-OWN=a:3";
    let text = card("3.0", lines);
    let labels: Vec<Label> = of(&text).phones.into_iter().map(|row| row.label).collect();
    assert_eq!(labels, [Label::Home, Label::Mobile, Label::None]);
    let (gone, came) = changed(&text, |f| f.phones[1].value = "22".into());
    assert_eq!((gone, came), (vec!["item2.TEL;TYPE=pref:2".into()], vec!["item2.TEL;TYPE=pref:22".into()]));
    let (gone, came) = changed(&text, |f| drop(f.phones.remove(1)));
    assert_eq!(gone, ["item2.TEL;TYPE=pref:2", "item2.X-ABLabel:_$!<Mobile>!$_"]);
    assert!(came.is_empty());
    let (gone, came) = changed(&text, |f| f.phones[1].label = Label::Work);
    assert_eq!(gone, ["item2.TEL;TYPE=pref:2", "item2.X-ABLabel:_$!<Mobile>!$_"]);
    assert_eq!(came, ["item2.TEL;TYPE=pref,work:2"]);
    let (gone, came) = changed(&text, |f| f.phones.push(row("4", Label::Mobile)));
    assert_eq!((gone, came), (vec![], vec!["TEL;TYPE=cell:4".to_owned()]));
}

#[test]
fn a_label_that_two_share_stays_the_others() {
    let text = card("3.0", "item1.TEL:1\nitem1.EMAIL:a@x\nitem1.X-ABLabel:Boat");
    assert_eq!(of(&text).phones[0].label, Label::Other("Boat".into()));
    let (gone, came) = changed(&text, |f| f.phones[0].label = Label::Home);
    assert_eq!((gone, came), (vec!["item1.TEL:1".into()], vec!["TEL;TYPE=home:1".into()]));
    let (gone, _) = changed(&text, |f| f.phones.clear());
    assert_eq!(gone, ["item1.TEL:1"]);
}

#[test]
fn each_version_in_its_own_form() {
    let old = card("2.1", "TEL;HOME;VOICE:1\nNOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=C3=A4");
    assert_eq!(of(&old).phones[0].label, Label::Home);
    let (_, came) = changed(&old, |f| f.phones[0].label = Label::Work);
    assert_eq!(came, ["TEL;VOICE;WORK:1"]);
    let (_, came) = changed(&old, |f| f.mails.push(row("ä@x", Label::Home)));
    assert_eq!(came, ["EMAIL;HOME;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=A4@x"]);
    let (_, came) = changed(&old, |f| f.birthday = "1985-04-12".into());
    assert_eq!(came, ["BDAY:1985-04-12"]);

    let new = card("4.0", "KIND:individual\nTEL;VALUE=uri;TYPE=\"voice,home\":tel:+1-555\nTEL:12 34");
    assert_eq!(of(&new).phones[0], ContactRow { at: Some(0), value: "+1-555".into(), label: Label::Home });
    let (_, came) = changed(&new, |f| f.phones[0].value = "+1-666".into());
    assert_eq!(came, ["TEL;VALUE=uri;TYPE=\"voice,home\":tel:+1-666"]);
    let (_, came) = changed(&new, |f| f.phones[0].value = "12 34 5".into());
    assert_eq!(came, ["TEL;TYPE=\"voice,home\":12 34 5"], "no URI has spaces");
    let (_, came) = changed(&new, |f| (f.birthday, f.anniversary) = ("--04-12".into(), "2001-02-03".into()));
    assert_eq!(came, ["BDAY:--0412", "ANNIVERSARY:20010203"]);

    let three = card("3.0", "CATEGORIES:A,B\\, C\nBDAY;VALUE=date;X-APPLE-OMIT-YEAR=1604:1604-04-12");
    assert_eq!(of(&three).birthday, "--04-12");
    let (_, came) = changed(&three, |f| f.birthday = "--05-12".into());
    assert_eq!(came, ["BDAY;VALUE=date;X-APPLE-OMIT-YEAR=1604:1604-05-12"]);
    let (_, came) = changed(&three, |f| f.birthday = "1990-05-12".into());
    assert_eq!(came, ["BDAY:1990-05-12"]);
    let (_, came) = changed(&three, |f| f.categories.push("D;e".into()));
    assert_eq!(came, ["CATEGORIES:A,B\\, C,D\\;e"]);
    let (_, came) = changed(&three, |f| drop(f.categories.remove(0)));
    assert_eq!(came, ["CATEGORIES:B\\, C"]);
    let (gone, came) = changed(&three, |f| f.categories.clear());
    assert_eq!((gone.len(), came.len()), (1, 0));
    let (_, came) = changed(&three, |f| (f.anniversary, f.nickname) = ("2001-02-03".into(), "An, Anni".into()));
    assert_eq!(came, ["NICKNAME:An,Anni", "X-ANNIVERSARY:2001-02-03"]);
}

#[test]
fn photos() {
    let jpeg = "data:image/jpeg;base64,AAAA";
    for (version, line) in [
        ("2.1", "PHOTO;ENCODING=BASE64;JPEG:AAAA"),
        ("3.0", "PHOTO;ENCODING=b;TYPE=JPEG:AAAA"),
        ("4.0", "PHOTO:data:image/jpeg;base64,AAAA"),
    ] {
        let text = card(version, "PHOTO;VALUE=uri:https://example.org/p.jpg");
        let (_, came) = changed(&text, |f| f.photo = Photo::New(jpeg.into()));
        assert_eq!(came.iter().filter(|l| !l.is_empty()).collect::<Vec<_>>(), [line], "{version}");
        let (gone, came) = changed(&text, |f| f.photo = Photo::None);
        assert_eq!((gone.len(), came.len()), (1, 0));
        for bad in ["data:text/html;base64,AAAA", "data:image/png;base64,A\r\nX:1", "data:image/png;base64,"] {
            let (gone, came) = changed(&text, |f| f.photo = Photo::New(bad.into()));
            assert_eq!((gone.len(), came.len()), (0, 0), "{bad}");
        }
    }
}

#[test]
fn names_and_addresses_keep_their_other_parts() {
    let text = card("3.0", "ORG:Firm;Desk;Room\nADR;TYPE=home:box;ext;Street 1\\, left;City;;1;Land")
        .replace("N:Berg;Anna;;;", "N:Berg;Anna;Maria,Eva;Dr.;");
    let f = of(&text);
    assert_eq!((f.additional.as_str(), f.prefix.as_str(), f.department.as_str()), ("Maria,Eva", "Dr.", "Desk"));
    assert_eq!(f.addresses[0].street, "Street 1, left");
    let (_, came) = changed(&text, |f| f.addresses[0].region = "R".into());
    assert_eq!(came, ["ADR;TYPE=home:box;ext;Street 1\\, left;City;R;1;Land"]);
    let (_, came) = changed(&text, |f| f.suffix = "jr".into());
    assert_eq!(came, ["N:Berg;Anna;Maria,Eva;Dr.;jr"]);
    let (_, came) = changed(&text, |f| f.department = "Bench".into());
    assert_eq!(came, ["ORG:Firm;Bench;Room"]);
    let new = AddressRow { city: "X".into(), label: Label::Work, ..AddressRow::default() };
    let (_, came) = changed(&text, |f| f.addresses.push(new.clone()));
    assert_eq!(came, ["ADR;TYPE=work:;;;X;;;"]);
}

#[test]
fn rows_of_both_sides() {
    let base = card("3.0", "TEL:1\nTEL:2\nTEL:3");
    let was = Fields::Contact(of(&base));
    let now = Fields::Contact(of(&card("3.0", "TEL:0\nTEL:1\nTEL:33\nTEL:2")));
    let phones = |change: fn(&mut Vec<ContactRow>)| {
        let mut typed = of(&base);
        change(&mut typed.phones);
        match crate::text::rebase(&was, &Fields::Contact(typed), &now) {
            Fields::Contact(f) => f.phones.into_iter().map(|r| (r.at, r.value)).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    let row = |at: Option<u32>, value: &str| (at, value.to_owned());
    let (zero, one, third, two) = (row(Some(0), "0"), row(Some(1), "1"), row(Some(2), "33"), row(Some(3), "2"));
    assert_eq!(phones(|_| {}), [zero.clone(), one.clone(), third.clone(), two.clone()]);
    assert_eq!(phones(|p| p[1].value = "22".into()), [zero.clone(), one.clone(), third.clone(), row(Some(3), "22")]);
    assert_eq!(phones(|p| drop(p.remove(0))), [zero.clone(), third.clone(), two.clone()]);
    assert_eq!(phones(|p| p[2].value = "4".into()), [zero, one, third, two, row(None, "4")], "nobody's is lost");
}

/// Quoted-printable where a card is no vCard 2.1, as phones write it.
#[test]
fn breaks_within_a_part_stay_in_their_line() {
    let quoted = "ADR;HOME;ENCODING=QUOTED-PRINTABLE:;;Street 1=0D=0AApt 2;Town;;1;";
    for version in ["3.0", "4.0", "2.1"] {
        let text = card(version, quoted);
        let (_, came) = changed(&text, |f| f.addresses[0].city = "New".into());
        let new = match version {
            "2.1" => "ADR;HOME;ENCODING=QUOTED-PRINTABLE:;;Street 1=0D=0AApt 2;New;;1;",
            _ => "ADR;HOME:;;Street 1\\nApt 2;New;;1;",
        };
        assert_eq!(came, [new], "{version}");
        let (_, came) = changed(&text, |f| f.addresses[0].label = Label::Work);
        let new = match version {
            "2.1" => "ADR;WORK;ENCODING=QUOTED-PRINTABLE:;;Street 1=0D=0AApt 2;Town;;1;",
            _ => "ADR;TYPE=work:;;Street 1\\nApt 2;Town;;1;",
        };
        assert_eq!(came, [new], "{version}");
    }
    let text = card("3.0", "ADR;HOME;QUOTED-PRINTABLE:;;Street 1=0DApt 2\\=0A;Town;;1;");
    let (_, came) = changed(&text, |f| f.addresses[0].label = Label::Work);
    assert_eq!(came, ["ADR;TYPE=work:;;Street 1\\nApt 2\\\\\\n;Town;;1;"], "the backslash is one");
    let text = card("3.0", "CATEGORIES;ENCODING=QUOTED-PRINTABLE:A=0AB,C");
    let (_, came) = changed(&text, |f| f.categories.push("D".into()));
    assert_eq!(came, ["CATEGORIES:A\\nB,C,D"]);
}

#[test]
fn what_was_never_shown_stays() {
    let text =
        card("3.0", "NOTE:one\nNOTE:two\nitem1.TITLE:Cook\nitem1.X-ABLabel:a\nitem2.TITLE:Poet\nitem2.X-ABLabel:b");
    let after = |change: fn(&mut ContactFields)| {
        let mut new = of(&text);
        change(&mut new);
        String::from_utf8(apply(text.as_bytes(), &Fields::Contact(new), NOW)).unwrap()
    };
    let stamped = text.replace("END:", "REV:20261122T090000Z\r\nEND:");
    assert_eq!(after(|f| f.note.clear()), stamped.replace("NOTE:one\r\n", ""));
    assert_eq!(after(|f| f.job.clear()), stamped.replace("item1.TITLE:Cook\r\nitem1.X-ABLabel:a\r\n", ""));
    let two = card("3.0", "ORG:A;B\nORG:C");
    let mut new = of(&two);
    (new.organization, new.department) = (String::new(), String::new());
    let after = String::from_utf8(apply(two.as_bytes(), &Fields::Contact(new), NOW)).unwrap();
    assert_eq!(after, two.replace("ORG:A;B\r\n", "").replace("END:", "REV:20261122T090000Z\r\nEND:"));
}

#[test]
fn an_old_envelope_goes_with_its_address() {
    let text = card("4.0", "ADR;LABEL=\"Old St 1\";TYPE=home:;;Old St 1;Town;;;");
    let (_, came) = changed(&text, |f| f.addresses[0].street = "New St 2".into());
    assert_eq!(came, ["ADR;TYPE=home:;;New St 2;Town;;;"]);
    let (_, came) = changed(&text, |f| f.addresses[0].label = Label::Work);
    assert_eq!(came, ["ADR;LABEL=\"Old St 1\";TYPE=work:;;Old St 1;Town;;;"], "it says the same as before");

    let text = card("2.1", "ADR;WORK:;;A;;;;\nLABEL;WORK:A\nADR;HOME:;;B;;;;\nLABEL;HOME:B\nLABEL;DOM;PARCEL:C");
    let (gone, came) = changed(&text, |f| f.addresses[1].street = "D".into());
    assert_eq!(
        (gone.as_slice(), came.as_slice()),
        (&["ADR;HOME:;;B;;;;".to_owned(), "LABEL;HOME:B".into()][..], &["ADR;HOME:;;D;;;;".to_owned()][..])
    );
    let (gone, _) = changed(&text, |f| drop(f.addresses.remove(0)));
    assert_eq!(gone, ["ADR;WORK:;;A;;;;", "LABEL;WORK:A"]);
    // The only one is the only one's, whatever it calls itself.
    let text = card("3.0", "ADR;TYPE=work:;;A;;;;\nLABEL;TYPE=work,dom:A\nTEL:1");
    let (gone, came) = changed(&text, |f| f.addresses.clear());
    assert_eq!((gone.len(), came.len()), (2, 0));
    let text = card(
        "3.0",
        "item1.ADR;TYPE=work:;;A;;;;\nitem1.X-ABLabel:Hut\nitem1.LABEL:A\nitem2.ADR:;;B;;;;\nitem2.LABEL:B",
    );
    let (gone, _) = changed(&text, |f| drop(f.addresses.remove(0)));
    assert_eq!(gone, ["item1.ADR;TYPE=work:;;A;;;;", "item1.X-ABLabel:Hut", "item1.LABEL:A"]);
}

#[test]
fn a_box_and_a_suite_are_shown_and_kept() {
    let text = card("3.0", "ADR:PO Box 7;Suite 2;;Town;;;");
    let (_, came) = changed(&text, |f| f.addresses[0].city.clear());
    assert_eq!(came, ["ADR:PO Box 7;Suite 2;;;;;"]);
    let (gone, came) = changed(&text, |f| {
        let row = &mut f.addresses[0];
        (row.post_box, row.extended) = (String::new(), "Suite 3".into());
        row.city.clear();
    });
    assert_eq!((gone.len(), came), (1, vec!["ADR:;Suite 3;;;;;".to_owned()]));
}

#[test]
fn a_day_that_is_written_twice_is_one() {
    let text = card(
        "3.0",
        "ANNIVERSARY:20010203\nX-ANNIVERSARY;X-A=b:2001-02-03\nX-EVOLUTION-ANNIVERSARY:1999-01-01\nBDAY:1985-04-12\nX-BIRTHDAY:19850412",
    );
    let (gone, came) = changed(&text, |f| f.anniversary = "2002-02-03".into());
    assert_eq!(
        (gone.len(), came),
        (2, vec!["ANNIVERSARY:2002-02-03".to_owned(), "X-ANNIVERSARY;X-A=b:2002-02-03".into()])
    );
    let (gone, came) = changed(&text, |f| f.birthday.clear());
    assert_eq!((gone.len(), came.len()), (2, 0));
    let mut new = of(&text);
    new.anniversary.clear();
    let after = apply(text.as_bytes(), &Fields::Contact(new), NOW);
    assert_eq!(of(&String::from_utf8(after).unwrap()).anniversary, "1999-01-01", "another day is another's");
}

#[test]
fn a_name_with_a_comma_is_one() {
    let text = card("3.0", "NICKNAME:Smith\\, John,An");
    assert_eq!(of(&text).nickname, "Smith, John, An");
    let (_, came) = changed(&text, |f| f.nickname.push_str(", Jo"));
    assert_eq!(came, ["NICKNAME:Smith\\, John,An,Jo"]);
    let (_, came) = changed(&text, |f| f.nickname = "Smith, John, Jo".into());
    assert_eq!(came, ["NICKNAME:Smith\\, John,Jo"]);
}

#[test]
fn heads_keep_their_bytes() {
    let text = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nN:;A;;;\r\nBDAY;X-A=J\xF6rg:1985-04-12\r\nEND:VCARD\r\n";
    let Some(Fields::Contact(mut new)) = fields(text) else { panic!() };
    new.birthday = "1985-04-13".into();
    let after = apply(text, &Fields::Contact(new), NOW);
    assert!(
        after.split(|b| *b == b'\n').any(|line| line == b"BDAY;X-A=J\xF6rg:1985-04-13\r"),
        "{}",
        String::from_utf8_lossy(&after)
    );
}

/// In a vCard 4 N may be missing: FN is the name then.
#[test]
fn a_name_of_one_piece() {
    let text = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Plumber\r\nTEL:1\r\nEND:VCARD\r\n";
    assert_eq!(of(text).name, "Plumber");
    let (_, came) = changed(text, |f| f.phones[0].value = "2".into());
    assert_eq!(came, ["TEL:2"]);
    let (_, came) = changed(text, |f| f.name = "Roofer".into());
    assert_eq!(came, ["FN:Roofer"]);
    let (_, came) = changed(text, |f| f.organization = "Firm".into());
    assert_eq!(came, ["ORG:Firm"]);
    let mut new = of(text);
    (new.given, new.name) = ("Jo".into(), String::new());
    let after = String::from_utf8(apply(text.as_bytes(), &Fields::Contact(new), NOW)).unwrap();
    assert!(after.contains("FN:Jo\r\n") && after.contains("N:;Jo;;;\r\n"), "{after}");
    for explained in ["FN:Firm\r\nN:;;;;\r\nORG:Firm", "FN:a@x\r\nEMAIL:a@x", "FN:Anna\r\nN:Berg;;;;"] {
        assert_eq!(of(&text.replace("FN:Plumber", explained)).name, "", "{explained}");
    }
}

#[test]
fn a_name_that_is_typed_is_the_name() {
    let text = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna Berg (Firma)\r\nEND:VCARD\r\n";
    let typed = |text: &str, given: &str, name: &str| {
        let new = ContactFields { given: given.into(), name: name.into(), ..of(text) };
        String::from_utf8(apply(text.as_bytes(), &Fields::Contact(new), NOW)).unwrap()
    };
    for (name, shown) in
        [("Anna Berg (Company)", "Anna Berg (Company)"), ("Anna Berg (Firma)", "Anna Berg (Firma)"), ("", "Anna")]
    {
        let after = typed(text, "Anna", name);
        assert!(after.contains(&format!("\r\nFN:{shown}\r\n")) && after.contains("\r\nN:;Anna;;;\r\n"), "{after}");
    }
}

#[test]
fn a_name_of_two_lines() {
    let text = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Anna\\nBerg\r\nTEL:1\r\nEND:VCARD\r\n";
    assert_eq!(of(text).name, "Anna Berg");
    let (gone, came) = changed(text, |f| f.name = "Anna Kant".into());
    assert_eq!((gone, came), (vec!["FN:Anna\\nBerg".to_owned()], vec!["FN:Anna Kant".to_owned()]));
    let (gone, _) = changed(text, |f| f.phones[0].value = "2".into());
    assert_eq!(gone, ["TEL:1"], "and stays as it is written");
}

#[test]
fn a_name_has_as_many_parts_as_before() {
    let text = card("3.0", "ORG:Firm").replace("N:Berg;Anna;;;", "N:Berg;Anna");
    let (_, came) = changed(&text, |f| f.family = "Kant".into());
    assert_eq!(came, ["FN:Anna Kant", "N:Kant;Anna"]);
    let (_, came) = changed(&text, |f| f.prefix = "Dr.".into());
    assert_eq!(came, ["N:Berg;Anna;;Dr."]);
}

#[test]
fn what_a_name_was_sorted_by_goes_with_it() {
    let text =
        card("4.0", "ORG;SORT-AS=\"Firm\";X-A=1:The Firm;Sales").replace("\r\nN:", "\r\nN;SORT-AS=\"Berg,Anna\":");
    let (_, came) = changed(&text, |f| f.family = "Kant".into());
    assert_eq!(came, ["FN:Anna Kant", "N:Kant;Anna;;;"]);
    let (_, came) = changed(&text, |f| f.organization = "A Firm".into());
    assert_eq!(came, ["ORG;X-A=1:A Firm;Sales"]);
    let (gone, _) = changed(&text, |f| f.nickname = "An".into());
    assert!(gone.is_empty());
}

/// The only envelope of the only address, which is in no group.
#[test]
fn an_envelope_without_a_group_leaves_none() {
    let text = card("3.0", "item1.ADR:;;Way 1;;;;\nitem1.TEL:1\nitem1.X-ABLabel:Boat\nLABEL;X-V=1.5:Way 1");
    let (_, came) = changed(&text, |f| f.addresses[0].label = Label::Home);
    assert_eq!(came, ["ADR;TYPE=home:;;Way 1;;;;", "LABEL;X-V=1.5;TYPE=home:Way 1"]);
}

#[test]
fn a_shared_label_that_both_leave_goes() {
    let text = card("3.0", "item1.TEL:1\nitem1.TEL:2\nitem1.X-ABLabel:Boat\nitem2.EMAIL:a@x\nitem2.X-ABLabel:Ship");
    let (gone, came) = changed(&text, |f| f.phones.iter_mut().for_each(|row| row.label = Label::Home));
    assert_eq!(gone, ["item1.TEL:1", "item1.TEL:2", "item1.X-ABLabel:Boat"]);
    assert_eq!(came, ["TEL;TYPE=home:1", "TEL;TYPE=home:2"]);
}
