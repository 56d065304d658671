//! A note, its Markdown as elements.

use leptos::prelude::*;

use super::part::{self, fact, facts};
use crate::model::view::NoteView;
use crate::pages::saying::say;
use crate::text::view::markdown::{Block, Inline, List, ListItem, Table, blocks};

pub fn laid(note: NoteView) -> AnyView {
    let moment = |when: &Option<crate::model::view::When>| when.as_ref().map(|when| part::when(when).into_any());
    let rows = vec![
        fact("view_date", moment(&note.date)),
        fact("view_url", note.url.map(|url| part::linked(url.text, url.href))),
        fact("view_attachments", part::links(note.attachments)),
    ];
    let text = blocks(&note.text).iter().map(block).collect_view();
    view! {
        {part::marks(&note.marks, &note.categories)}
        <div id="note-text" class="markdown">{text}</div>
        {facts(rows)}
    }
    .into_any()
}

fn block(block: &Block) -> AnyView {
    match block {
        // The page has two headings above these.
        Block::Heading(1, content) => view! { <h3 class="large">{line(content)}</h3> }.into_any(),
        Block::Heading(2, content) => view! { <h4>{line(content)}</h4> }.into_any(),
        Block::Heading(3, content) => view! { <h5>{line(content)}</h5> }.into_any(),
        Block::Heading(_, content) => view! { <h6>{line(content)}</h6> }.into_any(),
        Block::Paragraph(content) => view! { <p>{line(content)}</p> }.into_any(),
        Block::Quote(blocks) => view! { <blockquote>{all(blocks)}</blockquote> }.into_any(),
        Block::Code(code) => view! { <pre tabindex="0"><code>{code.clone()}</code></pre> }.into_any(),
        Block::Rule => view! { <hr /> }.into_any(),
        Block::List(list) => of_list(list),
        Block::Table(table) => of_table(table),
    }
}

fn all(blocks: &[Block]) -> Vec<AnyView> {
    blocks.iter().map(block).collect()
}

fn of_list(list: &List) -> AnyView {
    let items = list.items.iter().map(item).collect_view();
    match list.first {
        Some(first) => view! { <ol start=first.to_string()>{items}</ol> }.into_any(),
        None => view! { <ul>{items}</ul> }.into_any(),
    }
}

fn item(item: &ListItem) -> AnyView {
    let ticked = item.ticked.map(|on| {
        let name = if on { say("view_ticked") } else { say("view_not_ticked") };
        view! { <input type="checkbox" disabled checked=on aria-label=name /> " " }
    });
    // A paragraph alone needs no room around it.
    let content = match item.blocks.as_slice() {
        [Block::Paragraph(content), rest @ ..] => view! { {line(content)} {all(rest)} }.into_any(),
        blocks => all(blocks).into_any(),
    };
    let class = item.ticked.map(|_| "task");
    view! { <li class=class>{ticked}{content}</li> }.into_any()
}

fn of_table(table: &Table) -> AnyView {
    let head = table.head.iter().map(|cell| view! { <th scope="col">{line(cell)}</th> }).collect_view();
    let rows = table.rows.iter().map(|row| {
        let cells = row.iter().map(|cell| view! { <td>{line(cell)}</td> }).collect_view();
        view! { <tr>{cells}</tr> }
    });
    let rows = rows.collect_view();
    view! { <div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div> }.into_any()
}

fn line(content: &[Inline]) -> Vec<AnyView> {
    content.iter().map(inline).collect()
}

fn inline(inline: &Inline) -> AnyView {
    match inline {
        Inline::Text(text) => text.clone().into_any(),
        Inline::Strong(content) => view! { <strong>{line(content)}</strong> }.into_any(),
        Inline::Emphasis(content) => view! { <em>{line(content)}</em> }.into_any(),
        Inline::Strike(content) => view! { <s>{line(content)}</s> }.into_any(),
        Inline::Code(code) => view! { <code>{code.clone()}</code> }.into_any(),
        Inline::Link { href, content } => {
            view! { <a href=href.clone() target="_blank" rel="noopener noreferrer">{line(content)}</a> }.into_any()
        }
        Inline::Break => view! { <br /> }.into_any(),
    }
}
