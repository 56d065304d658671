//! How an event recurs.

use leptos::prelude::*;

use super::{Choice, Field};
use crate::fault;
use crate::model::{Ends, EventFields, Fault, Frequency, MonthDay, Recurrence, Rule};
use crate::pages::moment;
use crate::pages::saying::{say, say_of};

const FREQUENCIES: [(Frequency, &str); 4] = [
    (Frequency::Daily, "workspace_repeat_daily"),
    (Frequency::Weekly, "workspace_repeat_weekly"),
    (Frequency::Monthly, "workspace_repeat_monthly"),
    (Frequency::Yearly, "workspace_repeat_yearly"),
];

/// The inputs, and what they say. What was not touched is what it was.
pub fn repeat(event: &EventFields, start: RwSignal<String>) -> (AnyView, Callback<(), Result<Recurrence, Fault>>) {
    let was = event.recurrence.clone();
    let since = event.of.map(|_| event.since.clone());
    let rule = match &was {
        Recurrence::Rule(rule) => rule.clone(),
        _ => Rule { interval: 1, ..Rule::default() },
    };
    let sort = RwSignal::new(match &was {
        Recurrence::None => "none".to_owned(),
        Recurrence::Rule(rule) => format!("{:?}", rule.frequency),
        Recurrence::Other(_) => "other".to_owned(),
    });
    let interval = RwSignal::new(rule.interval.to_string());
    let weekday = move |start: &str| {
        let day = moment::row_date(start.get(..10).unwrap_or_default());
        day.map_or(0, |day| u8::try_from((day.div_euclid(moment::DAY) + 3).rem_euclid(7)).unwrap_or(0))
    };
    let first = match rule.weekdays.as_slice() {
        [] => vec![weekday(&event.start)],
        days => days.to_vec(),
    };
    let days: [RwSignal<bool>; 7] =
        std::array::from_fn(|day| RwSignal::new(first.iter().any(|d| usize::from(*d) == day)));
    let day = RwSignal::new(rule.day);
    let (ends, count, until) = match &rule.ends {
        Ends::Never => ("never", String::new(), String::new()),
        Ends::Count(count) => ("count", count.to_string(), String::new()),
        Ends::Until(day) => ("until", String::new(), day.clone()),
    };
    let (ends, count, until) = (RwSignal::new(ends.to_owned()), RwSignal::new(count), RwSignal::new(until));

    let mut sorts = vec![("none".to_owned(), say("workspace_repeat_none"))];
    sorts.extend(FREQUENCIES.map(|(frequency, key)| (format!("{frequency:?}"), say(key))));
    if let Recurrence::Other(_) = &was {
        sorts.push(("other".to_owned(), say("workspace_repeat_other")));
    }
    let is = move |frequency: Frequency| sort.with(|sort| *sort == format!("{frequency:?}"));
    let ruled = move || FREQUENCIES.iter().any(|(frequency, _)| is(*frequency));
    let each = move || match sort.get().as_str() {
        of if of == format!("{:?}", Frequency::Daily) => say("workspace_interval_days"),
        of if of == format!("{:?}", Frequency::Weekly) => say("workspace_interval_weeks"),
        of if of == format!("{:?}", Frequency::Monthly) => say("workspace_interval_months"),
        _ => say("workspace_interval_years"),
    };
    let month_days = move || {
        let at = start.get();
        let nth = at.get(8..10).and_then(|d| d.parse::<i8>().ok()).map_or(1, |d| (d - 1) / 7 + 1);
        let weekday = weekday(&at);
        let mut all = vec![MonthDay::Start, MonthDay::Nth(nth, weekday), MonthDay::Nth(-1, weekday), MonthDay::Day(-1)];
        if !all.contains(&day.get()) {
            all.push(day.get());
        }
        all
    };
    let month_day = move || {
        let options = month_days().into_iter().map(|each| {
            view! { <option value=format!("{each:?}") prop:selected=move || day.get() == each>{words(each)}</option> }
        });
        options.collect_view()
    };
    let choose_day = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        let all = untrack(month_days);
        if let Some(chosen) = all.into_iter().find(|each| format!("{each:?}") == value) {
            day.set(chosen);
        }
    };
    let ticks = days.into_iter().enumerate().map(|(n, on)| {
        let id = format!("weekday-{n}");
        view! {
            <span class="pick">
                <input type="checkbox" id=id.clone() bind:checked=on />
                <label for=id>{moment::weekday(n)}</label>
            </span>
        }
    });
    let end_options =
        [("never", "workspace_ends_never"), ("count", "workspace_ends_count"), ("until", "workspace_ends_until")];
    let exceptions = event.recurs.then(|| view! { <p class="hint">{say("workspace_repeat_hint")}</p> });
    let view = view! {
        <div class="stack">
            <Choice id="repeat" name=say("workspace_repeat") value=sort options=sorts />
            <div class="stack" hidden=move || !ruled()>
                <div class="pair">
                    <div class="field">
                        <label for="interval">{each}</label>
                        <input id="interval" type="number" min="1" max=Rule::INTERVAL bind:value=interval />
                    </div>
                    <Choice id="ends" name=say("workspace_ends") value=ends
                        options=end_options.map(|(value, key)| (value.to_owned(), say(key))).to_vec() />
                </div>
                <fieldset hidden=move || !is(Frequency::Weekly)>
                    <legend>{say("workspace_weekdays")}</legend>
                    <div class="row">{ticks.collect_view()}</div>
                </fieldset>
                <div class="field" hidden=move || !is(Frequency::Monthly)>
                    <label for="month-day">{say("workspace_month_day")}</label>
                    <select id="month-day" on:change=choose_day>{month_day}</select>
                </div>
                <div hidden=move || ends.with(|ends| ends != "count")>
                    <Field id="count" name=say("workspace_count") value=count kind="number" />
                </div>
                <div hidden=move || ends.with(|ends| ends != "until")>
                    <Field id="until" name=say("workspace_until") value=until kind="date" />
                </div>
                {exceptions}
            </div>
        </div>
    };
    let typed = move |()| {
        let sort = sort.get_untracked();
        let Some((frequency, _)) = FREQUENCIES.into_iter().find(|(f, _)| format!("{f:?}") == sort) else {
            return Ok(if sort == "none" { Recurrence::None } else { was.clone() });
        };
        let ticked: Vec<u8> = (0..7u8).filter(|n| days[usize::from(*n)].get_untracked()).collect();
        let weekdays = if ticked == first { rule.weekdays.clone() } else { ticked };
        let start = start.get_untracked();
        let ends = match ends.get_untracked().as_str() {
            "count" => Ends::Count(number(count, Rule::COUNT, "field_count")?),
            "until" => {
                let day = until.get_untracked();
                if day.len() != 10 {
                    return Err(fault::field("field_until_empty"));
                }
                Ends::Until(day)
            }
            _ => Ends::Never,
        };
        let same = frequency == rule.frequency;
        let rule = Recurrence::Rule(Rule {
            frequency,
            interval: number(interval, Rule::INTERVAL, "field_interval")?,
            weekdays: if frequency == Frequency::Weekly { weekdays } else { Vec::new() },
            day: match frequency {
                Frequency::Monthly => day.get_untracked(),
                Frequency::Yearly if same => rule.day,
                _ => MonthDay::Start,
            },
            month: rule.month.filter(|_| same && frequency == Frequency::Yearly),
            ends,
        });
        // The series' own start: an instance may be after the last day, moved there.
        let first = since.as_deref().unwrap_or(start.get(..10).unwrap_or_default());
        match ends_before(&rule, first) && rule != was {
            true => Err(fault::field("field_until_before_start")),
            false => Ok(rule),
        }
    };
    (view.into_any(), Callback::new(typed))
}

