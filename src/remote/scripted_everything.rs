use super::*;

fn text(name: &str) -> String {
    with(
        &format!("/u/cal/{name}"),
        &format!("<d:getetag>\"1\"</d:getetag><c:calendar-data>text of {name}</c:calendar-data>"),
    )
}

/// Nothing is to be made of them before they are stored.
async fn as_they_are(texts: Vec<Fetched>) -> Result<Vec<Fetched>, Fault> {
    Ok(texts)
}

/// What is handed on of these answers, by name, and what comes of them.
async fn everything(status: u16, body: impl AsRef<[u8]>) -> (Vec<String>, Everything) {
    let script = Script::new([says("REPORT /u/cal/", status, body)]);
    let mut came = Vec::new();
    let (remote, calendar) = (remote(&script), calendar());
    let opened = remote.open_everything(&calendar, None).await.unwrap();
    let told = remote.everything(&calendar, None, opened, as_they_are, async |texts| {
        for Fetched { href, result } in texts {
            let name = href.name();
            let expected = format!("text of {name}").into_bytes();
            assert_eq!(result, Fetch::Found { etag: Some(Etag("\"1\"".into())), text: expected });
            came.push(name);
        }
        Ok(())
    });
    let told = told.await.unwrap();
    assert!(script.body(0).contains("calendar-data"));
    (came, told)
}

#[tokio::test]
async fn everything_comes_in_one_answer_and_what_has_no_text_is_named() {
    let body = text("a") + &etag("/u/cal/b", "\"2\"") + &is("/u/cal/old", "404 Gone") + &text("c") + &token("t");
    let (came, told) = everything(207, multistatus(&body)).await;
    assert_eq!(came, ["a", "c"]);
    assert_eq!(told, Everything::Told { token: "t".into(), left: vec![Href::path("/u/cal/b")] });
    let (came, told) = everything(207, multistatus(&token("t"))).await;
    assert_eq!((came.len(), told), (0, Everything::Told { token: "t".into(), left: vec![] }));
}

/// An answer whose second half is told of when it is asked for.
struct Halves {
    halves: Vec<Vec<u8>>,
    asked: Rc<Notify>,
}

#[async_trait(?Send)]
impl Body for Halves {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        if self.halves.len() == 1 {
            self.asked.notify_one();
        }
        Ok(self.halves.pop())
    }
}

#[tokio::test]
async fn the_next_is_read_and_made_ready_while_the_last_is_stored() {
    let long = text("a").replace("text of a", &"x".repeat(600 << 10));
    let body = multistatus(&(long + &text("b") + &token("t"))).into_bytes();
    let (first, rest) = body.split_at(body.len() - 20);
    let (script, asked) = (Script::new([says("REPORT /u/cal/", 207, "")]), Rc::new(Notify::new()));
    let (remote, calendar) = (remote(&script), calendar());
    let mut opened = remote.open_everything(&calendar, None).await.unwrap();
    opened.body = Box::new(Halves { halves: vec![rest.to_vec(), first.to_vec()], asked: Rc::clone(&asked) });
    let (mut came, made) = (Vec::new(), Cell::new(0));
    let ready = async |texts| {
        made.set(made.get() + 1);
        Ok::<Vec<Fetched>, Fault>(texts)
    };
    let told = remote.everything(&calendar, None, opened, ready, async |texts| {
        if came.is_empty() {
            asked.notified().await;
            while made.get() < 2 {
                tokio::task::yield_now().await;
            }
        }
        came.extend(texts.into_iter().map(|fetched| fetched.href.name()));
        Ok(())
    });
    let told = tokio::time::timeout(Duration::from_secs(10), told).await.expect("both at once").unwrap();
    assert_eq!(came, ["a", "b"]);
    assert_eq!(told, Everything::Told { token: "t".into(), left: vec![] });
}

/// Breaks off where the second piece would begin.
struct BrokenOff(Option<Vec<u8>>);

#[async_trait(?Send)]
impl Body for BrokenOff {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        self.0.take().map(Some).ok_or_else(|| fault::cut_off("here"))
    }
}

