#!/usr/bin/env bash
# The one entrance: everything that is built, shown, tested or packed goes through here.
# What a machine lacks is installed first, each thing once, with one line that says why.
# Debian packages go where Debian puts them, all else below target/tools.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly BINARYEN=132.0.0 ADDONS_LINTER=10.13.0   # npm
readonly GECKODRIVER=0.37.1 CARGO_FUZZ=0.13.1     # cargo install
readonly RADICALE=3.9.0 XANDIKOS=0.4.10 DATEUTIL=4.0.0 VOBJECT=0.9.9 # pip
readonly TSDAV=2.3.4 VDIRSYNCER=0.21.0            # npm and pip, for `bench` alone
readonly WASM=wasm32-unknown-unknown
readonly TOOLS=$PWD/target/tools EXTENSIONS=$PWD/target/extension

usage() {
  cat <<END
usage: ./build.sh WORD

  run [--browser chromium|firefox] [--headless]
            build, start a sample account, open the browser with the extension
  test      every test there is; the last line is the sum
  soak [MINUTES]
            the engine's properties again and again with fresh seeds, for 30 minutes
  check     formatting, lock files, lints (native and wasm32) and layering
  fuzz [SECONDS]
            feed the parsers with what nobody thought of, 30 seconds each if not told otherwise
  bench     measure, and write docs/performance.md; or one part of it:
            bench sync [OPTION...]   synchronization, beside others; --help names the options,
                                     with any of them it is only printed
            bench crowd              ten thousand clients of one server, simulated
            bench text               items read and printed, beside calcard and icalendar
            bench answers            answers read, beside quick-xml alone; runs planned
            bench search             a key typed into the search of 20,000 items, in Chromium
            bench start              from an alarm to the first request, in both browsers
            bench memory             the most memory that a first run takes, of up to 160,000 items
            bench size               what the bytes of the WebAssembly are
  dist      the archives for the shops, in dist/

  setup     only install what the others need
  web       only build the extensions, in target/extension/
END
}

main() {
  local word=${1:-}
  [ $# -eq 0 ] || shift
  case $word in
    run) run "$@" ;;
    soak) soak "$@" ;;
    bench) bench "$@" ;;
    fuzz)
      [[ $# -le 1 && ${1:-30} =~ ^[1-9][0-9]*$ ]] || die "fuzz wants a number of seconds; I got: $*"
      fuzz -max_total_time="${1:-30}" ;;
    test | check | dist | setup | web)
      [ $# -eq 0 ] || die "$word takes no arguments; I got: $*"
      "$word" ;;
    -h | --help | help) usage ;;
    *) usage >&2; exit 2 ;;
  esac
}

say() { printf '\033[1m* %s\033[0m\n' "$*" >&2; }
die() { printf 'build.sh: %s\n' "$*" >&2; exit 2; }
have() { command -v "$1" >/dev/null; }

# ── Installing ───────────────────────────────────────────────────────────────

# debian WHY PACKAGE... installs Debian packages, or says in one sentence what is missing.
debian() {
  local why=$1 as_root=()
  shift
  have apt-get || die "$why: please install what Debian calls $*; I can do that only on Debian."
  if [ "$(id -u)" -ne 0 ]; then
    { have sudo && sudo true; } \
      || die "$why: please have somebody run apt-get install $*; I am neither root nor allowed to use sudo."
    as_root=(sudo)
  fi
  say "installing $* with apt-get: $why"
  # The lists of a fresh machine may be absent, or name what is too old for us or is gone.
  [ -n "$listed" ] || "${as_root[@]}" apt-get -qq update >&2 || say "the lists of packages stay as they are"
  listed=yes
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >&2 \
    || die "$why: apt-get could not install $*."
}
listed=

