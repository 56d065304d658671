//! When to synchronize.

use leptos::prelude::*;

use super::account::ErrorLine;
use super::setting::{Number, Shared, Tick, TickBox};
use crate::field;
use crate::pages::frame::{Said, Telling};
use crate::pages::saying::say;

#[component]
pub fn Timing(settings: Shared) -> impl IntoView {
    let said = RwSignal::new(Said::Nothing);
    let error = RwSignal::new(None);
    let periodic = RwSignal::new(settings.get(|settings| settings.periodic));
    view! {
        <fieldset class="stack">
            <legend>{say("options_when")}</legend>
            <Tick id="sync-at-start" name=say("options_at_start") settings said of=|s| &mut s.at_start />
            <div class="tick">
                <TickBox id="sync-periodic" settings said of=|s| &mut s.periodic value=periodic />
                <div class="row">
                    <label for="sync-periodic">{say("options_periodic")}</label>
                    <Number id="sync-minutes" error_id="minutes-error" label=say("options_minutes_label") settings said
                        of=|s| &mut s.every_minutes judge=field::minutes error />
                    <span>{say("options_minutes")}</span>
                    <ErrorLine id="minutes-error" error />
                </div>
            </div>
            <Tick id="sync-spare" name=say("options_spare") settings said of=|s| &mut s.spare
                hint=say("options_spare_hint") />
            <Tick id="sync-after-change" name=say("options_after_change") settings said of=|s| &mut s.after_change
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
