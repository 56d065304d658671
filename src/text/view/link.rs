//! What a text may lead to. Only http, https, mailto and tel are ever links: whatever
//! else stands in an item is shown as text. Nothing here fetches anything.

use url::Url;

use crate::model::address;
use crate::model::view::Link;

/// Longer than any link that is meant for people.
const LONGEST: usize = 4_096;

/// How links in a text begin.
const BEGINNINGS: [&str; 4] = ["https://", "http://", "mailto:", "tel:"];

/// The address as a link, if it is of a sort that may be one. One that names a user
/// (`https://bank.example@elsewhere.example/`) is none: it is made to be misread.
pub fn safe(address: &str) -> Option<String> {
    let address = address.trim();
    if address.len() > LONGEST || address.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return None;
    }
    let begins = |with: &str| address.get(..with.len()).is_some_and(|a| a.eq_ignore_ascii_case(with));
    if !BEGINNINGS.iter().any(|with| begins(with) && address.len() > with.len()) {
        return None;
    }
    let url = address::written(address, None)?;
    let plain = url.username().is_empty() && url.password().is_none();
    let fits = match url.scheme() {
        "http" | "https" => plain && url.host_str().is_some_and(|host| !host.is_empty()),
        "mailto" | "tel" => true,
        _ => false,
    };
    fits.then(|| url.into())
}

/// A link where the address may be one, else its text.
pub fn link(address: &str) -> Link {
    let text = address.trim().to_owned();
    Link { href: safe(&text), text }
}

/// The link to write to that address.
pub fn mail(address: &str) -> Option<String> {
    let address = address.trim();
    // What would be a subject or a second address is part of the first one here.
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '?' | '&' | '%' | '#' | ',' | ';' | ':');
    let (local, host) = address.rsplit_once('@')?;
    if local.is_empty() || host.is_empty() || address.chars().any(odd) {
        return None;
    }
    safe(&format!("mailto:{address}"))
}

/// The link to call that number: with what people write between its digits gone.
pub fn phone(number: &str) -> Option<String> {
    let digits: String = number.trim().chars().filter(|c| c.is_ascii_digit() || matches!(c, '+' | '*' | '#')).collect();
    let letters = number.chars().any(char::is_alphabetic);
    (!letters && digits.chars().filter(char::is_ascii_digit).count() > 1)
        .then(|| format!("tel:{}", digits.replace('#', "%23")))
}

/// A plain text with the links in it: joined together, the pieces are the text.
pub fn pieces(text: &str) -> Vec<Link> {
    let mut out = Vec::new();
    let (mut done, mut at) = (0, 0);
    while let Some(start) = next(text, at) {
        let end = start + length(&text[start..]);
        match safe(&text[start..end]) {
            Some(href) => {
                if done < start {
                    out.push(Link { text: text[done..start].to_owned(), href: None });
                }
                out.push(Link { text: text[start..end].to_owned(), href: Some(href) });
                (done, at) = (end, end);
            }
            // Beyond what was looked at: each character is looked at once.
            None => at = end.max(start + 1),
        }
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    if done < text.len() {
        out.push(Link { text: text[done..].to_owned(), href: None });
    }
    out
}

/// Where the next link begins, from `from` on: not in the middle of a word.
fn next(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    (from..bytes.len()).find(|at| {
        let fits = |with: &str| bytes[*at..].get(..with.len()).is_some_and(|b| b.eq_ignore_ascii_case(with.as_bytes()));
        let within = at.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_alphanumeric());
        matches!(bytes[*at], b'h' | b'H' | b'm' | b'M' | b't' | b'T') && !within && BEGINNINGS.iter().any(|b| fits(b))
    })
}