# commands WHY COMMAND:PACKAGE... makes sure of commands, installing the packages of those that are missing.
commands() {
  local why=$1 pair missing=()
  shift
  for pair in "$@"; do have "${pair%%:*}" || missing+=("${pair#*:}"); done
  [ ${#missing[@]} -eq 0 ] || debian "$why" "${missing[@]}"
}

# npm_tool NAME VERSION WHY
npm_tool() {
  local at=$TOOLS/npm/$1-$2
  [ -e "$at/node_modules/$1/package.json" ] && return
  commands "npm brings $1" node:nodejs npm:npm
  say "installing $1 $2 with npm: $3"
  mkdir -p "$at.part"
  npm install --prefix "$at.part" --no-fund --no-audit --loglevel error "$1@$2" >&2 || die "npm could not install $1 $2."
  mv "$at.part" "$at"
}

# cargo_tool CRATE VERSION COMMAND WHY
cargo_tool() {
  grep -qs "^\"$1 $2 " "$TOOLS/.crates.toml" && [ -x "$TOOLS/bin/$3" ] && return
  say "installing $3 $2 with cargo: $4"
  # Not --locked: its lock file may name versions that a registry does not have.
  # --debug: they have little to do, and are ready twice as soon.
  # --force: an install that was broken off leaves its command without a word of it.
  cargo install "$1" --version "$2" --bin "$3" --no-default-features --debug --quiet --force --root "$TOOLS" \
    || die "cargo could not install $1 $2."
}

# Finds or fetches a compiler with the sources of the standard library: any that is there, rustup's, Debian's.
wasm_target() {
  PATH=$PATH:$HOME/.cargo/bin
  commands "Rust needs a linker" cc:build-essential
  have cargo || die "Rust is missing: please install it from https://rustup.rs, then try again."
  has_source && return
  if ! debian_has_source && have rustup; then
    say "adding the sources of the standard library to the Rust toolchain: it is compiled along with the extension"
    RUSTUP_MAX_RETRIES=0 rustup component add rust-src >&2 && has_source && return
    say "rustup could not; Debian has a compiler of its own"
  fi
  debian_has_source || debian "the extension is WebAssembly, and rustup could not add rust-src" \
    rustc-web cargo-web rust-web-src lld-22
}
has_source() { [ -d "$(rustc --print sysroot)/lib/rustlib/src/rust/library" ]; }
debian_has_source() { [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust/library ] && have wasm-ld-22; }

# web_cargo WORD ARGUMENT... runs cargo for wasm32 with whichever compiler there is. The standard library is
# compiled along with it, for size: docs/adr/0010. That is "unstable", so the compiler has to be told that it may.
# `test` is named for builds too: otherwise tests would compile every dependency again.
web_cargo() {
  local cargo=(cargo "$1") flags
  # cargo would look for clippy in ~/.cargo/bin first, and find the one of another compiler.
  [ "$1" != clippy ] || cargo=(cargo-clippy clippy)
  shift
  local -x RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=target/web PATH=$PATH
  has_source || { PATH=/usr/bin:$PATH; local -x CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-22; }
  # Where a panic is reported from, without the folders of whoever built it, nor where crates came from.
  local home=${CARGO_HOME:-$HOME/.cargo} registry
  [ -d "$home/registry/src" ] || cargo fetch --quiet --locked
  flags="target.$WASM.rustflags = ['--remap-path-prefix=$home=', '--remap-path-prefix=$PWD=',
    '--remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust='"
  for registry in "$home"/registry/src/*; do flags+=", '--remap-path-prefix=$registry='"; done
  flags+="]"
  "${cargo[@]}" --config "$flags" --target "$WASM" \
    -Zbuild-std=std,panic_abort,test -Zbuild-std-features=optimize_for_size "$@"
}

browsers() {
  commands "the extension is shown and tested in real browsers" chromium:chromium chromedriver:chromium-driver \
    firefox-esr:firefox-esr Xvfb:xvfb xauth:xauth xdotool:xdotool
  recent chromium minimum_chrome_version chromium chromium-driver
  recent firefox-esr strict_min_version firefox-esr
  cargo_tool geckodriver "$GECKODRIVER" geckodriver "it drives Firefox"
}
# recent BROWSER MEMBER PACKAGE... brings a browser up to date that is older than the manifest's MEMBER allows.
recent() {
  local wanted
  wanted=$(sed -n "s/.*\"$2\": \"\([0-9]*\).*/\1/p" extension/manifest.json)
  [ "$(major "$1")" -ge "$wanted" ] || debian "the extension needs $1 $wanted or later" "${@:3}"
  [ "$(major "$1")" -ge "$wanted" ] || die "the extension needs $1 $wanted or later; the one that is found here says $(major "$1")."
}
# The first number of the version that a command says it has; 0: none.
major() {
  local said
  said=$("$1" --version 2>/dev/null) || true
  [[ $said =~ [0-9]+ ]] && echo "${BASH_REMATCH[0]}" || echo 0
}

servers() {
  local at=$TOOLS/venv python=python3
  local ready=$at/radicale-$RADICALE-xandikos-$XANDIKOS-dateutil-$DATEUTIL-vobject-$VOBJECT
  [ -e "$ready" ] && return
  $python -c 'import ensurepip, venv' 2>/dev/null || {
    debian "Radicale and Xandikos, the servers of the tests, are Python" python3 python3-venv
    python=/usr/bin/python3
  }
  say "installing Radicale $RADICALE and Xandikos $XANDIKOS with pip: the servers of the tests and of the sample account; and dateutil $DATEUTIL and vobject $VOBJECT, which count recurrences and read items as we do"
  rm -rf "$at"
  { $python -m venv "$at" && "$at/bin/pip" install --quiet "radicale==$RADICALE" "xandikos==$XANDIKOS" \
    "python-dateutil==$DATEUTIL" "vobject==$VOBJECT" >&2; } \
    || die "pip could not install Radicale $RADICALE, Xandikos $XANDIKOS, python-dateutil $DATEUTIL and vobject $VOBJECT."
  touch "$ready"
}

setup() {
  wasm_target
  npm_tool binaryen "$BINARYEN" "its wasm-opt makes the WebAssembly small"
  browsers
  servers
  commands "Xandikos keeps its items in git, and tests write them there" git:git
  cargo_tool wasm-bindgen-cli "$(wasm_bindgen)" wasm-bindgen-test-runner "it runs tests in a browser"
}
# The version the lock file has: the two sides of the binding must be the same.
wasm_bindgen() { sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p}' Cargo.lock; }

# ── Building ─────────────────────────────────────────────────────────────────

# web [OPTION-OF-BUNDLE...] builds the extensions into target/extension.
web() {
  wasm_target
  npm_tool binaryen "$BINARYEN" "its wasm-opt makes the WebAssembly small"
  say "building the extension"
  web_cargo build --profile web --bin background --bin pages
  # The features and the profile of the tests, so that no dependency is compiled twice.
  cargo run --quiet --all-features --bin bundle -- --wasm "target/web/$WASM/web" \
    --wasm-opt "$TOOLS/npm/binaryen-$BINARYEN/node_modules/.bin/wasm-opt" --into "$EXTENSIONS" "$@" >&2
}

dist() {
  npm_tool addons-linter "$ADDONS_LINTER" "it is what Mozilla's shop checks with"
  web --dist dist
  "$TOOLS/npm/addons-linter-$ADDONS_LINTER/node_modules/.bin/addons-linter" --warnings-as-errors dist/pimento-firefox.xpi
}

run() {
  local given=("$@")
  while [ $# -gt 0 ]; do
    case $1 in
      --headless) shift ;;
      --browser)
        case ${2:-} in chromium | firefox) shift 2 ;; *) die "--browser wants chromium or firefox" ;; esac ;;
      *) usage >&2; die "run does not know $1" ;;
    esac
  done
  browsers
  servers
  web --test
  export PIMENTO_TOOLS=$TOOLS PIMENTO_EXTENSIONS=$EXTENSIONS
  cargo test --quiet --all-features --test tour -- "${given[@]}"
}

