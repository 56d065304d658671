//! How things stand, kept up to date: first as the store has it, then as the
//! worker says, then by the news.

use gloo_timers::callback::Interval;
use leptos::prelude::*;

use super::frame::rounds;
use super::saying::sentence;
use super::{moment, shelf};
use crate::browser::{api, news};
use crate::fault;
use crate::message::{Answer, Ask, State};
use crate::model::{Fault, Millis, News, Outcome, Saying};

/// What a page follows.
#[derive(Clone, Copy)]
pub struct Standing {
    /// `None` until the store has been read.
    pub state: RwSignal<Option<State>>,
    /// Why neither store nor worker can say, if they cannot.
    pub fault: RwSignal<Option<Fault>>,
    /// The worker has answered: what the store calls running really runs.
    pub certain: RwSignal<bool>,
    /// Counts the changes of the store: lists read it again.
    pub changes: RwSignal<u32>,
    /// The time, in steps that relative times need.
    pub now: RwSignal<Millis>,
}

/// Begins to follow; `painted` is called once the store's view is there.
pub fn follow(painted: impl Fn() + 'static) -> Standing {
    let standing = Standing {
        state: RwSignal::new(None),
        fault: RwSignal::new(None),
        certain: RwSignal::new(false),
        changes: RwSignal::new(0),
        now: RwSignal::new(moment::now()),
    };
    let painted = std::rc::Rc::new(painted);
    let look = rounds(move || {
        let painted = std::rc::Rc::clone(&painted);
        async move {
            if standing.state.with_untracked(Option::is_none) {
                match shelf::state().await {
                    // That a run goes on the worker may have told meanwhile: it knows.
                    Ok(stored) => standing.state.update(|state| {
                        let running = state.take().and_then(|told| told.running);
                        *state = Some(State { running, ..stored });
                    }),
                    Err(fault) => standing.fault.set(Some(fault)),
                }
                painted();
            }
            standing.now.set(moment::now());
            match api::ask(&Ask::State).await {
                Ok(Answer::State(state)) => {
                    standing.certain.set(true);
                    standing.state.set(Some(state));
                    standing.fault.set(None);
                    standing.now.set(moment::now());
                }
                Ok(_) => standing.fault.set(Some(fault::internal("no state").during("State"))),
                Err(fault) => standing.fault.set(Some(fault)),
            }
        }
    });
    look();
    news::listen(move |news| match news {
        News::Progress(progress) => {
            standing.certain.set(true);
            standing.state.update(|state| state.get_or_insert_default().running = Some(progress));
        }
        News::Run => {
            look();
            standing.changes.update(|n| *n = n.wrapping_add(1));
        }
        News::Changed => {
            // What waits may have changed too; while a run tells of its progress, that is enough.
            if standing.state.with_untracked(|state| state.as_ref().is_none_or(|state| state.running.is_none())) {
                look();
            }
            standing.changes.update(|n| *n = n.wrapping_add(1));
        }
        News::Notice(_) | News::Offered(_) => {}
    });
    // For as long as the page lives.
    Interval::new(20_000, move || standing.now.set(moment::now())).forget();
    standing
}

/// The state as one word for programs and one line for people. `certain`: the
/// worker has spoken, so that a run it does not know of is one that died.
pub fn line(state: &State, certain: bool, now: Millis) -> (&'static str, Saying) {
    if let Some(progress) = &state.running {
        let saying = match (progress.name.as_str(), progress.total) {
            ("", _) => Saying::new("state_running"),
            (name, 0) => Saying::new("state_running_folder").with(name),
            (name, total) => Saying::new("state_running_counts").with(name).with(progress.done).with(total),
        };
        return ("running", saying);
    }
    if !state.set_up {
        return ("unset", Saying::new("state_unset"));
    }
    if state.undecided > 0 {
        return ("undecided", Saying::new("state_undecided").with(state.undecided));
    }
    let Some(run) = &state.last else { return ("unset", Saying::new("state_never")) };
    match &run.outcome {
        Outcome::Running if certain => ("failed", Saying::new("state_interrupted")),
        Outcome::Running => ("running", Saying::new("state_running")),
        Outcome::Failed(fault) => ("failed", Saying::new("state_failed").with_saying(&fault.text)),
        Outcome::Ok if state.waiting > 0 => ("attention", Saying::new("state_attention").with(state.waiting)),
        Outcome::Ok => {
            ("ok", Saying::new("state_ok").with(moment::ago(run.ended.unwrap_or(run.started).min(now), now)))
        }
    }
}

/// The state in one line.
#[component]
pub fn StateLine(standing: Standing) -> impl IntoView {
    let told = Memo::new(move |_| {
        if let Some(fault) = standing.fault.get() {
            return Some(("failed", sentence(&fault.text)));
        }
        standing.state.with(|state| {
            state.as_ref().map(|state| {
                let (word, saying) = line(state, standing.certain.get(), standing.now.get());
                (word, sentence(&saying))
            })
        })
    });
    let word = move || told.get().map(|(word, _)| word);
    let text = move || told.get().map(|(_, text)| text);
    view! { <p id="state-line" role="status" data-state=word><span>{text}</span></p> }
}
