//! What pages and worker say to each other. A page asks, the worker always
//! answers: `Result<Answer, Fault>`. Lists are not asked for: pages read them
//! from the store themselves.

use serde::{Deserialize, Serialize};

use crate::model::view::{Instance, Seek};
use crate::model::{
    Account, AccountId, Changed, Choice, Collection, CollectionId, Fate, Fault, Fields, ItemId, Millis, Occurrence,
    Policy, Progress, Reach, Role, Run, Settings, View, Why,
};

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
// There is one at a time, on its way between page and worker.
#[allow(clippy::large_enum_variant)]
pub enum Ask {
    /// Looks what is there; changes nothing, here or on the server. The page has
    /// asked for the host permission before.
    Check(SignIn),
    /// Saves the account. With `insist` also when the check fails. The account that
    /// it `replaces` is not synchronized any more, if it is another one.
    Save {
        sign_in: SignIn,
        insist: bool,
        replaces: Option<AccountId>,
    },
    /// What becomes of items changed on both sides.
    SavePolicy {
        account: AccountId,
        policy: Policy,
    },
    /// How many changes made here would be lost with the account.
    CountUnsent(AccountId),
    /// Forgets the account and everything of it here; nothing on the server.
    RemoveAccount(AccountId),
    /// The collection that shall have the role from now on.
    Choose {
        role: Role,
        collection: CollectionId,
    },
    SaveSettings(Settings),
    /// Runs now; answered at once, the run goes on.
    Synchronize,
    /// The same, and all etags are compared.
    Audit,
    /// The plan of the next run.
    Preview,
    /// What the guard holds back.
    Held,
    /// What becomes of what the guard holds back in the collection.
    Decide {
        collection: CollectionId,
        choice: Choice,
    },
    /// What becomes of a collection that is not on the server any more.
    Settle {
        collection: CollectionId,
        fate: Fate,
    },
    /// How many changes made here a restore would set aside.
    CountRestore,
    /// Brings everything to the server's state; answered at once.
    Restore,
    /// What is in an item, to read. Of a series `of` names the instance
    /// ([`Occurrence::of`](crate::model::Occurrence::of)); `None`: it as a whole.
    View {
        id: ItemId,
        of: Option<Millis>,
    },
    /// The instances of a series, as many as are listed at once.
    Instances {
        id: ItemId,
        seek: Seek,
    },
    /// The fields of an item, to fill a form; of a series, those of the instance that is
    /// named so.
    Open {
        id: ItemId,
        of: Option<Millis>,
    },
    /// A new item, in the folder or the default one of its kind.
    Create {
        folder: Option<CollectionId>,
        fields: Fields,
    },
    /// What the form `was` when it was opened, and what it is now.
    Edit {
        id: ItemId,
        reach: Reach,
        was: Fields,
        fields: Fields,
    },
    Delete {
        id: ItemId,
        reach: Reach,
    },
    /// What the item was before.
    Versions(ItemId),
    /// Makes a kept text an item again (by the time it was kept and its item).
    BringBack {
        at: Millis,
        item: ItemId,
    },
    /// What undoing the run of that start would do.
    PreviewUndo(Millis),
    /// Brings back what the run replaced or removed, and removes what it brought.
    Undo(Millis),
    /// What happens between the two times (the second exclusive) in all that is in
    /// the store, also where its index does not reach.
    Between {
        from: Millis,
        to: Millis,
    },
    /// What importing these texts into the folder would meet; changes nothing. A page
    /// sends no more than [`BATCH`] at a time.
    Compare {
        folder: CollectionId,
        texts: Vec<Text>,
    },
    /// Puts the texts into the folder, all or none of one call. With the `last` of
    /// them a run begins.
    Import {
        folder: CollectionId,
        texts: Vec<Text>,
        differing: Differing,
        last: bool,
    },
    State,
    /// The tab's server, so that the options page can offer it.
    OpenOptions {
        from: Option<String>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
// As of [`Ask`].
#[allow(clippy::large_enum_variant)]
pub enum Answer {
    Done,
    Found(Finding),
    Count(u32),
    View(Box<View>),
    /// By start.
    Instances(Vec<Instance>),
    Fields(Fields),
    Item(ItemId),
    State(State),
    Drafted(Vec<Drafted>),
    Versions(Vec<Version>),
    /// By start.
    Occurrences(Vec<Occurrence>),
    Compared(Vec<Compared>),
    Imported(Imported),
}

/// As many bytes of texts go in one message, or one text that is larger: browsers
/// refuse messages beyond some tens of megabytes.
pub const BATCH: usize = 1 << 20;

/// No single text in a message is larger, in bytes: one that is no UTF-8 takes four times
/// as many on its way. What is larger is no item.
pub const LARGEST: usize = 10 << 20;

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

/// What is planned for a collection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drafted {
    pub collection: CollectionId,
    pub name: String,
    pub role: Option<Role>,
    pub steps: Vec<Step>,
    /// Items for which nothing is planned.
    pub resting: u32,
    /// Why nothing of it would be done.
    pub fault: Option<Fault>,
}

impl Drafted {
    pub fn of(collection: &Collection, steps: Vec<Step>) -> Drafted {
        Drafted {
            collection: collection.id.clone(),
            name: collection.name.clone(),
            role: collection.role,
            steps,
            resting: 0,
            fault: None,
        }
    }

