//! The core against real servers, through `probe`. Each test runs over Radicale and
//! over Xandikos; what is on the server is read from the server by other code.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod harness;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use futures_util::FutureExt;
use harness::dav::Dav;
use harness::gate::{Gate, When};
use harness::process::Process;
use harness::sample::Sample;
use harness::server::{Radicale, WebServer, Xandikos, free_port};
use pimento::native::FolderStore;
use pimento::port::Store;
use serde_json::Value;

/// What a folder does is done at once.
fn now<T>(done: impl Future<Output = T>) -> T {
    done.now_or_never().unwrap()
}

/// A server with one user, and where their collections are.
struct World {
    dav: Dav,
    url: String,
    calendars: &'static str,
    contacts: &'static str,
    /// Requests of a run in which nothing changed: one for each home.
    homes: u64,
    folder: tempfile::TempDir,
    _server: Box<dyn std::any::Any>,
}

fn radicale() -> World {
    let server = Radicale::start();
    let (dav, url) = (server.dav(), server.url.clone());
    let folder = tempfile::tempdir().unwrap();
    World { dav, url, calendars: "/alice/", contacts: "/alice/", homes: 1, folder, _server: Box::new(server) }
}

fn xandikos() -> World {
    let server = Xandikos::start();
    let (dav, url) = (server.dav(), server.url.clone());
    let folder = tempfile::tempdir().unwrap();
    World {
        dav,
        url,
        calendars: "/alice/calendars/",
        contacts: "/alice/contacts/",
        homes: 2,
        folder,
        _server: Box::new(server),
    }
}

