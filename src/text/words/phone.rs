//! Phone numbers, however they are written: with the country or without, with the
//! zero that is dialled inside it, with spaces, brackets, strokes and dots.

/// Country calling codes (ITU-T E.164) of one and of two digits; all others have three.
const ONE: &[u8] = b"17";
const TWO: &str = "20 27 28 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 \
                   66 81 82 84 86 90 91 92 93 94 95 98";

/// A number longer than this is none (E.164 allows 15 digits; some write an exchange's too).
const LONGEST: usize = 20;

/// Whether the character may stand in a number between its digits.
pub fn may_divide(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\u{202F}' | '-' | '\u{2010}'..='\u{2013}' | '/' | '.' | '(' | ')')
}

/// A number as far as it can be told.
enum Number {
    /// With its country's code.
    Abroad { country: String, local: String },
    /// As dialled inside some country, without the zero that is dialled first.
    Here(String),
}

/// How the number is kept: with its country, or with a zero if that is not told, and
/// without either. Empty if it has no digits.
pub fn kept(number: &str) -> Vec<String> {
    let kept = read(number).into_iter().flat_map(|number| match number {
        Number::Abroad { country, local } => [format!("#+{country}{local}"), format!("#{local}")],
        Number::Here(local) => [format!("#0{local}"), format!("#{local}")],
    });
    kept.filter(|kept| kept.len() > 1).collect()
}

/// What the number that was typed, perhaps not to its end, is the beginning of: of
/// one that is kept with the same country, or with none. Empty if it has no digits.
pub fn sought(number: &str) -> Vec<String> {
    let sought = read(number).into_iter().flat_map(|number| match number {
        Number::Abroad { country, local } if local.is_empty() => vec![format!("#+{country}")],
        Number::Abroad { country, local } => vec![format!("#+{country}{local}"), format!("#0{local}")],
        Number::Here(local) => vec![format!("#{local}"), format!("#+{local}")],
    });
    sought.filter(|sought| sought.ends_with(|c: char| c.is_ascii_digit())).collect()
}

/// What the number may be.
fn read(number: &str) -> Vec<Number> {
    let number = number.trim();
    let first = number.find(|c: char| c.is_ascii_digit() || c == '+').unwrap_or(number.len());
    // An extension comes behind: `;ext=5`, `x 12`, `ext. 7`.
    let number = &number[first..];
    let end = number.find(|c: char| c.is_alphabetic() || matches!(c, ';' | ',' | '#')).unwrap_or(number.len());
    let abroad = number.starts_with('+') || number.starts_with("00");
    // Dialled only inside the country: "+49 (0)30".
    let digits: String = number[..end].replace("(0)", "").chars().filter(char::is_ascii_digit).take(LONGEST).collect();
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Vec::new();
    }
    let of = |country: &str, local: &str| Number::Abroad {
        country: country.to_owned(),
        local: local.trim_start_matches('0').to_owned(),
    };
    if abroad {
        let (country, local) = digits.split_at(country(digits));
        return vec![of(country, local)];
    }
    let here = Number::Here(digits.to_owned());
    // North America and Russia dial a digit before numbers of ten.
    match digits.as_bytes() {
        [b'1', ..] if digits.len() == 11 => vec![here, of("1", &digits[1..])],
        [b'8', ..] if digits.len() == 11 => vec![here, of("7", &digits[1..])],
        _ => vec![here],
    }
}

/// How many of the digits are the country's code.
fn country(digits: &str) -> usize {
    let two = |code: &str| TWO.split(' ').any(|known| known == code);
    let length = match digits.as_bytes() {
        [first, ..] if ONE.contains(first) => 1,
        _ if digits.get(..2).is_some_and(two) => 2,
        _ => 3,
    };
    length.min(digits.len())
}
