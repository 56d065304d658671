//! Collection synchronization (RFC 6578).

use url::Url;

use super::Request;
use super::webdav::{self, Members, Refusal, Scope};
use super::xml::{self, Ns};
use crate::model::{Fault, Href};

/// The REPORT `sync-collection` (3.2). An empty token asks for everything. A
/// limit is never sent: servers skip what was left out for it (quirk 5).
/// `depth` is 0 (3.2) but for a server that insists on 1 (quirk 7).
pub fn report(collection: &Href, token: Option<&str>, depth: &str) -> Request {
    let body = xml::document((Ns::Dav, "sync-collection"), |w| {
        w.text((Ns::Dav, "sync-token"), token.unwrap_or_default());
        w.text((Ns::Dav, "sync-level"), "1");
        webdav::names(w, &[(Ns::Dav, "getetag")]);
    });
    Request::new("REPORT", collection).depth(depth).xml(body)
}

/// One answer to a [`report`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub members: Members,
    /// `DAV:sync-token` (6.4), to go on from. Servers must give one.
    pub token: Option<String>,
    /// 507 for the collection itself: there is more, go on with the token (3.6).
    pub truncated: bool,
}

/// Reads the answer of `collection`, which came from `url`.
///
/// # Errors
/// `wrong_answer`, `too_large`.
pub fn read(body: &[u8], collection: &Href, url: &Url) -> Result<Page, Fault> {
    let scope = Scope::new(collection, url);
    let mut members = Members::default();
    let token = webdav::multistatus(body, |entry| members.take(entry, &scope))?;
    let truncated = members.status == Some(507);
    if truncated {
        members.status = None;
    }
    Ok(Page { members, token, truncated })
}

/// Whether a refusal names the precondition `valid-sync-token` (3.2).
pub fn token_refused(body: &[u8]) -> bool {
    Refusal::read(body).names(Ns::Dav, "valid-sync-token")
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
        let request = report(&Href::path("/cal/"), Some("t&1"), "0");
        let text = String::from_utf8(request.body).unwrap();
        assert!(text.contains("<D:sync-token>t&amp;1</D:sync-token><D:sync-level>1</D:sync-level>"), "{text}");
        assert!(!text.contains("limit"), "{text}");
        assert!(request.headers.contains(&("Depth", "0".to_owned())));
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
