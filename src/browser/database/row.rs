//! Rows as JavaScript values. Texts are byte arrays, everything else goes by serde.

use js_sys::{Object, Reflect, Uint8Array};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

use crate::fault;
use crate::model::{CollectionId, Entry, EntryKind, Fault, Head, Item, ItemId, Kept, Occurrence, Series, Why};

/// An occurrence that lasts longer is also in the index `until`.
pub(super) const DAY: i64 = 24 * 60 * 60 * 1000;

#[derive(Serialize, Deserialize)]
pub(super) struct HeadRow {
    pub head: Head,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    todo: Option<CollectionId>,
}

impl HeadRow {
    pub fn of(head: &Head) -> HeadRow {
        HeadRow { todo: head.todo().then(|| head.collection.clone()), head: head.clone() }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct OccurrenceRow {
    pub occurrence: Occurrence,
    /// Tells those of one item at one time apart.
    n: u32,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    until: Option<i64>,
}

impl OccurrenceRow {
    pub fn of(occurrence: &Occurrence, n: u32) -> OccurrenceRow {
        let long = occurrence.end - occurrence.start > DAY;
        OccurrenceRow { occurrence: occurrence.clone(), n, until: long.then_some(occurrence.end) }
    }
}

/// A row of `series`. Where there is no end it is a number too, so that the row is in the
/// index; JSON has no such number.
pub(super) fn series(item: &ItemId, series: Series) -> Result<JsValue, Fault> {
    let until = series.until.map_or(f64::INFINITY, |until| until as f64);
    let (item, from) = (item.0.as_str().into(), (series.from as f64).into());
    object([("item", Some(item)), ("from", Some(from)), ("until", Some(until.into()))])
}

/// What a page holds of an item to search it: a row of `words`. One text, because a
/// page reads those of all items at once, and a text is read faster than an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    text: String,
}

impl Words {
    pub(super) fn of(entry: &Entry, words: &str) -> JsValue {
        let kind = match entry.kind {
            EntryKind::Event => 'e',
            EntryKind::Contact => 'c',
            EntryKind::Note => 'n',
            EntryKind::Task => 't',
        };
        let sort = entry.sort.replace('\n', " ");
        format!("{}\n{}\n{kind}\n{sort}\n{words}", entry.id.0, entry.collection.0).into()
    }

    pub(super) fn read(value: &JsValue) -> Result<Words, Fault> {
        value.as_string().map(|text| Words { text }).ok_or_else(|| fault::store("row").during("words"))
    }

    fn part(&self, n: usize) -> &str {
        self.text.splitn(5, '\n').nth(n).unwrap_or_default()
    }

    pub fn id(&self) -> &str {
        self.part(0)
    }

    pub fn collection(&self) -> &str {
        self.part(1)
    }

    pub fn kind(&self) -> EntryKind {
        match self.part(2) {
            "c" => EntryKind::Contact,
            "n" => EntryKind::Note,
            "t" => EntryKind::Task,
            _ => EntryKind::Event,
        }
    }

    /// As [`Entry::sort`].
    pub fn sort(&self) -> &str {
        self.part(3)
    }

    /// As `text::words` gives them.
    pub fn words(&self) -> &str {
        self.part(4)
    }
}

/// Everything of a [`Kept`] but its text.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptRow {
    pub at: i64,
    pub collection: CollectionId,
    pub item: ItemId,
    pub title: String,
    pub run: Option<i64>,
    #[serde(default)]
    pub why: Why,
    /// Of its text, in bytes.
    #[serde(default)]
    pub size: u64,
}

/// A row of `kept`.
pub(super) fn kept(value: &JsValue) -> Result<Kept, Fault> {
    let about: KeptRow = read(member(value, "kept").unwrap_or_default())?;
    Ok(Kept {
        at: about.at,
        collection: about.collection,
        item: about.item,
        title: about.title,
        run: about.run,
        why: about.why,
        text: member(value, "text").as_ref().and_then(bytes).unwrap_or_default(),
    })
}

/// By way of JSON: the browser reads and writes that faster than a page can make an
/// object of its members one by one, and messages bring the code for it anyhow.
pub(super) fn write(value: &impl Serialize) -> Result<JsValue, Fault> {
    let text = serde_json::to_string(value).map_err(|error| fault::store(error).during("row"))?;
    js_sys::JSON::parse(&text).map_err(|_| fault::store("row").during("JSON.parse"))
}

pub(super) fn read<T: DeserializeOwned>(value: JsValue) -> Result<T, Fault> {
    // What serde says of a row could hold some of it: only the type is told.
    let text = js_sys::JSON::stringify(&value).ok().and_then(|text| text.as_string());
    let read = text.and_then(|text| serde_json::from_str(&text).ok());
    read.ok_or_else(|| fault::store("row").during(std::any::type_name::<T>()))
}

pub(super) fn read_all<T: DeserializeOwned>(values: Vec<JsValue>) -> Result<Vec<T>, Fault> {
    // All in one text, but never a long one for a large mailbox.
    let mut all = Vec::with_capacity(values.len());
    for some in values.chunks(512) {
        all.extend(read::<Vec<T>>(some.iter().collect::<js_sys::Array>().into())?);
    }
    Ok(all)
}

/// An object of the members given; `None` is no member.
pub(super) fn object<const N: usize>(members: [(&str, Option<JsValue>); N]) -> Result<JsValue, Fault> {
    let object = Object::new();
    for (name, value) in members {
        if let Some(value) = value {
            Reflect::set(&object, &name.into(), &value).map_err(|_| fault::store("row").during(name))?;
        }
    }
    Ok(object.into())
}

pub(super) fn member(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_undefined() && !value.is_null())
}

pub(super) fn bytes(value: &JsValue) -> Option<Vec<u8>> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}

pub(super) fn from_bytes(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// The texts of an item, for the store `texts`.
pub(super) fn texts(item: &Item) -> Result<JsValue, Fault> {
    object([("base", item.base.as_deref().map(from_bytes)), ("edit", item.edit.as_deref().map(from_bytes))])
}

/// An item of its two rows.
///
/// # Errors
/// The rows contradict each other, which no commit makes.
pub(super) fn item(head: JsValue, texts: Option<JsValue>) -> Result<Item, Fault> {
    let head = read::<HeadRow>(head)?.head;
    let text = |name| texts.as_ref().and_then(|row| member(row, name)).as_ref().and_then(bytes);
    let item = Item { base: text("base"), edit: text("edit"), head };
    if item.base.is_some() != item.head.based {
        return Err(fault::store("an item without its text").during("texts"));
    }
    Ok(item)
}
