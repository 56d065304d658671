//! The phones, mail addresses, pages and addresses of a vCard as rows of a form. Each
//! row knows its line, so that a change touches that line alone, with its group and its
//! other parameters.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::model::{AddressRow, ContactRow, Label};
use crate::order;

use super::lines::{Line, Param, Tree};
use super::{edit, escape, group};

/// Words of TYPE that say nothing a form's label says.
const SILENT: [&str; 17] = [
    "PREF",
    "VOICE",
    "INTERNET",
    "TEXT",
    "VIDEO",
    "MSG",
    "DOM",
    "INTL",
    "POSTAL",
    "PARCEL",
    "X400",
    "URI",
    "QUOTED-PRINTABLE",
    "BASE64",
    "B",
    "8BIT",
    "7BIT",
];

/// What a label of Apple's stands around (`_$!<Home>!$_`).
const APPLE: (&str, &str) = ("_$!<", ">!$_");

/// A row of either sort.
pub(super) trait Row: Clone + PartialEq {
    fn at(&self) -> Option<u32>;
    fn label(&self) -> &Label;
    fn is_empty(&self) -> bool;
    fn read(line: &Line<'_>, name: &str, at: u32, label: Label) -> Self;
    /// Writes what differs from `old` into line `at`, but for the label. True if anything did.
    fn write(&self, tree: &mut Tree<'_>, c: usize, at: usize, old: &Self) -> bool;
    /// The value of a new row's line, escaped.
    fn line(&self, tree: &Tree<'_>, c: usize, name: &str) -> String;
}

pub(super) fn rows<R: Row>(tree: &Tree<'_>, c: usize, name: &str) -> Vec<R> {
    let label = labels(tree, c);
    let lines = tree.all(c, name).zip(0..).map(|(line, at)| R::read(line, name, at, label(line)));
    lines.filter(|row| !row.is_empty()).collect()
}

/// Makes the rows those of `new`; a row without anything in it is none.
pub(super) fn set<R: Row>(tree: &mut Tree<'_>, c: usize, name: &str, old: &[R], new: &[R]) {
    if old == new {
        return;
    }
    let lines: Vec<usize> = tree.own(c).filter(|i| tree.lines()[*i].is(name)).collect();
    let line = |at: Option<u32>| at.and_then(|at| lines.get(at as usize).copied());
    let typed: HashMap<Option<u32>, &R> =
        new.iter().filter(|row| row.at().is_some() && !row.is_empty()).map(|row| (row.at(), row)).collect();
    let known: HashSet<Option<u32>> = old.iter().map(Row::at).filter(|at| line(*at).is_some()).collect();
    let (sizes, envelopes) = (group::sizes(tree, c), envelopes(tree, c, name));
    let (mut unlabelled, mut left) = (HashSet::new(), HashSet::new());
    let mut gone = Vec::new();
    for was in old {
        let Some(at) = line(was.at()) else { continue };
        let envelope = envelopes.get(&at).copied();
        match typed.get(&was.at()) {
            Some(row) if *row == was => {}
            Some(row) => {
                if row.write(tree, c, at, was) {
                    // It says the old address.
                    gone.extend(envelope);
                }
                if row.label() != was.label() {
                    let group = group::of(&tree.lines()[at]);
                    // A label that others have too stays theirs.
                    let shared = sizes.get(&group).is_some_and(|n| *n > 1);
                    for at in [Some(at), envelope].into_iter().flatten() {
                        relabel(tree, c, at, row.label(), shared);
                    }
                    if shared {
                        left.insert(group)
                    } else {
                        unlabelled.insert(group)
                    };
                }
            }
            None => gone.extend([Some(at), envelope].into_iter().flatten()),
        }
    }
    group::unlabel(tree, c, &unlabelled);
    group::remove(tree, c, &gone);
    group::remove_empty(tree, c, &left);
    let mut last = tree.own(c).filter(|i| tree.lines()[*i].is(name)).last();
    for row in new.iter().filter(|row| !row.is_empty() && !known.contains(&row.at())) {
        let value = row.line(tree, c, name);
        let at = edit::add_behind(tree, c, last, name, &value);
        relabel(tree, c, at, row.label(), false);
        last = Some(at);
    }
}

/// Which LABEL (RFC 2426, 3.2.2) is the envelope of which address, by their lines: that of
/// its group, or of its sort, or the only one of the only address.
fn envelopes(tree: &Tree<'_>, c: usize, name: &str) -> HashMap<usize, usize> {
    let all = |name: &str| tree.own(c).filter(|at| tree.lines()[*at].is(name)).collect::<Vec<_>>();
    let labels = if name == "ADR" { all("LABEL") } else { Vec::new() };
    if labels.is_empty() {
        return HashMap::new();
    }
    let addresses = all(name);
    if let ([address], [label]) = (addresses.as_slice(), labels.as_slice()) {
        return HashMap::from([(*address, *label)]);
    }
    let sort = |at: &usize| {
        let line = &tree.lines()[*at];
        let mut words = if line.group().is_empty() { words(line) } else { Vec::new() };
        order::all(&mut words);
        (group::of(line), words)
    };
    let mut of_sort: HashMap<(String, Vec<String>), VecDeque<usize>> = HashMap::new();
    labels.iter().for_each(|at| of_sort.entry(sort(at)).or_default().push_back(*at));
    addresses.into_iter().filter_map(|at| Some((at, of_sort.get_mut(&sort(&at))?.pop_front()?))).collect()
}

/// The words of a line that say what sort it is, in lower case.
fn words(line: &Line<'_>) -> Vec<String> {
    let params = line.params().into_iter().filter(|p| p.name == "TYPE" || p.name.is_empty());
    let words = params.flat_map(|p| p.values).flat_map(|v| v.split(',').map(str::to_owned).collect::<Vec<_>>());
    words.map(|word| word.trim().to_ascii_lowercase()).filter(|word| !word.is_empty() && !silent(word)).collect()
}

fn silent(word: &str) -> bool {
    SILENT.iter().any(|silent| word.eq_ignore_ascii_case(silent))
}

/// What each line is labelled, by its group's label or by its own words.
fn labels<'t>(tree: &'t Tree<'_>, c: usize) -> impl Fn(&Line<'_>) -> Label + use<'t> {
    let groups: HashMap<String, String> = tree
        .all(c, "X-ABLABEL")
        .filter(|line| !line.group().is_empty())
        .map(|line| (group::of(line), escape::one_line(&line.text())))
        .collect();
    move |line| match groups.get(&group::of(line)).filter(|label| !label.is_empty()) {
        Some(label) => {
            let own = label.strip_prefix(APPLE.0).and_then(|rest| rest.strip_suffix(APPLE.1));
            named(&own.unwrap_or(label).to_ascii_lowercase()).unwrap_or_else(|| match own {
                Some(own) => Label::Other(own.to_owned()),
                None => Label::Other(label.clone()),
            })
        }
        None => match words(line).as_slice() {
            [] => Label::None,
            [word] => named(word).unwrap_or_else(|| Label::Other(word.clone())),
            words => Label::Other(words.join(" ")),
        },
    }
}

fn named(word: &str) -> Option<Label> {
    Some(match word {
        "home" => Label::Home,
        "work" => Label::Work,
        "cell" | "mobile" => Label::Mobile,
        _ => return None,
    })
}

/// Gives line `at` that label: by TYPE, in the words of the card's version. `leave`: and
/// takes it out of its group.
fn relabel(tree: &mut Tree<'_>, c: usize, at: usize, label: &Label, leave: bool) {
    let old = edit::old_card(tree, c);
    let words: Vec<String> = match label {
        Label::None => Vec::new(),
        Label::Home => vec!["home".to_owned()],
        Label::Work => vec!["work".to_owned()],
        Label::Mobile => vec!["cell".to_owned()],
        Label::Other(words) => {
            let word = |word: &&str| word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
            words.split_whitespace().filter(word).map(str::to_owned).collect()
        }
    };
    let Some(line) = tree.lines().get(at) else { return };
    let says = |p: &Param| p.name == "TYPE" || p.name.is_empty();
    // What says something else (pref, voice) stays. That it is in quoted-printable is said
    // where it is written so.
    let quoted = line.quoted_printable();
    let encoding = |word: &str| quoted && word.eq_ignore_ascii_case("QUOTED-PRINTABLE");
    let kept: Vec<String> = line.params().into_iter().filter(says).flat_map(|p| p.values).collect();
    let kept = kept.iter().flat_map(|v| v.split(',')).map(str::trim).filter(|word| silent(word) && !encoding(word));
    let mut types: Vec<String> = kept.map(str::to_owned).collect();
    types.extend(words.into_iter().map(|word| if old { word.to_ascii_uppercase() } else { word }));
    let mut head = line.head_without(says);
    if leave && !line.group().is_empty() {
        head = head.splitn(2, |b| *b == b'.').last().unwrap_or_default().to_vec();
    }
    if old {
        types.iter().for_each(|word| head.extend_from_slice(format!(";{word}").as_bytes()));
    } else if !types.is_empty() {
        let types: Vec<String> = types.iter().map(|word| escape::param(word)).collect();
        head.extend_from_slice(format!(";TYPE={}", types.join(",")).as_bytes());
    }
    if head != line.head() {
        edit::set_head(tree, c, at, &head);
    }
}

/// A phone as a URI (RFC 6350, 6.4.1); `None`: it cannot be one.
fn tel(value: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | '(' | ')' | '*' | '#' | ';' | '=');
    (!value.is_empty() && value.chars().all(|c| fits(c) || c.is_ascii_alphabetic())).then(|| format!("tel:{value}"))
}

