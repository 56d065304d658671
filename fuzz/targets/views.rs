//! What is shown of any bytes, of any instance of it: never a panic, and bounded.
#![no_main]

#[path = "../../tests/mutants/views.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| law::hold(bytes));
