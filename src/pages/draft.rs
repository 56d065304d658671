//! What is planned, in words: for a preview, for what was stopped, for an undo.

use std::collections::HashMap;

use leptos::prelude::*;

use super::saying::{of_fault, of_role, say, say_of};
use crate::message::{Drafted, Step};
use crate::model::CollectionId;

/// As many titles as a list can still be read.
const SHOWN: usize = 200;

/// The plan of each folder. `accounts`: the account of a folder, where there are
/// several.
#[component]
pub fn Drafts(drafts: Vec<Drafted>, accounts: HashMap<CollectionId, String>) -> impl IntoView {
    let folders = drafts.into_iter().map(|draft| {
        let role = draft.role.map(of_role).filter(|role| *role != draft.name);
        let name = draft.name.clone();
        let account = accounts.get(&draft.collection).cloned();
        let nothing = (draft.steps.is_empty() && draft.fault.is_none())
            .then(|| view! { <p class="quiet">{say("draft_nothing")}</p> });
        let fault = draft.fault.as_ref().map(|fault| view! { <p class="error">{of_fault(fault)}</p> });
        view! {
            <li class="near" data-folder=name.clone()>
                <p>
                    <strong>{name.clone()}</strong>
                    {role.map(|role| view! { " " <span class="mark">{role}</span> })}
                    {account.map(|account| view! { " " <span class="hint">{account}</span> })}
                </p>
                {fault}
                {nothing}
                <Steps steps=draft.steps open=false />
            </li>
        }
    });
    view! { <ul class="drafts">{folders.collect_view()}</ul> }
}

/// The steps by what they do: how many, and their titles.
#[component]
pub fn Steps(steps: Vec<Step>, open: bool) -> impl IntoView {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for step in steps {
        let title = if step.title.is_empty() { say("popup_untitled") } else { step.title };
        match groups.iter_mut().find(|(action, _)| *action == step.action) {
            Some((_, titles)) => titles.push(title),
            None => groups.push((step.action, vec![title])),
        }
    }
    let groups = groups.into_iter().map(|(action, titles)| {
        let count = titles.len();
        let more = (count > SHOWN).then(|| view! { <li class="hint">{say_of("draft_more", &[&(count - SHOWN)])}</li> });
        let titles = titles.into_iter().take(SHOWN).map(|title| view! { <li>{title}</li> });
        view! {
            <details class="step" data-action=action.clone() open=open>
                <summary>{say_of("draft_step", &[&said(&action), &count])}</summary>
                <ul class="titles">{titles.collect_view()} {more}</ul>
            </details>
        }
    });
    groups.collect_view()
}

/// What an action is called.
pub fn said(action: &str) -> String {
    say(&format!("action_{action}"))
}