fn strip_scheme<'v>(value: &'v str, scheme: &str) -> Option<&'v str> {
    value.get(..scheme.len()).filter(|s| s.eq_ignore_ascii_case(scheme)).map(|_| &value[scheme.len()..])
}

impl Row for ContactRow {
    fn at(&self) -> Option<u32> {
        self.at
    }

    fn label(&self) -> &Label {
        &self.label
    }

    fn is_empty(&self) -> bool {
        self.value.trim().is_empty()
    }

    fn read(line: &Line<'_>, name: &str, at: u32, label: Label) -> ContactRow {
        let value = if name == "URL" { edit::uri(line) } else { escape::one_line(&line.text()) };
        let value = if name == "TEL" { strip_scheme(&value, "tel:").unwrap_or(&value).to_owned() } else { value };
        ContactRow { at: Some(at), value, label }
    }

    fn write(&self, tree: &mut Tree<'_>, c: usize, at: usize, old: &ContactRow) -> bool {
        if self.value == old.value {
            return false;
        }
        let line = &tree.lines()[at];
        if line.is("URL") {
            let value = edit::uri_value(&self.value);
            edit::set_line_escaped(tree, c, at, &value, &value);
            return true;
        }
        let was_uri = line.is("TEL") && strip_scheme(&line.plain(), "tel:").is_some();
        match tel(self.value.trim()).filter(|_| was_uri) {
            Some(uri) => edit::set_line_escaped(tree, c, at, &uri, &uri),
            None => {
                if was_uri {
                    let head = line.head_without(|p| p.name == "VALUE");
                    edit::set_head(tree, c, at, &head);
                }
                edit::set_line_text(tree, c, at, self.value.trim());
            }
        }
        true
    }

