//! Pictures in a card: PHOTO and LOGO of vCard 2.1 (`BASE64`), 3 (`ENCODING=b`) and 4
//! (`data:`). Only what is in the card is shown: a picture elsewhere would be fetched
//! from somebody who then knows that the card was looked at.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::model::Saying;
use crate::model::view::Picture;
use crate::text::lines::Line;

/// As much text a picture may have: about a megabyte of it.
const LARGEST: usize = 1_500_000;

/// The picture, or why it is not shown.
pub fn read(line: &Line<'_>) -> Result<Picture, Saying> {
    let value = line.value().trim_ascii();
    let encoded = match value.get(..5) {
        Some(scheme) if scheme.eq_ignore_ascii_case(b"data:") => {
            let comma = value.iter().position(|b| *b == b',').ok_or_else(unknown)?;
            let head = value[..comma].to_ascii_lowercase();
            // What is not in base64 is no picture that is shown (an SVG, it may be).
            if !head.strip_suffix(b"\\").unwrap_or(&head).ends_with(b";base64") {
                return Err(unknown());
            }
            &value[comma + 1..]
        }
        _ if elsewhere(value) => return Err(Saying::new("picture_elsewhere")),
        _ => value,
    };
    if encoded.len() > LARGEST {
        return Err(Saying::new("picture_too_large"));
    }
    let base64: String =
        encoded.iter().filter(|b| !b.is_ascii_whitespace() && **b != b'\\').map(|b| *b as char).collect();
    let bytes = STANDARD.decode(&base64).map_err(|_| unknown())?;
    let media = media(&bytes).ok_or_else(unknown)?;
    Ok(Picture { media: media.to_owned(), base64 })
}

fn unknown() -> Saying {
    Saying::new("picture_unknown")
}

/// An address: it has a scheme, which no base64 has.
fn elsewhere(value: &[u8]) -> bool {
    value.iter().take(200).any(|b| *b == b':')
}

/// What it is by its first bytes, whatever it says of itself.
fn media(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => "image/png",
        [0xFF, 0xD8, 0xFF, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => return None,
    })
}
