//! Letters as a search compares them: in lower case, without what is written above,
//! below or through them. A table of the letters people write names with, because
//! those of Unicode are far larger and pages load this.

use crate::order;
use std::sync::LazyLock;

/// A letter, or two that stand for one, and what counts as the same.
const SAME: &[(&str, &str)] = &[
    ("a", "àáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
    ("ae", "æǽǣ"),
    ("b", "ḃḅḇƀ"),
    ("c", "çćĉċčḉ"),
    ("d", "ďḋḍḏḑḓđðɖ"),
    ("e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
    ("f", "ḟ"),
    ("g", "ĝğġģǧǵḡ"),
    ("h", "ĥȟḣḥḧḩḫẖħ"),
    ("i", "ìíîïĩīĭįǐȉȋḭḯỉịı"),
    ("ij", "ĳ"),
    ("j", "ĵǰ"),
    ("k", "ķǩḱḳḵ"),
    ("l", "ĺļľḷḹḻḽłƚ"),
    ("m", "ḿṁṃ"),
    ("n", "ñńņňǹṅṇṉṋŋ"),
    ("o", "òóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợøǿ"),
    ("oe", "œ"),
    ("p", "ṕṗ"),
    ("r", "ŕŗřȑȓṙṛṝṟ"),
    ("s", "śŝşšșṡṣṥṧṩẛ"),
    ("ss", "ß"),
    ("t", "ţťțṫṭṯṱẗŧ"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
    ("v", "ṽṿ"),
    ("w", "ŵẁẃẅẇẉẘ"),
    ("x", "ẋẍ"),
    ("y", "ýÿŷȳẏẙỳỵỷỹ"),
    ("z", "źżžẑẓẕ"),
    ("α", "άἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ"),
    ("ε", "έἐἑἒἓἔἕὲέ"),
    ("η", "ήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ"),
    ("ι", "ΐίϊἰἱἲἳἴἵἶἷὶίιῐῑῒΐῖῗ"),
    ("ο", "όὀὁὂὃὄὅὸό"),
    ("ρ", "ῤῥ"),
    ("σ", "ς"),
    ("υ", "ΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ"),
    ("ω", "ώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ"),
    ("а", "ӑӓ"),
    ("г", "ѓ"),
    ("е", "ѐёӗ"),
    ("ж", "ӂӝ"),
    ("з", "ӟ"),
    ("и", "йѝӣӥ"),
    ("к", "ќ"),
    ("о", "ӧ"),
    ("у", "ўӯӱӳ"),
    ("ч", "ӵ"),
    ("ы", "ӹ"),
    ("э", "ӭ"),
    ("і", "ї"),
    ("ѵ", "ѷ"),
    ("ә", "ӛ"),
    ("ө", "ӫ"),
    ("ا", "آأإٱ"),
    ("ك", "ک"),
    ("ه", "ة"),
    ("و", "ؤ"),
    ("ي", "ئیى"),
    ("ہ", "ۂ"),
    ("ے", "ۓ"),
    ("ە", "ۀ"),
];

/// The letters of [`SAME`] with what they count as, in order.
static BARE: LazyLock<Vec<(char, &'static str)>> = LazyLock::new(|| {
    let mut bare: Vec<_> = SAME.iter().flat_map(|(bare, all)| all.chars().map(move |c| (c, *bare))).collect();
    order::all(&mut bare);
    bare
});

/// The text as it is compared.
pub fn bare(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            narrow(c).to_lowercase().for_each(|c| push(&mut out, c));
        }
    }
    out
}

fn push(out: &mut String, c: char) {
    if is_mark(c) {
        return;
    }
    if let Some(jamo) = jamo(c) {
        out.extend(jamo.into_iter().flatten());
        return;
    }
    match BARE.binary_search_by_key(&c, |(letter, _)| *letter) {
        Ok(at) => out.push_str(BARE[at].1),
        Err(_) => out.push(c),
    }
}

/// Marks that are left out: accents that stand alone, the vowel signs of Hebrew and
/// Arabic, and what is not seen.
fn is_mark(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}'..='\u{5C2}'
        | '\u{5C4}'..='\u{5C5}' | '\u{5C7}' | '\u{610}'..='\u{61A}' | '\u{640}' | '\u{64B}'..='\u{65F}'
        | '\u{670}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}')
}

/// Wide letters as the usual ones, digits of other scripts as ours.
fn narrow(c: char) -> char {
    let moved = |first: u32, to: u32| char::from_u32(u32::from(c) - first + to).unwrap_or(c);
    match c {
        '\u{FF01}'..='\u{FF5E}' => moved(0xFF01, 0x21),
        '\u{660}'..='\u{669}' => moved(0x660, 0x30),
        '\u{6F0}'..='\u{6F9}' => moved(0x6F0, 0x30),
        '\u{966}'..='\u{96F}' => moved(0x966, 0x30),
        _ => c,
    }
}

/// The letters of a Korean syllable (Unicode, 3.12): while one is typed, what stands
/// there is the syllable's beginning.
fn jamo(c: char) -> Option<[Option<char>; 3]> {
    let at = u32::from(c).checked_sub(0xAC00).filter(|at| *at < 11_172)?;
    let (lead, vowel, tail) = (at / 588, at % 588 / 28, at % 28);
    let tail = (tail > 0).then(|| char::from_u32(0x11A7 + tail)).flatten();
    Some([char::from_u32(0x1100 + lead), char::from_u32(0x1161 + vowel), tail])
}

/// Whether words are written without spaces in its script: any place may be the
/// beginning of one.
pub fn unspaced(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3005}'..='\u{3007}'
        | '\u{3040}'..='\u{312F}' | '\u{31A0}'..='\u{31FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9F}'
        | '\u{20000}'..='\u{3FFFF}')
}
