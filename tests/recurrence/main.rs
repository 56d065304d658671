//! When events happen, compared with python-dateutil: thousands of made rules, and
//! every rule of the public sample files. Where dateutil does not do what RFC 5545
//! says, `reference.py` says so by name and does what the standard says; how often
//! each of that is needed is counted here.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../corpus/files.rs"]
mod files;
mod made;
mod samples;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use pimento::text::lines::Tree;
use pimento::text::moment::at;
use pimento::text::occur::instances;
use serde::{Deserialize, Serialize};

/// A rule, and when to look.
#[derive(Clone, Debug, Serialize)]
struct Case {
    rule: String,
    /// The value of DTSTART.
    start: String,
    /// `""` for floating times and dates, `UTC`, or an IANA name.
    zone: String,
    /// Seconds.
    from: i64,
    to: i64,
}

impl Case {
    fn text(&self) -> String {
        let date = if self.start.contains('T') { "" } else { ";VALUE=DATE" };
        let (zone, utc) = match self.zone.as_str() {
            "" => (String::new(), ""),
            "UTC" => (String::new(), "Z"),
            name => (format!(";TZID={name}"), ""),
        };
        let utc = if self.start.ends_with('Z') { "" } else { utc };
        let start = format!("DTSTART{date}{zone}:{}{utc}", self.start);
        format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\n{start}\r\nRRULE:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            self.rule
        )
    }

    fn starts(&self, from: i64, to: i64) -> Vec<i64> {
        starts(&self.text(), from, to)
    }
}

/// The starts from `from` to `to`.
fn starts(text: &str, from: i64, to: i64) -> Vec<i64> {
    let found = instances(&Tree::parse(text.as_bytes()), from, to);
    assert!(!found.partial, "{text}");
    let mut starts: Vec<i64> = found.list.iter().map(|i| i.start).filter(|at| *at >= from).collect();
    starts.dedup();
    starts
}

/// What dateutil gives.
#[derive(Debug, Deserialize)]
struct Answer {
    starts: Vec<i64>,
    to: i64,
    notes: Vec<String>,
}

/// Asks one Python for all.
fn reference(cases: &[Case]) -> Vec<Answer> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let tools = std::env::var_os("PIMENTO_TOOLS").map_or_else(|| root.join("target/tools"), PathBuf::from);
    let python = tools.join("venv/bin/python");
    let mut child = Command::new(&python)
        .arg(root.join("tests/recurrence/reference.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{} is what `./build.sh test` installs: {e}", python.display()));
    let mut stdin = child.stdin.take().unwrap();
    let lines: String = cases.iter().map(|case| serde_json::to_string(case).unwrap() + "\n").collect();
    let asking = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = child.wait_with_output().unwrap();
    asking.join().unwrap().unwrap();
    assert!(output.status.success(), "dateutil failed, see above");
    let answers: Vec<Answer> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), cases.len());
    answers
}

/// What is different, for people.
fn differences(cases: &[Case], answers: &[Answer]) -> Vec<String> {
    let show = |starts: &[i64]| -> String {
        starts.iter().take(8).map(|s| at(*s).format("%a %Y-%m-%dT%H:%M:%S ").to_string()).collect()
    };
    let different = cases.iter().zip(answers).filter_map(|(case, answer)| {
        let ours = case.starts(case.from, answer.to);
        let first = ours.iter().zip(&answer.starts).position(|(a, b)| a != b);
        let first = first.unwrap_or(ours.len().min(answer.starts.len()));
        (ours != answer.starts).then(|| {
            format!(
                "{} {} {}\n  from {} to {}, {} and {} starts, after {first} that agree\n  ours     {}\n  dateutil {}\n",
                case.rule,
                case.start,
                case.zone,
                at(case.from),
                at(answer.to),
                ours.len(),
                answer.starts.len(),
                show(&ours[first..]),
                show(&answer.starts[first..]),
            )
        })
    });
    different.collect()
}

/// How often each thing had to be done.
fn notes(answers: &[Answer]) -> BTreeMap<&str, usize> {
    let mut notes = BTreeMap::new();
    for note in answers.iter().flat_map(|a| &a.notes) {
        *notes.entry(note.as_str()).or_default() += 1;
    }
    notes
}
