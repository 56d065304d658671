//! Just enough XML to read requests and to read and write answers, apart from the
//! code under test.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;

/// An element by its local name, with its own text and all within it.
#[derive(Clone, Debug, Default)]
pub struct Element {
    pub name: String,
    pub text: String,
    /// The attribute `name`, as `comp` has it.
    pub attribute: Option<String>,
    pub children: Vec<Element>,
}

impl Element {
    /// Reads a document.
    ///
    /// # Panics
    /// When it is not well-formed.
    pub fn read(xml: &[u8]) -> Element {
        let xml = std::str::from_utf8(xml).unwrap();
        let mut reader = quick_xml::Reader::from_str(xml);
        reader.config_mut().expand_empty_elements = true;
        let mut open = vec![Element::default()];
        loop {
            match reader.read_event().unwrap_or_else(|why| panic!("{why}\n{xml}")) {
                Event::Start(start) => {
                    let name = start.local_name().as_ref().to_owned();
                    let attribute = start.try_get_attribute("name").unwrap().map(|a| a.value.into_owned());
                    open.push(Element { name, attribute, ..Element::default() });
                }
                Event::Text(text) => open.last_mut().unwrap().text.push_str(&text),
                Event::CData(text) => open.last_mut().unwrap().text.push_str(&text),
                Event::GeneralRef(name) => {
                    let char = name.resolve_char_ref().unwrap().map(String::from);
                    let text = char.or_else(|| resolve_predefined_entity(&name).map(Into::into));
                    open.last_mut().unwrap().text.push_str(&text.unwrap());
                }
                Event::End(_) => {
                    let done = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(done);
                }
                Event::Eof => {
                    assert_eq!(open.len(), 1, "cut off: {xml}");
                    return open.remove(0).children.remove(0);
                }
                _ => {}
            }
        }
    }

    /// The first element of that name in it, however deep, itself included.
    pub fn find(&self, name: &str) -> Option<&Element> {
        if self.name == name { Some(self) } else { self.children.iter().find_map(|child| child.find(name)) }
    }

    /// All elements of that name in it, however deep.
    pub fn all<'a>(&'a self, name: &str) -> Vec<&'a Element> {
        let mut found = Vec::new();
        for child in &self.children {
            if child.name == name {
                found.push(child);
            }
            found.extend(child.all(name));
        }
        found
    }

    /// The text of the first element of that name in it.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.find(name).map(|found| found.text.trim())
    }
}

/// A multistatus of these responses, with a token at its end.
pub fn multistatus(responses: &str, token: Option<&str>) -> Vec<u8> {
    let token = token.map(|token| format!("<sync-token>{token}</sync-token>")).unwrap_or_default();
    format!(
        "<?xml version=\"1.0\"?>\n<multistatus xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:caldav\" \
         xmlns:A=\"urn:ietf:params:xml:ns:carddav\" xmlns:S=\"http://calendarserver.org/ns/\">\
         {responses}{token}</multistatus>"
    )
    .into_bytes()
}

/// A response with what was found of the properties that were asked for.
pub fn found(href: &str, props: &str) -> String {
    format!(
        "<response><href>{href}</href><propstat><prop>{props}</prop>\
         <status>HTTP/1.1 200 OK</status></propstat></response>"
    )
}

/// A response that is a status alone.
pub fn status(href: &str, status: u16) -> String {
    format!("<response><href>{href}</href><status>HTTP/1.1 {status} -</status></response>")
}

/// The body of a refusal.
pub fn error(namespace: &str, condition: &str) -> Vec<u8> {
    format!("<D:error xmlns:D=\"DAV:\"><X:{condition} xmlns:X=\"{namespace}\"/></D:error>").into_bytes()
}

/// As text of an element.
pub fn escaped(text: &[u8]) -> String {
    quick_xml::escape::escape(String::from_utf8_lossy(text).as_ref()).replace('\r', "&#13;")
}
