//! Events: what merchants are told of.
//!
//! Every change yields its event in the write that makes it, but mostly not as an item of its own. What a
//! session was when it was made, and what it became when it ended, follows from what its item says for good;
//! what a piece of evidence changed is kept on that piece. So the whole story of a session (see `story.rs`) can be
//! told at any time, with each event as its object stood then, and telling it costs the writes nothing.

use serde::{Deserialize, Serialize};

use crate::{
    checkout::{ExpiredReason, Fact, Order, OrderStatus, Recorded, Session, SessionStatus, withdrawn_ids},
    feed::{EventId, Subject},
    kernel::Timestamp,
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

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, for good.
    pub id: EventId,
    /// What happened.
    pub event_type: EventType,
    /// When it was written down.
    pub created_at: Timestamp,
    /// What it happened to, as it stood then.
    pub object: EventObject,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventObject {
    /// A session.
    Session(Box<Session>),
    /// An order; with the deposit, if it tells of one.
    Order(Box<Order>, Option<Box<ToldDeposit>>),
}

/// A deposit that an event tells of, as it stood then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldDeposit {
    /// The deposit.
    pub piece: Recorded,
    /// Whether a reorganisation had removed it.
    pub withdrawn: bool,
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
    pub actual_dst_amount: Option<crate::kernel::BaseUnits>,
}

impl Event {
    pub(crate) fn new(
        subject: Subject,
        sequence: u64,
        event_type: EventType,
        created_at: Timestamp,
        object: EventObject,
    ) -> Self {
        Self { id: EventId { subject, sequence }, event_type, created_at, object }
    }
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

    /// What a session's turning to this status is called.
    fn of_session_status(status: SessionStatus) -> Self {
        match status {
            SessionStatus::Open => Self::SessionCreated,
            SessionStatus::Processing => Self::SessionProcessing,
            SessionStatus::Complete => Self::SessionCompleted,
            SessionStatus::Expired => Self::SessionExpired,
        }
    }
}

/// The events of a piece of evidence, added to `history`, that took an order from `was` to `order`.
pub(crate) fn events_between(
    was: &Order,
    order: &Order,
    history: &[Recorded],
    piece: &Recorded,
) -> Vec<EventType> {
    let mut events = Vec::new();
    if piece.is_deposit() {
        events.push(if piece.late { EventType::OrderLatePayment } else { EventType::OrderPaymentReceived });
    }
    if takes_a_deposit_back(history, piece) {
        events.push(EventType::OrderPaymentWithdrawn);
    }
    if order.status != was.status {
        let told = piece.is_deposit() && order.status == order.status_once_paid().into();
        match order.status {
            OrderStatus::Executed => events.push(EventType::OrderExecuted),
            OrderStatus::Failure => events.push(EventType::OrderFailed),
            OrderStatus::Refunded => events.push(EventType::OrderRefunded),
            _ if !told => events.push(EventType::OrderProgressed),
            _ => {}
        }
    }
    let session = order.session_state().status;
    if order.checkout_session_id.is_some() && session != was.session_state().status {
        events.push(EventType::of_session_status(session));
    }
    events
}

/// Whether a deposit is gone as of this piece. One that was withdrawn before it was told of is told of and taken
/// back at once: merchants hear of each withdrawal after its payment, in whichever order evidence comes.
fn takes_a_deposit_back(history: &[Recorded], piece: &Recorded) -> bool {
    let withdrawn = withdrawn_ids(history.iter());
    match &piece.evidence.fact {
        Fact::Deposit { .. } => withdrawn.contains(&&piece.evidence.id),
        Fact::Withdrawn { evidence } => {
            let is_it = |other: &Recorded| other.is_deposit() && other.evidence.id == *evidence;
            !withdrawn.contains(&evidence) && history.iter().any(is_it)
        }
        _ => false,
    }
}
