use super::*;
use crate::sync::want::Discovered;

async fn discover(script: &Rc<Script>, entered: &str, secure: bool) -> Result<Discovered, Fault> {
    Remote::discover(script.clone(), entered, secure, "u", "p").await
}

fn principal_at(href: &str, principal: &str) -> String {
    multistatus(&with(
        href,
        &format!("{ITSELF}<d:current-user-principal><d:href>{principal}</d:href></d:current-user-principal>"),
    ))
}

fn homes(href: &str, calendars: &str, books: &str, more: &str) -> String {
    let set = |name: &str, home: &str| match home {
        "" => String::new(),
        home => format!("<{name}><d:href>{home}</d:href></{name}>"),
    };
    let sets = set("c:calendar-home-set", calendars) + &set("a:addressbook-home-set", books);
    multistatus(&with(href, &format!("<d:resourcetype><d:principal/></d:resourcetype>{sets}{more}")))
}

const CALDAV: &str = "PROPFIND /.well-known/caldav";
const CARDDAV: &str = "PROPFIND /.well-known/carddav";
const ROOT: &str = "PROPFIND /";

#[tokio::test]
async fn a_host_is_enough() {
    let inbox = "<c:schedule-inbox-URL><d:href>/p/inbox/</d:href></c:schedule-inbox-URL>";
    let default = "<c:schedule-default-calendar-URL><d:href>/c/main</d:href></c:schedule-default-calendar-URL>";
    let script = Script::new([
        says(CALDAV, 207, principal_at("/dav/", "/p/u/")).from("https://h/dav/").with("server", "Some/1"),
        says("PROPFIND /p/u/", 207, homes("/p/u/", "/c", "https://h/b/", inbox)),
        says("PROPFIND /p/inbox/", 207, multistatus(&with("/p/inbox/", default))),
    ]);
    let found = discover(&script, "h", true).await.unwrap();
    script.done();
    assert_eq!(
        found,
        Discovered {
            server: Url::parse("https://h/").unwrap(),
            software: "Some/1".into(),
            principal: Href::path("/p/u/"),
            calendar_homes: vec![Href::path("/c/")],
            addressbook_homes: vec![Href::path("/b/")],
            default_calendar: Some(Href::path("/c/main/")),
            preferred: None,
        }
    );
    assert_eq!(script.header(0, "Depth").as_deref(), Some("0"));
}

#[tokio::test]
async fn calendars_and_contacts_may_live_at_two_services() {
    let script = Script::new([
        says(CALDAV, 207, principal_at("/caldav/", "/caldav/u/")).from("https://h/caldav/"),
        says("PROPFIND /caldav/u/", 207, homes("/caldav/u/", "/caldav/u/cal/", "", "")),
        says(CARDDAV, 207, homes("/carddav/u/", "", "/carddav/u/lists/", "")).from("https://h/carddav/u/"),
    ]);
    let found = discover(&script, "h", true).await.unwrap();
    assert_eq!(found.principal, Href::path("/caldav/u/"));
    assert_eq!(found.addressbook_homes, [Href::path("/carddav/u/lists/")]);
    script.done();
}

#[tokio::test]
async fn without_well_known_addresses_the_root_is_asked() {
    let script = Script::new([
        says(CALDAV, 404, ""),
        says(CARDDAV, 405, ""),
        says(ROOT, 207, principal_at("/", "/u/")),
        says("PROPFIND /u/", 207, homes("/u/", "/u/", "/u/", "")),
    ]);
    assert_eq!(discover(&script, "h", true).await.unwrap().calendar_homes, [Href::path("/u/")]);
}

#[tokio::test]
async fn quirk_13_a_propfind_that_became_a_get_is_asked_again_where_it_ended() {
    let script = Script::new([
        says(CALDAV, 200, "<html>").from("https://h/dav/"),
        says("PROPFIND /dav/", 207, homes("/dav/", "/c/", "/b/", "")),
    ]);
    assert_eq!(discover(&script, "h", true).await.unwrap().principal, Href::path("/dav/"));
}

#[tokio::test]
async fn the_url_of_a_shared_collection_is_reached_from_above_or_by_itself() {
    let kind = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>";
    let me = "<d:current-user-principal><d:href>/u/</d:href></d:current-user-principal>";
    let shared = || says("PROPFIND /pub/team/", 207, multistatus(&with("/pub/team/", &format!("{kind}{me}"))));
    let principal = || says("PROPFIND /u/", 207, homes("/u/", "/u/", "/u/", ""));
    let listed =
        multistatus(&(with("/pub/", ITSELF) + &with("/pub/team/", &format!("{kind}<s:getctag>1</s:getctag>"))));
    for (above, home) in
        [(says("PROPFIND /pub/", 207, listed), "/pub/"), (says("PROPFIND /pub/", 403, ""), "/pub/team/")]
    {
        let script = Script::new([shared(), principal(), above]);
        let found = discover(&script, "https://h/pub/team/", true).await.unwrap();
        assert_eq!(found.preferred, Some(Href::path("/pub/team/")));
        assert_eq!(found.calendar_homes, [Href::path("/u/"), Href::path(home)]);
        script.done();
    }
}