# ── Checking ─────────────────────────────────────────────────────────────────

check() {
  wasm_target
  has_source || [ -x /usr/bin/cargo-clippy ] || debian "the wasm32 half of the code is linted too" rust-web-clippy
  say "formatting";      cargo fmt --check
  say "lock files";      cargo fetch --quiet --locked; cargo fetch --quiet --locked --manifest-path fuzz/Cargo.toml
  say "lints, native";   cargo clippy --quiet --all-targets --all-features -- -D warnings
  say "lints, wasm32";   web_cargo clippy --profile web --lib --bin background --bin pages --test indexeddb -- -D warnings
  say "layering";        cargo test --quiet --all-features --test layering
}

test() {
  setup
  web --test
  export PIMENTO_TOOLS=$TOOLS PIMENTO_EXTENSIONS=$EXTENSIONS
  local log=target/test.log code=0
  # The same made-up cases everywhere, so that what holds on one machine holds on the next; soak makes new ones.
  export PROPTEST_RNG_SEED=${PROPTEST_RNG_SEED:-5545}
  say "tests, native and in both browsers"
  cargo test --no-fail-fast --all-features 2>&1 | tee "$log" || code=1
  say "tests inside a page"
  in_a_page --no-fail-fast 2>&1 | tee -a "$log" || code=1
  # Last, because it is built apart. Only the seeds and what was found before: what else it would
  # try is not the same twice; tests/mutants.rs tries the same everywhere.
  fuzz -runs=0 2>&1 | tee -a "$log" || code=1
  sum "$log" "$code"
}

