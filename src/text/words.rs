//! The words by which a search finds an item, and whether they hold what was typed.
//!
//! An item's words are one text: each word once, in order, a space before each and
//! behind the last; of two words of which one begins the other only the longer.
//! Phone numbers stand first, with `#` before ([`phone`]). A page holds those of all items in
//! memory and looks through them at each key that is pressed.

mod letter;
mod phone;

use std::collections::BTreeSet;

use super::lines::{Line, Tree};
pub use letter::bare;
use letter::unspaced;

/// As many words of one item …
const WORDS: usize = 2_000;
/// … of at most so many characters.
const LENGTH: usize = 40;
/// Of a run of a script without spaces so many letters are within one of its pieces,
/// wherever they stand.
const WHOLE: usize = 11;
/// So much of one property is read, in bytes: a book may stand in a note.
const READ: usize = 64 << 10;
/// Digits that are typed are taken for a number from so many on.
const DIGITS: usize = 3;
/// So many are found inside a number too: few know which of them are the area's.
const INSIDE: usize = 4;

/// What of an item is searched, and how it is read.
const TEXTS: &[&str] = &[
    "SUMMARY",
    "LOCATION",
    "DESCRIPTION",
    "CATEGORIES",
    "COMMENT",
    "CONTACT",
    "RESOURCES",
    "URL",
    "FN",
    "N",
    "NICKNAME",
    "ORG",
    "TITLE",
    "ROLE",
    "EMAIL",
    "ADR",
    "LABEL",
    "NOTE",
    "IMPP",
    "X-SOCIALPROFILE",
    "X-PHONETIC-FIRST-NAME",
    "X-PHONETIC-LAST-NAME",
    "RELATED",
];

/// Those of them that may hold more words than are kept.
const LONG: &[&str] = &["DESCRIPTION", "COMMENT", "NOTE"];

/// The words of an item's text, as described above; empty if it has none.
pub fn words(text: &[u8]) -> String {
    of(&Tree::parse(text))
}

/// The words of what a person wrote, as described above.
pub fn of_text(text: &str) -> String {
    let mut words = Words::default();
    words.take(text);
    words.print()
}

pub(super) fn of(tree: &Tree<'_>) -> String {
    let mut words = Words::default();
    let named = ["VEVENT", "VJOURNAL", "VTODO", "VCARD"];
    let known = (0..tree.components().len()).filter(|c| named.contains(&tree.components()[*c].name.as_str()));
    let own: Vec<&Line<'_>> = known.flat_map(|c| tree.own(c)).map(|at| &tree.lines()[at]).collect();
    words.read_all(&own);
    if words.0.is_empty() {
        // Nothing that is understood: it is found by whatever line says something.
        words.read_all(&tree.lines().iter().collect::<Vec<_>>());
    }
    words.print()
}

#[derive(Default)]
struct Words(BTreeSet<String>);

impl Words {
    /// What may be long comes last, wherever it stands: a book in a note leaves room for
    /// the title.
    fn read_all(&mut self, lines: &[&Line<'_>]) {
        let (long, short): (Vec<&Line<'_>>, Vec<&Line<'_>>) =
            lines.iter().partition(|line| LONG.iter().any(|name| line.is(name)));
        short.into_iter().chain(long).for_each(|line| self.read(line));
    }

    fn read(&mut self, line: &Line<'_>) {
        if line.is("TEL") {
            phone::kept(&line.text()).into_iter().for_each(|number| self.keep(number));
        } else if line.is("ATTENDEE") || line.is("ORGANIZER") {
            self.take(&line.param("CN").unwrap_or_default());
            let value = line.plain();
            let mail = value.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")).map(|_| &value[7..]);
            self.take(mail.unwrap_or_default());
        } else if TEXTS.iter().any(|name| line.is(name)) {
            self.take(&line.text());
        }
    }

    fn take(&mut self, text: &str) {
        let end = (0..=READ.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        for word in each(&text[..end]) {
            if self.0.len() >= WORDS {
                return;
            }
            if word.is_ascii() && word.len() <= LENGTH {
                // Nearly all are: with one spelling, and whole.
                self.keep(word.to_ascii_lowercase());
            } else {
                spellings(word).iter().flat_map(|word| pieces(word)).for_each(|word| self.keep(word));
            }
        }
    }

    fn keep(&mut self, word: String) {
        if self.0.len() < WORDS {
            self.0.insert(word);
        }
    }

    fn print(self) -> String {
        let all: Vec<String> = self.0.into_iter().collect();
        let mut out = String::new();
        for (at, word) in all.iter().enumerate() {
            // In order, whatever begins with it comes next.
            if !all.get(at + 1).is_some_and(|next| next.starts_with(word.as_str())) {
                out.push(' ');
                out.push_str(word);
            }
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out
    }
}

/// Whether the character is part of a word. Marks belong to the letter before them.
fn inside(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && bare(c.encode_utf8(&mut [0; 4])).is_empty())
}

/// The words of a text. Where a script without spaces meets one that has them, another
/// word begins.
fn each(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !inside(c)).flat_map(|word| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let first = unspaced(rest.chars().next()?);
            let other = |c: char| unspaced(c) != first && c.is_alphanumeric();
            let (run, after) = rest.split_at(rest.find(other).unwrap_or(rest.len()));
            rest = after;
            Some(run)
        })
    })
}

