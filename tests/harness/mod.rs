//! What the tests against real servers and real browsers stand on.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`process`] | a child process that dies with its test, whole group |
//! | [`wait`] | waiting for a condition, with a deadline |
//! | [`http`] | HTTP/1.1 by hand over a socket, so that what is read is what was sent |
//! | [`dav`] | a small DAV client of its own, for setting up servers and for asserting about them |
//! | [`server`] | Radicale, Xandikos, a plain web server |
//! | [`site`] | a DAV server in memory that tests make misbehave |
//! | [`raw`] | a socket that answers with whatever bytes a test writes |
//! | [`gate`] | a proxy in front of a server that counts, holds back and refuses |
//! | [`sample`] | the sample account |
//! | [`browser`] | Chromium and Firefox with the extension, through WebDriver |
//! | [`display`] | a screen of its own, and keys pressed on it |
//!
//! None of it uses the code under test: what a test says about a server, it has
//! read from the server.

// Each test target compiles this module for itself and uses its own part of it.
#![allow(dead_code)]
// Tests run on the real clock.
#![allow(clippy::disallowed_methods)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

pub mod browser;
pub mod dav;
pub mod display;
pub mod gate;
pub mod http;
pub mod process;
pub mod raw;
pub mod sample;
pub mod server;
pub mod site;
pub mod wait;

use std::path::PathBuf;

/// Where build.sh puts the servers and drivers: `$PIMENTO_TOOLS`, else `target/tools`.
pub fn tools() -> PathBuf {
    std::env::var_os("PIMENTO_TOOLS").map_or_else(|| root().join("target/tools"), PathBuf::from)
}

/// The package's folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
