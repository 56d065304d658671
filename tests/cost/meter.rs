//! A proxy in front of a server that counts what goes through it, and makes the way
//! longer. It keeps its clients' connections open, as the front ends of real servers
//! do, also where the server (Radicale) does not. Nobody here asks for a HEAD.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

/// What went through it: whole requests and answers, heads and bodies as they were
/// on the line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// By method.
    pub requests: BTreeMap<String, u64>,
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
    pub connections: u64,
    /// Bytes from the client.
    pub up: u64,
    /// Bytes to the client.
    pub down: u64,
    /// When the first request came.
    pub began: Option<SystemTime>,
    /// Of these bytes, those of requests that were answered by 423, and of their answers.
    pub locked: (u64, u64),
}

impl Traffic {
    pub fn total(&self) -> u64 {
        self.requests.values().sum()
    }
}

/// It lives until the process ends.
pub struct Meter {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    target: u16,
    traffic: Mutex<Traffic>,
    /// The round trip in milliseconds: half of it each way.
    delay: AtomicU64,
}

impl Meter {
    /// In front of the loopback port `target`.
    pub fn before(target: u16) -> Meter {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let shared = Arc::new(Shared { target, traffic: Mutex::default(), delay: AtomicU64::new(0) });
        let inner = shared.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = inner.clone();
                // A connection that breaks is the business of those at its ends.
                std::thread::spawn(move || drop(shared.serve(&stream)));
            }
        });
        Meter { url, shared }
    }

    /// From now on a round trip takes so many milliseconds longer.
    pub fn delay(&self, millis: u64) {
        self.shared.delay.store(millis, Ordering::Relaxed);
    }

    /// When the first request since then came, if one did.
    pub fn began(&self) -> Option<SystemTime> {
        self.shared.traffic.lock().unwrap().began
    }

    /// What went through since the last call.
    pub fn take(&self) -> Traffic {
        std::mem::take(&mut *self.shared.traffic.lock().unwrap())
    }
}

/// The first line and the headers of a message, as they came, with the empty line.
pub struct Head {
    bytes: Vec<u8>,
    pub start: String,
    length: Option<u64>,
    chunked: bool,
    close: bool,
}

impl Head {
    /// `None` when the other side closed instead of sending one.
    ///
    /// # Errors
    /// If the connection breaks inside.
    pub fn read(from: &mut impl BufRead) -> io::Result<Option<Head>> {
        let (mut bytes, mut lines) = (Vec::new(), Vec::new());
        loop {
            let begin = bytes.len();
            if from.read_until(b'\n', &mut bytes)? == 0 {
                return if bytes.is_empty() { Ok(None) } else { Err(io::ErrorKind::UnexpectedEof.into()) };
            }
            let line = String::from_utf8_lossy(&bytes[begin..]).trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let start = lines.first().cloned().unwrap_or_default();
        let header = |name: &str| {
            let named = |line: &&String| line.split(':').next().is_some_and(|n| n.eq_ignore_ascii_case(name));
            lines.iter().skip(1).find(named).map(|line| line[name.len() + 1..].trim().to_ascii_lowercase())
        };
        let connection = header("connection").unwrap_or_default();
        let bodyless = start.starts_with("HTTP/") && matches!(start.split(' ').nth(1), Some("204" | "304"));
        let length = header("content-length").and_then(|value| value.parse().ok());
        Ok(Some(Head {
            length: if bodyless { Some(0) } else { length },
            chunked: !bodyless && header("transfer-encoding").is_some_and(|value| value.contains("chunked")),
            close: connection == "close" || (start.contains("HTTP/1.0") && connection != "keep-alive"),
            bytes,
            start,
        }))
    }

    pub fn word(&self, n: usize) -> &str {
        self.start.split(' ').nth(n).unwrap_or_default()
    }

    /// The same for the next hop, which is one of HTTP/1.1 that stays open.
    fn passed_on(&self, more: &str) -> Vec<u8> {
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        let mut out = self.start.replace("HTTP/1.0", "HTTP/1.1") + "\r\n";
        for line in text.lines().skip(1).filter(|line| !line.is_empty()) {
            let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
            if !["connection", "keep-alive"].contains(&name.as_str()) {
                out += &format!("{line}\r\n");
            }
        }
        (out + more + "\r\n").into_bytes()
    }
}

type Upstream = BufReader<TcpStream>;

impl Shared {
    fn half(&self) -> Duration {
        Duration::from_micros(self.delay.load(Ordering::Relaxed) * 500)
    }

    fn count(&self, count: impl FnOnce(&mut Traffic)) {
        count(&mut self.traffic.lock().unwrap());
    }

