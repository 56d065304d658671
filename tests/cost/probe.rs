//! `probe`: our core as a native command.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use super::contestant::{Changed, Contestant, Scenario};
use super::data::{self, Sort};
use super::spent::{self, Spent};
use super::world::World;
use crate::harness::dav::Dav;

pub struct Probe {
    program: PathBuf,
    run: fn(&Command) -> Result<(Spent, String), String>,
    folder: tempfile::TempDir,
    /// The last line of its last run.
    pub said: Value,
}

impl Probe {
    pub fn new(program: PathBuf) -> Probe {
        Probe { program, run: spent::run, folder: memory_folder(), said: Value::Null }
    }

    /// Without a look at processor and memory.
    pub fn unweighed(program: PathBuf) -> Probe {
        Probe { run: spent::timed, ..Probe::new(program) }
    }

    fn file(&self, changed: Changed) -> PathBuf {
        self.folder.path().join("files").join(changed.sort.title()).join(data::name(changed.sort, changed.n))
    }

    /// What it would run.
    pub fn command(&self, server: &str, dav: &Dav) -> Command {
        let password = self.folder.path().join("password");
        std::fs::write(&password, &dav.password).unwrap();
        let mut command = Command::new(&self.program);
        command.arg(server).args(["--user", &dav.user]).arg("--password-file").arg(password);
        command.arg("--into").arg(self.folder.path().join("files"));
        command
    }
}

impl Contestant for Probe {
    fn name(&self) -> String {
        "probe".into()
    }

    fn prepare(&mut self, _: &World, scenario: Scenario, changed: &[Changed]) {
        match scenario {
            Scenario::First => self.folder = memory_folder(),
            Scenario::Here => changed.iter().for_each(|&changed| {
                std::fs::write(self.file(changed), changed.text()).unwrap();
            }),
            Scenario::Nothing | Scenario::There => {}
        }
    }

    fn run(&mut self, world: &World) -> Result<Spent, String> {
        let (spent, out) = (self.run)(&self.command(&world.meter.url, &world.dav))?;
        self.said = out.lines().last().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
        Ok(spent)
    }

    fn items(&self) -> Option<usize> {
        let files = |sort: Sort| std::fs::read_dir(self.folder.path().join("files").join(sort.title()));
        Some(Sort::ALL.into_iter().filter_map(|sort| files(sort).ok()).map(Iterator::count).sum())
    }

    fn has(&self, _: &World, changed: Changed) -> Option<bool> {
        let text = std::fs::read_to_string(self.file(changed)).unwrap_or_default();
        Some(text.contains(&changed.mark()))
    }
}

/// A folder in memory where there is such a place: the disk is not what is measured.
pub fn memory_folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}