    fn line(&self, tree: &Tree<'_>, c: usize, name: &str) -> String {
        match name {
            "URL" => edit::uri_value(&self.value),
            _ => edit::escaped_for(tree, c, self.value.trim()),
        }
    }
}

impl AddressRow {
    /// In the order that they have in the value (RFC 6350, 6.3.1).
    fn parts(&self) -> [&str; 7] {
        let parts = [&self.post_box, &self.extended, &self.street, &self.city, &self.region, &self.code, &self.country];
        parts.map(|part| part.trim())
    }
}

impl Row for AddressRow {
    fn at(&self) -> Option<u32> {
        self.at
    }

    fn label(&self) -> &Label {
        &self.label
    }

    fn is_empty(&self) -> bool {
        self.parts().iter().all(|part| part.is_empty())
    }

    fn read(line: &Line<'_>, _: &str, at: u32, label: Label) -> AddressRow {
        let value = line.decoded();
        let parts = escape::parts(&value);
        let part = |i: usize| parts.get(i).map(|p| escape::one_line(&escape::unescape(p))).unwrap_or_default();
        AddressRow {
            at: Some(at),
            label,
            post_box: part(0),
            extended: part(1),
            street: part(2),
            city: part(3),
            region: part(4),
            code: part(5),
            country: part(6),
        }
    }

    fn write(&self, tree: &mut Tree<'_>, c: usize, at: usize, old: &AddressRow) -> bool {
        let parts = self.parts().into_iter().zip(old.parts()).enumerate();
        let set: Vec<(usize, &str)> =
            parts.filter(|(_, (new, old))| new != old).map(|(i, (new, _))| (i, new)).collect();
        if !set.is_empty() {
            let value = edit::with_parts(tree, c, Some(at), &set, 7);
            edit::set_line_escaped(tree, c, at, &value, &value);
        }
        !set.is_empty()
    }

    fn line(&self, tree: &Tree<'_>, c: usize, _: &str) -> String {
        let set: Vec<(usize, &str)> = self.parts().into_iter().enumerate().collect();
        edit::with_parts(tree, c, None, &set, 7)
    }
}
