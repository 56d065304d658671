//! CalDAV (RFC 4791) and what we read of its scheduling (RFC 6638).

use super::Request;
use super::webdav;
use super::xml::{self, Ns, Reader, Tag, Writer};
use crate::model::{Fault, Href};

/// `schedule-default-calendar-URL` (RFC 6638, 9.2): stands on the inbox.
pub const DEFAULT_CALENDAR: Tag = (Ns::CalDav, "schedule-default-calendar-URL");

/// The REPORT `calendar-multiget` (7.9). Its scope is the hrefs, no Depth is sent.
pub fn multiget(collection: &Href, hrefs: &[Href]) -> Request {
    let body = xml::document((Ns::CalDav, "calendar-multiget"), |w| {
        webdav::names(w, &[(Ns::Dav, "getetag"), (Ns::CalDav, "calendar-data")]);
        hrefs.iter().for_each(|href| w.text((Ns::Dav, "href"), href.as_str()));
    });
    Request::new("REPORT", collection).xml(body)
}

/// The REPORT `calendar-query` (7.8) for all there is, with the texts.
pub fn query(collection: &Href) -> Request {
    let body = xml::document((Ns::CalDav, "calendar-query"), |w| {
        webdav::names(w, &[(Ns::Dav, "getetag"), (Ns::CalDav, "calendar-data")]);
        w.element((Ns::CalDav, "filter"), |w| w.named((Ns::CalDav, "comp-filter"), "VCALENDAR"));
    });
    Request::new("REPORT", collection).depth("1").xml(body)
}

/// MKCALENDAR (5.3.1) for items of one component.
pub fn mkcalendar(href: &Href, name: &str, component: &str) -> Request {
    let body = xml::document((Ns::CalDav, "mkcalendar"), |w| {
        w.element((Ns::Dav, "set"), |w| w.element((Ns::Dav, "prop"), |w| calendar(w, name, component)));
    });
    Request::new("MKCALENDAR", href).xml(body)
}

/// The same by extended MKCOL (RFC 5689).
pub fn mkcol(href: &Href, name: &str, component: &str) -> Request {
    webdav::mkcol(href, &[(Ns::Dav, "collection"), (Ns::CalDav, "calendar")], |w| calendar(w, name, component))
}

fn calendar(writer: &mut Writer, name: &str, component: &str) {
    writer.text((Ns::Dav, "displayname"), name);
    writer.element((Ns::CalDav, "supported-calendar-component-set"), |w| w.named((Ns::CalDav, "comp"), component));
}

/// The names in `supported-calendar-component-set` (5.2.3), in upper case.
///
/// # Errors
/// That the document is not well-formed.
pub fn components(reader: &mut Reader<'_>) -> Result<Vec<String>, Fault> {
    let mut found = Vec::new();
    reader.children(|_, name| {
        if name.is(Ns::CalDav, "comp") {
            found.extend(name.attribute("name").map(|n| n.to_ascii_uppercase()));
        }
        Ok(())
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requests_say_what_the_rfc_has_them_say() {
        let text = |request: Request| String::from_utf8(request.body).unwrap();
        let asked = text(multiget(&Href::path("/c/"), &[Href::path("/c/a%20&b.ics")]));
        assert!(asked.contains("<D:prop><D:getetag/><C:calendar-data/></D:prop><D:href>/c/a%20&amp;b.ics</D:href>"));
        let all = query(&Href::path("/c/"));
        assert!(all.headers.contains(&("Depth", "1".to_owned())), "of the members (RFC 4791, 7.8)");
        let all = text(all);
        assert!(all.contains("<D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name=\"VCALENDAR\"/>"));
        let set =
            "<C:supported-calendar-component-set><C:comp name=\"VJOURNAL\"/></C:supported-calendar-component-set>";
        let made = text(mkcalendar(&Href::path("/n/"), "Notes & more", "VJOURNAL"));
        assert!(made.contains(set) && made.contains("<D:displayname>Notes &amp; more</D:displayname>"), "{made}");
        let made = text(mkcol(&Href::path("/n/"), "Notes", "VJOURNAL"));
        assert!(made.contains("<D:resourcetype><D:collection/><C:calendar/></D:resourcetype>"), "{made}");
        assert!(made.contains(set));
    }
}
