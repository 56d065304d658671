//! Pimento keeps a person's calendar, contacts and notes in the browser, in
//! two-way step with their mail server.
//!
//! The map. Arrows point up the list only (`tests/layering.rs` holds us to it):
//!
//! | module | what it is | imports |
//! | --- | --- | --- |
//! | [`model`] | account, collection, item, href, etag, settings, run | nothing |
//! | [`order`] | sorting that is compiled once | nothing |
//! | [`fault`] | a failure with the class that decides what follows | model |
//! | [`phrase`] | sentences for people from their keys | model |
//! | [`field`] | what may be typed into the fields of the options page | model, fault |
//! | [`archive`] | items as files in an archive | model, fault, text |
//! | [`text`] | content lines kept byte for byte; what pages read from them | model, order |
//! | [`dav`] | one file per RFC: requests as values in, strict answers out | model, fault |
//! | [`sync`] | what to do about a difference: pure | model, fault, text |
//! | [`schedule`] | when to run next | model, fault |
//! | [`port`] | what the core asks of its surroundings, as traits | model, fault |
//! | [`remote`] | the server as a run sees it: exchanges of `dav` over [`port::Http`] | model, fault, dav, port, sync |
//! | [`message`] | what pages and worker say to each other | model, fault |
//! | [`state`] | how things stand, as far as the store knows | model, message, port |
//! | [`driver`] | the async loop that runs it all over ports | all above |
//! | [`worker`] | what each event of the browser leads to | all above |
//! | `browser` | the ports in a browser (wasm) | model, order, fault, port, message |
//! | `pages` | popup, workspace, options, status (wasm) | model, order, fault, phrase, field, archive, text, message, port, state, browser |
//! | `memory` | the store in memory, for tests (native) | model, fault, port |
//! | `native` | the ports of `probe`: native HTTP and a folder of files | model, fault, text, port |
//!
//! Data flows one way: server → dav → sync → store → pages. Edits flow back
//! the same road.

pub mod archive;
#[cfg(target_arch = "wasm32")]
pub mod browser;
pub mod dav;
pub mod driver;
pub mod fault;
pub mod field;
#[cfg(not(target_arch = "wasm32"))]
pub mod memory;
pub mod message;
pub mod model;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
pub mod order;
#[cfg(target_arch = "wasm32")]
pub mod pages;
pub mod phrase;
pub mod port;
pub mod remote;
pub mod schedule;
pub mod state;
pub mod sync;
pub mod text;
pub mod worker;
