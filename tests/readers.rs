//! What other readers read in the sample files: the `icalendar` crate in calendars,
//! vobject (which Radicale keeps items by) in cards. Each property with its component,
//! group, parameters and value is compared; how many agree is pinned, and what differs
//! has its reason.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "corpus/files.rs"]
mod files;
mod harness;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use icalendar::parser::{Component, read_components, unfold};
use pimento::text::lines::{Line, Tree};

/// A property as one reader read it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fact {
    /// The components it is in, as `VCALENDAR/VEVENT`.
    within: String,
    /// With its group, in upper case.
    name: String,
    /// Each value on its own, in order; the bare words of vCard 2.1 without a name.
    params: Vec<(String, String)>,
    value: String,
}

/// How far two readers agree: properties read alike, and the others by reason. Files
/// that the other reader does not read at all are counted as `refused: …`.
type Agreement = BTreeMap<String, usize>;

/// All properties of a text, in order.
fn ours(text: &[u8]) -> Vec<Fact> {
    let tree = Tree::parse(text);
    let mut facts = Vec::new();
    let mut open: Vec<(usize, String)> = tree.inner(None).map(|c| (c, String::new())).collect();
    open.reverse();
    while let Some((c, above)) = open.pop() {
        let within = format!("{above}{}", tree.components()[c].name);
        let named = tree.own(c).map(|at| &tree.lines()[at]).filter(|line| !line.name().is_empty() && !line.is("END"));
        facts.extend(named.map(|line| fact(&within, line)));
        let mut inner: Vec<_> = tree.inner(Some(c)).map(|inner| (inner, format!("{within}/"))).collect();
        inner.reverse();
        open.extend(inner);
    }
    facts
}

fn fact(within: &str, line: &Line<'_>) -> Fact {
    let group = if line.group().is_empty() { String::new() } else { format!("{}.", line.group()) };
    let params = line.params().into_iter();
    Fact {
        within: within.to_owned(),
        name: format!("{group}{}", line.name()).to_uppercase(),
        params: params.flat_map(|p| p.values.into_iter().map(move |v| (p.name.clone(), v))).collect(),
        value: if is_text(line) { line.text() } else { line.decoded() },
    }
}

/// What is one TEXT (RFC 5545, 3.8; RFC 2426, 3): lists and structures keep their
/// escapes, which tell their parts.
fn is_text(line: &Line<'_>) -> bool {
    const TEXTS: [&str; 29] = [
        "CALSCALE", "METHOD", "PRODID", "VERSION", "CLASS", "COMMENT", "DESCRIPTION", "LOCATION", "STATUS", "SUMMARY",
        "TRANSP", "TZID", "TZNAME", "CONTACT", "RELATED-TO", "UID", "ACTION", "REQUEST-STATUS", "FN", "NOTE", "TITLE",
        "ROLE", "LABEL", "MAILER", "SORT-STRING", "TEL", "EMAIL", "BDAY", "REV",
    ];
    let other = line.param("VALUE").is_some_and(|value| !value.eq_ignore_ascii_case("TEXT"));
    !other && (TEXTS.iter().any(|name| line.is(name)) || line.name().to_uppercase().starts_with("X-"))
}

/// By the `icalendar` crate, as far as it reads.
fn by_icalendar(text: &[u8]) -> Result<Vec<Fact>, String> {
    let text = std::str::from_utf8(text).map_err(|_| "not UTF-8")?;
    let unfolded = unfold(text.strip_prefix('\u{FEFF}').unwrap_or(text));
    let mut facts = Vec::new();
    for component in read_components(&unfolded).map_err(|_| "a line it does not take")? {
        flatten(&component, "", &mut facts);
    }
    Ok(facts)
}

