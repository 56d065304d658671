//! Firefox, through geckodriver. What WebDriver cannot say is said in the
//! browser's own context, which `--allow-system-access` opens.

use std::process::Command;

use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::extensions::addons::firefox::FirefoxTools;
use thirtyfour::{RequestData, WindowHandle};

use super::{Browser, Kind, SOON, Setup, manifest, session, told};
use crate::harness::process::Process;
use crate::harness::{tools, wait};

/// The extension's address in the test's profile; by default it would be random.
const UUID: &str = "2b9d6e1c-5a0f-4c57-9b1e-6f0c8d2a7e31";

pub fn start(setup: &Setup) -> Browser {
    let profile = tempfile::tempdir().unwrap();
    let id = manifest(&setup.extension)["browser_specific_settings"]["gecko"]["id"].as_str().unwrap().to_owned();
    let driver = tools().join("bin/geckodriver");
    let mut command = Command::new(if driver.exists() { driver } else { "geckodriver".into() });
    command.args(["--port", "0", "--allow-system-access", "--profile-root"]).arg(profile.path());
    match &setup.display {
        Some(display) => command.env("DISPLAY", display),
        None => command.env_remove("DISPLAY"),
    };
    let mut process = Process::start(&mut command);
    let port =
        process.line("geckodriver's port", |line| line.rsplit_once("Listening on 127.0.0.1:")?.1.parse::<u16>().ok());
    let headless = if setup.display.is_none() { vec!["-headless"] } else { vec![] };
    let (runtime, driver) = session(
        &format!("http://127.0.0.1:{port}"),
        json!({
            "browserName": "firefox",
            "moz:firefoxOptions": {
                "args": headless,
                "prefs": {
                    "extensions.webextensions.uuids": json!({ id.clone(): UUID }).to_string(),
                    // Unless a person is there, the question for a permission is answered with yes.
                    "extensions.webextOptionalPermissionPrompts": setup.by_hand,
                    // Notices are shown by the browser itself, not handed to a desktop that is not there.
                    "alerts.useSystemBackend": false,
                    "intl.locale.requested": "en-US",
                    "intl.accept_languages": "en",
                    // No new profile's greetings, and no calls home.
                    "browser.aboutwelcome.enabled": false,
                    "datareporting.policy.dataSubmissionEnabled": false,
                    "network.captive-portal-service.enabled": false,
                    "network.connectivity-service.enabled": false,
                },
            },
        }),
    );
    let base = format!("moz-extension://{UUID}/");
    let browser = Browser { kind: Kind::Firefox, base, id, driver, runtime, process, _profile: profile };
    let folder = setup.extension.canonicalize().unwrap();
    let tools = FirefoxTools::new(browser.driver.handle().clone());
    browser.wait(tools.install_addon(&folder.to_string_lossy(), Some(true))).unwrap();
    browser
}

/// In which world scripts run.
#[derive(Debug)]
struct Context(&'static str);

impl FormatRequestData for Context {
    fn format_request(&self, session: &thirtyfour::SessionId) -> RequestData {
        RequestData::new("POST".parse().unwrap(), format!("/session/{session}/moz/context"))
            .add_body(json!({ "context": self.0 }))
    }
}

/// Runs the body of an async function in the browser's own context.
fn chrome(browser: &Browser, script: &str, args: Vec<Value>) -> Value {
    browser.wait(browser.driver.handle().cmd(Context("chrome"))).unwrap();
    let script = format!(
        "const done = arguments[arguments.length - 1];
         (async (...arguments) => {{ {script} }})(...arguments)
             .then(value => done({{ value }}), why => done({{ why: String(why) }}));"
    );
    let done = browser.wait(browser.driver.execute_async(script.as_str(), args));
    browser.wait(browser.driver.handle().cmd(Context("content"))).unwrap();
    let done = done.unwrap().json().clone();
    assert!(done.get("why").is_none_or(Value::is_null), "{script}: {done}");
    done.get("value").cloned().unwrap_or(Value::Null)
}

pub fn tabs(browser: &Browser) -> Vec<(WindowHandle, String)> {
    let url = |tab: &WindowHandle| {
        browser.wait(async {
            browser.driver.switch_to_window(tab.clone()).await?;
            Ok(browser.driver.current_url().await?.to_string())
        })
    };
    let tabs = browser.wait(browser.driver.windows()).unwrap();
    // A tab may go while they are looked through; that is said in its place.
    tabs.into_iter().map(|tab| (tab.clone(), url(&tab).unwrap_or_else(told))).collect()
}

pub fn stop_worker(browser: &Browser) {
    chrome(
        browser,
        "const { extension } = WebExtensionPolicy.getByID(arguments[0]);
         if (extension.backgroundState === 'stopped') throw new Error('there is no background to stop');
         await extension.terminateBackground({ ignoreDevToolsAttached: true, disableResetIdleForTest: true });",
        vec![json!(browser.id)],
    );
}

pub fn worker_alive(browser: &Browser) -> bool {
    let script = "return WebExtensionPolicy.getByID(arguments[0]).extension.backgroundState;";
    let state = chrome(browser, script, vec![json!(browser.id)]);
    matches!(state.as_str(), Some("starting" | "running" | "suspending"))
}

pub fn picture(browser: &Browser, width: u32, dark: bool) -> Vec<u8> {
    chrome(
        browser,
        "Services.prefs.setIntPref('layout.css.prefers-color-scheme.content-override', arguments[1] ? 0 : 1);
         const { style } = window.gBrowser.selectedBrowser;
         style.minWidth = style.maxWidth = arguments[0] + 'px';",
        vec![json!(width), json!(dark)],
    );
    let ready =
        "return innerWidth === arguments[0] && matchMedia('(prefers-color-scheme: dark)').matches === arguments[1]";
    wait::until("the page at its width", SOON, || {
        (browser.js(ready, vec![json!(width), json!(dark)]) == true).then_some(())
    });
    let tools = FirefoxTools::new(browser.driver.handle().clone());
    let shot = browser.wait(tools.full_screenshot_as_png()).unwrap();
    chrome(
        browser,
        "Services.prefs.clearUserPref('layout.css.prefers-color-scheme.content-override');
         const { style } = window.gBrowser.selectedBrowser;
         style.minWidth = style.maxWidth = '';",
        vec![],
    );
    shot
}
