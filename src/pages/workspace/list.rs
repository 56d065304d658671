//! One list: rows that open an item, the ones that wait with their reason.

use leptos::prelude::*;

use crate::model::{EntryKind, ItemId, Role};
use crate::pages::moment;
use crate::pages::saying::{say, say_of, sentence};
use crate::pages::shelf::{Folder, Row};

/// Something to show in a list.
#[derive(Clone, PartialEq)]
enum Piece {
    Heading(String),
    Row(Row),
}

#[component]
pub fn List(
    role: RwSignal<Role>,
    rows: RwSignal<(Role, Vec<Row>)>,
    folders: RwSignal<Vec<Folder>>,
    current: Memo<Option<ItemId>>,
    open: Callback<ItemId>,
) -> impl IntoView {
    let sought = RwSignal::new(String::new());
    Effect::watch(move || role.get(), move |_, _, _| sought.set(String::new()), false);
    let pieces = Memo::new(move |_| {
        let words = sought.get().to_lowercase();
        rows.with(|(of, rows)| {
            let rows: Vec<Row> = rows
                .iter()
                .filter(|row| {
                    let has = |text: &str| text.to_lowercase().contains(words.trim());
                    *of == role.get() && (words.trim().is_empty() || has(&row.entry.title) || has(&row.entry.detail))
                })
                .cloned()
                .collect();
            if *of == Role::Calendar { by_time(rows) } else { rows.into_iter().map(Piece::Row).collect() }
        })
    });
    let empty = move || {
        let shown = rows.with(|(of, rows)| *of == role.get() && rows.is_empty());
        match role.get() {
            _ if !shown && !pieces.with(Vec::is_empty) => String::new(),
            _ if !sought.get().trim().is_empty() => say_of("workspace_no_match", &[&sought.get().trim()]),
            Role::Calendar => say("workspace_none_events"),
            Role::Contacts => say("workspace_none_contacts"),
            Role::Notes => say("workspace_none_notes"),
        }
    };
    view! {
        <div class="stack">
            <input type="search" id="filter" aria-label=say("workspace_filter") placeholder=say("workspace_filter")
                bind:value=sought />
            <ul id="list">
                <For each=move || pieces.get() key=key let:piece>
                    {match piece {
                        Piece::Heading(text) => view! { <li class="heading">{text}</li> }.into_any(),
                        Piece::Row(row) => view! { <RowView row folders current open /> }.into_any(),
                    }}
                </For>
            </ul>
            <p class="quiet" hidden=move || empty().is_empty()>{empty}</p>
        </div>
    }
}

/// A row is drawn anew when anything that it shows is another.
fn key(piece: &Piece) -> String {
    match piece {
        Piece::Heading(text) => text.clone(),
        Piece::Row(row) => format!("{row:?}"),
    }
}

/// What comes next first, then what is over, the latest of it first.
fn by_time(rows: Vec<Row>) -> Vec<Piece> {
    let (mut coming, mut gone): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.next.is_some());
    coming.sort_by_key(|row| row.next.as_ref().map(|next| moment::walls(next).0));
    gone.reverse();
    let mut pieces = Vec::new();
    if !coming.is_empty() {
        pieces.push(Piece::Heading(say("workspace_upcoming")));
        pieces.extend(coming.into_iter().map(Piece::Row));
    }
    if !gone.is_empty() {
        pieces.push(Piece::Heading(say("workspace_earlier")));
        pieces.extend(gone.into_iter().map(Piece::Row));
    }
    pieces
}

#[component]
fn RowView(
    row: Row,
    folders: RwSignal<Vec<Folder>>,
    current: Memo<Option<ItemId>>,
    open: Callback<ItemId>,
) -> impl IntoView {
    let id = row.entry.id.clone();
    let title = if row.entry.title.is_empty() { say("popup_untitled") } else { row.entry.title };
    let (when, detail) = match (&row.next, row.entry.kind) {
        (Some(next), _) => {
            let start = moment::walls(next).0;
            let when = match next.all_day {
                true => moment::date(start),
                false => format!("{}, {}", moment::date(start), moment::time(start)),
            };
            (Some(when), row.entry.detail)
        }
        (None, EntryKind::Event) => (moment::row_date(&row.entry.sort).map(moment::date), row.entry.detail),
        (None, EntryKind::Note) => match moment::row_date(&row.entry.detail) {
            Some(date) => (Some(moment::date(date)), String::new()),
            None => (None, row.entry.detail),
        },
        _ => (None, row.entry.detail),
    };
    let detail = [when, Some(detail), row.account].into_iter().flatten().filter(|text| !text.is_empty());
    let detail = detail.collect::<Vec<String>>().join(" · ");
    let waits = row.waits.map(|reason| {
        view! { <span class="waits">{say_of("workspace_waits", &[&sentence(&reason)])}</span> }
    });
    let unsent = (row.unsent && waits.is_none()).then(|| view! { <span class="mark">{say("workspace_unsent")}</span> });
    let partial = row.entry.partial.then(|| view! { <span class="mark warn">{say("workspace_partial")}</span> });
    // Of several folders some may be so; of one, the list as a whole says it.
    let folder = row.entry.collection.clone();
    let fixed = move || {
        let fixed = folders.with(|all| all.len() > 1 && all.iter().any(|f| f.id == folder && !f.writable));
        fixed.then(|| view! { <span class="mark plain">{say("workspace_read_only_mark")}</span> })
    };
    let (here, data) = (id.clone(), id.0.clone());
    let is_current = move || current.with(|current| current.as_ref() == Some(&here)).then_some("true");
    view! {
        <li data-item=data>
            <button aria-current=is_current on:click=move |_| open.run(id.clone())>
                <span class="row"><span class="name">{title}</span> {unsent} {partial} {fixed}</span>
                <span class="detail">{detail}</span>
                {waits}
            </button>
        </li>
    }
}
