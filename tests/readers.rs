//! What other readers read in the sample files: the `icalendar` crate in calendars,
//! vobject (which Radicale keeps items by) in cards and in the calendars that the crate
//! does not read. Each property with its component,
//! group, parameters and value is compared; how many agree is pinned, and what differs
//! has its reason.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "corpus/files.rs"]
mod files;
mod harness;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
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
    /// In order, several values joined by commas; the bare words of vCard 2.1 without a name.
    params: Vec<(String, String)>,
    value: String,
}

/// How far two readers agree: properties read alike, and the others by reason. Files
/// that the other reader does not read at all are counted as `refused: …`.
type Agreement = BTreeMap<String, usize>;

/// All properties of a text, in order.
fn ours(text: &[u8]) -> Vec<Fact> {
    let tree = Tree::parse(text);
    let outside = tree.outside().map(|at| &tree.lines()[at]).filter(|line| !line.name().is_empty() && !line.is("END"));
    let mut facts: Vec<Fact> = outside.map(|line| fact("", line)).collect();
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
        params: params.map(|p| (p.name, p.values.join(","))).collect(),
        value: if is_text(line) { line.text() } else { line.decoded() },
    }
}

/// What is one TEXT (RFC 5545, 3.8; RFC 2426, 3): lists and structures keep their
/// escapes, which tell their parts.
fn is_text(line: &Line<'_>) -> bool {
    const TEXTS: [&str; 29] = [
        "CALSCALE",
        "METHOD",
        "PRODID",
        "VERSION",
        "CLASS",
        "COMMENT",
        "DESCRIPTION",
        "LOCATION",
        "STATUS",
        "SUMMARY",
        "TRANSP",
        "TZID",
        "TZNAME",
        "CONTACT",
        "RELATED-TO",
        "UID",
        "ACTION",
        "REQUEST-STATUS",
        "FN",
        "NOTE",
        "TITLE",
        "ROLE",
        "LABEL",
        "MAILER",
        "SORT-STRING",
        "TEL",
        "EMAIL",
        "BDAY",
        "REV",
    ];
    if let Some(named) = line.param("VALUE") {
        return named.eq_ignore_ascii_case("TEXT");
    }
    TEXTS.iter().any(|name| line.is(name)) || line.name().to_uppercase().starts_with("X-")
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
        let params = property.params.iter().map(|p| {
            // The quotes of lists are left standing.
            let value = p.val.as_ref().map_or("", |v| v.as_str()).replace('"', "");
            (p.key.as_str().to_uppercase(), value)
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
    command.arg(root.join("tests/readers/by_vobject.py"));
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
    reason: fn(Option<&Fact>, Option<&Fact>) -> Option<&'static str>,
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
    let mut pairs = Vec::new();
    for fact in unmatched {
        let at = theirs.iter().position(|other| (&other.within, &other.name) == (&fact.within, &fact.name));
        pairs.push((Some(fact), at.map(|at| theirs.remove(at))));
    }
    pairs.extend(theirs.into_iter().map(|other| (None, Some(other))));
    for (fact, other) in &pairs {
        let why = reason(fact.as_ref(), other.as_ref()).unwrap_or_else(|| {
            println!("{}:\n  ours   {fact:?}\n  theirs {other:?}", name.display());
            "unexplained"
        });
        *agreement.entry(why.to_owned()).or_default() += 1;
    }
}

fn pinned(agreement: Agreement, expected: &[(&str, usize)]) {
    let expected: Agreement = expected.iter().map(|(why, n)| ((*why).to_owned(), *n)).collect();
    println!("{agreement:#?}");
    assert_eq!(agreement, expected);
}

/// Why the `icalendar` crate reads a property otherwise.
fn of_icalendar(ours: Option<&Fact>, theirs: Option<&Fact>) -> Option<&'static str> {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return match theirs {
            // Junk, to us.
            Some(theirs) if theirs.value.is_empty() => Some("a line without a colon is a property to it"),
            _ => Some("a parameter with a line break in it runs on to it"),
        };
    };
    let differing = ours.params.iter().zip(&theirs.params).find(|(ours, theirs)| ours != theirs)?;
    match differing {
        _ if ours.params.len() != theirs.params.len() || ours.value != theirs.value => None,
        (_, (_, raw)) if raw.contains('^') => Some("it leaves RFC 6868 undone"),
        ((name, word), (other, nothing)) if name.is_empty() && word == other && nothing.is_empty() => {
            Some("a bare word is a name without a value to it, to us a value without a name")
        }
        ((_, ours), (_, theirs)) if *ours == theirs.replace(", ", ",") => Some("it keeps white space around a value"),
        _ => None,
    }
}