/// One test over each server.
macro_rules! over_both {
    ($($name:ident),* $(,)?) => {
        mod on_radicale { $(#[test] fn $name() { super::$name(&super::radicale()); })* }
        mod on_xandikos { $(#[test] fn $name() { super::$name(&super::xandikos()); })* }
    };
}

over_both!(
    an_empty_account_gets_its_folders,
    both_ways,
    nothing_changed_costs_one_request_a_home,
    changed_on_both_sides_is_kept_twice,
    the_same_change_on_both_sides_is_no_conflict,
    edited_here_and_deleted_there_lives_on,
    deleted_here_and_changed_there_lives_on,
    a_folder_suddenly_empty_stops_at_the_guard,
    an_invalid_token_costs_a_listing_and_nothing_else,
    quirk_16_own_upload_cut_off,
    a_second_run_in_the_same_folder_is_refused,
    a_run_that_dies_anywhere_is_completed_by_the_next,
    what_the_server_refuses_waits_and_the_rest_goes_on,
    an_item_moved_to_another_file_name_is_moved,
    a_plan_is_printed_and_nothing_is_done,
    the_policy_decides_what_was_changed_on_both_sides,
);

impl World {
    fn with_folders(&self) {
        self.dav.make_calendar(&self.calendar(), "Calendar", &["VEVENT"]);
        self.dav.make_calendar(&self.notes(), "Notes", &["VJOURNAL"]);
        self.dav.make_addressbook(&self.book(), "Contacts");
    }
    fn calendar(&self) -> String {
        format!("{}calendar/", self.calendars)
    }
    fn notes(&self) -> String {
        format!("{}notes/", self.calendars)
    }
    fn book(&self) -> String {
        format!("{}contacts/", self.contacts)
    }
    fn into(&self) -> PathBuf {
        self.folder.path().join("files")
    }
    fn command(&self, url: &str, more: &[&str]) -> Command {
        let password = self.folder.path().join("password");
        fs::write(&password, &self.dav.password).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_probe"));
        command.arg(url).args(["--user", &self.dav.user]).arg("--password-file").arg(password);
        command.arg("--into").arg(self.into()).args(more);
        command
    }
    /// One run, which must go well.
    fn run(&self) -> Value {
        let (code, json, log) = finish(&mut self.command(&self.url, &[]));
        assert_eq!(code, 0, "{log}");
        assert_eq!(json["result"], "ok", "{log}");
        json
    }
    /// The texts in a folder here, by file name.
    fn files(&self, folder: &str) -> BTreeMap<String, String> {
        texts(&self.into().join(folder))
    }
    /// Both sides have the same texts, to the byte.
    fn agrees(&self) {
        for (folder, href) in [("Calendar", self.calendar()), ("Contacts", self.book()), ("Notes", self.notes())] {
            let here: Vec<String> = sorted(self.files(folder).into_values());
            let there: Vec<String> = sorted(self.dav.items(&href).into_values());
            assert_eq!(here, there, "{folder}");
        }
    }
}

fn finish(command: &mut Command) -> (i32, Value, String) {
    let output = command.output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let log = format!("{out}{}", String::from_utf8_lossy(&output.stderr));
    let last = out.lines().last().unwrap_or_default();
    (output.status.code().unwrap(), serde_json::from_str(last).unwrap_or(Value::Null), log)
}

fn texts(folder: &Path) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        texts.insert(entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap());
    }
    texts
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    texts
}

fn event(uid: &str, title: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//test//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n\
         DTSTAMP:20260101T000000Z\r\nDTSTART:20260102T100000Z\r\nDTEND:20260102T110000Z\r\nSUMMARY:{title}\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn note(uid: &str, title: &str) -> String {
    event(uid, title).replace("VEVENT", "VJOURNAL").replace("DTEND:20260102T110000Z\r\n", "")
}

fn card(uid: &str, name: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:{name};;;;\r\nEND:VCARD\r\n")
}

fn an_empty_account_gets_its_folders(world: &World) {
    world.run();
    assert_eq!(texts(&world.into().join("Calendar")), BTreeMap::new());
    let folders = world.dav.folders(world.calendars);
    let components = |name: &str| {
        folders.iter().find(|folder| folder.name == name).map(|folder| folder.components.clone()).unwrap_or_default()
    };
    assert_eq!(components("Calendar"), ["VEVENT"]);
    assert_eq!(components("Notes"), ["VJOURNAL"]);
    let books = world.dav.folders(world.contacts);
    assert!(books.iter().any(|f| f.name == "Contacts" && f.kinds == ["addressbook"]), "{books:?}");
    // The second run finds them and makes no others.
    let before = world.dav.folders(world.calendars).len();
    world.run();
    assert_eq!(world.dav.folders(world.calendars).len(), before);
}

fn both_ways(world: &World) {
    world.with_folders();
    for n in 0..5 {
        world.dav.put(&format!("{}there{n}.ics", world.calendar()), &event(&format!("there{n}"), "from there"));
        world.dav.put(&format!("{}there{n}.vcf", world.book()), &card(&format!("card{n}"), "Somebody"));
    }
    world.dav.put(&format!("{}there.ics", world.notes()), &note("note", "from there"));
    let first = world.run();
    assert_eq!((first["received"].as_u64(), first["sent"].as_u64()), (Some(11), Some(0)));
    world.agrees();

    // There: one changed, one deleted, one new. Here: the same.
    world.dav.put(&format!("{}there0.ics", world.calendar()), &event("there0", "changed there"));
    world.dav.delete(&format!("{}there1.ics", world.calendar()));
    world.dav.put(&format!("{}new.vcf", world.book()), &card("new", "New There"));
    let calendar = world.into().join("Calendar");
    let text = fs::read_to_string(calendar.join("there2.ics")).unwrap();
    fs::write(calendar.join("there2.ics"), text.replace("from there", "changed here")).unwrap();
    fs::remove_file(calendar.join("there3.ics")).unwrap();
    fs::write(world.into().join("Notes/mine (1).ics"), note("mine", "from here")).unwrap();
    fs::write(world.into().join("Contacts/mine.vcf"), card("mine", "From Here")).unwrap();
    let second = world.run();
    let counts = ["received", "sent", "deleted_here", "deleted_there", "conflicts", "waiting"];
    assert_eq!(counts.map(|name| second[name].as_u64().unwrap()), [2, 3, 1, 1, 0, 0], "{second}");
    world.agrees();
    let there = world.dav.items(&world.calendar());
    assert_eq!(there.len(), 3);
    assert!(there[&format!("{}there2.ics", world.calendar())].contains("changed here"));
    assert!(world.files("Calendar")["there0.ics"].contains("changed there"));
    let notes = world.dav.items(&world.notes());
    assert!(notes.values().any(|text| text.contains("from here")), "{notes:?}");
    assert!(world.dav.items(&world.book()).values().any(|text| text.contains("From Here")));
}

fn nothing_changed_costs_one_request_a_home(world: &World) {
    world.with_folders();
    let today = chrono::NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    let sample = Sample::new(7, today);
    for object in &sample.contacts {
        world.dav.put(&format!("{}{}", world.book(), object.name), &object.text);
    }
    assert_eq!(world.run()["received"], sample.contacts.len());
    world.agrees();
    let idle = world.run();
    assert_eq!(idle["requests"], serde_json::json!({ "PROPFIND": world.homes }), "{idle}");
    assert_eq!(idle["received"], 0);
}

fn changed_on_both_sides_is_kept_twice(world: &World) {
    world.with_folders();
    let href = format!("{}one.ics", world.calendar());
    world.dav.put(&href, &event("one", "at first"));
    world.run();
    world.dav.put(&href, &event("one", "changed there"));
    let file = world.into().join("Calendar/one.ics");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("at first", "changed here")).unwrap();
    let run = world.run();
    assert_eq!(run["conflicts"], 1);
    world.agrees();
    let there = world.dav.items(&world.calendar());
    assert_eq!(there.len(), 2);
    assert!(there[&href].contains("SUMMARY:changed there"));
    let copy = there.iter().find(|(name, _)| **name != href).unwrap().1;
    assert!(copy.contains("SUMMARY:changed here (copy of "), "{copy}");
    assert!(!copy.contains("UID:one\r\n"), "a copy is an item of its own: {copy}");
    let quiet = world.run();
    assert_eq!((&quiet["sent"], &quiet["received"]), (&0.into(), &0.into()), "{quiet}");
}

fn the_same_change_on_both_sides_is_no_conflict(world: &World) {
    world.with_folders();
    let href = format!("{}one.ics", world.calendar());
    world.dav.put(&href, &event("one", "at first"));
    world.run();
    world.dav.put(&href, &event("one", "the same"));
    let file = world.into().join("Calendar/one.ics");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("at first", "the same")).unwrap();
    let run = world.run();
    assert_eq!((&run["conflicts"], &run["sent"]), (&0.into(), &0.into()), "{run}");
    assert_eq!(world.dav.items(&world.calendar()).len(), 1);
    world.agrees();
}

fn edited_here_and_deleted_there_lives_on(world: &World) {
    world.with_folders();
    let href = format!("{}one.ics", world.calendar());
    world.dav.put(&href, &event("one", "at first"));
    world.run();
    world.dav.delete(&href);
    let file = world.into().join("Calendar/one.ics");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("at first", "worked on")).unwrap();
    world.run();
    world.agrees();
    assert!(world.dav.items(&world.calendar()).values().any(|text| text.contains("worked on")));
}

