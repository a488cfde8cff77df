//! The deposit addresses that are watched, by chain.
//!
//! They are items of their own, written in the transaction that creates the order, and read strongly
//! consistently: whoever pays has been told the address before, so a look at the list that comes after a
//! look at the chain's head misses none of those paid up to there. A secondary index would.

use aws_sdk_dynamodb::types::TransactWriteItem;
use serde::{Deserialize, Serialize};

use crate::{
    checkout::{CheckoutStore, Order},
    dynamo::{
        REMOVABLE_AT, StoreError, from_item, keys, number, store_error, string, to_item, transact::put_new,
    },
    kernel::{Address, ChainId, OrderId, Timestamp},
};

/// A deposit address that is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// The order that is paid there.
    pub order_id: OrderId,
    /// The address, in lower case.
    pub address: String,
    /// What the order asks for.
    pub token: Address,
    /// When the order was made.
    pub created_at: Timestamp,
    /// How long payments are looked for.
    pub watched_until: Timestamp,
}

impl Awaited {
    /// How long a payment is looked for after its order expired, in milliseconds: a day and an hour.
    pub const AFTERWARDS_MILLIS: i64 = 25 * 60 * 60 * 1000;

    /// How long an entry is kept beyond the time that it is watched for, in milliseconds, for a watcher that
    /// has to make up for an outage.
    pub const KEPT_MILLIS: i64 = 8 * 24 * 60 * 60 * 1000;

    /// No entry is older than this, in milliseconds: a session lives a day at most.
    const MAX_AGE_MILLIS: i64 = 24 * 60 * 60 * 1000 + Self::AFTERWARDS_MILLIS;
}

impl CheckoutStore {
    /// An order's entry among the watched addresses of its chain; none where it has no address.
    pub(crate) fn await_deposits(&self, order: &Order) -> Result<Option<TransactWriteItem>, StoreError> {
        let Some(address) = &order.global_address else { return Ok(None) };
        let watched_until = order.expires_at.plus_millis(Awaited::AFTERWARDS_MILLIS);
        let mut item = to_item(&Awaited {
            order_id: order.id,
            address: address.clone(),
            token: order.terms.src_token_address.clone(),
            created_at: order.created_at,
            watched_until,
        })?;
        item.extend(keys::awaited_entry(order.terms.src_chain, order.created_at, order.id));
        item.insert(
            REMOVABLE_AT.to_owned(),
            number(watched_until.plus_millis(Awaited::KEPT_MILLIS).millis() / 1000),
        );
        put_new(&self.database.tables.orders, "pk", item).map(Some)
    }

    /// The addresses on `chain` that are watched at `now`, of orders made at `since` or later. One round
    /// trip for each megabyte, which is some five thousand addresses.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn awaited(
        &self,
        chain: ChainId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Awaited>, StoreError> {
        // What TTL has not removed yet is not even read.
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
