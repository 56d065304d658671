//! What `./build.sh bench` runs: synchronization of the same data by us and by others,
//! side by side, over real servers.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod cost;
mod harness;

use std::iter::Peekable;
use std::path::PathBuf;
use std::process::ExitCode;
use std::rc::Rc;

use cost::contestant::{Contestant, Floor, Measured, Scenario, round};
use cost::data::{Size, Sort};
use cost::extension::Extension;
use cost::others::{Tsdav, Vdirsyncer};
use cost::probe::Probe;
use cost::report::{Heat, Results};
use cost::world::{Server, World};
use cost::{bytes, crowd, floor, memory, report, search, spent, start};
use harness::browser::Kind;

const USAGE: &str = "\
usage: measure [--size full|tenth|hundredth|tenfold] [--server NAME,...] [--delay MS,...]
               [--who NAME,...] [--scenario NAME,...] [--rounds N] [--write FILE]
       measure --crowd [--write FILE]
       measure --start [--write FILE]
       measure --memory [--write FILE]
       measure --search FILE [--write FILE]   of what the test printed there
       measure --bytes FOLDER [--write FILE]  of what the compiler left there
  servers   radicale radicale-raised xandikos
  who       floor probe chromium firefox vdirsyncer tsdav
  scenarios first nothing there here";

/// The sizes, as on the command line and in headings.
const SIZES: [(&str, Size, &str); 4] = [
    ("full", Size(100), ""),
    ("tenth", Size(10), ", a tenth of the data"),
    ("hundredth", Size(1), ", a hundredth of the data"),
    ("tenfold", Size(1000), ", ten times the data"),
];

struct Wanted {
    size: Size,
    servers: Vec<Server>,
    delays: Vec<u64>,
    who: Vec<String>,
    scenarios: Vec<Scenario>,
    rounds: u32,
    /// Not servers and contestants, but a simulation of many clients.
    crowd: bool,
    /// Nor them, but the start of the worker.
    start: bool,
    /// Nor that, but the memory of a first run.
    memory: bool,
    /// Nor that, but what the test of the search printed into this file.
    search: Option<PathBuf>,
    /// Nor that, but what the modules consist of that the compiler put there.
    bytes: Option<PathBuf>,
    write: Option<PathBuf>,
    /// The options, as they were given.
    given: String,
}

