//! Confirmed deposits. Each has an item of its own, since buyers can make any number of them.

use std::collections::HashSet;

use serde::Deserialize;
use shared::{
    dynamo::{StoreError, number, store_error, string},
    kernel::{ChainId, OrderId, Timestamp},
};

use super::table::{ChainStore, confirmed_deposit, key, unswept};

#[derive(Deserialize)]
struct ConfirmedRecord {
    evidence_id: String,
}

/// The time for which a confirmed deposit is kept, in milliseconds. It is longer than a gas wallet stays empty or
/// gas costs more than allowed, since nothing else remembers the confirmation.
const KEPT_MILLIS: i64 = 366 * 24 * 60 * 60 * 1000;

impl ChainStore {
    /// Stores that a deposit is confirmed. Idempotent.
    pub(crate) async fn confirm(
        &self,
        chain: ChainId,
        order: OrderId,
        evidence_id: &str,
        block: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.update(key(chain, confirmed_deposit(order, evidence_id)))
            .update_expression("SET evidence_id = :id, removable_at = :removable")
            .expression_attribute_values(":id", string(evidence_id))
            .expression_attribute_values(":removable", number(now.plus_millis(KEPT_MILLIS).millis() / 1000))
            .send()
            .await
            .map_err(store_error)?;
        self.add_unswept(chain, order, block, now).await
    }

    /// Removes a confirmation, if there is one. The order is brought before the sweeper in any case, since one
    /// whose payment is gone for good has to fail.
    pub(crate) async fn unconfirm(
        &self,
        chain: ChainId,
        order: OrderId,
        evidence_id: &str,
        block: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.delete(key(chain, confirmed_deposit(order, evidence_id))).await?;
        self.add_unswept(chain, order, block, now).await
    }

    /// Brings an order before the sweeper.
    async fn add_unswept(
        &self,
        chain: ChainId,
        order: OrderId,
        block: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.update(unswept(chain, order))
            .update_expression(
                "SET order_id = :order, next_at = :now, from_block = if_not_exists(from_block, :block)",
            )
            .expression_attribute_values(":order", string(order.to_string()))
            .expression_attribute_values(":block", number(block))
            .expression_attribute_values(":now", number(now.millis()))
            .send()
            .await
            .map(drop)
            .map_err(store_error)
    }

    /// The ids of the evidence of an order's confirmed deposits.
    pub(crate) async fn confirmed(
        &self,
        chain: ChainId,
        order: OrderId,
    ) -> Result<HashSet<String>, StoreError> {
        let prefix = confirmed_deposit(order, "");
        let deposits: Vec<ConfirmedRecord> = self.all("confirmed deposit", chain, prefix).await?;
        Ok(deposits.into_iter().map(|deposit| deposit.evidence_id).collect())
    }
}
