//! The URL of an address as a person types it.

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
}
