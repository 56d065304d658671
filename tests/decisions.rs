//! What the person sees and decides: plans, what the guard holds back, folders that
//! vanished, earlier versions, undoing a run, policies, several accounts. Over the
//! whole worker, the fake server and a store in memory.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fake;
mod world;

use std::collections::BTreeMap;

use fake::flavour::Flavour;
use fake::trouble::{Planned, Trouble, Ways};
use pimento::driver::Options;
use pimento::message::{Answer, Ask, Drafted, State};
use pimento::model::{
    Account, Choice, Class, Collection, CollectionId, Fate, Fields, Guard, History, Href, ItemId, NoteFields, Outcome,
    Past, Policy, Reach, Role, Run, Settings, Trigger, Why,
};
use pimento::port::Store;
use pimento::worker::{Event, Worker};
use world::ports::driven;
use world::text::{Part, compose, rewritten};
use world::{World, now};

/// A worker with a guard, over a world.
struct Desk {
    world: World,
    worker: Worker,
}

fn desk() -> Desk {
    let world = World::new(Ways::of(Flavour::Xandikos));
    let options = Options { guard: true, ..world.options.clone() };
    let worker = Worker::new(world.ports(), options);
    Desk { world, worker }
}

impl Desk {
    fn ask(&self, ask: Ask) -> Answer {
        let (reply, trigger) = now(self.worker.handle(Event::Ask(ask)));
        let answer = reply.unwrap();
        if let Some(trigger) = trigger {
            now(self.worker.run(trigger)).unwrap();
        }
        answer
    }
    fn drafted(&self, ask: Ask) -> Vec<Drafted> {
        match self.ask(ask) {
            Answer::Drafted(drafted) => drafted,
            other => panic!("{other:?}"),
        }
    }
    fn state(&self) -> State {
        match self.ask(Ask::State) {
            Answer::State(state) => state,
            other => panic!("{other:?}"),
        }
    }
    fn run(&self, trigger: Trigger) -> Run {
        now(self.worker.run(trigger)).unwrap();
        self.last()
    }
    fn last(&self) -> Run {
        now(self.world.memory.runs(1)).unwrap().remove(0)
    }
    /// So many notes on the server, and here.
    fn notes(&self, n: usize) -> Vec<String> {
        let path = self.world.path(Role::Notes);
        let names: Vec<String> = (0..n).map(|n| format!("{path}{n}.ics")).collect();
        for name in &names {
            self.world.fake.write(name, &compose(Role::Notes, name, self.world.next()));
        }
        assert_eq!(self.run(Trigger::Person).outcome, Outcome::Ok);
        names
    }
    fn folder(&self, role: Role) -> Collection {
        self.world.collections().into_iter().find(|c| c.role == Some(role)).unwrap()
    }
    fn here(&self, role: Role) -> BTreeMap<String, ItemId> {
        let heads = now(self.world.memory.heads(&self.folder(role).id)).unwrap();
        heads
            .into_iter()
            .filter(|h| h.edit != Some(pimento::model::Edit::Delete))
            .map(|h| (h.href.name(), h.id))
            .collect()
    }
    fn there(&self, role: Role) -> usize {
        let path = self.world.path(role);
        self.world.fake.texts().keys().filter(|at| at.starts_with(&path)).count()
    }
    fn requests(&self) -> usize {
        self.world.fake.take_exchanges().len()
    }
}

fn keys(run: &Run) -> Vec<&str> {
    run.log.iter().map(|line| line.text.key.as_str()).collect()
}

