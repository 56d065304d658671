//! Any file taken apart: each item is whole, and put together they come apart as the same
//! items. Never a panic.
#![no_main]

#[path = "../../tests/mutants/files.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| law::hold(bytes));
