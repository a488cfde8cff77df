//! How sessions, orders and evidence are kept in DynamoDB.
//!
//! Every write is conditional, every read that reports a status is strongly consistent, and an expiry
//! is written down before anybody is told of it: otherwise a write that was decided in time but lands
//! late could contradict an answer already given. See `ARCHITECTURE.md`, "Consistency".

mod api_keys;
mod client;
mod creators;
mod expiry;
mod idempotency;
mod keys;
mod orders;
mod payments;
mod sessions;
mod transact;

pub use client::{connect, connect_to};
pub use idempotency::Claim;

use aws_sdk_dynamodb::{Client, error::SdkError, types::AttributeValue};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::HashMap;

use crate::Error;
use api_keys::KeyCache;
pub use orders::OrderRecord;

/// A DynamoDB item.
type Item = HashMap<String, AttributeValue>;

/// The sessions table's TTL attribute: DynamoDB removes an item some time after the epoch *second* in it.
const REMOVABLE_AT: &str = "removable_at";

/// The tables.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    tables: Tables,
    key_cache: KeyCache,
}

/// The tables' names.
#[derive(Debug, Clone)]
pub struct Tables {
    /// One item a session.
    pub sessions: String,
    /// Orders, their evidence, and the list of each creator's orders.
    pub orders: String,
    /// API keys.
    pub keys: String,
}

impl Store {
    /// A store on the given tables.
    pub fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables, key_cache: KeyCache::default() }
    }
}

/// What an item cannot be turned into, and which item it was.
#[derive(Debug, thiserror::Error)]
#[error("the {kind} item {key} cannot be read")]
struct BadItem {
    kind: &'static str,
    key: String,
    source: serde_dynamo::Error,
}

/// What has no value has no attribute either: conditions ask whether one exists.
fn to_item<T: Serialize>(value: &T) -> Result<Item, Error> {
    let mut item: Item = serde_dynamo::to_item(value).map_err(|error| Error::Internal(error.into()))?;
    item.retain(|_, attribute| !attribute.is_null());
    Ok(item)
}

/// How often a write that lost a race looks at what won and tries again. Every loss means that another
/// write got through, and a session or order has few of them ahead at any time.
const RACES: usize = 50;

fn outraced(what: impl std::fmt::Display) -> Error {
    Error::Unavailable(format!("{what} changes faster than it can be read").into())
}

fn from_item<T: DeserializeOwned>(kind: &'static str, item: Item) -> Result<T, Error> {
    let key = keys::describe(&item);
    serde_dynamo::from_item(item).map_err(|source| Error::Internal(BadItem { kind, key, source }.into()))
}

fn string(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn number(value: impl ToString) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// An outage or a throttle that outlasted the retries is for the client to try again; anything else is
/// a fault of ours.
fn store_error<E, R>(error: SdkError<E, R>) -> Error
where
    E: std::error::Error + aws_sdk_dynamodb::error::ProvideErrorMetadata + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let passing = match &error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        SdkError::ServiceError(refusal) => refusal.err().code().is_none_or(transact::is_passing),
        _ => false,
    };
    if passing { Error::Unavailable(error.into()) } else { Error::Internal(error.into()) }
}

#[cfg(test)]
mod item_tests;
