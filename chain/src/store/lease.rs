//! Leases on chains, and the progress of the work that they are for.
//!
//! A lease keeps two copies of a function from working on one chain, and lets a third take over from one that
//! has died. Every save asks that the lease is still the worker's own, so one that wakes up late saves nothing.

use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use serde::{Serialize, de::DeserializeOwned};
use shared::{
    dynamo::{Item, StoreError, number, store_error, string},
    kernel::{ChainId, Timestamp},
};

use super::table::{ChainStore, is_refusal, key};

/// The kinds of work, each done by one at a time on each chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Watch,
    Sweep,
}

/// The outcome of asking for a lease.
#[derive(Debug)]
pub(crate) enum Acquired<T> {
    /// The worker holds it. The work's progress is `None` before it has begun.
    Held(Option<T>),
    /// Another worker holds it.
    Taken,
}

/// The time that a lease lasts without being renewed, in milliseconds: longer than one poll takes.
pub(crate) const LEASE_MILLIS: i64 = 30_000;

/// Protects another worker's lease from being taken before its end.
const IS_FREE_OR_MINE: &str = "attribute_not_exists(lease_until) OR lease_until <= :now OR lease_owner = :me";
/// Protects the progress from a worker that has lost its lease.
const IS_MINE: &str = "lease_owner = :me";

impl Work {
    fn key(self, chain: ChainId) -> Item {
        let sort_key = match self {
            Self::Watch => "watch",
            Self::Sweep => "settle",
        };
        key(chain, sort_key.to_owned())
    }
}

impl ChainStore {
    /// Takes or renews the lease for `worker`.
    pub(crate) async fn acquire<T: DeserializeOwned>(
        &self,
        chain: ChainId,
        work: Work,
        worker: &str,
        now: Timestamp,
    ) -> Result<Acquired<T>, StoreError> {
        let until = number(now.plus_millis(LEASE_MILLIS).millis());
        let update = self
            .update(work.key(chain))
            .update_expression("SET lease_owner = :me, lease_until = :until")
            .condition_expression(IS_FREE_OR_MINE)
            .expression_attribute_values(":me", string(worker))
            .expression_attribute_values(":now", number(now.millis()))
            .expression_attribute_values(":until", until)
            .return_values(ReturnValue::AllNew);
        match update.send().await {
            Ok(answer) => progress(&answer.attributes.unwrap_or_default()).map(Acquired::Held),
            Err(error) if is_refusal(&error) => Ok(Acquired::Taken),
            Err(error) => Err(store_error(error)),
        }
    }

    /// Stores the work's progress. `false`, and nothing is stored, where another worker has the lease.
    pub(crate) async fn save<T: Serialize + Sync>(
        &self,
        chain: ChainId,
        work: Work,
        worker: &str,
        progress: &T,
    ) -> Result<bool, StoreError> {
        let text = serde_json::to_string(progress).map_err(|error| StoreError::Internal(error.into()))?;
        self.update_mine(chain, work, worker, "SET progress = :value", string(text)).await
    }

    /// Renews the lease. `false` where another worker has it, or had it meanwhile.
    pub(crate) async fn renew(
        &self,
        chain: ChainId,
        work: Work,
        worker: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let until = number(now.plus_millis(LEASE_MILLIS).millis());
        self.update_mine(chain, work, worker, "SET lease_until = :value", until).await
    }

    /// Ends the lease now.
    pub(crate) async fn release(&self, chain: ChainId, work: Work, worker: &str) -> Result<(), StoreError> {
        self.update_mine(chain, work, worker, "SET lease_until = :value", number(0)).await.map(drop)
    }

    async fn update_mine(
        &self,
        chain: ChainId,
        work: Work,
        worker: &str,
        update: &str,
        value: AttributeValue,
    ) -> Result<bool, StoreError> {
        let update = self
            .update(work.key(chain))
            .update_expression(update)
            .condition_expression(IS_MINE)
            .expression_attribute_values(":me", string(worker))
            .expression_attribute_values(":value", value);
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) if is_refusal(&error) => Ok(false),
            Err(error) => Err(store_error(error)),
        }
    }
}

/// The progress in a lease's item, which has none before the work has begun.
fn progress<T: DeserializeOwned>(item: &Item) -> Result<Option<T>, StoreError> {
    let Some(text) = item.get("progress").and_then(|text| text.as_s().ok()) else { return Ok(None) };
    serde_json::from_str(text).map(Some).map_err(|error| StoreError::Internal(error.into()))
}
