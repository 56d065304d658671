//! An item as content lines: RFC 5545 (3.1), RFC 6350 (3.2, 3.3), RFC 2426 and
//! vCard 2.1 with its quoted-printable soft breaks.
//!
//! A [`Tree`] prints back the very bytes it was made of, also where they are
//! wrong (quirk 24): every line keeps its bytes, its folding and its ending, and
//! what reads it works on an unfolded copy. Components are ranges of lines.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::escape;

pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";
const CRLF: &[u8] = b"\r\n";

/// One content line, or a line that is none (blank, or junk without a colon).
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// As it stands: with folding and ending.
    raw: Cow<'a, [u8]>,
    /// Unfolded, without its ending.
    logical: Cow<'a, [u8]>,
    group: Range<usize>,
    /// Empty range: not a content line.
    name: Range<usize>,
    /// Where the colon is; the length where there is none.
    colon: usize,
}

/// A parameter with its values decoded (quotes gone, RFC 6868 resolved). The
/// bare words of vCard 2.1 (`TEL;HOME:`) have no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// In upper case.
    pub name: String,
    pub values: Vec<String>,
}

impl<'a> Line<'a> {
    /// Reads one line as it stands, folds and ending included.
    pub fn new(raw: impl Into<Cow<'a, [u8]>>) -> Line<'a> {
        let raw = raw.into();
        let logical = match &raw {
            Cow::Borrowed(bytes) => unfold(bytes),
            Cow::Owned(bytes) => Cow::Owned(unfold(bytes).into_owned()),
        };
        let colon = colon(&logical);
        let (group, name) = match colon {
            Some(at) => name_of(&logical[..at]),
            None => (0..0, 0..0),
        };
        let colon = colon.unwrap_or(logical.len());
        Line { raw, logical, group, name, colon }
    }

    /// The name in the writer's case; empty for what is not a content line.
    pub fn name(&self) -> &str {
        std::str::from_utf8(&self.logical[self.name.clone()]).unwrap_or_default()
    }

    pub fn is(&self, name: &str) -> bool {
        self.logical[self.name.clone()].eq_ignore_ascii_case(name.as_bytes())
    }

    /// The `item1` of `item1.TEL`; empty without one.
    pub fn group(&self) -> &str {
        std::str::from_utf8(&self.logical[self.group.clone()]).unwrap_or_default()
    }

    /// Group, name and parameters as written.
    pub fn head(&self) -> &[u8] {
        &self.logical[..self.colon]
    }

    /// What follows the colon, unfolded and otherwise as written.
    pub fn value(&self) -> &[u8] {
        self.logical.get(self.colon + 1..).unwrap_or_default()
    }

    /// All of it, unfolded and without its ending.
    pub fn logical(&self) -> &[u8] {
        &self.logical
    }

    /// The value as text that is not escaped: dates, rules, addresses.
    pub fn plain(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.value().trim_ascii())
    }

    /// The value as bytes, with the transfer encoding of vCard 2.1 undone and in UTF-8.
    pub fn decoded(&self) -> String {
        let charset = self.param("CHARSET");
        if self.quoted_printable() {
            escape::charset(&escape::unquote_printable(self.value()), charset.as_deref())
        } else {
            escape::charset(self.value(), charset.as_deref())
        }
    }

    /// The value as a TEXT value (RFC 5545, 3.3.11), its line breaks as LF.
    pub fn text(&self) -> String {
        let text = escape::unescape(&self.decoded());
        if text.contains('\r') { text.replace("\r\n", "\n") } else { text }
    }

    pub fn params(&self) -> Vec<Param> {
        let head = self.head();
        let mut parts = split_outside_quotes(head, b';').into_iter();
        parts.next();
        parts.map(param).collect()
    }

    /// The first value of the parameter.
    pub fn param(&self, name: &str) -> Option<String> {
        self.params().into_iter().find(|p| p.name == name).and_then(|p| p.values.into_iter().next())
    }

