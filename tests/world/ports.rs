//! The ports of a world: time and chance that are the same each time, and a wire
//! and a store at which the worker may die.

use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use async_trait::async_trait;
use pimento::fault;
use pimento::memory::Memory;
use pimento::model::{
    Account, AccountId, Collection, CollectionId, Fault, Head, Item, ItemId, Kept, Millis, Occurrence, Past, Run,
    Settings,
};
use pimento::port::{Amend, Clock, Commit, Http, Random, Request, Response, Store, Wanted};

use crate::fake::Fake;

pub const NOW: Millis = 1_795_305_600_000;

/// Answers that take their time: whoever waits for one goes on when it is let go.
#[derive(Default)]
pub struct Turns {
    waiting: RefCell<Vec<(Rc<Cell<bool>>, Waker)>>,
    /// So many were waited for at the same time, at most.
    pub most: Cell<usize>,
}

impl Turns {
    pub async fn wait(&self) {
        let free = Rc::new(Cell::new(false));
        let mut known = false;
        poll_fn(|context| {
            if free.get() {
                return Poll::Ready(());
            }
            if !std::mem::replace(&mut known, true) {
                self.waiting.borrow_mut().push((free.clone(), context.waker().clone()));
            }
            Poll::Pending
        })
        .await;
    }

    /// Lets all go, or the one `only`; whether anybody waited.
    pub fn release(&self, only: Option<usize>) -> bool {
        let mut waiting = self.waiting.borrow_mut();
        self.most.set(self.most.get().max(waiting.len()));
        let from = only.map_or(0, |only| only % waiting.len().max(1));
        let to = if only.is_some() { (from + 1).min(waiting.len()) } else { waiting.len() };
        let released: Vec<_> = waiting.drain(from..to).collect();
        drop(waiting);
        released.iter().for_each(|(free, waker)| {
            free.set(true);
            waker.wake_by_ref();
        });
        !released.is_empty()
    }
}

/// Whether somebody wants to be looked at again.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs the future until it is done, or nothing is left that could go on; `turn` is
/// called whenever all of it waits, and says whether it let anything go.
pub fn driven<T>(future: impl Future<Output = T>, mut turn: impl FnMut() -> bool) -> Option<T> {
    let mut future = pin!(future);
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    let mut context = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(done) => return Some(done),
            Poll::Pending if woken.0.swap(false, Ordering::Relaxed) || turn() => {}
            Poll::Pending => return None,
        }
    }
}

/// A thread of life: counts the points at which it could be cut, and ends at one.
#[derive(Default)]
pub struct Life {
    /// Points passed.
    pub passed: Cell<u32>,
    /// It ends at this point, counted from 0.
    pub ends_at: Cell<Option<u32>>,
    pub over: Cell<bool>,
    /// Answers come and writes are done one at a time, in an order of their own.
    pub slow: Cell<bool>,
    pub turns: Turns,
    /// Writes to the store; those of a run's own line and of items apart.
    pub lines: Cell<u32>,
    /// So often all heads of a collection were read.
    pub heads: Cell<u32>,
    /// So many heads were handed out by that.
    pub held: Cell<usize>,
    /// So often one item was read by itself.
    pub items: Cell<u32>,
    /// The store keeps no index.
    pub blind: Cell<bool>,
    /// An item that the store cannot read.
    pub torn: RefCell<Option<ItemId>>,
    /// So many commits with items the store takes yet, if there is an end to it.
    pub room: Cell<Option<u32>>,
    pub writes: Cell<u32>,
}

impl Life {
    /// Goes on, or never returns.
    async fn point(&self) {
        if self.ends_at.get() == Some(self.passed.get()) {
            self.over.set(true);
        }
        self.alive().await;
        self.passed.set(self.passed.get() + 1);
    }

    async fn turn(&self) {
        if self.slow.get() {
            self.turns.wait().await;
        }
    }

    async fn alive(&self) {
        if self.over.get() {
            pending::<()>().await;
        }
    }
}

/// The way to the server: a worker may die before and after each request.
pub struct Wire {
    pub fake: Rc<Fake>,
    pub life: Rc<Life>,
}

#[async_trait(?Send)]
impl Http for Wire {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        self.life.point().await;
        self.life.turn().await;
        let answer = self.fake.send(request).await;
        self.life.turn().await;
        self.life.point().await;
        answer
    }
}

/// The store: a worker may die before and after each write.
pub struct Shelf {
    pub memory: Rc<Memory>,
    pub life: Rc<Life>,
}

impl Shelf {
    async fn writing<T>(&self, count: &Cell<u32>, write: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        self.life.point().await;
        self.life.turn().await;
        let written = write.await;
        count.set(count.get() + 1);
        self.life.point().await;
        written
    }
}

