//! What pages show of an item, and what forms make of it: never a panic, and
//! nothing changed changes nothing.
#![no_main]

#[path = "../../tests/mutants/items.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| law::hold(bytes));
