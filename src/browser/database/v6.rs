//! Version 6 of the schema: times of a series that tell the same are told together. Never
//! changed once released: what comes after is another file.
//!
//! | store | key, beside the row | row |
//! | --- | --- | --- |
//! | `times` | span, batch, as before | text: `[[Occurrence, others]]`, of each other start, end and `of` |
//!
//! The rows of before go. Events are listed anew by the worker at its next start or run:
//! `Index::VERSION` counts.

use idb::{Error, ObjectStore};

/// Removes the rows of before.
pub(super) fn make(times: &ObjectStore) -> Result<(), Error> {
    times.clear().map(drop)
}
