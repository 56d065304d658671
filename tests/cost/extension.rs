//! The extension in a real browser. Its time is that of the run's own report, its
//! processor that of the whole browser meanwhile, its memory that of its WebAssembly.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::contestant::{Changed, Contestant, Scenario};
use super::data::{self, Sort};
use super::person::{after_change, set_up};
use super::spent::Spent;
use super::world::World;
use crate::harness::browser::{Browser, Kind, Setup};
use crate::harness::dav::Dav;
use crate::harness::wait;

/// The longest that a run may take.
const A_RUN: Duration = Duration::from_secs(600);

pub struct Extension {
    kind: Kind,
    /// A copy of it that tells how much memory it has.
    folder: tempfile::TempDir,
    browser: Option<Browser>,
    items: usize,
}

impl Extension {
    pub fn new(kind: Kind) -> Extension {
        let folder = tempfile::tempdir().unwrap();
        let built = Setup::for_tests(kind).extension;
        let copied = Command::new("cp").arg("-r").arg(&built).arg(folder.path().join("extension")).status().unwrap();
        assert!(copied.success(), "{} is copied", built.display());
        let glue = folder.path().join("extension/background.js");
        fs::write(&glue, telling(&fs::read_to_string(&glue).unwrap())).unwrap();
        Extension { kind, folder, browser: None, items: 0 }
    }

    /// A browser as it is after the installation, with the account set up, and nothing
    /// that runs by itself.
    pub fn install(&self, server: &str, dav: &Dav) -> Browser {
        let extension = self.folder.path().join("extension");
        let browser = Browser::start(&Setup { extension, ..Setup::for_tests(self.kind) });
        browser.switch_to(&format!("{}options.html", browser.base));
        browser.ready();
        set_up(&browser, server, dav);
        after_change(&browser, false);
        browser
    }

    /// Forgets everything.
    pub fn begin(&mut self, server: &str, dav: &Dav) {
        self.browser = None;
        self.browser = Some(self.install(server, dav));
    }

    fn browser(&self) -> &Browser {
        self.browser.as_ref().expect("a first run")
    }

    /// When the last run started, when it ended, and how many items it received.
    fn last(&self) -> Option<(u64, u64, Value)> {
        let state = ask(self.browser(), &json!("State"));
        let state = &state["State"];
        if !state["running"].is_null() {
            return None;
        }
        let last = &state["last"];
        Some((last["started"].as_u64()?, last["ended"].as_u64()?, last.clone()))
    }

    /// Changes an item as its form would.
    fn edit(&self, changed: Changed) {
        let name = json!(data::name(changed.sort, changed.n));
        let id = self.browser().js_async(&format!(
            "const opened = indexedDB.open('pimento');
             const database = await new Promise((yes, no) => {{
                 opened.onsuccess = () => yes(opened.result);
                 opened.onerror = no;
             }});
             const rows = database.transaction('heads').objectStore('heads').getAll();
             await new Promise((yes, no) => {{ rows.onsuccess = yes; rows.onerror = no; }});
             database.close();
             const heads = rows.result.flatMap(row => JSON.parse(row.heads));
             return heads.find(head => JSON.stringify(head.href).includes({name})).id;"
        ));
        let was = ask(self.browser(), &json!({ "Open": { "id": id, "of": null } }))["Fields"].clone();
        let mut fields = was.clone();
        let field = match changed.sort {
            Sort::Event => &mut fields["Event"]["title"],
            Sort::Contact => &mut fields["Contact"]["family"],
            Sort::Note => &mut fields["Note"]["title"],
        };
        *field = json!(format!("{} {}", field.as_str().unwrap(), changed.mark()));
        ask(self.browser(), &json!({ "Edit": { "id": id, "reach": "All", "was": was, "fields": fields } }));
    }

    /// One run.
    ///
    /// # Errors
    /// If it failed: what it said.
    pub fn synchronize(&mut self) -> Result<Spent, String> {
        let before = self.last().map(|(started, ..)| started);
        let begun = processor(self.browser().group());
        ask(self.browser(), &json!("Synchronize"));
        let (started, ended, report) = wait::until("the end of the run", A_RUN, || {
            std::thread::sleep(Duration::from_millis(200));
            self.last().filter(|(started, ..)| Some(*started) != before)
        });
        let cpu = processor(self.browser().group()) - begun;
        if report["outcome"] != "Ok" {
            return Err(report["outcome"].to_string());
        }
        let heads = "const opened = indexedDB.open('pimento');
            const database = await new Promise(yes => { opened.onsuccess = () => yes(opened.result); });
            const rows = database.transaction('heads').objectStore('heads').getAll();
            await new Promise(yes => { rows.onsuccess = yes; });
            database.close();
            return rows.result.flatMap(row => JSON.parse(row.heads)).length;";
        self.items = usize::try_from(self.browser().js_async(heads).as_u64().unwrap()).unwrap();
        let memory = self.browser().js_async("return await chrome.runtime.sendMessage('memory');");
        #[allow(clippy::cast_precision_loss)]
        Ok(Spent {
            wall: (ended - started) as f64 / 1000.0,
            cpu: Some(cpu),
            memory: memory.as_f64().map(|bytes| bytes / 1e6),
        })
    }
}

/// The glue, and it also tells how many bytes its WebAssembly has.
fn telling(glue: &str) -> String {
    let kept = glue.replace("init().catch(", "init().then((core) => void (globalThis.core = core)).catch(");
    assert_ne!(kept, glue, "the glue starts the WebAssembly in another way");
    kept + "chrome.runtime.onMessage.addListener((message, sender, reply) => {
              if (message === 'memory') reply(globalThis.core?.memory.buffer.byteLength ?? 0);
              return false;
            });\n"
}

/// What the worker answers to a page.
pub fn ask(browser: &Browser, ask: &Value) -> Value {
    let wire = json!({ "ask": ask.to_string() });
    let reply = browser.js_async(&format!("return JSON.parse(await chrome.runtime.sendMessage({wire}));"));
    assert!(reply["Err"].is_null(), "{ask}: {reply}");
    reply["Ok"].clone()
}

impl Contestant for Extension {
    fn name(&self) -> String {
        format!("Pimento in {:?}", self.kind)
    }

    fn prepare(&mut self, world: &World, scenario: Scenario, changed: &[Changed]) {
        match scenario {
            Scenario::First => self.begin(&world.meter.url, &world.dav),
            Scenario::Here => changed.iter().for_each(|&changed| self.edit(changed)),
            Scenario::Nothing | Scenario::There => {}
        }
    }

    fn run(&mut self, _: &World) -> Result<Spent, String> {
        self.synchronize()
    }

    fn items(&self) -> Option<usize> {
        Some(self.items)
    }
}

/// Seconds of processor that the processes of a group have used, those that ended
/// not among them.
fn processor(group: u32) -> f64 {
    let used = |stat: &Path| -> Option<f64> {
        let text = fs::read_to_string(stat).ok()?;
        // The command's name, in parentheses, may have anything in it.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |n: usize| fields.get(n)?.parse::<f64>().ok();
        // proc(5): group, and user and system time in hundredths of a second.
        (number(2)? == f64::from(group)).then_some((number(11)? + number(12)?) / 100.0)
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes.filter_map(|process| used(&process.path().join("stat"))).sum()
}
