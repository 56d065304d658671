//! The items of chosen files, and what becomes of them: asked of the worker in
//! messages of bounded size.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::browser::api;
use crate::fault;
use crate::message::{Answer, Ask, BATCH, Compared, Differing, Imported, LARGEST, Standing, Text};
use crate::model::{CollectionId, Fault, Kind, Role};
use crate::text::file::{Broken, Part, same_lines, split};

use super::Place;

/// Items of one message at most: each is looked at, also the smallest.
const MOST: usize = 500;

/// So many bytes may stand around an item in one file, and not in the other.
const AROUND: usize = 4 << 10;

/// What an item is, as people sort them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sort {
    Event,
    Task,
    Note,
    Contact,
    Other,
}

impl Sort {
    /// Those that have a folder.
    pub const ALL: [Sort; 4] = [Sort::Event, Sort::Task, Sort::Note, Sort::Contact];

    fn of(component: &str) -> Sort {
        match component {
            "VEVENT" => Sort::Event,
            "VTODO" => Sort::Task,
            "VJOURNAL" => Sort::Note,
            "VCARD" => Sort::Contact,
            _ => Sort::Other,
        }
    }

    /// Whether its items can go there.
    pub fn fits(self, place: &Place) -> bool {
        let collection = &place.collection;
        let takes = match self {
            Sort::Event => collection.takes("VEVENT"),
            Sort::Task => collection.takes("VTODO"),
            Sort::Note => collection.takes("VJOURNAL"),
            Sort::Contact => collection.kind == Kind::Contacts,
            Sort::Other => false,
        };
        takes && collection.writable
    }

    /// Where its items go if nothing else is said.
    pub fn usual(self, places: &[Place]) -> Option<CollectionId> {
        let role = match self {
            Sort::Event | Sort::Task => Role::Calendar,
            Sort::Note => Role::Notes,
            Sort::Contact => Role::Contacts,
            Sort::Other => return None,
        };
        let fitting: Vec<&Place> = places.iter().filter(|place| self.fits(place)).collect();
        let of_role = fitting.iter().find(|place| place.collection.role == Some(role));
        of_role.or(fitting.first()).map(|place| place.collection.id.clone())
    }
}

/// An item of the files.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub part: Arc<Part>,
    pub sort: Sort,
    /// `None` until the worker has said it.
    pub compared: Option<Compared>,
    /// How it stands to an earlier one of the same UID in the files.
    twin: Option<Standing>,
}

impl Row {
    /// The key of what says why it cannot go in anywhere.
    pub fn refused(&self) -> Option<&'static str> {
        match self.sort {
            Sort::Other => Some("files_stray"),
            _ if self.part.message => Some("files_message"),
            _ => (self.part.size() > LARGEST).then_some("files_large"),
        }
    }

    pub fn standing(&self) -> Option<Standing> {
        match self.refused() {
            Some(_) => Some(Standing::Unfit),
            None => self.twin.or_else(|| self.compared.as_ref().map(|compared| compared.standing)),
        }
    }
}

/// What the files hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Incoming {
    pub rows: Vec<Row>,
    pub broken: Vec<Broken>,
}

impl Incoming {
    /// # Errors
    /// There is nothing in the files, or nothing of what they should hold.
    pub fn of(files: &[Vec<u8>]) -> Result<Incoming, Fault> {
        if files.iter().all(|file| file.trim_ascii().is_empty()) {
            return Err(fault::field("field_file_empty"));
        }
        let mut incoming = Incoming::default();
        let mut first: HashMap<(String, String), usize> = HashMap::new();
        for file in files {
            let found = split(file);
            incoming.broken.extend(found.broken);
            for part in found.items {
                let at = *first.entry((part.component.clone(), part.uid.clone())).or_insert(incoming.rows.len());
                let twin = incoming.rows.get(at).map(|row| match is_same(&row.part, &part) {
                    true => Standing::Same,
                    false => Standing::Differs,
                });
                let sort = Sort::of(&part.component);
                incoming.rows.push(Row { part: Arc::new(part), sort, compared: None, twin });
            }
        }
        if incoming.rows.is_empty() && incoming.broken.iter().all(|broken| broken.component.is_empty()) {
            return Err(fault::field("field_file_unknown"));
        }
        Ok(incoming)
    }

    pub fn has(&self, sort: Sort) -> bool {
        self.rows.iter().any(|row| row.sort == sort)
    }

    /// The numbers of the rows that stand so.
    pub fn standing(&self, standing: Standing) -> Vec<usize> {
        let stands = |at: &usize| self.rows[*at].standing() == Some(standing);
        (0..self.rows.len()).filter(stands).collect()
    }

    /// The numbers of the rows that are to go in.
    pub fn wanted(&self, skipped: &HashSet<usize>, differing: Differing) -> Vec<usize> {
        let goes = |at: &usize| match self.rows[*at].standing() {
            Some(Standing::New) => true,
            Some(Standing::Differs) => differing != Differing::Leave,
            _ => false,
        };
        (0..self.rows.len()).filter(|at| goes(at) && !skipped.contains(at)).collect()
    }
}

/// Whether both say the same. Two of very different size do not, and are not read: there
/// may be thousands of one UID.
fn is_same(a: &Part, b: &Part) -> bool {
    let (less, more) = (a.size().min(b.size()), a.size().max(b.size()));
    a == b || (more <= 2 * less + AROUND && same_lines(&a.text(), &b.text()))
}

/// The rows in pieces that a message can carry, each of one sort.
pub fn batches(rows: &[Row], numbers: &[usize]) -> Vec<(Sort, Vec<usize>)> {
    let mut batches: Vec<(Sort, Vec<usize>)> = Vec::new();
    for sort in Sort::ALL {
        let (mut size, mut now) = (0, Vec::new());
        for at in numbers.iter().copied().filter(|at| rows[*at].sort == sort) {
            let len = rows[at].part.size();
            if !now.is_empty() && (size + len > BATCH || now.len() == MOST) {
                batches.push((sort, std::mem::take(&mut now)));
                size = 0;
            }
            size += len;
            now.push(at);
        }
        if !now.is_empty() {
            batches.push((sort, now));
        }
    }
    batches
}

/// What the worker says of these rows in that folder.
///
/// # Errors
/// The worker's.
pub async fn compare(folder: CollectionId, rows: &[Row], numbers: &[usize]) -> Result<Vec<Compared>, Fault> {
    match api::ask(&Ask::Compare { folder, texts: texts(rows, numbers) }).await? {
        Answer::Compared(compared) if compared.len() == numbers.len() => Ok(compared),
        _ => Err(fault::internal("not compared").during("Compare")),
    }
}

/// Puts these rows into the folder.
///
/// # Errors
/// The worker's.
pub async fn import(
    folder: CollectionId,
    rows: &[Row],
    numbers: &[usize],
    differing: Differing,
    last: bool,
) -> Result<Imported, Fault> {
    match api::ask(&Ask::Import { folder, texts: texts(rows, numbers), differing, last }).await? {
        Answer::Imported(imported) => Ok(imported),
        _ => Err(fault::internal("not imported").during("Import")),
    }
}

fn texts(rows: &[Row], numbers: &[usize]) -> Vec<Text> {
    numbers.iter().map(|at| rows[*at].part.text().into()).collect()
}
