//! A note as a text file in Markdown, which every notes program reads. What only
//! calendars know of a note is not in it: that is in the `.ics`.

use std::fmt::Write;

use super::charset::text;
use crate::text::escape::{one_line, unescape, values};
use crate::text::lines::{Line, lines};

/// A note for other programs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// One line, for the name of a file: its title, else the first line of its text, else
    /// its date; may be empty.
    pub name: String,
    pub markdown: String,
}

/// The note of a calendar object: `# title`, a blank line, the text. One with a date or
/// categories has them before that, as YAML front matter (`date`, `tags`). `None` for
/// what has no VJOURNAL.
pub fn note(item: &[u8]) -> Option<Note> {
    let (mut title, mut body, mut date) = (None, None, None);
    let mut tags: Vec<String> = Vec::new();
    let (mut depth, mut journal) = (0_usize, None);
    let mut found = false;
    for line in lines(item) {
        if line.is("BEGIN") {
            depth += 1;
            if !found && line.plain().eq_ignore_ascii_case("VJOURNAL") {
                found = true;
                journal = Some(depth);
            }
        } else if line.is("END") {
            journal = journal.filter(|begun| *begun < depth);
            depth = depth.saturating_sub(1);
        } else if journal != Some(depth) {
            continue;
        } else if line.is("SUMMARY") {
            title.get_or_insert_with(|| said(&line));
        } else if line.is("DESCRIPTION") {
            body.get_or_insert_with(|| said(&line));
        } else if line.is("DTSTART") {
            date = date.or_else(|| day(&line.plain()));
        } else if line.is("CATEGORIES") {
            tags.extend(values(&text(line.value())));
        }
    }
    if !found {
        return None;
    }
    let (title, body) = (one_line(&title.unwrap_or_default()), body.unwrap_or_default());
    let mut markdown = String::with_capacity(body.len() + title.len() + 16);
    if date.is_some() || !tags.is_empty() {
        markdown.push_str("---\n");
        if let Some(date) = &date {
            let _ = writeln!(markdown, "date: {date}");
        }
        if !tags.is_empty() {
            let tags: Vec<String> = tags.iter().map(|tag| quoted(tag)).collect();
            let _ = writeln!(markdown, "tags: [{}]", tags.join(", "));
        }
        markdown.push_str("---\n\n");
    }
    if !title.is_empty() {
        let _ = write!(markdown, "# {title}\n\n");
    }
    markdown.push_str(body.trim_end());
    if !body.trim_end().is_empty() {
        markdown.push('\n');
    }
    let first = || body.lines().map(|line| line.trim_start_matches(['#', ' ']).trim()).find(|line| !line.is_empty());
    let name = Some(&*title).filter(|title| !title.is_empty()).or_else(first).or(date.as_deref());
    Some(Note { name: name.unwrap_or_default().to_owned(), markdown })
}

/// A TEXT value, its line breaks as LF.
fn said(line: &Line<'_>) -> String {
    unescape(&text(line.value())).replace("\r\n", "\n").replace('\r', "\n")
}

/// `YYYY-MM-DD` of a DATE or DATE-TIME.
fn day(value: &str) -> Option<String> {
    let digits = value.get(..8).filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?;
    Some(format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]))
}

/// A string as YAML reads it (and JSON writes it).
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
