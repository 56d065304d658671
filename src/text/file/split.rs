//! A file as items, each as a server keeps it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::charset::{decoded, utf8};
use super::scan::{Calendar, Object, Piece, scan};
use crate::text::PRODID;
use crate::text::lines::lines;

/// What a file was found to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// In the order in which they begin.
    pub items: Vec<Part>,
    pub broken: Vec<Broken>,
}

/// An item of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is, in upper case: `VEVENT`, `VJOURNAL`, `VTODO`, `VCARD`, or what else
    /// stood there.
    pub component: String,
    /// The one it has, or was given.
    pub uid: String,
    /// Its text in pieces: what a thousand items of one calendar have in common is there
    /// once.
    chunks: Vec<Arc<[u8]>>,
    /// SUMMARY or FN; may be empty.
    pub title: String,
    /// Lines of it were in no UTF-8, and read as Windows-1252.
    pub recoded: bool,
    /// Somebody is invited to it.
    pub guests: bool,
    /// It is not the item, but tells something of it (METHOD): that it is cancelled, or what
    /// somebody answers.
    pub message: bool,
}

impl Part {
    /// Its text, in UTF-8 wherever it does not itself say otherwise.
    pub fn text(&self) -> Vec<u8> {
        self.chunks.concat()
    }

    /// The length of its text.
    pub fn size(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.len()).sum()
    }
}

/// What is no item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// As of [`Part::component`]; empty for lines that belong to nothing.
    pub component: String,
    pub title: String,
    pub flaw: Flaw,
}

/// Why something of a file is no item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// Something else begins, or the file ends, before its `END`.
    CutOff,
    /// Something within it has no `END`, or an `END` without a `BEGIN`.
    Unbalanced,
    /// Components within components, deeper than any program writes.
    Deep,
    /// Lines outside of everything.
    Stray,
}

/// The items of a file, whatever it is: total, in one pass.
///
/// All components of one UID and sort are one item (RFC 4791, 4.1), with the time
/// zones that its times name and no others, and VERSION, PRODID and CALSCALE as in the
/// file. What stands around them besides is left out: METHOD must not be stored, and
/// the rest (X-WR-CALNAME, …) is about the file. Only where a time is in a zone that is
/// not defined, what such a zone is guessed by comes along: X-WR-TIMEZONE, and the only
/// VTIMEZONE, or a second one where there are several. A second component for the same
/// instance begins another item. What has no UID is given one made of its bytes, so
/// that the same file read again gives the same items.
///
/// Lines are byte for byte those of the file, but in UTF-8 (see `charset`).
pub fn split(file: &[u8]) -> Split {
    let file = decoded(file);
    let scanned = scan(&file);
    let frames: Vec<Option<Frame<'_>>> = scanned.objects.iter().map(Frame::of).collect();
    let mut drafts: Vec<Draft<'_>> = Vec::new();
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    for (object, frame) in scanned.objects.iter().zip(&frames) {
        let (Object::Calendar(calendar), Some(frame)) = (object, frame) else {
            if let Object::Card(card) = object {
                drafts.push(Draft::new(None, card));
            }
            continue;
        };
        for piece in calendar.parts.iter().filter(|piece| piece.name != "VTIMEZONE") {
            let zones: Zones<'_> = piece.zones.iter().map(|zone| (&**zone, frame.zones.get(&**zone))).collect();
            let key = piece.uid.as_deref().map(|uid| (&*piece.name, uid));
            let own = key.and_then(|key| known.get(&key)).copied();
            match own.and_then(|at| drafts.get_mut(at)).filter(|draft| draft.has_room(frame, piece, &zones)) {
                Some(draft) => draft.add(frame, piece, zones),
                None => {
                    let mut draft = Draft::new(Some(frame), piece);
                    draft.take_zones(frame, zones);
                    known.extend(key.map(|key| (key, drafts.len())));
                    drafts.push(draft);
                }
            }
        }
    }
    let items = drafts.iter().map(Draft::part).collect();
    Split { items, broken: scanned.broken }
}

