//! One manifest is written by hand; what each browser gets is taken from it.

use serde_json::{Value, json};

/// Its name in every extension.
pub const FILE: &str = "manifest.json";

/// The public half of a key whose private half was thrown away: it gives
/// unpacked Chromium builds the same id on every machine, so that stored data
/// survives a move of the folder and tests know the address of the pages.
/// The shop assigns its own key; the archives carry none.
const UNPACKED_KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAm526u/EAu0z+sk0sD3nrz4aO5uCr4J7e5o+x\
    VTCpTqNUKv82z6vBLFfzmDZyVitEUTJftUo1J1RyBCLSOTcA9iCNZg+XKZlfQHD2nLd2eWq2mMwY775ot9EUpjLXIBCrrjDlUZxHXOB4\
    CEHs0Zh3QpW6Ggih1rwGr8ZUY5ZLY/H3ymQ26LkojzZg56QIq7JOoN3snIc5tpxG6Q8/kmyUZ2PTzPWGKRaSaGZrEZFS9j4z3Kpw2bAz\
    nmUrS2Gl9YvvLqXWCUbuJWGNNQS+6TK+nyJKQzcEJEA0bNOOSXAcDOZ9jAC66XnboxUU+fujgNn2XVk3OTzd3w8lymR5OfaoxQIDAQAB";

/// What Chromium makes of [`UNPACKED_KEY`]: the first half of the SHA-256 of
/// the key, its sixteen digits written as a to p.
pub const UNPACKED_ID: &str = "fceepigkjccdlkfeepnakkamljkjjppp";

/// Which browser, and whether the one under test.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    Chromium,
    /// Chromium's dialog for a permission cannot be answered without a
    /// display; this one has the loopback hosts granted.
    ChromiumTest,
    Firefox,
}

impl Flavour {
    pub const ALL: [Flavour; 3] = [Flavour::Chromium, Flavour::ChromiumTest, Flavour::Firefox];

    /// The name of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Flavour::Chromium => "chromium",
            Flavour::ChromiumTest => "chromium-test",
            Flavour::Firefox => "firefox",
        }
    }
}

/// The manifest as the shop of this browser wants it: only what the browser
/// knows, and the version of Cargo.toml.
pub fn for_shop(written: &str, flavour: Flavour) -> Result<Vec<u8>, String> {
    text_of(&for_browser(written, flavour)?)
}

/// The manifest of the unpacked folder.
pub fn for_unpacked(written: &str, flavour: Flavour) -> Result<Vec<u8>, String> {
    let mut manifest = for_browser(written, flavour)?;
    if flavour != Flavour::Firefox {
        manifest["key"] = json!(UNPACKED_KEY);
    }
    if flavour == Flavour::ChromiumTest {
        // RFC 6761 promises that no name below `invalid` resolves: what a wrong host is tested with.
        manifest["host_permissions"] = json!(["*://127.0.0.1/*", "*://localhost/*", "*://nonexistent.invalid/*"]);
    }
    text_of(&manifest)
}

fn for_browser(written: &str, flavour: Flavour) -> Result<Value, String> {
    let mut manifest: Value = serde_json::from_str(written).map_err(|wrong| format!("{FILE}: {wrong}"))?;
    manifest["version"] = json!(env!("CARGO_PKG_VERSION"));
    let background = manifest["background"].as_object_mut().ok_or(format!("{FILE} has no background"))?;
    let (foreign, needed) = match flavour {
        Flavour::Firefox => ("service_worker", "scripts"),
        Flavour::Chromium | Flavour::ChromiumTest => ("scripts", "service_worker"),
    };
    background.remove(foreign);
    if !background.contains_key(needed) {
        return Err(format!("{FILE} has no background.{needed}"));
    }
    if let (true, Some(whole)) = (flavour != Flavour::Firefox, manifest.as_object_mut()) {
        whole.remove("browser_specific_settings");
    }
    Ok(manifest)
}

fn text_of(manifest: &Value) -> Result<Vec<u8>, String> {
    let mut text = serde_json::to_vec_pretty(manifest).map_err(|wrong| format!("{FILE}: {wrong}"))?;
    text.push(b'\n');
    Ok(text)
}
