//! How the fake may misbehave: by its nature, all the time ([`Ways`]), and once
//! ([`Trouble`]).

use super::flavour::Flavour;

/// What a server is like. The default of a flavour is what the real one does.
#[derive(Clone, Copy, Debug)]
pub struct Ways {
    pub flavour: Flavour,
    pub etags: Etags,
    /// A PUT is answered with the new etag.
    pub etag_on_put: bool,
    pub rewrites: Rewrites,
    pub ctag: bool,
    pub sync_token: bool,
    /// sync-collection is offered. Without it there is no sync-token either.
    pub reports: bool,
    /// A new token, and a new ctag, whenever one is asked for (quirk 7).
    pub fresh_tokens: bool,
    /// The first sync-collection, the one with an empty token, is refused (quirk 7).
    pub refuses_empty: bool,
    /// What sync-collection does when it is asked for texts.
    pub texts: Texts,
    /// Listings run backwards.
    pub backwards: bool,
    /// What a multiget says of an item that is not there.
    pub missing: Missing,
    /// The status that refuses a token, and whether the body names the precondition
    /// (quirk 8).
    pub bad_token: (u16, bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Etags {
    Strong,
    /// `W/"…"`: never usable in If-Match.
    Weak,
    /// Left out of listings; a multiget and GET have them.
    Unlisted,
    /// Not given anywhere.
    Never,
    /// Another one at each listing, though nothing changed.
    Drifting,
}

/// What becomes of a text that is stored (quirk 17, 23).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewrites {
    Nothing,
    /// Order, stamps, PRODID: nothing that means anything.
    Form,
    /// Descriptions and notes are cut at their first comma, too.
    Meaning,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texts {
    Given,
    Ignored,
    /// 400, for more than so many items.
    Refused(usize),
    /// Of every other item.
    Some,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// 404 for it.
    Told,
    /// Nothing.
    LeftOut,
    /// 404 for the whole REPORT.
    Refuses,
}

impl Ways {
    pub fn of(flavour: Flavour) -> Ways {
        Ways {
            flavour,
            etags: Etags::Strong,
            etag_on_put: true,
            rewrites: Rewrites::Form,
            ctag: true,
            sync_token: true,
            reports: true,
            fresh_tokens: false,
            refuses_empty: false,
            texts: if flavour.facts().texts_of_changes { Texts::Given } else { Texts::Ignored },
            backwards: false,
            missing: Missing::Told,
            bad_token: (flavour.facts().bad_token, true),
        }
    }
}

/// What goes wrong once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The connection breaks before the server has read the request.
    LostBefore,
    /// The connection breaks after the server has done it.
    LostAfter,
    /// 500 after it was done all the same.
    FailedAfter,
    /// 500, and nothing was done.
    Failed,
    /// 503.
    Busy,
    /// 423 for a write.
    Locked,
    /// An answer's XML is cut off at so many percent.
    Cut(u8),
    /// The tokens given so far are not known any more.
    TokensForgotten,
    /// A multiget leaves every other item out.
    LeavesOut,
    /// A multiget is a 404 as a whole.
    Multiget404,
    /// 401 from now on, until the server is told to be good again.
    SignedOut,
    /// A page of some other program, by 200.
    Page,
}

/// What a request is, as far as trouble goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Listing,
    Changes,
    Multiget,
    Item,
    Write,
}

impl Trouble {
    /// Whether it can befall such a request.
    pub fn fits(self, asked: Asked) -> bool {
        match self {
            Trouble::LostBefore | Trouble::Failed | Trouble::Busy | Trouble::SignedOut => true,
            Trouble::LostAfter | Trouble::FailedAfter | Trouble::Locked => asked == Asked::Write,
            Trouble::Cut(_) | Trouble::Page => !matches!(asked, Asked::Item | Asked::Write),
            Trouble::TokensForgotten => asked == Asked::Changes,
            Trouble::LeavesOut | Trouble::Multiget404 => asked == Asked::Multiget,
        }
    }
}

/// A trouble and how many requests that it could befall pass before it does.
#[derive(Clone, Copy, Debug)]
pub struct Planned {
    pub after: u8,
    pub trouble: Trouble,
}

/// Takes what befalls this request: the first of the plan, when it is due.
pub fn due(plan: &mut Vec<Planned>, asked: Asked) -> Option<Trouble> {
    let first = plan.first_mut().filter(|first| first.trouble.fits(asked))?;
    if first.after > 0 {
        first.after -= 1;
        return None;
    }
    Some(plan.remove(0).trouble)
}
