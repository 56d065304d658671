//! What we rely on in a DAV server, said by real ones and by the fake alike. Each
//! function gets a server of its own, with the user alice and nothing in her homes.
//! In what servers differ stands in `fake::flavour`, and only there.

use std::rc::Rc;

use pimento::dav::sync_collection::{is_radicale, may_be_radicale};
use pimento::dav::{caldav, carddav};
use pimento::model::{Href, Kind};
use pimento::port::{Http, Request, Response};
use url::Url;

use crate::fake::flavour::{Facts, Flavour};
use crate::fake::xml::Element;

const DAV: &str = "xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" \
                   xmlns:A=\"urn:ietf:params:xml:ns:carddav\" xmlns:S=\"http://calendarserver.org/ns/\"";
const SIGN_IN: &str = "Basic YWxpY2U6c2VjcmV0";

/// A server to ask.
pub struct Site {
    pub http: Rc<dyn Http>,
    /// With a slash at its end.
    pub url: String,
    pub flavour: Flavour,
}

/// One response of a multistatus.
#[derive(Debug)]
struct Entry {
    path: String,
    status: Option<u16>,
    props: Element,
}

impl Entry {
    fn etag(&self) -> String {
        let etag = self.props.value("getetag").unwrap_or_default().to_owned();
        assert!(etag.starts_with('"') && etag.ends_with('"') && etag.len() > 2, "a strong etag: {etag}");
        etag
    }
}

fn number(status: &str) -> u16 {
    status.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("{status}"))
}

impl Site {
    fn facts(&self) -> Facts {
        self.flavour.facts()
    }

