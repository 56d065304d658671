//! What `./build.sh run` shows: the extension in a browser, next to a sample
//! account on a real server. On a display it is handed over to the person; headless,
//! the real pages are driven, and pictures of them are left in `target/tour`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

mod harness;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, NaiveDate};
use harness::browser::{Browser, Kind, SOON, Setup};
use harness::dav::Dav;
use harness::sample::{CALENDAR, CONTACTS, NOTES, Sample};
use harness::server::Radicale;
use harness::{root, wait};

/// User and password of the sample account.
const SAMPLE: &str = "sample";
const HOME: &str = "/sample/";

/// The pages, with the width that a person would see them at, and a narrow one.
const PAGES: [(&str, u32, u32); 4] =
    [("popup", 400, 340), ("workspace", 1200, 420), ("options", 1000, 420), ("status", 1000, 420)];

fn main() -> ExitCode {
    let mut kind = Kind::Chromium;
    let mut headless = false;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match (word.as_str(), word.as_str() == "--browser") {
            (_, true) => match words.next().as_deref() {
                Some("chromium") => kind = Kind::Chromium,
                Some("firefox") => kind = Kind::Firefox,
                _ => return wrong_use("--browser wants chromium or firefox"),
            },
            ("--headless", _) => headless = true,
            // cargo may add its own.
            ("--quiet" | "--nocapture", _) => {}
            (other, _) => return wrong_use(&format!("what is {other}?")),
        }
    }
    let display = std::env::var("DISPLAY").ok().filter(|display| !display.is_empty());
    let server = Radicale::start_for(SAMPLE, SAMPLE);
    Sample::new(2026, today()).put(&server.dav(), HOME);
    match display.filter(|_| !headless) {
        Some(display) => hand_over(kind, &display, &server),
        None => drive(kind, &server),
    }
    ExitCode::SUCCESS
}

fn wrong_use(why: &str) -> ExitCode {
    eprintln!("tour: {why}\nusage: tour [--browser chromium|firefox] [--headless]");
    ExitCode::from(2)
}

fn today() -> NaiveDate {
    DateTime::from_timestamp(seconds(), 0).unwrap().date_naive()
}

fn seconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// Opens the browser and waits until it is closed.
fn hand_over(kind: Kind, display: &str, server: &Radicale) {
    let setup = Setup { by_hand: true, ..Setup::as_delivered(kind).on(display) };
    let browser = options(&setup, server);
    println!("The sample account is at {}: user {SAMPLE}, password {SAMPLE}.", server.url);
    println!("In the browser: type the password, Check connection, Save, Synchronize now.");
    println!("This ends when the browser is closed.");
    browser.wait_closed();
}

/// The options page as it opened by itself, with the sample's address filled in.
fn options(setup: &Setup, server: &Radicale) -> Browser {
    let browser = Browser::start(setup);
    browser.switch_to(&format!("{}options.html", browser.base));
    browser.open(&format!("options.html?server={}&user={SAMPLE}", server.url));
    browser
}

fn drive(kind: Kind, server: &Radicale) {
    let dav = server.dav();
    let before = everything(&dav);
    let browser = options(&Setup::for_tests(kind), server);
    assert_eq!(browser.value("#server").as_deref(), Some(server.url.as_str()), "the address is filled in");

    browser.fill("#password", SAMPLE);
    browser.click("#check");
    let result = browser.wait_attribute("#check-result", "data-result", &["ok", "fault"], SOON);
    println!("Check connection: {}\n", browser.texts("#check-result").concat());
    assert_eq!(result, "ok", "the connection could not be checked");
    browser.click("#save");
    browser.wait_for("#saved:not([hidden])");
    browser.click("#sync-now");

    browser.open("status.html");
    let ended = ["ok", "attention", "failed"];
    let result = browser.wait_attribute("#result", "data-result", &ended, Duration::from_secs(120));
    println!("Last synchronization status\n");
    for css in ["#when", "#result", "#folders", "#log"] {
        println!("{}\n", browser.texts(css).concat());
    }
    assert_eq!(result, "ok", "the synchronization did not go well");

    has_all(&browser, &before);
    let after = everything(&dav);
    assert_eq!(after, before, "the first synchronization changed something on the server");
    let folders: Vec<String> = dav.folders(HOME).into_iter().map(|folder| folder.href).collect();
    let wanted: Vec<String> = [CALENDAR, CONTACTS, NOTES].iter().map(|name| format!("{HOME}{name}")).collect();
    assert_eq!(folders, wanted, "the folders of the account");
    pictures(&browser, kind);
    details(&browser, kind);
    forms(&browser, kind);
    println!("On the server: {} items, all as they were.", after.len());
    states(&browser, kind, &dav);
    println!("Pictures of the pages are in {}.", folder().display());
}

