//! A text that repeats itself, in a small part of its bytes (ADR 8).

/// So many bytes at least are repeated, and at most 127 more.
pub(crate) const LEAST: usize = 4;

/// The text of it, ASCII: a byte below 128 is itself. One above says, less 128, how many
/// bytes beyond [`LEAST`] stood before, and the two after it how far back they begin
/// (little-endian). `None`: it was not packed so.
pub fn unpack(packed: &[u8]) -> Option<String> {
    let mut text: Vec<u8> = Vec::new();
    let mut bytes = packed.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte < 128 {
            text.push(byte);
            continue;
        }
        let back = usize::from(u16::from_le_bytes([bytes.next()?, bytes.next()?]));
        let from = text.len().checked_sub(back)?;
        for at in from..from + LEAST + usize::from(byte - 128) {
            text.push(*text.get(at)?);
        }
    }
    String::from_utf8(text).ok()
}
