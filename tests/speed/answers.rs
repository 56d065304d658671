//! How fast answers are read, beside quick-xml's bare reader over the same bytes, and
//! how fast runs are planned. `./build.sh bench` runs it and writes the table in
//! docs/performance.md.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "page.rs"]
mod page;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput};
use pimento::dav::webdav;
use pimento::model::{CollectionId, Etag, Head, Href, ItemId, Policy};
use pimento::sync::diff::diff;
use pimento::sync::plan::{There, plan};
use pimento::sync::want::{Listed, Listing};
use quick_xml::events::Event;

const ITEMS: usize = 10_000;

fn path(n: usize) -> String {
    format!("/alice/calendar/{n:032x}.ics")
}

fn etag(n: usize) -> String {
    format!("\"{n:064x}\"")
}

/// What a server answers that lists all items, `with` their texts or without.
fn multistatus(with: bool) -> Vec<u8> {
    let mut xml = String::from("<?xml version='1.0' encoding='utf-8'?>\n<multistatus xmlns=\"DAV:\" ");
    xml += "xmlns:C=\"urn:ietf:params:xml:ns:caldav\"><sync-token>http://example.org/ns/sync/1</sync-token>";
    for n in 0..ITEMS {
        let about = "planning &amp; review, with whoever has time; ".repeat(1 + n % 12);
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//speed//EN\r\nBEGIN:VEVENT\r\nUID:{n}@example.org\r\n\
             DTSTAMP:20260101T000000Z\r\nDTSTART:20261123T100000Z\r\nDTEND:20261123T110000Z\r\nSUMMARY:Event {n}\r\n\
             DESCRIPTION:{about}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        );
        let data = if with { format!("<C:calendar-data>{text}</C:calendar-data>") } else { String::new() };
        xml += &format!(
            "<response><href>{}</href><propstat><prop><getetag>{}</getetag>{data}</prop><status>HTTP/1.1 200 OK\
             </status></propstat></response>",
            path(n),
            etag(n).replace('"', "&quot;")
        );
    }
    (xml + "</multistatus>").into_bytes()
}

/// Every event that quick-xml sees.
fn bare(xml: &[u8]) -> usize {
    let mut reader = quick_xml::Reader::from_reader(xml);
    let mut events = 0;
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return events,
            event => _ = black_box(event),
        }
        events += 1;
    }
}

/// Every response with its href, etag and text.
fn ours(xml: &[u8]) -> usize {
    let mut items = 0;
    webdav::multistatus(xml, |entry| {
        items += black_box(entry).hrefs.len();
        Ok(())
    })
    .unwrap();
    items
}

/// A collection in step, and a complete listing of it in which every hundredth item
/// has changed.
fn collection() -> (Vec<Head>, Listing) {
    let head = |n| {
        let href = Href::path(path(n));
        let mut head = Head::new(ItemId(format!("{n:036x}")), CollectionId("c".to_owned()), href);
        (head.based, head.etag) = (true, Some(Etag(etag(n))));
        head
    };
    let listed = |n| {
        let now = if n % 100 == 0 { n + ITEMS } else { n };
        Listed { href: Href::path(path(n)), etag: Some(Etag(etag(now))) }
    };
    let listing = Listing { complete: true, items: (0..ITEMS).map(listed).collect(), ..Listing::default() };
    ((0..ITEMS).map(head).collect(), listing)
}

fn planned(heads: &[Head], listing: &Listing) -> usize {
    let difference = diff(listing, heads, false);
    let remote = difference.fetch.into_iter().map(|href| (href, There::Other)).collect();
    plan(heads, &remote, Policy::default(), |_| false).steps.len()
}

fn main() {
    let mut criterion =
        Criterion::default().sample_size(10).measurement_time(Duration::from_secs(5)).configure_from_args();
    let answers = [("listing", multistatus(false)), ("texts", multistatus(true))];
    for (name, xml) in &answers {
        assert_eq!(ours(xml), ITEMS);
        let mut group = criterion.benchmark_group(*name);
        group.throughput(Throughput::Bytes(xml.len() as u64));
        group.bench_function("pimento", |b| b.iter(|| ours(xml)));
        group.bench_function("bare", |b| b.iter(|| bare(xml)));
        group.finish();
    }
    let (heads, listing) = collection();
    assert_eq!(planned(&heads, &listing), ITEMS / 100);
    let mut group = criterion.benchmark_group("plan");
    group.throughput(Throughput::Elements(ITEMS as u64));
    group.bench_function("pimento", |b| b.iter(|| planned(&heads, &listing)));
    group.finish();
    criterion.final_summary();
    let Some(into) = std::env::var_os("PIMENTO_TABLE") else { return };
    let mut text = String::from(
        "`./build.sh bench answers` measures this. 10,000 items: a listing with etags, and the same with the texts of \
         the events in it, read with every href, etag and text decoded and checked; beside it quick-xml's bare reader, \
         which only finds the tags of the same bytes. Planned is a complete listing in which every hundredth item has \
         changed.\n\n| | | speed | time, to the bare reader |\n| --- | --- | --- | --- |\n",
    );
    for (name, xml) in &answers {
        let (ours, bare) = (page::millis(name, "pimento"), page::millis(name, "bare"));
        let speed = |ms: f64| xml.len() as f64 / 1e3 / ms;
        text += &format!(
            "| {name}, {:.1} MB | Pimento | {:.0} MB/s | {:.1} × |\n",
            xml.len() as f64 / 1e6,
            speed(ours),
            ours / bare
        );
        text += &format!("| | quick-xml | {:.0} MB/s | 1 × |\n", speed(bare));
    }
    let plan = page::millis("plan", "pimento");
    text += &format!("| plan | Pimento | {:.1} million items/s | |\n", ITEMS as f64 / 1e3 / plan);
    page::write(into.as_ref(), "Reading answers and planning", &text);
}
