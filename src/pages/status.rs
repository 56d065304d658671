//! The last synchronization, earlier ones, and what was set aside.

use std::collections::HashMap;

use leptos::prelude::*;

use super::frame::{Said, Telling, Top, order, ready, rounds, show};
use super::moment;
use super::saying::{of_fault, of_role, say, say_of, sentence};
use super::shelf::{self, Unsettled};
use super::standing::{Standing, follow};
use crate::message::Ask;
use crate::model::{CollectionReport, ItemId, Kept, LogLine, Millis, Outcome, Progress, Run};

/// The titles of items, to be shown in logs, which do not hold them.
type Titles = RwSignal<HashMap<ItemId, String>>;

/// Shows the page.
pub fn status() {
    show(|| view! { <Status /> });
}

#[component]
fn Status() -> impl IntoView {
    let runs = RwSignal::new(Vec::<Run>::new());
    let kept = RwSignal::new(Vec::<Kept>::new());
    let waiting = RwSignal::new(Vec::<Unsettled>::new());
    let titles: Titles = RwSignal::new(HashMap::new());
    let read = rounds(move || async move {
        let found = shelf::runs().await.unwrap_or_default();
        if found.iter().any(|run| run.log.iter().any(|line| !line.items.is_empty())) {
            titles.set(shelf::titles().await.unwrap_or_default());
        }
        runs.set(found);
        kept.set(shelf::kept().await.unwrap_or_default());
        waiting.set(shelf::waiting().await.unwrap_or_default());
        ready();
    });
    let standing = follow(read.clone());
    Effect::watch(move || standing.changes.get(), move |_, _, _| read(), false);

    let last = Memo::new(move |_| runs.with(|runs| runs.first().cloned()));
    let earlier = Memo::new(move |_| runs.with(|runs| runs.iter().skip(1).cloned().collect::<Vec<Run>>()));
    view! {
        <Top here="status.html" />
        <main>
            <h1 class="hidden-label">{say("page_status")}</h1>
            <section class="sheet">
                <Head last standing />
                <Going standing />
                <Waiting waiting />
                {move || last.get().map(|run| view! { <hr /> <Tables run titles ids=true /> })}
            </section>
            <section class="sheet">
                <h2>{say("status_earlier")}</h2>
                <ul id="earlier">
                    <For each=move || earlier.get() key=|run| (run.started, run.ended) let:run>
                        <li><Earlier run titles /></li>
                    </For>
                </ul>
                <p class="quiet" hidden=move || !earlier.with(Vec::is_empty)>{say("status_earlier_none")}</p>
            </section>
            <SetAside kept standing />
        </main>
    }
}

/// When it last ran and how it went, in words.
#[component]
fn Head(last: Memo<Option<Run>>, standing: Standing) -> impl IntoView {
    let when = move || match last.get() {
        Some(run) => moment::date_time(run.started),
        None => say("status_when_never"),
    };
    let attempt = move || {
        last.get()
            .map(|run| say_of("status_last", &[&moment::ago(run.started.min(standing.now.get()), standing.now.get())]))
    };
    let running = move || standing.state.with(|state| state.as_ref().is_some_and(|state| state.running.is_some()));
    let waiting = move || standing.state.with(|state| state.as_ref().map_or(0, |state| state.waiting));
    let named = move |run: &Run| {
        let same = |last: &Run| last.started == run.started && last.ended == run.ended;
        standing.state.with(|state| state.as_ref().and_then(|state| state.last.as_ref()).is_some_and(same))
    };
    let result = Memo::new(move |_| match last.get() {
        _ if running() => ("running", say("result_running")),
        None => ("never", say("result_never")),
        // The list of runs and the state come one after the other: of a run that the
        // state does not name yet, or names with another end, nothing is certain.
        Some(run) => outcome(&run, (standing.certain.get() && named(&run)).then(waiting)),
    });
    let broken = move || standing.fault.get().map(|fault| of_fault(&fault));
    let next = move || {
        let due = standing.state.with(|state| state.as_ref().and_then(|state| state.next));
        due.filter(|_| !running()).map(|due| say_of("status_next", &[&moment::ago(due, standing.now.get())]))
    };
    let said = RwSignal::new(Said::Nothing);
    let unset = move || standing.state.with(|state| state.as_ref().is_some_and(|state| !state.set_up));
    view! {
        <div class="near">
            <p class="hint">{attempt}</p>
            <p id="when">{when}</p>
            <p id="result" role="status" data-result=move || result.get().0>{move || result.get().1}</p>
            <p class="hint">{next}</p>
            <p class="box bad" role="alert" hidden=move || broken().is_none()>{broken}</p>
        </div>
        <div class="row">
            <button id="sync-now" disabled=unset on:click=move |_| {
                order(Ask::Synchronize, said, |_| String::new());
            }>{say("action_synchronize")}</button>
        </div>
        <Telling id="said" said />
    }
}

