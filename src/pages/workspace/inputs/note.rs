//! The inputs of a note.

use leptos::prelude::*;

use super::{Categories, Field, More, Text, Typed, line};
use crate::fault;
use crate::model::{Fields, NoteFields};
use crate::pages::saying::say;

pub fn inputs(note: NoteFields) -> (AnyView, Callback<(), Typed>) {
    let title = RwSignal::new(note.title.clone());
    let text = RwSignal::new(note.text.clone());
    let date = RwSignal::new(note.date.clone());
    let categories = Categories::new(note.categories.clone());
    let more = !note.date.is_empty() || !note.categories.is_empty();
    let named = categories.view().into_any();
    let view = view! {
        <Field id="title" name=say("workspace_title") value=title />
        <Text id="text" name=say("workspace_text") value=text />
        <More open=more>
            <Field id="date" name=say("workspace_date") value=date kind="date" />
            {named}
        </More>
    };
    let typed = move |()| {
        let fields = NoteFields {
            title: line(title),
            text: text.get_untracked(),
            date: line(date),
            categories: categories.typed(),
        };
        if fields.title.is_empty() && fields.text.trim().is_empty() {
            return Err(fault::field("field_note_empty"));
        }
        Ok(Fields::Note(fields))
    };
    (view.into_any(), Callback::new(typed))
}
