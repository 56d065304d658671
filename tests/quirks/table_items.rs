//! The table of servers, its rows about items: reading and writing them.

use super::*;

/// Multiget names a missing href by 404.
#[tokio::test]
async fn server_a_missing_href_in_a_multiget_is_gone() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    let other = site.clone();
    site.twist(move |request, honest| {
        let answer = honest();
        if is_changes(request) && other.text("/u/cal/4.ics").is_some() {
            other.delete("/u/cal/4.ics");
        }
        answer
    });
    let run = engine.run_well().await;
    assert_eq!((engine.shown().await.len(), run.total(|report| report.waiting)), (4, 0));
}

/// An ETag on PUT although the text is rewritten (Radicale, Xandikos).
#[tokio::test]
async fn server_an_etag_on_put_does_not_mean_it_was_stored_as_sent() {
    let (site, engine) = in_step().await;
    let other = site.clone();
    site.twist(move |request, honest| {
        let answer = honest();
        if request.method() == "PUT" {
            // The etag that was answered is that of the text as rewritten.
            other.served(|served| {
                let item = served.folders.get_mut(CALENDAR).unwrap().items.get_mut(request.path()).unwrap();
                item.1 = item.1.replace("PRODID:-//example//test//EN", "PRODID:-//server");
            });
        }
        answer
    });
    engine.retitle("/u/cal/1.ics", "mine").await;
    for _ in 0..2 {
        let run = engine.run_well().await;
        assert!(!said(&run, "log_altered"), "nothing that means anything");
    }
    assert!(engine.shown().await["/u/cal/1.ics"].contains("PRODID:-//server"));
}

/// No ETag on PUT; for about a second the etag is weak and If-Match fails, then the
/// same value is strong (Apache mod_dav).
#[tokio::test]
async fn server_apache_etag_is_weak_for_a_second() {
    let (site, engine) = in_step().await;
    let weak = |body: String| body.replace("<d:getetag>", "<d:getetag>W/");
    site.twist(move |request, honest| match request.method() {
        "PUT" if request.header("if-match").is_some_and(|etag| etag.starts_with("W/")) => answer(412, ""),
        "PUT" => Message { headers: Vec::new(), ..honest() },
        _ => with_body(honest(), weak),
    });
    for title in ["mine", "mine again"] {
        engine.retitle("/u/cal/1.ics", title).await;
        let run = engine.run_well().await;
        assert_eq!((run.total(|report| report.sent), run.total(|report| report.waiting)), (1, 0));
        assert!(site.text("/u/cal/1.ics").unwrap().contains(title));
    }
    // A second later: the same, strong. Nothing changed.
    site.behave();
    site.seen();
    engine.later(7 * DAY);
    engine.run_well().await;
    assert_eq!(count(&site.seen(), is_multiget), 0);
}

/// vCard 4 is kept, but a `PHOTO` data: URI is destroyed; unescaped commas are cut,
/// silently, with 201 (Radicale).
#[tokio::test]
async fn server_radicale_cuts_cards_at_commas() {
    let (site, engine) = in_step().await;
    let photo = "PHOTO:data:image/jpeg;base64,/9j/4AAQSkZJRg==\r\n";
    site.put("/u/book/c.vcf", &card("c", "Before", photo).replace("VERSION:3.0", "VERSION:4.0"));
    engine.run_well().await;
    let other = site.clone();
    site.twist(move |request, honest| match request.method() {
        "PUT" => {
            let cut = request.text().replace("base64,/9j/4AAQSkZJRg==", "base64");
            let etag = other.served(|served| served.put(request.path(), &cut));
            answer(204, "").with("ETag", &etag)
        }
        _ => honest(),
    });
    engine.retitle("/u/book/c.vcf", "After").await;
    engine.run_well().await;
    let run = engine.run_well().await;
    assert!(said(&run, "log_altered"));
    let id = engine.item("/u/book/c.vcf").await.head.id;
    let kept = engine.store.kept(Past::Item(id)).await.unwrap();
    assert!(kept.iter().any(|kept| text(&kept.text).contains(photo)), "the photo can be had back");
    // What is typed here is escaped, and survives.
    engine.retitle("/u/book/c.vcf", "Comma, Semi; and\\back").await;
    engine.run_well().await;
    assert!(site.text("/u/book/c.vcf").unwrap().contains("N:Comma\\, Semi\\; and\\\\back;"));
}

