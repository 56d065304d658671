//! An item as a person reads it: all that is in it, in words and values that a page
//! lays out. Total and bounded like all of `text`: lists end at [`MOST`], texts at
//! what a person reads, and the view says where something was left out.
//!
//! | module | what it is |
//! | --- | --- |
//! | `event` | an event or a task |
//! | `series` | which instance is shown, and what else there is of its series |
//! | `recurrence` | rules in words |
//! | `alarm`, `person` | what rings, and who takes part |
//! | `contact` | a card of any version, or a group of them |
//! | `label`, `picture`, `date` | parts of cards |
//! | `note` | a VJOURNAL |
//! | `part` | categories, colours, marks, attachments, moments |
//! | `words` | small words that sentences are made of |
//! | [`link`] | what may be a link, and where people meet |
//! | [`markdown`] | Markdown as a tree of blocks |
//! | `inline` | what stands within a line of it |
//! | `html` | HTML as plain text |
//! | [`source`] | the text itself, to look at |
//!
//! [`link`], [`markdown`] and [`source`] are what the pages use by themselves: they
//! take neither zones nor charsets.

mod alarm;
mod contact;
mod date;
mod event;
mod html;
mod inline;
mod label;
pub mod link;
pub mod markdown;
mod note;
mod part;
mod person;
mod picture;
mod recurrence;
mod series;
pub mod source;
mod words;

pub(super) use part::{STYLED, css_color, styled};

use crate::model::view::{Detail, Instance, Seek, View};
use crate::model::{Millis, Saying};

use super::lines::Tree;
use super::zone::Zones;
use super::{escape, main};

/// As many of one sort are shown: attendees, categories, instances that were moved.
const MOST: usize = 200;
/// As much of a text: no person reads further, and no page should have to.
const LONGEST: usize = 200_000;

/// What is in the text. Of a series, `of` names the instance to show (by the start
/// that the series gives it); `None`, or one that is not there: the series as a whole.
pub fn view(text: &[u8], of: Option<Millis>, now: Millis) -> View {
    let tree = Tree::parse(text);
    let mut missed = broken(&tree);
    let uid = super::uid::of(&tree).unwrap_or_default();
    let Some(c) = main(&tree) else {
        missed.push(Saying::new("missed_all"));
        let (title, lines) = unknown(&tree);
        return View { title, detail: Detail::Unknown(lines), uid, missed };
    };
    let (title, detail) = match tree.components()[c].name.as_str() {
        "VCARD" => {
            let (title, contact) = contact::view(&tree, c, &mut missed);
            (title, Detail::Contact(Box::new(contact)))
        }
        "VJOURNAL" => {
            let (title, note) = note::view(&tree, c, &mut missed);
            (title, Detail::Note(Box::new(note)))
        }
        "VTODO" => {
            let (title, task) = event::view(&tree, c, of, now, &mut missed);
            (title, Detail::Task(Box::new(task)))
        }
        _ => {
            let (title, event) = event::view(&tree, c, of, now, &mut missed);
            (title, Detail::Event(Box::new(event)))
        }
    };
    others(&tree, c, &mut missed);
    View { title, detail, uid, missed }
}

/// What is wrong with the text as a whole.
fn broken(tree: &Tree<'_>) -> Vec<Saying> {
    let open = tree.components().iter().any(|c| !c.closed);
    let said = (!tree.components().is_empty() && open).then(|| Saying::new("missed_end"));
    said.into_iter().collect()
}

/// Entries of the text that are not what is shown, nor of its series.
fn others(tree: &Tree<'_>, shown: usize, missed: &mut Vec<Saying>) {
    let kinds = ["VEVENT", "VTODO", "VJOURNAL", "VCARD"];
    let within = |c: usize| tree.components()[c].parent.is_some_and(|p| kinds.contains(&&*tree.components()[p].name));
    let all = (0..tree.components().len()).filter(|c| kinds.contains(&&*tree.components()[*c].name) && !within(*c));
    let uid = tree.text(shown, "UID");
    let of_it = |c: &usize| *c == shown || (tree.find(*c, "RECURRENCE-ID").is_some() && tree.text(*c, "UID") == uid);
    let count = all.filter(|c| !of_it(c)).count();
    if count > 0 {
        missed.push(Saying::new("missed_others").with(count));
    }
}

/// The instances of the text's series that are sought, in order; as many as are shown at
/// once.
pub fn instances(text: &[u8], seek: Seek) -> Vec<Instance> {
    let tree = Tree::parse(text);
    series::page(&tree, seek, &mut Zones::new(&tree))
}

/// The lines of a text that is neither calendar nor card, and what may be its title.
fn unknown(tree: &Tree<'_>) -> (String, Vec<(String, String)>) {
    const SHOWN: usize = 40;
    let readable = tree.lines().iter().filter(|line| !line.name().is_empty() && !line.is("BEGIN") && !line.is("END"));
    let lines: Vec<(String, String)> = readable
        .take(SHOWN)
        .map(|line| (line.name().to_ascii_uppercase(), cut(line.text().trim(), 500)))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let title = ["SUMMARY", "FN", "N"].iter().find_map(|name| lines.iter().find(|(known, _)| known == name));
    (title.map(|(_, text)| escape::one_line(text)).unwrap_or_default(), lines)
}

/// At most so many bytes of it, whole characters; an ellipsis says that there is more.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", &text[..end])
}

#[cfg(test)]
mod series_tests;
#[cfg(test)]
mod tests;
