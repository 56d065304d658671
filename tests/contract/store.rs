//! What every store must do, whatever it is made of. Each function gets a store
//! that nothing was written to.

mod batch;

pub use batch::items_that_come_together_are_each_their_own;
use pimento::model::*;
use pimento::port::{Change, Commit, Race, Store};

const DAY: i64 = 24 * 60 * 60 * 1000;

pub fn collection(name: &str) -> Collection {
    let account = AccountId("https://dav.example ann /ann/".to_owned());
    let href = Href::path(format!("/ann/{name}/"));
    Collection {
        components: vec!["VEVENT".to_owned()],
        role: Some(Role::Calendar),
        ..Collection::new(&account, href, Kind::Calendar)
    }
}

/// In step with the server.
pub fn item(of: &Collection, name: &str, text: &str) -> Item {
    let href = Href::path(format!("{}{name}.ics", of.href.as_str()));
    let id = ItemId(format!("{} {name}", of.name));
    let head = Head { based: true, etag: Some(Etag("\"1\"".into())), ..Head::new(id, of.id.clone(), href) };
    Item { head, base: Some(text.as_bytes().to_vec()), edit: None }
}

/// As the person edits it.
pub fn edited(item: &Item, text: &str) -> Item {
    let mut item = item.clone();
    item.head.edit = Some(Edit::Put);
    item.head.rev += 1;
    item.edit = Some(text.as_bytes().to_vec());
    item
}

pub fn account() -> Account {
    Account {
        id: AccountId("https://dav.example ann /ann/".into()),
        entered: "dav.example".into(),
        secure: true,
        server: "https://dav.example".into(),
        user: "ann".into(),
        principal: Some(Href::path("/ann/")),
        calendar_homes: vec![Href::path("/ann/")],
        addressbook_homes: vec![],
        preferred: None,
        active: true,
        default_calendar: None,
        stopped: false,
        policy: Policy::Merge,
        not_before: Some(7),
        markers: [("/ann".to_owned(), Marker::Token)].into(),
        several: Some(true),
        way: 40,
        looked: 5,
        failing: vec![CollectionId("https://dav.example/ann/notes/".into())],
    }
}

pub fn entry(item: &Item, title: &str) -> Entry {
    Entry {
        id: item.head.id.clone(),
        collection: item.head.collection.clone(),
        kind: EntryKind::Event,
        title: title.to_owned(),
        detail: String::new(),
        sort: title.to_lowercase(),
        uid: item.head.id.0.clone(),
        partial: false,
        recurs: false,
        guessed: false,
    }
}

pub fn occurrence(item: &Item, start: i64, end: i64) -> Occurrence {
    Occurrence {
        item: item.head.id.clone(),
        collection: item.head.collection.clone(),
        title: item.head.id.0.clone(),
        place: String::new(),
        start,
        end,
        all_day: false,
        floating: false,
        of: None,
        guessed: false,
    }
}

pub fn index(item: &Item, title: &str) -> Index {
    Index { entry: Some(entry(item, title)), ..Index::default() }
}

pub fn put(item: &Item, seen: Option<u64>) -> Change {
    Change::Put { item: Box::new(item.clone()), seen, index: index(item, "x"), race: Race::KeepBase }
}

pub fn commit(changes: Vec<Change>) -> Commit {
    Commit { changes, ..Commit::default() }
}

pub fn run(started: i64) -> Run {
    Run {
        started,
        ended: Some(started + 5),
        account: AccountId("a".into()),
        trigger: Trigger::Interval,
        outcome: Outcome::Failed(Fault::new(Class::Retry { after: Some(30) }, Saying::new("fault_busy").with(503))),
        collections: vec![CollectionReport { name: "Work".into(), received: 3, ..CollectionReport::default() }],
        log: vec![LogLine { at: started, problem: true, text: Saying::new("x"), items: vec![ItemId("i".into())] }],
    }
}

pub fn kept(at: i64, name: &str, text: &[u8]) -> Kept {
    Kept {
        at,
        collection: CollectionId("c".into()),
        item: ItemId(name.into()),
        title: name.into(),
        run: None,
        why: Why::Received,
        text: text.to_vec(),
    }
}

