//! One list: rows that open an item, the ones that wait with their reason; and the
//! search over all of them.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::{Element, HtmlElement, KeyboardEvent};
use wasm_bindgen::JsCast;

use crate::model::{EntryKind, Fault, ItemId, Role};
use crate::order;
use crate::pages::frame::rounds;
use crate::pages::moment;
use crate::pages::saying::{of_fault, say, say_of, sentence};
use crate::pages::search::{Found, forget, prepare, search};
use crate::pages::shelf::{Folder, Row};
use crate::text::words::Sought;

/// Something to show in a list.
#[derive(Clone, PartialEq)]
enum Piece {
    Heading(String),
    Row(Role, Row),
    /// So many more were found than are shown.
    More(Role, usize),
}

/// The list of a tab, or, while something is typed into the field above it, what is
/// found of all kinds.
#[component]
pub fn List(
    role: RwSignal<Role>,
    rows: RwSignal<(Role, Vec<Row>)>,
    folders: RwSignal<Vec<Folder>>,
    current: Memo<Option<ItemId>>,
    open: Callback<ItemId>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    // `None` while nothing is sought.
    let found = RwSignal::new(None::<Result<Vec<Found>, Fault>>);
    let look = rounds(move || async move {
        let sought = Sought::new(&typed.get_untracked());
        let answer = if sought.is_empty() { None } else { Some(search(&sought, role.get_untracked()).await) };
        // What was typed meanwhile leads to one more round.
        found.set(answer);
    });
    let again = look.clone();
    Effect::watch(move || typed.get(), move |_, _, _| look(), false);
    // The rows are read again whenever something changed.
    Effect::watch(
        move || rows.track(),
        move |(), _, _| {
            forget();
            again();
        },
        false,
    );
    // What is opened under another tab waits until that tab's rows are there.
    let pending = RwSignal::new(None::<ItemId>);
    Effect::watch(
        move || role.get(),
        move |_, _, _| {
            if pending.with_untracked(Option::is_none) {
                typed.set(String::new());
            }
        },
        false,
    );
    Effect::watch(
        move || rows.with(|(of, _)| *of) == role.get(),
        move |there, _, _| {
            if let Some(id) = there.then(|| pending.try_update(Option::take).flatten()).flatten() {
                open.run(id);
            }
        },
        false,
    );
    let open_of = Callback::new(move |(of, id): (Role, ItemId)| {
        if of == role.get_untracked() {
            open.run(id);
        } else {
            pending.set(Some(id));
            role.set(of);
        }
    });
    let pieces = Memo::new(move |_| match found.get() {
        Some(Ok(found)) => of_found(found),
        Some(Err(_)) => Vec::new(),
        None => rows.with(|(of, rows)| match *of {
            of if of != role.get() => Vec::new(),
            of => arranged(of, rows.clone()),
        }),
    });
    let count = Memo::new(move |_| match found.get() {
        Some(Ok(found)) => Some(found.iter().map(|found| found.count).sum::<usize>()),
        _ => None,
    });
    let told = move || match (found.get(), count.get()) {
        (Some(Err(fault)), _) => of_fault(&fault),
        (_, Some(0)) => say_of("workspace_no_match", &[&typed.get().trim()]),
        (_, Some(count)) => say_of("workspace_found", &[&count.to_string()]),
        _ => String::new(),
    };
    let empty = move || {
        let shown = rows.with(|(of, rows)| *of == role.get() && rows.is_empty());
        match role.get() {
            _ if found.with(Option::is_some) || !shown => String::new(),
            Role::Calendar => say("workspace_none_events"),
            Role::Contacts => say("workspace_none_contacts"),
            Role::Notes => say("workspace_none_notes"),
        }
    };
    let from_field = move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowDown" => {
            event.prevent_default();
            focus("#list li[data-item] button");
        }
        "Escape" if !typed.with_untracked(String::is_empty) => {
            event.prevent_default();
            typed.set(String::new());
        }
        _ => {}
    };
    view! {
        <div class="stack">
            <div role="search">
                <input type="search" id="filter" aria-label=say("workspace_filter") placeholder=say("workspace_filter")
                    aria-controls="list" autocomplete="off" bind:value=typed on:keydown=from_field
                    on:focus=move |_| spawn_local(async {
                        // Should it fail, the first key fails too, and says so.
                        let _ = prepare().await;
                    }) />
            </div>
            <p id="found" class="hint" role="status">{told}</p>
            <ul id="list" on:keydown=walk>
                <For each=move || pieces.get() key=key let:piece>
                    {match piece {
                        Piece::Heading(text) => view! { <li class="heading">{text}</li> }.into_any(),
                        Piece::Row(of, row) => {
                            let open = Callback::new(move |id| open_of.run((of, id)));
                            view! { <RowView row folders current open /> }.into_any()
                        }
                        Piece::More(_, more) => {
                            view! { <li class="heading">{say_of("workspace_more", &[&more.to_string()])}</li> }.into_any()
                        }
                    }}
                </For>
            </ul>
            <p class="quiet" hidden=move || empty().is_empty()>{empty}</p>
        </div>
    }
}

