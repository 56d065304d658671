//! Synchronization as such.

use std::time::Duration;

use chrono::NaiveDate;

use crate::harness::browser::{Browser, Kind};
use crate::harness::dav::Dav;
use crate::harness::gate::{Gate, When};
use crate::harness::sample::{CALENDAR, CONTACTS, NOTES, Sample};
use crate::harness::server::Radicale;
use crate::harness::wait;
use crate::person::{A_RUN, after_change, install, set_up, show, synchronize_well, wait_rows};

/// Browsers end a worker that has had nothing to do for half a minute.
const IDLE: Duration = Duration::from_secs(90);
const FOLDERS: [&str; 3] = [CALENDAR, CONTACTS, NOTES];

fn sample() -> Sample {
    Sample::new(1, NaiveDate::from_ymd_opt(2026, 3, 2).unwrap())
}

fn everything(dav: &Dav, home: &str) -> Vec<(String, String)> {
    FOLDERS.iter().flat_map(|folder| dav.items(&format!("{home}{folder}"))).collect()
}

/// Each list has one row for each item there is.
#[track_caller]
fn has_all_of(browser: &Browser, sample: &Sample) {
    for (list, count) in
        [("events", sample.events.len()), ("contacts", sample.contacts.len()), ("notes", sample.notes.len())]
    {
        show(browser, list);
        wait_rows(browser, count);
    }
}

pub fn an_empty_account_gets_its_folders_and_both_sides_arrive(kind: Kind) {
    let server = Radicale::start();
    let dav = server.dav();
    let browser = install(kind);
    set_up(&browser, &server.url, &dav);
    synchronize_well(&browser);
    let folders = dav.folders("/alice/");
    let with = |component: &str| folders.iter().filter(|f| f.components.iter().any(|c| c == component)).count();
    assert_eq!(folders.iter().filter(|folder| folder.kinds == ["addressbook"]).count(), 1, "{folders:#?}");
    assert!(with("VEVENT") >= 1 && with("VJOURNAL") >= 1, "{folders:#?}");
    // A second run finds them again and makes none.
    synchronize_well(&browser);
    assert_eq!(dav.folders("/alice/"), folders);
    browser.open("options.html");
    for (css, component) in [("#role-calendar", "VEVENT"), ("#role-notes", "VJOURNAL")] {
        let chosen = browser.js(
            "const list = document.querySelector(arguments[0]); return list.options[list.selectedIndex].text",
            vec![serde_json::json!(css)],
        );
        let folder = folders.iter().find(|folder| chosen == folder.name.as_str());
        assert!(folder.is_some_and(|f| f.components.iter().any(|c| c == component)), "{css}: {chosen} {folders:#?}");
    }
}

pub fn a_change_on_the_server_arrives(kind: Kind) {
    let server = Radicale::start();
    let (dav, sample) = (server.dav(), sample());
    sample.put(&dav, "/alice/");
    let before = everything(&dav, "/alice/");
    let browser = install(kind);
    set_up(&browser, &server.url, &dav);
    synchronize_well(&browser);
    has_all_of(&browser, &sample);
    assert_eq!(everything(&dav, "/alice/"), before, "a first run only reads");

    let note = |name: &str| format!("/alice/{NOTES}{name}");
    let (changed, gone) = (note(&sample.notes[0].name), note(&sample.notes[1].name));
    let title = |text: &str| text.lines().find_map(|line| line.strip_prefix("SUMMARY:")).unwrap().to_owned();
    let old = title(&sample.notes[0].text);
    dav.put(&changed, &sample.notes[0].text.replace(&format!("SUMMARY:{old}"), "SUMMARY:Changed there"));
    dav.delete(&gone);
    let new = sample.notes[2].text.replace("UID:", "UID:new-").replace("SUMMARY:", "SUMMARY:New there: ");
    dav.put(&note("new.ics"), &new);
    synchronize_well(&browser);
    show(&browser, "notes");
    wait_rows(&browser, sample.notes.len());
    let rows = browser.texts("#list li[data-item]").join("\n");
    for (text, is) in
        [("Changed there", true), ("New there: ", true), (&old, false), (&title(&sample.notes[1].text), false)]
    {
        assert_eq!(rows.contains(text), is, "{text} in {rows}");
    }
}

