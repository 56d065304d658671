//! What criterion has just measured, and the page it goes into.

use std::fs;
use std::path::Path;

/// How long one went, in milliseconds.
pub fn millis(group: &str, name: &str) -> f64 {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/criterion").join(group).join(name);
    let estimates = fs::read(path.join("new/estimates.json")).expect("a measurement of each: run without a filter");
    let estimates: serde_json::Value = serde_json::from_slice(&estimates).unwrap();
    estimates["median"]["point_estimate"].as_f64().unwrap() / 1e6
}

/// Puts the text below that heading of the page, instead of what stood there.
pub fn write(into: &Path, heading: &str, text: &str) {
    let heading = format!("## {heading}\n");
    let page = fs::read_to_string(into).unwrap_or_else(|_| "# Performance\n".to_owned());
    let (before, after) = page.split_once(&heading).unwrap_or((&page, ""));
    let after = after.find("\n## ").map_or("", |at| &after[at..]);
    fs::write(into, format!("{}\n\n{heading}\n{}\n{after}", before.trim_end(), text.trim_end())).unwrap();
}