fn deleted_here_and_changed_there_lives_on(world: &World) {
    world.with_folders();
    let href = format!("{}one.ics", world.calendar());
    world.dav.put(&href, &event("one", "at first"));
    world.run();
    world.dav.put(&href, &event("one", "worked on"));
    fs::remove_file(world.into().join("Calendar/one.ics")).unwrap();
    world.run();
    world.agrees();
    assert!(world.files("Calendar").values().any(|text| text.contains("worked on")));
}

fn a_folder_suddenly_empty_stops_at_the_guard(world: &World) {
    world.with_folders();
    for n in 0..4 {
        world.dav.put(&format!("{}{n}.ics", world.calendar()), &event(&n.to_string(), "precious"));
    }
    world.run();
    for n in 0..4 {
        world.dav.delete(&format!("{}{n}.ics", world.calendar()));
    }
    let (code, json, log) = finish(&mut world.command(&world.url, &[]));
    assert_eq!((code, &json["result"]), (1, &"guard".into()), "{log}");
    assert_eq!(world.files("Calendar").len(), 4, "nothing was deleted here");
    let (code, json, log) = finish(&mut world.command(&world.url, &["--delete"]));
    assert_eq!((code, &json["deleted_here"]), (0, &4.into()), "{log}");
    assert_eq!(world.files("Calendar").len(), 0);

    // And the other way about.
    for n in 0..4 {
        fs::write(world.into().join(format!("Calendar/{n}.ics")), event(&format!("again{n}"), "precious")).unwrap();
    }
    world.run();
    for n in 0..4 {
        fs::remove_file(world.into().join(format!("Calendar/{n}.ics"))).unwrap();
    }
    let (code, json, log) = finish(&mut world.command(&world.url, &[]));
    assert_eq!((code, &json["result"]), (1, &"guard".into()), "{log}");
    assert_eq!(world.dav.items(&world.calendar()).len(), 4, "nothing was deleted there");
}

