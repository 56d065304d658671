//! A server with notes, and notes as a server has them.

use crate::harness::dav::Dav;
use crate::harness::sample::NOTES;
use crate::harness::server::Radicale;

pub fn note(name: &str, title: &str, text: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example.org//test//EN\r\nBEGIN:VJOURNAL\r\nUID:{name}\r\n\
         DTSTAMP:20260101T000000Z\r\nSUMMARY:{title}\r\nDESCRIPTION:{text}\r\nEND:VJOURNAL\r\nEND:VCALENDAR\r\n"
    )
}

/// The notes of a user, on their server.
pub struct Notes {
    pub server: Radicale,
    pub dav: Dav,
    pub folder: String,
}

impl Notes {
    /// A note for each title, with the text "about TITLE".
    pub fn of(user: &str, titles: &[&str]) -> Notes {
        Notes::on(Radicale::start_for(user, "secret"), titles)
    }

    /// The same, on this server.
    pub fn on(server: Radicale, titles: &[&str]) -> Notes {
        let dav = server.dav();
        let folder = format!("{}{NOTES}", server.home());
        dav.make_calendar(&folder, "Notes", &["VJOURNAL"]);
        let notes = Notes { server, dav, folder };
        for title in titles {
            notes.put(title, &format!("about {title}"));
        }
        notes
    }

    pub fn href(&self, title: &str) -> String {
        format!("{}{}.ics", self.folder, title.to_lowercase())
    }

    /// Makes the note of that title say this.
    pub fn put(&self, title: &str, text: &str) {
        self.dav.put(&self.href(title), &note(&title.to_lowercase(), title, text));
    }

    pub fn delete(&self, title: &str) {
        self.dav.delete(&self.href(title));
    }

    /// The titles that are there, in order.
    pub fn titles(&self) -> Vec<String> {
        let items = self.dav.items(&self.folder);
        let title = |text: &String| text.lines().find_map(|line| line.strip_prefix("SUMMARY:")).unwrap().to_owned();
        let mut titles: Vec<String> = items.values().map(title).collect();
        titles.sort();
        titles
    }
}
