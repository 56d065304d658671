//! Radicale 3.9.0, Xandikos 0.4.10, WsgiDAV 4.4.0 and Apache mod_dav: what the
//! table says of them. `tests/remote.rs`, `tests/probe.rs` and
//! `tests/contract/server.rs` ask the first two themselves.

use super::*;

/// What they answered to a token that they did not give, byte by byte.
const RADICALE_REFUSES: &[u8] = include_bytes!("../../fuzz/corpus/xml/radicale-refusal");
const XANDIKOS_REFUSES: &[u8] = include_bytes!("../../fuzz/corpus/xml/xandikos-refusal");

/// `.well-known` redirects to `/`, by 301 (Radicale) or 302 (Xandikos).
#[tokio::test]
async fn server_well_known_redirects_to_the_root() {
    for status in [301, 302] {
        let site = Site::default();
        site.answer(move |r| r.path().starts_with("/.well-known/").then(|| answer(status, "").with("Location", "/")));
        let engine = Engine::in_step_with(&site).await;
        assert_eq!(engine.account().await.calendar_homes[0].as_str(), HOME);
    }
}

/// Calendar and address book home are one URL (Radicale), or two (Xandikos).
#[tokio::test]
async fn server_homes_are_one_or_two_and_each_is_asked_once() {
    let (site, engine) = in_step().await;
    engine.run_well().await;
    assert_eq!(site.asked(), ["PROPFIND /u/"]);
    let site = Site::default();
    let two =
        |body: String| body.replace("<a:addressbook-home-set><d:href>/u/", "<a:addressbook-home-set><d:href>/people/");
    site.twist(move |request, honest| match request.path() {
        "/people/" => multistatus(&props("/people/", "<d:resourcetype><d:collection/></d:resourcetype>")),
        _ => with_body(honest(), two),
    });
    let engine = Engine::in_step_with(&site).await;
    engine.run_well().await;
    assert_eq!(site.asked(), ["PROPFIND /u/", "PROPFIND /people/"]);
}

/// A new user has no collections; MKCALENDAR and extended MKCOL make them.
#[tokio::test]
async fn server_collections_of_a_new_user_are_made() {
    for mkcalendar in [true, false] {
        let site = Site::default();
        let folders = site.served(|served| std::mem::take(&mut served.folders));
        let other = site.clone();
        site.twist(move |request, honest| match request.method() {
            "MKCALENDAR" if !mkcalendar => answer(501, ""),
            "MKCALENDAR" | "MKCOL" => {
                let name = texts(&request.text(), "displayname").concat();
                let mut folder = folders.values().find(|folder| folder.name == name).unwrap().clone();
                if !request.text().contains(folder.components) {
                    folder.components = "";
                }
                other.served(|served| served.folders.insert(request.path().to_owned(), folder));
                answer(201, "")
            }
            _ => honest(),
        });
        let engine = Engine::in_step_with(&site).await;
        let roles: Vec<_> = engine.collections().await.into_iter().filter_map(|c| c.role).collect();
        assert_eq!(roles.len(), 3, "{mkcalendar}");
        engine.create("new").await;
        assert_eq!(engine.run_well().await.total(|report| report.sent), 1, "{mkcalendar}");
    }
}

/// The component set is not enforced (Radicale): an event in the notes is no reason
/// to stop.
#[tokio::test]
async fn server_components_are_not_enforced_everywhere() {
    let (site, engine) = in_step().await;
    site.put("/u/notes/event.ics", &event("e", "an event among notes"));
    site.put("/u/cal/note.ics", &event("n", "a note among events").replace("VEVENT", "VJOURNAL"));
    assert_eq!(engine.run_well().await.total(|report| report.received), 2);
    // Enforced (Xandikos): a refusal is that item's.
    engine.retitle("/u/notes/event.ics", "mine").await;
    let refusal =
        "<d:error xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'><c:supported-calendar-component/></d:error>";
    site.answer(move |request| is_write(request).then(|| answer(412, refusal)));
    assert_eq!(engine.run_well().await.total(|report| report.waiting), 1);
}

/// A sync token is a URI (Radicale) or a git hash (Xandikos).
#[tokio::test]
async fn server_tokens_are_opaque() {
    for given in ["http://radicale.org/ns/sync/0a1b?x=1&amp;y", "27f4ec9bfacdceb54cc82da0661c6ece98a052db"] {
        let (site, engine) = in_step().await;
        site.put("/u/cal/4.ics", &event("uid-4", "new"));
        site.twist(move |request, honest| match is_changes(request) {
            true => with_body(honest(), |body| body.replace("token-4", given)),
            false => honest(),
        });
        engine.run_well().await;
        let plain = given.replace("&amp;", "&");
        assert_eq!(engine.collection(CALENDAR).await.sync_token.as_ref(), Some(&plain));
        site.answer(|request| is_changes(request).then(|| multistatus(&token("token-5"))));
        site.put("/u/cal/5.ics", &event("uid-5", "newer"));
        site.seen();
        engine.run_well().await;
        let seen = site.seen();
        assert_eq!(asked_from(seen.iter().find(|request| is_changes(request)).unwrap()), plain, "as it came");
    }
}

