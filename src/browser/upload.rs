//! Files that the person hands over.

use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileList};

use super::api::failed;
use crate::fault;
use crate::model::Fault;

/// A larger file than this is no calendar; and all of it has to be in memory.
pub const LARGEST: f64 = 100.0 * 1024.0 * 1024.0;

/// The files of a list, which the browser may empty at any time.
pub fn files(list: Option<FileList>) -> Vec<File> {
    let list = list.as_ref();
    list.map_or_else(Vec::new, |list| (0..list.length()).filter_map(|at| list.get(at)).collect())
}

/// What is in the file.
///
/// # Errors
/// It is too large, or cannot be read any more.
pub async fn read(file: &File) -> Result<Vec<u8>, Fault> {
    if file.size() > LARGEST {
        return Err(fault::field("field_file_large"));
    }
    let buffer = JsFuture::from(file.array_buffer()).await;
    let buffer = buffer
        .map_err(|error| Fault { context: failed("arrayBuffer", &error).context, ..fault::field("field_file_gone") })?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
