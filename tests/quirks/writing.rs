//! Writing: quirks 14 to 23.

use super::*;

fn header<'a>(seen: &'a [Message], method: &str, path: &str, name: &str) -> Option<&'a str> {
    let asked = seen.iter().find(|request| (request.method(), request.path()) == (method, path));
    asked.unwrap_or_else(|| panic!("no {method} {path}")).header(name)
}

/// 14: If-Match with the freshly listed etag overwrites what someone else wrote.
#[tokio::test]
async fn quirk_14_a_write_names_the_base_that_the_edit_began_from() {
    let (site, engine) = in_step().await;
    let base = engine.item("/u/cal/1.ics").await.head.etag.unwrap().0;
    engine.retitle("/u/cal/1.ics", "mine").await;
    // Somebody writes between our listing and our PUT.
    let other = site.clone();
    let mut first = true;
    site.twist(move |request, honest| {
        if request.method() == "PUT" && std::mem::take(&mut first) {
            other.put("/u/cal/1.ics", &event("uid-1", "theirs"));
        }
        honest()
    });
    engine.run_well().await;
    assert_eq!(header(&site.seen(), "PUT", "/u/cal/1.ics", "if-match"), Some(base.as_str()));
    assert!(site.text("/u/cal/1.ics").unwrap().contains("SUMMARY:theirs"));
    engine.run_well().await;
    assert_eq!(site.hrefs(CALENDAR).len(), 4, "ours is there too");
}

/// 15: edited here, deleted there: 412 at every run, for ever.
#[tokio::test]
async fn quirk_15_each_refusal_of_a_write_has_an_outcome_that_ends() {
    let (site, engine) = in_step().await;
    engine.retitle("/u/cal/1.ics", "mine").await;
    site.delete("/u/cal/1.ics");
    engine.run_well().await;
    assert!(site.text("/u/cal/1.ics").unwrap().contains("mine"), "it is made again");
    for method in ["PUT", "DELETE"] {
        for status in [403, 404, 409, 410, 412] {
            let (site, engine) = in_step().await;
            match method {
                "PUT" => engine.retitle("/u/cal/1.ics", "mine").await,
                _ => engine.delete("/u/cal/1.ics").await,
            }
            engine.retitle("/u/cal/2.ics", "other").await;
            site.answer(move |request| {
                ((request.method(), request.path()) == (method, "/u/cal/1.ics")).then(|| answer(status, ""))
            });
            for _ in 0..3 {
                engine.run_well().await;
            }
            let tries = count(&site.seen(), |r| (r.method(), r.path()) == (method, "/u/cal/1.ics"));
            assert!((1..=9).contains(&tries), "{method} {status}: {tries} tries in three runs");
            assert!(site.text("/u/cal/2.ics").unwrap().contains("other"), "{method} {status}: the rest went on");
            site.behave();
            engine.run_by(Trigger::Person).await;
            let gone = !engine.shown().await.contains_key("/u/cal/1.ics");
            match (method, status) {
                // Whoever says so and has it still is believed until it is seen again.
                (_, 404 | 410) | ("PUT", _) => assert!(!gone, "{method} {status}"),
                ("DELETE", 403) => assert!(gone, "{method} {status}"),
                _ => {}
            }
            assert_eq!(engine.run_well().await.total(|report| report.waiting), 0, "{method} {status}");
        }
    }
}

/// 16: an upload cut off after it arrived, then 412 against oneself.
#[tokio::test]
async fn quirk_16_own_upload_cut_off() {
    let (site, engine) = in_step().await;
    engine.retitle("/u/cal/1.ics", "mine").await;
    let new = engine.create("new").await;
    let mut writes = 0;
    site.twist(move |request, honest| {
        let answer = honest();
        writes += usize::from(is_write(request));
        if is_write(request) && writes <= 2 { broken() } else { answer }
    });
    // Both are under way when the first is lost.
    engine.run_badly().await;
    let run = engine.run_well().await;
    assert_eq!(run.total(|report| report.conflicts), 0);
    assert_eq!(site.hrefs(CALENDAR).len(), 4, "no copy of either");
    assert!(site.text("/u/cal/1.ics").unwrap().contains("mine") && site.text(&new).is_some());
    assert!(engine.items().await.iter().all(|item| !item.head.todo()));
}

