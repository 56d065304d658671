//! How many writes may be under way in one collection at the same time: more than one
//! only where the server has shown that it bears them. Some answer 423 to what comes
//! beside another write (Xandikos).

/// So many at most: so many may be refused, too, before none goes beside another.
pub const MOST: usize = 6;
/// So many that went well beside another show that the server bears it. One pair may have
/// had luck: its writes came one after the other all the same.
const SHOWN: usize = 4;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flight {
    /// What was found out: it bears several, or it does not.
    known: Option<bool>,
    fine: usize,
}

impl Flight {
    /// As an earlier run found out.
    pub fn new(known: Option<bool>) -> Flight {
        Flight { known, fine: 0 }
    }

    /// So many may be under way now. One is tried beside another to find out.
    pub fn now(&self) -> usize {
        match self.known {
            None => 2,
            Some(true) => MOST,
            Some(false) => 1,
        }
    }

    /// One that was under way together with others went well.
    pub fn bore(&mut self) {
        self.fine += 1;
        if self.known.is_none() && self.fine >= SHOWN {
            self.known = Some(true);
        }
    }

    /// One that was under way together with others was answered by 423.
    pub fn locked(&mut self) {
        self.known = Some(false);
    }

    /// What is known now.
    pub fn known(&self) -> Option<bool> {
        self.known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_go_only_when_it_was_seen_to_go_well() {
        let mut flight = Flight::new(None);
        assert_eq!(flight.now(), 2);
        for _ in 1..SHOWN {
            flight.bore();
            assert_eq!((flight.now(), flight.known()), (2, None), "a pair may have had luck");
        }
        flight.bore();
        assert_eq!((flight.now(), flight.known()), (MOST, Some(true)));
        flight.locked();
        flight.bore();
        assert_eq!((flight.now(), flight.known()), (1, Some(false)), "one refusal is enough");
    }
}
