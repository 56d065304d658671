//! Finding the account (RFC 6764, 6; RFC 5397; RFC 4791, 6.2.1; RFC 6352, 7.1.1).

use std::rc::Rc;

use url::Url;

use super::Remote;
use crate::dav::locate::{Candidate, Entered};
use crate::dav::property::OF_ACCOUNT;
use crate::dav::{Props, caldav, webdav};
use crate::fault;
use crate::model::{Fault, Href};
use crate::port::{Http, Response};
use crate::sync::want::Discovered;

impl Remote {
    /// Finds the account from what a person typed: a host name, an IP address
    /// (both with or without a port), or the full URL of a server, a principal, a
    /// home or a collection. `secure` asks for https, and turns a typed `http:`
    /// into it.
    ///
    /// # Errors
    /// `field_server_…`; `sign_in` at the first 401; `not_dav`, `forbidden`,
    /// `other_origin`; those of the network.
    pub async fn discover(
        http: Rc<dyn Http>,
        entered: &str,
        secure: bool,
        user: &str,
        password: &str,
    ) -> Result<Discovered, Fault> {
        let entered = Entered::read(entered, secure)?;
        let first = Search::new(&http, &entered, user, password).run().await;
        let fault = match first {
            Err(fault) if fault.text.key == "fault_other_origin" => fault,
            other => return other,
        };
        // From http to https of the same host is the one step to another origin
        // that takes nothing to a stranger.
        match fault.text.args.first().and_then(|target| entered.upgraded(target)) {
            Some(upgraded) => Search::new(&http, &upgraded, user, password).run().await,
            None => Err(fault),
        }
    }
}

/// So many homes of one kind are looked at.
const HOMES: usize = 16;

/// What was found so far.
struct Search<'a> {
    entered: &'a Entered,
    remote: Remote,
    server: Option<Url>,
    software: String,
    principal: Option<Href>,
    calendar_homes: Vec<Href>,
    addressbook_homes: Vec<Href>,
    inbox: Option<Href>,
    preferred: Option<Href>,
    /// What the URL that was typed turned out to be.
    named: Option<Href>,
    /// The most telling failure.
    failure: Option<(u8, Fault)>,
}

