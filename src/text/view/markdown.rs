//! Markdown as a tree: headings, lists with boxes to tick, quotes, code, tables, and what
//! stands within a line. Not all of CommonMark: what people write into notes. A page
//! makes elements of the tree and never HTML; tags in the text are text, pictures are
//! their words, links lead where [`super::link`] lets them.
//!
//! Notes are often no Markdown at all: so a line break is one, and what is indented is
//! no code. A parser of our own, because the well-known one (`pulldown-cmark`) knows all of
//! CommonMark and HTML, which each page would load for nothing. Time and depth are
//! bounded whatever the text is.

use super::inline::inlines;

/// What one part of the text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Its level from 1 to 6.
    Heading(u8, Vec<Inline>),
    Paragraph(Vec<Inline>),
    List(List),
    Quote(Vec<Block>),
    Code(String),
    Table(Table),
    Rule,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The first number; `None`: it has none.
    pub first: Option<u32>,
    pub items: Vec<ListItem>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListItem {
    /// A box, and whether it is ticked.
    pub ticked: Option<bool>,
    pub blocks: Vec<Block>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub head: Vec<Vec<Inline>>,
    pub rows: Vec<Vec<Vec<Inline>>>,
}

/// What stands within a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    Text(String),
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    Strike(Vec<Inline>),
    Code(String),
    Link { href: String, content: Vec<Inline> },
    Break,
}

/// Lists and quotes within each other deeper than this are text.
const DEPTH: usize = 8;
/// A table is not wider.
const COLUMNS: usize = 40;

/// The text as blocks.
pub fn blocks(text: &str) -> Vec<Block> {
    within(&text.lines().collect::<Vec<_>>(), 0)
}

fn within(lines: &[&str], depth: usize) -> Vec<Block> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if line.trim().is_empty() {
            at += 1;
            continue;
        }
        let rest = &lines[at..];
        let (block, used) = fence(rest)
            .or_else(|| heading(line))
            .or_else(|| is_rule(line).then_some((Block::Rule, 1)))
            .or_else(|| (depth < DEPTH).then(|| quote(rest, depth)).flatten())
            .or_else(|| (depth < DEPTH).then(|| list(rest, depth)).flatten())
            .or_else(|| table(rest))
            .unwrap_or_else(|| paragraph(rest, depth));
        out.push(block);
        at += used.max(1);
    }
    out
}

/// Without the white space it begins with, and how many columns that was.
fn indent(line: &str) -> (usize, &str) {
    let rest = line.trim_start_matches([' ', '\t']);
    let columns = line[..line.len() - rest.len()].chars().map(|c| if c == '\t' { 4 } else { 1 }).sum();
    (columns, rest)
}

/// Without so many columns of the white space it begins with.
fn dedented(line: &str, columns: usize) -> &str {
    let (mut gone, mut rest) = (0, line);
    while gone < columns {
        match rest.strip_prefix(' ') {
            Some(after) => (gone, rest) = (gone + 1, after),
            None => match rest.strip_prefix('\t') {
                Some(after) => (gone, rest) = (gone + 4, after),
                None => break,
            },
        }
    }
    rest
}

fn is_rule(line: &str) -> bool {
    let line = line.trim();
    ['-', '*', '_'].iter().any(|mark| {
        line.starts_with(*mark)
            && line.chars().all(|c| c == *mark || c == ' ')
            && line.chars().filter(|c| c == mark).count() >= 3
    })
}

fn heading(line: &str) -> Option<(Block, usize)> {
    let line = line.trim();
    let level = line.bytes().take_while(|b| *b == b'#').count();
    let text = line.get(level..).filter(|rest| (1..=6).contains(&level) && rest.starts_with([' ', '\t']))?;
    let text = text.trim();
    // A closing row of marks is none of the words.
    let bare = text.trim_end_matches('#');
    let text = if bare.is_empty() || bare.ends_with(' ') { bare.trim_end() } else { text };
    Some((Block::Heading(u8::try_from(level).unwrap_or(6), inlines(text)), 1))
}

/// Code between fences; one that is not closed goes to the end.
fn fence(lines: &[&str]) -> Option<(Block, usize)> {
    let (columns, first) = indent(lines.first()?);
    let mark = first.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let size = first.chars().take_while(|c| *c == mark).count();
    if size < 3 || columns > 3 || first[size..].contains('`') {
        return None;
    }
    let closes = |line: &&str| {
        let line = line.trim();
        line.len() >= size && line.chars().all(|c| c == mark)
    };
    let end = lines[1..].iter().position(closes).map_or(lines.len(), |at| at + 1);
    let code: Vec<&str> = lines[1..end].iter().map(|line| dedented(line, columns)).collect();
    Some((Block::Code(code.join("\n")), end + 1))
}

fn quote(lines: &[&str], depth: usize) -> Option<(Block, usize)> {
    let inner: Vec<&str> = lines
        .iter()
        .map_while(|line| {
            let rest = line.trim_start().strip_prefix('>')?;
            Some(rest.strip_prefix(' ').unwrap_or(rest))
        })
        .collect();
    (!inner.is_empty()).then(|| (Block::Quote(within(&inner, depth + 1)), inner.len()))
}

/// What a list item begins with: its number, and how wide that is.
struct Marker<'t> {
    number: Option<u32>,
    sign: char,
    columns: usize,
    width: usize,
    rest: &'t str,
}

