//! What servers say, as bytes.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;
use url::Url;

use super::Remote;
use crate::fault;
use crate::model::{AccountId, Class, Collection, Etag, Fault, Href, Kind, Marker};
use crate::port::{Body, Http, Request, Response};
use crate::sync::want::{Everything, Fetch, Fetched, Listed, Precondition, Written};

struct Answer {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
}

/// One exchange: what must be asked, and the answer.
struct Exchange {
    asked: &'static str,
    answer: Result<Answer, Fault>,
    /// Where the answer came from, if not from where it was asked.
    from: Option<&'static str>,
}

fn says(asked: &'static str, status: u16, body: impl AsRef<[u8]>) -> Exchange {
    Exchange { asked, answer: Ok(Answer { status, headers: Vec::new(), body: body.as_ref().to_vec() }), from: None }
}

fn fails(asked: &'static str, fault: Fault) -> Exchange {
    Exchange { asked, answer: Err(fault), from: None }
}

impl Exchange {
    fn with(mut self, name: &'static str, value: &'static str) -> Exchange {
        if let Ok(answer) = &mut self.answer {
            answer.headers.push((name, value));
        }
        self
    }

    fn from(mut self, url: &'static str) -> Exchange {
        self.from = Some(url);
        self
    }
}

/// Plays its exchanges in order; anything else asked is a failure of the test.
struct Script {
    exchanges: RefCell<VecDeque<Exchange>>,
    requests: RefCell<Vec<Request>>,
}

impl Script {
    fn new(exchanges: impl IntoIterator<Item = Exchange>) -> Rc<Script> {
        Rc::new(Script { exchanges: RefCell::new(exchanges.into_iter().collect()), requests: RefCell::default() })
    }

    fn header(&self, at: usize, name: &str) -> Option<String> {
        self.requests.borrow()[at].headers.iter().find(|(n, _)| *n == name).map(|(_, v)| v.clone())
    }

    fn body(&self, at: usize) -> String {
        String::from_utf8(self.requests.borrow()[at].body.clone()).unwrap()
    }

    fn done(&self) {
        assert_eq!(self.exchanges.borrow().len(), 0, "something was not asked");
    }
}

#[async_trait(?Send)]
impl Http for Script {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        let asked = match request.url.host_str() {
            Some("h") if request.url.scheme() == "https" => format!("{} {}", request.method, request.url.path()),
            _ => format!("{} {}", request.method, request.url),
        };
        let exchange = self.exchanges.borrow_mut().pop_front().unwrap_or_else(|| panic!("{asked}: nothing expected"));
        assert_eq!(asked, exchange.asked);
        let url = exchange.from.map_or_else(|| request.url.clone(), |from| Url::parse(from).unwrap());
        self.requests.borrow_mut().push(request);
        let Answer { status, headers, body } = exchange.answer?;
        let headers = headers.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        Ok(Response { status, headers, body, url })
    }
}

fn remote(script: &Rc<Script>) -> Remote {
    Remote::new(script.clone(), Url::parse("https://h/").unwrap(), "ü", "p:w")
}

fn calendar() -> Collection {
    Collection { name: "Work".into(), ..Collection::new(&AccountId("a".into()), Href::path("/u/cal/"), Kind::Calendar) }
}

fn multistatus(inner: &str) -> String {
    format!(
        "<d:multistatus xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:a='urn:ietf:params:xml:ns:carddav' xmlns:s='http://calendarserver.org/ns/'>{inner}</d:multistatus>"
    )
}

fn with(href: &str, props: &str) -> String {
    format!(
        "<d:response><d:href>{href}</d:href><d:propstat><d:prop>{props}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    )
}

fn is(href: &str, status: &str) -> String {
    format!("<d:response><d:href>{href}</d:href><d:status>HTTP/1.1 {status}</d:status></d:response>")
}

fn etag(href: &str, etag: &str) -> String {
    with(href, &format!("<d:getetag>{etag}</d:getetag>"))
}

fn token(token: &str) -> String {
    format!("<d:sync-token>{token}</d:sync-token>")
}

const ITSELF: &str = "<d:resourcetype><d:collection/></d:resourcetype>";
const BAD_TOKEN: &str = "<d:error xmlns:d='DAV:'><d:valid-sync-token/></d:error>";

#[path = "scripted_changes.rs"]
mod changes;
#[path = "scripted_discover.rs"]
mod discover;
#[path = "scripted_everything.rs"]
mod everything;
#[path = "scripted_items.rs"]
mod items;

#[tokio::test]
async fn quirk_28_a_401_is_final_and_says_what_can_be_done() {
    for (header, expected) in [
        (None, fault::sign_in("h")),
        (Some("Basic realm=\"a, Digest b\""), fault::sign_in("h")),
        (Some("Digest realm=\"x\", nonce=\"y\", Basic realm=\"z\""), fault::sign_in("h")),
        (Some("Digest realm=\"a, Basic b\", qop=\"auth\""), fault::sign_in_scheme("Digest")),
        (Some("Bearer, Negotiate"), fault::sign_in_scheme("Bearer, Negotiate")),
    ] {
        let exchange = says("REPORT /u/cal/", 401, "");
        let script = Script::new([header.into_iter().fold(exchange, |e, value| e.with("www-authenticate", value))]);
        let told = remote(&script).changes(&calendar(), None, false).await.unwrap_err();
        assert_eq!((told.class, told.text), (expected.class, expected.text));
        assert_eq!(told.context, "REPORT /u/cal/ 401");
    }
}

#[tokio::test]
async fn the_sign_in_is_basic_in_utf_8_and_nothing_of_the_browser_is_set() {
    let script = Script::new([says("REPORT /u/cal/", 207, multistatus(&token("t")))]);
    remote(&script).changes(&calendar(), None, false).await.unwrap();
    assert_eq!(script.header(0, "Authorization").unwrap(), "Basic w7w6cDp3");
    assert_eq!(script.header(0, "Content-Type").unwrap(), "application/xml; charset=utf-8");
    assert_eq!(script.header(0, "User-Agent"), None);
}

#[tokio::test]
async fn quirk_32_a_busy_server_is_left_alone_for_as_long_as_it_says() {
    let busy = says("PROPFIND /u/cal/", 503, "").with("retry-after", "90");
    let told = remote(&Script::new([busy])).listing(&calendar()).await.unwrap_err();
    assert_eq!(told.class, Class::Retry { after: Some(90) });
    for status in [429, 500, 502, 504] {
        let told = remote(&Script::new([says("PROPFIND /u/cal/", status, "")])).listing(&calendar()).await.unwrap_err();
        assert_eq!(told.text, fault::busy(status, None).text);
    }
}

#[tokio::test]
async fn quirk_12_no_href_leads_away_from_the_server() {
    for (href, path) in [
        ("/u/cal/a%40b%2f.ics", "/u/cal/a%40b%2f.ics"),
        ("/u/cal/50%.ics", "/u/cal/50%.ics"),
        ("/u/cal/Grün 1.ics", "/u/cal/Gr%C3%BCn%201.ics"),
        ("//evil.example/x", "//evil.example/x"),
        ("/u/cal/a#b\\c.ics", "/u/cal/a%23b%5Cc.ics"),
        ("/u/cal/x?y=1", "/u/cal/x?y=1"),
    ] {
        let url = remote(&Script::new([])).url(&Href::path(href));
        assert_eq!(url.as_str(), format!("https://h{path}"));
    }
}
