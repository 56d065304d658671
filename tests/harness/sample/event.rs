//! A few dozen events around a day (RFC 5545, 3.6.1): recurring and single,
//! all-day and timed, in a zone, in UTC and floating, with alarms and places.

use chrono::{Datelike as _, Days, NaiveDate};

use super::text::Lines;
use super::{Dice, Object};

/// How the time of an event is written.
#[derive(Clone, Copy)]
enum At {
    /// Hour, minute and length in minutes, in a zone.
    Zone(&'static Zone, u32, u32, u32),
    Utc(u32, u32, u32),
    Floating(u32, u32, u32),
    /// All day, for so many days.
    Days(u64),
}

struct Zone {
    name: &'static str,
    standard: (&'static str, &'static str, &'static str),
    daylight: (&'static str, &'static str, &'static str),
}

/// Offset, name and yearly rule of each half of the year.
static BERLIN: Zone = Zone {
    name: "Europe/Berlin",
    standard: ("+0100", "CET", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
    daylight: ("+0200", "CEST", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
};
static NEW_YORK: Zone = Zone {
    name: "America/New_York",
    standard: ("-0500", "EST", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"),
    daylight: ("-0400", "EDT", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU"),
};

struct Event {
    title: &'static str,
    place: &'static str,
    /// From the day the sample is made for.
    day: i64,
    at: At,
    rule: &'static str,
    /// Minutes before the start; 0 for no alarm.
    alarm: u32,
    about: &'static str,
}

const fn event(title: &'static str, place: &'static str, day: i64, at: At) -> Event {
    Event { title, place, day, at, rule: "", alarm: 0, about: "" }
}

impl Event {
    const fn rule(self, rule: &'static str) -> Self {
        Self { rule, ..self }
    }
    const fn alarm(self, alarm: u32) -> Self {
        Self { alarm, ..self }
    }
    const fn about(self, about: &'static str) -> Self {
        Self { about, ..self }
    }
}

fn list() -> Vec<Event> {
    let berlin = |hour, minute, length| At::Zone(&BERLIN, hour, minute, length);
    let new_york = |hour, minute, length| At::Zone(&NEW_YORK, hour, minute, length);
    vec![
        event("Team meeting", "Room 204", -21, berlin(9, 30, 45)).rule("FREQ=WEEKLY").alarm(10),
        event("Choir practice", "St. Anne’s parish hall", -30, berlin(19, 30, 105))
            .rule("FREQ=WEEKLY;COUNT=40")
            .alarm(60)
            .about("Bring the pencil and the green folder."),
        event("Stand-up", "", -14, berlin(9, 0, 15)).rule("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        event("Call with the New York office", "Phone", -20, new_york(10, 0, 60))
            .rule("FREQ=WEEKLY;INTERVAL=2")
            .alarm(15),
        event("Swimming", "Public baths, lane 3", -17, berlin(7, 0, 60)).rule("FREQ=WEEKLY;INTERVAL=1;BYDAY=TU,FR"),
        event("Pay the rent", "", -60, At::Days(1)).rule("FREQ=MONTHLY;BYMONTHDAY=1"),
        event("Book club", "At Ines’s", -28, berlin(20, 0, 120)).rule("FREQ=WEEKLY;INTERVAL=4"),
        event("Grandmother’s birthday", "", -1820, At::Days(1)).rule("FREQ=YEARLY").alarm(1440),
        event("Water the plants", "", -6, At::Floating(18, 0, 10)).rule("FREQ=DAILY;INTERVAL=3;COUNT=12"),
        event("Paper bins out", "", -13, At::Days(1)).rule("FREQ=WEEKLY;INTERVAL=2"),
        event("Breakfast with Mateo", "Café Kastanie", 0, berlin(8, 0, 45)),
        event("Quarterly figures", "Room 101", 0, berlin(11, 0, 60))
            .alarm(15)
            .about("Slides: last quarter, plan, open points."),
        event("Lunch", "Canteen", 0, berlin(12, 30, 45)),
        event("Release planning", "Online", 0, At::Utc(14, 0, 90)).alarm(10),
        event("Pick up the parcel", "Post office, counter 4", 0, At::Floating(17, 30, 20)),
        event("Concert: string quartet", "Old Mill Theatre", 0, berlin(20, 0, 120)).alarm(90),
        event("Dentist", "12 Orchard Lane", 1, berlin(8, 15, 45)).alarm(120).about("Insurance card!"),
        event("Interview: two candidates", "Room 204", 1, berlin(10, 0, 150)),
        event("Call the plumber", "", 1, At::Floating(15, 0, 15)),
        event("Train to Musterstadt", "Main station, platform 9", 2, berlin(7, 42, 185)).alarm(45),
        event("Workshop: reading contracts", "Conference centre", 2, berlin(13, 0, 240)),
        event("Conference", "Musterstadt", 3, At::Days(3)).about("Hotel is booked; breakfast from half past six."),
        event("Dinner with the speakers", "Restaurant zur Linde", 4, berlin(19, 0, 150)),
        event("Parents’ evening", "Bluebell School", 6, berlin(18, 30, 90)).alarm(60),
        event("Winter tyres", "Kestrel Garage", 7, At::Floating(8, 0, 45)),
        event("Webinar: accessible forms", "Online", 8, At::Utc(16, 0, 60)),
        event("Flea market", "Harbour square", 9, berlin(9, 0, 240)),
        event("Performance review", "Room 12", 10, berlin(14, 0, 60)).alarm(30),
        event("Amina & Jonas: wedding", "Town hall, afterwards the boathouse", 12, At::Days(1)).alarm(2880),
        event("Flight to New York", "Terminal 2", 15, berlin(10, 25, 545)).alarm(240),
        event("Holiday", "", 15, At::Days(10)),
        event("Museum, with Sigrid", "Museum of Everyday Things", 17, new_york(11, 0, 150)),
        event("Tax papers to the adviser", "", 28, At::Days(1)).alarm(1440),
        event("Moving day: help Kofi", "Lindenweg 7", -2, berlin(10, 0, 300)),
        event("Haircut", "", -3, At::Floating(16, 30, 40)),
        event("Hiking weekend", "Example Hills", -9, At::Days(2)).about("Map, water, plasters; the 8:10 bus."),
        event("Blood donation", "Harbour Clinic", -12, berlin(17, 0, 60)),
        event("Kick-off “Lighthouse”", "Room 101", -19, berlin(13, 30, 120)),
    ]
}

pub fn all(dice: &mut Dice, today: NaiveDate) -> Vec<Object> {
    list().into_iter().map(|event| object(dice, today, &event)).collect()
}

fn object(dice: &mut Dice, today: NaiveDate, event: &Event) -> Object {
    let uid = dice.uid();
    let mut day = shift(today, event.day);
    // What recurs on working days begins on one.
    while event.rule.contains("BYDAY=MO") && day.weekday().number_from_monday() > 5 {
        day = shift(day, 1);
    }
    let mut lines = Lines::default();
    lines.raw("BEGIN:VCALENDAR").raw("VERSION:2.0").raw("PRODID:-//example.org//Sample account//EN");
    if let At::Zone(zone, ..) = event.at {
        write_zone(&mut lines, zone);
    }
    lines
        .raw("BEGIN:VEVENT")
        .raw(&format!("UID:{uid}"))
        .raw(&format!("DTSTAMP:{}T060000Z", shift(today, -30).format("%Y%m%d")))
        .text("SUMMARY", event.title);
    write_times(&mut lines, day, event.at);
    if !event.place.is_empty() {
        lines.text("LOCATION", event.place);
    }
    if !event.about.is_empty() {
        lines.text("DESCRIPTION", event.about);
    }
    if !event.rule.is_empty() {
        lines.raw(&format!("RRULE:{}", event.rule));
    }
    if dice.one_in(6) {
        lines.text("CATEGORIES", dice.one_of(&["Work", "Private", "Family"]));
    }
    if event.alarm > 0 {
        lines
            .raw("BEGIN:VALARM")
            .raw("ACTION:DISPLAY")
            .text("DESCRIPTION", event.title)
            .raw(&format!("TRIGGER:-{}", duration(event.alarm)))
            .raw("END:VALARM");
    }
    lines.raw("END:VEVENT").raw("END:VCALENDAR");
    Object { name: format!("{}.ics", uid.trim_end_matches("@example.org")), text: lines.end() }
}

fn write_times(lines: &mut Lines, day: NaiveDate, at: At) {
    let (parameter, suffix, (hour, minute, length)) = match at {
        At::Days(count) => {
            lines.raw(&format!("DTSTART;VALUE=DATE:{}", day.format("%Y%m%d")));
            lines.raw(&format!("DTEND;VALUE=DATE:{}", (day + Days::new(count)).format("%Y%m%d")));
            return;
        }
        At::Zone(zone, hour, minute, length) => (format!(";TZID={}", zone.name), "", (hour, minute, length)),
        At::Utc(hour, minute, length) => (String::new(), "Z", (hour, minute, length)),
        At::Floating(hour, minute, length) => (String::new(), "", (hour, minute, length)),
    };
    let end = hour * 60 + minute + length;
    let last = day + Days::new(u64::from(end / 1440));
    lines.raw(&format!("DTSTART{parameter}:{}T{hour:02}{minute:02}00{suffix}", day.format("%Y%m%d")));
    lines.raw(&format!("DTEND{parameter}:{}T{:02}{:02}00{suffix}", last.format("%Y%m%d"), end % 1440 / 60, end % 60));
}

fn write_zone(lines: &mut Lines, zone: &Zone) {
    lines.raw("BEGIN:VTIMEZONE").raw(&format!("TZID:{}", zone.name));
    for (kind, to, from) in [("STANDARD", zone.standard, zone.daylight), ("DAYLIGHT", zone.daylight, zone.standard)] {
        let (offset, name, rule) = to;
        lines
            .raw(&format!("BEGIN:{kind}"))
            .raw(&format!("DTSTART:{}", first(kind, zone.name)))
            .raw(&format!("TZOFFSETFROM:{}", from.0))
            .raw(&format!("TZOFFSETTO:{offset}"))
            .raw(&format!("TZNAME:{name}"))
            .raw(&format!("RRULE:{rule}"))
            .raw(&format!("END:{kind}"));
    }
    lines.raw("END:VTIMEZONE");
}

/// The first change of the rules in force today.
fn first(kind: &str, zone: &str) -> &'static str {
    match (kind, zone) {
        ("STANDARD", "Europe/Berlin") => "19961027T030000",
        ("DAYLIGHT", "Europe/Berlin") => "19960331T020000",
        ("STANDARD", _) => "20071104T020000",
        _ => "20070311T020000",
    }
}

fn shift(day: NaiveDate, by: i64) -> NaiveDate {
    day + chrono::TimeDelta::days(by)
}

/// In its shortest form (RFC 5545, 3.3.6), which servers leave as it is.
fn duration(minutes: u32) -> String {
    let part = |count: u32, unit: &str| if count > 0 { format!("{count}{unit}") } else { String::new() };
    let time = format!("{}{}", part(minutes % 1440 / 60, "H"), part(minutes % 60, "M"));
    let time = if time.is_empty() { time } else { format!("T{time}") };
    format!("P{}{time}", part(minutes / 1440, "D"))
}
