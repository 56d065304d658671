//! Items as files to be saved: what the person sees, also what was not sent yet.

use std::collections::HashSet;

use js_sys::{Array, Object, Reflect};
use leptos::wasm_bindgen::{JsCast, JsValue};

use super::saying::say;
use super::{moment, shelf};
use crate::archive;
use crate::browser::download;
use crate::model::{Account, Collection, Fault, ItemId, Kind, Role};
use crate::text::file::join::{self, Joined};
use crate::text::file::note::note;

const ZIP: &str = "application/zip";

/// How notes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As a calendar or address book: all of it, for programs that synchronize.
    Whole,
    /// As text files, for other programs.
    Notes,
}

/// Hands over one item as a file of its own, byte for byte.
///
/// # Errors
/// All functions here: the store cannot be read, or the browser refuses.
pub async fn item(id: &ItemId) -> Result<(), Fault> {
    let (Some(text), Some((entry, folder))) = (shelf::text(id).await?, shelf::entry(id).await?) else {
        return Err(crate::fault::field("field_item_gone"));
    };
    download::offer(&named(&entry.title, folder.kind.extension()), &text, folder.kind.media_type())
}

/// Hands over what is in the folder, or those of it that are in `only`; how many
/// items.
pub async fn folder(collection: &Collection, only: Option<&HashSet<ItemId>>, shape: Shape) -> Result<usize, Fault> {
    let texts = shelf::texts(collection, only).await?;
    let count = texts.len();
    let Packed { file, left, notes } = pack(collection, texts);
    if shape == Shape::Notes {
        let notes = archive::Folder { name: collection.name.clone(), files: notes };
        download::offer(&named(&collection.name, ".zip"), &archive::zip(&[], &[notes])?, ZIP)?;
    } else if left.files.is_empty() {
        let name = named(&collection.name, collection.kind.extension());
        download::offer(&name, &file.1, collection.kind.media_type())?;
    } else {
        download::offer(&named(&collection.name, ".zip"), &archive::zip(&[file], &[left])?, ZIP)?;
    }
    Ok(count)
}

/// Hands over all folders in one archive: a file for each, and beside it the notes as
/// text files; how many items.
pub async fn everything(collections: &[Collection]) -> Result<usize, Fault> {
    let (mut files, mut folders, mut count) = (Vec::new(), Vec::new(), 0);
    for collection in collections {
        let texts = shelf::texts(collection, None).await?;
        count += texts.len();
        let Packed { file, left, notes } = pack(collection, texts);
        files.push(file);
        let notes = archive::Folder { name: collection.name.clone(), files: notes };
        let notes = (collection.role == Some(Role::Notes)).then_some(notes);
        folders.extend([Some(left), notes].into_iter().flatten().filter(|folder| !folder.files.is_empty()));
    }
    download::offer(&named("all", ".zip"), &archive::zip(&files, &folders)?, ZIP)?;
    Ok(count)
}

/// Hands over all items of the account, each as a file of its own; how many.
pub async fn account(account: &Account) -> Result<usize, Fault> {
    let mut folders = Vec::new();
    for collection in shelf::collections_of(std::slice::from_ref(account)).await? {
        let texts = shelf::texts(&collection, None).await?;
        let files = texts.into_iter().map(|text| (text.name, text.bytes)).collect();
        folders.push(archive::Folder { name: collection.name, files });
    }
    let count = folders.iter().map(|folder| folder.files.len()).sum();
    download::offer(&named(&account.user, ".zip"), &archive::zip(&[], &folders)?, ZIP)?;
    Ok(count)
}

/// `pimento-NAME-YYYY-MM-DD` and the ending.
fn named(name: &str, ending: &str) -> String {
    let day: String = moment::field(moment::wall(moment::now())).chars().take(10).collect();
    let short: String = name.trim().chars().take(40).collect();
    let between = if short.is_empty() { "" } else { "-" };
    format!("pimento{between}{short}-{day}{ending}")
}

/// A folder as files.
struct Packed {
    /// All of it.
    file: archive::File,
    /// What cannot be within that file, each as it is.
    left: archive::Folder,
    /// Its notes as text files.
    notes: Vec<archive::File>,
}

fn pack(collection: &Collection, texts: Vec<shelf::Text>) -> Packed {
    let bytes: Vec<&[u8]> = texts.iter().map(|text| &text.bytes[..]).collect();
    let Joined { text, left } = match collection.kind {
        Kind::Calendar => join::calendar(&bytes, &is_known),
        Kind::Contacts => join::cards(&bytes),
    };
    let notes = bytes.iter().filter_map(|bytes| note(bytes));
    let notes = notes.map(|note| {
        let name = if note.name.is_empty() { say("popup_untitled") } else { note.name };
        (format!("{name}.md"), note.markdown.into_bytes())
    });
    let notes = notes.collect();
    let left = left.into_iter().map(|at| (texts[at].name.clone(), texts[at].bytes.clone())).collect();
    Packed {
        file: (format!("{}{}", collection.name, collection.kind.extension()), text),
        left: archive::Folder { name: collection.name.clone(), files: left },
        notes,
    }
}

/// Whether the browser knows the time zone by its name alone.
fn is_known(zone: &str) -> bool {
    let options = Object::new();
    let set = Reflect::set(&options, &"timeZone".into(), &zone.into());
    let intl = Reflect::get(&js_sys::global(), &"Intl".into());
    let format = intl.and_then(|intl| Reflect::get(&intl, &"DateTimeFormat".into()));
    let Some(format) = set.and(format).ok().and_then(|format| format.dyn_into::<js_sys::Function>().ok()) else {
        return false;
    };
    // It throws at a name it does not know.
    Reflect::construct(&format, &Array::of2(&JsValue::UNDEFINED, &options)).is_ok()
}