#[async_trait(?Send)]
impl Store for Shelf {
    async fn settings(&self) -> Result<Settings, Fault> {
        self.life.alive().await;
        self.memory.settings().await
    }
    async fn save_settings(&self, settings: &Settings) -> Result<(), Fault> {
        self.writing(&self.life.writes, self.memory.save_settings(settings)).await
    }
    async fn accounts(&self) -> Result<Vec<Account>, Fault> {
        self.life.alive().await;
        self.memory.accounts().await
    }
    async fn save_account(&self, account: &Account) -> Result<(), Fault> {
        self.writing(&self.life.writes, self.memory.save_account(account)).await
    }
    async fn change_account(&self, account: &AccountId, change: &Amend<'_>) -> Result<(), Fault> {
        self.writing(&self.life.writes, self.memory.change_account(account, change)).await
    }
    async fn remove_account(&self, account: &AccountId) -> Result<(), Fault> {
        self.writing(&self.life.writes, self.memory.remove_account(account)).await
    }
    async fn collections(&self, account: &AccountId) -> Result<Vec<Collection>, Fault> {
        self.life.alive().await;
        self.memory.collections(account).await
    }
    async fn save_collection(&self, collection: &Collection) -> Result<(), Fault> {
        self.writing(&self.life.writes, self.memory.save_collection(collection)).await
    }
    async fn remove_collection(&self, collection: &CollectionId) -> Result<(), Fault> {
        self.writing(&self.life.writes, self.memory.remove_collection(collection)).await
    }
    async fn heads_where(&self, collection: &CollectionId, wanted: &Wanted<'_>) -> Result<Vec<Head>, Fault> {
        self.life.alive().await;
        self.life.heads.set(self.life.heads.get() + 1);
        let heads = self.memory.heads_where(collection, wanted).await?;
        self.life.held.set(self.life.held.get() + heads.len());
        Ok(heads)
    }
    async fn todo(&self, collection: &CollectionId) -> Result<Vec<Head>, Fault> {
        self.life.alive().await;
        self.memory.todo(collection).await
    }
    async fn item(&self, id: &ItemId) -> Result<Option<Item>, Fault> {
        self.life.items.set(self.life.items.get() + 1);
        Ok(self.items(std::slice::from_ref(id)).await?.pop())
    }
    async fn items(&self, ids: &[ItemId]) -> Result<Vec<Item>, Fault> {
        self.life.alive().await;
        if self.life.torn.borrow().as_ref().is_some_and(|torn| ids.contains(torn)) {
            return Err(fault::store("torn"));
        }
        self.memory.items(ids).await
    }
    async fn by_uid(&self, uids: &[String]) -> Result<Vec<(String, ItemId, CollectionId)>, Fault> {
        self.life.alive().await;
        self.memory.by_uid(uids).await
    }
    async fn occurrences(&self, from: Millis, to: Millis) -> Result<Vec<Occurrence>, Fault> {
        self.life.alive().await;
        self.memory.occurrences(from, to).await
    }
    async fn series(&self, from: Millis, to: Millis) -> Result<Vec<Item>, Fault> {
        self.life.alive().await;
        self.memory.series(from, to).await
    }
    fn indexes(&self) -> bool {
        !self.life.blind.get()
    }
    async fn commit(&self, commit: Commit) -> Result<(), Fault> {
        if !commit.changes.is_empty() {
            let room = self.life.room.get();
            if room == Some(0) {
                return Err(fault::store("full"));
            }
            self.life.room.set(room.map(|room| room - 1));
        }
        self.writing(&self.life.writes, self.memory.commit(commit)).await
    }
    async fn runs(&self, limit: usize) -> Result<Vec<Run>, Fault> {
        self.life.alive().await;
        self.memory.runs(limit).await
    }
    async fn save_run(&self, run: &Run) -> Result<(), Fault> {
        self.writing(&self.life.lines, self.memory.save_run(run)).await
    }
    async fn kept(&self, which: Past) -> Result<Vec<Kept>, Fault> {
        self.life.alive().await;
        self.memory.kept(which).await
    }
    async fn tidy(&self, oldest: Millis, recent: Millis, bytes: u64) -> Result<(), Fault> {
        self.writing(&self.life.writes, self.memory.tidy(oldest, recent, bytes)).await
    }
}

/// A clock that goes on by being read.
pub struct Ticks(pub Cell<Millis>);

#[async_trait(?Send)]
impl Clock for Ticks {
    fn now(&self) -> Millis {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }
    async fn sleep(&self, _: u32) {}
    fn offset_minutes(&self, _: Millis) -> i32 {
        0
    }
}

/// Never the same twice, and the same in each world.
#[derive(Default)]
pub struct Counted(pub Cell<u128>);

impl Random for Counted {
    fn bytes(&self) -> [u8; 16] {
        self.0.set(self.0.get() + 1);
        self.0.get().to_be_bytes()
    }
}
