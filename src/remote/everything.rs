//! All items of a collection with their texts, in one answer that is read as it comes in.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::Remote;
use crate::dav::pieces::Pieces;
use crate::dav::property;
use crate::dav::sync_collection;
use crate::dav::webdav::{self, Members, Scope};
use crate::fault;
use crate::model::{Collection, Fault, Href};
use crate::port::Opened;
use crate::sync::want::{Everything, Fetch, Fetched};

/// So much of an answer is looked at in one go.
const BITE: usize = 64 << 10;

impl Remote {
    /// Asks for everything by sync-collection, with the texts, and gives the answer as soon
    /// as it begins.
    ///
    /// # Errors
    /// Those of the network and the sign-in.
    pub async fn open_everything(&self, collection: &Collection) -> Result<Opened, Fault> {
        let data = property::data(collection.kind);
        self.open(sync_collection::report(&collection.href, None, self.report_depth.get(), Some(data))).await
    }

    /// Hands the texts of that answer on as they come, so that memory does not grow with
    /// the collection. What was handed on is true, whatever comes after it; that all was
    /// told, and the token to go on from, is known only if the answer was read to its
    /// closing tag.
    ///
    /// # Errors
    /// `collection_gone`, what `take` returns, and those of the network.
    pub async fn everything(
        &self,
        collection: &Collection,
        mut opened: Opened,
        mut take: impl AsyncFnMut(Vec<Fetched>) -> Result<(), Fault>,
    ) -> Result<Everything, Fault> {
        let href = &collection.href;
        match opened.head.status {
            207 => {}
            404 | 410 => return Err(self.gone("REPORT", href, &collection.name, opened.head.status)),
            400.. => return Ok(Everything::Refused),
            _ => return Ok(Everything::Doubtful),
        }
        let url = opened.head.url.clone();
        let mut reading = Reading::new(Scope::new(href, &url));
        let mut pieces = Pieces::default();
        while let Some(bytes) = opened.body.piece().await.map_err(|f| f.during(format!("REPORT {}", href.as_str())))? {
            for bite in bytes.chunks(BITE) {
                if pieces.feed(bite).is_err() {
                    return Ok(Everything::Doubtful);
                }
                while let Some(piece) = pieces.ready() {
                    let (texts, read) = reading.read(&piece);
                    take(texts).await?;
                    if read.is_err() {
                        return Ok(Everything::Doubtful);
                    }
                }
            }
        }
        let (texts, read) = reading.read(&pieces.last());
        take(texts).await?;
        Ok(match (read, reading.token) {
            (Ok(()), Some(token)) if !reading.doubtful => Everything::Told { token, left: reading.left },
            _ => Everything::Doubtful,
        })
    }
}

/// What was read so far.
struct Reading<'a> {
    scope: Scope<'a>,
    /// Of what was told to be there: a hash of each [`Href::key`].
    seen: HashSet<u64>,
    left: Vec<Href>,
    token: Option<String>,
    /// It contradicts itself, or says of the collection that something is wrong.
    doubtful: bool,
}

impl<'a> Reading<'a> {
    fn new(scope: Scope<'a>) -> Reading<'a> {
        Reading { scope, seen: HashSet::new(), left: Vec::new(), token: None, doubtful: false }
    }

    /// Reads a piece; what came with its text, also of a piece that is broken further on.
    fn read(&mut self, piece: &[u8]) -> (Vec<Fetched>, Result<(), Fault>) {
        let mut texts = Vec::new();
        let mut members = Members::default();
        let mut with_text = HashSet::new();
        let read = webdav::multistatus(piece, |mut entry| {
            let text = sync_collection::text(&mut entry, &self.scope);
            members.take(entry, &self.scope)?;
            if let Some((href, (etag, text))) = text {
                // The same one twice: which is true is found out in another way.
                if with_text.insert(hash(&href)) && !self.seen.contains(&hash(&href)) {
                    texts.push(Fetched { href, result: Fetch::Found { etag: Some(etag), text } });
                }
            }
            Ok(())
        });
        self.doubtful |= members.status.is_some_and(|status| !(200..300).contains(&status));
        for (href, _) in members.items {
            let hash = hash(&href);
            self.doubtful |= !self.seen.insert(hash);
            if !with_text.contains(&hash) {
                self.left.push(href);
            }
        }
        self.doubtful |= members.gone.iter().any(|href| self.seen.contains(&hash(href)));
        if self.seen.len() > webdav::MOST {
            return (texts, Err(fault::too_large("")));
        }
        (texts, read.map(|token| self.token = token.or(self.token.take())))
    }
}

fn hash(href: &Href) -> u64 {
    let mut hasher = DefaultHasher::new();
    href.key().hash(&mut hasher);
    hasher.finish()
}
