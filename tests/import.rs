//! Files brought in: what a preview says, what goes in, what a second time does, and
//! what is left when the worker dies in the middle. Over the whole worker, the fake
//! server and a store in memory.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "corpus/files.rs"]
mod files;

mod fake;
mod world;

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use fake::flavour::Flavour;
use fake::trouble::Ways;
use futures_util::FutureExt;
use pimento::driver::Driver;
use pimento::message::{Answer, Ask, Compared, Differing, Imported, LARGEST, Standing, Text};
use pimento::model::{Collection, Edit, Fault, Index, Item, Outcome, Past, Reach, Role, Trigger, Why};
use pimento::port::{Change, Commit, Ports, Store};
use pimento::text::file::{made, same_item, split};
use pimento::text::{as_copy, uid};
use pimento::worker::{Event, Worker};
use world::ports::{Life, Shelf};
use world::text::MARK;
use world::{World, now};

struct Desk {
    world: World,
    worker: Worker,
}

/// A worker over a world whose three folders are here.
fn desk() -> Desk {
    let world = World::new(Ways::of(Flavour::Xandikos));
    let worker = Worker::new(world.ports(), world.options.clone());
    now(worker.run(Trigger::Person)).unwrap();
    Desk { world, worker }
}

impl Desk {
    fn reply(&self, ask: Ask) -> Result<Answer, Fault> {
        let (reply, trigger) = now(self.worker.handle(Event::Ask(ask)));
        if let Some(trigger) = trigger {
            now(self.worker.run(trigger)).unwrap();
        }
        reply
    }
    fn folder(&self, role: Role) -> Collection {
        self.world.collections().into_iter().find(|c| c.role == Some(role)).unwrap()
    }
    fn compare(&self, role: Role, file: &str) -> Vec<Compared> {
        match self.reply(Ask::Compare { folder: self.folder(role).id, texts: texts(file) }) {
            Ok(Answer::Compared(compared)) => compared,
            other => panic!("{other:?}"),
        }
    }
    fn import(&self, role: Role, file: &str, differing: Differing) -> Imported {
        let ask = Ask::Import { folder: self.folder(role).id, texts: texts(file), differing, last: true };
        match self.reply(ask) {
            Ok(Answer::Imported(imported)) => imported,
            other => panic!("{other:?}"),
        }
    }
    fn items(&self, role: Role) -> Vec<Item> {
        let heads = now(self.world.memory.heads(&self.folder(role).id)).unwrap();
        heads.iter().map(|head| now(self.world.memory.item(&head.id)).unwrap().unwrap()).collect()
    }
    fn there(&self, role: Role) -> Vec<String> {
        let path = self.world.path(role);
        let texts = self.world.fake.texts().into_iter().filter(|(at, _)| at.starts_with(&path));
        texts.map(|(_, text)| String::from_utf8(text).unwrap()).collect()
    }
}

fn texts(file: &str) -> Vec<Text> {
    split(file.as_bytes()).items.into_iter().map(|part| part.text().into()).collect()
}

fn note(uid: &str, title: &str) -> String {
    format!("BEGIN:VJOURNAL\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:{title}\r\nEND:VJOURNAL\r\n")
}

fn calendar(parts: &[String]) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:PUBLISH\r\n{}END:VCALENDAR\r\n", parts.concat())
}

fn standings(compared: &[Compared]) -> Vec<(&str, Standing)> {
    compared.iter().map(|one| (&*one.title, one.standing)).collect()
}

#[test]
fn what_a_file_brings_is_shown_before_it_goes_in_and_only_once() {
    let desk = desk();
    let file = calendar(&[note("1", "One"), note("2", "Two"), note("3", "Three")]);
    assert_eq!(
        standings(&desk.compare(Role::Notes, &file)),
        [("One", Standing::New), ("Two", Standing::New), ("Three", Standing::New)]
    );
    assert_eq!(desk.items(Role::Notes), vec![], "a preview changes nothing");

    let commits = desk.world.memory.commits.get();
    let done = desk.import(Role::Notes, &file, Differing::default());
    assert_eq!(done, Imported { added: 3, ..Imported::default() });
    assert!(desk.world.memory.commits.get() > commits);
    let there = desk.there(Role::Notes);
    assert_eq!(there.len(), 3, "the run that follows sends them");
    assert!(
        there.iter().all(|text| !text.contains("METHOD") && text.contains("DTSTAMP:20260101T000000Z")),
        "{there:?}"
    );
    assert!(desk.items(Role::Notes).iter().all(|item| item.head.edit.is_none() && item.head.based));

    let compared = desk.compare(Role::Notes, &file);
    assert!(compared.iter().all(|one| one.standing == Standing::Same && one.elsewhere.is_none()), "{compared:?}");
    for differing in [Differing::Leave, Differing::Replace, Differing::Copy] {
        assert_eq!(desk.import(Role::Notes, &file, differing), Imported { same: 3, ..Imported::default() });
    }
    assert_eq!(desk.there(Role::Notes).len(), 3);
}