#[test]
fn a_mass_deletion_on_the_server_is_held_until_the_person_decides() {
    for (choice, left) in [(Choice::Delete, 1), (Choice::BringBack, 12)] {
        let desk = desk();
        let notes = desk.notes(12);
        desk.world.there_new(Role::Contacts);
        notes[1..].iter().for_each(|name| desk.world.fake.erase(name));
        let run = desk.run(Trigger::Start);
        assert!(matches!(&run.outcome, Outcome::Failed(fault) if fault.class == Class::Guard), "{:?}", run.outcome);
        assert_eq!(desk.here(Role::Notes).len(), 12, "nothing was deleted");
        assert_eq!(desk.here(Role::Contacts).len(), 1, "the other folders go on");
        assert_eq!(desk.state().undecided, 1);
        let held = desk.drafted(Ask::Held);
        assert_eq!((held.len(), held[0].steps.len(), held[0].role), (1, 11, Some(Role::Notes)));
        assert!(held[0].steps.iter().all(|step| step.action == "drop" && step.title.starts_with('t')), "{held:?}");

        // Decided later: nothing of it runs, and nothing is asked of the server again.
        desk.requests();
        desk.run(Trigger::Start);
        assert_eq!(desk.requests(), 2, "the two homes only");
        assert_eq!(desk.here(Role::Notes).len(), 12);

        desk.ask(Ask::Decide { collection: held[0].collection.clone(), choice });
        assert_eq!(desk.last().outcome, Outcome::Ok, "{choice:?}");
        assert_eq!((desk.here(Role::Notes).len(), desk.there(Role::Notes)), (left, left), "{choice:?}");
        assert_eq!(desk.state().undecided, 0);
        assert_eq!(desk.folder(Role::Notes).held, None);
        assert!(desk.drafted(Ask::Held).is_empty());
    }
}

#[test]
fn a_mass_deletion_here_is_held_until_the_person_decides() {
    for (choice, left) in [(Choice::Delete, 1), (Choice::BringBack, 12)] {
        let desk = desk();
        desk.notes(12);
        for id in desk.here(Role::Notes).into_values().skip(1) {
            now(desk.worker.handle(Event::Ask(Ask::Delete { id, reach: Reach::All }))).0.unwrap();
        }
        desk.run(Trigger::Person);
        assert_eq!(desk.there(Role::Notes), 12, "not even if the person asks to synchronize");
        let held = desk.drafted(Ask::Held);
        assert_eq!(held[0].steps.len(), 11);
        assert!(held[0].steps.iter().all(|step| step.action == "delete" && !step.title.is_empty()));
        desk.ask(Ask::Decide { collection: held[0].collection.clone(), choice });
        assert_eq!(desk.last().outcome, Outcome::Ok, "{choice:?}");
        assert_eq!((desk.here(Role::Notes).len(), desk.there(Role::Notes)), (left, left), "{choice:?}");
    }
}

#[test]
fn what_was_agreed_to_holds_for_what_was_listed_only() {
    let desk = desk();
    let notes = desk.notes(20);
    notes[..10].iter().for_each(|name| desk.world.fake.erase(name));
    desk.run(Trigger::Start);
    let held = desk.drafted(Ask::Held);
    // More goes between looking and agreeing.
    notes[10..15].iter().for_each(|name| desk.world.fake.erase(name));
    desk.ask(Ask::Decide { collection: held[0].collection.clone(), choice: Choice::Delete });
    assert_eq!(desk.here(Role::Notes).len(), 20);
    let held = desk.drafted(Ask::Held);
    assert_eq!(held[0].steps.len(), 15, "all of them are asked about anew");
    desk.ask(Ask::Decide { collection: held[0].collection.clone(), choice: Choice::Delete });
    assert_eq!(desk.here(Role::Notes).len(), 5);
}

#[test]
fn what_the_server_has_again_is_not_held_any_more() {
    let desk = desk();
    let notes = desk.notes(3);
    let texts = desk.world.fake.texts();
    notes.iter().for_each(|name| desk.world.fake.erase(name));
    desk.run(Trigger::Start);
    assert_eq!(desk.state().undecided, 1, "emptied");
    notes.iter().for_each(|name| desk.world.fake.write(name, &texts[name]));
    assert_eq!(desk.run(Trigger::Start).outcome, Outcome::Ok);
    assert_eq!((desk.state().undecided, desk.here(Role::Notes).len()), (0, 3));
}

#[test]
fn the_thresholds_are_the_persons() {
    let desk = desk();
    let notes = desk.notes(12);
    let guard = Guard { at_least: 100, percent: 50, emptied: false };
    desk.ask(Ask::SaveSettings(Settings { guard, ..Settings::default() }));
    notes.iter().for_each(|name| desk.world.fake.erase(name));
    assert_eq!(desk.run(Trigger::Person).outcome, Outcome::Ok);
    assert_eq!(desk.here(Role::Notes).len(), 0);
    let wrong = Guard { at_least: 0, ..guard };
    let (reply, _) =
        now(desk.worker.handle(Event::Ask(Ask::SaveSettings(Settings { guard: wrong, ..Settings::default() }))));
    assert_eq!(reply.unwrap_err().text.key, "field_guard_items");
}