/// Up and down among the rows, and from the first back into the field.
fn walk(event: KeyboardEvent) {
    let forward = match event.key().as_str() {
        "ArrowDown" => true,
        "ArrowUp" => false,
        _ => return,
    };
    event.prevent_default();
    let row = document().active_element().and_then(|button| button.closest("li").ok().flatten());
    let step = |row: Element| if forward { row.next_element_sibling() } else { row.previous_element_sibling() };
    let mut next = row.and_then(step);
    while let Some(row) = next.take_if(|row| !row.has_attribute("data-item")) {
        next = step(row);
    }
    match next.and_then(|row| row.query_selector("button").ok().flatten()) {
        Some(button) => focus_on(button),
        None if forward => {}
        None => focus("#filter"),
    }
}

fn focus(selector: &str) {
    if let Some(element) = document().query_selector(selector).ok().flatten() {
        focus_on(element);
    }
}

fn focus_on(element: Element) {
    if let Ok(element) = element.dyn_into::<HtmlElement>() {
        // What cannot have the focus leaves it where it is.
        let _ = element.focus();
    }
}

/// What was found, each kind under its name.
fn of_found(found: Vec<Found>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for Found { role, count, rows } in found {
        let name = match role {
            Role::Calendar => say("workspace_events"),
            Role::Contacts => say("workspace_contacts"),
            Role::Notes => say("workspace_notes"),
        };
        let more = count - rows.len().min(count);
        pieces.push(Piece::Heading(say_of("workspace_found_of", &[&name, &count.to_string()])));
        pieces.extend(rows.into_iter().map(|row| Piece::Row(role, row)));
        pieces.extend((more > 0).then_some(Piece::More(role, more)));
    }
    pieces
}

/// A row is drawn anew when anything that it shows is another.
fn key(piece: &Piece) -> String {
    match piece {
        Piece::Heading(text) => text.clone(),
        Piece::Row(_, row) => format!("{row:?}"),
        Piece::More(role, more) => format!("{role:?} {more}"),
    }
}

/// The list of a tab. Events by time: what comes next first, what is over last and the
/// latest of it first. Tasks, and notes among events, have a heading of their own.
fn arranged(role: Role, rows: Vec<Row>) -> Vec<Piece> {
    let (tasks, rest): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.entry.kind == EntryKind::Task);
    let mut groups = Vec::new();
    if role == Role::Calendar {
        let (notes, events): (Vec<Row>, Vec<Row>) = rest.into_iter().partition(|row| row.entry.kind == EntryKind::Note);
        let (mut coming, mut gone): (Vec<Row>, Vec<Row>) = events.into_iter().partition(|row| row.next.is_some());
        order::by_key(&mut coming, |row| row.next.as_ref().map(|next| moment::walls(next).0));
        gone.reverse();
        groups.push((Some("workspace_upcoming"), coming));
        groups.push((Some("workspace_tasks"), tasks));
        groups.push((Some("workspace_notes"), notes));
        groups.push((Some("workspace_earlier"), gone));
    } else {
        groups.push((None, rest));
        groups.push((Some("workspace_tasks"), tasks));
    }
    let mut pieces = Vec::new();
    for (heading, rows) in groups.into_iter().filter(|(_, rows)| !rows.is_empty()) {
        pieces.extend(heading.map(|heading| Piece::Heading(say(heading))));
        pieces.extend(rows.into_iter().map(|row| Piece::Row(role, row)));
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
        (None, EntryKind::Note | EntryKind::Task) => match moment::row_date(&row.entry.detail) {
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
    let task =
        (row.entry.kind == EntryKind::Task).then(|| view! { <span class="mark plain">{say("workspace_task")}</span> });
    let guessed = row.entry.guessed.then(|| view! { <span class="mark warn">{say("workspace_zone_guessed")}</span> });
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
                <span class="row"><span class="name">{title}</span> {task} {unsent} {partial} {guessed} {fixed}</span>
                <span class="detail">{detail}</span>
                {waits}
            </button>
        </li>
    }
}
