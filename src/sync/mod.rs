//! What to do about a difference. Pure: no clock, no randomness, no I/O.

pub mod want;
