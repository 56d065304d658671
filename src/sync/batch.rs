//! How many items to ask for in one multiget: so many that the way there and back costs
//! little beside the answer, and so few that an answer is neither long to wait for nor
//! much in memory.

/// Asked for at first: nothing is known of them.
pub const FIRST: usize = 200;
/// An answer of about so many bytes of text …
const BYTES: usize = 2 << 20;
/// … that takes about so many milliseconds, is aimed at.
const MILLIS: usize = 2_000;
const MOST: usize = 1_000;
pub const LEAST: usize = 25;

/// How many to ask for after `asked` items came as `bytes` of text in `millis`. Goes up or
/// down by half at most: the next items may be others.
pub fn next(asked: usize, bytes: usize, millis: usize) -> usize {
    let by_bytes = asked * BYTES / bytes.max(1);
    let by_time = asked * MILLIS / millis.max(1);
    by_bytes.min(by_time).clamp(asked / 2, asked * 2).clamp(LEAST, MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_grow_while_answers_are_small_and_quick() {
        assert_eq!(next(200, 100_000, 100), 400);
        assert_eq!(next(800, 400_000, 400), 1_000);
        assert_eq!(next(200, 8 << 20, 100), 100, "cards with photos");
        assert_eq!(next(200, 4 << 20, 100), 100);
        assert_eq!(next(200, 100_000, 60_000), 100, "a slow server");
        assert_eq!(next(200, 100_000, 2_000), 200);
        assert_eq!(next(25, 64 << 20, 60_000), 25);
        assert_eq!(next(200, 0, 0), 400);
    }
}
