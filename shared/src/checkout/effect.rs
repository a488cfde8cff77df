//! Effects: the events that a change of a session or an order yields, and the order as it stood then.

use serde::{Deserialize, Serialize};

use crate::{
    checkout::{ExpiredReason, OrderStatus, SessionStatus},
    kernel::{BaseUnits, Timestamp},
};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventType {
    /// A session was made.
    #[serde(rename = "checkout.session.created")]
    SessionCreated,
    /// A session's order was paid.
    #[serde(rename = "checkout.session.processing")]
    SessionProcessing,
    /// A session's order was executed.
    #[serde(rename = "checkout.session.completed")]
    SessionCompleted,
    /// A session ended unpaid, with its order if it had one, or its payment failed.
    #[serde(rename = "checkout.session.expired")]
    SessionExpired,
    /// An order was made.
    #[serde(rename = "order.created")]
    OrderCreated,
    /// A payment arrived, in part, in full or in excess.
    #[serde(rename = "order.payment_received")]
    OrderPaymentReceived,
    /// A payment arrived too late to count.
    #[serde(rename = "order.late_payment")]
    OrderLatePayment,
    /// A payment that this has been told of was taken back by a reorganisation of its chain.
    #[serde(rename = "order.payment_withdrawn")]
    OrderPaymentWithdrawn,
    /// A paid order went on to another step, a refund's beginning among them.
    #[serde(rename = "order.progressed")]
    OrderProgressed,
    /// An order's recipient was served.
    #[serde(rename = "order.executed")]
    OrderExecuted,
    /// An order failed.
    #[serde(rename = "order.failed")]
    OrderFailed,
    /// An order's money went back.
    #[serde(rename = "order.refunded")]
    OrderRefunded,
    /// An order without a session ended unpaid. (With one, its session's expiry tells.)
    #[serde(rename = "order.expired")]
    OrderExpired,
}

/// What a piece of evidence changed: kept with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The place of the first of its events.
    pub first_sequence: u64,
    /// Its events, in their order.
    pub events: Vec<EventType>,
    /// The order as it stood afterwards.
    pub order: OrderState,
}

/// What of an order changes and is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "these are the fields of an order")]
pub struct OrderState {
    pub status: OrderStatus,
    pub expired_reason: Option<ExpiredReason>,
    pub error_details: Option<String>,
    pub received_deposit_at: Option<Timestamp>,
    pub filled_at: Option<Timestamp>,
    pub actual_dst_amount: Option<BaseUnits>,
}

impl std::fmt::Display for EventType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

impl EventType {
    pub(crate) fn is_of_session(self) -> bool {
        matches!(
            self,
            Self::SessionCreated | Self::SessionProcessing | Self::SessionCompleted | Self::SessionExpired
        )
    }

    /// The event of a session that turns to this status.
    pub(crate) fn of_session_status(status: SessionStatus) -> Self {
        match status {
            SessionStatus::Open => Self::SessionCreated,
            SessionStatus::Processing => Self::SessionProcessing,
            SessionStatus::Complete => Self::SessionCompleted,
            SessionStatus::Expired => Self::SessionExpired,
        }
    }
}
