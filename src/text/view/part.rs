//! What events, tasks and notes have in common: categories, colours, marks,
//! attachments, moments.

use crate::model::view::{Link, When};
use crate::model::{Millis, Saying};
use crate::text::escape;
use crate::text::lines::{Line, Tree};
use crate::text::moment::{at, seconds};
use crate::text::occur::{Placed, placed};
use crate::text::zone::Zones;

use super::{LONGEST, MOST, cut, html, link};

/// The moment of the component's first property of that name.
pub fn moment(tree: &Tree<'_>, c: usize, name: &str, zones: &mut Zones<'_, '_>) -> Option<When> {
    let line = tree.get(c, name)?;
    Some(when(&placed(line, zones)?, line))
}

/// A moment as it is shown. The line tells what the event calls its zone.
pub fn when(placed: &Placed, line: &Line<'_>) -> When {
    let date = placed.moment.is_date();
    let zone = match placed.zone.name() {
        name if (name.is_empty() || placed.guessed) && !date => line.param("TZID").unwrap_or_default(),
        name if !date => name,
        _ => String::new(),
    };
    When {
        wall: seconds(placed.moment.local()).saturating_mul(1000),
        date,
        zone: cut(zone.trim(), 100),
        guessed: placed.guessed,
        at: (!date && !placed.floating()).then(|| placed.utc().saturating_mul(1000)),
    }
}

/// Another moment (seconds, as of `Placed::utc`) of the same sort and zone.
pub fn like(first: &When, placed: &Placed, utc: i64) -> When {
    // Now and then years are beyond what a calendar has.
    let utc = seconds(at(utc));
    let millis = |seconds: i64| seconds.saturating_mul(1000);
    When { wall: millis(seconds(placed.zone.to_local(utc))), at: first.at.map(|_| millis(utc)), ..first.clone() }
}

/// The last whole day before that (exclusive) end, not before the first.
pub fn last_day(end: Millis, first: Millis) -> Millis {
    const DAY: Millis = 86_400_000;
    (end - DAY).max(first)
}

/// The values of all lines of that name, each once.
pub fn listed(tree: &Tree<'_>, c: usize, name: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for value in tree.all(c, name).flat_map(|line| escape::values(&line.decoded())).take(MOST * 4) {
        if out.len() < MOST && !out.contains(&value) {
            out.push(cut(&value, 200));
        }
    }
    out
}

/// COLOR (RFC 7986, 5.9), or what others write: a name of CSS or `#rrggbb`.
pub fn color(tree: &Tree<'_>, c: usize) -> Option<String> {
    let of = |c: usize| ["COLOR", "X-APPLE-CALENDAR-COLOR"].iter().find_map(|name| tree.get(c, name));
    let line = of(c).or_else(|| tree.components()[c].parent.and_then(of))?;
    css_color(&line.plain())
}

/// The color in lower case, if it is written as one.
pub fn css_color(color: &str) -> Option<String> {
    let color = color.trim().to_ascii_lowercase();
    let fits = match color.strip_prefix('#') {
        Some(digits) => matches!(digits.len(), 3 | 6 | 8) && digits.bytes().all(|b| b.is_ascii_hexdigit()),
        None => (3..=20).contains(&color.len()) && color.bytes().all(|b| b.is_ascii_lowercase()),
    };
    fits.then_some(color)
}

/// STATUS, CLASS, TRANSP and PRIORITY, as far as they say what is not usual.
pub fn marks(tree: &Tree<'_>, c: usize) -> Vec<Saying> {
    let value = |name: &str| tree.get(c, name).map(|line| line.plain().trim().to_ascii_uppercase()).unwrap_or_default();
    let mut marks = Vec::new();
    marks.extend(match value("STATUS").as_str() {
        "TENTATIVE" => Some("status_tentative"),
        "CONFIRMED" => Some("status_confirmed"),
        "CANCELLED" => Some("status_cancelled"),
        "NEEDS-ACTION" => Some("status_to_do"),
        "IN-PROCESS" => Some("status_in_process"),
        "COMPLETED" => Some("status_completed"),
        "DRAFT" => Some("status_draft"),
        "FINAL" => Some("status_final"),
        _ => None,
    });
    marks.extend(match value("CLASS").as_str() {
        "PRIVATE" => Some("class_private"),
        "CONFIDENTIAL" => Some("class_confidential"),
        _ => None,
    });
    marks.extend((value("TRANSP") == "TRANSPARENT").then_some("transp_free"));
    marks.extend(match value("PRIORITY").parse::<u8>() {
        Ok(1..=4) => Some("priority_high"),
        Ok(6..=9) => Some("priority_low"),
        _ => None,
    });
    marks.into_iter().map(Saying::new).collect()
}

/// Attached files: those elsewhere as links, those within by their name and size.
pub fn attachments(tree: &Tree<'_>, c: usize) -> Vec<Link> {
    tree.all(c, "ATTACH").take(MOST).map(attachment).collect()
}

fn attachment(line: &Line<'_>) -> Link {
    let named = ["FILENAME", "X-FILENAME", "X-APPLE-FILENAME", "X-LABEL", "X-ORACLE-FILENAME"];
    let name = named.iter().find_map(|name| line.param(name)).filter(|name| !name.trim().is_empty());
    let within =
        line.param("ENCODING").is_some_and(|e| e.eq_ignore_ascii_case("BASE64") || e.eq_ignore_ascii_case("b"))
            || line.param("VALUE").is_some_and(|v| v.eq_ignore_ascii_case("BINARY"));
    if within {
        let kilobytes = (line.value().len() / 4 * 3).div_ceil(1000);
        let name = name.or_else(|| line.param("FMTTYPE")).unwrap_or_default();
        return Link { text: cut(format!("{} ({kilobytes} KB)", name.trim()).trim(), 300), href: None };
    }
    let address = line.plain();
    let mut found = link::link(&address);
    found.href = found.href.filter(|href| href.starts_with("http"));
    if let Some(name) = name {
        found.text = name;
    }
    found.text = cut(&escape::one_line(&found.text), 300);
    found
}

/// URL, which is a link only if it may be one.
pub fn url(tree: &Tree<'_>, c: usize) -> Option<Link> {
    let line = tree.get(c, "URL")?;
    let found = link::link(&line.plain());
    (!found.text.is_empty()).then(|| Link { text: cut(&found.text, 500), ..found })
}

/// What says the description in HTML (RFC 9073, 6.5; and Outlook's own).
pub const STYLED: [&str; 2] = ["STYLED-DESCRIPTION", "X-ALT-DESC"];

/// The text in it.
pub fn styled(tree: &Tree<'_>, c: usize) -> Option<String> {
    let line = STYLED.iter().find_map(|name| tree.get(c, name))?;
    Some(html::text(&line.text()).trim_end().to_owned())
}

/// DESCRIPTION. What is HTML, there or in the properties that are for it, comes as
/// the text in it.
pub fn description(tree: &Tree<'_>, c: usize) -> String {
    let plain = tree.text(c, "DESCRIPTION");
    let text = if !plain.trim().is_empty() {
        if html::is(&plain) { html::text(&plain) } else { plain }
    } else {
        styled(tree, c).unwrap_or_default()
    };
    cut(text.trim_end(), LONGEST)
}
