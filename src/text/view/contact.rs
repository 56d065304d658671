//! A card: vCard 2.1, 3 (RFC 2426) and 4 (RFC 6350), as programs write them.

use crate::model::Saying;
use crate::model::view::{Address, Channel, ContactView, Member, Picture};
use crate::order;
use crate::text::escape;
use crate::text::lines::{Line, Tree};

use super::event::geo_of;
use super::label::{Labels, NO_RANK};
use super::{LONGEST, MOST, cut, date, link, part, picture};

/// Messengers that older cards name by properties of their own.
const CHATS: [(&str, &str); 13] = [
    ("X-AIM", "AIM"),
    ("X-ICQ", "ICQ"),
    ("X-JABBER", "Jabber"),
    ("X-MSN", "MSN"),
    ("X-YAHOO", "Yahoo"),
    ("X-SKYPE", "Skype"),
    ("X-SKYPE-USERNAME", "Skype"),
    ("X-GTALK", "Google Talk"),
    ("X-GOOGLE-TALK", "Google Talk"),
    ("X-GADUGADU", "Gadu-Gadu"),
    ("X-GROUPWISE", "GroupWise"),
    ("X-TWITTER", "Twitter"),
    ("X-MATRIX", "Matrix"),
];

/// Dates, with their label where the card has none.
const DATES: [(&str, &str); 9] = [
    ("BDAY", "label_birthday"),
    ("ANNIVERSARY", "label_anniversary"),
    ("X-ANNIVERSARY", "label_anniversary"),
    ("X-EVOLUTION-ANNIVERSARY", "label_anniversary"),
    ("X-KADDRESSBOOK-X-ANNIVERSARY", "label_anniversary"),
    ("X-MS-ANNIVERSARY", "label_anniversary"),
    ("X-ABDATE", "label_date"),
    ("DEATHDATE", "label_death"),
    ("X-BIRTHDAY", "label_birthday"),
];

/// People and pages that belong to the card.
const RELATED: [(&str, &str); 8] = [
    ("RELATED", ""),
    ("X-ABRELATEDNAMES", ""),
    ("X-SPOUSE", "label_spouse"),
    ("X-EVOLUTION-SPOUSE", "label_spouse"),
    ("X-MANAGER", "label_manager"),
    ("X-EVOLUTION-MANAGER", "label_manager"),
    ("X-ASSISTANT", "label_assistant"),
    ("X-EVOLUTION-ASSISTANT", "label_assistant"),
];

const LINKS: [(&str, &str); 4] =
    [("URL", ""), ("CALURI", "label_calendar"), ("FBURL", "label_free_busy"), ("SOURCE", "label_source")];

/// Name and details.
pub fn view(tree: &Tree<'_>, c: usize, missed: &mut Vec<Saying>) -> (String, ContactView) {
    let labels = Labels::new(tree, c);
    let full = full_name(tree, c);
    let organization = parts(tree, c, "ORG");
    let mails = channels(tree, c, &labels, &["EMAIL"], link::mail);
    let formatted = first(tree, c, "FN");
    let title = [&formatted, &full]
        .into_iter()
        .chain(organization.first())
        .chain(mails.first().map(|mail| &mail.text))
        .find(|text| !text.is_empty())
        .cloned()
        .unwrap_or_default();
    if title.is_empty() {
        missed.push(Saying::new("missed_name"));
    }
    let (photo, why) = pictures(tree, c, "PHOTO");
    let (logo, why_logo) = pictures(tree, c, "LOGO");
    let group = is_group(tree, c);
    let view = ContactView {
        full: if same_words(&full, &title) { String::new() } else { full },
        nicknames: part::listed(tree, c, "NICKNAME"),
        organization,
        job: ["TITLE", "ROLE"].iter().flat_map(|name| texts(tree, c, name)).collect(),
        phones: channels(tree, c, &labels, &["TEL"], link::phone),
        members: if group { members(tree, c, &mails) } else { Vec::new() },
        mails,
        chats: chats(tree, c, &labels),
        links: links(tree, c, &labels, &LINKS),
        addresses: addresses(tree, c, &labels),
        dates: dates(tree, c, &labels),
        photo,
        logo,
        picture: why.or(why_logo),
        group,
        categories: part::listed(tree, c, "CATEGORIES"),
        related: related(tree, c, &labels),
        languages: texts(tree, c, "LANG"),
        zone: cut(&first(tree, c, "TZ"), 100),
        geo: tree.get(c, "GEO").map(|line| geo_of(&line.text())).unwrap_or_default(),
        notes: tree
            .all(c, "NOTE")
            .take(MOST)
            .map(|l| cut(l.text().trim(), LONGEST))
            .filter(|n| !n.is_empty())
            .collect(),
        keys: u32::try_from(tree.all(c, "KEY").count()).unwrap_or(u32::MAX),
    };
    (cut(&title, 1_000), view)
}

/// The first value of that name that says anything, on one line.
fn first(tree: &Tree<'_>, c: usize, name: &str) -> String {
    tree.all(c, name).take(MOST).map(one_line).find(|text| !text.is_empty()).unwrap_or_default()
}

