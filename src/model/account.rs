//! A server, a sign-in, and the principal found there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{CollectionId, Href, Millis};

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
    /// It is synchronized. What belongs to one that is not stays as it is.
    pub active: bool,
    /// Set by a 401: no run touches the server until the person acts.
    pub stopped: bool,
    /// What becomes of an item changed on both sides.
    #[serde(default)]
    pub policy: Policy,
    /// The server asked to be left alone until then (Retry-After, quirk 32); only
    /// the person may ask sooner.
    #[serde(default)]
    pub not_before: Option<Millis>,
    /// What the listing of a home is asked for to know what changed, by
    /// [`Href::key`], where that is not [`Marker::Ctag`].
    #[serde(default)]
    pub markers: BTreeMap<String, Marker>,
    /// Whether the server bears several writes at a time in one collection; `None`: it
    /// has not been seen.
    #[serde(default)]
    pub several: Option<bool>,
    /// The way to the server and back: the quickest answer when it was last asked where
    /// the homes are; 0: it is not known.
    #[serde(default)]
    pub way: Millis,
    /// When the server was last asked where the homes are; 0: a week counts from the
    /// next run.
    #[serde(default)]
    pub looked: Millis,
    /// Collections that the server failed on when they were last begun, the latest at the
    /// end: they go last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failing: Vec<CollectionId>,
}

/// By what a home's listing tells that a collection changed. Servers differ in which
/// they have, and in what it costs them to tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Marker {
    /// `getctag` of calendarserver.org.
    #[default]
    Ctag,
    /// `DAV:sync-token` (RFC 6578, 4): only ever compared, never gone on from.
    Token,
    /// Not all collections of the home have the same.
    Both,
}

/// What becomes of an item that was changed on both sides, in different ways. The
/// text that does not stay is in the history, whatever the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Policy {
    /// The server's version stays where it is, ours becomes a new item.
    #[default]
    KeepBoth,
    /// One item of both, where they touched different properties; else both.
    Merge,
    ServerWins,
    MineWins,
}

impl Policy {
    pub const ALL: [Policy; 4] = [Policy::KeepBoth, Policy::Merge, Policy::ServerWins, Policy::MineWins];

    /// Key of its name for people.
    pub fn key(self) -> &'static str {
        match self {
            Policy::KeepBoth => "policy_keep_both",
            Policy::Merge => "policy_merge",
            Policy::ServerWins => "policy_server_wins",
            Policy::MineWins => "policy_mine_wins",
        }
    }
}

impl Account {
    /// An account of which no more is known than where it is.
    pub fn new(server: &str, user: &str, principal: Option<Href>) -> Account {
        Account {
            id: Account::id_of(server, user, principal.as_ref()),
            entered: server.to_owned(),
            secure: true,
            server: server.to_owned(),
            user: user.to_owned(),
            principal,
            calendar_homes: Vec::new(),
            addressbook_homes: Vec::new(),
            preferred: None,
            default_calendar: None,
            active: true,
            stopped: false,
            policy: Policy::default(),
            not_before: None,
            markers: BTreeMap::new(),
            several: None,
            way: 0,
            looked: 0,
            failing: Vec::new(),
        }
    }

    /// Until when the server is left alone, if it is. Nobody is waited for longer than a
    /// day: what says so was noted by a clock that was ahead.
    pub fn waits(&self, now: Millis) -> Option<Millis> {
        const DAY: Millis = 24 * 3_600_000;
        self.not_before.filter(|at| (now + 1..=now + DAY).contains(at))
    }

    /// The id of the account of `user` with `principal` on `server`.
    pub fn id_of(server: &str, user: &str, principal: Option<&Href>) -> AccountId {
        let principal = principal.map(Href::key).unwrap_or_default();
        AccountId(format!("{server} {user} {principal}"))
    }
}
