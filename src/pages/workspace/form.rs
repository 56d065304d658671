//! The form of one item: what it has in hand, checked, and sent to the worker.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::HtmlElement;

use super::Opened;
use super::files::SaveItem;
use super::inputs::{ends_before, inputs};
use super::versions::Versions;
use crate::browser::api;
use crate::fault;
use crate::message::Ask;
use crate::model::{CollectionId, Fault, Fields, Millis, Reach};
use crate::pages::frame::Said;
use crate::pages::saying::{of_fault, say, say_of};
use crate::pages::shelf::Folder;

#[component]
pub fn Form(
    item: Opened,
    folders: Vec<Folder>,
    opened: RwSignal<Option<Opened>>,
    said: RwSignal<Said>,
) -> impl IntoView {
    let Opened { id, folder, fields } = item;
    let own = folders.iter().find(|own| Some(&own.id) == folder.as_ref()).cloned();
    let fixed = own.as_ref().filter(|own| !own.writable).map(Folder::label);
    let is_fixed = fixed.is_some();
    let fixed =
        fixed.map(|name| view! { <p id="fixed" class="box warn">{say_of("workspace_read_only", &[&name])}</p> });
    let was = fields.clone();
    let busy = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let failed = RwSignal::new(None::<Fault>);
    let heading = match (&id, &fields) {
        (None, Fields::Event(_)) => say("workspace_new_event"),
        (None, Fields::Contact(_)) => say("workspace_new_contact"),
        (None, Fields::Note(_)) => say("workspace_new_note"),
        (_, Fields::Event(_)) => say("workspace_event"),
        (_, Fields::Contact(_)) => say("workspace_contact"),
        (_, Fields::Note(_)) => say("workspace_note"),
    };
    // The keyboard goes on where the form begins: in a new item's first field, at
    // the name of what was opened.
    let (first, top) = (fields_first(&fields), NodeRef::<leptos::html::H2>::new());
    let new = id.is_none();
    top.on_load(move |heading| {
        let field = document().get_element_by_id(first).filter(|_| new);
        // What cannot take the focus leaves it where it is.
        let _ = match field.and_then(|field| field.dyn_into::<HtmlElement>().ok()) {
            Some(field) => field.focus(),
            None => heading.focus(),
        };
    });
    let of = match &fields {
        Fields::Event(event) => event.of,
        _ => None,
    };
    let reach = RwSignal::new(of.map_or(Reach::All, Reach::One));
    let reaches = of.filter(|_| !new).map(|of| view! { <ReachChoice of reach /> });
    let (inputs, typed) = inputs(fields);
    let folder = RwSignal::new(folder);
    let several = folders.len() > 1;
    let place = match (new, several) {
        (true, true) => view! { <FolderChoice folders folder /> }.into_any(),
        (false, true) => view! { <p class="hint">{own.map(|own| own.label())}</p> }.into_any(),
        _ => ().into_any(),
    };
    let send = move |ask: Ask| {
        busy.set(true);
        failed.set(None);
        spawn_local(async move {
            match api::ask(&ask).await {
                Ok(_) => opened.set(None),
                Err(fault) => {
                    busy.set(false);
                    failed.set(Some(fault));
                }
            }
        });
    };
    let edited = id.clone();
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match typed.run(()) {
            Ok(fields) if one_with_rule(reach.get_untracked(), &was, &fields) => {
                failed.set(Some(fault::field("field_reach_rule")));
            }
            Ok(fields) if following_none(reach.get_untracked(), &was, &fields) => {
                failed.set(Some(fault::field("field_until_before_start")));
            }
            Ok(fields) => send(match edited.clone() {
                Some(id) => Ask::Edit { id, reach: reach.get_untracked(), was: was.clone(), fields },
                None => Ask::Create { folder: folder.get_untracked(), fields },
            }),
            Err(fault) => failed.set(Some(fault)),
        }
    };
    let file = id.clone().map(|id| view! { <SaveItem id /> });
    let versions = id.clone().map(|id| view! { <Versions id writable=!is_fixed opened said /> });
    let question = move || match reach.get() {
        Reach::One(_) => say("workspace_delete_instance"),
        Reach::Following(_) => say("workspace_delete_following"),
        Reach::All if of.is_some() => say("workspace_delete_series"),
        Reach::All => say("workspace_delete_question"),
    };
    let deletion = id.map(|id| {
        view! {
            <button id="delete-item" type="button" class="danger" hidden=move || asking.get()
                disabled=move || busy.get() || is_fixed
                on:click=move |_| asking.set(true)>{say("workspace_delete")}</button>
            <div class="row" hidden=move || !asking.get()>
                <span>{question}</span>
                <button id="delete-confirm" type="button" class="danger" disabled=busy
                    on:click=move |_| send(Ask::Delete { id: id.clone(), reach: reach.get_untracked() })>{say("workspace_delete_confirm")}</button>
                <button id="delete-cancel" type="button" on:click=move |_| asking.set(false)>
                    {say("action_cancel")}
                </button>
            </div>
        }
    });
    let error = move || failed.get().map(|fault| of_fault(&fault)).unwrap_or_default();
    view! {
        <form id="form" class="stack" novalidate on:submit=save>
            <h2 tabindex="-1" node_ref=top>{heading}</h2>
            {fixed}
            {place}
            {inputs}
            {reaches}
            <p id="form-error" class="error" role="alert">{error}</p>
            <div class="row">
                <button id="save-item" type="submit" class="main" disabled=move || busy.get() || is_fixed>
                    {say("workspace_save")}
                </button>
                <button id="cancel" type="button" on:click=move |_| opened.set(None)>{say("action_cancel")}</button>
                {deletion}
            </div>
            {file}
            {versions}
        </form>
    }
}