pub async fn settings_accounts_and_collections_come_back(store: &dyn Store) {
    assert_eq!(store.settings().await.unwrap(), Settings::default());
    let settings = Settings { every_minutes: 7, at_start: false, ..Settings::default() };
    store.save_settings(&settings).await.unwrap();
    assert_eq!(store.settings().await.unwrap(), settings);

    let account = account();
    store.save_account(&account).await.unwrap();
    let stopped = Account { stopped: true, ..account };
    store.save_account(&stopped).await.unwrap();
    assert_eq!(store.accounts().await.unwrap(), std::slice::from_ref(&stopped));
    store.change_account(&stopped.id, &|account| account.active = false).await.unwrap();
    store.change_account(&AccountId("none".into()), &|account| account.active = true).await.unwrap();
    assert_eq!(store.accounts().await.unwrap(), [Account { active: false, ..stopped }], "and none is made");

    let (work, home) = (collection("work"), collection("home"));
    let other = Collection { account: AccountId("b".into()), id: CollectionId("b".into()), ..collection("x") };
    for one in [&work, &home, &other] {
        store.save_collection(one).await.unwrap();
    }
    let mut found = store.collections(&work.account).await.unwrap();
    found.sort_by(|a, b| b.name.cmp(&a.name));
    assert_eq!(found, [work, home]);
}

pub async fn an_item_comes_back_byte_for_byte(store: &dyn Store) {
    let work = collection("work");
    let mut one = edited(&item(&work, "a", ""), "x");
    // Not UTF-8, an empty base, a large count.
    one.base = Some(Vec::new());
    one.edit = Some(vec![0, 13, 10, 255, 254, b'x']);
    one.head.rev = 1 << 40;
    one.head.waiting = Some(Waiting { reason: Saying::new("fault_item_refused").with(413), since: 12, rev: 1 });
    store.commit(commit(vec![put(&one, None)])).await.unwrap();
    assert_eq!(store.item(&one.head.id).await.unwrap(), Some(one.clone()));
    assert_eq!(store.heads(&work.id).await.unwrap(), [one.head]);
    assert_eq!(store.item(&ItemId("other".into())).await.unwrap(), None);
}

pub async fn todo_lists_only_what_a_run_must_look_at(store: &dyn Store) {
    let (work, home) = (collection("work"), collection("home"));
    let still = item(&work, "still", "t");
    let deleted = Item { head: Head { edit: Some(Edit::Delete), ..item(&work, "del", "t").head }, ..still.clone() };
    let again = Item { head: Head { refetch: true, ..item(&work, "again", "t").head }, ..still.clone() };
    let elsewhere = edited(&item(&home, "b", "t"), "u");
    let ours = edited(&item(&work, "e", "t"), "u");
    let all = [&still, &deleted, &again, &elsewhere, &ours];
    store.commit(commit(all.iter().map(|item| put(item, None)).collect())).await.unwrap();

    let mut names: Vec<_> = store.todo(&work.id).await.unwrap().into_iter().map(|head| head.id).collect();
    names.sort();
    assert_eq!(names, [&again, &deleted, &ours].map(|item| item.head.id.clone()));

    // Once it is in step it is no longer there.
    let settled = item(&work, "e", "u");
    store.commit(commit(vec![put(&settled, Some(1))])).await.unwrap();
    assert_eq!(store.todo(&work.id).await.unwrap().len(), 2);
}

pub async fn a_lost_race_keeps_the_edit(store: &dyn Store) {
    let work = collection("work");
    let before = item(&work, "a", "base");
    store.commit(commit(vec![put(&before, None)])).await.unwrap();
    let ours = edited(&before, "mine");
    store.commit(commit(vec![put(&ours, Some(0))])).await.unwrap();

    // A run that began before the edit brings the server's version.
    let mut theirs = item(&work, "a", "theirs");
    theirs.head.etag = Some(Etag("\"2\"".into()));
    store.commit(commit(vec![put(&theirs, Some(0))])).await.unwrap();
    let now = store.item(&before.head.id).await.unwrap().unwrap();
    assert_eq!((now.base.as_deref(), now.edit.as_deref()), (Some(&b"base"[..]), Some(&b"mine"[..])));
    assert!(now.head.refetch);
    assert_eq!(now.head.etag, before.head.etag);

    // A run that sent an earlier edit: what it sent is the base of the later one.
    let sent =
        Change::Put { item: Box::new(theirs.clone()), seen: Some(0), index: index(&theirs, "x"), race: Race::NewBase };
    store.commit(commit(vec![sent])).await.unwrap();
    let now = store.item(&before.head.id).await.unwrap().unwrap();
    assert_eq!((now.base.as_deref(), now.edit.as_deref()), (Some(&b"theirs"[..]), Some(&b"mine"[..])));
    assert_eq!(now.head.etag, theirs.head.etag);

    // A run that saw it gone on the server.
    let id = before.head.id.clone();
    store.commit(commit(vec![Change::Remove { id: id.clone(), seen: 0 }])).await.unwrap();
    assert_eq!(store.item(&id).await.unwrap().unwrap().edit.as_deref(), Some(&b"mine"[..]));
    // And one that saw the edit, too.
    store.commit(commit(vec![Change::Remove { id: id.clone(), seen: 1 }])).await.unwrap();
    assert_eq!(store.item(&id).await.unwrap(), None);
}

