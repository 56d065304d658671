//! How fast items are read and printed, beside calcard and the icalendar crate over
//! the same bytes, and how fast events are expanded. `./build.sh bench` runs it and
//! writes the table in docs/performance.md.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../corpus/files.rs"]
mod files;
#[path = "page.rs"]
mod page;
#[path = "table.rs"]
mod table;

use std::hint::black_box;
use std::time::Duration;

use calcard::{Entry, Parser};
use criterion::{Criterion, Throughput};
use icalendar::parser::{read_calendar, unfold};
use pimento::model::{CollectionId, ItemId, Kind};
use pimento::text::index;
use pimento::text::lines::Tree;
use pimento::text::view::view;

/// 2026-11-01T00:00:00Z, and thirty days.
const MONTH: (i64, i64) = (1_793_491_200_000, 1_796_083_200_000);
const EVENTS: usize = 10_000;

/// Every line with its name, parameters and value decoded, and the text printed.
fn ours(text: &str) -> Vec<u8> {
    let tree = Tree::parse(text.as_bytes());
    for line in tree.lines() {
        black_box((line.name(), line.params(), line.text()));
    }
    tree.print()
}

/// The text kept and printed: what an edit costs.
fn kept(text: &str) -> Vec<u8> {
    Tree::parse(text.as_bytes()).print()
}

/// `None`: not all of it was read.
fn by_calcard(text: &str) -> Option<String> {
    let (mut parser, mut out) = (Parser::new(text), String::new());
    loop {
        match parser.entry() {
            Entry::ICalendar(calendar) => calendar.write_to(&mut out).ok()?,
            Entry::VCard(card) => card.write_to(&mut out, card.version().unwrap_or_default()).ok()?,
            Entry::Eof => return Some(out),
            _ => return None,
        }
    }
}

/// `None`: not all of it was read.
fn by_icalendar(text: &str) -> Option<String> {
    let unfolded = unfold(text);
    Some(read_calendar(&unfolded).ok()?.to_string())
}

/// The files that all three read, as UTF-8: all read the same bytes.
fn texts(card: bool) -> Vec<String> {
    let samples = files::all().into_iter().filter(|(path, _)| files::is_card(path) == card);
    let texts = samples.filter_map(|(_, text)| String::from_utf8(text).ok());
    texts.filter(|text| by_calcard(text).is_some() && by_icalendar(text).is_some()).collect()
}

fn reading(criterion: &mut Criterion, name: &str, card: bool) {
    let texts = texts(card);
    let kind = if card { Kind::Contacts } else { Kind::Calendar };
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(texts.iter().map(|text| text.len() as u64).sum()));
    group.bench_function("pimento", |b| b.iter(|| texts.iter().map(|t| ours(t).len()).sum::<usize>()));
    group.bench_function("kept", |b| b.iter(|| texts.iter().map(|t| kept(t).len()).sum::<usize>()));
    group.bench_function("view", |b| {
        b.iter(|| texts.iter().for_each(|t| drop(black_box(view(t.as_bytes(), None, MONTH.0)))))
    });
    group.bench_function("row", |b| b.iter(|| texts.iter().for_each(|t| row(t.as_bytes(), kind))));
    group.bench_function("calcard", |b| b.iter(|| texts.iter().for_each(|t| drop(black_box(by_calcard(t))))));
    group.bench_function("icalendar", |b| b.iter(|| texts.iter().for_each(|t| drop(black_box(by_icalendar(t))))));
    group.finish();
}

/// What the worker makes of an item when it stores it.
fn row(text: &[u8], kind: Kind) {
    black_box(index(&CollectionId("c".into()), &ItemId("i".into()), kind, text, MONTH.0, MONTH.1));
}

/// Events as calendars have them: most happen once, some each week, some each month,
/// a few each day, with a zone. They begin in any year from 2000 to 2026: the past is in
/// them, and is not to be counted through.
fn events() -> Vec<String> {
    let event = |n: usize| {
        let rule = match n % 10 {
            0 => "RRULE:FREQ=WEEKLY;BYDAY=MO,WE\r\n",
            1 => "RRULE:FREQ=MONTHLY;BYDAY=-1FR\r\n",
            2 => "RRULE:FREQ=DAILY;COUNT=400\r\n",
            3 => "RRULE:FREQ=YEARLY\r\n",
            _ => "",
        };
        let (year, month, day, hour) = (2000 + n / 10 % 27, n % 12 + 1, n % 28 + 1, n % 24);
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//speed//EN\r\nBEGIN:VEVENT\r\nUID:{n}@example.org\r\n\
             DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Berlin:{year}{month:02}{day:02}T{hour:02}0000\r\n\
             DURATION:PT1H\r\nSUMMARY:Event {n}\r\n{rule}END:VEVENT\r\nEND:VCALENDAR\r\n"
        )
    };
    (0..EVENTS).map(event).collect()
}

fn month(criterion: &mut Criterion) {
    let events = events();
    let mut group = criterion.benchmark_group("month");
    group.throughput(Throughput::Elements(EVENTS as u64));
    let lines = |text: &String| Tree::parse(text.as_bytes()).lines().len();
    group.bench_function("parse", |b| b.iter(|| events.iter().map(lines).sum::<usize>()));
    group.bench_function("expand", |b| b.iter(|| events.iter().for_each(|t| row(t.as_bytes(), Kind::Calendar))));
    group.finish();
}

fn main() {
    let mut criterion =
        Criterion::default().sample_size(10).measurement_time(Duration::from_secs(5)).configure_from_args();
    reading(&mut criterion, "calendars", false);
    reading(&mut criterion, "cards", true);
    month(&mut criterion);
    criterion.final_summary();
    if let Some(into) = std::env::var_os("PIMENTO_TABLE") {
        let size = |card| texts(card).iter().fold((0, 0), |(files, bytes), text| (files + 1, bytes + text.len()));
        table::write(into.as_ref(), size(false), size(true), EVENTS);
    }
}
