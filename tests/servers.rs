//! That the harness itself does what other tests take for granted.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod harness;

use std::time::Duration;

use harness::dav::Dav;
use harness::gate::{Gate, When};
use harness::sample::{self, Sample};
use harness::server::{Radicale, WebServer, Xandikos, free_port};

const EVENT: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//test//EN\r\nBEGIN:VEVENT\r\nUID:one@example.org\r\n\
                     DTSTAMP:20260101T000000Z\r\nDTSTART:20260102T100000Z\r\nSUMMARY:Grüße\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

fn keeps_an_event(dav: &Dav, calendar: &str) {
    dav.make_calendar(calendar, "Day & night".replace('&', "&amp;").as_str(), &["VEVENT"]);
    let href = format!("{calendar}one.ics");
    dav.put(&href, EVENT);
    let items = dav.items(calendar);
    assert_eq!(items.len(), 1);
    assert!(items[&href].contains("SUMMARY:Grüße"), "{items:?}");
    let home = calendar.trim_end_matches('/').rsplit_once('/').unwrap().0.to_owned() + "/";
    let folders = dav.folders(&home);
    let folder = folders.iter().find(|folder| folder.href == calendar).unwrap_or_else(|| panic!("{folders:?}"));
    assert_eq!((folder.name.as_str(), folder.components.as_slice()), ("Day & night", &["VEVENT".to_owned()][..]));
    assert_eq!(folder.kinds, ["calendar"]);
    dav.delete(&href);
    assert_eq!(dav.get(&href), None);
    assert!(dav.items(calendar).is_empty());
    let stranger = Dav { password: "wrong".into(), ..dav.clone() };
    assert_eq!(stranger.ask("PROPFIND", &home, &[("Depth", "0")], "").status(), 401);
}

#[test]
fn radicale_serves_and_comes_back() {
    let mut server = Radicale::start();
    keeps_an_event(&server.dav(), "/alice/work/");
    server.dav().put("/alice/work/one.ics", EVENT);
    assert!(server.folder.join("alice/work/one.ics").exists(), "{}", server.folder.display());
    server.stop();
    assert!(std::net::TcpStream::connect(("127.0.0.1", server.port)).is_err());
    server.resume();
    assert_eq!(server.dav().items("/alice/work/").len(), 1);
}

#[test]
fn xandikos_serves() {
    let server = Xandikos::start();
    keeps_an_event(&server.dav(), "/alice/calendars/work/");
}

#[test]
fn a_web_server_is_no_dav_server() {
    let server = WebServer::start();
    let dav = Dav { port: server.port, user: "a".into(), password: "b".into() };
    let answer = dav.ask("PROPFIND", "/", &[], "");
    assert_eq!(answer.status(), 200);
    assert!(answer.text().contains("<!doctype html>"));
}

#[test]
fn the_gate_holds_counts_and_closes() {
    let web = WebServer::start();
    let gate = Gate::before(web.port);
    let dav = Dav { port: gate.port, user: "a".into(), password: "b".into() };
    gate.hold(1, When::After, |request| request.method() == "REPORT");
    dav.ask("REPORT", "/first", &[], "x");
    let second = std::thread::spawn({
        let dav = dav.clone();
        move || dav.ask("REPORT", "/second", &[], "x").status()
    });
    gate.wait_held(Duration::from_secs(10));
    assert!(!second.is_finished());
    // Others pass meanwhile.
    assert_eq!(dav.ask("GET", "/", &[], "").status(), 200);
    gate.release();
    assert_eq!(second.join().unwrap(), 200);
    let seen: Vec<_> = gate.seen().into_iter().map(|(_, path)| path).collect();
    assert_eq!(seen, ["/first", "/second", "/"]);
    gate.close(true);
    assert!(std::panic::catch_unwind(|| dav.ask("GET", "/", &[], "")).is_err());
    gate.close(false);
    assert_eq!(dav.ask("GET", "/", &[], "").status(), 200);
    assert!(std::net::TcpStream::connect(("127.0.0.1", free_port())).is_err());
}

#[test]
fn the_sample_account_is_the_same_each_time_and_radicale_keeps_all_of_it() {
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    let sample = Sample::new(7, today);
    assert_eq!(sample, Sample::new(7, today));
    assert_ne!(sample, Sample::new(8, today));
    assert_eq!((sample.contacts.len(), sample.notes.len()), (62, 13));
    assert!(sample.events.len() >= 36);
    let server = Radicale::start_for("sample", "sample");
    sample.put(&server.dav(), "/sample/");
    for (folder, objects) in
        [(sample::CALENDAR, &sample.events), (sample::CONTACTS, &sample.contacts), (sample::NOTES, &sample.notes)]
    {
        let items = server.dav().items(&format!("/sample/{folder}"));
        assert_eq!(items.len(), objects.len(), "{folder}");
        for object in objects {
            let kept = &items[&format!("/sample/{folder}{}", object.name)];
            // Radicale sorts lines, and the parameters of each, and refolds; every logical line must still be there.
            let lines = |text: &str| {
                let unfolded = text.replace("\r\n ", "").replace("\n ", "");
                let mut lines: Vec<_> = unfolded.lines().map(str::to_owned).collect();
                lines.sort();
                lines
            };
            assert_eq!(lines(kept), lines(&object.text), "{}", object.name);
        }
    }
    let photos = sample.contacts.iter().filter(|contact| contact.text.contains("\r\nPHOTO")).count();
    assert!(photos >= 8, "{photos} photos");
}
