//! What the person sees: four pages over small HTML files in `static/`. They
//! read the store themselves, ask the worker for everything else, and write
//! nothing.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`popup`] | the toolbar's popup: what is next, and how things stand |
//! | [`workspace`] | lists, details and forms of events, contacts and notes |
//! | [`options`] | server and account, and when to synchronize |
//! | [`status`] | the last synchronization, earlier ones, what was set aside |
//! | [`frame`] | what all pages have: the way to the others, the mark of being ready |
//! | [`draft`] | what is planned, in words: for a preview, for what was stopped, for an undo |
//! | [`shelf`] | what pages read of the store |
//! | [`coming`] | when events happen next |
//! | [`search`] | what a search finds among everything |
//! | [`standing`] | how things stand, kept up to date; the state line |
//! | [`export`] | items as files to be saved |
//! | [`saying`] | sentences in the reader's language |
//! | [`moment`] | dates and times in the reader's locale and zone |

pub mod coming;
pub mod draft;
pub mod export;
pub mod frame;
pub mod moment;
pub mod options;
pub mod popup;
pub mod saying;
pub mod search;
pub mod shelf;
pub mod standing;
pub mod status;
pub mod workspace;
