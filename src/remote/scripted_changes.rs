use super::*;

#[tokio::test]
async fn quirk_04_a_truncated_answer_is_gone_on_from_and_the_last_word_counts() {
    let more = is("/u/cal/", "507 Insufficient Storage");
    let script = Script::new([
        says(
            "REPORT /u/cal/",
            207,
            multistatus(&(etag("/u/cal/a", "1") + &etag("/u/cal/b", "1") + &more + &token("t1"))),
        ),
        says(
            "REPORT /u/cal/",
            207,
            multistatus(&(is("/u/cal/a", "404 Gone") + &etag("/u/cal/%62", "2") + &token("t2"))),
        ),
    ]);
    let listing = remote(&script).changes(&calendar(), None, false).await.unwrap();
    assert!(listing.complete);
    assert_eq!(listing.items, [Listed { href: Href::path("/u/cal/%62"), etag: Some(Etag("2".into())) }]);
    assert_eq!(listing.gone, [Href::path("/u/cal/a")]);
    assert_eq!(listing.token.as_deref(), Some("t2"));
    assert!(script.body(0).contains("<D:sync-token></D:sync-token>"));
    assert!(script.body(1).contains("<D:sync-token>t1</D:sync-token>"));
    assert_eq!(script.header(1, "Depth").as_deref(), Some("0"));
}

#[tokio::test]
async fn quirk_04_truncation_that_leads_nowhere_ends_in_a_full_listing() {
    let stuck = || multistatus(&(etag("/u/cal/a", "1") + &is("/u/cal/", "507 X") + &token("t1")));
    let script = Script::new([says("REPORT /u/cal/", 207, stuck())]);
    assert_eq!(remote(&script).changes(&calendar(), Some("t1"), false).await.unwrap_err(), fault::token_invalid());
    let script = Script::new([
        says("REPORT /u/cal/", 207, stuck()),
        says("REPORT /u/cal/", 207, stuck()),
        says("PROPFIND /u/cal/", 207, multistatus(&(with("/u/cal/", ITSELF) + &etag("/u/cal/a", "1")))),
    ]);
    let listing = remote(&script).changes(&calendar(), None, false).await.unwrap();
    assert!(listing.complete && listing.token.is_none() && listing.items.len() == 1);
    script.done();
}

