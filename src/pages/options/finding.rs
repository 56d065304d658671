//! What Check connection found, or what failed and what to do about it.

use leptos::prelude::*;

use crate::message::{Finding, Found};
use crate::model::Fault;
use crate::pages::saying::{of_fault, of_role, say, say_of};

#[derive(Clone, PartialEq)]
pub enum Check {
    None,
    /// The host that is asked.
    Running(String),
    Found(Finding),
    Failed(Fault),
}

#[component]
pub fn CheckResult(check: RwSignal<Check>) -> impl IntoView {
    let word = move || {
        check.with(|check| match check {
            Check::None => None,
            Check::Running(_) => Some("running"),
            Check::Found(_) => Some("ok"),
            Check::Failed(_) => Some("fault"),
        })
    };
    let key = move || {
        check.with(|check| match check {
            Check::Failed(fault) => Some(fault.text.key.clone()),
            _ => None,
        })
    };
    view! {
        <div id="check-result" class="box" role="status" data-result=word data-key=key
            hidden=move || check.get() == Check::None>
            {move || match check.get() {
                Check::None => ().into_any(),
                Check::Running(host) => view! { <p>{say_of("options_checking", &[&host])}</p> }.into_any(),
                Check::Found(finding) => view! { <FindingView finding /> }.into_any(),
                Check::Failed(fault) => view! {
                    <p><strong>{say("options_failed")}</strong> " " {of_fault(&fault)}</p>
                }.into_any(),
            }}
        </div>
    }
}

#[component]
fn FindingView(finding: Finding) -> impl IntoView {
    let software = (!finding.software.is_empty())
        .then(|| view! { <p class="hint">{say_of("options_found_software", &[&finding.software])}</p> });
    let folders = finding.collections.iter().map(folder).collect_view();
    let to_make = finding.to_make.iter().map(|role| of_role(*role)).collect::<Vec<String>>().join(", ");
    let to_make = (!to_make.is_empty()).then(|| view! { <p>{say_of("options_found_to_make", &[&to_make])}</p> });
    let heading = if finding.collections.is_empty() { say("options_found_none") } else { say("options_found_folders") };
    view! {
        <div class="stack">
            <div class="near">
                <p><strong>{say_of("options_found", &[&finding.server])}</strong></p>
                {software}
            </div>
            <div>
                <h3>{heading}</h3>
                <ul>{folders}</ul>
            </div>
            {to_make}
        </div>
    }
}

fn folder(found: &Found) -> impl IntoView + use<> {
    let becomes = match found.role {
        Some(role) => view! { <strong>{say_of("options_found_role", &[&of_role(role)])}</strong> }.into_any(),
        None => view! { <span class="quiet">{say("options_found_other")}</span> }.into_any(),
    };
    let read_only = (!found.writable).then(|| format!(" ({})", say("options_found_read_only")));
    view! { <li><span>{found.name.clone()}{read_only}</span>{becomes}</li> }
}
