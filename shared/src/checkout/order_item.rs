//! Orders and their evidence as they are stored.

use crate::{
    checkout::{EvidenceRecord, Order},
    dynamo::{Item, OPEN_SHARD, StoreError, from_item, keys, to_item},
};

pub(crate) fn read_order_item(item: Item) -> Result<Order, StoreError> {
    from_item("order", item)
}

/// An order as it is kept.
pub(crate) fn order_item(order: &Order) -> Result<Item, StoreError> {
    let mut item = to_item(order)?;
    item.extend(keys::order(order.id));
    // An order with a session expires with it, and the session is what waits in the index.
    if order.checkout_session_id.is_none() && order.status.is_unpaid() {
        item.insert(OPEN_SHARD.to_owned(), keys::open_shard(order.id));
    }
    Ok(item)
}

/// A piece of evidence as it is kept.
pub(crate) fn evidence_item(recorded: &EvidenceRecord) -> Result<Item, StoreError> {
    let mut item = to_item(recorded)?;
    item.extend(keys::evidence(recorded.evidence.order_id, &recorded.evidence.id));
    Ok(item)
}
