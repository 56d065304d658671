//! What follows a fault: the one place where its class is acted on.

use crate::fault;
use crate::model::{Class, Fault};

/// What becomes of the run in which a collection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The other collections go on.
    Next,
    /// The server failed on this one: the next shows whether on this one alone.
    Doubt,
    /// Offline or overloaded: the others fare no better. It is tried again later
    /// (`schedule`), not before Retry-After.
    EndRun,
    /// Not one more try with a password that is refused, until the person acts
    /// (quirk 28).
    StopAccount,
}

/// Whether it ends a run, by itself or together with another like it, and may be another's
/// turn the next time.
pub(super) fn ends(fault: &Fault) -> bool {
    matches!(verdict(fault), Verdict::Doubt | Verdict::EndRun)
}

pub(super) fn verdict(fault: &Fault) -> Verdict {
    match fault.class {
        Class::SignIn => Verdict::StopAccount,
        Class::Retry { after: None } if fault::failed(&fault.text) => Verdict::Doubt,
        Class::Retry { .. } => Verdict::EndRun,
        Class::Setup | Class::Item | Class::Conflict | Class::Guard | Class::Bug => Verdict::Next,
    }
}