#[test]
fn listed_and_yet_gone_when_it_is_read_passes_the_guard_too() {
    let desk = desk();
    let notes = desk.notes(12);
    for name in &notes {
        let text = desk.world.fake.text(name).unwrap();
        desk.world.fake.write(name, &rewritten(&text, Part::Title, desk.world.next()));
    }
    // Between listing and reading all of it goes.
    let fake = desk.world.fake.clone();
    desk.world.fake.meanwhile(4, move || notes.iter().for_each(|name| fake.erase(name)));
    desk.run(Trigger::Person);
    assert_eq!(desk.here(Role::Notes).len(), 12, "{:?}", desk.last().log);
    assert_eq!(desk.state().undecided, 1);
}

#[test]
fn a_preview_is_what_the_run_does_and_changes_nothing() {
    let desk = desk();
    let notes = desk.notes(6);
    let change = |name: &String| {
        let text = desk.world.fake.text(name).unwrap();
        desk.world.fake.write(name, &rewritten(&text, Part::Title, desk.world.next()));
    };
    change(&notes[0]);
    change(&notes[1]);
    desk.world.fake.erase(&notes[2]);
    let here = desk.here(Role::Notes);
    desk.world.edit(&here["1.ics"], Part::Title);
    desk.world.edit(&here["3.ics"], Part::Title);
    now(desk.world.person.delete(&here["4.ics"], Reach::All)).unwrap();
    let (before, commits) = (desk.world.fake.texts(), desk.world.memory.commits.get());
    let drafted = desk.drafted(Ask::Preview);
    assert_eq!((desk.world.fake.texts(), desk.world.memory.commits.get()), (before, commits));
    let notes = drafted.iter().find(|drafted| drafted.role == Some(Role::Notes)).unwrap();
    let mut actions: Vec<&str> = notes.steps.iter().map(|step| step.action.as_str()).collect();
    actions.sort_unstable();
    assert_eq!((actions, notes.resting), (vec!["delete", "drop", "keep_both", "push", "take"], 1));
    let run = desk.run(Trigger::Person);
    let report = run.collections.iter().find(|report| report.role == Some(Role::Notes)).unwrap();
    let planned: BTreeMap<&str, u32> = report.plan.iter().map(|(word, n)| (word.as_str(), *n)).collect();
    let expected = [("delete", 1), ("drop", 1), ("keep_both", 1), ("push", 1), ("rest", 1), ("take", 1)];
    assert_eq!(planned, BTreeMap::from(expected));
    assert_eq!((report.received, report.sent, report.deleted_here, report.deleted_there), (2, 2, 1, 1));
}

#[test]
fn each_policy_does_what_it_says_and_keeps_the_other_text() {
    for policy in Policy::ALL {
        for (theirs, merges) in [(Part::Body, true), (Part::Title, false)] {
            let desk = desk();
            let name = desk.notes(1).remove(0);
            desk.ask(Ask::SavePolicy { account: desk.world.account().id, policy });
            let text = desk.world.fake.text(&name).unwrap();
            desk.world.fake.write(&name, &rewritten(&text, theirs, 900));
            let id = desk.here(Role::Notes)["0.ics"].clone();
            let mine = desk.world.edit(&id, Part::Title);
            let run = desk.run(Trigger::Person);
            assert_eq!(run.outcome, Outcome::Ok);
            let there = String::from_utf8(desk.world.fake.text(&name).unwrap()).unwrap();
            let theirs_line = if merges { "DESCRIPTION:b900" } else { "SUMMARY:t900" };
            let mine_line = String::from_utf8(mine.clone()).unwrap();
            let mine_line = mine_line.lines().find(|line| line.starts_with("SUMMARY:")).unwrap();
            let count = desk.there(Role::Notes);
            let what = format!("{policy:?} {theirs:?}\n{there}");
            let said = |key| keys(&run).contains(&key);
            match policy {
                Policy::Merge if merges => {
                    assert!(there.contains(theirs_line) && there.contains(mine_line) && count == 1, "{what}");
                    assert!(said("log_merged"));
                }
                Policy::KeepBoth | Policy::Merge => {
                    assert!(there.contains(theirs_line) && !there.contains(mine_line) && count == 2, "{what}");
                    let line = run.log.iter().find(|line| line.text.key == "log_kept_twice").unwrap();
                    assert_eq!(line.items.len(), 2, "both are named");
                }
                Policy::ServerWins => {
                    assert!(there.contains(theirs_line) && !there.contains(mine_line) && count == 1, "{what}");
                    assert!(said("log_yielded"));
                }
                Policy::MineWins => {
                    assert!(there.contains(mine_line) && !there.contains(theirs_line) && count == 1, "{what}");
                    assert!(said("log_overruled"));
                }
            }
            let kept = now(desk.world.memory.kept(Past::Item(id.clone()))).unwrap();
            let lost = match policy {
                Policy::MineWins => kept.iter().any(|kept| String::from_utf8_lossy(&kept.text).contains(theirs_line)),
                _ => kept.iter().any(|kept| kept.why == Why::Conflict && kept.text == mine),
            };
            assert!(lost, "{what}\n{kept:?}");
        }
    }
}

