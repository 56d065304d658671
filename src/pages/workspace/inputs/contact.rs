//! The inputs of a contact.

use leptos::prelude::*;

use super::photo::PhotoInput;
use super::rows::{Addresses, Rows};
use super::{Categories, Field, More, Text, Typed, line};
use crate::fault;
use crate::model::{ContactFields, Fault, Fields};
use crate::pages::moment;
use crate::pages::saying::say;

pub fn inputs(contact: ContactFields) -> (AnyView, Callback<(), Typed>) {
    let signal = |text: &String| RwSignal::new(text.clone());
    let (name, one_piece) = (signal(&contact.name), !contact.name.is_empty());
    let (given, family) = (signal(&contact.given), signal(&contact.family));
    let (prefix, suffix) = (signal(&contact.prefix), signal(&contact.suffix));
    let (additional, nickname) = (signal(&contact.additional), signal(&contact.nickname));
    let (organization, department) = (signal(&contact.organization), signal(&contact.department));
    let (job, note) = (signal(&contact.job), signal(&contact.note));
    let (birthday, anniversary) = (signal(&contact.birthday), signal(&contact.anniversary));
    let photo = RwSignal::new(contact.photo.clone());
    let categories = Categories::new(contact.categories.clone());
    let (mails, phones) = (Rows::new(contact.mails.clone()), Rows::new(contact.phones.clone()));
    let (urls, addresses) = (Rows::new(contact.urls.clone()), Addresses::new(contact.addresses.clone()));
    let seldom = [&contact.prefix, &contact.suffix, &contact.additional, &contact.nickname, &contact.anniversary];
    let more = seldom.iter().any(|text| !text.is_empty()) || !contact.urls.is_empty() || !contact.categories.is_empty();
    let named = categories.view().into_any();
    let in_one = one_piece.then(|| view! { <Field id="full-name" name=say("workspace_name") value=name /> });
    let view = view! {
        {in_one}
        <div class="pair">
            <Field id="given" name=say("workspace_given") value=given />
            <Field id="family" name=say("workspace_family") value=family />
        </div>
        <Field id="organization" name=say("workspace_organization") value=organization />
        <div class="pair">
            <Field id="department" name=say("workspace_department") value=department />
            <Field id="job" name=say("workspace_job") value=job />
        </div>
        {mails.view("mail", "email", say("workspace_mail"), say("workspace_mail_more"))}
        {phones.view("phone", "tel", say("workspace_phone"), say("workspace_phone_more"))}
        {addresses.view()}
        <div class="field">
            <Field id="birthday" name=say("workspace_birthday") value=birthday />
            <p class="hint">{say("workspace_day_hint")}</p>
        </div>
        <Text id="note" name=say("workspace_contact_note") value=note />
        <PhotoInput photo />
        <More open=more>
            <div class="pair">
                <Field id="prefix" name=say("workspace_prefix") value=prefix />
                <Field id="suffix" name=say("workspace_suffix") value=suffix />
            </div>
            <div class="pair">
                <Field id="additional" name=say("workspace_additional") value=additional />
                <Field id="nickname" name=say("workspace_nickname") value=nickname />
            </div>
            {urls.view("url", "url", say("workspace_url"), say("workspace_url_more"))}
            <Field id="anniversary" name=say("workspace_anniversary") value=anniversary />
            {named}
        </More>
    };
    let typed = move |()| {
        let fields = ContactFields {
            name: line(name),
            prefix: line(prefix),
            given: line(given),
            additional: line(additional),
            family: line(family),
            suffix: line(suffix),
            nickname: line(nickname),
            organization: line(organization),
            department: line(department),
            job: line(job),
            phones: phones.typed(),
            mails: mails.typed(),
            urls: urls.typed(),
            addresses: addresses.typed(),
            birthday: day(line(birthday), &contact.birthday)?,
            anniversary: day(line(anniversary), &contact.anniversary)?,
            categories: categories.typed(),
            note: note.get_untracked(),
            photo: photo.get_untracked(),
        };
        let names = [&fields.name, &fields.given, &fields.family, &fields.organization];
        // FN is made of whatever there is.
        if names.iter().all(|text| text.is_empty()) && fields.mails.is_empty() && fields.phones.is_empty() {
            return Err(fault::field("field_contact_empty"));
        }
        Ok(Fields::Contact(fields))
    };
    (view.into_any(), Callback::new(typed))
}

/// A day with or without its year; what the card had, however it has it.
fn day(typed: String, was: &str) -> Result<String, Fault> {
    let digits = |text: &str, at: &[usize]| {
        text.bytes().enumerate().all(|(i, b)| if at.contains(&i) { b == b'-' } else { b.is_ascii_digit() })
    };
    let full = match typed.strip_prefix("--") {
        // 2000 has every day that a year may have.
        Some(rest) if rest.len() == 5 && digits(rest, &[2]) => Some(format!("2000-{rest}")),
        None if typed.len() == 10 && digits(&typed, &[4, 7]) => Some(typed.clone()),
        _ => None,
    };
    let there = full.is_some_and(|day| moment::row_date(&day).is_some_and(|at| moment::field(at).starts_with(&day)));
    if typed.is_empty() || typed == was || there { Ok(typed) } else { Err(fault::field("field_day")) }
}
