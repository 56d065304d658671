//! One setting: a tick or a number. Each change is saved as it is made.

use leptos::prelude::*;

use crate::message::Ask;
use crate::model::{Fault, Settings};
use crate::pages::frame::{Said, order};
use crate::pages::saying::say;

/// The settings as they were saved last, by whichever field.
#[derive(Clone, Copy)]
pub struct Shared(RwSignal<Settings>);

impl Shared {
    pub fn new(settings: Settings) -> Shared {
        Shared(RwSignal::new(settings))
    }

    /// One of them.
    pub fn get<T>(self, of: impl Fn(&Settings) -> T) -> T {
        self.0.with_untracked(of)
    }

    /// Changes one, and saves all.
    fn save(self, said: RwSignal<Said>, change: impl FnOnce(&mut Settings)) {
        self.0.update(change);
        order(Ask::SaveSettings(self.0.get_untracked()), said, |_| say("options_settings_saved"));
    }
}

#[component]
pub fn Tick(
    id: &'static str,
    name: String,
    settings: Shared,
    said: RwSignal<Said>,
    of: fn(&mut Settings) -> &mut bool,
    #[prop(optional)] hint: Option<String>,
) -> impl IntoView {
    let value = RwSignal::new(settings.get(|settings| *of(&mut settings.clone())));
    view! {
        <div class="tick">
            <TickBox id settings said of value />
            <label for=id>{name}</label>
            {hint.map(|hint| view! { <p class="hint">{hint}</p> })}
        </div>
    }
}

/// The box of it alone.
#[component]
pub fn TickBox(
    id: &'static str,
    settings: Shared,
    said: RwSignal<Said>,
    of: fn(&mut Settings) -> &mut bool,
    value: RwSignal<bool>,
) -> impl IntoView {
    view! {
        <input type="checkbox" id=id prop:checked=value on:change=move |event| {
            value.set(event_target_checked(&event));
            settings.save(said, |settings| *of(settings) = value.get_untracked());
        } />
    }
}

/// A number between words. Judged as it is typed; saved when the field is left.
#[component]
pub fn Number(
    id: &'static str,
    error_id: &'static str,
    label: String,
    settings: Shared,
    said: RwSignal<Said>,
    of: fn(&mut Settings) -> &mut u32,
    judge: fn(&str) -> Result<u32, Fault>,
    error: RwSignal<Option<Fault>>,
) -> impl IntoView {
    let typed = RwSignal::new(settings.get(|settings| of(&mut settings.clone()).to_string()));
    // What of it was sent to be saved last.
    let sent = RwSignal::new(typed.get_untracked());
    // A field that the page itself writes to is left without `change` in some browsers.
    let leave = move || {
        let now = typed.get_untracked();
        if now == sent.get_untracked() {
            return;
        }
        match judge(&now) {
            Ok(number) => {
                error.set(None);
                sent.set(now);
                settings.save(said, |settings| *of(settings) = number);
            }
            Err(fault) => {
                said.set(Said::Nothing);
                error.set(Some(fault));
            }
        }
    };
    view! {
        <input id=id class="short" type="text" inputmode="numeric" autocomplete="off" aria-label=label
            aria-describedby=error_id aria-invalid=move || error.get().map(|_| "true") bind:value=typed
            on:input=move |event| error.set(judge(&event_target_value(&event)).err())
            on:change=move |_| leave() on:blur=move |_| leave() />
    }
}
