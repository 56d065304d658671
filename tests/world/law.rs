//! What must hold in a world.
//!
//! 1. [`agree`]: after enough runs with a good server both sides have the same.
//! 2. [`quiet`]: a run that finds nothing to do asks each home once and writes
//!    nothing but its own line.
//! 3. [`nothing_lost`]: every text that was ever seen is on the server, here or in
//!    history.
//! 4. [`copies`]: there are no more copies than conflicts, and nothing is there twice.
//! 5. [`report`]: a run's report tells what happened in it.
//! 6. [`asked`]: nobody's items go in masses unless the person agreed to it.
//! 7. [`preview`]: to look at a plan changes nothing, and the run does what it said.

use std::collections::{BTreeMap, BTreeSet};

use pimento::model::{Class, CollectionReport, Edit, Href, Item, Outcome, Run, Trigger};

use super::text::Essence;
use super::{Lawful, Moment, World, now};
use crate::fake::trouble::Rewrites;
use crate::fake::{By, Exchange, Stored};

macro_rules! ensure {
    ($law:expr, $($why:tt)*) => {
        if !$law {
            return Err(format!($($why)*));
        }
    };
}

/// One run, from outside.
pub struct Happened {
    pub before: Moment,
    pub after: Moment,
    pub exchanges: Vec<Exchange>,
    /// What was stored on the server during it.
    pub since: Vec<Stored>,
}

/// All of them, for a world that is to be at rest now.
pub fn all(world: &World) -> Lawful {
    world.settle()?;
    agree(world)?;
    quiet(world)?;
    nothing_lost(world)?;
    copies(world)
}

/// Whether what is here is the same, but for when it was said to wait.
pub fn same_here(a: &Moment, b: &Moment) -> bool {
    let plain = |item: &Item| {
        let mut item = item.clone();
        item.head.waiting.as_mut().into_iter().for_each(|waiting| waiting.since = 0);
        // An etag that is another at each listing is no change.
        item.head.etag = None;
        if item.head.waiting.is_some() {
            // What was refused is tried under another name whenever the person asks.
            item.head.href = Href::path("");
        }
        item
    };
    a.here.len() == b.here.len() && a.here.iter().zip(&b.here).all(|((_, a), (_, b))| plain(a) == plain(b))
}

pub fn agree(world: &World) -> Lawful {
    let Moment { here, there } = world.moment();
    let mut known: BTreeMap<&str, &Item> = BTreeMap::new();
    for item in here.values() {
        let path = item.head.href.as_str();
        if let Some(waiting) = &item.head.waiting {
            // Somebody else's client gave the item another name: its UID is taken.
            let theirs =
                there.iter().any(|(at, text)| at != path && uid(text) == uid(item.shown().unwrap_or_default()));
            ensure!(waiting.reason.key == "fault_uid_taken" && theirs, "{path} waits: {:?}", waiting.reason);
            continue;
        }
        ensure!(item.head.edit.is_none() && !item.head.refetch, "{path} is not done with: {:?}", item.head);
        ensure!(known.insert(path, item).is_none(), "{path} is here twice");
        let theirs = there.get(path);
        ensure!(theirs.is_some(), "{path} is here only");
        ensure!(item.base.as_ref() == theirs, "{path} is not the same on both sides");
    }
    let missing = there.keys().find(|path| !known.contains_key(path.as_str()));
    ensure!(missing.is_none(), "{missing:?} is there only");
    Ok(())
}

pub fn quiet(world: &World) -> Lawful {
    let ways = world.fake.ways;
    world.fake.take_exchanges();
    let (lines, writes) = (world.life.lines.get(), world.life.writes.get());
    let before = world.moment();
    let Some(run) = now(async { world.worker().run(world.account(), Trigger::Interval).await }).ok() else {
        return Err("the store failed".to_owned());
    };
    ensure!(run.outcome == Outcome::Ok, "a quiet run failed: {:?}", run.outcome);
    let exchanges = world.fake.take_exchanges();
    ensure!(exchanges.iter().all(|exchange| !exchange.effect), "a quiet run writes: {exchanges:?}");
    let after = world.moment();
    ensure!(same_here(&before, &after), "a quiet run changes something here");
    // Without a marker that stands still there is no way to know without looking.
    if (ways.ctag || ways.sync_token && ways.reports) && !ways.fresh_tokens {
        let homes: BTreeSet<&str> = ways.flavour.facts().homes.into_iter().collect();
        let asked: Vec<(&str, &str)> = exchanges.iter().map(|e| (e.method, e.path.as_str())).collect();
        let fine = asked.len() == homes.len() && asked.iter().all(|(m, p)| *m == "PROPFIND" && homes.contains(p));
        ensure!(fine, "a quiet run asks {asked:?}");
        let written = world.life.writes.get() - writes;
        ensure!(written == 0, "a quiet run writes {written} times to the store");
        ensure!(world.life.lines.get() - lines <= 2, "a quiet run has more than one line of its own");
    }
    Ok(())
}

