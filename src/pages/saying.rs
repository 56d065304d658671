//! Sentences in the reader's language, by the browser's `i18n`.

use std::fmt::Display;

use crate::browser::api;
use crate::model::{Account, Fault, Role, Saying};
use crate::phrase;

/// The text of a key without gaps.
pub fn say(key: &str) -> String {
    api::message(key, &[])
}

/// The text of a key, its gaps filled in order.
pub fn say_of(key: &str, args: &[&dyn Display]) -> String {
    sentence(&Saying { key: key.to_owned(), args: args.iter().map(|arg| arg.to_string()).collect() })
}

/// The sentence of a saying, with those it contains.
pub fn sentence(saying: &Saying) -> String {
    phrase::of(saying, &|key, args| {
        let text = api::message(key, args);
        (text != key).then_some(text)
    })
}

/// What the person is told of a fault.
pub fn of_fault(fault: &Fault) -> String {
    sentence(&fault.text)
}

/// How an account is told from others: the user and the server's host and port.
pub fn of_account(account: &Account) -> String {
    let url = url::Url::parse(&account.server).ok();
    let host = url.as_ref().and_then(|url| {
        let host = url.host_str()?;
        Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
    });
    say_of("account_name", &[&account.user, &host.unwrap_or_else(|| account.entered.clone())])
}

/// What the person's own folder for it is called.
pub fn of_role(role: Role) -> String {
    match role {
        Role::Calendar => say("role_calendar"),
        Role::Contacts => say("role_contacts"),
        Role::Notes => say("role_notes"),
    }
}
