//! Synchronize now, and Restore from server.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::api;
use crate::fault;
use crate::message::{Answer, Ask};
use crate::pages::frame::{Said, Telling, order};
use crate::pages::saying::{say, say_of};
use crate::pages::standing::{Standing, StateLine};

#[component]
pub fn ByHand(standing: Standing) -> impl IntoView {
    let said = RwSignal::new(Said::Nothing);
    // How many changes a restore would set aside, while the person is asked.
    let aside = RwSignal::new(None::<u32>);
    let unset = move || standing.state.with(|state| state.as_ref().is_none_or(|state| !state.set_up));
    let count = move |_| {
        said.set(Said::Nothing);
        spawn_local(async move {
            match api::ask(&Ask::CountRestore).await {
                Ok(Answer::Count(count)) => aside.set(Some(count)),
                Ok(_) => said.set(Said::Failed(fault::internal("no count").during("CountRestore"))),
                Err(fault) => said.set(Said::Failed(fault)),
            }
        });
    };
    let question = move || {
        aside.get().map(|count| match count {
            0 => say("options_restore_count_none"),
            count => say_of("options_restore_count", &[&count]),
        })
    };
    view! {
        <div class="stack">
            <h3>{say("options_by_hand")}</h3>
            <StateLine standing />
            <div class="row">
                <button id="sync-now" type="button" disabled=unset on:click=move |_| {
                    aside.set(None);
                    order(Ask::Synchronize, said, |_| say("action_asked"));
                }>{say("action_synchronize")}</button>
            </div>
            <div class="near">
                <div class="row">
                    <button id="restore" type="button" disabled=unset aria-describedby="restore-hint" on:click=count>
                        {say("options_restore")}
                    </button>
                </div>
                <p id="restore-hint" class="hint">{say("options_restore_hint")}</p>
            </div>
            <div class="box warn stack" role="alert" hidden=move || aside.get().is_none()>
                <p id="restore-count">{question}</p>
                <div class="row">
                    <button id="restore-confirm" type="button" class="danger" on:click=move |_| {
                        aside.set(None);
                        order(Ask::Restore, said, |_| say("options_restore_started"));
                    }>{say("options_restore_confirm")}</button>
                    <button id="restore-cancel" type="button" on:click=move |_| aside.set(None)>
                        {say("action_cancel")}
                    </button>
                </div>
            </div>
            <Telling id="hand-said" said />
        </div>
    }
}
