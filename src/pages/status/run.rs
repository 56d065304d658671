//! One run: what each folder received and sent, the log, and the way to undo it.

use std::collections::HashMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Titles;
use crate::browser::api;
use crate::message::{Answer, Ask, Drafted};
use crate::model::{AccountId, CollectionReport, LogLine, Millis, Outcome, Run};
use crate::pages::draft::{Drafts, said};
use crate::pages::frame::Said;
use crate::pages::moment;
use crate::pages::saying::{of_fault, of_role, say, say_of, sentence};

/// A column of the table: what is counted, and how it is named. Those of what is
/// rare are only there when there is some of it.
type Column = (&'static str, fn(&CollectionReport) -> u32, bool);

const COLUMNS: [Column; 8] = [
    ("status_received", |report| report.received, false),
    ("status_sent", |report| report.sent, false),
    ("status_deleted_here", |report| report.deleted_here, false),
    ("status_deleted_there", |report| report.deleted_there, false),
    ("status_twice", |report| report.conflicts, false),
    ("status_merged", |report| report.merged, true),
    ("status_hidden", |report| report.hidden, true),
    ("status_waiting", |report| report.waiting, false),
];

/// How a run went, for programs and for people. `waiting`: the items that wait
/// now, where that is known; a run only knows those of its own time.
pub fn outcome(run: &Run, waiting: Option<u32>) -> (&'static str, String) {
    match &run.outcome {
        // The worker knows of no run: this one was ended from outside.
        Outcome::Running if waiting.is_some() => ("failed", say("result_interrupted")),
        Outcome::Running => ("running", say("result_running")),
        Outcome::Failed(fault) => ("failed", say_of("result_failed", &[&of_fault(fault)])),
        Outcome::Ok => match waiting.unwrap_or_else(|| run.total(|collection| collection.waiting)) {
            0 => ("ok", say("result_ok")),
            waiting => ("attention", say_of("result_attention", &[&waiting])),
        },
    }
}

/// What each folder received and sent, and the log.
#[component]
pub fn Tables(run: Run, titles: Titles, done: RwSignal<Said>, ids: bool) -> impl IntoView {
    let some = |of: &fn(&CollectionReport) -> u32| run.total(of) > 0;
    let columns: Vec<Column> = COLUMNS.into_iter().filter(|(_, of, rare)| !rare || some(of)).collect();
    let heads = columns.iter().map(|(name, ..)| view! { <th scope="col">{say(name)}</th> }).collect_view();
    let none = run.collections.is_empty();
    let rows = run.collections.iter().map(|report| row(report, &columns)).collect_view();
    let planned = run.collections.iter().filter(|report| !report.plan.is_empty()).map(planned).collect_view();
    let plans = run.collections.iter().any(|report| !report.plan.is_empty());
    let lines = run.log.iter().map(|entry| line(entry, titles)).collect_view();
    let silent = run.log.is_empty();
    let context = match &run.outcome {
        Outcome::Failed(fault) if !fault.context.is_empty() => Some(fault.context.clone()),
        _ => None,
    };
    let touched = run.total(|c| c.received + c.sent + c.deleted_here + c.deleted_there + c.conflicts + c.merged);
    let undo = (run.outcome != Outcome::Running && touched > 0).then(|| view! { <Undo run=run.started done /> });
    view! {
        <div class="stack">
            <h3>{say("status_folders")}</h3>
            <div class="wide" tabindex="0" hidden=none>
                <table id=ids.then_some("folders")>
                    <thead><tr><th scope="col">{say("status_folder")}</th>{heads}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="quiet" hidden=!none>{say("status_folders_none")}</p>
            {plans.then(|| view! {
                <details class="small">
                    <summary class="hint">{say("status_planned")}</summary>
                    <ul class="hint">{planned}</ul>
                </details>
            })}
            <h3>{say("status_log")}</h3>
            <ol class="log" id=ids.then_some("log")>{lines}</ol>
            <p class="quiet" hidden=!silent>{say("status_log_none")}</p>
            {context.map(|context| view! {
                <details class="small">
                    <summary class="hint">{say("status_context")}</summary>
                    <code class="hint">{context}</code>
                </details>
            })}
            {undo}
        </div>
    }
}

fn row(report: &CollectionReport, columns: &[Column]) -> impl IntoView + use<> {
    let role = report.role.map(of_role).filter(|role| *role != report.name);
    let width = columns.len() + 1;
    let fault = report.fault.as_ref().map(|fault| {
        view! { <tr class="why"><td colspan=width><p class="error">{of_fault(fault)}</p></td></tr> }
    });
    let cells = columns.iter().map(|(name, of, _)| {
        let n = of(report);
        let waits = n > 0 && *name == "status_waiting";
        view! { <td class:none=(n == 0) class:waits=waits data-label=say(name)>{n}</td> }
    });
    view! {
        <tr class:with-why=fault.is_some()>
            <th scope="row">
                {report.name.clone()}
                {role.map(|role| view! { " " <span class="mark">{role}</span> })}
            </th>
            {cells.collect_view()}
        </tr>
        {fault}
    }
}

/// What was planned for a folder, in one line.
fn planned(report: &CollectionReport) -> impl IntoView + use<> {
    let steps = report.plan.iter().map(|(action, n)| say_of("draft_step", &[&said(action), n]));
    let steps = steps.collect::<Vec<String>>().join(", ");
    view! { <li>{say_of("status_planned_folder", &[&report.name, &steps])}</li> }
}

fn line(line: &LogLine, titles: Titles) -> impl IntoView + use<> {
    let mark = line.problem.then(|| view! { <span class="mark bad">{say("status_problem")}</span> });
    let items = line.items.clone();
    let text = sentence(&line.text);
    let told = move || {
        let mut named: Vec<String> =
            titles.with(|titles| items.iter().filter_map(|item| titles.get(item)).map(|t| format!("“{t}”")).collect());
        named.dedup();
        if named.is_empty() { text.clone() } else { say_of("status_items", &[&text, &named.join(", ")]) }
    };
    view! {
        <li class:problem=line.problem>
            <time>{moment::clock(line.at)}</time>
            <span>{mark}{told}</span>
        </li>
    }
}

/// A run that was not the last; its tables are made when they are looked at.
#[component]
pub fn Earlier(
    run: Run,
    titles: Titles,
    names: RwSignal<HashMap<AccountId, String>>,
    done: RwSignal<Said>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    // Nothing earlier still runs.
    let now_waiting = matches!(run.outcome, Outcome::Running).then_some(0);
    let (word, text) = outcome(&run, now_waiting);
    let when = moment::date_time(run.started);
    let account = run.account.clone();
    let account = move || names.with(|names| names.get(&account).cloned());
    view! {
        <details on:toggle=move |_| open.set(true)>
            <summary>
                <span class="when">{when}</span>
                <span class={if word == "ok" { "quiet" } else { "problem" }} data-result=word>{text}</span>
                " " <span class="hint">{account}</span>
            </summary>
            {move || open.get().then(|| view! { <Tables run=run.clone() titles done ids=false /> })}
        </details>
    }
}

/// Undoes a run, after it was shown what that would do. `done` tells that it was.
#[component]
fn Undo(run: Millis, done: RwSignal<Said>) -> impl IntoView {
    let drafts = RwSignal::new(None::<Result<Vec<Drafted>, String>>);
    let look = move |_| {
        spawn_local(async move {
            drafts.set(Some(match api::ask(&Ask::PreviewUndo(run)).await {
                Ok(Answer::Drafted(drafted)) => Ok(drafted),
                Ok(_) => Err(of_fault(&crate::fault::internal("no plan").during("PreviewUndo"))),
                Err(fault) => Err(of_fault(&fault)),
            }));
        });
    };
    let undo = move |_| {
        drafts.set(None);
        spawn_local(async move {
            done.set(match api::ask(&Ask::Undo(run)).await {
                Ok(Answer::Count(count)) => Said::Done(say_of("undo_done", &[&count])),
                Ok(_) => Said::Done(String::new()),
                Err(fault) => Said::Failed(fault),
            });
        });
    };
    let shown = move || match drafts.get() {
        None => ().into_any(),
        Some(Err(told)) => view! { <p class="box bad" role="alert">{told}</p> }.into_any(),
        Some(Ok(plan)) if plan.is_empty() => view! { <p class="box">{say("undo_nothing")}</p> }.into_any(),
        Some(Ok(plan)) => view! {
            <div class="box ask stack undo-plan" role="alert">
                <p>{say("undo_question")}</p>
                <Drafts drafts=plan accounts=HashMap::new() />
                <div class="row">
                    <button class="undo-confirm danger" on:click=undo>{say("undo_confirm")}</button>
                    <button on:click=move |_| drafts.set(None)>{say("action_cancel")}</button>
                </div>
            </div>
        }
        .into_any(),
    };
    view! {
        <div class="row"><button class="undo" on:click=look>{say("undo_run")}</button></div>
        {shown}
    }
}
