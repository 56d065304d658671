//! A second opinion: what both sides and the history have after a run, worked out
//! in the simplest way that is right, and compared with what the engine made of it.
//!
//! Written from the sync table of the design alone, without a look at `sync`. It
//! knows no requests, etags, tokens or hrefs: an item is what each side shows of it.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fake;
mod world;

use std::collections::BTreeSet;

use fake::flavour::Flavour;
use fake::trouble::Ways;
use pimento::model::{Account, Policy, Reach, Role, Trigger};
use pimento::port::Store;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, TestError, TestRunner};
use world::text::{MARK, Part};
use world::{World, now};

/// What an item says: the numbers of its title and of its body.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Version {
    title: String,
    body: String,
}

impl Version {
    fn read(text: &[u8]) -> Version {
        let text = String::from_utf8_lossy(text).replace("\r\n ", "");
        let line = |names: [&str; 2]| {
            let found = text.lines().find_map(|line| names.iter().find_map(|name| line.strip_prefix(name)));
            found.unwrap_or_default().replace(MARK, "")
        };
        Version { title: line(["SUMMARY:", "FN:"]), body: line(["DESCRIPTION:", "NOTE:"]) }
    }
}

/// One item: what both agreed on last, and what each shows now.
#[derive(Clone, Debug, Default)]
struct Thing {
    base: Option<Version>,
    here: Option<Version>,
    there: Option<Version>,
    /// What the person made of it and changed again before it was sent. If the server
    /// has it all the same, nobody else was there.
    drafts: Vec<Version>,
}

impl Thing {
    /// The person makes something else of it.
    fn edit(&mut self, new: Option<Version>) {
        let old = std::mem::replace(&mut self.here, new);
        self.drafts.extend(old.filter(|old| self.base.as_ref() != Some(old)));
    }
}

impl Version {
    /// What two made of one, where they touched different parts of it.
    fn merged(base: &Version, ours: &Version, theirs: &Version) -> Option<Version> {
        let part = |base: &String, ours: &String, theirs: &String| match () {
            () if ours == base => Some(theirs.clone()),
            () if theirs == base || theirs == ours => Some(ours.clone()),
            () => None,
        };
        let title = part(&base.title, &ours.title, &theirs.title)?;
        Some(Version { title, body: part(&base.body, &ours.body, &theirs.body)? })
    }
}

/// Both sides and the history.
#[derive(Clone, Debug, Default)]
struct Model {
    policy: Policy,
    things: Vec<Thing>,
    history: BTreeSet<Version>,
}

impl Model {
    /// The table, for every item.
    fn run(&mut self) {
        let mut copies = Vec::new();
        for thing in &mut self.things {
            let Thing { base, here, there, drafts } = thing.clone();
            let edited = here != base;
            let changed = there != base;
            let now = match (&here, &there) {
                // Nothing, or only here, or only there.
                _ if !changed => here.clone(),
                _ if !edited => there.clone(),
                (ours, Some(theirs)) if drafts.contains(theirs) => ours.clone(),
                // Both.
                (None, theirs) => theirs.clone(),
                (ours, None) => ours.clone(),
                (ours, theirs) if ours == theirs => ours.clone(),
                (Some(ours), Some(theirs)) => {
                    let merged = base.as_ref().and_then(|base| Version::merged(base, ours, theirs));
                    let stays = match self.policy {
                        Policy::ServerWins => theirs.clone(),
                        Policy::MineWins => ours.clone(),
                        Policy::Merge if merged.is_some() => merged.clone().unwrap(),
                        Policy::Merge | Policy::KeepBoth => {
                            let ours = Some(ours.clone());
                            let copy =
                                Thing { base: ours.clone(), here: ours.clone(), there: ours, drafts: Vec::new() };
                            copies.push(copy);
                            theirs.clone()
                        }
                    };
                    // What neither stays nor is there twice.
                    let shown = |version: &&Version| {
                        **version == stays || copies.iter().any(|c| c.here.as_ref() == Some(*version))
                    };
                    self.history.extend([ours, theirs].into_iter().filter(|version| !shown(version)).cloned());
                    Some(stays)
                }
            };
            if now != base {
                self.history.extend(base);
            }
            *thing = Thing { base: now.clone(), here: now.clone(), there: now, drafts };
        }
        self.things.extend(copies);
        self.things.retain(|thing| thing.base.is_some());
    }

    fn shown(&self, side: impl Fn(&Thing) -> &Option<Version>) -> Vec<Version> {
        let mut shown: Vec<Version> = self.things.iter().filter_map(|thing| side(thing).clone()).collect();
        shown.sort();
        shown
    }
}

#[derive(Clone, Copy, Debug)]
enum Step {
    HereNew(Role),
    HereEdit(u8, Part),
    HereDelete(u8),
    ThereNew(Role),
    ThereEdit(u8, Part),
    ThereDelete(u8),
    /// What the person made of an item, somebody else makes of it too.
    ThereSame(u8),
    Run,
}

/// The world and the model of it, in step.
struct Both {
    world: World,
    model: Model,
}

