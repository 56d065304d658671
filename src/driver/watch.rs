//! How long the way to the server and back is: no answer is quicker.

use std::cell::Cell;
use std::rc::Rc;

use async_trait::async_trait;

use crate::model::{Fault, Millis};
use crate::port::{Clock, Http, Opened, Ports, Request, Response};

/// The wire, and what its quickest answer took.
pub(super) struct Watch {
    http: Rc<dyn Http>,
    clock: Rc<dyn Clock>,
    quickest: Cell<Option<Millis>>,
}

impl Watch {
    pub fn new(ports: &Ports) -> Watch {
        Watch { http: ports.http.clone(), clock: ports.clock.clone(), quickest: Cell::default() }
    }

    /// 0: nothing was answered.
    pub fn quickest(&self) -> Millis {
        self.quickest.get().unwrap_or(0)
    }

    async fn timed<T>(&self, answer: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        let begun = self.clock.now();
        let answer = answer.await?;
        let took = (self.clock.now() - begun).max(0);
        self.quickest.set(Some(self.quickest.get().map_or(took, |quickest| quickest.min(took))));
        Ok(answer)
    }
}

#[async_trait(?Send)]
impl Http for Watch {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        self.timed(self.http.send(request)).await
    }

    async fn open(&self, request: Request) -> Result<Opened, Fault> {
        self.timed(self.http.open(request)).await
    }
}
