//! What servers answer: read without panic, and never when it was cut off.
#![no_main]

#[path = "../../tests/mutants/multistatus.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| law::hold(bytes));
