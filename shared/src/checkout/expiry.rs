//! Ending what was not paid: a session, its unpaid order, or both, in one write.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use crate::{
    Error,
    checkout::{ExpiredReason, OrderStatus, SessionStatus},
    dynamo::{
        Store, keys, number, string,
        transact::{ConditionalUpdate, Outcome, Refusals, is_owned_by},
    },
    kernel::{OrderId, Owner, SessionId, Timestamp},
};

/// What is to end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ending<'a> {
    /// A session without an order. Its only write is at position 0.
    Session(SessionId),
    /// An order without a session. Its only write is at position 0.
    Order(OrderId),
    /// A session (position 0) and its order (position 1).
    Both(SessionId, OrderId),
    /// A session (position 0) and its order (position 1), should it have one; this owner's only, if one is
    /// given.
    Whole(SessionId, Option<&'a Owner>),
}

/// Protects a session that has been paid, ended or (where none was known of) given an order meanwhile.
const SESSION_IS_OPEN_AND_UNLINKED: &str =
    "attribute_exists(id) AND #status = :open AND attribute_not_exists(order_id)";
const SESSION_IS_OPEN_AND_LINKED: &str = "#status = :open AND order_id = :order";
const SESSION_IS_OPEN: &str = "attribute_exists(id) AND #status = :open";
/// Protects an order that has been paid or ended meanwhile.
const ORDER_IS_UNPAID: &str = "#status IN (:scanning, :waiting)";
/// The merchant can only end what has not ended by itself.
const BEFORE_DEADLINE: &str = "deadline > :now";
/// Linking moves a session's deadline: what was overdue when read may not be any more.
const PAST_DEADLINE: &str = "deadline <= :now";

/// An expiry as an order's item keeps it.
/// It is an event too, and takes the next place in the order's story.
const ORDER_EXPIRES: &str = "SET #status = :expired, expired_reason = :reason, ended_at = :now, \
                             expired_as = if_not_exists(later_events, :zero) + :one, \
                             later_events = if_not_exists(later_events, :zero) + :one REMOVE open_shard";
/// The same where nobody knows whether there is an order. If there is none, the update makes an item that
/// says nothing and that TTL removes: the number here. An order is a record and stays, since to TTL a
/// text is no time.
const ORDER_IF_ANY_EXPIRES: &str = "SET #status = :expired, expired_reason = :reason, ended_at = :now, \
     expired_as = if_not_exists(later_events, :zero) + :one, \
     later_events = if_not_exists(later_events, :zero) + :one, \
     removable_at = if_not_exists(sk, :now_seconds)";

impl Store {
    /// Ends what is open, unpaid and, as `reason` asks, before or past its deadline. `Some` with the
    /// refusals when that is not, or no longer, the case.
    pub(crate) async fn end(
        &self,
        ending: Ending<'_>,
        reason: ExpiredReason,
        now: Timestamp,
    ) -> Result<Option<Refusals>, Error> {
        match self.transact(self.ending_writes(ending, reason, now)?).await? {
            Outcome::Written => Ok(None),
            Outcome::Refused(refusals) => Ok(Some(refusals)),
        }
    }

    /// The transaction that ends it.
    pub(crate) fn ending_writes(
        &self,
        ending: Ending<'_>,
        reason: ExpiredReason,
        now: Timestamp,
    ) -> Result<Vec<TransactWriteItem>, Error> {
        Ok(match ending {
            Ending::Session(session) => vec![self.end_session(session, LinkedTo::Nothing, reason, now)?],
            Ending::Order(order) => vec![self.end_order(order, reason, now)?],
            Ending::Both(session, order) => vec![
                self.end_session(session, LinkedTo::Order(order), reason, now)?,
                self.end_order(order, reason, now)?,
            ],
            Ending::Whole(session, owner) => vec![
                self.end_session(session, LinkedTo::Anything(owner), reason, now)?,
                self.end_order_if_any(OrderId::of_session(session), reason, now)?,
            ],
        })
    }

    fn end_session(
        &self,
        id: SessionId,
        linked_to: LinkedTo<'_>,
        reason: ExpiredReason,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        let mut values = expiry_values(reason, now);
        values.push((":open", string(SessionStatus::Open.to_string())));
        let mut update = "SET #status = :expired, expired_reason = :reason, ended_at = :now".to_owned();
        if !matches!(linked_to, LinkedTo::Nothing) {
            values.push((":order_expired", string(OrderStatus::Expired.to_string())));
            update.push_str(", order_status = :order_expired");
        }
        update.push_str(" REMOVE open_shard");
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
            table: &self.tables.sessions,
            key: keys::session(id),
            update: &update,
            condition: &format!("{condition} AND {}", deadline_condition(reason)),
            values,
        }
        .into_write()
    }

    fn end_order(
        &self,
        id: OrderId,
        reason: ExpiredReason,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        ConditionalUpdate {
            table: &self.tables.orders,
            key: keys::order(id),
            update: ORDER_EXPIRES,
            condition: &format!("{ORDER_IS_UNPAID} AND {}", deadline_condition(reason)),
            values: order_expiry_values(reason, now),
        }
        .into_write()
    }

    fn end_order_if_any(
        &self,
        id: OrderId,
        reason: ExpiredReason,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        let mut values = order_expiry_values(reason, now);
        values.push((":now_seconds", number(now.millis() / 1000)));
        ConditionalUpdate {
            table: &self.tables.orders,
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

/// What of a session's order, or else of its owner, the write that ends it relies on.
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