#[test]
fn earlier_versions_tell_what_differs_and_come_back() {
    let desk = desk();
    let name = desk.notes(1).remove(0);
    let first = desk.world.fake.text(&name).unwrap();
    desk.world.fake.write(&name, &rewritten(&first, Part::Title, 500));
    desk.run(Trigger::Person);
    let id = desk.here(Role::Notes)["0.ics"].clone();
    desk.world.edit(&id, Part::Body);
    desk.run(Trigger::Person);
    let Answer::Versions(versions) = desk.ask(Ask::Versions(id.clone())) else { panic!() };
    assert_eq!(versions.iter().map(|version| version.why).collect::<Vec<_>>(), [Why::Sent, Why::Received]);
    assert_eq!(versions[0].changed.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["DESCRIPTION"]);
    let title = &versions[1].changed[0];
    assert_eq!((title.name.as_str(), title.new.as_deref()), ("SUMMARY", Some("t500")));
    desk.ask(Ask::BringBack { at: versions[1].at, item: id.clone() });
    let there = desk.world.fake.text(&name).unwrap();
    assert!(pimento::text::same_meaning(&there, &first), "back on the server too");
    let Answer::Versions(versions) = desk.ask(Ask::Versions(id)) else { panic!() };
    assert_eq!(versions.len(), 3, "what it replaced can be had back again");
}

#[test]
fn a_run_is_undone_on_both_sides_and_the_undoing_can_be_looked_at_first() {
    let desk = desk();
    let notes = desk.notes(4);
    let before = desk.world.fake.texts();
    desk.world.fake.write(&notes[0], &rewritten(&before[&notes[0]], Part::Title, 700));
    desk.world.fake.erase(&notes[1]);
    desk.world.there_new(Role::Notes);
    let here = desk.here(Role::Notes);
    desk.world.edit(&here["2.ics"], Part::Title);
    let own = desk.world.here_new(Role::Notes);
    let run = desk.run(Trigger::Person);
    assert_eq!(run.outcome, Outcome::Ok);

    let drafted = desk.drafted(Ask::PreviewUndo(run.started));
    let mut actions: Vec<&str> = drafted[0].steps.iter().map(|step| step.action.as_str()).collect();
    actions.sort_unstable();
    assert_eq!(actions, ["create", "delete", "push", "push"]);
    assert!(matches!(desk.ask(Ask::Undo(run.started)), Answer::Count(4)));
    assert_eq!(desk.last().outcome, Outcome::Ok, "{:?}", desk.last().log);
    let essence = |texts: &BTreeMap<String, Vec<u8>>| {
        let mut texts: Vec<_> = texts.values().cloned().collect();
        texts.sort();
        texts
    };
    let mut after = desk.world.fake.texts();
    let mine = |text: &Vec<u8>| pimento::text::uid(text) == pimento::text::uid(&own);
    assert!(after.values().any(mine), "what the person made is theirs");
    after.retain(|_, text| !mine(text));
    let (then, now_) = (essence(&before), essence(&after));
    assert_eq!(then.len(), now_.len());
    for text in &then {
        assert!(now_.iter().any(|now| pimento::text::same_meaning(now, text)), "{}", String::from_utf8_lossy(text));
    }
    assert!(desk.drafted(Ask::PreviewUndo(run.started)).is_empty(), "nothing is left to undo");
}

