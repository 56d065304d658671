//! What waits for a decision, the last synchronization, earlier ones, and what was
//! set aside.

mod decisions;
mod head;
mod kept;
mod run;

use std::collections::HashMap;

use leptos::prelude::*;

use self::decisions::Decisions;
use self::head::{Going, Head};
use self::kept::SetAside;
use self::run::{Earlier, Tables};
use super::frame::{Said, Top, ready, rounds, show};
use super::saying::{say, sentence};
use super::shelf::{self, Unsettled};
use super::standing::follow;
use crate::model::{AccountId, ItemId, Kept, Run};
use crate::state;

/// The titles of items, to be shown in logs, which do not hold them.
type Titles = RwSignal<HashMap<ItemId, String>>;

/// Shows the page.
pub fn status() {
    show(|| view! { <Status /> });
}

/// What the store has for this page.
#[derive(Clone, Default)]
struct Stored {
    last: Option<Run>,
    earlier: Vec<Run>,
}

async fn stored() -> Stored {
    let runs = shelf::runs().await.unwrap_or_default();
    let accounts = shelf::accounts().await.unwrap_or_default();
    // The one that the state line speaks of; without an account, the newest.
    let last = state::last(&accounts, &runs).or_else(|| runs.first().cloned());
    let earlier = runs.into_iter().filter(|run| last.as_ref().is_none_or(|last| last.started != run.started));
    Stored { earlier: earlier.collect(), last }
}

#[component]
fn Status() -> impl IntoView {
    let runs = RwSignal::new(Stored::default());
    let names = RwSignal::new(HashMap::<AccountId, String>::new());
    let kept = RwSignal::new(Vec::<Kept>::new());
    let waiting = RwSignal::new(Vec::<Unsettled>::new());
    let titles: Titles = RwSignal::new(HashMap::new());
    let read = rounds(move || async move {
        let found = stored().await;
        if found.last.iter().chain(&found.earlier).any(|run| run.log.iter().any(|line| !line.items.is_empty())) {
            titles.set(shelf::titles().await.unwrap_or_default());
        }
        names.set(shelf::names().await.unwrap_or_default());
        runs.set(found);
        kept.set(shelf::kept().await.unwrap_or_default());
        waiting.set(shelf::waiting().await.unwrap_or_default());
        ready();
    });
    let standing = follow(read.clone());
    Effect::watch(move || standing.changes.get(), move |_, _, _| read(), false);

    let last = Memo::new(move |_| runs.with(|runs| runs.last.clone()));
    let earlier = Memo::new(move |_| runs.with(|runs| runs.earlier.clone()));
    let said = RwSignal::new(Said::Nothing);
    view! {
        <Top here="status.html" />
        <main>
            <h1 class="hidden-label">{say("page_status")}</h1>
            <Decisions standing />
            <section class="sheet">
                <Head last standing names said />
                <Going standing />
                <Waiting waiting />
                {move || last.get().map(|run| view! { <hr /> <Tables run titles done=said ids=true /> })}
            </section>
            <section class="sheet">
                <h2>{say("status_earlier")}</h2>
                <ul id="earlier">
                    <For each=move || earlier.get() key=|run| (run.started, run.ended) let:run>
                        <li><Earlier run titles names done=said /></li>
                    </For>
                </ul>
                <p class="quiet" hidden=move || !earlier.with(Vec::is_empty)>{say("status_earlier_none")}</p>
            </section>
            <SetAside kept standing />
        </main>
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
