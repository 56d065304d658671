//! Listing and tokens: quirks 1 to 13.

use super::*;

/// 1: items without getetag dropped, the new ctag stored all the same.
#[tokio::test]
async fn quirk_01_items_without_an_etag_arrive_and_the_token_waits_for_them() {
    let (site, engine) = in_step().await;
    let before = engine.state().await;
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    site.twist(|request, honest| match request {
        request if is_multiget(request) => answer(503, ""),
        _ => without(honest(), "d:getetag"),
    });
    engine.run_badly().await;
    engine.state().await.is_still(&before, "read in part");
    let calendar = engine.collection(CALENDAR).await;
    assert_eq!((calendar.sync_token, calendar.marker), (None, None), "neither token nor ctag without the items");
    site.twist(|_, honest| without(honest(), "d:getetag"));
    engine.run_well().await;
    assert!(engine.shown().await["/u/cal/4.ics"].contains("new"));
    assert_eq!(engine.collection(CALENDAR).await.sync_token.as_deref(), Some("token-4"));
}

/// 2: one bad element ends the parse of a multistatus, the rest reads as deleted.
#[tokio::test]
async fn quirk_02_a_listing_cut_off_is_never_a_shorter_listing() {
    let (site, engine) = in_step().await;
    let before = engine.state().await;
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    let whole = site.ask(&Message {
        start: format!("PROPFIND {CALENDAR} X"),
        headers: vec![("Depth".into(), "1".into())],
        ..Message::default()
    });
    for end in (0..whole.body.len()).step_by(41) {
        site.twist(move |request, honest| match request {
            request if is_changes(request) => answer(403, ""),
            request if is_listing(request) => with_body(honest(), |body| body[..end].to_owned()),
            _ => honest(),
        });
        assert_eq!(engine.run_badly().await.text.key, "fault_wrong_answer", "{end}");
        engine.state().await.is_still(&before, &format!("{end}"));
    }
    site.twist(|request, honest| {
        if is_changes(request) {
            with_body(honest(), |body| body.replacen("<d:href>", "<d:hrefs>", 1))
        } else {
            honest()
        }
    });
    assert_eq!(engine.run_badly().await.text.key, "fault_wrong_answer");
    engine.state().await.is_still(&before, "no listing");
}

/// 3: a wrong server, a captive portal or an empty answer deletes everything.
#[tokio::test]
async fn quirk_03_what_is_no_listing_deletes_nothing() {
    let (site, engine) = in_step().await;
    let before = engine.state().await;
    let portal = "<html><body>Please sign in</body></html>";
    for (status, body) in [(200, portal), (207, portal), (200, ""), (204, ""), (207, ""), (302, "")] {
        for place in [is_home, is_changes, is_listing] {
            site.put("/u/cal/1.ics", &event("uid-1", "before"));
            site.answer(move |request| match request {
                request if place(request) => Some(answer(status, body)),
                request if is_changes(request) => Some(answer(403, "")),
                _ => None,
            });
            assert_eq!(engine.run_badly().await.text.key, "fault_wrong_answer", "{status} {body}");
            engine.state().await.is_still(&before, "no listing");
        }
    }
    // A folder that is suddenly empty, in a listing as it should be, stops at the guard.
    site.behave();
    for n in 1..=3 {
        site.delete(&format!("/u/cal/{n}.ics"));
    }
    assert_eq!(engine.run_badly().await.class, Class::Guard);
    assert_eq!(engine.shown().await.len(), 4);
}

/// 4: 507 in a sync-collection answer (Google, Yandex).
#[tokio::test]
async fn quirk_04_507_means_to_go_on_or_to_list() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    site.put("/u/cal/5.ics", &event("uid-5", "new"));
    site.answer(|request| {
        let from = is_changes(request).then(|| asked_from(request))?;
        Some(match from.as_str() {
            "token-3" => multistatus(
                &[listed("/u/cal/4.ics", "\"5\""), status(CALENDAR, "507 Insufficient Storage"), token("half")]
                    .concat(),
            ),
            "half" => multistatus(&[listed("/u/cal/5.ics", "\"6\""), token("token-5")].concat()),
            _ => panic!("{from}"),
        })
    });
    engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 6);
    assert_eq!(engine.collection(CALENDAR).await.sync_token.as_deref(), Some("token-5"));
    // The whole REPORT is a 507: all is listed.
    site.put("/u/cal/6.ics", &event("uid-6", "new"));
    site.answer(|request| is_changes(request).then(|| answer(507, "")));
    engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 7);
}

/// 5: with a limit, the token returned skips what was not sent.
#[tokio::test]
async fn quirk_05_what_a_token_skipped_is_found_by_the_audit() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/4.ics", &event("uid-4", "skipped"));
    site.answer(|request| is_changes(request).then(|| multistatus(&token("token-4"))));
    engine.run_well().await;
    assert!(!engine.shown().await.contains_key("/u/cal/4.ics"));
    assert_eq!(count(&site.seen(), |request| request.text().contains("limit")), 0, "no limit is sent");
    site.behave();
    engine.later(7 * DAY);
    let run = engine.run_well().await;
    assert!(engine.shown().await["/u/cal/4.ics"].contains("skipped"));
    assert_eq!(run.total(|report| report.hidden), 1);
    assert!(said(&run, "log_hidden"), "and it is said");
}

