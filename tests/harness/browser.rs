//! A browser with the extension in it, driven through WebDriver. The methods
//! block; those that wait do so until a condition holds, or panic.

mod chromium;
mod firefox;

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use serde_json::{Value, json};
use thirtyfour::prelude::*;
use tokio::runtime::Runtime;

use super::process::Process;
use super::{root, wait};

/// How long anything in a page may take. Generous: the machine may be busy; only
/// a failing test waits that long.
pub const SOON: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Chromium,
    Firefox,
}

/// How a browser is to be started.
#[derive(Clone, Debug)]
pub struct Setup {
    pub kind: Kind,
    /// The folder with the extension's manifest.
    pub extension: PathBuf,
    /// Where to show it (as `$DISPLAY`); `None` is headless.
    pub display: Option<String>,
    /// A person sits before it and answers the browser's questions.
    pub by_hand: bool,
}

impl Setup {
    /// Headless, with the extension that tests use: the one of `build.sh web` for
    /// this browser, in Chromium with the loopback hosts permitted from the start,
    /// because a headless Chromium cannot be asked.
    pub fn for_tests(kind: Kind) -> Self {
        let folder = match kind {
            Kind::Chromium => "chromium-test",
            Kind::Firefox => "firefox",
        };
        Self { kind, extension: extensions().join(folder), display: None, by_hand: false }
    }

    /// With the extension that people get.
    pub fn as_delivered(kind: Kind) -> Self {
        let folder = match kind {
            Kind::Chromium => "chromium",
            Kind::Firefox => "firefox",
        };
        Self { extension: extensions().join(folder), ..Self::for_tests(kind) }
    }

    /// On this display.
    pub fn on(self, display: &str) -> Self {
        Self { display: Some(display.into()), ..self }
    }
}

/// Where the built extensions are: `$PIMENTO_EXTENSIONS`, else `target/extension`.
fn extensions() -> PathBuf {
    std::env::var_os("PIMENTO_EXTENSIONS").map_or_else(|| root().join("target/extension"), PathBuf::from)
}

/// A running browser. It ends when this is dropped.
pub struct Browser {
    pub kind: Kind,
    /// `chrome-extension://ID/` or `moz-extension://UUID/`.
    pub base: String,
    /// The extension's id as the browser knows it.
    pub id: String,
    driver: WebDriver,
    runtime: Runtime,
    // In this order: the driver's process goes after the session, the profile last.
    process: Process,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts it with a fresh profile and the extension installed.
    pub fn start(setup: &Setup) -> Self {
        assert!(
            setup.extension.join("manifest.json").exists(),
            "no extension in {}; ./build.sh web makes it",
            setup.extension.display()
        );
        match setup.kind {
            Kind::Chromium => chromium::start(setup),
            Kind::Firefox => firefox::start(setup),
        }
    }

    /// The process group of all its processes.
    pub fn group(&self) -> u32 {
        self.process.group()
    }

    /// Opens a page of the extension (`options.html?user=x`) in the current tab and
    /// waits until it is ready.
    #[track_caller]
    pub fn open(&self, page: &str) {
        self.goto(&format!("{}{page}", self.base));
        self.ready();
    }

    /// Opens any address in the current tab.
    #[track_caller]
    pub fn goto(&self, url: &str) {
        self.wait(self.driver.goto(url)).unwrap_or_else(|why| panic!("{url}: {why}"));
    }

    /// Waits until the page says that it is ready.
    #[track_caller]
    pub fn ready(&self) {
        wait::until_ok("the page to be ready", SOON, || {
            let state = self.try_js("return document.documentElement.dataset.ready || location.href", vec![])?;
            if state == "true" { Ok(()) } else { Err(state.to_string()) }
        });
    }

    /// The addresses of all tabs. Which is the current one afterwards is open.
    pub fn tabs(&self) -> Vec<(WindowHandle, String)> {
        match self.kind {
            Kind::Chromium => chromium::tabs(self),
            Kind::Firefox => firefox::tabs(self),
        }
    }

    /// Makes the tab current whose address begins so; waits for it to appear.
    #[track_caller]
    pub fn switch_to(&self, begin: &str) {
        let tab = wait::until_ok(&format!("a tab with {begin}"), SOON, || {
            let tabs = self.tabs();
            tabs.iter().find(|(_, url)| url.starts_with(begin)).map(|(tab, _)| tab.clone()).ok_or(format!("{tabs:?}"))
        });
        self.wait(self.driver.switch_to_window(tab)).unwrap();
    }