fn an_invalid_token_costs_a_listing_and_nothing_else(world: &World) {
    world.with_folders();
    for n in 0..5 {
        world.dav.put(&format!("{}{n}.ics", world.calendar()), &event(&n.to_string(), "kept"));
    }
    world.run();
    let store = FolderStore::open(&world.into()).unwrap();
    for account in now(store.accounts()).unwrap() {
        for mut collection in now(store.collections(&account.id)).unwrap() {
            let refused = "http://radicale.org/ns/sync/0000000000000000000000000000000000000000";
            assert!(collection.sync_token.replace(refused.into()).is_some(), "{collection:?}");
            collection.marker = None;
            now(store.save_collection(&collection)).unwrap();
        }
    }
    drop(store);
    let run = world.run();
    assert_eq!((&run["received"], &run["deleted_here"]), (&0.into(), &0.into()), "{run}");
    assert_eq!(world.files("Calendar").len(), 5);
    assert_eq!(world.run()["requests"], serde_json::json!({ "PROPFIND": world.homes }));
}

/// quirks.md 16: an upload cut off after it arrived.
fn quirk_16_own_upload_cut_off(world: &World) {
    world.with_folders();
    let gate = Gate::before(world.dav.port);
    let (code, _, log) = finish(&mut world.command(&gate.url, &[]));
    assert_eq!(code, 0, "{log}");
    fs::write(world.into().join("Calendar/mine.ics"), event("mine", "sent once")).unwrap();
    gate.hold(0, When::After, |request| request.method() == "PUT");
    let mut probe = Process::start(&mut world.command(&gate.url, &[]));
    gate.wait_held(Duration::from_secs(30));
    gate.close(true);
    probe.join();
    gate.close(false);
    assert_eq!(world.dav.items(&world.calendar()).len(), 1, "it had arrived");
    let (code, json, log) = finish(&mut world.command(&gate.url, &[]));
    assert_eq!((code, &json["conflicts"]), (0, &0.into()), "{log}");
    assert_eq!(world.dav.items(&world.calendar()).len(), 1, "and is there once");
    world.agrees();
}

/// Two runs in one folder would write into each other's state.
fn a_second_run_in_the_same_folder_is_refused(world: &World) {
    world.with_folders();
    let gate = Gate::before(world.dav.port);
    gate.hold(0, When::Before, |_| true);
    let mut first = Process::start(&mut world.command(&gate.url, &[]));
    gate.wait_held(Duration::from_secs(30));
    let (code, json, log) = finish(&mut world.command(&world.url, &[]));
    assert_eq!((code, &json["fault"]), (1, &"fault_in_use".into()), "{log}");
    gate.release();
    first.join();
    world.run();
}

