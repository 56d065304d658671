//! Items as files in a zip archive: files that lie in it as they are, and folders with
//! files, byte for byte. Nothing is compressed.

use std::collections::HashSet;
use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::fault;
use crate::model::Fault;
use crate::text::words::bare;

/// Longest name of a folder or file, in characters: below what file systems take,
/// whatever alphabet it is in.
const LONGEST: usize = 60;
/// Names that Windows keeps for devices.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// A file by its name, with the ending, and what is in it.
pub type File = (String, Vec<u8>);

/// A collection, named as the person knows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    pub name: String,
    pub files: Vec<File>,
}

/// The archive. Names are made safe for every file system, and told apart where
/// two would be one.
///
/// # Errors
/// If an archive of that size cannot be written.
pub fn zip(files: &[File], folders: &[Folder]) -> Result<Vec<u8>, Fault> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let mut taken = HashSet::new();
    let mut write = |path: String, content: &[u8]| -> Result<(), Fault> {
        archive.start_file(path, SimpleFileOptions::default()).map_err(fault::internal)?;
        archive.write_all(content).map_err(fault::internal)
    };
    for (name, content) in files {
        write(unique(&safe(name), &mut taken), content)?;
    }
    for folder in folders {
        let path = unique(&safe(&folder.name), &mut taken);
        let mut inside = HashSet::new();
        for (name, content) in &folder.files {
            write(format!("{path}/{}", unique(&safe(name), &mut inside)), content)?;
        }
    }
    Ok(archive.finish().map_err(fault::internal)?.into_inner())
}

/// The name with nothing in it that a file system could mind.
fn safe(name: &str) -> String {
    let mild = |c: char| if c.is_control() || "/\\:*?\"<>|".contains(c) { '_' } else { c };
    let mild: String = name.chars().map(mild).collect();
    let (stem, ending) = parts(mild.trim_end_matches([' ', '.']));
    let stem: String = stem.trim_matches([' ', '.']).chars().take(LONGEST - ending.len()).collect();
    let stem = stem.trim_end_matches([' ', '.']);
    // Windows looks at what stands before the first dot.
    let device = stem.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let device = device.trim_end_matches(char::is_numeric);
    let before = if stem.is_empty() || DEVICES.contains(&device) { "_" } else { "" };
    format!("{before}{stem}{ending}")
}

/// The name, or the name with the first number that tells it apart from those that
/// are `taken`, whatever the case and however the accents are written: file systems
/// differ in what they take for the same.
fn unique(name: &str, taken: &mut HashSet<String>) -> String {
    let (stem, ending) = parts(name);
    let mut found = name.to_owned();
    let mut number = 1;
    while !taken.insert(bare(&found)) {
        number += 1;
        found = format!("{stem} ({number}){ending}");
    }
    found
}

/// The name, which may be empty, and its ending, with the dot.
fn parts(name: &str) -> (&str, &str) {
    let ending = |at: usize| {
        let ending = &name[at + 1..];
        (1..=4).contains(&ending.len()) && ending.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    name.rfind('.').filter(|at| ending(*at)).map_or((name, ""), |at| name.split_at(at))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn names_are_safe() {
        let long = "ä".repeat(100);
        let cut = format!("{}.ics", "ä".repeat(56));
        for (name, made) in [
            ("Home", "Home"),
            ("a/b\\c:d", "a_b_c_d"),
            ("..", "_"),
            ("", "_"),
            (" . ", "_"),
            ("../../etc/passwd", "_.._etc_passwd"),
            ("tab\there", "tab_here"),
            ("CON", "_CON"),
            ("com1.ics", "_com1.ics"),
            ("console", "console"),
            (&format!("{long}.ics"), cut.as_str()),
            ("Übersicht 2026.", "Übersicht 2026"),
            (".md", "_.md"),
            (" . .md ", "_.md"),
            ("con.backup.ics", "_con.backup.ics"),
            ("Aux .ics", "_Aux.ics"),
            ("com¹.md", "_com¹.md"),
            ("v1. and more", "v1. and more"),
        ] {
            assert_eq!(safe(name), made, "{name}");
        }
    }

    #[test]
    fn every_text_is_in_a_file_of_its_own() {
        let file = |name: &str, content: &[u8]| (name.to_owned(), content.to_vec());
        let folders = [
            Folder { name: "Home".into(), files: vec![file("a.ics", b"one\r\n"), file("A.ics", &[0, 255])] },
            Folder { name: "home".into(), files: vec![file("a.ics", b"three")] },
            Folder { name: "Empty".into(), files: vec![] },
            Folder {
                name: "Ü".into(), files: vec![file("ü.md", b"4"), file("U\u{308}.md", b"5"), file(".md", b"6")]
            },
        ];
        let loose = [file("Home.ics", b"all"), file("home", b"none")];
        let mut archive = zip::ZipArchive::new(Cursor::new(super::zip(&loose, &folders).unwrap())).unwrap();
        let mut found = Vec::new();
        for at in 0..archive.len() {
            let mut entry = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            found.push((entry.name().to_owned(), content));
        }
        let wanted = [
            ("Home.ics", &b"all"[..]),
            ("home", b"none"),
            ("Home (2)/a.ics", b"one\r\n"),
            ("Home (2)/A (2).ics", &[0, 255]),
            ("home (3)/a.ics", b"three"),
            ("Ü/ü.md", b"4"),
            ("Ü/U\u{308} (2).md", b"5"),
            ("Ü/_.md", b"6"),
        ];
        assert_eq!(found, wanted.map(|(name, content)| (name.to_owned(), content.to_vec())));
    }
}