#[tokio::test]
async fn a_home_without_a_principal_is_a_home() {
    let plain = || multistatus(&with("/dav/", ITSELF));
    let calendar = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype><s:getctag>1</s:getctag>";
    let listed = multistatus(&(with("/dav/", ITSELF) + &with("/dav/cal/", calendar)));
    let others = || [says(CALDAV, 404, ""), says(CARDDAV, 404, ""), says(ROOT, 404, "")];
    let script = Script::new(std::iter::once(says("PROPFIND /dav/", 207, plain())).chain(others()).chain([says(
        "PROPFIND /dav/",
        207,
        listed,
    )]));
    let found = discover(&script, "h/dav/", true).await.unwrap();
    assert_eq!((found.principal, found.calendar_homes), (Href::path("/dav/"), vec![Href::path("/dav/")]));
    // Plain WebDAV lists neither.
    let script = Script::new(std::iter::once(says("PROPFIND /dav/", 207, plain())).chain(others()).chain([says(
        "PROPFIND /dav/",
        207,
        plain(),
    )]));
    assert_eq!(discover(&script, "h/dav/", true).await.unwrap_err(), fault::not_dav("h"));
}

#[tokio::test]
async fn what_is_no_calendar_server_is_called_that() {
    for (status, body) in
        [(200, "<html>It works!</html>"), (404, ""), (405, ""), (501, "Unsupported method"), (400, "")]
    {
        let script = Script::new([CALDAV, CARDDAV, ROOT].map(|asked| says(asked, status, body)));
        assert_eq!(discover(&script, "h", true).await.unwrap_err(), fault::not_dav("h"), "{status}");
        script.done();
    }
    let script = Script::new([says(CALDAV, 404, ""), says(CARDDAV, 403, ""), says(ROOT, 404, "")]);
    assert_eq!(discover(&script, "h", true).await.unwrap_err().text, fault::forbidden("h").text);
    let script = Script::new([says(CALDAV, 503, ""), says(CARDDAV, 404, ""), says(ROOT, 404, "")]);
    assert_eq!(discover(&script, "h", true).await.unwrap_err().text, fault::busy(503, None).text);
}

#[tokio::test]
async fn quirk_28_nothing_is_asked_after_a_401_or_without_a_network() {
    let script = Script::new([says(CALDAV, 401, "")]);
    assert_eq!(discover(&script, "h", true).await.unwrap_err().class, Class::SignIn);
    for network in [fault::no_such_host("h"), fault::certificate("h"), fault::timeout("h"), fault::permission("h")] {
        let script = Script::new([fails(CALDAV, network.clone())]);
        assert_eq!(discover(&script, "h", true).await.unwrap_err().text, network.text);
    }
    assert_eq!(discover(&Script::new([]), "my server", true).await.unwrap_err().text.key, "field_server_spaces");
}

#[tokio::test]
async fn from_http_to_https_of_the_same_host_is_followed_at_once() {
    let script = Script::new([
        fails("PROPFIND http://h/.well-known/caldav", fault::other_origin("https://h/.well-known/caldav")),
        says(CALDAV, 207, homes("/u/", "/u/", "/u/", "")).from("https://h/u/"),
    ]);
    assert_eq!(discover(&script, "h", false).await.unwrap().server.as_str(), "https://h/");
    script.done();
}

#[tokio::test]
async fn another_origin_is_named_and_never_asked() {
    let other = fault::other_origin("https://elsewhere.example/dav");
    let script = Script::new([fails(CALDAV, other.clone()), says(CARDDAV, 404, ""), says(ROOT, 404, "")]);
    assert_eq!(discover(&script, "h", true).await.unwrap_err().text, other.text);
    let far = homes("/u/", "https://p1.example/c/", "https://p1.example/b/", "");
    let script = Script::new([CALDAV, CARDDAV, ROOT].map(|asked| says(asked, 207, far.clone()).from("https://h/u/")));
    assert_eq!(discover(&script, "h", true).await.unwrap_err().text, fault::other_origin("https://p1.example/c/").text);
}

#[tokio::test]
async fn quirk_13_a_redirect_keeps_the_method_and_stays_in_the_origin() {
    let script = Script::new([
        says(CALDAV, 301, "").with("location", "/remote.php/dav/"),
        says("PROPFIND /remote.php/dav/", 207, homes("/remote.php/dav/", "/c/", "/b/", "")),
    ]);
    let found = discover(&script, "h", true).await.unwrap();
    script.done();
    assert_eq!(found.calendar_homes, [Href::path("/c/")]);
    assert_eq!(script.body(0), script.body(1), "the same is asked again");
    assert_eq!(script.header(0, "Authorization"), script.header(1, "Authorization"));
}

#[tokio::test]
async fn a_redirect_to_another_origin_is_named_and_not_followed() {
    let away = |asked| says(asked, 302, "").with("location", "https://elsewhere/dav/");
    let script = Script::new([CALDAV, CARDDAV, ROOT].map(away));
    let fault = discover(&script, "h", true).await.unwrap_err();
    script.done();
    assert_eq!(fault.text, fault::other_origin("https://elsewhere/dav/").text);
}

#[tokio::test]
async fn redirects_end() {
    let round = || says("PROPFIND /round/", 301, "").with("location", "/round/");
    let script = Script::new((0..=5).map(|_| round()));
    let fault = remote(&script).collections(&Href::path("/round/")).await.unwrap_err();
    script.done();
    assert_eq!(fault.text.args, ["redirects without end"]);
}
