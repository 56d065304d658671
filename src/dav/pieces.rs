//! A long document in pieces, as it comes in: each piece is some of the root's children,
//! whole, as a document of its own that [`super::xml::read`] reads as strictly as any
//! other. The last has the root's own closing tag and whatever comes after it: a document
//! that was cut off has no last piece that can be read (quirk 2).

use memchr::memchr;

use crate::fault;
use crate::model::Fault;

/// A piece is handed out when it is at least so long.
const PIECE: usize = 512 << 10;
/// One child alone may be so long.
const CHILD: usize = 32 << 20;

/// Fed with bytes, gives pieces.
#[derive(Default)]
pub struct Pieces {
    /// All up to the end of the root's start tag.
    head: Vec<u8>,
    /// The root's name, as written.
    name: Vec<u8>,
    /// What was not handed out yet.
    rest: Vec<u8>,
    /// Of `rest`, so much was looked at …
    seen: usize,
    /// … and so much are whole children.
    whole: usize,
    depth: usize,
    within: Within,
}

/// What the next byte stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Text,
    /// Markup that began at this place, and what kind it is, is not known yet.
    Markup(usize),
    /// Up to and with these bytes: a comment, CDATA, an instruction.
    Until(&'static [u8]),
    /// A tag that began at this place; in a value with these quotes.
    Tag(usize, Option<u8>),
}