/// 17: no ETag after PUT; the server rewrites what was sent.
#[tokio::test]
async fn quirk_17_the_servers_text_becomes_the_base() {
    let (site, engine) = in_step().await;
    let (other, mut n) = (site.clone(), 0);
    site.twist(move |request, honest| {
        let mut answer = honest();
        if request.method() == "PUT" {
            n += 1;
            let rewritten = request.text().replace("PRODID:-//example//test//EN", &format!("PRODID:server {n}"));
            other.put(request.path(), &rewritten);
            answer.headers.clear();
        }
        answer
    });
    engine.retitle("/u/cal/1.ics", "mine").await;
    engine.run_well().await;
    let item = engine.item("/u/cal/1.ics").await;
    assert_eq!(text(&item.base.unwrap()), site.text("/u/cal/1.ics").unwrap());
    assert!(!item.head.todo());
    engine.retitle("/u/cal/1.ics", "again").await;
    site.seen();
    let run = engine.run_well().await;
    assert_eq!(header(&site.seen(), "PUT", "/u/cal/1.ics", "if-match"), Some(item.head.etag.unwrap().0.as_str()));
    assert_eq!(run.total(|report| report.conflicts), 0);
}

/// 18: compression turns `"abc"` into `"abc-gzip"` or `W/"abc"`.
#[tokio::test]
async fn quirk_18_etags_are_compared_by_their_opaque_value() {
    let (site, engine) = in_step().await;
    for (from, to) in
        [("&quot;</d:getetag>", "-gzip&quot;</d:getetag>"), ("<d:getetag>", "<d:getetag>W/"), ("&quot;", "")]
    {
        site.put("/u/cal/1.ics", &event("uid-1", "before"));
        site.twist(move |request, honest| match is_changes(request) {
            true => answer(403, ""),
            false => with_body(honest(), |body| body.replace(from, to)),
        });
        engine.run_well().await;
        let asked = site.seen();
        let asked: Vec<_> = asked.iter().filter(|r| is_multiget(r)).flat_map(|r| texts(&r.text(), "href")).collect();
        assert_eq!(asked, ["/u/cal/1.ics"], "the others are as they were");
    }
}

/// 18: Kerio and Yandex send etags unquoted; a weak one cannot be sent back.
#[tokio::test]
async fn quirk_18_what_works_is_sent_back() {
    for (told, sent) in [("guid-7", Some("guid-7")), ("\"abc-gzip\"", Some("\"abc-gzip\"")), ("W/\"abc\"", None)] {
        let (site, engine) = in_step().await;
        let set = |site: &Site, etag: &str| {
            site.served(|served| {
                let folder = served.folders.get_mut(CALENDAR).unwrap();
                folder.items.get_mut("/u/cal/1.ics").unwrap().0 = etag.to_owned();
                folder.history.push("/u/cal/1.ics".to_owned());
            });
        };
        set(&site, told);
        engine.run_well().await;
        engine.retitle("/u/cal/1.ics", "mine").await;
        site.seen();
        assert_eq!(engine.run_well().await.total(|report| report.waiting), 0);
        let seen = site.seen();
        assert_eq!(header(&seen, "PUT", "/u/cal/1.ics", "if-match"), sent, "{told}");
        if sent.is_none() {
            let read = seen.iter().position(is_multiget).expect("it is read and compared first");
            assert!(read < seen.iter().position(is_write).unwrap());
        }
        assert!(site.text("/u/cal/1.ics").unwrap().contains("mine"));
    }
}

/// 18: re-list on the first odd 412.
#[tokio::test]
async fn quirk_18_an_odd_412_is_read_and_tried_again() {
    let (site, engine) = in_step().await;
    engine.retitle("/u/cal/1.ics", "mine").await;
    let mut first = true;
    site.answer(move |request| (is_write(request) && std::mem::take(&mut first)).then(|| answer(412, "")));
    let run = engine.run_well().await;
    assert_eq!((run.total(|report| report.sent), run.total(|report| report.conflicts)), (1, 0));
    assert_eq!(site.hrefs(CALENDAR).len(), 3);
}

/// 19: a trash bin: 400 on a new PUT and 403 on a second DELETE of one UID.
#[tokio::test]
async fn quirk_19_an_item_in_the_trash_bin_gets_another_href() {
    let (site, engine) = in_step().await;
    let new = engine.create("new").await;
    let trash = "<d:error xmlns:d='DAV:' xmlns:s='http://sabredav.org/ns'><s:message>Calendar object with uid already \
                 exists in this calendar collection.</s:message></d:error>";
    let in_trash = new.clone();
    site.answer(move |request| (request.path() == in_trash && is_write(request)).then(|| answer(400, trash)));
    engine.run_well().await;
    assert_eq!((site.hrefs(CALENDAR).len(), site.text(&new)), (4, None));
    // The DELETE that is refused waits, and does not stop the others.
    engine.delete("/u/cal/1.ics").await;
    engine.delete("/u/cal/2.ics").await;
    site.answer(|request| ((request.method(), request.path()) == ("DELETE", "/u/cal/1.ics")).then(|| answer(403, "")));
    engine.run_well().await;
    assert_eq!(engine.waits("/u/cal/1.ics").await.as_deref(), Some("fault_item_refused"));
    assert_eq!(site.text("/u/cal/2.ics"), None);
}

