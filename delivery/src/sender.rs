//! Makes one attempt.

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

/// Sends messages. Cheap to clone: clones share what a client needs.
#[derive(Clone)]
pub struct Sender {
    client: Client,
    gate: Gate,
    limits: Limits,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The answer's status, if there was an answer.
    pub status: Option<u16>,
    /// What went wrong; `None` where the message was delivered, that is, was answered with 200 to 299.
    pub error: Option<Failure>,
    /// How long it took until there was a status, or until it was clear that there would be none.
    pub duration: Duration,
}

/// How long an attempt may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Until there is a connection, with TLS.
    pub(crate) connect: Duration,
    /// For all of it.
    pub(crate) total: Duration,
    /// For the answer's body, within the total. It is read out of courtesy only.
    pub(crate) body: Duration,
}

/// What a sender is made of.
pub(crate) struct Parts {
    pub(crate) gate: Gate,
    pub(crate) limits: Limits,
    pub(crate) lookup: Lookup,
    /// Trusted besides the machine's.
    pub(crate) roots: Vec<Certificate>,
}

/// How much of an answer's body is read, in bytes.
const BODY_LIMIT: usize = 16 * 1024;

const USER_AGENT: &str = concat!("checkout-webhooks/", env!("CARGO_PKG_VERSION"));

impl Sender {
    /// A sender of messages to endpoints within `reach`.
    ///
    /// # Errors
    /// What is wrong with the machine's certificates.
    pub fn new(reach: Reach) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Self::of(Parts { gate: Gate::new(reach), limits: Limits::USUAL, lookup: system(), roots: Vec::new() })
    }

    pub(crate) fn of(parts: Parts) -> Result<Self, Box<dyn Error + Send + Sync>> {
        use_ring();
        let Parts { gate, limits, lookup, roots } = parts;
        let client = Client::builder()
            .dns_resolver(Arc::new(Resolver { gate, lookup }))
            .https_only(gate.reach == Reach::PublicHttps)
            // A proxy would look up names itself.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .connect_timeout(limits.connect)
            // A connection that is kept may be dead once a frozen function thaws.
            .pool_max_idle_per_host(0)
            .tls_certs_merge(roots)
            .http1_only()
            // Off in what this crate asks of reqwest, but another crate of the program may ask for more.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .user_agent(USER_AGENT)
            .build()?;
        Ok(Self { client, gate, limits })
    }

    /// Posts a message once. Never fails as a function: what went wrong is in the outcome.
    pub async fn send(&self, url: &str, message: &Message<'_>) -> Outcome {
        let start = Instant::now();
        let end = start + self.limits.total;
        let answer = timeout_at(end, self.post(url, message)).await.unwrap_or(Err(Failure::Timeout));
        let duration = start.elapsed();
        match answer {
            Ok(answer) => {
                let status = answer.status();
                // The status has said all; whether and how the body ends changes nothing any more.
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

/// Reads a little of an answer's body, so that an endpoint that has a few words to say is not cut off,
/// and throws it away.
async fn read_out(mut answer: Response) {
    let mut read = 0;
    while let Ok(Some(chunk)) = answer.chunk().await {
        read += chunk.len();
        if read >= BODY_LIMIT {
            return;
        }
    }
}

/// Has TLS use ring in this process, as the AWS SDK does here, and so one implementation of it. Without
/// this, reqwest builds no client.
fn use_ring() {
    // Only the first to choose succeeds.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
