//! The background worker's one export. `extension/background.js` forwards every
//! event of the browser to it; all else is [`pimento::worker`]'s.

// Natively there is nothing to export to.
fn main() {}

#[cfg(target_arch = "wasm32")]
mod export {
    use std::cell::RefCell;

    use js_sys::Promise;
    use pimento::browser;
    use pimento::driver::{Options, Scope};
    use pimento::fault;
    use pimento::message::Reply;
    use pimento::model::Fault;
    use pimento::worker::{Event, Worker};
    use wasm_bindgen::prelude::*;
    use wasm_bindgen_futures::{future_to_promise, spawn_local};

    thread_local! {
        // The browser starts the worker anew for an event after it was idle; as long
        // as it lives, all events share one.
        static WORKER: RefCell<Option<Worker>> = const { RefCell::new(None) };
    }

    /// Takes an event, as the JSON of [`Event`], and promises the JSON of a
    /// [`Reply`]. The promise is never rejected: faults are replies.
    #[wasm_bindgen]
    pub fn handle(event: String) -> Promise {
        console_error_panic_hook::set_once();
        future_to_promise(async move {
            let reply = worked(&event).await;
            if let Err(fault) = &reply {
                browser::api::log(fault);
            }
            Ok(serde_json::to_string(&reply).unwrap_or_default().into())
        })
    }

    async fn worked(event: &str) -> Reply {
        // What serde says of a bad event could hold a password.
        let event: Event = serde_json::from_str(event).map_err(|_| fault::internal("event"))?;
        let worker = worker().await?;
        let asked = matches!(event, Event::Ask(_));
        let (reply, trigger) = worker.handle(event).await;
        if let Some(trigger) = trigger {
            let run = Box::pin(async move {
                if let Err(fault) = worker.run(trigger).await {
                    browser::api::log(&fault);
                }
            });
            // Whoever asked has the answer at once; the run's lock keeps the worker alive. An
            // alarm's answer nobody reads: it is not made before the run.
            if asked { spawn_local(run) } else { run.await }
        }
        reply
    }

    async fn worker() -> Result<Worker, Fault> {
        if let Some(worker) = WORKER.with_borrow(Clone::clone) {
            return Ok(worker);
        }
        let ports = browser::ports().await?;
        // Two events may have come at once: the first to be ready is everybody's.
        Ok(WORKER.with_borrow_mut(|worker| worker.get_or_insert_with(|| Worker::new(ports, options())).clone()))
    }

    fn options() -> Options {
        Options {
            scope: Scope::Roles,
            guard: true,
            copy_mark: || browser::api::message("copy_mark", &["$1".to_owned()]),
            name: |role| browser::api::message(role.key(), &[]),
        }
    }
}
