//! What was seen on other servers, so true in the wild: one test a bullet, and one
//! for each half where a bullet has two.

use super::*;

/// Sync tokens of one-second grain: a change in the same second as a token read by
/// PROPFIND stays invisible for good.
#[tokio::test]
async fn seen_tokens_of_one_second_grain() {
    let (site, engine) = in_step().await;
    // The home tells a newer token than the REPORT that brings the items: what is
    // stored to go on from is the REPORT's.
    site.put("/u/cal/4.ics", &event("uid-4", "first"));
    let other = site.clone();
    site.twist(move |request, honest| {
        let answer = honest();
        if is_changes(request) && other.hrefs(CALENDAR).len() == 4 {
            other.put("/u/cal/5.ics", &event("uid-5", "in the same second"));
        }
        if is_home(request) { with_body(answer, |body| body.replace("<s:getctag>4<", "<s:getctag>5<")) } else { answer }
    });
    engine.run_well().await;
    assert_eq!(engine.collection(CALENDAR).await.sync_token.as_deref(), Some("token-4"));
    site.behave();
    // The marker says nothing changed, which is not believed for ever.
    engine.run_well().await;
    engine.later(7 * DAY);
    engine.run_well().await;
    assert!(engine.shown().await.contains_key("/u/cal/5.ics"));
}

/// An invalid token answered by a 207 with the whole list, no error.
#[tokio::test]
async fn seen_an_invalid_token_answered_with_everything() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    let everything =
        (1..=4).map(|n| listed(&format!("/u/cal/{n}.ics"), &format!("\"{}\"", if n == 4 { 5 } else { n })));
    let everything = everything.collect::<String>() + &*token("fresh");
    site.answer(move |request| is_changes(request).then(|| multistatus(&everything)));
    engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 5);
    let seen = site.seen();
    let read: Vec<_> = seen.iter().filter(|r| is_multiget(r)).flat_map(|r| texts(&r.text(), "href")).collect();
    assert_eq!(read, ["/u/cal/4.ics"], "what is known is not read again");
    assert_eq!(engine.collection(CALENDAR).await.sync_token.as_deref(), Some("fresh"));
}

/// Correct 507 paging, over many pages.
#[tokio::test]
async fn seen_507_paging() {
    let site = Site::default();
    for n in 0..10 {
        site.put(&format!("/u/cal/{n}.ics"), &event(&format!("uid-{n}"), "paged"));
    }
    site.answer(|request| {
        let from = is_changes(request).then(|| asked_from(request)).filter(|_| request.path() == CALENDAR)?;
        let page: usize = from.strip_prefix("page-").map_or(0, |n| n.parse().unwrap());
        let more = status(CALENDAR, "507 Insufficient Storage");
        Some(match from.as_str() {
            "token-10" => multistatus(&token("token-10")),
            _ => multistatus(
                &[
                    listed(&format!("/u/cal/{page}.ics"), &format!("\"{}\"", page + 1)),
                    if page < 9 { more } else { String::new() },
                    token(&if page < 9 { format!("page-{}", page + 1) } else { "token-10".to_owned() }),
                ]
                .concat(),
            ),
        })
    });
    let engine = Engine::in_step_with(&site).await;
    assert_eq!(engine.shown().await.len(), 10);
    assert_eq!(engine.collection(CALENDAR).await.sync_token.as_deref(), Some("token-10"));
}

/// What the home says of a site without sync-collection; with or without ctags.
fn without_reports(site: &Site, ctag: bool) {
    site.twist(move |request, honest| match request {
        request if is_changes(request) => answer(400, ""),
        request if is_home(request) => {
            let plain = without(honest(), "d:supported-report-set");
            if ctag { plain } else { without(plain, "s:getctag") }
        }
        _ => honest(),
    });
}

