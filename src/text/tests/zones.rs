//! Zones by all their names, and by the observances of a VTIMEZONE.

use super::known::other_names;
use crate::text::lines::Tree;
use crate::text::moment::{Moment, seconds};
use crate::text::occur::placed;
use crate::text::zone::{Zone, Zones, definition};

#[test]
fn names_as_programs_write_them() {
    for (name, iana) in [
        ("W. Europe Standard Time", "Europe/Berlin"),
        ("Romance Standard Time", "Europe/Paris"),
        ("GMT Standard Time", "Europe/London"),
        ("Central Europe Standard Time", "Europe/Budapest"),
        ("E. South America Standard Time", "America/Sao_Paulo"),
        ("Eastern Standard Time", "America/New_York"),
        ("Pacific Standard Time", "America/Los_Angeles"),
        ("China Standard Time", "Asia/Shanghai"),
        ("Tokyo Standard Time", "Asia/Tokyo"),
        ("AUS Eastern Standard Time", "Australia/Sydney"),
        ("tzone://Microsoft/W. Europe Standard Time", "Europe/Berlin"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin"),
        ("(GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", "Europe/Berlin"),
        ("/mozilla.org/20070129_1/America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
        ("/softwarestudio.org/Olson_20011030_5/America/Chicago", "America/Chicago"),
        ("/freeassociation.sourceforge.net/Tzfile/Europe/Berlin", "Europe/Berlin"),
        ("Etc/UTC", "UTC"),
    ] {
        let zone = Zone::by_name(name).unwrap_or_else(|| panic!("{name}"));
        // Names differ where zones are the same; the offsets of forty years do not.
        let other = Zone::by_name(iana).unwrap();
        let same = |at: i64| zone.to_local(at) == other.to_local(at);
        assert!((0..40 * 52).map(|week| 946_684_800 + week * 604_800).all(same), "{name} is {}", zone.name());
    }
    // As Windows shows them today.
    for (name, iana) in [
        ("(UTC+00:00) Dublin, Edinburgh, Lisbon, London", "Europe/London"),
        ("(UTC+01:00) Belgrade, Bratislava, Budapest, Ljubljana, Prague", "Europe/Budapest"),
        ("(UTC+01:00) Sarajevo, Skopje, Warsaw, Zagreb", "Europe/Warsaw"),
        ("(UTC+02:00) Helsinki, Kyiv, Riga, Sofia, Tallinn, Vilnius", "Europe/Kiev"),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", "Asia/Kolkata"),
        ("(UTC) Coordinated Universal Time", "UTC"),
    ] {
        assert_eq!(Zone::by_name(name).map(|zone| zone.name()).as_deref(), Some(iana), "{name}");
    }
    let displays = include_str!("../zone/displays.txt").lines().map(|line| line.rsplit_once('=').unwrap());
    for (name, iana) in displays {
        let zones = [&format!("(UTC) {name}"), iana].map(|name| Zone::by_name(name).unwrap().name());
        assert_eq!(zones[0], zones[1], "{name}");
        assert!(other_names().all(|(other, _)| other != name), "{name} is known without it");
    }
    for unknown in [
        "(UTC+01:00) Atlantis",
        "Customized Time Zone",
        "tzone://Microsoft/Custom",
        "Nowhere/Atlantis",
        "",
        "(UTC",
        "tzone://",
    ] {
        assert!(Zone::by_name(unknown).is_none(), "{unknown}");
    }
}

/// What a VTIMEZONE says comes before what a name says of itself, and that is a guess.
#[test]
fn an_offset_in_a_name_is_a_last_resort() {
    let at = |text: &str| {
        let tree = Tree::parse(text.as_bytes());
        let placed = placed(tree.get(tree.named("VEVENT").next().unwrap(), "DTSTART").unwrap(), &mut Zones::new(&tree));
        placed.map(|placed| (placed.utc() - seconds(placed.moment.local()), placed.guessed)).unwrap()
    };
    let name = "(UTC+01:00) Atlantis";
    let alone = super::event(&format!("DTSTART;TZID=\"{name}\":20260701T090000"));
    assert_eq!(at(&alone), (-3600, true));
    let other = "BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT";
    assert_eq!(
        at(&alone.replace("BEGIN:VEVENT", other)),
        (-3600, true),
        "another zone's definition says nothing of it"
    );
    let noon = seconds(Moment::parse("20260701T090000").unwrap().local());
    let lines = definition("Europe/Berlin", noon, noon).unwrap().join("\r\n");
    let lines = lines.replace("TZID:Europe/Berlin", &format!("TZID:{name}")).replace("X-LIC-LOCATION", "X-OTHER");
    assert_eq!(at(&alone.replace("BEGIN:VEVENT", &format!("{lines}\r\nBEGIN:VEVENT"))), (-7200, false));
}

/// CLDR's names of Windows zones, without those that are only offsets.
const WINDOWS: &str = "Afghanistan|Alaskan|Aleutian|Altai|Arab|Arabian|Arabic|Argentina|Astrakhan|Atlantic|\
    AUS Central|Aus Central W.|AUS Eastern|Azerbaijan|Azores|Bahia|Bangladesh|Belarus|Bougainville|Canada Central|\
    Cape Verde|Caucasus|Cen. Australia|Central America|Central Asia|Central Brazilian|Central Europe|\
    Central European|Central Pacific|Central|China|Cuba|Dateline|E. Africa|E. Australia|E. Europe|\
    E. South America|Easter Island|Eastern|Egypt|Ekaterinburg|Fiji|FLE|Georgian|GMT|Greenland|Greenwich|GTB|Haiti|\
    Hawaiian|India|Iran|Israel|Jordan|Kaliningrad|Korea|Libya|Line Islands|Lord Howe|Magadan|Magallanes|Marquesas|\
    Mauritius|Middle East|Montevideo|Morocco|Mountain|Myanmar|N. Central Asia|Namibia|Nepal|New Zealand|\
    Newfoundland|Norfolk|North Asia East|North Asia|North Korea|Omsk|Pacific SA|Pacific|Pakistan|Paraguay|Romance|\
    Russia Time Zone 3|Russia Time Zone 10|Russia Time Zone 11|Russian|SA Eastern|SA Pacific|SA Western|\
    Saint Pierre|Sakhalin|Samoa|Sao Tome|Saratov|SE Asia|Singapore|South Africa|South Sudan|Sri Lanka|Sudan|Syria|\
    Taipei|Tasmania|Tocantins|Tokyo|Tomsk|Tonga|Transbaikal|Turkey|Turks And Caicos|Ulaanbaatar|US Eastern|\
    US Mountain|Venezuela|Vladivostok|Volgograd|W. Australia|W. Central Africa|W. Europe|W. Mongolia|West Asia|\
    West Bank|West Pacific|Yakutsk|Yukon|Qyzylorda";

#[test]
fn names_of_windows() {
    let known = |name: &&str| {
        let full = if name.starts_with("Russia ") { (*name).to_owned() } else { format!("{name} Standard Time") };
        Zone::by_name(&full).is_some()
    };
    let (found, lost): (Vec<&str>, Vec<&str>) = WINDOWS.split('|').partition(known);
    assert_eq!((found.len(), lost), (127, vec![]));
}

#[test]
fn observances_say_what_the_name_does() {
    let from = seconds(Moment::parse("19700101").unwrap().local());
    let to = seconds(Moment::parse("20400101").unwrap().local());
    for name in [
        "Europe/Berlin",
        "Europe/London",
        "Europe/Istanbul",
        "America/New_York",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Australia/Sydney",
        "Asia/Kathmandu",
        "Asia/Tokyo",
        "Africa/Cairo",
        "Pacific/Apia",
        "Pacific/Auckland",
    ] {
        let lines = definition(name, from, to).unwrap().join("\r\n");
        // Under a name that says nothing, so that its observances must.
        let text = lines.replace(&format!("TZID:{name}"), "TZID:Private");
        let text: Vec<&str> = text.lines().filter(|line| !line.starts_with("X-LIC-LOCATION")).collect();
        let text = text.join("\r\n") + "\r\n";
        let tree = Tree::parse(text.as_bytes());
        let zone = Zones::new(&tree).resolve("Private").unwrap();
        assert!(matches!(zone, Zone::Described(_)), "{name}");
        let named = Zone::by_name(name).unwrap();
        // Every three hours: no change is missed.
        let wrong = (from..to).step_by(10_800).find(|at| zone.to_local(*at) != named.to_local(*at));
        assert_eq!(wrong.map(|at| crate::text::moment::at(at).to_string()), None, "{name}\n{text}");
    }
}

/// From a year before the event on, whenever that is; and never a panic.
#[test]
fn observances_of_any_time() {
    for name in ["Europe/Berlin", "America/New_York", "Australia/Sydney", "Europe/Dublin", "Asia/Tokyo", "Asia/Gaza"] {
        let named = Zone::by_name(name).unwrap();
        let times = ["00010101", "18500615", "19000101", "19810401", "20070615", "20370101", "20740720", "21500115"];
        for time in times {
            let event = seconds(Moment::parse(time).unwrap().local());
            for event in [event, event + 100 * 86_400, event + 200 * 86_400, event + 300 * 86_400] {
                let lines = definition(name, event, event).unwrap().join("\r\n");
                let text = lines.replace(&format!("TZID:{name}"), "TZID:Private") + "\r\n";
                let tree = Tree::parse(text.as_bytes());
                let zone = Zones::new(&tree).resolve("Private").unwrap();
                let near = (event - 365 * 86_400..event + 600 * 86_400).step_by(10_800);
                // What was before 1900 is not known.
                let wrong = near.filter(|at| *at > -2_200_000_000).find(|at| zone.to_local(*at) != named.to_local(*at));
                assert_eq!(wrong.map(|at| crate::text::moment::at(at).to_string()), None, "{name} {time}\n{text}");
            }
        }
        assert!(definition(name, i64::MIN, i64::MAX).is_some());
    }
}
