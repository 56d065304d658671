//! Locating the service (RFC 6764) from what a person typed.

use url::{Host, Url};

use crate::fault;
use crate::model::Fault;
use crate::model::address;

/// Where to look for an account, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// Scheme, host and port, path `/`.
    pub server: Url,
    /// The URL itself, where more than a server was typed.
    pub named: Option<Url>,
}

/// A URL to ask for the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// The very URL that was typed: may be a principal, a home or a collection.
    Named,
    /// `/.well-known/caldav` (5)
    CalDav,
    /// `/.well-known/carddav` (5)
    CardDav,
    /// `/`
    Root,
}

impl Entered {
    /// Reads a host name, an IP address, either with a port, or a full http(s)
    /// URL. `secure` asks for https: it is never weakened by what was typed, and
    /// an https typed out is never weakened by it.
    ///
    /// # Errors
    /// `field_server_empty`, `field_server_spaces`, `field_server_scheme`,
    /// `field_server_invalid`.
    pub fn read(entered: &str, secure: bool) -> Result<Entered, Fault> {
        let text = entered.trim();
        if text.is_empty() {
            return Err(fault::field("field_server_empty"));
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(fault::field("field_server_spaces"));
        }
        let invalid = || fault::field("field_server_invalid");
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
            None if names_scheme(text) => return Err(fault::field("field_server_scheme")),
            None => (String::from("http"), text),
        };
        if !matches!(scheme.as_str(), "http" | "https") {
            return Err(fault::field("field_server_scheme"));
        }
        let scheme = if secure || scheme == "https" { "https" } else { "http" };
        let bare_v6 = rest.parse::<std::net::Ipv6Addr>().is_ok();
        let rest = if bare_v6 { format!("[{rest}]") } else { rest.to_owned() };
        // Without this, `http:///path` would make a host of the path.
        if rest.starts_with(['/', '\\', '?', '#']) {
            return Err(invalid());
        }
        let mut url = address::parse(&format!("{scheme}://{rest}")).ok_or_else(invalid)?;
        let no_host = match url.host() {
            Some(Host::Domain(name)) => name.is_empty() || name.starts_with('.') || name.contains(".."),
            Some(_) => false,
            None => true,
        };
        if no_host || !url.username().is_empty() || url.password().is_some() {
            return Err(invalid());
        }
        // A webmail's address may come along with its state.
        url.set_query(None);
        url.set_fragment(None);
        let mut server = url.clone();
        server.set_path("/");
        Ok(Entered { named: (url.path() != "/").then_some(url), server })
    }

    /// The URLs to ask, in this order.
    pub fn candidates(&self) -> Vec<(Candidate, Url)> {
        let at = |path: &str| {
            let mut url = self.server.clone();
            url.set_path(path);
            url
        };
        let mut list: Vec<_> = self.named.iter().map(|url| (Candidate::Named, url.clone())).collect();
        for (candidate, url) in [
            (Candidate::CalDav, at("/.well-known/caldav")),
            (Candidate::CardDav, at("/.well-known/carddav")),
            (Candidate::Root, at("/")),
        ] {
            if !list.iter().any(|(_, known)| *known == url) {
                list.push((candidate, url));
            }
        }
        list
    }

    /// The host, for people.
    pub fn host(&self) -> &str {
        self.server.host_str().unwrap_or_default()
    }

    /// The same with https, if `target` (a URL) is just that of a server typed
    /// with http.
    pub fn upgraded(&self, target: &str) -> Option<Entered> {
        let target = Url::parse(target).ok()?;
        if self.server.scheme() != "http" || target.scheme() != "https" || target.host() != self.server.host() {
            return None;
        }
        let upgrade = |url: &Url| {
            let mut out = target.clone();
            out.set_path(url.path());
            out.set_query(None);
            out.set_fragment(None);
            out
        };
        Some(Entered { server: upgrade(&self.server), named: self.named.as_ref().map(upgrade) })
    }
}

/// `mailto:me`, but not `host:8080`.
fn names_scheme(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let named = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'));
    named && !rest.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<std::net::Ipv6Addr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(entered: &str, secure: bool) -> Vec<String> {
        let read = Entered::read(entered, secure).unwrap();
        read.candidates().into_iter().map(|(_, url)| url.to_string()).collect()
    }

    fn key(entered: &str) -> String {
        Entered::read(entered, true).expect_err(entered).text.key
    }

    #[test]
    fn hosts_addresses_and_urls_are_understood() {
        let known = |server: &str| {
            vec![format!("{server}/.well-known/caldav"), format!("{server}/.well-known/carddav"), format!("{server}/")]
        };
        assert_eq!(urls(" Mail.Example.ORG ", true), known("https://mail.example.org"));
        assert_eq!(urls("mail.example.org", false), known("http://mail.example.org"));
        assert_eq!(urls("127.0.0.1:5232", false), known("http://127.0.0.1:5232"));
        assert_eq!(urls("localhost:5232/", false), known("http://localhost:5232"));
        assert_eq!(urls("::1", true), known("https://[::1]"));
        assert_eq!(urls("[::1]:8443", true), known("https://[::1]:8443"));
        assert_eq!(urls("https://h/#/login", false), known("https://h"));
        assert_eq!(urls("h/dav", true)[0], "https://h/dav");
        assert_eq!(urls("http://h:81/alice/cal/?x=1", false)[0], "http://h:81/alice/cal/");
        assert_eq!(urls("http://h/.well-known/caldav", false).len(), 3);
        assert_eq!(urls("büro.example", true)[2], "https://xn--bro-hoa.example/");
    }

    #[test]
    fn https_is_never_weakened() {
        assert_eq!(urls("http://h/x", true)[0], "https://h/x");
        assert_eq!(urls("https://h/x", false)[0], "https://h/x");
    }

    #[test]
    fn what_is_no_server_is_refused_at_the_field() {
        for empty in ["", "  ", "\t"] {
            assert_eq!(key(empty), "field_server_empty");
        }
        for spaces in ["my server", "h/a b", "a\u{a0}b", "h\u{7}"] {
            assert_eq!(key(spaces), "field_server_spaces");
        }
        for scheme in ["ftp://h", "mailto:bob@h", "file:///etc/passwd", "javascript:alert", "webcal://h/x.ics"] {
            assert_eq!(key(scheme), "field_server_scheme");
        }
        for invalid in
            ["https://", "http:///path", "h:99999", "h:x", "user:pw@h", "me@h", "..", "[::1", "/path", "a..b"]
        {
            assert!(["field_server_invalid", "field_server_scheme"].contains(&key(invalid).as_str()), "{invalid}");
        }
        assert_eq!(key("me@h"), "field_server_invalid");
    }

    #[test]
    fn only_the_same_host_is_followed_to_https() {
        let entered = Entered::read("http://h:8080/dav/", false).unwrap();
        let up = entered.upgraded("https://h/dav/").unwrap();
        assert_eq!((up.server.as_str(), up.named.unwrap().as_str()), ("https://h/", "https://h/dav/"));
        assert_eq!(entered.upgraded("https://other/dav/"), None);
        assert_eq!(entered.upgraded("http://h/dav/"), None);
        assert_eq!(Entered::read("h", true).unwrap().upgraded("https://h/"), None);
    }
}
