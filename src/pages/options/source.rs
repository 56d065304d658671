//! Which server: the webmail's or one typed, with https or without; and what the
//! form has in hand of it.

use leptos::prelude::*;
use url::Url;

use super::Stored;
use crate::field;
use crate::message::SignIn;
use crate::model::{Account, Fault};
use crate::pages::saying::say;

#[derive(Clone, Copy, PartialEq)]
pub enum Source {
    Webmail,
    Own,
}

/// What the form has in hand.
#[derive(Clone, Copy)]
pub struct Typed {
    pub source: RwSignal<Source>,
    pub webmail: RwSignal<String>,
    pub server: RwSignal<String>,
    pub user: RwSignal<String>,
    pub password: RwSignal<String>,
    pub secure: RwSignal<bool>,
}

impl Typed {
    pub fn server(self) -> String {
        match self.source.get() {
            Source::Webmail => self.webmail.get(),
            Source::Own => self.server.get(),
        }
    }

    /// As it goes to the worker.
    pub fn sign_in(self) -> SignIn {
        SignIn {
            server: self.server().trim().to_owned(),
            user: self.user.get().trim().to_owned(),
            password: self.password.get(),
            secure: self.secure.get(),
        }
    }

    pub fn url(self) -> Result<Url, Fault> {
        field::server(&self.server(), self.secure.get())
    }
}

/// How the page was called: by the sample of `build.sh run`, or from a tab.
#[derive(Clone, Default)]
pub struct Called {
    pub server: Option<String>,
    pub user: Option<String>,
    pub from: Option<String>,
}

pub fn called() -> Called {
    let query = window().location().search().unwrap_or_default();
    let mut called = Called::default();
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

/// What the form begins with: what it was called with, else the account it is about.
pub fn begin(called: &Called, account: Option<&Account>) -> Typed {
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

/// The webmail's server, or one typed.
#[component]
pub fn SourceChoice(typed: Typed, tabs: RwSignal<Vec<String>>, now: RwSignal<Stored>) -> impl IntoView {
    let offered = Memo::new(move |_| {
        let mut offered: Vec<String> = tabs.get();
        for account in now.with(|now| now.accounts.clone()) {
            if !offered.contains(&account.entered) {
                offered.push(account.entered);
            }
        }
        offered
    });
    let none = move || offered.with(Vec::is_empty);
    // A list shows its first entry as chosen: then it is.
    Effect::new(move |_| {
        let first = offered.with(|offered| offered.first().cloned());
        if let Some(first) = first.filter(|_| typed.webmail.with_untracked(String::is_empty)) {
            typed.webmail.set(first);
        }
    });
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
pub fn Secure(typed: Typed) -> impl IntoView {
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
