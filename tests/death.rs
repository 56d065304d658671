//! The worker dies at every point of a run: before and after each request's effect,
//! before and after each write to the store. Another worker takes its place over
//! what is left, and everything that must hold holds (`world::law`).
//!
//! Dying is simple here: the wire and the store never return, and the run is dropped.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fake;
mod world;

use fake::flavour::Flavour;
use fake::trouble::{Planned, Trouble, Ways};
use pimento::model::{Choice, Guard, Policy, Role, Trigger};
use world::act::Act;
use world::text::{Part, compose};
use world::{Rules, World, law};

/// What stands before a run that is cut short: one row of the sync table each, or a
/// way a run can go.
struct Scene {
    name: &'static str,
    trigger: Trigger,
    set: fn(&World),
}

const fn scene(name: &'static str, set: fn(&World)) -> Scene {
    Scene { name, trigger: Trigger::Interval, set }
}

/// All act on item 0, or on all of them.
const SCENES: &[Scene] = &[
    scene("nothing happened", |_| {}),
    scene("changed there", |w| w.act(Act::ThereEdit(0, Part::Title))),
    scene("other words there", |w| w.act(Act::ThereTouch(0))),
    scene("new there", |w| w.act(Act::ThereNew(Role::Notes))),
    scene("gone there", |w| w.act(Act::ThereDelete(0))),
    scene("renamed there", |w| w.act(Act::ThereRename(0))),
    scene("replaced there", |w| w.act(Act::ThereReplace(0))),
    scene("new etags there", |w| w.act(Act::ThereRestamp(true))),
    scene("changed here", |w| w.act(Act::HereEdit(0, Part::Title))),
    scene("changed here twice", |w| {
        w.act(Act::HereEdit(0, Part::Title));
        w.act(Act::HereEdit(0, Part::Body));
    }),
    scene("new here", |w| w.act(Act::HereNew(Role::Contacts))),
    scene("deleted here", |w| w.act(Act::HereDelete(0))),
    scene("new and deleted here", |w| {
        w.act(Act::HereNew(Role::Notes));
        w.act(Act::HereDelete(4));
    }),
    scene("changed to the same", |w| w.act(Act::BothSame(0, Part::Title))),
    scene("changed on both sides", |w| w.act(Act::BothEdit(0, Part::Title, Part::Title))),
    scene("changed in different places", |w| w.act(Act::BothEdit(0, Part::Title, Part::Body))),
    scene("changed here, other words there", |w| {
        w.act(Act::HereEdit(0, Part::Title));
        rewrite(w, Act::ThereTouch);
    }),
    scene("changed here, gone there", |w| {
        w.act(Act::HereEdit(0, Part::Title));
        rewrite(w, Act::ThereDelete);
    }),
    scene("changed here, renamed there", |w| {
        w.act(Act::HereEdit(0, Part::Title));
        rewrite(w, Act::ThereRename);
    }),
    scene("changed here, new etags there", |w| {
        w.act(Act::HereEdit(0, Part::Title));
        w.act(Act::ThereRestamp(false));
    }),
    scene("deleted here, changed there", |w| {
        w.act(Act::HereDelete(0));
        rewrite(w, |n| Act::ThereEdit(n, Part::Title));
    }),
    scene("deleted here, other words there", |w| {
        w.act(Act::HereDelete(0));
        rewrite(w, Act::ThereTouch);
    }),
    scene("deleted on both sides", |w| {
        w.act(Act::HereDelete(0));
        rewrite(w, Act::ThereDelete);
    }),
    scene("deleted here, new etags there", |w| {
        w.act(Act::HereDelete(0));
        w.act(Act::ThereRestamp(false));
    }),
    scene("new here where another is there", |w| {
        w.act(Act::HereNew(Role::Notes));
        let item = w.here(4).unwrap();
        w.fake.write(item.head.href.as_str(), &compose(Role::Notes, "another", w.next()));
    }),
    scene("brought back", |w| {
        w.act(Act::ThereDelete(0));
        w.run(Trigger::Interval).unwrap();
        w.act(Act::HereBringBack(0));
    }),
    scene("tokens forgotten", |w| {
        w.act(Act::HereEdit(0, Part::Title));
        w.act(Act::ThereNew(Role::Notes));
        w.fake.misbehave(vec![Planned { after: 0, trouble: Trouble::TokensForgotten }]);
    }),
    Scene { name: "restored", trigger: Trigger::Restore, set: everything },
    scene("everything at once", everything),
];

