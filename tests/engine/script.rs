//! What may happen in a world, in any order.

use pimento::model::{Choice, Guard, Policy, Role, Trigger};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::fake::flavour::Flavour;
use crate::fake::trouble::{Etags, Missing, Planned, Rewrites, Texts, Trouble, Ways};
use crate::world::act::Act;
use crate::world::text::Part;
use crate::world::{Lawful, Rules, World, law};

#[derive(Clone, Debug)]
pub enum Step {
    Act(Act),
    Run(Run),
}

/// A run, what goes wrong in it, and what happens before its n-th request.
#[derive(Clone, Debug)]
pub struct Run {
    /// The person looks at the plan first.
    pub preview: bool,
    pub trigger: Trigger,
    pub plan: Vec<Planned>,
    pub meanwhile: Vec<(u8, Act)>,
}

/// A server's nature, what the person wants, and what happens.
#[derive(Clone, Debug)]
pub struct Script {
    pub ways: Ways,
    pub rules: Rules,
    /// Answers overtake each other.
    pub slow: bool,
    pub steps: Vec<Step>,
}

impl Script {
    /// Plays it in a world with an item or two in each folder, and holds the world
    /// to the law when it has come to rest.
    pub fn play(&self) -> Lawful {
        let mut world = World::new(self.ways);
        world.rule(self.rules);
        world.slow = self.slow;
        for role in [Role::Notes, Role::Notes, Role::Contacts, Role::Calendar] {
            world.there_new(role);
        }
        world.run(Trigger::Start)?;
        for step in &self.steps {
            match step {
                Step::Act(act) => world.act(*act),
                Step::Run(run) => {
                    world.fake.misbehave(run.plan.clone());
                    for (n, act) in &run.meanwhile {
                        let (act, other) = (*act, world.clone());
                        world.fake.meanwhile(*n, move || other.act(act));
                    }
                    if run.preview {
                        law::preview(&world)?;
                    }
                    world.run(run.trigger)?;
                    world.fake.behave();
                }
            }
        }
        // What comes and goes again between two requests of one run may be told by neither
        // token nor marker.
        let busy = |step: &Step| matches!(step, Step::Run(run) if !run.meanwhile.is_empty());
        if !self.ways.flavour.facts().remembers_detours && self.steps.iter().any(busy) {
            world.run(Trigger::Audit)?;
        }
        law::all(&world)
    }
}

fn role() -> impl Strategy<Value = Role> {
    // Most of it in one folder: there is no clash between two.
    prop_oneof![4 => Just(Role::Notes), 2 => Just(Role::Contacts), 1 => Just(Role::Calendar)]
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![Just(Part::Title), Just(Part::Body)]
}

/// Few enough items that both sides meet at one.
fn which() -> impl Strategy<Value = u8> {
    0..6u8
}

pub fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        2 => role().prop_map(Act::HereNew),
        4 => (which(), part()).prop_map(|(n, part)| Act::HereEdit(n, part)),
        2 => which().prop_map(Act::HereDelete),
        1 => which().prop_map(Act::HereBringBack),
        2 => role().prop_map(Act::ThereNew),
        4 => (which(), part()).prop_map(|(n, part)| Act::ThereEdit(n, part)),
        1 => which().prop_map(Act::ThereTouch),
        2 => which().prop_map(Act::ThereDelete),
        1 => which().prop_map(Act::ThereRename),
        1 => which().prop_map(Act::ThereReplace),
        1 => any::<bool>().prop_map(Act::ThereRestamp),
        1 => Just(Act::Decide),
        1 => (which(), part()).prop_map(|(n, part)| Act::BothSame(n, part)),
        2 => (which(), part(), part()).prop_map(|(n, ours, theirs)| Act::BothEdit(n, ours, theirs)),
    ]
}

fn trigger() -> impl Strategy<Value = Trigger> {
    prop_oneof![
        6 => Just(Trigger::Interval),
        2 => Just(Trigger::Person),
        1 => Just(Trigger::Audit),
        1 => Just(Trigger::Restore),
    ]
}