const WHO: [&str; 6] = ["floor", "probe", "chromium", "firefox", "vdirsyncer", "tsdav"];

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
    match wanted(arguments).and_then(|wanted| Ok((told_of(&wanted)?, wanted.write))) {
        Ok(((heading, text), write)) => {
            println!("{text}");
            if let Some(file) = &write {
                report::write(file, &heading, &text);
            }
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("measure: {why}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// The heading and the text.
fn told_of(wanted: &Wanted) -> Result<(String, String), String> {
    match (&wanted.search, &wanted.bytes) {
        (Some(file), _) => search::table(&std::fs::read_to_string(file).map_err(|why| why.to_string())?),
        (_, Some(made)) => {
            let bundled = std::env::var("PIMENTO_EXTENSIONS").map_err(|_| "PIMENTO_EXTENSIONS says where they are")?;
            Ok(bytes::table(made, &PathBuf::from(bundled).join("chromium")))
        }
        _ if wanted.crowd => Ok(crowd()),
        _ if wanted.start => Ok(start::table()),
        _ if wanted.memory => memory::table(&program()),
        _ => Ok(measure(wanted)),
    }
}

fn wanted(mut arguments: Peekable<impl Iterator<Item = String>>) -> Result<Wanted, String> {
    let mut wanted = Wanted {
        size: Size(100),
        servers: Server::ALL.into(),
        delays: vec![0, 50],
        who: WHO.map(str::to_owned).into(),
        scenarios: Scenario::ALL.into(),
        rounds: 3,
        crowd: false,
        start: false,
        memory: false,
        search: None,
        bytes: None,
        write: None,
        given: String::new(),
    };
    while let Some(word) = arguments.next() {
        let value = arguments.next_if(|value| !value.starts_with("--"));
        if !matches!(word.as_str(), "--write" | "--quiet" | "--nocapture") {
            wanted.given += [" ", &word, " ", value.as_deref().unwrap_or_default()].concat().trim_end();
        }
        let value = || value.ok_or(format!("{word} wants a value"));
        match word.as_str() {
            "--size" => {
                let word = value()?;
                let known = SIZES.iter().find(|(name, ..)| *name == word);
                wanted.size = known.ok_or(format!("there is no size {word}"))?.1;
            }
            "--server" => wanted.servers = list(&value()?, |word| Server::ALL.into_iter().find(|s| s.word() == word))?,
            "--scenario" => {
                wanted.scenarios = list(&value()?, |word| Scenario::ALL.into_iter().find(|s| s.word() == word))?;
            }
            "--delay" => wanted.delays = list(&value()?, |word| word.parse().ok())?,
            "--who" => wanted.who = list(&value()?, |word| WHO.contains(&word).then(|| word.to_owned()))?,
            "--rounds" => wanted.rounds = value()?.parse().map_err(|_| "--rounds wants a number")?,
            "--crowd" => wanted.crowd = true,
            "--start" => wanted.start = true,
            "--memory" => wanted.memory = true,
            "--search" => wanted.search = Some(value()?.into()),
            "--bytes" => wanted.bytes = Some(value()?.into()),
            "--write" => wanted.write = Some(value()?.into()),
            "--help" => return Err("these are the options".into()),
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
    /// The first run failed: there is nothing to go on with.
    stranded: bool,
}

impl Entry {
    fn round(&mut self, scenario: Scenario, delay: u64, revision: u32) -> Result<Measured, String> {
        if self.stranded && scenario != Scenario::First {
            return Err("the first run failed".into());
        }
        let result = round(&mut *self.contestant, &self.world, scenario, delay, revision);
        if scenario == Scenario::First {
            self.stranded = result.is_err();
        }
        result
    }
}

fn measure(wanted: &Wanted) -> (String, String) {
    let mut results = Results::default();
    for &server in &wanted.servers {
        eprintln!("{}: {} items", server.title(), wanted.size.total());
        let mut entries = entries(wanted, server);
        results.order(entries.iter().map(|entry| entry.contestant.name()));
        let mut revision = 0;
        for turn in 0..wanted.rounds {
            for &delay in &wanted.delays {
                // All begin with a first run, wanted or not.
                let wanted = |scenario: &Scenario| *scenario == Scenario::First || wanted.scenarios.contains(scenario);
                for scenario in Scenario::ALL.into_iter().filter(wanted) {
                    revision += 1;
                    let heat = Heat { server, delay, scenario };
                    for entry in entries.iter_mut().filter(|entry| entry.contestant.takes_part(scenario)) {
                        let result = entry.round(scenario, delay, revision);
                        eprintln!("{turn} {delay} {scenario:?} {}: {}", entry.contestant.name(), told(&result));
                        results.add(heat, &entry.contestant.name(), result);
                    }
                    // Who is first is not always the same.
                    entries.rotate_left(1);
                }
            }
        }
    }
    let about = format!(
        "{} events, {} contacts (every fifth with a \
         photo of 10 to 30 KB) and {} notes; servers on loopback whose caches are warm, behind a proxy that counts \
         requests and bytes, keeps connections open and adds the round trip named. The floor is a bare loop that \
         sends the fewest requests which move the same content, without gzip but where it is said; the ratio is that \
         of the wall times of the same round, to the fastest floor. CPU is that of the process, in a browser that of \
         all its processes meanwhile; memory is the largest resident set, in a browser what its WebAssembly has.\n",
        wanted.size.count(Sort::Event),
        wanted.size.count(Sort::Contact),
        wanted.size.count(Sort::Note),
    );
    let part = SIZES.iter().find(|(_, size, _)| *size == wanted.size).map_or("", |(_, _, part)| part);
    let how = format!(
        "`./build.sh bench sync{}`; medians of {}, in rounds that take turns. {}.",
        wanted.given,
        wanted.rounds,
        report::versions(),
    );
    (format!("Synchronization{part}"), format!("{about}{}", results.tables(&how)))
}

fn crowd() -> (String, String) {
    let about = format!(
        "`./build.sh bench crowd`; a simulation of {} clients with an interval of 15 minutes, as `src/schedule.rs` \
         decides, and of naive ones who come every 15 minutes to the second and a minute after they were refused. \
         Requests at the server per second; a run in which nothing changed is one request. After a power cut all \
         machines come up within half a minute.\n\n",
        crowd::CLIENTS
    );
    ("A crowd of clients".into(), about + crowd::table().as_str())
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
            "floor" => Floor::ways(server).map(|way| Box::new(Floor::new(way)) as Box<dyn Contestant>).collect(),
            "chromium" => vec![Box::new(Extension::new(Kind::Chromium))],
            "firefox" => vec![Box::new(Extension::new(Kind::Firefox))],
            "vdirsyncer" => vec![Box::new(Vdirsyncer::new())],
            "tsdav" => vec![Box::new(Tsdav::new())],
            _ => vec![Box::new(Probe::new(program()))],
        };
        entries.extend(contestants.into_iter().map(|contestant| Entry {
            contestant,
            world: world.clone(),
            stranded: false,
        }));
    }
    entries
}

/// The release build: `$PIMENTO_PROBE`, else the one in `target/release`.
fn program() -> PathBuf {
    std::env::var_os("PIMENTO_PROBE").map_or_else(|| harness::root().join("target/release/probe"), PathBuf::from)
}
