//! A screen of its own (Xvfb), for what a browser shows only on a screen.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use super::process::Process;
use super::wait;

/// How long a dialog that has arrived stays as it is.
const STILL: Duration = Duration::from_secs(1);

pub struct Display {
    /// As for `$DISPLAY`.
    pub name: String,
    _server: Process,
    folder: tempfile::TempDir,
}

/// What is on the screen: the bytes of Xvfb's frame buffer, four a pixel.
#[derive(Clone, PartialEq, Eq)]
pub struct Screen(Vec<u8>);

impl Screen {
    /// How many pixels are not the same.
    fn differs(&self, from: &Self) -> usize {
        self.0.chunks(4).zip(from.0.chunks(4)).filter(|(a, b)| a != b).count()
    }
}

impl Display {
    /// # Panics
    /// When Xvfb is not installed.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut server = Process::start(
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", "1280x1000x24", "-nolisten", "tcp", "-noreset", "-fbdir"])
                .arg(folder.path()),
        );
        let number = server.line("the display's number", |line| line.trim().parse::<u32>().ok());
        Self { name: format!(":{number}"), _server: server, folder }
    }

    /// Presses and releases a key, by its X name (`Return`, `Tab`), in the window
    /// that has the focus.
    ///
    /// # Panics
    /// When xdotool is not installed, or fails.
    pub fn press(&self, key: &str) {
        let done = Command::new("xdotool").args(["key", key]).env("DISPLAY", &self.name).status();
        assert!(done.unwrap_or_else(|why| panic!("xdotool does not start ({why})")).success());
    }

    /// What is on the screen now.
    pub fn screen(&self) -> Screen {
        let file: PathBuf = self.folder.path().join("Xvfb_screen0");
        Screen(std::fs::read(file).unwrap())
    }

    /// Waits until a dialog has dimmed the window behind it since `before`, and has
    /// been still for a second. (Such a dialog is not a window that X knows of, and
    /// Chromium overlooks keys for its first half second, so that nobody agrees to
    /// what just happened to appear.)
    pub fn wait_dialog(&self, before: &Screen) {
        let mut last = self.screen();
        let mut since = Instant::now();
        wait::until_ok("a dialog", Duration::from_secs(30), || {
            let screen = self.screen();
            let (changed, all) = (screen.differs(before), screen.0.len() / 4);
            if changed < all / 4 || screen != last {
                last = screen;
                since = Instant::now();
            }
            if since.elapsed() > STILL { Ok(()) } else { Err(format!("{changed} of {all} pixels have changed")) }
        });
    }
}
