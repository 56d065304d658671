//! The form of server and sign-in: checked first, then saved.

use leptos::prelude::*;
use leptos::task::spawn_local;
use url::Url;

use super::Stored;
use super::finding::{Check, CheckResult};
use crate::browser::api;
use crate::fault;
use crate::field;
use crate::message::{Answer, Ask, SignIn};
use crate::model::{Account, Fault};
use crate::pages::saying::{of_fault, say};

#[derive(Clone, Copy, PartialEq)]
enum Source {
    Webmail,
    Own,
}

/// What the form has in hand.
#[derive(Clone, Copy)]
struct Typed {
    source: RwSignal<Source>,
    webmail: RwSignal<String>,
    server: RwSignal<String>,
    user: RwSignal<String>,
    password: RwSignal<String>,
    secure: RwSignal<bool>,
}

impl Typed {
    fn server(self) -> String {
        match self.source.get() {
            Source::Webmail => self.webmail.get(),
            Source::Own => self.server.get(),
        }
    }

    /// As it goes to the worker.
    fn sign_in(self) -> SignIn {
        SignIn {
            server: self.server().trim().to_owned(),
            user: self.user.get().trim().to_owned(),
            password: self.password.get(),
            secure: self.secure.get(),
        }
    }

    fn url(self) -> Result<Url, Fault> {
        field::server(&self.server(), self.secure.get())
    }
}

/// How the page was called: by the sample of `build.sh run`, or from a tab.
struct Called {
    server: Option<String>,
    user: Option<String>,
    from: Option<String>,
}

fn called() -> Called {
    let query = window().location().search().unwrap_or_default();
    let mut called = Called { server: None, user: None, from: None };
    for (name, value) in url::form_urlencoded::parse(query.trim_start_matches('?').as_bytes()) {
        let value = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        match name.as_ref() {
            "sample" | "server" => called.server = value,
            "user" => called.user = value,
            "from" => called.from = value,
            _ => {}
        }
    }
    called
}

/// What the form begins with: what it was called with, else what is set up.
fn begin(called: &Called, accounts: &[Account]) -> Typed {
    let account = accounts.iter().find(|account| account.active);
    // Whoever has an account sees it; the tab's server is then only offered.
    let from = called.from.as_ref().filter(|_| account.is_none());
    let same = called.server.is_none() && from.is_none();
    let server = called.server.clone().or_else(|| account.map(|account| account.entered.clone()));
    let user = called.user.clone().or_else(|| account.filter(|_| same).map(|account| account.user.clone()));
    let server = server.unwrap_or_default();
    let source = if from.is_some() && called.server.is_none() { Source::Webmail } else { Source::Own };
    let webmail = called.from.clone().or_else(|| account.map(|account| account.entered.clone()));
    let webmail = webmail.unwrap_or_default();
    let used = if source == Source::Webmail { &webmail } else { &server };
    let secure = match field::server(used, true) {
        Ok(url) if url.scheme() == "http" => false,
        _ => account.filter(|account| account.entered == *used).is_none_or(|account| account.secure),
    };
    Typed {
        source: RwSignal::new(source),
        webmail: RwSignal::new(webmail),
        server: RwSignal::new(server),
        user: RwSignal::new(user.unwrap_or_default()),
        password: RwSignal::new(String::new()),
        secure: RwSignal::new(secure),
    }
}

#[component]
pub fn AccountForm(accounts: Vec<Account>, now: RwSignal<Stored>) -> impl IntoView {
    let called = called();
    let typed = begin(&called, &accounts);
    let replaces = accounts.iter().find(|account| account.active).map(|account| account.id.clone());
    let replaces = StoredValue::new(replaces);
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
        let permitted = api::request_permission(&api::pattern(&url));
        check.set(Check::Running(host.clone()));
        spawn_local(async move {
            let found = if permitted.await {
                api::ask(&Ask::Check(sign_in.clone())).await
            } else {
                Err(fault::permission(&host))
            };
            if untrack(|| typed.sign_in()) == sign_in {
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
            match api::ask(&Ask::Save { sign_in, insist, replaces: replaces.get_value() }).await {
                Ok(_) => {
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
            <SourceChoice typed from=called.from.clone() now />
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

/// The webmail's server, or one typed.
#[component]
fn SourceChoice(typed: Typed, from: Option<String>, now: RwSignal<Stored>) -> impl IntoView {
    let offered = Memo::new(move |_| {
        let mut offered: Vec<String> = from.iter().cloned().collect();
        for account in now.with(|now| now.accounts.clone()) {
            if !offered.contains(&account.entered) {
                offered.push(account.entered);
            }
        }
        offered
    });
    let none = move || offered.with(Vec::is_empty);
    let choose = move |event| {
        let server = event_target_value(&event);
        // An account that is already here brings its user along.
        let known = now.with(|now| now.accounts.iter().find(|account| account.entered == server).cloned());
        if let Some(account) = known {
            typed.user.set(account.user);
            typed.secure.set(account.secure);
        }
        typed.webmail.set(server);
    };
    let is = move |source| typed.source.get() == source;
    view! {
        <fieldset class="stack">
            <legend>{say("options_source")}</legend>
            <div class="tick">
                <input type="radio" name="source" id="source-webmail" disabled=none
                    prop:checked=move || is(Source::Webmail) on:change=move |_| typed.source.set(Source::Webmail) />
                <label for="source-webmail">{say("options_source_webmail")}</label>
                <p class="hint" hidden=move || !none()>{say("options_source_webmail_none")}</p>
                <div class="field" hidden=move || !is(Source::Webmail)>
                    <label for="webmail-server">{say("options_webmail_server")}</label>
                    <select id="webmail-server" on:change=choose>
                        {move || offered.get().into_iter().map(|server| {
                            let chosen = typed.webmail.get_untracked() == server;
                            view! { <option value=server.clone() prop:selected=chosen>{server.clone()}</option> }
                        }).collect_view()}
                    </select>
                </div>
            </div>
            <div class="tick">
                <input type="radio" name="source" id="source-own"
                    prop:checked=move || is(Source::Own) on:change=move |_| typed.source.set(Source::Own) />
                <label for="source-own">{say("options_source_own")}</label>
            </div>
        </fieldset>
    }
}

/// https on or off. Where the address names its scheme, both say the same.
#[component]
fn Secure(typed: Typed) -> impl IntoView {
    Effect::watch(
        move || typed.server(),
        move |server, _, _| {
            let server = server.trim().to_ascii_lowercase();
            match (server.starts_with("https://"), server.starts_with("http://")) {
                (true, _) => typed.secure.set(true),
                (_, true) => typed.secure.set(false),
                _ => {}
            }
        },
        false,
    );
    let toggle = move |event| {
        let secure = event_target_checked(&event);
        typed.secure.set(secure);
        let rewrite = |of: RwSignal<String>| {
            if let Some((scheme, rest)) = of.get_untracked().trim().split_once("://")
                && (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
            {
                of.set(format!("{}://{rest}", if secure { "https" } else { "http" }));
            }
        };
        if typed.source.get_untracked() == Source::Own {
            rewrite(typed.server);
        }
    };
    // The scheme of the webmail's address is what the browser itself uses.
    let fixed = move || typed.source.get() == Source::Webmail && typed.webmail.get().contains("://");
    view! {
        <div class="tick">
            <input type="checkbox" id="secure" prop:checked=typed.secure disabled=fixed on:change=toggle />
            <label for="secure">{say("options_secure")}</label>
        </div>
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
