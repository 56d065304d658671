//! Archives that are the same, byte for byte, for the same content.

use std::error::Error;
use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::folder::{Folder, told};

/// Writes the archive and gives its size in bytes. Order, times and rights of
/// the entries are fixed, so that anybody can compare their own build.
pub fn write(folder: &Folder, to: &Path) -> Result<usize, Box<dyn Error>> {
    let entry = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, content) in folder.files() {
        archive.start_file(path, entry)?;
        archive.write_all(content)?;
    }
    let bytes = archive.finish()?.into_inner();
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(|wrong| told(parent, &wrong))?;
    }
    fs::write(to, &bytes).map_err(|wrong| told(to, &wrong))?;
    Ok(bytes.len())
}