fn rules() -> impl Strategy<Value = Rules> {
    let guard = (1..4u32, prop_oneof![Just(0u32), Just(20), Just(60)], any::<bool>());
    let guard = guard.prop_map(|(at_least, percent, emptied)| Guard { at_least, percent, emptied });
    let choice = prop_oneof![Just(Choice::Delete), Just(Choice::BringBack)];
    (prop::sample::select(&Policy::ALL), prop::option::weighted(0.3, guard), choice)
        .prop_map(|(policy, guard, choice)| Rules { policy, guard, choice })
}

fn trouble() -> impl Strategy<Value = Planned> {
    let trouble = prop_oneof![
        2 => Just(Trouble::LostBefore),
        4 => Just(Trouble::LostAfter),
        3 => Just(Trouble::FailedAfter),
        1 => Just(Trouble::Failed),
        1 => Just(Trouble::Busy),
        1 => Just(Trouble::Locked),
        2 => (1..99u8).prop_map(Trouble::Cut),
        1 => Just(Trouble::TokensForgotten),
        1 => Just(Trouble::LeavesOut),
        1 => Just(Trouble::Multiget404),
        1 => Just(Trouble::SignedOut),
        1 => Just(Trouble::Page),
    ];
    (0..4u8, trouble).prop_map(|(after, trouble)| Planned { after, trouble })
}

fn run(troubles: usize, meanwhile: usize) -> impl Strategy<Value = Run> {
    // A look at a plan asks the server much: only where nothing else is in the way.
    let preview = prop::bool::weighted(if troubles + meanwhile == 0 { 0.2 } else { 0.0 });
    (preview, trigger(), vec(trouble(), 0..=troubles), vec((1..9u8, act()), 0..=meanwhile))
        .prop_map(|(preview, trigger, plan, meanwhile)| Run { preview, trigger, plan, meanwhile })
}

/// Up to `troubles` and `meanwhile` in each run.
pub fn script(ways: impl Strategy<Value = Ways>, troubles: usize, meanwhile: usize) -> impl Strategy<Value = Script> {
    let step = prop_oneof![
        3 => act().prop_map(Step::Act),
        1 => run(troubles, meanwhile).prop_map(Step::Run),
    ];
    (ways, rules(), any::<bool>(), vec(step, 1..14)).prop_map(|(ways, rules, slow, steps)| Script {
        ways,
        rules,
        slow,
        steps,
    })
}

/// As the real ones are.
pub fn common() -> impl Strategy<Value = Ways> {
    prop::sample::select(&Flavour::ALL).prop_map(Ways::of)
}

/// As some are.
pub fn odd() -> impl Strategy<Value = Ways> {
    let etags = prop_oneof![
        3 => Just(Etags::Strong),
        1 => Just(Etags::Weak),
        1 => Just(Etags::Unlisted),
        1 => Just(Etags::Never),
        1 => Just(Etags::Drifting),
    ];
    let rewrites = prop_oneof![Just(Rewrites::Nothing), Just(Rewrites::Form), Just(Rewrites::Meaning)];
    let missing = prop_oneof![Just(Missing::Told), Just(Missing::LeftOut), Just(Missing::Refuses)];
    let bad_token = (prop_oneof![Just(400), Just(403), Just(409), Just(412)], any::<bool>());
    let rarely = || prop::bool::weighted(0.2);
    let texts = prop_oneof![
        3 => Just(Texts::Given),
        1 => Just(Texts::Ignored),
        1 => Just(Texts::Some),
        1 => (0..3usize).prop_map(Texts::Refused),
    ];
    (
        common(),
        etags,
        any::<bool>(),
        rewrites,
        missing,
        bad_token,
        [rarely(), rarely(), rarely(), rarely(), rarely()],
        (any::<bool>(), texts),
    )
        .prop_map(
            |(
                ways,
                etags,
                etag_on_put,
                rewrites,
                missing,
                bad_token,
                [no_ctag, no_token, no_reports, fresh, first],
                (backwards, texts),
            )| Ways {
                etags,
                etag_on_put,
                rewrites,
                ctag: !no_ctag,
                sync_token: !no_token,
                reports: !no_reports,
                fresh_tokens: fresh,
                refuses_empty: first,
                texts,
                backwards,
                missing,
                bad_token,
                ..ways
            },
        )
}
