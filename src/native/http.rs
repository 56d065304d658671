//! [`Http`] natively. No cookies; everything that goes over the line is counted.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Write;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use flate2::write::MultiGzDecoder;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING};

use crate::fault;
use crate::model::Fault;
use crate::port::{Body, Http, Limits, Opened, Request, Response};

const CONNECT: Duration = Duration::from_secs(15);

/// What went over the line, since the start or the last [`NativeHttp::take_traffic`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// By method; each hop of a redirect is one.
    pub requests: BTreeMap<String, u64>,
    /// Bodies as sent, plus request lines and the headers we set.
    pub bytes_up: u64,
    /// Bodies as received (compressed ones as they came), plus headers.
    pub bytes_down: u64,
}

impl Traffic {
    /// All requests.
    pub fn total(&self) -> u64 {
        self.requests.values().sum()
    }
}

/// For one thread; needs a tokio runtime with I/O and time around it.
pub struct NativeHttp {
    client: reqwest::Client,
    limits: Limits,
    traffic: Rc<RefCell<Traffic>>,
}

impl NativeHttp {
    /// `authority`: one more certificate authority to trust, as PEM.
    ///
    /// # Errors
    /// `internal` when the certificate cannot be read or TLS cannot be set up.
    pub fn new(authority: Option<&[u8]>) -> Result<NativeHttp, Fault> {
        Self::within(Limits::default(), authority)
    }

    /// With other limits than those of the browser.
    ///
    /// # Errors
    /// As [`NativeHttp::new`].
    pub fn within(limits: Limits, authority: Option<&[u8]>) -> Result<NativeHttp, Fault> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(limits.whole);
        if let Some(pem) = authority {
            for certificate in reqwest::Certificate::from_pem_bundle(pem).map_err(internal)? {
                builder = builder.add_root_certificate(certificate);
            }
        }
        Ok(NativeHttp { client: builder.build().map_err(internal)?, limits, traffic: Rc::default() })
    }

    pub fn traffic(&self) -> Traffic {
        self.traffic.borrow().clone()
    }

    /// Gives the counts and starts again at nothing.
    pub fn take_traffic(&self) -> Traffic {
        self.traffic.take()
    }
}

#[async_trait(?Send)]
impl Http for NativeHttp {
    async fn send(&self, request: Request) -> Result<Response, Fault> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        self.exchange(request, self.limits.silence).await?.whole(self.limits.body, &host).await
    }

    async fn open(&self, request: Request) -> Result<Opened, Fault> {
        self.exchange(request, self.limits.making).await
    }
}

impl NativeHttp {
    /// `patience`: so long nothing need come.
    async fn exchange(&self, request: Request, patience: Duration) -> Result<Opened, Fault> {
        let url = request.url;
        let host = url.host_str().unwrap_or_default().to_owned();
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).map_err(internal)?;
        let mut builder = self.client.request(method, url.clone()).header(ACCEPT_ENCODING, "gzip");
        let mut up = request.method.len() + url.as_str().len() + "  HTTP/1.1\r\n\r\n".len() + request.body.len();
        for (name, value) in &request.headers {
            builder = builder.header(*name, value);
            up += name.len() + value.len() + 4;
        }
        if !request.body.is_empty() || matches!(request.method, "PUT" | "POST") {
            builder = builder.body(request.body);
        }
        {
            let mut traffic = self.traffic.borrow_mut();
            *traffic.requests.entry(request.method.to_owned()).or_default() += 1;
            traffic.bytes_up += up as u64;
        }
        let answer = in_time(patience, &host, builder.send()).await?.map_err(|e| classified(&e, &host))?;
        let status = answer.status().as_u16();
        let headers: Vec<(String, String)> = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let of_headers: usize = headers.iter().map(|(n, v)| n.len() + v.len() + 4).sum();
        self.traffic.borrow_mut().bytes_down += of_headers as u64;
        let packed = answer.headers().get(CONTENT_ENCODING).is_some_and(|v| v.as_bytes().eq_ignore_ascii_case(b"gzip"));
        let body = Coming {
            answer,
            unpacking: packed.then(|| MultiGzDecoder::new(Vec::new())),
            came: false,
            left: self.limits.streamed,
            silence: self.limits.silence,
            host,
            traffic: self.traffic.clone(),
        };
        Ok(Opened { head: Response { status, headers, body: Vec::new(), url }, body: Box::new(body) })
    }
}

/// A body on its way.
struct Coming {
    answer: reqwest::Response,
    unpacking: Option<MultiGzDecoder<Vec<u8>>>,
    /// Anything at all.
    came: bool,
    /// So many bytes more may come.
    left: usize,
    silence: Duration,
    host: String,
    traffic: Rc<RefCell<Traffic>>,
}

#[async_trait(?Send)]
impl Body for Coming {
    async fn piece(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        loop {
            let next = in_time(self.silence, &self.host, self.answer.chunk()).await;
            let next = next.and_then(|next| next.map_err(|e| classified(&e, &self.host)));
            let next = next.map_err(|fault| fault::broken_off(fault, &self.host))?;
            let Some(bytes) = next else {
                let Some(mut unpacking) = self.unpacking.take().filter(|_| self.came) else { return Ok(None) };
                unpacking.try_finish().map_err(|_| fault::cut_off(&self.host))?;
                let rest = std::mem::take(unpacking.get_mut());
                return if rest.is_empty() { Ok(None) } else { self.within(rest).map(Some) };
            };
            self.came = true;
            self.traffic.borrow_mut().bytes_down += bytes.len() as u64;
            let piece = match &mut self.unpacking {
                None => bytes.to_vec(),
                Some(unpacking) => {
                    unpacking.write_all(&bytes).map_err(|_| fault::cut_off(&self.host))?;
                    std::mem::take(unpacking.get_mut())
                }
            };
            if !piece.is_empty() {
                return self.within(piece).map(Some);
            }
        }
    }
}

impl Coming {
    fn within(&mut self, piece: Vec<u8>) -> Result<Vec<u8>, Fault> {
        self.left = self.left.checked_sub(piece.len()).ok_or_else(|| fault::too_large(&self.host))?;
        Ok(piece)
    }
}

/// What comes within that time.
async fn in_time<T>(patience: Duration, host: &str, coming: impl Future<Output = T>) -> Result<T, Fault> {
    tokio::time::timeout(patience, coming).await.map_err(|_| fault::timeout(host))
}

fn internal(error: impl std::error::Error) -> Fault {
    fault::internal(error)
}

/// Looks down the chain of causes for what a person can act on. The layers
/// between do not export their types, so names and TLS are known by their words.
fn classified(error: &reqwest::Error, host: &str) -> Fault {
    if error.is_timeout() {
        return fault::timeout(host);
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            match io.kind() {
                std::io::ErrorKind::ConnectionRefused => return fault::refused(host),
                std::io::ErrorKind::TimedOut => return fault::timeout(host),
                _ => {}
            }
        }
        let words = inner.to_string();
        if words.contains("dns error") || words.contains("failed to lookup address") {
            return fault::no_such_host(host);
        }
        if words.contains("certificate") {
            return fault::certificate(host);
        }
        cause = inner.source();
    }
    fault::unreachable(host)
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
