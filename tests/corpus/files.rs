//! The public sample files, `../shared/corpus`: one finder for all tests that read them.

// Each test target compiles this module for itself and uses its own part of it.
#![allow(dead_code)]
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

/// A sample file: its path below the corpus, and its bytes.
pub struct Sample {
    pub name: String,
    pub text: Vec<u8>,
}

impl Sample {
    /// A vCard; else a calendar.
    pub fn card(&self) -> bool {
        self.name.ends_with(".vcf")
    }
}

/// All of them, by name.
///
/// # Panics
/// When they are not there: a test over no files proves nothing.
pub fn all() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    assert!(root.is_dir(), "the sample files are missing: put them at ../shared/corpus, beside the checkout");
    let mut files: Vec<PathBuf> = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension().and_then(|e| e.to_str()) {
                _ if path.is_dir() => folders.push(path),
                Some("ics" | "vcf") => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    assert!(files.len() > 250, "only {} sample files", files.len());
    let sample = |path: &PathBuf| Sample {
        name: path.strip_prefix(&root).unwrap().to_string_lossy().into_owned(),
        text: std::fs::read(path).unwrap(),
    };
    files.iter().map(sample).collect()
}
