//! The database, in a real browser.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[allow(dead_code)]
#[path = "contract/store.rs"]
mod contract;
mod fake;
#[path = "indexeddb/idle.rs"]
mod idle;
#[path = "world/nobody.rs"]
mod nobody;

use contract::{collection, commit, entry, item, occurrence, put};
use pimento::browser::clock::System;
use pimento::browser::database::Database;
use pimento::browser::shell::Extension;
use pimento::browser::vault::WebCrypto;
use pimento::browser::{locks, reason};
use pimento::fault;
use pimento::model::*;
use pimento::port::{Change, Commit, Race, Random, Shell, Store, Vault};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;

fn fresh_name() -> String {
    format!("{:02x?}", System.bytes())
}

async fn fresh() -> Database {
    Database::open_as(&fresh_name()).await.unwrap()
}

macro_rules! kept_by_indexeddb {
    ($($name:ident),* $(,)?) => {
        $(#[wasm_bindgen_test]
        async fn $name() {
            contract::$name(&fresh().await).await;
        })*
    };
}

kept_by_indexeddb!(
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

/// The item, shown so; new if its count is 0, else the next after the one stored.
fn listed(item: &Item, title: &str, times: &[(i64, i64)]) -> Change {
    let times = times.iter().map(|&(start, end)| Happening::at(occurrence(item, start, end))).collect();
    let index = Index { entry: Some(entry(item, title)), times, ..Index::default() };
    Change::Put { item: Box::new(item.clone()), seen: item.head.rev.checked_sub(1), index, race: Race::KeepBase }
}

#[wasm_bindgen_test]
async fn entries_come_in_order_and_by_folder() {
    let store = fresh().await;
    let (work, home) = (collection("work"), collection("home"));
    let (a, b, c) = (item(&work, "a", "t"), item(&home, "b", "t"), item(&work, "c", "t"));
    let note = item(&work, "n", "t");
    let mut about_note = entry(&note, "Beta");
    about_note.kind = EntryKind::Note;
    let noted = Change::Put {
        item: Box::new(note),
        seen: None,
        index: Index { entry: Some(about_note.clone()), ..Index::default() },
        race: Race::KeepBase,
    };
    let all = vec![listed(&a, "Gamma", &[]), listed(&b, "alpha", &[]), listed(&c, "Beta", &[]), noted];
    store.commit(commit(all)).await.unwrap();

    let titles = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.title).collect::<Vec<_>>();
    assert_eq!(titles(store.entries(None).await.unwrap()), ["alpha", "Beta", "Gamma", "Beta"], "kind by kind");
    assert_eq!(titles(store.entries(Some(&home.id)).await.unwrap()), ["alpha"]);
    assert_eq!(store.entries(Some(&work.id)).await.unwrap()[2], about_note);

    // Deleted by the person: no longer listed, though still stored.
    let mut deleted = a.clone();
    deleted.head.edit = Some(Edit::Delete);
    deleted.head.rev = 1;
    store.commit(commit(vec![listed(&deleted, "Gamma", &[])])).await.unwrap();
    assert_eq!(titles(store.entries(None).await.unwrap()), ["alpha", "Beta", "Beta"]);
    assert!(store.item(&a.head.id).await.unwrap().is_some());
    // Gone for good.
    store.commit(commit(vec![Change::Remove { id: b.head.id.clone(), seen: 0 }])).await.unwrap();
    assert_eq!(titles(store.entries(None).await.unwrap()), ["Beta", "Beta"]);
}