/// The run is killed while each request in turn is on its way, before or after
/// the server has done it; the next run completes it.
fn a_run_that_dies_anywhere_is_completed_by_the_next(world: &World) {
    world.with_folders();
    let gate = Gate::before(world.dav.port);
    let (mut points, mut made) = (0, 0);
    for round in 0.. {
        let (calendar, book) = (world.calendar(), world.book());
        world.dav.put(&format!("{calendar}r{round}.ics"), &event(&format!("r{round}"), "there"));
        world.dav.put(&format!("{book}r{round}.vcf"), &card(&format!("r{round}"), "There"));
        let dir = world.into().join("Calendar");
        if dir.exists() {
            fs::write(dir.join(format!("mine{round}.ics")), event(&format!("mine{round}"), "here")).unwrap();
            made += 1;
        }
        let when = if round % 2 == 0 { When::Before } else { When::After };
        gate.hold(round / 2, when, |_| true);
        let mut command = world.command(&gate.url, &[]);
        let mut child =
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        let ended = loop {
            if gate.holds() {
                break false;
            }
            if child.try_wait().unwrap().is_some() {
                break true;
            }
            std::thread::yield_now();
        };
        child.kill().unwrap();
        child.wait().unwrap();
        gate.close(true);
        gate.close(false);
        if ended {
            break;
        }
        points += 1;
    }
    let (code, _, log) = finish(&mut world.command(&gate.url, &[]));
    assert_eq!(code, 0, "{log}");
    world.agrees();
    let events = world.dav.items(&world.calendar());
    let count = |part: &str| events.values().filter(|text| text.contains(part)).count();
    assert_eq!(count("SUMMARY:there"), points + 1);
    assert!(events.values().all(|text| !text.contains("(copy of ")), "nothing double: {events:?}");
    // An item here is made only where the folder was there before it.
    assert_eq!(count("SUMMARY:here"), made, "killed at {points} points");
    assert!(made > 0);
    println!("killed at {points} points");
    assert!(points >= 10);
}

fn what_the_server_refuses_waits_and_the_rest_goes_on(world: &World) {
    world.with_folders();
    world.run();
    fs::write(world.into().join("Calendar/bad.ics"), "this is no calendar").unwrap();
    fs::write(world.into().join("Calendar/good.ics"), event("good", "fine")).unwrap();
    let run = world.run();
    assert_eq!((&run["sent"], &run["waiting"]), (&1.into(), &1.into()), "{run}");
    assert_eq!(world.files("Calendar").len(), 2, "the one that waits is still here");
    assert_eq!(world.dav.items(&world.calendar()).len(), 1);
    // It is not sent again and again.
    let again = world.run();
    assert_eq!((&again["requests"]["PUT"], &again["waiting"]), (&Value::Null, &1.into()), "{again}");
    // But it is when it has changed.
    fs::write(world.into().join("Calendar/bad.ics"), event("bad", "mended")).unwrap();
    let mended = world.run();
    assert_eq!((&mended["sent"], &mended["waiting"]), (&1.into(), &0.into()), "{mended}");
    world.agrees();
}

fn an_item_moved_to_another_file_name_is_moved(world: &World) {
    world.with_folders();
    world.dav.put(&format!("{}old.ics", world.calendar()), &event("moved", "moved"));
    world.run();
    fs::rename(world.into().join("Calendar/old.ics"), world.into().join("Calendar/new name.ics")).unwrap();
    let run = world.run();
    assert_eq!((&run["sent"], &run["deleted_there"], &run["waiting"]), (&1.into(), &1.into(), &0.into()), "{run}");
    assert_eq!(world.dav.items(&world.calendar()).len(), 1);
    world.agrees();
}

#[test]
fn check_says_what_is_there_and_changes_nothing() {
    let world = radicale();
    world.dav.make_calendar("/alice/work/", "Work", &["VEVENT"]);
    let password = world.folder.path().join("password");
    fs::write(&password, "secret\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_probe"));
    command.args(["--check", &world.url, "--user", "alice", "--password-file"]).arg(&password);
    let (code, json, log) = finish(&mut command);
    assert_eq!((code, &json["result"]), (0, &"ok".into()), "{log}");
    assert!(log.contains("Work") && log.contains("= Calendar") && log.contains("to make     Notes"), "{log}");
    assert_eq!(world.dav.folders("/alice/").len(), 1, "nothing was made");
}

#[test]
fn each_failure_has_its_own_name_and_changes_nothing() {
    let world = radicale();
    world.with_folders();
    world.dav.put("/alice/calendar/one.ics", &event("one", "kept"));
    world.run();
    let web = WebServer::start();
    let closed = format!("http://127.0.0.1:{}", free_port());
    let password = world.folder.path().join("wrong");
    fs::write(&password, "wrong").unwrap();
    for (url, password, result, fault) in [
        (world.url.as_str(), Some(&password), "sign-in", "fault_sign_in"),
        (web.url.as_str(), None, "setup", "fault_not_dav"),
        (closed.as_str(), None, "retry", "fault_refused"),
        ("http://nonexistent.invalid", None, "setup", "fault_no_such_host"),
        ("ftp://127.0.0.1", None, "setup", "field_server_scheme"),
        ("two words", None, "setup", "field_server_spaces"),
    ] {
        let mut command = world.command(url, &[]);
        if let Some(password) = password {
            command.arg("--password-file").arg(password);
        }
        let (code, json, log) = finish(&mut command);
        assert_eq!((code, &json["result"], &json["fault"]), (1, &result.into(), &fault.into()), "{url}: {log}");
        assert!(!log.contains("secret"), "no password in what is printed");
        assert_eq!(world.files("Calendar").len(), 1, "{url}");
    }
}

