//! An item as a person reads it. Made of its text by `text::view`, in the worker,
//! for that takes zones and charsets; pages only lay it out. Words are [`Saying`]s,
//! times are values: the page puts both into the reader's language.

use serde::{Deserialize, Serialize};

use super::{Millis, Saying};

/// What is in an item. Total: of what cannot be understood it has what could be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Summary or name, on one line; may be empty.
    pub title: String,
    pub detail: Detail,
    /// What it calls itself in every folder; empty without.
    pub uid: String,
    /// What could not be understood, or was left out: said above the rest. Where it
    /// says anything, what is shown is only a part.
    pub missed: Vec<Saying>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    Event(Box<EventView>),
    /// A task is an event that is due.
    Task(Box<EventView>),
    Contact(Box<ContactView>),
    Note(Box<NoteView>),
    /// Neither calendar nor card: the lines that could be read, by their names.
    Unknown(Vec<(String, String)>),
}

/// A date, or a time with its zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// As it stands in its zone, written as if that were UTC; midnight for a date.
    pub wall: Millis,
    /// It is a whole day.
    pub date: bool,
    /// IANA name, `UTC`, or what the event itself calls its zone; empty: the
    /// reader's own, wherever they are.
    pub zone: String,
    /// The zone is one that nobody knows. With a moment the time is taken to be in the
    /// zone that the calendar names, else as the reader's own.
    pub guessed: bool,
    /// The moment, where there is one: neither for dates nor for the reader's own time.
    pub at: Option<Millis>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventView {
    pub start: Option<When>,
    /// Of whole days the last of them, else the moment it ends.
    pub end: Option<When>,
    /// Of a task: until when.
    pub due: Option<When>,
    /// Of a task: when it was done, and how much of it is (percent).
    pub completed: Option<When>,
    pub percent: Option<u8>,
    pub place: String,
    /// Latitude and longitude, as written.
    pub geo: String,
    pub description: String,
    /// Where to join by video or telephone; https.
    pub call: Option<String>,
    pub url: Option<Link>,
    pub organizer: Option<Person>,
    pub attendees: Vec<Person>,
    pub alarms: Vec<Alarm>,
    /// STATUS, CLASS, TRANSP and PRIORITY, where they say anything.
    pub marks: Vec<Saying>,
    /// It is cancelled, or this instance of it is.
    pub cancelled: bool,
    pub categories: Vec<String>,
    /// `#rrggbb` (with or without alpha) or a name of CSS; nothing else.
    pub color: Option<String>,
    pub attachments: Vec<Link>,
    pub series: Option<Series>,
}

/// What makes an event one of many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// The rules in words, one each.
    pub words: Vec<Saying>,
    /// Days or times beside the rule, and those left out of it.
    pub added: Vec<When>,
    pub left_out: Vec<When>,
    /// Instances that were moved, renamed or cancelled.
    pub changed: Vec<ChangedInstance>,
    /// The next instances from now on; of an instance that is not among them those from it on.
    pub next: Vec<Instance>,
    /// The instance that is shown, by the start that the series gives it; `None`: the
    /// series as a whole.
    pub of: Option<Millis>,
    /// When that instance would be, had it not been moved.
    pub moved_from: Option<When>,
}

/// One time of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Names it to `Ask::View` and `Ask::Open`.
    pub of: Millis,
    pub start: When,
}

/// Which instances of a series are sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seek {
    /// Those that begin after that moment (of what has none, its wall).
    After(Millis),
    /// The last before it.
    Before(Millis),
    /// Those from that day on, as the series itself has it (midnight, as [`When::wall`]).
    Day(Millis),
}

/// An instance with a component of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedInstance {
    pub of: Millis,
    /// When the series would have it.
    pub was: When,
    /// When it is instead; `None`: then.
    pub moved: Option<When>,
    pub cancelled: bool,
    /// Its own title, where it is another.
    pub title: Option<String>,
    /// RANGE=THISANDFUTURE: what follows is changed likewise.
    pub following: bool,
}

/// Somebody who takes part, or a room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// May be empty.
    pub name: String,
    /// Without `mailto:`; may be empty.
    pub mail: String,
    /// A group, room or resource; nothing for a person.
    pub kind: Option<Saying>,
    /// Chair, optional, for information; nothing for who is simply asked.
    pub role: Option<Saying>,
    /// What they answered; nothing for an organizer.
    pub answer: Option<Saying>,
    /// Who goes in their place, and in whose place they go.
    pub delegated: Vec<Saying>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// A message, a sound, a mail.
    pub action: Saying,
    /// Before or after start or end; with `at`, a time of its own.
    pub when: Saying,
    pub at: Option<When>,
    /// It rings again.
    pub repeat: Option<Saying>,
}

/// A text that may lead somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub text: String,
    /// http, https, mailto or tel; nothing else is ever given.
    pub href: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactView {
    /// The parts of the name, where they are more than the title says.
    pub full: String,
    pub nicknames: Vec<String>,
    pub organization: Vec<String>,
    pub job: Vec<String>,
    pub phones: Vec<Channel>,
    pub mails: Vec<Channel>,
    pub chats: Vec<Channel>,
    pub links: Vec<Channel>,
    pub addresses: Vec<Address>,
    pub dates: Vec<Date>,
    pub photo: Option<Picture>,
    pub logo: Option<Picture>,
    /// There is a picture that is not in the card, or not of a sort that is shown.
    pub picture: Option<Saying>,
    /// It is a group: whom it has.
    pub group: bool,
    pub members: Vec<Member>,
    pub categories: Vec<String>,
    pub related: Vec<Channel>,
    pub languages: Vec<String>,
    pub zone: String,
    pub geo: String,
    pub notes: Vec<String>,
    /// Keys for encryption that are in the card.
    pub keys: u32,
}

/// A way to reach somebody, with its labels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    pub text: String,
    /// As of [`Link`].
    pub href: Option<String>,
    pub labels: Vec<Saying>,
    pub preferred: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub lines: Vec<String>,
    pub labels: Vec<Saying>,
    pub preferred: bool,
}

/// A birthday and its like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Date {
    pub label: Saying,
    /// A whole date at midnight, as [`When::wall`].
    pub day: Option<Millis>,
    /// In words, where it is not whole: a birthday without its year, a text.
    pub words: Saying,
}

/// A picture that is in the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// `image/png`, `image/jpeg`, `image/gif` or `image/webp`, by its first bytes.
    pub media: String,
    pub base64: String,
}

/// Somebody in a group: found here by UID or mail, or only named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub uid: String,
    pub mail: String,
    pub name: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteView {
    pub date: Option<When>,
    /// Markdown, as written.
    pub text: String,
    pub marks: Vec<Saying>,
    pub categories: Vec<String>,
    pub color: Option<String>,
    pub url: Option<Link>,
    pub attachments: Vec<Link>,
    pub created: Option<When>,
    pub changed: Option<When>,
}
