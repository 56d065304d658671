//! Readings under way, in all collections together: one that finds no room waits for its
//! turn. And the collections they are for.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::task::{Poll, Waker};

use super::session::Session;
use crate::model::{Fault, Millis};
use crate::sync::pace::Pace;

pub(super) struct Gate {
    pace: RefCell<Pace>,
    inside: Cell<usize>,
    waiting: RefCell<Vec<Waker>>,
    /// Collections that are being read, but for the one that is `coming`.
    reading: Cell<usize>,
    coming: Cell<bool>,
}

/// Whoever has it reads.
pub(super) struct Room<'a>(&'a Gate);

impl Drop for Room<'_> {
    fn drop(&mut self) {
        self.0.inside.set(self.0.inside.get() - 1);
        // All are woken: who is first may have been given up meanwhile.
        self.0.waiting.take().into_iter().for_each(Waker::wake);
    }
}

/// Whoever has it reads a collection.
pub(super) struct Place<'a> {
    gate: &'a Gate,
    coming: bool,
}

impl Place<'_> {
    /// All of the collection was made by the server, and is on its way. While it is stored the
    /// server has nothing to do for it, and may be asked for another one; for one only: what
    /// has come is in memory.
    pub fn comes(&mut self) {
        if !self.gate.coming.replace(true) {
            self.coming = true;
            self.gate.reading.set(self.gate.reading.get() - 1);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        match self.coming {
            true => self.gate.coming.set(false),
            false => self.gate.reading.set(self.gate.reading.get() - 1),
        }
    }
}

impl Gate {
    pub fn new(way: Millis) -> Gate {
        Gate {
            pace: RefCell::new(Pace::new(way)),
            inside: Cell::default(),
            waiting: RefCell::default(),
            reading: Cell::default(),
            coming: Cell::default(),
        }
    }

    /// Whether one more collection may be read.
    pub fn is_open(&self) -> bool {
        self.reading.get() < self.room()
    }

    /// The place of one more.
    pub fn place(&self) -> Place<'_> {
        self.reading.set(self.reading.get() + 1);
        Place { gate: self, coming: false }
    }

    /// So many may be under way now.
    pub fn room(&self) -> usize {
        self.pace.borrow().now()
    }

    /// A reading took so long.
    pub fn took(&self, millis: Millis) {
        self.pace.borrow_mut().took(millis);
    }

    /// See [`Pace::was_made`].
    pub fn was_made(&self, millis: Millis) -> bool {
        self.pace.borrow().was_made(millis)
    }

    pub async fn enter(&self) -> Room<'_> {
        poll_fn(|context| {
            if self.inside.get() < self.room() {
                self.inside.set(self.inside.get() + 1);
                return Poll::Ready(Room(self));
            }
            let mut waiting = self.waiting.borrow_mut();
            if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                waiting.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await
    }
}

impl Session<'_> {
    /// Reads when there is room for it. With the milliseconds it took.
    pub(super) async fn reading<T>(&self, asked: impl Future<Output = Result<T, Fault>>) -> Result<(T, Millis), Fault> {
        let _room = self.gate.enter().await;
        let (told, took) = self.timed(asked).await?;
        self.gate.took(took);
        Ok((told, took))
    }
}
