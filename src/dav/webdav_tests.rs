use proptest::prelude::*;

use super::*;

fn url() -> Url {
    Url::parse("https://h/u/cal/").unwrap()
}

fn members_of(body: &str) -> Result<Members, Fault> {
    read_members(body.as_bytes(), &Href::path("/u/cal/"), &url())
}

fn item(href: &str, etag: &str) -> String {
    format!(
        "<d:response><d:href>{href}</d:href><d:propstat><d:prop><d:resourcetype/><d:getetag>{etag}</d:getetag></d:prop>\
         <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    )
}

const SELF: &str = "<d:response><d:href>/u/cal/</d:href><d:propstat><d:prop><d:resourcetype><d:collection/></d:resourcetype>\
    <d:getetag>\"c\"</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>";

fn wrap(responses: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<d:multistatus xmlns:d=\"DAV:\">{responses}</d:multistatus>\n")
}

fn why(result: Result<Members, Fault>) -> String {
    result.expect_err("must be refused").text.args.remove(0)
}

#[test]
fn quirk_01_an_item_without_an_etag_is_listed_all_the_same() {
    let bare = "<d:response><d:href>/u/cal/b.ics</d:href><d:propstat><d:prop><d:getetag/></d:prop>\
        <d:status>HTTP/1.1 404 Not Found</d:status></d:propstat></d:response>";
    let members = members_of(&wrap(&format!("{SELF}{}{bare}", item("a.ics", "\"1\"")))).unwrap();
    let expected = [(Href::path("/u/cal/a.ics"), Some(Etag("\"1\"".into()))), (Href::path("/u/cal/b.ics"), None)];
    assert_eq!(members.items, expected);
}

#[test]
fn quirk_10_a_second_propstat_with_404_takes_nothing_back() {
    let body = wrap(
        "<d:response><d:href>/u/cal/a.ics</d:href>\
         <d:propstat><d:prop><d:getetag>\"1\"</d:getetag></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>\
         <d:propstat><d:prop><d:getetag>\"no\"</d:getetag></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>\
         <d:propstat><d:status>404 NotFound</d:status><d:prop><d:getetag/></d:prop></d:propstat>\
         </d:response>",
    );
    assert_eq!(members_of(&body).unwrap().items[0].1, Some(Etag("\"1\"".into())));
}

#[test]
fn quirk_11_the_collection_and_its_collections_are_not_items() {
    let sub = SELF.replace("/u/cal/", "/u/cal/sub/");
    for itself in ["/u/cal/", "/u/cal", "https://h/u/cal/", "/u/%63al/", "http://h:5232/u/cal/"] {
        let body = wrap(&format!("{}{sub}", SELF.replace("/u/cal/", itself)));
        let members = members_of(&body).unwrap();
        assert!(members.itself && members.items.is_empty() && members.gone.is_empty(), "{itself}");
    }
}

#[test]
fn quirk_12_hrefs_are_kept_as_written() {
    for raw in ["/u/cal/a%40b.ics", "/u/cal/a@b.ics", "/u/cal/50%.ics", "/u/cal/Gr\u{fc}n 1+2.ics", "/u/cal/%c3%bc.ics"]
    {
        let members = members_of(&wrap(&item(raw, "e"))).unwrap();
        assert_eq!(members.items, [(Href::path(raw), Some(Etag("e".into())))]);
    }
    let members = members_of(&wrap(&item("http://h:5232/u/cal/a%20b.ics", "e"))).unwrap();
    assert_eq!(members.items[0].0, Href::path("/u/cal/a%20b.ics"), "only the path of an absolute href is used");
}

#[test]
fn quirk_03_a_207_for_another_collection_is_refused() {
    for raw in ["/u/other/a.ics", "/u/calendar/a.ics", "/u/", "https://evil.example/u/cal/a.ics", "", "//x/u/cal/a"] {
        let body = wrap(&format!("{SELF}{}", item(raw, "\"1\"")));
        assert_eq!(why(members_of(&body)), "a multistatus for another collection", "{raw}");
    }
}

#[test]
fn quirk_03_an_empty_207_is_no_listing_of_an_empty_collection() {
    assert_eq!(why(members_of(&wrap(""))), "a multistatus without the collection asked");
    assert!(members_of(&wrap(SELF)).unwrap().items.is_empty());
    assert_eq!(why(members_of(&wrap("<d:response/>"))), "a response without an href");
}

#[test]
fn a_collection_asked_by_an_older_path_may_answer_by_its_own() {
    let body = wrap(&item("/u/cal/a.ics", "e"));
    let members = read_members(body.as_bytes(), &Href::path("/old/cal/"), &url()).unwrap();
    assert_eq!(members.items.len(), 1);
}

#[test]
fn a_missing_collection_may_say_so_inside_a_207() {
    let body =
        wrap("<d:response><d:href>https://h/u/cal/</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>");
    assert_eq!(members_of(&body).unwrap().status, Some(404));
}

#[test]
fn one_response_may_give_one_status_to_many() {
    let body = wrap(&format!(
        "{SELF}<d:response><d:href>/u/cal/a</d:href><d:href>/u/cal/b</d:href><d:status>HTTP/1.1 404 X</d:status></d:response>"
    ));
    assert_eq!(members_of(&body).unwrap().gone, ["/u/cal/a", "/u/cal/b"].map(Href::path));
}

#[test]
fn an_html_page_is_called_that() {
    assert_eq!(why(members_of("<html><body>Please log in</body></html>")), "an HTML page");
    assert!(members_of("<!DOCTYPE html><html>").is_err());
    assert_eq!(why(members_of("<feed xmlns='http://www.w3.org/2005/Atom'/>")), "XML that is no multistatus");
    let fault = not_multistatus(200, Some("text/html; charset=utf-8"), b"<p>");
    assert_eq!(fault.text.args, ["an HTML page with status 200 instead of a multistatus"]);
    assert_eq!(not_multistatus(200, None, b"\n<!DOCTYPE HTML>").text.args, fault.text.args);
    assert_eq!(not_multistatus(204, None, b"").text.args, ["an empty body with status 204 instead of a multistatus"]);
}