    /// Clicks like a person: waits until the element can be clicked.
    #[track_caller]
    pub fn click(&self, css: &str) {
        self.with(css, "click", |element| {
            // WebDriver does not mind clicking what is disabled; it just has no effect.
            if !self.wait(element.is_enabled()).map_err(told)? {
                return Err("it is disabled".into());
            }
            self.wait(element.click()).map_err(told)
        });
    }

    /// Replaces what is in a field, by typing, and leaves the field.
    #[track_caller]
    pub fn fill(&self, css: &str, text: &str) {
        if self.kind == Kind::Firefox {
            self.in_front();
        }
        self.with(css, "type into", |element| {
            self.wait(async {
                element.send_keys(Key::Control + "a").await?;
                element.send_keys(Key::Backspace + text).await?;
                element.send_keys(Key::Tab + "").await
            })
            .map_err(told)
        });
    }

    /// Waits until the window is the one in front. In another one Firefox takes what a driver
    /// types, but does not tell the page that a field was left; its own notifications are
    /// windows, and may be in front for a quarter of a minute.
    #[track_caller]
    fn in_front(&self) {
        wait::until_ok("the window to be in front", SOON, || {
            if self.try_js("return document.hasFocus()", vec![])? == true {
                return Ok(());
            }
            let this = self.wait(self.driver.window()).map_err(told)?;
            self.wait(self.driver.switch_to_window(this)).map_err(told)?;
            Err("another one is".to_owned())
        });
    }

    /// Presses one key with the element in focus.
    #[track_caller]
    pub fn press(&self, css: &str, key: Key) {
        self.with(css, "press a key in", |element| self.wait(element.send_keys(key.clone() + "")).map_err(told));
    }

    /// Chooses a file in a field for files.
    #[track_caller]
    pub fn upload(&self, css: &str, path: &Path) {
        self.with(css, "choose a file in", |element| {
            self.wait(element.send_keys(path.to_str().unwrap())).map_err(told)
        });
    }

