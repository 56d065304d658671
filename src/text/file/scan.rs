//! What a file consists of: calendars with their components, and cards, by their
//! bytes. What is cut off or belongs to nothing is told, and nothing else suffers
//! from it: an event without its `END` ends where the next one begins.

use std::collections::HashSet;

use super::charset::text;
use super::split::{Broken, Flaw};
use crate::text::escape::unescape;
use crate::text::lines::{BOM, Line, lines};

/// Components within components are followed so far. Calendars need four levels.
const DEPTH: usize = 32;
/// As much is kept of the title, and of the name of what is broken.
const TITLE: usize = 200;

/// A component with all that is in it.
pub struct Piece<'a> {
    /// In upper case.
    pub name: String,
    /// From `BEGIN` to `END`.
    pub bytes: &'a [u8],
    /// As people would read it; `None` without one or when it is empty.
    pub uid: Option<String>,
    /// The value of RECURRENCE-ID, as written.
    pub instance: Option<Vec<u8>>,
    /// Of a VTIMEZONE, its own; of all else, those its times are in. As written, trimmed.
    pub zones: Vec<String>,
    /// SUMMARY, or FN.
    pub title: String,
    /// It has an ATTENDEE.
    pub guests: bool,
}

/// One VCALENDAR.
#[derive(Default)]
pub struct Calendar<'a> {
    /// Its first line; `None`: its components stand in none.
    pub begin: Option<&'a [u8]>,
    /// VERSION, PRODID, CALSCALE and X-WR-TIMEZONE, as written. All else that stands around
    /// the components says something of the file, not of an item.
    pub head: Vec<&'a [u8]>,
    pub parts: Vec<Piece<'a>>,
    /// Its METHOD says that it is no calendar, but something said of an item elsewhere: that
    /// it is cancelled, or what somebody answers (RFC 5546, 3.2).
    pub message: bool,
}

/// The methods of such messages.
const MESSAGES: [&str; 5] = ["CANCEL", "REPLY", "REFRESH", "COUNTER", "DECLINECOUNTER"];

impl Calendar<'_> {
    /// Its VTIMEZONEs, each with its name, if it has one.
    pub fn timezones(&self) -> impl Iterator<Item = (&Piece<'_>, Option<&str>)> {
        let timezones = self.parts.iter().filter(|piece| piece.name == "VTIMEZONE");
        timezones.map(|piece| (piece, piece.zones.first().map(String::as_str)))
    }

    /// The time zones that its VTIMEZONEs tell something of.
    pub fn defined(&self) -> HashSet<&str> {
        let tells =
            |piece: &Piece<'_>| lines(piece.bytes).any(|line| line.is("TZOFFSETTO") || line.is("X-LIC-LOCATION"));
        self.timezones().filter(|(piece, _)| tells(piece)).filter_map(|(_, name)| name).collect()
    }

    /// The time zones that its components name.
    pub fn used(&self) -> HashSet<&str> {
        let zones = self.parts.iter().filter(|piece| piece.name != "VTIMEZONE").flat_map(|piece| &piece.zones);
        zones.map(String::as_str).collect()
    }
}

pub enum Object<'a> {
    Calendar(Calendar<'a>),
    Card(Piece<'a>),
}

#[derive(Default)]
pub struct Scan<'a> {
    pub objects: Vec<Object<'a>>,
    pub broken: Vec<Broken>,
}

/// One pass over the text.
pub fn scan(text: &[u8]) -> Scan<'_> {
    let mut scanner = Scanner { text, done: Scan::default(), calendar: None, open: None, stray: false };
    let mut at = 0;
    for mut line in lines(text) {
        let end = at + line.raw().len();
        if let (true, Some(rest)) = (line.name().is_empty(), text[at..end].strip_prefix(BOM)) {
            // Files that were put together keep the mark of each.
            line = Line::new(rest);
            at = end - rest.len();
        }
        scanner.line(&line, at, end);
        at = end;
    }
    scanner.end()
}

/// A component whose `END` has not come yet.
struct Open {
    begin: usize,
    /// Its own name, and those of the components open within it.
    names: Vec<String>,
    flaw: Option<Flaw>,
    /// The line before was an AGENT without a value: the card that comes is within
    /// this one (vCard 2.1, RFC 2426, 3.5.4).
    agent: bool,
    uid: Option<String>,
    instance: Option<Vec<u8>>,
    zones: Vec<String>,
    seen: HashSet<String>,
    title: String,
    guests: bool,
}

struct Scanner<'a> {
    text: &'a [u8],
    done: Scan<'a>,
    calendar: Option<Calendar<'a>>,
    open: Option<Open>,
    /// The line before belongs to nothing either: both are one flaw.
    stray: bool,
}

impl<'a> Scanner<'a> {
    fn line(&mut self, line: &Line<'_>, at: usize, end: usize) {
        let was_stray = std::mem::take(&mut self.stray);
        if line.is("BEGIN") {
            self.begin(line.plain().to_ascii_uppercase(), at, end);
        } else if line.is("END") {
            self.close(&line.plain().to_ascii_uppercase(), at, end, was_stray);
        } else if let Some(open) = &mut self.open {
            open.property(line);
        } else if let Some(calendar) = &mut self.calendar {
            if ["VERSION", "PRODID", "CALSCALE", "X-WR-TIMEZONE"].iter().any(|name| line.is(name)) {
                calendar.head.push(&self.text[at..end]);
            } else if line.is("METHOD") {
                let method = line.plain().trim().to_ascii_uppercase();
                calendar.message |= MESSAGES.contains(&&*method);
            }
        } else if !line.raw().trim_ascii().is_empty() {
            self.stray(was_stray);
        }
    }

