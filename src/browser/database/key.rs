//! Where the rows of an item lie. Items that were named in a row (see
//! [`ItemId::of_batch`]) share rows: a request to the database costs far more than the
//! bytes in it.

use js_sys::Array;
use wasm_bindgen::JsValue;

use crate::model::{ItemId, Millis};

/// So many share a row of `heads`, `entries`, `uids` and `words`.
const BLOCK: u32 = 64;
/// So many share a row of `texts`, if they are short: those are longer than the rest, and are
/// read for one of them.
const TEXTS: u32 = 16;

const DAY: Millis = 24 * 60 * 60 * 1000;
/// How long the time is that a row of `times` is about.
const SPAN: Millis = 28 * DAY;
/// What lasts longer is found whatever the time.
const LONG: Millis = 7 * DAY;
/// Where that lies: before all that has a time.
const NO_SPAN: i32 = i32::MIN;

/// The key in `heads`, `entries`, `uids` and `words`.
pub(super) fn block(id: &ItemId) -> String {
    match id.of_its_batch() {
        (batch, Some((n, _))) => format!("{batch}.{}", n / BLOCK),
        (batch, None) => batch.to_owned(),
    }
}

/// The key in `texts`.
pub(super) fn texts(id: &ItemId) -> String {
    match id.of_its_batch() {
        (batch, Some((n, _))) => {
            let share = if batch.starts_with(ItemId::LONG) { 1 } else { TEXTS };
            format!("{batch}.{}.{}", n / BLOCK, n % BLOCK / share)
        }
        (batch, None) => batch.to_owned(),
    }
}

/// Between which two keys of `heads` all of the batch lies, and perhaps that of others.
pub(super) fn of_batch(batch: &str) -> (String, String) {
    // The slash comes next after the dot.
    (format!("{batch}."), format!("{batch}/"))
}

/// The member of that row which is the item's; `None`: the row is its own.
pub(super) fn slot(id: &ItemId) -> Option<&str> {
    id.of_its_batch().1.map(|(_, number)| number)
}

/// A key in `times`: which time, and the batch.
pub(super) type Times = (i32, String);

pub(super) fn times((span, batch): &Times) -> JsValue {
    Array::of2(&JsValue::from(*span), &JsValue::from(batch.as_str())).into()
}

/// The time in whose row lies what happens from start to end.
pub(super) fn span(start: Millis, end: Millis) -> i32 {
    if end.saturating_sub(start) > LONG { NO_SPAN } else { span_of(start) }
}

/// All keys of what may go on between the two times (the second exclusive), as two
/// ranges: first and last span of each.
pub(super) fn between(from: Millis, to: Millis) -> [(i32, i32); 2] {
    [(NO_SPAN, NO_SPAN), (span_of(from.saturating_sub(LONG)), span_of(to - 1))]
}

fn span_of(at: Millis) -> i32 {
    // No date that can be written is beyond.
    at.div_euclid(SPAN).clamp((NO_SPAN + 1).into(), i32::MAX.into()) as i32
}