#[tokio::test]
async fn quirk_07_without_an_empty_token_the_listing_comes_by_propfind() {
    let all = || says("PROPFIND /u/cal/", 207, multistatus(&(with("/u/cal/", ITSELF) + &etag("/u/cal/a", "1"))));
    for refusal in [403, 405, 415, 501, 507] {
        let script = Script::new([says("REPORT /u/cal/", refusal, ""), all()]);
        let listing = remote(&script).changes(&calendar(), None, false).await.unwrap();
        assert!(listing.complete && listing.token.is_none() && listing.items.len() == 1, "{refusal}");
        script.done();
    }
    // An answer without a token is no answer to the question.
    let script = Script::new([says("REPORT /u/cal/", 207, multistatus("")), all()]);
    assert_eq!(remote(&script).changes(&calendar(), None, false).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn quirk_07_google_wants_depth_1_and_is_asked_so_from_then_on() {
    let good = || says("REPORT /u/cal/", 207, multistatus(&token("t")));
    let script = Script::new([says("REPORT /u/cal/", 400, ""), good(), good()]);
    let remote = remote(&script);
    remote.changes(&calendar(), Some("t"), false).await.unwrap();
    remote.changes(&calendar(), Some("t"), false).await.unwrap();
    let depths: Vec<_> = (0..3).map(|n| script.header(n, "Depth").unwrap()).collect();
    assert_eq!(depths, ["0", "1", "1"]);
}

#[tokio::test]
async fn quirk_08_an_invalid_token_has_many_faces() {
    for (status, body) in
        [(403, BAD_TOKEN), (409, BAD_TOKEN), (412, BAD_TOKEN), (400, BAD_TOKEN), (403, ""), (409, "no"), (507, "")]
    {
        let script = Script::new([says("REPORT /u/cal/", status, body)]);
        let told = remote(&script).changes(&calendar(), Some("old"), false).await.unwrap_err();
        assert_eq!(told, fault::token_invalid(), "{status} {body}");
    }
    let script = Script::new([says("REPORT /u/cal/", 400, ""), says("REPORT /u/cal/", 400, "")]);
    assert_eq!(remote(&script).changes(&calendar(), Some("old"), false).await.unwrap_err(), fault::token_invalid());
}

#[tokio::test]
async fn quirk_03_what_is_no_listing_changes_nothing() {
    let html = "<!DOCTYPE html><html><body>Sign in</body></html>";
    let cut = multistatus(&(etag("/u/cal/a", "1") + &token("t")));
    let other = multistatus(&(etag("/u/other/a", "1") + &token("t")));
    for (status, body) in
        [(200, html), (207, html), (207, &cut[..cut.len() - 9]), (207, &other), (207, ""), (204, ""), (302, "")]
    {
        for known in [None, Some("t")] {
            let script = Script::new([says("REPORT /u/cal/", status, body)]);
            let told = remote(&script).changes(&calendar(), known, false).await.unwrap_err();
            assert_eq!((told.class, told.text.key.as_str()), (Class::Bug, "fault_wrong_answer"), "{status} {body}");
        }
        let script = Script::new([says("PROPFIND /u/cal/", status, body)]);
        assert_eq!(remote(&script).listing(&calendar()).await.unwrap_err().text.key, "fault_wrong_answer");
        let script = Script::new([says("PROPFIND /u/", status, body)]);
        let listed = remote(&script).collections(&Href::path("/u/")).await;
        // What is elsewhere in the home is no answer about a collection, but one about the home.
        if body != other {
            assert_eq!(listed.unwrap_err().text.key, "fault_wrong_answer", "{status} {body}");
        }
    }
}

#[tokio::test]
async fn a_missing_collection_is_told_inside_a_207_too() {
    let body = multistatus(&is("https://h/u/cal/", "404 Not Found"));
    let gone = fault::collection_gone("Work").text;
    for (status, body) in [(404, ""), (410, ""), (207, body.as_str())] {
        let script = Script::new([says("REPORT /u/cal/", status, body)]);
        assert_eq!(remote(&script).changes(&calendar(), Some("t"), false).await.unwrap_err().text, gone);
        let script = Script::new([says("PROPFIND /u/cal/", status, body)]);
        assert_eq!(remote(&script).listing(&calendar()).await.unwrap_err().text, gone);
    }
}

fn folder(href: &str, kind: &str, more: &str) -> String {
    with(href, &format!("<d:resourcetype><d:collection/>{kind}</d:resourcetype>{more}"))
}

#[tokio::test]
async fn a_home_lists_calendars_and_address_books_only() {
    let body = multistatus(
        &[
            folder("/u/", "", ""),
            folder("/u/work", "<c:calendar/>", "<d:displayname> </d:displayname><s:getctag>7</s:getctag>"),
            folder("/u/inbox/", "<c:calendar/><c:schedule-inbox/>", "<s:getctag>7</s:getctag>"),
            folder("/u/files/", "", "<s:getctag>7</s:getctag>"),
            folder("/shared/team/", "<a:addressbook/>", "<s:getctag>8</s:getctag><d:current-user-privilege-set/>"),
            folder("https://evil.example/u/x/", "<c:calendar/>", "<s:getctag>7</s:getctag>"),
        ]
        .concat(),
    );
    let script = Script::new([says("PROPFIND /u/", 207, body)]);
    let found = remote(&script).collections(&Href::path("/u/")).await.unwrap().described;
    let short: Vec<_> = found.iter().map(|c| (c.href.as_str(), c.name.as_str(), c.kind, c.writable)).collect();
    assert_eq!(short, [("/u/work/", "work", Kind::Calendar, true), ("/shared/team/", "team", Kind::Contacts, false)]);
    assert_eq!(found[0].marker.as_deref(), Some("7"));
    assert!(!script.body(0).contains("sync-token"), "costs Radicale more than the ctag");
}

#[tokio::test]
async fn without_ctags_the_sync_tokens_are_asked_for() {
    let body = |more: &str| multistatus(&(folder("/u/", "", "") + &folder("/u/a/", "<c:calendar/>", more)));
    let script = Script::new([
        says("PROPFIND /u/", 207, body("")),
        says("PROPFIND /u/", 207, body("<d:sync-token>t</d:sync-token>")),
        says("PROPFIND /u/", 207, body("<d:sync-token>t</d:sync-token>")),
    ]);
    let remote = remote(&script);
    for _ in 0..2 {
        let found = remote.collections(&Href::path("/u/")).await.unwrap().described;
        assert_eq!((found[0].marker.as_deref(), found[0].reports_changes), (Some("t"), true));
    }
    script.done();
    let asked = |n: usize| ["getctag", "sync-token"].map(|name| script.body(n).contains(name));
    assert_eq!(
        [asked(0), asked(1), asked(2)],
        [[true, false], [false, true], [false, true]],
        "one of them, never both"
    );
}

#[tokio::test]
async fn where_some_have_the_one_and_some_the_other_both_are_asked_for() {
    let body = |of_a: &str, of_b: &str| {
        let folders =
            [folder("/u/", "", ""), folder("/u/a/", "<c:calendar/>", of_a), folder("/u/b/", "<c:calendar/>", of_b)];
        multistatus(&folders.concat())
    };
    let (ctag, token) = ("<s:getctag>7</s:getctag>", "<d:sync-token>t</d:sync-token>");
    let script = Script::new([
        says("PROPFIND /u/", 207, body(ctag, "")),
        says("PROPFIND /u/", 207, body("", token)),
        says("PROPFIND /u/", 207, body(ctag, token)),
        says("PROPFIND /u/", 207, body(ctag, token)),
        says("PROPFIND /v/", 207, multistatus(&(folder("/v/", "", "") + &folder("/v/a/", "<c:calendar/>", ctag)))),
    ]);
    let remote = remote(&script);
    for _ in 0..2 {
        let found = remote.collections(&Href::path("/u/")).await.unwrap().described;
        let markers: Vec<_> = found.iter().map(|c| c.marker.as_deref()).collect();
        assert_eq!(markers, [Some("7"), Some("t")]);
    }
    remote.collections(&Href::path("/v/")).await.unwrap();
    assert!(!script.body(4).contains("sync-token"), "each home is asked for its own");
    assert_eq!((remote.marker(&Href::path("/u")), remote.markers().len()), (Marker::Both, 1));
}

#[tokio::test]
async fn what_one_folder_lacks_is_not_asked_for_where_the_other_marker_is_everywhere() {
    let body = |of_b: &str| {
        let of_a = folder("/u/a/", "<c:calendar/>", "<s:getctag>7</s:getctag><d:sync-token>t</d:sync-token>");
        multistatus(&(folder("/u/", "", "") + &of_a + &folder("/u/b/", "<c:calendar/>", of_b)))
    };
    let script = Script::new([
        says("PROPFIND /u/", 207, body("")),
        says("PROPFIND /u/", 207, body("<d:sync-token>t</d:sync-token>")),
    ]);
    let remote = remote(&script);
    remote.collections(&Href::path("/u/")).await.unwrap();
    assert_eq!(remote.marker(&Href::path("/u")), Marker::Token);
    // Where some have the one and none the other, both is one question a run.
    let body = || {
        multistatus(
            &(folder("/u/a/", "<c:calendar/>", "<s:getctag>7</s:getctag>") + &folder("/u/b/", "<c:calendar/>", "")),
        )
    };
    let without = || body().replace("<s:getctag>7</s:getctag>", "");
    let script = Script::new([
        says("PROPFIND /u/", 207, body()),
        says("PROPFIND /u/", 207, without()),
        says("PROPFIND /u/", 207, body()),
        says("PROPFIND /u/", 207, body()),
    ]);
    let remote = self::remote(&script);
    for _ in 0..2 {
        let found = remote.collections(&Href::path("/u/")).await.unwrap().described;
        assert_eq!(found.iter().filter(|c| c.marker.is_some()).count(), 1);
    }
    script.done();
}

#[tokio::test]
async fn a_folder_that_is_named_and_not_described_is_told_apart_from_one_that_is_gone() {
    let body = multistatus(
        &[
            folder("/u/", "", ""),
            folder("/u/a/", "<c:calendar/>", "<s:getctag>7</s:getctag>"),
            is("/u/busy/", "503 Service Unavailable"),
            is("/u/shut/", "403 Forbidden"),
            with("/u/bare/", "<s:getctag>7</s:getctag>"),
            is("/u/gone/", "404 Not Found"),
            folder("/u/files/", "", ""),
        ]
        .concat(),
    );
    let script = Script::new([says("PROPFIND /u/", 207, body)]);
    let seen = remote(&script).collections(&Href::path("/u/")).await.unwrap();
    let told: Vec<_> = seen.undescribed.iter().map(|(href, fault)| (href.as_str(), fault.text.key.as_str())).collect();
    assert_eq!(told, [("/u/busy/", "fault_busy"), ("/u/shut/", "fault_forbidden"), ("/u/bare/", "fault_wrong_answer")]);
    assert_eq!(seen.unknown(&Href::path("/u/busy"), &[]).map(|fault| &fault.text), Some(&fault::busy(503, None).text));
    assert!(seen.unknown(&Href::path("/u/gone/"), &[]).is_none() && seen.lists(&Href::path("/u/a")));
}

#[tokio::test]
async fn where_neither_is_told_one_question_a_run_is_asked() {
    let body = || multistatus(&(folder("/u/", "", "") + &folder("/u/a/", "<c:calendar/>", "")));
    let script = Script::new((0..3).map(|_| says("PROPFIND /u/", 207, body())));
    let remote = remote(&script);
    for _ in 0..2 {
        assert_eq!(remote.collections(&Href::path("/u/")).await.unwrap().described[0].marker, None);
    }
    script.done();
}
