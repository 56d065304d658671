//! Kerio Connect 8.0 over DAV, from captures: hrefs that end in `.eml`, unquoted
//! etags, data in CDATA, `404 NotFound`, ctags like `guid-227:guid-1:`, a home that
//! lists every folder, mail ones too.

use super::*;

const KERIO_HOME: &str = "/full-calendars/example.org/alice/";
const KERIO_CALENDAR: &str = "/full-calendars/example.org/alice/Calendar/";
const KERIO_NOTES: &str = "/full-calendars/example.org/alice/Notes/";
const KERIO_BOOK: &str = "/contacts/example.org/alice/addressbook/";
const NIL: &str = "/full-calendars/00000000-0000-0000-0000-000000000000/";

fn folder(href: &str, kind: &str, name: &str, ctag: &str) -> String {
    props(
        href,
        &format!(
            "<d:resourcetype><d:collection/>{kind}</d:resourcetype><d:displayname>{name}</d:displayname>\
             <s:getctag>{ctag}</s:getctag><x:calendar-color xmlns:x='http://apple.com/ns/ical/'>#FF2968FF</x:calendar-color>"
        ),
    )
}

fn homes() -> String {
    props(
        "/principals/example.org/alice/",
        &format!(
            "<d:current-user-principal><d:href>/principals/example.org/alice/</d:href></d:current-user-principal>\
             <c:calendar-home-set><d:href>{KERIO_HOME}</d:href></c:calendar-home-set>\
             <a:addressbook-home-set><d:href>/contacts/example.org/alice/</d:href></a:addressbook-home-set>"
        ),
    )
}