/// An invalid token: 403 from Radicale, 412 from Xandikos.
#[tokio::test]
async fn server_refusals_of_a_token_are_understood() {
    for (status, body) in [(403, RADICALE_REFUSES), (412, XANDIKOS_REFUSES)] {
        let (site, engine) = in_step().await;
        site.put("/u/cal/4.ics", &event("uid-4", "new"));
        site.answer(move |request| {
            (is_changes(request) && !asked_from(request).is_empty()).then(|| answer(status, body))
        });
        assert!(said(&engine.run_well().await, "log_token_invalid"), "{status}");
        assert_eq!(engine.shown().await.len(), 5);
        assert_eq!(count(&site.seen(), is_changes), 2, "refused once, then from the beginning: no guessing of Depth");
    }
}

/// A REPORT that would return over 10,000 events is a 400 (Radicale 3.9,
/// `max_expand_occurrence`); vdirsyncer and tsdav die of it.
#[tokio::test]
async fn server_radicale_400_for_a_large_report() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    // Each sync-collection and each multiget of more than two is too large.
    site.answer(|request| {
        let many = is_multiget(request) && texts(&request.text(), "href").len() > 2;
        (is_changes(request) || many).then(|| answer(400, ""))
    });
    engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 5, "listed instead");
    let fresh = Engine::with_account(Rc::new(Direct(site.clone())), "http://h").await;
    fresh.run_well().await;
    assert_eq!(fresh.shown().await, engine.shown().await, "and read one by one");
}

/// `limit/nresults`: ignored by Radicale; Xandikos truncates, without 507, and hands
/// out the final token: data lost.
#[tokio::test]
async fn server_xandikos_truncates_with_limit() {
    let (site, engine) = in_step().await;
    site.twist(|request, honest| {
        let answer = honest();
        let limited = is_changes(request) && request.text().contains("nresults");
        if limited { multistatus(&token("token-99")) } else { answer }
    });
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 5, "no limit is ever sent");
}

/// The first sync-collection lists long-deleted items as 404 (Radicale).
#[tokio::test]
async fn server_radicale_names_what_was_deleted_long_ago() {
    let site = Site::default();
    site.put("/u/cal/1.ics", &event("uid-1", "here"));
    let tombs = [status("/u/cal/old.ics", "404 Not Found"), status("/u/cal/older.ics", "404 Not Found")].concat();
    site.twist(move |request, honest| match is_changes(request) {
        true => with_body(honest(), |body| body.replace("<d:sync-token>", &format!("{tombs}<d:sync-token>"))),
        false => honest(),
    });
    let engine = Engine::in_step_with(&site).await;
    assert_eq!(engine.items().await.len(), 1);
}

/// Ctag and sync-token in the Depth 1 PROPFIND of the home: both have both.
#[tokio::test]
async fn server_an_unchanged_home_costs_one_request() {
    let (site, engine) = in_step().await;
    engine.run_well().await;
    assert_eq!(site.asked(), ["PROPFIND /u/"]);
}

/// Radicale takes 0.49 s for a ctag of 16,000 items, 0.70 s for a sync-token, 1.2 s for both.
#[tokio::test]
async fn server_only_the_cheaper_marker_is_asked_for() {
    let (site, engine) = in_step().await;
    engine.run_well().await;
    let home = site.seen().remove(0).text();
    assert!(home.contains("getctag") && !home.contains("sync-token"), "{home}");
}

/// `/public/…` through a rights file: listed at `/` Depth 1, not in the home; it is
/// entered by its URL (Radicale).
#[tokio::test]
async fn server_radicale_shares_outside_of_the_home() {
    let site = Site::default();
    site.served(|served| {
        let mut folder = served.folders[CALENDAR].clone();
        folder.name = "Team".to_owned();
        served.folders.insert("/public/team/".to_owned(), folder);
    });
    site.put("/public/team/1.ics", &event("uid-1", "shared"));
    let me = "<d:current-user-principal><d:href>/u/</d:href></d:current-user-principal></d:prop>";
    site.twist(move |request, honest| match (request.path(), request.header("depth")) {
        ("/public/team/", Some("0")) => with_body(honest(), |body| body.replacen("</d:prop>", me, 1)),
        ("/public/", _) => answer(403, ""),
        _ => honest(),
    });
    let engine = Engine::with_account(Rc::new(Direct(site.clone())), "http://h/public/team/").await;
    engine.run_well().await;
    assert!(engine.shown().await["/public/team/1.ics"].contains("shared"));
}

