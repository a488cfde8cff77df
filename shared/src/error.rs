//! The one error type. It knows nothing of HTTP: [`crate::edge::answer`] turns it into a response.

use crate::{dynamo::StoreError, kernel::OrderId};

/// Everything that can keep an operation from succeeding.
///
/// `Display` is what the client reads. What only the log may say (the source of an outage) is kept in
/// [`Error::source`](std::error::Error::source).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One field of the request breaks its rule.
    #[error("{param} {rule}")]
    InvalidField {
        /// Where the field is, as a JSON path such as `payload.expectedDstAmount`.
        param: String,
        /// The rule, phrased to follow the field's name: "must be a string".
        rule: String,
    },
    /// The body as a whole cannot be read.
    #[error("The request body {0}")]
    InvalidBody(&'static str),
    /// The body is too long.
    #[error("The request body must not be longer than {max} bytes")]
    BodyTooLarge {
        /// The longest body, in bytes.
        max: usize,
    },
    /// An order names a chain that is not configured.
    #[error("{param} {rule}")]
    ChainNotSupported {
        /// Where the field is.
        param: &'static str,
        /// The rule, phrased to follow the field's name.
        rule: String,
    },
    /// An order asks for what the configured chains cannot do.
    #[error("{param} {rule}")]
    RouteNotSupported {
        /// Where the field is.
        param: &'static str,
        /// The rule, phrased to follow the field's name.
        rule: &'static str,
    },
    /// The request needs a key and has none, or has one that opens nothing.
    #[error("{0}")]
    Unauthorized(KeyRefusal),
    /// The request's key does not allow this.
    #[error("This API key does not have the scope {0}, which this request needs")]
    Forbidden(&'static str),
    /// What is asked for is only there where API keys are on.
    #[error("This endpoint is only there where API keys are on, and here they are off")]
    KeysAreOff,
    /// A session that is looked up does not exist.
    #[error("Checkout session not found")]
    SessionNotFound,
    /// A session that is to be changed does not exist, or is another merchant's.
    #[error("Checkout session not found")]
    NoSessionToChange,
    /// No session can have the id of the one that is to be changed.
    #[error("Checkout session not found: malformed id")]
    MalformedSessionId,
    /// A session that is to be changed is not open any more.
    #[error("Checkout session is not open: its status is {status}")]
    SessionNotOpen {
        /// Its status.
        status: String,
    },
    /// A session has at most one order, ever.
    #[error("Checkout session already has the order {0}")]
    SessionHasOrder(OrderId),
    /// An idempotency key has been used for another request.
    #[error("This Idempotency-Key was used for a request with another body")]
    IdempotencyConflict,
    /// An order that is looked up does not exist.
    #[error("Order not found")]
    OrderNotFound,
    /// A merchant has as many webhook endpoints as there may be.
    #[error("There are {max} webhook endpoints already; delete one first")]
    TooManyEndpoints {
        /// How many there may be.
        max: u64,
    },
    /// A webhook endpoint that is looked up does not exist.
    #[error("Webhook endpoint not found")]
    EndpointNotFound,
    /// A webhook delivery that is looked up does not exist.
    #[error("Webhook delivery not found")]
    DeliveryNotFound,
    /// No endpoint answers to this method and path.
    #[error("There is no {method} {path}; see openapi.yaml for the endpoints")]
    RouteNotFound {
        /// The method as sent.
        method: String,
        /// The path as sent.
        path: String,
    },
    /// The store did not take or give the data in time; the same request may succeed later.
    #[error("The service is busy; try again in a moment")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A fault of ours: a bad item, a bad setting, a missing permission.
    #[error("Something went wrong on our side")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What is wrong with a request's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// There is none.
    #[error("This request needs an API key, as Authorization: Bearer or as x-api-key")]
    Missing,
    /// It opens nothing. Which of these it is, only its rightful holder should be able to find out.
    #[error("This API key is not valid: it is malformed, wrong, expired or revoked")]
    Invalid,
}

/// Short for a result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// A field at `param` that breaks `rule`.
    pub fn invalid(param: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::InvalidField { param: param.into(), rule: rule.into() }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(source) | StoreError::Contended(source) => Self::Unavailable(source),
            StoreError::Internal(source) => Self::Internal(source),
        }
    }
}
