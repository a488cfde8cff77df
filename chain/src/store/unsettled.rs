//! Orders with confirmed deposits, to be settled.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};
use shared::{
    Result,
    model::{ChainId, OrderId, Timestamp},
    store::items::{from_item, number, store_error, string},
};

use super::{ChainStore, confirmed, key, partition};

/// An order with confirmed deposits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unsettled {
    pub(crate) order_id: OrderId,
    /// The ids of the evidence of its confirmed deposits. Absent once the last one has been taken back.
    #[serde(default)]
    pub(crate) deposits: BTreeSet<String>,
    /// The lowest block that one of them was seen in.
    pub(crate) from_block: u64,
    /// How often settling it has been put off.
    #[serde(default)]
    pub(crate) attempts: u32,
    /// Not before then.
    pub(crate) next_at: Timestamp,
}

impl ChainStore {
    /// Writes down that a deposit is confirmed. Doing so twice is doing it once.
    pub(crate) async fn confirm(
        &self,
        chain: ChainId,
        order: OrderId,
        evidence_id: &str,
        block: u64,
        now: Timestamp,
    ) -> Result<()> {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(chain, confirmed(order))))
            .update_expression(
                "ADD deposits :deposit SET order_id = :order, next_at = :now, \
                 from_block = if_not_exists(from_block, :block)",
            )
            .expression_attribute_values(":deposit", AttributeValue::Ss(vec![evidence_id.to_owned()]))
            .expression_attribute_values(":order", string(order.to_string()))
            .expression_attribute_values(":block", number(block))
            .expression_attribute_values(":now", number(now.millis()))
            .send()
            .await
            .map(drop)
            .map_err(store_error)
    }

    /// Takes that back, if it was. The order is looked at in any case: one whose payment is gone for good
    /// has to come to an end, too.
    pub(crate) async fn unconfirm(
        &self,
        chain: ChainId,
        order: OrderId,
        evidence_id: &str,
        block: u64,
        now: Timestamp,
    ) -> Result<()> {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(chain, confirmed(order))))
            .update_expression(
                "DELETE deposits :deposit SET order_id = :order, next_at = :now, \
                 from_block = if_not_exists(from_block, :block)",
            )
            .expression_attribute_values(":deposit", AttributeValue::Ss(vec![evidence_id.to_owned()]))
            .expression_attribute_values(":order", string(order.to_string()))
            .expression_attribute_values(":block", number(block))
            .expression_attribute_values(":now", number(now.millis()))
            .send()
            .await
            .map(drop)
            .map_err(store_error)
    }

    /// The orders that are to be looked at now.
    pub(crate) async fn unsettled(&self, chain: ChainId, now: Timestamp) -> Result<Vec<Unsettled>> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :chain AND begins_with(sk, :confirmed)")
            .expression_attribute_values(":chain", partition(chain))
            .expression_attribute_values(":confirmed", string("confirmed#"))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut unsettled = Vec::new();
        while let Some(item) = items.next().await {
            let order: Unsettled = from_item("unsettled order", item.map_err(store_error)?)?;
            if order.next_at <= now {
                unsettled.push(order);
            }
        }
        Ok(unsettled)
    }

    /// Puts settling an order off. A deposit that is confirmed meanwhile brings it forward again.
    pub(crate) async fn put_off(&self, chain: ChainId, order: &Unsettled, until: Timestamp) -> Result<()> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(chain, confirmed(order.order_id))))
            .update_expression("SET attempts = :attempts, next_at = :until")
            .condition_expression("next_at = :was")
            .expression_attribute_values(":attempts", number(order.attempts + 1))
            .expression_attribute_values(":until", number(until.millis()))
            .expression_attribute_values(":was", number(order.next_at.millis()));
        ignore_refusal(update.send().await.map(drop).map_err(|error| {
            let refused =
                error.as_service_error().is_some_and(|error| error.is_conditional_check_failed_exception());
            (refused, store_error(error))
        }))
    }

    /// Forgets an order that needs no settling any more.
    pub(crate) async fn settled(&self, chain: ChainId, order: OrderId) -> Result<()> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(chain, confirmed(order))))
            .send()
            .await
            .map(drop)
            .map_err(store_error)
    }
}

fn ignore_refusal(result: Result<(), (bool, shared::Error)>) -> Result<()> {
    match result {
        Ok(()) | Err((true, _)) => Ok(()),
        Err((false, error)) => Err(error),
    }
}