    /// The head without the parameters for which `drop` is true; the others as written.
    pub fn head_without(&self, drop: impl Fn(&Param) -> bool) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.colon);
        for (i, part) in split_outside_quotes(self.head(), b';').into_iter().enumerate() {
            if i == 0 {
                out.extend_from_slice(part);
            } else if !drop(&param(part)) {
                out.push(b';');
                out.extend_from_slice(part);
            }
        }
        out
    }

    /// vCard 2.1: the value is in quoted-printable.
    pub fn quoted_printable(&self) -> bool {
        says_quoted_printable(self.head())
    }

    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// The ending it has: CR LF, LF, or none at the end of the text.
    pub fn ending(&self) -> &[u8] {
        &self.raw[self.raw.len() - ending_len(&self.raw)..]
    }
}

/// `BEGIN` to `END`, by line numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// In upper case.
    pub name: String,
    pub begin: usize,
    /// The line of `END`; the number of lines where there is none.
    pub end: usize,
    pub parent: Option<usize>,
    /// Its `END` is there.
    pub closed: bool,
}

/// A text as its lines, and which component each belongs to.
#[derive(Clone, Debug)]
pub struct Tree<'a> {
    bom: bool,
    lines: Vec<Line<'a>>,
    components: Vec<Component>,
    /// The innermost component of each line; `BEGIN` and `END` are their component's own.
    owners: Vec<Option<usize>>,
}

impl<'a> Tree<'a> {
    /// Total: every text is a tree.
    pub fn parse(text: &'a [u8]) -> Tree<'a> {
        let (bom, rest) = match text.strip_prefix(BOM) {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let lines = lines(rest).collect();
        let mut tree = Tree { bom, lines, components: Vec::new(), owners: Vec::new() };
        tree.find_components();
        tree
    }

    pub fn print(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.lines.iter().map(|l| l.raw.len()).sum::<usize>() + BOM.len());
        if self.bom {
            out.extend_from_slice(BOM);
        }
        for line in &self.lines {
            out.extend_from_slice(&line.raw);
        }
        out
    }

    pub fn lines(&self) -> &[Line<'a>] {
        &self.lines
    }

    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// The numbers of the property lines of the component, not those of components within it.
    pub fn own(&self, component: usize) -> impl Iterator<Item = usize> + '_ {
        let range = self.components.get(component).map_or(0..0, |c| c.begin + 1..c.end);
        range.filter(move |i| self.owners[*i] == Some(component))
    }

