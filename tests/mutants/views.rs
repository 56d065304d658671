//! What is shown of any bytes, of any instance of it: never a panic, and bounded.

use pimento::model::{CollectionId, ItemId, Kind};
use pimento::text::view::{link, markdown, source, view};
use pimento::text::{self, lines::Tree};

/// 2026-11-22T00:00:00Z, and a year.
const NOW: i64 = 1_795_305_600_000;
const YEAR: i64 = 366 * 24 * 3_600_000;

/// The law, for these bytes.
pub fn hold(bytes: &[u8]) {
    let _ = view(bytes, None, NOW);
    let index = text::index(&CollectionId("c".into()), &ItemId("i".into()), Kind::Calendar, bytes, NOW, NOW + YEAR);
    for of in index.occurrences().iter().filter_map(|o| o.of).take(2).chain([NOW]) {
        let _ = view(bytes, Some(of), NOW);
    }
    for line in Tree::parse(bytes).lines() {
        let text = line.text();
        let _ = (markdown::blocks(&text), link::pieces(&text));
    }
    let _ = source::source(bytes);
}
