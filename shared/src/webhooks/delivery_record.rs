//! Deliveries as they are stored.

use serde::{Deserialize, Serialize};

use crate::{
    dynamo::{Item, StoreError, from_item, keys, to_item},
    kernel::{DeliveryId, EndpointId, FeedPlace, RawJson, Timestamp},
    webhooks::{Attempt, Delivery, DeliveryStatus},
};

/// A delivery's attributes, except for its partition key.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DeliveryRecord {
    /// The sort key.
    sk: DeliveryId,
    event_id: String,
    event_type: String,
    created_at: Timestamp,
    place: Option<FeedPlace>,
    body: Option<RawJson>,
    status: DeliveryStatus,
    attempts: Vec<Attempt>,
    due_attempts: u32,
    due_at: Option<Timestamp>,
    version: u64,
    removable_at: i64,
}

impl From<&Delivery> for DeliveryRecord {
    fn from(delivery: &Delivery) -> Self {
        Self {
            sk: delivery.id.clone(),
            event_id: delivery.event_id.clone(),
            event_type: delivery.event_type.clone(),
            created_at: delivery.created_at,
            place: delivery.place.clone(),
            body: delivery.body.clone(),
            status: delivery.status,
            attempts: delivery.attempts.clone(),
            due_attempts: delivery.due_attempts,
            due_at: delivery.due_at,
            version: delivery.version,
            removable_at: delivery.removable_at,
        }
    }
}

impl From<DeliveryRecord> for Delivery {
    fn from(record: DeliveryRecord) -> Self {
        Self {
            id: record.sk,
            event_id: record.event_id,
            event_type: record.event_type,
            created_at: record.created_at,
            place: record.place,
            body: record.body,
            status: record.status,
            attempts: record.attempts,
            due_attempts: record.due_attempts,
            due_at: record.due_at,
            version: record.version,
            removable_at: record.removable_at,
        }
    }
}

/// A delivery's item.
pub(crate) fn delivery_item(endpoint: EndpointId, delivery: &Delivery) -> Result<Item, StoreError> {
    let mut item = to_item(&DeliveryRecord::from(delivery))?;
    item.extend(keys::delivery(endpoint, &delivery.id));
    Ok(item)
}

/// Reads a delivery's item.
pub(crate) fn read_delivery(item: Item) -> Result<Delivery, StoreError> {
    from_item::<DeliveryRecord>("delivery", item).map(Delivery::from)
}
