//! A small world: the fake server with somebody else's client at it, a store with
//! a person at it, and the engine between them. What must hold in it is in [`law`].
//!
//! | module | what it is |
//! | --- | --- |
//! | [`text`] | tiny texts, and when two of them are the same work |
//! | [`ports`] | time, chance, and the points at which the worker may die |
//! | [`nobody`] | a shell that nobody sees, and a vault with one password |
//! | [`act`] | what the person and somebody else do, as values |
//! | [`law`] | what must hold, whatever happened |

// Each test target compiles this module for itself and uses its own part of it.
#![allow(dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod act;
pub mod law;
pub mod nobody;
pub mod ports;
pub mod text;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use futures_util::FutureExt;
use pimento::driver::{Driver, Options, Scope};
use pimento::memory::Memory;
use pimento::model::{
    Account, Choice, Collection, CollectionId, Guard, Href, Item, ItemId, Kept, Past, Policy, Role, Run, Settings,
    Trigger,
};
use pimento::port::{Ports, Store};

use crate::fake::Fake;
use crate::fake::folder::Folder;
use crate::fake::trouble::Ways;
use nobody::{Nobody, Password};
use ports::{Counted, Life, NOW, Shelf, Ticks, Wire, driven};
use text::{Essence, MARK};

/// What everything here returns: the law that was broken, in words.
pub type Lawful = Result<(), String>;

/// All that a store and a server have, at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    pub here: BTreeMap<ItemId, Item>,
    pub there: BTreeMap<String, Vec<u8>>,
}

/// What is remembered to be asked for at the end.
#[derive(Default)]
pub struct Ledger {
    /// Every text that was ever here, or that we took from the server, and what it was.
    seen: BTreeMap<Vec<u8>, String>,
    /// What anybody did, counted.
    acts: u32,
    /// Items that the person made or brought back.
    made: BTreeSet<ItemId>,
    /// Texts that the person brought back: they may be there twice.
    again: BTreeSet<Essence>,
    /// Where the person decided about deletions, and no run has acted on it yet.
    agreed: BTreeSet<CollectionId>,
    /// Conflicts that there really were, at most.
    contested: u32,
    /// Conflicts that the reports told of.
    conflicts: u32,
}

/// What the person wants.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub policy: Policy,
    /// `None`: never asked.
    pub guard: Option<Guard>,
    /// What is decided about whatever the guard stops.
    pub choice: Choice,
}

#[derive(Clone)]
pub struct World {
    pub fake: Rc<Fake>,
    pub memory: Rc<Memory>,
    /// Of the worker that runs now.
    pub life: Rc<Life>,
    pub rules: Rules,
    pub options: Options,
    /// Answers take their time, and overtake each other.
    pub slow: bool,
    pub clock: Rc<Ticks>,
    ports: Ports,
    /// The worker that the person's pages talk to: never dies.
    pub person: Driver,
    /// The number of the newest text.
    count: Rc<Cell<u32>>,
    pub ledger: Rc<RefCell<Ledger>>,
}

/// Something that never waits: nothing in a world does.
pub fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing to wait for")
}

pub fn path_of(ways: &Ways, role: Role) -> String {
    let homes = ways.flavour.facts().homes;
    match role {
        Role::Calendar => format!("{}calendar/", homes[0]),
        Role::Contacts => format!("{}contacts/", homes[1]),
        Role::Notes => format!("{}notes/", homes[0]),
    }
}

impl World {
    /// With an account and its three folders, nothing in them.
    pub fn new(ways: Ways) -> World {
        let world = World::without_folders(ways);
        for (role, name, component) in [
            (Role::Calendar, "Calendar", "VEVENT"),
            (Role::Contacts, "Contacts", ""),
            (Role::Notes, "Notes", "VJOURNAL"),
        ] {
            world.fake.make(&path_of(&ways, role), Folder::new(role == Role::Contacts, name, component));
        }
        world
    }

    /// With an account that the server has nothing of yet.
    pub fn without_folders(ways: Ways) -> World {
        let fake = Rc::new(Fake::new(ways));
        let memory = Rc::new(Memory::default());
        let life = Rc::new(Life::default());
        let clock = Rc::new(Ticks(Cell::new(NOW)));
        let ports = Ports {
            http: fake.clone(),
            store: memory.clone(),
            clock: clock.clone(),
            random: Rc::new(Counted::default()),
            vault: Rc::new(Password),
            shell: Rc::new(Nobody),
        };
        let options = Options {
            scope: Scope::Roles,
            guard: false,
            copy_mark: || MARK.to_owned(),
            name: |role| ["Calendar", "Contacts", "Notes"][role as usize].to_owned(),
        };
        let person = Driver::new(ports.clone(), options.clone());
        now(memory.save_account(&account(&ways))).unwrap();
        let rules = Rules { policy: Policy::default(), guard: None, choice: Choice::Delete };
        World {
            fake,
            memory,
            life,
            rules,
            options,
            slow: false,
            clock,
            ports,
            person,
            count: Rc::default(),
            ledger: Rc::default(),
        }
    }

    /// From now on the person wants it so.
    pub fn rule(&mut self, rules: Rules) {
        self.rules = rules;
        self.options.guard = rules.guard.is_some();
        now(self.memory.save_account(&Account { policy: rules.policy, ..self.account() })).unwrap();
        let guard = rules.guard.unwrap_or_default();
        now(self.memory.save_settings(&Settings { guard, ..Settings::default() })).unwrap();
    }

