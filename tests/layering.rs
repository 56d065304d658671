//! Holds the code to the map in `src/lib.rs`: the table there is read, and an
//! import that the table does not allow is an error.

// A test that cannot read the sources has failed.
#![allow(clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// More lines than this, and a file has become two.
const LONGEST: usize = 600;

/// What each module may import.
type Map = BTreeMap<String, BTreeSet<String>>;

#[test]
fn no_import_against_the_map() {
    let map = read_map(&read(&source().join("lib.rs"))).expect("the table in src/lib.rs");
    let wrong: Vec<String> =
        files().iter().flat_map(|file| wrong_imports(file, &read(&source().join(file)), &map)).collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_row_of_the_map_is_a_module() {
    let map = read_map(&read(&source().join("lib.rs"))).expect("the table in src/lib.rs");
    let there: BTreeSet<String> = files().iter().map(|file| module_of(file).to_owned()).collect();
    let gone: Vec<&String> = map.keys().filter(|name| !there.contains(*name)).collect();
    assert!(gone.is_empty(), "the table in src/lib.rs has rows without a module: {gone:?}");
}

#[test]
fn every_file_is_of_readable_length() {
    let long: Vec<String> = files()
        .into_iter()
        .map(|file| (read(&source().join(&file)).lines().count(), file))
        .filter(|(lines, _)| *lines > LONGEST)
        .map(|(lines, file)| format!("{file} has {lines} lines, {LONGEST} is the most"))
        .collect();
    assert!(long.is_empty(), "\n{}\n", long.join("\n"));
}

/// The map from the rows ``| [`name`] | what it is | imports |`` of a module's
/// documentation. Imports are names, `nothing`, or `all above`.
fn read_map(text: &str) -> Result<Map, String> {
    let mut map = Map::new();
    for line in text.lines().filter_map(|line| line.strip_prefix("//! |")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let Some(name) = cells[0].split('`').nth(1) else { continue };
        let allowed = match cells.get(2).copied().unwrap_or_default() {
            "nothing" => BTreeSet::new(),
            "all above" => map.keys().cloned().collect(),
            list => list.split(',').map(|name| name.trim().to_owned()).collect(),
        };
        if let Some(unknown) = allowed.iter().find(|name| name.is_empty() || !names_a_row(text, name)) {
            return Err(format!("the row of {name} names {unknown:?}, which has no row"));
        }
        map.insert(name.to_owned(), allowed);
    }
    if map.is_empty() { Err("no rows".to_owned()) } else { Ok(map) }
}

fn names_a_row(text: &str, name: &str) -> bool {
    text.lines()
        .any(|line| line.starts_with(&format!("//! | [`{name}`]")) || line.starts_with(&format!("//! | `{name}`")))
}

/// What is wrong with the imports of one file, its path being relative to `src`.
fn wrong_imports(file: &str, text: &str, map: &Map) -> Vec<String> {
    let parts: Vec<&str> = file.trim_end_matches(".rs").trim_end_matches("/mod").split('/').collect();
    let module = module_of(file);
    if module == "lib" {
        return Vec::new();
    }
    let Some(allowed) = map.get(module) else {
        return vec![format!("{file}: the module {module} is not in the table of src/lib.rs")];
    };
    let code = shipped_code(text);
    let climbing = format!("{}::", vec!["super"; parts.len()].join("::"));
    let mut imported = names_after(&code, "crate::");
    // As many `super` as the file is deep are another way to write `crate`.
    imported.extend(names_after(&code, &climbing).into_iter().filter(|name| map.contains_key(name)));
    imported
        .into_iter()
        .filter(|name| name != module && !allowed.contains(name))
        .map(|name| format!("{file}: {module} must not import {name}"))
        .collect()
}

/// The module a file belongs to, its path being relative to `src`.
fn module_of(file: &str) -> &str {
    file.split('/').next().unwrap_or(file).trim_end_matches(".rs")
}

/// The text without comments, and without the tests at its end: what they
/// import says nothing about the house.
fn shipped_code(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    text[..end]
        .lines()
        .map(|line| line.find("//").map_or(line, |comment| &line[..comment]))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The names that follow a prefix: one, or those of a group in braces.
fn names_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let before = &code[..at];
        if before.ends_with(|end: char| end.is_alphanumeric() || end == '_') || before.ends_with("super::") {
            continue;
        }
        let after = &code[at + prefix.len()..];
        match after.trim_start().strip_prefix('{') {
            None => names.extend(first_name(after)),
            Some(group) => {
                let mut depth = 0;
                let mut entry = String::new();
                for letter in group.chars() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => names.extend(first_name(&std::mem::take(&mut entry))),
                        _ if depth == 0 => entry.push(letter),
                        _ => {}
                    }
                }
                names.extend(first_name(&entry));
            }
        }
    }
    names
}