pub async fn a_second_change_of_a_commit_sees_the_first(store: &dyn Store) {
    let work = collection("work");
    let first = item(&work, "a", "one");
    let second = edited(&first, "two");
    let id = first.head.id.clone();
    store.commit(commit(vec![put(&first, None), put(&second, Some(0))])).await.unwrap();
    assert_eq!(store.item(&id).await.unwrap(), Some(second));
    let gone = Change::Remove { id: id.clone(), seen: 1 };
    store.commit(commit(vec![gone, put(&first, None)])).await.unwrap();
    assert_eq!(store.item(&id).await.unwrap(), Some(first));
}

pub async fn the_token_comes_with_its_items(store: &dyn Store) {
    let work = Collection { sync_token: Some("t1".into()), ..collection("work") };
    let changes = (0..400).map(|n| put(&item(&work, &format!("{n}"), "text"), None)).collect();
    store.commit(Commit { changes, kept: vec![], collection: Some(work.clone()) }).await.unwrap();
    assert_eq!(store.heads(&work.id).await.unwrap().len(), 400);
    assert_eq!(store.collections(&work.account).await.unwrap(), std::slice::from_ref(&work));

    store.remove_collection(&work.id).await.unwrap();
    assert_eq!(store.heads(&work.id).await.unwrap(), []);
    assert_eq!(store.item(&ItemId("work 7".into())).await.unwrap(), None);
    assert_eq!(store.collections(&work.account).await.unwrap(), []);
}

pub async fn fifty_runs_newest_first(store: &dyn Store) {
    for n in 0..53 {
        store.save_run(&run(n * 1000)).await.unwrap();
    }
    let ended = Run { outcome: Outcome::Ok, ..run(52_000) };
    store.save_run(&ended).await.unwrap();
    let runs = store.runs(100).await.unwrap();
    assert_eq!(runs.len(), 50);
    assert_eq!(runs[0], ended);
    assert_eq!(runs[1], run(51_000));
    assert_eq!(runs[49].started, 3000);
    assert_eq!(store.runs(2).await.unwrap().len(), 2);
}

pub async fn kept_texts_are_had_back_by_time_item_and_run(store: &dyn Store) {
    let by_run = Kept { run: Some(7), why: Why::Gone, ..kept(3, "b", &[0, 255]) };
    let all = vec![kept(1, "a", b"o"), kept(2, "a", b"p"), by_run.clone()];
    store.commit(Commit { kept: all.clone(), ..Commit::default() }).await.unwrap();
    // Two of one item at one time: neither takes the other's place.
    store.commit(Commit { kept: vec![kept(3, "b", b"2")], ..Commit::default() }).await.unwrap();
    assert_eq!(store.kept(Past::Newest(1)).await.unwrap(), [kept(3, "b", b"2")]);
    assert_eq!(store.kept(Past::Newest(0)).await.unwrap(), []);
    assert_eq!(store.kept(Past::Newest(10)).await.unwrap().len(), 4);
    let of_a = store.kept(Past::Item(ItemId("a".into()))).await.unwrap();
    assert_eq!(of_a, [all[1].clone(), all[0].clone()], "the newest first");
    assert_eq!(store.kept(Past::Run(7)).await.unwrap(), [by_run]);
    assert_eq!(store.kept(Past::Run(8)).await.unwrap(), []);
}

