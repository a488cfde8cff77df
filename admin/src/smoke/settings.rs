//! The settings of a run, and the reasons for which it does not begin.

use std::time::Duration;

/// The server to check, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address of the API, such as `https://abcdef1234.execute-api.us-east-1.amazonaws.com`.
    pub url: String,
    /// An API key with the scope `write`, for a server that requires keys.
    pub api_key: Option<String>,
    /// Time limit of each request.
    pub timeout: Duration,
    /// Time in which an event must be listed, and a session under its status.
    pub patience: Duration,
    /// Origin that browsers are said to call from.
    pub origin: String,
    /// The chain of the orders; without it, the first well-known one that the server accepts.
    pub chain: Option<u64>,
}

impl Settings {
    /// The usual limits, for a server at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            api_key: None,
            timeout: Duration::from_secs(30),
            patience: Duration::from_secs(60),
            origin: "https://shop.example".to_owned(),
            chain: None,
        }
    }
}

/// The reasons for which nothing can be checked.
#[derive(Debug, thiserror::Error)]
pub enum CannotRun {
    /// There is no HTTP client for this.
    #[error("no HTTP client: {0}")]
    Client(#[source] reqwest::Error),
    /// Nothing answers.
    #[error("{url} cannot be reached: {cause}")]
    Unreachable {
        /// The address.
        url: String,
        /// The reason.
        cause: String,
    },
    /// Something else answers.
    #[error("{url} is not a server of this API: POST /checkout-sessions answered {answer}")]
    OtherServer {
        /// The address.
        url: String,
        /// Its answer.
        answer: String,
    },
    /// It requires keys, and none is given.
    #[error(
        "this server requires API keys. Create one with `admin keys create --owner smoke --scope write` (see its \
         --help), and put it into the environment variable CHECKOUT_API_KEY"
    )]
    KeyNeeded,
    /// The key opens nothing.
    #[error("the server refuses this API key: it is malformed, wrong, expired or revoked")]
    KeyRefused,
    /// It supports none of the chains that are tried.
    #[error("the server supports none of the well-known chains; name one that it supports with --chain")]
    NoChain,
    /// The key only reads.
    #[error("this API key may only read; the checks need one with the scope write")]
    KeyTooNarrow,
}
