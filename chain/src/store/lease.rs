//! Who works on a chain, and how far that work is.
//!
//! A lease keeps two copies of a function from working on one chain, and lets a third take over from one
//! that has died. A copy that sleeps through the end of its lease and wakes up cannot save anything any
//! more: every save asks that the lease is still its own.

use aws_sdk_dynamodb::{operation::update_item::UpdateItemError, types::ReturnValue};
use serde::{Serialize, de::DeserializeOwned};
use shared::{
    dynamo::{StoreError, number, store_error, string},
    kernel::{ChainId, Timestamp},
};

use super::{ChainStore, Item, key};

/// The kinds of work, each done by one at a time on each chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Watch,
    Settle,
}

/// How long a lease lasts without being renewed, in milliseconds: longer than one look at the chain takes.
pub(crate) const LEASE_MILLIS: i64 = 30_000;

const IS_FREE_OR_MINE: &str = "attribute_not_exists(lease_until) OR lease_until <= :now OR lease_owner = :me";
const IS_MINE: &str = "lease_owner = :me";

impl Work {
    fn key(self, chain: ChainId) -> Item {
        let sort_key = match self {
            Self::Watch => "watch",
            Self::Settle => "settle",
        };
        key(chain, sort_key.to_owned())
    }
}

impl ChainStore {
    /// Takes or renews the lease for `me`. `None` where another holds it; otherwise how far the work is,
    /// which is `None` before it has begun.
    pub(crate) async fn acquire<T: DeserializeOwned>(
        &self,
        chain: ChainId,
        work: Work,
        me: &str,
        now: Timestamp,
    ) -> Result<Option<Option<T>>, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(work.key(chain)))
            .update_expression("SET lease_owner = :me, lease_until = :until")
            .condition_expression(IS_FREE_OR_MINE)
            .expression_attribute_values(":me", string(me))
            .expression_attribute_values(":now", number(now.millis()))
            .expression_attribute_values(":until", number(now.plus_millis(LEASE_MILLIS).millis()))
            .return_values(ReturnValue::AllNew);
        match update.send().await {
            Ok(answer) => {
                let item = answer.attributes.unwrap_or_default();
                let Some(state) = item.get("progress").and_then(|text| text.as_s().ok()) else {
                    return Ok(Some(None));
                };
                serde_json::from_str(state)
                    .map(Some)
                    .map(Some)
                    .map_err(|error| StoreError::Internal(error.into()))
            }
            Err(error) if error.as_service_error().is_some_and(is_refusal) => Ok(None),
            Err(error) => Err(store_error(error)),
        }
    }

    /// Writes down how far the work is. `false`, and nothing is written, where the lease has been lost.
    pub(crate) async fn save<T: Serialize + Sync>(
        &self,
        chain: ChainId,
        work: Work,
        me: &str,
        progress: &T,
    ) -> Result<bool, StoreError> {
        let text = serde_json::to_string(progress).map_err(|error| StoreError::Internal(error.into()))?;
        self.update_mine(chain, work, me, "SET progress = :value", string(text)).await
    }

    /// Renews the lease. `false` where another has it, or had it meanwhile.
    pub(crate) async fn renew(
        &self,
        chain: ChainId,
        work: Work,
        me: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let until = number(now.plus_millis(LEASE_MILLIS).millis());
        self.update_mine(chain, work, me, "SET lease_until = :value", until).await
    }

    /// Gives the lease back, so that the next one need not wait for its end.
    pub(crate) async fn release(&self, chain: ChainId, work: Work, me: &str) -> Result<(), StoreError> {
        self.update_mine(chain, work, me, "SET lease_until = :value", number(0)).await.map(drop)
    }

    async fn update_mine(
        &self,
        chain: ChainId,
        work: Work,
        me: &str,
        update: &str,
        value: aws_sdk_dynamodb::types::AttributeValue,
    ) -> Result<bool, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(work.key(chain)))
            .update_expression(update)
            .condition_expression(IS_MINE)
            .expression_attribute_values(":me", string(me))
            .expression_attribute_values(":value", value);
        match update.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(is_refusal) => Ok(false),
            Err(error) => Err(store_error(error)),
        }
    }
}

fn is_refusal(error: &UpdateItemError) -> bool {
    error.is_conditional_check_failed_exception()
}