fn marker(line: &str) -> Option<Marker<'_>> {
    let (columns, text) = indent(line);
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, sign, after) = match (digits, text.as_bytes().get(digits)) {
        (0, Some(sign @ (b'-' | b'*' | b'+'))) => (None, *sign as char, &text[1..]),
        (1..=9, Some(sign @ (b'.' | b')'))) => (text[..digits].parse().ok(), *sign as char, &text[digits + 1..]),
        _ => return None,
    };
    if !(after.is_empty() || after.starts_with([' ', '\t'])) || is_rule(line) {
        return None;
    }
    let rest = after.trim_start();
    Some(Marker { number, sign, columns, width: text.len() - after.len() + 1, rest })
}

fn list(lines: &[&str], depth: usize) -> Option<(Block, usize)> {
    let first = marker(lines.first()?)?;
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(found) = lines.get(at).and_then(|line| marker(line)) {
        // Another sort of mark, or one further out, is another list.
        if found.sign != first.sign || found.number.is_some() != first.number.is_some() || found.columns < first.columns
        {
            break;
        }
        let inside = found.columns + found.width;
        let (ticked, rest) = ticked(found.rest);
        let mut inner = vec![rest];
        at += 1;
        while let Some(line) = lines.get(at) {
            if line.trim().is_empty() {
                // Belongs to it if what follows does.
                let next = lines[at..].iter().position(|line| !line.trim().is_empty());
                let Some(next) = next else { break };
                if indent(lines[at + next]).0 < inside {
                    // Between two items there may be room.
                    if marker(lines[at + next]).is_some() {
                        at += next;
                    }
                    break;
                }
                inner.extend(std::iter::repeat_n("", next));
                at += next;
                continue;
            }
            // Two columns are enough for those who do not count.
            let (columns, _) = indent(line);
            if columns < inside.min(found.columns + 2) {
                break;
            }
            inner.push(dedented(line, inside));
            at += 1;
        }
        items.push(ListItem { ticked, blocks: within(&inner, depth + 1) });
    }
    Some((Block::List(List { first: first.number, items }), at))
}

/// "[ ] to do", "[x] done".
fn ticked(text: &str) -> (Option<bool>, &str) {
    let ticked = match text.get(..3) {
        Some("[ ]") => false,
        Some("[x]" | "[X]") => true,
        _ => return (None, text),
    };
    match text[3..].strip_prefix([' ', '\t']) {
        Some(rest) => (Some(ticked), rest),
        None if text.len() == 3 => (Some(ticked), ""),
        None => (None, text),
    }
}

/// A row of names over a row of dashes.
fn table(lines: &[&str]) -> Option<(Block, usize)> {
    let (first, second) = (lines.first()?, lines.get(1)?);
    if !first.contains('|') || !second.contains('-') {
        return None;
    }
    let dashes = |cell: &&str| {
        let bare = cell.trim().trim_start_matches(':').trim_end_matches(':');
        !bare.is_empty() && bare.bytes().all(|b| b == b'-')
    };
    let (names, under) = (cells(first), cells(second));
    if names.len() != under.len() || names.len() > COLUMNS || !under.iter().all(dashes) {
        return None;
    }
    let width = names.len();
    let rows: Vec<Vec<Vec<Inline>>> = lines[2..]
        .iter()
        .take_while(|line| line.contains('|'))
        .map(|line| {
            let mut row: Vec<Vec<Inline>> =
                cells(line).into_iter().take(width).map(|cell| inlines(cell.trim())).collect();
            row.resize(width, Vec::new());
            row
        })
        .collect();
    let used = rows.len() + 2;
    let head = names.into_iter().map(|cell| inlines(cell.trim())).collect();
    Some((Block::Table(Table { head, rows }), used))
}

/// The cells of a row: between bars, those at its ends left away.
fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').filter(|rest| !rest.ends_with('\\')).unwrap_or(line);
    let mut out = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, c) in line.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '|' => {
                out.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(&line[start..]);
    out
}

/// Lines up to an empty one, or to where something else begins. Underlined, a line is
/// a heading.
fn paragraph(lines: &[&str], depth: usize) -> (Block, usize) {
    let mut used = 1;
    while let Some(line) = lines.get(used) {
        let text = line.trim();
        if used == 1 && text.len() >= 3 && (text.bytes().all(|b| b == b'=') || text.bytes().all(|b| b == b'-')) {
            let level = if text.starts_with('=') { 1 } else { 2 };
            return (Block::Heading(level, inlines(lines[0].trim())), 2);
        }
        let nests = depth < DEPTH && (text.starts_with('>') || marker(line).is_some_and(|m| !m.rest.is_empty()));
        let other = nests || is_rule(line) || text.starts_with("```") || text.starts_with("~~~");
        if text.is_empty() || other || heading_begins(text) {
            break;
        }
        used += 1;
    }
    let lines: Vec<&str> = lines[..used].iter().map(|line| line.trim()).collect();
    (Block::Paragraph(inlines(&lines.join("\n"))), used)
}

fn heading_begins(text: &str) -> bool {
    let level = text.bytes().take_while(|b| *b == b'#').count();
    (1..=6).contains(&level) && text[level..].starts_with(' ')
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