#[tokio::test]
async fn what_came_is_stored_also_where_the_answer_breaks_off_meanwhile() {
    let long = text("a").replace("text of a", &"x".repeat(600 << 10));
    let body = multistatus(&(long + &token("t"))).into_bytes();
    let (first, _) = body.split_at(body.len() - 20);
    let script = Script::new([says("REPORT /u/cal/", 207, "")]);
    let (remote, calendar) = (remote(&script), calendar());
    let mut opened = remote.open_everything(&calendar, None).await.unwrap();
    opened.body = Box::new(BrokenOff(Some(first.to_vec())));
    let mut came = Vec::new();
    let told = remote.everything(&calendar, None, opened, as_they_are, async |texts| {
        tokio::task::yield_now().await;
        came.extend(texts.into_iter().map(|fetched| fetched.href.name()));
        Ok(())
    });
    assert_eq!(told.await.unwrap_err().text.key, fault::cut_off("").text.key);
    assert_eq!(came, ["a"]);
}

/// Never goes on behind its beginning.
struct Silent(Option<Vec<u8>>);

#[async_trait(?Send)]
impl Body for Silent {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        match self.0.take() {
            Some(begin) => Ok(Some(begin)),
            None => std::future::pending().await,
        }
    }
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_told_only_when_more_comes() {
    let long = text("a").replace("text of a", &"x".repeat(600 << 10));
    let body = multistatus(&(long + &token("t"))).into_bytes();
    let script = Script::new([says("REPORT /u/cal/", 207, "")]);
    let (remote, calendar) = (remote(&script), calendar());
    let mut opened = remote.open_everything(&calendar, None).await.unwrap();
    opened.body = Box::new(Silent(Some(body[..body.len() - 20].to_vec())));
    let told = remote.everything(&calendar, None, opened, as_they_are, async |_| Err(fault::store("full")));
    let told = tokio::time::timeout(Duration::from_secs(10), told).await.expect("at once");
    assert_eq!(told.unwrap_err().text.key, fault::store("").text.key);
}

#[tokio::test]
async fn a_token_counts_only_if_all_that_follows_it_can_be_read() {
    let long = |name, length| text(name).replace(&format!("text of {name}"), &"x".repeat(length));
    // The first piece ends before the second text does: with the token.
    let begin = long("a", 600 << 10) + &token("t") + &long("b", 100 << 10);
    for after in ["<!DOCTYPE x>", "<d:response><d:href>&#1;</d:href></d:respons>"] {
        let body = multistatus(&(begin.clone() + after));
        let script = Script::new([says("REPORT /u/cal/", 207, &body)]);
        let (remote, calendar) = (remote(&script), calendar());
        let opened = remote.open_everything(&calendar, None).await.unwrap();
        let told = remote.everything(&calendar, None, opened, as_they_are, async |_| Ok(()));
        assert_eq!(told.await.unwrap(), Everything::Doubtful, "{after}");
    }
}

#[tokio::test]
async fn quirk_02_an_answer_cut_off_proves_what_it_says_and_nothing_else() {
    let whole = multistatus(&(text("a") + &text("b") + &token("t")));
    let second = whole.find("text of b").unwrap();
    for end in (second..whole.len()).step_by(7) {
        let (came, told) = everything(207, &whole[..end]).await;
        assert_eq!(told, Everything::Doubtful, "{end}");
        assert!(
            came.iter().map(String::as_str).eq(["a"]) || came.iter().map(String::as_str).eq(["a", "b"]),
            "{came:?}"
        );
    }
}

#[tokio::test]
async fn everything_that_contradicts_itself_gives_no_token() {
    for (what, inner) in [
        ("no token", text("a")),
        ("more to come (quirk 4)", text("a") + &is("/u/cal/", "507 Insufficient Storage") + &token("t")),
        ("itself is gone", text("a") + &is("/u/cal/", "404 Not Found") + &token("t")),
        ("told twice", text("a") + &text("a") + &token("t")),
        ("told twice, once by another name", text("a") + &etag("/u/cal/%61", "\"1\"") + &token("t")),
        ("told and gone", text("a") + &is("/u/cal/a", "404 Not Found") + &token("t")),
        ("another collection", text("a") + &etag("/u/other/b", "\"1\"") + &token("t")),
        ("broken inside", text("a") + "<d:response><d:href>/u/cal/&#1;</d:href></d:respons>" + &token("t")),
    ] {
        let (came, told) = everything(207, multistatus(&inner)).await;
        assert_eq!((came.len(), told), (1, Everything::Doubtful), "{what}");
    }
    for (status, body) in
        [(200, "<!DOCTYPE html><html>Sign in</html>"), (207, "<html>Sign in</html>"), (207, ""), (302, "")]
    {
        assert_eq!(everything(status, body).await, (vec![], Everything::Doubtful), "{status} {body}");
    }
    // Radicale 3.9 for more than 10,000 events; others for other reasons.
    for status in [400, 403, 415, 500, 501, 507] {
        assert_eq!(everything(status, "").await, (vec![], Everything::Refused), "{status}");
    }
}