#[test]
fn an_audit_finds_what_the_tokens_hid_and_runs_weekly() {
    let desk = desk();
    let notes = desk.notes(3);
    let text = desk.world.fake.text(&notes[0]).unwrap();
    desk.world.fake.slip(&notes[0], Some(&rewritten(&text, Part::Title, 800)));
    desk.world.fake.slip(&notes[1], None);
    desk.requests();
    let run = desk.run(Trigger::Person);
    assert!(!keys(&run).contains(&"log_hidden"), "no token tells of it");
    assert_eq!(desk.requests(), 2, "an ordinary run costs what it costs");
    let run = desk.run(Trigger::Audit);
    assert_eq!(run.outcome, Outcome::Ok, "{:?}", run.log);
    let report = run.collections.iter().find(|report| report.role == Some(Role::Notes)).unwrap();
    assert_eq!((report.hidden, report.received, report.deleted_here), (2, 1, 1));
    assert!(keys(&run).contains(&"log_hidden"));

    desk.world.fake.slip(&notes[2], None);
    let mut folder = desk.folder(Role::Notes);
    folder.audited = run.started - 7 * 24 * 3_600_000;
    now(desk.world.memory.save_collection(&folder)).unwrap();
    now(desk.worker.run(Trigger::Start)).unwrap();
    let report = desk.last().collections.into_iter().find(|report| report.role == Some(Role::Notes)).unwrap();
    assert_eq!(report.hidden, 1, "after a week by itself");
}

#[test]
fn a_folder_that_vanished_stays_until_the_person_decides() {
    for fate in [Fate::Keep, Fate::Remake, Fate::Remove] {
        let desk = desk();
        desk.notes(3);
        let path = desk.world.path(Role::Notes);
        let id = desk.folder(Role::Notes).id;
        desk.world.fake.remake(&path, |_| None);
        let run = desk.run(Trigger::Person);
        assert!(matches!(&run.outcome, Outcome::Failed(fault) if fault.text.key == "fault_collection_gone"));
        assert_eq!((desk.here(Role::Notes).len(), desk.state().undecided), (3, 1));
        assert!(desk.folder(Role::Notes).vanished.is_some());
        desk.ask(Ask::Settle { collection: id.clone(), fate });
        assert_eq!(desk.state().undecided, 0);
        let heads = now(desk.world.memory.heads(&id)).unwrap().len();
        match fate {
            Fate::Keep => assert_eq!(heads, 3),
            Fate::Remake => assert_eq!((heads, desk.there(Role::Notes)), (3, 3), "{:?}", desk.last().log),
            Fate::Remove => assert_eq!(heads, 0),
        }
        let run = desk.run(Trigger::Person);
        assert_eq!(run.outcome, Outcome::Ok, "{fate:?}: {:?}", run.log);
    }
}

#[test]
fn a_folder_that_cannot_be_written_refuses_every_edit_and_is_marked() {
    let desk = desk();
    desk.notes(1);
    let path = desk.world.path(Role::Notes);
    desk.world.fake.remake(&path, |mut folder| {
        folder.read_only = true;
        Some(folder)
    });
    desk.run(Trigger::Person);
    assert!(!desk.folder(Role::Notes).writable);
    let id = desk.here(Role::Notes)["0.ics"].clone();
    let note = || Fields::Note(NoteFields { title: "no".into(), text: String::new(), ..NoteFields::default() });
    for ask in [
        Ask::Create { folder: None, fields: note() },
        Ask::Edit { id: id.clone(), reach: Reach::All, was: note(), fields: note() },
        Ask::Delete { id, reach: Reach::All },
    ] {
        let (reply, trigger) = now(desk.worker.handle(Event::Ask(ask.clone())));
        assert_eq!((reply.unwrap_err().text.key.as_str(), trigger), ("fault_read_only", None), "{ask:?}");
    }
}

#[test]
fn quirk_32_who_asks_to_be_left_alone_is_left_alone_by_all_but_the_person() {
    let desk = desk();
    desk.notes(1);
    let account = desk.world.account();
    let until = desk.last().started + 3_600_000;
    now(desk.world.memory.save_account(&Account { not_before: Some(until), ..account })).unwrap();
    desk.requests();
    for trigger in [Trigger::Start, Trigger::Interval, Trigger::Change] {
        now(desk.worker.run(trigger)).unwrap();
        assert_eq!(desk.requests(), 0, "{trigger:?}");
    }
    assert_eq!(desk.run(Trigger::Person).outcome, Outcome::Ok);
    assert_eq!(desk.world.account().not_before, None, "and all is well again");
}

