//! The network's words for a failure, as faults. Chromium says `net::ERR_…`;
//! Firefox says `NS_ERROR_…` or, where a connection was not to be trusted, a
//! sentence in the person's language.

use crate::fault;
use crate::model::Fault;

/// What the error that `webRequest.onErrorOccurred` told of means for a request
/// to `host`.
pub fn of(error: &str, https: bool, host: &str) -> Fault {
    let fault = match error {
        "net::ERR_NAME_NOT_RESOLVED"
        | "net::ERR_NAME_RESOLUTION_FAILED"
        | "net::ERR_ICANN_NAME_COLLISION"
        | "NS_ERROR_UNKNOWN_HOST"
        | "NS_ERROR_UNKNOWN_PROXY_HOST" => fault::no_such_host(host),
        "net::ERR_CONNECTION_REFUSED" | "NS_ERROR_CONNECTION_REFUSED" => fault::refused(host),
        "net::ERR_CONNECTION_TIMED_OUT"
        | "net::ERR_TIMED_OUT"
        | "net::ERR_DNS_TIMED_OUT"
        | "NS_ERROR_NET_TIMEOUT"
        | "NS_ERROR_NET_TIMEOUT_EXTERNAL" => fault::timeout(host),
        "net::ERR_INTERNET_DISCONNECTED" | "net::ERR_NETWORK_IO_SUSPENDED" | "NS_ERROR_OFFLINE" => fault::offline(),
        _ if error.starts_with("net::ERR_CERT_")
            || error.starts_with("net::ERR_SSL_")
            || error == "net::ERR_BAD_SSL_CLIENT_AUTH_CERT"
            || error.starts_with("SEC_ERROR_")
            || error.starts_with("SSL_ERROR_")
            || error.starts_with("MOZILLA_PKIX_ERROR_") =>
        {
            fault::certificate(host)
        }
        // Firefox's sentence about the certificate: the only sort it does not name.
        _ if https && !error.starts_with("NS_") && !error.starts_with("net::") => {
            return fault::certificate(host).during("TLS");
        }
        _ => fault::unreachable(host),
    };
    // Names only: a sentence could be anything.
    let named = error.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':');
    if named { fault.during(error) } else { fault }
}

/// Whether the host is this very machine, which being offline does not part us from.
pub fn loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