pub async fn history_is_kept_below_an_age_and_a_size(store: &dyn Store) {
    let all: Vec<Kept> = (1..=4).map(|at| kept(at * DAY, "a", &[at as u8; 10])).collect();
    store.commit(Commit { kept: all.clone(), ..Commit::default() }).await.unwrap();
    let left = async |oldest, before, bytes| {
        store.tidy(oldest, before, bytes).await.unwrap();
        let left = store.kept(Past::Newest(10)).await.unwrap();
        left.iter().map(|kept| kept.at / DAY).collect::<Vec<_>>()
    };
    assert_eq!(left(0, 9 * DAY, 1000).await, [4, 3, 2, 1], "nothing is too old or too much");
    assert_eq!(left(2 * DAY, 9 * DAY, 1000).await, [4, 3, 2], "one is too old");
    assert_eq!(left(0, 9 * DAY, 29).await, [4, 3], "one is too much");
    assert_eq!(left(0, 3 * DAY, 0).await, [4, 3], "both are too much, but too new");
    assert_eq!(left(0, 4 * DAY, 10).await, [4], "what is too new counts");
    assert!(left(0, 9 * DAY, 0).await.is_empty());
}

pub async fn the_persons_edit_is_written_on_what_they_saw_or_not_at_all(store: &dyn Store) {
    let work = collection("Work");
    store.save_collection(&work).await.unwrap();
    let seen = item(&work, "a", "one");
    store.commit(commit(vec![put(&seen, None)])).await.unwrap();
    let edit = |was: Option<&Item>, now: &Item| Change::Edit {
        was: was.cloned().map(Box::new),
        item: Box::new(now.clone()),
        index: index(now, "y"),
    };
    // A run brings another version in between.
    let mut newer = seen.clone();
    newer.base = Some(b"two".to_vec());
    store.commit(commit(vec![put(&newer, Some(0))])).await.unwrap();
    let late = Commit { kept: vec![kept(1, "a", b"x")], ..commit(vec![edit(Some(&seen), &edited(&seen, "mine"))]) };
    assert_eq!(store.commit(late).await.unwrap_err().text.key, "fault_raced");
    assert_eq!(store.item(&seen.head.id).await.unwrap(), Some(newer.clone()), "as the run left it");
    assert_eq!(store.kept(Past::Newest(9)).await.unwrap(), [], "nothing of the commit is written");
    let mine = edited(&newer, "mine");
    store.commit(commit(vec![edit(Some(&newer), &mine)])).await.unwrap();
    assert_eq!(store.item(&seen.head.id).await.unwrap(), Some(mine.clone()));
    let again = store.commit(commit(vec![edit(None, &mine)])).await.unwrap_err();
    assert_eq!(again.text.key, "fault_raced", "there is one already");
    // Of many that are written together, one that is late takes the others with it.
    let other = edited(&item(&work, "c", "x"), "other");
    let both = commit(vec![edit(None, &other), edit(Some(&newer), &mine)]);
    assert_eq!(store.commit(both).await.unwrap_err().text.key, "fault_raced");
    assert_eq!(store.item(&other.head.id).await.unwrap(), None);
    let new = edited(&item(&work, "b", "x"), "new");
    store.commit(commit(vec![edit(None, &new)])).await.unwrap();
    assert_eq!(store.item(&new.head.id).await.unwrap(), Some(new));
}

pub async fn a_removed_account_takes_all_of_it_along(store: &dyn Store) {
    let (work, mut other) = (collection("Work"), collection("Other"));
    other.account = AccountId("another".into());
    let mut runs = [run(1), run(2)];
    runs[0].account = work.account.clone();
    for collection in [&work, &other] {
        store.save_collection(collection).await.unwrap();
        let item = item(collection, "a", "x");
        let mut kept = kept(1, "a", b"old");
        kept.collection = collection.id.clone();
        store.commit(Commit { kept: vec![kept], ..commit(vec![put(&item, None)]) }).await.unwrap();
    }
    for run in &runs {
        store.save_run(run).await.unwrap();
    }
    store.remove_account(&work.account).await.unwrap();
    assert_eq!(store.collections(&work.account).await.unwrap(), []);
    assert_eq!(store.heads(&work.id).await.unwrap(), []);
    assert_eq!(store.item(&item(&work, "a", "x").head.id).await.unwrap(), None);
    assert_eq!(store.runs(9).await.unwrap(), [runs[1].clone()]);
    let left = store.kept(Past::Newest(9)).await.unwrap();
    assert_eq!(left.iter().map(|kept| &kept.collection).collect::<Vec<_>>(), [&other.id]);
    assert_eq!(store.collections(&other.account).await.unwrap(), [other.clone()]);
    assert_eq!(store.heads(&other.id).await.unwrap().len(), 1, "the others stay");
}

