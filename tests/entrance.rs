//! build.sh, on machines made of stand-ins: what it says when something is
//! missing, and that its sum is the sum.

// A test that cannot lay out its machine has failed.
#![allow(clippy::expect_used)]
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A machine with a shell and nothing else, and a checkout with build.sh in it.
struct Machine {
    root: TempDir,
}

/// Installs a fuzzer that finds nothing.
const FUZZ: &str = "mkdir -p target/tools/bin && printf '#!/bin/sh\\necho number_of_executed_units\\n' \
                    >target/tools/bin/cargo-fuzz && chmod +x target/tools/bin/cargo-fuzz";

/// What running build.sh there gave.
struct Outcome {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Machine {
    fn bare() -> Machine {
        let machine = Machine { root: TempDir::new().expect("a folder") };
        fs::create_dir(machine.commands()).expect("a folder");
        for real in [
            "bash", "sh", "dirname", "mkdir", "chmod", "touch", "mv", "rm", "cat", "sed", "grep", "awk", "tee", "head",
            "tail",
        ] {
            let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
                .map(|folder| folder.join(real))
                .find(|path| path.exists())
                .unwrap_or_else(|| panic!("{real} is not on PATH"));
            symlink(found, machine.commands().join(real)).expect("a link");
        }
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::create_dir(machine.root.path().join("extension")).expect("a folder");
        for file in ["build.sh", "Cargo.lock", "extension/manifest.json"] {
            fs::copy(source.join(file), machine.root.path().join(file)).expect("a copy");
        }
        machine
    }

    /// One that lacks nothing; its cargo gives `tests` out as the tests' output.
    fn whole(tests: &str, code: i32) -> Machine {
        let machine = Machine::bare();
        for present in ["cc", "c++", "node", "chromedriver", "Xvfb", "xauth", "xdotool", "git"] {
            machine.command(present, "");
        }
        machine.command("chromium", "echo Chromium 156.0.8078.108 built on Debian");
        machine.command("firefox-esr", "echo Mozilla Firefox 153.8.0esr");
        machine.command("rustc", &format!("echo {}", machine.root.path().display()));
        fs::create_dir_all(machine.root.path().join("lib/rustlib/src/rust/library")).expect("a folder");
        machine
            .command("npm", "mkdir -p \"$3/node_modules/binaryen\"; touch \"$3/node_modules/binaryen/package.json\"");
        machine.command(
            "python3",
            "[ \"$2\" != venv ] || { mkdir -p \"$3/bin\"; ln -s /bin/true \"$3/bin/pip\"; ln -s \"$0\" \"$3/bin/python\"; }",
        );
        symlink("/bin/ln", machine.commands().join("ln")).expect("a link");
        fs::write(machine.root.path().join("output"), tests).expect("a file");
        let output = machine.root.path().join("output");
        // The tests inside a page are the ones for a target.
        machine.command(
            "cargo",
            &format!(
                "case \"$*\" in\n*wasm32*) ;;\ntest*) cat {}; exit {code} ;;\n*cargo-fuzz*) {FUZZ} ;;\n*) mkdir -p target ;;\nesac",
                output.display()
            ),
        );
        machine
    }

    fn commands(&self) -> PathBuf {
        self.root.path().join("commands")
    }

    fn command(&self, name: &str, script: &str) {
        let path = self.commands().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("the right to run it");
    }

