//! A dozen notes, as VJOURNAL (RFC 5545, 3.6.3).

use chrono::{Days, NaiveDate};

use super::text::Lines;
use super::{Dice, Object};

const NOTES: [(&str, &str, &str); 12] = [
    ("Shopping", "Home", "Oats\nApples, the red ones\nCoffee beans\nBaking paper\nTwo lemons"),
    ("Books to read", "", "The one about lighthouses\nA history of salt\nPoems; ask Ines which translation"),
    ("Pancakes", "Recipes", "4 eggs, 500 ml milk, 250 g flour, a pinch of salt.\n\nRest the batter for half an hour."),
    ("Meter readings", "Home", "Water 312.6\nElectricity 48 210\nHeating 7 730"),
    (
        "Ideas for the garden",
        "",
        "Plant sorrel next to the fence.\nA bench under the pear tree?\nRain barrel: 200 l is enough.",
    ),
    ("Packing list", "Travel", "Passport\nCharger & adapter\nRain jacket\nSwimsuit\nThe blue notebook"),
    (
        "Questions for the landlord",
        "Home",
        "When will the cellar be painted?\nWho has the second key to the bicycle room?",
    ),
    (
        "Minutes, choir meeting",
        "Choir",
        "Present: nine of fourteen.\nSpring concert moves to the last Saturday.\nNew chairs: yes, if under 900 €.",
    ),
    ("Bike repair", "", "Rear tyre 28 × 1.75\nBrake pads worn\nChain: 8-speed"),
    (
        "Words learned",
        "",
        "Fernweh – longing for far places\n木漏れ日 – light through leaves\ngökotta – rising early to hear the birds",
    ),
    ("Present ideas", "", "Mateo: a kite\nAmina: tickets for the planetarium\nMum: the photo book, at last"),
    (
        "Wi-Fi at the cabin",
        "Travel",
        "The router is behind the piano.\nAsk Sigrid for the password; do not write it down here.",
    ),
];

pub fn all(dice: &mut Dice, today: NaiveDate) -> Vec<Object> {
    NOTES.iter().map(|(title, category, text)| note(dice, today, title, category, text)).collect()
}

fn note(dice: &mut Dice, today: NaiveDate, title: &str, category: &str, text: &str) -> Object {
    let uid = dice.uid();
    let day = today - Days::new(dice.below(90) as u64);
    let mut lines = Lines::default();
    lines
        .raw("BEGIN:VCALENDAR")
        .raw("VERSION:2.0")
        .raw("PRODID:-//example.org//Sample account//EN")
        .raw("BEGIN:VJOURNAL")
        .raw(&format!("UID:{uid}"))
        .raw(&format!("DTSTAMP:{}T081500Z", day.format("%Y%m%d")))
        .raw(&format!("CREATED:{}T081500Z", day.format("%Y%m%d")));
    // A note need not belong to a day.
    if dice.one_in(2) {
        lines.raw(&format!("DTSTART;VALUE=DATE:{}", day.format("%Y%m%d")));
    }
    lines.text("SUMMARY", title).text("DESCRIPTION", text);
    if !category.is_empty() {
        lines.text("CATEGORIES", category);
    }
    lines.raw("END:VJOURNAL").raw("END:VCALENDAR");
    Object { name: format!("{}.ics", uid.trim_end_matches("@example.org")), text: lines.end() }
}