fn folder() -> PathBuf {
    root().join("target/tour")
}

/// All items of the account, read from the server.
fn everything(dav: &Dav) -> BTreeMap<String, String> {
    dav.folders(HOME).into_iter().flat_map(|folder| dav.items(&folder.href)).collect()
}

/// The lists have a row for each item of the server.
fn has_all(browser: &Browser, items: &BTreeMap<String, String>) {
    browser.open("workspace.html");
    for (list, folder) in [("events", CALENDAR), ("contacts", CONTACTS), ("notes", NOTES)] {
        let count = items.keys().filter(|href| href.starts_with(&format!("{HOME}{folder}"))).count();
        browser.click(&format!("#tab-{list}"));
        wait::until_ok(&format!("{count} {list} in the workspace"), SOON, || {
            match browser.count("#list li[data-item]") {
                rows if rows == count => Ok(()),
                rows => Err(format!("{rows} are there")),
            }
        });
    }
}

/// The page as it is, in both widths and schemes.
fn picture(browser: &Browser, kind: Kind, page: &str, state: &str) {
    let name = if kind == Kind::Chromium { "chromium" } else { "firefox" };
    let (_, wide, narrow) = PAGES.into_iter().find(|(known, ..)| *known == page).unwrap();
    for (size, width) in [("wide", wide), ("narrow", narrow)] {
        for (scheme, dark) in [("light", false), ("dark", true)] {
            browser.picture(&folder().join(format!("{name}-{page}{state}-{size}-{scheme}.png")), width, dark);
        }
    }
}

fn pictures(browser: &Browser, kind: Kind) {
    for (page, ..) in PAGES {
        browser.open(&format!("{page}.html"));
        match page {
            "popup" => browser.wait_for("#events li"),
            "workspace" => {
                browser.wait_for("#list li[data-item]");
                browser.click("#list li[data-item] button");
                browser.wait_for("#detail");
            }
            "status" => browser.wait_for("#folders td"),
            _ => {}
        }
        picture(browser, kind, page, "");
    }
}

/// What is in items of each kind.
fn details(browser: &Browser, kind: Kind) {
    for (list, title, state) in [
        ("events", "Orchestra rehearsal", "-event"),
        ("contacts", "Ottilie Brandvold", "-contact"),
        ("contacts", "Orchestra committee", "-group"),
        ("notes", "Minutes of the orchestra", "-note"),
    ] {
        browser.open("workspace.html");
        browser.click(&format!("#tab-{list}"));
        browser.fill("#filter", title);
        // Others may name it too, behind those of the list that is open.
        wait::until_ok(&format!("{title} in the first row"), SOON, || {
            let rows = browser.texts("#list li[data-item]");
            if rows.first().is_some_and(|row| row.contains(title)) { Ok(()) } else { Err(format!("{rows:?}")) }
        });
        browser.click("#list li[data-item] button");
        browser.wait_for("#detail");
        picture(browser, kind, "workspace", state);
    }
    browser.click("#source > summary");
    browser.wait_for("#source pre");
    picture(browser, kind, "workspace", "-source");
}

