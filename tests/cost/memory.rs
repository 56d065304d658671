//! The most memory that a first run takes: of as many items as `bench sync` takes for full,
//! of ten times as many, and of series without an end. The server makes each text when it
//! sends it, so that no server's patience or storage is a limit.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write as _};
use std::net::TcpStream;
use std::path::Path;

use super::contestant::Contestant as _;
use super::data::{self, Size, Sort};
use super::extension::Extension;
use super::probe::Probe;
use super::spent;
use crate::harness::browser::Kind;
use crate::harness::dav::Dav;
use crate::harness::http::Message;
use crate::harness::raw::Raw;
use crate::harness::site::{CALENDAR, CONTACTS, NOTES, OPEN, Site, found};
use pimento::model::Index;

/// What the server has.
#[derive(Clone, Copy)]
enum Stock {
    /// That of `bench sync`.
    Usual(Size),
    /// So many events that happen daily, for ever; each as short as can be, so that many of
    /// them come in one piece.
    Daily(usize),
}

impl Stock {
    const ALL: [Stock; 3] = [Stock::Usual(Size(100)), Stock::Usual(Size(1000)), Stock::Daily(10_000)];

    fn title(self) -> String {
        match self {
            Stock::Usual(size) => format!("{} items", size.total()),
            Stock::Daily(count) => format!("{count} endless daily series"),
        }
    }

    fn count(self, sort: Sort) -> usize {
        match self {
            Stock::Usual(size) => size.count(sort),
            Stock::Daily(count) if sort == Sort::Event => count,
            Stock::Daily(_) => 0,
        }
    }

    fn total(self) -> usize {
        Sort::ALL.into_iter().map(|sort| self.count(sort)).sum()
    }

    fn text(self, sort: Sort, n: usize) -> String {
        match self {
            Stock::Usual(_) => data::text(sort, n, 0),
            Stock::Daily(_) => format!(
                "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:20200101T{:02}0000Z\r\nRRULE:FREQ=DAILY\r\n\
                 END:VEVENT\r\nEND:VCALENDAR\r\n",
                n % 24
            ),
        }
    }

    /// All of a collection, in one answer.
    fn send(self, sort: Sort, stream: &mut TcpStream) -> io::Result<()> {
        let mut stream = BufWriter::new(stream);
        write!(
            stream,
            "HTTP/1.1 207 X\r\nContent-Type: application/xml; charset=utf-8\r\nConnection: close\r\n\r\n{OPEN}"
        )?;
        for n in 0..self.count(sort) {
            let href = [folder(sort), &data::name(sort, n)].concat();
            let response = found(&href, &format!("\"{n}\""), &self.text(sort, n));
            stream.write_all(response.as_bytes())?;
        }
        write!(stream, "<d:sync-token>token-0</d:sync-token></d:multistatus>")?;
        stream.flush()
    }

    fn serve(self) -> (Raw, Dav) {
        let site = Site::default();
        let raw = Raw::start("127.0.0.1", move |request, stream| match everything_of(request) {
            Some(sort) => self.send(sort, stream),
            None => site.ask(request).write(stream),
        });
        let dav = Dav { port: raw.port, user: "u".into(), password: "secret".into() };
        (raw, dav)
    }
}

fn folder(sort: Sort) -> &'static str {
    match sort {
        Sort::Event => CALENDAR,
        Sort::Contact => CONTACTS,
        Sort::Note => NOTES,
    }
}

/// Of which collection this asks for everything.
fn everything_of(request: &Message) -> Option<Sort> {
    let asks = request.method() == "REPORT" && request.text().contains("sync-collection");
    Sort::ALL.into_iter().find(|sort| asks && request.path() == folder(*sort))
}

/// The heading and the text.
///
/// # Errors
/// If a run fails, or does not bring everything.
pub fn table(probe: &Path) -> Result<(String, String), String> {
    let near = (Index::BEHIND + Index::AHEAD) / (24 * 3_600_000);
    let mut text = format!(
        "`./build.sh bench memory`; the most memory that a first run takes: of probe the largest resident set, in a \
         browser what its WebAssembly has. The server is one of our own, which makes each text when it sends it. The \
         items are those of `bench sync`; of a daily series the browsers store {near} times, which are near now, and \
         probe none.\n\n| | probe | Chromium | Firefox |\n| --- | --- | --- | --- |\n"
    );
    for stock in Stock::ALL {
        let (raw, dav) = stock.serve();
        let mut row = format!("| {} |", stock.title());
        let mut all = Vec::new();
        {
            // Its files are in memory: they go before the browsers come.
            let ours = Probe::new(probe.to_owned());
            let (spent, _) = spent::run(&ours.command(&raw.url, &dav))?;
            all.push(("probe".to_owned(), spent, ours.items()));
        }
        for kind in [Kind::Chromium, Kind::Firefox] {
            let mut browser = Extension::new(kind);
            browser.begin(&raw.url, &dav);
            all.push((format!("{kind:?}"), browser.synchronize()?, browser.items()));
        }
        for (who, spent, items) in all {
            eprintln!("{} {who}: {spent:?}", stock.title());
            if items != Some(stock.total()) {
                return Err(format!("{who} has {items:?} of {}", stock.title()));
            }
            let _ = write!(row, " {:.0} MB |", spent.memory.unwrap_or(f64::NAN));
        }
        let _ = writeln!(text, "{row}");
    }
    Ok(("The memory of a first run".into(), text))
}
