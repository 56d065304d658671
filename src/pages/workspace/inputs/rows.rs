//! Lists of inputs: phones, mail addresses and pages of a contact, its addresses, the
//! reminders of an event. The first row's input has the list's own id.

use leptos::prelude::*;

use super::{Choice, Field, enter};
use crate::model::{AddressRow, ContactRow, Label};
use crate::pages::saying::{say, say_of};

/// A row's id within its list.
fn id(list: &str, n: usize) -> String {
    if n == 0 { list.to_owned() } else { format!("{list}-{}", n + 1) }
}

/// Which label is chosen, and what it is called. One of the card's own stays a choice.
fn labels(own: &Label, mobile: bool) -> (String, Vec<(String, String)>) {
    let key = |label: &Label| match label {
        Label::None => "none",
        Label::Home => "home",
        Label::Work => "work",
        Label::Mobile => "mobile",
        Label::Other(_) => "other",
    };
    let mut all = vec![
        (Label::None, say("workspace_label_none")),
        (Label::Home, say("label_home")),
        (Label::Work, say("label_work")),
    ];
    if mobile || *own == Label::Mobile {
        all.push((Label::Mobile, say("label_cell")));
    }
    if let Label::Other(words) = own {
        all.push((own.clone(), words.clone()));
    }
    (key(own).to_owned(), all.into_iter().map(|(label, words)| (key(&label).to_owned(), words)).collect())
}

fn label(key: &str, own: &Label) -> Label {
    match key {
        "home" => Label::Home,
        "work" => Label::Work,
        "mobile" => Label::Mobile,
        "other" => own.clone(),
        _ => Label::None,
    }
}

#[derive(Clone)]
struct Line {
    was: ContactRow,
    value: RwSignal<String>,
    sort: RwSignal<String>,
}

impl Line {
    fn new(was: ContactRow) -> Line {
        let sort = labels(&was.label, true).0;
        Line { value: RwSignal::new(was.value.clone()), sort: RwSignal::new(sort), was }
    }
}

/// The rows of one list, and what was typed into them.
#[derive(Clone, Copy)]
pub struct Rows {
    lines: RwSignal<Vec<Line>>,
}

impl Rows {
    /// There is always a row to type into.
    pub fn new(rows: Vec<ContactRow>) -> Rows {
        let mut lines: Vec<Line> = rows.into_iter().map(Line::new).collect();
        if lines.is_empty() {
            lines.push(Line::new(ContactRow::default()));
        }
        Rows { lines: RwSignal::new(lines) }
    }

    pub fn typed(self) -> Vec<ContactRow> {
        let rows = self.lines.get_untracked().into_iter().map(|line| ContactRow {
            at: line.was.at,
            value: line.value.get_untracked().trim().to_owned(),
            label: line.sort.with_untracked(|sort| label(sort, &line.was.label)),
        });
        rows.filter(|row| !row.value.is_empty()).collect()
    }

    pub fn view(self, list: &'static str, kind: &'static str, name: String, more: String) -> AnyView {
        let lines = self.lines;
        let rows = move || {
            let rows = lines.get().into_iter().enumerate().map(|(n, line)| {
                let id = id(list, n);
                let name = if n == 0 { name.clone() } else { say_of("workspace_row", &[&name, &(n + 1)]) };
                let (_, options) = labels(&line.was.label, kind == "tel");
                view! {
                    <div class="labelled">
                        <Field id=id.clone() name=name.clone() value=line.value kind=kind />
                        <Choice id=format!("{id}-sort") name=say_of("workspace_sort", &[&name]) value=line.sort options />
                    </div>
                }
            });
            rows.collect_view()
        };
        let add = move |_| {
            lines.update(|lines| lines.push(Line::new(ContactRow::default())));
            enter(id(list, lines.with_untracked(Vec::len) - 1));
        };
        view! {
            <div class="near">
                {rows}
                <div class="row">
                    <button id=format!("{list}-more") type="button" class="link" on:click=add>{more}</button>
                </div>
            </div>
        }
        .into_any()
    }
}

#[derive(Clone)]
struct Place {
    was: AddressRow,
    sort: RwSignal<String>,
    parts: [RwSignal<String>; 7],
    /// It has a box or a suite, which others are not asked for.
    wide: bool,
}

impl Place {
    fn new(was: AddressRow) -> Place {
        let parts = [&was.post_box, &was.extended, &was.street, &was.city, &was.region, &was.code, &was.country];
        let (parts, wide) =
            (parts.map(|p| RwSignal::new(p.clone())), !was.post_box.is_empty() || !was.extended.is_empty());
        Place { sort: RwSignal::new(labels(&was.label, false).0), parts, wide, was }
    }
}

/// The addresses of a contact.
#[derive(Clone, Copy)]
pub struct Addresses {
    places: RwSignal<Vec<Place>>,
}