/// Somebody else does that to the item that the person sees, or deleted, first.
fn rewrite(world: &World, act: fn(u8) -> Act) {
    let moment = world.moment();
    let first = moment.here.values().next().unwrap().head.href.as_str();
    let at = moment.there.keys().position(|path| path == first).unwrap();
    world.act(act(u8::try_from(at).unwrap()));
}

fn everything(world: &World) {
    for act in [
        Act::BothEdit(0, Part::Title, Part::Body),
        Act::HereEdit(1, Part::Body),
        Act::HereNew(Role::Notes),
        Act::HereNew(Role::Contacts),
        Act::ThereNew(Role::Notes),
        Act::HereDelete(2),
        Act::ThereDelete(3),
    ] {
        world.act(act);
    }
}

/// What may happen between a death and the next life, besides nothing.
const SEQUELS: [Act; 4] =
    [Act::HereEdit(0, Part::Title), Act::HereDelete(0), Act::ThereEdit(0, Part::Body), Act::ThereDelete(0)];

/// A world with items in step.
fn ready(ways: Ways) -> World {
    let world = World::new(ways);
    for role in [Role::Notes, Role::Notes, Role::Contacts, Role::Calendar] {
        world.there_new(role);
    }
    world.run(Trigger::Start).unwrap();
    world
}

/// Dies at each point of the run that `world` is about to make, twice: with nothing
/// happening before the next life, and with one thing or another. The number of points.
fn die_everywhere(name: &str, trigger: Trigger, world: impl Fn() -> World) -> u32 {
    for point in 0.. {
        for sequel in [None, Some(SEQUELS[point as usize % SEQUELS.len()])] {
            let mut world = world();
            world.revive();
            world.life.ends_at.set(Some(point));
            let survived = world.run(trigger).unwrap().is_some();
            if survived {
                return point;
            }
            world.revive();
            if let Some(act) = sequel {
                world.act(act);
            }
            if let Err(why) = law::all(&world) {
                panic!("{name}, {:?}, dead at point {point}, then {sequel:?}: {why}", world.fake.ways.flavour);
            }
        }
    }
    unreachable!()
}

#[test]
fn at_every_point_of_every_row_of_the_sync_table() {
    let mut points = 0;
    for flavour in Flavour::ALL {
        for scene in SCENES {
            let found = die_everywhere(scene.name, scene.trigger, || {
                let world = ready(Ways::of(flavour));
                (scene.set)(&world);
                world
            });
            assert!(found >= 6, "{}: a run has a beginning, a request and an end", scene.name);
            points += found;
        }
    }
    tell(&format!("died at {points} points"));
    assert!(points >= 1000, "only {points} points");
}

/// Merging, yielding, overruling, being stopped and what is decided then.
#[test]
fn at_every_point_under_every_rule() {
    let asks = Guard { at_least: 1, percent: 0, emptied: true };
    let policies = Policy::ALL.map(|policy| Rules { policy, guard: None, choice: Choice::Delete });
    let guards =
        [Choice::Delete, Choice::BringBack].map(|choice| Rules { policy: Policy::Merge, guard: Some(asks), choice });
    let contested = ["changed on both sides", "changed in different places", "everything at once"];
    let deleted = ["gone there", "deleted here", "everything at once"];
    let mut points = 0;
    for flavour in Flavour::ALL {
        for rules in policies.into_iter().chain(guards) {
            let names = if rules.guard.is_some() { deleted } else { contested };
            for scene in SCENES.iter().filter(|scene| names.contains(&scene.name)) {
                let name = format!("{} under {rules:?}", scene.name);
                points += die_everywhere(&name, scene.trigger, || {
                    let mut world = ready(Ways::of(flavour));
                    world.rule(rules);
                    (scene.set)(&world);
                    world
                });
            }
        }
    }
    tell(&format!("died at {points} points"));
    assert!(points >= 900, "only {points} points");
}

#[test]
fn at_every_point_of_the_first_run() {
    let mut points = 0;
    for flavour in Flavour::ALL {
        let empty = || World::without_folders(Ways::of(flavour));
        points += die_everywhere("nothing there", Trigger::Start, empty);
        let full = || {
            let world = World::new(Ways::of(flavour));
            for _ in 0..5 {
                world.there_new(Role::Notes);
            }
            world
        };
        points += die_everywhere("all new", Trigger::Start, full);
    }
    tell(&format!("died at {points} points"));
    assert!(points >= 50, "only {points} points");
}

/// Past the capture of the test's output: how many there were is to be seen.
fn tell(what: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{what}");
}