/// How long the link is that `text` begins with. What ends a sentence is no part of
/// it, nor a bracket that was opened before it.
pub(super) fn length(text: &str) -> usize {
    let ends = |c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '“' | '”' | '„' | '«' | '»' | '|')
    };
    let mut link = &text[..text.find(ends).unwrap_or(text.len())];
    let count = |link: &str, c: char| link.matches(c).count();
    let mut round = count(link, '(') as i64 - count(link, ')') as i64;
    let mut square = count(link, '[') as i64 - count(link, ']') as i64;
    while let Some(last) = link.chars().next_back() {
        match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '’' | '*' | '_' | '~' | '`' => {}
            ')' if round < 0 => round += 1,
            ']' if square < 0 => square += 1,
            _ => break,
        }
        link = &link[..link.len() - last.len_utf8()];
    }
    link.len()
}

/// Hosts where people meet: the host itself and those below it.
const MEETING_HOSTS: [&str; 20] = [
    "zoom.us",
    "zoom.com",
    "zoomgov.com",
    "meet.google.com",
    "teams.microsoft.com",
    "teams.microsoft.us",
    "teams.live.com",
    "webex.com",
    "whereby.com",
    "meet.jit.si",
    "8x8.vc",
    "bluejeans.com",
    "gotomeeting.com",
    "gotomeet.me",
    "meet.goto.com",
    "chime.aws",
    "join.skype.com",
    "meet.lync.com",
    "facetime.apple.com",
    "meet.ffmuc.net",
];

/// The first link in the text to a place where people meet by video.
pub fn call_in(text: &str) -> Option<String> {
    pieces(text).into_iter().filter_map(|piece| piece.href).find(|href| meeting(href))
}

/// A link that a property of its own says to be one: any that is https.
pub fn call(address: &str) -> Option<String> {
    safe(address).filter(|href| href.starts_with("https:"))
}

fn meeting(href: &str) -> bool {
    let Ok(url) = Url::parse(href) else { return false };
    let (Some(host), path) = (url.host_str(), url.path()) else { return false };
    // The front page of such a host is an advertisement.
    if url.scheme() != "https" || path.len() < 2 {
        return false;
    }
    let below = |of: &str| host.strip_suffix(of).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    MEETING_HOSTS.iter().any(|of| below(of)) || own_server(host, path)
}

