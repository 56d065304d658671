//! Content lines (RFC 5545, 3.1; RFC 6350, 3.2).

use std::fmt::Write as _;

/// An object being written, line by line.
#[derive(Default)]
pub struct Lines(String);

impl Lines {
    /// A line as it is; folded at 75 octets.
    pub fn raw(&mut self, line: &str) -> &mut Self {
        let mut width = 0;
        for char in line.chars() {
            if width + char.len_utf8() > 75 {
                self.0.push_str("\r\n ");
                width = 1;
            }
            self.0.push(char);
            width += char.len_utf8();
        }
        self.0.push_str("\r\n");
        self
    }

    /// A property whose value is text: `;` `,` `\` and line ends are escaped.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        let mut line = format!("{name}:");
        for char in value.chars() {
            match char {
                '\n' => line.push_str("\\n"),
                ';' | ',' | '\\' => _ = write!(line, "\\{char}"),
                _ => line.push(char),
            }
        }
        self.raw(&line)
    }

    pub fn end(&mut self) -> String {
        std::mem::take(&mut self.0)
    }
}
