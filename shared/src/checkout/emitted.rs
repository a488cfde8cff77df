//! The events that a piece of evidence yields.

use crate::checkout::{EventType, EvidenceRecord, Fact, Order, OrderStatus, evidence_record::withdrawn_ids};

/// The events of a piece of evidence, added to `history`, that took an order from `was` to `order`. `paid` is the status
/// that follows from its payment alone.
pub(crate) fn events_between(
    (was, order): (&Order, &Order),
    paid: Option<OrderStatus>,
    history: &[EvidenceRecord],
    piece: &EvidenceRecord,
) -> Vec<EventType> {
    let mut events = Vec::new();
    if piece.is_deposit() {
        events.push(if piece.late { EventType::OrderLatePayment } else { EventType::OrderPaymentReceived });
    }
    if takes_a_deposit_back(history, piece) {
        events.push(EventType::OrderPaymentWithdrawn);
    }
    if order.status != was.status {
        let told = piece.is_deposit() && Some(order.status) == paid;
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

/// Returns true if a deposit is withdrawn as of this piece. A deposit withdrawn before its arrival yields both events
/// at once: merchants see each withdrawal after its payment, in whichever order evidence comes.
fn takes_a_deposit_back(history: &[EvidenceRecord], piece: &EvidenceRecord) -> bool {
    let withdrawn = withdrawn_ids(history.iter());
    match &piece.evidence.fact {
        Fact::Deposit { .. } => withdrawn.contains(&&piece.evidence.id),
        Fact::Withdrawn { evidence } => {
            let is_it = |other: &EvidenceRecord| other.is_deposit() && other.evidence.id == *evidence;
            !withdrawn.contains(&evidence) && history.iter().any(is_it)
        }
        _ => false,
    }
}
