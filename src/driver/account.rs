//! Looks what is there, saves the account, chooses and makes folders.

use std::rc::Rc;

use url::Url;

use super::Driver;
use super::homes::homes;
use super::watch::Watch;
use crate::fault;
use crate::message::{Finding, Found, SignIn};
use crate::model::{Account, AccountId, Collection, CollectionId, Fault, Href, Kind, Millis, Policy, Role};
use crate::port::Ports;
use crate::remote::Remote;
use crate::sync::roles;
use crate::sync::want::Discovered;

impl Driver {
    /// Looks what is there. Changes nothing, here or on the server.
    ///
    /// # Errors
    /// What failed, and what to do about it.
    pub async fn check(&self, sign_in: &SignIn) -> Result<Finding, Fault> {
        let (found, way) = self.discover(sign_in).await?;
        let password = self.password(sign_in).await?;
        let remote = Remote::new(self.ports.http.clone(), found.server.clone(), &sign_in.user, &password);
        let account = account(sign_in, Some((&found, way)));
        let seen = homes(&remote, &account).await?;
        if let Some((_, fault)) = seen.unseen.into_iter().next() {
            return Err(fault);
        }
        let described = seen.described;
        let mut collections = Vec::new();
        let chosen = Role::ALL.map(|role| {
            roles::choose(role, &described, found.default_calendar.as_ref(), found.preferred.as_ref())
                .map(|described| described.href.key())
        });
        for described in &described {
            let key = Some(described.href.key());
            collections.push(Found {
                id: Collection::id_of(&account.id, &described.href),
                name: described.name.clone(),
                href: described.href.as_str().to_owned(),
                contacts: described.kind == Kind::Contacts,
                components: described.components.clone(),
                writable: described.writable,
                role: Role::ALL.into_iter().zip(&chosen).find(|(_, chosen)| **chosen == key).map(|(role, _)| role),
            });
        }
        let to_make = Role::ALL
            .into_iter()
            .zip(&chosen)
            .filter(|(role, chosen)| chosen.is_none() && home(*role, &account).is_some())
            .map(|(role, _)| role)
            .collect();
        Ok(Finding {
            server: found.server.origin().ascii_serialization(),
            software: found.software,
            principal: found.principal.as_str().to_owned(),
            collections,
            to_make,
        })
    }

    /// Saves the account and its password. With `insist` also if it cannot be
    /// checked: the first run looks again. The one that it `replaces`, if that is
    /// another server, user or principal, is left as it is, but no longer
    /// synchronized (quirk 30).
    ///
    /// # Errors
    /// What the check found wrong (without `insist`), or the store's.
    pub async fn save(&self, sign_in: &SignIn, insist: bool, replaces: Option<&AccountId>) -> Result<AccountId, Fault> {
        let found = match self.discover(sign_in).await {
            Ok(found) => Some(found),
            Err(fault) if !insist || fault.text.key.starts_with("field_") => return Err(fault),
            Err(_) => None,
        };
        let mut account = account(sign_in, found.as_ref().map(|(found, way)| (found, *way)));
        let store = &self.ports.store;
        let password = self.password(sign_in).await?;
        // Saved again it keeps its state; without a check, also what an earlier one found.
        let principal = |account: &Account| account.principal.as_ref().map(Href::key);
        let before = store.accounts().await?.into_iter().find(|before| {
            before.user == account.user
                && match &found {
                    None => before.entered.trim() == sign_in.server.trim(),
                    Some(_) if before.principal.is_none() => before.entered.trim() == sign_in.server.trim(),
                    Some(_) => before.server == account.server && principal(before) == principal(&account),
                }
        });
        match before {
            Some(before) if found.is_some() => (account.id, account.policy) = (before.id, before.policy),
            Some(before) => account = Account { active: true, stopped: false, ..before },
            None => {}
        }
        self.ports.vault.seal(&account.id, &password).await?;
        for other in store.accounts().await? {
            if Some(&other.id) == replaces && other.id != account.id {
                account.policy = other.policy;
                store.change_account(&other.id, &|other| other.active = false).await?;
            }
        }
        store.save_account(&account).await?;
        Ok(account.id)
    }

    /// What becomes of items of the account that change on both sides.
    ///
    /// # Errors
    /// The store's.
    pub async fn save_policy(&self, id: &AccountId, policy: Policy) -> Result<(), Fault> {
        if !self.ports.store.accounts().await?.iter().any(|account| account.id == *id) {
            return Err(fault::not_set_up());
        }
        self.ports.store.change_account(id, &|account| account.policy = policy).await
    }