impl Addresses {
    pub fn new(rows: Vec<AddressRow>) -> Addresses {
        Addresses { places: RwSignal::new(rows.into_iter().map(Place::new).collect()) }
    }

    pub fn typed(self) -> Vec<AddressRow> {
        let rows = self.places.get_untracked().into_iter().filter_map(|place| {
            let parts = place.parts.map(|p| p.get_untracked().trim().to_owned());
            let some = parts.iter().any(|part| !part.is_empty());
            let [post_box, extended, street, city, region, code, country] = parts;
            let label = place.sort.with_untracked(|sort| label(sort, &place.was.label));
            let at = place.was.at;
            some.then_some(AddressRow { at, label, post_box, extended, street, city, region, code, country })
        });
        rows.collect()
    }

    pub fn view(self) -> AnyView {
        const PARTS: [(&str, &str); 7] = [
            ("post-box", "workspace_post_box"),
            ("extended", "workspace_extended"),
            ("street", "workspace_street"),
            ("city", "workspace_city"),
            ("region", "workspace_region"),
            ("code", "workspace_code"),
            ("country", "workspace_country"),
        ];
        let places = self.places;
        let rows = move || {
            let rows = places.get().into_iter().enumerate().map(|(n, place)| {
                let (_, options) = labels(&place.was.label, false);
                let name = match n {
                    0 => say("workspace_address"),
                    n => say_of("workspace_row", &[&say("workspace_address"), &(n + 1)]),
                };
                let fields = PARTS.into_iter().zip(place.parts).skip(if place.wide { 0 } else { 2 }).map(|((part, key), value)| {
                    view! { <Field id=id(part, n) name=say(key) value=value /> }
                });
                view! {
                    <fieldset>
                        <legend>{name.clone()}</legend>
                        <div class="stack">
                            {fields.collect_view()}
                            <Choice id=id("address-sort", n) name=say_of("workspace_sort", &[&name]) value=place.sort options />
                        </div>
                    </fieldset>
                }
            });
            rows.collect_view()
        };
        let add = move |_| {
            places.update(|places| places.push(Place::new(AddressRow::default())));
            enter(id("street", places.with_untracked(Vec::len) - 1));
        };
        view! {
            {rows}
            <div class="row">
                <button id="address-more" type="button" class="link" on:click=add>
                    {say("workspace_address_more")}
                </button>
            </div>
        }
        .into_any()
    }
}

/// Minutes that a reminder is usually set to.
const MINUTES: [i32; 10] = [0, 5, 10, 15, 30, 60, 120, 1_440, 2_880, 10_080];

fn before(minutes: i32) -> String {
    match minutes {
        0 => say("workspace_reminder_start"),
        m if m < 0 => say_of("workspace_reminder_after", &[&-m]),
        m if m % 1_440 == 0 => say_of("workspace_reminder_days", &[&(m / 1_440)]),
        m if m % 60 == 0 => say_of("workspace_reminder_hours", &[&(m / 60)]),
        m => say_of("workspace_reminder_minutes", &[&m]),
    }
}

/// When the event is told of, in minutes before its start.
#[component]
pub fn Reminders(alarms: RwSignal<Vec<i32>>) -> impl IntoView {
    let rows = move || {
        let rows = alarms.get().into_iter().enumerate().map(|(n, minutes)| {
            let id = id("reminder", n);
            let mut all = MINUTES.to_vec();
            if !all.contains(&minutes) {
                all.push(minutes);
            }
            let options = all.into_iter().map(|each| {
                view! { <option value=each.to_string() prop:selected=each == minutes>{before(each)}</option> }
            });
            let choose = move |event: leptos::ev::Event| {
                if let Ok(chosen) = event_target_value(&event).parse::<i32>() {
                    alarms.update(|alarms| alarms.iter_mut().skip(n).take(1).for_each(|alarm| *alarm = chosen));
                }
            };
            let remove = move |_| {
                alarms.update(|alarms| {
                    alarms.remove(n);
                });
                enter("reminder-more".to_owned());
            };
            view! {
                <div class="line">
                    <label class="hidden-label" for=id.clone()>{say("workspace_reminder")}</label>
                    <select id=id on:change=choose>{options.collect_view()}</select>
                    <button type="button" on:click=remove>{say("workspace_reminder_remove")}</button>
                </div>
            }
        });
        rows.collect_view()
    };
    let add = move |_| {
        alarms.update(|alarms| alarms.push(15));
        enter(id("reminder", alarms.with_untracked(Vec::len) - 1));
    };
    let title =
        move || alarms.with(|alarms| !alarms.is_empty()).then(|| view! { <legend>{say("view_alarms")}</legend> });
    view! {
        <fieldset class="near">
            {title}
            {rows}
            <div class="row">
                <button id="reminder-more" type="button" class="link" on:click=add>
                    {say("workspace_reminder_more")}
                </button>
            </div>
        </fieldset>
    }
}
