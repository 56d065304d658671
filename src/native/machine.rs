//! Clock, randomness, vault and shell of a command that runs once.

use std::any::Any;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;

use crate::model::{AccountId, Fault, Millis, News, Saying};
use crate::port::{Clock, Random, Shell, Vault};

/// The machine's clock. UTC: a command has no reader with a zone.
pub struct MachineClock;

#[async_trait(?Send)]
impl Clock for MachineClock {
    #[allow(clippy::disallowed_methods, reason = "this is the port")]
    fn now(&self) -> Millis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
    }

    async fn sleep(&self, millis: u32) {
        tokio::time::sleep(Duration::from_millis(millis.into())).await;
    }

    fn offset_minutes(&self, _: Millis) -> i32 {
        0
    }
}

/// The operating system's randomness.
pub struct MachineRandom;

impl Random for MachineRandom {
    fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        if getrandom::fill(&mut bytes).is_err() {
            // Without it names would clash: nothing sensible can go on.
            std::process::abort();
        }
        bytes
    }
}

/// The password that was given on the command line's file; nothing is kept.
pub struct GivenPassword(pub String);

#[async_trait(?Send)]
impl Vault for GivenPassword {
    async fn seal(&self, _: &AccountId, _: &str) -> Result<(), Fault> {
        Ok(())
    }

    async fn open(&self, _: &AccountId) -> Result<Option<String>, Fault> {
        Ok(Some(self.0.clone()))
    }
}

/// Nobody looks, and nothing wakes a command.
pub struct NoShell;

#[async_trait(?Send)]
impl Shell for NoShell {
    fn tell(&self, _: &News) {}
    fn badge(&self, _: u32, _: bool) {}
    async fn notice(&self, _: &Saying) {}
    async fn open_options(&self, _: Option<&str>) {}
    async fn wake(&self, _: &str, _: Option<Millis>) {}
    fn saves(&self) -> bool {
        false
    }
    async fn due(&self, _: &str) -> Option<Millis> {
        None
    }
    async fn lock(&self, _: &str) -> Option<Box<dyn Any>> {
        Some(Box::new(()))
    }
}
