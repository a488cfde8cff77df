//! Ending what nobody asks about: sessions, and orders without one, whose deadline has passed.
//!
//! What is open is in an index (`open`) by its deadline and leaves it when it is paid or ends, so finding
//! what is overdue costs what is overdue, however long ago the last sweep was. The index may lag: it only
//! says where to look, and the look itself is the read that every request makes.

use aws_sdk_dynamodb::{operation::query::paginator::QueryPaginator, types::AttributeValue};
use futures_util::{StreamExt as _, stream};

use crate::{
    Error,
    dynamo::{Item, Store, keys, number, store_error},
    feed::Subject,
    kernel::Timestamp,
};

/// The index's name, on both tables.
const OPEN: &str = "open";

/// How many are ended at the same time: each one takes a connection.
const ENDED_AT_ONCE: usize = 8;

/// How many are looked up before they are ended.
const PAGE: i32 = 100;

impl Store {
    /// Writes down every expiry that `now` has reached and nobody has been told of. One that cannot be
    /// written down keeps no other from it; how many there were of either kind is returned. A query for
    /// each part of the index, and two round trips for each expiry.
    ///
    /// # Errors
    /// [`Error::Unavailable`], [`Error::Internal`] where the index cannot be read.
    pub async fn sweep(
        &self,
        now: Timestamp,
        mut failed: impl FnMut(Subject, Error),
    ) -> Result<usize, Error> {
        let sessions = self.sweep_table(&self.tables.sessions, "id", now, &mut failed).await?;
        let orders = self.sweep_table(&self.tables.orders, "pk", now, &mut failed).await?;
        Ok(sessions + orders)
    }

    /// Page by page: after an outage more may be overdue than fits into memory. What is ended on the way leaves
    /// the index behind the place where the next page begins.
    async fn sweep_table(
        &self,
        table: &str,
        key: &str,
        now: Timestamp,
        failed: &mut impl FnMut(Subject, Error),
    ) -> Result<usize, Error> {
        let mut ended = 0;
        for shard in keys::open_shards() {
            let mut pages = self.overdue(table, shard, now).send();
            while let Some(page) = pages.next().await {
                let items = page.map_err(store_error)?.items.unwrap_or_default();
                let subject = |item: &Item| keys::subject_of(item.get(key)?.as_s().ok()?);
                let overdue: Vec<_> = items.iter().filter_map(subject).collect();
                ended += self.settle_all(overdue, now, failed).await;
            }
        }
        Ok(ended)
    }

    fn overdue(&self, table: &str, shard: AttributeValue, now: Timestamp) -> QueryPaginator {
        let query = self
            .client
            .query()
            .table_name(table)
            .index_name(OPEN)
            .key_condition_expression("open_shard = :shard AND deadline <= :now")
            .expression_attribute_values(":shard", shard)
            .expression_attribute_values(":now", number(now.millis()));
        query.limit(PAGE).into_paginator()
    }

    /// Returns how many were ended.
    async fn settle_all(
        &self,
        overdue: Vec<Subject>,
        now: Timestamp,
        failed: &mut impl FnMut(Subject, Error),
    ) -> usize {
        let settled = stream::iter(overdue);
        let settled = settled.map(|subject| async move { (subject, self.settle(subject, now).await) });
        let mut settled = settled.buffer_unordered(ENDED_AT_ONCE);
        let mut ended = 0;
        while let Some((subject, outcome)) = settled.next().await {
            match outcome {
                Ok(()) => ended += 1,
                Err(error) => failed(subject, error),
            }
        }
        ended
    }

    /// Any read writes down the expiry that it finds.
    async fn settle(&self, subject: Subject, now: Timestamp) -> Result<(), Error> {
        match subject {
            Subject::Session(id) => self.session(id, now).await.map(drop),
            Subject::Order(id) => self.order(id, now).await.map(drop),
        }
    }
}