    fn serve(&self, client: &TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        self.count(|traffic| traffic.connections += 1);
        // The handshake's round trip.
        std::thread::sleep(2 * self.half());
        let mut upstream: Option<Upstream> = None;
        let mut reader = BufReader::with_capacity(64 * 1024, client.try_clone()?);
        while let Some(head) = Head::read(&mut reader)? {
            self.count(|traffic| traffic.began = traffic.began.or_else(|| Some(SystemTime::now())));
            let mut body = Vec::new();
            copy_body(&mut reader, &head, false, &mut |bytes| {
                body.extend_from_slice(bytes);
                Ok(())
            })?;
            self.count(|traffic| {
                *traffic.requests.entry(head.word(0).to_owned()).or_default() += 1;
                traffic.up += (head.bytes.len() + body.len()) as u64;
            });
            std::thread::sleep(self.half());
            let mut request = head.passed_on("");
            request.extend_from_slice(&body);
            let (mut server, answer) = self.ask(upstream.take(), &request)?;
            let status = answer.word(1).parse().unwrap_or(0);
            self.count(|traffic| *traffic.statuses.entry(status).or_default() += 1);
            let locked = status == 423;
            if locked {
                self.count(|traffic| traffic.locked.0 += (head.bytes.len() + body.len()) as u64);
            }
            self.answer(&mut server, &answer, client, locked)?;
            upstream = (!answer.close).then_some(server);
            if head.close {
                break;
            }
        }
        Ok(())
    }

    /// Sends the request to the server, over the connection that is open if one is. The
    /// server may have closed that one meanwhile: then over a new one.
    fn ask(&self, open: Option<Upstream>, request: &[u8]) -> io::Result<(Upstream, Head)> {
        if let Some(mut server) = open
            && server.get_mut().write_all(request).is_ok()
            && let Ok(Some(head)) = Head::read(&mut server)
        {
            return Ok((server, head));
        }
        let mut stream = TcpStream::connect(("127.0.0.1", self.target))?;
        stream.set_nodelay(true)?;
        stream.write_all(request)?;
        let mut server = BufReader::with_capacity(64 * 1024, stream);
        let head = Head::read(&mut server)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok((server, head))
    }

    /// Passes an answer on while it comes, each piece as much later as the way is long.
    /// Counted before: whoever has read all of it may ask at once what came.
    fn answer(&self, server: &mut Upstream, head: &Head, client: &TcpStream, locked: bool) -> io::Result<()> {
        // Where only the end of the connection ends the body, ours is in chunks.
        let rechunked = head.length.is_none() && !head.chunked;
        let more = if rechunked { "Transfer-Encoding: chunked\r\n" } else { "" };
        let half = self.half();
        let (send, pieces) = mpsc::channel::<(Instant, Vec<u8>)>();
        let mut out = client.try_clone()?;
        let writer = std::thread::spawn(move || -> io::Result<()> {
            for (due, piece) in pieces {
                std::thread::sleep(due.saturating_duration_since(Instant::now()));
                out.write_all(&piece)?;
            }
            Ok(())
        });
        let mut give = |bytes: &[u8]| -> io::Result<()> {
            self.count(|traffic| {
                traffic.down += bytes.len() as u64;
                traffic.locked.1 += if locked { bytes.len() as u64 } else { 0 };
            });
            send.send((Instant::now() + half, bytes.to_vec())).map_err(|_| io::ErrorKind::BrokenPipe.into())
        };
        let given = give(&head.passed_on(more)).and_then(|()| {
            if !rechunked {
                return copy_body(server, head, true, &mut give);
            }
            copy_body(server, head, true, &mut |bytes| {
                give(format!("{:x}\r\n", bytes.len()).as_bytes())?;
                give(bytes)?;
                give(b"\r\n")
            })?;
            give(b"0\r\n\r\n")
        });
        drop(send);
        writer.join().map_err(|_| io::ErrorKind::Other)??;
        given
    }
}

/// Gives the body that follows a head, piece by piece, as it is on the line. A request
/// without a length has none; an answer without one goes on to the end.
pub fn copy_body(
    from: &mut impl BufRead,
    head: &Head,
    answer: bool,
    give: &mut impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    if !head.chunked {
        return match head.length {
            Some(length) => copy(&mut from.take(length), give),
            None if answer => copy(from, give),
            None => Ok(()),
        };
    }
    loop {
        let mut line = Vec::new();
        from.read_until(b'\n', &mut line)?;
        give(&line)?;
        let text = String::from_utf8_lossy(&line).into_owned();
        let size = u64::from_str_radix(text.split(';').next().unwrap_or_default().trim(), 16)
            .map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        // With the line end after it.
        copy(&mut from.take(size + 2), give)?;
        if size == 0 {
            return Ok(());
        }
    }
}

fn copy(from: &mut impl BufRead, give: &mut impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    loop {
        let bytes = from.fill_buf()?;
        if bytes.is_empty() {
            return Ok(());
        }
        give(bytes)?;
        let count = bytes.len();
        from.consume(count);
    }
}
