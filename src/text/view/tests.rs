//! Views, by what they say in English.

use super::*;
use crate::model::view::{ContactView, EventView, NoteView, When};
use crate::phrase::english;
use crate::text::moment::{Moment, at, seconds};
use crate::text::tests::{NOW, calendar, event as an_event};

fn event(text: &str) -> (View, EventView) {
    event_of(text, None)
}

fn event_of(text: &str, of: Option<&str>) -> (View, EventView) {
    let of = of.map(|of| seconds(Moment::parse(of).unwrap().local()) * 1000);
    let view = view(text.as_bytes(), of, NOW);
    match view.detail.clone() {
        Detail::Event(event) | Detail::Task(event) => (view, *event),
        other => panic!("{other:?}"),
    }
}

fn contact(lines: &str) -> (View, ContactView) {
    let lines = lines.trim().lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>();
    let view = view(format!("BEGIN:VCARD\r\n{}\r\nEND:VCARD\r\n", lines.join("\r\n")).as_bytes(), None, NOW);
    match view.detail.clone() {
        Detail::Contact(contact) => (view, *contact),
        other => panic!("{other:?}"),
    }
}

fn note(lines: &str) -> (View, NoteView) {
    let view = view(calendar(&format!("BEGIN:VJOURNAL\nUID:u\n{}\nEND:VJOURNAL", lines.trim())).as_bytes(), None, NOW);
    match view.detail.clone() {
        Detail::Note(note) => (view, *note),
        other => panic!("{other:?}"),
    }
}

