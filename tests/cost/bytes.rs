//! What the bytes of the WebAssembly are, of which there are budgets
//! (`src/bin/bundle/main.rs`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use wasmparser::{KnownCustom, Name, Parser, Payload, TypeRef};

/// As many parts of the code are told, the largest.
const PARTS: usize = 12;

/// The heading and the text: of what the compiler made, which still has names, and of
/// what the bundle has.
pub fn table(made: &Path, bundled: &Path) -> (String, String) {
    let mut text = String::from(
        "`./build.sh bench size`. Sizes are of the modules as they are shipped; whose code it is is told by the names \
         that the compiler left, before wasm-opt, so it is given in shares. What is compiled anew for each type \
         counts where it was written: most of what stands at leptos, tachys and reactive_graph are our pages.\n",
    );
    for (what, made_as, bundled_as) in
        [("The worker", "background.wasm", "background_core_bg.wasm"), ("The pages", "pages.wasm", "pages_bg.wasm")]
    {
        let shipped = std::fs::read(bundled.join(bundled_as)).unwrap();
        let (code, data) = sections(&shipped);
        let _ = write!(
            text,
            "\n**{what}**: {} KB, of which {} KB are code and {} KB data.\n\n| code of | share |\n| --- | --- |\n",
            shipped.len() / 1000,
            code / 1000,
            data / 1000
        );
        let parts = parts(&std::fs::read(made.join(made_as)).unwrap());
        let all: usize = parts.iter().map(|(_, size)| size).sum();
        for (name, size) in parts.iter().take(PARTS) {
            let _ = writeln!(text, "| {name} | {:.1} % |", *size as f64 * 100.0 / all as f64);
        }
    }
    ("What the bytes are".into(), text)
}

/// The sizes of code and data.
fn sections(module: &[u8]) -> (usize, usize) {
    let (mut code, mut data) = (0, 0);
    for payload in Parser::new(0).parse_all(module) {
        match payload.unwrap() {
            Payload::CodeSectionStart { size, .. } => code = size as usize,
            Payload::DataSection(section) => data = section.range().len(),
            _ => {}
        }
    }
    (code, data)
}

/// The code by who wrote it, the largest first.
fn parts(module: &[u8]) -> Vec<(String, usize)> {
    let (mut imported, mut sizes, mut names) = (0, Vec::new(), BTreeMap::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload.unwrap() {
            Payload::ImportSection(section) => {
                let function = |import: &wasmparser::Import| matches!(import.ty, TypeRef::Func(_));
                imported = section.into_imports().filter(|import| function(import.as_ref().unwrap())).count();
            }
            Payload::CodeSectionEntry(body) => sizes.push(body.range().len()),
            Payload::CustomSection(section) => {
                let KnownCustom::Name(section) = section.as_known() else { continue };
                for subsection in section {
                    let Ok(Name::Function(functions)) = subsection else { continue };
                    names.extend(functions.into_iter().map(|name| name.map(|n| (n.index as usize, n.name)).unwrap()));
                }
            }
            _ => {}
        }
    }
    let mut parts: BTreeMap<String, usize> = BTreeMap::new();
    for (n, size) in sizes.into_iter().enumerate() {
        let name = names.get(&(n + imported)).copied().unwrap_or_default();
        // Gone when the bindings are made.
        if !name.starts_with("__wbindgen_describe") {
            *parts.entry(owner(name)).or_default() += size;
        }
    }
    let mut parts: Vec<(String, usize)> = parts.into_iter().collect();
    parts.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    parts
}

/// The crate of a function; of our own the module too.
fn owner(name: &str) -> String {
    let name = format!("{:#}", rustc_demangle::demangle(name));
    let mut path = name.trim_start_matches(['<', '&', '(', '[', '*']);
    path = path.trim_start_matches("mut ").trim_start_matches("dyn ").trim_start_matches("impl ");
    let word =
        |path: &str| path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_owned();
    let root = word(path);
    // `<T as tachys::…>`
    if root.len() <= 2
        && let Some((_, written)) = path.split_once(" as ")
    {
        path = written;
    }
    match word(path) {
        root if root == "pimento" => {
            let rest = path.split("::").nth(1).unwrap_or_default();
            format!("pimento::{}", word(rest))
        }
        root if root.is_empty() => "without a name".to_owned(),
        root => root,
    }
}
