//! What servers answer: read without panic, and never when it was cut off.

use pimento::dav::xml::{self, Ns};
use pimento::dav::{sync_collection, webdav};
use pimento::model::{Fault, Href};
use url::Url;

/// The law, for these bytes.
pub fn hold(body: &[u8]) {
    let (collection, url) = (Href::path("/u/cal/"), Url::parse("https://h/u/cal/").unwrap());
    let read = |body: &[u8]| webdav::multistatus(body, |_| Ok(()));
    let members = |body: &[u8]| webdav::read_members(body, &collection, &url);
    let page = |body: &[u8]| sync_collection::read(body, &collection, &url);
    // quirk 2: without its last character it is no answer any more.
    let end = body.trim_ascii_end().len();
    if read(body).is_ok() {
        let cut = &body[..end - 1];
        assert!(read(cut).is_err() && members(cut).is_err() && page(cut).is_err());
    }
    for href in members(body).into_iter().flat_map(|members| members.items) {
        // Whatever is listed is in the collection asked.
        assert!(href.0.key().starts_with("/u/cal/"), "{href:?}");
    }
    let _ = page(body);
    let _ = webdav::Refusal::read(body);
    // What we write is read back as it was meant.
    if let Ok(text) = std::str::from_utf8(body) {
        let written = xml::document((Ns::Dav, "r"), |w| w.text((Ns::Dav, "t"), text));
        let back: Result<String, Fault> = xml::read(&written, |reader, _| {
            let mut back = String::new();
            reader.children(|reader, _| {
                back = reader.text()?;
                Ok(())
            })?;
            Ok(back)
        });
        assert!(back.unwrap().chars().eq(text.chars().filter(|c| legal(*c))));
    }
}

/// What XML 1.0 can carry (2.2).
fn legal(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{FFFD}' | '\u{10000}'..)
}
