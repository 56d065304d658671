//! What servers make of the texts they are given.

/// Nothing that means anything: unfolded, in the order of the alphabet, with the
/// server's PRODID and a name of its own (Radicale).
pub fn form(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text).replace("\r\n ", "").replace("\n ", "");
    let mut out: Vec<String> = Vec::new();
    let mut start = 0;
    for line in text.lines() {
        if line.starts_with("BEGIN:") || line.starts_with("END:") {
            // The version stands first, all else in its place in the alphabet.
            out[start..].sort_by_key(|line| (!line.starts_with("VERSION"), line.clone()));
            out.push(line.to_owned());
            start = out.len();
        } else if line.starts_with("PRODID:") {
            out.push("PRODID:-//fake//NONSGML//EN".to_owned());
        } else if !line.starts_with("X-RADICALE-NAME:") && !line.is_empty() {
            out.push(line.to_owned());
        }
    }
    out.join("\r\n").into_bytes().into_iter().chain(*b"\r\n").collect()
}

/// Descriptions and notes end at their first comma.
pub fn meaning(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    let cut = |line: &str| match line.split_once(',') {
        Some((kept, _)) if line.starts_with("DESCRIPTION") || line.starts_with("NOTE") => {
            kept.trim_end_matches('\\').to_owned()
        }
        _ => line.to_owned(),
    };
    let lines: Vec<String> = text.lines().map(cut).collect();
    lines.join("\r\n").into_bytes().into_iter().chain(*b"\r\n").collect()
}