    fn run(&self, words: &[&str]) -> Outcome {
        let output = Command::new("bash")
            .arg(self.root.path().join("build.sh"))
            .args(words)
            .env_clear()
            .env("PATH", self.commands())
            .env("HOME", self.root.path())
            .output()
            .expect("bash");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Outcome { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }
}

#[test]
fn wrong_words_are_refused_before_anything_is_done() {
    let machine = Machine::bare();
    for (words, said) in [
        (&["bild"][..], "usage: ./build.sh WORD"),
        (&[], "usage: ./build.sh WORD"),
        (&["test", "fast"], "build.sh: test takes no arguments; I got: fast\n"),
        (&["run", "--browser", "lynx"], "build.sh: --browser wants chromium or firefox\n"),
        (&["run", "--browser"], "build.sh: --browser wants chromium or firefox\n"),
        (
            &["bench", "fast"],
            "build.sh: bench knows sync, crowd, text, answers, search, start, memory and size; not fast\n",
        ),
        (&["bench", "memory", "small"], "build.sh: bench memory takes no options; I got: small\n"),
        (&["bench", "crowd", "small"], "build.sh: bench crowd takes no options; I got: small\n"),
        (&["run", "--quick"], "build.sh: run does not know --quick\n"),
    ] {
        let outcome = machine.run(words);
        assert_eq!(outcome.code, Some(2), "{words:?}");
        assert!(outcome.err.contains(said), "{words:?}: {}", outcome.err);
    }
    assert!(!machine.root.path().join("target").exists());
}

#[test]
fn what_is_missing_is_said_in_one_sentence() {
    let machine = Machine::bare();
    let elsewhere = machine.run(&["web"]);
    assert_eq!(
        elsewhere.err,
        "build.sh: Rust needs a linker: please install what Debian calls build-essential; I can do that only on Debian.\n"
    );

    machine.command("apt-get", "exit 1");
    machine.command("id", "echo 1000");
    let powerless = machine.run(&["web"]);
    assert_eq!(
        powerless.err,
        "build.sh: Rust needs a linker: please have somebody run apt-get install build-essential; I am neither root nor \
         allowed to use sudo.\n"
    );

    machine.command("cc", "");
    let rustless = machine.run(&["web"]);
    assert_eq!(rustless.err, "build.sh: Rust is missing: please install it from https://rustup.rs, then try again.\n");
    assert_eq!([elsewhere.code, powerless.code, rustless.code], [Some(2); 3]);
}

#[test]
fn a_package_that_cannot_be_installed_ends_it() {
    let machine = Machine::bare();
    machine.command("apt-get", "exit 100");
    machine.command("id", "echo 0");
    symlink("/usr/bin/env", machine.commands().join("env")).expect("a link");
    let outcome = machine.run(&["web"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.err.ends_with("build.sh: Rust needs a linker: apt-get could not install build-essential.\n"),
        "{}",
        outcome.err
    );
}

#[test]
fn a_browser_that_is_too_old_is_brought_up_to_date() {
    let tests = "test result: ok. 1 passed; 0 failed;\n";
    for (newer, code) in [("153.8.0esr", Some(0)), ("140.12.0esr", Some(2))] {
        let machine = Machine::whole(tests, 0);
        machine.command("firefox-esr", "echo Mozilla Firefox 140.10.2esr");
        machine.command("id", "echo 0");
        symlink("/usr/bin/env", machine.commands().join("env")).expect("a link");
        // What is newer is known only once the lists are.
        let (root, firefox) = (machine.root.path().display(), machine.commands().join("firefox-esr"));
        let script = format!("#!/bin/sh\necho Mozilla Firefox {newer}\n");
        fs::write(machine.root.path().join("newer"), script).expect("a script");
        machine.command(
            "apt-get",
            &format!(
                "case \"$*\" in\n*update) touch {root}/lists ;;\n*firefox-esr*) [ ! -e {root}/lists ] || cat {root}/newer >{} ;;\nesac",
                firefox.display()
            ),
        );
        let outcome = machine.run(&["test"]);
        assert_eq!(outcome.code, code, "{}", outcome.err);
        assert!(outcome.err.contains("the extension needs firefox-esr 142 or later"), "{}", outcome.err);
        assert!(!outcome.err.contains("installing chromium"), "{}", outcome.err);
    }
}

#[test]
fn the_last_line_of_test_is_the_sum_over_all_suites() {
    for (tests, code, sum, success) in [
        (
            "test result: ok. 5 passed; 0 failed; 1 ignored\ntest result: ok. 7 passed; 0 failed; 0 ignored\n",
            0,
            "12 passed, 0 failed",
            true,
        ),
        (
            "test result: FAILED. 4 passed; 2 failed;\ntest result: ok. 1 passed; 0 failed;\n",
            101,
            "5 passed, 2 failed",
            false,
        ),
        ("test result: ok. 3 passed; 0 failed;\nerror: could not compile\n", 101, "3 passed, 1 failed", false),
        ("", 0, "0 passed, 0 failed", false),
    ] {
        let outcome = Machine::whole(tests, code).run(&["test"]);
        assert_eq!(outcome.out.lines().last(), Some(sum), "{}{}", outcome.out, outcome.err);
        assert_eq!(outcome.code == Some(0), success, "{sum}");
    }
}

#[test]
fn what_is_there_is_not_installed_again() {
    let machine = Machine::whole("test result: ok. 1 passed; 0 failed;\n", 0);
    let first = machine.run(&["test"]).err;
    let second = machine.run(&["test"]).err;
    for tool in ["binaryen", "Radicale"] {
        assert!(first.contains(&format!("installing {tool}")), "{first}");
        assert!(!second.contains(&format!("installing {tool}")), "{second}");
    }
}

#[test]
fn what_we_are_measured_beside_is_installed_by_bench_alone() {
    let tests = "test result: ok. 1 passed; 0 failed;\n";
    let (bench, test) = (Machine::whole("", 0).run(&["bench", "sync"]), Machine::whole(tests, 0).run(&["test"]));
    assert_eq!((bench.code, test.code), (Some(0), Some(0)), "{}{}", bench.err, test.err);
    for tool in ["tsdav", "vdirsyncer"] {
        assert!(bench.err.contains(&format!("installing {tool}")), "{}", bench.err);
        assert!(!test.err.contains(tool), "{}", test.err);
    }
}

#[test]
fn every_fuzz_target_is_run() {
    let machine = Machine::whole("", 0);
    machine.run(&["test"]);
    let said = machine.run(&["fuzz", "1"]).err;
    let targets = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/targets");
    let names: Vec<PathBuf> = fs::read_dir(targets).expect("the targets").map(|e| e.expect("a file").path()).collect();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        let name = name.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(said.contains(&format!("fuzzing {name} (-max_total_time=1)")), "{name} is not run: {said}");
    }
}
