//! Answers that take their time, or do not come at all.

use super::*;

/// A server that is not sent away gives up by itself after so long, and the test has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Keeps the connection open and says nothing, until the other side closes it.
fn keep_open(stream: &mut TcpStream) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.flush()?;
    let mut nothing = [0; 16];
    while stream.read(&mut nothing)? > 0 {}
    Ok(())
}

#[tokio::test]
async fn silence() {
    ends_within(SHORT, hostile(keep_open), &["fault_timeout"]).await;
    let begun = with_length(XML, OPEN.as_bytes());
    let stalled = hostile(move |stream| {
        stream.write_all(&begun[..begun.len() - 10])?;
        keep_open(stream)
    });
    ends_within(SHORT, stalled, &["fault_timeout"]).await;
}

#[tokio::test]
async fn drop_by_drop() {
    // Each drop comes well before the silence is too long.
    let drip = hostile(|stream| {
        stream.write_all(format!("HTTP/1.1 {XML}\r\n\r\n{OPEN}").as_bytes())?;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            stream.write_all(b" ")?;
            std::thread::sleep(SHORT.silence / 30);
        }
        Ok(())
    });
    ends_within(SHORT, drip, &["fault_timeout"]).await;
}

#[tokio::test]
async fn a_write_without_an_answer_is_not_lost_and_not_doubled() {
    let long = with_length("201 Created", b"");
    for broken in [hostile(keep_open), says(""), says(long[..long.len() - 8].to_vec())] {
        let mut world = World::new().await;
        world.engine.retitle("/u/cal/2.ics", "mine").await;
        let new = world.engine.create("new").await;
        let edited = world.engine.state().await;
        world.turns(|request| request.method() == "PUT", &broken);
        world.engine.driver.ports.http = http(SHORT);
        assert!(matches!(world.engine.run_badly().await.class, Class::Retry { .. }));
        world.engine.state().await.is_still(&edited, "a write");
        world.behaves();
        world.engine.driver.ports.http = http(LIMITS);
        world.engine.run_well().await;
        assert!(world.site.text("/u/cal/2.ics").unwrap().contains("mine"));
        assert_eq!(world.site.hrefs(CALENDAR).iter().filter(|href| **href == new).count(), 1);
        assert_eq!(world.site.hrefs(CALENDAR).len(), 4);
    }
}

/// Radicale makes the answer that has all of a folder before it sends any of it.
#[tokio::test]
async fn an_answer_with_everything_may_be_long_in_the_making() {
    let text = String::from_utf8(event("uid-1", "one of many").into()).unwrap();
    let all = format!(
        "{OPEN}<d:response><d:href>{CALENDAR}1.ics</d:href><d:propstat><d:prop><d:getetag>\"1\"</d:getetag>\
         <c:calendar-data>{text}</c:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat>\
         </d:response><d:sync-token>token-1</d:sync-token></d:multistatus>"
    );
    let made = hostile(move |stream| {
        std::thread::sleep(SHORT.silence * 3 / 2);
        stream.write_all(&with_length(XML, all.as_bytes()))
    });
    for (making, comes) in [(LIMITS.making, true), (SHORT.making, false)] {
        let world = World::new().await;
        world.turns(|request| Place::Changes.is_at(request), &made);
        let before = world.raw.seen().len();
        let engine =
            Engine::with_account(http(Limits { silence: SHORT.silence, making, ..LIMITS }), &world.raw.url).await;
        let run = engine.run().await;
        assert_eq!(run.outcome == Outcome::Ok, comes, "{:#?}", run.log);
        let asked = world.raw.seen().split_off(before);
        let of_calendar = asked.iter().filter(|request| request.path() == CALENDAR).count();
        if comes {
            assert!(engine.shown().await["/u/cal/1.ics"].contains("one of many"));
            assert_eq!(of_calendar, 1, "it is not asked for in another way");
        } else {
            assert!(of_calendar > 1, "in batches it may come");
        }
    }
}

#[tokio::test]
async fn an_answer_with_everything_that_began_may_not_be_silent_so_long() {
    let begun = with_length(XML, OPEN.as_bytes());
    let stalled = hostile(move |stream| {
        stream.write_all(&begun[..begun.len() - 10])?;
        keep_open(stream)
    });
    let world = World::new().await;
    world.turns(|request| Place::Changes.is_at(request), &stalled);
    let limits = Limits { silence: SHORT.silence, making: ENDLESS, whole: ENDLESS, ..LIMITS };
    let engine = Engine::with_account(http(limits), &world.raw.url).await;
    let began = Instant::now();
    assert_eq!(engine.run_badly().await.text.key, "fault_timeout");
    assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
}
