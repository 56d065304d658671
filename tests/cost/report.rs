//! Medians of rounds, ratios to the floor, and the tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::contestant::Scenario;
use super::meter::Traffic;
use super::spent::Spent;
use super::world::Server;

/// One run of one who is measured.
#[derive(Clone, Debug)]
pub struct Measured {
    pub spent: Spent,
    pub traffic: Traffic,
}

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
    /// Of those with these names, in the order of the tables.
    pub fn of(names: impl Iterator<Item = String>) -> Results {
        Results { names: names.collect(), ..Results::default() }
    }

    /// One more round's result.
    pub fn add(&mut self, heat: Heat, name: &str, result: Result<Measured, String>) {
        self.heats.entry(heat).or_default().entry(name.to_owned()).or_default().push(result);
    }

    /// The tables, as Markdown.
    pub fn tables(&self) -> String {
        let mut text = String::new();
        let (mut server, mut delay) = (None, None);
        for (heat, rows) in &self.heats {
            if (server, delay) != (Some(heat.server), Some(heat.delay)) {
                (server, delay) = (Some(heat.server), Some(heat.delay));
                let _ = write!(text, "\n### {}, {} ms\n\n{HEADER}", heat.server.title(), heat.delay);
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
