//! Lines of one text put into another: what is not named keeps its bytes and its
//! place.

use std::collections::BTreeMap;

use super::lines::{Line, Tree, fold};
use super::matching::list;

/// What becomes of one line.
#[derive(Clone)]
struct Fate {
    kept: bool,
    /// Lines that come behind it, whether or not it stays; with endings.
    behind: Vec<Vec<u8>>,
}

/// What becomes of one value of a list; the first of them stands for the beginning.
#[derive(Default)]
struct Value {
    kept: Option<Vec<u8>>,
    behind: Vec<Vec<u8>>,
}

/// Changes of a tree, gathered and then printed at once, so that line numbers stay
/// what they are.
pub(super) struct Patch<'t, 'a> {
    tree: &'t Tree<'a>,
    fates: Vec<Fate>,
    /// The values of list lines that change.
    lists: BTreeMap<usize, Vec<Value>>,
}

impl<'t, 'a> Patch<'t, 'a> {
    pub fn new(tree: &'t Tree<'a>) -> Self {
        let fates = vec![Fate { kept: true, behind: Vec::new() }; tree.lines().len()];
        Patch { tree, fates, lists: BTreeMap::new() }
    }

    pub fn remove(&mut self, at: usize) {
        if let Some(fate) = self.fates.get_mut(at) {
            fate.kept = false;
        }
    }

    /// Takes one value out of a list; its line goes with the last.
    pub fn remove_part(&mut self, at: usize, part: usize) {
        if let Some(value) = self.list(at).and_then(|values| values.get_mut(part + 1)) {
            value.kept = None;
        }
    }

    /// Adds a value to a list: behind that one, or at its beginning. False: the line
    /// is none.
    pub fn add_part(&mut self, at: usize, behind: Option<usize>, new: &[u8]) -> bool {
        let value = self.list(at).and_then(|values| values.get_mut(behind.map_or(0, |part| part + 1)));
        value.map(|value| value.behind.push(new.to_vec())).is_some()
    }

    fn list(&mut self, at: usize) -> Option<&mut Vec<Value>> {
        let values = list(self.tree.lines().get(at)?)?;
        let value = |v: &[u8]| Value { kept: Some(v.to_vec()), behind: Vec::new() };
        let values = || std::iter::once(Value::default()).chain(values.into_iter().map(value)).collect();
        Some(self.lists.entry(at).or_insert_with(values))
    }

    /// Puts a line behind line `at` and what was put there before; `raw` is folded in
    /// any way and gets the line endings of this text.
    pub fn put_behind(&mut self, at: usize, raw: &[u8]) {
        let raw = self.with_our_endings(raw);
        if let Some(fate) = self.fates.get_mut(at) {
            fate.behind.push(raw);
        }
    }

    fn with_our_endings(&self, raw: &[u8]) -> Vec<u8> {
        let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
        let mut out = Vec::with_capacity(raw.len() + 2);
        for line in raw.split(|b| *b == b'\n') {
            let end = line.iter().rposition(|b| *b != b'\r').map_or(0, |at| at + 1);
            out.extend_from_slice(&line[..end]);
            out.extend_from_slice(self.tree.eol());
        }
        out
    }

    /// The text with the changes. `None`: a line would run into the next, as behind
    /// a soft break (`=`) that nothing followed.
    pub fn print(self, bom: &[u8]) -> Option<Vec<u8>> {
        let eol = self.tree.eol();
        let mut lines: Vec<Vec<u8>> = Vec::with_capacity(self.fates.len());
        for (i, (fate, line)) in self.fates.into_iter().zip(self.tree.lines()).enumerate() {
            match self.lists.get(&i) {
                _ if !fate.kept => {}
                None => lines.push(line.raw().to_vec()),
                Some(values) => lines.extend(list_line(line, values, eol)),
            }
            lines.extend(fate.behind);
        }
        let last = lines.len().saturating_sub(1);
        for line in &mut lines[..last] {
            if !line.ends_with(b"\n") {
                line.extend_from_slice(eol);
            }
        }
        let out = [bom, &lines.concat()].concat();
        let printed = Tree::parse(&out);
        printed.lines().iter().map(Line::raw).eq(lines.iter().map(Vec::as_slice)).then_some(out)
    }
}

/// The line with those values, folded and ended; `None` without any.
fn list_line(line: &Line<'_>, values: &[Value], eol: &[u8]) -> Option<Vec<u8>> {
    let values: Vec<&[u8]> = values.iter().flat_map(|v| v.kept.iter().chain(&v.behind)).map(Vec::as_slice).collect();
    let new = [line.head(), b":", &values.join(&b',')].concat();
    (!values.is_empty()).then(|| [&fold(&new, eol), eol].concat())
}
