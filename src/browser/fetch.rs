//! [`crate::port::Http`] over fetch.
//!
//! Nothing of the browser's goes along: no cookies, no sign-in it remembers, no
//! referrer; and nothing comes from its cache. A 401 asked for without the
//! browser's own credentials opens no dialog.
//!
//! Redirects are never followed here. Fetch would follow them to any origin, and
//! makes a GET of a PROPFIND at a 303. With `redirect: "manual"` it hides them;
//! what they say is seen by the [`Witness`], and they are handed out as answers.

use std::cell::Cell;
use std::rc::Rc;
use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use gloo_net::http::{Method, RequestBuilder};
use gloo_timers::callback::Timeout;
use js_sys::Uint8Array;
use url::Url;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortController, ReadableStreamDefaultReader, ReferrerPolicy, RequestCache, RequestCredentials, RequestRedirect,
    ResponseType,
};

use super::api::{self, member};
use super::reason;
use super::witness::{Sight, Witness};
use crate::fault;
use crate::model::Fault;
use crate::port::{Body, Http, Limits, Opened, Request, Response, Whole};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = navigator)]
    static NAVIGATOR: JsValue;
}

/// The browser's network.
#[derive(Default)]
pub struct Fetch {
    pub limits: Limits,
}

/// Faults do not say which request they are of: who sends it adds that.
#[async_trait(?Send)]
impl Http for Fetch {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        self.exchange(&request, self.limits.silence).await?.whole(self.limits.body, &host).await
    }

    async fn open(&self, request: Request) -> Result<Opened, Fault> {
        self.exchange(&request, self.limits.making).await
    }
}

impl Fetch {
    /// `patience`: so long nothing need come.
    async fn exchange(&self, request: &Request, patience: Duration) -> Result<Opened, Fault> {
        match self.once(request, patience).await? {
            Some(opened) => Ok(opened),
            // A redirect whose target was not seen: the listener may have been too
            // young (Firefox sets it up in another process). Nothing was done by
            // the server, so asking again is harmless.
            None => self.once(request, patience).await?.ok_or_else(|| {
                let host = request.url.host_str().unwrap_or_default();
                fault::unreachable(host).during("redirect")
            }),
        }
    }

    /// One exchange; `None` for a redirect that was hidden from us.
    async fn once(&self, request: &Request, patience: Duration) -> Result<Option<Opened>, Fault> {
        let deadline = Deadline::new(&self.limits, patience)?;
        let witness = Witness::new(request.method, &request.url);
        let sent = built(request, &deadline)?;
        let answer = match sent.send().await {
            Ok(answer) => answer,
            Err(_) => return Err(why(&request.url, &deadline, &witness).await),
        };
        if answer.type_() == ResponseType::Opaqueredirect {
            deadline.put_off();
            let Some(Sight::Answer { status, headers }) = witness.answer().await else { return Ok(None) };
            let head = Response { status, headers, body: Vec::new(), url: request.url.clone() };
            return Ok(Some(Opened { head, body: Box::new(Whole(None)) }));
        }
        let headers: Vec<(String, String)> = answer.headers().entries().collect();
        let url = Url::parse(&answer.url()).unwrap_or_else(|_| request.url.clone());
        let head = Response { status: answer.status(), headers, body: Vec::new(), url };
        let body = Coming {
            reader: answer.body().map(|stream| stream.get_reader().unchecked_into()),
            left: None,
            length: length(request.method, &head),
            came: 0,
            most: self.limits.streamed,
            url: request.url.clone(),
            deadline,
            witness,
        };
        Ok(Some(Opened { head, body: Box::new(body) }))
    }
}

/// So many bytes are taken over at once. What came while the last ones were stored may be
/// handed over in one piece of many megabytes, and our memory never becomes smaller again.
const PIECE: u32 = 256 << 10;

/// A body on its way. One that nobody wants to the end is broken off.
struct Coming {
    reader: Option<ReadableStreamDefaultReader>,
    /// What came, but was not taken over yet.
    left: Option<Uint8Array>,
    /// So long it must be.
    length: Option<usize>,
    came: usize,
    most: usize,
    url: Url,
    deadline: Deadline,
    witness: Witness,
}

