//! What was sent is read back: when, and what becomes of what happens in between.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fake;
mod world;

use fake::flavour::Flavour;
use fake::trouble::{Etags, Planned, Rewrites, Texts, Trouble, Ways};
use pimento::driver::Driver;
use pimento::model::{ItemId, Outcome, Role, Run, Trigger, Why};
use world::text::Part;
use world::{World, law, now};

const HOME: &str = "PROPFIND /alice/";
const NOTES: &str = "REPORT /alice/notes/";
/// What the server stores is cut at the first comma.
fn cuts() -> Ways {
    Ways { rewrites: Rewrites::Meaning, ..Ways::of(Flavour::Radicale) }
}

/// A server with two notes, in step with it; and one of the notes, by its address too.
fn in_step(ways: Ways) -> (World, ItemId, String) {
    let world = World::new(ways);
    (0..2).for_each(|_| drop(world.there_new(Role::Notes)));
    run(&world);
    let (id, item) = world.moment().here.into_iter().next().unwrap();
    (world, id, item.head.href.as_str().to_owned())
}

fn run(world: &World) -> (Run, Vec<String>) {
    run_by(world, Trigger::Interval)
}

fn run_by(world: &World, trigger: Trigger) -> (Run, Vec<String>) {
    world.fake.take_exchanges();
    let driver = Driver::new(world.ports(), world.options.clone());
    let run = now(driver.run(world.account(), trigger)).unwrap();
    assert_eq!(run.outcome, Outcome::Ok, "{:#?}", run.log);
    let asked = world.fake.take_exchanges().iter().map(|e| format!("{} {}", e.method, e.path)).collect();
    (run, asked)
}

fn says(run: &Run, key: &str) -> bool {
    run.log.iter().any(|line| line.text.key == key)
}

/// Why texts of the item are in its history.
fn kept(world: &World) -> Vec<Why> {
    world.kept().iter().map(|kept| kept.why).collect()
}

#[test]
fn an_edit_with_a_strong_etag_comes_back_with_what_changed_next() {
    let (world, id, path) = in_step(Ways::of(Flavour::Radicale));
    world.edit(&id, Part::Title);
    assert_eq!(run(&world).1, [HOME.to_owned(), format!("PUT {path}")]);
    assert!(law::agree(&world).is_err(), "it is not read back yet");
    let drafted = now(world.worker().preview(world.account())).unwrap();
    assert!(drafted.iter().all(|drafted| drafted.steps.is_empty()), "nobody changed anything: {drafted:?}");
    let (after, asked) = run(&world);
    assert_eq!(asked, [HOME, NOTES]);
    assert_eq!(after.total(|report| report.received), 0, "in the server's form it is nothing new");
    law::agree(&world).unwrap();
    law::nothing_lost(&world).unwrap();
    assert_eq!(run(&world).1, [HOME]);
}

#[test]
fn what_is_new_or_has_no_strong_etag_is_read_back_at_once() {
    let like = Ways::of(Flavour::Radicale);
    for ways in [Ways { etag_on_put: false, ..like }, Ways { etags: Etags::Weak, ..like }] {
        let (world, id, _) = in_step(ways);
        world.edit(&id, Part::Title);
        assert_eq!(run(&world).1.last().unwrap(), NOTES, "{ways:?}");
        law::agree(&world).unwrap();
    }
    let (world, ..) = in_step(like);
    world.here_new(Role::Notes);
    assert_eq!(run(&world).1.last().unwrap(), NOTES);
    law::agree(&world).unwrap();
}

#[test]
fn what_the_server_made_of_it_is_said_and_ours_is_kept() {
    let (world, id, _) = in_step(cuts());
    world.edit(&id, Part::Body);
    assert!(!says(&run(&world).0, "log_altered"));
    assert!(says(&run(&world).0, "log_altered"));
    assert!(kept(&world).contains(&Why::Altered));
    law::agree(&world).unwrap();
    law::nothing_lost(&world).unwrap();
}

#[test]
fn an_edit_of_what_the_server_altered_is_no_conflict_with_oneself() {
    let (world, id, path) = in_step(cuts());
    world.edit(&id, Part::Body);
    run(&world);
    // Begun from what was sent, not from what the server made of it.
    world.edit(&id, Part::Title);
    let (sent, _) = run(&world);
    assert_eq!((sent.total(|r| r.conflicts), sent.total(|r| r.sent)), (0, 1), "{:#?}", sent.log);
    assert!(says(&sent, "log_altered") && kept(&world).contains(&Why::Altered));
    run(&world);
    assert_eq!(world.moment().here.len(), 2, "no copy");
    let shown = world.fake.text(&path).unwrap();
    let title = format!("SUMMARY:t{}", world.next() - 1);
    assert!(String::from_utf8_lossy(&shown).contains(&title), "{}", String::from_utf8_lossy(&shown));
    law::agree(&world).unwrap();
    law::nothing_lost(&world).unwrap();
}

#[test]
fn what_the_server_made_of_it_is_not_written_over_unread() {
    let (world, id, path) = in_step(Ways { texts: Texts::Ignored, ..cuts() });
    world.edit(&id, Part::Body);
    run(&world);
    let made = world.fake.text(&path).unwrap();
    // While the next run reads it: the home, the changes, and the text is on its way.
    let person = world.clone();
    let of = id.clone();
    world.fake.meanwhile(3, move || drop(person.edit(&of, Part::Title)));
    run(&world);
    run(&world);
    run(&world);
    let known = |text: &[u8]| world::text::Essence::of(text) == world::text::Essence::of(&made);
    assert!(world.kept().iter().any(|kept| known(&kept.text)), "what was there can be had back");
    law::agree(&world).unwrap();
}

