//! When it last ran and how it went; what can be asked for.

use std::collections::HashMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::run::outcome;
use crate::browser::api;
use crate::message::{Answer, Ask, Drafted};
use crate::model::{AccountId, CollectionId, Outcome, Progress, Run};
use crate::pages::draft::Drafts;
use crate::pages::frame::{Said, Telling, order};
use crate::pages::saying::{of_fault, say, say_of};
use crate::pages::standing::Standing;
use crate::pages::{moment, shelf};

/// When it last ran and how it went, in words.
#[component]
pub fn Head(
    last: Memo<Option<Run>>,
    standing: Standing,
    names: RwSignal<HashMap<AccountId, String>>,
    said: RwSignal<Said>,
) -> impl IntoView {
    let when = move || match last.get() {
        Some(run) => moment::date_time(run.started),
        None => say("status_when_never"),
    };
    let attempt = move || {
        last.get()
            .map(|run| say_of("status_last", &[&moment::ago(run.started.min(standing.now.get()), standing.now.get())]))
    };
    let account = move || last.get().and_then(|run| names.with(|names| names.get(&run.account).cloned()));
    let running = move || standing.state.with(|state| state.as_ref().is_some_and(|state| state.running.is_some()));
    let waiting = move || standing.state.with(|state| state.as_ref().map_or(0, |state| state.waiting));
    let undecided = move || standing.state.with(|state| state.as_ref().map_or(0, |state| state.undecided));
    let named = move |run: &Run| {
        let same = |last: &Run| last.started == run.started && last.ended == run.ended;
        standing.state.with(|state| state.as_ref().and_then(|state| state.last.as_ref()).is_some_and(same))
    };
    let result = Memo::new(move |_| match last.get() {
        _ if running() => ("running", say("result_running")),
        None => ("never", say("result_never")),
        // Not failed: it waits for an answer.
        Some(run) if undecided() > 0 && stopped(&run) => ("undecided", say_of("result_undecided", &[&undecided()])),
        // The list of runs and the state come one after the other: of a run that the
        // state does not name yet, or names with another end, nothing is certain.
        Some(run) => outcome(&run, (standing.certain.get() && named(&run)).then(waiting)),
    });
    let broken = move || standing.fault.get().map(|fault| of_fault(&fault));
    let next = move || {
        let due = standing.state.with(|state| state.as_ref().and_then(|state| state.next));
        due.filter(|_| !running()).map(|due| say_of("status_next", &[&moment::ago(due, standing.now.get())]))
    };
    let unset = move || standing.state.with(|state| state.as_ref().is_some_and(|state| !state.set_up));
    view! {
        <div class="near">
            <p class="hint">{attempt}</p>
            <p id="when">{when}</p>
            <p id="result" role="status" data-result=move || result.get().0>{move || result.get().1}</p>
            <p class="hint">{account}</p>
            <p class="hint">{next}</p>
            <p class="box bad" role="alert" hidden=move || broken().is_none()>{broken}</p>
        </div>
        <Asking unset=Signal::derive(unset) standing said />
        <Telling id="said" said />
    }
}

/// What stopped it is what the person is asked about.
fn stopped(run: &Run) -> bool {
    let keys = ["fault_guard_here", "fault_guard_there", "fault_collection_gone"];
    matches!(&run.outcome, Outcome::Failed(fault) if keys.contains(&fault.text.key.as_str()))
}

/// What can be asked for, and the plan of the next run.
#[component]
fn Asking(unset: Signal<bool>, standing: Standing, said: RwSignal<Said>) -> impl IntoView {
    let plan = RwSignal::new(None::<(Vec<Drafted>, HashMap<CollectionId, String>)>);
    let looking = RwSignal::new(false);
    // A plan is of its moment.
    Effect::watch(move || standing.changes.get(), move |_, _, _| plan.set(None), false);
    let look = move |_| {
        looking.set(true);
        said.set(Said::Nothing);
        spawn_local(async move {
            match api::ask(&Ask::Preview).await {
                Ok(Answer::Drafted(drafts)) => {
                    let accounts = shelf::names().await.unwrap_or_default();
                    let collections = shelf::collections().await.unwrap_or_default().into_iter();
                    let of = collections.filter_map(|c| Some((c.id, accounts.get(&c.account)?.clone())));
                    plan.set(Some((drafts, of.collect())));
                }
                Ok(_) => said.set(Said::Failed(crate::fault::internal("no plan").during("Preview"))),
                Err(fault) => said.set(Said::Failed(fault)),
            }
            looking.set(false);
        });
    };
    let ask = move |ask: Ask| {
        plan.set(None);
        order(ask, said, |_| String::new());
    };
    view! {
        <div class="near">
            <div class="row">
                <button id="sync-now" class="main" disabled=unset on:click=move |_| ask(Ask::Synchronize)>
                    {say("action_synchronize")}
                </button>
                <button id="preview" disabled=move || unset.get() || looking.get() on:click=look>
                    {say("status_preview")}
                </button>
                <button id="audit" disabled=unset aria-describedby="audit-hint" on:click=move |_| ask(Ask::Audit)>
                    {say("status_audit")}
                </button>
            </div>
            <p class="hint">{say("status_preview_hint")}</p>
            <p id="audit-hint" class="hint">{say("status_audit_hint")}</p>
        </div>
        <p class="hint" role="status" hidden=move || !looking.get()>{say("status_preview_looking")}</p>
        {move || plan.get().map(|(drafts, accounts)| view! {
            <div id="plan" class="box stack" role="region" aria-label=say("status_preview_plan")>
                <h3>{say("status_preview_plan")}</h3>
                <Drafts drafts accounts />
                <div class="row">
                    <button id="plan-close" on:click=move |_| plan.set(None)>{say("action_close")}</button>
                </div>
            </div>
        })}
    }
}

/// The bar of a run that is under way.
#[component]
pub fn Going(standing: Standing) -> impl IntoView {
    let progress = Memo::new(move |_| standing.state.with(|state| state.as_ref().and_then(|s| s.running.clone())));
    let text = |progress: &Progress| match progress.total {
        _ if progress.name.is_empty() => say("result_running"),
        0 => say_of("status_progress_open", &[&progress.name]),
        total => say_of("status_progress", &[&progress.name, &progress.done, &total]),
    };
    view! {
        <div class="near" hidden=move || progress.get().is_none()>
            {move || progress.get().map(|progress| {
                let value = (progress.total > 0).then_some(progress.done);
                let max = progress.total.max(1);
                view! {
                    <label for="progress" id="progress-text">{text(&progress)}</label>
                    <progress id="progress" value=value max=max></progress>
                }
            })}
        </div>
    }
}
