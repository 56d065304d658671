//! What to do about a difference. Pure: no clock, no randomness, no I/O, so that
//! everything hard can be tested by table and by property.
//!
//! | module | decides |
//! | --- | --- |
//! | [`want`] | nothing: the values in which a run and the server speak |
//! | [`roles`] | which collections are the person's Calendar, Contacts and Notes |
//! | [`batch`] | how many items to ask for in one multiget |
//! | [`diff`] | which items a listing shows to be new, changed or gone |
//! | [`flight`] | how many writes may be under way at a time |
//! | [`guard`] | whether so much would be deleted that a person must be asked |
//! | [`pace`] | how many readings may be under way at a time |
//! | [`plan`] | what follows for one item: the sync table |

pub mod batch;
pub mod diff;
pub mod flight;
pub mod guard;
pub mod pace;
pub mod plan;
pub mod roles;
pub mod want;
