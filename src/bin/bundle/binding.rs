//! From a compiled wasm file to one a page can import: `wasm-bindgen` writes
//! the JavaScript, `wasm-opt` makes the rest small.

use std::error::Error;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::folder::told;

/// The file in a bound folder that says what it was made of.
pub const STAMP: &str = "made-of";

/// What rustc emits for wasm32 without being asked; the optimiser has to be
/// told, as stripping takes the section away that says so.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Twice: what the first round leaves gets smaller by another KB or two. And a function
/// that is called from one place is put there only if it is smaller than so many bytes:
/// browsers compile a function when it is first called, whole, and the worker's start
/// would wait for what other events lead to. The module is no larger.
const OPTIMISED: [&str; 4] = ["-Oz", "-Oz", "--one-caller-inline-max-function-size", "100"];

/// Mozilla's shop does not accept it, and with reason: one way less for an item
/// to become markup.
const MARKUP: &str = "the pages set innerHTML. Leptos does so for an element of view! that has only fixed attributes \
                      and text; write one of them in braces, as in <p>{\"text\"}</p>";

/// Makes `into` hold `NAME.js` and `NAME_bg.wasm`, unless what is there was
/// made of this very input.
pub fn bind(wasm: &Path, name: &str, wasm_opt: &Path, into: &Path) -> Result<(), Box<dyn Error>> {
    let input = fs::read(wasm).map_err(|wrong| told(wasm, &wrong))?;
    let stamp = stamp_of(&input, wasm_opt);
    if fs::read_to_string(into.join(STAMP)).is_ok_and(|there| there == stamp) {
        return Ok(());
    }
    if into.exists() {
        fs::remove_dir_all(into).map_err(|wrong| told(into, &wrong))?;
    }

    let mut bindgen = Bindgen::new();
    bindgen.web(true)?;
    bindgen
        .input_bytes(name, input)
        .out_name(name)
        .typescript(false)
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(into)?;

    let glue = into.join(format!("{name}.js"));
    if fs::read_to_string(&glue).map_err(|wrong| told(&glue, &wrong))?.contains(".innerHTML = ") {
        return Err(MARKUP.into());
    }
    let module = into.join(format!("{name}_bg.wasm"));
    let mut optimised = Command::new(wasm_opt);
    optimised.args(OPTIMISED).args(WASM_FEATURES).arg(&module).arg("-o").arg(&module);
    let done = optimised.status();
    if !done.map_err(|wrong| told(wasm_opt, &wrong))?.success() {
        return Err(format!("wasm-opt failed on {name}").into());
    }
    fs::write(into.join(STAMP), stamp).map_err(|wrong| told(into, &wrong))?;
    Ok(())
}

/// Of the input, which also carries the version of wasm-bindgen, of the
/// optimiser and of what it is told: a change in any makes the step run again.
fn stamp_of(input: &[u8], wasm_opt: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    fs::read(wasm_opt).ok().hash(&mut hasher);
    (OPTIMISED, WASM_FEATURES).hash(&mut hasher);
    format!("{:016x}\n", hasher.finish())
}
