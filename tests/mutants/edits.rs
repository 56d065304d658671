//! Any edits of any text leave what they do not name, and are read back; any part of any
//! series is changed or not; any two texts that were made from a third are merged, or
//! not, without a panic.

#[path = "../laws/edits.rs"]
mod laws;
#[path = "../laws/parts.rs"]
mod parts;

use laws::{Edit, NAMES};
use pimento::model::Fields;
use pimento::text;

const NOW: i64 = 1_795_305_600_000;
const VALUES: [&str; 6] = [
    "A title",
    "with, marks; and: \"quotes\"\\n\\",
    "two\nlines",
    "ä€🎻 so long that it has to be folded, and in quoted-printable too, without a split 🎻🎻🎻🎻🎻🎻🎻🎻🎻",
    " =0D=0A= ",
    "x",
];

/// The text, and the edits that its last bytes are read as.
fn script(bytes: &[u8]) -> (&[u8], Vec<Edit>) {
    let Some((count, rest)) = bytes.split_last() else { return (bytes, Vec::new()) };
    let (text, script) = rest.split_at(rest.len().saturating_sub(usize::from(count % 8) * 3));
    let edits = script.chunks_exact(3).map(|op| {
        let (component, name) = (usize::from(op[1] % 5), usize::from(op[1] / 5) % NAMES.len());
        let value = VALUES[usize::from(op[2]) % VALUES.len()].to_owned();
        let plain = VALUES[usize::from(op[2]) % 2 * 5].to_owned();
        match op[0] % 10 {
            0 => Edit::SetText(component, name, value),
            1 => Edit::SetLineText(component, name, usize::from(op[2] / 64), value),
            2 => Edit::SetValue(component, name, plain),
            3 => Edit::SetLine(component, name, plain),
            4 => Edit::Append(component, name, plain),
            5 => Edit::Remove(component, name),
            6 => Edit::SetHead(component, name, usize::from(op[2] / 64)),
            7 => Edit::SetList(component, name, value),
            8 => Edit::SetPart(component, name, usize::from(op[2] / 128), value),
            _ => Edit::Stamp(component, op[2] % 2 == 0),
        }
    });
    (text, edits.collect())
}

/// The text with another title.
fn retitled(bytes: &[u8]) -> Vec<u8> {
    let Some(mut fields) = text::fields(bytes) else { return bytes.to_vec() };
    match &mut fields {
        Fields::Event(event) => event.title = "Another".into(),
        Fields::Note(note) => note.title = "Another".into(),
        Fields::Contact(contact) => contact.family = "Another".into(),
    }
    text::apply(bytes, &fields, NOW)
}

/// The law, for these bytes.
pub fn hold(bytes: &[u8]) {
    let (text, edits) = script(bytes);
    laws::hold(text, &edits);
    let way = bytes.last().copied().map_or(0, usize::from);
    parts::hold(text, way / parts::WAYS, way);
    let ours = retitled(text);
    if let Some(merged) = text::merge(text, text, &ours) {
        assert_eq!(merged, ours);
    }
    let (base, theirs) = bytes.split_at(bytes.len() / 2);
    for (base, ours, theirs) in [(text, &ours[..], theirs), (base, theirs, text), (theirs, text, &ours[..])] {
        let _ = text::merge(base, ours, theirs);
    }
    assert!(text::difference(text, text).is_empty());
}
