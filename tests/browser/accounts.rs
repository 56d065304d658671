//! Several accounts, and what is set for each.

use std::io::Read;

use crate::harness::browser::{Browser, Kind, SOON};
use crate::harness::sample::NOTES;
use crate::harness::server::Radicale;
use crate::harness::wait;
use crate::notes::Notes;
use crate::person::{
    A_RUN, after_change, check, install, open_item, read_item, save, set_up, show, synchronize, synchronize_well,
    wait_rows,
};

/// Adds one more account: checked, saved.
#[track_caller]
fn add(browser: &Browser, notes: &Notes) {
    browser.open("options.html");
    browser.click("#add-account");
    wait::until("an empty form", SOON, || (browser.value("#server").as_deref() == Some("")).then_some(()));
    check(browser, &notes.server.url, &notes.dav.user, &notes.dav.password);
    let result = browser.wait_attribute("#check-result", "data-result", &["ok", "fault"], SOON);
    assert_eq!(result, "ok", "{:?}", browser.text("#check-result"));
    browser.click("#save");
    browser.wait_for("#saved:not([hidden])");
}

fn has_rows(browser: &Browser, titles: &[&str]) {
    show(browser, "notes");
    wait::until_ok(&format!("the rows {titles:?}"), A_RUN, || {
        let rows = browser.texts("#list li[data-item] .name");
        if rows == titles { Ok(()) } else { Err(format!("{rows:?}")) }
    });
}

pub fn two_accounts_side_by_side_until_one_is_removed(kind: Kind) {
    let (alice, bob) = (Notes::of("alice", &["Alder", "Cedar"]), Notes::of("bob", &["Beech"]));
    let browser = install(kind);
    set_up(&browser, &alice.server.url, &alice.dav);
    after_change(&browser, true);
    browser.open("options.html");
    assert_eq!(browser.count("#accounts > li"), 1);
    add(&browser, &bob);
    wait::until("two accounts", SOON, || (browser.count("#accounts > li") == 2).then_some(()));
    assert_eq!(browser.count("#accounts .warn"), 0, "both are synchronized");
    browser.open("status.html");
    browser.click("#sync-now");
    has_rows(&browser, &["Alder", "Beech", "Cedar"]);
    let rows = browser.texts("#list li[data-item]");
    assert!(rows[0].contains("alice @") && rows[1].contains("bob @"), "{rows:?}");

    // A new note goes where it is said to go.
    browser.click("#new");
    let of_bob = "const list = document.querySelector('#folder');
        return [...list.options].find(option => option.text.includes('bob @')).value";
    let folder = browser.js(of_bob, vec![]);
    browser.choose("#folder", folder.as_str().unwrap());
    browser.fill("#title", "Dogwood");
    save(&browser);
    wait::until_ok("the note at its server", A_RUN, || match bob.titles() {
        titles if titles == ["Beech", "Dogwood"] => Ok(()),
        titles => Err(format!("{titles:?}")),
    });
    assert_eq!(alice.titles(), ["Alder", "Cedar"]);

    // Something that is not sent yet, when the account goes.
    after_change(&browser, false);
    show(&browser, "notes");
    open_item(&browser, "Beech");
    browser.fill("#text", "not sent");
    save(&browser);
    browser.open("options.html");
    browser.click("#accounts > li[data-account*=bob] .remove");
    wait::until_ok("the number of unsent changes", SOON, || {
        let told = browser.text("#unsent").unwrap_or_default();
        if told.contains("One change") { Ok(()) } else { Err(told) }
    });
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(browser.handed("#keep-copy"))).unwrap();
    let mut names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    names.sort();
    assert!(names.len() == 2 && names.iter().all(|name| name.starts_with("Notes/")), "{names:?}");
    let mut text = String::new();
    archive.by_name("Notes/beech.ics").unwrap().read_to_string(&mut text).unwrap();
    assert!(text.contains("DESCRIPTION:not sent"), "as it is shown: {text}");
    browser.click("#remove-confirm");
    wait::until("one account", SOON, || (browser.count("#accounts > li") == 1).then_some(()));
    has_rows(&browser, &["Alder", "Cedar"]);
    assert_eq!(bob.titles(), ["Beech", "Dogwood"], "nothing changes on the server");
    synchronize_well(&browser);
}

