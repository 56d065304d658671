//! The text itself, to look at. Bytes that are no UTF-8 are shown as such, long
//! encoded lines are shortened and say how long they are. Never to be written back.

use std::borrow::Cow;

/// As much of it is shown.
const LARGEST: usize = 400_000;
/// A value of base64 over more lines than this is shortened.
const LINES: usize = 4;

/// A run of the text; lines of base64 that were left out are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// So many bytes are not shown here.
    Left(usize),
}

/// The text as a person may look at it.
pub fn source(text: &[u8]) -> Vec<Piece> {
    let shown = &text[..text.len().min(LARGEST)];
    let mut out: Vec<Piece> = Vec::new();
    let mut plain = String::new();
    let mut run: Vec<&[u8]> = Vec::new();
    for line in shown.split_inclusive(|b| *b == b'\n') {
        if encoded(line) && (!run.is_empty() || line.len() > 200 || line.starts_with(b" ") || line.starts_with(b"\t")) {
            run.push(line);
            continue;
        }
        flush(&mut run, &mut plain, &mut out);
        if line.len() > 2_000 && encoded_tail(line) {
            let (head, tail) = line.split_at(200);
            plain.push_str(&lossy(head));
            push(&mut plain, &mut out, tail.len());
        } else {
            plain.push_str(&lossy(line));
        }
    }
    flush(&mut run, &mut plain, &mut out);
    if text.len() > shown.len() {
        push(&mut plain, &mut out, text.len() - shown.len());
    }
    if !plain.is_empty() {
        out.push(Piece::Text(plain));
    }
    out
}

/// The lines of base64 gathered so far: the first and the last are shown.
fn flush(run: &mut Vec<&[u8]>, plain: &mut String, out: &mut Vec<Piece>) {
    if run.len() <= LINES && run.iter().all(|line| line.len() <= 200) {
        run.drain(..).for_each(|line| plain.push_str(&lossy(line)));
        return;
    }
    let total: usize = run.iter().map(|line| line.len()).sum();
    let first = run.first().map(|line| &line[..line.len().min(80)]).unwrap_or_default();
    plain.push_str(lossy(first).trim_end());
    push(plain, out, total - first.len());
    run.clear();
}

fn push(plain: &mut String, out: &mut Vec<Piece>, left: usize) {
    if left > 0 {
        out.push(Piece::Text(std::mem::take(plain)));
        out.push(Piece::Left(left));
        plain.push('\n');
    }
}

/// A line of nothing but base64.
fn encoded(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.len() > 40 && line.iter().all(base64)
}

/// A property whose value is one long line of it.
fn encoded_tail(line: &[u8]) -> bool {
    line.iter().skip(200).filter(|b| !b.is_ascii_whitespace()).all(base64)
}

fn base64(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_are_shown_whole() {
        let text = "BEGIN:VCARD\r\nFN:Zoë\r\nNOTE:<b>not HTML</b>\r\nEND:VCARD\r\n";
        assert_eq!(source(text.as_bytes()), [Piece::Text(text.into())]);
        assert_eq!(source(b""), []);
        assert_eq!(source(b"FN:Zo\xEB\r\n"), [Piece::Text("FN:Zo\u{FFFD}\r\n".into())]);
    }

    #[test]
    fn pictures_are_shortened_and_say_so() {
        let lines = format!(" {}\r\n", "QUJD".repeat(18)).repeat(100);
        let text = format!("PHOTO;ENCODING=b:QUJD\r\n{lines}END:VCARD\r\n");
        let found = source(text.as_bytes());
        let [Piece::Text(before), Piece::Left(left), Piece::Text(after)] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert!(before.starts_with("PHOTO;ENCODING=b:QUJD\r\n QUJD") && after.ends_with("END:VCARD\r\n"));
        assert_eq!(*left, lines.len() - 75, "all but the first line");
        let one = format!("PHOTO;ENCODING=b:{}\r\nEND:VCARD\r\n", "QUJD".repeat(3_000));
        let found = source(one.as_bytes());
        assert!(matches!(found.as_slice(), [Piece::Text(_), Piece::Left(11_819), Piece::Text(_)]), "{found:?}");
        let huge = "A:b\r\n".repeat(200_000);
        assert!(matches!(source(huge.as_bytes()).last(), Some(Piece::Text(_))));
        assert!(source(huge.as_bytes()).contains(&Piece::Left(600_000)));
    }
}
