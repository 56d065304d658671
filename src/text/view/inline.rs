//! What stands within lines of Markdown. One pass: what emphasizes can be open only
//! once of each sort, brackets are paired beforehand, and a run of backticks that has no
//! partner is looked for only once; so no text takes longer than its length.

use super::link;
use super::markdown::Inline;
use crate::order;

/// What is open: its mark, and what has been read since.
struct Open {
    mark: char,
    /// How many of the mark.
    size: usize,
    content: Vec<Inline>,
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Where each bracket ends; by where it begins.
    pairs: Vec<(usize, usize)>,
    /// Links hold no links.
    links: bool,
    plain: String,
    /// The bottom has no mark.
    stack: Vec<Open>,
    /// Runs of backticks of that many have no partner from here on.
    lonely: [bool; 33],
}

pub fn inlines(text: &str) -> Vec<Inline> {
    read(text, true)
}

fn read(text: &str, links: bool) -> Vec<Inline> {
    let bottom = Open { mark: ' ', size: 0, content: Vec::new() };
    let pairs = if links { pairs(text) } else { Vec::new() };
    let plain = String::new();
    let mut reader = Reader { text, at: 0, pairs, links, plain, stack: vec![bottom], lonely: [false; 33] };
    while let Some(c) = reader.rest().chars().next() {
        reader.step(c);
    }
    reader.unwind(1);
    reader.flush();
    reader.stack.pop().map(|bottom| bottom.content).unwrap_or_default()
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    fn step(&mut self, c: char) {
        match c {
            '\\' => {
                let next = self.rest()[1..].chars().next();
                match next {
                    Some(next) if next.is_ascii_punctuation() => {
                        self.plain.push(next);
                        self.at += 2;
                    }
                    _ => self.take(c),
                }
            }
            '\n' => {
                // White space at the end of a line is a break of its own in Markdown; here
                // each is one.
                let kept = self.plain.trim_end_matches([' ', '\t']).len();
                self.plain.truncate(kept);
                self.push(Inline::Break);
                self.at += 1;
            }
            '`' => self.code(),
            '*' | '_' | '~' => self.emphasis(c),
            '!' if self.rest().starts_with("![") => {
                self.at += 1;
                if !self.bracket(true) {
                    self.plain.push('!');
                }
            }
            '[' => {
                if !self.bracket(false) {
                    self.take(c);
                }
            }
            '<' | 'h' | 'H' | 'm' | 'M' | 't' | 'T' => self.address(c),
            c => self.take(c),
        }
    }

    /// The character as text.
    fn take(&mut self, c: char) {
        self.plain.push(c);
        self.at += c.len_utf8();
    }

    fn flush(&mut self) {
        if !self.plain.is_empty() {
            let text = std::mem::take(&mut self.plain);
            self.add(Inline::Text(text));
        }
    }

    fn push(&mut self, inline: Inline) {
        self.flush();
        self.add(inline);
    }

    fn add(&mut self, inline: Inline) {
        if let Some(top) = self.stack.last_mut() {
            match (top.content.last_mut(), inline) {
                (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
                (_, inline) => top.content.push(inline),
            }
        }
    }

    /// Marks that were opened above `keep` and never closed are text after all.
    fn unwind(&mut self, keep: usize) {
        while self.stack.len() > keep {
            self.flush();
            let Some(open) = self.stack.pop() else { return };
            self.add(Inline::Text(open.mark.to_string().repeat(open.size)));
            open.content.into_iter().for_each(|inline| self.add(inline));
        }
    }

    fn code(&mut self) {
        let rest = self.rest();
        let size = rest.bytes().take_while(|b| *b == b'`').count();
        if let Some(lonely) = self.lonely.get_mut(size)
            && !*lonely
        {
            if let Some(end) = partner(&rest[size..], size) {
                let code = rest[size..size + end].replace('\n', " ");
                // A space on both sides lets code begin with a backtick.
                let bare = code.strip_prefix(' ').and_then(|code| code.strip_suffix(' '));
                let code = bare.filter(|bare| !bare.trim().is_empty()).unwrap_or(&code).to_owned();
                self.push(Inline::Code(code));
                self.at += size + end + size;
                return;
            }
            *lonely = true;
        }
        self.plain.push_str(&rest[..size]);
        self.at += size;
    }

    fn emphasis(&mut self, mark: char) {
        let run = self.rest().chars().take_while(|c| *c == mark).count();
        let (before, after) = (self.before(), self.text[self.at + run..].chars().next());
        let space = |c: Option<char>| c.is_none_or(char::is_whitespace);
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        // Within a word an underscore is a letter.
        let opens = !space(after) && (mark != '_' || !word(before));
        let closes = !space(before) && (mark != '_' || !word(after));
        let mut left = run;
        self.at += run;
        while closes && left > 0 {
            let found = self.stack.iter().rposition(|open| open.mark == mark && open.size <= left);
            let Some(found) = found else { break };
            self.unwind(found + 1);
            self.flush();
            let Some(open) = self.stack.pop() else { break };
            left -= open.size;
            let (content, size) = (open.content, open.size);
            self.add(match (mark, size) {
                ('~', _) => Inline::Strike(content),
                (_, 1) => Inline::Emphasis(content),
                _ => Inline::Strong(content),
            });
        }
        while left > 0 {
            let size = left.min(2);
            let open = self.stack.iter().any(|open| open.mark == mark && open.size == size);
            if !opens || open || left > 3 || (mark == '~' && size != 2) {
                self.plain.extend(std::iter::repeat_n(mark, left));
                return;
            }
            self.flush();
            self.stack.push(Open { mark, size, content: Vec::new() });
            left -= size;
        }
    }

    /// A link or picture: `[text](address)`. False if it is none.
    fn bracket(&mut self, picture: bool) -> bool {
        let Some(end) = self.links.then(|| self.end_of(self.at)).flatten() else { return false };
        if self.text.as_bytes().get(end + 1) != Some(&b'(') {
            return false;
        }
        let Some(close) = self.end_of(end + 1) else { return false };
        let (content, target) = (&self.text[self.at + 1..end], &self.text[end + 2..close]);
        // A title behind the address is not shown.
        let target = target.trim();
        let target = target.split([' ', '\t', '\n']).next().unwrap_or_default();
        let target = target.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or(target);
        if picture {
            // Not fetched: what it is a picture of has to do.
            self.plain.push_str(&content.replace('\n', " "));
        } else {
            match link::safe(target) {
                Some(href) => {
                    let mut content = read(content, false);
                    if content.is_empty() {
                        content.push(Inline::Text(target.to_owned()));
                    }
                    self.push(Inline::Link { href, content });
                }
                // Where it would lead is no place to go: as it was written.
                None => self.plain.push_str(&self.text[self.at..=close]),
            }
        }
        self.at = close + 1;
        true
    }

    fn end_of(&self, begin: usize) -> Option<usize> {
        let found = self.pairs.binary_search_by_key(&begin, |(begin, _)| *begin).ok()?;
        Some(self.pairs[found].1)
    }

    /// `<https://…>`, or an address that stands in the text by itself.
    fn address(&mut self, c: char) {
        let angle = usize::from(c == '<');
        let rest = &self.rest()[angle..];
        let begins = ["https://", "http://", "mailto:", "tel:"]
            .iter()
            .any(|with| rest.as_bytes().get(..with.len()).is_some_and(|b| b.eq_ignore_ascii_case(with.as_bytes())));
        let within_word = angle == 0 && self.before().is_some_and(|c| c.is_ascii_alphanumeric());
        if !self.links || !begins || within_word {
            return self.take(c);
        }
        let len = link::length(rest).max(1);
        let closed = usize::from(angle == 1 && rest[len..].starts_with('>'));
        match link::safe(&rest[..len]) {
            Some(href) => {
                if angle > closed {
                    self.plain.push('<');
                }
                self.push(Inline::Link { href, content: vec![Inline::Text(rest[..len].to_owned())] });
                self.at += angle + len + closed;
            }
            None => {
                self.plain.push_str(&self.rest()[..angle + len]);
                self.at += angle + len;
            }
        }
    }
}

/// Where a run of exactly so many backticks begins.
fn partner(text: &str, size: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|b| *b == b'`') {
        let begin = at + found;
        let run = bytes[begin..].iter().take_while(|b| **b == b'`').count();
        if run == size {
            return Some(begin);
        }
        at = begin + run;
    }
    None
}

/// Round and square brackets with their partners, sorted by where they begin.
fn pairs(text: &str) -> Vec<(usize, usize)> {
    let (mut square, mut round, mut found) = (Vec::new(), Vec::new(), Vec::new());
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'[' => square.push(at),
            b'(' => round.push(at),
            b']' => found.extend(square.pop().map(|begin| (begin, at))),
            b')' => found.extend(round.pop().map(|begin| (begin, at))),
            _ => {}
        }
    }
    order::all(&mut found);
    found
}
