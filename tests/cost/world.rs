//! A real server with all the data, written into its storage as it would have done it
//! itself, and warm: what it computes once for its items, it has computed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::data::{self, Size, Sort};
use super::meter::Meter;
use crate::harness::dav::Dav;
use crate::harness::server::{Radicale, Xandikos};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Server {
    /// As it comes: a REPORT of more than 10,000 VEVENTs is refused with 400.
    Radicale,
    /// With that limit raised.
    RadicaleRaised,
    Xandikos,
}

impl Server {
    pub const ALL: [Server; 3] = [Server::Radicale, Server::RadicaleRaised, Server::Xandikos];

    /// As on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Server::Radicale => "radicale",
            Server::RadicaleRaised => "radicale-raised",
            Server::Xandikos => "xandikos",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Server::Radicale => "Radicale",
            Server::RadicaleRaised => "Radicale, with max_expand_occurrence raised",
            Server::Xandikos => "Xandikos",
        }
    }

    /// The collections' homes, each once.
    pub fn homes(self) -> &'static [&'static str] {
        match self {
            Server::Radicale | Server::RadicaleRaised => &["/alice/"],
            Server::Xandikos => &["/alice/calendars/", "/alice/contacts/"],
        }
    }

    /// The path of the collection.
    pub fn folder(self, sort: Sort) -> String {
        let home = if sort == Sort::Contact { self.homes().last() } else { self.homes().first() };
        format!("{}{}/", home.unwrap(), sort.folder())
    }

    /// The path of an item.
    pub fn item(self, sort: Sort, n: usize) -> String {
        format!("{}{}", self.folder(sort), data::name(sort, n))
    }
}

enum Running {
    Radicale(Radicale),
    Xandikos(Xandikos),
}

/// A server of its own for each who is measured.
pub struct World {
    pub server: Server,
    pub size: Size,
    /// Past the meter.
    pub dav: Dav,
    pub meter: Meter,
    running: Running,
}

impl World {
    /// With all the data, written first. The others are copies of this one.
    pub fn new(server: Server, size: Size) -> World {
        let world = World::start(server, size, None);
        for sort in Sort::ALL {
            let (path, title) = (server.folder(sort), sort.title());
            match sort {
                Sort::Event => world.dav.make_calendar(&path, title, &["VEVENT"]),
                Sort::Note => world.dav.make_calendar(&path, title, &["VJOURNAL"]),
                Sort::Contact => world.dav.make_addressbook(&path, title),
            }
            let folder = world.folder().join(path.trim_matches('/'));
            for n in 0..size.count(sort) {
                fs::write(folder.join(data::name(sort, n)), data::text(sort, n, 0)).unwrap();
            }
            if server == Server::Xandikos {
                git(&folder, &["add", "--all"]);
                git(&folder, &["commit", "--quiet", "--message", "all of it"]);
            }
        }
        world.warm();
        world
    }

    /// Another server with the same data.
    pub fn again(&self) -> World {
        let world = World::start(self.server, self.size, Some(&self.folder()));
        world.warm();
        world
    }

    fn start(server: Server, size: Size, data: Option<&Path>) -> World {
        let (dav, running) = match server {
            Server::Xandikos => {
                let xandikos = Xandikos::start_over(data);
                (xandikos.dav(), Running::Xandikos(xandikos))
            }
            Server::Radicale | Server::RadicaleRaised => {
                let raised = ["--reporting-max-expand-occurrence=10000000"];
                let options = if server == Server::Radicale { &[][..] } else { &raised[..] };
                let radicale = Radicale::start_over(data, options);
                (radicale.dav(), Running::Radicale(radicale))
            }
        };
        let meter = Meter::before(dav.port);
        World { server, size, dav, meter, running }
    }

    /// Where the server keeps its data.
    fn folder(&self) -> PathBuf {
        match &self.running {
            Running::Radicale(server) => server.folder.clone(),
            Running::Xandikos(server) => server.folder.clone(),
        }
    }

    /// The server reads all of it once, and stores for the first time.
    fn warm(&self) {
        for sort in Sort::ALL {
            self.find(&self.server.folder(sort), "1", "<D:getetag/>");
            self.dav.put(&self.server.item(sort, 0), &data::text(sort, 0, 0));
        }
        self.settle();
    }

    /// The server has computed its markers and tokens for all that happened.
    pub fn settle(&self) {
        for home in self.server.homes() {
            self.find(home, "1", "<D:sync-token/><S:getctag/>");
        }
    }

    fn find(&self, path: &str, depth: &str, properties: &str) {
        let names = "xmlns:D=\"DAV:\" xmlns:S=\"http://calendarserver.org/ns/\"";
        let asked = format!("<D:propfind {names}><D:prop>{properties}</D:prop></D:propfind>");
        let headers = [("Depth", depth), ("Content-Type", "application/xml; charset=utf-8")];
        let answer = self.dav.ask("PROPFIND", path, &headers, &asked);
        assert_eq!(answer.status(), 207, "{path}: {}", answer.text());
    }
}

fn git(folder: &Path, arguments: &[&str]) {
    let name = ["-c", "user.name=cost", "-c", "user.email=cost@example.org", "-c", "gc.auto=0", "-C"];
    let output = Command::new("git").args(name).arg(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}
