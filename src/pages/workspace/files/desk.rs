//! An import in hand: files read, looked at, decided about, done.

use std::collections::{HashMap, HashSet};

use leptos::prelude::*;

use super::incoming::{self, Incoming, Row, Sort, batches};
use super::{Place, places};
use crate::browser::upload;
use crate::message::{Differing, Imported};
use crate::model::{CollectionId, Fault};
use crate::pages::frame::Said;
use crate::pages::saying::say_of;

/// What the panel has in hand.
#[derive(Clone, Copy)]
pub struct Desk {
    pub incoming: RwSignal<Incoming>,
    pub places: RwSignal<Vec<Place>>,
    pub targets: RwSignal<HashMap<Sort, CollectionId>>,
    /// By their numbers, the rows that shall not go in.
    pub skipped: RwSignal<HashSet<usize>>,
    pub differing: RwSignal<Differing>,
    /// So many of so many, while something is under way.
    pub busy: RwSignal<Option<(usize, usize)>>,
    pub said: RwSignal<Said>,
    /// What is under way shall go no further.
    pub stopped: RwSignal<bool>,
}

impl Desk {
    pub fn new() -> Desk {
        Desk {
            incoming: RwSignal::new(Incoming::default()),
            places: RwSignal::new(Vec::new()),
            targets: RwSignal::new(HashMap::new()),
            skipped: RwSignal::new(HashSet::new()),
            differing: RwSignal::new(Differing::default()),
            busy: RwSignal::new(None),
            said: RwSignal::new(Said::Nothing),
            stopped: RwSignal::new(false),
        }
    }

    pub fn begin(self) {
        self.stopped.set(false);
        self.said.set(Said::Nothing);
        self.busy.set(Some((0, 0)));
    }

    /// Whether it was stopped. The panel may be gone, too.
    fn over(self) -> bool {
        self.stopped.try_get_untracked() != Some(false)
    }

    pub async fn read(self, files: Vec<leptos::web_sys::File>) {
        self.begin();
        self.incoming.set(Incoming::default());
        self.skipped.update(HashSet::clear);
        let read = self.take(&files).await;
        if self.over() {
            return;
        }
        match read {
            Ok((incoming, places)) => {
                let usual = Sort::ALL.into_iter().filter_map(|sort| Some((sort, sort.usual(&places)?)));
                self.targets.set(usual.collect());
                self.places.set(places);
                self.incoming.set(incoming);
                self.look(&Sort::ALL).await;
            }
            Err(fault) => self.end(fault),
        }
    }

    async fn take(self, files: &[leptos::web_sys::File]) -> Result<(Incoming, Vec<Place>), Fault> {
        let mut read = Vec::with_capacity(files.len());
        for file in files {
            read.push(upload::read(file).await?);
        }
        Ok((Incoming::of(&read)?, places().await?))
    }

    fn end(self, fault: Fault) {
        self.busy.set(None);
        self.said.set(Said::Failed(fault));
    }

    /// Asks the worker how the rows of these sorts stand in their folders.
    pub async fn look(self, sorts: &[Sort]) {
        let rows: Vec<Row> = self.incoming.with_untracked(|incoming| incoming.rows.clone());
        let targets = self.targets.get_untracked();
        let asked = |row: &Row| sorts.contains(&row.sort) && row.refused().is_none();
        let numbers: Vec<usize> = (0..rows.len()).filter(|at| asked(&rows[*at])).collect();
        let (mut done, all) = (0, numbers.len());
        let mut compared = Vec::with_capacity(all);
        for (sort, numbers) in batches(&rows, &numbers) {
            self.busy.set(Some((done, all)));
            if let Some(folder) = targets.get(&sort) {
                let found = incoming::compare(folder.clone(), &rows, &numbers).await;
                if self.over() {
                    return;
                }
                match found {
                    Ok(found) => compared.extend(numbers.iter().copied().zip(found)),
                    Err(fault) => return self.end(fault),
                }
            }
            done += numbers.len();
        }
        self.incoming.update(|incoming| {
            for (at, compared) in compared {
                incoming.rows[at].compared = Some(compared);
            }
        });
        self.busy.set(None);
    }

    pub async fn import(self) {
        self.begin();
        let differing = self.differing.get_untracked();
        let skipped = self.skipped.get_untracked();
        let (rows, wanted) =
            self.incoming.with_untracked(|incoming| (incoming.rows.clone(), incoming.wanted(&skipped, differing)));
        let targets = self.targets.get_untracked();
        let all = wanted.len();
        let batches = batches(&rows, &wanted);
        let (mut done, mut sum, last) = (0, Imported::default(), batches.len());
        for (number, (sort, numbers)) in batches.into_iter().enumerate() {
            let Some(folder) = targets.get(&sort).cloned() else { continue };
            // What went in before goes out all the same.
            let stopped = self.over();
            self.busy.set(Some((done, all)));
            let numbers = if stopped { Vec::new() } else { numbers };
            match incoming::import(folder, &rows, &numbers, differing, stopped || number + 1 == last).await {
                Ok(more) => sum += more,
                Err(fault) => return self.end(fault),
            }
            if stopped {
                break;
            }
            done += numbers.len();
        }
        if self.busy.try_set(None).is_none() {
            self.incoming.set(Incoming::default());
            self.said.set(Said::Done(told(sum)));
        }
    }
}

/// What an import has done, in a sentence or more.
fn told(done: Imported) -> String {
    let Imported { added, replaced, copied, same, left, unfit } = done;
    let mut told = vec![say_of("files_added", &[&added])];
    for (key, count) in [("files_replaced", replaced), ("files_copied", copied), ("files_passed", same + left + unfit)]
    {
        if count > 0 {
            told.push(say_of(key, &[&count]));
        }
    }
    told.join(" ")
}
