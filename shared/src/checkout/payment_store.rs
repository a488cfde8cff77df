//! Evidence: the only way in which an order progresses.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use crate::{
    Error,
    checkout::{
        Evidence, Order, OrderStatus,
        order_store::{evidence_item, order_item},
    },
    dynamo::{
        RACES, Store,
        contention::Patience,
        number, outraced, string,
        transact::{Outcome, put_new},
    },
    kernel::Timestamp,
};

/// Protects what others made of the order since it was read. Each piece of evidence adds one to the
/// count, and an expiry changes the status, which never comes back: the two together are a version.
const IS_AS_READ: &str = "evidence_count = :count AND #status = :was";

impl Store {
    /// Applies a piece of evidence to its order and session, once: a piece whose id is recorded already
    /// changes nothing. Two round trips, and two more for each race lost to another piece.
    ///
    /// # Errors
    /// [`Error::OrderNotFound`]; [`Error::Unavailable`], [`Error::Internal`].
    pub async fn record(&self, evidence: &Evidence, now: Timestamp) -> Result<(), Error> {
        let mut patience = Patience::new();
        for _ in 0..RACES {
            let record = self.read_order(evidence.order_id).await?.ok_or(Error::OrderNotFound)?;
            if record.evidence.iter().any(|recorded| recorded.evidence.id == evidence.id) {
                return Ok(());
            }
            let was = record.order.status;
            let (order, recorded) = record.order.record(&record.evidence, evidence.clone(), now);
            let mut writes = vec![
                self.replace_order(&order, was)?,
                put_new(&self.tables.orders, "pk", evidence_item(&recorded)?)?,
            ];
            if let Some(session) = order.checkout_session_id.filter(|_| order.status != was) {
                writes.push(self.move_session(session, was, &order)?);
            }
            match self.transact(writes).await {
                Ok(Outcome::Written) => return Ok(()),
                Ok(Outcome::Refused(_)) => {}
                Err(error) => patience.wait_after(error).await?,
            }
        }
        Err(outraced(evidence.order_id))
    }

    fn replace_order(&self, order: &Order, was: OrderStatus) -> Result<TransactWriteItem, Error> {
        let put = Put::builder()
            .table_name(&self.tables.orders)
            .set_item(Some(order_item(order)?))
            .condition_expression(IS_AS_READ)
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":count", number(order.evidence_count - 1))
            .expression_attribute_values(":was", string(was.to_string()))
            .build()
            .map_err(|error| Error::Internal(error.into()))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