    /// Of an account that could not be looked at.
    pub fn failed(account: &Account) -> Drafted {
        let (collection, name) = (CollectionId(account.id.0.clone()), account.user.clone());
        Drafted { collection, name, role: None, steps: Vec::new(), resting: 0, fault: None }
    }
}

/// What is planned for an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Behind `action_` the key of the words for people (`sync::plan::Action::word`).
    pub action: String,
    /// `None` for what is not here yet.
    pub item: Option<ItemId>,
    /// Of what is not here yet, the last segment of its href.
    pub title: String,
}

/// A text that an item had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// When it was replaced or removed; names it to [`Ask::BringBack`].
    pub at: Millis,
    pub why: Why,
    /// What differs in the version after it.
    pub changed: Vec<Changed>,
}

/// What the popup and the status page show of the worker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// An account is set up.
    pub set_up: bool,
    pub running: Option<Progress>,
    /// The last run; of several accounts one that failed, if any did.
    pub last: Option<Run>,
    /// Items that need attention.
    pub waiting: u32,
    /// Folders that wait for the person to decide: stopped by the guard, or not on
    /// the server any more.
    pub undecided: u32,
    /// When the next periodic run is due.
    pub next: Option<i64>,
}

/// An item's text in a message. Nearly all are UTF-8; the others stay what they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Text {
    Utf8(String),
    Bytes(Vec<u8>),
}

impl Text {
    pub fn bytes(&self) -> &[u8] {
        match self {
            Text::Utf8(text) => text.as_bytes(),
            Text::Bytes(bytes) => bytes,
        }
    }
}

impl From<Vec<u8>> for Text {
    fn from(bytes: Vec<u8>) -> Text {
        String::from_utf8(bytes).map_or_else(|error| Text::Bytes(error.into_bytes()), Text::Utf8)
    }
}

/// What becomes of an imported item that is in the folder already and says something
/// else there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Differing {
    /// It stays as it is.
    #[default]
    Leave,
    /// It becomes what the file says, as an edit; what it was can be had back.
    Replace,
    /// What the file says is added as another item.
    Copy,
}

/// What importing a text would meet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    pub title: String,
    pub standing: Standing,
    /// Another folder that has an item of the same UID, by its name.
    pub elsewhere: Option<String>,
}

/// How a text stands to what is in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    New,
    /// It is there already.
    Same,
    /// An item of its UID is there, and says something else.
    Differs,
    /// The folder does not take what it is.
    Unfit,
}

/// What an import has done, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    pub added: u32,
    pub replaced: u32,
    /// Added as another item.
    pub copied: u32,
    /// Was there already.
    pub same: u32,
    /// Was there and says something else; left so.
    pub left: u32,
    /// Not what the folder takes.
    pub unfit: u32,
}

impl std::ops::AddAssign for Imported {
    fn add_assign(&mut self, more: Imported) {
        self.added += more.added;
        self.replaced += more.replaced;
        self.copied += more.copied;
        self.same += more.same;
        self.left += more.left;
        self.unfit += more.unfit;
    }
}