#[test]
fn what_differs_is_left_replaced_or_added_as_the_person_says() {
    let before = calendar(&[note("1", "Old"), note("2", "Two")]);
    let after = calendar(&[note("1", "New"), note("2", "Two")]);
    for differing in [Differing::Leave, Differing::Replace, Differing::Copy] {
        let desk = desk();
        desk.import(Role::Notes, &before, Differing::Leave);
        assert_eq!(
            standings(&desk.compare(Role::Notes, &after)),
            [("New", Standing::Differs), ("Two", Standing::Same)]
        );
        let done = desk.import(Role::Notes, &after, differing);
        let there = desk.there(Role::Notes);
        let has = |title: &str| there.iter().filter(|text| text.contains(title)).count();
        let rest = Imported { same: 1, ..Imported::default() };
        match differing {
            Differing::Leave => {
                assert_eq!(done, Imported { left: 1, ..rest });
                assert_eq!((has("SUMMARY:Old"), has("SUMMARY:New"), there.len()), (1, 0, 2));
            }
            Differing::Replace => {
                assert_eq!(done, Imported { replaced: 1, ..rest });
                assert_eq!((has("SUMMARY:Old"), has("SUMMARY:New"), there.len()), (0, 1, 2));
                let item = desk.items(Role::Notes).into_iter().find(|i| i.head.rev == 2).unwrap();
                let kept = now(desk.world.memory.kept(Past::Item(item.head.id))).unwrap();
                assert_eq!((kept.len(), kept[0].why, &*kept[0].title), (1, Why::Sent, "Old"), "it can be had back");
                assert_eq!(desk.import(Role::Notes, &after, differing), Imported { same: 2, ..Imported::default() });
            }
            Differing::Copy => {
                assert_eq!(done, Imported { copied: 1, ..rest });
                assert_eq!((has("SUMMARY:Old"), has("SUMMARY:New"), there.len()), (1, 1, 3));
                assert!(
                    there.iter().any(|text| text.contains("SUMMARY:New") && !text.contains("UID:1\r")),
                    "{there:?}"
                );
                assert_eq!(desk.import(Role::Notes, &after, differing), Imported { same: 2, ..Imported::default() });
                assert_eq!(desk.there(Role::Notes).len(), 3, "the copy is known again");
            }
        }
    }
}

#[test]
fn an_edit_that_was_not_sent_is_kept_when_it_is_replaced() {
    let desk = desk();
    let folder = desk.folder(Role::Notes).id;
    let put = |title: &str| {
        let texts = texts(&calendar(&[note("1", title)]));
        now(desk.world.person.import(&folder, &texts, Differing::Replace)).unwrap()
    };
    assert_eq!(put("First").added, 1);
    assert_eq!(put("Second").replaced, 1);
    let items = desk.items(Role::Notes);
    assert_eq!((items.len(), items[0].head.edit, items[0].head.based), (1, Some(Edit::Put), false));
    let kept = now(desk.world.memory.kept(Past::Item(items[0].head.id.clone()))).unwrap();
    assert_eq!((kept.len(), kept[0].why, &*kept[0].title), (1, Why::Edited, "First"));
}

