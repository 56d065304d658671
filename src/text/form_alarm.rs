//! The alarms of an event as a form has them: a message, some minutes before the start
//! (VALARM; RFC 5545, 3.6.6). Others are not touched.

use super::lines::{Tree, fold};
use super::moment::Span;
use super::{edit, escape};

/// The alarms that a form shows, each with its minutes.
fn found(tree: &Tree<'_>, event: usize) -> Vec<(usize, i32)> {
    tree.inner(Some(event)).filter_map(|c| Some((c, minutes(tree, c)?))).collect()
}

/// `None`: an alarm of another sort.
fn minutes(tree: &Tree<'_>, c: usize) -> Option<i32> {
    if tree.components()[c].name != "VALARM" || !tree.text(c, "ACTION").trim().eq_ignore_ascii_case("DISPLAY") {
        return None;
    }
    let trigger = tree.get(c, "TRIGGER")?;
    if trigger.param("RELATED").is_some_and(|related| !related.eq_ignore_ascii_case("START")) {
        return None;
    }
    let span = Span::parse(&trigger.plain())?;
    let seconds = span.days * 86_400 + span.seconds;
    (seconds % 60 == 0).then(|| i32::try_from(-seconds / 60).ok())?
}

pub(super) fn alarms(tree: &Tree<'_>, event: usize) -> Vec<i32> {
    found(tree, event).into_iter().map(|(_, minutes)| minutes).collect()
}

fn trigger(minutes: i32) -> String {
    let minutes = i64::from(minutes);
    if minutes == 0 {
        return "PT0S".to_owned();
    }
    let (days, rest) = if minutes % 1440 == 0 { (minutes / 1440, 0) } else { (0, minutes) };
    Span { days: -days, seconds: -rest * 60 }.to_string()
}

/// Makes the alarms those of `new`: one that is another now keeps its component.
pub(super) fn set(tree: &mut Tree<'_>, event: usize, new: &[i32]) {
    let mut wanted = new.to_vec();
    let mut gone = Vec::new();
    for (c, minutes) in found(tree, event) {
        match wanted.iter().position(|w| *w == minutes) {
            Some(at) => drop(wanted.remove(at)),
            None => gone.push(c),
        }
    }
    let mut wanted = wanted.into_iter();
    let changed = gone.len().min(wanted.len());
    for (c, minutes) in gone[..changed].iter().zip(wanted.by_ref()) {
        edit::set_value(tree, *c, "TRIGGER", &trigger(minutes));
    }
    edit::remove_components(tree, &gone[changed..]);
    let title = escape::escape(&escape::one_line(&tree.text(event, "SUMMARY")));
    let eol = tree.eol();
    let lines: Vec<Vec<u8>> =
        wanted.flat_map(|m| component(m, &title)).map(|line| fold(line.as_bytes(), eol)).collect();
    if let (Some(c), false) = (tree.components().get(event), lines.is_empty()) {
        let at = c.end;
        tree.insert_all(at, lines);
    }
}

/// An alarm's lines, neither folded nor ended; `title` is escaped.
pub(super) fn component(minutes: i32, title: &str) -> Vec<String> {
    vec![
        "BEGIN:VALARM".to_owned(),
        "ACTION:DISPLAY".to_owned(),
        format!("DESCRIPTION:{title}"),
        format!("TRIGGER:{}", trigger(minutes)),
        "END:VALARM".to_owned(),
    ]
}
