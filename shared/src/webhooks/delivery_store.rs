//! Stored deliveries, and the list of due ones.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem};

use crate::{
    dynamo::{
        Item, StoreError, keys, number, store_error, string,
        transact::{Outcome, put_new},
    },
    kernel::{DeliveryId, EndpointId},
    webhooks::{
        Delivery, WebhookStore,
        delivery_record::{delivery_item, read_delivery},
    },
};

/// The TTL attribute.
const REMOVABLE_AT: &str = crate::dynamo::REMOVABLE_AT;

/// A page of an endpoint's deliveries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryList {
    /// The deliveries, newest first.
    pub deliveries: Vec<Delivery>,
    /// True if there may be more.
    pub has_more: bool,
}

/// The outcome of writing a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryWrite {
    /// It was written.
    Written,
    /// Nothing was written: it had changed since it was read.
    Stale,
}

impl WebhookStore {
    /// A delivery. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn delivery(
        &self,
        endpoint: EndpointId,
        id: &DeliveryId,
    ) -> Result<Option<Delivery>, StoreError> {
        let read = self.database.client.get_item().table_name(&self.database.tables.webhooks);
        let read = read.set_key(Some(keys::delivery(endpoint, id))).consistent_read(true);
        read.send().await.map_err(store_error)?.item.map(read_delivery).transpose()
    }

    /// Up to `limit` of an endpoint's deliveries after `after`, newest first. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn deliveries(
        &self,
        endpoint: EndpointId,
        after: Option<&DeliveryId>,
        limit: usize,
    ) -> Result<DeliveryList, StoreError> {
        // A colon sorts behind all digits.
        let before = after.map_or("whd_:", DeliveryId::as_str);
        let query = self.database.client.query().table_name(&self.database.tables.webhooks);
        let answer = query
            .key_condition_expression("pk = :deliveries AND sk < :before")
            .expression_attribute_values(":deliveries", keys::deliveries(endpoint))
            .expression_attribute_values(":before", string(before))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(i32::try_from(limit).unwrap_or(i32::MAX))
            .send()
            .await
            .map_err(store_error)?;
        let has_more = answer.last_evaluated_key.is_some();
        let found = answer.items.unwrap_or_default().into_iter().map(read_delivery);
        Ok(DeliveryList { deliveries: found.collect::<Result<_, _>>()?, has_more })
    }

    /// Writes a new delivery (`was` is `None`), or a changed one. One round trip.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn write_delivery(
        &self,
        endpoint: EndpointId,
        was: Option<&Delivery>,
        is: &Delivery,
    ) -> Result<DeliveryWrite, StoreError> {
        let writes = self.delivery_writes(endpoint, was, is)?;
        match self.database.transact(writes).await? {
            Outcome::Written => Ok(DeliveryWrite::Written),
            Outcome::Refused(_) => Ok(DeliveryWrite::Stale),
        }
    }

    /// A delivery, and its entry in the list of due deliveries.
    pub(crate) fn delivery_writes(
        &self,
        endpoint: EndpointId,
        was: Option<&Delivery>,
        is: &Delivery,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let item = delivery_item(endpoint, is)?;
        let mut writes = vec![match was {
            None => put_new(&self.database.tables.webhooks, "pk", item)?,
            Some(was) => self.put_changed(item, was)?,
        }];
        let due_before = was.and_then(|was| was.due_at);
        if due_before != is.due_at {
            if let Some(time) = due_before {
                writes.push(self.delete(keys::due_entry(endpoint, time, &is.id))?);
            }
            if let Some(time) = is.due_at {
                let mut entry = keys::due_entry(endpoint, time, &is.id);
                entry.insert(REMOVABLE_AT.to_owned(), number(is.removable_at));
                writes.push(put_new(&self.database.tables.webhooks, "pk", entry)?);
            }
        }
        Ok(writes)
    }

    fn put_changed(&self, item: Item, was: &Delivery) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.database.tables.webhooks)
            .set_item(Some(item))
            .condition_expression("version = :read")
            .expression_attribute_values(":read", number(was.version))
            .build()
            .map_err(|error| StoreError::Internal(error.into()))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }

    /// A deletion that relies on the condition of its delivery's write.
    pub(crate) fn delete(&self, key: Item) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder().table_name(&self.database.tables.webhooks).set_key(Some(key));
        let delete = delete.build().map_err(|error| StoreError::Internal(error.into()))?;
        Ok(TransactWriteItem::builder().delete(delete).build())
    }
}