#[test]
fn an_instance_without_its_series_goes_into_the_series() {
    let event = |lines: &str| {
        format!(
            "BEGIN:VEVENT\r\nUID:s\r\nDTSTAMP:20260101T000000Z\r\n{}\r\nEND:VEVENT\r\n",
            lines.replace('\n', "\r\n")
        )
    };
    let master = event("DTSTART:20260101T100000Z\nRRULE:FREQ=WEEKLY\nSUMMARY:Weekly");
    let moved =
        |title: &str| event(&format!("RECURRENCE-ID:20260108T100000Z\nDTSTART:20260108T110000Z\nSUMMARY:{title}"));
    for differing in [Differing::Leave, Differing::Replace, Differing::Copy] {
        let desk = desk();
        desk.import(Role::Calendar, &calendar(std::slice::from_ref(&master)), Differing::Leave);
        for (title, n) in [("Moved", 1), ("Moved again", 2)] {
            let update = calendar(&[moved(title)]);
            assert_eq!(desk.compare(Role::Calendar, &update)[0].standing, Standing::Differs);
            let done = desk.import(Role::Calendar, &update, differing);
            let there = desk.there(Role::Calendar);
            let has = |text: &str| there.iter().filter(|there| there.contains(&format!("SUMMARY:{text}\r"))).count();
            match differing {
                Differing::Leave => {
                    assert_eq!(done, Imported { left: 1, ..Imported::default() });
                    assert_eq!((has("Weekly"), has("Moved"), there.len()), (1, 0, 1));
                }
                Differing::Replace => {
                    assert_eq!(done, Imported { replaced: 1, ..Imported::default() });
                    assert_eq!((has("Weekly"), has(title), there.len()), (1, 1, 1), "{there:?}");
                    assert_eq!(there[0].matches("RECURRENCE-ID").count(), 1);
                    assert_eq!(desk.compare(Role::Calendar, &update)[0].standing, Standing::Same);
                }
                Differing::Copy => {
                    assert_eq!(done, Imported { copied: 1, ..Imported::default() });
                    assert_eq!((has("Weekly"), there.len()), (1, n + 1));
                    assert!(there.iter().all(|text| text.contains("RRULE")), "each is a whole series");
                    assert_eq!(desk.import(Role::Calendar, &update, differing).same, 1);
                }
            }
        }
    }
    // What cannot be put into it does not take its place.
    let desk = desk();
    desk.import(Role::Calendar, &calendar(std::slice::from_ref(&master)), Differing::Leave);
    let strange = calendar(&[event("RECURRENCE-ID;TZID=Nowhere:20260108T100000\nDTSTART:20260108T110000Z")]);
    assert_eq!(desk.compare(Role::Calendar, &strange)[0].standing, Standing::Unfit);
    assert_eq!(desk.import(Role::Calendar, &strange, Differing::Replace).unfit, 1);
    assert!(desk.there(Role::Calendar)[0].contains("RRULE"));
    // Without a series here it is an item.
    let alone = calendar(&[moved("Alone").replace("UID:s", "UID:t")]);
    assert_eq!(desk.import(Role::Calendar, &alone, Differing::Leave).added, 1);
}

#[test]
fn a_uid_twice_in_one_file_is_seen() {
    let desk = desk();
    let file = calendar(&[note("1", "One"), note("1", "Other"), note("1", "One"), note("2", "Two")]);
    let done = desk.import(Role::Notes, &file, Differing::Leave);
    assert_eq!(done, Imported { added: 2, left: 1, same: 1, ..Imported::default() });
    assert_eq!(desk.there(Role::Notes).len(), 2);
    let done = desk.import(Role::Notes, &file, Differing::Copy);
    assert_eq!(done, Imported { copied: 1, same: 3, ..Imported::default() });
}

#[test]
fn what_was_deleted_here_and_not_yet_there_comes_back() {
    let desk = desk();
    let file = calendar(&[note("1", "One")]);
    desk.import(Role::Notes, &file, Differing::Leave);
    let id = desk.items(Role::Notes)[0].head.id.clone();
    now(desk.world.person.delete(&id, Reach::All)).unwrap();
    assert_eq!(standings(&desk.compare(Role::Notes, &file)), [("One", Standing::New)]);
    assert_eq!(desk.import(Role::Notes, &file, Differing::Leave).added, 1);
    let items = desk.items(Role::Notes);
    assert_eq!((items.len(), &items[0].head.id), (1, &id), "the item itself, not another beside it");
    assert!(items[0].shown().is_some());
    assert_eq!(desk.there(Role::Notes).len(), 1);
}

#[test]
fn what_an_upgrade_has_not_listed_anew_is_found_all_the_same() {
    let desk = desk();
    let file = calendar(&[note("1", "One")]);
    desk.import(Role::Notes, &file, Differing::Leave);
    let upgrade = || {
        let without = |item| Change::Index { item: Box::new(item), index: Index::default() };
        let changes = desk.items(Role::Notes).into_iter().map(without).collect();
        now(desk.world.memory.commit(Commit { changes, ..Commit::default() })).unwrap();
        let old = Collection { indexed: Index::VERSION - 1, ..desk.folder(Role::Notes) };
        now(desk.world.memory.save_collection(&old)).unwrap();
    };
    upgrade();
    assert_eq!(standings(&desk.compare(Role::Notes, &file)), [("One", Standing::Same)]);
    upgrade();
    assert_eq!(desk.import(Role::Notes, &file, Differing::Leave), Imported { same: 1, ..Imported::default() });
    assert_eq!(desk.items(Role::Notes).len(), 1);
}

