//! A note: VJOURNAL (RFC 5545, 3.6.3). Its text is Markdown, which the page reads.

use crate::model::Saying;
use crate::model::view::NoteView;
use crate::text::escape;
use crate::text::lines::Tree;
use crate::text::zone::Zones;

use super::{LONGEST, cut, part};

pub fn view(tree: &Tree<'_>, c: usize, missed: &mut Vec<Saying>) -> (String, NoteView) {
    let mut zones = Zones::new(tree);
    // RFC 5545 lets a journal have several descriptions.
    let texts: Vec<String> = tree.all(c, "DESCRIPTION").take(20).map(|line| line.text()).collect();
    let mut text = texts.join("\n\n");
    if text.trim().is_empty() {
        text = part::styled(tree, c).unwrap_or_default();
    }
    if text.len() > LONGEST {
        missed.push(Saying::new("missed_text"));
    }
    let title = escape::one_line(&tree.text(c, "SUMMARY"));
    let view = NoteView {
        date: part::moment(tree, c, "DTSTART", &mut zones),
        text: cut(text.trim_end(), LONGEST),
        marks: part::marks(tree, c),
        categories: part::listed(tree, c, "CATEGORIES"),
        color: part::color(tree, c),
        url: part::url(tree, c),
        attachments: part::attachments(tree, c),
        created: part::moment(tree, c, "CREATED", &mut zones),
        changed: part::moment(tree, c, "LAST-MODIFIED", &mut zones),
    };
    (cut(&title, 1_000), view)
}
