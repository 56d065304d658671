//! Where the vault keeps what it seals, and its key.

use wasm_bindgen::JsValue;

use super::{Database, row};
use crate::fault;
use crate::model::{AccountId, Fault};

/// A sealed password.
pub struct Secret {
    pub iv: Vec<u8>,
    pub sealed: Vec<u8>,
}

impl Database {
    pub(in crate::browser) async fn secret(&self, account: &AccountId) -> Result<Option<Secret>, Fault> {
        let Some(found) = self.get_beside("secrets", &account.0).await? else { return Ok(None) };
        let part = |name| row::member(&found, name).as_ref().and_then(row::bytes);
        match (part("iv"), part("sealed")) {
            (Some(iv), Some(sealed)) => Ok(Some(Secret { iv, sealed })),
            _ => Err(fault::store("row").during("secrets")),
        }
    }

    pub(in crate::browser) async fn save_secret(&self, account: &AccountId, secret: &Secret) -> Result<(), Fault> {
        let part = |bytes| Some(row::from_bytes(bytes));
        let value = row::object([("iv", part(&secret.iv)), ("sealed", part(&secret.sealed))])?;
        self.put_beside("secrets", &account.0, &value).await
    }

    /// The key of that name.
    pub(in crate::browser) async fn key(&self, name: &str) -> Result<Option<JsValue>, Fault> {
        self.get_beside("keys", name).await
    }

    /// The key of that name, which is `fresh` if there was none.
    pub(in crate::browser) async fn key_or(&self, name: &str, fresh: JsValue) -> Result<JsValue, Fault> {
        self.get_or_put_beside("keys", name, fresh).await
    }
}
