//! Ending what was not paid: a session, its unpaid order, or both, in one write.

use aws_sdk_dynamodb::types::TransactWriteItem;

use super::{
    Store, keys, number, string,
    transact::{ConditionalUpdate, Outcome, Refusals},
};
use crate::{
    Error,
    model::{ExpiredReason, OrderId, OrderStatus, SessionId, SessionStatus, Timestamp},
};

/// What is to end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ending {
    /// A session without an order. Its only write is at position 0.
    Session(SessionId),
    /// An order without a session. Its only write is at position 0.
    Order(OrderId),
    /// A session (position 0) and its order (position 1).
    Both(SessionId, OrderId),
}

/// Protects a session that has been paid, ended or (where none was known of) given an order meanwhile.
const SESSION_IS_OPEN_AND_UNLINKED: &str =
    "attribute_exists(id) AND #status = :open AND attribute_not_exists(order_id)";
const SESSION_IS_OPEN_AND_LINKED: &str = "#status = :open AND order_id = :order";
/// Protects an order that has been paid or ended meanwhile.
const ORDER_IS_UNPAID: &str = "#status IN (:scanning, :waiting)";
/// The merchant can only end what has not ended by itself.
const BEFORE_DEADLINE: &str = "deadline > :now";
/// Linking moves a session's deadline: what was overdue when read may not be any more.
const PAST_DEADLINE: &str = "deadline <= :now";

impl Store {
    /// Ends what is open, unpaid and, as `reason` asks, before or past its deadline. `Some` with the
    /// refusals when that is not, or no longer, the case.
    pub(super) async fn end(
        &self,
        ending: Ending,
        reason: ExpiredReason,
        now: Timestamp,
    ) -> Result<Option<Refusals>, Error> {
        let (session, order) = match ending {
            Ending::Session(session) => (Some(session), None),
            Ending::Order(order) => (None, Some(order)),
            Ending::Both(session, order) => (Some(session), Some(order)),
        };
        let mut writes = Vec::new();
        if let Some(session) = session {
            writes.push(self.end_session(session, order, reason, now)?);
        }
        if let Some(order) = order {
            writes.push(self.end_order(order, reason, now)?);
        }
        match self.transact(writes).await? {
            Outcome::Written => Ok(None),
            Outcome::Refused(refusals) => Ok(Some(refusals)),
        }
    }

    fn end_session(
        &self,
        id: SessionId,
        order: Option<OrderId>,
        reason: ExpiredReason,
        now: Timestamp,
    ) -> Result<TransactWriteItem, Error> {
        let mut values = vec![
            (":open", string(SessionStatus::Open.to_string())),
            (":expired", string(SessionStatus::Expired.to_string())),
            (":reason", string(reason.to_string())),
            (":now", number(now.millis())),
        ];
        let (update, condition) = match order {
            None => ("SET #status = :expired, expired_reason = :reason", SESSION_IS_OPEN_AND_UNLINKED),
            Some(order) => {
                values.push((":order", string(order.to_string())));
                values.push((":order_expired", string(OrderStatus::Expired.to_string())));
                let update =
                    "SET #status = :expired, expired_reason = :reason, order_status = :order_expired";
                (update, SESSION_IS_OPEN_AND_LINKED)
            }
        };
        ConditionalUpdate {
            table: &self.tables.sessions,
            key: keys::session(id),
            update,
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
            update: "SET #status = :expired, expired_reason = :reason",
            condition: &format!("{ORDER_IS_UNPAID} AND {}", deadline_condition(reason)),
            values: vec![
                (":scanning", string(OrderStatus::ScanningDepositTransaction.to_string())),
                (":waiting", string(OrderStatus::WaitingStripePayment.to_string())),
                (":expired", string(OrderStatus::Expired.to_string())),
                (":reason", string(reason.to_string())),
                (":now", number(now.millis())),
            ],
        }
        .into_write()
    }
}

fn deadline_condition(reason: ExpiredReason) -> &'static str {
    match reason {
        ExpiredReason::Ttl => PAST_DEADLINE,
        ExpiredReason::Manual | ExpiredReason::PaymentFailed => BEFORE_DEADLINE,
    }
}
