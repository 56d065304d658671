//! The floor: the fewest requests that move the same content, sent one after the
//! other over one connection by somebody who knows everything beforehand, reads to
//! the end and understands nothing. A process of its own, like the others.

use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use base64::Engine as _;
use serde::{Deserialize, Serialize};

use super::data::Sort;
use super::meter::{Head, copy_body};
use super::world::World;

/// The word that makes this program such a process.
pub const WORD: &str = "--floor";
/// Hrefs in a multiget.
const BATCH: usize = 500;

/// How the floor is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// All items, by a query for each collection.
    Query,
    /// All items, by a sync-collection that asks for the data, and multigets where it
    /// comes without.
    Sync,
    /// The same of a server that gives the data, packed with gzip and not unpacked.
    Packed,
    /// All items, by a listing and multigets of 500.
    Multiget,
    /// Whether something changed, by `getctag`.
    Ctag,
    /// Whether something changed, by `sync-token`.
    Token,
    /// What changed since a token: sync-collection that asks for the data, and a
    /// multiget where it comes without.
    Changes,
    /// Whether something changed there, then PUTs.
    Puts,
}

impl Way {
    pub fn word(self) -> &'static str {
        match self {
            Way::Query => "query",
            Way::Sync => "sync-collection with data",
            Way::Packed => "sync-collection with data, gzip",
            Way::Multiget => "multiget",
            Way::Ctag => "getctag",
            Way::Token => "sync-token",
            Way::Changes => "sync-collection",
            Way::Puts => "PUTs",
        }
    }
}

/// What the process is told.
#[derive(Serialize, Deserialize)]
pub struct Task {
    way: Way,
    /// `127.0.0.1:PORT`.
    host: String,
    authorization: String,
    homes: Vec<String>,
    collections: Vec<Collection>,
    /// Path and text.
    puts: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct Collection {
    path: String,
    contacts: bool,
    token: String,
}

impl Task {
    /// For the server as it is now. Its tokens are asked for past the meter.
    pub fn new(way: Way, world: &World, puts: Vec<(String, String)>) -> Task {
        let collections = Sort::ALL.map(|sort| {
            let path = world.server.folder(sort);
            let token = if way == Way::Changes { token(world, &path) } else { String::new() };
            Collection { path, contacts: sort == Sort::Contact, token }
        });
        let sign_in = format!("{}:{}", world.dav.user, world.dav.password);
        Task {
            way,
            host: world.meter.url.trim_start_matches("http://").to_owned(),
            authorization: format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(sign_in)),
            homes: world.server.homes().iter().map(|&home| home.to_owned()).collect(),
            collections: collections.into(),
            puts,
        }
    }

    /// The process that does it; the task is told by this file.
    pub fn command(&self, file: &Path) -> Command {
        std::fs::write(file, serde_json::to_vec(self).unwrap()).unwrap();
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg(WORD).arg(file);
        command
    }
}

fn token(world: &World, path: &str) -> String {
    let asked = "<D:propfind xmlns:D=\"DAV:\"><D:prop><D:sync-token/></D:prop></D:propfind>";
    let headers = [("Depth", "0"), ("Content-Type", "application/xml; charset=utf-8")];
    let answer = world.dav.ask("PROPFIND", path, &headers, asked).text();
    let found = elements(&answer, "sync-token").next().map(str::to_owned);
    found.unwrap_or_else(|| panic!("{path} has no token: {answer}"))
}

/// That process. It prints the seconds from connecting to the last byte: to start a
/// program is not part of the floor.
pub fn main(file: &str) {
    let task: Task = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let begun = Instant::now();
    let stream = TcpStream::connect(&task.host).unwrap();
    stream.set_nodelay(true).unwrap();
    Line { task, stream: BufReader::with_capacity(256 * 1024, stream) }.all();
    println!("{}", begun.elapsed().as_secs_f64());
}

struct Line {
    task: Task,
    stream: BufReader<TcpStream>,
}

const DATA: [&str; 2] = ["<C:calendar-data/>", "<A:address-data/>"];

