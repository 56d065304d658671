//! An event (RFC 5545, 3.6.1) or a task (3.6.2).

use crate::model::view::{EventView, Seek, When};
use crate::model::{Millis, Saying};
use crate::text::escape;
use crate::text::lines::Tree;
use crate::text::moment::Span;
use crate::text::occur::{Placed, first_end, placed};
use crate::text::zone::Zones;

use super::{LONGEST, MOST, alarm, cut, html, link, part, person, series};

/// What other programs call a link to meet at.
const CALLS: [&str; 8] = [
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGCONFLINK",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK",
    "X-APPLE-CONFERENCE-URL",
    "X-ZOOM-MEETING-URL",
    "X-TELEMOST-CONFERENCE",
    "X-CONFERENCE-URL",
];

/// Title and details. `main` is the series, or what does not recur.
pub fn view(
    tree: &Tree<'_>,
    main: usize,
    of: Option<Millis>,
    now: Millis,
    missed: &mut Vec<Saying>,
) -> (String, EventView) {
    let mut zones = Zones::new(tree);
    let mut series = series::read(tree, main, now, &mut zones, missed);
    let chosen = of.filter(|_| series.is_some()).and_then(|of| series::instance(tree, main, of, &mut zones));
    let (c, times) = match &chosen {
        Some(chosen) => (chosen.component, (Some(chosen.start.clone()), chosen.end.clone())),
        None => (main, first(tree, main, &mut zones)),
    };
    if let (Some(series), Some(chosen)) = (&mut series, &chosen) {
        series.of = of;
        // Those around it are listed, wherever it is.
        if series.next.iter().all(|next| Some(next.of) != of) {
            let at = chosen.start.at.unwrap_or(chosen.start.wall);
            series.next = series::page(tree, Seek::After(at.saturating_sub(1)), &mut zones);
        }
        series.moved_from.clone_from(&chosen.moved_from);
    }
    let task = tree.components()[main].name == "VTODO";
    if times.0.is_none() && !task {
        missed.push(Saying::new("missed_start"));
    }
    let attendees = tree.all(c, "ATTENDEE").count();
    if attendees > MOST {
        missed.push(Saying::new("missed_attendees").with(attendees - MOST));
    }
    let marks = part::marks(tree, c);
    let view = EventView {
        start: times.0,
        end: times.1,
        due: if task { due(tree, c, &mut zones) } else { None },
        completed: part::moment(tree, c, "COMPLETED", &mut zones).filter(|_| task),
        percent: tree.get(c, "PERCENT-COMPLETE").and_then(|l| l.plain().parse().ok()).filter(|n| task && *n <= 100),
        place: cut(&escape::one_line(&tree.text(c, "LOCATION")), 2_000),
        geo: geo(tree, c),
        description: part::description(tree, c),
        call: call(tree, c),
        url: part::url(tree, c),
        organizer: tree.get(c, "ORGANIZER").map(person::organizer),
        attendees: tree.all(c, "ATTENDEE").take(MOST).map(person::attendee).collect(),
        alarms: alarm::alarms(tree, c, &mut zones),
        cancelled: marks.iter().any(|mark| mark.key == "status_cancelled"),
        marks,
        categories: part::listed(tree, c, "CATEGORIES"),
        color: part::color(tree, c),
        attachments: part::attachments(tree, c),
        series,
    };
    (cut(&escape::one_line(&tree.text(c, "SUMMARY")), 1_000), view)
}

/// When it begins and ends, the first time if it recurs. Of whole days the last.
fn first(tree: &Tree<'_>, c: usize, zones: &mut Zones<'_, '_>) -> (Option<When>, Option<When>) {
    let name = if tree.find(c, "DTSTART").is_some() { "DTSTART" } else { "RECURRENCE-ID" };
    let Some((placed, start)) = moment(tree, c, name, zones) else { return (None, None) };
    if tree.components()[c].name == "VTODO" {
        return (Some(start), None);
    }
    // In the start's zone; from DTEND, if that is in another.
    let end = first_end(tree, c, zones).map(|end| {
        let end = part::like(&start, &placed, end);
        if start.date {
            return When { wall: part::last_day(end.wall, start.wall), ..end };
        }
        let own = part::moment(tree, c, "DTEND", zones).filter(|own| own.at.is_some() && own.zone != start.zone);
        own.unwrap_or(end)
    });
    let end = end.filter(|end| (end.wall, end.at) != (start.wall, start.at) || start.date);
    (Some(start), end)
}

/// DUE, or DTSTART and DURATION.
fn due(tree: &Tree<'_>, c: usize, zones: &mut Zones<'_, '_>) -> Option<When> {
    part::moment(tree, c, "DUE", zones).or_else(|| {
        let (placed, start) = moment(tree, c, "DTSTART", zones)?;
        let span = Span::parse(&tree.get(c, "DURATION")?.plain())?;
        Some(part::like(&start, &placed, span.after(placed.utc(), &placed.zone)?))
    })
}

/// A property's moment, and how it is shown.
fn moment(tree: &Tree<'_>, c: usize, name: &str, zones: &mut Zones<'_, '_>) -> Option<(Placed, When)> {
    let line = tree.get(c, name)?;
    let placed = placed(line, zones)?;
    let when = part::when(&placed, line);
    Some((placed, when))
}

/// GEO, if it is two numbers.
fn geo(tree: &Tree<'_>, c: usize) -> String {
    let Some(line) = tree.get(c, "GEO") else { return String::new() };
    geo_of(&line.plain())
}

/// "48.2, 16.37", of `48.2;16.37` and of `geo:48.2,16.37`. The digits stay as they are:
/// numbers would bring their tables into the worker.
pub fn geo_of(value: &str) -> String {
    let value = value.trim().trim_start_matches("geo:").split(['?']).next().unwrap_or_default();
    let mut numbers = value.split([';', ',', '\\']).map(str::trim).filter(|part| !part.is_empty());
    match (numbers.next(), numbers.next(), numbers.next()) {
        (Some(lat), Some(long), None) if degrees(lat, 90) && degrees(long, 360) => format!("{lat}, {long}"),
        _ => String::new(),
    }
}

/// Whether the text is a number (RFC 5545, 3.3.7) of at most so many degrees, of either sign.
fn degrees(text: &str, most: u16) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = [whole, part].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let beyond = part.bytes().any(|digit| digit != b'0');
    number && whole.parse::<u16>().is_ok_and(|whole| whole < most || (whole == most && !beyond))
}

/// Where to meet by video: what says so itself (RFC 7986, 5.11, and others' own), then
/// what is known as such a place in URL, LOCATION and DESCRIPTION.
fn call(tree: &Tree<'_>, c: usize) -> Option<String> {
    let conference = tree.all(c, "CONFERENCE").take(MOST);
    let own = conference.chain(CALLS.iter().filter_map(|name| tree.get(c, name)));
    if let Some(found) = own.into_iter().find_map(|line| link::call(&line.plain())) {
        return Some(found);
    }
    let mut plain = ["URL", "LOCATION", "DESCRIPTION"].iter().filter_map(|name| tree.get(c, name));
    let plain = plain.find_map(|line| link::call_in(&cut(&line.text(), LONGEST)));
    plain.or_else(|| link::call_in(&html::text(&cut(&tree.text(c, "X-ALT-DESC"), LONGEST)))).or_else(|| {
        let text = part::description(tree, c);
        link::call_in(&text)
    })
}
