//! A shell that nobody sees, and a vault with one password.

use std::any::Any;

use async_trait::async_trait;
use pimento::model::{AccountId, Fault, Millis, News, Saying};
use pimento::port::{Shell, Vault};

pub struct Password;

#[async_trait(?Send)]
impl Vault for Password {
    async fn seal(&self, _: &AccountId, _: &str) -> Result<(), Fault> {
        Ok(())
    }
    async fn open(&self, _: &AccountId) -> Result<Option<String>, Fault> {
        Ok(Some("secret".to_owned()))
    }
}

pub struct Nobody;

#[async_trait(?Send)]
impl Shell for Nobody {
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