/// 19: `no-uid-conflict` with its href.
#[tokio::test]
async fn quirk_19_a_uid_that_another_item_has_waits_and_says_so() {
    let (site, engine) = in_step().await;
    let new = engine.create("new").await;
    let taken = "<d:error xmlns:d='DAV:' xmlns:c='urn:ietf:params:xml:ns:caldav'><c:no-uid-conflict>\
                 <d:href>/u/cal/3.ics</d:href></c:no-uid-conflict></d:error>";
    for status in [403, 409, 412] {
        site.answer(move |request| is_write(request).then(|| answer(status, taken)));
        engine.run_by(Trigger::Person).await;
        assert_eq!(engine.waits(&new).await.as_deref(), Some("fault_uid_taken"), "{status}");
    }
}

/// 20: one item refused blocks the whole folder.
#[tokio::test]
async fn quirk_20_an_item_that_is_refused_waits_and_the_rest_goes_on() {
    for status in [400, 403, 413, 415, 507] {
        let (site, engine) = in_step().await;
        for n in 1..=3 {
            engine.retitle(&format!("/u/cal/{n}.ics"), "mine").await;
        }
        site.answer(move |request| (is_write(request) && request.path() == "/u/cal/2.ics").then(|| answer(status, "")));
        let run = engine.run_well().await;
        assert_eq!((run.total(|report| report.sent), run.total(|report| report.waiting)), (2, 1), "{status}");
        let reason = if status == 507 { "fault_full" } else { "fault_item_refused" };
        assert_eq!(engine.waits("/u/cal/2.ics").await.as_deref(), Some(reason));
        assert!(said(&run, "log_waiting") && engine.shown().await["/u/cal/2.ics"].contains("mine"), "{status}");
    }
}

/// 21: photos or unknown properties wiped by an edit of the name.
#[tokio::test]
async fn quirk_21_an_edit_changes_only_what_it_names() {
    let (site, engine) = in_step().await;
    let more = "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgG\r\n \
                BgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/\r\nX-UNKNOWN;X-P=\"a:b\":1,2\\;3\r\n\
                item1.X-ABDATE:20260101\r\nitem1.X-ABLABEL:_$!<Anniversary>!$_\r\n";
    site.put("/u/book/c.vcf", &card("c", "Before", more));
    engine.run_well().await;
    engine.retitle("/u/book/c.vcf", "After").await;
    engine.run_well().await;
    let text = site.text("/u/book/c.vcf").unwrap();
    assert!(text.contains("N:After;") && text.contains(more), "{text}");
}

/// 22: duplicate invitations sent by the server after a client's PUT.
#[tokio::test]
async fn quirk_22_scheduling_properties_stay_as_they_were() {
    let (site, engine) = in_step().await;
    let lines = "ORGANIZER;CN=Boss;SCHEDULE-AGENT=CLIENT:mailto:boss@example.org\r\nATTENDEE;CN=Me;PARTSTAT=ACCEPTED;\r\n \
                 RSVP=TRUE;SCHEDULE-AGENT=NONE:mailto:me@example.org\r\nATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:x@example.org\r\n\
                 SEQUENCE:3\r\n";
    site.put("/u/cal/1.ics", &event("uid-1", "before").replace("SUMMARY", &format!("{lines}SUMMARY")));
    engine.run_well().await;
    engine.retitle("/u/cal/1.ics", "mine").await;
    engine.run_well().await;
    let text = site.text("/u/cal/1.ics").unwrap();
    assert!(text.contains("SUMMARY:mine"));
    for line in lines.split_inclusive("\r\n").filter(|line| !line.starts_with("SEQUENCE")) {
        assert!(text.contains(line), "{line}{text}");
    }
}

