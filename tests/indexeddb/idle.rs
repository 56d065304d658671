//! What a run in which nothing changed writes: its own line.

use std::rc::Rc;

use pimento::browser::clock::System;
use pimento::driver::{Driver, Options, Scope};
use pimento::model::{Account, Href, Outcome, Trigger};
use pimento::port::{Ports, Store};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::fake::Fake;
use crate::fake::flavour::Flavour;
use crate::fake::folder::Folder;
use crate::fake::trouble::Ways;
use crate::nobody::{Nobody, Password};

/// Until [`forget_writes`], each write in this page is noted by the name of its store.
fn note_writes() {
    js_sys::Function::new_no_args(
        "globalThis.written = [];
         globalThis.unnoted = [];
         const note = (of, method, store) => {
             const original = of[method];
             globalThis.unnoted.push(() => { of[method] = original; });
             of[method] = function (...given) {
                 globalThis.written.push(store(this));
                 return original.apply(this, given);
             };
         };
         for (const method of ['put', 'add', 'delete', 'clear']) {
             note(IDBObjectStore.prototype, method, (store) => store.name);
         }
         for (const method of ['update', 'delete']) {
             note(IDBCursor.prototype, method, (cursor) => (cursor.source.objectStore ?? cursor.source).name);
         }",
    )
    .call0(&js_sys::global())
    .unwrap();
}

fn forget_writes() {
    js_sys::Function::new_no_args("globalThis.unnoted.forEach((undo) => undo())").call0(&js_sys::global()).unwrap();
}

/// The stores that were written to since the last time, in order.
fn written() -> Vec<String> {
    let taken = js_sys::Function::new_no_args("return globalThis.written.splice(0)").call0(&js_sys::global());
    js_sys::Array::from(&taken.unwrap()).iter().map(|name| name.as_string().unwrap()).collect()
}

#[wasm_bindgen_test]
async fn a_run_that_finds_nothing_changed_writes_its_own_line() {
    note_writes();
    for flavour in [Flavour::Radicale, Flavour::Xandikos] {
        let homes = flavour.facts().homes;
        let fake = Rc::new(Fake::new(Ways::of(flavour)));
        for (name, home, contacts, text) in [
            (
                "Calendar",
                homes[0],
                false,
                "VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:20261123\nEND:VEVENT\nEND:VCALENDAR",
            ),
            ("Contacts", homes[1], true, "VCARD\nVERSION:3.0\nUID:2\nFN:A\nN:A\nEND:VCARD"),
            ("Notes", homes[0], false, "VCALENDAR\nBEGIN:VJOURNAL\nUID:3\nSUMMARY:A\nEND:VJOURNAL\nEND:VCALENDAR"),
        ] {
            let component = if name == "Notes" { "VJOURNAL" } else { "VEVENT" };
            let path = format!("{home}{name}/");
            fake.make(&path, Folder::new(contacts, name, component));
            fake.write(&format!("{path}1"), format!("BEGIN:{text}\n").as_bytes());
        }
        let store = Rc::new(super::fresh().await);
        let account = Account {
            calendar_homes: vec![Href::path(homes[0])],
            addressbook_homes: vec![Href::path(homes[1])],
            ..Account::new("https://fake.example/", "alice", Some(Href::path("/alice/")))
        };
        store.save_account(&account).await.unwrap();
        let ports = Ports {
            http: fake,
            store: store.clone(),
            clock: Rc::new(System),
            random: Rc::new(System),
            vault: Rc::new(Password),
            shell: Rc::new(Nobody),
        };
        let options = Options {
            scope: Scope::Roles,
            guard: false,
            copy_mark: || " (copy)".into(),
            name: |role| format!("{role:?}"),
        };
        let driver = Driver::new(ports, options);
        let run = || async { driver.run(store.accounts().await.unwrap().remove(0), Trigger::Interval).await.unwrap() };
        let began = run().await;
        assert_eq!((began.outcome, began.collections.len()), (Outcome::Ok, 3));
        let first = written();
        assert!(first.iter().any(|name| name == "heads"), "{first:?}");
        // What is learned of the server by the first runs may still be written by the second.
        run().await;
        written();
        assert_eq!(run().await.outcome, Outcome::Ok);
        assert_eq!(written(), ["runs", "runs"], "{flavour:?}: as it begins, and as it ends");
    }
    forget_writes();
}
