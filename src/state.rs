//! How things stand, as far as the store knows.

use crate::message::State;
use crate::model::{Account, Fault, Outcome, Run};
use crate::port::Store;

/// Runs to look back on.
const RUNS: usize = 50;

/// What the store knows: whether a run is under way, and when the next one is due, is
/// the worker's to say.
///
/// # Errors
/// The store's.
pub async fn stored<S: Store + ?Sized>(store: &S) -> Result<State, Fault> {
    let mut accounts = store.accounts().await?;
    accounts.retain(|account| account.active);
    let last = last(&accounts, &store.runs(RUNS).await?);
    let mut state = State { set_up: !accounts.is_empty(), last, ..State::default() };
    for account in accounts {
        for collection in store.collections(&account.id).await? {
            let todo = store.todo(&collection.id).await?;
            let waiting = todo.iter().filter(|head| head.waiting.is_some()).count();
            state.waiting += u32::try_from(waiting).unwrap_or(u32::MAX);
            let held = collection.held.is_some_and(|held| !held.agreed);
            let vanished = collection.vanished.is_some_and(|vanished| vanished.fate.is_none());
            state.undecided += u32::from(held || vanished);
        }
    }
    Ok(state)
}

/// The last run; of several accounts one that failed, if any did.
pub fn last(accounts: &[Account], runs: &[Run]) -> Option<Run> {
    let active = accounts.iter().filter(|account| account.active);
    let last = active.filter_map(|account| runs.iter().find(|run| run.account == account.id));
    last.max_by_key(|run| (matches!(run.outcome, Outcome::Failed(_)), run.started)).cloned()
}
