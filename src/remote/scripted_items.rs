use super::*;

fn hrefs(names: &[&str]) -> Vec<Href> {
    names.iter().map(|name| Href::path(format!("/u/cal/{name}"))).collect()
}

fn data(href: &str, text: &str) -> String {
    with(href, &format!("<d:getetag>\"1\"</d:getetag><c:calendar-data>{text}</c:calendar-data>"))
}

fn found(text: &[u8]) -> Fetch {
    Fetch::Found { etag: Some(Etag("\"1\"".into())), text: text.to_vec() }
}

#[tokio::test]
async fn texts_come_byte_for_byte_and_each_href_once() {
    let body = multistatus(
        &[
            data("/u/cal/c", "<![CDATA[BEGIN:V\r\nA:<&amp;>\r\n]]>"),
            is("/u/cal/b%20", "404 Not Found"),
            data("https://h/u/cal/%61", "BEGIN:V&#13;\nA:&lt;&amp;&#x20ac;\n END  \n"),
            data("/u/cal/unasked", "BEGIN:V\nEND:V"),
        ]
        .concat(),
    );
    let script = Script::new([says("REPORT /u/cal/", 207, body)]);
    let asked = hrefs(&["a", "b ", "c"]);
    let fetched = remote(&script).fetch(&calendar(), &asked).await.unwrap();
    assert_eq!(fetched.iter().map(|f| f.href.clone()).collect::<Vec<_>>(), asked);
    assert_eq!(fetched[0].result, found("BEGIN:V\r\nA:<&€\n END  \n".as_bytes()));
    assert_eq!(fetched[1].result, Fetch::Gone);
    assert_eq!(fetched[2].result, found(b"BEGIN:V\r\nA:<&amp;>\r\n"));
}

#[tokio::test]
async fn quirk_12_what_a_multiget_leaves_out_or_gives_empty_is_asked_alone() {
    let body =
        multistatus(&[with("", "<d:getetag/>"), data("/u/cal/b", " \r\n"), is("/u/cal/c", "403 Forbidden")].concat());
    let script = Script::new([
        says("REPORT /u/cal/", 207, body),
        says("GET /u/cal/a%40", 200, "\u{feff}begin:vcalendar\r\nend:VCALENDAR\r\n").with("etag", "\"1\""),
        says("GET /u/cal/b", 410, ""),
        says("GET /u/cal/c", 403, ""),
        says("GET /u/cal/d", 200, "<html>sign in</html>").with("content-type", "text/html"),
    ]);
    let fetched = remote(&script).fetch(&calendar(), &hrefs(&["a%40", "b", "c", "d"])).await.unwrap();
    assert_eq!(fetched[0].result, found("\u{feff}begin:vcalendar\r\nend:VCALENDAR\r\n".as_bytes()));
    assert_eq!(fetched[1].result, Fetch::Gone);
    assert!(matches!(&fetched[2].result, Fetch::Failed(f) if f.class == Class::Item));
    assert!(matches!(&fetched[3].result, Fetch::Failed(f) if f.text.key == "fault_wrong_answer"));
    script.done();
}

#[tokio::test]
async fn half_an_item_is_none() {
    for (text, whole) in [
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", true),
        ("begin:vcard \nFN:a\nEnd:VCard\n\n \0", true),
        ("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\n", false),
        ("BEGIN:VCARD\r\nFN:a\r\nNOTE:said END:VC", false),
        ("BEGIN:VCARD\r\nFN:a\r\nNOTE:said END:VCARD", false),
        ("BEGIN:VCARD", false),
        ("BEGIN:", false),
    ] {
        let script = Script::new([
            says("REPORT /u/cal/", 207, multistatus("")),
            says("GET /u/cal/a", 200, text).with("etag", "\"1\"").with("content-type", "text/calendar"),
        ]);
        let fetched = remote(&script).fetch(&calendar(), &hrefs(&["a"])).await.unwrap();
        match &fetched[0].result {
            Fetch::Failed(fault) => assert!(!whole && fault.text.key == "fault_item_missing", "{text} {fault}"),
            came => assert!(whole && *came == found(text.as_bytes()), "{text}"),
        }
    }
}