#[wasm_bindgen_test]
async fn occurrences_of_a_time_are_those_that_touch_it() {
    let store = fresh().await;
    let work = collection("work");
    let today = 20_000 * DAY;
    let one = |name: &str, times: &[(i64, i64)]| listed(&item(&work, name, "t"), name, times);
    let all = vec![
        one("yesterday", &[(today - DAY, today - HOUR)]),
        one("till midnight", &[(today - HOUR, today)]),
        one("over midnight", &[(today - HOUR, today + HOUR)]),
        one("whole day before", &[(today - DAY, today)]),
        one("moment", &[(today, today)]),
        one("daily", &[(today - DAY + HOUR, today - DAY + 2 * HOUR), (today + HOUR, today + 2 * HOUR)]),
        one("two days", &[(today - DAY, today + DAY)]),
        one("a month", &[(today - 20 * DAY, today + 10 * DAY)]),
        one("last month", &[(today - 40 * DAY, today - 10 * DAY)]),
        one("tomorrow", &[(today + DAY, today + DAY + HOUR)]),
    ];
    store.commit(commit(all)).await.unwrap();
    let titles = async |from, to| {
        let found = store.occurrences(from, to).await.unwrap();
        found.into_iter().map(|o| o.title.replace("work ", "")).collect::<Vec<_>>()
    };
    let touching = ["a month", "two days", "over midnight", "moment", "daily"];
    assert_eq!(titles(today, today + DAY).await, touching);

    // Moved: the old times are gone, also of a series.
    let mut moved = item(&work, "daily", "t");
    moved.head.rev = 1;
    store.commit(commit(vec![listed(&moved, "daily", &[(today + 5 * DAY, today + 5 * DAY + HOUR)])])).await.unwrap();
    assert!(!titles(today, today + DAY).await.contains(&"daily".to_owned()));
    assert_eq!(titles(today + 5 * DAY, today + 6 * DAY).await, ["a month", "daily"]);

    // A change that was lost in a race leaves what is shown.
    let stale = item(&work, "daily", "other");
    let change = Change::Put { item: Box::new(stale), seen: Some(0), index: Index::default(), race: Race::KeepBase };
    store.commit(commit(vec![change])).await.unwrap();
    assert_eq!(titles(today + 5 * DAY, today + 6 * DAY).await, ["a month", "daily"]);

    store.remove_collection(&work.id).await.unwrap();
    assert_eq!(titles(today - 100 * DAY, today + 100 * DAY).await, Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn a_commit_that_fails_changes_nothing() {
    let store = fresh().await;
    let work = Collection { sync_token: Some("new".into()), ..collection("work") };
    let good = item(&work, "a", "t");
    // An edit of what is not there, behind what could be written.
    let was = Some(Box::new(item(&work, "b", "s")));
    let bad = Change::Edit { was, item: Box::new(item(&work, "b", "t")), index: Index::default() };
    let changes = vec![put(&good, None), bad];
    let kept = vec![contract::kept(1, "a", b"x")];
    store.commit(Commit { changes, kept, collection: Some(work.clone()) }).await.unwrap_err();
    assert_eq!(store.item(&good.head.id).await.unwrap(), None);
    assert_eq!(store.kept(Past::Newest(1)).await.unwrap(), []);
    assert_eq!(store.collections(&work.account).await.unwrap(), []);
    // And the next one works.
    store.commit(commit(vec![put(&good, None)])).await.unwrap();
}

#[wasm_bindgen_test]
async fn what_was_written_is_there_for_another_connection() {
    let name = fresh_name();
    let work = collection("work");
    let one = item(&work, "a", "t");
    let writer = Database::open_as(&name).await.unwrap();
    let reader = Database::open_as(&name).await.unwrap();
    writer.commit(commit(vec![put(&one, None)])).await.unwrap();
    assert_eq!(reader.item(&one.head.id).await.unwrap(), Some(one.clone()));
    drop((writer, reader));
    let later = Database::open_as(&name).await.unwrap();
    assert_eq!(later.item(&one.head.id).await.unwrap(), Some(one));
}

#[wasm_bindgen_test]
async fn lets_go_when_another_version_comes_and_opens_again() {
    let name = fresh_name();
    let database = Database::open_as(&name).await.unwrap();
    database.save_settings(&Settings { every_minutes: 3, ..Settings::default() }).await.unwrap();
    // Deleting asks all connections to close, as an upgrade does, and waits for it.
    idb::Factory::new().unwrap().delete(&name).unwrap().await.unwrap();
    assert_eq!(database.settings().await.unwrap(), Settings::default());
}

#[wasm_bindgen_test]
async fn a_newer_schema_is_a_fault() {
    let name = fresh_name();
    let newer = idb::Factory::new().unwrap().open(&name, Some(1000)).unwrap().await.unwrap();
    newer.close();
    assert_eq!(Database::open_as(&name).await.err().map(|fault| fault.text.key), Some("fault_store".into()));
}

#[wasm_bindgen_test]
async fn the_vault_gives_back_what_was_sealed() {
    let name = fresh_name();
    let (ann, bob) = (AccountId("ann".into()), AccountId("bob".into()));
    let vault = WebCrypto::new(Database::open_as(&name).await.unwrap());
    assert_eq!(vault.open(&ann).await.unwrap(), None);
    vault.seal(&ann, "first").await.unwrap();
    vault.seal(&ann, "pä\u{0}ss 🔑").await.unwrap();
    vault.seal(&bob, "").await.unwrap();
    // As after the worker's death.
    let vault = WebCrypto::new(Database::open_as(&name).await.unwrap());
    assert_eq!(vault.open(&ann).await.unwrap().as_deref(), Some("pä\u{0}ss 🔑"));
    assert_eq!(vault.open(&bob).await.unwrap().as_deref(), Some(""));
}

#[wasm_bindgen_test]
async fn a_lock_is_one_holders_at_a_time() {
    let name = fresh_name();
    let held = locks::take(&name).await.unwrap();
    assert!(locks::take(&name).await.is_none());
    assert!(locks::take(&fresh_name()).await.is_some());
    drop(held);
    assert!(locks::take(&name).await.is_some());
}

/// Gives an object of the page a member that it has not, or has otherwise.
fn give(object: &JsValue, name: &str, value: &JsValue) {
    let property = js_sys::Object::new();
    for (name, value) in [("value", value), ("configurable", &JsValue::TRUE)] {
        js_sys::Reflect::set(&property, &name.into(), value).unwrap();
    }
    js_sys::Object::define_property(object.unchecked_ref::<js_sys::Object>(), &name.into(), &property);
}

fn member(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &name.into()).unwrap()
}

#[wasm_bindgen_test]
fn a_connection_saves_data_as_far_as_the_browser_tells() {
    let navigator = member(&js_sys::global(), "navigator");
    for (connection, saves) in [
        // Firefox.
        ("null", false),
        // Chromium on a desktop tells no type.
        (r#"{ "effectiveType": "4g", "saveData": false }"#, false),
        (r#"{ "effectiveType": "4g", "saveData": true }"#, true),
        (r#"{ "effectiveType": "3g", "saveData": false, "type": "wifi" }"#, false),
        (r#"{ "effectiveType": "4g", "saveData": false, "type": "cellular" }"#, true),
        (r#"{ "effectiveType": "2g", "saveData": false }"#, true),
        (r#"{ "effectiveType": "slow-2g", "saveData": false }"#, true),
    ] {
        give(&navigator, "connection", &js_sys::JSON::parse(connection).unwrap());
        assert_eq!(Extension.saves(), saves, "{connection}");
    }
    js_sys::Reflect::delete_property(navigator.unchecked_ref::<js_sys::Object>(), &"connection".into()).unwrap();
}

#[wasm_bindgen_test]
async fn an_alarm_rings_again_until_it_is_set_anew() {
    let global = js_sys::global();
    if member(&global, "chrome").is_undefined() {
        give(&global, "chrome", &js_sys::Object::new());
    }
    let made =
        js_sys::Function::new_with_args("name, info", "globalThis.alarm = { name, info }; return Promise.resolve();");
    let alarms = js_sys::Object::new();
    js_sys::Reflect::set(&alarms, &"create".into(), &made).unwrap();
    give(&member(&global, "chrome"), "alarms", &alarms);
    Extension.wake("change", Some(1_795_305_600_000)).await;
    let alarm = member(&global, "alarm");
    assert_eq!(member(&alarm, "name").as_string().as_deref(), Some("change"));
    let of = |name| member(&member(&alarm, "info"), name).as_f64();
    assert_eq!((of("when"), of("periodInMinutes")), (Some(1_795_305_600_000.0), Some(60.0)));
}

#[wasm_bindgen_test]
fn network_words_are_faults() {
    let key = |error, https| reason::of(error, https, "h").text.key;
    for (error, https, fault) in [
        ("net::ERR_NAME_NOT_RESOLVED", true, fault::no_such_host("h")),
        ("NS_ERROR_UNKNOWN_HOST", false, fault::no_such_host("h")),
        ("net::ERR_CONNECTION_REFUSED", false, fault::refused("h")),
        ("NS_ERROR_CONNECTION_REFUSED", true, fault::refused("h")),
        ("net::ERR_CONNECTION_TIMED_OUT", true, fault::timeout("h")),
        ("NS_ERROR_NET_TIMEOUT", true, fault::timeout("h")),
        ("net::ERR_INTERNET_DISCONNECTED", true, fault::offline()),
        ("net::ERR_CERT_AUTHORITY_INVALID", true, fault::certificate("h")),
        ("net::ERR_SSL_PROTOCOL_ERROR", true, fault::certificate("h")),
        ("SEC_ERROR_UNKNOWN_ISSUER", true, fault::certificate("h")),
        ("The certificate is not trusted because it is self-signed.", true, fault::certificate("h")),
        ("net::ERR_ADDRESS_UNREACHABLE", true, fault::unreachable("h")),
        ("NS_ERROR_NET_RESET", true, fault::unreachable("h")),
        ("anything else", false, fault::unreachable("h")),
    ] {
        assert_eq!(key(error, https), fault.text.key, "{error}");
    }
    assert!(!reason::of("A sentence.", true, "h").context.contains("sentence"));
    let url = |url| url::Url::parse(url).unwrap();
    assert!(reason::loopback(&url("http://127.0.0.9:5232/")) && reason::loopback(&url("http://[::1]/")));
    assert!(reason::loopback(&url("http://localhost/")) && !reason::loopback(&url("https://localhost.example/")));
}

async fn work_stored(store: &Database, work: &Collection) -> Collection {
    store.collections(&work.account).await.unwrap().pop().unwrap()
}

/// What version 2 of the schema has of an event: no words, no series, no UID, and only
/// the times that were near.
async fn of_version_2(name: &str, all: &[Item], of: &Collection) {
    let old = Database::make_old(name, 2).await.unwrap();
    let stores = ["collections", "heads", "texts", "entries", "occurrences"];
    let writing = old.transaction(&stores, idb::TransactionMode::ReadWrite).unwrap();
    let store = |name| writing.object_store(name).unwrap();
    let row = |json: serde_json::Value| js_sys::JSON::parse(&json.to_string()).unwrap();
    let mut collection = serde_json::to_value(of).unwrap();
    collection.as_object_mut().unwrap().remove("indexed").unwrap();
    store("collections").put(&row(collection), None).unwrap();
    for item in all {
        store("heads").put(&row(serde_json::json!({ "head": item.head })), None).unwrap();
        let texts = js_sys::Object::new();
        let base = js_sys::Uint8Array::from(item.base.as_deref().unwrap());
        js_sys::Reflect::set(&texts, &"base".into(), &base).unwrap();
        store("texts").put(&texts, Some(&item.head.id.0.as_str().into())).unwrap();
        let mut entry = serde_json::to_value(entry(item, "Old")).unwrap();
        for newer in ["uid", "recurs", "guessed"] {
            entry.as_object_mut().unwrap().remove(newer);
        }
        store("entries").put(&row(entry), None).unwrap();
    }
    let near = serde_json::json!({ "occurrence": occurrence(&all[0], 20_000 * DAY, 20_003 * DAY), "n": 0, "until": 20_003 * DAY });
    store("occurrences").put(&row(near), None).unwrap();
    writing.await.unwrap();
    old.close();
}

#[wasm_bindgen_test]
async fn an_upgrade_keeps_what_is_there_and_indexes_it_anew() {
    let name = fresh_name();
    let work = Collection { indexed_until: 20_200 * DAY, ..collection("work") };
    let text = |uid: &str, lines: &str| {
        format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    };
    let all = [
        item(&work, "a", &text("once", "SUMMARY:Zürich\r\nDTSTART:20241004T000000Z\r\nDURATION:P3D")),
        item(&work, "b", &text("ever", "DTSTART:20010204T100000Z\r\nRRULE:FREQ=YEARLY")),
    ];
    of_version_2(&name, &all, &work).await;

    let store = Database::open_as(&name).await.unwrap();
    let account = Account { id: work.account.clone(), ..contract::account() };
    store.save_account(&account).await.unwrap();
    for item in &all {
        assert_eq!(store.item(&item.head.id).await.unwrap().as_ref(), Some(item), "as it was, byte for byte");
    }
    assert_eq!(store.heads(&work.id).await.unwrap(), all.clone().map(|item| item.head));
    assert_eq!(store.entries(None).await.unwrap(), []);
    assert_eq!(store.occurrences(20_001 * DAY, 20_002 * DAY).await.unwrap(), []);
    assert!(!work_stored(&store, &work).await.has_expanded(20_001 * DAY, 20_002 * DAY, 20_001 * DAY));
    assert_eq!(store.words().await.unwrap(), []);
    assert_eq!(store.by_uid(&["once".into()]).await.unwrap(), []);
    let february = (981_000_000_000, 981_500_000_000);
    let before = pimento::driver::between(&store, february.0, february.1).await.unwrap();
    assert_eq!(before.len(), 1, "and what happens is told before anything is indexed");

    assert!(pimento::driver::renew(&store, &account.id, 20_010 * DAY).await.unwrap());
    assert_eq!(store.entries(None).await.unwrap().len(), 2);
    assert_eq!(store.occurrences(20_001 * DAY, 20_002 * DAY).await.unwrap().len(), 1);
    assert_eq!(store.by_uid(&["once".into(), "ever".into()]).await.unwrap().len(), 2);
    assert_eq!(store.series(february.0, february.1).await.unwrap(), [all[1].clone()]);
    assert_eq!(pimento::driver::between(&store, february.0, february.1).await.unwrap(), before);
    let sought = pimento::text::words::Sought::new("zurich");
    let words = store.words().await.unwrap();
    let found: Vec<&str> = words.iter().filter(|row| sought.found_in(row.words())).map(|row| row.id()).collect();
    assert_eq!(found, [all[0].head.id.0.as_str()]);
    assert_eq!((words[0].collection(), words[0].kind()), (work.id.0.as_str(), EntryKind::Event));
    for item in &all {
        assert_eq!(store.item(&item.head.id).await.unwrap().as_ref(), Some(item));
    }
}

#[wasm_bindgen_test]
async fn an_upgrade_from_version_4_still_finds_what_items_call_themselves() {
    let name = fresh_name();
    let work = collection("work");
    let all = ["a", "b"].map(|item_name| item(&work, item_name, "text"));
    let old = Database::make_old(&name, 4).await.unwrap();
    let writing = old.transaction(&["entries"], idb::TransactionMode::ReadWrite).unwrap();
    let listed = all.each_ref().map(|item| serde_json::json!({ "entry": entry(item, "Old") }));
    let uids = all.each_ref().map(|item| entry(item, "Old").uid);
    let row = serde_json::json!({
        "collections": ["work"], "uids": uids, "entries": serde_json::to_string(&listed).unwrap(),
    });
    let row = js_sys::JSON::parse(&row.to_string()).unwrap();
    writing.object_store("entries").unwrap().put(&row, Some(&"block".into())).unwrap();
    writing.await.unwrap();
    old.close();

    let store = Database::open_as(&name).await.unwrap();
    let mut found = store.by_uid(&uids).await.unwrap();
    found.sort();
    let mut expected = all.each_ref().map(|item| (entry(item, "").uid, item.head.id.clone(), work.id.clone()));
    expected.sort();
    assert_eq!(found, expected);
}

#[wasm_bindgen_test]
async fn an_upgrade_from_versions_5_and_6_tells_all_times_anew() {
    // What a row of `times` had.
    let alone = |one: Occurrence| serde_json::to_string(&[one]).unwrap();
    upgrade_tells_all_times_anew(5, alone).await;
    let together = |one: Occurrence| {
        let (start, end) = (one.start + DAY, one.end + DAY);
        serde_json::to_string(&[(one, [start, end, start])]).unwrap()
    };
    upgrade_tells_all_times_anew(6, together).await;
}

async fn upgrade_tells_all_times_anew(version: u32, times: impl Fn(Occurrence) -> String) {
    let name = fresh_name();
    let work = Collection { indexed: Index::VERSION - 1, ..collection("work") };
    let text =
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:u\r\nDTSTART:20241004T000000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let item = item(&work, "a", text);
    let old = Database::make_old(&name, version).await.unwrap();
    let stores = ["collections", "heads", "texts", "entries", "times"];
    let writing = old.transaction(&stores, idb::TransactionMode::ReadWrite).unwrap();
    let store = |name| writing.object_store(name).unwrap();
    let row = |json: serde_json::Value| js_sys::JSON::parse(&json.to_string()).unwrap();
    let key = JsValue::from(item.head.id.0.as_str());
    store("collections").put(&row(serde_json::to_value(&work).unwrap()), None).unwrap();
    let heads = serde_json::to_string(&[&item.head]).unwrap();
    store("heads")
        .put(&row(serde_json::json!({ "collections": [&work.id], "todo": [], "heads": heads })), Some(&key))
        .unwrap();
    let texts = js_sys::Object::new();
    js_sys::Reflect::set(&texts, &"base".into(), &js_sys::Uint8Array::from(text.as_bytes())).unwrap();
    store("texts").put(&texts, Some(&key)).unwrap();
    let listed = serde_json::json!([{ "entry": entry(&item, "Old"), "times": [714] }]).to_string();
    store("entries")
        .put(&row(serde_json::json!({ "collections": [&work.id], "entries": listed })), Some(&key))
        .unwrap();
    // 2024-10-04 is the 20,000th day: of the 714th time of 28 days.
    let times = times(occurrence(&item, 20_000 * DAY, 20_000 * DAY));
    let span = js_sys::Array::of2(&714.into(), &key);
    store("times").put(&times.into(), Some(&span)).unwrap();
    writing.await.unwrap();
    old.close();

    let store = Database::open_as(&name).await.unwrap();
    let account = Account { id: work.account.clone(), ..contract::account() };
    store.save_account(&account).await.unwrap();
    let (from, to) = (20_000 * DAY, 20_001 * DAY);
    assert_eq!(store.occurrences(from, to).await.unwrap(), []);
    assert_eq!(pimento::driver::between(&store, from, to).await.unwrap().len(), 1, "before anything is indexed");
    assert!(pimento::driver::renew(&store, &account.id, 20_010 * DAY).await.unwrap());
    assert_eq!(store.occurrences(from, to).await.unwrap().len(), 1);
}

#[wasm_bindgen_test]
async fn times_that_tell_the_same_are_told_once_in_each_row_and_come_back_each() {
    let name = fresh_name();
    let store = Database::open_as(&name).await.unwrap();
    let item = item(&collection("work"), "a", "text");
    let at = |day: i64, long: i64, title: &str| {
        let (start, end) = ((20_000 + day) * DAY, (20_000 + day + long) * DAY);
        Happening::at(Occurrence { title: title.into(), of: Some(start - 1), ..occurrence(&item, start, end) })
    };
    let mut series = at(0, 1, "Yoga");
    for week in 1..10 {
        let start = (20_000 + 7 * week) * DAY;
        assert!(series.add(start, start + DAY, Some(start - 1)));
        assert!(!series.add(start, start + HOUR, Some(start - 1)), "shorter");
        assert!(!series.add(start, start + DAY, Some(start)), "another one of the series, moved");
        assert!(!series.add(start, start + DAY, None), "none of the series");
    }
    let index = Index {
        entry: Some(entry(&item, "Yoga")),
        times: vec![series, at(3, 1, "Yoga, later"), at(4, 20, "Yoga camp")],
        ..Index::default()
    };
    let mut all = index.occurrences();
    let new = Change::Put { item: Box::new(item.clone()), seen: None, index, race: Race::KeepBase };
    store.commit(commit(vec![new])).await.unwrap();
    all.sort_by_key(|occurrence| occurrence.start);
    assert_eq!((all.len(), &all), (12, &store.occurrences(20_000 * DAY, 20_100 * DAY).await.unwrap()));

    let opened = idb::Factory::new().unwrap().open(&name, None).unwrap().await.unwrap();
    let reading = opened.transaction(&["times"], idb::TransactionMode::ReadOnly).unwrap();
    let rows = reading.object_store("times").unwrap().get_all(None, None).unwrap().await.unwrap();
    opened.close();
    let rows: Vec<String> = rows.iter().map(|row| row.as_string().unwrap()).collect();
    // What is long is beside; then three rows of 28 days, and the other in the first of them.
    assert_eq!(rows.iter().map(|row| row.matches("title").count()).collect::<Vec<_>>(), [1, 2, 1, 1]);
    let last = [7, 8, 9].map(|week| (20_000 + 7 * week) * DAY);
    let first = format!(
        r#"{{"item":"work a","collection":"{}","title":"Yoga","start":{},"end":{},"of":{}}}"#,
        item.head.collection.0,
        last[0],
        last[0] + DAY,
        last[0] - 1
    );
    assert_eq!(rows[3], format!("[[{first},[{},{}]]]", last[1], last[2]), "another form is another schema");
}

#[wasm_bindgen_test]
async fn two_uids_of_one_hash_are_two() {
    let store = fresh().await;
    let work = collection("work");
    for (name, uid) in [("a", "costarring"), ("b", "liquid"), ("c", "")] {
        let item = item(&work, name, "text");
        let index = Index { entry: Some(Entry { uid: uid.into(), ..entry(&item, name) }), ..Index::default() };
        let new = Change::Put { item: Box::new(item), seen: None, index, race: Race::KeepBase };
        store.commit(commit(vec![new])).await.unwrap();
    }
    let found = |uid: &str, name: &str| (uid.to_owned(), ItemId(format!("work {name}")), work.id.clone());
    assert_eq!(store.by_uid(&["costarring".into()]).await.unwrap(), [found("costarring", "a")]);
    assert_eq!(store.by_uid(&["liquid".into(), String::new()]).await.unwrap(), [found("liquid", "b")]);
}

/// The rows of `uids`, as they are stored.
async fn uids_in(name: &str) -> Vec<Vec<u8>> {
    let opened = idb::Factory::new().unwrap().open(name, None).unwrap().await.unwrap();
    let reading = opened.transaction(&["uids"], idb::TransactionMode::ReadOnly).unwrap();
    let rows = reading.object_store("uids").unwrap().get_all(None, None).unwrap().await.unwrap();
    opened.close();
    rows.into_iter().map(|row| js_sys::Uint8Array::from(row).to_vec()).collect()
}

/// Of this UID. What is stored is found by later versions: the hash is never another.
const LIQUID: [u8; 4] = [0x9d, 0xaa, 0x4d, 0x5e];

#[wasm_bindgen_test]
async fn hashes_of_uids_go_with_their_items() {
    let name = fresh_name();
    let store = Database::open_as(&name).await.unwrap();
    let work = collection("work");
    let called = |name: &str, uid: &str, seen: Option<u64>| {
        let mut item = item(&work, name, "text");
        item.head.rev = seen.map_or(0, |seen| seen + 1);
        let index = Index { entry: Some(Entry { uid: uid.into(), ..entry(&item, name) }), ..Index::default() };
        Change::Put { item: Box::new(item), seen, index, race: Race::KeepBase }
    };
    store.commit(commit(vec![called("a", "liquid", None), called("b", "", None)])).await.unwrap();
    assert_eq!(uids_in(&name).await, [LIQUID], "none for what has no UID");
    store.commit(commit(vec![called("b", "liquid", Some(0))])).await.unwrap();
    assert_eq!(uids_in(&name).await, [LIQUID, LIQUID]);
    store.commit(commit(vec![called("a", "", Some(0))])).await.unwrap();
    assert_eq!(uids_in(&name).await, [LIQUID]);
    store.commit(commit(vec![called("a", "liquid", Some(1))])).await.unwrap();
    store.commit(commit(vec![Change::Remove { id: ItemId("work a".into()), seen: 2 }])).await.unwrap();
    assert_eq!(uids_in(&name).await, [LIQUID]);
    store.remove_collection(&work.id).await.unwrap();
    assert_eq!(uids_in(&name).await, Vec::<Vec<u8>>::new());
}

#[wasm_bindgen_test]
async fn words_go_with_their_item() {
    let store = fresh().await;
    let work = collection("work");
    let named = |name: &str, words: &str, seen: Option<u64>| {
        let mut item = item(&work, name, words);
        item.head.rev = seen.map_or(0, |seen| seen + 1);
        let index = Index { entry: Some(entry(&item, name)), words: words.to_owned(), ..Index::default() };
        Change::Put { item: Box::new(item), seen, index, race: Race::KeepBase }
    };
    let words =
        async || -> Vec<String> { store.words().await.unwrap().iter().map(|row| row.words().to_owned()).collect() };
    store.commit(commit(vec![named("a", " one ", None), named("b", " two ", None)])).await.unwrap();
    assert_eq!(words().await, [" one ", " two "]);
    store.commit(commit(vec![named("a", " other ", Some(0))])).await.unwrap();
    assert_eq!(words().await, [" other ", " two "]);
    let ids = ["work b", "none", "work a"].map(|id| ItemId(id.into()));
    let titles: Vec<String> = store.entries_of(&ids).await.unwrap().into_iter().map(|entry| entry.title).collect();
    assert_eq!(titles, ["b", "a"], "as asked for");
    store.commit(commit(vec![Change::Remove { id: ids[0].clone(), seen: 0 }])).await.unwrap();
    assert_eq!(words().await, [" other "]);
    store.remove_collection(&work.id).await.unwrap();
    assert_eq!(words().await, Vec::<String>::new());
}

#[wasm_bindgen_test]
async fn items_that_share_rows_are_listed_each_for_itself() {
    let store = fresh().await;
    let (work, home) = (collection("work"), collection("home"));
    let of = |n: u32| if n < 70 { &work } else { &home };
    let named = |n: u32, title: &str, rev: u64| {
        let mut item = item(of(n), &n.to_string(), title);
        item.head.id = ItemId::of_batch("b", n);
        item.head.rev = rev;
        let series = Some(Series { from: i64::from(n), until: None });
        let words = format!(" {title} ");
        let index = Index { entry: Some(entry(&item, title)), words, series, ..Index::default() };
        Change::Put { item: Box::new(item), seen: rev.checked_sub(1), index, race: Race::KeepBase }
    };
    store.commit(commit((0..100).map(|n| named(n, &format!("t{n:02}"), 0)).collect())).await.unwrap();
    let changed = named(3, "other", 1);
    let gone = Change::Remove { id: ItemId::of_batch("b", 1), seen: 0 };
    store.commit(commit(vec![changed, gone])).await.unwrap();

    let titles = |folder: &Collection| {
        let mut titles: Vec<String> =
            (0..100).filter(|n| ![1, 3].contains(n) && of(*n) == folder).map(|n| format!("t{n:02}")).collect();
        titles.splice(..0, (folder == &work).then(|| "other".to_owned()));
        titles
    };
    for folder in [&work, &home] {
        let entries = store.entries(Some(&folder.id)).await.unwrap();
        assert_eq!(entries.into_iter().map(|entry| entry.title).collect::<Vec<_>>(), titles(folder));
    }
    let all = [titles(&work), titles(&home)].concat();
    let mut words: Vec<String> = store.words().await.unwrap().iter().map(|row| row.words().trim().to_owned()).collect();
    words.sort();
    let mut sorted = all.clone();
    sorted.sort();
    assert_eq!(words, sorted);
    assert_eq!(store.series(0, 1_000).await.unwrap().len(), 99);
    assert_eq!(store.series(0, 3).await.unwrap().len(), 2, "0 and 2");

    store.remove_collection(&work.id).await.unwrap();
    assert_eq!(store.entries(None).await.unwrap().len(), 30);
    assert_eq!(store.words().await.unwrap().len(), 30);
    assert_eq!(store.series(0, 1_000).await.unwrap().len(), 30);
}

#[wasm_bindgen_test]
async fn short_texts_share_rows_and_long_ones_do_not() {
    let name = fresh_name();
    let store = Database::open_as(&name).await.unwrap();
    let work = collection("work");
    let put = |batch: &str, n: u32| {
        let mut item = item(&work, &n.to_string(), "t");
        item.head.id = ItemId::of_batch(batch, n);
        Change::Put { item: Box::new(item), seen: None, index: Index::default(), race: Race::KeepBase }
    };
    let changes = (0..17).flat_map(|n| [put("b", n), put("long-b", n)]).collect();
    store.commit(commit(changes)).await.unwrap();
    let database = idb::Factory::new().unwrap().open(&name, None).unwrap().await.unwrap();
    let rows = async |store: &str| {
        let transaction = database.transaction(&[store], idb::TransactionMode::ReadOnly).unwrap();
        transaction.object_store(store).unwrap().count(None).unwrap().await.unwrap()
    };
    assert_eq!(rows("heads").await, 1 + 1);
    assert_eq!(rows("texts").await, 2 + 17);
}

#[wasm_bindgen_test]
async fn what_happens_is_found_wherever_times_are_cut() {
    let store = fresh().await;
    let work = collection("work");
    let span = 28 * DAY;
    let starts = [-40 * span, -span - 1, -span, -1, 0, 1, span - 1, span, span + 1, 700 * span];
    let lengths = [0, HOUR, 7 * DAY, 7 * DAY + 1, 40 * DAY];
    let mut all = Vec::new();
    for (n, (start, length)) in (0..).zip(starts.iter().flat_map(|start| lengths.map(|length| (*start, length)))) {
        let mut item = item(&work, &n.to_string(), "t");
        item.head.id = ItemId::of_batch("b", n);
        let index = Index {
            entry: Some(entry(&item, "t")),
            times: vec![Happening::at(occurrence(&item, start, start + length))],
            ..Index::default()
        };
        all.push((item, index));
    }
    let put = |(item, index): &(Item, Index)| Change::Put {
        item: Box::new(item.clone()),
        seen: None,
        index: index.clone(),
        race: Race::KeepBase,
    };
    store.commit(commit(all.iter().map(put).collect())).await.unwrap();
    let edges = starts.iter().flat_map(|start| lengths.map(|length| start + length));
    let edges: Vec<i64> = edges.flat_map(|at| [at - 1, at, at + 1]).collect();
    for (n, from) in edges.iter().enumerate() {
        let to = edges[(n * 7 + 3) % edges.len()];
        let of = |all: Vec<Occurrence>| {
            let mut ids: Vec<ItemId> = all.into_iter().map(|occurrence| occurrence.item).collect();
            ids.sort();
            ids
        };
        let all = all.iter().flat_map(|(_, index)| &index.times);
        let touching = all.clone().flat_map(|one| one.each(Occurrence::touches(*from, to))).collect();
        assert_eq!(of(store.occurrences(*from, to).await.unwrap()), of(touching), "{from} {to}");
        let next = store.next(*from).await.unwrap().into_values().collect();
        let coming = all.flat_map(|one| one.each(|start, _| start >= *from)).collect();
        assert_eq!(of(next), of(coming), "{from}");
    }
}

/// So many items are searched here; by hand more, with a longer WASM_BINDGEN_TEST_TIMEOUT.
const MANY: usize = match option_env!("PIMENTO_MANY") {
    Some(many) => {
        let (digits, mut n, mut at) = (many.as_bytes(), 0, 0);
        while at < digits.len() {
            n = n * 10 + (digits[at] - b'0') as usize;
            at += 1;
        }
        n
    }
    None => 300,
};

/// What one line in twenty has of a note, the others of an event or a contact.
fn many_words(n: usize) -> String {
    let many = if n.is_multiple_of(20) { 200 } else { 22 };
    (0..many).map(|k| format!(" {:05x}word", (n * 7_919 + k * 104_729) % 65_536)).collect::<String>() + " "
}

/// The choice of `words`: one text for each item, read at once and held by the page,
/// against an index of the database with an entry for each word.
#[wasm_bindgen_test]
async fn a_text_of_words_costs_a_run_little_and_a_key_less() {
    let now = js_sys::Date::now;
    let work = collection("work");
    let change = |n: usize, words: bool| {
        let item = item(&work, &format!("{n}"), &"BEGIN:VCALENDAR\r\n".repeat(40));
        let words = if words { many_words(n) } else { String::new() };
        let times = vec![Happening::at(occurrence(&item, n as i64 * DAY, n as i64 * DAY + HOUR))];
        let index = Index { entry: Some(entry(&item, &format!("Title {n}"))), times, series: None, words };
        Change::Put { item: Box::new(item), seen: None, index, race: Race::KeepBase }
    };
    let all: Vec<usize> = (0..MANY).collect();
    let run = async |words: bool| {
        let store = fresh().await;
        let began = now();
        for some in all.chunks(100) {
            store.commit(commit(some.iter().map(|n| change(*n, words)).collect())).await.unwrap();
        }
        (store, now() - began)
    };
    // Whatever else the machine does, one of three times is the least of it.
    let (mut without, mut with, mut store) = (f64::INFINITY, f64::INFINITY, None);
    for _ in 0..3 {
        without = without.min(run(false).await.1);
        let (stored, took) = run(true).await;
        with = with.min(took);
        store = Some(stored);
    }
    let store = store.unwrap();

    // The other way.
    let name = fresh_name();
    let mut request = idb::Factory::new().unwrap().open(&name, Some(1)).unwrap();
    request.on_upgrade_needed(|event| {
        use idb::Event as _;
        let database = event.target().unwrap().database().unwrap();
        let words = database.create_object_store("words", idb::ObjectStoreParams::new()).unwrap();
        let mut each = idb::IndexParams::new();
        each.multi_entry(true);
        words.create_index("words", idb::KeyPath::new_single("words"), Some(each)).unwrap();
    });
    let other = request.await.unwrap();
    let began = now();
    for some in all.chunks(100) {
        let writing = other.transaction(&["words"], idb::TransactionMode::ReadWrite).unwrap();
        for n in some {
            let words: js_sys::Array = many_words(*n).split_whitespace().map(wasm_bindgen::JsValue::from).collect();
            let row = js_sys::Object::new();
            js_sys::Reflect::set(&row, &"words".into(), &words).unwrap();
            writing.object_store("words").unwrap().put(&row, Some(&format!("work {n}").into())).unwrap();
        }
        writing.commit().unwrap().await.unwrap();
    }
    let indexed = now() - began;
    let began = now();
    let reading = other.transaction(&["words"], idb::TransactionMode::ReadOnly).unwrap();
    let range = idb::KeyRange::bound(&"0".into(), &"0\u{ffff}".into(), None, None).unwrap();
    let index = reading.object_store("words").unwrap().index("words").unwrap();
    let hits = index.get_all_keys(Some(idb::Query::KeyRange(range)), None).unwrap().await.unwrap().len();
    let by_index = now() - began;

    let began = now();
    let words = store.words().await.unwrap();
    let reading = now() - began;
    let sought: Vec<_> = ["0", "0a", "0a1", "0a12 f"].map(pimento::text::words::Sought::new).into();
    let began = now();
    let found: Vec<usize> =
        sought.iter().map(|sought| words.iter().filter(|row| sought.found_in(row.words())).count()).collect();
    let key = (now() - began) / sought.len() as f64;
    let began = now();
    let entries = store.entries(None).await.unwrap();
    let listing = now() - began;

    wasm_bindgen_test::console_log!(
        "{MANY} items: stored in {without} ms, with words in {with} ms; words read in {reading} ms, a key {key} ms; \
         an index of words written in {indexed} ms, a key {by_index} ms; a list of entries read in {listing} ms"
    );
    assert_eq!((words.len(), entries.len()), (MANY, MANY));
    assert!(found[0] > 0 && found[0] >= found[1] && found[1] >= found[2] && hits >= found[0]);
    assert!(with < without * 2.0 + 100.0, "storing with words: {with} ms, without: {without} ms");
    assert!(key < by_index + 5.0, "a key: {key} ms; by an index of words: {by_index} ms");
    assert!(key < listing + 5.0, "a key: {key} ms; to list the same items: {listing} ms");
}
