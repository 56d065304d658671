//! What follows for one item: the sync table.
//!
//! | here | there | outcome |
//! | --- | --- | --- |
//! | same | changed | take |
//! | same | gone | drop, kept in history |
//! | edited | same | push |
//! | edited | changed, same meaning | settle, no copy |
//! | edited | changed | keep both: the server's stays, ours becomes a new item |
//! | edited | gone | keep: create again |
//! | deleted | same | delete |
//! | deleted | changed | keep the changed one |
//! | deleted | gone | forget |
//! | new | – | create |
//! | new | another item at its href | theirs is taken, ours gets another href |

use crate::model::Edit;

/// What is known of an item here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Here {
    /// Both sides agreed once.
    pub based: bool,
    /// What the person did since.
    pub edit: Option<Edit>,
}

/// What the server has now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum There {
    /// The version of the base.
    Same,
    /// Another one, and how it compares to the text here: with our edit, and with
    /// the base.
    Text { like_edit: bool, like_base: bool },
    /// Proven absent.
    Gone,
}

/// What to do. Printable; carried out by `driver`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// The server already has what the edit wanted: it becomes the base.
    Settle,
    /// The base's text under another etag: the edit stays, on that etag.
    Rebase,
    /// The server's version becomes the base, the edit a new item.
    KeepBoth,
    /// The base is forgotten, the edit stays, as a new item at the same href.
    Revive,
    /// The server's version becomes a new item, ours gets another href.
    MoveAside,
    /// DELETE with the base's etag.
    Delete,
    /// Forget the item.
    Forget,
}

/// Total and pure.
pub fn plan(here: Here, there: There) -> Action {
    use Action::*;
    match (here.edit, there) {
        (None, There::Same) => Rest,
        (None, There::Text { .. }) => Take,
        (None, There::Gone) => Drop,
        (Some(Edit::Put), There::Same) if here.based => Push,
        (Some(Edit::Put), There::Same) => Create,
        // An upload of ours that was cut off after it arrived is this too (quirk 16).
        (Some(Edit::Put), There::Text { like_edit: true, .. }) => Settle,
        (Some(Edit::Put), There::Text { like_base: true, .. }) if here.based => Rebase,
        (Some(Edit::Put), There::Text { .. }) if here.based => KeepBoth,
        (Some(Edit::Put), There::Text { .. }) => MoveAside,
        (Some(Edit::Put), There::Gone) if here.based => Revive,
        (Some(Edit::Put), There::Gone) => Create,
        (Some(Edit::Delete), There::Same) if here.based => Delete,
        (Some(Edit::Delete), There::Same) => Forget,
        (Some(Edit::Delete), There::Text { like_base: true, .. }) if here.based => Rebase,
        (Some(Edit::Delete), There::Text { .. }) => Take,
        (Some(Edit::Delete), There::Gone) => Forget,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Action::*;

    const SAME: Here = Here { based: true, edit: None };
    const EDITED: Here = Here { based: true, edit: Some(Edit::Put) };
    const DELETED: Here = Here { based: true, edit: Some(Edit::Delete) };
    const NEW: Here = Here { based: false, edit: Some(Edit::Put) };
    const NEW_DELETED: Here = Here { based: false, edit: Some(Edit::Delete) };
    /// Listed once, but its text never came.
    const UNREAD: Here = Here { based: false, edit: None };
    const OTHER: There = There::Text { like_edit: false, like_base: false };
    const AS_EDITED: There = There::Text { like_edit: true, like_base: false };
    const AS_BASE: There = There::Text { like_edit: false, like_base: true };

    #[test]
    fn the_sync_table() {
        let rows = [
            (SAME, There::Same, Rest, "nothing happened"),
            (SAME, OTHER, Take, "changed there only"),
            (SAME, AS_BASE, Take, "rewritten without meaning: the server's bytes are the ones to keep"),
            (SAME, There::Gone, Drop, "deleted there only"),
            (EDITED, There::Same, Push, "changed here only"),
            (EDITED, AS_EDITED, Settle, "changed on both sides to the same, or our upload whose answer was lost"),
            (EDITED, AS_BASE, Rebase, "a new etag for the old text is no change"),
            (EDITED, OTHER, KeepBoth, "changed on both sides: nobody's work is lost"),
            (EDITED, There::Gone, Revive, "work done here outlives a deletion there"),
            (DELETED, There::Same, Delete, "deleted here only"),
            (DELETED, AS_BASE, Rebase, "a new etag for the old text does not save it"),
            (DELETED, OTHER, Take, "work done there outlives a deletion here"),
            (DELETED, There::Gone, Forget, "deleted on both sides"),
            (NEW, There::Same, Create, "not listed there, so nothing to be based on"),
            (NEW, There::Gone, Create, "certainly nothing there"),
            (NEW, AS_EDITED, Settle, "our upload whose answer was lost"),
            (NEW, OTHER, MoveAside, "another item has the name: names are cheap"),
            (NEW_DELETED, There::Same, Forget, "never left this browser"),
            (NEW_DELETED, There::Gone, Forget, "never left this browser"),
            (NEW_DELETED, OTHER, Take, "whatever is there is not what was deleted here"),
            (UNREAD, OTHER, Take, "readable at last"),
            (UNREAD, There::Gone, Drop, "gone before it could be read"),
        ];
        for (here, there, action, why) in rows {
            assert_eq!(plan(here, there), action, "{here:?} {there:?}: {why}");
        }
    }
}