#[test]
fn each_goes_where_it_can_be() {
    let desk = desk();
    let event =
        "BEGIN:VEVENT\r\nUID:e\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:20260101T100000Z\r\nSUMMARY:E\r\nEND:VEVENT\r\n";
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c\r\nFN:C\r\nN:C;;;;\r\nEND:VCARD\r\n";
    let file = format!("{}{card}", calendar(&[event.to_owned(), note("n", "N")]));
    for (role, fits) in [(Role::Calendar, "E"), (Role::Contacts, "C"), (Role::Notes, "N")] {
        let compared = desk.compare(role, &file);
        let new: Vec<&str> =
            compared.iter().filter(|one| one.standing == Standing::New).map(|one| &*one.title).collect();
        assert_eq!(new, [fits]);
        let done = desk.import(role, &file, Differing::Leave);
        assert_eq!(done, Imported { added: 1, unfit: 2, ..Imported::default() });
        assert_eq!(desk.there(role).len(), 1);
    }
    // Of the same UID in another folder it is told.
    let other = desk.compare(Role::Notes, &calendar(&[note("e", "As an event")]));
    assert_eq!((other[0].standing, other[0].elsewhere.as_deref()), (Standing::New, Some("Calendar")));
}

#[test]
fn what_is_larger_than_an_item_does_not_go_in() {
    let desk = desk();
    let card = |photo: usize| {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:c\r\nFN:C\r\nPHOTO;ENCODING=b:{}\r\nEND:VCARD\r\n",
            "A".repeat(photo)
        )
    };
    for (photo, standing) in [(LARGEST - 100, Standing::New), (LARGEST, Standing::Unfit)] {
        assert_eq!(standings(&desk.compare(Role::Contacts, &card(photo))), [("C", standing)]);
    }
    assert_eq!(desk.import(Role::Contacts, &card(LARGEST), Differing::Leave).unfit, 1);
}

#[test]
fn folders_that_take_nothing_say_so() {
    let desk = desk();
    let mut folder = desk.folder(Role::Notes);
    let ask = |folder: &Collection| {
        let texts = texts(&calendar(&[note("1", "One")]));
        let compare = desk.reply(Ask::Compare { folder: folder.id.clone(), texts: texts.clone() }).unwrap_err();
        let import = Ask::Import { folder: folder.id.clone(), texts, differing: Differing::Leave, last: true };
        assert_eq!(desk.reply(import).unwrap_err().text, compare.text);
        compare.text.key
    };
    folder.writable = false;
    now(desk.world.memory.save_collection(&folder)).unwrap();
    assert_eq!(ask(&folder), "fault_read_only");
    now(desk.world.memory.remove_collection(&folder.id)).unwrap();
    assert_eq!(ask(&folder), "field_folder_gone");
}

/// The worker dies before or after each write. What was committed is there; the same
/// import once more completes it, with nothing twice and nothing missing.
#[test]
fn a_worker_that_dies_in_the_middle_is_completed_by_the_same_import() {
    let one = calendar(&[note("1", "One"), note("2", "Two"), note("2", "Two again"), note("3", "Three")]);
    let two = calendar(&[note("4", "Four"), note("1", "Other")]);
    for differing in [Differing::Leave, Differing::Replace, Differing::Copy] {
        let done = |desk: &Desk| -> Vec<Vec<u8>> {
            let mut shown: Vec<Vec<u8>> =
                desk.items(Role::Notes).iter().filter_map(|i| i.shown().map(<[u8]>::to_vec)).collect();
            shown.sort();
            shown
        };
        let mut points = 0;
        let whole = desk();
        import_all(&whole, whole.world.ports(), &[&one, &two], differing).unwrap();
        for point in 0.. {
            let desk = desk();
            let life = Rc::new(Life::default());
            life.ends_at.set(Some(point));
            let store = Rc::new(Shelf { memory: desk.world.memory.clone(), life });
            let survived = import_all(&desk, Ports { store, ..desk.world.ports() }, &[&one, &two], differing).is_some();
            if survived {
                points = point;
                break;
            }
            import_all(&desk, desk.world.ports(), &[&one, &two], differing).unwrap();
            let (found, wanted) = (done(&desk), done(&whole));
            if differing == Differing::Replace {
                // Which of two of one UID came last depends on where it was cut.
                let uids = |texts: &[Vec<u8>]| {
                    texts.iter().map(|text| uid(text).unwrap()).collect::<std::collections::BTreeSet<_>>()
                };
                assert_eq!((found.len(), uids(&found)), (wanted.len(), uids(&wanted)), "dead at {point}");
            } else {
                assert_eq!(found, wanted, "{differing:?}, dead at {point}");
            }
            now(desk.worker.run(Trigger::Person)).unwrap();
            assert_eq!(now(desk.world.memory.runs(1)).unwrap()[0].outcome, Outcome::Ok);
            assert_eq!(desk.there(Role::Notes).len(), wanted.len());
        }
        assert!(points >= 4, "{differing:?}: only {points} points");
    }
}

