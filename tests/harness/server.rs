//! Real servers, each with a folder of its own that goes when it goes.

use std::io::{ErrorKind, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use super::dav::Dav;
use super::http::{self, Message, Side};
use super::process::Process;
use super::{tools, wait};

/// What `owner_only` means, as a file.
const RIGHTS: &str = "[root]\nuser: .+\ncollection:\npermissions: R\n\n\
                      [principal]\nuser: .+\ncollection: {user}\npermissions: RW\n\n\
                      [collections]\nuser: .+\ncollection: {user}/[^/]+\npermissions: rw\n";

/// Radicale 3.9: calendars and address books in the home `/USER/`, none at first.
pub struct Radicale {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub url: String,
    pub port: u16,
    pub user: String,
    pub password: String,
    /// Where it keeps its data, one file per item.
    pub folder: PathBuf,
    /// What was added to its command line.
    options: Vec<String>,
    process: Option<Process>,
    root: tempfile::TempDir,
}

impl Radicale {
    /// With user "alice" and password "secret".
    pub fn start() -> Self {
        Self::start_for("alice", "secret")
    }

    /// With one user who may sign in and owns `/USER/`.
    pub fn start_for(user: &str, password: &str) -> Self {
        Self::start_in(folder(), user, password, &[])
    }

    /// With user "alice", over a copy of the data that another one has in its folder,
    /// and with these options added to its command line.
    pub fn start_over(data: Option<&Path>, options: &[&str]) -> Self {
        Self::start_in(folder_with("data/collection-root", data), "alice", "secret", options)
    }

    /// The same, with rights that can be taken away: see [`Radicale::only_read`].
    pub fn start_with_rights(user: &str, password: &str) -> Self {
        let root = folder();
        std::fs::write(root.path().join("rights"), RIGHTS).unwrap();
        Self::start_in(root, user, password, &[])
    }

    /// From now on what is in the folder of the user (by its name) can only be read.
    pub fn only_read(&mut self, name: &str) {
        let name = name.trim_matches('/');
        let first = format!("[fixed]\nuser: .+\ncollection: {{user}}/{name}\npermissions: r\n\n");
        std::fs::write(self.root.path().join("rights"), first + RIGHTS).unwrap();
        // It reads them when it starts.
        self.stop();
        self.resume();
    }

    fn start_in(root: tempfile::TempDir, user: &str, password: &str, options: &[&str]) -> Self {
        std::fs::write(root.path().join("users"), format!("{user}:{password}\n")).unwrap();
        let options: Vec<String> = options.iter().map(|&option| option.into()).collect();
        let (port, process) = serve(|port| Self::command(root.path(), port, &options));
        Self {
            url: format!("http://127.0.0.1:{port}"),
            port,
            user: user.into(),
            password: password.into(),
            folder: root.path().join("data/collection-root"),
            options,
            process: Some(process),
            root,
        }
    }

    fn command(root: &Path, port: u16, options: &[String]) -> Command {
        let rights = root.join("rights");
        let mut command = Command::new(tools().join("venv/bin/python"));
        command.args(["-m", "radicale", "--config", ""]);
        for (name, value) in [
            ("--server-hosts", format!("127.0.0.1:{port}")),
            ("--auth-type", "htpasswd".into()),
            ("--auth-htpasswd-filename", root.join("users").display().to_string()),
            ("--auth-htpasswd-encryption", "plain".into()),
            // A wrong password is answered at once, not after a second or so.
            ("--auth-delay", "0".into()),
            ("--storage-filesystem-folder", root.join("data").display().to_string()),
            ("--rights-type", if rights.exists() { "from_file".into() } else { "owner_only".into() }),
            ("--rights-file", rights.display().to_string()),
            ("--web-type", "none".into()),
            ("--logging-level", "warning".into()),
        ] {
            command.arg(format!("{name}={value}"));
        }
        command.args(options);
        command
    }

    /// Ends the server; its data stays. Connections to its port are then refused.
    pub fn stop(&mut self) {
        self.process = None;
    }

    /// Starts it again on the same port with the same data.
    pub fn resume(&mut self) {
        let mut process = Process::start(&mut Self::command(self.root.path(), self.port, &self.options));
        answers(self.port, &mut process);
        self.process = Some(process);
    }

    /// A client of its own for this server.
    pub fn dav(&self) -> Dav {
        Dav { port: self.port, user: self.user.clone(), password: self.password.clone() }
    }

    /// The user's home: `/USER/`.
    pub fn home(&self) -> String {
        format!("/{}/", self.user)
    }
}

/// Xandikos 0.4.10: principal `/USER/`, homes `/USER/calendars/` and
/// `/USER/contacts/`, empty at first.
pub struct Xandikos {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub url: String,
    pub port: u16,
    pub user: String,
    pub password: String,
    /// Where it keeps its data, one git repository per collection.
    pub folder: PathBuf,
    process: Process,
    root: tempfile::TempDir,
}

impl Xandikos {
    /// With user "alice" and password "secret".
    pub fn start() -> Self {
        Self::start_over(None)
    }

    /// The same, over a copy of the data that another one has in its folder.
    pub fn start_over(data: Option<&Path>) -> Self {
        let (user, password) = ("alice", "secret");
        let root = folder_with("data", data);
        let (port, process) = serve(|port| {
            let mut command = Command::new(tools().join("venv/bin/python"));
            command.arg(super::root().join("tests/harness/serve_xandikos.py"));
            command.arg(root.path()).args([&port.to_string(), user, password]);
            command
        });
        Self {
            url: format!("http://127.0.0.1:{port}"),
            port,
            user: user.into(),
            password: password.into(),
            folder: root.path().join("data"),
            process,
            root,
        }
    }

    /// A client of its own for this server.
    pub fn dav(&self) -> Dav {
        Dav { port: self.port, user: self.user.clone(), password: self.password.clone() }
    }
}

/// A folder for a server's data: in memory where there is such a place, because
/// servers wait for the disk at each write, and the disk for whoever else writes.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// Such a folder with a copy of `data` in it, if there is one.
fn folder_with(name: &str, data: Option<&Path>) -> tempfile::TempDir {
    let root = folder();
    if let Some(data) = data {
        let into = root.path().join(name);
        std::fs::create_dir_all(into.parent().unwrap()).unwrap();
        // With its times: servers take those for signs of a change.
        let copied = Command::new("cp").arg("-a").arg(data).arg(&into).status().unwrap();
        assert!(copied.success(), "{} is copied", data.display());
    }
    root
}

/// An ordinary web server: whatever is asked, it answers 200 and a page.
pub struct WebServer {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub url: String,
    pub port: u16,
}

impl WebServer {
    /// It answers until the test process ends.
    pub fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                std::thread::spawn(move || page(stream));
            }
        });
        Self { url: format!("http://127.0.0.1:{port}"), port }
    }
}

