//! DynamoDB: the client, items, the keys of the tables, and transactions.

mod client;
mod codes;
pub(crate) mod contention;
mod database;
mod error;
mod items;
pub(crate) mod keys;
mod meter;
mod retry;
pub(crate) mod transact;

pub use client::{connect, connect_to, sdk_config};
pub use database::{Database, Tables};
pub(crate) use error::contended;
pub use error::{StoreError, store_error};
pub(crate) use items::describe;
pub use items::{Item, from_item, number, string, to_item};
pub use keys::{owner_of_feed_end, subject_of};
pub use meter::{Spent, metered};

/// Both tables' TTL attribute: DynamoDB removes an item some time after the epoch *second* in it.
pub(crate) const REMOVABLE_AT: &str = "removable_at";

/// The attribute that puts an item into the index of open items, with its `deadline`: the part of the index. An item
/// that is no longer open no longer has it.
pub(crate) const OPEN_SHARD: &str = "open_shard";

/// How often a write that lost a race reads the item that won and tries again. Every loss means that another
/// write got through, and a session or order has few of them ahead at any time.
pub(crate) const MAX_CONFLICT_RETRIES: usize = 50;
