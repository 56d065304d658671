//! When to run next. Pure: the time and the randomness are handed in.

use crate::fault;
use crate::model::{Account, Class, CollectionReport, Millis, Outcome, Run, Settings};

const MINUTE: Millis = 60_000;
/// The longest that failures put a run off.
const LONGEST: Millis = 60 * MINUTE;
/// So long after a start, or after a machine slept, a run goes at the earliest: the
/// network is up by then, and browsers ring no alarm sooner.
const UP: Millis = MINUTE / 2;
/// An alarm that rings so late rings because the browser or the machine comes back.
const LATE: Millis = 2 * MINUTE;
/// An alarm may ring so early, and the run is due all the same.
const SLACK: Millis = 5_000;
/// An account that is due so soon after another goes with it: one waking for both.
const TOGETHER: Millis = 2 * MINUTE;

/// What the next runs are planned by.
pub struct Agenda {
    /// All that are synchronized.
    pub accounts: Vec<Account>,
    /// As the connection is: see [`spared`].
    pub settings: Settings,
    /// The last runs of all accounts, newest first.
    pub runs: Vec<Run>,
}

impl Agenda {
    /// When the next run by the clock is due, by how each account's last ones went: the
    /// soonest counts.
    pub fn next(&self, now: Millis, jitter: u8) -> Option<Millis> {
        self.soonest(now, |account| next(&self.settings, now, &self.of(account), jitter))
    }

    /// The same, as if a run ended well now.
    pub fn after(&self, now: Millis, jitter: u8) -> Option<Millis> {
        self.soonest(now, |_| self.settings.periodic.then(|| periodic(&self.settings, now, jitter)))
    }

    fn soonest(&self, now: Millis, at: impl Fn(&Account) -> Option<Millis>) -> Option<Millis> {
        let going = self.accounts.iter().filter(|account| !account.stopped);
        going.filter_map(|account| at(account).map(|at| at.max(account.waits(now).unwrap_or(at)))).min()
    }

    /// Whether all accounts should have been synchronized long ago.
    pub fn overdue(&self, now: Millis) -> bool {
        let mut due = self.accounts.iter().filter(|account| free(account, now)).peekable();
        due.peek().is_some() && due.all(|account| overdue(&self.settings, now, &self.of(account)))
    }

    /// The accounts that a run by the clock is for.
    pub fn due(&self, now: Millis) -> Vec<Account> {
        let by = |account: &&Account, at: Millis| {
            let runs = self.of(account);
            runs.is_empty() || next(&self.settings, now, &runs, 0).is_some_and(|next| next <= at)
        };
        let free = self.accounts.iter().filter(|account| free(account, now));
        if !free.clone().any(|account| by(&account, now + SLACK)) {
            return Vec::new();
        }
        free.filter(|account| by(account, now + TOGETHER)).cloned().collect()
    }

    /// The last runs of one account.
    fn of(&self, account: &Account) -> Vec<Run> {
        self.runs.iter().filter(|run| run.account == account.id).cloned().collect()
    }
}

/// Whether the clock does not leave the account alone: it is signed in, and its server
/// did not ask to be left alone (quirks 28, 32).
pub fn free(account: &Account, now: Millis) -> bool {
    !account.stopped && account.waits(now).is_none()
}

/// When the next run by the clock is due: the periodic one if those are wanted,
/// and another try where the last one failed and changes are to be sent. `runs` are the
/// last ones, newest first; `jitter` is in 0..=255 and spreads the clients of a
/// server over a tenth of the interval.
///
/// After a failure that may pass by itself the wait starts at a minute and doubles
/// with each one that follows, up to an hour but not beyond the interval if that is
/// longer; not beyond the interval either where the others of the run's folders went
/// well. A Retry-After is kept to.
///
/// A last run that is still to come was noted by a clock that was ahead: the next is due.
pub fn next(settings: &Settings, now: Millis, runs: &[Run], jitter: u8) -> Option<Millis> {
    let ahead = runs.first().is_some_and(|last| end(last) > now);
    planned(settings, now, runs, jitter).map(|at| if ahead { now } else { at.max(now) })
}

