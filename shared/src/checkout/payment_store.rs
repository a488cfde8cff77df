//! Appending evidence: the only way in which an order progresses.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};

use crate::{
    checkout::{
        CheckoutStore, Evidence, EvidenceRecord, Fact, Order, OrderHistory,
        folding::Bounds,
        order_record::{evidence_item, folded_item, order_item},
    },
    dynamo::{
        MAX_CONFLICT_RETRIES, StoreError, contended,
        contention::Patience,
        keys, number, string,
        transact::{Outcome, put_new},
    },
    kernel::Timestamp,
};

/// Protects changes to the order since it was read. Each piece of evidence raises the first count, each folded deposit
/// the second, and an expiry changes the status for good: together they are a version.
const IS_AS_READ: &str = "evidence_count = :count AND #status = :was AND folded.#count = :folded";
const IS_AS_READ_WITHOUT_FOLDED: &str =
    "evidence_count = :count AND #status = :was AND attribute_not_exists(folded)";

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
    /// already changes nothing. A deposit that the order folds is put beside it instead. Two round trips, one or two more
    /// if the order has folded any, and as many again for each conflict with another piece.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Internal`].
    pub async fn append(&self, evidence: &Evidence, now: Timestamp) -> Result<Appended, StoreError> {
        let mut patience = Patience::new();
        for _ in 0..MAX_CONFLICT_RETRIES {
            let Some(found) = self.read_order(evidence.order_id).await? else {
                return Ok(Appended::NoSuchOrder);
            };
            let is_it = |record: &EvidenceRecord| record.evidence.id == evidence.id;
            if found.evidence.iter().any(is_it)
                || self.folded_deposit(&found.order, &evidence.id).await?.is_some()
            {
                return Ok(Appended::Before);
            }
            let writes = self.append_writes(found, evidence, now).await?;
            match self.database.transact(writes).await {
                Ok(Outcome::Written) => return Ok(Appended::Now),
                Ok(Outcome::Refused(_)) => {}
                Err(error) => patience.wait_after(error).await?,
            }
        }
        Err(contended(evidence.order_id))
    }

    async fn append_writes(
        &self,
        OrderHistory { order: was, evidence: history }: OrderHistory,
        evidence: &Evidence,
        now: Timestamp,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let table = &self.database.tables.orders;
        let mut order = was.clone();
        if let Fact::Withdrawn { evidence: id } = &evidence.fact
            && let Some(deposit) = self.folded_deposit(&was, id).await?
        {
            order = order.taking_back(&history, &deposit);
        }
        let (appended, record) = order.clone().append(&history, evidence.clone(), now);
        if let Some((order, deposit)) = order.fold(&history, (&appended, &record), Bounds::DEFAULT) {
            let put = put_new(table, "pk", folded_item(&deposit)?)?;
            return Ok(vec![self.replace_order(&order, &was)?, put]);
        }
        let mut writes =
            vec![self.replace_order(&appended, &was)?, put_new(table, "pk", evidence_item(&record)?)?];
        if was.evidence_count == 0 {
            writes.extend(self.keep_in_list(&appended)?);
        }
        if let Some(session) = was.checkout_session_id.filter(|_| appended.status != was.status) {
            let paid = appended.paid(history.iter().chain([&record]));
            writes.push(self.move_session(session, was.status, &appended, paid.as_ref())?);
        }
        Ok(writes)
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

    fn replace_order(&self, order: &Order, was: &Order) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&self.database.tables.orders)
            .set_item(Some(order_item(order)?))
            .expression_attribute_names("#status", "status")
            .expression_attribute_values(":count", number(was.evidence_count))
            .expression_attribute_values(":was", string(was.status.to_string()));
        // DynamoDB refuses names and values that the condition does not use.
        let put = match was.folded.is_empty() {
            true => put.condition_expression(IS_AS_READ_WITHOUT_FOLDED),
            false => put
                .condition_expression(IS_AS_READ)
                .expression_attribute_names("#count", "count")
                .expression_attribute_values(":folded", number(was.folded.count)),
        };
        let put = put.build().map_err(|error| StoreError::Internal(error.into()))?;
        Ok(TransactWriteItem::builder().put(put).build())
    }
}