#[async_trait(?Send)]
impl Body for Coming {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let host = self.url.host_str().unwrap_or_default();
        loop {
            if let Some(left) = self.left.take() {
                let all = left.length();
                if all > PIECE {
                    self.left = Some(left.subarray(PIECE, all));
                }
                return Ok(Some(left.subarray(0, all.min(PIECE)).to_vec()));
            }
            let Some(reader) = &self.reader else { return self.whole() };
            self.deadline.put_off();
            let Ok(piece) = JsFuture::from(reader.read().unchecked_into::<js_sys::Promise>()).await else {
                return Err(fault::broken_off(why(&self.url, &self.deadline, &self.witness).await, host));
            };
            // What is done with it is not the server's silence.
            self.deadline.hold();
            if member(&piece, "done").is_truthy() {
                self.reader = None;
                return self.whole();
            }
            let Ok(bytes) = member(&piece, "value").dyn_into::<Uint8Array>() else { continue };
            self.came += bytes.length() as usize;
            if self.came > self.most {
                return Err(fault::too_large(host));
            }
            self.left = Some(bytes);
        }
    }
}

impl Coming {
    /// The end; Firefox takes a body that ends before its length for whole.
    fn whole(&self) -> Result<Option<Vec<u8>>, Fault> {
        if self.length.is_some_and(|length| self.came < length) {
            return Err(fault::cut_off(self.url.host_str().unwrap_or_default()));
        }
        Ok(None)
    }
}

impl Drop for Coming {
    fn drop(&mut self) {
        self.deadline.controller.abort();
    }
}

fn built(request: &Request, deadline: &Deadline) -> Result<gloo_net::http::Request, Fault> {
    let method = Method::from_str(request.method).map_err(fault::internal)?;
    let signal = deadline.controller.signal();
    let mut builder = RequestBuilder::new(request.url.as_str())
        .method(method)
        .credentials(RequestCredentials::Omit)
        .redirect(RequestRedirect::Manual)
        .cache(RequestCache::NoStore)
        .referrer_policy(ReferrerPolicy::NoReferrer)
        .abort_signal(Some(&signal));
    for (name, value) in &request.headers {
        // What fetch would refuse by throwing.
        if !value.chars().all(|c| (' '..='\u{ff}').contains(&c) && c != '\u{7f}' || c == '\t') {
            return Err(fault::internal("header").during(name));
        }
        builder = builder.header(name, value);
    }
    if request.body.is_empty() { builder.build() } else { builder.body(Uint8Array::from(request.body.as_slice())) }
        .map_err(|error| fault::internal(short(&error)))
}

/// How long the body is, where it is told and comes as it is.
fn length(method: &str, head: &Response) -> Option<usize> {
    let plain = head.header("content-encoding").is_none_or(|coding| coding.eq_ignore_ascii_case("identity"));
    let has_body = method != "HEAD" && !matches!(head.status, 204 | 304);
    head.header("content-length").filter(|_| plain && has_body).and_then(|length| length.trim().parse().ok())
}

/// Why a fetch failed.
async fn why(url: &Url, deadline: &Deadline, witness: &Witness) -> Fault {
    let host = url.host_str().unwrap_or_default();
    if deadline.over.get() {
        return fault::timeout(host);
    }
    let online = NAVIGATOR.with(|navigator| member(navigator, "onLine")).as_bool();
    if online == Some(false) && !reason::loopback(url) {
        return fault::offline();
    }
    if !api::has_permission(&api::pattern(url)).await {
        return fault::permission(host);
    }
    match witness.error().await {
        Some(Sight::Error(error)) => reason::of(&error, url.scheme() == "https", host),
        _ => fault::unreachable(host),
    }
}

/// Ends the exchange when nothing comes for too long, or all of it takes too long.
struct Deadline {
    controller: AbortController,
    over: Rc<Cell<bool>>,
    silence: u32,
    next: Cell<Option<Timeout>>,
    _whole: Timeout,
}

impl Deadline {
    fn new(limits: &Limits, patience: Duration) -> Result<Deadline, Fault> {
        let controller = AbortController::new().map_err(|error| api::failed("AbortController", &error))?;
        let over = Rc::default();
        let deadline = Deadline {
            _whole: abort_after(millis(limits.whole), &controller, &over),
            controller,
            over,
            silence: millis(limits.silence),
            next: Cell::new(None),
        };
        deadline.wait(millis(patience));
        Ok(deadline)
    }

    /// Something came: the silence begins anew.
    fn put_off(&self) {
        self.wait(self.silence);
    }

    fn wait(&self, millis: u32) {
        self.next.set(Some(abort_after(millis, &self.controller, &self.over)));
    }

    /// Nothing is waited for.
    fn hold(&self) {
        self.next.set(None);
    }
}

fn abort_after(millis: u32, controller: &AbortController, over: &Rc<Cell<bool>>) -> Timeout {
    let (controller, over) = (controller.clone(), Rc::clone(over));
    Timeout::new(millis, move || {
        over.set(true);
        controller.abort();
    })
}

fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX)
}

/// The error's name; its message may hold the URL, which is in the context already.
fn short(error: &gloo_net::Error) -> String {
    match error {
        gloo_net::Error::JsError(error) => error.name.clone(),
        other => other.to_string(),
    }
}