/// No sync-collection at all: ctag only.
#[tokio::test]
async fn seen_ctag_only() {
    let site = Site::default();
    site.put("/u/cal/1.ics", &event("uid-1", "before"));
    without_reports(&site, true);
    let engine = Engine::in_step_with(&site).await;
    engine.run_well().await;
    assert_eq!(site.asked(), ["PROPFIND /u/"]);
    site.put("/u/cal/2.ics", &event("uid-2", "new"));
    site.delete("/u/cal/1.ics");
    engine.run_well().await;
    assert_eq!(engine.shown().await.into_keys().collect::<Vec<_>>(), ["/u/cal/2.ics"]);
    assert_eq!(count(&site.seen(), is_changes), 0);
}

/// Neither ctag nor token: etag listing only.
#[tokio::test]
async fn seen_etag_listing_only() {
    let site = Site::default();
    site.put("/u/cal/1.ics", &event("uid-1", "before"));
    without_reports(&site, false);
    let engine = Engine::in_step_with(&site).await;
    engine.run_well().await;
    assert_eq!(count(&site.seen(), is_multiget), 0, "each is listed, and nothing read");
    site.put("/u/cal/1.ics", &event("uid-1", "after"));
    engine.run_well().await;
    assert!(engine.shown().await["/u/cal/1.ics"].contains("after"));
}

/// Multiget with one missing href: the entry left out, or the whole REPORT a 404.
#[tokio::test]
async fn seen_multiget_of_a_missing_href() {
    for whole in [false, true] {
        let (site, engine) = in_step().await;
        site.put("/u/cal/4.ics", &event("uid-4", "there"));
        let ghost = listed("/u/cal/ghost.ics", "\"9\"");
        site.twist(move |request, honest| match request {
            request if is_changes(request) => {
                with_body(honest(), |body| body.replacen("<d:response>", &format!("{ghost}<d:response>"), 1))
            }
            request if is_multiget(request) && whole => answer(404, ""),
            request if is_multiget(request) => {
                with_body(honest(), |body| body.replace(&status("/u/cal/ghost.ics", "404 Not Found"), ""))
            }
            _ => honest(),
        });
        let run = engine.run_well().await;
        assert!(engine.shown().await.contains_key("/u/cal/4.ics"), "{whole}");
        assert_eq!((engine.items().await.len(), run.total(|report| report.waiting)), (5, 0), "{whole}");
    }
}

/// No ETag on PUT: never, for cards only, or only without ORGANIZER.
#[tokio::test]
async fn seen_no_etag_on_put() {
    type Which = fn(&Message) -> bool;
    let cards: Which = |request| request.path().ends_with(".vcf");
    let invitations: Which = |request| request.text().contains("ORGANIZER");
    let all: Which = |_| true;
    for which in [cards, invitations, all] {
        let (site, engine) = in_step().await;
        site.put(
            "/u/cal/3.ics",
            &event("uid-3", "before").replace("SUMMARY", "ORGANIZER:mailto:x@example.org\r\nSUMMARY"),
        );
        engine.run_well().await;
        site.twist(move |request, honest| match request.method() == "PUT" && which(request) {
            true => Message { headers: Vec::new(), ..honest() },
            false => honest(),
        });
        for round in ["mine", "again"] {
            for href in ["/u/cal/1.ics", "/u/cal/3.ics", "/u/book/c.vcf"] {
                engine.retitle(href, round).await;
            }
            let run = engine.run_well().await;
            assert_eq!((run.total(|report| report.sent), run.total(|report| report.conflicts)), (3, 0));
        }
        // What had an etag is read back by the next run.
        engine.run_well().await;
        assert!(engine.items().await.iter().all(|item| item.head.etag.is_some() && !item.head.todo()));
    }
}

/// If-None-Match is ignored: a new item overwrites. Ours never meet a name that is
/// taken, and an If-Match on DELETE that is ignored deletes what was changed: the
/// text that was here is in the history.
#[tokio::test]
async fn seen_preconditions_ignored() {
    let (site, engine) = in_step().await;
    let ignore = |request: &Message| {
        let mut plain = request.clone();
        plain.headers.retain(|(name, _)| !name.to_lowercase().starts_with("if-"));
        plain
    };
    let other = site.clone();
    site.twist(
        move |request, honest| {
            if is_write(request) { other.served(|served| served.answer(&ignore(request))) } else { honest() }
        },
    );
    let new = engine.create("new").await;
    engine.delete("/u/cal/1.ics").await;
    site.put("/u/cal/1.ics", &event("uid-1", "changed there"));
    engine.run_well().await;
    // Deleted here, changed there: it was listed as changed before the DELETE went.
    assert!(engine.shown().await["/u/cal/1.ics"].contains("changed there"));
    assert!(site.text(&new).is_some() && site.hrefs(CALENDAR).len() == 4);
}

