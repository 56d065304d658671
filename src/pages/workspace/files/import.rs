//! Bringing files in: chosen, looked at, decided about, done.

use std::collections::{HashMap, HashSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlInputElement;

use super::incoming::{self, Incoming, Row, Sort, batches};
use super::{Files, Head, Place, places};
use crate::browser::upload;
use crate::message::{Differing, Imported, Standing};
use crate::model::{CollectionId, Fault};
use crate::pages::frame::{Said, Telling};
use crate::pages::saying::{say, say_of};
use crate::text::file::{Broken, Flaw};

/// So many rows of each standing are listed; the others are meant all the same.
const LISTED: usize = 200;

/// What the panel has in hand.
#[derive(Clone, Copy)]
struct Desk {
    incoming: RwSignal<Incoming>,
    places: RwSignal<Vec<Place>>,
    targets: RwSignal<HashMap<Sort, CollectionId>>,
    /// By their numbers, the rows that shall not go in.
    skipped: RwSignal<HashSet<usize>>,
    differing: RwSignal<Differing>,
    /// So many of so many, while something is under way.
    busy: RwSignal<Option<(usize, usize)>>,
    said: RwSignal<Said>,
    /// What is under way shall go no further.
    stopped: RwSignal<bool>,
}

impl Desk {
    fn begin(self) {
        self.stopped.set(false);
        self.said.set(Said::Nothing);
        self.busy.set(Some((0, 0)));
    }

    /// Whether it was stopped. The panel may be gone, too.
    fn over(self) -> bool {
        self.stopped.try_get_untracked() != Some(false)
    }

    async fn read(self, files: Vec<leptos::web_sys::File>) {
        self.begin();
        self.incoming.set(Incoming::default());
        self.skipped.update(HashSet::clear);
        let read = self.take(&files).await;
        if self.over() {
            return;
        }
        match read {
            Ok((incoming, places)) => {
                let usual = Sort::ALL.into_iter().filter_map(|sort| Some((sort, sort.usual(&places)?)));
                self.targets.set(usual.collect());
                self.places.set(places);
                self.incoming.set(incoming);
                self.look(&Sort::ALL).await;
            }
            Err(fault) => self.end(fault),
        }
    }

    async fn take(self, files: &[leptos::web_sys::File]) -> Result<(Incoming, Vec<Place>), Fault> {
        let mut read = Vec::with_capacity(files.len());
        for file in files {
            read.push(upload::read(file).await?);
        }
        Ok((Incoming::of(&read)?, places().await?))
    }

    fn end(self, fault: Fault) {
        self.busy.set(None);
        self.said.set(Said::Failed(fault));
    }

    /// Asks the worker how the rows of these sorts stand in their folders.
    async fn look(self, sorts: &[Sort]) {
        let rows: Vec<Row> = self.incoming.with_untracked(|incoming| incoming.rows.clone());
        let targets = self.targets.get_untracked();
        let numbers: Vec<usize> = (0..rows.len()).filter(|at| sorts.contains(&rows[*at].sort)).collect();
        let (mut done, all) = (0, numbers.len());
        let mut compared = Vec::with_capacity(all);
        for (sort, numbers) in batches(&rows, &numbers) {
            self.busy.set(Some((done, all)));
            if let Some(folder) = targets.get(&sort) {
                let found = incoming::compare(folder.clone(), &rows, &numbers).await;
                if self.over() {
                    return;
                }
                match found {
                    Ok(found) => compared.extend(numbers.iter().copied().zip(found)),
                    Err(fault) => return self.end(fault),
                }
            }
            done += numbers.len();
        }
        self.incoming.update(|incoming| {
            for (at, compared) in compared {
                incoming.rows[at].compared = Some(compared);
            }
        });
        self.busy.set(None);
    }

    async fn import(self) {
        self.begin();
        let differing = self.differing.get_untracked();
        let skipped = self.skipped.get_untracked();
        let (rows, wanted) =
            self.incoming.with_untracked(|incoming| (incoming.rows.clone(), incoming.wanted(&skipped, differing)));
        let targets = self.targets.get_untracked();
        let all = wanted.len();
        let batches = batches(&rows, &wanted);
        let (mut done, mut sum, last) = (0, Imported::default(), batches.len());
        for (number, (sort, numbers)) in batches.into_iter().enumerate() {
            let Some(folder) = targets.get(&sort).cloned() else { continue };
            // What went in before goes out all the same.
            let stopped = self.over();
            self.busy.set(Some((done, all)));
            let numbers = if stopped { Vec::new() } else { numbers };
            match incoming::import(folder, &rows, &numbers, differing, stopped || number + 1 == last).await {
                Ok(more) => sum += more,
                Err(fault) => return self.end(fault),
            }
            if stopped {
                break;
            }
            done += numbers.len();
        }
        if self.busy.try_set(None).is_none() {
            self.incoming.set(Incoming::default());
            self.said.set(Said::Done(told(sum)));
        }
    }
}

/// What an import has done, in a sentence or more.
fn told(done: Imported) -> String {
    let Imported { added, replaced, copied, same, left, unfit } = done;
    let mut told = vec![say_of("files_added", &[&added])];
    for (key, count) in [("files_replaced", replaced), ("files_copied", copied), ("files_passed", same + left + unfit)]
    {
        if count > 0 {
            told.push(say_of(key, &[&count]));
        }
    }
    told.join(" ")
}

#[component]
pub fn Import(files: Files) -> impl IntoView {
    let desk = Desk {
        incoming: RwSignal::new(Incoming::default()),
        places: RwSignal::new(Vec::new()),
        targets: RwSignal::new(HashMap::new()),
        skipped: RwSignal::new(HashSet::new()),
        differing: RwSignal::new(Differing::default()),
        busy: RwSignal::new(None),
        said: RwSignal::new(Said::Nothing),
        stopped: RwSignal::new(false),
    };
    Effect::watch(
        move || files.times.get(),
        move |_, _, _| {
            let chosen = files.chosen.try_update_value(std::mem::take).unwrap_or_default();
            // One after the other: what is dropped in between is dropped again.
            if !chosen.is_empty() && desk.busy.get_untracked().is_none() {
                spawn_local(desk.read(chosen));
            }
        },
        true,
    );
    let choose = move |event: leptos::ev::Event| {
        let input: HtmlInputElement = event_target(&event);
        files.choose(upload::files(input.files()));
        // The same file may be chosen again, when it has been mended.
        input.set_value("");
    };
    let working = move || desk.busy.get().is_some();
    let there = Memo::new(move |_| desk.incoming.with(|incoming| *incoming != Incoming::default()));
    let count = Memo::new(move |_| {
        let differing = desk.differing.get();
        desk.skipped.with(|skipped| desk.incoming.with(|incoming| incoming.wanted(skipped, differing).len()))
    });
    let action = move || say_of("files_import_items", &[&count.get()]);
    let importing = RwSignal::new(false);
    let go = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        importing.set(true);
        spawn_local(async move {
            desk.import().await;
            importing.set(false);
        });
    };
    let progress = move || {
        desk.busy.get().map(|(done, all)| match all {
            0 => view! { <progress></progress> }.into_any(),
            _ => view! { <progress max=all value=done></progress> }.into_any(),
        })
    };
    view! {
        <form id="import-panel" class="stack" aria-busy=move || working().to_string()
            on:submit=go>
            <Head title="files_import_title" />
            <div class="field">
                <label for="file">{say("files_choose")}</label>
                <input id="file" type="file" multiple accept=".ics,.ical,.ifb,.vcf,.vcard,text/calendar,text/vcard"
                    aria-describedby="file-hint" disabled=working on:change=choose />
                <p id="file-hint" class="hint">{say("files_choose_hint")}</p>
            </div>
            <Telling id="import-said" said=desk.said />
            {move || there.get().then(|| view! { <Preview desk /> })}
            <div hidden=move || !working()>{progress}</div>
            <div class="row">
                <button id="import-go" type="submit" class="main" hidden=move || !there.get()
                    disabled=move || working() || count.get() == 0>{action}</button>
                <button id="import-stop" type="button" hidden=move || !importing.get()
                    on:click=move |_| desk.stopped.set(true)>
                    {say("files_stop")}
                </button>
                <button id="import-close" type="button" on:click=move |_| files.panel.set(None)>
                    {say("action_close")}
                </button>
            </div>
        </form>
    }
}

