//! What `./build.sh bench` runs: synchronization of the same data by us and by others,
//! side by side, over real servers.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod cost;
mod harness;

use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;

use cost::contestant::{Changed, Contestant, Floor, Scenario};
use cost::data::Size;
use cost::probe::Probe;
use cost::report::{Heat, Measured, Results};
use cost::world::{Server, World};
use cost::{floor, spent};

const USAGE: &str = "\
usage: measure [--size full|tenth|hundredth|tenfold] [--server NAME,...] [--delay MS,...]
               [--who NAME,...] [--scenario NAME,...] [--rounds N]
  servers   radicale radicale-raised xandikos
  who       floor probe
  scenarios first nothing there here";

struct Wanted {
    size: Size,
    servers: Vec<Server>,
    delays: Vec<u64>,
    who: Vec<String>,
    scenarios: Vec<Scenario>,
    rounds: u32,
}

const WHO: [&str; 2] = ["floor", "probe"];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).peekable();
    match arguments.peek().map(String::as_str) {
        Some(spent::WORD) => return ExitCode::from(u8::try_from(spent::spend(arguments.skip(1))).unwrap_or(1)),
        Some(floor::WORD) => {
            floor::main(&arguments.nth(1).unwrap());
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    match wanted(arguments) {
        Ok(wanted) => {
            measure(&wanted);
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("measure: {why}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn wanted(mut arguments: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted {
        size: Size(100),
        servers: Server::ALL.into(),
        delays: vec![0, 50],
        who: WHO.map(str::to_owned).into(),
        scenarios: Scenario::ALL.into(),
        rounds: 3,
    };
    while let Some(word) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{word} wants a value"));
        match word.as_str() {
            "--size" => {
                wanted.size = match value()?.as_str() {
                    "hundredth" => Size(1),
                    "tenth" => Size(10),
                    "full" => Size(100),
                    "tenfold" => Size(1000),
                    other => return Err(format!("there is no size {other}")),
                }
            }
            "--server" => wanted.servers = list(&value()?, |word| Server::ALL.into_iter().find(|s| s.word() == word))?,
            "--scenario" => {
                wanted.scenarios = list(&value()?, |word| Scenario::ALL.into_iter().find(|s| s.word() == word))?;
            }
            "--delay" => wanted.delays = list(&value()?, |word| word.parse().ok())?,
            "--who" => wanted.who = list(&value()?, |word| WHO.contains(&word).then(|| word.to_owned()))?,
            "--rounds" => wanted.rounds = value()?.parse().map_err(|_| "--rounds wants a number")?,
            // cargo may add its own.
            "--quiet" | "--nocapture" => {}
            other => return Err(format!("what is {other}?")),
        }
    }
    Ok(wanted)
}

fn list<T>(value: &str, known: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
    value.split(',').map(|word| known(word).ok_or(format!("what is {word}?"))).collect()
}

/// One who is measured, at a server of their own.
struct Entry {
    contestant: Box<dyn Contestant>,
    world: Rc<World>,
}

fn measure(wanted: &Wanted) {
    let mut results = Results::default();
    for &server in &wanted.servers {
        eprintln!("{}: {} items", server.title(), wanted.size.total());
        let mut entries = entries(wanted, server);
        let mut revision = 0;
        for round in 0..wanted.rounds {
            for &delay in &wanted.delays {
                for &scenario in &wanted.scenarios {
                    revision += 1;
                    let heat = Heat { server, delay, scenario };
                    for entry in entries.iter_mut().filter(|entry| entry.contestant.takes_part(scenario)) {
                        let result = entry.measure(heat, revision);
                        eprintln!("{round} {delay} {scenario:?} {}: {}", entry.contestant.name(), told(&result));
                        results.add(heat, &entry.contestant.name(), result);
                    }
                    // Who is first is not always the same.
                    entries.rotate_left(1);
                }
            }
        }
    }
    println!("{}", results.tables());
}

fn told(result: &Result<Measured, String>) -> String {
    match result {
        Ok(measured) => {
            let Measured { spent, traffic } = measured;
            format!(
                "{:.3} s, {:?} {:?}, {} up, {} down",
                spent.wall, traffic.requests, traffic.statuses, traffic.up, traffic.down
            )
        }
        Err(why) => why.clone(),
    }
}

fn entries(wanted: &Wanted, server: Server) -> Vec<Entry> {
    let first = Rc::new(World::new(server, wanted.size));
    let mut worlds = std::iter::once(first.clone()).chain(std::iter::repeat_with(|| Rc::new(first.again())));
    let mut entries = Vec::new();
    for who in &wanted.who {
        let world = worlds.next().expect("there is always another");
        let contestants: Vec<Box<dyn Contestant>> = match who.as_str() {
            "floor" => Floor::WAYS.into_iter().map(|way| Box::new(Floor::new(way)) as Box<dyn Contestant>).collect(),
            _ => vec![Box::new(Probe::new(program()))],
        };
        entries.extend(contestants.into_iter().map(|contestant| Entry { contestant, world: world.clone() }));
    }
    entries
}

/// The release build: `$PIMENTO_PROBE`, else the one in `target/release`.
fn program() -> PathBuf {
    std::env::var_os("PIMENTO_PROBE").map_or_else(|| harness::root().join("target/release/probe"), PathBuf::from)
}

impl Entry {
    fn measure(&mut self, heat: Heat, revision: u32) -> Result<Measured, String> {
        let Entry { contestant, world } = self;
        let changed = Changed::all(heat.scenario, world, revision);
        world.settle();
        world.meter.delay(0);
        contestant.prepare(world, heat.scenario, &changed);
        if heat.scenario == Scenario::There {
            changed.iter().for_each(|changed| changed.put(world));
        }
        world.meter.delay(heat.delay);
        world.meter.take();
        let spent = contestant.run(world)?;
        let traffic = world.meter.take();
        if let Some(items) = contestant.items().filter(|items| *items != world.size.total()) {
            return Err(format!("{items} items are there, of {}", world.size.total()));
        }
        let arrived = |changed: &Changed| match heat.scenario {
            Scenario::There => contestant.has(world, *changed).unwrap_or(true),
            _ => changed.is_on(world),
        };
        match changed.iter().find(|changed| !arrived(changed)) {
            Some(lost) => Err(format!("{lost:?} did not arrive")),
            None => Ok(Measured { spent, traffic }),
        }
    }
}