/// Etags that are counters and start again after delete and create: what was gone
/// in one run and is there in the next is new, whatever its etag.
#[tokio::test]
async fn seen_etags_that_start_again() {
    let (site, engine) = in_step().await;
    let set = |text: &str| {
        site.put("/u/cal/1.ics", text);
        site.served(|served| {
            served.folders.get_mut(CALENDAR).unwrap().items.get_mut("/u/cal/1.ics").unwrap().0 = "\"1\"".to_owned()
        });
    };
    set(&event("uid-1", "one"));
    engine.run_well().await;
    site.delete("/u/cal/1.ics");
    engine.run_well().await;
    set(&event("uid-1", "two"));
    engine.run_well().await;
    assert!(engine.shown().await["/u/cal/1.ics"].contains("two"));
}

/// PROPFIND on `/` is a 405 or a 404.
#[tokio::test]
async fn seen_no_root() {
    for status in [405, 404] {
        let site = Site::default();
        site.answer(move |request| match request.path() {
            "/" => Some(answer(status, "")),
            "/.well-known/caldav" | "/.well-known/carddav" => Some(answer(301, "").with("Location", "/dav/")),
            _ => None,
        });
        Engine::in_step_with(&site).await;
        // Without .well-known there is only what was typed.
        site.answer(move |request| match request.path() {
            "/" | "/.well-known/caldav" | "/.well-known/carddav" => Some(answer(status, "")),
            _ => None,
        });
        let engine = Engine::new(Rc::new(Direct(site.clone())));
        assert_eq!(engine.sign_in("http://h").await.unwrap_err().text.key, "fault_not_dav");
        engine.sign_in("http://h/u/").await.unwrap();
    }
}

/// The path prefix is always in the hrefs, whatever the URL that was typed.
#[tokio::test]
async fn seen_the_path_prefix_in_hrefs() {
    let site = Site::default();
    site.put("/u/cal/1.ics", &event("uid-1", "before"));
    let inner = site.clone();
    let prefixed = Site::default();
    prefixed.twist(move |request, _| {
        let plain = Message {
            start: request.start.replace("/remote.php/dav", ""),
            body: request.text().replace("/remote.php/dav", "").into_bytes(),
            ..request.clone()
        };
        with_body(inner.ask(&plain), |body| body.replace(">/u/", ">/remote.php/dav/u/"))
    });
    let engine = Engine::with_account(Rc::new(Direct(prefixed.clone())), "http://h/remote.php/dav/").await;
    engine.run_well().await;
    let href = "/remote.php/dav/u/cal/1.ics";
    engine.retitle(href, "mine").await;
    engine.run_well().await;
    assert!(site.text("/u/cal/1.ics").unwrap().contains("SUMMARY:mine"));
}

/// Raw UTF-8 and spaces in hrefs; lower-case percent escapes.
#[tokio::test]
async fn seen_odd_characters_in_hrefs() {
    let (site, engine) = in_step().await;
    let hrefs = ["/u/cal/Grün 1.ics", "/u/cal/gr%c3%bcn%202.ics"];
    for (n, href) in hrefs.iter().enumerate() {
        site.put(href, &event(&format!("odd-{n}"), "odd"));
    }
    // No request line can carry the first as it is: it comes escaped.
    let other = site.clone();
    site.twist(move |request, honest| match request.path() {
        "/u/cal/Gr%C3%BCn%201.ics" => {
            let etag = other.served(|served| served.put("/u/cal/Grün 1.ics", &request.text()));
            answer(204, "").with("ETag", &etag)
        }
        _ => honest(),
    });
    engine.run_well().await;
    for href in hrefs {
        assert_eq!(engine.item(href).await.head.href.as_str(), href);
        engine.retitle(href, "mine").await;
    }
    let run = engine.run_well().await;
    assert_eq!((run.total(|report| report.sent), run.total(|report| report.waiting)), (2, 0));
    assert!(hrefs.iter().all(|href| site.text(href).unwrap().contains("SUMMARY:mine")));
    // What was sent is read back.
    engine.run_well().await;
    // The same in capitals is the same item.
    site.twist(|_, honest| with_body(honest(), |body| body.replace("%c3%bc", "%C3%BC")));
    site.put("/u/cal/1.ics", &event("uid-1", "after"));
    engine.later(7 * DAY);
    engine.run_well().await;
    assert_eq!(engine.items().await.len(), 6);
}

