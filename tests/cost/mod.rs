//! What synchronization costs: requests, bytes, time, processor and memory, side by
//! side with others over the same data.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`data`] | the events, contacts and notes, by number and seed |
//! | [`world`] | a real server that has them |
//! | [`meter`] | a proxy before it that counts, and makes the way longer |
//! | [`spent`] | what a command costs |
//! | [`contestant`] | those who are measured |
//! | [`probe`], [`extension`], [`others`] | our core natively and in browsers; vdirsyncer and tsdav |
//! | [`floor`] | the fewest requests that move the same content |
//! | [`crowd`] | ten thousand clients of one server |
//! | [`search`] | what finding among many items costs, as a test in a page printed it |
//! | [`memory`] | the most memory of a first run, for few and for many items |
//! | [`start`] | from an alarm to the first request |
//! | [`bytes`] | what the bytes of the WebAssembly are |
//! | [`report`] | medians, ratios, and the tables |

// Each test target compiles this module for itself and uses its own part of it.
#![allow(dead_code)]
// Tests run on the real clock.
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod bytes;
pub mod contestant;
pub mod crowd;
pub mod data;
pub mod extension;
pub mod floor;
pub mod memory;
pub mod meter;
pub mod others;
#[path = "../browser/person.rs"]
pub mod person;
pub mod probe;
pub mod report;
pub mod search;
pub mod spent;
pub mod start;
pub mod world;
