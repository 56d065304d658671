//! Dates and times as the reader writes them. "Wall" milliseconds are the
//! reader's local time written as if it were UTC: what all-day and floating
//! events have, and what days are counted in.

use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::saying::{say, say_of};
use crate::model::{Millis, Occurrence};

pub const MINUTE: Millis = 60_000;
pub const HOUR: Millis = 60 * MINUTE;
pub const DAY: Millis = 24 * HOUR;

/// The pages' clock.
pub fn now() -> Millis {
    Date::now() as Millis
}

/// The reader's zone, by its IANA name.
pub fn zone() -> String {
    let resolved = Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
    Reflect::get(&resolved, &"timeZone".into()).ok().and_then(|zone| zone.as_string()).unwrap_or_default()
}

/// The zones that the browser knows, by their IANA names.
pub fn zones() -> Vec<String> {
    let of = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).ok();
    let global: JsValue = js_sys::global().into();
    let supported = of(&global, "Intl").and_then(|intl| of(&intl, "supportedValuesOf"));
    let supported = supported.and_then(|supported| supported.dyn_into::<Function>().ok());
    let zones = supported.and_then(|supported| supported.call1(&JsValue::UNDEFINED, &"timeZone".into()).ok());
    zones.map(|zones| Array::from(&zones).iter().filter_map(|zone| zone.as_string()).collect()).unwrap_or_default()
}

/// What the n-th day of the week is called, Monday being 0.
pub fn weekday(n: usize) -> String {
    const MONDAY: Millis = 4 * DAY;
    let day = MONDAY + Millis::try_from(n).unwrap_or(0) * DAY;
    formatted(&[("weekday", "long"), ("timeZone", "UTC")], day)
}

/// The reader's local time at that moment.
pub fn wall(at: Millis) -> Millis {
    at - Date::new(&(at as f64).into()).get_timezone_offset() as Millis * MINUTE
}

/// The midnight that began the day.
pub fn midnight(wall: Millis) -> Millis {
    wall - wall.rem_euclid(DAY)
}

/// `YYYY-MM-DDTHH:MM`, as date and time fields have it.
pub fn field(wall: Millis) -> String {
    let iso = Date::new(&(wall as f64).into()).to_iso_string();
    String::from(iso).chars().take(16).collect()
}

/// What a row's date stands for, on the wall: a date by itself (`2026-11-22`), or a
/// moment in UTC, which at midnight is meant as a date too. `None` if it is neither.
pub fn row_date(text: &str) -> Option<Millis> {
    let utc = if text.len() > 10 { format!("{text}Z") } else { text.to_owned() };
    let at = Date::parse(&utc);
    let at = (!at.is_nan()).then_some(at as Millis)?;
    Some(if at.rem_euclid(DAY) == 0 { at } else { wall(at) })
}

/// Start and end of an occurrence on the reader's wall.
pub fn walls(occurrence: &Occurrence) -> (Millis, Millis) {
    if occurrence.all_day || occurrence.floating {
        (occurrence.start, occurrence.end)
    } else {
        (wall(occurrence.start), wall(occurrence.end))
    }
}

/// Whether it is over at that time on the wall.
pub fn over(occurrence: &Occurrence, now: Millis) -> bool {
    let (start, end) = walls(occurrence);
    // What has no length is over with its day or its moment.
    let end = if occurrence.all_day { end.max(start + DAY) } else { end.max(start + 1) };
    end <= now
}

fn formatted(options: &[(&str, &str)], at: Millis) -> String {
    let object = Object::new();
    for (name, value) in options {
        // A plain object takes any member.
        let _ = Reflect::set(&object, &(*name).into(), &(*value).into());
    }
    let format: Function = Intl::DateTimeFormat::new(&Array::new(), &object).format();
    format.call1(&JsValue::UNDEFINED, &(at as f64).into()).ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// Date and time of a moment.
pub fn date_time(at: Millis) -> String {
    formatted(&[("dateStyle", "long"), ("timeStyle", "short")], at)
}

/// Time of a moment, with seconds.
pub fn clock(at: Millis) -> String {
    formatted(&[("timeStyle", "medium")], at)
}

/// Time of day on the wall.
pub fn time(wall: Millis) -> String {
    formatted(&[("timeStyle", "short"), ("timeZone", "UTC")], wall)
}

/// Date on the wall.
pub fn date(wall: Millis) -> String {
    formatted(&[("dateStyle", "medium"), ("timeZone", "UTC")], wall)
}

/// Date on the wall, with its weekday.
pub fn long(wall: Millis) -> String {
    let options =
        [("weekday", "long"), ("day", "numeric"), ("month", "long"), ("year", "numeric"), ("timeZone", "UTC")];
    formatted(&options, wall)
}

/// Date on the wall, its month in words.
pub fn full(wall: Millis) -> String {
    formatted(&[("dateStyle", "long"), ("timeZone", "UTC")], wall)
}

/// The day in a heading: today, tomorrow, or its date.
pub fn day(wall_day: Millis, today: Millis) -> String {
    match (wall_day - today) / DAY {
        0 => say("moment_today"),
        1 => say("moment_tomorrow"),
        _ => formatted(&[("weekday", "long"), ("day", "numeric"), ("month", "long"), ("timeZone", "UTC")], wall_day),
    }
}

/// How long ago, or in how long, in words of the language the sentences are in.
pub fn ago(at: Millis, now: Millis) -> String {
    let gone = at - now;
    let size = gone.abs();
    let (unit, length) = match size {
        _ if size < MINUTE => return say("moment_now"),
        _ if size < HOUR => ("minute", MINUTE),
        _ if size < DAY => ("hour", HOUR),
        _ => ("day", DAY),
    };
    let languages = Array::of1(&say("language").into());
    let format = Intl::RelativeTimeFormat::new(&languages, &Object::new());
    format.format((gone / length) as f64, unit).into()
}

/// Date and time of a moment, and how long ago that is.
pub fn told(at: Millis, now: Millis) -> String {
    say_of("moment_ago", &[&date_time(at), &ago(at, now)])
}