/// An event that calls itself so, and what lists show of it.
fn event(of: &Collection, name: &str, uid: &str) -> (Item, Index) {
    let text = format!(
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART:20261122T100000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    );
    let item = item(of, name, &text);
    let index = pimento::text::index(&of.id, &item.head.id, of.kind, text.as_bytes(), 0, 0);
    (item, index)
}

pub async fn items_are_found_by_their_uid(store: &dyn Store) {
    let (work, home) = (collection("work"), collection("home"));
    for collection in [&work, &home] {
        store.save_collection(collection).await.unwrap();
    }
    let all = [event(&work, "a", "One"), event(&home, "b", "One"), event(&work, "c", "two"), event(&work, "d", "")];
    let put = |(item, index): &(Item, Index), seen| {
        let (item, index) = (Box::new(item.clone()), index.clone());
        Change::Put { item, seen, index, race: Race::KeepBase }
    };
    store.commit(commit(all.iter().map(|one| put(one, None)).collect())).await.unwrap();
    let find = async |uids: &[&str]| {
        let uids: Vec<String> = uids.iter().map(|uid| (*uid).to_owned()).collect();
        let mut found = store.by_uid(&uids).await.unwrap();
        found.sort();
        found
    };
    let is =
        |uid: &str, (item, _): &(Item, Index)| (uid.to_owned(), item.head.id.clone(), item.head.collection.clone());
    assert_eq!(find(&["One"]).await, [is("One", &all[1]), is("One", &all[0])]);
    assert_eq!(find(&["two", "One", "two", "none", ""]).await.len(), 3, "each once, and nothing without one");
    assert_eq!(find(&["one"]).await, [], "as it is written");
    assert_eq!(find(&[]).await, []);
    // It calls itself otherwise now; another is deleted by the person, another is gone.
    let (mut named, index) = event(&work, "c", "three");
    named.head.rev = 1;
    let (deleted, _) = &all[0];
    let mut deleted = deleted.clone();
    deleted.head.edit = Some(Edit::Delete);
    deleted.head.rev = 1;
    let gone = Change::Remove { id: all[1].0.head.id.clone(), seen: 0 };
    let changes = vec![put(&(named.clone(), index), Some(0)), put(&(deleted, Index::default()), Some(0)), gone];
    store.commit(commit(changes)).await.unwrap();
    assert_eq!(find(&["One", "two", "three"]).await, [is("three", &(named, Index::default()))]);
}

/// The next of a row of numbers that is the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }

    /// An event some time between 1995 and 2054: once, often, for ever, moved, left out.
    fn event(&mut self, uid: u64) -> String {
        let day = |dice: &mut Dice, year: u64| format!("{year}{:02}{:02}", 1 + dice.below(12), 1 + dice.below(28));
        let year = 1995 + self.below(60);
        let (day, hour) = (day(self, year), 10 + self.below(10));
        let (start, zone) = match self.below(4) {
            0 => (day.clone(), ";VALUE=DATE"),
            1 => (format!("{day}T{hour}0000Z"), ""),
            2 => (format!("{day}T{hour}3000"), ""),
            _ => (format!("{day}T{hour}0000"), ";TZID=Europe/Berlin"),
        };
        let length =
            if zone == ";VALUE=DATE" { self.of(&["P1D", "P9D"]) } else { self.of(&["PT0S", "PT1H", "P3D", "P400D"]) };
        let rule = match self.below(9) {
            0 => "RRULE:FREQ=YEARLY\r\n".to_owned(),
            1 => "RRULE:FREQ=WEEKLY;BYDAY=MO,TH\r\n".to_owned(),
            2 => format!("RRULE:FREQ=DAILY;COUNT={}\r\n", 1 + self.below(300)),
            3 => format!("RRULE:FREQ=MONTHLY;UNTIL={}1231T000000Z\r\n", year + self.below(30)),
            5 => "RRULE:FREQ=YEARLY;INTERVAL=3\r\n".to_owned(),
            4 => format!("RDATE{zone}:{}\r\n", start.replace(&year.to_string(), &(year + 7).to_string())),
            _ => String::new(),
        };
        let left_out =
            if self.below(3) == 0 && !rule.is_empty() { format!("EXDATE{zone}:{start}\r\n") } else { String::new() };
        let moved = if rule.starts_with("RRULE") && self.below(3) == 0 {
            // Two years later; in the series' zone, or in another, at a time that is then another.
            let to = start.replace(&year.to_string(), &(year + 2).to_string());
            let to = match self.below(3) {
                0 if zone != ";VALUE=DATE" => format!(";TZID=America/New_York:{}", to.trim_end_matches('Z')),
                _ => format!("{zone}:{to}"),
            };
            let range = self.of(&["", "", ";RANGE=THISANDFUTURE"]);
            format!(
                "BEGIN:VEVENT\r\nUID:{uid}\r\nRECURRENCE-ID{range}{zone}:{start}\r\nDTSTART{to}\r\nSUMMARY:moved\r\nEND:VEVENT\r\n"
            )
        } else {
            String::new()
        };
        format!(
            "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART{zone}:{start}\r\nDURATION:{length}\r\n{rule}{left_out}END:VEVENT\r\n{moved}END:VCALENDAR\r\n"
        )
    }
}

