//! One of each with nearly all that there can be: what a page shows of an item is seen
//! in these.

use base64::Engine as _;
use chrono::{Days, NaiveDate};

use super::text::Lines;
use super::{Dice, Object, Sample, photo};

pub fn add(sample: &mut Sample, dice: &mut Dice, today: NaiveDate) {
    let person = "ottilie-brandvold";
    sample.events.push(rehearsal(today));
    sample.contacts.push(contact(dice, person));
    sample.contacts.push(group(person));
    sample.notes.push(minutes(today));
}

/// Every two weeks, with people, a call, one time moved and one called off.
fn rehearsal(today: NaiveDate) -> Object {
    let day = |days: u64| (today + Days::new(days)).format("%Y%m%d").to_string();
    let mut lines = Lines::default();
    lines
        .raw("BEGIN:VCALENDAR")
        .raw("VERSION:2.0")
        .raw("PRODID:-//example.org//Sample account//EN")
        .raw("BEGIN:VEVENT")
        .raw("UID:orchestra-rehearsal@example.org")
        .raw(&format!("DTSTAMP:{}T060000Z", day(0)))
        .text("SUMMARY", "Orchestra rehearsal")
        .raw(&format!("DTSTART:{}T180000Z", day(5)))
        .raw(&format!("DTEND:{}T200000Z", day(5)))
        .raw("RRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=12")
        .raw(&format!("EXDATE:{}T180000Z", day(47)))
        .text("LOCATION", "Old Mill Theatre, rehearsal stage")
        .text(
            "DESCRIPTION",
            "First the overture, then the slow movement.\nParts: https://example.org/parts\n\
             From afar: https://meet.jit.si/SampleOrchestra",
        )
        .raw("ORGANIZER;CN=Ottilie Brandvold:mailto:ottilie@example.org")
        .raw("ATTENDEE;CN=Ottilie Brandvold;PARTSTAT=ACCEPTED;ROLE=CHAIR:mailto:ottilie@example.org")
        .raw("ATTENDEE;CN=Kofi Lamprecht;PARTSTAT=TENTATIVE:mailto:kofi@example.org")
        .raw("ATTENDEE;CN=Mei Petrov;PARTSTAT=DECLINED:mailto:mei@example.org")
        .raw("ATTENDEE;CN=Rehearsal stage;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:stage@example.org")
        .raw("ATTENDEE;PARTSTAT=NEEDS-ACTION;ROLE=OPT-PARTICIPANT:mailto:guest@example.org")
        .text("CATEGORIES", "Orchestra")
        .raw("COLOR:olivedrab")
        .raw("STATUS:CONFIRMED")
        .raw("BEGIN:VALARM")
        .raw("ACTION:DISPLAY")
        .raw("DESCRIPTION:Orchestra rehearsal")
        .raw("TRIGGER:-PT1H30M")
        .raw("END:VALARM")
        .raw("END:VEVENT");
    for (was, now, status) in [(19, 20, "CONFIRMED"), (33, 33, "CANCELLED")] {
        lines
            .raw("BEGIN:VEVENT")
            .raw("UID:orchestra-rehearsal@example.org")
            .raw(&format!("DTSTAMP:{}T060000Z", day(0)))
            .raw(&format!("RECURRENCE-ID:{}T180000Z", day(was)))
            .text("SUMMARY", "Orchestra rehearsal")
            .raw(&format!("DTSTART:{}T180000Z", day(now)))
            .raw(&format!("DTEND:{}T200000Z", day(now)))
            .raw(&format!("STATUS:{status}"))
            .raw("END:VEVENT");
    }
    lines.raw("END:VCALENDAR");
    Object { name: "orchestra-rehearsal.ics".into(), text: lines.end() }
}

fn contact(dice: &mut Dice, uid: &str) -> Object {
    let file = base64::engine::general_purpose::STANDARD.encode(photo::png(dice));
    let mut lines = Lines::default();
    lines
        .raw("BEGIN:VCARD")
        .raw("VERSION:3.0")
        .raw("PRODID:-//example.org//Sample account//EN")
        .raw(&format!("UID:{uid}"))
        .text("FN", "Ottilie Brandvold")
        .raw("N:Brandvold;Ottilie;Marie;Dr.;")
        .text("NICKNAME", "Otti")
        .raw("ORG:Old Mill Theatre;Orchestra")
        .text("TITLE", "First violin")
        .raw("TEL;TYPE=CELL,PREF:+44 20 7946 0123")
        .raw("item1.TEL:+44 20 7946 0456")
        .raw("item1.X-ABLABEL:Boathouse")
        .raw("EMAIL;TYPE=INTERNET,WORK:ottilie@example.org")
        .raw("EMAIL;TYPE=INTERNET,HOME:otti@example.com")
        .raw("ADR;TYPE=HOME:;;12 Orchard Lane;Exampleton;;EX1 2MP;United Kingdom")
        .raw("BDAY:1979-04-12")
        .raw("item2.URL:https://example.org/ottilie")
        .raw("item2.X-ABLABEL:_$!<HomePage>!$_")
        .raw("IMPP;X-SERVICE-TYPE=Jabber:xmpp:ottilie@example.org")
        .text("CATEGORIES", "Orchestra")
        .text("NOTE", "Tunes to 442.\nScores: https://example.org/scores")
        .raw(&format!("PHOTO;ENCODING=b;TYPE=PNG:{file}"))
        .raw("END:VCARD");
    Object { name: format!("{uid}.vcf"), text: lines.end() }
}

fn group(member: &str) -> Object {
    let mut lines = Lines::default();
    lines
        .raw("BEGIN:VCARD")
        .raw("VERSION:3.0")
        .raw("PRODID:-//example.org//Sample account//EN")
        .raw("UID:orchestra-committee")
        .text("FN", "Orchestra committee")
        .raw("N:Orchestra committee;;;;")
        .raw("X-ADDRESSBOOKSERVER-KIND:group")
        .raw(&format!("X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:{member}"))
        .raw("X-ADDRESSBOOKSERVER-MEMBER:mailto:kofi@example.org")
        .raw("X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:somebody-elsewhere")
        .raw("END:VCARD");
    Object { name: "orchestra-committee.vcf".into(), text: lines.end() }
}

fn minutes(today: NaiveDate) -> Object {
    let text = "# Spring concert\n\nWe play on the **last Saturday** in May, *in the open* if it is dry.\n\n\
        - [x] Book the stage\n- [ ] Print the programme\n  1. Overture\n  2. Suite\n\n\
        > Whoever has the cello key brings it back.\n\n| Part | Who |\n|---|---|\n| Violin | Ottilie |\n| Horn | Kofi |\n\n\
        Parts are at https://example.org/parts, or [here](https://example.org/here).\n\n---\n\n```\nA = 442 Hz\n```";
    let mut lines = Lines::default();
    lines
        .raw("BEGIN:VCALENDAR")
        .raw("VERSION:2.0")
        .raw("PRODID:-//example.org//Sample account//EN")
        .raw("BEGIN:VJOURNAL")
        .raw("UID:minutes-orchestra@example.org")
        .raw(&format!("DTSTAMP:{}T081500Z", today.format("%Y%m%d")))
        .raw(&format!("DTSTART;VALUE=DATE:{}", today.format("%Y%m%d")))
        .text("SUMMARY", "Minutes of the orchestra")
        .text("DESCRIPTION", text)
        .text("CATEGORIES", "Orchestra")
        .raw("END:VJOURNAL")
        .raw("END:VCALENDAR");
    Object { name: "minutes-orchestra.ics".into(), text: lines.end() }
}
