//! All items of a collection with their texts, in one answer that is read as it comes in.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::mem;
use std::pin::pin;

use futures_util::future::{Either, select};

use super::Remote;
use crate::dav::pieces::Pieces;
use crate::dav::sync_collection::{self, is_radicale, may_be_radicale};
use crate::dav::webdav::{self, Members, Scope};
use crate::dav::{caldav, carddav, property};
use crate::model::{Class, Collection, Fault, Href, Kind};
use crate::port::{Body, Opened};
use crate::sync::want::{Everything, Fetch, Fetched};

/// So much of an answer is looked at in one go.
const BITE: usize = 64 << 10;

impl Remote {
    /// A token to go on from that is told before the collection is read: from Radicale, whose
    /// tokens hide nothing that comes after them (ADR 13), and `None` from any other server.
    /// `marker` is what the home's listing said; only where it looks like Radicale's is
    /// anything asked.
    ///
    /// # Errors
    /// Those of the network and the sign-in.
    pub async fn token_before(&self, collection: &Collection, marker: Option<&str>) -> Result<Option<String>, Fault> {
        let told = match marker {
            Some(ctag) if may_be_radicale(ctag) => match self.describe(&collection.href, &[property::TOKEN]).await {
                Ok(told) => told.and_then(|(props, _)| props.sync_token),
                // It cannot be read: it is asked as any other is.
                Err(fault) if fault.class == Class::Bug => None,
                Err(fault) => return Err(fault),
            },
            other => other.map(str::to_owned),
        };
        Ok(told.filter(|token| is_radicale(token)))
    }

    /// Asks for everything, with the texts, and gives the answer as soon as it begins: by a
    /// query where the token was told before, which takes Radicale less time in large folders,
    /// and by sync-collection where it is still to come.
    ///
    /// # Errors
    /// Those of the network and the sign-in.
    pub async fn open_everything(&self, collection: &Collection, before: Option<&str>) -> Result<Opened, Fault> {
        let Collection { href, kind, .. } = collection;
        let request = match (before, kind) {
            (None, _) => sync_collection::report(href, None, self.report_depth.get(), Some(property::data(*kind))),
            (Some(_), Kind::Calendar) => caldav::query(href),
            (Some(_), Kind::Contacts) => carddav::query(href),
        };
        self.open(request).await
    }

    /// Hands the texts of that answer on as they come, so that memory does not grow with
    /// the collection: what is being stored is in it, and what `ready` made of the piece
    /// after that. `before` is what it was asked with. What was handed on is true, whatever
    /// comes after it; that all was told, and the token to go on from, is known only if the
    /// answer was read to its closing tag.
    ///
    /// # Errors
    /// `collection_gone`, what `ready` and `store` return, and those of the network.
    pub async fn everything<T>(
        &self,
        collection: &Collection,
        before: Option<String>,
        opened: Opened,
        mut ready: impl AsyncFnMut(Vec<Fetched>) -> Result<T, Fault>,
        mut store: impl AsyncFnMut(T) -> Result<(), Fault>,
    ) -> Result<Everything, Fault> {
        let href = &collection.href;
        match opened.head.status {
            207 => {}
            404 | 410 => return Err(self.gone("REPORT", href, &collection.name, opened.head.status)),
            400.. => return Ok(Everything::Refused),
            _ => return Ok(Everything::Doubtful),
        }
        let url = opened.head.url.clone();
        let mut coming = Coming {
            href,
            body: opened.body,
            bytes: Vec::new(),
            at: 0,
            pieces: Pieces::default(),
            reading: Reading::new(Scope::new(href, &url)),
        };
        let mut next = async || {
            let (texts, more) = coming.next().await?;
            Ok::<_, Fault>((ready(texts).await?, more))
        };
        let (mut part, mut more) = next().await?;
        while more {
            // What comes next is read, and all made of it that can be, while this is stored:
            // neither waits for the other. What is being stored is stored to its end, also
            // where nothing more comes; what cannot be stored is told at once.
            (part, more) = match select(pin!(store(part)), pin!(next())).await {
                Either::Left((stored, after)) => {
                    stored?;
                    after.await?
                }
                Either::Right((after, stored)) => {
                    stored.await?;
                    after?
                }
            };
        }
        store(part).await?;
        let Reading { seen, token, left, doubtful, broken, .. } = coming.reading;
        // That a query tells of nothing may be that it was not understood: the token of a
        // sync-collection shows that it was, that from before shows nothing of the kind.
        let token = if before.is_some() { before.filter(|_| !seen.is_empty()) } else { token };
        Ok(match token {
            Some(token) if !doubtful && !broken => Everything::Told { token, left },
            _ => Everything::Doubtful,
        })
    }
}

/// What is on its way.
struct Coming<'a> {
    href: &'a Href,
    body: Box<dyn Body>,
    /// What came, looked at up to `at`.
    bytes: Vec<u8>,
    at: usize,
    pieces: Pieces,
    reading: Reading<'a>,
}

impl Coming<'_> {
    /// The texts that come next, and whether there may be more.
    async fn next(&mut self) -> Result<(Vec<Fetched>, bool), Fault> {
        loop {
            if let Some(piece) = self.pieces.ready() {
                let texts = self.reading.read(&piece);
                return Ok((texts, !self.reading.broken));
            }
            if self.at == self.bytes.len() {
                let piece = self.body.piece().await.map_err(|f| f.during(format!("REPORT {}", self.href.as_str())));
                let Some(bytes) = piece? else { break };
                (self.bytes, self.at) = (bytes, 0);
            }
            let bite = &self.bytes[self.at..self.bytes.len().min(self.at + BITE)];
            self.at += bite.len();
            if self.pieces.feed(bite).is_err() {
                self.reading.broken = true;
                return Ok((Vec::new(), false));
            }
        }
        Ok((self.reading.read(&mem::take(&mut self.pieces).last()), false))
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
    /// It cannot be read any further.
    broken: bool,
}

impl<'a> Reading<'a> {
    fn new(scope: Scope<'a>) -> Reading<'a> {
        Reading { scope, seen: HashSet::new(), left: Vec::new(), token: None, doubtful: false, broken: false }
    }

    /// Reads a piece; what came with its text, also of a piece that is broken further on.
    fn read(&mut self, piece: &[u8]) -> Vec<Fetched> {
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
        match read {
            Ok(token) if self.seen.len() <= webdav::MOST => self.token = token.or(self.token.take()),
            _ => self.broken = true,
        }
        texts
    }
}

fn hash(href: &Href) -> u64 {
    let mut hasher = DefaultHasher::new();
    href.key().hash(&mut hasher);
    hasher.finish()
}
