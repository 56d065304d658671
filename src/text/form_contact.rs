//! A vCard as the fields of a form (RFC 2426, RFC 6350, vCard 2.1).

use chrono::{Datelike, NaiveDate};

use crate::model::{ContactFields, Millis, Photo};

use super::form_row;
use super::lines::{Line, Tree, fold};
use super::moment::{Moment, typed_day};
use super::{edit, escape, group};

/// What anniversaries are called: by the standard, and by those who could not wait.
const ANNIVERSARIES: [&str; 5] =
    ["ANNIVERSARY", "X-ANNIVERSARY", "X-EVOLUTION-ANNIVERSARY", "X-KADDRESSBOOK-X-ANNIVERSARY", "X-MS-ANNIVERSARY"];
const BIRTHDAYS: [&str; 2] = ["BDAY", "X-BIRTHDAY"];

/// The year that Apple writes where there is none, and says so.
const NO_YEAR: &str = "1604";
const OMIT: &str = "X-APPLE-OMIT-YEAR";

/// What the form shows of the card.
pub(super) fn fields(tree: &Tree<'_>, c: usize) -> ContactFields {
    let part = |name: &str, i: usize| escape::one_line(&edit::part(tree, c, name, i));
    let mut fields = ContactFields {
        name: String::new(),
        family: part("N", 0),
        given: part("N", 1),
        additional: part("N", 2),
        prefix: part("N", 3),
        suffix: part("N", 4),
        nickname: edit::list(tree, c, "NICKNAME").join(", "),
        organization: part("ORG", 0),
        department: part("ORG", 1),
        job: escape::one_line(&tree.text(c, "TITLE")),
        phones: form_row::rows(tree, c, "TEL"),
        mails: form_row::rows(tree, c, "EMAIL"),
        urls: form_row::rows(tree, c, "URL"),
        addresses: form_row::rows(tree, c, "ADR"),
        birthday: days(tree, c, &BIRTHDAYS).next().map(|(_, day)| day).unwrap_or_default(),
        anniversary: days(tree, c, &ANNIVERSARIES).next().map(|(_, day)| day).unwrap_or_default(),
        categories: edit::list(tree, c, "CATEGORIES"),
        note: tree.text(c, "NOTE"),
        photo: if tree.find(c, "PHOTO").is_some() { Photo::Kept } else { Photo::None },
    };
    let shown = escape::one_line(&tree.text(c, "FN"));
    if full_name(&fields.given, &fields.family).is_none() && shown != formatted(&fields) {
        fields.name = shown;
    }
    fields
}

fn version(tree: &Tree<'_>, c: usize) -> String {
    tree.text(c, "VERSION").trim().to_owned()
}

