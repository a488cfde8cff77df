//! The one error type. It does not depend on HTTP: [`crate::edge::answer`] turns it into a response.

use crate::{dynamo::StoreError, kernel::OrderId};

/// The failure of an operation.
///
/// `Display` is for the client. [`Error::source`](std::error::Error::source) (such as the source of an outage) is for
/// the log only.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// One field of the request breaks its rule.
    #[error("{param} {rule}")]
    InvalidField {
        /// The field, as a JSON path such as `payload.expectedDstAmount`.
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
        /// The field.
        param: String,
        /// The rule, phrased to follow the field's name.
        rule: String,
    },
    /// An order asks for a route that the configured chains do not offer.
    #[error("{param} {rule}")]
    RouteNotSupported {
        /// The field.
        param: String,
        /// The rule, phrased to follow the field's name.
        rule: &'static str,
    },
    /// An order does not pay what its session asks for.
    #[error("{param} {rule}")]
    PaymentTermsNotMet {
        /// The field.
        param: &'static str,
        /// The rule, phrased to follow the field's name.
        rule: String,
    },
    /// The request needs a key and has none, or an invalid one.
    #[error("{0}")]
    Unauthorized(KeyRefusal),
    /// The request's key does not allow this.
    #[error("This API key does not have the scope {0}, which this request needs")]
    Forbidden(&'static str),
    /// The endpoint exists only where API keys are on.
    #[error("This endpoint requires API keys, which are disabled on this server")]
    KeysAreOff,
    /// The session in a query does not exist.
    #[error("Checkout session not found")]
    SessionNotFound,
    /// The session to change does not exist, or belongs to another merchant.
    #[error("Checkout session not found")]
    NoSessionToChange,
    /// The id of the session to change is malformed.
    #[error("Checkout session not found: malformed id")]
    MalformedSessionId,
    /// The session to change is no longer open.
    #[error("Checkout session is not open: its status is {status}")]
    SessionNotOpen {
        /// Its status.
        status: String,
    },
    /// A session has at most one order, ever.
    #[error("Checkout session already has the order {0}")]
    SessionHasOrder(OrderId),
    /// The idempotency key was used for another request.
    #[error("This Idempotency-Key was used for a request with another body")]
    IdempotencyConflict,
    /// The order in a query does not exist.
    #[error("Order not found")]
    OrderNotFound,
    /// The merchant has the most webhook endpoints allowed.
    #[error("There are {max} webhook endpoints already; delete one first")]
    TooManyEndpoints {
        /// The most endpoints allowed.
        max: u64,
    },
    /// The webhook endpoint does not exist.
    #[error("Webhook endpoint not found")]
    EndpointNotFound,
    /// The webhook delivery does not exist.
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
    /// The store did not answer in time; the same request may succeed later.
    #[error("The service is busy; try again in a moment")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A fault of the service: a bad item, a bad setting, a missing permission.
    #[error("Something went wrong on our side")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The reason for refusing a request's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyRefusal {
    /// There is none.
    #[error("This request needs an API key, as Authorization: Bearer or as x-api-key")]
    Missing,
    /// It is malformed, unknown, revoked or expired. Only its rightful holder may learn which.
    #[error("This API key is not valid: it is malformed, wrong, expired or revoked")]
    Invalid,
}

/// A result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// The error that the field `param` breaks `rule`.
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
