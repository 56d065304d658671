//! The pages, as each HTML file of `static/` starts its own.

#[cfg(target_arch = "wasm32")]
mod exports {
    use wasm_bindgen::prelude::wasm_bindgen;

    /// Shows the toolbar's popup.
    #[wasm_bindgen]
    pub fn popup() {
        pimento::pages::popup::popup();
    }

    /// Shows the workspace.
    #[wasm_bindgen]
    pub fn workspace() {
        pimento::pages::workspace::workspace();
    }

    /// Shows the options page.
    #[wasm_bindgen]
    pub fn options() {
        pimento::pages::options::options();
    }

    /// Shows the status page.
    #[wasm_bindgen]
    pub fn status() {
        pimento::pages::status::status();
    }
}

fn main() {}
