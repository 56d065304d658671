//! [`crate::port::Shell`]: the toolbar, alarms, notices and locks.

use std::any::Any;

use async_trait::async_trait;
use gloo_timers::callback::Interval;
use serde_json::json;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use super::api::{self, chrome, failed, log, member, object};
use super::{locks, news};
use crate::model::{Millis, News, Saying};
use crate::port::Shell;

/// Browsers end a worker after 30 s without an event or a call of the extension API.
const AWAKE_MILLIS: u32 = 20_000;
/// What an alarm leads to sets it anew or takes it back. If the worker does not get so
/// far, because it or the database does not start, the alarm rings again.
const AGAIN_MINUTES: u32 = 60;
/// One notice at a time: a new one takes the old one's place.
const NOTICE: &str = "pimento";
const RED: &str = "#b3261e";
const AMBER: &str = "#8a5a00";

/// The browser around the worker.
pub struct Extension;

#[async_trait(?Send)]
impl Shell for Extension {
    fn tell(&self, news: &News) {
        news::tell(news);
    }

    fn badge(&self, waiting: u32, failed: bool) {
        let text = match (failed, waiting) {
            (true, _) => "!".to_owned(),
            (false, 0) => String::new(),
            (false, 1..=99) => waiting.to_string(),
            (false, _) => "99+".to_owned(),
        };
        let color = if failed { RED } else { AMBER };
        spawn_local(async move {
            done("setBadgeText", chrome::badge_text(&object(&json!({ "text": text }))).await);
            done("setBadgeBackgroundColor", chrome::badge_color(&object(&json!({ "color": color }))).await);
        });
    }

    async fn notice(&self, text: &Saying) {
        let options = json!({
            "type": "basic",
            "iconUrl": chrome::url("icons/128.png").unwrap_or_default(),
            "title": api::message("extension_name", &[]),
            "message": api::message(&text.key, &text.args),
        });
        // Not awaited: a system without a notification service may never answer, and
        // what comes after the notice must come all the same.
        spawn_local(async move {
            done("notifications.create", chrome::create_notification(NOTICE, &object(&options)).await);
        });
    }

    async fn open_options(&self, from: Option<&str>) {
        let path = match from {
            Some(from) => {
                let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("from", from).finish();
                format!("options.html?{query}")
            }
            None => "options.html".to_owned(),
        };
        if api::open_page(&path).await
            && let Some(from) = from
        {
            news::tell(&News::Offered(from.to_owned()));
        }
    }

    async fn wake(&self, name: &str, at: Option<Millis>) {
        match at {
            Some(at) => {
                let alarm = object(&json!({ "when": at, "periodInMinutes": AGAIN_MINUTES }));
                done("alarms.create", chrome::create_alarm(name, &alarm).await);
            }
            None => done("alarms.clear", chrome::clear_alarm(name).await),
        }
    }

    /// Chromium's `navigator.connection`; Firefox has none. No browser tells a worker of the
    /// battery (w3c/battery issue 4).
    fn saves(&self) -> bool {
        let connection = member(&member(&js_sys::global(), "navigator"), "connection");
        let is = |name: &str| member(&connection, name).as_bool() == Some(true);
        let one_of = |name: &str, some: &[&str]| {
            member(&connection, name).as_string().is_some_and(|value| some.contains(&value.as_str()))
        };
        is("saveData") || one_of("type", &["cellular"]) || one_of("effectiveType", &["slow-2g", "2g"])
    }

    async fn due(&self, name: &str) -> Option<Millis> {
        let alarm = chrome::alarm(name).await.ok()?;
        member(&alarm, "scheduledTime").as_f64().map(|at| at as Millis)
    }

    async fn lock(&self, name: &str) -> Option<Box<dyn Any>> {
        let held = locks::take(name).await?;
        Some(Box::new((held, awake())))
    }
}

/// Keeps the worker from being ended as idle: a run that waits for a slow server
/// is not. Goes with the lock that a run holds.
fn awake() -> Interval {
    Interval::new(AWAKE_MILLIS, || {
        spawn_local(async {
            let _ = chrome::platform().await;
        });
    })
}

fn done(call: &str, result: Result<JsValue, JsValue>) {
    if let Err(error) = result {
        log(&failed(call, &error));
    }
}