    /// How many changes made here would be lost with the account.
    ///
    /// # Errors
    /// The store's.
    pub async fn count_unsent(&self, id: &AccountId) -> Result<u32, Fault> {
        let mut count = 0;
        for collection in self.ports.store.collections(id).await? {
            let todo = self.ports.store.todo(&collection.id).await?;
            count += todo.iter().filter(|head| head.edit.is_some()).count();
        }
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// The collection has the role from now on; nothing of the one before is
    /// removed.
    pub async fn choose(&self, role: Role, id: &CollectionId) -> Result<(), Fault> {
        let collections = self.collections().await?;
        let Some(account) = collections.iter().find(|c| c.id == *id).map(|c| c.account.clone()) else {
            return Err(fault::not_set_up());
        };
        for mut collection in collections.into_iter().filter(|collection| collection.account == account) {
            let is = collection.id == *id;
            if is == (collection.role == Some(role)) && (!is || collection.chosen) {
                continue;
            }
            if is {
                collection.role = Some(role);
                collection.chosen = true;
            } else {
                collection.role = None;
                collection.chosen = false;
            }
            self.ports.store.save_collection(&collection).await?;
        }
        Ok(())
    }

    /// What is there, and how long the way to it and back is.
    async fn discover(&self, sign_in: &SignIn) -> Result<(Discovered, Millis), Fault> {
        if sign_in.user.trim().is_empty() {
            return Err(fault::field("field_user_empty"));
        }
        let password = self.password(sign_in).await?;
        discover(&self.ports, &sign_in.server, sign_in.secure, &sign_in.user, &password).await
    }

    /// The one typed, else the one kept for this server and user.
    async fn password(&self, sign_in: &SignIn) -> Result<String, Fault> {
        if !sign_in.password.is_empty() {
            return Ok(sign_in.password.clone());
        }
        for account in self.ports.store.accounts().await? {
            if account.user == sign_in.user && account.entered == sign_in.server {
                return self.ports.vault.open(&account.id).await?.ok_or_else(fault::no_password);
            }
        }
        Ok(String::new())
    }
}

/// The account as it will be kept. Without `found` its principal is still to be
/// looked for.
fn account(sign_in: &SignIn, found: Option<(&Discovered, Millis)>) -> Account {
    let way = found.map_or(0, |(_, way)| way);
    let found = found.map(|(found, _)| found);
    let server = found.map_or_else(|| sign_in.server.trim().to_owned(), |found| found.server.to_string());
    let principal = found.map(|found| found.principal.clone());
    Account {
        entered: sign_in.server.clone(),
        secure: sign_in.secure,
        calendar_homes: found.map(|found| found.calendar_homes.clone()).unwrap_or_default(),
        addressbook_homes: found.map(|found| found.addressbook_homes.clone()).unwrap_or_default(),
        preferred: found.and_then(|found| found.preferred.clone()),
        default_calendar: found.and_then(|found| found.default_calendar.clone()),
        way,
        ..Account::new(&server, &sign_in.user, principal)
    }
}

/// The account with what discovery found now; its id stays, for its state does.
pub(super) async fn rediscover(ports: &Ports, account: &Account, password: &str) -> Result<Account, Fault> {
    let (found, way) = discover(ports, &account.entered, account.secure, &account.user, password).await?;
    Ok(Account {
        server: found.server.to_string(),
        principal: Some(found.principal),
        calendar_homes: found.calendar_homes,
        addressbook_homes: found.addressbook_homes,
        preferred: found.preferred,
        default_calendar: found.default_calendar,
        way,
        stopped: false,
        ..account.clone()
    })
}

async fn discover(
    ports: &Ports,
    entered: &str,
    secure: bool,
    user: &str,
    password: &str,
) -> Result<(Discovered, Millis), Fault> {
    let http = Rc::new(Watch::new(ports));
    let found = Remote::discover(http.clone(), entered, secure, user, password).await?;
    Ok((found, http.quickest()))
}

/// The server as an origin to resolve hrefs against.
pub(super) fn origin(account: &Account) -> Result<Url, Fault> {
    Url::parse(&account.server).map_err(|_| fault::field("field_server_invalid"))
}

/// Where a folder for the role is to be made.
pub(super) fn home(role: Role, account: &Account) -> Option<&Href> {
    homes_of(role.kind(), account).first()
}

/// Where the server has folders of the kind.
pub(super) fn homes_of(kind: Kind, account: &Account) -> &[Href] {
    match kind {
        Kind::Calendar => &account.calendar_homes,
        Kind::Contacts => &account.addressbook_homes,
    }
}
