//! A vCard as the fields of a form (RFC 2426, RFC 6350, vCard 2.1).

use crate::model::{ContactFields, Millis};

use super::lines::Tree;
use super::{edit, escape};

/// What the form shows of the card.
pub(super) fn fields(tree: &Tree<'_>, c: usize) -> ContactFields {
    let name = tree.get(c, "N").map(|l| l.decoded()).unwrap_or_default();
    let name = escape::parts(&name);
    let part = |i: usize| name.get(i).map(|p| escape::one_line(&escape::unescape(p))).unwrap_or_default();
    let organization = tree.get(c, "ORG").map(|l| l.decoded()).unwrap_or_default();
    let organization = escape::parts(&organization).first().map(|p| escape::unescape(p)).unwrap_or_default();
    let text = |name: &str| escape::one_line(&tree.text(c, name));
    ContactFields {
        given: part(1),
        family: part(0),
        organization: escape::one_line(&organization),
        mail: text("EMAIL"),
        phone: text("TEL"),
        note: tree.text(c, "NOTE"),
    }
}

/// Given and family name as one; `None` when both are empty.
pub(super) fn full_name(given: &str, family: &str) -> Option<String> {
    let name = format!("{} {}", given.trim(), family.trim());
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// What FN says of a card with these fields: it must say something (RFC 6350, 6.2.1).
pub(super) fn formatted(fields: &ContactFields) -> String {
    full_name(&fields.given, &fields.family)
        .or_else(|| [&fields.organization, &fields.mail, &fields.phone].into_iter().find(|f| !f.is_empty()).cloned())
        .unwrap_or_default()
}

/// Writes the fields that differ from `old`, which is what the card has.
pub(super) fn apply(tree: &mut Tree<'_>, c: usize, old: &ContactFields, new: &ContactFields, now: Millis) {
    if (&old.given, &old.family) != (&new.given, &new.family) {
        set_parts(tree, c, "N", &[(0, &new.family), (1, &new.given)], 5);
    }
    if old.organization != new.organization {
        let others = tree.get(c, "ORG").map(|l| l.decoded()).unwrap_or_default();
        if new.organization.is_empty() && escape::parts(&others).iter().skip(1).all(|p| p.is_empty()) {
            edit::remove(tree, c, "ORG");
        } else {
            set_parts(tree, c, "ORG", &[(0, &new.organization)], 1);
        }
    }
    set_formatted(tree, c, old, new);
    for (name, old, new) in [("EMAIL", &old.mail, &new.mail), ("TEL", &old.phone, &new.phone)] {
        if old != new {
            set_first(tree, c, name, new);
        }
    }
    if old.note != new.note {
        edit::set_text(tree, c, "NOTE", &new.note);
    }
    edit::stamp_change(tree, c, now, false);
}

/// FN follows where it said no more than the old fields; a name that the person
/// gave it themselves stays, unless it is the names that changed.
fn set_formatted(tree: &mut Tree<'_>, c: usize, old: &ContactFields, new: &ContactFields) {
    let shown = tree.text(c, "FN");
    let shown = shown.trim();
    let names_changed = (&old.given, &old.family) != (&new.given, &new.family);
    if !names_changed && (shown != formatted(old) || formatted(old) == formatted(new)) {
        return;
    }
    // "Dr. Anna Berg" with Berg become Kant: what stands around the names stays.
    let around = full_name(&old.given, &old.family)
        .filter(|name| shown.contains(name.as_str()))
        .and_then(|name| Some(shown.replacen(&name, &full_name(&new.given, &new.family)?, 1)));
    let name = around.unwrap_or_else(|| formatted(new));
    if name.is_empty() {
        // FN has to stay (RFC 2426, 3.1.1), and may be empty.
        edit::set_value(tree, c, "FN", "");
    } else if name != shown {
        edit::set_text(tree, c, "FN", &name);
    }
}

/// Sets parts of a structured value, the others as written.
fn set_parts(tree: &mut Tree<'_>, c: usize, name: &str, set: &[(usize, &str)], least: usize) {
    let at = tree.find(c, name);
    let value = at.map(|at| tree.lines()[at].decoded()).unwrap_or_default();
    let mut parts: Vec<String> = escape::parts(&value).into_iter().map(str::to_owned).collect();
    parts.resize(parts.len().max(least), String::new());
    for (i, text) in set {
        if let Some(part) = parts.get_mut(*i) {
            *part = edit::escaped_for(tree, c, text);
        }
    }
    let escaped = parts.join(";");
    match at {
        Some(at) => edit::set_line_escaped(tree, c, at, &escaped, &escaped),
        None => edit::add_escaped(tree, c, name, &escaped, &escaped),
    }
}

/// Sets the first mail or phone; group and parameters stay. Emptied: its line
/// goes, with the label that was its alone.
fn set_first(tree: &mut Tree<'_>, c: usize, name: &str, value: &str) {
    let Some(at) = tree.find(c, name) else {
        if !value.is_empty() {
            edit::set_text(tree, c, name, value);
        }
        return;
    };
    if !value.is_empty() {
        return edit::set_line_text(tree, c, at, value);
    }
    let group = tree.lines()[at].group().to_owned();
    tree.remove(at);
    if group.is_empty() {
        return;
    }
    let of_group = |tree: &Tree<'_>| -> Vec<usize> {
        tree.own(c).filter(|i| tree.lines()[*i].group().eq_ignore_ascii_case(&group)).collect()
    };
    let left = of_group(tree);
    if left.iter().all(|i| tree.lines()[*i].is("X-ABLABEL")) {
        for at in left.into_iter().rev() {
            tree.remove(at);
        }
    }
}
