//! Answers that lead to somebody else. The path alone of an href is ever used, and
//! a redirect out of the origin is a question to the person.

use super::*;

#[tokio::test]
async fn hrefs_of_other_hosts_are_never_followed() {
    let world = World::new().await;
    let before = world.engine.state().await;
    let port = world.others[1].port;
    let far = [
        format!("http://127.0.0.2:{port}/u/cal/1.ics"),
        format!("//127.0.0.2:{port}/u/cal/1.ics"),
        format!("https://127.0.0.2:{port}/u/cal/1.ics"),
    ];
    for href in far {
        let body = multistatus(&listed(&href, "\"9\"")).body;
        for place in [Place::Home, Place::Changes] {
            world.site.put("/u/cal/1.ics", &event("uid-1", "after"));
            world.turns(move |request| place.is_at(request), &says(with_length(XML, &body)));
            let fault = world.engine.run_badly().await;
            assert_eq!(fault.text.key, "fault_wrong_answer", "{place:?} {href}");
            world.engine.state().await.is_still(&before, "a redirect");
            world.nothing_went_elsewhere();
        }
    }
    // The same host at another port is asked nothing either: the path alone counts.
    let href = format!("http://127.0.0.1:{}/u/cal/1.ics", world.others[0].port);
    let body = multistatus(&format!("{}<d:sync-token>token-9</d:sync-token>", listed(&href, "\"9\""))).body;
    world.turns(move |request| Place::Changes.is_at(request), &says(with_length(XML, &body)));
    world.engine.run_well().await;
    world.nothing_went_elsewhere();
}

#[tokio::test]
async fn homes_on_other_hosts_are_named_and_not_asked() {
    let world = World::new().await;
    let there = format!("http://127.0.0.2:{}/u/", world.others[1].port);
    for (principal, home) in [("/u/", there.as_str()), (there.as_str(), there.as_str())] {
        let account = format!(
            "<d:current-user-principal><d:href>{principal}</d:href></d:current-user-principal>\
             <c:calendar-home-set><d:href>{home}</d:href></c:calendar-home-set>\
             <a:addressbook-home-set><d:href>{home}</d:href></a:addressbook-home-set>"
        );
        world.turns(|_| true, &says(with_length(XML, &multistatus(&props("/", &account)).body)));
        let stranger = Engine::new(http(LIMITS));
        let fault = stranger.sign_in(&world.raw.url).await.unwrap_err();
        assert_eq!((fault.text.key.as_str(), &fault.text.args[..]), ("fault_other_origin", &[there.clone()][..]));
        world.nothing_went_elsewhere();
    }
}

#[tokio::test]
async fn redirects_to_another_origin_ask_the_person() {
    for (n, host) in ["127.0.0.1", "127.0.0.2"].into_iter().enumerate() {
        for status in [301, 302, 307, 308] {
            let world = World::new().await;
            let target = format!("http://{host}:{}/u/", world.others[n].port);
            let away = says(with_length(&format!("{status} X\r\nLocation: {target}"), b""));
            // Reading …
            let before = world.engine.state().await;
            world.turns(|_| true, &away);
            let fault = world.engine.run_badly().await;
            // The sentence names the address, and what to do if it is the right one.
            assert_eq!((fault.class, fault.text.key.as_str()), (Class::Setup, "fault_other_origin"), "{fault}");
            assert_eq!(fault.text.args[0], target);
            world.engine.state().await.is_still(&before, "a redirect");
            // … finding the account …
            let stranger = Engine::new(http(LIMITS));
            let fault = stranger.sign_in(&world.raw.url).await.unwrap_err();
            assert_eq!((fault.text.key.as_str(), fault.text.args), ("fault_other_origin", vec![target]));
            // … and writing.
            world.engine.retitle("/u/cal/2.ics", "mine").await;
            world.engine.delete("/u/cal/3.ics").await;
            let edited = world.engine.state().await;
            world.turns(|request| matches!(request.method(), "PUT" | "DELETE"), &away);
            assert_eq!(world.engine.run_badly().await.text.key, "fault_other_origin");
            world.engine.state().await.is_still(&edited, &format!("{status}"));
            assert_eq!(world.site.hrefs(CALENDAR).len(), 3);
            world.nothing_went_elsewhere();
            world.behaves();
            world.engine.run_well().await;
            assert_eq!(world.site.hrefs(CALENDAR).len(), 2);
        }
    }
}
