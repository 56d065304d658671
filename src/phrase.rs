//! Sentences for people from their keys. The pages ask the browser, which knows
//! the reader's language; `probe` and everything else without a browser has the
//! English ones built in.

use crate::model::Saying;

/// The sentence of `saying`, with the texts that `say` knows: it is given a key
/// and what fills the gaps, and gives `None` for a key it does not know.
///
/// Where the last argument is the number 1 and there is a sentence for exactly
/// one (`KEY_one`), that one is taken. An unknown key is shown as it is rather
/// than not at all.
pub fn of(saying: &Saying, say: &dyn Fn(&str, &[String]) -> Option<String>) -> String {
    let args: Vec<String> = saying
        .args
        .iter()
        .map(|arg| Saying::nested(arg).map_or_else(|| arg.clone(), |inner| of(&inner, say)))
        .collect();
    let one = match args.last() {
        Some(last) if last == "1" => say(&format!("{}_one", saying.key), &args),
        _ => None,
    };
    one.or_else(|| say(&saying.key, &args)).unwrap_or_else(|| match args.as_slice() {
        [] => saying.key.clone(),
        args => format!("{} ({})", saying.key, args.join(", ")),
    })
}

/// Puts `args` into the gaps `$1` to `$9` of `message`; `$$` is a dollar sign, as
/// in the browsers' `i18n.getMessage`.
pub fn filled(message: &str, args: &[String]) -> String {
    let mut out = String::with_capacity(message.len());
    let mut chars = message.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '$' {
            out.push(c);
            continue;
        }
        match chars.peek().copied() {
            Some('$') => {
                chars.next();
                out.push('$');
            }
            Some(digit @ '1'..='9') => {
                chars.next();
                let at = digit as usize - '1' as usize;
                out.push_str(args.get(at).map_or("", String::as_str));
            }
            _ => out.push('$'),
        }
    }
    out
}

/// The English sentence.
#[cfg(not(target_arch = "wasm32"))]
pub fn english(saying: &Saying) -> String {
    of(saying, &|key, args| MESSAGES.get(key).map(|message| filled(message, args)))
}

/// The English messages by key, from the same file the browsers read.
#[cfg(not(target_arch = "wasm32"))]
static MESSAGES: std::sync::LazyLock<std::collections::HashMap<String, String>> = std::sync::LazyLock::new(|| {
    #[derive(serde::Deserialize)]
    struct Entry {
        message: String,
    }
    let file = include_str!("../extension/_locales/en/messages.json");
    let entries: std::collections::HashMap<String, Entry> = serde_json::from_str(file).unwrap_or_default();
    entries.into_iter().map(|(key, entry)| (key, entry.message)).collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_by_number_and_once() {
        let args = ["a $2 b".to_owned(), "c".to_owned()];
        assert_eq!(filled("$2, $1, $3, $$1, 5 $", &args), "c, a $2 b, , $1, 5 $");
    }

    #[test]
    fn one_has_a_sentence_of_its_own() {
        let said = |n: u32| english(&Saying::new("log_received").with("Home").with(n));
        assert_eq!(said(1), "Home: received one item.");
        assert_eq!(said(2), "Home: received 2 items.");
    }

    #[test]
    fn a_sentence_within_a_sentence() {
        let inner = Saying::new("fault_item_refused").with(415);
        let saying = Saying::new("result_failed").with_saying(&inner);
        let stored: Saying = serde_json::from_str(&serde_json::to_string(&saying).unwrap()).unwrap();
        let text = english(&stored);
        assert!(
            text.starts_with("The synchronization failed. The server does not take this item (status 415)"),
            "{text}"
        );
    }

    #[test]
    fn an_unknown_key_is_shown() {
        assert_eq!(english(&Saying::new("no_such_key").with(7).with("x")), "no_such_key (7, x)");
    }
}
