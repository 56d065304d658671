//! What follows, for each item and for a collection: the sync table. Total and
//! pure.
//!
//! | here | there | outcome |
//! | --- | --- | --- |
//! | same | changed | take |
//! | same | gone | drop, kept in history |
//! | edited | same | push |
//! | edited | changed, same meaning | settle, no copy |
//! | edited | changed | by policy: keep both, merge, server wins, mine wins |
//! | edited | gone | keep: create again |
//! | deleted | same | delete |
//! | deleted | changed | keep the changed one |
//! | deleted | gone | forget |
//! | new | – | create |
//! | new | another item at its href | theirs is taken, ours gets another href |
//!
//! A plan is made twice with growing knowledge: from etags, before anything is
//! read ([`There::Other`]), and for an item that differs on both sides again when
//! the server's text is known ([`There::Text`]).

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::{Edit, Head, Href, ItemId, Policy};

/// What is known of an item here: local and base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Here {
    /// Both sides agreed once.
    pub based: bool,
    /// What the person did since.
    pub edit: Option<Edit>,
}

/// What the server has now: remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum There {
    /// The version of the base; nothing, for an item without one.
    Same,
    /// Another one, of which only the etag is known.
    Other,
    /// Another one, and how it compares to the texts here.
    Text(Likeness),
    /// Proven absent.
    Gone,
}

/// How the server's text compares to ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Likeness {
    /// It means what our edit means.
    pub edit: bool,
    /// It means what the base means, or what our edit was made from: an earlier one,
    /// which was sent although the answer was lost.
    pub base: bool,
    /// It and our edit touch different properties: one text can be made of both.
    pub merges: bool,
}

/// What to do. Carried out by `driver`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Nothing to do.
    Rest,
    /// The server's version becomes the base; there is no edit any more.
    Take,
    /// Remove here, the text goes into history.
    Drop,
    /// PUT with the base's etag.
    Push,
    /// PUT, there must be nothing.
    Create,
    /// Read the server's version, then plan again.
    Compare,
    /// The server already has what the edit wanted: it becomes the base.
    Settle,
    /// What the edit was made from, under another etag: the edit stays, on that etag.
    Rebase,
    /// The server's version becomes the base, the edit a new item.
    KeepBoth,
    /// The server's version becomes the base, the edit what the two make together.
    Merge,
    /// The server's version becomes the base, the edit goes into history.
    Yield,
    /// The server's version becomes the base, the edit stays and is sent over it.
    Overrule,
    /// The base is forgotten, the edit stays, as a new item at the same href.
    Revive,
    /// The server's version becomes a new item, ours gets another href.
    MoveAside,
    /// DELETE with the base's etag.
    Delete,
    /// Forget the item.
    Forget,
    /// It was refused before, and nothing has changed since.
    Wait,
}

impl Action {
    pub const ALL: [Action; 17] = [
        Action::Rest,
        Action::Take,
        Action::Drop,
        Action::Push,
        Action::Create,
        Action::Compare,
        Action::Settle,
        Action::Rebase,
        Action::KeepBoth,
        Action::Merge,
        Action::Yield,
        Action::Overrule,
        Action::Revive,
        Action::MoveAside,
        Action::Delete,
        Action::Forget,
        Action::Wait,
    ];

    /// The one word for programs, and (behind `action_`) the key of the words for
    /// people.
    pub fn word(self) -> &'static str {
        match self {
            Action::Rest => "rest",
            Action::Take => "take",
            Action::Drop => "drop",
            Action::Push => "push",
            Action::Create => "create",
            Action::Compare => "compare",
            Action::Settle => "settle",
            Action::Rebase => "rebase",
            Action::KeepBoth => "keep_both",
            Action::Merge => "merge",
            Action::Yield => "yield",
            Action::Overrule => "overrule",
            Action::Revive => "revive",
            Action::MoveAside => "move_aside",
            Action::Delete => "delete",
            Action::Forget => "forget",
            Action::Wait => "wait",
        }
    }
}

/// One row of the table.
pub fn action(here: Here, there: There, policy: Policy) -> Action {
    use Action::*;
    match (here.edit, there) {
        (None, There::Same) => Rest,
        (None, There::Other | There::Text(_)) => Take,
        (None, There::Gone) => Drop,
        (Some(_), There::Other) => Compare,
        (Some(Edit::Put), There::Same) if here.based => Push,
        (Some(Edit::Put), There::Same) => Create,
        // An upload of ours that was cut off after it arrived is this too (quirk 16).
        (Some(Edit::Put), There::Text(like)) if like.edit => Settle,
        (Some(Edit::Put), There::Text(like)) if like.base => Rebase,
        (Some(Edit::Put), There::Text(like)) if here.based => match policy {
            Policy::Merge if like.merges => Merge,
            Policy::KeepBoth | Policy::Merge => KeepBoth,
            Policy::ServerWins => Yield,
            Policy::MineWins => Overrule,
        },
        (Some(Edit::Put), There::Text(_)) => MoveAside,
        (Some(Edit::Put), There::Gone) if here.based => Revive,
        (Some(Edit::Put), There::Gone) => Create,
        (Some(Edit::Delete), There::Same) if here.based => Delete,
        (Some(Edit::Delete), There::Same) => Forget,
        (Some(Edit::Delete), There::Text(like)) if like.base => Rebase,
        (Some(Edit::Delete), There::Text(_)) => Take,
        (Some(Edit::Delete), There::Gone) => Forget,
    }
}

