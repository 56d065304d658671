//! What stands in the way between a value's bytes and what it says: TEXT escapes
//! (RFC 5545, 3.3.11; RFC 6350, 3.4), parameter quoting (RFC 6868),
//! quoted-printable and the charsets of vCard 2.1.

use calcard::vcard::{VCard, VCardProperty, VCardValue};

/// `\n`, `\N`, `\,`, `\;`, `\:` and `\\` resolved; other backslashes stay.
pub fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => out.push('\n'),
            Some(c @ (',' | ';' | ':' | '\\')) => out.push(c),
            Some(c) => {
                out.push('\\');
                out.push(c);
            }
            None => out.push('\\'),
        }
    }
    out
}

/// A TEXT value; line breaks of any sort become `\n`, other control characters
/// (not allowed in any value) go.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\r' => {
                if chars.peek() != Some(&'\n') {
                    out.push_str("\\n");
                }
            }
            '\n' => out.push_str("\\n"),
            '\t' => out.push(c),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// The parts of a structured value (`N`, `ORG`), still escaped.
pub fn parts(value: &str) -> Vec<&str> {
    split(value, ';')
}

/// The values of a list (`CATEGORIES`), still escaped.
pub fn items(value: &str) -> Vec<&str> {
    split(value, ',')
}

fn split(value: &str, at: char) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (i, c) in value.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == at => {
                out.push(&value[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    out.push(&value[start..]);
    out
}

/// One value of a parameter: without quotes, `^n`, `^^` and `^'` resolved (RFC 6868).
pub fn param_value(raw: &[u8]) -> String {
    let raw = raw.trim_ascii();
    let raw = raw.strip_prefix(b"\"").unwrap_or(raw);
    let raw = raw.strip_suffix(b"\"").unwrap_or(raw);
    let text = String::from_utf8_lossy(raw);
    if text.contains('^') { text.replace("^n", "\n").replace("^'", "\"").replace("^^", "^") } else { text.into_owned() }
}

/// `value` as it stands after a parameter's `=`.
pub fn param(value: &str) -> String {
    let text = value.replace('^', "^^").replace('"', "^'").replace('\n', "^n");
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    if text.contains([',', ';', ':']) { format!("\"{text}\"") } else { text }
}

/// The bytes that a quoted-printable value stands for (RFC 2045, 6.7); a `=` that
/// begins no escape stays.
pub fn unquote_printable(value: &[u8]) -> Vec<u8> {
    let digit = |at: usize| value.get(at).and_then(|b| (*b as char).to_digit(16));
    let mut out = Vec::with_capacity(value.len());
    let mut i = 0;
    while i < value.len() {
        match (value[i], digit(i + 1), digit(i + 2)) {
            (b'=', Some(high), Some(low)) => {
                // Two hexadecimal digits fit a byte.
                out.push((high * 16 + low) as u8);
                i += 3;
            }
            (byte, ..) => {
                out.push(byte);
                i += 1;
            }
        }
    }
    out
}

/// Quoted-printable with soft breaks, `used` octets of the first line being taken.
pub fn quote_printable(value: &str, used: usize, eol: &[u8]) -> Vec<u8> {
    const LIMIT: usize = 76;
    let value = value.replace("\r\n", "\n").replace('\n', "\r\n");
    let mut out = Vec::with_capacity(value.len() * 2);
    let mut column = used;
    for (i, byte) in value.bytes().enumerate() {
        // White space at either end of a physical line could be lost, or look like a fold.
        let at_end = i + 1 == value.len() || column == 0;
        let plain = |at_end: bool| matches!(byte, b'!'..=b'~') && byte != b'=' || byte == b' ' && !at_end;
        if column + if plain(at_end) { 1 } else { 3 } >= LIMIT {
            out.extend_from_slice(b"=");
            out.extend_from_slice(eol);
            column = 0;
        }
        if plain(at_end || column == 0) {
            out.push(byte);
            column += 1;
        } else {
            out.extend_from_slice(format!("={byte:02X}").as_bytes());
            column += 3;
        }
    }
    out
}

/// Bytes in that charset as text. Without one: UTF-8, else (the commonest lie)
/// windows-1252.
pub fn charset(bytes: &[u8], charset: Option<&str>) -> String {
    let named = charset.unwrap_or("utf-8").trim();
    if named.eq_ignore_ascii_case("utf-8") || named.eq_ignore_ascii_case("us-ascii") {
        return match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => decode(bytes, "windows-1252"),
        };
    }
    decode(bytes, named)
}

/// calcard knows the charsets, in a vCard's quoted-printable values: so the bytes
/// are handed to it as one.
fn decode(bytes: &[u8], charset: &str) -> String {
    let lossy = || String::from_utf8_lossy(bytes).into_owned();
    if !charset.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) {
        return lossy();
    }
    let mut card = format!("BEGIN:VCARD\r\nVERSION:2.1\r\nNOTE;CHARSET={charset};ENCODING=QUOTED-PRINTABLE:");
    for byte in bytes {
        card.push_str(&format!("={byte:02X}"));
    }
    card.push_str("\r\nEND:VCARD\r\n");
    let Ok(card) = VCard::parse(&card) else { return lossy() };
    let value = card.entries.iter().find(|e| e.name == VCardProperty::Note).and_then(|e| e.values.first());
    match value {
        Some(VCardValue::Text(text)) => text.clone(),
        _ => lossy(),
    }
}

/// On one line, as a form's input shows it: were a break in it, the input would drop
/// it, and the field would seem changed.
pub fn one_line(text: &str) -> String {
    text.trim().replace(['\r', '\n'], " ")
}

/// A title as lists are sorted by it.
pub fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}
