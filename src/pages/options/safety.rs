//! What is safe from a synchronization: when it asks before it deletes, and how
//! long earlier versions can be had back.

use leptos::prelude::*;

use super::account::ErrorLine;
use super::setting::{Number, Shared, Tick};
use crate::field;
use crate::model::Fault;
use crate::pages::frame::{Said, Telling};
use crate::pages::saying::say;

#[component]
pub fn Safety(settings: Shared) -> impl IntoView {
    let said = RwSignal::new(Said::Nothing);
    let error = || RwSignal::new(None::<Fault>);
    let (items, percent, days, size) = (error(), error(), error(), error());
    view! {
        <fieldset class="stack">
            <legend>{say("options_guard")}</legend>
            <div class="near">
                <div class="row">
                    <span>{say("options_guard_before")}</span>
                    <Number id="guard-items" error_id="guard-items-error" label=say("options_guard_items_label")
                        settings said of=|s| &mut s.guard.at_least judge=field::guard_items error=items />
                    <span>{say("options_guard_between")}</span>
                    <Number id="guard-percent" error_id="guard-percent-error" label=say("options_guard_percent_label")
                        settings said of=|s| &mut s.guard.percent judge=field::guard_percent error=percent />
                    <span>{say("options_guard_after")}</span>
                </div>
                <ErrorLine id="guard-items-error" error=items />
                <ErrorLine id="guard-percent-error" error=percent />
            </div>
            <Tick id="guard-emptied" name=say("options_guard_emptied") settings said of=|s| &mut s.guard.emptied />
            <p class="hint">{say("options_guard_hint")}</p>
        </fieldset>
        <fieldset class="stack">
            <legend>{say("options_history")}</legend>
            <div class="near">
                <div class="row">
                    <span>{say("options_history_before")}</span>
                    <Number id="history-days" error_id="history-days-error" label=say("options_history_days_label")
                        settings said of=|s| &mut s.history.days judge=field::history_days error=days />
                    <span>{say("options_history_between")}</span>
                    <Number id="history-size" error_id="history-size-error" label=say("options_history_size_label")
                        settings said of=|s| &mut s.history.megabytes judge=field::history_size error=size />
                    <span>{say("options_history_after")}</span>
                </div>
                <ErrorLine id="history-days-error" error=days />
                <ErrorLine id="history-size-error" error=size />
            </div>
            <p class="hint">{say("options_history_hint")}</p>
        </fieldset>
        <Telling id="safety-saved" said />
    }
}
