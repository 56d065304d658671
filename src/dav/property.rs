//! The properties that are read, whichever RFC defines them. Each is `None`
//! until a 2xx propstat gives it.

use super::xml::{Name, Ns, Reader, Tag};
use super::{caldav, principal, webdav};
use crate::model::{Etag, Fault, Kind};

/// Of one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Props {
    pub kinds: Option<webdav::Kinds>,
    pub etag: Option<Etag>,
    pub display_name: Option<String>,
    /// `supported-report-set` names `sync-collection` (RFC 6578).
    pub reports_changes: Option<bool>,
    pub sync_token: Option<String>,
    /// `getctag` of calendarserver.org.
    pub ctag: Option<String>,
    /// `supported-calendar-component-set`.
    pub components: Option<Vec<String>>,
    /// `current-user-privilege-set` lets us write.
    pub writable: Option<bool>,
    /// `current-user-principal`, as written.
    pub principal: Option<String>,
    pub calendar_homes: Option<Vec<String>>,
    pub addressbook_homes: Option<Vec<String>>,
    /// `schedule-inbox-URL`.
    pub inbox: Option<String>,
    /// `schedule-default-calendar-URL`.
    pub default_calendar: Option<String>,
    /// `calendar-data` or `address-data`: the very characters.
    pub data: Option<String>,
}

impl Props {
    /// Takes the property that just started, if it is one of ours.
    ///
    /// # Errors
    /// That the document is not well-formed.
    pub fn read(&mut self, reader: &mut Reader<'_>, name: &Name<'_>) -> Result<(), Fault> {
        match (name.ns, name.local()) {
            (Ns::Dav, "resourcetype") => self.kinds = Some(webdav::Kinds::read(reader)?),
            (Ns::Dav, "getetag") => self.etag = filled(reader.text()?).map(Etag),
            (Ns::Dav, "displayname") => self.display_name = filled(reader.text()?),
            (Ns::Dav, "supported-report-set") => self.reports_changes = Some(webdav::reports_changes(reader)?),
            (Ns::Dav, "sync-token") => self.sync_token = filled(reader.text()?),
            (Ns::CalendarServer, "getctag") => self.ctag = filled(reader.text()?),
            (Ns::CalDav, "supported-calendar-component-set") => self.components = Some(caldav::components(reader)?),
            (Ns::Dav, "current-user-privilege-set") => self.writable = Some(principal::writable(reader)?),
            (Ns::Dav, "current-user-principal") => self.principal = reader.href()?,
            (Ns::CalDav, "calendar-home-set") => self.calendar_homes = Some(reader.hrefs()?),
            (Ns::CardDav, "addressbook-home-set") => self.addressbook_homes = Some(reader.hrefs()?),
            (Ns::CalDav, "schedule-inbox-URL") => self.inbox = reader.href()?,
            (Ns::CalDav, "schedule-default-calendar-URL") => self.default_calendar = reader.href()?,
            (Ns::CalDav, "calendar-data") | (Ns::CardDav, "address-data") => self.data = Some(reader.text()?),
            _ => {}
        }
        Ok(())
    }

    /// Takes over what another propstat gives.
    pub fn add(&mut self, other: Props) {
        fn take<T>(mine: &mut Option<T>, other: Option<T>) {
            if other.is_some() {
                *mine = other;
            }
        }
        take(&mut self.kinds, other.kinds);
        take(&mut self.etag, other.etag);
        take(&mut self.display_name, other.display_name);
        take(&mut self.reports_changes, other.reports_changes);
        take(&mut self.sync_token, other.sync_token);
        take(&mut self.ctag, other.ctag);
        take(&mut self.components, other.components);
        take(&mut self.writable, other.writable);
        take(&mut self.principal, other.principal);
        take(&mut self.calendar_homes, other.calendar_homes);
        take(&mut self.addressbook_homes, other.addressbook_homes);
        take(&mut self.inbox, other.inbox);
        take(&mut self.default_calendar, other.default_calendar);
        take(&mut self.data, other.data);
    }
}

fn filled(text: String) -> Option<String> {
    let trimmed = text.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// What is asked of the members of a collection.
pub const OF_MEMBERS: [Tag; 2] = [(Ns::Dav, "resourcetype"), (Ns::Dav, "getetag")];

/// What is asked of the collections in a home; the marker comes on top.
pub const OF_COLLECTIONS: [Tag; 5] = [
    (Ns::Dav, "resourcetype"),
    (Ns::Dav, "displayname"),
    (Ns::Dav, "current-user-privilege-set"),
    (Ns::Dav, "supported-report-set"),
    (Ns::CalDav, "supported-calendar-component-set"),
];

/// What says that a collection changed.
pub const CTAG: Tag = (Ns::CalendarServer, "getctag");
/// The same by RFC 6578.
pub const TOKEN: Tag = (Ns::Dav, "sync-token");

/// What has the text of an item.
pub fn data(kind: Kind) -> Tag {
    match kind {
        Kind::Calendar => (Ns::CalDav, "calendar-data"),
        Kind::Contacts => (Ns::CardDav, "address-data"),
    }
}

/// What is asked of whatever may lead to the account: a context path, a
/// principal, a home or a collection.
pub const OF_ACCOUNT: [Tag; 5] = [
    (Ns::Dav, "resourcetype"),
    (Ns::Dav, "current-user-principal"),
    (Ns::CalDav, "calendar-home-set"),
    (Ns::CardDav, "addressbook-home-set"),
    (Ns::CalDav, "schedule-inbox-URL"),
];
