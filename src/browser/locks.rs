//! The Web Locks that worker and pages share: given back by the browser itself
//! when their holder dies.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise};
use serde_json::json;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::api::{failed, log, object};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request(name: &str, options: &JsValue, held: &Function) -> Result<Promise, JsValue>;
}

thread_local! {
    // Locks that were dropped here: the browser gives them back a little later, and
    // resolves the promise then.
    static LEAVING: RefCell<Vec<(String, Promise)>> = const { RefCell::new(Vec::new()) };
}

/// A lock that is ours until this is dropped.
pub struct Held {
    name: String,
    release: Function,
    ended: Promise,
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.release.call0(&JsValue::UNDEFINED);
        LEAVING.with_borrow_mut(|leaving| leaving.push((std::mem::take(&mut self.name), self.ended.clone())));
    }
}

/// The lock of that name, if nobody has it.
pub async fn take(name: &str) -> Option<Held> {
    let left: Vec<_> = LEAVING.with_borrow_mut(|leaving| leaving.extract_if(.., |(left, _)| left == name).collect());
    for (_, ended) in left {
        let _ = JsFuture::from(ended).await;
    }
    // The browser holds the lock until the promise that the callback gives it is
    // resolved; a second promise tells us how the callback was called.
    let (until, release) = promise();
    let (granted, grant) = promise();
    let callback = Closure::once(move |lock: JsValue| -> JsValue {
        let ours = !lock.is_null() && !lock.is_undefined();
        let _ = grant.call1(&JsValue::UNDEFINED, &JsValue::from(ours));
        if ours { until.into() } else { JsValue::UNDEFINED }
    });
    let requested = match request(name, &object(&json!({ "ifAvailable": true })), callback.as_ref().unchecked_ref()) {
        Ok(requested) => requested,
        Err(error) => {
            log(&failed("locks.request", &error));
            return None;
        }
    };
    // The request itself ends first only by failing.
    let first = JsFuture::from(Promise::race(&Array::of2(&granted, &requested))).await;
    match first {
        Ok(ours) if ours.is_truthy() => Some(Held { name: name.to_owned(), release, ended: requested }),
        Ok(_) => None,
        Err(error) => {
            log(&failed("locks.request", &error));
            None
        }
    }
}

/// A promise and what resolves it.
fn promise() -> (Promise, Function) {
    // Not `Function::default()`: that compiles a string, which the extension's
    // content security policy forbids.
    let resolver = Rc::new(RefCell::new(JsValue::UNDEFINED));
    let promise = Promise::new(&mut |resolve, _| *resolver.borrow_mut() = resolve.into());
    let resolve = resolver.borrow().clone();
    (promise, resolve.unchecked_into())
}