pub fn a_run_whose_worker_was_stopped_is_completed_by_the_next(kind: Kind) {
    let server = Radicale::start();
    let gate = Gate::before(server.port);
    let (dav, sample) = (server.dav(), sample());
    sample.put(&dav, "/alice/");
    let before = everything(&dav, "/alice/");
    let browser = install(kind);
    // What is in a folder comes by REPORT: some of them pass, then nothing more does.
    gate.hold(2, When::After, |request| request.method() == "REPORT");
    after_change(&browser, false);
    set_up(&browser, &gate.url, &dav);
    browser.open("status.html");
    browser.click("#sync-now");
    gate.wait_held(A_RUN);
    browser.stop_worker();
    gate.release();
    synchronize_well(&browser);
    has_all_of(&browser, &sample);
    assert_eq!(everything(&dav, "/alice/"), before);
    // And it is really over: nothing is left to be done.
    gate.forget();
    synchronize_well(&browser);
    let wrote = gate.seen().into_iter().filter(|(method, _)| method == "PUT" || method == "DELETE").count();
    assert_eq!(wrote, 0, "{:?}", gate.seen());
    has_all_of(&browser, &sample);
}

/// Between two runs there is an alarm and nothing else: the browser ends the worker, which
/// nothing keeps, and nobody asks the server.
pub fn nothing_runs_while_idle(kind: Kind) {
    let server = Radicale::start();
    let gate = Gate::before(server.port);
    let browser = install(kind);
    set_up(&browser, &gate.url, &server.dav());
    synchronize_well(&browser);
    let alarms = browser.js_async("return (await chrome.alarms.getAll()).map(alarm => alarm.name);");
    assert_eq!(alarms.as_array().unwrap().len(), 1, "the next run is all there is to come: {alarms}");
    gate.forget();
    browser.goto("about:blank");
    wait::until("the end of the idle worker", IDLE, || (!browser.worker_alive()).then_some(()));
    assert_eq!(gate.seen(), [], "nobody asked the server");
}

/// The page has not read the store yet when the worker tells of its progress.
pub fn a_page_that_opens_in_the_middle_of_a_run_says_that_it_goes_on(kind: Kind) {
    let server = Radicale::start();
    let gate = Gate::before(server.port);
    let (dav, sample) = (server.dav(), sample());
    sample.put(&dav, "/alice/");
    let browser = install(kind);
    after_change(&browser, false);
    set_up(&browser, &gate.url, &dav);
    gate.hold(0, When::Before, |request| request.method() == "REPORT");
    browser.open("status.html?begun");
    browser.click("#sync-now");
    gate.wait_held(A_RUN);
    // Nobody reads the store as long as something is being written.
    browser.js_async(
        "const base = await new Promise(done => {
             indexedDB.open('pimento').onsuccess = event => done(event.target.result);
         });
         const store = base.transaction(['runs'], 'readwrite').objectStore('runs');
         const held = () => { if (document.title !== 'free') store.count().onsuccess = held; };
         held();
         await chrome.tabs.create({ url: 'status.html?opened' });",
    );
    browser.switch_to(&format!("{}status.html?opened", browser.base));
    browser.wait_for("#result");
    browser.js(
        "const result = document.querySelector('#result');
         const seen = () => { document.body.dataset.seen = `${document.body.dataset.seen} ${result.dataset.result}`; };
         new MutationObserver(seen).observe(result, { attributes: true });
         const progress = { Progress: { name: 'Notes', done: 1, total: 2 } };
         new BroadcastChannel('pimento').postMessage(JSON.stringify(progress));",
        vec![],
    );
    browser.wait_for("#result[data-result=running]");
    browser.switch_to(&format!("{}status.html?begun", browser.base));
    browser.js("document.title = 'free'", vec![]);
    browser.switch_to(&format!("{}status.html?opened", browser.base));
    browser.ready();
    gate.release();
    browser.wait_attribute("#result", "data-result", &["ok"], A_RUN);
    let seen = browser.attribute("body", "data-seen").unwrap();
    assert!(!seen.contains("failed"), "{seen}");
}
