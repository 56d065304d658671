//! A folder of files held in memory, on its way to disk or into an archive.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io;
use std::path::Path;

/// Contents by path; the path is relative, with `/` between its parts.
#[derive(Clone, Default)]
pub struct Folder(BTreeMap<String, Vec<u8>>);

impl Folder {
    /// All files below `root` whose path `wanted` accepts; hidden ones are left out.
    pub fn read(root: &Path, wanted: impl Fn(&str) -> bool) -> Result<Folder, String> {
        let mut folder = Folder::default();
        let mut open = vec![root.to_path_buf()];
        while let Some(directory) = open.pop() {
            let list = fs::read_dir(&directory).map_err(|wrong| told(&directory, &wrong))?;
            for entry in list {
                let path = entry.map_err(|wrong| told(&directory, &wrong))?.path();
                let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
                if hidden {
                    continue;
                }
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let below = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
                if wanted(&below) {
                    folder.put(&below, fs::read(&path).map_err(|wrong| told(&path, &wrong))?)?;
                }
            }
        }
        Ok(folder)
    }

    /// Puts one file in; a second one of the same path is a mistake in the sources.
    pub fn put(&mut self, path: &str, content: Vec<u8>) -> Result<(), String> {
        match self.0.entry(path.to_owned()) {
            Entry::Vacant(free) => {
                free.insert(content);
                Ok(())
            }
            Entry::Occupied(_) => Err(format!("two sources for {path}")),
        }
    }

    /// Puts all files of another folder in.
    pub fn add(&mut self, other: Folder) -> Result<(), String> {
        other.0.into_iter().try_for_each(|(path, content)| self.put(&path, content))
    }

    /// Bytes of one file, if there.
    pub fn size_of(&self, path: &str) -> Option<usize> {
        self.0.get(path).map(Vec::len)
    }

    /// The files in order of their paths.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    /// Makes `root` hold exactly these files.
    pub fn write(&self, root: &Path) -> Result<(), String> {
        if root.exists() {
            fs::remove_dir_all(root).map_err(|wrong| told(root, &wrong))?;
        }
        for (path, content) in self.files() {
            let path = root.join(path);
            let made = path.parent().map_or(Ok(()), fs::create_dir_all);
            made.and_then(|()| fs::write(&path, content)).map_err(|wrong| told(&path, &wrong))?;
        }
        Ok(())
    }
}

/// An I/O error that names its file, which std's does not.
pub fn told(path: &Path, wrong: &io::Error) -> String {
    format!("{}: {wrong}", path.display())
}
