//! The extension API, as far as it is used. The `chrome` namespace is also
//! Firefox's; with Manifest V3 all of it answers by promises there too.

use std::future::Future;

use serde_json::json;
use wasm_bindgen::prelude::*;

use crate::fault;
use crate::message::{Ask, Reply};
use crate::model::Fault;

use super::said;

/// Bindings: nothing is decided here.
pub(crate) mod chrome {
    use js_sys::{Function, Promise};
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(catch, js_namespace = ["chrome", "runtime"], js_name = sendMessage)]
        pub async fn send_message(message: &JsValue) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["chrome", "runtime"], js_name = getPlatformInfo)]
        pub async fn platform() -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["chrome", "runtime"], js_name = getURL)]
        pub fn url(path: &str) -> Result<String, JsValue>;

        #[wasm_bindgen(catch, js_namespace = ["chrome", "permissions"], js_name = request)]
        pub fn request_permission(origins: &JsValue) -> Result<Promise, JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["chrome", "permissions"], js_name = contains)]
        pub async fn has_permission(origins: &JsValue) -> Result<JsValue, JsValue>;

        #[wasm_bindgen(catch, js_namespace = ["chrome", "tabs"], js_name = query)]
        pub async fn tabs(filter: &JsValue) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["chrome", "tabs"], js_name = create)]
        pub async fn create_tab(properties: &JsValue) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["chrome", "tabs"], js_name = update)]
        pub async fn update_tab(id: f64, properties: &JsValue) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["chrome", "windows"], js_name = update)]
        pub async fn update_window(id: f64, properties: &JsValue) -> Result<JsValue, JsValue>;

        #[wasm_bindgen(catch, js_namespace = ["chrome", "i18n"], js_name = getMessage)]
        pub fn message(key: &str, args: &JsValue) -> Result<String, JsValue>;

        #[wasm_bindgen(catch, js_namespace = ["chrome", "alarms"], js_name = create)]
        pub async fn create_alarm(name: &str, info: &JsValue) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["chrome", "alarms"], js_name = clear)]
        pub async fn clear_alarm(name: &str) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["chrome", "alarms"], js_name = get)]
        pub async fn alarm(name: &str) -> Result<JsValue, JsValue>;

        #[wasm_bindgen(catch, js_namespace = ["chrome", "notifications"], js_name = create)]
        pub async fn create_notification(id: &str, options: &JsValue) -> Result<JsValue, JsValue>;

        #[wasm_bindgen(catch, js_namespace = ["chrome", "action"], js_name = setBadgeText)]
        pub async fn badge_text(details: &JsValue) -> Result<JsValue, JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["chrome", "action"], js_name = setBadgeBackgroundColor)]
        pub async fn badge_color(details: &JsValue) -> Result<JsValue, JsValue>;

        #[wasm_bindgen(catch, js_namespace = ["chrome", "webRequest", "onErrorOccurred"], js_name = addListener)]
        pub fn listen_errors(listener: &Function, filter: &JsValue) -> Result<(), JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["chrome", "webRequest", "onErrorOccurred"], js_name = removeListener)]
        pub fn unlisten_errors(listener: &Function) -> Result<(), JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["chrome", "webRequest", "onHeadersReceived"], js_name = addListener)]
        pub fn listen_headers(listener: &Function, filter: &JsValue, extra: &JsValue) -> Result<(), JsValue>;
        #[wasm_bindgen(catch, js_namespace = ["chrome", "webRequest", "onHeadersReceived"], js_name = removeListener)]
        pub fn unlisten_headers(listener: &Function) -> Result<(), JsValue>;
    }
}

/// The value as a plain JavaScript object.
pub(crate) fn object(value: &serde_json::Value) -> JsValue {
    js_sys::JSON::parse(&value.to_string()).unwrap_or(JsValue::UNDEFINED)
}

