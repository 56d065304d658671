//! Version 7 of the schema: of times that are told together each has only its start. Never
//! changed once released: what comes after is another file.
//!
//! | store | key, beside the row | row |
//! | --- | --- | --- |
//! | `times` | span, batch, as before | text: `[[Occurrence, others]]`, of each other its start (`Happening`) |
//!
//! The rows of before go, and events are listed anew, as with version 6.

pub(super) use super::v6::make;
