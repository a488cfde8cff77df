//! Items and attributes: what every table has in common.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};

use crate::dynamo::StoreError;

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
/// [`StoreError::Internal`].
pub fn to_item<T: Serialize>(value: &T) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(value).map_err(|error| StoreError::Internal(error.into()))?;
    item.retain(|_, attribute| !attribute.is_null());
    Ok(item)
}

/// What an item holds. `kind` names it in errors.
///
/// # Errors
/// [`StoreError::Internal`].
pub fn from_item<T: DeserializeOwned>(kind: &'static str, item: Item) -> Result<T, StoreError> {
    let key = describe(&item);
    serde_dynamo::from_item(item).map_err(|source| StoreError::Internal(BadItem { kind, key, source }.into()))
}

/// A string attribute.
pub fn string(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// A number attribute.
pub fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// An item's key in words, for errors.
pub(crate) fn describe(item: &Item) -> String {
    let parts = ["id", "pk", "sk"].into_iter().filter_map(|name| item.get(name)?.as_s().ok());
    parts.map(String::as_str).collect::<Vec<_>>().join(" / ")
}
