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
pub use keys::{owner_of_feed, subject_of};
pub use meter::{Spent, metered};

/// The TTL attribute of both tables: DynamoDB deletes an item some time after the epoch *second* in it.
pub(crate) const REMOVABLE_AT: &str = "removable_at";

/// The attribute that puts an item into the index of open items, with its `expires_at`. Its value is the part of
/// the index. Items that are no longer open do not have it.
pub(crate) const OPEN_SHARD: &str = "open_shard";

/// The number of times that a write reads the item again after a conflict and retries. Each conflict means that another
/// write succeeded, and a session or order has few of them ahead at any time.
pub(crate) const MAX_CONFLICT_RETRIES: usize = 50;