#[test]
fn accounts_run_beside_each_other_and_one_is_removed_alone() {
    let desk = desk();
    desk.notes(2);
    let first = desk.world.account();
    let other = Account {
        calendar_homes: first.calendar_homes.clone(),
        addressbook_homes: first.addressbook_homes.clone(),
        ..Account::new("https://other.example/", "alice", Some(Href::path("/alice/")))
    };
    now(desk.world.memory.save_account(&other)).unwrap();
    now(desk.worker.run(Trigger::Person)).unwrap();
    let of = |account: &Account| now(desk.world.memory.collections(&account.id)).unwrap();
    assert_eq!((of(&first).len(), of(&other).len()), (3, 3), "each has its own state");
    let runs = now(desk.world.memory.runs(2)).unwrap();
    assert_ne!(runs[0].account, runs[1].account);

    // One account's server cannot be reached: the other goes on, and the state tells.
    desk.world.fake.misbehave(vec![Planned { after: 0, trouble: Trouble::LostBefore }]);
    now(desk.worker.run(Trigger::Person)).unwrap();
    let runs = now(desk.world.memory.runs(2)).unwrap();
    assert_eq!(runs.iter().filter(|run| run.outcome == Outcome::Ok).count(), 1);
    assert!(matches!(desk.state().last.unwrap().outcome, Outcome::Failed(_)), "the worse of the two is told");

    let note = Fields::Note(NoteFields { title: "mine".into(), text: String::new(), ..NoteFields::default() });
    let id = first.id.clone();
    let folder = of(&first).into_iter().find(|c| c.role == Some(Role::Notes)).map(|c| c.id);
    now(desk.worker.handle(Event::Ask(Ask::Create { folder, fields: note }))).0.unwrap();
    assert!(matches!(desk.ask(Ask::CountUnsent(id.clone())), Answer::Count(1)));
    desk.requests();
    desk.world.fake.misbehave(vec![Planned { after: 0, trouble: Trouble::Busy }]);
    now(desk.worker.run(Trigger::Change)).unwrap();
    assert_eq!(desk.requests(), 2, "the homes of the account that has something to send, and no other's");
    desk.world.fake.behave();
    desk.ask(Ask::RemoveAccount(id.clone()));
    assert_eq!((of(&first).len(), of(&other).len()), (0, 3));
    assert!(now(desk.world.memory.accounts()).unwrap().iter().all(|account| account.id != id));
    assert_eq!(desk.there(Role::Notes), 2, "nothing happens on the server");
    let foreign = CollectionId("nobody's".into());
    desk.ask(Ask::Settle { collection: foreign, fate: Fate::Remove });
}

#[test]
fn a_second_account_that_cannot_be_looked_at_does_not_hide_the_plan_of_the_first() {
    let desk = desk();
    desk.notes(1);
    // Neither of its homes.
    desk.world.fake.misbehave(vec![Planned { after: 0, trouble: Trouble::LostBefore }; 2]);
    let drafted = desk.drafted(Ask::Preview);
    assert_eq!(drafted.len(), 1);
    assert_eq!(drafted[0].fault.as_ref().map(|fault| fault.text.key.as_str()), Some("fault_unreachable"));
    assert_eq!(desk.drafted(Ask::Preview).len(), 3, "and when it can be again");
}

#[test]
fn what_the_server_took_and_has_not_got_is_here_still() {
    let desk = desk();
    desk.notes(1);
    let text = desk.world.here_new(Role::Notes);
    // Whatever answered the PUT did not store it: gone before it is read back.
    let (fake, path) = (desk.world.fake.clone(), desk.world.path(Role::Notes));
    desk.world.fake.meanwhile(4, move || {
        for at in fake.texts().into_keys().filter(|at| at.starts_with(&path) && !at.ends_with("/0.ics")) {
            fake.slip(&at, None);
        }
    });
    desk.run(Trigger::Person);
    assert_eq!((desk.here(Role::Notes).len(), desk.there(Role::Notes)), (2, 1), "{:?}", desk.last().log);
    assert_eq!(desk.state().waiting, 1, "and says so");
    desk.run(Trigger::Start);
    assert_eq!((desk.here(Role::Notes).len(), desk.there(Role::Notes), desk.state().waiting), (2, 2, 0));
    assert!(desk.world.fake.texts().values().any(|there| pimento::text::same_meaning(there, &text)));
}

