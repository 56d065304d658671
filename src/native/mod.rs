//! The ports of `probe` and of the native tests: HTTP over the machine's own network.

pub mod http;

pub use http::NativeHttp;
