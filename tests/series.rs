//! A series changed in part: over the whole worker, the fake server and a store in
//! memory. What becomes of the text is tested in `text::series`.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fake;
mod world;

use fake::flavour::Flavour;
use fake::trouble::Ways;
use pimento::driver::Options;
use pimento::message::{Answer, Ask};
use pimento::model::{Edit, Fault, Fields, ItemId, Outcome, Past, Reach, Role, Trigger};
use pimento::port::Store;
use pimento::worker::{Event, Worker};
use world::{World, now};

const CHOIR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Other//EN\r\nBEGIN:VEVENT\r\nUID:choir\r\n\
    DTSTAMP:20260101T000000Z\r\nSUMMARY:Choir\r\nDTSTART:20261102T180000Z\r\nDTEND:20261102T190000Z\r\n\
    RRULE:FREQ=WEEKLY;COUNT=8\r\nX-KEEP:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
/// 2026-11-30T18:00:00Z, the fifth.
const FIFTH: i64 = 1_796_061_600_000;

struct Desk {
    world: World,
    worker: Worker,
    id: ItemId,
}

fn desk() -> Desk {
    let world = World::new(Ways::of(Flavour::Xandikos));
    let worker = Worker::new(world.ports(), Options { guard: true, ..world.options.clone() });
    let name = format!("{}choir.ics", world.path(Role::Calendar));
    world.fake.write(&name, CHOIR.as_bytes());
    now(worker.run(Trigger::Person)).unwrap();
    let folder = world.collections().into_iter().find(|c| c.role == Some(Role::Calendar)).unwrap();
    let id = now(world.memory.heads(&folder.id)).unwrap().remove(0).id;
    Desk { world, worker, id }
}

impl Desk {
    fn ask(&self, ask: Ask) -> Result<Answer, Fault> {
        now(self.worker.handle(Event::Ask(ask))).0
    }
    fn run(&self) {
        now(self.worker.run(Trigger::Person)).unwrap();
        assert_eq!(now(self.world.memory.runs(1)).unwrap().remove(0).outcome, Outcome::Ok);
    }
    fn there(&self) -> Vec<String> {
        let path = self.world.path(Role::Calendar);
        let texts = self.world.fake.texts().into_iter().filter(|(at, _)| at.starts_with(&path));
        texts.map(|(_, text)| String::from_utf8(text).unwrap()).collect()
    }
    /// Gives the fifth and what else `reach` says another title.
    fn retitle(&self, reach: Reach) -> Result<Answer, Fault> {
        let Answer::Fields(was) = self.ask(Ask::Open { id: self.id.clone(), of: Some(FIFTH) }).unwrap() else {
            panic!()
        };
        let Fields::Event(mut fields) = was.clone() else { panic!() };
        assert_eq!((fields.start.as_str(), fields.of), ("2026-11-30T18:00", Some(FIFTH)));
        fields.title = "Band".to_owned();
        self.ask(Ask::Edit { id: self.id.clone(), reach, was, fields: Fields::Event(fields) })
    }
}

#[test]
fn two_items_are_written_or_none() {
    let desk = desk();
    desk.retitle(Reach::Following(FIFTH)).unwrap();
    let folder = desk.world.collections().into_iter().find(|c| c.role == Some(Role::Calendar)).unwrap();
    let heads = now(desk.world.memory.heads(&folder.id)).unwrap();
    assert_eq!(heads.len(), 2);
    assert!(heads.iter().all(|head| head.edit == Some(Edit::Put)));
    let new = heads.iter().find(|head| head.id != desk.id).unwrap();
    let item = now(desk.world.memory.item(&new.id)).unwrap().unwrap();
    let text = String::from_utf8(item.edit.unwrap()).unwrap();
    let uid = text.lines().find_map(|l| l.strip_prefix("UID:")).unwrap().to_owned();
    assert!(new.href.name().contains(&uid), "its name on the server is its UID");
    assert!(text.contains("COUNT=4") && text.contains("SUMMARY:Band") && text.contains("X-KEEP:1"));
    desk.run();
    let there = desk.there();
    assert_eq!(there.len(), 2);
    let old = there.iter().find(|text| text.contains("UID:choir")).unwrap();
    assert!(old.contains("UNTIL=20261123T180000Z") && old.contains("SUMMARY:Choir"), "{old}");
    let same = |there: &&String| pimento::text::same_meaning(there.as_bytes(), text.as_bytes());
    assert_eq!(there.iter().filter(same).count(), 1, "as it was made: {there:#?}\n{text}");
    // What the server's text was before is kept.
    let kept = now(desk.world.memory.kept(Past::Item(desk.id.clone()))).unwrap();
    assert!(kept.iter().any(|kept| pimento::text::same_meaning(&kept.text, CHOIR.as_bytes())));
}

#[test]
fn one_and_then_none() {
    let desk = desk();
    desk.retitle(Reach::One(FIFTH)).unwrap();
    desk.run();
    let there = desk.there();
    assert_eq!(there.len(), 1);
    assert!(there[0].contains("RECURRENCE-ID:20261130T180000Z") && there[0].contains("COUNT=8"));
    // An edit that was not sent is in the history when it is replaced.
    desk.ask(Ask::Delete { id: desk.id.clone(), reach: Reach::One(FIFTH) }).unwrap();
    desk.ask(Ask::Delete { id: desk.id.clone(), reach: Reach::Following(FIFTH - 14 * 86_400_000) }).unwrap();
    desk.run();
    let there = desk.there();
    assert!(!there[0].contains("RECURRENCE-ID") && there[0].contains("UNTIL=20261109T180000Z"), "{there:?}");
    // Its own dates are gone by now; nothing is written then.
    let before = desk.there();
    let fault = desk.ask(Ask::Open { id: desk.id.clone(), of: Some(FIFTH) }).unwrap_err();
    assert_eq!(fault.text.key, "field_instance_gone");
    let fault = desk.ask(Ask::Delete { id: desk.id.clone(), reach: Reach::One(FIFTH) }).unwrap_err();
    assert_eq!(fault.text.key, "field_instance_gone");
    desk.run();
    assert_eq!(desk.there(), before);
}
