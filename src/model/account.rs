//! A server, a sign-in, and the principal found there.

use serde::{Deserialize, Serialize};

use super::Href;

/// Names an account's state: server, user and principal together, so that
/// another server or principal is another state and never a deletion.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub String);

/// An account as discovery left it. The password is not here: the vault has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    /// What the person typed, to show it again.
    pub entered: String,
    /// Whether https was chosen for a server typed without a scheme.
    pub secure: bool,
    /// The URL every href of the account is resolved against (scheme, host, port).
    pub server: String,
    pub user: String,
    /// `DAV:current-user-principal` (RFC 5397). Empty when the person insisted on
    /// saving an account that could not be checked: the next run looks again.
    pub principal: Option<Href>,
    /// `calendar-home-set` (RFC 4791, 6.2.1).
    pub calendar_homes: Vec<Href>,
    /// `addressbook-home-set` (RFC 6352, 7.1.1).
    pub addressbook_homes: Vec<Href>,
    /// The URL was that of a collection: it is preferred for its role.
    pub preferred: Option<Href>,
    /// `schedule-default-calendar-URL` (RFC 6638, 9.2), where the server names one.
    pub default_calendar: Option<Href>,
    /// The one that is synchronized. What belongs to the others stays as it is.
    pub active: bool,
    /// Set by a 401: no run touches the server until the person acts.
    pub stopped: bool,
}

impl Account {
    /// The id of the account of `user` with `principal` on `server`.
    pub fn id_of(server: &str, user: &str, principal: Option<&Href>) -> AccountId {
        let principal = principal.map(Href::key).unwrap_or_default();
        AccountId(format!("{server} {user} {principal}"))
    }
}
