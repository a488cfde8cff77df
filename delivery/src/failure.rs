//! The failures of an attempt.

use std::{error::Error, fmt, io};

use crate::resolver::Refused;

/// The reason for a failed attempt. Reveals nothing of the URL, the message or the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The URL is not allowed; see [`check_url`](crate::check_url).
    UrlRefused,
    /// The host is, or resolves to, an address that is not public. One of several is enough.
    AddressRefused,
    /// The host's name does not resolve.
    Dns,
    /// The connection failed.
    Connect,
    /// TLS failed, or the certificate is not trusted for this host.
    Tls,
    /// It took too long.
    Timeout,
    /// The answer is not HTTP, too long, or missing.
    Protocol,
    /// The answer's status is not 200 to 299. Redirects are not followed.
    Status,
    /// A secret is not `whsec_` followed by 24 to 64 bytes in base64, or there is no secret.
    BadSecret,
    /// The message's id is empty, or contains a full stop or a character that no header can carry.
    BadId,
}

impl Failure {
    /// Its short name, which never changes.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UrlRefused => "url_refused",
            Self::AddressRefused => "address_refused",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
            Self::Status => "status",
            Self::BadSecret => "bad_secret",
            Self::BadId => "bad_id",
        }
    }

    /// The failure of a request. The error itself is dropped: its text contains the URL.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        // A refusal is also an error of the lookup, and so on: the most precise one comes first.
        match error {
            _ if caused_by::<Refused>(error) => Self::AddressRefused,
            error if error.is_dns() => Self::Dns,
            error if error.is_timeout() => Self::Timeout,
            _ if caused_by::<rustls::Error>(error) => Self::Tls,
            error if error.is_connect() => Self::Connect,
            error if error.is_builder() => Self::UrlRefused,
            _ => Self::Protocol,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Returns true if an error is an `E`, or has one among its causes.
fn caused_by<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    // The error that an I/O error wraps is not among its sources; only that one's sources are.
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    let below = wrapped.map(|error| error as &(dyn Error + 'static)).or_else(|| error.source());
    error.is::<E>() || below.is_some_and(caused_by::<E>)
}