/// 23: a truncated PUT stored as the truth.
#[tokio::test]
async fn quirk_23_what_was_stored_in_part_is_kept_here_whole() {
    // With the etag of what is stored, or that of what was sent, it is seen in the next run,
    // without one at once.
    for (tells, runs, says) in
        [("what is stored", 2, "log_altered"), ("what was sent", 2, "log_changed_since"), ("nothing", 1, "log_altered")]
    {
        let (site, engine) = in_step().await;
        let other = site.clone();
        site.twist(move |request, honest| match request.method() {
            "PUT" => {
                let text = request.text();
                let stored = |text: &str| other.served(|served| served.put(request.path(), text));
                let whole = stored(&text);
                let half = stored(&text[..text.len() / 2]);
                match tells {
                    "what is stored" => answer(204, "").with("ETag", &half),
                    "what was sent" => answer(204, "").with("ETag", &whole),
                    _ => answer(204, ""),
                }
            }
            _ => honest(),
        });
        engine.retitle("/u/cal/1.ics", "mine").await;
        for left in (0..runs).rev() {
            let run = engine.run_well().await;
            assert_eq!(said(&run, says), left == 0, "{tells}: {:?}", run.log);
        }
        // Once the etag was not that of what is stored, what is sent is read back at once.
        if tells == "what was sent" {
            engine.retitle("/u/cal/2.ics", "mine").await;
            assert!(said(&engine.run_well().await, "log_altered"));
        }
        assert_eq!(engine.shown().await["/u/cal/1.ics"], site.text("/u/cal/1.ics").unwrap(), "no pretending");
        let id = engine.item("/u/cal/1.ics").await.head.id;
        let kept = engine.store.kept(Past::Item(id)).await.unwrap();
        let whole = |text: &str| text.contains("SUMMARY:mine") && text.ends_with("END:VCALENDAR\r\n");
        assert!(kept.iter().any(|kept| whole(&text(&kept.text))));
    }
}

/// 23: a PUT that is taken and not stored.
#[tokio::test]
async fn quirk_23_what_was_not_stored_is_said_and_kept() {
    let (site, engine) = in_step().await;
    site.twist(move |request, honest| match request.method() {
        "PUT" => answer(204, "").with("ETag", "\"never-stored\""),
        _ => honest(),
    });
    engine.retitle("/u/cal/1.ics", "mine").await;
    assert!(!said(&engine.run_well().await, "log_altered"));
    let run = engine.run_well().await;
    assert!(said(&run, "log_altered"), "{:?}", run.log);
    assert!(engine.shown().await["/u/cal/1.ics"].contains("before"), "no pretending");
    let id = engine.item("/u/cal/1.ics").await.head.id;
    let kept = engine.store.kept(Past::Item(id)).await.unwrap();
    assert!(kept.iter().any(|kept| text(&kept.text).contains("SUMMARY:mine")), "it can be had back");
}

/// 23: a Content-Length goes along, so that the server can tell.
#[tokio::test]
async fn quirk_23_a_write_says_how_long_it_is() {
    let site = Site::default();
    site.put("/u/cal/1.ics", &event("uid-1", "before"));
    let served = site.clone();
    let raw = Raw::start("127.0.0.1", move |request, stream| served.ask(request).write(stream));
    let engine = Engine::with_account(Rc::new(NativeHttp::new(None).unwrap()), &raw.url).await;
    engine.run_well().await;
    engine.retitle("/u/cal/1.ics", "mine").await;
    engine.run_well().await;
    let seen = raw.seen();
    let put = seen.iter().find(|request| request.method() == "PUT").unwrap();
    assert_eq!(put.header("content-length"), Some(put.body.len().to_string().as_str()));
    assert_eq!(put.header("transfer-encoding"), None);
}

/// 20, with a server that fails on some items and not for itself: the others go on,
/// at the next run at the latest.
#[tokio::test]
async fn quirk_20_items_that_a_server_fails_on_do_not_keep_the_others_for_good() {
    let (site, engine) = in_step().await;
    for n in 1..=3 {
        engine.retitle(&format!("/u/cal/{n}.ics"), "mine").await;
    }
    engine.retitle("/u/book/c.vcf", "After").await;
    site.answer(|request| (is_write(request) && request.path().starts_with("/u/cal/")).then(|| answer(500, "")));
    engine.run_badly().await;
    engine.run_well().await;
    assert!(site.text("/u/book/c.vcf").unwrap().contains("After"), "the other folder is not kept waiting");
    assert_eq!(engine.waits("/u/cal/3.ics").await.as_deref(), Some("fault_item_refused"));
    site.behave();
    assert_eq!(engine.run_well().await.total(|report| report.sent), 3);
}
