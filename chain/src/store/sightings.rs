//! Deposits that were seen in blocks.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use shared::{
    dynamo::{Item, StoreError, from_item, number, store_error, string, to_item},
    kernel::{ChainId, Timestamp},
};

use super::table::{ChainStore, deposits_from, key, partition};
use crate::sighting::{Deposit, Sighting};

/// The time for which a sighting is kept, in milliseconds. No reorganisation reaches back as far.
const KEPT_MILLIS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Protects another watcher's change. The stored item may be this very write, if its answer was lost.
const IS_AS_READ_OR_WRITTEN: &str = "attribute_not_exists(pk) OR (withdrawals = :was AND withdrawn = :was_out) \
     OR (withdrawals = :is AND withdrawn = :is_out)";

impl ChainStore {
    /// Every deposit that was seen in blocks from `block` on.
    pub(crate) async fn sightings(&self, chain: ChainId, block: u64) -> Result<Vec<Sighting>, StoreError> {
        let mut items = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :chain AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":chain", partition(chain))
            .expression_attribute_values(":from", string(deposits_from(block)))
            .expression_attribute_values(":to", string("deposit#~"))
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        let mut sightings = Vec::new();
        while let Some(item) = items.next().await {
            sightings.push(from_item("sighting", item.map_err(store_error)?)?);
        }
        Ok(sightings)
    }

    /// Stores a sighting that was read as `was`. An error where another watcher has changed it since.
    pub(crate) async fn put_sighting(
        &self,
        chain: ChainId,
        was: &Sighting,
        sighting: &Sighting,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut item: Item = to_item(sighting)?;
        let place = format!("{}{}", deposits_from(sighting.deposit.block.number), sighting.deposit.place());
        item.extend(key(chain, place));
        item.insert("removable_at".to_owned(), removable_at(now));
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(IS_AS_READ_OR_WRITTEN)
            .expression_attribute_values(":was", number(was.withdrawals))
            .expression_attribute_values(":was_out", AttributeValue::Bool(was.withdrawn))
            .expression_attribute_values(":is", number(sighting.withdrawals))
            .expression_attribute_values(":is_out", AttributeValue::Bool(sighting.withdrawn))
            .send()
            .await
            .map(drop)
            .map_err(store_error)
    }

    /// Stores the first time of a payment that is out of the chain now.
    pub(crate) async fn remember_payment(
        &self,
        chain: ChainId,
        sighting: &Sighting,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.update(key(chain, withdrawn(&sighting.deposit)))
            .update_expression("SET first_at = if_not_exists(first_at, :first), removable_at = :removable")
            .expression_attribute_values(":first", number(sighting.first_at.millis()))
            .expression_attribute_values(":removable", removable_at(now))
            .send()
            .await
            .map(drop)
            .map_err(store_error)
    }

    /// The first time of a payment, if it has been out of the chain since.
    pub(crate) async fn payment_first_at(
        &self,
        chain: ChainId,
        deposit: &Deposit,
    ) -> Result<Option<Timestamp>, StoreError> {
        let found = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key(chain, withdrawn(deposit))))
            .consistent_read(true)
            .send()
            .await
            .map_err(store_error)?;
        let Some(item) = found.item else { return Ok(None) };
        from_item::<WithdrawnRecord>("withdrawn payment", item).map(|withdrawn| Some(withdrawn.first_at))
    }
}

/// The record of a payment that was withdrawn. Its transaction may come back in a later block.
#[derive(Deserialize)]
struct WithdrawnRecord {
    first_at: Timestamp,
}

fn withdrawn(deposit: &Deposit) -> String {
    format!("withdrawn#{}#{}", deposit.order_id, deposit.tx_hash)
}

fn removable_at(now: Timestamp) -> AttributeValue {
    number(now.plus_millis(KEPT_MILLIS).millis() / 1000)
}
