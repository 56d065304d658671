//! Who takes part: ORGANIZER and ATTENDEE (RFC 5545, 3.8.4.1 and 3.8.4.3).

use crate::model::Saying;
use crate::model::view::Person;
use crate::text::lines::{Line, Param};

use super::cut;

/// An attendee, with their answer.
pub fn attendee(line: &Line<'_>) -> Person {
    let params = line.params();
    let mut person = organizer_of(line, &params);
    person.kind = match said(&params, "CUTYPE").as_str() {
        "ROOM" => Some("person_room"),
        "RESOURCE" => Some("person_resource"),
        "GROUP" => Some("person_group"),
        _ => None,
    }
    .map(Saying::new);
    person.role = match said(&params, "ROLE").as_str() {
        "CHAIR" => Some("person_chair"),
        "OPT-PARTICIPANT" => Some("person_optional"),
        "NON-PARTICIPANT" => Some("person_informed"),
        _ => None,
    }
    .map(Saying::new);
    person.answer = Some(Saying::new(match said(&params, "PARTSTAT").as_str() {
        "ACCEPTED" => "answer_accepted",
        "DECLINED" => "answer_declined",
        "TENTATIVE" => "answer_tentative",
        "DELEGATED" => "answer_delegated",
        "COMPLETED" => "answer_completed",
        "IN-PROCESS" => "answer_in_process",
        _ => "answer_none",
    }));
    let addresses = |name: &str| all(&params, name).iter().map(|a| address(a)).collect::<Vec<_>>().join(", ");
    let (to, from) = (addresses("DELEGATED-TO"), addresses("DELEGATED-FROM"));
    if !to.is_empty() {
        person.delegated.push(Saying::new("person_delegated_to").with(to));
    }
    if !from.is_empty() {
        person.delegated.push(Saying::new("person_delegated_from").with(from));
    }
    person
}

/// Whoever called the meeting; others may have sent it for them.
pub fn organizer(line: &Line<'_>) -> Person {
    let params = line.params();
    let mut person = organizer_of(line, &params);
    if let Some(by) = all(&params, "SENT-BY").first().map(|a| address(a)).filter(|by| !by.is_empty()) {
        person.delegated.push(Saying::new("person_sent_by").with(by));
    }
    person
}

fn organizer_of(line: &Line<'_>, params: &[Param]) -> Person {
    let first = |name: &str| all(params, name).first().map(|value| value.trim().to_owned()).unwrap_or_default();
    let mut mail = address(&line.plain());
    if !mail.contains('@') {
        // Some give an address that is none, and the mail beside it.
        mail = address(&first("EMAIL"));
    }
    let mut name = cut(first("CN").trim_matches(['"', '\'']), 200);
    if name.eq_ignore_ascii_case(&mail) {
        name.clear();
    }
    if name.is_empty() && mail.is_empty() {
        name = cut(line.plain().trim(), 200);
    }
    Person { name, mail, ..Person::default() }
}

/// A CAL-ADDRESS as a mail address; empty for what is none.
fn address(value: &str) -> String {
    let value = value.trim().trim_matches('"');
    let bare = match value.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &value[7..],
        _ => value,
    };
    if bare.contains('@') && !bare.contains(char::is_whitespace) { cut(bare, 300) } else { String::new() }
}

fn said(params: &[Param], name: &str) -> String {
    all(params, name).first().map(|value| value.trim().to_ascii_uppercase()).unwrap_or_default()
}

fn all<'p>(params: &'p [Param], name: &str) -> &'p [String] {
    params.iter().find(|param| param.name == name).map_or(&[], |param| &param.values)
}