    /// The numbers of the lines outside of all components.
    pub fn outside(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.lines.len()).filter(|i| self.owners[*i].is_none())
    }

    /// The components right within this one, or, for `None`, those within no other.
    /// Only what lies between its lines is looked at: there may be very many.
    pub fn inner(&self, component: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        let (first, end) = component.map_or((0, usize::MAX), |c| (c + 1, self.components[c].end));
        let between = (first..self.components.len()).take_while(move |i| self.components[*i].begin < end);
        between.filter(move |i| self.components[*i].parent == component)
    }

    /// The number of its first line of that name.
    pub fn find(&self, component: usize, name: &str) -> Option<usize> {
        self.own(component).find(|i| self.lines[*i].is(name))
    }

    /// Its first line of that name.
    pub fn get(&self, component: usize, name: &str) -> Option<&Line<'a>> {
        self.find(component, name).map(|i| &self.lines[i])
    }

    /// All its lines of that name.
    pub fn all<'t>(&'t self, component: usize, name: &'t str) -> impl Iterator<Item = &'t Line<'a>> + 't {
        self.own(component).map(|i| &self.lines[i]).filter(move |l| l.is(name))
    }

    /// Its first TEXT value of that name; empty without one.
    pub fn text(&self, component: usize, name: &str) -> String {
        self.get(component, name).map(Line::text).unwrap_or_default()
    }

    /// The components of that name, in order.
    pub fn named<'t>(&'t self, name: &'t str) -> impl Iterator<Item = usize> + 't {
        (0..self.components.len()).filter(move |c| self.components[*c].name == name)
    }

    /// The line ending of the text: that of its first line.
    pub fn eol(&self) -> &'static [u8] {
        match self.lines.first().map(Line::ending) {
            Some(b"\n") => b"\n",
            _ => CRLF,
        }
    }

    /// Puts a line (without ending, folded) in the place of line `at`, with the ending that has.
    pub fn replace(&mut self, at: usize, mut line: Vec<u8>) {
        if let Some(old) = self.lines.get_mut(at) {
            line.extend_from_slice(old.ending());
            let old = std::mem::replace(old, Line::new(line));
            if [&old, &self.lines[at]].iter().any(|line| line.is("BEGIN") || line.is("END")) {
                self.find_components();
            }
        }
    }

    /// Puts a line (without ending, folded) before line `at`.
    pub fn insert(&mut self, at: usize, line: Vec<u8>) {
        self.insert_all(at, vec![line]);
    }

    /// As [`Tree::insert`], with several lines.
    pub fn insert_all(&mut self, at: usize, lines: Vec<Vec<u8>>) {
        let at = at.min(self.lines.len());
        let unended = at > 0 && self.lines[at - 1].ending().is_empty();
        let eol = self.eol();
        let count = lines.len();
        if unended && count > 0 {
            // The line before is the last and keeps its bytes: the break comes with ours.
            let before = std::mem::replace(&mut self.lines[at - 1], Line::new(&b""[..]));
            let mut ended = before.raw.into_owned();
            ended.extend_from_slice(eol);
            self.lines[at - 1] = Line::new(ended);
        }
        let lines = lines.into_iter().enumerate().map(|(i, mut line)| {
            if !unended || i + 1 < count {
                line.extend_from_slice(eol);
            }
            Line::new(line)
        });
        self.lines.splice(at..at, lines);
        self.find_components();
    }

    pub fn remove(&mut self, at: usize) {
        self.remove_all(&[at]);
    }

    /// Removes the lines of these numbers.
    pub fn remove_all(&mut self, which: &[usize]) {
        if which.is_empty() {
            return;
        }
        let which: HashSet<usize> = which.iter().copied().collect();
        let mut at = 0;
        self.lines.retain(|_| {
            at += 1;
            !which.contains(&(at - 1))
        });
        self.find_components();
    }

    fn find_components(&mut self) {
        self.components.clear();
        self.owners.clear();
        let mut open: Vec<usize> = Vec::new();
        // How many of a name are open: an END that nothing began is not looked for
        // among what may be a million.
        let mut names: HashMap<String, usize> = HashMap::new();
        for (i, line) in self.lines.iter().enumerate() {
            if line.is("BEGIN") {
                let name = line.plain().to_ascii_uppercase();
                *names.entry(name.clone()).or_default() += 1;
                let parent = open.last().copied();
                open.push(self.components.len());
                self.components.push(Component { name, begin: i, end: usize::MAX, parent, closed: false });
            }
            self.owners.push(open.last().copied());
            if line.is("END") {
                let name = line.plain().to_ascii_uppercase();
                if names.get(&name).is_none_or(|open| *open == 0) {
                    continue;
                }
                // One that skips some ends them too.
                if let Some(depth) = open.iter().rposition(|c| self.components[*c].name == name) {
                    for (n, c) in open.drain(depth..).enumerate() {
                        if let Some(open) = names.get_mut(&self.components[c].name) {
                            *open -= 1;
                        }
                        self.components[c].end = i;
                        self.components[c].closed = n == 0;
                        if n == 0 {
                            self.owners[i] = Some(c);
                        }
                    }
                }
            }
        }
        let last = self.lines.len();
        for component in &mut self.components {
            component.end = component.end.min(last);
        }
    }
}

/// The content lines of a text one after the other, for what is too large to be a
/// [`Tree`]. A byte order mark stays part of its line.
pub fn lines(text: &[u8]) -> impl Iterator<Item = Line<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (line, after) = rest.split_at(if rest.is_empty() { return None } else { logical_len(rest) });
        rest = after;
        Some(Line::new(line))
    })
}

/// Folds at 75 octets (RFC 5545, 3.1) without splitting a UTF-8 character. No ending.
pub fn fold(line: &[u8], eol: &[u8]) -> Vec<u8> {
    const LIMIT: usize = 75;
    let mut out = Vec::with_capacity(line.len() + line.len() / LIMIT * 3);
    let mut rest = line;
    let mut room = LIMIT;
    while rest.len() > room {
        let mut at = room;
        while at > room - 4 && rest[at] & 0xC0 == 0x80 {
            at -= 1;
        }
        if rest[at] & 0xC0 == 0x80 {
            // Not UTF-8: no character to keep whole.
            at = room;
        }
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(eol);
        out.push(b' ');
        rest = &rest[at..];
        room = LIMIT - 1;
    }
    out.extend_from_slice(rest);
    out
}

