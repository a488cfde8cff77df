//! Due deliveries of an endpoint, and the lease on them.

use aws_sdk_dynamodb::{
    error::SdkError,
    operation::update_item::UpdateItemError,
    types::{ConditionCheck, ReturnValue, TransactWriteItem},
};

use crate::{
    dynamo::{Item, StoreError, keys, number, store_error, string},
    kernel::{DeliveryId, EndpointId, Timestamp},
    webhooks::{Delivery, WebhookStore},
};

/// The time for which a lease is valid unless it is renewed, in milliseconds: longer than an attempt and its writes
/// take. A worker that dies delays its endpoint by no more.
const HELD_MILLIS: i64 = 40_000;

/// One worker at a time holds an endpoint's lease. Another may take it over once it has run out.
const IS_FREE_OR_MINE: &str = "attribute_not_exists(held_until) OR held_until <= :now OR holder = :me";
/// Keeps the holder from releasing the lease when another worker has called meanwhile, as more deliveries may be due.
const IS_MINE_AND_NOBODY_CAME: &str = "holder = :me AND callers = :callers";

/// A due delivery.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// Its endpoint.
    endpoint: EndpointId,
    /// Its id.
    pub delivery: DeliveryId,
    /// Its entry in the list.
    entry: Item,
}

impl Due {
    /// Returns true if this entry shows the time at which the delivery is due. A delivery that is not pending is never
    /// due.
    pub fn is_of(&self, delivery: &Delivery) -> bool {
        delivery.due_at.is_some_and(|time| {
            keys::due_entry(self.endpoint, time, &delivery.id).get("sk") == self.entry.get("sk")
        })
    }
}

/// The outcome of taking an endpoint's lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// The caller holds it.
    Held {
        /// The number of calls by other workers so far.
        callers: u64,
    },
    /// Another worker holds it, and reads the due deliveries once more before releasing it.
    Anothers,
}

/// The outcome of releasing an endpoint's lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// The lease is free.
    Released,
    /// Another worker has called meanwhile, or holds it.
    Refused,
}

impl WebhookStore {
    /// Takes an endpoint's lease for `me`, or renews it. One round trip, or two.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn take_lease(&self, id: EndpointId, me: &str, now: Timestamp) -> Result<Lease, StoreError> {
        loop {
            let until = now.plus_millis(HELD_MILLIS);
            let update = self.database.client.update_item().table_name(&self.database.tables.webhooks);
            let update = update
                .set_key(Some(keys::lease(id)))
                .update_expression(
                    "SET holder = :me, held_until = :until, callers = if_not_exists(callers, :none)",
                )
                .condition_expression(IS_FREE_OR_MINE)
                .expression_attribute_values(":me", string(me))
                .expression_attribute_values(":now", number(now.millis()))
                .expression_attribute_values(":none", number(0))
                .expression_attribute_values(":until", number(until.millis()))
                .return_values(ReturnValue::AllNew);
            match update.send().await {
                Ok(answer) => {
                    return callers(&answer.attributes.unwrap_or_default())
                        .map(|callers| Lease::Held { callers });
                }
                Err(error) if is_refusal(&error) => {}
                Err(error) => return Err(store_error(error)),
            }
            if self.call_holder(id, now).await? {
                return Ok(Lease::Anothers);
            }
        }
    }

    /// Makes the holder read the due deliveries once more; returns `false` if there is no holder any more.
    async fn call_holder(&self, id: EndpointId, now: Timestamp) -> Result<bool, StoreError> {
        let update = self.database.client.update_item().table_name(&self.database.tables.webhooks);
        let update = update
            .set_key(Some(keys::lease(id)))
            .update_expression("SET callers = callers + :one")
            .condition_expression("held_until > :now")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":now", number(now.millis()));
        written(update.send().await)
    }

    /// Releases a lease, unless another worker has called meanwhile or holds it. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn release_lease(&self, id: EndpointId, me: &str, callers: u64) -> Result<Release, StoreError> {
        let update = self.database.client.update_item().table_name(&self.database.tables.webhooks);
        let update = update
            .set_key(Some(keys::lease(id)))
            .update_expression("SET held_until = :over")
            .condition_expression(IS_MINE_AND_NOBODY_CAME)
            .expression_attribute_values(":me", string(me))
            .expression_attribute_values(":callers", number(callers))
            .expression_attribute_values(":over", number(0));
        match written(update.send().await)? {
            true => Ok(Release::Released),
            false => Ok(Release::Refused),
        }
    }

    /// Up to `limit` of an endpoint's deliveries that are due at `now`, longest due first. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn due(&self, id: EndpointId, now: Timestamp, limit: usize) -> Result<Vec<Due>, StoreError> {
        let query = self.database.client.query().table_name(&self.database.tables.webhooks);
        let answer = query
            .key_condition_expression("pk = :due AND sk < :later")
            .expression_attribute_values(":due", keys::due(id))
            .expression_attribute_values(":later", string(keys::due_later_than(now)))
            .consistent_read(true)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(store_error)?;
        let due = |entry: Item| Some(Due { endpoint: id, delivery: keys::delivery_of_entry(&entry)?, entry });
        Ok(answer.items.unwrap_or_default().into_iter().filter_map(due).collect())
    }

    /// Deletes an obsolete entry, given its delivery as it was `read`. If that has changed since, the entry stays: a
    /// read during a transaction may see the entry first. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn forget_due(&self, due: Due, read: Option<&Delivery>) -> Result<(), StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&self.database.tables.webhooks)
            .set_key(Some(keys::delivery(due.endpoint, &due.delivery)));
        let check = match read {
            None => check.condition_expression("attribute_not_exists(pk)"),
            Some(read) => check
                .condition_expression("version = :read")
                .expression_attribute_values(":read", number(read.version)),
        };
        let check = check.build().map_err(|error| StoreError::Internal(error.into()))?;
        let key = due.entry.into_iter().filter(|(name, _)| name == "pk" || name == "sk").collect();
        let writes = vec![TransactWriteItem::builder().condition_check(check).build(), self.delete(key)?];
        self.database.transact(writes).await.map(drop)
    }
}

fn callers(lease: &Item) -> Result<u64, StoreError> {
    let count = lease.get("callers").and_then(|count| count.as_n().ok()?.parse().ok());
    count.ok_or_else(|| StoreError::Internal("a lease has no count of callers".into()))
}

fn written<T, R: std::fmt::Debug + Send + Sync + 'static>(
    sent: Result<T, SdkError<UpdateItemError, R>>,
) -> Result<bool, StoreError> {
    match sent {
        Ok(_) => Ok(true),
        Err(error) if is_refusal(&error) => Ok(false),
        Err(error) => Err(store_error(error)),
    }
}

fn is_refusal<R>(error: &SdkError<UpdateItemError, R>) -> bool {
    error.as_service_error().is_some_and(UpdateItemError::is_conditional_check_failed_exception)
}