/// The word as it is compared; with ä, ö and ü also as those write it who have no such
/// key.
fn spellings(word: &str) -> Vec<String> {
    let mut all = vec![bare(word)];
    if !word.is_ascii() {
        let mut spelt = String::with_capacity(word.len());
        for c in word.chars() {
            match c {
                'ä' | 'Ä' => spelt.push_str("ae"),
                'ö' | 'Ö' => spelt.push_str("oe"),
                'ü' | 'Ü' => spelt.push_str("ue"),
                // The dots alone, behind their letter.
                '\u{308}' if spelt.ends_with(['a', 'o', 'u', 'A', 'O', 'U']) => spelt.push('e'),
                c => spelt.push(c),
            }
        }
        all.extend((spelt != word).then(|| bare(&spelt)));
    }
    all.retain(|word| !word.is_empty());
    all
}

/// The word, cut to its longest length; one of a script without spaces, which may be
/// a whole sentence, in pieces that overlap.
fn pieces(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() <= LENGTH || !letters.iter().any(|c| unspaced(*c)) {
        return vec![letters.into_iter().take(LENGTH).collect()];
    }
    let step = LENGTH + 1 - WHOLE;
    letters.chunks(step).enumerate().map(|(n, _)| letters[n * step..].iter().take(LENGTH).collect()).collect()
}

/// What was typed into a search field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// All of them must be found.
    parts: Vec<Part>,
}

/// Found if every word of `words` is, or, where it may be a number, one of `phones`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    /// Of each word its spellings, with a space before: one of them must be found.
    words: Vec<Vec<String>>,
    /// See [`phone::sought`].
    phones: Vec<String>,
}

impl Sought {
    pub fn new(typed: &str) -> Sought {
        let mut parts = Vec::new();
        let mut rest: &str =
            &typed[..(0..=typed.len().min(400)).rev().find(|at| typed.is_char_boundary(*at)).unwrap_or(0)];
        while let Some(first) = rest.chars().next() {
            let number = number(rest);
            let end = match number {
                Some(end) => end,
                None if inside(first) => rest.find(|c: char| !inside(c)).unwrap_or(rest.len()),
                None => {
                    rest = &rest[first.len_utf8()..];
                    continue;
                }
            };
            let (text, after) = rest.split_at(end);
            rest = after;
            let words = each(text).flat_map(|word| sought(&spellings(word))).collect();
            let phones = number.map(|_| phone::sought(text)).unwrap_or_default();
            parts.push(Part { words, phones });
        }
        parts.retain(|part: &Part| !part.words.is_empty());
        Sought { parts }
    }

    /// Nothing was typed that could be found.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether these words ([`words`]) have a beginning of each that was typed.
    pub fn found_in(&self, words: &str) -> bool {
        self.parts.iter().all(|part| part.found_in(words))
    }
}

impl Part {
    fn found_in(&self, words: &str) -> bool {
        let spelt = |spellings: &Vec<String>| spellings.iter().any(|word| begins(words, word));
        self.words.iter().all(spelt) || (!self.phones.is_empty() && self.calls(words))
    }

    fn calls(&self, words: &str) -> bool {
        let numbers = words.split(' ').skip(1).take_while(|word| word.starts_with('#'));
        numbers.into_iter().any(|number| {
            let within = |sought: &str| sought.len() > INSIDE && number[1..].contains(&sought[1..]);
            self.phones.iter().any(|sought| number.starts_with(sought.as_str()) || within(sought))
        })
    }
}

/// Whether the word (with its space) begins one of these.
fn begins(words: &str, word: &str) -> bool {
    match word[1..].chars().next() {
        Some(first) if unspaced(first) => words.contains(&word[1..]),
        _ => words.contains(word),
    }
}

/// The spellings of one word as they are looked for. A run of a script without spaces
/// is looked for in parts that are found wherever they stand.
fn sought(spellings: &[String]) -> Vec<Vec<String>> {
    match spellings {
        [] => Vec::new(),
        [run] if run.starts_with(unspaced) => {
            let letters: Vec<char> = run.chars().collect();
            letters.chunks(WHOLE).map(|part| vec![[' '].iter().chain(part).collect()]).collect()
        }
        _ => vec![spellings.iter().map(|word| [' '].into_iter().chain(word.chars().take(LENGTH)).collect()).collect()],
    }
}

/// How far what stands at the beginning may be a phone number.
fn number(text: &str) -> Option<usize> {
    if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '(')) {
        return None;
    }
    let end = text.char_indices().skip(1).find(|(_, c)| !c.is_ascii_digit() && !phone::may_divide(*c));
    let (end, digits) = match end {
        // Letters at once behind the last digit: "30th" is a word.
        Some((at, c)) if c.is_alphanumeric() => {
            let before = text[..at].trim_end_matches(|c: char| c.is_ascii_digit());
            (before.len(), before)
        }
        Some((at, _)) => (at, &text[..at]),
        None => (text.len(), text),
    };
    (digits.chars().filter(char::is_ascii_digit).count() >= DIGITS).then_some(end)
}