pub fn nothing_lost(world: &World) -> Lawful {
    let Moment { here, there } = world.moment();
    let mut found: BTreeSet<Essence> = there.values().map(|text| Essence::of(text)).collect();
    for item in here.values() {
        found.extend(item.base.iter().chain(&item.edit).map(|text| Essence::of(text)));
    }
    found.extend(world.kept().iter().map(|kept| Essence::of(&kept.text)));
    for (text, what) in &world.ledger.borrow().seen {
        let essence = Essence::of(text);
        ensure!(found.contains(&essence), "lost, once {what}: {essence:?}");
    }
    for stored in world.fake.past() {
        let ours = stored.ended == Some(By::Client);
        ensure!(!ours || found.contains(&Essence::of(&stored.text)), "our write made lost: {stored:?}");
    }
    Ok(())
}

pub fn copies(world: &World) -> Lawful {
    let ledger = world.ledger.borrow();
    let (conflicts, contested) = (ledger.conflicts, ledger.contested);
    ensure!(conflicts <= contested, "{conflicts} copies of {contested} conflicts");
    // Where texts are altered, two may become the same.
    let texts = if altered(world) { BTreeMap::new() } else { world.fake.texts() };
    let mut there: BTreeMap<Essence, String> = BTreeMap::new();
    for (path, text) in texts {
        let essence = Essence::of(&text);
        let meant = ledger.again.contains(&essence);
        // What was edited here and given another name there is made again, where the
        // server allows it.
        let renamed = |other: &str| [other, &path].iter().any(|path| path.contains("/renamed-"));
        if let Some(other) = there.insert(essence, path.clone()).filter(|other| !meant && !renamed(other)) {
            return Err(format!("the same at {other} and {path}"));
        }
    }
    Ok(())
}

/// What goes without having been agreed to stays below the thresholds. Not `alone`:
/// what the person deletes while a run is under way is not told from what the run does.
pub fn asked(world: &World, run: &Run, happened: &Happened, alone: bool) -> Lawful {
    let Some(guard) = world.rules.guard.filter(|_| run.trigger != Trigger::Restore) else { return Ok(()) };
    let agreed = &world.ledger.borrow().agreed;
    for collection in world.collections().iter().filter(|collection| !agreed.contains(&collection.id)) {
        let ours = |item: &&Item| item.head.collection == collection.id && item.head.based;
        let all = happened.before.here.values().filter(ours).count();
        let gone = |by_us: bool| {
            let deleted = |item: &&Item| (item.head.edit == Some(Edit::Delete)) == by_us;
            let went = |item: &&Item| !happened.after.here.contains_key(&item.head.id);
            happened.before.here.values().filter(ours).filter(deleted).filter(went).count()
        };
        let there = happened
            .exchanges
            .iter()
            .filter(|e| e.method == "DELETE" && e.effect && e.path.starts_with(collection.href.as_str()));
        let here = if alone { gone(false) } else { 0 };
        for (gone, side) in [(here, "here"), (there.count(), "there")] {
            let many = gone >= guard.at_least as usize && gone * 100 > all * guard.percent as usize;
            ensure!(!many, "{gone} of {all} in {} went {side} unasked: {guard:?}", collection.name);
        }
        let adds = happened.after.here.keys().any(|id| !happened.before.here.contains_key(id));
        let emptied = guard.emptied && all > 0 && here == all && !adds;
        ensure!(!emptied, "{} was emptied unasked", collection.name);
    }
    Ok(())
}

/// The plan of the next run, without a trace, and what the next run then makes of it.
pub fn preview(world: &World) -> Lawful {
    world.fake.take_exchanges();
    let (before, writes) = (world.moment(), world.life.writes.get());
    let drafted = now(world.worker().preview(world.account())).map_err(|fault| format!("no preview: {fault}"))?;
    let exchanges = world.fake.take_exchanges();
    ensure!(exchanges.iter().all(|exchange| !exchange.effect), "a preview writes: {exchanges:?}");
    ensure!(world.life.writes.get() == writes, "a preview writes to the store");
    ensure!(before == world.moment(), "a preview changes something");
    let Some(run) = world.run(Trigger::Person)? else { return Ok(()) };
    for drafted in drafted {
        let report = run.collections.iter().find(|report| report.id.as_ref() == Some(&drafted.collection));
        let Some(report) = report else { return Err(format!("{} was planned only", drafted.name)) };
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for step in &drafted.steps {
            *counts.entry(step.action.clone()).or_default() += 1;
        }
        let done: BTreeMap<String, u32> = report.plan.iter().filter(|(word, _)| word != "rest").cloned().collect();
        ensure!(counts == done, "{}: previewed {counts:?}, done {done:?}", drafted.name);
    }
    Ok(())
}

