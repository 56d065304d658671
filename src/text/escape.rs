//! What stands in the way between a value's bytes and what it says: TEXT escapes
//! (RFC 5545, 3.3.11; RFC 6350, 3.4), parameter quoting (RFC 6868),
//! quoted-printable and the charsets of vCard 2.1.

use crate::order;
use std::collections::HashMap;

/// `\n`, `\N`, `\,`, `\;`, `\:`, `\"` (which no RFC knows and many write) and `\\`
/// resolved; other backslashes stay.
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
            Some(c @ (',' | ';' | ':' | '"' | '\\')) => out.push(c),
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

/// A value that is escaped already, on the one line that it has: the line breaks that
/// quoted-printable brought into it become escapes.
pub fn unbroken(escaped: &str) -> String {
    if !escaped.contains(['\r', '\n']) {
        return escaped.to_owned();
    }
    let mut out = String::with_capacity(escaped.len() + 8);
    let mut begun = false;
    for c in escaped.replace("\r\n", "\n").chars() {
        if matches!(c, '\r' | '\n') {
            // A backslash before a break stands for itself, and would not before an escape.
            out.push_str(if begun { "\\\\n" } else { "\\n" });
        } else {
            out.push(c);
        }
        begun = c == '\\' && !begun;
    }
    out
}

/// A part of a value, still escaped, that others may come behind: a backslash at its end
/// would take the separator along.
pub fn closed(part: &str) -> String {
    let dangling = part.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1;
    if dangling { format!("{part}\\") } else { part.to_owned() }
}

/// The parts of a structured value (`N`, `ORG`), still escaped.
pub fn parts(value: &str) -> Vec<&str> {
    split(value, ';')
}

/// The values of a list (`CATEGORIES`), still escaped.
pub fn items(value: &str) -> Vec<&str> {
    split(value, ',')
}

/// The values of a list, each on one line and without its escapes; empty ones are none.
pub fn values(value: &str) -> Vec<String> {
    let values = items(value).into_iter().map(|item| one_line(&unescape(item)));
    values.filter(|value| !value.is_empty()).collect()
}

/// The values of a list as a person typed them, with commas between them: one of those
/// that are `known` is one, also where it has commas itself.
pub fn typed(text: &str, known: &[String]) -> Vec<String> {
    let words = |text: &str| text.split(',').map(|word| word.trim().to_owned()).collect::<Vec<_>>();
    let mut whole: HashMap<String, Vec<(Vec<String>, &String)>> = HashMap::new();
    for value in known.iter().filter(|value| value.contains(',')) {
        let words = words(value);
        whole.entry(words[0].clone()).or_default().push((words, value));
    }
    // The longest of those that begin alike.
    whole.values_mut().for_each(|alike| order::by_key(alike, |(words, _)| std::cmp::Reverse(words.len())));
    let typed = words(text);
    let (mut rest, mut out) = (typed.as_slice(), Vec::new());
    while let [first, ..] = rest {
        let found = whole.get(first).and_then(|alike| alike.iter().find(|(words, _)| rest.starts_with(words)));
        let (value, taken) = found.map_or((first, 1), |(words, value)| (*value, words.len()));
        out.extend((!value.is_empty()).then(|| value.clone()));
        rest = &rest[taken..];
    }
    out
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
    let text = charset(raw, None);
    if !text.contains('^') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let meant = match (c, chars.peek()) {
            ('^', Some('n')) => '\n',
            ('^', Some('\'')) => '"',
            ('^', Some('^')) => '^',
            _ => {
                out.push(c);
                continue;
            }
        };
        out.push(meant);
        chars.next();
    }
    out
}

/// `value` as it stands after a parameter's `=`.
pub fn param(value: &str) -> String {
    let breaks = value.replace("\r\n", "\n").replace('\r', "\n");
    let text = breaks.replace('^', "^^").replace('"', "^'").replace('\n', "^n");
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
/// windows-1252. A charset nobody knows is read as if none were named; of UTF-16
/// a byte order mark says which.
pub fn charset(bytes: &[u8], charset: Option<&str>) -> String {
    let named = charset.unwrap_or("utf-8").trim();
    let wide = named.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("utf-16"));
    let label = match bytes {
        [0xFE, 0xFF, ..] if wide => "utf-16be",
        [0xFF, 0xFE, ..] if wide => "utf-16le",
        _ => named,
    };
    let known = ["utf-8", "us-ascii"].iter().any(|name| label.eq_ignore_ascii_case(name));
    if let Some(text) = if known { None } else { decode(bytes, label) } {
        return text;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => decode(bytes, "windows-1252").unwrap_or_else(|| String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// By the Encoding Standard, which browsers bring.
#[cfg(target_arch = "wasm32")]
fn decode(bytes: &[u8], label: &str) -> Option<String> {
    web_sys::TextDecoder::new_with_label(label).ok()?.decode_with_u8_array(bytes).ok()
}

/// By the same standard.
#[cfg(not(target_arch = "wasm32"))]
fn decode(bytes: &[u8], label: &str) -> Option<String> {
    let encoding = encoding_rs::Encoding::for_label_no_replacement(label.as_bytes())?;
    Some(encoding.decode_with_bom_removal(bytes).0.into_owned())
}

/// On one line, as a form's input shows it: were a break in it, the input would drop
/// it, and the field would seem changed.
pub fn one_line(text: &str) -> String {
    text.trim().replace("\r\n", " ").replace(['\r', '\n'], " ")
}

/// A title as lists are sorted by it.
pub fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}
