//! The store in memory keeps the contract that the database of the browser keeps.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "contract/store.rs"]
mod contract;

use pimento::memory::Memory;
use pimento::native::FolderStore;
use pimento::port::Store;

macro_rules! kept_by_memory {
    ($($name:ident),* $(,)?) => {
        $(#[tokio::test]
        async fn $name() {
            contract::$name(&Memory::default()).await;
        })*
    };
}

kept_by_memory!(
    settings_accounts_and_collections_come_back,
    an_item_comes_back_byte_for_byte,
    items_that_come_together_are_each_their_own,
    todo_lists_only_what_a_run_must_look_at,
    a_lost_race_keeps_the_edit,
    a_second_change_of_a_commit_sees_the_first,
    the_token_comes_with_its_items,
    fifty_runs_newest_first,
    kept_texts_are_had_back_by_time_item_and_run,
    history_is_kept_below_an_age_and_a_size,
    the_persons_edit_is_written_on_what_they_saw_or_not_at_all,
    a_removed_account_takes_all_of_it_along,
    items_are_found_by_their_uid,
    what_happens_between_two_times_is_what_all_texts_say,
    an_item_is_indexed_anew_if_it_is_still_the_same,
    what_an_older_version_indexed_is_indexed_anew,
);

macro_rules! kept_by_a_folder {
    ($($name:ident),* $(,)?) => {
        mod folder {
            $(#[tokio::test]
            async fn $name() {
                let dir = tempfile::tempdir().unwrap();
                super::contract::$name(&super::FolderStore::open(dir.path()).unwrap()).await;
            })*
        }
    };
}

kept_by_a_folder!(items_are_found_by_their_uid, what_happens_is_what_all_texts_say_without_an_index);

/// What is in the folder is looked at only when somebody asks for it, so that the server
/// can be asked meanwhile; what cannot be read is not taken for an empty folder by whoever
/// asks next.
#[tokio::test]
async fn a_damaged_folder_is_found_out_late_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let (account, collection) = (contract::account(), contract::collection("work"));
    let one = || contract::commit(vec![contract::put(&contract::item(&collection, "a", "text"), None)]);
    let store = FolderStore::open(dir.path()).unwrap();
    store.save_account(&account).await.unwrap();
    store.save_collection(&collection).await.unwrap();
    store.commit(one()).await.unwrap();
    store.compact().unwrap();
    drop(store);
    let state = dir.path().join(".pimento");
    let rows = std::fs::read_dir(&state).unwrap().map(|entry| entry.unwrap().path());
    let rows = rows.into_iter().find(|path| path.to_string_lossy().contains("rows-")).unwrap();
    let before = std::fs::read(&rows).unwrap();
    std::fs::write(&rows, &before[..before.len() - 1]).unwrap();

    let store = FolderStore::open(dir.path()).unwrap();
    assert_eq!(store.accounts().await.unwrap(), [account]);
    store.save_collection(&collection).await.unwrap();
    for _ in 0..2 {
        assert!(store.heads(&collection.id).await.is_err());
        assert!(store.commit(one()).await.is_err());
        assert!(store.compact().is_err());
    }
    drop(store);
    std::fs::write(&rows, &before).unwrap();
    let store = FolderStore::open(dir.path()).unwrap();
    assert_eq!(store.heads(&collection.id).await.unwrap().len(), 1);
}
