//! The picture of a contact: chosen from a file, made small, or taken away.

use js_sys::{Array, Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::fault;
use crate::model::{Fault, Photo};
use crate::pages::saying::{of_fault, say};

/// A picture is at most so many pixels wide and high: more, and cards become heavy.
const LARGEST: f64 = 512.0;

#[component]
pub fn PhotoInput(photo: RwSignal<Photo>) -> impl IntoView {
    let failed = RwSignal::new(None::<Fault>);
    let chosen = move |event: leptos::ev::Event| {
        let input = event.target().map(JsValue::from).unwrap_or_default();
        let Ok(file) = get(&input, "files").and_then(|files| get(&files, "0")) else { return };
        if file.is_undefined() {
            return;
        }
        spawn_local(async move {
            match small(&file).await {
                Ok(uri) => {
                    failed.set(None);
                    photo.set(Photo::New(uri));
                }
                Err(_) => failed.set(Some(fault::field("field_photo"))),
            }
        });
    };
    let shown = move || match photo.get() {
        Photo::New(uri) => view! { <img id="photo-new" class="photo" src=uri alt=say("workspace_photo") /> }.into_any(),
        _ => ().into_any(),
    };
    let none = move || photo.with(|photo| *photo == Photo::None);
    let error = move || failed.get().map(|fault| of_fault(&fault)).unwrap_or_default();
    view! {
        <div class="field">
            <label for="photo">{say("workspace_photo")}</label>
            {shown}
            <input id="photo" type="file" accept="image/*" on:change=chosen />
            <p class="error" role="alert" hidden=move || failed.with(Option::is_none)>{error}</p>
            <div class="row" hidden=none>
                <button id="photo-remove" type="button" on:click=move |_| photo.set(Photo::None)>
                    {say("workspace_photo_remove")}
                </button>
            </div>
        </div>
    }
}

fn get(of: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    Reflect::get(of, &name.into())
}

fn call(of: &JsValue, name: &str, values: &[JsValue]) -> Result<JsValue, JsValue> {
    let function: Function = get(of, name)?.dyn_into()?;
    function.apply(of, &values.iter().collect::<Array>())
}

/// The picture as a `data:` URI, scaled down where it is too large.
async fn small(file: &JsValue) -> Result<String, JsValue> {
    let window: JsValue = window().into();
    let bitmap: Promise = call(&window, "createImageBitmap", std::slice::from_ref(file))?.dyn_into()?;
    let bitmap = JsFuture::from(bitmap).await?;
    let length = |name: &str| get(&bitmap, name).map(|length| length.as_f64().unwrap_or_default());
    let (width, height) = (length("width")?, length("height")?);
    let scale = (LARGEST / width.max(height).max(1.0)).min(1.0);
    let (width, height) = ((width * scale).round().max(1.0), (height * scale).round().max(1.0));
    let canvas: JsValue = document().create_element("canvas")?.into();
    Reflect::set(&canvas, &"width".into(), &width.into())?;
    Reflect::set(&canvas, &"height".into(), &height.into())?;
    let context = call(&canvas, "getContext", &["2d".into()])?;
    call(&context, "drawImage", &[bitmap, 0.into(), 0.into(), width.into(), height.into()])?;
    // What may be seen through stays so; of photographs JPEG is a tenth.
    let png = get(file, "type")?.as_string().as_deref() == Some("image/png");
    let sort = if png { "image/png" } else { "image/jpeg" };
    call(&canvas, "toDataURL", &[sort.into()])?.as_string().ok_or(JsValue::NULL)
}
