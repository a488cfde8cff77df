//! Expiring a session, its unpaid order, or both, in one write.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use crate::{
    checkout::{
        CheckoutStore, ExpiredReason, OrderStatus, Session, SessionStatus,
        session_record::{refused_session, relisted},
    },
    dynamo::{
        StoreError, keys, number, string,
        transact::{ConditionalUpdate, Outcome, Part, Refusals, Transaction, is_owned_by},
    },
    kernel::{OrderId, Owner, SessionId, Timestamp},
};

/// The subject of an expiry.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Expiring<'a> {
    /// A session without an order.
    Session(SessionId),
    /// An order without a session.
    Order(OrderId),
    /// A session and its order.
    Both(SessionId, OrderId),
    /// A session and its order, if it has one; only this owner's, if one is given.
    Whole(SessionId, Option<&'a Owner>),
}

/// The transaction that writes an expiry.
pub(crate) struct ExpiryWrites {
    pub(crate) transaction: Transaction,
    /// The session's part, if there is one.
    session: Option<Part>,
}

/// The outcome of an expiry.
#[derive(Debug)]
pub(crate) enum ExpiryOutcome {
    /// It expired now.
    Recorded,
    /// It has changed since it was read, or cannot expire. Holds the session if its condition failed.
    Refused(Option<Box<Session>>),
}

/// Protects a session that was paid, expired or (if the caller knew of no order) linked since it was read.
const SESSION_IS_OPEN_AND_UNLINKED: &str =
    "attribute_exists(id) AND #status = :open AND attribute_not_exists(order_id)";
const SESSION_IS_OPEN_AND_LINKED: &str = "#status = :open AND order_id = :order";
const SESSION_IS_OPEN: &str = "attribute_exists(id) AND #status = :open";
/// Protects an order that was paid or expired since it was read.
const ORDER_IS_UNPAID: &str = "#status IN (:scanning, :waiting)";
/// The merchant expires only sessions whose deadline has not passed.
const BEFORE_DEADLINE: &str = "deadline > :now";
/// Linking moves a session's deadline, so a session that was overdue when read may no longer be.
const PAST_DEADLINE: &str = "deadline <= :now";

/// The expiry on an order's item. It is an event too, so it takes the next sequence number of the order's story.
const ORDER_EXPIRES: &str = "SET #status = :expired, expired_reason = :reason, ended_at = :now, \
                             expired_as = if_not_exists(later_events, :zero) + :one, \
                             later_events = if_not_exists(later_events, :zero) + :one REMOVE open_shard";
/// The same without knowing whether the order exists. An existing order has `sk`, so `removable_at` becomes its text, which
/// TTL ignores. An item made by this update has none, so it becomes a number, and TTL removes the item.
const ORDER_IF_ANY_EXPIRES: &str = "SET #status = :expired, expired_reason = :reason, ended_at = :now, \
     expired_as = if_not_exists(later_events, :zero) + :one, \
     later_events = if_not_exists(later_events, :zero) + :one, \
     removable_at = if_not_exists(sk, :now_seconds)";

impl CheckoutStore {
    /// Expires an open session or unpaid order that, by `reason`, is before or past its deadline.
    pub(crate) async fn record_expiry(
        &self,
        expiring: Expiring<'_>,
        reason: ExpiredReason,
        now: Timestamp,
    ) -> Result<ExpiryOutcome, StoreError> {
        let writes = self.expiry_writes(expiring, reason, now)?;
        match self.database.transact(writes.transaction.clone()).await? {
            Outcome::Written => Ok(ExpiryOutcome::Recorded),
            Outcome::Refused(refusals) => writes.refused(refusals),
        }
    }

    pub(crate) fn expiry_writes(
        &self,
        expiring: Expiring<'_>,
        reason: ExpiredReason,
        now: Timestamp,
    ) -> Result<ExpiryWrites, StoreError> {
        let mut transaction = Transaction::default();
        let session = match expiring {
            Expiring::Session(session) => Some((session, LinkedTo::Nothing)),
            Expiring::Both(session, order) => Some((session, LinkedTo::Order(order))),
            Expiring::Whole(session, owner) => Some((session, LinkedTo::Anything(owner))),
            Expiring::Order(_) => None,
        };
        let session = session
            .map(|(id, linked_to)| self.expire_session_write(id, linked_to, reason, now))
            .transpose()?;
        let session = session.map(|write| transaction.add(write));
        match expiring {
            Expiring::Session(_) => {}
            Expiring::Order(order) | Expiring::Both(_, order) => {
                transaction.add(self.expire_order_write(order, reason, now)?);
            }
            Expiring::Whole(session, _) => {
                transaction.add(self.expire_order_if_any_write(OrderId::of_session(session), reason, now)?);
            }
        }
        Ok(ExpiryWrites { transaction, session })
    }

