//! The last step of the build, run by build.sh: from two compiled wasm files
//! and the folders `extension/` and `static/` to extensions a browser loads.
//!
//! ```text
//! bundle --wasm DIR --wasm-opt FILE --into DIR [--test] [--dist DIR]
//! ```
//!
//! `--wasm` is where cargo left `background.wasm` and `pages.wasm`; `--into`
//! receives one unpacked extension per browser (`chromium`, `firefox`, and with
//! `--test` also `chromium-test`); `--dist` receives the archives for the shops.

// A build tool prints, and stops at the first thing that is wrong.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod archive;
mod binding;
mod folder;
mod manifest;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use folder::Folder;
use manifest::Flavour;

/// What a wasm file may weigh, optimised, in bytes: it is read at each start
/// of the worker, and of each page.
const BUDGET: [(&str, &str, usize); 2] = [("background", "background_core", 1_600_000), ("pages", "pages", 1_800_000)];

/// What the command line asked for.
struct Order {
    wasm: PathBuf,
    wasm_opt: PathBuf,
    into: PathBuf,
    dist: Option<PathBuf>,
    test: bool,
}

fn main() -> ExitCode {
    let order = match read_order(std::env::args().skip(1)) {
        Ok(order) => order,
        Err(wrong) => {
            eprintln!("bundle: {wrong}");
            eprintln!("usage: bundle --wasm DIR --wasm-opt FILE --into DIR [--test] [--dist DIR]");
            return ExitCode::from(2);
        }
    };
    match make(&order) {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("bundle: {wrong}");
            ExitCode::FAILURE
        }
    }
}

fn read_order(mut words: impl Iterator<Item = String>) -> Result<Order, String> {
    let (mut wasm, mut wasm_opt, mut into, mut dist, mut test) = (None, None, None, None, false);
    while let Some(word) = words.next() {
        let place = match word.as_str() {
            "--wasm" => &mut wasm,
            "--wasm-opt" => &mut wasm_opt,
            "--into" => &mut into,
            "--dist" => &mut dist,
            "--test" => {
                test = true;
                continue;
            }
            other => return Err(format!("do not know {other}")),
        };
        *place = Some(PathBuf::from(words.next().ok_or_else(|| format!("{word} wants a path"))?));
    }
    Ok(Order {
        wasm: wasm.ok_or("--wasm is missing")?,
        wasm_opt: wasm_opt.ok_or("--wasm-opt is missing")?,
        into: into.ok_or("--into is missing")?,
        dist,
        test,
    })
}

fn make(order: &Order) -> Result<(), Box<dyn Error>> {
    let mut common = Folder::default();
    for (bin, name, budget) in BUDGET {
        let bound = order.into.join("bound").join(name);
        binding::bind(&order.wasm.join(bin).with_extension("wasm"), name, &order.wasm_opt, &bound)?;
        let files = Folder::read(&bound, |path| path != binding::STAMP)?;
        let wasm = files.size_of(&format!("{name}_bg.wasm")).ok_or("the binding step left no wasm file")?;
        println!("{name}: {} KB of wasm, budget {} KB", wasm / 1000, budget / 1000);
        if wasm > budget {
            return Err(format!("{name} is over its budget by {} bytes", wasm - budget).into());
        }
        common.add(files)?;
    }
    common.add(Folder::read("static".as_ref(), |_| true)?)?;
    // The drawing of the icons is their source, not part of what is shipped.
    common.add(Folder::read("extension".as_ref(), |path| path != manifest::FILE && !path.ends_with(".svg"))?)?;
    let written = std::fs::read_to_string(format!("extension/{}", manifest::FILE))?;

    for flavour in Flavour::ALL {
        if flavour == Flavour::ChromiumTest && !order.test {
            continue;
        }
        let mut folder = common.clone();
        folder.put(manifest::FILE, manifest::for_unpacked(&written, flavour)?)?;
        folder.write(&order.into.join(flavour.name()))?;
    }
    println!("the unpacked Chromium builds have the id {}", manifest::UNPACKED_ID);

    if let Some(dist) = &order.dist {
        for (flavour, file) in [(Flavour::Chromium, "pimento-chrome.zip"), (Flavour::Firefox, "pimento-firefox.xpi")] {
            let mut folder = common.clone();
            folder.put(manifest::FILE, manifest::for_shop(&written, flavour)?)?;
            let size = archive::write(&folder, &dist.join(file))?;
            println!("{file}: {} KB", size / 1000);
        }
    }
    Ok(())
}