/// Those of the names that the card has, each with its day.
fn days<'t>(
    tree: &'t Tree<'_>,
    c: usize,
    names: &'static [&'static str],
) -> impl Iterator<Item = (&'static str, String)> + 't {
    names.iter().filter_map(move |name| Some((*name, day(tree.get(c, name)?))))
}

/// Writes a day of the form wherever the card has the old one: programs write the same day
/// twice, for each other. `own` is what it is called where the card has none.
fn set_days(tree: &mut Tree<'_>, c: usize, names: &'static [&'static str], own: &str, old: &str, new: &str) {
    if old == new {
        return;
    }
    let same: Vec<&str> = days(tree, c, names).filter(|(_, day)| day == old).map(|(name, _)| name).collect();
    for name in if same.is_empty() { vec![own] } else { same } {
        set_day(tree, c, name, new);
    }
}

/// A day as the form has it; what is none, as it stands.
fn day(line: &Line<'_>) -> String {
    let text = escape::one_line(&line.text());
    let bare = text.split(['T', 't', ' ']).next().unwrap_or(&text);
    if let Some(rest) = bare.strip_prefix("--") {
        let digits = rest.replace('-', "");
        let month = digits.get(..2).and_then(|m| m.parse().ok());
        let day = digits.get(2..).and_then(|d| d.parse().ok());
        // 2000 has every day that a year may have.
        return match (month, day, digits.len()) {
            (Some(month), Some(day), 4) if NaiveDate::from_ymd_opt(2000, month, day).is_some() => {
                format!("--{month:02}-{day:02}")
            }
            _ => text,
        };
    }
    match Moment::parse(bare).filter(|_| bare.len() >= 8) {
        Some(moment) => {
            let day = moment.date();
            let omitted = line.param(OMIT).is_some_and(|year| year.trim() == day.year().to_string());
            if omitted { format!("--{:02}-{:02}", day.month(), day.day()) } else { day.to_string() }
        }
        None => text,
    }
}

/// Writes a day of the form in the card's version; removes it where it is empty.
fn set_day(tree: &mut Tree<'_>, c: usize, name: &str, typed: &str) {
    let typed = typed.trim();
    if typed.is_empty() {
        return edit::remove(tree, c, name);
    }
    let new = version(tree, c) == "4.0";
    let head = tree.get(c, name).map_or_else(
        || name.as_bytes().to_vec(),
        |line| line.head_without(|p| matches!(p.name.as_str(), "VALUE" | OMIT | "ENCODING" | "CHARSET")),
    );
    let leap = |month_day: &str| typed_day(&format!("{NO_YEAR}-{month_day}"));
    let (parameters, value) = match (typed_day(typed), typed.strip_prefix("--").and_then(leap)) {
        (Some(day), _) if new => (String::new(), Moment::Date(day).to_string()),
        (Some(day), _) => (String::new(), day.to_string()),
        (_, Some(day)) if new => (String::new(), format!("--{:02}{:02}", day.month(), day.day())),
        (_, Some(day)) => (format!(";VALUE=date;{OMIT}={NO_YEAR}"), day.to_string()),
        // Nothing that could be written; forms refuse it before it comes here.
        _ => return,
    };
    let head = [head, parameters.into_bytes()].concat();
    edit::set_line(tree, c, name, edit::with_value(&head, value));
}

/// Given and family name as one; `None` when both are empty.
pub(super) fn full_name(given: &str, family: &str) -> Option<String> {
    let name = format!("{} {}", given.trim(), family.trim());
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// What FN says of a card with these fields: it must say something (RFC 6350, 6.2.1).
pub(super) fn formatted(fields: &ContactFields) -> String {
    let first = |rows: &[crate::model::ContactRow]| rows.first().map(|row| row.value.clone());
    full_name(&fields.given, &fields.family)
        .or_else(|| Some(fields.name.clone()).filter(|name| !name.is_empty()))
        .or_else(|| Some(fields.organization.clone()).filter(|name| !name.is_empty()))
        .or_else(|| first(&fields.mails))
        .or_else(|| first(&fields.phones))
        .unwrap_or_default()
}

/// Writes the fields that differ from `old`, which is what the card has.
pub(super) fn apply(tree: &mut Tree<'_>, c: usize, old: &ContactFields, new: &ContactFields, now: Millis) {
    let names = [
        (0, &old.family, &new.family),
        (1, &old.given, &new.given),
        (2, &old.additional, &new.additional),
        (3, &old.prefix, &new.prefix),
        (4, &old.suffix, &new.suffix),
    ];
    set_parts(tree, c, "N", &names, 5);
    set_parts(tree, c, "ORG", &[(0, &old.organization, &new.organization), (1, &old.department, &new.department)], 1);
    let says = |f: &ContactFields| (f.organization.clone(), f.department.clone());
    let said = tree.find(c, "ORG").filter(|at| tree.lines()[*at].decoded().chars().all(|c| c == ';'));
    if let Some(at) = said.filter(|_| says(old) != says(new)) {
        group::remove(tree, c, &[at]);
    }
    set_formatted(tree, c, old, new);
    if old.nickname != new.nickname {
        let there = edit::list(tree, c, "NICKNAME");
        edit::set_list(tree, c, "NICKNAME", &there, &escape::typed(&new.nickname, &there));
    }
    for (name, old, new) in [("TITLE", &old.job, &new.job), ("NOTE", &old.note, &new.note)] {
        if old != new {
            edit::set_text(tree, c, name, new);
        }
    }
    form_row::set(tree, c, "TEL", &old.phones, &new.phones);
    form_row::set(tree, c, "EMAIL", &old.mails, &new.mails);
    form_row::set(tree, c, "URL", &old.urls, &new.urls);
    form_row::set(tree, c, "ADR", &old.addresses, &new.addresses);
    set_days(tree, c, &BIRTHDAYS, BIRTHDAYS[0], &old.birthday, &new.birthday);
    let own = if version(tree, c) == "4.0" { ANNIVERSARIES[0] } else { ANNIVERSARIES[1] };
    set_days(tree, c, &ANNIVERSARIES, own, &old.anniversary, &new.anniversary);
    if old.categories != new.categories {
        edit::set_list(tree, c, "CATEGORIES", &old.categories, &new.categories);
    }
    set_photo(tree, c, &new.photo);
    edit::stamp_change(tree, c, now, false);
}

/// FN is the name that was typed for it. Else it follows where it said no more than the old
/// fields; a name in one piece stays, and one that the person gave it themselves, unless it
/// is the names that changed.
fn set_formatted(tree: &mut Tree<'_>, c: usize, old: &ContactFields, new: &ContactFields) {
    let typed = escape::one_line(&new.name);
    if !typed.is_empty() {
        if typed != old.name {
            edit::set_text(tree, c, "FN", &typed);
        }
        return;
    }
    let shown = escape::one_line(&tree.text(c, "FN"));
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

/// Sets the parts of a structured value that changed, the others as written.
fn set_parts(tree: &mut Tree<'_>, c: usize, name: &str, parts: &[(usize, &String, &String)], least: usize) {
    let set: Vec<(usize, &str)> =
        parts.iter().filter(|(_, old, new)| old != new).map(|(i, _, new)| (*i, new.as_str())).collect();
    if !set.is_empty() {
        edit::set_parts(tree, c, name, &set, least);
    }
}

/// The sort and the base64 of a picture that a form may give.
fn picture(uri: &str) -> Option<(&'static str, &str)> {
    let (sort, data) = match uri.split_once(";base64,")? {
        ("data:image/jpeg", data) => ("JPEG", data),
        ("data:image/png", data) => ("PNG", data),
        _ => return None,
    };
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    (!data.is_empty() && data.bytes().all(fits)).then_some((sort, data))
}

fn set_photo(tree: &mut Tree<'_>, c: usize, photo: &Photo) {
    let (sort, data) = match photo {
        Photo::None => {
            let all: Vec<usize> = tree.own(c).filter(|i| tree.lines()[*i].is("PHOTO")).collect();
            return group::remove(tree, c, &all);
        }
        Photo::Kept => return,
        Photo::New(uri) => match picture(uri) {
            Some(picture) => picture,
            None => return,
        },
    };
    let group = tree.get(c, "PHOTO").map(|line| line.group().to_owned()).filter(|group| !group.is_empty());
    let group = group.map(|group| format!("{group}.")).unwrap_or_default();
    let line = match version(tree, c).as_str() {
        "4.0" => format!("{group}PHOTO:data:image/{};base64,{data}", sort.to_ascii_lowercase()),
        "2.1" => format!("{group}PHOTO;ENCODING=BASE64;{sort}:{data}"),
        _ => format!("{group}PHOTO;ENCODING=b;TYPE={sort}:{data}"),
    };
    let old = edit::old_card(tree, c);
    edit::set_line(tree, c, "PHOTO", line);
    let Some(at) = tree.find(c, "PHOTO").filter(|_| old) else { return };
    // In vCard 2.1 an empty line ends what is in base64.
    let blank = tree.lines().get(at + 1).is_some_and(|line| line.raw().trim_ascii().is_empty());
    if !blank {
        tree.insert(at + 1, fold(b"", tree.eol()));
    }
}