impl Pieces {
    /// Takes what came.
    ///
    /// # Errors
    /// `wrong_answer` for a document type, and for one child without end.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.rest.extend_from_slice(bytes);
        self.scan()?;
        if self.rest.len() - self.whole > CHILD {
            Err(fault::wrong_answer("XML with one endless element"))
        } else {
            Ok(())
        }
    }

    /// A piece, if one is ready.
    pub fn ready(&mut self) -> Option<Vec<u8>> {
        (self.whole >= PIECE).then(|| self.piece())
    }

    /// What is left, with the end of the document as it was.
    pub fn last(self) -> Vec<u8> {
        [self.head, self.rest].concat()
    }

    fn piece(&mut self) -> Vec<u8> {
        let mut piece = Vec::with_capacity(self.head.len() + self.whole + self.name.len() + 3);
        piece.extend_from_slice(&self.head);
        piece.extend_from_slice(&self.rest[..self.whole]);
        piece.extend_from_slice(b"</");
        piece.extend_from_slice(&self.name);
        piece.push(b'>');
        self.rest.drain(..self.whole);
        self.within = match self.within {
            Within::Markup(from) => Within::Markup(from - self.whole),
            Within::Tag(from, quote) => Within::Tag(from - self.whole, quote),
            other => other,
        };
        self.seen -= self.whole;
        self.whole = 0;
        piece
    }

    /// Looks at what was not looked at yet, each byte once.
    fn scan(&mut self) -> Result<(), Fault> {
        while self.seen < self.rest.len() {
            match self.within {
                Within::Text => {
                    let Some(at) = memchr(b'<', &self.rest[self.seen..]) else {
                        self.seen = self.rest.len();
                        break;
                    };
                    self.within = Within::Markup(self.seen + at);
                    self.seen += at + 1;
                }
                Within::Markup(from) => {
                    let start = &self.rest[from..];
                    let is = |what: &[u8]| start.starts_with(what);
                    let may_be = |what: &[u8]| what.starts_with(start);
                    (self.within, self.seen) = match start[1] {
                        b'?' => (Within::Until(b"?>"), from + 2),
                        b'!' if is(b"<!--") => (Within::Until(b"-->"), from + 4),
                        b'!' if is(b"<![CDATA[") => (Within::Until(b"]]>"), from + 9),
                        b'!' if may_be(b"<!--") || may_be(b"<![CDATA[") => break,
                        b'!' => return Err(fault::wrong_answer("XML with a document type")),
                        _ => (Within::Tag(from, None), from + 1),
                    };
                }
                Within::Until(end) => {
                    match self.rest[self.seen..].windows(end.len()).position(|window| window == end) {
                        Some(at) => (self.within, self.seen) = (Within::Text, self.seen + at + end.len()),
                        None => {
                            // Its beginning may be here already.
                            self.seen = self.seen.max(self.rest.len().saturating_sub(end.len() - 1));
                            break;
                        }
                    }
                }
                Within::Tag(from, quote) => {
                    let rest = &self.rest[self.seen..];
                    let ends = |b: &u8| quote.map_or(matches!(b, b'>' | b'"' | b'\''), |quote| *b == quote);
                    let Some(at) = rest.iter().position(ends) else {
                        self.seen = self.rest.len();
                        break;
                    };
                    let byte = rest[at];
                    self.seen += at + 1;
                    self.within = match quote {
                        Some(_) => Within::Tag(from, None),
                        None if byte == b'>' => {
                            self.tag(from);
                            Within::Text
                        }
                        None => Within::Tag(from, Some(byte)),
                    };
                }
            }
        }
        Ok(())
    }

    /// The tag from there to what was seen is complete.
    fn tag(&mut self, from: usize) {
        let tag = &self.rest[from + 1..self.seen - 1];
        let closes = tag.first() == Some(&b'/');
        let empty = tag.last() == Some(&b'/');
        if self.depth == 0 && !closes && self.head.is_empty() {
            let name = tag.iter().position(|b| b.is_ascii_whitespace() || *b == b'/').unwrap_or(tag.len());
            self.name = tag[..name].to_vec();
            if empty {
                // Nothing is in it: the whole is the last piece.
                return;
            }
            self.head = self.rest.drain(..self.seen).collect();
            (self.seen, self.depth) = (0, 1);
            return;
        }
        match (closes, empty) {
            (true, _) => self.depth = self.depth.saturating_sub(1),
            (false, true) => {}
            (false, false) => self.depth += 1,
        }
        if self.depth == 1 {
            self.whole = self.seen;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dav::webdav::multistatus;

    /// The hrefs and the token, read at once and in pieces of what came in steps.
    fn both(body: &str, step: usize) -> [Option<(Vec<String>, Option<String>)>; 2] {
        let read = |bodies: &[Vec<u8>]| {
            let (mut hrefs, mut token) = (Vec::new(), None);
            for body in bodies {
                token = multistatus(body, |entry| {
                    hrefs.extend(entry.hrefs);
                    Ok(())
                })
                .ok()?
                .or(token);
            }
            Some((hrefs, token))
        };
        let mut pieces = Pieces::default();
        let mut all = Vec::new();
        for bytes in body.as_bytes().chunks(step) {
            if pieces.feed(bytes).is_err() {
                return [read(&[body.as_bytes().to_vec()]), None];
            }
            if pieces.whole > 0 {
                all.push(pieces.piece());
            }
        }
        all.push(pieces.last());
        [read(&[body.as_bytes().to_vec()]), read(&all)]
    }

    const WHOLE: &str = "<?xml version='1.0'?><!-- > <a> --><d:multistatus xmlns:d='DAV:' a='>'>\n\
        <d:response><d:href>/a</d:href><x><![CDATA[</d:response> <b> ]] >]]></x></d:response>\
        <!-- <d:response> --><d:response at=\"'/>\"><d:href>/b</d:href><d:x/></d:response ><d:y/>\
        <?pi > ?><d:sync-token>t</d:sync-token></d:multistatus>\n<!-- end -->\n";

    #[test]
    fn in_pieces_the_same_is_read_wherever_they_are_cut() {
        for step in 1..WHOLE.len() {
            let [whole, pieces] = both(WHOLE, step);
            assert_eq!(whole, Some((vec!["/a".to_owned(), "/b".to_owned()], Some("t".to_owned()))));
            assert_eq!(pieces, whole, "{step}");
        }
    }

    #[test]
    fn quirk_02_what_is_cut_off_or_broken_is_not_read_in_pieces_either() {
        for end in 0..WHOLE.len() - "</d:multistatus>\n<!-- end -->\n".len() + 1 {
            if WHOLE.is_char_boundary(end) {
                for step in [1, 7, 1000] {
                    let [whole, pieces] = both(&WHOLE[..end], step);
                    assert_eq!((whole, pieces), (None, None), "{end} {step}");
                }
            }
        }
        for broken in [
            "",
            "no XML",
            "<html><p>Welcome</html>",
            "<multistatus xmlns='DAV:'/>",
            "<multistatus xmlns='DAV:'><response></multistatus>",
            "<multistatus xmlns='DAV:'><response></response></response></multistatus>",
            "<multistatus xmlns='DAV:'></multistatus><multistatus xmlns='DAV:'></multistatus>",
            "<multistatus xmlns='DAV:'></multistatus>more",
            "<multistatus xmlns='DAV:'><response></response></other>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><multistatus xmlns='DAV:'></multistatus>",
            "<multistatus xmlns='DAV:'><response><href>a</href></response><response a='></multistatus>",
            "</multistatus><multistatus xmlns='DAV:'>",
            "<a><multistatus xmlns='DAV:'></multistatus></a>",
        ] {
            for step in [1, 5, 1000] {
                let [whole, pieces] = both(broken, step);
                assert_eq!(pieces, whole, "{broken} {step}");
            }
        }
    }
}
