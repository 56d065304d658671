//! Our properties carried into one component of theirs.

use std::collections::{BTreeMap, HashSet};

use super::lines::{Line, Tree, fold};
use super::matching::{Cell, Node, list, own};
use super::moment::Moment;
use super::patch::Patch;

/// A value of a list that both have: our line, and their line and place in it.
#[derive(Clone, Copy)]
struct Shared {
    ours: usize,
    theirs: (usize, usize),
}

/// A value that we added: its place in our line, and the value before it.
struct NewValue {
    part: usize,
    before: Option<(usize, usize)>,
}

/// Our properties written into one component of theirs.
pub(super) struct Carry<'w, 't, 'a> {
    ours: &'t Tree<'a>,
    theirs: &'t Tree<'a>,
    patch: &'w mut Patch<'t, 'a>,
    node: Node,
    /// The line of theirs behind which the next one goes: that of the property which
    /// precedes it in ours.
    anchor: Option<usize>,
    /// The group names of both, in lower case.
    groups: HashSet<String>,
    /// Values to be added, by their line in ours, with where a line of their own would go.
    values: BTreeMap<usize, (Option<usize>, Vec<NewValue>)>,
    /// The value of a list that both have, looked at last.
    before: Option<Shared>,
}

impl<'w, 't, 'a> Carry<'w, 't, 'a> {
    /// From one component of ours to the same of theirs.
    pub fn new(
        (ours, mine): (&'t Tree<'a>, Node),
        (theirs, node): (&'t Tree<'a>, Node),
        patch: &'w mut Patch<'t, 'a>,
    ) -> Self {
        let groups = |tree: &Tree<'_>, node| -> Vec<String> {
            own(tree, node).into_iter().map(|i| tree.lines()[i].group().to_ascii_lowercase()).collect()
        };
        let groups = groups(ours, mine).into_iter().chain(groups(theirs, node)).collect();
        let anchor = match node {
            Node::Component(c) => Some(theirs.components()[c].begin),
            Node::Text => theirs.lines().len().checked_sub(1),
        };
        Carry { ours, theirs, patch, node, anchor, groups, values: BTreeMap::new(), before: None }
    }

    /// Which of two stamps to take: the later; ours, if that cannot be said.
    pub fn is_later(&self, ours: &Option<Cell>, theirs: &Option<Cell>) -> bool {
        let moment = |tree: &Tree<'_>, cell: &Cell| {
            cell.lines.first().and_then(|i| Moment::parse(&tree.lines()[*i].plain())).map(|m| m.local())
        };
        match (ours, theirs) {
            (Some(mine), Some(old)) => match (moment(self.ours, mine), moment(self.theirs, old)) {
                (Some(mine), Some(old)) => mine > old,
                _ => true,
            },
            (mine, _) => mine.is_some(),
        }
    }

    /// What comes next in ours comes behind this.
    pub fn pass(&mut self, ours: Option<&Cell>, theirs: Option<&Cell>) {
        if ours.is_none() {
            return;
        }
        if let Some(last) = theirs.and_then(|cell| cell.lines.last()) {
            self.anchor = Some(*last);
        }
        let place = |cell: Option<&Cell>| cell.and_then(|cell| Some((*cell.lines.first()?, cell.part?)));
        if let (Some((ours, _)), Some(theirs)) = (place(ours), place(theirs)) {
            self.before = Some(Shared { ours, theirs });
        }
    }

    /// Puts the property as ours has it in the place of theirs.
    pub fn take(&mut self, ours: Option<&Cell>, theirs: Option<&Cell>) -> Option<()> {
        match theirs {
            Some(Cell { lines, part: Some(part), .. }) => lines.iter().for_each(|i| self.patch.remove_part(*i, *part)),
            Some(cell) => cell.lines.iter().for_each(|i| self.patch.remove(*i)),
            None => {}
        }
        let at = theirs.and_then(|cell| cell.lines.first().copied()).or(self.anchor);
        match ours {
            None => Some(()),
            Some(Cell { lines, part: Some(part), .. }) => {
                let line = lines.first()?;
                let before = self.before.filter(|before| before.ours == *line).map(|before| before.theirs);
                self.values.entry(*line).or_insert((at, Vec::new())).1.push(NewValue { part: *part, before });
                Some(())
            }
            Some(cell) => {
                let group = self.group(cell, theirs);
                for line in cell.lines.iter().map(|i| &self.ours.lines()[*i]) {
                    self.patch.put_behind(at?, &grouped(line, &group)?);
                }
                Some(())
            }
        }
    }

    /// What our group is called in theirs: as that which it replaces, else as in
    /// ours, unless another group of theirs has that name.
    fn group(&mut self, ours: &Cell, theirs: Option<&Cell>) -> String {
        let name = |tree: &Tree<'_>, cell: &Cell| {
            cell.lines.first().map(|i| tree.lines()[*i].group().to_owned()).unwrap_or_default()
        };
        let mine = name(self.ours, ours);
        let old = theirs.map(|cell| name(self.theirs, cell)).unwrap_or_default();
        let taken = |name: &str| {
            own(self.theirs, self.node).iter().any(|i| self.theirs.lines()[*i].group().eq_ignore_ascii_case(name))
        };
        if mine.is_empty() || !old.is_empty() {
            return old;
        }
        if !taken(&mine) {
            return mine;
        }
        let free = (1..).map(|n| format!("item{n}")).find(|name| !self.groups.contains(name)).unwrap_or(mine);
        self.groups.insert(free.clone());
        free
    }

    /// Writes the values that are new: a line of nothing else as it is, others into
    /// the list that they were added to.
    pub fn finish(&mut self) {
        for (i, (anchor, new)) in std::mem::take(&mut self.values) {
            let line = &self.ours.lines()[i];
            let values = list(line).unwrap_or_default();
            let Some(anchor) = anchor else { continue };
            if new.len() == values.len() {
                self.patch.put_behind(anchor, line.raw());
                continue;
            }
            let like = |at: &usize| self.theirs.lines()[*at].head().eq_ignore_ascii_case(line.head());
            let first = own(self.theirs, self.node).into_iter().find(like);
            let mut rest: Vec<&[u8]> = Vec::new();
            for NewValue { part, before } in new {
                let Some(value) = values.get(part) else { continue };
                let into = before.filter(|(at, _)| like(at)).map(|(at, part)| (at, Some(part)));
                let into = into.or(first.map(|at| (at, None)));
                if !into.is_some_and(|(at, behind)| self.patch.add_part(at, behind, value)) {
                    rest.push(value);
                }
            }
            if !rest.is_empty() {
                let new = [line.head(), b":", &rest.join(&b',')].concat();
                self.patch.put_behind(anchor, &fold(&new, self.theirs.eol()));
            }
        }
    }
}

/// The line under that group name. `None`: its own stands in it in no plain way.
fn grouped(line: &Line<'_>, group: &str) -> Option<Vec<u8>> {
    let raw = line.raw();
    if line.group().eq_ignore_ascii_case(group) || line.group().is_empty() {
        return Some(raw.to_vec());
    }
    let dot = raw.iter().position(|b| *b == b'.')?;
    let plain = raw[..dot].trim_ascii() == line.group().as_bytes();
    plain.then(|| [group.as_bytes(), &raw[dot..]].concat())
}
