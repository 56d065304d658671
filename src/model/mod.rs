//! The nouns everything else speaks of. Plain values: no I/O, no clock.

pub mod account;
pub mod address;
pub mod collection;
pub mod entry;
pub mod etag;
pub mod fault;
pub mod fields;
pub mod history;
pub mod href;
pub mod item;
pub mod run;
pub mod saying;
pub mod settings;
pub mod view;

pub use account::{Account, AccountId, Marker, Policy};
pub use collection::{Choice, Collection, CollectionId, Fate, Held, Kind, Role, Texts, Vanished};
pub use entry::{Entry, EntryKind, Happening, Index, Occurrence, Reach, Series};
pub use etag::Etag;
pub use fault::{Class, Fault};
pub use fields::{
    Access, AddressRow, ContactFields, ContactRow, Ends, EventFields, Fields, Frequency, Label, MonthDay, NoteFields,
    Photo, Recurrence, Rule, Status,
};
pub use history::{Changed, Kept, Past, Why};
pub use href::Href;
pub use item::{Edit, Head, Item, ItemId, Waiting};
pub use run::{CollectionReport, LogLine, News, Outcome, Progress, Run, Trigger};
pub use saying::Saying;
pub use settings::{Guard, History, Settings};
pub use view::View;

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;
