//! Markdown as people write it, and as those do who mean harm.

use super::*;

/// The tree in a notation of one's own, to compare with.
fn shown(text: &str) -> String {
    blocks(text).iter().map(block).collect::<Vec<_>>().join(" ")
}

fn block(block: &Block) -> String {
    let all = |blocks: &[Block]| blocks.iter().map(self::block).collect::<Vec<_>>().join(" ");
    match block {
        Block::Heading(level, content) => format!("h{level}({})", line(content)),
        Block::Paragraph(content) => format!("p({})", line(content)),
        Block::Quote(blocks) => format!("quote({})", all(blocks)),
        Block::Code(code) => format!("code({code})"),
        Block::Rule => "rule".into(),
        Block::List(list) => {
            let items = list.items.iter().map(|item| {
                let tick = item.ticked.map_or("", |on| if on { "x:" } else { "o:" });
                format!("{tick}{}", all(&item.blocks))
            });
            let number = list.first.map(|n| n.to_string()).unwrap_or_default();
            format!("list{number}({})", items.collect::<Vec<_>>().join("; "))
        }
        Block::Table(table) => {
            let row = |row: &[Vec<Inline>]| row.iter().map(|cell| line(cell)).collect::<Vec<_>>().join("|");
            let rows: Vec<String> = table.rows.iter().map(|r| row(r)).collect();
            format!("table({} / {})", row(&table.head), rows.join(" / "))
        }
    }
}

fn line(content: &[Inline]) -> String {
    content
        .iter()
        .map(|inline| match inline {
            Inline::Text(text) => text.clone(),
            Inline::Strong(content) => format!("{{b {}}}", line(content)),
            Inline::Emphasis(content) => format!("{{i {}}}", line(content)),
            Inline::Strike(content) => format!("{{s {}}}", line(content)),
            Inline::Code(code) => format!("{{c {code}}}"),
            Inline::Link { href, content } => format!("{{a {href} {}}}", line(content)),
            Inline::Break => "/".into(),
        })
        .collect()
}

#[test]
fn as_people_write_it() {
    for (text, tree) in [
        ("", ""),
        ("One line", "p(One line)"),
        ("Oats\nApples, the red ones\n\nTwo lemons", "p(Oats/Apples, the red ones) p(Two lemons)"),
        ("# A\n\n## B ##\n###### C\n####### D", "h1(A) h2(B) h6(C) p(####### D)"),
        ("A\n===\nB\n---\nC", "h1(A) h2(B) p(C)"),
        ("#tag is no heading", "p(#tag is no heading)"),
        ("a *b* **c** ***d*** _e_ __f__ ~~g~~ `h`", "p(a {i b} {b c} {b {i d}} {i e} {b f} {s g} {c h})"),
        ("2 * 3 * 4 and snake_case_name and a * b", "p(2 * 3 * 4 and snake_case_name and a * b)"),
        ("**never closed and *neither this", "p(**never closed and *neither this)"),
        ("**bold *both* bold**", "p({b bold {i both} bold})"),
        ("~one~ ~~two", "p(~one~ ~~two)"),
        ("\\*not\\* \\[a\\](b) \\\\ \\x", "p(*not* [a](b) \\ \\x)"),
        ("`a ** b` ``c ` d`` `e", "p({c a ** b} {c c ` d} `e)"),
        ("- a\n- b\n  - c\n  - d\n- e", "list(p(a); p(b) list(p(c); p(d)); p(e))"),
        ("* a\n+ b", "list(p(a)) list(p(b))"),
        ("1. a\n2. b\n\n3. c", "list1(p(a); p(b); p(c))"),
        ("7) a", "list7(p(a))"),
        ("- [ ] do\n- [x] done\n- [y] z", "list(o:p(do); x:p(done); p([y] z))"),
        ("- a\n\n  more of a\n- b", "list(p(a) p(more of a); p(b))"),
        ("- a\nnot of it", "list(p(a)) p(not of it)"),
        ("Shopping:\n- a\n- b", "p(Shopping:) list(p(a); p(b))"),
        ("-5 degrees\n1.5 litres\n-", "p(-5 degrees/1.5 litres/-)"),
        ("> a\n> > b\n> c\nd", "quote(p(a) quote(p(b)) p(c)) p(d)"),
        ("```rust\nlet *a* = `b`;\n\n# c\n```\nd", "code(let *a* = `b`;\n\n# c) p(d)"),
        ("~~~\nto the end", "code(to the end)"),
        ("a\n\n---\n\n* * *\nb", "p(a) rule rule p(b)"),
        ("| a | b |\n|---|:-:|\n| 1 | **2** |\n| 3 |", "table(a|b / 1|{b 2} / 3|)"),
        ("a | b\nc | d", "p(a | b/c | d)"),
        ("    indented is no code", "p(indented is no code)"),
        ("[a](https://example.org) b", "p({a https://example.org/ a} b)"),
        ("[**a** b](https://example.org \"title\")", "p({a https://example.org/ {b a} b})"),
        ("[a](<https://example.org/x>)", "p({a https://example.org/x a})"),
        ("see https://example.org/a_b_c.", "p(see {a https://example.org/a_b_c https://example.org/a_b_c}.)"),
        ("<https://example.org>", "p({a https://example.org/ https://example.org})"),
        ("(https://example.org/x)", "p(({a https://example.org/x https://example.org/x}))"),
        ("![a cat](https://example.org/cat.png) here", "p(a cat here)"),
        ("[mail](mailto:ann@example.org)", "p({a mailto:ann@example.org mail})"),
        ("[a] [b][c] [d]: x", "p([a] [b][c] [d]: x)"),
        ("日本 *語* ü", "p(日本 {i 語} ü)"),
    ] {
        assert_eq!(shown(text), tree, "{text}");
    }
}

