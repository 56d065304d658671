//! Files that are not in UTF-8. Servers want UTF-8 (RFC 5545, 3.1.4; RFC 6350, 3.1):
//! UTF-16 as Windows programs write it is decoded as a whole, and lines in no UTF-8
//! are read as Windows-1252, which is what they nearly always are.

use std::borrow::Cow;

use memchr::memchr;

use crate::text::escape;
use crate::text::lines::{BOM, Line, fold, lines};

/// What Windows-1252 has where Latin-1 has controls, from 0x80; the five without a
/// character stay what they are.
const FROM_80: [u16; 32] = [
    0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D,
    0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,
    0x017E, 0x0178,
];

/// The file in UTF-8 if it was in UTF-16, by its byte order mark or by its first
/// letter; else as it is. Without the mark of either. Where CR alone ends the lines, as
/// on old Macs, LF does.
pub fn decoded(file: &[u8]) -> Cow<'_, [u8]> {
    let text = in_utf8(file);
    if memchr(b'\n', &text).is_some() || memchr(b'\r', &text).is_none() {
        return text;
    }
    let mut text = text.into_owned();
    text.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
    Cow::Owned(text)
}

fn in_utf8(file: &[u8]) -> Cow<'_, [u8]> {
    let (little, rest) = match file {
        [0xFF, 0xFE, rest @ ..] => (true, rest),
        [0xFE, 0xFF, rest @ ..] => (false, rest),
        [letter, 0, ..] if letter.is_ascii_graphic() => (true, file),
        [0, letter, ..] if letter.is_ascii_graphic() => (false, file),
        _ => return Cow::Borrowed(file.strip_prefix(BOM).unwrap_or(file)),
    };
    let unit = |pair: &[u8]| if little { [pair[0], pair[1]] } else { [pair[1], pair[0]] };
    let units = rest.chunks_exact(2).map(|pair| u16::from_le_bytes(unit(pair)));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    Cow::Owned(text.into_bytes())
}

/// The bytes as text: UTF-8, else Windows-1252.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| character(*byte)).collect()),
    }
}

fn character(byte: u8) -> char {
    let code = byte.checked_sub(0x80).and_then(|at| FROM_80.get(usize::from(at)).copied());
    char::from_u32(u32::from(code.unwrap_or(u16::from(byte)))).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The lines in UTF-8, and whether any had to be read as Windows-1252. Only lines that
/// are not UTF-8 are written anew: those, and those where a fold cut a character in
/// two. One that names its charset (vCard 2.1) means it, and stays; so does one whose
/// quoted-printable is in another.
pub fn utf8(text: &[u8]) -> (Cow<'_, [u8]>, bool) {
    if std::str::from_utf8(text).is_ok() {
        return (Cow::Borrowed(text), false);
    }
    let mut out = Vec::with_capacity(text.len() + text.len() / 8);
    let mut recoded = false;
    for line in lines(text) {
        if std::str::from_utf8(line.raw()).is_ok() || line.param("CHARSET").is_some() {
            out.extend_from_slice(line.raw());
            continue;
        }
        let said = self::text(line.logical());
        let eol = if line.ending() == b"\n" { &b"\n"[..] } else { b"\r\n" };
        let new = if line.quoted_printable() { quoted(&said, eol) } else { Some(fold(said.as_bytes(), eol)) };
        match new {
            Some(new) => {
                recoded |= matches!(said, Cow::Owned(_));
                out.extend_from_slice(&new);
                out.extend_from_slice(line.ending());
            }
            None => out.extend_from_slice(line.raw()),
        }
    }
    (Cow::Owned(out), recoded)
}

/// A line in quoted-printable with all quoted that has to be: white space does not fold it.
/// `None`: what it quotes is not UTF-8 either.
fn quoted(line: &str, eol: &[u8]) -> Option<Vec<u8>> {
    let line = Line::new(line.as_bytes());
    let value = escape::unquote_printable(line.value());
    let head = [line.head(), b":"].concat();
    let value = escape::quote_printable(std::str::from_utf8(&value).ok()?, head.len(), eol);
    Some([head, value].concat())
}
