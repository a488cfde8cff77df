//! DynamoDB: the client, items, the keys of the tables, and transactions.

mod client;
pub(crate) mod contention;
mod items;
pub(crate) mod keys;
mod meter;
pub(crate) mod transact;

use aws_sdk_dynamodb::Client;

use crate::{Error, keys::KeyCache};
pub use client::{connect, connect_to, sdk_config};
pub use items::{Item, from_item, number, store_error, string, to_item};
pub use keys::{owner_of_feed_end, subject_of};
pub use meter::{Spent, metered};

/// Both tables' TTL attribute: DynamoDB removes an item some time after the epoch *second* in it.
pub(crate) const REMOVABLE_AT: &str = "removable_at";

/// What puts an item into the index of what is open, with its `deadline`: the part of the index. Whatever
/// is no longer open no longer has it.
pub(crate) const OPEN_SHARD: &str = "open_shard";

/// The tables.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) client: Client,
    pub(crate) tables: Tables,
    pub(crate) key_cache: KeyCache,
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
pub(crate) const RACES: usize = 50;

pub(crate) fn outraced(what: impl std::fmt::Display) -> Error {
    Error::Contended(format!("{what} changes faster than it can be read").into())
}
