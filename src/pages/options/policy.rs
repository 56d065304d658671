//! What becomes of an item that was changed on both sides.

use leptos::prelude::*;

use super::{Editing, Stored};
use crate::message::Ask;
use crate::model::Policy;
use crate::pages::frame::{Said, Telling, order};
use crate::pages::saying::say;

#[component]
pub fn PolicyChoice(now: RwSignal<Stored>, editing: Editing) -> impl IntoView {
    let said = RwSignal::new(Said::Nothing);
    let account = Memo::new(move |_| {
        let id = editing.id.get();
        now.with(|now| now.accounts.iter().find(|account| Some(&account.id) == id.as_ref()).cloned())
    });
    let policy = Memo::new(move |_| account.with(|account| account.as_ref().map(|account| account.policy)));
    Effect::watch(move || editing.id.get(), move |_, _, _| said.set(Said::Nothing), false);
    let choose = move |event| {
        let key = event_target_value(&event);
        let chosen = Policy::ALL.into_iter().find(|policy| policy.key() == key);
        if let (Some(account), Some(policy)) = (account.get_untracked(), chosen) {
            order(Ask::SavePolicy { account: account.id, policy }, said, |_| say("options_policy_saved"));
        }
    };
    let options = Policy::ALL.map(|each| {
        let chosen = move || policy.get() == Some(each);
        view! { <option value=each.key() prop:selected=chosen>{say(each.key())}</option> }
    });
    view! {
        <div class="stack" hidden=move || policy.get().is_none()>
            <div class="field">
                <label for="policy">{say("options_policy")}</label>
                <select id="policy" aria-describedby="policy-hint" on:change=choose>{options.collect_view()}</select>
                <p id="policy-hint" class="hint">{move || policy.get().map(explained)}</p>
            </div>
            <Telling id="policy-said" said />
        </div>
    }
}

/// What a policy does, in a line.
fn explained(policy: Policy) -> String {
    match policy {
        Policy::KeepBoth => say("policy_keep_both_hint"),
        Policy::Merge => say("policy_merge_hint"),
        Policy::ServerWins => say("policy_server_wins_hint"),
        Policy::MineWins => say("policy_mine_wins_hint"),
    }
}
