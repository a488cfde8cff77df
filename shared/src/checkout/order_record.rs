//! Orders and their evidence as they are stored.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    checkout::{EvidenceRecord, ExpiredReason, Folded, Order, OrderStatus, OrderTerms},
    dynamo::{Item, OPEN_SHARD, StoreError, from_item, keys, to_item},
    kernel::{BaseUnits, EvidenceId, OrderId, Owner, SessionId, Timestamp, json::shared_text},
};

/// An order's attributes, except for its key and those that only indexes read.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OrderRecord {
    id: OrderId,
    #[serde(default, skip_serializing_if = "Owner::is_default")]
    owned_by: Owner,
    checkout_session_id: Option<SessionId>,
    /// The terms, stored as one text: no condition reads them, and a DynamoDB map of a dozen attributes costs more to
    /// read than the rest of the order.
    #[serde(with = "shared_text")]
    terms: Arc<OrderTerms>,
    global_address: Option<String>,
    status: OrderStatus,
    expired_reason: Option<ExpiredReason>,
    error_details: Option<String>,
    created_at: Timestamp,
    expires_at: Timestamp,
    deadline: Timestamp,
    received_deposit_at: Option<Timestamp>,
    filled_at: Option<Timestamp>,
    actual_dst_amount: Option<BaseUnits>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    received: Vec<BaseUnits>,
    executed_by: Option<EvidenceId>,
    evidence_count: u64,
    #[serde(default, skip_serializing_if = "Folded::is_empty")]
    folded: Folded,
    #[serde(default)]
    later_events: u64,
    expired_as: Option<u64>,
    ended_at: Option<Timestamp>,
}

impl From<&Order> for OrderRecord {
    fn from(order: &Order) -> Self {
        Self {
            id: order.id,
            owned_by: order.owner.clone(),
            checkout_session_id: order.checkout_session_id,
            terms: order.terms.clone(),
            global_address: order.global_address.clone(),
            status: order.status,
            expired_reason: order.expired_reason,
            error_details: order.error_details.clone(),
            created_at: order.created_at,
            expires_at: order.expires_at,
            deadline: order.deadline,
            received_deposit_at: order.received_deposit_at,
            filled_at: order.filled_at,
            actual_dst_amount: order.actual_dst_amount,
            received: order.received.clone(),
            executed_by: order.executed_by.clone(),
            evidence_count: order.evidence_count,
            folded: order.folded.clone(),
            later_events: order.later_events,
            expired_as: order.expired_as,
            ended_at: order.ended_at,
        }
    }
}

impl From<OrderRecord> for Order {
    fn from(record: OrderRecord) -> Self {
        Self {
            id: record.id,
            owner: record.owned_by,
            checkout_session_id: record.checkout_session_id,
            terms: record.terms,
            global_address: record.global_address,
            status: record.status,
            expired_reason: record.expired_reason,
            error_details: record.error_details,
            created_at: record.created_at,
            expires_at: record.expires_at,
            deadline: record.deadline,
            received_deposit_at: record.received_deposit_at,
            filled_at: record.filled_at,
            actual_dst_amount: record.actual_dst_amount,
            received: record.received,
            executed_by: record.executed_by,
            evidence_count: record.evidence_count,
            folded: record.folded,
            later_events: record.later_events,
            expired_as: record.expired_as,
            ended_at: record.ended_at,
        }
    }
}

/// Reads an order's item.
pub(crate) fn read_order_item(item: Item) -> Result<Order, StoreError> {
    from_item::<OrderRecord>("order", item).map(Order::from)
}

pub(crate) fn order_item(order: &Order) -> Result<Item, StoreError> {
    let mut item = to_item(&OrderRecord::from(order))?;
    item.extend(keys::order(order.id));
    // An order with a session expires with it, so the session is in the index.
    if order.checkout_session_id.is_none() && order.status.is_unpaid() {
        item.insert(OPEN_SHARD.to_owned(), keys::open_shard(order.id));
    }
    Ok(item)
}

pub(crate) fn folded_item(record: &EvidenceRecord) -> Result<Item, StoreError> {
    let mut item = to_item(record)?;
    item.extend(keys::folded(record.evidence.order_id, &record.evidence.id));
    Ok(item)
}

pub(crate) fn evidence_item(record: &EvidenceRecord) -> Result<Item, StoreError> {
    let mut item = to_item(record)?;
    item.extend(keys::evidence(record.evidence.order_id, &record.evidence.id));
    Ok(item)
}