fn one_line(line: &Line<'_>) -> String {
    cut(&escape::one_line(&line.text()), 1_000)
}

fn texts(tree: &Tree<'_>, c: usize, name: &str) -> Vec<String> {
    tree.all(c, name).take(MOST).map(one_line).filter(|text| !text.is_empty()).collect()
}

/// The parts of a structured value that say anything.
fn parts(tree: &Tree<'_>, c: usize, name: &str) -> Vec<String> {
    let value = tree.get(c, name).map(|line| line.decoded()).unwrap_or_default();
    let parts = escape::parts(&value).into_iter().take(MOST);
    parts.map(|part| cut(&escape::one_line(&escape::unescape(part)), 500)).filter(|part| !part.is_empty()).collect()
}

/// All parts of N in the order that they are spoken in.
fn full_name(tree: &Tree<'_>, c: usize) -> String {
    let value = tree.get(c, "N").map(|line| line.decoded()).unwrap_or_default();
    let parts = escape::parts(&value);
    // Prefixes, given, additional, family, suffixes (RFC 6350, 6.2.2).
    let spoken = [3, 1, 2, 0, 4].into_iter().filter_map(|at| parts.get(at));
    cut(&spoken.flat_map(|part| escape::values(part)).collect::<Vec<_>>().join(" "), 1_000)
}

/// The same words, in whatever order: "Berg, Anna" is "Anna Berg".
fn same_words(a: &str, b: &str) -> bool {
    let words = |text: &str| {
        let mut words: Vec<String> = text
            .split(|c: char| c.is_whitespace() || c == ',')
            .filter(|w| !w.is_empty())
            .map(str::to_lowercase)
            .collect();
        order::all(&mut words);
        words
    };
    words(a) == words(b)
}

/// The lines of these names, what is preferred first.
fn channels(
    tree: &Tree<'_>,
    c: usize,
    labels: &Labels,
    names: &[&str],
    href: impl Fn(&str) -> Option<String>,
) -> Vec<Channel> {
    let mut found = Vec::new();
    for line in names.iter().flat_map(|name| tree.all(c, name)).take(MOST) {
        let text = one_line(line);
        let text = without_scheme(&text, &["tel:", "mailto:"]);
        if text.is_empty() {
            continue;
        }
        let labelled = labels.of(line);
        let preferred = labelled.rank != NO_RANK;
        let channel = Channel { text: text.to_owned(), href: href(text), labels: labelled.labels, preferred };
        found.push((labelled.rank, channel));
    }
    // Stable: what has the same rank stays in the card's order.
    order::by_key(&mut found, |(rank, _)| *rank);
    found.into_iter().map(|(_, channel)| channel).collect()
}

fn without_scheme<'t>(text: &'t str, schemes: &[&str]) -> &'t str {
    let scheme = schemes.iter().find(|s| text.get(..s.len()).is_some_and(|t| t.eq_ignore_ascii_case(s)));
    scheme.map_or(text, |scheme| &text[scheme.len()..])
}

/// IMPP, profiles, and the properties of single messengers.
fn chats(tree: &Tree<'_>, c: usize, labels: &Labels) -> Vec<Channel> {
    let mut found = channels(tree, c, labels, &["IMPP", "X-SOCIALPROFILE", "SOCIALPROFILE"], link::safe);
    for (name, messenger) in CHATS {
        for mut channel in channels(tree, c, labels, &[name], |_| None) {
            channel.labels.insert(0, Saying::new("label_own").with(messenger));
            found.push(channel);
        }
    }
    found
}

/// Lines of these names; where they have no label, that of the name.
fn links(tree: &Tree<'_>, c: usize, labels: &Labels, names: &[(&str, &str)]) -> Vec<Channel> {
    let mut found = Vec::new();
    for (name, label) in names {
        for mut channel in channels(tree, c, labels, &[name], link::safe) {
            if channel.labels.is_empty() && !label.is_empty() {
                channel.labels.push(Saying::new(label));
            }
            found.push(channel);
        }
    }
    found
}

fn related(tree: &Tree<'_>, c: usize, labels: &Labels) -> Vec<Channel> {
    // Who is named by a UID alone is nobody to a reader.
    let named = |channel: &Channel| !channel.text.starts_with("urn:");
    let mut found: Vec<Channel> = links(tree, c, labels, &RELATED).into_iter().filter(named).collect();
    found.extend(agent(tree, c).map(|name| Channel {
        text: name,
        labels: vec![Saying::new("label_agent")],
        ..Channel::default()
    }));
    found
}

/// AGENT: a card in the card, as lines of its own (vCard 2.1) or as a text (3).
fn agent(tree: &Tree<'_>, c: usize) -> Option<String> {
    let named = |tree: &Tree<'_>, c: usize| {
        let name = first(tree, c, "FN");
        Some(if name.is_empty() { full_name(tree, c) } else { name }).filter(|name| !name.is_empty())
    };
    if let Some(inner) = tree.inner(Some(c)).find(|inner| tree.components()[*inner].name == "VCARD") {
        return named(tree, inner);
    }
    let text = cut(&tree.text(c, "AGENT"), LONGEST);
    if text.trim().is_empty() {
        return None;
    }
    let agent = Tree::parse(text.as_bytes());
    match agent.named("VCARD").next() {
        Some(inner) => named(&agent, inner),
        None => Some(cut(&escape::one_line(&text), 300)),
    }
}

