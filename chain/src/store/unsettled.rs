//! Orders with confirmed deposits, to be settled.

use std::collections::HashSet;

use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::SdkError,
    operation::update_item::{UpdateItemError, builders::UpdateItemFluentBuilder},
    types::AttributeValue,
};
use serde::{Deserialize, Serialize};
use shared::{
    dynamo::{StoreError, from_item, number, store_error, string},
    kernel::{ChainId, OrderId, Timestamp},
};

use super::{ChainStore, confirmed_deposit, key, partition, unsettled};

/// An order that may have something to settle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Unsettled {
    pub(crate) order_id: OrderId,
    /// The block in which a deposit was first confirmed for it.
    pub(crate) from_block: u64,
    /// How often settling it has been put off.
    #[serde(default)]
    pub(crate) attempts: u32,
    /// Since when its recipient, or its token, is known to refuse.
    pub(crate) refused_since: Option<Timestamp>,
    /// The transactions that were paid for and that it made fail to flush it.
    #[serde(default)]
    pub(crate) wasted: Vec<String>,
    /// Not before then.
    pub(crate) next_at: Timestamp,
}

/// A confirmed deposit. Each is an item of its own: anybody can send any number of them.
#[derive(Deserialize)]
struct Confirmed {
    evidence_id: String,
}

/// How long a confirmed deposit is kept, in milliseconds: longer than anybody leaves a purse empty, or a ceiling
/// below what gas costs. Nothing else remembers that it is confirmed.
const KEPT_MILLIS: i64 = 366 * 24 * 60 * 60 * 1000;

impl ChainStore {
    /// Writes down that a deposit is confirmed. Doing so twice is doing it once.
    pub(crate) async fn confirm(
        &self,
        chain: ChainId,
        order: OrderId,
        evidence_id: &str,
        block: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(chain, confirmed_deposit(order, evidence_id))))
            .update_expression("SET evidence_id = :id, removable_at = :removable")
            .expression_attribute_values(":id", string(evidence_id))
            .expression_attribute_values(":removable", number(now.plus_millis(KEPT_MILLIS).millis() / 1000))
            .send()
            .await
            .map_err(store_error)?;
        self.look_at(chain, order, block, now).await
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
    ) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(chain, confirmed_deposit(order, evidence_id))))
            .send()
            .await
            .map_err(store_error)?;
        self.look_at(chain, order, block, now).await
    }

    /// Has the settler look at an order.
    async fn look_at(
        &self,
        chain: ChainId,
        order: OrderId,
        block: u64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(chain, unsettled(order))))
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
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :chain AND begins_with(sk, :order)")
            .expression_attribute_values(":chain", partition(chain))
            .expression_attribute_values(":order", string(confirmed_deposit(order, "")))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut ids = HashSet::new();
        while let Some(item) = items.next().await {
            let deposit: Confirmed = from_item("confirmed deposit", item.map_err(store_error)?)?;
            ids.insert(deposit.evidence_id);
        }
        Ok(ids)
    }

    /// The orders that are to be looked at now, those that have waited longest first.
    pub(crate) async fn unsettled(
        &self,
        chain: ChainId,
        now: Timestamp,
    ) -> Result<Vec<Unsettled>, StoreError> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :chain AND begins_with(sk, :unsettled)")
            .expression_attribute_values(":chain", partition(chain))
            .expression_attribute_values(":unsettled", string("unsettled#"))
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
        unsettled.sort_by_key(|order| order.next_at);
        Ok(unsettled)
    }

    /// Puts settling an order off. A deposit that is confirmed meanwhile brings it forward again.
    pub(crate) async fn put_off(
        &self,
        chain: ChainId,
        order: &Unsettled,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(chain, unsettled(order.order_id))))
            .update_expression("SET attempts = :attempts, next_at = :until")
            .condition_expression("next_at = :was")
            .expression_attribute_values(":attempts", number(order.attempts + 1))
            .expression_attribute_values(":until", number(until.millis()))
            .expression_attribute_values(":was", number(order.next_at.millis()));
        unless_refused(update.send().await)
    }

    /// Puts an order off that its recipient or its token refuses. One that is settled meanwhile stays so.
    pub(crate) async fn refuse(
        &self,
        chain: ChainId,
        order: OrderId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let update = self
            .unsettled_that_exists(chain, order)
            .update_expression(
                "SET refused_since = if_not_exists(refused_since, :now), next_at = :until ADD attempts :one",
            )
            .expression_attribute_values(":now", number(now.millis()))
            .expression_attribute_values(":until", number(until.millis()))
            .expression_attribute_values(":one", number(1));
        unless_refused(update.send().await)
    }

    /// Takes back that an order is refused.
    pub(crate) async fn accept(&self, chain: ChainId, order: OrderId) -> Result<(), StoreError> {
        let update = self.unsettled_that_exists(chain, order).update_expression("REMOVE refused_since");
        unless_refused(update.send().await)
    }

    /// Puts an order off after a transaction that did not flush it, and counts that one if it is named. Doing so
    /// twice is doing it once.
    pub(crate) async fn waste(
        &self,
        chain: ChainId,
        order: OrderId,
        transaction: Option<String>,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let update = self
            .unsettled_that_exists(chain, order)
            .expression_attribute_values(":until", number(until.millis()));
        let update = match transaction {
            None => update.update_expression("SET next_at = :until"),
            Some(transaction) => update
                .update_expression("SET next_at = :until ADD wasted :transaction")
                .expression_attribute_values(":transaction", AttributeValue::Ss(vec![transaction])),
        };
        unless_refused(update.send().await)
    }

    fn unsettled_that_exists(&self, chain: ChainId, order: OrderId) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.table);
        update.set_key(Some(key(chain, unsettled(order)))).condition_expression("attribute_exists(pk)")
    }

    /// Forgets an order that needs no settling any more.
    pub(crate) async fn settled(&self, chain: ChainId, order: OrderId) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.table)
            .set_key(Some(key(chain, unsettled(order))))
            .send()
            .await
            .map(drop)
            .map_err(store_error)
    }
}

/// A condition that is not met any more leaves nothing to do.
fn unless_refused<T>(updated: Result<T, SdkError<UpdateItemError, HttpResponse>>) -> Result<(), StoreError> {
    match updated {
        Err(error)
            if !error
                .as_service_error()
                .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
        {
            Err(store_error(error))
        }
        _ => Ok(()),
    }
}