#[tokio::test]
async fn what_was_listed_is_gone_only_if_it_is_gone_alone_too() {
    let body = multistatus(
        &[
            data("/u/cal/a", "BEGIN:V\nEND:V"),
            is("/u/cal/a", "404 Not Found"),
            is("/u/cal/b", "404 Not Found"),
            is("/u/cal/c", "404 Not Found"),
        ]
        .concat(),
    );
    let script = Script::new([
        says("REPORT /u/cal/", 207, &body),
        says("GET /u/cal/b", 200, "BEGIN:V\nEND:V").with("etag", "\"1\""),
        says("GET /u/cal/c", 404, ""),
    ]);
    let fetched = remote(&script).fetch_listed(&calendar(), &hrefs(&["a", "b", "c"])).await.unwrap();
    script.done();
    let there = found(b"BEGIN:V\nEND:V");
    assert_eq!(fetched.into_iter().map(|f| f.result).collect::<Vec<_>>(), [there.clone(), there.clone(), Fetch::Gone]);
    // Of what nobody listed a moment ago, a clear word is enough; a text is a clearer one.
    let script = Script::new([says("REPORT /u/cal/", 207, body)]);
    let fetched = remote(&script).fetch(&calendar(), &hrefs(&["a", "b"])).await.unwrap();
    assert_eq!(fetched.into_iter().map(|f| f.result).collect::<Vec<_>>(), [there, Fetch::Gone]);
}

#[tokio::test]
async fn a_multiget_that_is_all_404_is_asked_alone_if_the_collection_is_there() {
    let there = multistatus(&with("/u/cal/", ITSELF));
    let script = Script::new([
        says("REPORT /u/cal/", 404, ""),
        says("PROPFIND /u/cal/", 207, there),
        says("GET /u/cal/a", 404, ""),
        says("GET /u/cal/b", 200, "BEGIN:V\nEND:V").with("etag", "\"1\""),
    ]);
    let fetched = remote(&script).fetch(&calendar(), &hrefs(&["a", "b"])).await.unwrap();
    assert_eq!((&fetched[0].result, &fetched[1].result), (&Fetch::Gone, &found(b"BEGIN:V\nEND:V")));
    for missing in
        [says("PROPFIND /u/cal/", 404, ""), says("PROPFIND /u/cal/", 207, multistatus(&is("/u/cal/", "404 X")))]
    {
        let script = Script::new([says("REPORT /u/cal/", 404, ""), missing]);
        let told = remote(&script).fetch(&calendar(), &hrefs(&["a"])).await.unwrap_err();
        assert_eq!(told.text, fault::collection_gone("Work").text);
    }
}

#[tokio::test]
async fn one_bad_item_does_not_stop_the_others() {
    let script = Script::new([
        says("REPORT /u/cal/", 500, ""),
        says("GET /u/cal/a", 500, ""),
        says("GET /u/cal/b", 200, "BEGIN:V\nEND:V").with("etag", "\"1\""),
    ]);
    let fetched = remote(&script).fetch(&calendar(), &hrefs(&["a", "b"])).await.unwrap();
    assert!(matches!(&fetched[0].result, Fetch::Failed(f) if f.class == Class::Item));
    assert_eq!(fetched[1].result, found(b"BEGIN:V\nEND:V"));
    // But a server that fails on all of them is busy.
    let script = Script::new([
        says("REPORT /u/cal/", 500, ""),
        says("REPORT /u/cal/", 500, ""),
        says("REPORT /u/cal/", 500, ""),
        says("GET /u/cal/a", 500, ""),
        says("GET /u/cal/b", 500, ""),
        says("GET /u/cal/c", 500, ""),
    ]);
    let told = remote(&script).fetch(&calendar(), &hrefs(&["a", "b", "c", "d"])).await.unwrap_err();
    assert_eq!(told.text, fault::busy(500, None).text);
}

#[tokio::test]
async fn quirk_24_characters_that_break_the_xml_cost_only_their_item() {
    let mut body = multistatus(&(data("/u/cal/a", "BEGIN:V\nEND:V") + &data("/u/cal/b", "BEGIN:@"))).into_bytes();
    let at = body.iter().position(|b| *b == b'@').unwrap();
    body[at] = 0xE4;
    let script = Script::new([
        says("REPORT /u/cal/", 207, body),
        says("GET /u/cal/a", 200, "BEGIN:V\nEND:V").with("etag", "\"1\""),
        says("GET /u/cal/b", 200, b"BEGIN:\xE4\nEND:\xE4").with("etag", "\"1\""),
    ]);
    let fetched = remote(&script).fetch(&calendar(), &hrefs(&["a", "b"])).await.unwrap();
    assert_eq!(fetched[1].result, found(b"BEGIN:\xE4\nEND:\xE4"));
    let cut = multistatus(&data("/u/cal/a", "BEGIN:V\nEND:V"));
    let script = Script::new([says("REPORT /u/cal/", 207, &cut[..cut.len() - 20])]);
    assert_eq!(remote(&script).fetch(&calendar(), &hrefs(&["a"])).await.unwrap_err().text.key, "fault_wrong_answer");
}

