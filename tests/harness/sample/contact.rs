//! Some sixty contacts, as vCard 3 (RFC 2426), the form that all servers take.

use base64::Engine as _;
use chrono::NaiveDate;

use super::text::Lines;
use super::{Dice, Object, photo};

/// Given and family names are paired anew by each seed, so that nobody is meant.
const GIVEN: [&str; 30] = [
    "Ines", "Mateo", "Amina", "Sigrid", "Kofi", "Yuki", "Léa", "Tomasz", "Priya", "Oisín", "Zeynep", "Marek", "Noor",
    "Håkon", "Chiara", "Ravi", "Eszter", "João", "Malia", "Dmitri", "Selam", "Jonas", "Mei", "Bruno", "Anneke",
    "Farid", "Lucía", "Ewa", "Tariq", "Greta",
];
const FAMILY: [&str; 30] = [
    "Lindqvist",
    "Okonjo",
    "Marchetti",
    "Tanaka",
    "Fairweather",
    "Novotná",
    "Benali",
    "Ferreira",
    "O’Dwyer",
    "Kowalczyk",
    "Achterberg",
    "Rasmussen",
    "Iyer",
    "Castellanos",
    "Yıldız",
    "Brightwater",
    "Mbeki-Lund",
    "Horváth",
    "Sørensen",
    "Delacroix",
    "Haddad",
    "Nakamura",
    "Willoughby",
    "Petrov",
    "Quiroga",
    "Stavros",
    "Ziegler",
    "Adeyemi",
    "Lamprecht",
    "Vantongeren",
];
const ORGANIZATIONS: [(&str, &str); 8] = [
    ("Example Bakery", "Baker"),
    ("Sample & Sons, Carpenters", "Carpenter"),
    ("Northgate Library", "Librarian"),
    ("Harbour Clinic", "Nurse"),
    ("Bluebell School", "Teacher"),
    ("Kestrel Bicycles", "Mechanic"),
    ("Old Mill Theatre", "Stage manager"),
    ("Lakeside Surveyors", "Surveyor"),
];
const STREETS: [(&str, &str, &str, &str); 6] = [
    ("12 Orchard Lane", "Exampleton", "EX1 2MP", "United Kingdom"),
    ("Lindenweg 7", "Musterstadt", "01234", "Germany"),
    ("3, rue du Moulin", "Villexemple", "99000", "France"),
    ("Calle del Olmo 21", "Villa Ejemplo", "28999", "Spain"),
    ("48 Maple Street", "Sampleville", "00501", "United States"),
    ("Eksempelveien 5", "Prøveby", "0999", "Norway"),
];

pub fn all(dice: &mut Dice, today: NaiveDate) -> Vec<Object> {
    let turn = dice.below(FAMILY.len());
    (0..60)
        .map(|n| {
            // The second time round the families are moved on, so that no name comes twice.
            let family = FAMILY[(n + turn + n / GIVEN.len() * 11) % FAMILY.len()];
            contact(dice, today, GIVEN[n % GIVEN.len()], family)
        })
        .collect()
}

fn contact(dice: &mut Dice, today: NaiveDate, given: &str, family: &str) -> Object {
    let uid = dice.uid();
    let mut lines = Lines::default();
    lines
        .raw("BEGIN:VCARD")
        .raw("VERSION:3.0")
        .raw("PRODID:-//example.org//Sample account//EN")
        .raw(&format!("UID:{uid}"))
        .text("FN", &format!("{given} {family}"))
        .raw(&format!("N:{family};{given};;;"));
    let address = format!("{}.{}", plain(given), plain(family));
    let work = dice.one_in(2).then(|| ORGANIZATIONS[dice.below(ORGANIZATIONS.len())]);
    if let Some((organization, title)) = work {
        lines.text("ORG", organization).text("TITLE", title);
        lines.raw(&format!("EMAIL;TYPE=INTERNET,WORK:{address}@example.com"));
        lines.raw(&format!("TEL;TYPE=WORK,VOICE:{}", phone(dice)));
    }
    if work.is_none() || dice.one_in(3) {
        lines.raw(&format!("EMAIL;TYPE=INTERNET,HOME:{address}@example.org"));
    }
    lines.raw(&format!("TEL;TYPE=CELL:{}", phone(dice)));
    if dice.one_in(4) {
        lines.raw(&format!("TEL;TYPE=HOME,VOICE:{}", phone(dice)));
    }
    if dice.one_in(3) {
        let (street, town, code, country) = STREETS[dice.below(STREETS.len())];
        lines.raw(&format!("ADR;TYPE=HOME:;;{};{town};;{code};{country}", street.replace(',', "\\,")));
    }
    if dice.one_in(4) {
        lines.raw(&format!("BDAY:{}-{:02}-{:02}", 1950 + dice.below(55), 1 + dice.below(12), 1 + dice.below(28)));
    }
    if dice.one_in(5) {
        let notes = [
            "Met at the choir weekend.",
            "Prefers to be written to, not called.",
            "Allergic to nuts; bring the other cake.",
            "Has the spare key.\nBack from leave in spring.",
        ];
        lines.text("NOTE", dice.one_of(&notes));
    }
    if dice.one_in(3) {
        lines.text("CATEGORIES", dice.one_of(&["Family", "Friends", "Choir", "Neighbours"]));
    }
    if dice.one_in(4) {
        let (kind, file) = if dice.one_in(2) { ("JPEG", photo::jpeg(dice)) } else { ("PNG", photo::png(dice)) };
        let file = base64::engine::general_purpose::STANDARD.encode(file);
        lines.raw(&format!("PHOTO;ENCODING=b;TYPE={kind}:{file}"));
    }
    lines.raw(&format!("REV:{}T090000Z", today.format("%Y%m%d"))).raw("END:VCARD");
    Object { name: format!("{}.vcf", uid.trim_end_matches("@example.org")), text: lines.end() }
}

/// From the ranges that Ofcom, the NANP and the Bundesnetzagentur keep for fiction.
fn phone(dice: &mut Dice) -> String {
    let n = dice.below(100);
    match dice.below(3) {
        0 => format!("+44 20 7946 0{:03}", n + 100),
        1 => format!("+1 202 555 01{n:02}"),
        _ => format!("+49 30 23125 {n:03}"),
    }
}

/// The name as the local part of an address: plain small letters.
fn plain(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .filter_map(|char| match char {
            'a'..='z' | '-' => Some(char),
            'á' | 'å' | 'ã' => Some('a'),
            'é' => Some('e'),
            'í' | 'ı' => Some('i'),
            'ó' | 'ø' => Some('o'),
            _ => None,
        })
        .collect()
}
