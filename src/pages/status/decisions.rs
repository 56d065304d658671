//! What waits for the person to decide: what the guard stopped, and folders that are
//! not on the server any more.

use std::collections::HashSet;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::browser::api;
use crate::message::{Answer, Ask, Drafted};
use crate::model::{Choice, CollectionId, Fate, Fault, Held, Millis};
use crate::pages::draft::Steps;
use crate::pages::frame::{Said, Telling, rounds};
use crate::pages::saying::{say, say_of};
use crate::pages::shelf;
use crate::pages::standing::Standing;

/// Which question: the folder, and since when it waits.
type Asked = (CollectionId, Millis);

/// A folder that waits.
#[derive(Clone, PartialEq)]
struct Question {
    id: CollectionId,
    name: String,
    /// The account's name, where there are several.
    account: Option<String>,
    what: What,
}

#[derive(Clone, PartialEq)]
enum What {
    Stopped(Held, Drafted),
    /// With so many items in it.
    Vanished(Millis, usize),
}

impl Question {
    fn asked(&self) -> Asked {
        let since = match &self.what {
            What::Stopped(held, _) => held.since,
            What::Vanished(since, _) => *since,
        };
        (self.id.clone(), since)
    }
}

async fn questions() -> Result<Vec<Question>, Fault> {
    let (collections, names) = (shelf::collections().await?, shelf::names().await?);
    let mut held = Vec::new();
    if collections.iter().any(|c| c.held.as_ref().is_some_and(|held| !held.agreed)) {
        // The titles of what was deleted here are in no list any more.
        if let Answer::Drafted(drafted) = api::ask(&Ask::Held).await? {
            held = drafted;
        }
    }
    let mut found = Vec::new();
    for collection in collections {
        let account = names.get(&collection.account).cloned();
        let question = |what| Question { id: collection.id.clone(), name: collection.name.clone(), account, what };
        let draft = held.iter().find(|drafted| drafted.collection == collection.id);
        if let Some(vanished) = collection.vanished.as_ref().filter(|vanished| vanished.fate.is_none()) {
            let count = shelf::count(&collection.id).await?;
            found.push(question(What::Vanished(vanished.since, count)));
        } else if let (Some(held), Some(draft)) = (&collection.held, draft) {
            found.push(question(What::Stopped(held.clone(), draft.clone())));
        }
    }
    Ok(found)
}

#[component]
pub fn Decisions(standing: Standing) -> impl IntoView {
    let found = RwSignal::new(Vec::<Question>::new());
    // Put off until the page is opened again, or answered just now.
    let closed = RwSignal::new(HashSet::<Asked>::new());
    let said = RwSignal::new(Said::Nothing);
    let read = rounds(move || async move {
        match questions().await {
            Ok(questions) => found.set(questions),
            Err(fault) => said.set(Said::Failed(fault)),
        }
    });
    Effect::watch(move || standing.changes.get(), move |_, _, _| read(), true);
    let open = Memo::new(move |_| {
        let questions = found.get().into_iter();
        questions.filter(|question| closed.with(|closed| !closed.contains(&question.asked()))).collect::<Vec<_>>()
    });
    let silent = move || open.with(Vec::is_empty) && said.get() == Said::Nothing;
    view! {
        <section class="stack" id="decisions" aria-label=say("decide_section") hidden=silent>
            <Telling id="decide-said" said />
            <For each=move || open.get() key=|question| format!("{question:?}", question = question.asked()) let:question>
                {
                    let asked = question.asked();
                    let answer = Callback::new(move |ask: Option<Ask>| {
                        let asked = asked.clone();
                        spawn_local(async move {
                            if let Some(ask) = ask {
                                match api::ask(&ask).await {
                                    Ok(_) => said.set(Said::Done(say("decide_done"))),
                                    Err(fault) => {
                                        said.set(Said::Failed(fault));
                                        return;
                                    }
                                }
                            }
                            closed.update(|closed| {
                                closed.insert(asked);
                            });
                        });
                    });
                    view! { <Box question answer /> }
                }
            </For>
        </section>
    }
}

/// One question. `answer` is called with what to ask the worker for; with nothing,
/// to decide later.
#[component]
fn Box(question: Question, answer: Callback<Option<Ask>>) -> impl IntoView {
    let Question { id, name, account, what } = question;
    let account = account.map(|account| view! { " " <span class="hint">{account}</span> });
    let folder = name.clone();
    let later = view! {
        <button class="decide-later" on:click=move |_| answer.run(None)>{say("decide_later")}</button>
    };
    let (kind, heading, body) = match what {
        What::Stopped(held, draft) => {
            let told = [(&held.here, "decide_held_here"), (&held.there, "decide_held_there")];
            let told = told.into_iter().filter(|(ids, _)| !ids.is_empty());
            let told = told.map(|(ids, key)| view! { <p>{say_held(key, ids.len(), held.of)}</p> }).collect_view();
            let delete = Ask::Decide { collection: id.clone(), choice: Choice::Delete };
            let back = Ask::Decide { collection: id, choice: Choice::BringBack };
            let body = view! {
                {told}
                <p class="hint">{say("decide_held_hint")}</p>
                <div><Steps steps=draft.steps open=true /></div>
                <div class="row">
                    <button class="decide-back main" on:click=move |_| answer.run(Some(back.clone()))>
                        {say("decide_bring_back")}
                    </button>
                    <button class="decide-delete danger" on:click=move |_| answer.run(Some(delete.clone()))>
                        {say("decide_delete")}
                    </button>
                    {later}
                </div>
            };
            ("held", say_of("decide_held", &[&name]), body.into_any())
        }
        What::Vanished(_, count) => {
            let asking = RwSignal::new(false);
            let settle = {
                let id = id.clone();
                move |fate| answer.run(Some(Ask::Settle { collection: id.clone(), fate }))
            };
            let (keep, remake, remove) = (settle.clone(), settle.clone(), settle);
            let body = view! {
                <p>
                    {if count == 0 { say("decide_vanished_empty") } else { say_of("decide_vanished_text", &[&count]) }}
                </p>
                <div class="row" hidden=asking>
                    <button class="settle-remake main" on:click=move |_| remake(Fate::Remake)>
                        {say("decide_remake")}
                    </button>
                    <button class="settle-keep" on:click=move |_| keep(Fate::Keep)>{say("decide_keep")}</button>
                    <button class="settle-remove danger" on:click=move |_| asking.set(true)>
                        {say("decide_remove")}
                    </button>
                    {later}
                </div>
                <div class="row" role="alert" hidden=move || !asking.get()>
                    <span>
                        {if count == 0 { say("decide_remove_empty") } else { say_of("decide_remove_question", &[&count]) }}
                    </span>
                    <button class="settle-confirm danger" on:click=move |_| remove(Fate::Remove)>
                        {say("decide_remove_confirm")}
                    </button>
                    <button on:click=move |_| asking.set(false)>{say("action_cancel")}</button>
                </div>
            };
            ("vanished", say_of("decide_vanished", &[&name]), body.into_any())
        }
    };
    view! {
        <article class="box ask stack" data-question=kind data-folder=folder>
            <h2>{heading} {account}</h2>
            {body}
        </article>
    }
}

fn say_held(key: &str, gone: usize, of: u32) -> String {
    // The count is the last: for one there is another sentence.
    say_of(key, &[&of, &gone])
}
