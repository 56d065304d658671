//! Every key that the sources name has its sentence in `_locales`, with as many
//! gaps as the source fills.

// clippy.toml allows it in tests, but does not see that the functions here are theirs.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Keys of these families are recognised wherever they stand in the sources.
const FAMILIES: [&str; 11] =
    ["fault_", "field_", "log_", "notice_", "result_", "role_", "trigger_", "state_", "policy_", "why_", "action_"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn messages() -> BTreeMap<String, String> {
    let file = std::fs::read_to_string(root().join("extension/_locales/en/messages.json")).unwrap();
    let json: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&file).unwrap();
    json.into_iter().map(|(key, entry)| (key, entry["message"].as_str().unwrap().to_owned())).collect()
}

/// The sources with what tests add cut off: tests name keys that must not exist.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(dir: &Path, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
                found.push((path, code));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join("src"), &mut found);
    assert!(found.len() > 10);
    found
}

/// How many gaps a message has; they must be `$1` to `$n` without a hole.
fn gaps(key: &str, message: &str) -> usize {
    let mut seen = BTreeSet::new();
    let mut rest = message;
    while let Some(at) = rest.find('$') {
        let next = rest[at + 1..].chars().next();
        let digit = next.and_then(|c| c.to_digit(10)).unwrap_or_else(|| panic!("{key}: a lone $"));
        seen.insert(digit as usize);
        rest = &rest[at + 2..];
    }
    assert_eq!(seen, (1..=seen.len()).collect(), "{key}: gaps are not $1 to $n");
    seen.len()
}

/// The text between the bracket that `text` begins with and its partner.
fn inside(text: &str) -> &str {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => {
                depth -= 1;
                if depth == 0 {
                    return &text[1..at];
                }
            }
            _ => {}
        }
    }
    panic!("brackets do not match in {:?}", &text[..text.len().min(80)]);
}

/// The arguments at the top level of an argument list.
fn arguments(list: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut escaped, mut from) = (0, false, false, 0);
    let mut found = Vec::new();
    for (at, c) in list.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                found.push(list[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(list[from..].trim());
    found.retain(|argument| !argument.is_empty());
    found
}

/// How many `.with…(…)` follow directly.
fn fillings(mut after: &str) -> usize {
    let mut count = 0;
    loop {
        after = after.trim_start();
        let Some(open) = [".with(", ".with_saying("].iter().find(|with| after.starts_with(**with)) else {
            return count;
        };
        let start = open.len() - 1;
        after = &after[start + inside(&after[start..]).len() + 2..];
        count += 1;
    }
}

fn literal(text: &str) -> Option<&str> {
    text.trim().strip_prefix('"')?.strip_suffix('"').filter(|t| !t.contains(['"', '{']))
}

fn calls<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = (Vec<&'a str>, &'a str)> {
    code.match_indices(name).filter_map(move |(at, _)| {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') || code[..at].ends_with("fn ") {
            return None;
        }
        let open = at + name.len() - 1;
        let list = inside(&code[open..]);
        Some((arguments(list), &code[open + list.len() + 2..]))
    })
}

/// Each use of a key in the sources: where, the key, how many gaps it fills.
fn uses() -> Vec<(PathBuf, String, usize)> {
    let mut found = Vec::new();
    for (path, code) in sources() {
        let mut add = |key: Option<&str>, count: usize| {
            if let Some(key) = key {
                found.push((path.clone(), key.to_owned(), count));
            }
        };
        for (arguments, after) in calls(&code, "Saying::new(") {
            add(arguments.first().and_then(|a| literal(a)), fillings(after));
        }
        for (arguments, _) in calls(&code, "say(") {
            if arguments.len() == 1 {
                add(literal(arguments[0]), 0);
            }
        }
        for name in ["say_of(", "message("] {
            for (arguments, _) in calls(&code, name) {
                if let [key, args] = arguments.as_slice() {
                    let args = args.trim_start_matches('&');
                    if args.starts_with('[') {
                        add(literal(key), self::arguments(inside(args)).len());
                    }
                }
            }
        }
        if path.ends_with("src/fault.rs") {
            for (arguments, _) in calls(&code, "fault(") {
                add(arguments.get(1).and_then(|a| literal(a)), 0);
            }
            for (arguments, _) in calls(&code, "about(") {
                add(arguments.get(1).and_then(|a| literal(a)), 1);
            }
        }
    }
    found
}

#[test]
fn every_key_that_is_used_has_its_sentence() {
    let messages = messages();
    let used = uses();
    assert!(
        used.iter().filter(|(_, key, _)| key.starts_with("fault_")).count() > 20,
        "the uses are not found any more"
    );
    let wrong: Vec<String> = used
        .iter()
        .filter_map(|(path, key, filled)| match messages.get(key) {
            None => Some(format!("{}: {key} has no sentence", path.display())),
            Some(message) if gaps(key, message) != *filled => {
                Some(format!("{}: {key} has {} gaps, {filled} are filled", path.display(), gaps(key, message)))
            }
            Some(_) => None,
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_key_of_a_family_has_its_sentence_wherever_it_stands() {
    let messages = messages();
    let mut wrong = BTreeSet::new();
    for (path, code) in sources() {
        for word in code.split('"') {
            let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            let of_family = FAMILIES.iter().any(|family| word.len() > family.len() && word.starts_with(family));
            if plain && of_family && !messages.contains_key(word) {
                wrong.insert(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "no sentence for {wrong:#?}");
}

/// What nobody says is translated for nothing.
#[test]
fn every_sentence_is_used() {
    let code: String = sources().into_iter().map(|(_, code)| code).collect();
    let manifest = std::fs::read_to_string(root().join("extension/manifest.json")).unwrap();
    let actions: BTreeSet<String> =
        pimento::sync::plan::Action::ALL.iter().map(|action| format!("action_{}", action.word())).collect();
    let named = |key: &str| {
        code.contains(&format!("\"{key}\"")) || manifest.contains(&format!("__MSG_{key}__")) || actions.contains(key)
    };
    let messages = messages();
    let unused: Vec<&String> =
        messages.keys().filter(|key| !named(key) && !key.strip_suffix("_one").is_some_and(named)).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
}

#[test]
fn every_planned_action_has_its_words() {
    let messages = messages();
    for action in pimento::sync::plan::Action::ALL {
        assert!(messages.contains_key(&format!("action_{}", action.word())), "{action:?}");
    }
}

#[test]
fn the_guards_fill_three_gaps() {
    let messages = messages();
    for here in [true, false] {
        let fault = pimento::fault::guard("Home", 9, 10, here);
        assert_eq!(gaps(&fault.text.key, &messages[&fault.text.key]), fault.text.args.len());
    }
}

#[test]
fn sentences_for_exactly_one_have_their_plural() {
    let messages = messages();
    for key in messages.keys() {
        if let Some(many) = key.strip_suffix("_one") {
            let message = messages.get(many).unwrap_or_else(|| panic!("{key} stands alone"));
            assert!(gaps(many, message) >= 1, "{many} counts nothing");
        }
    }
}

#[test]
fn sentences_are_neither_empty_nor_doubled_keys() {
    let file = std::fs::read_to_string(root().join("extension/_locales/en/messages.json")).unwrap();
    let messages = messages();
    // serde_json keeps the last of two equal keys; the file must not have any.
    assert_eq!(file.matches("\"message\":").count(), messages.len());
    for (key, message) in &messages {
        assert!(!message.trim().is_empty(), "{key}");
        gaps(key, message);
    }
}
