//! The properties of a card that stand in one group (`item1.TEL`, `item1.X-ABLabel`;
//! RFC 6350, 3.3).

use std::collections::{HashMap, HashSet};

use super::lines::{Line, Tree};

/// Whether the property only says something of another one of its group: Apple's labels,
/// and the envelope of an address (LABEL; RFC 2426, 3.2.2).
fn companion(line: &Line<'_>) -> bool {
    line.is("LABEL") || line.name().get(..4).is_some_and(|name| name.eq_ignore_ascii_case("X-AB"))
}

/// The group as it is compared; empty without one.
pub(super) fn of(line: &Line<'_>) -> String {
    line.group().to_ascii_lowercase()
}

/// How many properties each group has, but for what only says something of another.
pub(super) fn sizes(tree: &Tree<'_>, c: usize) -> HashMap<String, usize> {
    let mut out = HashMap::new();
    let grouped = tree.own(c).map(|at| &tree.lines()[at]).filter(|line| !line.group().is_empty() && !companion(line));
    grouped.for_each(|line| *out.entry(of(line)).or_default() += 1);
    out
}

/// Removes lines of the component, and what said something of them alone.
pub(super) fn remove(tree: &mut Tree<'_>, c: usize, lines: &[usize]) {
    let groups: HashSet<String> = lines.iter().filter_map(|at| tree.lines().get(*at)).map(of).collect();
    tree.remove_all(lines);
    remove_empty(tree, c, &groups);
}

/// Removes what is left of those of the groups that have no property any more.
pub(super) fn remove_empty(tree: &mut Tree<'_>, c: usize, groups: &HashSet<String>) {
    let sizes = sizes(tree, c);
    remove_where(tree, c, |line, group| companion(line) && groups.contains(group) && !sizes.contains_key(group));
}

/// Removes the label of each of these groups that one property alone has.
pub(super) fn unlabel(tree: &mut Tree<'_>, c: usize, groups: &HashSet<String>) {
    let sizes = sizes(tree, c);
    remove_where(tree, c, |line, group| line.is("X-ABLABEL") && groups.contains(group) && sizes.get(group) == Some(&1));
}

fn remove_where(tree: &mut Tree<'_>, c: usize, gone: impl Fn(&Line<'_>, &str) -> bool) {
    let grouped = tree.own(c).filter(|at| !tree.lines()[*at].group().is_empty());
    let gone: Vec<usize> = grouped.filter(|at| gone(&tree.lines()[*at], &of(&tree.lines()[*at]))).collect();
    tree.remove_all(&gone);
}
