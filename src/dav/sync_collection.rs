//! Collection synchronization (RFC 6578).

use std::collections::HashMap;

use url::Url;

use super::Request;
use super::webdav::{self, Entry, Members, Place, Refusal, Scope};
use super::xml::{self, Ns, Tag};
use crate::model::{Etag, Fault, Href};

/// The REPORT `sync-collection` (3.2). An empty token asks for everything. A
/// limit is never sent: servers skip what was left out for it (quirk 5).
/// `depth` is 0 (3.2) but for a server that insists on 1 (quirk 7). With `data`, the
/// property that has the texts, some servers give them in the same answer; the others
/// say that they have no such property.
pub fn report(collection: &Href, token: Option<&str>, depth: &str, data: Option<Tag>) -> Request {
    let body = xml::document((Ns::Dav, "sync-collection"), |w| {
        w.text((Ns::Dav, "sync-token"), token.unwrap_or_default());
        w.text((Ns::Dav, "sync-level"), "1");
        let asked: Vec<Tag> = [(Ns::Dav, "getetag")].into_iter().chain(data).collect();
        webdav::names(w, &asked);
    });
    Request::new("REPORT", collection).depth(depth).xml(body)
}

/// One answer to a [`report`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub members: Members,
    /// The texts that came along, by [`Href::key`].
    pub texts: HashMap<String, Text>,
    /// `DAV:sync-token` (6.4), to go on from. Servers must give one.
    pub token: Option<String>,
    /// 507 for the collection itself: there is more, go on with the token (3.6).
    pub truncated: bool,
}

/// A text, and the etag that came with it.
pub type Text = (Etag, Vec<u8>);

/// Takes the text out of an entry that has one, with its etag.
pub fn text(entry: &mut Entry, scope: &Scope<'_>) -> Option<(Href, Text)> {
    let data = entry.props.data.take().filter(|text| !text.trim().is_empty())?;
    let fine = entry.status.is_none_or(|status| (200..300).contains(&status));
    let (Some(etag), [raw], true) = (&entry.props.etag, entry.hrefs.as_slice(), fine) else { return None };
    match scope.place(raw) {
        Place::Member(href) => Some((href, (etag.clone(), data.into_bytes()))),
        _ => None,
    }
}

/// Reads the answer of `collection`, which came from `url`.
///
/// # Errors
/// `wrong_answer`, `too_large`.
pub fn read(body: &[u8], collection: &Href, url: &Url) -> Result<Page, Fault> {
    let scope = Scope::new(collection, url);
    let mut members = Members::default();
    let mut texts = HashMap::new();
    let token = webdav::multistatus(body, |mut entry| {
        texts.extend(text(&mut entry, &scope).map(|(href, text)| (href.key(), text)));
        members.take(entry, &scope)
    })?;
    let truncated = members.status == Some(507);
    if truncated {
        members.status = None;
    }
    Ok(Page { members, texts, token, truncated })
}

/// Whether a refusal names the precondition `valid-sync-token` (3.2).
pub fn token_refused(body: &[u8]) -> bool {
    Refusal::read(body).names(Ns::Dav, "valid-sync-token")
}

/// What Radicale's tokens begin with. A hash follows, of the names of all items and of what
/// happened to each: a change, also one back to what was, gives a token that was never there
/// before, however soon it comes.
const RADICALE: &str = "http://radicale.org/ns/sync/";

/// Whether the token is Radicale's: it may be told before all items are read another way, and
/// gone on from. Of others that is not known: where they count seconds, what changed in the
/// same second would never be told.
pub fn is_radicale(token: &str) -> bool {
    token.starts_with(RADICALE)
}

