//! Looks at a plan before it runs: what would be deleted, and whether a person must
//! be asked.

use super::plan::{Action, Plan, Step};
use crate::model::{Guard, Held, ItemId};

/// What a plan deletes, by side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deletions {
    /// Gone on the server, to be dropped here.
    pub here: Vec<ItemId>,
    /// Deleted here, to be deleted on the server.
    pub there: Vec<ItemId>,
    /// Items are added on that side, too: it is not emptied, whatever goes.
    pub adds_here: bool,
    pub adds_there: bool,
}

impl Deletions {
    pub fn of(plan: &Plan) -> Deletions {
        let by = |action| {
            let steps = plan.steps.iter().filter(move |step| step.action == action);
            steps.filter_map(|step| step.item.clone()).collect()
        };
        let adds = |adds: fn(&Step) -> bool| plan.steps.iter().any(adds);
        Deletions {
            here: by(Action::Drop),
            there: by(Action::Delete),
            adds_here: adds(|step| step.item.is_none()),
            adds_there: adds(|step| matches!(step.action, Action::Create | Action::Revive | Action::KeepBoth)),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.here.is_empty() && self.there.is_empty()
    }

    /// Whether the person has agreed to all of them.
    pub fn agreed(&self, held: Option<&Held>) -> bool {
        let Some(held) = held.filter(|held| held.agreed) else { return false };
        self.here.iter().all(|id| held.here.contains(id)) && self.there.iter().all(|id| held.there.contains(id))
    }
}

/// Whether these must be asked first, in a collection with `all` items that both
/// sides once agreed on.
pub fn stops(guard: &Guard, deletions: &Deletions, all: usize) -> bool {
    let side = |gone: usize, adds: bool| {
        let many = gone >= guard.at_least as usize && gone * 100 > all * guard.percent as usize;
        gone > 0 && (many || (guard.emptied && gone >= all && !adds))
    };
    side(deletions.here.len(), deletions.adds_here) || side(deletions.there.len(), deletions.adds_there)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(n: usize) -> Deletions {
        Deletions { here: (0..n).map(|n| ItemId(n.to_string())).collect(), ..Deletions::default() }
    }

    #[test]
    fn thresholds() {
        for (n, all, asks, why) in [
            (0, 0, false, "nothing goes"),
            (0, 100, false, "nothing goes"),
            (9, 10, false, "fewer than ten, and one stays"),
            (10, 50, false, "exactly a fifth"),
            (10, 49, true, "ten, and more than a fifth"),
            (100, 1000, false, "a tenth"),
            (3, 3, true, "suddenly empty"),
            (1, 1, true, "suddenly empty, however little was in it"),
        ] {
            let here = gone(n);
            let there = Deletions { there: here.here.clone(), ..Deletions::default() };
            assert_eq!(stops(&Guard::default(), &here, all), asks, "{n} of {all}: {why}");
            assert_eq!(stops(&Guard::default(), &there, all), asks, "{n} of {all} on the server: {why}");
        }
        let bold = Guard { at_least: 100, percent: 90, emptied: false };
        assert!(!stops(&bold, &gone(50), 50), "fewer than the person's own number");
        assert!(stops(&bold, &gone(100), 110), "more than nine tenths");
    }

    #[test]
    fn what_gets_another_name_does_not_empty_a_collection() {
        let renamed = |n| Deletions { adds_here: true, ..gone(n) };
        assert!(!stops(&Guard::default(), &renamed(9), 9));
        assert!(stops(&Guard::default(), &renamed(10), 10), "so many are asked about all the same");
        assert!(stops(&Guard::default(), &Deletions { adds_there: true, ..gone(1) }, 1), "added on the other side");
    }

    #[test]
    fn only_what_was_listed_is_agreed_to() {
        let id = |n: u32| ItemId(n.to_string());
        let held = |agreed| Held { since: 0, here: vec![id(1), id(2)], there: vec![], of: 2, marker: None, agreed };
        let deletions =
            |here: &[u32]| Deletions { here: here.iter().map(|n| id(*n)).collect(), ..Deletions::default() };
        assert!(deletions(&[1, 2]).agreed(Some(&held(true))));
        assert!(deletions(&[2]).agreed(Some(&held(true))), "one came back meanwhile");
        assert!(!deletions(&[1, 2, 3]).agreed(Some(&held(true))), "one more went meanwhile");
        assert!(!deletions(&[1]).agreed(Some(&held(false))), "decided later");
        assert!(!deletions(&[1]).agreed(None));
    }
}