fn first_name(path: &str) -> Option<String> {
    let name: String =
        path.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    (!name.is_empty()).then_some(name)
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()))
}

/// The library's files, relative to `src`. The binaries are above the map, and
/// files of tests beside it.
fn files() -> Vec<String> {
    let (mut found, mut open) = (Vec::new(), vec![source()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder below src") {
            let path = entry.expect("an entry of a folder").path();
            let below = path.strip_prefix(source()).expect("a path below src").to_string_lossy().into_owned();
            if path.is_dir() && below != "bin" && !below.ends_with("tests") {
                open.push(path);
            } else if below.ends_with(".rs") && !below.ends_with("tests.rs") {
                found.push(below);
            }
        }
    }
    found.sort();
    found
}

/// The checker, on houses that are not ours.
mod checker {
    use super::*;

    const TABLE: &str = "\
//! | module | what it is | imports |
//! | --- | --- | --- |
//! | [`ground`] | what all stands on | nothing |
//! | [`wall`] | one | ground |
//! | [`roof`] | over it | all above |
//! | `garden` | beside it | ground |
";

    fn wrong(file: &str, text: &str) -> Vec<String> {
        wrong_imports(file, text, &read_map(TABLE).expect("a good table"))
    }

    #[test]
    fn allows_what_the_table_allows() {
        assert_eq!(wrong("wall/brick.rs", "use crate::ground::Stone;\nuse crate::wall::Mortar;"), Vec::<String>::new());
        assert_eq!(wrong("roof.rs", "use crate::{ground, wall::{Brick, Mortar}};"), Vec::<String>::new());
    }

    #[test]
    fn sees_a_wrong_arrow_however_it_is_written() {
        let expected = vec!["ground/stone.rs: ground must not import wall".to_owned()];
        for text in [
            "use crate::wall::Brick;",
            "pub use crate::wall;",
            "use crate::{\n    ground::Sand,\n    wall::{Brick, Mortar},\n};",
            "fn lay(_: &crate::wall::Brick) {}",
            "use super::super::wall::Brick;",
            "use super::super::{ground, wall};",
        ] {
            assert_eq!(wrong("ground/stone.rs", text), expected, "{text}");
        }
        assert_eq!(wrong("wall.rs", "use super::roof;"), ["wall.rs: wall must not import roof"]);
        assert_eq!(wrong("wall/mod.rs", "use crate::garden::Rose;"), ["wall/mod.rs: wall must not import garden"]);
        assert_eq!(wrong("garden.rs", "use crate::roof;"), ["garden.rs: garden must not import roof"]);
    }

    #[test]
    fn sees_a_module_that_is_not_in_the_table() {
        assert_eq!(wrong("cellar.rs", ""), ["cellar.rs: the module cellar is not in the table of src/lib.rs"]);
        assert_eq!(wrong("roof.rs", "use crate::cellar;"), ["roof.rs: roof must not import cellar"]);
    }

    #[test]
    fn passes_over_comments_tests_and_the_modules_own_parts() {
        assert_eq!(wrong("ground.rs", "/// See [`crate::wall`].\n"), Vec::<String>::new());
        assert_eq!(wrong("ground.rs", "#[cfg(test)]\nmod tests {\n    use crate::roof;\n}"), Vec::<String>::new());
        assert_eq!(wrong("wall/brick.rs", "use super::roof;"), Vec::<String>::new());
    }

    #[test]
    fn refuses_a_table_that_says_nothing() {
        assert!(read_map("//! no table").is_err());
        assert!(read_map("//! | [`wall`] | one | grnd |").is_err());
        assert!(read_map("//! | [`wall`] | one |").is_err());
    }
}
