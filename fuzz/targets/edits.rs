//! Any edits of any text leave what they do not name, and are read back; any part of any
//! series is changed or not; any two texts that were made from a third are merged, or
//! not, without a panic.
#![no_main]

#[path = "../../tests/mutants/edits.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| law::hold(bytes));