/// Whether what is told as `getctag` may be Radicale's: a quoted SHA-256.
pub fn may_be_radicale(ctag: &str) -> bool {
    let hash = ctag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    hash.is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> Result<Page, Fault> {
        let url = Url::parse("https://h/cal/").unwrap();
        read(body.as_bytes(), &Href::path("/cal/"), &url)
    }

    #[test]
    fn quirk_05_no_limit_is_sent_and_the_depth_is_0() {
        let request = report(&Href::path("/cal/"), Some("t&1"), "0", None);
        let text = String::from_utf8(request.body).unwrap();
        assert!(text.contains("<D:sync-token>t&amp;1</D:sync-token><D:sync-level>1</D:sync-level>"), "{text}");
        assert!(!text.contains("limit"), "{text}");
        assert!(request.headers.contains(&("Depth", "0".to_owned())));
    }

    #[test]
    fn texts_are_asked_for_and_read_where_they_come_along() {
        let request = report(&Href::path("/cal/"), None, "0", Some((Ns::CalDav, "calendar-data")));
        let text = String::from_utf8(request.body).unwrap();
        assert!(text.contains("<D:prop><D:getetag/><C:calendar-data/></D:prop>"), "{text}");
        let response = |name: &str, props: &str, status: &str| {
            format!(
                "<response><href>/cal/{name}</href>{status}<propstat><prop>{props}</prop>\
                 <status>HTTP/1.1 200 OK</status></propstat></response>"
            )
        };
        let data = "<calendar-data xmlns='urn:ietf:params:xml:ns:caldav'>BEGIN</calendar-data>";
        let tag = "<getetag>\"1\"</getetag>";
        let body = [
            response("a", &format!("{tag}{data}"), ""),
            response("b", data, ""),
            response("c", tag, ""),
            response("d", &format!("{tag}{data}"), "<status>HTTP/1.1 404 Not Found</status>"),
        ]
        .concat();
        let page = page(&format!("<multistatus xmlns='DAV:'>{body}<sync-token>t</sync-token></multistatus>")).unwrap();
        assert_eq!((page.members.items.len(), page.members.gone.len()), (3, 1));
        let texts: Vec<_> = page.texts.iter().collect();
        assert_eq!(texts, [(&"/cal/a".to_owned(), &(Etag("\"1\"".into()), b"BEGIN".to_vec()))], "none without an etag");
    }

    #[test]
    fn quirk_04_507_for_the_collection_means_there_is_more() {
        let page = page(
            "<multistatus xmlns='DAV:'>\
             <response><href>/cal/a.ics</href><propstat><prop><getetag>\"1\"</getetag></prop>\
             <status>HTTP/1.1 200 OK</status></propstat></response>\
             <response><href>/cal/</href><status>HTTP/1.1 507 Insufficient Storage</status>\
             <error><number-of-matches-within-limits/></error></response>\
             <sync-token>t2</sync-token></multistatus>",
        )
        .unwrap();
        assert!(page.truncated);
        assert_eq!(page.token.as_deref(), Some("t2"));
        assert_eq!((page.members.items.len(), page.members.status), (1, None));
    }

    #[test]
    fn quirk_09_deletions_come_as_404_410_and_418() {
        let response =
            |n: &str, s: &str| format!("<response><href>/cal/{n}</href><status>HTTP/1.1 {s}</status></response>");
        let body = format!(
            "<multistatus xmlns='DAV:'>{}{}{}{}<sync-token>t</sync-token></multistatus>",
            response("a", "404 Not Found"),
            response("b", "410 Gone"),
            response("c", "418 I'm a teapot"),
            response("d", "403 Forbidden"),
        );
        let members = page(&body).unwrap().members;
        assert_eq!(members.gone, ["/cal/a", "/cal/b", "/cal/c"].map(Href::path));
        assert_eq!(members.items, [(Href::path("/cal/d"), None)], "there, but not to be read");
    }

    #[test]
    fn quirk_08_the_precondition_is_found_in_any_refusal() {
        assert!(token_refused(b"<?xml version='1.0'?><d:error xmlns:d='DAV:'><d:valid-sync-token/></d:error>"));
        assert!(!token_refused(b"<d:error xmlns:d='DAV:'><d:need-privileges/></d:error>"));
        assert!(!token_refused(b"<error><valid-sync-token/></error>"));
        assert!(!token_refused(b"Forbidden"));
    }
}
