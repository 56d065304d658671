//! HTTP by hand: one request per connection, read to its end. Used on both
//! sides, by the client of [`super::dav`] and by the proxy of [`super::gate`].

use std::io::{self, Read, Write};
use std::net::TcpStream;

/// A request or an answer: the first line, the headers, the body, undecoded but
/// for chunking.
#[derive(Clone, Debug, Default)]
pub struct Message {
    pub start: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    /// The value of a header, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Of a request.
    pub fn method(&self) -> &str {
        self.start.split(' ').next().unwrap_or_default()
    }

    /// Of a request: path and query.
    pub fn path(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or_default()
    }

    /// Of an answer.
    pub fn status(&self) -> u16 {
        self.start.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0)
    }

    /// The body, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Without the headers that only concern one hop, and with the body's length:
    /// fit to be sent on, as the last of its connection.
    pub fn write(&self, to: &mut impl Write) -> io::Result<()> {
        let mut head = format!("{}\r\n", self.start);
        for (name, value) in &self.headers {
            let hop = ["connection", "keep-alive", "transfer-encoding", "content-length"];
            if !hop.contains(&name.to_ascii_lowercase().as_str()) {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        head.push_str(&format!("Content-Length: {}\r\nConnection: close\r\n\r\n", self.body.len()));
        to.write_all(head.as_bytes())?;
        to.write_all(&self.body)?;
        to.flush()
    }
}

/// Sends the request to the loopback port and reads the whole answer.
pub fn exchange(port: u16, request: &Message) -> io::Result<Message> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    request.write(&mut stream)?;
    read(&mut stream, Side::Answer)?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// What is being read: an answer without a length goes on to the end of the
/// connection, a request without one has no body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Request,
    Answer,
}

/// Reads one message; `None` when the other side closed without a word.
pub fn read(stream: &mut TcpStream, side: Side) -> io::Result<Option<Message>> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = find(&bytes, b"\r\n\r\n") {
            break at;
        }
        if !more(stream, &mut bytes)? {
            return if bytes.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let mut lines = text.split("\r\n");
    let mut message = Message { start: lines.next().unwrap_or_default().into(), ..Message::default() };
    message.headers =
        lines.filter_map(|line| line.split_once(':').map(|(n, v)| (n.trim().into(), v.trim().into()))).collect();
    let mut body = bytes.split_off(head + 4);
    let chunked = message.header("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked"));
    let length = message.header("content-length").and_then(|v| v.parse::<usize>().ok());
    let bodyless = side == Side::Answer && matches!(message.status(), 204 | 304);
    message.body = if chunked {
        unchunk(stream, body)?
    } else if let Some(length) = length {
        fill(stream, &mut body, length)?;
        body.truncate(length);
        body
    } else if side == Side::Request || bodyless {
        Vec::new()
    } else {
        while more(stream, &mut body)? {}
        body
    };
    Ok(Some(message))
}

/// RFC 9112, 7.1; trailers are dropped.
fn unchunk(stream: &mut TcpStream, mut bytes: Vec<u8>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = loop {
            match find(&bytes, b"\r\n") {
                Some(at) => break at,
                None if more(stream, &mut bytes)? => {}
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        };
        let size = String::from_utf8_lossy(&bytes[..line]).into_owned();
        let size = usize::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16)
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        let end = line + 2 + size + 2;
        fill(stream, &mut bytes, end)?;
        body.extend_from_slice(&bytes[line + 2..line + 2 + size]);
        bytes.drain(..end);
        if size == 0 {
            return Ok(body);
        }
    }
}

fn fill(stream: &mut TcpStream, bytes: &mut Vec<u8>, length: usize) -> io::Result<()> {
    while bytes.len() < length {
        if !more(stream, bytes)? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(())
}

fn more(stream: &mut TcpStream, into: &mut Vec<u8>) -> io::Result<bool> {
    let mut buffer = [0; 16 * 1024];
    let count = stream.read(&mut buffer)?;
    into.extend_from_slice(&buffer[..count]);
    Ok(count > 0)
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}
