//! HTML as the plain text in it: what some programs write for a description. Tags go,
//! with scripts and styles; where a link leads is told behind its text.

/// Whether a text that should be plain is HTML: it closes a tag, or breaks a line.
pub fn is(text: &str) -> bool {
    const SIGNS: [&str; 9] = ["</a>", "</p>", "</div>", "</b>", "</span>", "</html>", "</li>", "<br>", "<br/>"];
    let lower = text.to_ascii_lowercase();
    SIGNS.iter().any(|sign| lower.contains(sign))
}

/// Each character is looked at once.
pub fn text(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut link: Option<(String, usize)> = None;
    let mut rest = html;
    // Of elements whose inside is no text, those without an end are looked for once.
    let mut endless = false;
    while let Some(open) = rest.find('<') {
        entities(&rest[..open], &mut out);
        rest = &rest[open..];
        if rest.starts_with("<!--") {
            rest = rest.find("-->").map_or("", |end| &rest[end + 3..]);
            continue;
        }
        // "a < b" is no tag.
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            out.push('<');
            rest = &rest[1..];
            continue;
        }
        let Some(end) = rest.find('>') else { break };
        let tag = &rest[1..end];
        rest = &rest[end + 1..];
        let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
        match name.to_ascii_lowercase().as_str() {
            name @ ("script" | "style" | "head" | "title") if !endless => match closing(rest, name) {
                Some(after) => rest = &rest[after..],
                None => endless = true,
            },
            "br" | "br/" | "tr" | "hr" | "hr/" => out.push('\n'),
            "p" | "/p" | "div" | "/div" | "ul" | "/ul" | "ol" | "/ol" | "table" | "h1" | "h2" | "h3" | "h4" | "/h1"
            | "/h2" | "/h3" | "/h4" | "blockquote" | "/blockquote" => new_line(&mut out),
            "li" => {
                new_line(&mut out);
                out.push_str("• ");
            }
            "td" | "th" => out.push(' '),
            "a" => link = attribute(tag, "href").map(|href| (href, out.len())),
            "/a" => {
                if let Some((href, from)) = link.take()
                    && !href.is_empty()
                    && !href.starts_with('#')
                    && out.get(from..).is_some_and(|said| !said.contains(href.trim_start_matches("mailto:")))
                {
                    out.push_str(&format!(" ({href})"));
                }
            }
            _ => {}
        }
    }
    if !rest.starts_with('<') {
        entities(rest, &mut out);
    }
    tidy(&out)
}

fn new_line(out: &mut String) {
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Behind the end of the element.
fn closing(text: &str, name: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find("</") {
        at += found + 2;
        if text.as_bytes()[at..].get(..name.len()).is_some_and(|b| b.eq_ignore_ascii_case(name.as_bytes())) {
            return Some(text[at..].find('>').map_or(text.len(), |end| at + end + 1));
        }
    }
    None
}

/// The value of an attribute in a tag, its entities resolved.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let lower = tag.to_ascii_lowercase();
    let at = lower.find(&format!("{name}="))? + name.len() + 1;
    let value = &tag[at..];
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split(|c: char| c.is_whitespace()).next()?,
    };
    let mut out = String::new();
    entities(value.trim(), &mut out);
    Some(out)
}

/// The commonest entities, and those by number; others stay as they are. White space
/// is one space, as HTML has it.
fn entities(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '&'
            && let Some((found, len)) = entity(rest)
        {
            out.push(found);
            rest = &rest[len..];
            continue;
        }
        match c {
            c if c.is_whitespace() => {
                if !out.is_empty() && !out.ends_with(char::is_whitespace) {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
}

fn entity(text: &str) -> Option<(char, usize)> {
    let end = text.bytes().take(12).position(|b| b == b';')?;
    let name = text.get(1..end)?;
    let found = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "bull" => '•',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "Auml" => 'Ä',
        "Ouml" => 'Ö',
        "Uuml" => 'Ü',
        "szlig" => 'ß',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|c| !c.is_control())?
        }
    };
    Some((found, end + 1))
}

/// No more than one empty line in a row, and no white space at the ends of lines.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut empty = 0;
    for line in text.trim().lines() {
        empty = if line.trim().is_empty() { empty + 1 } else { 0 };
        if empty < 2 {
            out.push_str(line.trim_end());
            out.push('\n');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_in_it() {
        for (html, plain) in [
            ("<p>One</p><p>Two</p>", "One\nTwo"),
            ("One<br>Two<br/>Three", "One\nTwo\nThree"),
            ("<ul><li>a</li><li>b</li></ul>", "• a\n• b"),
            ("a &amp; b &lt;c&gt; &#8364; &#x41; &nope; &", "a & b <c> € A &nope; &"),
            ("<a href=\"https://example.org/?a=1&amp;b=2\">here</a>", "here (https://example.org/?a=1&b=2)"),
            ("<a href='https://example.org'>https://example.org</a>", "https://example.org"),
            ("<a href=mailto:ann@example.org>ann@example.org</a>", "ann@example.org"),
            ("<style>p { }</style><script>alert('</b>')</script>x", "x"),
            ("<script>never ends <b>bold</b>", "never ends bold"),
            ("a < b and c > d", "a < b and c > d"),
            ("x<!-- hidden <b> -->y", "xy"),
            ("x <unclosed", "x"),
            ("", ""),
        ] {
            assert_eq!(text(html), plain, "{html}");
        }
        assert!(is("a<br>b") && is("<P>x</P>") && !is("a < b, c > d") && !is("1 <br"));
    }

    #[test]
    fn hostile_texts_take_no_longer() {
        for piece in ["<script>", "<", "</", "<!--", "<a href=", "&", "<a href=x>", "</a>", "\u{e4}<"] {
            text(&piece.repeat(200_000));
        }
    }
}
