//! What a command costs: time, processor, memory. A process of its own starts it, so
//! that what its children used is what this one used.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};

/// The word that makes this program such a process.
pub const WORD: &str = "--spend";

/// What it used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of the processor, user and system, where they can be had.
    pub cpu: Option<f64>,
    /// The largest resident set, or what else stands for memory, in MB (10⁶ bytes).
    pub memory: Option<f64>,
}

/// Runs the command, and gives what it printed with what it cost.
///
/// # Errors
/// If it fails: the end of what it printed.
pub fn run(command: &Command) -> Result<(Spent, String), String> {
    let mut outer = Command::new(std::env::current_exe().map_err(|why| why.to_string())?);
    let spent = tempfile::NamedTempFile::new().map_err(|why| why.to_string())?;
    outer.arg(WORD).arg(spent.path()).arg(command.get_program()).args(command.get_args());
    outer.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        outer.current_dir(folder);
    }
    let out = printed(&mut outer)?;
    let text = std::fs::read(spent.path()).map_err(|why| why.to_string())?;
    Ok((serde_json::from_slice(&text).map_err(|why| why.to_string())?, out))
}

/// Runs the command as our own child: nothing but its time is known.
///
/// # Errors
/// As [`run`].
pub fn timed(command: &Command) -> Result<(Spent, String), String> {
    let mut same = Command::new(command.get_program());
    same.args(command.get_args());
    let begun = Instant::now();
    let out = printed(&mut same)?;
    Ok((Spent { wall: begun.elapsed().as_secs_f64(), cpu: None, memory: None }, out))
}

fn printed(command: &mut Command) -> Result<String, String> {
    let output = command.stdin(Stdio::null()).output().map_err(|why| why.to_string())?;
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(out);
    }
    let said = format!("{out}{}", String::from_utf8_lossy(&output.stderr));
    let from = said.char_indices().rev().nth(1500).map_or(0, |(at, _)| at);
    Err(said[from..].to_owned())
}

/// That process: runs the command in the arguments after [`WORD`] and writes what it
/// cost into the file named first. The exit code is the command's.
pub fn spend(mut arguments: impl Iterator<Item = String>) -> i32 {
    let file = PathBuf::from(arguments.next().unwrap());
    let mut command = Command::new(arguments.next().unwrap());
    command.args(arguments);
    let begun = Instant::now();
    let code = command.status().unwrap().code().unwrap_or(1);
    let wall = begun.elapsed().as_secs_f64();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap();
    let seconds = |time: nix::sys::time::TimeVal| {
        Duration::new(time.tv_sec().unsigned_abs(), 1000 * u32::try_from(time.tv_usec()).unwrap()).as_secs_f64()
    };
    let spent = Spent {
        wall,
        cpu: Some(seconds(usage.user_time()) + seconds(usage.system_time())),
        #[allow(clippy::cast_precision_loss)]
        memory: Some(usage.max_rss() as f64 * 1024.0 / 1e6),
    };
    std::fs::write(file, serde_json::to_vec(&spent).unwrap()).unwrap();
    code
}
