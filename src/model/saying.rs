//! A sentence for people, kept as its key in `_locales` and what fills its gaps,
//! so that it can be stored by the worker and shown in the reader's language.

use serde::{Deserialize, Serialize};

/// Key of `_locales/*/messages.json` and its arguments in order (`$1` …).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saying {
    pub key: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
}

impl Saying {
    pub fn new(key: &str) -> Saying {
        Saying { key: key.to_owned(), args: Vec::new() }
    }

    /// Fills the next gap.
    #[must_use]
    pub fn with(mut self, arg: impl ToString) -> Saying {
        self.args.push(arg.to_string());
        self
    }

    /// Fills the next gap with another sentence, which is put into the reader's
    /// language together with this one.
    #[must_use]
    pub fn with_saying(self, inner: &Saying) -> Saying {
        match serde_json::to_string(inner) {
            Ok(json) => self.with(format!("{NESTED}{json}")),
            Err(_) => self.with(&inner.key),
        }
    }

    /// The sentence that [`Saying::with_saying`] made this argument from.
    pub fn nested(arg: &str) -> Option<Saying> {
        serde_json::from_str(arg.strip_prefix(NESTED)?).ok()
    }
}

/// Marks an argument that is itself a saying: a control character, which no text
/// typed by a person begins with.
const NESTED: char = '\u{1}';
