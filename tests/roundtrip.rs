//! Every item of the sample files that a server takes, over that server and back: one
//! field is edited here, and what is then on the server differs from what was there in
//! the lines of that field and the stamps, and in nothing else.
//!
//! What a server rewrites of itself is measured, not guessed: each text is put as it
//! is, and what comes back is what the edit begins with. Where more than the edit named
//! is another then, that text is put once more, unedited, in a folder beside: the edited
//! one must be like what comes back from there, byte for byte.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bench;
#[path = "corpus/files.rs"]
mod files;
mod harness;
#[path = "corpus/title.rs"]
mod title;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use bench::Engine;
use harness::dav::Dav;
use harness::http::Message;
use harness::server::{Radicale, Xandikos};
use pimento::driver::Scope;
use pimento::message::SignIn;
use pimento::model::{Edit, Index, Item, Reach, Saying};
use pimento::native::NativeHttp;
use pimento::port::{Change, Commit, Store as _};
use pimento::text::lines::Tree;
use pimento::text::uid;
use title::{Retitled, others, retitled, title};

const TITLE: &str = "Ein neuer Titel, mit Komma; länger als eine Zeile, damit gefaltet werden muss: 🎻";

/// How many samples went which way.
type Counts = BTreeMap<&'static str, usize>;

/// The items of a file with the sort of folder they go into, as a server may hold them:
/// what has the same UID together; without a UID, each for itself.
fn items(text: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let contents = files::contents(text);
    let mut items: Vec<(&str, String, Vec<u8>)> = Vec::new();
    for (name, lines) in &contents.components {
        let uid = Tree::parse(lines).text(0, "UID");
        let same =
            |item: &&mut (&str, String, _)| *name != "VCARD" && !uid.is_empty() && (item.0, &item.1) == (name, &uid);
        match items.iter_mut().find(same) {
            Some(item) => item.2.extend(lines),
            None => items.push((name, uid, lines.clone())),
        }
    }
    let folder = |name| match name {
        "VCARD" => "contacts",
        "VJOURNAL" => "notes",
        _ => "calendar",
    };
    items.into_iter().map(|(name, _, lines)| (folder(name), contents.text(name, &lines))).collect()
}

/// A server with folders of three sorts. No folder has a UID twice: the first item with it
/// goes into `calendar`, the second into `calendar-1`. What is put again goes beside.
struct World {
    dav: Dav,
    url: String,
    calendars: &'static str,
    contacts: &'static str,
    made: RefCell<BTreeSet<String>>,
}

impl World {
    fn new(dav: Dav, url: &str, calendars: &'static str, contacts: &'static str) -> World {
        World { dav, url: url.to_owned(), calendars, contacts, made: RefCell::default() }
    }

    /// A folder of that sort, and of that name behind the sort's, made when it is first used.
    fn folder(&self, sort: &str, name: &str) -> String {
        let home = if sort == "contacts" { self.contacts } else { self.calendars };
        let (folder, name) = (format!("{home}{sort}{name}/"), format!("{sort}{name}"));
        if self.made.borrow_mut().insert(folder.clone()) {
            match sort {
                "contacts" => self.dav.make_addressbook(&folder, &name),
                "notes" => self.dav.make_calendar(&folder, &name, &["VJOURNAL"]),
                _ => self.dav.make_calendar(&folder, &name, &["VEVENT", "VTODO"]),
            }
        }
        folder
    }

    fn answer(&self, href: &str, text: &[u8]) -> Message {
        let kind = if href.ends_with(".vcf") { "text/vcard" } else { "text/calendar" };
        self.dav.send("PUT", href, &[("Content-Type", kind)], text)
    }

    /// The status it answers.
    fn put(&self, href: &str, text: &[u8]) -> u16 {
        self.answer(href, text).status()
    }

    fn get(&self, href: &str) -> Vec<u8> {
        let answer = self.dav.send("GET", href, &[], b"");
        assert_eq!(answer.status(), 200, "{href}");
        answer.body
    }
}

/// Where a text went, and what the server has of it.
struct Put {
    sort: &'static str,
    /// Of the item in its folder.
    name: String,
    was: Vec<u8>,
}

/// Puts all samples; what the server took, by href.
fn put_all(world: &World, count: &mut impl FnMut(&'static str)) -> BTreeMap<String, Put> {
    let mut there = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (n, (path, text)) in files::all().iter().enumerate() {
        for (m, (sort, item)) in items(text).into_iter().enumerate() {
            if !seen.insert(item.clone()) {
                count("the same bytes twice");
                continue;
            }
            let name = format!("{n}-{m}.{}", if sort == "contacts" { "vcf" } else { "ics" });
            for level in 0.. {
                let beside = if level == 0 { String::new() } else { format!("-{level}") };
                let href = format!("{}{name}", world.folder(sort, &beside));
                let answer = world.answer(&href, &item);
                match answer.status() {
                    201 | 204 => {
                        let was = world.get(&href);
                        there.insert(href, Put { sort, name, was });
                    }
                    _ if answer.text().contains("no-uid-conflict") => continue,
                    400 | 403 | 415 | 422 if uid(&item).is_none() => count("refused, having no UID"),
                    400 | 403 | 412 | 415 | 422 => count("refused for its values"),
                    500 => count("the server breaks"),
                    status => panic!("{}: {status}", path.display()),
                }
                break;
            }
        }
    }
    there
}

/// The person gives it another title: in its form, or, where it has none, as the text that
/// another program would have made of it.
async fn edit(engine: &Engine, item: Item) -> &'static str {
    let Ok(was) = engine.driver.open(&item.head.id, None).await else {
        let new = retitled(item.shown().unwrap(), TITLE, 0).unwrap();
        let mut edited = item.clone();
        edited.head.rev += 1;
        edited.head.edit = Some(Edit::Put);
        edited.edit = Some(new.text);
        let change = Change::Edit { was: Some(Box::new(item)), item: Box::new(edited), index: Index::default() };
        engine.store.commit(Commit { changes: vec![change], ..Commit::default() }).await.unwrap();
        return "in its line";
    };
    let Some(Retitled { form: Some(new), .. }) = retitled(item.shown().unwrap(), TITLE, 0) else {
        panic!("{:?} has a form", item.head.href);
    };
    engine.driver.edit(&item.head.id, Reach::All, Some(&was), &new).await.unwrap();
    "in its form"
}

