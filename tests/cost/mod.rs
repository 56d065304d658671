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
//! | [`floor`] | the fewest requests that move the same content |
//! | [`report`] | medians, ratios, and the tables |

// Each test target compiles this module for itself and uses its own part of it.
#![allow(dead_code)]
// Tests run on the real clock.
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod contestant;
pub mod data;
pub mod floor;
pub mod meter;
pub mod probe;
pub mod report;
pub mod spent;
pub mod world;
