//! The inputs of an item's form, and what was typed into them as fields.

mod contact;
mod event;
mod note;
mod photo;
mod repeat;
mod rows;

pub use repeat::ends_before;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use super::reach;
use crate::model::{Fault, Fields};
use crate::pages::saying::say;
use crate::text::escape;

/// Turns what was typed into fields, or says what is wrong with it.
pub type Typed = Result<Fields, Fault>;

pub fn inputs(fields: Fields) -> (AnyView, Callback<(), Typed>) {
    match fields {
        Fields::Event(event) => event::inputs(event),
        Fields::Contact(contact) => contact::inputs(contact),
        Fields::Note(note) => note::inputs(note),
    }
}

/// What was typed, without the spaces around it.
fn line(of: RwSignal<String>) -> String {
    of.get_untracked().trim().to_owned()
}

/// The keyboard goes on there, once what was just changed is drawn.
fn enter(id: String) {
    request_animation_frame(move || {
        if let Some(Ok(element)) = document().get_element_by_id(&id).map(JsCast::dyn_into::<HtmlElement>) {
            reach(&element);
        }
    });
}

/// Categories as one input has them; what was not touched is what it was, and each that was
/// there stays one, commas within included.
#[derive(Clone)]
struct Categories {
    were: Vec<String>,
    shown: String,
    typed: RwSignal<String>,
}

impl Categories {
    fn new(were: Vec<String>) -> Categories {
        let shown = were.join(", ");
        Categories { were, typed: RwSignal::new(shown.clone()), shown }
    }

    fn typed(&self) -> Vec<String> {
        let typed = self.typed.get_untracked();
        if typed == self.shown {
            return self.were.clone();
        }
        escape::typed(&typed, &self.were)
    }

    fn view(&self) -> impl IntoView + use<> {
        view! {
            <Field id="categories" name=say("workspace_categories") value=self.typed />
            <p class="hint">{say("workspace_categories_hint")}</p>
        }
    }
}

/// What is seldom wanted; open if there is something in it.
#[component]
fn More(open: bool, children: Children) -> impl IntoView {
    view! {
        <details id="more" open=open>
            <summary>{say("workspace_seldom")}</summary>
            <div class="stack">{children()}</div>
        </details>
    }
}

#[component]
fn Field(
    #[prop(into)] id: String,
    name: String,
    value: RwSignal<String>,
    #[prop(default = "text")] kind: &'static str,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id.clone()>{name}</label>
            <input id=id type=kind autocomplete="off" bind:value=value />
        </div>
    }
}

#[component]
fn Text(id: &'static str, name: String, value: RwSignal<String>) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{name}</label>
            <textarea id=id rows="5" bind:value=value></textarea>
        </div>
    }
}

/// One of several, each with its value and its words.
#[component]
fn Choice(
    #[prop(into)] id: String,
    name: String,
    value: RwSignal<String>,
    options: Vec<(String, String)>,
) -> impl IntoView {
    let options = options.into_iter().map(|(key, words)| {
        let own = key.clone();
        view! { <option value=key prop:selected=move || value.with(|value| *value == own)>{words}</option> }
    });
    view! {
        <div class="field">
            <label for=id.clone()>{name}</label>
            <select id=id on:change=move |event| value.set(event_target_value(&event))>{options.collect_view()}</select>
        </div>
    }
}
