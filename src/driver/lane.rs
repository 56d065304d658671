//! One collection's way through a run. What one has to send goes while the next is read;
//! several are read at the same time only where the way to the server is long, or one is
//! on its way as a whole.

use std::future::poll_fn;
use std::task::{Context, Poll};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::draft::stopped;
use super::folders::Sight;
use super::gate::Place;
use super::index::until;
use super::session::Session;
use super::verdict::ends;
use crate::fault;
use crate::model::{Collection, CollectionReport, Edit, Fault, Held, ItemId, Saying, Trigger};
use crate::order;
use crate::sync::want::Described;

/// A collection, and what the run did with it.
struct Lane {
    /// Its place in the report.
    at: usize,
    collection: Collection,
    report: CollectionReport,
}

impl Lane {
    fn new(at: usize, collection: Collection) -> Lane {
        let report = CollectionReport {
            id: Some(collection.id.clone()),
            name: collection.name.clone(),
            role: collection.role,
            ..CollectionReport::default()
        };
        Lane { at, collection, report }
    }
}

impl Session<'_> {
    /// All collections. What one could not do does not stop the others, unless it is
    /// what the server could not do for any. Those that it failed on the last time go last,
    /// each by itself, and the one that was tried first of them is tried first again: what
    /// ends a run does not end it for the same folders each time.
    pub(super) async fn lanes(
        &self,
        all: Vec<(Collection, Sight<'_>)>,
        reports: &mut Vec<CollectionReport>,
    ) -> Result<(), Fault> {
        let doubtful = |(_, sight): &(_, Sight<'_>)| match sight {
            Sight::Unknown(fault) => ends(fault),
            Sight::Described(_) | Sight::Gone => false,
        };
        // Others were told of: it is one doubt, however many folders could not be.
        self.doubts.set(all.iter().any(doubtful).into());
        let mut done = Vec::new();
        let mut all: Vec<_> = all.into_iter().enumerate().collect();
        let failed = |collection: &Collection| self.account.failing.iter().position(|id| *id == collection.id);
        order::by_key(&mut all, |(at, (collection, _))| (failed(collection), *at));
        let (mut all, mut lanes) = (all.into_iter().peekable(), FuturesUnordered::new());
        // One more is begun as soon as those under way leave room for its readings.
        let mut next = |context: &mut Context<'_>| loop {
            let room = || self.gate.is_open() && self.going().is_ok();
            while let Some((at, (collection, sight))) =
                all.next_if(|(_, (next, _))| room() && (lanes.is_empty() || failed(next).is_none()))
            {
                lanes.push(self.lane(Lane::new(at, collection), sight, self.gate.place()));
            }
            match lanes.poll_next_unpin(context) {
                Poll::Pending if room() && all.peek().is_some_and(|(_, (next, _))| failed(next).is_none()) => {}
                polled => return polled,
            }
        };
        while let Some(lane) = poll_fn(&mut next).await {
            done.push(lane);
        }
        for (_, (collection, _)) in all {
            self.problem(Saying::new("log_not_begun").with(&collection.name), Vec::new());
        }
        order::by_key(&mut done, |lane| lane.at);
        reports.extend(done.into_iter().map(|lane| lane.report));
        let first = reports.iter().find_map(|report| report.fault.clone());
        self.going().and(first.map_or(Ok(()), Err))
    }

    /// A collection's whole way. When nothing is read for it any more, its place is
    /// another's.
    async fn lane(&self, mut lane: Lane, sight: Sight<'_>, mut place: Place<'_>) -> Lane {
        let received = match sight {
            Sight::Described(described) => self.receive(&mut lane, described, &mut place).await,
            Sight::Gone => Err(fault::collection_gone(&lane.collection.name)),
            Sight::Unknown(fault) => {
                drop(place);
                (lane.report.fault, lane.report.unseen) = (Some(fault.clone()), true);
                return self.over(lane, Ok(())).await;
            }
        };
        drop(place);
        match received {
            Ok(deletions) => self.send(lane, deletions).await,
            Err(fault) => self.over(lane, Err(fault)).await,
        }
    }

    /// Planned, looked at by the guard, then from there to here. The deletions that the
    /// guard has seen may be sent.
    async fn receive(
        &self,
        lane: &mut Lane,
        described: &Described,
        place: &mut Place<'_>,
    ) -> Result<Vec<ItemId>, Fault> {
        let Lane { collection, report, .. } = lane;
        if let Some(held) = self.still_held(collection, described).await? {
            return Err(stopped(collection, &held));
        }
        let marker = described.marker.as_deref();
        if self.first(collection, described.marker.clone(), report, place).await? {
            return Ok(Vec::new());
        }
        let draft = self.draft(collection, marker).await?;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let plan = draft.plan.counts().into_iter();
        report.plan = plan.map(|(action, n)| (action.word().to_owned(), count(n))).collect();
        let deletions = draft.deletions();
        let stop = self.guard(collection, &draft, marker).await?;
        self.hold(collection, stop).await?;
        match &draft.told {
            None => self.say(Saying::new("log_unchanged").with(&collection.name)),
            Some(told) if told.hidden > 0 => {
                report.hidden = count(told.hidden);
                self.problem(Saying::new("log_hidden").with(&collection.name).with(told.hidden), Vec::new());
            }
            Some(_) => {}
        }
        let stop = self.pull(collection, described.marker.clone(), draft, report).await?;
        self.hold(collection, stop).await?;
        Ok(deletions.there)
    }

    /// From here to there, and that was all.
    async fn send(&self, mut lane: Lane, deletions: Vec<ItemId>) -> Lane {
        let Lane { collection, report, .. } = &mut lane;
        let mut sent = self.push(collection, &deletions, report).await;
        if sent.is_ok() {
            sent = self.close(collection, report).await;
        }
        self.over(lane, sent).await
    }

    async fn close(&self, collection: &mut Collection, report: &CollectionReport) -> Result<(), Fault> {
        if collection.held.take().is_some() {
            // What was agreed to is done.
            self.keep_choice(collection).await?;
            self.ports.store.save_collection(collection).await?;
        }
        self.note_horizon(collection).await?;
        for (key, n) in [
            ("log_received", report.received),
            ("log_sent", report.sent),
            ("log_deleted_here", report.deleted_here),
            ("log_deleted_there", report.deleted_there),
        ] {
            if n > 0 {
                self.say(Saying::new(key).with(&collection.name).with(n));
            }
        }
        Ok(())
    }

    /// The report of a collection for which nothing more is done.
    async fn over(&self, mut lane: Lane, done: Result<(), Fault>) -> Lane {
        let todo = self.ports.store.todo(&lane.collection.id).await;
        let waiting = todo.iter().flatten().filter(|head| head.waiting.is_some()).count();
        lane.report.waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        if let Err(fault) = done.and(todo.map(drop)) {
            let fault = fault.during(&lane.report.name);
            self.judge(&fault);
            lane.report.fault = Some(fault);
        }
        lane
    }

    /// What the guard stopped before and the person has not decided, if a look at it
    /// would find the same: nothing is asked of the server then.
    async fn still_held(&self, collection: &Collection, described: &Described) -> Result<Option<Held>, Fault> {
        let Some(held) = collection.held.as_ref().filter(|held| !held.agreed) else { return Ok(None) };
        let asked = matches!(self.trigger, Trigger::Person | Trigger::Audit | Trigger::Restore);
        let same_there = held.marker.is_some() && held.marker == described.marker;
        if asked || !same_there || !self.options.guard {
            return Ok(None);
        }
        let todo = self.ports.store.todo(&collection.id).await?;
        let deleted: Vec<&ItemId> =
            todo.iter().filter(|h| h.based && h.edit == Some(Edit::Delete)).map(|h| &h.id).collect();
        let same_here = deleted.len() == held.there.len() && deleted.iter().all(|id| held.there.contains(id));
        Ok(same_here.then(|| held.clone()))
    }

    /// The collection stops here, if it is stopped.
    async fn hold(&self, collection: &mut Collection, stop: Option<Held>) -> Result<(), Fault> {
        let Some(held) = stop else { return Ok(()) };
        let fault = stopped(collection, &held);
        collection.held = Some(held);
        self.keep_choice(collection).await?;
        self.ports.store.save_collection(collection).await?;
        Err(fault)
    }

    /// What was stored in its first run was expanded just now; later ones are
    /// [`renew`]'s.
    async fn note_horizon(&self, collection: &mut Collection) -> Result<(), Fault> {
        if collection.indexed_until != 0 {
            return Ok(());
        }
        collection.indexed_until = until(self.now);
        self.keep_choice(collection).await?;
        self.ports.store.save_collection(collection).await
    }
}