/// 2026-11-22.
const NOW: i64 = 1_795_305_600_000;

/// What the store and the texts of its series say of a time is what all texts say; of a
/// store with an index, the index says it alone where the time is near.
pub async fn what_happens_between_two_times_is_what_all_texts_say(store: &dyn Store) {
    what_happens(store, true).await;
}

/// The same of a store that has no index and reads all texts.
pub async fn what_happens_is_what_all_texts_say_without_an_index(store: &dyn Store) {
    what_happens(store, false).await;
}

async fn what_happens(store: &dyn Store, indexed: bool) {
    let account = account();
    store.save_account(&account).await.unwrap();
    let work = collection("work");
    store.save_collection(&work).await.unwrap();
    let mut dice = Dice(7);
    let mut texts: Vec<String> = (0..80).map(|n| dice.event(n)).collect();
    let put = |n: usize, text: &str, rev: u64| {
        let mut item = item(&work, &format!("{n}"), text);
        item.head.rev = rev;
        let window = (NOW - Index::BEHIND, NOW + Index::AHEAD);
        let index = pimento::text::index(&work.id, &item.head.id, Kind::Calendar, text.as_bytes(), window.0, window.1);
        Change::Put { item: Box::new(item), seen: rev.checked_sub(1), index, race: Race::KeepBase }
    };
    store.commit(commit(texts.iter().enumerate().map(|(n, text)| put(n, text, 0)).collect())).await.unwrap();
    let (mut seen, mut near) = (0, 0);
    for round in 0..2 {
        for n in 0..16 {
            // Half of the times are near.
            let (first, days) = if n % 2 == 0 { (NOW - Index::BEHIND, 400) } else { (20 * 365 * DAY, 60 * 365) };
            let from = first + dice.below(days) as i64 * DAY + dice.below(86_400) as i64 * 1000;
            let to = from + dice.below(30) as i64 * DAY / [1, 1, 24][dice.below(3) as usize];
            let name = |n: usize| item(&work, &format!("{n}"), "").head.id;
            let mut right: Vec<Occurrence> = texts
                .iter()
                .enumerate()
                .flat_map(|(n, text)| pimento::text::entry::between(&work.id, &name(n), text.as_bytes(), from, to))
                .collect();
            right.sort_by(|a, b| (a.start, &a.item, a.end).cmp(&(b.start, &b.item, b.end)));
            let mut found = pimento::driver::between(store, from, to).await.unwrap();
            found.sort_by(|a, b| (a.start, &a.item, a.end).cmp(&(b.start, &b.item, b.end)));
            assert_eq!(found, right, "{from} to {to}");
            seen += found.len();
            let mut index = store.occurrences(from, to).await.unwrap();
            index.sort_by(|a, b| (a.start, &a.item, a.end).cmp(&(b.start, &b.item, b.end)));
            if !indexed {
                assert_eq!(index, []);
            } else if from >= NOW - Index::BEHIND && to <= NOW + Index::AHEAD {
                assert_eq!(index, right, "the index alone tells what is near");
                near += usize::from(!right.is_empty());
            }
        }
        // What was a series may be none, and the other way round; one is gone.
        for n in (0..80).filter(|_| round == 0) {
            texts[n] = dice.event(n as u64);
            store.commit(commit(vec![put(n, &texts[n], 1)])).await.unwrap();
        }
        if round == 0 {
            let gone = Change::Remove { id: item(&work, "5", "").head.id, seen: 1 };
            store.commit(commit(vec![gone])).await.unwrap();
            texts[5].clear();
        }
    }
    assert!(seen > 100, "something happens at all: {seen}");
    assert!(near > 10 || !indexed, "and when it is near: {near} times");
}

