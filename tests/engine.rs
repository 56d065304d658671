//! The engine in thousands of small worlds: whatever both sides do and whatever
//! the server does wrong, the laws of `world::law` hold in the end. Each case is
//! held to all of them; the tests differ in what is made hard.
//!
//! `PIMENTO_CASES` says how many cases each test is to try; `./build.sh soak` runs
//! them again and again. A case that failed once is kept in `proptest-regressions/`
//! and tried first.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "engine/script.rs"]
mod script;

mod fake;
mod world;

use fake::flavour::Flavour;
use fake::trouble::{Etags, Planned, Trouble, Ways};
use pimento::model::{Role, Trigger};
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, FileFailurePersistence, TestCaseError, TestError, TestRunner};
use script::{Script, common, odd, script};
use world::act::Act;
use world::text::Part;
use world::{World, law};

/// Of each test.
const CASES: u32 = 4_500;

fn hold(regressions: &'static str, scripts: impl Strategy<Value = Script>) {
    let cases = std::env::var("PIMENTO_CASES").map_or(CASES, |cases| cases.parse().expect("PIMENTO_CASES is a number"));
    let config = Config {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(regressions))),
        max_shrink_iters: 20_000,
        ..Config::default()
    };
    let held = TestRunner::new(config).run(&scripts, |script| script.play().map_err(TestCaseError::fail));
    match held {
        Err(TestError::Fail(why, script)) => panic!("{why}\n{script:?}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
        Ok(()) => println!("{cases} cases"),
    }
}

#[test]
fn with_good_servers() {
    hold("proptest-regressions/engine/good.txt", script(common(), 0, 0));
}

#[test]
fn with_servers_that_fail_now_and_then() {
    hold("proptest-regressions/engine/flaky.txt", script(common(), 3, 0));
}

#[test]
fn with_odd_servers() {
    hold("proptest-regressions/engine/odd.txt", script(odd(), 1, 0));
}

#[test]
fn with_edits_while_a_run_is_under_way() {
    hold("proptest-regressions/engine/meanwhile.txt", script(common(), 1, 3));
}

/// With strong etags: without them nothing can be written on a condition, and what somebody
/// else writes between the look and the write is overwritten.
#[test]
fn with_edits_while_an_odd_server_is_asked() {
    let strong = odd().prop_map(|ways| Ways { etags: Etags::Strong, ..ways });
    hold("proptest-regressions/engine/odd_meanwhile.txt", script(strong, 1, 2));
}

/// The answer to a write is lost and the person goes on editing: the server has an
/// earlier text of theirs, and nobody else was there.
#[test]
fn nobody_conflicts_with_themselves() {
    for flavour in Flavour::ALL {
        for first in [Act::HereNew(Role::Notes), Act::HereEdit(0, Part::Title)] {
            let world = World::new(Ways::of(flavour));
            world.there_new(Role::Notes);
            world.run(Trigger::Start).unwrap();
            world.act(first);
            world.fake.misbehave(vec![Planned { after: 0, trouble: Trouble::LostAfter }]);
            world.run(Trigger::Interval).unwrap();
            for n in 0..2 {
                world.act(Act::HereEdit(n, Part::Body));
            }
            law::all(&world).unwrap();
            let (here, there) = (world.moment().here, world.fake.texts());
            assert!(here.values().all(|item| item.head.waiting.is_none()), "{flavour:?} {first:?}");
            let most = if matches!(first, Act::HereNew(_)) { 2 } else { 1 };
            assert_eq!((here.len(), there.len()), (most, most), "{flavour:?} {first:?}");
        }
    }
}
