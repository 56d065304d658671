//! Where a content line ends and what it is unfolded, and folding a new one:
//! RFC 5545 (3.1), RFC 6350 (3.2), and the soft breaks and base64 blocks of vCard 2.1.

use std::borrow::Cow;

use memchr::{memchr, memchr2_iter};

/// Folds at 75 octets (RFC 5545, 3.1) without splitting a UTF-8 character. No ending.
pub fn fold(line: &[u8], eol: &[u8]) -> Vec<u8> {
    const LIMIT: usize = 75;
    let mut out = Vec::with_capacity(line.len() + line.len() / LIMIT * 3);
    let mut rest = line;
    let mut room = LIMIT;
    while rest.len() > room {
        let mut at = room;
        while at > room - 4 && rest[at] & 0xC0 == 0x80 {
            at -= 1;
        }
        if rest[at] & 0xC0 == 0x80 {
            // Not UTF-8: no character to keep whole.
            at = room;
        }
        // A CR of the text before the break would be read as the break's: rather a long line.
        if rest[at - 1] == b'\r' {
            at += rest[at..].iter().take_while(|byte| **byte == b'\r').count() + 1;
            at += rest[at.min(rest.len())..].iter().take_while(|byte| **byte & 0xC0 == 0x80).count();
            if at >= rest.len() {
                break;
            }
        }
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(eol);
        out.push(b' ');
        rest = &rest[at..];
        room = LIMIT - 1;
    }
    out.extend_from_slice(rest);
    out
}

/// Length of the ending: the last LF with the CRs before it, more than one of which
/// is seen in the wild; with the blank line too that ends a block of base64.
pub(super) fn ending_len(line: &[u8]) -> usize {
    if line.last() != Some(&b'\n') {
        return 0;
    }
    line.iter().rev().take_while(|b| matches!(b, b'\r' | b'\n')).count()
}

/// The first line of `text` as it stands, and without its ending.
fn physical(text: &[u8]) -> (usize, &[u8]) {
    let len = memchr(b'\n', text).map_or(text.len(), |at| at + 1);
    (len, &text[..len - ending_len(&text[..len])])
}

/// What one content line is.
pub(super) struct Read<'a> {
    /// Of the text it was read from, continuations and endings included.
    pub len: usize,
    /// Unfolded: breaks and the white space after them taken out, soft breaks of
    /// quoted-printable with their `=`.
    pub logical: Cow<'a, [u8]>,
    /// Where the head ends.
    pub colon: Option<usize>,
}

/// How the lines of a value go on without white space before them (vCard 2.1).
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Spill {
    Nothing,
    SoftBreaks,
    Base64,
}

/// Reads the first content line of `text`. Each byte is looked at a few times at most.
pub(super) fn read(text: &[u8]) -> Read<'_> {
    let (len, content) = physical(text);
    let mut colon = Colon::default();
    colon.look(content);
    let spill = colon.found().map_or(Spill::Nothing, |at| spill(&content[..at]));
    if spill == Spill::Nothing && !matches!(text.get(len), Some(b' ' | b'\t')) {
        return Read { len, logical: Cow::Borrowed(content), colon: colon.found() };
    }
    read_on(text, len, content, colon)
}

/// The same, of a line that goes on.
fn read_on<'a>(text: &'a [u8], mut len: usize, content: &[u8], mut colon: Colon) -> Read<'a> {
    let mut out = Vec::with_capacity(content.len() * 2);
    out.extend_from_slice(content);
    let mut spill = None;
    while len < text.len() {
        let next = &text[len..];
        let indented = matches!(next[0], b' ' | b'\t');
        if spill.is_none() && (colon.certain.is_some() || !indented) {
            spill = Some(colon.found().map_or(Spill::Nothing, |at| self::spill(&out[..at])));
        }
        let (taken, content) = physical(next);
        match spill {
            Some(Spill::SoftBreaks) if out.last() == Some(&b'=') && !starts_ignoring_case(next, b"END:") => {
                out.pop();
                out.extend_from_slice(content);
            }
            _ if indented => out.extend_from_slice(content.get(1..).unwrap_or_default()),
            Some(Spill::Base64) if !content.is_empty() && content.iter().all(is_base64) => {
                out.extend_from_slice(content);
            }
            Some(Spill::Base64) if content.is_empty() && !matches!(next.get(taken), Some(b' ' | b'\t')) => {
                len += taken;
                break;
            }
            _ => break,
        }
        colon.look(&out);
        len += taken;
    }
    Read { len, logical: Cow::Owned(out), colon: colon.found() }
}

/// The colon that ends the head: the first outside quotes, or, with quotes that
/// never end, the first.
#[derive(Default)]
struct Colon {
    /// How far was looked.
    seen: usize,
    quoted: bool,
    first: Option<usize>,
    certain: Option<usize>,
}

impl Colon {
    /// Looks at what came to the line since the last time.
    fn look(&mut self, line: &[u8]) {
        if self.certain.is_some() {
            return;
        }
        let from = self.seen.min(line.len());
        self.seen = line.len();
        for at in memchr2_iter(b'"', b':', &line[from..]) {
            let at = from + at;
            if line[at] == b'"' {
                self.quoted = !self.quoted;
            } else {
                self.first = self.first.or(Some(at));
                if !self.quoted {
                    self.certain = Some(at);
                    return;
                }
            }
        }
    }

    fn found(&self) -> Option<usize> {
        self.certain.or(self.first)
    }
}

/// What the head says of how the value goes on, with the parameter's name or bare.
pub(super) fn spill(head: &[u8]) -> Spill {
    let Some(first) = memchr(b';', head) else { return Spill::Nothing };
    for part in head[first + 1..].split(|b| *b == b';') {
        let (name, word) = match memchr(b'=', part) {
            Some(at) => (part[..at].trim_ascii(), part[at + 1..].trim_ascii()),
            None => (&b"ENCODING"[..], part.trim_ascii()),
        };
        if !name.eq_ignore_ascii_case(b"ENCODING") {
            continue;
        }
        let word = word.strip_prefix(b"\"").and_then(|word| word.strip_suffix(b"\"")).unwrap_or(word);
        if word.eq_ignore_ascii_case(b"QUOTED-PRINTABLE") {
            return Spill::SoftBreaks;
        }
        if word.eq_ignore_ascii_case(b"BASE64") || word.eq_ignore_ascii_case(b"B") {
            return Spill::Base64;
        }
    }
    Spill::Nothing
}

fn is_base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

fn starts_ignoring_case(text: &[u8], with: &[u8]) -> bool {
    text.get(..with.len()).is_some_and(|t| t.eq_ignore_ascii_case(with))
}
