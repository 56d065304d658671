//! A proxy in front of a server, for tests that must decide what happens when.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use super::http::{self, Message, Side};

/// Passes requests on, one per connection, and answers in full. It lives until
/// the test process ends.
pub struct Gate {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub url: String,
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Method and path of each request that came, oldest first.
    seen: Vec<(String, String)>,
    rule: Option<Rule>,
    /// How many matching requests the rule has let through.
    passed: usize,
    /// How many requests wait.
    held: usize,
    /// Connections are closed without an answer.
    closed: bool,
}

type Matches = Box<dyn Fn(&Message) -> bool + Send>;

struct Rule {
    matches: Matches,
    pass: usize,
    when: When,
}

/// Where a held request waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before the server sees it.
    Before,
    /// After the server has done it, before the answer goes back.
    After,
}

impl Gate {
    /// In front of the loopback port `target`.
    pub fn before(target: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared { state: Mutex::default(), changed: Condvar::new() });
        let inner = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = inner.clone();
                // A connection that breaks is the business of those at its ends.
                std::thread::spawn(move || drop(shared.serve(stream, target)));
            }
        });
        Self { url: format!("http://127.0.0.1:{port}"), port, shared }
    }

    /// Lets `pass` requests for which `matches` holds go through and holds back
    /// those after them, until [`Gate::release`].
    pub fn hold(&self, pass: usize, when: When, matches: impl Fn(&Message) -> bool + Send + 'static) {
        let mut state = self.shared.state.lock().unwrap();
        state.passed = 0;
        state.rule = Some(Rule { matches: Box::new(matches), pass, when });
    }

    /// Waits until at least one request is being held.
    ///
    /// # Panics
    /// When that takes longer than `limit`.
    pub fn wait_held(&self, limit: Duration) {
        let state = self.shared.state.lock().unwrap();
        let (state, timeout) = self.shared.changed.wait_timeout_while(state, limit, |state| state.held == 0).unwrap();
        assert!(!timeout.timed_out(), "no request came to be held; seen: {:?}", state.seen);
    }

    /// Whether a request is being held at this moment.
    pub fn holds(&self) -> bool {
        self.shared.state.lock().unwrap().held > 0
    }

    /// Lets go of all that is held, and holds nothing any more.
    pub fn release(&self) {
        self.shared.state.lock().unwrap().rule = None;
        self.shared.changed.notify_all();
    }

    /// Closes the connections of all that is held, without an answer, and holds nothing
    /// any more: what was held before the server never comes there. Returns when
    /// nothing is held.
    pub fn cut(&self) {
        let mut state = self.shared.state.lock().unwrap();
        (state.rule, state.closed) = (None, true);
        self.shared.changed.notify_all();
        self.shared.changed.wait_while(state, |state| state.held > 0).unwrap().closed = false;
    }

    /// Closes connections without an answer from now on, held ones too; `false`
    /// opens the gate again.
    pub fn close(&self, closed: bool) {
        let mut state = self.shared.state.lock().unwrap();
        state.closed = closed;
        if closed {
            state.rule = None;
        }
        drop(state);
        self.shared.changed.notify_all();
    }

    /// Method and path of each request that came, oldest first.
    pub fn seen(&self) -> Vec<(String, String)> {
        self.shared.state.lock().unwrap().seen.clone()
    }

    /// Forgets what it has seen so far.
    pub fn forget(&self) {
        self.shared.state.lock().unwrap().seen.clear();
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream, target: u16) -> io::Result<()> {
        let Some(request) = http::read(&mut stream, Side::Request)? else { return Ok(()) };
        let hold = {
            let mut state = self.state.lock().unwrap();
            state.seen.push((request.method().into(), request.path().into()));
            state.turn(&request)
        };
        if self.closed(hold == Some(When::Before)) {
            return Ok(());
        }
        let answer = http::exchange(target, &request)?;
        if hold == Some(When::After) && self.closed(true) {
            return Ok(());
        }
        answer.write(&mut stream)
    }

    /// Whether connections are closed; said, if it is to `wait`, when there is no rule
    /// any more.
    fn closed(&self, wait: bool) -> bool {
        let mut state = self.state.lock().unwrap();
        if wait {
            state.held += 1;
            self.changed.notify_all();
            state = self.changed.wait_while(state, |state| state.rule.is_some()).unwrap();
            state.held -= 1;
            self.changed.notify_all();
        }
        state.closed
    }
}

impl State {
    fn turn(&mut self, request: &Message) -> Option<When> {
        let rule = self.rule.as_ref().filter(|rule| (rule.matches)(request))?;
        self.passed += 1;
        (self.passed > rule.pass).then_some(rule.when)
    }
}
