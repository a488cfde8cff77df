//! How sessions, orders and evidence are kept in DynamoDB.
//!
//! Every write is conditional, every read that reports a status is strongly consistent, and an expiry
//! is written down before anybody is told of it: otherwise a write that was decided in time but lands
//! late could contradict an answer already given. See `ARCHITECTURE.md`, "Consistency".

mod api_keys;
mod awaited;
mod client;
mod contention;
mod creators;
mod expiry;
mod feed;
mod idempotency;
pub mod items;
mod keys;
mod listing;
mod meter;
mod orders;
mod payments;
mod publication;
mod sessions;
mod stories;
mod subjects;
mod sweep;
mod transact;
mod webhooks;

pub use awaited::Awaited;
pub use client::{connect, connect_to, sdk_config};
pub use idempotency::Claim;

use aws_sdk_dynamodb::Client;

use crate::Error;
use api_keys::KeyCache;
pub use feed::{FeedEntry, Stretch};
use items::{Item, from_item, number, store_error, string, to_item};
pub use keys::{owner_of_feed_end, subject_of};
pub use listing::{Page, Place, Sought};
pub use meter::{Spent, metered};
pub use orders::OrderRecord;
pub use webhooks::Due;

/// Both tables' TTL attribute: DynamoDB removes an item some time after the epoch *second* in it.
const REMOVABLE_AT: &str = "removable_at";

/// What puts an item into the index of what is open, with its `deadline`: the part of the index. Whatever
/// is no longer open no longer has it.
const OPEN_SHARD: &str = "open_shard";

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
    /// Published events, and how far publishing is.
    pub events: String,
    /// Webhook endpoints, and what is sent to them.
    pub webhooks: String,
}

impl Store {
    /// A store on the given tables.
    pub fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables, key_cache: KeyCache::default() }
    }

    /// The name of the table of events.
    pub fn events_table(&self) -> &str {
        &self.tables.events
    }
}

/// How often a write that lost a race looks at what won and tries again. Every loss means that another
/// write got through, and a session or order has few of them ahead at any time.
const RACES: usize = 50;

fn outraced(what: impl std::fmt::Display) -> Error {
    Error::Contended(format!("{what} changes faster than it can be read").into())
}

#[cfg(test)]
mod item_tests;