/// What the captures show, with these events (name, etag, title) in the calendar.
fn kerio(events: Vec<(&'static str, &'static str, &'static str)>, ctag: &'static str) -> Site {
    let site = Site::default();
    site.answer(move |request| {
        let calendars = [
            folder(KERIO_HOME, "", "alice", "guid-1:guid-1:"),
            folder(KERIO_CALENDAR, "<c:calendar/>", "Calendar", ctag),
            folder(&format!("{KERIO_HOME}INBOX/"), "", "INBOX", "guid-3:guid-9:"),
            folder(KERIO_NOTES, "<c:calendar/><x:notes xmlns:x='urn:x'/>", "Notes", "guid-5:guid-1:")
                .replace("<s:getctag>", "<c:supported-calendar-component-set><c:comp name='VJOURNAL'/></c:supported-calendar-component-set><s:getctag>"),
            folder(NIL, "", "Public Folders", ""),
            folder(NIL, "", "Archive Folders", ""),
        ];
        let items = events.iter().map(|(name, etag, _)| listed(&format!("{KERIO_CALENDAR}{name}"), etag));
        let readable = events.iter().filter(|(name, ..)| *name != "missing.eml");
        let texts = readable.map(|(name, etag, title)| {
            let data = format!("<d:getetag>{etag}</d:getetag><c:calendar-data><![CDATA[{}]]></c:calendar-data>", event(name, title));
            props(&format!("{KERIO_CALENDAR}{name}"), &data)
        });
        let missing = status(&format!("{KERIO_CALENDAR}missing.eml"), "").replace("HTTP/1.1 ", "404 NotFound");
        let deep = request.header("depth") == Some("1");
        Some(match (request.method(), request.path()) {
            (_, "/.well-known/caldav" | "/.well-known/carddav") => {
                answer(302, "").with("Location", "principals/example.org/alice/")
            }
            ("PROPFIND", "/.well-known/principals/example.org/alice/") => multistatus(&homes()),
            ("PROPFIND", "/principals/example.org/alice/") => multistatus(&homes()),
            ("PROPFIND", KERIO_HOME) if deep => multistatus(&calendars.concat()),
            ("PROPFIND", "/contacts/example.org/alice/") if deep => {
                let home = folder("/contacts/example.org/alice/", "", "alice", "guid-1:guid-1:");
                multistatus(&[home, folder(KERIO_BOOK, "<a:addressbook/>", "Contacts", "guid-4:guid-1:")].concat())
            }
            ("PROPFIND", KERIO_CALENDAR) => {
                multistatus(&[folder(KERIO_CALENDAR, "<c:calendar/>", "Calendar", ctag), items.collect()].concat())
            }
            ("PROPFIND", path @ (KERIO_NOTES | KERIO_BOOK)) => multistatus(&folder(path, "", "x", "guid-4:guid-1:")),
            ("GET", path) if path.ends_with("missing.eml") => answer(404, ""),
            ("REPORT", KERIO_CALENDAR) => multistatus(&[texts.collect(), missing].concat()),
            _ => panic!("{} {}", request.method(), request.path()),
        })
    });
    site
}

async fn kerio_in_step(site: &Site) -> Engine {
    Engine::in_step_with(site).await
}

#[tokio::test]
async fn kerio_homes_list_more_than_calendars() {
    let site = kerio(vec![("1.eml", "guid-227", "Meeting")], "guid-227:guid-1:");
    let engine = kerio_in_step(&site).await;
    let mut found: Vec<_> = engine.collections().await.into_iter().map(|c| c.href.as_str().to_owned()).collect();
    found.sort();
    assert_eq!(found, [KERIO_BOOK, KERIO_CALENDAR, KERIO_NOTES], "no mail, and not the two at the nil UUID");
    let account = engine.account().await;
    assert_eq!(account.calendar_homes[0].as_str(), KERIO_HOME, "as told, not made of the user name");
}

#[tokio::test]
async fn kerio_items_in_cdata_with_unquoted_etags_arrive() {
    let site = kerio(vec![("1.eml", "guid-227", "Meeting"), ("2.eml", "guid-228", "Lunch")], "guid-228:guid-1:");
    let engine = kerio_in_step(&site).await;
    let item = engine.item(&format!("{KERIO_CALENDAR}1.eml")).await;
    assert_eq!(item.head.etag.unwrap().0, "guid-227");
    assert!(text(&item.base.unwrap()).contains("SUMMARY:Meeting\r\n"));
    assert_eq!(engine.shown().await.len(), 2);
    // A ctag is opaque: the same one is no change, another one is.
    engine.run_well().await;
    assert_eq!(count(&site.seen(), |request| request.method() == "REPORT"), 0);
}

#[tokio::test]
async fn kerio_says_404_notfound_in_a_status_line() {
    let site =
        kerio(vec![("1.eml", "guid-227", "Meeting"), ("missing.eml", "guid-9", "Gone meanwhile")], "guid-228:guid-1:");
    // Listed, and not found when it is read.
    let engine = kerio_in_step(&site).await;
    assert_eq!(engine.shown().await.into_keys().collect::<Vec<_>>(), [format!("{KERIO_CALENDAR}1.eml")]);
}

#[tokio::test]
async fn kerio_writes_go_with_the_unquoted_etag() {
    let site = kerio(vec![("1.eml", "guid-227", "Meeting")], "guid-227:guid-1:");
    let engine = kerio_in_step(&site).await;
    let href = format!("{KERIO_CALENDAR}1.eml");
    engine.retitle(&href, "mine").await;
    let (path, mut sent) = (href.clone(), false);
    site.twist(move |request, _| match (request.method(), request.path()) {
        ("PUT", at) if at == path => {
            assert_eq!(request.header("if-match"), Some("guid-227"));
            sent = true;
            answer(204, "").with("ETag", "guid-230")
        }
        ("PROPFIND", KERIO_HOME) => multistatus(
            &[
                folder(KERIO_HOME, "", "alice", ""),
                folder(KERIO_CALENDAR, "<c:calendar/>", "Calendar", "guid-227:guid-1:"),
            ]
            .concat(),
        ),
        ("PROPFIND", home) => multistatus(&folder(home, "", "alice", "")),
        ("REPORT", KERIO_CALENDAR) => {
            assert!(sent, "only read back");
            let data = format!(
                "<d:getetag>guid-230</d:getetag><c:calendar-data><![CDATA[{}]]></c:calendar-data>",
                event("1.eml", "mine")
            );
            multistatus(&props(&path, &data))
        }
        other => panic!("{other:?}"),
    });
    let run = engine.run().await;
    assert_eq!((run.total(|report| report.sent), run.total(|report| report.waiting)), (1, 0), "{:#?}", run.log);
    assert_eq!(engine.item(&href).await.head.etag.unwrap().0, "guid-230");
}

#[tokio::test]
async fn kerio_refuses_a_creation_that_worked() {
    // A 207 with an inner 403 for MKCALENDAR, and the calendar is there all the same.
    let site = Site::default();
    site.served(|served| served.folders.remove(NOTES).unwrap());
    let mut made = false;
    site.twist(move |request, honest| match request.method() {
        "MKCALENDAR" => {
            made = true;
            multistatus(&status(request.path(), "403 Forbidden"))
        }
        "PROPFIND" if made && (is_home(request) || request.path() == NOTES) => {
            let notes = folder(NOTES, "<c:calendar/>", "Notes", "1").replace(
                "<s:getctag>",
                "<c:supported-calendar-component-set><c:comp name='VJOURNAL'/></c:supported-calendar-component-set><s:getctag>",
            );
            if is_home(request) { with_body(honest(), |body| body.replacen("</d:response>", &format!("</d:response>{notes}"), 1)) } else { multistatus(&notes) }
        }
        _ => honest(),
    });
    let engine = Engine::with_account(Rc::new(Direct(site.clone())), "http://h").await;
    let run = engine.run_well().await;
    assert!(said(&run, "log_made"), "{:#?}", run.log);
    assert_eq!(engine.collections().await.len(), 3);
}

#[tokio::test]
async fn kerio_redirects_well_known_with_a_relative_location() {
    let site = kerio(Vec::new(), "guid-1:guid-1:");
    let engine = Engine::with_account(Rc::new(Direct(site.clone())), "http://h").await;
    assert_eq!(engine.account().await.principal.unwrap().as_str(), "/principals/example.org/alice/");
    assert!(site.asked().contains(&"PROPFIND /.well-known/principals/example.org/alice/".to_owned()), "RFC 3986, 5.2");
}