/// What Radicale tells as the change marker.
const CTAG: &str = "\"a9b1a9b1a9b1a9b1a9b1a9b1a9b1a9b1a9b1a9b1a9b1a9b1a9b1a9b1a9b1a9b1\"";
const TOKEN: &str = "http://radicale.org/ns/sync/a9b1";

#[tokio::test]
async fn only_radicales_tokens_are_taken_before_all_is_read() {
    for (marker, expected) in [
        (None, None),
        (Some(TOKEN), Some(TOKEN)),
        (Some("http://h/ns/sync/a9b1"), None),
        (Some("1795305660"), None),
        (Some("\"a9b1\""), None),
    ] {
        let told = remote(&Script::new([])).token_before(&calendar(), marker).await.unwrap();
        assert_eq!(told.as_deref(), expected, "{marker:?}: nothing is asked");
    }
    // Such a marker may be another server's, whose tokens may count seconds.
    for (told, expected) in [(TOKEN, Some(TOKEN)), ("1795305660", None), ("", None)] {
        let itself = multistatus(&with("/u/cal/", &token(told)));
        let script = Script::new([says("PROPFIND /u/cal/", 207, itself)]);
        assert_eq!(remote(&script).token_before(&calendar(), Some(CTAG)).await.unwrap().as_deref(), expected);
        assert!(script.body(0).contains("<D:prop><D:sync-token/></D:prop>"));
        assert_eq!(script.header(0, "Depth").as_deref(), Some("0"));
    }
    for (status, body) in [(403, ""), (404, ""), (207, "<html>Sign in</html>"), (207, "")] {
        let script = Script::new([says("PROPFIND /u/cal/", status, body)]);
        let told = remote(&script).token_before(&calendar(), Some(CTAG)).await.unwrap();
        assert_eq!(told, None, "{status} {body}: then it is asked as others are");
    }
    let script = Script::new([says("PROPFIND /u/cal/", 401, "")]);
    assert!(remote(&script).token_before(&calendar(), Some(CTAG)).await.is_err());
}

#[tokio::test]
async fn with_the_token_from_before_a_query_tells_all_if_it_is_read_to_its_end() {
    let query = async |collection: &Collection, body: &str| {
        let script = Script::new([says("REPORT /u/cal/", 207, body)]);
        let remote = remote(&script);
        let opened = remote.open_everything(collection, Some(TOKEN)).await.unwrap();
        let told = remote.everything(collection, Some(TOKEN.into()), opened, as_they_are, async |_| Ok(()));
        (told.await.unwrap(), script.body(0))
    };
    // Were there a token in it, the one from before would be the one that hides nothing.
    for inner in [text("a") + &etag("/u/cal/b", "2"), text("a") + &etag("/u/cal/b", "2") + &token("t")] {
        let whole = multistatus(&inner);
        let (told, asked) = query(&calendar(), &whole).await;
        assert_eq!(told, Everything::Told { token: TOKEN.into(), left: vec![Href::path("/u/cal/b")] });
        assert!(asked.contains("calendar-query") && asked.contains("calendar-data"), "{asked}");
        for end in (0..whole.len()).step_by(7) {
            assert_eq!(query(&calendar(), &whole[..end]).await.0, Everything::Doubtful, "cut off at {end}");
        }
    }
    let more = is("/u/cal/", "507 Insufficient Storage");
    assert_eq!(query(&calendar(), &multistatus(&(text("a") + &more))).await.0, Everything::Doubtful);
    // Empty, or not understood: sync-collection tells which.
    for nothing in ["".to_owned(), token("t")] {
        assert_eq!(query(&calendar(), &multistatus(&nothing)).await.0, Everything::Doubtful);
    }
    let people = Collection { kind: Kind::Contacts, ..calendar() };
    let (_, asked) = query(&people, &multistatus("")).await;
    assert!(asked.contains("addressbook-query") && asked.contains("address-data"), "{asked}");
}
