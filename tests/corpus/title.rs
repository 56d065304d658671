//! Another title for any text: by its form, or, where it has none, in its line.

use pimento::model::Fields;
use pimento::text::lines::Tree;
use pimento::text::{apply, edit, fields};

/// What the text is about, and so what has the title: the first event that is no changed
/// instance, else what there is; not a time zone, of which a title says nothing.
fn about(tree: &Tree<'_>) -> Option<usize> {
    let sorts = ["VEVENT", "VJOURNAL", "VTODO", "VCARD"];
    let series = |c: &usize| tree.find(*c, "RECURRENCE-ID").is_none();
    let found = sorts.iter().find_map(|sort| tree.named(sort).find(series).or_else(|| tree.named(sort).next()));
    found.or_else(|| tree.components().first().filter(|first| first.name != "VTIMEZONE").map(|_| 0))
}

/// A text with another title.
pub struct Retitled {
    pub text: Vec<u8>,
    /// The form that was filled in; `None`: it has none, and its line was set.
    pub form: Option<Fields>,
}

/// The text with that title, edited at that time; `None`: it is about nothing.
pub fn retitled(text: &[u8], title: &str, now: i64) -> Option<Retitled> {
    if let Some(mut form) = fields(text) {
        match &mut form {
            Fields::Event(event) => event.title = title.to_owned(),
            Fields::Note(note) => note.title = title.to_owned(),
            // A name of its own follows the names.
            Fields::Contact(contact) => {
                contact.family = title.to_owned();
                contact.name.clear();
            }
        }
        return Some(Retitled { text: apply(text, &form, now), form: Some(form) });
    }
    let mut tree = Tree::parse(text);
    let c = about(&tree)?;
    edit::set_text(&mut tree, c, "SUMMARY", title);
    Some(Retitled { text: tree.print(), form: None })
}

/// What the text says its title is; of a contact the family name.
pub fn title(text: &[u8]) -> String {
    match fields(text) {
        Some(Fields::Event(event)) => event.title,
        Some(Fields::Note(note)) => note.title,
        Some(Fields::Contact(contact)) => contact.family,
        None => {
            let tree = Tree::parse(text);
            about(&tree).map(|c| tree.text(c, "SUMMARY")).unwrap_or_default()
        }
    }
}

/// All lines that another title leaves alone, byte for byte: those of other components,
/// and of its own all but the first of each name that is title or stamp.
pub fn others(text: &[u8]) -> Vec<u8> {
    let tree = Tree::parse(text);
    let Some(c) = about(&tree) else { return text.to_vec() };
    let names: &[&str] = match (fields(text).is_some(), tree.components()[c].name.as_str()) {
        (false, _) => &["SUMMARY"],
        (true, "VCARD") => &["N", "FN", "REV"],
        (true, _) => &["SUMMARY", "DTSTAMP", "LAST-MODIFIED"],
    };
    let named: Vec<usize> = names.iter().filter_map(|name| tree.find(c, name)).collect();
    let left = tree.lines().iter().enumerate().filter(|(at, _)| !named.contains(at));
    left.flat_map(|(_, line)| line.raw().to_vec()).collect()
}