/// What brings here and there together, for one collection: a value to be looked
/// at, printed, and carried out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Everything but rest.
    pub steps: Vec<Step>,
    /// Items for which nothing is to be done.
    pub resting: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// `None` for what is not here yet.
    pub item: Option<ItemId>,
    pub href: Href,
    pub action: Action,
}

/// What is known of the server's side of a collection: what is not named is as it
/// was.
pub type Remote = Vec<(Href, There)>;

/// The plan of a collection: `local` holds what is known here, with each item's
/// base. `waits` says of an item that it was refused, and that sending it again
/// must not be tried now.
pub fn plan(local: &[Head], remote: &Remote, policy: Policy, waits: impl Fn(&Head) -> bool) -> Plan {
    let mut there: HashMap<String, There> = HashMap::with_capacity(remote.len());
    for (href, state) in remote {
        there.insert(href.key(), *state);
    }
    let mut plan = Plan::default();
    let mut known = HashSet::with_capacity(local.len());
    for head in local {
        let key = head.href.key();
        let state = there.get(&key).copied().unwrap_or(There::Same);
        known.insert(key);
        let action = match action(Here { based: head.based, edit: head.edit }, state, policy) {
            Action::Push | Action::Create | Action::Delete | Action::Rest if waits(head) => Action::Wait,
            // On another etag, but a deletion still: the guard is to see it.
            Action::Rebase if head.edit == Some(Edit::Delete) => Action::Delete,
            action => action,
        };
        match action {
            Action::Rest => plan.resting += 1,
            action => plan.steps.push(Step { item: Some(head.id.clone()), href: head.href.clone(), action }),
        }
    }
    for (href, state) in remote {
        if !matches!(state, There::Same | There::Gone) && known.insert(href.key()) {
            plan.steps.push(Step { item: None, href: href.clone(), action: Action::Take });
        }
    }
    plan
}

impl Plan {
    /// How many items each action is for, resting ones too: all are accounted for.
    pub fn counts(&self) -> Vec<(Action, usize)> {
        let mut counts = BTreeMap::new();
        for step in &self.steps {
            *counts.entry(step.action).or_insert(0) += 1;
        }
        if self.resting > 0 {
            counts.insert(Action::Rest, self.resting);
        }
        counts.into_iter().collect()
    }
}

