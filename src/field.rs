//! What may be typed into the fields of the options page, and what becomes of
//! it. The page refuses at the field; the worker checks again by the same rules.

use url::Url;

use crate::fault;
use crate::model::address;
use crate::model::{Fault, Guard, History, Settings};

/// The server as an absolute http(s) URL. `secure` decides the scheme only where
/// none was typed; a path stays, so that the URL of a principal, a home or a
/// collection can be given.
///
/// # Errors
/// A fault whose saying is a sentence for the field: empty, spaces inside, a
/// scheme other than http(s), credentials inside, or not an address at all.
pub fn server(typed: &str, secure: bool) -> Result<Url, Fault> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(fault::field("field_server_empty"));
    }
    if typed.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(fault::field("field_server_spaces"));
    }
    let invalid = || fault::field("field_server_invalid");
    let lower = typed.to_ascii_lowercase();
    let whole = if lower.starts_with("https://") || lower.starts_with("http://") {
        typed.to_owned()
    } else if has_scheme(typed) {
        return Err(fault::field("field_server_scheme"));
    } else {
        let bare_v6 = typed.parse::<std::net::Ipv6Addr>().is_ok();
        let host = if bare_v6 { format!("[{typed}]") } else { typed.to_owned() };
        format!("{}://{host}", if secure { "https" } else { "http" })
    };
    let url = address::parse(&whole).ok_or_else(invalid)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(fault::field("field_server_password"));
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(invalid)?;
    // The parser takes more than any name server does.
    if host.starts_with('.')
        || host.contains("..")
        || host.contains(['*', '_', '!', '$', '&', '\'', '(', ')', ',', ';'])
    {
        return Err(invalid());
    }
    Ok(url)
}

/// Whether what was typed names a scheme: a word and a colon, and what follows
/// is neither a port (`localhost:5232`) nor the rest of an IPv6 address.
fn has_scheme(typed: &str) -> bool {
    let Some((scheme, rest)) = typed.split_once(':') else { return false };
    let port = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_port = !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'))
        && !is_port
        && typed.parse::<std::net::Ipv6Addr>().is_err()
}

/// The user name, without the spaces around it.
///
/// # Errors
/// The fault for the field, when it is empty.
pub fn user(typed: &str) -> Result<String, Fault> {
    match typed.trim() {
        "" => Err(fault::field("field_user_empty")),
        user => Ok(user.to_owned()),
    }
}

/// Minutes between two synchronizations.
///
/// # Errors
/// The fault for the field, when it is not a whole number in
/// [`Settings::MINUTES`].
pub fn minutes(typed: &str) -> Result<u32, Fault> {
    number(typed, Settings::MINUTES, "field_minutes")
}

/// So many deletions are asked about.
///
/// # Errors
/// As [`minutes`], for [`Guard::AT_LEAST`].
pub fn guard_items(typed: &str) -> Result<u32, Fault> {
    number(typed, Guard::AT_LEAST, "field_guard_items")
}

/// So large a share of a folder is asked about.
///
/// # Errors
/// As [`minutes`], for [`Guard::PERCENT`].
pub fn guard_percent(typed: &str) -> Result<u32, Fault> {
    number(typed, Guard::PERCENT, "field_guard_percent")
}

/// So long replaced texts are kept.
///
/// # Errors
/// As [`minutes`], for [`History::DAYS`].
pub fn history_days(typed: &str) -> Result<u32, Fault> {
    number(typed, History::DAYS, "field_history_days")
}

/// So much of them is kept.
///
/// # Errors
/// As [`minutes`], for [`History::MEGABYTES`].
pub fn history_size(typed: &str) -> Result<u32, Fault> {
    number(typed, History::MEGABYTES, "field_history_size")
}

fn number(typed: &str, range: std::ops::RangeInclusive<u32>, otherwise: &str) -> Result<u32, Fault> {
    let typed = typed.trim();
    let digits = typed.chars().all(|c| c.is_ascii_digit());
    match typed.parse::<u32>() {
        Ok(number) if digits && range.contains(&number) => Ok(number),
        _ => Err(fault::field(otherwise)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_that_can_be_used() {
        for (typed, secure, url) in [
            ("mail.example.org", true, "https://mail.example.org/"),
            (" mail.example.org ", false, "http://mail.example.org/"),
            ("127.0.0.1:5232", false, "http://127.0.0.1:5232/"),
            ("localhost:5232/anna/", false, "http://localhost:5232/anna/"),
            ("HTTP://Mail.Example.org/dav", true, "http://mail.example.org/dav"),
            ("https://mail.example.org:8443/a/b/", false, "https://mail.example.org:8443/a/b/"),
            ("::1", false, "http://[::1]/"),
            ("fe80::1", true, "https://[fe80::1]/"),
            ("[::1]:5232", true, "https://[::1]:5232/"),
            ("bücher.example", true, "https://xn--bcher-kva.example/"),
        ] {
            assert_eq!(server(typed, secure).unwrap().as_str(), url, "{typed}");
        }
    }

    #[test]
    fn servers_that_cannot() {
        for (typed, key) in [
            ("", "field_server_empty"),
            ("   ", "field_server_empty"),
            ("mail example.org", "field_server_spaces"),
            ("https://mail. example.org", "field_server_spaces"),
            ("ftp://mail.example.org", "field_server_scheme"),
            ("webcal://mail.example.org/x", "field_server_scheme"),
            ("javascript:alert(1)", "field_server_scheme"),
            ("mailto:anna@example.org", "field_server_scheme"),
            ("file:///etc", "field_server_scheme"),
            ("https://anna:secret@mail.example.org", "field_server_password"),
            ("anna@mail.example.org", "field_server_password"),
            ("https://", "field_server_invalid"),
            ("mail..example.org", "field_server_invalid"),
            ("*.example.org", "field_server_invalid"),
            ("mail.example.org:99999", "field_server_invalid"),
        ] {
            let fault = server(typed, true).expect_err(typed);
            assert_eq!(fault.text.key, key, "{typed}");
            assert!(!fault.to_string().contains("secret"), "{fault}");
        }
    }

    #[test]
    fn users() {
        assert_eq!(user(" anna ").unwrap(), "anna");
        assert_eq!(user(" ").unwrap_err().text.key, "field_user_empty");
    }

    #[test]
    fn intervals() {
        for (typed, minutes_meant) in [("1", 1), (" 15 ", 15), ("1440", 1440)] {
            assert_eq!(minutes(typed).unwrap(), minutes_meant);
        }
        for typed in ["", "0", "1441", "-5", "+5", "1.5", "often", "15 min", "99999999999"] {
            assert_eq!(minutes(typed).unwrap_err().text.key, "field_minutes", "{typed}");
        }
    }

    #[test]
    fn limits_of_guard_and_history() {
        assert_eq!((guard_items("1").unwrap(), guard_percent("0").unwrap()), (1, 0));
        assert_eq!((history_days("3650").unwrap(), history_size("1000").unwrap()), (3650, 1000));
        for (wrong, key) in [
            (guard_items("0"), "field_guard_items"),
            (guard_percent("101"), "field_guard_percent"),
            (history_days("0"), "field_history_days"),
            (history_size("1001"), "field_history_size"),
        ] {
            assert_eq!(wrong.unwrap_err().text.key, key);
        }
    }
}