/// On hosts of people's own: Jitsi, BigBlueButton (`/b/abc-def-ghi`, `/rooms/…`) and
/// Nextcloud Talk (`/call/token`), told by their paths.
fn own_server(host: &str, path: &str) -> bool {
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
    let token = |step: &str, least: usize| step.len() >= least && step.bytes().all(|b| b.is_ascii_alphanumeric());
    let room = |step: &str| step.split('-').count() >= 3 && step.split('-').all(|part| token(part, 3));
    let jitsi = |word: &str| word.eq_ignore_ascii_case("jitsi");
    host.split('.').any(jitsi)
        || match steps.as_slice() {
            [first, _, ..] if jitsi(first) => true,
            ["b", name] | ["rooms", name] | ["rooms", name, "join"] => room(name),
            ["call", name] | ["index.php", "call", name] => token(name, 6),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_a_link_is_one() {
        for good in ["https://example.org/a?b=c#d", "HTTP://EXAMPLE.ORG", "mailto:a@example.org", "tel:+15550100"] {
            assert!(safe(good).is_some(), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,<script>",
            "vbscript:x",
            "file:///etc/passwd",
            "blob:https://example.org/1",
            "chrome-extension://x/options.html",
            "https:",
            "https://",
            "http:///x y",
            "https://zoom.us@evil.example/j/1",
            "https://user:pass@example.org/",
            "example.org",
            "//example.org",
            "http://Bücher.example/",
            "",
        ] {
            assert_eq!(safe(bad), None, "{bad}");
        }
        assert_eq!(safe(&format!("https://example.org/{}", "a".repeat(LONGEST))), None);
    }

    #[test]
    fn links_in_a_text() {
        let found = |text: &str| -> Vec<String> {
            let pieces = pieces(text);
            let joined: String = pieces.iter().map(|p| p.text.as_str()).collect();
            assert_eq!(joined, text, "nothing is lost");
            pieces.into_iter().filter(|p| p.href.is_some()).map(|p| p.text).collect()
        };
        for (text, links) in [
            ("See https://example.org/a.", vec!["https://example.org/a"]),
            ("(https://example.org/a_(b)), then", vec!["https://example.org/a_(b)"]),
            ("<https://example.org>", vec!["https://example.org"]),
            ("a mailto:ann@example.org, b tel:+15550100!", vec!["mailto:ann@example.org", "tel:+15550100"]),
            ("„https://example.org/ü“ → ok", vec!["https://example.org/ü"]),
            ("javascript:alert(1) data:x xhttps://no", vec![]),
            ("https:// http://", vec![]),
            ("", vec![]),
            ("https://a.example https://b.example", vec!["https://a.example", "https://b.example"]),
        ] {
            assert_eq!(found(text), links, "{text}");
        }
        // Each character is looked at once.
        assert_eq!(found(&"http://".repeat(100_000)).len(), 0);
        assert_eq!(found(&format!("https://a.example/{}", ")".repeat(4_000))), ["https://a.example/"]);
    }

    #[test]
    fn where_people_meet() {
        for good in [
            "https://zoom.us/j/123456789?pwd=abc",
            "https://us02web.zoom.us/j/1",
            "https://meet.google.com/abc-defg-hij",
            "https://teams.microsoft.com/l/meetup-join/19%3ameeting",
            "https://teams.live.com/meet/123",
            "https://example.webex.com/meet/ann",
            "https://whereby.com/room",
            "https://meet.jit.si/Room",
            "https://jitsi.example.org/room",
            "https://example.org/jitsi/room",
            "https://bluejeans.com/123",
            "https://global.gotomeeting.com/join/1",
            "https://app.chime.aws/meetings/1",
            "https://bbb.example.org/b/ann-abc-def",
            "https://bbb.example.org/rooms/abc-def-ghi-jkl/join",
            "https://cloud.example.org/call/abc123xy",
            "https://cloud.example.org/index.php/call/abc123xy",
        ] {
            assert_eq!(call_in(&format!("Join: {good} now")).as_deref(), Some(good), "{good}");
        }
        for bad in [
            "http://zoom.us/j/1",
            "https://zoom.us.evil.example/j/1",
            "https://evilzoom.us/j/1",
            "https://zoom.us@evil.example/j/1",
            "https://zoom.us:x@evil.example/j/1",
            "https://evil.example/zoom.us/j/1",
            "https://evil.example/?u=https://zoom.us/j/1",
            "https://evil.example#zoom.us/j/1",
            "https://zoom.us/",
            "https://meet.google.com.evil.example/abc",
            "https://xn--zom-ioa.us/j/1",
            "https://example.org/b/x",
            "https://example.org/call/x",
            "https://example.org/about",
            "javascript://zoom.us/j/1",
        ] {
            assert_eq!(call_in(bad), None, "{bad}");
        }
        assert!(call("https://meet.example.org/1").is_some());
        assert!(call("http://meet.example.org/1").is_none() && call("tel:+15550100").is_none());
    }

    #[test]
    fn mails_and_numbers() {
        assert_eq!(mail("ann@example.org").as_deref(), Some("mailto:ann@example.org"));
        for bad in ["ann", "@", "ann@", "a b@example.org", "ann@example.org?bcc=x@evil.example", "a@b,c@d"] {
            assert_eq!(mail(bad), None, "{bad}");
        }
        assert_eq!(phone("+44 (20) 7946-0123").as_deref(), Some("tel:+442079460123"));
        assert_eq!(phone("*100#").as_deref(), Some("tel:*100%23"));
        assert!(phone("ask Ann").is_none() && phone("").is_none() && phone("1-800-CALL").is_none());
    }
}
