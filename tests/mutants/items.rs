//! What pages show of an item, and what forms make of it: never a panic, and
//! nothing changed changes nothing.

use pimento::model::{CollectionId, ItemId, Kind};
use pimento::text;

/// 2026-11-22T00:00:00Z, and a year.
const NOW: i64 = 1_795_305_600_000;
const YEAR: i64 = 366 * 24 * 3_600_000;

/// The law, for these bytes.
pub fn hold(bytes: &[u8]) {
    let (collection, id) = (CollectionId("c".into()), ItemId("i".into()));
    for kind in [Kind::Calendar, Kind::Contacts] {
        let _ = text::index(&collection, &id, kind, bytes, NOW, NOW + YEAR);
    }
    assert!(text::same_meaning(bytes, bytes));
    let more = [bytes, b"\r\nX-MORE:x\r\n"].concat();
    assert_eq!(text::same_meaning(bytes, &more), text::same_meaning(&more, bytes));
    if let Some(fields) = text::fields(bytes) {
        assert_eq!(text::apply(bytes, &fields, NOW), bytes);
    }
    let copy = text::as_copy(bytes, "another", " (copy)");
    if text::uid(bytes).is_some() {
        assert_eq!(text::uid(&copy).as_deref(), Some("another"));
        assert_eq!(text::uid(&text::with_uid(bytes, "x")).as_deref(), Some("x"));
    }
}