/// What would go in, what is here already, and what cannot be read.
#[component]
fn Preview(desk: Desk) -> impl IntoView {
    let folders = Sort::ALL.map(|sort| {
        let there = Memo::new(move |_| desk.incoming.with(|incoming| incoming.has(sort)));
        move || there.get().then(|| view! { <Target desk sort /> })
    });
    let groups = [
        (Standing::New, "new", "files_new"),
        (Standing::Differs, "differs", "files_differs"),
        (Standing::Same, "same", "files_same"),
        (Standing::Unfit, "unfit", "files_unfit"),
    ];
    let groups = groups.map(|(standing, id, key)| view! { <Group desk standing id key /> });
    let count = move |is: fn(&Row) -> bool| {
        Memo::new(move |_| desk.incoming.with(|incoming| incoming.rows.iter().filter(|row| is(row)).count()))
    };
    let (guests, recoded) = (count(invites), count(|row| row.part.recoded));
    let hint = |id: &'static str, key: &'static str, count: Memo<usize>| {
        view! { <p id=id class="hint" hidden=move || count.get() == 0>{move || say_of(key, &[&count.get()])}</p> }
    };
    view! {
        <div id="preview" class="stack" aria-live="polite">
            {folders.into_iter().collect_view()}
            {groups.into_iter().collect_view()}
            <BrokenOnes desk />
            {hint("import-guests", "files_guests", guests)}
            {hint("import-recoded", "files_recoded", recoded)}
        </div>
    }
}