    async fn ask(&self, method: &'static str, path: &str, headers: &[(&'static str, &str)], body: &str) -> Response {
        let url = Url::parse(&self.url).unwrap().join(path).unwrap();
        let mut headers: Vec<(&'static str, String)> = headers.iter().map(|(n, v)| (*n, (*v).to_owned())).collect();
        headers.push(("Authorization", SIGN_IN.to_owned()));
        if body.starts_with('<') {
            headers.push(("Content-Type", "application/xml; charset=utf-8".to_owned()));
        } else if !body.is_empty() {
            let card = path.ends_with(".vcf");
            let kind = if card { "text/vcard; charset=utf-8" } else { "text/calendar; charset=utf-8" };
            headers.push(("Content-Type", kind.to_owned()));
        }
        self.http.send(Request { method, url, headers, body: body.into() }).await.unwrap()
    }

    async fn multistatus(&self, method: &'static str, path: &str, depth: &str, body: &str) -> (Vec<Entry>, Element) {
        let answer = self.ask(method, path, &[("Depth", depth)], body).await;
        assert_eq!(answer.status, 207, "{method} {path}: {}", String::from_utf8_lossy(&answer.body));
        let root = Element::read(&answer.body);
        assert_eq!(root.name, "multistatus");
        let mut entries = Vec::new();
        for response in root.all("response") {
            let href = response.value("href").unwrap();
            let path = Url::parse(&self.url).unwrap().join(href).unwrap().path().to_owned();
            let own = response.children.iter().find(|child| child.name == "status");
            let fine = |propstat: &&&Element| number(propstat.value("status").unwrap()) == 200;
            let props = response.all("propstat").iter().find(fine).and_then(|p| p.find("prop")).cloned();
            let status = own.map(|status| number(&status.text));
            entries.push(Entry { path, status, props: props.unwrap_or_default() });
        }
        (entries, root)
    }

    async fn propfind(&self, path: &str, depth: &str, props: &str) -> Vec<Entry> {
        let body = format!("<propfind {DAV}><prop>{props}</prop></propfind>");
        self.multistatus("PROPFIND", path, depth, &body).await.0
    }

    /// The paths and etags of all items.
    async fn listing(&self, folder: &str) -> Vec<(String, String)> {
        let entries = self.propfind(folder, "1", "<resourcetype/><getetag/>").await;
        assert!(entries.iter().any(|entry| entry.path == folder), "it lists itself: {entries:?}");
        let items = entries.iter().filter(|entry| entry.path != folder);
        let mut items: Vec<_> = items.map(|entry| (entry.path.clone(), entry.etag())).collect();
        items.sort();
        items
    }

    async fn report(&self, folder: &str, token: &str) -> Response {
        let body = format!(
            "<sync-collection {DAV}><sync-token>{token}</sync-token><sync-level>1</sync-level>\
             <prop><getetag/></prop></sync-collection>"
        );
        self.ask("REPORT", folder, &[("Depth", "0")], &body).await
    }

    /// What changed since the token, as paths that are there and paths that are
    /// gone, and the next token.
    async fn changes(&self, folder: &str, token: &str) -> (Vec<String>, Vec<String>, String) {
        let body = format!(
            "<sync-collection {DAV}><sync-token>{token}</sync-token><sync-level>1</sync-level>\
             <prop><getetag/></prop></sync-collection>"
        );
        let (entries, root) = self.multistatus("REPORT", folder, "0", &body).await;
        let (mut there, mut gone) = (Vec::new(), Vec::new());
        for entry in entries {
            match entry.status {
                Some(404) => gone.push(entry.path),
                None => {
                    entry.etag();
                    there.push(entry.path);
                }
                Some(status) => panic!("{} {status}", entry.path),
            }
        }
        there.sort();
        gone.sort();
        let own = root.children.iter().find(|child| child.name == "sync-token").expect("a token");
        (there, gone, own.text.trim().to_owned())
    }

    /// The paths and etags of all items that a query tells of, each with its text.
    async fn all(&self, folder: &str, kind: Kind) -> Vec<(String, String)> {
        let (request, data) = match kind {
            Kind::Calendar => (caldav::query(&Href::path(folder)), "calendar-data"),
            Kind::Contacts => (carddav::query(&Href::path(folder)), "address-data"),
        };
        let body = String::from_utf8(request.body).unwrap();
        let mut told = Vec::new();
        for entry in self.multistatus("REPORT", folder, "1", &body).await.0 {
            let (there, etag) = self.get(&entry.path).await.unwrap();
            assert_eq!(entry.etag(), etag);
            assert_eq!(says(entry.props.value(data).unwrap()), says(there.trim()), "the same as by GET");
            told.push((entry.path, etag));
        }
        told.sort();
        told
    }

    /// ctag and sync-token, as the home lists them.
    async fn markers(&self, folder: &str) -> (String, String) {
        let entries = self.propfind(self.facts().homes[0], "1", "<resourcetype/><S:getctag/><sync-token/>").await;
        let props = &entries.iter().find(|entry| entry.path == folder).expect("listed by its home").props;
        let told = |name: &str| props.value(name).unwrap_or_else(|| panic!("{name} is told")).to_owned();
        (told("getctag"), told("sync-token"))
    }

    /// Makes a calendar for events.
    async fn calendar(&self) -> String {
        let path = format!("{}work/", self.facts().homes[0]);
        let body = format!(
            "<C:mkcalendar {DAV}><set><prop><displayname>Work &amp; play</displayname><C:supported-calendar-component-set>\
             <C:comp name=\"VEVENT\"/></C:supported-calendar-component-set></prop></set></C:mkcalendar>"
        );
        assert_eq!(self.ask("MKCALENDAR", &path, &[], &body).await.status, 201);
        path
    }

    async fn address_book(&self) -> String {
        let path = format!("{}people/", self.facts().homes[1]);
        let body = format!(
            "<mkcol {DAV}><set><prop><resourcetype><collection/><A:addressbook/></resourcetype>\
             <displayname>People</displayname></prop></set></mkcol>"
        );
        assert_eq!(self.ask("MKCOL", &path, &[], &body).await.status, 201);
        path
    }

    /// Stores without a condition.
    async fn put(&self, path: &str, text: &str) -> Response {
        let answer = self.ask("PUT", path, &[], text).await;
        assert!((200..300).contains(&answer.status), "{path}: {}", answer.status);
        answer
    }

    async fn get(&self, path: &str) -> Option<(String, String)> {
        let answer = self.ask("GET", path, &[], "").await;
        match answer.status {
            200 => Some((String::from_utf8(answer.body.clone()).unwrap(), answer.header("etag").unwrap().to_owned())),
            status => {
                assert_eq!(status, 404);
                None
            }
        }
    }
}

