//! The form of server and sign-in: checked first, then saved.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::finding::{Check, CheckResult};
use super::source::{Called, Secure, Source, SourceChoice, begin};
use super::{Editing, Stored};
use crate::browser::api;
use crate::fault;
use crate::field;
use crate::message::{Answer, Ask};
use crate::model::{Account, Fault};
use crate::pages::saying::{of_fault, say};
use crate::pages::shelf;

#[component]
pub fn AccountForm(
    /// The one the form is about; `None`: one that is not here yet.
    account: Option<Account>,
    called: Called,
    /// The servers of tabs that the options were called from.
    offered: RwSignal<Vec<String>>,
    now: RwSignal<Stored>,
    editing: Editing,
) -> impl IntoView {
    let typed = begin(&called, account.as_ref());
    let check = RwSignal::new(Check::None);
    let saved = RwSignal::new(None::<String>);
    let server_error = RwSignal::new(None::<Fault>);
    let user_error = RwSignal::new(None::<Fault>);

    // What was found holds for what was typed then, and for nothing else.
    Effect::watch(
        move || typed.sign_in(),
        move |_, _, _| {
            check.set(Check::None);
            saved.set(None);
            // A field that was wrong says so until it is right.
            if server_error.with_untracked(Option::is_some) {
                server_error.set(typed.url().err());
            }
            if user_error.with_untracked(Option::is_some) {
                user_error.set(field::user(&typed.user.get_untracked()).err());
            }
        },
        false,
    );
    let valid = move || {
        let url = typed.url();
        let user = field::user(&typed.user.get_untracked());
        server_error.set(url.as_ref().err().cloned());
        user_error.set(user.as_ref().err().cloned());
        url.ok().filter(|_| user.is_ok())
    };
    let look = move || {
        let Some(url) = valid() else { return };
        let sign_in = untrack(|| typed.sign_in());
        let host = url.host_str().unwrap_or_default().to_owned();
        // Within the click, or the browser does not ask.
        let permitted = api::request_permission(&api::patterns(&url));
        check.set(Check::Running(host.clone()));
        spawn_local(async move {
            let found = if permitted.await {
                api::ask(&Ask::Check(sign_in.clone())).await
            } else {
                Err(fault::permission(&host))
            };
            // The form may be about another account by now, and this one's signals gone.
            if check.try_get_untracked().is_some() && untrack(|| typed.sign_in()) == sign_in {
                check.set(match found {
                    Ok(Answer::Found(found)) => Check::Found(found),
                    Ok(_) => Check::Failed(fault::internal("no finding").during("Check")),
                    Err(fault) => Check::Failed(fault),
                });
            }
        });
    };
    let save = move |insist: bool| {
        if valid().is_none() {
            return;
        }
        let sign_in = untrack(|| typed.sign_in());
        spawn_local(async move {
            let (server, user) = (sign_in.server.clone(), sign_in.user.clone());
            match api::ask(&Ask::Save { sign_in, insist, replaces: editing.id.get_untracked() }).await {
                Ok(_) => {
                    // From now on the form is about the account that was saved.
                    let accounts = shelf::accounts().await.unwrap_or_default();
                    let is_it = |a: &&Account| a.active && a.user == user && a.entered == server;
                    if let Some(account) = accounts.iter().find(is_it) {
                        editing.id.set(Some(account.id.clone()));
                    }
                    // The vault has it now. Clearing it must not clear what is said.
                    typed.password.set(String::new());
                    leptos::task::tick().await;
                    saved.set(Some(say(if insist { "options_saved_unchecked" } else { "options_saved" })));
                }
                Err(fault) => check.set(Check::Failed(fault)),
            }
        });
    };
    let checked = move || check.with(|check| matches!(check, Check::Found(_)));
    let failed = move || check.with(|check| matches!(check, Check::Failed(_)));
    let insecure = move || match typed.url() {
        Ok(url) => url.scheme() == "http",
        Err(_) => !typed.secure.get(),
    };
    let kept = move || {
        let sign_in = typed.sign_in();
        now.with(|now| now.accounts.iter().any(|a| a.entered == sign_in.server && a.user == sign_in.user))
    };
    // The Enter key clicks it too. Not the form's submission: whether that still
    // counts as the person's own doing differs between browsers.
    let ask = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        look();
    };
    view! {
        <form class="stack" novalidate on:submit=|event| event.prevent_default()>
            <SourceChoice typed tabs=offered now />
            <div class="stack" hidden=move || typed.source.get() == Source::Webmail>
                <div class="field">
                    <label for="server">{say("options_server")}</label>
                    <input id="server" type="text" inputmode="url" autocomplete="off" autocapitalize="none"
                        spellcheck="false" aria-describedby="server-hint server-error"
                        aria-invalid=move || server_error.get().map(|_| "true")
                        bind:value=typed.server
                        on:change=move |_| server_error.set(typed.url().err()) />
                    <p id="server-hint" class="hint" hidden=move || server_error.get().is_some()>
                        {say("options_server_hint")}
                    </p>
                    <ErrorLine id="server-error" error=server_error />
                </div>
            </div>
            <div class="pair">
                <div class="field">
                    <label for="user">{say("options_user")}</label>
                    <input id="user" type="text" autocomplete="username" autocapitalize="none" spellcheck="false"
                        aria-describedby="user-error" aria-invalid=move || user_error.get().map(|_| "true")
                        bind:value=typed.user
                        on:change=move |_| user_error.set(field::user(&typed.user.get_untracked()).err()) />
                    <div class="room"><ErrorLine id="user-error" error=user_error /></div>
                </div>
                <div class="field">
                    <label for="password">{say("options_password")}</label>
                    <input id="password" type="password" autocomplete="current-password"
                        aria-describedby="password-hint" bind:value=typed.password />
                    <div class="room">
                        <p id="password-hint" class="hint" hidden=move || !kept()>{say("options_password_kept")}</p>
                    </div>
                </div>
            </div>
            <Secure typed />
            <p id="insecure-warning" class="box warn" role="status" hidden=move || !insecure()>
                {say("options_insecure_warning")}
            </p>
            <div class="row">
                <button id="check" type="submit" class:main=move || !checked()
                    disabled=move || check.with(|check| matches!(check, Check::Running(_))) on:click=ask>
                    {say("options_check")}
                </button>
                <button id="save" type="button" class:main=checked disabled=move || !checked()
                    on:click=move |_| save(false)>{say("options_save")}</button>
                <span class="hint" hidden=move || checked() || failed() || saved.get().is_some()>
                    {say("options_check_first")}
                </span>
            </div>
            <CheckResult check />
            <div class="row" hidden=move || !failed()>
                <button id="save-anyway" type="button" on:click=move |_| save(true)>
                    {say("options_save_anyway")}
                </button>
                <span class="hint">{say("options_save_anyway_hint")}</span>
            </div>
            <p id="saved" class="box" role="status" hidden=move || saved.get().is_none()>{move || saved.get()}</p>
        </form>
    }
}

/// What is wrong with a field, below it. It stands where something else stood or
/// room was kept: it appears when the field is left, and must not move what is
/// being clicked at that moment.
#[component]
pub fn ErrorLine(id: &'static str, error: RwSignal<Option<Fault>>) -> impl IntoView {
    let text = move || error.get().map(|fault| of_fault(&fault)).unwrap_or_default();
    view! { <p id=id class="error" role="alert">{text}</p> }
}
