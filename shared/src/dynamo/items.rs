//! Items and attributes, common to all tables.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};

use crate::dynamo::StoreError;

/// A DynamoDB item.
pub type Item = HashMap<String, AttributeValue>;

/// A conversion that failed, and the item.
#[derive(Debug, thiserror::Error)]
#[error("the {kind} item {key} cannot be read")]
struct BadItem {
    kind: &'static str,
    key: String,
    source: serde_dynamo::Error,
}

/// Converts a value to an item. Fields without a value get no attribute: conditions test for its existence.
///
/// # Errors
/// [`StoreError::Internal`].
pub fn to_item<T: Serialize>(value: &T) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(value).map_err(|error| StoreError::Internal(error.into()))?;
    item.retain(|_, attribute| !attribute.is_null());
    Ok(item)
}

/// Converts an item to a value. `kind` names it in errors.
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

/// An item's key as text, for errors.
pub(crate) fn describe(item: &Item) -> String {
    let parts = ["id", "pk", "sk"].into_iter().filter_map(|name| item.get(name)?.as_s().ok());
    parts.map(String::as_str).collect::<Vec<_>>().join(" / ")
}