#[tokio::test]
async fn a_multiget_for_another_collection_is_refused() {
    let script = Script::new([says("REPORT /u/cal/", 207, multistatus(&data("/u/other/a", "BEGIN:V\nEND:V")))]);
    let told = remote(&script).fetch(&calendar(), &hrefs(&["a"])).await.unwrap_err();
    assert_eq!(told.text.key, "fault_wrong_answer");
    assert_eq!(remote(&Script::new([])).fetch(&calendar(), &[]).await.unwrap(), []);
}

async fn put(exchange: Exchange, pre: &Precondition) -> Result<Written, Fault> {
    remote(&Script::new([exchange])).put(Kind::Calendar, &Href::path("/u/cal/a"), b"BEGIN", pre).await
}

#[tokio::test]
async fn quirk_15_each_answer_to_a_put_has_an_outcome_that_ends() {
    let answer = |status| says("PUT /u/cal/a", status, "");
    let done = put(answer(201).with("etag", "guid-1"), &Precondition::New).await.unwrap();
    assert_eq!(done, Written::Done { etag: Some(Etag("guid-1".into())) });
    assert_eq!(put(answer(204), &Precondition::New).await.unwrap(), Written::Done { etag: None });
    for status in [404, 410] {
        assert_eq!(put(answer(status), &Precondition::New).await.unwrap(), Written::Gone);
    }
    for status in [409, 412] {
        assert_eq!(put(answer(status), &Precondition::New).await.unwrap(), Written::Changed);
    }
    for (status, fault) in [
        (400, fault::item_refused(400)),
        (403, fault::item_refused(403)),
        (413, fault::item_refused(413)),
        (415, fault::item_refused(415)),
        (423, fault::locked()),
        (500, fault::item_refused(500)),
        (507, fault::full()),
    ] {
        let refused = put(answer(status), &Precondition::New).await.unwrap();
        let context = format!("PUT /u/cal/a {status}");
        assert_eq!(refused, Written::Refused(fault.during(context)));
    }
    for status in [502, 503] {
        assert_eq!(put(answer(status), &Precondition::New).await.unwrap_err().text, fault::busy(status, None).text);
    }
    assert_eq!(put(answer(302), &Precondition::New).await.unwrap_err().class, Class::Bug);
}

#[tokio::test]
async fn quirk_19_a_taken_uid_is_its_own_outcome() {
    let conflict = "<d:error xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'><c:no-uid-conflict><d:href>/u/cal/x</d:href></c:no-uid-conflict></d:error>";
    for status in [403, 409, 412] {
        let taken = put(says("PUT /u/cal/a", status, conflict), &Precondition::New).await.unwrap();
        assert_eq!(taken, Written::UidTaken { at: Some(Href::path("/u/cal/x")) });
    }
    let trash = "<d:error xmlns:d='DAV:' xmlns:s='http://sabredav.org/ns'><s:message>Calendar object with uid already exists in this calendar collection.</s:message></d:error>";
    let taken = put(says("PUT /u/cal/a", 400, trash), &Precondition::New).await.unwrap();
    assert_eq!(taken, Written::UidTaken { at: None });
    let invalid = conflict.replace("no-uid-conflict", "valid-calendar-data");
    let refused = put(says("PUT /u/cal/a", 412, invalid), &Precondition::New).await.unwrap();
    assert!(matches!(refused, Written::Refused(f) if f.class == Class::Item), "Xandikos");
}

#[tokio::test]
async fn quirk_14_the_precondition_is_that_of_the_base() {
    let headers = |pre: Precondition| async move {
        let script = Script::new([says("PUT /u/cal/a", 204, "")]);
        remote(&script).put(Kind::Contacts, &Href::path("/u/cal/a"), b"x", &pre).await.unwrap();
        assert_eq!(script.header(0, "Content-Type").as_deref(), Some("text/vcard; charset=utf-8"));
        (script.header(0, "If-Match"), script.header(0, "If-None-Match"))
    };
    assert_eq!(headers(Precondition::New).await, (None, Some("*".into())));
    assert_eq!(headers(Precondition::Match(Etag("\"e\"".into()))).await, (Some("\"e\"".into()), None));
    assert_eq!(headers(Precondition::Match(Etag("W/\"e\"".into()))).await, (None, None));
    assert_eq!(headers(Precondition::Compared).await, (None, None));
}

#[tokio::test]
async fn quirk_15_each_answer_to_a_delete_has_an_outcome_that_ends() {
    let partly = multistatus(&is("/u/cal/a", "423 Locked"));
    for (status, body, expected) in [
        (204, "", Written::Done { etag: None }),
        (404, "", Written::Gone),
        (410, "", Written::Gone),
        (412, "", Written::Changed),
        (403, "", Written::Refused(fault::item_refused(403).during("DELETE /u/cal/a 403"))),
        (207, partly.as_str(), Written::Refused(fault::locked().during("DELETE /u/cal/a 423"))),
    ] {
        let script = Script::new([says("DELETE /u/cal/a", status, body)]);
        let written = remote(&script).delete(&Href::path("/u/cal/a"), &Precondition::Compared).await.unwrap();
        assert_eq!(written, expected);
    }
}

