//! From an alarm to the first request that comes to the server: the worker is started
//! for it. Beside ours, an extension of the same WebAssembly that is loaded, asked for
//! nothing, and sends a request.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::json;

use super::data::Size;
use super::extension::{Extension, ask};
use super::meter::Meter;
use super::world::{Server, World};
use crate::harness::browser::{Browser, Kind, Setup};
use crate::harness::wait;

const ROUNDS: usize = 21;
/// An alarm rings so much later, in milliseconds: the worker is stopped by then.
const AHEAD: u64 = 1500;
const SOON: Duration = Duration::from_secs(30);

/// The heading and the text.
pub fn table() -> (String, String) {
    let mut text = format!(
        "`./build.sh bench start`. The worker has ended; the alarm that follows a start of the browser rings, and the \
         first request comes to a server on loopback: milliseconds in between, medians of {ROUNDS} that take turns. \
         Beside it, the same WebAssembly in an extension that loads it, asks nothing of it, and sends a request.\n\n\
         | | Pimento | the same bytes, doing nothing | ratio |\n| --- | --- | --- | --- |\n"
    );
    for kind in [Kind::Chromium, Kind::Firefox] {
        let (ours, empty) = measured(kind);
        #[allow(clippy::cast_precision_loss)]
        let ratio = ours as f64 / empty as f64;
        let _ = writeln!(text, "| {kind:?} | {ours} ms | {empty} ms | {ratio:.2} |");
    }
    ("The start of the worker".into(), text)
}

/// The medians.
fn measured(kind: Kind) -> (u64, u64) {
    let world = World::new(Server::Radicale, Size(1));
    let extension = Extension::new(kind);
    let ours = extension.install(&world.meter.url, &world.dav);
    ask(&ours, &json!("Synchronize"));
    let folder = tempfile::tempdir().unwrap();
    let empty = empty(kind, folder.path(), &world.meter);
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        wait::until("the end of the run", SOON, || {
            ask(&ours, &json!("State"))["State"]["running"].is_null().then_some(())
        });
        times.0.push(first_request(&ours, &world.meter, "start"));
        // Woken for a moment, so that there is one to be stopped.
        empty.js_async("await chrome.runtime.sendMessage('wake').catch(() => {});");
        times.1.push(first_request(&empty, &world.meter, "start"));
    }
    let median = |mut times: Vec<u64>| {
        times.sort_unstable();
        times[times.len() / 2]
    };
    (median(times.0), median(times.1))
}

/// An extension that loads our WebAssembly when it is started, as ours does, and sends a
/// request when an alarm rings.
fn empty(kind: Kind, folder: &std::path::Path, meter: &Meter) -> Browser {
    let built = Setup::for_tests(kind).extension;
    let extension = folder.join("extension");
    let copied = Command::new("cp").arg("-r").arg(&built).arg(&extension).status().unwrap();
    assert!(copied.success(), "{} is copied", built.display());
    let glue = format!(
        "import init from './background_core.js';
         const started = init();
         chrome.runtime.onMessage.addListener(() => false);
         chrome.alarms.onAlarm.addListener(() => void started.then(() => fetch({})));",
        json!(meter.url)
    );
    fs::write(extension.join("background.js"), glue).unwrap();
    let browser = Browser::start(&Setup { extension, ..Setup::for_tests(kind) });
    browser.goto(&format!("{}popup.html", browser.base));
    browser
}

/// The milliseconds from an alarm of that name until a request comes.
fn first_request(browser: &Browser, meter: &Meter, alarm: &str) -> u64 {
    let set = format!(
        "const when = Date.now() + {AHEAD}; await chrome.alarms.create({}, {{ when }}); return when;",
        json!(alarm)
    );
    let when = browser.js_async(&set).as_u64().unwrap();
    browser.stop_worker();
    meter.take();
    let began = wait::until("the first request", SOON, || meter.began());
    let began = u64::try_from(began.duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap();
    began.checked_sub(when).expect("the worker was stopped in time")
}
