//! Handing a file to the person.

use gloo_timers::callback::Timeout;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsCast;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use super::api::failed;
use crate::model::Fault;

/// How long the browser may take to begin with it.
const A_WHILE: u32 = 60_000;

/// Has the browser save the bytes as a file of that name, where and as it does with
/// downloads.
///
/// # Errors
/// The browser refuses to.
pub fn offer(name: &str, bytes: &[u8], media_type: &str) -> Result<(), Fault> {
    let about = BlobPropertyBag::new();
    about.set_type(media_type);
    let parts = Array::of1(&Uint8Array::from(bytes));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &about).map_err(|e| failed("Blob", &e))?;
    let address = Url::create_object_url_with_blob(&blob).map_err(|e| failed("createObjectURL", &e))?;
    let document = web_sys::window().and_then(|window| window.document());
    let link = document.and_then(|document| document.create_element("a").ok());
    if let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    Timeout::new(A_WHILE, move || {
        // What is gone already needs no revoking.
        let _ = Url::revoke_object_url(&address);
    })
    .forget();
    Ok(())
}