#[tokio::test]
async fn a_calendar_is_made_in_one_way_or_the_other() {
    let there =
        |kind: &str| multistatus(&with("/u/n/", &format!("<d:resourcetype><d:collection/>{kind}</d:resourcetype>")));
    let missing = || says("PROPFIND /u/n/", 404, "");
    let make = |script: Rc<Script>| async move {
        let made = remote(&script).make_calendar(&Href::path("/u/n/"), "Notes", "VJOURNAL").await;
        script.done();
        made
    };
    make(Script::new([says("MKCALENDAR /u/n/", 201, "")])).await.unwrap();
    make(Script::new([says("MKCALENDAR /u/n/", 501, ""), missing(), says("MKCOL /u/n/", 201, "")])).await.unwrap();
    // There already; and made in spite of what Kerio says inside its 207.
    for status in [403, 405, 409, 207] {
        let exists = says("PROPFIND /u/n/", 207, there("<c:calendar/>"));
        make(Script::new([says("MKCALENDAR /u/n/", status, ""), exists])).await.unwrap();
    }
    let other = || says("PROPFIND /u/n/", 207, there("<a:addressbook/>"));
    let refused =
        make(Script::new([says("MKCALENDAR /u/n/", 403, ""), other(), says("MKCOL /u/n/", 405, ""), other()])).await;
    assert_eq!(refused.unwrap_err().text, fault::forbidden("h").text);
}

#[tokio::test]
async fn texts_that_are_too_much_together_are_asked_alone() {
    let script = Script::new([
        fails("REPORT /u/cal/", fault::too_large("h")),
        fails("REPORT /u/cal/", fault::too_large("h")),
        says("GET /u/cal/a", 200, "BEGIN:V\nEND:V").with("etag", "\"1\""),
        fails("GET /u/cal/b", fault::too_large("h")),
        says("PROPFIND /u/cal/", 207, multistatus(&is("/u/cal/", "200 OK"))),
        says("GET /u/cal/c", 200, "BEGIN:V\nEND:V").with("etag", "\"3\""),
    ]);
    // One alone that large is no item; the next may be one.
    let fetched = remote(&script).fetch(&calendar(), &hrefs(&["a", "b", "c"])).await.unwrap();
    script.done();
    assert!(matches!(&fetched[1].result, Fetch::Failed(told) if told.text == fault::too_large("h").text));
    assert_eq!(fetched[0].result, found(b"BEGIN:V\nEND:V"));
    assert!(matches!(fetched[2].result, Fetch::Found { .. }));
}

#[tokio::test]
async fn a_refused_multiget_is_asked_for_by_halves() {
    let report = |status, names: &[&str]| {
        let texts: String = names.iter().map(|name| data(&format!("/u/cal/{name}"), "BEGIN:V\nEND:V")).collect();
        says("REPORT /u/cal/", status, multistatus(&texts))
    };
    let script = Script::new([
        report(500, &[]),
        report(207, &["a", "b", "c", "d"]),
        report(500, &[]),
        report(500, &[]),
        report(207, &["g", "h"]),
        says("GET /u/cal/e", 200, "BEGIN:V\nEND:V").with("etag", "\"1\""),
        says("GET /u/cal/f", 500, ""),
    ]);
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let fetched = remote(&script).fetch(&calendar(), &hrefs(&names)).await.unwrap();
    script.done();
    assert_eq!(fetched.iter().map(|f| f.href.clone()).collect::<Vec<_>>(), hrefs(&names));
    let came = fetched.iter().filter(|f| f.result == found(b"BEGIN:V\nEND:V")).count();
    assert_eq!(came, 7);
    // Where that is how it always is, it is not tried for long.
    let names: Vec<String> = (0..100).map(|n| format!("n{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let get = |name: &&str| {
        let asked: &'static str = Box::leak(format!("GET /u/cal/{name}").into_boxed_str());
        says(asked, 200, "BEGIN:V\nEND:V").with("etag", "\"1\"")
    };
    let refused = (0..12).map(|_| report(501, &[]));
    let script = Script::new(refused.chain(names.iter().map(get)).chain([get(&"a")]));
    let remote = remote(&script);
    assert_eq!(remote.fetch(&calendar(), &hrefs(&names)).await.unwrap().len(), 100);
    assert_eq!(remote.fetch(&calendar(), &hrefs(&["a"])).await.unwrap().len(), 1);
    script.done();
}