/// A rename of the href after MOVE.
#[tokio::test]
async fn seen_an_item_renamed_there() {
    let (site, engine) = in_step().await;
    let text = site.text("/u/cal/1.ics").unwrap();
    site.delete("/u/cal/1.ics");
    site.put("/u/cal/moved.ics", &text);
    engine.run_well().await;
    let shown = engine.shown().await;
    assert!(shown.contains_key("/u/cal/moved.ics") && !shown.contains_key("/u/cal/1.ics"));
    // The same with an edit that was not sent: nothing of it is lost.
    engine.retitle("/u/cal/2.ics", "mine").await;
    let text = site.text("/u/cal/2.ics").unwrap();
    site.delete("/u/cal/2.ics");
    site.put("/u/cal/moved-2.ics", &text);
    engine.run_well().await;
    let titles = engine.shown().await.into_values().filter(|text| text.contains("SUMMARY:mine")).count();
    assert_eq!(titles, 1);
}

/// A shared collection whose owner's path answers 301 to one's own path.
#[tokio::test]
async fn seen_sharing_at_the_owners_path() {
    let site = Site::default();
    site.put("/u/cal/1.ics", &event("uid-1", "shared"));
    site.answer(|request| {
        let path = request.path().strip_prefix("/owner/cal/")?;
        Some(answer(301, "").with("Location", &format!("/u/cal/{path}")))
    });
    let engine = Engine::with_account(Rc::new(Direct(site.clone())), "http://h/owner/cal/").await;
    assert_eq!(engine.account().await.preferred.unwrap().as_str(), "/u/cal/");
    engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 1);
    assert_eq!(engine.collections().await.iter().filter(|c| c.href.as_str().contains("cal")).count(), 1, "not twice");
}

/// A 500 for a PUT that was stored all the same (Radicale behind hypercorn 0.18):
/// read again before trying again.
#[tokio::test]
async fn seen_a_500_for_what_was_stored() {
    let (site, engine) = in_step().await;
    engine.retitle("/u/cal/1.ics", "mine").await;
    let new = engine.create("new").await;
    let mut failing = 2;
    site.twist(move |request, honest| {
        let answered = honest();
        if is_write(request) && failing > 0 {
            failing -= 1;
            return answer(500, "");
        }
        answered
    });
    engine.run_well().await;
    let run = engine.run_well().await;
    assert_eq!((run.total(|report| report.conflicts), run.total(|report| report.waiting)), (0, 0));
    assert_eq!(site.hrefs(CALENDAR).len(), 4, "neither lost nor doubled");
    assert!(site.text("/u/cal/1.ics").unwrap().contains("mine") && site.text(&new).is_some());
    assert!(engine.items().await.iter().all(|item| !item.head.todo()));
}

/// Digest only.
#[tokio::test]
async fn seen_digest_only() {
    let site = Site::default();
    site.answer(|_| Some(answer(401, "").with("WWW-Authenticate", "Digest realm=\"x\", nonce=\"y\", qop=\"auth\"")));
    let engine = Engine::new(Rc::new(Direct(site.clone())));
    let fault = engine.sign_in("http://h").await.unwrap_err();
    assert_eq!((fault.text.key.as_str(), fault.text.args), ("fault_sign_in_scheme", vec!["Digest".to_owned()]));
    assert_eq!(site.seen().len(), 1);
}