#[test]
fn wrong_use_is_told_from_a_fault() {
    for args in [&[][..], &["--check", "http://localhost"], &["http://localhost", "--user", "u"], &["--nonsense"]] {
        let (code, json, log) = finish(Command::new(env!("CARGO_BIN_EXE_probe")).args(args));
        assert_eq!((code, json), (2, Value::Null), "{args:?}: {log}");
    }
}

fn a_plan_is_printed_and_nothing_is_done(world: &World) {
    world.with_folders();
    let at = |name: &str| format!("{}{name}.ics", world.calendar());
    for name in ["same", "theirs", "mine", "both", "gone"] {
        world.dav.put(&at(name), &event(name, "at first"));
    }
    world.run();
    world.dav.put(&at("theirs"), &event("theirs", "changed there"));
    world.dav.put(&at("both"), &event("both", "changed there"));
    world.dav.put(&at("new"), &event("new", "new there"));
    world.dav.delete(&at("gone"));
    let here = |name: &str| world.into().join(format!("Calendar/{name}.ics"));
    fs::write(here("mine"), event("mine", "changed here")).unwrap();
    fs::write(here("both"), event("both", "changed here")).unwrap();
    fs::write(here("fresh"), event("fresh", "new here")).unwrap();
    let before = (world.files("Calendar"), world.dav.items(&world.calendar()));
    let (code, json, log) = finish(&mut world.command(&world.url, &["--plan"]));
    assert_eq!(code, 0, "{log}");
    let plan = serde_json::json!({"create": 1, "drop": 1, "keep_both": 1, "push": 1, "rest": 1, "take": 2});
    assert_eq!(json["plan"], plan, "{log}");
    assert!(log.contains("drop       at first"), "{log}");
    assert_eq!((world.files("Calendar"), world.dav.items(&world.calendar())), before);
    // And the run does just that.
    let json = world.run();
    let counts = ["received", "sent", "deleted_here", "conflicts"].map(|name| json[name].as_u64().unwrap());
    assert_eq!(counts, [3, 3, 1, 1], "two taken and theirs of the conflict; pushed, created and the copy");
    let (_, json, log) = finish(&mut world.command(&world.url, &["--plan"]));
    assert_eq!(json["plan"], serde_json::json!({"rest": 7}), "{log}");
}

fn the_policy_decides_what_was_changed_on_both_sides(world: &World) {
    world.with_folders();
    let href = format!("{}one.ics", world.calendar());
    let file = world.into().join("Calendar/one.ics");
    world.dav.put(&href, &event("one", "at first"));
    world.run();
    for (policy, left) in [("server-wins", "theirs"), ("mine-wins", "mine")] {
        world.dav.put(&href, &event("one", "theirs"));
        fs::write(&file, event("one", "mine")).unwrap();
        let (code, json, log) = finish(&mut world.command(&world.url, &["--policy", policy]));
        assert_eq!((code, &json["conflicts"]), (0, &0.into()), "{log}");
        let there: Vec<String> = world.dav.items(&world.calendar()).into_values().collect();
        assert_eq!(there.len(), 1, "{policy}");
        assert!(there[0].contains(&format!("SUMMARY:{left}")), "{policy}: {}", there[0]);
        // What the server made of what was sent comes with the next run.
        world.run();
        world.agrees();
        // What did not stay can be had back.
        let lost = if left == "mine" { "theirs" } else { "mine" };
        let kept = texts(&world.into().join(".pimento/kept"));
        assert!(kept.values().any(|text| text.contains(&format!("SUMMARY:{lost}"))), "{policy}: {kept:?}");
        world.dav.put(&href, &event("one", "at first"));
        world.run();
    }
}
