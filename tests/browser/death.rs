//! A run is stopped at every point, and the next one completes it: nothing is lost,
//! nothing is double, and the end is the same as if nobody had died.
//!
//! What survives a worker is on the server and in IndexedDB, so the points are each
//! request (before the server has it; done, but not answered) and each transaction
//! that writes (written, but not committed; committed, but not known). To be stopped
//! just there, the extension under test gets `death/worker.js` into its worker; the
//! test itself speaks from `death/page.html` in the extension. Both sides are put
//! back as they were before each point, so all points see the same run.

mod account;
mod extension;
mod sides;

use serde_json::{Value, json};

use crate::harness::browser::{Browser, Kind, Setup};
use crate::harness::gate::{Gate, When};
use crate::harness::server::Radicale;
use crate::harness::wait;
use crate::person::{A_RUN, after_change, set_up, start};
use extension::Witnessed;
use sides::{Here, There};

/// The least number of points that a scenario has: fewer, and it has lost its matter.
const POINTS: usize = 25;

pub fn a_first_run_that_dies_anywhere_is_completed_by_the_next(kind: Kind) {
    let stage = Stage::new(kind);
    account::make(&stage.server.dav());
    stage.dies_anywhere(0);
}

pub fn a_mixed_run_that_dies_anywhere_is_completed_by_the_next(kind: Kind) {
    let stage = Stage::new(kind);
    let dav = stage.server.dav();
    account::make(&dav);
    assert_eq!(stage.run(), "Ok");
    account::change_here(|expression| stage.page(expression));
    account::change_there(&dav);
    stage.dies_anywhere(account::CONFLICTS);
}

/// Where a run dies.
#[derive(Clone, Copy, Debug)]
enum Point {
    Request(usize, When),
    /// In, or else just after, a transaction that writes.
    Write(usize, bool),
}

const POINTS_OF: [fn(usize) -> Point; 4] = [
    |n| Point::Request(n, When::Before),
    |n| Point::Request(n, When::After),
    |n| Point::Write(n, true),
    |n| Point::Write(n, false),
];

/// A browser with an account on a server that can be stopped at each request.
struct Stage {
    server: Radicale,
    gate: Gate,
    browser: Browser,
    _extension: Witnessed,
}

impl Stage {
    fn new(kind: Kind) -> Stage {
        let server = Radicale::start();
        let gate = Gate::before(server.port);
        let setup = Setup::for_tests(kind);
        let extension = Witnessed::of(&setup.extension);
        let browser = start(&Setup { extension: extension.path(), ..setup });
        after_change(&browser, false);
        set_up(&browser, &gate.url, &server.dav());
        browser.open("death_page.html");
        Stage { server, gate, browser, _extension: extension }
    }

    /// What an expression of the page's functions comes to.
    fn page(&self, expression: &str) -> Value {
        // Firefox shows scripts of a test the document, and what the page made of it
        // only behind that name.
        let page = "(window.wrappedJSObject ?? window).death";
        self.browser.js_async(&format!("return await {page}.{expression};"))
    }

    /// Runs to the end; how it went.
    fn run(&self) -> Value {
        self.page("run()")
    }

    fn here(&self) -> Here {
        serde_json::from_value(self.page("here()")).unwrap()
    }

    fn there(&self) -> There {
        There::read(&self.server.dav())
    }

    /// Tries the run that is due, which makes so many copies, at each point; in Firefox
    /// at every other one, each request and each transaction in one of its two ways.
    fn dies_anywhere(&self, copies: usize) {
        let step = if self.browser.kind == Kind::Chromium { 1 } else { 2 };
        let server = sides::Copy::of(&self.server);
        self.page("setAside()");
        let before = (self.there(), self.here());
        assert_eq!(self.run(), "Ok");
        // What was edited is read back by the next one.
        assert_eq!(self.run(), "Ok");
        let undisturbed = (self.there(), self.here());
        undisturbed.1.agrees_with(&undisturbed.0);
        assert_eq!(undisturbed.0.copies(), copies);
        let (mut points, mut untold) = (0, 0);
        for (way, at) in POINTS_OF.into_iter().enumerate() {
            for n in (way % step..).step_by(step) {
                let point = at(n);
                server.put_back();
                self.page("putBack()");
                if !self.dies(point) {
                    break;
                }
                points += 1;
                untold += usize::from(!self.completes(point, &before, &undisturbed));
            }
        }
        tell(&format!("{:?}: died at {points} points", self.browser.kind));
        assert!(points >= POINTS / step, "only {points} points");
        // In the first of all writes, and after the last.
        assert!(untold <= 2, "{untold} runs died untold");
    }

    /// Begins a run and stops its worker at the point; false if the run ended before
    /// it came there.
    fn dies(&self, point: Point) -> bool {
        let hold = match point {
            Point::Request(n, when) => {
                self.gate.hold(n, when, |_| true);
                Value::Null
            }
            Point::Write(n, within) => json!({ "write": n, "within": within }),
        };
        self.page(&format!("begin({hold})"));
        let held = wait::until_ok("the point, or the end of the run", A_RUN, || {
            let progress = self.browser.attribute("html", "data-progress");
            match progress.as_deref() {
                _ if self.gate.holds() => Ok(true),
                Some("held") => Ok(true),
                Some("ended") => Ok(false),
                _ => Err(format!("{point:?}: {progress:?}, {:?}", self.gate.seen())),
            }
        });
        if held {
            self.browser.stop_worker();
            self.page("unlocked()");
        }
        self.gate.cut();
        held
    }

    /// The next run makes the end that there would have been. False if the run that
    /// died has left nothing to be told: it had not begun, or had ended.
    fn completes(&self, point: Point, before: &(There, Here), undisturbed: &(There, Here)) -> bool {
        let died = self.here().runs.into_iter().next().unwrap_or_default();
        let told = died["outcome"] == "Running";
        for _ in 0..2 {
            assert_eq!(self.run(), "Ok", "{point:?}");
        }
        let (there, here) = (self.there(), self.here());
        if told {
            let run = here.runs.iter().find(|run| run["started"] == died["started"]).unwrap();
            assert_eq!(run["outcome"]["Failed"]["text"]["key"], "fault_interrupted", "{point:?}");
        }
        here.agrees_with(&there);
        assert_eq!(there.essence(), undisturbed.0.essence(), "{point:?}");
        for text in before.0.texts().chain(before.1.texts()) {
            assert!(there.has(text) || here.has_kept(text), "{point:?}: lost\n{text}");
        }
        for text in &undisturbed.1.kept {
            assert!(here.kept.contains(text), "{point:?}: not in the history\n{text}");
        }
        // And it is really over: there is nothing to send.
        self.gate.forget();
        assert_eq!(self.run(), "Ok", "{point:?}");
        let seen = self.gate.seen();
        assert!(
            seen.iter().all(|(method, _)| ["PROPFIND", "REPORT"].contains(&method.as_str())),
            "{point:?}: {seen:?}"
        );
        told
    }
}

/// Past the capture of the test's output: how many there were is to be seen.
fn tell(what: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{what}");
}
