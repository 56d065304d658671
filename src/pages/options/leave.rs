//! Removing an account: asked for in place, with what would be lost, and a copy of
//! everything as files for whoever wants one.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Editing, Stored};
use crate::browser::api;
use crate::message::{Answer, Ask};
use crate::model::Account;
use crate::pages::frame::{Said, Telling};
use crate::pages::saying::{of_account, say, say_of};
use crate::pages::{export, shelf};

#[component]
pub fn Leave(
    account: Account,
    leaving: RwSignal<Option<Account>>,
    now: RwSignal<Stored>,
    editing: Editing,
) -> impl IntoView {
    let unsent = RwSignal::new(None::<u32>);
    let said = RwSignal::new(Said::Nothing);
    let name = of_account(&account);
    let id = StoredValue::new(account.id.clone());
    spawn_local(async move {
        match api::ask(&Ask::CountUnsent(id.get_value())).await {
            Ok(Answer::Count(count)) => unsent.set(Some(count)),
            Ok(_) => said.set(Said::Failed(crate::fault::internal("no count").during("CountUnsent"))),
            Err(fault) => said.set(Said::Failed(fault)),
        }
    });
    let told = move || {
        unsent.get().map(|count| match count {
            0 => say("options_remove_unsent_none"),
            count => say_of("options_remove_unsent", &[&count]),
        })
    };
    let copy = move |_| {
        let account = account.clone();
        spawn_local(async move {
            said.set(match export::account(&account).await {
                Ok(count) => Said::Done(say_of("options_remove_copied", &[&count])),
                Err(fault) => Said::Failed(fault),
            });
        });
    };
    let remove = move |_| {
        let id = id.get_value();
        spawn_local(async move {
            match api::ask(&Ask::RemoveAccount(id.clone())).await {
                Ok(_) => {
                    if editing.id.get_untracked().as_ref() == Some(&id) {
                        let accounts = shelf::accounts().await.unwrap_or_default();
                        now.update(|now| now.accounts.clone_from(&accounts));
                        editing.begin(accounts.first().map(|account| account.id.clone()));
                    }
                    leaving.set(None);
                }
                Err(fault) => said.set(Said::Failed(fault)),
            }
        });
    };
    view! {
        <div id="leave" class="box ask stack" role="alert">
            <p><strong>{say_of("options_remove_question", &[&name])}</strong></p>
            <p>{say("options_remove_hint")} " " <span id="unsent">{told}</span></p>
            <div class="row">
                <button id="keep-copy" type="button" on:click=copy>{say("options_remove_copy")}</button>
                <button id="remove-confirm" type="button" class="danger" disabled=move || unsent.get().is_none()
                    on:click=remove>{say("options_remove_confirm")}</button>
                <button id="remove-cancel" type="button" on:click=move |_| leaving.set(None)>
                    {say("action_cancel")}
                </button>
            </div>
            <Telling id="leave-said" said />
        </div>
    }
}