/// A single event of a series has no repetition of its own.
fn one_with_rule(reach: Reach, was: &Fields, typed: &Fields) -> bool {
    match (reach, was, typed) {
        (Reach::One(_), Fields::Event(was), Fields::Event(typed)) => was.recurrence != typed.recurrence,
        _ => false,
    }
}

/// This and the following cannot end before this one.
fn following_none(reach: Reach, was: &Fields, typed: &Fields) -> bool {
    match (reach, was, typed) {
        (Reach::Following(_), Fields::Event(was), Fields::Event(typed)) => {
            let first = typed.start.get(..10).unwrap_or_default();
            was.recurrence != typed.recurrence && ends_before(&typed.recurrence, first)
        }
        _ => false,
    }
}

/// How much of a series is meant, in saving and in deleting.
#[component]
fn ReachChoice(of: Millis, reach: RwSignal<Reach>) -> impl IntoView {
    let choices = [
        ("reach-one", Reach::One(of), "workspace_reach_instance"),
        ("reach-following", Reach::Following(of), "workspace_reach_following"),
        ("reach-all", Reach::All, "workspace_reach_all"),
    ];
    let choices = choices.map(|(id, each, key)| {
        view! {
            <div class="tick">
                <input type="radio" name="reach" id=id prop:checked=move || reach.get() == each
                    on:change=move |_| reach.set(each) />
                <label for=id>{say(key)}</label>
            </div>
        }
    });
    view! {
        <fieldset id="reach">
            <legend>{say("workspace_reach")}</legend>
            {choices.collect_view()}
        </fieldset>
    }
}

/// The id of the first field.
fn fields_first(fields: &Fields) -> &'static str {
    match fields {
        Fields::Event(_) | Fields::Note(_) => "title",
        Fields::Contact(_) => "given",
    }
}

/// In which folder a new item is to be, where there are several.
#[component]
fn FolderChoice(folders: Vec<Folder>, folder: RwSignal<Option<CollectionId>>) -> impl IntoView {
    let options = folders.into_iter().map(|each| {
        let label = if each.writable { each.label() } else { say_of("folder_read_only", &[&each.label()]) };
        let chosen = folder.with_untracked(|folder| folder.as_ref() == Some(&each.id));
        view! { <option value=each.id.0 disabled=!each.writable prop:selected=chosen>{label}</option> }
    });
    view! {
        <div class="field">
            <label for="folder">{say("workspace_folder")}</label>
            <select id="folder" on:change=move |event| folder.set(Some(CollectionId(event_target_value(&event))))>
                {options.collect_view()}
            </select>
        </div>
    }
}
