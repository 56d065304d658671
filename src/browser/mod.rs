//! The ports in a browser, and what pages need of it.
//!
//! | module | what it is |
//! | --- | --- |
//! | [`api`] | bindings for the extension API, thin |
//! | [`clock`] | [`crate::port::Clock`] and [`crate::port::Random`] |
//! | [`database`] | [`crate::port::Store`] over IndexedDB; what pages read of it |
//! | [`download`] | handing a file to the person |
//! | [`fetch`] | [`crate::port::Http`] over fetch |
//! | [`witness`] | what really became of a request: fetch does not say |
//! | [`reason`] | the network's words for a failure, as faults |
//! | [`locks`] | the locks worker and pages share |
//! | [`news`] | what the worker tells the pages |
//! | [`shell`] | [`crate::port::Shell`]: toolbar, alarms, notices, locks |
//! | [`upload`] | files that the person hands over |
//! | [`vault`] | [`crate::port::Vault`] over WebCrypto |

use std::rc::Rc;

use crate::model::Fault;
use crate::port::Ports;

pub mod api;
pub mod clock;
pub mod database;
pub mod download;
pub mod fetch;
pub mod locks;
pub mod news;
pub mod reason;
pub mod shell;
pub mod upload;
pub mod vault;
pub mod witness;

/// All memory is from here. The standard library brings the same allocator, compiled for size
/// with the rest of it, and it runs for each string there is.
#[global_allocator]
static MEMORY: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// All ports, over the browser.
///
/// # Errors
/// The database cannot be opened.
pub async fn ports() -> Result<Ports, Fault> {
    let database = database::Database::open().await?;
    Ok(Ports {
        http: Rc::new(fetch::Fetch::default()),
        store: Rc::new(database.clone()),
        clock: Rc::new(clock::System),
        random: Rc::new(clock::System),
        vault: Rc::new(vault::WebCrypto::new(database)),
        shell: Rc::new(shell::Extension),
    })
}

/// What a browser call failed with, for a fault's context: its name and message.
pub(crate) fn said(error: &wasm_bindgen::JsValue) -> String {
    use wasm_bindgen::JsCast;
    match error.dyn_ref::<js_sys::Error>() {
        Some(error) => format!("{}: {}", error.name(), error.message()),
        None => format!("{error:?}"),
    }
}
