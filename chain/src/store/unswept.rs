//! Orders that may have something to sweep.

use aws_sdk_dynamodb::{operation::update_item::builders::UpdateItemFluentBuilder, types::AttributeValue};
use serde::{Deserialize, Serialize};
use shared::{
    dynamo::{StoreError, number, store_error},
    kernel::{ChainId, OrderId, Timestamp},
};

use super::table::{ChainStore, UNSWEPT, is_refusal, unswept};

/// The record of an order that may have something to sweep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnsweptOrder {
    pub(crate) order_id: OrderId,
    /// The block in which a deposit was first confirmed for it.
    pub(crate) from_block: u64,
    /// The number of times that sweeping it has been put off.
    #[serde(default)]
    pub(crate) attempts: u32,
    /// The time since which its recipient or its token refuses.
    pub(crate) refused_since: Option<Timestamp>,
    /// The transactions that were paid for and that it made fail to sweep it.
    #[serde(default)]
    pub(crate) wasted: Vec<String>,
    /// The time before which it is left alone.
    pub(crate) next_at: Timestamp,
}

impl ChainStore {
    /// The orders that are due now, those that have waited longest first.
    pub(crate) async fn unswept(
        &self,
        chain: ChainId,
        now: Timestamp,
    ) -> Result<Vec<UnsweptOrder>, StoreError> {
        let mut orders: Vec<UnsweptOrder> = self.all("unsettled order", chain, UNSWEPT.to_owned()).await?;
        orders.retain(|order| order.next_at <= now);
        orders.sort_by_key(|order| order.next_at);
        Ok(orders)
    }

    /// Puts sweeping an order off. A deposit that is confirmed meanwhile brings it forward again.
    pub(crate) async fn put_off(
        &self,
        chain: ChainId,
        order: &UnsweptOrder,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let update = self
            .update(unswept(chain, order.order_id))
            .update_expression("SET attempts = :attempts, next_at = :until")
            .condition_expression("next_at = :was")
            .expression_attribute_values(":attempts", number(order.attempts + 1))
            .expression_attribute_values(":until", number(until.millis()))
            .expression_attribute_values(":was", number(order.next_at.millis()));
        unless_refused(update).await
    }

    /// Puts an order off that its recipient or its token refuses. One that is swept meanwhile stays so.
    pub(crate) async fn refuse(
        &self,
        chain: ChainId,
        order: OrderId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let update = self
            .existing(chain, order)
            .update_expression(
                "SET refused_since = if_not_exists(refused_since, :now), next_at = :until ADD attempts :one",
            )
            .expression_attribute_values(":now", number(now.millis()))
            .expression_attribute_values(":until", number(until.millis()))
            .expression_attribute_values(":one", number(1));
        unless_refused(update).await
    }

    /// Removes the refusal of an order.
    pub(crate) async fn accept(&self, chain: ChainId, order: OrderId) -> Result<(), StoreError> {
        unless_refused(self.existing(chain, order).update_expression("REMOVE refused_since")).await
    }

    /// Puts an order off after a transaction that did not sweep it, and counts that one if it is named.
    /// Idempotent.
    pub(crate) async fn waste(
        &self,
        chain: ChainId,
        order: OrderId,
        transaction: Option<String>,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let update =
            self.existing(chain, order).expression_attribute_values(":until", number(until.millis()));
        let update = match transaction {
            None => update.update_expression("SET next_at = :until"),
            Some(transaction) => update
                .update_expression("SET next_at = :until ADD wasted :transaction")
                .expression_attribute_values(":transaction", AttributeValue::Ss(vec![transaction])),
        };
        unless_refused(update).await
    }

    /// An update of an order that is still unswept: one that is swept meanwhile must not come back.
    fn existing(&self, chain: ChainId, order: OrderId) -> UpdateItemFluentBuilder {
        self.update(unswept(chain, order)).condition_expression("attribute_exists(pk)")
    }

    /// Forgets an order that needs no sweep any more.
    pub(crate) async fn remove_unswept(&self, chain: ChainId, order: OrderId) -> Result<(), StoreError> {
        self.delete(unswept(chain, order)).await
    }
}

/// Sends an update. A condition that is not met any more leaves nothing to do.
async fn unless_refused(update: UpdateItemFluentBuilder) -> Result<(), StoreError> {
    match update.send().await {
        Err(error) if !is_refusal(&error) => Err(store_error(error)),
        _ => Ok(()),
    }
}