/// As [`next`], though it be past.
fn planned(settings: &Settings, now: Millis, runs: &[Run], jitter: u8) -> Option<Millis> {
    let interval = interval(settings);
    let spread = |wait: Millis| spread(wait, jitter);
    let retry = |run: &Run| match &run.outcome {
        Outcome::Failed(fault) => match fault.class {
            Class::Retry { after } => Some(after),
            _ => None,
        },
        _ => None,
    };
    let failed = runs.first().and_then(retry).is_some();
    let wanted = settings.periodic || (failed && settings.after_change);
    if !wanted {
        return None;
    }
    let Some(last) = runs.first() else { return Some(now + spread(MINUTE)) };
    let wait = match retry(last) {
        None => interval,
        Some(after) => {
            let failures = runs.iter().take_while(|run| retry(run).is_some()).count().min(16);
            // One that the server fails on is not to keep the others waiting.
            let longest = if of_one(last) { interval } else { LONGEST.max(interval) };
            let back_off = (MINUTE << (failures - 1)).min(longest);
            back_off.max(after.map_or(0, |seconds| Millis::from(seconds.min(86_400)) * 1000))
        }
    };
    // Counted from the end of the last run, so that waking up late or often does not
    // put the next run off.
    Some(end(last) + spread(wait))
}

/// When the first run after a start of the browser or a sleep of the machine is due:
/// when the power comes back, a thousand machines start in the same half minute.
pub fn back(now: Millis, jitter: u8) -> Millis {
    now + UP + MINUTE * Millis::from(jitter) / 255
}

/// Whether the run by the clock should have been long ago, so that this is the first
/// moment since that the browser is there. `runs` as for [`next`].
pub fn overdue(settings: &Settings, now: Millis, runs: &[Run]) -> bool {
    !runs.is_empty() && planned(settings, now, runs, 255).is_some_and(|planned| planned + LATE < now)
}

/// The settings where the connection `saves` data: four times the interval, and an hour
/// at the least, if that is wanted.
pub fn spared(settings: Settings, saves: bool) -> Settings {
    if !(saves && settings.spare) {
        return settings;
    }
    let every_minutes = settings.every_minutes.saturating_mul(4).max(60).min(*Settings::MINUTES.end());
    Settings { every_minutes, ..settings }
}

/// When the periodic run after one that ends at `now` is due.
pub fn periodic(settings: &Settings, now: Millis, jitter: u8) -> Millis {
    now + spread(interval(settings), jitter)
}

/// Whether it is one folder of several, or one home, that the server failed on, so that the
/// run went on.
fn of_one(run: &Run) -> bool {
    let later = |report: &&CollectionReport| {
        report.fault.as_ref().is_some_and(|fault| matches!(fault.class, Class::Retry { .. }))
    };
    let (failed, others): (Vec<_>, Vec<_>) = run.collections.iter().partition(later);
    let (unseen, failed): (Vec<_>, Vec<_>) = failed.into_iter().partition(|report| report.unseen);
    let mut faults = failed.iter().filter_map(|report| report.fault.as_ref());
    // What ends a run ends it for all: that is not of one.
    let went_on = faults.all(|fault| fault::failed(&fault.text));
    went_on && !others.is_empty() && failed.len() + usize::from(!unseen.is_empty()) == 1
}

fn end(run: &Run) -> Millis {
    run.ended.unwrap_or(run.started)
}

fn interval(settings: &Settings) -> Millis {
    Millis::from(settings.every_minutes) * MINUTE
}