/// ADR, each with the lines of an envelope; LABEL where it is what there is.
fn addresses(tree: &Tree<'_>, c: usize, labels: &Labels) -> Vec<Address> {
    let mut found = Vec::new();
    for line in tree.all(c, "ADR").take(MOST) {
        let labelled = labels.of(line);
        let written = line.param("LABEL").filter(|label| !label.trim().is_empty());
        let lines = match written {
            Some(label) => lines_of(&escape::unescape(&label)),
            None => envelope(&line.decoded()),
        };
        if !lines.is_empty() {
            let preferred = labelled.rank != NO_RANK;
            found.push((labelled.rank, Address { lines, labels: labelled.labels, preferred }));
        }
    }
    if found.is_empty() {
        for line in tree.all(c, "LABEL").take(MOST) {
            let lines = lines_of(&line.text());
            if !lines.is_empty() {
                found.push((NO_RANK, Address { lines, labels: labels.of(line).labels, preferred: false }));
            }
        }
    }
    order::by_key(&mut found, |(rank, _)| *rank);
    found.into_iter().map(|(_, address)| address).collect()
}

fn lines_of(text: &str) -> Vec<String> {
    text.lines().map(|line| cut(line.trim(), 300)).filter(|line| !line.is_empty()).take(12).collect()
}

/// The seven parts of ADR (RFC 6350, 6.3.1) as lines.
fn envelope(value: &str) -> Vec<String> {
    let parts = escape::parts(value);
    let part = |at: usize| {
        let part = parts.get(at).map(|part| escape::unescape(part)).unwrap_or_default();
        part.trim().trim_end_matches(',').to_owned()
    };
    let town = format!("{} {}", part(5), part(3));
    let lines = [part(2), part(1), part(0), town, part(4), part(6)];
    lines.iter().flat_map(|part| lines_of(part)).collect()
}

fn dates(tree: &Tree<'_>, c: usize, labels: &Labels) -> Vec<crate::model::view::Date> {
    let mut found: Vec<crate::model::view::Date> = Vec::new();
    for (name, label) in DATES {
        for line in tree.all(c, name).take(MOST) {
            let own = labels.of(line).labels.into_iter().next();
            let Some(date) = date::read(line, own.unwrap_or_else(|| Saying::new(label))) else { continue };
            // Programs write the same day twice, for each other.
            if !found.contains(&date) {
                found.push(date);
            }
        }
    }
    found
}

/// The first picture that is in the card, or why none is shown.
fn pictures(tree: &Tree<'_>, c: usize, name: &str) -> (Option<Picture>, Option<Saying>) {
    let mut why = None;
    for line in tree.all(c, name).filter(|line| !line.value().trim_ascii().is_empty()).take(8) {
        match picture::read(line) {
            Ok(picture) => return (Some(picture), None),
            Err(reason) => why = why.or(Some(reason)),
        }
    }
    (None, why)
}

/// RFC 6350's KIND, Apple's and Evolution's.
fn is_group(tree: &Tree<'_>, c: usize) -> bool {
    let says = |name: &str, value: &str| tree.all(c, name).any(|line| line.plain().trim().eq_ignore_ascii_case(value));
    says("KIND", "group")
        || says("X-ADDRESSBOOKSERVER-KIND", "group")
        || says("X-EVOLUTION-LIST", "TRUE")
        || says("X-OPEN-XCHANGE-CTYPE", "dlist")
        || tree.find(c, "MEMBER").is_some()
        || tree.find(c, "X-ADDRESSBOOKSERVER-MEMBER").is_some()
}

fn members(tree: &Tree<'_>, c: usize, mails: &[Channel]) -> Vec<Member> {
    let lines = ["MEMBER", "X-ADDRESSBOOKSERVER-MEMBER"].iter().flat_map(|name| tree.all(c, name));
    let mut found: Vec<Member> = lines.take(MOST * 5).filter_map(member).collect();
    if found.is_empty() {
        // Evolution's lists have their members as mails.
        let mail = |mail: &Channel| Member { mail: mail.text.clone(), ..Member::default() };
        found = mails.iter().map(mail).collect();
    }
    found
}

fn member(line: &Line<'_>) -> Option<Member> {
    let text = line.text();
    let text = cut(text.trim(), 300);
    let name = line.param("CN").or_else(|| line.param("X-CN")).unwrap_or_default();
    let mut member = Member { name: cut(name.trim(), 200), ..Member::default() };
    match without_scheme(&text, &["mailto:"]) {
        mail if mail != text || (mail.contains('@') && !mail.starts_with("urn:")) => mail.clone_into(&mut member.mail),
        _ => without_scheme(&text, &["urn:uuid:", "uid:"]).clone_into(&mut member.uid),
    }
    (member != Member::default()).then_some(member)
}
