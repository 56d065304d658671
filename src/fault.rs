//! The catalogue of failures: every [`Fault`] is made here, so that what is
//! classified how stands in one place. Its sentences are the `fault_…` entries
//! of `extension/_locales`.

use crate::model::{Class, Fault, Saying};

const LATER: Class = Class::Retry { after: None };

fn fault(class: Class, key: &str) -> Fault {
    Fault::new(class, Saying::new(key))
}

fn about(class: Class, key: &str, what: impl ToString) -> Fault {
    Fault::new(class, Saying::new(key).with(what))
}

// What the network says, before any answer.

/// The browser itself is offline.
pub fn offline() -> Fault {
    fault(LATER, "fault_offline")
}
/// The name does not resolve.
pub fn no_such_host(host: &str) -> Fault {
    about(Class::Setup, "fault_no_such_host", host)
}
/// Nothing listens at that port.
pub fn refused(host: &str) -> Fault {
    about(LATER, "fault_refused", host)
}
/// No answer in time.
pub fn timeout(host: &str) -> Fault {
    about(LATER, "fault_timeout", host)
}
/// The certificate is not to be trusted.
pub fn certificate(host: &str) -> Fault {
    about(Class::Setup, "fault_certificate", host)
}
/// The answer ended before its end.
pub fn cut_off(host: &str) -> Fault {
    about(LATER, "fault_cut_off", host)
}
/// What the network says of an answer that had already begun: where nobody says
/// why, it was cut off.
pub fn broken_off(fault: Fault, host: &str) -> Fault {
    if fault.text.key == "fault_unreachable" { cut_off(host) } else { fault }
}
/// Failed on the way, and nobody says why.
pub fn unreachable(host: &str) -> Fault {
    about(LATER, "fault_unreachable", host)
}
/// The person has not given, or has taken back, the permission for the host.
pub fn permission(host: &str) -> Fault {
    about(Class::Setup, "fault_permission", host)
}

// What the server says.

/// 401.
pub fn sign_in(host: &str) -> Fault {
    about(Class::SignIn, "fault_sign_in", host)
}
/// The only ways to sign in that the server offers are ones we do not speak.
pub fn sign_in_scheme(schemes: &str) -> Fault {
    about(Class::SignIn, "fault_sign_in_scheme", schemes)
}
/// 403 on the account itself.
pub fn forbidden(host: &str) -> Fault {
    about(Class::Setup, "fault_forbidden", host)
}
/// It answers, but is no CalDAV or CardDAV server.
pub fn not_dav(host: &str) -> Fault {
    about(Class::Setup, "fault_not_dav", host)
}
/// The server sends us to another origin; the credentials do not follow.
pub fn other_origin(target: &str) -> Fault {
    about(Class::Setup, "fault_other_origin", target)
}
/// 429, 502 to 504, and other 5xx; `after` in seconds from Retry-After.
pub fn busy(status: u16, after: Option<u32>) -> Fault {
    about(Class::Retry { after }, "fault_busy", status)
}
/// An answer that is not what was asked: HTML with 200, XML cut off, a 207 for
/// another collection. Nothing of it is used.
pub fn wrong_answer(why: &str) -> Fault {
    about(Class::Bug, "fault_wrong_answer", why)
}
/// An answer larger than `port::Limits` allows, or a listing of more items than a
/// folder can have. Nothing of it is used.
pub fn too_large(host: &str) -> Fault {
    about(Class::Bug, "fault_too_large", host)
}
/// A status that no rule knows.
pub fn unexpected_status(status: u16) -> Fault {
    about(Class::Bug, "fault_unexpected_status", status)
}
/// The collection asked for is not there any more.
pub fn collection_gone(name: &str) -> Fault {
    about(Class::Setup, "fault_collection_gone", name)
}
/// A folder for the role could neither be found nor made.
pub fn no_folder(role: &str) -> Fault {
    about(Class::Setup, "fault_no_folder", role)
}
/// The precondition `valid-sync-token` (RFC 6578, 3.2): a full listing follows,
/// the person never sees this.
pub fn token_invalid() -> Fault {
    fault(Class::Conflict, "fault_token_invalid")
}
/// 409, 412.
pub fn changed_meanwhile(status: u16) -> Fault {
    about(Class::Conflict, "fault_changed_meanwhile", status)
}

// One item.