/// The same UID at a second href: 409 (Radicale), 412 (Xandikos).
#[tokio::test]
async fn server_a_second_item_of_a_uid_waits() {
    for status in [409, 412] {
        let (site, engine) = in_step().await;
        let new = engine.create("new").await;
        site.answer(move |request| is_write(request).then(|| answer(status, "")));
        engine.run_well().await;
        engine.run_well().await;
        assert_eq!(engine.waits(&new).await.as_deref(), Some("fault_uid_taken"), "{status}");
        assert!(count(&site.seen(), is_write) <= 4);
    }
}

/// A chunked PUT is a 400 (Radicale): `quirk_23_a_write_says_how_long_it_is` holds
/// that none is sent. HTTP/1.0 answers (Radicale) are read like others.
#[tokio::test]
async fn server_radicale_speaks_http_1_0_and_takes_no_chunks() {
    let site = Site::default();
    site.put("/u/cal/1.ics", &event("uid-1", "here"));
    let served = site.clone();
    let raw = Raw::start("127.0.0.1", move |request, stream| {
        let honest = if request.header("transfer-encoding").is_some() { answer(400, "") } else { served.ask(request) };
        Message { start: honest.start.replace("HTTP/1.1", "HTTP/1.0"), ..honest }.write(stream)
    });
    let engine = Engine::with_account(Rc::new(NativeHttp::new(None).unwrap()), &raw.url).await;
    engine.run_well().await;
    engine.retitle("/u/cal/1.ics", "mine").await;
    engine.run_well().await;
    assert!(site.text("/u/cal/1.ics").unwrap().contains("mine"));
}

/// Parallel PUTs in one collection: 423 for 6 or 7 of 10 (Xandikos).
#[tokio::test]
async fn server_xandikos_locks_and_what_is_locked_is_waited_for() {
    let (site, engine) = in_step().await;
    for n in 0..10 {
        engine.create(&format!("new {n}")).await;
    }
    let mut writes = 0;
    site.answer(move |request| {
        writes += usize::from(is_write(request));
        (is_write(request) && writes == 4).then(|| answer(423, ""))
    });
    let run = engine.run_well().await;
    assert_eq!((run.total(|report| report.sent), run.total(|report| report.waiting)), (10, 0));
    assert_eq!(site.hrefs(CALENDAR).len(), 13);
    // A lock that stays is not waited for without end: it goes another time.
    let (one, other) = (engine.create("one").await, engine.create("other").await);
    let locked = one.clone();
    site.answer(move |request| (is_write(request) && request.path() == locked).then(|| answer(423, "")));
    let run = engine.run_well().await;
    assert_eq!((run.total(|report| report.sent), run.total(|report| report.waiting)), (1, 1));
    assert!(site.text(&other).is_some());
    site.answer(|_| None);
    let run = engine.run_well().await;
    assert_eq!((run.total(|report| report.sent), run.total(|report| report.waiting)), (1, 0));
}

/// A server that refuses what comes beside another write: nothing is lost by finding out,
/// and from then on writes wait for each other's answers.
#[tokio::test]
async fn server_xandikos_sees_two_writes_at_a_time_once() {
    let site = Site::default();
    let (served, open) = (site.clone(), std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0)));
    let refused = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = refused.clone();
    let raw = Raw::start("127.0.0.1", move |request, stream| {
        use std::sync::atomic::Ordering::SeqCst;
        let others = if is_write(request) { open.fetch_add(1, SeqCst) } else { 0 };
        let answered = if others > 0 { answer(423, "") } else { served.ask(request) };
        counted.fetch_add(usize::from(others > 0), SeqCst);
        // Whoever sends the next before this answer is out is seen.
        if is_write(request) {
            std::thread::yield_now();
            open.fetch_sub(1, SeqCst);
        }
        answered.write(stream)
    });
    let engine = Engine::with_account(Rc::new(NativeHttp::new(None).unwrap()), &raw.url).await;
    engine.run_well().await;
    for n in 0..10 {
        engine.create(&format!("new {n}")).await;
    }
    assert_eq!(engine.run_well().await.total(|report| report.sent), 10);
    assert!(refused.load(std::sync::atomic::Ordering::SeqCst) <= 6, "those under way when it was found out");
}

/// calendar-data asked inside sync-collection: given by Radicale, ignored by
/// Xandikos. It is asked for, and what does not come so comes by one multiget.
#[tokio::test]
async fn server_texts_that_do_not_come_along_come_by_multiget() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/4.ics", &event("uid-4", "new"));
    engine.run_well().await;
    let seen = site.seen();
    assert!(seen.iter().filter(|r| is_changes(r)).all(|r| r.text().contains("calendar-data")));
    assert_eq!(count(&seen, is_multiget), 1);
}
