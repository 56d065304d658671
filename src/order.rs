//! Sorting that is compiled once. The one of the standard library is compiled anew for
//! each type, and is long, in a worker that is read at each start. All here is stable.

use std::cmp::Ordering;

/// In the order of the values.
pub fn all<T: Ord>(list: &mut Vec<T>) {
    by(list, T::cmp);
}

/// In the order of what `key` says of each.
pub fn by_key<T, K: Ord>(list: &mut Vec<T>, key: impl Fn(&T) -> K) {
    by(list, |a, b| key(a).cmp(&key(b)));
}

/// In that order.
pub fn by<T>(list: &mut Vec<T>, mut order: impl FnMut(&T, &T) -> Ordering) {
    let mut places: Vec<usize> = (0..list.len()).collect();
    arrange(&mut places, &mut |a, b| order(&list[a], &list[b]));
    let mut old: Vec<Option<T>> = list.drain(..).map(Some).collect();
    list.extend(places.into_iter().filter_map(|place| old[place].take()));
}

fn arrange(places: &mut [usize], order: &mut dyn FnMut(usize, usize) -> Ordering) {
    places.sort_by(|a, b| order(*a, *b));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_the_standard_library(list in prop::collection::vec((0..9u8, ".{0,2}"), 0..40)) {
            let (mut ours, mut theirs) = (list.clone(), list.clone());
            by_key(&mut ours, |(n, _)| *n);
            theirs.sort_by_key(|(n, _)| *n);
            prop_assert_eq!(&ours, &theirs);
            all(&mut ours);
            theirs.sort();
            prop_assert_eq!(ours, theirs);
        }
    }
}
