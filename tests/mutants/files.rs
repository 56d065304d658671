//! Any file taken apart: each item is whole, and put together they come apart as the same
//! items. Never a panic.

use std::collections::HashSet;

use pimento::text::file::join::{Joined, calendar, cards};
use pimento::text::file::note::note;
use pimento::text::file::{Part, same_item, split};

/// No name of a time zone says it all: each item keeps the definition it came with.
fn unknown(_: &str) -> bool {
    false
}

/// Whether the joined text has these items, and nothing else, in it.
fn comes_apart(joined: &Joined, parts: &[&Part]) {
    assert!(joined.left.is_empty(), "an item is not whole");
    let back = split(&joined.text);
    assert!(back.broken.is_empty(), "{:?}", back.broken);
    assert_eq!(back.items.len(), parts.len());
    // What cannot stand in one calendar with the others comes behind them.
    let says = |part: &&Part| (part.component.clone(), part.uid.clone(), part.title.clone(), part.guests);
    let (mut back, mut parts): (Vec<&Part>, Vec<&Part>) = (back.items.iter().collect(), parts.to_vec());
    back.sort_by_key(says);
    parts.sort_by_key(says);
    for (there, part) in back.iter().zip(&parts) {
        assert_eq!(says(there), says(part));
        assert!(same_item(&there.text(), &part.text()), "{:?} became {:?}", part.text(), there.text());
    }
}

/// The law, for these bytes.
pub fn hold(file: &[u8]) {
    let _ = note(file);
    let _ = same_item(file, b"BEGIN:VCARD\nEND:VCARD");
    let items = split(file).items;
    for part in &items {
        let again = split(&part.text());
        assert!(again.broken.is_empty() && again.items.len() == 1, "{:?}", part.text());
        assert_eq!(again.items[0].text(), part.text());
    }
    let (vcf, ics): (Vec<&Part>, Vec<&Part>) = items.iter().partition(|part| part.component == "VCARD");
    comes_apart(&cards(&vcf.iter().map(|part| part.text()).collect::<Vec<_>>()), &vcf);
    // What has one UID twice may come together again: one of each is the law.
    let mut seen = HashSet::new();
    let ics: Vec<&Part> = ics.into_iter().filter(|part| seen.insert((&part.component, &part.uid))).collect();
    comes_apart(&calendar(&ics.iter().map(|part| part.text()).collect::<Vec<_>>(), &unknown), &ics);
}
