//! The toolbar's popup: what is next, and how things stand.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::*;

use super::frame::{Said, Telling, order, ready, rounds, show};
use super::moment;
use super::saying::say;
use super::shelf;
use super::standing::{StateLine, follow};
use crate::browser::api;
use crate::message::Ask;
use crate::model::{Millis, Occurrence};
use crate::order;

/// How far the popup looks ahead.
const AHEAD: Millis = 14 * moment::DAY;
/// As many events as can be taken in at a glance.
const SHOWN: usize = 30;

#[wasm_bindgen]
extern "C" {
    /// The tab a page is in; undefined for a popup.
    #[wasm_bindgen(catch, js_namespace = ["chrome", "tabs"], js_name = getCurrent)]
    async fn current_tab() -> Result<JsValue, JsValue>;
}

/// Shows the popup.
pub fn popup() {
    show(|| view! { <Popup /> });
}

/// A day with what happens on it.
#[derive(Clone, PartialEq)]
struct Day {
    heading: String,
    events: Vec<Line>,
}

#[derive(Clone, PartialEq)]
struct Line {
    time: String,
    title: String,
    place: String,
}

#[component]
fn Popup() -> impl IntoView {
    let days = RwSignal::new(Vec::<Day>::new());
    let read = rounds(move || async move {
        let now = moment::now();
        // A day more on each side: the times of the store are UTC or the wall's.
        let found = shelf::occurrences(now - moment::DAY, now + AHEAD + moment::DAY).await;
        days.set(by_day(found.unwrap_or_default(), moment::wall(now)));
        ready();
    });
    let standing = follow(read.clone());
    Effect::watch(move || (standing.changes.get(), standing.now.get() / moment::MINUTE), move |_, _, _| read(), false);

    let said = RwSignal::new(Said::Nothing);
    let unset = move || standing.state.with(|state| state.as_ref().is_some_and(|state| !state.set_up));
    view! {
        <main>
            <div class="head">
                <h1 class="brand">{say("extension_name")}</h1>
                <StateLine standing />
            </div>
            <section class="days" hidden=move || unset() && days.with(Vec::is_empty) aria-label=say("popup_events") tabindex="0">
                <div id="events">
                    {move || days.get().into_iter().map(|day| view! { <DayView day /> }).collect_view()}
                </div>
                <p class="quiet" hidden=move || unset() || !days.with(Vec::is_empty)>{say("popup_none")}</p>
            </section>
            <div class="foot">
                <button id="set-up" class="main" hidden=move || !unset() on:click=move |_| options()>
                    {say("popup_set_up")}
                </button>
                <button id="sync-now" class="main" hidden=unset on:click=move |_| {
                    order(Ask::Synchronize, said, |_| String::new());
                }>{say("action_synchronize")}</button>
                <Telling id="said" said />
                <nav aria-label=say("page_sections")>
                    <button id="open-workspace" class="link" on:click=move |_| open("workspace.html")>
                        {say("page_workspace")}
                    </button>
                    <button id="open-options" class="link" on:click=move |_| options()>{say("page_options")}</button>
                    <button id="open-status" class="link" on:click=move |_| open("status.html")>
                        {say("page_status")}
                    </button>
                </nav>
            </div>
        </main>
    }
}

#[component]
fn DayView(day: Day) -> impl IntoView {
    let lines = day.events.into_iter().map(|line| {
        let place = (!line.place.is_empty()).then(|| view! { <span class="place">{line.place}</span> });
        view! { <li><time>{line.time}</time><span class="title">{line.title}</span>{place}</li> }
    });
    view! { <h2>{day.heading}</h2> <ul>{lines.collect_view()}</ul> }
}

/// Groups what is not over yet by the reader's days, beginning today.
fn by_day(occurrences: Vec<Occurrence>, now: Millis) -> Vec<Day> {
    let today = moment::midnight(now);
    let mut shown: Vec<(Millis, bool, Millis, Occurrence)> = occurrences
        .into_iter()
        .filter(|occurrence| !moment::over(occurrence, now))
        .map(|occurrence| {
            let start = moment::walls(&occurrence).0;
            // What began on an earlier day still goes on today.
            (moment::midnight(start).max(today), !occurrence.all_day, start, occurrence)
        })
        .filter(|(day, ..)| *day < today + AHEAD)
        .collect();
    order::by(&mut shown, |a, b| (a.0, a.1, a.2, &a.3.title).cmp(&(b.0, b.1, b.2, &b.3.title)));
    shown.truncate(SHOWN);
    let mut days: Vec<(Millis, Day)> = Vec::new();
    for (day, timed, start, occurrence) in shown {
        let time = match timed {
            false => say("moment_all_day"),
            true if start < day => moment::date(start),
            true => moment::time(start),
        };
        let title = if occurrence.title.is_empty() { say("popup_untitled") } else { occurrence.title };
        let line = Line { time, title, place: occurrence.place };
        match days.last_mut() {
            Some((last, group)) if *last == day => group.events.push(line),
            _ => days.push((day, Day { heading: moment::day(day, today), events: vec![line] })),
        }
    }
    days.into_iter().map(|(_, day)| day).collect()
}

/// Shows a page, and closes the popup as browsers do when the focus leaves it.
fn open(page: &'static str) {
    spawn_local(async move {
        api::open_page(page).await;
        close().await;
    });
}

/// The options know the server of the tab in front.
fn options() {
    spawn_local(async {
        let from = api::active_tab_origin().await;
        if api::ask(&Ask::OpenOptions { from }).await.is_err() {
            // The worker is not well; the page is shown all the same.
            api::open_page("options.html").await;
        }
        close().await;
    });
}

/// Closes the popup, and nothing else: the page may also have been opened in a tab.
async fn close() {
    if current_tab().await.is_ok_and(|tab| tab.is_undefined()) {
        // A window that may not be closed stays open, which is no harm.
        let _ = window().close();
    }
}
