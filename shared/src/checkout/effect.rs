//! Effects: the events that a change of a session or an order yields, and the order's state after it.

use serde::{Deserialize, Serialize};

use crate::{
    checkout::{ExpiredReason, OrderStatus, SessionStatus},
    kernel::{BaseUnits, Timestamp},
};

/// An event's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EventType {
    /// A session was created.
    #[serde(rename = "checkout.session.created")]
    SessionCreated,
    /// A session's order was paid.
    #[serde(rename = "checkout.session.processing")]
    SessionProcessing,
    /// A session's order was executed.
    #[serde(rename = "checkout.session.completed")]
    SessionCompleted,
    /// A session expired unpaid, with its order if it had one, or its payment failed.
    #[serde(rename = "checkout.session.expired")]
    SessionExpired,
    /// An order was created.
    #[serde(rename = "order.created")]
    OrderCreated,
    /// A payment arrived, in part, in full or in excess.
    #[serde(rename = "order.payment_received")]
    OrderPaymentReceived,
    /// A payment arrived too late to count.
    #[serde(rename = "order.late_payment")]
    OrderLatePayment,
    /// A chain's reorganisation removed a payment that an earlier event announced.
    #[serde(rename = "order.payment_withdrawn")]
    OrderPaymentWithdrawn,
    /// A paid order moved to another step, the beginning of a refund included.
    #[serde(rename = "order.progressed")]
    OrderProgressed,
    /// An order's recipient received the money.
    #[serde(rename = "order.executed")]
    OrderExecuted,
    /// An order failed.
    #[serde(rename = "order.failed")]
    OrderFailed,
    /// An order's money was refunded.
    #[serde(rename = "order.refunded")]
    OrderRefunded,
    /// An order without a session expired. With a session, the session's expiry is the event.
    #[serde(rename = "order.expired")]
    OrderExpired,
}

/// The change that a piece of evidence made, stored with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The sequence number of its first event.
    pub first_sequence: u64,
    /// Its events, in their order.
    pub events: Vec<EventType>,
    /// The order's state afterwards.
    pub order: OrderState,
}

/// The fields of an order that change and that clients see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "these are the fields of an order")]
pub struct OrderState {
    pub status: OrderStatus,
    pub expired_reason: Option<ExpiredReason>,
    pub error_details: Option<String>,
    pub received_deposit_at: Option<Timestamp>,
    pub filled_at: Option<Timestamp>,
    pub actual_dst_amount: Option<BaseUnits>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub received: Vec<BaseUnits>,
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

    pub(crate) fn of_session_status(status: SessionStatus) -> Self {
        match status {
            SessionStatus::Open => Self::SessionCreated,
            SessionStatus::Processing => Self::SessionProcessing,
            SessionStatus::Complete => Self::SessionCompleted,
            SessionStatus::Expired => Self::SessionExpired,
        }
    }
}
