//! Other programs that do the same.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use super::contestant::{Changed, Contestant, Scenario};
use super::data::{self, Sort};
use super::probe::memory_folder;
use super::spent::{self, Spent};
use super::world::World;
use crate::harness::{root, tools};

/// The version that build.sh installed: the name of the folder goes on with it.
fn installed(below: &str, name: &str) -> (PathBuf, String) {
    let folder = tools().join(below);
    let begin = format!("{name}-");
    let all = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let version = all.filter_map(|found| found.to_str()?.strip_prefix(&begin).map(str::to_owned)).max();
    let version = version.unwrap_or_else(|| panic!("no {name} in {}; ./build.sh bench installs it", folder.display()));
    (folder.join(format!("{begin}{version}")), version)
}

/// vdirsyncer: Python, a folder of files.
pub struct Vdirsyncer {
    program: PathBuf,
    version: String,
    folder: tempfile::TempDir,
    first: bool,
}

impl Vdirsyncer {
    pub fn new() -> Vdirsyncer {
        let (program, version) = installed("", "vdirsyncer");
        Vdirsyncer { program: program.join("bin/python"), version, folder: memory_folder(), first: true }
    }

    fn at(&self, sort: Sort) -> PathBuf {
        let home = if sort == Sort::Contact { "books" } else { "calendars" };
        self.folder.path().join(home).join(sort.folder())
    }

    fn file(&self, changed: Changed) -> PathBuf {
        self.at(changed.sort).join(data::name(changed.sort, changed.n))
    }

    fn configure(&self, world: &World) -> PathBuf {
        let path = self.folder.path().display();
        let mut text = format!("[general]\nstatus_path = \"{path}/status\"\n");
        for (pair, sort, ending, folders) in
            [("calendars", "caldav", ".ics", "\"calendar\", \"notes\""), ("books", "carddav", ".vcf", "\"contacts\"")]
        {
            text += &format!(
                "[pair {pair}]\na = \"{pair}_here\"\nb = \"{pair}_there\"\ncollections = [{folders}]\n\
                 conflict_resolution = \"b wins\"\n\
                 [storage {pair}_here]\ntype = \"filesystem\"\npath = \"{path}/{pair}\"\nfileext = \"{ending}\"\n\
                 [storage {pair}_there]\ntype = \"{sort}\"\nurl = \"{}/\"\nusername = \"{}\"\npassword = \"{}\"\n",
                world.meter.url, world.dav.user, world.dav.password
            );
        }
        let file = self.folder.path().join("config");
        fs::write(&file, text).unwrap();
        file
    }
}

impl Contestant for Vdirsyncer {
    fn name(&self) -> String {
        format!("vdirsyncer {}", self.version)
    }

    fn prepare(&mut self, _: &World, scenario: Scenario, changed: &[Changed]) {
        self.first = scenario == Scenario::First;
        if self.first {
            self.folder = memory_folder();
            // Else it would ask whether it should make them.
            Sort::ALL.into_iter().for_each(|sort| fs::create_dir_all(self.at(sort)).unwrap());
        }
        if scenario == Scenario::Here {
            changed.iter().for_each(|&changed| fs::write(self.file(changed), changed.text()).unwrap());
        }
    }

    fn run(&mut self, world: &World) -> Result<Spent, String> {
        let config = self.configure(world);
        let one = |word: &str| {
            let mut command = Command::new(&self.program);
            command.args(["-m", "vdirsyncer", "-c"]).arg(&config).arg(word);
            spent::run(&command).map(|(spent, _)| spent)
        };
        // It finds the collections before its first run.
        let found = if self.first { one("discover")? } else { Spent::default() };
        let done = one("sync")?;
        let most = |a: Option<f64>, b: Option<f64>| Some(a?.max(b.unwrap_or(0.0)));
        Ok(Spent {
            wall: found.wall + done.wall,
            cpu: done.cpu.map(|cpu| cpu + found.cpu.unwrap_or(0.0)),
            memory: most(done.memory, found.memory),
        })
    }

    fn items(&self) -> Option<usize> {
        Some(Sort::ALL.into_iter().map(|sort| fs::read_dir(self.at(sort)).unwrap().count()).sum())
    }

    fn has(&self, _: &World, changed: Changed) -> Option<bool> {
        Some(fs::read_to_string(self.file(changed)).unwrap_or_default().contains(&changed.mark()))
    }
}

/// tsdav: a library for JavaScript, and our script around it; a file of JSON.
pub struct Tsdav {
    program: PathBuf,
    version: String,
    folder: tempfile::TempDir,
    puts: Vec<Value>,
}

impl Tsdav {
    pub fn new() -> Tsdav {
        let (program, version) = installed("npm", "tsdav");
        Tsdav { program: program.join("node_modules/tsdav"), version, folder: memory_folder(), puts: Vec::new() }
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// All that is here, by path.
    fn objects(&self) -> Vec<(String, String)> {
        let state: Value = serde_json::from_slice(&fs::read(self.state()).unwrap_or_default()).unwrap_or_default();
        let collections = ["calendars", "books"].into_iter().filter_map(|name| state[name].as_array());
        let objects = collections.flatten().filter_map(|collection| collection["objects"].as_array()).flatten();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        objects.map(|object| (text(&object["url"]), text(&object["data"]))).collect()
    }
}

impl Contestant for Tsdav {
    fn name(&self) -> String {
        format!("tsdav {} on Node", self.version)
    }

    fn prepare(&mut self, world: &World, scenario: Scenario, changed: &[Changed]) {
        if scenario == Scenario::First {
            self.folder = memory_folder();
        }
        let puts = changed.iter().filter(|_| scenario == Scenario::Here);
        self.puts = puts.map(|c| json!([world.server.item(c.sort, c.n), c.text()])).collect();
    }

    fn run(&mut self, world: &World) -> Result<Spent, String> {
        let task = self.folder.path().join("task");
        let told = json!({
            "url": world.meter.url, "user": world.dav.user, "password": world.dav.password,
            "state": self.state(), "puts": self.puts,
        });
        fs::write(&task, told.to_string()).unwrap();
        let mut command = Command::new("node");
        command.arg(root().join("tests/cost/tsdav.mjs")).arg(&self.program).arg(task);
        Ok(spent::run(&command)?.0)
    }

    fn items(&self) -> Option<usize> {
        Some(self.objects().len())
    }

    fn has(&self, world: &World, changed: Changed) -> Option<bool> {
        let path = world.server.item(changed.sort, changed.n);
        Some(self.objects().iter().any(|(url, text)| url.ends_with(&path) && text.contains(&changed.mark())))
    }
}