# in_a_page ARGUMENT... runs the tests of the database in Chromium.
in_a_page() {
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=$TOOLS/bin/wasm-bindgen-test-runner CHROMEDRIVER=$(command -v chromedriver) \
    web_cargo test --profile web --test indexeddb "$@"
}

# fuzz OPTION... runs each fuzz target with these options of libFuzzer, from fuzz/corpus and what earlier runs found.
# An input that fails is left in target/fuzz/ and named in what is printed.
fuzz() {
  local pair target code=0
  local -x RUST_BACKTRACE=0 # libFuzzer prints one of its own
  commands "libFuzzer is C++" c++:g++
  cargo_tool cargo-fuzz "$CARGO_FUZZ" cargo-fuzz "it builds and runs the fuzz targets"
  say "building the fuzz targets"
  # cargo-fuzz does not know --locked: what is behind would be written anew, and the checkout be another.
  cargo fetch --quiet --locked --manifest-path fuzz/Cargo.toml || die "fuzz/Cargo.lock is behind what Cargo.toml asks for."
  # Without a sanitizer: there is no unsafe code to watch, and the stable compiler will do.
  "$TOOLS/bin/cargo-fuzz" build --sanitizer none --target-dir target/fuzz || die "the fuzz targets do not build."
  for pair in multistatus:xml content_lines:text items:text views:text edits:text files:text; do
    target=${pair%:*}
    say "fuzzing $target ($*)"
    mkdir -p "target/fuzz/corpus/$target"
    "$TOOLS/bin/cargo-fuzz" run "$target" --sanitizer none --target-dir target/fuzz \
      "target/fuzz/corpus/$target" "fuzz/corpus/${pair#*:}" -- -timeout=10 \
      -artifact_prefix=target/fuzz/ -verbosity=0 -print_final_stats=1 "$@" 2>&1 | tee target/fuzz/log | grep number_of_executed_units \
      || { tail -n 20 target/fuzz/log; code=1; }
  done
  return $code
}

# bench [PART [OPTION...]] measures; a part without options is written to docs/performance.md.
bench() {
  local part=${1:-}
  case $part in
    "") bench_sync; bench_crowd; bench_criterion text; bench_criterion answers; bench_search; bench_start; bench_memory; bench_size ;;
    sync) shift; bench_sync "$@" ;;
    crowd) [ $# -eq 1 ] || die "bench crowd takes no options; I got: ${*:2}"; bench_crowd ;;
    text | answers) [ $# -eq 1 ] || die "bench $part takes no options; I got: ${*:2}"; bench_criterion "$part" ;;
    search) [ $# -eq 1 ] || die "bench search takes no options; I got: ${*:2}"; bench_search ;;
    start) [ $# -eq 1 ] || die "bench start takes no options; I got: ${*:2}"; bench_start ;;
    memory) [ $# -eq 1 ] || die "bench memory takes no options; I got: ${*:2}"; bench_memory ;;
    size) [ $# -eq 1 ] || die "bench size takes no options; I got: ${*:2}"; bench_size ;;
    *) die "bench knows sync, crowd, text, answers, search, start, memory and size; not $part" ;;
  esac
}

