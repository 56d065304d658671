//! People and accounts: quirks 28 to 32.

use super::*;
use pimento::model::{Choice, Settings};
use pimento::schedule;

/// 28: 1,500 wrong logins in two days lock the account. That the worker then asks
/// nothing at all until the person acts is in `tests/worker.rs`.
#[tokio::test]
async fn quirk_28_the_first_401_stops_the_account() {
    let (site, engine) = in_step().await;
    site.put("/u/cal/1.ics", &event("uid-1", "after"));
    engine.retitle("/u/cal/2.ics", "mine").await;
    for place in [is_home, is_changes, is_multiget, is_write] {
        site.answer(move |request| {
            place(request).then(|| answer(401, "").with("WWW-Authenticate", "Basic realm=\"x\""))
        });
        let fault = engine.run_badly().await;
        assert_eq!((fault.class, fault.text.key.as_str()), (Class::SignIn, "fault_sign_in"));
        assert!(engine.account().await.stopped);
        let seen = site.seen();
        assert_eq!(count(&seen, place), 1, "not one more try");
        assert!(place(seen.last().unwrap()), "nothing is asked after it");
    }
    site.behave();
    engine.run_by(Trigger::Person).await;
    assert!(!engine.account().await.stopped);
    assert!(site.text("/u/cal/2.ics").unwrap().contains("mine"));
}

/// 29: fetch sends the browser's own cookies: logged in as another user. That the
/// browser's own are not sent is `credentials: "omit"` in `src/browser/fetch.rs`.
#[tokio::test]
async fn quirk_29_cookies_are_never_sent() {
    let site = Site::default();
    let served = site.clone();
    let raw = Raw::start("127.0.0.1", move |request, stream| {
        served.ask(request).with("Set-Cookie", "session=someone-else; Path=/").write(stream)
    });
    let engine = Engine::with_account(Rc::new(NativeHttp::new(None).unwrap()), &raw.url).await;
    engine.run_well().await;
    let seen = raw.seen();
    assert!(seen.len() > 3);
    assert!(seen.iter().all(|request| request.header("cookie").is_none() && request.header("authorization").is_some()));
}

/// 30: the target was changed and the local copy deleted as "gone".
#[tokio::test]
async fn quirk_30_another_server_is_another_state() {
    let (_, engine) = in_step().await;
    let first = engine.account().await;
    let empty = Site::default();
    let mut moved = engine;
    moved.driver.ports.http = Rc::new(Direct(empty.clone()));
    let second = moved.sign_in("http://other").await.unwrap();
    assert_ne!(first.id, second);
    for account in moved.driver.accounts().await.unwrap() {
        if account.id == second {
            let run = moved.driver.run(account, Trigger::Person).await.unwrap();
            assert_eq!(run.outcome, Outcome::Ok);
            assert_eq!(run.total(|report| report.deleted_here + report.sent), 0);
        }
    }
    assert!(empty.hrefs(CALENDAR).is_empty(), "nothing of the one goes to the other");
    let mut kept = 0;
    for collection in moved.store.collections(&first.id).await.unwrap() {
        kept += moved.store.heads(&collection.id).await.unwrap().len();
    }
    assert_eq!(kept, 4, "what was here of the first is here still");
}

/// 30: the same server with another principal is another state too.
#[tokio::test]
async fn quirk_30_another_principal_is_another_state() {
    let (site, engine) = in_step().await;
    let first = engine.account().await.id;
    site.twist(|_, honest| {
        with_body(honest(), |body| {
            body.replace("<d:current-user-principal><d:href>/u/<", "<d:current-user-principal><d:href>/v/<")
        })
    });
    assert_ne!(engine.sign_in("http://h").await.unwrap(), first);
    assert_eq!(engine.store.accounts().await.unwrap().len(), 2);
}

/// 31: a failsafe at 20 % with no way to see what it stops.
#[tokio::test]
async fn quirk_31_the_guard_shows_what_it_stops_and_lets_decide() {
    for choice in [Choice::Delete, Choice::BringBack] {
        let (site, engine) = in_step().await;
        for n in 1..=3 {
            site.delete(&format!("/u/cal/{n}.ics"));
        }
        assert_eq!(engine.run_badly().await.class, Class::Guard);
        assert_eq!(engine.run_badly().await.class, Class::Guard, "until somebody decides");
        let held = engine.driver.held().await.unwrap();
        let titles: Vec<_> = held.iter().flat_map(|held| held.steps.iter().map(|step| step.title.as_str())).collect();
        assert_eq!(titles, ["before"; 3], "the list of what would go");
        engine.driver.decide(&engine.collection(CALENDAR).await.id, choice).await.unwrap();
        engine.run_well().await;
        let left = if choice == Choice::Delete { 0 } else { 3 };
        assert_eq!((engine.shown().await.len(), site.hrefs(CALENDAR).len()), (left + 1, left), "{choice:?}");
    }
}

/// 31: the same for what was deleted here.
#[tokio::test]
async fn quirk_31_the_guard_stops_deletions_made_here_too() {
    let (site, engine) = in_step().await;
    for n in 1..=3 {
        engine.delete(&format!("/u/cal/{n}.ics")).await;
    }
    assert_eq!(engine.run_badly().await.class, Class::Guard);
    assert_eq!(site.hrefs(CALENDAR).len(), 3);
    assert_eq!(engine.driver.held().await.unwrap()[0].steps.len(), 3);
    engine.driver.decide(&engine.collection(CALENDAR).await.id, Choice::BringBack).await.unwrap();
    engine.run_well().await;
    assert_eq!((engine.shown().await.len(), site.hrefs(CALENDAR).len()), (4, 3));
}

/// 32: 429/503 with Retry-After, in seconds or as a date.
#[tokio::test]
async fn quirk_32_the_server_is_left_alone_for_as_long_as_it_says() {
    for status in [429, 503] {
        for (after, seconds) in [("90", 90), ("Sun, 22 Nov 2026 00:02:30 GMT", 150)] {
            let (site, engine) = in_step().await;
            site.answer(move |_| {
                Some(answer(status, "").with("Retry-After", after).with("Date", "Sun, 22 Nov 2026 00:00:00 GMT"))
            });
            let fault = engine.run_badly().await;
            assert_eq!(fault.class, Class::Retry { after: Some(seconds) }, "{status} {after}");
            assert_eq!(
                (fault.text.key.as_str(), fault.text.args),
                ("fault_busy", vec![status.to_string()]),
                "it is said"
            );
            assert_eq!(site.seen().len(), 1, "nothing else is asked");
            let runs = engine.store.runs(10).await.unwrap();
            let ended = runs[0].ended.unwrap();
            let wait = i64::from(seconds) * 1000;
            // That long …
            let account = engine.account().await;
            assert!((wait - 100..=wait + 100).contains(&(account.not_before.unwrap() - ended)));
            // … and no longer: the next run is due then, though the interval is a quarter of an hour.
            let due = schedule::next(&Settings::default(), ended, &runs, 0).unwrap();
            assert_eq!(due - ended, wait);
            site.behave();
            engine.run_well().await;
            assert_eq!(engine.account().await.not_before, None);
        }
    }
}
