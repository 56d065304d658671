//! Entity tags (RFC 9110, 8.8.3) as servers really write them.

use serde::{Deserialize, Serialize};

/// An etag exactly as the server wrote it. Compare with [`Etag::same`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Etag(pub String);

impl Etag {
    /// The opaque value: no weakness mark, no quotes, no suffix that a compressing
    /// proxy added (quirk 18).
    pub fn opaque(&self) -> &str {
        let s = self.0.trim();
        let s = s.strip_prefix("W/").or_else(|| s.strip_prefix("w/")).unwrap_or(s);
        let s = s.strip_prefix('"').unwrap_or(s);
        let s = s.strip_suffix('"').unwrap_or(s);
        s.strip_suffix("-gzip").or_else(|| s.strip_suffix("--gzip")).unwrap_or(s)
    }

    /// Whether both name the same version.
    pub fn same(&self, other: &Etag) -> bool {
        self.opaque() == other.opaque()
    }

    /// A weak etag cannot be used in If-Match (RFC 9110, 13.1.1).
    pub fn weak(&self) -> bool {
        let s = self.0.trim_start();
        s.starts_with("W/") || s.starts_with("w/")
    }
}
