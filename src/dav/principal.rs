//! Access control (RFC 3744), as far as it says what we may do.

use super::xml::{Ns, Reader};
use crate::model::Fault;

/// Whether `current-user-privilege-set` (5.5) lets us change items: `all` and
/// `write` contain `write-content`. `write-properties` alone does not (shares
/// that are read-only give it).
///
/// # Errors
/// That the document is not well-formed.
pub fn writable(reader: &mut Reader<'_>) -> Result<bool, Fault> {
    let mut found = false;
    reader.children(|reader, _privilege| {
        reader.children(|_, name| {
            found |= name.ns == Ns::Dav && matches!(name.local(), "all" | "write" | "write-content");
            Ok(())
        })
    })?;
    Ok(found)
}
