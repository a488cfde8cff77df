//! Items and attributes: what every table has in common.

use std::collections::HashMap;

use aws_sdk_dynamodb::{error::SdkError, types::AttributeValue};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Error,
    dynamo::{contention, keys},
};

/// A DynamoDB item.
pub type Item = HashMap<String, AttributeValue>;

/// What an item cannot be turned into, and which item it was.
#[derive(Debug, thiserror::Error)]
#[error("the {kind} item {key} cannot be read")]
struct BadItem {
    kind: &'static str,
    key: String,
    source: serde_dynamo::Error,
}

/// What has no value has no attribute either: conditions ask whether one exists.
///
/// # Errors
/// [`Error::Internal`].
pub fn to_item<T: Serialize>(value: &T) -> Result<Item, Error> {
    let mut item: Item = serde_dynamo::to_item(value).map_err(|error| Error::Internal(error.into()))?;
    item.retain(|_, attribute| !attribute.is_null());
    Ok(item)
}

/// What an item holds. `kind` names it in errors.
///
/// # Errors
/// [`Error::Internal`].
pub fn from_item<T: DeserializeOwned>(kind: &'static str, item: Item) -> Result<T, Error> {
    let key = keys::describe(&item);
    serde_dynamo::from_item(item).map_err(|source| Error::Internal(BadItem { kind, key, source }.into()))
}

/// A string attribute.
pub fn string(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// Turns a failed call into an error: an outage, a conflict or a throttle that outlasted the retries is for the client to
/// try again; anything else is a fault of ours.
pub fn store_error<E, R>(error: SdkError<E, R>) -> Error
where
    E: std::error::Error + aws_sdk_dynamodb::error::ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            Error::Unavailable(error.into())
        }
        SdkError::ServiceError(refusal) => match refusal.err().code() {
            Some(code) if contention::is_contention(code) => Error::Contended(error.into()),
            Some(code) if !contention::is_outage(code) => Error::Internal(error.into()),
            _ => Error::Unavailable(error.into()),
        },
        _ => Error::Internal(error.into()),
    }
}
