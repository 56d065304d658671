//! What pages and worker say to each other. A page asks, the worker always
//! answers: `Result<Answer, Fault>`. Lists are not asked for: pages read them
//! from the store themselves.

use serde::{Deserialize, Serialize};

use crate::model::{CollectionId, Fault, Fields, ItemId, Progress, Role, Run, Settings};

/// What the person typed on the options page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIn {
    /// Name, address or full URL.
    pub server: String,
    pub user: String,
    /// Empty: the one already kept for this server and user.
    pub password: String,
    /// https, also where `server` says `http:`; off, only what `server` says is https.
    pub secure: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ask {
    /// Looks what is there; changes nothing, here or on the server. The page has
    /// asked for the host permission before.
    Check(SignIn),
    /// Saves the account. With `insist` also when the check fails.
    Save {
        sign_in: SignIn,
        insist: bool,
    },
    /// The collection that shall have the role from now on.
    Choose {
        role: Role,
        collection: CollectionId,
    },
    SaveSettings(Settings),
    /// Runs now; answered at once, the run goes on.
    Synchronize,
    /// How many changes made here a restore would set aside.
    CountRestore,
    /// Brings everything to the server's state; answered at once.
    Restore,
    /// The fields of an item, to fill a form.
    Open(ItemId),
    /// A new item (`id` none) or a changed one.
    Edit {
        id: Option<ItemId>,
        fields: Fields,
    },
    Delete(ItemId),
    /// Makes a kept text an item again (by the time it was kept and its item).
    BringBack {
        at: i64,
        item: ItemId,
    },
    State,
    /// The tab's server, so that the options page can offer it.
    OpenOptions {
        from: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    Done,
    Found(Finding),
    Count(u32),
    Fields(Fields),
    Item(ItemId),
    State(State),
}

pub type Reply = Result<Answer, Fault>;

/// What Check connection found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The origin that answered.
    pub server: String,
    /// What the server says it is, where it says (`Server`, `DAV` headers).
    pub software: String,
    pub principal: String,
    pub collections: Vec<Found>,
    /// Roles for which a folder will be made at the first synchronization.
    pub to_make: Vec<Role>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub id: CollectionId,
    pub name: String,
    pub href: String,
    pub contacts: bool,
    pub components: Vec<String>,
    pub writable: bool,
    pub role: Option<Role>,
}

/// What the popup and the status page show of the worker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// An account is set up.
    pub set_up: bool,
    pub running: Option<Progress>,
    pub last: Option<Run>,
    /// Items that need attention.
    pub waiting: u32,
    /// When the next periodic run is due.
    pub next: Option<i64>,
}