impl Both {
    /// The n-th item of those for which `side` shows something.
    fn pick(&mut self, n: u8, side: impl Fn(&Thing) -> &Option<Version>) -> Option<&mut Thing> {
        let count = self.model.things.iter().filter(|thing| side(thing).is_some()).count();
        self.model.things.iter_mut().filter(|thing| side(thing).is_some()).nth(usize::from(n) % count.max(1))
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::HereNew(role) => {
                let here = Version::read(&self.world.here_new(role));
                self.model.things.push(Thing { here: Some(here), ..Thing::default() });
            }
            Step::HereEdit(n, part) => {
                let world = self.world.clone();
                let Some(thing) = self.pick(n, |thing| &thing.here) else { return };
                let item = find_here(&world, thing.here.as_ref().unwrap());
                thing.edit(Some(Version::read(&world.edit(&item, part))));
            }
            Step::HereDelete(n) => {
                let world = self.world.clone();
                let Some(thing) = self.pick(n, |thing| &thing.here) else { return };
                let item = find_here(&world, thing.here.as_ref().unwrap());
                now(world.person.delete(&item, Reach::All)).unwrap();
                thing.edit(None);
            }
            Step::ThereNew(role) => {
                let there = Version::read(&self.world.there_new(role));
                self.model.things.push(Thing { there: Some(there), ..Thing::default() });
            }
            Step::ThereEdit(n, part) => {
                let world = self.world.clone();
                let Some(thing) = self.pick(n, |thing| &thing.there) else { return };
                let path = find_there(&world, thing.there.as_ref().unwrap());
                thing.there = Some(Version::read(&world.there_edit(&path, part)));
            }
            Step::ThereDelete(n) => {
                let world = self.world.clone();
                let Some(thing) = self.pick(n, |thing| &thing.there) else { return };
                world.fake.erase(&find_there(&world, thing.there.as_ref().unwrap()));
                thing.there = None;
            }
            Step::ThereSame(n) => {
                let world = self.world.clone();
                let Some(thing) = self.pick(n, |thing| &thing.here) else { return };
                let (Some(ours), Some(theirs)) = (&thing.here, &thing.there) else { return };
                let item = now(world.memory.item(&find_here(&world, ours))).unwrap().unwrap();
                world.fake.write(&find_there(&world, theirs), item.shown().unwrap());
                thing.there = thing.here.clone();
            }
            Step::Run => {
                self.world.run(Trigger::Interval).unwrap().unwrap();
                self.model.run();
            }
        }
    }

    /// Whether the two say the same.
    fn same(&self) -> Result<(), TestCaseError> {
        let moment = self.world.moment();
        let mut here: Vec<Version> = moment.here.values().filter_map(|item| item.shown()).map(Version::read).collect();
        let mut there: Vec<Version> = moment.there.values().map(|text| Version::read(text)).collect();
        here.sort();
        there.sort();
        prop_assert_eq!(here, self.model.shown(|thing| &thing.here), "here");
        prop_assert_eq!(there, self.model.shown(|thing| &thing.there), "there");
        let kept: BTreeSet<Version> = self.world.kept().iter().map(|kept| Version::read(&kept.text)).collect();
        let missing: Vec<&Version> = self.model.history.difference(&kept).collect();
        prop_assert!(missing.is_empty(), "not in history: {:?}", missing);
        Ok(())
    }
}

fn find_here(world: &World, version: &Version) -> pimento::model::ItemId {
    let mut items = world.moment().here.into_values();
    items.find(|item| item.shown().is_some_and(|text| Version::read(text) == *version)).unwrap().head.id
}

fn find_there(world: &World, version: &Version) -> String {
    world.fake.texts().into_iter().find(|(_, text)| Version::read(text) == *version).unwrap().0
}

fn play(ways: Ways, policy: Policy, steps: &[Step]) -> Result<(), TestCaseError> {
    let world = World::new(ways);
    now(world.memory.save_account(&Account { policy, ..world.account() })).unwrap();
    world.run(Trigger::Start).unwrap();
    let mut both = Both { world, model: Model { policy, ..Model::default() } };
    for step in steps {
        both.step(*step);
        both.same()?;
    }
    // What was kept twice is sent by the run that finds it.
    both.step(Step::Run);
    both.same()
}

fn step() -> impl Strategy<Value = Step> {
    let role = || prop_oneof![Just(Role::Notes), Just(Role::Contacts), Just(Role::Calendar)];
    let part = || prop_oneof![Just(Part::Title), Just(Part::Body)];
    prop_oneof![
        2 => role().prop_map(Step::HereNew),
        3 => (0..4u8, part()).prop_map(|(n, part)| Step::HereEdit(n, part)),
        1 => (0..4u8).prop_map(Step::HereDelete),
        2 => role().prop_map(Step::ThereNew),
        3 => (0..4u8, part()).prop_map(|(n, part)| Step::ThereEdit(n, part)),
        1 => (0..4u8).prop_map(Step::ThereDelete),
        1 => (0..4u8).prop_map(Step::ThereSame),
        3 => Just(Step::Run),
    ]
}

#[test]
fn the_engine_and_the_table_agree() {
    let cases = std::env::var("PIMENTO_CASES").map_or(2_000, |cases| cases.parse().unwrap());
    let config = Config {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("proptest-regressions/model.txt"))),
        ..Config::default()
    };
    let ways = prop::sample::select(&Flavour::ALL).prop_map(Ways::of);
    let policy = prop::sample::select(&Policy::ALL);
    let held = TestRunner::new(config)
        .run(&(ways, policy, vec(step(), 1..24)), |(ways, policy, steps)| play(ways, policy, &steps));
    match held {
        Err(TestError::Fail(why, script)) => panic!("{why}\n{script:?}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
        Ok(()) => println!("{cases} cases"),
    }
}
