//! A file as items, each as a server keeps it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::charset::{decoded, utf8};
use super::scan::{Calendar, Object, Piece, scan};
use crate::text::lines::lines;

const PRODID: &[u8] = b"PRODID:-//Pimento//Pimento//EN";

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
/// the rest (X-WR-CALNAME, …) is about the file. A second component for the same
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
            match own.and_then(|at| drafts.get_mut(at)).filter(|draft| draft.has_room(piece, &zones)) {
                Some(draft) => draft.add(piece, zones),
                None => {
                    let mut draft = Draft::new(Some(frame), piece);
                    draft.take_zones(zones);
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
    /// The first definition of each time zone.
    zones: HashMap<&'a str, Arc<[u8]>>,
    end: Arc<[u8]>,
}

impl<'a> Frame<'a> {
    /// `None` for a card.
    fn of(object: &'a Object<'_>) -> Option<Frame<'a>> {
        let Object::Calendar(calendar) = object else { return None };
        let eol = calendar.parts.first().map_or(&b"\r\n"[..], |piece| eol(piece.bytes));
        let mut zones = HashMap::new();
        for piece in calendar.parts.iter().filter(|piece| piece.name == "VTIMEZONE") {
            if let Some(zone) = piece.zones.first() {
                zones.entry(&**zone).or_insert_with(|| utf8(&ended(piece.bytes, eol)).0.into());
            }
        }
        let end = [b"END:VCALENDAR", eol].concat().into();
        Some(Frame { begin: begin(calendar, eol).into(), zones, end })
    }
}

/// `BEGIN:VCALENDAR` to the first component: VERSION, PRODID and CALSCALE as in the
/// file, the first two in any case.
fn begin(calendar: &Calendar<'_>, eol: &[u8]) -> Vec<u8> {
    let mut out = [b"BEGIN:VCALENDAR", eol].concat();
    let mut missing: Vec<(&str, &[u8])> = vec![("VERSION", b"VERSION:2.0"), ("PRODID", PRODID), ("CALSCALE", b"")];
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
}

impl<'a> Draft<'a> {
    fn new(frame: Option<&'a Frame<'a>>, piece: &'a Piece<'a>) -> Draft<'a> {
        let instances = [piece.instance.as_deref()].into();
        Draft { frame, pieces: vec![piece], zones: Vec::new(), by_zone: HashMap::new(), instances }
    }

    /// Whether the piece can be one more of it: its instance is not there yet, and its
    /// zones are the same ones.
    fn has_room(&self, piece: &Piece<'_>, zones: &Zones<'_>) -> bool {
        let fits = |(name, definition): &(&str, Option<&Arc<[u8]>>)| {
            self.by_zone.get(name).is_none_or(|there| there == definition)
        };
        !self.instances.contains(&piece.instance.as_deref()) && zones.iter().all(fits)
    }

    fn add(&mut self, piece: &'a Piece<'a>, zones: Zones<'a>) {
        self.pieces.push(piece);
        self.instances.insert(piece.instance.as_deref());
        self.take_zones(zones);
    }

    fn take_zones(&mut self, zones: Zones<'a>) {
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
        let mut chunks: Vec<Arc<[u8]>> = Vec::new();
        chunks.extend(self.frame.map(|frame| frame.begin.clone()));
        chunks.extend(self.zones.iter().filter_map(|(_, definition)| definition.cloned()));
        chunks.push(body.into());
        chunks.extend(self.frame.map(|frame| frame.end.clone()));
        Part {
            component: main.name.clone(),
            uid: main.uid.clone().unwrap_or_else(|| made(main.bytes)),
            chunks,
            title: main.title.clone(),
            recoded,
            guests: self.pieces.iter().any(|piece| piece.guests),
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
