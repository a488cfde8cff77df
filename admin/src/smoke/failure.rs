//! The result of a check, and the evidence where it does not hold.

use serde::Serialize;

/// Something that the contract says and the server does not do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The behaviour that the contract asks for.
    pub expected: String,
    /// The server's behaviour.
    pub got: String,
    /// The request that shows it, as a curl command that takes the API key from `$CHECKOUT_API_KEY`.
    pub request: String,
}

/// The reason for which a check ended before its end.
#[derive(Debug, Clone)]
pub enum Stop {
    /// It does not hold.
    Failed(Box<Failure>),
    /// It cannot be made here, for this reason.
    Skipped(String),
}

/// The result of a check, or of a step of one.
pub type Outcome<T = ()> = Result<T, Stop>;

/// Ends a check that cannot be made.
pub(crate) fn skip<T>(reason: impl Into<String>) -> Outcome<T> {
    Err(Stop::Skipped(reason.into()))
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(Box::new(failure))
    }
}