/// What the items of one calendar have in common.
struct Frame<'a> {
    begin: Arc<[u8]>,
    /// The same with X-WR-TIMEZONE.
    guessing: Arc<[u8]>,
    /// The first definition of each time zone.
    zones: HashMap<&'a str, Arc<[u8]>>,
    /// The names of those that tell something.
    defined: HashSet<&'a str>,
    /// The first two VTIMEZONEs: whether there is only one, and which, decides a guess.
    first: Vec<Arc<[u8]>>,
    end: Arc<[u8]>,
    message: bool,
}

impl<'a> Frame<'a> {
    /// `None` for a card.
    fn of(object: &'a Object<'_>) -> Option<Frame<'a>> {
        let Object::Calendar(calendar) = object else { return None };
        // As the calendar's first line ends, so that what is taken apart again is the same.
        let first = calendar.begin.or(calendar.parts.first().map(|piece| piece.bytes));
        let eol = first.map_or(&b"\r\n"[..], eol);
        let mut zones = HashMap::new();
        let mut first: Vec<Arc<[u8]>> = Vec::new();
        for (piece, name) in calendar.timezones() {
            let new = name.is_some_and(|name| !zones.contains_key(name));
            if !new && first.len() == 2 {
                continue;
            }
            let definition: Arc<[u8]> = utf8(&ended(piece.bytes, eol)).0.into();
            if first.len() < 2 {
                first.push(definition.clone());
            }
            if let Some(name) = name {
                zones.entry(name).or_insert(definition);
            }
        }
        let end = [b"END:VCALENDAR", eol].concat().into();
        let (begin, guessing) = (begin(calendar, eol, false).into(), begin(calendar, eol, true).into());
        Some(Frame { begin, guessing, zones, defined: calendar.defined(), first, end, message: calendar.message })
    }

    /// Whether one of these is a zone that it tells nothing of.
    fn guesses(&self, zones: &Zones<'_>) -> bool {
        zones.iter().any(|(name, _)| !self.defined.contains(name))
    }

    /// Whether both guess a zone alike.
    fn guesses_as(&self, other: &Frame<'_>) -> bool {
        std::ptr::eq(self, other)
            || self.guessing == other.guessing
                && match (&*self.first, &*other.first) {
                    ([_, _], [_, _]) => true,
                    (own, theirs) => own == theirs,
                }
    }
}

/// `BEGIN:VCALENDAR` to the first component: VERSION, PRODID, CALSCALE and, if a zone may
/// be guessed, X-WR-TIMEZONE as in the file, the first two in any case.
fn begin(calendar: &Calendar<'_>, eol: &[u8], guessing: bool) -> Vec<u8> {
    let mut out = [b"BEGIN:VCALENDAR", eol].concat();
    let mut missing: Vec<(&str, &[u8])> =
        vec![("VERSION", b"VERSION:2.0"), ("PRODID", PRODID.as_bytes()), ("CALSCALE", b"")];
    missing.extend(guessing.then_some(("X-WR-TIMEZONE", &b""[..])));
    let mut own = Vec::new();
    for line in calendar.head.iter().flat_map(|line| lines(line)) {
        // Of what is there twice, the first.
        if let Some(at) = missing.iter().position(|(name, _)| line.is(name)) {
            missing.remove(at);
            own.extend_from_slice(&ended(line.raw(), eol));
        }
    }
    for (_, line) in missing.iter().filter(|(_, line)| !line.is_empty()) {
        out.extend_from_slice(&ended(line, eol));
    }
    out.extend_from_slice(&own);
    utf8(&out).0.into_owned()
}

/// The lines, the last of them ended.
fn ended(lines: &[u8], eol: &[u8]) -> Vec<u8> {
    let eol = if lines.ends_with(b"\n") { &b""[..] } else { eol };
    [lines, eol].concat()
}

/// Names, and their definitions where there are any.
type Zones<'a> = Vec<(&'a str, Option<&'a Arc<[u8]>>)>;

/// An item that is being gathered.
struct Draft<'a> {
    /// `None` for a card.
    frame: Option<&'a Frame<'a>>,
    pieces: Vec<&'a Piece<'a>>,
    zones: Zones<'a>,
    by_zone: HashMap<&'a str, Option<&'a Arc<[u8]>>>,
    instances: HashSet<Option<&'a [u8]>>,
    /// Some time is in a zone that is not defined.
    guesses: bool,
}

