//! Medians of rounds, ratios to the floor, and the tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use super::contestant::{Measured, Scenario};
use super::world::Server;

/// One table: a scenario on a server at a distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Heat {
    pub server: Server,
    /// Milliseconds.
    pub delay: u64,
    pub scenario: Scenario,
}

/// All that was measured: by heat and name, a result for each round.
#[derive(Default)]
pub struct Results {
    heats: BTreeMap<Heat, BTreeMap<String, Vec<Result<Measured, String>>>>,
    /// The names, in the order of the tables.
    names: Vec<String>,
}

impl Results {
    /// The order of the tables.
    pub fn order(&mut self, names: impl Iterator<Item = String>) {
        let new: Vec<String> = names.filter(|name| !self.names.contains(name)).collect();
        self.names.extend(new);
    }

    /// One more round's result.
    pub fn add(&mut self, heat: Heat, name: &str, result: Result<Measured, String>) {
        self.heats.entry(heat).or_default().entry(name.to_owned()).or_default().push(result);
    }

    /// The tables, as Markdown; `how`: what stands above each.
    pub fn tables(&self, how: &str) -> String {
        let mut text = String::new();
        let (mut server, mut delay) = (None, None);
        for (heat, rows) in &self.heats {
            if (server, delay) != (Some(heat.server), Some(heat.delay)) {
                (server, delay) = (Some(heat.server), Some(heat.delay));
                let _ = write!(text, "\n### {}, {} ms\n\n{how}\n\n{HEADER}", heat.server.title(), heat.delay);
            }
            let _ = writeln!(text, "| **{}** | | | | | | | |", heat.scenario.title());
            let floor = lowest(rows);
            for name in self.names.iter().filter(|name| rows.contains_key(*name)) {
                let _ = writeln!(text, "{}", row(name, &rows[name], &floor));
            }
        }
        text
    }
}

const HEADER: &str = "\
| | requests | up | down | wall | to the floor | CPU | memory |
| --- | --- | --- | --- | --- | --- | --- | --- |
";

/// For each round the wall time of the fastest floor.
fn lowest(rows: &BTreeMap<String, Vec<Result<Measured, String>>>) -> Vec<f64> {
    let mut lowest: Vec<f64> = Vec::new();
    for (_, rounds) in rows.iter().filter(|(name, _)| name.starts_with("floor")) {
        lowest.resize(lowest.len().max(rounds.len()), f64::INFINITY);
        for (lowest, round) in lowest.iter_mut().zip(rounds) {
            *lowest = lowest.min(round.as_ref().map_or(f64::INFINITY, |measured| measured.spent.wall));
        }
    }
    lowest
}

fn row(name: &str, rounds: &[Result<Measured, String>], floor: &[f64]) -> String {
    let good: Vec<&Measured> = rounds.iter().filter_map(|round| round.as_ref().ok()).collect();
    if good.len() < rounds.len() {
        let of = if good.is_empty() {
            String::new()
        } else {
            format!(" ({} of {})", rounds.len() - good.len(), rounds.len())
        };
        return format!("| {name} | fails{of} | | | | | | |");
    }
    let middle = |of: &dyn Fn(&Measured) -> f64| median(good.iter().map(|measured| of(measured)).collect());
    let optional = |of: &dyn Fn(&Measured) -> Option<f64>, unit: &str, digits: usize| {
        let all: Option<Vec<f64>> = good.iter().map(|measured| of(measured)).collect();
        all.map(median).map_or(String::new(), |value| format!("{value:.digits$} {unit}"))
    };
    let ratios: Vec<f64> = good.iter().zip(floor).map(|(measured, floor)| measured.spent.wall / floor).collect();
    let ratio =
        if ratios.is_empty() || !ratios[0].is_finite() { String::new() } else { format!("{:.2}", median(ratios)) };
    #[allow(clippy::cast_precision_loss)]
    let (requests, up, down) = (
        middle(&|measured| measured.traffic.total() as f64),
        bytes(middle(&|measured| measured.traffic.up as f64)),
        bytes(middle(&|measured| measured.traffic.down as f64)),
    );
    format!(
        "| {name} | {requests:.0} | {up} | {down} | {:.3} s | {ratio} | {} | {} |",
        middle(&|measured| measured.spent.wall),
        optional(&|measured| measured.spent.cpu, "s", 2),
        optional(&|measured| measured.spent.memory, "MB", 0),
    )
}

