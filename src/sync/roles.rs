//! Which collections are the person's default Calendar, Contacts and Notes: the
//! server's own default where it names one, else a well-known name, else the
//! first fitting. Where there is none, one is made.

use super::want::Described;
use crate::model::{Href, Kind, Role};

/// Names that servers and clients give the collection of a role. Compared
/// without case with the last segment of the href and the display name.
const NAMES: [(Role, &[&str]); 3] = [
    (Role::Calendar, &["calendar", "default", "personal", "home", "kalender"]),
    (Role::Contacts, &["contacts", "addressbook", "default", "personal", "card", "kontakte"]),
    (Role::Notes, &["notes", "notizen", "journal"]),
];

/// The href of the collection for the role, of those that can hold its items.
pub fn choose<'a>(
    role: Role,
    collections: &'a [Described],
    default_calendar: Option<&Href>,
    preferred: Option<&Href>,
) -> Option<&'a Described> {
    let fitting: Vec<&Described> = collections.iter().filter(|c| fits(role, c)).collect();
    let at = |href: &Href| fitting.iter().copied().find(|c| c.href.key() == href.key());
    if let Some(found) = preferred.and_then(at) {
        return Some(found);
    }
    if role == Role::Calendar
        && let Some(found) = default_calendar.and_then(at)
    {
        return Some(found);
    }
    let names = NAMES.iter().find(|(r, _)| *r == role).map_or(&[][..], |(_, names)| names);
    names
        .iter()
        .find_map(|name| {
            fitting
                .iter()
                .copied()
                .find(|c| c.href.name().eq_ignore_ascii_case(name) || c.name.eq_ignore_ascii_case(name))
        })
        .or_else(|| fitting.first().copied())
}

/// Whether a collection can be the folder of the role. A calendar that takes
/// events and journals alike is a Calendar, not Notes, so that the two are never
/// the same folder.
fn fits(role: Role, collection: &Described) -> bool {
    let takes = |component: &str| {
        collection.components.is_empty() || collection.components.iter().any(|c| c.eq_ignore_ascii_case(component))
    };
    collection.writable
        && match role {
            Role::Contacts => collection.kind == Kind::Contacts,
            Role::Calendar => collection.kind == Kind::Calendar && takes("VEVENT"),
            Role::Notes => collection.kind == Kind::Calendar && takes("VJOURNAL") && !takes("VEVENT"),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar(name: &str, components: &[&str]) -> Described {
        Described {
            href: Href::path(format!("/me/{name}/")),
            kind: Kind::Calendar,
            name: name.to_owned(),
            components: components.iter().map(|c| (*c).to_owned()).collect(),
            writable: true,
            reports_changes: true,
            marker: None,
        }
    }

    fn name(found: Option<&Described>) -> Option<&str> {
        found.map(|c| c.name.as_str())
    }

    #[test]
    fn the_first_fitting_where_nothing_is_named() {
        let all = [calendar("tasks", &["VTODO"]), calendar("work", &["VEVENT"]), calendar("club", &["VEVENT"])];
        assert_eq!(name(choose(Role::Calendar, &all, None, None)), Some("work"));
        assert_eq!(name(choose(Role::Contacts, &all, None, None)), None);
    }

    #[test]
    fn a_well_known_name_goes_before_the_first() {
        let all = [calendar("work", &["VEVENT"]), calendar("Calendar", &["VEVENT"])];
        assert_eq!(name(choose(Role::Calendar, &all, None, None)), Some("Calendar"));
    }

    #[test]
    fn the_servers_default_goes_before_names_and_the_persons_before_all() {
        let all = [calendar("calendar", &["VEVENT"]), calendar("work", &["VEVENT"]), calendar("club", &["VEVENT"])];
        let (work, club) = (Href::path("/me/work"), Href::path("/me/club/"));
        assert_eq!(name(choose(Role::Calendar, &all, Some(&work), None)), Some("work"));
        assert_eq!(name(choose(Role::Calendar, &all, Some(&work), Some(&club))), Some("club"));
    }

    #[test]
    fn what_takes_events_is_not_for_notes() {
        let all = [calendar("everything", &[]), calendar("journal", &["VJOURNAL"])];
        assert_eq!(name(choose(Role::Notes, &all, None, None)), Some("journal"));
        assert_eq!(name(choose(Role::Notes, &all[..1], None, None)), None);
    }

    #[test]
    fn what_cannot_be_written_is_no_default() {
        let mut shared = calendar("calendar", &["VEVENT"]);
        shared.writable = false;
        assert_eq!(name(choose(Role::Calendar, &[shared, calendar("mine", &[])], None, None)), Some("mine"));
    }
}
