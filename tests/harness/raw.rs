//! A server that answers with whatever bytes a test writes, and notes what it was
//! asked. One request a connection.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use super::http::{self, Message, Side};

/// Serves until the test process ends.
pub struct Raw {
    /// `http://ADDRESS:PORT`, without a slash at the end.
    pub url: String,
    pub port: u16,
    seen: Arc<Mutex<Vec<Message>>>,
}

impl Raw {
    /// On `address` (`127.0.0.1`, or `127.0.0.2` to be another host). `answer` is
    /// given each request and the connection, which is closed after it.
    pub fn start(
        address: &str,
        answer: impl Fn(&Message, &mut TcpStream) -> io::Result<()> + Send + Sync + 'static,
    ) -> Raw {
        let listener = TcpListener::bind((address, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<Mutex<Vec<Message>>>::default();
        let (answer, notes) = (Arc::new(answer), seen.clone());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (answer, notes) = (answer.clone(), notes.clone());
                std::thread::spawn(move || {
                    let Ok(Some(request)) = http::read(&mut stream, Side::Request) else { return };
                    notes.lock().unwrap().push(request.clone());
                    // Whoever asked may have gone: that is what many tests are about.
                    let _ = answer(&request, &mut stream);
                });
            }
        });
        Raw { url: format!("http://{address}:{port}"), port, seen }
    }

    /// All that was asked so far.
    pub fn seen(&self) -> Vec<Message> {
        self.seen.lock().unwrap().clone()
    }
}
