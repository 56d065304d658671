//! XML with namespaces: a writer for what we ask, and a strict pull reader for
//! what we are told. The reader knows no DTD and no entities but the five of
//! XML itself, stops at [`DEPTH`] levels, and is content only with a document
//! that reaches the closing tag of its root: a listing cut short must never
//! look like a shorter listing (quirk 2).

use std::borrow::Cow;

use quick_xml::NsReader;
use quick_xml::escape::escape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

use crate::fault;
use crate::model::Fault;

/// As many elements may stand one in another; real answers need a dozen.
pub const DEPTH: usize = 64;

/// The namespaces that mean something to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ns {
    /// `DAV:`
    Dav,
    /// CalDAV (RFC 4791).
    CalDav,
    /// CardDAV (RFC 6352).
    CardDav,
    /// Apple's extensions that became common: `getctag`.
    CalendarServer,
    /// Any other, or none.
    Other,
}

impl Ns {
    const WRITTEN: [Ns; 4] = [Ns::Dav, Ns::CalDav, Ns::CardDav, Ns::CalendarServer];

    fn of(uri: &str) -> Ns {
        Self::WRITTEN.into_iter().find(|ns| ns.uri() == uri).unwrap_or(Ns::Other)
    }

    fn uri(self) -> &'static str {
        match self {
            Ns::Dav => "DAV:",
            Ns::CalDav => "urn:ietf:params:xml:ns:caldav",
            Ns::CardDav => "urn:ietf:params:xml:ns:carddav",
            Ns::CalendarServer => "http://calendarserver.org/ns/",
            Ns::Other => "",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Ns::Dav => "D",
            Ns::CalDav => "C",
            Ns::CardDav => "A",
            Ns::CalendarServer => "S",
            Ns::Other => "X",
        }
    }
}

/// The name of an element that we write.
pub type Tag = (Ns, &'static str);

/// A document of ours: the root, filled by `fill`, as UTF-8.
pub fn document(root: Tag, fill: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer { text: String::new(), used: vec![root.0] };
    fill(&mut writer);
    let name = format!("{}:{}", root.0.prefix(), root.1);
    let mut out = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{name}");
    for ns in Ns::WRITTEN.into_iter().filter(|ns| writer.used.contains(ns)) {
        out.push_str(&format!(" xmlns:{}=\"{}\"", ns.prefix(), ns.uri()));
    }
    out.push('>');
    out.push_str(&writer.text);
    out.push_str(&format!("</{name}>"));
    out.into_bytes()
}

/// What stands inside the root of a [`document`].
pub struct Writer {
    text: String,
    used: Vec<Ns>,
}

impl Writer {
    fn open(&mut self, tag: Tag, rest: &str) {
        if !self.used.contains(&tag.0) {
            self.used.push(tag.0);
        }
        self.text.push_str(&format!("<{}:{}{rest}", tag.0.prefix(), tag.1));
    }

    /// An element with children.
    pub fn element(&mut self, tag: Tag, fill: impl FnOnce(&mut Writer)) {
        self.open(tag, ">");
        fill(self);
        self.text.push_str(&format!("</{}:{}>", tag.0.prefix(), tag.1));
    }

    /// An element without content.
    pub fn empty(&mut self, tag: Tag) {
        self.open(tag, "/>");
    }

    /// An element without content but a `name` attribute.
    pub fn named(&mut self, tag: Tag, name: &str) {
        self.open(tag, &format!(" name=\"{}\"/>", escape(legal(name))));
    }

    /// An element with text. Characters that XML cannot carry are left out.
    pub fn text(&mut self, tag: Tag, text: &str) {
        self.open(tag, ">");
        self.text.push_str(&escape(legal(text)));
        self.text.push_str(&format!("</{}:{}>", tag.0.prefix(), tag.1));
    }
}

fn legal(text: &str) -> Cow<'_, str> {
    let bad = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    if text.contains(bad) { text.replace(bad, "").into() } else { text.into() }
}

/// The start of an element that was read.
pub struct Name<'a> {
    pub ns: Ns,
    start: BytesStart<'a>,
}

impl Name<'_> {
    pub fn local(&self) -> &str {
        self.start.local_name().into_inner()
    }

    pub fn is(&self, ns: Ns, local: &str) -> bool {
        self.ns == ns && self.local() == local
    }

    /// The value of the first attribute of that name, without prefix. That it is
    /// the only one is not checked: with a million of them that would take hours.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let found = self.start.attributes().with_checks(false).flatten().find(|a| a.key.as_ref() == name)?;
        quick_xml::escape::unescape(&found.value).ok().map(Cow::into_owned)
    }
}

/// Reads an element's children and text, in order and once.
pub struct Reader<'a> {
    inner: NsReader<&'a [u8]>,
    depth: usize,
}

enum Step<'a> {
    Start(Name<'a>),
    Text(Cow<'a, str>),
    Char(char),
    End,
    Eof,
}

/// Reads a whole document: `take` is given its root, and nothing of what it
/// made is handed out unless the document is well-formed to its very end.
///
/// # Errors
/// `wrong_answer` naming what is wrong, and what `take` returns.
pub fn read<'a, T>(
    body: &'a [u8],
    take: impl FnOnce(&mut Reader<'a>, &Name<'a>) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|_| fault::wrong_answer("XML that is not UTF-8"))?;
    let mut inner = NsReader::from_str(text);
    inner.config_mut().expand_empty_elements = true;
    let mut reader = Reader { inner, depth: 0 };
    let root = reader.root()?;
    let taken = take(&mut reader, &root)?;
    reader.leave(0)?;
    reader.finish()?;
    Ok(taken)
}