#[test]
fn what_cannot_be_written_cannot_be_brought_back() {
    let desk = desk();
    let notes = desk.notes(3);
    notes.iter().for_each(|name| desk.world.fake.erase(name));
    desk.world.fake.remake(&desk.world.path(Role::Notes), |mut folder| {
        folder.read_only = true;
        Some(folder)
    });
    desk.run(Trigger::Person);
    let held = desk.drafted(Ask::Held);
    let ask = Ask::Decide { collection: held[0].collection.clone(), choice: Choice::BringBack };
    assert_eq!(now(desk.worker.handle(Event::Ask(ask))).0.unwrap_err().text.key, "fault_read_only");
    assert_eq!(desk.drafted(Ask::Held).len(), 1, "still to be decided");
}

#[test]
fn a_restore_leaves_a_folder_that_vanished_alone() {
    let desk = desk();
    desk.notes(3);
    let id = desk.folder(Role::Notes).id;
    let note = Fields::Note(NoteFields { title: "only here".into(), text: String::new(), ..NoteFields::default() });
    now(desk.worker.handle(Event::Ask(Ask::Create { folder: None, fields: note }))).0.unwrap();
    desk.world.fake.remake(&desk.world.path(Role::Notes), |_| None);
    desk.run(Trigger::Restore);
    assert_eq!(now(desk.world.memory.heads(&id)).unwrap().len(), 4, "there is nothing to restore it from");
}

#[test]
fn what_a_restore_sets_aside_is_not_forgotten_for_what_the_same_run_brings() {
    let desk = desk();
    let names = desk.notes(3);
    let history = History { megabytes: 1, ..History::default() };
    now(desk.world.memory.save_settings(&Settings { history, ..Settings::default() })).unwrap();
    let large = |text: &[u8]| {
        let text =
            String::from_utf8_lossy(text).replace("DESCRIPTION:", &format!("DESCRIPTION:{}", "x".repeat(900_000)));
        text.into_bytes()
    };
    for name in &names[1..] {
        desk.world.fake.write(name, &large(&desk.world.fake.text(name).unwrap()));
    }
    desk.run(Trigger::Person);
    let mine = desk.world.edit(&desk.here(Role::Notes)["0.ics"], Part::Title);
    for name in &names[1..] {
        desk.world.fake.write(name, &compose(Role::Notes, name, 77));
    }
    let run = desk.run(Trigger::Restore);
    let kept = now(desk.world.memory.kept(Past::Run(run.started))).unwrap();
    assert_eq!(kept.iter().map(|kept| kept.why).collect::<Vec<_>>(), [Why::Received, Why::Received, Why::Restored]);
    assert_eq!(kept[2].text, mine);
    // A day later it is a text like any other.
    desk.world.clock.0.set(desk.world.clock.0.get() + 2 * 86_400_000);
    desk.run(Trigger::Person);
    assert_eq!(desk.world.kept().len(), 1);
}

#[test]
fn what_the_person_chooses_for_an_account_while_a_run_goes_on_stays() {
    let desk = desk();
    desk.world.there_new(Role::Notes);
    let (world, id) = (&desk.world, desk.world.account().id);
    let (life, mut turn) = (world.life.clone(), 0);
    life.slow.set(true);
    // Another policy at each point at which the run waits, also between reading and
    // writing what it learnt of the server.
    let chosen = |turn: usize| Policy::ALL[turn % Policy::ALL.len()];
    let run = driven(world.worker().run(world.account(), Trigger::Person), || {
        assert_eq!(world.account().policy, chosen(turn), "after {turn} turns");
        turn += 1;
        now(world.person.save_policy(&id, chosen(turn))).unwrap();
        life.turns.release(None)
    });
    assert_eq!(run.unwrap().unwrap().outcome, Outcome::Ok);
    assert!(world.account().looked > 0, "and the run has learnt something");
}
