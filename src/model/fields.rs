//! What the forms of the workspace show and change.

use serde::{Deserialize, Serialize};

use super::{EntryKind, Millis};

/// The fields of one item. Empty means: none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fields {
    Event(EventFields),
    Contact(ContactFields),
    Note(NoteFields),
}

impl Fields {
    pub fn kind(&self) -> EntryKind {
        match self {
            Fields::Event(_) => EntryKind::Event,
            Fields::Contact(_) => EntryKind::Contact,
            Fields::Note(_) => EntryKind::Note,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventFields {
    pub title: String,
    pub place: String,
    pub all_day: bool,
    /// `YYYY-MM-DD` when all-day, else `YYYY-MM-DDTHH:MM`, in `zone`.
    pub start: String,
    /// Inclusive day when all-day, else the moment it ends.
    pub end: String,
    /// IANA name, or what the event itself calls its zone, where that is private or nobody
    /// knows it; empty: floating. For a new event the reader's zone.
    pub zone: String,
    pub description: String,
    /// The event recurs, by a rule or by dates. Read only: `recurrence` is what changes it.
    pub recurs: bool,
    /// Which instance of a series this shows, as [`super::Occurrence::of`] names it;
    /// `None`: the event or the series itself. Read only.
    pub of: Option<Millis>,
    /// Of an instance the day on which its series begins, `YYYY-MM-DD`. Read only.
    pub since: String,
    pub recurrence: Recurrence,
    /// Minutes before the start at which a message is shown. Alarms of another sort
    /// are not among them, and stay.
    pub alarms: Vec<i32>,
    pub categories: Vec<String>,
    pub status: Status,
    pub access: Access,
    /// The time is not taken (TRANSP:TRANSPARENT).
    pub free: bool,
    /// COLOR (RFC 7986, 5.9): a name of CSS or `#rrggbb`, in lower case; empty: the calendar's.
    pub color: String,
    pub url: String,
}

/// How an event recurs (RRULE; RFC 5545, 3.3.10).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recurrence {
    /// By no rule; dates of its own (RDATE) it may have.
    #[default]
    None,
    Rule(Rule),
    /// A rule, or several, that the form has no inputs for, as it stands: kept unless
    /// it is replaced by another.
    Other(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    pub frequency: Frequency,
    /// Each, each second, each third. From 1 to [`Rule::INTERVAL`].
    pub interval: u32,
    /// Weekly: on which days of the week, 0 being Monday, in order; none: on the start's.
    pub weekdays: Vec<u8>,
    /// Monthly and yearly: on which day of the month.
    pub day: MonthDay,
    /// Yearly: in which month, from 1; `None`: in the start's.
    pub month: Option<u8>,
    pub ends: Ends,
}

impl Rule {
    /// The largest interval that a form takes.
    pub const INTERVAL: u32 = 999;
    /// The largest count that a form takes.
    pub const COUNT: u32 = 9_999;
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Frequency {
    Daily,
    #[default]
    Weekly,
    Monthly,
    Yearly,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MonthDay {
    /// The start's.
    #[default]
    Start,
    /// From 1; from the end of the month with -1.
    Day(i8),
    /// The n-th (from the end: -1) such weekday, 0 being Monday.
    Nth(i8, u8),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ends {
    #[default]
    Never,
    /// After so many times.
    Count(u32),
    /// The last day it may be on, `YYYY-MM-DD`, in the event's zone.
    Until(String),
}

/// STATUS of an event (RFC 5545, 3.8.1.11). One that nobody knows is as none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    #[default]
    None,
    Tentative,
    Confirmed,
    Cancelled,
}

/// CLASS, the access classification (RFC 5545, 3.8.1.3). One that nobody knows counts
/// as private.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    #[default]
    Public,
    Private,
    Confidential,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactFields {
    /// The name in one piece (FN) of a card that has neither given nor family name, where
    /// it says more than the organization or whatever else stands in for a name.
    pub name: String,
    pub prefix: String,
    pub given: String,
    pub additional: String,
    pub family: String,
    pub suffix: String,
    /// Several with commas between them.
    pub nickname: String,
    pub organization: String,
    pub department: String,
    /// TITLE: what the person is there.
    pub job: String,
    pub phones: Vec<ContactRow>,
    pub mails: Vec<ContactRow>,
    pub urls: Vec<ContactRow>,
    pub addresses: Vec<AddressRow>,
    /// `YYYY-MM-DD`, without the year `--MM-DD`, or whatever else stands there.
    pub birthday: String,
    /// As `birthday`.
    pub anniversary: String,
    pub categories: Vec<String>,
    pub note: String,
    pub photo: Photo,
}

/// One of several phones, mail addresses or pages of a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ContactRow {
    /// Which of the card's lines of that name it was read from, from 0; `None`: it is new.
    pub at: Option<u32>,
    pub value: String,
    pub label: Label,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressRow {
    /// As [`ContactRow::at`].
    pub at: Option<u32>,
    pub label: Label,
    /// The post office box, and what is beside the street (a suite): seldom used, and
    /// shown only where they say anything.
    pub post_box: String,
    pub extended: String,
    pub street: String,
    pub city: String,
    pub region: String,
    pub code: String,
    pub country: String,
}

/// What sort of phone or address it is (TYPE, or the label that Apple writes).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Label {
    #[default]
    None,
    Home,
    Work,
    Mobile,
    /// Another, in the card's own words; stays unless another is chosen.
    Other(String),
}

/// The picture of a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Photo {
    #[default]
    None,
    /// The card's own, as it is.
    Kept,
    /// Another: a `data:` URI of `image/jpeg` or `image/png` in base64. What is none is
    /// taken as [`Photo::Kept`].
    New(String),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NoteFields {
    pub title: String,
    pub text: String,
    /// `YYYY-MM-DD`; empty without one.
    pub date: String,
    pub categories: Vec<String>,
}
