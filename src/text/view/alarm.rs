//! What rings: VALARM (RFC 5545, 3.6.6).

use crate::model::Saying;
use crate::model::view::Alarm;
use crate::text::lines::Tree;
use crate::text::moment::Span;
use crate::text::zone::Zones;

use super::{part, words};

/// The alarms of the component, in its order.
pub fn alarms(tree: &Tree<'_>, c: usize, zones: &mut Zones<'_, '_>) -> Vec<Alarm> {
    const SHOWN: usize = 20;
    let all = tree.inner(Some(c)).filter(|inner| tree.components()[*inner].name == "VALARM");
    all.filter_map(|alarm| read(tree, alarm, zones)).take(SHOWN).collect()
}

/// `None` for what does not ring: some programs write an alarm to say that there is none.
fn read(tree: &Tree<'_>, c: usize, zones: &mut Zones<'_, '_>) -> Option<Alarm> {
    let plain = |name: &str| tree.get(c, name).map(|line| line.plain().trim().to_ascii_uppercase()).unwrap_or_default();
    let action = Saying::new(match plain("ACTION").as_str() {
        "NONE" => return None,
        "AUDIO" => "alarm_sound",
        "EMAIL" => "alarm_mail",
        "PROCEDURE" => "alarm_program",
        _ => "alarm_message",
    });
    let trigger = tree.get(c, "TRIGGER")?;
    let of_end = trigger.param("RELATED").is_some_and(|related| related.eq_ignore_ascii_case("END"));
    let (when, at) = match Span::parse(&trigger.plain()) {
        Some(span) => (relative(span, of_end), None),
        None => (Saying::new("alarm_at"), Some(part::moment(tree, c, "TRIGGER", zones)?)),
    };
    let again = plain("REPEAT").parse::<u32>().ok().filter(|n| *n > 0);
    let pause = tree.get(c, "DURATION").and_then(|line| Span::parse(&line.plain()));
    let repeat =
        again.zip(pause).map(|(n, pause)| Saying::new("alarm_repeat").with_saying(&words::span(pause)).with(n));
    Some(Alarm { action, when, at, repeat })
}

fn relative(span: Span, of_end: bool) -> Saying {
    let total = span.days * 86_400 + span.seconds;
    let key = match (total.signum(), of_end) {
        (0, false) => return Saying::new("alarm_at_start"),
        (0, true) => return Saying::new("alarm_at_end"),
        (-1, false) => "alarm_before_start",
        (-1, true) => "alarm_before_end",
        (_, false) => "alarm_after_start",
        (_, true) => "alarm_after_end",
    };
    Saying::new(key).with_saying(&words::span(span))
}