fn event(uid: &str, title: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20261101T120000Z\r\n\
         DTSTART:20261101T120000Z\r\nSUMMARY:{title}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

fn card(uid: &str, name: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:{name};;;;\r\nEND:VCARD\r\n")
}

/// What a text says, whatever the order of its lines and the stamps in it.
fn says(text: &str) -> Vec<String> {
    let text = text.replace("\r\n ", "").replace("\n ", "");
    let stamps = ["PRODID", "X-RADICALE-NAME"];
    let mut lines: Vec<String> =
        text.lines().filter(|line| !stamps.iter().any(|stamp| line.starts_with(stamp))).map(str::to_owned).collect();
    lines.sort();
    lines
}

pub async fn the_root_names_the_principal_and_the_principal_its_homes(site: &Site) {
    let root = site.propfind("/", "0", "<current-user-principal/>").await;
    let principal = root[0].props.find("current-user-principal").and_then(|p| p.value("href")).unwrap();
    assert_eq!(principal, "/alice/");
    let told = site.propfind(principal, "0", "<C:calendar-home-set/><A:addressbook-home-set/>").await;
    let home = |name: &str| told[0].props.find(name).and_then(|p| p.value("href")).unwrap();
    assert_eq!([home("calendar-home-set"), home("addressbook-home-set")], site.facts().homes);
}

pub async fn nobody_comes_in_without_a_password(site: &Site) {
    let url = Url::parse(&site.url).unwrap().join("/alice/").unwrap();
    let headers = vec![("Depth", "0".to_owned())];
    let answer = site.http.send(Request { method: "PROPFIND", url, headers, body: Vec::new() }).await.unwrap();
    assert_eq!(answer.status, 401);
    assert!(answer.header("www-authenticate").unwrap().starts_with("Basic"));
}

pub async fn a_home_describes_what_was_made_in_it(site: &Site) {
    let (calendar, book) = (site.calendar().await, site.address_book().await);
    let props = "<resourcetype/><displayname/><C:supported-calendar-component-set/><supported-report-set/>";
    let entries = site.propfind(site.facts().homes[0], "1", props).await;
    let found = |path: &str| entries.iter().find(|entry| entry.path == path);
    let work = &found(&calendar).unwrap().props;
    assert_eq!(work.value("displayname"), Some("Work & play"));
    assert!(work.find("resourcetype").unwrap().find("calendar").is_some());
    assert_eq!(work.find("comp").unwrap().attribute.as_deref(), Some("VEVENT"));
    assert!(work.find("sync-collection").is_some(), "it reports changes");
    let entries = site.propfind(site.facts().homes[1], "1", props).await;
    let people = &entries.iter().find(|entry| entry.path == book).unwrap().props;
    assert!(people.find("resourcetype").unwrap().find("addressbook").is_some());
    let again = site.ask("MKCALENDAR", &calendar, &[], "").await;
    assert!((400..500).contains(&again.status), "what is there is not made again: {}", again.status);
}

pub async fn what_is_put_is_listed_with_the_etag_that_get_and_multiget_tell(site: &Site) {
    let (calendar, book) = (site.calendar().await, site.address_book().await);
    for (folder, name, text, report, data) in [
        (&calendar, "a.ics", event("a", "Größe & mehr"), "C:calendar-multiget", "C:calendar-data"),
        (&book, "a.vcf", card("a", "Ann"), "A:addressbook-multiget", "A:address-data"),
    ] {
        assert_eq!(site.listing(folder).await, []);
        let path = format!("{folder}{name}");
        let made = site.ask("PUT", &path, &[("If-None-Match", "*")], &text).await;
        assert_eq!(made.status, 201);
        let listed = site.listing(folder).await;
        assert_eq!(listed, [(path.clone(), made.header("etag").unwrap().to_owned())]);
        let (read, etag) = site.get(&path).await.unwrap();
        assert_eq!((says(&read), etag), (says(&text), listed[0].1.clone()));
        let ghost = format!("{folder}ghost{}", &name[1..]);
        let body = format!(
            "<{report} {DAV}><prop><getetag/><{data}/></prop><href>{path}</href><href>{ghost}</href></{report}>"
        );
        let (entries, _) = site.multistatus("REPORT", folder, "0", &body).await;
        let entry = |path: &str| entries.iter().find(|entry| entry.path == path).unwrap();
        assert_eq!(entry(&path).etag(), listed[0].1);
        assert_eq!(says(entry(&path).props.value(&data[2..]).unwrap()), says(&text));
        assert_eq!(entry(&ghost).status, Some(404));
    }
}

pub async fn conditions_hold(site: &Site) {
    let path = format!("{}a.ics", site.calendar().await);
    let facts = site.facts();
    let absent = [("If-None-Match", "*")];
    assert_eq!(
        site.ask("PUT", &path, &[("If-Match", "\"x\"")], &event("a", "0")).await.status,
        412,
        "nothing to match"
    );
    let first = site.ask("PUT", &path, &absent, &event("a", "1")).await;
    let old = first.header("etag").unwrap().to_owned();
    assert_eq!(site.ask("PUT", &path, &absent, &event("a", "2")).await.status, 412);
    let second = site.ask("PUT", &path, &[("If-Match", &old)], &event("a", "2")).await;
    assert_eq!(second.status, 204);
    let new = second.header("etag").unwrap().to_owned();
    assert_ne!(old, new);
    assert_eq!(site.ask("PUT", &path, &[("If-Match", &old)], &event("a", "3")).await.status, 412);
    assert!(site.get(&path).await.unwrap().0.contains("SUMMARY:2"), "what is refused is not done");
    assert_eq!(site.ask("DELETE", &path, &[("If-Match", &old)], "").await.status, 412);
    assert_eq!(site.ask("DELETE", &path, &[("If-Match", &new)], "").await.status, facts.deleted);
    assert_eq!(site.ask("DELETE", &path, &[("If-Match", &new)], "").await.status, 404);
    assert_eq!(site.ask("DELETE", &path, &[], "").await.status, 404);
    assert_eq!(site.get(&path).await, None);
}

pub async fn an_etag_is_of_the_text(site: &Site) {
    let path = format!("{}a.ics", site.calendar().await);
    let etag = |answer: Response| answer.header("etag").unwrap().to_owned();
    let one = etag(site.put(&path, &event("a", "1")).await);
    assert_eq!(etag(site.put(&path, &event("a", "1")).await), one);
    assert_ne!(etag(site.put(&path, &event("a", "2")).await), one);
    site.ask("DELETE", &path, &[], "").await;
    assert_eq!(etag(site.put(&path, &event("a", "1")).await), one, "deleted and made again it is the same");
}

pub async fn changes_are_told_since_a_token(site: &Site) {
    let folder = site.calendar().await;
    let [a, b, c] = ["a", "b", "c"].map(|name| format!("{folder}{name}.ics"));
    let none: [String; 0] = [];
    let (there, gone, empty) = site.changes(&folder, "").await;
    assert_eq!((there, gone), (vec![], vec![]));
    site.put(&a, &event("a", "1")).await;
    site.put(&b, &event("b", "1")).await;
    let (there, gone, two) = site.changes(&folder, &empty).await;
    assert_eq!((there.as_slice(), gone.as_slice()), (&[a.clone(), b.clone()][..], &none[..]));
    let (there, gone, same) = site.changes(&folder, &two).await;
    assert_eq!((there.as_slice(), gone.as_slice(), &same), (&none[..], &none[..], &two), "nothing happened");
    site.put(&a, &event("a", "2")).await;
    site.ask("DELETE", &b, &[], "").await;
    site.put(&c, &event("c", "1")).await;
    let (there, gone, three) = site.changes(&folder, &two).await;
    assert_eq!((there.as_slice(), gone.as_slice()), (&[a.clone(), c.clone()][..], std::slice::from_ref(&b)));
    let (there, gone, again) = site.changes(&folder, &empty).await;
    assert_eq!(there, [a.clone(), c.clone()], "from further back");
    assert!(gone.is_empty() || gone == [b.clone()], "what came and went may be told: {gone:?}");
    assert_eq!(again, three);
    // Made and deleted again since: told as gone, or not at all.
    let d = format!("{folder}d.ics");
    site.put(&d, &event("d", "1")).await;
    site.ask("DELETE", &d, &[], "").await;
    let (there, gone, _) = site.changes(&folder, &three).await;
    assert_eq!(there, none);
    assert!(gone.is_empty() || gone == [d.clone()], "{gone:?}");
    // From the beginning: all there is, and to some servers also what is not.
    let (there, gone, _) = site.changes(&folder, "").await;
    assert_eq!(there, [a, c]);
    assert_eq!(gone, if site.facts().tombs { vec![b, d] } else { vec![] });
}

pub async fn a_detour_is_a_change_or_none(site: &Site) {
    let folder = site.calendar().await;
    let path = format!("{folder}a.ics");
    site.put(&path, &event("a", "1")).await;
    let (_, _, token) = site.changes(&folder, "").await;
    site.put(&path, &event("a", "2")).await;
    site.changes(&folder, &token).await;
    site.put(&path, &event("a", "1")).await;
    let (there, gone, _) = site.changes(&folder, &token).await;
    assert_eq!(there.len(), usize::from(site.facts().remembers_detours));
    assert!(gone.is_empty());
    // Neither token nor ctag tell of what was made since and is gone again.
    let before = site.markers(&folder).await;
    let other = format!("{folder}b.ics");
    site.put(&other, &event("b", "1")).await;
    site.markers(&folder).await;
    site.ask("DELETE", &other, &[], "").await;
    assert_eq!(site.markers(&folder).await != before, site.facts().remembers_detours);
}

pub async fn a_token_never_given_is_refused_by_name(site: &Site) {
    let folder = site.calendar().await;
    let (_, _, token) = site.changes(&folder, "").await;
    // One of the right form, and one of another kind.
    let flipped: String = token.chars().rev().map(|c| if c == 'a' { 'b' } else { 'a' }).take(8).collect();
    let wrong = format!("{}{flipped}", &token[..token.len() - 8]);
    let answer = site.report(&folder, &wrong).await;
    assert_eq!(answer.status, site.facts().bad_token);
    assert!(Element::read(&answer.body).find("valid-sync-token").is_some());
}

pub async fn markers_move_with_every_change_and_only_then(site: &Site) {
    let folder = site.calendar().await;
    let path = format!("{folder}a.ics");
    let empty = site.markers(&folder).await;
    assert_eq!(site.markers(&folder).await, empty);
    site.put(&path, &event("a", "1")).await;
    let one = site.markers(&folder).await;
    assert_eq!(site.markers(&folder).await, one);
    site.put(&path, &event("a", "2")).await;
    let two = site.markers(&folder).await;
    site.ask("DELETE", &path, &[], "").await;
    let gone = site.markers(&folder).await;
    for (before, after) in [(&empty, &one), (&one, &two), (&two, &gone)] {
        assert!(before.0 != after.0 && before.1 != after.1, "{before:?} {after:?}");
    }
    assert_eq!(site.changes(&folder, "").await.2, gone.1, "the token is the one the home tells");
}

pub async fn a_uid_is_in_a_collection_once(site: &Site) {
    for (folder, ending, texts) in [
        (site.calendar().await, "ics", [event("same", "1"), event("same", "2")]),
        (site.address_book().await, "vcf", [card("same", "Ann"), card("same", "Ben")]),
    ] {
        site.put(&format!("{folder}a.{ending}"), &texts[0]).await;
        let second = site.ask("PUT", &format!("{folder}b.{ending}"), &[("If-None-Match", "*")], &texts[1]).await;
        if ending == "vcf" && !site.facts().uids_in_books {
            assert_eq!(second.status, 201);
            continue;
        }
        assert_eq!(second.status, site.facts().uid_taken);
        assert!(Element::read(&second.body).find("no-uid-conflict").is_some());
        assert_eq!(site.listing(&folder).await.len(), 1);
    }
}

pub async fn what_is_not_there_is_said_to_be_missing(site: &Site) {
    let path = format!("{}nothing/", site.facts().homes[0]);
    let body = format!("<propfind {DAV}><prop><resourcetype/></prop></propfind>");
    let answer = site.ask("PROPFIND", &path, &[("Depth", "1")], &body).await;
    assert_eq!(answer.status, site.facts().missing);
    if answer.status == 207 {
        let status = Element::read(&answer.body).all("response")[0].value("status").map(number);
        assert_eq!(status, Some(404));
    }
}

pub async fn texts_come_along_with_changes_or_are_left_out(site: &Site) {
    let folders = [
        (site.calendar().await, "e.ics", event("e", "Lunch"), "C:calendar-data"),
        (site.address_book().await, "c.vcf", card("c", "Ann"), "A:address-data"),
    ];
    for (folder, name, text, data) in folders {
        let href = format!("{folder}{name}");
        site.put(&href, &text).await;
        let body = format!(
            "<sync-collection {DAV}><sync-token/><sync-level>1</sync-level><prop><getetag/><{data}/></prop></sync-collection>"
        );
        let (entries, _) = site.multistatus("REPORT", &folder, "0", &body).await;
        let entry = entries.iter().find(|entry| entry.path == href).expect("it is told");
        let (there, etag) = site.get(&href).await.unwrap();
        assert_eq!(entry.etag(), etag);
        let along = entry.props.value(data.split_once(':').unwrap().1).filter(|text| !text.is_empty());
        assert_eq!(along.is_some(), site.facts().texts_of_changes, "{along:?}");
        if let Some(along) = along {
            assert_eq!(says(along), says(there.trim()), "the same as by GET");
        }
    }
}

pub async fn a_token_told_before_hides_nothing_that_comes_after_it(site: &Site) {
    let calendar = site.calendar().await;
    let (ctag, token) = site.markers(&calendar).await;
    let facts = site.facts();
    assert_eq!((may_be_radicale(&ctag), is_radicale(&token)), (facts.token_of_changes, facts.token_of_changes));
    if !facts.token_of_changes {
        return;
    }
    // However soon they follow each other, and also back: far more of them than seconds.
    let href = |n: usize| format!("{calendar}{n}.ics");
    let mut tokens = Vec::from([token]);
    for n in 0..30 {
        let (_, before) = site.markers(&calendar).await;
        let title = if n / 10 == 1 { "Dinner" } else { "Lunch" };
        site.put(&href(n % 10), &event(&(n % 10).to_string(), title)).await;
        let (there, _, next) = site.changes(&calendar, &before).await;
        assert_eq!(there, [href(n % 10)]);
        assert!(!tokens.contains(&next));
        tokens.push(next);
    }
    let (_, before) = site.markers(&calendar).await;
    site.put(&href(0), &event("0", "Breakfast")).await;
    site.ask("DELETE", &href(1), &[], "").await;
    assert_eq!(site.all(&calendar, Kind::Calendar).await.len(), 9);
    site.put(&href(20), &event("20", "Tea")).await;
    site.ask("DELETE", &href(2), &[], "").await;
    let (there, gone, _) = site.changes(&calendar, &before).await;
    assert_eq!((there, gone), (vec![href(0), href(20)], vec![href(1), href(2)]), "before the query, and after it");
}

/// But for events at the very beginning of time, see ADR 13.
pub async fn a_query_for_all_tells_what_a_listing_does(site: &Site) {
    if !site.facts().token_of_changes {
        return;
    }
    let calendar = site.calendar().await;
    let item = |component: &str, lines: &str| {
        event("x", "Lunch").replace("VEVENT", component).replace("DTSTART:20261101T120000Z\r\n", lines)
    };
    for (n, text) in [
        item("VEVENT", "DTSTART:20261101T120000Z\r\n"),
        item("VEVENT", "DTSTART:20261101T120000Z\r\nRRULE:FREQ=DAILY\r\n"),
        item("VEVENT", "DTSTART:20261101T120000Z\r\nRRULE:FREQ=DAILY;COUNT=1\r\nEXDATE:20261101T120000Z\r\n"),
        item("VEVENT", "DTSTART;VALUE=DATE:19000101\r\n"),
        item("VTODO", ""),
        item("VTODO", "DUE:20261101T120000Z\r\n"),
        item("VJOURNAL", ""),
        item("VJOURNAL", "DTSTART;VALUE=DATE:20261101\r\n"),
    ]
    .into_iter()
    .enumerate()
    {
        site.put(&format!("{calendar}{n}.ics"), &text.replace("UID:x", &format!("UID:{n}"))).await;
    }
    let people = site.address_book().await;
    for n in 0..3 {
        site.put(&format!("{people}{n}.vcf"), &card(&n.to_string(), "Ann")).await;
    }
    for (folder, kind, count) in [(calendar, Kind::Calendar, 8), (people, Kind::Contacts, 3)] {
        let listed = site.listing(&folder).await;
        assert_eq!(listed.len(), count);
        assert_eq!(site.all(&folder, kind).await, listed);
    }
}
