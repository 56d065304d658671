//! Waiting for a condition. Nothing here waits for time to pass.

use std::time::{Duration, Instant};

/// How often a condition that nobody announces is looked at.
pub const STEP: Duration = Duration::from_millis(20);

/// Looks at `condition` until it gives something, and gives that back.
///
/// # Panics
/// When `limit` is over first; `what` completes "waited in vain for".
#[track_caller]
pub fn until<T>(what: &str, limit: Duration, mut condition: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = condition() {
            return found;
        }
        assert!(Instant::now() < end, "waited in vain for {what}");
        std::thread::sleep(STEP);
    }
}

/// The same for a condition that can say why it does not hold yet; the last reason
/// ends up in the panic.
#[track_caller]
pub fn until_ok<T>(what: &str, limit: Duration, mut condition: impl FnMut() -> Result<T, String>) -> T {
    let end = Instant::now() + limit;
    loop {
        match condition() {
            Ok(found) => return found,
            Err(why) => assert!(Instant::now() < end, "waited in vain for {what}: {why}"),
        }
        std::thread::sleep(STEP);
    }
}
