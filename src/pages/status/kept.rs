//! Texts that were replaced or removed, to be had back.

use leptos::prelude::*;

use crate::message::Ask;
use crate::model::{Kept, Millis};
use crate::pages::frame::{Said, Telling, order};
use crate::pages::moment;
use crate::pages::saying::{say, say_of};
use crate::pages::standing::Standing;

#[component]
pub fn SetAside(kept: RwSignal<Vec<Kept>>, standing: Standing) -> impl IntoView {
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
                        let about = say_of("status_kept_why", &[&told(at), &say(kept.why.key())]);
                        view! {
                            <li>
                                <div><p>{title}</p><p class="hint">{about}</p></div>
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
