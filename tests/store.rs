//! The store in memory keeps the contract that the database of the browser keeps.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "contract/store.rs"]
mod contract;

use std::fs;
use std::ops::Range;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use pimento::fault;
use pimento::memory::Memory;
use pimento::model::{Collection, CollectionId, Edit};
use pimento::native::FolderStore;
use pimento::port::{Commit, Store};

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

/// A folder of files with one item in step with the server.
async fn folder_of_one() -> (tempfile::TempDir, Collection) {
    let dir = tempfile::tempdir().unwrap();
    let collection = contract::collection("work");
    let store = FolderStore::open(dir.path()).unwrap();
    store.save_account(&contract::account()).await.unwrap();
    store.save_collection(&collection).await.unwrap();
    store.commit(one(&collection)).await.unwrap();
    (dir, collection)
}

fn one(collection: &Collection) -> Commit {
    contract::commit(vec![contract::put(&contract::item(collection, "a", "text"), None)])
}

/// The page of the table of items.
const ITEMS: Range<usize> = 5 * 4096..6 * 4096;

/// The state of a folder, as it is and as it is to be.
fn state_of(dir: &tempfile::TempDir, becomes: impl FnOnce(&mut Vec<u8>)) -> (PathBuf, Vec<u8>, Vec<u8>) {
    let path = dir.path().join(".pimento/state.sqlite");
    let before = fs::read(&path).unwrap();
    let mut after = before.clone();
    becomes(&mut after);
    fs::write(&path, &after).unwrap();
    (path, before, after)
}

