//! The figures that criterion has just measured as the table of docs/performance.md.

use std::fs;
use std::path::Path;

use super::page::{self, millis};

/// The version that Cargo.lock has of a crate.
fn version(of: &str) -> String {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let after = lock.split(&format!("name = \"{of}\"\nversion = \"")).nth(1).unwrap();
    after.split('"').next().unwrap().to_owned()
}

/// Writes the table there, over `files` and `bytes` of calendars and of cards.
pub fn write(into: &Path, calendars: (usize, usize), cards: (usize, usize), events: usize) {
    let mut rows = String::new();
    for (group, (files, bytes)) in [("calendars", calendars), ("cards", cards)] {
        let [ours, kept, view, row, calcard, icalendar] =
            ["pimento", "kept", "view", "row", "calcard", "icalendar"].map(|name| millis(group, name));
        // MB: a million bytes.
        let speed = |ms: f64| bytes as f64 / 1e3 / ms;
        for (what, ms) in [
            ("Pimento: parse, decode all, print", ours),
            ("Pimento: parse, print", kept),
            ("Pimento: parse, view", view),
            ("Pimento: the row and a month of times", row),
            ("calcard: parse, print", calcard),
            ("icalendar: parse, print", icalendar),
        ] {
            rows.push_str(&format!(
                "| {files} {group}, {} KB | {what} | {:.1} MB/s | {:.1} × | {:.1} × |\n",
                bytes / 1000,
                speed(ms),
                calcard / ms,
                icalendar / ms
            ));
        }
    }
    let to_view = |group| millis(group, "view") / millis(group, "kept");
    let (of_calendars, of_cards) = (to_view("calendars"), to_view("cards"));
    let (parse, expand) = (millis("month", "parse"), millis("month", "expand"));
    let (calcard, icalendar) = (version("calcard"), version("icalendar"));
    let text = format!(
        "`./build.sh bench text` measures this. How fast a machine is shows in all rows alike: what counts are the \
         ratios, which are of one run.\n\n\
         Read are the public sample files that all three readers read whole, the same bytes for each; calcard is \
         {calcard}, icalendar {icalendar} (its parser, not its builder). Pimento keeps every byte; \"decode all\" reads \
         name, parameters and value of every line besides, as the two others do when they parse; \"view\" is what a \
         page shows of it: of each file the first item, and all that belongs to it.\n\n\
         | files | what | speed | to calcard | to icalendar |\n| --- | --- | --- | --- | --- |\n{rows}\n\
         To parse and view takes {of_calendars:.1} times as long as to parse and print for calendars, {of_cards:.1} \
         times for cards.\n\n\
         {events} events with a zone that begin in 2000 to 2026, of which 40 % recur: their rows and their times of one \
         month take {expand:.0} ms, {:.1} times as long as only parsing them ({parse:.0} ms). One event: {:.0} µs.\n",
        expand / parse,
        expand * 1e3 / events as f64
    );
    page::write(into, "Reading and printing items", &text);
}
