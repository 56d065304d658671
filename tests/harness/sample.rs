//! The sample account: a calendar, an address book and notes of a person who does
//! not exist, around a given day. The same seed and day always give the same texts.

mod contact;
mod event;
mod note;
mod photo;
mod rich;
pub mod text;

use chrono::NaiveDate;

use super::dav::Dav;

/// An object and the name it gets in its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub name: String,
    pub text: String,
}

/// What the sample account holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    pub events: Vec<Object>,
    pub contacts: Vec<Object>,
    pub notes: Vec<Object>,
}

/// The names of its folders, below the user's home.
pub const CALENDAR: &str = "calendar/";
pub const CONTACTS: &str = "contacts/";
pub const NOTES: &str = "notes/";

impl Sample {
    /// Everything, with events around `today`.
    pub fn new(seed: u64, today: NaiveDate) -> Self {
        let mut dice = Dice(seed);
        let mut sample = Self {
            events: event::all(&mut dice, today),
            contacts: contact::all(&mut dice, today),
            notes: note::all(&mut dice, today),
        };
        rich::add(&mut sample, &mut dice, today);
        sample
    }

    /// Makes the three folders below `home` and puts everything there.
    pub fn put(&self, dav: &Dav, home: &str) {
        dav.make_calendar(&format!("{home}{CALENDAR}"), "Calendar", &["VEVENT", "VTODO"]);
        dav.make_addressbook(&format!("{home}{CONTACTS}"), "Contacts");
        dav.make_calendar(&format!("{home}{NOTES}"), "Notes", &["VJOURNAL"]);
        for (folder, objects) in [(CALENDAR, &self.events), (CONTACTS, &self.contacts), (NOTES, &self.notes)] {
            for object in objects {
                dav.put(&format!("{home}{folder}{}", object.name), &object.text);
            }
        }
    }
}

/// SplitMix64: enough to make a sample look unplanned, and the same everywhere.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 to `n` - 1.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap_or(0)
    }

    pub fn one_of<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn uid(&mut self) -> String {
        format!("{:016x}{:016x}@example.org", self.next(), self.next())
    }
}
