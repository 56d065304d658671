//! The contract of `remote` with real servers: Radicale and Xandikos, as they
//! come from PyPI, on loopback.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods)]

use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use pimento::fault;
use pimento::model::{AccountId, Class, Collection, Etag, Href, Kind};
use pimento::native::NativeHttp;
use pimento::remote::Remote;
use pimento::sync::want::{Described, Discovered, Fetch, Precondition, Written};
use url::Url;

/// A server of its own for one test; ends with it.
struct Site {
    child: Child,
    address: String,
    user: &'static str,
    /// What the calendars and address books of the account are under.
    homes: [&'static str; 2],
    /// Made by the server itself.
    made: usize,
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tool(name: &str) -> Command {
    let venv = std::env::var_os("PIMENTO_VENV").map_or_else(|| PathBuf::from("target/tools/venv"), PathBuf::from);
    let path = venv.join("bin").join(name);
    let path = std::path::absolute(path).unwrap();
    assert!(path.exists(), "{} is missing: build.sh installs it", path.display());
    Command::new(path)
}

fn folder(name: &str, port: u16) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{port}"));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn started(mut command: Command, port: u16, user: &'static str, homes: [&'static str; 2], made: usize) -> Site {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let address = format!("127.0.0.1:{port}");
    let latest = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(&address).is_err() {
        assert!(child.try_wait().unwrap().is_none(), "the server ended by itself");
        assert!(Instant::now() < latest, "the server does not answer");
        std::thread::sleep(Duration::from_millis(20));
    }
    Site { child, address, user, homes, made }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn radicale() -> Site {
    radicale_with(&[])
}

fn radicale_with(more: &[&str]) -> Site {
    let port = free_port();
    let folder = folder("radicale", port);
    std::fs::write(folder.join("users"), "älice:pässword\n").unwrap();
    let mut command = tool("radicale");
    command
        .args(["--config", "", "--hosts", &format!("127.0.0.1:{port}"), "--auth-type", "htpasswd"])
        .args(["--auth-htpasswd-encryption", "plain", "--auth-htpasswd-filename"])
        .arg(folder.join("users"))
        .arg("--storage-filesystem-folder")
        .arg(folder.join("data"))
        .args(more);
    started(command, port, "älice", ["/älice", "/älice"], 0)
}

/// Without sign-in: with one, Xandikos speaks TLS only.
fn xandikos() -> Site {
    let port = free_port();
    let folder = folder("xandikos", port);
    let mut command = tool("xandikos");
    command
        .args(["serve", "--defaults", "--no-detect-systemd", "-l", "127.0.0.1", "-p", &port.to_string()])
        .arg("-d")
        .arg(folder.join("data"))
        .arg("--state-dir")
        .arg(folder.join("state"));
    started(command, port, "user", ["/user/calendars", "/user/contacts"], 2)
}

impl Site {
    async fn discover(&self, entered: &str) -> Discovered {
        let http = Rc::new(NativeHttp::new(None).unwrap());
        Remote::discover(http, entered, false, self.user, "pässword").await.unwrap()
    }

    fn remote(&self) -> Remote {
        let server = Url::parse(&format!("http://{}/", self.address)).unwrap();
        Remote::new(Rc::new(NativeHttp::new(None).unwrap()), server, self.user, "pässword")
    }

    fn href(&self, kind: Kind, name: &str) -> Href {
        let home = self.homes[if kind == Kind::Calendar { 0 } else { 1 }];
        Href::path(format!("{home}/{name}/"))
    }

    /// A calendar for events, made through `remote`.
    async fn calendar(&self, remote: &Remote) -> Collection {
        let href = self.href(Kind::Calendar, "work");
        remote.make_calendar(&href, "Work & play", "VEVENT").await.unwrap();
        collection(href, Kind::Calendar)
    }
}

fn collection(href: Href, kind: Kind) -> Collection {
    Collection::new(&AccountId("a".into()), href, kind)
}

fn event(uid: &str, summary: &str) -> Vec<u8> {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T120000Z\r\n\
         DTSTART:20261101T120000Z\r\nSUMMARY:{summary}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    .into_bytes()
}

fn keys<'a>(hrefs: impl IntoIterator<Item = &'a Href>) -> Vec<String> {
    let mut keys: Vec<_> = hrefs.into_iter().map(Href::key).collect();
    keys.sort();
    keys
}

fn done(written: Written) -> Etag {
    match written {
        Written::Done { etag: Some(etag) } => etag,
        other => panic!("{other:?}"),
    }
}

async fn accounts_are_found(site: Site) {
    let remote = site.remote();
    let calendar = site.calendar(&remote).await;
    let book = site.href(Kind::Contacts, "people");
    remote.make_addressbook(&book, "People").await.unwrap();

    let from_host = site.discover(&site.address).await;
    assert_eq!(from_host.server.as_str(), format!("http://{}/", site.address));
    assert_eq!(from_host.principal.key(), format!("/{}", site.user));
    assert_eq!(keys(&from_host.calendar_homes), [site.homes[0]]);
    assert_eq!(keys(&from_host.addressbook_homes), [site.homes[1]]);
    assert_eq!(from_host.preferred, None);
    assert!(!from_host.software.is_empty());

    let at = |href: &Href| format!("http://{}{}", site.address, href.as_str());
    let home = Href::path(format!("{}/", site.homes[0]));
    for (entered, preferred) in [
        (format!("http://{}", site.address), None),
        (at(&from_host.principal), None),
        (at(&home), None),
        (at(&calendar.href), Some(calendar.href.key())),
        (at(&calendar.href).trim_end_matches('/').to_owned(), Some(calendar.href.key())),
        (at(&book), Some(book.key())),
    ] {
        let found = site.discover(&entered).await;
        assert_eq!(keys([&found.principal]), keys([&from_host.principal]), "{entered}");
        assert_eq!(keys(&found.calendar_homes), [site.homes[0]], "{entered}");
        assert_eq!(keys(&found.addressbook_homes), [site.homes[1]], "{entered}");
        assert_eq!(found.preferred.map(|href| href.key()), preferred, "{entered}");
    }

    let mut found: Vec<Described> = remote.collections(&from_host.calendar_homes[0]).await.unwrap().described;
    if site.homes[0] != site.homes[1] {
        found.extend(remote.collections(&from_host.addressbook_homes[0]).await.unwrap().described);
    }
    assert_eq!(found.len(), 2 + site.made, "{found:?}");
    let described = |href: &Href| found.iter().find(|c| c.href.key() == href.key()).unwrap();
    let work = described(&calendar.href);
    assert_eq!((work.kind, work.name.as_str()), (Kind::Calendar, "Work & play"));
    assert_eq!(work.components, ["VEVENT"]);
    assert!(work.writable && work.reports_changes && work.marker.is_some());
    let people = described(&book);
    assert_eq!((people.kind, people.name.as_str()), (Kind::Contacts, "People"));
    assert!(people.components.is_empty() && people.reports_changes && people.marker.is_some());

    // The marker tells a change of any item.
    let text = event("one", "A");
    remote.put(Kind::Calendar, &calendar.href.child("one.ics"), &text, &Precondition::New).await.unwrap();
    let after = remote.collections(&from_host.calendar_homes[0]).await.unwrap().described;
    let after = after.iter().find(|c| c.href.key() == calendar.href.key()).unwrap();
    assert_ne!(after.marker, work.marker);

    // What is there already will do; what is there as something else will not.
    remote.make_calendar(&calendar.href, "Again", "VEVENT").await.unwrap();
    remote.make_addressbook(&calendar.href, "No").await.unwrap_err();
}

async fn items_travel_both_ways(site: Site) {
    let remote = site.remote();
    let calendar = site.calendar(&remote).await;
    let empty = remote.changes(&calendar, None, false).await.unwrap();
    assert!(empty.complete && empty.items.is_empty());

    let [a, b, c] = ["a.ics", "b%20%c3%bc.ics", "c@x.ics"].map(|name| calendar.href.child(name));
    let mut etags = Vec::new();
    for (n, href) in [&a, &b, &c].into_iter().enumerate() {
        let text = event(&format!("uid-{n}"), "Grüße <&> ; \"x\"");
        etags.push(done(remote.put(Kind::Calendar, href, &text, &Precondition::New).await.unwrap()));
    }
    let changed = remote.changes(&calendar, empty.token.as_deref(), false).await.unwrap();
    assert!(!changed.complete);
    assert_eq!(keys(changed.items.iter().map(|i| &i.href)), keys([&a, &b, &c]));
    let whole = remote.changes(&calendar, None, false).await.unwrap();
    let plain = remote.listing(&calendar).await.unwrap();
    assert!(whole.complete && plain.complete && plain.token.is_none());
    assert_eq!(keys(whole.items.iter().map(|i| &i.href)), keys([&a, &b, &c]));
    let etag_of = |href: &Href| plain.items.iter().find(|i| i.href.key() == href.key()).unwrap().etag.clone().unwrap();
    assert!(etag_of(&a).same(&etags[0]));

    let missing = calendar.href.child("missing.ics");
    let fetched = remote.fetch(&calendar, &[a.clone(), missing.clone(), b.clone(), c.clone()]).await.unwrap();
    assert_eq!(fetched.iter().map(|f| &f.href).collect::<Vec<_>>(), [&a, &missing, &b, &c]);
    assert_eq!(fetched[1].result, Fetch::Gone);
    let Fetch::Found { etag: Some(etag), text } = &fetched[2].result else { panic!("{:?}", fetched[2]) };
    assert!(etag.same(&etags[1]));
    let text = String::from_utf8(text.clone()).unwrap();
    assert!(text.contains("UID:uid-1\r\n") && text.contains("Grüße <&> "), "CR LF came through: {text:?}");

    // An edit from the right base, then from an old one.
    let edited = event("uid-0", "Edited");
    let second = done(remote.put(Kind::Calendar, &a, &edited, &Precondition::Match(etags[0].clone())).await.unwrap());
    assert!(!second.same(&etags[0]));
    let late = remote.put(Kind::Calendar, &a, &event("uid-0", "Late"), &Precondition::Match(etags[0].clone())).await;
    assert_eq!(late.unwrap(), Written::Changed);
    let again = remote.put(Kind::Calendar, &a, &edited, &Precondition::New).await.unwrap();
    assert_eq!(again, Written::Changed);
    let compared = remote.put(Kind::Calendar, &a, &edited, &Precondition::Compared).await.unwrap();
    assert!(matches!(compared, Written::Done { .. }));

    // The UID of one at the href of another.
    let twin = remote.put(Kind::Calendar, &calendar.href.child("twin.ics"), &edited, &Precondition::New).await.unwrap();
    assert_eq!(twin, Written::UidTaken { at: None });
    let junk = remote.put(Kind::Calendar, &calendar.href.child("junk.ics"), b"no calendar", &Precondition::New).await;
    assert!(matches!(junk.unwrap(), Written::Refused(f) if f.class == Class::Item));

    // Deletions, from an old base and from the right one, and once more.
    assert_eq!(remote.delete(&a, &Precondition::Match(etags[0].clone())).await.unwrap(), Written::Changed);
    assert_eq!(remote.delete(&b, &Precondition::Match(etags[1].clone())).await.unwrap(), Written::Done { etag: None });
    assert_eq!(remote.delete(&b, &Precondition::Match(etags[1].clone())).await.unwrap(), Written::Gone);
    let changed = remote.changes(&calendar, changed.token.as_deref(), false).await.unwrap();
    assert_eq!(keys(changed.items.iter().map(|i| &i.href)), keys([&a]));
    assert_eq!(keys(&changed.gone), keys([&b]));
    let quiet = remote.changes(&calendar, changed.token.as_deref(), false).await.unwrap();
    assert!(quiet.items.is_empty() && quiet.gone.is_empty() && quiet.token == changed.token);
}

async fn cards_travel_too(site: Site) {
    let remote = site.remote();
    let href = site.href(Kind::Contacts, "people");
    remote.make_addressbook(&href, "People").await.unwrap();
    let book = collection(href, Kind::Contacts);
    let card = book.href.child("x.vcf");
    let text = b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:x\r\nFN:J\xc3\xb6rg & Co\r\nN:Co;J\xc3\xb6rg;;;\r\nEND:VCARD\r\n";
    let etag = done(remote.put(Kind::Contacts, &card, text, &Precondition::New).await.unwrap());
    let listed = remote.changes(&book, None, false).await.unwrap();
    assert_eq!(keys(listed.items.iter().map(|i| &i.href)), keys([&card]));
    let fetched = remote.fetch(&book, std::slice::from_ref(&card)).await.unwrap();
    let Fetch::Found { etag: Some(told), text } = &fetched[0].result else { panic!("{fetched:?}") };
    assert!(told.same(&etag));
    assert!(String::from_utf8_lossy(text).contains("FN:Jörg & Co\r\n"));
}

async fn what_is_gone_is_told_apart(site: Site) {
    let remote = site.remote();
    let calendar = site.calendar(&remote).await;
    let a = calendar.href.child("a.ics");
    done(remote.put(Kind::Calendar, &a, &event("a", "A"), &Precondition::New).await.unwrap());

    for token in ["http://radicale.org/ns/sync/0000", "nonsense", "data:,1"] {
        let fault = remote.changes(&calendar, Some(token), false).await.unwrap_err();
        assert_eq!(fault.text, fault::token_invalid().text, "{fault}");
    }
    let never = collection(site.href(Kind::Calendar, "never"), Kind::Calendar);
    let gone = fault::collection_gone("never").text;
    assert_eq!(remote.changes(&never, Some("t"), false).await.unwrap_err().text, gone);
    assert_eq!(remote.changes(&never, None, false).await.unwrap_err().text, gone);
    assert_eq!(remote.listing(&never).await.unwrap_err().text, gone);
    assert_eq!(remote.collections(&never.href).await.unwrap_err().text, gone);
    let item = never.href.child("a.ics");
    assert_eq!(
        remote.fetch(&never, std::slice::from_ref(&item)).await.unwrap_err().text,
        gone,
        "no item is gone for that"
    );
    let put = remote.put(Kind::Calendar, &item, &event("z", "Z"), &Precondition::New).await.unwrap();
    assert!(matches!(put, Written::Changed | Written::Gone | Written::Refused(_)), "{put:?}");

    // One deleted whole.
    assert_eq!(remote.delete(&calendar.href, &Precondition::Compared).await.unwrap(), Written::Done { etag: None });
    let fault = remote.changes(&calendar, None, false).await.unwrap_err();
    assert_eq!(fault.text, fault::collection_gone("work").text);
}

macro_rules! on_each {
    ($($scenario:ident),*) => {
        mod on_radicale { $(#[tokio::test] async fn $scenario() { super::$scenario(super::radicale()).await; })* }
        mod on_xandikos { $(#[tokio::test] async fn $scenario() { super::$scenario(super::xandikos()).await; })* }
    };
}

on_each!(accounts_are_found, items_travel_both_ways, cards_travel_too, what_is_gone_is_told_apart);

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let site = radicale();
    let http = Rc::new(NativeHttp::new(None).unwrap());
    let fault = Remote::discover(http.clone(), &site.address, false, "älice", "wrong").await.unwrap_err();
    assert_eq!(fault.text, fault::sign_in("127.0.0.1").text);
    // The well-known address and where it leads to.
    assert_eq!(http.traffic().total(), 2);
}

#[tokio::test]
async fn finding_an_account_takes_few_requests() {
    let site = radicale();
    let http = Rc::new(NativeHttp::new(None).unwrap());
    Remote::discover(http.clone(), &site.address, false, site.user, "pässword").await.unwrap();
    assert_eq!(http.take_traffic().total(), 3);
    let principal = format!("http://{}/%C3%A4lice/", site.address);
    Remote::discover(http.clone(), &principal, false, site.user, "pässword").await.unwrap();
    assert_eq!(http.take_traffic().total(), 1);
}

#[tokio::test]
async fn a_certificate_is_trusted_only_if_its_authority_is() {
    let folder = folder("certificate", free_port());
    let [key, certificate] = ["key.pem", "certificate.pem"].map(|name| folder.join(name).display().to_string());
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1", "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", &key, "-out", &certificate])
        .stderr(Stdio::null())
        .status();
    assert!(made.expect("openssl").success());
    let site = radicale_with(&["--ssl", "--certificate", &certificate, "--key", &key]);

    let stranger = Rc::new(NativeHttp::new(None).unwrap());
    let fault = Remote::discover(stranger, &site.address, true, site.user, "pässword").await.unwrap_err();
    assert_eq!(fault.text, fault::certificate("127.0.0.1").text);

    let friend = Rc::new(NativeHttp::new(Some(&std::fs::read(&certificate).unwrap())).unwrap());
    let found = Remote::discover(friend, &site.address, true, site.user, "pässword").await.unwrap();
    assert_eq!(found.server.as_str(), format!("https://{}/", site.address));
}

#[tokio::test]
async fn what_is_no_calendar_server_is_told_from_what_does_not_answer() {
    let port = free_port();
    let mut command = tool("python");
    command.args(["-m", "http.server", "--bind", "127.0.0.1", &port.to_string()]);
    command.current_dir(folder("web", port));
    let site = started(command, port, "user", ["", ""], 0);
    let http = Rc::new(NativeHttp::new(None).unwrap());
    let fault = Remote::discover(http.clone(), &site.address, false, "user", "x").await.unwrap_err();
    assert_eq!(fault, fault::not_dav("127.0.0.1"));
    let address = site.address.clone();
    drop(site);
    let fault = Remote::discover(http, &address, false, "user", "x").await.unwrap_err();
    assert_eq!(fault.text, fault::refused("127.0.0.1").text);
}
