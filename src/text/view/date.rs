//! Birthdays and their like: DATE-AND-OR-TIME (RFC 6350, 4.3.4), which may lack a year
//! or all but it, and what people write instead.

use chrono::NaiveDate;

use crate::model::Saying;
use crate::model::view::Date;
use crate::text::lines::Line;
use crate::text::moment::{Moment, seconds};

use super::{cut, words};

/// Apple has no dates without a year, and marks this one as meaning none.
const NO_YEAR: i32 = 1604;

/// `None` for a line that says nothing.
pub fn read(line: &Line<'_>, label: Saying) -> Option<Date> {
    let text = line.text();
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let as_text = line.param("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("text"));
    let omitted = line.param("X-APPLE-OMIT-YEAR").and_then(|year| year.trim().parse().ok()).unwrap_or(NO_YEAR);
    let known = if as_text { None } else { of(text, omitted) };
    let (day, words) = known.unwrap_or_else(|| (None, Saying::new("words_as_is").with(cut(text, 200))));
    Some(Date { label, day, words })
}

fn of(text: &str, omitted: i32) -> Option<(Option<i64>, Saying)> {
    use chrono::Datelike;
    let year_less = |month: u32, day: u32| {
        let date = NaiveDate::from_ymd_opt(2000, month, day)?;
        let month = words::month(date.month() as i32);
        Some((None, Saying::new("words_day_month").with(date.day()).with_saying(&month)))
    };
    // A time of day says nothing to whoever congratulates.
    let date = text.split(['T', 't']).next().unwrap_or_default().trim();
    let whole = Moment::parse(date).or_else(|| Moment::parse(text)).map(|moment| moment.date());
    if let Some(whole) = whole {
        if whole.year() == omitted {
            return year_less(whole.month(), whole.day());
        }
        let day = seconds(whole.and_time(chrono::NaiveTime::MIN)).saturating_mul(1000);
        return Some((Some(day), words::date(whole)));
    }
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
    if let Some(rest) = date.strip_prefix("---") {
        return number(rest)
            .filter(|day| (1..=31).contains(day))
            .map(|day| (None, Saying::new("recur_day_number").with(day)));
    }
    if let Some(rest) = date.strip_prefix("--") {
        let rest = rest.replace('-', "");
        let month = number(rest.get(..2)?).filter(|month| (1..=12).contains(month))?;
        return match rest.len() {
            2 => Some((None, words::month(month as i32))),
            4 => year_less(month, number(rest.get(2..)?)?),
            _ => None,
        };
    }
    let (year, month) = date.split_once('-').unwrap_or((date, ""));
    let year = number(year).filter(|_| year.len() == 4)?;
    Some(match number(month).filter(|month| (1..=12).contains(month)) {
        Some(month) => (None, Saying::new("words_month_year").with_saying(&words::month(month as i32)).with(year)),
        None if month.is_empty() => (None, Saying::new("words_as_is").with(year)),
        None => return None,
    })
}