#[tokio::test]
async fn a_damaged_state_is_not_taken_for_an_empty_one_and_stays_as_it_is() {
    let (dir, collection) = folder_of_one().await;
    let (path, before, after) = state_of(&dir, |state| state[..100].fill(b'x'));
    assert!(FolderStore::open(dir.path()).is_err());
    assert_eq!(fs::read(&path).unwrap(), after);

    fs::write(&path, &before).unwrap();
    // Where the items are; what stands before and behind is read at once.
    let (path, before, after) = state_of(&dir, |state| state[ITEMS].fill(b'x'));
    let store = FolderStore::open(dir.path()).unwrap();
    for _ in 0..2 {
        assert!(store.heads(&collection.id).await.is_err());
        assert!(store.commit(one(&collection)).await.is_err());
    }
    drop(store);
    assert_eq!(fs::read(&path).unwrap()[ITEMS], after[ITEMS]);

    fs::write(&path, &before).unwrap();
    let store = FolderStore::open(dir.path()).unwrap();
    assert_eq!(store.accounts().await.unwrap(), [contract::account()]);
    assert_eq!(store.heads(&collection.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_state_of_another_version_is_refused() {
    let (dir, _) = folder_of_one().await;
    // The user version (SQLite's file format, 1.3).
    let (path, _, after) = state_of(&dir, |state| state[60..64].copy_from_slice(&7u32.to_be_bytes()));
    assert!(FolderStore::open(dir.path()).is_err());
    assert_eq!(fs::read(&path).unwrap(), after);
}

#[tokio::test]
async fn a_state_that_is_gone_is_not_taken_for_a_new_one() {
    let (dir, _) = folder_of_one().await;
    let state = dir.path().join(".pimento");
    // Of a run.
    fs::write(state.join("runs.json"), "[]").unwrap();
    for gone in [true, false] {
        if gone { fs::remove_file(state.join("state.sqlite")) } else { fs::write(state.join("state.sqlite"), "") }
            .unwrap();
        assert!(FolderStore::open(dir.path()).is_err(), "{gone}");
    }
}

/// The folder as it is when its run dies now.
fn dead(dir: &tempfile::TempDir) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for folder in [".pimento", "work"] {
        fs::create_dir(copy.path().join(folder)).unwrap();
        for file in fs::read_dir(dir.path().join(folder)).unwrap().map(Result::unwrap) {
            fs::copy(file.path(), copy.path().join(folder).join(file.file_name())).unwrap();
        }
    }
    copy
}

#[tokio::test]
async fn after_a_run_that_died_no_missing_file_is_a_deletion() {
    let (dir, collection) = folder_of_one().await;
    let store = FolderStore::open(dir.path()).unwrap();
    let more = contract::commit(vec![contract::put(&contract::item(&collection, "b", "more"), None)]);
    store.commit(more).await.unwrap();
    let copies = [dead(&dir), dead(&dir)];
    drop(store);
    let edits = async |dir: &tempfile::TempDir| {
        let store = FolderStore::open(dir.path()).unwrap();
        assert_eq!(store.heads(&collection.id).await.unwrap().len(), 2, "what was committed is there");
        store.todo(&collection.id).await.unwrap().iter().map(|head| head.edit).collect::<Vec<_>>()
    };
    let [copy, emptied] = copies;
    for dir in [&dir, &copy] {
        fs::remove_file(dir.path().join("work/b.ics")).unwrap();
    }
    fs::write(emptied.path().join("work/b.ics"), "").unwrap();
    assert_eq!(edits(&dir).await, [Some(Edit::Delete)]);
    for copy in [&copy, &emptied] {
        assert_eq!(edits(copy).await, []);
        assert_eq!(fs::read(copy.path().join("work/b.ics")).unwrap(), b"more");
    }
    // That run came to its end.
    fs::write(copy.path().join("work/b.ics"), "").unwrap();
    assert_eq!(edits(&copy).await, [Some(Edit::Put)]);
    fs::remove_file(copy.path().join("work/b.ics")).unwrap();
    assert_eq!(edits(&copy).await, [Some(Edit::Delete)]);
}

#[tokio::test]
async fn a_file_is_there_whatever_its_time() {
    let (dir, collection) = folder_of_one().await;
    let file = dir.path().join("work/a.ics");
    for seconds in [-1_000_000_000_i64, 20_000_000_000] {
        let time = if seconds < 0 {
            SystemTime::UNIX_EPOCH - Duration::from_secs(seconds.unsigned_abs())
        } else {
            SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs())
        };
        fs::File::options().write(true).open(&file).unwrap().set_modified(time).unwrap();
        let store = FolderStore::open(dir.path()).unwrap();
        assert_eq!(store.todo(&collection.id).await.unwrap(), [], "{seconds}");
    }
}

/// What is in the folder is looked at only when somebody asks for it, so that the server
/// can be asked meanwhile; what cannot be read is not taken for an empty folder by whoever
/// asks next.
#[tokio::test]
async fn a_folder_that_cannot_be_read_is_found_out_late_and_stays_as_it_is() {
    let (dir, collection) = folder_of_one().await;
    let (folder, aside) = (dir.path().join("work"), dir.path().join("aside"));
    fs::rename(&folder, &aside).unwrap();
    fs::write(&folder, "no folder").unwrap();

    let store = FolderStore::open(dir.path()).unwrap();
    assert_eq!(store.accounts().await.unwrap(), [contract::account()]);
    store.save_collection(&collection).await.unwrap();
    for _ in 0..2 {
        assert!(store.heads(&collection.id).await.is_err());
        assert!(store.commit(one(&collection)).await.is_err());
    }
    drop(store);
    fs::remove_file(&folder).unwrap();
    fs::rename(&aside, &folder).unwrap();
    let store = FolderStore::open(dir.path()).unwrap();
    assert_eq!(store.todo(&collection.id).await.unwrap(), []);
    assert_eq!(store.heads(&collection.id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_folder_is_one_runs_at_a_time() {
    let (dir, _) = folder_of_one().await;
    let store = FolderStore::open(dir.path()).unwrap();
    let told = FolderStore::open(dir.path()).err().unwrap();
    assert_eq!(told.text.key, fault::in_use("").text.key);
    drop(store);
    FolderStore::open(dir.path()).unwrap();
}

#[tokio::test]
async fn a_commit_that_fails_leaves_no_row_of_it() {
    let (dir, collection) = folder_of_one().await;
    let store = FolderStore::open(dir.path()).unwrap();
    let stray = Collection { id: CollectionId("stray".to_owned()), ..collection.clone() };
    let commit = Commit {
        collection: Some(stray),
        ..contract::commit(vec![contract::put(&contract::item(&collection, "b", "new"), None)])
    };
    assert!(store.commit(commit).await.is_err());
    assert_eq!(store.heads(&collection.id).await.unwrap().len(), 1);
    drop(store);
    // Its file looks like the person's, and is sent: the server says whose it is.
    let store = FolderStore::open(dir.path()).unwrap();
    let todo = store.todo(&collection.id).await.unwrap();
    assert_eq!(
        todo.iter().map(|head| (head.href.name(), head.edit)).collect::<Vec<_>>(),
        [("b.ics".to_owned(), Some(Edit::Put))]
    );
}

#[tokio::test]
async fn a_folder_that_is_missing_is_written_anew_though_its_collection_is_saved_first() {
    let (dir, collection) = folder_of_one().await;
    fs::remove_dir_all(dir.path().join("work")).unwrap();
    let store = FolderStore::open(dir.path()).unwrap();
    store.save_collection(&collection).await.unwrap();
    assert_eq!(store.todo(&collection.id).await.unwrap(), []);
    assert_eq!(fs::read(dir.path().join("work/a.ics")).unwrap(), b"text");
}

#[tokio::test]
async fn a_new_file_that_went_with_its_folder_is_gone() {
    let (dir, collection) = folder_of_one().await;
    let folder = dir.path().join("work");
    fs::write(folder.join("new.ics"), "new").unwrap();
    let todo = async || {
        let store = FolderStore::open(dir.path()).unwrap();
        let todo = store.todo(&collection.id).await.unwrap();
        todo.iter().map(|head| (head.href.name(), head.edit)).collect::<Vec<_>>()
    };
    assert_eq!(todo().await, [("new.ics".to_owned(), Some(Edit::Put))]);
    fs::remove_dir_all(folder).unwrap();
    assert_eq!(todo().await, [("new.ics".to_owned(), Some(Edit::Delete))]);
}