    /// What the page hands to the browser to be saved when this is clicked.
    #[track_caller]
    pub fn handed(&self, css: &str) -> Vec<u8> {
        self.js(
            "delete window.handed;
             window.make ??= URL.createObjectURL.bind(URL);
             URL.createObjectURL = blob => { window.handed = blob; return window.make(blob); };",
            vec![],
        );
        self.click(css);
        wait::until("a file", SOON, || self.js("return !!window.handed", vec![]).as_bool().filter(|there| *there));
        let text = self.js_async(
            "const bytes = new Uint8Array(await window.handed.arrayBuffer());
             return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));",
        );
        base64::engine::general_purpose::STANDARD.decode(text.as_str().unwrap()).unwrap()
    }

    /// Gives a date, a time or a list a value; what is typed there depends on the
    /// language of the browser.
    #[track_caller]
    pub fn choose(&self, css: &str, value: &str) {
        self.with(css, "choose in", |element| {
            let script = "arguments[0].value = arguments[1];
                for (const type of ['input', 'change']) arguments[0].dispatchEvent(new Event(type, { bubbles: true }));";
            let element = element.to_json().map_err(told)?;
            self.wait(self.driver.execute(script, vec![element, json!(value)])).map(drop).map_err(told)
        });
    }

    /// Makes a checkbox or radio button checked, or not, by clicking where needed.
    #[track_caller]
    pub fn check(&self, css: &str, on: bool) {
        self.with(css, "check", |element| {
            self.wait(async {
                if element.is_selected().await? != on {
                    element.click().await?;
                }
                Ok(())
            })
            .map_err(told)
        });
    }

    #[track_caller]
    fn with(&self, css: &str, what: &str, act: impl Fn(&WebElement) -> Result<(), String>) {
        wait::until_ok(&format!("a way to {what} {css}"), SOON, || {
            let element = self.wait(self.driver.find(By::Css(css))).map_err(told)?;
            act(&element)
        });
    }

    /// The text of the first such element as it is in the document, trimmed; `None`
    /// when there is none.
    pub fn text(&self, css: &str) -> Option<String> {
        let text = self.js("return document.querySelector(arguments[0])?.textContent ?? null", vec![json!(css)]);
        text.as_str().map(|text| text.trim().to_owned())
    }

    /// An attribute of the first such element.
    pub fn attribute(&self, css: &str, name: &str) -> Option<String> {
        let script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1]) ?? null";
        self.js(script, vec![json!(css), json!(name)]).as_str().map(str::to_owned)
    }

    /// What is in a field.
    pub fn value(&self, css: &str) -> Option<String> {
        let value = self.js("return document.querySelector(arguments[0])?.value ?? null", vec![json!(css)]);
        value.as_str().map(str::to_owned)
    }

    /// How many such elements there are.
    pub fn count(&self, css: &str) -> usize {
        let count = self.js("return document.querySelectorAll(arguments[0]).length", vec![json!(css)]);
        count.as_u64().and_then(|count| usize::try_from(count).ok()).unwrap()
    }

    /// The texts of all such elements, as shown.
    pub fn texts(&self, css: &str) -> Vec<String> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)";
        serde_json::from_value(self.js(script, vec![json!(css)])).unwrap()
    }

    /// Waits until the element has this attribute, with one of these values; gives it.
    #[track_caller]
    pub fn wait_attribute(&self, css: &str, name: &str, values: &[&str], limit: Duration) -> String {
        wait::until_ok(&format!("{css}[{name}] to be one of {values:?}"), limit, || match self.attribute(css, name) {
            Some(value) if values.contains(&value.as_str()) => Ok(value),
            other => Err(format!("it is {other:?}; text: {:?}", self.text(css))),
        })
    }

    /// Waits until there is such an element.
    #[track_caller]
    pub fn wait_for(&self, css: &str) {
        wait::until_ok(css, SOON, || {
            if self.count(css) > 0 { Ok(()) } else { Err(self.text("body").unwrap_or_default()) }
        });
    }

    /// Runs a script in the page, as the body of a function; gives what it returns.
    #[track_caller]
    pub fn js(&self, script: &str, args: Vec<Value>) -> Value {
        self.try_js(script, args).unwrap_or_else(|why| panic!("{script}: {why}"))
    }

    fn try_js(&self, script: &str, args: Vec<Value>) -> Result<Value, String> {
        let done = self.wait(self.driver.execute(script, args)).map_err(told)?;
        Ok(done.json().clone())
    }

    /// Runs an async function's body in the page and waits for what it returns.
    #[track_caller]
    pub fn js_async(&self, script: &str) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {script} }})().then(value => done({{ value }}), why => done({{ why: String(why) }}));"
        );
        let done = self.wait(self.driver.execute_async(script.as_str(), vec![])).unwrap();
        let done = done.json();
        assert!(done.get("why").is_none_or(Value::is_null), "{script}: {done}");
        done.get("value").cloned().unwrap_or(Value::Null)
    }

    /// The ids of the notices that the extension shows at the moment. Needs a page
    /// of the extension in the current tab.
    pub fn notices(&self) -> Vec<String> {
        let all = self.js_async("return Object.keys(await chrome.notifications.getAll());");
        serde_json::from_value(all).unwrap()
    }

    /// Ends the extension's worker at once, wherever it is, as the browser may do at
    /// any time. Returns when it is gone. Needs a page of the extension in the current tab.
    pub fn stop_worker(&self) {
        match self.kind {
            Kind::Chromium => chromium::stop_worker(self),
            Kind::Firefox => firefox::stop_worker(self),
        }
    }

    /// Whether the worker lives at the moment.
    pub fn worker_alive(&self) -> bool {
        match self.kind {
            Kind::Chromium => chromium::worker_alive(self),
            Kind::Firefox => firefox::worker_alive(self),
        }
    }

    /// A picture of the whole page as it looks at this width, in the light or the
    /// dark scheme.
    pub fn picture(&self, path: &Path, width: u32, dark: bool) {
        let png = match self.kind {
            Kind::Chromium => chromium::picture(self, width, dark),
            Kind::Firefox => firefox::picture(self, width, dark),
        };
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, png).unwrap();
    }

    /// Waits until the person has closed the browser.
    pub fn wait_closed(&self) {
        while self.wait(self.driver.windows()).is_ok_and(|windows| !windows.is_empty()) {
            std::thread::sleep(Duration::from_millis(500));
        }
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Whatever does not end by this ends with its process group.
        let quit = self.driver.clone().quit();
        let _ = self.wait(async { tokio::time::timeout(Duration::from_secs(10), quit).await });
    }
}

fn told(why: WebDriverError) -> String {
    why.to_string()
}

fn session(url: &str, capabilities: Value) -> (Runtime, WebDriver) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut wanted = Capabilities::new();
    for (name, value) in capabilities.as_object().unwrap() {
        wanted.set(name.clone(), value).unwrap();
    }
    let driver = runtime.block_on(WebDriver::new(url, wanted)).unwrap();
    (runtime, driver)
}

fn manifest(extension: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(extension.join("manifest.json")).unwrap()).unwrap()
}
