//! What can go wrong with an attempt.

use std::{error::Error, fmt, io};

use crate::resolver::Refused;

/// Why a message was not delivered. Says nothing of the URL, the message or the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Failure {
    /// The URL is none that messages may go to; see [`check_url`](crate::check_url).
    UrlRefused,
    /// The host is, or its name resolves to, an address that is not public. One of several is enough.
    AddressRefused,
    /// The host's name does not resolve.
    Dns,
    /// Nobody took the connection.
    Connect,
    /// Encryption could not be agreed on, or the certificate is not one to trust for this host.
    Tls,
    /// It took too long.
    Timeout,
    /// What came back is not HTTP, too much of it, or nothing.
    Protocol,
    /// The answer's status is none of 200 to 299. Redirects are not followed.
    Status,
    /// A secret is not `whsec_` with 24 to 64 bytes in base64 after it, or there is none at all.
    BadSecret,
    /// The message's id is empty, has a full stop in it, or what no header can carry.
    BadId,
}

impl Failure {
    /// A short name for it that never changes.
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

    /// What went wrong. The error itself is not kept: its text has the URL in it.
    pub(crate) fn of(error: &reqwest::Error) -> Self {
        // A refusal is also an error of looking up a name, and so on: the most precise one comes first.
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

/// Whether an error is an `E`, or has one somewhere below.
fn caused_by<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    // What an I/O error wraps is not among its sources, only that one's sources are.
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    let below = wrapped.map(|error| error as &(dyn Error + 'static)).or_else(|| error.source());
    error.is::<E>() || below.is_some_and(caused_by::<E>)
}
