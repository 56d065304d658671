//! What is asked before it is done: the guard, folders that vanished, the preview.

use crate::harness::browser::{Browser, Kind, SOON};
use crate::harness::wait;
use crate::notes::Notes;
use crate::person::{
    A_RUN, after_change, install, open_item, save, set_up, show, synchronize, synchronize_well, wait_rows,
};

const TREES: [&str; 6] = ["Alder", "Beech", "Cedar", "Dogwood", "Elm", "Fir"];

/// Synchronized, then so many notes less on the server than the guard lets go.
fn stopped(kind: Kind) -> (Notes, Browser) {
    let notes = Notes::of("alice", &TREES);
    let browser = install(kind);
    set_up(&browser, &notes.server.url, &notes.dav);
    after_change(&browser, false);
    browser.fill("#guard-items", "3");
    browser.wait_for("#safety-saved:not([hidden])");
    synchronize_well(&browser);
    for title in &TREES[..4] {
        notes.delete(title);
    }
    assert_eq!(synchronize(&browser), "undecided");
    (notes, browser)
}

/// The titles in the box of the folder that was stopped.
fn asked_about(browser: &Browser) -> Vec<String> {
    browser.wait_for("#decisions [data-question=held] .titles li");
    let mut titles = browser.texts("#decisions [data-question=held] .titles li");
    titles.sort();
    titles
}

fn no_question(browser: &Browser) {
    wait::until("the box to be gone", SOON, || (browser.count("#decisions article") == 0).then_some(()));
}

pub fn mass_deletions_wait_until_the_person_wants_them(kind: Kind) {
    let (notes, browser) = stopped(kind);
    assert_eq!(asked_about(&browser), TREES[..4]);
    show(&browser, "notes");
    wait_rows(&browser, TREES.len());
    browser.open("popup.html");
    browser.wait_attribute("#state-line", "data-state", &["undecided"], SOON);
    let badge = browser.js_async("return await chrome.action.getBadgeText({});");
    assert_ne!(badge, "", "the toolbar says so");

    // Later is until the page is opened again.
    browser.open("status.html");
    browser.click("#decisions .decide-later");
    no_question(&browser);
    browser.open("status.html");
    asked_about(&browser);
    browser.click("#decisions .decide-delete");
    show(&browser, "notes");
    wait::until_ok("the deletions", A_RUN, || match browser.count("#list li[data-item]") {
        2 => Ok(()),
        rows => Err(rows.to_string()),
    });
    assert_eq!(notes.titles(), TREES[4..]);
    synchronize_well(&browser);
    no_question(&browser);
}

pub fn what_a_mass_deletion_took_is_brought_back(kind: Kind) {
    let (notes, browser) = stopped(kind);
    asked_about(&browser);
    browser.click("#decisions .decide-back");
    wait::until_ok("all notes on the server again", A_RUN, || match notes.titles() {
        titles if titles == TREES => Ok(()),
        titles => Err(format!("{titles:?}")),
    });
    synchronize_well(&browser);
    no_question(&browser);
    show(&browser, "notes");
    wait_rows(&browser, TREES.len());
    assert!(notes.dav.get(&notes.href("Alder")).is_none_or(|text| text.contains("about Alder")));
}

pub fn a_folder_that_vanished_is_made_again(kind: Kind) {
    let notes = Notes::of("alice", &TREES);
    let browser = install(kind);
    set_up(&browser, &notes.server.url, &notes.dav);
    after_change(&browser, false);
    synchronize_well(&browser);
    notes.dav.delete(&notes.folder);
    assert_eq!(synchronize(&browser), "undecided");
    browser.wait_for("#decisions [data-question=vanished]");
    // To remove it is asked about once more.
    browser.click("#decisions .settle-remove");
    browser.wait_for("#decisions .settle-confirm");
    browser.open("status.html");
    browser.click("#decisions .settle-remake");
    wait::until_ok("the folder with all its notes", A_RUN, || {
        let folders = notes.dav.folders(&notes.server.home());
        if folders.iter().all(|folder| folder.href != notes.folder) {
            return Err(format!("{folders:?}"));
        }
        let titles = notes.titles();
        if titles == TREES { Ok(()) } else { Err(format!("{titles:?}")) }
    });
    synchronize_well(&browser);
    no_question(&browser);
}

pub fn a_preview_says_what_a_run_would_do_and_does_none_of_it(kind: Kind) {
    let notes = Notes::of("alice", &["Alder", "Beech"]);
    let browser = install(kind);
    set_up(&browser, &notes.server.url, &notes.dav);
    after_change(&browser, false);
    synchronize_well(&browser);
    show(&browser, "notes");
    open_item(&browser, "Alder");
    browser.fill("#text", "as I want it");
    save(&browser);
    notes.put("Cedar", "new there");

    browser.open("status.html");
    browser.click("#preview");
    browser.wait_for("#plan [data-folder=Notes] [data-action=push]");
    let steps = |action: &str| browser.text(&format!("#plan [data-action={action}] .titles")).unwrap_or_default();
    assert!(steps("push").contains("Alder") && !steps("push").contains("Beech"), "{}", steps("push"));
    assert!(steps("take").contains("cedar"), "{}", steps("take"));
    assert_eq!(browser.count("#plan [data-action=rest]"), 0, "what rests is not listed");
    assert!(notes.dav.get(&notes.href("Alder")).unwrap().contains("about Alder"), "nothing was sent");
    show(&browser, "notes");
    wait_rows(&browser, 2);

    synchronize_well(&browser);
    browser.click("#preview");
    browser.wait_for("#plan [data-folder=Notes]");
    assert_eq!(browser.count("#plan [data-action]"), 0, "{:?}", browser.text("#plan"));
}
