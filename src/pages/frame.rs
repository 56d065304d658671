//! What all pages have in common.

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::saying::{of_fault, say};
use crate::browser::api;
use crate::message::{Answer, Ask};
use crate::model::Fault;

/// Mounts a page's view in the body, and speaks the language of the sentences.
pub fn show<V: IntoView + 'static>(view: impl FnOnce() -> V + 'static) {
    console_error_panic_hook::set_once();
    if let Some(root) = document().document_element() {
        // An attribute of that name can always be set.
        let _ = root.set_attribute("lang", &say("language"));
    }
    leptos::mount::mount_to_body(view);
}

/// Marks the page as ready: its first data is shown once the changes made so far
/// have reached the document.
pub fn ready() {
    spawn_local(async {
        leptos::task::tick().await;
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-ready", "true");
        }
    });
}

/// Runs `work` each time it is called; calls while it is under way lead to one
/// more round at its end, however many they are.
pub fn rounds<F: Future<Output = ()> + 'static>(work: impl Fn() -> F + 'static) -> impl Fn() + Clone + 'static {
    boxed_rounds(Rc::new(move || Box::pin(work())))
}

/// Compiled once, not for each work.
fn boxed_rounds(work: Rc<dyn Fn() -> Pin<Box<dyn Future<Output = ()>>>>) -> impl Fn() + Clone + 'static {
    let busy = Rc::new(Cell::new(false));
    let again = Rc::new(Cell::new(false));
    move || {
        again.set(true);
        if busy.replace(true) {
            return;
        }
        let (work, busy, again) = (Rc::clone(&work), Rc::clone(&busy), Rc::clone(&again));
        spawn_local(async move {
            while again.replace(false) {
                work().await;
            }
            busy.set(false);
        });
    }
}

/// Asks the worker and tells how it went: `done` when it did what was asked,
/// else what failed.
pub fn order(ask: Ask, said: RwSignal<Said>, done: impl FnOnce(Answer) -> String + 'static) {
    spawn_local(async move {
        said.set(match api::ask(&ask).await {
            Ok(answer) => Said::Done(done(answer)),
            Err(fault) => Said::Failed(fault),
        });
    });
}

/// What came of something the person asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Said {
    #[default]
    Nothing,
    Done(String),
    Failed(Fault),
}

/// Tells what came of it, also to those who listen instead of looking.
#[component]
pub fn Telling(#[prop(into)] id: String, said: RwSignal<Said>) -> impl IntoView {
    let text = move || match said.get() {
        Said::Nothing => String::new(),
        Said::Done(text) => text,
        Said::Failed(fault) => of_fault(&fault),
    };
    let failed = move || matches!(said.get(), Said::Failed(_));
    view! { <p id=id role="status" class="box" class:bad=failed hidden=move || text().is_empty()>{text}</p> }
}

/// The top of a page, with the way to the others. `here` is this page's file.
#[component]
pub fn Top(here: &'static str) -> impl IntoView {
    let pages = [
        ("workspace.html", say("page_workspace")),
        ("options.html", say("page_options")),
        ("status.html", say("page_status")),
    ];
    let links = pages.map(|(file, name)| {
        let current = (file == here).then_some("page");
        view! { <a href=file aria-current=current>{name}</a> }
    });
    view! {
        <header class="top">
            <span class="brand">{say("extension_name")}</span>
            <nav aria-label=say("page_sections")>{links.collect_view()}</nav>
        </header>
    }
}
