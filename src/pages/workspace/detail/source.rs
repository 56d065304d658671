//! The text of an item as it is kept, to look at.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::model::{Fault, ItemId};
use crate::pages::saying::{of_fault, say, say_of};
use crate::pages::shelf;
use crate::text::view::source::{Piece, source};

/// Read when it is looked at.
#[component]
pub fn Source(id: ItemId) -> impl IntoView {
    let found = RwSignal::new(None::<Result<Vec<Piece>, Fault>>);
    let look = move |_| {
        let id = id.clone();
        spawn_local(async move {
            let text = shelf::text(&id).await;
            found.set(Some(text.map(|text| source(&text.unwrap_or_default()))));
        });
    };
    let shown = move || match found.get() {
        None => ().into_any(),
        Some(Err(fault)) => view! { <p class="error">{of_fault(&fault)}</p> }.into_any(),
        Some(Ok(pieces)) => {
            let pieces = pieces.into_iter().map(|piece| match piece {
                Piece::Text(text) => text.into_any(),
                Piece::Left(bytes) => {
                    let left = say_of("view_source_left", &[&bytes.div_ceil(1000)]);
                    view! { <span class="mark">{left}</span> }.into_any()
                }
            });
            view! { <pre tabindex="0">{pieces.collect_view()}</pre> }.into_any()
        }
    };
    view! {
        <details id="source" on:toggle=look>
            <summary>{say("view_source")}</summary>
            {shown}
        </details>
    }
}
