//! Deposits that were seen.

use shared::{
    Result,
    model::{ChainId, Timestamp},
    store::items::{from_item, number, store_error, string, to_item},
};

use super::{ChainStore, Item, deposits_from, key, partition};
use crate::sighting::Sighting;

/// How long a sighting is kept, in milliseconds. No reorganisation reaches back as far.
const KEPT_MILLIS: i64 = 7 * 24 * 60 * 60 * 1000;

/// Protects what another copy of the watcher made of it.
const IS_AS_READ: &str =
    "attribute_not_exists(pk) OR (withdrawals = :withdrawals AND withdrawn = :withdrawn)";

impl ChainStore {
    /// Everything that was seen in blocks from `block` on.
    pub(crate) async fn sightings(&self, chain: ChainId, block: u64) -> Result<Vec<Sighting>> {
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

    /// Writes down what became of a sighting, `was` before. An error where another has changed it since.
    pub(crate) async fn put_sighting(
        &self,
        chain: ChainId,
        was: &Sighting,
        sighting: &Sighting,
        now: Timestamp,
    ) -> Result<()> {
        let mut item: Item = to_item(sighting)?;
        let place = format!("{}{}", deposits_from(sighting.deposit.block.number), sighting.deposit.place());
        item.extend(key(chain, place));
        item.insert("removable_at".to_owned(), number(now.plus_millis(KEPT_MILLIS).millis() / 1000));
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression(IS_AS_READ)
            .expression_attribute_values(":withdrawals", number(was.withdrawals))
            .expression_attribute_values(
                ":withdrawn",
                aws_sdk_dynamodb::types::AttributeValue::Bool(was.withdrawn),
            )
            .send()
            .await
            .map(drop)
            .map_err(store_error)
    }
}
