//! Chromium, through chromedriver and the DevTools protocol.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::Digest as _;
use thirtyfour::WindowHandle;

use super::{Browser, Kind, SOON, Setup, manifest, session};
use crate::harness::http::{self, Message};
use crate::harness::process::Process;
use crate::harness::server::free_port;
use crate::harness::wait;

pub fn start(setup: &Setup) -> Browser {
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new("chromedriver");
    // Asked for any port, it ends where the one it is given on IPv6 is in use on IPv4.
    let port = free_port();
    command.arg(format!("--port={port}"));
    match &setup.display {
        Some(display) => command.env("DISPLAY", display),
        None => command.env_remove("DISPLAY"),
    };
    let mut process = Process::start(&mut command);
    process
        .line("chromedriver's start", |line| line.starts_with("ChromeDriver was started successfully").then_some(()));
    let folder = setup.extension.display();
    let mut args = vec![
        "--disable-quic".to_owned(),
        "--no-first-run".into(),
        "--no-default-browser-check".into(),
        "--disable-background-networking".into(),
        "--disable-dev-shm-usage".into(),
        "--window-size=1200,900".into(),
        "--disable-features=DisableLoadExtensionCommandLineSwitch".into(),
        "--lang=en".into(),
        format!("--load-extension={folder}"),
        format!("--disable-extensions-except={folder}"),
        format!("--user-data-dir={}", profile.path().display()),
    ];
    // Not the page for new tabs, which takes its time.
    args.push("about:blank".into());
    if setup.display.is_none() {
        args.push("--headless=new".into());
    }
    if root() {
        // Chromium refuses its sandbox to root, who is who runs tests in containers.
        args.push("--no-sandbox".into());
    }
    let id = id(&setup.extension);
    let (runtime, driver) = session(
        &format!("http://127.0.0.1:{port}"),
        json!({
            "browserName": "chrome",
            "goog:chromeOptions": {
                "binary": "/usr/bin/chromium",
                "args": args,
                // Without it, tabs that the extension opens are not among the windows.
                "enableExtensionTargets": true,
            },
        }),
    );
    let base = format!("chrome-extension://{id}/");
    Browser { kind: Kind::Chromium, base, id, driver, runtime, process, _profile: profile }
}

fn root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// The id that goes with the manifest's key: the first half of the SHA-256 of the
/// public key, its hexadecimal digits written as a to p.
fn id(extension: &Path) -> String {
    let manifest = manifest(extension);
    let key = manifest["key"].as_str().expect("the manifest of an unpacked Chromium build has a key");
    let hash = sha2::Sha256::digest(STANDARD.decode(key).unwrap());
    hash[..16].iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(b'a' + digit)).collect()
}

fn cdp(browser: &Browser, method: &str, params: Value) -> Value {
    browser.wait(browser.driver.cdp().send_raw(method, params)).unwrap_or_else(|why| panic!("{method}: {why}"))
}

/// Asked of the browser, not of the tabs: chromedriver at times waits in vain for
/// the first one when the extension puts another in front of it.
pub fn tabs(browser: &Browser) -> Vec<(WindowHandle, String)> {
    let capabilities = browser.driver.handle().capabilities().clone();
    let address = capabilities.get("goog:chromeOptions").unwrap()["debuggerAddress"].as_str().unwrap().to_owned();
    let port = address.rsplit_once(':').unwrap().1.parse().unwrap();
    let mut request = Message { start: "GET /json/list HTTP/1.1".into(), ..Message::default() };
    request.headers.push(("Host".into(), address));
    let list: Value = serde_json::from_slice(&http::exchange(port, &request).unwrap().body).unwrap();
    let pages = list.as_array().unwrap().iter().filter(|target| target["type"] == "page");
    let text = |target: &Value, name: &str| target[name].as_str().unwrap().to_owned();
    // What DevTools call a target's id, chromedriver calls a window's handle.
    pages.map(|page| (WindowHandle::from(text(page, "id")), text(page, "url"))).collect()
}

pub fn stop_worker(browser: &Browser) {
    let before = workers(browser);
    assert!(!before.is_empty(), "there is no worker to stop");
    cdp(browser, "ServiceWorker.enable", json!({}));
    cdp(browser, "ServiceWorker.stopAllWorkers", json!({}));
    // A page that listens may already have called for a new one.
    wait::until("the service worker's end", SOON, || {
        let now = workers(browser);
        before.iter().all(|id| !now.contains(id)).then_some(())
    });
    cdp(browser, "ServiceWorker.disable", json!({}));
}

/// The ids of the extension's workers that live at the moment: none or one.
fn workers(browser: &Browser) -> Vec<String> {
    let targets = cdp(browser, "Target.getTargets", json!({}));
    let of_us = |target: &&Value| {
        target["type"] == "service_worker" && target["url"].as_str().is_some_and(|url| url.starts_with(&browser.base))
    };
    let ids = targets["targetInfos"].as_array().unwrap().iter().filter(of_us);
    ids.map(|target| target["targetId"].as_str().unwrap().to_owned()).collect()
}

pub fn worker_alive(browser: &Browser) -> bool {
    !workers(browser).is_empty()
}

pub fn picture(browser: &Browser, width: u32, dark: bool) -> Vec<u8> {
    let scheme = if dark { "dark" } else { "light" };
    cdp(
        browser,
        "Emulation.setEmulatedMedia",
        json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] }),
    );
    // A page as long as its content needs no bar; it may have one until it is.
    cdp(browser, "Emulation.setScrollbarsHidden", json!({ "hidden": true }));
    let size = |height: u64| json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
    cdp(browser, "Emulation.setDeviceMetricsOverride", size(400));
    let height = browser.js("return document.documentElement.scrollHeight", vec![]).as_u64().unwrap();
    cdp(browser, "Emulation.setDeviceMetricsOverride", size(height));
    let shot = cdp(browser, "Page.captureScreenshot", json!({ "format": "png" }));
    cdp(browser, "Emulation.clearDeviceMetricsOverride", json!({}));
    cdp(browser, "Emulation.setScrollbarsHidden", json!({ "hidden": false }));
    cdp(browser, "Emulation.setEmulatedMedia", json!({ "features": [] }));
    STANDARD.decode(shot["data"].as_str().unwrap()).unwrap()
}
