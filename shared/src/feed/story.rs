//! Stories: all events of a session or an order, derived from its stored items.
//!
//! An event repeats its object, and an order may have thousands of events. So a story holds none: it derives each one
//! on demand, and all of them share the order's terms, which are long and never change.

use crate::{
    checkout::{
        Chronicle, Effect, EventType, EvidenceRecord, ExpiredReason, Fact, Order, OrderHistory, Session,
        SessionState, SessionStatus,
    },
    feed::{Event, EventObject, ToldDeposit},
    kernel::{Owner, Subject, Timestamp},
};

/// The story of a session and its order, or of an order without a session.
#[derive(Debug, Clone, Copy)]
pub struct Story<'a> {
    /// The subject.
    pub subject: Subject,
    /// The owner.
    pub owner: &'a Owner,
    session: Option<&'a Session>,
    order: Option<(&'a Order, &'a [EvidenceRecord])>,
}

/// An event's sequence number in its story, and its source.
struct Step<'a> {
    sequence: u64,
    event_type: EventType,
    created_at: Timestamp,
    cause: Cause<'a>,
}

enum Cause<'a> {
    SessionMade(&'a Session),
    /// A session that never had an order.
    SessionEnded(&'a Session),
    OrderMade(&'a Order),
    /// An unpaid order, with its session if it has one.
    OrderEnded(&'a Order, &'a [EvidenceRecord]),
    Piece(&'a Order, &'a EvidenceRecord, &'a Effect),
}

/// The bytes of an event in an answer, beside the texts that its object repeats.
const EVENT_BYTES: usize = 1500;

impl<'a> Story<'a> {
    /// The story of a session or an order.
    pub fn of(chronicle: &'a Chronicle) -> Self {
        match chronicle {
            Chronicle::Session(session, order) => Self::of_session(session, order.as_ref()),
            Chronicle::Order(history) => Self::of_order(&history.order, &history.evidence),
        }
    }

    /// The story of a session, with its order if it has one.
    pub fn of_session(session: &'a Session, order: Option<&'a OrderHistory>) -> Self {
        let subject = Subject::Session(session.id);
        let order = order.map(|history| (&history.order, history.evidence.as_slice()));
        Self { subject, owner: &session.owner, session: Some(session), order }
    }

    /// The story of an order without a session.
    pub fn of_order(order: &'a Order, evidence: &'a [EvidenceRecord]) -> Self {
        let subject = Subject::Order(order.id);
        Self { subject, owner: &order.owner, session: None, order: Some((order, evidence)) }
    }

    /// Its events after the first `count`, in their order, each derived on demand.
    pub fn events_after(self, count: u64) -> impl ExactSizeIterator<Item = Event> + use<'a> {
        let mut steps = self.steps();
        steps.retain(|step| step.sequence > count);
        steps.sort_by_key(|step| step.sequence);
        steps.into_iter().map(move |step| {
            let object = self.object(&step);
            Event::new(self.subject, step.sequence, step.event_type, step.created_at, object)
        })
    }

    /// The approximate length of all of its events in one answer, computed without deriving them.
    pub fn text_bytes(&self) -> usize {
        let of_session = self.session.map_or(0, |session| session.metadata.as_str().len());
        let of_order = self
            .order
            .map_or(0, |(order, _)| order.terms.payload.as_str().len() + order.terms.metadata.as_str().len());
        let texts = |step: &Step<'_>| if step.event_type.is_of_session() { of_session } else { of_order };
        self.steps().iter().map(|step| EVENT_BYTES + texts(step)).sum()
    }

    /// The sources of its events, unsorted.
    fn steps(&self) -> Vec<Step<'a>> {
        let mut steps = Vec::new();
        if let Some(session) = self.session {
            let made = Cause::SessionMade(session);
            steps.push(Step::new(1, EventType::SessionCreated, session.created_at, made));
        }
        match (self.order, self.session) {
            (Some((order, evidence)), _) => steps.extend(self.order_steps(order, evidence)),
            (None, Some(session)) if session.state.status == SessionStatus::Expired => {
                let ended_at = session.ended_at.unwrap_or(session.deadline);
                steps.push(Step::new(2, EventType::SessionExpired, ended_at, Cause::SessionEnded(session)));
            }
            _ => {}
        }
        steps
    }

    /// The order's events, in its own story or in its session's.
    fn order_steps(&self, order: &'a Order, evidence: &'a [EvidenceRecord]) -> Vec<Step<'a>> {
        let first = order.first_sequence();
        let made = Cause::OrderMade(order);
        let mut steps = vec![Step::new(first, EventType::OrderCreated, order.created_at, made)];
        for piece in evidence {
            let Some(effect) = &piece.effect else { continue };
            for (sequence, event_type) in (effect.first_sequence..).zip(&effect.events) {
                let cause = Cause::Piece(order, piece, effect);
                steps.push(Step::new(sequence, *event_type, piece.recorded_at, cause));
            }
        }
        // Later deposits do not undo the expiry.
        if let Some(later) = order.expired_as {
            let event_type = match self.session {
                Some(_) => EventType::SessionExpired,
                None => EventType::OrderExpired,
            };
            let ended_at = order.ended_at.unwrap_or(order.deadline);
            steps.push(Step::new(first + later, event_type, ended_at, Cause::OrderEnded(order, evidence)));
        }
        steps
    }

    /// An event's object, as it stood then.
    fn object(&self, step: &Step<'a>) -> EventObject {
        let of = |session| EventObject::Session(Box::new(session));
        let (then, deposit) = match step.cause {
            Cause::SessionMade(session) => return of(session.clone().in_state(None, SessionState::OPEN)),
            Cause::SessionEnded(session) => return of(session.clone()),
            Cause::OrderMade(order) => (order.clone().at_creation(), None),
            Cause::OrderEnded(order, evidence) => (as_it_ended(order, evidence, step), None),
            Cause::Piece(order, piece, effect) => {
                (order.clone().in_state(&effect.order), self.deposit(piece, effect))
            }
        };
        match self.session.filter(|_| step.event_type.is_of_session()) {
            Some(session) => of(session.clone().in_state(Some(then.id), then.session_state())),
            None => EventObject::Order(Box::new(then), deposit.map(Box::new)),
        }
    }

    /// The deposit of a piece: the piece itself, or the one that it withdraws.
    fn deposit(&self, piece: &EvidenceRecord, effect: &Effect) -> Option<ToldDeposit> {
        let evidence = self.order.map_or(&[][..], |(_, evidence)| evidence);
        let piece = match &piece.evidence.fact {
            Fact::Withdrawn { evidence: id } => evidence.iter().find(|piece| piece.evidence.id == *id),
            _ => Some(piece),
        };
        let withdrawn = effect.events.contains(&EventType::OrderPaymentWithdrawn);
        piece.filter(|piece| piece.is_deposit()).map(|piece| ToldDeposit { piece: piece.clone(), withdrawn })
    }
}

impl<'a> Step<'a> {
    fn new(sequence: u64, event_type: EventType, created_at: Timestamp, cause: Cause<'a>) -> Self {
        Self { sequence, event_type, created_at, cause }
    }
}

/// An expired order, as it stood when it expired.
fn as_it_ended(order: &Order, evidence: &[EvidenceRecord], step: &Step<'_>) -> Order {
    let effects = evidence.iter().filter_map(|piece| piece.effect.as_ref());
    let before = effects.filter(|effect| effect.first_sequence < step.sequence);
    let before = match before.max_by_key(|effect| effect.first_sequence) {
        Some(effect) => order.clone().in_state(&effect.order),
        None => order.clone().at_creation(),
    };
    before.expired(order.expired_reason.unwrap_or(ExpiredReason::Ttl), step.created_at)
}

#[cfg(test)]
#[path = "story_tests.rs"]
mod tests;