fn page(mut stream: TcpStream) {
    let Ok(Some(_)) = http::read(&mut stream, Side::Request) else { return };
    let answer = Message {
        start: "HTTP/1.1 200 OK".into(),
        headers: vec![("Content-Type".into(), "text/html; charset=utf-8".into())],
        body: b"<!doctype html><title>Welcome</title><form><input name=user></form>".to_vec(),
    };
    let _ = answer.write(&mut stream);
    let _ = stream.flush();
}

/// A port nobody listens on, and which nobody is given who asks for any: it is below those
/// that systems take for that, so that it is still free when a server comes to take it.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Another process of tests begins elsewhere.
    let first = std::process::id() * 64;
    let free = |address: &str, port| match TcpListener::bind((address, port)) {
        Err(why) => why.kind() != ErrorKind::AddrInUse,
        Ok(_) => true,
    };
    let of = |n: u16| 10_000 + u16::try_from((first + u32::from(n)) % 20_000).unwrap();
    let mut ports = std::iter::repeat_with(|| of(NEXT.fetch_add(1, Ordering::Relaxed)));
    ports.find(|port| free("127.0.0.1", *port) && free("::1", *port)).unwrap()
}

/// Starts a server on a free port.
fn serve(command: impl Fn(u16) -> Command) -> (u16, Process) {
    let port = free_port();
    let mut process = Process::start(&mut command(port));
    answers(port, &mut process);
    (port, process)
}

/// Waits until the port is open.
fn answers(port: u16, process: &mut Process) {
    wait::until("the server's port", Duration::from_secs(60), || {
        assert!(process.alive(), "the server ended:\n{}", process.said().join("\n"));
        TcpStream::connect(("127.0.0.1", port)).ok()
    });
}
