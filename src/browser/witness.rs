//! What really became of a request. A failed fetch says nothing but that it
//! failed, and a redirect is hidden; `webRequest` tells both, for hosts whose
//! permission is given. Its events come a little before or after fetch's own
//! end, so they are awaited for a short while.
//!
//! Listeners are only there while requests are under way: the browser would wake
//! the worker for every request that any tab makes to the mail server.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use gloo_timers::callback::Timeout;
use serde_json::json;
use url::Url;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

use super::api::{chrome, member, object};

/// How long an event may come after the end of its fetch. Seen: up to 40 ms.
const LATE_MILLIS: u32 = 1000;

/// What was seen of a request.
#[derive(Clone, Debug)]
pub enum Sight {
    /// The headers of the answer. Names in lower case.
    Answer { status: u16, headers: Vec<(String, String)> },
    /// The browser's word for what went wrong: see [`super::reason`].
    Error(String),
}

/// Watches one request from before it is sent.
pub struct Witness {
    watch: Rc<Watch>,
}

struct Watch {
    method: &'static str,
    url: Url,
    answer: RefCell<Option<Sight>>,
    error: RefCell<Option<Sight>>,
    waker: RefCell<Option<Waker>>,
}

#[derive(Default)]
struct Desk {
    watches: Vec<Rc<Watch>>,
    listeners: Option<Listeners>,
}

thread_local! {
    static DESK: RefCell<Desk> = RefCell::default();
}

impl Witness {
    pub fn new(method: &'static str, url: &Url) -> Witness {
        let mut url = url.clone();
        url.set_fragment(None);
        let watch = Rc::new(Watch {
            method,
            url,
            answer: RefCell::default(),
            error: RefCell::default(),
            waker: RefCell::default(),
        });
        DESK.with_borrow_mut(|desk| {
            desk.watches.push(Rc::clone(&watch));
            if desk.listeners.is_none() {
                desk.listeners = Listeners::new();
            }
        });
        Witness { watch }
    }

    /// The answer's status and headers; `None` if they do not come in time.
    pub async fn answer(&self) -> Option<Sight> {
        self.await_in(|watch| &watch.answer).await
    }

    /// Why it failed; `None` if that does not come in time.
    pub async fn error(&self) -> Option<Sight> {
        self.await_in(|watch| &watch.error).await
    }

    async fn await_in(&self, place: fn(&Watch) -> &RefCell<Option<Sight>>) -> Option<Sight> {
        let watch = &self.watch;
        let late = Rc::new(Cell::new(false));
        let (timer_late, timer_watch) = (Rc::clone(&late), Rc::clone(watch));
        let timer = Timeout::new(LATE_MILLIS, move || {
            timer_late.set(true);
            timer_watch.wake();
        });
        let sight = poll_fn(|context| match place(watch).borrow_mut().take() {
            Some(sight) => Poll::Ready(Some(sight)),
            None if late.get() => Poll::Ready(None),
            None => {
                *watch.waker.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
        })
        .await;
        drop(timer);
        sight
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        DESK.with_borrow_mut(|desk| {
            desk.watches.retain(|watch| !Rc::ptr_eq(watch, &self.watch));
            if desk.watches.is_empty() {
                desk.listeners = None;
            }
        });
    }
}

impl Watch {
    fn wake(&self) {
        if let Some(waker) = self.waker.borrow_mut().take() {
            waker.wake();
        }
    }
}

/// Hands an event to the request it is about.
fn see(details: &JsValue, sight: Sight) {
    let method = member(details, "method").as_string();
    let url = member(details, "url").as_string().and_then(|url| Url::parse(&url).ok());
    let (Some(method), Some(url)) = (method, url) else { return };
    DESK.with_borrow(|desk| {
        let about = desk.watches.iter().filter(|watch| watch.method == method && watch.url == url);
        for watch in about {
            let place = match sight {
                Sight::Answer { .. } => &watch.answer,
                Sight::Error(_) => &watch.error,
            };
            *place.borrow_mut() = Some(sight.clone());
            watch.wake();
        }
    });
}

type Heard = Closure<dyn FnMut(JsValue)>;

struct Listeners {
    errors: Heard,
    headers: Heard,
}

impl Listeners {
    /// `None` where the browser has no `webRequest`: reasons stay unknown then.
    fn new() -> Option<Listeners> {
        let errors = Heard::new(|details: JsValue| {
            if let Some(error) = member(&details, "error").as_string() {
                see(&details, Sight::Error(error));
            }
        });
        let headers = Heard::new(|details: JsValue| {
            let status = member(&details, "statusCode").as_f64().unwrap_or_default() as u16;
            let list = member(&details, "responseHeaders");
            let list = list.dyn_ref::<js_sys::Array>().map(|list| list.to_vec()).unwrap_or_default();
            let pair = |header: &JsValue| {
                let name = member(header, "name").as_string()?.to_ascii_lowercase();
                Some((name, member(header, "value").as_string()?))
            };
            see(&details, Sight::Answer { status, headers: list.iter().filter_map(pair).collect() });
        });
        // The browser only tells of hosts whose permission is given.
        let filter = object(&json!({ "urls": ["http://*/*", "https://*/*"], "types": ["xmlhttprequest", "other"] }));
        let listeners = Listeners { errors, headers };
        chrome::listen_errors(listeners.errors.as_ref().unchecked_ref(), &filter).ok()?;
        let extra = object(&json!(["responseHeaders"]));
        chrome::listen_headers(listeners.headers.as_ref().unchecked_ref(), &filter, &extra).ok()?;
        Some(listeners)
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        let _ = chrome::unlisten_errors(self.errors.as_ref().unchecked_ref());
        let _ = chrome::unlisten_headers(self.headers.as_ref().unchecked_ref());
    }
}