/// Length of the ending: LF with the CRs before it; more than one CR is seen in the wild.
fn ending_len(line: &[u8]) -> usize {
    match line.strip_suffix(b"\n") {
        Some(rest) => 1 + rest.iter().rev().take_while(|b| **b == b'\r').count(),
        None => 0,
    }
}

fn physical_len(text: &[u8]) -> usize {
    text.iter().position(|b| *b == b'\n').map_or(text.len(), |at| at + 1)
}

/// The length of the first content line of `text`, continuations and endings included.
fn logical_len(text: &[u8]) -> usize {
    let mut len = physical_len(text);
    let soft_breaks = {
        let first = &text[..len];
        colon(first).is_some_and(|at| says_quoted_printable(&first[..at]))
    };
    let mut start = 0;
    while len < text.len() {
        let line = &text[start..len];
        let content = &line[..line.len() - ending_len(line)];
        let next = &text[len..];
        let folded = matches!(next[0], b' ' | b'\t');
        let soft = soft_breaks && content.ends_with(b"=") && !starts_ignoring_case(next, b"END:");
        if !folded && !soft {
            break;
        }
        start = len;
        len += physical_len(next);
    }
    len
}

fn position(bytes: &[u8], byte: u8) -> Option<usize> {
    bytes.iter().position(|b| *b == byte)
}

fn starts_ignoring_case(text: &[u8], with: &[u8]) -> bool {
    text.get(..with.len()).is_some_and(|t| t.eq_ignore_ascii_case(with))
}

/// One content line unfolded: breaks and the white space after them taken out,
/// soft breaks of quoted-printable with their `=`.
fn unfold(raw: &[u8]) -> Cow<'_, [u8]> {
    let first = physical_len(raw);
    if first == raw.len() {
        return Cow::Borrowed(&raw[..raw.len() - ending_len(raw)]);
    }
    let mut out: Vec<u8> = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while !rest.is_empty() {
        let (line, after) = rest.split_at(physical_len(rest));
        let mut content = &line[..line.len() - ending_len(line)];
        if !out.is_empty() || rest.len() != raw.len() {
            if out.last() == Some(&b'=') && says_quoted_printable(&out[..colon(&out).unwrap_or(0)]) {
                out.pop();
            } else if matches!(content.first(), Some(b' ' | b'\t')) {
                content = &content[1..];
            }
        }
        out.extend_from_slice(content);
        rest = after;
    }
    Cow::Owned(out)
}

/// Whether the head has the parameter of vCard 2.1, with its name or bare.
fn says_quoted_printable(head: &[u8]) -> bool {
    const WORD: &[u8] = b"QUOTED-PRINTABLE";
    head.len() > WORD.len() && head.windows(WORD.len()).any(|w| w.eq_ignore_ascii_case(WORD))
}

/// The colon that ends the head: the first outside quotes, or, with quotes that
/// never end, the first.
fn colon(line: &[u8]) -> Option<usize> {
    let mut quoted = false;
    for (i, byte) in line.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b':' if !quoted => return Some(i),
            _ => {}
        }
    }
    position(line, b':')
}

/// Ranges of group and name in a head.
fn name_of(head: &[u8]) -> (Range<usize>, Range<usize>) {
    let end = position(head, b';').unwrap_or(head.len());
    let start = head.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0).min(end);
    let end = start + head[start..end].trim_ascii_end().len();
    let dot = position(&head[start..end], b'.').map(|at| start + at);
    let (group, name) = dot.map_or((0..0, start..end), |at| (start..at, at + 1..end));
    let fits = |r: &Range<usize>| head[r.clone()].iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if fits(&group) && fits(&name) { (group, name) } else { (0..0, 0..0) }
}

fn split_outside_quotes(bytes: &[u8], at: u8) -> Vec<&[u8]> {
    let mut quoted = false;
    bytes
        .split(|b| {
            if *b == b'"' {
                quoted = !quoted;
            }
            *b == at && !quoted
        })
        .collect()
}

fn param(part: &[u8]) -> Param {
    let (name, values) = match position(part, b'=') {
        Some(at) => (&part[..at], &part[at + 1..]),
        None => (&part[..0], part),
    };
    let name = String::from_utf8_lossy(name.trim_ascii()).to_ascii_uppercase();
    let values = split_outside_quotes(values, b',').into_iter().map(escape::param_value).collect();
    Param { name, values }
}
