//! What each event of the browser leads to.

use serde::{Deserialize, Serialize};

use crate::message::{Answer, Ask, Reply};
use crate::port::Ports;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    Installed { first: bool },
    Startup,
    Alarm(String),
    Ask(Ask),
    PermissionsChanged,
}

#[derive(Clone)]
pub struct Worker {
    ports: Ports,
}

impl Worker {
    pub fn new(ports: Ports) -> Worker {
        Worker { ports }
    }

    pub async fn handle(&self, event: Event) -> Reply {
        match event {
            Event::Installed { first: true } => self.ports.shell.open_options(None).await,
            Event::Ask(Ask::OpenOptions { from }) => self.ports.shell.open_options(from.as_deref()).await,
            _ => {}
        }
        Ok(Answer::Done)
    }
}
