//! What the test of the search said of many items (`tests/indexeddb.rs`), as a table.

/// The heading and the text, of all that the test printed.
///
/// # Errors
/// If there are no figures in it: the test failed, or was not run.
pub fn table(printed: &str) -> Result<(String, String), String> {
    let line = printed.lines().find(|line| line.contains(" items: stored in ")).ok_or("there are no figures in it")?;
    let figures: Vec<f64> =
        line.split(|c: char| !c.is_ascii_digit() && c != '.').filter_map(|word| word.parse().ok()).collect();
    let &[many, stored, with_words, reading, key, written, by_index, listing] = &figures[..] else {
        return Err(format!("these are not the figures: {line}"));
    };
    let mut rows = String::new();
    for (what, ms) in [
        ("a key: all words looked through, in memory", key),
        ("before the first key: all words read", reading),
        ("a key: by an index of the database with an entry for each word", by_index),
        ("all entries listed", listing),
    ] {
        rows += &format!("| {what} | {ms:.0} ms | {:.2} × |\n", ms / listing);
    }
    let many = format!("{},{:03}", many as u64 / 1000, many as u64 % 1000);
    let text = format!(
        "`./build.sh bench search` measures this, in Chromium over IndexedDB. The ratio is to listing the entries of \
         the same items, in the same run; what is typed is looked for in memory four times, and the mean is told.\n\n\
         | what | time | to listing |\n| --- | --- | --- |\n{rows}\n\
         Storing the items takes {:.2} times as long with their words as without ({with_words:.0} and {stored:.0} ms); \
         writing the index of words alone takes {written:.0} ms.\n",
        with_words / stored
    );
    Ok((format!("Finding among {many} items"), text))
}