impl<'a> Search<'a> {
    fn new(http: &Rc<dyn Http>, entered: &'a Entered, user: &str, password: &str) -> Search<'a> {
        Search {
            entered,
            remote: Remote::new(http.clone(), entered.server.clone(), user, password),
            server: None,
            software: String::new(),
            principal: None,
            calendar_homes: Vec::new(),
            addressbook_homes: Vec::new(),
            inbox: None,
            preferred: None,
            named: None,
            failure: None,
        }
    }

    async fn run(mut self) -> Result<Discovered, Fault> {
        for (candidate, url) in self.entered.candidates() {
            if self.needs(candidate) {
                self.ask(candidate, url).await?;
            }
        }
        if let Some(preferred) = self.preferred.clone() {
            self.reach(&preferred).await?;
        } else if self.homeless() {
            self.try_as_home().await?;
        }
        if self.homeless() {
            let host = self.entered.host();
            return Err(self.failure.map_or_else(|| fault::not_dav(host), |(_, fault)| fault));
        }
        let default_calendar = self.default_calendar().await?;
        let Some(principal) = self.principal.or(self.named) else {
            return Err(fault::not_dav(self.entered.host()));
        };
        Ok(Discovered {
            server: self.server.unwrap_or_else(|| self.entered.server.clone()),
            software: self.software,
            principal,
            calendar_homes: self.calendar_homes,
            addressbook_homes: self.addressbook_homes,
            default_calendar,
            preferred: self.preferred,
        })
    }

    fn homeless(&self) -> bool {
        self.calendar_homes.is_empty() && self.addressbook_homes.is_empty()
    }

    /// Whether a candidate can still tell something new. Calendars and contacts
    /// may live at two services of one host.
    fn needs(&self, candidate: Candidate) -> bool {
        match candidate {
            Candidate::Named => true,
            Candidate::CalDav => self.calendar_homes.is_empty(),
            Candidate::CardDav => self.addressbook_homes.is_empty(),
            Candidate::Root => self.homeless(),
        }
    }

    async fn ask(&mut self, candidate: Candidate, url: Url) -> Result<(), Fault> {
        let Some((href, props, response)) = self.look(url).await? else {
            return Ok(());
        };
        if candidate == Candidate::Named {
            let kinds = props.kinds.unwrap_or_default();
            if (kinds.calendar || kinds.addressbook) && !kinds.scheduling {
                self.preferred = Some(href.as_collection());
            }
            self.named = Some(href.clone());
        }
        let principal = props.principal.as_deref().and_then(|raw| self.resolved(raw, &response));
        let known = self.homes(&props, &response);
        match principal {
            // It was asked just now, or told all there is to tell.
            Some(principal) if known || principal.key() == href.key() => {
                self.principal.get_or_insert(principal);
            }
            Some(principal) => {
                if let Some((props, response)) = self.remote.describe(&principal, &OF_ACCOUNT).await? {
                    self.homes(&props, &response);
                }
                self.principal.get_or_insert(principal);
            }
            None if known => {
                self.principal.get_or_insert(href);
            }
            None => {}
        }
        Ok(())
    }

    /// Asks a URL what it is. `None` if it is nothing of ours; why is noted.
    async fn look(&mut self, url: Url) -> Result<Option<(Href, Props, Response)>, Fault> {
        let request = || webdav::propfind(&Href::path(url.path()), "0", &OF_ACCOUNT);
        let mut asked = url.clone();
        for _ in 0..2 {
            let response = match self.remote.send_to(asked.clone(), request()).await {
                Ok(response) => response,
                Err(fault) if self.passing(&fault) => {
                    self.note(fault);
                    return Ok(None);
                }
                Err(fault) => return Err(fault),
            };
            if response.status == 207 {
                return Ok(self.read(response));
            }
            match response.status {
                403 => self.note(self.remote.refused("PROPFIND", &Href::path(asked.path()), &response)),
                500 => self.note(fault::busy(500, None).during(format!("PROPFIND {} 500", asked.path()))),
                _ => {}
            }
            // A stack may have turned PROPFIND into GET on its way through a
            // redirect (quirk 13): ask where it ended.
            if response.url == asked || response.url.origin() != asked.origin() {
                return Ok(None);
            }
            asked = response.url;
        }
        Ok(None)
    }

    fn read(&mut self, response: Response) -> Option<(Href, Props, Response)> {
        let mut found = None;
        let read = webdav::multistatus(&response.body, |entry| {
            let fine = entry.status.is_none_or(|s| (200..300).contains(&s));
            if found.is_none() && fine {
                found = Some(entry.props);
            }
            Ok(())
        });
        if let Err(fault) = read {
            self.note(fault.during(format!("PROPFIND {} 207", response.url.path())));
            return None;
        }
        let props = found?;
        if self.server.is_none() {
            let mut server = response.url.clone();
            server.set_path("/");
            server.set_query(None);
            server.set_fragment(None);
            self.server = Some(server);
            let words = response.header("server").or_else(|| response.header("dav")).unwrap_or_default();
            self.software = words.chars().filter(|c| !c.is_control()).take(100).collect();
        }
        Some((Href::path(response.url.path()), props, response))
    }

    /// Takes the homes that are told; whether both kinds were.
    fn homes(&mut self, props: &Props, response: &Response) -> bool {
        let calendars = self.resolved_all(props.calendar_homes.as_deref(), response);
        let addressbooks = self.resolved_all(props.addressbook_homes.as_deref(), response);
        let both = !calendars.is_empty() && !addressbooks.is_empty();
        add(&mut self.calendar_homes, calendars);
        add(&mut self.addressbook_homes, addressbooks);
        if let (None, Some(raw)) = (&self.inbox, &props.inbox) {
            self.inbox = webdav::href(raw, &response.url);
        }
        both
    }

    fn resolved_all(&mut self, raws: Option<&[String]>, response: &Response) -> Vec<Href> {
        let raws = raws.unwrap_or_default();
        raws.iter()
            .take(HOMES)
            .filter_map(|raw| self.resolved(raw, response))
            .map(|href| href.as_collection())
            .collect()
    }

    /// An href of an answer; one on another host is noted and never asked.
    fn resolved(&mut self, raw: &str, response: &Response) -> Option<Href> {
        let href = webdav::href(raw, &response.url);
        if href.is_none() && !raw.trim().is_empty() {
            self.note(fault::other_origin(raw.trim()));
        }
        href
    }

    /// A collection outside of the homes (a share, or a server without homes) is
    /// reached by the collection above it, if that lists it, or by itself.
    async fn reach(&mut self, preferred: &Href) -> Result<(), Fault> {
        let key = preferred.key();
        let inside = |home: &Href| key.starts_with(&format!("{}/", home.key().trim_end_matches('/')));
        if self.calendar_homes.iter().chain(&self.addressbook_homes).any(inside) {
            return Ok(());
        }
        let path = preferred.as_str().trim_end_matches('/');
        let above = Href::path(&path[..=path.rfind('/').unwrap_or_default()]);
        let mut home = preferred.clone();
        match self.remote.collections(&above).await {
            Ok(seen) if seen.lists(preferred) => home = above,
            Err(fault) if matches!(fault.class, crate::model::Class::SignIn) => return Err(fault),
            _ => {}
        }
        add(&mut self.calendar_homes, vec![home.clone()]);
        add(&mut self.addressbook_homes, vec![home]);
        Ok(())
    }

    /// No principal and no homes, yet the URL may be that of a home: if it lists
    /// calendars or address books, it serves as one.
    async fn try_as_home(&mut self) -> Result<(), Fault> {
        let Some(home) = self.named.as_ref().map(Href::as_collection) else {
            return Ok(());
        };
        match self.remote.collections(&home).await {
            Ok(seen) if !seen.described.is_empty() => {
                add(&mut self.calendar_homes, vec![home.clone()]);
                add(&mut self.addressbook_homes, vec![home]);
            }
            Err(fault) if matches!(fault.class, crate::model::Class::SignIn) => return Err(fault),
            _ => {}
        }
        Ok(())
    }

    /// Stands on the scheduling inbox (RFC 6638, 9.2); failing to read it is no failure.
    async fn default_calendar(&self) -> Result<Option<Href>, Fault> {
        let Some(inbox) = &self.inbox else {
            return Ok(None);
        };
        match self.remote.describe(inbox, &[caldav::DEFAULT_CALENDAR]).await {
            Ok(Some((props, response))) => {
                Ok(props.default_calendar.and_then(|raw| webdav::href(&raw, &response.url)).map(|h| h.as_collection()))
            }
            Err(fault) if matches!(fault.class, crate::model::Class::SignIn) => Err(fault),
            Ok(None) | Err(_) => Ok(None),
        }
    }

    /// Faults of one candidate after which the next may still do. Being sent to
    /// https is none: the password is not to be sent in the clear again.
    fn passing(&self, fault: &Fault) -> bool {
        match fault.text.key.as_str() {
            "fault_other_origin" => fault.text.args.first().is_none_or(|to| self.entered.upgraded(to).is_none()),
            "fault_busy" | "fault_wrong_answer" | "fault_too_large" => true,
            _ => false,
        }
    }

    /// Keeps the failure that tells a person most.
    fn note(&mut self, fault: Fault) {
        let weight = match fault.text.key.as_str() {
            "fault_other_origin" => 4,
            "fault_forbidden" => 3,
            "fault_busy" => 2,
            _ => 1,
        };
        if self.failure.as_ref().is_none_or(|(known, _)| *known < weight) {
            self.failure = Some((weight, fault));
        }
    }
}

fn add(known: &mut Vec<Href>, more: Vec<Href>) {
    for href in more {
        if !known.iter().any(|k| k.key() == href.key()) {
            known.push(href);
        }
    }
}
