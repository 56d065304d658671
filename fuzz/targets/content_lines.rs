//! Any bytes are a text, and print back as they came; an edit of one line leaves
//! the bytes of all others.
#![no_main]

#[path = "../../tests/mutants/content_lines.rs"]
mod law;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| law::hold(bytes));