pub async fn an_item_is_indexed_anew_if_it_is_still_the_same(store: &dyn Store) {
    let work = collection("work");
    store.save_collection(&work).await.unwrap();
    let (one, index) = event(&work, "a", "one");
    let blank = Change::Put { item: Box::new(one.clone()), seen: None, index: Index::default(), race: Race::KeepBase };
    store.commit(commit(vec![blank])).await.unwrap();
    let (other, of_other) = event(&work, "a", "other");
    let anew = |item: &Item, index: &Index| Change::Index { item: Box::new(item.clone()), index: index.clone() };
    let (missing, of_missing) = event(&work, "b", "missing");
    store.commit(commit(vec![anew(&other, &of_other), anew(&missing, &of_missing)])).await.unwrap();
    let uids = ["one", "other", "missing"].map(str::to_owned);
    assert_eq!(store.by_uid(&uids).await.unwrap(), [], "it is another, or not there");
    assert_eq!(store.item(&one.head.id).await.unwrap(), Some(one.clone()), "and stays");
    assert_eq!(store.item(&missing.head.id).await.unwrap(), None);
    store.commit(commit(vec![anew(&one, &index)])).await.unwrap();
    assert_eq!(store.by_uid(&uids).await.unwrap().len(), 1);
    assert_eq!(store.item(&one.head.id).await.unwrap(), Some(one));
}

pub async fn what_an_older_version_indexed_is_indexed_anew(store: &dyn Store) {
    let account = account();
    store.save_account(&account).await.unwrap();
    let work = Collection { indexed: 0, indexed_until: NOW + 300 * DAY, ..collection("work") };
    store.save_collection(&work).await.unwrap();
    let old = |name: &str, text: &str| {
        let item = Box::new(item(&work, name, text));
        Change::Put { item, seen: None, index: Index::default(), race: Race::KeepBase }
    };
    let text = |uid: &str, lines: &str| {
        format!("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{uid}\r\n{lines}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    };
    let (past, series) = ("DTSTART:20010203T100000Z\r\nDURATION:PT1H", "DTSTART:20010204T100000Z\r\nRRULE:FREQ=YEARLY");
    let changes = vec![old("a", &text("past", past)), old("b", &text("series", series))];
    store.commit(commit(changes)).await.unwrap();
    let february = (981_000_000_000, 981_500_000_000);
    let before = pimento::driver::between(store, february.0, february.1).await.unwrap();
    assert_eq!(before.len(), 2, "what happens is told all the same");
    assert!(!work.has_expanded(NOW, NOW + DAY, NOW), "and not read from the index");

    assert!(pimento::driver::renew(store, &account.id, NOW).await.unwrap());
    let uids = ["past", "series"].map(str::to_owned);
    assert_eq!(store.by_uid(&uids).await.unwrap().len(), 2);
    assert_eq!(pimento::driver::between(store, february.0, february.1).await.unwrap(), before);
    assert_eq!(store.occurrences(february.0, february.1).await.unwrap().len(), 1, "the single one");
    assert_eq!(store.series(february.0, february.1).await.unwrap().len(), 1);
    let work = store.collections(&account.id).await.unwrap().remove(0);
    assert!(work.has_expanded(NOW, NOW + 300 * DAY, NOW) && !work.has_expanded(NOW, NOW + 401 * DAY, NOW));
    assert!(!work.has_expanded(NOW - 40 * DAY, NOW, NOW), "series are not expanded so far back");

    assert!(!pimento::driver::renew(store, &account.id, NOW + DAY).await.unwrap(), "once");
    // 2029-02-04: more than 400 days ahead, and the second that is.
    let next = 1_864_893_600_000;
    assert_eq!(store.occurrences(next, next + 1).await.unwrap(), []);
    assert!(pimento::driver::renew(store, &account.id, NOW + 250 * DAY).await.unwrap(), "and when time has gone on");
    assert_eq!(store.occurrences(next, next + 1).await.unwrap().len(), 1);
}