/// File after file, as a page does; `None` if the worker died.
fn import_all(desk: &Desk, ports: Ports, files: &[&String], differing: Differing) -> Option<()> {
    let driver = Driver::new(ports, desk.world.options.clone());
    let folder = desk.folder(Role::Notes).id;
    for file in files {
        driver.import(&folder, &texts(file), differing).now_or_never()?.unwrap();
    }
    Some(())
}

/// All public sample files go in, and are there as they were; once.
#[test]
fn samples_go_in_without_loss() {
    let desk = desk();
    let mut calendar = desk.folder(Role::Calendar);
    calendar.components.clear();
    now(desk.world.memory.save_collection(&calendar)).unwrap();
    let (mut sum, mut parts, mut brought) = (Imported::default(), 0, Vec::new());
    for (path, file) in files::all() {
        let (cards, others): (Vec<_>, Vec<_>) =
            split(&file).items.into_iter().partition(|part| part.component == "VCARD");
        for (role, items) in [(Role::Contacts, cards), (Role::Calendar, others)] {
            parts += items.len();
            let texts: Vec<Text> = items.iter().map(|part| part.text().into()).collect();
            let wire = serde_json::to_string(&texts).unwrap();
            let texts: Vec<Text> = serde_json::from_str(&wire).unwrap();
            assert!(texts.iter().zip(&items).all(|(text, part)| text.bytes() == part.text()), "{}", path.display());
            let id = desk.folder(role).id;
            sum += now(desk.world.person.import(&id, &texts, Differing::Copy)).unwrap();
            let again = now(desk.world.person.import(&id, &texts, Differing::Copy)).unwrap();
            assert_eq!((again.added, again.copied, again.replaced), (0, 0, 0), "{}", path.display());
            brought.extend(items.into_iter().map(|part| (path.clone(), role, part)));
        }
    }
    let here: HashMap<(Role, String), Item> = [Role::Calendar, Role::Contacts]
        .into_iter()
        .flat_map(|role| {
            desk.items(role).into_iter().map(move |item| ((role, uid(item.shown().unwrap()).unwrap()), item))
        })
        .collect();
    let (mut first, mut copies) = (HashSet::new(), 0);
    for (path, role, part) in brought {
        if !["VEVENT", "VJOURNAL", "VTODO", "VCARD"].contains(&&*part.component) {
            continue;
        }
        let name = format!("{}: {}", path.display(), part.uid);
        let text = part.text();
        let own = here.get(&(role, part.uid.clone())).and_then(Item::shown).unwrap_or_else(|| panic!("{name}"));
        if first.insert((role, part.uid)) {
            assert_eq!(String::from_utf8_lossy(own), String::from_utf8_lossy(&text), "{name}");
            assert!(own == text, "{name}: not the same bytes");
        } else if let Some(copy) = here.get(&(role, made(&text))).and_then(Item::shown) {
            copies += 1;
            assert!(!same_item(own, &text), "{name}");
            assert_eq!(copy, as_copy(&text, &made(&text), MARK), "{name}");
        } else {
            assert!(same_item(own, &text), "{name}");
        }
    }
    assert_eq!(parts as u32, sum.added + sum.copied + sum.same + sum.unfit, "{sum:?}");
    let here = desk.items(Role::Calendar).len() + desk.items(Role::Contacts).len();
    assert_eq!(first.len() as u32, sum.added);
    assert_eq!((parts, sum.unfit, here as u32, copies), PINNED, "{sum:?}");
}

/// Parts, those that fit into no folder, items, and parts that went in as copies.
const PINNED: (usize, u32, u32, u32) = (325, 24, 244, 56);