/// Why vobject reads a property otherwise.
fn of_vobject(ours: Option<&Fact>, theirs: Option<&Fact>) -> Option<&'static str> {
    let (ours, theirs) = match (ours, theirs) {
        // A template whose marks nobody has replaced.
        (Some(ours), None) if ours.value.contains("%th%%at%") => return Some("a line it leaves out"),
        (ours, theirs) => (ours?, theirs?),
    };
    if theirs.value.contains('\u{FFFD}') {
        return (!ours.value.is_ascii()).then_some("not in UTF-8, and read as Windows-1252 by us alone");
    }
    if ours.params != theirs.params {
        let raw = theirs.params.iter().any(|(_, value)| value.contains('^'));
        return (raw && ours.value == theirs.value).then_some("it leaves RFC 6868 undone");
    }
    let unescaped = |text: &str| text.replace("\\,", ",").replace("\\;", ";").replace("\\n", "\n");
    match &theirs.value {
        cut if ours.value.starts_with(&format!("{cut},")) => Some("it takes what is before the first bare comma"),
        raw if ours.value == raw.replace("\\:", ":") => Some("it leaves an escaped colon escaped"),
        text if unescaped(&ours.value) == *text => Some("it reads a list, an address or a card as one text"),
        _ => None,
    }
}

/// As vobject keeps it: each value of a parameter on its own and in no order, none that
/// says how the value was encoded, base64 without white space and padding, breaks as LF.
fn loose(fact: Fact) -> Fact {
    let alone = |(name, values): &(String, String)| {
        values.split(',').map(|value| (name.clone(), value.to_owned())).collect::<Vec<_>>()
    };
    let base64 = ["BASE64", "B"];
    let encoding = |(name, value): &(String, String)| {
        name == "ENCODING" || name.is_empty() && ["BASE64", "QUOTED-PRINTABLE"].contains(&value.to_uppercase().as_str())
    };
    let mut params: Vec<_> = fact.params.iter().flat_map(alone).collect();
    let block = params.iter().any(|p| encoding(p) && base64.contains(&p.1.to_uppercase().as_str()));
    params.retain(|p| !encoding(p));
    params.sort();
    let value = match fact.value {
        value if block => value.split_whitespace().collect::<String>().trim_end_matches('=').to_owned(),
        value => value.replace("\r\n", "\n"),
    };
    Fact { params, value, ..fact }
}

#[test]
fn calendars_as_the_icalendar_crate_reads_them() {
    let mut agreement = Agreement::new();
    for (path, text) in files::all().iter().filter(|(path, _)| !files::is_card(path)) {
        compare(&mut agreement, path, ours(text), by_icalendar(text), of_icalendar);
    }
    pinned(
        agreement,
        &[
            ("alike", 6771),
            ("a bare word is a name without a value to it, to us a value without a name", 2),
            ("a line without a colon is a property to it", 3),
            ("a parameter with a line break in it runs on to it", 2),
            ("it keeps white space around a value", 2),
            ("it leaves RFC 6868 undone", 3),
            ("refused: a line it does not take", 18),
            ("refused: not UTF-8", 2),
        ],
    );
}

/// These files by vobject.
fn as_vobject_reads(files: &[(PathBuf, Vec<u8>)]) -> Agreement {
    let mut agreement = Agreement::new();
    let read = by_vobject(&files.iter().map(|(path, _)| path.as_path()).collect::<Vec<_>>());
    assert_eq!(read.len(), files.len());
    for ((path, text), read) in files.iter().zip(read) {
        let loosely = |facts: Vec<Fact>| facts.into_iter().map(loose).collect();
        compare(&mut agreement, path, loosely(ours(text)), read.map(loosely), of_vobject);
    }
    agreement
}

/// The oddest of the calendars.
#[test]
fn calendars_that_the_icalendar_crate_refuses_as_vobject_reads_them() {
    let refused = |(path, text): &(PathBuf, Vec<u8>)| !files::is_card(path) && by_icalendar(text).is_err();
    let refused: Vec<_> = files::all().into_iter().filter(refused).collect();
    assert_eq!(refused.len(), 20);
    pinned(
        as_vobject_reads(&refused),
        &[
            ("alike", 130),
            ("a line it leaves out", 2),
            ("not in UTF-8, and read as Windows-1252 by us alone", 1),
            // BEGIN and END that do not belong together.
            ("refused: ParseError", 8),
        ],
    );
}

#[test]
fn cards_as_vobject_reads_them() {
    let cards: Vec<_> = files::all().into_iter().filter(|(path, _)| files::is_card(path)).collect();
    pinned(
        as_vobject_reads(&cards),
        &[
            ("alike", 562),
            ("it leaves RFC 6868 undone", 1),
            ("it leaves an escaped colon escaped", 2),
            ("it reads a list, an address or a card as one text", 3),
            ("it takes what is before the first bare comma", 10),
            ("refused: Error", 1),
            ("refused: VObjectError", 1),
        ],
    );
}