/// 6: deletions never reported in sync-collection of a shared book.
#[tokio::test]
async fn quirk_06_deletions_that_are_never_reported_are_found_by_the_audit() {
    let (site, engine) = in_step().await;
    site.delete("/u/cal/3.ics");
    site.twist(|request, honest| match is_changes(request) {
        true => with_body(honest(), |body| body.replace(&status("/u/cal/3.ics", "404 Not Found"), "")),
        false => honest(),
    });
    engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 4);
    engine.later(7 * DAY);
    let run = engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 3);
    assert_eq!((run.total(|report| report.hidden), run.total(|report| report.deleted_here)), (1, 1));
}

/// 7: the token changes at each poll.
#[tokio::test]
async fn quirk_07_a_token_that_changes_at_each_poll_is_no_change() {
    let (site, engine) = in_step().await;
    let mut polls = 0;
    site.twist(move |request, honest| {
        polls += 1;
        match request {
            request if is_home(request) => {
                with_body(honest(), |body| body.replace("<s:getctag>", &format!("<s:getctag>{polls}-")))
            }
            request if is_changes(request) => multistatus(&token(&format!("poll-{polls}"))),
            _ => honest(),
        }
    });
    for _ in 0..3 {
        let run = engine.run_well().await;
        assert_eq!(run.total(|report| report.received), 0);
    }
    assert_eq!(count(&site.seen(), is_multiget), 0, "items are compared, not tokens");
}

/// 7: an empty token is rejected with 400.
#[tokio::test]
async fn quirk_07_without_the_empty_token_the_first_listing_is_a_propfind() {
    let site = Site::default();
    site.put("/u/cal/1.ics", &event("uid-1", "first"));
    site.answer(|request| (is_changes(request) && asked_from(request).is_empty()).then(|| answer(400, "")));
    let engine = Engine::in_step_with(&site).await;
    assert_eq!(engine.shown().await.len(), 1);
    site.put("/u/cal/2.ics", &event("uid-2", "second"));
    engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 2);
}

/// 7: Google wants Depth: 1.
#[tokio::test]
async fn quirk_07_depth_1_is_tried_where_0_is_refused() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    site.answer(|request| (is_changes(request) && request.header("depth") != Some("1")).then(|| answer(400, "")));
    engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 5);
    let seen = site.seen();
    assert_eq!((count(&seen, is_changes), count(&seen, is_listing)), (2, 0));
}

/// 8: an invalid token arrives as 403, 409, 412 or 400, body or none.
#[tokio::test]
async fn quirk_08_a_refused_token_leads_to_one_full_listing() {
    let named = "<d:error xmlns:d='DAV:'><d:valid-sync-token/></d:error>";
    for status in [403, 409, 412, 400] {
        for body in [named, ""] {
            let (site, engine) = in_step().await;
            site.put("/u/cal/4.ics", &event("uid-4", "new"));
            site.delete("/u/cal/3.ics");
            site.answer(move |request| {
                (is_changes(request) && !asked_from(request).is_empty()).then(|| answer(status, body))
            });
            let run = engine.run_well().await;
            assert!(said(&run, "log_token_invalid"), "{status} {body}");
            assert!(!engine.account().await.stopped, "{status} is no wrong password");
            let shown = engine.shown().await;
            assert!(shown.contains_key("/u/cal/4.ics") && !shown.contains_key("/u/cal/3.ics"), "{status} {body}");
            // The next goes on from the new token.
            site.behave();
            site.put("/u/cal/5.ics", &event("uid-5", "newer"));
            assert!(!said(&engine.run_well().await, "log_token_invalid"));
            assert_eq!(engine.shown().await.len(), 5);
        }
    }
}

/// 9: deletions arrive as 404, 410 or 418 inside the 207.
#[tokio::test]
async fn quirk_09_each_word_for_gone_is_taken() {
    for word in ["404 Not Found", "410 Gone", "418 I'm a teapot"] {
        let (site, engine) = in_step().await;
        site.delete("/u/cal/2.ics");
        site.twist(move |request, honest| match is_changes(request) {
            true => with_body(honest(), |body| body.replace("404 Not Found", word)),
            false => honest(),
        });
        assert_eq!(engine.run_well().await.total(|report| report.deleted_here), 1, "{word}");
        assert!(!engine.shown().await.contains_key("/u/cal/2.ics"), "{word}");
        assert_eq!(count(&site.seen(), is_multiget), 0, "{word}: taken at its word");
    }
}

/// 10: a second propstat (404, empty) overwrites the value of the first (iCloud).
#[tokio::test]
async fn quirk_10_only_propstats_with_2xx_are_read() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    let second = "</d:propstat><d:propstat><d:prop><d:getetag/><d:displayname/><c:calendar-data/><s:getctag/>\
                  <d:resourcetype/></d:prop><d:status>HTTP/1.1 404 Not Found</d:status></d:propstat>";
    site.twist(move |_, honest| with_body(honest(), |body| body.replace("</d:propstat>", second)));
    engine.run_well().await;
    let item = engine.item("/u/cal/4.ics").await;
    assert_eq!(item.head.etag.unwrap().0, "\"5\"");
    assert!(text(&item.base.unwrap()).contains("new"));
    assert_eq!(engine.collection(CALENDAR).await.name, "Calendar");
}