/// A member of an object; undefined where there is none.
pub(crate) fn member(value: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(value, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// Asks the worker, which is started if it does not run. For pages.
///
/// # Errors
/// What the worker answers, or `fault_internal` where no answer comes.
pub async fn ask(ask: &Ask) -> Reply {
    let wire = serde_json::to_string(ask).map_err(fault::internal)?;
    let answer = chrome::send_message(&object(&json!({ "ask": wire }))).await.map_err(|e| failed("sendMessage", &e))?;
    match answer.as_string() {
        Some(text) => serde_json::from_str(&text).map_err(fault::internal)?,
        None => Err(fault::internal("no answer").during("sendMessage")),
    }
}

/// The text of `_locales` for the key, its gaps filled; the key itself where
/// there is none.
pub fn message(key: &str, args: &[String]) -> String {
    let text = chrome::message(key, &object(&json!(args))).unwrap_or_default();
    if text.is_empty() { key.to_owned() } else { text }
}

/// Asks the person for the permission to reach the hosts of the patterns (which
/// have no ports: `http://127.0.0.1/*`); true if they give it or gave it before.
///
/// The question is put by the call itself, not when the future is first polled:
/// browsers take it only from within a click's handler. So call it there, and
/// await what it returns in what is spawned.
pub fn request_permission(patterns: &[String]) -> impl Future<Output = bool> + use<> {
    let asked = chrome::request_permission(&object(&json!({ "origins": patterns })));
    async move {
        match asked {
            Ok(promise) => wasm_bindgen_futures::JsFuture::from(promise).await.is_ok_and(|given| given.is_truthy()),
            Err(_) => false,
        }
    }
}

/// Whether the permission for that pattern is given.
pub async fn has_permission(pattern: &str) -> bool {
    chrome::has_permission(&object(&json!({ "origins": [pattern] }))).await.is_ok_and(|given| given.is_truthy())
}

/// The match pattern that covers an origin: browsers have none for single ports.
pub fn pattern(origin: &url::Url) -> String {
    format!("{}://{}/*", origin.scheme(), origin.host_str().unwrap_or_default())
}

/// The patterns of all that a server typed as `origin` may need: one that is asked
/// without https may send us on to https.
pub fn patterns(origin: &url::Url) -> Vec<String> {
    let host = origin.host_str().unwrap_or_default();
    let secure = (origin.scheme() == "http").then(|| format!("https://{host}/*"));
    [pattern(origin)].into_iter().chain(secure).collect()
}

/// The origin of the tab in front, where it is a web page and `activeTab` lets us see.
pub async fn active_tab_origin() -> Option<String> {
    let tabs = chrome::tabs(&object(&json!({ "active": true, "currentWindow": true }))).await.ok()?;
    let url = member(&js_sys::Array::from(&tabs).get(0), "url").as_string()?;
    let url = url::Url::parse(&url).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin().ascii_serialization())
}

/// Shows a page of the extension (`options.html`, `workspace.html?x=y`): the tab
/// that has it already, else a new one. A query is only for a new tab: what
/// somebody is typing in the old one stays. True if there was an old one.
pub async fn open_page(path: &str) -> bool {
    let page = path.split(['?', '#']).next().unwrap_or(path);
    if let Some((tab, window)) = tab_of(page).await {
        let shown = chrome::update_tab(tab, &object(&json!({ "active": true }))).await;
        let _ = chrome::update_window(window, &object(&json!({ "focused": true }))).await;
        if shown.is_ok() {
            return true;
        }
    }
    let url = chrome::url(path).unwrap_or_else(|_| path.to_owned());
    if let Err(error) = chrome::create_tab(&object(&json!({ "url": url }))).await {
        log(&failed("tabs.create", &error));
    }
    false
}

/// Tab and window of an extension page that is open. Of our own pages the tabs
/// tell their address without any permission.
async fn tab_of(page: &str) -> Option<(f64, f64)> {
    let address = chrome::url(page).ok()?;
    let tabs = chrome::tabs(&object(&json!({}))).await.ok()?;
    js_sys::Array::from(&tabs).iter().find_map(|tab| {
        let url = member(&tab, "url").as_string()?;
        (url.split(['?', '#']).next() == Some(address.as_str())).then_some(())?;
        Some((member(&tab, "id").as_f64()?, member(&tab, "windowId").as_f64()?))
    })
}

/// A browser call that failed.
pub(crate) fn failed(call: &str, error: &JsValue) -> Fault {
    fault::internal(said(error)).during(call)
}

/// To the console, where nobody can be told: never an item's text or a secret.
pub fn log(fault: &Fault) {
    web_sys::console::warn_1(&fault.to_string().into());
}