bench_sync() {
  commands "Xandikos keeps its items in git, and the bench writes them there" git:git
  servers
  others
  say "building probe, as it is released"
  cargo build --quiet --release --bin probe
  browsers
  web --test
  [ $# -gt 0 ] || set -- --write docs/performance.md
  measure "$@"
}

bench_crowd() { measure --crowd --write docs/performance.md; }

bench_criterion() { PIMENTO_TABLE=$PWD/docs/performance.md cargo bench --bench "$1"; }

bench_search() {
  local case=a_text_of_words_costs_a_run_little_and_a_key_less log=target/search.log
  wasm_target
  browsers
  cargo_tool wasm-bindgen-cli "$(wasm_bindgen)" wasm-bindgen-test-runner "it runs tests in a browser"
  say "measuring the search of 20,000 items in Chromium"
  PIMENTO_MANY=20000 WASM_BINDGEN_TEST_TIMEOUT=3000 in_a_page -- "$case" --nocapture 2>&1 | tee "$log"
  measure --search "$log" --write docs/performance.md
}

bench_start() {
  servers
  browsers
  web --test
  measure --start --write docs/performance.md
}

bench_memory() {
  say "building probe, as it is released"
  cargo build --quiet --release --bin probe
  browsers
  web --test
  measure --memory --write docs/performance.md
}

bench_size() {
  web --test
  measure --bytes "target/web/$WASM/web" --write docs/performance.md
}

measure() {
  export PIMENTO_TOOLS=$TOOLS PIMENTO_EXTENSIONS=$EXTENSIONS
  cargo test --quiet --all-features --test measure -- "$@"
}

# What we are measured beside.
others() {
  local at=$TOOLS/vdirsyncer-$VDIRSYNCER
  npm_tool tsdav "$TSDAV" "we are measured beside it"
  [ ! -e "$at/ready" ] || return 0
  say "installing vdirsyncer $VDIRSYNCER with pip: we are measured beside it"
  rm -rf "$at"
  { "$TOOLS/venv/bin/python" -m venv "$at" && "$at/bin/pip" install --quiet "vdirsyncer==$VDIRSYNCER" >&2; } \
    || die "pip could not install vdirsyncer $VDIRSYNCER."
  touch "$at/ready"
}

# soak [MINUTES] tries new cases of the engine's properties until the time is over or one fails.
soak() {
  local minutes=${1:-30} end log=target/soak.log cases=0
  [[ $# -le 1 && $minutes =~ ^[1-9][0-9]*$ ]] || die "soak wants a number of minutes; I got: $*"
  end=$(($(date +%s) + minutes * 60))
  say "properties of the engine, for $minutes minutes"
  while [ "$(date +%s)" -lt "$end" ]; do
    PIMENTO_CASES=2000 cargo test --quiet --all-features --test engine --test model -- --nocapture >"$log" 2>&1 \
      || { cat "$log"; die "a property does not hold, after $cases cases; the case is in proptest-regressions/"; }
    cases=$((cases + $(grep -oE '[0-9]+ cases$' "$log" | awk '{ sum += $1 } END { print sum + 0 }')))
    say "$cases cases"
  done
  echo "$cases cases in $minutes minutes, all properties held"
}

# sum LOG CODE adds up what each suite said of itself.
sum() {
  local passed failed
  read -r passed failed < <(awk '/^test result: / { passed += $4; failed += $6 } END { print passed + 0, failed + 0 }' "$1")
  if [ "$2" -ne 0 ] && [ "$failed" -eq 0 ]; then
    echo "A suite ended without a result, see above; it counts as one that failed."
    failed=1
  fi
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

main "$@"
