//! The laws that the fuzz targets hold parsers to, for what comes of their seeds by a few
//! changes made at random: the same ones on every machine.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "mutants/content_lines.rs"]
mod content_lines;
#[path = "mutants/edits.rs"]
mod edits;
#[path = "mutants/files.rs"]
mod files;
#[path = "mutants/items.rs"]
mod items;
#[path = "mutants/multistatus.rs"]
mod multistatus;
#[path = "mutants/views.rs"]
mod views;

use std::path::Path;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::RngSeed;

/// One change of a text.
#[derive(Clone, Debug)]
enum Change {
    /// A bit is another.
    Flip(Index, u8),
    /// So many bytes are gone.
    Cut(Index, usize),
    /// These stand there too.
    Insert(Index, Vec<u8>),
    /// So many bytes of one of the seeds stand there too.
    Graft(Index, Index, Index, usize),
    /// Two lines have changed their places.
    Swap(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    let bytes = prop_oneof![
        proptest::collection::vec(any::<u8>(), 1..6),
        "[A-Za-zäß🎻]{0,3}(https?://|mailto:|[*_`\\[\\]()#<>&;:,=^\"%-]|\\\\n|\r?\n ?|--|[0-9]{1,9}|\u{2028}){1,4}[A-Za-zäß🎻]{0,3}"
            .prop_map(String::into_bytes),
    ];
    prop_oneof![
        (at(), 0..8u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (at(), 1..40usize).prop_map(|(at, count)| Change::Cut(at, count)),
        (at(), bytes).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), at(), at(), 1..400usize).prop_map(|(at, of, from, count)| Change::Graft(at, of, from, count)),
        (at(), at()).prop_map(|(one, other)| Change::Swap(one, other)),
    ]
}

fn changed(mut text: Vec<u8>, changes: &[Change], seeds: &[Vec<u8>]) -> Vec<u8> {
    for change in changes {
        let place = |at: &Index| at.index(text.len() + 1);
        match change {
            Change::Flip(at, bit) if !text.is_empty() => {
                let at = at.index(text.len());
                text[at] ^= 1 << bit;
            }
            Change::Flip(..) => {}
            Change::Cut(at, count) => {
                let at = place(at);
                text.drain(at..text.len().min(at + count));
            }
            Change::Insert(at, bytes) => {
                let at = place(at);
                text.splice(at..at, bytes.iter().copied());
            }
            Change::Graft(at, of, from, count) => {
                let (at, seed) = (place(at), of.get(seeds));
                let from = from.index(seed.len());
                text.splice(at..at, seed[from..seed.len().min(from + count)].iter().copied());
            }
            Change::Swap(one, other) => {
                let mut lines: Vec<&[u8]> = text.split_inclusive(|byte| *byte == b'\n').collect();
                if !lines.is_empty() {
                    let (one, other) = (one.index(lines.len()), other.index(lines.len()));
                    lines.swap(one, other);
                }
                text = lines.concat();
            }
        }
    }
    text
}

/// The seeds of that folder, in the order of their names.
fn seeds(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(folder);
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).filter(|seed| !seed.is_empty()).collect()
}

/// Holds what comes of these seeds to a law, in so many cases.
fn all(folder: &str, cases: u32, hold: fn(&[u8])) {
    let seeds = seeds(folder);
    seeds.iter().for_each(|seed| hold(seed));
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(5545),
        max_shrink_time: 60_000,
        ..ProptestConfig::default()
    };
    proptest!(config, |(of in any::<Index>(), changes in proptest::collection::vec(change(), 1..8))| {
        hold(&changed(of.get(&seeds).clone(), &changes, &seeds));
    });
}

#[test]
fn content_lines() {
    all("text", 4_000, content_lines::hold);
}

#[test]
fn edits() {
    all("text", 1_000, edits::hold);
}

#[test]
fn files() {
    all("text", 2_000, files::hold);
}

#[test]
fn items() {
    all("text", 1_000, items::hold);
}

#[test]
fn multistatus() {
    all("xml", 4_000, multistatus::hold);
}

#[test]
fn views() {
    all("text", 1_000, views::hold);
}
