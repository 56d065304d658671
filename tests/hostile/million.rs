//! A million of what should be a few, over the limits that people get: what `probe`
//! says of its memory.

use super::*;

/// A run of `probe`: what its last line says.
fn probe(url: &str, folder: &std::path::Path) -> serde_json::Value {
    let password = folder.join("password");
    std::fs::write(&password, "secret").unwrap();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_probe"));
    command.arg(url).args(["--user", "u", "--password-file"]).arg(password).arg("--into").arg(folder.join("files"));
    let out = String::from_utf8(command.output().unwrap().stdout).unwrap();
    serde_json::from_str(out.lines().last().unwrap()).unwrap()
}

const MILLION: usize = 1_000_000;

/// A 207 with so many of what `response` makes, sent as they are made.
fn send_many(stream: &mut TcpStream, count: usize, response: impl Fn(usize) -> String) -> io::Result<()> {
    let mut stream = io::BufWriter::new(stream);
    write!(stream, "HTTP/1.1 {XML}\r\n\r\n{OPEN}")?;
    for n in 0..count {
        stream.write_all(response(n).as_bytes())?;
    }
    write!(stream, "<d:sync-token>token-1</d:sync-token></d:multistatus>")?;
    stream.flush()
}

#[tokio::test]
async fn a_million_hrefs_take_bounded_memory() {
    let item = |n| format!("<d:response><d:href>{CALENDAR}{n}</d:href></d:response>");
    let calendar = |n| {
        let kind = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype>";
        format!(
            "<d:response><d:href>{HOME}{n}/</d:href><d:propstat><d:prop>{kind}</d:prop><d:status>HTTP/1.1 200 OK\
             </d:status></d:propstat></d:response>"
        )
    };
    // All in one response: more than is read of it would be in memory at once.
    let crowded = |n| match n {
        0 => format!("<d:response><d:href>{CALENDAR}</d:href>"),
        n if n == MILLION - 1 => "<d:status>HTTP/1.1 404 X</d:status></d:response>".to_owned(),
        n => format!("<d:href>{CALENDAR}{n}</d:href>"),
    };
    let many: [(Place, Hostile); 4] = [
        (Place::Home, hostile(move |stream| send_many(stream, 100_000, calendar))),
        (Place::Changes, hostile(move |stream| send_many(stream, MILLION, item))),
        (Place::Changes, hostile(move |stream| send_many(stream, MILLION, crowded))),
        (Place::Texts, hostile(move |stream| send_many(stream, MILLION / 5, item))),
    ];
    for (place, hostile) in many {
        let world = World::new().await;
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(probe(&world.raw.url, folder.path())["received"], 4);
        world.site.put("/u/cal/1.ics", &event("uid-1", "after"));
        world.turns(move |request| place.is_at(request), &hostile);
        let began = Instant::now();
        let said = probe(&world.raw.url, folder.path());
        println!("{place:?}: {said} {:?}", began.elapsed());
        match place {
            Place::Texts => assert_eq!((&said["result"], &said["waiting"]), (&"ok".into(), &1.into()), "{said}"),
            _ => assert_eq!(said["fault"], "fault_too_large", "{place:?}: {said}"),
        }
        assert!(said["peak_rss_kb"].as_u64().unwrap() < 200_000, "{place:?}: {said}");
        assert!(began.elapsed() < ENDLESS, "{place:?}: {:?}", began.elapsed());
        assert_eq!(said["deleted_here"], 0);
        assert_eq!(std::fs::read_dir(folder.path().join("files/Calendar")).unwrap().count(), 3);
        world.nothing_went_elsewhere();
    }
}

/// Ten times the items that `./build.sh bench` takes for full, in the answer that has all.
#[tokio::test]
async fn a_first_run_takes_as_much_memory_for_many_items_as_for_few() {
    let item = |n: usize| {
        let text = String::from_utf8(event(&format!("uid-{n}"), "one of many").into()).unwrap();
        format!(
            "<d:response><d:href>{CALENDAR}{n}.ics</d:href><d:propstat><d:prop><d:getetag>\"{n}\"</d:getetag>\
             <c:calendar-data>{text}</c:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
        )
    };
    let [few, many] = [1_000, 160_000].map(|count| async move {
        let world = World::new().await;
        let folder = tempfile::tempdir().unwrap();
        let all = hostile(move |stream| send_many(stream, count, item));
        world.turns(|request| Place::Changes.is_at(request), &all);
        let said = probe(&world.raw.url, folder.path());
        println!("{count}: {said}");
        let received = said["received"].as_u64().unwrap();
        assert!(said["result"] == "ok" && received >= count as u64, "{said}");
        said["peak_rss_kb"].as_u64().unwrap()
    });
    let (few, many) = (few.await, many.await);
    assert!(many < 48_000 && many < few * 2, "{few} KB and {many} KB");
}
