//! Any bytes are a text, and print back as they came; an edit of one line leaves
//! the bytes of all others.

use pimento::text::edit;
use pimento::text::lines::Tree;

/// The law, for these bytes.
pub fn hold(text: &[u8]) {
    let tree = Tree::parse(text);
    assert_eq!(tree.print(), text);
    for line in tree.lines() {
        let _ = (line.text(), line.params(), line.head_without(|_| false));
    }
    for (at, component) in tree.components().iter().enumerate() {
        assert!(component.parent.is_none_or(|parent| parent < at));
        assert!(component.begin < component.end && component.end <= tree.lines().len());
    }
    if tree.components().is_empty() {
        return;
    }
    // All but the first of its own titles: those of an alarm or another event stay.
    let others = |text: &[u8]| -> Vec<Vec<u8>> {
        let tree = Tree::parse(text);
        let title = tree.find(0, "SUMMARY");
        let left = tree.lines().iter().enumerate().filter(|(at, _)| Some(*at) != title);
        left.map(|(_, line)| line.raw().to_vec()).collect()
    };
    let mut edited = tree.clone();
    edit::set_text(&mut edited, 0, "SUMMARY", "A title, that; means\nnothing");
    let edited = edited.print();
    let trimmed = |lines: Vec<Vec<u8>>| lines.concat().trim_ascii_end().to_vec();
    assert_eq!(trimmed(others(&edited)), trimmed(others(text)));
}
