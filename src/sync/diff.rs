//! A listing against what is known here.

use std::collections::{HashMap, HashSet};

use super::want::Listing;
use crate::model::{Edit, Head, Href, ItemId};

/// What has to be looked at, item by item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// To be read from the server: new or changed there, or never safely read.
    pub fetch: Vec<Href>,
    /// Not there any more, by proof: an explicit 404 or 410, or a complete listing
    /// that was read to its end.
    pub gone: Vec<ItemId>,
}

/// Compares the listing with the heads of the collection. With `everything`, all
/// that is listed is fetched, whatever its etag says (restore from server).
pub fn diff(listing: &Listing, heads: &[Head], everything: bool) -> Diff {
    let known: HashMap<String, &Head> = heads.iter().map(|head| (head.href.key(), head)).collect();
    let mut listed = HashSet::with_capacity(listing.items.len());
    let mut diff = Diff::default();
    for item in &listing.items {
        let key = item.href.key();
        let unchanged = known.get(&key).is_some_and(|head| {
            // An etag that was never given proves nothing: the text is compared.
            head.based && !head.refetch && matches!((&head.etag, &item.etag), (Some(a), Some(b)) if a.same(b))
        });
        if (!unchanged || everything) && !listed.contains(&key) {
            diff.fetch.push(item.href.clone());
        }
        listed.insert(key);
    }
    let gone: HashSet<String> = listing.gone.iter().map(Href::key).filter(|key| !listed.contains(key)).collect();
    for head in heads {
        let key = head.href.key();
        let absent = gone.contains(&key) || (listing.complete && !listed.contains(&key));
        if absent && head.based {
            diff.gone.push(head.id.clone());
        } else if head.refetch && !absent && !listed.contains(&key) {
            diff.fetch.push(head.href.clone());
        } else if absent && !head.based && head.edit != Some(Edit::Put) {
            // Listed once, never readable, and now gone, or new and deleted here: nothing
            // is left of it.
            diff.gone.push(head.id.clone());
        }
    }
    diff
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CollectionId, Etag};
    use crate::sync::want::Listed;

    fn head(name: &str, etag: Option<&str>) -> Head {
        let mut head =
            Head::new(ItemId(name.to_owned()), CollectionId("c".to_owned()), Href::path(format!("/c/{name}.ics")));
        head.based = true;
        head.etag = etag.map(|e| Etag(e.to_owned()));
        head
    }

    fn listed(name: &str, etag: Option<&str>) -> Listed {
        Listed { href: Href::path(format!("/c/{name}.ics")), etag: etag.map(|e| Etag(e.to_owned())) }
    }

    fn names(diff: &Diff) -> (Vec<String>, Vec<String>) {
        (diff.fetch.iter().map(Href::name).collect(), diff.gone.iter().map(|id| id.0.clone()).collect())
    }

    #[test]
    fn new_changed_and_gone_in_a_complete_listing() {
        let heads = [head("same", Some("\"1\"")), head("changed", Some("\"1\"")), head("gone", Some("\"1\""))];
        let listing = Listing {
            complete: true,
            items: vec![listed("same", Some("\"1\"")), listed("changed", Some("\"2\"")), listed("new", Some("\"1\""))],
            ..Listing::default()
        };
        assert_eq!(
            names(&diff(&listing, &heads, false)),
            (vec!["changed.ics".into(), "new.ics".into()], vec!["gone".into()])
        );
        assert_eq!(diff(&listing, &heads, true).fetch.len(), 3);
    }

    #[test]
    fn what_a_report_of_changes_leaves_out_is_not_gone() {
        let heads = [head("a", Some("\"1\"")), head("b", Some("\"1\""))];
        let listing =
            Listing { gone: vec![Href::path("/c/b.ics"), Href::path("/c/never-seen.ics")], ..Listing::default() };
        assert_eq!(names(&diff(&listing, &heads, false)), (vec![], vec!["b".into()]));
    }

    #[test]
    fn a_new_item_of_ours_is_not_gone_because_the_server_has_not_got_it() {
        let mut mine = head("mine", None);
        mine.based = false;
        mine.edit = Some(Edit::Put);
        let listing = Listing { complete: true, ..Listing::default() };
        assert_eq!(diff(&listing, &[mine], false), Diff::default());
    }

    #[test]
    fn listed_and_gone_in_one_answer_is_there() {
        let listing = Listing {
            items: vec![listed("a", Some("\"2\""))],
            gone: vec![Href::path("/c/a.ics")],
            ..Listing::default()
        };
        assert_eq!(names(&diff(&listing, &[head("a", Some("\"1\""))], false)), (vec!["a.ics".into()], vec![]));
    }

    #[test]
    fn without_an_etag_the_text_is_compared() {
        let listing = Listing { complete: true, items: vec![listed("a", None)], ..Listing::default() };
        assert_eq!(diff(&listing, &[head("a", None)], false).fetch.len(), 1);
    }

    #[test]
    fn what_must_be_read_again_is_fetched_though_not_listed() {
        let mut again = head("again", Some("\"1\""));
        again.refetch = true;
        assert_eq!(names(&diff(&Listing::default(), &[again], false)), (vec!["again.ics".into()], vec![]));
    }
}