pub fn the_policy_of_the_account_is_followed(kind: Kind) {
    let notes = Notes::of("alice", &["Alder"]);
    let browser = install(kind);
    set_up(&browser, &notes.server.url, &notes.dav);
    after_change(&browser, false);
    synchronize_well(&browser);
    let both_change = |here: &str, there: &str| {
        show(&browser, "notes");
        open_item(&browser, "Alder");
        browser.fill("#text", here);
        save(&browser);
        notes.put("Alder", there);
        synchronize(&browser);
        show(&browser, "notes");
        wait_rows(&browser, 1);
        open_item(&browser, "Alder");
        (browser.value("#text").unwrap(), notes.dav.get(&notes.href("Alder")).unwrap())
    };
    let choose = |policy: &str| {
        browser.open("options.html");
        browser.choose("#policy", policy);
        browser.wait_for("#policy-said:not([hidden])");
    };
    choose("policy_server_wins");
    let (here, there) = both_change("mine", "theirs");
    assert!(here == "theirs" && there.contains("DESCRIPTION:theirs"), "{here} {there}");
    // And it is what the page shows again.
    browser.open("options.html");
    assert_eq!(browser.value("#policy").as_deref(), Some("policy_server_wins"));
    choose("policy_mine_wins");
    let (here, there) = both_change("mine again", "theirs again");
    assert!(here == "mine again" && there.contains("DESCRIPTION:mine again"), "{here} {there}");
}

pub fn the_servers_tab_is_offered_to_options_that_are_open(kind: Kind) {
    let browser = install(kind);
    browser.check("#source-own", true);
    browser.fill("#user", "typed before");
    browser.js_async(
        "await chrome.runtime.sendMessage({ ask: JSON.stringify({ OpenOptions: { from: 'https://mail.example.org' } }) });",
    );
    browser.wait_for("#webmail-server option[value='https://mail.example.org']");
    assert_eq!(browser.value("#user").as_deref(), Some("typed before"), "what was typed stays");
    let options = format!("{}options.html", browser.base);
    assert_eq!(browser.tabs().into_iter().filter(|(_, url)| url.starts_with(&options)).count(), 1);
}

pub fn saved_anyway_it_works_once_the_server_does(kind: Kind) {
    let mut notes = Notes::of("alice", &["Alder"]);
    notes.server.stop();
    let browser = install(kind);
    after_change(&browser, false);
    check(&browser, &notes.server.url, "alice", "secret");
    browser.wait_attribute("#check-result", "data-result", &["fault"], SOON);
    browser.click("#save-anyway");
    browser.wait_for("#saved:not([hidden])");
    assert_eq!(synchronize(&browser), "failed");
    notes.server.resume();
    synchronize_well(&browser);
    has_rows(&browser, &["Alder"]);
}

pub fn what_can_only_be_read_says_so_and_is_not_changed(kind: Kind) {
    let mut notes = Notes::on(Radicale::start_with_rights("alice", "secret"), &["Alder"]);
    let browser = install(kind);
    set_up(&browser, &notes.server.url, &notes.dav);
    after_change(&browser, false);
    synchronize_well(&browser);
    show(&browser, "notes");
    wait_rows(&browser, 1);
    assert_eq!(browser.count("#read-only:not([hidden])"), 0);

    notes.server.only_read(NOTES);
    synchronize_well(&browser);
    show(&browser, "notes");
    wait_rows(&browser, 1);
    browser.wait_for("#read-only:not([hidden])");
    assert_eq!(browser.count("#new:disabled"), 1);
    read_item(&browser, "Alder");
    assert_eq!(browser.count("#detail #fixed"), 1, "it says why");
    assert_eq!(browser.count("#edit"), 0, "there is no way to a form");
    // The other lists are as they were.
    browser.click("#tab-events");
    browser.wait_for("#new:enabled");
    browser.open("options.html");
    let chosen = "const list = document.querySelector('#role-notes'); return list.options[list.selectedIndex].text";
    let chosen = browser.js(chosen, vec![]);
    assert!(chosen.as_str().unwrap().contains("only be read"), "{chosen}");
}

pub fn another_folder_is_chosen_by_hand(kind: Kind) {
    let notes = Notes::of("alice", &["Alder"]);
    let other = "/alice/other/";
    notes.dav.make_calendar(other, "Other", &["VJOURNAL"]);
    notes.dav.put(&format!("{other}beech.ics"), &crate::notes::note("beech", "Beech", "in the other folder"));
    let browser = install(kind);
    set_up(&browser, &notes.server.url, &notes.dav);
    after_change(&browser, false);
    synchronize_well(&browser);
    browser.open("options.html");
    let script = "const list = document.querySelector('#role-notes');
        return [...list.options].map(option => [option.value, option.text, option.selected])";
    let offered: Vec<(String, String, bool)> = serde_json::from_value(browser.js(script, vec![])).unwrap();
    assert_eq!(offered.len(), 2, "{offered:?}");
    let (first, second) = if offered[0].2 { (&offered[0], &offered[1]) } else { (&offered[1], &offered[0]) };
    let titles = |name: &str| if name == "Other" { ["Beech"] } else { ["Alder"] };
    has_rows(&browser, &titles(&first.1));
    browser.open("options.html");
    browser.choose("#role-notes", &second.0);
    browser.wait_for("#folders-said:not([hidden])");
    synchronize_well(&browser);
    has_rows(&browser, &titles(&second.1));
}
