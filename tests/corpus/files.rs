//! The public sample files, `../shared/corpus`: one finder for all tests that read them,
//! and one way to take them apart.

// Each test target compiles this module for itself and uses its own part of it.
#![allow(dead_code)]
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

/// Each file's path below the corpus, with its bytes; in order.
///
/// # Panics
/// When they are not there: a test over no files proves nothing.
pub fn all() -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    assert!(root.is_dir(), "the sample files are missing: put them at ../shared/corpus, beside the checkout");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().and_then(|e| e.to_str()) {
                _ if path.is_dir() => folders.push(path),
                Some("ics" | "vcf") => {
                    files.push((path.strip_prefix(&root).unwrap().to_owned(), std::fs::read(&path).unwrap()));
                }
                _ => {}
            }
        }
    }
    files.sort();
    assert!(files.len() > 250, "only {} sample files", files.len());
    files
}

/// A vCard; else a calendar.
pub fn is_card(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "vcf")
}

/// What a file holds, by lines alone: this is not to lean on the code that is looked at.
#[derive(Default)]
pub struct Contents {
    /// All VTIMEZONEs.
    pub zones: Vec<u8>,
    /// Each VEVENT, VTODO, VJOURNAL and VCARD that is whole: its name and its lines.
    pub components: Vec<(&'static str, Vec<u8>)>,
}

/// Takes a file apart.
pub fn contents(text: &[u8]) -> Contents {
    let mut contents = Contents::default();
    let mut open: Option<(&str, usize, Vec<u8>)> = None;
    for line in text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text).split_inclusive(|b| *b == b'\n') {
        let word = String::from_utf8_lossy(line).trim().to_ascii_uppercase();
        let names = ["VEVENT", "VTODO", "VJOURNAL", "VCARD", "VTIMEZONE"];
        if let (None, Some(name)) = (&open, names.into_iter().find(|name| word == format!("BEGIN:{name}"))) {
            open = Some((name, 0, Vec::new()));
        }
        let Some((name, depth, lines)) = &mut open else { continue };
        lines.extend_from_slice(line);
        *depth += usize::from(word == format!("BEGIN:{name}"));
        *depth -= usize::from(word == format!("END:{name}"));
        if *depth == 0 {
            if !lines.ends_with(b"\n") {
                lines.extend_from_slice(b"\r\n");
            }
            match *name {
                "VTIMEZONE" => contents.zones.append(lines),
                name => contents.components.push((name, std::mem::take(lines))),
            }
            open = None;
        }
    }
    contents
}

impl Contents {
    /// Components as a text of their own: a card as it is, of a calendar with all zones.
    pub fn text(&self, name: &str, lines: &[u8]) -> Vec<u8> {
        const HEAD: &[u8] = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//EN\r\n";
        if name == "VCARD" { lines.to_vec() } else { [HEAD, &self.zones, lines, b"END:VCALENDAR\r\n"].concat() }
    }
}

/// Each component of a file as a text of its own.
pub fn entries(text: &[u8]) -> Vec<Vec<u8>> {
    let contents = contents(text);
    contents.components.iter().map(|(name, lines)| contents.text(name, lines)).collect()
}
