//! The extension with what the test needs in it.

use std::fs;
use std::path::{Path, PathBuf};

/// A copy of an extension, whose worker can be held at its writes. It goes when this
/// is dropped.
pub struct Witnessed(tempfile::TempDir);

impl Witnessed {
    pub fn of(extension: &Path) -> Witnessed {
        let folder = tempfile::tempdir().unwrap();
        copy(extension, folder.path());
        for (name, text) in [
            ("death_worker.js", include_str!("worker.js")),
            ("death_page.js", include_str!("page.js")),
            ("death_page.html", include_str!("page.html")),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let worker = folder.path().join("background.js");
        let text = fs::read_to_string(&worker).unwrap();
        fs::write(worker, format!("import \"./death_worker.js\";\n{text}")).unwrap();
        Witnessed(folder)
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }
}

/// Everything below `from`, also below `to`.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}