#[test]
fn a_deletion_of_what_the_server_altered_is_carried_out() {
    let (world, id, path) = in_step(cuts());
    world.edit(&id, Part::Body);
    run(&world);
    now(world.person.delete(&id, pimento::model::Reach::All)).unwrap();
    run(&world);
    assert_eq!(world.fake.text(&path), None);
    law::agree(&world).unwrap();
    law::nothing_lost(&world).unwrap();
}

#[test]
fn what_somebody_else_makes_of_it_before_it_is_read_back_is_theirs() {
    let (world, id, path) = in_step(Ways::of(Flavour::Radicale));
    world.edit(&id, Part::Title);
    run(&world);
    let theirs = world.there_edit(&path, Part::Body);
    let (after, _) = run(&world);
    assert_eq!(after.total(|report| report.received), 1);
    assert!(!says(&after, "log_altered"), "the etag is another: the server did not do it");
    assert_eq!(world.moment().here[&id].base.as_deref(), world.fake.text(&path).as_deref());
    assert_eq!(world.fake.text(&path).unwrap(), theirs);
    assert!(kept(&world).contains(&Why::Received), "what was sent can be had back");
    law::nothing_lost(&world).unwrap();
    // Both at once: that is a conflict like any other.
    world.edit(&id, Part::Title);
    run(&world);
    world.there_edit(&path, Part::Title);
    world.edit(&id, Part::Title);
    assert_eq!(run(&world).0.total(|report| report.conflicts), 1);
    run(&world);
    law::agree(&world).unwrap();
    law::nothing_lost(&world).unwrap();
}

#[test]
fn what_somebody_else_deletes_before_it_is_read_back_goes_and_is_kept() {
    let (world, id, path) = in_step(Ways::of(Flavour::Radicale));
    world.edit(&id, Part::Title);
    run(&world);
    world.fake.erase(&path);
    assert_eq!(run(&world).0.total(|report| report.deleted_here), 1);
    assert!(kept(&world).contains(&Why::Gone));
    law::agree(&world).unwrap();
    law::nothing_lost(&world).unwrap();
}

#[test]
fn what_is_restored_was_not_sent() {
    let (world, id, path) = in_step(Ways::of(Flavour::Radicale));
    world.there_edit(&path, Part::Body);
    world.edit(&id, Part::Title);
    let (restored, _) = run_by(&world, Trigger::Restore);
    assert!(!says(&restored, "log_changed_since"), "{:?}", restored.log);
    assert_eq!(restored.total(|report| report.received), 1);
    assert!(kept(&world).contains(&Why::Restored));
    law::agree(&world).unwrap();
    // Nor is that a reason to read back at once whatever is sent from now on.
    world.edit(&id, Part::Title);
    assert_eq!(run(&world).1, [HOME.to_owned(), format!("PUT {path}")]);
}

/// A restore that gets no further than the listing of the home.
fn restore_that_breaks_off(world: &World) {
    let lost = |after| Planned { after, trouble: Trouble::LostBefore };
    world.fake.misbehave((0..9).map(|n| lost(u8::from(n == 0))).collect());
    let broken = now(Driver::new(world.ports(), world.options.clone()).run(world.account(), Trigger::Restore)).unwrap();
    assert!(matches!(broken.outcome, Outcome::Failed(_)) && kept(world) == [Why::Restored], "{:?}", broken.log);
    world.fake.behave();
}

#[test]
fn a_restore_that_breaks_off_sent_nothing_either() {
    let (world, id, path) = in_step(Ways::of(Flavour::Radicale));
    world.there_edit(&path, Part::Body);
    world.edit(&id, Part::Title);
    restore_that_breaks_off(&world);
    let (next, _) = run_by(&world, Trigger::Person);
    assert!(!says(&next, "log_changed_since"), "{:?}", next.log);
    assert_eq!(next.total(|report| report.received), 1);
    law::agree(&world).unwrap();
}

#[test]
fn after_a_restore_that_breaks_off_all_there_is_is_looked_at() {
    let (world, id, path) = in_step(Ways::of(Flavour::Radicale));
    world.edit(&id, Part::Title);
    // It came to the server, its answer was lost, and no token tells of it.
    let sent = world.moment().here[&id].edit.clone();
    world.fake.slip(&path, sent.as_deref());
    restore_that_breaks_off(&world);
    let (next, _) = run(&world);
    assert_eq!(next.total(|report| report.received), 1, "{:?}", next.log);
    law::agree(&world).unwrap();
}

#[test]
fn a_restore_takes_what_is_new_here_from_where_its_lost_answer_left_it() {
    let (world, ..) = in_step(Ways::of(Flavour::Radicale));
    // All that is in its folder: when it is set aside, the folder is read as if for the first time.
    let text = world.here_new(Role::Contacts);
    let here = world.moment().here;
    let (_, new) = here.into_iter().find(|(_, item)| item.base.is_none()).unwrap();
    world.fake.write(new.head.href.as_str(), &text);
    let (restored, _) = run_by(&world, Trigger::Restore);
    assert_eq!(restored.total(|report| report.received), 1, "{:?}", restored.log);
    assert_eq!(kept(&world), [Why::Restored]);
    law::agree(&world).unwrap();
}

#[test]
fn what_was_sent_before_a_restore_is_told_as_the_server_altered_it() {
    let (world, id, _) = in_step(cuts());
    world.edit(&id, Part::Body);
    run(&world);
    let (restored, _) = run_by(&world, Trigger::Restore);
    assert!(says(&restored, "log_altered") && kept(&world).contains(&Why::Altered), "{:?}", restored.log);
}
