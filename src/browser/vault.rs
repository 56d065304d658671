//! Passwords, sealed with AES-GCM by a key that no script can read out: it is
//! made here, cannot be exported, and lies in the database as the browser's own
//! object. What a page or a copied profile file shows is the sealed text.

use async_trait::async_trait;
use futures_util::future::join;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AesGcmParams, AesKeyGenParams, Crypto, CryptoKey};

use super::database::{Database, Secret};
use super::said;
use crate::fault;
use crate::model::{AccountId, Fault};
use crate::port::Vault;

/// The only key's name.
const KEY: &str = "passwords";
/// NIST SP 800-38D, 8.2: 96 random bits.
const IV_BYTES: usize = 12;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = crypto)]
    static CRYPTO: Option<Crypto>;
}

/// The vault over WebCrypto, its texts in the database.
pub struct WebCrypto {
    database: Database,
}

impl WebCrypto {
    pub fn new(database: Database) -> WebCrypto {
        WebCrypto { database }
    }

    /// The key; made at the first use.
    async fn key(&self) -> Result<CryptoKey, Fault> {
        let key = match self.database.key(KEY).await? {
            Some(key) => key,
            None => {
                let fresh = subtle()?
                    .generate_key_with_object(
                        &AesKeyGenParams::new("AES-GCM", 256),
                        false,
                        &Array::of2(&"encrypt".into(), &"decrypt".into()),
                    )
                    .map_err(|error| failed(&error))?;
                // Made outside the transaction; where two made one, the first stays.
                self.database.key_or(KEY, finished(fresh).await?).await?
            }
        };
        key_of(key)
    }
}

fn key_of(stored: JsValue) -> Result<CryptoKey, Fault> {
    stored.dyn_into().map_err(|_| fault::store("not a key").during("keys"))
}

#[async_trait(?Send)]
impl Vault for WebCrypto {
    async fn seal(&self, account: &AccountId, password: &str) -> Result<(), Fault> {
        let key = self.key().await?;
        let mut iv = [0; IV_BYTES];
        getrandom::fill(&mut iv).map_err(fault::internal)?;
        let text = Uint8Array::from(password.as_bytes());
        let sealed = subtle()?
            .encrypt_with_object_and_js_u8_array(&params(&iv, account), &key, &text)
            .map_err(|error| failed(&error))?;
        let sealed = Uint8Array::new(&finished(sealed).await?).to_vec();
        self.database.save_secret(account, &Secret { iv: iv.to_vec(), sealed }).await
    }

    async fn open(&self, account: &AccountId) -> Result<Option<String>, Fault> {
        let (secret, key) = join(self.database.secret(account), self.database.key(KEY)).await;
        let (Some(secret), Some(key)) = (secret?, key?) else { return Ok(None) };
        let key = key_of(key)?;
        let opened = subtle()?
            .decrypt_with_object_and_js_u8_array(
                &params(&secret.iv, account),
                &key,
                &Uint8Array::from(secret.sealed.as_slice()),
            )
            .map_err(|error| failed(&error))?;
        // A key that does not fit (a profile put together from parts): the person
        // types the password again.
        let opened = finished(opened).await.map_err(|fault| fault::no_password().during(fault.context))?;
        String::from_utf8(Uint8Array::new(&opened).to_vec()).map(Some).map_err(|_| fault::no_password())
    }
}

/// The account's id is bound into the seal: a secret moved to another account
/// does not open.
fn params(iv: &[u8], account: &AccountId) -> AesGcmParams {
    let params = AesGcmParams::new_with_u8_array("AES-GCM", &Uint8Array::from(iv));
    params.set_additional_data_u8_array(&Uint8Array::from(account.0.as_bytes()));
    params
}

fn subtle() -> Result<web_sys::SubtleCrypto, Fault> {
    CRYPTO.with(|crypto| crypto.as_ref().map(Crypto::subtle)).ok_or_else(|| fault::internal("no WebCrypto"))
}

async fn finished(promise: js_sys::Promise<impl wasm_bindgen::JsGeneric + 'static>) -> Result<JsValue, Fault> {
    JsFuture::from(promise.unchecked_into::<js_sys::Promise>()).await.map_err(|error| failed(&error))
}

fn failed(error: &JsValue) -> Fault {
    fault::internal(said(error)).during("vault")
}
