//! Failures of a call to DynamoDB. A failed condition is an outcome, not a failure.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

use crate::dynamo::codes::{is_contention, is_outage};

/// The failure of a call to DynamoDB.
///
/// `Display` is for clients; [`source`](std::error::Error::source) is for the log only.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The tables did not answer in time; the same request may succeed later.
    #[error("The service is busy; try again in a moment")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Nothing was written: other writes to the same items, or a throttle, outlasted the call's retries. Not
    /// [`StoreError::Unavailable`], because the items can still be read, so the loser of a race can learn the result.
    /// For clients the two are the same.
    #[error("The service is busy; try again in a moment")]
    Contended(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A fault of the service: a bad item, a bad setting, a missing permission.
    #[error("Something went wrong on our side")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The error for an item that meets more conflicts than [`MAX_CONFLICT_RETRIES`](crate::dynamo::MAX_CONFLICT_RETRIES).
pub(crate) fn contended(item: impl std::fmt::Display) -> StoreError {
    StoreError::Contended(format!("{item} changes faster than it can be read").into())
}

/// Turns a failed call into an error. After an outage, a conflict or a throttle that outlasted the retries, the client
/// may try again; anything else is a fault of the service.
pub fn store_error<E, R>(error: SdkError<E, R>) -> StoreError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            StoreError::Unavailable(error.into())
        }
        SdkError::ServiceError(refusal) => match refusal.err().code() {
            Some(code) if is_contention(code) => StoreError::Contended(error.into()),
            Some(code) if !is_outage(code) => StoreError::Internal(error.into()),
            _ => StoreError::Unavailable(error.into()),
        },
        _ => StoreError::Internal(error.into()),
    }
}
