//! The URL of an address, as a person types it and as a stranger writes it.

use idna::punycode;
use url::Url;

/// The URL, with the letters beyond ASCII of its host as the DNS has them (RFC 3492).
/// The `url` crate would do it with tables of all of Unicode, which are large in a worker
/// that is read at each start; small letters are what people type (ADR 9).
pub fn parse(address: &str) -> Option<Url> {
    let (scheme, rest) = address.split_once("://")?;
    let end = rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    if host.is_ascii() {
        return Url::parse(address).ok();
    }
    let (host, port) = match host.rsplit_once(':') {
        Some((host, port)) => (host, format!(":{}", port.parse::<u16>().ok()?)),
        None => (host, String::new()),
    };
    let labels: Option<Vec<String>> = host.split(['.', '\u{3002}']).map(label).collect();
    Url::parse(&format!("{scheme}://{}{port}{path}", labels?.join("."))).ok()
}

/// The URL of what stands in an item or an answer, from `base` if it is relative to one.
/// `None` also where it has a line break, or its host is beyond ASCII or escaped: without tables no such host is
/// found (ADR 9), and what stands in for them takes a capital before such a letter for a
/// fault of its caller.
pub fn written(raw: &str, base: Option<&Url>) -> Option<Url> {
    // What the URL Standard leaves out around it, and line breaks within.
    let raw = raw.trim_matches(|c| c <= ' ');
    let folded = raw.contains(|c: char| c.is_ascii_control());
    if folded || host(raw).bytes().any(|byte| !byte.is_ascii() || byte == b'%') {
        return None;
    }
    Url::options().base_url(base).parse(raw).ok()
}

/// The schemes whose hosts are of the DNS (URL Standard, 4.2).
const SPECIAL: [&str; 6] = ["http", "https", "ws", "wss", "ftp", "file"];

/// The host of a URL with all that stands about it, as the URL Standard finds it: past any
/// number of slashes of both sorts. Nothing where only a path is named.
fn host(raw: &str) -> &str {
    let rest = match raw.split_once(':') {
        Some((scheme, rest)) if SPECIAL.iter().any(|known| scheme.eq_ignore_ascii_case(known)) => rest,
        _ if raw.len() > 1 && raw.bytes().take(2).all(|byte| matches!(byte, b'/' | b'\\')) => raw,
        _ => return "",
    };
    let rest = rest.trim_start_matches(['/', '\\']);
    &rest[..rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len())]
}

fn label(label: &str) -> Option<String> {
    if label.is_ascii() {
        return Some(label.to_owned());
    }
    if !label.chars().all(|c| c.is_alphanumeric() || c == '-' || !c.is_ascii()) {
        return None;
    }
    punycode::encode_str(&label.to_lowercase()).map(|label| format!("xn--{label}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_in_any_script() {
        for (typed, url) in [
            ("https://bücher.example", "https://xn--bcher-kva.example/"),
            ("https://BÜCHER.Example:8443/pfad/ä?x", "https://xn--bcher-kva.example:8443/pfad/%C3%A4?x"),
            ("http://例え。テスト/", "http://xn--r8jz45g.xn--zckzah/"),
            ("https://пример.испытание", "https://xn--e1afmkfd.xn--80akhbyknj4f/"),
            ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
            ("https://[::1]:5232", "https://[::1]:5232/"),
        ] {
            assert_eq!(parse(typed).map(String::from).as_deref(), Some(url), "{typed}");
        }
        for typed in ["", "bücher", "https://", "https://ü:x@h", "https://bü cher.example", "https://ü@h/"] {
            assert_eq!(parse(typed), None, "{typed}");
        }
    }

    #[test]
    fn hosts_that_a_stranger_wrote() {
        let base = Url::parse("http://h/cal/").unwrap();
        for (raw, url) in [
            ("a%20ü.ics", "http://h/cal/a%20%C3%BC.ics"),
            ("/%61/ü", "http://h/%61/%C3%BC"),
            (" \\ü", "http://h/%C3%BC"),
            ("ü:1.ics", "http://h/cal/%C3%BC:1.ics"),
            ("//k/ü", "http://k/%C3%BC"),
            ("mailto:%C3%BC@K", "mailto:%C3%BC@K"),
            ("HTTPS://K/%C3%BC?ü", "https://k/%C3%BC?%C3%BC"),
        ] {
            assert_eq!(written(raw, Some(&base)).map(String::from).as_deref(), Some(url), "{raw}");
        }
        for raw in [
            "http://Aü/x",
            "https:Aü/x",
            "//Aü",
            "\\/Aü",
            "https:\\\\Aü",
            "//A%C3%BC/x",
            "http://x@Aü",
            "ht\ttp://h/",
            " http://Aü/",
            "file://Aü/",
        ] {
            assert_eq!(written(raw, Some(&base)), None, "{raw}");
        }
        assert_eq!(written("a", None), None);
    }
}
