//! Expiring sessions, and orders without one, that nobody reads after their deadline.
//!
//! An index (`open`) holds open sessions and orders by `expires_at`; they leave it when they are paid or expire. So the
//! cost of finding overdue ones depends on their number, not on the time since the last call. An order puts its
//! session's deadline off by the detection window; until then each call reads them in vain, which costs less than moving
//! every session in the index when it is linked. The index may lag, so
//! it only says where to look: each subject is then read as requests read it, which stores its expiry.

use aws_sdk_dynamodb::{operation::query::paginator::QueryPaginator, types::AttributeValue};
use futures_util::{StreamExt as _, stream};

use crate::{
    checkout::CheckoutStore,
    dynamo::{Item, StoreError, keys, number, store_error},
    kernel::{Subject, Timestamp},
};

/// The index's name, on both tables.
const OPEN: &str = "open";

/// The number of subjects that expire at the same time; each takes a connection.
const ENDED_AT_ONCE: usize = 8;

/// The number of subjects looked up before they expire.
const PAGE: i32 = 100;

impl CheckoutStore {
    /// Expires every overdue session and order. A failed expiry does not stop the others. Returns the number of
    /// expiries stored. One query for each part of the index, and two round trips for each expiry.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`] if the index cannot be read.
    pub async fn expire_overdue(
        &self,
        now: Timestamp,
        mut failed: impl FnMut(Subject, StoreError),
    ) -> Result<usize, StoreError> {
        let sessions = self.expire_overdue_in(&self.database.tables.sessions, "id", now, &mut failed).await?;
        let orders = self.expire_overdue_in(&self.database.tables.orders, "pk", now, &mut failed).await?;
        Ok(sessions + orders)
    }

    /// Works page by page: after an outage more may be overdue than fits into memory. Expired subjects leave the index
    /// before the position at which the next page begins.
    async fn expire_overdue_in(
        &self,
        table: &str,
        key: &str,
        now: Timestamp,
        failed: &mut impl FnMut(Subject, StoreError),
    ) -> Result<usize, StoreError> {
        let mut ended = 0;
        for shard in keys::open_shards() {
            let mut pages = self.overdue(table, shard, now).send();
            while let Some(page) = pages.next().await {
                let items = page.map_err(store_error)?.items.unwrap_or_default();
                let subject = |item: &Item| keys::subject_of(item.get(key)?.as_s().ok()?);
                let overdue: Vec<_> = items.iter().filter_map(subject).collect();
                ended += self.expire_all(overdue, now, failed).await;
            }
        }
        Ok(ended)
    }

    fn overdue(&self, table: &str, shard: AttributeValue, now: Timestamp) -> QueryPaginator {
        let query = self
            .database
            .client
            .query()
            .table_name(table)
            .index_name(OPEN)
            .key_condition_expression("open_shard = :shard AND expires_at <= :now")
            .expression_attribute_values(":shard", shard)
            .expression_attribute_values(":now", number(now.millis()));
        query.limit(PAGE).into_paginator()
    }

    /// Returns the number of those that expired.
    async fn expire_all(
        &self,
        overdue: Vec<Subject>,
        now: Timestamp,
        failed: &mut impl FnMut(Subject, StoreError),
    ) -> usize {
        let expired = stream::iter(overdue);
        let expired = expired.map(|subject| async move { (subject, self.expire(subject, now).await) });
        let mut expired = expired.buffer_unordered(ENDED_AT_ONCE);
        let mut ended = 0;
        while let Some((subject, outcome)) = expired.next().await {
            match outcome {
                Ok(()) => ended += 1,
                Err(error) => failed(subject, error),
            }
        }
        ended
    }

    /// Any read stores the expiry that it finds.
    async fn expire(&self, subject: Subject, now: Timestamp) -> Result<(), StoreError> {
        match subject {
            Subject::Session(id) => self.session(id, now).await.map(drop),
            Subject::Order(id) => self.order(id, now).await.map(drop),
        }
    }
}
