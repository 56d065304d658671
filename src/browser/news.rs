//! What the worker tells the pages, on a broadcast channel.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

use crate::model::News;

const CHANNEL: &str = "pimento";

/// Calls `hear` for all that the worker tells, for as long as the page lives.
pub fn listen(mut hear: impl FnMut(News) + 'static) {
    let Ok(channel) = BroadcastChannel::new(CHANNEL) else { return };
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let news = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
        if let Some(news) = news {
            hear(news);
        }
    });
    channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    // Both live as long as the page.
    heard.forget();
    std::mem::forget(channel);
}

thread_local! {
    // One for the worker's life: a channel closed right after a message may lose it.
    static OUT: Option<BroadcastChannel> = BroadcastChannel::new(CHANNEL).ok();
}

/// Tells the pages that listen.
pub fn tell(news: &News) {
    let Ok(text) = serde_json::to_string(news) else { return };
    OUT.with(|channel| {
        if let Some(channel) = channel {
            // Nobody listening is no failure.
            let _ = channel.post_message(&text.into());
        }
    });
}