/// Somebody is invited to it, and it would go in.
fn invites(row: &Row) -> bool {
    row.part.guests && matches!(row.standing(), Some(Standing::New | Standing::Differs))
}

/// Where the items of a sort go.
#[component]
fn Target(desk: Desk, sort: Sort) -> impl IntoView {
    let (id, label, none) = match sort {
        Sort::Event => ("import-events", "files_into_events", "files_no_events"),
        Sort::Task => ("import-tasks", "files_into_tasks", "files_no_tasks"),
        Sort::Note => ("import-notes", "files_into_notes", "files_no_notes"),
        Sort::Contact | Sort::Other => ("import-contacts", "files_into_contacts", "files_no_contacts"),
    };
    let fitting: Vec<Place> = desk.places.with_untracked(|all| all.iter().filter(|p| sort.fits(p)).cloned().collect());
    if fitting.is_empty() {
        return view! { <p id=id class="box warn">{say(none)}</p> }.into_any();
    }
    let chosen = desk.targets.with_untracked(|targets| targets.get(&sort).cloned());
    let options = fitting.into_iter().map(|place| {
        let is_chosen = chosen.as_ref() == Some(&place.collection.id);
        view! { <option value=place.collection.id.0 prop:selected=is_chosen>{place.label}</option> }
    });
    let choose = move |event| {
        desk.targets.update(|targets| {
            targets.insert(sort, CollectionId(event_target_value(&event)));
        });
        desk.begin();
        spawn_local(async move { desk.look(&[sort]).await });
    };
    view! {
        <div class="field">
            <label for=id>{say(label)}</label>
            <select id=id disabled=move || desk.busy.get().is_some() on:change=choose>{options.collect_view()}</select>
        </div>
    }
    .into_any()
}

/// The items that stand so, to be looked at and left out.
#[component]
fn Group(desk: Desk, standing: Standing, id: &'static str, key: &'static str) -> impl IntoView {
    let numbers = Memo::new(move |_| desk.incoming.with(|incoming| incoming.standing(standing)));
    let goes = move || match standing {
        Standing::New => true,
        Standing::Differs => desk.differing.get() != Differing::Leave,
        Standing::Same | Standing::Unfit => false,
    };
    let listed = move || {
        let numbers = numbers.get();
        let more = numbers.len().saturating_sub(LISTED);
        let more = (more > 0).then(|| view! { <li class="quiet">{say_of("files_more", &[&more])}</li> });
        let rows = numbers.into_iter().take(LISTED).map(|at| view! { <Item desk at goes=Signal::derive(goes) /> });
        view! { {rows.collect_view()} {more} }
    };
    let choice = (standing == Standing::Differs).then(|| view! { <Choice desk /> });
    view! {
        <div id=format!("import-{id}") class="near" hidden=move || numbers.with(Vec::is_empty)>
            <details class="step" open=standing == Standing::New>
                <summary>{move || say_of(key, &[&numbers.with(Vec::len)])}</summary>
                <ul class="titles">{listed}</ul>
            </details>
            {choice}
        </div>
    }
}

