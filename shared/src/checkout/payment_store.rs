//! Appending evidence: the only way in which an order progresses.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use crate::{
    checkout::{
        CheckoutStore, Evidence, Order, OrderStatus,
        order_record::{evidence_item, order_item},
    },
    dynamo::{
        MAX_CONFLICT_RETRIES, StoreError, contended,
        contention::Patience,
        keys, number, string,
        transact::{Outcome, put_new},
    },
    kernel::Timestamp,
};

/// Protects changes to the order since it was read. Each piece of evidence raises the count, and an expiry changes the
/// status for good: the two together are a version.
const IS_AS_READ: &str = "evidence_count = :count AND #status = :was";

/// The outcome of appending a piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// Appended now.
    Now,
    /// Appended by an earlier call.
    Before,
    /// There is no such order.
    NoSuchOrder,
}

impl CheckoutStore {
    /// Appends a piece of evidence to its order, once, and applies it to order and session. A piece whose id is there
    /// already changes nothing. Two round trips, and two more for each conflict with another piece.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn append(&self, evidence: &Evidence, now: Timestamp) -> Result<Appended, StoreError> {
        let mut patience = Patience::new();
        for _ in 0..MAX_CONFLICT_RETRIES {
            let Some(found) = self.read_order(evidence.order_id).await? else {
                return Ok(Appended::NoSuchOrder);
            };
            if found.evidence.iter().any(|record| record.evidence.id == evidence.id) {
                return Ok(Appended::Before);
            }
            let was = found.order.status;
            let is_first = found.order.evidence_count == 0;
            let (order, record) = found.order.append(&found.evidence, evidence.clone(), now);
            let mut writes = vec![
                self.replace_order(&order, was)?,
                put_new(&self.database.tables.orders, "pk", evidence_item(&record)?)?,
            ];
            if is_first {
                writes.extend(self.keep_in_list(&order)?);
            }
            if let Some(session) = order.checkout_session_id.filter(|_| order.status != was) {
                let paid = order.paid(found.evidence.iter().chain([&record]));
                writes.push(self.move_session(session, was, &order, paid.as_ref())?);
            }
            match self.database.transact(writes).await {
                Ok(Outcome::Written) => return Ok(Appended::Now),
                Ok(Outcome::Refused(_)) => {}
                Err(error) => patience.wait_after(error).await?,
            }
        }
        Err(contended(evidence.order_id))
    }

    /// Replaces an order's entry in its creator's list by one without a TTL. The order itself loses its own with
    /// [`Self::replace_order`]. Orders with a session have none.
    fn keep_in_list(&self, order: &Order) -> Result<Option<TransactWriteItem>, StoreError> {
        let creator = order.terms.creator_address.as_ref().filter(|_| order.checkout_session_id.is_none());
        let Some(creator) = creator else { return Ok(None) };
        let put = Put::builder()
            .table_name(&self.database.tables.orders)
            .set_item(Some(keys::creator_entry(&order.owner, creator, order.created_at, order.id)))
            .build()
            .map_err(|error| StoreError::Internal(error.into()))?;
        Ok(Some(TransactWriteItem::builder().put(put).build()))
    }

    fn replace_order(&self, order: &Order, was: OrderStatus) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.database.tables.orders)
            .set_item(Some(order_item(order)?))
            .condition_expression(IS_AS_READ)
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":count", number(order.evidence_count - 1))
            .expression_attribute_values(":was", string(was.to_string()))
            .build()
            .map_err(|error| StoreError::Internal(error.into()))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