fn wall(when: &When) -> String {
    let form = if when.date { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M" };
    let mark = if when.guessed { "?" } else { "" };
    format!("{} {}{mark}", at(when.wall / 1000).format(form), when.zone).trim_end().to_owned()
}

fn walls(event: &EventView) -> (String, String) {
    let wall = |when: &Option<When>| when.as_ref().map(wall).unwrap_or_default();
    (wall(&event.start), wall(&event.end))
}

fn said(sayings: &[Saying]) -> Vec<String> {
    sayings.iter().map(english).collect()
}

#[test]
fn times_with_their_zone() {
    for (lines, start, end, moment) in [
        (
            "DTSTART;TZID=Europe/Berlin:20261224T093000\nDTEND;TZID=Europe/Berlin:20261224T101500",
            "2026-12-24T09:30 Europe/Berlin",
            "2026-12-24T10:15 Europe/Berlin",
            Some("20261224T083000"),
        ),
        (
            "DTSTART:20261224T093000Z\nDURATION:PT1H",
            "2026-12-24T09:30 UTC",
            "2026-12-24T10:30 UTC",
            Some("20261224T093000"),
        ),
        ("DTSTART:20261224T093000", "2026-12-24T09:30", "", None),
        ("DTSTART;VALUE=DATE:20261224", "2026-12-24", "2026-12-24", None),
        ("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227", "2026-12-24", "2026-12-26", None),
        (
            "DTSTART;TZID=W. Europe Standard Time:20260724T093000",
            "2026-07-24T09:30 Europe/Berlin",
            "",
            Some("20260724T073000"),
        ),
        (
            "DTSTART;TZID=Europe/Berlin:20261224T100000\nDTEND;TZID=America/New_York:20261224T130000",
            "2026-12-24T10:00 Europe/Berlin",
            "2026-12-24T13:00 America/New_York",
            Some("20261224T090000"),
        ),
        ("DTSTART;TZID=Mars/Base One:20261224T093000", "2026-12-24T09:30 Mars/Base One?", "", None),
    ] {
        let (view, event) = event(&an_event(lines));
        assert_eq!(walls(&event), (start.to_owned(), end.to_owned()), "{lines}");
        let at = event.start.and_then(|start| start.at).map(|at| at / 1000);
        assert_eq!(at, moment.map(|at| seconds(Moment::parse(at).unwrap().local())), "{lines}");
        assert_eq!(view.missed, [], "{lines}");
    }
    let (view, event) = event(&an_event("SUMMARY:No start\nDTSTART:soon"));
    assert_eq!((view.title.as_str(), event.start), ("No start", None));
    assert_eq!(said(&view.missed), ["When it begins could not be understood."]);
}

/// Also of what its zone's clocks show twice, and of a task.
#[test]
fn an_end_by_duration_is_the_moment_that_lists_have() {
    for (start, duration, end, long) in [
        // The clocks go back on 25 October, from 3 to 2, and forward on 29 March.
        ("20261025T023000", "PT1H", "2026-10-25T02:30", 1),
        ("20261024T233000", "PT4H", "2026-10-25T02:30", 4),
        ("20261024T120000", "P1D", "2026-10-25T12:00", 25),
        ("20261024T120000", "PT24H", "2026-10-25T11:00", 24),
        ("20260329T013000", "PT1H", "2026-03-29T03:30", 1),
        ("20260328T120000", "P1D", "2026-03-29T12:00", 23),
        ("20260328T120000", "PT24H", "2026-03-29T13:00", 24),
    ] {
        let lines = format!("UID:u\nDTSTART;TZID=Europe/Berlin:{start}\nDURATION:{duration}");
        for name in ["VEVENT", "VTODO"] {
            let (_, view) = event(&calendar(&format!("BEGIN:{name}\n{lines}\nEND:{name}")));
            let (from, to) = (view.start.unwrap(), view.end.or(view.due).unwrap());
            let hours = (to.at.unwrap() - from.at.unwrap()) / 3_600_000;
            assert_eq!((wall(&to), hours), (format!("{end} Europe/Berlin"), long), "{name} {lines}");
        }
    }
}

#[test]
fn a_meeting() {
    let (view, event) = event(&an_event(
        "SUMMARY:Plan\\, review
        DTSTART:20261224T090000Z
        LOCATION:Room 1\\; upstairs
        GEO:48.2;16.37
        DESCRIPTION:See https://example.org/\\nJoin https://us02web.zoom.us/j/1?pwd=x
        ORGANIZER;CN=Ann;SENT-BY=\"mailto:sec@example.org\":mailto:ann@example.org
        ATTENDEE;CN=\"Berg, Bo\";PARTSTAT=ACCEPTED;ROLE=CHAIR:MAILTO:bo@example.org
        ATTENDEE;PARTSTAT=DECLINED;ROLE=OPT-PARTICIPANT;CN=cy@example.org:mailto:cy@example.org
        ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:ed@example.org\":mailto:di@example.org
        ATTENDEE;CUTYPE=ROOM;PARTSTAT=TENTATIVE;CN=Room 1:invalid:nomail
        ATTENDEE:mailto:fi@example.org
        STATUS:TENTATIVE
        CLASS:PRIVATE
        TRANSP:TRANSPARENT
        PRIORITY:1
        CATEGORIES:Work,With\\, comma
        CATEGORIES:Work,Home
        COLOR:Tomato
        URL:javascript:alert(1)
        ATTACH;FILENAME=\"Plan.pdf\":https://example.org/plan.pdf
        ATTACH:javascript:alert(2)
        ATTACH;ENCODING=BASE64;VALUE=BINARY;FMTTYPE=image/png:QUJDREVGR0g=
        BEGIN:VALARM
        ACTION:DISPLAY
        TRIGGER:-PT15M
        END:VALARM
        BEGIN:VALARM
        ACTION:EMAIL
        TRIGGER;RELATED=END:P1DT2H
        REPEAT:3
        DURATION:PT5M
        END:VALARM
        BEGIN:VALARM
        ACTION:AUDIO
        TRIGGER;VALUE=DATE-TIME:20261224T080000Z
        END:VALARM
        BEGIN:VALARM
        ACTION:NONE
        TRIGGER;VALUE=DATE-TIME:19760401T005545Z
        END:VALARM",
    ));
    assert_eq!(view.title, "Plan, review");
    assert_eq!((event.place.as_str(), event.geo.as_str()), ("Room 1; upstairs", "48.2, 16.37"));
    assert_eq!(event.call.as_deref(), Some("https://us02web.zoom.us/j/1?pwd=x"));
    let people: Vec<String> = event
        .organizer
        .iter()
        .chain(&event.attendees)
        .map(|p| {
            let words = [&p.kind, &p.role, &p.answer].into_iter().flatten().chain(&p.delegated);
            format!("{}|{}|{}", p.name, p.mail, words.map(english).collect::<Vec<_>>().join(", "))
        })
        .collect();
    assert_eq!(
        people,
        [
            "Ann|ann@example.org|sent by sec@example.org",
            "Berg, Bo|bo@example.org|Chair, accepted",
            "|cy@example.org|Optional, declined",
            "|di@example.org|delegated, sends ed@example.org instead",
            "Room 1||Room, perhaps",
            "|fi@example.org|no answer yet",
        ]
    );
    assert_eq!(said(&event.marks), ["Not certain yet", "Private", "Does not block the time", "Important"]);
    assert_eq!(event.categories, ["Work", "With, comma", "Home"]);
    assert_eq!(event.color.as_deref(), Some("tomato"));
    assert_eq!(event.url.unwrap().href, None);
    let attachments: Vec<_> = event.attachments.iter().map(|a| (a.text.as_str(), a.href.as_deref())).collect();
    assert_eq!(
        attachments,
        [("Plan.pdf", Some("https://example.org/plan.pdf")), ("javascript:alert(2)", None), ("image/png (1 KB)", None)]
    );
    let alarms: Vec<String> = event
        .alarms
        .iter()
        .map(|a| {
            let words = [Some(&a.action), Some(&a.when), a.repeat.as_ref()].into_iter().flatten();
            let at = a.at.as_ref().map(|at| format!(" {}", wall(at))).unwrap_or_default();
            words.map(english).collect::<Vec<_>>().join(", ") + &at
        })
        .collect();
    assert_eq!(
        alarms,
        [
            "Reminder, 15 minutes before the start",
            "Mail, 1 day and 2 hours after the end, then every 5 minutes, 3 times",
            "Sound, at 2026-12-24T08:00 UTC",
        ]
    );
}

#[test]
fn where_to_meet() {
    for (lines, call) in [
        ("CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example.org/1", Some("https://meet.example.org/1")),
        (
            "CONFERENCE:tel:+1-555-0100\nX-GOOGLE-CONFERENCE:https://meet.google.com/abc-defg-hij",
            Some("https://meet.google.com/abc-defg-hij"),
        ),
        (
            "X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.microsoft.com/l/meetup-join/1",
            Some("https://teams.microsoft.com/l/meetup-join/1"),
        ),
        ("LOCATION:https://meet.jit.si/Choir", Some("https://meet.jit.si/Choir")),
        (
            "X-ALT-DESC;FMTTYPE=text/html:<a href=\"https://whereby.com/choir\">here</a>",
            Some("https://whereby.com/choir"),
        ),
        ("DESCRIPTION:https://zoom.us.evil.example/j/1", None),
        ("URL:https://zoom.us@evil.example/j/1", None),
        ("CONFERENCE:http://meet.example.org/1", None),
        ("LOCATION:Hall", None),
    ] {
        let (_, event) = event(&an_event(&format!("DTSTART:20261224T090000Z\n{lines}")));
        assert_eq!(event.call.as_deref(), call, "{lines}");
    }
}

#[test]
fn html_descriptions_are_text() {
    for (lines, text) in [
        ("DESCRIPTION:Plain < text", "Plain < text"),
        ("DESCRIPTION:<b>One</b><br>Two<script>alert(1)</script>", "One\nTwo"),
        ("X-ALT-DESC;FMTTYPE=text/html:<p>One</p><p>Two</p>", "One\nTwo"),
        ("DESCRIPTION:Plain\nX-ALT-DESC;FMTTYPE=text/html:<p>HTML</p>", "Plain"),
    ] {
        let (_, event) = event(&an_event(&format!("DTSTART:20261224T090000Z\n{lines}")));
        assert_eq!(event.description, text, "{lines}");
    }
}

/// Weekly on Thursdays in Berlin; one was moved and renamed, one cancelled, one left out.
fn series() -> String {
    calendar(
        "BEGIN:VEVENT
        UID:u
        SUMMARY:Choir
        DTSTART;TZID=Europe/Berlin:20261105T193000
        DTEND;TZID=Europe/Berlin:20261105T210000
        RRULE:FREQ=WEEKLY;COUNT=8
        EXDATE;TZID=Europe/Berlin:20261112T193000
        END:VEVENT
        BEGIN:VEVENT
        UID:u
        RECURRENCE-ID;TZID=Europe/Berlin:20261126T193000
        SUMMARY:Choir with guests
        DTSTART;TZID=Europe/Berlin:20261127T200000
        DTEND;TZID=Europe/Berlin:20261127T220000
        END:VEVENT
        BEGIN:VEVENT
        UID:u
        RECURRENCE-ID;TZID=Europe/Berlin:20261203T193000
        DTSTART;TZID=Europe/Berlin:20261203T193000
        SUMMARY:Choir
        STATUS:CANCELLED
        END:VEVENT",
    )
}

#[test]
fn a_series_as_a_whole() {
    let (view, event) = event(&series());
    assert_eq!((view.title.as_str(), view.missed), ("Choir", vec![]));
    assert_eq!(walls(&event), ("2026-11-05T19:30 Europe/Berlin".into(), "2026-11-05T21:00 Europe/Berlin".into()));
    let series = event.series.unwrap();
    assert_eq!(said(&series.words), ["Every week on Thursday, 8 times"]);
    assert_eq!(series.left_out.iter().map(wall).collect::<Vec<_>>(), ["2026-11-12T19:30 Europe/Berlin"]);
    let next: Vec<String> = series.next.iter().map(|next| wall(&next.start)).collect();
    assert_eq!(
        next,
        [
            "2026-11-27T20:00 Europe/Berlin",
            "2026-12-10T19:30 Europe/Berlin",
            "2026-12-17T19:30 Europe/Berlin",
            "2026-12-24T19:30 Europe/Berlin"
        ]
    );
    let changed: Vec<_> = series
        .changed
        .iter()
        .map(|c| (wall(&c.was), c.moved.as_ref().map(wall), c.cancelled, c.title.as_deref()))
        .collect();
    let zoned = |at: &str| format!("{at} Europe/Berlin");
    assert_eq!(
        changed,
        [
            (zoned("2026-11-26T19:30"), Some(zoned("2026-11-27T20:00")), false, Some("Choir with guests")),
            (zoned("2026-12-03T19:30"), None, true, None),
        ]
    );
}

#[test]
fn one_instance_of_a_series() {
    for (of, title, start, end, moved, cancelled) in [
        ("20261210T183000", "Choir", "2026-12-10T19:30", "2026-12-10T21:00", None, false),
        (
            "20261126T183000",
            "Choir with guests",
            "2026-11-27T20:00",
            "2026-11-27T22:00",
            Some("2026-11-26T19:30"),
            false,
        ),
        ("20261203T183000", "Choir", "2026-12-03T19:30", "", None, true),
    ] {
        let (view, event) = event_of(&series(), Some(of));
        let zoned = |at: &str| if at.is_empty() { String::new() } else { format!("{at} Europe/Berlin") };
        assert_eq!(view.title, title, "{of}");
        assert_eq!(walls(&event), (zoned(start), zoned(end)), "{of}");
        assert_eq!(event.cancelled, cancelled, "{of}");
        let series = event.series.unwrap();
        assert_eq!(series.moved_from.as_ref().map(wall), moved.map(zoned), "{of}");
        assert_eq!(said(&series.words), ["Every week on Thursday, 8 times"]);
        assert!(series.of.is_some());
    }
    // What the series does not have is shown as the whole.
    let (_, event) = event_of(&series(), Some("20301210T183000"));
    assert_eq!(event.series.unwrap().of, None);
    assert_eq!(event.start.as_ref().map(wall).as_deref(), Some("2026-11-05T19:30 Europe/Berlin"));
}

#[test]
fn an_instance_without_its_series() {
    let (_, event) = event(&an_event("RECURRENCE-ID:20261126T183000Z\nDTSTART:20261126T183000Z"));
    assert_eq!(said(&event.series.unwrap().words), ["One instance of a series; the rest of it is not here."]);
}

#[test]
fn a_task() {
    let text = calendar(
        "BEGIN:VTODO\nUID:u\nSUMMARY:Pay\nDUE;VALUE=DATE:20261130\nSTATUS:IN-PROCESS\nPERCENT-COMPLETE:40\nEND:VTODO",
    );
    let (view, task) = event(&text);
    assert!(matches!(view.detail, Detail::Task(_)) && view.missed.is_empty());
    assert_eq!((task.due.as_ref().map(wall).as_deref(), task.percent), (Some("2026-11-30"), Some(40)));
    assert_eq!(said(&task.marks), ["Begun"]);
}

fn labelled(channels: &[crate::model::view::Channel]) -> Vec<String> {
    let one = |c: &crate::model::view::Channel| {
        let star = if c.preferred { "*" } else { "" };
        format!("{}{star} [{}]", c.text, said(&c.labels).join(", "))
    };
    channels.iter().map(one).collect()
}

#[test]
fn cards_of_each_version() {
    let (view, old) = contact(
        "VERSION:2.1
    N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg;;Dr.;
    FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:J=F6rg M=FCller
    TEL;HOME;FAX:+49 30 23125 001
    TEL;CELL;PREF:+49 30 23125 002
    EMAIL;INTERNET:joerg@example.org
    ADR;WORK;ENCODING=QUOTED-PRINTABLE:;;Weg 1=0D=0AHof;Stadt;;01234;Land
    BDAY:19850412
    NOTE;ENCODING=QUOTED-PRINTABLE:One=0D=0ATwo",
    );
    assert_eq!((view.title.as_str(), old.full.as_str()), ("Jörg Müller", "Dr. Jörg Müller"));
    assert_eq!(labelled(&old.phones), ["+49 30 23125 002* [Mobile]", "+49 30 23125 001 [Home, Fax]"]);
    assert_eq!(old.phones[0].href.as_deref(), Some("tel:+493023125002"));
    assert_eq!(old.addresses[0].lines, ["Weg 1", "Hof", "01234 Stadt", "Land"]);
    assert_eq!(english(&old.dates[0].words), "12 April 1985");
    assert_eq!(old.notes, ["One\nTwo"]);

    let (_, apple) = contact(
        "VERSION:3.0
    N:Berg;Anna;;;
    FN:Anna Berg
    NICKNAME:Annie,Nan
    ORG:Old Mill;Stage\\; lights
    TITLE:Manager
    item1.TEL;type=pref:+1 202 555 0100
    item1.X-ABLabel:Boat
    item2.URL:https\\://example.org/
    item2.X-ABLabel:_$!<HomePage>!$_
    item3.X-ABDATE;type=pref:20100601
    item3.X-ABLabel:_$!<Anniversary>!$_
    BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-12
    EMAIL;TYPE=\"home,work\":anna@example.org
    EMAIL;TYPE=INTERNET,WORK,PREF:berg@example.com
    IMPP;X-SERVICE-TYPE=Jabber:xmpp:anna@example.org
    X-ICQ:12345
    X-SOCIALPROFILE;type=twitter:https://example.org/anna
    URL:javascript:alert(1)
    X-ABRELATEDNAMES;type=pref:Bo
    CATEGORIES:Friends,Choir",
    );
    assert_eq!(apple.full, "");
    assert_eq!(
        (apple.nicknames.join("|"), apple.organization.join("|")),
        ("Annie|Nan".into(), "Old Mill|Stage; lights".into())
    );
    assert_eq!(labelled(&apple.phones), ["+1 202 555 0100* [Boat]"]);
    assert_eq!(labelled(&apple.mails), ["berg@example.com* [Work]", "anna@example.org [Home, Work]"]);
    assert_eq!(labelled(&apple.links), ["https://example.org/ [Home page]", "javascript:alert(1) []"]);
    let hrefs: Vec<_> = apple.links.iter().map(|link| link.href.as_deref()).collect();
    assert_eq!(hrefs, [Some("https://example.org/"), None]);
    let dates: Vec<String> =
        apple.dates.iter().map(|d| format!("{} {}", english(&d.label), english(&d.words))).collect();
    assert_eq!(dates, ["Birthday 12 April", "Anniversary 1 June 2010"]);
    assert_eq!(
        labelled(&apple.chats),
        ["xmpp:anna@example.org [Jabber]", "https://example.org/anna []", "12345 [ICQ]"]
    );
    assert_eq!(labelled(&apple.related), ["Bo* []"]);
    assert_eq!(apple.categories, ["Friends", "Choir"]);

    let (_, new) = contact(
        "VERSION:4.0
    FN:Anna Berg
    BDAY:--0412
    ANNIVERSARY;VALUE=text:last spring
    TEL;VALUE=uri;TYPE=\"voice,home\";PREF=2:tel:+1-202-555-0100
    TEL;VALUE=uri;PREF=1;TYPE=work:tel:+1-202-555-0101
    ADR;LABEL=\"Weg 1^nStadt\":;;Weg 1;Stadt;;;
    LANG:de
    TZ:Europe/Berlin
    GEO:geo:48.2,16.37
    RELATED;TYPE=spouse;VALUE=text:Bo
    RELATED;TYPE=friend:urn:uuid:f81d4fae
    KEY:data:application/pgp-keys;base64,QUJD",
    );
    assert_eq!(labelled(&new.phones), ["+1-202-555-0101* [Work]", "+1-202-555-0100* [Home]"]);
    assert_eq!(new.addresses[0].lines, ["Weg 1", "Stadt"]);
    let dates: Vec<String> = new.dates.iter().map(|d| format!("{} {}", english(&d.label), english(&d.words))).collect();
    assert_eq!(dates, ["Birthday 12 April", "Anniversary last spring"]);
    assert_eq!(
        (new.languages.join(","), new.zone.as_str(), new.geo.as_str(), new.keys),
        ("de".into(), "Europe/Berlin", "48.2, 16.37", 1)
    );
    assert_eq!(labelled(&new.related), ["Bo [Spouse]"]);
}

#[test]
fn dates_as_they_are_written() {
    for (value, text) in [
        ("1985-04-12", "12 April 1985"),
        ("19850412T230000Z", "12 April 1985"),
        ("--04-12", "12 April"),
        ("--04", "April"),
        ("---12", "day 12"),
        ("1985", "1985"),
        ("1985-04", "April 1985"),
        ("1985-13", "1985-13"),
        ("in spring", "in spring"),
        ("--0231", "--0231"),
        ("--é", "--é"),
    ] {
        let (_, contact) = contact(&format!("FN:x\nBDAY:{value}"));
        assert_eq!(english(&contact.dates[0].words), text, "{value}");
    }
    assert!(contact("FN:x\nBDAY:").1.dates.is_empty());
}

#[test]
fn pictures_only_from_the_card() {
    const PNG: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    for (line, media) in [
        (format!("PHOTO;ENCODING=BASE64;TYPE=PNG:{PNG}"), Ok("image/png")),
        (format!("PHOTO;PNG;BASE64:{PNG}"), Ok("image/png")),
        (format!("PHOTO;ENCODING=b;TYPE=JPEG:{PNG}"), Ok("image/png")),
        (format!("PHOTO:data:image/png;base64,{PNG}"), Ok("image/png")),
        (format!("PHOTO:data:text/html;base64,{PNG}"), Ok("image/png")),
        ("PHOTO;ENCODING=b:/9j/4AAQSkZJRg==".into(), Ok("image/jpeg")),
        ("PHOTO:data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+".into(), Err("picture_unknown")),
        ("PHOTO:data:image/svg+xml,<svg onload=alert(1)>".into(), Err("picture_unknown")),
        ("PHOTO;ENCODING=b:!!!".into(), Err("picture_unknown")),
        ("PHOTO;VALUE=uri:https://example.org/a.png".into(), Err("picture_elsewhere")),
        ("PHOTO;VALUE=uri:http://example.org/a.png".into(), Err("picture_elsewhere")),
        (format!("PHOTO;ENCODING=b:{}", "A".repeat(1_600_000)), Err("picture_too_large")),
    ] {
        let (_, contact) = contact(&format!("FN:x\n{line}"));
        let found = contact.photo.as_ref().map(|p| p.media.as_str()).ok_or(contact.picture.map(|why| why.key));
        assert_eq!(found, media.map_err(|why| Some(why.to_owned())), "{}", &line[..60.min(line.len())]);
    }
}

#[test]
fn groups_in_each_form() {
    for lines in [
        "VERSION:4.0\nKIND:group\nFN:Choir\nMEMBER:urn:uuid:1-2\nMEMBER:mailto:bo@example.org",
        "VERSION:3.0\nN:Choir\nFN:Choir\nX-ADDRESSBOOKSERVER-KIND:group\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:1-2\nX-ADDRESSBOOKSERVER-MEMBER:mailto:bo@example.org",
    ] {
        let (view, group) = contact(lines);
        assert!(group.group && view.title == "Choir", "{lines}");
        let members: Vec<_> = group.members.iter().map(|m| (m.uid.as_str(), m.mail.as_str())).collect();
        assert_eq!(members, [("1-2", ""), ("", "bo@example.org")], "{lines}");
    }
    let (_, list) = contact("VERSION:3.0\nFN:List\nX-EVOLUTION-LIST:TRUE\nEMAIL:bo@example.org");
    assert!(list.group && list.members[0].mail == "bo@example.org");
}

#[test]
fn an_agent_in_the_card() {
    let (_, nested) = contact("VERSION:2.1\nFN:x\nAGENT:\nBEGIN:VCARD\nFN:Susan\nEND:VCARD");
    assert_eq!(labelled(&nested.related), ["Susan [Representative]"]);
    let (_, escaped) = contact("VERSION:3.0\nFN:x\nAGENT:BEGIN:VCARD\\nFN:Susan\\nEND:VCARD\\n");
    assert_eq!(labelled(&escaped.related), ["Susan [Representative]"]);
}

#[test]
fn a_note() {
    let (view, note) = note(
        "SUMMARY:Minutes\nDTSTART;VALUE=DATE:20261120\nDESCRIPTION:# One\\n- a\\n- b\nCATEGORIES:Choir\nSTATUS:DRAFT",
    );
    assert_eq!((view.title.as_str(), note.text.as_str()), ("Minutes", "# One\n- a\n- b"));
    assert_eq!(
        (note.date.as_ref().map(wall).as_deref(), note.categories.join(",")),
        (Some("2026-11-20"), "Choir".into())
    );
    assert_eq!(said(&note.marks), ["Draft"]);
}

#[test]
fn what_cannot_be_understood_has_what_could_be_read() {
    let shown = |text: &str| view(text.as_bytes(), None, NOW);
    let nothing = shown("SUMMARY:Lost\r\nX-OTHER:a\\, b\r\njunk\r\n");
    assert_eq!(nothing.title, "Lost");
    let Detail::Unknown(lines) = nothing.detail else { panic!() };
    assert_eq!(lines, [("SUMMARY".into(), "Lost".into()), ("X-OTHER".into(), "a, b".into())]);
    assert_eq!(nothing.missed[0].key, "missed_all");
    let cut = shown("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Half\r\nDTSTART:20261224T090000Z\r\nLOCA");
    assert_eq!((cut.title.as_str(), cut.missed[0].key.as_str()), ("Half", "missed_end"));
    let two = shown("BEGIN:VCARD\r\nFN:A\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:B\r\nEND:VCARD\r\n");
    assert_eq!(said(&two.missed), ["The same text has one more entry, which is not shown."]);
    for text in ["", "\r\n", "\u{0}", "BEGIN:VEVENT", "END:VEVENT"] {
        shown(text);
    }
}

/// Every list and text ends somewhere, and nothing is quadratic.
#[test]
fn hostile_texts() {
    let event = |lines: String| an_event(&format!("DTSTART:20260101T000000Z\n{lines}"));
    let many = |line: &str, n: usize| format!("{line}\n").repeat(n);
    for text in [
        event(many("ATTENDEE;CN=x:mailto:x@example.org", 20_000)),
        event(many("CATEGORIES:a,b,c", 20_000)),
        event(format!("CATEGORIES:{}", "a,".repeat(200_000))),
        event(many("EXDATE:20260101T000000Z,20260102T000000Z", 20_000)),
        event(many("RRULE:FREQ=SECONDLY", 20)),
        event(many("BEGIN:VALARM\nTRIGGER:-PT1M\nACTION:DISPLAY\nEND:VALARM", 10_000)),
        event(format!("DESCRIPTION:{}", "<b>https://zoom.us/".repeat(50_000))),
        calendar(&many("BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260101T000000Z\nEND:VEVENT", 5_000)),
        "BEGIN:VEVENT\r\n".repeat(5_000),
        "BEGIN:VCARD\r\n".repeat(20_000),
        format!("BEGIN:VCARD\r\n{}END:VCARD\r\n", "item1.TEL;TYPE=a,b,c:1\r\nitem1.X-ABLabel:x\r\n".repeat(10_000)),
        format!("BEGIN:VCARD\r\nN:{}\r\nADR:{}\r\nEND:VCARD\r\n", ";".repeat(200_000), ",".repeat(200_000)),
    ] {
        let view = view(text.as_bytes(), Some(0), NOW);
        let size = serde_json::to_string(&view).unwrap().len();
        assert!(size < 2_000_000, "{size}: {}", &text[..60]);
    }
}

#[test]
fn an_instance_is_found_however_its_change_names_it() {
    let series = "BEGIN:VEVENT\nUID:u\nDTSTART;TZID=Europe/Berlin:20260601T010000\nDURATION:PT1H\nRRULE:FREQ=DAILY\nEND:VEVENT\n";
    for id in ["TZID=Europe/Berlin:20260603T010000", "VALUE=DATE:20260603", "X-A=1:20260603T010000"] {
        let text = calendar(&format!(
            "{series}BEGIN:VEVENT\nUID:u\nSUMMARY:B\nRECURRENCE-ID;RANGE=THISANDFUTURE;{id}
            DTSTART;TZID=Europe/Berlin:20260603T150000\nDURATION:PT1H\nEND:VEVENT"
        ));
        let (view, event) = event_of(&text, Some("20260602T230000Z"));
        assert_eq!((view.title.as_str(), walls(&event).0.as_str()), ("B", "2026-06-03T15:00 Europe/Berlin"), "{id}");
        assert_eq!(event.series.unwrap().changed[0].of, 1_780_441_200_000, "{id}");
        // And what it moved with it, long past or to come.
        let (_, event) = event_of(&text, Some("20400602T230000Z"));
        assert_eq!(walls(&event).0, "2040-06-03T15:00 Europe/Berlin", "{id}");
    }
}
