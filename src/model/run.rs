//! One synchronization and its report.

use serde::{Deserialize, Serialize};

use super::{AccountId, CollectionId, Fault, ItemId, Millis, Role, Saying};

/// What started a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trigger {
    Start,
    Interval,
    Change,
    /// "Synchronize now".
    Person,
    /// As [`Trigger::Person`], and all etags are compared.
    Audit,
    Restore,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Still under way, or the worker died in it.
    Running,
    /// All in step; `Run::waiting` items may need attention.
    Ok,
    Failed(Fault),
}

/// What one collection received and sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionReport {
    pub id: Option<CollectionId>,
    pub name: String,
    pub role: Option<Role>,
    /// Items whose text came from the server: new and changed.
    pub received: u32,
    /// Items whose text went to the server: new and changed.
    pub sent: u32,
    pub deleted_here: u32,
    pub deleted_there: u32,
    /// Items changed on both sides, which are there twice now.
    pub conflicts: u32,
    /// Items changed on both sides, made one of both.
    #[serde(default)]
    pub merged: u32,
    /// What a complete listing found that the server's tokens had not told.
    #[serde(default)]
    pub hidden: u32,
    /// Items that wait with a reason.
    pub waiting: u32,
    /// What was planned: each action's word, and for how many items; all items of
    /// the collection are accounted for.
    #[serde(default)]
    pub plan: Vec<(String, u32)>,
    /// Why this collection stopped, if it did.
    pub fault: Option<Fault>,
    /// Nothing could be told of it: its home did not answer, or did not describe it.
    #[serde(default)]
    pub unseen: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    pub at: Millis,
    /// A problem, to be shown as such.
    pub problem: bool,
    pub text: Saying,
    /// The items it speaks of: their titles are looked up when it is shown, no
    /// item's text stands in a log.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its start; later than that of every run before, even where the clock was set back
    /// since: what else counts time takes it from the clock.
    pub started: Millis,
    pub ended: Option<Millis>,
    pub account: AccountId,
    pub trigger: Trigger,
    pub outcome: Outcome,
    pub collections: Vec<CollectionReport>,
    pub log: Vec<LogLine>,
}

impl Run {
    pub fn total(&self, of: impl Fn(&CollectionReport) -> u32) -> u32 {
        self.collections.iter().map(of).sum()
    }
}

/// How far a run is, for the progress bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// The folder at work.
    pub name: String,
    pub done: u32,
    /// 0 while not known.
    pub total: u32,
}

/// Sent by the worker to whoever listens, on the broadcast channel `pimento`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    Progress(Progress),
    /// The store has changed.
    Changed,
    /// A run began or ended; ask for the state.
    Run,
    Notice(Saying),
    /// The options were called from a tab of this server, while they are open.
    Offered(String),
}