/// The form of an event that recurs, and the panels for files.
fn forms(browser: &Browser, kind: Kind) {
    browser.open("workspace.html");
    browser.fill("#filter", "Orchestra rehearsal");
    wait::until("one row", SOON, || (browser.count("#list li[data-item]") == 1).then_some(()));
    browser.click("#list li[data-item] button");
    browser.click("#edit");
    browser.wait_for("#form");
    browser.click("#reminder-more");
    picture(browser, kind, "workspace", "-form");
    for (button, ready) in [("#export", "#export-go:enabled"), ("#import", "#file")] {
        browser.click(button);
        browser.wait_for(ready);
        picture(browser, kind, "workspace", &format!("-{}", &button[1..]));
    }
}

/// What is not seen every day: earlier versions, a plan, a question, two accounts.
fn states(browser: &Browser, kind: Kind, dav: &Dav) {
    browser.open("workspace.html");
    browser.click("#tab-contacts");
    for phone in ["+44 20 7946 0111", "+44 20 7946 0222"] {
        browser.wait_for("#list li[data-item]");
        browser.click("#list li[data-item] button");
        browser.click("#edit");
        browser.fill("#phone", phone);
        browser.click("#save-item");
        wait::until("the form to close", SOON, || (browser.count("#form") == 0).then_some(()));
    }
    browser.click("#list li[data-item] button");
    browser.click("#edit");
    browser.click("#versions > summary");
    browser.wait_for("#version-list > li");
    picture(browser, kind, "workspace", "-versions");

    let contacts = format!("{HOME}{CONTACTS}");
    let all = dav.items(&contacts);
    for href in all.keys().skip(all.len() / 2) {
        dav.delete(href);
    }
    let notes = dav.items(&format!("{HOME}{NOTES}"));
    let (href, text) = notes.first_key_value().unwrap();
    dav.put(href, &text.replace("SUMMARY:", "SUMMARY:Changed: "));
    browser.open("status.html");
    browser.click("#preview");
    browser.wait_for("#plan [data-action]");
    browser.click("#plan [data-folder=Notes] summary");
    picture(browser, kind, "status", "-plan");
    browser.click("#sync-now");
    browser.wait_attribute("#result", "data-result", &["undecided"], Duration::from_secs(120));
    browser.wait_for("#decisions article");
    picture(browser, kind, "status", "-question");
    browser.open("popup.html");
    browser.wait_for("#state-line[data-state=undecided]");
    picture(browser, kind, "popup", "-question");

    let work = Radicale::start_for("work", "work");
    Sample::new(7, today()).put(&work.dav(), "/work/");
    browser.open("options.html");
    browser.click("#add-account");
    wait::until("an empty form", SOON, || (browser.value("#server").as_deref() == Some("")).then_some(()));
    for (css, text) in [("#server", work.url.as_str()), ("#user", "work"), ("#password", "work")] {
        browser.fill(css, text);
    }
    browser.click("#check");
    browser.wait_attribute("#check-result", "data-result", &["ok"], SOON);
    browser.click("#save");
    browser.wait_for("#accounts > li:nth-child(2)");
    browser.click("#sync-now");
    wait::until("the folders of both", Duration::from_secs(120), || {
        (browser.texts("#accounts > li .hint").iter().all(|folders| !folders.is_empty())).then_some(())
    });
    browser.click("#accounts > li:nth-child(2) .remove");
    browser.wait_for("#unsent:not(:empty)");
    picture(browser, kind, "options", "-accounts");
    browser.open("workspace.html");
    browser.wait_for("#list li[data-item]");
    browser.click("#new");
    browser.wait_for("#folder");
    picture(browser, kind, "workspace", "-accounts");
    browser.open("status.html");
    wait::until("the end of the run", Duration::from_secs(120), || {
        (browser.attribute("#result", "data-result").as_deref() != Some("running")).then_some(())
    });
    browser.click("#earlier > li:first-child summary");
    browser.click("#earlier .undo");
    browser.wait_for(".undo-plan, .undo + .box");
    picture(browser, kind, "status", "-undo");
}
