//! The deposit addresses that are watched, by chain.
//!
//! Each address has an item of its own, written in the transaction that creates the order and read strongly
//! consistently. A buyer learns the address only after that write. So a list that is read after the chain's head misses
//! no payment up to that head; a secondary index, which lags, would.

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::{Deserialize, Serialize};

use crate::{
    checkout::{CheckoutStore, Order},
    dynamo::{
        REMOVABLE_AT, StoreError, from_item, keys, number, store_error, string, to_item, transact::put_new,
    },
    kernel::{ChainId, OrderId, Timestamp},
};

/// A deposit address that is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// The order that is paid there.
    pub order_id: OrderId,
    /// The address, in lower case.
    pub address: String,
    /// True if the chain's native token pays the order.
    pub native: bool,
    /// The time of the order's creation.
    pub created_at: Timestamp,
    /// The end of the time in which payments are looked for.
    pub watched_until: Timestamp,
}

impl Awaited {
    /// The time after an order's expiry in which payments are still looked for, in milliseconds: a day and an hour.
    pub const AFTERWARDS_MILLIS: i64 = 25 * 60 * 60 * 1000;

    /// The time that an entry is kept after `watched_until`, in milliseconds, for a watcher that catches up after an
    /// outage.
    pub const KEPT_MILLIS: i64 = 8 * 24 * 60 * 60 * 1000;

    /// The greatest age of an entry, in milliseconds: a session lives a day at most.
    const MAX_AGE_MILLIS: i64 = 24 * 60 * 60 * 1000 + Self::AFTERWARDS_MILLIS;
}

impl CheckoutStore {
    /// The order's entry among a chain's watched addresses; `None` for an order without an address.
    pub(crate) fn await_deposits(
        &self,
        order: &Order,
        chain: ChainId,
    ) -> Result<Option<TransactWriteItem>, StoreError> {
        let Some(address) = &order.global_address else { return Ok(None) };
        let accepted = order.terms.accepted();
        let watched_until = order.expires_at.plus_millis(Awaited::AFTERWARDS_MILLIS);
        let mut item = to_item(&Awaited {
            order_id: order.id,
            address: address.clone(),
            native: accepted.iter().any(|it| it.chain == chain && it.token.is_native_token()),
            created_at: order.created_at,
            watched_until,
        })?;
        item.extend(keys::awaited_entry(chain, order.created_at, order.id));
        item.insert(
            REMOVABLE_AT.to_owned(),
            number(watched_until.plus_millis(Awaited::KEPT_MILLIS).millis() / 1000),
        );
        put_new(&self.database.tables.orders, "pk", item).map(Some)
    }

    /// The addresses on `chain` that are watched at `now`, of orders created at `since` or later. One round trip for
    /// each megabyte, which is about five thousand addresses.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn awaited(
        &self,
        chain: ChainId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Awaited>, StoreError> {
        // Skips entries that TTL has not deleted yet.
        let since = since.max(now.plus_millis(-Awaited::MAX_AGE_MILLIS));
        let mut entries = self
            .database
            .client
            .query()
            .table_name(&self.database.tables.orders)
            .key_condition_expression("pk = :chain AND sk >= :since")
            .expression_attribute_values(":chain", keys::awaited_partition(chain))
            .expression_attribute_values(":since", string(keys::awaited_since(since)))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut awaited = Vec::new();
        while let Some(entry) = entries.next().await {
            let entry: Awaited = from_item("awaited address", entry.map_err(store_error)?)?;
            if now < entry.watched_until {
                awaited.push(entry);
            }
        }
        Ok(awaited)
    }
}