impl<'a> Reader<'a> {
    /// Calls `each` for each child of the element just started, to its end. What
    /// `each` leaves unread of a child is passed over.
    ///
    /// # Errors
    /// What `each` returns, or that the document is not well-formed.
    pub fn children(&mut self, mut each: impl FnMut(&mut Self, &Name<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
        let level = self.depth;
        loop {
            match self.step()? {
                Step::Start(name) => {
                    each(self, &name)?;
                    self.leave(level)?;
                }
                Step::Text(_) | Step::Char(_) => {}
                Step::End => return Ok(()),
                Step::Eof => return Err(cut_off()),
            }
        }
    }

    /// The character data of the element just started, to its end: entities
    /// decoded, CDATA as it is, line ends as they came, nothing trimmed.
    ///
    /// # Errors
    /// That the document is not well-formed.
    pub fn text(&mut self) -> Result<String, Fault> {
        let level = self.depth;
        let mut out = String::new();
        loop {
            match self.step()? {
                Step::Start(_) => self.leave(level)?,
                Step::Text(text) if out.is_empty() => out = text.into_owned(),
                Step::Text(text) => out.push_str(&text),
                Step::Char(c) => out.push(c),
                Step::End => return Ok(out),
                Step::Eof => return Err(cut_off()),
            }
        }
    }

    /// The text of the first `DAV:href` in the element just started, to its end.
    ///
    /// # Errors
    /// That the document is not well-formed.
    pub fn href(&mut self) -> Result<Option<String>, Fault> {
        Ok(self.hrefs()?.into_iter().next())
    }

    /// The texts of each `DAV:href` in the element just started, to its end.
    ///
    /// # Errors
    /// That the document is not well-formed.
    pub fn hrefs(&mut self) -> Result<Vec<String>, Fault> {
        let mut found = Vec::new();
        self.children(|reader, name| {
            if name.is(Ns::Dav, "href") {
                found.push(reader.text()?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    fn root(&mut self) -> Result<Name<'a>, Fault> {
        loop {
            match self.step()? {
                Step::Start(name) => return Ok(name),
                Step::Text(text) if text.trim().is_empty() => {}
                Step::Eof => return Err(fault::wrong_answer("an empty body instead of XML")),
                _ => return Err(fault::wrong_answer("text that is not XML")),
            }
        }
    }

    fn finish(&mut self) -> Result<(), Fault> {
        loop {
            match self.step()? {
                Step::Eof => return Ok(()),
                Step::Text(text) if text.trim().is_empty() => {}
                _ => return Err(fault::wrong_answer("XML with something after its end")),
            }
        }
    }

    /// Passes over all that is deeper than `level`.
    fn leave(&mut self, level: usize) -> Result<(), Fault> {
        while self.depth > level {
            if matches!(self.step()?, Step::Eof) {
                return Err(cut_off());
            }
        }
        Ok(())
    }

    fn step(&mut self) -> Result<Step<'a>, Fault> {
        loop {
            let (resolved, event) = self.inner.read_resolved_event().map_err(|e| not_well_formed(&e))?;
            match event {
                Event::Start(start) | Event::Empty(start) => {
                    let ns = match resolved {
                        ResolveResult::Bound(uri) => Ns::of(uri.0),
                        ResolveResult::Unbound | ResolveResult::Unknown(_) => Ns::Other,
                    };
                    self.depth += 1;
                    if self.depth > DEPTH {
                        return Err(fault::wrong_answer("XML nested too deep"));
                    }
                    return Ok(Step::Start(Name { ns, start }));
                }
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Step::End);
                }
                // The raw text: normalising line ends, as XML asks of a parser,
                // would take away what little the server kept of CR LF.
                Event::Text(text) => return Ok(Step::Text(text.into_inner())),
                Event::CData(text) => return Ok(Step::Text(text.into_inner())),
                Event::GeneralRef(name) => {
                    let known = match name.resolve_char_ref() {
                        Ok(Some(c)) => Some(c),
                        Ok(None) => match &*name {
                            "amp" => Some('&'),
                            "lt" => Some('<'),
                            "gt" => Some('>'),
                            "quot" => Some('"'),
                            "apos" => Some('\''),
                            _ => None,
                        },
                        Err(_) => None,
                    };
                    return known.map(Step::Char).ok_or_else(|| fault::wrong_answer("XML with an unknown entity"));
                }
                Event::DocType(_) => return Err(fault::wrong_answer("XML with a document type")),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
                Event::Eof if self.depth > 0 => return Err(cut_off()),
                Event::Eof => return Ok(Step::Eof),
            }
        }
    }
}

fn cut_off() -> Fault {
    fault::wrong_answer("XML cut off")
}

/// Never quotes the document: an error of the parser may.
fn not_well_formed(error: &quick_xml::Error) -> Fault {
    use quick_xml::Error;
    match error {
        Error::Syntax(_) => cut_off(),
        Error::Namespace(_) => fault::wrong_answer("XML with broken namespaces"),
        _ => fault::wrong_answer("XML that is not well-formed"),
    }
}

#[cfg(test)]
#[path = "xml_tests.rs"]
mod tests;