    /// The person decides about all that the guard stopped; whether there was any.
    pub fn decide(&self) -> bool {
        let held = |collection: &Collection| collection.held.as_ref().is_some_and(|held| !held.agreed);
        let held: Vec<Collection> = self.collections().into_iter().filter(held).collect();
        for collection in &held {
            let mut ledger = self.ledger.borrow_mut();
            ledger.agreed.insert(collection.id.clone());
            for id in &collection.held.as_ref().unwrap().here {
                let item = now(self.memory.item(id)).unwrap();
                ledger.again.extend(item.iter().filter_map(|item| item.shown()).map(Essence::of));
            }
            drop(ledger);
            now(self.person.decide(&collection.id, self.rules.choice)).unwrap();
        }
        self.observe(&self.moment());
        !held.is_empty()
    }

    /// The ports of a worker that never dies.
    pub fn ports(&self) -> Ports {
        self.ports.clone()
    }

    /// A number no text has yet.
    pub fn next(&self) -> u32 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }

    pub fn path(&self, role: Role) -> String {
        path_of(&self.fake.ways, role)
    }

    pub fn account(&self) -> Account {
        now(self.memory.accounts()).unwrap().remove(0)
    }

    pub fn collections(&self) -> Vec<Collection> {
        now(self.memory.collections(&self.account().id)).unwrap()
    }

    /// All that can be had back.
    pub fn kept(&self) -> Vec<Kept> {
        now(self.memory.kept(Past::Newest(usize::MAX))).unwrap()
    }

    pub fn moment(&self) -> Moment {
        let mut here = BTreeMap::new();
        for collection in self.collections() {
            for head in now(self.memory.heads(&collection.id)).unwrap() {
                let item = now(self.memory.item(&head.id)).unwrap().unwrap();
                here.insert(head.id, item);
            }
        }
        Moment { here, there: self.fake.texts() }
    }

    /// Remembers every text that is here now.
    fn observe(&self, moment: &Moment) {
        let mut ledger = self.ledger.borrow_mut();
        for item in moment.here.values() {
            for (text, what) in [(&item.base, "base"), (&item.edit, "edit")] {
                if let Some(text) = text.as_ref().filter(|text| !ledger.seen.contains_key(*text)) {
                    ledger.seen.insert(text.clone(), format!("{what} of {}", item.head.href.as_str()));
                }
            }
        }
    }

    /// A worker of its own, over the store and the server as they are.
    pub fn worker(&self) -> Driver {
        let ports = Ports {
            http: Rc::new(Wire { fake: self.fake.clone(), life: self.life.clone() }),
            store: Rc::new(Shelf { memory: self.memory.clone(), life: self.life.clone() }),
            ..self.ports.clone()
        };
        Driver::new(ports, self.options.clone())
    }

    /// Runs once and looks whether the report tells what happened. `None` if the
    /// worker died in it.
    pub fn run(&self, trigger: Trigger) -> Result<Option<Run>, String> {
        let undisturbed = self.fake.undisturbed();
        let before = self.moment();
        self.observe(&before);
        self.fake.take_exchanges();
        let acts = self.ledger.borrow().acts;
        let writers = self.fake.past().len();
        self.life.slow.set(self.slow);
        let (life, mut turn) = (self.life.clone(), 0);
        // What takes its time comes from far away: folders are read at the same time then.
        let way = if self.slow { 1_000 } else { 0 };
        let run = driven(self.worker().run(Account { way, ..self.account() }, trigger), || {
            turn += 7;
            self.clock.0.set(self.clock.0.get() + 15);
            !life.over.get() && life.turns.release(Some(turn))
        });
        self.life.slow.set(false);
        let after = self.moment();
        self.observe(&after);
        let exchanges = self.fake.take_exchanges();
        let Some(run) = run else { return Ok(None) };
        let run = run.map_err(|fault| format!("the store failed: {fault}"))?;
        let happened = law::Happened { before, after, exchanges, since: self.fake.past().split_off(writers) };
        law::report(self, &run, &happened, undisturbed)?;
        let alone = self.ledger.borrow().acts == acts;
        law::asked(self, &run, &happened, alone)?;
        let held = |id: &CollectionId| self.collections().iter().any(|c| c.id == *id && c.held.is_some());
        self.ledger.borrow_mut().agreed.retain(held);
        Ok(Some(run))
    }

    /// The worker that died is gone; another one takes its place.
    pub fn revive(&mut self) {
        self.life = Rc::new(Life::default());
    }

    /// From now on the server is good. Runs until nothing is left to do.
    pub fn settle(&self) -> Lawful {
        const RUNS: usize = 6;
        self.fake.behave();
        for _ in 0..RUNS {
            let before = self.moment();
            self.run(Trigger::Person)?;
            let after = self.moment();
            if !self.decide() && before.there == after.there && law::same_here(&before, &after) {
                if after.here.values().any(|item| item.head.waiting.is_some()) {
                    // It was tried again, as the person asked, and is not any more.
                    self.run(Trigger::Interval)?;
                }
                return Ok(());
            }
        }
        Err(format!("not at rest after {RUNS} runs with a good server"))
    }
}

fn account(ways: &Ways) -> Account {
    let homes = ways.flavour.facts().homes.map(Href::path);
    Account {
        calendar_homes: vec![homes[0].clone()],
        addressbook_homes: vec![homes[1].clone()],
        ..Account::new("https://fake.example/", "alice", Some(Href::path("/alice/")))
    }
}