fn spread(wait: Millis, jitter: u8) -> Millis {
    wait + wait / 10 * Millis::from(jitter) / 255
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, Fault, Trigger};

    fn run(ended: Millis, failed: Option<Fault>) -> Run {
        Run {
            started: ended - 1000,
            ended: Some(ended),
            account: AccountId(String::new()),
            trigger: Trigger::Interval,
            outcome: failed.map_or(Outcome::Ok, Outcome::Failed),
            collections: Vec::new(),
            log: Vec::new(),
        }
    }

    const NOW: Millis = 1_000_000_000;

    #[test]
    fn the_interval_counts_from_the_end_of_the_last_run() {
        let settings = Settings::default();
        assert_eq!(next(&settings, NOW, &[run(NOW, None)], 0), Some(NOW + 15 * MINUTE));
        assert_eq!(next(&settings, NOW, &[run(NOW - 14 * MINUTE, None)], 0), Some(NOW + MINUTE));
        assert_eq!(next(&settings, NOW, &[run(NOW - 60 * MINUTE, None)], 0), Some(NOW), "overdue");
    }

    #[test]
    fn a_run_by_a_clock_that_was_ahead_puts_nothing_off() {
        let settings = Settings::default();
        let ahead = [run(NOW + 365 * 24 * 60 * MINUTE, None)];
        assert_eq!(next(&settings, NOW, &ahead, 255), Some(NOW));
        assert!(!overdue(&settings, NOW, &ahead));
    }

    #[test]
    fn not_periodic_is_never() {
        let settings = Settings { periodic: false, ..Settings::default() };
        assert_eq!(next(&settings, NOW, &[run(NOW, None)], 0), None);
        let failed = [run(NOW, Some(fault::offline()))];
        assert_eq!(next(&settings, NOW, &failed, 0), Some(NOW + MINUTE), "but a change that could not be sent is");
        assert_eq!(next(&Settings { after_change: false, ..settings }, NOW, &failed, 0), None);
    }

    #[test]
    fn failures_that_may_pass_are_waited_out_ever_longer() {
        let settings = Settings::default();
        let failed = || run(NOW, Some(fault::offline()));
        let wait = |n: usize| next(&settings, NOW, &(0..n).map(|_| failed()).collect::<Vec<_>>(), 0).map(|at| at - NOW);
        assert_eq!(wait(1), Some(MINUTE));
        assert_eq!(wait(2), Some(2 * MINUTE));
        assert_eq!(wait(5), Some(16 * MINUTE));
        assert_eq!(wait(40), Some(LONGEST));
    }

    #[test]
    fn a_folder_that_the_server_fails_on_keeps_the_others_waiting_no_longer_than_the_interval() {
        let settings = Settings::default();
        let wait_in = |homes: [bool; 3], faults: [Option<Fault>; 3]| {
            let first = faults.iter().flatten().next().cloned();
            let reports = faults.into_iter().zip(homes);
            let reports = reports.map(|(fault, unseen)| CollectionReport { fault, unseen, ..Default::default() });
            let run = Run { collections: reports.collect(), ..run(NOW, first) };
            next(&settings, NOW, &vec![run; 40], 0).map(|at| at - NOW)
        };
        let wait = |faults| wait_in([false; 3], faults);
        let fails = || Some(fault::busy(500, None));
        assert_eq!(wait([None, fails(), None]), Some(15 * MINUTE));
        assert_eq!(wait([fails(), fails(), None]), Some(LONGEST), "it fails on all");
        let away = || Some(fault::busy(503, None));
        assert_eq!(wait([None, away(), None]), Some(LONGEST), "it is away");
        // What is in a home that does not answer is one.
        let home = |faults| wait_in([false, true, true], faults);
        assert_eq!(home([None, away(), away()]), Some(15 * MINUTE));
        assert_eq!(home([None, fails(), fails()]), Some(15 * MINUTE));
        assert_eq!(home([fails(), away(), away()]), Some(LONGEST), "it fails on all");
        let refused = || Some(fault::forbidden("dav.example.org"));
        assert_eq!(wait_in([false, false, true], [fails(), None, refused()]), Some(15 * MINUTE), "refused for good");
    }

    #[test]
    fn quirk_32_retry_after_is_kept_to() {
        let settings = Settings { every_minutes: 1, ..Settings::default() };
        let busy = run(NOW, Some(fault::busy(503, Some(7200))));
        assert_eq!(next(&settings, NOW, &[busy], 0), Some(NOW + 120 * MINUTE));
    }

    #[test]
    fn a_wrong_password_is_no_reason_to_hurry() {
        let runs = [run(NOW, Some(fault::sign_in("h")))];
        assert_eq!(next(&Settings::default(), NOW, &runs, 0), Some(NOW + 15 * MINUTE));
    }

    #[test]
    fn what_comes_back_comes_over_a_minute() {
        assert_eq!(back(NOW, 0), NOW + MINUTE / 2);
        assert_eq!(back(NOW, 255), NOW + MINUTE / 2 + MINUTE);
        let settings = Settings::default();
        assert!(!overdue(&settings, NOW, &[]));
        assert!(!overdue(&settings, NOW, &[run(NOW - 18 * MINUTE, None)]), "an alarm may be late");
        assert!(overdue(&settings, NOW, &[run(NOW - 19 * MINUTE, None)]));
        assert!(!overdue(&Settings { periodic: false, ..settings }, NOW, &[run(0, None)]));
    }

    #[test]
    fn a_connection_that_saves_is_asked_less_often() {
        let every = |every_minutes: u32, spare: bool, saves: bool| {
            spared(Settings { every_minutes, spare, ..Settings::default() }, saves).every_minutes
        };
        assert_eq!(every(15, true, false), 15);
        assert_eq!(every(15, false, true), 15);
        assert_eq!(every(5, true, true), 60);
        assert_eq!(every(30, true, true), 120);
        assert_eq!(every(1440, true, true), 1440);
    }

    #[test]
    fn jitter_adds_up_to_a_tenth() {
        let settings = Settings { every_minutes: 100, ..Settings::default() };
        assert_eq!(next(&settings, NOW, &[run(NOW, None)], 255), Some(NOW + 110 * MINUTE));
    }
}
