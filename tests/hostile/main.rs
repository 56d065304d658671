//! Servers that mean harm, or look as if they did. Each is honest first, so that
//! there is something to lose, then turns hostile at one place of the protocol.
//! Whatever it does, the run ends in good time with a fault that says what is
//! wrong, the store is as it was, nothing is deleted anywhere, and the sign-in is
//! seen by nobody else.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

#[path = "../bench/mod.rs"]
mod bench;
#[path = "../harness/mod.rs"]
mod harness;

mod items;
mod million;
mod pace;
mod shape;
mod strangers;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bench::{Engine, card, event};
use harness::http::Message;
use harness::raw::Raw;
use harness::site::{CALENDAR, CONTACTS, HOME, OPEN, Site, answer, listed, multistatus, props};
use pimento::model::{Class, Outcome};
use pimento::native::NativeHttp;
use pimento::port::Limits;

/// Small enough for a test, and roomy enough for an honest server on a busy machine.
const LIMITS: Limits = Limits {
    silence: Duration::from_secs(20),
    making: Duration::from_secs(20),
    whole: Duration::from_secs(40),
    body: 1 << 20,
    streamed: 1 << 20,
};
/// For servers that are slow on purpose.
const SHORT: Limits = Limits {
    silence: Duration::from_millis(500),
    making: Duration::from_millis(500),
    whole: Duration::from_millis(1000),
    ..LIMITS
};
/// Far longer than the limits allow for a whole run; only a failing test takes it.
const ENDLESS: Duration = Duration::from_secs(120);

/// Where the server turns hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The listing of the home.
    Home,
    /// The REPORT sync-collection.
    Changes,
    /// The listing of one folder.
    Listing,
    /// The texts, together and alone.
    Texts,
}

const PLACES: [Place; 4] = [Place::Home, Place::Changes, Place::Listing, Place::Texts];

impl Place {
    fn is_at(self, request: &Message) -> bool {
        let asked = (request.method(), request.path());
        let changes = request.text().contains("sync-collection");
        match self {
            Place::Home => asked == ("PROPFIND", HOME),
            Place::Changes => asked == ("REPORT", CALENDAR) && changes,
            Place::Listing => asked == ("PROPFIND", CALENDAR),
            Place::Texts => request.method() == "GET" || (asked == ("REPORT", CALENDAR) && !changes),
        }
    }
}

type Hostile = Arc<dyn Fn(&mut TcpStream) -> io::Result<()> + Send + Sync>;
/// What is hostile, and how.
type Turn = (Arc<dyn Fn(&Message) -> bool + Send + Sync>, Hostile);

struct World {
    site: Site,
    turn: Arc<Mutex<Option<Turn>>>,
    raw: Raw,
    /// Other places, where nobody has any business.
    others: [Raw; 2],
    engine: Engine,
}

impl World {
    /// Honest so far, and in step: three events and a card.
    async fn new() -> World {
        let site = Site::default();
        for n in 1..=3 {
            site.put(&format!("{CALENDAR}{n}.ics"), &event(&format!("uid-{n}"), "before"));
        }
        site.put(&format!("{CONTACTS}c.vcf"), &card("c", "Before", ""));
        let turn = Arc::<Mutex<Option<Turn>>>::default();
        let (honest, turned) = (site.clone(), turn.clone());
        let raw = Raw::start("127.0.0.1", move |request, stream| {
            let hostile = turned.lock().unwrap().clone().filter(|(at, _)| at(request));
            match hostile {
                Some((_, hostile)) => hostile(stream),
                None => honest.ask(request).write(stream),
            }
        });
        let others = ["127.0.0.1", "127.0.0.2"].map(|host| Raw::start(host, |_, stream| answer(404, "").write(stream)));
        let engine = Engine::with_account(http(LIMITS), &raw.url).await;
        engine.run_well().await;
        World { site, turn, raw, others, engine }
    }

    fn turns(&self, at: impl Fn(&Message) -> bool + Send + Sync + 'static, hostile: &Hostile) {
        *self.turn.lock().unwrap() = Some((Arc::new(at), hostile.clone()));
    }

