//! Installing, and Check connection.

use crate::harness::browser::{Browser, Kind, SOON, Setup};
use crate::harness::display::Display;
use crate::harness::gate::Gate;
use crate::harness::server::{Radicale, WebServer, free_port};
use crate::harness::wait;
use crate::person::{check, install, set_up, synchronize_well};

pub fn the_first_installation_opens_the_options_and_says_so(kind: Kind) {
    let browser = install(kind);
    let options = format!("{}options.html", browser.base);
    assert_eq!(browser.tabs().into_iter().filter(|(_, url)| url.starts_with(&options)).count(), 1);
    browser.switch_to(&options);
    wait::until("a notice", SOON, || (!browser.notices().is_empty()).then_some(()));
    browser.open("popup.html");
    browser.wait_attribute("#state-line", "data-state", &["unset"], SOON);
}

pub fn each_failure_has_its_own_message(kind: Kind) {
    let server = Radicale::start();
    let gate = Gate::before(server.port);
    let web = WebServer::start();
    let browser = install(kind);
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let mut messages = Vec::new();
    for (address, password, key) in [
        (gate.url.as_str(), "wrong", "fault_sign_in"),
        ("http://nonexistent.invalid", "secret", "fault_no_such_host"),
        (&nobody, "secret", "fault_refused"),
        (&web.url, "secret", "fault_not_dav"),
    ] {
        check(&browser, address, "alice", password);
        browser.wait_attribute("#check-result", "data-result", &["ok", "fault"], SOON);
        let told = browser.text("#check-result").unwrap();
        assert_eq!(browser.attribute("#check-result", "data-key").as_deref(), Some(key), "{address}: {told}");
        assert!(!told.contains("fault_"), "a key instead of a sentence: {told}");
        // Nothing is saved that has not been checked, unless the person insists.
        assert_eq!(browser.js("return document.querySelector('#save').disabled", vec![]), true);
        messages.push(told);
    }
    messages.sort();
    messages.dedup();
    assert_eq!(messages.len(), 4, "{messages:#?}");
    // The wrong password was sent, and not over and over.
    let tries = gate.seen().len();
    assert!((1..=3).contains(&tries), "{:?}", gate.seen());
    browser.open("popup.html");
    browser.wait_attribute("#state-line", "data-state", &["unset"], SOON);
}

pub fn what_cannot_be_right_is_refused_at_the_field(kind: Kind) {
    let server = Radicale::start();
    let gate = Gate::before(server.port);
    let browser = install(kind);
    for (address, user, at) in [
        ("two words", "alice", "#server-error"),
        ("ftp://127.0.0.1", "alice", "#server-error"),
        ("", "alice", "#server-error"),
        (&gate.url, "", "#user-error"),
    ] {
        check(&browser, address, user, "secret");
        wait::until(at, SOON, || browser.text(at).filter(|text| !text.is_empty()));
        assert_eq!(browser.attribute("#check-result", "data-result"), None, "{address}");
    }
    for (minutes, right) in [("0", false), ("1", true), ("text", false), ("1440", true), ("1441", false)] {
        browser.fill("#sync-minutes", minutes);
        wait::until_ok(&format!("a word about {minutes} minutes"), SOON, || {
            let error = browser.text("#minutes-error").unwrap();
            if error.is_empty() == right { Ok(()) } else { Err(error) }
        });
    }
    // What was refused is not kept.
    browser.wait_for("#minutes-error:not(:empty)");
    browser.open("options.html");
    assert_eq!(browser.value("#sync-minutes").as_deref(), Some("1440"));
    assert_eq!(gate.seen(), []);
}

/// The real way, with the extension that people get: in Chromium the dialog is
/// answered by keys on a screen, in Firefox by a preference.
pub fn permission_is_asked_for(kind: Kind) {
    let server = Radicale::start();
    let screen = (kind == Kind::Chromium).then(Display::start);
    let mut setup = Setup::as_delivered(kind);
    if let Some(screen) = &screen {
        setup = setup.on(&screen.name);
    }
    let browser = Browser::start(&setup);
    browser.switch_to(&format!("{}options.html", browser.base));
    browser.ready();
    let granted = || browser.js_async("return (await chrome.permissions.getAll()).origins");
    assert_eq!(granted(), serde_json::json!([]));
    if let Some(screen) = &screen {
        // No first: the focus is on Deny.
        answer(&browser, screen, &server, &["Return"]);
        browser.wait_attribute("#check-result", "data-result", &["fault"], SOON);
        assert_eq!(browser.attribute("#check-result", "data-key").as_deref(), Some("fault_permission"));
        assert_eq!(granted(), serde_json::json!([]));
        answer(&browser, screen, &server, &["Tab", "Return"]);
        let result = browser.wait_attribute("#check-result", "data-result", &["ok", "fault"], SOON);
        assert_eq!(result, "ok", "{:?}", browser.text("#check-result"));
        browser.click("#save");
        browser.wait_for("#saved:not([hidden])");
    } else {
        set_up(&browser, &server.url, &server.dav());
    }
    // For that one host, and no other: it may send us on to https.
    let mut granted: Vec<String> = serde_json::from_value(granted()).unwrap();
    granted.sort();
    assert_eq!(granted, ["http://127.0.0.1/*", "https://127.0.0.1/*"]);
    synchronize_well(&browser);
}

fn answer(browser: &Browser, screen: &Display, server: &Radicale, keys: &[&str]) {
    let before = screen.screen();
    check(browser, &server.url, &server.user, &server.password);
    screen.wait_dialog(&before);
    for key in keys {
        screen.press(key);
    }
}
