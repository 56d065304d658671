//! Those who are measured, and what they have to do.

use super::data::{self, Size, Sort};
use super::floor::{Task, Way};
use super::meter::Traffic;
use super::spent::{self, Spent};
use super::world::{Server, World};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scenario {
    /// From nothing to everything.
    First,
    Nothing,
    /// Items changed on the server.
    There,
    /// Items changed here.
    Here,
}

impl Scenario {
    pub const ALL: [Scenario; 4] = [Scenario::First, Scenario::Nothing, Scenario::There, Scenario::Here];

    /// As on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Scenario::First => "first",
            Scenario::Nothing => "nothing",
            Scenario::There => "there",
            Scenario::Here => "here",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Scenario::First => "First run",
            Scenario::Nothing => "Nothing changed",
            Scenario::There => "20 changed on the server",
            Scenario::Here => "10 changed here",
        }
    }

    /// How many of each collection change.
    fn counts(self) -> [(Sort, usize); 3] {
        match self {
            Scenario::There => [(Sort::Event, 12), (Sort::Contact, 6), (Sort::Note, 2)],
            Scenario::Here => [(Sort::Event, 6), (Sort::Contact, 3), (Sort::Note, 1)],
            _ => Sort::ALL.map(|sort| (sort, 0)),
        }
    }
}

/// An item gets the text of that revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    pub sort: Sort,
    pub n: usize,
    pub revision: u32,
}

impl Changed {
    pub fn text(self) -> String {
        data::text(self.sort, self.n, self.revision)
    }

    /// What only the text of this revision has in it.
    pub fn mark(self) -> String {
        format!("(changed {})", self.revision)
    }

    /// What changes in the scenario, anew with each revision.
    pub fn all(scenario: Scenario, size: Size, revision: u32) -> Vec<Changed> {
        let all = scenario.counts().into_iter().flat_map(|(sort, count)| {
            let of = size.count(sort);
            // Spread over the collection, and elsewhere the next time.
            (0..count).map(move |k| Changed { sort, n: (k * of / count + revision as usize) % of, revision })
        });
        all.collect()
    }

    /// Somebody else changes it on the server.
    pub fn put(self, world: &World) {
        world.dav.put(&world.server.item(self.sort, self.n), &self.text());
    }

    /// Whether the server has it.
    pub fn is_on(self, world: &World) -> bool {
        world.dav.get(&world.server.item(self.sort, self.n)).is_some_and(|text| text.contains(&self.mark()))
    }
}

/// Somebody who keeps a copy in step with a server.
pub trait Contestant {
    fn name(&self) -> String;

    fn takes_part(&self, _: Scenario) -> bool {
        true
    }

    /// Gets ready, unmeasured: for a first run everything is forgotten, for what
    /// changes here that is changed. What changes on the server has not done so yet.
    fn prepare(&mut self, world: &World, scenario: Scenario, changed: &[Changed]);

    /// One run.
    ///
    /// # Errors
    /// If it failed: what it said.
    fn run(&mut self, world: &World) -> Result<Spent, String>;

    /// How many items are here; `None` if that cannot be told.
    fn items(&self) -> Option<usize> {
        None
    }

    /// Whether the change on the server has arrived here; `None` if that cannot be told.
    fn has(&self, _: &World, _: Changed) -> Option<bool> {
        None
    }
}

/// One run of one who is measured.
#[derive(Clone, Debug)]
pub struct Measured {
    pub spent: Spent,
    pub traffic: Traffic,
}

/// Lets the contestant go through a scenario once. No two rounds at a server have the
/// same revision.
///
/// # Errors
/// If it failed, or did not do what it had to.
pub fn round(
    contestant: &mut dyn Contestant,
    world: &World,
    scenario: Scenario,
    delay: u64,
    revision: u32,
) -> Result<Measured, String> {
    let changed = Changed::all(scenario, world.size, revision);
    world.settle();
    world.meter.delay(0);
    contestant.prepare(world, scenario, &changed);
    if scenario == Scenario::There {
        changed.iter().for_each(|changed| changed.put(world));
    }
    world.meter.delay(delay);
    world.meter.take();
    let spent = contestant.run(world)?;
    let traffic = world.meter.take();
    if let Some(items) = contestant.items().filter(|items| *items != world.size.total()) {
        return Err(format!("{items} items are there, of {}", world.size.total()));
    }
    let arrived = |changed: &Changed| match scenario {
        Scenario::There => contestant.has(world, *changed).unwrap_or(true),
        _ => changed.is_on(world),
    };
    match changed.iter().find(|changed| !arrived(changed)) {
        Some(lost) => Err(format!("{lost:?} did not arrive")),
        None => Ok(Measured { spent, traffic }),
    }
}

/// The floor, by one of its ways.
pub struct Floor {
    way: Way,
    task: Option<Task>,
    file: tempfile::NamedTempFile,
}

impl Floor {
    /// Its ways with that server.
    pub fn ways(server: Server) -> impl Iterator<Item = Way> {
        let all = [Way::Query, Way::Sync, Way::Packed, Way::Multiget, Way::Ctag, Way::Token, Way::Changes, Way::Puts];
        // Xandikos gives no data with what changed.
        all.into_iter().filter(move |way| *way != Way::Packed || server != Server::Xandikos)
    }

    pub fn new(way: Way) -> Floor {
        Floor { way, task: None, file: tempfile::NamedTempFile::new().unwrap() }
    }
}

impl Contestant for Floor {
    fn name(&self) -> String {
        format!("floor: {}", self.way.word())
    }

    fn takes_part(&self, scenario: Scenario) -> bool {
        scenario
            == match self.way {
                Way::Query | Way::Sync | Way::Packed | Way::Multiget => Scenario::First,
                Way::Ctag | Way::Token => Scenario::Nothing,
                Way::Changes => Scenario::There,
                Way::Puts => Scenario::Here,
            }
    }

    fn prepare(&mut self, world: &World, scenario: Scenario, changed: &[Changed]) {
        let puts = changed.iter().filter(|_| scenario == Scenario::Here);
        let puts = puts.map(|changed| (world.server.item(changed.sort, changed.n), changed.text()));
        self.task = Some(Task::new(self.way, world, puts.collect()));
    }

    fn run(&mut self, _: &World) -> Result<Spent, String> {
        let task = self.task.as_ref().expect("a task");
        let (spent, printed) = spent::run(&task.command(self.file.path()))?;
        let wall = printed.trim().parse().map_err(|_| printed)?;
        Ok(Spent { wall, ..spent })
    }
}
