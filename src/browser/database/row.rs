//! Rows as JavaScript values. Texts are byte arrays, everything else goes by serde.

use js_sys::{Array, Object, Reflect, Uint8Array};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

use crate::fault;
use crate::model::{CollectionId, Entry, EntryKind, Fault, Head, Item, ItemId, Kept, Series, Why};

/// How one item is listed.
#[derive(Serialize, Deserialize)]
pub(super) struct Listed {
    pub entry: Entry,
    /// In which rows of `times` it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<i32>,
}

/// A row of `heads`: all of them in one text, and the collections they are of.
pub(super) fn of_heads(heads: &[Head]) -> Result<JsValue, Fault> {
    let collections = each(heads.iter().map(|head| head.collection.0.as_str()));
    let todo = each(heads.iter().filter(|head| head.todo()).map(|head| head.collection.0.as_str()));
    object([("collections", Some(collections)), ("todo", Some(todo)), ("heads", Some(pack(heads)?))])
}

pub(super) fn heads(row: &JsValue) -> Result<Vec<Head>, Fault> {
    unpack(&member(row, "heads").unwrap_or_default())
}

/// A row of `entries`, likewise.
pub(super) fn of_listed(listed: &[Listed]) -> Result<JsValue, Fault> {
    let collections = each(listed.iter().map(|listed| listed.entry.collection.0.as_str()));
    object([("collections", Some(collections)), ("entries", Some(pack(listed)?))])
}

pub(super) fn listed(row: &JsValue) -> Result<Vec<Listed>, Fault> {
    unpack(&member(row, "entries").unwrap_or_default())
}

/// A row of `uids`, if there are any.
pub(super) fn of_uids<T: AsRef<str>>(uids: impl Iterator<Item = T>) -> Option<JsValue> {
    let hashes: Vec<u8> = uids.flat_map(|uid| hash(uid.as_ref()).to_le_bytes()).collect();
    (!hashes.is_empty()).then(|| from_bytes(&hashes))
}

/// The hashes in a row of `uids`.
pub(super) fn hashes(row: &JsValue) -> Vec<u32> {
    let bytes = bytes(row).unwrap_or_default();
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
}

/// FNV-1a, of 32 bits. It is stored: another one is another schema.
pub(super) fn hash(uid: &str) -> u32 {
    uid.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Each of the keys of an index, which takes one that stands there twice once.
fn each<'a>(keys: impl Iterator<Item = &'a str>) -> JsValue {
    let list = Array::new();
    let mut last = "";
    for key in keys {
        if key != last {
            list.push(&key.into());
        }
        last = key;
    }
    list.into()
}

/// Values as one text: what browsers store, and read again, the fastest.
pub(super) fn pack<T: Serialize>(values: &[T]) -> Result<JsValue, Fault> {
    let text = serde_json::to_string(values).map_err(|error| fault::store(error).during("row"))?;
    Ok(text.into())
}

pub(super) fn unpack<T: DeserializeOwned>(value: &JsValue) -> Result<Vec<T>, Fault> {
    // What serde says of a row could hold some of it: only the type is told.
    let read = value.as_string().and_then(|text| serde_json::from_str(&text).ok());
    read.ok_or_else(|| fault::store("row").during(std::any::type_name::<T>()))
}

/// A row of `series`. Where there is no end it is a number too, so that the row is in the
/// index; JSON has no such number.
pub(super) fn series(item: &ItemId, series: Series) -> Result<JsValue, Fault> {
    let until = series.until.map_or(f64::INFINITY, |until| until as f64);
    let (item, from) = (item.0.as_str().into(), (series.from as f64).into());
    object([("item", Some(item)), ("from", Some(from)), ("until", Some(until.into()))])
}

/// What a page holds of an item to search it, of a row of `words`. One text, because a
/// page reads those of all items at once, and a text is read faster than an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    text: String,
}

impl Words {
    pub(super) fn of(entry: &Entry, words: &str) -> String {
        let kind = match entry.kind {
            EntryKind::Event => 'e',
            EntryKind::Contact => 'c',
            EntryKind::Note => 'n',
            EntryKind::Task => 't',
        };
        let sort = entry.sort.replace('\n', " ");
        format!("{}\n{}\n{kind}\n{sort}\n{words}", entry.id.0, entry.collection.0)
    }

    pub(super) fn read(text: String) -> Words {
        Words { text }
    }

    pub(super) fn are_of(text: &str, item: &ItemId) -> bool {
        text.split('\n').next() == Some(item.0.as_str())
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

/// The texts of an item, in a row of `texts`.
pub(super) fn texts(item: &Item) -> Result<JsValue, Fault> {
    object([("base", item.base.as_deref().map(from_bytes)), ("edit", item.edit.as_deref().map(from_bytes))])
}