    fn behaves(&self) {
        *self.turn.lock().unwrap() = None;
        self.site.behave();
    }

    /// Nobody else was asked anything at all.
    fn nothing_went_elsewhere(&self) {
        for other in &self.others {
            assert!(other.seen().is_empty(), "{:?}", other.seen());
        }
    }
}

fn hostile(answer: impl Fn(&mut TcpStream) -> io::Result<()> + Send + Sync + 'static) -> Hostile {
    Arc::new(answer)
}

/// These bytes, and the end.
fn says(bytes: impl Into<Vec<u8>>) -> Hostile {
    let bytes = bytes.into();
    hostile(move |stream| stream.write_all(&bytes))
}

fn with_length(head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

const XML: &str = "207 Multi-Status\r\nContent-Type: application/xml; charset=utf-8";

fn http(limits: Limits) -> Rc<NativeHttp> {
    Rc::new(NativeHttp::within(limits, None).unwrap())
}

async fn ends_in(hostile: Hostile, keys: &[&str]) {
    ends_within(LIMITS, hostile, keys).await;
}

/// The server answers so at each place in turn: a fault with one of these keys.
async fn ends_within(limits: Limits, hostile: Hostile, keys: &[&str]) {
    for place in PLACES {
        let mut world = World::new().await;
        let before = world.engine.state().await;
        world.site.put("/u/cal/1.ics", &event("uid-1", "after"));
        world.engine.retitle("/u/cal/2.ics", "mine").await;
        let edited = world.engine.state().await;
        let (there, writes) = (world.site.hrefs(CALENDAR), writes(&world.raw));
        if place == Place::Listing {
            // No report of changes, so that the folder has to be listed.
            world.site.answer(|request| request.text().contains("sync-collection").then(|| answer(403, "")));
        }
        world.turns(move |request| place.is_at(request), &hostile);
        world.engine.driver.ports.http = http(limits);
        let began = Instant::now();
        let run = world.engine.run().await;
        assert!(began.elapsed() < ENDLESS, "{place:?}: {:?}", began.elapsed());
        match &run.outcome {
            Outcome::Failed(fault) => {
                assert!(keys.contains(&fault.text.key.as_str()), "{place:?}: {fault}");
                world.engine.state().await.is_still(&edited, &format!("{place:?}"));
                assert_eq!(self::writes(&world.raw), writes, "{place:?}");
            }
            // One bad item waits, and does not stop the others.
            _ => {
                assert_eq!(place, Place::Texts, "{:#?}", run.log);
                let key = world.engine.waits("/u/cal/1.ics").await.expect("it waits");
                assert!(keys.contains(&key.as_str()), "{key}");
                assert!(world.engine.shown().await["/u/cal/1.ics"].contains("before"));
            }
        }
        assert_eq!(world.site.hrefs(CALENDAR), there, "{place:?}");
        world.nothing_went_elsewhere();
        // And when it is honest again, all is in step as if nothing had been.
        world.behaves();
        world.engine.driver.ports.http = http(LIMITS);
        world.engine.run_well().await;
        let shown = world.engine.shown().await;
        assert!(shown["/u/cal/1.ics"].contains("after"), "{place:?}");
        assert!(world.site.text("/u/cal/2.ics").unwrap().contains("SUMMARY:mine"), "{place:?}");
        assert_ne!(world.engine.state().await, before);
    }
    // The same from the first word on: no account comes of it.
    let world = World::new().await;
    world.turns(|_| true, &hostile);
    let stranger = Engine::new(http(limits));
    let fault = stranger.sign_in(&world.raw.url).await.unwrap_err();
    assert!(keys.contains(&fault.text.key.as_str()) || fault.text.key == "fault_not_dav", "discovery: {fault}");
    assert!(stranger.driver.accounts().await.unwrap().is_empty());
    world.nothing_went_elsewhere();
}

fn writes(raw: &Raw) -> usize {
    raw.seen().iter().filter(|request| matches!(request.method(), "PUT" | "DELETE")).count()
}