fn flatten(component: &Component<'_>, above: &str, facts: &mut Vec<Fact>) {
    let within = format!("{above}{}", component.name.as_str().to_uppercase());
    for property in &component.properties {
        let params = property.params.iter().flat_map(|p| {
            let value = p.val.as_ref().map_or("", |v| v.as_str());
            value.split(',').map(|v| (p.key.as_str().to_uppercase(), v.trim_matches('"').to_owned())).collect::<Vec<_>>()
        });
        facts.push(Fact {
            within: within.clone(),
            name: property.name.as_str().to_uppercase(),
            params: params.collect(),
            value: property.val.as_str().to_owned(),
        });
    }
    for inner in &component.components {
        flatten(inner, &format!("{within}/"), facts);
    }
}

/// By vobject, for all files in one go.
fn by_vobject(paths: &[&Path]) -> Vec<Result<Vec<Fact>, String>> {
    let root = harness::root();
    let mut command = Command::new(harness::tools().join("venv/bin/python"));
    command.arg(root.join("tests/readers/vobject.py"));
    let output = command.args(paths.iter().map(|path| root.join("../shared/corpus").join(path))).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    let read = lines.lines().map(|line| {
        let json: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let Some(facts) = json.as_array() else { return Err(text(&json)) };
        let param = |p: &serde_json::Value| (text(&p[0]), text(&p[1]));
        let fact = |f: &serde_json::Value| Fact {
            within: text(&f[0]),
            name: text(&f[1]),
            params: f[2].as_array().unwrap().iter().map(param).collect(),
            value: text(&f[3]),
        };
        Ok(facts.iter().map(fact).collect())
    });
    read.collect()
}

/// Counts what is read alike; what is not is counted by the reason that `reason` finds
/// for it, given what stands in its place on the other side.
fn compare(
    agreement: &mut Agreement,
    name: &Path,
    mut ours: Vec<Fact>,
    theirs: Result<Vec<Fact>, String>,
    reason: fn(&Fact, &Fact) -> Option<&'static str>,
) {
    let mut theirs = match theirs {
        Ok(theirs) => theirs,
        Err(why) => return *agreement.entry(format!("refused: {why}")).or_default() += 1,
    };
    let mut unmatched = Vec::new();
    for fact in ours.drain(..) {
        match theirs.iter().position(|other| *other == fact) {
            Some(at) => {
                theirs.remove(at);
                *agreement.entry("alike".to_owned()).or_default() += 1;
            }
            None => unmatched.push(fact),
        }
    }
    for fact in unmatched {
        let at = theirs.iter().position(|other| (&other.within, &other.name) == (&fact.within, &fact.name));
        let Some(other) = at.map(|at| theirs.remove(at)) else {
            println!("{}: only ours: {fact:?}", name.display());
            *agreement.entry("only ours".to_owned()).or_default() += 1;
            continue;
        };
        let why = reason(&fact, &other);
        if why.is_none() {
            println!("{}:\n  ours   {fact:?}\n  theirs {other:?}", name.display());
        }
        *agreement.entry(why.unwrap_or("unexplained").to_owned()).or_default() += 1;
    }
    for other in theirs {
        println!("{}: only theirs: {other:?}", name.display());
        *agreement.entry("only theirs".to_owned()).or_default() += 1;
    }
}

fn pinned(agreement: Agreement, expected: &[(&str, usize)]) {
    let expected: Agreement = expected.iter().map(|(why, n)| ((*why).to_owned(), *n)).collect();
    println!("{agreement:#?}");
    assert_eq!(agreement, expected);
}

#[test]
fn calendars_as_the_icalendar_crate_reads_them() {
    let mut agreement = Agreement::new();
    for (path, text) in files::all().iter().filter(|(path, _)| !files::is_card(path)) {
        compare(&mut agreement, path, ours(text), by_icalendar(text), |_, _| None);
    }
    pinned(agreement, &[]);
}

#[test]
fn cards_as_vobject_reads_them() {
    let mut agreement = Agreement::new();
    let cards: Vec<_> = files::all().into_iter().filter(|(path, _)| files::is_card(path)).collect();
    let read = by_vobject(&cards.iter().map(|(path, _)| path.as_path()).collect::<Vec<_>>());
    assert_eq!(read.len(), cards.len());
    for ((path, text), read) in cards.iter().zip(read) {
        compare(&mut agreement, path, ours(text), read, |_, _| None);
    }
    pinned(agreement, &[]);
}