/// The report against what was observed. With a disturbed server some effects are
/// not known to the run; then it may tell less, but never more.
pub fn report(world: &World, run: &Run, happened: &Happened, undisturbed: bool) -> Lawful {
    let Happened { before, after, exchanges, since } = happened;
    let total = |of: fn(&CollectionReport) -> u32| run.total(of);
    let effects = |method: &str, known: bool| {
        let done = |e: &&Exchange| e.method == method && e.effect && (!known || (200..300).contains(&e.status));
        u32::try_from(exchanges.iter().filter(done).count()).unwrap()
    };
    ensure!(run.ended.is_some() && run.outcome != Outcome::Running, "a run that ended says so");
    ensure!(total(|r| r.sent) == effects("PUT", true), "sent {} of {exchanges:?}", total(|r| r.sent));
    let deleted = total(|r| r.deleted_there);
    ensure!(deleted == effects("DELETE", true), "deleted there {deleted} of {exchanges:?}");

    // Conflicts: no more than there were, and one copy each.
    let copies = after.here.values().filter(|item| {
        let path = item.head.href.as_str();
        let id = &item.head.id;
        let new = !before.here.contains_key(id) && !world.ledger.borrow().made.contains(id);
        new && !before.there.contains_key(path) && !since.iter().any(|s| s.by == By::Other && s.path == path)
    });
    let copies = u32::try_from(copies.count()).unwrap();
    let told = total(|r| r.conflicts);
    if undisturbed {
        ensure!(told == copies, "{told} conflicts told, {copies} copies made");
    }
    // Who edits while a run is under way may do so where somebody else did before.
    let apart = before.here.values().filter(|item| changed(item, &before.there));
    let contested = if undisturbed {
        apart.filter(|item| item.head.edit == Some(Edit::Put)).count()
    } else {
        apart.count() + since.len()
    };
    let mut ledger = world.ledger.borrow_mut();
    ledger.conflicts += copies;
    ledger.contested += u32::try_from(contested).unwrap();
    drop(ledger);

    let waiting = after.here.values().filter(|item| item.head.waiting.is_some()).count();
    match &run.outcome {
        Outcome::Ok => ensure!(run.total(|r| r.waiting) as usize == waiting, "{waiting} wait: {run:?}"),
        Outcome::Failed(fault) => {
            let held = fault.class == Class::Guard && world.rules.guard.is_some();
            ensure!(!undisturbed || held, "a run failed without reason: {fault}");
            ensure!(fault.class != Class::Bug || fault.text.key == "fault_wrong_answer", "a bug: {fault}");
        }
        Outcome::Running => {}
    }
    if undisturbed {
        let mut before = before.clone();
        if run.trigger == Trigger::Restore {
            // Edits are set aside before anything else.
            for item in before.here.values_mut().filter(|item| item.head.edit.is_some()) {
                item.head.edit = None;
                item.edit = None;
            }
        }
        let gone = before
            .here
            .iter()
            .filter(|(id, item)| item.head.based && item.head.edit.is_none() && !after.here.contains_key(id));
        let gone = u32::try_from(gone.count()).unwrap();
        ensure!(total(|r| r.deleted_here) == gone, "{gone} went, told {}", total(|r| r.deleted_here));
        let (came, told) = (received(&before, after), total(|r| r.received));
        // What was merged came too, and mostly did not stay as it came; and what the
        // server makes of our own texts is received.
        let most = if altered(world) { u32::MAX } else { came + total(|r| r.merged) };
        ensure!((came..=most).contains(&told), "{came} came, told {told}");
    }
    Ok(())
}

/// The server changes what texts mean.
fn altered(world: &World) -> bool {
    world.fake.ways.rewrites == Rewrites::Meaning
}

/// Changed on the server since both agreed.
fn changed(item: &Item, there: &BTreeMap<String, Vec<u8>>) -> bool {
    let theirs = there.get(item.head.href.as_str());
    theirs.zip(item.base.as_ref()).is_some_and(|(theirs, base)| Essence::of(theirs) != Essence::of(base))
}

/// The texts of the server that became ours and were not ours already.
fn received(before: &Moment, after: &Moment) -> u32 {
    let old: BTreeMap<&str, &Item> = before.here.values().map(|item| (item.head.href.as_str(), item)).collect();
    let new: BTreeMap<&str, &Item> = after.here.values().map(|item| (item.head.href.as_str(), item)).collect();
    let came = before.there.iter().filter(|(path, text)| {
        let taken = new.get(path.as_str()).is_some_and(|item| item.base.as_ref() == Some(*text));
        let ours = old.get(path.as_str()).is_some_and(|item| {
            let like =
                |ours: &Option<Vec<u8>>| ours.as_ref().is_some_and(|ours| Essence::of(ours) == Essence::of(text));
            // What was sent and not read back yet is ours, whatever the server made of its form.
            item.base.as_ref() == Some(*text) || item.head.refetch && like(&item.base) || like(&item.edit)
        });
        taken && !ours
    });
    u32::try_from(came.count()).unwrap()
}

fn uid(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    text.lines().find_map(|line| line.strip_prefix("UID:")).unwrap_or_default().to_owned()
}