    fn begin(&mut self, name: String, at: usize, end: usize) {
        if let Some(open) = &mut self.open {
            let outer = &*open.names[0];
            let within = match &*name {
                "VCALENDAR" => false,
                "VCARD" => outer == "VCARD" && open.agent,
                // What a component of a program's own may hold, nobody knows.
                _ => !stands_alone(&name) || !(outer == "VCARD" || stands_alone(outer)),
            };
            if within {
                open.agent = false;
                if open.names.len() < DEPTH {
                    open.names.push(name);
                } else {
                    open.flaw = Some(Flaw::Deep);
                }
                return;
            }
            self.cut(at);
        }
        if name == "VCALENDAR" {
            self.end_calendar();
            self.calendar = Some(Calendar { begin: Some(&self.text[at..end]), ..Calendar::default() });
            return;
        }
        if name != "VCARD" {
            // Outside of any, it is in one of its own.
            self.calendar.get_or_insert_default();
        }
        self.open = Some(Open::new(at, name));
    }

    fn close(&mut self, name: &str, at: usize, end: usize, was_stray: bool) {
        let Some(open) = &mut self.open else {
            match (name, &self.calendar) {
                ("VCALENDAR", Some(_)) => self.end_calendar(),
                _ => self.stray(was_stray),
            }
            return;
        };
        open.agent = false;
        match open.names.iter().rposition(|n| n == name) {
            Some(depth) => {
                if depth + 1 < open.names.len() {
                    // It ends what has not ended within it, too.
                    open.flaw.get_or_insert(Flaw::Unbalanced);
                }
                open.names.truncate(depth.max(1));
                if depth == 0 {
                    self.finish(end);
                }
            }
            None if name == "VCALENDAR" && self.calendar.is_some() => {
                self.cut(at);
                self.end_calendar();
            }
            None => {
                open.flaw.get_or_insert(Flaw::Unbalanced);
            }
        }
    }

    /// What is open ends here, with its `END`.
    fn finish(&mut self, end: usize) {
        let Some(mut open) = self.open.take() else { return };
        let name = std::mem::take(&mut open.names).swap_remove(0);
        if let Some(flaw) = open.flaw {
            let component = name.chars().take(TITLE).collect();
            self.done.broken.push(Broken { component, title: open.title, flaw });
            return;
        }
        let Open { begin, uid, instance, zones, title, guests, .. } = open;
        let piece = Piece { name, bytes: &self.text[begin..end], uid, instance, zones, title, guests };
        match &mut self.calendar {
            Some(calendar) if piece.name != "VCARD" => calendar.parts.push(piece),
            _ => self.done.objects.push(Object::Card(piece)),
        }
    }

    /// What is open ends here, because something else begins or all ends.
    fn cut(&mut self, at: usize) {
        if let Some(open) = &mut self.open {
            open.flaw = Some(Flaw::CutOff);
        }
        self.finish(at);
    }

    fn stray(&mut self, was_stray: bool) {
        self.stray = true;
        if !was_stray {
            self.done.broken.push(Broken { component: String::new(), title: String::new(), flaw: Flaw::Stray });
        }
    }

    fn end_calendar(&mut self) {
        if let Some(calendar) = self.calendar.take() {
            self.done.objects.push(Object::Calendar(calendar));
        }
    }

    fn end(mut self) -> Scan<'a> {
        self.cut(self.text.len());
        self.end_calendar();
        self.done
    }
}

impl Open {
    fn new(begin: usize, name: String) -> Open {
        Open {
            begin,
            names: vec![name],
            flaw: None,
            agent: false,
            uid: None,
            instance: None,
            zones: Vec::new(),
            seen: HashSet::new(),
            title: String::new(),
            guests: false,
        }
    }

    fn property(&mut self, line: &Line<'_>) {
        let (own, zone) = (self.names.len() == 1, self.names[0] == "VTIMEZONE");
        self.agent = own && line.is("AGENT") && line.value().trim_ascii().is_empty();
        if own {
            let said = || unescape(&text(line.value())).trim().to_owned();
            if line.is("UID") && self.uid.is_none() {
                self.uid = Some(said()).filter(|uid| !uid.is_empty());
            } else if line.is("RECURRENCE-ID") {
                self.instance.get_or_insert_with(|| line.value().trim_ascii().to_vec());
            } else if (line.is("SUMMARY") || line.is("FN")) && self.title.is_empty() {
                self.title = said().chars().take(TITLE).collect();
            } else if zone && line.is("TZID") && self.zones.is_empty() {
                self.zones.push(text(line.value()).trim().to_owned());
            }
            self.guests |= line.is("ATTENDEE");
        }
        let named = |head: &[u8]| head.windows(4).any(|word| word.eq_ignore_ascii_case(b"TZID"));
        if !zone
            && named(line.head())
            && let Some(zone) = line.param("TZID")
            && self.seen.insert(zone.clone())
        {
            self.zones.push(zone);
        }
    }
}

/// Whether nothing has a component of that name within it.
fn stands_alone(name: &str) -> bool {
    matches!(name, "VEVENT" | "VTODO" | "VJOURNAL" | "VFREEBUSY" | "VTIMEZONE" | "VAVAILABILITY")
}