/// From 3.7 `sharing` maps put `/bob/from-alice/` in bob's home, read-only (Radicale).
#[tokio::test]
async fn server_radicale_shares_read_only() {
    let (site, engine) = in_step().await;
    engine.retitle("/u/cal/1.ics", "mine").await;
    let rights =
        "<d:current-user-privilege-set><d:privilege><d:read/></d:privilege></d:current-user-privilege-set><s:getctag>";
    site.twist(move |request, honest| match is_home(request) {
        true => with_body(honest(), |body| body.replace("<s:getctag>", rights)),
        false => honest(),
    });
    engine.run_well().await;
    assert_eq!(engine.waits("/u/cal/1.ics").await.as_deref(), Some("fault_read_only"));
    assert_eq!(count(&site.seen(), is_write), 0, "not even tried");
}

/// Another user's path answers 500 (Xandikos).
#[tokio::test]
async fn server_xandikos_500_for_the_path_of_another() {
    let site = Site::default();
    site.answer(|request| request.path().starts_with("/bob/").then(|| answer(500, "")));
    let engine = Engine::new(Rc::new(Direct(site)));
    // The rest of the server still leads to one's own account.
    engine.sign_in("http://h/bob/calendars/").await.unwrap();
    assert_eq!(engine.account().await.calendar_homes[0].as_str(), HOME);
}

/// Basic or Digest (WsgiDAV, Apache): Basic is used where it is offered among others.
#[tokio::test]
async fn server_basic_is_used_where_it_is_offered() {
    let (site, engine) = in_step().await;
    let both = "Digest realm=\"x\", nonce=\"y\", qop=\"auth\", Basic realm=\"x\"";
    site.answer(move |_| Some(answer(401, "").with("WWW-Authenticate", both)));
    assert_eq!(engine.run_badly().await.text.key, "fault_sign_in", "the password is wrong, not the way");
    site.behave();
    engine.run_by(Trigger::Person).await;
    assert!(site.seen().iter().all(|r| r.header("authorization").unwrap().starts_with("Basic ")));
}

/// Plain WebDAV (WsgiDAV, Apache) is no calendar server.
#[tokio::test]
async fn server_plain_webdav_is_named_as_such() {
    let site = Site::default();
    site.answer(|request| {
        let plain = props(request.path(), "<d:resourcetype><d:collection/></d:resourcetype>");
        Some(multistatus(&plain))
    });
    let engine = Engine::new(Rc::new(Direct(site)));
    assert_eq!(engine.sign_in("http://h/").await.unwrap_err().text.key, "fault_not_dav");
}

/// `'()!*` in an href gives 400 (Radicale): names made here have none of them.
#[tokio::test]
async fn server_names_made_here_are_plain() {
    let (site, engine) = in_step().await;
    for n in 0..20 {
        engine.create(&format!("it's (new)! *{n}")).await;
    }
    engine.run_well().await;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '/');
    assert!(site.hrefs(CALENDAR).iter().all(|href| href.chars().all(plain)));
}

/// XML bodies need an XML Content-Type, 415 without (Xandikos).
#[tokio::test]
async fn server_xandikos_wants_the_media_type() {
    let site = Site::default();
    site.put("/u/cal/1.ics", &event("uid-1", "before"));
    site.answer(|request| {
        let xml = request.header("content-type").is_some_and(|kind| kind.starts_with("application/xml"));
        let is_xml = matches!(request.method(), "PROPFIND" | "REPORT" | "MKCOL" | "MKCALENDAR");
        (is_xml && !xml).then(|| answer(415, ""))
    });
    let engine = Engine::in_step_with(&site).await;
    assert_eq!(engine.shown().await.len(), 1);
}

/// A missing collection is a 207 with a response-level 404 and an absolute href (Xandikos).
#[tokio::test]
async fn server_xandikos_tells_a_missing_collection_inside_a_207() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/1.ics", &event("uid-1", "after"));
    site.answer(|request| {
        let missing = request.path() == CALENDAR && matches!(request.method(), "REPORT" | "PROPFIND");
        missing.then(|| multistatus(&status("http://h/u/cal/", "404 Not Found")))
    });
    assert_eq!(engine.run_badly().await.text.key, "fault_collection_gone");
    assert_eq!(engine.shown().await.len(), 4, "and nothing of it is deleted here");
}

/// Depth: infinity gives 403 (Apache): it is never asked for.
#[tokio::test]
async fn server_depth_is_never_infinity() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    engine.later(7 * DAY);
    engine.run_well().await;
    let engine = Engine::with_account(Rc::new(Direct(site.clone())), "http://h/u/cal/").await;
    engine.run_well().await;
    let seen = site.seen();
    assert!(seen.iter().filter(|r| r.method() == "PROPFIND").all(|r| matches!(r.header("depth"), Some("0" | "1"))));
}