impl Line {
    fn all(&mut self) {
        let collections = std::mem::take(&mut self.task.collections);
        let marker = if matches!(self.task.way, Way::Token) { "<D:sync-token/>" } else { "<S:getctag/>" };
        for home in self.task.homes.clone() {
            self.ask("PROPFIND", &home, "1", &root("D:propfind", &format!("<D:prop>{marker}</D:prop>")));
        }
        for collection in &collections {
            let data = DATA[usize::from(collection.contacts)];
            match self.task.way {
                Way::Ctag | Way::Token | Way::Puts => {}
                Way::Query => self.query(collection, data),
                Way::Packed => drop(self.sync(collection, data)),
                Way::Multiget => {
                    let listed = self.sync(collection, "");
                    self.multiget(collection, &hrefs(&listed, &collection.path), data);
                }
                Way::Sync | Way::Changes => {
                    let changed = self.sync(collection, data);
                    if !changed.contains("BEGIN:V") {
                        self.multiget(collection, &hrefs(&changed, &collection.path), data);
                    }
                }
            }
        }
        for (path, text) in std::mem::take(&mut self.task.puts) {
            self.ask("PUT", &path, "0", &text);
        }
    }

    fn query(&mut self, collection: &Collection, data: &str) {
        let prop = format!("<D:prop><D:getetag/>{data}</D:prop>");
        let report = match collection.contacts {
            true => root("A:addressbook-query", &format!("{prop}<A:filter/>")),
            false => {
                let filter = "<C:filter><C:comp-filter name=\"VCALENDAR\"/></C:filter>";
                root("C:calendar-query", &format!("{prop}{filter}"))
            }
        };
        self.ask("REPORT", &collection.path, "1", &report);
    }

    fn sync(&mut self, collection: &Collection, data: &str) -> String {
        let asked = format!(
            "<D:sync-token>{}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/>{data}</D:prop>",
            collection.token
        );
        self.ask("REPORT", &collection.path, "0", &root("D:sync-collection", &asked))
    }

    fn multiget(&mut self, collection: &Collection, hrefs: &[String], data: &str) {
        let name = if collection.contacts { "A:addressbook-multiget" } else { "C:calendar-multiget" };
        for batch in hrefs.chunks(BATCH) {
            let hrefs: String = batch.iter().map(|href| format!("<D:href>{href}</D:href>")).collect();
            let asked = format!("<D:prop><D:getetag/>{data}</D:prop>{hrefs}");
            self.ask("REPORT", &collection.path, "0", &root(name, &asked));
        }
    }

    /// Gives the answer's beginning, enough for a listing; what comes after is read and
    /// dropped.
    fn ask(&mut self, method: &str, path: &str, depth: &str, body: &str) -> String {
        let kind = match (method, path.ends_with(".vcf")) {
            ("PUT", true) => "text/vcard",
            ("PUT", false) => "text/calendar",
            _ => "application/xml",
        };
        let packed = if self.task.way == Way::Packed { "Accept-Encoding: gzip\r\n" } else { "" };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: {}\r\nDepth: {depth}\r\n{packed}\
             Content-Type: {kind}; charset=utf-8\r\nContent-Length: {}\r\n\r\n",
            self.task.host,
            self.task.authorization,
            body.len()
        );
        self.stream.get_mut().write_all(format!("{head}{body}").as_bytes()).unwrap();
        let head = Head::read(&mut self.stream).unwrap().expect("an answer");
        let mut kept = Vec::new();
        copy_body(&mut self.stream, &head, true, &mut |bytes| {
            if kept.len() < 8_000_000 {
                kept.extend_from_slice(bytes);
            }
            Ok(())
        })
        .unwrap();
        let kept = String::from_utf8_lossy(&kept).into_owned();
        if !matches!(head.word(1), "200" | "201" | "204" | "207") {
            eprintln!("{method} {path}: {}\n{}", head.start, kept.get(..500).unwrap_or(&kept));
            std::process::exit(1);
        }
        kept
    }
}

fn root(name: &str, inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><{name} xmlns:D=\"DAV:\" xmlns:S=\"http://calendarserver.org/ns/\" \
         xmlns:C=\"urn:ietf:params:xml:ns:caldav\" xmlns:A=\"urn:ietf:params:xml:ns:carddav\">{inner}</{name}>"
    )
}

/// The hrefs in a multistatus, but for the collection's own.
fn hrefs(xml: &str, collection: &str) -> Vec<String> {
    elements(xml, "href").filter(|href| *href != collection).map(str::to_owned).collect()
}

/// The texts of all elements of that name, whatever their prefix.
fn elements<'a>(xml: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    xml.split('<').filter_map(move |piece| {
        let (tag, text) = piece.split_once('>')?;
        let tag = tag.split([' ', '/']).next()?;
        (tag.rsplit(':').next()? == name && !piece.starts_with('/')).then(|| text.trim())
    })
}