/// Whether the last day is before that one.
pub fn ends_before(rule: &Recurrence, first: &str) -> bool {
    matches!(rule, Recurrence::Rule(Rule { ends: Ends::Until(day), .. }) if day.as_str() < first)
}

fn number(typed: RwSignal<String>, most: u32, otherwise: &str) -> Result<u32, Fault> {
    let number = typed.with_untracked(|typed| typed.trim().parse::<u32>().ok());
    number.filter(|number| (1..=most).contains(number)).ok_or_else(|| fault::field(otherwise))
}

fn words(day: MonthDay) -> String {
    match day {
        MonthDay::Start => say("workspace_month_start"),
        MonthDay::Day(-1) => say("workspace_month_last_day"),
        MonthDay::Day(day) => say_of("workspace_month_on", &[&day]),
        MonthDay::Nth(-1, weekday) => say_of("workspace_month_last", &[&moment::weekday(usize::from(weekday))]),
        MonthDay::Nth(n, weekday) => {
            let weekday = moment::weekday(usize::from(weekday));
            match n {
                1 => say_of("workspace_month_first", &[&weekday]),
                2 => say_of("workspace_month_second", &[&weekday]),
                3 => say_of("workspace_month_third", &[&weekday]),
                4 => say_of("workspace_month_fourth", &[&weekday]),
                n => say_of("workspace_month_nth", &[&n, &weekday]),
            }
        }
    }
}
