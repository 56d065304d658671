//! When to synchronize. Each change is saved as it is made.

use leptos::prelude::*;

use super::account::ErrorLine;
use crate::field;
use crate::message::Ask;
use crate::model::{Fault, Settings};
use crate::pages::frame::{Said, Telling, order};
use crate::pages::saying::say;

#[component]
pub fn Timing(settings: Settings) -> impl IntoView {
    let at_start = RwSignal::new(settings.at_start);
    let periodic = RwSignal::new(settings.periodic);
    let minutes = RwSignal::new(settings.every_minutes.to_string());
    // What of it was sent to be saved last.
    let sent = RwSignal::new(minutes.get_untracked());
    let after_change = RwSignal::new(settings.after_change);
    let minutes_error = RwSignal::new(None::<Fault>);
    let said = RwSignal::new(Said::Nothing);
    let stored = settings;

    let save = move || match field::minutes(&minutes.get_untracked()) {
        Ok(every_minutes) => {
            minutes_error.set(None);
            sent.set(minutes.get_untracked());
            let settings = Settings {
                at_start: at_start.get_untracked(),
                periodic: periodic.get_untracked(),
                every_minutes,
                after_change: after_change.get_untracked(),
                ..stored
            };
            order(Ask::SaveSettings(settings), said, |_| say("options_settings_saved"));
        }
        Err(fault) => {
            said.set(Said::Nothing);
            minutes_error.set(Some(fault));
        }
    };
    // Judged as it is typed; saved when the field is left. A field that the page itself
    // writes to is left without `change` in some browsers.
    let judge = move |typed: String| minutes_error.set(field::minutes(&typed).err());
    let leave = move || {
        if minutes.get_untracked() != sent.get_untracked() {
            save();
        }
    };
    view! {
        <fieldset class="stack">
            <legend>{say("options_when")}</legend>
            <Tick id="sync-at-start" name=say("options_at_start") value=at_start save />
            <div class="tick">
                <input type="checkbox" id="sync-periodic" prop:checked=periodic
                    on:change=move |event| {
                        periodic.set(event_target_checked(&event));
                        save();
                    } />
                <div class="row">
                    <label for="sync-periodic">{say("options_periodic")}</label>
                    <input id="sync-minutes" class="short" type="text" inputmode="numeric" autocomplete="off"
                        aria-label=say("options_minutes_label") aria-describedby="minutes-error"
                        aria-invalid=move || minutes_error.get().map(|_| "true")
                        bind:value=minutes on:input=move |event| judge(event_target_value(&event))
                        on:change=move |_| leave() on:blur=move |_| leave() />
                    <span>{say("options_minutes")}</span>
                    <ErrorLine id="minutes-error" error=minutes_error />
                </div>
            </div>
            <Tick id="sync-after-change" name=say("options_after_change") value=after_change save
                hint=say("options_after_change_hint") />
            <div class="tick">
                <input type="checkbox" id="public-folders" disabled=true aria-describedby="public-folders-hint" />
                <label for="public-folders">{say("options_public_folders")}</label>
                <p id="public-folders-hint" class="hint">{say("options_public_folders_hint")}</p>
            </div>
            <Telling id="settings-saved" said />
        </fieldset>
    }
}

#[component]
fn Tick(
    id: &'static str,
    name: String,
    value: RwSignal<bool>,
    save: impl Fn() + 'static,
    #[prop(optional)] hint: Option<String>,
) -> impl IntoView {
    view! {
        <div class="tick">
            <input type="checkbox" id=id prop:checked=value on:change=move |event| {
                value.set(event_target_checked(&event));
                save();
            } />
            <label for=id>{name}</label>
            {hint.map(|hint| view! { <p class="hint">{hint}</p> })}
        </div>
    }
}
