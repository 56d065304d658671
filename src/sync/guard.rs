//! Looks at what a run would delete before it deletes anything.

/// When to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Stops at this many deletions and more …
    pub at_least: usize,
    /// … if they are more than this share of the collection, in percent.
    pub percent: usize,
    /// A collection that had this many items and more is not emptied unasked.
    pub emptied: usize,
}

impl Default for Guard {
    fn default() -> Guard {
        Guard { at_least: 10, percent: 20, emptied: 3 }
    }
}

impl Guard {
    /// Whether deleting `gone` of `all` items must be asked first.
    pub fn stops(&self, gone: usize, all: usize) -> bool {
        let many = gone >= self.at_least && gone * 100 > all * self.percent;
        let emptied = gone >= all && all >= self.emptied;
        gone > 0 && (many || emptied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds() {
        for (gone, all, stops, why) in [
            (0, 0, false, "nothing goes"),
            (0, 100, false, "nothing goes"),
            (9, 10, false, "fewer than ten, and one stays"),
            (10, 50, false, "exactly a fifth"),
            (10, 49, true, "ten, and more than a fifth"),
            (100, 1000, false, "a tenth"),
            (3, 3, true, "suddenly empty"),
            (2, 2, false, "so few that a person may well have deleted them"),
        ] {
            assert_eq!(Guard::default().stops(gone, all), stops, "{gone} of {all}: {why}");
        }
    }
}
