//! Writing items, and making collections.

use super::Remote;
use crate::dav::webdav::{self, Condition, Refusal};
use crate::dav::xml::Ns;
use crate::dav::{self, caldav, carddav};
use crate::fault;
use crate::model::{Etag, Fault, Href, Kind};
use crate::port::Response;
use crate::sync::want::{Precondition, Written};

impl Remote {
    /// Writes an item, based on what `pre` says.
    ///
    /// # Errors
    /// Only what concerns more than this item: those of the network, the sign-in,
    /// and a server that is busy.
    pub async fn put(&self, kind: Kind, href: &Href, text: &[u8], pre: &Precondition) -> Result<Written, Fault> {
        let mut request =
            dav::Request::new("PUT", href).header("Content-Type", kind.media_type()).only_if(condition(pre));
        request.body = text.to_vec();
        let response = self.send(request).await?;
        self.written("PUT", href, &response)
    }

    /// Deletes an item, based on what `pre` says.
    ///
    /// # Errors
    /// As [`Remote::put`].
    pub async fn delete(&self, href: &Href, pre: &Precondition) -> Result<Written, Fault> {
        let response = self.send(dav::Request::new("DELETE", href).only_if(condition(pre))).await?;
        self.written("DELETE", href, &response)
    }

    fn written(&self, method: &str, href: &Href, response: &Response) -> Result<Written, Fault> {
        let context = |fault: Fault, status| fault.during(format!("{method} {} {status}", href.as_str()));
        let status = if response.status == 207 { inner_status(response).unwrap_or(204) } else { response.status };
        let refused = |fault: Fault| Ok(Written::Refused(context(fault, status)));
        match status {
            200..300 => {
                let etag = response.header("etag").filter(|_| method == "PUT").map(|e| Etag(e.to_owned()));
                Ok(Written::Done { etag })
            }
            // A redirect that nobody followed, or an answer to something else.
            100..400 => Err(context(fault::unexpected_status(status), status)),
            404 | 410 => Ok(Written::Gone),
            423 => refused(fault::locked()),
            507 if method == "PUT" => refused(fault::full()),
            400..500 => {
                let refusal = Refusal::read(&response.body);
                if method == "PUT" && refusal.uid_conflict() {
                    let at = refusal.href.as_deref().and_then(|raw| webdav::href(raw, &response.url));
                    return Ok(Written::UidTaken { at });
                }
                match status {
                    // Xandikos has 412 for what it does not like in the item, too.
                    409 | 412 if refusal.about_the_item() => refused(fault::item_refused(status)),
                    409 | 412 => Ok(Written::Changed),
                    _ => refused(fault::item_refused(status)),
                }
            }
            // Some servers fail so on one item; 502 to 504 were dealt with before.
            500..600 => refused(fault::item_refused(status)),
            _ => Err(self.refused(method, href, response)),
        }
    }

    /// Makes a calendar for items of one component: by MKCALENDAR, else by
    /// extended MKCOL. One that is already there will do.
    ///
    /// # Errors
    /// `forbidden`, `full`, `unexpected_status`, and those of the network and the
    /// sign-in.
    pub async fn make_calendar(&self, href: &Href, name: &str, component: &str) -> Result<(), Fault> {
        let ways = [caldav::mkcalendar(href, name, component), caldav::mkcol(href, name, component)];
        self.make(href, ways, |kinds| kinds.calendar).await
    }

    /// Makes an address book by extended MKCOL. One that is already there will do.
    ///
    /// # Errors
    /// As [`Remote::make_calendar`].
    pub async fn make_addressbook(&self, href: &Href, name: &str) -> Result<(), Fault> {
        self.make(href, [carddav::mkcol(href, name)], |kinds| kinds.addressbook).await
    }

    async fn make<const N: usize>(
        &self,
        href: &Href,
        ways: [dav::Request; N],
        fits: impl Fn(webdav::Kinds) -> bool,
    ) -> Result<(), Fault> {
        let mut refusal = None;
        for way in ways {
            let method = way.method;
            let response = self.send(way).await?;
            // A 207 names what went wrong, though Kerio made it all the same.
            if response.status != 207 && (200..300).contains(&response.status) {
                return Ok(());
            }
            // Servers word "it is there already" in too many ways to go by that.
            if let Some((props, _)) = self.describe(href, &[(Ns::Dav, "resourcetype")]).await?
                && props.kinds.is_some_and(&fits)
            {
                return Ok(());
            }
            refusal.get_or_insert((method, response));
        }
        Err(match refusal {
            Some((_, response)) if response.status == 507 => fault::full(),
            Some((method, response)) if response.status == 207 => {
                fault::unexpected_status(207).during(format!("{method} {} 207", href.as_str()))
            }
            // A server that fails at this is not one to be left alone for a while.
            Some((method, response)) if response.status >= 500 => {
                fault::unexpected_status(response.status).during(format!("{method} {}", href.as_str()))
            }
            Some((method, response)) => self.refused(method, href, &response),
            None => fault::internal("no way to make a collection"),
        })
    }
}

fn condition(pre: &Precondition) -> Condition<'_> {
    match pre {
        Precondition::New => Condition::Absent,
        Precondition::Match(etag) => Condition::Is(etag),
        Precondition::Compared => Condition::None,
    }
}

/// The first failure that a 207 to a write names.
fn inner_status(response: &Response) -> Option<u16> {
    let mut failed = None;
    let read = webdav::multistatus(&response.body, |entry| {
        failed = failed.or(entry.status.filter(|s| *s >= 400));
        Ok(())
    });
    read.ok().and(failed)
}
