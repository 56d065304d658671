//! Many clients of one server, second by second: when each of them comes is decided by
//! [`pimento::schedule`], as in the extension. Beside them naive clients, who come every
//! so many minutes, and a minute later where they were refused.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt::Write as _;

use pimento::model::{AccountId, Millis, Outcome, Run, Settings, Trigger};
use pimento::{fault, schedule};

use crate::harness::sample::Dice;

pub const CLIENTS: usize = 10_000;
const SECOND: Millis = 1000;
const MINUTE: Millis = 60 * SECOND;
const HOUR: Millis = 60 * MINUTE;
/// What a run takes in which nothing changed, and it is one request.
const RUN: Millis = SECOND;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Ours,
    Naive,
}

/// How the clients start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Whenever their people do, over an hour.
    Spread,
    /// All at once: the power came back.
    AtOnce,
}

/// Requests that came, by the second.
pub struct Load {
    pub seconds: Vec<u32>,
    /// Of those, how many the server refused (503): more than it can do in a second.
    pub refused: u32,
}

impl Load {
    /// Most requests in a second of these.
    pub fn peak(&self, hours: std::ops::Range<usize>) -> u32 {
        self.part(hours).iter().copied().max().unwrap_or(0)
    }

    /// Requests per second on average.
    pub fn average(&self, hours: std::ops::Range<usize>) -> f64 {
        let part = self.part(hours);
        f64::from(part.iter().sum::<u32>()) / part.len() as f64
    }

    fn part(&self, hours: std::ops::Range<usize>) -> &[u32] {
        &self.seconds[hours.start * 3600..hours.end * 3600]
    }
}

struct Client {
    kind: Kind,
    runs: Vec<Run>,
}

impl Client {
    /// When it comes next, after a run that the server refused or did not.
    fn next(&mut self, settings: &Settings, started: Millis, refused: bool, dice: &mut Dice) -> Millis {
        let ended = started + RUN;
        if self.kind == Kind::Naive {
            return if refused { ended + MINUTE } else { started + Millis::from(settings.every_minutes) * MINUTE };
        }
        let outcome = if refused { Outcome::Failed(fault::busy(503, None)) } else { Outcome::Ok };
        let run = Run {
            started,
            ended: Some(ended),
            account: AccountId(String::new()),
            trigger: Trigger::Interval,
            outcome,
            collections: Vec::new(),
            log: Vec::new(),
        };
        self.runs.insert(0, run);
        self.runs.truncate(20);
        let jitter = (dice.next() & 255) as u8;
        // Browsers ring an alarm half a minute from now at the earliest.
        schedule::next(settings, ended, &self.runs, jitter).expect("a next run").max(ended + 30 * SECOND)
    }
}

/// So many hours of a server that answers `capacity` requests a second and refuses the
/// others.
pub fn simulate(kind: Kind, start: Start, hours: usize, capacity: u32) -> Load {
    let settings = Settings::default();
    let mut dice = Dice(15);
    let mut clients: Vec<Client> = (0..CLIENTS).map(|_| Client { kind, runs: Vec::new() }).collect();
    // A machine takes half a minute to come up, one longer than the other. Where all do
    // so at once, what `worker::Event::Startup` adds counts; naive clients add nothing.
    let mut coming: BinaryHeap<Reverse<(Millis, usize)>> = (0..CLIENTS)
        .map(|client| {
            let over = if start == Start::Spread { HOUR } else { 30 * SECOND };
            let up = dice.below(usize::try_from(over).unwrap()) as Millis;
            let at = if kind == Kind::Ours { schedule::back(up, (dice.next() & 255) as u8) } else { up };
            Reverse((at, client))
        })
        .collect();
    let mut load = Load { seconds: vec![0; hours * 3600], refused: 0 };
    while let Some(Reverse((at, client))) = coming.pop() {
        let Some(second) = load.seconds.get_mut(usize::try_from(at / SECOND).unwrap()) else { break };
        *second += 1;
        let refused = *second > capacity;
        load.refused += u32::from(refused);
        coming.push(Reverse((clients[client].next(&settings, at, refused, &mut dice), client)));
    }
    load
}

/// The table for docs/performance.md.
pub fn table() -> String {
    let mut text = String::from(
        "| | average | peak, 1st hour | peak, 2nd hour | peak, 8th hour | refused |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for (start, title) in [(Start::Spread, "started over an hour"), (Start::AtOnce, "after a power cut")] {
        for (kind, who) in [(Kind::Ours, "Pimento"), (Kind::Naive, "without jitter and back-off")] {
            for capacity in [u32::MAX, 100] {
                let load = simulate(kind, start, 8, capacity);
                let limit = if capacity == u32::MAX { String::new() } else { format!(", server of {capacity}/s") };
                let _ = writeln!(
                    text,
                    "| {who}, {title}{limit} | {:.1}/s | {}/s | {}/s | {}/s | {} |",
                    load.average(1..8),
                    load.peak(0..1),
                    load.peak(1..2),
                    load.peak(7..8),
                    load.refused
                );
            }
        }
    }
    text
}