/// Three digits or so.
fn bytes(count: f64) -> String {
    match count {
        1e6.. => format!("{:.1} MB", count / 1e6),
        1e3.. => format!("{:.1} KB", count / 1e3),
        _ => format!("{count:.0} B"),
    }
}

/// Of an even number the lower one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() - 1) / 2]
}

/// Puts the text below that heading of a Markdown file, instead of what stood there; but
/// what has a heading of its own below that one, and is not in the text, stays.
pub fn write(file: &Path, heading: &str, text: &str) {
    let before = std::fs::read_to_string(file).unwrap_or_else(|_| "# Performance\n".to_owned());
    std::fs::write(file, replaced(&before, heading, text)).unwrap();
}

fn replaced(before: &str, heading: &str, text: &str) -> String {
    let mut sections = parts(before, "## ");
    let new = format!("## {heading}\n\n{}\n", text.trim());
    match sections.iter_mut().find(|section| heads(section, &new)) {
        Some(section) => {
            let mut all = parts(&new, "### ");
            let known = parts(section, "### ").split_off(1);
            let left = known.into_iter().filter(|part| !all.iter().any(|new| heads(new, part)));
            all.extend(left.collect::<Vec<_>>());
            all[1..].sort();
            *section = joined(&all);
        }
        None => sections.push(new),
    }
    joined(&sections) + "\n"
}

/// What is before the first line that begins so, and what begins with each.
fn parts(text: &str, mark: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for line in text.lines() {
        if parts.is_empty() || line.starts_with(mark) {
            parts.push(String::new());
        }
        let part = parts.last_mut().expect("a part");
        let _ = writeln!(part, "{line}");
    }
    parts
}

fn heads(a: &str, b: &str) -> bool {
    a.lines().next() == b.lines().next()
}

fn joined(parts: &[String]) -> String {
    parts.iter().map(|part| part.trim()).collect::<Vec<_>>().join("\n\n")
}

/// The machine and what ran on it.
pub fn versions() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ")).map_or("", |(_, m)| m);
    let python = crate::harness::tools().join("venv/bin/python");
    let servers =
        "from importlib.metadata import version as v; print('Radicale', v('radicale') + ', Xandikos', v('xandikos'))";
    format!(
        "{} × {model}; Linux {}; {}; {}; {}; Node {}; commit {}",
        std::thread::available_parallelism().map_or(1, usize::from),
        said("uname", &["-r"]),
        said("rustc", &["--version"]),
        said(&python.to_string_lossy(), &["-c", servers]),
        said(&python.to_string_lossy(), &["--version"]),
        said("node", &["--version"]),
        said("git", &["log", "-1", "--format=%h"]),
    )
}

fn said(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output().ok();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.unwrap_or_default().lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_section_takes_the_place_of_its_predecessor() {
        let first = super::replaced("# T\n\nabout\n", "One", "a\n");
        assert_eq!(first, "# T\n\nabout\n\n## One\n\na\n");
        let both = super::replaced(&first, "Two", "b");
        assert_eq!(
            super::replaced(&both, "One", "### c\n\nd"),
            "# T\n\nabout\n\n## One\n\n### c\n\nd\n\n## Two\n\nb\n"
        );
    }

    #[test]
    fn what_was_not_measured_again_stays() {
        let before = "# T\n\n## One\n\nold\n\n### b\n\nold\n\n### c\n\nold\n\n## Two\n\nb\n";
        assert_eq!(
            super::replaced(before, "One", "new\n\n### a\n\nnew\n\n### b\n\nnew"),
            "# T\n\n## One\n\nnew\n\n### a\n\nnew\n\n### b\n\nnew\n\n### c\n\nold\n\n## Two\n\nb\n"
        );
    }
}
