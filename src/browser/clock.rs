//! Time and randomness, from the browser.

use async_trait::async_trait;
use wasm_bindgen::JsValue;

use crate::model::Millis;
use crate::port::{Clock, Random};

/// The browser's clock, zone and random numbers.
pub struct System;

#[async_trait(?Send)]
impl Clock for System {
    fn now(&self) -> Millis {
        js_sys::Date::now() as Millis
    }

    async fn sleep(&self, millis: u32) {
        gloo_timers::future::TimeoutFuture::new(millis).await;
    }

    fn offset_minutes(&self, at: Millis) -> i32 {
        // JavaScript counts it west of UTC.
        -(js_sys::Date::new(&JsValue::from_f64(at as f64)).get_timezone_offset() as i32)
    }
}

impl Random for System {
    fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        // Can only fail where there is no `crypto`, and then nothing of the vault
        // would work either; the clock keeps names different even so.
        if getrandom::fill(&mut bytes).is_err() {
            bytes[..8].copy_from_slice(&js_sys::Date::now().to_bits().to_le_bytes());
            bytes[8..].copy_from_slice(&js_sys::Math::random().to_bits().to_le_bytes());
        }
        bytes
    }
}
