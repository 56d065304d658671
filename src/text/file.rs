//! A file of many items: taken apart for an import, and put together for an export.
//!
//! A server keeps one resource for each UID (RFC 4791, 4.1; RFC 6352, 5.1); files
//! hold whole calendars (RFC 5545, 3.4: a stream of objects) and stacks of vCards.
//! The lines of what is within are taken over byte for byte, both ways.
//!
//! Files are taken apart and put together by their bytes, in one pass and without a
//! tree: that runs in the pages, on files of any size. Only two items that are compared
//! ([`same_item`]) are read as trees.
//!
//! | module | what it is |
//! | --- | --- |
//! | `scan` | what a file consists of, by its bytes |
//! | `charset` | files that are not in UTF-8 |
//! | [`split`](fn@split) | a file as items |
//! | [`join`] | items as a file |
//! | [`note`] | a note as a text file, for other programs |

mod charset;
pub mod join;
pub mod note;
mod scan;
mod split;

pub use split::{Broken, Flaw, Part, Split, made, split};

use scan::{Object, scan};

use super::lines::lines;
use super::same_meaning;
use super::sameness::is_stamp;

/// Whether two items say the same, whatever calendar they stand in: what a server or
/// a program writes around them (METHOD, X-WR-CALNAME, …) is not looked at.
pub fn same_item(a: &[u8], b: &[u8]) -> bool {
    a == b || same_meaning(&body(a), &body(b))
}

/// Whether two items have the same lines, but for stamps and folding. Stricter than
/// [`same_item`], which knows time zones: their tables are too large for pages.
pub fn same_lines(a: &[u8], b: &[u8]) -> bool {
    let said = |text: &[u8]| -> Vec<Vec<u8>> {
        let body = body(text);
        let said = lines(&body).filter(|line| !is_stamp(&line.name().to_ascii_uppercase()));
        said.map(|line| line.logical().to_vec()).collect()
    };
    a == b || said(a) == said(b)
}

/// The name of the first component that is no time zone, in upper case (`VEVENT`,
/// `VCARD`); `None` where nothing is whole.
pub fn component(text: &[u8]) -> Option<String> {
    scan(text).objects.into_iter().find_map(|object| match object {
        Object::Card(card) => Some(card.name),
        Object::Calendar(calendar) => calendar.parts.into_iter().map(|part| part.name).find(|name| name != "VTIMEZONE"),
    })
}

/// The components of a calendar, and the zones they name, without what is around them; anything else as it is.
fn body(text: &[u8]) -> Vec<u8> {
    let scanned = scan(text);
    if !scanned.broken.is_empty() || scanned.objects.iter().any(|object| matches!(object, Object::Card(_))) {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    for object in scanned.objects {
        let Object::Calendar(calendar) = object else { continue };
        let used = calendar.used();
        let unused = |zone: &String| !used.contains(&**zone);
        for part in &calendar.parts {
            if part.name != "VTIMEZONE" || !part.zones.iter().all(unused) {
                end_line(&mut out, part.bytes);
            }
        }
    }
    out
}

/// Appends the lines, the last of them ended.
fn end_line(out: &mut Vec<u8>, lines: &[u8]) {
    out.extend_from_slice(lines);
    if !lines.ends_with(b"\n") {
        out.extend_from_slice(b"\r\n");
    }
}