#[test]
fn quirk_19_a_taken_uid_is_read_from_each_sort_of_refusal() {
    let taken = Refusal::read(
        b"<D:error xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>\
          <C:no-uid-conflict><D:href>/u/cal/x.ics</D:href></C:no-uid-conflict></D:error>",
    );
    assert!(taken.uid_conflict());
    assert_eq!(taken.href.as_deref(), Some("/u/cal/x.ics"));
    let card = b"<error xmlns='DAV:'><no-uid-conflict xmlns='urn:ietf:params:xml:ns:carddav'/></error>";
    assert!(Refusal::read(card).uid_conflict());
    let trash = b"<d:error xmlns:d='DAV:' xmlns:s='http://sabredav.org/ns'>\
        <s:exception>Sabre\\DAV\\Exception\\BadRequest</s:exception>\
        <s:message>Calendar object with uid already exists in this calendar collection.</s:message></d:error>";
    assert!(Refusal::read(trash).uid_conflict());
    assert!(!Refusal::read(b"<error xmlns='DAV:'><no-uid-conflict/></error>").uid_conflict(), "the namespace counts");
    assert!(!Refusal::read(b"<html>no-uid-conflict</html>").uid_conflict());
}

#[test]
fn quirk_18_etags_go_back_as_they_came_but_never_weak() {
    let with = |etag: &str| Request::new("PUT", &Href::path("/a")).only_if(Condition::Is(&Etag(etag.into()))).headers;
    assert_eq!(with("\"abc\""), [("If-Match", "\"abc\"".to_owned())]);
    assert_eq!(with("guid-227"), [("If-Match", "guid-227".to_owned())], "Kerio: unquoted");
    assert_eq!(with("W/\"abc\""), []);
    let new = Request::new("PUT", &Href::path("/a")).only_if(Condition::Absent).headers;
    assert_eq!(new, [("If-None-Match", "*".to_owned())]);
}

#[test]
fn kinds_reports_and_privileges_are_read_by_namespace() {
    let body = wrap(
        "<d:response xmlns:c='urn:ietf:params:xml:ns:caldav' xmlns:s='http://calendarserver.org/ns/'><d:href>/u/cal/</d:href>\
         <d:propstat><d:prop><d:resourcetype><d:collection/><c:calendar/><x:addressbook xmlns:x='urn:x'/></d:resourcetype>\
         <d:displayname> Work </d:displayname><s:getctag>7</s:getctag>\
         <d:supported-report-set><d:supported-report><d:report><d:sync-collection/></d:report></d:supported-report></d:supported-report-set>\
         <d:current-user-privilege-set><d:privilege><d:read/></d:privilege><d:privilege><d:write-properties/></d:privilege></d:current-user-privilege-set>\
         <c:supported-calendar-component-set><c:comp name='vevent'/><c:comp name='VTODO'/></c:supported-calendar-component-set>\
         </d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>",
    );
    let mut found = Vec::new();
    multistatus(body.as_bytes(), |entry| {
        found.push(entry.props);
        Ok(())
    })
    .unwrap();
    let props = found.remove(0);
    let kinds = props.kinds.unwrap();
    assert!(kinds.collection && kinds.calendar && !kinds.addressbook);
    assert_eq!((props.display_name.as_deref(), props.ctag.as_deref()), (Some("Work"), Some("7")));
    assert_eq!((props.reports_changes, props.writable), (Some(true), Some(false)));
    assert_eq!(props.components.unwrap(), ["VEVENT", "VTODO"]);
}

proptest! {
    /// Whatever comes, an answer is read or refused.
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_members(&bytes, &Href::path("/u/cal/"), &url());
        let _ = Refusal::read(&bytes);
    }

    /// The same with what looks more like XML.
    #[test]
    fn no_soup_of_tags_makes_the_reader_panic(parts in proptest::collection::vec(prop_oneof![
        Just("<d:multistatus xmlns:d='DAV:'>"), Just("</d:multistatus>"), Just("<d:response>"), Just("</d:response>"),
        Just("<d:href>"), Just("</d:href>"), Just("/u/cal/a"), Just("<d:prop/>"), Just("<![CDATA["), Just("]]>"),
        Just("&#13;"), Just("&amp;"), Just("&"), Just("<!--"), Just("-->"), Just("<d:status>HTTP/1.1 200 OK</d:status>"),
        Just("<"), Just(">"), Just("<?x"), Just("xmlns=''"), Just("\u{feff}"), Just("&#0;"), Just("&#xFFFFFFFF;"),
    ], 0..40)) {
        let _ = read_members(parts.concat().as_bytes(), &Href::path("/u/cal/"), &url());
    }

    /// Quirk 2: nothing that was cut short passes for a shorter listing.
    #[test]
    fn quirk_02_each_truncation_of_a_listing_is_an_error(
        names in proptest::collection::vec("[a-zA-Z0-9%@ ü+-]{1,12}", 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let items: String = names.iter().map(|n| item(&format!("/u/cal/{n}.ics"), "&quot;1&quot;")).collect();
        let whole = wrap(&format!("{SELF}{items}"));
        prop_assert_eq!(members_of(&whole).unwrap().items.len(), names.len());
        let end = cut.index(whole.trim_end().len());
        prop_assert!(read_members(&whole.as_bytes()[..end], &Href::path("/u/cal/"), &url()).is_err());
    }
}
