//! One attempt to send a message.

use std::{error::Error, fmt, sync::Arc, time::Duration};

use reqwest::{
    Certificate, Client, Response,
    header::{CONTENT_TYPE, HeaderValue},
    redirect, retry,
};
use tokio::time::{Instant, timeout_at};

use crate::{
    BadUrl, Failure, Message, Reach,
    endpoint::Gate,
    resolver::{Lookup, Resolver, system},
    signature,
};

/// Sends messages. Cheap to clone: clones share one client.
#[derive(Clone)]
pub struct Sender {
    client: Client,
    gate: Gate,
    limits: Limits,
}

/// The outcome of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The answer's status, if there was an answer.
    pub status: Option<u16>,
    /// The failure; `None` if the message was delivered, that is, answered with 200 to 299.
    pub error: Option<Failure>,
    /// The time until there was a status, or a failure.
    pub duration: Duration,
}

/// The time limits of an attempt.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// For the connection, with TLS.
    pub(crate) connect: Duration,
    /// For the whole attempt.
    pub(crate) total: Duration,
    /// For the answer's body, within the total. It is read out of courtesy only.
    pub(crate) body: Duration,
}

/// The parts of a sender.
pub(crate) struct Parts {
    pub(crate) gate: Gate,
    pub(crate) limits: Limits,
    pub(crate) lookup: Lookup,
    /// Certificates trusted besides the machine's.
    pub(crate) roots: Vec<Certificate>,
}

/// The number of bytes read of an answer's body.
const BODY_LIMIT: usize = 16 * 1024;

const USER_AGENT: &str = concat!("checkout-webhooks/", env!("CARGO_PKG_VERSION"));

impl Sender {
    /// Creates a sender of messages to endpoints within `reach`.
    ///
    /// # Errors
    /// If the machine's certificates cannot be used.
    pub fn new(reach: Reach) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Self::of(Parts { gate: Gate::new(reach), limits: Limits::USUAL, lookup: system(), roots: Vec::new() })
    }

    pub(crate) fn of(parts: Parts) -> Result<Self, Box<dyn Error + Send + Sync>> {
        use_ring();
        let Parts { gate, limits, lookup, roots } = parts;
        let client = Client::builder()
            .dns_resolver(Arc::new(Resolver { gate, lookup }))
            .https_only(gate.reach == Reach::PublicHttps)
            // A proxy would resolve names itself.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .connect_timeout(limits.connect)
            // A kept connection may be dead once a frozen function thaws.
            .pool_max_idle_per_host(0)
            .tls_certs_merge(roots)
            .http1_only()
            // This crate does not enable it, but another crate of the program may.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .user_agent(USER_AGENT)
            .build()?;
        Ok(Self { client, gate, limits })
    }

    /// Posts a message once. A failure is part of the outcome.
    pub async fn send(&self, url: &str, message: &Message<'_>) -> Outcome {
        let start = Instant::now();
        let end = start + self.limits.total;
        let answer = timeout_at(end, self.post(url, message)).await.unwrap_or(Err(Failure::Timeout));
        let duration = start.elapsed();
        match answer {
            Ok(answer) => {
                let status = answer.status();
                // The status has decided; the body's end changes nothing.
                let _ = timeout_at(end.min(Instant::now() + self.limits.body), read_out(answer)).await;
                let error = (!status.is_success()).then_some(Failure::Status);
                Outcome { status: Some(status.as_u16()), error, duration }
            }
            Err(failure) => Outcome { status: None, error: Some(failure), duration },
        }
    }

    async fn post(&self, url: &str, message: &Message<'_>) -> Result<Response, Failure> {
        let url = self.gate.open(url).map_err(|bad| match bad {
            BadUrl::PrivateHost => Failure::AddressRefused,
            _ => Failure::UrlRefused,
        })?;
        let request = self
            .client
            .post(url)
            .headers(signature::headers(message)?)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(message.body.to_owned());
        request.send().await.map_err(|error| Failure::of(&error))
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("reach", &self.gate.reach).finish_non_exhaustive()
    }
}

impl Limits {
    pub(crate) const USUAL: Self = Self {
        connect: Duration::from_secs(5),
        total: Duration::from_secs(15),
        body: Duration::from_secs(1),
    };
}

/// Reads and drops a little of an answer's body, so that an endpoint with a short body is not cut off.
async fn read_out(mut answer: Response) {
    let mut read = 0;
    while let Ok(Some(chunk)) = answer.chunk().await {
        read += chunk.len();
        if read >= BODY_LIMIT {
            return;
        }
    }
}

/// Makes TLS use ring in this process, as the AWS SDK does here, so that there is one implementation of it. Without
/// this, reqwest builds no client.
fn use_ring() {
    // Only the first to choose succeeds.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
