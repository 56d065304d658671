//! Many texts in one file: a base for each item, without a file for each.

use std::fs;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::fault;
use crate::model::Fault;

/// Where a text stands in the pack, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    at: u64,
    len: u64,
}

/// Only ever appended to; what is not referred to any more goes when the store
/// writes a new pack.
pub struct Pack {
    reader: fs::File,
    writer: BufWriter<fs::File>,
    len: u64,
}

impl Pack {
    /// Opens the pack, or makes an empty one.
    ///
    /// # Errors
    /// If the file cannot be opened.
    pub fn open(path: &Path) -> Result<Pack, Fault> {
        let file = fs::OpenOptions::new().create(true).append(true).open(path).map_err(fault::store)?;
        let len = file.metadata().map_err(fault::store)?.len();
        let reader = fs::File::open(path).map_err(fault::store)?;
        Ok(Pack { reader, writer: BufWriter::new(file), len })
    }

    /// Adds a text; it is sure to be in the file after [`Pack::flush`].
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn append(&mut self, text: &[u8]) -> Result<Place, Fault> {
        let place = Place { at: self.len, len: text.len() as u64 };
        self.writer.write_all(text).map_err(fault::store)?;
        self.len += place.len;
        Ok(place)
    }

    /// The text at a place.
    ///
    /// # Errors
    /// If it cannot be read, or ends before.
    pub fn read(&mut self, place: Place) -> Result<Vec<u8>, Fault> {
        self.flush()?;
        let mut text = vec![0; usize::try_from(place.len).map_err(fault::store)?];
        self.reader.seek(SeekFrom::Start(place.at)).map_err(fault::store)?;
        self.reader.read_exact(&mut text).map_err(fault::store)?;
        Ok(text)
    }

    /// What was appended is in the file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn flush(&mut self) -> Result<(), Fault> {
        self.writer.flush().map_err(fault::store)
    }

    /// Whether more than half of it is not referred to any more, if `live` bytes are.
    pub fn wasteful(&self, live: u64) -> bool {
        self.len > 1_000_000 && live < self.len / 2
    }
}

impl Place {
    /// Bytes of the text.
    pub fn bytes(self) -> u64 {
        self.len
    }
}
