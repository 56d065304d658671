//! The first reading of a collection: nothing of it is here yet.

use std::collections::HashMap;

use crate::fault;
use crate::model::{Collection, CollectionReport, Fault, News, Texts};
use crate::sync::want::Everything;

use super::draft::Draft;
use super::gate::Place;
use super::session::Session;

impl Session<'_> {
    /// Takes all there is, with the texts, from one answer, storing it as it comes. With
    /// nothing here there is nothing to plan: nothing can conflict with what comes, and
    /// nothing can be gone. False: that is not so, or something is still to be found out;
    /// the usual way does it, with what came already.
    pub async fn first(
        &self,
        collection: &mut Collection,
        marker: Option<String>,
        report: &mut CollectionReport,
        place: &mut Place<'_>,
    ) -> Result<bool, Fault> {
        let asks = collection.reports_changes && collection.texts == Texts::Asked;
        // Seen to be empty by a server that gives no token: it still is.
        let unchanged = marker.is_some() && marker == collection.marker;
        if !asks || unchanged || collection.sync_token.is_some() || collection.held.is_some() {
            return Ok(false);
        }
        if self.unbearable.get() || !self.ports.store.heads(&collection.id).await?.is_empty() {
            return Ok(false);
        }
        // From the first text on, what is here is ahead of it. And should the worker end while
        // the server is still at work, the next run goes by batches: it would never come so far.
        collection.marker = None;
        collection.texts = Texts::OfChanges;
        self.keep_choice(collection).await?;
        self.ports.store.save_collection(collection).await?;
        collection.texts = Texts::Asked;
        let (reading, nothing) = (&*collection, HashMap::new());
        let told = async {
            let mut room = Some(self.gate.enter().await);
            let before = self.remote.token_before(reading, marker.as_deref()).await?;
            let (opened, began) = self.timed(self.remote.open_everything(reading, before.as_deref())).await?;
            if opened.head.status == 207 && self.gate.was_made(began) {
                self.gate.took(began);
                place.comes();
                room = None;
            }
            let ready = async |texts| self.taken_in(reading, &nothing, texts, &mut CollectionReport::default()).await;
            let taken = self.remote.everything(reading, before, opened, ready, async |commit| {
                // All of it is new, and counts when it is stored.
                let came = commit.changes.len() as u32;
                self.store(commit).await?;
                report.received += came;
                self.progress(&reading.name, report.received as usize, 0);
                self.ports.shell.tell(&News::Changed);
                Ok(())
            });
            let (told, came) = self.timed(taken).await?;
            if room.is_some() {
                self.gate.took(began + came);
            }
            Ok(told)
        };
        let told = match told.await {
            // Asked the same again it would never come; in batches it may.
            Err(fault) if report.received == 0 && fault::too_much(&fault) => {
                self.unbearable.set(true);
                Everything::Refused
            }
            Err(fault) => {
                self.keep_choice(collection).await?;
                self.ports.store.save_collection(collection).await?;
                return Err(fault);
            }
            Ok(told) => told,
        };
        match told {
            Everything::Told { token, left } => {
                let all = report.received as usize + left.len();
                report.plan = (all > 0)
                    .then(|| ("take".to_owned(), u32::try_from(all).unwrap_or(u32::MAX)))
                    .into_iter()
                    .collect();
                self.pull(collection, marker, Draft::first(token, left), report).await?;
                Ok(true)
            }
            Everything::Refused => {
                // Kept at once: whatever becomes of this run, the next one does not ask so again.
                collection.texts = Texts::OfChanges;
                self.keep_choice(collection).await?;
                self.ports.store.save_collection(collection).await?;
                Ok(false)
            }
            Everything::Doubtful => Ok(false),
        }
    }
}
