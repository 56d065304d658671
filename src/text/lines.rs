//! An item as content lines: RFC 5545 (3.1), RFC 6350 (3.2, 3.3), RFC 2426 and
//! vCard 2.1 with its quoted-printable soft breaks.
//!
//! A [`Tree`] prints back the very bytes it was made of, also where they are
//! wrong (quirk 24): every line keeps its bytes, its folding and its ending, and
//! what reads it works on an unfolded copy. Components are ranges of lines.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use memchr::memchr;

use super::escape;
pub use super::folding::fold;
use super::folding::{Read, Spill, ending_len, read, spill};
use crate::order;

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
        match raw.into() {
            Cow::Borrowed(raw) => Line::of(Cow::Borrowed(raw), read(raw)),
            Cow::Owned(raw) => {
                let Read { len, logical, colon } = read(&raw);
                let read = Read { len, logical: Cow::Owned(logical.into_owned()), colon };
                Line::of(Cow::Owned(raw), read)
            }
        }
    }

    fn of(raw: Cow<'a, [u8]>, read: Read<'a>) -> Line<'a> {
        let Read { logical, colon, .. } = read;
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
        let charset = if self.head().contains(&b';') { self.param("CHARSET") } else { None };
        if self.quoted_printable() {
            escape::charset(&escape::unquote_printable(self.value()), charset.as_deref())
        } else {
            escape::charset(self.value(), charset.as_deref())
        }
    }

    /// The value as a TEXT value (RFC 5545, 3.3.11), its line breaks as LF.
    pub fn text(&self) -> String {
        let decoded = self.decoded();
        let text = if decoded.contains('\\') { escape::unescape(&decoded) } else { decoded };
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
        spill(self.head()) == Spill::SoftBreaks
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

    /// The numbers of the property lines of the component, not those of components within it,
    /// which are not looked at: they may be within each other without end.
    pub fn own(&self, component: usize) -> impl Iterator<Item = usize> + '_ {
        let (mut next, end) = self.components.get(component).map_or((0, 0), |c| (c.begin + 1, c.end));
        std::iter::from_fn(move || {
            while next < end {
                let at = next;
                let inner = self.owners[at].filter(|owner| *owner != component);
                next = inner.map_or(at, |inner| self.components[inner].end) + 1;
                if inner.is_none() {
                    return Some(at);
                }
            }
            None
        })
    }

    /// The numbers of the lines outside of all components.
    pub fn outside(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.lines.len()).filter(|i| self.owners[*i].is_none())
    }

    /// The components right within this one, or, for `None`, those within no other. What lies
    /// within them is not looked at: there may be very many.
    pub fn inner(&self, component: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        let (mut next, end) = component.map_or((0, usize::MAX), |c| (c + 1, self.components[c].end));
        std::iter::from_fn(move || {
            let at = next;
            let inner = self.components.get(at).filter(|inner| inner.begin < end)?;
            next += 1 + self.components[at + 1..].partition_point(|within| within.begin < inner.end);
            Some(at)
        })
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
            Some([.., b'\r', b'\n']) | None | Some([]) => CRLF,
            Some(_) => b"\n",
        }
    }

    /// Puts a line (without ending, folded) in the place of line `at`, with the ending that has.
    pub fn replace(&mut self, at: usize, mut line: Vec<u8>) {
        if let Some(old) = self.lines.get_mut(at) {
            let block = spill(Line::new(&line[..]).head()) == Spill::Base64;
            let ending = old.ending();
            // The blank line behind a block of base64 goes with the block.
            let end = if block { ending.len() } else { memchr(b'\n', ending).map_or(0, |at| at + 1) };
            line.extend_from_slice(&ending[..end]);
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
        self.insert_each(lines.into_iter().map(|line| (at, line)).collect());
    }

    /// As [`Tree::insert`], with lines that each have their place among those there are now.
    pub fn insert_each(&mut self, mut new: Vec<(usize, Vec<u8>)>) {
        if new.is_empty() {
            return;
        }
        order::by_key(&mut new, |(at, _)| *at);
        let eol = self.eol();
        let old = std::mem::take(&mut self.lines);
        let mut lines = Vec::with_capacity(old.len() + new.len());
        let mut new = new.into_iter().peekable();
        for (i, line) in old.into_iter().enumerate() {
            while let Some((_, mut line)) = new.next_if(|(at, _)| *at <= i) {
                line.extend_from_slice(eol);
                lines.push(Line::new(line));
            }
            lines.push(line);
        }
        let last = lines.pop_if(|line| new.peek().is_some() && line.ending().is_empty());
        // The line before is the last and keeps its bytes: the break comes with ours.
        let unended = last.is_some();
        lines.extend(last.map(|last| Line::new([&*last.raw, eol].concat())));
        while let Some((_, mut line)) = new.next() {
            if !unended || new.peek().is_some() {
                line.extend_from_slice(eol);
            }
            lines.push(Line::new(line));
        }
        self.lines = lines;
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
        if rest.is_empty() {
            return None;
        }
        let read = read(rest);
        let (raw, after) = rest.split_at(read.len);
        rest = after;
        Some(Line::of(Cow::Borrowed(raw), read))
    })
}

/// Ranges of group and name in a head.
fn name_of(head: &[u8]) -> (Range<usize>, Range<usize>) {
    let end = memchr(b';', head).unwrap_or(head.len());
    // Files that were put together have it in their midst.
    let bom = if head.starts_with(BOM) { BOM.len() } else { 0 };
    let start = bom + head[bom..end].iter().take_while(|b| b.is_ascii_whitespace()).count();
    let end = start + head[start..end].trim_ascii_end().len();
    let dot = memchr(b'.', &head[start..end]).map(|at| start + at);
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
    let (name, values) = match memchr(b'=', part) {
        Some(at) => (&part[..at], &part[at + 1..]),
        None => (&part[..0], part),
    };
    let name = String::from_utf8_lossy(name.trim_ascii()).to_ascii_uppercase();
    let values = split_outside_quotes(values, b',').into_iter().map(escape::param_value).collect();
    Param { name, values }
}
