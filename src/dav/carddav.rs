//! CardDAV (RFC 6352).

use super::Request;
use super::webdav;
use super::xml::{self, Ns};
use crate::model::Href;

/// The REPORT `addressbook-multiget` (8.7), with the Depth of 0 that it asks for.
pub fn multiget(collection: &Href, hrefs: &[Href]) -> Request {
    let body = xml::document((Ns::CardDav, "addressbook-multiget"), |w| {
        webdav::names(w, &[(Ns::Dav, "getetag"), (Ns::CardDav, "address-data")]);
        hrefs.iter().for_each(|href| w.text((Ns::Dav, "href"), href.as_str()));
    });
    Request::new("REPORT", collection).depth("0").xml(body)
}

/// The REPORT `addressbook-query` (8.6) for all there is, with the texts.
pub fn query(collection: &Href) -> Request {
    let body = xml::document((Ns::CardDav, "addressbook-query"), |w| {
        webdav::names(w, &[(Ns::Dav, "getetag"), (Ns::CardDav, "address-data")]);
        w.element((Ns::CardDav, "filter"), |_| {});
    });
    Request::new("REPORT", collection).depth("1").xml(body)
}

/// An address book by extended MKCOL (6.3.1).
pub fn mkcol(href: &Href, name: &str) -> Request {
    webdav::mkcol(href, &[(Ns::Dav, "collection"), (Ns::CardDav, "addressbook")], |w| {
        w.text((Ns::Dav, "displayname"), name);
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requests_say_what_the_rfc_has_them_say() {
        let asked = multiget(&Href::path("/b/"), &[Href::path("/b/x.vcf")]);
        let text = String::from_utf8(asked.body).unwrap();
        assert!(text.contains("<D:prop><D:getetag/><A:address-data/></D:prop><D:href>/b/x.vcf</D:href>"), "{text}");
        assert!(asked.headers.contains(&("Depth", "0".to_owned())));
        let all = query(&Href::path("/b/"));
        assert!(all.headers.contains(&("Depth", "1".to_owned())), "of the members (RFC 6352, 8.6)");
        let text = String::from_utf8(all.body).unwrap();
        assert!(text.contains("<D:getetag/><A:address-data/></D:prop><A:filter></A:filter>"), "{text}");
        let text = String::from_utf8(mkcol(&Href::path("/b/"), "Contacts").body).unwrap();
        assert!(text.contains("<D:collection/><A:addressbook/>"), "{text}");
    }
}