#[component]
fn Item(desk: Desk, at: usize, goes: Signal<bool>) -> impl IntoView {
    let row = desk.incoming.with_untracked(|incoming| incoming.rows.get(at).cloned());
    let Some(row) = row else { return ().into_any() };
    let title = row.compared.as_ref().map(|compared| compared.title.clone()).filter(|title| !title.is_empty());
    let title = title.unwrap_or_else(|| row.part.title.clone());
    let title = if title.is_empty() { say("popup_untitled") } else { title };
    let elsewhere = row.compared.and_then(|compared| compared.elsewhere);
    let elsewhere =
        elsewhere.map(|name| view! { <span class="mark plain">{say_of("files_elsewhere", &[&name])}</span> });
    let id = format!("import-item-{at}");
    let wanted = move || desk.skipped.with(|skipped| !skipped.contains(&at));
    let turn = move |event| {
        let wanted = event_target_checked(&event);
        desk.skipped.update(|skipped| {
            if wanted {
                skipped.remove(&at)
            } else {
                skipped.insert(at)
            };
        });
    };
    view! {
        <li class="tick">
            <input id=id.clone() type="checkbox" hidden=move || !goes.get() prop:checked=wanted on:change=turn
                disabled=move || desk.busy.get().is_some() />
            <label for=id>{title} " " {elsewhere}</label>
        </li>
    }
    .into_any()
}

/// What becomes of what is here already and says something else.
#[component]
fn Choice(desk: Desk) -> impl IntoView {
    let choices = [
        (Differing::Leave, "leave", "files_leave"),
        (Differing::Replace, "replace", "files_replace"),
        (Differing::Copy, "copy", "files_copy"),
    ];
    let choices = choices.map(|(differing, id, key)| {
        let id = format!("differing-{id}");
        view! {
            <div class="tick">
                <input type="radio" name="differing" id=id.clone() prop:checked=move || desk.differing.get() == differing
                    disabled=move || desk.busy.get().is_some() on:change=move |_| desk.differing.set(differing) />
                <label for=id>{say(key)}</label>
            </div>
        }
    });
    view! {
        <fieldset>
            <legend class="hidden-label">{say("files_differing")}</legend>
            {choices.into_iter().collect_view()}
        </fieldset>
    }
}

/// What of the files is no item.
#[component]
fn BrokenOnes(desk: Desk) -> impl IntoView {
    let broken = Memo::new(move |_| desk.incoming.with(|incoming| incoming.broken.clone()));
    let listed = move || {
        let broken = broken.get();
        let more = broken.len().saturating_sub(LISTED);
        let more = (more > 0).then(|| view! { <li class="quiet">{say_of("files_more", &[&more])}</li> });
        let rows = broken.into_iter().take(LISTED).map(|Broken { component, title, flaw }| {
            let title = if title.is_empty() { component } else { title };
            let title = if title.is_empty() { say("files_lines") } else { title };
            let why = match flaw {
                Flaw::CutOff => say("files_cut_off"),
                Flaw::Unbalanced | Flaw::Deep => say("files_unbalanced"),
                Flaw::Stray => say("files_stray"),
            };
            view! { <li>{title} " " <span class="mark warn">{why}</span></li> }
        });
        view! { {rows.collect_view()} {more} }
    };
    view! {
        <details id="import-broken" class="step" open hidden=move || broken.with(Vec::is_empty)>
            <summary>{move || say_of("files_broken", &[&broken.with(Vec::len)])}</summary>
            <ul class="titles">{listed}</ul>
        </details>
    }
}
