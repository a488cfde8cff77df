//! Folded deposits in the database: items of their own, which reading their order does not read.

use crate::{
    checkout::{CheckoutStore, EvidenceRecord, Order},
    dynamo::{StoreError, from_item, keys, store_error},
    kernel::{EvidenceId, OrderId},
};

impl CheckoutStore {
    /// The folded deposits of an order, by id. One round trip for each megabyte of them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn folded_deposits(&self, order: OrderId) -> Result<Vec<EvidenceRecord>, StoreError> {
        let query = self.database.client.query().table_name(&self.database.tables.orders);
        let query = query.key_condition_expression("pk = :folded").consistent_read(true);
        let query = query.expression_attribute_values(":folded", keys::folded_partition(order));
        let mut items = query.into_paginator().items().send();
        let mut deposits = Vec::new();
        while let Some(item) = items.next().await {
            deposits.push(from_item("folded deposit", item.map_err(store_error)?)?);
        }
        Ok(deposits)
    }

    /// The deposit of this id, if the order has folded it. No round trip if it has folded none.
    pub(crate) async fn folded_deposit(
        &self,
        order: &Order,
        id: &EvidenceId,
    ) -> Result<Option<EvidenceRecord>, StoreError> {
        if order.folded.is_empty() {
            return Ok(None);
        }
        let read = self.database.client.get_item().table_name(&self.database.tables.orders);
        let read = read.set_key(Some(keys::folded(order.id, id))).consistent_read(true);
        let found = read.send().await.map_err(store_error)?;
        found.item.map(|item| from_item("folded deposit", item)).transpose()
    }
}
