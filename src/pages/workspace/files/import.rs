//! Bringing files in: chosen, looked at, decided about, done.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlInputElement;

use super::desk::Desk;
use super::incoming::Incoming;
use super::preview::Preview;
use super::{Files, Head};
use crate::browser::upload;
use crate::pages::frame::Telling;
use crate::pages::saying::{say, say_of};

#[component]
pub fn Import(files: Files) -> impl IntoView {
    let desk = Desk::new();
    Effect::watch(
        move || files.times.get(),
        move |_, _, _| {
            let chosen = files.chosen.try_update_value(std::mem::take).unwrap_or_default();
            // One after the other: what is dropped in between is dropped again.
            if !chosen.is_empty() && desk.busy.get_untracked().is_none() {
                spawn_local(desk.read(chosen));
            }
        },
        true,
    );
    let choose = move |event: leptos::ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        files.choose(upload::files(input.files()));
        // The same file may be chosen again, when it has been mended.
        input.set_value("");
    };
    let working = move || desk.busy.get().is_some();
    let there = Memo::new(move |_| desk.incoming.with(|incoming| *incoming != Incoming::default()));
    let count = Memo::new(move |_| {
        let differing = desk.differing.get();
        desk.skipped.with(|skipped| desk.incoming.with(|incoming| incoming.wanted(skipped, differing).len()))
    });
    let action = move || say_of("files_import_items", &[&count.get()]);
    let importing = RwSignal::new(false);
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        importing.set(true);
        spawn_local(async move {
            desk.import().await;
            importing.set(false);
        });
    };
    let progress = move || {
        desk.busy.get().map(|(done, all)| match all {
            0 => view! { <progress></progress> }.into_any(),
            _ => view! { <progress max=all value=done></progress> }.into_any(),
        })
    };
    view! {
        <form id="import-panel" class="stack" aria-busy=move || working().to_string()
            on:submit=go>
            <Head title="files_import_title" />
            <div class="field">
                <label for="file">{say("files_choose")}</label>
                <input id="file" type="file" multiple accept=".ics,.ical,.ifb,.vcf,.vcard,text/calendar,text/vcard"
                    aria-describedby="file-hint" disabled=working on:change=choose />
                <p id="file-hint" class="hint">{say("files_choose_hint")}</p>
            </div>
            <Telling id="import-said" said=desk.said />
            {move || there.get().then(|| view! { <Preview desk /> })}
            <div hidden=move || !working()>{progress}</div>
            <div class="row">
                <button id="import-go" type="submit" class="main" hidden=move || !there.get()
                    disabled=move || working() || count.get() == 0>{action}</button>
                <button id="import-stop" type="button" hidden=move || !importing.get()
                    on:click=move |_| desk.stopped.set(true)>
                    {say("files_stop")}
                </button>
                <button id="import-close" type="button" on:click=move |_| files.panel.set(None)>
                    {say("action_close")}
                </button>
            </div>
        </form>
    }
}