#[test]
fn what_must_not_become_active() {
    for (text, tree) in [
        ("<script>alert(1)</script>", "p(<script>alert(1)</script>)"),
        ("<img src=x onerror=alert(1)>", "p(<img src=x onerror=alert(1)>)"),
        ("[a](javascript:alert(1))", "p([a](javascript:alert(1)))"),
        ("[a](JaVaScRiPt:alert(1))", "p([a](JaVaScRiPt:alert(1)))"),
        ("[a](java\nscript:alert(1))", "p([a](java\nscript:alert(1)))"),
        ("[a](data:text/html;base64,PHNjcmlwdD4=)", "p([a](data:text/html;base64,PHNjcmlwdD4=))"),
        ("[a](vbscript:x) [b](file:///etc/passwd)", "p([a](vbscript:x) [b](file:///etc/passwd))"),
        ("[a](//evil.example) [b](/x) [c](x)", "p([a](//evil.example) [b](/x) [c](x))"),
        (
            "[https://bank.example](https://bank.example@evil.example/)",
            "p([https://bank.example](https://bank.example@evil.example/))",
        ),
        ("<javascript:alert(1)>", "p(<javascript:alert(1)>)"),
        ("![x](javascript:alert(1))", "p(x)"),
        ("&lt;b&gt; &#106;", "p(&lt;b&gt; &#106;)"),
    ] {
        assert_eq!(shown(text), tree, "{text}");
    }
}

/// A link's text does not lead elsewhere than the link.
#[test]
fn links_hold_no_links() {
    let text = "[a https://evil.example [b](https://c.example) d](https://e.example)";
    assert_eq!(shown(text), "p({a https://e.example/ a https://evil.example [b](https://c.example) d})");
}

#[test]
fn hostile_texts_take_no_longer_and_nest_no_deeper() {
    for piece in [
        "[",
        "](",
        "[a](",
        "![",
        "*",
        "**a ",
        "*a _b ~~c ",
        "_",
        "`",
        "`a``b",
        "``` ",
        "<",
        "<https://",
        "> ",
        "- ",
        "  - a\n",
        "1. ",
        "#",
        "# \n",
        "|",
        "|-\n",
        "a|b\n-|-\n",
        "\\",
        "((",
        "~~~\n",
        "---\n",
        "- a\n\n",
        "https://a.example/",
        "\n",
        "\t-\n",
        "> - ",
        "a\n===\n",
        "[x] ",
        "\u{e4}*",
        "- - ",
        "*a **b ",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        let depth = blocks(&text).iter().map(depth).max().unwrap_or_default();
        assert!(depth <= 2 * DEPTH + 8, "{piece}: {depth}");
    }
    // Deeper and deeper.
    let deep: String = (0..2_000).map(|n| format!("{}- a\n", "  ".repeat(n % 200))).collect();
    assert!(blocks(&deep).iter().map(depth).max().unwrap_or_default() <= 2 * DEPTH + 8);
}

fn depth(block: &Block) -> usize {
    let all = |blocks: &[Block]| blocks.iter().map(depth).max().unwrap_or_default();
    1 + match block {
        Block::Quote(blocks) => all(blocks),
        Block::List(list) => 1 + list.items.iter().map(|item| all(&item.blocks)).max().unwrap_or_default(),
        Block::Heading(_, content) | Block::Paragraph(content) => {
            content.iter().map(inline_depth).max().unwrap_or_default()
        }
        _ => 0,
    }
}

fn inline_depth(inline: &Inline) -> usize {
    1 + match inline {
        Inline::Strong(inner)
        | Inline::Emphasis(inner)
        | Inline::Strike(inner)
        | Inline::Link { content: inner, .. } => inner.iter().map(inline_depth).max().unwrap_or_default(),
        _ => 0,
    }
}