    fn expire_session_write(
        &self,
        id: SessionId,
        linked_to: LinkedTo<'_>,
        reason: ExpiredReason,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut values = expiry_values(reason, now);
        values.push((":open", string(SessionStatus::Open.to_string())));
        let mut update = "SET #status = :expired, expired_reason = :reason, ended_at = :now".to_owned();
        if !matches!(linked_to, LinkedTo::Nothing) {
            values.push((":order_expired", string(OrderStatus::Expired.to_string())));
            update.push_str(", order_status = :order_expired");
        }
        let (listed, unlisted) = relisted(SessionStatus::Expired);
        update.push_str(&format!(", {listed} REMOVE open_shard, {unlisted}"));
        let condition = match linked_to {
            LinkedTo::Nothing => SESSION_IS_OPEN_AND_UNLINKED.to_owned(),
            LinkedTo::Anything(None) => SESSION_IS_OPEN.to_owned(),
            LinkedTo::Anything(Some(owner)) => {
                let (condition, value) = is_owned_by(owner);
                values.extend(value);
                format!("{SESSION_IS_OPEN} AND {condition}")
            }
            LinkedTo::Order(order) => {
                values.push((":order", string(order.to_string())));
                SESSION_IS_OPEN_AND_LINKED.to_owned()
            }
        };
        ConditionalUpdate {
            table: &self.database.tables.sessions,
            key: keys::session(id),
            update: &update,
            condition: &format!("{condition} AND {}", deadline_condition(reason)),
            values,
        }
        .into_write()
    }

    fn expire_order_write(
        &self,
        id: OrderId,
        reason: ExpiredReason,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        ConditionalUpdate {
            table: &self.database.tables.orders,
            key: keys::order(id),
            update: ORDER_EXPIRES,
            condition: &format!("{ORDER_IS_UNPAID} AND {}", deadline_condition(reason)),
            values: order_expiry_values(reason, now),
        }
        .into_write()
    }

    fn expire_order_if_any_write(
        &self,
        id: OrderId,
        reason: ExpiredReason,
        now: Timestamp,
    ) -> Result<TransactWriteItem, StoreError> {
        let mut values = order_expiry_values(reason, now);
        values.push((":now_seconds", number(now.millis() / 1000)));
        ConditionalUpdate {
            table: &self.database.tables.orders,
            key: keys::order(id),
            update: ORDER_IF_ANY_EXPIRES,
            condition: &format!(
                "attribute_not_exists(pk) OR ({ORDER_IS_UNPAID} AND {})",
                deadline_condition(reason)
            ),
            values,
        }
        .into_write()
    }
}

impl ExpiryWrites {
    /// The outcome of this transaction, given the conditions that failed.
    pub(crate) fn refused(&self, mut refusals: Refusals) -> Result<ExpiryOutcome, StoreError> {
        let refusal = self.session.and_then(|session| refusals.of(session));
        Ok(ExpiryOutcome::Refused(refused_session(refusal)?.map(Box::new)))
    }
}

/// The fact about a session's order or owner that the write relies on.
enum LinkedTo<'a> {
    Nothing,
    Order(OrderId),
    Anything(Option<&'a Owner>),
}

fn expiry_values(reason: ExpiredReason, now: Timestamp) -> Vec<(&'static str, AttributeValue)> {
    vec![
        (":expired", string(SessionStatus::Expired.to_string())),
        (":reason", string(reason.to_string())),
        (":now", number(now.millis())),
    ]
}

fn order_expiry_values(reason: ExpiredReason, now: Timestamp) -> Vec<(&'static str, AttributeValue)> {
    vec![
        (":scanning", string(OrderStatus::ScanningDepositTransaction.to_string())),
        (":waiting", string(OrderStatus::WaitingStripePayment.to_string())),
        (":zero", number(0)),
        (":one", number(1)),
        (":expired", string(OrderStatus::Expired.to_string())),
        (":reason", string(reason.to_string())),
        (":now", number(now.millis())),
    ]
}

fn deadline_condition(reason: ExpiredReason) -> &'static str {
    match reason {
        ExpiredReason::Ttl => PAST_DEADLINE,
        ExpiredReason::Manual | ExpiredReason::PaymentFailed => BEFORE_DEADLINE,
    }
}