/// How a run went, for programs and for people. `waiting`: the items that wait
/// now, where that is known; a run only knows those of its own time.
fn outcome(run: &Run, waiting: Option<u32>) -> (&'static str, String) {
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

/// The bar of a run that is under way.
#[component]
fn Going(standing: Standing) -> impl IntoView {
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

/// The items that need attention, each with its reason.
#[component]
fn Waiting(waiting: RwSignal<Vec<Unsettled>>) -> impl IntoView {
    view! {
        <div class="box bad" hidden=move || waiting.with(Vec::is_empty)>
            <h3>{say("status_attention")}</h3>
            <ul id="waiting">
                {move || waiting.get().into_iter().map(|item| view! {
                    <li data-item=item.id.0>
                        <span><strong>{item.title}</strong> " · " {item.folder}</span>
                        <span>{sentence(&item.reason)}</span>
                    </li>
                }).collect_view()}
            </ul>
        </div>
    }
}

/// What each folder received and sent, and the log.
#[component]
fn Tables(run: Run, titles: Titles, ids: bool) -> impl IntoView {
    let columns = [
        say("status_received"),
        say("status_sent"),
        say("status_deleted_here"),
        say("status_deleted_there"),
        say("status_twice"),
        say("status_waiting"),
    ];
    let none = run.collections.is_empty();
    let rows = run.collections.iter().map(row).collect_view();
    let lines = run.log.iter().map(|entry| line(entry, titles)).collect_view();
    let silent = run.log.is_empty();
    let context = match &run.outcome {
        Outcome::Failed(fault) if !fault.context.is_empty() => Some(fault.context.clone()),
        _ => None,
    };
    view! {
        <div class="stack">
            <h3>{say("status_folders")}</h3>
            <div class="wide" tabindex="0" hidden=none>
                <table id=ids.then_some("folders")>
                    <thead><tr>
                        <th scope="col">{say("status_folder")}</th>
                        {columns.map(|name| view! { <th scope="col">{name}</th> }).collect_view()}
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="quiet" hidden=!none>{say("status_folders_none")}</p>
            <h3>{say("status_log")}</h3>
            <ol class="log" id=ids.then_some("log")>{lines}</ol>
            <p class="quiet" hidden=!silent>{say("status_log_none")}</p>
            {context.map(|context| view! {
                <details>
                    <summary class="hint">{say("status_context")}</summary>
                    <code class="hint">{context}</code>
                </details>
            })}
        </div>
    }
}

fn row(report: &CollectionReport) -> impl IntoView + use<> {
    let cell = |n: u32| view! { <td class:none=(n == 0)>{n}</td> };
    let role = report.role.map(of_role).filter(|role| *role != report.name);
    let fault = report.fault.as_ref().map(|fault| view! { <p class="error">{of_fault(fault)}</p> });
    view! {
        <tr>
            <th scope="row">
                {report.name.clone()}
                {role.map(|role| view! { " " <span class="mark">{role}</span> })}
                {fault}
            </th>
            {cell(report.received)}
            {cell(report.sent)}
            {cell(report.deleted_here)}
            {cell(report.deleted_there)}
            {cell(report.conflicts)}
            <td class:none=(report.waiting == 0) class:waits=(report.waiting > 0)>{report.waiting}</td>
        </tr>
    }
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
fn Earlier(run: Run, titles: Titles) -> impl IntoView {
    let open = RwSignal::new(false);
    // Nothing earlier still runs.
    let now_waiting = matches!(run.outcome, Outcome::Running).then_some(0);
    let (word, text) = outcome(&run, now_waiting);
    let when = moment::date_time(run.started);
    view! {
        <details on:toggle=move |_| open.set(true)>
            <summary>
                <span class="when">{when}</span>
                <span class={if word == "ok" { "quiet" } else { "problem" }} data-result=word>{text}</span>
            </summary>
            {move || open.get().then(|| view! { <Tables run=run.clone() titles ids=false /> })}
        </details>
    }
}

/// Texts that were replaced or removed, to be had back.
#[component]
fn SetAside(kept: RwSignal<Vec<Kept>>, standing: Standing) -> impl IntoView {
    let said = RwSignal::new(Said::Nothing);
    let told = move |at: Millis| moment::told(at, standing.now.get_untracked());
    view! {
        <section class="sheet">
            <div class="near">
                <h2>{say("status_kept")}</h2>
                <p class="hint">{say("status_kept_hint")}</p>
            </div>
            <Telling id="kept-said" said />
            <ul id="kept">
                <For each=move || kept.get() key=|kept| (kept.at, kept.item.clone()) let:kept>
                    {
                        let title = if kept.title.is_empty() { say("popup_untitled") } else { kept.title.clone() };
                        let (at, item) = (kept.at, kept.item.clone());
                        let label = format!("{}: {title}", say("status_bring_back"));
                        view! {
                            <li>
                                <div><p>{title}</p><p class="hint">{told(at)}</p></div>
                                <button aria-label=label on:click=move |_| {
                                    order(Ask::BringBack { at, item: item.clone() }, said, |_| say("status_brought_back"));
                                }>{say("status_bring_back")}</button>
                            </li>
                        }
                    }
                </For>
            </ul>
            <p class="quiet" hidden=move || !kept.with(Vec::is_empty)>{say("status_kept_none")}</p>
        </section>
    }
}