/// The server refuses this item (400, 403, 413, 415, …).
pub fn item_refused(status: u16) -> Fault {
    about(Class::Item, "fault_item_refused", status)
}
/// Another item of the collection has the same UID (`no-uid-conflict`).
pub fn uid_taken() -> Fault {
    fault(Class::Item, "fault_uid_taken")
}
/// Listed, but its text does not come.
pub fn item_missing() -> Fault {
    fault(Class::Item, "fault_item_missing")
}
/// The server took it, and has not got it.
pub fn not_stored() -> Fault {
    fault(Class::Item, "fault_not_stored")
}
/// 423: somebody else is writing in the collection.
pub fn locked() -> Fault {
    fault(Class::Item, "fault_locked")
}
/// 507.
pub fn full() -> Fault {
    fault(Class::Item, "fault_full")
}
/// The collection cannot be written.
pub fn read_only(name: &str) -> Fault {
    about(Class::Item, "fault_read_only", name)
}

/// Whether what an item waits for may well have passed by the next run.
pub fn passing(reason: &Saying) -> bool {
    servers(reason)
        || breaking(reason)
        || ["fault_locked", "fault_changed_meanwhile", "fault_item_missing", "fault_not_stored"]
            .contains(&reason.key.as_str())
}

/// Whether the item was refused by a server that failed (5xx).
pub fn servers(reason: &Saying) -> bool {
    reason.key == "fault_item_refused" && reason.args.first().is_some_and(|status| status.starts_with('5'))
}

/// Whether the server failed on what was asked, and did not say that it is too much for
/// it or that something behind it is away (429, 502 to 504).
pub fn failed(reason: &Saying) -> bool {
    let busy = |status: &String| ["429", "502", "503", "504"].contains(&status.as_str());
    reason.key == "fault_busy" && reason.args.first().is_some_and(|status| !busy(status))
}

/// Whether what was asked may have been too much for the server, or for what stands before
/// it: less may well be answered. Not that it is away, or wants to be left alone.
pub fn too_much(fault: &Fault) -> bool {
    let args = &fault.text.args;
    fault.class == LATER
        && match fault.text.key.as_str() {
            "fault_timeout" | "fault_cut_off" | "fault_unreachable" => true,
            "fault_busy" => args.first().is_some_and(|status| ["502", "504"].contains(&status.as_str())),
            _ => false,
        }
}

/// Whether what broke off the sending of an item may be a matter of that item alone, though
/// nobody says so.
pub fn perhaps_items(fault: &Fault) -> bool {
    let told = matches!(fault.class, Class::Retry { after: Some(_) }) || fault.text == busy(429, None).text;
    breaking(&fault.text) && !told && !failed(&fault.text)
}

/// Whether it is the reason of an item on which the sending broke off.
pub fn breaking(reason: &Saying) -> bool {
    let keys = [
        "fault_busy",
        "fault_timeout",
        "fault_cut_off",
        "fault_unreachable",
        "fault_other_origin",
        "fault_unexpected_status",
        "fault_wrong_answer",
    ];
    keys.contains(&reason.key.as_str())
}

// Ourselves.

/// Another run has the folder.
pub fn in_use(what: impl ToString) -> Fault {
    about(LATER, "fault_in_use", what)
}

/// A run is under way, and what was asked must not happen in the middle of it.
pub fn in_run() -> Fault {
    fault(LATER, "fault_in_run")
}
/// Too much would be deleted: nothing was.
pub fn guard(name: &str, gone: usize, all: usize, here: bool) -> Fault {
    let key = if here { "fault_guard_here" } else { "fault_guard_there" };
    Fault::new(Class::Guard, Saying::new(key).with(name).with(gone).with(all))
}
/// The item was changed between being read and being written: read again.
pub fn raced() -> Fault {
    fault(Class::Conflict, "fault_raced")
}
/// Nothing is set up yet.
pub fn not_set_up() -> Fault {
    fault(Class::Setup, "fault_not_set_up")
}
/// The password cannot be had back from the vault.
pub fn no_password() -> Fault {
    fault(Class::SignIn, "fault_no_password")
}
/// The browser ended the worker in the middle of a run.
pub fn interrupted() -> Fault {
    fault(LATER, "fault_interrupted")
}
/// The database fails.
pub fn store(why: impl ToString) -> Fault {
    about(Class::Bug, "fault_store", why)
}
/// Something typed is not what the field takes; `key` says which and why.
pub fn field(key: &str) -> Fault {
    fault(Class::Setup, key)
}
/// The worker and the page do not understand each other, or a browser call fails.
pub fn internal(why: impl ToString) -> Fault {
    about(Class::Bug, "fault_internal", why)
}