/// 11: the collection lists itself, even with an etag.
#[tokio::test]
async fn quirk_11_the_collection_is_not_an_item_of_itself() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    let itself =
        ["/u/cal/", "/u/cal", "/u//cal/", "http://h/u/cal/", "/u/%63al/"].map(|href| listed(href, "\"9\"")).concat();
    site.twist(move |request, honest| match is_changes(request) || is_listing(request) {
        true => with_body(honest(), |body| body.replacen("<d:response>", &format!("{itself}<d:response>"), 1)),
        false => honest(),
    });
    engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 5);
    engine.later(7 * DAY);
    engine.run_well().await;
    assert_eq!(engine.shown().await.len(), 5);
    let asked =
        site.seen().iter().filter(|r| is_multiget(r)).flat_map(|r| texts(&r.text(), "href")).collect::<Vec<_>>();
    assert_eq!(asked, ["/u/cal/4.ics"]);
}

/// 12: hrefs in every spelling; iCloud refuses `%40` in GET and answers empty hrefs.
#[tokio::test]
async fn quirk_12_hrefs_are_sent_as_they_came_and_compared_by_meaning() {
    let (site, engine) = in_step().await;
    let spellings = [
        // As listed, and as the multiget answers.
        ("/u/cal/a%40b.ics", "http://h/u/cal/a@b.ics"),
        ("/u/cal/c@d.ics", "/u/cal/c%40d.ics"),
        ("/u/cal/e+f.ics", "/u/cal/e%2Bf.ics"),
        ("/u/cal/50%.ics", "/u/cal/50%.ics"),
        ("/u/cal/%2541.ics", "/u/cal/%2541.ics"),
    ];
    for (n, (href, _)) in spellings.iter().enumerate() {
        site.put(href, &event(&format!("odd-{n}"), "odd"));
    }
    site.twist(move |request, honest| match is_multiget(request) {
        true => with_body(honest(), |body| {
            spellings.iter().fold(body, |body, (as_listed, answered)| {
                body.replace(&format!(">{as_listed}<"), &format!(">{answered}<"))
            })
        }),
        false => honest(),
    });
    engine.run_well().await;
    for (href, _) in spellings {
        assert_eq!(engine.item(href).await.head.href.as_str(), href, "kept as it was listed");
        engine.retitle(href, "mine").await;
    }
    let run = engine.run_well().await;
    assert_eq!((run.total(|report| report.sent), run.total(|report| report.waiting)), (5, 0));
    for (href, _) in spellings {
        assert!(site.text(href).unwrap().contains("SUMMARY:mine"), "{href}");
    }
    assert_eq!(site.hrefs(CALENDAR).len(), 8);
    // Nothing but an empty href for what is there: it is asked alone.
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    site.answer(|request| is_multiget(request).then(|| multistatus(&status("", "404 Not Found"))));
    engine.run_well().await;
    assert!(engine.shown().await["/u/cal/4.ics"].contains("new"));
}

/// 12: the same for a collection that is listed without its slash.
#[tokio::test]
async fn quirk_12_a_collection_without_its_slash_is_the_same() {
    let (site, engine) = in_step().await;
    site.twist(|request, honest| match is_home(request) {
        true => with_body(honest(), |body| body.replace(">/u/cal/<", ">http://h/u/cal<")),
        false => honest(),
    });
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    engine.run_well().await;
    assert_eq!(engine.collections().await.len(), 3);
    assert_eq!(engine.shown().await.len(), 5);
}

/// 13: redirects for a slash or https; a stack that turns PROPFIND into GET.
#[tokio::test]
async fn quirk_13_redirects_are_followed_once_and_a_page_is_no_207() {
    let site = Site::default();
    site.put("/u/cal/1.ics", &event("uid-1", "here"));
    site.answer(|request| match request.path() {
        "/.well-known/caldav" | "/.well-known/carddav" => Some(answer(301, "").with("Location", "/dav")),
        "/dav" => Some(answer(308, "").with("Location", "/dav/")),
        _ => None,
    });
    let engine = Engine::in_step_with(&site).await;
    assert_eq!(engine.shown().await.len(), 1);
    assert!(site.seen().is_empty());
    engine.run_well().await;
    assert_eq!(site.asked(), ["PROPFIND /u/"], "the final URL is kept");
    // The home moved behind a redirect that ends in a page.
    site.answer(|request| match request.path() {
        HOME => Some(answer(302, "").with("Location", "/index.html")),
        "/index.html" => Some(answer(200, "<html>Welcome</html>").with("Content-Type", "text/html")),
        _ => None,
    });
    assert_eq!(engine.run_badly().await.text.key, "fault_wrong_answer");
    assert_eq!(engine.shown().await.len(), 1);
}
