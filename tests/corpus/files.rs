//! The public sample files, `../shared/corpus`: one finder for all tests that read them.

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
