//! What was replaced can be had back: one version, or all that a run did.

use crate::harness::browser::{Kind, SOON};
use crate::harness::wait;
use crate::notes::Notes;
use crate::person::{after_change, install, open_item, save, set_up, show, synchronize_well, wait_rows};

pub fn an_earlier_version_is_brought_back(kind: Kind) {
    let notes = Notes::of("alice", &["Alder"]);
    let browser = install(kind);
    set_up(&browser, &notes.server.url, &notes.dav);
    after_change(&browser, false);
    synchronize_well(&browser);
    for text in ["second thoughts", "third thoughts"] {
        show(&browser, "notes");
        open_item(&browser, "Alder");
        browser.fill("#text", text);
        save(&browser);
        synchronize_well(&browser);
    }
    show(&browser, "notes");
    open_item(&browser, "Alder");
    browser.click("#versions > summary");
    browser.wait_for("#version-list > li");
    let versions = browser.texts("#version-list > li");
    assert_eq!(versions.len(), 2, "{versions:#?}");
    for (version, old, new) in
        [(&versions[0], "second thoughts", "third thoughts"), (&versions[1], "about Alder", "second thoughts")]
    {
        let said = version.find(old).zip(version.find(new));
        assert!(said.is_some_and(|(old, new)| old < new), "from {old} to {new}: {version}");
    }
    browser.click("#version-list > li:last-child .bring-back");
    wait::until("the form to close", SOON, || (browser.count("#form") == 0).then_some(()));
    open_item(&browser, "Alder");
    assert_eq!(browser.value("#text").as_deref(), Some("about Alder"));
    synchronize_well(&browser);
    assert!(notes.dav.get(&notes.href("Alder")).unwrap().contains("about Alder"));
}

pub fn a_run_is_undone_after_it_was_shown_what_that_does(kind: Kind) {
    let notes = Notes::of("alice", &["Alder", "Beech", "Cedar", "Dogwood", "Elm"]);
    let browser = install(kind);
    set_up(&browser, &notes.server.url, &notes.dav);
    after_change(&browser, false);
    synchronize_well(&browser);
    notes.put("Alder", "changed there");
    notes.delete("Beech");
    notes.put("Fir", "new there");
    synchronize_well(&browser);

    browser.click(".undo");
    browser.wait_for(".undo-plan [data-action]");
    let told = |action: &str| browser.text(&format!(".undo-plan [data-action={action}] .titles")).unwrap_or_default();
    assert_eq!((told("push").as_str(), told("create").as_str(), told("delete").as_str()), ("Alder", "Beech", "Fir"));
    assert_eq!(notes.titles(), ["Alder", "Cedar", "Dogwood", "Elm", "Fir"], "shown, not done");
    browser.click(".undo-confirm");
    wait::until_ok("word of it", SOON, || {
        let said = browser.text("#said").unwrap();
        if said.contains('3') { Ok(()) } else { Err(said) }
    });
    synchronize_well(&browser);
    assert_eq!(notes.titles(), ["Alder", "Beech", "Cedar", "Dogwood", "Elm"]);
    assert!(notes.dav.get(&notes.href("Alder")).unwrap().contains("about Alder"));
    show(&browser, "notes");
    wait_rows(&browser, 5);
}
