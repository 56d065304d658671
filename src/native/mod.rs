//! The ports of `probe` and of the native tests: HTTP over the machine's own
//! network, a folder of files, the machine's clock.

pub mod folder;
pub mod http;
pub mod machine;

pub use folder::FolderStore;
pub use http::NativeHttp;
