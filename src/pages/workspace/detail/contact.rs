//! A contact or a group of them, laid out.

use std::collections::HashMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Ways;
use super::part::{self, fact, facts, section};
use crate::model::ItemId;
use crate::model::view::{Address, ContactView, Date, Member, Picture};
use crate::pages::moment;
use crate::pages::saying::{say, say_of, sentence};
use crate::pages::shelf;
use crate::text::view::link;

pub fn laid(contact: ContactView, ways: Ways) -> AnyView {
    let face = contact.photo.as_ref().map(|picture| image(picture, "portrait"));
    let logo = contact.logo.as_ref().map(|picture| image(picture, "logo"));
    let work = [&contact.job[..], &contact.organization[..]].concat().join(", ");
    let nick = contact.nicknames.join(", ");
    let why = contact.picture.as_ref().map(|why| view! { <p class="hint">{sentence(why)}</p> });
    let head = (face.is_some() || !work.is_empty() || !nick.is_empty() || logo.is_some() || !contact.full.is_empty())
        .then(|| {
            let line = |text: &str| (!text.is_empty()).then(|| view! { <p>{text.to_owned()}</p> });
            let nick = (!nick.is_empty()).then(|| view! { <p class="hint">{say_of("view_nickname", &[&nick])}</p> });
            let full = (!contact.full.is_empty()).then(|| view! { <p class="hint">{contact.full.clone()}</p> });
            view! { <div class="card">{face}<div class="near">{line(&work)} {full} {nick} {logo}</div></div> }
        });
    let addresses = part::several(contact.addresses.into_iter().map(address).collect());
    let dates = contact.dates.into_iter().map(date).collect();
    let keys = (contact.keys > 0).then(|| say_of("view_keys_count", &[&contact.keys]).into_any());
    let mails = if contact.group { None } else { part::channels(contact.mails) };
    let rows = vec![
        fact("workspace_phone", part::channels(contact.phones)),
        fact("workspace_mail", mails),
        fact("view_address", addresses),
        fact("view_dates", part::several(dates)),
        fact("view_chats", part::channels(contact.chats)),
        fact("view_links", part::channels(contact.links)),
        fact("view_related", part::channels(contact.related)),
        part::said("view_languages", &contact.languages.join(", ")),
        part::said("view_zone", &contact.zone),
        part::said("view_geo", &contact.geo),
        fact("view_keys", keys),
    ];
    let notes = contact.notes.iter().filter_map(|note| part::text(note)).collect::<Vec<_>>();
    let notes = (!notes.is_empty()).then(|| notes.into_any());
    let members = contact.group.then(|| members(contact.members, ways));
    view! {
        {head}
        {why}
        {part::marks(&[], &contact.categories)}
        {facts(rows)}
        {section("members", "view_members", members)}
        {section("notes", "workspace_contact_note", notes)}
    }
    .into_any()
}

/// From the card itself; nothing is fetched.
fn image(picture: &Picture, class: &'static str) -> AnyView {
    let source = format!("data:{};base64,{}", picture.media, picture.base64);
    view! { <img class=class src=source alt="" /> }.into_any()
}

fn address(address: Address) -> AnyView {
    let labels = part::labels(&address.labels, address.preferred);
    let lines = address.lines.join("\n");
    view! { <span class="text">{lines}</span> {labels} }.into_any()
}

fn date(date: Date) -> AnyView {
    let said = date.day.map_or_else(|| sentence(&date.words), moment::full);
    view! { {said} " " <span class="hint">{sentence(&date.label)}</span> }.into_any()
}

/// Who is in a group: by their names where they are here too.
fn members(members: Vec<Member>, ways: Ways) -> AnyView {
    if members.is_empty() {
        return view! { <p class="quiet">{say("view_members_none")}</p> }.into_any();
    }
    let known = RwSignal::new(HashMap::<String, (ItemId, String)>::new());
    let uids: Vec<String> = members.iter().map(|member| member.uid.clone()).filter(|uid| !uid.is_empty()).collect();
    if !uids.is_empty() {
        spawn_local(async move {
            // What cannot be looked up stays as the group has it.
            if let Ok(found) = shelf::by_uid(&uids).await {
                known.set(found);
            }
        });
    }
    let rows = members.into_iter().map(|member| {
        let shown = move || match known.with(|known| known.get(&member.uid).cloned()) {
            Some((id, title)) => {
                let title = if title.is_empty() { say("popup_untitled") } else { title };
                view! {
                    <button type="button" class="link" on:click=move |_| ways.item.run(id.clone())>{title}</button>
                }
                .into_any()
            }
            None => {
                let name = (!member.name.is_empty()).then(|| format!("{} ", member.name));
                let mail =
                    (!member.mail.is_empty()).then(|| part::linked(member.mail.clone(), link::mail(&member.mail)));
                let unknown = (name.is_none() && mail.is_none()).then(|| say("view_member_elsewhere"));
                view! { {name} {mail} {unknown} }.into_any()
            }
        };
        view! { <li>{shown}</li> }
    });
    view! { <ul class="people">{rows.collect_view()}</ul> }.into_any()
}