/// One line for each step: the action's word and the href.
impl std::fmt::Display for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for step in &self.steps {
            writeln!(f, "{:<10} {}", step.action.word(), step.href.as_str())?;
        }
        writeln!(f, "{:<10} {}", Action::Rest.word(), self.resting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CollectionId;
    use Action::*;

    const SAME: Here = Here { based: true, edit: None };
    const EDITED: Here = Here { based: true, edit: Some(Edit::Put) };
    const DELETED: Here = Here { based: true, edit: Some(Edit::Delete) };
    const NEW: Here = Here { based: false, edit: Some(Edit::Put) };
    const NEW_DELETED: Here = Here { based: false, edit: Some(Edit::Delete) };
    /// Listed once, but its text never came.
    const UNREAD: Here = Here { based: false, edit: None };
    const CHANGED: There = text(false, false, false);
    const ELSEWHERE: There = text(false, false, true);
    const AS_EDITED: There = text(true, false, false);
    const AS_BASE: There = text(false, true, true);

    const fn text(edit: bool, base: bool, merges: bool) -> There {
        There::Text(Likeness { edit, base, merges })
    }

    /// The sync table, one row a case, each with its reason. `None` as the policy:
    /// the same under all of them.
    #[rustfmt::skip]
    const TABLE: &[(Here, There, Option<Policy>, Action, &str)] = &[
        (SAME, There::Same, None, Rest, "nothing happened"),
        (SAME, There::Other, None, Take, "changed there only; what it says now does not matter to what follows"),
        (SAME, CHANGED, None, Take, "changed there only"),
        (SAME, AS_BASE, None, Take, "rewritten without meaning: the server's bytes are the ones to keep"),
        (SAME, There::Gone, None, Drop, "deleted there only"),
        (EDITED, There::Same, None, Push, "changed here only"),
        (EDITED, There::Other, None, Compare, "an etag alone does not say whether the two say the same"),
        (EDITED, AS_EDITED, None, Settle, "changed on both sides to the same, or our upload whose answer was lost"),
        (EDITED, AS_BASE, None, Rebase, "a new etag for the old text is no change"),
        (EDITED, CHANGED, Some(Policy::KeepBoth), KeepBoth, "changed on both sides: nobody's work is lost"),
        (EDITED, ELSEWHERE, Some(Policy::KeepBoth), KeepBoth, "merging was not asked for"),
        (EDITED, ELSEWHERE, Some(Policy::Merge), Merge, "they touched different properties: one item results"),
        (EDITED, CHANGED, Some(Policy::Merge), KeepBoth, "they touched the same property: a machine cannot choose"),
        (EDITED, CHANGED, Some(Policy::ServerWins), Yield, "the person chose so; ours is in the history"),
        (EDITED, ELSEWHERE, Some(Policy::ServerWins), Yield, "the person chose so; ours is in the history"),
        (EDITED, CHANGED, Some(Policy::MineWins), Overrule, "the person chose so; theirs is in the history"),
        (EDITED, ELSEWHERE, Some(Policy::MineWins), Overrule, "the person chose so; theirs is in the history"),
        (EDITED, There::Gone, None, Revive, "work done here outlives a deletion there, also where the server wins"),
        (DELETED, There::Same, None, Delete, "deleted here only"),
        (DELETED, There::Other, None, Compare, "an etag alone does not say whether there is work to be saved"),
        (DELETED, AS_BASE, None, Rebase, "a new etag for the old text does not save it"),
        (DELETED, CHANGED, None, Take, "work done there outlives a deletion here, also where mine wins"),
        (DELETED, There::Gone, None, Forget, "deleted on both sides"),
        (NEW, There::Same, None, Create, "not listed there, so nothing to be based on"),
        (NEW, There::Gone, None, Create, "certainly nothing there"),
        (NEW, There::Other, None, Compare, "our own upload whose answer was lost, or another item of that name"),
        (NEW, AS_EDITED, None, Settle, "our upload whose answer was lost"),
        (NEW, CHANGED, None, MoveAside, "another item has the name: names are cheap"),
        (NEW_DELETED, There::Same, None, Forget, "never left this browser"),
        (NEW_DELETED, There::Gone, None, Forget, "never left this browser"),
        (NEW_DELETED, There::Other, None, Compare, "an upload whose answer was lost may be there"),
        (NEW_DELETED, CHANGED, None, Take, "whatever is there is not what was deleted here"),
        (UNREAD, There::Same, None, Rest, "it waits to be readable"),
        (UNREAD, There::Other, None, Take, "perhaps readable now"),
        (UNREAD, CHANGED, None, Take, "readable at last"),
        (UNREAD, There::Gone, None, Drop, "gone before it could be read"),
    ];

    #[test]
    fn the_sync_table() {
        for (here, there, under, then, why) in TABLE {
            for policy in Policy::ALL.into_iter().filter(|policy| under.is_none_or(|under| under == *policy)) {
                assert_eq!(action(*here, *there, policy), *then, "{here:?} {there:?} {policy:?}: {why}");
            }
        }
    }

    #[test]
    fn the_table_has_every_case() {
        let heres = [SAME, EDITED, DELETED, NEW, NEW_DELETED, UNREAD];
        let theres = [There::Same, There::Other, There::Gone, CHANGED];
        for (here, there) in heres.into_iter().flat_map(|here| theres.map(|there| (here, there))) {
            for policy in Policy::ALL {
                let row = |row: &&(Here, There, Option<Policy>, Action, &str)| {
                    row.0 == here && row.1 == there && row.2.is_none_or(|under| under == policy)
                };
                assert_eq!(TABLE.iter().filter(row).count(), 1, "{here:?} {there:?} {policy:?}");
            }
        }
        let outcomes: HashSet<Action> = TABLE.iter().map(|row| row.3).collect();
        assert!(Action::ALL.iter().all(|action| *action == Wait || outcomes.contains(action)), "each action has a row");
    }

    fn head(name: &str, here: Here) -> Head {
        let href = Href::path(format!("/c/{name}.ics"));
        let mut head = Head::new(ItemId(name.to_owned()), CollectionId("c".to_owned()), href);
        (head.based, head.edit) = (here.based, here.edit);
        head
    }

    #[test]
    fn a_plan_accounts_for_every_item() {
        let local = [head("a", SAME), head("b", SAME), head("c", EDITED), head("d", NEW), head("e", DELETED)];
        let at = |name: &str| Href::path(format!("/c/{name}.ics"));
        let remote = vec![(at("b"), There::Gone), (at("c"), CHANGED), (at("n"), There::Other), (at("m"), There::Gone)];
        let made = plan(&local, &remote, Policy::KeepBoth, |head| head.id.0 == "e");
        let steps: Vec<(&str, Action)> = made.steps.iter().map(|s| (s.href.as_str(), s.action)).collect();
        assert_eq!(
            steps,
            [("/c/b.ics", Drop), ("/c/c.ics", KeepBoth), ("/c/d.ics", Create), ("/c/e.ics", Wait), ("/c/n.ics", Take)]
        );
        assert_eq!(made.resting, 1);
        assert_eq!(made.counts().iter().map(|(_, n)| n).sum::<usize>(), 6);
        assert_eq!(made.to_string().lines().next(), Some("drop       /c/b.ics"));
    }
}
