//! All subjects, for a caller that cannot rely on the stream of changes.

use crate::{
    checkout::CheckoutStore,
    dynamo::{Item, StoreError, keys, number, store_error, string},
    kernel::{Subject, Timestamp},
};

/// The table also holds idempotency keys, which `subject_of` drops: their ids are no session's.
const SESSIONS: &str = "created_at >= :since";

/// A linked order is part of its session's story. `:order` is the sort key of orders' own items.
const ORDERS_WITHOUT_ONE: &str =
    "sk = :order AND attribute_not_exists(checkout_session_id) AND created_at >= :since";

impl CheckoutStore {
    /// Calls `each` with all sessions, and all orders without one, created at `since` or later, one page at a time.
    /// Scans both tables.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn each_subject(
        &self,
        since: Timestamp,
        mut each: impl AsyncFnMut(Vec<Subject>),
    ) -> Result<(), StoreError> {
        let since = number(since.millis());
        let scan = || self.database.client.scan().expression_attribute_values(":since", since.clone());
        let sessions = scan().table_name(&self.database.tables.sessions).filter_expression(SESSIONS);
        let orders = scan().table_name(&self.database.tables.orders).filter_expression(ORDERS_WITHOUT_ONE);
        let orders = orders.expression_attribute_values(":order", string(keys::ORDER));
        for (scan, key) in [(sessions, "id"), (orders, "pk")] {
            let mut pages = scan.projection_expression(key).into_paginator().send();
            while let Some(page) = pages.next().await {
                let items = page.map_err(store_error)?.items.unwrap_or_default();
                let subject = |item: &Item| keys::subject_of(item.get(key)?.as_s().ok()?);
                each(items.iter().filter_map(subject).collect()).await;
            }
        }
        Ok(())
    }
}
