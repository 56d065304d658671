//! How many readings may be under way at a time: more than one only to fill the way there
//! and back. Beyond it they wait for one another at the server, and take longer together
//! than one after the other (six multigets at a time: by a fifth, on loopback).

use crate::model::Millis;

/// So many at most.
const MOST: usize = 4;
/// A shorter way is not worth filling, and clocks tell it badly.
const NEAR: Millis = 20;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pace {
    /// The way there and back; 0: it is not known.
    way: Millis,
    now: usize,
}

impl Pace {
    /// One at a time, until it is seen how long the server has to do with one. `way`: of
    /// the quickest answer there was.
    pub fn new(way: Millis) -> Pace {
        Pace { way, now: 1 }
    }

    /// A reading took so long: as many are under way from now on as keep the server busy
    /// with it.
    pub fn took(&mut self, millis: Millis) {
        let way = self.way.min(millis);
        let busy = (millis - way).max(1);
        let fit = if way < NEAR { 1 } else { 1 + way / busy };
        self.now = usize::try_from(fit).unwrap_or(1).min(MOST);
    }

    /// Whether an answer that began after so long was made before: what is left of it is
    /// only sent, and the server free for another. One that begins at once is made as it
    /// is sent.
    pub fn was_made(&self, millis: Millis) -> bool {
        millis - self.way >= self.way.max(NEAR)
    }

    /// So many may be under way now.
    pub fn now(&self) -> usize {
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_fill_the_way_and_no_more() {
        let after = |way, millis| {
            let mut pace = Pace::new(way);
            assert_eq!(pace.now(), 1);
            pace.took(millis);
            pace.now()
        };
        assert_eq!(after(50, 52), MOST, "it is all way");
        assert_eq!(after(50, 100), 2);
        assert_eq!(after(50, 75), 3);
        assert_eq!(after(50, 101), 1, "the server is at work most of the time");
        assert_eq!(after(50, 30_000), 1);
        assert_eq!(after(50, 30), MOST, "quicker than ever");
        assert_eq!(after(2, 2), 1, "next door");
        assert_eq!(after(0, 60), 1, "nothing is known of the way");
    }

    #[test]
    fn an_answer_that_begins_late_was_made_before() {
        let made = |way, millis| Pace::new(way).was_made(millis);
        assert!(made(50, 3_000) && made(50, 100) && made(1, 30));
        assert!(!made(50, 52) && !made(50, 90) && !made(50, 30) && !made(1, 10));
    }
}