async fn round_trip(world: &World) -> Counts {
    for sort in ["calendar", "contacts", "notes"] {
        world.folder(sort, "");
    }
    let mut counts = Counts::new();
    let mut count = |what: &'static str| *counts.entry(what).or_default() += 1;
    let there = put_all(world, &mut count);

    let mut engine = Engine::new(Rc::new(NativeHttp::new(None).unwrap()));
    engine.driver.options.scope = Scope::All;
    let sign_in = SignIn {
        server: format!("{}/", world.url),
        user: world.dav.user.clone(),
        password: world.dav.password.clone(),
        secure: false,
    };
    engine.driver.save(&sign_in, false, None).await.unwrap();
    engine.run_well().await;
    let items = engine.items().await;
    assert_eq!(items.len(), there.len(), "all of them came");
    for item in items {
        let href = item.head.href.as_str().to_owned();
        assert_eq!(item.shown(), there.get(&href).map(|put| &*put.was), "{href}");
        count(edit(&engine, item).await);
    }
    let run = engine.run().await;
    println!("{:?}", Engine::problems(&run));

    for item in engine.items().await {
        let href = item.head.href.as_str();
        let Put { sort, name, was } = &there[href];
        let beside = |what: &str| format!("{}{name}", world.folder(sort, &format!("-{what}-{name}")));
        if let Some(waiting) = &item.head.waiting {
            assert_eq!(world.get(href), *was, "{href}");
            count(refused(world, &item, was, &waiting.reason, beside));
            continue;
        }
        let now = world.get(href);
        assert_eq!(title(&now), TITLE, "{href}");
        if others(&now) == others(was) {
            count("and nothing else is another");
            continue;
        }
        let again = beside("again");
        let status = world.put(&again, was);
        assert!(matches!(status, 201 | 204), "{href}: taken with an edit only: {status}");
        let text = |text: &[u8]| String::from_utf8_lossy(&others(text)).into_owned();
        assert_eq!(text(&now), text(&world.get(&again)), "{href}: other lines changed");
        count("and else as the server rewrites its own text");
    }
    counts
}

/// Why the server refused an edit: found by putting it in other ways.
fn refused(world: &World, item: &Item, was: &[u8], reason: &Saying, beside: impl Fn(&str) -> String) -> &'static str {
    let href = item.head.href.as_str();
    let edited = item.shown().unwrap();
    let status = world.put(href, edited);
    assert_eq!((&*reason.key, &reason.args[..]), ("fault_item_refused", &[status.to_string()][..]), "{href}");
    if world.put(href, was) == status {
        return "not to be replaced on the server, be it by its own text";
    }
    // The title is too long for one line.
    let unbroken = String::from_utf8(edited.to_vec()).unwrap().replace("=\r\n", "");
    assert_ne!(unbroken.as_bytes(), edited, "{href}: refused, and no soft break is in it");
    assert_eq!(world.put(&beside("broken"), edited), status, "{href}: it is the text that is refused");
    assert_eq!(world.put(&beside("unbroken"), unbroken.as_bytes()), 201, "{href}: not the soft break alone");
    "a soft break of vCard 2.1 refused"
}

fn pinned(counts: &Counts, expected: &[(&'static str, usize)]) {
    println!("{counts:#?}");
    assert_eq!(*counts, expected.iter().copied().collect::<Counts>());
}

#[tokio::test]
async fn over_radicale() {
    let server = Radicale::start();
    let world = World::new(server.dav(), &server.url, "/alice/", "/alice/");
    pinned(
        &round_trip(&world).await,
        &[
            ("in its form", 112),
            // Tasks, and events without a start.
            ("in its line", 4),
            ("and nothing else is another", 116),
            // It reads every value with vobject and dateutil first.
            ("refused for its values", 59),
            ("refused, having no UID", 71),
            ("the same bytes twice", 55),
        ],
    );
}

#[tokio::test]
async fn over_xandikos() {
    let server = Xandikos::start();
    let world = World::new(server.dav(), &server.url, "/alice/calendars/", "/alice/contacts/");
    pinned(
        &round_trip(&world).await,
        &[
            ("in its form", 171),
            ("in its line", 60),
            ("and nothing else is another", 226),
            // Its vobject is not told to read quoted-printable.
            ("a soft break of vCard 2.1 refused", 2),
            // Two DTSTARTs: it answers 500.
            ("not to be replaced on the server, be it by its own text", 3),
            // Cards without a name.
            ("refused for its values", 13),
            ("refused, having no UID", 1),
            ("the same bytes twice", 55),
            ("the server breaks", 1),
        ],
    );
}
