//! What a person does in the pages, in a few words.

use std::time::Duration;

use crate::harness::browser::{Browser, Kind, SOON, Setup};
use crate::harness::dav::Dav;
use crate::harness::wait;

/// How long a synchronization of a few hundred items may take on a busy machine.
pub const A_RUN: Duration = Duration::from_secs(120);

/// A browser with the extension freshly installed, at its options.
pub fn install(kind: Kind) -> Browser {
    start(&Setup::for_tests(kind))
}

/// The same, started like this.
pub fn start(setup: &Setup) -> Browser {
    let browser = Browser::start(setup);
    browser.switch_to(&format!("{}options.html", browser.base));
    browser.ready();
    browser
}

/// Types server, user and password and presses Check connection.
#[track_caller]
pub fn check(browser: &Browser, server: &str, user: &str, password: &str) {
    browser.check("#source-own", true);
    browser.fill("#server", server);
    browser.fill("#user", user);
    browser.fill("#password", password);
    browser.click("#check");
}

/// Sets the account up: checked, saved.
#[track_caller]
pub fn set_up(browser: &Browser, server: &str, dav: &Dav) {
    browser.open("options.html");
    check(browser, server, &dav.user, &dav.password);
    let result = browser.wait_attribute("#check-result", "data-result", &["ok", "fault"], SOON);
    assert_eq!(result, "ok", "{:?}", browser.text("#check-result"));
    browser.click("#save");
    browser.wait_for("#saved:not([hidden])");
}

/// Whether changes are sent by themselves. Nothing else runs by itself then, so
/// that a test decides what happens when.
#[track_caller]
pub fn after_change(browser: &Browser, on: bool) {
    browser.open("options.html");
    for (css, on) in [("#sync-at-start", false), ("#sync-periodic", false), ("#sync-after-change", on)] {
        browser.check(css, !on);
        browser.check(css, on);
        browser.wait_for("#settings-saved:not([hidden])");
    }
}

/// Presses Synchronize now and waits for the end of that run; gives its result.
#[track_caller]
pub fn synchronize(browser: &Browser) -> String {
    browser.open("status.html");
    let ended = |result: &str| ["ok", "attention", "undecided", "failed", "never"].contains(&result);
    let (_, before) = wait::until_ok("the end of an earlier run", A_RUN, || {
        let (result, runs) = standing(browser);
        if ended(&result) { Ok((result, runs)) } else { Err(told(browser)) }
    });
    browser.click("#sync-now");
    wait::until_ok("the run", A_RUN, || {
        let (result, runs) = standing(browser);
        if runs > before && ended(&result) { Ok(result) } else { Err(told(browser)) }
    })
}

/// The same, and it must go well.
#[track_caller]
pub fn synchronize_well(browser: &Browser) {
    let result = synchronize(browser);
    assert_eq!(result, "ok", "{}", told(browser));
}

/// The result that the status page shows, and how many runs it knows of, both at
/// one moment.
fn standing(browser: &Browser) -> (String, u64) {
    let script = "const result = document.querySelector('#result').dataset.result;
        return [result, (result === 'never' ? 0 : 1) + document.querySelectorAll('#earlier > li').length]";
    serde_json::from_value(browser.js(script, vec![])).unwrap()
}

/// What the status page says, for a failing test.
fn told(browser: &Browser) -> String {
    browser.texts("main").concat()
}

/// Shows a list of the workspace: `events`, `contacts` or `notes`.
#[track_caller]
pub fn show(browser: &Browser, list: &str) {
    browser.open("workspace.html");
    browser.click(&format!("#tab-{list}"));
    browser.wait_for(&format!("#tab-{list}[aria-selected=true]"));
}

/// Waits until the list that is shown has so many rows.
#[track_caller]
pub fn wait_rows(browser: &Browser, count: usize) {
    wait::until_ok(&format!("{count} rows"), SOON, || {
        let rows = browser.texts("#list li[data-item]");
        if rows.len() == count { Ok(()) } else { Err(format!("{} are there: {rows:?}", rows.len())) }
    });
}

/// Opens the form of the one item of the list whose row has this text.
#[track_caller]
pub fn open_item(browser: &Browser, text: &str) {
    read_item(browser, text);
    browser.click("#edit");
    browser.wait_for("#form");
}

/// Opens the one item of the list whose row has this text, to read.
#[track_caller]
pub fn read_item(browser: &Browser, text: &str) {
    browser.fill("#filter", text);
    wait::until_ok(&format!("one row with {text}"), SOON, || {
        let rows = browser.texts("#list li[data-item]");
        if rows.len() == 1 && rows[0].contains(text) { Ok(()) } else { Err(format!("{rows:?}")) }
    });
    browser.click("#list li[data-item] button");
    browser.wait_for("#list li[data-item] button[aria-current=true]");
    browser.wait_for("#detail");
}

/// Presses Save in the form and waits until it has closed.
#[track_caller]
pub fn save(browser: &Browser) {
    browser.click("#save-item");
    form_closed(browser);
}

/// Deletes the item that is open.
#[track_caller]
pub fn delete(browser: &Browser) {
    browser.click("#delete-item");
    browser.click("#delete-confirm");
    form_closed(browser);
}

#[track_caller]
fn form_closed(browser: &Browser) {
    wait::until_ok("the form to close", SOON, || {
        if browser.count("#form") == 0 { Ok(()) } else { Err(browser.text("#form-error").unwrap_or_default()) }
    });
}

/// Waits until the folder on the server has exactly the items that these tests
/// accept, one each; gives their hrefs in that order.
#[track_caller]
pub fn wait_items(dav: &Dav, folder: &str, wanted: &[&dyn Fn(&str) -> bool]) -> Vec<String> {
    wait::until_ok(&format!("{} items in {folder}", wanted.len()), A_RUN, || {
        let items = dav.items(folder);
        let found: Vec<String> = wanted
            .iter()
            .filter_map(|accepts| items.iter().find(|(_, text)| accepts(&unfolded(text))).map(|(href, _)| href.clone()))
            .collect();
        let mut each = found.clone();
        each.sort();
        each.dedup();
        if each.len() == wanted.len() && items.len() == wanted.len() { Ok(found) } else { Err(format!("{items:#?}")) }
    })
}

/// The text with its folded lines joined.
pub fn unfolded(text: &str) -> String {
    text.replace("\r\n ", "").replace("\r\n", "\n")
}
