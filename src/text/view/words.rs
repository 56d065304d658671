//! Small words that sentences are made of: names of days and months, lists, spans.
//!
//! Sayings are nested by writing one into the other as text, which grows with the
//! depth: so a list is one saying with up to nine gaps, and not one in the other.

use chrono::{Datelike, NaiveDate};

use crate::model::Saying;
use crate::text::moment::Span;

/// By its number, Monday being 0.
pub fn weekday(day: usize) -> Saying {
    const DAYS: [&str; 7] = [
        "weekday_monday",
        "weekday_tuesday",
        "weekday_wednesday",
        "weekday_thursday",
        "weekday_friday",
        "weekday_saturday",
        "weekday_sunday",
    ];
    Saying::new(DAYS[day % 7])
}

/// By its number, January being 1.
pub fn month(month: i32) -> Saying {
    const MONTHS: [&str; 12] = [
        "month_january",
        "month_february",
        "month_march",
        "month_april",
        "month_may",
        "month_june",
        "month_july",
        "month_august",
        "month_september",
        "month_october",
        "month_november",
        "month_december",
    ];
    Saying::new(MONTHS[(month - 1).rem_euclid(12) as usize])
}

/// "3 May 2027".
pub fn date(date: NaiveDate) -> Saying {
    Saying::new("words_date").with(date.day()).with_saying(&month(date.month() as i32)).with(date.year())
}

/// "09:00".
pub fn time(hour: i32, minute: i32) -> String {
    format!("{hour:02}:{minute:02}")
}

/// "a, b and c".
pub fn list(mut items: Vec<Saying>) -> Saying {
    const LISTS: [&str; 8] = ["list_2", "list_3", "list_4", "list_5", "list_6", "list_7", "list_8", "list_9"];
    const LONG: &str = "list_long";
    if items.len() > 9 {
        // The rest is a list of its own at the end of this one.
        let rest = list(items.split_off(8));
        return items.iter().fold(Saying::new(LONG), |list, item| list.with_saying(item)).with_saying(&rest);
    }
    match items.len() {
        0 => Saying::new("list_nothing"),
        1 => items.remove(0),
        n => items.iter().fold(Saying::new(LISTS[n - 2]), |list, item| list.with_saying(item)),
    }
}

/// "1, 2 and 15", however many.
pub fn numbers(numbers: &[i32]) -> Saying {
    texts(&numbers.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// The same of texts.
pub fn texts(texts: &[String]) -> Saying {
    match texts {
        [] => Saying::new("list_nothing"),
        [one] => Saying::new("words_as_is").with(one),
        [before @ .., last] => Saying::new("list_2").with(before.join(", ")).with(last),
    }
}

/// "1 day and 2 hours"; the sign is not said.
pub fn span(span: Span) -> Saying {
    let (days, seconds) = (span.days.unsigned_abs(), span.seconds.unsigned_abs());
    let weeks = if seconds == 0 && days % 7 == 0 { days / 7 } else { 0 };
    let days = days - weeks * 7;
    let mut parts = Vec::new();
    if weeks > 0 {
        parts.push(Saying::new("span_weeks").with(weeks));
    }
    if days > 0 {
        parts.push(Saying::new("span_days").with(days));
    }
    if seconds / 3600 > 0 {
        parts.push(Saying::new("span_hours").with(seconds / 3600));
    }
    if seconds / 60 % 60 > 0 {
        parts.push(Saying::new("span_minutes").with(seconds / 60 % 60));
    }
    if seconds % 60 > 0 {
        parts.push(Saying::new("span_seconds").with(seconds % 60));
    }
    list(parts)
}
