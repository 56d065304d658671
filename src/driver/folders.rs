//! Which collections a run covers, and the making of those that are missing.

use super::Scope;
use super::account::{home, homes_of};
use super::session::{DAY, Session};
use crate::fault;
use crate::model::{Account, Class, Collection, Fate, Fault, Href, Kind, Millis, Role, Saying, Trigger, Vanished};
use crate::order;
use crate::sync::roles;
use crate::sync::want::{Described, Seen};

/// So long a default of which nothing is here keeps its role when it is not listed any
/// more: one listing that lacks it may be wrong.
const MISSING: Millis = DAY;

/// What the server says of a collection now.
pub(super) enum Sight<'d> {
    Described(&'d Described),
    /// Each home answered, and none lists it.
    Gone,
    /// It could not be told: why not.
    Unknown(&'d Fault),
}

/// The collections of a run.
pub(super) struct Covered<'d> {
    pub all: Vec<(Collection, Sight<'d>)>,
    /// Those of the account that the store does not have like this yet.
    pub changed: Vec<Collection>,
}

impl Session<'_> {
    /// Before the run writes a collection: which role it has, and what is decided
    /// about it, is the person's to change, also while the run is under way.
    pub async fn keep_choice(&self, collection: &mut Collection) -> Result<(), Fault> {
        let stored = self.ports.store.collections(&self.account.id).await?;
        if let Some(stored) = stored.into_iter().find(|stored| stored.id == collection.id) {
            collection.role = stored.role;
            collection.chosen = stored.chosen;
            if let (Some(held), Some(decided)) = (&mut collection.held, stored.held) {
                held.agreed |= decided.agreed && decided.here == held.here && decided.there == held.there;
            }
        }
        Ok(())
    }

    /// Chooses a folder for each role that has none, and makes those that do not
    /// exist; makes again what the person wants to have again. True if any was made.
    /// Nothing that a home may have which did not answer.
    pub async fn make_missing(&self, seen: &Seen) -> Result<bool, Fault> {
        let stored = self.ports.store.collections(&self.account.id).await?;
        let mut made = false;
        for collection in &stored {
            let wanted = collection.vanished.as_ref().is_some_and(|v| v.fate == Some(Fate::Remake));
            if wanted && !seen.lists(&collection.href) && self.unknown(collection, seen).is_none() {
                let component = collection.components.first().map_or("VEVENT", String::as_str);
                made |= self.make(collection.kind, &collection.href, &collection.name, component).await?;
            }
        }
        // What could not be made once is not tried at every run.
        if !stored.is_empty() && self.trigger != Trigger::Person {
            return Ok(made);
        }
        for role in Role::ALL {
            let there = stored.iter().any(|c| c.role == Some(role)) || self.choice(role, seen).is_some();
            if there || !self.sees_all(role, seen) {
                continue;
            }
            let name = &(self.options.name)(role);
            let Some(home) = home(role, &self.account) else {
                self.problem(Saying::new("log_no_home").with(name), Vec::new());
                continue;
            };
            let segment = format!("{role:?}").to_lowercase();
            let taken = seen.lists(&home.child(&segment));
            let segment = if taken { format!("pimento-{segment}") } else { segment };
            let href = home.child(&segment).as_collection();
            let component = if role == Role::Notes { "VJOURNAL" } else { "VEVENT" };
            made |= self.make(role.kind(), &href, name, component).await?;
        }
        Ok(made)
    }

    async fn make(&self, kind: Kind, href: &Href, name: &str, component: &str) -> Result<bool, Fault> {
        let done = match kind {
            Kind::Calendar => self.remote.make_calendar(href, name, component).await,
            Kind::Contacts => self.remote.make_addressbook(href, name).await,
        };
        match done {
            Ok(()) => self.say(Saying::new("log_made").with(name)),
            Err(fault) if matches!(fault.class, Class::SignIn | Class::Retry { .. }) => return Err(fault),
            Err(_) => {
                self.problem(fault::no_folder(name).text, Vec::new());
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn unknown<'d>(&self, collection: &Collection, seen: &'d Seen) -> Option<&'d Fault> {
        seen.unknown(&collection.href, homes_of(collection.kind, &self.account))
    }

    /// Whether all homes answered that may have a folder for the role, and none of them
    /// named one that it may be, and could not tell just now what it is.
    fn sees_all(&self, role: Role, seen: &Seen) -> bool {
        let homes = homes_of(role.kind(), &self.account);
        let silent = seen.unseen.iter().any(|(unseen, _)| homes.iter().any(|home| home.key() == unseen.key()));
        let defaults = [&self.account.default_calendar, &self.account.preferred];
        let may_be = |(href, fault): &(Href, Fault)| {
            let default = defaults.into_iter().flatten().any(|default| default.key() == href.key());
            let within = |home: &Href| href.key().starts_with(&format!("{}/", home.key().trim_end_matches('/')));
            default || (matches!(fault.class, Class::Retry { .. }) && homes.iter().any(within))
        };
        !silent && !seen.undescribed.iter().any(may_be)
    }

    fn choice<'d>(&self, role: Role, seen: &'d Seen) -> Option<&'d Described> {
        roles::choose(role, &seen.described, self.account.default_calendar.as_ref(), self.account.preferred.as_ref())
    }

    /// The collections of this run, as they are to be stored. Writes nothing.
    pub async fn covered<'d>(&self, seen: &'d Seen) -> Result<Covered<'d>, Fault> {
        let store = &self.ports.store;
        let stored = store.collections(&self.account.id).await?;
        let mut missing: Vec<Role> =
            Role::ALL.into_iter().filter(|role| !stored.iter().any(|c| c.role == Some(*role))).collect();
        let mut covered = Covered { all: Vec::new(), changed: Vec::new() };
        for mut collection in stored.iter().filter(|c| !seen.lists(&c.href)).cloned() {
            let kept = |c: &Collection| c.vanished.as_ref().is_some_and(|v| v.fate == Some(Fate::Keep));
            if let Some(fault) = self.unknown(&collection, seen) {
                if (collection.role.is_some() || self.options.scope == Scope::All) && !kept(&collection) {
                    covered.all.push((collection, Sight::Unknown(fault)));
                }
                continue;
            }
            let before = collection.clone();
            let since = collection.vanished.as_ref().map_or(self.now, |vanished| vanished.since);
            let empty = store.heads(&collection.id).await?.is_empty();
            if empty && !collection.chosen && self.passed(since, MISSING) {
                // It makes room for another.
                missing.extend(collection.role.take());
            }
            if empty && collection.role.is_none() {
                collection.vanished = None;
            } else {
                collection.vanished.get_or_insert(Vanished { since, fate: None });
            }
            if collection != before {
                covered.changed.push(collection.clone());
            }
            if collection.vanished.is_some() && !kept(&collection) {
                covered.all.push((collection, Sight::Gone));
            }
        }
        let choices: Vec<(Role, String)> = missing
            .into_iter()
            .filter(|role| self.sees_all(*role, seen))
            .filter_map(|role| self.choice(role, seen).map(|found| (role, found.href.key())))
            .collect();
        for described in &seen.described {
            let id = Collection::id_of(&self.account.id, &described.href);
            let known = stored.iter().find(|c| c.id == id);
            let chosen = choices.iter().find(|(_, key)| *key == described.href.key()).map(|(role, _)| *role);
            let now = updated(known, &self.account, described, chosen);
            if known != Some(&now) {
                covered.changed.push(now.clone());
            }
            if now.role.is_some() || self.options.scope == Scope::All {
                covered.all.push((now, Sight::Described(described)));
            }
        }
        // Calendar, Contacts, Notes, then the rest: the order in which people look.
        order::by_key(&mut covered.all, |(c, _)| (c.role.is_none(), c.role, c.name.clone()));
        Ok(covered)
    }
}

/// The collection as the server describes it now.
fn updated(known: Option<&Collection>, account: &Account, described: &Described, chosen: Option<Role>) -> Collection {
    let fresh = || Collection::new(&account.id, described.href.as_collection(), described.kind);
    let known = known.cloned().unwrap_or_else(fresh);
    Collection {
        href: described.href.as_collection(),
        kind: described.kind,
        name: described.name.clone(),
        components: described.components.clone(),
        writable: described.writable,
        role: known.role.or(chosen),
        reports_changes: described.reports_changes,
        vanished: None,
        ..known
    }
}