impl<'a> Draft<'a> {
    fn new(frame: Option<&'a Frame<'a>>, piece: &'a Piece<'a>) -> Draft<'a> {
        let instances = [piece.instance.as_deref()].into();
        let pieces = vec![piece];
        Draft { frame, pieces, zones: Vec::new(), by_zone: HashMap::new(), instances, guesses: false }
    }

    /// Whether the piece can be one more of it: its instance is not there yet, and its
    /// zones are the same ones.
    fn has_room(&self, frame: &Frame<'_>, piece: &Piece<'_>, zones: &Zones<'_>) -> bool {
        let fits = |(name, definition): &(&str, Option<&Arc<[u8]>>)| {
            self.by_zone.get(name).is_none_or(|there| there == definition)
        };
        let message = self.frame.is_some_and(|own| own.message);
        let alike = || self.frame.is_some_and(|own| own.guesses_as(frame));
        message == frame.message
            && !self.instances.contains(&piece.instance.as_deref())
            && zones.iter().all(fits)
            && (!(self.guesses || frame.guesses(zones)) || alike())
    }

    fn add(&mut self, frame: &Frame<'_>, piece: &'a Piece<'a>, zones: Zones<'a>) {
        self.pieces.push(piece);
        self.instances.insert(piece.instance.as_deref());
        self.take_zones(frame, zones);
    }

    fn take_zones(&mut self, frame: &Frame<'_>, zones: Zones<'a>) {
        self.guesses |= frame.guesses(&zones);
        for (name, definition) in zones {
            if self.by_zone.insert(name, definition).is_none() {
                self.zones.push((name, definition));
            }
        }
    }

    fn part(&self) -> Part {
        let main = self.pieces.iter().find(|piece| piece.instance.is_none()).unwrap_or(&self.pieces[0]);
        let body: Vec<u8> = self.pieces.iter().flat_map(|piece| with_uid(piece)).collect();
        let (body, recoded) = utf8(&body);
        let mut chunks: Vec<Arc<[u8]>> = self.zones.iter().filter_map(|(_, definition)| definition.cloned()).collect();
        if let Some(frame) = self.frame {
            let known: HashSet<*const u8> = chunks.iter().map(|chunk| chunk.as_ptr()).collect();
            let more = frame.first.iter().filter(|chunk| self.guesses && !known.contains(&chunk.as_ptr())).cloned();
            chunks.extend(more.take(frame.first.len().saturating_sub(chunks.len())));
            chunks.insert(0, if self.guesses { &frame.guessing } else { &frame.begin }.clone());
        }
        chunks.push(body.into());
        chunks.extend(self.frame.map(|frame| frame.end.clone()));
        Part {
            component: main.name.clone(),
            uid: main.uid.clone().unwrap_or_else(|| made(main.bytes)),
            chunks,
            title: main.title.clone(),
            recoded,
            guests: self.pieces.iter().any(|piece| piece.guests),
            message: self.frame.is_some_and(|frame| frame.message),
        }
    }
}

/// The line ending of a text: that of its first line.
fn eol(text: &[u8]) -> &'static [u8] {
    let end = text.iter().position(|byte| *byte == b'\n');
    match end {
        Some(at) if at == 0 || text[at - 1] != b'\r' => b"\n",
        _ => b"\r\n",
    }
}

/// The component, its last line ended, with a UID made of its bytes if it has none.
fn with_uid(piece: &Piece<'_>) -> Vec<u8> {
    let eol = eol(piece.bytes);
    let mut out = ended(piece.bytes, eol);
    if piece.uid.is_none() {
        // A card's VERSION stands first (RFC 6350, 6.7.9).
        let before = |(at, line): (usize, &crate::text::lines::Line<'_>)| at == 0 || (at == 1 && line.is("VERSION"));
        let at = lines(piece.bytes).enumerate().take_while(|(at, line)| before((*at, line)));
        let at: usize = at.map(|(_, line)| line.raw().len()).sum();
        let line = [b"UID:", made(piece.bytes).as_bytes(), eol].concat();
        out.splice(at..at, line);
    }
    out
}

/// A UUID of our own making (RFC 9562, version 8) that the same bytes have again:
/// FNV-1a with 128 bits of them.
pub fn made(bytes: &[u8]) -> String {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = bytes.iter().fold(BASIS, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME));
    uuid::Builder::from_custom_bytes(hash.to_be_bytes()).into_uuid().to_string()
}
