//! A failure as a value: what class it is of decides what follows, the saying
//! tells the person, the context tells whoever mends it.

use serde::{Deserialize, Serialize};

use super::Saying;

/// Decides what follows a failure; acted on in `driver`, nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Try again later, not before `after` seconds where the server said so.
    Retry { after: Option<u32> },
    /// The server refuses the sign-in: the account stops until the person acts.
    SignIn,
    /// Something must be set up differently.
    Setup,
    /// One item is refused or cannot be read: it waits, the others go on.
    Item,
    /// The server has another version than we thought: read again, plan again.
    Conflict,
    /// Too much would be deleted: stopped before acting.
    Guard,
    /// An answer that is not what was asked, or anything else that must not happen.
    Bug,
}

impl Class {
    /// The one word for programs, as `probe` prints it.
    pub fn word(self) -> &'static str {
        match self {
            Class::Retry { .. } => "retry",
            Class::SignIn => "sign-in",
            Class::Setup => "setup",
            Class::Item => "item",
            Class::Conflict => "conflict",
            Class::Guard => "guard",
            Class::Bug => "bug",
        }
    }
}

/// Never holds an item's text or a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub class: Class,
    /// What happened, what it means for the person's data, what to do.
    pub text: Saying,
    /// Method, path and status of the exchange, or the place in the program.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub context: String,
}

impl Fault {
    pub fn new(class: Class, text: Saying) -> Fault {
        Fault { class, text, context: String::new() }
    }

    /// Adds what was being done. The innermost resource stays in front.
    #[must_use]
    pub fn during(mut self, what: impl AsRef<str>) -> Fault {
        if !self.context.is_empty() {
            self.context.push_str(" < ");
        }
        self.context.push_str(what.as_ref());
        self
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {:?} ({})", self.class.word(), self.text.key, self.text.args, self.context)
    }
}

impl std::error::Error for Fault {}
