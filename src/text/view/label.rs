//! What a phone, mail or address is for: TYPE in the forms of vCard 2.1, 3 and 4, PREF,
//! and the labels that Apple puts beside (`item1.X-ABLabel`).

use std::collections::HashMap;

use crate::model::Saying;
use crate::text::lines::{Line, Tree};

use super::cut;

/// The labels of one card's groups.
pub struct Labels {
    of_group: HashMap<String, String>,
}

/// What is known of one line.
pub struct Labelled {
    pub labels: Vec<Saying>,
    /// Less is sooner; most have none.
    pub rank: u32,
}

/// The rank of what is not preferred.
pub const NO_RANK: u32 = u32::MAX;

impl Labels {
    pub fn new(tree: &Tree<'_>, c: usize) -> Labels {
        let of_group = tree
            .all(c, "X-ABLABEL")
            .filter(|line| !line.group().is_empty())
            .map(|line| (line.group().to_ascii_lowercase(), line.text().trim().to_owned()))
            .collect();
        Labels { of_group }
    }

    pub fn of(&self, line: &Line<'_>) -> Labelled {
        let mut found = Labelled { labels: Vec::new(), rank: NO_RANK };
        // Its own words say it best.
        if let Some(own) = self.of_group.get(&line.group().to_ascii_lowercase()).filter(|own| !own.is_empty()) {
            found.add(bare(own), true);
        }
        for param in line.params() {
            match param.name.as_str() {
                // Without a name: vCard 2.1.
                "TYPE" | "" => {
                    // `TYPE="home,work"` is one value in quotes, and meant as two.
                    for word in param.values.iter().flat_map(|value| value.split(',')) {
                        found.add(word.trim(), false);
                    }
                }
                "X-SERVICE-TYPE" | "SERVICE-TYPE" | "LABEL-TYPE" | "X-LABEL" => {
                    param.values.iter().for_each(|value| found.add(value.trim(), true));
                }
                "PREF" => {
                    let rank = param.values.first().and_then(|value| value.trim().parse().ok());
                    found.rank = found.rank.min(rank.unwrap_or(1));
                }
                _ => {}
            }
        }
        found
    }
}

impl Labelled {
    /// A word; one that nobody knows is shown as it is if it is a person's `own`.
    fn add(&mut self, word: &str, own: bool) {
        if word.eq_ignore_ascii_case("pref") {
            self.rank = self.rank.min(1);
            return;
        }
        let said = match key(word) {
            Some(key) => Saying::new(key),
            None if own && !word.is_empty() => Saying::new("label_own").with(cut(word, 100)),
            None => return,
        };
        if self.labels.len() < 8 && !self.labels.contains(&said) {
            self.labels.push(said);
        }
    }
}

/// Apple writes its own words as `_$!<HomePage>!$_`.
fn bare(label: &str) -> &str {
    label.strip_prefix("_$!<").and_then(|label| label.strip_suffix(">!$_")).unwrap_or(label)
}

fn key(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "home" => "label_home",
        "work" => "label_work",
        "cell" | "mobile" | "iphone" => "label_cell",
        "fax" => "label_fax",
        "pager" => "label_pager",
        "text" | "msg" | "textphone" => "label_text",
        "video" => "label_video",
        "main" => "label_main",
        "other" => "label_other",
        "car" => "label_car",
        "school" => "label_school",
        "homepage" => "label_homepage",
        "anniversary" => "label_anniversary",
        "birthday" => "label_birthday",
        "spouse" => "label_spouse",
        "partner" | "sweetheart" | "date" => "label_partner",
        "child" => "label_child",
        "parent" => "label_parent",
        "mother" => "label_mother",
        "father" => "label_father",
        "brother" => "label_brother",
        "sister" => "label_sister",
        "sibling" => "label_sibling",
        "kin" => "label_kin",
        "friend" => "label_friend",
        "acquaintance" | "met" | "contact" => "label_acquaintance",
        "assistant" => "label_assistant",
        "manager" => "label_manager",
        "agent" => "label_agent",
        "colleague" | "co-worker" => "label_colleague",
        "neighbor" => "label_neighbor",
        "emergency" => "label_emergency",
        _ => return None,
    })
}
