use super::*;
use crate::model::{AccountId, Href, Index};
use crate::port::{Commit, Race, Store};

#[tokio::test]
async fn a_folder_that_came_back_is_not_written_over() {
    let dir = tempfile::tempdir().unwrap();
    let store = FolderStore::open(dir.path()).unwrap();
    let collection = Collection::new(&AccountId("a".to_owned()), Href::path("/work/"), Kind::Calendar);
    store.save_collection(&collection).await.unwrap();
    let head = Head::new(ItemId("a".to_owned()), collection.id.clone(), Href::path("/work/a.ics"));
    let item = Item { head: Head { based: true, ..head }, base: Some(b"text".to_vec()), edit: None };
    let put = Change::Put { item: Box::new(item), seen: None, index: Index::default(), race: Race::KeepBase };
    store.commit(Commit { changes: vec![put], ..Commit::default() }).await.unwrap();
    let file = dir.path().join("work/a.ics");
    fs::write(&file, "edited").unwrap();

    // It was missing when it was looked at.
    store.compare(&collection, None).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"edited");
    let todo = store.todo(&collection.id).await.unwrap();
    assert_eq!(todo.iter().map(|head| head.edit).collect::<Vec<_>>(), [Some(Edit::Put)]);
}
