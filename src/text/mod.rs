//! An item's text: kept byte for byte, read with understanding, changed line by
//! line. Nothing here fails or panics on any bytes: what cannot be read is shown in
//! part and kept whole.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`lines`] | content lines as a tree that prints back the bytes it was given |
//! | `folding` | where a content line ends, unfolding and folding |
//! | [`escape`] | TEXT escapes, parameters, quoted-printable, charsets |
//! | [`edit`] | setting and removing a property, stamps |
//! | [`moment`] | DATE, DATE-TIME and DURATION values |
//! | [`zone`] | IANA, Windows and private time zones; VTIMEZONE for new events |
//! | [`recur`] | recurrence rules |
//! | [`occur`] | when an event happens: rules, dates, exceptions, moved instances; from when to when at all |
//! | [`entry`] | the small rows that lists and the popup read |
//! | [`words`] | what a search finds an item by |
//! | [`file`] | a file of many items: taken apart, and put together |
//! | [`view`] | an item as a person reads it |
//! | [`form`] | an item as the fields of a form, and changed fields back into it |
//! | `group` | properties that stand in one group of a card |
//! | [`series`] | one instance of a series changed, or those from one on |
//! | `follow`, `instance`, `split` | what hangs on a series' start; one instance of it; a series made two |
//! | `shift` | what was changed of one component's times, done to another's |
//! | [`update`] | instances that come without their series, put into it |
//! | [`compose`] | a new item's text |
//! | [`uid`] | reading and setting the UID |
//! | [`copy`] | an item made a copy of itself, for what is kept twice |
//! | [`sameness`] | whether two texts say the same |
//! | `matching` | which component and property of one text is which of another |
//! | [`merge`](mod@merge) | one text of two that were made from a third |
//! | `carry`, `patch` | properties and lines of one text put into another |
//! | [`difference`](mod@difference) | what a person sees between two versions |

mod carry;
pub mod compose;
pub mod copy;
pub mod difference;
pub mod edit;
pub mod entry;
pub mod escape;
pub mod file;
mod folding;
mod follow;
pub mod form;
mod form_alarm;
mod form_contact;
mod form_event;
mod form_note;
mod form_row;
mod form_rule;
mod group;
mod instance;
pub mod lines;
mod matching;
pub mod merge;
pub mod moment;
pub mod occur;
mod patch;
pub mod recur;
pub mod sameness;
pub mod series;
mod shift;
mod split;
pub mod uid;
pub mod update;
pub mod view;
pub mod words;
pub mod zone;

pub use compose::new_item;
pub use copy::as_copy;
pub use difference::difference;
pub use entry::index;
pub use form::{apply, fields, rebase};
pub use merge::merge;
pub use sameness::same_meaning;
pub use uid::{uid, with_uid};

use lines::Tree;

/// What this program writes into a calendar or card of its own (RFC 5545, 3.7.3; RFC 6350, 6.7.3).
const PRODID: &str = "PRODID:-//Pimento//Pimento//EN";

/// The component an item is about: the first VEVENT that is no changed instance
/// (RECURRENCE-ID), else the first VEVENT, VJOURNAL, VTODO or VCARD.
pub(crate) fn main(tree: &Tree<'_>) -> Option<usize> {
    for name in ["VEVENT", "VJOURNAL", "VTODO", "VCARD"] {
        let series = tree.named(name).find(|c| tree.find(*c, "RECURRENCE-ID").is_none());
        if let Some(c) = series.or_else(|| tree.named(name).next()) {
            return Some(c);
        }
    }
    None
}

#[cfg(test)]
mod tests;
